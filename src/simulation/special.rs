//! Distribution functions that need more than arithmetic, on top of `libm`.
//!
//! They make tables before a simulation starts and are never called per draw.
//! `libm` is plain Rust, so the bits are the same on every machine; statrs
//! stands beside them in the tests.

use std::f64::consts::{PI, SQRT_2};

/// Natural logarithm of the density of the standard normal distribution.
fn ln_normal_density(z: f64) -> f64 {
    -0.5 * z * z - 0.5 * libm::log(2.0 * PI)
}

/// Density of the standard normal distribution.
pub fn normal_density(z: f64) -> f64 {
    libm::exp(ln_normal_density(z))
}

/// Chance that a standard normal is at most `z`; full relative accuracy in the
/// lower tail.
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The standard normal score below which a share `p` lies; -∞ at 0, ∞ at 1,
/// not a number outside. Acklam's approximation (2003), polished by two steps
/// of Halley to the accuracy of [`normal_cdf`].
pub fn normal_quantile(p: f64) -> f64 {
    if p.is_nan() || !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    // The upper half by symmetry: 1 - p is exact there.
    if p > 0.5 { -lower_quantile(1.0 - p) } else { lower_quantile(p) }
}

fn lower_quantile(p: f64) -> f64 {
    const A: [f64; 6] = [
        -3.969_683_028_665_376e1,
        2.209_460_984_245_205e2,
        -2.759_285_104_469_687e2,
        1.383_577_518_672_69e2,
        -3.066_479_806_614_716e1,
        2.506_628_277_459_239,
    ];
    const B: [f64; 6] = [
        -5.447_609_879_822_406e1,
        1.615_858_368_580_409e2,
        -1.556_989_798_598_866e2,
        6.680_131_188_771_972e1,
        -1.328_068_155_288_572e1,
        1.0,
    ];
    const C: [f64; 6] = [
        -7.784_894_002_430_293e-3,
        -3.223_964_580_411_365e-1,
        -2.400_758_277_161_838,
        -2.549_732_539_343_734,
        4.374_664_141_464_968,
        2.938_163_982_698_783,
    ];
    const D: [f64; 5] =
        [7.784_695_709_041_462e-3, 3.224_671_290_700_398e-1, 2.445_134_137_142_996, 3.754_408_661_907_416, 1.0];
    let horner = |c: &[f64], x: f64| c.iter().fold(0.0, |sum, c| sum * x + c);
    let mut z = if p < 0.024_25 {
        let q = (-2.0 * libm::log(p)).sqrt();
        horner(&C, q) / horner(&D, q)
    } else {
        let q = p - 0.5;
        horner(&A, q * q) * q / horner(&B, q * q)
    };
    for _ in 0..2 {
        let error = (normal_cdf(z) - p) * libm::exp(-ln_normal_density(z));
        z -= error / (1.0 + 0.5 * z * error);
    }
    z
}

/// Chance that a beta variable with parameters `a`, `b` > 0 is at most `x`:
/// the regularised incomplete beta function, by its continued fraction
/// (Abramowitz and Stegun 26.5.8, evaluated after Lentz).
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    Beta::new(a, b).cdf(x)
}

/// A beta distribution with what is costly computed once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Beta {
    pub(crate) a: f64,
    pub(crate) b: f64,
    ln_beta: f64,
}

impl Beta {
    pub(crate) fn new(a: f64, b: f64) -> Self {
        let ln_beta = libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
        Self { a, b, ln_beta }
    }

    /// The distribution of one less the variable.
    pub(crate) fn mirrored(self) -> Self {
        Self { a: self.b, b: self.a, ln_beta: self.ln_beta }
    }

    pub(crate) fn density(self, x: f64) -> f64 {
        libm::exp((self.a - 1.0) * libm::log(x) + (self.b - 1.0) * libm::log1p(-x) - self.ln_beta)
    }

    pub(crate) fn cdf(self, x: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        if x >= 1.0 {
            return 1.0;
        }
        // The fraction converges fast on the near side of the mean.
        if x > (self.a + 1.0) / (self.a + self.b + 2.0) {
            return 1.0 - self.mirrored().fraction(1.0 - x);
        }
        self.fraction(x)
    }

    fn fraction(self, x: f64) -> f64 {
        let Self { a, b, ln_beta } = self;
        let front = libm::exp(a * libm::log(x) + b * libm::log1p(-x) - ln_beta) / a;
        let keep = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
        let mut c = 1.0;
        let mut d = 1.0 / keep(1.0 - (a + b) * x / (a + 1.0));
        let mut f = d;
        for m in 1..10_000 {
            let m = f64::from(m);
            let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
            d = 1.0 / keep(1.0 + even * d);
            c = keep(1.0 + even / c);
            f *= d * c;
            let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
            d = 1.0 / keep(1.0 + odd * d);
            c = keep(1.0 + odd / c);
            f *= d * c;
            if (d * c - 1.0).abs() < 1e-16 {
                break;
            }
        }
        front * f
    }
}

/// A gamma distribution with shape `k` and scale 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gamma {
    pub(crate) k: f64,
    ln_gamma: f64,
}

impl Gamma {
    pub(crate) fn new(k: f64) -> Self {
        Self { k, ln_gamma: libm::lgamma(k) }
    }

    pub(crate) fn density(self, x: f64) -> f64 {
        libm::exp((self.k - 1.0) * libm::log(x) - x - self.ln_gamma)
    }

    /// Chances of at most and of more than `x`, both with full relative
    /// accuracy on their near side: series below the mean, continued fraction
    /// above it (Abramowitz and Stegun 6.5.29 and 6.5.31).
    pub(crate) fn tails(self, x: f64) -> (f64, f64) {
        if x <= 0.0 {
            return (0.0, 1.0);
        }
        let front = libm::exp(self.k * libm::log(x) - x - self.ln_gamma);
        if x < self.k + 1.0 {
            let mut term = 1.0 / self.k;
            let mut sum = term;
            let mut n = self.k;
            while term > sum * 1e-17 {
                n += 1.0;
                term *= x / n;
                sum += term;
            }
            let below = front * sum;
            (below, 1.0 - below)
        } else {
            let keep = |v: f64| if v.abs() < 1e-300 { 1e-300 } else { v };
            let mut b = x + 1.0 - self.k;
            let mut c = 1e300;
            let mut d = 1.0 / keep(b);
            let mut f = d;
            for i in 1..100_000 {
                let i = f64::from(i);
                let a = -i * (i - self.k);
                b += 2.0;
                d = 1.0 / keep(a * d + b);
                c = keep(b + a / c);
                f *= d * c;
                if (d * c - 1.0).abs() < 1e-16 {
                    break;
                }
            }
            let above = front * f;
            (1.0 - above, above)
        }
    }
}

#[cfg(test)]
mod tests {
    use statrs::distribution::{ContinuousCDF, Normal};
    use statrs::function::{beta::beta_reg, gamma::gamma_lr};

    use super::*;

    #[test]
    fn the_normal_distribution_agrees_with_published_values() {
        // Abramowitz and Stegun, tables 26.1 and 26.5.
        assert!((normal_cdf(1.0) - 0.841_344_746_068_543).abs() < 1e-15);
        assert!((normal_quantile(0.9) - 1.281_551_565_544_6).abs() < 1e-14);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((normal_quantile(1e-10) + 6.361_340_902_404_056).abs() < 1e-12);
        assert_eq!(normal_quantile(0.5), 0.0);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.1).is_nan());
    }

    #[test]
    fn the_quantile_undoes_the_distribution_function() {
        let reference = Normal::standard();
        for i in 1..1000 {
            let p = f64::from(i) / 1000.0;
            assert!((normal_cdf(normal_quantile(p)) - p).abs() < 1e-15, "{p}");
            assert!((normal_quantile(p) - reference.inverse_cdf(p)).abs() < 1e-9, "{p}");
        }
    }

    #[test]
    fn incomplete_beta_and_gamma_agree_with_statrs() {
        for (a, b) in [(1.0, 5.0), (5.0, 1.0), (1.5, 4.5), (3.0, 3.0), (2.333, 3.667)] {
            for i in 1..40 {
                let x = f64::from(i) / 40.0;
                assert!((beta_cdf(a, b, x) - beta_reg(a, b, x)).abs() < 1e-12, "{a} {b} {x}");
            }
        }
        for k in [0.3, 1.0, 7.5, 250.0, 4000.0] {
            for i in 1..40 {
                let x = k * (0.2 + f64::from(i) * 0.05);
                let (below, above) = Gamma::new(k).tails(x);
                assert!((below - gamma_lr(k, x)).abs() < 1e-11, "{k} {x}");
                assert!((below + above - 1.0).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn beta_of_whole_parameters_is_a_polynomial() {
        // I_x(2,3) = 6x^2 - 8x^3 + 3x^4, by integrating 12 x (1-x)^2.
        for i in 0..=20 {
            let x = f64::from(i) / 20.0;
            let exact = 6.0 * x * x - 8.0 * x * x * x + 3.0 * x * x * x * x;
            assert!((beta_cdf(2.0, 3.0, x) - exact).abs() < 1e-14);
        }
    }
}
