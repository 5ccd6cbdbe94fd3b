//! Steps of the BUIG safety net: the deficit on the bundled budget and its rule.

use super::{Builder, Term};
use crate::dutch::Quantity;
use crate::model::{FigureKind, LineId, Quantity as Recorded, RevenueLine, SafetyNet};
use crate::units::Year;

impl<'a> Builder<'a> {
    /// What is paid in a year, over an earlier one.
    pub(super) fn safety_net(&mut self, name: String, line: &'a RevenueLine, net: &'a SafetyNet, y: usize) -> usize {
        let over = self.year(y).plus(-i32::try_from(net.paid_after).unwrap_or(0));
        let Some((_, rule)) = net.rules.range(..=over).next_back() else {
            let why = format!("no rule holds in {over}");
            return self.given(name, Quantity::Euro, 0.0, why, Some(&line.place));
        };
        let budget = self.bundled(line, net, over);
        let mut of = vec![
            self.deficit(line, net, over),
            budget,
            self.deficit(line, net, over.plus(-1)),
            self.deficit(line, net, over.plus(-2)),
        ];
        // The percentages of the rule are values in the file, and so leaves.
        let mut rate = |what: String, value: f64| {
            let name = format!("safety_net.{}.{what}[{over}]", line.id);
            let source = super::builder::said(&line.provenance);
            of.push(self.once(name, |b, name| b.leaf(name, Quantity::Percent, value, &line.place, source)));
            Term::Step(of.len() - 1)
        };
        let share = |x: Term| Term::Product(vec![x, Term::Step(1)]);
        let entry = rate("entry".to_owned(), rule.entry);
        let least = rate("cumulated".to_owned(), rule.cumulated);
        let from: Vec<Term> =
            rule.steps.iter().enumerate().map(|(i, s)| rate(format!("steps.{}.from", i + 1), s.from)).collect();
        let pays: Vec<Term> =
            rule.steps.iter().enumerate().map(|(i, s)| rate(format!("steps.{}.pays", i + 1), s.pays)).collect();
        let mut steps = Vec::new();
        for (i, pays) in pays.into_iter().enumerate() {
            let reached = match from.get(i + 1) {
                Some(next) => Term::least(Term::Step(0), share(next.clone())),
                None => Term::Step(0),
            };
            let above = Term::less(reached, share(from[i].clone())).not_below_zero();
            steps.push(Term::Product(vec![pays, above]));
        }
        let cumulated = Term::Sum(vec![Term::Step(3), Term::Step(2), Term::Step(0)]);
        let open = Term::IfAbove {
            left: Box::new(cumulated),
            right: Box::new(share(least)),
            then: Box::new(Term::Sum(steps)),
        };
        let term = Term::IfAbove { left: Box::new(Term::Step(0)), right: Box::new(share(entry)), then: Box::new(open) };
        self.step(name, Quantity::Euro, term, of)
    }

    /// The bundled budget of a year.
    fn bundled(&mut self, line: &'a RevenueLine, net: &'a SafetyNet, year: Year) -> usize {
        self.once(format!("bundled_budget({}, {year})", line.id), |b, name| match b.amounts(net, &net.budget, year) {
            Some(of) if !of.is_empty() => b.step(name, Quantity::Euro, Term::sum_of(of.len()), of),
            _ => b.given(name, Quantity::Euro, 0.0, format!("figures.csv does not give {year}"), Some(&line.place)),
        })
    }

    /// Cost less income less the bundled budget.
    fn deficit(&mut self, line: &'a RevenueLine, net: &'a SafetyNet, year: Year) -> usize {
        self.once(format!("deficit({}, {year})", line.id), |b, name| {
            let found = b.amounts(net, &net.cost, year).zip(b.amounts(net, &net.income, year)).zip(b.amounts(
                net,
                &net.budget,
                year,
            ));
            let Some(((cost, income), budget)) = found else {
                let why = format!("figures.csv does not give {year}: it counts as 0");
                return b.given(name, Quantity::Euro, 0.0, why, Some(&line.place));
            };
            let costs = cost.len();
            let of: Vec<usize> = cost.into_iter().chain(income).chain(budget).collect();
            let mut term = Term::sum_of(costs);
            for i in costs..of.len() {
                term = Term::less(term, Term::Step(i));
            }
            b.step(name, Quantity::Euro, term, of)
        })
    }

    /// Amounts of some of the net's lines in a year, in the order of ids; up to
    /// the base year all from one kind of figures.
    fn amounts(&mut self, net: &SafetyNet, lines: &[LineId], year: Year) -> Option<Vec<usize>> {
        let mut lines = lines.to_vec();
        lines.sort_by(|a, b| self.model.lines.get(*a).id().cmp(self.model.lines.get(*b).id()));
        if let Some(y) = self.position(year).filter(|y| *y > 0) {
            return Some(lines.into_iter().map(|l| self.amount(l, y)).collect());
        }
        let kind = self.kind_of(net, year)?;
        lines
            .into_iter()
            .map(|l| {
                let of = self.model.lines.get(l);
                let quantity = if of.as_cost().is_some() { Recorded::Cost } else { Recorded::Revenue };
                self.recorded(of.id(), quantity, &[kind], year)
            })
            .collect()
    }

    /// The kind of figures that all lines of the net have in a year.
    fn kind_of(&self, net: &SafetyNet, year: Year) -> Option<FigureKind> {
        let kinds = if year == self.model.base_year() {
            vec![self.model.municipality.base]
        } else {
            self.history_kinds().to_vec()
        };
        let all = || net.cost.iter().chain(&net.income).chain(&net.budget);
        kinds.into_iter().find(|kind| {
            all().all(|l| {
                let of = self.model.lines.get(*l);
                let quantity = if of.as_cost().is_some() { Recorded::Cost } else { Recorded::Revenue };
                self.model.figures.get(of.id(), quantity, *kind, year).is_some()
            })
        })
    }
}
