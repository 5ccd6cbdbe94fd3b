//! What every part of the tree is built with: leaves, and steps over steps.

use super::{Builder, From, Leaf, Step, Term};
use crate::diagnostic::Place;
use crate::dutch::Quantity;
use crate::model::{AssumptionId, FigureKind, Provenance, Quantity as Recorded, Scale};
use crate::units::Year;

impl Builder<'_> {
    /// The year at a position; 0 is the base year.
    pub(super) fn year(&self, y: usize) -> Year {
        self.model.base_year().plus(i32::try_from(y).unwrap_or(i32::MAX))
    }

    /// Position of a year from the base year on; none before it.
    pub(super) fn position(&self, year: Year) -> Option<usize> {
        usize::try_from(year.0 - self.model.base_year().0).ok()
    }

    /// A step that is known by its name, or made. Making it may make others.
    pub(super) fn once(&mut self, name: String, make: impl FnOnce(&mut Self, String) -> usize) -> usize {
        if let Some(known) = self.known.get(&name) {
            return *known;
        }
        let made = make(self, name.clone());
        self.known.insert(name, made);
        made
    }

    fn push(&mut self, step: Step) -> usize {
        self.steps.push(step);
        self.steps.len() - 1
    }

    /// A step worked out from others.
    pub(super) fn step(&mut self, name: String, unit: Quantity, term: Term, of: Vec<usize>) -> usize {
        let under: Vec<f64> = of.iter().map(|i| self.steps[*i].value).collect();
        let value = term.value(&under);
        self.push(Step { name, value, unit, from: From::Steps { term, of } })
    }

    /// What draws say.
    pub(super) fn drawn(&mut self, name: String, unit: Quantity, value: f64, from: (String, u64, Vec<usize>)) -> usize {
        let (what, draws, of) = from;
        self.push(Step { name, value, unit, from: From::Draws { what, draws, seed: self.seed, of } })
    }

    /// What an expression is called that is the same as a step.
    pub(super) fn same(&mut self, name: String, unit: Quantity, of: usize) -> usize {
        self.step(name, unit, Term::only(), vec![of])
    }

    /// A value that nothing states.
    pub(super) fn given(
        &mut self,
        name: String,
        unit: Quantity,
        value: f64,
        why: impl Into<String>,
        place: Option<&Place>,
    ) -> usize {
        let from = From::Given { why: why.into(), place: place.cloned() };
        self.push(Step { name, value, unit, from })
    }

    /// A value in a file.
    pub(super) fn leaf(
        &mut self,
        name: String,
        unit: Quantity,
        value: f64,
        place: &Place,
        source: Option<String>,
    ) -> usize {
        let from = From::File(Leaf { place: place.clone(), source, assumption: None, spread: None });
        self.push(Step { name, value, unit, from })
    }

    /// The value of an assumption in a year.
    pub(super) fn assumption(&mut self, id: AssumptionId, y: usize) -> usize {
        let model = self.model;
        let assumption = model.assumption(id);
        let year = self.year(y);
        // A level or a unit cost is one number, whichever year it is asked for.
        #[allow(clippy::float_cmp, reason = "the very same number")]
        let constant = assumption.values.iter().all(|v| *v == assumption.values[y]);
        let single = matches!(assumption.scale, Scale::Level | Scale::Price) && constant;
        let name = if single { assumption.address.clone() } else { format!("{}[{year}]", assumption.address) };
        self.once(name, |b, name| {
            let provenance = assumption.provenance_by_year.iter().find(|(y, _)| *y == year).map(|(_, p)| p);
            let source = provenance.and_then(said).or_else(|| said(&assumption.provenance));
            let unit = super::assumed::unit(assumption);
            let spread = super::assumed::spread(assumption, y);
            let leaf = Leaf { place: assumption.place_of(year).clone(), source, assumption: Some((id, y)), spread };
            b.push(Step { name, value: assumption.values[y], unit, from: From::File(leaf) })
        })
    }

    /// A recorded figure, the first of these kinds that there is.
    pub(super) fn recorded(
        &mut self,
        line: &str,
        quantity: Recorded,
        kinds: &[FigureKind],
        year: Year,
    ) -> Option<usize> {
        let model = self.model;
        let (kind, found) =
            kinds.iter().find_map(|kind| model.figures.get(line, quantity, *kind, year).map(|f| (*kind, f)))?;
        let unit = match quantity {
            Recorded::Clients => Quantity::Clients,
            Recorded::Count => Quantity::Number,
            _ => Quantity::Euro,
        };
        let name = format!("figures({line}, {}, {}, {year})", quantity.name(), kind.name());
        Some(self.once(name, |b, name| b.leaf(name, unit, found.value, &found.place, found.source.clone())))
    }

    /// A recorded figure, or 0 with the reason.
    pub(super) fn recorded_or_nothing(
        &mut self,
        line: &str,
        quantity: Recorded,
        kinds: &[FigureKind],
        year: Year,
    ) -> usize {
        self.recorded(line, quantity, kinds, year).unwrap_or_else(|| {
            let unit = if quantity.is_money() { Quantity::Euro } else { Quantity::Clients };
            let name = format!("figures({line}, {}, {year})", quantity.name());
            let why = format!("figures.csv has no {} of {line} in {year}", quantity.name());
            self.once(name, |b, name| b.given(name, unit, 0.0, why, Some(&Place::file("figures.csv"))))
        })
    }
}

/// Source, else note.
pub(super) fn said(provenance: &Provenance) -> Option<String> {
    provenance.source.clone().or_else(|| provenance.note.clone())
}
