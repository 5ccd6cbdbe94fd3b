//! From a standard normal score to a value: the inverse distribution functions.
//!
//! A score z stands for the share Φ(z), so a distribution is the function
//! z ↦ F⁻¹(Φ(z)). For the normal that is a line. For the others it is smooth
//! in z even where F⁻¹ itself is steep, so it is laid down once as a cubic
//! through exact values and slopes on a grid of sixteenths and then costs a
//! few multiplications per draw. The tables are made with `libm` and hold to
//! [`TABLE_ERROR`]; beyond ±8.5 (one draw in 10^17) the end value holds.

use super::machine::{Kernel, Width};
use super::special::{Beta, Gamma, normal_cdf, normal_density, normal_quantile};
use crate::model::Distribution;

/// Bound on the error of a table: as a share of `max - min` for PERT, of the
/// distance from P10 to P90 for metalog and of the mean for gamma with a
/// variance of at most 1. Held in the tests.
pub const TABLE_ERROR: f64 = 2e-7;

/// Scores of the grid: -8.5 to 8.5 by sixteenths.
const CELLS: usize = 272;
const PER_UNIT: f64 = 16.0;
const LOWEST: f64 = -8.5;

/// An inverse distribution function of a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Inverse {
    form: Form,
    mean: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// `at + slope * z`; a slope of 0 is a certain value.
    Line { at: f64, slope: f64 },
    /// A cubic per cell of the grid.
    Table(Box<[[f64; 4]; CELLS]>),
}

impl Inverse {
    /// One value, whatever the score.
    pub fn constant(value: f64) -> Self {
        Self { form: Form::Line { at: value, slope: 0.0 }, mean: value }
    }

    /// As written in a file. A distribution without width is its value.
    pub fn of(distribution: &Distribution) -> Self {
        match *distribution {
            Distribution::Normal { mean, sd } => Self::normal(mean, sd),
            Distribution::Pert { min, mode, max } => Self::pert(min, mode, max),
            Distribution::Metalog { p10, p50, p90 } => Self::metalog(p10, p50, p90),
        }
    }

    /// Normal.
    pub fn normal(mean: f64, sd: f64) -> Self {
        Self { form: Form::Line { at: mean, slope: sd }, mean }
    }

    /// Uniform between two amounts.
    pub fn uniform(min: f64, max: f64) -> Self {
        if min >= max {
            return Self::constant(min);
        }
        let width = max - min;
        // From the near end, so that the far tail keeps its accuracy.
        let value = |z: f64| if z <= 0.0 { min + width * normal_cdf(z) } else { max - width * normal_cdf(-z) };
        Self::table(|z| (value(z), width * normal_density(z)), 0.5 * (min + max))
    }

    /// PERT with lambda 4: a beta distribution stretched over `min..max`.
    pub fn pert(min: f64, mode: f64, max: f64) -> Self {
        if min >= max {
            return Self::constant(mode);
        }
        let width = max - min;
        let beta = Beta::new(1.0 + 4.0 * (mode - min) / width, 1.0 + 4.0 * (max - mode) / width);
        let mut nodes = [(0.0, 0.0); CELLS + 1];
        // Each half walks from the median outwards, from its own end.
        beta_tail(beta, |node, x, slope| nodes[CELLS / 2 - node] = (min + width * x, width * slope));
        beta_tail(beta.mirrored(), |node, x, slope| nodes[CELLS / 2 + node] = (max - width * x, width * slope));
        Self { form: Form::Table(cubics(&nodes)), mean: (min + 4.0 * mode + max) / 6.0 }
    }

    /// Three-term metalog through its 10th, 50th and 90th percentile (Keelin,
    /// 2016): `m + a2 L + a3 (u - 1/2) L` with `L = ln(u / (1-u))`.
    pub fn metalog(p10: f64, p50: f64, p90: f64) -> Self {
        if p10 >= p90 {
            return Self::constant(p50);
        }
        let ln9 = libm::log(9.0);
        let a2 = (p90 - p10) / (2.0 * ln9);
        let a3 = (p10 + p90 - 2.0 * p50) / (0.8 * ln9);
        let value = |z: f64| {
            let (below, above) = (normal_cdf(z), normal_cdf(-z));
            let odds = libm::log(below) - libm::log(above);
            let off = 0.5 * (below - above);
            let density = normal_density(z);
            let odds_slope = density / (below * above);
            (p50 + (a2 + a3 * off) * odds, (a2 + a3 * off) * odds_slope + a3 * density * odds)
        };
        // The integral of (u - 1/2) L over 0..1 is 1/2; that of L is 0.
        Self::table(value, p50 + 0.5 * a3)
    }

    /// Gamma with mean 1: what luck multiplies a cost by.
    pub fn gamma(variance: f64) -> Self {
        if variance.is_nan() || variance <= 0.0 || variance.is_infinite() {
            return Self::constant(1.0);
        }
        let k = 1.0 / variance;
        if k > 1e4 {
            return Self::table(|z| large_gamma(k, z), 1.0);
        }
        let gamma = Gamma::new(k);
        let mut nodes = [(0.0, 0.0); CELLS + 1];
        gamma_lower(gamma, |node, x, slope| nodes[CELLS / 2 - node] = (x / k, slope / k));
        gamma_upper(gamma, nodes[CELLS / 2].0 * k, |node, x, slope| nodes[CELLS / 2 + node] = (x / k, slope / k));
        Self { form: Form::Table(cubics(&nodes)), mean: 1.0 }
    }

    fn table(value: impl Fn(f64) -> (f64, f64), mean: f64) -> Self {
        let mut nodes = [(0.0, 0.0); CELLS + 1];
        for (i, node) in nodes.iter_mut().enumerate() {
            *node = value(score(i));
        }
        Self { form: Form::Table(cubics(&nodes)), mean }
    }

    /// The value at a score.
    #[inline(always)]
    pub fn value(&self, score: f64) -> f64 {
        match &self.form {
            Form::Line { at, slope } => at + slope * score,
            Form::Table(cells) => look_up(cells, score),
        }
    }

    /// The values at a row of scores; `out` is as long as `scores`.
    pub fn values(&self, scores: &[f32], out: &mut [f64]) {
        Width::widest().run(Values { inverse: self, scores, out });
    }

    /// [`Self::values`] inside a kernel.
    #[inline(always)]
    pub(crate) fn fill<S: Copy + Into<f64>, const N: usize>(&self, scores: &[S; N], out: &mut [f64; N]) {
        match &self.form {
            Form::Line { at, slope } => {
                for k in 0..N {
                    out[k] = at + slope * scores[k].into();
                }
            }
            Form::Table(cells) => {
                for k in 0..N {
                    out[k] = look_up(cells, scores[k].into());
                }
            }
        }
    }

    /// Its mean, in closed form.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Whether the score makes no difference.
    pub fn is_constant(&self) -> bool {
        matches!(self.form, Form::Line { slope: 0.0, .. })
    }

    /// The lowest and highest value at scores up to `farthest` either way.
    pub(crate) fn extremes(&self, farthest: f64) -> (f64, f64) {
        match &self.form {
            Form::Line { at, slope } => (at - farthest * slope.abs(), at + farthest * slope.abs()),
            Form::Table(cells) => (cells[0][0], cells[CELLS - 1].iter().sum()),
        }
    }
}

struct Values<'a> {
    inverse: &'a Inverse,
    scores: &'a [f32],
    out: &'a mut [f64],
}

impl Kernel for Values<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let (scores, rest) = self.scores.as_chunks::<8>();
        let (out, out_rest) = self.out.as_chunks_mut::<8>();
        for (scores, out) in scores.iter().zip(out) {
            self.inverse.fill(scores, out);
        }
        for (z, x) in rest.iter().zip(out_rest) {
            *x = self.inverse.value(f64::from(*z));
        }
    }
}

#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "clamped to the cells"
)]
fn look_up(cells: &[[f64; 4]; CELLS], score: f64) -> f64 {
    let t = ((score - LOWEST) * PER_UNIT).clamp(0.0, CELLS as f64);
    let cell = (t as usize).min(CELLS - 1);
    let f = t - cell as f64;
    let [c0, c1, c2, c3] = cells[cell];
    c0 + f * (c1 + f * (c2 + f * c3))
}

#[allow(clippy::cast_precision_loss, reason = "a small count")]
fn score(node: usize) -> f64 {
    LOWEST + node as f64 / PER_UNIT
}

/// Cubics through values and slopes (Hermite), as powers of the place in the cell.
fn cubics(nodes: &[(f64, f64); CELLS + 1]) -> Box<[[f64; 4]; CELLS]> {
    let mut cells = Box::new([[0.0; 4]; CELLS]);
    for (cell, pair) in cells.iter_mut().zip(nodes.windows(2)) {
        let ((x0, s0), (x1, s1)) = (pair[0], pair[1]);
        let (s0, s1) = (s0 / PER_UNIT, s1 / PER_UNIT);
        let rise = x1 - x0;
        *cell = [x0, s0, 3.0 * rise - 2.0 * s0 - s1, s0 + s1 - 2.0 * rise];
    }
    cells
}

/// Walks the lower half of a beta distribution from its median: node, x and
/// dx/dz at the scores 0, -1/16, ... -8.5.
///
/// Newton's method in ln x on ln F: straight far in the tail, where F grows as
/// a power of x, and started from the slope at the node before.
fn beta_tail(beta: Beta, visit: impl FnMut(usize, f64, f64)) {
    // The median of a beta with both parameters at least 1 (Kerman, 2011).
    let start = (beta.a - 1.0 / 3.0) / (beta.a + beta.b - 2.0 / 3.0);
    walk_down(start, 1.0, |x| (beta.cdf(x), beta.density(x)), visit);
}

/// The same for gamma.
fn gamma_lower(gamma: Gamma, visit: impl FnMut(usize, f64, f64)) {
    let k = gamma.k;
    // Wilson and Hilferty's cube at 0; for small shapes the first term of the series.
    let cube = 1.0 - 1.0 / (9.0 * k);
    let start = if k > 0.5 { k * cube * cube * cube } else { libm::exp((libm::log(0.5) + libm::lgamma(k + 1.0)) / k) };
    walk_down(start, f64::INFINITY, |x| (gamma.tails(x).0, gamma.density(x)), visit);
}

fn walk_down(start: f64, limit: f64, distribution: impl Fn(f64) -> (f64, f64), mut visit: impl FnMut(usize, f64, f64)) {
    let mut ln_x = libm::log(start);
    let ln_limit = libm::log(limit);
    for node in 0..=CELLS / 2 {
        let z = score(CELLS / 2 - node);
        let (share, density) = (normal_cdf(z), normal_density(z));
        let ln_share = libm::log(share);
        for _ in 0..60 {
            let x = libm::exp(ln_x);
            let (f, d) = distribution(x);
            if f <= 0.0 || x == 0.0 {
                break;
            }
            let step = (libm::log(f) - ln_share) * f / (x * d);
            ln_x = (ln_x - step.clamp(-2.0, 2.0)).min(ln_limit - 1e-12);
            if step.abs() < 1e-14 {
                break;
            }
        }
        let x = libm::exp(ln_x);
        // dx/dz = φ(z) / f(x); below what a number can hold it is 0.
        let slope = if x > 1e-280 { density / distribution(x).1 } else { 0.0 };
        visit(node, x, slope);
        // Along the tangent to the next node.
        if x > 1e-280 {
            ln_x -= (slope / (PER_UNIT * x)).min(50.0);
        }
    }
}

/// The upper half of a gamma distribution from its median, by Newton's method
/// on ln(1 - F).
fn gamma_upper(gamma: Gamma, median: f64, mut visit: impl FnMut(usize, f64, f64)) {
    let mut x = median;
    for node in 0..=CELLS / 2 {
        let z = score(CELLS / 2 + node);
        let (share, density) = (normal_cdf(-z), normal_density(z));
        for _ in 0..60 {
            let (_, above) = gamma.tails(x);
            let step = libm::log(above / share) * above / gamma.density(x);
            x = (x + step).max(0.5 * x);
            if step.abs() < 1e-14 * x {
                break;
            }
        }
        let slope = density / gamma.density(x);
        visit(node, x, slope);
        x += slope / PER_UNIT;
    }
}

/// A gamma variable of large shape with mean 1, and its slope, by the
/// expansion of Cornish and Fisher (Goldberg and Levine, 1946), whose next
/// term is below 10^-11 for shapes above 10^4.
fn large_gamma(k: f64, z: f64) -> (f64, f64) {
    let r = k.sqrt();
    let z2 = z * z;
    let terms = [
        (z, 1.0, 1.0 / r),
        (z2 - 1.0, 2.0 * z, 1.0 / (3.0 * k)),
        (z * (z2 - 7.0), 3.0 * z2 - 7.0, 1.0 / (36.0 * k * r)),
        (-(3.0 * z2 + 7.0) * z2 + 16.0, -(12.0 * z2 + 14.0) * z, 1.0 / (810.0 * k * k)),
        (((9.0 * z2 + 256.0) * z2 - 433.0) * z, (45.0 * z2 + 768.0) * z2 - 433.0, 1.0 / (38_880.0 * k * k * r)),
    ];
    let x = terms.iter().rev().map(|(value, _, scale)| value * scale).sum::<f64>() + 1.0;
    let slope = terms.iter().rev().map(|(_, slope, scale)| slope * scale).sum();
    (x, slope)
}

/// A count of events with a mean per year (Poisson), from a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Counts {
    /// Scores above which there are at least 1, 2, ... events, ascending.
    above: Vec<f64>,
}

impl Counts {
    /// Poisson with this mean; a mean that is not above 0 gives no events.
    pub fn poisson(mean: f64) -> Self {
        let mut above = Vec::new();
        if mean > 0.0 && mean.is_finite() {
            // Chances of more than n events, summed from the far end so that
            // each keeps its accuracy.
            let ln_mean = libm::log(mean);
            let mut far = 0_u32;
            let chance = |n: u32| libm::exp(f64::from(n) * ln_mean - mean - libm::lgamma(f64::from(n) + 1.0));
            while f64::from(far) < mean || chance(far) > 1e-20 {
                far += 1;
            }
            let mut more = 0.0;
            for n in (1..=far).rev() {
                more += chance(n);
                // At least n events: the upper `more` share of the scores.
                if more > 1e-17 {
                    above.push(-normal_quantile(more.min(1.0)));
                }
            }
            above.reverse();
        }
        Self { above }
    }

    /// How many events at a score.
    pub fn value(&self, score: f64) -> u32 {
        u32::try_from(self.above.iter().take_while(|&&edge| score > edge).count()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
#[path = "distribution_tests.rs"]
mod tests;
