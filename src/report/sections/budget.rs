//! Whether the cost of a group fits its budget, and why not.

use super::super::document::{Cell, Column, Row, Table};
use super::super::draft::{Draft, strong};
use super::super::{addresses, tables, words};
use super::development::name;
use crate::dutch;
use crate::model::Prices;
use crate::projection::{GroupId, GroupYear};
use crate::study::derive;
use crate::study::excess::{self, Cause, Known};
use crate::units::Year;

/// Whether it fits the budget; none where there is none to compare with.
pub fn fits(d: &Draft<'_>, id: &GroupId) -> Option<String> {
    let years = d.years_of(id);
    let name = name(id);
    let Some(last) = d.last_budget_year(id) else { return volume_only(d, id) };
    let (year, entry) = (&years[last], d.page(id)?.years[last]);
    let (y, above) = (year.year, entry.cost_above()?);
    let exact = derive::cost_above_budget(year)?;
    if year.cost == 0.0 && year.budget_cost == Some(0.0) {
        return Some(format!(
            "{} Volgens deze raming wel: in {y} zijn er geen lasten begroot, en in de raming zijn ze er ook niet.",
            strong("Past dat in de begroting?")
        ));
    }
    // No word of the scale: the chance follows with its own.
    let odds = d.band(id, last).and_then(|s| s.chance_above_budget);
    let answer = match odds.map(|p| dutch::round(p, 2)) {
        Some(p) if p >= 0.6 && above >= 0 => "Naar verwachting niet.",
        Some(p) if p < 0.4 && above <= 0 => "Naar verwachting wel.",
        Some(_) => "Dat is onzeker.",
        None if above > 0 => "Volgens deze raming niet.",
        None => "Volgens deze raming wel.",
    };
    let mut out = format!("{} {answer}", strong("Past dat in de begroting?"));
    let budget = d.signed(
        entry.budget_cost?,
        &format!("budget({name}, {y})"),
        year.budget_cost?,
        "begroting in het geld van het jaar",
    );
    let group = d.projection().groups.iter().find(|g| g.id == *id)?;
    match (d.model().budget.prices, derive::budget_as_written(d.model(), d.projection(), group, last)) {
        (Prices::Constant(p), Some(written)) if p < y => {
            let written =
                d.euros(written, &format!("budget.written({name}, {y})"), "som van figures.csv, soort budget");
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
        _ => " De lasten zijn, afgerond, even hoog.".to_owned(),
    });
    if let Some(p) = odds {
        out.push_str(&format!(
            " De kans dat de lasten hoger zijn dan begroot is {}.",
            d.likely(p, &addresses::chance_above(&name, y))
        ));
        if let Some(excess) = d.band(id, last).and_then(|s| s.expected_excess).filter(|_| p >= 0.01) {
            out.push_str(&format!(
                " Gebeurt dat, dan is de overschrijding gemiddeld {}.",
                d.euros(
                    excess,
                    &format!("given({address} | {address} > 0)"),
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
        &addresses::balance_above_budget(name, y),
        balance_exact,
        "verschil met de begroting in het geld van het jaar",
    );
    let side = if above > 0 { "hoger" } else { "lager" };
    let result = match balance.signum() {
        1 => format!("{net} beter dan begroot"),
        -1 => format!("{net} slechter dan begroot"),
        _ => "gelijk aan de begroting".to_owned(),
    };
    // With a band these are expectations, not facts.
    let expect = if d.band(id, last).is_some() { "naar verwachting " } else { "" };
    format!(" De baten zijn {expect}{revenue} {side} dan begroot. Samen is het saldo {expect}{result}.")
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
    let expect = if d.band(id, 1).is_some() { "naar verwachting " } else { "" };
    match above.signum() {
        1 => format!(" In {y} liggen de lasten {expect}{amount} boven de begroting."),
        -1 => format!(" In {y} liggen de lasten {expect}{amount} onder de begroting."),
        _ => format!(" In {y} zijn de lasten {expect}gelijk aan de begroting."),
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
            let side = match d.book.round(volume).signum() {
                1 => format!("{amount} meer dan begroot"),
                -1 => format!("{amount} minder dan begroot"),
                _ => "evenveel als begroot".to_owned(),
            };
            Some(format!(
                "{lead} Dat weten we maar voor een deel. Zonder hogere prijzen kost de hulp in {y} {side}. \
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
pub fn reasons(d: &Draft<'_>, id: &GroupId) -> Option<Table> {
    let last = d.last_budget_year(id)?;
    let year = &d.years_of(id)[last];
    let target = d.page(id)?.years[last].cost_above()?;
    let exact = derive::cost_above_budget(year)?;
    if target == 0 {
        return None;
    }
    let group = d.projection().groups.iter().find(|g| g.id == *id)?;
    // The budget may count on savings and falls that the projection does not count on, and
    // the projection on a higher start; what rounds to nothing is no row.
    let shown = |amount: Option<f64>| amount.filter(|v| d.book.round(*v) != 0);
    let known = Known {
        counted_on: shown(derive::not_realised(d.model(), d.projection(), &group.members, last)),
        raised: shown(derive::raised(d.model(), d.projection(), &group.members, last)),
    };
    let parts = excess::parts(d.model().budget.prices, year.gap?, known)?;
    let values: Vec<f64> = parts.iter().map(|p| p.amount).collect();
    let units = d.book.split(&values, target);
    let mut rows: Vec<Row> = parts
        .iter()
        .zip(&units)
        .filter(|(_, u)| **u != 0)
        .map(|(p, u)| {
            let address = gap_address(p.cause, &name(id), year.year, known);
            let cell = tables::deviation(&d.book, -u, -p.amount).at(address);
            Row::plain(vec![Cell::words(p.cause.in_a_table(p.amount)), cell])
        })
        .collect();
    let (word, total) = if target > 0 { ("Hoger dan begroot", -target) } else { ("Lager dan begroot", -target) };
    let whole = addresses::below_budget(&name(id), year.year);
    rows.push(Row::total(vec![Cell::words(word), tables::deviation(&d.book, total, -exact).at(whole)]));
    Some(Table {
        id: format!("waardoor-{}", name(id)),
        caption: format!("Waardoor? Lasten tegenover begroting in {} ({})", year.year, d.book.caption()),
        columns: vec![Column::words("Oorzaak"), Column::numbers("Bedrag")],
        rows,
        notes: Vec::new(),
    })
}

/// A part of the gap as an address, an excess being negative as it is printed.
fn gap_address(cause: Cause, name: &str, y: Year, known: Known) -> String {
    let of = |part: &str| format!("gap.{part}({name}, {y})");
    let part = match cause {
        Cause::Volume => {
            let apart = [("not_realised", known.counted_on), ("level", known.raised)];
            let apart: Vec<String> = apart.iter().filter(|(_, a)| a.is_some()).map(|(part, _)| of(part)).collect();
            if !apart.is_empty() {
                return format!("{} - {}", apart.join(" + "), of("volume"));
            }
            "volume"
        }
        Cause::Level => "level",
        Cause::NotCountedOn => "not_realised",
        Cause::Price => "price",
        Cause::Compensation => "compensation",
    };
    format!("-{}", of(part))
}
