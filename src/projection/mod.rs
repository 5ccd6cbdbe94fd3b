//! One future, or many at once: every assumption at a value, year by year.
//!
//! [`project`] is the one entry for a deterministic projection. The arithmetic
//! itself works on lanes of one or many futures at once, so that the
//! simulation runs the very same code and a draw with every assumption at its
//! value gives the very same bits. A model is looked up once ([`Plan`]), then
//! each year is this chain ([`Plan::run`]):
//!
//! 1. `index`: percentages of the price indices, forecast errors carried over;
//! 2. `price`: what lines with the same price terms share;
//! 3. `volume`: clients who move or leave (`flow`), `ageing`, growth,
//!    `measure`s, clients who come in;
//! 4. `cost`: unit cost x volume x intensity x price, and measures;
//! 5. `revenue`: grown, following, contributed, or the `safety_net`;
//! 6. `budget`: what budgets are worth in the money of the year;
//! 7. `groups`: sums and shortfalls;
//! 8. `reserve`: what is covered, and what no longer.
//!
//! What comes out is read lane by lane through [`Futures`], or in full, with
//! the reason of every euro (`terms`), as a [`Projection`].

mod ageing;
mod bridge;
mod budget;
mod cost;
mod driver;
mod extract;
mod figure;
mod flow;
mod futures;
mod groups;
mod history;
mod index;
mod known;
mod lanes;
mod measure;
mod plan;
mod price;
mod reserve;
mod result;
mod revenue;
mod safety_net;
mod simd;
mod terms;
mod value;
mod volume;
mod warnings;
mod why;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use ageing::{AgeingTable, Multipliers, UsersByLane};
pub use bridge::{
    Bridge, Driver as BridgeDriver, Item as BridgeItem, group_between_years, line_between_scenarios,
    line_between_years, logarithmic_mean,
};
pub use budget::BudgetNow;
pub use driver::{Central, Driver, Drivers, Luck, Overridden};
pub use figure::{Named, NoFigure, figure, named};
pub use futures::Futures;
pub use history::amount as past_amount;
pub use known::{NotGiven, not_given};
pub use lanes::Lanes;
pub use plan::Plan;
pub use result::{
    Cause, Gap, GroupId, GroupProjection, GroupYear, LineProjection, LineYear, MeasureTerm, Part, Projection,
    ReserveProjection, ReserveYear, Terms,
};
pub use why::Why;

use crate::model::Model;

/// The projection of a model with every assumption at the value that
/// `drivers` give it: [`Central`] for the stated values, [`Overridden`] where
/// some differ.
pub fn project(model: &Model, drivers: &dyn Drivers) -> Projection {
    let plan = Plan::compile(model);
    let mut ws = Lanes::new(&plan);
    plan.run(drivers, None, 1, &mut ws).projection(model, drivers, 0)
}
