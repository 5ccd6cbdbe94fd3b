use super::super::document::{Inline, Logo, Text};
use super::super::sample::{self, Options};
use super::super::{Audience, Block, compose, compose_for};
use super::*;

fn report() -> Report {
    let study = sample::study(Options::default());
    compose(&study, &study.scenarios[0])
}

#[test]
fn a_report_is_a_tagged_pdf_and_twice_the_same() {
    let report = report();
    let first = pdf(&report).expect("conforms to PDF/UA-1");
    assert!(first.starts_with(b"%PDF-1.7"));
    let holds = |what: &str| first.windows(what.len()).any(|w| w == what.as_bytes());
    assert!(holds("/StructTreeRoot") && holds("/MarkInfo") && holds("pdfuaid:part"));
    assert!(holds("/Lang(nl-NL)") || holds("/Lang (nl-NL)"));
    assert!(!holds("/CreationDate"));
    assert!(first == pdf(&report).expect("again"));
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
    pdf(&report).expect("set");
}

#[test]
fn the_page_of_the_council_is_set_too() {
    let study = sample::study(Options::default());
    pdf(&compose_for(&study, &study.scenarios[0], Audience::Raad)).expect("set");
}
