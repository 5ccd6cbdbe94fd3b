//! How sure: the 80 % band around a forecast.
//!
//! Two things can be wrong and are independent: what the whole country does
//! (a new law, a pandemic, prices), and how this municipality differs from it.
//! Their half widths are added in squares, and both are learned from known
//! years only.
//!
//! **The country**: how far the method missed the median municipality, of all
//! lines together and of the line itself. These are few years, so the band is
//! that of Student's t with as many degrees of freedom as there were years
//! (and two for what is assumed before any): a spread from three years is not
//! known as one from thirty (Geisser 1993, predictive inference). A line that
//! is the total of the others is steadier than they are, since their misses
//! partly cancel: its share of their variance is `sum s^2 + r (1 - sum s^2)`
//! with `s` the shares of the lines and `r` how alike they miss.
//!
//! **The municipality**: the 80 % quantile of how far municipalities of about
//! the same size lay from the median, in which the newest year counts most
//! because bookkeeping has settled over the years. One whose own figures have
//! moved more than those of its like gets a wider band in proportion, drawn to
//! its like as far as its years are few.

use std::collections::{BTreeMap, BTreeSet};

use super::method::Centre;
use super::portfolio::Known;
use super::robust;
use crate::units::Year;

/// Standard deviation of the national error before any was seen (aanname).
const NATIONAL_SD: f64 = 0.06;
/// It counts as this many years of every line.
const NATIONAL_YEARS: f64 = 2.0;
/// How alike the lines of a total miss: the correlation of their errors.
const ALIKE: f64 = 0.25;
/// A line is the total of the others when it is within this (2 %) of their sum.
const TOTAL_WITHIN: f64 = 0.02;
/// All lines together count as this many years of the line itself.
const POOL_YEARS: f64 = 4.0;
/// A national error counts as at most this: one pandemic must not make every
/// later band useless.
const LARGEST_NATIONAL: f64 = 0.12;
/// An older year counts this times the year after it.
const DISCOUNT: f64 = 0.5;
/// Before a year was forecast, the spread of its levels stands in, times
/// this: a forecast also knows the last actual.
const LEVEL_TO_FORECAST: f64 = 0.7;
/// Such a year counts for less.
const LEVEL_WEIGHT: f64 = 0.5;
/// How many municipalities nearest in size give the spread of that size,
/// which counts for half beside that of all.
const NEAREST: usize = 40;
/// That a municipality moves as much as its like counts as this many of its
/// own newest years.
const USUAL_YEARS: f64 = 3.0;
/// A deviation counts as at most this many times the usual one: a rebooking
/// says little about the next year.
const MOST_MOVED: f64 = 2.5;
/// The half width of a municipality among few or none before anything was
/// seen: 20 % (aanname; among Dutch municipalities in 2017-2022 it lay between
/// 8 % for participatie and 20 % for jeugd, and one's own lines are finer).
const FEW_HALF_WIDTH: f64 = 0.20;
/// It counts as this many municipalities.
const FEW: f64 = 2.0;
/// From this many municipalities on their median is the country; below it all
/// of an error counts as a municipality's own.
const COUNTRY: usize = 8;

/// What one known year says of how far municipalities lie from the median.
struct Spread {
    /// Size of the deviation, by municipality.
    deviation: Vec<Option<f64>>,
    /// Residents (a logarithm) and deviations, in order of residents.
    by_size: Vec<(f64, f64)>,
    /// 80 % quantile of the deviations.
    all: f64,
    /// How many municipalities.
    count: f64,
    /// Weight of the year.
    weight: f64,
}

/// All earlier forecasts of a run, by line and target year.
pub type Centres = BTreeMap<(usize, Year), Centre>;

/// Errors of the earlier forecasts of a line's year: by municipality.
fn errors(known: &Known<'_>, line: usize, year: Year, centre: &Centre) -> Vec<(usize, f64)> {
    centre.forecast.iter().enumerate().filter_map(|(m, f)| Some((m, known.actual(line, year, m)? - (*f)?))).collect()
}

/// The line whose budgets are the sum of those of all the others, with its
/// part of their variance.
fn total(known: &Known<'_>, target: Year) -> Option<(usize, f64)> {
    // With two lines either could be called the total of the other.
    if known.lines() < 3 {
        return None;
    }
    let sums: Vec<f64> = (0..known.members())
        .map(|m| (0..known.lines()).filter_map(|l| known.budget(l, target, m)).map(libm::exp).sum())
        .collect();
    let line = (0..known.lines()).find(|l| {
        let off = (0..known.members()).filter_map(|m| {
            let own = libm::exp(known.budget(*l, target, m)?);
            Some(((sums[m] - own) / own - 1.0).abs())
        });
        robust::median(off).is_some_and(|off| off < TOTAL_WITHIN)
    })?;
    let parts: Vec<f64> = (0..known.lines())
        .filter(|l| *l != line)
        .map(|l| (0..known.members()).filter_map(|m| known.budget(l, target, m)).map(libm::exp).sum())
        .collect();
    let all: f64 = parts.iter().sum();
    let squares: f64 = parts.iter().map(|p| (p / all) * (p / all)).sum();
    Some((line, squares + ALIKE * (1.0 - squares)))
}

/// Standard deviation of the error about the whole country in a year.
pub fn national_sd(known: &Known<'_>, line: usize, target: Year, centres: &Centres) -> f64 {
    let total = total(known, target);
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
        if l == line {
            own.push(error * error);
        }
        // The total holds the same errors once more.
        if total.is_some_and(|t| t.0 == l) {
            continue;
        }
        let share = count as f64 / most;
        sum += share * error * error;
        weight += share;
        let widest = lines.entry(l).or_insert(0.0);
        *widest = widest.max(share);
    }
    let prior = NATIONAL_YEARS * lines.values().sum::<f64>().max(1.0);
    let part = total.filter(|t| t.0 == line).map_or(1.0, |t| t.1);
    let pooled = part * (prior * NATIONAL_SD * NATIONAL_SD + sum) / (prior + weight);
    libm::sqrt((POOL_YEARS * pooled + own.iter().sum::<f64>()) / (POOL_YEARS + own.len() as f64))
}

/// Half the 80 % band of the country.
fn national_half(known: &Known<'_>, line: usize, target: Year, centres: &Centres) -> f64 {
    let years: BTreeSet<Year> = centres.keys().map(|(_, y)| *y).filter(|y| *y <= known.last_actual()).collect();
    robust::student_80(NATIONAL_YEARS + years.len() as f64) * national_sd(known, line, target, centres)
}

/// Half the 80 % band of every municipality, as a logarithm.
pub fn half_widths(known: &Known<'_>, line: usize, target: Year, lag: i32, centres: &Centres) -> Vec<f64> {
    let national = national_half(known, line, target, centres);
    let few = few_squared(known, lag);
    let own = own_halves(known, target, few, &spreads(known, line, centres));
    let grown = growth_spread(known, line, lag, few);
    own.into_iter()
        .enumerate()
        .map(|(m, own)| {
            let own = if known.budget(line, target, m).is_some() { own } else { grown };
            libm::sqrt(own * own + national * national)
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
            let mut deviation = vec![None; known.members()];
            for (m, r) in &raw {
                deviation[*m] = Some((r - middle).abs());
            }
            let mut by_size: Vec<(f64, f64)> =
                raw.iter().filter_map(|(m, _)| known.budgeted_residents(year, *m).zip(deviation[*m])).collect();
            by_size.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
            let sizes = robust::sorted(deviation.iter().flatten().copied());
            let age = f64::from(known.last_actual().0 - year.0);
            let weight = libm::pow(DISCOUNT, age) * if seen { 1.0 } else { LEVEL_WEIGHT };
            Some(Spread { deviation, by_size, all: robust::quantile(&sizes, 0.8)?, count: sizes.len() as f64, weight })
        })
        .collect()
}

/// Every municipality's own half width.
fn own_halves(known: &Known<'_>, target: Year, few: f64, years: &[Spread]) -> Vec<f64> {
    let members = known.members();
    let mut squares = vec![0.0; members];
    let mut weight = 0.0;
    let mut moved = vec![USUAL_YEARS; members];
    let mut seen = vec![USUAL_YEARS; members];
    for year in years {
        let usual: Vec<f64> = (0..members)
            .map(|m| {
                let near = known.budgeted_residents(target, m).and_then(|r| nearest(&year.by_size, r));
                0.5 * (near.unwrap_or(year.all) + year.all)
            })
            .collect();
        for (square, half) in squares.iter_mut().zip(&usual) {
            *square += year.weight * (year.count * half * half + FEW * few) / (year.count + FEW);
        }
        weight += year.weight;
        let sizes: Vec<Option<f64>> = year
            .deviation
            .iter()
            .zip(&usual)
            .map(|(d, usual)| d.filter(|_| *usual > 0.0).map(|d| (d / usual).min(MOST_MOVED)))
            .collect();
        let mean = robust::mean(&sizes.iter().flatten().copied().collect::<Vec<_>>()).filter(|m| *m > 0.0);
        for (m, size) in sizes.iter().enumerate() {
            if let (Some(size), Some(mean)) = (size, mean) {
                moved[m] += year.weight * size / mean;
                seen[m] += year.weight;
            }
        }
    }
    (0..members)
        .map(|m| if weight > 0.0 { libm::sqrt(squares[m] / weight) * moved[m] / seen[m] } else { libm::sqrt(few) })
        .collect()
}

/// 80 % quantile of the deviations of the municipalities nearest in size, of a
/// list in order of size.
fn nearest(by_size: &[(f64, f64)], residents: f64) -> Option<f64> {
    let mut low = by_size.partition_point(|d| d.0 < residents);
    let mut high = low;
    while high - low < NEAREST.min(by_size.len()) {
        let below = low.checked_sub(1).map(|i| residents - by_size[i].0);
        let above = by_size.get(high).map(|d| d.0 - residents);
        match (below, above) {
            (Some(below), Some(above)) if above < below => high += 1,
            (None, _) => high += 1,
            _ => low -= 1,
        }
    }
    robust::quantile(&robust::sorted(by_size[low..high].iter().map(|d| d.1)), 0.8)
}

/// The half width where only a last actual is known: the spread of growth over
/// the same number of years.
fn growth_spread(known: &Known<'_>, line: usize, lag: i32, few: f64) -> f64 {
    let sizes = steps(known, line, lag);
    let count = sizes.len() as f64;
    let wide = robust::quantile(&robust::sorted(sizes), 0.8).unwrap_or(0.0);
    libm::sqrt((count * wide * wide + FEW * few) / (count + FEW))
}

/// How far the growth of a line over some years lay from the usual.
fn steps(known: &Known<'_>, line: usize, years: i32) -> Vec<f64> {
    let mut sizes = Vec::new();
    for year in known.actual_years() {
        let growth: Vec<f64> = (0..known.members())
            .filter_map(|m| Some(known.actual(line, year, m)? - known.actual(line, year.plus(-years), m)?))
            .collect();
        if let Some(middle) = middle(growth.clone()) {
            sizes.extend(growth.iter().map(|g| (g - middle).abs()));
        }
    }
    sizes
}

/// Square of the half width that stands in where a line says too little of
/// itself. Among few municipalities their other lines tell how restless such
/// books are: yearly growth, a step each year at random.
fn few_squared(known: &Known<'_>, lag: i32) -> f64 {
    let assumed = FEW_HALF_WIDTH * FEW_HALF_WIDTH;
    if known.members() >= COUNTRY {
        return assumed;
    }
    let sizes: Vec<f64> = (0..known.lines()).flat_map(|l| steps(known, l, 1)).collect();
    let count = sizes.len() as f64;
    let wide = robust::quantile(&robust::sorted(sizes), 0.8).unwrap_or(0.0);
    (count * wide * wide * f64::from(lag) + FEW * assumed) / (count + FEW)
}

#[cfg(test)]
mod tests;
