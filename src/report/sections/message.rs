//! The message in brief, and the key figures.
//!
//! Always four points: how cost develops, whether it fits, which risk counts
//! most, and what is needed for what may come on top. Each has a form for what
//! is not known. A fifth says what the bands leave out, where they leave it out.
//! In the report of a what-if a sentence before them says so, and what it makes different.

use super::super::document::{Block, Column, Row, Section, Table};
use super::super::draft::{Draft, chance_is_of_cost, strong, worse_than_budgeted};
use super::super::words;
use super::super::{addresses, tables};
use super::{resilience, what_ifs};
use crate::model::{FigureKind, MeasureKind};
use crate::projection::{GroupId, GroupYear};
use crate::report::rounding::Units;
use crate::study::derive;
use crate::units::Year;

/// The section.
pub fn write(d: &Draft<'_>) -> Section {
    let four = [cost(d), budget(d), risk(d), needed(d)];
    let mut items: Vec<_> = four.iter().map(|s| d.text(s)).collect();
    items.extend(beside(d).map(|s| d.text(&s)));
    let mut blocks: Vec<Block> = what_if(d).map(|s| Block::Paragraph(d.text(s))).into_iter().collect();
    blocks.push(Block::List(items));
    blocks.push(Block::Table(key_figures(d)));
    Section { id: "boodschap".into(), title: "De boodschap in het kort".into(), level: 1, blocks }
}

/// That all of this is a what-if, and what it makes different from the base.
fn what_if(d: &Draft<'_>) -> Option<String> {
    let effect = (!d.is_base()).then(|| what_ifs::on_result(d, d.base(), d.here))?;
    Some(format!("{} {effect}", strong("Dit is een wat-als.")))
}

fn cost(d: &Draft<'_>) -> String {
    let (h, last) = (d.horizon(), d.last());
    // A base year that lacks the cost of a line is no year to compare with.
    let start = d.start(&GroupId::Total);
    let years = d.years_of(&GroupId::Total);
    let (Some(page), Some(from), Some(to)) = (d.page(&GroupId::Total), years.get(start), years.get(last)) else {
        return format!("Er zijn geen lasten tot en met {h}.");
    };
    let b = from.year;
    let (x, y) = (page.years[start].cost, page.years[last].cost);
    let verb = match y.cmp(&x) {
        std::cmp::Ordering::Greater => "stijgen",
        std::cmp::Ordering::Less => "dalen",
        std::cmp::Ordering::Equal => "",
    };
    let x = d.signed(
        x,
        &format!("cost(total, {b})"),
        from.cost,
        if start == 0 { "som van alle lijnen in het basisjaar" } else { "som van alle lijnen in de raming" },
    );
    let y = d.signed(y, &format!("cost(total, {h})"), to.cost, "som van alle lijnen in de raming");
    if verb.is_empty() {
        return match d.band(&GroupId::Total, last) {
            Some(s) => format!(
                "De lasten zijn in {h} ongeveer even hoog als in {b}, {y}, met 80% kans op een bedrag {}.",
                d.between(s, &format!("cost(total, {h})"))
            ),
            None => format!("De lasten zijn in {h} in deze raming even hoog als in {b}: {y}."),
        };
    }
    match d.band(&GroupId::Total, last) {
        Some(s) => format!(
            "De lasten {verb} van {x} in {b} naar ongeveer {y} in {h}, met 80% kans op een bedrag {}.",
            d.between(s, &format!("cost(total, {h})"))
        ),
        None => format!("De lasten {verb} in deze raming van {x} in {b} naar {y} in {h}."),
    }
}

fn budget(d: &Draft<'_>) -> String {
    let id = GroupId::Total;
    let years = d.years_of(&id);
    let all: Vec<_> = years.iter().skip(1).map(|y| y.year).collect();
    let Some(last) = d.last_budget_year(&id) else {
        let volume = years.iter().enumerate().skip(1).rev().find_map(|(i, y)| y.gap.map(|g| (i, g.volume)));
        return match volume {
            Some((i, volume)) => {
                let y = years[i].year;
                let more = if volume >= 0.0 { "meer" } else { "minder" };
                if d.book.round(volume) == 0 {
                    return format!("De hulp kost in {y}, afgerond, evenveel als begroot, nog zonder hogere prijzen.");
                }
                format!(
                    "De hulp kost in {y} {} {more} dan begroot, nog zonder hogere prijzen.",
                    d.euros(
                        volume,
                        &format!("gap.volume(total, {y})"),
                        "lasten in prijzen van de begroting min begroting"
                    )
                )
            }
            None if d.projection().lines.iter().all(|l| l.years.iter().skip(1).all(|y| y.budget.is_none())) => {
                format!(
                    "Voor {} is er geen begroting, dus of het geld genoeg is kunnen we niet zeggen.",
                    words::years(&all)
                )
            }
            None => {
                format!("Voor {} is er geen volledige begroting om de lasten mee te vergelijken.", words::years(&all))
            }
        };
    };
    let (y, entry) = (years[last].year, d.page(&id).map(|p| p.years[last]).unwrap_or_default());
    let band = d.band(&id, last);
    let expected = if band.is_some() { "naar verwachting " } else { "in deze raming " };
    let (what, difference, exact, address) = match (entry.balance_above(), derive::balance_above_budget(&years[last])) {
        (Some(units), Some(exact)) => ("is het saldo", units, exact, addresses::balance_above_budget("total", y)),
        _ => {
            let exact = derive::cost_above_budget(&years[last]).unwrap_or(0.0);
            (
                "zijn de lasten",
                -entry.cost_above().unwrap_or(0),
                -exact,
                format!("cost(total, {y}) - budget(total, {y})"),
            )
        }
    };
    let amount = d.money(difference, &address, exact, "verschil met de begroting in het geld van het jaar");
    let cost_side = what == "zijn de lasten";
    let compared = match (difference.signum(), cost_side) {
        (0, _) => "zoals begroot".to_owned(),
        (-1, true) => format!("{amount} hoger dan begroot"),
        (1, true) => format!("{amount} lager dan begroot"),
        (-1, false) => format!("{amount} slechter dan begroot"),
        _ => format!("{amount} beter dan begroot"),
    };
    let average = on_average(d, last, difference);
    // Where the mean is another, the projection is not what to expect.
    let expected = if average.is_empty() { expected } else { "in de raming " };
    let compared = format!("{compared}{average}");
    match d.chance_of_worse(&id, last) {
        Some(p) => format!(
            "In {y} {what} {expected}{compared}; de kans op {} is {}.",
            worse_than_budgeted(d.here, &id, last),
            d.likely(p, &addresses::chance_of_worse(d.here, &id, last))
        ),
        None => format!("In {y} {what} {expected}{compared}."),
    }
}

/// The mean over all futures beside the projection, where the two differ: a
/// projection counts each assumption at its value, and most can only disappoint.
fn on_average(d: &Draft<'_>, year: usize, printed: Units) -> String {
    let y = d.projection().years[year];
    let Some((mean, exact)) = mean_difference(d, y) else { return String::new() };
    // Half a percent of a balance is noise; a tenth of the difference is not.
    if (mean - printed).unsigned_abs() * 10 <= printed.unsigned_abs() {
        return String::new();
    }
    let amount = mean_difference_in_words(d, y, (mean, exact));
    let side = if mean < 0 { "slechter" } else { "beter" };
    format!(" (gemiddeld over alle doorrekeningen {amount} {side})")
}

/// How much the balance differs from the budgeted one on average, a windfall
/// counted as one: as printed, and exact; none without draws or budget.
pub(super) fn mean_difference(d: &Draft<'_>, y: Year) -> Option<(Units, f64)> {
    let id = GroupId::Total;
    let year = d.projection().years.iter().position(|at| *at == y)?;
    let balance = d.outcome()?.groups.iter().find(|g| g.id == id)?.balance.get(year)?.mean;
    let exact = derive::less(balance, d.years_of(&id).get(year).and_then(derive::budget_balance)?);
    Some((d.book.round(exact), exact))
}

/// That difference in words, without its sign.
pub(super) fn mean_difference_in_words(d: &Draft<'_>, y: Year, (mean, exact): (Units, f64)) -> String {
    let address = format!("mean(balance(total, {y})) - (budget_revenue(total, {y}) - budget(total, {y}))");
    d.money(mean, &address, exact, "gemiddelde van alle trekkingen min de begroting")
}

fn risk(d: &Draft<'_>) -> String {
    let risks = &d.here.risks;
    let pm = risks.iter().filter(|r| r.basis == crate::study::Basis::ProMemorie).count();
    let count = crate::dutch::counted(risks.len(), "risico", "risico's");
    let largest = risks.iter().filter(|r| r.summed && r.expected > 0.0).fold(
        None,
        |best: Option<&crate::study::RiskEntry>, r| match best {
            Some(b) if b.expected >= r.expected => Some(b),
            _ => Some(r),
        },
    );
    match (largest, risks.is_empty()) {
        (_, true) => "Er zijn geen risico's opgegeven of gevonden.".to_owned(),
        (Some(r), _) => {
            let what = words::clean(&r.title);
            let size = d
                .disclosure
                .impact(d.model(), r)
                .map(|i| d.euros(i.mean, &format!("risk.impact({})", r.id), "gemiddeld gevolg als het gebeurt"));
            let odds = d
                .disclosure
                .chance(d.model(), r)
                .map(|p| d.stated(p, &format!("risk.chance({})", r.id)))
                .unwrap_or_default();
            let each = if r.years.len() > 1 { " per jaar" } else { "" };
            let when = match (&r.what_if, r.years.first()) {
                (Some(_), Some(year)) => format!(" in {year}"),
                _ => String::new(),
            };
            format!(
                "We zien {count}; het grootste (kans maal gevolg) dat bovenop de raming komt, is ‘{what}’: kans {odds}{each}, gevolg {}{when}.",
                size.unwrap_or_else(|| "onbekend".to_owned())
            )
        }
        (None, false) if pm == 1 && risks.len() == 1 => {
            format!("We zien {count}, dat niet in geld is uit te drukken.")
        }
        (None, false) if pm == risks.len() => format!("We zien {count}, die niet in geld zijn uit te drukken."),
        (None, false) => format!("We zien {count}; {}", none_on_top(d)),
    }
}

/// Why no risk stands by name: all that is known is in the figures already, or what
/// comes on top of them is no disadvantage in the year asked.
fn none_on_top(d: &Draft<'_>) -> String {
    let amounts = || d.here.risks.iter().filter(|r| r.basis != crate::study::Basis::ProMemorie);
    if amounts().any(|r| r.summed) {
        return format!("in {} komt daarvan geen nadeel bovenop de raming.", addresses::register_year(d));
    }
    // Without draws the uncertainty of the projection is nowhere.
    let held = amounts().all(|r| {
        r.basis == crate::study::Basis::Figures && r.covered_by.is_empty()
            || d.outcome().is_some() && !r.covered_by.is_empty()
    });
    if held {
        "wat er in geld van bekend is, zit al in de raming.".to_owned()
    } else {
        "geen daarvan komt met een eigen bedrag bovenop de raming.".to_owned()
    }
}

/// What no band or chance above holds: the risks of the register stand beside
/// the projection. A council that reads the band alone would think itself safer.
fn beside(d: &Draft<'_>) -> Option<String> {
    let summed = d.here.risks.iter().filter(|r| r.summed).count();
    if summed == 0 {
        return None;
    }
    let compared = d.last_budget_year(&GroupId::Total);
    let what = match (d.outcome(), compared) {
        (Some(_), Some(y)) if chance_is_of_cost(d.here, &GroupId::Total, y) => {
            "de raming, de bandbreedte en de kans op hogere lasten"
        }
        (Some(_), Some(_)) => "de raming, de bandbreedte en de kans op een slechter saldo",
        (Some(_), None) => "de raming en de bandbreedte",
        _ => "de raming",
    };
    let which = if summed == 1 {
        "het ene risico met een eigen bedrag".to_owned()
    } else {
        format!("de {} met een eigen bedrag", crate::dutch::counted(summed, "risico", "risico's"))
    };
    let sits = if summed == 1 { "zit" } else { "zitten" };
    let mut out = format!("{} {sits} niet in {what}.", words::capital(&which));
    let total = derive::expected_total(d.here);
    if let Some(r) = d.here.resilience.as_ref().filter(|_| d.book.round(total) != 0) {
        let gain = if total < 0.0 { " op" } else { "" };
        let they = match (summed, total < 0.0) {
            (1, true) => "Gemiddeld levert dat",
            (1, false) => "Gemiddeld kost dat",
            (_, true) => "Samen leveren zij gemiddeld",
            (_, false) => "Samen kosten zij gemiddeld",
        };
        out.push_str(&format!(
            " {they} {}{gain} in {} (kans maal gevolg).",
            d.euros(total, &format!("register.expected({})", r.year), "som van kans maal gemiddeld gevolg"),
            r.year
        ));
        let last = r.by_year.last().filter(|l| l.year > r.year).map(|l| (l.year, derive::both(l)));
        if let Some((year, later)) =
            last.filter(|(_, v)| *v > 0.0 && total > 0.0 && d.book.round(*v) != d.book.round(total))
        {
            out.push_str(&format!(
                " In {year} is dat {}.",
                d.euros(later, &format!("register.expected({year})"), "som van kans maal gemiddeld gevolg")
            ));
        }
    }
    Some(out)
}

/// What the needed amount rests on and leaves out, to stand behind it.
fn provided(d: &Draft<'_>) -> String {
    let pm = d.here.risks.iter().filter(|r| r.basis == crate::study::Basis::ProMemorie).count();
    let rests_on = if resilience::on_top(d) { "aangenomen kansen en bedragen" } else { "uitgangspunten" };
    let mut out = format!(" Dat geldt als de {rests_on} kloppen");
    match pm {
        0 => {}
        1 => out.push_str("; één risico zonder bedrag (p.m.) zit er niet in"),
        n => out.push_str(&format!("; {n} risico's zonder bedrag (p.m.) zitten er niet in")),
    }
    out.push('.');
    out
}

fn needed(d: &Draft<'_>) -> String {
    let Some(r) = &d.here.resilience else {
        return "Hoeveel geld er nodig is om tegenvallers op te vangen, is voor deze raming niet gevraagd.".to_owned();
    };
    let Some(needed) = r.needed else {
        return "Hoeveel geld er nodig is om tegenvallers op te vangen, is niet te berekenen.".to_owned();
    };
    let amount = if d.book.round(needed) == 0 {
        "niets".to_owned()
    } else {
        d.euros(
            needed,
            &format!("resilience.needed({})", addresses::level(r.certainty)),
            &format!("kwantiel {} van het verlies boven het verwachte tekort", words::percent(r.certainty)),
        )
    };
    let certainty = words::percent(r.certainty);
    // Without draws the band of the projection is not in it.
    if r.expected_deficit.is_none() || d.outcome().is_none() {
        if let Some(why) = resilience::nothing_to_go_by(d, r) {
            return format!("Hoeveel geld er nodig is om tegenvallers op te vangen, is niet te zeggen: {why}.");
        }
        return format!(
            "Voor de risico's met een eigen bedrag is in {} {amount} nodig, om met {certainty} zekerheid genoeg te hebben.{}",
            r.year,
            provided(d)
        );
    }
    let deficit = r.expected_deficit.unwrap_or(0.0);
    if d.book.round(deficit) == 0 {
        return format!(
            "Voor tegenvallers boven op wat we verwachten is in {} {amount} nodig, om met {certainty} zekerheid genoeg te hebben.{}",
            r.year,
            provided(d)
        );
    }
    // Both amounts together: a council that sets aside the second alone has too little.
    let deficit = d.euros(
        deficit,
        &format!("mean(shortfall(total, {}))", r.year),
        "gemiddelde van het tekort ten opzichte van de begroting",
    );
    format!(
        "Gemiddeld over alle doorrekeningen is er in {} een tekort van {deficit} (een overschot telt als 0); daarbovenop is {amount} nodig, om met {certainty} zekerheid genoeg te hebben.{}",
        r.year,
        provided(d)
    )
}

fn key_figures(d: &Draft<'_>) -> Table {
    let cost = |y| format!("cost(total, {y})");
    let id = GroupId::Total;
    // One column holds one kind of chance.
    let of_cost = d.last_budget_year(&id).is_some_and(|y| chance_is_of_cost(d.here, &id, y));
    let columns = vec![
        Column::words("Jaar"),
        Column::numbers("Lasten"),
        Column::numbers("Bandbreedte 80%").optional(),
        Column::numbers("Baten"),
        Column::numbers("Saldo"),
        Column::numbers("Saldo tegenover begroting"),
        Column::numbers(if of_cost { "Kans: lasten hoger dan begroot" } else { "Kans: slechter dan begroot" }),
    ];
    // A base year that is the budget differs from nothing: no column for that alone.
    let differs = |year: &GroupYear| {
        derive::balance_above_budget(year)
            .is_some_and(|_| year.year != d.base_year() || d.model().municipality.base != FigureKind::Budget)
    };
    let budgeted = d.years_of(&id).iter().any(differs);
    let rows = d
        .years_of(&id)
        .iter()
        .enumerate()
        .filter_map(|(i, year)| {
            let entry = d.page(&id)?.years.get(i)?;
            let y = year.year;
            Some(Row::plain(vec![
                tables::year_of(d, &id, year.year),
                tables::amount(&d.book, entry.cost, year.cost).at(cost(y)),
                tables::band(d, d.band(&id, i), &cost(y)),
                tables::amount(&d.book, entry.revenue, year.revenue).at(format!("revenue(total, {y})")),
                tables::amount(&d.book, entry.balance(), year.balance).at(format!("balance(total, {y})")),
                tables::deviation_or(
                    &d.book,
                    entry.balance_above().filter(|_| budgeted),
                    derive::balance_above_budget(year),
                )
                .at(addresses::balance_above_budget("total", y)),
                tables::odds(d.chance_of_worse(&id, i).filter(|_| chance_is_of_cost(d.here, &id, i) == of_cost))
                    .at(addresses::chance_of_worse(d.here, &id, i)),
            ]))
        })
        .collect();
    let negative = d.page(&id).is_some_and(|p| p.years.iter().any(|e| e.balance() < 0));
    let mut notes = vec![
        if negative {
            "Saldo is baten min lasten. Een negatief saldo is nog geen tekort: de gemeente betaalt dit ook uit haar algemene geld."
        } else {
            "Saldo is baten min lasten."
        }
        .to_owned(),
    ];
    // One line: the page of the council has no room for two.
    let mut beside = Vec::new();
    if budgeted {
        beside.push("De vergelijking is met de begroting in het geld van dat jaar.");
    }
    if d.outcome().is_some() && d.here.risks.iter().any(|r| r.summed) {
        beside.push("De risico's met een eigen bedrag zitten niet in deze cijfers.");
    }
    if !beside.is_empty() {
        notes.push(beside.join(" "));
    }
    notes.extend(base_counts_on_all(d));
    notes.extend(d.unknown_note(&id));
    tables::without_empty_columns(Table {
        id: "kerncijfers".into(),
        caption: format!("Kerncijfers ({})", d.book.caption()),
        columns,
        rows,
        notes,
    })
}

/// How the note about savings in the base year begins; the council's page has the last year only.
pub const BASE_YEAR: &str = "In het basisjaar";

/// Savings that the base year holds are taken for certain there, and in doubt
/// from the year after: said where that is so.
fn base_counts_on_all(d: &Draft<'_>) -> Option<String> {
    let (model, b) = (d.model(), d.base_year());
    let held = model.measures.iter().any(|m| {
        let amount = m.amount.and_then(|a| model.assumption(a).values.first().copied()).unwrap_or(0.0);
        let doubtful = m.realisation.is_some_and(|r| model.assumption(r).is_uncertain());
        matches!(m.kind, MeasureKind::Saving | MeasureKind::Target) && amount != 0.0 && doubtful
    });
    (held && d.outcome().is_some() && model.municipality.base == FigureKind::Budget).then(|| {
        format!(
            "{BASE_YEAR} {b} rekenen we erop dat alle besparingen lukken. Vanaf {} rekent de bandbreedte ermee dat zij kunnen tegenvallen.",
            b.plus(1)
        )
    })
}
