//! What a controller asks on the command line: compare, lock, verify, the ledger,
//! solve, calibrate and explain.

use std::path::Path;

use super::{ravijn, text};

#[test]
fn a_saved_run_compared_with_now_changes_nothing_until_something_does() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let done = ravijn(&["run", "scenarios/heerde", "--draws", "0", "--format", "json"]);
    let saved = work.path().join("run.json");
    std::fs::write(&saved, &done.stdout).expect("writable");
    let saved = saved.to_str().expect("plain");
    let same = ravijn(&["compare", saved, "scenarios/heerde"]);
    assert!(same.status.success(), "{}", text(&same.stderr));
    assert!(text(&same.stdout).contains("Er verandert niets."), "{}", text(&same.stdout));
    assert!(text(&same.stdout).contains("Geen enkele aanname verschilt."));
    let other = ravijn(&["compare", saved, "scenarios/heerde/jeugd-8-procent.toml", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&other.stdout).expect("one JSON document");
    assert!(document["accounts"].as_array().is_some_and(|a| a.len() > 10));
    let bare = work.path().join("bare.json");
    std::fs::write(&bare, "{}").expect("writable");
    let none = ravijn(&["compare", bare.to_str().expect("plain"), "scenarios/heerde"]);
    assert_eq!(none.status.code(), Some(1));
    assert!(text(&none.stderr).contains("no scenarios"), "{}", text(&none.stderr));
}

#[test]
fn questions_are_answered_or_say_what_is_wrong() {
    let found = ravijn(&["explain", "scenarios/harderwijk", "cost(jeugd, 2029)", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&found.stdout).expect("one JSON document");
    let steps = document["steps"].as_array().expect("a list");
    assert_eq!(steps.last().map(|s| &s["value"]), Some(&document["value"]));
    let misspelt = ravijn(&["explain", "scenarios/harderwijk", "kost(jeugd, 2029)"]);
    assert_eq!(misspelt.status.code(), Some(2));
    assert!(text(&misspelt.stderr).contains("did you mean `cost`"), "{}", text(&misspelt.stderr));
    let unknown = ravijn(&["explain", "scenarios/harderwijk", "cost(jeugt, 2029)"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(text(&unknown.stderr).contains("did you mean `jeugd`"), "{}", text(&unknown.stderr));
    let ask = |until: &str| {
        ravijn(&["solve", "scenarios/harderwijk", "--change", "cost.jeugd-ambulant.volume.growth", "--until", until])
    };
    let reached = ask("cost(jeugd, 2029) <= budget(jeugd, 2029)");
    assert_eq!(reached.status.code(), Some(0), "{}", text(&reached.stderr));
    assert!(text(&reached.stdout).contains("it holds at "), "{}", text(&reached.stdout));
    let nowhere = ask("result(2029) = 0");
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(text(&nowhere.stdout).contains("nearest comes"), "{}", text(&nowhere.stdout));
    assert_eq!(ask("result(2029)").status.code(), Some(2));
}

/// A municipality of one line, small enough to work out by hand.
fn small(folder: &Path, cost: &str) {
    let base = "[municipality]\nname = \"Voorbeeld\"\ncode = \"GM0000\"\nbase_year = 2026\nbase = \"actual\"\nhorizon = 2028\n\
                [cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\nvolume = { growth = \"10%\" }\n\
                [measure.korting]\nlabel = \"Korting\"\nkind = \"saving\"\nline = \"hulp\"\n\
                amount = { 2026 = -100, later = -300 }\nrealisation = { value = \"80%\", sd = \"10%\" }\n";
    let figures = format!("line,quantity,kind,year,value\nhulp,cost,actual,2026,{cost}\nhulp,cost,budget,2027,1100\n");
    std::fs::create_dir_all(folder).expect("writable");
    std::fs::write(folder.join("base.toml"), base).expect("writable");
    std::fs::write(folder.join("figures.csv"), figures).expect("writable");
}

#[test]
fn a_lock_holds_until_a_cell_changes_and_then_says_what_and_why() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("voorbeeld");
    small(&folder, "1000");
    let path = folder.to_str().expect("plain");
    let lock = |name: &str, date: &str| ravijn(&["lock", path, "--name", name, "--date", date, "--draws", "50"]);
    let made = lock("kadernota", "2026-05-01");
    assert!(made.status.success(), "{}", text(&made.stderr));
    let held = ravijn(&["verify", path]);
    assert!(held.status.success(), "{}{}", text(&held.stdout), text(&held.stderr));

    small(&folder, "1200");
    let broken = ravijn(&["verify", path]);
    assert_eq!(broken.status.code(), Some(1), "{}", text(&broken.stdout));
    let said = format!("{}{}", text(&broken.stdout), text(&broken.stderr));
    // 2026 by hand: 1,000 became 1,200.
    assert!(said.contains("1.000") || said.contains("1000"), "{said}");
    assert!(said.contains("1.200") || said.contains("1200"), "{said}");
    assert!(said.contains("files: figures.csv changed") && said.contains("why cost(total, 2027)"), "{said}");

    let again = lock("begroting", "2026-11-01");
    assert!(again.status.success(), "{}", text(&again.stderr));
    let series = ravijn(&["locks", path, "--year", "2027"]);
    assert!(series.status.success(), "{}", text(&series.stderr));
    let shown = text(&series.stdout);
    let (first, second) = (shown.find("kadernota"), shown.find("begroting"));
    assert!(first.is_some() && first < second, "in the order of their dates: {shown}");
    // A lock that says something else is not replaced by accident.
    small(&folder, "1300");
    assert_eq!(lock("begroting", "2026-11-01").status.code(), Some(1));
}

#[test]
fn a_published_run_is_made_again_or_the_changed_input_is_named() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("voorbeeld");
    small(&folder, "1000");
    let path = folder.to_str().expect("plain");
    let done = ravijn(&["run", path, "--draws", "50", "--format", "json"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let saved = folder.join("run.json");
    std::fs::write(&saved, &done.stdout).expect("writable");
    let saved = saved.to_str().expect("plain");
    let same = ravijn(&["verify", saved, "--inputs", path]);
    assert!(same.status.success(), "{}{}", text(&same.stdout), text(&same.stderr));
    small(&folder, "1001");
    let other = ravijn(&["verify", saved, "--inputs", path]);
    assert_eq!(other.status.code(), Some(1));
    let said = format!("{}{}", text(&other.stdout), text(&other.stderr));
    assert!(said.contains("figures.csv") && !said.contains("base.toml"), "{said}");
}

#[test]
fn the_ledger_of_measures_is_there_as_a_table_and_as_data() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("voorbeeld");
    small(&folder, "1000");
    let path = folder.to_str().expect("plain");
    let found = ravijn(&["measures", path, "--year", "2027", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_slice(&found.stdout).expect("one JSON document");
    let row = &document["measures"][0];
    // Planned 300, of which the accounts of 2026 hold 100; 80 % of 300 is counted on.
    for (key, value) in
        [("planned", -300.0), ("filled", -300.0), ("realised", -100.0), ("open", -200.0), ("counted_on", -240.0)]
    {
        assert_eq!(row[key].as_f64(), Some(value), "{key}: {row}");
    }
    // All of it is two standard deviations off: P(Z > 2) = 0.02275.
    assert!(row["chance"].as_f64().is_some_and(|p| (p - 0.022_75).abs() < 1e-5), "{row}");
    let table = text(&ravijn(&["measures", path]).stdout);
    assert!(table.contains("korting") && table.contains("-300"), "{table}");
    assert_eq!(ravijn(&["measures", path, "--year", "2050"]).status.code(), Some(1));
}

#[test]
fn solve_names_what_there_is_where_an_address_is_not() {
    // A measure of one what-if alone is not in the base.
    let measure = ["solve", "scenarios/harderwijk", "--change", "measure.duurdere-schuldhulp.amount", "--until"];
    let of_other = ravijn(&[&measure[..], &["cost(total, 2029) <= 128000000"]].concat());
    assert_eq!(of_other.status.code(), Some(1));
    assert!(
        text(&of_other.stderr).contains("it is there with --scenario schuldhulp-duurder"),
        "{}",
        text(&of_other.stderr)
    );
    let ask = |change: &str, until: &str| {
        ravijn(&["solve", "scenarios/heerde", "--change", change, "--until", until, "--draws", "400"])
    };
    let wrong = ask("measure.besparing-jeugd.amount", "chance(result(2028) < 0) <= 10%");
    assert_eq!(wrong.status.code(), Some(1));
    assert!(text(&wrong.stderr).contains("measure.noodfonds-einde.amount"), "{}", text(&wrong.stderr));
}

/// Whoever tries the first command must see what the README shows.
#[test]
fn the_readme_shows_what_the_program_prints() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).expect("the page is there");
    let (_, rest) = page.split_once("$ ravijn run scenarios/harderwijk\n").expect("the first command");
    let (shown, _) = rest.split_once("\n...\n").expect("its end");
    assert!(shown.lines().count() > 15, "{shown}");
    let run = ravijn(&["run", "scenarios/harderwijk", "--format", "table"]);
    let printed = text(&run.stdout);
    assert!(printed.starts_with(shown), "{printed}");
}

#[test]
fn two_municipalities_are_not_compared() {
    let found = ravijn(&["compare", "scenarios/harderwijk", "scenarios/heerde"]);
    assert_eq!(found.status.code(), Some(2));
    let said = text(&found.stderr);
    assert!(said.contains("Harderwijk (GM0243)") && said.contains("Heerde (GM0246)"), "{said}");
    assert_eq!(text(&found.stdout), "");
}

#[test]
fn a_like_that_names_nothing_is_a_mistake() {
    let folder = tempfile::tempdir().expect("a folder");
    let peers = folder.path().join("peers.csv");
    let rows: String = (1..20)
        .flat_map(|m| (2019..2023).map(move |y| format!("GM{m},M{m},jeugd,cost,actual,{y},{}\n", 1000 + m * y)))
        .collect();
    std::fs::write(&peers, format!("municipality,name,line,measure,kind,year,value\n{rows}")).expect("written");
    let peers = peers.to_str().expect("a path");
    let with = |like: &str| {
        let found = ravijn(&["calibrate", "scenarios/harderwijk", "--peers", peers, "--like", like]);
        (found.status.code(), text(&found.stderr))
    };
    let (code, said) = with("nope=jeugd");
    assert!(code == Some(1) && said.contains("no line `nope` here"), "{said}");
    let (code, said) = with("jeugd-ambulant=jeugt");
    assert!(code == Some(1) && said.contains("among the peers; did you mean `jeugd`?"), "{said}");
    assert_eq!(with("jeugd-ambulant=jeugd").0, Some(0));
    let alone = ravijn(&["calibrate", "scenarios/harderwijk", "--like", "jeugd-ambulant=jeugd"]);
    assert_eq!(alone.status.code(), Some(2));
}

#[test]
fn a_chance_in_the_ledger_reads_as_in_the_report() {
    // PERT with its bound at 100%: all of it comes true with a chance of 0, "minder dan 1%".
    let table = text(&ravijn(&["measures", "scenarios/harderwijk", "--year", "2027"]).stdout);
    assert!(table.lines().skip(1).all(|row| row.ends_with(" <1%")), "{table}");
}

/// A municipality with six years of history, two lines of it with clients and a break.
fn with_history(folder: &std::path::Path) {
    std::fs::create_dir_all(folder).expect("made");
    let base = "schema = 1\n[municipality]\nname = \"Één & Ander\"\ncode = \"GM9999\"\nbase_year = 2022\nbase = \"actual\"\n\
                horizon = 2024\n[cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n\
                volume = { growth = { value = \"1%\", note = \"aanname\" } }\n\
                [cost.zorg]\nlabel = \"Zorg\"\ntaakveld = \"6.72\"\ndomain = \"jeugd\"\n";
    std::fs::write(folder.join("base.toml"), base).expect("written");
    let mut rows = "line,quantity,kind,year,value,source\n".to_owned();
    for (n, year) in (2017..=2022).enumerate() {
        let jump = if year >= 2020 { 180.0 } else { 100.0 };
        rows += &format!("hulp,cost,actual,{year},{},x\nhulp,cost,budget,{year},{},x\n", 100 + 4 * n, 97 + 4 * n);
        rows += &format!("zorg,cost,actual,{year},{jump},x\n");
    }
    std::fs::write(folder.join("figures.csv"), rows).expect("written");
}

#[test]
fn what_calibrate_writes_passes_check() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("voorbeeld");
    with_history(&folder);
    let path = folder.to_str().expect("plain");
    let written = ravijn(&["calibrate", path, "--what-if"]);
    assert!(written.status.success(), "{}", text(&written.stderr));
    std::fs::write(folder.join("gekalibreerd.toml"), &written.stdout).expect("written");
    let checked = ravijn(&["check", path]);
    assert!(checked.status.success(), "{}\n{}", text(&written.stdout), text(&checked.stderr));
    // 2018 to 2022 each 4 more on 100 to 116: the mean of the logarithms, ln(1.2) / 5, is 3.7 %.
    let said = text(&written.stdout);
    assert!(said.contains("growth = { value = \"3.7%\""), "{said}");
    assert!(said.contains("break: zorg 2020: +80%, and it stayed (jump); left out"), "{said}");
    let compared = ravijn(&["compare", path, folder.join("gekalibreerd.toml").to_str().expect("plain")]);
    assert!(
        text(&compared.stdout).contains("cost.hulp.volume.growth  2023-2024: 1% -> 3,7%"),
        "{}",
        text(&compared.stdout)
    );
}

#[test]
fn a_saved_run_is_compared_by_its_folder_and_says_whose_it_is() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("scenarios").join("voorbeeld");
    with_history(&folder);
    let path = folder.to_str().expect("plain");
    let out = work.path().join("out");
    let done = ravijn(&["run", path, "--draws", "20", "--out", out.to_str().expect("plain"), "--format", "md"]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    let report = out.join("voorbeeld").join("base");
    let report = report.to_str().expect("plain");
    let same = ravijn(&["verify", report, "--inputs", path]);
    assert!(
        same.status.success() && text(&same.stdout).contains("identical"),
        "{}{}",
        text(&same.stdout),
        text(&same.stderr)
    );
    let years = ravijn(&["compare", report, "--years", "2022", "2024"]);
    assert!(
        text(&years.stdout).starts_with("Één & Ander: van 2022 naar 2024 (basis (run.json))"),
        "{}",
        text(&years.stdout)
    );
    // 120 that grows by 1 % a year, and 180 that does not: 2.4 more.
    assert!(text(&years.stdout).contains("groei van het volume"), "{}", text(&years.stdout));

    // What is of one municipality is not held against the files of another.
    for of in [
        vec!["verify", report, "--inputs", "scenarios/heerde"],
        vec!["verify", "scenarios/heerde/jaarrekening-2024.lock", "--inputs", path],
    ] {
        let found = ravijn(&of);
        assert_eq!(found.status.code(), Some(2), "{}", text(&found.stdout));
        assert!(
            text(&found.stderr).contains("Heerde (GM0246)") && text(&found.stderr).contains("Één & Ander (GM9999)")
        );
    }
    let mixed = ravijn(&[
        "locks",
        "scenarios/harderwijk/begroting-2026.lock",
        "scenarios/heerde/jaarrekening-2024.lock",
        "--year",
        "2027",
    ]);
    assert_eq!(mixed.status.code(), Some(2), "{}", text(&mixed.stdout));
    assert!(text(&mixed.stderr).contains("a series is of one municipality"));
}

#[test]
fn one_lock_that_cannot_be_made_again_leaves_the_others() {
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("voorbeeld");
    with_history(&folder);
    let path = folder.to_str().expect("plain");
    let what_if = folder.join("anders.toml");
    std::fs::write(
        &what_if,
        "extends = \"base.toml\"\ntitle = \"Anders\"\n[cost.hulp]\nvolume = { growth = \"2%\" }\n",
    )
    .expect("written");
    for of in [path, what_if.to_str().expect("plain")] {
        let made = ravijn(&["lock", of, "--draws", "20"]);
        assert!(made.status.success(), "{}", text(&made.stderr));
    }
    std::fs::remove_file(&what_if).expect("removed");
    let found = ravijn(&["verify", path]);
    assert_eq!(found.status.code(), Some(1));
    assert!(text(&found.stdout).contains("jaarrekening-2022.lock: "), "the base is verified: {}", text(&found.stdout));
    let said = text(&found.stderr);
    assert!(said.contains("there is no what-if `anders`") && said.contains("this folder has no what-ifs"), "{said}");
}

#[test]
fn a_name_with_accents_is_refused_with_one_that_is_none() {
    let found = ravijn(&["new", "municipality", "Súdwest Fryslân aan ’t Meer"]);
    assert_eq!(found.status.code(), Some(2));
    assert!(text(&found.stderr).contains("such as sudwest-fryslan-aan-t-meer"), "{}", text(&found.stderr));
}

#[test]
fn an_explained_chance_names_each_correlation_once() {
    // The correlation of what savings bring links five of them: ten pairs.
    let found =
        ravijn(&["explain", "scenarios/harderwijk", "mean(measures(saving, 2027))", "--draws", "64", "--depth", "1"]);
    let shown = text(&found.stdout);
    assert_eq!(shown.matches("correlation.realisatie.rho").count(), 1, "{shown}");
    // More draws than a rule keeps, and still drawn: what comes true of 300 is
    // normal around 80 %, so with half a chance less than 240.
    let work = tempfile::tempdir().expect("a temporary folder");
    let folder = work.path().join("voorbeeld");
    small(&folder, "1000");
    let path = folder.to_str().expect("plain");
    let many =
        ravijn(&["explain", path, "chance(measures(saving, 2027) > -240)", "--draws", "10240", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&many.stdout).expect("one JSON document");
    assert!((found["value"].as_f64().expect("a chance") - 0.5).abs() < 0.02, "{}", found["value"]);
}

#[test]
fn a_year_before_the_projection_has_a_figure_of_its_own() {
    let said = |figure: &str| text(&ravijn(&["explain", "scenarios/heerde", figure]).stderr);
    assert!(
        said("cost(jeugdhulp, 2023)").contains("which has 2024 to 2028; what was realised is actual(jeugdhulp, 2023)")
    );
    assert!(said("clients(jeugdhulp, 2023)").contains("what was realised is recorded.clients(jeugdhulp, 2023)"));
    assert!(said("cost(jeugdhulp, 2050)").contains("2050 lies outside the projection, which has 2024 to 2028"));
    let solved =
        ravijn(&["solve", "scenarios/heerde", "--change", "index.ova", "--until", "in(ova-hoog, result(2028)) > 0"]);
    assert_eq!(solved.status.code(), Some(2));
    assert!(text(&solved.stderr).contains("name it with --scenario"), "{}", text(&solved.stderr));
}

#[test]
fn years_before_the_base_year_are_compared_by_their_figures() {
    // Raadsmonitor Heerde 2024, figuur 39: 656,501 more, of which 265,552 by 33 more clients.
    let shown = text(&ravijn(&["compare", "scenarios/heerde", "--years", "2023", "2024", "--by", "line"]).stdout);
    assert!(shown.starts_with("Heerde: van 2023 naar 2024 (rekening)"), "{shown}");
    let youth = shown.split("Jeugdhulp\n").nth(1).expect("youth care");
    let numbers: Vec<&str> = youth.lines().take(3).map(str::trim).collect();
    assert_eq!(
        numbers,
        ["aantal cliënten    -265.552 N", "lasten per cliënt  -390.949 N", "samen              -656.501 N"]
    );
    assert!(!shown.contains("bewaarde run"), "{shown}");
    assert!(
        shown.contains("Alleen regels met een cijfer in beide jaren tellen mee.") && shown.contains("Studietoeslag")
    );
    // Totaaloverzicht programma 6: from -62,872 in 2025 to -65,474 in 2026, x 1,000. The
    // printed explanation of it comes to -2,603: its items are rounded.
    let shown = ravijn(&["compare", "scenarios/harderwijk", "--years", "2025", "2026", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&shown.stdout).expect("one JSON document");
    assert_eq!(found["to"]["title"], "begroting na wijziging 2025 en begroting 2026");
    let total = found["accounts"].as_array().expect("accounts").iter().find(|a| a["id"] == "total").expect("there");
    let result = |end: &str| total["result"][end].as_f64().expect("a number");
    assert!((result("to") - result("from") + 2_602_000.0).abs() < 0.5, "{}", total["result"]);
    assert_eq!(found["left_out"].as_array().map(Vec::len), Some(1), "{}", found["left_out"]);
    let old = ravijn(&["compare", "scenarios/harderwijk", "--years", "2024", "2026"]);
    assert_eq!(old.status.code(), Some(1), "accounts on other codes are not set beside a budget");
    let after = ravijn(&["compare", "scenarios/heerde", "--years", "2023", "2026"]);
    assert_eq!(after.status.code(), Some(1));
    assert!(text(&after.stderr).contains("2023 is not a year of basis, which has 2024 to 2028"));
}
