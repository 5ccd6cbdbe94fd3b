//! Quantiles of draws, without sorting all of them.
//!
//! A draw's value is kept to the bit: the losses of a register stand at round
//! amounts, and P90 of such a register is one of them.

use super::loss::LEVEL_TOLERANCE;

/// Cells that the values are sorted into first.
const CELLS: usize = 4096;

/// The rank, from 1, of the smallest value with a share of at least `level`
/// at or below it.
pub(super) fn rank(level: f64, n: usize) -> usize {
    let rank = ((level - LEVEL_TOLERANCE) * n as f64).ceil();
    if rank < 1.0 { 1 } else { (rank as usize).min(n) }
}

/// The values at the given ranks (from 1) of `values`, which is not empty.
pub(super) fn at_ranks(values: &[f64], ranks: &[usize]) -> Vec<f64> {
    let (min, max) = values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(*x), hi.max(*x)));
    let scale = CELLS as f64 / (max - min);
    if !scale.is_finite() {
        return vec![min; ranks.len()];
    }
    let cell = |x: f64| (((x - min) * scale) as usize).min(CELLS - 1);
    let mut counts = vec![0_usize; CELLS];
    for x in values {
        counts[cell(*x)] += 1;
    }
    // Which cell each rank is in, and how many values lie below that cell.
    let mut found = Vec::with_capacity(ranks.len());
    for rank in ranks {
        let mut below = 0;
        let mut at = 0;
        while below + counts[at] < *rank {
            below += counts[at];
            at += 1;
        }
        found.push((at, rank - below - 1));
    }
    let mut wanted: Vec<Option<Vec<f64>>> = vec![None; CELLS];
    for (at, _) in &found {
        wanted[*at].get_or_insert_with(|| Vec::with_capacity(counts[*at]));
    }
    for x in values {
        if let Some(list) = &mut wanted[cell(*x)] {
            list.push(*x);
        }
    }
    for list in wanted.iter_mut().flatten() {
        list.sort_unstable_by(f64::total_cmp);
    }
    found.iter().map(|(at, within)| wanted[*at].as_ref().map_or(min, |list| list[*within])).collect()
}

/// Quantiles at several levels, each with one standard error: half the
/// distance between the values one binomial standard deviation of rank apart.
pub(super) fn quantiles(values: &[f64], levels: &[f64]) -> Vec<super::Quantile> {
    let n = values.len();
    let mut ranks = Vec::with_capacity(3 * levels.len());
    for level in levels {
        let off = (level * (1.0 - level) / n as f64).sqrt();
        ranks.extend([rank(*level, n), rank(level - off, n), rank(level + off, n)]);
    }
    at_ranks(values, &ranks)
        .chunks_exact(3)
        .map(|q| super::Quantile { value: q[0], error: 0.5 * (q[2] - q[1]) })
        .collect()
}

/// How much each value weighs in the mean over the ranks from `from` to `to`
/// (shares of all): 1 between the values there, a part at the values
/// themselves where more draws have them than fall inside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    low: f64,
    high: f64,
    at_low: f64,
    at_high: f64,
}

impl Window {
    /// Around `level`, `half` to each side.
    pub(super) fn of(values: &[f64], level: f64, half: f64) -> Self {
        let n = values.len();
        let (from, to) = ((level - half).max(0.0), (level + half).min(1.0));
        let ends = at_ranks(values, &[rank(from, n), rank(to, n)]);
        let (low, high) = (ends[0], ends[1]);
        let count = |test: &dyn Fn(f64) -> bool| values.iter().filter(|x| test(**x)).count() as f64 / n as f64;
        let (below, up_to) = (count(&|x| x < low), count(&|x| x <= low));
        let (before, through) = (count(&|x| x < high), count(&|x| x <= high));
        Self::from_parts((low, high), (from, to), (below, up_to), (before, through))
    }

    /// From the two ends, the shares asked, and the shares of values below and
    /// up to each end.
    pub(super) fn from_parts(ends: (f64, f64), asked: (f64, f64), low: (f64, f64), high: (f64, f64)) -> Self {
        let part = |inside: f64, all: f64| if all > 0.0 { (inside / all).clamp(0.0, 1.0) } else { 1.0 };
        let (at_low, at_high) = if ends.0 == ends.1 {
            (1.0, 1.0)
        } else {
            (part(low.1 - asked.0, low.1 - low.0), part(asked.1 - high.0, high.1 - high.0))
        };
        Self { low: ends.0, high: ends.1, at_low, at_high }
    }

    /// The two values between which all draws weigh fully.
    pub(super) fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Weight of a value; values within `same` of an end are that end.
    pub(super) fn weight(&self, x: f64, same: f64) -> f64 {
        if (x - self.low).abs() <= same {
            self.at_low
        } else if (x - self.high).abs() <= same {
            self.at_high
        } else if x > self.low && x < self.high {
            1.0
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_agree_with_sorting() {
        let values: Vec<f64> = (0..5000_u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) % 997) - 300.0).collect();
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let ranks = [1, 2, 17, 2500, 4500, 4999, 5000];
        let found = at_ranks(&values, &ranks);
        for (x, rank) in found.iter().zip(ranks) {
            assert_eq!(*x, sorted[rank - 1]);
        }
    }

    #[test]
    fn equal_values_have_no_spread() {
        assert_eq!(at_ranks(&[7.0; 10], &[1, 5, 10]), [7.0; 3]);
    }

    #[test]
    fn a_level_written_in_percent_finds_its_own_rank() {
        // 0.7 x 10 is 7.000000000000001 in some orders of arithmetic.
        assert_eq!((rank(0.7, 10), rank(0.9, 10_000), rank(0.0, 10), rank(1.0, 10)), (7, 9000, 1, 10));
    }

    #[test]
    fn a_window_takes_part_of_what_is_tied() {
        // Ranks 40 % to 80 % of 0 0 0 0 0 5 5 5 5 9: one of the five zeros, three of the four fives.
        let values = [0.0, 0.0, 0.0, 0.0, 0.0, 5.0, 5.0, 5.0, 5.0, 9.0];
        let window = Window::of(&values, 0.6, 0.2);
        assert!((window.weight(0.0, 0.0) - 0.2).abs() < 1e-9);
        assert!((window.weight(5.0, 0.0) - 0.75).abs() < 1e-9);
        assert_eq!(window.weight(9.0, 0.0), 0.0);
    }
}
