//! From draws to a [`Summary`], without keeping the draws.
//!
//! A series (one figure in one year) is counted block by block: sums of the
//! distance to a fixed value near the mean (so that nothing cancels), how
//! often and how far it lies above its thresholds, and a histogram. Sums are
//! kept per block and added in block order; counts are exact in any order.

use super::histogram::{Bracket, Histogram, rank};
use super::machine::Kernel;
use super::outcome::Summary;
use super::random::BLOCK;

/// Thresholds per series at most: a budget, and where a shortfall begins.
pub(crate) const THRESHOLDS: usize = 2;

/// Resolution asked of the histogram: parts of the distance from P5 to P95. A
/// pilot misses that distance by some 3 %, more where it is skewed, hence not
/// 1,000.
pub(crate) const RESOLUTION: f64 = 1_250.0;

/// What all threads agree on before counting a series.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    /// A value near the mean.
    pub(crate) shift: f64,
    /// Values of which the excess is asked; unused ones are infinite.
    pub(crate) thresholds: [f64; THRESHOLDS],
    /// Whether the spread of the excess is asked too.
    pub(crate) squares: bool,
    /// Empty bins.
    pub(crate) bins: Histogram,
}

/// What one block adds to the sums of a series.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Sums {
    /// Σ (x - shift) and Σ (x - shift)².
    distance: f64,
    square: f64,
    /// Σ max(0, x - threshold) and its square, by threshold.
    excess: [f64; THRESHOLDS],
    excess_square: [f64; THRESHOLDS],
    /// How many lie above, by threshold; whole numbers.
    above: [f64; THRESHOLDS],
}

impl Sums {
    /// Adds the next block.
    pub(crate) fn add(&mut self, next: &Self) {
        self.distance += next.distance;
        self.square += next.square;
        for t in 0..THRESHOLDS {
            self.excess[t] += next.excess[t];
            self.excess_square[t] += next.excess_square[t];
            self.above[t] += next.above[t];
        }
    }
}

/// Sums one row of a series and finds the bin of each draw. The bins are
/// counted later, many blocks of a series at a time: its histogram then stays
/// near the processor.
pub(crate) struct Count<'a> {
    pub(crate) series: &'a Series,
    pub(crate) values: &'a [f64],
    pub(crate) histogram: &'a mut Histogram,
    /// As long as `values`.
    pub(crate) bins: &'a mut [u16],
}

impl Kernel for Count<'_> {
    type Output = Sums;
    #[inline(always)]
    fn run(self) -> Sums {
        count(self)
    }
}

/// Numbers that are summed side by side, in registers. The order of addition
/// is the same whatever the width of the instructions.
const WIDE: usize = 16;

/// One sum per place of [`WIDE`].
type Side = [f64; WIDE];

/// The loops over one row: one pass for the bins and the moments, one for
/// each threshold.
#[inline(always)]
fn count(job: Count<'_>) -> Sums {
    let Count { series, values, histogram, bins } = job;
    if let (Ok(values), Ok(bins), false) =
        (<&[f64; BLOCK]>::try_from(values), <&mut [u16; BLOCK]>::try_from(&mut *bins), histogram.is_point())
    {
        bins_of(values, histogram.scale(), bins);
        if !histogram.is_open() {
            values.iter().for_each(|&x| histogram.saw(x, x));
        }
        return sums(series, values, values);
    }
    // A shorter last block: what is missing adds 0 to the moments, lies above
    // no threshold and is not counted.
    let (mut padded, mut low) = ([series.shift; BLOCK], [f64::NEG_INFINITY; BLOCK]);
    padded[..values.len()].copy_from_slice(values);
    low[..values.len()].copy_from_slice(values);
    for (bin, &x) in bins.iter_mut().zip(values) {
        *bin = short(histogram.bin(x));
        if !histogram.is_open() {
            histogram.saw(x, x);
        }
    }
    sums(series, &padded, &low)
}

/// Moments of the first row and excesses of the second.
#[inline(always)]
fn sums(series: &Series, values: &[f64; BLOCK], against: &[f64; BLOCK]) -> Sums {
    let (distance, square) = distances(values, series.shift);
    let mut out = Sums { distance, square, ..Sums::default() };
    for t in 0..THRESHOLDS {
        if series.thresholds[t].is_finite() {
            let found = if series.squares {
                excess::<true>(against, series.thresholds[t])
            } else {
                excess::<false>(against, series.thresholds[t])
            };
            (out.excess[t], out.excess_square[t], out.above[t]) = found;
        }
    }
    out
}

/// The number of a bin: fewer than 2^16.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "bins are fewer")]
fn short(bin: usize) -> u16 {
    bin as u16
}

/// Sums side by side brought down to one number.
#[inline(always)]
fn together(sums: Side) -> f64 {
    // Laid down in memory first: else the compiler reads the loop from this
    // end and shuffles numbers one by one instead of summing them by fours.
    let sums = std::hint::black_box(sums);
    let four: [f64; 4] = std::array::from_fn(|k| (sums[k] + sums[k + 8]) + (sums[k + 4] + sums[k + 12]));
    (four[0] + four[2]) + (four[1] + four[3])
}

/// Σ (x - shift) and Σ (x - shift)².
#[inline(always)]
fn distances(x: &[f64; BLOCK], shift: f64) -> (f64, f64) {
    let (mut distance, mut square) = ([0.0; WIDE], [0.0; WIDE]);
    for x in x.as_chunks::<WIDE>().0 {
        for k in 0..WIDE {
            let off = x[k] - shift;
            distance[k] += off;
            square[k] = off.mul_add(off, square[k]);
        }
    }
    (together(distance), together(square))
}

/// Σ max(0, x - threshold), Σ of its square where asked, and how many lie above.
#[inline(always)]
fn excess<const SQUARES: bool>(x: &[f64; BLOCK], threshold: f64) -> (f64, f64, f64) {
    let (mut excess, mut square, mut above) = ([0.0; WIDE], [0.0; WIDE], [0.0; WIDE]);
    for x in x.as_chunks::<WIDE>().0 {
        for k in 0..WIDE {
            let over = x[k] - threshold;
            above[k] += if over > 0.0 { 1.0 } else { 0.0 };
            let over = if over > 0.0 { over } else { 0.0 };
            excess[k] += over;
            if SQUARES {
                square[k] = over.mul_add(over, square[k]);
            }
        }
    }
    (together(excess), together(square), together(above))
}

/// The bins of a row, as [`Histogram::bin`] finds them.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the lower bits hold the number of the bin")]
fn bins_of(x: &[f64; BLOCK], (lo, per_unit, last): (f64, f64, f64), out: &mut [u16; BLOCK]) {
    const SHIFT: f64 = 4_503_599_627_370_496.0;
    let mut found = [0_u32; BLOCK];
    for k in 0..BLOCK {
        let t = (x[k] - lo).mul_add(per_unit, 0.5);
        let t = if t > 0.0 { t } else { 0.0 };
        let t = if t < last { t } else { last };
        found[k] = (t + SHIFT).to_bits() as u32;
    }
    for k in 0..BLOCK {
        out[k] = found[k] as u16;
    }
}

impl Series {
    /// A series as its pilot shows it; reorders the pilot. `squares` says
    /// whether [`Total::excess`] will be asked.
    pub(crate) fn for_pilot(pilot: &mut [f64], thresholds: [f64; THRESHOLDS], squares: bool) -> Self {
        let bins = Histogram::for_middle(pilot, RESOLUTION);
        // A value that occurs, near the middle: a series without spread then
        // sums to 0.
        let shift = pilot.get(pilot.len() / 2).copied().unwrap_or(0.0);
        Self { shift, thresholds, squares, bins }
    }
}

/// A series after all draws.
#[derive(Clone, Debug)]
pub(crate) struct Total<'a> {
    series: &'a Series,
    sums: Sums,
    draws: u64,
    /// [`QUANTILES`] as shares of the draws, counted from below.
    quantiles: [Bracket; 7],
    /// The same of the mirrored series, mirrored back.
    upper: [Bracket; 7],
    /// One standard error of a share below and above P90, and likewise of the
    /// mirrored series.
    around_p90: [f64; 2],
    around_upper_p90: [f64; 2],
}

/// Shares of the quantiles in a [`Summary`].
const QUANTILES: [f64; 7] = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];

impl<'a> Total<'a> {
    #[allow(clippy::cast_precision_loss, reason = "a count of draws")]
    pub(crate) fn new(series: &'a Series, sums: Sums, histogram: &Histogram, draws: u64) -> Self {
        let step = (0.9 * 0.1 / draws as f64).sqrt();
        let up = |q: f64| rank(q.clamp(0.0, 1.0), draws);
        let down = |q: f64| draws + 1 - up(q);
        let [a, b, c, d, e, f, g] = QUANTILES;
        let found = histogram.at_ranks([
            up(a),
            up(b),
            up(c),
            up(d),
            up(e),
            up(f),
            up(g),
            down(a),
            down(b),
            down(c),
            down(d),
            down(e),
            down(f),
            down(g),
            up(0.9 - step),
            up(0.9 + step),
            down(0.9 - step),
            down(0.9 + step),
        ]);
        Self {
            series,
            sums,
            draws,
            quantiles: std::array::from_fn(|i| found[i]),
            upper: std::array::from_fn(|i| found[7 + i]),
            around_p90: [found[14].value, found[15].value],
            around_upper_p90: [found[16].value, found[17].value],
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "counts of draws")]
    fn n(&self) -> f64 {
        self.draws as f64
    }

    /// Whether every reported quantile is known to a thousandth of the
    /// distance from P5 to P95.
    pub(crate) fn is_sharp(&self) -> bool {
        let spread = self.quantiles[6].value - self.quantiles[0].value;
        self.quantiles.iter().chain(&self.upper).all(|q| q.hi - q.lo <= 0.001 * spread || q.lo == q.hi)
    }

    /// A summary of quantiles after `f`, which never falls, with mean and sd.
    /// The error of P90 is half the distance between the quantiles one
    /// standard error of a share away, whatever the distribution.
    fn through(&self, f: impl Fn(f64) -> f64, (mean, sd): (f64, f64)) -> Summary {
        let [p5, p10, p25, p50, p75, p90, p95] = self.quantiles.map(|b| f(b.value));
        let [below, above] = self.around_p90.map(f);
        Summary {
            mean,
            sd,
            p5,
            p10,
            p25,
            p50,
            p75,
            p90,
            p95,
            se_mean: sd / self.n().sqrt(),
            se_p90: 0.5 * (above - below),
            chance_above_budget: None,
            expected_excess: None,
        }
    }

    fn moments(&self) -> (f64, f64) {
        moments(self.sums.distance, self.sums.square, self.n(), self.series.shift)
    }

    /// The series as it was counted; chance and excess of its first threshold.
    pub(crate) fn summary(&self) -> Summary {
        let summary = self.through(|x| x, self.moments());
        if self.series.thresholds[0].is_finite() { self.compared(summary, 0) } else { summary }
    }

    fn compared(&self, summary: Summary, threshold: usize) -> Summary {
        let above = self.sums.above[threshold];
        Summary {
            chance_above_budget: Some(above / self.n()),
            expected_excess: (above > 0.0).then(|| self.sums.excess[threshold] / above),
            ..summary
        }
    }

    /// `constant` less the series.
    pub(crate) fn subtracted_from(&self, constant: f64) -> Summary {
        let (mean, sd) = self.moments();
        let mirrored = Self { quantiles: self.upper, around_p90: self.around_upper_p90, ..self.clone() };
        mirrored.through(|x| constant - x, (constant - mean, sd))
    }

    /// How far the series lies above a threshold, 0 where it does not.
    pub(crate) fn excess(&self, threshold: usize) -> Summary {
        let at = self.series.thresholds[threshold];
        let found = moments(self.sums.excess[threshold], self.sums.excess_square[threshold], self.n(), 0.0);
        self.compared(self.through(|x| if x > at { x - at } else { 0.0 }, found), threshold)
    }
}

/// Mean and standard deviation (of a sample) from sums around `shift`.
fn moments(distance: f64, square: f64, n: f64, shift: f64) -> (f64, f64) {
    let off = distance / n;
    let variance = if n > 1.0 { (square - distance * off) / (n - 1.0) } else { 0.0 };
    (shift + off, variance.max(0.0).sqrt())
}

impl Summary {
    /// What is the same in every draw.
    pub(crate) fn certain(value: f64, budget: Option<f64>) -> Self {
        let above = budget.map(|b| value > b);
        Self {
            mean: value,
            sd: 0.0,
            p5: value,
            p10: value,
            p25: value,
            p50: value,
            p75: value,
            p90: value,
            p95: value,
            se_mean: 0.0,
            se_p90: 0.0,
            chance_above_budget: above.map(|a| if a { 1.0 } else { 0.0 }),
            expected_excess: budget.filter(|_| above == Some(true)).map(|b| value - b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::machine::Width;

    fn total(values: &[f64], thresholds: [f64; THRESHOLDS], width: Width) -> (Summary, Summary, Summary) {
        let series = Series::for_pilot(&mut values[..values.len().min(BLOCK)].to_vec(), thresholds, true);
        let mut histogram = series.bins.emptied();
        let mut sums = Sums::default();
        for block in values.chunks(BLOCK) {
            let mut bins = vec![0; block.len()];
            sums.add(&width.run(Count { series: &series, values: block, histogram: &mut histogram, bins: &mut bins }));
            histogram.tally(&bins);
        }
        histogram.settle();
        let total = Total::new(&series, sums, &histogram, values.len() as u64);
        (total.summary(), total.subtracted_from(10.0), total.excess(1))
    }

    /// Not a whole number of blocks or of parts.
    fn values() -> Vec<f64> {
        (0..1003u32).map(|i| f64::from((i * 7919) % 1003) / 100.0).collect()
    }

    #[test]
    fn sums_agree_with_plain_arithmetic() {
        // 0.00, 0.01, ... 10.02, each once.
        let (s, mirrored, excess) = total(&values(), [9.0, 4.0], Width::widest());
        assert!((s.mean - 5.01).abs() < 1e-12);
        // Variance of n consecutive steps of 0.01: n (n+1) / 12 * 0.01^2.
        assert!((s.sd * s.sd - 1003.0 * 1004.0 / 12.0 * 1e-4).abs() < 1e-9);
        assert!((s.p10 - 1.0).abs() < 0.01 && (s.p50 - 5.01).abs() < 0.01 && (s.p90 - 9.02).abs() < 0.01);
        // 9.01 to 10.02: 102 of 1,003, on average 0.515 above 9.
        assert!((s.chance_above_budget.expect("a budget") - 102.0 / 1003.0).abs() < 1e-15);
        assert!((s.expected_excess.expect("exceeded") - 0.515).abs() < 1e-9);
        assert!((mirrored.mean - 4.99).abs() < 1e-12 && (mirrored.p10 - (10.0 - s.p90)).abs() < 0.02);
        assert!(mirrored.p5 < mirrored.p95);
        // 602 values of 0.01 to 6.02 above 4, the rest 0.
        assert!((excess.mean - 602.0 * 3.015 / 1003.0).abs() < 1e-9);
        assert_eq!(excess.p25, 0.0);
        assert!((excess.p95 - (s.p95 - 4.0)).abs() < 1e-12);
    }

    #[test]
    fn every_width_gives_the_same_bits() {
        let at = |width| total(&values(), [9.0, 4.0], width);
        assert_eq!(at(Width::Baseline), at(Width::Avx2));
        assert_eq!(at(Width::Baseline), at(Width::Avx512));
    }

    #[test]
    fn a_series_without_spread_is_its_value_to_the_bit() {
        let (s, ..) = total(&[0.1; 700], [0.2, f64::INFINITY], Width::widest());
        assert_eq!((s.mean, s.sd, s.p5, s.p95, s.se_p90), (0.1, 0.0, 0.1, 0.1, 0.0));
        assert_eq!((s.chance_above_budget, s.expected_excess), (Some(0.0), None));
        let certain = Summary::certain(0.1, Some(0.05));
        assert_eq!((certain.chance_above_budget, certain.expected_excess), (Some(1.0), Some(0.05)));
    }
}
