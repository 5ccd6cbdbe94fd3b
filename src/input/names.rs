//! Names and what they refer to: ids, domains, lines, addresses.
//!
//! An unknown name is an error with the nearest known one: left in silence it
//! would be money that is missing from a sum.

use std::collections::BTreeMap;

use super::base::Builder;
use super::item::{Content, Entry, Item, Order, Table};
use super::overlay::{DOMAINS, noun};
use crate::diagnostic::{Place, nearest};
use crate::model::{AssumptionId, Correlated, Domain, LineId};

impl Builder<'_> {
    /// Lines, domains, indicators and reserves share one namespace, so that
    /// `cost(jeugd, 2029)` is never ambiguous.
    pub(super) fn namespace(&mut self) {
        let mut all: Vec<(&str, &Entry)> = Vec::new();
        for kind in ["domain", "cost", "revenue", "indicator", "reserve"] {
            all.extend(self.root.items(kind).map(|e| (kind, e)));
        }
        all.sort_by_key(|(_, e)| e.order);
        let mut seen: BTreeMap<&str, (&str, u32)> = BTreeMap::new();
        for (kind, entry) in all {
            let name = entry.name.as_str();
            let built_in = kind != "domain" && DOMAINS.iter().any(|(id, _)| *id == name);
            if let Some((other, line)) = seen.get(name) {
                let message = format!("`{name}` is a {} and a {} on line {line}", noun(kind), noun(other));
                self.error(
                    "duplicate-id",
                    &entry.place,
                    message,
                    "give one of the two another name: figures are asked for by name",
                );
            } else if built_in {
                let message = format!("`{name}` is the name of a domain");
                self.error(
                    "duplicate-id",
                    &entry.place,
                    message,
                    format!("give the {} another name: figures are asked for by name", noun(kind)),
                );
            } else {
                seen.insert(name, (kind, entry.place.line));
            }
        }
    }

    /// "unknown cost line `x`", with the nearest known name.
    pub(super) fn unknown<'n>(
        &mut self,
        code: &'static str,
        what: &str,
        name: &str,
        place: &Place,
        known: impl Iterator<Item = &'n str>,
    ) {
        let known: Vec<&str> = known.collect();
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("there is no {what} at all"),
            None => format!("known are {}", known.join(", ")),
        };
        self.error(code, place, format!("unknown {what} `{name}`"), help);
    }

    /// A reference to a domain.
    pub(super) fn domain(&mut self, name: &str, place: &Place) {
        self.used.insert(format!("domain.{name}"));
        let declared: Vec<String> = self.root.items("domain").map(|e| e.name.clone()).collect();
        let known: Vec<&str> = DOMAINS.iter().map(|(id, _)| *id).chain(declared.iter().map(String::as_str)).collect();
        if !known.contains(&name) {
            let help = match nearest(name, known.iter().copied()) {
                Some(near) => {
                    format!("did you mean `{near}`? A new domain is declared with [domain.{name}]")
                }
                None => format!("known are {}; a new one is declared with [domain.{name}]", known.join(", ")),
            };
            self.error("unknown-domain", place, format!("unknown domain `{name}`"), help);
        }
    }

    /// Domains that are declared or that a line belongs to, in the order in
    /// which the file first names them.
    pub(super) fn domains(&self) -> Vec<Domain> {
        let mut named: Vec<(Order, usize, &str, &Place)> =
            self.root.items("domain").map(|e| (e.order, 0, e.name.as_str(), &e.place)).collect();
        for key in ["cost", "revenue"] {
            for entry in self.root.items(key) {
                let Some(item) = entry.item.as_table().and_then(|t| t.get("domain")) else {
                    continue;
                };
                match &item.content {
                    Content::Text(name) => named.push((entry.order, 1, name, &item.place)),
                    Content::Table(shares) => {
                        named.extend(
                            shares
                                .entries
                                .iter()
                                .enumerate()
                                .map(|(i, e)| (entry.order, i + 1, e.name.as_str(), &e.place)),
                        );
                    }
                    _ => {}
                }
            }
        }
        named.sort_by_key(|(order, position, ..)| (*order, *position));
        let mut domains: Vec<Domain> = Vec::new();
        for (_, _, id, place) in named {
            if domains.iter().any(|d| d.id == id) {
                continue;
            }
            let table = self.root.table("domain").and_then(|t| t.table(id));
            let built_in = DOMAINS.iter().find(|(d, _)| *d == id).map(|(_, label)| (*label).to_owned());
            domains.push(Domain {
                id: id.to_owned(),
                label: table.and_then(|t| t.owned("label")).or(built_in).unwrap_or_else(|| id.to_owned()),
                sum_clients: table.and_then(|t| t.flag("sum_clients")).unwrap_or(false),
                place: place.clone(),
            });
        }
        domains
    }

    /// Position of a line.
    pub(super) fn line_named(&self, name: &str) -> Option<LineId> {
        self.lines.iter().position(|(id, _)| id == name).map(LineId)
    }

    /// A reference to a line; `cost` says which side is meant, none either.
    pub(super) fn line(&mut self, item: &Item, cost: Option<bool>) -> Option<LineId> {
        let name = item.as_text()?;
        let what = match cost {
            Some(true) => "cost line",
            Some(false) => "revenue line",
            None => "line",
        };
        match self.line_named(name) {
            Some(id) if cost.is_none_or(|c| self.lines[id.0].1 == c) => Some(id),
            Some(_) => {
                let other = if cost == Some(true) { "revenue line" } else { "cost line" };
                self.error(
                    "unknown-line",
                    &item.place,
                    format!("`{name}` is a {other}, and a {what} is needed here"),
                    format!("name a {what}"),
                );
                None
            }
            None => {
                let known: Vec<String> = self
                    .lines
                    .iter()
                    .filter(|(_, c)| cost.is_none_or(|wanted| wanted == *c))
                    .map(|(id, _)| id.clone())
                    .collect();
                self.unknown("unknown-line", what, name, &item.place, known.iter().map(String::as_str));
                None
            }
        }
    }

    /// A list of references to lines, without repetition.
    pub(super) fn line_list(&mut self, table: &Table, key: &str, cost: Option<bool>) -> Vec<LineId> {
        let Some(list) = table.get(key).and_then(Item::as_list) else {
            return Vec::new();
        };
        // No income set against the benefits is a fact; nobody who pays a contribution is a mistake.
        if let (true, Some(item)) = (list.is_empty() && key != "income", table.get(key)) {
            self.error("empty-list", &item.place, format!("`{key}` names no line"), "name at least one");
        }
        let mut ids = Vec::new();
        for item in list {
            let Some(id) = self.line(item, cost) else {
                continue;
            };
            if ids.contains(&id) {
                let message = format!("`{}` stands twice in `{key}`", item.written);
                self.error("duplicate-reference", &item.place, message, "name it once: its money would count twice");
            } else {
                ids.push(id);
            }
        }
        ids
    }

    /// One end of a correlation. What an overlay took out, or made certain,
    /// takes a correlation stated below it along.
    pub(super) fn correlated(&mut self, item: &Item, from_below: bool) -> Option<Correlated> {
        let address = item.as_text()?;
        if let Some(id) = address.strip_prefix("risk.") {
            let risks = self.ordered("risk");
            let found = risks.iter().position(|r| r == id);
            if found.is_none() && !(from_below && self.merged.removed.contains(address)) {
                self.unknown("unknown-address", "risk", id, &item.place, risks.iter().map(String::as_str));
            }
            return found.map(Correlated::Risk);
        }
        let full = full_address(address);
        if let Some(at) = self.assumptions.iter().position(|a| a.address == full) {
            let id = AssumptionId(at);
            if !self.assumptions[at].is_uncertain() && !self.faulty.contains(&id) {
                if !from_below {
                    let message = format!("{full} has no uncertainty to correlate");
                    self.error("certain", &item.place, message, "state its `sd`, `min` and `max`, or `p10` and `p90`");
                }
                return None;
            }
            return Some(Correlated::Assumption(id));
        }
        if from_below && self.removed(&full) {
            return None;
        }
        self.unknown_address(&full, item, true);
        None
    }

    /// Whether an address lies in something that an overlay took out.
    pub(super) fn removed(&self, address: &str) -> bool {
        self.merged
            .removed
            .iter()
            .any(|r| address == r || address.strip_prefix(r.as_str()).is_some_and(|rest| rest.starts_with('.')))
    }

    pub(super) fn unknown_address(&mut self, full: &str, item: &Item, one: bool) {
        let addresses: Vec<String> = self.assumptions.iter().map(|a| a.address.clone()).collect();
        let under: Vec<&String> =
            addresses.iter().filter(|a| a.strip_prefix(full).is_some_and(|rest| rest.starts_with('.'))).collect();
        if let (true, false) = (one, under.is_empty()) {
            let names = under.iter().map(|a| a.as_str()).collect::<Vec<_>>().join(", ");
            self.error(
                "unknown-address",
                &item.place,
                format!("{full} is not one assumption"),
                format!("name one: {names}"),
            );
            return;
        }
        let help = match nearest(full, addresses.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => {
                "an address is the path of a value in the file, such as cost.jeugd-ambulant.volume.growth".to_owned()
            }
        };
        self.error("unknown-address", &item.place, format!("no assumption has the address `{full}`"), help);
    }

    /// Ids of a collection in file order.
    pub(super) fn ordered(&self, collection: &str) -> Vec<String> {
        let mut entries: Vec<&Entry> = self.root.items(collection).filter(|e| !e.item.is_faulty()).collect();
        entries.sort_by_key(|e| e.order);
        entries.into_iter().map(|e| e.name.clone()).collect()
    }
}

/// `index.ova` is short for `index.ova.rate`.
pub(super) fn full_address(address: &str) -> String {
    match address.strip_prefix("index.") {
        Some(id) if !id.contains('.') => format!("{address}.rate"),
        _ => address.to_owned(),
    }
}
