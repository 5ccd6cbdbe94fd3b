//! What one occurrence of a risk costs: a fixed amount, a uniform range or a
//! PERT, with everything the sums ask of it in closed form.

use super::beta::Beta;

/// The loss of one occurrence, in euros; negative is a gain.
#[derive(Clone, Debug)]
pub enum Severity {
    /// Always this amount.
    Point(f64),
    /// Uniform between two amounts.
    Uniform {
        /// Lowest.
        min: f64,
        /// Highest, above `min`.
        max: f64,
    },
    /// PERT with lambda 4.
    Pert(Pert),
}

/// A PERT distribution: a beta on `min..=max` whose shapes follow from the mode
/// and sum to 6.
#[derive(Clone, Debug)]
pub struct Pert {
    min: f64,
    mode: f64,
    max: f64,
    pub(super) beta: Beta,
}

impl Pert {
    /// Most likely amount.
    pub(super) fn mode(&self) -> f64 {
        self.mode
    }

    /// Lowest amount, and the distance to the highest.
    pub(super) fn span(&self) -> (f64, f64) {
        (self.min, self.max - self.min)
    }
}

impl Severity {
    /// Uniform; a range without width is a fixed amount.
    pub fn uniform(min: f64, max: f64) -> Self {
        if max > min { Self::Uniform { min, max } } else { Self::Point(min) }
    }

    /// PERT; a range without width is a fixed amount.
    pub fn pert(min: f64, mode: f64, max: f64) -> Self {
        if max > min {
            let a = 1.0 + 4.0 * ((mode - min) / (max - min)).clamp(0.0, 1.0);
            Self::Pert(Pert { min, mode, max, beta: Beta::new(a, 6.0 - a) })
        } else {
            Self::Point(min)
        }
    }

    /// The same, every amount times a positive factor.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        match self {
            Self::Point(x) => Self::Point(x * factor),
            Self::Uniform { min, max } => Self::uniform(min * factor, max * factor),
            Self::Pert(p) => Self::pert(p.min * factor, p.mode * factor, p.max * factor),
        }
    }

    /// Mean.
    pub fn mean(&self) -> f64 {
        match self {
            Self::Point(x) => *x,
            Self::Uniform { min, max } => 0.5 * (min + max),
            Self::Pert(p) => (p.min + 4.0 * p.mode + p.max) / 6.0,
        }
    }

    /// Variance.
    pub fn variance(&self) -> f64 {
        match self {
            Self::Point(_) => 0.0,
            Self::Uniform { min, max } => (max - min) * (max - min) / 12.0,
            Self::Pert(p) => {
                let mean = self.mean();
                (mean - p.min) * (p.max - mean) / 7.0
            }
        }
    }

    /// Lowest and highest amount.
    pub fn bounds(&self) -> (f64, f64) {
        match self {
            Self::Point(x) => (*x, *x),
            Self::Uniform { min, max } => (*min, *max),
            Self::Pert(p) => (p.min, p.max),
        }
    }

    /// P(X <= x).
    pub fn cdf(&self, x: f64) -> f64 {
        self.at(x).0
    }

    /// P(X <= x) and E[X; X <= x].
    pub(super) fn at(&self, x: f64) -> (f64, f64) {
        match self {
            Self::Point(amount) => {
                if x >= *amount {
                    (1.0, *amount)
                } else {
                    (0.0, 0.0)
                }
            }
            Self::Uniform { min, max } => {
                let top = x.clamp(*min, *max);
                let share = (top - min) / (max - min);
                (share, share * 0.5 * (min + top))
            }
            Self::Pert(p) => {
                let width = p.max - p.min;
                let point = p.beta.at((x - p.min) / width);
                (point.cdf, p.min * point.cdf + width * point.partial)
            }
        }
    }

    /// The smallest amount that is not exceeded with chance `u`.
    pub fn quantile(&self, u: f64) -> f64 {
        let u = u.clamp(0.0, 1.0);
        match self {
            Self::Point(x) => *x,
            Self::Uniform { min, max } => min + (max - min) * u,
            Self::Pert(p) => p.min + (p.max - p.min) * p.beta.quantile(u),
        }
    }

    /// Whether it is one amount.
    pub fn is_point(&self) -> bool {
        matches!(self, Self::Point(_))
    }
}

/// A severity of which all above `cap` counts as `cap`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Capped<'a> {
    pub of: &'a Severity,
    pub cap: f64,
}

impl Capped<'_> {
    /// Whether the cap changes anything.
    pub(super) fn is_cut(&self) -> bool {
        self.of.bounds().1 > self.cap
    }

    /// Lowest and highest amount.
    pub(super) fn bounds(&self) -> (f64, f64) {
        let (min, max) = self.of.bounds();
        (min.min(self.cap), max.min(self.cap))
    }

    /// P(X <= x) and E[X; X <= x].
    pub(super) fn at(&self, x: f64) -> (f64, f64) {
        if x >= self.cap { (1.0, self.mean()) } else { self.of.at(x) }
    }

    /// Mean.
    pub(super) fn mean(&self) -> f64 {
        if self.is_cut() {
            let (mass, partial) = self.of.at(self.cap);
            partial + self.cap * (1.0 - mass)
        } else {
            self.of.mean()
        }
    }

    /// A variance that it does not fall below: its own, or 0 where it is cut.
    pub(super) fn least_variance(&self) -> f64 {
        if self.is_cut() { 0.0 } else { self.of.variance() }
    }

    /// The amount, where there is only one.
    pub(super) fn point(&self) -> Option<f64> {
        let (min, max) = self.bounds();
        (min >= max).then_some(min)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_without_width_is_its_amount() {
        assert!(matches!(Severity::uniform(5.0, 5.0), Severity::Point(x) if x == 5.0));
        assert!(matches!(Severity::pert(5.0, 5.0, 5.0), Severity::Point(x) if x == 5.0));
    }

    #[test]
    fn a_pert_has_the_mean_of_the_textbook() {
        // (min + 4 mode + max) / 6; variance (mean - min)(max - mean) / 7 (Clark 1962; Vose).
        let x = Severity::pert(20.0, 50.0, 120.0);
        assert!((x.mean() - 340.0 / 6.0).abs() < 1e-12);
        let (mass, partial) = x.at(120.0);
        assert_eq!(mass, 1.0);
        assert!((partial - x.mean()).abs() < 1e-12);
        let mut second = 0.0;
        let steps = 40_000;
        for i in 0..steps {
            let q = x.quantile((f64::from(i) + 0.5) / f64::from(steps)) - x.mean();
            second += q * q / f64::from(steps);
        }
        assert!((second - x.variance()).abs() < 1e-3 * x.variance(), "{second} {}", x.variance());
    }

    #[test]
    fn a_uniform_range_has_its_quantiles_on_a_straight_line() {
        let x = Severity::uniform(-100.0, 300.0);
        assert_eq!((x.quantile(0.25), x.cdf(0.0), x.mean()), (0.0, 0.25, 100.0));
        // E[X; X <= 0] = P(X <= 0) x mean of the part = 0.25 x -50.
        assert_eq!(x.at(0.0).1, -12.5);
    }
}
