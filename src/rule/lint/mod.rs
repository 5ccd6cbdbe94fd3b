//! What can be seen to be wrong or unwise in a rule without running it:
//! `ravijn check`.
//!
//! What makes a rule fail (an unknown function, a broken form) is an error when
//! it is read. Here are the warnings: code that never runs, a risk that is never
//! returned, a text without a figure or with a digit typed by hand, figures that
//! are read but not required, units that cannot go together, and sentences
//! harder than B1.

mod shape;
mod text;
mod units;

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Position, Stmt};

use super::RuleSet;
use super::engine::{Runner, with_stack};
use super::syntax::{Compiled, Function};
use super::vocabulary::Words;
use crate::diagnostic::{Diagnostic, Place};
use crate::dutch::glossary;

/// What the checks may take as known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Names of lines, domains, taakvelden, indices, indicators and reserves of
    /// the municipality at hand; empty where there is none, and then no name is
    /// called unknown.
    pub names: BTreeSet<String>,
    /// Terms of the glossary and names of the municipality, which count as easy words.
    pub terms: Vec<String>,
}

impl Known {
    /// The terms of the glossary and nothing of a municipality.
    pub fn glossary() -> Self {
        let terms = glossary::terms().flat_map(|(term, _)| glossary::forms(term)).collect();
        Self { names: BTreeSet::new(), terms }
    }
}

/// Checks all readable rules; warnings in the order of file and place.
pub fn lint(rules: &RuleSet, known: &Known) -> Vec<Diagnostic> {
    let (set, known) = (rules.clone(), known.clone());
    with_stack(move || {
        let runner = Runner::new(&set);
        let mut all = Vec::new();
        for rule in set.compiled() {
            let mut check = Check { rule, words: &runner.words, known: &known, found: Vec::new() };
            shape::check(&mut check);
            units::check(&mut check);
            text::check(&mut check);
            check.found.sort_by(|a, b| a.place.cmp(&b.place).then(a.code.cmp(b.code)));
            check.found.dedup();
            all.append(&mut check.found);
        }
        all
    })
    .unwrap_or_default()
}

/// One rule under check.
struct Check<'a> {
    rule: &'a Compiled,
    words: &'a Words,
    known: &'a Known,
    found: Vec<Diagnostic>,
}

impl Check<'_> {
    fn warn(&mut self, code: &'static str, position: Position, message: impl Into<String>) -> &mut Diagnostic {
        let place = self.rule.source.place_or(position, &self.rule.place_of("risk"));
        self.warn_at(code, place, message)
    }

    fn warn_at(&mut self, code: &'static str, place: Place, message: impl Into<String>) -> &mut Diagnostic {
        self.found.push(Diagnostic::warning(code, &place, message));
        let last = self.found.len() - 1;
        &mut self.found[last]
    }
}

/// The functions that run for real.
fn own(rule: &Compiled) -> impl Iterator<Item = &Function> {
    rule.functions.iter().filter(|f| !f.is_test())
}

/// Visits every expression under a statement, parents first.
fn each_expression(statement: &Stmt, visit: &mut dyn FnMut(&Expr)) {
    statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
        if let Some(ASTNode::Expr(expression)) = path.last() {
            visit(expression);
        }
        true
    });
}

/// A map of a risk: its entries, where `text` is among the keys.
struct RiskMap<'e> {
    position: Position,
    entries: Vec<(&'e str, Position, &'e Expr)>,
}

impl<'e> RiskMap<'e> {
    fn of(expression: &'e Expr) -> Option<Self> {
        let Expr::Map(map, position) = expression else {
            return None;
        };
        let entries: Vec<_> = map.0.iter().map(|(k, v)| (k.name.as_str(), k.pos, v)).collect();
        entries.iter().any(|(k, ..)| *k == "text").then_some(Self { position: *position, entries })
    }

    fn get(&self, key: &str) -> Option<&'e Expr> {
        self.entries.iter().find(|(k, ..)| *k == key).map(|(.., v)| *v)
    }
}

/// A chain of points: `o.cost("jeugd", 2029).mean` is `o`, `cost(...)`, `mean`.
fn chain(expression: &Expr) -> Vec<&Expr> {
    let mut parts = Vec::new();
    let mut rest = expression;
    while let Expr::Dot(pair, ..) = rest {
        parts.extend(chain(&pair.lhs));
        rest = &pair.rhs;
    }
    parts.push(rest);
    parts
}

/// The text of a constant.
fn constant(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::StringConstant(text, _) => Some(text.as_str()),
        _ => None,
    }
}
