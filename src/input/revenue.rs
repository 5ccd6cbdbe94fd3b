//! Revenue lines and how each is computed: from checked form to the model.

use std::collections::BTreeMap;

use super::base::Builder;
use super::item::{Entry, Item, Table};
use super::keys;
use crate::model::{
    AssumptionId, Contribution, Follows, Income, IndexId, LineId, Payer, Quantity, RevenueLine, SafetyNet,
    SafetyNetRule, SafetyNetStep,
};
use crate::units::Year;

impl Builder<'_> {
    pub(super) fn revenue(&mut self, entry: &Entry, table: &Table) -> RevenueLine {
        let id = entry.name.as_str();
        let address = format!("revenue.{id}");
        let head = self.head(table, entry);
        let base_revenue = self.figures.value(id, Quantity::Revenue, self.base, Year(self.frame.base));
        let income = if let Some(item) = table.get("follows").filter(|i| i.as_table().is_some()) {
            self.follows(item, &address, base_revenue.is_some())
        } else if let Some(item) = table.get("contribution").filter(|i| i.as_table().is_some()) {
            self.contribution(item, &address)
        } else if let Some(item) = table.get("safety_net").filter(|i| i.as_table().is_some()) {
            self.safety_net(item)
        } else {
            Income::Grows { growth: self.assumption(table, "growth", &format!("{address}.growth")) }
        };
        let grows = matches!(income, Income::Grows { .. });
        if grows && base_revenue.is_none() && !entry.item.is_faulty() && !self.has_base_measures(id) {
            let message = format!(
                "figures.csv has no {} revenue of `{id}` for {}: the line stays 0",
                self.base.name(),
                self.frame.base
            );
            self.warning("no-base-figure", &entry.place, message, "add the row");
        }
        let until = table.year("until").map(Year);
        if let (Some(until), Some(item)) = (until, table.get("until")) {
            if until.0 < self.frame.base {
                let message = format!("`until` {until} lies before the base year {}", self.frame.base);
                self.error("year-outside", &item.place, message, "leave the line out, or name its last year");
            } else if until.0 >= self.frame.horizon {
                let message =
                    format!("`until` {until} does not lie before the horizon {}: it does nothing", self.frame.horizon);
                self.warning("unused-year", &item.place, message, "the line is 0 after this year");
            }
        }
        RevenueLine {
            id: id.to_owned(),
            label: head.label,
            taakveld: head.taakveld,
            domains: head.domains,
            outside: head.outside,
            structural: head.structural,
            base_revenue,
            income,
            price: self.price(table, &address),
            until,
            provenance: entry.item.provenance.clone(),
            place: entry.place.clone(),
        }
    }

    fn follows(&mut self, item: &Item, address: &str, has_base: bool) -> Income {
        let empty = Table::default();
        let table = item.as_table().unwrap_or(&empty);
        let line = table.get("line").and_then(|i| self.line(i, Some(true)));
        let share = self.needed(table, "share", &format!("{address}.follows.share"), &keys::FOLLOWS_SHARE, &item.place);
        let lag = table.whole("lag").unwrap_or(0);
        let from_base = table.flag("from_base").unwrap_or(false);
        let years = self.frame.horizon - self.frame.base;
        let lag_fits = i32::try_from(lag).is_ok_and(|l| l <= years + 50);
        if let (false, Some(item)) = (lag_fits, table.get("lag")) {
            self.error(
                "out-of-range",
                &item.place,
                format!("a lag of {lag} years"),
                "write how many years later the revenue comes",
            );
        }
        if let (Some(line), true) = (line, lag_fits && lag > 0 && from_base) {
            self.history(line, lag, item);
        }
        let indexed_by = table.get("indexed_by").and_then(|i| self.index_named(i));
        if let (true, false, Some(item)) = (from_base, has_base, table.get("from_base")) {
            let message = format!("{address} follows from its base figure, and figures.csv has none");
            self.error(
                "no-base-figure",
                &item.place,
                message,
                format!("add its {} revenue of {}", self.base.name(), self.frame.base),
            );
        }
        // A line that could not be found was reported; the first stands in.
        let line = line.unwrap_or(LineId(0));
        Income::Follows(Follows { line, share, lag: if lag_fits { lag } else { 0 }, from_base, indexed_by })
    }

    /// What is measured from the base year on needs to know where it began: a
    /// missing year would count the whole cost as growth. (Elsewhere a missing
    /// year counts 0 for that year alone, and the projection says so.)
    fn history(&mut self, line: LineId, lag: u32, item: &Item) {
        let year = self.frame.base - i32::try_from(lag).unwrap_or(0);
        let name = self.lines[line.0].0.clone();
        if !self.figures.of(&name, Quantity::Cost).any(|(_, y, _)| y.0 == year) {
            let message = format!(
                "`from_base` with a lag of {lag} needs the cost of `{name}` in {year}, which figures.csv lacks"
            );
            self.error("missing-history", &item.place, message, "add the row, or shorten `lag`");
        }
    }

    fn index_named(&mut self, item: &Item) -> Option<IndexId> {
        let name = item.as_text()?;
        self.used.insert(format!("index.{name}"));
        let position = self.indices.iter().position(|i| i == name);
        if position.is_none() {
            let known = self.indices.clone();
            self.unknown("unknown-index", "index", name, &item.place, known.iter().map(String::as_str));
        }
        position.map(IndexId)
    }

    fn contribution(&mut self, item: &Item, address: &str) -> Income {
        let empty = Table::default();
        let table = item.as_table().unwrap_or(&empty);
        let at = |key: &str| format!("{address}.contribution.{key}");
        let lines = self.line_list(table, "lines", Some(true));
        let per_month = self.needed(table, "per_month", &at("per_month"), &keys::PER_MONTH, &item.place);
        let paying = self.assumption(table, "paying", &at("paying"));
        let households_per_client: Option<AssumptionId> =
            self.assumption(table, "households_per_client", &at("households_per_client"));
        let per = match table.text("per") {
            Some("household") => Payer::Household,
            Some("client") => Payer::Client,
            // Whoever states households means them.
            _ if households_per_client.is_some() => Payer::Household,
            _ => Payer::Client,
        };
        if let (Payer::Client, Some(_), Some(item)) = (per, households_per_client, table.get("households_per_client")) {
            let place = item.place.clone();
            self.warning(
                "unused",
                &place,
                "`households_per_client` does nothing where each client pays",
                "write per = \"household\", or leave it out",
            );
        }
        Income::Contribution(Contribution { lines, per_month, paying, per, households_per_client })
    }

    fn safety_net(&mut self, item: &Item) -> Income {
        let empty = Table::default();
        let table = item.as_table().unwrap_or(&empty);
        let cost = self.line_list(table, "cost", Some(true));
        let income = self.line_list(table, "income", Some(false));
        let budget = self.line_list(table, "budget", Some(false));
        let paid_after = table.whole("paid_after").unwrap_or(2);
        if let Some(item) = table.get("paid_after").filter(|_| paid_after > 10) {
            self.error(
                "out-of-range",
                &item.place,
                format!("`paid_after` is {paid_after}"),
                "write after how many years it is paid",
            );
        }
        let mut rules = BTreeMap::new();
        for entry in table.items("rules") {
            let Some(rule) = entry.item.as_table() else {
                continue;
            };
            let Some(year) = super::value::year_key(&entry.name) else {
                continue;
            };
            let rule = SafetyNetRule {
                entry: self.fraction(rule, "entry"),
                cumulated: self.fraction(rule, "cumulated"),
                steps: self.steps(rule),
            };
            rules.insert(Year(year), rule);
        }
        if let Some(item) = table.get("rules").filter(|i| i.as_table().is_some_and(|t| t.entries.is_empty())) {
            self.error(
                "empty-list",
                &item.place,
                "`rules` names no year",
                "state the rule of a year: { 2024 = { entry = \"7.5%\", ... } }",
            );
        }
        Income::SafetyNet(SafetyNet { cost, income, budget, paid_after: paid_after.min(10), rules })
    }

    fn fraction(&mut self, table: &Table, key: &str) -> f64 {
        let value = table.number(key).unwrap_or(0.0);
        if let Some(item) = table.get(key).filter(|_| !(0.0..=1.0).contains(&value)) {
            self.error(
                "out-of-range",
                &item.place,
                format!("`{key}` is {}", item.written),
                "it lies between 0% and 100%",
            );
        }
        value
    }

    fn steps(&mut self, rule: &Table) -> Vec<SafetyNetStep> {
        let Some(item) = rule.get("steps") else {
            return Vec::new();
        };
        let Some(list) = item.as_list() else {
            return Vec::new();
        };
        if list.is_empty() {
            self.error(
                "empty-list",
                &item.place,
                "`steps` names no step",
                "write [{ from = \"7.5%\", pays = \"50%\" }]",
            );
        }
        let mut steps: Vec<SafetyNetStep> = Vec::new();
        for item in list {
            let Some(table) = item.as_table() else {
                continue;
            };
            let step = SafetyNetStep { from: self.fraction(table, "from"), pays: self.fraction(table, "pays") };
            if steps.last().is_some_and(|last| last.from >= step.from) && !table.is_faulty("from") {
                self.error(
                    "step-order",
                    &item.place,
                    "this step does not begin above the one before it",
                    "put the steps in ascending order of `from`",
                );
            }
            steps.push(step);
        }
        steps
    }
}
