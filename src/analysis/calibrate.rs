//! Growth, level, spread and persistence of a line from its history.
//!
//! A municipality has a handful of years, and a handful of years says little:
//! one odd year makes 3 % of growth into 6 %. So a line is pooled with its
//! peers. Of every value the usual of its year (the median peer) is taken out;
//! what remains of the municipality's own mean counts with weight
//!
//! ```text
//! w = between / (between + within / n)
//! ```
//!
//! where `between` is how much municipalities differ lastingly, `within` how
//! much one municipality varies from year to year, and `n` its years: the
//! shrinkage of James and Stein (1961) with estimated variances (Efron and
//! Morris 1975). The weight is always shown. Years that [`super::breaks`]
//! names are left out, so that a rebooking never becomes growth.

mod paste;

pub use paste::toml;

use std::collections::{BTreeMap, BTreeSet};

use super::backtest::{Portfolio, Side, robust};
use super::breaks::{self, Break, BreakKind};
use crate::units::{Rate, Year};

/// How many municipalities nearest in residents are peers.
const NEAREST: usize = 60;
/// Fewer observations of peers than this are no peers.
const FEWEST: usize = 10;
/// The peers' spread counts as this many years beside the municipality's own.
const SPREAD_YEARS: f64 = 10.0;
/// Values further than this many robust standard deviations from the usual
/// count as this far.
const WINSOR: f64 = 3.0;
/// The model takes persistence up to 1; estimated from a few years it stays
/// below.
const MOST_PERSISTENT: f64 = 0.95;

/// Rates of a price index by year: taken out of growth.
pub type Deflator = BTreeMap<Year, Rate>;

/// One quantity of one line among peers, as logarithms.
#[derive(Clone, Debug, PartialEq)]
pub struct Moments {
    /// The median peer by year.
    pub usual: BTreeMap<Year, f64>,
    /// Mean of that over the years.
    pub mean: f64,
    /// Standard deviation of that between years; 0 with one year.
    pub national_sd: f64,
    /// Standard deviation of lasting differences between municipalities.
    pub between: f64,
    /// Standard deviation of one municipality from year to year.
    pub within: f64,
    /// Correlation of a municipality's deviations in successive years, 0..=0.95.
    pub persistence: f64,
    /// How many municipalities.
    pub municipalities: usize,
    /// How many municipality-years.
    pub observations: usize,
}

/// The peers of a municipality for one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Peers {
    /// Growth of cost per year.
    pub growth: Option<Moments>,
    /// Realised above budgeted.
    pub level: Option<Moments>,
}

/// One calibrated assumption, as fractions.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The value to use.
    pub value: f64,
    /// Standard deviation of one year around it; none where nothing says.
    pub sd: Option<f64>,
    /// How far a deviation lasts into the next year.
    pub persistence: f64,
    /// Weight of the municipality's own years, the rest being the peers'.
    pub weight: f64,
    /// Own mean.
    pub own: Option<f64>,
    /// The peers' mean.
    pub peers: Option<f64>,
    /// The own years that it rests on.
    pub years: Vec<Year>,
    /// How many peers, and how many of their years.
    pub pooled: Option<(usize, usize)>,
}

/// What the history of a line says.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// The line.
    pub line: String,
    /// Growth a year, prices included unless a deflator was given.
    pub growth: Option<Estimate>,
    /// Realised above budgeted.
    pub level: Option<Estimate>,
    /// Breaks in it.
    pub breaks: Vec<Break>,
    /// Whether prices were taken out.
    pub real: bool,
}

/// One municipality's values by year, as logarithms.
type Values = BTreeMap<Year, f64>;

fn log(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite() && *v > 0.0).map(libm::log)
}

fn level_of(portfolio: &Portfolio, line: usize, member: usize, odd: &BTreeSet<Year>) -> Values {
    portfolio
        .years()
        .filter(|y| !odd.contains(y))
        .filter_map(|y| {
            let actual = log(portfolio.cost(Side::Actual, line, y, member))?;
            Some((y, actual - log(portfolio.cost(Side::Budget, line, y, member))?))
        })
        .collect()
}

fn growth_of(portfolio: &Portfolio, line: usize, member: usize, odd: &BTreeSet<Year>, deflator: &Deflator) -> Values {
    portfolio
        .years()
        .filter(|y| !odd.contains(y))
        .filter_map(|y| {
            let now = log(portfolio.cost(Side::Actual, line, y, member))?;
            let before = log(portfolio.cost(Side::Actual, line, y.plus(-1), member))?;
            let price = if deflator.is_empty() { 0.0 } else { libm::log(1.0 + deflator.get(&y)?.fraction()) };
            Some((y, now - before - price))
        })
        .collect()
}

/// The years in which a line's growth is no growth, and those in which its
/// level is no level: a one-off year comes back in the next one's growth.
fn odd_years(breaks: &[Break], code: &str, line: &str) -> (BTreeSet<Year>, BTreeSet<Year>) {
    let mut growth = BTreeSet::new();
    let mut level = BTreeSet::new();
    for b in breaks.iter().filter(|b| b.line == line && b.municipality.as_deref() == Some(code)) {
        growth.insert(b.year);
        level.insert(b.year);
        if b.kind == BreakKind::OneOff {
            growth.insert(b.year.plus(1));
        }
    }
    (growth, level)
}

impl Peers {
    /// The peers for one line: the municipalities nearest in residents, or all
    /// where `residents` is unknown; `except` is left out. `breaks` are those
    /// of the portfolio.
    pub fn of(
        portfolio: &Portfolio,
        line: usize,
        residents: Option<f64>,
        except: Option<&str>,
        breaks: &[Break],
        deflator: &Deflator,
    ) -> Self {
        let chosen = nearest(portfolio, residents, except);
        let mut growth = Vec::new();
        let mut level = Vec::new();
        for m in chosen {
            let (odd_growth, odd_level) = odd_years(breaks, &portfolio.members[m].code, &portfolio.lines[line]);
            growth.push(growth_of(portfolio, line, m, &odd_growth, deflator));
            level.push(level_of(portfolio, line, m, &odd_level));
        }
        Self { growth: moments(&growth), level: moments(&level) }
    }
}

fn nearest(portfolio: &Portfolio, residents: Option<f64>, except: Option<&str>) -> Vec<usize> {
    let size = |m: usize| {
        let newest = |side| portfolio.years().rev().find_map(|y| log(portfolio.residents(side, y, m)));
        newest(Side::Actual).or_else(|| newest(Side::Budget))
    };
    let others = (0..portfolio.members.len()).filter(|m| Some(portfolio.members[*m].code.as_str()) != except);
    let Some(own) = log(residents) else {
        return others.collect();
    };
    let mut by_distance: Vec<(f64, usize)> =
        others.map(|m| (size(m).map_or(f64::INFINITY, |s| (s - own).abs()), m)).collect();
    by_distance.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    by_distance.truncate(NEAREST);
    let mut chosen: Vec<usize> = by_distance.into_iter().map(|d| d.1).collect();
    chosen.sort_unstable();
    chosen
}

/// Mean, spread between and within, and persistence; none with too few values.
pub fn moments(values: &[BTreeMap<Year, f64>]) -> Option<Moments> {
    let observations = values.iter().map(BTreeMap::len).sum();
    if observations < FEWEST {
        return None;
    }
    let mut by_year: BTreeMap<Year, Vec<f64>> = BTreeMap::new();
    for (year, value) in values.iter().flatten() {
        by_year.entry(*year).or_default().push(*value);
    }
    let usual: BTreeMap<Year, f64> =
        by_year.iter().filter_map(|(y, v)| Some((*y, robust::median(v.iter().copied())?))).collect();
    let of_years: Vec<f64> = usual.values().copied().collect();
    let mean = robust::mean(&of_years)?;
    let raw: Vec<BTreeMap<Year, f64>> =
        values.iter().map(|m| m.iter().map(|(y, v)| (*y, v - usual[y])).collect()).collect();
    let flat: Vec<f64> = raw.iter().flat_map(|m| m.values().copied()).collect();
    let most = WINSOR * robust::robust_sd(&flat)?;
    let own: Vec<BTreeMap<Year, f64>> =
        raw.iter().map(|m| m.iter().map(|(y, d)| (*y, d.clamp(-most, most))).collect()).collect();

    let (mut squares, mut freedom) = (0.0, 0.0);
    let (mut means, mut errors) = (Vec::new(), 0.0);
    let (mut cross, mut now2, mut before2) = (0.0, 0.0, 0.0);
    for municipality in own.iter().filter(|m| !m.is_empty()) {
        let list: Vec<f64> = municipality.values().copied().collect();
        let middle = robust::mean(&list)?;
        squares += list.iter().map(|d| (d - middle) * (d - middle)).sum::<f64>();
        freedom += list.len() as f64 - 1.0;
        means.push(middle);
        errors += 1.0 / list.len() as f64;
        for (year, now) in municipality {
            if let Some(before) = municipality.get(&year.plus(-1)) {
                cross += now * before;
                now2 += now * now;
                before2 += before * before;
            }
        }
    }
    let within2 = if freedom > 0.0 { squares / freedom } else { 0.0 };
    let count = means.len() as f64;
    let between2 = (variance(&means) - within2 * errors / count).max(0.0);
    let correlation = if now2 > 0.0 && before2 > 0.0 { cross / libm::sqrt(now2 * before2) } else { 0.0 };
    Some(Moments {
        national_sd: libm::sqrt(variance(&of_years)),
        usual,
        mean,
        between: libm::sqrt(between2),
        within: libm::sqrt(within2),
        persistence: correlation.clamp(0.0, MOST_PERSISTENT),
        municipalities: means.len(),
        observations,
    })
}

/// Variance with n - 1; 0 of fewer than two.
fn variance(values: &[f64]) -> f64 {
    let Some(mean) = robust::mean(values).filter(|_| values.len() > 1) else {
        return 0.0;
    };
    values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (values.len() as f64 - 1.0)
}

/// Pools a municipality's own values with its peers.
pub fn estimate(own: &BTreeMap<Year, f64>, peers: Option<&Moments>) -> Option<Estimate> {
    let list: Vec<f64> = own.values().copied().collect();
    let n = list.len() as f64;
    let fraction = |x: f64| libm::exp(x) - 1.0;
    let mine = robust::mean(&list);
    let (value, weight, sd, persistence) = match peers {
        Some(p) => {
            let apart: Vec<f64> = own.iter().map(|(y, v)| v - p.usual.get(y).copied().unwrap_or(p.mean)).collect();
            let (between2, within2) = (p.between * p.between, p.within * p.within);
            let weight = if n > 0.0 && between2 > 0.0 { between2 / (between2 + within2 / n) } else { 0.0 };
            let value = p.mean + weight * robust::mean(&apart).unwrap_or(0.0);
            let freedom = (n - 1.0).max(0.0);
            let year2 = (freedom * variance(&apart) + SPREAD_YEARS * within2) / (freedom + SPREAD_YEARS);
            // What remains unknown of the municipality itself counts too.
            let left2 = (1.0 - weight) * between2;
            (value, weight, Some(libm::sqrt(year2 + left2 + p.national_sd * p.national_sd)), p.persistence)
        }
        // Two values give a spread in name only.
        None => (mine?, 1.0, (list.len() >= 3).then(|| libm::sqrt(variance(&list))), 0.0),
    };
    Some(Estimate {
        value: fraction(value),
        sd: sd.map(|s| s * libm::exp(value)),
        persistence,
        weight,
        own: mine.map(fraction),
        peers: peers.map(|p| fraction(p.mean)),
        years: own.keys().copied().collect(),
        pooled: peers.map(|p| (p.municipalities, p.observations)),
    })
}

/// Calibrates one line of one municipality. `breaks` are those of the same
/// portfolio ([`breaks::breaks`]); those of the line are left out and named.
pub fn calibrate(
    portfolio: &Portfolio,
    line: usize,
    member: usize,
    peers: Option<&Peers>,
    breaks: &[Break],
    deflator: &Deflator,
) -> Calibration {
    let code = &portfolio.members[member].code;
    let name = &portfolio.lines[line];
    let (odd_growth, odd_level) = odd_years(breaks, code, name);
    let growth = growth_of(portfolio, line, member, &odd_growth, deflator);
    let level = level_of(portfolio, line, member, &odd_level);
    Calibration {
        line: name.clone(),
        growth: estimate(&growth, peers.and_then(|p| p.growth.as_ref())),
        level: estimate(&level, peers.and_then(|p| p.level.as_ref())),
        breaks: breaks
            .iter()
            .filter(|b| b.line == *name && b.municipality.as_ref().is_none_or(|m| m == code))
            .cloned()
            .collect(),
        real: !deflator.is_empty(),
    }
}

/// Every line of a municipality that has peers in another portfolio or none.
/// `peer_line` gives the line of `peers` that a line is compared with.
pub fn calibrate_all(
    own: &Portfolio,
    member: usize,
    residents: Option<f64>,
    peers: Option<&Portfolio>,
    peer_line: &dyn Fn(&str) -> Option<String>,
    deflator: &Deflator,
) -> Vec<Calibration> {
    let own_breaks = breaks::breaks(own);
    let peer_breaks = peers.map(breaks::breaks).unwrap_or_default();
    let code = own.members[member].code.as_str();
    own.lines
        .iter()
        .enumerate()
        .map(|(line, name)| {
            let pooled = peers.and_then(|p| {
                let wanted = peer_line(name)?;
                let at = p.lines.binary_search(&wanted).ok()?;
                Some(Peers::of(p, at, residents, Some(code), &peer_breaks, deflator))
            });
            calibrate(own, line, member, pooled.as_ref(), &own_breaks, deflator)
        })
        .filter(|c| c.growth.is_some() || c.level.is_some() || !c.breaks.is_empty())
        .collect()
}

#[cfg(test)]
mod tests;
