//! Events as spectra: each put on the grid, transformed, multiplied.
//!
//! Ranges go on the grid so that mass and mean are exact. Two real sequences
//! share one transform; Poisson events add up their intensities and are
//! exponentiated once.

use super::fft::{Fft, mirror};
use super::loss::{Frequency, Term};
use super::severity::Capped;

/// A term's chances on the grid.
pub(super) struct Placed {
    /// Steps of index 0.
    pub origin: i64,
    /// Where an amount of 0 stands.
    pub zero: usize,
    /// Entries in use.
    pub support: usize,
    /// Chance that it does not strike (0 for Poisson).
    pub unstruck: f64,
    /// Chance that had no room.
    pub dropped: f64,
    /// Variance that rounding adds, in squared steps.
    pub spread: f64,
    pub poisson: bool,
}

/// Lays the struck part of a term (chance or rate times severity) from index 0
/// of `out`, which is zero there, and says where.
pub(super) fn place(term: &Term, cap: f64, step: f64, out: &mut [f64]) -> Placed {
    let n = out.len();
    let severity = Capped { of: &term.severity, cap };
    let (min, max) = severity.bounds();
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
    let centre = severity.mean() / step - origin as f64;
    let mut second = 0.0;
    if let Some(amount) = severity.point() {
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
            let (mass_there, mean_there) = severity.at(edge);
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
    let own = severity.least_variance() / (step * step);
    Placed {
        origin,
        zero,
        support: last + 1,
        unstruck,
        dropped,
        spread: rate * (second - own).clamp(0.0, 0.25),
        poisson,
    }
}

/// The product of the spectra of all members, half of it (the rest mirrors it).
pub(super) struct Product {
    step: f64,
    cap: f64,
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
    pub spread: f64,
}

impl Product {
    pub(super) fn new(n: usize, cap: f64, step: f64) -> Self {
        Self {
            step,
            cap,
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

    pub(super) fn add(&mut self, fft: &Fft, term: &Term) {
        let n = self.re.len();
        if let Frequency::Poisson(rate) = term.frequency {
            let mut own = vec![0.0; n];
            let placed = place(term, self.cap, self.step, &mut own);
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
        let placed = place(term, self.cap, self.step, into);
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
    pub(super) fn finish(mut self, fft: &Fft) -> (Vec<f64>, Vec<f64>, i64, f64) {
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
pub(super) fn unroll(re: &mut [f64], im: &mut [f64], fft: &Fft, from: i64) -> Vec<f64> {
    let n = fft.len();
    fft.inverse(re, im);
    let scale = 1.0 / n as f64;
    (0..n).map(|k| (re[(from + k as i64).rem_euclid(n as i64) as usize] * scale).max(0.0)).collect()
}

/// Places of the frequencies 0, n/2, and one of every mirrored pair, with the mirrored place.
pub(super) fn half(n: usize) -> impl Iterator<Item = (usize, usize)> {
    let pairs = (1..n.trailing_zeros()).flat_map(|m| {
        let start = 1_usize << m;
        start..start + start / 2
    });
    [0, 1].into_iter().chain(pairs).map(|j| (j, mirror(j)))
}

pub(super) fn times(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

pub(super) fn exponential(z: (f64, f64)) -> (f64, f64) {
    let size = libm::exp(z.0);
    (size * libm::cos(z.1), size * libm::sin(z.1))
}

/// Whole steps at or below.
fn floor(x: f64) -> i64 {
    x.floor() as i64
}
