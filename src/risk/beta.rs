//! The beta distribution behind PERT, exact and with the same bits everywhere.
//!
//! The exact loss distribution asks for hundreds of thousands of cumulative
//! probabilities, so the series of the incomplete beta function is laid down
//! once per shape and only evaluated afterwards. Source of the series: DLMF
//! 8.17.7 with 8.17.8 (hypergeometric form), which for the shapes of PERT
//! (both between 1 and 5) converges within some fifty terms on the half that
//! it is used for; the other half follows by reflection (DLMF 8.17.4).

/// A beta distribution on 0..=1 with both shapes at least 1.
#[derive(Clone, Debug)]
pub(super) struct Beta {
    a: f64,
    b: f64,
    /// 1 / B(a, b).
    scale: f64,
    /// Series around 0, for x <= 1/2.
    low: Vec<f64>,
    /// Series around 1, for x > 1/2, in 1 - x.
    high: Vec<f64>,
}

/// What is asked of one point, all of it from the same two powers.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// P(X <= x).
    pub cdf: f64,
    /// E[X; X <= x].
    pub partial: f64,
    /// Density.
    pub density: f64,
}

impl Beta {
    /// Shapes `a` and `b`, both at least 1 and at most some tens.
    pub(super) fn new(a: f64, b: f64) -> Self {
        let scale = libm::tgamma(a + b) / (libm::tgamma(a) * libm::tgamma(b));
        Self { a, b, scale, low: series(a, b), high: series(b, a) }
    }

    /// The distribution of 1 - X.
    pub(super) fn mirrored(&self) -> Self {
        Self { a: self.b, b: self.a, scale: self.scale, low: self.high.clone(), high: self.low.clone() }
    }

    /// Mean.
    pub(super) fn mean(&self) -> f64 {
        self.a / (self.a + self.b)
    }

    /// Cumulative probability, partial mean and density at `x`.
    pub(super) fn at(&self, x: f64) -> Point {
        if x <= 0.0 {
            let density = if self.a > 1.0 || x < 0.0 { 0.0 } else { self.scale };
            return Point { cdf: 0.0, partial: 0.0, density };
        }
        if x >= 1.0 {
            let density = if self.b > 1.0 || x > 1.0 { 0.0 } else { self.scale };
            return Point { cdf: 1.0, partial: self.mean(), density };
        }
        let y = 1.0 - x;
        let (px, py) = (libm::pow(x, self.a), libm::pow(y, self.b));
        let both = self.scale * px * py;
        let cdf = if x <= 0.5 {
            self.scale * px * horner(&self.low, x)
        } else {
            1.0 - self.scale * py * horner(&self.high, y)
        };
        // I_x(a+1, b) = I_x(a, b) - x^a (1-x)^b / (a B(a, b)); DLMF 8.17.20.
        let partial = self.mean() * (cdf - both / self.a);
        Point { cdf, partial: partial.max(0.0), density: both / (x * y) }
    }

    /// The smallest x with P(X <= x) >= u.
    pub(super) fn quantile(&self, u: f64) -> f64 {
        if u <= 0.0 {
            return 0.0;
        }
        if u >= 1.0 {
            return 1.0;
        }
        self.quantile_near(u, self.mean())
    }

    /// Newton from a guess, kept inside a bracket that only shrinks.
    pub(super) fn quantile_near(&self, u: f64, guess: f64) -> f64 {
        let (mut lo, mut hi) = (0.0_f64, 1.0_f64);
        let mut x = if guess > 0.0 && guess < 1.0 { guess } else { 0.5 };
        for _ in 0..200 {
            let p = self.at(x);
            let miss = p.cdf - u;
            if miss == 0.0 {
                return x;
            }
            if miss > 0.0 {
                hi = x;
            } else {
                lo = x;
            }
            let step = x - miss / p.density;
            let next = if step > lo && step < hi { step } else { 0.5 * (lo + hi) };
            // Newton doubles the digits: after a step this small the next would be below rounding.
            if (next - x).abs() <= 1e-9 * x || hi - lo <= 1e-16 {
                return next;
            }
            x = next;
        }
        x
    }
}

/// Walks the quantiles at ascending shares from the low end, one evaluation a
/// step: the Taylor series of the inverse to the third order, then Newton.
pub(super) struct Walk<'a> {
    beta: &'a Beta,
    /// Where it stands: share, quantile, density there.
    u: f64,
    x: f64,
    density: f64,
}

impl<'a> Walk<'a> {
    /// Begins at 0.
    pub(super) fn new(beta: &'a Beta) -> Self {
        Self { beta, u: 0.0, x: 0.0, density: 0.0 }
    }

    /// The quantile at a share above the last one and below 1.
    pub(super) fn to(&mut self, u: f64) -> f64 {
        let Beta { a, scale, .. } = self.beta;
        let du = u - self.u;
        if du > 0.125 * u {
            // Far in the tail the distribution is a power of x.
            let guess = libm::pow(u * a / scale, 1.0 / a);
            self.x = self.beta.quantile_near(u, guess);
            self.density = self.beta.at(self.x).density;
        } else {
            let step = du / self.density;
            let (first, second) = self.slopes(self.x);
            let guess = self.x + step * (1.0 - 0.5 * first * step + (2.0 * first * first - second) * step * step / 6.0);
            if guess > 0.0 && guess < 1.0 {
                let p = self.beta.at(guess);
                let miss = (u - p.cdf) / p.density;
                let (first, _) = self.slopes(guess);
                self.x = guess + miss * (1.0 - 0.5 * first * miss);
                self.density = p.density * (1.0 + first * miss);
            } else {
                self.x = self.beta.quantile_near(u, self.x);
                self.density = self.beta.at(self.x).density;
            }
        }
        self.u = u;
        self.x
    }

    /// First and second derivative of the logarithm of the density.
    fn slopes(&self, x: f64) -> (f64, f64) {
        let (left, right) = ((self.beta.a - 1.0) / x, (self.beta.b - 1.0) / (1.0 - x));
        (left - right, -left / x - right / (1.0 - x))
    }
}

/// Coefficients (1-b)_n / (n! (a+n)) until what follows is below rounding at x = 1/2.
fn series(a: f64, b: f64) -> Vec<f64> {
    let mut out = Vec::new();
    let mut factor = 1.0;
    let mut half = 1.0;
    let mut n = 0.0;
    loop {
        out.push(factor / (a + n));
        factor *= (1.0 - b + n) / (n + 1.0);
        half *= 0.5;
        n += 1.0;
        if factor.abs() * half < 1e-18 || out.len() == 120 {
            return out;
        }
    }
}

/// The polynomial in four interleaved strands: the processor waits for none.
fn horner(c: &[f64], x: f64) -> f64 {
    let (x2, mut sum) = (x * x, [0.0; 4]);
    let x4 = x2 * x2;
    // As many terms as still count at this x: each is below (x/0.5)^n of its size at 1/2.
    let needed = if x < 0.06 {
        16
    } else if x < 0.25 {
        32
    } else {
        c.len()
    };
    let c = &c[..needed.min(c.len())];
    let whole = c.len() / 4 * 4;
    for (i, v) in c[whole..].iter().enumerate() {
        sum[i] = *v;
    }
    for four in c[..whole].chunks_exact(4).rev() {
        for i in 0..4 {
            sum[i] = sum[i] * x4 + four[i];
        }
    }
    (sum[0] + sum[1] * x) + x2 * (sum[2] + sum[3] * x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Beta as Reference, Continuous, ContinuousCDF};

    #[test]
    fn the_cumulative_probability_agrees_with_statrs() {
        for a in [1.0, 1.2, 2.0, 2.7, 3.0, 3.9, 4.6, 5.0] {
            let b = 6.0 - a;
            let (ours, theirs) = (Beta::new(a, b), Reference::new(a, b).unwrap());
            for i in 0..=1000 {
                let x = f64::from(i) / 1000.0;
                let p = ours.at(x);
                assert!((p.cdf - theirs.cdf(x)).abs() < 2e-13, "a={a} x={x}: {} {}", p.cdf, theirs.cdf(x));
                if i > 0 && i < 1000 {
                    assert!((p.density - theirs.pdf(x)).abs() < 1e-11, "a={a} x={x}");
                }
            }
        }
    }

    #[test]
    fn the_partial_mean_is_the_integral_of_the_density() {
        let beta = Beta::new(2.3, 3.7);
        let mut integral = 0.0;
        let steps = 20_000;
        for i in 0..steps {
            let x = (f64::from(i) + 0.5) / f64::from(steps) * 0.6;
            integral += x * beta.at(x).density * 0.6 / f64::from(steps);
        }
        assert!((beta.at(0.6).partial - integral).abs() < 1e-8);
        assert!((beta.at(1.0).partial - 2.3 / 6.0).abs() < 1e-15);
    }

    #[test]
    fn a_shape_with_mode_at_the_edge_is_a_plain_polynomial() {
        // a = 1, b = 5: P(X <= x) = 1 - (1-x)^5.
        let beta = Beta::new(1.0, 5.0);
        for x in [0.0, 0.01, 0.3, 0.5, 0.8, 1.0] {
            let y: f64 = 1.0 - x;
            assert!((beta.at(x).cdf - (1.0 - y * y * y * y * y)).abs() < 1e-15, "{x}");
        }
    }

    #[test]
    fn the_quantile_inverts_the_cumulative_probability() {
        for a in [1.0, 1.5, 3.0, 4.9] {
            let beta = Beta::new(a, 6.0 - a);
            for u in [1e-9, 1e-4, 0.1, 0.5, 0.9, 0.9999, 1.0 - 1e-9] {
                assert!((beta.at(beta.quantile(u)).cdf - u).abs() < 1e-12, "a={a} u={u}");
            }
        }
    }
}
