//! Forms in which a study leaves the program, and the files of each.
//!
//! A new format is one line in [`Format`] and one in [`files`].

use clap::ValueEnum;

use crate::report::{self, Audience, Report};
use crate::study::{ScenarioStudy, Study};

/// Forms in which a study leaves the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables on the terminal, in brief
    Table,
    /// risicoparagraaf.md, its charts as SVG beside it
    Md,
    /// risicoparagraaf.html, one file with everything in it
    Html,
    /// risicoparagraaf.docx, for Word and LibreOffice
    Docx,
    /// risicoparagraaf.pdf, accessible (PDF/UA-1); needs a build with `--features pdf`
    Pdf,
    /// projectie.xlsx, with live formulas where exact counts may be shown
    Xlsx,
    /// Tidy long tables with a data dictionary: projectie.csv and others, datapackage.json
    Csv,
    /// One JSON document on stdout (for internal use: exact counts)
    Json,
    /// The table and every kind of file; without pdf where this build has none
    All,
}

impl Format {
    /// What is meant by the formats asked: each once, `all` written out.
    pub fn meant(asked: &[Self]) -> Vec<Self> {
        let every = [Self::Table, Self::Md, Self::Html, Self::Docx, Self::Pdf, Self::Xlsx, Self::Csv];
        let all = every.into_iter().filter(|f| asked.contains(f) || missing(*f).is_none());
        let meant = if asked.contains(&Self::All) { all.collect() } else { Vec::new() };
        let mut each = Vec::new();
        for format in meant.iter().chain(asked.iter().filter(|f| **f != Self::All)) {
            if !each.contains(format) {
                each.push(*format);
            }
        }
        each
    }
}

impl Format {
    /// Whether it makes files; the others go to stdout.
    pub fn is_file(self) -> bool {
        !matches!(self, Self::Table | Self::Json | Self::All)
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
    /// For whom it is.
    pub audience: Audience,
    /// The Word file that the municipality starts from.
    pub template: Option<&'a report::Template>,
}

impl Written<'_> {
    /// Name of the report: each reader has a file of his own.
    pub fn name(&self, ending: &str) -> String {
        let reader = match self.audience {
            Audience::College => "",
            Audience::Raad => "-raad",
            Audience::Controller => "-controller",
        };
        format!("risicoparagraaf{reader}.{ending}")
    }
}

/// Who reads the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Reader {
    /// One page: the message, four key figures, the five largest risks
    Raad,
    /// The whole paragraph
    College,
    /// The whole paragraph with the evidence of every number
    Controller,
}

impl Reader {
    /// As the report room calls it.
    pub fn audience(self) -> Audience {
        match self {
            Self::Raad => Audience::Raad,
            Self::College => Audience::College,
            Self::Controller => Audience::Controller,
        }
    }
}

/// The files of one scenario in one format: name below the scenario's folder, and bytes.
///
/// # Errors
/// Where a format cannot be made of this report.
pub fn files(format: Format, w: &Written<'_>) -> anyhow::Result<Vec<(String, Vec<u8>)>> {
    Ok(match format {
        Format::Table | Format::Json | Format::All => Vec::new(),
        Format::Xlsx => {
            // The controller works with exact counts; the file says by its name and on every sheet that it is his.
            let (name, bytes) = if w.audience == Audience::Controller {
                let exact = report::compose_exact(w.study, w.scenario);
                ("projectie-controller.xlsx", report::xlsx(w.study, w.scenario, &exact, report::Counts::Exact)?)
            } else {
                ("projectie.xlsx", report::xlsx(w.study, w.scenario, w.report, report::Counts::Guarded)?)
            };
            vec![(name.to_owned(), bytes)]
        }
        Format::Csv => {
            let (folder, tables) = if w.audience == Audience::Controller {
                let exact = report::compose_exact(w.study, w.scenario);
                ("controller/", report::csv(w.study, w.scenario, &exact, report::Counts::Exact))
            } else {
                ("", report::csv(w.study, w.scenario, w.report, report::Counts::Guarded))
            };
            tables.into_iter().map(|(name, text)| (format!("{folder}{name}"), text.into_bytes())).collect()
        }
        Format::Md => {
            let mut files = vec![(w.name("md"), report::markdown(w.report).into_bytes())];
            for chart in w.report.charts() {
                let drawn = report::svg(chart, report::Page::Wide);
                files.push((chart.file(), drawn.into_bytes()));
            }
            files
        }
        Format::Docx => {
            let bytes = report::docx(w.report, w.template).map_err(anyhow::Error::msg)?;
            vec![(w.name("docx"), bytes)]
        }
        Format::Pdf => vec![(w.name("pdf"), pdf(w.report)?)],
        Format::Html => vec![(w.name("html"), report::html(w.report).into_bytes())],
    })
}

#[cfg(feature = "pdf")]
fn pdf(report: &Report) -> anyhow::Result<Vec<u8>> {
    report::pdf(report).map_err(anyhow::Error::msg)
}

#[cfg(not(feature = "pdf"))]
fn pdf(_: &Report) -> anyhow::Result<Vec<u8>> {
    anyhow::bail!(super::Usage(NO_PDF.to_owned()))
}

/// What to do where the PDF writer is not built in.
#[cfg(not(feature = "pdf"))]
pub const NO_PDF: &str = "this ravijn was built without PDF: build it with the feature `pdf` \
    (`cargo install --path . --features pdf`), or make docx or html and save that as PDF";

/// Whether this build lacks what a format takes.
pub fn missing(format: Format) -> Option<&'static str> {
    #[cfg(not(feature = "pdf"))]
    if format == Format::Pdf {
        return Some(NO_PDF);
    }
    let _ = format;
    None
}
