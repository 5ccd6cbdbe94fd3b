//! What an expression is worth: in the projection, and over draws.
//!
//! Explain, solve and sensitivity all ask here, so that `p90(...)` and
//! `chance(...)` are the same number everywhere. Draws are made once per set
//! of figures and are those of the simulation: addressed, the same on every
//! machine, the same for every scenario of a municipality.

use std::sync::Arc;

use super::explain::{Made, NoAnswer};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Call, Condition, Expression, FigureAddress, MeasureAmount, MeasureKind, Model, Operator, Statistic,
};
use crate::projection::{self, Projection};
use crate::simulation::{Outcome, Samples, Settings};
use crate::units::Year;

mod one;

pub(super) use one::of_one_assumption;

#[cfg(test)]
mod tests;

/// The draws of a model.
#[derive(Debug)]
pub struct Draws {
    samples: Samples,
    count: u64,
    /// What reports print of the same draws: read off one and the same sum,
    /// a quantile is the same wherever it stands.
    outcome: Option<Outcome>,
}

impl Draws {
    /// Of a model; nothing is drawn before it is asked for.
    ///
    /// # Errors
    /// As [`crate::simulation::simulate`].
    pub fn new(model: &Model, settings: &Settings) -> Result<Self, Vec<Diagnostic>> {
        let keep = usize::try_from(settings.draws).unwrap_or(usize::MAX);
        let samples = Samples::new(model, &Settings { keep, ..settings.clone() })?;
        Ok(Self { samples, count: settings.draws, outcome: None })
    }

    /// With the summaries of the same draws, as reports print them.
    #[must_use]
    pub fn with(mut self, outcome: Outcome) -> Self {
        self.outcome = Some(outcome);
        self
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

/// What stands beside one projection: the other scenarios of the municipality,
/// its register, its rules. Whoever made a whole study knows it.
pub trait World {
    /// A scenario by its id.
    fn scenario(&self, id: &str) -> Option<Scene<'_>>;
    /// What a figure with a name of its own is made of; none where this world
    /// does not know the name.
    fn made(&self, scenario: &str, call: &Call) -> Option<Result<Made, String>>;
}

/// One scenario, ready to be asked.
#[derive(Clone, Copy)]
pub struct Scene<'a> {
    /// What is assumed.
    pub model: &'a Model,
    /// With every assumption at its value.
    pub projection: &'a Projection,
    /// Its draws, where there are any.
    pub draws: Option<&'a Draws>,
    /// What stands beside it, where that is known.
    pub world: Option<&'a dyn World>,
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
    Scene { model, projection, draws, world: None }.answer(expression)
}

/// A number in every draw, or the same in all.
enum Row {
    Same(f64),
    Each(Arc<[f64]>),
}

impl Row {
    fn at(&self, draw: usize) -> f64 {
        match self {
            Self::Same(x) => *x,
            Self::Each(all) => all[draw],
        }
    }

    /// Of several rows one, draw by draw.
    fn of(rows: &[Self], count: usize, f: impl Fn(&[f64]) -> f64) -> Self {
        let mut values = vec![0.0; rows.len()];
        let mut of = |draw: usize| {
            for (value, row) in values.iter_mut().zip(rows) {
                *value = row.at(draw);
            }
            f(&values)
        };
        if rows.iter().all(|r| matches!(r, Self::Same(_))) {
            return Self::Same(of(0));
        }
        Self::Each((0..count).map(of).collect())
    }

    fn all(self, count: usize) -> Vec<f64> {
        match self {
            Self::Same(x) => vec![x; count],
            Self::Each(all) => all.to_vec(),
        }
    }
}

impl<'a> Scene<'a> {
    /// What an expression is worth here.
    ///
    /// # Errors
    /// When a figure is not there.
    pub fn answer(&self, expression: &Expression) -> Result<Answer, NoAnswer> {
        let mut errors: Vec<f64> = Vec::new();
        let value = expression.value(&mut |address| self.figure(address), &mut |part| {
            let found = self.beyond(part)?;
            errors.push(found.error.unwrap_or(0.0));
            Ok(found.value)
        })?;
        let error = match (errors.as_slice(), expression) {
            ([], _) => Some(0.0),
            ([one], Expression::Chance(_) | Expression::Over(..) | Expression::Given(..)) => Some(*one),
            // The difference with a number has the error of the drawn part.
            ([one], Expression::Joined(_, Operator::Minus | Operator::Plus, _)) => Some(*one),
            _ => None,
        };
        Ok(Answer { value, error })
    }

    fn figure(&self, address: &FigureAddress) -> Result<f64, NoAnswer> {
        projection::figure(self.model, self.projection, address).map_err(|why| NoAnswer::NoFigure(address.clone(), why))
    }

    /// How many draws there are.
    fn count(&self) -> usize {
        self.draws.map_or(0, |d| d.samples.draws())
    }

    /// Another scenario of the same world.
    pub(super) fn other(&self, id: &str) -> Result<Scene<'a>, NoAnswer> {
        if id == self.model.scenario.id {
            return Ok(*self);
        }
        let found = self.world.and_then(|w| w.scenario(id));
        found.ok_or_else(|| NoAnswer::Unknown(format!("there is no scenario `{id}` here")))
    }

    /// What the projection alone does not tell.
    fn beyond(&self, part: &Expression) -> Result<Answer, NoAnswer> {
        let certain = |value| Ok(Answer { value, error: Some(0.0) });
        match part {
            Expression::In(id, x) => self.other(id)?.answer(x),
            Expression::Call(call) => certain(super::explain::value_of(self, call)?),
            Expression::Assumption(address, year) => {
                certain(super::explain::assumed(self.model, address, *year).map_err(NoAnswer::Unknown)?.value)
            }
            _ if of_one_assumption(part).is_some() => {
                certain(of_one_assumption(part).map_or(Ok(0.0), |asked| asked.answer(self.model).map(|(_, x)| x))?)
            }
            _ if self.count() == 0 => certain(self.without_draws(part)?),
            _ => self.over_draws(part),
        }
    }

    /// A chance is then 0 or 1, everything else the value itself.
    fn without_draws(&self, part: &Expression) -> Result<f64, NoAnswer> {
        let value = |x: &Expression| self.answer(x).map(|a| a.value);
        let holds = |c: &Condition| Ok::<bool, NoAnswer>(c.comparison.holds(value(&c.left)?, value(&c.right)?));
        match part {
            Expression::Chance(c) => Ok(f64::from(u8::from(holds(c)?))),
            Expression::Over(Statistic::Sd, _) => Ok(0.0),
            Expression::Over(_, x) => value(x),
            Expression::Given(x, c) => Ok(if holds(c)? { value(x)? } else { 0.0 }),
            other => value(other),
        }
    }

    fn over_draws(&self, part: &Expression) -> Result<Answer, NoAnswer> {
        match part {
            Expression::Chance(c) => {
                let held = self.holds(c)?;
                #[allow(clippy::cast_precision_loss, reason = "counts of draws")]
                let (times, n) = (held.iter().filter(|h| **h).count() as f64, held.len() as f64);
                let p = times / n;
                Ok(Answer { value: p, error: Some(libm::sqrt(p * (1.0 - p) / n)) })
            }
            Expression::Over(statistic, x) => match &**x {
                Expression::Given(x, c) => self.over_some(*statistic, x, c),
                Expression::Figure(address) if self.reported(*statistic, address).is_some() => {
                    let value = self.reported(*statistic, address).unwrap_or(f64::NAN);
                    let error = statistic_of(*statistic, self.row(x)?.all(self.count())).error;
                    Ok(Answer { value, error })
                }
                x => Ok(statistic_of(*statistic, self.row(x)?.all(self.count()))),
            },
            Expression::Given(x, c) => self.over_some(Statistic::Mean, x, c),
            other => self.answer(other),
        }
    }

    /// What reports print of a figure; none of what they sum up in no table.
    fn reported(&self, statistic: Statistic, address: &FigureAddress) -> Option<f64> {
        let outcome = self.draws?.outcome.as_ref()?;
        let at = self.model.year_index(address.year)?;
        let named = projection::named(self.model, self.projection, &address.name).ok()?;
        let summary = outcome.summary(named, address.figure, at)?;
        Some(match statistic {
            Statistic::Mean => summary.mean,
            Statistic::Sd => summary.sd,
            Statistic::Percentile(5) => summary.p5,
            Statistic::Percentile(10) => summary.p10,
            Statistic::Percentile(25) => summary.p25,
            Statistic::Percentile(50) => summary.p50,
            Statistic::Percentile(75) => summary.p75,
            Statistic::Percentile(90) => summary.p90,
            Statistic::Percentile(95) => summary.p95,
            Statistic::Percentile(_) => return None,
        })
        .filter(|x| x.is_finite())
    }

    /// Over those draws alone in which a condition holds; 0 where it never does.
    fn over_some(&self, statistic: Statistic, x: &Expression, c: &Condition) -> Result<Answer, NoAnswer> {
        let (row, held) = (self.row(x)?, self.holds(c)?);
        let kept: Vec<f64> = held.iter().enumerate().filter(|(_, h)| **h).map(|(draw, _)| row.at(draw)).collect();
        Ok(if kept.is_empty() { Answer { value: 0.0, error: None } } else { statistic_of(statistic, kept) })
    }

    fn holds(&self, c: &Condition) -> Result<Vec<bool>, NoAnswer> {
        let (left, right) = (self.row(&c.left)?, self.row(&c.right)?);
        Ok((0..self.count()).map(|draw| c.comparison.holds(left.at(draw), right.at(draw))).collect())
    }

    /// The measures of a kind in every draw; none where they are the same in all,
    /// and for every other name.
    fn measures(&self, call: &Call) -> Option<Arc<[f64]>> {
        let amount = match call.name.as_str() {
            "measures" => MeasureAmount::Realised,
            "measures_planned" => MeasureAmount::Planned,
            _ => return None,
        };
        let kind = MeasureKind::ALL.into_iter().find(|k| k.name() == call.part(0))?;
        let at = self.model.year_index(Year(call.part(1).parse().ok()?))?;
        self.draws?.samples.measures(kind, amount, at)
    }

    /// An expression in every draw. What draws say of something is one number in it.
    fn row(&self, expression: &Expression) -> Result<Row, NoAnswer> {
        let count = self.count();
        let rows = |of: &[&Expression]| of.iter().map(|x| self.row(x)).collect::<Result<Vec<Row>, NoAnswer>>();
        Ok(match expression {
            Expression::Number(x, _) => Row::Same(*x),
            Expression::Figure(address) => {
                let central = self.figure(address)?;
                self.draws.and_then(|d| d.samples.figure(address)).map_or(Row::Same(central), Row::Each)
            }
            Expression::Minus(x) => Row::of(&rows(&[x])?, count, |v| -v[0]),
            Expression::Joined(a, operator, b) => Row::of(&rows(&[a, b])?, count, |v| operator.of(v[0], v[1])),
            Expression::Of(function, of) => Row::of(&rows(&of.iter().collect::<Vec<_>>())?, count, |v| function.of(v)),
            Expression::In(id, x) => self.other(id)?.row(x)?,
            Expression::Call(call) if !call.can_be_drawn() => {
                let instead = match call.name.as_str() {
                    "measure.realisation" => {
                        format!("the assumption measure.{}.realisation[{}]", call.part(0), call.part(1))
                    }
                    _ => "it outside the brackets".to_owned(),
                };
                let why = format!("{call} is known as one number and not in every draw: ask {instead}");
                return Err(NoAnswer::Unknown(why));
            }
            Expression::Call(call) => match self.measures(call) {
                Some(each) => Row::Each(each),
                None => Row::Same(self.beyond(expression)?.value),
            },
            Expression::Assumption(address, year) => {
                let found = super::explain::assumed_spread(self.model, address, *year).map_err(NoAnswer::Unknown)?;
                let each = self.draws.and_then(|d| d.samples.assumption(found.id, found.drawn_at()));
                each.map_or(Row::Same(found.value), Row::Each)
            }
            Expression::Chance(_) | Expression::Over(..) | Expression::Given(..) => {
                Row::Same(self.beyond(expression)?.value)
            }
        })
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
        Expression::Given(..) => "the mean over the draws in which it holds".to_owned(),
        Expression::Over(statistic, x) if matches!(**x, Expression::Given(..)) => {
            let all = in_words(&Expression::Over(*statistic, Box::new(Expression::Number(0.0, None))));
            format!("{all}, of those in which the condition holds")
        }
        Expression::Over(Statistic::Mean, _) => "the mean over the draws".to_owned(),
        Expression::Over(Statistic::Sd, _) => "the standard deviation over the draws".to_owned(),
        Expression::Over(Statistic::Percentile(p), _) => format!("the value that {p} % of the draws do not exceed"),
        other => other.to_string(),
    }
}
