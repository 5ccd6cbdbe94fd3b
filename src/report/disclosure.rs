//! Disclosure control: no page, workbook or data file shows how few people use
//! a provision.
//!
//! Counts are rounded to five and those below ten hidden. What is hidden must
//! not follow from what is shown: a line with one small year hides all its
//! years (its growth is printed), where a total stands beside the lines a
//! second line is hidden, and averages per client, hours per client and
//! figures of rules that use a hidden count go with it. Where clients move
//! between lines, what moves shows in the cost of both: a line that exchanges
//! clients with a hidden one is hidden too. Averages of other lines are rounded
//! so far that cost divided by them gives no more than the rounded count. The
//! hidden set is that of the whole study, so that base and what-if cannot be
//! laid side by side.
//!
//! Words that people wrote themselves are printed as they are.

use std::collections::{BTreeMap, BTreeSet};

use super::words;
use crate::dutch;
use crate::model::{Assumption, Income, Indicator, Model, Quantity};
use crate::projection::{GroupId, Projection};
use crate::rule::Margin;
use crate::rule::figure::unit_name;
use crate::study::{Basis, ImpactSummary, Piece, PieceInput, RiskEntry, ScenarioStudy, Study};
use crate::units::Year;

/// Below this a count is hidden.
pub const FLOOR: f64 = 10.0;
/// To multiples of this a count is rounded.
const STEP: f64 = 5.0;
/// What stands in a cell that is hidden.
pub const HIDDEN: &str = "x";
/// What the sign means, under a table that has it.
pub const HIDDEN_NOTE: &str = "x: dit tonen we niet, om personen te beschermen.";

/// Why something is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A count below ten.
    Small,
    /// It would follow from a total, or from clients who move.
    Follows,
}

impl Why {
    /// For the reader.
    pub fn in_dutch(self) -> &'static str {
        match self {
            Self::Small => "in ten minste één jaar minder dan tien",
            Self::Follows => "anders volgt een klein aantal uit dit aantal",
        }
    }
}

/// A count as it may be shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown {
    /// There is none.
    Nothing,
    /// This number: exact when disclosure control is off, else rounded to five.
    Count(f64),
    /// It may not be shown.
    Hidden,
}

impl Shown {
    /// The number, where it may be shown.
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Count(v) => Some(v),
            Self::Nothing | Self::Hidden => None,
        }
    }
}

/// What is said of a number of a rule.
enum Judged {
    Exact,
    Rounded(f64),
    /// A percentage of counts: to be made of the rounded ones.
    Share,
    Hidden,
}

/// What may be shown of one study.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disclosure {
    on: bool,
    lines: BTreeMap<String, Why>,
    groups: BTreeMap<String, Why>,
    indicators: BTreeMap<String, Why>,
    /// Risks whose amount would give away that of another: the total less the rest.
    risks: BTreeSet<String>,
    /// The smallest count of each line and group that is shown: what their averages are rounded by.
    least: BTreeMap<String, f64>,
    /// Whether the study counts people at all.
    counts: bool,
}

impl Disclosure {
    /// What the municipality asked: on, unless `[report] disclosure = "off"`.
    pub fn of(study: &Study) -> Self {
        let off = study.scenarios.first().is_none_or(|s| s.model.report.disclosure_off);
        if off { Self::exact() } else { Self::on(study) }
    }

    /// Everything exact, for internal use.
    pub fn exact() -> Self {
        Self::default()
    }

    /// Control on, whatever the municipality asked.
    pub fn on(study: &Study) -> Self {
        let mut found = Self { on: true, ..Self::default() };
        let run = study.scenarios.iter().map(|s| (&s.model, &s.projection));
        let all: Vec<(&Model, &Projection)> = run.chain(study.others.iter().map(|(m, p)| (m, p))).collect();
        for (model, projection) in &all {
            found.small_lines(model, projection);
            found.small_indicators(model);
        }
        // A second line is hidden per scenario and year; one that is hidden in
        // one scenario can give away another, so until nothing changes.
        loop {
            let before = (found.lines.len(), found.groups.len());
            for (model, projection) in &all {
                found.neighbours(model);
                found.complement(projection);
            }
            if before == (found.lines.len(), found.groups.len()) {
                break;
            }
        }
        for scenario in &study.scenarios {
            found.lone_risk(scenario);
        }
        found
    }

    /// One hidden amount beside a total is the total less the others: then a
    /// second goes with it, the smallest, and one that no what-if shows if there is one.
    fn lone_risk(&mut self, scenario: &ScenarioStudy) {
        let summed: Vec<&RiskEntry> = scenario.risks.iter().filter(|r| r.summed && r.expected != 0.0).collect();
        let hidden = summed.iter().filter(|r| !self.shows_amount(&scenario.model, r)).count();
        if hidden != 1 {
            return;
        }
        let next = summed.iter().filter(|r| self.shows_amount(&scenario.model, r)).min_by(|a, b| {
            let told = |r: &RiskEntry| r.what_if.is_some();
            told(a).cmp(&told(b)).then(a.expected.abs().total_cmp(&b.expected.abs())).then(a.id.cmp(&b.id))
        });
        if let Some(next) = next {
            self.risks.insert(next.id.clone());
        }
    }

    fn small_lines(&mut self, model: &Model, projection: &Projection) {
        for line in model.lines.costs().filter(|l| l.counts_clients) {
            self.counts = true;
            let projected = projection.lines.iter().find(|l| l.id == line.id);
            let shown = projected.into_iter().flat_map(|l| &l.years).filter_map(|y| y.clients);
            let stated = model.figures.of(&line.id, Quantity::Clients).map(|(_, _, r)| r.value);
            let counts: Vec<f64> = shown.chain(stated).filter(|c| *c > 0.0).collect();
            // How many come in shows in how fast the cost grows, so a small intake counts as a small count.
            let comes_in = line.intake.into_iter().flat_map(|a| model.assumption(a).values.iter().copied());
            if counts.iter().copied().chain(comes_in).any(is_small) {
                self.lines.insert(line.id.clone(), Why::Small);
            }
            self.at_least(&line.id, counts);
        }
        for group in &projection.groups {
            let counts = group.years.iter().filter_map(|y| y.clients).filter(|c| *c > 0.0).collect();
            let name = group.id.to_string();
            self.at_least(name.split_once(':').map_or(name.as_str(), |(_, bare)| bare), counts);
        }
    }

    fn at_least(&mut self, name: &str, counts: Vec<f64>) {
        for count in counts {
            let least = self.least.entry(name.to_owned()).or_insert(count);
            *least = least.min(count);
        }
    }

    /// Lines that exchange clients with a hidden one.
    fn neighbours(&mut self, model: &Model) {
        loop {
            let before = self.lines.len();
            for flow in &model.flows {
                let ends = [flow.from, flow.to].map(|l| model.lines.get(l).id());
                if ends.iter().any(|id| self.lines.contains_key(*id)) {
                    for id in ends {
                        self.lines.entry(id.to_owned()).or_insert(Why::Follows);
                    }
                }
            }
            if before == self.lines.len() {
                return;
            }
        }
    }

    fn small_indicators(&mut self, model: &Model) {
        for indicator in model.indicators.iter().filter(|i| counts_people(i)) {
            self.counts = true;
            // Each count stands alone, no growth ties its years: only the small ones are hidden.
            if model.figures.of(&indicator.id, Quantity::Count).any(|(_, _, r)| is_small(r.value)) {
                self.indicators.insert(indicator.id.clone(), Why::Small);
            }
        }
    }

    /// Where a total stands beside the lines: at least two hidden, together at least ten.
    fn complement(&mut self, projection: &Projection) {
        for group in &projection.groups {
            for (at, year) in group.years.iter().enumerate() {
                let Some(total) = year.clients else { continue };
                let members: Vec<(&str, f64)> = group
                    .members
                    .iter()
                    .filter_map(|(line, share)| {
                        let line = projection.lines.get(line.0)?;
                        Some((line.id.as_str(), line.years.get(at)?.clients? * share))
                    })
                    .filter(|(_, count)| *count > 0.0)
                    .collect();
                let hidden = |d: &Self| -> Vec<f64> {
                    members.iter().filter(|m| d.lines.contains_key(m.0)).map(|m| m.1).collect()
                };
                while let own = hidden(self)
                    && !own.is_empty()
                    && (own.len() < 2 || own.iter().sum::<f64>() < FLOOR)
                {
                    let next = members
                        .iter()
                        .filter(|m| !self.lines.contains_key(m.0))
                        .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(b.0)));
                    let Some(next) = next else {
                        // Nothing left to hide behind: then the total goes.
                        self.groups.insert(group.id.to_string(), Why::Follows);
                        break;
                    };
                    self.lines.insert(next.0.to_owned(), Why::Follows);
                }
                if is_small(total) {
                    self.groups.insert(group.id.to_string(), Why::Small);
                }
            }
        }
    }

    /// Whether counts are rounded and hidden.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// Whether the counts of a line are hidden, and what follows from them.
    pub fn hides_line(&self, line: &str) -> bool {
        self.lines.contains_key(line)
    }

    /// The clients of a line in a year.
    pub fn clients(&self, line: &str, count: Option<f64>) -> Shown {
        self.shown(count, self.hides_line(line))
    }

    /// The clients of a group in a year.
    pub fn clients_of(&self, group: &GroupId, count: Option<f64>) -> Shown {
        // Totals that cut the lines in another way could be subtracted from each other.
        let crosses = !matches!(group, GroupId::Domain(_)) && !self.lines.is_empty();
        self.shown(count, crosses || self.groups.contains_key(&group.to_string()))
    }

    /// Euros per client of a line or group as they may be shown: rounded so far
    /// that dividing its cost by them leaves the count as unsure as rounding to
    /// five does.
    pub fn average(&self, name: &str, value: f64) -> f64 {
        let Some(least) = self.least.get(name).filter(|_| self.on) else { return value };
        let wide = (value * STEP / least).abs();
        let mut step = 1.0;
        while step < wide {
            // 1, 2, 5, 10, 20, ...
            step *= if step_starts_with_two(step) { 2.5 } else { 2.0 };
        }
        dutch::round(value / step, 0) * step
    }

    /// A count of an indicator.
    pub fn indicator(&self, indicator: &Indicator, count: f64) -> Shown {
        if !counts_people(indicator) {
            return Shown::Count(count);
        }
        self.shown(Some(count), false)
    }

    fn shown(&self, count: Option<f64>, hidden: bool) -> Shown {
        match count {
            None => Shown::Nothing,
            Some(v) if !self.on => Shown::Count(v),
            // Nobody is nobody: a line that starts later shows its 0.
            Some(0.0) if !hidden => Shown::Count(0.0),
            Some(v) if hidden || is_small(v) => Shown::Hidden,
            Some(v) => Shown::Count(to_five(v)),
        }
    }

    /// Whether the value of an assumption would give a hidden count away:
    /// euros or hours per client of a hidden line, contributions of its
    /// clients, small numbers who come in.
    pub fn hides(&self, model: &Model, assumption: &Assumption) -> bool {
        if !self.on {
            return false;
        }
        if is_intake(&assumption.address) && assumption.values.iter().copied().any(is_small) {
            return true;
        }
        self.hides_address(model, &assumption.address)
    }

    /// The same by address, for a part of a line.
    pub fn hides_address(&self, model: &Model, address: &str) -> bool {
        let parts: Vec<&str> = address.split('.').collect();
        match parts.as_slice() {
            ["cost", id, "unit_cost" | "luck", ..] | ["cost", id, "volume", "intake", ..] => self.hides_line(id),
            ["revenue", id, "contribution", ..] => {
                model.lines.revenues().filter(|r| r.id == *id).any(|r| match &r.income {
                    Income::Contribution(c) => c.lines.iter().any(|l| self.hides_line(model.lines.get(*l).id())),
                    _ => false,
                })
            }
            _ => false,
        }
    }

    /// The values of an assumption as they may be shown.
    pub fn values(&self, model: &Model, assumption: &Assumption) -> Option<Vec<f64>> {
        if self.hides(model, assumption) {
            return None;
        }
        let round = self.on && is_intake(&assumption.address);
        Some(assumption.values.iter().map(|v| if round { to_five(*v) } else { *v }).collect())
    }

    /// The values of an assumption in words.
    pub fn series(&self, model: &Model, assumption: &Assumption) -> String {
        self.values(model, assumption)
            .map_or_else(|| "niet getoond".to_owned(), |v| words::series(&v, assumption.scale, model.base_year()))
    }

    /// How sure an assumption is, in words.
    pub fn uncertainty(&self, model: &Model, assumption: &Assumption) -> String {
        if self.hides(model, assumption) {
            return "niet getoond".to_owned();
        }
        words::uncertainty(assumption).unwrap_or_else(|| "vast".to_owned())
    }

    /// A piece of a rule's text as it may be shown.
    pub fn piece(&self, model: &Model, piece: &Piece) -> Piece {
        let Piece::Figure { printed, address, unit, value, formula, inputs } = piece else { return piece.clone() };
        let inputs = self.inputs(model, inputs);
        let (printed, value) = match self.judge(model, &[address, formula], unit, *value) {
            Judged::Exact => (printed.clone(), *value),
            Judged::Hidden => {
                let words = match unit.as_str() {
                    "clients" => "een niet getoond aantal cliënten",
                    "euro" | "euro per client" => "een niet getoond bedrag",
                    "percent" => "een niet getoond percentage",
                    _ => "een niet getoond aantal",
                };
                return Piece::Plain(words.to_owned());
            }
            Judged::Rounded(value) => {
                let printed = match unit.as_str() {
                    "euro" => dutch::euro(value),
                    "euro per client" if printed.contains("cliënt") => format!("{} per cliënt", dutch::euro(value)),
                    "euro per client" => dutch::euro(value),
                    "clients" if printed.contains("cliënt") => dutch::clients(value),
                    _ => dutch::whole(value),
                };
                (printed, value)
            }
            Judged::Share => {
                let value = share_of_shown(address, &inputs).unwrap_or_else(|| to_five_percent(*value));
                (dutch::percent(value, 1), value)
            }
        };
        Piece::Figure { printed, address: address.clone(), unit: unit.clone(), value, formula: formula.clone(), inputs }
    }

    /// The impact of a risk as it may be shown; none where its amount would
    /// give a hidden count away.
    pub fn impact(&self, model: &Model, risk: &RiskEntry) -> Option<ImpactSummary> {
        let impact = risk.impact.filter(|_| risk.basis != Basis::ProMemorie)?;
        if self.risks.contains(&risk.id) {
            return None;
        }
        let Some(origin) = &risk.impact_origin else { return Some(impact) };
        let shown = |value: f64| match self.judge(model, &[&origin.formula], "euro", value) {
            Judged::Exact | Judged::Share => Some(value),
            Judged::Rounded(value) => Some(value),
            Judged::Hidden => None,
        };
        Some(ImpactSummary {
            mean: shown(impact.mean)?,
            p10: shown(impact.p10)?,
            p50: shown(impact.p50)?,
            p90: shown(impact.p90)?,
        })
    }

    /// Whether what a risk costs may be shown: its impact, its part of a total.
    pub fn shows_amount(&self, model: &Model, risk: &RiskEntry) -> bool {
        risk.impact.is_none() || risk.basis == Basis::ProMemorie || self.impact(model, risk).is_some()
    }

    /// Whether an amount is hidden for the sake of another.
    pub fn follows(&self, risk: &RiskEntry) -> bool {
        self.risks.contains(&risk.id)
    }

    /// The chance of a risk as it may be shown. The share of draws beyond so
    /// many euros per client says how much a client costs, and so how many there are.
    pub fn chance(&self, model: &Model, risk: &RiskEntry) -> Option<f64> {
        risk.chance.filter(|_| !self.hides_chance(model, risk))
    }

    /// Whether there is a chance that may not be shown.
    pub fn hides_chance(&self, model: &Model, risk: &RiskEntry) -> bool {
        let (Some(p), Some(origin)) = (risk.chance, &risk.chance_origin) else { return false };
        matches!(self.judge(model, &[&origin.formula], "percent", p), Judged::Hidden)
    }

    /// The figures behind a number of a rule, without those that are hidden.
    pub fn inputs(&self, model: &Model, inputs: &[PieceInput]) -> Vec<PieceInput> {
        let shown = |i: &PieceInput| match self.judge(model, &[&i.address], &i.unit, i.value) {
            Judged::Exact => Some(i.clone()),
            Judged::Rounded(value) => Some(PieceInput { value, ..i.clone() }),
            Judged::Share => Some(PieceInput { value: to_five_percent(i.value), ..i.clone() }),
            Judged::Hidden => None,
        };
        inputs.iter().filter_map(shown).collect()
    }

    /// How far a rule is from its border, as it may be shown.
    pub fn margin(&self, model: &Model, margin: &Margin) -> Option<Margin> {
        let unit = unit_name(margin.unit);
        let number = |value: f64| match self.judge(model, &[&margin.left, &margin.right], unit, value) {
            Judged::Exact => Some(value),
            Judged::Rounded(value) => Some(value),
            Judged::Share => Some(to_five_percent(value)),
            Judged::Hidden => None,
        };
        Some(Margin { distance: number(margin.distance)?, border: number(margin.border)?, ..margin.clone() })
    }

    /// Whether a number that rests on these addresses may be shown.
    fn judge(&self, model: &Model, texts: &[&str], unit: &str, value: f64) -> Judged {
        if !self.on {
            return Judged::Exact;
        }
        let of = |word: &'static str| texts.iter().flat_map(move |t| named(t, word));
        let mut people = of("clients").chain(of("price")).peekable();
        let counted: Vec<&Indicator> = of("indicator")
            .filter_map(|id| model.indicators.iter().find(|i| i.id == id))
            .filter(|i| counts_people(i))
            .collect();
        if people.peek().is_none() && counted.is_empty() {
            return Judged::Exact;
        }
        let group = |name: &str| {
            self.groups.contains_key(&format!("domain:{name}"))
                || self.groups.contains_key(&format!("taakveld:{name}"))
                || self.groups.contains_key(name)
        };
        let counts = unit == "clients" || (unit == "number" && !counted.is_empty());
        let hidden = people.any(|n| self.hides_line(n) || group(n))
            || counted.iter().any(|i| texts.iter().any(|t| asks_small(model, i, t)))
            || (counts && is_small(value.abs()));
        if hidden {
            return Judged::Hidden;
        }
        // An amount made of a count is as unsure as the count that is shown.
        if unit == "euro per client" || (unit == "euro" && texts.iter().any(|t| asks_people(t))) {
            let names = texts.iter().flat_map(|t| ["clients", "price"].into_iter().flat_map(|w| named(t, w)));
            return Judged::Rounded(names.fold(value, |v, name| self.average(name, v)));
        }
        let share = unit == "percent" && !texts.iter().any(|t| t.contains("chance("));
        match (counts, share) {
            (true, _) => Judged::Rounded(to_five(value)),
            // An exact percentage beside two rounded counts gives both away.
            (false, true) => Judged::Share,
            (false, false) => Judged::Exact,
        }
    }

    /// What is hidden, with the reason, in the order of the file; empty where nothing is.
    pub fn report(&self, model: &Model) -> Vec<(String, Why)> {
        let lines = model.lines.costs().filter_map(|l| self.lines.get(&l.id).map(|why| (words::clean(&l.label), *why)));
        let groups = model.domains.iter().filter_map(|d| {
            let why = self.groups.get(&format!("domain:{}", d.id))?;
            Some((format!("{} (totaal)", words::clean(&d.label)), *why))
        });
        let indicators = model.indicators.iter().filter_map(|i| {
            self.indicators.get(&i.id).map(|why| (of_years(&words::clean(&i.label), &small_years(model, &i.id)), *why))
        });
        lines.chain(groups).chain(indicators).collect()
    }

    /// Whether there is anything to say about it: control is on and people are counted.
    pub fn speaks(&self) -> bool {
        self.on && self.counts
    }

    /// What stands on every page when counts are exact.
    pub fn mark(&self) -> Option<String> {
        (!self.on).then(|| "Alleen voor intern gebruik: kleine aantallen cliënten zijn niet verborgen.".to_owned())
    }
}

/// The years in which an indicator counts fewer than ten: only those are hidden.
fn small_years(model: &Model, indicator: &str) -> Vec<Year> {
    let small = model.figures.of(indicator, Quantity::Count).filter(|(_, _, r)| is_small(r.value));
    small.map(|(_, year, _)| year).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A label with the years that it is about.
fn of_years(label: &str, years: &[Year]) -> String {
    let years: Vec<String> = years.iter().map(ToString::to_string).collect();
    if years.is_empty() { label.to_owned() } else { format!("{label}, alleen {}", dutch::list(&years)) }
}

/// Between nobody and ten.
fn is_small(count: f64) -> bool {
    count > 0.0 && count < FLOOR
}

/// To the nearest five.
fn to_five(count: f64) -> f64 {
    dutch::round(count / STEP, 0) * STEP
}

/// To the nearest five percentage points.
fn to_five_percent(share: f64) -> f64 {
    dutch::round(share * 20.0, 0) / 20.0
}

/// A share or a growth of two counts that are shown, made of what is shown.
fn share_of_shown(address: &str, inputs: &[PieceInput]) -> Option<f64> {
    let (ratio, less) = match address.strip_suffix(" - 100%") {
        Some(ratio) => (ratio, 1.0),
        None => (address, 0.0),
    };
    let (part, whole) = ratio.split_once(" / ")?;
    let shown = |of: &str| inputs.iter().find(|i| i.address == of).map(|i| i.value);
    let (part, whole) = (shown(part)?, shown(whole)?);
    (whole > 0.0).then(|| part / whole - less)
}

/// Whether a step of the row 1, 2, 5, 10, 20, 50 starts with a two.
fn step_starts_with_two(step: f64) -> bool {
    let mut first = step;
    while first >= 10.0 {
        first /= 10.0;
    }
    (1.5..4.0).contains(&first)
}

fn is_intake(address: &str) -> bool {
    address.starts_with("cost.") && address.ends_with(".volume.intake")
}

/// Units of indicators that are people, households, or what one person has.
const PEOPLE: [&str; 26] = [
    "aanmelding",
    "aanvra",
    "beschikking",
    "bewoner",
    "bezoeker",
    "casus",
    "client",
    "cliënt",
    "deelnemer",
    "gebruiker",
    "gezin",
    "huishouden",
    "indicatie",
    "inwoner",
    "jeugdige",
    "jongere",
    "kind",
    "klant",
    "leerling",
    "melding",
    "mens",
    "ouder",
    "person",
    "persoon",
    "signa",
    "uitkering",
];

/// Whether an indicator counts people, so that a small count may point at somebody.
pub fn counts_people(indicator: &Indicator) -> bool {
    let unit = indicator.unit.to_lowercase();
    PEOPLE.iter().any(|p| unit.contains(p))
        || ["statushouder", "vluchteling", "mantelzorger", "traject", "vrijwilliger"].iter().any(|p| unit.contains(p))
}

/// Whether a text asks for clients or for cost per client.
fn asks_people(text: &str) -> bool {
    named(text, "clients").chain(named(text, "price")).next().is_some()
}

/// Whether a text asks for a small count of an indicator: `indicator(crisis, 2025)`.
fn asks_small(model: &Model, indicator: &Indicator, text: &str) -> bool {
    model
        .figures
        .of(&indicator.id, Quantity::Count)
        .any(|(_, year, r)| is_small(r.value) && text.contains(&format!("indicator({}, {year})", indicator.id)))
}

/// The names that a word is asked of: `clients(avslh, 2025)` names `avslh`.
fn named<'a>(text: &'a str, word: &'static str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            return None;
        }
        let inside = text[at + word.len()..].strip_prefix('(')?;
        let end = inside.find([',', ')'])?;
        Some(inside[..end].trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests;
