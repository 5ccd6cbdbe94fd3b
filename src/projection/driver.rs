//! What drives a run: a value of every assumption, for one future or for many.
//!
//! The projection asks only through [`Drivers`], so that the central values,
//! a tornado's changed value, a what-if and a block of draws are computed by
//! the same code.

use std::collections::BTreeMap;

use crate::model::{AssumptionId, LineId, Model};

/// A number in every lane of a run (a lane is one future): one value that all
/// share, or one per lane. Used for what goes in and for what comes out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Driver<'a> {
    /// The same in every lane.
    Same(f64),
    /// One per lane, in order; as long as the run has lanes.
    Each(&'a [f64]),
}

impl<'a> Driver<'a> {
    /// The value in one lane.
    pub fn at(self, lane: usize) -> f64 {
        match self {
            Self::Same(value) => value,
            Self::Each(values) => values[lane],
        }
    }

    /// The value that all lanes share, if they do by construction.
    pub fn same(self) -> Option<f64> {
        match self {
            Self::Same(value) => Some(value),
            Self::Each(_) => None,
        }
    }

    /// As a slice with one value per lane; `buffer` (at least `lanes` long) is
    /// used only where all lanes share one.
    pub fn slice(self, lanes: usize, buffer: &'a mut [f64]) -> &'a [f64] {
        match self {
            Self::Each(values) => values,
            Self::Same(value) => {
                let out = &mut buffer[..lanes];
                out.fill(value);
                out
            }
        }
    }
}

/// Gives every assumption its value in a year. The projection takes values as
/// they are: whoever draws keeps them within [`crate::model::Scale::bounds`].
pub trait Drivers {
    /// The value of an assumption; `year_index` counts from the base year (0).
    ///
    /// Only projected years are asked (1 and up). What is one number for all
    /// years (a level, a unit cost) is asked at 1. What the base year holds
    /// (amounts of measures, hours per week) is data of the plan.
    fn value(&self, assumption: AssumptionId, year_index: usize) -> Driver<'_>;

    /// Users that population and use rates give for a line whose ageing comes
    /// from them, where they differ from the plan's own (a what-if on the
    /// population). None keeps the plan's.
    fn users(&self, line: LineId, year_index: usize) -> Option<Driver<'_>> {
        let _ = (line, year_index);
        None
    }
}

/// Chance in small numbers: what multiplies the cost of a line without its
/// measures, mean 1, in the projected years.
pub trait Luck {
    /// One multiplier per lane, or none for a line on which luck does not count.
    fn multipliers(&self, line: LineId, year_index: usize) -> Option<&[f64]>;
}

/// Every assumption at its value.
#[derive(Clone, Copy, Debug)]
pub struct Central<'a>(pub &'a Model);

impl Drivers for Central<'_> {
    fn value(&self, assumption: AssumptionId, year_index: usize) -> Driver<'_> {
        Driver::Same(self.0.assumptions[assumption.0].values[year_index])
    }
}

/// Every assumption at its value, but for some.
#[derive(Clone, Debug)]
pub struct Overridden<'a> {
    /// Where all other values come from.
    pub model: &'a Model,
    /// Values for `b..=h` of the assumptions that differ; that of `b` is not used.
    pub values: BTreeMap<AssumptionId, Vec<f64>>,
}

impl<'a> Overridden<'a> {
    /// Nothing differs yet.
    pub fn new(model: &'a Model) -> Self {
        Self { model, values: BTreeMap::new() }
    }

    /// Sets an assumption to `value(year_index, central)` in every projected year.
    #[must_use]
    pub fn with(mut self, assumption: AssumptionId, value: impl Fn(usize, f64) -> f64) -> Self {
        let central = self.model.assumption(assumption).values.iter().enumerate();
        let changed = central.map(|(y, &x)| if y == 0 { x } else { value(y, x) });
        self.values.insert(assumption, changed.collect());
        self
    }
}

impl Drivers for Overridden<'_> {
    fn value(&self, assumption: AssumptionId, year_index: usize) -> Driver<'_> {
        match self.values.get(&assumption) {
            Some(values) => Driver::Same(values[year_index]),
            None => Driver::Same(self.model.assumptions[assumption.0].values[year_index]),
        }
    }
}
