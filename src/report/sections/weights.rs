//! What matters most: what each uncertain assumption alone can do to the
//! result, and which of them the width of the band comes from.

use super::super::chart::{Chart, Drawing, Swing as Bar};
use super::super::document::{Block, Cell, Column, Row, Section, Table, Unit};
use super::super::draft::Draft;
use super::super::{tables, words};
use crate::analysis::sensitivity::Swing;
use crate::dutch;
use crate::study::{Weights, derive};

/// How many assumptions are shown.
const TOP: usize = 10;

/// The section; none where nothing is uncertain, and in the report of a what-if.
pub fn write(d: &Draft<'_>) -> Option<Section> {
    let weights = d.study.weights.as_ref().filter(|_| d.is_base())?;
    let moving: Vec<&Swing> = weights.tornado.swings.iter().filter(|s| d.book.round(s.size()) != 0).collect();
    if moving.is_empty() {
        return None;
    }
    let shown: Vec<&Swing> = moving.iter().copied().take(TOP).collect();
    let table = table(d, weights, &shown, moving.len() - shown.len());
    let mut blocks = vec![Block::Paragraph(d.text(format!(
        "Het {} van {} hangt af van onzekere uitgangspunten. De tabel verandert er steeds één: van laag naar hoog, in alle jaren tegelijk. \
         De kans dat het lager uitvalt dan laag is 10%, en ook de kans dat het hoger uitvalt dan hoog is 10%.{}",
        d.result_word(),
        weights.year,
        most(d, weights, shown[0])
    )))];
    blocks.push(Block::Chart(Box::new(chart(d, weights, &shown, &table))));
    blocks.push(Block::Table(table));
    Some(Section { id: "gewichten".into(), title: "Wat weegt het zwaarst?".into(), level: 1, blocks })
}

/// Which assumption does most, and what the largest part of the uncertainty
/// comes from where that is another: several that move together, of which one
/// alone looks smaller than they are, or luck, which has no swing.
fn most(d: &Draft<'_>, weights: &Weights, largest: &Swing) -> String {
    let what = words::of_address(d.model(), &largest.address);
    let most = weights.shares.as_ref().and_then(|s| s.shares.iter().max_by(|a, b| a.share.total_cmp(&b.share)));
    let Some(most) = most.filter(|m| m.addresses != [largest.address.clone()]) else {
        return format!(" Het meest doet {what}.");
    };
    let part = dutch::percent(most.share.clamp(0.0, 1.0), 0);
    let alone = format!(" Van één uitgangspunt alleen doet {what} het meest.");
    let names: Vec<String> =
        words::together(&most.addresses.iter().map(|a| words::of_address(d.model(), a)).collect::<Vec<_>>());
    match most.addresses.len() {
        1 => format!("{alone} Maar het grootste deel van de onzekerheid ({part}) komt van {}.", names[0]),
        _ => format!(
            "{alone} Maar sommige vallen vaak samen tegen; dan tellen hun bedragen op. \
             Het grootste deel van de onzekerheid ({part}) komt van zulke uitgangspunten: {}.",
            words::some_of(&names, 4)
        ),
    }
}

fn table(d: &Draft<'_>, weights: &Weights, shown: &[&Swing], others: usize) -> Table {
    let central = weights.tornado.central;
    // A letter for each set that moves together, in order of appearance.
    let mut sets: Vec<&[String]> = Vec::new();
    let mut told = 0.0;
    let rows = shown
        .iter()
        .map(|swing| {
            let stated = |y: usize| d.model().assumption(swing.assumption).distributions.get(y).copied().flatten();
            let first = (0..d.model().year_count()).find(|y| stated(*y).is_some()).unwrap_or(1);
            let first = d.projection().years[first];
            let own = |x: f64, p: u8| {
                let rate = d.model().assumption(swing.assumption).scale.is_rate();
                Cell::words(if rate { dutch::percent(x, 1) } else { dutch::short(x, 2) })
                    .at(format!("p{p}({}[{first}])", swing.address))
            };
            let moved = |x: f64, end: &str| {
                tables::deviation(&d.book, d.book.round(x - central), x - central)
                    .at(format!("swing.{end}({}) - result(total, {})", swing.address, weights.year))
            };
            let share = weights
                .shares
                .as_ref()
                .and_then(|s| s.shares.iter().find(|s| s.addresses.contains(&swing.address)))
                .map_or_else(tables::nothing, |s| {
                    let known = sets.iter().position(|set| *set == s.addresses);
                    if known.is_none() {
                        told = derive::sum(told, s.share);
                        sets.push(&s.addresses);
                    }
                    let letter = sets.iter().filter(|set| set.len() > 1).position(|set| *set == s.addresses);
                    let mark = letter.map(|n| format!(" {}", words::letter(n))).unwrap_or_default();
                    Cell::number(
                        format!("{}{mark}", dutch::percent(s.share.clamp(0.0, 1.0), 0)),
                        s.share,
                        Unit::Percent,
                    )
                    .at(format!("variance.share({})", swing.address))
                });
            Row::plain(vec![
                Cell::words(words::capital(&words::of_address(d.model(), &swing.address))),
                own(swing.from, 10),
                own(swing.to, 90),
                moved(swing.low, "low"),
                moved(swing.high, "high"),
                share,
            ])
        })
        .collect();
    let result = d.result_word();
    let mut notes = vec![format!("N is een slechter {result} dan in de raming, V een beter.")];
    if weights.shares.is_some() {
        notes.push(format!("Aandeel: het deel van de onzekerheid van het {result} dat van dit uitgangspunt komt."));
    }
    if sets.iter().any(|set| set.len() > 1) {
        notes.push(
            "Uitgangspunten met dezelfde letter hangen samen: vaak vallen zij samen tegen of mee. Zij hebben samen dit aandeel."
                .into(),
        );
    }
    if weights.shares.is_some() && told < 0.95 {
        let lucky =
            weights.shares.iter().flat_map(|s| &s.shares).any(|s| s.addresses.iter().any(|a| a.ends_with(".luck")));
        notes.push(format!(
            "De rest van de onzekerheid komt van wat hier niet staat{}.",
            if lucky { ", zoals toeval bij weinig cliënten" } else { "" }
        ));
    }
    if others > 0 {
        notes.push(format!(
            "{} met een kleiner effect staan hier niet.",
            dutch::counted(others, "uitgangspunt", "uitgangspunten")
        ));
    }
    tables::without_empty_columns(Table {
        id: "gewichten".into(),
        caption: format!(
            "Eén uitgangspunt van laag naar hoog: verschil met het {result} van {} ({})",
            weights.year,
            d.book.caption()
        ),
        columns: vec![
            Column::words("Uitgangspunt"),
            Column::numbers("Laag").optional(),
            Column::numbers("Hoog").optional(),
            Column::numbers("Bij laag"),
            Column::numbers("Bij hoog"),
            Column::numbers("Aandeel"),
        ],
        rows,
        notes,
    })
}

fn chart(d: &Draft<'_>, weights: &Weights, shown: &[&Swing], table: &Table) -> Chart {
    let bars: Vec<Bar> = shown
        .iter()
        .map(|s| Bar {
            label: words::capital(&words::of_address(d.model(), &s.address)),
            low: d.mark(s.low),
            high: d.mark(s.high),
        })
        .collect();
    Chart {
        id: "tornado".into(),
        title: format!("Het {} van {} als één uitgangspunt laag of hoog uitvalt", d.result_word(), weights.year),
        alternative: format!(
            "Van één uitgangspunt alleen doet {} het meest: van {} tot {}. De tabel hierbij geeft alle cijfers.",
            words::of_address(d.model(), &shown[0].address),
            bars[0].low.printed,
            bars[0].high.printed
        ),
        figures: table.clone(),
        drawing: Drawing::Tornado {
            axis: format!("{} in {}", words::capital(d.result_word()), weights.year),
            centre: d.mark(weights.tornado.central),
            bars,
        },
    }
}
