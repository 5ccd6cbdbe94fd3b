//! Budgets in the money of each year.
//!
//! A budget in constant prices grows by what the central provision for wages
//! and prices adds (`compensation`); a nominal one stands as it is. Constant
//! prices without a stated compensation cannot be compared with cost in the
//! money of the year: then only the difference in volume is known.

use super::driver::{Driver, Drivers};
use super::lanes::Lanes;
use super::measure;
use super::plan::Plan;
use super::result::{Gap, MeasureTerm};
use crate::model::{AssumptionId, FigureKind, Line, Model, Prices, Quantity};

/// Budgets of all lines, looked up.
#[derive(Clone, Debug)]
pub(super) struct BudgetPlan {
    years: usize,
    /// Budget as in figures.csv, `[line][year]`.
    lines: Vec<Option<f64>>,
    /// In which prices.
    prices: PricesPlan,
}

#[derive(Clone, Debug)]
enum PricesPlan {
    Nominal,
    Constant {
        /// Position of the price year; below 0 before the base year.
        year: i32,
        compensation: Option<AssumptionId>,
        /// Compensation of the base year, where that comes after the price year.
        in_base: f64,
    },
}

/// Looks up the budgets; `order` is that of ids.
pub(super) fn compile(model: &Model, order: &[usize]) -> BudgetPlan {
    let years = model.year_count();
    let mut lines = vec![None; years * model.lines.all.len()];
    for (id, quantity, kind, year, recorded) in model.figures.iter() {
        let wanted = matches!(quantity, Quantity::Cost | Quantity::Revenue) && kind == FigureKind::Budget;
        let (true, Some(y)) = (wanted, model.year_index(year)) else { continue };
        let Ok(at) = order.binary_search_by(|&l| model.lines.all[l].id().cmp(id)) else { continue };
        let line = order[at];
        let own = match model.lines.all[line] {
            Line::Cost(_) => Quantity::Cost,
            Line::Revenue(_) => Quantity::Revenue,
        };
        if quantity == own {
            lines[line * years + y] = Some(recorded.value);
        }
    }
    let compensation = model.budget.compensation;
    let prices = match model.budget.prices {
        Prices::Nominal => PricesPlan::Nominal,
        Prices::Constant(year) => {
            let year = year.0 - model.base_year().0;
            let in_base = compensation.map_or(0.0, |c| if year < 0 { model.assumption(c).values[0] } else { 0.0 });
            PricesPlan::Constant { year, compensation, in_base }
        }
    };
    BudgetPlan { years, lines, prices }
}

impl BudgetPlan {
    /// Budget of a line as in figures.csv.
    pub(super) fn of(&self, line: usize, y: usize) -> Option<f64> {
        self.lines[line * self.years + y]
    }

    /// Whether budgets can be brought to the money of each year.
    pub(super) fn comparable(&self) -> bool {
        !matches!(self.prices, PricesPlan::Constant { compensation: None, .. })
    }

    /// Position of the year in whose money the budget of a year stands, never
    /// before the base year. A nominal budget stands in that of its own year.
    fn price_year(&self, y: usize, years: usize) -> usize {
        match self.prices {
            PricesPlan::Nominal => y,
            PricesPlan::Constant { year, .. } => usize::try_from(year).unwrap_or(0).min(years - 1),
        }
    }
}

/// Computes what budgets of one year are multiplied by.
pub(super) fn step(plan: &Plan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    let factor = ws.budget_factor.at_mut(y, 0);
    factor.set(1.0);
    if let PricesPlan::Constant { year, compensation: Some(compensation), in_base } = plan.budget.prices {
        if y == 0 {
            factor.set(1.0 + in_base);
        } else if i32::try_from(y).is_ok_and(|y| y > year) {
            let (before, factor) = ws.budget_factor.next(y, 0);
            factor.set_raised(before, drivers.value(compensation, y));
        }
    }
}

/// A budget in the money of its year, in every lane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetNow<'a> {
    /// As in figures.csv.
    pub budget: f64,
    /// What it is multiplied by.
    pub factor: Driver<'a>,
}

impl BudgetNow<'_> {
    /// In one lane.
    pub fn at(self, lane: usize) -> f64 {
        self.budget * self.factor.at(lane)
    }
}

/// Cost in the prices of its budget: what a gap is made of. Sums over lines.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deflated {
    /// Cost in the money of the year.
    pub(super) cost: f64,
    /// The same in prices of the budget's price year.
    pub(super) in_budget_prices: f64,
}

/// A cost line in one lane: cost without measures, brought back to the prices
/// of the budget, with the measures beside it likewise.
pub(super) fn deflate(
    plan: &Plan,
    line: usize,
    class: usize,
    y: usize,
    ws: &Lanes,
    lane: usize,
    measures: &[MeasureTerm],
) -> Deflated {
    let price = |y: usize| ws.class_price.get(y, class).at(lane);
    let (now, then) = (price(y), price(plan.budget.price_year(y, plan.years)));
    let cost = ws.amount.get(y, line).at(lane);
    let held = ws.measures(plan, y, line).at(lane);
    // A price that fell to nothing leaves nothing to bring back.
    let back = |amount: f64| if now == 0.0 { 0.0 } else { amount / (now / then) };
    let beside = measure::amounts(plan, line).zip(measures);
    let in_budget_prices =
        beside.fold(back(cost - held), |sum, (m, term)| sum + if m.indexed { back(term.amount) } else { term.amount });
    Deflated { cost, in_budget_prices }
}

/// The gap of a line or group: `factor` brings its budget to the money of the year.
pub(super) fn gap(plan: &Plan, deflated: Deflated, budget: f64, factor: f64) -> Gap {
    let volume = deflated.in_budget_prices - budget;
    if !plan.budget.comparable() {
        return Gap { volume, price: None, compensation: None };
    }
    Gap {
        volume,
        price: Some(deflated.cost - deflated.in_budget_prices * factor),
        compensation: Some(volume * (factor - 1.0)),
    }
}
