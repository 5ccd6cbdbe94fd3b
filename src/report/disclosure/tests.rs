//! No report, receipt or workbook lets anybody work out a small count.

use super::*;
use crate::input::Sources;
use crate::report::{Audience, compose, compose_for, csv, html, json, markdown, receipt, svg};
use crate::rule::RuleSource;
use crate::simulation::Settings;
use crate::study::{self, Piece, PieceInput};

/// Three lines of one domain whose clients may be summed: 7, 13 and 412.
const BASE: &str = r#"
schema = 1
[municipality]
name = "Voorbeeldstad"
code = "GM0001"
base_year = 2026
base = "budget"
horizon = 2028
[domain.jeugd]
label = "Jeugdhulp"
sum_clients = true
[cost.verblijf]
label = "Verblijf"
taakveld = "6.75"
domain = "jeugd"
volume = { growth = "0%" }
unit_cost = { value = 61_237, note = "aanname" }
[cost.dagbehandeling]
label = "Dagbehandeling"
taakveld = "6.75"
domain = "jeugd"
volume = { growth = "0%" }
[cost.ambulant]
label = "Ambulant"
taakveld = "6.75"
domain = "jeugd"
volume = { growth = "2%" }
[indicator.crisis]
label = "Crisisplaatsingen"
unit = "jeugdigen"
domain = "jeugd"
[indicator.wachttijd]
label = "Wachttijd"
unit = "weken"
domain = "jeugd"
[risk.crisis]
title = "Meer crisis"
domain = "jeugd"
term = "kort"
impact = "pm"
indicator = "crisis"
"#;

const FIGURES: &str = "line,quantity,kind,year,value,source
verblijf,cost,budget,2026,428659,
verblijf,clients,budget,2026,7,
dagbehandeling,cost,budget,2026,260013,
dagbehandeling,clients,budget,2026,13,
ambulant,cost,budget,2026,2060007,
ambulant,clients,budget,2026,412,
crisis,count,actual,2025,6,
wachttijd,count,actual,2025,8,
";

const RULE: &str = r#"
const RULE = #{
    title: "Weinig cliënten", domain: "jeugd", term: "kort", structural: true,
    source: "Voorbeeld",
};
fn applies(o) { true }
fn risk(o) {
    #{ chance: percent(50), impact: "pm", response: `We kennen de ${o.clients("verblijf", 2026)}.`,
       text: `Verblijf heeft ${o.clients("verblijf", 2026)} voor ${o.cost("verblijf", 2026) / o.clients("verblijf", 2026)}. ` +
             `Ambulant heeft ${o.clients("ambulant", 2026)}. Samen ${o.clients("jeugd", 2026)}.` }
}
"#;

fn study_of(base: &str, figures: &str, rules: &[RuleSource]) -> Study {
    let mut sources = Sources::default();
    sources.insert("base.toml".to_owned(), base.as_bytes().to_vec());
    sources.insert("figures.csv".to_owned(), figures.as_bytes().to_vec());
    let settings = Settings { draws: 0, ..Settings::default() };
    study::run(&sources, None, rules, &settings, &|_, _| {}).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

fn with_rule(base: &str) -> Study {
    let rule = RuleSource { id: "weinig".into(), path: "rules/jeugd/weinig.rhai".into(), bytes: RULE.into() };
    let study = study_of(base, FIGURES, &[rule]);
    assert!(study.scenarios[0].failed.is_empty(), "{:#?}", study.scenarios[0].failed);
    study
}

fn pages(study: &Study) -> String {
    let own = &study.scenarios[0];
    format!("{}\n{}", markdown(&compose(study, own)), receipt(study, own))
}

/// Everything that one run hands out, as text.
fn handed_out(study: &Study) -> String {
    let mut all = String::new();
    for own in &study.scenarios {
        let report = compose(study, own);
        all.push_str(&format!("{}\n{}\n{}\n", markdown(&report), html(&report), receipt(study, own)));
        for chart in report.charts() {
            all.push_str(&svg(chart, crate::report::Page::Wide));
        }
        for (_, text) in csv(study, own, &compose(study, own), crate::report::Counts::Guarded) {
            all.push_str(&text);
        }
        let book = crate::report::xlsx(study, own, &report, crate::report::Counts::Guarded).expect("a workbook");
        all.push_str(&cells(book));
        for reader in [Audience::Raad, Audience::College, Audience::Controller] {
            let report = compose_for(study, own, reader);
            all.push_str(&markdown(&report));
            all.push_str(&words_of(&crate::report::docx(&report, None).expect("a document")));
        }
    }
    all
}

/// What a Word document says: the text of its parts, tags and their numbers left out.
fn words_of(document: &[u8]) -> String {
    use std::io::Read;
    let mut package = zip::ZipArchive::new(std::io::Cursor::new(document)).expect("a package");
    let mut all = String::new();
    for at in 0..package.len() {
        let mut part = package.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        if !name.starts_with("word/") || !name.ends_with(".xml") {
            continue;
        }
        let mut xml = String::new();
        part.read_to_string(&mut xml).expect("UTF-8");
        // `<w:t>` and `<w:t xml:space="preserve">`, not `<w:tbl>`.
        for run in xml.split("<w:t").skip(1).filter(|run| run.starts_with(['>', ' '])) {
            let text = run.split_once('>').and_then(|(_, rest)| rest.split("</w:t>").next());
            all.push_str(text.unwrap_or_default());
            // A cell or a paragraph ends here and not in the middle of a number.
            if run.contains("</w:p>") {
                all.push('\n');
            }
        }
    }
    assert!(all.len() > 1_000, "the words are found");
    all
}

/// Every cell of a workbook.
fn cells(book: Vec<u8>) -> String {
    use calamine::Reader;
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(std::io::Cursor::new(book)).expect("readable");
    let mut all = String::new();
    for name in book.sheet_names() {
        let sheet = book.worksheet_range(&name).expect("a sheet");
        for row in sheet.rows() {
            all.push_str(&row.iter().map(ToString::to_string).collect::<Vec<_>>().join("\t"));
            all.push('\n');
        }
    }
    all
}

/// Whether a number stands somewhere by itself.
fn has(text: &str, number: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.' || c == ',');
        let after: String = text[at + number.len()..].chars().take(2).collect();
        let mut after = after.chars();
        let (first, second) = (after.next(), after.next());
        let goes_on = first.is_some_and(char::is_alphanumeric)
            || (matches!(first, Some('.' | ',')) && second.is_some_and(char::is_numeric));
        !digit(text[..at].chars().next_back()) && !goes_on
    })
}

#[test]
fn a_second_line_is_hidden_where_a_total_would_give_the_first_away() {
    // 7 is small; 432 - 412 would leave 20 for two lines, and 432 - 412 - 13 exactly 7.
    let study = study_of(BASE, FIGURES, &[]);
    let found = Disclosure::of(&study);
    assert!(found.hides_line("verblijf") && found.hides_line("dagbehandeling") && !found.hides_line("ambulant"));
    assert_eq!(found.clients("ambulant", Some(412.0)), Shown::Count(410.0));
    assert_eq!(found.clients_of(&GroupId::Domain("jeugd".into()), Some(432.0)), Shown::Count(430.0));
    assert_eq!(found.clients("verblijf", Some(40.0)), Shown::Hidden, "a line with one small year hides all its years");
    assert_eq!(found.clients("ambulant", Some(0.0)), Shown::Count(0.0));
    let why: Vec<(String, Why)> = found.report(&study.scenarios[0].model);
    assert_eq!(why[0], ("Verblijf".to_owned(), Why::Small));
    assert_eq!(why[1], ("Dagbehandeling".to_owned(), Why::Follows));
}

#[test]
fn two_small_lines_that_are_the_whole_hide_the_total_too() {
    let figures = FIGURES
        .replace("dagbehandeling,clients,budget,2026,13", "dagbehandeling,clients,budget,2026,1")
        .replace("ambulant,clients,budget,2026,412", "ambulant,clients,budget,2026,1");
    let study = study_of(BASE, &figures, &[]);
    let found = Disclosure::of(&study);
    assert_eq!(found.clients_of(&GroupId::Domain("jeugd".into()), Some(9.0)), Shown::Hidden);
}

#[test]
fn nothing_that_is_handed_out_holds_a_small_count_or_what_gives_it_away() {
    let study = with_rule(BASE);
    let text = handed_out(&study);
    for number in ["412", "412.0", "432", "13", "61.237", "61237", "61.237,00", "6 jeugdigen", "7 cliënten"] {
        let place = text.lines().find(|l| has(l, number));
        assert!(place.is_none(), "{number} is shown: {place:?}");
    }
    // Euros per client over the cost of the line would be the count itself: 2.060.007 / 412 = 5000,016...
    assert!(!text.contains("5000.0") && !text.contains("5.000,0"), "an average in cents gives its count away");
    // Rounded ones are there; 2.060.007 over 412 is 5.000.
    for number in ["410 cliënten", "430 cliënten", "5.000", "een niet getoond aantal jeugdigen in 2025"] {
        assert!(text.contains(number), "{number} is missing");
    }
    assert!(text.contains("We kennen de een niet getoond aantal cliënten."), "the response of a rule too");
    let data: serde_json::Value = serde_json::from_str(&receipt(&study, &study.scenarios[0])).expect("json");
    let lines = &data["scenarios"][0]["lines"];
    assert!(lines[0]["years"][0]["clients"].is_null() && lines[0]["years"][1]["volume_index"].is_null());
    assert_eq!(lines[2]["years"][0]["clients"], 410.0);
    assert!(data["scenarios"][0]["indicators"][0]["years"][0]["count"].is_null());
    // Weeks are no people.
    assert_eq!(data["scenarios"][0]["indicators"][1]["years"][0]["count"], 8.0);
}

#[test]
fn switched_off_it_prints_exact_counts_and_a_mark() {
    let study = with_rule(&format!("{BASE}\n[report]\ndisclosure = \"off\"\n"));
    let text = pages(&study);
    assert!(text.contains("7 cliënten") && text.contains("412 cliënten") && text.contains("6 jeugdigen"));
    assert!(text.contains("Alleen voor intern gebruik"));
    assert!(!text.contains("Bescherming van personen"));
}

#[test]
fn json_on_stdout_is_exact_and_says_so() {
    let study = study_of(BASE, FIGURES, &[]);
    let text = json(&study);
    assert!(text.contains("internal use"));
    let data: serde_json::Value = serde_json::from_str(&text).expect("json");
    assert_eq!(data["scenarios"][0]["lines"][0]["years"][0]["clients"], 7.0);
}

#[test]
fn the_hidden_set_is_that_of_all_scenarios_together() {
    let mut sources = Sources::default();
    sources.insert("base.toml".to_owned(), BASE.as_bytes().to_vec());
    sources.insert("figures.csv".to_owned(), FIGURES.replace("clients,budget,2026,7", "clients,budget,2026,12"));
    let what_if = "extends = \"base.toml\"\ntitle = \"Krimp\"\n[cost.verblijf]\nvolume = { growth = \"-40%\" }\n";
    sources.insert("krimp.toml".to_owned(), what_if.as_bytes().to_vec());
    let settings = Settings { draws: 0, ..Settings::default() };
    let study = study::run(&sources, None, &[], &settings, &|_, _| {}).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
    // 12 falls to 7.2 in the what-if: then the base may not show its 12 either.
    assert!(Disclosure::of(&study).hides_line("verblijf"));
    // Nor where only the base was asked for: the two reports may meet later.
    let alone =
        study::run(&sources, Some(&[]), &[], &settings, &|_, _| {}).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
    assert_eq!(alone.scenarios.len(), 1);
    assert_eq!(Disclosure::of(&alone), Disclosure::of(&study));
}

#[test]
fn a_line_that_exchanges_clients_with_a_hidden_one_is_hidden_too() {
    // What leaves `verblijf` shows in the cost of `ambulant`.
    let flow = "[flow.naar-huis]\nfrom = \"verblijf\"\nto = \"ambulant\"\nshare = { 2027 = \"50%\" }\n";
    let study = study_of(&format!("{BASE}{flow}"), FIGURES, &[]);
    assert!(Disclosure::of(&study).hides_line("ambulant"));
    assert!(!has(&handed_out(&study), "410"));
}

#[test]
fn a_small_intake_hides_its_line_and_a_small_year_of_history_too() {
    // Cost grows by 3 / 412: with 410 shown, anybody works out the 3.
    let study = study_of(&BASE.replace("growth = \"2%\"", "growth = \"0%\", intake = 3"), FIGURES, &[]);
    assert!(Disclosure::of(&study).hides_line("ambulant"));
    let earlier = format!("{FIGURES}ambulant,cost,actual,2024,40000,\nambulant,clients,actual,2024,8,\n");
    assert!(Disclosure::of(&study_of(BASE, &earlier, &[])).hides_line("ambulant"));
}

#[test]
fn an_impact_made_of_a_hidden_count_is_hidden_everywhere() {
    // Ten times the cost of one client: 428.659 / 612.370 * 10 is the 7.
    let rule = RULE.replace(
        "chance: percent(50), impact: \"pm\"",
        "chance: percent(50), impact: o.cost(\"verblijf\", 2026).mean / o.clients(\"verblijf\", 2026).mean * persons(10)",
    );
    let source = RuleSource { id: "weinig".into(), path: "rules/weinig.rhai".into(), bytes: rule.into_bytes() };
    let text = handed_out(&study_of(BASE, FIGURES, &[source]));
    for number in ["612.370", "612370", "612.370,00", "612.000", "612370.0"] {
        let place = text.lines().find(|l| has(l, number));
        assert!(place.is_none(), "{number} is shown: {place:?}");
    }
    assert!(text.contains("Het bedrag tonen we niet: het gaat om weinig cliënten."));
}

#[test]
fn a_percentage_of_counts_is_that_of_the_counts_that_are_shown() {
    let study = study_of(BASE, FIGURES, &[]);
    let model = &study.scenarios[0].model;
    let input =
        |address: &str, value| PieceInput { address: address.into(), unit: "clients".into(), value, source: None };
    let growth = |address: &str| Piece::Figure {
        printed: "4,9%".into(),
        address: address.into(),
        unit: "percent".into(),
        // 432 / 412 - 100 %: beside 430 and 410 it leaves no other pair.
        value: 432.0 / 412.0 - 1.0,
        formula: String::new(),
        inputs: vec![input("clients(ambulant, 2027)", 432.0), input("clients(ambulant, 2026)", 412.0)],
    };
    let shown = |address: &str| match Disclosure::of(&study).piece(model, &growth(address)) {
        Piece::Figure { printed, value, .. } => (printed, value),
        Piece::Plain(words) => (words, f64::NAN),
    };
    // 430 / 410 = 1.04878.
    let (printed, value) = shown("clients(ambulant, 2027) / clients(ambulant, 2026) - 100%");
    assert!(printed == "4,9%" && (value - (430.0 / 410.0 - 1.0)).abs() < 1e-12, "{printed} {value}");
    // What is made otherwise is rounded to five.
    assert_eq!(shown("(clients(ambulant, 2027) - clients(ambulant, 2026)) / clients(ambulant, 2026)").1, 0.05);
    let exact = Disclosure::exact().piece(model, &growth("clients(ambulant, 2027) / clients(ambulant, 2026) - 100%"));
    assert!(matches!(exact, Piece::Figure { value, .. } if value == 432.0 / 412.0 - 1.0));
}

#[test]
fn averages_are_as_unsure_as_the_rounded_count() {
    let found = Disclosure::of(&study_of(BASE, FIGURES, &[]));
    // 5000,017 x 5 / 412 = 60,7; the next step of 1, 2, 5, 10, ... is 100.
    assert_eq!(found.average("ambulant", 2_060_007.0 / 412.0), 5_000.0);
    assert_eq!(found.average("ambulant", 5_049.0), 5_000.0);
    assert_eq!(found.average("ambulant", 5_051.0), 5_100.0);
    assert_eq!(Disclosure::exact().average("ambulant", 5_051.25), 5_051.25);
}

/// Somebody lays everything printed side by side: the rounded counts of the
/// line and of the total in every year, and the growth that the report states.
/// Which counts of the three lines give exactly those? If all that remain agree
/// on the hidden one, it is given away.
#[test]
fn what_is_handed_out_leaves_many_counts_possible() {
    let study = study_of(BASE, FIGURES, &[]);
    let data: serde_json::Value = serde_json::from_str(&receipt(&study, &study.scenarios[0])).expect("json");
    let s = &data["scenarios"][0];
    let counts = |years: &serde_json::Value| -> Vec<Option<f64>> {
        years.as_array().expect("years").iter().map(|y| y["clients"].as_f64()).collect()
    };
    let lines: Vec<Vec<Option<f64>>> = (0..3).map(|l| counts(&s["lines"][l]["years"])).collect();
    assert!(lines[0].iter().chain(&lines[1]).all(Option::is_none));
    let total = s["groups"].as_array().expect("groups").iter().find(|g| g["id"] == "domain:jeugd").expect("a domain");
    let total = counts(&total["years"]);
    // Totals by taakveld or of everything are the same sum: they say nothing more.
    for group in s["groups"].as_array().expect("groups").iter().filter(|g| g["id"] != "domain:jeugd") {
        assert!(counts(&group["years"]).iter().all(Option::is_none), "{}", group["id"]);
    }
    let grown = |start: u32, rate: f64, y: usize| f64::from(start) * (1.0 + rate).powi(i32::try_from(y).expect("few"));
    let mut left: Vec<u32> = Vec::new();
    for small in 1..60_u32 {
        let fits = (1..60_u32).any(|second| {
            (380..440_u32).any(|large| {
                (0..3).all(|y| {
                    let big = grown(large, 0.02, y);
                    let sum = f64::from(small + second) + big;
                    lines[2][y].is_none_or(|shown| (shown - big).abs() <= 2.5)
                        && total[y].is_none_or(|shown| (shown - sum).abs() <= 2.5)
                })
            })
        });
        if fits {
            left.push(small);
        }
    }
    assert!(left.contains(&7), "the truth is among them");
    assert!((1..=9).all(|n| left.contains(&n)), "any count below ten is possible: {left:?}");
    assert!(left.iter().any(|n| *n >= 10), "not even that it is the small one: {left:?}");
}

#[test]
fn a_saved_run_compares_with_its_inputs_without_a_difference() {
    let study = study_of(BASE, FIGURES, &[]);
    let text = receipt(&study, &study.scenarios[0]);
    let saved = crate::analysis::compare::Saved::read(&text).expect("a run");
    let mut now = crate::analysis::compare::End::of_model(study.scenarios[0].model.clone(), "nu".into());
    let (_, mut then) = saved.scenarios.into_iter().next().expect("one");
    assert!(then.guarded && then.hidden().contains(&"cost.verblijf.unit_cost"), "{:?}", then.hidden());
    let last = *now.projection.years.last().expect("years");
    assert_eq!(crate::analysis::compare::differences(&then, &now, last), Some(Vec::new()));
    crate::analysis::compare::without_counts(&mut then, &mut now);
    for account in crate::analysis::compare::accounts(&then, &now, last, last) {
        for bridge in [account.cost, account.revenue].into_iter().flatten() {
            for item in bridge.items {
                assert!(item.amount.abs() < 0.005, "{:?}: {item:?}", account.id);
            }
        }
    }
}

/// A rule whose amount is so many clients dear, with a chance that it states,
/// and two risks of the register with amounts of their own.
fn dear(register: &str) -> Study {
    let rule = r#"
const RULE = #{
    title: "Dure plaatsing", domain: "jeugd", term: "kort", structural: false, source: "Voorbeeld",
    parameters: #{ dear: #{ value: "2 cliënten", label: "zoveel plaatsingen" } },
};
fn applies(o) { true }
fn risk(o) {
    #{ chance: percent(30), impact: o.cost("verblijf", 2027) / o.clients("verblijf", 2027) * o.parameter("dear"),
       from_projection: false, text: "Dat is duur." }
}
"#;
    let source = RuleSource { id: "duur".into(), path: "rules/jeugd/duur.rhai".into(), bytes: rule.into() };
    let resilience = "[resilience]\nyear = 2027\ncertainty = \"90%\"\n";
    let study = study_of(&format!("{BASE}{resilience}{register}"), FIGURES, &[source]);
    assert!(study.scenarios[0].failed.is_empty(), "{:#?}", study.scenarios[0].failed);
    study
}

fn risk_of(id: &str, amount: u32) -> String {
    format!(
        "[risk.{id}]\ntitle = \"Risico {id}\"\ndomain = \"jeugd\"\nterm = \"kort\"\nchance = \"50%\"\nimpact = {amount}\nyears = [2027]\n"
    )
}

#[test]
fn an_amount_that_is_hidden_is_not_the_total_less_the_others() {
    let study = dear(&format!("{}{}", risk_of("klein", 40_000), risk_of("groot", 300_000)));
    let own = &study.scenarios[0];
    let of = |id: &str| own.risks.iter().find(|r| r.id == id).expect(id);
    // 7 clients for € 428.659: two of them € 122.474, of which 30 % counts.
    let hidden = of("duur");
    assert!(hidden.summed && (hidden.expected - 0.3 * 122_474.0).abs() < 1.0, "{hidden:?}");
    let found = Disclosure::of(&study);
    assert!(found.impact(&own.model, hidden).is_none() && !found.follows(hidden));
    // The smallest other goes with it, and the total is that of two unknowns.
    assert!(found.follows(of("klein")) && found.impact(&own.model, of("klein")).is_none());
    assert!(found.impact(&own.model, of("groot")).is_some());
    let all = handed_out(&study);
    for amount in ["122.474", "122.000", "36.742", "37.000", "36742", "122474"] {
        assert!(!all.contains(amount), "{amount} is handed out");
    }
    let page = markdown(&compose(&study, own));
    let row = page.lines().find(|l| l.contains("| Risico klein |")).expect("it stands in the register");
    assert!(row.ends_with("| x | x | x |") && !page.contains("ongeveer € 40.000"), "{row}");
    let large = page.lines().find(|l| l.contains("| Risico groot |")).expect("it stands in the register");
    assert!(large.contains("| 300 N | S | 150 N |"), "{large}");
}

#[test]
fn two_hidden_amounts_hide_each_other() {
    let study = dear(&risk_of("enige", 40_000));
    assert!(Disclosure::of(&study).follows(study.scenarios[0].risks.iter().find(|r| r.id == "enige").expect("there")));
    // Without a second hidden amount nothing else is hidden.
    let none = study_of(&format!("{BASE}{}", risk_of("enige", 40_000)), FIGURES, &[]);
    assert!(!none.scenarios[0].risks.iter().any(|r| Disclosure::of(&none).follows(r)));
}

#[test]
fn the_share_of_draws_beyond_a_cost_per_client_is_not_told() {
    let study = dear("");
    let own = &study.scenarios[0];
    let mut risk = own.risks.iter().find(|r| r.id == "duur").expect("there").clone();
    let mut origin = risk.impact_origin.clone().expect("a rule's amount has its formula");
    risk.chance = Some(0.43);
    assert_eq!(Disclosure::of(&study).chance(&own.model, &risk), Some(0.43), "stated, not drawn");
    origin.formula = "chance(cost(verblijf, 2027) > cost(verblijf, 2027) / clients(verblijf, 2027) * 10)".into();
    risk.chance_origin = Some(origin.clone());
    assert_eq!(Disclosure::of(&study).chance(&own.model, &risk), None);
    assert_eq!(Disclosure::exact().chance(&own.model, &risk), Some(0.43));
    origin.formula = "chance(cost(verblijf, 2027) > budget(verblijf, 2027))".into();
    risk.chance_origin = Some(origin);
    assert_eq!(Disclosure::of(&study).chance(&own.model, &risk), Some(0.43));
}
