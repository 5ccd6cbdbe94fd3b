//! What every report must be, whatever the municipality has or lacks.

use proptest::prelude::*;

use super::document::{Block, Report, RowKind, Table};
use super::sample::{Options, study};
use super::{compose, json, markdown, text};
use crate::dutch::readability;
use crate::model::{FigureKind, Scope};
use crate::study::Study;

/// Everything that a municipality may have or lack.
fn kinds() -> Vec<(&'static str, Options)> {
    let d = Options::default();
    vec![
        ("all", d),
        ("no draws", Options { draws: false, ..d }),
        ("no budgets", Options { budgets: false, ..d }),
        ("no compensation", Options { compensation: false, ..d }),
        ("no draws, no budgets", Options { draws: false, budgets: false, ..d }),
        ("no resilience", Options { resilience: None, ..d }),
        ("municipality", Options { resilience: Some(Scope::Municipality), ..d }),
        ("no risks", Options { risks: false, ..d }),
        ("no what-ifs", Options { what_ifs: false, ..d }),
        ("one line", Options { one_line: true, ..d }),
        ("actual", Options { base: FigureKind::Actual, ..d }),
        ("forecast", Options { base: FigureKind::Forecast, ..d }),
        ("small", Options { scale: 0.001, ..d }),
        ("nothing", Options { draws: false, budgets: false, resilience: None, risks: false, what_ifs: false, one_line: true, ..d }),
    ]
}

fn reports(study: &Study) -> Vec<Report> {
    study.scenarios.iter().map(|s| compose(study, s)).collect()
}

#[test]
fn show() {
    let Ok(which) = std::env::var("SHOW") else { return };
    for (name, o) in kinds() {
        if name == which {
            let s = study(o);
            println!("{}", markdown(&reports(&s)[0]));
            println!("{}", text(&s, 80, false));
            println!("{}", text(&s, 60, false));
        }
    }
}
