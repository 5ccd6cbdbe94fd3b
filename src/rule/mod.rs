//! Risk rules: written by policy writers in Rhai, read without running, run in
//! a sandbox, tested, and traceable to the figure behind every number.
//!
//! [`RuleSet::parse`] reads files (as text and a name: only the command line
//! opens files), [`RuleSet::evaluate`] shows them an outcome through [`Facts`]
//! and gives [`Finding`]s. A rule that is broken or fails never stops the
//! others. The same outcome gives the same findings in the same order, on any
//! machine. This is the only room that knows Rhai.

pub mod coverage;
mod engine;
pub mod facts;
mod failure;
pub mod figure;
pub mod finding;
mod given;
mod head;
pub mod lint;
pub mod reference;
mod results;
mod session;
pub mod signal;
mod syntax;
mod template;
pub mod testing;
pub mod vocabulary;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use crate::model::MeasureAmount;
pub use coverage::{CoverageReport, RuleCoverage};
pub use facts::{Draws, Facts, FigureValue, Missing, Names, NotGiven, Requirement, Table};
pub use finding::{Evaluation, Evidence, EvidenceInput, Failed, Finding, Impact, NotApplicable, RichText, Segment};
pub use head::{Head, Parameter};
pub use lint::{Known, lint};
pub use reference::reference;
pub use signal::{Margin, Signal, SignalYear, State};
pub use syntax::MAX_FILE;
pub use template::template;
pub use testing::{TestReport, TestResult, run_tests};

use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::dutch;
use crate::model::RuleParameter;
use engine::{Runner, with_stack};
use syntax::Compiled;

/// A rule's file, read by whoever may read files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSource {
    /// The file's name without `.rhai`: the rule's id.
    pub id: String,
    /// The file as people know it: `rules/jeugd/kosten-boven-begroting.rhai`.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Rules that were read, those that could not be read included.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    /// By id.
    rules: Vec<Compiled>,
    /// By id.
    broken: Vec<Failed>,
}

impl RuleSet {
    /// Reads rules without running them. The diagnostics are those of the rules
    /// that are broken; [`Evaluation::failed`] names them again for the report.
    pub fn parse(sources: &[RuleSource]) -> (Self, Vec<Diagnostic>) {
        let mut sources = sources.to_vec();
        sources.sort_by(|a, b| (&a.id, &a.path).cmp(&(&b.id, &b.path)));
        let places: Vec<(String, String)> = sources.iter().map(|s| (s.id.clone(), s.path.clone())).collect();
        let inner = with_stack(move || read_all(&sources)).unwrap_or_else(|| {
            // Only where the system gives no thread of this size, or Rhai broke off.
            let failed = |(id, path): (String, String)| {
                let place = Place::file(path);
                let diagnostic =
                    Diagnostic::error("internal", &place, "the rule engine broke off while reading the rules");
                Failed { title: id.clone(), rule: id, diagnostics: vec![diagnostic] }
            };
            Inner { rules: Vec::new(), broken: places.into_iter().map(failed).collect() }
        });
        let diagnostics = inner.broken.iter().flat_map(|b| b.diagnostics.iter().cloned()).collect();
        (Self { inner: Arc::new(inner) }, diagnostics)
    }

    /// What every readable rule says about itself, by id.
    pub fn rules(&self) -> impl Iterator<Item = &Head> {
        self.inner.rules.iter().map(|r| r.head.as_ref())
    }

    /// Rules that could not be read, by id.
    pub fn broken(&self) -> &[Failed] {
        &self.inner.broken
    }

    fn compiled(&self) -> &[Compiled] {
        &self.inner.rules
    }

    /// Shows one outcome to all rules.
    pub fn evaluate(&self, facts: Arc<dyn Facts>) -> Evaluation {
        self.evaluate_many(&[facts]).pop().unwrap_or_default()
    }

    /// Shows several outcomes to all rules; one evaluation for each, in order.
    pub fn evaluate_many(&self, outcomes: &[Arc<dyn Facts>]) -> Vec<Evaluation> {
        let (set, outcomes) = (self.clone(), outcomes.to_vec());
        let count = outcomes.len();
        with_stack(move || {
            let runner = Runner::new(&set);
            outcomes.iter().map(|facts| runner.evaluate(facts)).collect()
        })
        .unwrap_or_else(|| {
            let failed = self.rules().map(|head| Failed {
                rule: head.id.clone(),
                title: head.title.clone(),
                diagnostics: vec![Diagnostic::error("internal", &head.place, "the rule engine broke off")],
            });
            vec![Evaluation { failed: failed.collect(), ..Evaluation::default() }; count]
        })
    }

    /// Shows one outcome to all rules, and says what each of them finds in each
    /// projected year. The figures of the outcome are read once for both.
    pub fn evaluate_with_signals(&self, facts: &Arc<dyn Facts>) -> (Evaluation, Vec<Signal>) {
        let (set, outcome) = (self.clone(), facts.clone());
        with_stack(move || {
            let runner = Runner::new(&set);
            let evaluation = runner.evaluate(&outcome);
            let signals = signal::of(&runner, &set, &outcome);
            (evaluation, signals)
        })
        // Where the engine breaks off, it says so for each rule.
        .unwrap_or_else(|| (self.evaluate(facts.clone()), Vec::new()))
    }

    /// What every rule that applies says in each projected year.
    pub fn signals(&self, facts: &Arc<dyn Facts>) -> Vec<Signal> {
        signal::signals(self, facts)
    }

    /// Names of rules that a register gives and that are no rules; warnings,
    /// since with another folder of rules the municipality still runs.
    pub fn check_names<'a>(&self, named: impl IntoIterator<Item = (&'a str, &'a Place)>) -> Vec<Diagnostic> {
        let known = |id: &str| self.rules().any(|h| h.id == id) || self.broken().iter().any(|b| b.rule == id);
        named
            .into_iter()
            .filter(|(id, _)| !known(id))
            .map(|(id, place)| {
                let found = Diagnostic::warning("unknown-rule", place, format!("there is no rule `{id}`"));
                match nearest(id, self.rules().map(|h| h.id.as_str())) {
                    Some(near) => found.help(format!("did you mean `{near}`?")),
                    None => {
                        let ids: Vec<&str> = self.rules().map(|h| h.id.as_str()).collect();
                        found.help(format!("there are: {}", ids.join(", ")))
                    }
                }
            })
            .collect()
    }

    /// What is wrong with the parameters that a municipality or a what-if sets:
    /// an unknown rule or parameter, no number, another unit than the rule's.
    pub fn check_parameters(&self, set: &BTreeMap<String, BTreeMap<String, RuleParameter>>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for (rule, parameters) in set {
            let Some(head) = self.rules().find(|h| h.id == *rule) else {
                if self.broken().iter().any(|b| b.rule == *rule) {
                    continue;
                }
                let ids: Vec<&str> = self.rules().map(|h| h.id.as_str()).collect();
                for parameter in parameters.values().take(1) {
                    // A warning: with another folder of rules the municipality still runs.
                    let diagnostic =
                        Diagnostic::warning("unknown-rule", &parameter.place, format!("there is no rule `{rule}`"));
                    found.push(match nearest(rule, ids.iter().copied()) {
                        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                        None if ids.is_empty() => diagnostic.help("there are no rules here"),
                        None => diagnostic.help(format!("there are: {}", ids.join(", "))),
                    });
                }
                continue;
            };
            for (name, parameter) in parameters {
                found.extend(check_parameter(head, name, parameter));
            }
        }
        found
    }
}

/// A rule's path without where it stands on this machine, which says nothing
/// and would make a report another one elsewhere: from `rules/` on, else its
/// folder and name.
pub fn rule_path(path: &str) -> String {
    let path = path.replace('\\', "/");
    let parts: Vec<&str> = path.split('/').collect();
    let from = parts.iter().rposition(|p| *p == "rules").unwrap_or(parts.len().saturating_sub(2));
    parts[from..].join("/")
}

fn check_parameter(head: &Head, name: &str, set: &RuleParameter) -> Option<Diagnostic> {
    let Some(own) = head.parameter(name) else {
        let known: Vec<&str> = head.parameters.iter().map(|p| p.name.as_str()).collect();
        let diagnostic =
            Diagnostic::error("unknown-parameter", &set.place, format!("rule `{}` has no parameter `{name}`", head.id));
        return Some(match nearest(name, known.iter().copied()) {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if known.is_empty() => diagnostic.help("this rule has no parameters"),
            None => diagnostic.help(format!("it has {}", known.join(", "))),
        });
    };
    let wrong = |message: String| {
        Some(
            Diagnostic::error("rule-parameter", &set.place, message).help(format!("write it like \"{}\"", own.written)),
        )
    };
    match dutch::parse_quantity(&set.written) {
        None => wrong(format!("`{}` is no number with a unit", set.written)),
        Some((_, unit)) if unit != own.unit => wrong(format!(
            "`{}` is {}, and the parameter is {}",
            set.written,
            figure::unit_name(unit),
            figure::unit_name(own.unit)
        )),
        Some(_) => None,
    }
}

fn read_all(sources: &[RuleSource]) -> Inner {
    let empty = RuleSet::default();
    let runner = Runner::new(&empty);
    let mut rules: Vec<Compiled> = Vec::new();
    let mut broken = Vec::new();
    for source in sources {
        let read = syntax::decode(&source.id, &source.path, &source.bytes)
            .map_err(|d| vec![d])
            .and_then(|text| syntax::compile(runner.engine(), &runner.words, text))
            .and_then(|rule| match rules.iter().find(|r| r.head.id == source.id) {
                None => Ok(rule),
                Some(other) => Err(vec![
                    Diagnostic::error(
                        "duplicate-rule",
                        &rule.head.place,
                        format!("there is already a rule `{}`: {}", source.id, other.head.path),
                    )
                    .help("the file's name is the rule's id; give this file another name"),
                ]),
            });
        match read {
            Ok(rule) => rules.push(rule),
            Err(diagnostics) => broken.push(Failed { rule: source.id.clone(), title: source.id.clone(), diagnostics }),
        }
    }
    Inner { rules, broken }
}

/// An expression of a rule as it reads outside it: a parameter is named with its rule.
pub fn of_rule(rule: &str, formula: &str) -> String {
    formula.replace("parameter(", &format!("parameter({rule}, "))
}
