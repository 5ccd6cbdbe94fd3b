//! How many clients, and on which count that rests.
//!
//! An average per client means nothing without saying whether persons were
//! counted on one day or everybody seen in the year.

use super::super::disclosure::{HIDDEN, HIDDEN_NOTE, Shown};
use super::super::document::{Block, Cell, Column, Row, Table, Unit};
use super::super::draft::{Draft, strong};
use super::super::{addresses, tables, words};
use crate::dutch;
use crate::model::{ClientsBasis, CostLine};
use crate::projection::GroupId;
use crate::study::derive;

/// Table and text; nothing for a domain that counts no clients.
pub fn write(d: &Draft<'_>, id: &GroupId, label: &str) -> Vec<Block> {
    let Some(page) = d.page(id) else { return Vec::new() };
    let counted: Vec<(&CostLine, usize)> = page
        .slices
        .iter()
        .filter_map(|(s, _)| d.model().lines.get(s.line).as_cost().map(|l| (l, s.line.0)))
        .filter(|(l, _)| l.counts_clients)
        .collect();
    if counted.is_empty() {
        return Vec::new();
    }
    let mut blocks = vec![Block::Paragraph(d.text(bases(d, id, &counted)))];
    blocks.push(Block::Table(table(d, id, label, &counted)));
    for (line, at) in &counted {
        if let Some(text) = luck(d, line, *at) {
            blocks.push(Block::Paragraph(d.text(text)));
        }
    }
    blocks
}

fn basis(line: &CostLine) -> &'static str {
    match line.clients_basis {
        Some(ClientsBasis::Snapshot) => "op één dag (peildatum)",
        Some(ClientsBasis::Unique) => "iedereen die in het jaar hulp kreeg",
        Some(ClientsBasis::Average) => "gemiddeld over het jaar",
        None => "niet opgegeven",
    }
}

fn bases(d: &Draft<'_>, id: &GroupId, counted: &[(&CostLine, usize)]) -> String {
    let mut kinds: Vec<&str> = counted.iter().map(|(l, _)| basis(l)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut out = format!("{} ", strong("Om hoeveel cliënten gaat het?"));
    out.push_str(&match kinds.as_slice() {
        ["niet opgegeven"] => "Hoe er is geteld, is niet opgegeven.".to_owned(),
        [one] => format!("De telling is: {one}. Ook de kosten per cliënt horen bij die telling."),
        _ => {
            "Niet elke lijn telt op dezelfde manier. De tabel zegt hoe. Vergelijk de aantallen daarom niet met elkaar."
                .to_owned()
        }
    });
    let several = counted.len() > 1;
    let may = match id {
        GroupId::Domain(domain) => d.model().domains.iter().any(|x| x.id == *domain && x.sum_clients),
        _ => false,
    };
    if several && !may {
        out.push_str(" We tellen de aantallen niet op: één inwoner kan meer soorten hulp hebben.");
    }
    out
}

fn table(d: &Draft<'_>, id: &GroupId, label: &str, counted: &[(&CostLine, usize)]) -> Table {
    let (last, h) = (d.last(), d.horizon());
    let kind = words::capital(label);
    let mut columns = vec![Column::words("Lijn"), Column::words("Telling").optional()];
    // With many years only the ends and the year after the base fit on a page.
    let count = d.projection().years.len();
    let years: Vec<usize> = if count <= 5 { (0..count).collect() } else { vec![0, 1, last] };
    columns.extend(years.iter().map(|y| Column::numbers(d.projection().years[*y].to_string())));
    columns.push(Column::numbers(format!("Euro per cliënt {}", d.base_year())).optional());
    columns.push(Column::numbers(format!("Euro per cliënt {h}")).optional());
    let mut notes = vec!["Kosten per cliënt zonder maatregelen.".to_owned()];
    if d.disclosure.is_on() {
        notes.push("Aantallen zijn afgerond op vijf; een totaal kan daardoor iets afwijken.".to_owned());
    }
    let mut rows: Vec<Row> =
        counted
            .iter()
            .map(|(line, at)| {
                let of = &d.projection().lines[*at].years;
                let mut cells = vec![Cell::words(words::clean(&line.label)), Cell::words(basis(line))];
                let shown = |y: usize| d.disclosure.clients(&line.id, of[y].clients);
                cells.extend(years.iter().map(|y| {
                    tables::count(shown(*y)).at(format!("clients({}, {})", line.id, d.projection().years[*y]))
                }));
                for y in [0, last] {
                    if shown(y) == Shown::Hidden {
                        cells.push(tables::count(Shown::Hidden));
                        continue;
                    }
                    cells.push(match derive::cost_per_client(&of[y]) {
                        Some(v) => {
                            let v = d.disclosure.average(&line.id, v);
                            Cell::number(dutch::whole(v), v, Unit::Euro).at(format!(
                                "client.cost({}, {})",
                                line.id,
                                d.projection().years[y]
                            ))
                        }
                        None => tables::nothing(),
                    });
                }
                Row::plain(cells)
            })
            .collect();
    // Only where the group says that nobody uses two of its lines, and all are counted alike.
    let summed = d.years_of(id).iter().all(|y| y.clients.is_some()) && counted.len() > 1;
    if summed && counted.windows(2).all(|w| w[0].0.clients_basis == w[1].0.clients_basis) {
        let mut cells = vec![Cell::words("Totaal"), Cell::words("")];
        for (column, y) in years.iter().enumerate() {
            let exact = d.years_of(id)[*y].clients.unwrap_or(0.0);
            let shown = d.disclosure.clients_of(id, Some(exact));
            cells.push(tables::count(shown).at(format!(
                "clients({}, {})",
                addresses::group(id),
                d.projection().years[*y]
            )));
            // Printed counts add up to the printed total; rounded to five they need not.
            if d.disclosure.is_on() {
                continue;
            }
            let values: Vec<f64> =
                counted.iter().map(|(_, at)| d.projection().lines[*at].years[*y].clients.unwrap_or(0.0)).collect();
            let target = super::super::rounding::whole(exact);
            for (row, units) in rows.iter_mut().zip(super::super::rounding::apportion(&values, 1.0, target)) {
                if let Some(cell) = row.cells.get_mut(column + 2) {
                    cell.printed = dutch::whole(units as f64);
                }
            }
        }
        cells.push(Cell::words(""));
        cells.push(Cell::words(""));
        rows.push(Row::total(cells));
    }
    if rows.iter().flat_map(|r| &r.cells).any(|c| c.printed == HIDDEN) {
        notes.push(HIDDEN_NOTE.to_owned());
    }
    tables::without_empty_columns(Table {
        id: format!(
            "clienten-{}",
            match id {
                GroupId::Domain(n) | GroupId::Taakveld(n) => n.as_str(),
                _ => "total",
            }
        ),
        caption: format!("{kind}: cliënten en kosten per cliënt"),
        columns,
        rows,
        notes,
    })
}

/// With few clients chance decides: what one more, and one dear one, costs.
fn luck(d: &Draft<'_>, line: &CostLine, at: usize) -> Option<String> {
    let cv = line.luck_cost_cv?;
    let year = d.projection().lines[at].years.get(1)?;
    d.disclosure.clients(&line.id, year.clients).value()?;
    let one = d.disclosure.average(&line.id, derive::cost_per_client(year)?);
    let dear = derive::dear_client(one, cv);
    let (label, y) = (words::clean(&line.label), year.year);
    Some(format!(
        "{} Ja, bij {label} verschillen de kosten sterk per cliënt. Eén cliënt extra kost in {y} gemiddeld {}. \
         Een dure cliënt kost al snel {}. {}",
        strong("Speelt toeval mee?"),
        d.cite(
            &dutch::euro(dutch::round(one / 100.0, 0) * 100.0),
            &format!("client.cost({}, {y})", line.id),
            dutch::euro_cents(one),
            "lasten zonder maatregelen gedeeld door cliënten"
        ),
        d.cite(
            &dutch::euro(dutch::round(dear / 100.0, 0) * 100.0),
            &format!("client.dear({}, {y})", line.id),
            dutch::euro_cents(dear),
            "gemiddelde plus één keer de spreiding tussen cliënten (cost_cv)"
        ),
        match d.outcome() {
            Some(_) => "Dit toeval zit in de bandbreedte.",
            None => "Zonder simulatie rekenen we niet met dit toeval.",
        }
    ))
}
