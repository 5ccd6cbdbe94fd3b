//! What a study holds.

use std::collections::BTreeMap;

use crate::analysis::sensitivity::{Tornado, VarianceShares};
use crate::analysis::trust::Trust;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Model, PublishedBridge, RiskChance, Scope, Term, Trend};
use crate::projection::Projection;
use crate::rule::{self, Signal};
use crate::simulation::Outcome;
use crate::units::Year;

/// Everything computed about one municipality.
#[derive(Debug)]
pub struct Study {
    /// Base first, then what-ifs by id.
    pub scenarios: Vec<ScenarioStudy>,
    /// What matters most for the result of the base; none without draws, or
    /// where nothing is uncertain.
    pub weights: Option<Weights>,
    /// With what it was made.
    pub receipt: Receipt,
    /// What was suspicious in the files.
    pub warnings: Vec<Diagnostic>,
    /// How forecasts of this kind came out for the municipality and its peers.
    pub trust: Trust,
    /// What-ifs of the folder that were not asked for, projected: what is hidden
    /// in one report must not stand in another that is made some other day.
    pub others: Vec<(Model, Projection)>,
    /// The published explanation of the change to the base year, if there is one.
    pub published: Option<PublishedBridge>,
    /// The rules that could be read, with where they and their parameters stand.
    pub rules: Vec<RuleFile>,
}

/// A rule as its file states it.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleFile {
    /// Its id.
    pub id: String,
    /// Where `RULE` stands.
    pub place: Place,
    /// Its own parameters.
    pub parameters: Vec<rule::Parameter>,
}

/// What matters most for the result of a year.
#[derive(Clone, Debug)]
pub struct Weights {
    /// The year: the last one with budgets, else the last one.
    pub year: Year,
    /// What each assumption alone does.
    pub tornado: Tornado,
    /// Which of them the spread comes from.
    pub shares: Option<VarianceShares>,
}

/// With what a study was made, so that it can be made again.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Version of the program.
    pub version: String,
    /// Seed of the random numbers.
    pub seed: u64,
    /// Draws asked; 0 for the deterministic projection alone.
    pub draws: u64,
    /// Every input file with its hash, by path.
    pub inputs: Vec<InputHash>,
}

/// One input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputHash {
    /// Path relative to the municipality (`rules/...` for rules).
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// One scenario, computed.
#[derive(Debug)]
pub struct ScenarioStudy {
    /// What was assumed.
    pub model: Model,
    /// The deterministic projection: every assumption at its value.
    pub projection: Projection,
    /// The many futures; none with 0 draws.
    pub outcome: Option<Outcome>,
    /// Register in file order, then rules' findings by rule id.
    pub risks: Vec<RiskEntry>,
    /// Needed capacity; none without `[resilience]`.
    pub resilience: Option<ResilienceOutcome>,
    /// Rules that do not apply here, with the reason in Dutch, by id.
    pub not_applicable: Vec<RuleNote>,
    /// Rules that found something of which the register tells in its own words, with the risk that does, by id.
    pub replaced: Vec<RuleNote>,
    /// Rules that looked and found nothing, with their titles, by id.
    pub silent: Vec<RuleNote>,
    /// Rules that failed, as diagnostics.
    pub failed: Vec<Diagnostic>,
    /// What every rule that applies says in each projected year, by rule id.
    pub signals: Vec<Signal>,
}

/// A rule and a remark about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleNote {
    /// Rule id.
    pub id: String,
    /// Its title, where it could be read.
    pub title: String,
    /// The remark.
    pub remark: String,
}

/// Where a risk comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The risk register.
    Register,
    /// A rule.
    Rule,
}

/// What a risk rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Computed from the projection (`cijfers`).
    Figures,
    /// An amount in the register (`schatting`).
    Estimate,
    /// Not quantifiable (`pm`).
    ProMemorie,
}

/// Impact given that it strikes; euros, positive is a loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImpactSummary {
    /// Mean.
    pub mean: f64,
    /// 10th percentile.
    pub p10: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
}

/// A piece of a rule's text.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Plain words.
    Plain(String),
    /// A number with where it comes from.
    Figure {
        /// As printed.
        printed: String,
        /// Address or expression.
        address: String,
        /// Unit: `euro`, `clients`, `euro per client`, `percent`, `number`.
        unit: String,
        /// Unrounded, in its unit (percent as a fraction).
        value: f64,
        /// How it is computed, in one line.
        formula: String,
        /// The figures that went in, each with its value and where it comes from.
        inputs: Vec<PieceInput>,
    },
}

/// How a rule computed a number that stands in no text of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberOrigin {
    /// In one line: `chance(cost(jeugd, 2029) - budget(jeugd, 2029) > 0)`.
    pub formula: String,
    /// The figures that went in.
    pub inputs: Vec<PieceInput>,
}

/// A figure that went into a number of a rule's text.
#[derive(Clone, Debug, PartialEq)]
pub struct PieceInput {
    /// Its address, or `parameter(NAME)`.
    pub address: String,
    /// Unit, as in [`Piece::Figure`].
    pub unit: String,
    /// Unrounded mean, percentages as fractions.
    pub value: f64,
    /// File and line, with the document that the figure was taken from; none where it was computed.
    pub source: Option<String>,
}

/// One risk as shown, from the register or a rule.
#[derive(Clone, Debug)]
pub struct RiskEntry {
    /// Id of the register entry or the rule's finding.
    pub id: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Title.
    pub title: String,
    /// Domain id.
    pub domain: String,
    /// Short or long term.
    pub term: Term,
    /// What it rests on.
    pub basis: Basis,
    /// Chance that it strikes in a year (for a frequency: at least once).
    pub chance: Option<f64>,
    /// As written in the register: class or frequency.
    pub written_chance: Option<RiskChance>,
    /// Impact given that it strikes; for a what-if, in the first year it can strike.
    pub impact: Option<ImpactSummary>,
    /// The what-if that sizes it, where one does.
    pub what_if: Option<String>,
    /// Structural or incidental.
    pub structural: bool,
    /// Years in which it can strike.
    pub years: Vec<Year>,
    /// Addresses that already hold it; then it adds nothing to sums.
    pub covered_by: Vec<String>,
    /// Whether it adds to the sums of the register.
    pub summed: bool,
    /// Text of a rule; empty for the register, whose cause and consequence speak.
    pub text: Vec<Piece>,
    /// Why it can happen.
    pub cause: Option<String>,
    /// What it leads to.
    pub consequence: Option<String>,
    /// What is done about it.
    pub response: Option<String>,
    /// The same with the evidence of its numbers; empty where it holds none.
    pub response_pieces: Vec<Piece>,
    /// How a rule computed the chance; none in the register.
    pub chance_origin: Option<NumberOrigin>,
    /// How a rule computed the impact; none in the register.
    pub impact_origin: Option<NumberOrigin>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Member of the executive.
    pub portfolio_holder: Option<String>,
    /// Since the last report.
    pub trend: Option<Trend>,
    /// Indicator that shows whether it grows.
    pub indicator: Option<String>,
    /// Where it comes from (documents).
    pub source: Option<String>,
    /// Chance x mean impact in the resilience year (0 where it does not count), euros.
    pub expected: f64,
    /// Share of the expected loss of the register ("invloed"), 0..=1.
    pub share_of_expected: f64,
    /// Share at the council's certainty, 0..=1.
    pub share_at_certainty: f64,
}

/// Needed capacity in the year asked.
#[derive(Clone, Debug)]
pub struct ResilienceOutcome {
    /// The year.
    pub year: Year,
    /// Programme or municipality.
    pub scope: Scope,
    /// The council's certainty.
    pub certainty: f64,
    /// Mean shortfall: belongs in the budget, apart from the risk; none where budgets are lacking.
    pub expected_deficit: Option<f64>,
    /// Expected event loss: chance in force x mean impact, exact.
    pub expected: f64,
    /// Needed capacity; none where the shortfall is.
    pub needed: Option<f64>,
    /// Why figures are missing, in Dutch; none where they are not.
    pub reason: Option<String>,
    /// Available capacity, incidental and structural together.
    pub available: Option<f64>,
    /// Incidental part of it.
    pub available_incidental: Option<f64>,
    /// Structural part of it, a year.
    pub available_structural: Option<f64>,
    /// Available / needed.
    pub ratio: Option<f64>,
    /// A to F.
    pub class: Option<char>,
    /// The council's norm.
    pub norm: Option<f64>,
    /// Percentile (70..99) to euros; empty where needed is none.
    pub quantiles: BTreeMap<u32, f64>,
    /// Certainty (0..1) and the euros that are then enough, ascending, for a curve; empty likewise.
    pub curve: Vec<(f64, f64)>,
    /// Whether the quantiles are exact or simulated, and the error bound in euros.
    pub exact: bool,
    /// Error bound (exact) or standard error (simulated) of the needed capacity, euros.
    pub error: f64,
    /// Sum of the largest impacts of the quantified, uncovered risks in the year, euros.
    pub sum_of_maxima: f64,
    /// Expected event losses by year, incidental and structural apart.
    pub by_year: Vec<YearLoss>,
}

/// Expected event losses of one year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YearLoss {
    /// The year.
    pub year: Year,
    /// Incidental, euros.
    pub incidental: f64,
    /// Structural, euros.
    pub structural: f64,
}
