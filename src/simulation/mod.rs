//! Many futures: uncertain assumptions drawn together, the projection run on
//! each, and what comes out summarised.
//!
//! [`simulate`] is the one entry. Draws are addressed, not sequential: the
//! random numbers of (seed, assumption, block of draws) are a function of just
//! these, so results are the same to the last bit on one thread and on many.

mod correlation;
mod distribution;
mod ensemble;
mod histogram;
mod machine;
mod measures;
mod mix;
mod outcome;
mod random;
mod sampler;
mod samples;
mod share;
mod simulate;
mod special;
mod summary;

pub use correlation::{Component, check as check_correlations, components};
pub use distribution::{Counts, Inverse, TABLE_ERROR};
pub use ensemble::{Block, Ensemble};
pub use histogram::{Bracket, Histogram};
pub use machine::Width;
pub use measures::{MeasureLanes, measures};
pub use outcome::{GroupOutcome, Outcome, Settings, Summary, Watch};
pub use random::{BLOCK, Stream, StreamKey};
pub use samples::Samples;
pub use share::{ShareOf, Shares, variance_shares};
pub use simulate::{simulate, simulate_at, simulate_with};
pub use special::{beta_cdf, normal_cdf, normal_quantile};

#[cfg(test)]
pub(crate) mod fixture;
#[cfg(test)]
mod tests;
