//! The shipped rules: exactly those of `golden_rules.txt`, each with tests that
//! really look at it, and none that fails on any municipality, however small.
//!
//! A rule that is lost says nothing, and a report without a risk looks like good
//! news. So the list is written down, and every test is shown to be able to
//! fail: against a rule that never speaks, and against one that always does.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ravijn::input::Sources;
use ravijn::rule::{Facts, Known, RuleSet, RuleSource, lint, run_tests};
use ravijn::simulation::Settings;
use ravijn::study;

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Every file `rules/DOMAIN/ID.rhai`, by id.
fn shipped() -> Vec<RuleSource> {
    let mut found = Vec::new();
    for folder in std::fs::read_dir(here("rules")).expect("the folder is there").flatten().map(|e| e.path()) {
        if !folder.is_dir() {
            continue;
        }
        let domain = folder.file_name().expect("it has a name").to_string_lossy().into_owned();
        for file in std::fs::read_dir(&folder).expect("it can be read").flatten().map(|e| e.path()) {
            if file.extension().is_some_and(|e| e == "rhai") {
                let id = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
                let path = format!("rules/{domain}/{id}.rhai");
                found.push(RuleSource { path, bytes: std::fs::read(&file).expect("it can be read"), id });
            }
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

fn parsed(sources: &[RuleSource]) -> RuleSet {
    let (set, broken) = RuleSet::parse(sources);
    assert!(broken.is_empty(), "{broken:#?}");
    set
}

#[test]
fn the_folder_holds_exactly_the_rules_of_the_list() {
    let list = std::fs::read_to_string(here("tests/golden_rules.txt")).expect("the list is there");
    let listed: Vec<&str> = list.lines().collect();
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(listed, sorted, "the list is sorted");
    let ids: Vec<String> = shipped().into_iter().map(|r| r.id).collect();
    assert_eq!(ids, listed);
}

#[test]
fn the_tests_of_the_rules_pass() {
    let report = run_tests(&parsed(&shipped()), None);
    let failures: Vec<_> = report.tests.iter().filter(|t| t.failure.is_some()).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(report.untested.is_empty(), "{:?}", report.untested);
}

/// The same rule, with another `fn risk`.
fn replaced(rule: &RuleSource, body: &str) -> RuleSource {
    let text = String::from_utf8(rule.bytes.clone()).expect("rules are UTF-8");
    assert_eq!(text.matches("fn risk(o) {").count(), 1, "{}", rule.id);
    let text = text.replace("fn risk(o) {", "fn as_shipped(o) {") + body;
    RuleSource { bytes: text.into_bytes(), ..rule.clone() }
}

/// The names of the tests that fail, of those that hold the word.
fn failing(rule: RuleSource, word: &str) -> Vec<String> {
    let report = run_tests(&parsed(&[rule]), None);
    let failed = report.tests.into_iter().filter(|t| t.failure.is_some() && t.function.contains(word));
    failed.map(|t| t.function).collect()
}

const SILENT: &str = "\nfn risk(o) { if o.base_year == 0 { return #{ text: \"\", impact: \"pm\" }; } }\n";
const SILENT_LIST: &str = "\nfn risk(o) { [] }\n";
const LOUD: &str = "\nfn risk(o) { [#{ text: `${euro(1)}`, impact: \"pm\" }] }\n";

#[test]
fn every_rule_has_a_test_that_fires_one_that_does_not_and_one_at_the_edge() {
    for rule in shipped() {
        let text = String::from_utf8(rule.bytes.clone()).expect("rules are UTF-8");
        let names: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("fn test_")).collect();
        for word in ["risk", "none", "exactly"] {
            assert!(names.iter().any(|n| n.contains(word)), "{}: no test with `{word}` in its name", rule.id);
        }
        // Against a rule that never speaks, the tests that fire must fail; against one that always does, the others.
        let silent = [SILENT, SILENT_LIST].map(|body| failing(replaced(&rule, body), "risk"));
        assert!(silent.iter().all(|f| !f.is_empty()), "{}: silence passes every test", rule.id);
        assert!(!failing(replaced(&rule, LOUD), "none").is_empty(), "{}: noise passes every test", rule.id);
        let edge = failing(replaced(&rule, SILENT), "exactly").len()
            + failing(replaced(&rule, SILENT_LIST), "exactly").len()
            + failing(replaced(&rule, LOUD), "exactly").len();
        assert!(edge > 0, "{}: no rule fails at the edge", rule.id);
    }
}

#[test]
fn nothing_in_the_rules_calls_for_a_warning() {
    let found = lint(&parsed(&shipped()), &Known::glossary());
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn every_rule_says_what_it_rests_on_and_labels_its_parameters() {
    for head in parsed(&shipped()).rules() {
        assert!(head.source.is_some(), "{}", head.id);
        for parameter in &head.parameters {
            assert_ne!(parameter.label, parameter.name, "{}", head.id);
        }
    }
}

#[test]
fn no_rule_knows_a_municipality_by_name() {
    for folder in std::fs::read_dir(here("scenarios")).expect("the folder is there").flatten() {
        let base = std::fs::read_to_string(folder.path().join("base.toml")).expect("it has a base");
        let name = base.lines().find_map(|l| l.strip_prefix("name = \"")?.strip_suffix('"')).expect("it has a name");
        for rule in shipped() {
            let text = String::from_utf8(rule.bytes).expect("rules are UTF-8").to_lowercase();
            assert!(!text.contains(&name.to_lowercase()), "{} names {name}", rule.path);
        }
    }
}

/// What a controller may have: one line, no budget, no index.
const SMALLEST: &str = r#"
[municipality]
name = "Klein"
code = "GM0001"
base_year = 2026
base = "actual"
horizon = 2027
"#;

fn outcome(base: &str, figures: &str, draws: u64) -> Vec<Arc<dyn Facts>> {
    let mut sources = Sources::default();
    sources.insert("base.toml", base.as_bytes().to_vec());
    sources.insert("figures.csv", format!("line,quantity,kind,year,value,source\n{figures}").into_bytes());
    let settings = Settings { draws, ..Settings::default() };
    match study::outcomes(&sources, None, &settings) {
        Ok(outcomes) => outcomes,
        Err(wrong) => panic!("{wrong:#?}"),
    }
}

#[test]
fn no_rule_fails_on_a_municipality_of_one_line() {
    let set = parsed(&shipped());
    let line = |id: &str, domain: &str, more: &str| {
        format!("{SMALLEST}\n[cost.{id}]\nlabel = \"Hulp\"\ntaakveld = \"6.1\"\ndomain = \"{domain}\"\n{more}\n")
    };
    let cost = |value: &str| format!("hulp,cost,actual,2026,{value},test\n");
    let mut cases: Vec<(String, String)> = Vec::new();
    for domain in ["algemeen", "jeugd", "wmo", "participatie"] {
        for value in ["0", "1000000", "-5000"] {
            cases.push((line("hulp", domain, ""), cost(value)));
            cases.push((line("hulp", domain, "level = { value = \"0%\", sd = \"10%\" }"), cost(value)));
        }
        // Clients that all leave, clients that are none, and a count without euros.
        cases.push((
            line("hulp", domain, "volume = { exit = \"100%\" }"),
            cost("1000") + "hulp,clients,actual,2026,10,test\n",
        ));
        cases.push((line("hulp", domain, ""), cost("0") + "hulp,clients,actual,2026,0,test\n"));
        let counted = "[indicator.telling]\nlabel = \"Telling\"\nunit = \"keer\"\ndomain = \"algemeen\"\n[reserve.pot]\nlabel = \"Pot\"\nbalance = 0\n";
        let counts = "telling,count,actual,2025,0,test\ntelling,count,actual,2026,90,test\n";
        cases.push((line("hulp", domain, counted), cost("1") + counts));
        // A budget for one year alone, and one for all years.
        cases.push((line("hulp", domain, ""), cost("9000000") + "hulp,cost,budget,2026,1000,test\n"));
        cases.push((
            line("hulp", domain, ""),
            cost("9000000") + "hulp,cost,budget,2026,1000,test\nhulp,cost,budget,2027,1000,test\n",
        ));
    }
    let income = "\n[revenue.baten]\nlabel = \"Baten\"\ntaakveld = \"6.3\"\ndomain = \"participatie\"\n";
    cases.push((format!("{SMALLEST}{income}"), "baten,revenue,actual,2026,500000,test\n".to_owned()));
    for (base, figures) in &cases {
        for draws in [0, 200] {
            for facts in outcome(base, figures, draws) {
                let evaluation = set.evaluate(Arc::clone(&facts));
                let failed = evaluation.diagnostics();
                assert!(failed.is_empty(), "{base}\n{figures}\n{draws} draws: {failed:#?}");
                let seen = evaluation.not_applicable.len() + evaluation.silent.len();
                assert!(seen > 0, "rules were looked at");
            }
        }
    }
}

#[test]
fn no_rule_fails_on_a_shipped_scenario() {
    let set = parsed(&shipped());
    let mut fired = 0;
    for folder in std::fs::read_dir(here("scenarios")).expect("the folder is there").flatten().map(|e| e.path()) {
        let mut sources = Sources::default();
        for file in std::fs::read_dir(&folder).expect("it can be read").flatten().map(|e| e.path()) {
            let name = file.file_name().expect("it has a name").to_string_lossy().into_owned();
            sources.insert(&name, std::fs::read(&file).expect("it can be read"));
        }
        for draws in [0, 500] {
            let settings = Settings { draws, ..Settings::default() };
            let outcomes = study::outcomes(&sources, None, &settings).expect("the scenarios are in order");
            for facts in outcomes {
                let evaluation = set.evaluate(facts);
                let failed = evaluation.diagnostics();
                assert!(failed.is_empty(), "{}: {failed:#?}", folder.display());
                fired += evaluation.findings.len();
            }
        }
    }
    assert!(fired > 0, "no rule found anything anywhere");
}

#[test]
fn the_rule_on_the_policy_writers_page_works() {
    let page = std::fs::read_to_string(here("rules/README.md")).expect("the page is there");
    let rule = page.split("```rhai\n").nth(1).and_then(|rest| rest.split("```").next()).expect("it shows a rule");
    let source = RuleSource { id: "voorbeeld".into(), path: "rules/README.md".into(), bytes: rule.as_bytes().to_vec() };
    let set = parsed(&[source]);
    let report = run_tests(&set, None);
    assert!(report.passed() && report.tests.len() == 2, "{report:#?}");
    assert!(lint(&set, &Known::glossary()).is_empty());
    for id in shipped().into_iter().map(|r| r.id) {
        assert!(page.contains(&format!("`{id}`")), "the page does not list {id}");
    }
}

/// Every `risk.NAAM` and every rule that docs/risks.md names, and every entry and rule that there is.
#[test]
fn each_risk_of_the_two_documents_has_its_rule_or_its_place_in_a_register() {
    let page = std::fs::read_to_string(here("docs/risks.md")).expect("the page is there");
    let named: Vec<&str> = page.split('`').skip(1).step_by(2).collect();
    let rules: Vec<String> = shipped().into_iter().map(|r| r.id).collect();
    let mut entries: Vec<String> = Vec::new();
    for name in ["harderwijk", "heerde"] {
        let base = std::fs::read_to_string(here(&format!("scenarios/{name}/base.toml"))).expect("it has a base");
        let own = base.lines().filter_map(|l| l.strip_prefix("[risk.")?.strip_suffix(']')).filter(|l| !l.contains('.'));
        entries.extend(own.map(|id| format!("risk.{id}")));
    }
    for name in &named {
        let there = entries.iter().chain(&rules).any(|known| known == name);
        assert!(there || name.contains(['[', '/']), "docs/risks.md names `{name}`, which is nowhere");
    }
    for known in entries.iter().chain(&rules) {
        assert!(named.contains(&known.as_str()), "{known} stands in no row of docs/risks.md");
    }
}
