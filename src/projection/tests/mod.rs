//! The model on paper against the model in code: expected values are worked
//! out by hand in the comment beside them, or published (then the source is
//! named).

mod ageing;
mod budget;
mod cost;
mod group;
mod lanes;
mod price;
mod properties;
mod reserve;
mod revenue;
mod volume;

/// Equal to the last digits that hand work gives.
#[track_caller]
fn close(found: f64, expected: f64) {
    let tolerance = 1e-9 * expected.abs().max(1.0);
    assert!((found - expected).abs() <= tolerance, "found {found}, expected {expected}");
}
