//! What the documents name and the model leaves out, and why.

use super::super::document::{Block, Cell, Column, Row, Section, Table, Text};
use super::super::draft::Draft;
use super::super::words;

/// The section.
pub fn write(d: &Draft<'_>) -> Section {
    let left_out = &d.model().report.not_modelled;
    let mut blocks = Vec::new();
    if left_out.is_empty() {
        blocks.push(Block::Paragraph(Text::plain(
            "De opstellers noemen geen onderwerpen die buiten deze raming blijven.",
        )));
    } else {
        blocks.push(Block::Paragraph(Text::plain(
            "Deze onderwerpen komen wel voor in de stukken, maar zitten niet in de raming. De cijfers hierboven gaan er dus niet over.",
        )));
        blocks.push(Block::Table(Table {
            id: "niet-gemodelleerd".into(),
            caption: "Niet in de raming".into(),
            columns: vec![Column::words("Onderwerp"), Column::words("Waarom niet")],
            rows: left_out
                .iter()
                .map(|x| Row::plain(vec![Cell::words(words::clean(&x.what)), Cell::words(words::clean(&x.why))]))
                .collect(),
            notes: Vec::new(),
        }));
    }
    Section { id: "niet-gemodelleerd".into(), title: "Niet gemodelleerd".into(), level: 1, blocks }
}
