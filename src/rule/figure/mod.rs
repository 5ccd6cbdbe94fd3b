//! A figure: a number that knows its unit, its value in every future, and
//! where it comes from.
//!
//! Arithmetic is made draw by draw and checked for units; every result carries
//! the expression that made it (`cost(jeugd, 2029) - budget(jeugd, 2029)`) and
//! the figures that went in. Expressions are kept as bounded text, not as a
//! tree: a rule that adds up in a loop grows neither memory nor recursion.
//! Nothing here knows Rhai.

mod arithmetic;
mod draws;
mod origin;
mod readout;
mod units;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::facts::{Draws, FigureValue, MAX_DRAWS, Table};
use crate::dutch::{self, Quantity, Style};

pub use draws::Meter;
pub use origin::Input;
pub use readout::near;
pub use units::{Fault, Operation, same_unit, unit_after, unit_name};

use draws::{Buffer, Values, buffer, mean};
use origin::Origin;

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

/// A number as the grammar of addresses writes it: point decimals, no grouping.
fn plain(value: f64) -> String {
    format!("{value}")
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
            inputs: BTreeMap::from([(Arc::from(address), input)]),
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
        let inputs = BTreeMap::from([(Arc::from(address.as_str()), Input { unit, value, projected: false })]);
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
    pub fn inputs(&self) -> &BTreeMap<Arc<str>, Input> {
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

    /// The number that stands in a text: the projection, which the tables of
    /// domains and lines print too, so that a quantity has one number in a
    /// report. Where it holds some futures alone, or where projection and mean
    /// differ in sign (a rule speaks because of the mean), it is the mean.
    pub fn printed_value(&self) -> f64 {
        let mean = self.mean_value();
        if self.part || self.central * mean <= 0.0 { mean } else { self.central }
    }

    /// As a Dutch text prints it.
    pub fn printed(&self) -> String {
        if self.style == Style::Range {
            let Table { p10, p90, .. } = self.summary();
            return dutch::range(p10, p90, self.unit);
        }
        if self.style == Style::Auto && self.origin.formula.starts_with("chance(") && self.origin.level == 2 {
            return dutch::simulated(self.printed_value());
        }
        dutch::quantity(self.printed_value(), self.unit, self.style)
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
}

#[cfg(test)]
mod tests {
    use super::origin::{MAX_FORMULA, MAX_INPUTS};
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Ordering;
    use std::sync::atomic::Ordering as Atomic;

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
        let (a, b, c) = (
            uncertain("cost(a, 2029)", &[1.0, 2.0]),
            euro(2.0),
            Figure::literal(3.0, Quantity::Number).expect("finite"),
        );
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
        assert_eq!(
            euro(1.0).combine(Operation::Divide, &euro(0.0), &meter()).expect_err("zero").code,
            "division-by-zero"
        );
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
        // Exactly on the border, whatever the last bits say: 103 / 100 - 100% is 3%.
        let three = Figure::literal(0.03, Quantity::Percent).expect("a percentage");
        let border = euro(103.0).growth_from(&euro(100.0), &meter()).expect("euros");
        assert_eq!(border.compare(&three).expect("percentages"), std::cmp::Ordering::Equal);
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
