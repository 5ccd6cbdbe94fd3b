//! Rules and outcomes that nobody would write.

use super::{Outcome, body, rules};
use proptest::prelude::*;
use ravijn::rule::{Draws, Facts, FigureValue, Known, RuleSet, RuleSource, coverage::measure, lint, run_tests};
use std::sync::Arc;

const WORDS: [&str; 74] = [
    "o",
    "x",
    "y",
    "let x =",
    "let y =",
    "if",
    "else",
    "for x in",
    "while",
    "loop",
    "return",
    "break",
    "switch",
    "fn f(a)",
    "f(",
    "risk(o)",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "#{",
    "text:",
    "impact:",
    "chance:",
    ",",
    ";",
    ".",
    "=>",
    "..",
    "+",
    "-",
    "*",
    "/",
    "%",
    "==",
    "!=",
    "<",
    ">=",
    "&&",
    "||",
    "!",
    "??",
    "+=",
    "/=",
    "=",
    "1",
    "0",
    "2029",
    "0.5",
    "-7",
    "1e300",
    "true",
    "()",
    "\"jeugd\"",
    "\"pm\"",
    "`a ${x} b`",
    "`${o.cost(\"jeugd\", 2029)}`",
    "o.cost(\"jeugd\", 2029)",
    "o.budget(\"jeugd\")",
    "euro(5)",
    "percent(x)",
    "persons([1, 2])",
    ".mean",
    ".p90",
    ".above(euro(1))",
    "chance(x, \"above\", y)",
    "sum([x, y])",
    "max_by(x, \"a\")",
    ".len()",
    "given(#{})",
    "o.lines(\"jeugd\")",
    "assert_eq(x, y)",
];

fn soup() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(WORDS.to_vec()), 0..40).prop_map(|w| w.join(" "))
}

/// Expressions that parse, over values of every kind.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "o.cost(\"jeugd\", 2029)",
        "o.budget(\"jeugd\", 2029)",
        "o.clients(\"jeugd\", 2029)",
        "o.index(\"ova\", 2028)",
        "o.cost(\"jeugd\")",
        "euro(5)",
        "euro(0)",
        "percent(2.5)",
        "persons(3)",
        "number(-1)",
        "1",
        "0",
        "0.5",
        "-3",
        "1e308",
        "\"jeugd\"",
        "()",
        "true",
        "[1, 2]",
        "[euro(1), euro(2)]",
        "#{ a: euro(1) }",
        "o.year",
        "o",
        "2027..2029",
        "'c'",
        "o.largest_driver(\"jeugd\", 2029)",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 3, |inner| {
        let op = prop::sample::select(vec![
            "+", "-", "*", "/", "%", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "??", "in",
        ]);
        let method = prop::sample::select(vec![
            ".mean",
            ".p10",
            ".p90",
            ".exact",
            ".words",
            ".range",
            ".points",
            ".years",
            ".values",
            ".growth",
            ".len()",
            ".is_empty()",
            ".a",
            "[0]",
            "[-1]",
            ".at(2028)",
        ]);
        let call = prop::sample::select(vec![
            "euro", "percent", "persons", "number", "abs", "sum", "join", "max", "capital", "-", "!", "given",
        ]);
        prop_oneof![
            (inner.clone(), op, inner.clone()).prop_map(|(a, o, b)| format!("({a} {o} {b})")),
            (inner.clone(), method).prop_map(|(a, m)| format!("({a}){m}")),
            (call, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("chance({a}, \"above\", {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("first_year({a}, \"below\", {b})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a}).above({b})")),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("(if {a} {{ {b} }} else {{ {c} }})")),
            inner.clone().prop_map(|a| format!("`t ${{{a}}} t`")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            (inner.clone(), inner.clone(), inner)
                .prop_map(|(a, b, c)| format!("#{{ text: {a}, chance: {b}, impact: {c} }}")),
        ]
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let number = prop_oneof![Just(0.0), Just(-0.0), Just(f64::NAN), Just(f64::INFINITY), Just(1e308), -1e9..1e9f64];
    let draws = prop_oneof![
        number.clone().prop_map(Draws::Same),
        prop::collection::vec(number.clone(), 0..5).prop_map(|v| Draws::Each(v.into())),
        prop::collection::vec(-10.0..10.0f64, 3).prop_map(|v| Draws::Each(v.into())),
    ];
    prop::collection::vec(
        (prop::sample::select(vec!["cost", "budget", "clients", "price"]), 2026..2030i32, number, draws),
        0..12,
    )
    .prop_map(|rows| {
        let mut outcome = Outcome::default().domain("jeugd").with("index(ova, 2028)", 0.03);
        for (kind, year, central, draws) in rows {
            outcome.figures.insert(format!("{kind}(jeugd, {year})"), FigureValue { central, draws, table: None });
        }
        outcome
    })
}

/// Reads, checks, tests and runs; nothing may break off.
fn survive(text: &str, outcome: Outcome) -> Result<(), TestCaseError> {
    let (set, broken) = rules(&[("r", text)]);
    prop_assert!(broken.iter().all(|d| d.code != "internal"), "{text}: {broken:?}");
    lint(&set, &Known::default());
    let report = run_tests(&set, None);
    let failures: Vec<_> = report.tests.iter().filter_map(|t| t.failure.as_ref()).collect();
    prop_assert!(failures.iter().all(|d| d.code != "internal"), "{text}: {failures:?}");
    let facts: Arc<dyn Facts> = Arc::new(outcome);
    let evaluation = set.evaluate(facts.clone());
    for d in evaluation.diagnostics() {
        prop_assert!(d.code != "internal" && d.place.is_some(), "{text}: {d:?}");
    }
    for finding in &evaluation.findings {
        prop_assert!(finding.impact.as_ref().is_none_or(|i| i.mean.is_finite() && i.p10 <= i.p90), "{finding:?}");
        let marked = finding.text.plain().contains(['\u{E000}', '\u{E001}']);
        prop_assert!(!marked);
        prop_assert!(finding.evidence.iter().all(|e| e.value.is_finite()));
    }
    for effort in &evaluation.effort {
        prop_assert!(effort.operations <= 200_000 + 200, "{effort:?}");
    }
    set.signals(&facts);
    measure(&set, &[facts]);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_soup_of_words_breaks_the_engine(text in soup(), outcome in outcome()) {
        survive(&body(&text), outcome)?;
    }

    #[test]
    fn no_expression_breaks_the_engine(a in expression(), b in expression(), outcome in outcome()) {
        survive(&body(&format!("let x = {a};\nlet y = {b};\n[x, y]")), outcome.clone())?;
        survive(&body(&format!("#{{ text: `${{{a}}}`, chance: {b}, impact: \"pm\" }}")), outcome)?;
    }

    #[test]
    fn no_bytes_break_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..300), text in "\\PC{0,200}") {
        for bytes in [bytes, text.into_bytes()] {
            let (set, broken) = RuleSet::parse(&[RuleSource { id: "r".into(), path: "r.rhai".into(), bytes }]);
            prop_assert!(broken.iter().all(|d| d.code != "internal"), "{broken:?}");
            prop_assert_eq!(set.rules().count() + set.broken().len(), 1);
        }
    }
}
