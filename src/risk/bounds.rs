//! Where a sum of ranges can lie, and how far the grid can be off: the
//! inequalities of Chernoff, Hoeffding and Bennett.

use super::loss::{Frequency, Term};
use super::severity::{Capped, Severity};

/// Chance that rounding exceeds its bound.
pub(super) const ROUNDING_DOUBT: f64 = 1e-6;
/// Chance that a sum falls below, and above, its bounds.
pub(super) const TAIL_DOUBT: f64 = 1e-12;

/// A uniform range with a weight: weight, lowest, highest.
type Weighted = (f64, f64, f64);

/// How many steps the rounding of all struck amounts together stays within,
/// but for a chance of [`ROUNDING_DOUBT`]: never more than one each; by
/// Hoeffding with one each; by Bennett with the variance it has, in squared steps.
pub(super) fn rounding(terms: &[Term], members: &[usize], variance: f64) -> f64 {
    let most: f64 = members
        .iter()
        .map(|i| if matches!(terms[*i].frequency, Frequency::Poisson(_)) { f64::INFINITY } else { 1.0 })
        .sum();
    let log = libm::log(2.0 / ROUNDING_DOUBT);
    // Bennett: variance x ((1+u) ln(1+u) - u) = log at variance x u steps; Bernstein's is a larger start.
    let (mut low, mut high) = (0.0, log / 3.0 + (log * log / 9.0 + 2.0 * log * variance).sqrt());
    for _ in 0..60 {
        let mid = 0.5 * (low + high);
        let u = mid / variance.max(1e-9);
        if variance * ((1.0 + u) * libm::log1p(u) - u) >= log {
            high = mid;
        } else {
            low = mid;
        }
    }
    most.min((0.5 * log * most).sqrt()).min(high)
}

/// Lowest and highest loss of one term in the year.
pub(super) fn reach(term: &Term, cap: f64) -> (f64, f64) {
    let (min, max) = Capped { of: &term.severity, cap }.bounds();
    match term.frequency {
        Frequency::Chance(p) if p >= 1.0 => (min, max),
        Frequency::Chance(_) => (min.min(0.0), max.max(0.0)),
        Frequency::Poisson(_) => {
            (if min < 0.0 { f64::NEG_INFINITY } else { 0.0 }, if max > 0.0 { f64::INFINITY } else { 0.0 })
        }
    }
}

/// An amount that `sign` times the sum exceeds with a chance of at most
/// [`TAIL_DOUBT`]: Chernoff's bound.
pub(super) fn tail(terms: &[Term], members: &[usize], cap: f64, sign: f64) -> f64 {
    // What is certain is added at the end: it would drown the rest.
    let mut certain = 0.0;
    let parts: Vec<(Frequency, [Weighted; 2])> = members
        .iter()
        .map(|i| {
            let term = &terms[*i];
            let severity = Capped { of: &term.severity, cap };
            let mut uniforms = wider(severity, sign);
            if matches!(term.frequency, Frequency::Chance(p) if p >= 1.0) {
                let (min, max) = severity.bounds();
                let least = if sign > 0.0 { min } else { -max };
                certain += least;
                for (_, low, high) in &mut uniforms {
                    (*low, *high) = (*low - least, *high - least);
                }
            }
            (term.frequency, uniforms)
        })
        .collect();
    let largest = parts.iter().flat_map(|(_, w)| w).map(|(_, l, h)| l.abs().max(h.abs())).fold(0.0, f64::max);
    if largest == 0.0 {
        return certain;
    }
    let log_doubt = -libm::log(TAIL_DOUBT);
    let bound = |log_t: f64| {
        let t = libm::exp(log_t) / largest;
        let mut sum = log_doubt;
        for (frequency, uniforms) in &parts {
            let above: f64 =
                uniforms.iter().filter(|(w, _, _)| *w > 0.0).map(|(w, l, h)| w * generating(t, *l, *h)).sum();
            sum += match frequency {
                Frequency::Chance(p) => libm::log1p(p * above),
                Frequency::Poisson(rate) => rate * above,
            };
        }
        if sum.is_finite() { sum / t } else { f64::INFINITY }
    };
    // Any t gives a bound; golden section finds a good one.
    let (mut a, mut b) = (-12.0, 6.0);
    let ratio = 0.618_033_988_749_894_9;
    let (mut c, mut d) = (b - ratio * (b - a), a + ratio * (b - a));
    let (mut fc, mut fd) = (bound(c), bound(d));
    for _ in 0..30 {
        if fc <= fd {
            (b, d, fd) = (d, c, fc);
            c = b - ratio * (b - a);
            fc = bound(c);
        } else {
            (a, c, fc) = (c, d, fd);
            d = a + ratio * (b - a);
            fd = bound(d);
        }
    }
    let best = fc.min(fd);
    certain + best
}

/// Two weighted uniform ranges (weight, lowest, highest) with the mean of
/// `sign` times the severity that are wider in the convex order, so that their
/// generating function bounds its own. A PERT has one mode: it is the mode plus
/// a uniform share of a variable (Khinchine), which in turn is narrower than
/// its own two ends. What is cut is narrower than its two ends itself.
fn wider(severity: Capped<'_>, sign: f64) -> [Weighted; 2] {
    let (min, max) = severity.bounds();
    let (low, high) = if sign > 0.0 { (min, max) } else { (-max, -min) };
    if severity.is_cut() {
        let share = if high > low { (high - sign * severity.mean()) / (high - low) } else { 1.0 };
        return [(share, low, low), (1.0 - share, high, high)];
    }
    match severity.of {
        Severity::Point(_) | Severity::Uniform { .. } => [(1.0, low, high), (0.0, low, high)],
        Severity::Pert(pert) => {
            let mode = sign * pert.mode();
            let weight = ((high - mode) - 2.0 * (sign * severity.mean() - mode)) / (high - low);
            [(weight, low, mode), (1.0 - weight, mode, high)]
        }
    }
}

/// E[exp(tX)] - 1 for X uniform between two amounts.
fn generating(t: f64, low: f64, high: f64) -> f64 {
    let width = t * (high - low);
    let start = libm::exp(t * low);
    if width > 1e-5 {
        start * libm::expm1(width) / width - 1.0
    } else {
        start * (1.0 + 0.5 * width) - 1.0 + start * width * width
    }
}
