//! One future: every assumption at one value, year by year.
//!
//! [`project`] is the one entry for a deterministic projection. The arithmetic
//! itself (`plan`) works on lanes of one or many futures at once, so that the
//! simulation runs the very same code and a draw with every assumption at its
//! value gives the very same bits.

mod result;

pub use result::{
    Cause, Gap, GroupId, GroupProjection, GroupYear, LineProjection, LineYear, MeasureTerm, Part,
    Projection, ReserveProjection, ReserveYear, Terms,
};
