//! A study laid out: one [`Report`] as data, then one file per format.
//!
//! [`compose`] writes the paragraph about one scenario; [`markdown`], [`text`]
//! and [`json`] turn what was computed into a file, a terminal page or data.
//! Text, table and chart take their figures from one book of rounded amounts,
//! so they cannot disagree. Nothing here touches a file or computes money.

mod addresses;
mod audience;
mod chance;
mod chart;
pub mod comparison;
mod csv;
mod differences;
mod disclosure;
mod document;
mod docx;
mod draft;
mod held;
mod house;
mod html;
mod json;
mod markdown;
mod paragraph;
#[cfg(feature = "pdf")]
mod pdf;
mod picture;
mod rounding;
#[cfg(test)]
mod sample;
mod sections;
mod tables;
#[cfg(test)]
mod tests;
mod text;
mod words;
mod xlsx;
mod xml;

pub use audience::{Audience, compose_for};
pub use chart::{Amount, Bar, Chart, Dot, Drawing, FanYear, MapRisk, Page, RavijnYear, Swing, svg};
pub use csv::csv;
pub use disclosure::Disclosure;
pub use document::{
    Align, Block, Cell, Column, Evidence, House, Inline, Logo, Report, Row, RowKind, Section, Table, Text, Unit,
};
pub use docx::{Template, docx};
pub use html::html;
pub use json::{internal, json, receipt};
pub use markdown::markdown;
pub use paragraph::{compose, compose_exact};
#[cfg(feature = "pdf")]
pub use pdf::pdf;
pub use text::text;
pub use xlsx::{Counts, xlsx};
