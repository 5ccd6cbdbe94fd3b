//! How sure: the 80 % band around a forecast.
//!
//! Two things can be wrong and are independent: what the whole country does
//! (a new law, a pandemic, prices), and how this municipality differs from it.
//! Their half widths are added in squares. Both are learned from known years
//! only: the first from how far the method missed the median municipality, of
//! all lines together and of the line itself; the second from the spread of
//! municipalities of about the same size around the median, in which the
//! newest year counts most because bookkeeping has settled over the years.

use std::collections::BTreeMap;

use super::method::Centre;
use super::portfolio::Known;
use super::robust;
use crate::units::Year;

/// Half an 80 % band of a normal distribution, in standard deviations.
pub const Z80: f64 = 1.281_551_565_544_600_5;
/// Standard deviation of the national error before any was seen.
const NATIONAL_SD: f64 = 0.045;
/// It counts as this many years of every line.
const NATIONAL_YEARS: f64 = 2.0;
/// All lines together count as this many years of the line itself.
const POOL_YEARS: f64 = 4.0;
/// A national error counts as at most this: one pandemic must not make every
/// later band useless.
const LARGEST_NATIONAL: f64 = 0.12;
/// An older year counts this times the year after it.
const DISCOUNT: f64 = 0.5;
/// Before a year was forecast, the spread of its levels stands in, times
/// this: a forecast also knows the last actual.
const LEVEL_TO_FORECAST: f64 = 0.8;
/// Such a year counts for less.
const LEVEL_WEIGHT: f64 = 0.5;
/// How many municipalities nearest in size give the spread of that size,
/// which counts for half beside that of all.
const NEAREST: usize = 60;
/// The half width of a municipality among few or none: 12 % (aanname; among
/// Dutch municipalities in 2017-2022 it lay between 8 % for participatie and
/// 20 % for jeugd).
const FEW_HALF_WIDTH: f64 = 0.12;
/// It counts as this many municipalities.
const FEW: f64 = 2.0;
/// From this many municipalities on their median is the country; below it all
/// of an error counts as a municipality's own.
const COUNTRY: usize = 8;

/// Deviations from the median in one year, with residents (logarithm).
struct Spread {
    deviations: Vec<(Option<f64>, f64)>,
    /// 80 % quantile of their sizes.
    all: f64,
    weight: f64,
}

/// All earlier forecasts of a run, by line and target year.
pub type Centres = BTreeMap<(usize, Year), Centre>;

/// Errors of the earlier forecasts of a line's year: by municipality.
fn errors(known: &Known<'_>, line: usize, year: Year, centre: &Centre) -> Vec<(usize, f64)> {
    centre.forecast.iter().enumerate().filter_map(|(m, f)| Some((m, known.actual(line, year, m)? - (*f)?))).collect()
}

/// Standard deviation of the error about the whole country.
pub fn national_sd(known: &Known<'_>, line: usize, centres: &Centres) -> f64 {
    let mut own = Vec::new();
    let mut sum = 0.0;
    let mut weight = 0.0;
    let mut lines: BTreeMap<usize, f64> = BTreeMap::new();
    let of = |(l, y): (usize, Year), centre: &Centre| {
        let errors = errors(known, l, y, centre);
        robust::median(errors.iter().map(|e| e.1)).map(|e| (e.clamp(-LARGEST_NATIONAL, LARGEST_NATIONAL), errors.len()))
    };
    let missed: Vec<((usize, Year), f64, usize)> = centres
        .iter()
        .filter(|((_, y), _)| *y <= known.last_actual())
        .filter_map(|(key, c)| of(*key, c).map(|(e, n)| (*key, e, n)))
        .collect();
    let most = missed.iter().map(|m| m.2).max().unwrap_or(1) as f64;
    for ((l, _), error, count) in missed {
        let share = count as f64 / most;
        sum += share * error * error;
        weight += share;
        let widest = lines.entry(l).or_insert(0.0);
        *widest = widest.max(share);
        if l == line {
            own.push(error * error);
        }
    }
    let prior = NATIONAL_YEARS * lines.values().sum::<f64>().max(1.0);
    let pooled = (prior * NATIONAL_SD * NATIONAL_SD + sum) / (prior + weight);
    libm::sqrt((POOL_YEARS * pooled + own.iter().sum::<f64>()) / (POOL_YEARS + own.len() as f64))
}

/// Half the 80 % band of every municipality, as a logarithm.
pub fn half_widths(known: &Known<'_>, line: usize, target: Year, lag: i32, centres: &Centres) -> Vec<f64> {
    let national = Z80 * national_sd(known, line, centres);
    let years = spreads(known, line, centres);
    let grown = growth_spread(known, line, lag);
    (0..known.members())
        .map(|m| {
            let own = match known.budget(line, target, m) {
                Some(_) => of_municipality(&years, known.budgeted_residents(target, m)),
                None => grown,
            };
            libm::sqrt(own + national * national)
        })
        .collect()
}

/// What the country did; nothing where there is no country to speak of.
fn middle(values: Vec<f64>) -> Option<f64> {
    let count = values.len();
    robust::median(values).map(|m| if count < COUNTRY { 0.0 } else { m })
}

fn spreads(known: &Known<'_>, line: usize, centres: &Centres) -> Vec<Spread> {
    known
        .actual_years()
        .filter_map(|year| {
            let forecast = centres.get(&(line, year)).map(|c| errors(known, line, year, c)).filter(|e| !e.is_empty());
            let seen = forecast.is_some();
            let raw = forecast.unwrap_or_else(|| {
                (0..known.members())
                    .filter_map(|m| {
                        Some((m, LEVEL_TO_FORECAST * (known.actual(line, year, m)? - known.budget(line, year, m)?)))
                    })
                    .collect()
            });
            let middle = middle(raw.iter().map(|r| r.1).collect())?;
            let deviations: Vec<(Option<f64>, f64)> =
                raw.iter().map(|(m, r)| (known.budgeted_residents(year, *m), (r - middle).abs())).collect();
            let sizes = robust::sorted(deviations.iter().map(|d| d.1));
            let age = f64::from(known.last_actual().0 - year.0);
            let weight = libm::pow(DISCOUNT, age) * if seen { 1.0 } else { LEVEL_WEIGHT };
            Some(Spread { deviations, all: robust::quantile(&sizes, 0.8)?, weight })
        })
        .collect()
}

/// Square of a municipality's own half width.
fn of_municipality(years: &[Spread], residents: Option<f64>) -> f64 {
    let few = FEW_HALF_WIDTH * FEW_HALF_WIDTH;
    let mut sum = 0.0;
    let mut weight = 0.0;
    for year in years {
        let near = residents.and_then(|r| nearest(&year.deviations, r)).unwrap_or(year.all);
        let half = 0.5 * (near + year.all);
        let count = year.deviations.len() as f64;
        sum += year.weight * (count * half * half + FEW * few) / (count + FEW);
        weight += year.weight;
    }
    if weight > 0.0 { sum / weight } else { few }
}

/// 80 % quantile of the deviations of the municipalities nearest in size.
fn nearest(deviations: &[(Option<f64>, f64)], residents: f64) -> Option<f64> {
    let mut by_distance: Vec<(f64, f64)> =
        deviations.iter().filter_map(|(r, d)| Some(((r.as_ref()? - residents).abs(), *d))).collect();
    by_distance.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    by_distance.truncate(NEAREST);
    robust::quantile(&robust::sorted(by_distance.into_iter().map(|d| d.1)), 0.8)
}

/// Square of the half width where only a last actual is known: the spread of
/// growth over the same number of years.
fn growth_spread(known: &Known<'_>, line: usize, lag: i32) -> f64 {
    let mut sizes = Vec::new();
    for year in known.actual_years() {
        let growth: Vec<f64> = (0..known.members())
            .filter_map(|m| Some(known.actual(line, year, m)? - known.actual(line, year.plus(-lag), m)?))
            .collect();
        if let Some(middle) = middle(growth.clone()) {
            sizes.extend(growth.iter().map(|g| (g - middle).abs()));
        }
    }
    let few = FEW_HALF_WIDTH * FEW_HALF_WIDTH * f64::from(lag);
    let count = sizes.len() as f64;
    let wide = robust::quantile(&robust::sorted(sizes), 0.8).unwrap_or(0.0);
    (count * wide * wide + FEW * few) / (count + FEW)
}
