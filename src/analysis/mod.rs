//! Questions asked of figures and outcomes: why, how well, what would it take.
//!
//! Pure functions on parsed data with typed results; `cli` and `report` lay
//! them out.

pub mod backtest;
pub mod breaks;
pub mod calibrate;
pub mod compare;
pub mod explain;
#[cfg(test)]
mod fixture;
pub mod goal;
pub mod ledger;
pub mod lock;
pub mod question;
pub mod sensitivity;
pub mod spread;
pub mod trust;
