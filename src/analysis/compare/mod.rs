//! What changed and why: two scenarios, two years, or a saved run and now.
//!
//! A change is told twice, because two questions are asked. *What in the
//! household of the figures changed?* The bridge splits cost and revenue of
//! every line and group into volume, mix, intensity, price, measures and
//! reserves ([`Account`]; LMDI-I, no residual). *Which assumption did it?*
//! Between two scenarios the change is shared out over the assumptions that
//! differ ([`Attribution`]; Shapley, so their order does not matter).

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{AssumptionId, Model, Scale};
use crate::projection::{Central, LineProjection, Projection, Terms, project};
use crate::units::Year;

mod account;
mod items;
mod past;
mod saved;
mod shapley;

#[cfg(test)]
mod tests;

pub use account::{Account, AccountId, Movement, Part, Step, StepKind, accounts, waterfall};
pub use items::{Differs, Item, items};
pub use past::{Past, past};
pub use saved::{Saved, SavedError, assumptions_of, causes_of};
pub use shapley::{Attribution, Player, attribute};

/// One end of a comparison: a future, and what is known of the model behind it.
#[derive(Clone, Debug)]
pub struct End {
    /// As shown to people: `Basis`, `ova-hoger`, `run.json`.
    pub title: String,
    /// The future.
    pub projection: Projection,
    /// The model; none for a saved run.
    pub model: Option<Model>,
    /// Values of assumptions by address and year; none where they were not saved.
    pub assumptions: Option<BTreeMap<String, Stated>>,
    /// Whether counts of clients were rounded or hidden where it was saved.
    pub guarded: bool,
    /// Whose it is; none where a saved run does not say.
    pub whose: Option<Whose>,
}

/// A municipality, by code and name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whose {
    /// Its CBS code.
    pub code: String,
    /// Its name.
    pub name: String,
}

impl std::fmt::Display for Whose {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({})", self.name, self.code)
    }
}

/// The values of one assumption.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// What kind of number it is.
    pub scale: Scale,
    /// By year, from the base year on.
    pub values: BTreeMap<Year, f64>,
}

impl End {
    /// A scenario as it is now.
    pub fn of_model(model: Model, title: String) -> Self {
        let projection = project(&model, &Central(&model));
        let stated = model.assumptions.iter().map(|a| {
            let values = model.years().zip(a.values.iter().copied()).collect();
            (a.address.clone(), Stated { scale: a.scale, values })
        });
        let assumptions = Some(stated.collect());
        let whose = Whose { code: model.municipality.code.clone(), name: model.municipality.name.clone() };
        Self { title, projection, model: Some(model), assumptions, guarded: false, whose: Some(whose) }
    }

    /// Both municipalities, where the ends are of two.
    pub fn strangers<'a>(&'a self, other: &'a Self) -> Option<(&'a Whose, &'a Whose)> {
        let (a, b) = (self.whose.as_ref()?, other.whose.as_ref()?);
        (a.code != b.code).then_some((a, b))
    }

    /// Volumes relative to the first year that has any, and no counts: how a
    /// guarded run is compared, where the counts themselves were not saved. Of
    /// lines in `joined` volume and cost per client are one factor: without a
    /// count in the base year nothing tells them apart.
    pub fn without_counts(&mut self, joined: &BTreeSet<String>) {
        for line in &mut self.projection.lines {
            let whole = line.clone();
            for year in &mut line.years {
                year.terms = relative(&whole, &year.terms);
                if joined.contains(&line.id) {
                    join(&mut year.terms);
                }
                year.clients = None;
            }
        }
        for year in self.projection.groups.iter_mut().flat_map(|g| &mut g.years) {
            year.clients = None;
        }
    }

    /// Lines that have no volume in the base year and have some later.
    fn starting(&self) -> impl Iterator<Item = &str> {
        let later = |l: &&LineProjection| {
            let mut volumes = l.years.iter().map(|y| y.terms.volume);
            is_cost_line(l) && volumes.next() == Some(0.0) && volumes.any(|v| v != 0.0)
        };
        self.projection.lines.iter().filter(later).map(|l| l.id.as_str())
    }

    /// Addresses whose values were hidden where it was saved.
    pub fn hidden(&self) -> Vec<&str> {
        let all = self.assumptions.iter().flatten();
        all.filter(|(_, s)| s.values.is_empty()).map(|(address, _)| address.as_str()).collect()
    }
}

/// Both ends without counts of clients, told alike.
pub fn without_counts(a: &mut End, b: &mut End) {
    let joined: BTreeSet<String> = a.starting().chain(b.starting()).map(str::to_owned).collect();
    a.without_counts(&joined);
    b.without_counts(&joined);
}

fn is_cost_line(line: &LineProjection) -> bool {
    line.years.iter().any(|y| y.intensity_index.is_some())
}

/// Volume in euros of the base year: cost per client is part of it.
fn join(terms: &mut Terms) {
    let unit = terms.unit_cost;
    terms.volume *= unit;
    terms.volume_parts.iter_mut().for_each(|p| p.amount *= unit);
    terms.unit_cost = 1.0;
}

/// Terms whose volume is relative to the first year that has any: the same
/// cost, and its parts in the same proportions, without saying how many clients
/// there are.
pub fn relative(line: &LineProjection, terms: &Terms) -> Terms {
    let first = line.years.iter().map(|y| y.terms.volume).find(|v| *v != 0.0).unwrap_or(1.0);
    let part =
        |p: &crate::projection::Part| crate::projection::Part { cause: p.cause.clone(), amount: p.amount / first };
    Terms {
        unit_cost: terms.unit_cost * first,
        volume: terms.volume / first,
        volume_parts: terms.volume_parts.iter().map(part).collect(),
        ..terms.clone()
    }
}

/// An assumption that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Its address.
    pub address: String,
    /// What kind of number it is.
    pub scale: Scale,
    /// Years in which it differs, with both values; none on a side that does not state it.
    pub years: Vec<(Year, Option<f64>, Option<f64>)>,
}

/// The assumptions that differ between two ends, by address, up to and with a
/// year; none where a saved run kept none.
pub fn differences(a: &End, b: &End, until: Year) -> Option<Vec<Difference>> {
    let (a, b) = (a.assumptions.as_ref()?, b.assumptions.as_ref()?);
    let mut addresses: Vec<&String> = a.keys().chain(b.keys()).collect();
    addresses.sort();
    addresses.dedup();
    let mut found = Vec::new();
    for address in addresses {
        let (x, y) = (a.get(address), b.get(address));
        // What one side hides cannot be compared.
        if [x, y].into_iter().flatten().any(|s| s.values.is_empty()) {
            continue;
        }
        let Some(scale) = x.or(y).map(|s| s.scale) else { continue };
        let mut years: Vec<Year> =
            [x, y].into_iter().flatten().flat_map(|s| s.values.keys().copied()).filter(|y| *y <= until).collect();
        years.sort();
        years.dedup();
        let differs = |year: &Year| {
            let (p, q) = (x.and_then(|s| s.values.get(year)), y.and_then(|s| s.values.get(year)));
            (p != q).then(|| (*year, p.copied(), q.copied()))
        };
        let years: Vec<_> = years.iter().filter_map(differs).collect();
        if !years.is_empty() {
            found.push(Difference { address: address.clone(), scale, years });
        }
    }
    Some(found)
}

/// The model with an assumption of another model's values, year by year.
fn take_over(model: &mut Model, id: AssumptionId, other: &Model, from: AssumptionId) {
    let years: Vec<Year> = model.years().collect();
    for (y, year) in years.into_iter().enumerate() {
        if let Some(there) = other.year_index(year) {
            model.assumptions[id.0].values[y] = other.assumption(from).values[there];
        }
    }
}
