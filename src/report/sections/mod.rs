//! The sections of the paragraph, one file each, in the order in which
//! [`super::paragraph`] puts them.

pub mod accountability;
pub mod assumptions;
pub mod balance;
mod budget;
mod clients;
pub mod development;
pub mod history;
pub mod introduction;
mod ledger;
mod lines;
mod log;
mod measures;
pub mod message;
pub mod not_modelled;
pub mod pictures;
pub mod register;
pub mod resilience;
pub mod risks;
pub mod signals;
pub mod terms;
pub mod trust;
pub mod weights;
pub mod what_ifs;

/// The section that says how to read the paragraph.
pub const INTRODUCTION: &str = "inleiding";

/// The lead of its paragraph on what the projection starts from.
pub const BASE: &str = "Van welke cijfers gaan we uit?";
