//! Code that never runs, risks that are never returned, and figures that are
//! read without being required.

use std::collections::BTreeSet;

use rhai::{ASTFlags, Expr, Position, Stmt};

use super::{Check, RiskMap, chain, constant, each_expression, own};
use crate::diagnostic::nearest;
use crate::model::Figure as Kind;
use crate::rule::facts::{Requirement, measure_kind};
use crate::rule::results::keys;

pub(super) fn check(check: &mut Check<'_>) {
    let rule = check.rule;
    for function in own(rule) {
        block(check, &function.body, true, function.name == "risk");
    }
    returns(check);
    attributes(check);
    domain(check);
    requirements(check);
    parameters(check);
    properties(check);
}

/// Whether nothing after this statement runs.
fn ends(statement: &Stmt) -> bool {
    match statement {
        Stmt::Return(..) | Stmt::BreakLoop(..) => true,
        Stmt::Block(inner) => inner.statements().iter().any(ends),
        Stmt::If(flow, _) => {
            !flow.branch.is_empty()
                && flow.body.statements().iter().any(ends)
                && flow.branch.statements().iter().any(ends)
        }
        _ => false,
    }
}

/// Statements of one block, and the blocks in it.
fn block(check: &mut Check<'_>, statements: &[Stmt], is_body: bool, is_risk: bool) {
    for (i, statement) in statements.iter().enumerate() {
        let rest = statements[i + 1..].iter().find(|s| !matches!(s, Stmt::Noop(_)));
        if ends(statement)
            && let Some(next) = rest
        {
            check.warn("unreachable", next.position(), "this never runs: the rule has returned by then");
        }
        if is_risk && rest.is_some() && is_risk_value(statement) {
            check
                .warn("never-returned", statement.position(), "this risk is never returned: more statements follow")
                .help = Some("return it: `return #{ ... };`, or put it last".to_owned());
        }
        match statement {
            Stmt::If(flow, position) => {
                if let Expr::BoolConstant(value, _) = flow.expr {
                    let never = if value { "else" } else { "if" };
                    check.warn(
                        "unreachable",
                        *position,
                        format!("the condition is always {value}: the `{never}` part never runs"),
                    );
                }
                block(check, flow.body.statements(), false, is_risk && is_body && rest.is_some());
                block(check, flow.branch.statements(), false, is_risk && is_body && rest.is_some());
            }
            Stmt::While(flow, _) | Stmt::Do(flow, ..) => block(check, flow.body.statements(), false, false),
            Stmt::For(parts, _) => block(check, parts.2.body.statements(), false, false),
            Stmt::Block(inner) => block(check, inner.statements(), false, false),
            _ => {}
        }
    }
}

fn is_risk_value(statement: &Stmt) -> bool {
    matches!(statement, Stmt::Expr(expression) if RiskMap::of(expression).is_some())
}

/// `risk` must be able to return something.
fn returns(check: &mut Check<'_>) {
    let rule = check.rule;
    let Some(risk) = rule.functions.iter().find(|f| f.name == "risk") else {
        return;
    };
    let gives = |expression: &Expr| !matches!(expression, Expr::Unit(_));
    fn last_gives(statements: &[Stmt]) -> bool {
        match statements.last() {
            Some(Stmt::Expr(expression)) => match expression.as_ref() {
                Expr::Unit(_) => false,
                Expr::Stmt(inner) => last_gives(inner.statements()),
                _ => true,
            },
            Some(Stmt::FnCall(..) | Stmt::Switch(..)) => true,
            Some(Stmt::If(flow, _)) => last_gives(flow.body.statements()) || last_gives(flow.branch.statements()),
            Some(Stmt::Block(inner)) => last_gives(inner.statements()),
            _ => false,
        }
    }
    let mut returned = last_gives(&risk.body);
    for statement in &risk.body {
        statement.walk(&mut Vec::new(), &mut |path: &[rhai::ASTNode<'_>]| {
            if let Some(rhai::ASTNode::Stmt(Stmt::Return(Some(value), flags, _))) = path.last() {
                returned |= gives(value) && !flags.contains(ASTFlags::BREAK);
            }
            true
        });
    }
    if !returned {
        let place = risk.place.clone();
        check.warn_at("never-returned", place, "`risk` never returns a risk").help =
            Some("end it with #{ text: ..., chance: ..., impact: ... }, without a semicolon behind it".to_owned());
    }
}

/// Source and response, in `RULE` or with each risk; keys that no risk knows.
fn attributes(check: &mut Check<'_>) {
    let rule = check.rule;
    let mut maps = 0;
    let (mut sources, mut responses) = (0, 0);
    let mut unknown: Vec<(String, Position)> = Vec::new();
    for function in own(rule) {
        for statement in &function.body {
            each_expression(statement, &mut |expression| {
                if let Some(map) = RiskMap::of(expression) {
                    maps += 1;
                    sources += usize::from(map.get("source").is_some());
                    responses += usize::from(map.get("response").is_some());
                    let odd = map.entries.iter().filter(|(k, ..)| !keys().any(|known| known == *k));
                    unknown.extend(odd.map(|(k, p, _)| ((*k).to_owned(), *p)));
                }
            });
        }
    }
    for (key, position) in unknown {
        let help = nearest(&key, keys()).map(|near| format!("did you mean `{near}`?"));
        check.warn("unknown-key", position, format!("a risk knows no `{key}`")).help = help;
    }
    let place = rule.head.place.clone();
    if rule.head.source.is_none() && (maps == 0 || sources < maps) {
        check.warn_at("no-source", place.clone(), "the rule names no source").help =
            Some("add source: \"...\" to `RULE`: the document and section it rests on".to_owned());
    }
    if rule.head.response.is_none() && (maps == 0 || responses < maps) {
        check.warn_at("no-response", place, "the rule does not say what is done about the risk").help =
            Some("add response: \"...\" to the risk, or to `RULE`".to_owned());
    }
}

/// What one call of the outcome reads, where its name is a constant.
pub(super) struct Reading<'e> {
    pub kind: Option<Kind>,
    pub word: &'e str,
    pub name: &'e str,
    pub position: Position,
}

/// The first part of a chain as a reading of an outcome.
pub(super) fn reading(expression: &Expr) -> Option<Reading<'_>> {
    let parts = chain(expression);
    let Some(Expr::MethodCall(call, position)) = parts.get(1) else {
        return None;
    };
    let word = call.name.as_str();
    let kind = Kind::from_name(word);
    if kind.is_none()
        && !["measures", "measures_planned", "lines", "largest_driver", "largest_excess", "has", "parameter"]
            .contains(&word)
    {
        return None;
    }
    let name = constant(call.args.first()?)?;
    Some(Reading { kind, word, name, position: *position })
}

/// Every reading with a constant name in the functions that run.
fn readings(check: &Check<'_>) -> Vec<(Option<Kind>, String, String, Position)> {
    let mut all = Vec::new();
    for function in own(check.rule) {
        for statement in &function.body {
            each_expression(statement, &mut |expression| {
                if let Some(r) = reading(expression) {
                    all.push((r.kind, r.word.to_owned(), r.name.to_owned(), r.position));
                }
            });
        }
    }
    all
}

/// Whether a requirement asks for something of this name.
fn is_about(requirement: &Requirement, name: &str) -> bool {
    match requirement {
        Requirement::Figure { name: n, .. } | Requirement::Domain(n) => n == name,
        Requirement::Measures(_) | Requirement::Draws => false,
    }
}

/// A known name that differs by a letter, or by two where it is long. Codes of
/// taakvelden all look alike, and short names too.
fn slip<'k>(name: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    let length = name.chars().count();
    if length < 4 || !name.chars().any(char::is_alphabetic) {
        return None;
    }
    let most = if length < 8 { 1 } else { 2 };
    known.iter().map(String::as_str).find(|k| strsim::damerau_levenshtein(name, k) <= most)
}

/// A name that the municipality at hand does not have.
fn unknown_name(check: &mut Check<'_>, name: &str, position: Position, guarded: bool) {
    let known = &check.known.names;
    if known.is_empty() || name == "total" || name == "total+outside" || known.contains(name) {
        return;
    }
    // A rule is for every municipality: what it requires may well be absent
    // here. Only what looks like a slip of the pen is worth a word.
    let near = if guarded { slip(name, known) } else { nearest(name, known.iter().map(String::as_str)) };
    let near = near.map(str::to_owned);
    if guarded && near.is_none() {
        return;
    }
    check.warn("unknown-name", position, format!("this municipality has no `{name}`")).help =
        near.map(|n| format!("did you mean `{n}`?"));
}

/// A domain that looks like a slip: the rule would never apply, in silence.
fn domain(check: &mut Check<'_>) {
    let domain = check.rule.head.domain.clone();
    let known = &check.known.names;
    if known.is_empty() || domain == "algemeen" || known.contains(&domain) {
        return;
    }
    let Some(near) = slip(&domain, known).map(str::to_owned) else { return };
    let place = check.rule.head.place.clone();
    check
        .warn_at("unknown-name", place, format!("this municipality has no domain `{domain}`: the rule never applies"))
        .help = Some(format!("did you mean `{near}`?"));
}

fn requirements(check: &mut Check<'_>) {
    let all = readings(check);
    let rule = check.rule;
    let mut met: Vec<Requirement> = rule.head.requires.clone();
    met.extend(all.iter().filter(|(_, word, ..)| word == "has").filter_map(|(_, _, name, _)| name.parse().ok()));
    let domain = rule.head.domain.as_str();
    for (kind, word, name, position) in &all {
        if word == "has" {
            if let Err(why) = name.parse::<Requirement>() {
                check.warn("requirement", *position, why);
            }
            continue;
        }
        if word.starts_with("measures") {
            if let Err(why) = measure_kind(name) {
                check.warn("measure-kind", *position, why);
            }
            continue;
        }
        if word == "parameter" {
            continue;
        }
        // Without its own domain a rule does not apply, so nothing is unguarded there.
        let guarded = name == domain || met.iter().any(|r| is_about(r, name));
        unknown_name(check, name, *position, guarded);
        // What every municipality with this domain has.
        let given = name == "total" || name == domain || met.contains(&Requirement::Domain(name.clone()));
        let always = matches!(kind, Some(Kind::Cost | Kind::Revenue | Kind::Balance | Kind::Result) | None);
        if given && always {
            continue;
        }
        let needs = |wanted: Kind| {
            met.iter().any(|r| matches!(r, Requirement::Figure { kind, name: n, .. } if *kind == wanted && n == name))
        };
        let is_met = match kind {
            // A shortfall is there where a budget is, and the other way round.
            Some(Kind::Shortfall) => needs(Kind::Shortfall) || needs(Kind::Budget),
            Some(Kind::Clients | Kind::Price) => needs(Kind::Clients) || needs(Kind::Price),
            Some(kind) => needs(*kind),
            // `lines`, `largest_driver` and `largest_excess` need the name alone.
            None => met.iter().any(|r| matches!(r, Requirement::Figure { name: n, .. } if n == name)),
        };
        if !is_met {
            let wanted = match kind {
                Some(Kind::Shortfall) => format!("budget({name})"),
                Some(kind) => format!("{}({name})", kind.name()),
                None => format!("cost({name})"),
            };
            check.warn("not-required", *position, format!("the rule reads {wanted} and does not require it")).help =
                Some(format!(
                    "add requires: [\"{wanted}\"] to `RULE`: a municipality without it would see this rule fail"
                ));
        }
    }
}

/// Parameters that are read but not declared, or declared but not read.
fn parameters(check: &mut Check<'_>) {
    let rule = check.rule;
    let mut read: BTreeSet<String> = BTreeSet::new();
    for (_, word, name, position) in readings(check) {
        if word != "parameter" {
            continue;
        }
        if rule.head.parameter(&name).is_none() {
            let known = rule.head.parameters.iter().map(|p| p.name.as_str());
            let near = nearest(&name, known).map(|n| format!("did you mean `{n}`?"));
            check.warn("unknown-parameter", position, format!("`RULE.parameters` has no `{name}`")).help = near;
        }
        read.insert(name);
    }
    let computed = own(rule).any(|f| {
        let mut any = false;
        for statement in &f.body {
            each_expression(statement, &mut |e| {
                if let Expr::MethodCall(call, _) = e {
                    any |=
                        call.name.as_str() == "parameter" && call.args.first().is_some_and(|a| constant(a).is_none());
                }
            });
        }
        any
    });
    for parameter in &rule.head.parameters {
        if !computed && !read.contains(&parameter.name) {
            check.warn_at(
                "unused-parameter",
                parameter.place.clone(),
                format!("nothing reads the parameter `{}`", parameter.name),
            );
        }
    }
}

/// Properties that nothing has.
fn properties(check: &mut Check<'_>) {
    let rule = check.rule;
    let mut keys: BTreeSet<String> = BTreeSet::new();
    let mut asked: Vec<(String, Position)> = Vec::new();
    for function in own(rule) {
        for statement in &function.body {
            each_expression(statement, &mut |expression| match expression {
                Expr::Map(map, _) => keys.extend(map.0.iter().map(|(k, _)| k.name.to_string())),
                Expr::Property(property, position) => asked.push((property.2.to_string(), *position)),
                _ => {}
            });
        }
    }
    for (name, position) in asked {
        if !check.words.is_property(&name) && !keys.contains(&name) {
            let mut known: Vec<&str> = check.words.properties().collect();
            known.extend(keys.iter().map(String::as_str));
            let near = nearest(&name, known).map(|n| format!("did you mean `.{n}`?"));
            check.warn("unknown-property", position, format!("nothing has a `.{name}`")).help = near;
        }
    }
}
