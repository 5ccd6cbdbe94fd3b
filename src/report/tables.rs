//! Cells and rows that many tables share.

use super::addresses;
use super::chance;
use super::disclosure::{HIDDEN, Shown};
use super::document::{Cell, Table, Unit};
use super::draft::{Draft, has_band};
use super::rounding::{Book, Units};
use crate::dutch;
use crate::projection::GroupId;
use crate::simulation::Summary;

/// What stands where there is nothing to show.
pub fn nothing() -> Cell {
    Cell::words("–")
}

/// An amount of the book.
pub fn amount(book: &Book, units: Units, exact: f64) -> Cell {
    Cell::number(book.cell(units), exact, Unit::Euro)
}

/// An amount of the book, or nothing.
pub fn amount_or(book: &Book, units: Option<Units>, exact: Option<f64>) -> Cell {
    match (units, exact) {
        (Some(units), Some(exact)) => amount(book, units, exact),
        _ => nothing(),
    }
}

/// A difference with N or V: `advantage` is positive where it is an advantage.
pub fn deviation(book: &Book, advantage: Units, exact: f64) -> Cell {
    Cell::number(marked(book, advantage), exact, Unit::Euro)
}

/// A difference with N or V, or nothing.
pub fn deviation_or(book: &Book, advantage: Option<Units>, exact: Option<f64>) -> Cell {
    match (advantage, exact) {
        (Some(units), Some(exact)) => deviation(book, units, exact),
        _ => nothing(),
    }
}

/// `2.701 N`, `150 V`, `0`.
pub fn marked(book: &Book, advantage: Units) -> String {
    let size = book.cell(advantage.saturating_abs());
    match advantage.signum() {
        1 => format!("{size} V"),
        -1 => format!("{size} N"),
        _ => size,
    }
}

/// The middle 80 % of the figure at an address: `22.300 – 26.100`.
pub fn band(draft: &Draft<'_>, summary: Option<&Summary>, address: &str) -> Cell {
    match summary.filter(|s| has_band(s)) {
        Some(s) => {
            let (low, high) = (draft.book.round(s.p10), draft.book.round(s.p90));
            Cell::words(format!("{} – {}", draft.book.cell(low), draft.book.cell(high)))
                .at_all(addresses::band(address))
        }
        None => nothing(),
    }
}

/// A chance that follows from draws; nothing without a spread, because a
/// chance of 0 or 1 would then only say on which side the amount lies.
pub fn chance_of(summary: Option<&Summary>) -> Cell {
    match summary.filter(|s| has_band(s)).and_then(|s| s.chance_above_budget) {
        Some(p) => Cell::number(chance::simulated_number(p), p, Unit::Percent),
        None => nothing(),
    }
}

/// A chance that is known, or nothing.
pub fn odds(p: Option<f64>) -> Cell {
    p.map_or_else(nothing, |p| Cell::number(chance::simulated_number(p), p, Unit::Percent))
}

/// A number of persons, as far as it may be shown.
pub fn count(shown: Shown) -> Cell {
    match shown {
        Shown::Count(v) => Cell::number(dutch::whole(v), v, Unit::Count),
        Shown::Hidden => Cell::words(HIDDEN),
        Shown::Nothing => nothing(),
    }
}

/// A year.
pub fn year(year: crate::units::Year) -> Cell {
    Cell::words(year.to_string())
}

/// A year of a group; the base year with a star where its cost is not known in full.
pub fn year_of(draft: &Draft<'_>, id: &GroupId, year: crate::units::Year) -> Cell {
    if year == draft.base_year() && draft.start(id) > 0 { Cell::words(format!("{year} *")) } else { self::year(year) }
}

/// Heading over how sure an assumption is.
pub const UNCERTAINTY: &str = "Onzekerheid";

/// Leaves out how sure assumptions are where nothing was drawn: the projection
/// then takes each at its value, and a band that nothing was done with would
/// look like a result.
pub fn as_used(draft: &Draft<'_>, table: Table) -> Table {
    let keep = table.columns.iter().map(|c| draft.outcome().is_some() || c.header != UNCERTAINTY).collect();
    with_columns(table, keep)
}

/// Leaves out the columns in which no row has anything: a table of dashes tells nothing.
pub fn without_empty_columns(table: Table) -> Table {
    let keep: Vec<bool> = (0..table.columns.len())
        .map(|c| {
            c == 0 || table.rows.iter().any(|r| r.cells.get(c).is_some_and(|c| !matches!(c.printed.as_str(), "–" | "")))
        })
        .collect();
    with_columns(table, keep)
}

fn with_columns(mut table: Table, keep: Vec<bool>) -> Table {
    let kept = |i: &usize| keep.get(*i).copied().unwrap_or(true);
    table.columns = table.columns.into_iter().enumerate().filter(|(i, _)| kept(i)).map(|(_, c)| c).collect();
    for row in &mut table.rows {
        let cells = std::mem::take(&mut row.cells);
        row.cells = cells.into_iter().enumerate().filter(|(i, _)| kept(i)).map(|(_, c)| c).collect();
    }
    table
}
