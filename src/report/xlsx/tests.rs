//! The workbook as a reader finds it again.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use super::{Counts, xlsx};
use crate::report::compose;
use crate::report::sample::{Options, study};
use crate::study::Study;

fn open(study: &Study, counts: Counts) -> Xlsx<Cursor<Vec<u8>>> {
    let own = &study.scenarios[0];
    let bytes = xlsx(study, own, &compose(study, own), counts).expect("a workbook");
    Xlsx::new(Cursor::new(bytes)).expect("readable")
}

#[test]
fn the_sheets_stand_in_the_order_of_a_controller() {
    let study = study(Options::default());
    let guarded = open(&study, Counts::Guarded).sheet_names();
    assert_eq!(
        guarded,
        [
            "Samenvatting",
            "Lijnen per jaar",
            "Uitgangspunten",
            "Grafieken",
            "Maatregelen",
            "Wat-als",
            "Verklaring",
            "Register",
            "Simulatie",
            "Bewijs"
        ]
    );
    let exact = open(&study, Counts::Exact).sheet_names();
    assert_eq!(exact[3], "Berekening");
}

#[test]
fn equal_input_gives_equal_bytes() {
    let study = study(Options::default());
    let own = &study.scenarios[0];
    let report = compose(&study, own);
    let once = xlsx(&study, own, &report, Counts::Exact).expect("a workbook");
    assert_eq!(once, xlsx(&study, own, &report, Counts::Exact).expect("a workbook"));
}

#[test]
fn formulas_stand_only_where_exact_counts_may() {
    let study = study(Options::default());
    let mut guarded = open(&study, Counts::Guarded);
    for name in guarded.sheet_names() {
        let formulas = guarded.worksheet_formula(&name).expect("a sheet");
        assert!(formulas.used_cells().next().is_none(), "{name} has formulas");
    }
    let mut exact = open(&study, Counts::Exact);
    assert!(exact.worksheet_formula("Berekening").expect("a sheet").used_cells().count() > 20);
}

#[test]
fn amounts_are_numbers_and_those_of_the_engine() {
    let study = study(Options::default());
    let own = &study.scenarios[0];
    let mut book = open(&study, Counts::Guarded);
    let lines = book.worksheet_range("Lijnen per jaar").expect("a sheet");
    let first = lines.rows().find(|r| r.get(3) == Some(&Data::String("lasten".into()))).expect("a cost line");
    assert_eq!(first[4], Data::Float(own.projection.lines[0].years[0].amount));
}

#[test]
fn a_table_says_whole_euros_where_its_cells_hold_them() {
    let study = study(Options::default());
    let own = &study.scenarios[0];
    let report = compose(&study, own);
    let captions: Vec<&str> = report
        .sections
        .iter()
        .flat_map(|s| &s.blocks)
        .filter_map(|b| match b {
            crate::report::document::Block::Table(t) if t.id == "wat-als" => Some(t.caption.as_str()),
            _ => None,
        })
        .collect();
    assert!(captions.len() == 1 && captions[0].contains("bedragen x € 1.000"), "{captions:?}");
    let mut book = open(&study, Counts::Guarded);
    let sheet = book.worksheet_range("Wat-als").expect("a sheet");
    let words: Vec<String> = sheet.used_cells().map(|(_, _, c)| c.to_string()).collect();
    assert!(words.iter().any(|w| w.contains("bedragen in euro's")), "{words:?}");
    assert!(words.iter().all(|w| !w.contains("x € 1.000")), "{words:?}");
}

#[test]
fn words_after_a_number_stand_apart_from_it() {
    let study = study(Options::default());
    let own = &study.scenarios[0];
    let bytes = xlsx(&study, own, &compose(&study, own), Counts::Guarded).expect("a workbook");
    let styles = parts(&bytes, "xl/styles").concat();
    let indents: Vec<&str> = styles
        .split("<alignment ")
        .skip(1)
        .filter_map(|a| a.split("/>").next())
        .filter(|a| a.contains("indent="))
        .collect();
    // Without a side, an indent does nothing.
    assert!(!indents.is_empty() && indents.iter().all(|a| a.contains("horizontal=\"left\"")), "{indents:?}");
}

/// The XML of each part of a workbook whose name begins like this.
fn parts(bytes: &[u8], begin: &str) -> Vec<String> {
    let mut book = zip::ZipArchive::new(Cursor::new(bytes)).expect("a workbook is a zip");
    let mut found = Vec::new();
    for at in 0..book.len() {
        let mut part = book.by_index(at).expect("a part");
        if part.name().is_ok_and(|n| n.starts_with(begin)) {
            let mut text = String::new();
            std::io::Read::read_to_string(&mut part, &mut text).expect("XML");
            found.push(text);
        }
    }
    found
}

#[test]
fn what_ifs_and_risks_stand_as_points_with_their_numbers() {
    use crate::report::chart::{Amount, Chart, Dot, Drawing, MapRisk};
    let study = study(Options::default());
    let own = &study.scenarios[0];
    let mut report = compose(&study, own);
    let amount = |v: f64| Amount::new(v, "");
    let dot = |label: &str, v: f64| Dot {
        label: label.into(),
        value: amount(v),
        band: Some((amount(v - 2e6), amount(v + 3e6))),
    };
    let chart = |id: &str, drawing| {
        Box::new(Chart {
            id: id.into(),
            title: format!("Titel van {id}"),
            alternative: String::new(),
            figures: crate::report::document::Table {
                id: id.into(),
                caption: String::new(),
                columns: Vec::new(),
                rows: Vec::new(),
                notes: Vec::new(),
            },
            drawing,
        })
    };
    let risk = |number, chance, impact| MapRisk { number, title: format!("Risico {number}"), chance, impact };
    let classes = |all: &[&str]| all.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
    report.sections[0].blocks = vec![
        crate::report::document::Block::Chart(chart(
            "punten",
            Drawing::Dots { axis: "Saldo".into(), rows: vec![dot("Basisraming", -11e6), dot("Hogere lonen", -12e6)] },
        )),
        crate::report::document::Block::Chart(chart(
            "kaart",
            Drawing::RiskMap {
                chances: classes(&["10%", "50%", "90%"]),
                impacts: classes(&["klein", "groot"]),
                risks: vec![risk(1, 2, 1), risk(2, 2, 1), risk(3, 0, 0)],
            },
        )),
    ];
    let bytes = xlsx(&study, own, &report, Counts::Guarded).expect("a workbook");
    let mut book: Xlsx<Cursor<Vec<u8>>> = Xlsx::new(Cursor::new(bytes.clone())).expect("readable");
    let sheet = book.worksheet_range("Grafieken").expect("a sheet");
    let row = |begin: &str| {
        sheet.rows().find(|r| matches!(&r[0], Data::String(s) if s.starts_with(begin))).expect(begin).to_vec()
    };
    let (base, wages) = (row("1. Basisraming"), row("2. Hogere lonen"));
    assert_eq!(base[1..6], [-11e6, -13e6, -8e6, 2.0, 2.0].map(Data::Float));
    assert_eq!(wages[4], Data::Float(1.0));
    // The first two share a class: both in its field (chance 3, impact 2), beside each other.
    let (one, two, three) = (row("1. Risico 1"), row("2. Risico 2"), row("3. Risico 3"));
    let place = |r: &[Data]| match (&r[3], &r[4]) {
        (Data::Float(up), Data::Float(across)) => (*up, *across),
        other => panic!("{other:?}"),
    };
    for r in [&one, &two] {
        let (up, across) = place(r);
        assert!((up - 3.0).abs() < 0.5 && (across - 2.0).abs() < 0.5, "{r:?}");
    }
    assert_ne!(place(&one), place(&two));
    assert!((place(&three).0 - 1.0).abs() < 0.5 && (place(&three).1 - 1.0).abs() < 0.5);
    let drawn = parts(&bytes, "xl/charts/chart");
    let map = drawn.iter().find(|c| c.contains("Titel van kaart")).expect("the map");
    for (words, why) in [
        ("scatterChart", "points"),
        ("10% | 50% | 90%", "classes of chance"),
        ("klein | groot", "of impact"),
        ("<a:t>3</a:t>", "number"),
    ] {
        assert!(map.contains(words), "{why}: {words}");
    }
    let dots = drawn.iter().find(|c| c.contains("Titel van punten")).expect("the what-ifs");
    assert!(dots.contains("scatterChart") && dots.contains("<a:t>2</a:t>"));
}

#[test]
fn charts_are_not_cut_by_the_end_of_a_page() {
    use crate::report::document::Block;
    let study = study(Options::default());
    let own = &study.scenarios[0];
    let mut report = compose(&study, own);
    let one = report.charts().next().expect("a chart").clone();
    let before = report.charts().count();
    report.sections[0].blocks.extend((0..5).map(|_| Block::Chart(Box::new(one.clone()))));
    let bytes = xlsx(&study, own, &report, Counts::Guarded).expect("a workbook");
    let sheets = parts(&bytes, "xl/worksheets/sheet");
    let charts = sheets.iter().find(|s| s.contains("<rowBreaks")).expect("a sheet with breaks");
    let breaks: Vec<u32> = charts
        .split("<brk id=\"")
        .skip(1)
        .map(|b| b.split('"').next().and_then(|n| n.parse().ok()).expect("a row"))
        .collect();
    // At least one page for every two charts, and none longer than a page.
    assert!(breaks.len() * 2 + 2 >= before + 5, "{breaks:?}");
    assert!(breaks.windows(2).all(|w| w[1] - w[0] <= super::charts::PAGE), "{breaks:?}");
    assert!(!charts.contains("fitToHeight"), "a sheet that is fitted ignores its breaks");
}
