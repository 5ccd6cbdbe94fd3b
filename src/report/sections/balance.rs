//! The balance, structural and incidental; money outside the programme;
//! a regional task; the safety net; and the reserves.

use super::super::document::{Block, Column, Row, Section, Table, Text};
use super::super::draft::{Draft, has_band, strong};
use super::super::{tables, words};
use super::pictures;
use crate::dutch;
use crate::model::{Covers, Income, Line};
use crate::projection::GroupId;
use crate::study::derive;

/// The section.
pub fn write(d: &Draft<'_>) -> Section {
    let mut blocks = vec![Block::Paragraph(d.text(balance(d)))];
    blocks.extend(pictures::ravijn(d).map(|c| Block::Chart(Box::new(c))));
    blocks.push(Block::Table(table(d)));
    if let Some(text) = outside(d) {
        blocks.push(Block::Paragraph(d.text(text)));
    }
    blocks.extend(regional(d).into_iter().map(|t| Block::Paragraph(d.text(t))));
    if let Some(text) = safety_net(d) {
        blocks.push(Block::Paragraph(d.text(text)));
    }
    blocks.extend(reserves(d));
    Section { id: "saldo".into(), title: "Saldo: structureel en incidenteel".into(), level: 1, blocks }
}

fn balance(d: &Draft<'_>) -> String {
    let (h, last) = (d.horizon(), d.last());
    let (Some(page), Some(year)) = (d.page(&GroupId::Total), d.years_of(&GroupId::Total).get(last)) else {
        return "Er is geen saldo.".to_owned();
    };
    let units = page.years[last].balance();
    let amount = d.money(units, &format!("balance(total, {h})"), year.balance, "baten min lasten");
    let incidental = d.book.round(derive::incidental_balance(year));
    let structural = units - incidental;
    let band = d.outcome_of(&GroupId::Total).and_then(|g| g.balance.get(last)).filter(|s| has_band(s));
    let expected = if band.is_some() { "naar verwachting" } else { "in deze raming" };
    let mut out = format!("Het saldo is baten min lasten. In {h} is het {expected} {amount}");
    out.push_str(match units.signum() {
        -1 => " negatief.",
        1 => " positief.",
        _ => ": baten en lasten zijn dan, afgerond, even hoog.",
    });
    if let Some(s) = band {
        let between = d.between(s, &format!("balance(total, {h})"));
        // A range of minus signs is read wrongly: the sign is said in a word.
        let negative = s.p10 < 0.0 && s.p90 < 0.0;
        out.push_str(&format!(" Met 80% kans ligt het {between}{}.", if negative { " negatief" } else { "" }));
    }
    if incidental == 0 {
        out.push_str(&format!(" In {h} is er per saldo niets incidenteel: dat saldo is structureel."));
    } else {
        let part = d.money(
            structural,
            &format!("balance.structural(total, {h})"),
            year.structural_balance,
            "structurele baten min structurele lasten",
        );
        let rest = d.money(
            incidental,
            &format!("balance.incidental(total, {h})"),
            derive::incidental_balance(year),
            "saldo min structureel saldo",
        );
        let sign = |n: i64| match n.signum() {
            -1 => "min ",
            1 => "plus ",
            _ => "",
        };
        out.push_str(&format!(
            " In de raming is het structureel {}{part} en incidenteel {}{rest}.",
            sign(structural),
            sign(incidental)
        ));
    }
    if units < 0 {
        out.push_str(
            " Een negatief saldo is nog geen tekort. De gemeente betaalt dit programma ook uit haar algemene geld.",
        );
        out.push_str(if derive::budget_balance(year).is_some() {
            " Het gaat erom of het saldo slechter is dan begroot."
        } else {
            " Voor dat jaar is er geen volledige begroting, dus of het saldo slechter is dan begroot weten we niet."
        });
    }
    out
}

fn table(d: &Draft<'_>) -> Table {
    let id = GroupId::Total;
    let years = d.years_of(&id);
    let moves = years.iter().any(|y| y.withdrawals != 0.0 || y.additions != 0.0);
    let has_outside = d.model().lines.all.iter().any(Line::outside);
    let mut columns = vec![
        Column::words("Jaar"),
        Column::numbers("Baten"),
        Column::numbers("Lasten"),
        Column::numbers("Saldo"),
        Column::numbers("Structureel"),
        Column::numbers("Incidenteel"),
    ];
    if moves {
        columns.push(Column::numbers("Uit reserves").optional());
        columns.push(Column::numbers("Naar reserves").optional());
        columns.push(Column::numbers("Resultaat"));
    }
    if has_outside {
        columns.push(Column::numbers("Saldo buiten programma").optional());
        columns.push(Column::numbers(if moves { "Resultaat met dat geld" } else { "Saldo met dat geld" }));
    }
    let rows = years
        .iter()
        .enumerate()
        .filter_map(|(i, y)| {
            let e = d.page(&id)?.years.get(i)?;
            let incidental = d.book.round(derive::incidental_balance(y));
            let year = y.year;
            let of = |figure: &str| format!("{figure}(total, {year})");
            let mut cells = vec![
                tables::year_of(d, &id, y.year),
                tables::amount(&d.book, e.revenue, y.revenue).at(of("revenue")),
                tables::amount(&d.book, e.cost, y.cost).at(of("cost")),
                tables::amount(&d.book, e.balance(), y.balance).at(of("balance")),
                tables::amount(&d.book, e.balance() - incidental, y.structural_balance).at(of("balance.structural")),
                tables::amount(&d.book, incidental, derive::incidental_balance(y)).at(of("balance.incidental")),
            ];
            let (from, to) = (d.book.round(y.withdrawals), d.book.round(y.additions));
            let result = e.balance() + from - to;
            if moves {
                cells.push(tables::amount(&d.book, from, y.withdrawals).at(format!("reserves.withdrawn({year})")));
                cells.push(tables::amount(&d.book, to, y.additions).at(format!("reserves.added({year})")));
                cells.push(tables::amount(&d.book, result, y.result).at(of("result")));
            }
            if has_outside {
                let all = d.years_of(&GroupId::TotalAndOutside).get(i)?;
                let apart = derive::less(all.balance, y.balance);
                let units = d.book.round(apart);
                let outside = format!("balance(total+outside, {year}) - balance(total, {year})");
                cells.push(tables::amount(&d.book, units, apart).at(outside));
                let whole = if moves { (result + units, all.result) } else { (e.balance() + units, all.balance) };
                let figure = if moves { "result" } else { "balance" };
                // A base year that lacks cost makes no sum with money that pays for all of it.
                cells.push(if i < d.start(&id) {
                    tables::nothing()
                } else {
                    tables::amount(&d.book, whole.0, whole.1).at(format!("{figure}(total+outside, {year})"))
                });
            }
            Some(Row::plain(cells))
        })
        .collect();
    Table {
        id: "saldo".into(),
        caption: format!("Saldo per jaar ({})", d.book.caption()),
        columns,
        rows,
        notes: d.unknown_note(&id).into_iter().collect(),
    }
}

/// Money of another programme that belongs to this one's story.
fn outside(d: &Draft<'_>) -> Option<String> {
    let labels: Vec<String> =
        d.model().lines.all.iter().filter(|l| l.outside()).map(|l| format!("‘{}’", words::clean(l.label()))).collect();
    if labels.is_empty() {
        return None;
    }
    let last = d.last();
    let (inside, all) = (d.years_of(&GroupId::Total).get(last)?, d.years_of(&GroupId::TotalAndOutside).get(last)?);
    let y = inside.year;
    let model = d.model();
    let own = |line: &Line| {
        let note = match line {
            Line::Cost(l) => l.provenance.note.as_deref(),
            Line::Revenue(l) => l.provenance.note.as_deref(),
        };
        note.is_some_and(|n| n.to_lowercase().starts_with("aanname"))
    };
    let assumed = model.lines.all.iter().filter(|l| l.outside()).any(own);
    let all_assumed = model.lines.all.iter().filter(|l| l.outside()).all(own);
    let apart = derive::less(all.balance, inside.balance);
    let effect = if apart >= 0.0 { "voordeel" } else { "nadeel" };
    let units = d.book.round(apart);
    let balance = d.page(&GroupId::Total)?.years[last].balance() + units;
    let stands = if all_assumed {
        "Dat is een eigen aanname en telt niet mee in het saldo."
    } else {
        "Dat staat in een ander deel van de begroting en telt niet mee in het saldo."
    };
    let amount = d.money(
        units,
        &format!("balance(total+outside, {y}) - balance(total, {y})"),
        apart,
        "saldo van de lijnen buiten het programma",
    );
    let with = if units == 0 {
        format!("In {y} is het per saldo {amount}: het saldo verandert er dan niet door.")
    } else {
        let whole = d.money(
            balance,
            &format!("balance(total+outside, {y})"),
            all.balance,
            "saldo met geld buiten het programma",
        );
        let side = match balance.signum() {
            -1 => " negatief",
            1 => " positief",
            _ => "",
        };
        format!(
            "In {y} is het een {effect} van {amount}. Met dat geld erbij is het saldo van de raming in {y} {whole}{side}."
        )
    };
    Some(format!(
        "{} {} {}. {stands} {with}{}",
        strong("Is er geld buiten dit programma?"),
        if all_assumed { "Een begroot bedrag is er niet. Ter vergelijking rekenen we met" } else { "Ja:" },
        words::some_of(&labels, 4),
        if assumed && !all_assumed {
            " Let op: minstens een deel hiervan is een eigen aanname en geen bedrag uit een begroting."
        } else {
            ""
        },
    ))
}

/// Revenue that follows a cost line from its base figure: a task done with
/// money of its own, often for the region. Who bears an overrun is an assumption.
fn regional(d: &Draft<'_>) -> Vec<String> {
    let model = d.model();
    let mut out = Vec::new();
    for revenue in model.lines.revenues() {
        let Income::Follows(follows) = &revenue.income else { continue };
        if !follows.from_base {
            continue;
        }
        let cost = model.lines.get(follows.line);
        let share = model.assumption(follows.share);
        let sheltered = cost.taakveld().starts_with("6.81");
        let lead = strong("Wie betaalt een overschrijding?");
        let task = if sheltered {
            format!("Beschermd wonen en opvang doet de gemeente voor de regio (‘{}’).", words::clean(cost.label()))
        } else {
            format!("Voor ‘{}’ krijgt de gemeente apart geld.", words::clean(cost.label()))
        };
        let part = share.values.get(1).copied().unwrap_or(0.0);
        let first = model.base_year().plus(1);
        let covered = d.percent(part, &format!("{}[{first}]", share.address), "zoals opgegeven");
        out.push(format!(
            "{lead} {task} Worden de lasten hoger, dan nemen we aan dat de baten voor {covered} meestijgen. \
             Gebeurt dat niet, dan betaalt de gemeente zelf."
        ));
    }
    out
}

fn safety_net(d: &Draft<'_>) -> Option<String> {
    let (at, line) = d
        .model()
        .lines
        .all
        .iter()
        .enumerate()
        .find(|(_, l)| l.as_revenue().is_some_and(|r| matches!(r.income, Income::SafetyNet(_))))?;
    let paid: Vec<String> = d
        .projection()
        .lines
        .get(at)?
        .years
        .iter()
        .filter(|y| y.amount > 0.5)
        .map(|y| {
            format!(
                "{} in {}",
                d.euros(
                    y.amount,
                    &format!("revenue({}, {})", line.id(), y.year),
                    "tekort op de BUIG volgens de regel van het jaar"
                ),
                y.year
            )
        })
        .collect();
    let lead = strong("Helpt het Rijk bij een groot tekort op uitkeringen?");
    Some(if paid.is_empty() {
        format!(
            "{lead} Daarvoor is er de vangnetuitkering. Tot en met {} krijgt de gemeente die in deze raming niet: het tekort is er te klein voor, of de uitkering komt pas later.",
            d.horizon()
        )
    } else {
        format!("{lead} Daarvoor is er de vangnetuitkering. In deze raming is dat {}.", dutch::list(&paid))
    })
}

fn reserves(d: &Draft<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (reserve, path) in d.model().reserves.iter().zip(&d.projection().reserves) {
        let label = words::clean(&reserve.label);
        let mut text = format!("{} ", strong(&format!("{}:", words::capital(&label))));
        if reserve.covers == Covers::Nothing {
            text.push_str("deze reserve dekt in deze raming niets.");
            if reserve.balance == 0.0 {
                text.push_str(" De gemeente heeft geen stand opgegeven, of de stand is nul.");
            }
        } else {
            text.push_str("deze reserve kan een tekort dekken, als de raad dat besluit.");
            match path.runs_out {
                Some(year) => text.push_str(&format!(" In {year} is de reserve dan niet meer groot genoeg.")),
                None if path.years.iter().any(|y| y.covered > 0.0) => {
                    text.push_str(" In deze raming is zij dan groot genoeg.");
                }
                None if has_shortfall(d, &reserve.covers) => {
                    text.push_str(" In deze raming is er geen tekort dat zij moet dekken.");
                }
                None => text.push_str(" Of er een tekort is, weten we niet: daarvoor ontbreekt een begroting."),
            }
        }
        blocks.push(Block::Paragraph(d.text(&text)));
        if !reserve.provenance.is_empty() {
            blocks.push(Block::Label(Text::plain(words::sentence(&words::provenance(&reserve.provenance)))));
        }
        let moves = path
            .years
            .iter()
            .any(|y| y.balance != 0.0 || y.additions != 0.0 || y.withdrawals != 0.0 || y.uncovered != 0.0);
        if moves {
            blocks.push(Block::Table(reserve_table(d, &label, path)));
        }
    }
    blocks
}

/// Whether a shortfall of what a reserve covers can be told in some year.
fn has_shortfall(d: &Draft<'_>, covers: &Covers) -> bool {
    let of_group = |id: &GroupId| d.years_of(id).iter().skip(1).any(|y| y.shortfall.is_some());
    match covers {
        Covers::Nothing => false,
        Covers::Total => of_group(&GroupId::Total),
        Covers::Domain(id) => of_group(&GroupId::Domain(id.clone())),
        Covers::Lines(lines) => lines.iter().any(|l| {
            d.projection().lines.get(l.0).is_some_and(|l| l.years.iter().skip(1).any(|y| y.budget_now.is_some()))
        }),
    }
}

fn reserve_table(d: &Draft<'_>, label: &str, path: &crate::projection::ReserveProjection) -> Table {
    let rows = path
        .years
        .iter()
        .map(|y| {
            let cell = |v: f64, figure: &str| {
                tables::amount(&d.book, d.book.round(v), v).at(format!("{figure}({}, {})", path.id, y.year))
            };
            Row::plain(vec![
                tables::year(y.year),
                cell(y.additions, "reserve.addition"),
                cell(y.withdrawals, "reserve.withdrawal"),
                cell(y.covered, "reserve.covered"),
                cell(y.balance, "reserve"),
                cell(y.uncovered, "reserve.uncovered"),
            ])
        })
        .collect();
    Table {
        id: format!("reserve-{}", path.id),
        caption: format!("{} ({})", words::capital(label), d.book.caption()),
        columns: vec![
            Column::words("Jaar"),
            Column::numbers("Storting").optional(),
            Column::numbers("Onttrekking").optional(),
            Column::numbers("Dekt tekort"),
            Column::numbers("Stand einde jaar"),
            Column::numbers("Niet gedekt"),
        ],
        rows,
        notes: Vec::new(),
    }
}
