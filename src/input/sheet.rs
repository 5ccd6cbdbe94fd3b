//! figures.xlsx and figures.ods: the same table in a spreadsheet.
//!
//! The first sheet is read, its first row being the header. A place is row and
//! column, as the spreadsheet shows them.

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
    let mut rows = Grid { file: name.into(), rows: BTreeMap::new() };
    if name.to_ascii_lowercase().ends_with(".ods") {
        let mut book: Ods<_> = open_workbook_from_rs(Cursor::new(bytes)).ok()?;
        let sheet = book.worksheet_range_at(0)?.ok()?;
        let (first_row, first_column) = sheet.start().unwrap_or((0, 0));
        for (row, column, data) in sheet.used_cells() {
            rows.put(first_row + u32::try_from(row).ok()?, first_column + u32::try_from(column).ok()?, text(data));
        }
    } else {
        // Cell by cell: a whole range takes room for every empty cell too.
        let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).ok()?;
        let sheet = book.sheet_names().first()?.clone();
        let mut cells = book.worksheet_cells_reader(&sheet).ok()?;
        while let Some(cell) = cells.next_cell().ok()? {
            let (row, column) = cell.get_position();
            rows.put(row, column, text(&Data::from(cell.get_value().clone())));
        }
    }
    Some(rows.into_rows())
}

/// Cells by row and column, counted from 0.
struct Grid {
    file: Arc<str>,
    rows: BTreeMap<u32, BTreeMap<u32, String>>,
}

impl Grid {
    fn put(&mut self, row: u32, column: u32, text: String) {
        if !text.is_empty() {
            self.rows.entry(row).or_default().insert(column.min(WIDEST), text);
        }
    }

    /// Rows without their gaps filled; cells with theirs.
    fn into_rows(self) -> Vec<Vec<Cell>> {
        let file = self.file;
        let row = |(row, mut cells): (u32, BTreeMap<u32, String>)| {
            let last = cells.last_key_value().map_or(0, |(column, _)| *column);
            let cell = |column| Cell {
                text: cells.remove(&column).unwrap_or_default(),
                place: Place::new(file.clone(), row.saturating_add(1), column + 1, 1),
            };
            (0..=last).map(cell).collect()
        };
        self.rows.into_iter().map(row).collect()
    }
}

/// A cell as text; numbers in point notation, whole ones without decimals.
fn text(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        other => other.to_string().trim().to_owned(),
    }
}
