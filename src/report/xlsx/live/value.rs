//! The engine's own figure for every cell of the calculation.

use super::{Live, What};
use crate::model::{AssumptionId, IndexSource, Line, Prices};
use crate::projection::{Cause, LineYear};

impl Live<'_> {
    pub(super) fn year(&self, l: usize, y: usize) -> &LineYear {
        &self.projection.lines[l].years[y]
    }

    /// What the engine computed.
    pub(super) fn value(&self, what: What, of: usize, y: usize) -> f64 {
        let group = || &self.projection.groups[of].years[y];
        match what {
            What::Provisional => self.percentages(of, y).0,
            What::Definitive => self.percentages(of, y).1,
            What::Index => self.projection.index_rates[of][y],
            What::Rise if y == 0 => 0.0,
            What::Rise => self.rise(of, y),
            What::Price => self.year(of, y).terms.price,
            What::Ageing => self.ageing(of, y),
            What::Leaving => self.leaving(of).iter().map(|a| self.model.assumption(*a).values[y]).sum(),
            What::Volume => self.year(of, y).terms.volume,
            What::Intensity => self.year(of, y).terms.intensity,
            What::UnitCost => self.year(of, y).terms.unit_cost,
            What::Measure => {
                let m = &self.model.measures[of];
                self.year(m.line.0, y).terms.measures.iter().find(|t| t.id == m.id).map_or(0.0, |t| t.amount)
            }
            What::Measures => self.year(of, y).measures,
            What::Income => crate::study::derive::less(self.year(of, y).amount, self.year(of, y).measures),
            What::Amount => self.year(of, y).amount,
            What::Factor => self.factor_value(y),
            What::Budget => self.year(of, y).budget_now.unwrap_or(0.0),
            What::GroupCost => group().cost,
            What::GroupRevenue => group().revenue,
            What::Balance => group().balance,
            What::Result => group().result,
        }
    }

    /// Provisional and definitive percentage of an index.
    pub(super) fn percentages(&self, i: usize, y: usize) -> (f64, f64) {
        match &self.model.indices[i].source {
            IndexSource::Rate { rate, ledger } => {
                let x = self.model.assumption(*rate).values[y];
                let year = self.projection.years[y];
                match (y, ledger.get(&year)) {
                    (0, Some(l)) => (l.provisional, l.definitive),
                    (_, Some(l)) => (x, l.definitive + (x - l.provisional)),
                    _ => (x, x),
                }
            }
            IndexSource::Mix(parts) => parts.iter().fold((0.0, 0.0), |(p, d), (part, weight)| {
                let (p1, d1) = self.percentages(part.0, y);
                (p + weight * p1, d + weight * d1)
            }),
        }
    }

    /// Whether an index has percentages of the base year to correct from.
    pub(super) fn knows_base(&self, i: usize) -> bool {
        match &self.model.indices[i].source {
            IndexSource::Rate { ledger, .. } => ledger.is_empty() || ledger.contains_key(&self.model.base_year()),
            IndexSource::Mix(parts) => parts.iter().any(|(part, _)| self.knows_base(part.0)),
        }
    }

    pub(super) fn rise(&self, l: usize, y: usize) -> f64 {
        let (terms, _) = self.price_terms(l);
        let rates = terms.index.iter().map(|(i, w)| w * self.projection.index_rates[i.0][y]).sum::<f64>();
        rates + terms.change.map_or(0.0, |c| self.model.assumption(c).values[y])
    }

    pub(super) fn price_terms(&self, l: usize) -> (&crate::model::PriceTerms, bool) {
        match &self.model.lines.all[l] {
            Line::Cost(c) => (&c.price, true),
            Line::Revenue(r) => (&r.price, false),
        }
    }

    pub(super) fn ageing(&self, l: usize, y: usize) -> f64 {
        if y == 0 {
            return 0.0;
        }
        let parts = &self.year(l, y).terms.volume_parts;
        let moved: f64 =
            parts.iter().filter(|p| matches!(p.cause, Cause::Flow(_) | Cause::Exit)).map(|p| p.amount).sum();
        let carried = self.year(l, y - 1).terms.volume + moved;
        let aged: f64 = parts.iter().filter(|p| p.cause == Cause::Ageing).map(|p| p.amount).sum();
        if carried == 0.0 { 0.0 } else { aged / carried }
    }

    pub(super) fn leaving(&self, l: usize) -> Vec<AssumptionId> {
        let exit = self.model.lines.all[l].as_cost().and_then(|c| c.exit);
        exit.into_iter().chain(self.model.flows.iter().filter(|f| f.from.0 == l).map(|f| f.share)).collect()
    }

    pub(super) fn factor_value(&self, y: usize) -> f64 {
        let Prices::Constant(price_year) = self.model.budget.prices else { return 1.0 };
        let Some(c) = self.model.budget.compensation else { return 1.0 };
        let values = &self.model.assumption(c).values;
        let first = if price_year < self.model.base_year() { 1.0 + values[0] } else { 1.0 };
        (1..=y).filter(|s| self.projection.years[*s] > price_year).fold(first, |f, s| f * (1.0 + values[s]))
    }
}
