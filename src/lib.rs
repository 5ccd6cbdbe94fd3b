//! ravijn projects what the Dutch social domain will cost a municipality.
pub mod analysis;
pub mod cli;
pub mod diagnostic;
pub mod dutch;
pub mod input;
pub mod model;
pub mod projection;
pub mod report;
pub mod risk;
pub mod rule;
pub mod simulation;
pub mod study;
pub mod units;
