//! Damaged files give a located message and nothing else happens.
//!
//! Every fixture in `fixtures/errors` is loaded; what a person would see stands
//! in `snapshots/`. A fixture without an error fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ravijn::diagnostic::{Severity, render};
use ravijn::input::{Sources, load};
use ravijn::projection::{Central, project};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/errors")
}

/// Files of a folder by name.
fn files(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(path).expect("the fixtures are there");
    entries
        .map(|entry| entry.expect("a readable folder"))
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a readable file"))
        })
        .collect()
}

/// The minimal municipality with the fixture's files in place of its own.
fn sources(fixture: &Path) -> Sources {
    let mut all = files(&folder().join("minimal"));
    if fixture.is_dir() {
        for (name, bytes) in files(fixture) {
            match name.strip_suffix(".absent") {
                Some(absent) => drop(all.remove(absent)),
                None => drop(all.insert(name, bytes)),
            }
        }
    } else {
        all.insert("base.toml".to_owned(), fs::read(fixture).expect("a readable file"));
    }
    Sources::new(all)
}

/// Fixtures whose name begins like this, by name.
fn fixtures(prefix: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder()).expect("the fixtures are there");
    let mut all: Vec<PathBuf> = entries.map(|e| e.expect("a readable folder").path()).collect();
    all.retain(|path| path.file_name().is_some_and(|n| n.to_string_lossy().starts_with(prefix)));
    all.sort();
    all
}

#[test]
fn every_mistake_is_told_where_it_stands_and_what_to_do() {
    for fixture in fixtures("err_") {
        let name = fixture.file_stem().expect("a name").to_string_lossy().into_owned();
        let sources = sources(&fixture);
        let found = load(&sources, None).expect_err(&format!("{name} holds a mistake"));
        assert!(found.iter().any(|d| d.severity == Severity::Error), "{name}");
        for diagnostic in &found {
            assert!(diagnostic.place.is_some(), "{name}: no place for {}", diagnostic.message);
            assert!(diagnostic.help.is_some(), "{name}: no help for {}", diagnostic.message);
        }
        insta::assert_snapshot!(name, render(&found, &|file| sources.text(file), false));
    }
}

#[test]
fn what_is_only_suspicious_stops_nothing() {
    for fixture in fixtures("warn_") {
        let name = fixture.file_stem().expect("a name").to_string_lossy().into_owned();
        let sources = sources(&fixture);
        let loaded = load(&sources, None)
            .unwrap_or_else(|found| panic!("{name}: {}", render(&found, &|file| sources.text(file), false)));
        insta::assert_snapshot!(name, render(&loaded.diagnostics, &|file| sources.text(file), false));
    }
}

#[test]
fn the_minimal_municipality_is_right() {
    let loaded = load(&Sources::new(files(&folder().join("minimal"))), None);
    assert!(loaded.is_ok_and(|l| l.diagnostics.is_empty()));
}

#[test]
fn the_fixtures_hold_many_different_mistakes() {
    let mut codes: Vec<&'static str> = Vec::new();
    for fixture in fixtures("err_") {
        codes.extend(load(&sources(&fixture), None).expect_err("a mistake").iter().map(|d| d.code));
    }
    codes.sort_unstable();
    codes.dedup();
    assert!(codes.len() >= 60, "{} codes: {codes:?}", codes.len());
}

/// `hulp` costs 500,000 euros for 250 clients: 2,000 each. 1 % of that is 20.
#[test]
fn a_unit_cost_that_differs_more_than_one_percent_is_told_once() {
    let text = fs::read_to_string(folder().join("minimal/base.toml")).expect("a readable file");
    for (stated, told) in [(2_021, 1), (1_979, 1), (2_019, 0), (1_981, 0)] {
        let stating = text.replace("domain = \"wmo\"", &format!("domain = \"wmo\"\nunit_cost = {stated}"));
        assert_ne!(text, stating);
        let mut all = files(&folder().join("minimal"));
        all.insert("base.toml".to_owned(), stating.into_bytes());
        let model = load(&Sources::new(all), None).expect("no mistake");
        let projected = project(&model.base, &Central(&model.base));
        let both = model.diagnostics.iter().chain(&projected.warnings);
        assert_eq!(both.filter(|d| d.code == "unit-cost-differs").count(), told, "{stated}");
    }
}
