//! Indices and the prices of the budget: from checked form to the model.

use std::collections::{BTreeMap, BTreeSet};

use super::base::Builder;
use super::item::{Entry, Item, Table};
use super::resolve::{self, Frame};
use crate::model::{Budget, CarryOver, Index, IndexId, IndexSource, Prices, Rounding};
use crate::units::Year;

impl Builder<'_> {
    pub(super) fn budget(&mut self) -> Budget {
        let Some(table) = self.root.table("budget") else {
            return Budget { prices: Prices::Nominal, compensation: None };
        };
        let Frame { base, horizon, .. } = self.frame;
        let mut prices = Prices::Nominal;
        if let Some((item, text)) = table.get("prices").and_then(|i| i.as_text().map(|t| (i, t))) {
            let year = text.strip_prefix("constant ").and_then(|y| super::value::year_key(y.trim()));
            match (text, year) {
                ("nominal", _) => {}
                // The year before the base year is the furthest that the
                // compensation of the years after it can still reach.
                (_, Some(year)) if (base - 1..=horizon).contains(&year) => prices = Prices::Constant(Year(year)),
                (_, Some(year)) => {
                    let message = format!("`prices` are of {year}, and the budget runs from {base} to {horizon}");
                    self.error(
                        "year-outside",
                        &item.place,
                        message,
                        format!("name a year from {} to {horizon}", base - 1),
                    );
                }
                _ => {
                    let message = format!("`prices` cannot be \"{text}\"");
                    self.error(
                        "unknown-word",
                        &item.place,
                        message,
                        format!("write \"nominal\" or \"constant {base}\""),
                    );
                }
            }
        }
        let from = if let Prices::Constant(year) = prices { year.0 + 1 } else { base + 1 };
        let compensation = self.resolved(table, "compensation", "budget.compensation", from).map(|(id, _)| id);
        if let (Some(_), Prices::Nominal, Some(item)) = (compensation, prices, table.get("compensation"))
            && table.get("prices").is_none_or(|p| p.as_text() == Some("nominal"))
        {
            let message = "`compensation` does nothing with a budget in nominal prices";
            self.warning(
                "unused",
                &item.place.clone(),
                message,
                format!("state prices = \"constant {base}\" if the budget leaves wage and price rises out"),
            );
        }
        Budget { prices, compensation }
    }

    pub(super) fn index(&mut self, entry: &Entry) -> Index {
        let empty = Table::default();
        let table = entry.item.as_table().unwrap_or(&empty);
        let address = format!("index.{}.rate", entry.name);
        let source = if let Some(mix) = table.get("mix").filter(|_| table.get("rate").is_none()) {
            IndexSource::Mix(self.weights(mix, &format!("index.{}.mix", entry.name)))
        } else {
            let (rate, ledger) = match self.resolved(table, "rate", &address, self.frame.base + 1) {
                Some(stated) => stated,
                None => {
                    if table.get("rate").is_none() && table.get("mix").is_none() && !entry.item.is_faulty() {
                        let message = format!("index `{}` has no rate: 0% is taken", entry.name);
                        self.warning("no-rate", &entry.place, message, "state `rate`, or `mix`");
                    }
                    (
                        self.add(resolve::neutral(&super::keys::INDEX_RATE, &address, self.frame, &entry.place)),
                        BTreeMap::new(),
                    )
                }
            };
            IndexSource::Rate { rate, ledger }
        };
        Index {
            id: entry.name.clone(),
            label: table.owned("label").unwrap_or_else(|| entry.name.clone()),
            source,
            carry_over: match table.text("carry_over") {
                Some("subtract") => CarryOver::Subtract,
                Some("ratio") => CarryOver::Ratio,
                Some("compound") => CarryOver::Compound,
                _ => CarryOver::None,
            },
            rounding: match table.text("rounding") {
                Some("parts") => Rounding::Parts,
                Some("result") => Rounding::Result,
                _ => Rounding::None,
            },
            place: entry.place.clone(),
        }
    }

    /// Weights on indices: each known, 0 or more, together at most 1.
    pub(super) fn weights(&mut self, item: &Item, path: &str) -> Vec<(IndexId, f64)> {
        let mut weights = Vec::new();
        for entry in item.as_table().into_iter().flat_map(|t| t.entries.iter()) {
            let Some(position) = self.indices.iter().position(|i| *i == entry.name) else {
                let known = self.indices.clone();
                self.unknown("unknown-index", "index", &entry.name, &entry.place, known.iter().map(String::as_str));
                continue;
            };
            self.used.insert(format!("index.{}", entry.name));
            let Some(weight) = entry.item.as_number() else {
                continue;
            };
            if weight < 0.0 {
                self.error(
                    "negative",
                    &entry.item.place,
                    format!("the weight of `{}` is {weight}", entry.name),
                    "a weight lies between 0 and 1",
                );
            }
            weights.push((IndexId(position), weight));
        }
        let sum: f64 = weights.iter().map(|(_, w)| w).sum();
        if sum > 1.0 + 1e-9 {
            let message = format!("the weights in {path} sum to {}", (sum * 1e9).round() / 1e9);
            let help = "weights sum to at most 1; what is left is not indexed (a what-if keeps the weights that it does not name)";
            self.error("weights", &item.place, message, help);
        }
        weights
    }

    /// A mix that needs itself has no value.
    pub(super) fn mix_cycles(&mut self, indices: &[Index], entries: &[&Entry]) {
        for (start, entry) in entries.iter().enumerate() {
            let mut reached = BTreeSet::new();
            let mut open = vec![start];
            while let Some(at) = open.pop() {
                if let IndexSource::Mix(parts) = &indices[at].source {
                    open.extend(parts.iter().map(|(id, _)| id.0).filter(|id| reached.insert(*id)));
                }
            }
            if reached.contains(&start) {
                let message = format!("index `{}` is a mix of itself", entry.name);
                self.error("cycle", &entry.place, message, "let one of the indices in the circle have a `rate`");
            }
        }
    }
}
