//! The tree as text: a figure, its formula in names and in numbers, and under
//! it what that rests on, down to file and line.

use std::collections::BTreeSet;

use super::term::{Named, Term, written};
use super::{Explanation, From, Step};

/// A sum of more steps than this is not written out: the steps stand below it.
const LONGEST: usize = 8;

impl Explanation {
    /// The tree as text, no deeper than `depth` levels under the figure asked.
    pub fn text(&self, depth: Option<usize>) -> String {
        let mut out = String::new();
        let root = self.steps.len() - 1;
        self.write(root, &mut Writing { out: &mut out, seen: BTreeSet::new(), depth }, "", "", 0);
        out
    }

    /// The value of a step as written in the tree.
    pub fn written(step: &Step) -> String {
        written(step.value, step.unit)
    }

    /// The formula of a step in names and in numbers; none for a leaf.
    pub fn formula(&self, step: &Step) -> Option<(String, String)> {
        let From::Steps { term, of } = &step.from else { return None };
        let named: Vec<Named<'_>> =
            of.iter().map(|i| &self.steps[*i]).map(|s| Named { name: &s.name, value: s.value, unit: s.unit }).collect();
        Some((term.in_words(&named), term.in_numbers(&named)))
    }

    fn write(&self, at: usize, w: &mut Writing<'_>, lead: &str, indent: &str, level: usize) {
        let step = &self.steps[at];
        let value = Self::written(step);
        let known = !w.seen.insert(step.name.clone());
        match &step.from {
            From::File(leaf) => {
                let source = leaf.source.as_deref().map_or_else(String::new, |s| format!(" ({s})"));
                let spread = leaf.spread.as_deref().map_or_else(String::new, |s| format!(", {s}"));
                w.out.push_str(&format!("{lead}{} = {value}{spread}  [{}]{source}\n", step.name, leaf.place));
                return;
            }
            From::Given { why, place } => {
                let place = place.as_ref().map_or_else(String::new, |p| format!(" [{p}]"));
                w.out.push_str(&format!("{lead}{} = {value}  ({why}){place}\n", step.name));
                return;
            }
            _ if known => {
                w.out.push_str(&format!("{lead}{} = {value}  (see above)\n", step.name));
                return;
            }
            From::Steps { term, of } => {
                w.out.push_str(&format!("{lead}{} = {value}\n", step.name));
                match term {
                    // The same under another name needs no formula.
                    Term::Step(0) if of.len() == 1 => {}
                    Term::Sum(terms) if terms.len() > LONGEST => {
                        w.out.push_str(&format!("{indent}  = the sum of the {} below\n", terms.len()));
                    }
                    _ => {
                        if let Some((words, numbers)) = self.formula(step) {
                            w.out.push_str(&format!("{indent}  = {words}\n{indent}  = {numbers}\n"));
                        }
                    }
                }
            }
            From::Draws { what, draws, seed, .. } => {
                let of = match *draws {
                    0 => "no draws were made".to_owned(),
                    n => format!("{n} draws, seed {seed}: the same files, draws and seed give it again"),
                };
                w.out.push_str(&format!("{lead}{} = {value}\n{indent}  = {what} ({of})\n", step.name));
                w.out.push_str(&format!("{indent}  without uncertainty it rests on, and uncertain are:\n"));
            }
        }
        let of = step.from.steps();
        if w.depth.is_some_and(|d| level >= d) {
            w.out.push_str(&format!("{indent}  ... {} steps below\n", of.len()));
            return;
        }
        for (n, under) in of.iter().enumerate() {
            let last = n + 1 == of.len();
            let (branch, trunk) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.write(*under, w, &format!("{indent}{branch}"), &format!("{indent}{trunk}"), level + 1);
        }
    }
}

struct Writing<'a> {
    out: &'a mut String,
    seen: BTreeSet<String>,
    depth: Option<usize>,
}
