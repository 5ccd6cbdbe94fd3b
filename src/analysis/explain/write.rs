//! The tree as text: a figure, its formula in names and in numbers, and under
//! it what that rests on, down to file and line.

use std::collections::BTreeSet;

use super::term::{Named, Term, written};
use super::{Explanation, From, Step};

/// A sum of more steps than this is not written out: the steps stand below it.
const LONGEST: usize = 8;

impl Explanation {
    /// The tree as text, no deeper than `depth` levels under the figure asked,
    /// and where a width is given in lines that fit it: what goes over a line
    /// stays in its branch.
    pub fn text(&self, depth: Option<usize>, width: Option<usize>) -> String {
        let mut out = String::new();
        let root = self.steps.len() - 1;
        self.write(root, &mut Writing { out: &mut out, seen: BTreeSet::new(), depth, width }, "", "", 0);
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
                w.line(lead, indent, &format!("{} = {value}{spread}  [{}]{source}", step.name, leaf.place));
                return;
            }
            From::Given { why, place } => {
                let place = place.as_ref().map_or_else(String::new, |p| format!(" [{p}]"));
                w.line(lead, indent, &format!("{} = {value}  ({why}){place}", step.name));
                return;
            }
            _ if known => {
                w.line(lead, indent, &format!("{} = {value}  (see above)", step.name));
                return;
            }
            From::Steps { term, of } => {
                w.line(lead, indent, &format!("{} = {value}", step.name));
                match term {
                    // The same under another name needs no formula.
                    Term::Step(0) if of.len() == 1 => {}
                    Term::Sum(terms) if terms.len() > LONGEST => {
                        w.line(indent, indent, &format!("  = the sum of the {} below", terms.len()));
                    }
                    _ => {
                        if let Some((words, numbers)) = self.formula(step) {
                            w.line(indent, indent, &format!("  = {words}"));
                            w.line(indent, indent, &format!("  = {numbers}"));
                        }
                    }
                }
            }
            From::Draws { what, draws, seed, .. } => {
                let of = match *draws {
                    0 => "no draws were made".to_owned(),
                    1 => format!("1 draw, seed {seed}: the same files and seed give it again"),
                    n => format!("{n} draws, seed {seed}: the same files, draws and seed give it again"),
                };
                w.line(lead, indent, &format!("{} = {value}", step.name));
                w.line(indent, indent, &format!("  = {what} ({of})"));
                w.line(indent, indent, "  without uncertainty it rests on, and uncertain are:");
            }
        }
        let of = step.from.steps();
        if w.depth.is_some_and(|d| level >= d) {
            let steps = if of.len() == 1 { "1 step".to_owned() } else { format!("{} steps", of.len()) };
            w.line(indent, indent, &format!("  ... {steps} below"));
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
    width: Option<usize>,
}

impl Writing<'_> {
    /// One line of the tree, over more lines where it does not fit: those after
    /// the first stand a little further in than the text, behind the trunk.
    fn line(&mut self, lead: &str, trunk: &str, text: &str) {
        /// However deep the tree, this much of a line is text.
        const LEAST: usize = 24;
        let count = |t: &str| t.chars().count();
        self.out.push_str(lead);
        let deeper = 4 + count(text) - count(text.trim_start());
        let Some(width) = self.width else {
            self.out.push_str(text);
            self.out.push('\n');
            return;
        };
        let mut room = width.saturating_sub(count(lead)).max(LEAST);
        let mut used = 0;
        let mut words: Vec<&str> = Vec::new();
        let mut from = 0;
        for (at, space) in text.match_indices(' ') {
            // An amount stays with its sign of the euro.
            if !text[from..at].ends_with('€') {
                words.push(&text[from..at + space.len()]);
                from = at + space.len();
            }
        }
        words.push(&text[from..]);
        for word in words {
            let length = count(word.trim_end());
            if used > 0 && used + length > room {
                let kept = self.out.trim_end_matches(' ').len();
                self.out.truncate(kept);
                self.out.push('\n');
                self.out.push_str(trunk);
                self.out.push_str(&" ".repeat(deeper));
                room = width.saturating_sub(count(trunk) + deeper).max(LEAST);
                used = 0;
            }
            self.out.push_str(word);
            used += count(word);
        }
        self.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(width: Option<usize>, lead: &str, trunk: &str, text: &str) -> String {
        let mut out = String::new();
        Writing { out: &mut out, seen: BTreeSet::new(), depth: None, width }.line(lead, trunk, text);
        out
    }

    #[test]
    fn what_goes_over_a_line_stays_in_its_branch() {
        let text = "cost.a.level = 5%  [base.toml:3:9] (a source of some length)";
        assert_eq!(
            lines(Some(36), "│  ├─ ", "│  │  ", text),
            "│  ├─ cost.a.level = 5%\n\
             │  │      [base.toml:3:9] (a source\n\
             │  │      of some length)\n"
        );
        // A formula begins further in, and so does what follows.
        assert_eq!(
            lines(Some(24), "", "", "  = first(a, 2027) + second(b, 2027)"),
            "  = first(a, 2027) +\n      second(b, 2027)\n"
        );
    }

    #[test]
    fn an_amount_stays_with_its_sign_of_the_euro() {
        // "cost = € 12.530.000,00" is 22 wide.
        assert_eq!(lines(Some(26), "", "", "cost of it = € 12.530.000,00"), "cost of it =\n    € 12.530.000,00\n");
    }

    #[test]
    fn without_a_width_a_line_is_a_line() {
        let text = "x ".repeat(200);
        assert_eq!(lines(None, "├─ ", "│  ", &text), format!("├─ {text}\n"));
    }

    #[test]
    fn a_tree_deeper_than_the_terminal_is_wide_is_still_written() {
        let trunk = "│  ".repeat(30);
        let text = lines(Some(40), &trunk, &trunk, "one two three four five six seven eight nine ten");
        assert!(text.lines().count() > 1 && text.lines().all(|l| l.starts_with(&trunk)), "{text}");
    }
}
