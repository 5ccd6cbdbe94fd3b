//! Why an amount is what it is: the factors of a line in a year, and what
//! each cause adds to them. Later questions (why did it change?) are answered
//! from these, so the parts of a factor always sum to its change.

use super::cost::CostPlan;
use super::driver::Drivers;
use super::futures::Futures;
use super::measure;
use super::result::{Cause, Part, Terms};
use super::revenue::{IncomePlan, RevenuePlan, ended};
use super::volume;
use crate::model::{LineId, Model};

/// One lane of a run, with what drove it.
#[derive(Clone, Copy)]
pub(super) struct Lane<'a> {
    pub(super) model: &'a Model,
    pub(super) futures: Futures<'a>,
    pub(super) drivers: &'a dyn Drivers,
    pub(super) lane: usize,
}

impl Lane<'_> {
    /// Terms of a cost line.
    pub(super) fn cost_terms(&self, cost: &CostPlan, y: usize) -> Terms {
        let Futures { plan, ws } = self.futures;
        let line = LineId(cost.line);
        let at = |driver: super::Driver| driver.at(self.lane);
        let intensity = |y: usize| at(self.futures.intensity(line, y));
        Terms {
            unit_cost: at(self.futures.unit_cost(line)),
            volume: at(self.futures.volume(line, y)),
            intensity: intensity(y),
            price: at(self.futures.price(line, y)),
            volume_parts: if y == 0 { Vec::new() } else { volume::parts(plan, cost, y, self.drivers, ws, self.lane) },
            intensity_part: if y == 0 { 0.0 } else { intensity(y) - intensity(y - 1) },
            price_parts: self.price_parts(cost.class, y),
            revenue_parts: Vec::new(),
            measures: measure::terms(plan, cost.line, cost.class, y, self.drivers, ws, self.lane),
        }
    }

    /// Terms of a revenue line.
    pub(super) fn revenue_terms(&self, revenue: &RevenuePlan, y: usize) -> Terms {
        let Futures { plan, ws } = self.futures;
        let after = ended(revenue, y);
        Terms {
            price: ws.class_price.get(y, revenue.class).at(self.lane),
            price_parts: self.price_parts(revenue.class, y),
            revenue_parts: if y == 0 { Vec::new() } else { self.revenue_parts(revenue, y) },
            measures: if after {
                Vec::new()
            } else {
                measure::terms(plan, revenue.line, revenue.class, y, self.drivers, ws, self.lane)
            },
            ..Terms::default()
        }
    }

    /// What each index and the own change add to a price.
    fn price_parts(&self, class: usize, y: usize) -> Vec<Part> {
        if y == 0 {
            return Vec::new();
        }
        let before = self.futures.ws.class_price.get(y - 1, class).at(self.lane);
        self.rates(class, y).into_iter().map(|(cause, rate)| Part { cause, amount: before * rate }).collect()
    }

    /// Yearly rate of a class of prices, by cause.
    fn rates(&self, class: usize, y: usize) -> Vec<(Cause, f64)> {
        let Futures { plan, ws } = self.futures;
        let class = &plan.classes[class];
        let index = |&(i, weight): &(usize, f64)| {
            (Cause::Index(self.model.indices[i].id.clone()), weight * ws.index_rate.get(y, i).at(self.lane))
        };
        let change = class.change.map(|c| (Cause::Change, self.drivers.value(c, y).at(self.lane)));
        class.weights.iter().map(index).chain(change).collect()
    }

    /// What each cause adds to revenue without measures; sums to its change.
    fn revenue_parts(&self, revenue: &RevenuePlan, y: usize) -> Vec<Part> {
        let Futures { plan, ws } = self.futures;
        let income = |y: usize| ws.income.get(y, revenue.line).at(self.lane);
        let before = income(y - 1);
        if ended(revenue, y) {
            // A base year after `until` still has its figure.
            return if before == 0.0 { Vec::new() } else { vec![Part { cause: Cause::Ended, amount: -before }] };
        }
        let change = income(y) - before;
        match &revenue.income {
            IncomePlan::Grows(growth) => {
                let growth = growth.map(|g| (Cause::Growth, self.drivers.value(g, y).at(self.lane)));
                let rates = growth.into_iter().chain(self.rates(revenue.class, y));
                rates.map(|(cause, rate)| Part { cause, amount: before * rate }).collect()
            }
            IncomePlan::Follows(f) => {
                let followed = Cause::Followed(f.followed.clone());
                let Some(index) = f.index else { return vec![Part { cause: followed, amount: change }] };
                let added = |y: usize| f.parts_at(plan, y, self.drivers, ws, self.lane).1;
                // The base year's figure holds whatever the index added by then.
                let earlier = if y == 1 && self.is_figure(revenue) { 0.0 } else { added(y - 1) };
                let indexed = added(y) - earlier;
                let index = Cause::Index(self.model.indices[index].id.clone());
                vec![Part { cause: followed, amount: change - indexed }, Part { cause: index, amount: indexed }]
            }
            IncomePlan::Contribution(_) => vec![Part { cause: Cause::Contribution, amount: change }],
            IncomePlan::SafetyNet(_) => vec![Part { cause: Cause::SafetyNet, amount: change }],
        }
    }

    /// Whether the base year of a revenue line is a figure rather than its formula.
    fn is_figure(&self, revenue: &RevenuePlan) -> bool {
        let line = self.model.lines.all.get(revenue.line).and_then(|l| l.as_revenue());
        line.is_some_and(|l| l.base_revenue.is_some())
    }
}
