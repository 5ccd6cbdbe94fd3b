//! Uncertainty: from what is stated to a distribution of every year.
//!
//! Bounds are tied to the value they were stated with, so that they travel
//! along when a what-if moves the value.

use super::resolve::{Work, shown};
use super::series::Spread;
use super::shape::Unit;
use crate::diagnostic::Place;
use crate::model::Distribution;

/// Uncertainty in the unit of the value, tied to the value it was stated with.
#[derive(Clone, Copy)]
pub(super) enum Bound {
    Sd(f64),
    Relative(f64),
    Range { min: f64, max: f64, at: f64 },
    Percentiles { p10: f64, p90: f64, at: f64 },
}

impl Bound {
    /// The uncertainty of a value that was multiplied.
    pub(super) fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Sd(sd) => Self::Sd(sd * factor),
            Self::Relative(fraction) => Self::Relative(fraction),
            Self::Range { min, max, at } => Self::Range { min: min * factor, max: max * factor, at: at * factor },
            Self::Percentiles { p10, p90, at } => {
                Self::Percentiles { p10: p10 * factor, p90: p90 * factor, at: at * factor }
            }
        }
    }
}

/// A larger standard deviation of a rate than this is more likely a slip of
/// the pen (`900%` for `9.00%`) than meant.
const WIDEST: f64 = 0.5;

impl Work<'_> {
    /// Says once of an assumption that it is hardly known at all.
    fn too_wide(&mut self, place: &Place, size: &str) {
        let message = format!("a standard deviation of {size} says that {} is hardly known at all", self.address);
        let help = "is the decimal mark in its place? one in six draws lies more than a standard deviation higher";
        self.warning("wide-spread", place, message, help);
    }

    pub(super) fn spread(&mut self, spread: Spread, place: &Place) {
        let from = if self.single() { self.frame.base } else { self.frame.base + 1 };
        let years: Vec<i32> = self.cells.range(from..).map(|(y, _)| *y).collect();
        for year in years {
            let Some(at) = self.cells.get(&year).map(|c| c.value) else {
                continue;
            };
            let bound = match spread {
                Spread::Sd(sd) => Bound::Sd(self.in_unit(sd)),
                Spread::Relative(fraction) => Bound::Relative(fraction),
                Spread::Range(min, max) => Bound::Range { min: self.in_unit(min), max: self.in_unit(max), at },
                Spread::Percentiles(p10, p90) => {
                    Bound::Percentiles { p10: self.in_unit(p10), p90: self.in_unit(p90), at }
                }
            };
            if !self.feasible(bound, year, place) {
                return;
            }
            if let Some(cell) = self.cells.get_mut(&year) {
                cell.spread = Some(bound);
            }
        }
    }

    /// PERT needs min <= value <= max; the metalog of three terms has a
    /// density only where the median lies well between its percentiles.
    fn feasible(&mut self, bound: Bound, year: i32, place: &Place) -> bool {
        let show = |value: f64| shown(value, self.kind.unit, self.frame.unit);
        let of_year = if self.single() { String::new() } else { format!(" of {year}") };
        match bound {
            Bound::Sd(sd) if self.kind.unit == Unit::Rate && sd > WIDEST => {
                self.too_wide(place, &format!("{} percentage points", (sd * 1e4).round() / 100.0));
                true
            }
            Bound::Relative(fraction) if fraction > 2.0 * WIDEST => {
                self.too_wide(place, &format!("{}% of its value", (fraction * 1e4).round() / 100.0));
                true
            }
            Bound::Sd(_) | Bound::Relative(_) => true,
            Bound::Range { min, max, at } if min <= at && at <= max => true,
            Bound::Range { min, max, .. } if min > max => {
                let message = format!("min {} of {} lies above max {}", show(min), self.address, show(max));
                self.error("min-above-max", place, message, "exchange the two");
                false
            }
            Bound::Range { min, max, at } => {
                let message = format!(
                    "the value {}{of_year} of {} lies outside min {} and max {}",
                    show(at),
                    self.address,
                    show(min),
                    show(max)
                );
                self.error(
                    "value-outside-range",
                    place,
                    message,
                    "the value is the most likely one: keep it between min and max",
                );
                false
            }
            Bound::Percentiles { p10, p90, at } if p10 == p90 && at == p10 => true,
            Bound::Percentiles { p10, p90, .. } if p10 >= p90 => {
                let message = format!("p10 {} of {} does not lie below p90 {}", show(p10), self.address, show(p90));
                self.error("min-above-max", place, message, "p10 is the low one: one in ten outcomes lies below it");
                false
            }
            Bound::Percentiles { p10, p90, at } => {
                let share = (at - p10) / (p90 - p10);
                if (0.1666 - 1e-9..=0.8334 + 1e-9).contains(&share) {
                    return true;
                }
                let (low, high) = (p10 + 0.1666 * (p90 - p10), p10 + 0.8334 * (p90 - p10));
                let message = format!(
                    "no distribution has p10 {} and p90 {} around the value {}{of_year} of {}: it must lie between {} and {}",
                    show(p10),
                    show(p90),
                    show(at),
                    self.address,
                    show(low),
                    show(high)
                );
                self.error(
                    "percentiles-infeasible",
                    place,
                    message,
                    "move the value or the percentiles, or state min and max instead",
                );
                false
            }
        }
    }
}

/// The distribution of a year's value; none where it is certain.
pub(super) fn distribution(value: f64, spread: Option<Bound>) -> Option<Distribution> {
    // Bounds travel with the value; unmoved they are exactly as written.
    let moved = |bound: f64, at: f64| {
        if value == at { bound } else { bound + (value - at) }
    };
    match spread? {
        Bound::Sd(sd) => (sd > 0.0).then_some(Distribution::Normal { mean: value, sd }),
        Bound::Relative(fraction) => {
            let sd = fraction * value.abs();
            (sd > 0.0).then_some(Distribution::Normal { mean: value, sd })
        }
        Bound::Range { min, max, at } => {
            (min < max).then(|| Distribution::Pert { min: moved(min, at), mode: value, max: moved(max, at) })
        }
        Bound::Percentiles { p10, p90, at } => {
            (p10 < p90).then(|| Distribution::Metalog { p10: moved(p10, at), p50: value, p90: moved(p90, at) })
        }
    }
}
