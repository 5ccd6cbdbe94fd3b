//! One number out of many: means, percentiles, chances, comparisons.

use std::sync::Arc;

use super::draws::{Meter, Values, buffer, mean};
use super::origin::{Origin, bracketed, joined, shortened};
use super::units::same_unit;
use super::{Fault, Figure, Operation};
use crate::dutch::{Quantity, Style};

impl Figure {
    /// One number read out of it: certain from here on.
    fn readout(&self, name: &str, value: f64) -> Result<Self, Fault> {
        let mut figure = Self::constant(value, self.unit, self.called(name, 2))?;
        figure.style = if self.style == Style::Range { Style::Auto } else { self.style };
        Ok(figure)
    }

    /// The mean: what is expected.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn mean(&self) -> Result<Self, Fault> {
        self.readout("mean", self.mean_value())
    }

    /// The value that is not exceeded with a chance of 10 %.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn p10(&self) -> Result<Self, Fault> {
        self.readout("p10", self.summary().p10)
    }

    /// The median.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn p50(&self) -> Result<Self, Fault> {
        self.readout("p50", self.summary().p50)
    }

    /// The value that is not exceeded with a chance of 90 %.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn p90(&self) -> Result<Self, Fault> {
        self.readout("p90", self.summary().p90)
    }

    /// The value with every assumption at its own value.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn at_assumptions(&self) -> Result<Self, Fault> {
        self.readout("central", self.central)
    }

    /// Only the futures in which it lies above (or below) `bound`; nothing at
    /// all where there are none.
    ///
    /// # Errors
    /// Units that differ.
    pub fn only(&self, above: bool, bound: &Self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        same_unit(self.unit, bound.unit, "compare")?;
        let count = self.common(bound)?.unwrap_or(1);
        meter.charge(count as u64 / 100);
        let keeps = |x: f64, y: f64| if above { x > y } else { x < y };
        let kept: Vec<f64> = (0..count)
            .map(|i| (self.value_at(i), bound.value_at(i)))
            .filter(|(x, y)| keeps(*x, *y))
            .map(|(x, _)| x)
            .collect();
        let sign = if above { '>' } else { '<' };
        let formula = format!("{} | {} {sign} {}", self.formula(), bracketed(self, 1), bracketed(bound, 1));
        let origin =
            Origin { formula: shortened(format!("given({formula})")), level: 2, inputs: joined([self, bound]) };
        let central = match (keeps(self.central, bound.central), kept.as_slice()) {
            (true, _) => self.central,
            (false, []) => 0.0,
            (false, some) => mean(some),
        };
        let mut figure = Self::constant(central, self.unit, origin)?;
        figure.values = match kept.as_slice() {
            [] => Values::Same(0.0),
            [one] => Values::Same(*one),
            _ if !self.is_uncertain() => Values::Same(kept[0]),
            _ => buffer(kept, meter)?,
        };
        figure.part = figure.is_uncertain();
        figure.style = self.style;
        Ok(figure)
    }

    /// The share of the futures in which it lies above (or below) `bound`; 0 or
    /// 1 where nothing is uncertain.
    ///
    /// # Errors
    /// Units that differ.
    pub fn chance(&self, above: bool, bound: &Self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        same_unit(self.unit, bound.unit, "compare")?;
        let count = self.common(bound)?.unwrap_or(1);
        meter.charge(count as u64 / 100);
        let hit = (0..count)
            .filter(|i| {
                let (x, y) = (self.value_at(*i), bound.value_at(*i));
                if above { x > y } else { x < y }
            })
            .count();
        let sign = if above { '>' } else { '<' };
        let formula = format!("chance({} {sign} {})", self.formula(), bracketed(bound, 1));
        let origin = Origin { formula: shortened(formula), level: 2, inputs: joined([self, bound]) };
        Self::constant(hit as f64 / count as f64, Quantity::Percent, origin)
    }

    /// This figure as a percentage of another in the same unit.
    ///
    /// # Errors
    /// Units that differ, division by zero.
    pub fn share_of(&self, whole: &Self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        same_unit(self.unit, whole.unit, "take a share of")?;
        let mut share = self.combine(Operation::Divide, whole, meter)?;
        share.unit = Quantity::Percent;
        share.style = Style::Auto;
        Ok(share)
    }

    /// By what percentage it is more than an earlier one.
    ///
    /// # Errors
    /// Units that differ, division by zero.
    pub fn growth_from(&self, earlier: &Self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        let ratio = self.share_of(earlier, meter)?;
        let mut growth = ratio.combine(Operation::Subtract, &Self::literal(1.0, Quantity::Percent)?, meter)?;
        growth.style = Style::Auto;
        Ok(growth)
    }

    /// Compares two numbers: both must be certain and in the same unit.
    ///
    /// # Errors
    /// An uncertain figure has many values; units that differ.
    pub fn compare(&self, other: &Self) -> Result<std::cmp::Ordering, Fault> {
        same_unit(self.unit, other.unit, "compare")?;
        for side in [self, other] {
            if side.is_uncertain() {
                return Err(Fault::new(
                    "uncertain-comparison",
                    format!("{} is uncertain: it has {} values, not one", side.formula(), side.draw_count()),
                )
                .help(
                    "say which value you mean: .mean (what is expected), .p50, .p90; or ask chance(x, \"above\", y)",
                ));
            }
        }
        // Both are finite, so they have an order.
        let (x, y) = (self.mean_value(), other.mean_value());
        // As for `==`: 103 / 100 - 100% is 3%, whatever the last bits say.
        if near(x, y) {
            return Ok(std::cmp::Ordering::Equal);
        }
        Ok(x.partial_cmp(&y).unwrap_or(std::cmp::Ordering::Equal))
    }

    /// Whether two figures are the same in every future, up to the last bits of
    /// arithmetic.
    pub fn same_as(&self, other: &Self) -> bool {
        let count = match (&self.values, &other.values) {
            (Values::Each(a), Values::Each(b)) if a.values.len() != b.values.len() => return false,
            _ => self.draw_count().max(other.draw_count()),
        };
        self.unit == other.unit && (0..count).all(|i| near(self.value_at(i), other.value_at(i)))
    }
}

/// Equal up to rounding in the last bits.
pub fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}
