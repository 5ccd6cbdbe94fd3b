//! The list of terms at the end: those of the glossary that the text uses.
//!
//! The glossary of the project is the one place where a term is explained, so
//! the list is made from it and cannot drift.

use super::super::document::{Block, Cell, Column, Row, Section, Table, Text};
use crate::dutch::glossary::{forms, terms};

/// Whether a text holds a form as whole words.
fn holds(text: &str, form: &str) -> bool {
    text.match_indices(form).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + form.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

/// The section; none where no term is used.
pub fn write(sections: &[Section]) -> Option<Section> {
    let text = words_of(sections).to_lowercase();
    let rows: Vec<Row> = terms()
        .filter(|(term, _)| forms(term).iter().any(|f| holds(&text, f)))
        .map(|(term, meaning)| Row::plain(vec![Cell::words(term), Cell::words(meaning)]))
        .collect();
    (!rows.is_empty()).then(|| Section {
        id: "begrippen".into(),
        title: "Begrippen".into(),
        level: 1,
        blocks: vec![Block::Table(Table {
            id: "begrippen".into(),
            caption: "Wat woorden betekenen".into(),
            columns: vec![Column::words("Woord"), Column::words("Betekenis")],
            rows,
            notes: Vec::new(),
        })],
    })
}

/// All words of the sections, tables included.
fn words_of(sections: &[Section]) -> String {
    let mut out = String::new();
    let mut add = |t: &str| {
        out.push_str(t);
        out.push('\n');
    };
    for section in sections {
        add(&section.title);
        for block in &section.blocks {
            match block {
                Block::Paragraph(t) | Block::Label(t) => add(&t.words()),
                Block::List(items) => items.iter().map(Text::words).for_each(|t| add(&t)),
                Block::Table(t) => table_words(t, &mut add),
                Block::Chart(c) => add(&c.title),
            }
        }
    }
    out
}

fn table_words(table: &Table, add: &mut impl FnMut(&str)) {
    add(&table.caption);
    table.columns.iter().for_each(|c| add(&c.header));
    table.rows.iter().flat_map(|r| &r.cells).for_each(|c| add(&c.printed));
    table.notes.iter().for_each(|n| add(n));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_counts_only_as_a_whole_word() {
        assert!(holds("de ova stijgt", "ova"));
        assert!(!holds("innovatief", "ova"));
    }
}
