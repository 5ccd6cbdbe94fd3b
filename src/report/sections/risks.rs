//! The two lists of risks: within a year, and later.
//!
//! A risk says what may happen, how likely that is, what it costs, whether
//! that already stands in the projection, what is done, and how we notice.

use super::super::disclosure::Disclosure;
use super::super::document::{Block, Section, Text};
use super::super::draft::{Draft, strong};
use super::super::{chance, words};
use crate::dutch;
use crate::model::{Expression, FigureAddress, FigureKind, Quantity, RiskChance, Statistic, Term};
use crate::projection;
use crate::study::derive;
use crate::study::{Basis, Origin, Piece, RiskEntry, ScenarioStudy};

/// The chapter of one term with a section per risk.
pub fn write(d: &Draft<'_>, term: Term) -> Vec<Section> {
    let (id, title, when) = match term {
        Term::Short => ("risicos-kort", "Risico's op korte termijn", "binnen een jaar"),
        Term::Long => ("risicos-lang", "Risico's op lange termijn", "op langere termijn"),
    };
    let risks: Vec<&RiskEntry> = d.here.risks.iter().filter(|r| r.term == term).collect();
    let intro = match risks.len() {
        0 => format!("Er zijn geen risico's opgegeven of gevonden die {when} kunnen optreden."),
        1 => format!("Dit risico kan {when} optreden."),
        n => format!("Deze {} risico's kunnen {when} optreden.", dutch::count_in_words(n as f64)),
    };
    let mut blocks = vec![Block::Paragraph(d.text(intro))];
    // Once, in the first chapter that has such an amount.
    let said_before = term == Term::Long && d.here.risks.iter().any(|r| r.term == Term::Short && r.what_if.is_some());
    if d.outcome().is_some() && !said_before && risks.iter().any(|r| r.what_if.is_some()) {
        blocks.push(Block::Paragraph(d.text(
            "Verwijst een risico naar een wat-als? Dan is het bedrag het gemiddelde van alle doorrekeningen. Zit een deel al in de bandbreedte, dan is dat bedrag kleiner dan bij de wat-als. \
             De tabel bij de wat-als rekent met de uitgangspunten zelf.",
        )));
    }
    if !d.here.failed.is_empty() && term == Term::Short {
        blocks.push(Block::Paragraph(d.text(format!(
            "{} {} kon niet worden uitgevoerd. Er kan dus een risico ontbreken; zie de verantwoording.",
            strong("Let op."),
            if d.here.failed.len() == 1 {
                "Eén regel".to_owned()
            } else {
                format!("Een aantal regels ({})", d.here.failed.len())
            }
        ))));
    }
    let mut sections = vec![Section { id: id.into(), title: title.into(), level: 1, blocks }];
    sections.extend(risks.into_iter().map(|r| one(d, r)));
    sections
}

/// `cijfers`, `schatting` or `pm`, as data name it.
pub fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Figures => "cijfers",
        Basis::Estimate => "schatting",
        Basis::ProMemorie => "pm",
    }
}

/// `nadeel` or `voordeel`.
pub fn side(risk: &RiskEntry) -> &'static str {
    if risk.impact.is_some_and(|i| i.mean < 0.0) { "voordeel" } else { "nadeel" }
}

fn one(d: &Draft<'_>, risk: &RiskEntry) -> Section {
    let label = format!(
        "{} · {} · {} · basis: {}",
        words::term(risk.term),
        words::structural(risk.structural).0,
        side(risk),
        // In words it is written as in the list of terms.
        if risk.basis == Basis::ProMemorie { "p.m." } else { basis(risk.basis) }
    );
    let mut blocks = vec![Block::Label(Text::plain(label))];
    let mut say = |question: &str, answer: String| {
        if !answer.is_empty() {
            blocks.push(Block::Paragraph(d.text(format!("{} {answer}", strong(question)))));
        }
    };
    let pieces = d.pieces(&risk.id, &risk.text);
    say("Wat is er aan de hand?", format!("{}{}", pieces.trim(), in_projection(d, &risk.text)));
    say("Waardoor kan het gebeuren?", risk.cause.as_deref().map(words::sentence).unwrap_or_default());
    say("Wat is het gevolg?", risk.consequence.as_deref().map(words::sentence).unwrap_or_default());
    say("Hoe groot is de kans?", odds(d, risk));
    say("Om hoeveel geld gaat het?", amount(d, risk));
    say("Telt dit mee in de optelsom?", counts(d, risk));
    let response = match risk.response_pieces.as_slice() {
        [] => risk.response.as_deref().map_or_else(|| "Er is geen maatregel opgegeven.".to_owned(), words::sentence),
        pieces => d.pieces(&risk.id, pieces).trim().to_owned(),
    };
    say("Wat doen we?", response);
    say("Hoe volgen we dit?", indicator(d, risk));
    say("Verandering:", risk.trend.map(words::trend).unwrap_or_default().to_owned());
    let note = d.model().risks.iter().find(|r| r.id == risk.id).and_then(|r| r.provenance.note.as_deref());
    let mut foot = Vec::new();
    if let Some(holder) = &risk.portfolio_holder {
        foot.push(format!("Portefeuillehouder: {}", words::clean(holder)));
    }
    if let Some(owner) = &risk.owner {
        foot.push(format!("Eigenaar: {}", words::clean(owner)));
    }
    if let Some(source) = &risk.source {
        // A rule is made for every municipality: its source is where the rule comes from, not this text.
        let label = match risk.origin {
            Origin::Rule => "De regel is ontleend aan",
            // A risk without a source carries its note in that place.
            Origin::Register if note == Some(source) => "Toelichting",
            Origin::Register => "Bron",
        };
        foot.push(format!("{label}: {}", words::clean(source)));
    }
    // Not twice.
    if let Some(note) = note.filter(|n| risk.source.as_deref() != Some(*n)) {
        foot.push(words::capital(&words::clean(note)));
    }
    if !foot.is_empty() {
        blocks.push(Block::Label(Text::plain(foot.join(" · "))));
    }
    Section { id: format!("risico-{}", risk.id), title: words::clean(&risk.title), level: 2, blocks }
}

/// What the projection itself says where a rule's text gives a mean that reads
/// otherwise: domains and tables print the projection.
fn in_projection(d: &Draft<'_>, text: &[Piece]) -> String {
    let mut own: Vec<String> = Vec::new();
    for piece in text {
        let Piece::Figure { unit, value, formula, .. } = piece else { continue };
        let Ok(expression) = formula.parse::<Expression>() else { continue };
        if unit != "euro" {
            continue;
        }
        let Some(central) = central(d, &expression) else { continue };
        let (mean, here) = (d.book.prose(d.book.round(*value), *value), d.book.round(central));
        if mean != d.book.prose(here, central) {
            own.push(d.money(here, &without_mean(expression).to_string(), central, "in de raming zelf"));
        }
    }
    match own.as_slice() {
        [] => String::new(),
        [one] => format!(
            " Hier staat het gemiddelde van alle doorrekeningen; waar dat verschilt, is het in de raming zelf {one}."
        ),
        many => format!(
            " Hier staan gemiddelden van alle doorrekeningen; waar die verschillen, zijn de bedragen in de raming zelf {}.",
            dutch::list(many)
        ),
    }
}

/// The same in the projection, where a mean is the figure itself.
fn without_mean(expression: Expression) -> Expression {
    let inside = |x: Box<Expression>| Box::new(without_mean(*x));
    match expression {
        Expression::Over(Statistic::Mean, x) => without_mean(*x),
        Expression::Minus(x) => Expression::Minus(inside(x)),
        Expression::Joined(a, operator, b) => Expression::Joined(inside(a), operator, inside(b)),
        Expression::Of(function, of) => Expression::Of(function, of.into_iter().map(without_mean).collect()),
        other => other,
    }
}

/// An expression in the projection, its mean being itself; none for a
/// percentile or chance, which the projection does not have.
fn central(d: &Draft<'_>, expression: &Expression) -> Option<f64> {
    let mut figure = |a: &FigureAddress| projection::figure(d.model(), d.projection(), a).map_err(|_| ());
    let mut of_draws = |part: &Expression| match part {
        Expression::Over(Statistic::Mean, inner) => central(d, inner).ok_or(()),
        _ => Err(()),
    };
    expression.value(&mut figure, &mut of_draws).ok().filter(|x| x.is_finite())
}

/// Whether the chance is the share of draws in which a rule speaks.
fn is_computed(risk: &RiskEntry) -> bool {
    risk.origin == Origin::Rule && risk.basis == Basis::Figures
}

/// The chance alone, as the text says it; none where the text gives none.
pub fn odds_alone(here: &ScenarioStudy, risk: &RiskEntry, disclosure: &Disclosure) -> Option<String> {
    let (words, p) = (&here.model.report.chance_words, disclosure.chance(&here.model, risk)?);
    if !is_computed(risk) {
        let p = if matches!(risk.written_chance, Some(RiskChance::PerYear(_))) { of_times(p) } else { p };
        return Some(chance::stated(words, p));
    }
    here.outcome.as_ref()?;
    Some(if risk.chance_origin.is_some() { chance::simulated(words, p) } else { chance::stated(words, p) })
}

/// The chance of at least once, in whole percent; near the ends as it is,
/// because a number of times a year never makes it certain.
fn of_times(p: f64) -> f64 {
    let rounded = dutch::round(p, 2);
    if rounded > 0.0 && rounded < 1.0 { rounded } else { p }
}

fn odds(d: &Draft<'_>, risk: &RiskEntry) -> String {
    let mut out = odds_each(d, risk);
    // A year's chance reads as the chance of it all: what stays, adds up.
    if let (Some(p), Some(last), true) =
        (d.disclosure.chance(d.model(), risk), risk.years.last(), risk.structural && !is_computed(risk))
        && risk.years.len() > 1
        && (0.0..1.0).contains(&p)
        && p > 0.0
        && !matches!(risk.written_chance, Some(RiskChance::PerYear(_)))
    {
        let each = format!("(1 - risk.chance({}))", risk.id);
        let by_then = d.cite(
            &dutch::percent(derive::by_last(p, risk.years.len()), 0),
            &format!("1 - {}", vec![each; risk.years.len()].join(" * ")),
            dutch::percent(derive::by_last(p, risk.years.len()), 6),
            "1 min de kans dat het in geen van de jaren gebeurt",
        );
        out.push_str(&format!(" De kans dat het uiterlijk in {last} is gebeurd, is {by_then}."));
    }
    out
}

/// The year that a rule speaks of, where it is one.
fn in_its_year(risk: &RiskEntry) -> String {
    match (risk.origin, risk.years.as_slice()) {
        (Origin::Rule, [year]) => format!(" in {year}"),
        _ => String::new(),
    }
}

fn odds_each(d: &Draft<'_>, risk: &RiskEntry) -> String {
    let computed = is_computed(risk);
    let address = format!("risk.chance({})", risk.id);
    if d.disclosure.hides_chance(d.model(), risk) {
        return "Die tonen we niet: het gaat om weinig cliënten.".to_owned();
    }
    let Some(p) = risk.chance else {
        return match risk.basis {
            Basis::ProMemorie => "Die is niet te geven.".to_owned(),
            _ => "Die is niet opgegeven.".to_owned(),
        };
    };
    if computed {
        // One draw says on which side the figure lies, not how likely that is.
        return match d.outcome() {
            Some(_) => match &risk.chance_origin {
                Some(origin) => format!("De kans is {}{}.", d.rule_chance(p, origin), in_its_year(risk)),
                // A chance that the rule states itself.
                None => format!("De kans {} {}.", chance::verb(p), d.stated(p, &address)),
            },
            None => "Zonder simulatie is die niet te berekenen.".to_owned(),
        };
    }
    let when = if risk.years.is_empty() { String::new() } else { format!(" {}", words::in_years(&risk.years)) };
    let each = if risk.years.len() > 1 { " per jaar" } else { "" };
    let when = if each.is_empty() { when } else { format!(",{when}") };
    match risk.written_chance {
        Some(RiskChance::Class(class, _)) => {
            format!(
                "De kans {} {}{each}{when}. Dat is klasse {class} op de schaal van de gemeente.",
                chance::verb(p),
                d.stated(p, &address)
            )
        }
        Some(RiskChance::PerYear(n)) => format!(
            "We rekenen met gemiddeld {} keer per jaar. De kans dat het in een jaar ten minste één keer gebeurt, is {}.",
            d.cite(
                &dutch::short(n, 2),
                &format!("risk.chance_in({}, {})", risk.id, risk.years.first().map_or(0, |y| y.0)),
                dutch::short(n, 6),
                "zoals opgegeven"
            ),
            d.stated(of_times(p), &address)
        ),
        _ => {
            format!("De kans {} {}{each}{when}.", chance::verb(p), d.stated(p, &address))
        }
    }
}

fn amount(d: &Draft<'_>, risk: &RiskEntry) -> String {
    if risk.basis == Basis::ProMemorie {
        return "Een bedrag is niet te geven (p.m.).".to_owned();
    }
    if risk.impact.is_none() {
        return "Een bedrag is niet opgegeven.".to_owned();
    }
    let Some(impact) = d.disclosure.impact(d.model(), risk) else {
        return if d.disclosure.follows(risk) {
            "Het bedrag tonen we niet: anders volgt een bedrag over weinig cliënten uit het totaal.".to_owned()
        } else {
            "Het bedrag tonen we niet: het gaat om weinig cliënten.".to_owned()
        };
    };
    let address = format!("risk.impact({})", risk.id);
    let written = derive::impact_range(d.model(), risk);
    let what_if = risk.what_if.as_deref();
    let formula = match (what_if, risk.origin) {
        (Some(id), _) => format!("resultaat van de basis min dat van de wat-als {id}"),
        (None, Origin::Register) => "gemiddelde van het opgegeven bedrag".to_owned(),
        (None, Origin::Rule) => "gemiddelde als het gebeurt".to_owned(),
    };
    let mean = match &risk.impact_origin {
        Some(origin) => d.rule_amount(impact.mean, origin),
        None => d.euros(impact.mean, &address, &formula),
    };
    let year = match (what_if, risk.years.first()) {
        (Some(_), Some(first)) => format!(" in {first}"),
        _ => in_its_year(risk),
    };
    let verb = if impact.mean < 0.0 { "levert dat" } else { "kost dat" };
    let gain = if impact.mean < 0.0 { " op" } else { "" };
    let nothing = d.book.round(impact.mean) == 0;
    let mut out = if nothing {
        format!("Gebeurt het, dan is het verschil{year} afgerond {mean}.")
    } else {
        format!("Gebeurt het, dan {verb}{year} ongeveer {mean}{gain}.")
    };
    if let Some((low, high)) = written {
        let (a, b) = (d.book.round(low), d.book.round(high));
        if a != b {
            let simulated = what_if.is_some() || risk.origin == Origin::Rule;
            let printed = words::either_side(&d.book, low, high);
            let range = d.cite(
                &printed,
                &format!("risk.impact({}, low); risk.impact({}, high)", risk.id, risk.id),
                format!("{} – {}", dutch::euro_cents(low), dutch::euro_cents(high)),
                if simulated { "P10 en P90 van het gevolg" } else { "zoals opgegeven" },
            );
            if what_if.is_some() && d.outcome().is_some() {
                let what = if impact.mean < 0.0 { "meevaller" } else { "tegenvaller" };
                out.push_str(&format!(
                    " Hoe groot de {what} zelf is, is een aanname; door de andere uitgangspunten ligt het bedrag met 80% kans {range}."
                ));
            } else if simulated && d.outcome().is_some() {
                out.push_str(&format!(" Het bedrag ligt dan met 80% kans {range}."));
            } else if !simulated {
                out.push_str(&format!(" Het bedrag ligt {range}."));
            }
        }
    }
    if risk.structural && risk.origin == Origin::Register && !nothing {
        out.push_str(" Het komt daarna elk jaar terug.");
    }
    if let Some(id) = what_if {
        let title =
            d.study.scenarios.iter().find(|s| s.model.scenario.id == id).map_or(id, |s| &s.model.scenario.title);
        let title = words::clean(title);
        // The report of a what-if holds that one alone, and there it has happened.
        out.push_str(&match (d.is_base(), d.here.model.scenario.id == id) {
            (true, _) => format!(" Zie de wat-als ‘{title}’."),
            (false, true) if risk.summed => {
                " De raming in dit verslag rekent er al mee. Bij de risico's telt het nog eens mee, met zijn kans."
                    .to_owned()
            }
            (false, true) => " De raming in dit verslag rekent er al mee.".to_owned(),
            (false, false) => format!(" De wat-als ‘{title}’ staat in het verslag van de basisraming."),
        });
    }
    out
}

/// Whether the amount is already in the band or the projection.
fn counts(d: &Draft<'_>, risk: &RiskEntry) -> String {
    if risk.basis == Basis::ProMemorie {
        return String::new();
    }
    if !risk.covered_by.is_empty() {
        let mut names: Vec<String> = Vec::new();
        for address in &risk.covered_by {
            let name = words::of_address(d.model(), address);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let names = words::some_of(&words::together(&names), 4);
        return match d.outcome() {
            Some(_) => format!(
                "Nee. Hiermee rekenen we al in de raming of haar bandbreedte, bij {names}. Het telt niet nog eens mee.{}",
                // The register's chance is somebody's estimate; the band has its own.
                if risk.origin == Origin::Register && risk.chance.is_some() {
                    " De kans hierboven is een eigen schatting. De bandbreedte rekent met haar eigen onzekerheid; daarin kan die kans anders zijn."
                } else {
                    ""
                }
            ),
            None => format!(
                "Nee. Dit hoort bij de onzekerheid van {names}. Zonder simulatie is die niet berekend. Het bedrag zit dus nergens in."
            ),
        };
    }
    if risk.summed {
        return String::new();
    }
    match risk.basis {
        Basis::Figures => "Nee. Dit volgt uit de raming en haar bandbreedte. Het telt niet nog eens mee.".to_owned(),
        _ => "Nee. Dit bedrag telt niet mee.".to_owned(),
    }
}

/// The latest counts of the indicator that shows whether the risk grows.
fn indicator(d: &Draft<'_>, risk: &RiskEntry) -> String {
    let Some(id) = &risk.indicator else { return String::new() };
    let Some(found) = d.model().indicators.iter().find(|i| i.id == *id) else { return String::new() };
    let (label, unit) = (words::clean(&found.label), words::clean(&found.unit));
    // One count per year: realised before anything else.
    let mut counts: Vec<(crate::units::Year, FigureKind, f64)> = Vec::new();
    for (kind, year, r) in d.model().figures.of(id, Quantity::Count) {
        match counts.iter_mut().find(|(y, _, _)| *y == year) {
            Some(known) if kind == FigureKind::Actual => *known = (year, kind, r.value),
            Some(_) => {}
            None => counts.push((year, kind, r.value)),
        }
    }
    counts.sort_by_key(|(y, _, _)| *y);
    let of = |(year, kind, value): &(crate::units::Year, FigureKind, f64)| {
        let Some(value) = d.disclosure.indicator(found, *value).value() else {
            return format!("een niet getoond aantal {unit} in {year}");
        };
        let space = if unit == "%" { "" } else { " " };
        let printed = format!("{}{space}{unit}", dutch::short(value, 1));
        let cited = d.cite(
            &printed,
            &format!("indicator({id}, {year})"),
            dutch::short(value, 6),
            &format!("figures.csv, soort {}", kind.name()),
        );
        let what = if *kind == FigureKind::Actual { String::new() } else { format!(" ({})", words::kind(*kind)) };
        format!("{cited} in {year}{what}")
    };
    match counts.as_slice() {
        [] => format!("We kijken naar ‘{label}’. Daarvan is nog geen telling."),
        [one] => format!("We kijken naar ‘{label}’: {}.", of(one)),
        [.., before, latest] => format!("We kijken naar ‘{label}’: {}, tegen {}.", of(latest), of(before)),
    }
}
