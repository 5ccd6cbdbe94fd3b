//! figures.xlsx and figures.ods: the same table in a spreadsheet.
//!
//! The first sheet whose first row has the columns of figures is read, and the
//! others are not: one that has them too is pointed at. A place is sheet and
//! cell, `Blad1!C7`, as the spreadsheet shows them.

use std::collections::BTreeMap;
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{Data, Ods, Reader, Xlsx, open_workbook_from_rs};

use super::rows::Cell;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Whether a file is a spreadsheet, by its name.
pub(super) fn is_sheet(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".xlsx", ".ods"].iter().any(|ending| name.ends_with(ending))
}

/// The cells of the first sheet; none where the file cannot be read.
pub(super) fn cells(name: &str, bytes: &[u8], found: &mut Diagnostics) -> Option<Vec<Vec<Cell>>> {
    // A spreadsheet is a zip of XML from anywhere, read by code that is not
    // ours: whatever happens in there, a damaged file is a message here.
    let read = catch_unwind(AssertUnwindSafe(|| sheets(name, bytes)));
    if let Ok(Some(mut sheets)) = read {
        let chosen = sheets.iter().position(|(_, rows)| has_figures(rows)).unwrap_or(0);
        for (other, rows) in sheets.iter().skip(chosen + 1).filter(|(_, rows)| has_figures(rows)) {
            let message = format!("sheet `{other}` has figures too, and only `{}` is read", sheets[chosen].0);
            let place = rows.first().and_then(|row| row.first()).map_or_else(|| Place::file(name), |c| c.place.clone());
            found.push(
                Diagnostic::warning("other-sheet", &place, message)
                    .help("put all figures on one sheet, or take away its header"),
            );
        }
        return Some(if sheets.is_empty() { Vec::new() } else { sheets.swap_remove(chosen).1 });
    }
    let message = format!("{name} cannot be read as a spreadsheet");
    found.push(
        Diagnostic::error("not-a-sheet", &Place::file(name), message)
            .help("save it anew as .xlsx or .ods, or as CSV UTF-8"),
    );
    None
}

/// Columns beyond this belong to no table of figures: one stray cell at the far
/// end of a sheet must not ask for sixteen thousand columns.
const WIDEST: u32 = 64;

/// Whether the first row of a sheet is the header of a table of figures.
fn has_figures(rows: &[Vec<Cell>]) -> bool {
    let has = |name: &str| rows.first().is_some_and(|row| row.iter().any(|c| c.text.eq_ignore_ascii_case(name)));
    has("line") && has("quantity") && has("value")
}

/// Sheets that are looked at: figures that stand further on are not found.
const MOST: usize = 20;

/// A sheet: its name and its rows.
type Named = (String, Vec<Vec<Cell>>);

fn sheets(name: &str, bytes: &[u8]) -> Option<Vec<Named>> {
    let mut all = Vec::new();
    if name.to_ascii_lowercase().ends_with(".ods") {
        let mut book: Ods<_> = open_workbook_from_rs(Cursor::new(bytes)).ok()?;
        for (at, sheet) in book.sheet_names().into_iter().enumerate().take(MOST) {
            let mut rows = BTreeMap::new();
            let range = book.worksheet_range_at(at)?.ok()?;
            let (first_row, first_column) = range.start().unwrap_or((0, 0));
            for (row, column, data) in range.used_cells() {
                let at = (first_row + u32::try_from(row).ok()?, first_column + u32::try_from(column).ok()?);
                put(&mut rows, at, data);
            }
            all.push((sheet.clone(), in_rows(rows, &name.into(), &sheet.into())));
        }
    } else {
        // Cell by cell: a whole range takes room for every empty cell too.
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).ok()?;
        for (at, sheet) in book.sheet_names().into_iter().enumerate().take(MOST) {
            let mut rows = BTreeMap::new();
            // A sheet of charts has no cells; the first sheet is always of cells.
            let Ok(mut cells) = book.worksheet_cells_reader(&sheet) else {
                if at == 0 && book.sheet_names().len() == 1 {
                    return None;
                }
                continue;
            };
            while let Some(cell) = cells.next_cell().ok()? {
                put(&mut rows, cell.get_position(), &Data::from(cell.get_value().clone()));
            }
            all.push((sheet.clone(), in_rows(rows, &name.into(), &sheet.into())));
        }
    }
    Some(all)
}

/// Cells by row and column, counted from 0: what they say, and whether in words.
type Grid = BTreeMap<u32, BTreeMap<u32, (String, bool)>>;

fn put(grid: &mut Grid, (row, column): (u32, u32), data: &Data) {
    let text = text(data);
    if !text.is_empty() {
        let words = matches!(data, Data::String(_));
        grid.entry(row).or_default().insert(column.min(WIDEST), (text, words));
    }
}

/// Rows without their gaps filled; cells with theirs.
fn in_rows(grid: Grid, file: &Arc<str>, sheet: &Arc<str>) -> Vec<Vec<Cell>> {
    let row = |(row, mut cells): (u32, BTreeMap<u32, (String, bool)>)| {
        let last = cells.last_key_value().map_or(0, |(column, _)| *column);
        let cell = |column| {
            let (text, words) = cells.remove(&column).unwrap_or_default();
            Cell { text, words, place: Place::cell(file.clone(), sheet.clone(), row.saturating_add(1), column + 1) }
        };
        (0..=last).map(cell).collect()
    };
    grid.into_iter().map(row).collect()
}

/// A cell as text; numbers in point notation, whole ones without decimals.
fn text(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        // A date is no number, though a spreadsheet keeps it as the days since 1900.
        Data::DateTime(date) if date.is_datetime() => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => other.to_string().trim().to_owned(),
    }
}
