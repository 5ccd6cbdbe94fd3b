//! Many futures: uncertain assumptions drawn together, the projection run on
//! each, and what comes out summarised.
//!
//! [`simulate`] is the one entry. Draws are addressed, not sequential: the
//! random numbers of (seed, assumption, block of draws) are a function of just
//! these, so results are the same to the last bit on one thread and on many.

mod outcome;

pub use outcome::{GroupOutcome, Outcome, Settings, Summary};
