//! Risks and resilience (weerstandsvermogen).
mod atoms;
mod beta;
mod capacity;
mod check;
mod draws;
mod event;
mod fft;
mod grid;
mod loss;
mod order;
mod register;
mod resilience;
mod severity;
mod share;
mod strike;
mod table;
mod what_if;

#[cfg(test)]
mod tests;

pub use capacity::{CLASSES, class_of, judge};
pub use check::check;
pub use draws::{SimulatedLoss, simulate_events};
pub use event::{Event, EventImpact, EventOrigin};
pub use loss::{Frequency, LEVEL_TOLERANCE, Loss, Quantile, Term};
pub use register::{Impact, YearLoss};
pub use resilience::{Assessment, Capacity, EventOutcome, Method, Missing, Request, TABLE, Top, assess, top};
pub use severity::{Pert, Severity};
pub use share::WINDOW;
pub use what_if::{Scenarios, figure_without_year};
