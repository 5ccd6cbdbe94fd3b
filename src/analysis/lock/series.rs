//! The planning and control cycle: a series of locks, and how the view of one
//! year changed from each to the next.

use std::collections::BTreeMap;

use super::compare::bridge;
use super::{Lock, LockedLine};
use crate::units::Year;

/// How the view of a year changed over a series of locks.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The year looked at.
    pub year: Year,
    /// Names of the locks, in order.
    pub names: Vec<String>,
    /// Cost first, then revenue, then the balance.
    pub rows: Vec<Row>,
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// In Dutch.
    pub label: String,
    /// 0 for an amount, 1 for its change from the lock before, 2 for a reason.
    pub depth: u8,
    /// Per lock, euros; none where there is nothing to say.
    pub amounts: Vec<Option<f64>>,
}

/// Puts locks in the order of the cycle: by date where they state one, else by
/// the month in which their document is usually made. The kadernota of a year
/// precedes its budget, which precedes the interim reports and the accounts.
pub fn order(locks: &mut [Lock]) {
    locks.sort_by_key(|l| (l.date.clone().unwrap_or_else(|| usual_date(l)), l.name.clone()));
}

/// When the document of a name is usually made, such as `2025-11` for
/// `begroting-2026`; the end of its year for a name that tells nothing.
fn usual_date(lock: &Lock) -> String {
    let digits: Vec<i32> = lock
        .name
        .split(|c: char| !c.is_ascii_digit())
        .filter(|d| d.len() == 4)
        .filter_map(|d| d.parse().ok())
        .collect();
    let year = digits.first().copied().or(lock.years.first().map(|y| y.0)).unwrap_or(0);
    let name = lock.name.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|w| name.contains(w));
    let (year, month) = if has(&["kadernota", "perspectiefnota", "voorjaarsnota", "zomernota"]) {
        (year - 1, 6)
    } else if has(&["wijziging"]) {
        (year, 4)
    } else if has(&["begroting"]) {
        (year - 1, 11)
    } else if has(&["berap-1", "burap-1", "bestuursrapportage-1", "marap-1"]) {
        (year, 5)
    } else if has(&["berap", "burap", "bestuursrapportage", "marap", "prognose"]) {
        (year, 9)
    } else if has(&["jaarrekening", "jaarstukken", "rekening"]) {
        (year + 1, 5)
    } else {
        (year, 12)
    };
    format!("{year:04}-{month:02}")
}

/// The table of one year over locks in their order; of one line where named,
/// else of all lines in the programme's total. None where no lock holds the
/// year or the line.
pub fn view(locks: &[Lock], year: Year, line: Option<&str>) -> Option<View> {
    let wanted = |l: &LockedLine| line.map_or(!l.outside, |id| l.projection.id == id);
    let holds = |lock: &Lock| lock.years.contains(&year) && lock.lines.iter().any(wanted);
    if !locks.iter().any(holds) {
        return None;
    }
    let mut rows = Vec::new();
    for is_cost in [true, false] {
        let any = locks.iter().flat_map(|l| &l.lines).any(|l| l.is_cost == is_cost && wanted(l));
        if any {
            rows.extend(side(locks, is_cost, year, &wanted, &holds));
        }
    }
    if line.is_none() {
        let balance = |lock: &Lock| {
            let sum = |cost: bool| -> f64 { amounts(lock, cost, year, &wanted) };
            holds(lock).then(|| sum(false) - sum(true))
        };
        let amounts: Vec<Option<f64>> = locks.iter().map(balance).collect();
        let change = steps(&amounts);
        rows.push(Row { label: "saldo".to_owned(), depth: 0, amounts });
        rows.push(Row { label: "verandering".to_owned(), depth: 1, amounts: change });
    }
    Some(View { year, names: locks.iter().map(|l| l.name.clone()).collect(), rows })
}

fn amounts(lock: &Lock, is_cost: bool, year: Year, wanted: &dyn Fn(&LockedLine) -> bool) -> f64 {
    lock.lines
        .iter()
        .filter(|l| l.is_cost == is_cost && wanted(l))
        .flat_map(|l| l.projection.years.iter().filter(|y| y.year == year))
        .map(|y| y.amount)
        .sum()
}

/// Change of each from the last known one before it.
fn steps(amounts: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut last: Option<f64> = None;
    amounts
        .iter()
        .map(|now| {
            let change = now.zip(last).map(|(n, l)| n - l);
            last = now.or(last);
            change
        })
        .collect()
}

/// The rows of cost or of revenue.
fn side(
    locks: &[Lock],
    is_cost: bool,
    year: Year,
    wanted: &dyn Fn(&LockedLine) -> bool,
    holds: &dyn Fn(&Lock) -> bool,
) -> Vec<Row> {
    let level: Vec<Option<f64>> = locks.iter().map(|l| holds(l).then(|| amounts(l, is_cost, year, wanted))).collect();
    let mut reasons: Vec<String> = Vec::new();
    let mut found: BTreeMap<String, Vec<Option<f64>>> = BTreeMap::new();
    let mut last: Option<&Lock> = None;
    for (at, lock) in locks.iter().enumerate().filter(|(_, l)| holds(l)) {
        if let Some(before) = last {
            for item in bridge(before, lock, is_cost, year, wanted).items {
                let label = if item.incidental { format!("{} (incidenteel)", item.reason) } else { item.reason };
                if !reasons.contains(&label) {
                    reasons.push(label.clone());
                }
                found.entry(label).or_insert_with(|| vec![None; locks.len()])[at] = Some(item.amount);
            }
        }
        last = Some(lock);
    }
    let change = steps(&level);
    let label = if is_cost { "lasten" } else { "baten" };
    let mut rows = vec![
        Row { label: label.to_owned(), depth: 0, amounts: level },
        Row { label: "verandering".to_owned(), depth: 1, amounts: change },
    ];
    rows.extend(reasons.into_iter().map(|label| {
        let amounts = found.remove(&label).unwrap_or_default();
        Row { label, depth: 2, amounts }
    }));
    rows
}
