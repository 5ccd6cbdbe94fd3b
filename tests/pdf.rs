//! The PDF from files to pages. A test of the library's own tests would compile
//! typst a second time; this one links what the program itself is made of.
#![cfg(feature = "pdf")]

use std::path::Path;
use std::sync::Arc;

use ravijn::input::Sources;
use ravijn::report::{self, Audience, Block, Inline, Logo, Report, Text};
use ravijn::simulation::Settings;
use ravijn::study::{self, Study};

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/huisstijl")
}

fn study() -> Study {
    let mut sources = Sources::default();
    for name in ["base.toml", "figures.csv"] {
        sources.insert(name, std::fs::read(folder().join(name)).expect("shipped"));
    }
    let settings = Settings { draws: 200, ..Settings::default() };
    study::run(&sources, None, &[], &settings, &|_, _| {}).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

fn report() -> Report {
    let study = study();
    report::compose(&study, &study.scenarios[0])
}

fn holds(bytes: &[u8], what: &str) -> bool {
    bytes.windows(what.len()).any(|w| w == what.as_bytes())
}

#[test]
fn a_report_is_a_tagged_pdf_and_twice_the_same() {
    let report = report();
    let first = report::pdf(&report).expect("conforms to PDF/UA-1");
    assert!(first.starts_with(b"%PDF-1.7"));
    assert!(holds(&first, "/StructTreeRoot") && holds(&first, "/MarkInfo") && holds(&first, "pdfuaid:part"));
    assert!(holds(&first, "/Lang(nl-NL)") || holds(&first, "/Lang (nl-NL)"));
    assert!(!holds(&first, "/CreationDate"));
    assert!(first == report::pdf(&report).expect("again"));
    // What was set before it, in this process, changes nothing either.
    let mut other = report.clone();
    other.sections.truncate(3);
    report::pdf(&other).expect("set");
    assert!(first == report::pdf(&report).expect("once more"));
}

#[test]
fn words_of_people_stay_words_and_unknown_letters_break_nothing() {
    let mut report = report();
    report.title = "a \"b\" \\ #panic() $x$ *c* 日本 😀".into();
    report.sections[0].title = "] } #let x = 1 <l>".into();
    report.sections[0].blocks.insert(0, Block::Paragraph(Text(vec![Inline::Plain("@x \u{1}\n// /* ".into())])));
    report.mark = Some("#intern \"x\"".into());
    report.house.colour = Some("#zz".into());
    report.house.font = Some("Bestaat Niet".into());
    let svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"30\"><rect width=\"90\" height=\"30\"/></svg>";
    report.house.logo = Some(Logo::new(svg.into()).expect("a logo"));
    report::pdf(&report).expect("set");
}

#[test]
fn the_page_of_the_council_is_set_too() {
    let study = study();
    report::pdf(&report::compose_for(&study, &study.scenarios[0], Audience::Raad)).expect("set");
}

#[test]
fn the_house_has_its_own_letters_and_ours_where_it_has_none() {
    let mut report = report();
    let bare = report::pdf(&report).expect("set");
    assert!(holds(&bare, "Arimo") && !holds(&bare, "Voorbeeldletter"), "without its files the font is not there");
    report.house.font_files = ["Bold", "Regular"]
        .map(|style| Arc::new(std::fs::read(folder().join(format!("Voorbeeldletter-{style}.ttf"))).expect("shipped")))
        .to_vec();
    let own = report::pdf(&report).expect("set");
    // A PDF names its fonts outside what it compresses.
    assert!(holds(&own, "+Voorbeeldletter"), "its letters are in it");
}
