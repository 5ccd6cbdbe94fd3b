//! Signals in time: in which year does a rule begin to speak, and how far is it
//! from doing so?
//!
//! Each rule runs once for every projected year, with that year in focus
//! (`o.year` and `o.last_budget_year`). The comparisons of figures that it makes
//! are remembered by the operators: the one that decides says how far the rule
//! is from tipping.

use std::sync::Arc;

use serde::Serialize;

use super::RuleSet;
use super::engine::{Runner, not_applicable, with_stack};
use super::facts::Facts;
use super::session::Comparison;
use super::syntax::Compiled;
use crate::dutch::Quantity;
use crate::units::Year;

/// What one rule says, year by year.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// Rule id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Its domain.
    pub domain: String,
    /// Whether it looks at the year in focus; if not, all years are alike.
    pub by_year: bool,
    /// One per projected year.
    pub years: Vec<SignalYear>,
    /// The first year in which it finds a risk.
    pub first_year: Option<Year>,
}

/// What one rule says in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalYear {
    /// The year.
    pub year: Year,
    /// Whether it finds a risk.
    pub state: State,
    /// How far the comparison that decides is from tipping; none where none decides.
    pub margin: Option<Margin>,
    /// How its chance was computed, as an expression; none where it has none.
    pub chance_formula: Option<String>,
}

/// Whether a rule finds a risk.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub enum State {
    /// It does, with this chance (none where the risk is pm).
    Fires(Option<f64>),
    /// It does not.
    Quiet,
    /// It cannot say, for this reason: a figure of that year is missing.
    Unknown(String),
}

/// A comparison and its distance.
#[derive(Clone, Debug, PartialEq)]
pub struct Margin {
    /// What is compared: `mean(cost(jeugd, 2029) - budget(jeugd, 2029))`.
    pub left: String,
    /// With what: `parameter(threshold)`.
    pub right: String,
    /// Left less right, unrounded; percentages as fractions.
    pub distance: f64,
    /// The border: the side that the rule sets itself, else the right one.
    pub border: f64,
    /// That side as an expression.
    pub border_formula: String,
    /// In which unit.
    pub unit: Quantity,
}

/// The signals of all rules that apply, by rule id.
pub(super) fn signals(rules: &RuleSet, facts: &Arc<dyn Facts>) -> Vec<Signal> {
    let (set, facts) = (rules.clone(), facts.clone());
    with_stack(move || of(&Runner::new(&set), &set, &facts)).unwrap_or_default()
}

/// The same, on the thread of a runner; figures that it has read are not read again.
pub(super) fn of(runner: &Runner<'_>, rules: &RuleSet, facts: &Arc<dyn Facts>) -> Vec<Signal> {
    let years: Vec<Year> = facts.base_year().plus(1).through(facts.horizon()).take(200).collect();
    let applies = |rule: &&Compiled| not_applicable(&rule.head, facts.as_ref()).is_none();
    let signals = rules.compiled().iter().filter(applies).map(|rule| one(runner, rule, facts, &years));
    // Of which no year is known, the list of rules says why.
    let known = |s: &Signal| s.years.is_empty() || s.years.iter().any(|y| !matches!(y.state, State::Unknown(_)));
    let signals = signals.filter(known).collect();
    runner.session.forget_figures();
    signals
}

/// One rule, year by year; once where it does not look at the year.
fn one(runner: &Runner<'_>, rule: &Compiled, facts: &Arc<dyn Facts>, years: &[Year]) -> Signal {
    let mut found: Vec<SignalYear> = Vec::new();
    let mut by_year = true;
    for year in years {
        match found.first() {
            Some(first) if !by_year => found.push(SignalYear { year: *year, ..first.clone() }),
            _ => {
                found.push(in_year(runner, rule, facts, *year));
                by_year = runner.session.asked_year();
            }
        }
    }
    let fires = |y: &&SignalYear| matches!(y.state, State::Fires(_));
    let first_year = found.iter().find(fires).map(|y| y.year).filter(|_| by_year);
    Signal {
        rule: rule.head.id.clone(),
        title: rule.head.title.clone(),
        domain: rule.head.domain.clone(),
        by_year,
        years: found,
        first_year,
    }
}

fn in_year(runner: &Runner<'_>, rule: &Compiled, facts: &Arc<dyn Facts>, year: Year) -> SignalYear {
    let result = runner.find(rule, facts, Some(year));
    let comparisons = runner.session.take_comparisons();
    let id = &rule.head.id;
    let likeliest = result.as_ref().ok().and_then(|(findings, _)| {
        let all = findings.iter().filter_map(|f| Some((f.chance?, f)));
        all.reduce(|best, next| if next.0 > best.0 { next } else { best })
    });
    let chance_formula = likeliest
        .and_then(|(_, f)| f.evidence.get(f.chance_evidence?))
        .map(|evidence| super::of_rule(id, &evidence.formula));
    let state = match result {
        Ok((findings, _)) => match findings.first() {
            Some(_) => State::Fires(findings.iter().filter_map(|f| f.chance).reduce(f64::max)),
            None => runner.session.take_not_given().map_or(State::Quiet, State::Unknown),
        },
        Err(diagnostics) => State::Unknown(
            runner
                .reason_of(&diagnostics)
                .or_else(|| diagnostics.first().map(|d| d.message.clone()))
                .unwrap_or_default(),
        ),
    };
    let margin = match state {
        // Nothing compared with nothing is a guard of the rule, no border.
        State::Fires(_) => {
            let here = of_the_year(&comparisons, year);
            // A parameter decides before figures that the rule compares to choose
            // its words; one that was held against several names has no distance.
            let decides = |c: &&Comparison| c.by_parameter;
            let of_many = |c: &&Comparison| !here.iter().any(|h| h.position == c.position);
            if comparisons.iter().filter(decides).any(|c| of_many(&c)) {
                None
            } else {
                let parameter = here.iter().any(decides);
                nearest(here.iter().copied().filter(|c| c.size > 0.0 && c.by_parameter == parameter))
            }
        }
        // The last one asked is the one that ended it.
        State::Quiet => comparisons.last().and_then(|last| {
            nearest(of_the_year(&comparisons, year).into_iter().filter(|c| c.position == last.position))
        }),
        State::Unknown(_) => None,
    };
    let margin = margin.map(|m| Margin {
        left: super::of_rule(id, &m.left),
        right: super::of_rule(id, &m.right),
        border_formula: super::of_rule(id, &m.border_formula),
        ..m
    });
    SignalYear { year, state, margin, chance_formula }
}

/// The comparisons that can decide this year. A question asked of several years
/// at one place counts for the year in focus alone; asked of several names it
/// has no one distance, so none of them counts.
fn of_the_year(comparisons: &[Comparison], year: Year) -> Vec<&Comparison> {
    let same = |x: &Comparison, y: &Comparison| x.left == y.left && x.right == y.right;
    let alone = |c: &Comparison, among: &[&Comparison]| {
        among.iter().all(|other| other.position != c.position || same(other, c))
    };
    let all: Vec<&Comparison> = comparisons.iter().collect();
    let named = year.to_string();
    let here: Vec<&Comparison> =
        all.iter().copied().filter(|c| alone(c, &all) || c.left.contains(&named) || c.right.contains(&named)).collect();
    here.iter().copied().filter(|c| alone(c, &here)).collect()
}

/// The comparison that is relatively nearest to tipping.
fn nearest<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> Option<Margin> {
    let relative = |c: &Comparison| {
        if c.size > 0.0 { c.margin.abs() / c.size } else { 0.0 }
    };
    comparisons.min_by(|a, b| relative(a).total_cmp(&relative(b))).map(|c| Margin {
        left: c.left.clone(),
        right: c.right.clone(),
        distance: c.margin,
        border: c.border,
        border_formula: c.border_formula.clone(),
        unit: c.unit,
    })
}
