//! The risk register and the scales and norms that go with it.

use std::collections::BTreeMap;

use super::Provenance;
use crate::diagnostic::Place;
use crate::units::Year;

/// Chance per class, as fractions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChanceScale(pub BTreeMap<u32, f64>);

/// Lowest and highest euros per class.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ImpactScale(pub BTreeMap<u32, (f64, f64)>);

/// How likely a risk is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RiskChance {
    /// Chance in a year, 0..=1.
    Chance(f64),
    /// Chance by class of the scale (already looked up), with the class.
    Class(u32, f64),
    /// Occurrences per year (Poisson), each with its own impact.
    PerYear(f64),
}

/// What a risk costs when it strikes; positive is a loss.
#[derive(Clone, Debug, PartialEq)]
pub enum RiskImpact {
    /// One amount in euros, full when it strikes.
    Full(f64),
    /// Uniform between two amounts.
    Range {
        /// Lowest.
        min: f64,
        /// Highest.
        max: f64,
    },
    /// PERT.
    Pert {
        /// Lowest.
        min: f64,
        /// Most likely.
        mode: f64,
        /// Highest.
        max: f64,
    },
    /// Uniform within a class of the scale (bounds already looked up).
    Class {
        /// The class.
        class: u32,
        /// Lowest.
        min: f64,
        /// Highest.
        max: f64,
    },
    /// The base minus a what-if, per year and draw.
    WhatIf {
        /// The what-if's id.
        what_if: String,
        /// Which figure: `result`, or another address without year.
        figure: String,
    },
    /// Not quantifiable: shown, counted, never summed.
    ProMemorie,
}

/// When a risk can strike.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// Within a year.
    Short,
    /// Later.
    Long,
}

/// How a risk has moved since the last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Not in the last report.
    New,
    /// Larger.
    Up,
    /// As it was.
    Equal,
    /// Smaller.
    Down,
    /// No longer there.
    Closed,
}

/// One entry of the register.
#[derive(Clone, Debug)]
pub struct Risk {
    /// Name in the file.
    pub id: String,
    /// Title as a sentence or noun phrase.
    pub title: String,
    /// Domain.
    pub domain: String,
    /// Short or long term.
    pub term: Term,
    /// How likely; none only with a pro-memorie impact.
    pub chance: Option<RiskChance>,
    /// What it costs; pro memorie where not stated.
    pub impact: RiskImpact,
    /// Years in which it can strike, ascending.
    pub years: Vec<Year>,
    /// Stays for the rest of the horizon once it struck.
    pub structural: bool,
    /// Addresses of uncertain assumptions that already hold it, in full.
    pub covered_by: Vec<String>,
    /// Rules that tell of the same subject: what they find is not shown beside it.
    pub replaces: Vec<String>,
    /// Indicator that shows whether it grows.
    pub indicator: Option<String>,
    /// Why it can happen.
    pub cause: Option<String>,
    /// What it leads to.
    pub consequence: Option<String>,
    /// Beheersmaatregel.
    pub response: Option<String>,
    /// Who keeps it.
    pub owner: Option<String>,
    /// Member of the executive.
    pub portfolio_holder: Option<String>,
    /// Since the last report.
    pub trend: Option<Trend>,
    /// Who says so.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
}

/// Of whom the resilience is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One programme: no ratio, no class.
    Programme,
    /// The whole municipality.
    Municipality,
}

/// What the council wants to know of its resilience.
#[derive(Clone, Debug)]
pub struct Resilience {
    /// Programme or municipality.
    pub scope: Scope,
    /// The year asked.
    pub year: Year,
    /// Certainty of the needed capacity, 0..1.
    pub certainty: f64,
    /// The council's norm for the ratio.
    pub norm: Option<f64>,
    /// Available incidental capacity, euros.
    pub available_incidental: Option<f64>,
    /// Available structural capacity, euros a year.
    pub available_structural: Option<f64>,
    /// How many years a structural loss counts.
    pub structural_years: f64,
    /// Who says so.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
}
