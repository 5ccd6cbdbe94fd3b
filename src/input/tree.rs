//! A TOML file as a tree of nodes, each with its place and what was written.
//!
//! The only file that sees TOML types. A parser that stops at the first
//! mistake would make people mend their files one error at a time; here every
//! syntax error is reported, in plain words, and the rest is still read.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::syntax;
use super::text::Lines;
use crate::diagnostic::{Diagnostics, Place};

/// A value in a file.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) place: Place,
    /// The source text of the value; empty for a table with a header.
    pub(super) written: String,
    pub(super) value: Value,
}

/// What a node holds.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    /// Number, and whether it was written without a decimal mark.
    Number(f64, bool),
    Flag(bool),
    Date(String),
    List(Vec<Node>),
    Table(Vec<(Key, Node)>),
    /// A syntax error, reported.
    Broken,
}

/// A key in a file, in the order of the file.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub(super) name: String,
    pub(super) place: Place,
}

impl Node {
    /// What it is, with its article, for messages.
    pub(super) fn kind(&self) -> &'static str {
        match self.value {
            Value::Text(_) => "a text",
            Value::Number(..) => "a number",
            Value::Flag(_) => "true or false",
            Value::Date(_) => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Broken => "unreadable",
        }
    }

    /// A value of a table.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Table(entries) => entries.iter().find(|(k, _)| k.name == key).map(|(_, n)| n),
            _ => None,
        }
    }
}

/// Reads a file. The flag says whether its syntax was right; where it was not,
/// keys may be missing that stand in the file.
pub(super) fn parse(file: &str, text: &str, found: &mut Diagnostics) -> (Node, bool) {
    let lines = Lines::new(file, text);
    let root = |table: DeTable<'_>, at: usize| Node {
        place: Place::file(file),
        written: String::new(),
        value: Value::Table(entries(table, &lines, at)),
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return (root(table.into_inner(), 0), true);
    }
    // A bracket that is never closed swallows all that follows. So each table
    // is read on its own, and all are laid together.
    let mut whole = root(DeTable::new(), 0);
    for section in syntax::sections(text) {
        let at = section.start;
        let (table, errors) = DeTable::parse_recoverable(&text[section.clone()]);
        let errors =
            errors.iter().map(|e| (e.span().map_or(section.clone(), |s| s.start + at..s.end + at), e.message()));
        let named = syntax::report(errors.collect(), &section, &lines, found);
        // Without its header, nobody knows whose keys these are.
        if named {
            merge(&mut whole, root(table.into_inner(), at), found);
        }
    }
    if !found.has_errors() {
        // Two tables of one name: each is right on its own.
        let errors = errors.iter().map(|e| (e.span().unwrap_or(0..text.len()), e.message()));
        syntax::report(errors.collect(), &(0..text.len()), &lines, found);
    }
    (whole, false)
}

/// Lays the tables of one section over those before it.
fn merge(below: &mut Node, above: Node, found: &mut Diagnostics) {
    let (Value::Table(below), Value::Table(above)) = (&mut below.value, above.value) else {
        return;
    };
    for (key, node) in above {
        match below.iter_mut().find(|(k, _)| k.name == key.name) {
            Some((_, existing)) if matches!((&existing.value, &node.value), (Value::Table(_), Value::Table(_))) => {
                merge(existing, node, found)
            }
            Some(_) => syntax::twice(&key.place, found),
            None => below.push((key, node)),
        }
    }
}

/// The entries of a table; its spans begin at `at` in the file.
fn entries(table: DeTable<'_>, lines: &Lines<'_>, at: usize) -> Vec<(Key, Node)> {
    let mut all: Vec<(usize, Key, Node)> = table
        .into_iter()
        .map(|(key, value)| {
            let span = key.span().start + at..key.span().end + at;
            let key = Key { name: key.into_inner().into_owned(), place: lines.place(span.clone()) };
            (span.start, key, node(value, lines, at))
        })
        .collect();
    // The parser sorts by name; people read in the order of the file.
    all.sort_by_key(|(at, key, _)| (*at, key.name.clone()));
    all.into_iter().map(|(_, key, node)| (key, node)).collect()
}

fn node(value: Spanned<DeValue<'_>>, lines: &Lines<'_>, at: usize) -> Node {
    let span = value.span().start + at..value.span().end + at;
    let place = lines.place(span.clone());
    let written = lines.slice(span).to_owned();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => {
            let text = number.as_str().replace('_', "");
            #[allow(
                clippy::cast_precision_loss,
                reason = "a budget beyond 2^53 euros does not exist; checks on size follow"
            )]
            let exact = i64::from_str_radix(&text, number.radix()).ok().map(|n| n as f64);
            exact.or_else(|| text.parse().ok()).map_or(Value::Broken, |n| Value::Number(n, true))
        }
        // Too large for a float reads as infinite and is refused as such.
        DeValue::Float(number) => {
            number.as_str().replace('_', "").parse().map_or(Value::Broken, |n| Value::Number(n, false))
        }
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(list) => Value::List(list.into_iter().map(|v| node(v, lines, at)).collect()),
        DeValue::Table(table) => Value::Table(entries(table, lines, at)),
    };
    Node { place, written, value }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostic;

    fn read(text: &str) -> (Node, Vec<Diagnostic>) {
        let mut found = Diagnostics::default();
        let (node, _) = parse("base.toml", text, &mut found);
        (node, found.sorted())
    }

    #[test]
    fn keys_keep_the_order_of_the_file_and_know_their_place() {
        let (node, errors) = read("[cost.z]\nlabel = \"Z\"\n[cost.a]\nlabel = \"A\" # x\n");
        assert!(errors.is_empty());
        let Some(Value::Table(lines)) = node.get("cost").map(|n| n.value.clone()) else { panic!("a table") };
        assert_eq!(lines.iter().map(|(k, _)| k.name.as_str()).collect::<Vec<_>>(), ["z", "a"]);
        assert_eq!(lines[1].0.place, Place::new("base.toml", 3, 7, 1));
        let label = lines[1].1.get("label").expect("it stands there");
        assert_eq!((label.place.clone(), label.written.as_str()), (Place::new("base.toml", 4, 9, 3), "\"A\""));
    }

    #[test]
    fn every_syntax_error_is_reported_and_the_rest_is_read() {
        let (node, errors) = read("a = \nb = 1\nb = 2\nc = 2.5%\nd = 4\n");
        assert!(errors.len() >= 3, "{errors:?}");
        assert!(node.get("d").is_some());
    }

    #[test]
    fn numbers_out_of_range_are_infinite_not_a_panic() {
        let (node, errors) = read("a = 1e999\nb = 99999999999999999999999\nc = inf\n");
        assert!(errors.is_empty(), "{errors:?}");
        assert!(matches!(node.get("a").map(|n| &n.value), Some(Value::Number(n, false)) if n.is_infinite()));
        assert!(matches!(node.get("b").map(|n| &n.value), Some(Value::Number(n, true)) if *n > 9e22));
        assert!(matches!(node.get("c").map(|n| &n.value), Some(Value::Number(n, false)) if n.is_infinite()));
    }
}
