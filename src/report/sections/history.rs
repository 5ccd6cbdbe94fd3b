//! Earlier years, and what cannot be compared.
//!
//! Columns of different kinds stand side by side in every municipal budget and
//! invite a comparison that they do not allow. The table prints the kind in
//! each heading, no sum where a line is missing, and the text says why.

use super::super::document::{Block, Cell, Column, Row, Section, Table};
use super::super::draft::Draft;
use super::super::{addresses, tables, words};
use crate::dutch;
use crate::model::{FigureKind, LineId, Quantity};
use crate::projection::GroupId;
use crate::study::derive::{self, PastYear};
use crate::units::Year;

/// The section; none without figures of earlier years.
pub fn write(d: &Draft<'_>) -> Option<Section> {
    let model = d.model();
    let all = costs(d, &GroupId::Total);
    let history = derive::history(model, &all);
    if history.len() < 2 {
        return None;
    }
    let mut blocks = vec![Block::Paragraph(d.text(kinds(&history)))];
    if let Some(text) = booked_differently(d, &history, &all) {
        blocks.push(Block::Paragraph(d.text(text)));
    }
    for domain in &model.domains {
        let id = GroupId::Domain(domain.id.clone());
        blocks.extend(table(d, &id, &words::clean(&domain.label)).map(Block::Table));
    }
    Some(Section { id: "eerdere-jaren".into(), title: "Eerdere jaren".into(), level: 2, blocks })
}

fn costs(d: &Draft<'_>, id: &GroupId) -> Vec<(LineId, f64)> {
    let Some(page) = d.page(id) else { return Vec::new() };
    page.slices.iter().filter(|(s, _)| s.is_cost).map(|(s, _)| (s.line, s.share)).collect()
}

/// What the columns are, and that an amended and a primitive budget differ.
fn kinds(history: &[PastYear]) -> String {
    let of = |kind: FigureKind| -> Vec<Year> { history.iter().filter(|y| y.kind == kind).map(|y| y.year).collect() };
    let columns: Vec<String> = [FigureKind::Actual, FigureKind::Amended, FigureKind::Forecast, FigureKind::Budget]
        .into_iter()
        .map(|kind| (kind, of(kind)))
        .filter(|(_, years)| !years.is_empty())
        .map(|(kind, years)| format!("{} ({})", words::kind_of_column(kind), words::years(&years)))
        .collect();
    let mut out = format!("De kolommen zijn: {}.", dutch::list(&columns));
    let has = |kind: FigureKind| history.iter().any(|y| y.kind == kind);
    if has(FigureKind::Amended) && has(FigureKind::Budget) {
        out.push_str(
            " Een begroting na wijziging bevat ook latere besluiten. Een primitieve begroting bevat die niet. \
             Deze kolommen zijn daarom niet zomaar te vergelijken.",
        );
    } else if let Some(last) = history.last().filter(|y| has(FigureKind::Actual) && y.kind != FigureKind::Actual) {
        out.push_str(&format!(
            " Een {} en een realisatie zijn verschillende dingen. Een verschil is dus nog geen groei.",
            words::kind(last.kind)
        ));
    }
    out
}

/// Years in which some lines have no figure although others do, and the
/// domains that can be compared as a whole.
fn booked_differently(d: &Draft<'_>, history: &[PastYear], all: &[(LineId, f64)]) -> Option<String> {
    let base = d.base_year();
    let broken: Vec<&PastYear> = history.iter().filter(|y| y.year < base && !y.is_complete()).collect();
    let years: Vec<Year> = broken.iter().map(|y| y.year).collect();
    let mut out = match broken.as_slice() {
        [] => return None,
        [one] => {
            let missing: Vec<String> = one
                .amounts
                .iter()
                .zip(all)
                .filter(|(a, _)| a.is_none())
                .map(|(_, (line, _))| words::clean(d.model().lines.get(*line).label()))
                .collect();
            format!(
                "Voor {} ontbreken cijfers van {}. Dat jaar is anders geboekt, of het cijfer is niet gegeven.",
                one.year,
                words::some_of(&missing, 5)
            )
        }
        _ => format!(
            "Voor {} ontbreken cijfers van een deel van de lijnen. Die jaren zijn anders geboekt, of het cijfer is niet gegeven.",
            words::years(&years)
        ),
    };
    // Which domain has all its lines in which of these years.
    let whole: Vec<String> = d
        .model()
        .domains
        .iter()
        .filter_map(|x| {
            let lines = costs(d, &GroupId::Domain(x.id.clone()));
            let complete: Vec<Year> = broken
                .iter()
                .filter(|past| !lines.is_empty() && lines.iter().all(|(l, _)| known(d, *l, past)))
                .map(|past| past.year)
                .collect();
            let label = words::clean(&x.label);
            match (complete.len(), broken.len()) {
                (0, _) => None,
                (_, 1) => Some(label),
                _ => Some(format!("{label} ({})", words::years(&complete))),
            }
        })
        .collect();
    out.push_str(&match whole.as_slice() {
        [] => " Geen enkel domein heeft dan alle cijfers.".to_owned(),
        [one] => format!(" Alleen {one} heeft dan alle cijfers; ook dan kan iets anders zijn geboekt."),
        some => format!(
            " Alleen {} hebben dan alle cijfers; ook dan kan iets anders zijn geboekt.",
            words::some_of(some, 6)
        ),
    });
    Some(out)
}

/// Whether a line has a figure in a year of the table.
fn known(d: &Draft<'_>, line: LineId, past: &PastYear) -> bool {
    let id = d.model().lines.get(line).id();
    d.model().figures.value(id, Quantity::Cost, past.kind, past.year).is_some()
}

fn table(d: &Draft<'_>, id: &GroupId, label: &str) -> Option<Table> {
    let model = d.model();
    let all = costs(d, id);
    let history = derive::history(model, &all);
    let base = d.base_year();
    if !history.iter().any(|y| y.year < base) {
        return None;
    }
    let mut columns = vec![Column::words("Lijn")];
    columns.extend(history.iter().map(|y| Column::numbers(format!("{} {}", y.year, words::kind_of_column(y.kind)))));
    // Printed parts add up where there is a sum at all.
    let units: Vec<Vec<Option<i64>>> = history
        .iter()
        .map(|y| match y.total() {
            Some(total) => {
                let values: Vec<f64> = y.amounts.iter().map(|a| a.unwrap_or(0.0)).collect();
                d.book.split(&values, d.book.round(total)).into_iter().map(Some).collect()
            }
            None => y.amounts.iter().map(|a| a.map(|v| d.book.round(v))).collect(),
        })
        .collect();
    let mut rows: Vec<Row> = all
        .iter()
        .enumerate()
        .filter(|(i, _)| history.iter().any(|y| y.year < base && y.amounts[*i].is_some()))
        .map(|(i, (line, _))| {
            let mut cells = vec![Cell::words(words::clean(model.lines.get(*line).label()))];
            let share = all[i].1;
            cells.extend(history.iter().zip(&units).map(|(y, u)| {
                let row = format!("figures({}, cost, {}, {})", model.lines.get(*line).id(), y.kind.name(), y.year);
                tables::amount_or(&d.book, u[i], y.amounts[i]).at(addresses::share(share, &row))
            }));
            Row::plain(cells)
        })
        .collect();
    let complete = rows.len() == all.len();
    if complete && rows.len() > 1 {
        let mut cells = vec![Cell::words("Totaal")];
        cells.extend(history.iter().map(|y| {
            tables::amount_or(&d.book, y.total().map(|t| d.book.round(t)), y.total()).at(format!(
                "figures({}, cost, {}, {})",
                addresses::group(id),
                y.kind.name(),
                y.year
            ))
        }));
        rows.push(Row::total(cells));
    }
    let mut notes = Vec::new();
    if rows.iter().flat_map(|r| &r.cells).any(|c| c.printed == "–") {
        notes.push("Een streepje betekent: geen cijfer, of geen som omdat een lijn ontbreekt.".to_owned());
    }
    Some(Table {
        id: format!(
            "eerder-{}",
            match id {
                GroupId::Domain(n) | GroupId::Taakveld(n) => n.as_str(),
                _ => "total",
            }
        ),
        caption: format!("{}: lasten tot en met het basisjaar ({})", words::capital(label), d.book.caption()),
        columns,
        rows,
        notes,
    })
}
