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
    for name in ["geen-tekst.rhai:2:1", "groot.rhai", "eindeloos.rhai:2:13", "gulzig.rhai:2:39", "diep.rhai:2"] {
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

#[test]
fn a_filter_on_a_broken_rule_says_why_its_tests_are_missing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let good = format!("{HEAD}fn risk(o) {{ }}\nfn test_it_is_silent() {{ assert(risk(given(#{{}})) == ()); }}\n");
    write(folder.path(), "rules/algemeen/goed.rhai", &good);
    write(folder.path(), "rules/jeugd/stuk.rhai", good.replace("fn risk(o) {", "fn risk(o) { let x = ;"));
    for filter in ["stuk", "IT is silent"] {
        let tested = ravijn(folder.path(), &["test", "--filter", filter]);
        assert_eq!(tested.status.code(), Some(1), "{filter}");
        assert!(text(&tested.stderr).contains("stuk.rhai:2:"), "{filter}: {}", text(&tested.stderr));
        let json = ravijn(folder.path(), &["test", "--filter", filter, "--format", "json"]);
        assert_eq!(json.status.code(), Some(1), "{filter}");
        let document: Value = serde_json::from_slice(&json.stdout).expect("one document");
        let unreadable = document["unreadable"].as_array().expect("a list");
        assert_eq!(unreadable.len(), 1);
        assert!(unreadable[0]["file"].as_str().is_some_and(|f| f.ends_with("rules/jeugd/stuk.rhai")));
        assert_eq!((&unreadable[0]["line"], &unreadable[0]["code"]), (&Value::from(2), &Value::from("rule-syntax")));
    }
    // Somebody else's broken rule is none of this one's business.
    let other = ravijn(folder.path(), &["test", "--filter", "goed"]);
    assert!(other.status.success(), "{}", text(&other.stderr));
    assert_eq!(ravijn(folder.path(), &["test", "--filter", "nergens"]).status.code(), Some(1));
}

#[test]
fn what_a_run_fails_on_is_an_error_of_check_too() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let text_of = "text: `Het kost ${o.cost(\"total\", o.horizon)}.`";
    for (body, code) in [
        // Reading the rule warns of these; running it stops.
        (
            format!(
                "let x = o.cost(\"total\", o.horizon) + persons(2);\n#{{ chance: percent(5), impact: x, {text_of} }}"
            ),
            "unit",
        ),
        (format!("#{{ chance: percent(5), impact: euro(3), colour: \"x\", {text_of} }}"), "unknown-key"),
        // A slip in these would take the amount out of the sum unseen.
        (format!("#{{ chance: percent(5), impact: euro(3), covered_by: [\"zomaar wat\"], {text_of} }}"), "rule-result"),
        (
            format!("#{{ chance: percent(5), impact: euro(3), covered_by: [\"cost.xyz.level\"], {text_of} }}"),
            "unknown-name",
        ),
    ] {
        write(folder.path(), "rules/algemeen/regel.rhai", format!("{HEAD}fn risk(o) {{\n{body}\n}}\n"));
        let checked = ravijn(folder.path(), &["check", "scenarios/klein"]);
        let said = text(&checked.stderr);
        assert_eq!(checked.status.code(), Some(1), "{code}: {said}");
        assert_eq!(said.matches(&format!("error[{code}]")).count(), 1, "{said}");
        assert!(!said.contains(&format!("warning[{code}]")), "{said}");
        let run = ravijn(folder.path(), &["run", "scenarios/klein", "--draws", "20", "--format", "json"]);
        assert!(run.status.code() == Some(1) && text(&run.stderr).contains(&format!("error[{code}]")));
    }
}

#[test]
fn check_says_what_run_would_report_as_failed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rules = folder.path().join("rules/algemeen");
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let risk = |chance: &str| {
        format!("#{{ chance: {chance}, impact: euro(3), text: `Het kost ${{o.cost(\"total\", o.horizon)}}.` }}")
    };
    let failing = [
        ("delen", format!("let x = 1 / 0;\n{}", risk("percent(5)")), "3:11: error[division-by-zero]"),
        ("kans", risk("percent(150)"), "3:4: error[rule-result]"),
        (
            "sleutel",
            format!("let m = #{{ a: 1 }};\nlet x = m[\"b\" + \"c\"];\n{}", risk("percent(5)")),
            "error[unknown-key]",
        ),
        (
            "onzeker",
            format!(
                "let x = max([o.cost(\"total\", o.horizon)]);\nif x > euro(3) {{ return; }}\n{}",
                risk("percent(5)")
            ),
            "4:6: error[uncertain-comparison]",
        ),
        ("eindeloos", format!("let n = 0;\nloop {{\nn += 1;\n}}\n{}", risk("percent(5)")), "error[limit-operations]"),
    ];
    for (name, body, _) in &failing {
        write(&rules, &format!("{name}.rhai"), format!("{HEAD}fn risk(o) {{\n{body}\n}}\n"));
    }
    write(
        &rules,
        "roept.rhai",
        format!("{HEAD}fn f(x) {{\n    f(x)\n}}\nfn risk(o) {{\n    let y = f(1);\n    {}\n}}\n", risk("percent(5)")),
    );
    let checked = ravijn(folder.path(), &["check", "scenarios/klein"]);
    assert_eq!(checked.status.code(), Some(1));
    let said = text(&checked.stderr);
    for (name, _, what) in &failing {
        let lines: Vec<&str> =
            said.lines().filter(|l| l.contains(&format!("{name}.rhai:")) && l.contains(": error[")).collect();
        assert!(lines.len() == 1 && lines[0].contains(what), "{name}: {what} once in\n{said}");
    }
    // A limit is placed where it was hit, not at the head of `risk`.
    assert!(said.contains("roept.rhai:3:7: error[limit-calls]"), "{said}");
    let loops = |said: &str| (4..=5).any(|line| said.contains(&format!("eindeloos.rhai:{line}:")));
    assert!(loops(&said), "{said}");
    // `run` reports the same places.
    let run = ravijn(folder.path(), &["run", "scenarios/klein", "--draws", "100", "--format", "md"]);
    assert_eq!(run.status.code(), Some(1));
    let places = |said: &str| -> Vec<String> {
        let errors = said.lines().filter(|l| l.contains(": error["));
        errors.filter_map(|l| Some(l.split(": error[").next()?.rsplit('/').next()?.to_owned())).collect()
    };
    assert_eq!(places(&text(&run.stderr)), places(&said));
}

#[test]
fn a_new_rule_for_a_domain_that_nobody_has_says_so() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let made = ravijn(folder.path(), &["new", "rule", "jeugdd/wachtlijst"]);
    assert!(made.status.success());
    let said = text(&made.stderr);
    assert!(said.contains("domain `jeugdd`") && said.contains("did you mean `jeugd`?"), "{said}");
    let far = text(&ravijn(folder.path(), &["new", "rule", "foo/bar"]).stderr);
    assert!(far.contains("there are: algemeen, financien, jeugd, participatie, wmo"), "{far}");
    assert_eq!(text(&ravijn(folder.path(), &["new", "rule", "jeugd/wachtlijst"]).stderr), "");
    // A municipality's own domain is known.
    let base = folder.path().join("scenarios/klein/base.toml");
    let own = std::fs::read_to_string(&base).expect("made");
    let wider = own.replacen("[domain.wmo]", "[domain.opvang]\nlabel = \"Opvang\"\n\n[domain.wmo]", 1);
    let wider = if wider == own { format!("{own}\n[domain.opvang]\nlabel = \"Opvang\"\n") } else { wider };
    std::fs::write(&base, wider).expect("writable");
    assert_eq!(text(&ravijn(folder.path(), &["new", "rule", "opvang/plekken"]).stderr), "");
}

#[test]
fn thresholds_of_a_rule_that_is_not_there_are_named_with_what_is() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    write(folder.path(), "rules/algemeen/stil.rhai", format!("{HEAD}fn risk(o) {{ o.parameter(\"threshold\"); }}\n"));
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let add = |file: &str, rule: &str| {
        let path = folder.path().join("scenarios/klein").join(file);
        let old = std::fs::read_to_string(&path).expect("made");
        std::fs::write(path, format!("{old}\n[rule.{rule}]\nthreshold = \"€ 1\"\n")).expect("writable");
    };
    add("base.toml", "still");
    add("ova-hoger.toml", "heel-iets-anders");
    let said = text(&ravijn(folder.path(), &["check", "scenarios/klein"]).stderr);
    let after = |what: &str| said.split(what).nth(1).unwrap_or_default().chars().take(300).collect::<String>();
    assert!(after("there is no rule `still`").contains("did you mean `stil`?"), "{said}");
    assert!(after("there is no rule `heel-iets-anders`").contains("there are: stil"), "{said}");
    assert_eq!(said.matches("there is no rule `still`").count(), 1, "said once, not for every what-if\n{said}");
    assert_eq!(ravijn(folder.path(), &["check", "scenarios/klein", "--strict"]).status.code(), Some(1));
}

#[test]
fn the_report_of_a_failing_rule_is_the_same_wherever_the_rules_stand() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rule = format!("{HEAD}fn risk(o) {{ let x = 1 / 0; }}\n");
    write(folder.path(), "ergens/anders/jeugd/delen.rhai", &rule);
    write(folder.path(), "rules/jeugd/delen.rhai", &rule);
    assert!(ravijn(folder.path(), &["new", "municipality", "klein"]).status.success());
    let elsewhere = folder.path().join("ergens/anders").display().to_string();
    let report = |more: &[&str]| {
        let run =
            ravijn(folder.path(), &[&["run", "scenarios/klein", "--draws", "0", "--format", "md"], more].concat());
        assert_eq!(run.status.code(), Some(1), "a rule failed");
        for file in ["risicoparagraaf.md", "run.json"] {
            let written = std::fs::read_to_string(folder.path().join("out/klein/base").join(file)).expect("written");
            assert!(!written.contains(&folder.path().display().to_string()), "{file} names this machine");
        }
        std::fs::read_to_string(folder.path().join("out/klein/base/risicoparagraaf.md")).expect("written")
    };
    assert!(report(&["--rules", &elsewhere]).contains("| jeugd/delen.rhai:2:"));
    assert!(report(&[]).contains("| rules/jeugd/delen.rhai:2:"));
}
