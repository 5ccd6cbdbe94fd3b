//! Portfolios made by a seeded generator, for tests only: no municipality's
//! figures are needed to test that the method does what it says.

use std::collections::BTreeMap;

use super::portfolio::{Entry, Measure, Portfolio, Side};
use crate::units::Year;

/// A small generator of random numbers (Knuth's MMIX constants): tests need
/// the same numbers everywhere, not good ones.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed ^ 0x9E37_79B9_7F4A_7C15)
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// About standard normal: twelve uniforms less six.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// What a synthetic country is like.
#[derive(Clone, Copy)]
pub struct Country {
    pub municipalities: usize,
    /// Realised above budgeted in the country, as a logarithm.
    pub level: f64,
    /// Spread of municipalities around it in a year.
    pub noise: f64,
    /// Growth a year.
    pub growth: f64,
    /// Standard deviation of the country's level from year to year.
    pub shock: f64,
}

/// Years of the actuals; budgets run one year further.
pub const YEARS: std::ops::RangeInclusive<i32> = 2015..=2022;

/// Figures of two lines in every municipality.
pub fn entries(country: Country, seed: u64) -> Vec<Entry> {
    let mut random = Random::new(seed);
    let mut out = Vec::new();
    let residents: Vec<f64> =
        (0..country.municipalities).map(|_| 8_000.0 * libm::exp(3.0 * random.uniform())).collect();
    for line in ["hulp", "zorg"] {
        let shocks: Vec<f64> = YEARS.map(|_| country.shock * random.normal()).collect();
        for (m, residents) in residents.iter().enumerate() {
            let rate = 0.5 * libm::exp(0.15 * random.normal());
            let mut put = |side, year: i32, measure, value: f64| {
                out.push(Entry {
                    code: format!("GM{m:04}"),
                    line: line.into(),
                    measure,
                    side,
                    year: Year(year),
                    value,
                });
            };
            for (i, year) in YEARS.enumerate() {
                let budget = residents * rate * libm::exp(country.growth * i as f64 + 0.03 * random.normal());
                let actual = budget * libm::exp(country.level + shocks[i] + country.noise * random.normal());
                put(Side::Budget, year, Measure::Cost, budget);
                put(Side::Actual, year, Measure::Cost, actual);
                put(Side::Budget, year, Measure::Residents, *residents);
                put(Side::Actual, year, Measure::Residents, *residents);
            }
            put(Side::Budget, 2023, Measure::Cost, residents * rate * libm::exp(country.growth * 8.0));
            put(Side::Budget, 2023, Measure::Residents, *residents);
        }
    }
    out
}

/// A portfolio of figures, without names.
pub fn portfolio(entries: &[Entry]) -> Portfolio {
    Portfolio::new(&BTreeMap::new(), entries)
}
