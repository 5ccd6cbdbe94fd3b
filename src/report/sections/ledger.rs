//! The measures' ledger, and the published explanation beside our figures.

use super::super::document::{Block, Cell, Column, Row, Table, Unit};
use super::super::draft::Draft;
use super::super::{chance, tables, words};
use crate::analysis::ledger;
use crate::dutch;

/// Every saving and target: planned, filled in, come true, open, and the
/// chance that all of it comes true.
pub fn savings(d: &Draft<'_>) -> Option<Block> {
    let model = d.model();
    let year = d.base_year().plus(1);
    let found = ledger::ledger(model, year);
    if found.is_empty() {
        return None;
    }
    let on_revenue = |m: &crate::model::Measure| model.lines.get(m.line).as_cost().is_none();
    let rows: Vec<Row> = found
        .iter()
        .map(|r| {
            let m = &model.measures[r.measure];
            let star = if on_revenue(m) { " *" } else { "" };
            let amount = |value: f64, part: &str| {
                tables::amount(&d.book, d.book.round(value), value).at(format!("measure.{part}({}, {year})", m.id))
            };
            Row::plain(vec![
                Cell::words(format!("{}{star}", words::clean(&m.label))),
                Cell::words(words::measure_kind(m.kind, 1)),
                amount(r.planned, "planned"),
                amount(r.filled, "filled"),
                r.realised.map_or_else(tables::nothing, |v| amount(v, "realised")),
                amount(r.open, "open"),
                amount(r.counted_on, "counted_on"),
                amount(r.expected, "expected"),
                Cell::number(chance::simulated_number(r.chance), r.chance, Unit::Percent)
                    .at(format!("measure.chance({}, {year})", m.id)),
            ])
        })
        .collect();
    let mut notes = vec![
        "De kans gaat over de hele besparing: alles of meer. Kans en gemiddelde volgen uit de onzekerheid die bij de maatregel staat."
            .to_owned(),
    ];
    // A chance of nothing says only that the bound is all of it.
    if found
        .iter()
        .any(|r| r.expected.abs() < r.counted_on.abs() && chance::simulated_number(r.chance).starts_with("minder"))
    {
        notes.push(
            "Kan er hoogstens alles lukken en is minder mogelijk, dan is de kans op alles bijna nul. Kijk dan naar het gemiddelde."
                .to_owned(),
        );
    }
    if found.iter().any(|r| on_revenue(&model.measures[r.measure])) {
        notes.push("* Dit gaat over baten: min betekent minder baten.".to_owned());
    }
    if found.iter().any(|r| r.realised.is_none()) {
        notes.push(
            "Een streepje betekent: er zijn nog geen cijfers over wat is gelukt. Dan staat alles nog open.".to_owned(),
        );
    }
    Some(Block::Table(Table {
        id: "stand-maatregelen".into(),
        caption: format!("Stand van ombuigingen en taakstellingen voor {year} ({})", d.book.caption()),
        columns: vec![
            Column::words("Maatregel"),
            Column::words("Soort").optional(),
            Column::numbers("Gepland"),
            Column::numbers("Ingevuld"),
            Column::numbers("Al gelukt"),
            Column::numbers("Nog open"),
            Column::numbers("Waarop we rekenen").optional(),
            Column::numbers("Gemiddeld te verwachten").optional(),
            Column::numbers("Kans dat alles lukt"),
        ],
        rows,
        notes,
    }))
}

/// The published items with their total, and ours beside them.
pub fn published(d: &Draft<'_>) -> Vec<Block> {
    // A what-if leaves the explanation of the base year as it is.
    let Some(published) = d.study.published.as_ref().filter(|p| d.is_base() && !p.items.is_empty()) else {
        return Vec::new();
    };
    let ours = ledger::beside(d.model(), published);
    let change = ledger::change_of_result(d.model(), d.projection());
    let deviation = |value: f64| tables::deviation(&d.book, d.book.round(value), value);
    let mut rows: Vec<Row> = published
        .items
        .iter()
        .zip(&ours)
        .enumerate()
        .map(|(i, (item, ours))| {
            Row::plain(vec![
                Cell::words(words::clean(&item.label)),
                deviation(item.amount).at(format!("published({})", i + 1)),
                ours.ours.map_or_else(tables::nothing, deviation).at(format!("published.ours({})", i + 1)),
                Cell::words(item.note.as_deref().map(words::clean).unwrap_or_default()),
            ])
        })
        .collect();
    let total = published.total.unwrap_or_else(|| published.sum());
    let row = Row::plain(vec![
        Cell::words("Totaal"),
        deviation(total).at("published(total)"),
        tables::nothing(),
        Cell::words(""),
    ]);
    let adds_up = published.items.iter().map(|i| d.book.round(i.amount)).sum::<i64>() == d.book.round(total);
    rows.push(if adds_up { Row { kind: super::super::document::RowKind::Total, ..row } } else { row });
    if let Some((year, kind, own)) = change {
        rows.push(Row::plain(vec![
            Cell::words(format!(
                "Verandering van het resultaat, {year} ({}) naar {}",
                words::kind_of_column(kind),
                d.base_year()
            )),
            tables::nothing(),
            deviation(own).at("result.change()"),
            Cell::words(""),
        ]));
    }
    let count = dutch::counted(published.items.len(), "post", "posten");
    let said = match (published.total, adds_up) {
        (None, _) => format!("Zij noemen {count}; een gedrukt totaal ontbreekt."),
        (Some(_), true) => format!("De {count} tellen op tot het gedrukte totaal."),
        (Some(_), false) => format!("Let op: de {count} tellen niet op tot het gedrukte totaal."),
    };
    let notes = vec![
        "Onze cijfers zijn de maatregelen die wij kennen, zoals zij in het basisjaar meetellen. Een streepje betekent: daarvoor hebben wij geen eigen cijfer."
            .to_owned(),
    ];
    vec![
        Block::Paragraph(d.text(format!("De stukken verklaren zelf waarom het resultaat verandert. {said}"))),
        Block::Table(Table {
            id: "verklaring".into(),
            caption: format!("De gedrukte verklaring naast onze cijfers ({})", d.book.caption()),
            columns: vec![
                Column::words("Post"),
                Column::numbers("Gedrukt"),
                Column::numbers("Onze cijfers"),
                Column::words("Toelichting"),
            ],
            rows,
            notes,
        }),
    ]
}
