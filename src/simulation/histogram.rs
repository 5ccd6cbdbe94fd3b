//! Counts of draws in narrow bins, from which quantiles are read.
//!
//! Keeping or sorting all draws costs memory that grows with their number.
//! Counts do not, and counts of several threads add up exactly, so the order
//! of work changes nothing. A bin is a thousandth of the distance from P5 to
//! P95 or narrower; within it draws are taken as spread evenly.

/// Bins at most: with those below and above their number fits a `u16`.
const MOST_BINS: f64 = 65_534.0;

/// Counts of [`Histogram::tally`] in one line of the processor's cache.
const LINE: usize = 32;

/// Room for the bins of most series: a number of a bin cut to its bits is
/// always inside, so nothing is checked while counting.
const ROOM: usize = 2_048;

/// The smallest rank k (counted from 1) with k / n >= q, but for rounding.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "counts of draws"
)]
pub(crate) fn rank(q: f64, n: u64) -> u64 {
    ((q - 1e-9) * n as f64).ceil().clamp(1.0, n.max(1) as f64) as u64
}

/// Bins of equal width over `lo..hi`, with one below and one above. The bin
/// below holds what is at most `lo`, so a series that stops at `lo` (a
/// shortfall at 0) keeps that value exactly. Where `lo == hi` there are three:
/// below, exactly that value, above.
#[derive(Clone, Debug)]
pub struct Histogram {
    lo: f64,
    width: f64,
    /// 1 / width; 0 where `lo == hi`.
    per_unit: f64,
    /// Below, bins, above.
    counts: Vec<u32>,
    /// What was counted last and is not yet in `counts`: half the memory to
    /// go through while counting.
    recent: Vec<u16>,
    /// How many draws that is.
    waiting: usize,
    /// Extremes of what lies in the first and last bin, at least; infinite
    /// where nobody keeps them.
    min: f64,
    max: f64,
}

/// A quantile as far as the counts know it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bracket {
    /// The best value.
    pub value: f64,
    /// The quantile is not below this.
    pub lo: f64,
    /// Nor above this.
    pub hi: f64,
}

impl Histogram {
    /// Empty bins; at least one.
    #[allow(clippy::cast_precision_loss, reason = "a count of bins")]
    pub fn new(lo: f64, hi: f64, bins: usize) -> Self {
        let bins = bins.max(1);
        let width = (hi - lo).max(0.0) / bins as f64;
        let (bins, per_unit) = if width > 0.0 { (bins, 1.0 / width) } else { (1, 0.0) };
        let counts = vec![0; bins + 2];
        Self { lo, width, per_unit, counts, recent: Vec::new(), waiting: 0, min: f64::INFINITY, max: f64::NEG_INFINITY }
    }

    /// Bins fit for what `pilot` shows: its P5 to P95 cut into `resolution`
    /// parts, and room on both sides a little further than it goes, at most
    /// that distance. An end at which several draws stop stays where it is.
    /// Reorders `pilot`.
    pub fn for_pilot(pilot: &mut [f64], resolution: f64) -> Self {
        pilot.sort_by(f64::total_cmp);
        let Some((&min, &max)) = pilot.first().zip(pilot.last()) else { return Self::new(0.0, 0.0, 1) };
        let at = |q: f64| pilot[usize::try_from(rank(q, pilot.len() as u64)).unwrap_or(1) - 1];
        let (p5, p95) = (at(0.05), at(0.95));
        let spread = p95 - p5;
        let stops = |a: usize, b: usize| pilot.get(a) == pilot.get(b);
        let n = pilot.len();
        let below = if stops(0, 1) { min } else { min - 0.15 * spread };
        let above = if stops(n - 1, n.saturating_sub(2)) { max } else { max + 0.15 * spread };
        let (lo, hi) = (below.max(p5 - spread), above.min(p95 + spread));
        Self::with_width(lo, hi, spread / resolution)
    }

    /// Bins for the quantiles P5 to P95 alone, as `pilot` shows them, cut into
    /// `resolution` parts: from its 1.5th to its 98.5th percentile, some five
    /// standard errors of a pilot of 1,024 further. Extremes are not kept,
    /// unless the low end is where many draws stop. Reorders `pilot`.
    pub(crate) fn for_middle(pilot: &mut [f64], resolution: f64) -> Self {
        if pilot.is_empty() {
            return Self::new(0.0, 0.0, 1);
        }
        let place = |q: f64| usize::try_from(rank(q, pilot.len() as u64)).unwrap_or(1) - 1;
        let places = [0.015, 0.05, 0.95, 0.985].map(place);
        let (len, middle) = (pilot.len(), pilot.len() / 2);
        // Each selection leaves what is below it below it: from the middle
        // outwards, every next one has fewer to look at.
        let mut select = |from: usize, to: usize, nth: usize| {
            if (from..to).contains(&nth) {
                pilot[from..to].select_nth_unstable_by(nth - from, f64::total_cmp);
            }
        };
        select(0, len, middle);
        select(0, middle, places[1]);
        select(0, places[1], places[0]);
        select(middle, len, places[2]);
        select(places[2], len, places[3]);
        let [lo, p5, p95, hi] = places.map(|nth| pilot[nth]);
        let bins = Self::with_width(lo, hi, (p95 - p5) / resolution);
        let stops = pilot.iter().all(|x| *x >= lo) && pilot.iter().filter(|x| **x == lo).count() > 1;
        if stops || bins.is_point() { bins } else { bins.opened() }
    }

    /// The same, without knowledge of extremes.
    fn opened(self) -> Self {
        Self { min: f64::NEG_INFINITY, max: f64::INFINITY, ..self }
    }

    /// Whether extremes are not kept.
    pub(crate) fn is_open(&self) -> bool {
        self.min == f64::NEG_INFINITY && self.max == f64::INFINITY
    }

    /// Bins of at most `width` (some thousands of them at most).
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
    fn with_width(lo: f64, hi: f64, width: f64) -> Self {
        let bins = ((hi - lo) / width).ceil();
        Self::new(lo, hi, if bins.is_finite() { bins.clamp(1.0, MOST_BINS) as usize } else { 1 })
    }

    /// Empty bins over the part that holds the quantiles `from` to `to`, so
    /// many times narrower; exact counts make the second look exact.
    #[allow(clippy::cast_precision_loss, reason = "a count of bins")]
    pub fn refined(&self, from: f64, to: f64, resolution: f64) -> Self {
        let (a, b) = (self.quantile(from), self.quantile(to));
        // Where the end is not known, look as far again beyond it.
        let reach = (self.width * self.counts.len() as f64).max(f64::MIN_POSITIVE);
        let lo = if a.lo.is_finite() { a.lo } else { a.value - reach };
        let hi = if b.hi.is_finite() { b.hi } else { b.value + reach };
        let bins = Self::with_width(lo, hi, ((b.value - a.value).max(0.0) / resolution).max((hi - lo) / MOST_BINS));
        if self.is_open() { bins.opened() } else { bins }
    }

    /// Counts values.
    pub fn add(&mut self, values: &[f64]) {
        for &x in values {
            let bin = self.bin(x);
            self.counts[bin] += 1;
            self.min = self.min.min(x);
            self.max = self.max.max(x);
        }
    }

    /// The bin of a value.
    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "at most 65,536 bins")]
    pub(crate) fn bin(&self, x: f64) -> usize {
        if self.is_point() {
            return usize::from(x >= self.lo) + usize::from(x > self.lo);
        }
        // Adding 2^52 leaves the number, rounded, in the lower bits; unlike a
        // cast it stays a vector operation. Half up makes it the bin's number.
        const SHIFT: f64 = 4_503_599_627_370_496.0;
        let last = (self.counts.len() - 1) as f64;
        let t = (x - self.lo).mul_add(self.per_unit, 0.5);
        // Comparisons that send what is not a number to the bin below.
        let t = if t > 0.0 { t } else { 0.0 };
        let t = if t < last { t } else { last };
        (t + SHIFT).to_bits() as u32 as usize
    }

    /// Whether it stands for one value and what lies on either side.
    #[inline(always)]
    pub(crate) fn is_point(&self) -> bool {
        self.per_unit == 0.0
    }

    /// Counts draws of which the bins are known; [`Self::settle`] afterwards.
    pub(crate) fn tally(&mut self, bins: &[u16]) {
        if self.recent.is_empty() {
            self.recent = vec![0; self.counts.len().max(ROOM)];
        }
        for part in bins.chunks(usize::from(u16::MAX)) {
            if self.waiting + part.len() > usize::from(u16::MAX) {
                self.settle();
            }
            self.waiting += part.len();
            // Walking over the counts once, in order, brings them near the
            // processor much sooner than the draws would, here and there.
            let used = &self.recent[..self.counts.len()];
            std::hint::black_box(used.chunks(LINE).fold(0, |seen, line| seen ^ line[0]));
            match <&mut [u16; ROOM]>::try_from(&mut self.recent[..]) {
                Ok(recent) => part.iter().for_each(|&bin| recent[usize::from(bin) % ROOM] += 1),
                Err(_) => part.iter().for_each(|&bin| self.recent[usize::from(bin)] += 1),
            }
        }
    }

    /// Takes in what [`Self::tally`] counted last.
    pub(crate) fn settle(&mut self) {
        for (count, recent) in self.counts.iter_mut().zip(&mut self.recent) {
            *count += u32::from(*recent);
            *recent = 0;
        }
        self.waiting = 0;
    }

    /// Parameters of [`Self::bin`]: lo, bins per unit, last bin.
    #[allow(clippy::cast_precision_loss, reason = "at most 65,536 bins")]
    pub(crate) fn scale(&self) -> (f64, f64, f64) {
        (self.lo, self.per_unit, (self.counts.len() - 1) as f64)
    }

    /// Takes note of the extremes of values counted by [`Self::tally`].
    pub(crate) fn saw(&mut self, min: f64, max: f64) {
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }

    /// Adds the counts of another with the same bins; exact in any order.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.counts.iter_mut().zip(&other.counts) {
            *mine += theirs;
        }
        self.saw(other.min, other.max);
    }

    /// The same bins, empty.
    pub fn emptied(&self) -> Self {
        let (min, max) = if self.is_open() { (self.min, self.max) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        Self { counts: vec![0; self.counts.len()], recent: Vec::new(), waiting: 0, min, max, ..*self }
    }

    /// How many were counted.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|&c| u64::from(c)).sum()
    }

    /// Width of a bin.
    pub fn width(&self) -> f64 {
        self.width
    }

    /// The value at rank k = the smallest with k / n >= q.
    pub fn quantile(&self, q: f64) -> Bracket {
        let [found] = self.at_ranks([rank(q, self.total())]);
        found
    }

    /// The values at several ranks, counted from the lowest draw as 1, in one
    /// pass over the bins.
    #[allow(clippy::cast_precision_loss, reason = "counts of draws")]
    pub(crate) fn at_ranks<const N: usize>(&self, ranks: [u64; N]) -> [Bracket; N] {
        let mut order: [usize; N] = std::array::from_fn(|i| i);
        order.sort_by_key(|&i| ranks[i]);
        let mut out = [Bracket { value: f64::NAN, lo: f64::NAN, hi: f64::NAN }; N];
        let mut wanted = order.into_iter().peekable();
        let mut below = 0;
        for (bins, counts) in self.counts.chunks(LINE).enumerate() {
            // Most bins hold nothing that is asked: a line of them at a time.
            let together = below + counts.iter().map(|&c| u64::from(c)).sum::<u64>();
            if wanted.peek().is_none_or(|&i| ranks[i] > together) {
                below = together;
                continue;
            }
            for (k, &count) in counts.iter().enumerate() {
                let upto = below + u64::from(count);
                while let Some(i) = wanted.next_if(|&i| ranks[i] <= upto) {
                    let (lo, hi) = self.edges(bins * LINE + k);
                    let part = ((ranks[i] - below) as f64 - 0.5) / f64::from(count);
                    let value = match (lo.is_finite(), hi.is_finite()) {
                        (true, true) => lo + (hi - lo) * part,
                        (false, _) => hi,
                        (true, false) => lo,
                    };
                    out[i] = Bracket { value, lo, hi };
                }
                below = upto;
            }
        }
        out
    }

    /// Between which values the draws of a bin lie.
    #[allow(clippy::cast_precision_loss, reason = "at most 65,536 bins")]
    fn edges(&self, bin: usize) -> (f64, f64) {
        let last = self.counts.len() - 1;
        if self.is_point() {
            return [(self.min, self.lo), (self.lo, self.lo), (self.lo, self.max)][bin.min(2)];
        }
        let edge = |bin: usize| self.lo + self.width * bin as f64;
        if bin == 0 {
            (self.min, self.lo)
        } else if bin == last {
            (edge(last - 1), self.max)
        } else {
            (edge(bin - 1), edge(bin))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulation::Stream;
    use crate::simulation::random::BLOCK;

    fn exact(sorted: &[f64], q: f64) -> f64 {
        sorted[usize::try_from(rank(q, sorted.len() as u64)).expect("small") - 1]
    }

    fn normals(rows: u64) -> Vec<f64> {
        let mut row = [0.0; BLOCK];
        (0..rows)
            .flat_map(|block| {
                Stream::new(4, "histogram", block).normals(&mut row);
                row.map(f64::from)
            })
            .collect()
    }

    #[test]
    fn a_quantile_is_the_smallest_value_that_reaches_the_share() {
        let mut h = Histogram::new(0.5, 4.5, 4000);
        h.add(&[1.0, 2.0, 3.0, 4.0]);
        for (q, x) in [(0.05, 1.0), (0.25, 1.0), (0.26, 2.0), (0.5, 2.0), (0.75, 3.0), (0.9, 4.0), (1.0, 4.0)] {
            assert!((h.quantile(q).value - x).abs() <= 0.001, "{q}");
        }
    }

    #[test]
    fn quantiles_agree_with_sorting_within_a_thousandth_of_the_spread() {
        let shapes: [fn(f64) -> f64; 4] =
            [|z| 1e9 + 3e7 * z, |z| libm::exp(0.8 * z), |z| z * z * z, |z| (z - 0.4).max(0.0)];
        for (s, shape) in shapes.into_iter().enumerate() {
            let mut all: Vec<f64> = normals(400).into_iter().map(shape).collect();
            let mut h = Histogram::for_pilot(&mut all[..BLOCK].to_vec(), 1200.0);
            h.add(&all);
            all.sort_by(f64::total_cmp);
            let spread = exact(&all, 0.95) - exact(&all, 0.05);
            for q in [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] {
                let error = (h.quantile(q).value - exact(&all, q)).abs();
                assert!(error <= 0.001 * spread, "shape {s} at {q}: {}", error / spread);
                let bracket = h.quantile(q);
                assert!(bracket.lo <= exact(&all, q) && exact(&all, q) <= bracket.hi);
            }
        }
    }

    #[test]
    fn several_ranks_at_once_are_each_of_them() {
        let all = normals(8);
        let mut h = Histogram::for_pilot(&mut all.clone(), 500.0);
        h.add(&all);
        let ranks = [1500, 3, 700, 2048, 1, 700];
        assert_eq!(h.at_ranks(ranks), ranks.map(|r| h.at_ranks([r])[0]));
    }

    #[test]
    fn a_stop_at_the_low_end_is_exact() {
        let mut all: Vec<f64> = normals(40).into_iter().map(|z| (z - 0.4).max(0.0) * 1e6).collect();
        let mut h = Histogram::for_pilot(&mut all[..BLOCK].to_vec(), 1200.0);
        h.add(&all);
        all.sort_by(f64::total_cmp);
        assert_eq!(h.quantile(0.5).value, 0.0);
        assert_eq!(h.quantile(0.6).value, 0.0);
    }

    #[test]
    fn a_series_without_width_keeps_its_value_and_its_exceptions() {
        let mut h = Histogram::for_pilot(&mut [7.0; 64], 1200.0);
        h.add(&[7.0; 98]);
        h.add(&[8.0, 9.0]);
        assert_eq!(h.quantile(0.5).value, 7.0);
        let far = h.quantile(0.995);
        assert!(far.lo >= 7.0 && far.hi == 9.0);
        // Exceptions on both sides leave the value in the middle exact.
        h.add(&[1.0, 2.0]);
        assert_eq!((h.quantile(0.05).value, h.quantile(0.95).value), (7.0, 7.0));
        assert!(h.quantile(0.01).lo == 1.0 && h.quantile(0.01).hi == 7.0);
    }

    #[test]
    fn bins_for_the_middle_find_the_same_quantiles_whatever_the_tails_do() {
        let mut all: Vec<f64> = normals(400).into_iter().map(|z| libm::exp(0.9 * z) * 1e6).collect();
        let mut h = Histogram::for_middle(&mut all[..4 * BLOCK].to_vec(), 1250.0);
        assert!(h.is_open());
        for part in all.chunks(3_000) {
            h.tally(&part.iter().map(|x| u16::try_from(h.bin(*x)).expect("few bins")).collect::<Vec<_>>());
        }
        h.settle();
        assert_eq!(h.total(), 102_400);
        all.sort_by(f64::total_cmp);
        let spread = exact(&all, 0.95) - exact(&all, 0.05);
        for q in [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] {
            assert!((h.quantile(q).value - exact(&all, q)).abs() <= 0.001 * spread, "{q}");
        }
        // Beyond, only the edge is known, and that it is an edge.
        let far = h.quantile(0.999);
        assert!(far.hi.is_infinite() && far.value == far.lo);
        // A look further out finds what lies there.
        let mut next = h;
        for _ in 0..8 {
            next = next.refined(0.05, 0.999, 1250.0);
            next.tally(&all.iter().map(|x| u16::try_from(next.bin(*x)).expect("few bins")).collect::<Vec<_>>());
            next.settle();
        }
        assert!((next.quantile(0.999).value - exact(&all, 0.999)).abs() < 0.01 * spread);
    }

    #[test]
    fn counts_merge_exactly_in_any_order() {
        let all = normals(20);
        let empty = Histogram::for_pilot(&mut all.clone(), 800.0);
        let mut whole = empty.clone();
        whole.add(&all);
        let mut parts: Vec<Histogram> = all
            .chunks(700)
            .map(|c| {
                let mut part = empty.emptied();
                part.add(c);
                part
            })
            .collect();
        parts.reverse();
        let mut merged = empty.emptied();
        parts.iter().for_each(|p| merged.merge(p));
        assert_eq!(merged.counts, whole.counts);
        assert_eq!((merged.min, merged.max), (whole.min, whole.max));
    }

    #[test]
    fn a_second_look_finds_the_quantile_that_the_first_could_only_bracket() {
        let mut all: Vec<f64> = normals(100).into_iter().map(|z| libm::exp(3.0 * z)).collect();
        let mut rough = Histogram::new(0.0, 1.0, 10);
        rough.add(&all);
        let mut fine = rough;
        for _ in 0..6 {
            let mut next = fine.refined(0.05, 0.95, 1200.0);
            next.add(&all);
            fine = next;
        }
        all.sort_by(f64::total_cmp);
        let spread = exact(&all, 0.95) - exact(&all, 0.05);
        for q in [0.05, 0.5, 0.95] {
            assert!((fine.quantile(q).value - exact(&all, q)).abs() < 0.001 * spread, "{q}");
        }
    }
}
