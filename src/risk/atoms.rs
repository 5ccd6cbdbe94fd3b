//! Sums of fixed amounts, exactly: every amount that can come out, with its
//! chance.
//!
//! A register of full amounts has no grid and no draws: one risk of 80,000 at
//! 30 % gives P70 = 0 and P90 = 80,000, not something near it. Amounts of a
//! register are round, so most sums coincide and the list stays short.

/// Amounts in euros closer than this are one amount: sums of cents in binary
/// differ in their last bit.
const SAME: f64 = 1e-6;

/// A discrete distribution, amounts ascending, chances summing to 1.
#[derive(Clone, Debug)]
pub(super) struct Atoms {
    pub at: Vec<f64>,
    pub mass: Vec<f64>,
}

impl Atoms {
    /// Nothing, for certain.
    pub(super) fn nothing() -> Self {
        Self { at: vec![0.0], mass: vec![1.0] }
    }

    /// How many amounts can come out.
    pub(super) fn len(&self) -> usize {
        self.at.len()
    }

    /// The sum with an independent amount that strikes with chance `p`.
    pub(super) fn strike(&self, p: f64, amount: f64) -> Self {
        self.convolve(&[(0.0, 1.0 - p), (amount, p)])
    }

    /// The sum with an independent discrete amount.
    pub(super) fn convolve(&self, other: &[(f64, f64)]) -> Self {
        let mut sum: Option<Self> = None;
        for &(amount, p) in other.iter().filter(|(_, p)| *p > 0.0) {
            let moved = Self {
                at: self.at.iter().map(|x| x + amount).collect(),
                mass: self.mass.iter().map(|m| m * p).collect(),
            };
            sum = Some(match sum {
                None => moved,
                Some(sum) => sum.merge(&moved),
            });
        }
        sum.unwrap_or_else(|| self.clone())
    }

    fn merge(&self, other: &Self) -> Self {
        let mut out = Self {
            at: Vec::with_capacity(self.len() + other.len()),
            mass: Vec::with_capacity(self.len() + other.len()),
        };
        let (mut i, mut j) = (0, 0);
        while i < self.len() || j < other.len() {
            let left = self.at.get(i).copied().unwrap_or(f64::INFINITY);
            let right = other.at.get(j).copied().unwrap_or(f64::INFINITY);
            if (left - right).abs() <= SAME {
                out.at.push(left.min(right));
                out.mass.push(self.mass[i] + other.mass[j]);
                i += 1;
                j += 1;
            } else if left < right {
                out.at.push(left);
                out.mass.push(self.mass[i]);
                i += 1;
            } else {
                out.at.push(right);
                out.mass.push(other.mass[j]);
                j += 1;
            }
        }
        out
    }

    /// The sum of all but one of its parts, that part being `amount` with
    /// chance `p` above 0: the convolution undone in its stable direction.
    pub(super) fn without(&self, p: f64, amount: f64) -> Self {
        let n = self.len();
        if p >= 1.0 || amount.abs() <= SAME {
            let shift = if p >= 1.0 { amount } else { 0.0 };
            return Self { at: self.at.iter().map(|x| x - shift).collect(), mass: self.mass.clone() };
        }
        // P(s) = (1-p) r(s) + p r(s - amount), solved for the larger of the two.
        let (keep, other, step) = if p <= 0.5 { (1.0 - p, p, -amount) } else { (p, 1.0 - p, amount) };
        let base = if p <= 0.5 { 0.0 } else { amount };
        let mut mass = vec![0.0; n];
        // Entry i holds r(at[i] - base) and needs that of at[i] + step, so walk away from it.
        let mut near = Near { at: &self.at, from_low: step < 0.0, pointer: 0 };
        for k in 0..n {
            let i = if step < 0.0 { k } else { n - 1 - k };
            let before = near.find(self.at[i] + step).map_or(0.0, |j| mass[j]);
            mass[i] = ((self.mass[i] - other * before) / keep).max(0.0);
        }
        Self { at: self.at.iter().map(|x| x - base).collect(), mass }
    }

    /// Sums of chances from the lowest amount up.
    pub(super) fn cumulated(&self) -> Vec<f64> {
        let mut sum = 0.0;
        self.mass
            .iter()
            .map(|m| {
                sum += m;
                sum
            })
            .collect()
    }

    /// How many amounts are at most `x`.
    pub(super) fn up_to(&self, x: f64) -> usize {
        self.at.partition_point(|a| *a <= x + SAME)
    }
}

/// Finds amounts that are asked for in one direction.
struct Near<'a> {
    at: &'a [f64],
    from_low: bool,
    pointer: usize,
}

impl Near<'_> {
    fn find(&mut self, x: f64) -> Option<usize> {
        let n = self.at.len();
        loop {
            if self.pointer >= n {
                return None;
            }
            let i = if self.from_low { self.pointer } else { n - 1 - self.pointer };
            let difference = self.at[i] - x;
            if difference.abs() <= SAME {
                return Some(i);
            }
            if (difference > 0.0) == self.from_low {
                return None;
            }
            self.pointer += 1;
        }
    }
}

/// Number of occurrences that a Poisson variable takes, with its chances, up to
/// where the rest is below rounding; and that rest.
pub(super) fn poisson(rate: f64) -> (Vec<f64>, f64) {
    if rate > 500.0 {
        // exp(-rate) is near the smallest number there is: each chance on its own.
        let log = libm::log(rate);
        let chance = |k: f64| libm::exp(k * log - rate - libm::lgamma(k + 1.0));
        let last = rate + 12.0 * rate.sqrt() + 50.0;
        return ((0..=last as u64).map(|k| chance(k as f64)).collect(), 1e-15);
    }
    let mut chances = vec![libm::exp(-rate)];
    let mut k = 0.0;
    loop {
        k += 1.0;
        let next = chances[chances.len() - 1] * rate / k;
        // Past the mode each chance is below the one before by more than a constant factor.
        if k > rate && next < 1e-18 {
            return (chances, 1e-15);
        }
        chances.push(next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_amounts_coincide_into_a_binomial() {
        let mut sum = Atoms::nothing();
        for _ in 0..10 {
            sum = sum.strike(0.25, 1000.0);
        }
        assert_eq!(sum.len(), 11);
        // 10 choose 3 x 0.25^3 x 0.75^7 = 120 x 2187 / 4^10.
        assert!((sum.mass[3] - 120.0 * 2187.0 / 1_048_576.0).abs() < 1e-15);
    }

    #[test]
    fn taking_a_part_out_gives_the_sum_of_the_others() {
        let parts = [(0.3, 100.0), (0.8, 250.0), (0.5, -40.0), (1.0, 10.0), (0.9, -70.0)];
        let sum_of = |skip: usize| {
            parts
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != skip)
                .fold(Atoms::nothing(), |s, (_, (p, a))| s.strike(*p, *a))
        };
        let all = sum_of(usize::MAX);
        for (i, (p, a)) in parts.iter().enumerate() {
            let (undone, direct) = (all.without(*p, *a), sum_of(i));
            for (x, m) in direct.at.iter().zip(&direct.mass) {
                let found: f64 =
                    undone.at.iter().zip(&undone.mass).filter(|(y, _)| (*y - x).abs() < 1e-6).map(|(_, m)| m).sum();
                assert!((found - m).abs() < 1e-14, "part {i} at {x}: {found} {m}");
            }
            assert!((undone.mass.iter().sum::<f64>() - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn poisson_chances_sum_to_one() {
        for rate in [0.01, 0.5, 3.0, 60.0, 499.0, 501.0, 2000.0] {
            let (chances, rest) = poisson(rate);
            assert!((chances.iter().sum::<f64>() + rest - 1.0).abs() < 1e-11, "{rate}");
            let mean: f64 = chances.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
            assert!((mean / rate - 1.0).abs() < 1e-10, "{rate}");
        }
        assert!((poisson(2.0).0[2] - 2.0 * libm::exp(-2.0)).abs() < 1e-16);
    }
}
