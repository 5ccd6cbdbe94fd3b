//! Price indices: the percentage of every year, with last year's forecast
//! error carried over as the index says.
//!
//! A ledger holds provisional percentages p and definitive ones d. What an
//! assumption says of a projected year is p; d is data and moves along with it
//! (`d' = d + x - p`), so that a what-if on the percentage does not invent a
//! forecast error. A plain series has d = p. A mix first mixes both.
//!
//! The four ways to carry over are those in use: the advice of the Dutch
//! municipalities' association on tariffs 2024 and 2025 (ratio, then
//! subtraction), and the compounding of health insurers.

use super::driver::{Driver, Drivers};
use super::lanes::Lanes;
use super::plan::Plan;
use crate::model::{AssumptionId, CarryOver, IndexId, IndexSource, LedgerYear, Model, Rounding};
use crate::units::Year;

/// One index, looked up.
#[derive(Clone, Debug)]
pub(super) struct IndexPlan {
    source: Source,
    carry_over: CarryOver,
    rounding: Rounding,
    /// Whether d can differ from p.
    has_ledger: bool,
    /// p and d of the base year; none where they are unknown. Of a mix: of the
    /// parts that know them.
    base: Option<(f64, f64)>,
    /// Percentage of the years up to the base year, latest first: position 0
    /// is the base year. 0 where no ledger knows it.
    past: Vec<f64>,
}

#[derive(Clone, Debug)]
enum Source {
    /// The assumption, and what the ledger says of the projected years.
    Rate(AssumptionId, Vec<Option<LedgerYear>>),
    /// Weights, in the order of ids.
    Mix(Vec<(usize, f64)>),
}

/// All indices, in the order of the file, and the order in which they can be
/// computed.
#[derive(Clone, Debug, Default)]
pub(super) struct IndexPlans {
    pub(super) all: Vec<IndexPlan>,
    order: Vec<usize>,
}

impl IndexPlan {
    /// Percentage of a year up to the base year, `back` years before it.
    pub(super) fn past(&self, back: usize) -> f64 {
        self.past.get(back).copied().unwrap_or(0.0)
    }
}

/// Looks up all indices; `back` is how many years before the base year are asked.
pub(super) fn compile(model: &Model, back: usize) -> IndexPlans {
    let years = model.year_count();
    let b = model.base_year();
    let all = (0..model.indices.len())
        .map(|i| {
            let index = &model.indices[i];
            let source = match &index.source {
                IndexSource::Rate { rate, ledger } => {
                    let by_year = model.years().map(|y| ledger.get(&y).copied()).collect();
                    Source::Rate(*rate, by_year)
                }
                IndexSource::Mix(mix) => Source::Mix(by_id(model, mix)),
            };
            debug_assert!(years >= 2);
            IndexPlan {
                source,
                carry_over: index.carry_over,
                rounding: index.rounding,
                has_ledger: has_ledger(model, i),
                base: known(model, i, b),
                past: (0..=back).map(|n| past_rate(model, i, b.plus(-back_years(n)))).collect(),
            }
        })
        .collect();
    let mut order = Vec::new();
    for i in 0..model.indices.len() {
        visit(model, i, &mut order);
    }
    IndexPlans { all, order }
}

fn back_years(n: usize) -> i32 {
    i32::try_from(n).unwrap_or(i32::MAX)
}

/// Weights in the order of ids, so that the order in the file changes no bit.
pub(super) fn by_id(model: &Model, weights: &[(IndexId, f64)]) -> Vec<(usize, f64)> {
    let mut sorted: Vec<(usize, f64)> = weights.iter().map(|(i, w)| (i.0, *w)).collect();
    sorted.sort_by(|a, b| model.indices[a.0].id.cmp(&model.indices[b.0].id));
    sorted
}

/// Puts an index behind those it is mixed from. The model has no circles.
fn visit(model: &Model, i: usize, order: &mut Vec<usize>) {
    if order.contains(&i) {
        return;
    }
    if let IndexSource::Mix(mix) = &model.indices[i].source {
        for (part, _) in mix {
            visit(model, part.0, order);
        }
    }
    order.push(i);
}

fn has_ledger(model: &Model, i: usize) -> bool {
    match &model.indices[i].source {
        IndexSource::Rate { ledger, .. } => !ledger.is_empty(),
        IndexSource::Mix(mix) => mix.iter().any(|(part, _)| has_ledger(model, part.0)),
    }
}

/// p and d of a year up to the base year. A plain series knows no error, so
/// it counts as known with p = d: the stated value in the base year, else 0.
fn known(model: &Model, i: usize, year: Year) -> Option<(f64, f64)> {
    match &model.indices[i].source {
        IndexSource::Rate { rate, ledger } if ledger.is_empty() => {
            let p = if year == model.base_year() { model.assumption(*rate).values[0] } else { 0.0 };
            Some((p, p))
        }
        IndexSource::Rate { ledger, .. } => ledger.get(&year).map(|l| (l.provisional, l.definitive)),
        // A part that is not known has no forecast error; the others keep theirs.
        IndexSource::Mix(mix) => by_id(model, mix).into_iter().fold(None, |sum: Option<(f64, f64)>, (part, weight)| {
            let Some((p1, d1)) = known(model, part, year) else { return sum };
            let (p, d) = sum.unwrap_or_default();
            Some((p + weight * p1, d + weight * d1))
        }),
    }
}

/// Whether p and d of a year up to the base year are known of every part.
fn whole(model: &Model, i: usize, year: Year) -> bool {
    match &model.indices[i].source {
        IndexSource::Rate { ledger, .. } => ledger.is_empty() || ledger.contains_key(&year),
        IndexSource::Mix(mix) => mix.iter().all(|(part, _)| whole(model, part.0, year)),
    }
}

/// The percentage of a year up to the base year; 0 where no ledger knows it.
fn past_rate(model: &Model, i: usize, year: Year) -> f64 {
    let index = &model.indices[i];
    if !has_ledger(model, i) || !whole(model, i, year) {
        return 0.0;
    }
    let Some((p, _)) = known(model, i, year) else { return 0.0 };
    rate(index.carry_over, index.rounding, p, known(model, i, year.plus(-1)))
}

/// The percentage of a year from its provisional one and both of last year.
pub(super) fn rate(carry_over: CarryOver, rounding: Rounding, p: f64, last: Option<(f64, f64)>) -> f64 {
    let carried = match (carry_over, last) {
        (CarryOver::None, _) | (_, None) => 0.0,
        (CarryOver::Subtract, Some((p, d))) => d - p,
        // A percentage of -100 leaves nothing to compare with.
        (_, Some((p, _))) if p <= -1.0 => 0.0,
        (CarryOver::Ratio | CarryOver::Compound, Some((p, d))) => (1.0 + d) / (1.0 + p) - 1.0,
    };
    let (p, carried) = match rounding {
        Rounding::Parts => (to_basis_points(p), to_basis_points(carried)),
        Rounding::None | Rounding::Result => (p, carried),
    };
    let sum = match carry_over {
        CarryOver::Compound => (1.0 + p) * (1.0 + carried) - 1.0,
        CarryOver::None => p,
        CarryOver::Subtract | CarryOver::Ratio => p + carried,
    };
    match rounding {
        Rounding::Result => to_basis_points(sum),
        Rounding::None | Rounding::Parts => sum,
    }
}

/// To 0.01 percentage point, halves away from zero. The first rounding takes
/// away what binary fractions add: 4.695 % is 4.70 %, not 4.69 %.
fn to_basis_points(rate: f64) -> f64 {
    libm::round(libm::round(rate * 1e10) / 1e6) / 1e4
}

/// Computes the percentages of one year.
pub(super) fn step(plan: &Plan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    for &i in &plan.indices.order {
        let index = &plan.indices.all[i];
        if y == 0 {
            let (p, d) = index.base.unwrap_or((0.0, 0.0));
            ws.provisional.at_mut(0, i).set(p);
            ws.definitive.at_mut(0, i).set(d);
            ws.index_rate.at_mut(0, i).set(index.past(0));
            continue;
        }
        match &index.source {
            Source::Rate(rate, ledger) => {
                let x = drivers.value(*rate, y);
                ws.provisional.at_mut(y, i).copy(x);
                if index.has_ledger {
                    let d = ws.definitive.at_mut(y, i);
                    match ledger[y] {
                        Some(l) => d.set_map([x], |[x]| l.definitive + (x - l.provisional)),
                        None => d.copy(x),
                    }
                }
            }
            Source::Mix(mix) => {
                mixed(mix, y, i, |_| false, &mut ws.provisional, None);
                if index.has_ledger {
                    let plain = |part: usize| !plan.indices.all[part].has_ledger;
                    let p = std::mem::take(&mut ws.provisional);
                    mixed(mix, y, i, plain, &mut ws.definitive, Some(&p));
                    ws.provisional = p;
                }
            }
        }
        let mut out = ws.index_rate.take(y, i);
        let p = ws.provisional.get(y, i);
        let plain = index.carry_over == CarryOver::None || !index.has_ledger || (y == 1 && index.base.is_none());
        match (plain, index.rounding) {
            (true, Rounding::None) => out.copy(p),
            (true, _) => out.set_map([p], |[p]| rate(index.carry_over, index.rounding, p, None)),
            (false, _) => {
                let last = [ws.provisional.get(y - 1, i), ws.definitive.get(y - 1, i)];
                out.set_map([p, last[0], last[1]], |[p, p1, d1]| {
                    rate(index.carry_over, index.rounding, p, Some((p1, d1)))
                });
            }
        }
        ws.index_rate.put(y, i, out);
    }
}

/// Mixes one row of a grid; parts that are `plain` are read from `plain_from`.
fn mixed(
    mix: &[(usize, f64)],
    y: usize,
    into: usize,
    plain: impl Fn(usize) -> bool,
    grid: &mut super::value::Grid,
    plain_from: Option<&super::value::Grid>,
) {
    let mut out = grid.take(y, into);
    out.set(0.0);
    for &(part, weight) in mix {
        let x = match plain_from {
            Some(other) if plain(part) => other.get(y, part),
            _ => grid.get(y, part),
        };
        out.add_product(Driver::Same(weight), x);
    }
    grid.put(y, into, out);
}
