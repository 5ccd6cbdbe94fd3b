//! How a figure came about: the tree from a figure to the cells of
//! figures.csv and the lines of base.toml that it rests on.
//!
//! The tree is worked out here from the model alone, step by step, beside the
//! projection and not from it: that both give the same figure is tested over
//! every figure of the shipped municipalities. Each step keeps its formula as
//! a [`Term`], so whoever has only the leaves can make the figure again
//! ([`Explanation::from_leaves`]). Steps that several others need stand once
//! in the list and are referred to.

use std::collections::BTreeMap;

use super::question::Scene;
use crate::diagnostic::Place;
use crate::dutch::Quantity;
use crate::model::{AssumptionId, Expression, Model};
use crate::projection::Projection;

mod ageing;
mod assumed;
mod builder;
mod calls;
mod change;
mod cost;
mod gap;
mod group;
mod index;
mod measures;
mod question;
mod revenue;
mod safety_net;
mod term;
mod volume;
mod write;

pub use assumed::{Assumed, assumed, assumed_spread};
pub use question::{Asked, NoAnswer, explain, explain_in, value_of};
pub use term::Term;

/// A figure and everything it rests on.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Steps, each after those it rests on; the last is the figure asked.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What it is, in the words of addresses: `volume(jeugd, 2028)`.
    pub name: String,
    /// Its value: euros, clients, fractions.
    pub value: f64,
    /// In which unit.
    pub unit: Quantity,
    /// Where it comes from.
    pub from: From,
}

/// Where a step comes from.
#[derive(Clone, Debug, PartialEq)]
pub enum From {
    /// A value in a file.
    File(Leaf),
    /// A value that nothing states: by definition, or because a file is silent.
    Given {
        /// Why it is what it is.
        why: String,
        /// What it belongs to in the files, where there is such a thing.
        place: Option<Place>,
    },
    /// Worked out from other steps.
    Steps {
        /// The formula.
        term: Term,
        /// Positions of the steps in it.
        of: Vec<usize>,
    },
    /// What draws say of a step; the steps are the same without uncertainty,
    /// and the uncertain values that it rests on.
    Draws {
        /// In words: `P90 of 10000 draws`.
        what: String,
        /// How many draws.
        draws: u64,
        /// Start of the random numbers.
        seed: u64,
        /// Positions of the steps.
        of: Vec<usize>,
    },
}

/// A value in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Leaf {
    /// File, line and column.
    pub place: Place,
    /// Where the municipality has it from, as stated; else its note.
    pub source: Option<String>,
    /// Which assumption it is, and of which year (0 is the base year).
    pub assumption: Option<(AssumptionId, usize)>,
    /// How uncertain it is, where it is.
    pub spread: Option<String>,
}

/// What a figure with a name of its own is made of, told by whoever knows it.
#[derive(Clone, Debug)]
pub struct Made {
    /// In which unit it is; none where the name says so.
    pub unit: Option<Quantity>,
    /// How it follows from the parts.
    pub how: How,
    /// What it rests on.
    pub of: Vec<Part>,
}

/// How a figure follows from its parts.
#[derive(Clone, Debug)]
pub enum How {
    /// By this formula.
    Term(Term),
    /// By drawing: the parts are what is drawn, the value what came of it.
    Drawn {
        /// What came of it.
        value: f64,
        /// In words: `the quantile of ...`.
        what: String,
    },
}

/// Something that a figure rests on.
#[derive(Clone, Debug)]
pub enum Part {
    /// Another figure.
    Expression(Expression),
    /// A value in a file.
    File {
        /// What it is.
        name: String,
        /// Its unit.
        unit: Quantity,
        /// Its value.
        value: f64,
        /// Where it stands.
        place: Place,
        /// Where the municipality has it from.
        source: Option<String>,
    },
    /// A value that no file states.
    Given {
        /// What it is.
        name: String,
        /// Its unit.
        unit: Quantity,
        /// Its value.
        value: f64,
        /// Why it is what it is.
        why: String,
        /// What it belongs to in the files, where there is such a thing.
        place: Option<Place>,
    },
}

impl Made {
    /// A value in a file, and nothing else.
    pub fn file(unit: Quantity, value: f64, name: String, place: Place, source: Option<String>) -> Self {
        let part = Part::File { name, unit, value, place, source };
        Self { unit: Some(unit), how: How::Term(Term::only()), of: vec![part] }
    }

    /// A formula over parts.
    pub fn term(term: Term, of: Vec<Part>) -> Self {
        Self { unit: None, how: How::Term(term), of }
    }
}

impl Explanation {
    /// The figure asked.
    pub fn root(&self) -> &Step {
        &self.steps[self.steps.len() - 1]
    }

    /// The steps that rest on no other, in the order of the list.
    pub fn leaves(&self) -> impl Iterator<Item = (usize, &Step)> {
        self.steps.iter().enumerate().filter(|(_, s)| s.from.steps().is_empty())
    }

    /// The figure, made again from the values of the leaves alone; what was
    /// drawn cannot be made without drawing and stays as it is.
    pub fn from_leaves(&self) -> f64 {
        let mut values: Vec<f64> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            values.push(match &step.from {
                From::Steps { term, of } => {
                    let under: Vec<f64> = of.iter().map(|i| values[*i]).collect();
                    term.value(&under)
                }
                _ => step.value,
            });
        }
        values.last().copied().unwrap_or(0.0)
    }
}

impl From {
    /// Positions of the steps it rests on.
    pub fn steps(&self) -> &[usize] {
        match self {
            Self::File(_) | Self::Given { .. } => &[],
            Self::Steps { of, .. } | Self::Draws { of, .. } => of,
        }
    }
}

/// Steps that were worked out before, for whoever asks a scenario many figures.
#[derive(Debug, Default)]
pub struct Kept {
    steps: Vec<Step>,
    known: BTreeMap<String, usize>,
}

/// The values in files that a figure rests on, in the order of reading;
/// `kept` belongs to this scenario alone.
///
/// # Errors
/// When a figure in it is not there.
pub fn leaves_in(scene: Scene<'_>, kept: &mut Kept, expression: &Expression) -> Result<Vec<Leaf>, NoAnswer> {
    let mut builder = Builder::new(scene, 0);
    builder.steps = std::mem::take(&mut kept.steps);
    builder.known = std::mem::take(&mut kept.known);
    let root = builder.expression(expression);
    (kept.steps, kept.known) = (builder.steps, builder.known);
    let mut open = vec![root?];
    let mut seen = vec![false; kept.steps.len()];
    let mut leaves = Vec::new();
    while let Some(next) = open.pop() {
        if std::mem::replace(&mut seen[next], true) {
            continue;
        }
        match &kept.steps[next].from {
            From::File(leaf) => leaves.push(leaf.clone()),
            other => open.extend(other.steps().iter().rev()),
        }
    }
    Ok(leaves)
}

/// The tree while it grows.
struct Builder<'a> {
    scene: Scene<'a>,
    model: &'a Model,
    projection: &'a Projection,
    seed: u64,
    steps: Vec<Step>,
    known: BTreeMap<String, usize>,
}

impl<'a> Builder<'a> {
    fn new(scene: Scene<'a>, seed: u64) -> Self {
        let Scene { model, projection, .. } = scene;
        Self { scene, model, projection, seed, steps: Vec::new(), known: BTreeMap::new() }
    }
}
