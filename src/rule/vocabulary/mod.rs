//! The words a rule may use, each registered together with its signature, one
//! sentence and an example.
//!
//! What stands here is all there is: the reference for policy writers is
//! generated from it, its examples run as tests, and an unknown word is found
//! before a rule runs. Functions take `(NativeCallContext, ...)` where they
//! need the place of the call.

mod figures;
mod lists;
mod operators;
mod outcome;
mod series;
mod testing;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rhai::{Engine, EvalAltResult, RhaiNativeFunc, Variant};

pub(super) use outcome::{NOT_GIVEN, Outcome};

use super::session::Session;

/// The result of a native function.
pub(super) type Answer<T> = Result<T, Box<EvalAltResult>>;

/// One word of the vocabulary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Under which heading of the reference it stands.
    pub chapter: &'static str,
    /// The word.
    pub name: &'static str,
    /// How it is written: `chance(figure, "above", figure)`.
    pub signature: &'static str,
    /// What it gives.
    pub gives: &'static str,
    /// What it does, in one or two sentences.
    pub summary: &'static str,
    /// Statements that show it; they run as a test. Empty where another word's
    /// example shows it.
    pub example: &'static str,
}

/// All words, and how many values each function takes.
#[derive(Clone, Debug, Default)]
pub struct Words {
    words: Vec<Word>,
    functions: BTreeMap<&'static str, BTreeSet<usize>>,
    properties: BTreeSet<&'static str>,
}

impl Words {
    /// In the order of the reference.
    pub fn all(&self) -> &[Word] {
        &self.words
    }

    /// Whether it is a function or method.
    pub(super) fn is_function(&self, name: &str) -> bool {
        self.functions.contains_key(name)
    }

    /// Whether the function takes this many values, the value before the point included.
    pub(super) fn takes(&self, name: &str, count: usize) -> bool {
        self.functions.get(name).is_some_and(|counts| counts.contains(&count))
    }

    /// Whether it is read with a point and no brackets.
    pub(super) fn is_property(&self, name: &str) -> bool {
        self.properties.contains(name)
    }

    /// Names of all functions.
    pub(super) fn functions(&self) -> impl Iterator<Item = &'static str> {
        self.functions.keys().copied()
    }

    /// Names of all properties.
    pub(super) fn properties(&self) -> impl Iterator<Item = &'static str> {
        self.properties.iter().copied()
    }

    /// How a function is written, all ways of it.
    pub(super) fn signatures(&self, name: &str) -> Option<String> {
        let found: Vec<&str> = self.words.iter().filter(|w| w.name == name).map(|w| w.signature).collect();
        (!found.is_empty()).then(|| found.join(" or "))
    }
}

/// Registers words with an engine and describes them.
pub(super) struct Book<'e> {
    pub engine: &'e mut Engine,
    pub session: Arc<Session>,
    words: Words,
    chapter: &'static str,
}

impl Book<'_> {
    /// Starts a chapter of the reference.
    fn chapter(&mut self, title: &'static str) {
        self.chapter = title;
    }

    fn describe(
        &mut self,
        name: &'static str,
        signature: &'static str,
        gives: &'static str,
        summary: &'static str,
        example: &'static str,
    ) {
        let chapter = self.chapter;
        self.words.words.push(Word { chapter, name, signature, gives, summary, example });
    }

    /// A function or method with its description.
    fn word<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool>(
        &mut self,
        name: &'static str,
        [signature, gives, summary, example]: [&'static str; 4],
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) {
        self.describe(name, signature, gives, summary, example);
        self.also(name, function);
    }

    /// The same word for other values.
    fn also<A: 'static, const N: usize, const X: bool, R: Variant + Clone, const F: bool>(
        &mut self,
        name: &'static str,
        function: impl RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
    ) {
        self.engine.register_fn(name, function);
        self.words.functions.entry(name).or_default().insert(N);
    }

    /// A property with its description.
    fn property<T: Variant + Clone, R: Variant + Clone>(
        &mut self,
        name: &'static str,
        [gives, summary, example]: [&'static str; 3],
        read: impl Fn(&mut T) -> Answer<R> + Send + Sync + 'static,
    ) {
        self.describe(name, name, gives, summary, example);
        self.also_property(name, read);
    }

    /// The same property of another kind of value.
    fn also_property<T: Variant + Clone, R: Variant + Clone>(
        &mut self,
        name: &'static str,
        read: impl Fn(&mut T) -> Answer<R> + Send + Sync + 'static,
    ) {
        self.engine.register_get(name, read);
        self.words.properties.insert(name);
    }
}

/// Registers everything.
pub(super) fn register(engine: &mut Engine, session: &Arc<Session>) -> Words {
    let mut book = Book { engine, session: session.clone(), words: Words::default(), chapter: "" };
    outcome::register(&mut book);
    figures::register(&mut book);
    series::register(&mut book);
    lists::register(&mut book);
    operators::register(&mut book);
    testing::register(&mut book);
    book.words
}
