//! What an expression is worth: in the projection, and over draws.
//!
//! Explain, solve and sensitivity all ask here, so that `p90(...)` and
//! `chance(...)` are the same number everywhere. Draws are made once per set
//! of figures and are those of the simulation: addressed, the same on every
//! machine, the same for every scenario of a municipality.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::explain::NoAnswer;
use crate::diagnostic::Diagnostic;
use crate::model::{Condition, Expression, FigureAddress, Model, Statistic};
use crate::projection::{self, NoFigure, Projection};
use crate::simulation::{Samples, Settings};

/// The draws of a model.
#[derive(Debug)]
pub struct Draws {
    samples: Samples,
    count: u64,
}

impl Draws {
    /// Of a model; nothing is drawn before it is asked for.
    ///
    /// # Errors
    /// As [`crate::simulation::simulate`].
    pub fn new(model: &Model, settings: &Settings) -> Result<Self, Vec<Diagnostic>> {
        let keep = usize::try_from(settings.draws).unwrap_or(usize::MAX);
        let samples = Samples::new(model, &Settings { keep, ..settings.clone() })?;
        Ok(Self { samples, count: settings.draws })
    }

    /// How many.
    pub fn count(&self) -> u64 {
        self.count
    }
}

/// A value with its Monte Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The value.
    pub value: f64,
    /// Standard error; 0 for what is not drawn, none where it cannot be told
    /// (an expression of several drawn parts).
    pub error: Option<f64>,
}

/// What an expression is worth. Without draws a chance is 0 or 1, and a mean
/// or percentile the value itself.
///
/// # Errors
/// When a figure is not there.
pub fn answer(
    model: &Model,
    projection: &Projection,
    draws: Option<&Draws>,
    expression: &Expression,
) -> Result<Answer, NoAnswer> {
    let mut errors: Vec<f64> = Vec::new();
    let value = expression.value(&mut |address| figure(model, projection, address), &mut |part| {
        let found = over_draws(model, projection, draws, part)?;
        errors.push(found.error.unwrap_or(0.0));
        Ok(found.value)
    })?;
    let error = match (errors.as_slice(), expression) {
        ([], _) => Some(0.0),
        ([one], Expression::Chance(_) | Expression::Over(..)) => Some(*one),
        // The difference with a number has the error of the drawn part.
        ([one], Expression::Joined(_, crate::model::Operator::Minus | crate::model::Operator::Plus, _)) => Some(*one),
        _ => None,
    };
    Ok(Answer { value, error })
}

fn figure(model: &Model, projection: &Projection, address: &FigureAddress) -> Result<f64, NoAnswer> {
    projection::figure(model, projection, address).map_err(|why| NoAnswer::NoFigure(address.clone(), why))
}

/// An expression without chances or percentiles, in every draw.
///
/// # Errors
/// When a figure is not there.
pub fn in_every_draw(
    model: &Model,
    projection: &Projection,
    draws: &Draws,
    expression: &Expression,
) -> Result<Vec<f64>, NoAnswer> {
    let mut rows: BTreeMap<&FigureAddress, (f64, Option<Arc<[f64]>>)> = BTreeMap::new();
    for address in expression.figures() {
        let central = figure(model, projection, address)?;
        rows.insert(address, (central, draws.samples.figure(address)));
    }
    let count = draws.samples.draws();
    let mut values = Vec::with_capacity(count);
    for draw in 0..count {
        let value = expression.value::<NoAnswer>(
            &mut |address| {
                let (central, row) = rows
                    .get(address)
                    .ok_or_else(|| NoAnswer::NoFigure(address.clone(), NoFigure::Absent("not drawn".to_owned())))?;
                Ok(row.as_ref().map_or(*central, |row| row[draw]))
            },
            &mut |_| Ok(0.0),
        )?;
        values.push(value);
    }
    Ok(values)
}

fn over_draws(
    model: &Model,
    projection: &Projection,
    draws: Option<&Draws>,
    part: &Expression,
) -> Result<Answer, NoAnswer> {
    let Some(draws) = draws.filter(|d| d.samples.draws() > 0) else {
        let central = |x: &Expression| answer(model, projection, None, x).map(|a| a.value);
        let value = match part {
            Expression::Chance(c) => f64::from(u8::from(c.comparison.holds(central(&c.left)?, central(&c.right)?))),
            Expression::Over(Statistic::Sd, _) => 0.0,
            Expression::Over(_, x) => central(x)?,
            other => central(other)?,
        };
        return Ok(Answer { value, error: Some(0.0) });
    };
    #[allow(clippy::cast_precision_loss, reason = "a count of draws")]
    let n = draws.samples.draws() as f64;
    let all = |x: &Expression| in_every_draw(model, projection, draws, x);
    match part {
        Expression::Chance(c) => {
            let Condition { left, comparison, right } = &**c;
            let (left, right) = (all(left)?, all(right)?);
            let times = left.iter().zip(&right).filter(|(l, r)| comparison.holds(**l, **r)).count();
            #[allow(clippy::cast_precision_loss, reason = "a count of draws")]
            let p = times as f64 / n;
            Ok(Answer { value: p, error: Some(libm::sqrt(p * (1.0 - p) / n)) })
        }
        Expression::Over(statistic, x) => Ok(statistic_of(*statistic, all(x)?)),
        other => answer(model, projection, Some(draws), other),
    }
}

fn statistic_of(statistic: Statistic, mut values: Vec<f64>) -> Answer {
    #[allow(clippy::cast_precision_loss, reason = "a count of draws")]
    let n = values.len() as f64;
    let mean = values.iter().fold(0.0, |s, x| s + x) / n;
    let variance = values.iter().fold(0.0, |s, x| s + (x - mean) * (x - mean)) / (n - 1.0).max(1.0);
    let sd = libm::sqrt(variance);
    match statistic {
        Statistic::Mean => Answer { value: mean, error: Some(sd / libm::sqrt(n)) },
        Statistic::Sd => Answer { value: sd, error: Some(sd / libm::sqrt(2.0 * n)) },
        Statistic::Percentile(p) => {
            values.sort_by(f64::total_cmp);
            let q = f64::from(p) / 100.0;
            let at = |q: f64| {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..n")]
                let rank = libm::ceil(q * n - 1e-9).clamp(1.0, n) as usize;
                values[rank - 1]
            };
            // Half the distance between the quantiles one standard error of the rank apart.
            let step = libm::sqrt(q * (1.0 - q) / n);
            Answer { value: at(q), error: Some((at((q + step).min(1.0)) - at((q - step).max(0.0))) / 2.0) }
        }
    }
}

/// What a drawn expression asks, in words.
pub fn in_words(expression: &Expression) -> String {
    match expression {
        Expression::Chance(_) => "the share of draws in which it holds".to_owned(),
        Expression::Over(Statistic::Mean, _) => "the mean over the draws".to_owned(),
        Expression::Over(Statistic::Sd, _) => "the standard deviation over the draws".to_owned(),
        Expression::Over(Statistic::Percentile(p), _) => format!("the value that {p} % of the draws do not exceed"),
        other => other.to_string(),
    }
}
