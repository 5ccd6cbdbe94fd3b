//! What one engine remembers while a rule runs: the limits, the figures that
//! stand in its texts, the comparisons it made.
//!
//! Rhai hands native functions no state of ours, so every engine has one
//! session that its functions share. It is reset before each call; an engine
//! and its session live on one thread.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering as Atomic};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rhai::{Dynamic, Position};

use super::figure::{Fault, Figure, Meter};
use super::finding::{RichText, Segment};
use super::head::Head;
use crate::dutch::Quantity;

/// Operations that one call may take.
pub(super) const MAX_OPERATIONS: u64 = 200_000;
/// Wall time that one call may take: a net far above the operations.
const MAX_TIME: Duration = Duration::from_secs(2);
/// How many comparisons are remembered.
const MAX_COMPARISONS: usize = 1_000;

/// Opens the mark of a figure in a string.
pub(super) const OPEN: char = '\u{E000}';
/// Closes it.
pub(super) const CLOSE: char = '\u{E001}';

/// A comparison of two figures, as an operator made it.
#[derive(Clone, Debug)]
pub(super) struct Comparison {
    /// Where the operator stands.
    pub position: Position,
    /// What is compared, as expressions.
    pub left: String,
    /// With what.
    pub right: String,
    /// Left less right.
    pub margin: f64,
    /// The larger of both, to compare margins with.
    pub size: f64,
    /// The side that the rule sets: a parameter or a number of its own where one side is.
    pub border: f64,
    /// That side as an expression.
    pub border_formula: String,
    /// Whether one side is a parameter of the rule.
    pub by_parameter: bool,
    /// In which unit.
    pub unit: Quantity,
}

impl Comparison {
    /// What is remembered of comparing two figures that are each one number.
    pub fn of(position: Position, x: &Figure, y: &Figure) -> Self {
        let (left, right) = (x.mean_value(), y.mean_value());
        let own = |f: &Figure| !f.is_projected();
        Self {
            position,
            left: x.formula().to_owned(),
            right: y.formula().to_owned(),
            margin: left - right,
            size: left.abs().max(right.abs()),
            border: if own(x) && !own(y) { left } else { right },
            border_formula: if own(x) && !own(y) { x.formula() } else { y.formula() }.to_owned(),
            by_parameter: [x, y].iter().any(|f| f.formula().starts_with("parameter(")),
            unit: x.unit(),
        }
    }
}

#[derive(Default)]
struct State {
    /// A fault where Rhai lets a function report none (inside a text).
    fault: Option<(Fault, Position)>,
    /// The figures of marks, by their number.
    figures: Vec<Figure>,
    comparisons: Vec<Comparison>,
    /// The rule that runs.
    head: Option<Arc<Head>>,
    /// Until when it may run.
    deadline: Option<Instant>,
    /// Figures of the outcome that were read, so that each is made once.
    read: BTreeMap<String, Figure>,
    /// Whether the rule asked for the year in focus.
    asked_year: bool,
    /// What the municipality did not give, in Dutch, where the rule stopped at it.
    not_given: Option<String>,
}

/// Shared by the functions of one engine.
#[derive(Default)]
pub(super) struct Session {
    meter: Arc<Meter>,
    state: Mutex<State>,
    faulty: AtomicBool,
    ticks: AtomicU64,
}

impl Session {
    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held leaves nothing half done: all is plain data.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a call of a function of a rule.
    pub fn begin(&self, head: Option<Arc<Head>>) {
        self.meter.reset();
        self.faulty.store(false, Atomic::Relaxed);
        self.ticks.store(0, Atomic::Relaxed);
        let mut state = self.state();
        state.fault = None;
        state.figures.clear();
        state.comparisons.clear();
        state.asked_year = false;
        state.not_given = None;
        state.head = head;
        state.deadline = Instant::now().checked_add(MAX_TIME);
    }

    /// Remembers what the municipality did not give.
    pub fn note_not_given(&self, reason: String) {
        self.state().not_given = Some(reason);
    }

    /// What the municipality did not give, in Dutch.
    pub fn take_not_given(&self) -> Option<String> {
        self.state().not_given.take()
    }

    /// Forgets the figures that were read of an outcome.
    pub fn forget_figures(&self) {
        self.state().read.clear();
    }

    /// What figures cost.
    pub fn meter(&self) -> &Arc<Meter> {
        &self.meter
    }

    /// The rule that runs.
    pub fn head(&self) -> Option<Arc<Head>> {
        self.state().head.clone()
    }

    /// Called before every operation; a value stops the run.
    pub fn tick(&self) -> Option<Dynamic> {
        self.meter.charge(1);
        if self.faulty.load(Atomic::Relaxed) {
            return Some(Dynamic::UNIT);
        }
        if self.meter.operations() > MAX_OPERATIONS {
            return Some(Dynamic::from(
                Fault::new("limit-operations", "the rule takes more than 200,000 operations")
                    .help("look for a loop that never ends, or that goes over too much"),
            ));
        }
        // The clock is looked at now and then: it only guards against what the
        // count of operations does not see.
        if self.ticks.fetch_add(1, Atomic::Relaxed) % 64 == 63 && self.is_late() {
            return Some(Dynamic::from(Fault::new("limit-time", "the rule takes more than 2 seconds")));
        }
        None
    }

    fn is_late(&self) -> bool {
        self.state().deadline.is_some_and(|d| Instant::now() > d)
    }

    /// Reports a fault from where Rhai swallows errors; the run stops at the
    /// next operation.
    pub fn report(&self, fault: Fault, position: Position) {
        let mut state = self.state();
        if state.fault.is_none() {
            state.fault = Some((fault, position));
        }
        self.faulty.store(true, Atomic::Relaxed);
    }

    /// The fault that was reported, if any.
    pub fn take_fault(&self) -> Option<(Fault, Position)> {
        self.faulty.store(false, Atomic::Relaxed);
        self.state().fault.take()
    }

    /// Remembers a figure for a text and gives its mark.
    pub fn mark(&self, figure: Figure) -> String {
        let mut state = self.state();
        state.figures.push(figure);
        format!("{OPEN}{}{CLOSE}", state.figures.len() - 1)
    }

    /// A text as a person reads it.
    pub fn render(&self, text: &str) -> String {
        if !text.contains(OPEN) {
            return text.to_owned();
        }
        let state = self.state();
        pieces(text)
            .map(|piece| match piece {
                Ok(words) => words.to_owned(),
                Err(number) => state.figures.get(number).map_or_else(String::new, Figure::printed),
            })
            .collect()
    }

    /// A text with its figures, which `add` files as evidence.
    ///
    /// # Errors
    /// A mark that was cut in two.
    pub fn rich(&self, text: &str, mut add: impl FnMut(&Figure) -> usize) -> Result<RichText, Fault> {
        let cut = || Fault::new("cut-figure", "the text was cut in the middle of a figure");
        let mut segments = Vec::new();
        let figures: Vec<Figure> = self.state().figures.clone();
        for piece in pieces(text) {
            match piece {
                Ok(words) if words.contains([OPEN, CLOSE]) => return Err(cut()),
                Ok("") => {}
                Ok(words) => segments.push(Segment::Plain(words.to_owned())),
                Err(number) => {
                    let figure = figures.get(number).ok_or_else(cut)?;
                    segments.push(Segment::Figure { printed: figure.printed(), evidence: add(figure) });
                }
            }
        }
        Ok(RichText { segments })
    }

    /// Remembers a comparison.
    pub fn compared(&self, comparison: Comparison) {
        let mut state = self.state();
        if state.comparisons.len() < MAX_COMPARISONS {
            state.comparisons.push(comparison);
        }
    }

    /// The comparisons of this call, in order.
    pub fn take_comparisons(&self) -> Vec<Comparison> {
        std::mem::take(&mut self.state().comparisons)
    }

    /// A figure that was read before.
    pub fn known(&self, address: &str) -> Option<Figure> {
        self.state().read.get(address).cloned()
    }

    /// Remembers a figure of the outcome.
    pub fn know(&self, address: &str, figure: &Figure) {
        self.state().read.insert(address.to_owned(), figure.clone());
    }

    /// Notes that the rule asked for the year in focus.
    pub fn note_year(&self) {
        self.state().asked_year = true;
    }

    /// Whether it did.
    pub fn asked_year(&self) -> bool {
        self.state().asked_year
    }
}

/// Words as `Ok`, the numbers of marks as `Err`, in order. A broken mark stays
/// in the words.
fn pieces(text: &str) -> impl Iterator<Item = Result<&str, usize>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(OPEN) {
        let after = &rest[start + OPEN.len_utf8()..];
        let number = after.find(CLOSE).and_then(|end| after[..end].parse::<usize>().ok().map(|n| (n, end)));
        match number {
            Some((number, end)) => {
                found.push(Ok(&rest[..start]));
                found.push(Err(number));
                rest = &after[end + CLOSE.len_utf8()..];
            }
            None => break,
        }
    }
    found.push(Ok(rest));
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_renders_its_figures_and_keeps_its_words() {
        let session = Session::default();
        let mark = session.mark(Figure::literal(6_000.0, Quantity::Euro).expect("finite"));
        let text = format!("Het kost {mark} meer.");
        assert_eq!(session.render(&text), "Het kost € 6.000 meer.");
        let rich = session.rich(&text, |_| 0).expect("whole");
        assert_eq!(rich.plain(), "Het kost € 6.000 meer.");
        assert_eq!(rich.segments.len(), 3);
    }

    #[test]
    fn a_cut_mark_is_an_error_and_never_a_panic() {
        let session = Session::default();
        for text in ["a \u{E000}0 b", "\u{E000}7\u{E001}", "\u{E001}", "\u{E000}x\u{E001}"] {
            assert!(session.rich(text, |_| 0).is_err(), "{text:?}");
            session.render(text);
        }
    }
}
