//! Residents and how much they use, by age band and sex.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::units::Year;

/// Age band as written (`65-74`, `85+`, `7`) and sex (`m`, `v`, empty).
pub type Cell = (String, String);

/// Residents by year and cell.
#[derive(Clone, Debug, Default)]
pub struct Population {
    /// Cells in the order of the file: the columns of `persons`.
    pub cells: Vec<Cell>,
    /// Persons by year, one number per cell; every year of `b..=h` where it is used.
    pub persons: BTreeMap<Year, Vec<f64>>,
    /// Where each of them stands, likewise; empty where they come from no file.
    pub places: BTreeMap<Year, Vec<Place>>,
}

/// Use of a line per 1,000 residents, by cell of [`Population::cells`].
#[derive(Clone, Debug, Default)]
pub struct UseRates {
    /// Rates by line, in the order of the population's cells.
    pub per_1000: BTreeMap<String, Vec<f64>>,
    /// Where each of them stands, likewise; empty where they come from no file.
    pub places: BTreeMap<String, Vec<Place>>,
}
