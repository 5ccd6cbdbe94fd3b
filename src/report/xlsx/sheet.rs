//! A sheet being filled: formats, widths, frozen headings, marks on the page.

use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Formula, Worksheet, XlsxError};

use crate::report::document::{Align, Cell, RowKind, Table, Unit};
use crate::report::rounding::Book;

/// Euros as they are written in the Netherlands; the program fills in points and commas by its language.
const EURO: &str = "[$€-413] #,##0;[$€-413] -#,##0";
const EURO_CENTS: &str = "[$€-413] #,##0.00;[$€-413] -#,##0.00";
const PERCENT: &str = "0.0%";
const PERCENT_FINE: &str = "0.00%";
const COUNT: &str = "#,##0";
const NUMBER: &str = "#,##0.0000";

/// How a number is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Whole euros.
    Euro,
    /// Euros and cents.
    Cents,
    /// A percentage with one decimal.
    Percent,
    /// A percentage with two decimals.
    Fine,
    /// Whole numbers.
    Count,
    /// Four decimals.
    Number,
}

/// A sheet with a place where the next row comes.
pub struct Sheet<'a> {
    /// The sheet itself.
    pub out: &'a mut Worksheet,
    /// The next row, counted from 0.
    pub row: u32,
    /// Widths of the first columns, in characters.
    wide: Vec<f64>,
    /// Lines that the words of the current row take.
    lines: usize,
}

/// `0` is `A`, `26` is `AA`.
pub fn column_name(column: usize) -> String {
    let mut name = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        name.insert(0, char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    name
}

fn base() -> Format {
    Format::new().set_font_name("Calibri").set_font_size(11)
}

/// The format of a number; bold in totals, blue where people may change it.
fn number_format(look: Look, bold: bool, input: bool) -> Format {
    let code = match look {
        Look::Euro => EURO,
        Look::Cents => EURO_CENTS,
        Look::Percent => PERCENT,
        Look::Fine => PERCENT_FINE,
        Look::Count => COUNT,
        Look::Number => NUMBER,
    };
    // At the top, beside words that take more lines.
    let mut format = base().set_num_format(code).set_align(FormatAlign::Top);
    if bold {
        format = format.set_bold().set_border_top(FormatBorder::Thin);
    }
    if input {
        format = format.set_font_color(Color::RGB(0x0B_3D_91)).set_background_color(Color::RGB(0xE8_F0_FB));
    }
    format
}

fn heading() -> Format {
    base()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Top)
        .set_background_color(Color::RGB(0xE6_E6_E6))
        .set_border_bottom(FormatBorder::Thin)
}

impl<'a> Sheet<'a> {
    /// A sheet with its name, a title in the first row and the mark and page number on each printed page.
    ///
    /// # Errors
    /// When the name is not one that a workbook takes.
    pub fn new(out: &'a mut Worksheet, name: &str, title: &str, mark: Option<&str>) -> Result<Self, XlsxError> {
        out.set_name(name)?;
        out.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        let head = mark.map(|m| format!("&C{}", m.replace('&', "&&"))).unwrap_or_default();
        out.set_header(head);
        out.set_footer("&L&A&RBladzijde &P van &N");
        out.write_with_format(0, 0, title, &base().set_bold().set_font_size(14))?;
        let mut sheet = Self { out, row: 1, wide: Vec::new(), lines: 1 };
        if let Some(mark) = mark {
            sheet.line(mark, true)?;
        }
        Ok(sheet)
    }

    /// A line of words.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn line(&mut self, words: &str, bold: bool) -> Result<(), XlsxError> {
        let format = if bold { base().set_bold() } else { base() };
        self.out.write_with_format(self.row, 0, words, &format)?;
        self.row += 1;
        Ok(())
    }

    /// A row of headings; those of the columns named hold numbers, and stand above them at the right.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn headings<S: AsRef<str>>(
        &mut self,
        headers: &[S],
        numbers: impl std::ops::RangeBounds<usize>,
    ) -> Result<(), XlsxError> {
        for (c, header) in (0u16..).zip(headers) {
            let format = if numbers.contains(&usize::from(c)) {
                heading().set_align(FormatAlign::Right)
            } else if c > 0 {
                heading().set_align(FormatAlign::Left).set_indent(1)
            } else {
                heading()
            };
            self.out.write_with_format(self.row, c, header.as_ref(), &format)?;
            self.fold(c, header.as_ref());
        }
        self.next();
        Ok(())
    }

    /// Keeps everything above the next row, and the first columns, in sight.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn freeze(&mut self, columns: u16) -> Result<(), XlsxError> {
        self.out.set_freeze_panes(self.row, columns)?;
        if self.row > 0 {
            self.out.set_repeat_rows(self.row - 1, self.row - 1)?;
        }
        Ok(())
    }

    /// Widths of the columns, in characters.
    ///
    /// # Errors
    /// When there are more columns than a sheet has.
    pub fn widths(&mut self, widths: &[f64]) -> Result<(), XlsxError> {
        for (c, width) in (0u16..).zip(widths) {
            self.out.set_column_width(c, *width)?;
        }
        self.wide = widths.to_vec();
        Ok(())
    }

    /// Words in the current row.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn words(&mut self, column: u16, words: &str, bold: bool) -> Result<(), XlsxError> {
        let mut format = base().set_text_wrap().set_align(FormatAlign::Top);
        // Apart from the number in the column before it; without a side an indent does nothing.
        if column > 0 {
            format = format.set_align(FormatAlign::Left).set_indent(1);
        }
        if bold {
            format = format.set_bold();
        }
        // A cell holds 32,767 characters.
        let cut: String = words.chars().take(32_000).collect();
        self.out.write_string_with_format(self.row, column, &cut, &format)?;
        self.fold(column, words);
        Ok(())
    }

    /// A number in the current row.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn number(&mut self, column: u16, value: f64, look: Look, bold: bool, input: bool) -> Result<(), XlsxError> {
        if value.is_finite() {
            self.out.write_number_with_format(self.row, column, value, &number_format(look, bold, input))?;
        }
        Ok(())
    }

    /// A year in the current row: a number without points in it.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn year(&mut self, column: u16, year: i32) -> Result<(), XlsxError> {
        self.out.write_number_with_format(self.row, column, f64::from(year), &base().set_align(FormatAlign::Top))?;
        Ok(())
    }

    /// A formula in the current row, with the value of the engine.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn formula(&mut self, column: u16, formula: &str, value: f64, look: Look, bold: bool) -> Result<(), XlsxError> {
        let formula = Formula::new(format!("={formula}")).set_result(value.to_string());
        self.out.write_formula_with_format(self.row, column, formula, &number_format(look, bold, false))?;
        Ok(())
    }

    /// Counts how many lines words take in a column: not every program makes
    /// a row as high as the words in it.
    fn fold(&mut self, column: u16, words: &str) {
        let wide = self.wide.get(usize::from(column)).copied().unwrap_or(16.0).max(4.0);
        let letters = words.chars().count();
        // Words break before the edge; a line of several holds a little less than its width.
        let lines = if letters as f64 <= wide { 1 } else { (letters as f64 / (wide * 0.92)).ceil().max(1.0) as usize };
        self.lines = self.lines.max(lines);
    }

    /// Goes to the next row; this one is as high as its words.
    pub fn next(&mut self) {
        if self.lines > 1 {
            // A row is 409 points high at most.
            let _ = self.out.set_row_height(self.row, 15.0 * self.lines.min(27) as f64);
        }
        self.lines = 1;
        self.row += 1;
    }

    /// A table of the report: its caption, headings and rows; numbers as numbers.
    ///
    /// # Errors
    /// When the sheet is full.
    pub fn table(&mut self, table: &Table) -> Result<(), XlsxError> {
        // A cell holds the whole amount, whatever the text rounds to.
        let caption = Book::CAPTIONS.iter().fold(table.caption.clone(), |c, unit| c.replace(unit, Book::WHOLE));
        self.line(&caption, true)?;
        let headers: Vec<&str> = table.columns.iter().map(|c| c.header.as_str()).collect();
        let numbers = table.columns.iter().position(|c| c.align == Align::Right).unwrap_or(table.columns.len());
        self.headings(&headers, numbers..)?;
        for row in &table.rows {
            let bold = row.kind == RowKind::Total;
            for ((c, cell), column) in (0u16..).zip(&row.cells).zip(&table.columns) {
                self.cell(c, cell, bold, column.align)?;
            }
            self.next();
        }
        for note in &table.notes {
            self.line(note, false)?;
        }
        self.next();
        Ok(())
    }

    fn cell(&mut self, column: u16, cell: &Cell, bold: bool, align: Align) -> Result<(), XlsxError> {
        let look = match cell.unit {
            Unit::Words => None,
            Unit::Euro => Some(Look::Euro),
            Unit::Percent => Some(Look::Percent),
            Unit::Count => Some(Look::Count),
            Unit::Number => Some(Look::Number),
        };
        match (cell.value, look) {
            (Some(value), Some(look)) => self.number(column, value, look, bold, false),
            _ if align == Align::Right => {
                let mut format = base().set_align(FormatAlign::Right).set_align(FormatAlign::Top);
                if bold {
                    format = format.set_bold();
                }
                self.out.write_string_with_format(self.row, column, &cell.printed, &format)?;
                Ok(())
            }
            _ => self.words(column, &cell.printed, bold),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::column_name;

    #[test]
    fn columns_are_named_as_a_sheet_names_them() {
        assert_eq!([0, 25, 26, 701, 702].map(column_name), ["A", "Z", "AA", "ZZ", "AAA"]);
    }
}
