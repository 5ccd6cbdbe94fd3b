//! Distributions against statrs and closed forms.

// References may use the platform's mathematics: they only check.
#![allow(clippy::disallowed_methods)]

use statrs::distribution::{Beta as BetaReference, ContinuousCDF, Gamma as GammaReference};

use super::*;

/// Scores between the nodes of the tables as well as on them.
fn scores() -> impl Iterator<Item = f64> {
    (-120..=120).map(|i| f64::from(i) * 0.053)
}

#[test]
fn a_normal_is_a_line() {
    let normal = Inverse::normal(0.036, 0.01);
    assert_eq!(normal.value(0.0), 0.036);
    assert_eq!(normal.value(2.0), 0.036 + 0.01 * 2.0);
    assert_eq!(normal.mean(), 0.036);
}

#[test]
fn a_uniform_holds_to_its_bound() {
    let uniform = Inverse::uniform(100.0, 300.0);
    for z in scores() {
        let exact = 100.0 + 200.0 * normal_cdf(z);
        assert!((uniform.value(z) - exact).abs() < TABLE_ERROR * 200.0, "{z}");
    }
    assert_eq!(uniform.mean(), 200.0);
}

#[test]
fn a_pert_agrees_with_statrs_within_its_bound() {
    for (min, mode, max) in [(20.0, 50.0, 120.0), (0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (-1.0, 0.5, 1.0), (0.0, 0.01, 1.0)]
    {
        let width = max - min;
        let pert = Inverse::pert(min, mode, max);
        let reference = BetaReference::new(1.0 + 4.0 * (mode - min) / width, 1.0 + 4.0 * (max - mode) / width)
            .expect("valid parameters");
        for z in scores() {
            // The distribution function of statrs, undone: its own inverse is
            // too coarse to judge by.
            let x = (pert.value(z) - min) / width;
            let slope = {
                let h = 1e-4;
                (pert.value(z + h) - pert.value(z - h)) / (2.0 * h * width)
            };
            let share = reference.cdf(x);
            let error = (share - normal_cdf(z)) / normal_density(z).max(1e-300) * slope;
            assert!(error.abs() < TABLE_ERROR, "{min} {mode} {max} at {z}: {error}");
        }
        assert!((pert.mean() - (min + 4.0 * mode + max) / 6.0).abs() < 1e-15);
    }
}

#[test]
fn a_symmetric_pert_has_its_mode_as_median() {
    let pert = Inverse::pert(0.0, 5.0, 10.0);
    assert!((pert.value(0.0) - 5.0).abs() < 1e-12);
    assert!((pert.value(1.3) + pert.value(-1.3) - 10.0).abs() < 1e-9);
}

#[test]
fn a_metalog_goes_through_its_three_points() {
    for (p10, p50, p90) in [(0.0, 0.025, 0.05), (-0.02, 0.01, 0.09), (100.0, 180.0, 210.0)] {
        let metalog = Inverse::metalog(p10, p50, p90);
        let width = p90 - p10;
        let z = normal_quantile(0.9);
        assert!((metalog.value(-z) - p10).abs() < TABLE_ERROR * width);
        assert_eq!(metalog.value(0.0), p50);
        assert!((metalog.value(z) - p90).abs() < TABLE_ERROR * width);
    }
}

#[test]
fn a_metalog_follows_its_closed_form_and_mean() {
    let (p10, p50, p90) = (-0.02, 0.01, 0.09);
    let metalog = Inverse::metalog(p10, p50, p90);
    let ln9 = 9f64.ln();
    let (a2, a3) = ((p90 - p10) / (2.0 * ln9), (p10 + p90 - 2.0 * p50) / (0.8 * ln9));
    let exact = |u: f64| p50 + a2 * (u / (1.0 - u)).ln() + a3 * (u - 0.5) * (u / (1.0 - u)).ln();
    for i in 1..400 {
        let u = f64::from(i) / 400.0;
        let error = metalog.value(normal_quantile(u)) - exact(u);
        assert!(error.abs() < TABLE_ERROR * (p90 - p10), "{u}: {error}");
    }
    // Midpoint rule with 10^6 points; the ends contribute less than 1e-6.
    let n = 1_000_000;
    let mean = (0..n).map(|i| exact((f64::from(i) + 0.5) / f64::from(n))).sum::<f64>() / f64::from(n);
    assert!((metalog.mean() - mean).abs() < 1e-6);
}

#[test]
fn luck_agrees_with_the_gamma_distribution_of_statrs() {
    // Variances of (1 + 1.8^2) / V for V = 5, 20, 200, 2,000 and beyond the
    // switch to the expansion.
    for variance in [0.848, 0.212, 0.0212, 0.002_12, 0.000_1, 0.000_02] {
        let luck = Inverse::gamma(variance);
        let k = 1.0 / variance;
        let reference = GammaReference::new(k, k).expect("valid parameters");
        for z in scores().filter(|z| z.abs() < 4.5) {
            let x = luck.value(z);
            let share = reference.cdf(x);
            let h = 1e-4;
            let slope = (luck.value(z + h) - luck.value(z - h)) / (2.0 * h);
            let error = (share - normal_cdf(z)) / normal_density(z) * slope;
            assert!(error.abs() < TABLE_ERROR, "{variance} at {z}: {error}");
        }
    }
}

#[test]
fn the_two_ways_to_a_large_gamma_meet() {
    let k = 1e4;
    let table = Inverse::gamma(1.0 / k);
    for z in scores().filter(|z| z.abs() < 6.0) {
        assert!((table.value(z) - large_gamma(k, z).0).abs() < 1e-9, "{z}");
    }
}

#[test]
fn an_exponential_is_a_gamma_of_variance_one() {
    let gamma = Inverse::gamma(1.0);
    for z in scores() {
        let exact = -libm::log(normal_cdf(-z));
        assert!((gamma.value(z) - exact).abs() < TABLE_ERROR, "{z}");
    }
}

#[test]
fn the_luck_of_few_clients_keeps_mean_one_and_its_variance() {
    // Simpson's rule over the scores, against mean 1 and the stated variance.
    for variance in [4.24, 1.0, 0.212, 0.01] {
        let luck = Inverse::gamma(variance);
        let n = 4000;
        let h = 17.0 / f64::from(n);
        let (mut mean, mut square) = (0.0, 0.0);
        for i in 0..=n {
            let z = -8.5 + h * f64::from(i);
            let weight = if i == 0 || i == n {
                1.0
            } else if i % 2 == 1 {
                4.0
            } else {
                2.0
            };
            let w = weight * h / 3.0 * normal_density(z);
            let x = luck.value(z);
            mean += w * x;
            square += w * x * x;
        }
        assert!((mean - 1.0).abs() < 1e-6, "{variance}: {mean}");
        assert!((square - mean * mean - variance).abs() < 1e-5 * (1.0 + variance), "{variance}");
    }
}

#[test]
fn what_has_no_width_is_its_value_to_the_bit() {
    for inverse in [
        Inverse::normal(0.1, 0.0),
        Inverse::pert(0.1, 0.1, 0.1),
        Inverse::metalog(0.1, 0.1, 0.1),
        Inverse::uniform(0.1, 0.1),
    ] {
        assert!(inverse.is_constant());
        assert_eq!(inverse.value(3.3), 0.1);
    }
    assert_eq!(Inverse::gamma(0.0).value(-2.0), 1.0);
}

#[test]
fn values_never_fall_when_the_score_rises() {
    for inverse in [
        Inverse::pert(0.0, 0.0, 1.0),
        Inverse::pert(0.0, 1.0, 1.0),
        Inverse::metalog(0.0, 1.0 / 6.0, 1.0),
        Inverse::metalog(0.0, 0.8334, 1.0),
        Inverse::gamma(0.5),
        Inverse::gamma(20.0),
    ] {
        let mut before = f64::NEG_INFINITY;
        for i in -9000..=9000 {
            let x = inverse.value(f64::from(i) * 0.001);
            assert!(x >= before - 1e-12, "falls at {i}: {before} {x}");
            before = x;
        }
    }
}

#[test]
fn poisson_counts_follow_their_chances() {
    for mean in [0.2, 1.0, 7.3] {
        let counts = Counts::poisson(mean);
        let mut chance: f64 = (-mean).exp();
        let mut at_most = 0.0;
        for n in 0..12 {
            at_most += chance;
            // Just below and just above the score at which n becomes n + 1.
            let edge = normal_quantile(at_most);
            if edge < 5.0 {
                assert_eq!(counts.value(edge - 1e-6), n, "{mean}");
                assert_eq!(counts.value(edge + 1e-6), n + 1, "{mean}");
            }
            chance *= mean / f64::from(n + 1);
        }
    }
    assert_eq!(Counts::poisson(0.0).value(6.0), 0);
}

#[test]
fn a_row_of_values_is_each_value() {
    let pert = Inverse::pert(20.0, 50.0, 120.0);
    let row: Vec<f32> = (0..100u8).map(|i| f32::from(i) * 0.1 - 5.0).collect();
    let mut out = vec![0.0; 100];
    pert.values(&row, &mut out);
    for (z, x) in row.iter().zip(out) {
        assert_eq!(pert.value(f64::from(*z)).to_bits(), x.to_bits());
    }
}
