//! What the measures of a kind do on cost lines together, draw by draw.
//!
//! How much of a measure comes true is uncertain, and so may its amount and its
//! price be; none of these is a figure of the projection, so they are made here
//! of what was drawn. Rules and questions read the same numbers.

use super::ensemble::Block;
use crate::model::{AssumptionId, MeasureKind, Model};
use crate::projection::Driver;

/// The measures of a kind in each draw of a block; none where they are the
/// same, to the bit, in every draw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeasureLanes {
    /// As planned, in the money of the year.
    pub planned: Option<Vec<f64>>,
    /// As far as realised: the part that is in the projection.
    pub realised: Option<Vec<f64>>,
}

/// Of a scenario of a block that keeps the values of its assumptions, in a year
/// after the base year.
pub fn measures(model: &Model, block: &Block<'_>, scenario: usize, kind: MeasureKind, y: usize) -> MeasureLanes {
    let futures = block.futures(scenario);
    let on_cost = model.measures.iter().filter(|m| m.kind == kind && model.lines.get(m.line).as_cost().is_some());
    let (mut planned, mut realised) = (vec![0.0; block.len()], vec![0.0; block.len()]);
    let (mut plan_moves, mut moves) = (false, false);
    for measure in on_cost {
        let Some(amount) = measure.amount else { continue };
        let drawn = |a: AssumptionId| block.drawn(scenario, a, y);
        let amount = drawn(amount);
        let share = measure.realisation.map_or(Driver::Same(1.0), drawn);
        let price = if measure.indexed { futures.price(measure.line, y) } else { Driver::Same(1.0) };
        let varies = |d: Driver<'_>| matches!(d, Driver::Each(_));
        plan_moves |= varies(amount) || varies(price);
        moves |= varies(amount) || varies(price) || varies(share);
        for (lane, (planned, realised)) in planned.iter_mut().zip(&mut realised).enumerate() {
            let all = amount.at(lane) * price.at(lane);
            *planned += all;
            *realised += share.at(lane) * all;
        }
    }
    MeasureLanes { planned: plan_moves.then_some(planned), realised: moves.then_some(realised) }
}
