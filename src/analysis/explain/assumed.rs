//! Assumptions as they are asked for by name: the value of a year, how
//! uncertain it is, and the bounds that follow from that.

use super::{Builder, From, Leaf, Step};
use crate::analysis::sensitivity;
use crate::analysis::spread::Spread;
use crate::dutch::{self, Quantity};
use crate::model::{Assumption, AssumptionId, Comparison, Distribution, Model, Scale};
use crate::units::Year;

/// An assumption in one year.
#[derive(Clone, Copy, Debug)]
pub struct Assumed<'a> {
    /// Which.
    pub id: AssumptionId,
    /// Position of the year.
    pub at: usize,
    /// Its value.
    pub value: f64,
    assumption: &'a Assumption,
}

impl Assumed<'_> {
    /// A quantile of how it is distributed, stopped where a draw would be; the
    /// value itself where it is certain.
    pub fn quantile(&self, q: f64) -> f64 {
        match self.spread() {
            Some(_) => sensitivity::quantile(self.assumption, self.at, q).unwrap_or(self.value),
            None => self.value,
        }
    }

    /// Mean and standard deviation of its draws, exact; the value and 0 where it is certain.
    pub fn moments(&self) -> (f64, f64) {
        self.spread().map_or((self.value, 0.0), |s| s.moments())
    }

    /// The chance that it compares like this with a number, exact.
    pub fn chance(&self, comparison: Comparison, x: f64) -> f64 {
        match self.spread() {
            Some(spread) => spread.chance(comparison, x),
            None => f64::from(u8::from(comparison.holds(self.value, x))),
        }
    }

    /// How it is distributed, and where a draw stops; none where it is certain,
    /// as every year is that is not drawn.
    fn spread(&self) -> Option<Spread> {
        let is_drawn = self.at > 0 || self.assumption.scale == Scale::Level;
        let distribution = distribution(self.assumption, self.at).filter(|_| is_drawn)?;
        Some(Spread { distribution, bounds: self.assumption.scale.bounds() })
    }

    /// Of which year its draws are: those of a level are the same in all.
    pub fn drawn_at(&self) -> usize {
        let stated = |y: usize| self.assumption.distributions.get(y).copied().flatten().is_some();
        if self.assumption.scale == Scale::Level && !stated(self.at) { 1 } else { self.at }
    }

    /// What it is asked without a year for must be the same in all years.
    fn has_one_spread(&self) -> bool {
        let of = |y: usize| distribution(self.assumption, y);
        (2..self.assumption.values.len()).all(|y| of(y) == of(1))
    }

    /// The lowest and highest value that are assumed possible; P10 and P90 of a
    /// distribution without bounds, as they are stated.
    pub fn bounds(&self) -> (f64, f64) {
        match distribution(self.assumption, self.at) {
            Some(Distribution::Pert { min, max, .. }) => (min, max),
            Some(Distribution::Metalog { p10, p90, .. }) => (p10, p90),
            Some(Distribution::Normal { mean, sd }) => {
                let z = crate::simulation::normal_quantile(0.9);
                (mean - z * sd, mean + z * sd)
            }
            None => (self.value, self.value),
        }
    }
}

/// An assumption by its address, `index.ova` for short; without a year the
/// value that it has in all projected years.
///
/// # Errors
/// A sentence: there is none, or its years differ.
pub fn assumed<'a>(model: &'a Model, address: &str, year: Option<Year>) -> Result<Assumed<'a>, String> {
    let full = model.full_address(address);
    let Some(id) = model.assumptions.iter().position(|a| a.address == full) else {
        let near = crate::diagnostic::nearest(&full, model.assumptions.iter().map(|a| a.address.as_str()));
        let near = near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
        return Err(format!("there is no assumption `{address}`{near}"));
    };
    let assumption = &model.assumptions[id];
    let at = match year {
        Some(year) => model.year_index(year).ok_or_else(|| format!("{year} lies outside the projection"))?,
        None => {
            let projected = assumption.values.get(1..).unwrap_or_default();
            #[allow(clippy::float_cmp, reason = "the very same number")]
            if projected.windows(2).any(|w| w[0] != w[1]) {
                let first = model.base_year().plus(1);
                return Err(format!("`{address}` differs from year to year; write {address}[{first}]"));
            }
            1
        }
    };
    let value = assumption.values.get(at).copied().unwrap_or(0.0);
    Ok(Assumed { id: AssumptionId(id), at, value, assumption })
}

/// As [`assumed`], for a question about how uncertain it is: without a year
/// its distribution must be the same in all projected years too.
///
/// # Errors
/// As [`assumed`]; also when how uncertain it is differs from year to year.
pub fn assumed_spread<'a>(model: &'a Model, address: &str, year: Option<Year>) -> Result<Assumed<'a>, String> {
    let found = assumed(model, address, year)?;
    if year.is_none() && !found.has_one_spread() {
        let first = model.base_year().plus(1);
        return Err(format!("how uncertain `{address}` is differs from year to year; write {address}[{first}]"));
    }
    Ok(found)
}

/// The distribution of a year; a level is one number, whichever year it is stated for.
fn distribution(assumption: &Assumption, at: usize) -> Option<Distribution> {
    let stated = |y: usize| assumption.distributions.get(y).copied().flatten();
    if assumption.scale == Scale::Level { stated(at).or_else(|| stated(1)) } else { stated(at) }
}

/// In which unit an assumption is.
pub(super) fn unit(assumption: &Assumption) -> Quantity {
    match assumption.scale {
        Scale::Amount => Quantity::Euro,
        Scale::Price => Quantity::EuroPerClient,
        Scale::Count => Quantity::Clients,
        _ => Quantity::Percent,
    }
}

/// How uncertain the value of a year is, in words; none where it is certain.
pub(super) fn spread(assumption: &Assumption, at: usize) -> Option<String> {
    let unit = unit(assumption);
    let w = |x: f64| super::term::written(x, unit);
    let shape = match distribution(assumption, at)? {
        // The spread of a percentage is in percentage points.
        Distribution::Normal { sd, .. } if unit == Quantity::Percent => {
            format!("normal, sd {} percentage point", dutch::short(sd * 100.0, 4))
        }
        Distribution::Normal { sd, .. } => format!("normal, sd {}", w(sd)),
        Distribution::Pert { min, mode, max } => format!("PERT, {} to {}, mode {}", w(min), w(max), w(mode)),
        Distribution::Metalog { p10, p50, p90 } => {
            format!("metalog, P10 {}, P50 {}, P90 {}", w(p10), w(p50), w(p90))
        }
    };
    let years = match assumption.persistence {
        r if r >= 1.0 => ", one draw for all years".to_owned(),
        r if r > 0.0 => format!(", persistence {}", dutch::short(r, 4)),
        _ => String::new(),
    };
    Some(format!("{shape}{years}"))
}

impl Builder<'_> {
    /// A bound of an assumption: what its line in the file says, read off its distribution.
    pub(super) fn bound(&mut self, name: String, of: &Assumed<'_>, value: f64) -> usize {
        self.off_distribution(name, unit(of.assumption), of, value)
    }

    /// Whatever is read off the distribution of an assumption.
    pub(super) fn off_distribution(&mut self, name: String, unit: Quantity, of: &Assumed<'_>, value: f64) -> usize {
        let year = self.year(of.at);
        let assumption = of.assumption;
        let provenance = assumption.provenance_by_year.iter().find(|(y, _)| *y == year).map(|(_, p)| p);
        let source = provenance.and_then(super::builder::said).or_else(|| super::builder::said(&assumption.provenance));
        let leaf = Leaf {
            place: assumption.place_of(year).clone(),
            source,
            assumption: Some((of.id, of.at)),
            spread: spread(assumption, of.at),
        };
        self.once(name, |b, name| {
            b.steps.push(Step { name, value, unit, from: From::File(leaf) });
            b.steps.len() - 1
        })
    }
}
