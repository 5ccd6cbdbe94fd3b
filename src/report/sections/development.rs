//! How volumes and costs develop: all domains together, then each.
//!
//! Per domain: what we expect, whether that fits the budget, why not, and the
//! years and lines in tables. What is not known is said, not left out.

use super::super::chart::{Chart, Drawing, FanYear};
use super::super::document::{Block, Cell, Column, Row, Section, Table};
use super::super::draft::{Draft, has_band, strong};
use super::super::rounding::Units;
use super::super::{addresses, tables, words};
use super::{budget, clients, lines, pictures};
use crate::dutch;
use crate::model::{Ageing, FigureKind, Line, Measure, MeasureKind, Model};
use crate::projection::{GroupId, Why};
use crate::study::derive;
use crate::units::Year;

/// The sections: a chapter and one section per domain.
pub fn write(d: &Draft<'_>) -> Vec<Section> {
    let mut all = group(d, &GroupId::Total, "alle domeinen samen");
    if let Some(table) = overview(d) {
        let at = all.iter().position(|b| matches!(b, Block::Table(_))).unwrap_or(all.len());
        all.insert(at, Block::Table(table));
    }
    let mut sections = vec![Section {
        id: "ontwikkeling".into(),
        title: "Ontwikkeling van volumes en kosten".into(),
        level: 1,
        blocks: all,
    }];
    for domain in &d.model().domains {
        let id = GroupId::Domain(domain.id.clone());
        if d.years_of(&id).iter().all(|y| y.cost == 0.0) {
            continue;
        }
        let label = words::clean(&domain.label);
        let mut blocks = group(d, &id, &label);
        blocks.extend(lines::write(d, &id, &label));
        blocks.extend(clients::write(d, &id, &label));
        sections.push(Section { id: format!("domein-{}", domain.id), title: label, level: 2, blocks });
    }
    sections
}

/// Text, reasons and years of one group.
fn group(d: &Draft<'_>, id: &GroupId, label: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(d.text(expected(d, id, label)))];
    if let Some((table, steps)) = causes(d, id) {
        if *id == GroupId::Total {
            blocks.extend(pictures::waterfall(d, &steps, &table).map(|c| Block::Chart(Box::new(c))));
        }
        blocks.push(Block::Table(table));
    }
    if let Some(text) = budget::fits(d, id) {
        blocks.push(Block::Paragraph(d.text(text)));
    }
    blocks.extend(budget::reasons(d, id).map(Block::Table));
    if d.years_of(id).iter().any(|y| y.cost != 0.0) {
        let table = by_year(d, id, label);
        blocks.extend(fan(d, id, label, &table).map(|c| Block::Chart(Box::new(c))));
        blocks.push(Block::Table(table));
    }
    blocks
}

/// A group's name in addresses and ids.
pub fn name(id: &GroupId) -> String {
    match id {
        GroupId::Domain(name) | GroupId::Taakveld(name) => name.clone(),
        GroupId::Total | GroupId::TotalAndOutside => "total".to_owned(),
    }
}

/// What we expect, or what the projection shows where there is no band.
fn expected(d: &Draft<'_>, id: &GroupId, label: &str) -> String {
    let (h, last, start) = (d.horizon(), d.last(), d.start(id));
    let (years, name) = (d.years_of(id), name(id));
    let (Some(page), Some(first), Some(end)) = (d.page(id), years.get(start), years.get(last)) else {
        return format!("Voor {label} zijn er geen cijfers.");
    };
    let band = d.band(id, last);
    let lead = strong(if band.is_some() { "Wat verwachten we?" } else { "Wat laat de raming zien?" });
    let b = first.year;
    let formula = if start == 0 { "som van de lijnen in het basisjaar" } else { "som van de lijnen in de raming" };
    let from = d.signed(page.years[start].cost, &format!("cost({name}, {b})"), first.cost, formula);
    // A line may start above or below its figure; then the figure itself is not what we start from.
    let kept = page
        .slices
        .iter()
        .filter_map(|(s, _)| d.model().lines.get(s.line).as_cost().map(|l| (s, l)))
        .all(|(s, l)| (s.amount[0] - l.base_cost * s.share).abs() < 0.5);
    let mut out = format!("{lead} ");
    out.push_str(&match (start, d.model().municipality.base, kept) {
        _ if first.cost == 0.0 => format!("In {b} zijn er nog geen lasten voor {label}."),
        (0, FigureKind::Budget, true) => format!("In {b} begroten we {from} voor {label}."),
        (0, FigureKind::Actual, true) => format!("In {b} waren de lasten van {label} {from}."),
        (0, kind, true) => format!("De {} van {b} geeft {from} voor {label}.", words::kind(kind)),
        _ => format!("We starten in {b} met {from} voor {label}."),
    });
    let cost =
        d.signed(page.years[last].cost, &format!("cost({name}, {h})"), end.cost, "som van de lijnen in de raming");
    out.push_str(&match end.cost == 0.0 {
        true => format!(" Met deze uitgangspunten zijn er in {h} geen lasten meer."),
        false if first.cost == 0.0 => format!(" Met deze uitgangspunten zijn zij in {h} ongeveer {cost}."),
        false => format!(" Met deze uitgangspunten is dat in {h} ongeveer {cost}."),
    });
    if let Some(s) = band {
        out.push_str(&format!(" Met 80% kans ligt het bedrag {}.", d.between(s, &format!("cost({name}, {h})"))));
        if only_prices(d, id) {
            out.push_str(" Daarin zit alleen de onzekerheid van prijzen: de hoeveelheid hulp is vast aangenomen.");
        }
        let mean = d.book.round(s.mean);
        let apart =
            (mean - page.years[last].cost).unsigned_abs() as f64 * 200.0 > page.years[last].cost.unsigned_abs() as f64;
        if apart {
            let side = if mean > page.years[last].cost { "hoger" } else { "lager" };
            out.push_str(&format!(
                " Het gemiddelde van de simulatie ligt {side}: {}.",
                d.signed(mean, &format!("mean(cost({name}, {h}))"), s.mean, "gemiddelde van alle trekkingen")
            ));
        }
    }
    out
}

/// Why the cost changes between the base year and the last; the parts add up to the change.
fn causes(d: &Draft<'_>, id: &GroupId) -> Option<(Table, Vec<(String, Units, f64)>)> {
    let (h, last, start) = (d.horizon(), d.last(), d.start(id));
    let page = d.page(id)?;
    let b = d.years_of(id).get(start)?.year;
    let group = addresses::group(id);
    if start >= last {
        return None;
    }
    let target = page.years[last].cost - page.years[start].cost;
    let parts: Vec<(Why, f64)> = derive::changes(d.model(), d.projection(), id, b, h)
        .into_iter()
        .filter(|(_, v)| d.book.round(*v) != 0)
        .collect();
    // One reason is no table.
    if parts.len() < 2 {
        return None;
    }
    let values: Vec<f64> = parts.iter().map(|(_, v)| *v).collect();
    let units = d.book.split(&values, target);
    // Reasons too small to print would leave a sum that does not add up.
    if units.iter().sum::<Units>() != target {
        return None;
    }
    let steps: Vec<(String, Units, f64)> =
        parts.iter().zip(&units).map(|((why, v), u)| (told(d, id, *why, *v).to_owned(), *u, *v)).collect();
    let mut rows: Vec<Row> = steps
        .iter()
        .zip(&parts)
        .map(|((why, u, v), (cause, _))| {
            let address = format!("change({}, {group}, {b}, {h})", cause.name());
            Row::plain(vec![Cell::words(why.clone()), tables::amount(&d.book, *u, *v).at(address)])
        })
        .collect();
    let exact = derive::less(d.years_of(id)[last].cost, d.years_of(id)[start].cost);
    let address = format!("cost({group}, {h}) - cost({group}, {b})");
    rows.push(Row::total(vec![Cell::words("Verandering"), tables::amount(&d.book, target, exact).at(address)]));
    let table = Table {
        id: format!("verandering-{}", name(id)),
        caption: format!("Waardoor veranderen de lasten van {b} tot {h}? ({})", d.book.caption()),
        columns: vec![Column::words("Oorzaak"), Column::numbers("Bedrag")],
        rows,
        notes: cause_notes(d.model(), &parts, b),
    };
    Some((table, steps))
}

/// What a reader must know of the measures among the causes.
fn cause_notes(model: &Model, parts: &[(Why, f64)], base: Year) -> Vec<String> {
    let mut notes = Vec::new();
    // Only an amount that follows the price of its line moves with prices.
    let told: Vec<MeasureKind> =
        parts.iter().filter_map(|(why, _)| if let Why::Measures(kind) = why { Some(*kind) } else { None }).collect();
    let indexed = || model.measures.iter().filter(|m| m.indexed && told.contains(&m.kind));
    let held = |m: &Measure| {
        let amount = m.amount.and_then(|a| model.assumption(a).values.first());
        amount.is_some_and(|v| *v != 0.0)
    };
    if indexed().any(held) {
        notes.push(format!(
            "Maatregelen staan in het geld van het jaar: ook wat in {base} al meetelt, verandert mee met de prijzen."
        ));
    } else if indexed().next().is_some() {
        notes.push("Maatregelen staan in het geld van het jaar.".to_owned());
    }
    notes.extend(less_saved(parts, base));
    if parts.iter().any(|(why, _)| matches!(why, Why::Measures(MeasureKind::Technical))) {
        notes.push("Technische correcties: veranderingen waar geen maatregel bij staat.".to_owned());
    }
    notes
}

/// Savings that raise cost: the base year counts on more of them than the last.
fn less_saved(parts: &[(Why, f64)], base: Year) -> Option<String> {
    let less: Vec<&str> = parts
        .iter()
        .filter(|(_, amount)| *amount > 0.0)
        .filter_map(|(why, _)| match why {
            Why::Measures(kind @ (MeasureKind::Saving | MeasureKind::Target)) => Some(words::measure_kind(*kind, 2)),
            _ => None,
        })
        .collect();
    (!less.is_empty())
        .then(|| format!("Een plus bij {}: zij leveren later minder op dan in {base}.", dutch::list(&less)))
}

/// The cause in words for one group: the population of a group moves by more than its age.
fn told(d: &Draft<'_>, id: &GroupId, why: Why, amount: f64) -> &'static str {
    let by_population = || {
        let members = d.projection().groups.iter().filter(|g| g.id == *id).flat_map(|g| &g.members);
        members.filter_map(|(l, _)| d.model().lines.get(*l).as_cost()).any(|c| matches!(c.ageing, Ageing::Population))
    };
    match why {
        Why::Ageing if by_population() => reason(why, -amount.abs()),
        _ => reason(why, amount),
    }
}

/// The cause in words; the amount decides between more and less.
pub fn reason(why: Why, amount: f64) -> &'static str {
    let up = amount >= 0.0;
    let pick = |more: &'static str, less: &'static str| if up { more } else { less };
    match why {
        Why::Price => pick("hogere lonen en prijzen", "lagere lonen en prijzen"),
        Why::Growth => pick("meer hulp", "minder hulp"),
        Why::Ageing => pick("vergrijzing", "ontwikkeling van de bevolking"),
        Why::Movement => "cliënten die erbij komen, overgaan of weggaan",
        Why::Intensity => pick("zwaardere hulp per cliënt", "lichtere hulp per cliënt"),
        Why::Measures(kind) => words::measure_kind(kind, 2),
        Why::Other => "overig",
    }
}

/// The years of a group.
fn by_year(d: &Draft<'_>, id: &GroupId, label: &str) -> Table {
    let revenue = d.years_of(id).iter().any(|y| y.revenue != 0.0);
    let mut columns = vec![
        Column::words("Jaar"),
        Column::numbers("Lasten"),
        Column::numbers("Bandbreedte 80%").optional(),
        Column::numbers("Begroting (geld van dat jaar)"),
        Column::numbers("Verschil"),
        Column::numbers("Kans op overschrijding"),
    ];
    if revenue {
        columns.push(Column::numbers("Baten").optional());
        columns.push(Column::numbers("Saldo").optional());
    }
    let name = addresses::group(id);
    let of = |figure: &str, y| format!("{figure}({name}, {y})");
    let rows = d
        .years_of(id)
        .iter()
        .enumerate()
        .filter_map(|(i, year)| {
            let entry = d.page(id)?.years.get(i)?;
            let y = year.year;
            let mut cells = vec![
                tables::year_of(d, id, year.year),
                tables::amount(&d.book, entry.cost, year.cost).at(of("cost", y)),
                tables::band(d, d.band(id, i), &of("cost", y)),
                tables::amount_or(&d.book, entry.budget_cost, year.budget_cost).at(of("budget", y)),
                tables::deviation_or(
                    &d.book,
                    entry.cost_above().map(|u| -u),
                    derive::cost_above_budget(year).map(|v| -v),
                )
                .at(addresses::below_budget(&name, y)),
                tables::chance_of(d.outcome_of(id).and_then(|o| o.cost.get(i))).at(addresses::chance_above(&name, y)),
            ];
            if revenue {
                cells.push(tables::amount(&d.book, entry.revenue, year.revenue).at(of("revenue", y)));
                cells.push(tables::amount(&d.book, entry.balance(), year.balance).at(of("balance", y)));
            }
            Some(Row::plain(cells))
        })
        .collect();
    tables::without_empty_columns(Table {
        id: format!("jaren-{}", self::name(id)),
        caption: format!("{}: lasten per jaar ({})", words::capital(label), d.book.caption()),
        columns,
        rows,
        notes: d.unknown_note(id).into_iter().chain(outside_note(d, id)).collect(),
    })
}

/// A remark where a domain holds money of another programme.
fn outside_note(d: &Draft<'_>, id: &GroupId) -> Option<String> {
    let labels: Vec<String> = d
        .page(id)?
        .slices
        .iter()
        .filter(|_| matches!(id, GroupId::Domain(_)))
        .map(|(s, _)| d.model().lines.get(s.line))
        .filter(|l| l.outside())
        .map(|l| format!("‘{}’", words::clean(l.label())))
        .collect();
    (!labels.is_empty()).then(|| {
        format!("Met {}: geld buiten dit programma, dat in het totaal niet meetelt.", words::some_of(&labels, 4))
    })
}

/// The band through the years against the budget.
fn fan(d: &Draft<'_>, id: &GroupId, label: &str, figures: &Table) -> Option<Chart> {
    let outcome = d.outcome_of(id)?;
    if !outcome.cost.iter().any(has_band) {
        return None;
    }
    let years: Vec<FanYear> = d
        .years_of(id)
        .iter()
        .zip(&outcome.cost)
        .zip(&d.page(id)?.years)
        // A base year that lacks costs would draw a rise that is none.
        .skip(d.start(id))
        .map(|((y, s), entry)| FanYear {
            year: y.year.0,
            p10: d.mark(s.p10),
            middle: d.mark_as(entry.cost, y.cost),
            p90: d.mark(s.p90),
            budget: entry.budget_cost.zip(y.budget_cost).map(|(units, exact)| d.mark_as(units, exact)),
        })
        .collect();
    let (first, last) = (years.first()?, years.last()?);
    Some(Chart {
        id: format!("waaier-{}", name(id)),
        title: format!(
            "{}: lasten met bandbreedte{}",
            words::capital(label),
            if years.iter().any(|y| y.budget.is_some()) { " en begroting" } else { "" }
        ),
        alternative: format!(
            "Van {} in {} naar {} in {}. De tabel hierbij geeft alle cijfers.",
            first.middle.printed, first.year, last.middle.printed, last.year
        ),
        figures: figures.clone(),
        drawing: Drawing::Fan { years },
    })
}

/// All domains in the base year and the last, adding up to the programme.
fn overview(d: &Draft<'_>) -> Option<Table> {
    let last = d.last();
    let shown: Vec<(GroupId, String)> = d
        .model()
        .domains
        .iter()
        .map(|x| (GroupId::Domain(x.id.clone()), words::clean(&x.label)))
        .filter(|(id, _)| d.years_of(id).iter().any(|y| y.cost != 0.0))
        .collect();
    let total = d.page(&GroupId::Total)?;
    let start = d.start(&GroupId::Total);
    let budget = d.last_budget_year(&GroupId::Total).filter(|y| *y == last);
    let cells = |id: &GroupId, label: &str| -> Option<Vec<Cell>> {
        let (page, years) = (d.page(id)?, d.years_of(id));
        let (first, end, y) = (page.years[start], page.years[last], &years[last]);
        let name = addresses::group(id);
        let of = |figure: &str, y| format!("{figure}({name}, {y})");
        Some(vec![
            Cell::words(label),
            tables::amount(&d.book, first.cost, years[start].cost).at(of("cost", years[start].year)),
            tables::amount(&d.book, end.cost, y.cost).at(of("cost", y.year)),
            tables::band(d, d.band(id, last), &of("cost", y.year)),
            tables::amount_or(&d.book, budget.and(end.budget_cost), y.budget_cost).at(of("budget", y.year)),
            tables::deviation_or(
                &d.book,
                budget.and(end.cost_above()).map(|u| -u),
                derive::cost_above_budget(y).map(|v| -v),
            )
            .at(addresses::below_budget(&name, y.year)),
            tables::chance_of(budget.and(d.outcome_of(id)).and_then(|o| o.cost.get(last)))
                .at(addresses::chance_above(&name, y.year)),
        ])
    };
    let mut rows: Vec<Row> = shown.iter().filter_map(|(id, label)| cells(id, label)).map(Row::plain).collect();
    let rest = |pick: &dyn Fn(&super::super::rounding::Entry) -> Units, year: usize| {
        pick(&total.years[year])
            - shown.iter().filter_map(|(id, _)| d.page(id)).map(|p| pick(&p.years[year])).sum::<Units>()
    };
    // Money of other programmes in a domain is not in the total; say so instead of a sum that does not add up.
    let (a, b) = (rest(&|e| e.cost, start), rest(&|e| e.cost, last));
    let apart = |year: usize| {
        let y = d.projection().years[year];
        let domains: Vec<String> = shown.iter().map(|(id, _)| format!("cost({}, {y})", addresses::group(id))).collect();
        format!("cost(total, {y}) - ({})", addresses::sum(&domains))
    };
    if a != 0 || b != 0 {
        rows.push(Row::plain(vec![
            Cell::words("Af: geld buiten dit programma"),
            tables::amount(&d.book, a, d.book.euros(a)).at(apart(start)),
            tables::amount(&d.book, b, d.book.euros(b)).at(apart(last)),
            tables::nothing(),
            tables::nothing(),
            tables::nothing(),
            tables::nothing(),
        ]));
    }
    rows.push(Row::total(cells(&GroupId::Total, "Totaal")?));
    let (b, h) = (d.projection().years[start], d.horizon());
    Some(tables::without_empty_columns(Table {
        id: "domeinen".into(),
        caption: format!("Lasten per domein ({})", d.book.caption()),
        columns: vec![
            Column::words("Domein"),
            Column::numbers(b.to_string()),
            Column::numbers(h.to_string()),
            Column::numbers(format!("Bandbreedte 80% in {h}")).optional(),
            Column::numbers(format!("Begroting {h}")).optional(),
            Column::numbers("Verschil"),
            Column::numbers("Kans op overschrijding"),
        ],
        rows,
        notes: Vec::new(),
    }))
}

/// Whether nothing about the lines of a group is uncertain but the indices they follow.
fn only_prices(d: &Draft<'_>, id: &GroupId) -> bool {
    let model = d.model();
    let Some(group) = d.projection().groups.iter().find(|g| g.id == *id) else { return false };
    let costs: Vec<&str> = group
        .members
        .iter()
        .map(|(l, _)| model.lines.get(*l))
        .filter(|l| l.as_cost().is_some())
        .map(Line::id)
        .collect();
    let of_line = |address: &str| {
        costs.iter().any(|id| {
            address.strip_prefix("cost.").is_some_and(|a| a.strip_prefix(id).is_some_and(|rest| rest.starts_with('.')))
        })
    };
    let by_measure = |address: &str| {
        let on = |m: &&crate::model::Measure| costs.contains(&model.lines.get(m.line).id());
        address.strip_prefix("measure.").is_some_and(|a| {
            model.measures.iter().filter(on).any(|m| a.strip_prefix(m.id.as_str()).is_some_and(|r| r.starts_with('.')))
        })
    };
    let flows = |address: &str| address.starts_with("flow.");
    !costs.is_empty()
        && !model
            .assumptions
            .iter()
            .filter(|a| a.distributions.iter().any(Option::is_some))
            .any(|a| of_line(&a.address) || by_measure(&a.address) || flows(&a.address))
        && group.members.iter().all(|(l, _)| model.lines.get(*l).as_cost().is_none_or(|c| c.luck_cost_cv.is_none()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saving_that_raises_cost_is_explained_and_one_that_lowers_it_is_not() {
        let note = |amount: f64| {
            let parts = [MeasureKind::Saving, MeasureKind::Target, MeasureKind::NewPolicy];
            less_saved(&parts.map(|kind| (Why::Measures(kind), amount)), Year(2026))
        };
        assert_eq!(
            note(816.0).as_deref(),
            Some("Een plus bij ombuigingen en taakstellingen: zij leveren later minder op dan in 2026.")
        );
        assert_eq!(note(-201.0), None);
    }
}
