//! How volumes and costs develop: all domains together, then each.
//!
//! Per domain: what we expect, whether that fits the budget, why not, and the
//! years and lines in tables. What is not known is said, not left out.

use super::super::document::{Block, Cell, Chart, Column, Drawing, FanYear, Row, Section, Table};
use super::super::draft::{Draft, has_band, strong};
use super::super::rounding::{SliceEntry, Units};
use super::super::{tables, words};
use super::clients;
use crate::dutch;
use crate::model::{FigureKind, Prices};
use crate::projection::{GroupId, GroupYear};
use crate::study::derive::{self, Slice, Why};

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
        blocks.extend(lines(d, &id, &label));
        blocks.extend(clients::write(d, &id, &label));
        sections.push(Section { id: format!("domein-{}", domain.id), title: label, level: 2, blocks });
    }
    sections
}

/// Text, reasons and years of one group.
fn group(d: &Draft<'_>, id: &GroupId, label: &str) -> Vec<Block> {
    let mut blocks = vec![Block::Paragraph(d.text(expected(d, id, label)))];
    blocks.extend(causes(d, id).map(Block::Table));
    if let Some(text) = fits(d, id) {
        blocks.push(Block::Paragraph(d.text(text)));
    }
    blocks.extend(reasons(d, id).map(Block::Table));
    if d.years_of(id).iter().any(|y| y.cost != 0.0) {
        let table = by_year(d, id, label);
        blocks.extend(fan(d, id, label, &table).map(|c| Block::Chart(Box::new(c))));
        blocks.push(Block::Table(table));
    }
    blocks
}

fn name(id: &GroupId) -> String {
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
    let from = d.money(page.years[start].cost, &format!("cost({name}, {b})"), first.cost, formula);
    // A line may start above or below its figure; then the figure itself is not what we start from.
    let kept = page
        .slices
        .iter()
        .filter_map(|(s, _)| d.model().lines.get(s.line).as_cost().map(|l| (s, l)))
        .all(|(s, l)| (s.amount[0] - l.base_cost * s.share).abs() < 0.5);
    let mut out = format!("{lead} ");
    out.push_str(&match (start, d.model().municipality.base, kept) {
        (0, FigureKind::Budget, true) => format!("In {b} begroten we {from} voor {label}."),
        (0, FigureKind::Actual, true) => format!("In {b} waren de lasten van {label} {from}."),
        (0, kind, true) => format!("De {} van {b} geeft {from} voor {label}.", words::kind(kind)),
        _ => format!("We starten in {b} met {from} voor {label}."),
    });
    let cost =
        d.money(page.years[last].cost, &format!("cost({name}, {h})"), end.cost, "som van de lijnen in de raming");
    out.push_str(&format!(" Met deze uitgangspunten is dat in {h} ongeveer {cost}."));
    if let Some(s) = band {
        out.push_str(&format!(" Met 80% kans ligt het bedrag {}.", d.between(s, &format!("cost({name}, {h})"))));
        let mean = d.book.round(s.mean);
        let apart =
            (mean - page.years[last].cost).unsigned_abs() as f64 * 200.0 > page.years[last].cost.unsigned_abs() as f64;
        if apart {
            let side = if mean > page.years[last].cost { "hoger" } else { "lager" };
            out.push_str(&format!(
                " Het gemiddelde van de simulatie ligt {side}: {}.",
                d.money(mean, &format!("mean(cost({name}, {h}))"), s.mean, "gemiddelde van alle trekkingen")
            ));
        }
    }
    out
}

/// Why the cost changes between the base year and the last; the parts add up to the change.
fn causes(d: &Draft<'_>, id: &GroupId) -> Option<Table> {
    let (h, last, start) = (d.horizon(), d.last(), d.start(id));
    let page = d.page(id)?;
    let b = d.years_of(id).get(start)?.year;
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
    let mut rows: Vec<Row> = parts
        .iter()
        .zip(&units)
        .map(|((why, v), u)| Row::plain(vec![Cell::words(reason(*why, *v)), tables::amount(&d.book, *u, *v)]))
        .collect();
    let exact = derive::less(d.years_of(id)[last].cost, d.years_of(id)[start].cost);
    rows.push(Row::total(vec![Cell::words("Verandering"), tables::amount(&d.book, target, exact)]));
    Some(Table {
        id: format!("verandering-{}", name(id)),
        caption: format!("Waardoor veranderen de lasten van {b} tot {h}? ({})", d.book.caption()),
        columns: vec![Column::words("Oorzaak"), Column::numbers("Bedrag")],
        rows,
        notes: Vec::new(),
    })
}

fn reason(why: Why, amount: f64) -> &'static str {
    let up = amount >= 0.0;
    let pick = |more: &'static str, less: &'static str| if up { more } else { less };
    match why {
        Why::Price => pick("hogere lonen en prijzen", "lagere lonen en prijzen"),
        Why::Growth => pick("meer hulp", "minder hulp"),
        Why::Ageing => "vergrijzing",
        Why::Movement => "cliënten die erbij komen, overgaan of weggaan",
        Why::Intensity => pick("zwaardere hulp per cliënt", "lichtere hulp per cliënt"),
        Why::Measures(kind) => words::measure_kind(kind, 2),
        Why::Other => "overig",
    }
}

/// Whether it fits the budget; none where there is none to compare with.
fn fits(d: &Draft<'_>, id: &GroupId) -> Option<String> {
    let years = d.years_of(id);
    let name = name(id);
    let Some(last) = d.last_budget_year(id) else { return volume_only(d, id) };
    let (year, entry) = (&years[last], d.page(id)?.years[last]);
    let (y, above) = (year.year, entry.cost_above()?);
    let exact = derive::cost_above_budget(year)?;
    // By the percentage as printed, so that the answer and the word of the scale agree.
    let odds = d.band(id, last).and_then(|s| s.chance_above_budget);
    let printed = odds.map(|p| dutch::round(p, 2));
    let answer = match (printed, above.signum()) {
        (Some(p), _) if p >= 0.8 => "Zeer waarschijnlijk niet.",
        (Some(p), _) if p >= 0.6 => "Waarschijnlijk niet.",
        (Some(p), _) if p >= 0.4 => "Dat is onzeker.",
        (Some(p), _) if p >= 0.2 => "Waarschijnlijk wel.",
        (Some(_), _) => "Zeer waarschijnlijk wel.",
        (None, 1) => "Volgens deze raming niet.",
        (None, _) => "Volgens deze raming wel.",
    };
    let mut out = format!("{} {answer}", strong("Past dat in de begroting?"));
    let budget = d.money(
        entry.budget_cost?,
        &format!("budget({name}, {y})"),
        year.budget_cost?,
        "begroting in het geld van het jaar",
    );
    let group = d.projection().groups.iter().find(|g| g.id == *id)?;
    match (d.model().budget.prices, derive::budget_as_written(d.model(), d.projection(), group, last)) {
        (Prices::Constant(p), Some(written)) if p < y => {
            let written = d.euros(
                written,
                &format!("budget({name}, {y}) in prijzen van {p}"),
                "som van figures.csv, soort budget",
            );
            out.push_str(&format!(
                " Voor {y} staat er {written} in de begroting, in prijzen van {p}. Met de vergoeding voor lonen en prijzen is dat {budget}."
            ));
        }
        _ => out.push_str(&format!(" Voor {y} staat er {budget} in de begroting.")),
    }
    let expect = if d.band(id, last).is_some() { "naar verwachting " } else { "" };
    let address = format!("cost({name}, {y}) - budget({name}, {y})");
    let amount = d.money(above, &address, exact, "lasten min begroting in het geld van het jaar");
    out.push_str(&match above.signum() {
        1 => format!(" De lasten komen daar {expect}{amount} boven."),
        -1 => format!(" De lasten blijven daar {expect}{amount} onder."),
        _ => " De lasten komen daar precies op uit.".to_owned(),
    });
    if let Some(p) = odds {
        out.push_str(&format!(
            " De kans dat de lasten hoger zijn dan begroot is {}.",
            d.likely(p, &format!("chance(cost({name}, {y}) > budget({name}, {y}))"))
        ));
        if let Some(excess) = d.band(id, last).and_then(|s| s.expected_excess).filter(|_| p >= 0.01) {
            out.push_str(&format!(
                " Gebeurt dat, dan is de overschrijding gemiddeld {}.",
                d.euros(
                    excess,
                    &format!("mean({address} als die boven 0 ligt)"),
                    "gemiddelde van de trekkingen met een overschrijding"
                )
            ));
        }
    }
    out.push_str(&with_revenue(d, id, &name, last));
    if last > 1 && years[1].budget_cost.is_some() {
        out.push_str(&first_year(d, id, &name));
    }
    out.push_str(&missing_years(years));
    Some(out)
}

/// What revenue does to an overrun: the balance is what counts.
fn with_revenue(d: &Draft<'_>, id: &GroupId, name: &str, last: usize) -> String {
    let year = &d.years_of(id)[last];
    let y = year.year;
    let entry = d.page(id).map(|p| p.years[last]).unwrap_or_default();
    let (Some(above), Some(exact)) = (entry.revenue_above(), derive::revenue_above_budget(year)) else {
        return String::new();
    };
    let (Some(balance), Some(balance_exact)) = (entry.balance_above(), derive::balance_above_budget(year)) else {
        return String::new();
    };
    if above == 0 {
        return String::new();
    }
    let revenue = d.money(
        above,
        &format!("revenue({name}, {y}) - budget_revenue({name}, {y})"),
        exact,
        "baten min begroting in het geld van het jaar",
    );
    let net = d.money(
        balance,
        &format!("balance({name}, {y}) - (budget_revenue({name}, {y}) - budget({name}, {y}))"),
        balance_exact,
        "verschil met de begroting in het geld van het jaar",
    );
    let side = if above > 0 { "hoger" } else { "lager" };
    let result = match balance.signum() {
        1 => format!("{net} beter dan begroot"),
        -1 => format!("{net} slechter dan begroot"),
        _ => "gelijk aan de begroting".to_owned(),
    };
    format!(" De baten zijn {revenue} {side} dan begroot. Samen is het saldo {result}.")
}

/// The first projected year beside the last.
fn first_year(d: &Draft<'_>, id: &GroupId, name: &str) -> String {
    let year = &d.years_of(id)[1];
    let (Some(above), Some(exact)) =
        (d.page(id).and_then(|p| p.years[1].cost_above()), derive::cost_above_budget(year))
    else {
        return String::new();
    };
    let y = year.year;
    let amount = d.money(
        above,
        &format!("cost({name}, {y}) - budget({name}, {y})"),
        exact,
        "lasten min begroting in het geld van het jaar",
    );
    match above.signum() {
        1 => format!(" In {y} liggen de lasten {amount} boven de begroting."),
        -1 => format!(" In {y} liggen de lasten {amount} onder de begroting."),
        _ => format!(" In {y} zijn de lasten gelijk aan de begroting."),
    }
}

fn missing_years(years: &[GroupYear]) -> String {
    let lacking: Vec<_> = years.iter().skip(1).filter(|y| y.budget_cost.is_none()).map(|y| y.year).collect();
    if lacking.is_empty() {
        String::new()
    } else {
        format!(" Voor {} is er geen begroting om mee te vergelijken.", words::years(&lacking))
    }
}

/// Constant prices without compensation: only the amount of help can be compared.
fn volume_only(d: &Draft<'_>, id: &GroupId) -> Option<String> {
    let years = d.years_of(id);
    let lead = strong("Past dat in de begroting?");
    match years.iter().skip(1).rev().find_map(|y| y.gap.map(|g| (y.year, g.volume))) {
        Some((y, volume)) => {
            let amount = d.euros(
                volume,
                &format!("gap.volume({}, {y})", name(id)),
                "lasten in prijzen van de begroting min begroting",
            );
            let more = if volume >= 0.0 { "meer" } else { "minder" };
            Some(format!(
                "{lead} Dat weten we maar voor een deel. Zonder hogere prijzen kost de hulp in {y} {amount} {more} dan begroot. \
                 Of er geld is voor hogere prijzen, is niet opgegeven."
            ))
        }
        None if years.len() > 1 => Some(format!(
            "{lead} Dat weten we niet. Voor {} is er geen begroting om mee te vergelijken.",
            words::years(&years.iter().skip(1).map(|y| y.year).collect::<Vec<_>>())
        )),
        None => None,
    }
}

/// Why the cost differs from its budget; the parts add up to the difference.
fn reasons(d: &Draft<'_>, id: &GroupId) -> Option<Table> {
    let last = d.last_budget_year(id)?;
    let year = &d.years_of(id)[last];
    let gap = year.gap?;
    let (price, compensation) = (gap.price?, gap.compensation?);
    let target = d.page(id)?.years[last].cost_above()?;
    let exact = derive::cost_above_budget(year)?;
    if target == 0 {
        return None;
    }
    let group = d.projection().groups.iter().find(|g| g.id == *id)?;
    let nominal = d.model().budget.prices == Prices::Nominal;
    // The budget may count on savings and falls that the projection does not count on.
    let counted = derive::not_realised(d.model(), d.projection(), group, last).filter(|v| d.book.round(*v) != 0);
    let volume = derive::less(gap.volume, counted.unwrap_or(0.0));
    let mut parts: Vec<(String, f64)> = vec![(
        if nominal {
            "hoeveelheid en zwaarte van de hulp, in prijzen van het basisjaar".to_owned()
        } else {
            "meer of zwaardere hulp, en andere maatregelen dan begroot".to_owned()
        },
        volume,
    )];
    if volume < 0.0 && !nominal {
        parts[0].0 = "minder of lichtere hulp, en andere maatregelen dan begroot".to_owned();
    }
    if let Some(counted) = counted {
        parts.push(("besparingen en dalingen waar de begroting op rekent en wij niet".to_owned(), counted));
    }
    if nominal {
        parts.push((format!("prijzen sinds {}", d.base_year()), price));
    } else {
        let side = if price >= 0.0 {
            "prijzen stijgen harder dan de vergoeding"
        } else {
            "prijzen stijgen minder dan de vergoeding"
        };
        parts.push((side.to_owned(), price));
        parts.push(("de vergoeding over dit verschil in hoeveelheid".to_owned(), compensation));
    }
    let values: Vec<f64> = parts.iter().map(|(_, v)| *v).collect();
    let units = d.book.split(&values, target);
    let mut rows: Vec<Row> = parts
        .iter()
        .zip(&units)
        .filter(|((_, _), u)| **u != 0)
        .map(|((what, v), u)| Row::plain(vec![Cell::words(what.clone()), tables::deviation(&d.book, -u, -v)]))
        .collect();
    let (word, total) = if target > 0 { ("Hoger dan begroot", -target) } else { ("Lager dan begroot", -target) };
    rows.push(Row::total(vec![Cell::words(word), tables::deviation(&d.book, total, -exact)]));
    Some(Table {
        id: format!("waardoor-{}", name(id)),
        caption: format!("Waardoor? Lasten tegenover begroting in {} ({})", year.year, d.book.caption()),
        columns: vec![Column::words("Oorzaak"), Column::numbers("Bedrag")],
        rows,
        notes: Vec::new(),
    })
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
    let rows = d
        .years_of(id)
        .iter()
        .enumerate()
        .filter_map(|(i, year)| {
            let entry = d.page(id)?.years.get(i)?;
            let mut cells = vec![
                tables::year_of(d, id, year.year),
                tables::amount(&d.book, entry.cost, year.cost),
                tables::band(d, d.band(id, i)),
                tables::amount_or(&d.book, entry.budget_cost, year.budget_cost),
                tables::deviation_or(
                    &d.book,
                    entry.cost_above().map(|u| -u),
                    derive::cost_above_budget(year).map(|v| -v),
                ),
                tables::chance_of(d.outcome_of(id).and_then(|o| o.cost.get(i))),
            ];
            if revenue {
                cells.push(tables::amount(&d.book, entry.revenue, year.revenue));
                cells.push(tables::amount(&d.book, entry.balance(), year.balance));
            }
            Some(Row::plain(cells))
        })
        .collect();
    tables::without_empty_columns(Table {
        id: format!("jaren-{}", name(id)),
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
        .map(|(y, s)| FanYear { year: y.year.0, p10: s.p10, middle: y.cost, p90: s.p90, budget: y.budget_cost })
        .collect();
    let (first, last) = (years.first()?, years.last()?);
    Some(Chart {
        id: format!("waaier-{}", name(id)),
        title: format!("{}: lasten met bandbreedte en begroting", words::capital(label)),
        alternative: format!(
            "Van {} in {} naar {} in {}. De tabel hierbij geeft alle cijfers.",
            dutch::amount(first.middle, dutch::Style::Auto),
            first.year,
            dutch::amount(last.middle, dutch::Style::Auto),
            last.year
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
        Some(vec![
            Cell::words(label),
            tables::amount(&d.book, first.cost, years[start].cost),
            tables::amount(&d.book, end.cost, y.cost),
            tables::band(d, d.band(id, last)),
            tables::amount_or(&d.book, budget.and(end.budget_cost), y.budget_cost),
            tables::deviation_or(
                &d.book,
                budget.and(end.cost_above()).map(|u| -u),
                derive::cost_above_budget(y).map(|v| -v),
            ),
            tables::chance_of(budget.and(d.outcome_of(id)).and_then(|o| o.cost.get(last))),
        ])
    };
    let mut rows: Vec<Row> = shown.iter().filter_map(|(id, label)| cells(id, label)).map(Row::plain).collect();
    let rest = |pick: &dyn Fn(&super::super::rounding::Entry) -> Units, year: usize| {
        pick(&total.years[year])
            - shown.iter().filter_map(|(id, _)| d.page(id)).map(|p| pick(&p.years[year])).sum::<Units>()
    };
    // Money of other programmes in a domain is not in the total; say so instead of a sum that does not add up.
    let (a, b) = (rest(&|e| e.cost, start), rest(&|e| e.cost, last));
    if a != 0 || b != 0 {
        rows.push(Row::plain(vec![
            Cell::words("Af: geld buiten dit programma"),
            tables::amount(&d.book, a, d.book.euros(a)),
            tables::amount(&d.book, b, d.book.euros(b)),
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

/// The lines of a domain: those that change by more than the materiality, the rest as one.
fn lines(d: &Draft<'_>, id: &GroupId, label: &str) -> Vec<Block> {
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
    Row::plain(vec![
        Cell::words(label),
        tables::amount(&d.book, from, exact(span.start)),
        tables::amount(&d.book, to, exact(span.last)),
        tables::amount(&d.book, to - from, derive::less(exact(span.last), exact(span.start))),
        tables::amount_or(&d.book, budgeted, budget_exact),
        tables::deviation_or(
            &d.book,
            budgeted.map(|b| (to - b) * span.sign),
            above_exact.map(|v| v * span.sign as f64),
        ),
    ])
}

#[cfg(test)]
mod tests {
    use super::super::super::chance;

    /// The answers of [`super::fits`] follow the same bounds as the scale.
    #[test]
    fn the_answer_and_the_scale_agree_on_what_is_likely() {
        assert_eq!(chance::word(0.6), "waarschijnlijk");
        assert_eq!(chance::word(0.8), "zeer waarschijnlijk");
        assert_eq!(chance::word(0.41), "even waarschijnlijk als niet");
    }
}
