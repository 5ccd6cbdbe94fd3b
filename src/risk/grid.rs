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

use super::bounds::{ROUNDING_DOUBT, TAIL_DOUBT, reach, rounding, tail};
use super::fft::Fft;
use super::loss::{Frequency, Term};
use super::spectrum::{Product, exponential, half, place, times, unroll};

/// Points of the grid for many events.
const POINTS: usize = 1 << 15;
const MOST_POINTS: usize = 1 << 19;
/// What rounding in the transform itself can add to a chance.
const TRANSFORM_DOUBT: f64 = 1e-12;

/// The sum of ranges that strike, beside the chance that none does.
#[derive(Clone, Debug)]
pub(super) struct Grid {
    /// Positions in the terms.
    pub members: Vec<usize>,
    step: f64,
    /// What an occurrence costs above this counts as this.
    cap: f64,
    /// Grid step number of the first point.
    first: i64,
    /// Chance cumulated up to and including each point, the point mass of "none strikes" left out.
    cumulated: Vec<f64>,
    unstruck: f64,
    /// Lowest and highest sum possible, or the ends of the grid.
    bounds: (f64, f64),
    lowest: f64,
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
    /// The sum of the terms at `members`, each occurrence counted up to `cap`.
    pub(super) fn of(terms: &[Term], members: &[usize], cap: f64) -> Self {
        // Few ranges are cheap: they get more points.
        Self::with_points(terms, members, cap, if members.len() <= 16 { 2 * POINTS } else { POINTS })
    }

    /// The same on a coarser grid, for shares.
    pub(super) fn coarse(&self, terms: &[Term]) -> Self {
        Self::with_points(terms, &self.members, self.cap, POINTS / 4)
    }

    fn with_points(terms: &[Term], members: &[usize], cap: f64, points: usize) -> Self {
        let hard = members.iter().fold((0.0, 0.0), |(lo, hi), i| {
            let (min, max) = reach(&terms[*i], cap);
            (lo + min, hi + max)
        });
        let low = hard.0.max(-tail(terms, members, cap, -1.0));
        let high = hard.1.min(tail(terms, members, cap, 1.0));
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
        let mut product = Product::new(n, cap, step);
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
            cap,
            first,
            cumulated,
            unstruck,
            bounds: (low, high),
            lowest: hard.0,
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

    /// Lowest sum possible; not finite where gains may come any number of times.
    pub(super) fn lowest(&self) -> f64 {
        self.lowest
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
            let placed = place(term, self.cap, self.step, &mut re);
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
                    [(0.5 * (re[j] + re[m]), 0.5 * (im[j] - im[m])), (0.5 * (im[j] + im[m]), 0.5 * (re[m] - re[j]))]
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

fn unstruck(term: &Term) -> f64 {
    match term.frequency {
        Frequency::Chance(p) => 1.0 - p,
        Frequency::Poisson(rate) => libm::exp(-rate),
    }
}

/// Whole steps at or above.
fn steps(x: f64) -> i64 {
    x.ceil() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::loss::Loss;
    use crate::risk::severity::Severity;

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
        let grid = Grid::of(&terms, &(0..14).collect::<Vec<_>>(), f64::INFINITY);
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
        let mut terms: Vec<Term> =
            parts.iter().map(|(p, a)| term(Frequency::Chance(*p), Severity::Point(*a))).collect();
        terms.push(term(Frequency::Poisson(0.7), Severity::Point(-400.0)));
        let grid = Grid::of(&terms, &[0, 1, 2, 3], f64::INFINITY);
        let inside = |s: f64| s > 550.0 && s < 3_350.0;
        let shares = grid.contributions(&terms, |y| f64::from(u8::from(inside(y))));
        let mut truth = [0.0; 4];
        let (chances, _) = crate::risk::atoms::poisson(0.7);
        for bits in 0..8_usize {
            for (k, pk) in chances.iter().enumerate() {
                let struck = |i: usize| bits >> i & 1 == 1;
                let p: f64 =
                    parts.iter().enumerate().map(|(i, (p, _))| if struck(i) { *p } else { 1.0 - p }).product::<f64>()
                        * pk;
                let s: f64 = parts.iter().enumerate().filter(|(i, _)| struck(*i)).map(|(_, (_, a))| a).sum::<f64>()
                    - 400.0 * k as f64;
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
