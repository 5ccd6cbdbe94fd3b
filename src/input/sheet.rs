//! figures.xlsx and figures.ods: the same table in a spreadsheet.
//!
//! The first sheet is read, its first row being the header. A place is row and
//! column, as the spreadsheet shows them.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{Data, Reader, open_workbook_auto_from_rs};

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
    found.push(Diagnostic::error("not-a-sheet", &Place::file(name), message).help("save it anew as .xlsx or .ods, or as CSV UTF-8"));
    None
}

fn first_sheet(name: &str, bytes: &[u8]) -> Option<Vec<Vec<Cell>>> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).ok()?;
    let sheet = book.worksheet_range_at(0)?.ok()?;
    let file: Arc<str> = name.into();
    let (first_row, first_column) = sheet.start().unwrap_or((0, 0));
    let mut rows = Vec::new();
    for (row, cells) in (first_row + 1..).zip(sheet.rows()) {
        let cell = |(column, data): (u32, &Data)| Cell { text: text(data), place: Place::new(file.clone(), row, column, 1) };
        rows.push((first_column + 1..).zip(cells).map(cell).collect());
    }
    Some(rows)
}

/// A cell as text; numbers in point notation, whole ones without decimals.
fn text(data: &Data) -> String {
    match data {
        Data::Empty => String::new(),
        Data::Float(number) => number.to_string(),
        other => other.to_string().trim().to_owned(),
    }
}
