//! The municipality's head, the scenario, the budget's prices and how reports look.

use super::{AssumptionId, FigureKind};
use crate::diagnostic::Place;
use crate::units::Year;

/// Who it is about and which years.
#[derive(Clone, Debug)]
pub struct Municipality {
    /// Name as in the report.
    pub name: String,
    /// CBS code, `GM0243`.
    pub code: String,
    /// What is projected: `Programma 6 Sociaal domein`.
    pub title: Option<String>,
    /// Number of residents.
    pub residents: Option<f64>,
    /// Last year taken from figures.csv.
    pub base_year: Year,
    /// Which figures the projection starts from.
    pub base: FigureKind,
    /// Last projected year.
    pub horizon: Year,
    /// Euros per unit in figures.csv and in amounts of the file.
    pub amount_unit: f64,
}

/// Base, or a what-if.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// `base`, or the stem of its file.
    pub id: String,
    /// Title for people; the municipality's for the base.
    pub title: String,
    /// The question that a what-if answers.
    pub question: Option<String>,
    /// What it extends, nearest first; empty for the base.
    pub extends: Vec<String>,
    /// Addresses that it changes, in file order (whole items for `remove`).
    pub changes: Vec<Change>,
}

impl Scenario {
    /// Whether a what-if put there what stands at this place: the budget does not hold it.
    pub fn added(&self, place: &Place) -> bool {
        let file = std::path::Path::new(place.file.as_ref()).file_name();
        !self.extends.is_empty() && file.is_none_or(|f| f != "base.toml")
    }
}

/// One thing that a what-if states.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Address of the assumption or item changed.
    pub address: String,
    /// What it says, as written: `+1pp`, `4,2%`, `remove`.
    pub written: String,
    /// Source or note stated with it.
    pub source: Option<String>,
    /// Where it stands.
    pub place: Place,
}

/// In which prices the multi-year budget stands.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Nominal or constant.
    pub prices: Prices,
    /// What the central provision adds each year, where stated.
    pub compensation: Option<AssumptionId>,
}

/// Prices of the multi-year budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prices {
    /// In the money of each year.
    Nominal,
    /// In the money of one year.
    Constant(Year),
}

/// Value of a rule's parameter as written, with its unit.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleParameter {
    /// As written: `€ 25.000`, `5%`, `3`.
    pub written: String,
    /// Where it stands.
    pub place: Place,
}

/// How reports look and what they hide.
#[derive(Clone, Debug, Default)]
pub struct ReportSettings {
    /// Lines with a smaller change are grouped, euros; none for no limit.
    pub materiality: Option<f64>,
    /// Whether small counts are hidden; on unless switched off.
    pub disclosure_off: bool,
    /// Colour of headings and charts, `#rrggbb`.
    pub colour: Option<String>,
    /// Logo file beside base.toml.
    pub logo: Option<String>,
    /// Font of documents.
    pub font: Option<String>,
    /// Date shown on the report, as written; reports have no clock.
    pub date: Option<String>,
    /// Thousands or millions in texts: `thousand` or `million`; none chooses by size.
    pub unit: Option<String>,
    /// What the documents name and the model leaves out, with the reason.
    pub not_modelled: Vec<NotModelled>,
    /// Remarks that belong in the introduction, in the municipality's words.
    pub remarks: Vec<String>,
    /// Words for chances.
    pub chance_words: ChanceWords,
}

/// Words for chances: each with the bound below which it is used, in percent,
/// ascending; the last has no bound.
#[derive(Clone, Debug, PartialEq)]
pub struct ChanceWords(pub Vec<(f64, String)>);

impl Default for ChanceWords {
    /// The scale of a municipality that states none.
    fn default() -> Self {
        let words = [
            (1.0, "vrijwel uitgesloten"),
            (10.0, "zeer onwaarschijnlijk"),
            (20.0, "onwaarschijnlijk"),
            (40.0, "minder waarschijnlijk"),
            (60.0, "even waarschijnlijk als niet"),
            (80.0, "waarschijnlijk"),
            (99.0, "zeer waarschijnlijk"),
            (f64::INFINITY, "vrijwel zeker"),
        ];
        Self(words.map(|(below, word)| (below, word.to_owned())).into())
    }
}

/// Something that the documents name and the model leaves out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotModelled {
    /// What it is.
    pub what: String,
    /// Why it is left out.
    pub why: String,
}
