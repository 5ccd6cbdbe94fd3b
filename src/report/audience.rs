//! Three readers of one report: the same numbers, more or fewer of them.
//!
//! The council gets one page, the executive the whole paragraph, the controller
//! also the evidence of every number as a table. A shorter report is picked
//! from the whole one, never written anew, so that the numbers cannot differ.

use super::disclosure::Disclosure;
use super::document::{Block, Cell, Column, Evidence, Inline, Report, Row, Section, Table, Text};
use super::paragraph::compose;
use super::sections::{self, message, risks};
use super::{tables, words};
use crate::study::{Basis, RiskEntry, ScenarioStudy, Study};

/// Who reads the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audience {
    /// The council: one page.
    Raad,
    /// The executive: the whole paragraph.
    #[default]
    College,
    /// The controller: the whole paragraph and the evidence of every number.
    Controller,
}

/// How many risks stand on the page of the council.
const LARGEST: usize = 5;

/// Writes the report about one scenario for one reader.
pub fn compose_for(study: &Study, scenario: &ScenarioStudy, audience: Audience) -> Report {
    let whole = compose(study, scenario);
    match audience {
        Audience::Raad => council(whole, scenario, &Disclosure::of(study)),
        Audience::College => whole,
        Audience::Controller => controller(whole),
    }
}

/// The message, the key figures of the last year, and the largest risks.
fn council(mut whole: Report, scenario: &ScenarioStudy, disclosure: &Disclosure) -> Report {
    let Some(message) = whole.sections.iter().find(|s| s.id == "boodschap").cloned() else { return whole };
    let mut blocks = Vec::new();
    for block in message.blocks {
        match block {
            // One page has no room for evidence: that stands in the whole paragraph.
            Block::List(items) => blocks.push(Block::List(items.iter().map(|t| bare(t, &whole.evidence)).collect())),
            Block::Paragraph(text) => blocks.push(Block::Paragraph(bare(&text, &whole.evidence))),
            Block::Table(table) => blocks.extend(four(&table).map(Block::Table)),
            other => blocks.push(other),
        }
    }
    blocks.extend(reading(&whole));
    let mut sections = vec![Section { blocks, ..message }];
    sections.push(largest(&whole, scenario, disclosure));
    whole.title = "Sociaal domein: wat de raad moet weten".into();
    whole.sections = sections;
    whole.evidence = Vec::new();
    whole.imprint.push("de herkomst van elk getal staat in de hele risicoparagraaf".into());
    whole
}

/// How many of the municipality's own remarks stand on the page of the council.
const REMARKS: usize = 2;

/// What one must know to read the figures: from which year and document they
/// start, and the first remarks of the municipality.
fn reading(whole: &Report) -> Option<Block> {
    let intro = whole.sections.iter().find(|s| s.id == sections::INTRODUCTION)?;
    let base = intro.blocks.iter().filter_map(|b| match b {
        Block::Paragraph(t) if t.words().starts_with(sections::BASE) => Some(t),
        _ => None,
    });
    let remarks = intro.blocks.iter().filter_map(|b| match b {
        Block::List(items) => Some(items.iter().take(REMARKS)),
        _ => None,
    });
    let items: Vec<Text> = base.chain(remarks.flatten()).map(|t| bare(t, &whole.evidence)).collect();
    (!items.is_empty()).then_some(Block::List(items))
}

/// The words with their numbers, without evidence.
fn bare(text: &Text, evidence: &[Evidence]) -> Text {
    Text(
        text.0
            .iter()
            .map(|inline| match inline {
                Inline::Figure { printed, evidence: at } => Inline::Known {
                    printed: printed.clone(),
                    addresses: evidence.get(*at).map(Evidence::addresses).unwrap_or_default(),
                    strong: true,
                },
                other => other.clone(),
            })
            .collect(),
    )
}

/// Four figures of the last year, from the key figures of all years.
fn four(table: &Table) -> Option<Table> {
    let last = table.rows.last()?;
    let year = &last.cells.first()?.printed;
    // The band belongs to the cost, so it stands beside it and counts as no figure of its own.
    let band = table.columns.iter().position(|c| c.header.starts_with("Bandbreedte"));
    let rows: Vec<Row> = table
        .columns
        .iter()
        .zip(&last.cells)
        .enumerate()
        .skip(1)
        .filter(|(i, (column, cell))| Some(*i) != band && column.header != "Baten" && cell.printed != "–")
        .take(4)
        .map(|(i, (column, cell))| {
            let with = band.filter(|b| *b == i + 1).and_then(|b| last.cells.get(b));
            let name = match with.filter(|c| c.printed != "–") {
                Some(c) => {
                    Cell::words(format!("{} (80% kans: {})", column.header, c.printed)).at_all(c.addresses.clone())
                }
                None => Cell::words(column.header.clone()),
            };
            Row::plain(vec![name, cell.clone()])
        })
        .collect();
    Some(Table {
        caption: table.caption.replacen("Kerncijfers", &format!("Kerncijfers {year}"), 1),
        columns: vec![Column::words("Wat"), Column::numbers(year.clone())],
        rows,
        // A star stands at the base year, which is not here.
        notes: table
            .notes
            .iter()
            .filter(|n| year.contains('*') || !(n.starts_with('*') || n.starts_with(message::BASE_YEAR)))
            .cloned()
            .collect(),
        ..table.clone()
    })
}

/// Whether a risk comes on top of the figures and costs money.
fn on_top(risk: &RiskEntry) -> bool {
    risk.summed && risk.expected > 0.0
}

/// The five largest: those that count by chance times impact, then those that
/// stand in the figures already by their impact, then what has no amount.
fn ranked(scenario: &ScenarioStudy) -> Vec<&RiskEntry> {
    let mut risks: Vec<&RiskEntry> = scenario.risks.iter().collect();
    let impact = |r: &RiskEntry| r.impact.map_or(f64::NEG_INFINITY, |i| i.mean);
    risks.sort_by(|a, b| {
        on_top(b).cmp(&on_top(a)).then(b.expected.total_cmp(&a.expected)).then(impact(b).total_cmp(&impact(a)))
    });
    risks
}

fn largest(whole: &Report, scenario: &ScenarioStudy, disclosure: &Disclosure) -> Section {
    let shown: Vec<&RiskEntry> = ranked(scenario).into_iter().take(LARGEST).collect();
    if shown.is_empty() {
        return Section {
            id: "grootste-risicos".into(),
            title: "De grootste risico's".into(),
            level: 1,
            blocks: vec![Block::Paragraph(Text::plain("Er zijn geen risico's opgegeven of gevonden."))],
        };
    }
    let mut rows: Vec<Row> = shown
        .iter()
        .map(|r| {
            Row::plain(vec![
                Cell::words(words::clean(&r.title)),
                risks::odds_alone(scenario, r, disclosure)
                    .map(|odds| if r.years.len() > 1 && r.summed { format!("{odds} per jaar") } else { odds })
                    .map_or_else(tables::nothing, Cell::words)
                    .at(format!("risk.chance({})", r.id)),
                amount_of(whole, r),
                Cell::words(if r.summed { "ja" } else { "nee" }),
            ])
        })
        .collect();
    let mut columns = vec![Column::words("Risico"), Column::words("Kans"), Column::words("Gevolg als het gebeurt")];
    // Where all come on top, the title says so.
    let all_on_top = shown.iter().all(|r| on_top(r));
    if all_on_top {
        rows.iter_mut().for_each(|r| r.cells.truncate(columns.len()));
    } else {
        columns.push(Column::words("Komt bovenop de raming"));
    }
    let open = rows.iter().flat_map(|r| &r.cells).any(|c| c.printed == "p.m.");
    let count = shown.len();
    let how_many = match count {
        1 => "Het grootste risico",
        LARGEST => "De vijf grootste risico's",
        _ => "De grootste risico's",
    };
    // What stands in the figures already may be larger; then the title may not claim all.
    let title = match (all_on_top, count) {
        (true, 1) => format!("{how_many} dat bovenop de raming komt"),
        (true, _) => format!("{how_many} die bovenop de raming komen"),
        (false, _) => how_many.to_owned(),
    };
    Section {
        id: "grootste-risicos".into(),
        title,
        level: 1,
        blocks: vec![Block::Table(Table {
            id: "grootste-risicos".into(),
            caption: caption(&shown).into(),
            columns,
            rows,
            notes: open.then(|| "P.m. betekent: een bedrag is niet te geven.".into()).into_iter().collect(),
        })],
    }
}

/// In which order they stand: what comes on top first.
fn caption(shown: &[&RiskEntry]) -> &'static str {
    match shown.iter().filter(|r| on_top(r)).count() {
        _ if shown.len() == 1 => "Het risico met zijn kans en gevolg",
        0 => "Risico's met hun kans en gevolg, het grootste gevolg eerst",
        n if n == shown.len() => "De grootste kans maal gevolg eerst",
        _ => "Eerst de risico's die bovenop de raming komen (grootste kans maal gevolg eerst), dan andere",
    }
}

/// The amount that the whole paragraph prints for a risk, with its year.
fn amount_of(whole: &Report, risk: &RiskEntry) -> Cell {
    let address = format!("risk.impact({})", risk.id);
    let of_rule = risk.impact_origin.as_ref().map(|o| o.formula.as_str());
    let found = whole.evidence.iter().find(|e| e.address == address || Some(e.address.as_str()) == of_rule);
    let side = risks::side(risk);
    // A what-if is sized in its first year; of another amount with several years no one year is told.
    let year = match (&risk.what_if, risk.years.as_slice()) {
        (Some(_), [first, ..]) | (None, [first]) => format!(" in {first}"),
        _ => String::new(),
    };
    // An amount that is there and not in the text is one that may not be shown.
    let none = if risk.basis != Basis::ProMemorie && risk.impact.is_some() { "niet getoond" } else { "p.m." };
    found.map_or_else(|| Cell::words(none), |e| Cell::words(format!("{} {side}{year}", e.printed)).at(address))
}

/// The whole paragraph with the evidence of every number as a table.
fn controller(mut whole: Report) -> Report {
    let rows: Vec<Row> = whole
        .evidence
        .iter()
        .enumerate()
        .map(|(i, e)| {
            Row::plain(vec![
                Cell::words((i + 1).to_string()),
                Cell::words(e.printed.clone()),
                Cell::words(e.value.clone()),
                Cell::words(e.formula.clone()),
                Cell::words(e.address.clone()),
                Cell::words(e.rests_on.join("; ")),
            ])
        })
        .collect();
    if !rows.is_empty() {
        whole.sections.push(Section {
            id: "alle-getallen".into(),
            title: "Alle getallen met hun herkomst".into(),
            level: 1,
            blocks: vec![Block::Table(Table {
                id: "alle-getallen".into(),
                caption: "Elk getal in de tekst, in de volgorde van de tekst".into(),
                columns: vec![
                    Column::numbers("Nr"),
                    // Words, for a range is too long to stay on one line.
                    Column::words("Gedrukt"),
                    Column::words("Hele waarde"),
                    Column::words("Berekening"),
                    Column::words("Adres"),
                    Column::words("Rust op"),
                ],
                rows,
                notes: Vec::new(),
            })],
        });
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::sample::{self, Options};
    use super::*;

    fn all_words(report: &Report) -> String {
        let mut out = String::new();
        for block in report.sections.iter().flat_map(|s| &s.blocks) {
            match block {
                Block::Paragraph(t) | Block::Label(t) => out.push_str(&t.words()),
                Block::List(items) => items.iter().for_each(|t| out.push_str(&t.words())),
                Block::Table(t) => {
                    t.rows.iter().flat_map(|r| &r.cells).for_each(|c| out.push_str(&format!(" {} ", c.printed)));
                }
                Block::Chart(_) => {}
            }
            out.push(' ');
        }
        out
    }

    /// Runs of digits with their marks: `24,2`, `2029`, `80`.
    fn numbers(text: &str) -> Vec<String> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
            .map(|n| n.trim_matches(['.', ',']).to_owned())
            .filter(|n| n.bytes().any(|b| b.is_ascii_digit()))
            .collect()
    }

    #[test]
    fn three_readers_read_the_same_numbers() {
        for (risks, draws) in [(true, true), (true, false), (false, true)] {
            let study = sample::study(Options { risks, draws, ..Options::default() });
            for scenario in &study.scenarios {
                let of = |a| compose_for(&study, scenario, a);
                let (raad, college, controller) = (of(Audience::Raad), of(Audience::College), of(Audience::Controller));
                let known = numbers(&all_words(&college));
                let few = numbers(&all_words(&raad));
                assert!(few.len() > 8, "{few:?}");
                for number in few {
                    assert!(known.contains(&number), "{number} stands on the council's page alone");
                }
                assert_eq!(controller.sections[..college.sections.len()], college.sections[..]);
                assert!(raad.sections.len() < college.sections.len());
            }
        }
    }

    #[test]
    fn the_council_gets_four_figures_and_at_most_five_risks() {
        let study = sample::study(Options::default());
        let raad = compose_for(&study, &study.scenarios[0], Audience::Raad);
        let tables: Vec<&Table> = raad
            .sections
            .iter()
            .flat_map(|s| &s.blocks)
            .filter_map(|b| if let Block::Table(t) = b { Some(t) } else { None })
            .collect();
        assert_eq!(tables[0].rows.len(), 4);
        assert!((1..=5).contains(&tables[1].rows.len()));
        assert!(raad.evidence.is_empty());
    }
}
