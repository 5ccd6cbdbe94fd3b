//! What an uncertain value is on average, how far it lies off, and the chance
//! that it passes a bound: read off its distribution, without drawing it.
//!
//! The measures' ledger and the questions about an assumption both ask here,
//! so that the chance of a measure is the same number wherever it stands.

use crate::model::{Comparison, Distribution};
use crate::simulation::{Inverse, beta_cdf, normal_cdf};

/// A distribution with the bounds at which a draw of it stops.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// As stated.
    pub distribution: Distribution,
    /// The lowest and highest value that a draw may take.
    pub bounds: (f64, f64),
}

/// `P(X >= x)` of a distribution that does not stop anywhere.
pub fn above(distribution: Distribution, x: f64) -> f64 {
    if let Some(only) = only_value(distribution) {
        return f64::from(u8::from(only >= x));
    }
    match distribution {
        Distribution::Normal { mean, sd } => normal_cdf((mean - x) / sd),
        Distribution::Pert { min, mode, max } => pert_above(min, mode, max, x),
        Distribution::Metalog { p10, p50, p90 } => metalog_above(p10, p50, p90, x),
    }
}

/// The value of a distribution without width.
fn only_value(distribution: Distribution) -> Option<f64> {
    match distribution {
        Distribution::Normal { mean, sd } => (sd <= 0.0).then_some(mean),
        Distribution::Pert { min, mode, max } => (min >= max).then_some(mode),
        Distribution::Metalog { p10, p50, p90 } => (p10 >= p90).then_some(p50),
    }
}

/// `P(X >= x)` of a PERT distribution (lambda 4).
fn pert_above(min: f64, mode: f64, max: f64, x: f64) -> f64 {
    if x <= min {
        return 1.0;
    }
    if x >= max {
        return 0.0;
    }
    let alpha = 1.0 + 4.0 * (mode - min) / (max - min);
    let beta = 1.0 + 4.0 * (max - mode) / (max - min);
    1.0 - beta_cdf(alpha, beta, (x - min) / (max - min))
}

/// `P(X >= x)` of a three-term metalog, whose quantile function is monotone.
fn metalog_above(p10: f64, p50: f64, p90: f64, x: f64) -> f64 {
    let a2 = (p90 - p10) / (2.0 * libm::log(9.0));
    let a3 = (p10 + p90 - 2.0 * p50) / (0.8 * libm::log(9.0));
    let quantile = |u: f64| {
        let logit = libm::log(u / (1.0 - u));
        p50 + a2 * logit + a3 * (u - 0.5) * logit
    };
    let (mut low, mut high) = (1e-12, 1.0 - 1e-12);
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        if quantile(middle) < x { low = middle } else { high = middle }
    }
    1.0 - 0.5 * (low + high)
}

/// Its standard deviation, before any bound of a draw: of PERT that of the beta
/// distribution with `alpha + beta = 6`; of the metalog Keelin (2016):
/// `a2^2 pi^2/3 + a3^2 (1/12 + pi^2/36)`.
fn sd(distribution: Distribution) -> f64 {
    let variance = match distribution {
        Distribution::Normal { sd, .. } => return sd,
        Distribution::Pert { min, max, .. } if min >= max => 0.0,
        Distribution::Pert { min, mode, max } => {
            let alpha = 1.0 + 4.0 * (mode - min) / (max - min);
            alpha * (6.0 - alpha) / (36.0 * 7.0) * (max - min) * (max - min)
        }
        Distribution::Metalog { p10, p50, p90 } => {
            let a2 = (p90 - p10) / (2.0 * libm::log(9.0));
            let a3 = (p10 + p90 - 2.0 * p50) / (0.8 * libm::log(9.0));
            let pi2 = std::f64::consts::PI * std::f64::consts::PI;
            a2 * a2 * pi2 / 3.0 + a3 * a3 * (1.0 / 12.0 + pi2 / 36.0)
        }
    };
    libm::sqrt(variance)
}

impl Spread {
    /// The chance that a draw compares like this with a number.
    pub fn chance(&self, comparison: Comparison, x: f64) -> f64 {
        let (lo, hi) = self.bounds;
        if let Some(only) = only_value(self.distribution) {
            return f64::from(u8::from(comparison.holds(only.clamp(lo, hi), x)));
        }
        // What is drawn beyond a bound lies on it.
        let at_least = if x <= lo {
            1.0
        } else if x > hi {
            0.0
        } else {
            above(self.distribution, x)
        };
        let more = if x < lo {
            1.0
        } else if x >= hi {
            0.0
        } else {
            above(self.distribution, x)
        };
        #[allow(clippy::float_cmp, reason = "the very bound")]
        let more = if x == lo { above(self.distribution, lo) } else { more };
        match comparison {
            Comparison::AtLeast => at_least,
            Comparison::Above => more,
            Comparison::Below => 1.0 - at_least,
            Comparison::AtMost => 1.0 - more,
            Comparison::Equal => at_least - more,
        }
    }

    /// Mean and standard deviation of a draw.
    pub fn moments(&self) -> (f64, f64) {
        let (lo, hi) = self.bounds;
        let beyond = |x: f64, part: f64| if x.is_finite() { part } else { 0.0 };
        let stopped = beyond(lo, 1.0 - above(self.distribution, lo)) + beyond(hi, above(self.distribution, hi));
        if stopped <= NEVER {
            return (self.distribution.mean(), sd(self.distribution));
        }
        // Over the score, in which the weight is the normal density.
        let inverse = Inverse::of(&self.distribution);
        let (mut weight, mut sum, mut squares) = (0.0, 0.0, 0.0);
        let about = self.distribution.mean();
        for step in -STEPS..=STEPS {
            let z = FARTHEST * f64::from(step) / f64::from(STEPS);
            let density = libm::exp(-0.5 * z * z);
            let x = inverse.value(z).clamp(lo, hi) - about;
            weight += density;
            sum += density * x;
            squares += density * x * x;
        }
        let mean = sum / weight;
        (about + mean, libm::sqrt((squares / weight - mean * mean).max(0.0)))
    }
}

/// A part of draws that is stopped and that no figure shows.
const NEVER: f64 = 1e-12;
/// Scores further out weigh nothing.
const FARTHEST: f64 = 8.0;
/// Steps of the score on either side of 0.
const STEPS: i32 = 4_000;

#[cfg(test)]
mod tests {
    use super::*;

    const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

    fn near(a: f64, b: f64, by: f64) {
        assert!((a - b).abs() < by, "{a} is not {b}");
    }

    /// The moments of a distribution summed over its quantiles: another way to
    /// the same number.
    fn summed(distribution: Distribution) -> (f64, f64) {
        let inverse = Inverse::of(&distribution);
        let all: Vec<f64> = (0..200_000)
            .map(|i| inverse.value(crate::simulation::normal_quantile((f64::from(i) + 0.5) / 200_000.0)))
            .collect();
        let mean = all.iter().sum::<f64>() / 200_000.0;
        let squares = all.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / 200_000.0;
        (mean, libm::sqrt(squares))
    }

    #[test]
    fn a_pert_that_can_only_fall_short() {
        // PERT(0, 1, 1) is beta(5, 1): P(X <= x) = x^5, mean 5/6, variance
        // 5 x 1 / (36 x 7) = 5/252.
        let of =
            Spread { distribution: Distribution::Pert { min: 0.0, mode: 1.0, max: 1.0 }, bounds: (0.0, f64::INFINITY) };
        near(of.chance(Comparison::AtMost, 0.5), 1.0 / 32.0, 1e-9);
        near(of.chance(Comparison::Above, 0.5), 31.0 / 32.0, 1e-9);
        near(of.chance(Comparison::AtLeast, 1.0), 0.0, 1e-12);
        let (mean, sd) = of.moments();
        near(mean, 5.0 / 6.0, 1e-12);
        near(sd, libm::sqrt(5.0 / 252.0), 1e-12);
    }

    #[test]
    fn moments_are_those_of_the_quantiles() {
        for distribution in [
            Distribution::Normal { mean: 0.03, sd: 0.01 },
            Distribution::Pert { min: -0.1, mode: 0.02, max: 0.3 },
            Distribution::Metalog { p10: 0.01, p50: 0.02, p90: 0.05 },
        ] {
            let (found, by_hand) = (Spread { distribution, bounds: FREE }.moments(), summed(distribution));
            near(found.0, by_hand.0, 2e-6);
            near(found.1, by_hand.1, 2e-5);
        }
    }

    #[test]
    fn what_is_stopped_lies_on_the_bound() {
        // A standard normal stopped at 0: half lies on it. The mean of what is
        // above is the density at 0, 1/sqrt(2 pi) = 0.398942; the mean square 1/2.
        let of = Spread { distribution: Distribution::Normal { mean: 0.0, sd: 1.0 }, bounds: (0.0, f64::INFINITY) };
        near(of.chance(Comparison::Equal, 0.0), 0.5, 1e-12);
        near(of.chance(Comparison::Above, 0.0), 0.5, 1e-12);
        near(of.chance(Comparison::AtLeast, 0.0), 1.0, 1e-12);
        near(of.chance(Comparison::Below, 0.0), 0.0, 1e-12);
        near(of.chance(Comparison::AtMost, -0.5), 0.0, 1e-12);
        let (mean, sd) = of.moments();
        near(mean, 0.398_942_28, 1e-5);
        near(sd, libm::sqrt(0.5 - 0.398_942_28 * 0.398_942_28), 1e-5);
    }

    #[test]
    fn without_width_a_chance_is_all_or_nothing() {
        let of = Spread { distribution: Distribution::Pert { min: 0.2, mode: 0.2, max: 0.2 }, bounds: FREE };
        assert_eq!(of.chance(Comparison::AtLeast, 0.2).to_bits(), 1f64.to_bits());
        assert_eq!(of.chance(Comparison::Above, 0.2).to_bits(), 0f64.to_bits());
        assert_eq!(of.moments().1.to_bits(), 0f64.to_bits());
    }
}
