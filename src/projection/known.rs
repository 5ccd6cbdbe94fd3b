//! Which figures rest on something that nobody gave.
//!
//! The projection counts what is absent as 0, because a sum must go on. A
//! reader may not take that 0 for a figure: "revenue fell from 0" says nothing
//! of a municipality that did not state its revenue. So whoever draws
//! conclusions (rules) asks here first.

use super::figure::{Named, named};
use super::{Projection, history};
use crate::model::{
    CostLine, Figure, FigureAddress, FigureKind, Income, Line, LineId, Model, Quantity, RevenueLine, SafetyNet,
};
use crate::units::Year;

/// What lacks: the cost, revenue or clients of a line in a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGiven {
    /// The line.
    pub line: LineId,
    /// Cost, revenue or clients.
    pub what: Quantity,
    /// Of which year; the base year mostly, or one before it.
    pub year: Year,
}

/// What a figure rests on that figures.csv does not give; none where all of it
/// is known, or where there is no such figure.
pub fn not_given(model: &Model, projection: &Projection, address: &FigureAddress) -> Option<NotGiven> {
    let at = model.year_index(address.year)?;
    let known = Known { model, projection };
    let of_line = |line: LineId, figure: Figure| match figure {
        Figure::Cost | Figure::Price => known.cost(line, at),
        Figure::Revenue => known.revenue(line, at, 0),
        Figure::Balance => known.amount(line, at, 0),
        Figure::Clients | Figure::Growth => known.clients(line),
        _ => None,
    };
    match (named(model, projection, &address.name).ok()?, address.figure) {
        (Named::Line(line), figure) => of_line(line, figure),
        (Named::Group(g), Figure::Result | Figure::Shortfall) => {
            let members = &projection.groups.get(g)?.members;
            members.iter().find_map(|(line, _)| of_line(*line, Figure::Balance))
        }
        (Named::Group(g), figure) => {
            let members = &projection.groups.get(g)?.members;
            members.iter().find_map(|(line, _)| of_line(*line, figure))
        }
    }
}

struct Known<'a> {
    model: &'a Model,
    projection: &'a Projection,
}

impl Known<'_> {
    fn lacks(&self, line: LineId, what: Quantity, year: Year) -> Option<NotGiven> {
        Some(NotGiven { line, what, year })
    }

    fn has_measures(&self, line: LineId) -> bool {
        self.model.measures.iter().any(|m| m.line == line && m.amount.is_some())
    }

    /// Clients of a cost line that counts them.
    fn clients(&self, line: LineId) -> Option<NotGiven> {
        let cost = self.model.lines.get(line).as_cost().filter(|c| c.counts_clients)?;
        self.clients_of(line, cost)
    }

    fn clients_of(&self, line: LineId, cost: &CostLine) -> Option<NotGiven> {
        let (base, kind) = (self.model.base_year(), self.model.municipality.base);
        let figures = &self.model.figures;
        let recorded = [kind, FigureKind::Actual]
            .into_iter()
            .any(|k| figures.value(&cost.id, Quantity::Clients, k, base).is_some());
        if recorded || cost.base_volume > 0.0 {
            return None;
        }
        // A provision that starts later has no clients in the base year: that 0 is a figure.
        let before = figures.of(&cost.id, Quantity::Clients).any(|(_, year, _)| year < base);
        let starts = self.projection.lines.get(line.0)?.years.iter().skip(1).any(|y| y.terms.volume > 0.0);
        if starts && !before { None } else { self.lacks(line, Quantity::Clients, base) }
    }

    fn cost(&self, line: LineId, at: usize) -> Option<NotGiven> {
        let cost = self.model.lines.get(line).as_cost()?;
        let (base, kind) = (self.model.base_year(), self.model.municipality.base);
        if self.model.figures.value(&cost.id, Quantity::Cost, kind, base).is_some() {
            return None;
        }
        if let Some(lacks) = cost.counts_clients.then(|| self.clients_of(line, cost)).flatten() {
            return Some(lacks);
        }
        if cost.unit_cost.is_some() {
            // Later years follow from the cost of one client.
            return if at == 0 && cost.base_volume > 0.0 { self.lacks(line, Quantity::Cost, base) } else { None };
        }
        if self.has_measures(line) { None } else { self.lacks(line, Quantity::Cost, base) }
    }

    fn amount(&self, line: LineId, at: usize, depth: usize) -> Option<NotGiven> {
        match self.model.lines.get(line) {
            Line::Cost(_) => self.cost(line, at),
            Line::Revenue(_) => self.revenue(line, at, depth),
        }
    }

    fn revenue(&self, line: LineId, at: usize, depth: usize) -> Option<NotGiven> {
        let revenue = self.model.lines.get(line).as_revenue()?;
        // Safety nets may be set against each other; lines never go round.
        let given = revenue.base_revenue.is_some();
        if (at == 0 && given) || depth > self.model.lines.all.len() || self.has_ended(revenue, at) {
            return None;
        }
        match &revenue.income {
            Income::Grows { .. } if given || self.has_measures(line) => None,
            Income::Grows { .. } => self.lacks(line, Quantity::Revenue, self.model.base_year()),
            Income::Follows(f) => {
                let lag = f.lag as usize;
                let followed = |at: usize| match at.checked_sub(lag) {
                    Some(then) => self.cost(f.line, then),
                    None => self.past(f.line, lag - at),
                };
                followed(at).or_else(|| if f.from_base { followed(0) } else { None })
            }
            Income::Contribution(c) => c.lines.iter().find_map(|l| self.clients(*l)),
            Income::SafetyNet(net) => self.safety_net(net, at, depth),
        }
    }

    fn has_ended(&self, revenue: &RevenueLine, at: usize) -> bool {
        let year = self.projection.years.get(at);
        at > 0 && revenue.until.zip(year).is_some_and(|(until, year)| *year > until)
    }

    /// A line in a year before the base year.
    fn past(&self, line: LineId, back: usize) -> Option<NotGiven> {
        let year = self.model.base_year().plus(-i32::try_from(back).unwrap_or(i32::MAX));
        let what = match self.model.lines.get(line) {
            Line::Cost(_) => Quantity::Cost,
            Line::Revenue(_) => Quantity::Revenue,
        };
        if history::amount(self.model, line, year).is_some() { None } else { self.lacks(line, what, year) }
    }

    /// What is paid over a year rests on that year and the two before it.
    fn safety_net(&self, net: &SafetyNet, at: usize, depth: usize) -> Option<NotGiven> {
        let over = isize::try_from(at).ok()? - isize::try_from(net.paid_after).ok()?;
        let lines = || net.cost.iter().chain(&net.income).chain(&net.budget);
        (over - 2..=over).rev().find_map(|then| match usize::try_from(then) {
            Ok(then) => lines().find_map(|line| self.amount(*line, then, depth + 1)),
            Err(_) => lines().find_map(|line| self.past(*line, then.unsigned_abs())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::testing::Town;
    use crate::projection::{Central, project};

    /// One line with a cost of 100, one revenue line without any figure: the
    /// cost is known, what holds the revenue is not.
    #[test]
    fn what_nobody_gave_is_not_known_nor_what_rests_on_it() {
        let mut made = Town::new(2026, 2028);
        made.cost("hulp", 100.0);
        let buig = made.revenue("buig", None, Income::Grows { growth: None });
        let model = made.model;
        let projection = project(&model, &Central(&model));
        let lacks = |address: &str| not_given(&model, &projection, &address.parse().expect("an address"));
        assert_eq!(lacks("cost(hulp, 2026)"), None);
        assert_eq!(lacks("cost(total, 2026)"), None);
        let expected = Some(NotGiven { line: buig, what: Quantity::Revenue, year: Year(2026) });
        for address in ["revenue(buig, 2026)", "revenue(wmo, 2028)", "balance(total, 2026)", "result(total, 2028)"] {
            assert_eq!(lacks(address), expected, "{address}");
        }
    }
}
