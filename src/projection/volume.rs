//! Volume: clients carried over, times one plus ageing, growth and measures,
//! plus those who come in.
//!
//! Percentages are added, not multiplied, as controllers do: 8 % ageing and
//! -2 % by a measure are +6 %. The bracket is at least 0; how often a draw
//! went below is counted.

use super::cost::CostPlan;
use super::driver::{Driver, Drivers};
use super::flow;
use super::lanes::Lanes;
use super::measure::effect;
use super::plan::Plan;
use super::result::{Cause, Part};
use super::value::Bracket;
use crate::model::{AssumptionId, LineId};

/// Volume of one cost line, looked up.
#[derive(Clone, Debug)]
pub(super) struct VolumePlan {
    /// Clients in the base year; 1 for a line that counts none.
    pub(super) base: f64,
    pub(super) ageing: AgeingPlan,
    pub(super) growth: Option<AssumptionId>,
    pub(super) intake: Option<AssumptionId>,
    /// Row and column in the flow matrix.
    pub(super) flow: Option<usize>,
}

/// Growth by age.
#[derive(Clone, Debug)]
pub(super) enum AgeingPlan {
    /// Not at all.
    None,
    /// By a rate.
    Rate(AssumptionId),
    /// From population and use rates.
    Population,
}

/// Computes the volume of one cost line in one year, after [`flow::carry`].
pub(super) fn step(plan: &Plan, cost: &CostPlan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    let (line, volume) = (cost.line, &cost.volume);
    if y == 0 {
        ws.volume.at_mut(0, line).set(volume.base);
        return;
    }
    let mut bracket = Bracket::new(&mut ws.scratch);
    match &volume.ageing {
        AgeingPlan::None => {}
        AgeingPlan::Rate(rate) => bracket.add(drivers.value(*rate, y)),
        // Taken apart at once: a pair of drivers that goes through memory waits.
        AgeingPlan::Population => match (drivers.users(LineId(line), y), drivers.users(LineId(line), y - 1)) {
            (Some(Driver::Each(now)), Some(Driver::Each(before))) => {
                bracket.add_growth(Driver::Each(now), Driver::Each(before), &mut ws.scratch2);
            }
            (Some(now), Some(before)) => bracket.add_growth(now, before, &mut ws.scratch2),
            _ => bracket.add(Driver::Same(plan.ageing.rate(LineId(line), y))),
        },
    }
    if let Some(growth) = volume.growth {
        bracket.add(drivers.value(growth, y));
    }
    for measure in &plan.measures[line] {
        if let Some((realisation, effect)) = effect(measure, y, drivers) {
            bracket.settle();
            bracket.sum.add_product(realisation, effect);
        }
    }
    let (before, out) = ws.volume.next(y, line);
    let carried = match volume.flow {
        Some(q) => ws.carried[q].get(),
        None => before,
    };
    ws.stopped += out.set_floored_product(carried, &mut bracket, ws.lanes);
    if let Some(intake) = volume.intake {
        out.add(drivers.value(intake, y));
    }
}

/// Users of this and of last year, where the drivers give their own.
fn users(drivers: &dyn Drivers, line: usize, y: usize) -> Option<(Driver<'_>, Driver<'_>)> {
    let line = LineId(line);
    Some((drivers.users(line, y)?, drivers.users(line, y - 1)?))
}

/// What each cause adds to a line's volume in one lane; sums to its change.
pub(super) fn parts(
    plan: &Plan,
    cost: &super::cost::CostPlan,
    y: usize,
    drivers: &dyn Drivers,
    ws: &Lanes,
    lane: usize,
) -> Vec<Part> {
    let (line, volume) = (cost.line, &cost.volume);
    let mut parts = flow::parts(plan, line, y, drivers, ws, lane);
    let carried = parts.iter().fold(ws.volume.get(y - 1, line).at(lane), |sum, p| sum + p.amount);
    let mut shares: Vec<(Cause, f64)> = Vec::new();
    match &volume.ageing {
        AgeingPlan::None => {}
        AgeingPlan::Rate(rate) => shares.push((Cause::Ageing, drivers.value(*rate, y).at(lane))),
        AgeingPlan::Population => {
            let rate = match users(drivers, line, y) {
                None => plan.ageing.rate(LineId(line), y),
                Some((now, before)) if before.at(lane) != 0.0 => now.at(lane) / before.at(lane) - 1.0,
                Some(_) => 0.0,
            };
            shares.push((Cause::Ageing, rate));
        }
    }
    if let Some(growth) = volume.growth {
        shares.push((Cause::Growth, drivers.value(growth, y).at(lane)));
    }
    for measure in &plan.measures[line] {
        if let Some((realisation, effect)) = effect(measure, y, drivers) {
            shares.push((Cause::Measure(measure.id.clone()), realisation.at(lane) * effect.at(lane)));
        }
    }
    // A bracket below 0 counts as 0: then together they take away everything.
    let sum: f64 = shares.iter().map(|(_, share)| share).sum();
    let scale = if sum < -1.0 { -1.0 / sum } else { 1.0 };
    parts.extend(shares.into_iter().map(|(cause, share)| Part { cause, amount: carried * share * scale }));
    if let Some(intake) = volume.intake {
        parts.push(Part { cause: Cause::Intake, amount: drivers.value(intake, y).at(lane) });
    }
    parts
}
