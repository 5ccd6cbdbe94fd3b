//! The charts of the paragraph: what each shows, its words and its figures.
//!
//! Amounts come from the book, so that a chart says what the tables say.

use super::super::chart::{Amount, Bar, Chart, Dot, Drawing, MapRisk, RavijnYear};
use super::super::document::{Cell, Column, Row, Table, Unit};
use super::super::draft::{Draft, has_band};
use super::super::rounding::Units;
use super::super::{addresses, tables, words};
use crate::dutch;
use crate::model::RiskChance;
use crate::projection::GroupId;
use crate::study::{ResilienceOutcome, RiskEntry, ScenarioStudy, derive};

/// How many risks stand on the map.
const ON_MAP: usize = 15;

fn cell(amount: &Amount, address: String) -> Cell {
    Cell::number(amount.printed.clone(), amount.value, Unit::Euro).at(address)
}

/// Cost, revenue and the gap; none without revenue.
pub fn ravijn(d: &Draft<'_>) -> Option<Chart> {
    let id = GroupId::Total;
    let page = d.page(&id)?;
    let years: Vec<RavijnYear> = d
        .years_of(&id)
        .iter()
        .zip(&page.years)
        .skip(d.start(&id))
        .map(|(y, e)| RavijnYear {
            year: y.year.0,
            cost: d.mark_as(e.cost, y.cost),
            revenue: d.mark_as(e.revenue, y.revenue),
            gap: d.mark_as(e.balance(), y.balance),
        })
        .collect();
    let (first, last) = (years.first()?, years.last()?);
    if years.len() < 2 || years.iter().all(|y| y.revenue.value == 0.0) {
        return None;
    }
    let rows = years
        .iter()
        .map(|y| {
            let of = |amount: &Amount, figure: &str| cell(amount, format!("{figure}(total, {})", y.year));
            let amounts = [of(&y.cost, "cost"), of(&y.revenue, "revenue"), of(&y.gap, "balance")];
            Row::plain(std::iter::once(Cell::words(y.year.to_string())).chain(amounts).collect())
        })
        .collect();
    Some(Chart {
        id: "ravijn".into(),
        title: "Lasten, baten en het gat daartussen".into(),
        alternative: format!(
            "Het saldo is {} in {} en {} in {}. De lasten zijn dan {} en de baten {}.",
            first.gap.printed, first.year, last.gap.printed, last.year, last.cost.printed, last.revenue.printed
        ),
        figures: Table {
            id: "ravijn-cijfers".into(),
            caption: "Lasten, baten en saldo per jaar".into(),
            columns: vec![
                Column::words("Jaar"),
                Column::numbers("Lasten"),
                Column::numbers("Baten"),
                Column::numbers("Saldo"),
            ],
            rows,
            notes: Vec::new(),
        },
        drawing: Drawing::Ravijn { years },
    })
}

/// Why the cost changes, as steps from the first year to the last.
pub fn waterfall(d: &Draft<'_>, steps: &[(String, Units, f64)], figures: &Table) -> Option<Chart> {
    let id = GroupId::Total;
    let (page, years) = (d.page(&id)?, d.years_of(&id));
    let (start, last) = (d.start(&id), d.last());
    let (from, to) = (years.get(start)?, years.get(last)?);
    let bar = |label: String, amount: Amount| Bar { label, amount };
    let (a, b) = (d.mark_as(page.years[start].cost, from.cost), d.mark_as(page.years[last].cost, to.cost));
    let steps: Vec<Bar> = steps
        .iter()
        .map(|(label, units, exact)| {
            let sign = if *units < 0 { "-" } else { "+" };
            bar(words::capital(label), Amount::new(*exact, format!("{sign} {}", d.book.prose(*units, *exact))))
        })
        .collect();
    Some(Chart {
        id: "verandering".into(),
        title: format!("Waardoor de lasten veranderen van {} tot {}", from.year, to.year),
        alternative: format!(
            "De lasten gaan van {} naar {}. De tabel geeft het bedrag van elke oorzaak.",
            a.printed, b.printed
        ),
        figures: figures.clone(),
        drawing: Drawing::Waterfall {
            from: bar(format!("Lasten in {}", from.year), a),
            steps,
            to: bar(format!("Lasten in {}", to.year), b),
        },
    })
}

/// Scenarios side by side.
pub fn what_ifs(d: &Draft<'_>, base: &ScenarioStudy, others: &[&ScenarioStudy]) -> Option<Chart> {
    let (h, last) = (d.horizon(), d.last());
    let dot = |s: &ScenarioStudy, label: String| -> Option<Dot> {
        let year = s.projection.groups.iter().find(|g| g.id == GroupId::Total)?.years.get(last)?;
        let own =
            std::ptr::eq(s, d.here).then(|| d.page(&GroupId::Total)?.years.get(last).map(|e| e.balance())).flatten();
        let value = own.map_or_else(|| d.mark(year.balance), |units| d.mark_as(units, year.balance));
        let band = s
            .outcome
            .as_ref()
            .and_then(|o| o.groups.iter().find(|g| g.id == GroupId::Total))
            .and_then(|g| g.balance.get(last))
            .filter(|b| has_band(b))
            .map(|b| (d.mark(b.p10), d.mark(b.p90)));
        Some(Dot { label, value, band })
    };
    let mut asked = vec![base];
    let mut rows = vec![dot(base, "Basisraming".into())?];
    for s in others {
        let effects = derive::effects(&base.projection, &s.projection);
        let still = effects.iter().all(|e| d.book.round(e.result) == 0);
        let outside = effects.iter().any(|e| d.book.round(derive::less(e.result_with_outside, e.result)) != 0);
        let mut name = words::clean(&s.model.scenario.title);
        if still && outside {
            name.push_str(" (verandert alleen geld buiten het programma)");
        }
        if let Some(row) = dot(s, name) {
            rows.push(row);
            asked.push(s);
        }
    }
    if rows.len() < 2 {
        return None;
    }
    let bands = rows.iter().any(|r| r.band.is_some());
    let mut columns = vec![Column::words("Wat als"), Column::numbers(format!("Saldo in {h}"))];
    if bands {
        columns.push(Column::numbers("Laag (10% kans op lager)"));
        columns.push(Column::numbers("Hoog (10% kans op hoger)"));
    }
    let figures = Table {
        id: "wat-als-saldo".into(),
        caption: format!("Saldo in {h} per wat-als"),
        columns,
        rows: rows
            .iter()
            .zip(&asked)
            .map(|(r, s)| {
                let address =
                    |wrap: &dyn Fn(String) -> String| addresses::within(d, s, &wrap(format!("balance(total, {h})")));
                let mut cells = vec![Cell::words(r.label.clone()), cell(&r.value, address(&|a| a))];
                if bands {
                    let end = |amount: &Amount, p: u8| cell(amount, address(&|a| format!("p{p}({a})")));
                    let (low, high) = r.band.as_ref().map_or_else(
                        || (tables::nothing(), tables::nothing()),
                        |(low, high)| (end(low, 10), end(high, 90)),
                    );
                    cells.extend([low, high]);
                }
                Row::plain(cells)
            })
            .collect(),
        notes: Vec::new(),
    };
    let also = if bands { " De band bevat 80% van de mogelijke uitkomsten." } else { "" };
    Some(Chart {
        id: "wat-als-saldo".into(),
        title: format!("Het saldo in {h} bij elke wat-als"),
        alternative: format!(
            "In de basisraming is het saldo {}. De tabel geeft het saldo van elke wat-als.{also}",
            rows[0].value.printed
        ),
        figures,
        drawing: Drawing::Dots { axis: format!("Saldo in {h}"), rows },
    })
}

/// Which certainties stand in the table of the curve; the drawing has them all.
fn told(level: f64, chosen: f64) -> bool {
    [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, chosen].iter().any(|l| (l - level).abs() < 1e-9)
}

/// How much is enough, by certainty.
pub fn loss(d: &Draft<'_>, r: &ResilienceOutcome) -> Option<Chart> {
    let needed = d.mark(r.needed?);
    if r.curve.len() < 2 || r.curve.iter().all(|(_, v)| d.book.round(*v) == 0) {
        return None;
    }
    let printed = words::percent(r.certainty);
    Some(Chart {
        id: "verlies".into(),
        title: format!("Hoeveel geld in {} genoeg is, bij elke zekerheid", r.year),
        alternative: format!(
            "Met {printed} zekerheid is {} genoeg{}.",
            needed.printed,
            if r.expected_deficit.is_some_and(|e| d.book.round(e) != 0) { ", boven op wat we verwachten" } else { "" }
        ),
        figures: Table {
            id: "verlies-cijfers".into(),
            caption: "Zekerheid en het bedrag dat dan genoeg is".into(),
            columns: vec![Column::words("Zekerheid"), Column::numbers("Bedrag")],
            rows: r
                .curve
                .iter()
                .filter(|(level, v)| told(*level, r.certainty) && *v >= 0.0)
                .map(|(level, v)| {
                    let address = format!("resilience.needed({})", addresses::level(*level));
                    Row::plain(vec![Cell::words(dutch::percent(*level, 1)), cell(&d.mark(*v), address)])
                })
                .collect(),
            notes: Vec::new(),
        },
        drawing: Drawing::Loss { points: r.curve.clone(), certainty: r.certainty, printed, needed },
    })
}

/// Chance against impact; none where the municipality declares no scale of impacts.
pub fn risk_map(d: &Draft<'_>, ranked: &[&RiskEntry]) -> Option<Chart> {
    let impacts = &d.model().impact_scale.as_ref()?.0;
    let chances = &d.model().chance_scale.as_ref()?.0;
    let place = |r: &RiskEntry| -> Option<(usize, usize)> {
        let p = d.disclosure.chance(d.model(), r)?;
        let size = d.disclosure.impact(d.model(), r).filter(|i| i.mean > 0.0)?.mean;
        let chance = match r.written_chance {
            Some(RiskChance::Class(class, _)) => chances.keys().position(|c| *c == class)?,
            // The nearest class.
            _ => {
                let far = |q: &f64| (q - p).abs();
                chances.values().enumerate().min_by(|a, b| far(a.1).total_cmp(&far(b.1))).map(|(i, _)| i)?
            }
        };
        // Above the highest class it stands in the highest.
        let impact = impacts.values().position(|(_, max)| size <= *max).unwrap_or(impacts.len().saturating_sub(1));
        Some((chance, impact))
    };
    let risks: Vec<MapRisk> = ranked
        .iter()
        .enumerate()
        .filter_map(|(i, r)| {
            let (chance, impact) = place(r)?;
            Some(MapRisk { number: i + 1, title: words::clean(&r.title), chance, impact })
        })
        .take(ON_MAP)
        .collect();
    let first = risks.first()?;
    let chances: Vec<String> = chances.values().map(|p| dutch::percent(*p, 0)).collect();
    let impacts: Vec<String> = impacts.values().map(|(a, b)| dutch::range(*a, *b, dutch::Quantity::Euro)).collect();
    Some(Chart {
        id: "risicokaart".into(),
        title: "Risico's naar kans en gevolg".into(),
        alternative: format!(
            "Er {} op de kaart. Het grootste: {}, met een kans van ongeveer {} en een gevolg {}.",
            match risks.len() {
                1 => "staat één risico".to_owned(),
                n => format!("staan {} risico's", dutch::count_in_words(n as f64)),
            },
            first.title,
            chances.get(first.chance).map_or("", String::as_str),
            impacts.get(first.impact).map_or("", String::as_str)
        ),
        figures: Table {
            id: "risicokaart-cijfers".into(),
            caption: "Plaats van elk risico op de kaart".into(),
            columns: vec![
                Column::numbers("Nr"),
                Column::words("Risico"),
                Column::words("Kans"),
                Column::words("Gevolg"),
            ],
            rows: risks
                .iter()
                .map(|r| {
                    Row::plain(vec![
                        Cell::words(r.number.to_string()),
                        Cell::words(r.title.clone()),
                        Cell::words(chances.get(r.chance).cloned().unwrap_or_default()),
                        Cell::words(impacts.get(r.impact).cloned().unwrap_or_default()),
                    ])
                })
                .collect(),
            notes: Vec::new(),
        },
        drawing: Drawing::RiskMap { chances, impacts, risks },
    })
}
