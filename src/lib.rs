//! ravijn projects what the Dutch social domain will cost a municipality.
pub mod diagnostic;
pub mod model;
pub mod projection;
pub mod simulation;
pub mod units;
