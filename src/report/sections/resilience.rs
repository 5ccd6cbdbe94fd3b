//! Needed capacity: what can come on top of what is expected.
//!
//! What is expected belongs in the budget; only what can come on top is risk.
//! One programme says nothing about the whole municipality, so it gets no
//! ratio and no class.

use super::super::document::{Block, Cell, Column, Row, Section, Table, Text};
use super::super::draft::{Draft, strong};
use super::super::rounding::Units;
use super::super::{addresses, tables, words};
use super::pictures;
use crate::dutch;
use crate::model::{Assumption, Scope};
use crate::projection::GroupId;
use crate::study::{ResilienceOutcome, derive};
use crate::units::Year;

/// The section.
pub fn write(d: &Draft<'_>) -> Section {
    let mut blocks = Vec::new();
    match &d.here.resilience {
        None => blocks.push(Block::Paragraph(Text::plain(
            "Hoeveel geld er nodig is om tegenvallers op te vangen, is hier niet berekend. \
             Daarvoor moet de gemeente een jaar en een zekerheid kiezen.",
        ))),
        Some(r) => {
            blocks.push(Block::Paragraph(d.text(deficit(d, r))));
            blocks.push(Block::Paragraph(d.text(needed(d, r))));
            blocks.extend(pictures::loss(d, r).map(|c| Block::Chart(Box::new(c))));
            // A column of nothing tells nothing.
            if r.quantiles.iter().any(|(_, v)| d.book.round(*v) != 0) {
                blocks.push(Block::Table(quantiles(d, r)));
            }
            blocks.push(Block::Paragraph(d.text(match r.scope {
                Scope::Programme => programme(d, r),
                Scope::Municipality => ratio(d, r),
            })));
            if r.by_year.iter().any(|y| y.incidental != 0.0 || y.structural != 0.0) {
                blocks.push(Block::Table(by_year(d, r)));
            }
        }
    }
    Section { id: "weerstandsvermogen".into(), title: "Weerstandsvermogen".into(), level: 1, blocks }
}

/// Whether risks with an amount of their own come on top of the projection.
pub(super) fn on_top(d: &Draft<'_>) -> bool {
    d.here.risks.iter().any(|r| r.summed)
}

/// Why the needed capacity says nothing: it would be that of the risks with an amount alone,
/// and there are none.
pub(super) fn nothing_to_go_by(d: &Draft<'_>, r: &ResilienceOutcome) -> Option<&'static str> {
    if on_top(d) {
        return None;
    }
    match (r.expected_deficit, d.outcome()) {
        (None, _) => {
            Some("er zijn geen risico's met een eigen bedrag, en een tekort op de begroting is niet te berekenen")
        }
        (Some(_), None) if d.model().assumptions.iter().any(Assumption::is_uncertain) => Some(
            "er zijn geen risico's met een eigen bedrag, en zonder simulatie is de onzekerheid van de lasten en baten niet berekend",
        ),
        _ => None,
    }
}

/// What the risks with an amount of their own cost or bring on average.
fn on_average(d: &Draft<'_>, r: &ResilienceOutcome, whose: &str) -> String {
    if !on_top(d) {
        return "Risico's met een eigen bedrag zijn er niet.".to_owned();
    }
    let formula = "som van kans maal gemiddeld gevolg";
    let amount = d.euros(r.expected, &format!("register.expected({})", r.year), formula);
    match d.book.round(r.expected).signum() {
        -1 => format!("Gemiddeld leveren {whose} {amount} op. Dat is kans maal gevolg."),
        _ => format!("Gemiddeld kosten {whose} {amount}. Dat is kans maal gevolg."),
    }
}

fn deficit(d: &Draft<'_>, r: &ResilienceOutcome) -> String {
    let lead = strong("Wat verwachten we al?");
    match r.expected_deficit {
        Some(v) if d.book.round(v) == 0 => {
            format!("{lead} In {} verwachten we geen tekort ten opzichte van de begroting.", r.year)
        }
        Some(v) => {
            let formula = "gemiddelde van het tekort ten opzichte van de begroting";
            // Without draws it is the difference of the projection, and printed as that.
            let units = balance_above(d, r.year)
                .map(|(units, _)| -units)
                .filter(|_| d.outcome().is_none())
                .unwrap_or_else(|| d.book.round(v));
            let amount = d.money(units, &format!("mean(shortfall(total, {}))", r.year), v, formula);
            let simulated = d.outcome().is_some();
            let what = if simulated { "Het verwachte tekort" } else { "Het tekort in deze raming" };
            let how = if simulated {
                " Het is gemiddeld over alle doorrekeningen; een overschot telt daarin als 0."
            } else {
                ""
            };
            format!(
                "{lead} {what} in {} is {amount}.{how}{} Wat we al verwachten hoort in de begroting en niet bij de risico's. \
                 Het risico is alleen wat er nog bovenop kan komen.{}",
                r.year,
                with_windfalls(d, r, v),
                mean_and_projection(d, r, v)
            )
        }
        None => {
            // A list of every line without a budget would not be read.
            let lacking = d.years_of(&GroupId::Total).iter().any(|y| y.year == r.year && !y.without_budget.is_empty());
            let reason = if lacking {
                "Daarvoor is een volledige begroting van dat jaar nodig.".to_owned()
            } else {
                r.reason.as_deref().map(words::sentence).unwrap_or_default()
            };
            format!("{lead} Een verwacht tekort in {} is niet te berekenen. {reason}", r.year).trim_end().to_owned()
        }
    }
}

/// The mean in which a windfall does count: what a budget at the mean asks for.
fn with_windfalls(d: &Draft<'_>, r: &ResilienceOutcome, mean: f64) -> String {
    let found = super::message::mean_difference(d, r.year).filter(|(units, _)| -units != d.book.round(mean));
    let Some((units, exact)) = found.filter(|(units, _)| *units != 0) else { return String::new() };
    let amount = super::message::mean_difference_in_words(d, r.year, (units, exact));
    let side = if units < 0 { "slechter" } else { "beter" };
    format!(" Telt een overschot wel mee, dan is het saldo gemiddeld {amount} {side} dan begroot.")
}

/// Balance better (positive) or worse than budgeted in a year: as printed, and exact.
fn balance_above(d: &Draft<'_>, year: Year) -> Option<(Units, f64)> {
    let years = d.years_of(&GroupId::Total);
    let at = years.iter().position(|y| y.year == year)?;
    Some((d.page(&GroupId::Total)?.years[at].balance_above()?, derive::balance_above_budget(&years[at])?))
}

/// Why the mean shortfall differs from the difference of the projection: a
/// windfall counts as nothing in the mean, and savings may fall short.
fn mean_and_projection(d: &Draft<'_>, r: &ResilienceOutcome, mean: f64) -> String {
    let Some((units, exact)) = balance_above(d, r.year) else { return String::new() };
    if d.outcome().is_none() || d.book.round(mean) == -units {
        return String::new();
    }
    let y = r.year;
    let amount = d.money(
        units,
        &addresses::balance_above_budget("total", y),
        exact,
        "verschil met de begroting in het geld van het jaar",
    );
    let side = match units.signum() {
        -1 => format!("{amount} slechter"),
        1 => format!("{amount} beter"),
        _ => "gelijk".to_owned(),
    };
    let than = if units == 0 { "aan" } else { "dan" };
    format!(
        " In de raming is het saldo in {y} {side} {than} begroot. \
         Dat bedrag rekent met de uitgangspunten zelf; daarom zijn de bedragen niet gelijk."
    )
}

fn needed(d: &Draft<'_>, r: &ResilienceOutcome) -> String {
    let lead = strong("Hoeveel is er nodig voor wat erbij kan komen?");
    let Some(needed) = r.needed else {
        let reason = match (&r.reason, r.expected_deficit) {
            // Said already in the paragraph before.
            (Some(_), None) | (None, _) => String::new(),
            (Some(reason), Some(_)) => format!(" {}", words::sentence(reason)),
        };
        return format!(
            "{lead} Dat is niet te berekenen.{reason} {}",
            on_average(d, r, "de risico's met een eigen bedrag")
        );
    };
    if let Some(why) = nothing_to_go_by(d, r) {
        return format!("{lead} Dat is niet te zeggen: {why}.");
    }
    let certainty = words::percent(r.certainty);
    let rests_on = if on_top(d) { "aangenomen kansen en bedragen" } else { "uitgangspunten" };
    let mut out = if d.book.round(needed) == 0 {
        format!("{lead} Met {certainty} zekerheid is er in {} niets extra nodig, als de {rests_on} kloppen.", r.year)
    } else {
        let amount = d.euros(
            needed,
            &format!("resilience.needed({})", addresses::level(r.certainty)),
            &format!("kwantiel {certainty} van het verlies boven het verwachte tekort"),
        );
        format!("{lead} Met {certainty} zekerheid is {amount} genoeg in {}, als de {rests_on} kloppen.", r.year)
    };
    if r.expected_deficit.is_some() {
        let deficit = r.expected_deficit.filter(|v| d.outcome().is_some() && d.book.round(*v) != 0);
        if let Some(both) = deficit.map(|v| derive::sum(v, needed)) {
            let formula =
                format!("mean(shortfall(total, {0})) + resilience.needed({1})", r.year, addresses::level(r.certainty));
            let what = if on_top(d) { "kosten het tekort en de risico's samen" } else { "is het tekort" };
            out.push_str(&format!(
                " Anders gezegd: met {certainty} zekerheid {what} hoogstens {}.",
                d.euros(both, &formula, "verwacht tekort en wat erbij kan komen")
            ));
        }
        let average = on_average(d, r, "de risico's in het register");
        out.push_str(&format!(" {}", average.replace("kans maal gevolg.", "kans maal gevolg, en het zit hierin.")));
    } else {
        out.push_str(&format!(
            " Dat is alleen voor de risico's met een eigen bedrag. {} Een tekort op de begroting zit er niet in.",
            on_average(d, r, "die")
        ));
    }
    if d.outcome().is_none() {
        out.push_str(
            " Deze raming is zonder simulatie gemaakt. De onzekerheid van de lasten en baten zelf zit er dus niet in.",
        );
    }
    if !r.exact && r.error > 0.0 {
        out.push_str(&format!(
            " Het bedrag komt uit een simulatie. De rekenfout daarvan is ongeveer {}.",
            d.euros(r.error, "resilience.error()", "standaardfout van het kwantiel")
        ));
    }
    out
}

fn quantiles(d: &Draft<'_>, r: &ResilienceOutcome) -> Table {
    let amount = |p: u32, v: f64| tables::amount(&d.book, d.book.round(v), v).at(format!("resilience.needed({p}%)"));
    Table {
        id: "weerstandsvermogen".into(),
        caption: format!("Benodigd in {} bij elke zekerheid ({})", r.year, d.book.caption()),
        columns: vec![Column::words("Zekerheid"), Column::numbers("Benodigd")],
        rows: r
            .quantiles
            .iter()
            .map(|(p, v)| {
                let chosen = (f64::from(*p) / 100.0 - r.certainty).abs() < 1e-9;
                let mark = if chosen { " (gekozen)" } else { "" };
                Row::plain(vec![Cell::words(format!("{p}%{mark}")), amount(*p, *v)])
            })
            .collect(),
        notes: vec![if r.expected_deficit.is_some() {
            "Boven op het verwachte tekort.".into()
        } else {
            "Alleen voor de risico's met een eigen bedrag.".into()
        }],
    }
}

fn programme(d: &Draft<'_>, r: &ResilienceOutcome) -> String {
    let mut out = format!(
        "{} Dit is één programma. De buffer van de gemeente is er voor alle programma's samen. Een ratio voor één programma zegt daarom niets.",
        strong("Waarom geen ratio en geen klasse?")
    );
    if let (Some(available), Some(needed)) = (r.available.filter(|a| *a > 0.0), r.needed) {
        let share = derive::part(needed, available);
        let asks = if share > 1.0 { "Dit programma vraagt meer dan dat:" } else { "Dit programma vraagt daarvan" };
        out.push_str(&format!(
            " De gemeente heeft {} beschikbaar. {asks} {}.",
            d.euros(available, "resilience.available()", "incidentele en structurele capaciteit samen"),
            d.percent(
                dutch::round(share, 2),
                &format!("resilience.needed({}) / resilience.available()", addresses::level(r.certainty)),
                "benodigd gedeeld door beschikbaar"
            )
        ));
    }
    out
}

/// Classes of the assessment table of the Nederlands Adviesbureau voor
/// Risicomanagement and the University of Twente; a bound belongs to the better class.
fn class_words(class: char) -> &'static str {
    match class {
        'A' => "uitstekend",
        'B' => "ruim voldoende",
        'C' => "voldoende",
        'D' => "matig",
        'E' => "onvoldoende",
        _ => "ruim onvoldoende",
    }
}

fn ratio(d: &Draft<'_>, r: &ResilienceOutcome) -> String {
    let lead = strong("Is dat er ook?");
    let Some(available) = r.available else {
        return format!("{lead} Hoeveel er beschikbaar is, is niet opgegeven. Daarom is er geen ratio en geen klasse.");
    };
    let available = d.euros(available, "resilience.available()", "incidentele en structurele capaciteit samen");
    let mut out = format!("{lead} Beschikbaar is {available}");
    if let (Some(i), Some(s)) = (r.available_incidental, r.available_structural) {
        out.push_str(&format!(
            ": {} incidenteel en {} structureel",
            d.euros(i, "resilience.available(incidental)", "zoals opgegeven"),
            d.euros(s, "resilience.available(structural)", "zoals opgegeven")
        ));
    }
    out.push('.');
    match (r.ratio, r.class) {
        (Some(ratio), Some(class)) => {
            out.push_str(&format!(
                " De ratio is {}. Dat is klasse {class}: {}.",
                d.cite(
                    &dutch::number(ratio, 2),
                    "resilience.ratio()",
                    dutch::short(ratio, 6),
                    "beschikbaar gedeeld door benodigd"
                ),
                class_words(class)
            ));
            if let Some(norm) = r.norm {
                let met = if ratio >= norm {
                    "De raad vraagt een ratio van ten minste"
                } else {
                    "Dat is te laag: de raad vraagt een ratio van ten minste"
                };
                out.push_str(&format!(" {met} {}.", dutch::number(norm, 2)));
            }
            out.push_str(" Een ratio op een grens telt bij de betere klasse.");
        }
        (None, Some(class)) => {
            out.push_str(&format!(" Er is niets nodig. Dat is klasse {class}: {}.", class_words(class)))
        }
        _ => out.push_str(" Een ratio is niet te berekenen."),
    }
    out
}

fn by_year(d: &Draft<'_>, r: &ResilienceOutcome) -> Table {
    Table {
        id: "verlies-per-jaar".into(),
        caption: format!("Kans maal gevolg per jaar ({})", d.book.caption()),
        columns: vec![
            Column::words("Jaar"),
            Column::numbers("Incidenteel"),
            Column::numbers("Structureel"),
            Column::numbers("Samen"),
        ],
        rows: r
            .by_year
            .iter()
            .map(|y| {
                let sum = d.book.round(derive::both(y));
                let parts = d.book.split(&[y.incidental, y.structural], sum);
                let (i, s) = (parts[0], parts[1]);
                let of = |part: &str| format!("register.{part}({})", y.year);
                Row::plain(vec![
                    tables::year(y.year),
                    tables::amount(&d.book, i, y.incidental).at(of("incidental")),
                    tables::amount(&d.book, s, y.structural).at(of("structural")),
                    tables::amount(&d.book, sum, derive::both(y)).at(of("expected")),
                ])
            })
            .collect(),
        notes: year_notes(d, r),
    }
}

/// What a reader must know of the columns, said only where it is so.
fn year_notes(d: &Draft<'_>, r: &ResilienceOutcome) -> Vec<String> {
    let mut notes = Vec::new();
    if r.by_year.windows(2).any(|w| w[1].structural > w[0].structural) {
        notes.push("Een structureel risico dat optreedt, blijft. Daardoor kan die kolom oplopen.".to_owned());
    }
    let summed = || d.here.risks.iter().filter(|risk| risk.summed);
    if summed().any(|risk| risk.what_if.is_some() && risk.years.len() > 1) {
        notes.push(
            "Het gevolg van een wat-als kan elk jaar oplopen. We rekenen met het bedrag van het jaar zelf, ook als het risico later begint. Het bedrag van latere jaren is dan eerder te hoog dan te laag."
                .to_owned(),
        );
    }
    let gains: Vec<String> = summed()
        .filter(|risk| risk.impact.is_some_and(|i| i.mean < 0.0))
        .map(|risk| format!("‘{}’", words::clean(&risk.title)))
        .collect();
    if !gains.is_empty() {
        notes.push(format!("Een mogelijk voordeel gaat er in deze tabel af: {}.", words::some_of(&gains, 3)));
    }
    notes
}
