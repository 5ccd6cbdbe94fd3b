//! Files as written become a [`Model`], with the place of every value.
//!
//! Takes text and names and never touches the file system. The way of a file:
//!
//! - `text`: bytes to text, offsets to places;
//! - `tree`: TOML to nodes with places, all syntax errors (`syntax`);
//! - `form` and `leaf` check a tree against `keys` (in the language of `shape`)
//!   and type it: `item`, with every assumption a stack of layers (`series`,
//!   `uncertain`); `value` knows how people write numbers;
//! - `rows`, `figures`, `population` read the csv files, `sheet` spreadsheets;
//!   all this per file, in `folder`;
//! - `load` takes the scenarios one after another: `overlay` lays a what-if over
//!   what it extends, `base` builds the model with `prices`, `lines`, `revenue`,
//!   `measures`, `risks`, `resilience`, `around` and `names`, `resolve` and
//!   `spread` turn layers into a value and a distribution for every year, and
//!   `check` looks at combinations;
//! - `schema` writes `keys` as JSON Schema.
//!
//! Every step reports all it finds and goes on, so that a person sees all
//! mistakes of all files at once; only [`load`] decides that there is no model.

mod around;
mod base;
mod check;
mod figures;
mod folder;
mod form;
mod item;
mod keys;
mod leaf;
mod lines;
mod load;
mod measures;
mod names;
mod overlay;
mod population;
mod prices;
mod resilience;
mod resolve;
mod revenue;
mod risks;
mod rows;
mod schema;
mod series;
mod shape;
mod sheet;
mod spread;
mod syntax;
mod taakveld;
mod text;
mod tree;
mod uncertain;
mod value;
mod verklaring;

pub use schema::{schema_base, schema_what_if};
pub use text::Sources;
pub use verklaring::{EXPLANATION, published};

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::Model;
use folder::Folder;
use load::Loader;

/// The file of the base.
pub const BASE: &str = "base.toml";
/// The file of the figures.
pub const FIGURES: &str = "figures.csv";
/// The figures as a spreadsheet, instead of [`FIGURES`].
pub const SHEETS: [&str; 2] = ["figures.xlsx", "figures.ods"];

/// A municipality as read: the base and its what-ifs.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The base scenario, id `base`.
    pub base: Model,
    /// The what-ifs asked for, by id.
    pub what_ifs: Vec<Model>,
    /// What-ifs not asked for, whose result sizes a risk, by id.
    pub referred: Vec<Model>,
    /// Warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads all files of a municipality.
///
/// `only` names the what-ifs wanted by id, the stem of their file; without it
/// all are read. A what-if that is neither wanted, nor extended by one that is,
/// nor needed to size a risk, is not checked.
///
/// # Errors
///
/// All mistakes of all files, with the warnings, sorted by place.
pub fn load(sources: &Sources, only: Option<&[String]>) -> Result<Loaded, Vec<Diagnostic>> {
    let mut found = Diagnostics::default();
    let folder = Folder::read(sources, &mut found);
    let wanted = folder.wanted(only, &mut found);
    let mut loader = Loader { folder: &folder, built: BTreeMap::new(), failed: BTreeSet::new(), found };
    loader.scenarios(&wanted);
    loader.names();
    loader.finish(&wanted)
}
