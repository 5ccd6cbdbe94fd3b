//! Tables in Word: a real head that repeats, widths that follow the words.

use super::super::document::{Align, RowKind, Table};
use super::super::xml::escape;
use super::xml::{paragraph, run};

/// A character of table text takes about this much, in twentieths of a point.
const LETTER: u32 = 98;
/// Room beside the words of a cell.
const MARGIN: u32 = 180;
/// So many characters do not break over lines where that can be.
const SHORT: usize = 12;

/// Widths that add up to `room`: no column narrower than its longest word
/// where that can be, and the rest shared by how much there is to say.
pub fn widths(table: &Table, room: u32) -> Vec<u32> {
    let count = table.columns.len().max(1);
    let mut least = vec![0_u32; count];
    let mut wanted = vec![0_u32; count];
    let length = |words: &str| words.chars().count() as u32 * LETTER + MARGIN;
    let mut short = vec![0_u32; count];
    for (i, column) in table.columns.iter().enumerate() {
        let cells = table.rows.iter().filter_map(|r| r.cells.get(i)).map(|c| c.printed.as_str());
        for (head, words) in std::iter::once((true, column.header.as_str())).chain(cells.map(|c| (false, c))) {
            // A number does not break over lines; the words of a heading do.
            let whole = column.align == Align::Right && !head;
            // A line breaks after a hyphen or a stroke too.
            let pieces = words.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/'));
            let longest = if whole { length(words) } else { pieces.map(length).max().unwrap_or(0) };
            least[i] = least[i].max(longest.min(room / 3 * 2));
            if !head && words.chars().count() <= SHORT {
                short[i] = short[i].max(length(words));
            }
            wanted[i] = wanted[i].max(length(words).min(if head { longest * 2 } else { room }));
        }
        wanted[i] = wanted[i].max(least[i]).max(400);
        least[i] = least[i].max(400);
    }
    // A few characters stay on one line where there is room.
    let generous: Vec<u32> = least.iter().zip(&short).map(|(l, s)| *l.max(s)).collect();
    if generous.iter().sum::<u32>() <= room {
        least = generous;
    }
    let (floor, wish): (u32, u32) = (least.iter().sum(), wanted.iter().zip(&least).map(|(w, l)| w.max(l)).sum());
    wanted.iter_mut().zip(&least).for_each(|(w, l)| *w = (*w).max(*l));
    let mut out: Vec<u32> = if wish <= room {
        wanted
    } else if floor >= room {
        least.iter().map(|w| (u64::from(*w) * u64::from(room) / u64::from(floor)) as u32).collect()
    } else {
        let (spare, more) = (u64::from(room - floor), u64::from(wish - floor));
        least.iter().zip(&wanted).map(|(l, w)| l + (u64::from(w - l) * spare / more.max(1)) as u32).collect()
    };
    // Many columns spread over the page; few stand together, so that a number is not far from its name.
    let sum: u32 = out.iter().sum();
    if wish > room / 10 * 9 || (count > 3 && wish > room / 2) {
        out[0] += room.saturating_sub(sum);
    }
    out
}

/// The table with its caption before it and its remarks after it.
pub fn table(table: &Table, id: &dyn Fn(&str) -> String, room: u32) -> String {
    let caption = paragraph(&id("Caption"), "", &run("", &table.caption));
    let widths = widths(table, room);
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
        let words = if right { words.replace(' ', "\u{a0}") } else { words.to_owned() };
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
    for (number, row) in table.rows.iter().enumerate() {
        out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        // A short table stays together; a total stays with what it totals.
        let stay = number < last && (table.rows.len() <= 10 || number + 2 > last);
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
    for note in &table.notes {
        out.push_str(&paragraph(&id("TabelNoot"), "", &run("", note)));
    }
    out
}
