//! What `explain` calls the numbers that a report prints.
//!
//! Sections name their numbers here, so that an address is written in one way
//! and every printed number can be asked for by it.

use super::draft::Draft;
use crate::model::{Assumption, Distribution, Model, Scale};
use crate::projection::GroupId;
use crate::study::ScenarioStudy;
use crate::units::Year;

/// A group's name in addresses.
pub fn group(id: &GroupId) -> String {
    match id {
        GroupId::Domain(name) | GroupId::Taakveld(name) => name.clone(),
        other => other.to_string(),
    }
}

/// How far the budget lies above the cost: negative is a disadvantage.
pub fn below_budget(name: &str, y: Year) -> String {
    format!("budget({name}, {y}) - cost({name}, {y})")
}

/// Balance against that of the budget: negative is a disadvantage.
pub fn balance_above_budget(name: &str, y: Year) -> String {
    format!("balance({name}, {y}) - (budget_revenue({name}, {y}) - budget({name}, {y}))")
}

/// Both bounds of the middle 80 %.
pub fn band(of: &str) -> [String; 2] {
    [format!("p10({of})"), format!("p90({of})")]
}

/// As one address in a list of evidence.
pub fn both([low, high]: [String; 2]) -> String {
    format!("{low}; {high}")
}

/// The chance that cost exceeds its budget.
pub fn chance_above(name: &str, y: Year) -> String {
    format!("chance(cost({name}, {y}) > budget({name}, {y}))")
}

/// What [`super::draft::chance_of_worse`] is the chance of.
pub fn chance_of_worse(scenario: &ScenarioStudy, id: &GroupId, year: usize) -> String {
    let name = group(id);
    let y = scenario.projection.years[year];
    let short = scenario.outcome.as_ref().and_then(|o| o.groups.iter().find(|g| g.id == *id));
    let short = short.and_then(|g| g.shortfall.get(year)?.as_ref()?.chance_above_budget);
    match short {
        Some(_) => format!("chance(shortfall({name}, {y}) > 0)"),
        None => chance_above(&name, y),
    }
}

/// An address in a scenario, as the report about `d` must ask for it.
pub fn within(d: &Draft<'_>, scenario: &ScenarioStudy, address: &str) -> String {
    if std::ptr::eq(d.here, scenario) {
        address.to_owned()
    } else {
        format!("in({}, {address})", scenario.model.scenario.id)
    }
}

/// The values of an assumption, one address per projected year where they differ.
pub fn values(model: &Model, a: &Assumption) -> Vec<String> {
    let years: Vec<Year> = model.years().skip(1).collect();
    #[allow(clippy::float_cmp, reason = "the very same number")]
    let same = a.values.get(1..).unwrap_or_default().windows(2).all(|w| w[0] == w[1]);
    if same { vec![a.address.clone()] } else { years.iter().map(|y| format!("{}[{y}]", a.address)).collect() }
}

/// The bounds that the report prints of an uncertain assumption; none where it is certain.
pub fn bounds(model: &Model, a: &Assumption) -> Vec<String> {
    let mut stated = a.distributions.iter().enumerate().filter_map(|(y, d)| d.map(|d| (y, d)));
    let Some((at, first)) = stated.next() else { return Vec::new() };
    let several = stated.any(|(_, d)| d != first);
    let at = if a.scale == Scale::Level { at.max(1) } else { at };
    let year = model.base_year().plus(i32::try_from(at).unwrap_or(0));
    let of = |word: &str| format!("{word}({}, {year})", a.address);
    match first {
        Distribution::Normal { .. } if several => vec![of("spread")],
        _ => vec![of("lowest"), of("highest")],
    }
}

/// The year in which the register is added up.
pub fn register_year(d: &Draft<'_>) -> Year {
    d.here.resilience.as_ref().map_or(d.base_year().plus(1), |r| r.year)
}

/// `90%`, as the address of a needed capacity has it.
pub fn level(certainty: f64) -> String {
    let percent = crate::dutch::round(certainty * 100.0, 6);
    format!("{percent}%")
}

/// Several figures added up.
pub fn sum(of: &[String]) -> String {
    of.join(" + ")
}

/// A part of a figure: the share of a line that belongs to a group.
pub fn share(share: f64, address: &str) -> String {
    if (share - 1.0).abs() < f64::EPSILON { address.to_owned() } else { format!("{share} * {address}") }
}
