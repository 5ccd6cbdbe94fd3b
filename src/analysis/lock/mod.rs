//! A projection put on record, so that it can be seen to change.
//!
//! A [`Lock`] holds what one scenario projected and what it rested on, in a
//! text that people can review ([`Lock::text`], [`read`]): assumptions, every
//! line and year with the factors of its amount, the groups, and some figures
//! of the simulation. [`difference`] sets two locks side by side and says why
//! they differ, by the same bridge as between scenarios; it needs the old lock
//! and not the old files. A series of locks is the planning and control cycle
//! of a municipality ([`view`]): how did our view of a year change?

mod compare;
mod encode;
mod read;
mod series;
mod write;

#[cfg(test)]
mod tests;

pub use compare::{AssumptionChange, Difference, FigureChange, InputChange, Why, YearBridge, difference, inputs};
pub use read::read;
pub use series::{Row, View, order, view};

use crate::model::{FigureKind, Model};
use crate::projection::{GroupId, LineProjection, Projection};
use crate::simulation::Outcome;
use crate::units::Year;

/// With what a locked projection was made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Version of the program.
    pub version: String,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Draws; 0 for the projection alone.
    pub draws: u64,
    /// Input files with their hashes, by path.
    pub inputs: Vec<(String, String)>,
}

/// One assumption as locked.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedAssumption {
    /// Its path in the file.
    pub address: String,
    /// Its value in each year of the lock.
    pub values: Vec<f64>,
    /// How sure it is, in words; empty where it is certain.
    pub spread: String,
}

/// One line as locked.
#[derive(Clone, Debug, PartialEq)]
pub struct LockedLine {
    /// As shown to people.
    pub label: String,
    /// Cost or revenue.
    pub is_cost: bool,
    /// Not in the programme's total.
    pub outside: bool,
    /// Its years, with the factors of each amount.
    pub projection: LineProjection,
}

/// One group in one year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LockedGroupYear {
    /// The year.
    pub year: Year,
    /// Cost.
    pub cost: f64,
    /// Revenue.
    pub revenue: f64,
    /// Revenue less cost.
    pub balance: f64,
    /// Balance with withdrawals and additions.
    pub result: f64,
}

/// A projection on record.
#[derive(Clone, Debug, PartialEq)]
pub struct Lock {
    /// What it is called: `begroting-2026`.
    pub name: String,
    /// Its date as stated, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// With what it was made.
    pub made: Made,
    /// Code and name of the municipality.
    pub municipality: (String, String),
    /// Id and title of the scenario.
    pub scenario: (String, String),
    /// Figures of which kind it starts from.
    pub base: FigureKind,
    /// Base year to horizon.
    pub years: Vec<Year>,
    /// All assumptions, in order of address.
    pub assumptions: Vec<LockedAssumption>,
    /// Cost and revenue lines in the order of the file.
    pub lines: Vec<LockedLine>,
    /// Groups in the order of the projection.
    pub groups: Vec<(String, Vec<LockedGroupYear>)>,
    /// Other figures by address, such as percentiles of the simulation.
    pub figures: Vec<(String, f64)>,
}

impl Lock {
    /// What a lock of a projection is called unless somebody says otherwise:
    /// the document of the planning and control cycle that it is, and its year.
    pub fn usual_name(model: &Model) -> String {
        let document = match model.municipality.base {
            FigureKind::Budget => "begroting",
            FigureKind::Amended => "begroting-na-wijziging",
            FigureKind::Forecast => "prognose",
            FigureKind::Actual => "jaarrekening",
        };
        let name = format!("{document}-{}", model.base_year());
        match model.scenario.id.as_str() {
            "base" => name,
            id => format!("{name}-{id}"),
        }
    }

    /// Puts a projection on record. `figures` are those that come from
    /// elsewhere, such as the needed capacity.
    pub fn new(
        model: &Model,
        projection: &Projection,
        outcome: Option<&Outcome>,
        name: &str,
        date: Option<String>,
        made: Made,
        figures: Vec<(String, f64)>,
    ) -> Self {
        let mut assumptions: Vec<LockedAssumption> = model
            .assumptions
            .iter()
            .map(|a| LockedAssumption {
                address: a.address.clone(),
                values: a.values.iter().map(|v| encode::tidy(*v)).collect(),
                spread: encode::spread(a),
            })
            .collect();
        assumptions.sort_by(|a, b| a.address.cmp(&b.address));
        let lines = model
            .lines
            .all
            .iter()
            .zip(&projection.lines)
            .map(|(line, p)| LockedLine {
                label: line.label().to_owned(),
                is_cost: line.as_cost().is_some(),
                outside: line.outside(),
                projection: encode::tidy_line(p),
            })
            .collect();
        let groups = projection
            .groups
            .iter()
            .map(|g| {
                let years = g
                    .years
                    .iter()
                    .map(|y| LockedGroupYear {
                        year: y.year,
                        cost: encode::cents(y.cost),
                        revenue: encode::cents(y.revenue),
                        balance: encode::cents(y.balance),
                        result: encode::cents(y.result),
                    })
                    .collect();
                (g.id.to_string(), years)
            })
            .collect();
        let mut all = outcome.map(|o| simulated(o, projection)).unwrap_or_default();
        all.extend(figures.into_iter().map(|(a, v)| (a, encode::cents(v))));
        Self {
            name: name.to_owned(),
            date,
            made,
            municipality: (model.municipality.code.clone(), model.municipality.name.clone()),
            scenario: (model.scenario.id.clone(), model.scenario.title.clone()),
            base: model.municipality.base,
            years: projection.years.clone(),
            assumptions,
            lines,
            groups,
            figures: all,
        }
    }

    /// How many figures can be compared: amounts of lines and groups, and the
    /// others.
    pub fn count(&self) -> usize {
        self.lines.iter().map(|l| l.projection.years.len()).sum::<usize>()
            + self.groups.iter().map(|g| 4 * g.1.len()).sum::<usize>()
            + self.figures.len()
    }
}

/// What the draws say of the total: mean, P10 and P90 of the cost per year.
fn simulated(outcome: &Outcome, projection: &Projection) -> Vec<(String, f64)> {
    let Some(total) = outcome.groups.iter().find(|g| g.id == GroupId::Total) else { return Vec::new() };
    let mut out = Vec::new();
    for (year, cost) in projection.years.iter().zip(&total.cost) {
        for (what, value) in [("mean", cost.mean), ("p10", cost.p10), ("p90", cost.p90)] {
            out.push((format!("{what}(cost(total, {year}))"), encode::cents(value)));
        }
    }
    out
}
