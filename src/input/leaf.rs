//! Single values: a text, a number, a percentage, an amount, a date, a word.

use super::form::{Form, fits_in, last, quoted, shown};
use super::item::{Content, Item, Money};
use super::shape::Shape;
use super::tree::{Node, Value};
use super::value;
use crate::diagnostic::{Place, nearest};
use crate::model::Provenance;

impl Form<'_> {
    pub(super) fn leaf(&mut self, node: &Node, shape: &Shape, path: &str, inherited: &Provenance) -> Item {
        let content = match (shape, &node.value) {
            (Shape::Text, Value::Text(text)) if text.trim().is_empty() => {
                return self.error(
                    "empty-text",
                    &node.place,
                    format!("`{}` is empty", last(path)),
                    "fill it in, or leave the key out",
                );
            }
            (Shape::Text | Shape::Scalar, Value::Text(text)) => Content::Text(text.clone()),
            (Shape::Text, _) if last(path) == "taakveld" || path.ends_with("domain") || path.ends_with("code") => {
                return self.wrong_type(node, path, "a text", "put it in quotes, such as \"6.75\"");
            }
            (Shape::Text, _) => {
                return self.wrong_type(node, path, "a text", "put the text in quotes");
            }
            (Shape::Flag | Shape::Scalar, Value::Flag(flag)) => Content::Flag(*flag),
            (Shape::Flag, _) => {
                return self.wrong_type(node, path, "true or false", "write true or false, without quotes");
            }
            (Shape::Number | Shape::Weight | Shape::Money | Shape::Scalar, Value::Number(n, _)) if !fits_in(*n) => {
                return self.not_finite(node);
            }
            (Shape::Number | Shape::Weight | Shape::Scalar, Value::Number(n, _)) => Content::Number(*n),
            (Shape::Number, _) => {
                return self.wrong_type(node, path, "a number", "write a number without quotes, such as 1.8");
            }
            (Shape::Scalar, _) => {
                return self.wrong_type(node, path, "a number, a text, or true or false", "write one value");
            }
            (Shape::Whole, Value::Number(n, _)) if n.fract() == 0.0 && (0.0..=1e9).contains(n) => Content::Number(*n),
            (Shape::Whole, Value::Number(n, _)) if path.ends_with("chance") => {
                return self.unread(node, "bare-rate", value::bare_rate(*n));
            }
            (Shape::Whole, _) => {
                return self.wrong_type(
                    node,
                    path,
                    "a whole number, 0 or more",
                    "write a number such as 2, without quotes",
                );
            }
            (Shape::Year, Value::Number(n, true)) if value::is_year(*n) => Content::Number(*n),
            (Shape::Year, _) => {
                return self.error(
                    "not-a-year",
                    &node.place,
                    format!("`{}` is no year", shown(node)),
                    "write a year such as 2027, without quotes",
                );
            }
            (Shape::Date, Value::Date(date) | Value::Text(date)) if value::is_date(date) => Content::Text(date.clone()),
            (Shape::Date, _) => {
                return self.error(
                    "not-a-date",
                    &node.place,
                    format!("`{}` is no date", shown(node)),
                    "write it like 2026-11-05",
                );
            }
            (Shape::Percent | Shape::Weight, Value::Text(text)) => match value::rate(text) {
                Ok(rate) => Content::Number(rate),
                Err(wrong) => return self.unread(node, "not-a-rate", wrong),
            },
            (Shape::Percent, Value::Number(n, _)) if n.is_finite() => {
                return self.unread(node, "bare-rate", value::bare_rate(*n));
            }
            (Shape::Percent, _) => {
                return self.wrong_type(node, path, "a percentage", "write it in quotes, such as \"2.5%\"");
            }
            (Shape::Weight, _) => {
                return self.wrong_type(node, path, "a weight", "write a number from 0 to 1, such as 0.9");
            }
            (Shape::Money, Value::Number(n, _)) => Content::Money(Money { amount: *n, euros: false }),
            (Shape::Money, Value::Text(text)) => match value::euros(text) {
                Ok(amount) => Content::Money(Money { amount, euros: true }),
                Err(wrong) => return self.unread(node, "not-an-amount", wrong),
            },
            (Shape::Money, _) => {
                return self.wrong_type(node, path, "an amount", "write a number, or a text such as \"€ 1.506.000\"");
            }
            (Shape::Word(words), Value::Text(text)) if words.contains(&text.as_str()) => Content::Text(text.clone()),
            (Shape::Word(words), Value::Text(text)) => {
                return self.unknown_word(&node.place, last(path), text, words);
            }
            (Shape::Word(words), _) => {
                return self.wrong_type(
                    node,
                    path,
                    "a text",
                    &format!("write one of {}", quoted(words.iter().copied())),
                );
            }
            (Shape::List(of), Value::List(list)) => {
                let items = list.iter().map(|n| self.item(n, of, path, inherited)).collect();
                Content::List(items)
            }
            (Shape::List(_), _) => {
                return self.wrong_type(
                    node,
                    path,
                    "a list",
                    &format!("write it between square brackets: [{}]", shown(node)),
                );
            }
            // Table, Map, Series and Choice never come here.
            _ => return Item::faulty(&node.place),
        };
        Item { place: node.place.clone(), written: shown(node), provenance: inherited.clone(), content }
    }

    pub(super) fn not_finite(&mut self, node: &Node) -> Item {
        let why = if matches!(node.value, Value::Number(n, _) if n.is_finite()) {
            "is too large a number"
        } else {
            "is not a finite number"
        };
        self.error("not-finite", &node.place, format!("`{}` {why}", shown(node)), "write an ordinary number")
    }

    fn unknown_word(&mut self, place: &Place, name: &str, text: &str, words: &[&'static str]) -> Item {
        let help = match nearest(text, words.iter().copied()) {
            Some(near) => format!("did you mean \"{near}\"? Known are {}", quoted(words.iter().copied())),
            None => format!("write one of {}", quoted(words.iter().copied())),
        };
        self.error("unknown-word", place, format!("`{name}` cannot be \"{text}\""), help)
    }
}
