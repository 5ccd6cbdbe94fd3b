//! Where a figure comes from: its expression in one line, and what went in.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Figure;
use crate::dutch::Quantity;

/// Longest expression kept, in characters; what is longer is cut in the middle.
pub(super) const MAX_FORMULA: usize = 1_200;
/// Most inputs kept of one figure.
pub(super) const MAX_INPUTS: usize = 64;

/// One figure that went into an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// In which unit.
    pub unit: Quantity,
    /// Its mean.
    pub value: f64,
    /// Whether the projection computed it.
    pub projected: bool,
}

/// How a figure was made.
#[derive(Debug, Default)]
pub(super) struct Origin {
    /// In one line, in the vocabulary of addresses.
    pub formula: String,
    /// 0 for a sum or difference, 1 for a product or quotient, 2 for one term.
    pub level: u8,
    /// By address.
    pub inputs: BTreeMap<Arc<str>, Input>,
}

pub(super) fn bracketed(figure: &Figure, level: u8) -> String {
    if figure.origin.level < level { format!("({})", figure.formula()) } else { figure.formula().to_owned() }
}

/// Keeps the beginning and the end of a long expression.
pub(super) fn shortened(formula: String) -> String {
    let count = formula.chars().count();
    if count <= MAX_FORMULA {
        return formula;
    }
    let start: String = formula.chars().take(MAX_FORMULA / 2).collect();
    let end: String = formula.chars().skip(count - MAX_FORMULA / 2 + 5).collect();
    format!("{start} ... {end}")
}

pub(super) fn joined<const N: usize>(figures: [&Figure; N]) -> BTreeMap<Arc<str>, Input> {
    let [first, rest @ ..] = figures.as_slice() else {
        return BTreeMap::new();
    };
    let mut all = first.inputs().clone();
    for figure in rest {
        for (address, input) in figure.inputs() {
            if all.len() < MAX_INPUTS || all.contains_key(address) {
                all.insert(address.clone(), input.clone());
            }
        }
    }
    all
}
