//! The lines of a domain in a table: what changes much by name, the rest as one.

use super::super::document::{Block, Cell, Column, Row, Table};
use super::super::draft::Draft;
use super::super::rounding::{SliceEntry, Units};
use super::super::{addresses, tables, words};
use super::development::name;
use crate::dutch;
use crate::projection::GroupId;
use crate::study::derive::{self, Slice};

/// The lines of a domain: those that change by more than the materiality, the rest as one.
pub fn write(d: &Draft<'_>, id: &GroupId, label: &str) -> Vec<Block> {
    let Some(page) = d.page(id) else { return Vec::new() };
    [true, false]
        .into_iter()
        .filter_map(|is_cost| {
            let shown: Vec<&(Slice, Vec<SliceEntry>)> = page
                .slices
                .iter()
                .filter(|(s, _)| {
                    s.is_cost == is_cost && s.amount.iter().chain(s.budget_now.iter().flatten()).any(|v| *v != 0.0)
                })
                .collect();
            // One line says nothing that the domain does not.
            (shown.len() > usize::from(is_cost)).then(|| Block::Table(line_table(d, id, label, is_cost, &shown)))
        })
        .collect()
}

fn line_table(d: &Draft<'_>, id: &GroupId, label: &str, is_cost: bool, shown: &[&(Slice, Vec<SliceEntry>)]) -> Table {
    let (start, last) = (d.start(id), d.last());
    let (b, h) = (d.projection().years[start], d.horizon());
    let budget = d.last_budget_year(id).filter(|y| *y == last);
    let limit = d.model().report.materiality.unwrap_or(0.0);
    let span = Span { start, last, budget, sign: if is_cost { -1 } else { 1 } };
    let label_of = |s: &Slice| {
        let line = d.model().lines.get(s.line);
        format!("{}{}", words::clean(line.label()), if line.outside() { " *" } else { "" })
    };
    let mut rows = Vec::new();
    let mut rest: Vec<&(Slice, Vec<SliceEntry>)> = Vec::new();
    for item in shown {
        let (slice, _) = item;
        if limit > 0.0
            && derive::less(slice.amount[last], slice.amount[start]).abs() < limit
            && slice.above_budget[last].unwrap_or(0.0).abs() < limit
        {
            rest.push(item);
        } else {
            rows.push(row(d, &label_of(slice), &[item], &span));
        }
    }
    match rest.as_slice() {
        [] => {}
        [one] => rows.push(row(d, &label_of(&one.0), &[one], &span)),
        many => rows.push(row(d, &format!("Overig ({} lijnen)", many.len()), many, &span)),
    }
    if rows.len() > 1 {
        rows.push(Row::total(row(d, "Totaal", shown, &span).cells));
    }
    let side = if is_cost { "lasten" } else { "baten" };
    let mut notes = Vec::new();
    if rest.len() > 1 {
        let also = if budget.is_some() { " en minder dan dat van de begroting afwijken" } else { "" };
        notes.push(format!(
            "Overig: lijnen die minder dan {} veranderen{also}.",
            dutch::amount(limit, dutch::Style::Auto)
        ));
    }
    if shown.iter().any(|(s, _)| d.model().lines.get(s.line).outside()) {
        notes.push("* Geld buiten dit programma. Het telt in het totaal van het programma niet mee.".to_owned());
    }
    tables::without_empty_columns(Table {
        id: format!("{side}-{}", name(id)),
        caption: format!("{}: {side} per lijn ({})", words::capital(label), d.book.caption()),
        columns: vec![
            Column::words("Lijn"),
            Column::numbers(b.to_string()),
            Column::numbers(h.to_string()),
            Column::numbers("Verandering").optional(),
            Column::numbers(format!("Begroting {h}")).optional(),
            Column::numbers("Verschil"),
        ],
        rows,
        notes,
    })
}

/// Which years a table of lines compares, and which way a difference is an advantage.
struct Span {
    start: usize,
    last: usize,
    budget: Option<usize>,
    sign: Units,
}

/// One line, or several as one; figures are the printed ones, so that columns add up.
fn row(d: &Draft<'_>, label: &str, items: &[&(Slice, Vec<SliceEntry>)], span: &Span) -> Row {
    let sum =
        |pick: &dyn Fn(&SliceEntry) -> Units, year: usize| items.iter().map(|(_, e)| pick(&e[year])).sum::<Units>();
    let exact = |year: usize| items.iter().map(|(s, _)| s.amount[year]).sum::<f64>();
    let (from, to) = (sum(&|e| e.amount, span.start), sum(&|e| e.amount, span.last));
    let budgeted: Option<Units> = span.budget.and_then(|y| items.iter().map(|(_, e)| e[y].budget).sum());
    let budget_exact: Option<f64> = span.budget.and_then(|y| items.iter().map(|(s, _)| s.budget_now[y]).sum());
    let above_exact: Option<f64> = span.budget.and_then(|y| items.iter().map(|(s, _)| s.above_budget[y]).sum());
    let of = |figure: &str, year: usize| {
        let y = d.projection().years[year];
        let each =
            |s: &Slice| addresses::share(s.share, &format!("{figure}({}, {y})", d.model().lines.get(s.line).id()));
        addresses::sum(&items.iter().map(|(s, _)| each(s)).collect::<Vec<String>>())
    };
    let costs = span.sign < 0;
    let amount = |year: usize| of(if costs { "cost" } else { "revenue" }, year);
    let budget = of(if costs { "budget" } else { "budget_revenue" }, span.last);
    Row::plain(vec![
        Cell::words(label),
        tables::amount(&d.book, from, exact(span.start)).at(amount(span.start)),
        tables::amount(&d.book, to, exact(span.last)).at(amount(span.last)),
        tables::amount(&d.book, to - from, derive::less(exact(span.last), exact(span.start))).at(format!(
            "{} - ({})",
            amount(span.last),
            amount(span.start)
        )),
        tables::amount_or(&d.book, budgeted, budget_exact).at(budget.clone()),
        tables::deviation_or(
            &d.book,
            budgeted.map(|b| (to - b) * span.sign),
            above_exact.map(|v| v * span.sign as f64),
        )
        .at(if span.sign < 0 {
            format!("{budget} - ({})", amount(span.last))
        } else {
            format!("{} - ({budget})", amount(span.last))
        }),
    ])
}
