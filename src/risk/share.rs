//! What each event has in the loss at the council's certainty, exactly.
//!
//! The share of an event is its mean loss in the futures whose total lies
//! within 1 % (in rank) of the quantile, over the mean total there. For fixed
//! amounts the event is taken out of the sum and put back on top of it; for
//! Poisson events Mecke's formula does the same; for ranges on a grid it is
//! one transform each (`grid.rs`).

use super::loss::{Frequency, Loss, Ranges, Term};
use super::order::Window;

/// Half the width of the window, in rank.
pub const WINDOW: f64 = 0.01;
/// Amounts closer than this are the same (as in the exact sums).
const SAME: f64 = 2e-6;

impl Loss {
    /// Per term its share of the loss around `level`, summing to 1; none where
    /// the loss there is not above 0, so that nothing is needed.
    pub fn shares_around(&self, level: f64) -> Option<Vec<f64>> {
        // A coarse grid is quick, and means are exact on any; the window then has to be found on the same one.
        let fine = self.finest_at(self.value_at((level + WINDOW).min(1.0 - 1e-6)));
        let parts = match &fine.ranges {
            Ranges::Grid(grid) => fine.on(Ranges::Grid(Box::new(grid.coarse(&self.terms)))).parts_around(level),
            _ => fine.parts_around(level),
        };
        let total: f64 = parts.iter().sum();
        (total > 0.0).then(|| parts.iter().map(|p| p / total).collect())
    }

    /// Per term E[its loss; total in the window].
    fn parts_around(&self, level: f64) -> Vec<f64> {
        let (from, to) = ((level - WINDOW).max(0.0), (level + WINDOW).min(1.0));
        let low = if from <= 0.0 { f64::NEG_INFINITY } else { self.value_at(from) };
        let high = if to >= 1.0 { f64::INFINITY } else { self.value_at(to) };
        let up_to = |x: f64| (self.cdf(x - SAME), self.cdf(x));
        let window = Window::from_parts((low, high), (from, to), up_to(low), up_to(high));
        let mut parts = vec![0.0; self.terms.len()];
        for i in &self.fixed {
            parts[*i] = self.fixed_part(&self.terms[*i], &window);
        }
        let (low, high) = (low - SAME, high + SAME);
        match &self.ranges {
            Ranges::None => {}
            Ranges::One { p, severity, term } => {
                let inside = |s: f64| severity.at(high - s).1 - severity.at(low - s).1;
                parts[*term] = self.atoms.at.iter().zip(&self.atoms.mass).map(|(s, m)| m * p * inside(*s)).sum();
            }
            Ranges::Grid(grid) => {
                let step = grid.step();
                let cumulated = self.atoms.cumulated();
                // Chance that the fixed amounts leave the point, spread over its own step, at or below z.
                let below = |z: f64| {
                    if !z.is_finite() {
                        return if z > 0.0 { 1.0 } else { 0.0 };
                    }
                    let whole = self.atoms.at.partition_point(|s| *s <= z - 0.5 * step);
                    let some = self.atoms.at.partition_point(|s| *s < z + 0.5 * step);
                    let sum = if whole == 0 { 0.0 } else { cumulated[whole - 1] };
                    (whole..some).fold(sum, |sum, k| {
                        sum + self.atoms.mass[k] * ((z - self.atoms.at[k]) / step + 0.5).clamp(0.0, 1.0)
                    })
                };
                let found = grid.contributions(&self.terms, |y| below(high - y) - below(low - y));
                for (i, part) in grid.members.iter().zip(found) {
                    parts[*i] = part;
                }
            }
        }
        parts
    }

    fn fixed_part(&self, term: &Term, window: &Window) -> f64 {
        let amount = term.severity.mean();
        let (times, others) = match term.frequency {
            Frequency::Chance(p) => (p, self.atoms.without(p, amount)),
            // Mecke: E[N f(N)] = rate E[f(N + 1)].
            Frequency::Poisson(rate) => (rate, self.atoms.clone()),
        };
        let (low, high) = window.ends();
        let unstruck = self.unstruck();
        let chance: f64 = others
            .at
            .iter()
            .zip(&others.mass)
            .filter(|(_, m)| **m > 0.0)
            .map(|(s, m)| {
                let at = s + amount;
                let struck = self.struck_cdf(high - at) - self.struck_cdf(low - at);
                m * (unstruck * window.weight(at, SAME) + struck.max(0.0))
            })
            .sum();
        times * amount * chance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::severity::Severity;

    fn term(p: f64, severity: Severity) -> Term {
        Term { frequency: Frequency::Chance(p), severity }
    }

    #[test]
    fn one_risk_is_all_of_it() {
        let loss = Loss::of(&[term(0.3, Severity::Point(80_000.0))]);
        assert_eq!(loss.shares_around(0.9), Some(vec![1.0]));
        // At 60 % nothing is lost, so nothing has a share.
        assert_eq!(loss.shares_around(0.6), None);
    }

    #[test]
    fn two_fixed_amounts_share_by_hand() {
        // 0: 0.25, 1000: 0.25, 3000: 0.25, 4000: 0.25. Ranks 0.74..0.76: half 3000, half 4000.
        let loss = Loss::of(&[term(0.5, Severity::Point(1000.0)), term(0.5, Severity::Point(3000.0))]);
        let shares = loss.shares_around(0.75).unwrap();
        // Means: first 0.5 x 1000 = 500, second 3000, total 3500.
        assert!((shares[0] - 500.0 / 3500.0).abs() < 1e-9, "{shares:?}");
        assert!((shares[1] - 3000.0 / 3500.0).abs() < 1e-9);
    }

    #[test]
    fn equal_ranges_share_equally_whatever_the_way() {
        for severity in [Severity::uniform(100.0, 900.0), Severity::Point(500.0), Severity::pert(50.0, 100.0, 700.0)] {
            let loss = Loss::of(&vec![term(0.4, severity); 6]);
            for share in loss.shares_around(0.9).unwrap() {
                assert!((share - 1.0 / 6.0).abs() < 1e-6, "{share}");
            }
        }
    }

    #[test]
    fn ranges_and_fixed_amounts_share_as_in_a_listing() {
        // A range of almost no width is a fixed amount: both ways must agree.
        let parts = [(0.3, 1000.0), (0.5, 2500.0), (0.8, 700.0), (0.2, 9000.0)];
        let fixed: Vec<Term> = parts.iter().map(|(p, a)| term(*p, Severity::Point(*a))).collect();
        let exact = Loss::of(&fixed).shares_around(0.8).unwrap();
        for split in 1..=4 {
            let mixed: Vec<Term> = parts
                .iter()
                .enumerate()
                .map(|(i, (p, a))| {
                    term(*p, if i < split { Severity::uniform(a - 0.5, a + 0.5) } else { Severity::Point(*a) })
                })
                .collect();
            let shares = Loss::of(&mixed).shares_around(0.8).unwrap();
            for (a, b) in exact.iter().zip(&shares) {
                assert!((a - b).abs() < 2e-3, "{split}: {exact:?} {shares:?}");
            }
        }
    }
}
