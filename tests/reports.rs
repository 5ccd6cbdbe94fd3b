//! What people read, kept as it was last looked at: the terminal page and the
//! paragraph of both shipped municipalities, without draws so that a snapshot
//! moves only when a figure or a sentence does. A snapshot says *unchanged*;
//! `tests/validation/` says *right*.

use ravijn::simulation::Settings;
use ravijn::study::{self, Study};
use ravijn::{dutch, report};

mod shipped;

use shipped::{rules, sources};

fn study(name: &str, draws: u64) -> Study {
    let settings = Settings { draws, ..Settings::default() };
    study::run(&sources(name), None, &rules(), &settings, &|_, _| {})
        .unwrap_or_else(|wrong| panic!("{name}: {wrong:#?}"))
}

/// Hashes change with every comment in a file; the snapshot is of the text.
fn without_hashes(text: &str) -> String {
    text.lines()
        .map(|line| {
            line.split(' ')
                .map(|word| {
                    let bare = word.trim_matches(|c: char| !c.is_ascii_hexdigit());
                    if bare.len() >= 12 && bare.bytes().all(|b| b.is_ascii_hexdigit()) {
                        word.replace(bare, "…")
                    } else {
                        word.to_owned()
                    }
                })
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn the_terminal_page_of_each_municipality_is_as_it_was() {
    for name in ["harderwijk", "heerde"] {
        insta::assert_snapshot!(format!("terminal_{name}"), report::text(&study(name, 0), 100, false));
    }
}

#[test]
fn the_paragraph_of_each_municipality_is_as_it_was() {
    for name in ["harderwijk", "heerde"] {
        let study = study(name, 0);
        let text = report::markdown(&report::compose(&study, &study.scenarios[0]));
        insta::assert_snapshot!(format!("paragraph_{name}"), without_hashes(&text));
    }
}

#[test]
fn no_rule_fails_on_a_shipped_scenario_and_the_two_headings_are_there() {
    for name in ["harderwijk", "heerde"] {
        let study = study(name, 300);
        for scenario in &study.scenarios {
            assert!(scenario.failed.is_empty(), "{name}/{}: {:#?}", scenario.model.scenario.id, scenario.failed);
            let text = report::markdown(&report::compose(&study, scenario));
            assert!(text.contains("Risico's op korte termijn") && text.contains("Risico's op lange termijn"));
            assert!(!text.contains("NaN") && !text.contains("inf "), "{name}/{}", scenario.model.scenario.id);
        }
    }
}

#[test]
fn each_municipality_ships_at_least_six_what_ifs_with_a_question() {
    for name in ["harderwijk", "heerde"] {
        let study = study(name, 0);
        assert!(study.scenarios.len() > 6, "{name}");
        for what_if in &study.scenarios[1..] {
            assert!(what_if.model.scenario.question.is_some(), "{name}/{}", what_if.model.scenario.id);
        }
    }
    // Keeps the import honest: amounts are written the Dutch way.
    assert_eq!(dutch::euro(1_506_000.0), "€ 1.506.000");
}
