//! One run, in order: model, projection, outcome, findings, resilience.
//!
//! What the command line, tests and reports call. A [`Study`] holds everything
//! that was computed about one municipality, base first, then its what-ifs;
//! reports only lay it out.

pub mod derive;
mod entry;
pub mod excess;
mod explain;

mod driver;
mod facts;
mod origin;
mod risks;
mod run;
mod samples;

pub use entry::{
    Basis, ImpactSummary, InputHash, NumberOrigin, Origin, Piece, PieceInput, Receipt, ResilienceOutcome, RiskEntry,
    RuleFile, RuleNote, ScenarioStudy, Study, Weights, YearLoss,
};
pub use explain::Explainer;
pub use run::{check, outcomes, run};

pub use crate::rule::rule_path;
