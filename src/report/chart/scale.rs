//! Axes: round steps, Dutch numbers, and where a value stands.

use crate::dutch;

/// A linear axis from `low` to `high`, drawn from `start` to `end`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
    /// Round values along it.
    pub ticks: Vec<f64>,
    size: f64,
    decimals: usize,
}

impl Scale {
    /// An axis that holds all values, about `count` steps long; `zero` makes it hold nought.
    pub fn around(values: impl IntoIterator<Item = f64>, zero: bool, count: usize, start: f64, end: f64) -> Self {
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for v in values.into_iter().filter(|v| v.is_finite()).chain(zero.then_some(0.0)) {
            low = low.min(v);
            high = high.max(v);
        }
        if low > high {
            (low, high) = (0.0, 1.0);
        }
        // One value alone stands in the middle of something.
        if high - low <= (high.abs() + low.abs()) * 1e-9 {
            let half = if high == 0.0 { 1.0 } else { high.abs() * 0.05 };
            (low, high) = (low - half, high + half);
        }
        let step = step((high - low) / count.max(1) as f64);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let (low, high) = (first * step, last * step);
        let mut ticks = Vec::new();
        let mut at = first;
        while at <= last + 0.5 && ticks.len() < 60 {
            ticks.push(at * step);
            at += 1.0;
        }
        let largest = low.abs().max(high.abs());
        let size = if largest >= 1e6 {
            1e6
        } else if largest >= 10_000.0 {
            1e3
        } else {
            1.0
        };
        let mut decimals = 0;
        let mut shown = step / size;
        while decimals < 3 && (shown - dutch::round(shown, 0)).abs() > 1e-6 {
            shown *= 10.0;
            decimals += 1;
        }
        Self { low, high, start, end, ticks, size, decimals }
    }

    /// Where a value stands.
    pub fn at(&self, value: f64) -> f64 {
        let part = (value - self.low) / (self.high - self.low);
        self.start + part.clamp(0.0, 1.0) * (self.end - self.start)
    }

    /// A tick as printed.
    pub fn print(&self, value: f64) -> String {
        dutch::number(value / self.size, self.decimals)
    }

    /// What the ticks count.
    pub fn unit(&self) -> &'static str {
        if self.size >= 1e6 {
            "€ miljoen"
        } else if self.size >= 1e3 {
            "x € 1.000"
        } else {
            "euro"
        }
    }

    /// Whether nought is on it.
    pub fn has_zero(&self) -> bool {
        self.low <= 0.0 && self.high >= 0.0
    }
}

/// The smallest of 1, 2, 2,5 or 5 times a power of ten that is not below `rough`.
fn step(rough: f64) -> f64 {
    let mut power = 1.0;
    while power * 10.0 <= rough {
        power *= 10.0;
    }
    while power > rough && power > 1e-9 {
        power /= 10.0;
    }
    [1.0, 2.0, 2.5, 5.0].into_iter().map(|s| s * power).find(|s| *s >= rough * 0.999).unwrap_or(power * 10.0)
}

/// Places for labels that want to stand at `wanted`, at least `room` apart and
/// between `top` and `bottom`; in the order given.
pub fn spread(wanted: &[f64], room: f64, top: f64, bottom: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]).then(a.cmp(b)));
    let mut places = wanted.to_vec();
    let mut floor = top;
    for i in &order {
        places[*i] = places[*i].max(floor);
        floor = places[*i] + room;
    }
    let mut ceiling = bottom;
    for i in order.iter().rev() {
        places[*i] = places[*i].min(ceiling);
        ceiling = places[*i] - room;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_hold_all_values() {
        // From 88 to 104 million in about 5 steps: 16 / 5 = 3.2, so steps of 5 from 85 to 105.
        let s = Scale::around([88e6, 104e6], false, 5, 0.0, 100.0);
        assert_eq!(s.ticks, [85e6, 90e6, 95e6, 100e6, 105e6]);
        assert_eq!((s.print(90e6).as_str(), s.unit()), ("90", "€ miljoen"));
        assert_eq!((s.at(85e6), s.at(95e6), s.at(105e6)), (0.0, 50.0, 100.0));
        // Steps of 2,5 million need a decimal.
        let s = Scale::around([0.0, 11e6], true, 5, 0.0, 1.0);
        assert_eq!(s.print(s.ticks[1]), "2,5");
    }

    #[test]
    fn an_axis_of_another_program_runs_between_round_values() {
        assert_eq!(super::super::bounds([88e6, 104e6]), (85e6, 105e6));
    }

    #[test]
    fn one_value_none_or_nonsense_still_makes_an_axis() {
        for values in [vec![], vec![0.0], vec![5e6, 5e6], vec![f64::NAN, f64::INFINITY]] {
            let s = Scale::around(values.clone(), false, 4, 0.0, 10.0);
            assert!(s.ticks.len() > 1 && s.at(1.0).is_finite(), "{values:?}");
        }
        assert!(Scale::around([-300.0, -20.0], false, 4, 0.0, 1.0).ticks.len() > 2);
    }

    #[test]
    fn labels_give_way_to_each_other() {
        assert_eq!(spread(&[50.0, 52.0, 10.0], 20.0, 0.0, 100.0), [50.0, 70.0, 10.0]);
        let low = spread(&[95.0, 96.0, 97.0], 20.0, 0.0, 100.0);
        assert_eq!(low, [60.0, 80.0, 100.0]);
    }
}
