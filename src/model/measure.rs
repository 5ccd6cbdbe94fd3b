//! Measures on one line, flows between lines, and indicators.

use super::{AssumptionId, LineId, Provenance};
use crate::diagnostic::Place;

/// What sort of measure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeasureKind {
    /// Nieuw beleid.
    NewPolicy,
    /// Ombuiging.
    Saving,
    /// Taakstelling.
    Target,
    /// Technical correction.
    Technical,
}

impl MeasureKind {
    /// All of them, in the order of files.
    pub const ALL: [Self; 4] = [Self::NewPolicy, Self::Saving, Self::Target, Self::Technical];

    /// As written in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::NewPolicy => "new-policy",
            Self::Saving => "saving",
            Self::Target => "target",
            Self::Technical => "technical",
        }
    }
}

/// Which amounts of measures are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeasureAmount {
    /// As planned: `measures_planned`.
    Planned,
    /// As far as realised, the part that is in the projection: `measures`.
    Realised,
}

/// New policy, saving, target or technical correction on one line.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// What sort.
    pub kind: MeasureKind,
    /// On which line.
    pub line: LineId,
    /// Signed euros by year; position 0 is what the base figure already holds.
    pub amount: Option<AssumptionId>,
    /// Percentage points on the line's growth by year; cost lines only.
    pub volume: Option<AssumptionId>,
    /// How much of it comes true after the base year; all where not stated.
    pub realisation: Option<AssumptionId>,
    /// Whether the amount rises with the line's price.
    pub indexed: bool,
    /// Structural or incidental.
    pub structural: bool,
    /// Whether a target is filled in.
    pub filled: Option<bool>,
    /// Who says so.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
}

/// Clients who move from one cost line to another each year.
#[derive(Clone, Debug)]
pub struct Flow {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// From which line.
    pub from: LineId,
    /// To which line.
    pub to: LineId,
    /// Share of last year's clients that moves.
    pub share: AssumptionId,
    /// Where it stands.
    pub place: Place,
}

/// A count without euros.
#[derive(Clone, Debug)]
pub struct Indicator {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// What is counted: `signalen`.
    pub unit: String,
    /// Domain, where stated.
    pub domain: Option<String>,
    /// Who says so.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
}
