//! Sums of ranges on a fine grid, by Fourier transform, with a proven bound.
//!
//! Each range is put on the grid so that mass and mean are exact: what lies
//! between two points is shared by its distance to them. The spectra are
//! multiplied (compound Poisson: exponentiated), one transform back gives the
//! sum. Source of the method: Klugman, Panjer and Willmot, *Loss Models*
//! (mean-preserving discretisation; compound distributions by FFT).
//!
//! **Bound.** The rounding errors of struck amounts are independent given the
//! amounts, have mean 0 and are smaller than one step, so by the inequalities
//! of Hoeffding and Bennett their sum exceeds `slack` with a chance of at
//! most `doubt`.
//! What falls outside the grid is bounded by Chernoff's. The distribution is
//! then right within `slack` euros and `doubt` chance.

use super::fft::{Fft, mirror};
use super::loss::{Frequency, Term};
use super::severity::Severity;

/// Points of the grid for many events.
const POINTS: usize = 1 << 15;
const MOST_POINTS: usize = 1 << 19;
/// Chance that rounding exceeds the slack.
const ROUNDING_DOUBT: f64 = 1e-6;
/// Chance that the sum falls below, and above, the grid.
const TAIL_DOUBT: f64 = 1e-12;
/// What rounding in the transform itself can add to a chance.
const TRANSFORM_DOUBT: f64 = 1e-12;

/// The sum of ranges that strike, beside the chance that none does.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Positions in the terms.
    pub members: Vec<usize>,
    step: f64,
    /// Grid step number of the first point.
    first: i64,
    /// Chance cumulated up to and including each point, the point mass of "none strikes" left out.
    cumulated: Vec<f64>,
    unstruck: f64,
    /// Lowest and highest sum possible, or the ends of the grid.
    bounds: (f64, f64),
    slack: f64,
    doubt: f64,
    layout: Layout,
}

/// Where things stand in the arrays that are transformed.
#[derive(Clone, Debug)]
struct Layout {
    n: usize,
    /// Sum of the members' own origins, in steps: index 0 of the array of the sum.
    origin: i64,
}

impl Grid {
    /// The sum of the terms at `members`.
    pub(super) fn of(terms: &[Term], members: &[usize]) -> Self {
        // Few ranges are cheap: they get more points.
        Self::with_points(terms, members, if members.len() <= 16 { 2 * POINTS } else { POINTS })
    }

    /// The same on a coarser grid, for shares.
    pub(super) fn coarse(&self, terms: &[Term]) -> Self {
        Self::with_points(terms, &self.members, POINTS / 4)
    }

    fn with_points(terms: &[Term], members: &[usize], points: usize) -> Self {
        let hard = members.iter().fold((0.0, 0.0), |(lo, hi), i| {
            let (min, max) = reach(&terms[*i]);
            (lo + min, hi + max)
        });
        let low = hard.0.max(-tail(terms, members, -1.0));
        let high = hard.1.min(tail(terms, members, 1.0));
        // Room beside the ends for what rounding can add: at most a quarter of a squared step each.
        let occurrences: f64 = members.iter().map(|i| terms[*i].frequency.mean()).sum();
        let margin = rounding(terms, members, 0.25 * occurrences);
        let mut n = points;
        while n < MOST_POINTS && (n as f64) < 64.0 * margin {
            n *= 2;
        }
        let inner = (n as f64 - 2.0 * (margin + 3.0)).max(n as f64 / 4.0);
        let step = ((high - low) / inner).max(1e-9);
        let first = steps(low / step) - steps(margin) - 2;

        let fft = Fft::new(n);
        let mut product = Product::new(n, step);
        for i in members {
            product.add(&fft, &terms[*i]);
        }
        // Rounding spreads each amount by what its variance on the grid exceeds its own.
        let spread = product.spread;
        let margin = rounding(terms, members, spread.clamp(0.0, 0.25 * occurrences)).min(margin);
        let (mut re, mut im, origin, dropped) = product.finish(&fft);
        let mut struck = unroll(&mut re, &mut im, &fft, first - origin);
        let unstruck: f64 = members.iter().map(|i| unstruck(&terms[*i])).product();
        let zero = -first;
        if let Some(mass) = usize::try_from(zero).ok().and_then(|z| struck.get_mut(z)) {
            *mass = (*mass - unstruck).max(0.0);
        }
        let total: f64 = struck.iter().sum();
        let scale = if total > 0.0 { (1.0 - unstruck) / total } else { 0.0 };
        let mut sum = 0.0;
        let cumulated = struck
            .iter()
            .map(|m| {
                sum += m * scale;
                sum
            })
            .collect();
        Self {
            members: members.to_vec(),
            step,
            first,
            cumulated,
            unstruck,
            bounds: (low, high),
            slack: (margin + 0.5) * step,
            doubt: 2.0 * ROUNDING_DOUBT + 4.0 * TAIL_DOUBT + TRANSFORM_DOUBT + dropped,
            layout: Layout { n, origin },
        }
    }

    /// Chance that no member strikes.
    pub(super) fn unstruck(&self) -> f64 {
        self.unstruck
    }

    /// Within how many euros the distribution is right.
    pub(super) fn slack(&self) -> f64 {
        self.slack
    }

    /// Within which chance it is right.
    pub(super) fn doubt(&self) -> f64 {
        self.doubt
    }

    /// Lowest and highest sum that the grid holds.
    pub(super) fn bounds(&self) -> (f64, f64) {
        self.bounds
    }

    /// Chance that something strikes and the sum is at most `y`: straight
    /// between the points, each point's chance being spread half a step to
    /// either side (which leaves the mean where it is).
    pub(super) fn cdf(&self, y: f64) -> f64 {
        let top = 1.0 - self.unstruck;
        if y >= self.bounds.1 {
            return top;
        }
        let position = y / self.step + 0.5 - self.first as f64;
        if position <= 0.0 || y < self.bounds.0 {
            return 0.0;
        }
        let k = position as usize;
        if k >= self.cumulated.len() {
            return top;
        }
        let before = if k == 0 { 0.0 } else { self.cumulated[k - 1] };
        before + (self.cumulated[k] - before) * (position - k as f64)
    }

    /// For each member the sum over the grid of `weight(y)` times the mean of
    /// its own loss there times its chance: E[loss of the member; weight of the
    /// whole]. By Parseval, so that leaving a member out costs one transform.
    pub(super) fn contributions(&self, terms: &[Term], weight: impl Fn(f64) -> f64) -> Vec<f64> {
        let Layout { n, origin } = self.layout;
        let fft = Fft::new(n);
        let (mut re, mut im) = (vec![0.0; n], vec![0.0; n]);
        for k in 0..n {
            let place = (self.first + k as i64 - origin).rem_euclid(n as i64) as usize;
            re[place] = weight((self.first + k as i64) as f64 * self.step);
        }
        fft.forward(&mut re, &mut im, n);
        let weights: Vec<(f64, f64)> = half(n).map(|(j, _)| (re[j], -im[j])).collect();
        let spectra = |term: &Term| {
            let (mut re, mut im) = (vec![0.0; n], vec![0.0; n]);
            let placed = place(term, self.step, &mut re);
            for (k, mass) in re[..placed.support].iter().enumerate() {
                im[k] = mass * (placed.origin + k as i64) as f64 * self.step;
            }
            let mut support = placed.support;
            if placed.poisson {
                // As in the product: a Poisson member keeps no origin of its own.
                let turn = placed.origin.rem_euclid(n as i64) as usize;
                if turn > 0 {
                    re.rotate_right(turn);
                    im.rotate_right(turn);
                    support = n;
                }
            } else {
                re[placed.zero] += placed.unstruck;
            }
            fft.forward(&mut re, &mut im, support);
            // Two real sequences in one transform: chances, and chances times amounts.
            let pairs: Vec<[(f64, f64); 2]> = half(n)
                .map(|(j, m)| {
                    [
                        (0.5 * (re[j] + re[m]), 0.5 * (im[j] - im[m])),
                        (0.5 * (im[j] + im[m]), 0.5 * (re[m] - re[j])),
                    ]
                })
                .collect();
            pairs
        };
        // Factors near zero are kept apart, so that a member can be divided out.
        const SMALL: f64 = 1e-5;
        let slots = n / 2 + 1;
        let mut large = vec![(1.0, 0.0); slots];
        let mut small = vec![(1.0, 0.0); slots];
        let mut count = vec![0_u32; slots];
        for i in &self.members {
            let term = &terms[*i];
            for (slot, [f, _]) in spectra(term).iter().enumerate() {
                if let Frequency::Poisson(rate) = term.frequency {
                    large[slot] = times(large[slot], exponential((f.0 - rate, f.1)));
                } else if f.0 * f.0 + f.1 * f.1 < SMALL * SMALL {
                    small[slot] = times(small[slot], *f);
                    count[slot] += 1;
                } else {
                    large[slot] = times(large[slot], *f);
                }
            }
        }
        self.members
            .iter()
            .map(|i| {
                let term = &terms[*i];
                let mut sum = 0.0;
                for (slot, [f, mean]) in spectra(term).iter().enumerate() {
                    let size = f.0 * f.0 + f.1 * f.1;
                    let others = if matches!(term.frequency, Frequency::Poisson(_)) {
                        times(large[slot], small[slot])
                    } else if size >= SMALL * SMALL {
                        let all = times(large[slot], small[slot]);
                        times(all, (f.0 / size, -f.1 / size))
                    } else if count[slot] == 1 {
                        large[slot]
                    } else {
                        // Two factors below 1e-5: what is left out is below 1e-5 of a vanishing frequency.
                        (0.0, 0.0)
                    };
                    let part = times(times(weights[slot], others), *mean);
                    sum += if slot < 2 { part.0 } else { 2.0 * part.0 };
                }
                sum / n as f64
            })
            .collect()
    }

    /// The grid step in euros.
    pub(super) fn step(&self) -> f64 {
        self.step
    }
}

/// How many steps the rounding of all struck amounts together stays within,
/// but for a chance of [`ROUNDING_DOUBT`]: never more than one each; by
/// Hoeffding with one each; by Bennett with the variance it has, in squared steps.
fn rounding(terms: &[Term], members: &[usize], variance: f64) -> f64 {
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

/// A term's chances on the grid.
struct Placed {
    /// Steps of index 0.
    origin: i64,
    /// Where an amount of 0 stands.
    zero: usize,
    /// Entries in use.
    support: usize,
    /// Chance that it does not strike (0 for Poisson).
    unstruck: f64,
    /// Chance that had no room.
    dropped: f64,
    /// Variance that rounding adds, in squared steps.
    spread: f64,
    poisson: bool,
}

/// Lays the struck part of a term (chance or rate times severity) from index 0
/// of `out`, which is zero there, and says where.
fn place(term: &Term, step: f64, out: &mut [f64]) -> Placed {
    let n = out.len();
    let (min, max) = term.severity.bounds();
    let (rate, poisson) = match term.frequency {
        Frequency::Chance(p) => (p, false),
        Frequency::Poisson(rate) => (rate, true),
    };
    let unstruck = if poisson { 0.0 } else { 1.0 - rate };
    let lowest = floor(min / step);
    let origin = if unstruck > 0.0 || poisson { lowest.min(0) } else { lowest };
    let zero = usize::try_from(-origin).unwrap_or(0).min(n - 1);
    let mut last = zero;
    let mut dropped = 0.0;
    // Second moment about the mean on the grid, in squared steps, gathered while placing.
    let centre = term.severity.mean() / step - origin as f64;
    let mut second = 0.0;
    if let Severity::Point(amount) = term.severity {
        let at = amount / step - lowest as f64;
        let k = usize::try_from(lowest - origin).unwrap_or(0);
        if k + 1 < n {
            out[k] += rate * (1.0 - at);
            out[k + 1] += rate * at;
            second = at * (1.0 - at);
            last = last.max(k + 1);
        } else {
            out[n - 1] += rate;
            dropped = rate;
            last = n - 1;
        }
    } else {
        let mut k = usize::try_from(lowest - origin).unwrap_or(0);
        let (mut mass, mut mean) = (0.0, 0.0);
        let mut at = lowest;
        loop {
            if k + 1 >= n {
                out[n - 1] += rate * (1.0 - mass);
                dropped = rate * (1.0 - mass);
                last = n - 1;
                break;
            }
            let edge = (at + 1) as f64 * step;
            let (mass_there, mean_there) = term.severity.at(edge);
            let inside = mass_there - mass;
            let right = ((mean_there - mean) / step - at as f64 * inside).clamp(0.0, inside.max(0.0));
            out[k] += rate * (inside - right);
            out[k + 1] += rate * right;
            let (left, next) = (k as f64 - centre, k as f64 + 1.0 - centre);
            second += (inside - right) * left * left + right * next * next;
            last = last.max(k + 1);
            (mass, mean) = (mass_there, mean_there);
            if edge >= max {
                break;
            }
            k += 1;
            at += 1;
        }
    }
    let own = term.severity.variance() / (step * step);
    Placed { origin, zero, support: last + 1, unstruck, dropped, spread: rate * (second - own).clamp(0.0, 0.25), poisson }
}

/// The product of the spectra of all members, half of it (the rest mirrors it).
struct Product {
    step: f64,
    half: Vec<(f64, f64)>,
    /// Two real sequences in one transform: the one that waits for its partner.
    re: Vec<f64>,
    im: Vec<f64>,
    waiting: Option<usize>,
    /// Intensities of all Poisson members together.
    rates: Option<(Vec<f64>, i64, f64)>,
    origin: i64,
    dropped: f64,
    /// Variance that rounding adds, in squared steps.
    spread: f64,
}

impl Product {
    fn new(n: usize, step: f64) -> Self {
        Self {
            step,
            half: vec![(1.0, 0.0); n / 2 + 1],
            re: vec![0.0; n],
            im: vec![0.0; n],
            waiting: None,
            rates: None,
            origin: 0,
            dropped: 0.0,
            spread: 0.0,
        }
    }

    fn add(&mut self, fft: &Fft, term: &Term) {
        let n = self.re.len();
        if let Frequency::Poisson(rate) = term.frequency {
            let mut own = vec![0.0; n];
            let placed = place(term, self.step, &mut own);
            let (sum, _, total) = self.rates.get_or_insert_with(|| (vec![0.0; n], 0, 0.0));
            // A Poisson member adds whole amounts, also of 0 occurrences: its origin stays in the array, wrapped around.
            for (k, mass) in own[..placed.support].iter().enumerate() {
                sum[(placed.origin + k as i64).rem_euclid(n as i64) as usize] += mass;
            }
            *total += rate;
            self.dropped += placed.dropped;
            self.spread += placed.spread;
            return;
        }
        let into = if self.waiting.is_none() { &mut self.re } else { &mut self.im };
        let placed = place(term, self.step, into);
        into[placed.zero] += placed.unstruck;
        self.origin += placed.origin;
        self.dropped += placed.dropped;
        self.spread += placed.spread;
        match self.waiting.take() {
            None => self.waiting = Some(placed.support),
            Some(support) => self.multiply(fft, support.max(placed.support)),
        }
    }

    /// With Z the transform of a + ib, A B = (Z^2 - conj(Z mirrored)^2) / 4i.
    fn multiply(&mut self, fft: &Fft, support: usize) {
        let n = fft.len();
        fft.forward(&mut self.re, &mut self.im, support);
        for (slot, (j, m)) in half(n).enumerate() {
            let (zr, zi, yr, yi) = (self.re[j], self.im[j], self.re[m], self.im[m]);
            let (dr, di) = ((zr * zr - zi * zi) - (yr * yr - yi * yi), 2.0 * (zr * zi + yr * yi));
            self.half[slot] = times(self.half[slot], (0.25 * di, -0.25 * dr));
        }
        self.re.fill(0.0);
        self.im.fill(0.0);
    }

    /// The whole spectrum, the origin of the sum, and the chance that had no room.
    fn finish(mut self, fft: &Fft) -> (Vec<f64>, Vec<f64>, i64, f64) {
        let n = fft.len();
        if let Some(support) = self.waiting.take() {
            self.im[0] = 1.0;
            self.multiply(fft, support);
        }
        if let Some((mut rates, _, total)) = self.rates.take() {
            fft.forward(&mut rates, &mut self.im, n);
            for (slot, (j, _)) in half(n).enumerate() {
                let factor = exponential((rates[j] - total, self.im[j]));
                self.half[slot] = times(self.half[slot], factor);
            }
        }
        let (mut re, mut im) = (self.re, self.im);
        for (slot, (j, m)) in half(n).enumerate() {
            let (r, i) = self.half[slot];
            (re[m], im[m]) = (r, -i);
            (re[j], im[j]) = (r, i);
        }
        (re, im, self.origin, self.dropped)
    }
}

/// The sequence behind a spectrum, from index `from` around, never below 0.
fn unroll(re: &mut [f64], im: &mut [f64], fft: &Fft, from: i64) -> Vec<f64> {
    let n = fft.len();
    fft.inverse(re, im);
    let scale = 1.0 / n as f64;
    (0..n).map(|k| (re[(from + k as i64).rem_euclid(n as i64) as usize] * scale).max(0.0)).collect()
}

/// Places of the frequencies 0, n/2, and one of every mirrored pair, with the mirrored place.
fn half(n: usize) -> impl Iterator<Item = (usize, usize)> {
    let pairs = (1..n.trailing_zeros()).flat_map(|m| {
        let start = 1_usize << m;
        start..start + start / 2
    });
    [0, 1].into_iter().chain(pairs).map(|j| (j, mirror(j)))
}

fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn exponential(z: (f64, f64)) -> (f64, f64) {
    let size = libm::exp(z.0);
    (size * libm::cos(z.1), size * libm::sin(z.1))
}

fn unstruck(term: &Term) -> f64 {
    match term.frequency {
        Frequency::Chance(p) => 1.0 - p,
        Frequency::Poisson(rate) => libm::exp(-rate),
    }
}

/// Lowest and highest loss of one term in the year.
fn reach(term: &Term) -> (f64, f64) {
    let (min, max) = term.severity.bounds();
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
fn tail(terms: &[Term], members: &[usize], sign: f64) -> f64 {
    // What is certain is added at the end: it would drown the rest.
    let mut certain = 0.0;
    let parts: Vec<(Frequency, [(f64, f64, f64); 2])> = members
        .iter()
        .map(|i| {
            let term = &terms[*i];
            let mut uniforms = wider(&term.severity, sign);
            if matches!(term.frequency, Frequency::Chance(p) if p >= 1.0) {
                let (min, max) = term.severity.bounds();
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
            let above: f64 = uniforms.iter().filter(|(w, _, _)| *w > 0.0).map(|(w, l, h)| w * generating(t, *l, *h)).sum();
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
/// its own two ends.
fn wider(severity: &Severity, sign: f64) -> [(f64, f64, f64); 2] {
    let (min, max) = severity.bounds();
    let (low, high) = if sign > 0.0 { (min, max) } else { (-max, -min) };
    match severity {
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
    if width > 1e-5 { start * libm::expm1(width) / width - 1.0 } else { start * (1.0 + 0.5 * width) - 1.0 + start * width * width }
}

/// Whole steps at or below.
fn floor(x: f64) -> i64 {
    x.floor() as i64
}

/// Whole steps at or below (a margin rounds up elsewhere).
fn steps(x: f64) -> i64 {
    x.ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::loss::Loss;

    fn term(frequency: Frequency, severity: Severity) -> Term {
        Term { frequency, severity }
    }

    #[test]
    fn the_grid_agrees_with_the_exact_sums_within_its_own_bound() {
        // Fourteen odd amounts have 2^14 exact sums; the same on the grid must bracket each of them.
        let terms: Vec<Term> = (1..=14)
            .map(|i| term(Frequency::Chance(0.04 * f64::from(i)), Severity::Point(f64::from(i * i) * 977.31 - 3000.0)))
            .collect();
        let exact = Loss::of(&terms);
        let grid = Grid::of(&terms, &(0..14).collect::<Vec<_>>());
        assert!(grid.slack() < 2e-3 * exact.sd(), "{} {}", grid.slack(), exact.sd());
        for i in 1..400 {
            let x = -30_000.0 + 2_000.0 * f64::from(i);
            let on_grid = |x: f64| grid.cdf(x) + if x >= 0.0 { grid.unstruck() } else { 0.0 };
            let truth = exact.cdf(x);
            assert!(on_grid(x - grid.slack()) <= truth + grid.doubt() + 1e-12, "{x}");
            assert!(on_grid(x + grid.slack()) + grid.doubt() + 1e-12 >= truth, "{x}");
        }
    }

    #[test]
    fn each_members_share_is_that_of_the_exact_sums() {
        // Three fixed amounts and a Poisson: E[X_i; a <= S < b], by listing all sums.
        let parts = [(0.3, 1000.0), (0.5, 2500.0), (0.8, -700.0)];
        let mut terms: Vec<Term> = parts.iter().map(|(p, a)| term(Frequency::Chance(*p), Severity::Point(*a))).collect();
        terms.push(term(Frequency::Poisson(0.7), Severity::Point(-400.0)));
        let grid = Grid::of(&terms, &[0, 1, 2, 3]);
        let inside = |s: f64| s > 550.0 && s < 3_350.0;
        let shares = grid.contributions(&terms, |y| f64::from(u8::from(inside(y))));
        let mut truth = [0.0; 4];
        let (chances, _) = crate::risk::atoms::poisson(0.7);
        for bits in 0..8_usize {
            for (k, pk) in chances.iter().enumerate() {
                let struck = |i: usize| bits >> i & 1 == 1;
                let p: f64 = parts.iter().enumerate().map(|(i, (p, _))| if struck(i) { *p } else { 1.0 - p }).product::<f64>() * pk;
                let s: f64 = parts.iter().enumerate().filter(|(i, _)| struck(*i)).map(|(_, (_, a))| a).sum::<f64>() - 400.0 * k as f64;
                if inside(s) {
                    for (i, (_, a)) in parts.iter().enumerate().filter(|(i, _)| struck(*i)) {
                        truth[i] += p * a;
                    }
                    truth[3] -= p * 400.0 * k as f64;
                }
            }
        }
        for (ours, truth) in shares.iter().zip(truth) {
            assert!((ours - truth).abs() < 1e-6, "{shares:?} {truth:?}");
        }
    }
}
