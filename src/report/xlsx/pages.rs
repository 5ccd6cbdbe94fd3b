//! The sheets, in the order in which a controller reads them.

use rust_xlsxwriter::{Chart, ChartFont, ChartLegendPosition, ChartLine, ChartType, Workbook, XlsxError};

use super::live::{self, Live, What};
use super::sheet::{Look, Sheet};
use super::words;
use crate::model::{Line, Model, Scale};
use crate::projection::GroupId;
use crate::report::disclosure::{Disclosure, HIDDEN, Shown};
use crate::report::document::{Block, Report, Table};
use crate::simulation::Summary;
use crate::study::{ScenarioStudy, Study, derive};

/// What the sheets are written from.
pub struct Written<'a> {
    /// Everything computed.
    pub study: &'a Study,
    /// The scenario.
    pub scenario: &'a ScenarioStudy,
    /// Its report.
    pub report: &'a Report,
    /// What may be shown.
    pub disclosure: &'a Disclosure,
}

const LINES: &str = "Lijnen per jaar";
const SUMMARY: &str = "Samenvatting";

/// Name of a group for people.
pub fn group_label(model: &Model, id: &GroupId) -> String {
    match id {
        GroupId::Domain(d) => {
            model.domains.iter().find(|x| x.id == *d).map_or_else(|| d.clone(), |x| words::clean(&x.label))
        }
        GroupId::Taakveld(code) => format!("Taakveld {code}"),
        GroupId::Total => "Totaal programma".to_owned(),
        GroupId::TotalAndOutside => "Totaal met geld buiten het programma".to_owned(),
    }
}

/// Writes every sheet.
pub fn write(book: &mut Workbook, w: &Written<'_>) -> Result<(), XlsxError> {
    let live = (!w.disclosure.is_on()).then(|| Live::new(&w.scenario.model, &w.scenario.projection));
    let live = live.as_ref();
    summary(book, w, live)?;
    lines(book, w, live)?;
    assumptions(book, w)?;
    if let Some(live) = live {
        calculation(book, w, live)?;
    }
    super::charts::charts(book, w)?;
    let of = |prefixes: &[&str]| tables(w.report, prefixes);
    gathered(book, w, "Maatregelen", "Maatregelen", &of(&["maatregelen", "alle-maatregelen"]))?;
    gathered(book, w, "Wat-als", "Wat als het anders loopt?", &of(&["wat-als"]))?;
    bridge(book, w)?;
    register(book, w)?;
    simulation(book, w)?;
    evidence(book, w)
}

fn mark(w: &Written<'_>) -> Option<String> {
    w.disclosure.mark()
}

/// A sheet with its name and title.
pub fn sheet<'a>(book: &'a mut Workbook, w: &Written<'_>, name: &str, title: &str) -> Result<Sheet<'a>, XlsxError> {
    Sheet::new(book.add_worksheet(), name, title, mark(w).as_deref())
}

fn year_headers(w: &Written<'_>) -> Vec<String> {
    w.scenario.projection.years.iter().map(ToString::to_string).collect()
}

fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// Totals by year, with what the workbook is.
fn summary(book: &mut Workbook, w: &Written<'_>, live: Option<&Live<'_>>) -> Result<(), XlsxError> {
    let headers = year_headers(w);
    let projection = &w.scenario.projection;
    let mut s = sheet(book, w, SUMMARY, &w.report.title)?;
    s.widths(&[44.0])?;
    // The chart stays on the page of its figures.
    s.out.set_print_fit_to_pages(1, 1);
    s.line(&w.report.subtitle, false)?;
    match live {
        Some(live) => {
            s.line("Met formules: verander een blauwe cel op het blad Uitgangspunten en de raming rekent mee.", false)?;
            s.line("De simulatie, de wat-als-vragen en de risico's rekenen niet mee: dat zijn waarden.", false)?;
            if !live.fixed.is_empty() {
                s.line(&format!("Deze lijnen blijven een waarde: {}.", live.fixed.join(", ")), false)?;
            }
        }
        None => {
            s.line("Zonder formules: die laten de precieze aantallen cliënten zien.", false)?;
            s.line("Met formules: kies --audience controller, of disclosure = \"off\" in [report].", false)?;
        }
    }
    s.next();
    let mut all = vec!["Bedragen in euro's".to_owned()];
    all.extend(headers.iter().cloned());
    s.headings(&all, 1..)?;
    s.freeze(1)?;
    let first = s.row;
    for (g, group) in projection.groups.iter().enumerate() {
        if !matches!(group.id, GroupId::Total | GroupId::Domain(_)) {
            continue;
        }
        let label = group_label(&w.scenario.model, &group.id);
        let total = group.id == GroupId::Total;
        for what in [What::GroupCost, What::GroupRevenue, What::Balance, What::Result] {
            if what == What::Result && !total {
                continue;
            }
            s.words(0, &format!("{label}: {}", what.in_dutch().0), total)?;
            for (y, year) in group.years.iter().enumerate() {
                let value = match what {
                    What::GroupCost => year.cost,
                    What::GroupRevenue => year.revenue,
                    What::Balance => year.balance,
                    _ => year.result,
                };
                match live.and_then(|l| l.outside(what, g, y)) {
                    Some(formula) => s.formula(column(1 + y), &formula, value, Look::Euro, total)?,
                    None => s.number(column(1 + y), value, Look::Euro, total, false)?,
                }
            }
            s.next();
        }
    }
    // The total stands last of the domains; its cost and revenue are the chart.
    let last = column(headers.len());
    let rows = s.row - first;
    let mut chart = Chart::new(ChartType::Line);
    for (back, colour) in [(4, "#0B5394"), (3, "#A63D00")] {
        if rows < back {
            continue;
        }
        let row = s.row - back;
        chart
            .add_series()
            .set_name((SUMMARY, row, 0))
            .set_categories((SUMMARY, first - 1, 1, first - 1, last))
            .set_values((SUMMARY, row, 1, row, last))
            .set_format(ChartLine::new().set_color(colour).set_width(2.25));
    }
    chart.title().set_name("Lasten en baten van het programma");
    let total = projection.groups.iter().find(|g| g.id == GroupId::Total);
    let (format, unit) = super::charts::amounts_as(total.iter().flat_map(|g| g.years.iter().map(|y| y.cost)));
    chart.y_axis().set_num_format(format).set_name(unit);
    chart.title().set_font(ChartFont::new().set_size(12));
    chart.legend().set_position(ChartLegendPosition::Bottom);
    chart.set_alt_text(
        "Lijngrafiek van de lasten en de baten van het programma per jaar; de cijfers staan in de tabel erboven.",
    );
    chart.set_width(760).set_height(340);
    let at = s.row + 1;
    s.out.insert_chart(at, 0, &chart)?;
    for c in 1..=last {
        s.out.set_column_width(c, 16.0)?;
    }
    Ok(())
}

/// Every line: amount, budget and clients by year.
fn lines(book: &mut Workbook, w: &Written<'_>, live: Option<&Live<'_>>) -> Result<(), XlsxError> {
    let (model, projection) = (&w.scenario.model, &w.scenario.projection);
    let mut s = sheet(book, w, LINES, "Lijnen per jaar")?;
    s.widths(&[46.0, 10.0, 12.0, 18.0])?;
    let mut all: Vec<String> = ["Lijn", "Taakveld", "Domein", "Wat"].map(str::to_owned).into();
    all.extend(year_headers(w));
    s.headings(&all, 4..)?;
    s.freeze(1)?;
    for (l, (line, own)) in model.lines.all.iter().zip(&projection.lines).enumerate() {
        let domains: Vec<&str> = line.domains().iter().map(|(d, _)| d.as_str()).collect();
        let start = |s: &mut Sheet<'_>, what: &str| -> Result<(), XlsxError> {
            s.words(0, &words::clean(line.label()), false)?;
            s.words(1, line.taakveld(), false)?;
            s.words(2, &domains.join(", "), false)?;
            s.words(3, what, false)
        };
        start(&mut s, if line.as_cost().is_some() { "lasten" } else { "baten" })?;
        for (y, year) in own.years.iter().enumerate() {
            match live.and_then(|v| v.outside(What::Amount, l, y)) {
                Some(formula) => s.formula(column(4 + y), &formula, year.amount, Look::Euro, false)?,
                None => s.number(column(4 + y), year.amount, Look::Euro, false, false)?,
            }
        }
        s.next();
        if own.years.iter().any(|y| y.budget_now.is_some()) {
            start(&mut s, "begroting, geld van het jaar")?;
            for (y, year) in own.years.iter().enumerate() {
                let Some(budget) = year.budget_now else { continue };
                match live.and_then(|v| v.outside(What::Budget, l, y)) {
                    Some(formula) => s.formula(column(4 + y), &formula, budget, Look::Euro, false)?,
                    None => s.number(column(4 + y), budget, Look::Euro, false, false)?,
                }
            }
            s.next();
        }
        if own.years.iter().any(|y| y.clients.is_some()) {
            start(&mut s, "cliënten")?;
            for (y, year) in own.years.iter().enumerate() {
                match w.disclosure.clients(line.id(), year.clients) {
                    Shown::Nothing => {}
                    Shown::Hidden => s.words(column(4 + y), HIDDEN, false)?,
                    Shown::Count(count) => match live.and_then(|v| v.outside(What::Volume, l, y)) {
                        Some(formula) => s.formula(column(4 + y), &formula, count, Look::Count, false)?,
                        None => s.number(column(4 + y), count, Look::Count, false, false)?,
                    },
                }
            }
            s.next();
        }
    }
    for c in 0..projection.years.len() {
        s.out.set_column_width(column(4 + c), 16.0)?;
    }
    Ok(())
}

/// Every assumption with its values: what people may change.
fn assumptions(book: &mut Workbook, w: &Written<'_>) -> Result<(), XlsxError> {
    let model = &w.scenario.model;
    let years = w.scenario.projection.years.len();
    let mut s = sheet(book, w, live::ASSUMPTIONS, "Uitgangspunten")?;
    // Narrow enough to be read when printed.
    let mut widths = vec![34.0, 28.0, 9.0];
    widths.extend(std::iter::repeat_n(11.0, years));
    widths.extend([24.0, 50.0]);
    s.widths(&widths)?;
    s.row = u32::try_from(live::ASSUMPTIONS_FROM).unwrap_or(5) - 2;
    let mut all: Vec<String> = ["Wat", "Adres", "Eenheid"].map(str::to_owned).into();
    all.extend(year_headers(w));
    all.extend(["Onzekerheid", "Wie zegt het?"].map(str::to_owned));
    s.headings(&all, live::ASSUMPTIONS_YEAR..live::ASSUMPTIONS_YEAR + years)?;
    s.freeze(1)?;
    for a in &model.assumptions {
        let (unit, look) = match a.scale {
            Scale::Rate | Scale::Share | Scale::Realisation | Scale::Level => ("%", Look::Fine),
            Scale::Amount => ("euro", Look::Euro),
            Scale::Price => ("euro", Look::Cents),
            Scale::Count => ("aantal of uren", Look::Number),
        };
        s.words(0, &words::capital(&words::of_address(model, &a.address)), false)?;
        s.words(1, &a.address, false)?;
        s.words(2, unit, false)?;
        match w.disclosure.values(model, a) {
            Some(values) => {
                for (y, v) in values.iter().enumerate() {
                    s.number(column(live::ASSUMPTIONS_YEAR + y), *v, look, false, true)?;
                }
            }
            None => {
                for y in 0..years {
                    s.words(column(live::ASSUMPTIONS_YEAR + y), HIDDEN, false)?;
                }
            }
        }
        s.words(column(live::ASSUMPTIONS_YEAR + years), &w.disclosure.uncertainty(model, a), false)?;
        s.words(column(live::ASSUMPTIONS_YEAR + years + 1), &words::provenance(&a.provenance), false)?;
        s.next();
    }
    Ok(())
}

/// The projection, step by step, as formulas.
fn calculation(book: &mut Workbook, w: &Written<'_>, live: &Live<'_>) -> Result<(), XlsxError> {
    let mut s = sheet(book, w, live::CALCULATION, "Berekening")?;
    s.widths(&[56.0, 30.0, 2.0])?;
    s.row = u32::try_from(live::ROWS_FROM).unwrap_or(5) - 2;
    let mut all: Vec<String> = ["Waarvan", "Wat", ""].map(str::to_owned).into();
    all.extend(year_headers(w));
    s.headings(&all, live::ROWS_YEAR..)?;
    s.freeze(2)?;
    for row in live.rows() {
        let (what, kind) = row.what.in_dutch();
        let look = match kind {
            '%' => Look::Fine,
            '€' => Look::Cents,
            _ => Look::Number,
        };
        s.words(0, &row.label, false)?;
        s.words(1, what, false)?;
        for (y, cell) in row.cells.iter().enumerate() {
            let c = column(live::ROWS_YEAR + y);
            match &cell.formula {
                Some(formula) => s.formula(c, formula, cell.value, look, false)?,
                None => s.number(c, cell.value, look, false, false)?,
            }
        }
        s.next();
    }
    for y in 0..w.scenario.projection.years.len() {
        s.out.set_column_width(column(live::ROWS_YEAR + y), 18.0)?;
    }
    Ok(())
}

/// The tables of the report whose id is or begins with one of these.
fn tables<'a>(report: &'a Report, ids: &[&str]) -> Vec<&'a Table> {
    report
        .sections
        .iter()
        .flat_map(|s| &s.blocks)
        .filter_map(|b| match b {
            Block::Table(t) if ids.iter().any(|id| t.id == *id || t.id.starts_with(&format!("{id}-"))) => Some(t),
            _ => None,
        })
        .collect()
}

/// A sheet with tables of the report.
fn gathered(book: &mut Workbook, w: &Written<'_>, name: &str, title: &str, tables: &[&Table]) -> Result<(), XlsxError> {
    let mut s = sheet(book, w, name, title)?;
    s.widths(&[60.0, 20.0, 20.0, 18.0, 18.0, 18.0, 18.0])?;
    s.freeze(0)?;
    if tables.is_empty() {
        s.line("Hierover is niets opgegeven.", false)?;
    }
    for table in tables {
        s.table(table)?;
    }
    Ok(())
}

/// Why each group's cost changes from the first year to each later one.
fn bridge(book: &mut Workbook, w: &Written<'_>) -> Result<(), XlsxError> {
    let (model, projection) = (&w.scenario.model, &w.scenario.projection);
    let mut s = sheet(book, w, "Verklaring", "Waardoor veranderen de lasten?")?;
    s.widths(&[34.0, 46.0])?;
    let mut all: Vec<String> = ["Waarvan", "Waardoor"].map(str::to_owned).into();
    all.extend(projection.years.iter().skip(1).map(|y| format!("tot {y}")));
    s.headings(&all, 2..)?;
    s.freeze(2)?;
    let Some(first) = projection.years.first().copied() else { return Ok(()) };
    for group in projection.groups.iter().filter(|g| matches!(g.id, GroupId::Domain(_) | GroupId::Total)) {
        let mut rows: Vec<(crate::projection::Why, Vec<f64>)> = Vec::new();
        for (at, year) in projection.years.iter().enumerate().skip(1) {
            for (why, amount) in derive::changes(model, projection, &group.id, first, *year) {
                let row = match rows.iter().position(|(w, _)| *w == why) {
                    Some(row) => row,
                    None => {
                        rows.push((why, vec![0.0; projection.years.len() - 1]));
                        rows.len() - 1
                    }
                };
                rows[row].1[at - 1] = amount;
            }
        }
        let label = group_label(model, &group.id);
        for (why, amounts) in rows {
            s.words(0, &label, false)?;
            let whole = amounts.iter().find(|a| **a != 0.0).copied().unwrap_or(0.0);
            s.words(1, crate::report::sections::development::reason(why, whole), false)?;
            for (y, amount) in amounts.iter().enumerate() {
                s.number(column(2 + y), *amount, Look::Euro, false, false)?;
            }
            s.next();
        }
    }
    for y in 1..projection.years.len() {
        s.out.set_column_width(column(1 + y), 16.0)?;
    }
    Ok(())
}

/// Register and findings of the rules.
fn register(book: &mut Workbook, w: &Written<'_>) -> Result<(), XlsxError> {
    let model = &w.scenario.model;
    let mut s = sheet(book, w, "Register", "Risico's")?;
    s.widths(&[34.0, 12.0, 8.0, 10.0, 8.0, 13.0, 13.0, 13.0, 9.0, 54.0, 36.0])?;
    let heads = [
        "Risico",
        "Domein",
        "Termijn",
        "Basis",
        "Kans",
        "Gemiddeld gevolg",
        "P10",
        "P90",
        "Aandeel",
        "Tekst",
        "Wat doen we?",
    ];
    s.headings(&heads, 4..9)?;
    s.freeze(1)?;
    for r in &w.scenario.risks {
        s.words(0, &words::clean(&r.title), false)?;
        s.words(1, &r.domain, false)?;
        s.words(2, if r.term == crate::model::Term::Short { "kort" } else { "lang" }, false)?;
        s.words(3, crate::report::sections::risks::basis(r.basis), false)?;
        if let Some(p) = w.disclosure.chance(model, r) {
            s.number(4, p, Look::Percent, false, false)?;
        }
        if let Some(i) = w.disclosure.impact(model, r) {
            for (c, v) in [(5, i.mean), (6, i.p10), (7, i.p90)] {
                s.number(c, v, Look::Euro, false, false)?;
            }
            s.number(8, r.share_of_expected, Look::Percent, false, false)?;
        }
        s.words(9, &crate::report::json::text(model, r, w.disclosure), false)?;
        s.words(10, &crate::report::json::response(model, r, w.disclosure).unwrap_or_default(), false)?;
        s.next();
    }
    Ok(())
}

/// Bands of lines and groups.
fn simulation(book: &mut Workbook, w: &Written<'_>) -> Result<(), XlsxError> {
    let (model, projection) = (&w.scenario.model, &w.scenario.projection);
    let mut s = sheet(book, w, "Simulatie", "Bandbreedte")?;
    s.widths(&[40.0, 9.0, 7.0])?;
    let Some(outcome) = &w.scenario.outcome else {
        return s.line("Er is niet gesimuleerd (0 trekkingen).", false);
    };
    let heads = [
        "Waarvan",
        "Wat",
        "Jaar",
        "Gemiddelde",
        "Standaard-afwijking",
        "P5",
        "P10",
        "P25",
        "P50",
        "P75",
        "P90",
        "P95",
        "Kans boven begroting",
    ];
    s.headings(&heads, 2..)?;
    s.freeze(1)?;
    let mut write = |label: &str, what: &str, year: i32, x: &Summary| -> Result<(), XlsxError> {
        s.words(0, label, false)?;
        s.words(1, what, false)?;
        s.year(2, year)?;
        for (c, v) in (3u16..).zip([x.mean, x.sd, x.p5, x.p10, x.p25, x.p50, x.p75, x.p90, x.p95]) {
            s.number(c, v, Look::Euro, false, false)?;
        }
        if let Some(p) = x.chance_above_budget {
            s.number(12, p, Look::Percent, false, false)?;
        }
        s.next();
        Ok(())
    };
    for group in &outcome.groups {
        let label = group_label(model, &group.id);
        for (what, all) in [("lasten", &group.cost), ("baten", &group.revenue), ("saldo", &group.balance)] {
            for (year, x) in projection.years.iter().zip(all) {
                write(&label, what, year.0, x)?;
            }
        }
    }
    for (line, years) in model.lines.all.iter().zip(&outcome.lines) {
        let what = if matches!(line, Line::Cost(_)) { "lasten" } else { "baten" };
        for (year, x) in projection.years.iter().zip(years) {
            write(&words::clean(line.label()), what, year.0, x)?;
        }
    }
    for c in 3..=12 {
        s.out.set_column_width(c, 13.0)?;
    }
    Ok(())
}

/// Where the numbers in the texts come from.
fn evidence(book: &mut Workbook, w: &Written<'_>) -> Result<(), XlsxError> {
    let mut s = sheet(book, w, "Bewijs", "Herkomst van de getallen in de tekst")?;
    s.widths(&[6.0, 22.0, 36.0, 20.0, 34.0, 52.0])?;
    s.headings(&["Noot", "In de tekst", "Adres", "Hele waarde", "Berekening", "Rust op"], 0..1)?;
    s.freeze(2)?;
    for (i, e) in (1u32..).zip(&w.report.evidence) {
        s.number(0, f64::from(i), Look::Count, false, false)?;
        for (c, words) in (1u16..).zip([&e.printed, &e.address, &e.value, &e.formula]) {
            s.words(c, words, false)?;
        }
        s.words(5, &e.rests_on.join("; "), false)?;
        s.next();
    }
    s.next();
    for line in &w.report.imprint {
        s.line(line, false)?;
    }
    for input in &w.study.receipt.inputs {
        s.line(&format!("{} {}", input.path, input.sha256), false)?;
    }
    Ok(())
}
