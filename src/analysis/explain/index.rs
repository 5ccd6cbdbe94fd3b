//! Steps of a price index: percentages, mixes, and forecast errors carried over.

use super::{Builder, Term};
use crate::dutch::Quantity;
use crate::model::{CarryOver, Index, IndexId, IndexSource, Rounding};
use crate::units::Year;

/// Provisional percentage p or definitive d.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Provisional,
    Definitive,
}

impl<'a> Builder<'a> {
    fn has_ledger(&self, index: IndexId) -> bool {
        match &self.model.indices[index.0].source {
            IndexSource::Rate { ledger, .. } => !ledger.is_empty(),
            IndexSource::Mix(mix) => mix.iter().any(|(part, _)| self.has_ledger(*part)),
        }
    }

    /// Whether every part of an index has percentages of a year up to the base year.
    fn states(&self, index: IndexId, year: Year) -> bool {
        match &self.model.indices[index.0].source {
            IndexSource::Rate { ledger, .. } => ledger.is_empty() || ledger.contains_key(&year),
            IndexSource::Mix(mix) => mix.iter().all(|(part, _)| self.states(*part, year)),
        }
    }

    /// Percentage of an index in a year, last year's forecast error included.
    pub(super) fn index(&mut self, index: IndexId, year: Year) -> usize {
        let of: &'a Index = &self.model.indices[index.0];
        self.once(format!("index({}, {year})", of.id), |b, name| {
            let unit = Quantity::Percent;
            let now = b.side(index, year, Side::Provisional);
            let past = year <= b.model.base_year();
            let Some(p) = now.filter(|_| !past || (b.has_ledger(index) && b.states(index, year))) else {
                let why = format!("no ledger states the percentage of {year}");
                return b.given(name, unit, 0.0, why, Some(&of.place));
            };
            let last = if of.carry_over == CarryOver::None || !b.has_ledger(index) {
                None
            } else {
                b.side(index, year.plus(-1), Side::Provisional).zip(b.side(index, year.plus(-1), Side::Definitive))
            };
            let (steps, term) = b.carried_over(of, p, last);
            b.step(name, unit, term, steps)
        })
    }

    /// The formula of the carry-over.
    fn carried_over(&self, index: &Index, p: usize, last: Option<(usize, usize)>) -> (Vec<usize>, Term) {
        let round = |term: Term| Term::Rounded(Box::new(term));
        let parts = |term: Term| if index.rounding == Rounding::Parts { round(term) } else { term };
        let mut steps = vec![p];
        let carried = last.and_then(|(p1, d1)| {
            let hundred = self.steps[p1].value <= -1.0;
            steps.extend([p1, d1]);
            let one_plus = |i: usize| Term::Sum(vec![Term::Number(1.0), Term::Step(i)]);
            match index.carry_over {
                CarryOver::Subtract => Some(Term::less(Term::Step(2), Term::Step(1))),
                CarryOver::Ratio | CarryOver::Compound if !hundred => {
                    Some(Term::less(Term::by(one_plus(2), one_plus(1)), Term::Number(1.0)))
                }
                _ => None,
            }
        });
        let p = parts(Term::Step(0));
        let term = match (carried, index.carry_over) {
            (None, _) => p,
            (Some(carried), CarryOver::Compound) => {
                let one_plus = |t: Term| Term::Sum(vec![Term::Number(1.0), t]);
                Term::less(Term::Product(vec![one_plus(p), one_plus(parts(carried))]), Term::Number(1.0))
            }
            (Some(carried), _) => Term::Sum(vec![p, parts(carried)]),
        };
        (steps, if index.rounding == Rounding::Result { round(term) } else { term })
    }

    /// p or d of an index in a year; none where neither is known. Of a mix: of
    /// the parts that know them, since the others have no forecast error.
    fn side(&mut self, index: IndexId, year: Year, side: Side) -> Option<usize> {
        let of: &'a Index = &self.model.indices[index.0];
        let b = self.model.base_year();
        match &of.source {
            IndexSource::Mix(mix) => {
                let mut mix = mix.clone();
                mix.sort_by(|x, y| self.model.indices[x.0.0].id.cmp(&self.model.indices[y.0.0].id));
                let word = if side == Side::Provisional { "provisional" } else { "definitive" };
                let name = format!("index.{}.{word}[{year}]", of.id);
                if let Some(known) = self.known.get(&name) {
                    return Some(*known);
                }
                let mut steps = Vec::new();
                let mut terms = Vec::new();
                for (part, weight) in mix {
                    let Some(step) = self.side(part, year, side) else { continue };
                    steps.push(step);
                    let id = &self.model.indices[part.0].id;
                    let weight_name = format!("index.{}.mix.{id}", of.id);
                    steps.push(self.once(weight_name, |b, n| b.leaf(n, Quantity::Percent, weight, &of.place, None)));
                    terms.push(Term::Product(vec![Term::Step(steps.len() - 1), Term::Step(steps.len() - 2)]));
                }
                if terms.is_empty() {
                    return None;
                }
                Some(self.once(name, |b, name| b.step(name, Quantity::Percent, Term::Sum(terms), steps)))
            }
            IndexSource::Rate { rate, ledger } => {
                let position = self.position(year);
                if let Some(y) = position.filter(|y| *y > 0) {
                    let x = self.assumption(*rate, y);
                    let Some(stated) = ledger.get(&year).filter(|_| side == Side::Definitive) else { return Some(x) };
                    return Some(self.definitive(of, *rate, year, x, *stated));
                }
                if ledger.is_empty() {
                    if year == b {
                        return Some(self.assumption(*rate, 0));
                    }
                    let name = format!("index.{}.rate[{year}]", of.id);
                    let why = "a plain series knows no forecast error before the base year";
                    return Some(self.once(name, |b, n| b.given(n, Quantity::Percent, 0.0, why, Some(&of.place))));
                }
                let stated = ledger.get(&year)?;
                let (word, value) = match side {
                    Side::Provisional => ("provisional", stated.provisional),
                    Side::Definitive => ("definitive", stated.definitive),
                };
                Some(self.ledger_leaf(of, *rate, year, word, value))
            }
        }
    }

    fn ledger_leaf(
        &mut self,
        index: &'a Index,
        rate: crate::model::AssumptionId,
        year: Year,
        word: &str,
        value: f64,
    ) -> usize {
        let assumption = self.model.assumption(rate);
        let source = assumption.provenance_by_year.iter().find(|(y, _)| *y == year).map(|(_, p)| p);
        let source = source.and_then(super::builder::said).or_else(|| super::builder::said(&assumption.provenance));
        let name = format!("index.{}.{word}[{year}]", index.id);
        self.once(name, |b, n| b.leaf(n, Quantity::Percent, value, assumption.place_of(year), source))
    }

    /// A definitive percentage moves along with a provisional one that differs from the ledger.
    fn definitive(
        &mut self,
        index: &'a Index,
        rate: crate::model::AssumptionId,
        year: Year,
        x: usize,
        stated: crate::model::LedgerYear,
    ) -> usize {
        let d = self.ledger_leaf(index, rate, year, "definitive", stated.definitive);
        #[allow(clippy::float_cmp, reason = "the very same number")]
        if self.steps[x].value == stated.provisional {
            return d;
        }
        let p = self.ledger_leaf(index, rate, year, "provisional", stated.provisional);
        self.once(format!("index.{}.definitive-moved[{year}]", index.id), |b, name| {
            let moved = Term::less(Term::Step(1), Term::Step(2));
            b.step(name, Quantity::Percent, Term::Sum(vec![Term::Step(0), moved]), vec![d, x, p])
        })
    }
}
