//! figures.xlsx and figures.ods: the same table in a spreadsheet.
//!
//! The first sheet is read, its first row being the header. A place is sheet
//! and cell, `Blad1!C7`, as the spreadsheet shows them.

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
    let read = catch_unwind(AssertUnwindSafe(|| first_sheet(name, bytes)));
    if let Ok(Some(rows)) = read {
        return Some(rows);
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

fn first_sheet(name: &str, bytes: &[u8]) -> Option<Vec<Vec<Cell>>> {
    let mut rows = BTreeMap::new();
    let sheet: String;
    if name.to_ascii_lowercase().ends_with(".ods") {
        let mut book: Ods<_> = open_workbook_from_rs(Cursor::new(bytes)).ok()?;
        sheet = book.sheet_names().first()?.clone();
        let range = book.worksheet_range_at(0)?.ok()?;
        let (first_row, first_column) = range.start().unwrap_or((0, 0));
        for (row, column, data) in range.used_cells() {
            let at = (first_row + u32::try_from(row).ok()?, first_column + u32::try_from(column).ok()?);
            put(&mut rows, at, text(data));
        }
    } else {
        // Cell by cell: a whole range takes room for every empty cell too.
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).ok()?;
        sheet = book.sheet_names().first()?.clone();
        let mut cells = book.worksheet_cells_reader(&sheet).ok()?;
        while let Some(cell) = cells.next_cell().ok()? {
            put(&mut rows, cell.get_position(), text(&Data::from(cell.get_value().clone())));
        }
    }
    Some(in_rows(rows, &name.into(), &sheet.into()))
}

/// Cells by row and column, counted from 0.
type Grid = BTreeMap<u32, BTreeMap<u32, String>>;

fn put(grid: &mut Grid, (row, column): (u32, u32), text: String) {
    if !text.is_empty() {
        grid.entry(row).or_default().insert(column.min(WIDEST), text);
    }
}

/// Rows without their gaps filled; cells with theirs.
fn in_rows(grid: Grid, file: &Arc<str>, sheet: &Arc<str>) -> Vec<Vec<Cell>> {
    let row = |(row, mut cells): (u32, BTreeMap<u32, String>)| {
        let last = cells.last_key_value().map_or(0, |(column, _)| *column);
        let cell = |column| Cell {
            text: cells.remove(&column).unwrap_or_default(),
            place: Place::cell(file.clone(), sheet.clone(), row.saturating_add(1), column + 1),
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
        other => other.to_string().trim().to_owned(),
    }
}
