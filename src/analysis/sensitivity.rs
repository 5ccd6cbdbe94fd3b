//! What matters most for a figure: the tornado and the shares of variance.
//!
//! The tornado asks what happens when one assumption alone is as low or as
//! high as it can reasonably be (its P10 and P90) in all years at once. The
//! shares ask which uncertainties the width of the band comes from. They
//! answer different questions: an assumption can swing a figure far when it is
//! low every year, and explain little of a band in which years even out.

use crate::diagnostic::Diagnostic;
use crate::model::{Assumption, AssumptionId, Distribution, FigureAddress, Model, Scale};
use crate::projection::{self, Central, NoFigure, Overridden, Projection, project};
use crate::simulation::{Inverse, Settings, ShareOf, normal_quantile, variance_shares};

/// What one assumption alone can do to a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Swing {
    /// Which assumption.
    pub assumption: AssumptionId,
    /// Its address.
    pub address: String,
    /// The figure with the assumption at its P10 in all years.
    pub low: f64,
    /// The figure with the assumption at its P90 in all years.
    pub high: f64,
}

impl Swing {
    /// How far the two are apart, never below 0.
    pub fn size(&self) -> f64 {
        (self.high - self.low).abs()
    }
}

/// All swings of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Tornado {
    /// The figure with every assumption at its value.
    pub central: f64,
    /// One per uncertain assumption, the largest first; equal ones in the
    /// order of the file.
    pub swings: Vec<Swing>,
}

/// The tornado of a figure.
///
/// # Errors
/// Why there is no such figure.
pub fn tornado(model: &Model, address: &FigureAddress) -> Result<Tornado, NoFigure> {
    tornado_of(model, |projection| projection::figure(model, projection, address))
}

/// The tornado of anything that can be read from a projection, such as an
/// expression of figures.
///
/// # Errors
/// Those of `outcome`.
pub fn tornado_of<E>(model: &Model, outcome: impl Fn(&Projection) -> Result<f64, E>) -> Result<Tornado, E> {
    let central = outcome(&project(model, &Central(model)))?;
    let mut swings = Vec::new();
    for (i, assumption) in model.assumptions.iter().enumerate().filter(|(_, a)| a.is_uncertain()) {
        let id = AssumptionId(i);
        let at = |q: f64| outcome(&project(model, &Overridden::new(model).with(id, |y, x| quantile(assumption, y, q).unwrap_or(x))));
        swings.push(Swing { assumption: id, address: assumption.address.clone(), low: at(0.1)?, high: at(0.9)? });
    }
    swings.sort_by(|a, b| b.size().total_cmp(&a.size()));
    Ok(Tornado { central, swings })
}

/// The quantile of an assumption in a year, stopped where a draw would be;
/// none where the year is certain.
pub fn quantile(assumption: &Assumption, year_index: usize, q: f64) -> Option<f64> {
    // A level is one number, whichever year it is stated for.
    let stated = |y: usize| assumption.distributions.get(y).copied().flatten();
    let distribution: Distribution =
        if assumption.scale == Scale::Level { stated(year_index).or_else(|| stated(1))? } else { stated(year_index)? };
    let (lo, hi) = assumption.scale.bounds();
    Some(Inverse::of(&distribution).value(normal_quantile(q)).clamp(lo, hi))
}

/// One line of the shares.
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceShare {
    /// Addresses that belong together: one assumption, a set of correlated
    /// ones, or `cost.ID.luck`.
    pub addresses: Vec<String>,
    /// Share of the variance, 0..=1.
    pub share: f64,
}

/// Shares of the variance of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceShares {
    /// The largest first; equal ones in the order of the file.
    pub shares: Vec<VarianceShare>,
    /// What no source explains alone (*samenspel*).
    pub rest: f64,
    /// Draws they were estimated from; a share that is truly 0 comes out as
    /// about the number of its years divided by this.
    pub draws: u64,
}

/// Shares of variance of a figure; none where it is certain.
///
/// # Errors
/// As [`crate::simulation::simulate`].
pub fn shares(model: &Model, settings: &Settings, address: &FigureAddress) -> Result<Option<VarianceShares>, Vec<Diagnostic>> {
    let Some(found) = variance_shares(model, settings, address)? else { return Ok(None) };
    let named = |of: &ShareOf| match of {
        ShareOf::Assumptions(ids) => ids.iter().map(|id| model.assumption(*id).address.clone()).collect(),
        ShareOf::Luck(line) => vec![format!("cost.{}.luck", model.lines.get(*line).id())],
    };
    let mut shares: Vec<VarianceShare> =
        found.shares.iter().map(|(of, share)| VarianceShare { addresses: named(of), share: *share }).collect();
    shares.sort_by(|a, b| b.share.total_cmp(&a.share));
    Ok(Some(VarianceShares { shares, rest: found.rest, draws: found.draws }))
}
