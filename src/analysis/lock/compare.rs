//! Two locks side by side: what differs, and why.

use std::collections::BTreeMap;

use super::{Lock, LockedAssumption, LockedLine};
use crate::projection::{BridgeDriver, Cause, line_between_scenarios};
use crate::units::Year;

/// An input file that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputChange {
    /// It has other bytes.
    Changed(String),
    /// It is there now and was not.
    Added(String),
    /// It was there and is not now.
    Removed(String),
}

/// An assumption that differs; none where it is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct AssumptionChange {
    /// Its address.
    pub address: String,
    /// Year, before and after, of the years that both hold and that differ.
    pub years: Vec<(Year, f64, f64)>,
    /// Spread before and after, where that differs.
    pub spread: Option<(String, String)>,
    /// Whether it stands in the old and in the new lock.
    pub present: (bool, bool),
}

/// A figure that differs; none where it is not there.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureChange {
    /// Its address: `cost(jeugd, 2027)`.
    pub address: String,
    /// Euros before.
    pub before: Option<f64>,
    /// Euros after.
    pub after: Option<f64>,
}

impl FigureChange {
    /// Euros after less before; none where it stands on one side alone.
    pub fn change(&self) -> Option<f64> {
        self.after.zip(self.before).map(|(a, b)| a - b)
    }
}

/// One reason of a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Why {
    /// In Dutch: `prijs: ova`.
    pub reason: String,
    /// Euros.
    pub amount: f64,
    /// Whether it is incidental.
    pub incidental: bool,
}

/// Why the total of a year changed.
#[derive(Clone, Debug, PartialEq)]
pub struct YearBridge {
    /// Cost or revenue.
    pub is_cost: bool,
    /// The year.
    pub year: Year,
    /// Before.
    pub before: f64,
    /// After.
    pub after: f64,
    /// They sum to the change.
    pub items: Vec<Why>,
}

impl YearBridge {
    /// Euros after less before.
    pub fn change(&self) -> f64 {
        self.after - self.before
    }
}

/// What differs between two locks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Difference {
    /// Made by another version: before, after.
    pub version: Option<(String, String)>,
    /// Input files.
    pub inputs: Vec<InputChange>,
    /// Assumptions.
    pub assumptions: Vec<AssumptionChange>,
    /// Amounts of lines and groups, and other figures.
    pub figures: Vec<FigureChange>,
    /// Why, per year, for the total cost and revenue that changed.
    pub bridges: Vec<YearBridge>,
}

impl Difference {
    /// Whether the projection is as it was: its figures. Inputs may differ in
    /// what does not matter, such as a remark.
    pub fn is_same(&self) -> bool {
        self.figures.is_empty()
    }
}

/// Whether two amounts in cents differ by more than the last cent's rounding.
fn differs(a: f64, b: f64) -> bool {
    (a - b).abs() > 0.011
}

/// What changed from `before` to `after`.
pub fn difference(before: &Lock, after: &Lock) -> Difference {
    let mut out = Difference {
        version: (before.made.version != after.made.version)
            .then(|| (before.made.version.clone(), after.made.version.clone())),
        inputs: inputs(&before.made.inputs, &after.made.inputs),
        assumptions: assumptions(before, after),
        figures: figures(before, after),
        bridges: Vec::new(),
    };
    for year in before.years.iter().filter(|y| after.years.contains(y)) {
        for is_cost in [true, false] {
            let bridge = bridge(before, after, is_cost, *year, &|l| !l.outside);
            if differs(bridge.before, bridge.after) {
                out.bridges.push(bridge);
            }
        }
    }
    out
}

/// Which of two lists of files with hashes differ.
pub fn inputs(before: &[(String, String)], after: &[(String, String)]) -> Vec<InputChange> {
    let old: BTreeMap<&str, &str> = before.iter().map(|(p, h)| (p.as_str(), h.as_str())).collect();
    let new: BTreeMap<&str, &str> = after.iter().map(|(p, h)| (p.as_str(), h.as_str())).collect();
    let mut out = Vec::new();
    for (path, hash) in &old {
        match new.get(path) {
            None => out.push(InputChange::Removed((*path).to_owned())),
            Some(other) if other != hash => out.push(InputChange::Changed((*path).to_owned())),
            Some(_) => {}
        }
    }
    out.extend(new.keys().filter(|p| !old.contains_key(*p)).map(|p| InputChange::Added((*p).to_owned())));
    out
}

fn assumptions(before: &Lock, after: &Lock) -> Vec<AssumptionChange> {
    let of = |lock: &Lock| -> BTreeMap<String, LockedAssumption> {
        lock.assumptions.iter().map(|a| (a.address.clone(), a.clone())).collect()
    };
    let (old, new) = (of(before), of(after));
    let mut addresses: Vec<&String> = old.keys().chain(new.keys()).collect();
    addresses.sort();
    addresses.dedup();
    let at = |lock: &Lock, a: &LockedAssumption, year: Year| {
        lock.years.iter().position(|y| *y == year).and_then(|i| a.values.get(i).copied())
    };
    let mut out = Vec::new();
    for address in addresses {
        let (a, b) = (old.get(address), new.get(address));
        let mut change = AssumptionChange {
            address: address.clone(),
            years: Vec::new(),
            spread: None,
            present: (a.is_some(), b.is_some()),
        };
        if let (Some(a), Some(b)) = (a, b) {
            for year in &before.years {
                if let (Some(x), Some(y)) = (at(before, a, *year), at(after, b, *year))
                    && x != y
                {
                    change.years.push((*year, x, y));
                }
            }
            if a.spread != b.spread {
                change.spread = Some((a.spread.clone(), b.spread.clone()));
            }
            if change.years.is_empty() && change.spread.is_none() {
                continue;
            }
        }
        out.push(change);
    }
    out
}

fn figures(before: &Lock, after: &Lock) -> Vec<FigureChange> {
    let list = |lock: &Lock| -> Vec<(String, f64)> {
        let mut all = Vec::new();
        // Totals first: that is what people look for.
        for (id, years) in lock.groups.iter().rev() {
            let name = id.split_once(':').map_or(id.as_str(), |(_, name)| name);
            for y in years {
                for (what, value) in
                    [("cost", y.cost), ("revenue", y.revenue), ("balance", y.balance), ("result", y.result)]
                {
                    all.push((format!("{what}({name}, {})", y.year), value));
                }
            }
        }
        for line in &lock.lines {
            let what = if line.is_cost { "cost" } else { "revenue" };
            let years = &line.projection.years;
            all.extend(years.iter().map(|y| (format!("{what}({}, {})", line.projection.id, y.year), y.amount)));
        }
        all.extend(lock.figures.iter().cloned());
        all
    };
    let (old, new) = (list(before), list(after));
    let find: BTreeMap<&str, f64> = new.iter().map(|(a, v)| (a.as_str(), *v)).collect();
    let known: BTreeMap<&str, f64> = old.iter().map(|(a, v)| (a.as_str(), *v)).collect();
    let mut out = Vec::new();
    for (address, value) in &old {
        let now = find.get(address.as_str()).copied();
        if now.is_none_or(|n| differs(n, *value)) {
            out.push(FigureChange { address: address.clone(), before: Some(*value), after: now });
        }
    }
    for (address, value) in new.iter().filter(|(a, _)| !known.contains_key(a.as_str())) {
        out.push(FigureChange { address: address.clone(), before: None, after: Some(*value) });
    }
    out
}

/// Why the sum of some lines in a year changed. What the two locks do not
/// explain by a factor (other clients in the base year, another base year) is
/// one item of its own, so that the items sum to the change.
pub fn bridge(
    before: &Lock,
    after: &Lock,
    is_cost: bool,
    year: Year,
    wanted: &dyn Fn(&LockedLine) -> bool,
) -> YearBridge {
    let of = |lock: &'_ Lock| -> BTreeMap<String, LockedLine> {
        let lines = lock.lines.iter().filter(|l| l.is_cost == is_cost && wanted(l));
        lines.map(|l| (l.projection.id.clone(), l.clone())).collect()
    };
    let (old, new) = (of(before), of(after));
    let amount = |line: Option<&LockedLine>| {
        line.and_then(|l| l.projection.years.iter().find(|y| y.year == year)).map(|y| y.amount)
    };
    let mut ids: Vec<&String> = old.keys().chain(new.keys()).collect();
    ids.sort();
    ids.dedup();
    let mut sums: BTreeMap<(usize, String, bool), f64> = BTreeMap::new();
    let (mut from, mut to) = (0.0, 0.0);
    for id in ids {
        let (a, b) = (old.get(id), new.get(id));
        let (x, y) = (amount(a), amount(b));
        from += x.unwrap_or(0.0);
        to += y.unwrap_or(0.0);
        let change = y.unwrap_or(0.0) - x.unwrap_or(0.0);
        let found: Vec<(usize, String, bool, f64)> = match (a, b) {
            (Some(a), Some(b)) => {
                let bridge = line_between_scenarios(&a.projection, &b.projection, year);
                let mut items: Vec<_> = bridge
                    .iter()
                    .flat_map(|bridge| &bridge.items)
                    .map(|item| {
                        let (rank, reason) = reason(&item.driver);
                        (rank, reason, item.incidental, item.amount)
                    })
                    .collect();
                let left = change - items.iter().map(|i| i.3).sum::<f64>();
                // Amounts stand in whole cents: what that leaves goes to the largest item.
                let largest = items.iter_mut().max_by(|a, b| a.3.abs().total_cmp(&b.3.abs()));
                match largest {
                    Some(item) if left.abs() < 0.05 => item.3 += left,
                    _ if left.abs() >= 0.005 => {
                        items.push((8, "andere cijfers in het basisjaar".to_owned(), false, left));
                    }
                    _ => {}
                }
                items
            }
            (None, Some(b)) => vec![(9, format!("nieuwe lijn {}", b.label), false, change)],
            (Some(a), None) => vec![(9, format!("vervallen lijn {}", a.label), false, change)],
            (None, None) => Vec::new(),
        };
        for (rank, reason, incidental, amount) in found {
            *sums.entry((rank, reason, incidental)).or_default() += amount;
        }
    }
    let items = sums
        .into_iter()
        .filter(|(_, amount)| amount.abs() >= 0.005)
        .map(|((_, reason, incidental), amount)| Why { reason, amount, incidental })
        .collect();
    YearBridge { is_cost, year, before: from, after: to, items }
}

/// A driver in words, with its place in the order of a bridge.
fn reason(driver: &BridgeDriver) -> (usize, String) {
    match driver {
        BridgeDriver::Volume(cause) => (0, format!("volume: {}", cause_in_words(cause))),
        BridgeDriver::Mix => (1, "verschuiving tussen lijnen".to_owned()),
        BridgeDriver::Intensity => (2, "zwaarte van de hulp".to_owned()),
        BridgeDriver::Price(cause) => (3, format!("prijs: {}", cause_in_words(cause))),
        BridgeDriver::Measure(id) => (4, format!("maatregel {id}")),
        BridgeDriver::Revenue(cause) => (5, format!("baten: {}", cause_in_words(cause))),
        BridgeDriver::UnitCost => (6, "beginstand: bedrag in het basisjaar".to_owned()),
        BridgeDriver::New => (7, "begint".to_owned()),
        BridgeDriver::Ended => (7, "eindigt".to_owned()),
        BridgeDriver::Other => (7, "overig".to_owned()),
    }
}

fn cause_in_words(cause: &Cause) -> String {
    match cause {
        Cause::Ageing => "vergrijzing".to_owned(),
        Cause::Growth => "groei".to_owned(),
        Cause::Measure(id) => format!("maatregel {id}"),
        Cause::Flow(id) => format!("doorstroom {id}"),
        Cause::Exit => "uitstroom".to_owned(),
        Cause::Intake => "instroom".to_owned(),
        Cause::Index(id) => format!("index {id}"),
        Cause::Change => "eigen prijsstijging".to_owned(),
        Cause::Followed(id) => format!("volgt {id}"),
        Cause::Contribution => "eigen bijdrage".to_owned(),
        Cause::SafetyNet => "vangnet".to_owned(),
        Cause::Ended => "loopt af".to_owned(),
        Cause::Base => "andere cijfers in het basisjaar".to_owned(),
    }
}
