//! Whole computations against results worked out by hand or published
//! elsewhere. Each test names its source; no expected value was taken from
//! this program. A snapshot says *unchanged*, these say *right*.

mod bridges;
mod buig;
mod explanations;
mod harderwijk;
mod heerde;
mod indexation;
mod printed;
mod registers;
#[path = "../shipped/mod.rs"]
mod shipped;
mod support;
mod variants;
