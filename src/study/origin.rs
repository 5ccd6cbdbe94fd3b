//! Where a figure of the outcome comes from, in one line: the rows of
//! figures.csv and the assumptions that it rests on, with their documents.

use std::collections::BTreeSet;

use super::facts::Computed;
use crate::diagnostic::Place;
use crate::model::{
    Assumption, Figure, FigureAddress, FigureKind, IndexSource, Line, MeasureKind, Model, Provenance, Quantity,
};
use crate::units::Year;

/// How many places are named before the rest is counted.
const NAMED: usize = 3;

/// `Begroting 2026 (figures.csv:3:1)`, or the place alone.
fn at(source: Option<&String>, place: &Place) -> String {
    source.map_or_else(|| place.to_string(), |source| format!("{source} ({place})"))
}

/// Several places as one line; none where there are none.
fn together(mut found: Vec<String>) -> Option<String> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    found.retain(|f| seen.insert(f.clone()));
    match found.len() {
        0 => None,
        n if n <= NAMED => Some(found.join("; ")),
        n => Some(format!("{}; en {} plaatsen meer", found[..NAMED - 1].join("; "), n - NAMED + 1)),
    }
}

fn of_assumption(assumption: &Assumption, year: Year) -> String {
    let by_year = assumption.provenance_by_year.iter().find(|(y, _)| *y == year).map(|(_, p)| p);
    // Of a remark the first sentence: the rest stands at the place itself.
    let note = |p: &Provenance| p.note.as_ref().map(|n| n.split(". ").next().unwrap_or(n).to_owned());
    let said = |p: &Provenance| p.source.clone().or_else(|| note(p));
    let source = by_year.and_then(said).or_else(|| said(&assumption.provenance));
    at(source.as_ref(), assumption.place_of(year))
}

impl Computed {
    /// Where a figure comes from; none where nothing is known.
    pub(super) fn origin(&self, address: &FigureAddress) -> Option<String> {
        let model = &self.model;
        let rows = |quantity, kind, year| self.rows(&address.name, quantity, kind, year);
        let base = |quantity| rows(quantity, model.municipality.base, model.base_year());
        let cost_and_revenue = || [base(Quantity::Cost), base(Quantity::Revenue)].concat();
        let mut found = match address.figure {
            Figure::Budget => return together(rows(Quantity::Cost, FigureKind::Budget, address.year)),
            Figure::BudgetRevenue => return together(rows(Quantity::Revenue, FigureKind::Budget, address.year)),
            Figure::Actual => {
                let revenue = model.lines.revenues().any(|l| l.id == address.name);
                let quantity = if revenue { Quantity::Revenue } else { Quantity::Cost };
                return together(rows(quantity, FigureKind::Actual, address.year));
            }
            Figure::Indicator => {
                let count = model.figures.get(&address.name, Quantity::Count, FigureKind::Actual, address.year)?;
                return Some(at(count.source.as_ref(), &count.place));
            }
            Figure::Index => return self.origin_of_index(&address.name, address.year, 0),
            Figure::Reserve => {
                let reserve = model.reserves.iter().find(|r| r.id == address.name)?;
                return Some(at(reserve.provenance.source.as_ref(), &reserve.place));
            }
            Figure::Growth => {
                let stem = format!("cost.{}.volume", address.name);
                let assumptions = model.assumptions.iter().filter(|a| a.address.starts_with(&stem));
                return together(assumptions.map(|a| of_assumption(a, address.year)).collect());
            }
            Figure::Cost => base(Quantity::Cost),
            Figure::Revenue => base(Quantity::Revenue),
            Figure::Clients => base(Quantity::Clients),
            Figure::Price => [base(Quantity::Cost), base(Quantity::Clients)].concat(),
            Figure::Balance | Figure::Result => cost_and_revenue(),
            Figure::Shortfall => [
                cost_and_revenue(),
                rows(Quantity::Cost, FigureKind::Budget, address.year),
                rows(Quantity::Revenue, FigureKind::Budget, address.year),
            ]
            .concat(),
        };
        // A figure of a later year is projected, by the line's own assumptions.
        if address.year > model.base_year()
            && let Ok(lines) = self.lines_by_name(&address.name)
            && let [line] = lines.as_slice()
        {
            found.push(line.place().to_string());
        }
        together(found)
    }

    /// The rows of figures.csv behind a name.
    fn rows(&self, name: &str, quantity: Quantity, kind: FigureKind, year: Year) -> Vec<String> {
        let lines = self.lines_by_name(name).unwrap_or_default();
        let own = |line: &Line| match quantity {
            Quantity::Revenue => line.as_cost().is_none(),
            _ => line.as_cost().is_some(),
        };
        lines
            .into_iter()
            .filter(|l| own(l))
            .filter_map(|l| self.model.figures.get(l.id(), quantity, kind, year))
            .map(|r| at(r.source.as_ref(), &r.place))
            .collect()
    }

    /// The percentage of an index, or of those that it mixes.
    fn origin_of_index(&self, id: &str, year: crate::units::Year, depth: u8) -> Option<String> {
        let model: &Model = &self.model;
        let index = model.indices.iter().find(|i| i.id == id)?;
        match &index.source {
            IndexSource::Rate { rate, .. } => Some(of_assumption(model.assumption(*rate), year)),
            // Mixes never go round; the bound only says so.
            IndexSource::Mix(parts) if depth < 8 => {
                let of = |part: &crate::model::IndexId| {
                    self.origin_of_index(&model.indices.get(part.0)?.id, year, depth + 1)
                };
                together(parts.iter().filter_map(|(part, _)| of(part)).collect())
            }
            IndexSource::Mix(_) => Some(index.place.to_string()),
        }
    }

    /// Where the measures of a kind stand.
    pub(super) fn origin_of_measures(&self, kind: MeasureKind) -> Option<String> {
        let measures = self.model.measures.iter().filter(|m| m.kind == kind);
        together(measures.map(|m| at(m.provenance.source.as_ref().or(m.provenance.note.as_ref()), &m.place)).collect())
    }
}
