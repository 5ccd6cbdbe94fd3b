//! Cross checks of a built scenario: what is wrong only in combination.
//!
//! Growth that swallows a line, shares of clients above the whole, a price
//! that falls to nothing, a unit cost that nobody can know. Said at the value
//! that a person would change, and only of values that were read well.

use std::collections::BTreeSet;

use super::base::Built;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{
    Ageing, AssumptionId, Correlated, CostLine, Income, IndexId, IndexSource, LineId, Model, PriceTerms, RevenueLine,
    SafetyNet, Scale, UnitCost,
};
use crate::units::Year;

/// Room for the rounding of sums of shares.
const TOLERANCE: f64 = 1e-9;

struct Check<'a> {
    model: &'a Model,
    faulty: &'a BTreeSet<AssumptionId>,
    found: &'a mut Diagnostics,
}

/// A term of a sum: what it is called, its value, where it stands.
type Term = (String, f64, Place);

/// Checks a scenario.
pub(super) fn check(built: &Built, found: &mut Diagnostics) {
    let mut check = Check { model: &built.model, faulty: &built.faulty, found };
    for (at, line) in built.model.lines.all.iter().enumerate() {
        if let Some(cost) = line.as_cost() {
            check.cost_line(LineId(at), cost);
        }
        if let Some(revenue) = line.as_revenue() {
            check.revenue_line(revenue);
        }
    }
    check.indices();
    check.compensation();
    check.safety_net_cycles();
    check.correlations();
}

impl Check<'_> {
    fn error(&mut self, code: &'static str, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::error(code, place, message).help(help));
    }

    fn warning(&mut self, code: &'static str, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Diagnostic::warning(code, place, message).help(help));
    }

    /// What is drawn once for all years is linked by its one score, that of
    /// the first year: to a risk that strikes later only, that says nothing.
    fn correlations(&mut self) {
        let model = self.model;
        let Some(first) = model.years().nth(1) else { return };
        for correlation in &model.correlations {
            let (Correlated::Assumption(id), Correlated::Risk(at)) = (match correlation.between {
                [risk @ Correlated::Risk(_), other] => (other, risk),
                [one, other] => (one, other),
            }) else {
                continue;
            };
            let (assumption, risk) = (model.assumption(id), &model.risks[at]);
            let once = assumption.scale == Scale::Level || assumption.persistence >= 1.0;
            if !once || risk.years.is_empty() || risk.years.contains(&first) {
                continue;
            }
            let message = format!(
                "`{}` links nothing: `risk.{}` cannot strike in {first}, and {} is drawn once, with the scores of {first}",
                correlation.id, risk.id, assumption.address
            );
            let help =
                "scores of the same year are linked; leave it out, or give what is drawn a `persistence` below 1";
            self.warning("idle-correlation", &correlation.place, message, help);
        }
    }

    /// Projected years with their position in every series.
    fn years(&self) -> Vec<(usize, Year)> {
        self.model.years().enumerate().skip(1).collect()
    }

    fn term(&self, id: AssumptionId, at: usize, year: Year) -> Term {
        let assumption = self.model.assumption(id);
        (
            assumption.address.clone(),
            assumption.values.get(at).copied().unwrap_or(0.0),
            assumption.place_of(year).clone(),
        )
    }

    fn sound(&self, ids: &[AssumptionId]) -> bool {
        !ids.iter().any(|id| self.faulty.contains(id))
    }

    /// A growth of -100 % or less in a year: the first such year is told, at
    /// the smallest term.
    fn below(&mut self, what: &str, help: &str, terms: impl Fn(&Self, usize, Year) -> Vec<Term>) {
        for (at, year) in self.years() {
            let terms = terms(self, at, year);
            let sum: f64 = terms.iter().map(|(_, v, _)| v).sum();
            if sum > -1.0 + 1e-12 || terms.is_empty() {
                continue;
            }
            let least = terms.iter().min_by(|a, b| a.1.total_cmp(&b.1)).cloned();
            let Some((_, _, place)) = least else { return };
            let show = |v: f64| format!("{}%", (v * 1e10).round() / 1e8);
            let parts: Vec<String> =
                terms.iter().filter(|(_, v, _)| *v != 0.0).map(|(n, v, _)| format!("{n} {}", show(*v))).collect();
            let parts = if parts.len() > 1 { format!(" ({})", parts.join(", ")) } else { String::new() };
            let message = format!("{what}: {} in {year}{parts}", show(sum));
            self.error("below-minus-100", &place, message, help);
            return;
        }
    }

    fn price_terms(&self, price: &PriceTerms, at: usize, year: Year) -> Vec<Term> {
        let mut terms: Vec<Term> = price
            .index
            .iter()
            .map(|(id, weight)| {
                let (name, value, place) = self.index_term(*id, at, year, 0);
                (name, weight * value, place)
            })
            .collect();
        terms.extend(price.change.map(|id| self.term(id, at, year)));
        terms
    }

    /// An index's percentage before carry-over.
    fn index_term(&self, id: IndexId, at: usize, year: Year, depth: usize) -> Term {
        let index = &self.model.indices[id.0];
        match &index.source {
            IndexSource::Rate { rate, .. } => self.term(*rate, at, year),
            // A circle was reported; it stops here.
            IndexSource::Mix(_) if depth > self.model.indices.len() => (index.id.clone(), 0.0, index.place.clone()),
            IndexSource::Mix(parts) => {
                let value =
                    parts.iter().map(|(part, weight)| weight * self.index_term(*part, at, year, depth + 1).1).sum();
                (format!("index.{}", index.id), value, index.place.clone())
            }
        }
    }

    fn price_ids(&self, price: &PriceTerms) -> Vec<AssumptionId> {
        let rate = |id: &IndexId| match &self.model.indices[id.0].source {
            IndexSource::Rate { rate, .. } => Some(*rate),
            IndexSource::Mix(_) => None,
        };
        price.index.iter().filter_map(|(id, _)| rate(id)).chain(price.change).collect()
    }

    fn cost_line(&mut self, id: LineId, line: &CostLine) {
        self.volume(id, line);
        self.shares(id, line);
        self.intensity(line);
        if self.sound(&self.price_ids(&line.price)) {
            self.below(
                &format!("the price change of `{}`", line.id),
                "a price cannot fall by 100% or more",
                |c, at, year| c.price_terms(&line.price, at, year),
            );
        }
        self.unit_cost(id, line);
    }

    fn volume(&mut self, id: LineId, line: &CostLine) {
        let measures: Vec<_> =
            self.model.measures.iter().filter(|m| m.line == id && m.volume.is_some()).cloned().collect();
        let mut ids: Vec<AssumptionId> = line.growth.into_iter().collect();
        ids.extend(measures.iter().flat_map(|m| [m.volume, m.realisation]).flatten());
        if let Ageing::Rate(rate) = line.ageing {
            ids.push(rate);
        }
        if !self.sound(&ids) {
            return;
        }
        if matches!(line.ageing, Ageing::Population) && self.unused_by_population(line) {
            return;
        }
        let help = "growth, ageing and measures together must leave something of the line: end it with a flow, an exit or an amount";
        self.below(&format!("growth, ageing and measures of `{}`", line.id), help, |c, at, year| {
            let mut terms: Vec<Term> = line.growth.map(|id| c.term(id, at, year)).into_iter().collect();
            match line.ageing {
                Ageing::Rate(id) => terms.push(c.term(id, at, year)),
                Ageing::Population => terms.extend(c.ageing(line, year)),
                Ageing::None => {}
            }
            for measure in &measures {
                let Some((name, value, place)) = measure.volume.map(|id| c.term(id, at, year)) else {
                    continue;
                };
                let realised = measure.realisation.map_or(1.0, |id| c.term(id, at, year).1);
                terms.push((name, value * realised, place));
            }
            terms
        });
    }

    /// Use by the population of a year.
    fn used(&self, line: &CostLine, year: Year) -> Option<f64> {
        let population = &self.model.population;
        let rates = self.model.use_rates.per_1000(&line.id, population.cells())?;
        let persons = population.persons(year)?;
        Some(persons.zip(rates).map(|(p, r)| p * r).sum())
    }

    fn ageing(&self, line: &CostLine, year: Year) -> Option<Term> {
        let (before, now) = (self.used(line, Year(year.0 - 1))?, self.used(line, year)?);
        (before > 0.0).then(|| (format!("cost.{}.volume.ageing", line.id), now / before - 1.0, line.place.clone()))
    }

    /// Reports a population that uses nothing of a line: it cannot grow.
    fn unused_by_population(&mut self, line: &CostLine) -> bool {
        let empty = self.model.years().find(|y| self.used(line, *y).is_some_and(|u| u <= 0.0 || !u.is_finite()));
        if let Some(year) = empty {
            let message = format!("`{}` ages by the population, which uses nothing of it in {year}", line.id);
            self.error("no-use", &line.place, message, "check population.csv and use_rates.csv");
        }
        empty.is_some()
    }

    /// Who moves and who leaves are together at most everybody.
    fn shares(&mut self, id: LineId, line: &CostLine) {
        let flows: Vec<AssumptionId> = self.model.flows.iter().filter(|f| f.from == id).map(|f| f.share).collect();
        let ids: Vec<AssumptionId> = line.exit.into_iter().chain(flows).collect();
        if !self.sound(&ids) {
            return;
        }
        for (at, year) in self.years() {
            let terms: Vec<Term> = ids.iter().map(|id| self.term(*id, at, year)).collect();
            let sum: f64 = terms.iter().map(|(_, v, _)| v).sum();
            if sum > 1.0 + TOLERANCE {
                let names: Vec<&str> = terms.iter().map(|(n, _, _)| n.as_str()).collect();
                let message = format!(
                    "{}% of the clients of `{}` leave it in {year} ({})",
                    (sum * 1e9).round() / 1e7,
                    line.id,
                    names.join(", ")
                );
                let place = terms.last().map_or_else(|| line.place.clone(), |(_, _, place)| place.clone());
                self.error("shares", &place, message, "exit and flows of one line are together at most 100%");
                return;
            }
        }
    }

    fn intensity(&mut self, line: &CostLine) {
        if let Some(id) = line.intensity.filter(|id| self.sound(&[*id])) {
            self.below(&format!("the intensity of `{}`", line.id), "it cannot fall by 100% or more", |c, at, year| {
                vec![c.term(id, at, year)]
            });
        }
        let Some(UnitCost::Hours { hours_per_week, rate, .. }) = &line.unit_cost else {
            return;
        };
        if !self.sound(&[*hours_per_week, *rate]) {
            return;
        }
        let hours = self.model.assumption(*hours_per_week);
        let none = self.model.years().zip(&hours.values).find(|(_, v)| **v <= 0.0).map(|(year, _)| year);
        if let Some(year) = none {
            let message = format!("{} is 0 in {year}", hours.address);
            let place = hours.place_of(year).clone();
            self.error(
                "below-minus-100",
                &place,
                message,
                "intensity cannot fall by 100%: end the line with a flow or an exit",
            );
        }
    }

    /// Cost per client in the base year, with its level left out.
    fn stated_unit_cost(&self, unit_cost: &UnitCost) -> Option<f64> {
        let first = |id: &AssumptionId| self.model.assumption(*id).values.first().copied();
        match unit_cost {
            UnitCost::PerClient(id) if self.sound(&[*id]) => first(id),
            UnitCost::Hours { hours_per_week, rate, weeks } if self.sound(&[*hours_per_week, *rate]) => {
                Some(first(hours_per_week)? * first(rate)? * weeks)
            }
            _ => None,
        }
    }

    fn unit_cost(&mut self, id: LineId, line: &CostLine) {
        let in_base: f64 = self
            .model
            .measures
            .iter()
            .filter(|m| m.line == id)
            .filter_map(|m| m.amount)
            .filter_map(|a| self.model.assumption(a).values.first())
            .sum();
        let own = line.base_cost - in_base;
        let base = self.model.base_year();
        let Some(unit_cost) = &line.unit_cost else {
            let comes = line.intake.is_some() || self.model.flows.iter().any(|f| f.to == id);
            if line.counts_clients && line.base_volume == 0.0 && (own != 0.0 || comes) {
                let message = format!("`{}` has no clients in {base}, so its cost per client is not known", line.id);
                let help = format!("add its clients of {base} to figures.csv, or state `unit_cost`");
                self.error("no-base-clients", &line.place, message, help);
            }
            return;
        };
        let Some(stated) = self.stated_unit_cost(unit_cost) else {
            return;
        };
        if line.base_volume == 0.0 && own != 0.0 {
            let message =
                format!("`{}` has cost and no clients in {base}: `unit_cost` counts from the next year on", line.id);
            self.warning(
                "no-base-clients",
                &line.place,
                message,
                format!("add its clients of {base} to figures.csv if it had any"),
            );
        }
        if line.base_volume == 0.0 || line.base_cost == 0.0 {
            return;
        }
        let figures = own / line.base_volume;
        if (stated - figures).abs() > 0.01 * figures.abs() {
            let message = format!(
                "`{}` costs {} a client by figures.csv and {} by its `unit_cost`; the figures are used",
                line.id,
                (figures * 100.0).round() / 100.0,
                (stated * 100.0).round() / 100.0
            );
            self.warning(
                "unit-cost-differs",
                &line.place,
                message,
                "correct the one that is wrong, or leave `unit_cost` out",
            );
        }
    }

    fn revenue_line(&mut self, line: &RevenueLine) {
        let mut ids = self.price_ids(&line.price);
        match &line.income {
            Income::Grows { growth } => {
                ids.extend(*growth);
                if self.sound(&ids) {
                    let help = "a revenue that ends has `until = YEAR`";
                    self.below(&format!("growth and price of `{}`", line.id), help, |c, at, year| {
                        let mut terms = c.price_terms(&line.price, at, year);
                        terms.extend(growth.map(|id| c.term(id, at, year)));
                        terms
                    });
                }
            }
            Income::Contribution(contribution) => {
                for id in &contribution.lines {
                    let Some(cost) = self.model.lines.get(*id).as_cost().filter(|c| !c.counts_clients) else {
                        continue;
                    };
                    let message = format!("`{}` is paid by the clients of `{}`, which counts none", line.id, cost.id);
                    let help = format!(
                        "add clients of `{}` to figures.csv, or state its `unit_cost` or `clients_basis`",
                        cost.id
                    );
                    self.error("no-clients", &line.place, message, help);
                }
            }
            Income::SafetyNet(net) => self.safety_net(line, net),
            Income::Follows(_) => {}
        }
        let grows = matches!(line.income, Income::Grows { .. });
        if !grows && self.sound(&self.price_ids(&line.price)) {
            self.below(
                &format!("the price change of `{}`", line.id),
                "a price cannot fall by 100% or more",
                |c, at, year| c.price_terms(&line.price, at, year),
            );
        }
    }

    /// The safety net needs a rule for every year over which it pays.
    fn safety_net(&mut self, line: &RevenueLine, net: &SafetyNet) {
        let base = self.model.base_year().0;
        let first = base + 1 - i32::try_from(net.paid_after).unwrap_or(0);
        if net.rules.first_key_value().is_some_and(|(year, _)| year.0 > first) {
            let message = format!("`{}` has no rule for {first}: nothing is paid for it in {}", line.id, base + 1);
            self.warning("no-rule", &line.place, message, format!("state the rule of {first} or of an earlier year"));
        }
    }

    /// A safety net whose deficit counts its own payment has no value.
    fn safety_net_cycles(&mut self) {
        let nets: Vec<(usize, &RevenueLine, Vec<usize>)> = self
            .model
            .lines
            .all
            .iter()
            .enumerate()
            .filter_map(|(at, line)| {
                let revenue = line.as_revenue()?;
                let Income::SafetyNet(net) = &revenue.income else {
                    return None;
                };
                Some((at, revenue, net.income.iter().chain(&net.budget).map(|id| id.0).collect()))
            })
            .collect();
        for (start, line, _) in &nets {
            let mut reached = BTreeSet::new();
            let mut open = vec![*start];
            while let Some(at) = open.pop() {
                let next = nets.iter().filter(|(n, _, _)| *n == at).flat_map(|(_, _, to)| to.iter().copied());
                open.extend(next.filter(|n| reached.insert(*n)).collect::<Vec<_>>());
            }
            if reached.contains(start) {
                let message = format!("the deficit of `{}` counts its own payment", line.id);
                self.error("cycle", &line.place, message, "leave it out of `income` and `budget`");
            }
        }
    }

    fn indices(&mut self) {
        for index in &self.model.indices {
            let IndexSource::Rate { rate, ledger } = &index.source else {
                continue;
            };
            if !self.sound(&[*rate]) {
                continue;
            }
            let assumption = self.model.assumption(*rate);
            let low = ledger.iter().find(|(_, y)| y.provisional <= -1.0 || y.definitive <= -1.0).map(|(year, _)| *year);
            let low = low.or_else(|| {
                self.model.years().zip(&assumption.values).find(|(_, v)| **v <= -1.0).map(|(year, _)| year)
            });
            if let Some(year) = low {
                let place = assumption.place_of(year).clone();
                self.error(
                    "below-minus-100",
                    &place,
                    format!("{} falls by 100% or more in {year}", assumption.address),
                    "an index cannot fall to nothing",
                );
            }
        }
    }

    fn compensation(&mut self) {
        if let Some(id) = self.model.budget.compensation.filter(|id| self.sound(&[*id])) {
            self.below("the compensation", "it cannot fall by 100% or more", |c, at, year| vec![c.term(id, at, year)]);
        }
    }
}
