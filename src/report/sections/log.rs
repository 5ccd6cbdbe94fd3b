//! The assumption log: every value with who says so, since when, who keeps it
//! and until when it may be used.

use super::super::document::{Block, Cell, Column, Row, Section, Table};
use super::super::draft::Draft;
use super::super::{addresses, words};
use super::assumptions::{Sources, own_provenance};
use crate::analysis::trust;
use crate::dutch;
use crate::model::{Assumption, Model, Provenance};

/// The section.
pub fn write(d: &Draft<'_>, sources: &mut Sources) -> Section {
    let model = d.model();
    let on = trust::judged_on(model);
    let day = |text: Option<&str>| text.map(|t| dutch::date_from_iso(t).unwrap_or_else(|| words::clean(t)));
    let mut expired = 0;
    let rows: Vec<Row> = model
        .assumptions
        .iter()
        .map(|a| {
            let provenance = of(model, a);
            let late =
                a.provenance_by_year.iter().map(|(_, p)| p).chain([provenance]).find(|p| trust::has_expired(p, &on));
            expired += usize::from(late.is_some());
            let until = day(late.unwrap_or(provenance).valid_until.as_deref());
            Row::plain(vec![
                Cell::words(words::capital(&words::of_address(model, &a.address))),
                Cell::words(d.disclosure.series(d.model(), a)).at_all(addresses::values(model, a)),
                Cell::words(sources.cite(provenance)),
                Cell::words(day(provenance.date.as_deref()).unwrap_or_default()),
                Cell::words(provenance.owner.as_deref().map(words::clean).unwrap_or_default()),
                Cell::words(match (until, late) {
                    (Some(until), Some(_)) => format!("{until} – verlopen"),
                    (Some(until), None) => until,
                    (None, _) => String::new(),
                }),
            ])
        })
        .collect();
    let shown = dutch::date_from_iso(&on).unwrap_or(on);
    let said = match expired {
        0 if d.model().assumptions.iter().all(|a| a.provenance.valid_until.is_none()) => {
            "Bij geen enkele waarde is opgegeven tot wanneer zij geldt.".to_owned()
        }
        0 => format!("Op {shown} is geen enkele waarde verlopen."),
        1 => format!("Op {shown} is één waarde verlopen. Kijk of die nog klopt."),
        n => format!("Op {shown} zijn {n} waarden verlopen. Kijk of die nog kloppen."),
    };
    let mut blocks = vec![Block::Paragraph(d.text(format!(
        "Dit logboek noemt elk uitgangspunt, met de datum, de eigenaar en tot wanneer het geldt, als dat is opgegeven. {said}"
    )))];
    if !rows.is_empty() {
        let table = Table {
            id: "logboek".into(),
            caption: "Logboek van uitgangspunten".into(),
            columns: vec![
                Column::words("Uitgangspunt"),
                Column::words("Waarde"),
                Column::words("Wie zegt het?"),
                Column::words("Datum").optional(),
                Column::words("Eigenaar").optional(),
                Column::words("Geldig tot en met"),
            ],
            rows,
            notes: Vec::new(),
        };
        // A column that nobody filled in says nothing.
        blocks.push(Block::Table(table.without_empty_columns()));
    }
    Section { id: "logboek".into(), title: "Logboek van uitgangspunten".into(), level: 2, blocks }
}

/// Who says so: of the value, else of one of its years, else of its line or measure.
fn of<'m>(model: &'m Model, a: &'m Assumption) -> &'m Provenance {
    if let Some(own) =
        std::iter::once(&a.provenance).chain(a.provenance_by_year.iter().map(|(_, p)| p)).find(|p| !p.is_empty())
    {
        return own;
    }
    let mut parts = a.address.split('.');
    let item = match (parts.next(), parts.next()) {
        (Some("cost" | "revenue"), Some(id)) => model.lines.find(id).map(|l| own_provenance(model.lines.get(l))),
        (Some("measure"), Some(id)) => model.measures.iter().find(|m| m.id == id).map(|m| &m.provenance),
        _ => None,
    };
    item.unwrap_or(&a.provenance)
}
