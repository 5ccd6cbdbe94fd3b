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

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

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
    pub fn of(portfolio: &Portfolio, line: usize, residents: Option<f64>, except: Option<&str>, breaks: &[Break], deflator: &Deflator) -> Self {
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
    let Some(own) = log(residents) else { return others.collect() };
    let mut by_distance: Vec<(f64, usize)> = others.map(|m| (size(m).map_or(f64::INFINITY, |s| (s - own).abs()), m)).collect();
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
    let usual: BTreeMap<Year, f64> = by_year.iter().filter_map(|(y, v)| Some((*y, robust::median(v.iter().copied())?))).collect();
    let of_years: Vec<f64> = usual.values().copied().collect();
    let mean = robust::mean(&of_years)?;
    let raw: Vec<BTreeMap<Year, f64>> = values.iter().map(|m| m.iter().map(|(y, v)| (*y, v - usual[y])).collect()).collect();
    let flat: Vec<f64> = raw.iter().flat_map(|m| m.values().copied()).collect();
    let most = WINSOR * robust::robust_sd(&flat)?;
    let own: Vec<BTreeMap<Year, f64>> = raw.iter().map(|m| m.iter().map(|(y, d)| (*y, d.clamp(-most, most))).collect()).collect();

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
    let Some(mean) = robust::mean(values).filter(|_| values.len() > 1) else { return 0.0 };
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
pub fn calibrate(portfolio: &Portfolio, line: usize, member: usize, peers: Option<&Peers>, breaks: &[Break], deflator: &Deflator) -> Calibration {
    let code = &portfolio.members[member].code;
    let name = &portfolio.lines[line];
    let (odd_growth, odd_level) = odd_years(breaks, code, name);
    let growth = growth_of(portfolio, line, member, &odd_growth, deflator);
    let level = level_of(portfolio, line, member, &odd_level);
    Calibration {
        line: name.clone(),
        growth: estimate(&growth, peers.and_then(|p| p.growth.as_ref())),
        level: estimate(&level, peers.and_then(|p| p.level.as_ref())),
        breaks: breaks.iter().filter(|b| b.line == *name && b.municipality.as_ref().is_none_or(|m| m == code)).cloned().collect(),
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

/// TOML to paste into base.toml, with the weight and the breaks as comments.
/// `origin` names the figures: `figures.csv`.
pub fn toml(calibrations: &[Calibration], origin: &str) -> String {
    let mut out = String::new();
    for c in calibrations {
        if !out.is_empty() {
            out.push('\n');
        }
        for b in &c.breaks {
            let whose = if b.municipality.is_some() { "left out" } else { "whole country, kept" };
            let _ = writeln!(out, "# break: {b}; {whose}");
        }
        for (what, estimate) in [("growth", &c.growth), ("level", &c.level)] {
            if let Some(e) = estimate {
                let _ = writeln!(out, "# {what}: {}", explained(e));
            }
        }
        if c.growth.is_some() && !c.real {
            out.push_str("# growth holds price rises too: leave the price index of this line out, or calibrate with an index\n");
        }
        let _ = writeln!(out, "[cost.{}]", key(&c.line));
        if let Some(e) = &c.growth {
            let _ = writeln!(out, "volume = {{ growth = {} }}", written(e, origin, true));
        }
        if let Some(e) = &c.level {
            let _ = writeln!(out, "level = {}", written(e, origin, false));
        }
    }
    out
}

fn explained(e: &Estimate) -> String {
    let mut text = match e.own {
        Some(own) => format!("own {} over {} ({})", percent(own), counted(e.years.len()), span(&e.years)),
        None => "no years of its own".to_owned(),
    };
    if let (Some(peers), Some((municipalities, observations))) = (e.peers, e.pooled) {
        let _ = write!(
            text,
            ", weight {:.0}%; peers {} ({municipalities} municipalities, {observations} years), weight {:.0}%",
            100.0 * e.weight,
            percent(peers),
            100.0 * (1.0 - e.weight)
        );
    } else {
        text.push_str(", weight 100%; no peers");
    }
    if e.sd.is_none() {
        text.push_str("; too short for a spread");
    }
    text
}

fn written(e: &Estimate, origin: &str, persistence: bool) -> String {
    let mut text = format!("{{ value = \"{}\"", percent(e.value));
    if let Some(sd) = e.sd {
        let _ = write!(text, ", sd = \"{}\"", percent(sd));
        if persistence && e.persistence >= 0.05 {
            let _ = write!(text, ", persistence = {:.1}", e.persistence);
        }
    }
    let own = if e.years.is_empty() { String::new() } else { format!("{origin} {}, own weight {:.0}%", span(&e.years), 100.0 * e.weight) };
    let peers = e.pooled.map_or(String::new(), |(municipalities, _)| format!("{municipalities} peer municipalities"));
    let both = [own, peers].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("; ");
    let _ = write!(text, ", source = \"calibrated on {}\" }}", both.replace('\\', "/").replace('"', "'"));
    text
}

fn percent(fraction: f64) -> String {
    // "-0.0%" would be a strange thing to read.
    let rounded = libm::round(1000.0 * fraction) / 10.0 + 0.0;
    format!("{rounded:.1}%")
}

fn counted(years: usize) -> String {
    format!("{years} year{}", if years == 1 { "" } else { "s" })
}

fn span(years: &[Year]) -> String {
    match (years.first(), years.last()) {
        (Some(a), Some(b)) if a != b => format!("{a}-{b}"),
        (Some(a), _) => a.to_string(),
        _ => String::new(),
    }
}

/// A line's name as a TOML key.
fn key(line: &str) -> String {
    let bare = !line.is_empty() && line.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { line.to_owned() } else { format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::backtest::{Entry, Measure};

    fn series(values: &[(i32, f64)]) -> BTreeMap<Year, f64> {
        values.iter().map(|(y, v)| (Year(*y), *v)).collect()
    }

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9, "{a} is not {b}");
    }

    // By hand. Six municipalities, two years; the median is 0.05 in 2020 and
    // 0.07 in 2021; deviations are constant per municipality (within 0), so
    // all spread is between: -0.03 -0.02 -0.01 0.01 0.02 0.03, squares sum
    // to 0.0028, over 5.
    #[test]
    fn lasting_differences_are_between_and_not_within() {
        let values: Vec<_> =
            [-0.03, -0.02, -0.01, 0.01, 0.02, 0.03].iter().map(|d| series(&[(2020, 0.05 + d), (2021, 0.07 + d)])).collect();
        let m = moments(&values).expect("twelve values");
        near(m.mean, 0.06);
        near(m.within, 0.0);
        near(m.between, libm::sqrt(0.0028 / 5.0));
        near(m.national_sd, libm::sqrt(0.0002));
        assert_eq!((m.municipalities, m.observations), (6, 12));
        near(m.persistence, MOST_PERSISTENT);
    }

    // By hand: each municipality +-d around the median in turn: means are 0,
    // so nothing is between; within = sum of 2 d^2 over 6 degrees of freedom.
    #[test]
    fn differences_that_turn_are_within_and_do_not_last() {
        let values: Vec<_> =
            [-0.03, -0.02, -0.01, 0.01, 0.02, 0.03].iter().map(|d| series(&[(2020, 0.05 + d), (2021, 0.05 - d)])).collect();
        let m = moments(&values).expect("twelve values");
        near(m.between, 0.0);
        near(m.within, libm::sqrt(2.0 * 0.0028 / 6.0));
        near(m.persistence, 0.0);
    }

    fn peers(between: f64, within: f64) -> Moments {
        Moments {
            usual: series(&[(2020, 0.04), (2021, 0.06)]),
            mean: 0.05,
            national_sd: 0.0,
            between,
            within,
            persistence: 0.2,
            municipalities: 40,
            observations: 80,
        }
    }

    // By hand: between 0.02, within 0.04, two years: w = 0.0004 / (0.0004 +
    // 0.0016 / 2) = 1/3. Own 0.07 and 0.09, each 0.03 above the usual:
    // 0.05 + 0.03 / 3 = 0.06.
    #[test]
    fn the_own_mean_weighs_as_much_as_its_years_can_bear() {
        let e = estimate(&series(&[(2020, 0.07), (2021, 0.09)]), Some(&peers(0.02, 0.04))).expect("values");
        near(e.weight, 1.0 / 3.0);
        near(e.value, libm::exp(0.06) - 1.0);
        // Own deviations do not vary: (1 * 0 + 10 * 0.0016) / 11, and two
        // thirds of 0.0004.
        near(e.sd.expect("a spread"), libm::exp(0.06) * libm::sqrt(0.016 / 11.0 + 0.0008 / 3.0));
        let more: BTreeMap<Year, f64> = (2010..2030).map(|y| (Year(y), 0.08)).collect();
        assert!(estimate(&more, Some(&peers(0.02, 0.04))).expect("values").weight > 0.8);
    }

    #[test]
    fn without_own_years_the_peers_speak_and_without_peers_the_own_years() {
        let e = estimate(&series(&[]), Some(&peers(0.02, 0.04))).expect("peers");
        near(e.weight, 0.0);
        near(e.value, libm::exp(0.05) - 1.0);
        let e = estimate(&series(&[(2020, 0.03), (2021, 0.05)]), None).expect("own");
        near(e.weight, 1.0);
        near(e.value, libm::exp(0.04) - 1.0);
        assert_eq!(e.sd, None);
        assert_eq!(estimate(&series(&[]), None), None);
    }

    fn history(actual: &[f64], budget: &[f64]) -> Portfolio {
        let mut entries = Vec::new();
        for (side, values) in [(Side::Actual, actual), (Side::Budget, budget)] {
            for (year, value) in (2018..).zip(values) {
                let line = "jeugd".to_owned();
                entries.push(Entry { code: "GM0001".into(), line, measure: Measure::Cost, side, year: Year(year), value: *value });
            }
        }
        Portfolio::new(&BTreeMap::new(), &entries)
    }

    #[test]
    fn a_one_off_year_is_no_growth_and_is_named() {
        // 3 % a year, and one year half as much again.
        let clean = [100.0, 103.0, 106.09, 109.2727, 112.550_881, 115.927_407_43];
        let mut odd = clean;
        odd[3] *= 1.5;
        let portfolio = history(&odd, &[]);
        let all = calibrate_all(&portfolio, 0, None, None, &|_| None, &Deflator::new());
        let growth = all[0].growth.as_ref().expect("growth");
        near(growth.value, 0.03);
        assert_eq!(growth.years, [Year(2019), Year(2020), Year(2023)]);
        let text = toml(&all, "figures.csv");
        assert!(text.contains("# break: jeugd 2021: +50%, and back the year after (one-off); left out"), "{text}");
    }

    #[test]
    fn prices_are_taken_out_and_years_without_a_price_left_out() {
        let portfolio = history(&[100.0, 110.0, 121.0, 140.0], &[]);
        let deflator = Deflator::from([(Year(2019), Rate(0.04)), (Year(2020), Rate(0.04))]);
        let all = calibrate_all(&portfolio, 0, None, None, &|_| None, &deflator);
        let growth = all[0].growth.as_ref().expect("growth");
        near(growth.value, 1.1 / 1.04 - 1.0);
        assert_eq!(growth.years, [Year(2019), Year(2020)]);
    }

    #[test]
    fn the_result_is_toml_to_paste() {
        let all = calibrate_all(&history(&[108.0, 108.0, 108.0], &[100.0, 100.0, 100.0]), 0, None, None, &|_| None, &Deflator::new());
        let expected = "\
# growth: own 0.0% over 2 years (2019-2020), weight 100%; no peers; too short for a spread
# level: own 8.0% over 3 years (2018-2020), weight 100%; no peers
# growth holds price rises too: leave the price index of this line out, or calibrate with an index
[cost.jeugd]
volume = { growth = { value = \"0.0%\", source = \"calibrated on figures.csv 2019-2020, own weight 100%\" } }
level = { value = \"8.0%\", sd = \"0.0%\", source = \"calibrated on figures.csv 2018-2020, own weight 100%\" }
";
        assert_eq!(toml(&all, "figures.csv"), expected);
    }

    #[test]
    fn few_peers_are_no_peers() {
        assert_eq!(moments(&[series(&[(2020, 0.1), (2021, 0.2)])]), None);
    }
}
