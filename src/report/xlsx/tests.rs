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
