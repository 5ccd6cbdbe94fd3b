//! What stands around the lines: the municipality's head, indicators, reserves,
//! correlations, parameters of rules, the report. From checked form to the model.

use std::collections::BTreeMap;

use super::base::Builder;
use super::figures;
use super::item::{Content, Entry, Item, Table};
use super::overlay::DOMAINS;
use crate::model::{
    ChanceWords, Correlated, Correlation, Covers, Indicator, Municipality, NotModelled, Quantity, ReportSettings,
    Reserve, RuleParameter,
};
use crate::units::Year;

impl Builder<'_> {
    pub(super) fn municipality(&mut self) -> Municipality {
        let empty = Table::default();
        let head = self.root.table("municipality").unwrap_or(&empty);
        let code = head.owned("code").unwrap_or_default();
        if let Some(item) = head.get("code").filter(|i| i.as_text().is_some()) {
            let digits = code.strip_prefix("GM").is_some_and(|d| d.len() == 4 && d.bytes().all(|b| b.is_ascii_digit()));
            if !digits {
                let message = format!("`{code}` is no CBS code of a municipality");
                self.warning("municipality-code", &item.place, message, "it is GM and four digits, such as GM0243");
            }
        }
        let residents = head.number("residents");
        if let (Some(n), Some(item)) = (residents, head.get("residents"))
            && n <= 0.0
        {
            self.error(
                "out-of-range",
                &item.place,
                format!("`residents` is {n}"),
                "write the number of residents, or leave it out",
            );
        }
        Municipality {
            name: head.owned("name").unwrap_or_default(),
            code,
            title: head.owned("title"),
            residents,
            base_year: Year(self.frame.base),
            base: self.base,
            horizon: Year(self.frame.horizon),
            amount_unit: self.frame.unit,
        }
    }

    pub(super) fn indicators(&mut self) -> Vec<Indicator> {
        let mut entries: Vec<&Entry> = self.root.items("indicator").collect();
        entries.sort_by_key(|e| e.order);
        let mut indicators = Vec::new();
        for entry in entries {
            let Some(table) = entry.item.as_table() else {
                continue;
            };
            if let Some((item, domain)) = table.get("domain").and_then(|i| i.as_text().map(|t| (i, t))) {
                self.domain(domain, &item.place);
            }
            if self.figures.of(&entry.name, Quantity::Count).next().is_some() {
                self.used.insert(format!("indicator.{}", entry.name));
            }
            indicators.push(Indicator {
                id: entry.name.clone(),
                label: table.owned("label").unwrap_or_else(|| entry.name.clone()),
                unit: table.owned("unit").unwrap_or_default(),
                domain: table.owned("domain"),
                provenance: entry.item.provenance.clone(),
                place: entry.place.clone(),
            });
        }
        indicators
    }

    pub(super) fn reserves(&mut self) -> Vec<Reserve> {
        let mut entries: Vec<&Entry> = self.root.items("reserve").collect();
        entries.sort_by_key(|e| e.order);
        let mut reserves = Vec::new();
        for entry in entries {
            let Some(table) = entry.item.as_table() else {
                continue;
            };
            let balance = table.money("balance", self.frame.unit).unwrap_or(0.0);
            if let Some(item) = table.get("balance").filter(|_| balance < 0.0 || !balance.is_finite()) {
                self.error(
                    "out-of-range",
                    &item.place,
                    format!("the balance of `{}` is {}", entry.name, item.written),
                    "a reserve holds 0 or more",
                );
            }
            reserves.push(Reserve {
                id: entry.name.clone(),
                label: table.owned("label").unwrap_or_else(|| entry.name.clone()),
                balance,
                covers: self.covers(table),
                provenance: table
                    .get("balance")
                    .map(|b| b.provenance.clone())
                    .filter(|p| !p.is_empty())
                    .unwrap_or_else(|| entry.item.provenance.clone()),
                place: entry.place.clone(),
            });
        }
        reserves
    }

    fn covers(&mut self, table: &Table) -> Covers {
        let Some(item) = table.get("covers") else {
            return Covers::Nothing;
        };
        match &item.content {
            Content::Text(name) if name == figures::TOTAL => Covers::Total,
            Content::Text(name) => {
                if let Some(id) = self.line_named(name) {
                    return Covers::Lines(vec![id]);
                }
                let declared: Vec<String> = self.root.items("domain").map(|e| e.name.clone()).collect();
                let domains: Vec<&str> =
                    DOMAINS.iter().map(|(id, _)| *id).chain(declared.iter().map(String::as_str)).collect();
                if !domains.contains(&name.as_str()) {
                    let lines: Vec<String> = self.lines.iter().map(|(id, _)| id.clone()).collect();
                    let known = domains.iter().copied().chain(lines.iter().map(String::as_str)).chain([figures::TOTAL]);
                    self.unknown("unknown-line", "line or domain", name, &item.place, known);
                }
                self.used.insert(format!("domain.{name}"));
                Covers::Domain(name.clone())
            }
            Content::List(_) => Covers::Lines(self.line_list(table, "covers", None)),
            _ => Covers::Nothing,
        }
    }

    pub(super) fn correlations(&mut self) -> Vec<Correlation> {
        let mut entries: Vec<&Entry> = self.root.items("correlation").collect();
        entries.sort_by_key(|e| e.order);
        let mut correlations: Vec<Correlation> = Vec::new();
        for entry in entries {
            let Some(table) = entry.item.as_table() else {
                continue;
            };
            let rho = table.number("rho").unwrap_or(0.0);
            if let Some(item) = table.get("rho").filter(|_| rho.abs() > 1.0) {
                self.error("rho", &item.place, format!("`rho` is {rho}"), "a correlation lies between -1 and 1");
            }
            let Some(item) = table.get("between") else {
                continue;
            };
            let Some(ends) = item.as_list() else { continue };
            if ends.len() < 2 {
                self.error(
                    "between",
                    &item.place,
                    format!("`between` names {} address", ends.len()),
                    "a correlation links two or more",
                );
                continue;
            }
            let from_below = entry.order.0 < self.merged.depth;
            let ends: Vec<Correlated> = ends.iter().filter_map(|end| self.correlated(end, from_below)).collect();
            // More than two: each with each, in the order in which they stand.
            for (at, second) in ends.iter().enumerate() {
                for first in &ends[..at] {
                    self.link(&mut correlations, entry, item, [*first, *second], rho);
                }
            }
        }
        correlations
    }

    fn link(&mut self, all: &mut Vec<Correlation>, entry: &Entry, item: &Item, between: [Correlated; 2], rho: f64) {
        let [first, second] = between;
        if first == second {
            self.error("between", &item.place, "a correlation links something with itself", "name different addresses");
            return;
        }
        match all.iter().find(|c| c.between == between || c.between == [second, first]) {
            Some(twin) if twin.id != entry.name => {
                let message = format!("correlation `{}` links the same two as `{}`", entry.name, twin.id);
                self.error("duplicate-correlation", &entry.place, message, "keep one of the two");
            }
            Some(_) => {}
            None => all.push(Correlation { id: entry.name.clone(), between, rho, place: entry.place.clone() }),
        }
    }

    pub(super) fn rule_parameters(&self) -> BTreeMap<String, BTreeMap<String, RuleParameter>> {
        let mut rules = BTreeMap::new();
        for rule in self.root.items("rule") {
            let parameters = rule.item.as_table().into_iter().flat_map(|t| t.entries.iter());
            let parameters = parameters
                .filter(|p| !p.item.is_faulty())
                .map(|p| {
                    (p.name.clone(), RuleParameter { written: p.item.written.clone(), place: p.item.place.clone() })
                })
                .collect();
            rules.insert(rule.name.clone(), parameters);
        }
        rules
    }

    /// Words for chances, from the lowest to the highest.
    fn chance_words(&mut self) -> ChanceWords {
        let Some(item) = self.root.table("report").and_then(|t| t.get("chance_words")) else {
            return ChanceWords::default();
        };
        let Some(table) = item.as_table() else { return ChanceWords::default() };
        let mut words: Vec<(f64, String)> = Vec::new();
        for entry in &table.entries {
            let Some(below) = entry.item.as_number() else { continue };
            // Reports compare with whole percents.
            let percent = (below * 1e4).round() / 100.0;
            if !(percent > 0.0 && percent <= 100.0) {
                let message = format!("the word `{}` is for chances below {}", entry.name, entry.item.written);
                self.error("out-of-range", &entry.item.place, message, "a bound lies above 0% and is at most 100%");
            } else if words.iter().any(|(b, _)| *b == percent) {
                let message = format!("two words are for chances below {}", entry.item.written);
                self.error("chance-words", &entry.item.place, message, "give each word a bound of its own");
            } else if entry.name.trim().is_empty() {
                self.error("chance-words", &entry.item.place, "a word is empty", "write the word before the bound");
            } else {
                words.push((percent, entry.name.trim().to_owned()));
            }
        }
        words.sort_by(|a, b| a.0.total_cmp(&b.0));
        match words.last_mut() {
            Some((below, _)) if *below == 100.0 => *below = f64::INFINITY,
            _ if table.entries.iter().any(|e| e.item.is_faulty()) => {}
            _ => self.error(
                "chance-words",
                &item.place.clone(),
                "no word is for the highest chances",
                "give the last word the bound 100%",
            ),
        }
        ChanceWords(words)
    }

    pub(super) fn report(&mut self) -> ReportSettings {
        let Some(table) = self.root.table("report") else {
            return ReportSettings::default();
        };
        let materiality = table.money("materiality", self.frame.unit);
        if let Some(item) = table.get("materiality").filter(|_| materiality.is_some_and(|m| m < 0.0)) {
            self.error("out-of-range", &item.place, format!("`materiality` is {}", item.written), "write 0 or more");
        }
        if let Some((item, colour)) = table.get("colour").and_then(|i| i.as_text().map(|t| (i, t))) {
            let hex =
                colour.strip_prefix('#').is_some_and(|h| h.len() == 6 && h.bytes().all(|b| b.is_ascii_hexdigit()));
            if !hex {
                self.error("colour", &item.place, format!("`{colour}` is no colour"), "write it like #1f4e79");
            }
        }
        if let Some((item, logo)) = table.get("logo").and_then(|i| i.as_text().map(|t| (i, t)))
            && (logo.starts_with(['/', '\\']) || logo.contains(':') || logo.split(['/', '\\']).any(|part| part == ".."))
        {
            self.error(
                "logo",
                &item.place,
                format!("`{logo}` lies outside the folder"),
                "put the file beside base.toml",
            );
        }
        let not_modelled = table.get("not_modelled").and_then(Item::as_list).unwrap_or_default();
        let not_modelled = not_modelled.iter().filter_map(Item::as_table);
        let not_modelled = not_modelled
            .map(|t| NotModelled { what: t.owned("what").unwrap_or_default(), why: t.owned("why").unwrap_or_default() })
            .collect();
        let chance_words = self.chance_words();
        let remarks = table.get("remarks").and_then(Item::as_list).unwrap_or_default();
        ReportSettings {
            materiality,
            disclosure_off: table.text("disclosure") == Some("off"),
            colour: table.owned("colour"),
            logo: table.owned("logo"),
            font: table.owned("font"),
            date: table.owned("date"),
            unit: table.owned("unit"),
            not_modelled,
            chance_words,
            remarks: remarks.iter().filter_map(|i| i.as_text().map(str::to_owned)).collect(),
        }
    }
}
