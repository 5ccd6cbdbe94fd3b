//! Rules as a policy writer meets them on the command line: a first rule, its
//! tests and coverage, thresholds of a municipality, and files that are none.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

fn ravijn(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ravijn")).args(arguments).current_dir(folder).output().expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn write(folder: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("in the folder")).expect("writable");
    std::fs::write(path, bytes).expect("writable");
}

const HEAD: &str = "const RULE = #{ title: \"Een regel\", domain: \"algemeen\", term: \"lang\", source: \"s\", response: \"r\", parameters: #{ threshold: \"€ 50.000\" } };\n";

#[test]
fn a_new_rule_passes_its_tests_and_reaches_all_its_branches() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["jeugd/wachtlijst", "financien/saldo"] {
        let made = ravijn(folder.path(), &["new", "rule", name]);
        assert!(made.status.success(), "{}", text(&made.stderr));
        assert!(folder.path().join(format!("rules/{name}.rhai")).is_file());
    }
    let tested = ravijn(folder.path(), &["test", "--require", "100%"]);
    assert!(tested.status.success(), "{}{}", text(&tested.stdout), text(&tested.stderr));
    assert!(text(&tested.stdout).contains("4 passed, 0 failed"), "{}", text(&tested.stdout));
    // It speaks of a municipality's own figures at once, and checks without a warning.
    let made = ravijn(folder.path(), &["new", "municipality", "klein"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let run = ravijn(folder.path(), &["run", "scenarios/klein", "--draws", "50", "--format", "json"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    // Never over what is there.
    assert_eq!(ravijn(folder.path(), &["new", "rule", "jeugd/wachtlijst"]).status.code(), Some(1));
}

#[test]
fn a_branch_that_no_test_reaches_fails_what_is_required_and_is_named() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rule = format!(
        "{HEAD}fn risk(o) {{\n    if o.horizon > 2030 {{ return; }}\n    #{{ text: `Het kost ${{euro(5)}}.`, impact: \"pm\" }}\n}}\nfn test_it_is_a_risk() {{ assert(risk(given(#{{ horizon: 2029 }})) != ()); }}\n"
    );
    write(folder.path(), "rules/algemeen/laat.rhai", rule);
    let short = ravijn(folder.path(), &["test", "--require", "100%"]);
    assert_eq!(short.status.code(), Some(1));
    let said = text(&short.stdout);
    assert!(said.contains("laat.rhai:3:5: `if` is never reached") && said.contains("1 of 2 branches"), "{said}");
    assert!(ravijn(folder.path(), &["test", "--require", "50%"]).status.success());
    assert!(ravijn(folder.path(), &["test"]).status.success());
    assert_eq!(ravijn(folder.path(), &["test", "--require", "100"]).status.code(), Some(2));
    let json = ravijn(folder.path(), &["test", "--require", "100%", "--format", "json"]);
    assert_eq!(json.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&json.stdout).expect("one document");
    assert_eq!(document["coverage"]["rules"][0]["missed"][0]["line"], 3);
    assert_eq!(document["coverage"]["never_fire"][0], "laat");
}

#[test]
fn each_scenario_has_its_own_thresholds() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let body = "fn risk(o) { #{ text: `De drempel is ${o.parameter(\"threshold\").exact}.`, impact: \"pm\" } }\n";
    write(folder.path(), "rules/algemeen/drempel.rhai", format!("{HEAD}{body}"));
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let add = |file: &str, amount: &str| {
        let path = folder.path().join("scenarios/klein").join(file);
        let old = std::fs::read_to_string(&path).expect("made");
        std::fs::write(path, format!("{old}\n[rule.drempel]\nthreshold = \"{amount}\"\n")).expect("writable");
    };
    let drempels = || {
        let run = ravijn(folder.path(), &["run", "scenarios/klein", "--draws", "0", "--format", "json"]);
        assert!(run.status.success(), "{}", text(&run.stderr));
        let document: Value = serde_json::from_slice(&run.stdout).expect("one document");
        let of = |s: &Value| {
            let risks = s["risks"].as_array().expect("a list");
            risks.iter().find(|r| r["id"] == "drempel").map(|r| r["text"].as_str().unwrap_or("").to_owned())
        };
        document["scenarios"].as_array().expect("a list").iter().filter_map(of).collect::<Vec<String>>()
    };
    assert_eq!(drempels(), ["De drempel is € 50.000.", "De drempel is € 50.000."], "the rule's own");
    add("base.toml", "€ 25.000");
    assert_eq!(
        drempels(),
        ["De drempel is € 25.000.", "De drempel is € 25.000."],
        "the municipality's, also in a what-if"
    );
    add("ova-hoger.toml", "€ 10.000");
    assert_eq!(drempels(), ["De drempel is € 25.000.", "De drempel is € 10.000."], "the what-if's own");
    add("base.toml", "3%");
    let wrong = ravijn(folder.path(), &["check", "scenarios/klein"]);
    assert_eq!(wrong.status.code(), Some(1), "another unit, or the table twice");
}

#[test]
fn hostile_files_are_each_named_at_once_and_the_others_still_speak() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rules = folder.path().join("rules/algemeen");
    let mut not_text = HEAD.as_bytes().to_vec();
    not_text.extend([0xff, 0xfe, b'\n']);
    write(&rules, "geen-tekst.rhai", not_text);
    write(&rules, "groot.rhai", vec![b'/'; 50_000_000]);
    write(&rules, "eindeloos.rhai", format!("{HEAD}fn f(x) {{ f(x) }}\nfn risk(o) {{ f(1) }}\n"));
    write(&rules, "gulzig.rhai", format!("{HEAD}fn risk(o) {{ let l = [1]; loop {{ l += l; }} }}\n"));
    write(&rules, "diep.rhai", format!("{HEAD}fn risk(o) {{ {}1{} }}\n", "(".repeat(10_000), ")".repeat(10_000)));
    write(
        &rules,
        "goed.rhai",
        format!("{HEAD}fn risk(o) {{ #{{ text: `Het kost ${{euro(5)}}.`, impact: \"pm\" }} }}\n"),
    );
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let start = Instant::now();
    let run = ravijn(folder.path(), &["run", "scenarios/klein", "--draws", "0", "--scenario", "ova-hoger"]);
    let took = start.elapsed();
    assert_eq!(run.status.code(), Some(1));
    let said = text(&run.stderr);
    for name in ["geen-tekst.rhai:2:1", "groot.rhai", "eindeloos.rhai:3", "gulzig.rhai:2", "diep.rhai:2"] {
        assert!(said.contains(name), "{name} is not named in:\n{said}");
    }
    let report = std::fs::read_to_string(folder.path().join("out/klein/base/risicoparagraaf.md")).expect("written");
    assert!(report.contains("Het kost € 5"), "the good rule still speaks");
    assert!(report.contains("kon niet worden uitgevoerd"), "the report says which failed");
    // A whole run of two scenarios, in an unoptimised build on a busy machine.
    assert!(took < Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 3 }), "{took:?}");
}

#[test]
fn the_report_traces_every_number_of_a_rule_and_shows_what_comes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let body = "fn risk(o) {\n    let gap = o.cost(\"total\", o.year) - o.cost(\"total\", o.base_year);\n    if gap.mean <= o.parameter(\"threshold\") { return; }\n    #{ chance: chance(gap, \"above\", euro(0)), impact: gap, text: `Het kost ${gap.exact} meer.`, response: `We sparen ${gap.mean.thousand}.` }\n}\n";
    write(folder.path(), "rules/algemeen/groei.rhai", format!("{HEAD}{body}"));
    let run = ravijn(folder.path(), &["run", "scenarios/klein", "--draws", "200"]);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let report = std::fs::read_to_string(folder.path().join("out/klein/base/risicoparagraaf.md")).expect("written");
    let notes: Vec<&str> = report.lines().filter(|l| l.starts_with("[^") && l.contains("cost(total, ")).collect();
    // The text, the response, the chance and the impact: each with the expression, its inputs and their rows.
    for needle in [
        "`cost(total, ",
        "`mean(cost(total, ",
        "`chance(cost(total, ",
        "figures.csv:",
        "gemiddelde als het gebeurt. Rust op: cost(total, ",
    ] {
        assert!(notes.iter().any(|n| n.contains(needle)), "{needle} in\n{}", notes.join("\n"));
    }
    assert!(report.contains("## Vroege signalen") || report.contains("# Vroege signalen"), "the early warning");
    assert!(
        report.contains("| Een regel | 20") && report.contains("| Een regel | € 50.000 |"),
        "first year and border"
    );
}
