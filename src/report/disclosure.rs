//! Disclosure control: no page, workbook or data file shows how few people use
//! a provision.
//!
//! Counts are rounded to five and those below ten hidden. What is hidden must
//! not follow from what is shown: a line with one small year hides all its
//! years (its growth is printed), where a total stands beside the lines a
//! second line is hidden, and averages per client, hours per client and
//! figures of rules that use a hidden count go with it. Where clients move
//! between lines, what moves shows in the cost of both: a line that exchanges
//! clients with a hidden one is hidden too. Averages of other lines are rounded
//! so far that cost divided by them gives no more than the rounded count. The
//! hidden set is that of the whole study, so that base and what-if cannot be
//! laid side by side.
//!
//! Words that people wrote themselves are printed as they are.

mod hidden;
mod judge;

use std::collections::{BTreeMap, BTreeSet};

pub use judge::counts_people;

use super::words;
use crate::dutch;
use crate::model::{Assumption, Income, Indicator, Model, Quantity};
use crate::projection::GroupId;
use crate::study::Study;
use crate::units::Year;

/// Below this a count is hidden.
pub const FLOOR: f64 = 10.0;
/// To multiples of this a count is rounded.
const STEP: f64 = 5.0;
/// What stands in a cell that is hidden.
pub const HIDDEN: &str = "x";
/// What the sign means, under a table that has it.
pub const HIDDEN_NOTE: &str = "x: dit tonen we niet, om personen te beschermen.";

/// Why something is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A count below ten.
    Small,
    /// It would follow from a total, or from clients who move.
    Follows,
}

impl Why {
    /// For the reader.
    pub fn in_dutch(self) -> &'static str {
        match self {
            Self::Small => "in ten minste één jaar minder dan tien",
            Self::Follows => "anders volgt een klein aantal uit dit aantal",
        }
    }
}

/// A count as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// There is none.
    Nothing,
    /// This number: exact when disclosure control is off, else rounded to five.
    Count(f64),
    /// It may not be shown.
    Hidden,
}

impl Shown {
    /// The number, where it may be shown.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Count(v) => Some(v),
            Self::Nothing | Self::Hidden => None,
        }
    }
}

/// What may be shown of one study.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disclosure {
    on: bool,
    lines: BTreeMap<String, Why>,
    groups: BTreeMap<String, Why>,
    indicators: BTreeMap<String, Why>,
    /// Risks whose amount would give away that of another: the total less the rest.
    risks: BTreeSet<String>,
    /// The smallest count of each line and group that is shown: what their averages are rounded by.
    least: BTreeMap<String, f64>,
    /// Whether the study counts people at all.
    counts: bool,
}

impl Disclosure {
    /// What the municipality asked: on, unless `[report] disclosure = "off"`.
    pub fn of(study: &Study) -> Self {
        let off = study.scenarios.first().is_none_or(|s| s.model.report.disclosure_off);
        if off { Self::exact() } else { Self::on(study) }
    }

    /// Everything exact, for internal use.
    pub fn exact() -> Self {
        Self::default()
    }

    /// Whether counts are rounded and hidden.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Whether the counts of a line are hidden, and what follows from them.
    pub fn hides_line(&self, line: &str) -> bool {
        self.lines.contains_key(line)
    }

    /// The clients of a line in a year.
    pub fn clients(&self, line: &str, count: Option<f64>) -> Shown {
        self.shown(count, self.hides_line(line))
    }

    /// The clients of a group in a year.
    pub fn clients_of(&self, group: &GroupId, count: Option<f64>) -> Shown {
        // Totals that cut the lines in another way could be subtracted from each other.
        let crosses = !matches!(group, GroupId::Domain(_)) && !self.lines.is_empty();
        self.shown(count, crosses || self.groups.contains_key(&group.to_string()))
    }

    /// Euros per client of a line or group as they may be shown: rounded so far
    /// that dividing its cost by them leaves the count as unsure as rounding to
    /// five does.
    pub fn average(&self, name: &str, value: f64) -> f64 {
        let Some(least) = self.least.get(name).filter(|_| self.on) else { return value };
        let wide = (value * STEP / least).abs();
        let mut step = 1.0;
        while step < wide {
            // 1, 2, 5, 10, 20, ...
            step *= if step_starts_with_two(step) { 2.5 } else { 2.0 };
        }
        dutch::round(value / step, 0) * step
    }

    /// A count of an indicator.
    pub fn indicator(&self, indicator: &Indicator, count: f64) -> Shown {
        if !counts_people(indicator) {
            return Shown::Count(count);
        }
        self.shown(Some(count), false)
    }

    fn shown(&self, count: Option<f64>, hidden: bool) -> Shown {
        match count {
            None => Shown::Nothing,
            Some(v) if !self.on => Shown::Count(v),
            // Nobody is nobody: a line that starts later shows its 0.
            Some(0.0) if !hidden => Shown::Count(0.0),
            Some(v) if hidden || is_small(v) => Shown::Hidden,
            Some(v) => Shown::Count(to_five(v)),
        }
    }

    /// Whether the value of an assumption would give a hidden count away:
    /// euros or hours per client of a hidden line, contributions of its
    /// clients, small numbers who come in.
    pub fn hides(&self, model: &Model, assumption: &Assumption) -> bool {
        if !self.on {
            return false;
        }
        if is_intake(&assumption.address) && assumption.values.iter().copied().any(is_small) {
            return true;
        }
        self.hides_address(model, &assumption.address)
    }

    /// The same by address, for a part of a line.
    pub fn hides_address(&self, model: &Model, address: &str) -> bool {
        let parts: Vec<&str> = address.split('.').collect();
        match parts.as_slice() {
            ["cost", id, "unit_cost" | "luck", ..] | ["cost", id, "volume", "intake", ..] => self.hides_line(id),
            ["revenue", id, "contribution", ..] => {
                model.lines.revenues().filter(|r| r.id == *id).any(|r| match &r.income {
                    Income::Contribution(c) => c.lines.iter().any(|l| self.hides_line(model.lines.get(*l).id())),
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// The values of an assumption as they may be shown.
    pub fn values(&self, model: &Model, assumption: &Assumption) -> Option<Vec<f64>> {
        if self.hides(model, assumption) {
            return None;
        }
        let round = self.on && is_intake(&assumption.address);
        Some(assumption.values.iter().map(|v| if round { to_five(*v) } else { *v }).collect())
    }

    /// The values of an assumption in words.
    pub fn series(&self, model: &Model, assumption: &Assumption) -> String {
        self.values(model, assumption)
            .map_or_else(|| "niet getoond".to_owned(), |v| words::series(&v, assumption.scale, model.base_year()))
    }

    /// How sure an assumption is, in words.
    pub fn uncertainty(&self, model: &Model, assumption: &Assumption) -> String {
        if self.hides(model, assumption) {
            return "niet getoond".to_owned();
        }
        words::uncertainty(assumption).unwrap_or_else(|| "vast".to_owned())
    }

    /// What is hidden, with the reason, in the order of the file; empty where nothing is.
    pub fn report(&self, model: &Model) -> Vec<(String, Why)> {
        let lines = model.lines.costs().filter_map(|l| self.lines.get(&l.id).map(|why| (words::clean(&l.label), *why)));
        let groups = model.domains.iter().filter_map(|d| {
            let why = self.groups.get(&format!("domain:{}", d.id))?;
            Some((format!("{} (totaal)", words::clean(&d.label)), *why))
        });
        let indicators = model.indicators.iter().filter_map(|i| {
            self.indicators.get(&i.id).map(|why| (of_years(&words::clean(&i.label), &small_years(model, &i.id)), *why))
        });
        lines.chain(groups).chain(indicators).collect()
    }

    /// Whether there is anything to say about it: control is on and people are counted.
    pub fn speaks(&self) -> bool {
        self.on && self.counts
    }

    /// What stands on every page when counts are exact.
    pub fn mark(&self) -> Option<String> {
        (!self.on).then(|| "Alleen voor intern gebruik: kleine aantallen cliënten zijn niet verborgen.".to_owned())
    }
}

/// The years in which an indicator counts fewer than ten: only those are hidden.
fn small_years(model: &Model, indicator: &str) -> Vec<Year> {
    let small = model.figures.of(indicator, Quantity::Count).filter(|(_, _, r)| is_small(r.value));
    small.map(|(_, year, _)| year).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A label with the years that it is about.
fn of_years(label: &str, years: &[Year]) -> String {
    let years: Vec<String> = years.iter().map(ToString::to_string).collect();
    if years.is_empty() { label.to_owned() } else { format!("{label}, alleen {}", dutch::list(&years)) }
}

/// Between nobody and ten.
fn is_small(count: f64) -> bool {
    count > 0.0 && count < FLOOR
}

/// To the nearest five.
fn to_five(count: f64) -> f64 {
    dutch::round(count / STEP, 0) * STEP
}

/// To the nearest five percentage points.
fn to_five_percent(share: f64) -> f64 {
    dutch::round(share * 20.0, 0) / 20.0
}

/// Whether a step of the row 1, 2, 5, 10, 20, 50 starts with a two.
fn step_starts_with_two(step: f64) -> bool {
    let mut first = step;
    while first >= 10.0 {
        first /= 10.0;
    }
    (1.5..4.0).contains(&first)
}

fn is_intake(address: &str) -> bool {
    address.starts_with("cost.") && address.ends_with(".volume.intake")
}

#[cfg(test)]
mod tests;
