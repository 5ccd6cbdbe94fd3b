//! Names for what has an address, and values in plain words.
//!
//! Nobody on a council reads `cost.jeugd-ambulant.volume.growth`; here it is
//! *groei van Jeugdhulp ambulant*.

use super::rounding::Book;
use crate::dutch;
use crate::model::{Assumption, Distribution, FigureKind, IndexId, MeasureKind, Model, Provenance, Scale, Term, Trend};
use crate::units::Year;

/// Text from a file, fit to stand in a paragraph: one line, no control
/// characters, none of the private-use characters that mark figures.
pub fn clean(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|c| if c.is_whitespace() { ' ' } else { c })
        .filter(|c| !c.is_control() && !('\u{e000}'..='\u{f8ff}').contains(c))
        .collect();
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same as a sentence: with a capital and a full stop.
pub fn sentence(text: &str) -> String {
    stopped(&capital(&clean(text)))
}

/// Ending in a full stop.
pub fn stopped(text: &str) -> String {
    let mut out = clean(text);
    if !out.is_empty() && !out.ends_with(['.', '!', '?', '…']) {
        out.push('.');
    }
    out
}

/// With a capital.
pub fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The base figures, as in `we gaan uit van ...`.
pub fn kind(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::Actual => "realisatie",
        FigureKind::Budget => "begroting",
        FigureKind::Amended => "begroting na wijziging",
        FigureKind::Forecast => "prognose",
    }
}

/// Heading of a column with figures of a kind.
pub fn kind_of_column(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::Budget => "primitieve begroting",
        other => self::kind(other),
    }
}

/// A kind of measure, one and many.
pub fn measure_kind(kind: MeasureKind, count: usize) -> &'static str {
    match (kind, count) {
        (MeasureKind::NewPolicy, _) => "nieuw beleid",
        (MeasureKind::Saving, 1) => "ombuiging",
        (MeasureKind::Saving, _) => "ombuigingen",
        (MeasureKind::Target, 1) => "taakstelling",
        (MeasureKind::Target, _) => "taakstellingen",
        (MeasureKind::Technical, 1) => "technische correctie",
        (MeasureKind::Technical, _) => "technische correcties",
    }
}

/// A term as in the label of a risk.
pub fn term(term: Term) -> &'static str {
    match term {
        Term::Short => "Korte termijn (binnen een jaar)",
        Term::Long => "Langere termijn (meer dan een jaar)",
    }
}

/// How a risk moved since the last report.
pub fn trend(trend: Trend) -> &'static str {
    match trend {
        Trend::New => "Dit risico is nieuw.",
        Trend::Up => "Dit risico is groter dan in het vorige verslag.",
        Trend::Equal => "Dit risico is even groot als in het vorige verslag.",
        Trend::Down => "Dit risico is kleiner dan in het vorige verslag.",
        Trend::Closed => "Dit risico is vervallen.",
    }
}

/// Structural or incidental, in a word and as a mark.
pub fn structural(is: bool) -> (&'static str, &'static str) {
    if is { ("structureel", "S") } else { ("incidenteel", "I") }
}

/// What an address names, to stand in a sentence: `de groei van Jeugdhulp ambulant`.
pub fn of_address(model: &Model, address: &str) -> String {
    let parts: Vec<&str> = address.split('.').collect();
    let label_of = |id: &str| model.lines.find(id).map_or_else(|| id.to_owned(), |l| clean(model.lines.get(l).label()));
    match parts.as_slice() {
        ["index", id, ..] => {
            let label = model.indices.iter().find(|i| i.id == *id).map_or(*id, |i| &i.label);
            format!("de index ‘{}’", clean(label))
        }
        ["cost", id] => format!("de lasten van {}", label_of(id)),
        ["revenue", id] => format!("de baten van {}", label_of(id)),
        // What the municipality gets has no price of its own: it may as well end.
        ["revenue", id, "price", "change"] => format!("de eigen stijging of daling van {}", label_of(id)),
        ["cost" | "revenue", id, rest @ ..] => format!("{} {}", part(rest), label_of(id)),
        ["measure", id, rest @ ..] => {
            let label = model.measures.iter().find(|m| m.id == *id).map_or(*id, |m| &m.label);
            let label = clean(label);
            match rest {
                ["realisation"] => format!("de realisatie van ‘{label}’"),
                ["volume"] => format!("het effect op de groei van ‘{label}’"),
                ["amount"] => format!("het bedrag van ‘{label}’"),
                _ => format!("‘{label}’"),
            }
        }
        ["flow", id, ..] => {
            let label = model.flows.iter().find(|f| f.id == *id).map_or(*id, |f| &f.label);
            format!("de doorstroom ‘{}’", clean(label))
        }
        ["budget", "compensation"] => "de vergoeding voor lonen en prijzen".to_owned(),
        ["reserve", id, ..] => {
            let label = model.reserves.iter().find(|r| r.id == *id).map_or(*id, |r| &r.label);
            format!("de stand van {}", clean(label))
        }
        ["risk", id, ..] => {
            let title = model.risks.iter().find(|r| r.id == *id).map_or(*id, |r| &r.title);
            format!("het risico ‘{}’", clean(title))
        }
        _ => clean(address),
    }
}

fn part(rest: &[&str]) -> &'static str {
    match rest {
        ["volume", "growth"] | ["growth"] => "de groei van",
        ["volume", "ageing"] => "de vergrijzing bij",
        ["volume", "exit"] => "de uitstroom uit",
        ["volume", "intake"] => "de instroom bij",
        ["volume"] => "de hoeveelheid hulp bij",
        ["level"] => "het startniveau van",
        ["intensity"] => "de zwaarte van de hulp bij",
        ["price", "change"] => "de eigen prijsstijging van",
        ["price", ..] => "de prijs van",
        ["unit_cost", "hours_per_week"] => "de uren per week bij",
        ["unit_cost", "rate"] => "het uurtarief van",
        ["unit_cost", ..] => "de kosten per cliënt bij",
        ["luck", ..] => "het toeval bij",
        ["follows", "share"] => "het deel van de lasten dat wordt vergoed via",
        ["contribution", "per_month"] => "de eigen bijdrage per maand bij",
        ["contribution", "paying"] => "het deel van de cliënten dat betaalt bij",
        ["contribution", "households_per_client"] => "het aantal huishoudens per cliënt bij",
        ["until"] => "het laatste jaar van",
        _ => "een uitgangspunt van",
    }
}

/// One value in its unit.
pub fn value(value: f64, scale: Scale) -> String {
    match scale {
        Scale::Rate | Scale::Share | Scale::Realisation | Scale::Level => percent(value),
        Scale::Amount => dutch::euro(value),
        Scale::Price if value.abs() < 1_000.0 => dutch::euro_cents(value),
        Scale::Price => dutch::euro(value),
        Scale::Count => dutch::short(value, 2),
    }
}

/// A percentage with the decimals that it was stated with, two at most.
pub fn percent(fraction: f64) -> String {
    dutch::percent(fraction, 2)
}

/// The values of the projected years in words: `2,5% per jaar`, `5% in 2027 en 0% vanaf 2028`.
pub fn series(values: &[f64], scale: Scale, base: Year) -> String {
    let projected: Vec<(Year, f64)> =
        values.iter().enumerate().skip(1).map(|(i, v)| (base.plus(i32::try_from(i).unwrap_or(0)), *v)).collect();
    let Some((_, first)) = projected.first() else { return String::new() };
    let per_year = matches!(scale, Scale::Rate | Scale::Amount)
        .then_some(" per jaar")
        .filter(|_| projected.len() > 1)
        .unwrap_or("");
    if projected.iter().all(|(_, v)| same(*v, *first)) {
        return format!("{}{per_year}", value(*first, scale));
    }
    // Runs of equal years, the last one open-ended.
    let mut runs: Vec<(Year, Year, f64)> = Vec::new();
    for (year, v) in projected {
        match runs.last_mut() {
            Some((_, last, w)) if same(*w, v) => *last = year,
            _ => runs.push((year, year, v)),
        }
    }
    let count = runs.len();
    let parts: Vec<String> = runs
        .into_iter()
        .enumerate()
        .map(|(i, (from, to, v))| {
            let v = value(v, scale);
            match (i + 1 == count, from == to) {
                (true, false) => format!("{v} vanaf {from}"),
                (_, true) => format!("{v} in {from}"),
                (false, false) => format!("{v} van {from} tot en met {to}"),
            }
        })
        .collect();
    dutch::list(&parts)
}

fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-3)
}

/// The standard normal quantile of 90 %, to six decimals (any table of the normal distribution).
const NORMAL_P90: f64 = 1.281_552;

/// How sure an assumption is, in words; none where it is certain.
pub fn uncertainty(assumption: &Assumption) -> Option<String> {
    let scale = assumption.scale;
    let several = {
        let mut all = assumption.distributions.iter().flatten();
        let first = all.next();
        all.any(|d| Some(d) != first)
    };
    let distribution = assumption.distributions.iter().flatten().next()?;
    let text = match distribution {
        Distribution::Normal { sd, .. } if several => {
            format!("80% kans dat het hoogstens {} hoger of lager is", points(sd * NORMAL_P90, scale))
        }
        Distribution::Normal { mean, sd } => {
            let (low, high) = (mean - sd * NORMAL_P90, mean + sd * NORMAL_P90);
            format!("80% kans op {}", between(low, high, scale))
        }
        Distribution::Metalog { p10, p90, .. } => format!("80% kans op {}", between(*p10, *p90, scale)),
        Distribution::Pert { min, max, .. } => {
            format!("minstens {}, hoogstens {}", rough(*min, scale), rough(*max, scale))
        }
    };
    Some(if several && !matches!(distribution, Distribution::Normal { .. }) {
        format!("{text} in het eerste jaar; andere jaren verschillen")
    } else {
        text
    })
}

fn between(low: f64, high: f64, scale: Scale) -> String {
    format!("{} tot {}", rough(low, scale), rough(high, scale))
}

fn points(spread: f64, scale: Scale) -> String {
    if scale.is_rate() { format!("{} procentpunt", dutch::short(spread * 100.0, 1)) } else { rough(spread, scale) }
}

/// A bound of a band: one decimal is as sure as a band can be.
fn rough(v: f64, scale: Scale) -> String {
    if scale.is_rate() { dutch::percent(v, 1) } else { value(v, scale) }
}

/// The indices that a price follows, those without weight left out.
pub fn indices(model: &Model, index: &[(IndexId, f64)]) -> String {
    let parts: Vec<String> = index
        .iter()
        .filter(|(_, w)| *w != 0.0)
        .map(|(id, w)| {
            let label = clean(&model.indices[id.0].label);
            if *w == 1.0 { label } else { format!("{} {label}", dutch::percent(*w, 0)) }
        })
        .collect();
    if parts.is_empty() { "geen index".to_owned() } else { dutch::list(&parts) }
}

/// Whether somebody calls it an own assumption.
pub fn is_own(provenance: &Provenance) -> bool {
    let starts =
        |t: &Option<String>| t.as_deref().is_some_and(|t| t.trim_start().to_lowercase().starts_with("aanname"));
    starts(&provenance.note) || starts(&provenance.source)
}

/// Source and note in one cell; own assumptions keep their word `aanname`.
pub fn provenance(provenance: &Provenance) -> String {
    let parts: Vec<String> = [&provenance.source, &provenance.note]
        .into_iter()
        .flatten()
        .map(|t| clean(t))
        .filter(|t| !t.is_empty())
        .collect();
    if parts.is_empty() { "zonder bron".to_owned() } else { parts.join("; ") }
}

/// `2027`, `2027 en 2028`, `2027 tot en met 2029`, `2027, 2029 en 2031`.
pub fn years(years: &[Year]) -> String {
    match years {
        [] => String::new(),
        [first, .., last] if years.len() > 2 && years.windows(2).all(|w| w[1].0 == w[0].0 + 1) => {
            format!("{first} tot en met {last}")
        }
        _ => dutch::list(&years.iter().map(ToString::to_string).collect::<Vec<_>>()),
    }
}

/// `in 2027`, `in 2027 en 2028`, `van 2027 tot en met 2029`.
pub fn in_years(all: &[Year]) -> String {
    let words = years(all);
    if words.contains(" tot en met ") { format!("van {words}") } else { format!("in {words}") }
}

/// A range of losses whose sign the sentence may have to tell: `tussen € 50.000 en € 250.000`
/// where both are of one kind, `tussen een voordeel van € 100.000 en een nadeel van € 400.000`
/// where they are not.
pub fn either_side(book: &Book, low: f64, high: f64) -> String {
    let (a, b) = (book.round(low), book.round(high));
    match (a.signum(), b.signum()) {
        (-1, 1) => {
            format!("tussen een voordeel van {} en een nadeel van {}", book.prose(a, low), book.prose(b, high))
        }
        _ => book.range(low.abs().min(high.abs()), low.abs().max(high.abs())),
    }
}

/// Names that begin alike, said once: `de groei van A`, `de groei van B` become
/// `de groei van A`, `B`.
pub fn together(names: &[String]) -> Vec<String> {
    let Some(first) = names.first() else { return Vec::new() };
    for stem in STEMS {
        if first.starts_with(stem) && names.iter().all(|n| n.starts_with(stem)) {
            let rest = |(i, n): (usize, &String)| if i == 0 { n.clone() } else { n[stem.len()..].to_owned() };
            return names.iter().enumerate().map(rest).collect();
        }
    }
    names.to_vec()
}

const STEMS: [&str; 10] = [
    "de groei van ",
    "de hoeveelheid hulp bij ",
    "het startniveau van ",
    "de realisatie van ",
    "de prijs van ",
    "de eigen prijsstijging van ",
    "het bedrag van ",
    "het effect op de groei van ",
    "de vergrijzing bij ",
    "de index ",
];

/// The letter of a mark: a, b, c; after z a number.
pub fn letter(n: usize) -> String {
    u8::try_from(n).ok().filter(|n| *n < 26).map_or_else(|| (n + 1).to_string(), |n| char::from(b'a' + n).to_string())
}

/// `a`, `a en b`, or `a, b en n andere` where there are more than `most`.
pub fn some_of(items: &[String], most: usize) -> String {
    if items.len() <= most {
        return dutch::list(items);
    }
    let rest = items.len() - (most - 1);
    let mut shown: Vec<String> = items[..most - 1].to_vec();
    shown.push(format!("{rest} andere"));
    dutch::list(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_reads_as_people_say_it() {
        let base = Year(2026);
        assert_eq!(series(&[0.0, 0.025, 0.025, 0.025], Scale::Rate, base), "2,5% per jaar");
        assert_eq!(series(&[0.0, 0.05, 0.0, 0.0], Scale::Rate, base), "5% in 2027 en 0% vanaf 2028");
        assert_eq!(series(&[0.0, 1.0, 1.0, 2.0], Scale::Count, base), "1 van 2027 tot en met 2028 en 2 in 2029");
        assert_eq!(series(&[0.0, -955_000.0], Scale::Amount, base), "€ -955.000");
    }

    #[test]
    fn a_normal_spread_reads_as_its_middle_eighty_percent() {
        // 3,6% +/- 1,2816 x 1,0% is 2,3% to 4,9%.
        let d = Distribution::Normal { mean: 0.036, sd: 0.01 };
        let a = Assumption {
            address: "index.ova.rate".into(),
            scale: Scale::Rate,
            values: vec![0.0, 0.036],
            distributions: vec![None, Some(d)],
            persistence: 0.0,
            provenance: Provenance::default(),
            provenance_by_year: Vec::new(),
            place: crate::diagnostic::Place::file("base.toml"),
            places_by_year: Vec::new(),
        };
        assert_eq!(uncertainty(&a).as_deref(), Some("80% kans op 2,3% tot 4,9%"));
    }

    #[test]
    fn years_in_a_row_are_named_by_their_ends() {
        assert_eq!(years(&[Year(2027)]), "2027");
        assert_eq!(years(&[Year(2027), Year(2028)]), "2027 en 2028");
        assert_eq!(years(&[Year(2027), Year(2028), Year(2029)]), "2027 tot en met 2029");
        assert_eq!(in_years(&[Year(2027), Year(2028), Year(2029)]), "van 2027 tot en met 2029");
        assert_eq!(in_years(&[Year(2027), Year(2029)]), "in 2027 en 2029");
        assert_eq!(years(&[Year(2027), Year(2029), Year(2030)]), "2027, 2029 en 2030");
    }

    #[test]
    fn text_of_a_file_cannot_forge_a_figure_or_a_line() {
        assert_eq!(clean("een\u{e000}1\u{e001}x\n# kop\t twee "), "een1x # kop twee");
        assert_eq!(sentence("de lonen stijgen"), "De lonen stijgen.");
    }

    #[test]
    fn a_long_list_is_cut_with_the_number_left_out() {
        let items: Vec<String> = ["a", "b", "c", "d"].map(str::to_owned).into();
        assert_eq!(some_of(&items, 3), "a, b en 2 andere");
        assert_eq!(some_of(&items, 4), "a, b, c en d");
    }

    #[test]
    fn a_price_that_follows_nothing_says_so() {
        use crate::report::sample::{Options, study};
        let model = study(Options::default()).scenarios.remove(0).model;
        let label = clean(&model.indices[0].label);
        assert_eq!(indices(&model, &[(IndexId(0), 0.0)]), "geen index");
        assert_eq!(indices(&model, &[(IndexId(0), 1.0)]), label);
        assert_eq!(indices(&model, &[(IndexId(0), 0.9)]), format!("90% {label}"));
    }
}
