//! Risks and resilience (weerstandsvermogen): what may happen on top of what
//! is expected, and whether the municipality can bear it.
//!
//! [`assess`] is the one entry: it judges all scenarios of a municipality at
//! once, because they share what is drawn. An [`Event`] is the neutral form of a register
//! entry or of a rule's finding; rules and risks do not know each other. Three
//! ways of summing, as municipalities use them:
//!
//! - **expected value**: chance times mean impact ([`YearLoss`]), exact;
//! - **minimum to maximum**, from the bounds of classes and ranges, exact;
//! - **the loss distribution**: [`Loss`] for independent events, exact for
//!   fixed amounts and within a proven bound for ranges; by draws
//!   ([`simulate_events`], and inside [`assess`]) where events share a cause,
//!   are sized by a what-if, or meet the projection's uncertain shortfall.
//!
//! ```
//! use ravijn::risk::{Frequency, Loss, Severity, Term};
//!
//! // One risk of 80,000 euros at 30 %.
//! let fire = Term { frequency: Frequency::Chance(0.3), severity: Severity::Point(80_000.0) };
//! let loss = Loss::of(&[fire]);
//! assert_eq!(loss.mean(), 24_000.0);
//! assert_eq!(loss.quantile(0.70).value, 0.0);
//! assert_eq!(loss.quantile(0.90).value, 80_000.0);
//! ```

mod assessment;
mod atoms;
mod beta;
mod bounds;
mod capacity;
mod check;
mod draws;
mod event;
mod fft;
mod grid;
mod level;
mod loss;
mod order;
mod register;
mod resilience;
mod severity;
mod share;
mod spectrum;
mod stage;
mod strike;
mod table;
mod what_if;

#[cfg(test)]
mod tests;

pub use assessment::{Assessment, Capacity, EventOutcome, Method, Missing, Register, Request, TABLE, Top, top};
pub use capacity::{CLASSES, class_of, judge};
pub use check::check;
pub use draws::{SimulatedLoss, simulate_events};
pub use event::{Event, EventImpact, EventOrigin};
pub use loss::{Frequency, LEVEL_TOLERANCE, Loss, Quantile, Term};
pub use register::{Impact, YearLoss};
pub use resilience::assess;
pub use severity::{Pert, Severity};
pub use share::WINDOW;
pub use table::TABLE_ERROR;
pub use what_if::{Scenarios, figure_without_year};
