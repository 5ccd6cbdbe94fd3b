//! Rounded parts that still add up to the rounded total.

use std::cmp::Ordering;

use super::round;

/// Rounds values to multiples of `unit` so that they add up to the rounded
/// total: the largest-remainder method (Hamilton).
///
/// Each result is one of the two multiples around its value; equal remainders
/// go to the earlier one. Returned in units: `[1.5, 1.5]` with unit 1 gives
/// `[2, 1]`. Values that are not finite count as 0; a unit that is not above 0
/// counts as 1.
pub fn round_to_sum(values: &[f64], unit: f64) -> Vec<i64> {
    let unit = if unit.is_finite() && unit > 0.0 { unit } else { 1.0 };
    let clean: Vec<f64> = values.iter().map(|v| if v.is_finite() { v / unit } else { 0.0 }).collect();
    let total = round(clean.iter().sum::<f64>(), 0);
    // A remainder that is a rounding error of the division is no remainder.
    let floors: Vec<f64> =
        clean.iter().map(|v| if (v - v.round()).abs() < 1e-9 { v.round() } else { v.floor() }).collect();
    let mut result: Vec<i64> = floors.iter().map(|v| *v as i64).collect();
    let mut order: Vec<usize> = (0..clean.len()).collect();
    order.sort_by(|a, b| {
        let (x, y) = (clean[*a] - floors[*a], clean[*b] - floors[*b]);
        y.partial_cmp(&x).unwrap_or(Ordering::Equal).then(a.cmp(b))
    });
    let missing = total - floors.iter().sum::<f64>();
    let missing = if missing > 0.0 { missing.min(clean.len() as f64) as usize } else { 0 };
    for index in order.into_iter().take(missing) {
        result[index] = result[index].saturating_add(1);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The example of report.md's table: 1,7 + 0,4 + 0,6 = 2,7.
    #[test]
    fn rounded_parts_add_up_to_the_rounded_total() {
        assert_eq!(round_to_sum(&[1_712_000.0, 381_000.0, 640_000.0], 100_000.0), [17, 4, 6]);
        assert_eq!(round_to_sum(&[1.5, 1.5], 1.0), [2, 1]);
        assert_eq!(round_to_sum(&[-0.5, -0.5], 1.0), [0, -1]);
        assert_eq!(round_to_sum(&[f64::NAN, 2.4], 1.0), [0, 2]);
        assert!(round_to_sum(&[], 1.0).is_empty());
    }

    proptest! {
        #[test]
        fn rounded_parts_always_add_up(values in prop::collection::vec(-1e6f64..1e6, 0..20), unit in 0.1f64..1000.0) {
            let parts = round_to_sum(&values, unit);
            let total = round(values.iter().map(|v| v / unit).sum::<f64>(), 0) as i64;
            prop_assert_eq!(parts.iter().sum::<i64>(), total);
            for (part, value) in parts.iter().zip(&values) {
                prop_assert!((*part as f64 - value / unit).abs() <= 1.0 + 1e-6);
            }
        }
    }
}
