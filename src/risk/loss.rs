//! The loss distribution of independent events in one year, without draws.
//!
//! The sum is taken apart in two. Fixed amounts are summed exactly
//! (`atoms.rs`), so their point masses stand where they stand. Ranges
//! are summed in closed form when there is one, and on a fine grid otherwise
//! (`grid.rs`), with a proven bound on the error. Chance of a total is
//! then a sum over the fixed amounts, so nothing is smeared: with one risk of
//! 80,000 at 30 %, P70 is 0 and P90 is 80,000.

use super::atoms::{self, Atoms};
use super::grid::Grid;
use super::severity::Severity;

/// A quantile is the smallest amount whose cumulative chance is at least the
/// level asked, less this: chances written in percent are not exact in binary.
pub const LEVEL_TOLERANCE: f64 = 1e-9;

/// Most distinct sums of fixed amounts, without and with ranges beside them.
const MOST_ATOMS: usize = 1 << 16;
const MOST_ATOMS_BESIDE_RANGES: usize = 1 << 10;
/// Fixed amounts that stay exact when all of them are too many: the largest ones.
const KEPT_ATOMS: usize = 1 << 8;
/// Above this rate a Poisson number of fixed amounts goes to the grid.
const MOST_OCCURRENCES: f64 = 100.0;

/// Quantiles up to which a finer grid is made, where one pays: how many times
/// wider than its part the grid must be.
const RUNGS: [f64; 3] = [0.997, 0.96, 0.8];
const COARSE: f64 = 8.0;

/// How often something strikes in the year.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Frequency {
    /// Once, with this chance.
    Chance(f64),
    /// A Poisson number of times with this mean, each with its own amount.
    Poisson(f64),
}

impl Frequency {
    /// Mean number of occurrences.
    pub fn mean(self) -> f64 {
        match self {
            Self::Chance(p) => p,
            Self::Poisson(rate) => rate,
        }
    }

    /// Chance of at least one.
    pub fn chance(self) -> f64 {
        match self {
            Self::Chance(p) => p,
            Self::Poisson(rate) => -libm::expm1(-rate),
        }
    }
}

/// One independent event: how often and how much.
#[derive(Clone, Debug)]
pub struct Term {
    /// How often.
    pub frequency: Frequency,
    /// How much each time.
    pub severity: Severity,
}

impl Term {
    /// Mean loss.
    pub fn mean(&self) -> f64 {
        self.frequency.mean() * self.severity.mean()
    }

    /// Variance of the loss.
    pub fn variance(&self) -> f64 {
        let (mean, variance) = (self.severity.mean(), self.severity.variance());
        match self.frequency {
            Frequency::Chance(p) => p * variance + p * (1.0 - p) * mean * mean,
            Frequency::Poisson(rate) => rate * (variance + mean * mean),
        }
    }
}

/// A quantile with what is known of its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// Euros.
    pub value: f64,
    /// For an exact distribution: the true value is no further away than this. 0 where it is exact.
    /// For a simulated one: one Monte Carlo standard error.
    pub error: f64,
}

/// What the ranges add to the fixed amounts.
#[derive(Clone, Debug)]
pub(super) enum Ranges {
    /// There are none.
    None,
    /// One range that strikes with a chance: known in closed form. With its position in the terms.
    One { p: f64, severity: Severity, term: usize },
    /// Several: on a grid.
    Grid(Box<Grid>),
}

/// The distribution of a sum of independent events.
#[derive(Clone, Debug)]
pub struct Loss {
    pub(super) terms: Vec<Term>,
    /// Positions of the terms whose amounts are fixed and summed exactly.
    pub(super) fixed: Vec<usize>,
    pub(super) atoms: Atoms,
    cumulated: Vec<f64>,
    pub(super) ranges: Ranges,
    mean: f64,
    variance: f64,
    doubt: f64,
    /// The same on a finer grid, right for amounts below the first number.
    finer: Option<(f64, Box<Self>)>,
}

impl Loss {
    /// The sum of `terms`. Their order does not matter to a single bit.
    pub fn of(terms: &[Term]) -> Self {
        let mut order: Vec<usize> = (0..terms.len()).filter(|i| terms[*i].frequency.mean() > 0.0).collect();
        order.sort_by(|a, b| canonical(&terms[*a], &terms[*b]));
        let (mean, variance) =
            order.iter().fold((0.0, 0.0), |(m, v), i| (m + terms[*i].mean(), v + terms[*i].variance()));
        let (fixed, mut ranged): (Vec<usize>, Vec<usize>) = order.into_iter().partition(|i| {
            let t = &terms[*i];
            t.severity.is_point() && !matches!(t.frequency, Frequency::Poisson(rate) if rate > MOST_OCCURRENCES)
        });
        let most = if ranged.is_empty() { MOST_ATOMS } else { MOST_ATOMS_BESIDE_RANGES };
        let (atoms, mut rest, mut doubt) = sum_fixed(terms, &fixed, most);
        let (atoms, rest) = if rest.is_empty() {
            (atoms, rest)
        } else {
            let (kept, others, d) = sum_fixed(terms, &fixed, KEPT_ATOMS);
            rest = others;
            doubt = d;
            (kept, rest)
        };
        let fixed: Vec<usize> = fixed.into_iter().filter(|i| !rest.contains(i)).collect();
        ranged.extend(rest);
        let ranges = match ranged.as_slice() {
            [] => Ranges::None,
            &[i] if matches!(terms[i].frequency, Frequency::Chance(_)) && !terms[i].severity.is_point() => {
                Ranges::One { p: terms[i].frequency.mean(), severity: terms[i].severity.clone(), term: i }
            }
            many => Ranges::Grid(Box::new(Grid::of(terms, many, f64::INFINITY))),
        };
        let cumulated = atoms.cumulated();
        Self { terms: terms.to_vec(), fixed, atoms, cumulated, ranges, mean, variance, doubt, finer: None }
            .refined(&RUNGS)
    }

    /// Adds finer grids where rare large losses make this one coarse.
    ///
    /// Below an amount B the distribution stays the same to the last bit when
    /// an occurrence that takes the sum above B anyway is cut there. So each
    /// rung holds the distribution up to one of its quantiles, and the grid
    /// spans no more than that.
    fn refined(mut self, rungs: &[f64]) -> Self {
        let Ranges::Grid(grid) = &self.ranges else { return self };
        let (low, high) = grid.bounds();
        for (i, rung) in rungs.iter().enumerate() {
            let top = self.value_at(*rung) + 2.0 * grid.slack();
            // The others are at least their lowest sum, fixed amounts included.
            let cap = top - self.atoms.at[0] - grid.lowest();
            if !cap.is_finite() || cap <= 0.0 || (cap - low) * COARSE > high - low {
                continue;
            }
            let finer = self.on(Ranges::Grid(Box::new(Grid::of(&self.terms, &grid.members, cap))));
            if let Ranges::Grid(fine) = &finer.ranges
                && fine.slack() * 4.0 < grid.slack()
            {
                self.finer = Some((top, Box::new(finer.refined(&rungs[i + 1..]))));
                break;
            }
        }
        self
    }

    /// The finest distribution that holds up to `x` and somewhat further.
    pub(super) fn finest_at(&self, x: f64) -> &Self {
        match &self.finer {
            Some((top, finer)) if x + finer.slack() < *top => finer.finest_at(x),
            _ => self,
        }
    }

    /// The same fixed amounts beside other ranges, no finer ones.
    pub(super) fn on(&self, ranges: Ranges) -> Self {
        Self { ranges, finer: None, ..self.clone() }
    }

    /// Within how many euros the distribution is right.
    fn slack(&self) -> f64 {
        match &self.ranges {
            Ranges::Grid(grid) => grid.slack(),
            _ => 0.0,
        }
    }

    /// Mean, exact.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation, exact.
    pub fn sd(&self) -> f64 {
        self.variance.sqrt()
    }

    /// P(loss <= x).
    pub fn cdf(&self, x: f64) -> f64 {
        self.finest_at(x).shifted_cdf(x, 0.0, 0.0)
    }

    /// P(loss > x).
    pub fn exceedance(&self, x: f64) -> f64 {
        (1.0 - self.cdf(x)).clamp(0.0, 1.0)
    }

    /// The smallest amount with a cumulative chance of at least `level`
    /// (less [`LEVEL_TOLERANCE`]), `0 < level < 1`, and how far it can be off.
    pub fn quantile(&self, level: f64) -> Quantile {
        let mut least = f64::NEG_INFINITY;
        if let Some((top, finer)) = &self.finer {
            let q = finer.quantile(level);
            least = top - finer.slack() - q.error;
            if q.value < least {
                return q;
            }
        }
        let level = level - LEVEL_TOLERANCE;
        let (slack, doubt) = match &self.ranges {
            Ranges::Grid(grid) => (grid.slack(), grid.doubt() + self.doubt),
            _ => (0.0, self.doubt),
        };
        // What the finer grid puts above its part is not below it here.
        let value = self.solve(level, 0.0, 0.0).max(least);
        if slack == 0.0 && doubt == 0.0 {
            return Quantile { value, error: 0.0 };
        }
        let low = self.solve(level, slack, doubt);
        let high = self.solve(level, -slack, -doubt);
        Quantile { value, error: (value - low).max(high - value).max(0.0) }
    }

    /// The value of a quantile alone, without its error.
    pub(super) fn value_at(&self, level: f64) -> f64 {
        let mut least = f64::NEG_INFINITY;
        if let Some((top, finer)) = &self.finer {
            let value = finer.value_at(level);
            least = top - finer.slack();
            if value < least {
                return value;
            }
        }
        self.solve(level - LEVEL_TOLERANCE, 0.0, 0.0).max(least)
    }

    /// Chance that no range strikes.
    pub(super) fn unstruck(&self) -> f64 {
        match &self.ranges {
            Ranges::None => 1.0,
            Ranges::One { p, .. } => 1.0 - p,
            Ranges::Grid(grid) => grid.unstruck(),
        }
    }

    /// Chance that the ranges strike and come to at most `y`.
    pub(super) fn struck_cdf(&self, y: f64) -> f64 {
        match &self.ranges {
            Ranges::None => 0.0,
            Ranges::One { p, severity, .. } => p * severity.cdf(y),
            Ranges::Grid(grid) => grid.cdf(y),
        }
    }

    /// The cumulative chance, with the part of the ranges moved down by
    /// `shift` euros and `extra` chance added to it: the two ends of what the
    /// true distribution can be. Point masses are never in doubt.
    fn shifted_cdf(&self, x: f64, shift: f64, extra: f64) -> f64 {
        let points = match self.atoms.up_to(x) {
            0 => 0.0,
            n => self.cumulated[n - 1],
        };
        if matches!(self.ranges, Ranges::None) {
            return points + extra;
        }
        let top = 1.0 - self.unstruck();
        let mut struck = 0.0;
        for (at, mass) in self.atoms.at.iter().zip(&self.atoms.mass) {
            struck += mass * self.struck_cdf(x + shift - at);
        }
        points * self.unstruck() + (struck + extra).clamp(0.0, top)
    }

    fn solve(&self, level: f64, shift: f64, extra: f64) -> f64 {
        let (first, last) = (self.atoms.at[0], self.atoms.at[self.atoms.len() - 1]);
        if matches!(self.ranges, Ranges::None) {
            let i = self.cumulated.partition_point(|c| c + extra < level);
            return self.atoms.at[i.min(self.atoms.len() - 1)];
        }
        let (low, high) = match &self.ranges {
            Ranges::None => (0.0, 0.0),
            Ranges::One { severity, .. } => severity.bounds(),
            Ranges::Grid(grid) => grid.bounds(),
        };
        let (mut lo, mut hi) = (first + low.min(0.0) - shift.abs() - 1.0, last + high.max(0.0) + shift.abs());
        if self.shifted_cdf(hi, shift, extra) < level {
            return hi;
        }
        for _ in 0..200 {
            let mid = 0.5 * (lo + hi);
            if mid <= lo || mid >= hi || hi - lo < 1e-7 {
                break;
            }
            if self.shifted_cdf(mid, shift, extra) >= level {
                hi = mid;
            } else {
                lo = mid;
            }
        }
        // A jump inside the last step is a point mass: its amount, to the bit.
        let near = self.atoms.at[..self.atoms.up_to(hi)].last();
        match near {
            Some(at) if *at >= lo - 1e-5 && self.unstruck() > 0.0 => *at,
            _ => hi,
        }
    }
}

/// Sums fixed amounts, the largest first, until there would be more than `most`
/// distinct sums; gives those left over, and the chance cut off from Poisson tails.
fn sum_fixed(terms: &[Term], fixed: &[usize], most: usize) -> (Atoms, Vec<usize>, f64) {
    let mut order = fixed.to_vec();
    order.sort_by(|a, b| {
        let size = |i: &usize| terms[*i].severity.mean().abs();
        size(b).total_cmp(&size(a)).then_with(|| canonical(&terms[*a], &terms[*b]))
    });
    let (mut sum, mut doubt) = (Atoms::nothing(), 0.0);
    for (done, &i) in order.iter().enumerate() {
        let amount = terms[i].severity.mean();
        let next = match terms[i].frequency {
            Frequency::Chance(p) => sum.strike(p, amount),
            Frequency::Poisson(rate) => {
                let (chances, rest) = atoms::poisson(rate);
                doubt += rest;
                let many: Vec<(f64, f64)> = chances.iter().enumerate().map(|(k, p)| (k as f64 * amount, *p)).collect();
                if amount < 0.0 {
                    sum.convolve(&many.into_iter().rev().collect::<Vec<_>>())
                } else {
                    sum.convolve(&many)
                }
            }
        };
        if next.len() > most {
            return (sum, order[done..].to_vec(), doubt);
        }
        sum = next;
    }
    (sum, Vec::new(), doubt)
}

/// An order of terms that depends on nothing but their numbers.
fn canonical(a: &Term, b: &Term) -> std::cmp::Ordering {
    let key = |t: &Term| {
        let (min, max) = t.severity.bounds();
        let poisson = matches!(t.frequency, Frequency::Poisson(_));
        ([min, max, t.severity.mean(), t.frequency.mean()], poisson)
    };
    let ((x, p), (y, q)) = (key(a), key(b));
    x.iter().zip(&y).map(|(x, y)| x.total_cmp(y)).find(|o| o.is_ne()).unwrap_or(p.cmp(&q))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full(p: f64, amount: f64) -> Term {
        Term { frequency: Frequency::Chance(p), severity: Severity::Point(amount) }
    }

    fn ranged(p: f64, min: f64, max: f64) -> Term {
        Term { frequency: Frequency::Chance(p), severity: Severity::uniform(min, max) }
    }

    fn exact(loss: &Loss, level: f64) -> f64 {
        let q = loss.quantile(level);
        assert_eq!(q.error, 0.0, "level {level}");
        q.value
    }

    #[test]
    fn one_risk_of_80000_at_30_percent_has_p70_at_nothing_and_p90_at_80000() {
        let loss = Loss::of(&[full(0.3, 80_000.0)]);
        assert_eq!(exact(&loss, 0.70), 0.0);
        assert_eq!(exact(&loss, 0.75), 80_000.0);
        assert_eq!(exact(&loss, 0.90), 80_000.0);
        assert_eq!(loss.mean(), 24_000.0);
    }

    #[test]
    fn a_register_without_risks_loses_nothing() {
        let loss = Loss::of(&[]);
        assert_eq!(
            (loss.mean(), loss.sd(), exact(&loss, 0.99), loss.cdf(0.0), loss.cdf(-0.01)),
            (0.0, 0.0, 0.0, 1.0, 0.0)
        );
    }

    #[test]
    fn five_hundred_equal_risks_are_binomial() {
        let loss = Loss::of(&vec![full(0.1, 10_000.0); 500]);
        // Binomial(500, 0.1), summed in its own recurrence: P(k+1) = P(k) (n-k)/(k+1) p/(1-p).
        let (mut p, mut sum) = (libm::pow(0.9, 500.0), 0.0);
        for k in 0..=500_i32 {
            sum += p;
            assert!((loss.cdf(f64::from(k) * 10_000.0) - sum).abs() < 1e-12, "{k}");
            p *= f64::from(500 - k) / f64::from(k + 1) * (0.1 / 0.9);
        }
        assert_eq!(loss.mean(), 500_000.0_f64.round());
        assert!((loss.sd() - (500.0_f64 * 0.09).sqrt() * 10_000.0).abs() < 1e-6);
    }

    #[test]
    fn certain_and_impossible_risks_are_exact() {
        let mut terms = vec![full(1.0, 1_234.5); 250];
        terms.extend(vec![full(0.0, 1e9); 250]);
        let loss = Loss::of(&terms);
        for level in [0.01, 0.5, 0.99] {
            assert_eq!(exact(&loss, level), 308_625.0);
        }
        let zero_width = Loss::of(&[
            ranged(0.5, 700.0, 700.0),
            Term { frequency: Frequency::Chance(1.0), severity: Severity::pert(3.0, 3.0, 3.0) },
        ]);
        assert_eq!((exact(&zero_width, 0.5), exact(&zero_width, 0.51)), (3.0, 703.0));
    }

    #[test]
    fn one_range_is_exact() {
        // P(loss <= x) = 0.6 + 0.4 x/1000, so P90 = 750.
        let loss = Loss::of(&[ranged(0.4, 0.0, 1000.0)]);
        // The tolerance of the level, 1e-9, moves it by 2.5e-6 euros.
        assert!((exact(&loss, 0.9) - 750.0).abs() < 1e-5);
        assert_eq!(exact(&loss, 0.6), 0.0);
        let pert = Severity::pert(20.0, 50.0, 120.0);
        let loss = Loss::of(&[Term { frequency: Frequency::Chance(0.5), severity: pert.clone() }]);
        assert!((exact(&loss, 0.9) - pert.quantile(0.8)).abs() < 1e-5);
    }

    #[test]
    fn a_range_and_a_full_amount_keep_the_point_masses() {
        // 0.5 x 0.6 = 30 % nothing, 30 % exactly 10,000.
        let loss = Loss::of(&[ranged(0.4, 100.0, 200.0), full(0.5, 10_000.0)]);
        assert_eq!(exact(&loss, 0.3), 0.0);
        assert_eq!(exact(&loss, 0.55), 10_000.0);
        assert!((loss.cdf(10_000.0) - loss.cdf(9_999.0) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn two_ranges_make_a_triangle_within_the_bound() {
        let loss = Loss::of(&[ranged(1.0, 0.0, 1000.0), ranged(1.0, 0.0, 1000.0)]);
        for (level, truth) in [(0.125, 500.0), (0.5, 1000.0), (0.875, 1500.0), (0.995, 1900.0)] {
            let q = loss.quantile(level);
            assert!((q.value - truth).abs() <= q.error && q.error < 3.0, "{level}: {q:?}");
            assert!((q.value - truth).abs() < 0.05, "{level}: {q:?}");
        }
    }

    #[test]
    fn a_sum_of_uniform_ranges_is_irwin_hall() {
        // n = 5: F(x) = 1/5! sum_k (-1)^k (5 choose k) (x-k)^5 (Irwin 1927, Hall 1927).
        let loss = Loss::of(&vec![ranged(1.0, 0.0, 100.0); 5]);
        for x in [0.9_f64, 1.7, 2.5, 3.3, 4.2] {
            let mut sum = 0.0;
            for (k, (sign, choose)) in
                [(1.0, 1.0), (-1.0, 5.0), (1.0, 10.0), (-1.0, 10.0), (1.0, 5.0)].into_iter().enumerate()
            {
                let d = (x - k as f64).max(0.0);
                sum += sign * choose * d * d * d * d * d;
            }
            assert!((loss.cdf(100.0 * x) - sum / 120.0).abs() < 1e-6, "{x}");
        }
    }

    #[test]
    fn a_compound_poisson_has_its_mean_variance_and_chance_of_nothing() {
        // Mean = rate x mean; variance = rate x E[X^2] (Klugman et al., Loss Models, 9.3).
        let term = Term { frequency: Frequency::Poisson(2.5), severity: Severity::pert(10.0, 30.0, 110.0) };
        let loss = Loss::of(std::slice::from_ref(&term));
        assert!((loss.cdf(0.0) - libm::exp(-2.5)).abs() < 1e-12);
        let (mut mean, mut square, mut before) = (0.0, 0.0, loss.cdf(0.0));
        for k in 0..20_000 {
            let x = f64::from(k) * 0.1;
            let here = loss.cdf(x + 0.1);
            mean += (here - before) * (x + 0.05);
            square += (here - before) * (x + 0.05) * (x + 0.05);
            before = here;
        }
        assert!((mean - 100.0).abs() < 0.01, "{mean}");
        assert!((square - mean * mean - term.variance()).abs() < 1.0, "{} {}", square - mean * mean, term.variance());
        // Fixed amounts: Poisson itself.
        let fixed = Loss::of(&[Term { frequency: Frequency::Poisson(0.5), severity: Severity::Point(1000.0) }]);
        assert!((fixed.cdf(1000.0) - 1.5 * libm::exp(-0.5)).abs() < 1e-15);
        assert_eq!(exact(&fixed, 0.9), 1000.0);
    }

    #[test]
    fn a_rare_catastrophe_does_not_blur_what_lies_below_it() {
        // Two ranges to 1000, and a hundred million once in two hundred years.
        let small = [ranged(0.5, 0.0, 1000.0), ranged(0.5, 0.0, 1000.0)];
        let alone = Loss::of(&small);
        let loss = Loss::of(&[small[0].clone(), small[1].clone(), ranged(0.005, 0.0, 1e8)]);
        for x in [100.0, 500.0, 1_200.0, 1_900.0] {
            // The catastrophe spares x with chance 0.995, and is nearly uniform below it.
            let truth = 0.995 * alone.cdf(x) + 0.005 * x / 1e8 * 0.5;
            assert!((loss.cdf(x) - truth).abs() < 1e-5, "{x}: {} {truth}", loss.cdf(x));
        }
        let q = loss.quantile(0.9);
        assert!(q.error < 5.0 && (alone.cdf(q.value) * 0.995 - 0.9).abs() < 1e-4, "{q:?}");
        // P99.9: the upper fifth of the catastrophe.
        let q = loss.quantile(0.999);
        assert!((q.value - 0.8e8).abs() < 1e6, "{q:?}");
    }

    #[test]
    fn gains_and_losses_go_together() {
        let loss = Loss::of(&[
            ranged(1.0, -1000.0, 0.0),
            ranged(1.0, 0.0, 1000.0),
            ranged(0.5, -300.0, 300.0),
            full(0.5, -200.0),
        ]);
        // Symmetric about -100 except for the fixed amount: the median of the ranges is 0.
        let q = loss.quantile(0.5);
        assert!((loss.mean() + 100.0).abs() < 1e-9);
        assert!((q.value + 100.0).abs() < 1.0, "{q:?}");
        let poisson = Loss::of(&[
            Term { frequency: Frequency::Poisson(3.0), severity: Severity::uniform(-50.0, 50.0) },
            ranged(0.3, -10.0, 20.0),
        ]);
        assert!((poisson.cdf(0.0) + poisson.cdf(-1e-6) - 1.0).abs() < 0.06);
    }

    #[test]
    fn too_many_sums_of_fixed_amounts_go_to_the_grid_within_the_bound() {
        // Odd amounts: 2^40 sums. The bound stays far below what matters; mean and spread are exact.
        let terms: Vec<Term> = (0..40).map(|i| full(0.3, 1000.0 + 37.77 * f64::from(i * i))).collect();
        let loss = Loss::of(&terms);
        for level in [0.05, 0.5, 0.9, 0.99] {
            let q = loss.quantile(level);
            assert!(q.error > 0.0 && q.error < 0.01 * loss.sd(), "{q:?} {}", loss.sd());
        }
        // E[loss] is the integral of the chance of exceeding.
        let top: f64 = terms.iter().map(Term::mean).sum::<f64>() / 0.3;
        let mean: f64 =
            (0..20_000).map(|i| loss.exceedance((f64::from(i) + 0.5) / 20_000.0 * top) * top / 20_000.0).sum();
        assert!((mean / loss.mean() - 1.0).abs() < 1e-4, "{mean} {}", loss.mean());
    }

    #[test]
    fn the_order_of_the_risks_changes_no_bit() {
        let mut terms: Vec<Term> = (0..12).map(|i| ranged(0.05 * f64::from(i), 10.0 * f64::from(i), 300.0)).collect();
        terms.extend((0..6).map(|i| full(0.1, 33.3 * f64::from(i + 1))));
        let forward = Loss::of(&terms);
        terms.reverse();
        let backward = Loss::of(&terms);
        for level in [0.1, 0.5, 0.9, 0.99] {
            assert_eq!(forward.quantile(level), backward.quantile(level));
        }
        assert_eq!(forward.mean().to_bits(), backward.mean().to_bits());
    }
}
