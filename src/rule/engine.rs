//! The sandbox: an engine built up from nothing, and the running of rules in it.
//!
//! `Engine::new_raw` has no functions at all; what [`super::vocabulary`]
//! registers is everything. Every limit is set, since the defaults differ
//! between builds and some are unlimited. Rules run on a thread of their own
//! with a stack that 32 calls of 64 nested expressions cannot fill, so that no
//! rule can overflow the stack of the program.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{CallFnOptions, Dynamic, Engine, EvalAltResult, LexError, OptimizationLevel, Position, Scope, Token};

use super::RuleSet;
use super::coverage::Hits;
use super::facts::{Facts, Missing, Names, NotGiven, Requirement};
use super::failure;
use super::finding::{Effort, Evaluation, Failed, Finding, NotApplicable, Silent};
use super::head::Head;
use super::results;
use super::session::{CLOSE, MAX_OPERATIONS, OPEN, Session};
use super::syntax::Compiled;
use super::vocabulary::{self, NOT_GIVEN, Outcome, Words};
use crate::diagnostic::Diagnostic;
use crate::model::{Figure as Kind, FigureAddress};
use crate::units::Year;

/// Stack of the thread on which rules run; only what is used takes memory.
const STACK: usize = 256 * 1024 * 1024;

/// Runs `work` with a stack that no rule can fill; none where that fails.
pub(super) fn with_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let thread = std::thread::Builder::new().name("rules".to_owned()).stack_size(STACK).spawn(work).ok()?;
    thread.join().ok()
}

/// Limits at which Rhai may keep no place. Not that of time: the rule would take
/// as long once more.
const RETRACED: [&str; 5] = ["limit-operations", "limit-calls", "limit-list", "limit-text", "limit-variables"];

/// Words of Rhai that mean nothing in a rule, with what to do instead.
const OFF: [(&str, &str); 11] = [
    ("eval", ""),
    ("print", "a rule speaks through what it returns"),
    ("debug", "a rule speaks through what it returns"),
    ("Fn", "call the function by its name"),
    ("call", "call the function by its name"),
    ("curry", ""),
    ("this", ""),
    ("is_shared", ""),
    ("is_def_var", ""),
    ("is_def_fn", ""),
    ("type_of", ""),
];

/// Symbols and keywords likewise.
fn off(token: &Token) -> Option<(&str, &str)> {
    Some(match token {
        Token::PowerOf | Token::PowerOfAssign => ("**", "write a product"),
        Token::Ampersand | Token::AndAssign => ("&", "write &&"),
        Token::Pipe | Token::OrAssign => ("|", "write ||"),
        Token::XOr | Token::XOrAssign => ("^", ""),
        Token::LeftShift | Token::LeftShiftAssign => ("<<", ""),
        Token::RightShift | Token::RightShiftAssign => (">>", ""),
        Token::Import => ("import", "a rule sees nothing outside its own file"),
        Token::Export => ("export", "a rule sees nothing outside its own file"),
        Token::Try => ("try", "a mistake in a rule must be seen"),
        Token::Catch => ("catch", "a mistake in a rule must be seen"),
        Token::Throw => ("throw", "a rule returns what it finds"),
        Token::Identifier(name) | Token::Reserved(name) => OFF.into_iter().find(|(word, _)| *word == name.as_str())?,
        _ => return None,
    })
}

/// An engine in which nothing is possible but what is registered.
fn sandbox(session: &Arc<Session>) -> (Engine, Words) {
    let mut engine = Engine::new_raw();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_operations(MAX_OPERATIONS);
    engine.set_max_call_levels(32);
    engine.set_max_expr_depths(64, 64);
    engine.set_max_string_size(20_000);
    engine.set_max_array_size(1_000);
    engine.set_max_map_size(1_000);
    engine.set_max_variables(200);
    engine.set_max_functions(200);
    engine.set_max_modules(0);
    engine.set_max_strings_interned(256);
    engine.set_strict_variables(true);
    engine.set_fail_on_invalid_map_property(true);
    engine.set_fast_operators(false);
    engine.set_allow_anonymous_fn(false);
    // The stable name of the hook is not promised; the version is pinned.
    #[allow(deprecated)]
    engine.on_parse_token(|token, _, _| refuse(token));
    let ticking = session.clone();
    engine.on_progress(move |_| ticking.tick());
    let words = vocabulary::register(&mut engine, session);
    (engine, words)
}

/// Turns what is off into an error that says so.
fn refuse(token: Token) -> Token {
    let error = |text: String| Token::LexError(Box::new(LexError::Runtime(text)));
    let marked = |text: &str| text.contains([OPEN, CLOSE]);
    match &token {
        Token::StringConstant(text) | Token::InterpolatedString(text) if marked(text) => {
            return error("this private-use character is reserved for figures in texts".to_owned());
        }
        Token::CharConstant(c) if [OPEN, CLOSE].contains(c) => {
            return error("this private-use character is reserved for figures in texts".to_owned());
        }
        _ => {}
    }
    match off(&token) {
        Some((symbol, "")) => error(format!("`{symbol}` is switched off in rules")),
        Some((symbol, why)) => error(format!("`{symbol}` is switched off in rules: {why}")),
        None => token,
    }
}

/// What a call of `fn risk` gave.
pub(super) struct Answer {
    /// What it returned.
    pub value: Dynamic,
    /// Operations it took.
    pub operations: u64,
}

/// Runs the rules of a set, on the thread that made it.
pub(super) struct Runner<'s> {
    engine: Engine,
    pub session: Arc<Session>,
    pub words: Words,
    rules: &'s RuleSet,
}

impl<'s> Runner<'s> {
    /// A runner for a set.
    pub fn new(rules: &'s RuleSet) -> Self {
        let session = Arc::new(Session::default());
        let (engine, words) = sandbox(&session);
        Self { engine, session, words, rules }
    }

    /// A runner that counts every node that runs.
    pub fn watched(rules: &'s RuleSet, hits: &Hits) -> Self {
        let mut runner = Self::new(rules);
        let hits = hits.clone();
        // Not deprecated, only not promised; the version is pinned.
        #[allow(deprecated)]
        runner.engine.register_debugger(
            |_, debugger| debugger,
            move |_, _, node, _, _| {
                hits.count(node);
                Ok(rhai::debugger::DebuggerCommand::StepInto)
            },
        );
        runner
    }

    /// A runner that notes which node ran last.
    fn traced(rules: &'s RuleSet, last: &Arc<Mutex<Position>>) -> Self {
        let mut runner = Self::new(rules);
        let last = last.clone();
        // As in `watched`.
        #[allow(deprecated)]
        runner.engine.register_debugger(
            |_, debugger| debugger,
            move |_, event, node, _, _| {
                use rhai::debugger::DebuggerEvent::{FunctionExitWithError, FunctionExitWithValue};
                let left = matches!(event, FunctionExitWithValue(_) | FunctionExitWithError(_));
                // The first column is a line of which Rhai knows no more.
                if !left && node.position().position().is_some() {
                    *last.lock().unwrap_or_else(PoisonError::into_inner) = node.position();
                }
                Ok(rhai::debugger::DebuggerCommand::StepInto)
            },
        );
        runner
    }

    /// Where a call reaches a limit of which Rhai keeps no place: the call once
    /// more, on the same values, with an eye on the node that runs.
    pub fn place_limit(&self, rule: &Compiled, function: &str, arguments: Vec<Dynamic>, failed: &mut [Diagnostic]) {
        let Some(first) = failed.first_mut().filter(|d| RETRACED.contains(&d.code)) else { return };
        if first.place.as_ref() != Some(&rule.place_of(function)) {
            return;
        }
        let last = Arc::new(Mutex::new(Position::NONE));
        let again = Self::traced(self.rules, &last).call(rule, function, arguments);
        let position = *last.lock().unwrap_or_else(PoisonError::into_inner);
        if again.is_err_and(|d| RETRACED.contains(&d.code)) {
            first.place = Some(rule.source.place_or(position, &rule.place_of(function)));
        }
    }

    /// The engine, for reading rules.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Calls a function of a rule.
    pub fn call(&self, rule: &Compiled, function: &str, arguments: Vec<Dynamic>) -> Result<Answer, Diagnostic> {
        self.session.begin(Some(rule.head.clone()));
        let options = CallFnOptions::new().eval_ast(false);
        // Rhai should not panic on anything; if it does, one rule failed.
        let result = catch_unwind(AssertUnwindSafe(|| {
            self.engine.call_fn_with_options::<Dynamic>(options, &mut Scope::new(), &rule.ast, function, arguments)
        }));
        let operations = self.session.meter().operations();
        if let Some((fault, position)) = self.session.take_fault() {
            return Err(failure::diagnostic(&fault, &rule.source.place_or(position, &rule.place_of(function))));
        }
        match result {
            Ok(Ok(value)) => Ok(Answer { value, operations }),
            Ok(Err(error)) => Err(self.diagnostic(rule, function, &error)),
            Err(_) => {
                Err(Diagnostic::error("internal", &rule.place_of(function), "the rule engine broke off on this rule")
                    .help("this is a mistake of ravijn, not of the rule: please report it with the rule"))
            }
        }
    }

    fn diagnostic(&self, rule: &Compiled, function: &str, error: &EvalAltResult) -> Diagnostic {
        let (fault, position) = failure::fault_of(error, &self.words);
        // The first column is what Rhai says of a line it knows no more of.
        let known = position.position().is_some();
        let position = if known { position } else { Position::NONE };
        failure::diagnostic(&fault, &rule.source.place_or(position, &rule.place_of(function)))
    }

    /// The outcome as `risk` gets it.
    fn outcome(facts: &Arc<dyn Facts>, head: &Arc<Head>, focus: Option<Year>) -> Dynamic {
        Dynamic::from(Outcome { facts: facts.clone(), head: Some(head.clone()), focus, remembered: true })
    }

    /// What a rule finds in an outcome, seen from a year.
    pub fn find(
        &self,
        rule: &Compiled,
        facts: &Arc<dyn Facts>,
        focus: Option<Year>,
    ) -> Result<(Vec<Finding>, u64), Vec<Diagnostic>> {
        let outcome = Self::outcome(facts, &rule.head, focus);
        let answer = self.call(rule, "risk", vec![outcome]).map_err(|d| vec![d])?;
        let findings = results::findings(&self.session, rule, facts, &answer.value)?;
        Ok((findings, answer.operations))
    }

    /// Why the last call stopped, in Dutch, where the municipality lacks a
    /// figure that the rule reads: no failure of the rule.
    pub fn reason_of(&self, diagnostics: &[Diagnostic]) -> Option<String> {
        let reason = self.session.take_not_given();
        reason.filter(|_| diagnostics.first().is_some_and(|d| d.code == NOT_GIVEN))
    }

    /// Runs every rule on an outcome.
    pub fn evaluate(&self, facts: &Arc<dyn Facts>) -> Evaluation {
        self.session.forget_figures();
        let mut evaluation = Evaluation::default();
        for rule in self.rules.compiled() {
            let (id, title) = (rule.head.id.clone(), rule.head.title.clone());
            if let Some(reason) = not_applicable(&rule.head, facts.as_ref()) {
                evaluation.not_applicable.push(NotApplicable { rule: id, title, reason });
                continue;
            }
            match self.find(rule, facts, None) {
                Ok((findings, operations)) => {
                    evaluation.effort.push(Effort { rule: id.clone(), operations });
                    if let Some(reason) = self.session.take_not_given().filter(|_| findings.is_empty()) {
                        evaluation.not_applicable.push(NotApplicable { rule: id, title, reason });
                    } else if findings.is_empty() {
                        evaluation.silent.push(Silent { rule: id, title });
                    }
                    evaluation.findings.extend(findings);
                }
                Err(mut diagnostics) => match self.reason_of(&diagnostics) {
                    Some(reason) => evaluation.not_applicable.push(NotApplicable { rule: id, title, reason }),
                    None => {
                        let outcome = Self::outcome(facts, &rule.head, None);
                        self.place_limit(rule, "risk", vec![outcome], &mut diagnostics);
                        evaluation.failed.push(Failed { rule: id, title, diagnostics });
                    }
                },
            }
        }
        evaluation.failed.extend(self.rules.broken().iter().cloned());
        evaluation.failed.sort_by(|a, b| a.rule.cmp(&b.rule));
        evaluation
    }
}

/// What an unmet requirement lacks, where the municipality did not give it.
fn lacking(requirement: &Requirement, facts: &dyn Facts) -> Option<NotGiven> {
    let Requirement::Figure { kind, name, year } = requirement else { return None };
    let years = match year {
        Some(year) => year.through(*year),
        None => facts.base_year().through(facts.horizon()),
    };
    years.take(200).find_map(|year| match facts.figure(&FigureAddress { figure: *kind, name: name.clone(), year }) {
        Err(Missing::NotGiven(lacks)) => Some(lacks),
        _ => None,
    })
}

/// Why a rule says nothing about this municipality, in Dutch.
pub(super) fn not_applicable(head: &Head, facts: &dyn Facts) -> Option<String> {
    if head.domain != "algemeen" && !facts.names(Names::Domains).contains(&head.domain) {
        return Some(format!("deze gemeente raamt niets in het domein {}", head.domain));
    }
    let unmet = head.requires.iter().find(|r| !facts.has(r))?;
    if let Some(lacks) = lacking(unmet, facts) {
        return Some(lacks.dutch());
    }
    Some(match unmet {
        Requirement::Figure { kind, name, year } => {
            let name = facts
                .label(name)
                .unwrap_or_else(|| if name == "total" { "het totaal".to_owned() } else { name.clone() });
            let in_year = year.map_or_else(String::new, |y| format!(" in {y}"));
            match kind {
                Kind::Cost => format!("er zijn geen lasten van {name}{in_year}"),
                Kind::Revenue => format!("er zijn geen baten van {name}{in_year}"),
                Kind::Budget => format!("er is geen begroting van {name}{in_year}"),
                Kind::BudgetRevenue => {
                    format!("er is geen begroting van de baten van {name}{in_year}")
                }
                Kind::Actual => format!("er is geen realisatie van {name}{in_year}"),
                Kind::Clients => format!("er zijn geen aantallen cliënten van {name}{in_year}"),
                Kind::Price => format!("er zijn geen kosten per cliënt van {name}{in_year}"),
                Kind::Balance | Kind::Result => format!("er is geen saldo van {name}{in_year}"),
                Kind::Shortfall => {
                    format!("er is geen begroting om {name}{in_year} mee te vergelijken")
                }
                Kind::Index => format!("er is geen index {name}{in_year}"),
                Kind::Growth => format!("er is geen groei van {name}{in_year}"),
                Kind::Reserve => format!("er is geen reserve {name}{in_year}"),
                Kind::Indicator => format!("er is geen indicator {name}{in_year}"),
            }
        }
        Requirement::Measures(kind) => {
            format!("er zijn geen maatregelen van de soort {}", kind.name())
        }
        Requirement::Domain(id) => format!("deze gemeente raamt niets in het domein {id}"),
        Requirement::Draws => "er is niet met onzekerheid gerekend".to_owned(),
    })
}
