//! May this be trusted: how forecasts of this kind came out in years that are
//! known by now, for this municipality and its peers.

use super::super::document::{Block, Cell, Column, Row, Section, Table, Text};
use super::super::draft::Draft;
use super::super::{tables, words};
use crate::analysis::trust::TrustRow;
use crate::dutch;

/// The section.
pub fn write(d: &Draft<'_>) -> Section {
    let trust = &d.study.trust;
    let mut blocks = vec![Block::Paragraph(d.text(
        "Een raming is te vertrouwen voor zover zij is getoetst. Daarom ramen we jaren die al bekend zijn opnieuw, \
         met alleen wat toen bekend was: de begroting van dat jaar en de rekening van twee jaar ervoor. \
         Daarna leggen we de uitkomst naast de rekening.",
    ))];
    let own: Vec<Text> = trust.rows.iter().filter(|r| r.years > 0).map(|r| d.text(sentence(d, r))).collect();
    if own.is_empty() {
        blocks.push(Block::Paragraph(d.text(
            "Van deze gemeente zijn geen jaren bekend met een begroting én een rekening. \
             De raming is daarom niet getoetst aan het eigen verleden.",
        )));
    } else {
        blocks.push(Block::List(own));
    }
    let rows: Vec<Row> = trust
        .rows
        .iter()
        .filter(|r| r.model.is_some() || r.peers.is_some())
        .map(|r| {
            let percent = |v: Option<f64>, whose: &str| {
                v.map_or_else(tables::nothing, |v| Cell::words(dutch::percent(v, 1)))
                    .at(format!("backtest({whose}, {})", r.line))
            };
            Row::plain(vec![
                Cell::words(label(d, r)),
                percent(r.model, "model"),
                percent(r.budget.filter(|_| r.model.is_some()), "budget"),
                percent(r.peers.map(|p| p.0), "peers-model"),
                percent(r.peers.map(|p| p.1), "peers-budget"),
            ])
        })
        .collect();
    if !rows.is_empty() {
        let mut notes = vec![
            "Bij deze gemeente is het een gemiddelde over de jaren, bij de andere gemeenten de middelste uitkomst."
                .to_owned(),
        ];
        if trust.peers > 0 {
            notes.push(format!(
                "De andere gemeenten zijn de {} die het meest op deze lijken in aantal inwoners.",
                dutch::whole(trust.peers as f64)
            ));
        }
        blocks.push(Block::Table(Table {
            id: "toets".into(),
            caption: "Hoe ver zaten model en begroting naast de rekening?".into(),
            columns: vec![
                Column::words("Lijn"),
                Column::numbers("Model, deze gemeente"),
                Column::numbers("Begroting, deze gemeente"),
                Column::numbers("Model, andere gemeenten"),
                Column::numbers("Begroting, andere gemeenten"),
            ],
            rows,
            notes,
        }));
    }
    Section { id: "toets".into(), title: "Hoe goed is deze raming?".into(), level: 1, blocks }
}

fn label(d: &Draft<'_>, row: &TrustRow) -> String {
    let own = d.model().lines.find(&row.line).map(|l| words::clean(d.model().lines.get(l).label()));
    own.unwrap_or_else(|| words::capital(&words::clean(&row.line)))
}

/// `Jeugd: in zes van de zes jaren lag de werkelijkheid boven de begroting.`
fn sentence(d: &Draft<'_>, row: &TrustRow) -> String {
    let count = |n: usize| dutch::count_in_words(n as f64);
    let when = match (row.above, row.years) {
        (1, 1) => "in het ene bekende jaar lag de werkelijkheid boven de begroting".to_owned(),
        (0, 1) => "in het ene bekende jaar lag de werkelijkheid niet boven de begroting".to_owned(),
        (0, n) => format!("in geen van de {} jaren lag de werkelijkheid boven de begroting", count(n)),
        (k, n) => format!("in {} van de {} jaren lag de werkelijkheid boven de begroting", count(k), count(n)),
    };
    let missed = match (row.model, row.budget) {
        (Some(model), Some(budget)) => format!(
            " Het model zat er gemiddeld {} naast, de begroting {}.",
            dutch::percent(model, 1),
            dutch::percent(budget, 1)
        ),
        (Some(model), None) => format!(" Het model zat er gemiddeld {} naast.", dutch::percent(model, 1)),
        (None, _) => " Voor een toets van het model zijn het te weinig jaren.".to_owned(),
    };
    format!("{}: {when}.{missed}", label(d, row))
}
