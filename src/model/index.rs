//! Price indices: a rate by year, a ledger of provisional and definitive
//! percentages, or a mix of other indices.

use std::collections::BTreeMap;

use super::AssumptionId;
use crate::diagnostic::Place;
use crate::units::Year;

/// Position of an index in [`super::Model::indices`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndexId(pub usize);

/// A national price series.
#[derive(Clone, Debug)]
pub struct Index {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// Where the yearly percentage comes from.
    pub source: IndexSource,
    /// How last year's forecast error enters.
    pub carry_over: CarryOver,
    /// Where it is rounded.
    pub rounding: Rounding,
    /// Where it stands.
    pub place: Place,
}

/// Where an index's yearly percentage comes from.
#[derive(Clone, Debug)]
pub enum IndexSource {
    /// One assumption: the provisional percentage `p[y]` of each projected year.
    Rate {
        /// `p[y]`, and what is uncertain.
        rate: AssumptionId,
        /// What a ledger states per year, years up to the base year included;
        /// empty for a plain series, whose definitive equals its provisional.
        ledger: BTreeMap<Year, LedgerYear>,
    },
    /// Weights on other indices, summing to at most 1. Never refers to itself,
    /// directly or through others.
    Mix(Vec<(IndexId, f64)>),
}

/// One year of a ledger, as fractions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LedgerYear {
    /// Provisional percentage.
    pub provisional: f64,
    /// Definitive percentage.
    pub definitive: f64,
}

/// How last year's forecast error enters this year's percentage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CarryOver {
    /// `p[y]`
    #[default]
    None,
    /// `p[y] + d[y-1] - p[y-1]`
    Subtract,
    /// `p[y] + (1+d[y-1])/(1+p[y-1]) - 1`
    Ratio,
    /// `(1+p[y]) * (1+d[y-1])/(1+p[y-1]) - 1`
    Compound,
}

/// What is rounded to 0.01 percentage point.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rounding {
    /// Nothing.
    #[default]
    None,
    /// `p[y]` and the carry-over each, before adding.
    Parts,
    /// The sum.
    Result,
}
