//! How a year is forecast from what was known: three anchors, weighed.
//!
//! 1. The municipality's **budget**, raised by the level at which realised
//!    cost has come out above budgets.
//! 2. Its **last known actual**, grown at the national pace.
//! 3. What **peers** of its size budget per resident.
//!
//! In logarithms, with `B` the budget of the year, `A` the last known actual,
//! `lag` the years between, and everything per resident:
//!
//! ```text
//! x        = A - B                           how far the last actual lies above the budget
//! forecast = B + c + w * clip(x - median x) + v * clip(peers - B - its median)
//! c        = (1 - s) * level + s * (median x + lag * growth) + q * clip(median x - m)
//! ```
//!
//! `c` is what the country does, the rest what sets this municipality apart.
//! A budget already holds the actual of two years before, since that was known
//! when it was made; so with lag 2 the actual weighs a third, and with lag 1,
//! when it is news, two thirds. What an old actual then tells is what sets the
//! municipality apart lastingly, and of that two years tell more than one: with
//! lag 2 the year before it counts for a third (exponential smoothing; Brown
//! 1959), after both medians have been taken out. `w` and `v` are learned from the known years
//! by least absolute deviations, drawn to these starting weights. `level` and
//! `growth` are means over the known years in which an older year counts less;
//! each line is drawn to the mean of all lines, a dear line counting for more,
//! as far as its own years differ among themselves (empirical Bayes; Efron and
//! Morris 1975), and growth is damped (Gardner and McKenzie 1985). Which line
//! overruns its budget changes every few years, since councils catch up where
//! it hurts; that the whole does, stays. Hence the drawing together is strong:
//! successive years of a line are alike and count as fewer (`ALIKE`).
//! Where it hurts shows in the budgets themselves: a line whose budget was
//! raised further above its last accounts than that of other lines has caught
//! up more. Hence the last term of `c`: how far the line's median of `x` lies
//! from `m`, the mean of all lines (a dear line counting for more), counts for
//! a quarter. It moves lines against each other and leaves the whole where it is.
//! The clip keeps a rebooked line or a merger from becoming a forecast.
//!
//! The settings below are round numbers; docs/accuracy.md tells how they were
//! chosen and how little the outcome depends on them.

use super::portfolio::Known;
use super::robust::{self, Sample};
use crate::units::Year;

/// An older year counts this times the year after it.
const DISCOUNT: f64 = 0.8;
/// Of the growth seen, this part is taken to last.
const DAMPING: f64 = 0.8;
/// The budgets' own growth counts as this many years of actual growth.
const BUDGET_GROWTH_YEARS: f64 = 1.0;
/// Standard deviation of a line's level between years before any was seen.
const LEVEL_SD: f64 = 0.05;
/// It counts as this many years of each line.
const LEVEL_YEARS: f64 = 2.0;
/// Successive years of a line's level resemble each other: with a correlation
/// of one half, n years say as much as n / 3 that do not, since
/// (1 + 1/2) / (1 - 1/2) = 3.
const ALIKE: f64 = 3.0;
/// A last actual further from the budget than this (35 %) is a break: it says
/// no more than this.
const CLIP: f64 = 0.3;
/// Likewise for the distance to the peers.
const CLIP_PEERS: f64 = 0.5;
/// Likewise for an outcome from which weights are learned.
const CLIP_OUTCOME: f64 = 0.5;
/// Growth a year is at most this (about 16 %): for one municipality's small
/// lines, where the median of many does not help.
const MOST_GROWTH: f64 = 0.15;
/// In the autumn, this part of what the last actual says comes from the actual
/// of the year before it.
const SMOOTHING: f64 = 1.0 / 3.0;
/// This part of how far a line's budgets were raised otherwise than those of
/// other lines is taken to show in its outcome.
const CAUGHT_UP: f64 = 0.25;
/// A line further from the others than this (10 %) is a break, as Tozo was: it
/// says no more than this.
const CLIP_LINES: f64 = 0.1;
/// How many peers at each side in residents.
const PEERS: usize = 20;
/// How strongly weights are drawn to where they start: about one and a half
/// years of 220 municipalities.
const STRENGTH: f64 = 60.0;

/// Where the weights start, by lag: of the last actual and of the peers.
fn start(lag: i32) -> [f64; 2] {
    if lag <= 1 { [0.70, 0.05] } else { [0.35, 0.10] }
}

/// What part of `c` comes from the trend. Of the whole country the autumn's
/// last actual tells nothing that its budgets did not know; a municipality
/// alone is a country of one, and there its last actual does tell something.
fn share_of_trend(lag: i32, members: usize) -> f64 {
    match (lag <= 1, members) {
        (true, 1) => 0.50,
        (false, 1) | (true, _) => 0.25,
        (false, _) => 0.0,
    }
}

/// What a year of a line was forecast with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Weight of the municipality's last actual.
    pub weight_actual: f64,
    /// Weight of the peers' budgets per resident.
    pub weight_peers: f64,
    /// Realised above budgeted, pooled, as a logarithm; none without a year
    /// that has both.
    pub level: Option<f64>,
    /// Growth a year as a logarithm, damped.
    pub growth: f64,
    /// What is added because budgets of this line were raised otherwise than
    /// those of other lines, a logarithm.
    pub beside_other_lines: f64,
    /// What the country is expected to come out above the budget, a logarithm.
    pub national: f64,
}

impl Fit {
    /// What is left for the budget.
    pub fn weight_budget(&self) -> f64 {
        1.0 - self.weight_actual - self.weight_peers
    }
}

/// The forecasts of one line and year: logarithms by municipality.
#[derive(Clone, Debug)]
pub struct Centre {
    /// Weights and pooled estimates.
    pub fit: Fit,
    /// By municipality; none where neither budget nor last actual is known.
    pub forecast: Vec<Option<f64>>,
}

/// What sets a municipality apart in a year, the median of all taken out.
struct Apart {
    /// Median of the last actual above the budget; none without actuals.
    middle: Option<f64>,
    /// Clipped, by municipality: `[actual, peers]`; none without a budget.
    from: Vec<Option<[f64; 2]>>,
    /// Whether the first of them is known.
    has_actual: Vec<bool>,
    /// Whether residents are known, so that there are peers.
    has_peers: bool,
}

/// Forecasts every municipality of a line for the year after `known`.
pub fn forecast(known: &Known<'_>, line: usize, target: Year, lag: i32) -> Option<Centre> {
    let share_of_trend = share_of_trend(lag, known.members());
    let apart = apart(known, line, target, lag);
    let level = levels(known).get(line).copied().flatten();
    let growth = growth(known, line);
    let trend = apart.middle.map(|m| m + f64::from(lag) * growth.unwrap_or(0.0));
    let together = match (level, trend) {
        (Some(level), Some(trend)) => (1.0 - share_of_trend) * level + share_of_trend * trend,
        (Some(only), None) | (None, Some(only)) => only,
        // No year with both a budget and an actual: actuals alone may do.
        (None, None) => 0.0,
    };
    let beside_other_lines = CAUGHT_UP * beside_other_lines(known, line, target, lag);
    let national = together + beside_other_lines;
    let budgets_help = level.is_some() || trend.is_some();
    let [learned, peers] = weights(known, line, lag);
    let (weight_actual, weight_peers) = if !budgets_help {
        (1.0, 0.0)
    } else if known.members() == 1 {
        // Alone, the country is the municipality.
        (if trend.is_some() { share_of_trend } else { 0.0 }, 0.0)
    } else {
        (if trend.is_some() { learned } else { 0.0 }, if apart.has_peers { peers } else { 0.0 })
    };
    let fit = Fit { weight_actual, weight_peers, level, growth: growth.unwrap_or(0.0), beside_other_lines, national };
    let last = target.plus(-lag);
    // Who has no budget at all where others do has merged into another.
    let budgeted: Vec<bool> =
        (0..known.members()).map(|m| (0..known.lines()).any(|l| known.budget(l, target, m).is_some())).collect();
    let exists = |m: usize| budgeted[m] || budgeted.iter().all(|b| !b);
    let forecast: Vec<Option<f64>> = (0..known.members())
        .map(|m| match (known.budget(line, target, m), apart.from[m]) {
            (Some(budget), Some([actual, peers])) if budgets_help => {
                Some(budget + national + weight_actual * actual + weight_peers * peers)
            }
            // Without a budget the last actual, grown, is all there is.
            _ if exists(m) => known
                .actual(line, last, m)
                .map(|a| a + residents_growth(known, last, target, m) + f64::from(lag) * fit.growth),
            _ => None,
        })
        .collect();
    let some = forecast.iter().any(Option::is_some);
    some.then_some(Centre { fit, forecast })
}

/// Growth of residents between the accounts of a year and the budget of
/// another; 0 where unknown. Takes care of mergers.
fn residents_growth(known: &Known<'_>, from: Year, to: Year, member: usize) -> f64 {
    match (known.residents(from, member), known.budgeted_residents(to, member)) {
        (Some(before), Some(after)) => after - before,
        _ => 0.0,
    }
}

/// The actual of a year above the budget of `target`, per resident.
fn above_budget(known: &Known<'_>, line: usize, year: Year, target: Year, budget: &[Option<f64>]) -> Vec<Option<f64>> {
    (0..known.members())
        .map(|m| Some(known.actual(line, year, m)? + residents_growth(known, year, target, m) - budget[m]?))
        .collect()
}

/// How far the last actual of a line lies above its budget in the median
/// municipality, less the mean of that over all lines (by what they cost);
/// clipped. 0 for a municipality alone, whose own trend tells more of it.
fn beside_other_lines(known: &Known<'_>, line: usize, target: Year, lag: i32) -> f64 {
    if known.members() == 1 {
        return 0.0;
    }
    // The last accounts are those of one year for all, so what they cost may be added.
    let last = target.plus(-lag);
    let (mut own, mut sum, mut weight) = (None, 0.0, 0.0);
    for other in 0..known.lines() {
        let budget: Vec<Option<f64>> = (0..known.members()).map(|m| known.budget(other, target, m)).collect();
        let above: Vec<f64> = above_budget(known, other, last, target, &budget).into_iter().flatten().collect();
        let Some(middle) = robust::median(above.iter().copied()) else { continue };
        let size = above.len() as f64 * usual_cost(known, other);
        sum += size * middle;
        weight += size;
        if other == line {
            own = Some(middle);
        }
    }
    match own {
        Some(own) if weight > 0.0 => (own - sum / weight).clamp(-CLIP_LINES, CLIP_LINES),
        _ => 0.0,
    }
}

fn apart(known: &Known<'_>, line: usize, target: Year, lag: i32) -> Apart {
    let last = target.plus(-lag);
    let budget: Vec<Option<f64>> = (0..known.members()).map(|m| known.budget(line, target, m)).collect();
    let above = above_budget(known, line, last, target, &budget);
    let middle = robust::median(above.iter().flatten().copied());
    let before = above_budget(known, line, last.plus(-1), target, &budget);
    let middle_before = robust::median(before.iter().flatten().copied()).unwrap_or(0.0);
    let smoothing = if lag <= 1 { 0.0 } else { SMOOTHING };
    let peers = distance_to_peers(known, target, &budget);
    let middle_of_peers = robust::median(peers.iter().flatten().copied()).unwrap_or(0.0);
    let from = (0..known.members())
        .map(|m| {
            budget[m]?;
            let actual = above[m].map_or(0.0, |x| {
                let own = x - middle.unwrap_or(0.0);
                let step = before[m].map_or(0.0, |b| (b - middle_before - own).clamp(-CLIP, CLIP));
                (own + smoothing * step).clamp(-CLIP, CLIP)
            });
            Some([actual, peers[m].map_or(0.0, |p| p - middle_of_peers)])
        })
        .collect();
    Apart {
        middle,
        from,
        has_actual: above.iter().map(Option::is_some).collect(),
        has_peers: peers.iter().any(Option::is_some),
    }
}

/// How far the peers nearest in residents budget above this municipality, per
/// resident; clipped.
fn distance_to_peers(known: &Known<'_>, target: Year, budget: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut by_size: Vec<(f64, usize, f64)> = (0..known.members())
        .filter_map(|m| {
            let residents = known.budgeted_residents(target, m)?;
            Some((residents, m, budget[m]? - residents))
        })
        .collect();
    by_size.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let count = by_size.len();
    let window = (2 * PEERS + 1).min(count);
    let mut distance = vec![None; budget.len()];
    for (at, (_, member, own)) in by_size.iter().enumerate() {
        let first = at.saturating_sub(PEERS).min(count - window);
        let middle = robust::median(by_size[first..first + window].iter().map(|p| p.2)).unwrap_or(*own);
        distance[*member] = Some((middle - own).clamp(-CLIP_PEERS, CLIP_PEERS));
    }
    distance
}

/// The weights of last actual and peers, learned from the years whose actuals
/// are known, each seen as it was before.
fn weights(known: &Known<'_>, line: usize, lag: i32) -> [f64; 2] {
    let prior = start(lag);
    let mut samples: Vec<Sample> = Vec::new();
    for year in known.actual_years() {
        let before = known.earlier(year, lag);
        let apart = apart(&before, line, year, lag);
        let rows: Vec<Sample> = (0..known.members())
            .filter(|m| apart.has_actual[*m])
            .filter_map(|m| Some((apart.from[m]?, known.actual(line, year, m)? - known.budget(line, year, m)?)))
            .collect();
        let middle = |pick: fn(&Sample) -> f64| robust::median(rows.iter().map(pick)).unwrap_or(0.0);
        let (x0, x1, y) = (middle(|r| r.0[0]), middle(|r| r.0[1]), middle(|r| r.1));
        samples.extend(rows.iter().map(|(x, r)| ([x[0] - x0, x[1] - x1], (r - y).clamp(-CLIP_OUTCOME, CLIP_OUTCOME))));
    }
    let [actual, peers] = robust::least_absolute(&samples, prior, [STRENGTH; 2]);
    [actual.clamp(0.0, 0.95), peers.clamp(0.0, 0.3)]
}

/// Realised above budgeted in one year: the median municipality, and how many
/// municipalities it rests on.
pub fn level_of_year(known: &Known<'_>, line: usize, year: Year) -> Option<(f64, usize)> {
    let ratios = robust::sorted(
        (0..known.members()).filter_map(|m| Some(known.actual(line, year, m)? - known.budget(line, year, m)?)),
    );
    robust::quantile(&ratios, 0.5).map(|median| (median, ratios.len()))
}

/// What a line costs in the median municipality, by the last known accounts.
fn usual_cost(known: &Known<'_>, line: usize) -> f64 {
    known
        .actual_years()
        .rev()
        .find_map(|y| robust::median((0..known.members()).filter_map(|m| known.actual(line, y, m))))
        .map_or(0.0, libm::exp)
}

/// The pooled level of every line.
fn levels(known: &Known<'_>) -> Vec<Option<f64>> {
    struct OneLine {
        mean: f64,
        /// Sum of squared weights over the square of their sum.
        spread: f64,
        /// Municipality-years times the cost of the line in the median
        /// municipality, as the weight among lines.
        size: f64,
    }
    let mut squares = 0.0;
    let mut freedom = 0.0;
    let lines: Vec<Option<OneLine>> = (0..known.lines())
        .map(|line| {
            let years: Vec<(f64, f64, usize)> = known
                .actual_years()
                .filter_map(|y| {
                    let (level, count) = level_of_year(known, line, y)?;
                    Some((level, libm::pow(DISCOUNT, f64::from(known.last_actual().0 - y.0)), count))
                })
                .collect();
            let total: f64 = years.iter().map(|y| y.1).sum();
            let plain = robust::mean(&years.iter().map(|y| y.0).collect::<Vec<_>>())?;
            squares +=
                years.iter().map(|y| (y.0 - plain) * (y.0 - plain)).sum::<f64>() + LEVEL_YEARS * LEVEL_SD * LEVEL_SD;
            freedom += years.len() as f64 - 1.0 + LEVEL_YEARS;
            Some(OneLine {
                mean: years.iter().map(|y| y.0 * y.1).sum::<f64>() / total,
                spread: years.iter().map(|y| y.1 * y.1).sum::<f64>() / (total * total),
                size: years.iter().map(|y| y.2 as f64).sum::<f64>() * usual_cost(known, line),
            })
        })
        .collect();
    let of_year = ALIKE * if freedom > 0.0 { squares / freedom } else { LEVEL_SD * LEVEL_SD };
    let all: f64 = lines.iter().flatten().map(|l| l.size).sum();
    let centre = lines.iter().flatten().map(|l| l.size * l.mean).sum::<f64>() / all.max(f64::MIN_POSITIVE);
    let error = lines.iter().flatten().map(|l| l.size * of_year * l.spread).sum::<f64>() / all.max(f64::MIN_POSITIVE);
    let between = lines.iter().flatten().map(|l| l.size * (l.mean - centre) * (l.mean - centre)).sum::<f64>()
        / all.max(f64::MIN_POSITIVE);
    // Lines do differ: never drawn together by more than four fifths.
    let between = (between - error).max(0.25 * error);
    lines
        .into_iter()
        .map(|l| l.map(|l| centre + (l.mean - centre) * between / (between + of_year * l.spread)))
        .collect()
}

/// Damped growth per resident and year: that of the actuals, with that of the
/// budgets (which is known for longer) as one more year.
fn growth(known: &Known<'_>, line: usize) -> Option<f64> {
    let actual: Vec<f64> = known.actual_years().filter_map(|y| growth_of_year(known, line, y)).collect();
    let budget: Vec<f64> = known
        .budget_years()
        .filter_map(|y| {
            robust::median((0..known.members()).filter_map(|m| {
                let residents = match (known.budgeted_residents(y, m), known.budgeted_residents(y.plus(-1), m)) {
                    (Some(now), Some(before)) => now - before,
                    _ => 0.0,
                };
                Some(known.budget(line, y, m)? - known.budget(line, y.plus(-1), m)? - residents)
            }))
        })
        .collect();
    let sum: f64 = actual.iter().sum();
    let count = actual.len() as f64;
    let raw = match robust::mean(&budget) {
        Some(budget) => (sum + BUDGET_GROWTH_YEARS * budget) / (count + BUDGET_GROWTH_YEARS),
        None if count > 0.0 => sum / count,
        None => return None,
    };
    Some((DAMPING * raw).clamp(-MOST_GROWTH, MOST_GROWTH))
}

/// Growth of actual cost per resident from the year before: the median
/// municipality.
pub fn growth_of_year(known: &Known<'_>, line: usize, year: Year) -> Option<f64> {
    let before = year.plus(-1);
    robust::median((0..known.members()).filter_map(|m| {
        let residents = match (known.residents(year, m), known.residents(before, m)) {
            (Some(now), Some(then)) => now - then,
            _ => 0.0,
        };
        Some(known.actual(line, year, m)? - known.actual(line, before, m)? - residents)
    }))
}
