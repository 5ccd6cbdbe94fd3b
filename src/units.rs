//! Units as types: a euro is not a percentage and neither is a person.
//!
//! Each is a newtype over a number with named constructors and only the
//! operations that mean something, so that a mistake such as adding a rate to
//! an amount does not compile. Percent becomes fraction in one place:
//! [`Rate::percent`]. Nothing here rounds; rounding happens where a figure is
//! shown ([`crate::dutch`]).

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub};

use serde::Serialize;

/// A calendar year, also the budget year of a municipality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Year(pub i32);

impl Year {
    /// The year `count` years later.
    pub fn plus(self, count: i32) -> Self {
        Self(self.0 + count)
    }

    /// Every year from `self` up to and including `last`.
    pub fn through(self, last: Self) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (self.0..=last.0).map(Self)
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An amount of money in euros.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Euro(pub f64);

impl Euro {
    /// Nothing.
    pub const ZERO: Self = Self(0.0);

    /// The number of euros.
    pub fn euros(self) -> f64 {
        self.0
    }
}

impl Add for Euro {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Euro {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Euro {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Euro {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Mul<Rate> for Euro {
    type Output = Self;
    fn mul(self, rate: Rate) -> Self {
        Self(self.0 * rate.0)
    }
}

impl std::iter::Sum for Euro {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// A rate or share as a fraction: 2.5 % is `0.025`.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Rate(pub f64);

impl Rate {
    /// From percent: `Rate::percent(2.5)` is 2.5 %.
    pub fn percent(value: f64) -> Self {
        Self(value / 100.0)
    }

    /// The fraction.
    pub fn fraction(self) -> f64 {
        self.0
    }

    /// The percentage.
    pub fn as_percent(self) -> f64 {
        self.0 * 100.0
    }
}

/// A number of clients (persons or households that use a provision).
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Clients(pub f64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_becomes_a_fraction_once() {
        assert_eq!(Rate::percent(2.5), Rate(0.025));
        assert_eq!(Euro(200.0) * Rate::percent(50.0), Euro(100.0));
    }

    #[test]
    fn years_run_through_the_last_one() {
        let years: Vec<i32> = Year(2026).through(Year(2029)).map(|y| y.0).collect();
        assert_eq!(years, [2026, 2027, 2028, 2029]);
    }
}
