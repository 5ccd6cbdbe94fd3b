//! Questions about one assumption alone: its distribution answers them exactly,
//! where draws would be a little off. What an assumption does among other
//! figures is asked of the draws, which have it in each.

use crate::analysis::explain::{Assumed, NoAnswer, assumed_spread};
use crate::model::{Comparison, Expression, Model, Statistic};
use crate::units::Year;

/// A question about one assumption alone, which its distribution answers
/// without a draw.
pub(in crate::analysis) struct OfOne<'a> {
    address: &'a str,
    year: Option<Year>,
    what: Wanted,
}

enum Wanted {
    Statistic(Statistic),
    Chance(Comparison, f64),
}

/// What of an expression is such a question: a mean, spread or percentile of an
/// assumption, or the chance that it passes a number.
pub(in crate::analysis) fn of_one_assumption(expression: &Expression) -> Option<OfOne<'_>> {
    let number = |x: &Expression| match x {
        Expression::Number(x, _) => Some(*x),
        Expression::Minus(x) => match **x {
            Expression::Number(x, _) => Some(-x),
            _ => None,
        },
        _ => None,
    };
    match expression {
        Expression::Over(statistic, x) => match &**x {
            Expression::Assumption(address, year) => {
                Some(OfOne { address, year: *year, what: Wanted::Statistic(*statistic) })
            }
            _ => None,
        },
        Expression::Chance(c) => match (&c.left, &c.right) {
            (Expression::Assumption(address, year), x) => {
                Some(OfOne { address, year: *year, what: Wanted::Chance(c.comparison, number(x)?) })
            }
            (x, Expression::Assumption(address, year)) => {
                Some(OfOne { address, year: *year, what: Wanted::Chance(c.comparison.turned(), number(x)?) })
            }
            _ => None,
        },
        _ => None,
    }
}

impl OfOne<'_> {
    /// The assumption, and the answer.
    pub(in crate::analysis) fn answer<'m>(&self, model: &'m Model) -> Result<(Assumed<'m>, f64), NoAnswer> {
        let found = assumed_spread(model, self.address, self.year).map_err(NoAnswer::Unknown)?;
        let value = match self.what {
            Wanted::Statistic(Statistic::Percentile(p)) => found.quantile(f64::from(p) / 100.0),
            Wanted::Statistic(Statistic::Mean) => found.moments().0,
            Wanted::Statistic(Statistic::Sd) => found.moments().1,
            Wanted::Chance(comparison, x) => found.chance(comparison, x),
        };
        Ok((found, value))
    }
}
