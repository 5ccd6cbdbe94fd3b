//! Arithmetic with figures, draw by draw.

use std::sync::Arc;

use super::draws::{Meter, Values, buffer};
use super::origin::{Origin, bracketed, joined, shortened};
use super::units::{same_unit, unit_after};
use super::{Fault, Figure, Operation};
use crate::dutch::{Quantity, Style};

impl Figure {
    /// How many draws two figures go through together; none when both are certain.
    pub(super) fn common(&self, other: &Self) -> Result<Option<usize>, Fault> {
        match (&self.values, &other.values) {
            (Values::Same(_), Values::Same(_)) => Ok(None),
            (Values::Each(a), Values::Same(_)) | (Values::Same(_), Values::Each(a)) => Ok(Some(a.values.len())),
            (Values::Each(a), Values::Each(b)) if a.values.len() == b.values.len() && self.part == other.part => {
                Ok(Some(a.values.len()))
            }
            (Values::Each(_), Values::Each(_)) if self.part || other.part => Err(Fault::new(
                "part-of-futures",
                "a figure from `above` or `below` holds only some futures and cannot be combined draw by draw",
            )
            .help("read it out first, with .mean, .p50 or .p90")),
            (Values::Each(a), Values::Each(b)) => Err(Fault::new(
                "draws-differ",
                format!("these figures have {} and {} draws", a.values.len(), b.values.len()),
            )),
        }
    }

    pub(super) fn check_finite(&self, what: &str) -> Result<(), Fault> {
        let finite = self.central.is_finite()
            && match &self.values {
                Values::Same(v) => v.is_finite(),
                Values::Each(buffer) => buffer.values.iter().all(|v| v.is_finite()),
            };
        if finite { Ok(()) } else { Err(Fault::new("not-finite", format!("{what} is not a finite number"))) }
    }

    /// Applies `f` draw by draw.
    fn zip(
        &self,
        other: &Self,
        unit: Quantity,
        origin: Origin,
        meter: &Arc<Meter>,
        f: impl Fn(f64, f64) -> f64,
    ) -> Result<Self, Fault> {
        let count = self.common(other)?;
        meter.charge(count.unwrap_or(1) as u64 / 100);
        let values = match (count, &self.values, &other.values) {
            (None, _, _) => Values::Same(f(self.value_at(0), other.value_at(0))),
            (Some(_), Values::Each(a), Values::Each(b)) => {
                buffer(a.values.iter().zip(b.values.iter()).map(|(x, y)| f(*x, *y)).collect::<Vec<_>>(), meter)?
            }
            (Some(_), Values::Each(a), Values::Same(y)) => {
                buffer(a.values.iter().map(|x| f(*x, *y)).collect::<Vec<_>>(), meter)?
            }
            (Some(n), _, _) => {
                let x = self.value_at(0);
                buffer((0..n).map(|i| f(x, other.value_at(i))).collect::<Vec<_>>(), meter)?
            }
        };
        let result = Self {
            unit,
            values,
            central: f(self.central, other.central),
            table: None,
            origin: Arc::new(origin),
            style: if self.unit == unit { self.style } else { Style::Auto },
            part: self.part || other.part,
        };
        result.check_finite(&format!("{} (in some future)", result.formula()))?;
        Ok(result)
    }

    /// Arithmetic with another figure, draw by draw.
    ///
    /// # Errors
    /// Units that do not go together, division by zero, a result that is not
    /// finite, or more memory than figures may take.
    pub fn combine(&self, operation: Operation, other: &Self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        let unit = unit_after(operation, self.unit, other.unit)?;
        if operation == Operation::Divide {
            other.check_divisor()?;
        }
        let level = u8::from(matches!(operation, Operation::Multiply | Operation::Divide));
        // In a - b and a / b the right side needs brackets at its own level too.
        let right_level = level + u8::from(matches!(operation, Operation::Subtract | Operation::Divide));
        let formula = format!("{} {} {}", bracketed(self, level), operation.symbol(), bracketed(other, right_level));
        let origin = Origin { formula: shortened(formula), level, inputs: joined([self, other]) };
        match operation {
            Operation::Add => self.zip(other, unit, origin, meter, |a, b| a + b),
            Operation::Subtract => self.zip(other, unit, origin, meter, |a, b| a - b),
            Operation::Multiply => self.zip(other, unit, origin, meter, |a, b| a * b),
            Operation::Divide => self.zip(other, unit, origin, meter, |a, b| a / b),
        }
    }

    fn check_divisor(&self) -> Result<(), Fault> {
        let zero = |message: String| {
            Err(Fault::new("division-by-zero", message)
                .help("guard it: `if x.mean == number(0) { return; }`, or ask `x.p10` first"))
        };
        match &self.values {
            Values::Same(0.0) => zero(format!("{} is 0, and dividing by zero has no answer", self.formula())),
            Values::Each(buffer) => match buffer.values.iter().filter(|v| **v == 0.0).count() {
                0 => Ok(()),
                n => zero(format!("{} is 0 in {n} of {} draws", self.formula(), buffer.values.len())),
            },
            Values::Same(_) if self.central == 0.0 => {
                zero(format!("{} is 0 at the central assumptions", self.formula()))
            }
            Values::Same(_) => Ok(()),
        }
    }

    /// The figure with its sign turned.
    ///
    /// # Errors
    /// More memory than figures may take.
    pub fn negated(&self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        let formula = format!("-{}", bracketed(self, 2));
        self.map(self.unit, Origin { formula: shortened(formula), level: 0, inputs: joined([self]) }, meter, |v| -v)
    }

    /// The size without the sign.
    ///
    /// # Errors
    /// More memory than figures may take.
    pub fn absolute(&self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        self.map(self.unit, self.called("abs", 2), meter, f64::abs)
    }

    /// The larger of two, draw by draw.
    ///
    /// # Errors
    /// Units that differ.
    pub fn larger(&self, other: &Self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        self.pick("max", other, meter, f64::max)
    }

    /// The smaller of two, draw by draw.
    ///
    /// # Errors
    /// Units that differ.
    pub fn smaller(&self, other: &Self, meter: &Arc<Meter>) -> Result<Self, Fault> {
        self.pick("min", other, meter, f64::min)
    }

    fn pick(&self, name: &str, other: &Self, meter: &Arc<Meter>, f: impl Fn(f64, f64) -> f64) -> Result<Self, Fault> {
        same_unit(self.unit, other.unit, "compare")?;
        let formula = format!("{name}({}, {})", self.formula(), other.formula());
        let origin = Origin { formula: shortened(formula), level: 2, inputs: joined([self, other]) };
        self.zip(other, self.unit, origin, meter, f)
    }

    fn map(&self, unit: Quantity, origin: Origin, meter: &Arc<Meter>, f: impl Fn(f64) -> f64) -> Result<Self, Fault> {
        let nothing = Self::literal(0.0, unit)?;
        self.zip(&nothing, unit, origin, meter, |v, _| f(v))
    }

    pub(super) fn called(&self, name: &str, level: u8) -> Origin {
        Origin { formula: shortened(format!("{name}({})", self.formula())), level, inputs: joined([self]) }
    }
}
