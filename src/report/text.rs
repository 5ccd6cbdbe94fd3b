//! The terminal: the message and the key tables of the base, in brief.
//!
//! The tables are those of the report, so a screen and a file never disagree.
//! A narrow screen loses the columns that may be left out; numbers are never
//! broken over two lines.

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, TableStyle, Width, presets};

use super::document::{Align, Block, Report, RowKind, Table};
use super::paragraph::compose;
use crate::study::Study;

/// Tables that are shown, by id, in this order.
const SHOWN: [&str; 5] = ["kerncijfers", "domeinen", "wat-als", "register", "weerstandsvermogen"];

/// The narrowest page that is laid out; a smaller terminal wraps by itself.
const NARROWEST: usize = 40;

/// What a terminal of `width` columns shows. `colour` sets headings in bold;
/// the caller knows of `NO_COLOR` and of pipes.
pub fn text(study: &Study, width: usize, colour: bool) -> String {
    let Some(base) = study.scenarios.first() else { return String::new() };
    let report = compose(study, base);
    let width = width.max(NARROWEST);
    let bold = |words: &str| if colour { format!("\u{1b}[1m{words}\u{1b}[0m") } else { words.to_owned() };
    let mut out = String::new();
    for line in wrap(&report.subtitle, width, "") {
        out.push_str(&format!("{}\n", bold(&line)));
    }
    out.push('\n');
    for sentence in message(&report) {
        for line in wrap(&format!("- {sentence}"), width, "  ") {
            out.push_str(&line);
            out.push('\n');
        }
    }
    for id in SHOWN {
        let Some(table) = find(&report, id) else { continue };
        out.push('\n');
        for line in wrap(&table.caption, width, "") {
            out.push_str(&format!("{}\n", bold(&line)));
        }
        out.push_str(&lay_out(table, width));
        for note in &table.notes {
            for line in wrap(note, width, "") {
                out.push_str(&line);
                out.push('\n');
            }
        }
    }
    out
}

fn message(report: &Report) -> Vec<String> {
    report
        .sections
        .iter()
        .filter(|s| s.id == "boodschap")
        .flat_map(|s| &s.blocks)
        .filter_map(|b| match b {
            Block::List(items) => Some(items.iter().map(super::document::Text::words)),
            _ => None,
        })
        .flatten()
        .collect()
}

fn find<'a>(report: &'a Report, id: &str) -> Option<&'a Table> {
    report.sections.iter().flat_map(|s| &s.blocks).find_map(|b| match b {
        Block::Table(t) if t.id == id => Some(t),
        _ => None,
    })
}

/// Columns that fit: all of them, or without optional ones from the right.
fn columns_that_fit(table: &Table, width: usize) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..table.columns.len()).collect();
    while needs(table, &kept) > width {
        let Some(at) = kept.iter().rposition(|c| table.columns[*c].optional) else { break };
        kept.remove(at);
    }
    kept
}

/// The least width of a table: its columns, and two spaces between them.
fn needs(table: &Table, kept: &[usize]) -> usize {
    kept.iter().map(|c| least(table, *c) + 2).sum::<usize>().saturating_sub(2)
}

/// The least width of a column: its longest number, or its longest word where
/// words may wrap, headings included.
fn least(table: &Table, column: usize) -> usize {
    let words = |text: &str| text.split_whitespace().map(|w| w.chars().count()).max().unwrap_or(0);
    let heading = words(&table.columns[column].header);
    let body = table.rows.iter().filter_map(|r| r.cells.get(column)).map(|c| match table.columns[column].align {
        Align::Right => c.printed.chars().count(),
        Align::Left => words(&c.printed).min(22),
    });
    body.max().unwrap_or(0).max(heading)
}

fn lay_out(table: &Table, width: usize) -> String {
    let kept = columns_that_fit(table, width);
    let fits = needs(table, &kept) <= width;
    let mut page = comfy_table::Table::new();
    let style: TableStyle = presets::NOTHING;
    page.load_style(style);
    page.force_no_tty();
    page.set_content_arrangement(ContentArrangement::Dynamic);
    page.set_width(u16::try_from(width).unwrap_or(u16::MAX));
    page.set_header(kept.iter().map(|c| table.columns[*c].header.clone()));
    for row in &table.rows {
        if row.kind == RowKind::Total {
            page.add_row(kept.iter().map(|c| "-".repeat(least(table, *c).min(12))));
        }
        page.add_row(kept.iter().map(|c| row.cells.get(*c).map(|c| c.printed.clone()).unwrap_or_default()));
    }
    for (at, c) in kept.iter().enumerate() {
        if let Some(column) = page.column_mut(at) {
            let space = if at + 1 == kept.len() { 0 } else { 2 };
            column.set_padding((0, space));
            // Where even that does not fit, words break before numbers do.
            if fits || table.columns[*c].align == Align::Right {
                let least = u16::try_from(least(table, *c)).unwrap_or(u16::MAX).saturating_add(space);
                column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
            }
            if table.columns[*c].align == Align::Right {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    let mut out = String::new();
    for line in page.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// Lines of at most `width` characters; a longer word stands alone.
fn wrap(text: &str, width: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    // An amount stays on one line.
    let text = text.replace("€ ", "€\u{a0}");
    for word in text.split([' ', '\n', '\t']).filter(|w| !w.is_empty()) {
        if !line.trim().is_empty() && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
        }
        if !line.is_empty() && !line.ends_with(' ') {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.trim().is_empty() {
        lines.push(line);
    }
    lines.into_iter().map(|l| l.replace('\u{a0}', " ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_wraps_at_its_spaces() {
        assert_eq!(wrap("- een twee drie vier", 10, "  "), ["- een twee", "  drie", "  vier"]);
        assert!(wrap("- een twee drie vier", 10, "  ").iter().all(|l| l.chars().count() <= 10));
    }
}
