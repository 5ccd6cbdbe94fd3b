//! The workbook for the controller: everything of one scenario on sheets.
//!
//! With exact counts (disclosure control off, or the controller as reader) the
//! projection stands as live formulas; otherwise as values, and the first sheet
//! says so. Byte-identical for equal input: the date of creation is fixed.

mod charts;
mod live;
mod pages;
mod places;
mod sheet;
#[cfg(test)]
mod tests;

pub use pages::group_label;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::disclosure::Disclosure;
use super::document::Report;
use super::words;
use crate::study::{ScenarioStudy, Study};

/// Whether the workbook is for the controller alone: exact counts and live formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Counts {
    /// As disclosure control says.
    Guarded,
    /// Exact whatever it says, for internal use.
    Exact,
}

impl Counts {
    /// What may be shown then.
    pub(super) fn disclosure(self, study: &Study) -> Disclosure {
        match self {
            Self::Exact => Disclosure::exact(),
            Self::Guarded => Disclosure::of(study),
        }
    }
}

/// The workbook of one scenario.
///
/// # Errors
/// When something does not fit into a workbook (such as more years than columns).
pub fn xlsx(study: &Study, scenario: &ScenarioStudy, report: &Report, counts: Counts) -> Result<Vec<u8>, XlsxError> {
    let disclosure = counts.disclosure(study);
    let mut book = Workbook::new();
    // A clock would make other bytes of the same figures.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    let properties = DocProperties::new()
        .set_title(&report.title)
        .set_subject(&report.subtitle)
        .set_author(&report.municipality)
        .set_comment(report.imprint.join(" · "))
        .set_creation_datetime(&created);
    book.set_properties(&properties);
    pages::write(&mut book, &pages::Written { study, scenario, report, disclosure: &disclosure })?;
    book.save_to_buffer()
}
