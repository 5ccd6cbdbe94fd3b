//! With what this was made, so that every figure can be made again: version,
//! seed, draws, inputs, rules, warnings, the scale of chances and the measures.

use super::super::document::{Block, Cell, Column, Row, Section, Table, Text};
use super::super::draft::Draft;
use super::super::{tables, words};
use crate::diagnostic::Diagnostic;
use crate::dutch;
use crate::study::{Origin, RuleNote, rule_path};

/// The chapter and what stands below it.
pub fn write(d: &Draft<'_>) -> Vec<Section> {
    let mut sections = vec![made_with(d), rules(d), scale(d)];
    sections.extend(measures(d));
    sections.extend(protection(d));
    sections
}

fn made_with(d: &Draft<'_>) -> Section {
    let receipt = &d.study.receipt;
    let mut text = format!("Dit verslag is gemaakt met ravijn, versie {}.", words::clean(&receipt.version));
    match d.outcome() {
        Some(o) => text.push_str(&format!(
            " De simulatie rekent {} mogelijke toekomsten door (trekkingen), met beginwaarde {}.",
            dutch::whole(o.draws as f64),
            o.seed
        )),
        None => text.push_str(" Er is geen simulatie gedaan."),
    }
    text.push_str(" Met dezelfde bestanden, instellingen en versie komen er precies dezelfde cijfers uit.");
    let mut blocks = vec![Block::Paragraph(Text::plain(text))];
    if let Some(o) = d.outcome().filter(|o| o.stopped > 0) {
        blocks.push(Block::Paragraph(Text::plain(format!(
            "Een getrokken waarde kan buiten de grens vallen van wat kan, zoals een aandeel boven 100%. \
             Dan rekenen we met de grens. Dat gebeurde {} keer.",
            dutch::whole(o.stopped as f64)
        ))));
    }
    if !receipt.inputs.is_empty() {
        blocks.push(Block::Table(Table {
            id: "invoer".into(),
            caption: "Invoerbestanden met hun controlegetal (SHA-256)".into(),
            columns: vec![Column::words("Bestand"), Column::words("Controlegetal")],
            rows: receipt
                .inputs
                .iter()
                .map(|i| Row::plain(vec![Cell::words(words::clean(&i.path)), Cell::words(words::clean(&i.sha256))]))
                .collect(),
            notes: Vec::new(),
        }));
    }
    blocks.extend(warnings(d));
    Section { id: "verantwoording".into(), title: "Verantwoording".into(), level: 1, blocks }
}

/// Warnings about the files by kind: a council need not read each, the writer of the files sees them all.
fn warnings(d: &Draft<'_>) -> Vec<Block> {
    let mut seen: Vec<&Diagnostic> = Vec::new();
    for warning in d.study.warnings.iter().chain(&d.projection().warnings) {
        if !seen.contains(&warning) {
            seen.push(warning);
        }
    }
    if seen.is_empty() {
        return vec![Block::Paragraph(Text::plain("De controle van de bestanden gaf geen waarschuwingen."))];
    }
    let mut by_kind: Vec<(&str, Vec<String>)> = Vec::new();
    for warning in &seen {
        let place = warning.place.as_ref().map(ToString::to_string).unwrap_or_default();
        match by_kind.iter_mut().find(|(code, _)| *code == warning.code) {
            Some((_, places)) => places.push(place),
            None => by_kind.push((warning.code, vec![place])),
        }
    }
    let rows = by_kind
        .into_iter()
        .map(|(code, places)| {
            Row::plain(vec![
                Cell::words(warning_in_dutch(code)),
                Cell::number(places.len().to_string(), places.len() as f64, super::super::document::Unit::Count),
                Cell::words(words::some_of(&once(&places), 4)),
            ])
        })
        .collect();
    vec![
        Block::Paragraph(Text::plain(format!(
            "De controle van de bestanden gaf {}. Wie de bestanden schrijft, ziet ze voluit met het commando ‘ravijn check’.",
            dutch::counted(seen.len(), "waarschuwing", "waarschuwingen")
        ))),
        Block::Table(Table {
            id: "waarschuwingen".into(),
            caption: "Waarschuwingen bij de bestanden".into(),
            columns: vec![Column::words("Wat"), Column::numbers("Aantal"), Column::words("Waar")],
            rows,
            notes: Vec::new(),
        }),
    ]
}

/// Each place once, in the order in which they were found.
fn once(places: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for place in places {
        if !found.contains(place) {
            found.push(place.clone());
        }
    }
    found
}

/// What a kind of warning means, for people who do not write the files.
fn warning_in_dutch(code: &str) -> String {
    match code {
        "no-budget" => "Lijnen zonder begroting in een of meer jaren: daar is geen verschil berekend",
        "no-base-cost" => "Van een lijn zijn de lasten in het basisjaar niet gegeven",
        "no-base-figure" => "Van een lijn zijn de baten in het basisjaar niet gegeven",
        "missing-history" => "Een cijfer van een eerder jaar is niet gegeven en telt als nul",
        "counted-twice" => "Een risico en een bandbreedte gaan misschien over hetzelfde geld",
        "risk-not-sized" => "Een risico is niet met een wat-als te berekenen en telt nergens in mee",
        "negative-cost" => "De lasten van een lijn komen onder nul",
        "volume-floored" => "Maatregelen en krimp halen alle cliënten van een lijn weg",
        "reserve-overdrawn" => "Er gaat meer uit een reserve dan erin zit",
        "total-differs" => "Een totaal in de cijfers is niet gelijk aan de som van de delen",
        "unit-cost-differs" => "Kosten per cliënt en totale kosten passen niet bij elkaar; het totaal is gebruikt",
        "unknown-taakveld" => "Een taakveld bestaat niet in dat jaar",
        "municipality-code" => "De code van de gemeente heeft niet de vaste vorm",
        "no-rate" => "Een index heeft geen percentage en telt als nul",
        "no-rule" => "Voor een jaar is er geen regel voor de vangnetuitkering",
        "expired" => "Een waarde is verlopen: de datum tot wanneer zij gold, is voorbij",
        "idle-correlation" => "Een samenhang doet niets: de twee worden niet in hetzelfde jaar getrokken",
        "unknown-measure" => "De verklaring noemt een maatregel die er niet is",
        "gain-or-loss" => "Een bedrag heeft een ander teken dan bij zijn soort hoort",
        "unused" | "unused-rows" | "unused-year" | "later-without-year" | "unknown-column" => {
            "Iets in de bestanden wordt niet gebruikt"
        }
        other => return format!("Een waarschuwing voor wie de bestanden schrijft ({other})"),
    }
    .to_owned()
}

/// Which rules looked, and what became of them.
fn rules(d: &Draft<'_>) -> Section {
    let mut blocks = Vec::new();
    let mut found: Vec<(String, usize)> = Vec::new();
    for risk in d.here.risks.iter().filter(|r| r.origin == Origin::Rule) {
        // Further findings of a rule are called `id-2`, `id-3`.
        let id = risk
            .id
            .rsplit_once('-')
            .filter(|(stem, n)| n.parse::<u32>().is_ok() && found.iter().any(|(f, _)| f == stem))
            .map_or(risk.id.as_str(), |(stem, _)| stem);
        match found.iter_mut().find(|(f, _)| f == id) {
            Some((_, n)) => *n += 1,
            None => found.push((id.to_owned(), 1)),
        }
    }
    let count =
        found.len() + d.here.silent.len() + d.here.replaced.len() + d.here.not_applicable.len() + d.here.failed.len();
    if count == 0 {
        blocks.push(Block::Paragraph(Text::plain("Er zijn geen regels toegepast.")));
        return Section { id: "regels".into(), title: "Regels".into(), level: 2, blocks };
    }
    blocks.push(Block::Paragraph(Text::plain(format!(
        "Regels zoeken in de cijfers naar risico's. Er zijn {} gelezen.",
        dutch::counted(count, "regel", "regels")
    ))));
    let mut rows: Vec<Row> = found
        .iter()
        .map(|(id, n)| {
            Row::plain(vec![
                Cell::words(id.clone()),
                Cell::words(format!("toegepast: {}", dutch::counted(*n, "risico", "risico's"))),
                Cell::words(""),
            ])
        })
        .collect();
    let note = |what: &str, n: &RuleNote| {
        let remark = if n.remark.is_empty() {
            words::clean(&n.title)
        } else {
            format!("{}: {}", words::clean(&n.title), words::clean(&n.remark))
        };
        Row::plain(vec![
            Cell::words(n.id.clone()),
            Cell::words(what),
            Cell::words(remark.trim_start_matches(": ").to_owned()),
        ])
    };
    rows.extend(d.here.silent.iter().map(|n| note("toegepast: niets gevonden", n)));
    rows.extend(d.here.replaced.iter().map(|n| note("vervangen door het register", n)));
    rows.extend(d.here.not_applicable.iter().map(|n| note("niet van toepassing", n)));
    rows.extend(d.here.failed.iter().map(|f| {
        let place = f.place.as_ref().map(|p| rule_path(&p.to_string())).unwrap_or_default();
        let what = format!("de regel kon niet worden uitgevoerd ({})", f.code);
        Row::plain(vec![Cell::words(place), Cell::words("mislukt"), Cell::words(what)])
    }));
    blocks.push(Block::Table(Table {
        id: "regels".into(),
        caption: "Regels en wat zij vonden".into(),
        columns: vec![Column::words("Regel"), Column::words("Uitkomst"), Column::words("Toelichting")],
        rows,
        notes: Vec::new(),
    }));
    Section { id: "regels".into(), title: "Regels".into(), level: 2, blocks }
}

/// What is rounded and hidden so that no figure points at a person.
fn protection(d: &Draft<'_>) -> Option<Section> {
    if !d.disclosure.speaks() {
        return None;
    }
    let mut blocks = vec![Block::Paragraph(Text::plain(
        "We beschermen de personen achter de cijfers. Aantallen zijn daarom afgerond op vijf; procenten van aantallen \
         zijn ook afgerond. Een aantal onder de tien tonen we niet. Ook wat zo'n aantal verraadt, tonen we niet. Denk aan een tweede aantal naast een totaal, \
         of aan een gemiddelde. Teksten die de gemeente zelf schreef, zijn niet aangepast.",
    ))];
    let hidden = d.disclosure.report(d.model());
    if hidden.is_empty() {
        blocks.push(Block::Paragraph(Text::plain("In dit verslag is geen enkel aantal verborgen.")));
    } else {
        blocks.push(Block::Table(Table {
            id: "verborgen".into(),
            caption: "Wat we niet tonen".into(),
            columns: vec![Column::words("Aantallen en gemiddelden van"), Column::words("Reden")],
            rows: hidden
                .into_iter()
                .map(|(what, why)| Row::plain(vec![Cell::words(what), Cell::words(why.in_dutch())]))
                .collect(),
            notes: Vec::new(),
        }));
    }
    Some(Section { id: "bescherming".into(), title: "Bescherming van personen".into(), level: 2, blocks })
}

fn scale(d: &Draft<'_>) -> Section {
    let mut rows = Vec::new();
    let mut from = 0.0;
    for (below, word) in &d.model().report.chance_words.0 {
        let bounds = if below.is_finite() {
            format!("{}% tot {}%", dutch::short(from, 2), dutch::short(*below, 2))
        } else {
            format!("{}% of meer", dutch::short(from, 2))
        };
        rows.push(Row::plain(vec![Cell::words(bounds), Cell::words(words::clean(word))]));
        from = *below;
    }
    Section {
        id: "kanswoorden".into(),
        title: "Woorden voor kansen".into(),
        level: 2,
        blocks: vec![
            Block::Paragraph(Text::plain(
                "Bij elk woord staat altijd het getal. De schaal is voor alle risico's en alle jaren dezelfde.",
            )),
            Block::Table(Table {
                id: "kanswoorden".into(),
                caption: "Kans en woord".into(),
                columns: vec![Column::words("Kans"), Column::words("Woord")],
                rows,
                notes: Vec::new(),
            }),
        ],
    }
}

/// Every measure with its amounts as planned.
fn measures(d: &Draft<'_>) -> Option<Section> {
    let model = d.model();
    let rows: Vec<Row> = model
        .measures
        .iter()
        .filter_map(|m| {
            let values = &model.assumption(m.amount?).values;
            let mut cells = vec![
                Cell::words(words::clean(&m.label)),
                Cell::words(words::measure_kind(m.kind, 1)),
                Cell::words(words::structural(m.structural).1),
            ];
            let shown = shown(values.len());
            let address = m.amount.map(|a| model.assumption(a).address.as_str()).unwrap_or_default();
            cells.extend(shown.iter().map(|y| {
                tables::amount(&d.book, d.book.round(values[*y]), values[*y])
                    .at(format!("{address}[{}]", d.projection().years[*y]))
            }));
            Some(Row::plain(cells))
        })
        .collect();
    if rows.is_empty() {
        return None;
    }
    let mut columns =
        vec![Column::words("Maatregel"), Column::words("Soort").optional(), Column::words("S/I").optional()];
    columns.extend(
        shown(d.projection().years.len()).iter().map(|y| Column::numbers(d.projection().years[*y].to_string())),
    );
    Some(Section {
        id: "alle-maatregelen".into(),
        title: "Alle maatregelen".into(),
        level: 2,
        blocks: vec![Block::Table(Table {
            id: "alle-maatregelen".into(),
            caption: format!("Maatregelen zoals gepland, in prijzen van {} ({})", d.base_year(), d.book.caption()),
            columns,
            rows,
            notes: std::iter::once("Plus is meer lasten of meer baten, min is minder.".to_owned())
                .chain(on_volume(d))
                .collect(),
        })],
    })
}

/// Measures without an amount of their own: they change how fast help grows.
pub(super) fn on_volume(d: &Draft<'_>) -> Option<String> {
    let model = d.model();
    let names: Vec<String> =
        model.measures.iter().filter(|m| m.amount.is_none()).map(|m| format!("‘{}’", words::clean(&m.label))).collect();
    (!names.is_empty()).then(|| {
        format!("Zonder eigen bedrag, want zij veranderen de groei van de hulp: {}.", words::some_of(&names, 6))
    })
}

/// All years, or the ends and the year after the base where there are many.
fn shown(count: usize) -> Vec<usize> {
    if count <= 6 { (0..count).collect() } else { vec![0, 1, count - 1] }
}
