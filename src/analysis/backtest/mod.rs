//! Does it forecast well: the origin rolls over the years, and every year is
//! forecast from what was known before it.
//!
//! [`backtest`] takes a [`Portfolio`] of municipalities (or one municipality's
//! own figures) and a known lag: 2 is the autumn in which a budget is made
//! (actuals up to two years back, the budget of the year itself), 1 the spring
//! after. Each forecast is compared with what happened and with four rivals
//! that every controller knows. The method is in [`method`] and its band in
//! [`band`]; both see the past through [`Known`] only, so that cutting later
//! years from a file changes no forecast.

pub mod band;
pub mod method;
mod portfolio;
mod read;
pub mod robust;
mod rolling;
pub mod score;

pub use method::Fit;
pub use portfolio::{Entry, Known, Measure, Member, Portfolio, Side};
pub use read::{is_portfolio, read};
pub use rolling::{Backtest, Forecast, LineScore, RivalTable, Weights, YearScore, backtest};

#[cfg(test)]
mod synthetic;
#[cfg(test)]
mod tests;
