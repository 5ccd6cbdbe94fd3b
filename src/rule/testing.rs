//! `ravijn test`: the functions `test_*` of the rules, run one by one.

use serde::Serialize;

use super::RuleSet;
use super::engine::{Runner, with_stack};
use crate::diagnostic::{Diagnostic, Place};

/// What the tests of a set gave.
#[derive(Clone, Debug, PartialEq)]
pub struct TestReport {
    /// By rule id, then in the order of the file.
    pub tests: Vec<TestResult>,
    /// Rules without any test, by id.
    pub untested: Vec<String>,
}

/// What one test gave.
#[derive(Clone, Debug, PartialEq)]
pub struct TestResult {
    /// Rule id.
    pub rule: String,
    /// The rule's file.
    pub path: String,
    /// The function: `test_growth_above_budget_is_a_risk`.
    pub function: String,
    /// The same as a sentence: `growth above budget is a risk`.
    pub name: String,
    /// Where the function stands.
    pub place: Place,
    /// Why it failed; none when it passed.
    pub failure: Option<Diagnostic>,
}

/// What `ravijn test --format json` prints of one test.
#[derive(Serialize)]
struct Printed<'a> {
    rule: &'a str,
    file: &'a str,
    test: &'a str,
    name: &'a str,
    passed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

impl TestReport {
    /// Whether no test failed.
    pub fn passed(&self) -> bool {
        self.tests.iter().all(|t| t.failure.is_none())
    }

    /// How many failed.
    pub fn failures(&self) -> usize {
        self.tests.iter().filter(|t| t.failure.is_some()).count()
    }

    /// As one JSON document.
    pub fn to_json(&self) -> serde_json::Value {
        let tests: Vec<Printed<'_>> = self
            .tests
            .iter()
            .map(|t| {
                let place = t.failure.as_ref().and_then(|d| d.place.as_ref());
                Printed {
                    rule: &t.rule,
                    file: &t.path,
                    test: &t.function,
                    name: &t.name,
                    passed: t.failure.is_none(),
                    line: place.map(|p| p.line),
                    column: place.map(|p| p.column),
                    message: t.failure.as_ref().map(|d| d.message.as_str()),
                    help: t.failure.as_ref().and_then(|d| d.help.as_deref()),
                }
            })
            .collect();
        serde_json::json!({
            "tests": tests,
            "total": self.tests.len(),
            "failed": self.failures(),
            "untested": self.untested,
        })
    }
}

/// Runs every test whose rule or name contains the filter (any case).
pub fn run_tests(rules: &RuleSet, filter: Option<&str>) -> TestReport {
    let set = rules.clone();
    let filter = filter.map(str::to_lowercase);
    with_stack(move || {
        let runner = Runner::new(&set);
        let mut tests = Vec::new();
        let mut untested = Vec::new();
        for rule in set.compiled() {
            let own = rule.functions.iter().filter(|f| f.is_test());
            if own.clone().next().is_none() {
                untested.push(rule.head.id.clone());
            }
            for test in own {
                let name = test.name.trim_start_matches("test_").replace('_', " ");
                let address = format!("{}::{} {name}", rule.head.id, test.name).to_lowercase();
                if filter.as_ref().is_some_and(|f| !address.contains(f)) {
                    continue;
                }
                tests.push(TestResult {
                    rule: rule.head.id.clone(),
                    path: rule.head.path.clone(),
                    function: test.name.clone(),
                    name,
                    place: test.place.clone(),
                    failure: runner.call(rule, &test.name, Vec::new()).err().map(|mut failure| {
                        let failed = std::slice::from_mut(&mut failure);
                        runner.place_limit(rule, &test.name, Vec::new(), failed);
                        failure
                    }),
                });
            }
        }
        TestReport { tests, untested }
    })
    .unwrap_or(TestReport { tests: Vec::new(), untested: Vec::new() })
}
