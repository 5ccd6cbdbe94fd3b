//! Reserves and what they cover.

use super::{LineId, Provenance};
use crate::diagnostic::Place;

/// What a reserve covers when the council decides so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    /// Nothing.
    Nothing,
    /// The shortfall of `total`.
    Total,
    /// The shortfall of a domain.
    Domain(String),
    /// The shortfall of these lines together.
    Lines(Vec<LineId>),
}

/// A reserve.
#[derive(Clone, Debug)]
pub struct Reserve {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// Euros at the end of the base year.
    pub balance: f64,
    /// What it covers.
    pub covers: Covers,
    /// Who says so.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
}
