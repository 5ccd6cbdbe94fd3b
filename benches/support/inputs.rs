//! Inputs of W1 to W3: read from the folder of the peers, or made.

use std::path::{Path, PathBuf};

use ravijn::simulation::{BLOCK, Stream};
use serde_json::Value;

/// Numbers of a JSON array.
pub fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().into_iter().flatten().map(|x| x.as_f64().unwrap_or(f64::NAN)).collect()
}

/// Numbers of nested JSON arrays, one after the other.
pub fn flat(v: &Value) -> Vec<f64> {
    match v {
        Value::Array(parts) => parts.iter().flat_map(flat).collect(),
        other => vec![other.as_f64().unwrap_or(f64::NAN)],
    }
}

/// A JSON array of rows, each flattened.
pub fn rows(v: &Value) -> Vec<Vec<f64>> {
    v.as_array().into_iter().flatten().map(flat).collect()
}

/// The folder with the peers' inputs, where one is named.
pub fn folder() -> Option<PathBuf> {
    let named = PathBuf::from(std::env::var_os("RAVIJN_PEERS")?);
    let found = [named.join("data"), named.clone()].into_iter().find(|f| f.join("w1.json").exists());
    assert!(found.is_some(), "RAVIJN_PEERS names {}, which holds no w1.json; make it with gen.py", named.display());
    found
}

/// Reads one of the files.
pub fn read(folder: &Path, name: &str) -> Value {
    let path = folder.join(name);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Random numbers to make inputs with.
pub struct Made {
    stream: Stream,
    row: [f64; BLOCK],
    next: usize,
}

impl Made {
    /// Always the same.
    pub fn new(address: &str) -> Self {
        Self { stream: Stream::new(20_261_121, address, 0), row: [0.0; BLOCK], next: BLOCK }
    }

    /// Uniform between two numbers.
    pub fn between(&mut self, lo: f64, hi: f64) -> f64 {
        if self.next == BLOCK {
            self.stream.uniforms(&mut self.row);
            self.next = 0;
        }
        self.next += 1;
        lo + (hi - lo) * self.row[self.next - 1]
    }

    /// Many of them.
    pub fn row(&mut self, n: usize, lo: f64, hi: f64) -> Vec<f64> {
        (0..n).map(|_| self.between(lo, hi)).collect()
    }
}

/// Residents by year, age and sex: fewer old people, more of them every year.
pub fn population(made: &mut Made, scale: f64, years: usize, ages: usize) -> Vec<f64> {
    let mut out = Vec::with_capacity((years + 1) * ages * 2);
    for year in 0..=years {
        for age in 0..ages {
            for _ in 0..2 {
                let old = if age < 65 { 1.0 } else { 1.0 - 0.02 * (age as f64 - 65.0) };
                let greying = if age > 70 { 1.0 + 0.004 * year as f64 } else { 1.0 };
                out.push(scale * old * greying * made.between(0.9, 1.1) / ages as f64);
            }
        }
    }
    out
}

/// Use by age and sex around an age of its own.
pub fn use_rates(made: &mut Made, ages: usize) -> Vec<f64> {
    let (centre, width, height) = (made.between(5.0, 90.0), made.between(6.0, 30.0), made.between(0.002, 0.08));
    let mut out = Vec::with_capacity(ages * 2);
    for age in 0..ages {
        for _ in 0..2 {
            let far = (age as f64 - centre) / width;
            out.push(height / (1.0 + far * far));
        }
    }
    out
}
