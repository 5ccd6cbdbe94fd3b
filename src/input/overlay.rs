//! Lays a what-if over what it extends.
//!
//! Works on typed tables, before anything is computed: the result goes through
//! the same builder and the same checks as the base. An assumption keeps all
//! its layers, so that "one point more on whatever the base says" stays what
//! it is until base year and horizon are known.

use std::collections::BTreeSet;

use super::form::join;
use super::item::{Content, Entry, Item, Table};
use super::shape::Shape;
use crate::diagnostic::{Diagnostic, Diagnostics, nearest};
use crate::model::Change;

/// A base with overlays laid over it.
#[derive(Clone, Default)]
pub(super) struct Merged {
    pub(super) root: Table,
    /// Addresses of what was taken out: references to them go with them.
    pub(super) removed: BTreeSet<String>,
    /// What the last overlay states.
    pub(super) changes: Vec<Change>,
    /// How many overlays lie over the base.
    pub(super) depth: usize,
}

/// Keys of a what-if that are about itself.
const OWN: [&str; 5] = ["schema", "extends", "title", "question", "every"];

/// Keys that say what the figures are: a what-if that changed them would be
/// another municipality, not another future.
const FIXED: [&str; 5] = ["name", "code", "base_year", "base", "amount_unit"];

/// Domains that need no table of their own.
pub(super) const DOMAINS: [(&str, &str); 4] =
    [("wmo", "Wmo"), ("jeugd", "Jeugd"), ("participatie", "Participatie"), ("algemeen", "Algemeen")];

struct Overlay<'d> {
    merged: Merged,
    found: &'d mut Diagnostics,
    /// Whether a pattern is being applied.
    every: bool,
}

/// Lays `patch` over `parent`.
pub(super) fn lay(parent: &Merged, patch: &Table, found: &mut Diagnostics) -> Merged {
    let merged = Merged { changes: Vec::new(), depth: parent.depth + 1, ..parent.clone() };
    let mut overlay = Overlay { merged, found, every: true };
    for kind in patch.items("every") {
        for pattern in kind.item.as_table().into_iter().flat_map(|t| t.entries.iter()) {
            overlay.pattern(&kind.name, pattern);
        }
    }
    overlay.every = false;
    let mut root = std::mem::take(&mut overlay.merged.root);
    for entry in patch.entries.iter().filter(|e| !OWN.contains(&e.name.as_str())) {
        if collection(&entry.name) {
            overlay.collection(&mut root, entry);
        } else {
            overlay.entry(&mut root, entry, "");
        }
    }
    overlay.merged.root = root;
    overlay.merged
}

/// Whether a top-level key holds items under their ids.
fn collection(name: &str) -> bool {
    let field = super::keys::BASE.field(name);
    field.is_some_and(|f| matches!(f.shape, Shape::Map { of: Shape::Table(_), .. }))
}

/// The key that a new item must state; an item without it is a misspelt name.
fn identity(collection: &str) -> &'static str {
    match collection {
        "flow" => "from",
        "measure" => "line",
        "risk" => "title",
        "correlation" => "between",
        _ => "label",
    }
}

/// What an item of a collection is called.
pub(super) fn noun(collection: &str) -> &str {
    match collection {
        "cost" => "cost line",
        "revenue" => "revenue line",
        other => other,
    }
}

impl Overlay<'_> {
    /// One change on all items that match.
    fn pattern(&mut self, kind: &str, pattern: &Entry) {
        let mut root = std::mem::take(&mut self.merged.root);
        let names: Vec<String> = root.items(kind).map(|e| e.name.clone()).collect();
        let matching: Vec<&String> = names.iter().filter(|n| glob(&pattern.name, n)).collect();
        if matching.is_empty() {
            let help = match nearest(&pattern.name, names.iter().map(String::as_str)) {
                Some(near) => format!("did you mean \"{near}\"? A `*` stands for any characters"),
                None if names.is_empty() => format!("the base has no {}", noun(kind)),
                None => format!("known are {}; a `*` stands for any characters", names.join(", ")),
            };
            let message = format!("no {} matches \"{}\"", noun(kind), pattern.name);
            self.found.push(Diagnostic::error("unknown-pattern", &pattern.place, message).help(help));
        }
        if let Some(Content::Table(items)) = root.entry_mut(kind).map(|e| &mut e.item.content) {
            for name in matching {
                let entry = Entry { name: name.clone(), ..pattern.clone() };
                self.item(items, &entry, kind);
            }
        }
        self.merged.root = root;
    }

    fn collection(&mut self, root: &mut Table, patch: &Entry) {
        let Some(new) = patch.item.as_table() else {
            return;
        };
        if root.entry(&patch.name).is_none() {
            let empty = Item { content: Content::Table(Table::default()), ..patch.item.clone() };
            root.entries.push(Entry { item: empty, ..patch.clone() });
        }
        let Some(Content::Table(items)) = root.entry_mut(&patch.name).map(|e| &mut e.item.content) else {
            return;
        };
        for entry in &new.entries {
            self.item(items, entry, &patch.name);
        }
    }

    /// An item of a collection: changed, removed, or new.
    fn item(&mut self, items: &mut Table, patch: &Entry, kind: &str) {
        let address = join(kind, &patch.name);
        let known = items.entry(&patch.name).is_some();
        if matches!(patch.item.content, Content::Removed) && known {
            items.entries.retain(|e| e.name != patch.name);
            self.changed(&address, "remove", &patch.item);
            self.merged.removed.insert(address);
            return;
        }
        let built_in = kind == "domain" && DOMAINS.iter().any(|(id, _)| *id == patch.name);
        let states_identity = patch.item.as_table().is_some_and(|t| t.get(identity(kind)).is_some());
        if !known && !built_in && !states_identity {
            if !patch.item.is_faulty() {
                let near = nearest(&patch.name, items.entries.iter().map(|e| e.name.as_str()));
                let new = if matches!(patch.item.content, Content::Removed) {
                    format!(
                        "the {}s are {}",
                        noun(kind),
                        items.entries.iter().map(|e| e.name.as_str()).collect::<Vec<_>>().join(", ")
                    )
                } else {
                    format!("a new {} states its `{}`", noun(kind), identity(kind))
                };
                let help = near.map_or_else(|| new.clone(), |near| format!("did you mean `{near}`? ({new})"));
                let what = if matches!(patch.item.content, Content::Removed) { "remove" } else { "change" };
                let message = format!("unknown {} `{}`: there is nothing to {what}", noun(kind), patch.name);
                self.found.push(Diagnostic::error("unknown-item", &patch.place, message).help(help));
            }
            return;
        }
        if !known {
            self.merged.removed.remove(&address);
            self.changed(&address, "new", &patch.item);
            items.entries.push(patch.clone());
            return;
        }
        self.entry(items, patch, kind);
    }

    /// A key with its value, laid over the one of the same name.
    fn entry(&mut self, target: &mut Table, patch: &Entry, path: &str) {
        let address = join(path, &patch.name);
        if path == "municipality" && FIXED.contains(&patch.name.as_str()) {
            let message = format!("a what-if cannot change {address}");
            self.found.push(
                Diagnostic::error("fixed-key", &patch.place, message)
                    .help("change it in base.toml, or leave it out here"),
            );
            return;
        }
        // One way of stating something takes the place of the others.
        if let Some(shape) = target.shape {
            let others = shape.variants.iter().filter(|g| !g.contains(&patch.name.as_str()));
            let gone: Vec<&str> = if shape.variants.iter().any(|g| g.contains(&patch.name.as_str())) {
                others.flat_map(|g| g.iter().copied()).collect()
            } else {
                Vec::new()
            };
            // A shift has nothing to work on where the value is stated in another way (a rate
            // where there is a mix): a pattern passes it by, one named line is a mistake.
            let other = gone.iter().find(|name| target.get(name).is_some());
            let relative = matches!(&patch.item.content, Content::Series(s) if s.layers.iter().all(super::series::Layer::is_relative));
            if let Some(other) = other.filter(|_| relative) {
                if !self.every {
                    let message = format!("{address} has nothing to shift or scale: {path} is stated by `{other}`");
                    let help = format!("change what `{other}` refers to, or state {address} itself");
                    self.found.push(Diagnostic::error("no-value", &patch.place, message).help(help));
                }
                return;
            }
            target.entries.retain(|e| !gone.contains(&e.name.as_str()));
        }
        let Some(existing) = target.entry_mut(&patch.name) else {
            if self.every && scales_nothing(&patch.item) {
                return;
            }
            self.leaves(&address, &patch.item);
            target.entries.push(patch.clone());
            return;
        };
        match (&mut existing.item.content, &patch.item.content) {
            (_, Content::Faulty) | (Content::Faulty, _) => {}
            (Content::Table(below), Content::Table(above)) => {
                let replaces = below.shape.map(std::ptr::from_ref) != above.shape.map(std::ptr::from_ref);
                if replaces {
                    existing.item = patch.item.clone();
                    self.leaves(&address, &patch.item);
                    return;
                }
                if !patch.item.provenance.is_empty() {
                    existing.item.provenance = patch.item.provenance.clone();
                }
                for entry in &above.entries {
                    self.entry(below, entry, &address);
                }
            }
            (Content::Series(below), Content::Series(above)) => {
                below.layers.extend(above.layers.iter().cloned());
                self.leaves(&address, &patch.item);
            }
            (Content::Table(below), Content::Series(above))
                if above.layers.iter().any(super::series::Layer::is_relative) =>
            {
                let parts: Vec<String> = below.entries.iter().map(|e| format!("{address}.{}", e.name)).collect();
                let message = format!("{address} is made of parts and cannot be scaled as a whole");
                let help = format!("scale one of {}", parts.join(", "));
                self.found.push(Diagnostic::error("wrong-type", &patch.item.place, message).help(help));
            }
            _ => {
                existing.item = patch.item.clone();
                self.leaves(&address, &patch.item);
            }
        }
    }

    /// Records what a value says; a table says what its parts say.
    fn leaves(&mut self, address: &str, item: &Item) {
        match &item.content {
            Content::Table(table) => {
                for entry in &table.entries {
                    self.leaves(&join(address, &entry.name), &entry.item);
                }
            }
            Content::Faulty => {}
            _ => self.changed(address, &item.written, item),
        }
    }

    fn changed(&mut self, address: &str, written: &str, item: &Item) {
        let own = &item.provenance;
        self.merged.changes.push(Change {
            address: address.to_owned(),
            written: written.to_owned(),
            source: own.source.clone().or_else(|| own.note.clone()),
            place: item.place.clone(),
        });
    }
}

/// A pattern that scales leaves alone what states no value.
fn scales_nothing(item: &Item) -> bool {
    match &item.content {
        Content::Series(series) => series.layers.iter().all(|l| l.scale.is_some()),
        Content::Table(table) => !table.entries.is_empty() && table.entries.iter().all(|e| scales_nothing(&e.item)),
        _ => false,
    }
}

/// `*` stands for any characters, `?` for one.
fn glob(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(c) if *c == '?' || *c == name[n] => {
                p += 1;
                n += 1;
            }
            // Let the last star take one character more.
            _ => match star {
                Some((at, taken)) => {
                    star = Some((at, taken + 1));
                    p = at + 1;
                    n = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::glob;

    #[test]
    fn a_star_takes_any_characters() {
        assert!(glob("jeugd-*", "jeugd-ambulant"));
        assert!(glob("*", "a") && glob("a*c*", "abcd") && glob("*-lasten", "bw-mo-lasten") && glob("a?c", "abc"));
        assert!(!glob("jeugd-*", "wmo") && !glob("a?c", "ac") && !glob("", "a") && !glob("*b", "abc"));
    }
}
