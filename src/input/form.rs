//! Checks a file against its form and types its values.
//!
//! Says everything that can be said about one file alone: unknown keys, values
//! of the wrong kind, percentages without their sign, ids with characters that
//! no address can hold. What depends on other files or on the base (missing
//! keys, references, years) comes later, when overlays are laid.

use super::item::{Content, Entry, Item, Order, Table};
use super::shape::{Names, PROVENANCE, Shape, TableShape, Test, is_provenance};
use super::tree::{Key, Node, Value};
use super::value::{self, Unread};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::model::Provenance;

/// Reads one file by its form.
pub(super) struct Form<'d> {
    pub(super) found: &'d mut Diagnostics,
    /// Whether `shift`, `scale` and `remove` may be said.
    pub(super) what_if: bool,
    /// 0 for the base, then counting overlays; orders what they add.
    pub(super) layer: usize,
}

impl Form<'_> {
    /// Types a whole file.
    pub(super) fn file(&mut self, root: &Node, shape: &'static TableShape) -> Table {
        let item = self.table(root, shape, "", &Provenance::default());
        match item.content {
            Content::Table(table) => table,
            _ => Table::default(),
        }
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Item {
        self.found.push(Diagnostic::error(code, place, message).help(help));
        Item::faulty(place)
    }

    pub(super) fn unread(&mut self, node: &Node, code: &'static str, wrong: Unread) -> Item {
        self.error(code, &node.place, wrong.why, wrong.help)
    }

    pub(super) fn wrong_type(&mut self, node: &Node, path: &str, takes: &str, help: &str) -> Item {
        let kind = match node.value {
            Value::Number(..) => shown(node),
            _ => node.kind().to_owned(),
        };
        let name = last(path);
        self.error("wrong-type", &node.place, format!("`{name}` takes {takes}, not {kind}"), help)
    }

    pub(super) fn item(&mut self, node: &Node, shape: &Shape, path: &str, inherited: &Provenance) -> Item {
        if matches!(node.value, Value::Broken) {
            return Item::faulty(&node.place);
        }
        match shape {
            Shape::Table(table) => return self.table(node, table, path, inherited),
            Shape::Map { names, of, removable } => return self.map(node, (*names, of, *removable), path, inherited),
            Shape::Series(kind) => return super::series::read(self, node, kind, path, inherited),
            _ => {}
        }
        // Any other value may be wrapped to say who says so; an assumption
        // reads its own wrapping.
        let assumption =
            matches!(shape, Shape::Choice(options) if options.iter().any(|(_, s)| matches!(s, Shape::Series(_))));
        if let (false, Value::Table(entries), Some(inner)) = (assumption, &node.value, node.get("value")) {
            let provenance = self.provenance(entries, path, inherited);
            for (key, _) in entries {
                if key.name != "value" && !is_provenance(&key.name) {
                    self.unknown_key(key, path, std::iter::once("value").chain(PROVENANCE.iter().map(|(k, _)| *k)));
                }
            }
            let inner_item = self.item(inner, shape, path, &provenance);
            return Item { provenance, ..inner_item };
        }
        if let Shape::Choice(options) = shape {
            return match options.iter().find(|(test, _)| fits(*test, node)) {
                Some((_, chosen)) => self.item(node, chosen, path, inherited),
                None => {
                    self.wrong_type(node, path, "another kind of value", "compare with the documentation of this key")
                }
            };
        }
        self.leaf(node, shape, path, inherited)
    }

    fn table(&mut self, node: &Node, shape: &'static TableShape, path: &str, inherited: &Provenance) -> Item {
        let Value::Table(entries) = &node.value else {
            let example = shape.fields.first().map_or("...", |f| f.name);
            return self.wrong_type(node, path, "a table", &format!("write it like {{ {example} = ... }}"));
        };
        let provenance = self.provenance(entries, path, inherited);
        let mut table = Table { shape: Some(shape), entries: Vec::new() };
        for (key, value) in entries {
            match shape.field(&key.name) {
                Some(field) => {
                    let item = self.item(value, &field.shape, &join(path, &key.name), &provenance);
                    table.entries.push(self.entry(key, item));
                }
                None if is_provenance(&key.name) && !path.is_empty() => {}
                None => self.unknown_field(key, shape, path),
            }
        }
        for (at, group) in shape.variants.iter().enumerate() {
            let first = entries.iter().find(|(k, _)| group.contains(&k.name.as_str()));
            let other = shape.variants[at + 1..].iter().flat_map(|g| g.iter());
            let other = other.filter_map(|name| entries.iter().find(|(k, _)| k.name == *name)).next();
            if let (Some((first, _)), Some((second, _))) = (first, other) {
                let later = if second.place > first.place { second } else { first };
                self.error(
                    "one-of",
                    &later.place,
                    format!("`{}` and `{}` exclude each other", first.name, second.name),
                    "keep one of the two",
                );
            }
        }
        Item { place: node.place.clone(), written: String::new(), provenance, content: Content::Table(table) }
    }

    fn map(
        &mut self,
        node: &Node,
        (names, of, removable): (Names, &Shape, bool),
        path: &str,
        inherited: &Provenance,
    ) -> Item {
        let Value::Table(entries) = &node.value else {
            return match last(path) {
                "domain" => self.wrong_type(
                    node,
                    path,
                    "a domain or shares of several",
                    "write \"wmo\", or { wmo = \"45%\", jeugd = \"55%\" }",
                ),
                "index" | "mix" => self.wrong_type(node, path, "weights", "write it like { ova = 1.0 }"),
                _ => self.wrong_type(node, path, "a table", "write it like { name = value }"),
            };
        };
        // Collections of items have no source of their own; small maps do.
        let sourced = matches!(names, Names::Reference | Names::Class | Names::Year);
        let provenance = if sourced { self.provenance(entries, path, inherited) } else { inherited.clone() };
        let mut table = Table::default();
        for (key, value) in entries {
            if sourced && is_provenance(&key.name) {
                continue;
            }
            if !self.key_fits(key, names) {
                continue;
            }
            let path = join(path, &key.name);
            let item = match value.get("remove") {
                Some(remove) if self.what_if && !matches!(of, Shape::Scalar) => {
                    self.removal(value, remove, removable, &path)
                }
                _ => self.item(value, of, &path, &provenance),
            };
            table.entries.push(self.entry(key, item));
        }
        Item { place: node.place.clone(), written: node.written.clone(), provenance, content: Content::Table(table) }
    }

    fn removal(&mut self, node: &Node, remove: &Node, removable: bool, path: &str) -> Item {
        match &remove.value {
            _ if !removable => self.error(
                "not-removable",
                &remove.place,
                format!("`{path}` cannot be removed"),
                "a what-if takes out measures, flows and risks; set other values to 0 instead",
            ),
            Value::Flag(true) if matches!(&node.value, Value::Table(entries) if entries.iter().all(|(k, _)| k.name == "remove" || is_provenance(&k.name))) => {
                Item {
                    place: remove.place.clone(),
                    written: "remove".to_owned(),
                    provenance: Provenance::default(),
                    content: Content::Removed,
                }
            }
            Value::Flag(true) => self.error(
                "removed-and-changed",
                &remove.place,
                format!("`{path}` is removed and changed at once"),
                "keep `remove = true` alone, or leave it out",
            ),
            _ => self.error(
                "wrong-type",
                &remove.place,
                "`remove` takes true",
                "write remove = true, or leave the whole item out",
            ),
        }
    }

    fn key_fits(&mut self, key: &Key, names: Names) -> bool {
        let name = key.name.as_str();
        match names {
            Names::Free | Names::Reference => true,
            Names::Id if !is_id(name) => {
                self.error(
                    "bad-id",
                    &key.place,
                    format!("`{name}` cannot be a name"),
                    "use letters a to z, digits, hyphens and underscores, beginning with a letter: an address or a figure must be able to hold it",
                );
                false
            }
            Names::Id if name == "total" => {
                self.error("reserved-id", &key.place, "`total` stands for the sum of all lines", "choose another name");
                false
            }
            Names::Id => true,
            Names::Year if value::year_key(name).is_some_and(|y| value::is_year(f64::from(y))) => true,
            Names::Year => {
                self.error("not-a-year", &key.place, format!("`{name}` is no year"), "write a year such as 2024");
                false
            }
            Names::Class if name.parse::<u32>().is_ok_and(|n| (1..=99).contains(&n) && n.to_string() == name) => true,
            Names::Class => {
                self.error(
                    "not-a-class",
                    &key.place,
                    format!("`{name}` is no class"),
                    "classes are numbers from 1 upwards",
                );
                false
            }
        }
    }

    fn entry(&self, key: &Key, item: Item) -> Entry {
        let order: Order = (self.layer, key.place.line, key.place.column);
        Entry { name: key.name.clone(), place: key.place.clone(), order, item }
    }

    /// Who says so, of a table's own keys; what it leaves open comes from the
    /// table around it, unless it has a source or note of its own.
    pub(super) fn provenance(&mut self, entries: &[(Key, Node)], path: &str, inherited: &Provenance) -> Provenance {
        let mut own = Provenance::default();
        for (key, node) in entries {
            let slot = match key.name.as_str() {
                "source" => &mut own.source,
                "note" => &mut own.note,
                "date" => &mut own.date,
                "valid_until" => &mut own.valid_until,
                "owner" => &mut own.owner,
                _ => continue,
            };
            if path.is_empty() {
                continue;
            }
            let shape = if matches!(key.name.as_str(), "date" | "valid_until") { Shape::Date } else { Shape::Text };
            // A risk's owner and a report's date are read as fields as well:
            // the same message twice is kept once.
            *slot =
                self.leaf(node, &shape, &join(path, &key.name), &Provenance::default()).as_text().map(str::to_owned);
        }
        if own.is_empty() {
            own.source.clone_from(&inherited.source);
            own.note.clone_from(&inherited.note);
            own.date = own.date.or_else(|| inherited.date.clone());
            own.valid_until = own.valid_until.or_else(|| inherited.valid_until.clone());
            own.owner = own.owner.or_else(|| inherited.owner.clone());
        }
        own
    }

    pub(super) fn unknown_key<'k>(&mut self, key: &Key, path: &str, known: impl Iterator<Item = &'k str>) {
        let known: Vec<&str> = known.collect();
        let help = match nearest(&key.name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known here are {}", ticked(known.iter().copied())),
        };
        self.error("unknown-key", &key.place, unknown(&key.name, path), help);
    }

    fn unknown_field(&mut self, key: &Key, shape: &'static TableShape, path: &str) {
        let name = key.name.as_str();
        let inner = shape.fields.iter().find(|f| matches!(f.shape, Shape::Table(t) if t.field(name).is_some()));
        let relative = ["shift", "scale", "remove"].contains(&name);
        match inner {
            Some(home) => {
                let help = format!("`{name}` belongs in `{}`: {} = {{ {name} = ... }}", home.name, home.name);
                self.error("unknown-key", &key.place, unknown(name, path), help);
            }
            None if relative => {
                let help = if self.what_if {
                    "it goes with a value, such as rate = { shift = \"+1pp\" }"
                } else {
                    "only a what-if can say this"
                };
                self.error("unknown-key", &key.place, unknown(name, path), help);
            }
            None => {
                let provenance = if path.is_empty() { &PROVENANCE[..0] } else { &PROVENANCE[..] };
                self.unknown_key(
                    key,
                    path,
                    shape.fields.iter().map(|f| f.name).chain(provenance.iter().map(|(k, _)| *k)),
                );
            }
        }
    }
}

/// Whether a number can be an amount, a count or a weight.
pub(super) fn fits_in(number: f64) -> bool {
    number.abs() <= value::LARGEST
}

fn unknown(name: &str, path: &str) -> String {
    if path.is_empty() { format!("unknown key `{name}`") } else { format!("unknown key `{name}` in `{path}`") }
}

fn fits(test: Test, node: &Node) -> bool {
    match (test, &node.value) {
        (Test::Any, _)
        | (Test::Number, Value::Number(..))
        | (Test::Text, Value::Text(_))
        | (Test::Table, Value::Table(_)) => true,
        (Test::Exactly(word), Value::Text(text)) => text == word,
        (Test::With(keys), Value::Table(_)) => keys.iter().any(|k| node.get(k).is_some()),
        _ => false,
    }
}

/// Whether a name can be an id: it stands in addresses (`cost.ID.level`), in
/// figures (`cost(ID, 2029)`) and in figures.csv, and is no taakveld code.
pub(super) fn is_id(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// A value as people see it in a message: without its quotes.
pub(super) fn shown(node: &Node) -> String {
    match &node.value {
        Value::Text(text) => text.trim().to_owned(),
        _ => node.written.trim().to_owned(),
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

pub(super) fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn ticked<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
}

pub(super) fn quoted<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", ")
}
