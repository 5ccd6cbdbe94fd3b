//! The desk at which sections are written: the study, its rounded figures, and
//! the list of evidence that grows as numbers are cited.
//!
//! A cited number travels through `format!` between private-use characters;
//! [`Draft::text`] turns the finished sentence into a [`Text`]. So a sentence
//! reads in the code as it reads on paper.

use std::cell::RefCell;

use super::chart::Amount;
use super::document::{Block, Evidence, Inline, Section, Text};
use super::rounding::{Book, Page, Units};
use super::{addresses, chance, disclosure::Disclosure, words};
use crate::analysis::explain::{Kept, Leaf};
use crate::dutch;
use crate::model::{Expression, Income, Model};
use crate::projection::{GroupId, GroupYear, Projection};
use crate::simulation::{GroupOutcome, Outcome, Settings, Summary};
use crate::study::{Explainer, NumberOrigin, Piece, PieceInput, ScenarioStudy, Study, derive};
use crate::units::Year;

/// Figures behind one number that a note spells out.
const MOST_INPUTS: usize = 8;

const FIGURE: char = '\u{e010}';
const MIDDLE: char = '\u{e011}';
const STRONG: char = '\u{e012}';
const END: char = '\u{e013}';

/// What the sections of one report are written from.
pub struct Draft<'a> {
    /// Everything computed.
    pub study: &'a Study,
    /// The scenario that the report is about.
    pub here: &'a ScenarioStudy,
    /// Its rounded figures.
    pub book: Book,
    /// What may be shown of counts of people.
    pub disclosure: Disclosure,
    evidence: RefCell<Vec<Evidence>>,
    /// Knows on which lines of files a number rests; draws nothing.
    explainer: Explainer<'a>,
    kept: RefCell<Kept>,
}

impl<'a> Draft<'a> {
    /// An empty desk for one scenario of a study.
    pub fn new(study: &'a Study, here: &'a ScenarioStudy) -> Self {
        Self::showing(study, here, Disclosure::of(study))
    }

    /// The same, with what may be shown given.
    pub fn showing(study: &'a Study, here: &'a ScenarioStudy, disclosure: Disclosure) -> Self {
        let book = Book::new(&here.model, &here.projection);
        let explainer = Explainer::new(study, &Settings { draws: 0, ..Settings::default() });
        Self {
            study,
            here,
            book,
            disclosure,
            evidence: RefCell::new(Vec::new()),
            explainer,
            kept: RefCell::new(Kept::default()),
        }
    }

    /// The model of the scenario.
    pub fn model(&self) -> &'a Model {
        &self.here.model
    }

    /// Its projection.
    pub fn projection(&self) -> &'a Projection {
        &self.here.projection
    }

    /// Its draws, where there are any.
    pub fn outcome(&self) -> Option<&'a Outcome> {
        self.here.outcome.as_ref()
    }

    /// The base scenario.
    pub fn base(&self) -> &'a ScenarioStudy {
        self.study.scenarios.first().unwrap_or(self.here)
    }

    /// Whether the report is about the base.
    pub fn is_base(&self) -> bool {
        std::ptr::eq(self.here, self.base())
    }

    /// What balance and result are called: one word where no reserve sets them apart.
    pub fn result_word(&self) -> &'static str {
        let moves = |s: &ScenarioStudy| {
            let total = s.projection.groups.iter().filter(|g| g.id == GroupId::Total);
            total.flat_map(|g| &g.years).any(|y| y.withdrawals != 0.0 || y.additions != 0.0)
        };
        if self.study.scenarios.iter().any(moves) { "resultaat" } else { "saldo" }
    }

    /// The base year.
    pub fn base_year(&self) -> Year {
        self.model().base_year()
    }

    /// The last projected year.
    pub fn horizon(&self) -> Year {
        self.model().horizon()
    }

    /// Position of the last projected year.
    pub fn last(&self) -> usize {
        self.projection().years.len().saturating_sub(1)
    }

    /// A group's years.
    pub fn years_of(&self, id: &GroupId) -> &'a [GroupYear] {
        self.projection().groups.iter().find(|g| g.id == *id).map_or(&[], |g| &g.years)
    }

    /// A group's rounded figures.
    pub fn page(&self, id: &GroupId) -> Option<&Page> {
        self.book.page(id)
    }

    /// A group over the draws.
    pub fn outcome_of(&self, id: &GroupId) -> Option<&'a GroupOutcome> {
        self.outcome()?.groups.iter().find(|g| g.id == *id)
    }

    /// The cost of a group in a year over the draws, where it has a band at all.
    pub fn band(&self, id: &GroupId, year: usize) -> Option<&'a Summary> {
        self.outcome_of(id)?.cost.get(year).filter(|s| has_band(s))
    }

    /// Chance that a group's balance in a year is worse than budgeted; its cost where no revenue
    /// is budgeted. None without a spread.
    pub fn chance_of_worse(&self, id: &GroupId, year: usize) -> Option<f64> {
        chance_of_worse(self.here, id, year)
    }

    /// Labels of the cost lines of a group whose cost in the base year is not known.
    pub fn unknown(&self, id: &GroupId) -> Vec<String> {
        let Some(group) = self.projection().groups.iter().find(|g| g.id == *id) else { return Vec::new() };
        derive::unknown_in_base(self.model(), group)
            .into_iter()
            .map(|l| words::clean(self.model().lines.get(l).label()))
            .collect()
    }

    /// Position of the first year whose cost is known in full: the base year, or the next.
    pub fn start(&self, id: &GroupId) -> usize {
        usize::from(!self.unknown(id).is_empty() && self.last() > 0)
    }

    /// A remark under tables that show a base year whose cost is not known in full.
    pub fn unknown_note(&self, id: &GroupId) -> Option<String> {
        let unknown = self.unknown(id);
        if unknown.is_empty() {
            return None;
        }
        let group = self.projection().groups.iter().find(|g| g.id == *id)?;
        let lines = derive::unknown_in_base(self.model(), group);
        let depends = self.model().lines.revenues().any(|r| match &r.income {
            Income::Follows(f) => lines.contains(&f.line),
            Income::Contribution(c) => c.lines.iter().any(|l| lines.contains(l)),
            Income::SafetyNet(n) => n.cost.iter().any(|l| lines.contains(l)),
            Income::Grows { .. } => false,
        });
        let also = if depends { ", en baten die daarvan afhangen" } else { "" };
        Some(format!("* In {} ontbreken de lasten van {}{also}.", self.base_year(), words::some_of(&unknown, 4)))
    }

    /// The last year in which a group's cost has a budget to compare with, base year excluded.
    pub fn last_budget_year(&self, id: &GroupId) -> Option<usize> {
        (1..self.years_of(id).len()).rev().find(|y| self.years_of(id)[*y].budget_cost.is_some())
    }

    /// An amount of the book in a sentence, without sign, with its evidence.
    pub fn money(&self, units: Units, address: &str, exact: f64, formula: &str) -> String {
        self.cite(&self.book.prose(units, exact), address, dutch::euro_cents(exact), formula)
    }

    /// An amount whose sign no word of the sentence tells, with its evidence:
    /// `min € 120.000` where cost is negative.
    pub fn signed(&self, units: Units, address: &str, exact: f64, formula: &str) -> String {
        let amount = self.money(units, address, exact, formula);
        if units < 0 { format!("min {amount}") } else { amount }
    }

    /// An amount that stands in no table, without sign, with its evidence.
    pub fn euros(&self, exact: f64, address: &str, formula: &str) -> String {
        self.money(self.book.round(exact), address, exact, formula)
    }

    /// An amount for a chart, rounded as in the tables.
    pub fn mark(&self, exact: f64) -> Amount {
        self.mark_as(self.book.round(exact), exact)
    }

    /// An amount of the book for a chart.
    pub fn mark_as(&self, units: Units, exact: f64) -> Amount {
        let words = self.book.prose(units, exact);
        Amount::new(exact, if units < 0 { words.replacen("€ ", "€ -", 1) } else { words })
    }

    /// The middle 80 % of a figure, with its evidence.
    pub fn between(&self, summary: &Summary, address: &str) -> String {
        let (low, high) = (summary.p10, summary.p90);
        // Of two negative bounds the sizes are printed; the sentence says `negatief`.
        let negative = self.book.round(low) < 0 && self.book.round(high) < 0;
        let (low, high) = if negative { (-high, -low) } else { (low, high) };
        let printed = self.book.range(low, high);
        let value = format!("{} – {}", dutch::euro_cents(summary.p10), dutch::euro_cents(summary.p90));
        let draws = self.outcome().map_or(0, |o| o.draws);
        let formula = format!("P10 en P90 van {} trekkingen", dutch::whole(draws as f64));
        self.cite(&printed, &addresses::both(addresses::band(address)), value, &formula)
    }

    /// A simulated chance without its word, with its evidence.
    pub fn chance_alone(&self, p: f64, address: &str) -> String {
        let draws = self.outcome().map_or(0, |o| o.draws);
        let formula = format!("aandeel van {} trekkingen", dutch::whole(draws as f64));
        self.cite(&chance::simulated_number(p), address, dutch::percent(p, 2), &formula)
    }

    /// A simulated chance with its word, with its evidence.
    pub fn likely(&self, p: f64, address: &str) -> String {
        let printed = self.chance_alone(p, address);
        format!("{printed} ({})", chance::word(&self.model().report.chance_words, p))
    }

    /// A chance that somebody states with its word, with its evidence.
    pub fn stated(&self, p: f64, address: &str) -> String {
        let whole = chance::stated(&self.model().report.chance_words, p);
        let (number, word) =
            whole.split_once(" (").map_or((whole.as_str(), String::new()), |(n, w)| (n, format!(" ({w}")));
        format!("{}{word}", self.cite(number, address, dutch::percent(p, 4), "zoals opgegeven"))
    }

    /// A percentage with its evidence.
    pub fn percent(&self, fraction: f64, address: &str, formula: &str) -> String {
        self.cite(&words::percent(fraction), address, dutch::percent(fraction, 4), formula)
    }

    /// A number of a rule: an expression of figures has an address too, the
    /// expression; the figures that went in stand beside it with their values.
    fn rule_figure(&self, printed: &str, unit: &str, value: f64, formula: &str, from: (&[PieceInput], &str)) -> String {
        let (inputs, risk) = from;
        let how = match inputs {
            [] => "een getal uit de regel zelf",
            [only] if only.address == formula => "een getal van de raming of de cijfers",
            _ => "berekend uit de getallen hierna",
        };
        let mut rests_on = inputs_of(inputs);
        if inputs.is_empty() {
            // A number that the rule states itself stands in its file.
            let stem = risk.rsplit_once('-').map_or(risk, |(stem, _)| stem);
            let rule = |id: &str| self.study.rules.iter().find(|r| r.id == id);
            rests_on.extend(rule(risk).or_else(|| rule(stem)).map(|r| r.place.file.to_string()));
        }
        self.cite_from(&words::clean(printed), formula, exact(value, unit), how, rests_on)
    }

    /// A chance that a rule took from the draws, with its word and its evidence.
    pub fn rule_chance(&self, p: f64, origin: &NumberOrigin) -> String {
        let how = "aandeel van de trekkingen";
        let value = dutch::percent(p, 2);
        let printed = self.cite_from(
            &chance::simulated_number(p),
            &origin.formula,
            value,
            how,
            inputs_of(&self.disclosure.inputs(self.model(), &origin.inputs)),
        );
        format!("{printed} ({})", chance::word(&self.model().report.chance_words, p))
    }

    /// An amount that a rule computed, without sign, with its evidence.
    pub fn rule_amount(&self, exact: f64, origin: &NumberOrigin) -> String {
        let printed = self.book.prose(self.book.round(exact), exact);
        let how = "gemiddelde als het gebeurt";
        let inputs = self.disclosure.inputs(self.model(), &origin.inputs);
        self.cite_from(&printed, &origin.formula, dutch::euro_cents(exact), how, inputs_of(&inputs))
    }

    /// A number with where it comes from; the same number of the same address is listed once.
    pub fn cite(&self, printed: &str, address: &str, value: String, formula: &str) -> String {
        let known = self.evidence.borrow().iter().any(|e| e.printed == printed && e.address == address);
        // What is listed already needs no second look.
        let rests_on = if known { Vec::new() } else { self.rests_on(address) };
        self.cite_from(printed, address, value, formula, rests_on)
    }

    /// The lines of files behind an address, by file.
    fn rests_on(&self, address: &str) -> Vec<String> {
        let mut leaves = Vec::new();
        for part in address.split("; ") {
            let Ok(expression) = part.parse::<Expression>() else { continue };
            let id = &self.model().scenario.id;
            let found = self.explainer.leaves(id, &mut self.kept.borrow_mut(), &expression);
            leaves.extend(found.unwrap_or_default());
        }
        lines_of(&leaves)
    }

    /// The same, where it is known what it rests on.
    fn cite_from(&self, printed: &str, address: &str, value: String, formula: &str, rests_on: Vec<String>) -> String {
        let mut list = self.evidence.borrow_mut();
        let known = list.iter().position(|e| e.printed == printed && e.address == address && e.value == value);
        let number = known.unwrap_or_else(|| {
            list.push(Evidence {
                printed: printed.to_owned(),
                address: words::clean(address),
                value,
                formula: words::clean(formula),
                rests_on,
            });
            list.len() - 1
        });
        format!("{FIGURE}{number}{MIDDLE}{printed}{END}")
    }

    /// A finished sentence, or several.
    pub fn text(&self, marked: impl AsRef<str>) -> Text {
        parse(marked.as_ref(), self.evidence.borrow().len())
    }

    /// The text of a rule about a risk; its figures join the evidence.
    pub fn pieces(&self, risk: &str, pieces: &[Piece]) -> String {
        let mut out = String::new();
        for piece in pieces {
            let piece = &self.disclosure.piece(self.model(), piece);
            match piece {
                Piece::Plain(plain) => {
                    // Words keep their outer spaces: they stand between figures.
                    let kept: String = plain
                        .chars()
                        .map(|c| if c.is_whitespace() { ' ' } else { c })
                        .filter(|c| !c.is_control() && !('\u{e000}'..='\u{f8ff}').contains(c))
                        .collect();
                    out.push_str(&kept);
                }
                Piece::Figure { printed, unit, value, formula, inputs, .. } => {
                    out.push_str(&self.rule_figure(printed, unit, *value, formula, (inputs, risk)));
                }
            }
        }
        out
    }

    /// The evidence that the sections cite, numbered in the order in which
    /// they are read, and the sections with those numbers.
    pub fn finish(self, mut sections: Vec<Section>) -> (Vec<Section>, Vec<Evidence>) {
        let gathered = self.evidence.into_inner();
        let mut order: Vec<usize> = Vec::new();
        let mut renumber = |text: &mut Text| {
            for inline in &mut text.0 {
                if let Inline::Figure { evidence, .. } = inline {
                    let at = order.iter().position(|e| e == evidence).unwrap_or_else(|| {
                        order.push(*evidence);
                        order.len() - 1
                    });
                    *evidence = at;
                }
            }
        };
        for block in sections.iter_mut().flat_map(|s| &mut s.blocks) {
            match block {
                Block::Paragraph(text) | Block::Label(text) => renumber(text),
                Block::List(items) => items.iter_mut().for_each(&mut renumber),
                Block::Table(_) | Block::Chart(_) => {}
            }
        }
        let evidence = order.into_iter().filter_map(|e| gathered.get(e).cloned()).collect();
        (sections, evidence)
    }
}

/// See [`Draft::chance_of_worse`], of any scenario.
pub fn chance_of_worse(scenario: &ScenarioStudy, id: &GroupId, year: usize) -> Option<f64> {
    let group = scenario.outcome.as_ref()?.groups.iter().find(|g| g.id == *id)?;
    let spread = group.balance.get(year).is_some_and(has_band) || group.cost.get(year).is_some_and(has_band);
    let short = group.shortfall.get(year).and_then(|s| s.as_ref()).and_then(|s| s.chance_above_budget);
    short.or(group.cost.get(year)?.chance_above_budget).filter(|_| spread)
}

/// What a scenario's [`chance_of_worse`] is a chance of: of cost alone where the year has no
/// shortfall, because revenue has no budget.
pub fn chance_is_of_cost(scenario: &ScenarioStudy, id: &GroupId, year: usize) -> bool {
    let group = scenario.outcome.as_ref().and_then(|o| o.groups.iter().find(|g| g.id == *id));
    group
        .is_some_and(|g| g.shortfall.get(year).and_then(|s| s.as_ref()).is_none_or(|s| s.chance_above_budget.is_none()))
}

/// After "de kans op": what is worse than budgeted, see [`chance_is_of_cost`].
pub fn worse_than_budgeted(scenario: &ScenarioStudy, id: &GroupId, year: usize) -> &'static str {
    if chance_is_of_cost(scenario, id, year) { "hogere lasten dan begroot" } else { "een slechter saldo dan begroot" }
}

/// Words set apart.
pub fn strong(text: &str) -> String {
    format!("{STRONG}{text}{END}")
}

/// Whether a figure has a spread worth printing.
pub fn has_band(summary: &Summary) -> bool {
    summary.p10.is_finite() && summary.p90.is_finite() && summary.p90 - summary.p10 > 0.5
}

fn parse(marked: &str, known: usize) -> Text {
    let mut out: Vec<Inline> = Vec::new();
    let mut rest = marked;
    while let Some(at) = rest.find([FIGURE, STRONG]) {
        let (before, marked) = rest.split_at(at);
        push_plain(&mut out, before);
        let mark = if marked.starts_with(FIGURE) { FIGURE } else { STRONG };
        let inside = &marked[mark.len_utf8()..];
        let Some(end) = inside.find(END) else {
            rest = inside;
            continue;
        };
        let (held, after) = (&inside[..end], &inside[end + END.len_utf8()..]);
        if mark == STRONG {
            out.push(Inline::Strong(held.to_owned()));
        } else if let Some((number, printed)) = held.split_once(MIDDLE) {
            match number.parse::<usize>() {
                Ok(evidence) if evidence < known => {
                    out.push(Inline::Figure { printed: printed.to_owned(), evidence });
                }
                _ => push_plain(&mut out, printed),
            }
        }
        rest = after;
    }
    push_plain(&mut out, rest);
    Text(out)
}

fn push_plain(out: &mut Vec<Inline>, words: &str) {
    let words: String = words.chars().filter(|c| ![MIDDLE, END].contains(c)).collect();
    if words.is_empty() {
        return;
    }
    if let Some(Inline::Plain(last)) = out.last_mut() {
        last.push_str(&words);
    } else {
        out.push(Inline::Plain(words));
    }
}

/// The figures behind a number of a rule, each with its value and its source.
fn inputs_of(inputs: &[PieceInput]) -> Vec<String> {
    let input = |i: &PieceInput| {
        let value = exact(i.value, &i.unit);
        match &i.source {
            Some(source) => format!("{} = {value}, uit {source}", i.address),
            None => format!("{} = {value}", i.address),
        }
    };
    let rest = inputs.len().saturating_sub(MOST_INPUTS);
    let more = (rest > 0).then(|| format!("en nog {}", dutch::counted(rest, "getal", "getallen")));
    inputs.iter().take(MOST_INPUTS).map(input).chain(more).map(|t| words::clean(&t)).collect()
}

/// A figure to the cent, or as exact as its unit asks.
fn exact(value: f64, unit: &str) -> String {
    match unit {
        "euro" => dutch::euro_cents(value),
        "euro per client" => format!("{} per cliënt", dutch::euro_cents(value)),
        "percent" => dutch::percent(value, 4),
        "clients" => format!("{} cliënten", dutch::short(value, 2)),
        _ => dutch::short(value, 6),
    }
}

/// Most lines of one file that are named before the rest is counted.
const MOST_LINES: usize = 4;

/// `figures.csv regel 3 en 7; base.toml regel 48: raming van het Rijk`, files
/// in order of first use; one value alone is told with its source.
fn lines_of(leaves: &[Leaf]) -> Vec<String> {
    let mut files: Vec<(&str, Vec<u32>)> = Vec::new();
    for leaf in leaves.iter().filter(|l| l.place.line > 0) {
        match files.iter_mut().find(|(file, _)| *file == &*leaf.place.file) {
            Some((_, lines)) => lines.push(leaf.place.line),
            None => files.push((&leaf.place.file, vec![leaf.place.line])),
        }
    }
    let mut told: Vec<String> = files
        .into_iter()
        .map(|(file, mut lines)| {
            lines.sort_unstable();
            lines.dedup();
            let rest = lines.len().saturating_sub(MOST_LINES);
            let mut named: Vec<String> = lines.iter().take(MOST_LINES).map(ToString::to_string).collect();
            if rest > 0 {
                named.push(dutch::counted(rest, "andere", "andere"));
            }
            format!("{file} regel {}", dutch::list(&named))
        })
        .collect();
    let mut sources: Vec<&str> = leaves.iter().filter_map(|l| l.source.as_deref()).collect();
    sources.dedup();
    if let ([one], [only]) = (told.as_mut_slice(), sources.as_slice())
        && leaves.len() == 1
    {
        one.push_str(&format!(": {}", words::clean(only)));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marked_sentence_becomes_text_with_its_figures() {
        let marked = format!("Dat is {FIGURE}0{MIDDLE}€ 5{END} meer dan {}.", strong("vorig jaar"));
        let text = parse(&marked, 1);
        assert_eq!(text.words(), "Dat is € 5 meer dan vorig jaar.");
        assert_eq!(text.0[1], Inline::Figure { printed: "€ 5".into(), evidence: 0 });
        assert_eq!(text.0[3], Inline::Strong("vorig jaar".into()));
    }

    #[test]
    fn a_figure_without_evidence_is_plain_words() {
        let text = parse(&format!("{FIGURE}7{MIDDLE}€ 5{END}"), 1);
        assert_eq!(text, Text::plain("€ 5"));
    }
}
