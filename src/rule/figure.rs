//! A figure: a number that knows its unit, its value in every future, and
//! where it comes from.
//!
//! Arithmetic is made draw by draw and checked for units; every result carries
//! the expression that made it (`cost(jeugd, 2029) - budget(jeugd, 2029)`) and
//! the figures that went in. Expressions are kept as bounded text, not as a
//! tree: a rule that adds up in a loop grows neither memory nor recursion.
//! Nothing here knows Rhai.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering as Atomic};
use std::sync::{Arc, OnceLock};

use super::facts::{Draws, FigureValue, MAX_DRAWS, Table};
use crate::dutch::{self, Quantity, Style};

/// Why something cannot be done with figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A short stable name.
    pub code: &'static str,
    /// One sentence in lower case.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Fault {
    /// A fault without advice.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Memory that the computed draws of one rule may take together.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Longest expression kept, in characters; what is longer is cut in the middle.
const MAX_FORMULA: usize = 600;
/// Most inputs kept of one figure.
const MAX_INPUTS: usize = 64;

/// What the figures of one rule have cost so far.
#[derive(Debug, Default)]
pub struct Meter {
    operations: AtomicU64,
    bytes: AtomicUsize,
}

impl Meter {
    /// Operations charged since the last reset.
    pub fn operations(&self) -> u64 {
        self.operations.load(Atomic::Relaxed)
    }

    /// Charges operations.
    pub fn charge(&self, operations: u64) {
        self.operations.fetch_add(operations, Atomic::Relaxed);
    }

    /// Starts anew. Bytes are given back when their figures are dropped.
    pub fn reset(&self) {
        self.operations.store(0, Atomic::Relaxed);
    }
}

/// Draws with their read-outs, computed at most once.
#[derive(Debug)]
pub struct Buffer {
    values: Arc<[f64]>,
    /// Given back to the meter on drop; none for draws that belong to the outcome.
    meter: Option<Arc<Meter>>,
    mean: OnceLock<f64>,
    sorted: OnceLock<[f64; 3]>,
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(meter) = &self.meter {
            meter.bytes.fetch_sub(size_of_val(&*self.values), Atomic::Relaxed);
        }
    }
}

impl Buffer {
    fn mean(&self) -> f64 {
        *self.mean.get_or_init(|| mean(&self.values))
    }

    /// P10, P50 and P90: the smallest value at or below which that share lies.
    fn percentiles(&self) -> [f64; 3] {
        *self.sorted.get_or_init(|| {
            let mut values = self.values.to_vec();
            [0.1, 0.5, 0.9].map(|q| quantile(&mut values, q))
        })
    }
}

/// Sums blocks of fixed size in order, so that rounding stays small and the
/// same everywhere.
fn mean(values: &[f64]) -> f64 {
    let total: f64 = values.chunks(256).map(|block| block.iter().sum::<f64>()).sum();
    total / values.len().max(1) as f64
}

fn quantile(values: &mut [f64], q: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = (q * values.len() as f64 - 1e-9).ceil().max(1.0) as usize - 1;
    let rank = rank.min(values.len() - 1);
    *values.select_nth_unstable_by(rank, f64::total_cmp).1
}

/// The value of a figure in every draw.
#[derive(Clone, Debug)]
enum Values {
    Same(f64),
    Each(Arc<Buffer>),
}

/// One figure that went into an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// In which unit.
    pub unit: Quantity,
    /// Its mean.
    pub value: f64,
    /// Whether the projection computed it.
    pub projected: bool,
}

/// How a figure was made.
#[derive(Debug, Default)]
struct Origin {
    /// In one line, in the vocabulary of addresses.
    formula: String,
    /// 0 for a sum or difference, 1 for a product or quotient, 2 for one term.
    level: u8,
    /// By address.
    inputs: BTreeMap<String, Input>,
}

/// A random variable with a unit and an origin.
#[derive(Clone, Debug)]
pub struct Figure {
    unit: Quantity,
    values: Values,
    central: f64,
    table: Option<Table>,
    origin: Arc<Origin>,
    style: Style,
    /// Holds only the futures that `above` or `below` let through.
    part: bool,
}

/// The unit as error messages name it.
pub fn unit_name(unit: Quantity) -> &'static str {
    match unit {
        Quantity::Euro => "euro",
        Quantity::Clients => "clients",
        Quantity::EuroPerClient => "euro per client",
        Quantity::Percent => "percent",
        Quantity::Number => "number",
    }
}

/// A number as the grammar of addresses writes it: point decimals, no grouping.
fn plain(value: f64) -> String {
    format!("{value}")
}

/// What arithmetic is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Operation {
    fn symbol(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
        }
    }
}

impl Figure {
    /// A figure of the outcome.
    ///
    /// # Errors
    /// A value that is not finite is a mistake of the outcome: never a figure.
    pub fn from_outcome(address: &str, unit: Quantity, projected: bool, value: &FigureValue) -> Result<Self, Fault> {
        let not_finite = || Fault::new("not-finite", format!("{address} is not a finite number in this outcome"));
        if !value.central.is_finite() {
            return Err(not_finite());
        }
        let values = match &value.draws {
            Draws::Same(v) if v.is_finite() => Values::Same(*v),
            Draws::Same(_) => return Err(not_finite()),
            Draws::Each(all) => {
                let kept = if all.len() > MAX_DRAWS { Arc::from(&all[..MAX_DRAWS]) } else { all.clone() };
                if kept.iter().any(|v| !v.is_finite()) {
                    return Err(not_finite());
                }
                match kept.first() {
                    None => Values::Same(value.central),
                    // What never varies is certain: it compares without being asked for its mean.
                    Some(first) if kept.iter().all(|v| v == first) => Values::Same(*first),
                    Some(_) => Values::Each(Arc::new(Buffer {
                        values: kept,
                        meter: None,
                        mean: OnceLock::new(),
                        sorted: OnceLock::new(),
                    })),
                }
            }
        };
        let table = value.table.filter(|t| [t.mean, t.p10, t.p50, t.p90].iter().all(|v| v.is_finite()));
        let mut figure = Self {
            unit,
            values,
            central: value.central,
            table,
            origin: Arc::new(Origin { formula: address.to_owned(), level: 2, inputs: BTreeMap::new() }),
            style: Style::Auto,
            part: false,
        };
        let input = Input { unit, value: figure.mean_value(), projected };
        figure.origin = Arc::new(Origin {
            formula: address.to_owned(),
            level: 2,
            inputs: BTreeMap::from([(address.to_owned(), input)]),
        });
        Ok(figure)
    }

    /// A number that a rule states itself: `euro(50_000)`.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn literal(value: f64, unit: Quantity) -> Result<Self, Fault> {
        let text = match unit {
            Quantity::Percent => format!("{}%", plain(dutch::round(value * 100.0, 10))),
            _ => plain(value),
        };
        let level = if value < 0.0 { 0 } else { 2 };
        Self::constant(value, unit, Origin { formula: text, level, inputs: BTreeMap::new() })
    }

    /// A rule's parameter.
    ///
    /// # Errors
    /// When it is not finite.
    pub fn parameter(name: &str, value: f64, unit: Quantity) -> Result<Self, Fault> {
        let address = format!("parameter({name})");
        let inputs = BTreeMap::from([(address.clone(), Input { unit, value, projected: false })]);
        Self::constant(value, unit, Origin { formula: address, level: 2, inputs })
    }

    /// A figure that a rule makes of several draws (in tests: `euro([1, 2, 3])`).
    ///
    /// # Errors
    /// No draws, one that is not finite, or more memory than figures may take.
    pub fn sample(draws: Vec<f64>, unit: Quantity, meter: &Arc<Meter>) -> Result<Self, Fault> {
        let central = mean(&draws);
        if draws.is_empty() {
            return Err(Fault::new("empty-list", "a figure needs at least one draw"));
        }
        let mut figure = Self::literal(central, unit)?;
        figure.values = buffer(draws, meter)?;
        figure.check_finite("a draw")?;
        Ok(figure)
    }

    fn constant(value: f64, unit: Quantity, origin: Origin) -> Result<Self, Fault> {
        if !value.is_finite() {
            return Err(Fault::new("not-finite", format!("{} is not a finite number", origin.formula)));
        }
        Ok(Self {
            unit,
            values: Values::Same(value),
            central: value,
            table: None,
            origin: Arc::new(origin),
            style: Style::Auto,
            part: false,
        })
    }

    /// In which unit.
    pub fn unit(&self) -> Quantity {
        self.unit
    }

    /// With every assumption at its value.
    pub fn central(&self) -> f64 {
        self.central
    }

    /// How it was made, in one line.
    pub fn formula(&self) -> &str {
        &self.origin.formula
    }

    /// The figures that went in, by address.
    pub fn inputs(&self) -> &BTreeMap<String, Input> {
        &self.origin.inputs
    }

    /// Whether the projection computed anything in it.
    pub fn is_projected(&self) -> bool {
        self.origin.inputs.values().any(|i| i.projected)
    }

    /// Whether it differs between futures.
    pub fn is_uncertain(&self) -> bool {
        matches!(self.values, Values::Each(_))
    }

    /// How many draws an operation on it goes through.
    pub fn draw_count(&self) -> usize {
        match &self.values {
            Values::Same(_) => 1,
            Values::Each(buffer) => buffer.values.len(),
        }
    }

    /// The mean over the futures it holds, as the tables print it.
    pub fn mean_value(&self) -> f64 {
        match (&self.table, &self.values) {
            (Some(table), _) => table.mean,
            (None, Values::Same(v)) => *v,
            (None, Values::Each(buffer)) => buffer.mean(),
        }
    }

    /// Mean and percentiles.
    pub fn summary(&self) -> Table {
        match (&self.table, &self.values) {
            (Some(table), _) => *table,
            (None, Values::Same(v)) => Table { mean: *v, p10: *v, p50: *v, p90: *v },
            (None, Values::Each(buffer)) => {
                let [p10, p50, p90] = buffer.percentiles();
                Table { mean: buffer.mean(), p10, p50, p90 }
            }
        }
    }

    /// The same figure, written in another style.
    #[must_use]
    pub fn styled(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// As a Dutch text prints it.
    pub fn printed(&self) -> String {
        if self.style == Style::Range {
            let Table { p10, p90, .. } = self.summary();
            return dutch::range(p10, p90, self.unit);
        }
        dutch::quantity(self.mean_value(), self.unit, self.style)
    }

    /// Its values, for a test that states an outcome.
    pub(super) fn draws(&self) -> Draws {
        match &self.values {
            Values::Same(v) => Draws::Same(*v),
            Values::Each(buffer) => Draws::Each(buffer.values.clone()),
        }
    }

    fn value_at(&self, draw: usize) -> f64 {
        match &self.values {
            Values::Same(v) => *v,
            Values::Each(buffer) => buffer.values.get(draw).copied().unwrap_or(self.central),
        }
    }

    /// How many draws two figures go through together; none when both are certain.
    fn common(&self, other: &Self) -> Result<Option<usize>, Fault> {
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

    fn check_finite(&self, what: &str) -> Result<(), Fault> {
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
        let formula = format!(
            "{} {} {}",
            bracketed(self, level),
            operation.symbol(),
            bracketed(other, right_level)
        );
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
            Values::Same(_) if self.central == 0.0 => zero(format!("{} is 0 at the central assumptions", self.formula())),
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

    fn called(&self, name: &str, level: u8) -> Origin {
        Origin { formula: shortened(format!("{name}({})", self.formula())), level, inputs: joined([self]) }
    }

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
        let kept: Vec<f64> =
            (0..count).map(|i| (self.value_at(i), bound.value_at(i))).filter(|(x, y)| keeps(*x, *y)).map(|(x, _)| x).collect();
        let sign = if above { '>' } else { '<' };
        let formula = format!("{} | {} {sign} {}", self.formula(), bracketed(self, 1), bracketed(bound, 1));
        let origin = Origin { formula: shortened(format!("given({formula})")), level: 2, inputs: joined([self, bound]) };
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
                .help("say which value you mean: .mean (what is expected), .p50, .p90; or ask chance(x, \"above\", y)"));
            }
        }
        // Both are finite, so they have an order.
        Ok(self.mean_value().partial_cmp(&other.mean_value()).unwrap_or(std::cmp::Ordering::Equal))
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

/// Draws as values: one where they are all the same.
fn buffer(values: Vec<f64>, meter: &Arc<Meter>) -> Result<Values, Fault> {
    if let Some(first) = values.first().copied().filter(|f| values.iter().all(|v| v == f)) {
        return Ok(Values::Same(first));
    }
    let bytes = size_of_val(values.as_slice());
    let before = meter.bytes.fetch_add(bytes, Atomic::Relaxed);
    let made = Buffer {
        values: values.into(),
        meter: Some(meter.clone()),
        mean: OnceLock::new(),
        sorted: OnceLock::new(),
    };
    if before.saturating_add(bytes) > MAX_BYTES {
        return Err(Fault::new("limit-memory", "the figures of this rule take more than 64 MiB together")
            .help("keep fewer uncertain figures at the same time; read them out with .mean or .p90"));
    }
    Ok(Values::Each(Arc::new(made)))
}

fn bracketed(figure: &Figure, level: u8) -> String {
    if figure.origin.level < level { format!("({})", figure.formula()) } else { figure.formula().to_owned() }
}

/// Keeps the beginning and the end of a long expression.
fn shortened(formula: String) -> String {
    let count = formula.chars().count();
    if count <= MAX_FORMULA {
        return formula;
    }
    let start: String = formula.chars().take(MAX_FORMULA / 2).collect();
    let end: String = formula.chars().skip(count - MAX_FORMULA / 2 + 5).collect();
    format!("{start} ... {end}")
}

fn joined<const N: usize>(figures: [&Figure; N]) -> BTreeMap<String, Input> {
    let mut all = BTreeMap::new();
    for figure in figures {
        for (address, input) in figure.inputs() {
            if all.len() < MAX_INPUTS || all.contains_key(address) {
                all.insert(address.clone(), input.clone());
            }
        }
    }
    all
}

/// Two figures must have one unit.
pub fn same_unit(a: Quantity, b: Quantity, verb: &str) -> Result<(), Fault> {
    if a == b {
        return Ok(());
    }
    Err(Fault::new("unit", format!("cannot {verb} {} and {}: they have different units", unit_name(a), unit_name(b))))
}

/// The unit of a result, or why there is none.
///
/// # Errors
/// Units that do not go together.
pub fn unit_after(operation: Operation, a: Quantity, b: Quantity) -> Result<Quantity, Fault> {
    use Quantity::{Clients, Euro, EuroPerClient, Number, Percent};
    let wrong = |verb: &str| {
        Err(Fault::new("unit", format!("cannot {verb} {} and {}: they have different units", unit_name(a), unit_name(b))))
    };
    match operation {
        Operation::Add if a == b => Ok(a),
        Operation::Subtract if a == b => Ok(a),
        Operation::Add => wrong("add"),
        Operation::Subtract => wrong("subtract"),
        Operation::Multiply => match (a, b) {
            (Number, unit) | (unit, Number | Percent) => Ok(unit),
            (Percent, unit) => Ok(unit),
            (EuroPerClient, Clients) | (Clients, EuroPerClient) => Ok(Euro),
            _ => wrong("multiply"),
        },
        Operation::Divide => match (a, b) {
            _ if a == b => Ok(Number),
            (unit, Number | Percent) => Ok(unit),
            (Euro, Clients) => Ok(EuroPerClient),
            (Euro, EuroPerClient) => Ok(Clients),
            _ => Err(Fault::new("unit", format!("cannot divide {} by {}", unit_name(a), unit_name(b)))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    fn meter() -> Arc<Meter> {
        Arc::default()
    }

    fn uncertain(address: &str, draws: &[f64]) -> Figure {
        let value = FigureValue { central: draws[0], draws: Draws::Each(draws.into()), table: None };
        Figure::from_outcome(address, Quantity::Euro, true, &value).expect("finite")
    }

    fn euro(value: f64) -> Figure {
        Figure::literal(value, Quantity::Euro).expect("finite")
    }

    #[test]
    fn arithmetic_is_made_draw_by_draw() {
        let m = meter();
        let a = uncertain("cost(jeugd, 2029)", &[10.0, 20.0, 30.0]);
        let b = uncertain("cost(wmo, 2029)", &[30.0, 20.0, 10.0]);
        let sum = a.combine(Operation::Add, &b, &m).expect("same unit");
        assert!(!sum.is_uncertain(), "the draws cancel out");
        assert_eq!(sum.mean_value(), 40.0);
        let gap = a.combine(Operation::Subtract, &b, &m).expect("same unit");
        assert_eq!(gap.mean_value(), 0.0);
        assert_eq!(gap.summary().p90, 20.0);
        assert_eq!(gap.formula(), "cost(jeugd, 2029) - cost(wmo, 2029)");
        assert_eq!(gap.inputs().len(), 2);
    }

    #[test]
    fn an_expression_keeps_the_brackets_it_needs() {
        let m = meter();
        let (a, b, c) = (uncertain("cost(a, 2029)", &[1.0, 2.0]), euro(2.0), Figure::literal(3.0, Quantity::Number).expect("finite"));
        let sum = a.combine(Operation::Add, &b, &m).expect("units");
        assert_eq!(sum.combine(Operation::Multiply, &c, &m).expect("units").formula(), "(cost(a, 2029) + 2) * 3");
        assert_eq!(b.combine(Operation::Subtract, &sum, &m).expect("units").formula(), "2 - (cost(a, 2029) + 2)");
        assert_eq!(sum.combine(Operation::Subtract, &b, &m).expect("units").formula(), "cost(a, 2029) + 2 - 2");
    }

    #[test]
    fn euros_and_clients_do_not_add() {
        let clients = Figure::literal(5.0, Quantity::Clients).expect("finite");
        let fault = euro(1.0).combine(Operation::Add, &clients, &meter()).expect_err("other units");
        assert_eq!(fault.code, "unit");
        assert_eq!(fault.message, "cannot add euro and clients: they have different units");
        let price = euro(10.0).combine(Operation::Divide, &clients, &meter()).expect("a price");
        assert_eq!(price.unit(), Quantity::EuroPerClient);
        assert_eq!(price.combine(Operation::Multiply, &clients, &meter()).expect("euros").unit(), Quantity::Euro);
    }

    #[test]
    fn dividing_by_zero_is_a_fault_even_in_one_draw() {
        let zero = uncertain("cost(a, 2029)", &[1.0, 0.0]);
        let fault = euro(1.0).combine(Operation::Divide, &zero, &meter()).expect_err("zero");
        assert_eq!(fault.message, "cost(a, 2029) is 0 in 1 of 2 draws");
        assert_eq!(euro(1.0).combine(Operation::Divide, &euro(0.0), &meter()).expect_err("zero").code, "division-by-zero");
    }

    #[test]
    fn an_overflow_is_a_fault() {
        let huge = euro(1e308);
        let ten = Figure::literal(10.0, Quantity::Number).expect("finite");
        assert_eq!(huge.combine(Operation::Multiply, &ten, &meter()).expect_err("infinite").code, "not-finite");
        assert!(Figure::literal(f64::NAN, Quantity::Euro).is_err());
    }

    #[test]
    fn an_uncertain_figure_compares_only_when_read_out() {
        let a = uncertain("cost(a, 2029)", &[1.0, 3.0]);
        assert_eq!(a.compare(&euro(1.0)).expect_err("two values").code, "uncertain-comparison");
        assert_eq!(a.mean().expect("finite").compare(&euro(2.0)).expect("certain"), Ordering::Equal);
        assert_eq!(a.mean().expect("finite").formula(), "mean(cost(a, 2029))");
    }

    /// Draws -1, 0, 1, 2: above zero lie 1 and 2, half of the futures.
    #[test]
    fn above_keeps_the_futures_in_which_it_strikes() {
        let m = meter();
        let gap = uncertain("gap", &[-1.0, 0.0, 1.0, 2.0]);
        let bound = euro(0.0);
        let chance = gap.chance(true, &bound, &m).expect("euros");
        assert_eq!((chance.mean_value(), chance.unit()), (0.5, Quantity::Percent));
        assert_eq!(chance.formula(), "chance(gap > 0)");
        let hit = gap.only(true, &bound, &m).expect("euros");
        assert_eq!(hit.mean_value(), 1.5);
        assert_eq!(hit.combine(Operation::Add, &gap, &m).expect_err("other futures").code, "part-of-futures");
        assert_eq!(gap.only(true, &euro(5.0), &m).expect("none").mean_value(), 0.0);
        assert_eq!(euro(6_000.0).only(true, &bound, &m).expect("one").mean_value(), 6_000.0);
    }

    #[test]
    fn what_the_tables_print_is_what_an_unchanged_figure_says() {
        let table = Table { mean: 2.5, p10: 1.0, p50: 2.0, p90: 4.0 };
        let value = FigureValue { central: 2.0, draws: Draws::Each([1.0, 4.0].as_slice().into()), table: Some(table) };
        let figure = Figure::from_outcome("cost(a, 2029)", Quantity::Euro, true, &value).expect("finite");
        assert_eq!(figure.summary(), table);
        let twice = figure.combine(Operation::Add, &figure, &meter()).expect("euros");
        assert_eq!(twice.mean_value(), 5.0);
        assert_eq!(twice.summary().p90, 8.0);
    }

    #[test]
    fn memory_is_counted_and_given_back() {
        let m = meter();
        let value: Vec<f64> = (0..10_000).map(f64::from).collect();
        let one = Figure::sample(value.clone(), Quantity::Euro, &m).expect("fits");
        assert_eq!(m.bytes.load(Atomic::Relaxed), 80_000);
        let mut held = Vec::new();
        let fault = loop {
            match one.combine(Operation::Add, &one, &m) {
                Ok(figure) => held.push(figure),
                Err(fault) => break fault,
            }
        };
        assert_eq!(fault.code, "limit-memory");
        drop(held);
        drop(one);
        assert_eq!(m.bytes.load(Atomic::Relaxed), 0);
    }

    #[test]
    fn a_sum_in_a_loop_stays_small() {
        let m = meter();
        let mut total = euro(0.0);
        for year in 0..2_000 {
            let term = uncertain(&format!("cost(jeugd, {year})"), &[1.0, 2.0]);
            total = total.combine(Operation::Add, &term, &m).expect("euros");
        }
        assert!(total.formula().chars().count() <= MAX_FORMULA + 10);
        assert_eq!(total.inputs().len(), MAX_INPUTS);
        assert_eq!(total.mean_value(), 3_000.0);
    }

    #[test]
    fn growth_and_share_are_percentages() {
        let growth = euro(110.0).growth_from(&euro(100.0), &meter()).expect("euros");
        assert!(near(growth.mean_value(), 0.1));
        assert_eq!(growth.printed(), "10%");
        assert_eq!(euro(1.0).share_of(&euro(8.0), &meter()).expect("euros").printed(), "12,5%");
    }

    proptest! {
        #[test]
        fn no_arithmetic_panics_or_leaves_a_number_that_is_not_finite(
            a in prop::collection::vec(prop::num::f64::ANY, 1..6),
            b in prop::collection::vec(prop::num::f64::ANY, 1..6),
            op in 0usize..4,
        ) {
            let m = meter();
            let make = |v: &[f64]| {
                let value = FigureValue { central: v[0], draws: Draws::Each(v.into()), table: None };
                Figure::from_outcome("x", Quantity::Number, true, &value)
            };
            if let (Ok(a), Ok(b)) = (make(&a), make(&b)) {
                let op = [Operation::Add, Operation::Subtract, Operation::Multiply, Operation::Divide][op];
                if let Ok(c) = a.combine(op, &b, &m) {
                    prop_assert!(c.mean_value().is_finite() || c.is_uncertain());
                    let s = c.summary();
                    prop_assert!(s.p10 <= s.p50 && s.p50 <= s.p90);
                    c.printed();
                }
                let _ = a.only(true, &b, &m);
                let _ = a.chance(false, &b, &m);
                let _ = a.compare(&b);
            }
        }
    }
}
