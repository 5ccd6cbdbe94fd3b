//! The command line as people use it: exit codes, stdout and stderr apart,
//! whole files or none, and the same bytes on any number of threads.

mod questions;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn ravijn(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ravijn"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the program starts")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every file below a folder with its bytes, by path.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = std::fs::read(&path).expect("readable");
                found.push((path.strip_prefix(folder).expect("below").to_path_buf(), bytes));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_same_bytes_come_out_on_one_thread_and_on_four() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let mut all = Vec::new();
    for threads in ["1", "4"] {
        let folder = out.path().join(threads);
        let folder = folder.to_str().expect("plain");
        let done = ravijn(&[
            "run",
            "scenarios/heerde",
            "--scenario",
            "ova-hoog",
            "--draws",
            "1000",
            "--threads",
            threads,
            "--out",
            folder,
            "--format",
            "md,json",
        ]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        all.push((files(Path::new(folder)), done.stdout));
    }
    assert!(!all[0].0.is_empty());
    assert!(all[0] == all[1], "threads change a bit");
}

#[test]
fn a_report_does_not_say_where_the_rules_stand_on_this_machine() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let rules = folder.path().join("elders/rules");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (path, bytes) in files(&root.join("rules")) {
        let to = rules.join(path);
        std::fs::create_dir_all(to.parent().expect("below")).expect("a folder");
        std::fs::write(to, bytes).expect("written");
    }
    let (from, out) = (rules.to_str().expect("plain"), folder.path().join("out"));
    let arguments = ["run", "scenarios/heerde", "--scenario", "base", "--draws", "200", "--format", "md,html,xlsx"];
    let done = ravijn(&[&arguments[..], &["--rules", from, "--out", out.to_str().expect("plain")]].concat());
    assert!(done.status.success(), "{}", text(&done.stderr));
    let made = files(&out);
    let all: Vec<String> = made.iter().map(|(_, bytes)| text(bytes)).collect();
    assert!(all.iter().any(|t| t.contains("rules/jeugd/jeugd-toeval.rhai:")), "a parameter of a rule is named");
    assert!(all.iter().all(|t| !t.contains("elders")));
}

#[test]
fn json_alone_prints_one_document_and_writes_nothing() {
    let out = tempfile::tempdir().expect("a temporary folder");
    let folder = out.path().join("none");
    let done = ravijn(&[
        "run",
        "scenarios/harderwijk",
        "--draws",
        "0",
        "--format",
        "json",
        "--out",
        folder.to_str().expect("plain"),
    ]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("one JSON document");
    assert_eq!(document["municipality"]["code"], "GM0243");
    assert_eq!(document["scenarios"][0]["id"], "base");
    assert!(
        document["scenarios"][0]["lines"][0]["years"][0].get("distribution").is_none(),
        "no draws, no distribution"
    );
    assert!(!folder.exists());
}

#[test]
fn a_what_if_named_by_its_file_runs_beside_the_base() {
    let done = ravijn(&["run", "scenarios/harderwijk/ova-hoger.toml", "--draws", "0", "--format", "json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("one JSON document");
    let ids: Vec<&str> =
        document["scenarios"].as_array().expect("a list").iter().filter_map(|s| s["id"].as_str()).collect();
    assert_eq!(ids, ["base", "ova-hoger"]);
}

#[test]
fn a_mistake_in_a_file_is_located_and_nothing_is_written() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("stad");
    std::fs::create_dir(&folder).expect("writable");
    std::fs::write(folder.join("base.toml"), "[municipality]\nnaam = \"Stad\"\n").expect("writable");
    std::fs::write(folder.join("figures.csv"), "line,quantity,kind,year,value\n").expect("writable");
    let out = work.path().join("out");
    let done = ravijn(&["run", folder.to_str().expect("plain"), "--out", out.to_str().expect("plain")]);
    assert_eq!(done.status.code(), Some(1));
    let said = text(&done.stderr);
    assert!(said.contains("base.toml:2:1"), "{said}");
    assert!(said.contains("help:"), "{said}");
    assert!(!out.exists(), "no output for wrong input");
}

#[test]
fn wrong_usage_exits_2() {
    assert_eq!(ravijn(&["run"]).status.code(), Some(2));
    assert_eq!(ravijn(&["run", "scenarios/heerde", "--format", "table,json"]).status.code(), Some(2));
    assert_eq!(ravijn(&["run", "scenarios/heerde", "--format", "papyrus"]).status.code(), Some(2));
    assert_eq!(ravijn(&["--help"]).status.code(), Some(0));
}

#[test]
fn what_new_makes_passes_check_and_runs() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("mijn-stad");
    let path = folder.to_str().expect("plain");
    assert!(ravijn(&["new", "municipality", path]).status.success());
    let checked = ravijn(&["check", path]);
    assert!(checked.status.success(), "{}", text(&checked.stderr));
    let again = ravijn(&["new", "municipality", path]);
    assert_eq!(again.status.code(), Some(1), "never over existing files");
    let out = work.path().join("out");
    let ran = ravijn(&["run", path, "--draws", "200", "--out", out.to_str().expect("plain")]);
    assert!(ran.status.success(), "{}", text(&ran.stderr));
    assert!(out.join("mijn-stad/base/risicoparagraaf.md").is_file());
    assert!(out.join("mijn-stad/ova-hoger/run.json").is_file());
}

#[test]
fn a_rule_that_fails_is_named_and_the_report_is_written() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let rules = work.path().join("rules/jeugd");
    std::fs::create_dir_all(&rules).expect("writable");
    std::fs::write(
        rules.join("kapot.rhai"),
        "const RULE = #{ title: \"Kapot\", domain: \"algemeen\", term: \"kort\", source: \"test\" };\n\nfn risk(o) {\n    let x = 1 / 0;\n    return;\n}\n",
    )
    .expect("writable");
    let out = work.path().join("out");
    let done = ravijn(&[
        "run",
        "scenarios/harderwijk",
        "--scenario",
        "ova-hoger",
        "--draws",
        "0",
        "--rules",
        work.path().join("rules").to_str().expect("plain"),
        "--out",
        out.to_str().expect("plain"),
    ]);
    assert_eq!(done.status.code(), Some(1));
    let said = text(&done.stderr);
    assert!(said.contains("kapot.rhai:4:"), "{said}");
    let report =
        std::fs::read_to_string(out.join("harderwijk/base/risicoparagraaf.md")).expect("the report is written");
    assert!(report.contains("Kapot") || report.contains("kapot"), "the report says which rule failed");
}

#[test]
fn one_line_without_budget_or_index_runs_with_all_shipped_rules() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("klein");
    std::fs::create_dir(&folder).expect("writable");
    std::fs::write(
        folder.join("base.toml"),
        "[municipality]\nname = \"Klein\"\ncode = \"GM0000\"\nbase_year = 2024\nbase = \"actual\"\nhorizon = 2025\n\n[cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n",
    )
    .expect("writable");
    std::fs::write(
        folder.join("figures.csv"),
        "line,quantity,kind,year,value,source\nhulp,cost,actual,2024,1000,rekening\n",
    )
    .expect("writable");
    for draws in ["0", "100"] {
        let done =
            ravijn(&["run", folder.to_str().expect("plain"), "--draws", draws, "--format", "json", "--rules", "rules"]);
        assert!(done.status.success(), "{}", text(&done.stderr));
    }
}

/// A what-if sees a year further than the base: a risk that it sizes has no
/// amount there, which is told once and is no reason to stop.
#[test]
fn a_risk_that_a_longer_what_if_sizes_is_named_and_the_rest_is_made() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("stad");
    std::fs::create_dir(&folder).expect("writable");
    let base = "[municipality]\nname = \"Stad\"\ncode = \"GM0000\"\nbase_year = 2024\nbase = \"actual\"\nhorizon = 2025\n\n\
         [cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n\
         volume = { growth = { value = \"2%\", sd = \"1%\", note = \"aanname\" } }\n\n\
         [risk.meer-hulp]\ntitle = \"Meer hulp\"\ndomain = \"wmo\"\nterm = \"kort\"\nchance = \"30%\"\nyears = [2025]\nstructural = true\n\
         impact = { what_if = \"langer\", figure = \"result\" }\nnote = \"aanname\"\n";
    let what_if = "extends = \"base.toml\"\ntitle = \"Langer\"\nmunicipality = { horizon = 2026 }\n\n\
         [cost.hulp]\nvolume = { growth = { value = \"5%\", sd = \"1%\", note = \"aanname\" } }\n";
    std::fs::write(folder.join("base.toml"), base).expect("writable");
    std::fs::write(folder.join("langer.toml"), what_if).expect("writable");
    let figures = "line,quantity,kind,year,value,source\nhulp,cost,actual,2024,1000000,rekening\n";
    std::fs::write(folder.join("figures.csv"), figures).expect("writable");
    for draws in ["0", "500"] {
        let done =
            ravijn(&["run", folder.to_str().expect("plain"), "--draws", draws, "--format", "json", "--rules", "rules"]);
        let said = text(&done.stderr);
        assert!(done.status.success(), "{said}");
        assert_eq!(said.matches("risk-not-sized").count(), 1, "{said}");
        assert!(said.contains("in what-if `langer`"), "{said}");
        let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
        // 1,000,000 x (1.05 - 1.02) more in the base's own year.
        let impact = document["scenarios"][0]["risks"][0]["impact"]["mean"].as_f64().expect("an amount");
        assert!((impact - 30_000.0).abs() < 1.0, "{impact}");
    }
}

/// Deep in the document, a key of this name.
fn holds(value: &serde_json::Value, key: &str) -> bool {
    match value {
        serde_json::Value::Object(map) => map.iter().any(|(k, v)| k == key || holds(v, key)),
        serde_json::Value::Array(all) => all.iter().any(|v| holds(v, key)),
        _ => false,
    }
}

#[test]
fn without_draws_the_document_has_no_distribution_and_the_report_no_band() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let out = work.path().to_str().expect("plain");
    for municipality in ["harderwijk", "heerde"] {
        let path = format!("scenarios/{municipality}");
        let done = ravijn(&["run", &path, "--draws", "0", "--out", out, "--format", "md,json"]);
        let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("JSON");
        assert!(!holds(&document, "distribution"));
        for (path, bytes) in files(&work.path().join(municipality)) {
            let page = text(&bytes);
            let bands = ["80% kans", "zit al in de bandbreedte", "zitten al in de bandbreedte", "Bandbreedte 80%"];
            for word in bands.iter().chain(&["Kans op overschrijding", "| Onzekerheid |"]) {
                assert!(!page.contains(word), "{}: {word}", path.display());
            }
        }
    }
}

#[test]
fn the_shipped_schemas_are_those_of_the_program() {
    for (which, file) in [("base", "docs/schema/base.schema.json"), ("what-if", "docs/schema/what-if.schema.json")] {
        let printed = ravijn(&["schema", which]);
        assert!(printed.status.success());
        let shipped = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect("shipped");
        assert_eq!(text(&printed.stdout).trim(), shipped.trim(), "run `ravijn schema {which} > {file}`");
    }
}

#[test]
fn the_reference_of_the_rules_is_made_from_the_code() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let made = ravijn::rule::reference();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&file, &made).expect("writable");
    }
    let shipped = std::fs::read_to_string(&file).expect("shipped");
    assert!(shipped == made, "run `UPDATE_DOCS=1 cargo test --test cli`");
}

#[test]
fn sensitivity_answers_for_any_figure_and_points_at_what_is_no_figure() {
    let ask = |figure: &str, more: &[&str]| {
        let mut arguments = vec!["sensitivity", "scenarios/harderwijk", "--figure", figure, "--draws", "600"];
        arguments.extend(more);
        ravijn(&arguments)
    };
    let done = ask("(cost(jeugd, 2029) - budget(jeugd, 2029)) / 1_000", &["--format", "json", "--threads", "1"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("one document");
    let swings = document["swings"].as_array().expect("a list");
    assert!(swings.len() > 10, "{swings:?}");
    assert!(swings.windows(2).all(|w| w[0]["swing"].as_f64() >= w[1]["swing"].as_f64()), "the largest first");
    let address = swings[0]["assumption"].as_str().expect("an address");
    assert!(address.starts_with("cost.jeugd-ambulant."), "{address}");
    // Shares and what no source explains alone are the whole, but for chance in 600 draws.
    let shares = document["variance"]["sources"].as_array().expect("a list").iter();
    let whole: f64 = shares.filter_map(|s| s["share"].as_f64()).sum::<f64>()
        + document["variance"]["rest"].as_f64().expect("a number");
    assert!((0.9..1.2).contains(&whole), "{whole}");
    let again = ask("(cost(jeugd, 2029) - budget(jeugd, 2029)) / 1_000", &["--format", "json", "--threads", "3"]);
    assert_eq!(done.stdout, again.stdout, "threads change no byte");

    let table = ask("cost(6.75, 2029)", &["--scenario", "ova-hoger", "--top", "2"]);
    assert!(table.status.success());
    let page = text(&table.stdout);
    assert!(page.contains("scenario ova-hoger") && page.contains("smaller ones (--top"), "{page}");

    let wrong = ask("2 * cost(jeugt, 2029)", &[]);
    assert_eq!(wrong.status.code(), Some(1));
    let message = text(&wrong.stderr);
    assert!(message.contains("--figure:1:5: error") && message.contains("did you mean `jeugd`?"), "{message}");
    assert!(message.contains("^^^^^^^^^^^^^^^^^"), "{message}");
    assert_eq!(ask("cost(jeugd)", &[]).status.code(), Some(2));
    assert_eq!(ask("p90(cost(jeugd, 2029))", &[]).status.code(), Some(1));
    assert_eq!(ask("cost(jeugd, 2029)", &["--scenario", "nergens"]).status.code(), Some(1));
}

#[test]
fn every_address_of_a_report_can_be_asked() {
    let ask = |figure: &str, more: &[&str]| {
        let mut arguments = vec!["explain", "scenarios/harderwijk", figure, "--draws", "64"];
        arguments.extend(more);
        ravijn(&arguments)
    };
    // What one model does not tell: the chance as the register states it, by a class of the scale.
    let risk = ask("risk.chance(wmo-kostprijs)", &["--depth", "1"]);
    assert!(risk.status.success(), "{}", text(&risk.stderr));
    let page = text(&risk.stdout);
    assert!(page.contains("= 30%") && page.contains("[base.toml:"), "{page}");
    // Both ends of a band, as a report prints them; as data a list of two.
    let band = ask("p10(cost(jeugd, 2029)); p90(cost(jeugd, 2029))", &["--format", "json"]);
    let documents: serde_json::Value = serde_json::from_slice(&band.stdout).expect("one document");
    assert_eq!(documents.as_array().map(Vec::len), Some(2));
    let last = documents[0]["steps"].as_array().expect("steps").last().expect("a figure").clone();
    assert_eq!(
        (last["from"].as_str(), last["draws"].as_u64(), last["seed"].as_u64()),
        (Some("draws"), Some(64), Some(1))
    );
    assert!(documents[0]["value"].as_f64() < documents[1]["value"].as_f64());
    // Another scenario: OVA one percentage point higher, as its file says.
    let other = text(&ask("in(ova-hoger, index.ova.rate[2027]) - index.ova.rate[2027]", &[]).stdout);
    assert!(other.contains("= 4,6% - 3,6%") && other.contains("[ova-hoger.toml:"), "{other}");
    let names = text(&ravijn(&["explain", "--names"]).stdout);
    assert!(names.contains("risk.expected(ID, YEAR)"), "{names}");
    // What is wrong on the command line is 2, what is not there is 1.
    assert_eq!(ask("risk.chance(a, b)", &[]).status.code(), Some(2));
    assert_eq!(ask("risk.chance(nergens)", &[]).status.code(), Some(1));
    assert_eq!(ask("in(nergens, result(2029))", &[]).status.code(), Some(1));
    // What is not known in every draw gets no band that would be none.
    let undrawn = ask("p90(gap.price(jeugd, 2029))", &[]);
    assert_eq!(undrawn.status.code(), Some(1));
    assert!(text(&undrawn.stderr).contains("not in every draw"), "{}", text(&undrawn.stderr));
    assert_eq!(ravijn(&["explain", "scenarios/harderwijk"]).status.code(), Some(2));
}

#[test]
fn an_answer_of_nothing_is_an_error() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("portfolio.csv");
    std::fs::write(&file, "municipality,name,line,measure,kind,year,value\nGM0001,A,jeugd,cost,actual,2020,5\n")
        .expect("writable");
    let path = file.to_str().expect("plain");
    for arguments in [
        vec!["backtest", path],
        vec!["backtest", path, "--format", "json"],
        vec!["calibrate", path, "--municipality", "GM0001"],
        vec!["backtest", "scenarios/harderwijk"],
        vec!["calibrate", "scenarios/harderwijk"],
    ] {
        let done = ravijn(&arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        assert!(done.stdout.is_empty() && text(&done.stderr).contains("nothing to c"), "{arguments:?}");
    }
    // What the command line lacks or holds twice is 2.
    assert_eq!(ravijn(&["calibrate", path]).status.code(), Some(2));
    assert_eq!(ravijn(&["calibrate", path, "--municipality", "GM0001", "--index", "ova"]).status.code(), Some(2));
    assert_eq!(ravijn(&["new", "municipality", "../../x"]).status.code(), Some(2));
    let calibrated = ravijn(&["calibrate", "scenarios/heerde"]);
    assert!(calibrated.status.success() && text(&calibrated.stdout).contains("source = \"calibrated on "));
}

#[test]
fn a_portfolio_without_rows_is_an_error_with_its_place() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("portfolio.csv");
    let path = file.to_str().expect("plain");
    for content in ["", "\n\n", "municipality,name,line,measure,kind,year,value\n"] {
        std::fs::write(&file, content).expect("writable");
        for arguments in [
            vec!["backtest", path, "--format", "json"],
            vec!["calibrate", path, "--municipality", "GM0001"],
            vec!["calibrate", "scenarios/heerde", "--peers", path],
        ] {
            let done = ravijn(&arguments);
            let said = text(&done.stderr);
            assert_eq!(done.status.code(), Some(1), "{arguments:?}");
            assert!(done.stdout.is_empty() && said.contains("portfolio.csv:1:1: error[empty-file]"), "{said}");
        }
    }
}

#[test]
fn what_a_measure_has_brought_comes_in_as_rows_of_its_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in ["base.toml", "figures.csv"] {
        let from = std::path::Path::new("scenarios/harderwijk").join(file);
        std::fs::copy(from, folder.path().join(file)).expect("copied");
    }
    let (figures, base) = (folder.path().join("figures.csv"), folder.path().join("base.toml"));
    // Risks point at what-ifs that stay behind.
    let words = std::fs::read_to_string(&base).expect("there");
    std::fs::write(&base, words.split("[risk.").next().unwrap_or_default()).expect("writable");
    let path = folder.path().to_str().expect("plain");
    let rows = std::fs::read_to_string(&figures).expect("there");
    // figures.csv of Harderwijk is in thousands.
    std::fs::write(&figures, format!("{rows}taakstelling-pgb,measure,actual,2027,-200,Jaarrekening 2027\n"))
        .expect("writable");
    let done = ravijn(&["measures", path, "--year", "2028", "--format", "json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("one document");
    let all = document["measures"].as_array().expect("a list");
    let one = all.iter().find(|m| m["id"] == "taakstelling-pgb").expect("it is there");
    assert_eq!((one["planned"].as_f64(), one["realised"].as_f64()), (Some(-435_000.0), Some(-200_000.0)));
    assert_eq!((one["realised_in"].as_u64(), one["open"].as_f64()), (Some(2027), Some(-235_000.0)));
    let tree = text(&ravijn(&["explain", path, "measure.open(taakstelling-pgb, 2028)"]).stdout);
    assert!(tree.contains("€ -235.000,00") && tree.contains("Jaarrekening 2027"), "{tree}");
    std::fs::write(&figures, format!("{rows}taakstelling-pgb,measure,budget,2027,-200,\n")).expect("writable");
    let wrong = ravijn(&["check", path]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stderr).contains("measure-kind"), "{}", text(&wrong.stderr));
}

#[test]
fn a_register_risk_takes_the_place_of_the_rule_that_it_names() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().to_str().expect("plain");
    let base = |risk: &str| {
        format!(
            "[municipality]\nname = \"Voorbeeld\"\ncode = \"GM0000\"\nbase_year = 2026\nbase = \"budget\"\nhorizon = 2027\n\n[cost.zorg]\nlabel = \"Zorg\"\ntaakveld = \"6.711\"\ndomain = \"wmo\"\nvolume = {{ growth = \"9%\" }}\n{risk}"
        )
    };
    let figures = "line,quantity,kind,year,value\nzorg,cost,budget,2026,1000000\nzorg,cost,budget,2027,1000000\n";
    std::fs::write(folder.path().join("figures.csv"), figures).expect("writable");
    let ids = |risk: &str| {
        std::fs::write(folder.path().join("base.toml"), base(risk)).expect("writable");
        let done = ravijn(&["run", path, "--draws", "0", "--format", "json"]);
        let document: serde_json::Value = serde_json::from_slice(&done.stdout).expect("one document");
        let risks = document["scenarios"][0]["risks"].as_array().expect("a list").clone();
        let ids: Vec<String> = risks.iter().filter_map(|r| r["id"].as_str().map(str::to_owned)).collect();
        (ids, text(&done.stderr))
    };
    let (before, _) = ids("");
    assert!(before.iter().any(|id| id == "wmo-boven-begroting"), "{before:?}");
    let risk = |rule: &str| {
        format!(
            "\n[risk.eigen]\ntitle = \"Eigen woorden\"\ndomain = \"wmo\"\nterm = \"kort\"\nimpact = \"pm\"\nreplaces = [\"{rule}\"]\n"
        )
    };
    let (after, _) = ids(&risk("wmo-boven-begroting"));
    assert!(after.iter().any(|id| id == "eigen") && !after.iter().any(|id| id == "wmo-boven-begroting"), "{after:?}");
    let (misspelt, message) = ids(&risk("wmo-boven-begrooting"));
    assert!(misspelt.iter().any(|id| id == "wmo-boven-begroting"));
    assert!(message.contains("unknown-rule") && message.contains("did you mean `wmo-boven-begroting`?"), "{message}");
}
