//! The little robust statistics that forecasting with peers needs.
//!
//! Medians and least absolute deviations throughout: a rebooked cost or a
//! merger is an error of the data and not a fact about care, and must not move
//! an estimate. Everything is a plain loop in a fixed order: the same bits on
//! every machine.

/// Sorted copy without what is not finite.
pub fn sorted(values: impl IntoIterator<Item = f64>) -> Vec<f64> {
    let mut v: Vec<f64> = values.into_iter().filter(|x| x.is_finite()).collect();
    v.sort_by(f64::total_cmp);
    v
}

/// Quantile of sorted values, linear between order statistics (Hyndman and
/// Fan, type 7); none of no values.
pub fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = q.clamp(0.0, 1.0) * last as f64;
    let below = at.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (sorted[above] - sorted[below]) * (at - below as f64))
}

/// Median; none of no values.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(&sorted(values), 0.5)
}

/// Mean; none of no values.
pub fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Standard deviation from the median absolute deviation (times 1.4826, which
/// makes it that of a normal distribution); none of no values.
pub fn robust_sd(values: &[f64]) -> Option<f64> {
    let centre = median(values.iter().copied())?;
    median(values.iter().map(|v| (v - centre).abs())).map(|m| 1.4826 * m)
}

/// The 90 % quantile of Student's t distribution, which is half its 80 % band:
/// the expansion of Cornish and Fisher to the fourth order (Abramowitz and
/// Stegun 1964, 26.7.5), within 0.005 from two degrees of freedom on.
pub fn student_80(freedom: f64) -> f64 {
    let z = 1.281_551_565_544_600_5;
    let n = freedom.max(2.0);
    let z2 = z * z;
    let g1 = z * (z2 + 1.0) / 4.0;
    let g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    z + (g1 + (g2 + (g3 + g4 / n) / n) / n) / n
}

/// One row of a regression: two explaining values and the outcome.
pub type Sample = ([f64; 2], f64);

/// Least absolute deviations of `y` on two variables without an intercept,
/// drawn to a prior: minimises `sum |y - x.b| + strength * |b - prior|^2` by
/// iterated reweighting (Schlossmacher 1973). Deviations below 0.02 (2 %)
/// count alike, which keeps the weights finite.
pub fn least_absolute(samples: &[Sample], prior: [f64; 2], strength: [f64; 2]) -> [f64; 2] {
    const ROUNDS: usize = 30;
    const SMALLEST: f64 = 0.02;
    let mut b = prior;
    for _ in 0..ROUNDS {
        let (mut a00, mut a01, mut a11) = (strength[0], 0.0, strength[1]);
        let (mut r0, mut r1) = (strength[0] * prior[0], strength[1] * prior[1]);
        for ([x0, x1], y) in samples {
            let w = 1.0 / (y - x0 * b[0] - x1 * b[1]).abs().max(SMALLEST);
            a00 += w * x0 * x0;
            a01 += w * x0 * x1;
            a11 += w * x1 * x1;
            r0 += w * x0 * y;
            r1 += w * x1 * y;
        }
        let determinant = a00 * a11 - a01 * a01;
        if determinant <= 0.0 {
            return b;
        }
        b = [(r0 * a11 - r1 * a01) / determinant, (r1 * a00 - r0 * a01) / determinant];
    }
    b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        let v = sorted([4.0, 1.0, 3.0, 2.0, f64::NAN]);
        assert_eq!(v, [1.0, 2.0, 3.0, 4.0]);
        assert_eq!(quantile(&v, 0.5), Some(2.5));
        assert_eq!(quantile(&v, 0.1), Some(1.3));
        assert_eq!(quantile(&[], 0.5), None);
    }

    // Printed tables of t at 0.90: 1.886, 1.638, 1.476, 1.372 with 2, 3, 5 and
    // 10 degrees of freedom, and 1.282 without end.
    #[test]
    fn few_degrees_of_freedom_widen_the_band_as_the_tables_say() {
        for (freedom, printed) in [(2.0, 1.886), (3.0, 1.638), (5.0, 1.476), (10.0, 1.372), (1e9, 1.282)] {
            assert!((student_80(freedom) - printed).abs() < 0.005, "{freedom}: {}", student_80(freedom));
        }
    }

    #[test]
    fn a_wild_value_does_not_move_the_robust_spread() {
        // Deviations from the median 3 are 2 1 0 1 997: their median is 1.
        assert_eq!(robust_sd(&[1.0, 2.0, 3.0, 4.0, 1000.0]), Some(1.4826));
    }

    #[test]
    fn least_absolute_deviations_find_the_line_despite_a_wild_point() {
        let mut samples: Vec<Sample> =
            (1..=9).map(|i| ([f64::from(i), f64::from(i % 3)], 2.0 * f64::from(i) + f64::from(i % 3))).collect();
        samples.push(([1.0, 1.0], 500.0));
        let b = least_absolute(&samples, [0.0, 0.0], [0.0, 0.0]);
        assert!((b[0] - 2.0).abs() < 0.02 && (b[1] - 1.0).abs() < 0.1, "{b:?}");
    }

    #[test]
    fn without_samples_the_prior_remains() {
        assert_eq!(least_absolute(&[], [0.35, 0.1], [60.0, 60.0]), [0.35, 0.1]);
    }
}
