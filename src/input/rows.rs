//! Tables of figures as rows of cells that know their place.
//!
//! An own splitter, because every error must point at its cell and csv readers
//! only know the place of a row. Reads what Dutch spreadsheets write: `,` or
//! `;`, a `sep=;` line, quotes, line breaks inside quotes, padding of empty
//! cells, either line ending.

use std::collections::BTreeMap;

use super::text::Lines;
use super::value;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};

/// A cell, trimmed and without its quotes.
#[derive(Clone, Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) place: Place,
    /// In a spreadsheet: whether it holds words, which may look like a number.
    pub(super) words: bool,
}

/// How a file writes its numbers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Notation {
    /// Semicolons between columns: `1.234,5`.
    Dutch,
    /// Commas between columns: `1234.5`.
    Point,
    /// Cells of a spreadsheet, which holds numbers as such.
    Sheet,
}

/// The rows of a file by the names of its columns.
pub(super) struct Rows {
    columns: BTreeMap<String, usize>,
    pub(super) notation: Notation,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// Which columns a file has.
pub(super) struct Columns {
    pub(super) required: &'static [&'static str],
    pub(super) optional: &'static [&'static str],
}

impl Rows {
    /// Reads the text of a file; none when its header cannot be used.
    pub(super) fn read(file: &str, text: &str, columns: &Columns, found: &mut Diagnostics) -> Option<Self> {
        let lines = Lines::new(file, text);
        let (start, declared) = separator_line(text);
        let header_line = text[start..].trim_start().lines().next().unwrap_or("");
        let delimiter = declared.unwrap_or(if header_line.contains(';') { ';' } else { ',' });
        let cells = split(text, start, delimiter, &lines, found);
        let notation = if delimiter == ';' { Notation::Dutch } else { Notation::Point };
        Self::from_cells(file, cells, notation, columns, found)
    }

    /// From cells, the first row being the header.
    pub(super) fn from_cells(
        file: &str,
        cells: Vec<Vec<Cell>>,
        notation: Notation,
        columns: &Columns,
        found: &mut Diagnostics,
    ) -> Option<Self> {
        let whole = Place::file(file);
        let mut cells = cells.into_iter().filter(|row| row.iter().any(|c| !c.text.is_empty()));
        let Some(header) = cells.next() else {
            let help = format!("its first line is {}", columns.required.join(","));
            found.push(Diagnostic::error("empty-file", &whole, format!("{file} is empty")).help(help));
            return None;
        };
        let delimiter = if notation == Notation::Dutch { ";" } else { "," };
        let names = header_columns(&header, columns, delimiter, &whole, found)?;
        let width = header.iter().rposition(|c| !c.text.is_empty()).map_or(0, |i| i + 1);
        // The last column may be left out of a row when it may be empty.
        let needed = columns.required.iter().filter_map(|c| names.get(*c)).max().map_or(0, |i| i + 1);
        let mut rows = Vec::new();
        for row in cells {
            let used = row.iter().rposition(|c| !c.text.is_empty()).map_or(0, |i| i + 1);
            if used > width {
                let help = match notation {
                    Notation::Dutch => "a text with a semicolon stands in quotes",
                    Notation::Point => {
                        "with commas between columns a decimal mark is a point; a text with a comma stands in quotes"
                    }
                    Notation::Sheet => "every column has a name in the first row",
                };
                let place = row.get(width).map_or(&whole, |c| &c.place);
                found.push(
                    Diagnostic::error("row-length", place, format!("this row has {used} cells and the header {width}"))
                        .help(help),
                );
            } else if row.len() < needed && notation != Notation::Sheet {
                let place = row.first().map_or(&whole, |c| &c.place);
                let message = format!(
                    "this row has {} cells, and the columns up to `{}` are needed",
                    row.len(),
                    header[needed - 1].text
                );
                found.push(Diagnostic::error("row-length", place, message).help("fill in the missing cells"));
            } else {
                rows.push(row);
            }
        }
        Some(Self { columns: names, notation, rows })
    }

    /// Whether numbers are written `1.234,5`.
    pub(super) fn is_dutch(&self) -> bool {
        self.notation == Notation::Dutch
    }

    /// A cell of a row; none where the column is not there or the cell empty.
    pub(super) fn cell<'r>(&self, row: &'r [Cell], column: &str) -> Option<&'r Cell> {
        self.columns.get(column).and_then(|i| row.get(*i)).filter(|c| !c.text.is_empty())
    }

    /// A required cell: an error where it is empty.
    pub(super) fn required<'r>(&self, row: &'r [Cell], column: &str, found: &mut Diagnostics) -> Option<&'r Cell> {
        let cell = self.cell(row, column);
        if cell.is_none() {
            let place =
                self.columns.get(column).and_then(|i| row.get(*i)).or_else(|| row.first()).map(|c| c.place.clone());
            if let Some(place) = place {
                let message = format!("the cell of `{column}` is empty");
                let help = if self.notation == Notation::Sheet {
                    "fill it in, or remove the row; a formula has no value before a spreadsheet program has saved it"
                } else {
                    "fill it in, or remove the row"
                };
                found.push(Diagnostic::error("empty-cell", &place, message).help(help));
            }
        }
        cell
    }

    /// A number in the notation of the file.
    pub(super) fn number(&self, cell: &Cell, found: &mut Diagnostics) -> Option<f64> {
        let (dutch, point) = (value::dutch(&cell.text), value::point(&cell.text));
        let (read, other) = if self.is_dutch() { (dutch, point) } else { (point, dutch) };
        let lower = cell.text.trim_start_matches(['+', '-']).to_ascii_lowercase();
        let infinite = ["inf", "infinity", "nan", "∞"].contains(&lower.as_str());
        if infinite || read.is_some_and(|n| n.abs() > value::LARGEST) {
            let why = if infinite { "is not a finite number" } else { "is too large a number" };
            found.push(
                Diagnostic::error("not-finite", &cell.place, format!("`{}` {why}", short(&cell.text)))
                    .help("write an ordinary number"),
            );
            return None;
        }
        // `1.234` as words is a thousand to a Dutchman and hardly more than one to a machine.
        let read = read.filter(|_| !(cell.words && cell.text.contains(['.', ','])));
        if read.is_none() {
            let help = match (self.notation, other) {
                (Notation::Dutch, Some(_)) => "with semicolons between columns numbers are written like 1.234,5",
                (Notation::Dutch, None) => "write a number like 1.234,5, without unit",
                (Notation::Point, Some(_)) => "with commas between columns numbers are written like 1234.5",
                (Notation::Point, None) => "write a number like 1234.5, without unit",
                (Notation::Sheet, _) if cell.text.starts_with('#') => "the cell holds an error: mend its formula",
                (Notation::Sheet, _) => "the cell holds a text or a date: enter it as a number",
            };
            found.push(
                Diagnostic::error("not-a-number", &cell.place, format!("`{}` is not a number", cell.text)).help(help),
            );
        }
        read
    }

    /// A year.
    pub(super) fn year(&self, cell: &Cell, found: &mut Diagnostics) -> Option<i32> {
        let year = value::year_key(&cell.text).filter(|y| value::is_year(f64::from(*y)));
        if year.is_none() {
            found.push(
                Diagnostic::error("not-a-year", &cell.place, format!("`{}` is no year", cell.text))
                    .help("write a year such as 2024"),
            );
        }
        year
    }
}

/// The start of a text, where the whole of it says no more.
fn short(text: &str) -> String {
    let start: String = text.chars().take(30).collect();
    if start.len() < text.len() { format!("{start}…") } else { start }
}

/// Skips a `sep=;` line: where the table starts, and what it declares.
fn separator_line(text: &str) -> (usize, Option<char>) {
    let first = text.split_inclusive('\n').next().unwrap_or("");
    let plain = first.trim().trim_matches('"').to_ascii_lowercase();
    match plain.strip_prefix("sep=").map(|s| s.chars().collect::<Vec<_>>()).as_deref() {
        Some([mark @ (';' | ',')]) => (first.len(), Some(*mark)),
        _ => (0, None),
    }
}

fn header_columns(
    header: &[Cell],
    columns: &Columns,
    delimiter: &str,
    whole: &Place,
    found: &mut Diagnostics,
) -> Option<BTreeMap<String, usize>> {
    let mut names = BTreeMap::new();
    let known = || columns.required.iter().chain(columns.optional).copied();
    let missing: Vec<&str> =
        columns.required.iter().copied().filter(|c| !header.iter().any(|h| h.text.eq_ignore_ascii_case(c))).collect();
    for (at, cell) in header.iter().enumerate().filter(|(_, c)| !c.text.is_empty()) {
        let name = cell.text.to_ascii_lowercase();
        if !known().any(|c| c == name) {
            let near = nearest(&name, known()).filter(|n| missing.contains(n));
            let diagnostic = match near {
                // Without its columns the file is not read at all.
                None if !missing.is_empty() => continue,
                Some(near) => {
                    Diagnostic::error("unknown-column", &cell.place, format!("unknown column `{}`", cell.text))
                        .help(format!("did you mean `{near}`?"))
                }
                None => Diagnostic::warning(
                    "unknown-column",
                    &cell.place,
                    format!("the column `{}` is not read", cell.text),
                )
                .help(format!("columns are {}", known().collect::<Vec<_>>().join(", "))),
            };
            found.push(diagnostic);
        } else if names.insert(name, at).is_some() {
            let message = format!("the column `{}` stands twice in the header", cell.text);
            found.push(Diagnostic::error("duplicate-column", &cell.place, message).help("keep one of the two"));
        }
    }
    if !missing.is_empty() {
        let place = header.first().map_or(whole, |c| &c.place);
        let plural = if missing.len() == 1 { "" } else { "s" };
        let message = format!(
            "the header lacks the column{plural} {}",
            missing.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", ")
        );
        let names: Vec<String> = known().map(str::to_owned).collect();
        found.push(
            Diagnostic::error("missing-column", place, message)
                .help(format!("the first line is {}", names.join(delimiter))),
        );
        return None;
    }
    Some(names)
}

/// Splits the text from `start` into rows of cells.
fn split(text: &str, start: usize, delimiter: char, lines: &Lines<'_>, found: &mut Diagnostics) -> Vec<Vec<Cell>> {
    let mut rows = Vec::new();
    let mut row = Vec::new();
    let mut chars = text[start..].char_indices().map(|(i, c)| (i + start, c)).peekable();
    loop {
        // Blanks before a quote do not make the quote part of the text.
        while chars.next_if(|(_, c)| matches!(c, ' ' | '\t')).is_some() {}
        let Some(&(from, first)) = chars.peek() else {
            break;
        };
        let mut cell = String::new();
        let mut until = from;
        if first == '"' {
            chars.next();
            let mut closed = false;
            while let Some((at, c)) = chars.next() {
                until = at + c.len_utf8();
                if c != '"' {
                    cell.push(c);
                } else if chars.next_if(|(_, c)| *c == '"').is_some() {
                    cell.push('"');
                } else {
                    closed = true;
                    break;
                }
            }
            if !closed {
                let place = lines.place(from..from + 1);
                found.push(
                    Diagnostic::error("open-quote", &place, "this quote is never closed")
                        .help("close it; a quote inside a text is written twice"),
                );
            }
        }
        while let Some((at, c)) = chars.next_if(|(_, c)| *c != delimiter && *c != '\n') {
            cell.push(c);
            if !c.is_whitespace() {
                until = at + c.len_utf8();
            }
        }
        row.push(Cell { text: cell.trim().to_owned(), place: lines.place(from..until), words: false });
        match chars.next() {
            Some((_, '\n')) => rows.push(std::mem::take(&mut row)),
            Some((at, _)) if chars.peek().is_none() => {
                // A delimiter at the very end opens one more, empty cell.
                row.push(Cell { text: String::new(), place: lines.place(at + 1..at + 1), words: false });
            }
            Some(_) => {}
            None => break,
        }
    }
    if !row.is_empty() {
        rows.push(row);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: Columns = Columns { required: &["a", "b"], optional: &["c"] };

    fn read(text: &str) -> (Option<Rows>, Vec<Diagnostic>) {
        let mut found = Diagnostics::default();
        let rows = Rows::read("figures.csv", text, &COLUMNS, &mut found);
        (rows, found.sorted())
    }

    fn texts(rows: &Rows) -> Vec<Vec<String>> {
        rows.rows.iter().map(|r| r.iter().map(|c| c.text.clone()).collect()).collect()
    }

    #[test]
    fn quotes_line_breaks_and_padding_are_read() {
        let (rows, errors) = read("a,b,c\r\n\"x, \"\"y\"\"\",2,\"two\nlines\"\r\n\r\n,,\r\nz,3\r\n");
        assert!(errors.is_empty(), "{errors:?}");
        let rows = rows.expect("a table");
        assert_eq!(texts(&rows), [vec!["x, \"y\"", "2", "two\nlines"], vec!["z", "3"]]);
        assert_eq!(rows.rows[0][1].place, Place::new("figures.csv", 2, 12, 1));
        assert_eq!(rows.rows[1][0].place, Place::new("figures.csv", 6, 1, 1));
    }

    #[test]
    fn the_delimiter_decides_the_notation() {
        let mut found = Diagnostics::default();
        let (dutch, _) = read("sep=;\na;b\n1.234,5;2\n");
        let dutch = dutch.expect("a table");
        assert_eq!(dutch.number(&dutch.rows[0][0], &mut found), Some(1234.5));
        let (point, _) = read("a,b\n1234.5,\"1.234,5\"\n");
        let point = point.expect("a table");
        assert_eq!(point.number(&point.rows[0][0], &mut found), Some(1234.5));
        assert!(found.is_empty());
        assert_eq!(point.number(&point.rows[0][1], &mut found), None);
        assert_eq!(found.sorted()[0].code, "not-a-number");
    }

    #[test]
    fn a_decimal_comma_between_commas_is_found_by_the_number_of_cells() {
        let (_, errors) = read("a,b\n1,2,5\n");
        assert_eq!(errors.len(), 1);
        assert_eq!((errors[0].code, errors[0].place.clone()), ("row-length", Some(Place::new("figures.csv", 2, 5, 1))));
    }

    #[test]
    fn an_open_quote_is_located() {
        let (_, errors) = read("a,b\nx,\"1\ny,2\n");
        assert!(
            errors.iter().any(|e| e.code == "open-quote" && e.place == Some(Place::new("figures.csv", 2, 3, 1))),
            "{errors:?}"
        );
    }
}
