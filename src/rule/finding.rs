//! What rules say: findings, their texts, and the evidence behind every number.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Place};
use crate::dutch::Quantity;
use crate::model::Term;
use crate::units::Year;

/// A risk that a rule found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// The rule's id; further risks of one rule end in `-2`, `-3`.
    pub id: String,
    /// The rule that found it.
    pub rule: String,
    /// The line of `fn risk`.
    pub place: Place,
    /// Title, as a sentence.
    pub title: String,
    /// Domain id, or `algemeen`.
    pub domain: String,
    /// Short or long term.
    pub term: Term,
    /// On which document the rule rests.
    pub source: Option<String>,
    /// Who keeps the risk.
    pub owner: Option<String>,
    /// Member of the executive.
    pub portfolio_holder: Option<String>,
    /// Chance that it strikes, 0..=1; none only where it cannot be quantified.
    pub chance: Option<f64>,
    /// Position in `evidence` of how the chance was computed.
    pub chance_evidence: Option<usize>,
    /// What it costs when it strikes; none where it cannot be quantified (pm).
    pub impact: Option<Impact>,
    /// The impact is a figure of the projection, so the shortfall holds it
    /// already: shown, never summed.
    pub from_projection: bool,
    /// Structural or incidental.
    pub structural: bool,
    /// Addresses of uncertain assumptions that already hold it.
    pub covered_by: Vec<String>,
    /// What it is, in Dutch.
    pub text: RichText,
    /// What is done about it, in Dutch.
    pub response: Option<RichText>,
    /// Years in which it can strike, ascending.
    pub years: Vec<Year>,
    /// Behind every number of the text, the response, the chance and the impact.
    pub evidence: Vec<Evidence>,
}

/// Loss given that it strikes, in euros; positive is a loss.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Impact {
    /// Mean.
    pub mean: f64,
    /// 10th percentile.
    pub p10: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// Position in `evidence` of how it was computed.
    pub evidence: usize,
}

/// A text whose numbers know where they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RichText {
    /// Its pieces, in order.
    pub segments: Vec<Segment>,
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Segment {
    /// Words.
    Plain(String),
    /// A number.
    Figure {
        /// As printed: `€ 5,4 miljoen`.
        printed: String,
        /// Its position in the finding's `evidence`.
        evidence: usize,
    },
}

impl RichText {
    /// The words and numbers as one string.
    pub fn plain(&self) -> String {
        self.segments
            .iter()
            .map(|s| match s {
                Segment::Plain(text) | Segment::Figure { printed: text, .. } => text.as_str(),
            })
            .collect()
    }

    /// Whether any number in it has an origin.
    pub fn has_figures(&self) -> bool {
        self.segments.iter().any(|s| matches!(s, Segment::Figure { .. }))
    }
}

/// Where one number comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// As printed.
    pub printed: String,
    /// Its address or expression, in one line: `cost(jeugd, 2029) - budget(jeugd, 2029)`.
    pub formula: String,
    /// In which unit.
    pub unit: Quantity,
    /// Unrounded: the mean, percentages as fractions.
    pub value: f64,
    /// With every assumption at its value, unrounded.
    pub central: f64,
    /// The figures that went in, by address.
    pub inputs: Vec<EvidenceInput>,
}

/// A figure that went into a number.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceInput {
    /// Its address, or `parameter(NAME)`.
    pub address: String,
    /// In which unit.
    pub unit: Quantity,
    /// Unrounded mean.
    pub value: f64,
    /// Where it comes from, where the outcome knows.
    pub source: Option<String>,
}

/// What all rules said about one outcome.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evaluation {
    /// Risks found, by rule id.
    pub findings: Vec<Finding>,
    /// Rules that say nothing about this municipality, by id.
    pub not_applicable: Vec<NotApplicable>,
    /// Rules of which the register tells in its own words, by id.
    pub replaced: Vec<NotApplicable>,
    /// Rules that looked and found nothing, by id.
    pub silent: Vec<Silent>,
    /// Rules that failed, those that could not be read included, by id.
    pub failed: Vec<Failed>,
    /// What each rule that ran took, by id.
    pub effort: Vec<Effort>,
}

impl Evaluation {
    /// The diagnostics of all failures.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.failed.iter().flat_map(|f| f.diagnostics.iter().cloned()).collect()
    }
}

/// A rule that does not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotApplicable {
    /// Rule id.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Why, in Dutch: `er is geen begroting van jeugd`.
    pub reason: String,
}

/// A rule that found nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    /// Rule id.
    pub rule: String,
    /// Its title.
    pub title: String,
}

/// A rule that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// Rule id.
    pub rule: String,
    /// Its title, or its id where that could not be read.
    pub title: String,
    /// What is wrong and where.
    pub diagnostics: Vec<Diagnostic>,
}

/// What running a rule took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Rule id.
    pub rule: String,
    /// Operations, those on figures included; the limit is 200,000.
    pub operations: u64,
}
