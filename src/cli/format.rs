//! Forms in which a study leaves the program, and the files of each.
//!
//! A new format is one line in [`Format`] and one in [`files`].

use clap::ValueEnum;

use crate::report::{self, Report};
use crate::study::{ScenarioStudy, Study};

/// Forms in which a study leaves the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables on the terminal, in brief
    Table,
    /// risicoparagraaf.md, its charts as SVG beside it
    Md,
    /// One JSON document on stdout (for internal use: exact counts)
    Json,
}

impl Format {
    /// Whether it makes files; the others go to stdout.
    pub fn is_file(self) -> bool {
        !matches!(self, Self::Table | Self::Json)
    }
}

/// What one scenario is written from; a format takes what it needs.
#[allow(dead_code, reason = "workbooks take the study itself, texts only its report")]
pub struct Written<'a> {
    /// Everything computed.
    pub study: &'a Study,
    /// The scenario of this report.
    pub scenario: &'a ScenarioStudy,
    /// Its report.
    pub report: &'a Report,
}

/// The files of one scenario in one format: name below the scenario's folder, and bytes.
///
/// # Errors
/// Where a format cannot be made of this report.
pub fn files(format: Format, w: &Written<'_>) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    Ok(match format {
        Format::Table | Format::Json => Vec::new(),
        Format::Md => {
            let mut files = vec![("risicoparagraaf.md".to_owned(), report::markdown(w.report).into_bytes())];
            for chart in w.report.charts() {
                let drawn = report::svg(chart, report::Page::Wide);
                files.push((chart.file(), drawn.into_bytes()));
            }
            files
        }
    })
}
