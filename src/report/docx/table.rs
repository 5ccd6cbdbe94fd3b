//! Tables in Word: a real head that repeats, rows that stay together.

use super::super::document::{Align, RowKind, Table};
use super::super::xml::escape;
use super::widths::{breakable, stays_together, stays_whole, widths};
use super::xml::{paragraph, run};

/// A table of so many rows stays on one page.
const WHOLE: usize = 10;
/// A row with a cell of more characters may go on at the next page.
const TALL: usize = 600;

/// The table with its caption before it and its remarks after it.
///
/// `letters` is how wide the font is, as `letters_of` gives it.
pub fn table(table: &Table, id: &dyn Fn(&str) -> String, room: u32, letters: u32) -> String {
    let caption = paragraph(&id("Caption"), "<w:keepNext/>", &run("", &table.caption));
    let widths = widths(table, room, letters);
    let names = table.columns.first().is_some_and(|c| c.align == Align::Left);
    let mut out = format!(
        "{caption}<w:tbl><w:tblPr><w:tblStyle w:val=\"{}\"/><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
         <w:tblLook w:val=\"{}\" w:firstRow=\"1\" w:lastRow=\"0\" w:firstColumn=\"{}\" w:lastColumn=\"0\" w:noHBand=\"1\" w:noVBand=\"1\"/>\
         <w:tblCaption w:val=\"{}\"/></w:tblPr><w:tblGrid>",
        escape(&id("TabelRavijn")),
        widths.iter().sum::<u32>(),
        if names { "06A0" } else { "0620" },
        u8::from(names),
        escape(&table.caption)
    );
    widths.iter().for_each(|w| out.push_str(&format!("<w:gridCol w:w=\"{w}\"/>")));
    out.push_str("</w:tblGrid>");
    let style = id("TabelTekst");
    let cell = |i: usize, words: &str, strong: bool, stay: bool| {
        let right = table.columns[i].align == Align::Right;
        let keep = if stay { "<w:keepNext/>" } else { "" };
        let jc = if right { "<w:jc w:val=\"right\"/>" } else { "" };
        let whole = stays_whole(table.columns[i].align, words);
        let words = if whole { words.replace(' ', "\u{a0}") } else { breakable(words).into_owned() };
        let letters = if strong { "<w:b/>" } else { "" };
        format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>",
            widths[i],
            paragraph(&style, &format!("{keep}{jc}"), &run(letters, &words))
        )
    };
    out.push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (i, column) in table.columns.iter().enumerate() {
        let right = column.align == Align::Right;
        let jc = if right { "<w:jc w:val=\"right\"/>" } else { "" };
        out.push_str(&format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{}\" w:type=\"dxa\"/></w:tcPr>{}</w:tc>",
            widths[i],
            paragraph(&style, &format!("<w:keepNext/>{jc}"), &run("<w:b/>", &column.header))
        ));
    }
    out.push_str("</w:tr>");
    let last = table.rows.len().saturating_sub(1);
    let together = stays_together(table, WHOLE, &widths, letters);
    for (number, row) in table.rows.iter().enumerate() {
        let tall = row.cells.iter().any(|c| c.printed.chars().count() > TALL);
        out.push_str(if tall { "<w:tr>" } else { "<w:tr><w:trPr><w:cantSplit/></w:trPr>" });
        // A short table stays together, a total with what it totals, a row with
        // the one that leaves its name to it, and the end with the remarks.
        let stay = if number < last {
            together || number == 0 || number + 2 > last || table.continues(number + 1)
        } else {
            !table.notes.is_empty()
        };
        for i in 0..table.columns.len() {
            let words = row.cells.get(i).map_or("", |c| c.printed.as_str());
            out.push_str(&cell(i, words, row.kind == RowKind::Total, stay));
        }
        out.push_str("</w:tr>");
    }
    out.push_str("</w:tbl>");
    if table.notes.is_empty() {
        // Two tables without a paragraph between them would become one.
        out.push_str(&paragraph(&id("TabelNoot"), "", ""));
    }
    for (i, note) in table.notes.iter().enumerate() {
        let keep = if i + 1 < table.notes.len() { "<w:keepNext/>" } else { "" };
        out.push_str(&paragraph(&id("TabelNoot"), keep, &run("", note)));
    }
    out
}
