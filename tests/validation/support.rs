//! Small municipalities from text, and the municipalities that are shipped.

use std::path::Path;

use ravijn::input::{self, Loaded, Sources};
use ravijn::model::{FigureAddress, Model};
use ravijn::projection::{self, Central, Projection};

/// Loads a municipality from the text of its files.
pub fn load(base: &str, figures: &str) -> Loaded {
    let mut sources = Sources::default();
    sources.insert("base.toml", base.as_bytes().to_vec());
    sources.insert("figures.csv", figures.as_bytes().to_vec());
    input::load(&sources, None).unwrap_or_else(|wrong| panic!("the files are in order: {wrong:#?}"))
}

/// Loads a shipped municipality.
pub fn shipped(name: &str) -> Loaded {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let mut sources = Sources::default();
    for entry in std::fs::read_dir(&folder).expect("the folder is shipped").flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.ends_with(".toml") || file.ends_with(".csv") {
            sources.insert(&file, std::fs::read(entry.path()).expect("readable"));
        }
    }
    input::load(&sources, None).unwrap_or_else(|wrong| panic!("{name} is in order: {wrong:#?}"))
}

/// The deterministic projection.
pub fn project(model: &Model) -> Projection {
    projection::project(model, &Central(model))
}

/// A figure by its address.
pub fn figure(model: &Model, address: &str) -> f64 {
    let address: FigureAddress = address.parse().expect("well formed");
    projection::figure(model, &project(model), &address).unwrap_or_else(|no| panic!("{address}: {no}"))
}

/// Equal within `tolerance`.
#[track_caller]
pub fn close(left: f64, right: f64, tolerance: f64) {
    assert!((left - right).abs() <= tolerance, "{left} is not {right} within {tolerance}");
}

/// Head of a small municipality in euros.
pub fn head(base: &str, base_year: i32, horizon: i32) -> String {
    format!(
        "[municipality]\nname = \"Test\"\ncode = \"GM0001\"\nbase_year = {base_year}\nbase = \"{base}\"\nhorizon = {horizon}\n"
    )
}
