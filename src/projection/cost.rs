//! Cost: `u * V * I * T` and the measures beside it.
//!
//! `u` is the euros per unit of volume in prices of the base year: the base
//! figure without the measures that it holds, raised by the level; or the
//! stated `unit_cost` where the base year has no clients or no cost.

use super::driver::{Driver, Drivers, Luck};
use super::flow;
use super::lanes::Lanes;
use super::measure;
use super::plan::{Plan, base_value};
use super::price::Classes;
use super::volume::{self, AgeingPlan, VolumePlan};
use crate::model::{Ageing, AssumptionId, CostLine, LineId, Model, UnitCost};

/// One cost line, looked up.
#[derive(Clone, Debug)]
pub(super) struct CostPlan {
    /// Its position among all lines.
    pub(super) line: usize,
    /// Figure of the base year.
    pub(super) base: f64,
    pub(super) volume: VolumePlan,
    /// Class of its price.
    pub(super) class: usize,
    intensity: IntensityPlan,
    /// How far realised cost lies above the base figure: one number for all years.
    level: Option<AssumptionId>,
    /// Takes the place of cost per unit of volume.
    unit_cost: Option<UnitCostPlan>,
}

#[derive(Clone, Debug)]
enum IntensityPlan {
    Constant,
    Rate(AssumptionId),
    /// Hours per week, and those of the base year.
    Hours(AssumptionId, f64),
}

#[derive(Clone, Debug)]
enum UnitCostPlan {
    PerClient(AssumptionId),
    /// Hours of the base year, euros per hour, weeks.
    Hours(f64, AssumptionId, f64),
}

/// Looks up one cost line.
pub(super) fn compile<'m>(model: &'m Model, line: usize, cost: &'m CostLine, classes: &mut Classes<'m>) -> CostPlan {
    let ageing = match &cost.ageing {
        Ageing::None => AgeingPlan::None,
        Ageing::Rate(rate) => AgeingPlan::Rate(*rate),
        Ageing::Population => AgeingPlan::Population,
    };
    let hours = match &cost.unit_cost {
        Some(UnitCost::Hours { hours_per_week, .. }) => Some(*hours_per_week),
        _ => None,
    };
    let unit_cost = cost.unit_cost.as_ref().map(|u| match u {
        UnitCost::PerClient(a) => UnitCostPlan::PerClient(*a),
        UnitCost::Hours { hours_per_week, rate, weeks } => {
            UnitCostPlan::Hours(base_value(model, *hours_per_week), *rate, *weeks)
        }
    });
    // Both stated: the figures win, and the check of the files says where they differ.
    let from_figures = cost.base_volume != 0.0 && cost.base_cost != 0.0;
    CostPlan {
        line,
        base: cost.base_cost,
        volume: VolumePlan { base: cost.base_volume, ageing, growth: cost.growth, intake: cost.intake, flow: None },
        class: classes.of(model, &cost.price),
        intensity: match (hours, cost.intensity) {
            (Some(hours), _) => IntensityPlan::Hours(hours, base_value(model, hours)),
            (None, Some(rate)) => IntensityPlan::Rate(rate),
            (None, None) => IntensityPlan::Constant,
        },
        level: cost.level,
        unit_cost: if from_figures { None } else { unit_cost },
    }
}

/// Computes volume and cost of every cost line in one year: line by line, so
/// that what was just computed is still near.
pub(super) fn step(plan: &Plan, y: usize, drivers: &dyn Drivers, luck: Option<&dyn Luck>, ws: &mut Lanes) {
    if y > 0 {
        flow::carry(plan, y, drivers, ws);
    }
    for cost in &plan.costs {
        let line = cost.line;
        volume::step(plan, cost, y, drivers, ws);
        measure::step(plan, line, cost.class, y, drivers, ws);
        intensity(cost, y, drivers, ws);
        if y == 0 {
            base_year(cost, plan, drivers, ws);
        } else {
            let (out, [unit, volume, intensity, price], measures) = ws.amount_mut(plan, y, line, cost.class);
            out.set_product(unit, volume, intensity, price);
            if let Some(multipliers) = luck.and_then(|l| l.multipliers(LineId(line), y)) {
                out.mul(Driver::Each(multipliers));
            }
            if plan.keeps[line].measures {
                out.add(measures);
            }
        }
    }
}

/// Unit cost, and the cost of the base year with its level.
fn base_year(cost: &CostPlan, plan: &Plan, drivers: &dyn Drivers, ws: &mut Lanes) {
    let line = cost.line;
    let level = cost.level.map(|a| drivers.value(a, 1));
    let without = cost.base - measure::in_base(&plan.measures[line]);
    let unit = &mut ws.unit_cost[line];
    match cost.unit_cost {
        Some(UnitCostPlan::PerClient(a)) => unit.copy(drivers.value(a, 1)),
        Some(UnitCostPlan::Hours(hours, rate, weeks)) => {
            unit.set(hours);
            unit.mul(drivers.value(rate, 1));
            unit.mul(Driver::Same(weeks));
        }
        // No clients, and nothing says what one would cost.
        None if cost.volume.base == 0.0 => unit.set(0.0),
        None => unit.set(without / cost.volume.base),
    }
    let out = ws.amount.at_mut(0, line);
    out.set(cost.base);
    if let Some(level) = level {
        let raised = &mut ws.scratch;
        raised.set_raised(unit.get(), level);
        unit.copy(raised.get());
        out.add_product(level, Driver::Same(without));
    }
}

/// Hours, days or sessions per client, relative to the base year.
fn intensity(cost: &CostPlan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    if !cost.varies_in_intensity() {
        return;
    }
    let grid = ws.intensity_mut();
    match cost.intensity {
        IntensityPlan::Rate(rate) if y > 0 => {
            let (before, out) = grid.next(y, cost.line);
            out.set_raised(before, drivers.value(rate, y));
        }
        // The yearly steps hours[y]/hours[y-1] multiply to this.
        IntensityPlan::Hours(hours, base) if y > 0 && base != 0.0 => {
            grid.at_mut(y, cost.line).set_map([drivers.value(hours, y)], |[now]| now / base);
        }
        _ => grid.at_mut(y, cost.line).set(1.0),
    }
}

impl CostPlan {
    /// Whether its intensity can differ from the base year's.
    pub(super) fn varies_in_intensity(&self) -> bool {
        !matches!(self.intensity, IntensityPlan::Constant)
    }
}
