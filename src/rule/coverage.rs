//! Which branches of the rules anything ever reached: computed, not assumed.
//!
//! Rhai's debugger reports every node that runs. Each statement and branch is
//! known by the address of its node in the syntax tree, which stays where it is
//! as long as the rule lives. A branch that is not written (an `if` without
//! `else`) is reached when the `if` ran more often than its body.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{ASTNode, Expr, Stmt, StmtBlock};
use serde::Serialize;

use super::RuleSet;
use super::engine::{Runner, with_stack};
use super::facts::Facts;
use super::syntax::{Compiled, Source};
use crate::diagnostic::Place;

/// The address of a node: its identity while the tree lives.
type Node = usize;

fn address<T>(node: &T) -> Node {
    std::ptr::from_ref(node).addr()
}

/// How often each node ran.
#[derive(Clone, Debug, Default)]
pub(super) struct Hits(Arc<Mutex<BTreeMap<Node, u64>>>);

impl Hits {
    /// Counts a node that runs.
    pub fn count(&self, node: ASTNode<'_>) {
        let node = match node {
            ASTNode::Stmt(statement) => address(statement),
            ASTNode::Expr(expression) => address(expression),
            _ => return,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(node).or_default() += 1;
    }

    fn snapshot(&self) -> BTreeMap<Node, u64> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// How to see that a branch was taken.
#[derive(Clone, Debug)]
enum Sign {
    /// This node ran.
    Ran(Node),
    /// The first node ran more often than the others together.
    More(Node, Vec<Node>),
}

#[derive(Clone, Debug)]
struct Branch {
    place: Place,
    what: &'static str,
    sign: Sign,
}

/// The statements and branches of one function.
#[derive(Clone, Debug, Default)]
pub(super) struct Branches {
    statements: Vec<(u32, Node)>,
    branches: Vec<Branch>,
}

impl Branches {
    /// Adds a statement of the function and everything under it.
    pub fn add(&mut self, statement: &Stmt, source: &Source) {
        let mut path = Vec::new();
        statement.walk(&mut path, &mut |path: &[ASTNode<'_>]| {
            match path.last() {
                Some(ASTNode::Stmt(statement)) => self.add_one(statement, source),
                Some(ASTNode::Expr(Expr::Stmt(_))) | None => {}
                _ => {}
            }
            true
        });
    }

    fn add_one(&mut self, statement: &Stmt, source: &Source) {
        if let Some(node) = first_of(statement) {
            let place = source.place(statement.position());
            if place.line > 0 {
                self.statements.push((place.line, node));
            }
        }
        let here = address(statement);
        match statement {
            Stmt::If(flow, position) => {
                let place = source.place(*position);
                let then = first_in(&flow.body);
                if let Some(node) = then {
                    self.branches.push(Branch { place: place.clone(), what: "if", sign: Sign::Ran(node) });
                }
                match (first_in(&flow.branch), then) {
                    (Some(node), _) => self.branches.push(Branch { place, what: "else", sign: Sign::Ran(node) }),
                    (None, Some(node)) => {
                        self.branches.push(Branch { place, what: "no else", sign: Sign::More(here, vec![node]) });
                    }
                    (None, None) => {}
                }
            }
            Stmt::While(flow, position) | Stmt::Do(flow, _, position) => self.add_loop(&flow.body, source, *position),
            Stmt::For(parts, position) => self.add_loop(&parts.2.body, source, *position),
            Stmt::Switch(parts, position) => {
                let cases = &parts.1;
                let mut arms = Vec::new();
                for arm in &cases.expressions {
                    if let Some(node) = first_of_expression(&arm.rhs) {
                        arms.push(node);
                        let at = source.place_or(arm.rhs.start_position(), &source.place(*position));
                        self.branches.push(Branch { place: at, what: "case", sign: Sign::Ran(node) });
                    }
                }
                if cases.def_case.is_none() {
                    let place = source.place(*position);
                    self.branches.push(Branch { place, what: "no case", sign: Sign::More(here, arms) });
                }
            }
            _ => {}
        }
    }

    fn add_loop(&mut self, body: &StmtBlock, source: &Source, position: rhai::Position) {
        if let Some(node) = first_in(body) {
            self.branches.push(Branch { place: source.place(position), what: "loop", sign: Sign::Ran(node) });
        }
    }
}

/// The node that reports when a block runs.
fn first_in(block: &StmtBlock) -> Option<Node> {
    block.statements().iter().find_map(first_of)
}

/// The node that reports when a statement runs; Rhai skips wrappers.
fn first_of(statement: &Stmt) -> Option<Node> {
    match statement {
        Stmt::Noop(_) => None,
        Stmt::Expr(expression) => first_of_expression(expression),
        other => Some(address(other)),
    }
}

fn first_of_expression(expression: &Expr) -> Option<Node> {
    match expression {
        Expr::Stmt(block) => first_in(block),
        other => Some(address(other)),
    }
}

/// How far the rules of a set were reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoverageReport {
    /// By rule id.
    pub rules: Vec<RuleCoverage>,
    /// How many outcomes (shipped scenarios) were shown to the rules.
    pub outcomes: usize,
}

/// How far one rule was reached; its tests are not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleCoverage {
    /// Rule id.
    pub rule: String,
    /// Its file.
    pub path: String,
    /// Branches there are.
    pub branches: usize,
    /// Branches reached by a test or an outcome.
    pub reached: usize,
    /// The branches that nothing reached.
    pub missed: Vec<MissedBranch>,
    /// The branches that an outcome reached and no test: nobody says what must happen there.
    pub untested: Vec<MissedBranch>,
    /// Lines with a statement that nothing reached.
    pub missed_lines: Vec<u32>,
    /// In how many outcomes it found a risk.
    pub fired: usize,
    /// In how many outcomes it applied.
    pub applied: usize,
}

impl RuleCoverage {
    /// Found nothing in any outcome.
    pub fn never_fires(&self) -> bool {
        self.fired == 0
    }

    /// Found something wherever it applied, at least twice.
    pub fn always_fires(&self) -> bool {
        self.applied > 1 && self.fired == self.applied
    }
}

impl CoverageReport {
    /// Branches of all rules, and those reached.
    pub fn branches(&self) -> (usize, usize) {
        self.rules.iter().fold((0, 0), |(all, reached), r| (all + r.branches, reached + r.reached))
    }

    /// The share of branches reached, 0..=1; 1 where there are none.
    pub fn share(&self) -> f64 {
        match self.branches() {
            (0, _) => 1.0,
            (all, reached) => reached as f64 / all as f64,
        }
    }

    /// As one JSON value: everything, and the rules that never or always fire by name.
    pub fn to_json(&self) -> serde_json::Value {
        let ids = |which: fn(&RuleCoverage) -> bool| -> Vec<&str> {
            self.rules.iter().filter(|r| which(r)).map(|r| r.rule.as_str()).collect()
        };
        let (branches, reached) = self.branches();
        serde_json::json!({
            "outcomes": self.outcomes,
            "branches": branches,
            "reached": reached,
            "never_fire": ids(RuleCoverage::never_fires),
            "always_fire": ids(RuleCoverage::always_fires),
            "rules": self.rules,
        })
    }
}

/// A branch that was not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MissedBranch {
    /// Line of the `if`, `switch` arm or loop.
    pub line: u32,
    /// Its column.
    pub column: u32,
    /// `if`, `else`, `no else`, `case`, `no case` or `loop`.
    pub what: &'static str,
}

/// Runs every test of the rules and shows them the outcomes (of the shipped
/// scenarios), and reports what was reached.
pub fn measure(rules: &RuleSet, outcomes: &[Arc<dyn Facts>]) -> CoverageReport {
    let (set, facts) = (rules.clone(), outcomes.to_vec());
    let count = outcomes.len();
    with_stack(move || {
        let hits = Hits::default();
        let runner = Runner::watched(&set, &hits);
        for rule in set.compiled() {
            for test in rule.functions.iter().filter(|f| f.is_test()) {
                // Whether it passes is the business of `ravijn test`.
                let _ = runner.call(rule, &test.name, Vec::new());
            }
        }
        let tested = hits.snapshot();
        let mut fired: BTreeMap<String, usize> = BTreeMap::new();
        let mut applied: BTreeMap<String, usize> = BTreeMap::new();
        for outcome in &facts {
            let evaluation = runner.evaluate(outcome);
            let mut found: Vec<&str> = evaluation.findings.iter().map(|f| f.rule.as_str()).collect();
            found.dedup();
            for rule in found {
                *fired.entry(rule.to_owned()).or_default() += 1;
            }
            for effort in &evaluation.effort {
                *applied.entry(effort.rule.clone()).or_default() += 1;
            }
        }
        let hits = hits.snapshot();
        let rules = set
            .compiled()
            .iter()
            .map(|rule| {
                let of = |counts: &BTreeMap<String, usize>| counts.get(&rule.head.id).copied().unwrap_or(0);
                let parts: Vec<&Branches> =
                    rule.functions.iter().filter(|f| !f.is_test()).map(|f| &f.branches).collect();
                report(rule, &parts, &tested, &hits, of(&fired), of(&applied))
            })
            .collect();
        CoverageReport { rules, outcomes: count }
    })
    .unwrap_or(CoverageReport { rules: Vec::new(), outcomes: 0 })
}

/// Whether a branch was taken, by how often nodes ran.
fn taken(branch: &Branch, hits: &BTreeMap<Node, u64>) -> bool {
    let ran = |node: &Node| hits.get(node).copied().unwrap_or(0);
    match &branch.sign {
        Sign::Ran(node) => ran(node) > 0,
        Sign::More(node, others) => ran(node) > others.iter().map(ran).sum(),
    }
}

fn report(
    rule: &Compiled,
    parts: &[&Branches],
    tested: &BTreeMap<Node, u64>,
    hits: &BTreeMap<Node, u64>,
    fired: usize,
    applied: usize,
) -> RuleCoverage {
    let all = || parts.iter().flat_map(|b| &b.branches);
    let listed = |which: &dyn Fn(&Branch) -> bool| {
        let mut found: Vec<MissedBranch> = all()
            .filter(|b| which(b))
            .map(|b| MissedBranch { line: b.place.line, column: b.place.column, what: b.what })
            .collect();
        found.sort_by_key(|b| (b.line, b.column, b.what));
        found
    };
    let missed = listed(&|b| !taken(b, hits));
    let untested = listed(&|b| taken(b, hits) && !taken(b, tested));
    let branches = all().count();
    let mut missed_lines: Vec<u32> = parts
        .iter()
        .flat_map(|b| &b.statements)
        .filter(|(_, node)| hits.get(node).copied().unwrap_or(0) == 0)
        .map(|(line, _)| *line)
        .collect();
    missed_lines.sort_unstable();
    missed_lines.dedup();
    RuleCoverage {
        rule: rule.head.id.clone(),
        path: rule.head.path.clone(),
        branches,
        reached: branches - missed.len(),
        missed,
        untested,
        missed_lines,
        fired,
        applied,
    }
}
