//! The rule engine from the outside: what a policy writer writes, what an
//! outcome says, and every way in which a rule can go wrong.

mod checks;
mod given;
mod random;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ravijn::diagnostic::{Diagnostic, Place};
use ravijn::model::{Figure as Kind, FigureAddress, MeasureKind, RuleParameter, Term};
use ravijn::rule::{
    Draws, Evaluation, Facts, FigureValue, MeasureAmount, Missing, Names, RuleSet, RuleSource, Segment, State,
    run_tests,
};
use ravijn::units::Year;

/// An outcome made by hand.
#[derive(Clone, Debug, Default)]
struct Outcome {
    figures: BTreeMap<String, FigureValue>,
    measures: BTreeMap<(String, i32), f64>,
    domains: Vec<String>,
    draws: usize,
    last_budget_year: i32,
    parameters: BTreeMap<(String, String), RuleParameter>,
}

impl Outcome {
    fn with(mut self, address: &str, value: f64) -> Self {
        self.figures.insert(address.to_owned(), FigureValue::certain(value));
        self
    }

    fn drawn(mut self, address: &str, draws: &[f64]) -> Self {
        let value = FigureValue { central: draws[0], draws: Draws::Each(draws.into()), table: None };
        self.figures.insert(address.to_owned(), value);
        self.draws = draws.len();
        self
    }

    fn domain(mut self, id: &str) -> Self {
        self.domains.push(id.to_owned());
        self
    }

    fn parameter(mut self, rule: &str, name: &str, written: &str) -> Self {
        let place = Place::new("base.toml", 12, 13, 5);
        self.parameters
            .insert((rule.to_owned(), name.to_owned()), RuleParameter { written: written.to_owned(), place });
        self
    }
}

impl Facts for Outcome {
    fn base_year(&self) -> Year {
        Year(2026)
    }
    fn horizon(&self) -> Year {
        Year(2029)
    }
    fn last_budget_year(&self) -> Year {
        Year(if self.last_budget_year == 0 { 2029 } else { self.last_budget_year })
    }
    fn draws(&self) -> usize {
        self.draws
    }
    fn figure(&self, address: &FigureAddress) -> Result<FigureValue, Missing> {
        if address.year < Year(2020) || address.year > Year(2029) {
            return Err(Missing::UnknownYear { year: address.year, first: Year(2026), last: Year(2029) });
        }
        if let Some(value) = self.figures.get(&address.to_string()) {
            return Ok(value.clone());
        }
        let names: Vec<String> =
            self.figures.keys().filter_map(|a| a.parse::<FigureAddress>().ok()).map(|a| a.name).collect();
        if names.contains(&address.name) {
            return Err(Missing::NoFigure(format!("there is no {} in {}", address.figure.name(), address.year)));
        }
        Err(Missing::name(&address.name, names.iter().map(String::as_str)))
    }
    fn measures(&self, kind: MeasureKind, _: MeasureAmount, year: Year) -> Result<FigureValue, Missing> {
        Ok(FigureValue::certain(self.measures.get(&(kind.name().to_owned(), year.0)).copied().unwrap_or(0.0)))
    }
    fn names(&self, which: Names) -> Vec<String> {
        match which {
            Names::Domains => self.domains.clone(),
            // What the example says that it is covered by.
            Names::Lines => vec!["jeugd-ambulant".to_owned()],
            Names::Indices => vec!["ova".to_owned()],
            _ => Vec::new(),
        }
    }
    fn lines_of(&self, name: &str) -> Result<Vec<String>, Missing> {
        Ok(vec![format!("{name}-ambulant")])
    }
    fn label(&self, name: &str) -> Option<String> {
        (name == "jeugd").then(|| "Jeugdhulp".to_owned())
    }
    fn largest_driver(&self, _: &str, _: Year) -> Result<String, Missing> {
        Ok("hogere tarieven".to_owned())
    }
    fn largest_excess(&self, _: &str, _: Year) -> Result<String, Missing> {
        Ok("meer of zwaardere hulp dan begroot".to_owned())
    }
    fn parameter(&self, rule: &str, name: &str) -> Option<RuleParameter> {
        self.parameters.get(&(rule.to_owned(), name.to_owned())).cloned()
    }
    fn source(&self, address: &FigureAddress) -> Option<String> {
        (address.figure == Kind::Budget).then(|| "Programmabegroting 2026".to_owned())
    }
}

fn source(id: &str, text: &str) -> RuleSource {
    RuleSource { id: id.to_owned(), path: format!("rules/{id}.rhai"), bytes: text.as_bytes().to_vec() }
}

fn rules(files: &[(&str, &str)]) -> (RuleSet, Vec<Diagnostic>) {
    let sources: Vec<RuleSource> = files.iter().map(|(id, text)| source(id, text)).collect();
    RuleSet::parse(&sources)
}

const HEAD: &str =
    r#"const RULE = #{ title: "Een titel", domain: "algemeen", term: "lang", source: "Begroting 2026" };"#;

/// A rule whose `risk` has this body, from line 2 on.
fn body(text: &str) -> String {
    format!("{HEAD}\nfn risk(o) {{\n{text}\n}}\n")
}

/// What a body says of an outcome.
fn run(text: &str, outcome: Outcome) -> Evaluation {
    let (set, broken) = rules(&[("r", &body(text))]);
    assert!(broken.is_empty(), "{broken:?}");
    set.evaluate(Arc::new(outcome))
}

/// The one diagnostic of a body that must fail, when read or when run.
fn fault(text: &str, outcome: Outcome) -> Diagnostic {
    let (set, broken) = rules(&[("r", &body(text))]);
    let mut found = broken;
    if found.is_empty() {
        found = set.evaluate(Arc::new(outcome)).diagnostics();
    }
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.remove(0)
}

/// `FILE:LINE:COL code: message` of a body that must fail.
fn located(text: &str, outcome: Outcome) -> String {
    let d = fault(text, outcome);
    format!("{} {}: {}", d.place.map(|p| p.to_string()).unwrap_or_default(), d.code, d.message)
}

/// The text of a body that must find something.
fn text_of(text: &str, outcome: Outcome) -> String {
    let evaluation = run(text, outcome);
    assert!(evaluation.failed.is_empty(), "{:?}", evaluation.failed);
    evaluation.findings[0].text.plain()
}

const EXAMPLE: &str = r#"// The example of the design.
const RULE = #{
    title:  "Jeugdhulp kost meer dan er in de begroting staat",
    domain: "jeugd",
    term:   "lang",
    source: "Programmabegroting 2026, programma 6, toelichting 7",
    requires: ["budget(jeugd)"],
    parameters: #{ threshold: "€ 50.000" },
};

fn risk(o) {
    let year = o.last_budget_year;
    let gap  = o.cost("jeugd", year) - o.budget("jeugd", year);
    if gap.mean <= o.parameter("threshold") { return; }

    #{
        chance:     chance(gap, "above", euro(0)),
        impact:     gap.above(euro(0)),
        covered_by: ["cost.jeugd-ambulant.volume", "index.ova"],
        text:       `De kosten voor jeugdhulp komen in ${year} naar verwachting ${gap} boven de begroting uit. ` +
                    `Dat komt vooral door ${o.largest_driver("jeugd", year)}.`,
        response:   "Sturen op lichtere hulp via het CJG.",
    }
}

fn test_growth_above_budget_is_a_risk() {
    let r = risk(given(#{ last_budget_year: 2029, "cost(jeugd, 2029)": euro(88_000), "budget(jeugd, 2029)": euro(22_000) }));
    assert_eq(r.impact, euro(66_000));
    assert(r.text.contains("€ 66.000"));
}

fn test_growth_within_the_threshold_is_none() {
    assert(risk(given(#{ last_budget_year: 2029, "cost(jeugd, 2029)": euro(22_010), "budget(jeugd, 2029)": euro(22_000) })) == ());
}

fn test_another_threshold_is_respected() {
    let r = risk(given(#{ last_budget_year: 2029, "cost(jeugd, 2029)": euro(22_010), "budget(jeugd, 2029)": euro(22_000), "parameter(threshold)": "€ 5" }));
    assert_eq(r.chance, percent(100));
}

fn test_an_unknown_budget_is_an_error() {
    assert_error(given(#{ last_budget_year: 2029, "cost(jeugd, 2029)": euro(22_010) }), "budget(jeugd, 2029)");
}
"#;

fn jeugd() -> Outcome {
    Outcome::default()
        .domain("jeugd")
        .drawn("cost(jeugd, 2029)", &[24_200_000.0, 21_000_000.0, 25_000_000.0, 26_200_000.0])
        .with("budget(jeugd, 2029)", 21_500_000.0)
}

/// Gaps 2.7, -0.5, 3.5 and 4.7 million: mean 2.6, three of four above zero, of
/// which the mean is 10.9 / 3 = 3.6333 million. The first is the projection,
/// 24.2 less 21.5: what the tables print, and so the text.
#[test]
fn the_example_of_the_design_finds_the_risk_with_its_figures_traced() {
    let (set, broken) = rules(&[("kosten-boven-begroting", EXAMPLE)]);
    assert!(broken.is_empty(), "{broken:?}");
    let evaluation = set.evaluate(Arc::new(jeugd()));
    assert!(evaluation.failed.is_empty(), "{:?}", evaluation.failed);
    let finding = &evaluation.findings[0];
    assert_eq!(finding.id, "kosten-boven-begroting");
    assert_eq!((finding.term, finding.structural, finding.from_projection), (Term::Long, true, true));
    assert_eq!(finding.chance, Some(0.75));
    let impact = finding.impact.as_ref().expect("quantified");
    assert!((impact.mean - 10_900_000.0 / 3.0).abs() < 1e-6, "{}", impact.mean);
    assert_eq!((impact.p10, impact.p50, impact.p90), (2_700_000.0, 3_500_000.0, 4_700_000.0));
    assert_eq!(
        finding.text.plain(),
        "De kosten voor jeugdhulp komen in 2029 naar verwachting € 2,7 miljoen boven de begroting uit. \
         Dat komt vooral door hogere tarieven."
    );
    let Segment::Figure { printed, evidence } = &finding.text.segments[1] else { panic!("{:?}", finding.text) };
    assert_eq!(printed, "€ 2,7 miljoen");
    let evidence = &finding.evidence[*evidence];
    assert_eq!(evidence.formula, "cost(jeugd, 2029) - budget(jeugd, 2029)");
    assert_eq!((evidence.value, evidence.central), (2_700_000.0, 2_700_000.0));
    assert_eq!(evidence.inputs[0].address, "budget(jeugd, 2029)");
    assert_eq!(evidence.inputs[0].source.as_deref(), Some("Programmabegroting 2026"));
    assert_eq!(finding.years, [Year(2029)]);
    assert_eq!(finding.covered_by, ["cost.jeugd-ambulant.volume", "index.ova"]);
}

#[test]
fn the_tests_of_the_example_pass_and_say_so_as_sentences() {
    let (set, _) = rules(&[("kosten-boven-begroting", EXAMPLE)]);
    let report = run_tests(&set, None);
    let failures: Vec<_> = report.tests.iter().filter_map(|t| t.failure.as_ref()).collect();
    assert!(failures.is_empty(), "{failures:?}");
    let names: Vec<&str> = report.tests.iter().map(|t| t.name.as_str()).collect();
    assert_eq!(names[0], "growth above budget is a risk");
    assert_eq!(report.tests.len(), 4);
    assert_eq!(run_tests(&set, Some("threshold")).tests.len(), 2);
}

#[test]
fn a_rule_without_its_domain_or_figures_does_not_apply_and_says_why() {
    let (set, _) = rules(&[("kosten-boven-begroting", EXAMPLE)]);
    let none = set.evaluate(Arc::new(Outcome::default().domain("wmo")));
    assert_eq!(none.not_applicable[0].reason, "deze gemeente raamt niets in het domein jeugd");
    let no_budget = set.evaluate(Arc::new(Outcome::default().domain("jeugd").with("cost(jeugd, 2029)", 1.0)));
    assert_eq!(no_budget.not_applicable[0].reason, "er is geen begroting van Jeugdhulp");
    assert!(no_budget.failed.is_empty() && no_budget.findings.is_empty());
}

#[test]
fn a_municipality_sets_its_own_threshold() {
    let (set, _) = rules(&[("kosten-boven-begroting", EXAMPLE)]);
    let high = jeugd().parameter("kosten-boven-begroting", "threshold", "€ 3 miljoen");
    let evaluation = set.evaluate(Arc::new(high));
    assert_eq!(evaluation.silent[0].rule, "kosten-boven-begroting");
    let wrong = jeugd().parameter("kosten-boven-begroting", "threshold", "5%");
    let d = set.evaluate(Arc::new(wrong)).diagnostics().remove(0);
    assert_eq!(d.message, "`threshold` is set to `5%` at base.toml:12:13: that is percent, and the rule's is euro");
    assert_eq!(d.place.expect("located").line, 14);
    let set_here = |rule: &str, name: &str, written: &str| {
        let parameter = RuleParameter { written: written.to_owned(), place: Place::new("base.toml", 3, 1, 1) };
        let map = BTreeMap::from([(rule.to_owned(), BTreeMap::from([(name.to_owned(), parameter)]))]);
        set.check_parameters(&map).into_iter().map(|d| d.code).collect::<Vec<_>>()
    };
    assert!(set_here("kosten-boven-begroting", "threshold", "€ 25.000").is_empty());
    assert_eq!(set_here("kosten-boven-begroting", "threshold", "5%"), ["rule-parameter"]);
    assert_eq!(set_here("kosten-boven-begroting", "treshold", "€ 1"), ["unknown-parameter"]);
    assert_eq!(set_here("kosten", "threshold", "€ 1"), ["unknown-rule"]);
}

#[test]
fn a_rule_may_find_several_risks() {
    let evaluation = run(
        r#"[#{ text: `a ${euro(5)}`, chance: percent(10), impact: euro(5) }, #{ text: "b", impact: "pm" }]"#,
        Outcome::default(),
    );
    let ids: Vec<&str> = evaluation.findings.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(ids, ["r", "r-2"]);
    assert!(!evaluation.findings[0].from_projection, "an amount of its own is summed");
    assert_eq!(evaluation.findings[1].impact, None);
    assert_eq!(evaluation.findings[0].years.len(), 3);
}

#[test]
fn whole_numbers_divide_without_loss() {
    assert_eq!(text_of(r#"#{ text: `${number(1/2)} ${number(7) / 2}`, impact: "pm" }"#, Outcome::default()), "0,5 3,5");
    assert_eq!(text_of(r#"let x = 1; x /= 2; #{ text: `${number(x)}`, impact: "pm" }"#, Outcome::default()), "0,5");
}

#[test]
fn every_fault_has_its_place() {
    let o =
        || Outcome::default().domain("jeugd").drawn("cost(jeugd, 2029)", &[1.0, 2.0]).with("clients(jeugd, 2029)", 3.0);
    for (text, expected) in [
        ("let x = 1 / 0; x", "rules/r.rhai:3:11 division-by-zero: dividing by zero has no answer"),
        ("let x = 0; x /= 0; x", "rules/r.rhai:3:14 division-by-zero: dividing by zero has no answer"),
        (
            r#"o.cost("jeugd", 2029) + o.clients("jeugd", 2029)"#,
            "rules/r.rhai:3:23 unit: cannot add euro and clients: they have different units",
        ),
        (
            r#"if o.clients("jeugd", 2029) > 5 { return; }"#,
            "rules/r.rhai:3:29 comparison: a figure compares only with a figure: clients(jeugd, 2029) has a unit, the number has none",
        ),
        (
            r#"if o.cost("jeugd", 2029) > euro(5) { return; }"#,
            "rules/r.rhai:3:26 uncertain-comparison: cost(jeugd, 2029) is uncertain: it has 2 values, not one",
        ),
        (
            r#"o.cost("jeugt", 2029)"#,
            "rules/r.rhai:3:3 missing-figure: cost(jeugt, 2029): `jeugt` is unknown here; the nearest name is `jeugd`",
        ),
        (
            r#"o.cost("jeugd", 2040)"#,
            "rules/r.rhai:3:3 missing-figure: cost(jeugd, 2040): 2040 lies outside 2026 to 2029",
        ),
        (
            r#"o.budget("jeugd", 2029)"#,
            "rules/r.rhai:3:3 missing-figure: budget(jeugd, 2029): there is no budget in 2029",
        ),
        (
            r#"let t = `a ${0.5} b`; t"#,
            "rules/r.rhai:3:13 bare-number: a plain number cannot stand in a text: nobody could trace it",
        ),
        (r#"let t = `a ${()} b`; t"#, "rules/r.rhai:3:13 nothing-in-text: there is nothing to write here"),
        (
            r#"let t = "a" + 0.5; t"#,
            "rules/r.rhai:3:13 bare-number: a plain number cannot stand in a text: nobody could trace it",
        ),
        ("gapp.mean", "rules/r.rhai:3:1 unknown-variable: there is no variable `gapp`"),
        ("o.parameter(\"x\")", "rules/r.rhai:3:3 unknown-parameter: `RULE.parameters` has no `x`"),
        ("sumx([1])", "rules/r.rhai:3:1 unknown-function: there is no function `sumx`"),
        ("euro(5).mean()", "rules/r.rhai:3:9 unknown-function: `mean` is read without brackets"),
        ("euro(5).meen", "rules/r.rhai:3:9 unknown-property: a figure has no `.meen`"),
        ("let m = #{ a: 1 }; m.b", "rules/r.rhai:3:22 unknown-key: the map has no key `b`"),
        ("let x = 2 ** 3;", "rules/r.rhai:3:11 sandbox: `**` is switched off in rules: write a product"),
        (
            "import \"x\" as y;",
            "rules/r.rhai:3:1 sandbox: `import` is switched off in rules: a rule sees nothing outside its own file",
        ),
        ("eval(\"1\")", "rules/r.rhai:3:1 sandbox: `eval` is switched off in rules"),
        (
            "print(\"1\")",
            "rules/r.rhai:3:1 sandbox: `print` is switched off in rules: a rule speaks through what it returns",
        ),
        (
            "try { 1 } catch { 2 }",
            "rules/r.rhai:3:1 sandbox: `try` is switched off in rules: a mistake in a rule must be seen",
        ),
        ("throw 1;", "rules/r.rhai:3:1 sandbox: `throw` is switched off in rules: a rule returns what it finds"),
        ("5", "rules/r.rhai:2:4 rule-result: `risk` returns a whole number"),
        (
            r#"#{ text: "a", impact: euro(1), chance: percent(10), impct: 1 }"#,
            "rules/r.rhai:3:53 unknown-key: a risk knows no `impct`",
        ),
        (
            r#"#{ text: "a", impact: persons(1), chance: percent(10) }"#,
            "rules/r.rhai:3:15 rule-result: an impact is in euros, not in clients",
        ),
        (
            r#"#{ text: "a", impact: euro(1), chance: percent(110) }"#,
            "rules/r.rhai:3:32 rule-result: a chance lies between 0% and 100%, not at 110%",
        ),
        (r#"#{ text: "a" }"#, "rules/r.rhai:2:4 missing-key: a risk needs its `chance`"),
    ] {
        let (set, broken) = rules(&[("r", &body(text))]);
        let found = if broken.is_empty() { set.evaluate(Arc::new(o())).diagnostics() } else { broken };
        let shown: Vec<String> = found
            .iter()
            .map(|d| {
                format!("{} {}: {}", d.place.as_ref().map(ToString::to_string).unwrap_or_default(), d.code, d.message)
            })
            .collect();
        assert_eq!(shown.first().map(String::as_str), Some(expected), "{text}\n{found:?}");
    }
}

#[test]
fn a_faulty_rule_leaves_the_others_running() {
    let good = body(r#"#{ text: `a ${euro(5)}`, chance: percent(10), impact: euro(5) }"#);
    let (set, broken) = rules(&[("a-syntax", "const RULE = #{"), ("b-fails", &body("1/0")), ("c-good", &good)]);
    assert_eq!(broken.len(), 1);
    let evaluation = set.evaluate(Arc::new(Outcome::default()));
    assert_eq!(evaluation.findings[0].id, "c-good");
    let failed: Vec<&str> = evaluation.failed.iter().map(|f| f.rule.as_str()).collect();
    assert_eq!(failed, ["a-syntax", "b-fails"]);
}

/// Everything that could take for ever, without end, or the whole stack.
#[test]
fn what_would_never_end_is_stopped_within_a_second() {
    let loops = [
        ("limit-operations", body("loop { }")),
        ("limit-operations", body("let x = 0; while true { x += 1; }")),
        ("limit-calls", format!("{HEAD}\nfn f(x) {{ f(x) }}\nfn risk(o) {{ f(1) }}")),
        ("limit-operations", body("for x in 0..1_000_000_000_000 { }")),
        ("limit-text", body("let s = \"ab\"; loop { s += s; }")),
        ("limit-list", body("let l = []; loop { l.push(1); }")),
        ("limit-list", body("let l = [1]; loop { l += l; }")),
        ("limit-list", body("let l = [1]; loop { l = [l, l, l]; }")),
        ("limit-operations", body("let m = #{}; loop { m = #{ a: m }; if m.len() > 5 { return; } m = #{}; }")),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ {}1{} }}", "(".repeat(10_000), ")".repeat(10_000))),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ {}{} }}", "{".repeat(10_000), "}".repeat(10_000))),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ {}{} }}", "[".repeat(10_000), "]".repeat(10_000))),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ let x = 1{}; }}", " + 1".repeat(10_000))),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ let x = {}1; }}", "- ".repeat(10_000))),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ let x = o{}; }}", ".a".repeat(10_000))),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ if true {{}} {} }}", "else if true {}\n".repeat(4_000))),
        ("limit-depth", format!("{HEAD}\nfn risk(o) {{ let x = {}1{}; }}", "`${".repeat(10_000), "}`".repeat(10_000))),
        // As deep as the limits allow, at every one of the 32 calls.
        (
            "limit-calls",
            format!("{HEAD}\nfn f(x) {{ {}f(x){} }}\nfn risk(o) {{ f(1) }}", "[".repeat(18), "]".repeat(18)),
        ),
        (
            "limit-calls",
            format!("{HEAD}\nfn f(x) {{ {}f(x){} }}\nfn risk(o) {{ f(1) }}", "abs(".repeat(18), ")".repeat(18)),
        ),
        ("limit-size", "x".repeat(50_000_000)),
        ("limit-size", "\n".repeat(70_000)),
    ];
    for (code, text) in loops {
        let start = Instant::now();
        let (set, broken) = rules(&[("r", &text)]);
        let found = if broken.is_empty() { set.evaluate(Arc::new(Outcome::default())).diagnostics() } else { broken };
        let took = start.elapsed();
        let shown: String = text.chars().skip(HEAD.len().min(text.len())).take(60).collect();
        // On a slow or busy machine the clock may be first: it is the net.
        let stopped = found.first().map_or("", |d| d.code);
        assert!(stopped == code || stopped == "limit-time", "{shown}: {found:?}");
        let most = if cfg!(debug_assertions) { 20 } else { 3 };
        assert!(took < Duration::from_secs(most), "{shown} took {took:?}");
        assert!(found[0].place.is_some(), "{found:?}");
    }
}

#[test]
fn figures_that_take_too_much_are_stopped() {
    let draws: Vec<f64> = (0..10_000).map(f64::from).collect();
    let o = || Outcome::default().drawn("cost(jeugd, 2029)", &draws);
    let memory = fault(r#"let l = []; let c = o.cost("jeugd", 2029); loop { l.push(c + euro(l.len())); }"#, o());
    // On a busy machine the clock may be first: it is the net.
    assert!(["limit-memory", "limit-time"].contains(&memory.code), "{memory:?}");
    let operations = fault(r#"let c = o.cost("jeugd", 2029); loop { c + c; }"#, o());
    assert!(["limit-operations", "limit-time"].contains(&operations.code), "{operations:?}");
}

#[test]
fn a_file_that_is_no_text_is_named_with_the_byte() {
    let mut bytes = b"// abc\n// d".to_vec();
    bytes.push(0xff);
    let (set, broken) = RuleSet::parse(&[RuleSource { id: "r".into(), path: "rules/r.rhai".into(), bytes }]);
    assert_eq!(broken[0].place.as_ref().map(ToString::to_string).as_deref(), Some("rules/r.rhai:2:5"));
    assert_eq!(broken[0].code, "not-utf8");
    assert_eq!(set.evaluate(Arc::new(Outcome::default())).failed[0].rule, "r");
}

#[test]
fn only_rule_and_functions_stand_in_a_file() {
    for (text, code) in [
        ("fn risk(o) { }", "rule-form"),
        (&format!("{HEAD}\nlet x = 1;\nfn risk(o) {{ }}"), "rule-form"),
        (&format!("{HEAD}\nconst X = 1;\nfn risk(o) {{ }}"), "rule-form"),
        (&format!("{HEAD}\nprint(1);\nfn risk(o) {{ }}"), "sandbox"),
        (&format!("{HEAD}\nfn risk() {{ }}"), "rule-form"),
        (HEAD, "rule-form"),
        (&format!("{HEAD}\nfn risk(o) {{ }}\nfn chance(a) {{ }}"), "redefinition"),
        (&format!("{HEAD}\nfn risk(o) {{ }}\nfn test_x(a) {{ }}"), "rule-form"),
        (&format!("{HEAD}\nfn risk(o) {{ }}\nfn risk(o) {{ }}"), "redefinition"),
        ("const RULE = #{ title: \"a\", domain: \"b\", term: \"nu\" };\nfn risk(o) { }", "rule-form"),
        ("const RULE = #{ title: \"a\", domain: \"b\" };\nfn risk(o) { }", "missing-key"),
        ("const RULE = #{ title: \"a\", domain: \"b\", term: \"kort\", titel: \"c\" };\nfn risk(o) { }", "unknown-key"),
        (
            "const RULE = #{ title: \"a\", domain: \"b\", term: \"kort\", parameters: #{ x: \"veel\" } };\nfn risk(o) { }",
            "rule-parameter",
        ),
        ("const RULE = #{ title: \"a\" + \"b\", domain: \"b\", term: \"kort\" };\nfn risk(o) { }", "rule-form"),
        (&format!("{HEAD}\nfn risk(o) {{ global::RULE }}"), "sandbox"),
        (&format!("{HEAD}\nfn risk(o) {{ let f = |x| x; }}"), "sandbox"),
    ] {
        let (_, broken) = rules(&[("r", text)]);
        assert_eq!(broken.first().map(|d| d.code), Some(code), "{text}: {broken:?}");
    }
}

#[test]
fn the_same_id_twice_is_an_error_that_names_the_other_file() {
    let text = body("return;");
    let sources = ["rules/a/r.rhai", "rules/b/r.rhai"].map(|path| RuleSource {
        id: "r".into(),
        path: path.into(),
        bytes: text.clone().into_bytes(),
    });
    let (_, broken) = RuleSet::parse(&sources);
    assert_eq!(broken[0].code, "duplicate-rule");
    assert!(broken[0].message.contains("rules/a/r.rhai"), "{broken:?}");
}

#[test]
fn a_figure_in_a_text_can_be_searched_and_joined_but_not_cut() {
    let text = r#"
        let t = `Het kost ${euro(6_000)}` + " en " + euro(5) + ".";
        if !t.contains("kost € 6.000 en € 5") || t.len() != 24 { return; }
        #{ text: t, impact: "pm" }"#;
    assert_eq!(text_of(text, Outcome::default()), "Het kost € 6.000 en € 5.");
    let cut = located("let t = `${euro(6_000)}`; #{ text: \"a\" + t[0], impact: \"pm\" }", Outcome::default());
    assert!(cut.contains("cut in the middle of a figure"), "{cut}");
    let forged = located("#{ text: \"\\uE0000\\uE001\", impact: \"pm\" }", Outcome::default());
    assert!(forged.contains("private-use"), "{forged}");
}

#[test]
fn with_one_draw_a_figure_is_its_value_and_a_chance_is_none_or_all() {
    let text = r#"
        let c = o.cost("jeugd", 2029);
        if c.mean != euro(7) || c.p90 != euro(7) || c != euro(7) { return; }
        #{ text: `${c}`, chance: chance(c, "above", euro(6)), impact: c.above(euro(6)) }"#;
    let evaluation = run(text, Outcome::default().with("cost(jeugd, 2029)", 7.0));
    assert_eq!(evaluation.findings[0].chance, Some(1.0));
    assert!(evaluation.findings[0].from_projection);
}

#[test]
fn a_series_tells_the_first_year() {
    let o = || {
        (2027..=2029).fold(Outcome::default(), |o, y| {
            o.with(&format!("cost(jeugd, {y})"), f64::from(y)).with(&format!("budget(jeugd, {y})"), 2_028.0)
        })
    };
    let text = r#"
        let gap = o.cost("jeugd") - o.budget("jeugd");
        let year = first_year(gap, "above", euro(0));
        if year == () { return; }
        #{ text: `Vanaf ${year}: ${gap.at(year)}.`, impact: "pm" }"#;
    assert_eq!(text_of(text, o()), "Vanaf 2029: € 1.");
}

#[test]
fn signals_say_when_a_rule_begins_to_speak_and_how_far_it_is() {
    let (set, _) = rules(&[(
        "r",
        &body(
            r#"let gap = o.cost("jeugd", o.year) - o.budget("jeugd", o.year);
           if gap.mean <= euro(100) { return; }
           #{ text: `${gap}`, chance: chance(gap, "above", euro(100)), impact: gap }"#,
        ),
    )]);
    let outcome = Outcome::default()
        .with("cost(jeugd, 2027)", 1_040.0)
        .with("cost(jeugd, 2028)", 1_150.0)
        .with("cost(jeugd, 2029)", 1_300.0)
        .with("budget(jeugd, 2027)", 1_000.0)
        .with("budget(jeugd, 2028)", 1_000.0);
    let facts: Arc<dyn Facts> = Arc::new(outcome);
    let signals = set.signals(&facts);
    let signal = &signals[0];
    assert!(signal.by_year);
    assert_eq!(signal.first_year, Some(Year(2028)));
    assert_eq!(signal.years[0].state, State::Quiet);
    let margin = signal.years[0].margin.as_ref().expect("it compared");
    assert_eq!(margin.distance, -60.0);
    assert_eq!(margin.left, "mean(cost(jeugd, 2027) - budget(jeugd, 2027))");
    assert_eq!(signal.years[1].state, State::Fires(Some(1.0)));
    assert_eq!(signal.years[1].margin.as_ref().expect("it compared").distance, 50.0);
    assert!(matches!(&signal.years[2].state, State::Unknown(why) if why.contains("budget(jeugd, 2029)")));
}

#[test]
fn a_failing_test_shows_its_line_and_both_values() {
    let text =
        format!("{HEAD}\nfn risk(o) {{ return; }}\nfn test_sum() {{\n    assert_eq(euro(2) + euro(2), euro(5));\n}}\n");
    let (set, broken) = rules(&[("r", &text)]);
    assert!(broken.is_empty(), "{broken:?}");
    let report = run_tests(&set, None);
    let failure = report.tests[0].failure.as_ref().expect("two and two is not five");
    assert_eq!(failure.place.as_ref().map(ToString::to_string).as_deref(), Some("rules/r.rhai:4:5"));
    assert_eq!(failure.message, "it is € 4, and should be € 5");
    assert_eq!(report.to_json()["failed"], 1);
}

#[test]
fn evaluating_twice_gives_the_same() {
    let (set, _) = rules(&[("kosten-boven-begroting", EXAMPLE), ("b", &body("return;"))]);
    let facts: Arc<dyn Facts> = Arc::new(jeugd());
    let first = set.evaluate(facts.clone());
    assert_eq!(first, set.evaluate(facts.clone()));
    assert_eq!(set.evaluate_many(&[facts.clone(), facts])[1], first);
}

#[test]
fn coverage_names_the_branches_that_nothing_reached() {
    use ravijn::rule::coverage::measure;
    let text = format!(
        "{HEAD}\nfn risk(o) {{\n    let c = o.cost(\"jeugd\", 2029);\n    if c.mean < euro(10) {{ return; }}\n    let words = if c.mean > euro(100) {{ \"veel\" }} else {{ \"wat\" }};\n    if c.mean > euro(1_000) {{ words = \"heel veel\"; }}\n    switch o.base_year {{ 2026 => 1, 2027 => 2 }}\n    #{{ text: `${{words}} ${{c}}`, chance: percent(5), impact: c }}\n}}\n\nfn test_small_is_none() {{\n    assert(risk(given(#{{ \"cost(jeugd, 2029)\": euro(5) }})) == ());\n}}\n"
    );
    let (set, broken) = rules(&[("r", &text)]);
    assert!(broken.is_empty(), "{broken:?}");
    let missed = |outcomes: &[Arc<dyn Facts>]| {
        let report = measure(&set, outcomes);
        let rule = report.rules[0].clone();
        let missed: Vec<String> = rule.missed.iter().map(|b| format!("{} {}", b.line, b.what)).collect();
        (rule, missed)
    };
    let (tests_only, first) = missed(&[]);
    assert_eq!(first, ["4 no else", "5 else", "5 if", "6 if", "6 no else", "7 no case", "7 case", "7 case"]);
    assert_eq!((tests_only.branches, tests_only.reached), (9, 1));
    assert!(tests_only.missed_lines.contains(&8));
    let big: Arc<dyn Facts> = Arc::new(Outcome::default().with("cost(jeugd, 2029)", 5_000.0));
    let (rule, second) = missed(&[big]);
    assert_eq!(second, ["5 else", "6 no else", "7 no case", "7 case"]);
    assert_eq!((rule.fired, rule.applied, rule.never_fires()), (1, 1, false));
}
