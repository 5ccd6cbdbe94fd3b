//! Measures: new policy, savings, targets and technical corrections on a line.
//!
//! What the base figure already holds (the amount of the base year) is taken
//! out before projecting and put back by year, with how much of it comes true.

use super::driver::{Driver, Drivers};
use super::lanes::Lanes;
use super::plan::{Plan, base_value};
use super::result::MeasureTerm;
use crate::model::{AssumptionId, Model};

/// One measure, looked up.
#[derive(Clone, Debug)]
pub(super) struct MeasurePlan {
    pub(super) id: String,
    /// Amount that the base figure holds.
    pub(super) base: f64,
    amount: Option<AssumptionId>,
    volume: Option<AssumptionId>,
    realisation: Option<AssumptionId>,
    pub(super) indexed: bool,
    pub(super) structural: bool,
}

impl MeasurePlan {
    /// Whether it moves euros, and not only volume.
    pub(super) fn has_amount(&self) -> bool {
        self.amount.is_some()
    }
}

/// Measures by line, each in the order of ids.
pub(super) fn compile(model: &Model) -> Vec<Vec<MeasurePlan>> {
    let mut by_line: Vec<Vec<MeasurePlan>> = model.lines.all.iter().map(|_| Vec::new()).collect();
    for m in &model.measures {
        by_line[m.line.0].push(MeasurePlan {
            id: m.id.clone(),
            base: m.amount.map_or(0.0, |a| base_value(model, a)),
            amount: m.amount,
            volume: m.volume,
            realisation: m.realisation,
            indexed: m.indexed,
            structural: m.structural,
        });
    }
    for measures in &mut by_line {
        measures.sort_by(|a, b| a.id.cmp(&b.id));
    }
    by_line
}

/// What the base figure of a line holds of its measures.
pub(super) fn in_base(measures: &[MeasurePlan]) -> f64 {
    measures.iter().fold(0.0, |sum, m| sum + m.base)
}

/// The measures of a line that have an amount, in the order of [`terms`].
pub(super) fn amounts(plan: &Plan, line: usize) -> impl Iterator<Item = &MeasurePlan> {
    plan.measures[line].iter().filter(|m| m.has_amount())
}

/// Realisation of a measure in a projected year.
fn realisation<'a>(measure: &MeasurePlan, y: usize, drivers: &'a dyn Drivers) -> Driver<'a> {
    measure.realisation.map_or(Driver::Same(1.0), |r| drivers.value(r, y))
}

/// Realisation and effect on volume of a measure that has one.
pub(super) fn effect<'a>(
    measure: &MeasurePlan,
    y: usize,
    drivers: &'a dyn Drivers,
) -> Option<(Driver<'a>, Driver<'a>)> {
    measure.volume.map(|v| (realisation(measure, y, drivers), drivers.value(v, y)))
}

/// Computes the amounts of a line's measures in one year, `class` being the
/// class of its price.
pub(super) fn step(plan: &Plan, line: usize, class: usize, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    if !plan.keeps[line].measures {
        return;
    }
    let measures = &plan.measures[line];
    let (all, incidental, one, prices) = ws.measures_mut(y, line);
    if y == 0 {
        all.set(in_base(measures));
        incidental.set(measures.iter().filter(|m| !m.structural).fold(0.0, |sum, m| sum + m.base));
        return;
    }
    all.set(0.0);
    incidental.set(0.0);
    for m in measures {
        let Some(amount) = m.amount else { continue };
        one.copy(realisation(m, y, drivers));
        one.mul(drivers.value(amount, y));
        if m.indexed {
            one.mul(prices.get(y, class));
        }
        all.add(one.get());
        if !m.structural {
            incidental.add(one.get());
        }
    }
}

/// Sets the amounts of a line's measures to nothing.
pub(super) fn clear(plan: &Plan, line: usize, y: usize, ws: &mut Lanes) {
    if plan.keeps[line].measures {
        let (all, incidental, ..) = ws.measures_mut(y, line);
        all.set(0.0);
        incidental.set(0.0);
    }
}

/// Each measure of a line in one lane, in the order of ids.
pub(super) fn terms(
    plan: &Plan,
    line: usize,
    class: usize,
    y: usize,
    drivers: &dyn Drivers,
    ws: &Lanes,
    lane: usize,
) -> Vec<MeasureTerm> {
    amounts(plan, line)
        .map(|m| {
            let (planned, realised, price) = if y == 0 {
                (m.base, 1.0, 1.0)
            } else {
                let price = if m.indexed { ws.class_price.get(y, class).at(lane) } else { 1.0 };
                let amount = m.amount.map_or(0.0, |a| drivers.value(a, y).at(lane));
                (amount, realisation(m, y, drivers).at(lane), price)
            };
            MeasureTerm {
                id: m.id.clone(),
                planned,
                realisation: realised,
                price,
                amount: realised * planned * price,
                structural: m.structural,
            }
        })
        .collect()
}
