//! What the benchmarks share: inputs, and models made of them.
//!
//! `RAVIJN_PEERS` names the folder with `w1.json`, `w2.json`, `w3.json` and
//! `w3_pop.f64` that the NumPy programs read too, so that both sides do the
//! same work. Without it the benchmarks make inputs of the same shape.

pub mod inputs;
pub mod w1;
pub mod w2;
pub mod w3;
