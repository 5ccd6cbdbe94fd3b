//! The risk register: from checked form to the model.

use super::base::Builder;
use super::item::{Content, Entry, Item, Table, to_whole, to_year};
use super::names::full_address;
use crate::model::{Figure, Risk, RiskChance, RiskImpact, Term, Trend};
use crate::units::Year;

impl Builder<'_> {
    pub(super) fn risks(&mut self) -> Vec<Risk> {
        let root = self.root;
        let mut entries: Vec<&Entry> = root.items("risk").collect();
        entries.sort_by_key(|e| e.order);
        entries.into_iter().filter_map(|e| e.item.as_table().map(|t| self.risk(e, t))).collect()
    }

    fn risk(&mut self, entry: &Entry, table: &Table) -> Risk {
        let id = entry.name.as_str();
        if let Some((item, domain)) = table.get("domain").and_then(|i| i.as_text().map(|t| (i, t))) {
            self.domain(domain, &item.place);
        }
        let chance = table.get("chance").and_then(|i| self.chance(i));
        let impact = table.get("impact").map_or(RiskImpact::ProMemorie, |i| self.impact(i));
        let quantified = table.get("impact").is_some_and(|i| !i.is_faulty()) && impact != RiskImpact::ProMemorie;
        let stated = |key: &str| table.get(key).is_some();
        if quantified && !stated("chance") {
            self.error(
                "missing-key",
                &entry.place,
                format!("risk `{id}` has an impact and no chance"),
                "state `chance`: a class, \"50%\" or { per_year = 0.2 }",
            );
        }
        // Left out in silence it would count for nothing in the sum of risks.
        if !stated("impact") {
            let help = "state `impact`: an amount, a range, a class, a what-if, or \"pm\" if nobody can size it";
            self.error("missing-key", &entry.place, format!("risk `{id}` lacks `impact`"), help);
        }
        if (quantified || !stated("impact")) && !stated("years") {
            let help = format!("state the years in which it can strike, such as years = [{}]", self.frame.base + 1);
            self.error("missing-key", &entry.place, format!("risk `{id}` lacks `years`"), help);
        }
        let indicator = table.owned("indicator");
        if let (Some(name), Some(item)) = (&indicator, table.get("indicator")) {
            self.used.insert(format!("indicator.{name}"));
            let known = self.ordered("indicator");
            if !known.contains(name) {
                self.unknown("unknown-indicator", "indicator", name, &item.place, known.iter().map(String::as_str));
            }
        }
        Risk {
            id: id.to_owned(),
            title: table.owned("title").unwrap_or_else(|| id.to_owned()),
            domain: table.owned("domain").unwrap_or_default(),
            term: if table.text("term") == Some("lang") { Term::Long } else { Term::Short },
            chance,
            impact,
            years: self.years(table),
            structural: table.flag("structural").unwrap_or(true),
            covered_by: self.covered_by(table),
            replaces: table
                .get("replaces")
                .and_then(Item::as_list)
                .unwrap_or_default()
                .iter()
                .filter_map(|i| i.as_text().map(str::to_owned))
                .collect(),
            indicator,
            cause: table.owned("cause"),
            consequence: table.owned("consequence"),
            response: table.owned("response"),
            owner: table.owned("owner"),
            portfolio_holder: table.owned("portfolio_holder"),
            trend: match table.text("trend") {
                Some("new") => Some(Trend::New),
                Some("up") => Some(Trend::Up),
                Some("equal") => Some(Trend::Equal),
                Some("down") => Some(Trend::Down),
                Some("closed") => Some(Trend::Closed),
                _ => None,
            },
            provenance: entry.item.provenance.clone(),
            place: entry.place.clone(),
        }
    }

    fn years(&mut self, table: &Table) -> Vec<Year> {
        let Some(item) = table.get("years") else {
            return Vec::new();
        };
        let list = item.as_list().unwrap_or_default();
        if let (true, true) = (list.is_empty(), item.as_list().is_some()) {
            self.error(
                "empty-list",
                &item.place,
                "`years` names no year",
                "name the years in which the risk can strike",
            );
        }
        let mut years: Vec<Year> = Vec::new();
        for item in list {
            let Some(year) = item.as_number().map(to_year) else {
                continue;
            };
            let (base, horizon) = (self.frame.base, self.frame.horizon);
            if !(base..=horizon).contains(&year) {
                let side = if year > horizon {
                    format!("after the horizon {horizon}")
                } else {
                    format!("before the base year {base}")
                };
                self.error(
                    "year-outside",
                    &item.place,
                    format!("{year} lies {side}"),
                    format!("name years from {} to {horizon}", base + 1),
                );
            } else if year == base {
                let message = format!("{year} is the base year: what strikes then is in no projection");
                self.warning(
                    "unused-year",
                    &item.place,
                    message,
                    format!("the first year that counts is {}", base + 1),
                );
            }
            if years.contains(&Year(year)) {
                self.error(
                    "duplicate-reference",
                    &item.place,
                    format!("{year} stands twice in `years`"),
                    "name it once",
                );
            } else {
                years.push(Year(year));
            }
        }
        years.sort_unstable();
        years
    }

    fn chance(&mut self, item: &Item) -> Option<RiskChance> {
        match &item.content {
            // Percentages and classes are both numbers by now; only a class
            // was written without its percent sign.
            Content::Number(number) if item.written.ends_with('%') => {
                self.chance_range(*number, item);
                Some(RiskChance::Chance(*number))
            }
            Content::Number(number) => self.chance_class(to_whole(*number), item),
            Content::Table(table) => {
                let per_year = table.number("per_year")?;
                if per_year < 0.0 {
                    self.error(
                        "negative",
                        &item.place,
                        format!("{per_year} times a year cannot be"),
                        "write 0 or more",
                    );
                }
                Some(RiskChance::PerYear(per_year))
            }
            _ => None,
        }
    }

    fn chance_class(&mut self, class: u32, item: &Item) -> Option<RiskChance> {
        let scale = self.root.table("resilience").and_then(|r| r.table("chance_scale"));
        let name = class.to_string();
        match scale.map(|s| (s.get(&name), s)) {
            Some((Some(chance), _)) => chance.as_number().map(|c| RiskChance::Class(class, c)),
            Some((None, scale)) => {
                let known: Vec<&str> = scale.entries.iter().map(|e| e.name.as_str()).collect();
                let help = format!("classes are {}; a percentage is written \"{class}%\"", known.join(", "));
                self.error("unknown-class", &item.place, format!("chance_scale has no class {class}"), help);
                None
            }
            None => {
                let help = format!("add resilience.chance_scale, or write a percentage: \"{class}%\"");
                self.error(
                    "unknown-class",
                    &item.place,
                    format!("there is no chance_scale that says what class {class} is"),
                    help,
                );
                None
            }
        }
    }

    fn impact(&mut self, item: &Item) -> RiskImpact {
        let unit = self.frame.unit;
        let table = match &item.content {
            Content::Money(money) if money.in_euros(unit).is_finite() => {
                return RiskImpact::Full(money.in_euros(unit));
            }
            Content::Table(table) => table,
            _ => return RiskImpact::ProMemorie,
        };
        if let Some(what_if) = table.owned("what_if") {
            return self.sized_by(table, what_if);
        }
        if let Some(class) = table.whole("class") {
            return self.impact_class(class, item);
        }
        let money = |key: &str| table.money(key, unit);
        if table.entries.iter().any(|e| e.item.is_faulty()) {
            return RiskImpact::ProMemorie;
        }
        let (Some(min), Some(max)) = (money("min"), money("max")) else {
            self.error(
                "missing-key",
                &item.place,
                "this impact lacks a bound",
                "write an amount, { min, max }, { min, mode, max }, { class }, { what_if, figure } or \"pm\"",
            );
            return RiskImpact::ProMemorie;
        };
        if min > max {
            self.error("min-above-max", &item.place, "min lies above max", "exchange the two");
        }
        match money("mode") {
            Some(mode) => {
                if min <= max && !(min..=max).contains(&mode) {
                    self.error(
                        "value-outside-range",
                        &item.place,
                        "mode does not lie between min and max",
                        "the mode is the most likely amount",
                    );
                }
                RiskImpact::Pert { min, mode, max }
            }
            None => RiskImpact::Range { min, max },
        }
    }

    fn impact_class(&mut self, class: u32, item: &Item) -> RiskImpact {
        let scale = self.root.table("resilience").and_then(|r| r.table("impact_scale"));
        let Some(scale) = scale else {
            let message = format!("there is no impact_scale that says what class {class} is");
            self.error("unknown-class", &item.place, message, "add resilience.impact_scale, or write amounts");
            return RiskImpact::ProMemorie;
        };
        let Some(bounds) = scale.get(&class.to_string()) else {
            let known: Vec<&str> = scale.entries.iter().map(|e| e.name.as_str()).collect();
            self.error(
                "unknown-class",
                &item.place,
                format!("impact_scale has no class {class}"),
                format!("classes are {}", known.join(", ")),
            );
            return RiskImpact::ProMemorie;
        };
        let bounds: Vec<f64> = bounds
            .as_list()
            .unwrap_or_default()
            .iter()
            .filter_map(Item::as_money)
            .map(|m| m.in_euros(self.frame.unit))
            .collect();
        match bounds.as_slice() {
            [min, max] => RiskImpact::Class { class, min: *min, max: *max },
            _ => RiskImpact::ProMemorie,
        }
    }

    /// An impact that a what-if sizes.
    fn sized_by(&mut self, table: &Table, what_if: String) -> RiskImpact {
        let known = self.material.what_ifs;
        let id = what_if.strip_suffix(".toml").unwrap_or(&what_if).to_owned();
        if let Some(item) = table.get("what_if").filter(|_| !known.contains(&id)) {
            self.unknown("unknown-what-if", "what-if", &id, &item.place, known.iter().map(String::as_str));
        }
        let figure = table.owned("figure").unwrap_or_else(|| "result".to_owned());
        if let Some(item) = table.get("figure") {
            self.figure(&figure, item);
        }
        RiskImpact::WhatIf { what_if: id, figure }
    }

    /// `result`, or a figure of something without its year: `cost(jeugd)`.
    fn figure(&mut self, figure: &str, item: &Item) {
        let (name, of) = match figure.split_once('(') {
            Some((name, rest)) => (name.trim(), rest.trim_end().strip_suffix(')').map(|o| o.trim().to_owned())),
            None => (figure, Some("total".to_owned())),
        };
        if Figure::from_name(name).is_none() {
            let known: Vec<&str> = Figure::names().collect();
            self.unknown("unknown-figure", "figure", name, &item.place, known.into_iter());
            return;
        }
        let of = match of {
            Some(of) if !of.is_empty() && !of.contains(',') => of,
            _ => {
                self.error(
                    "unknown-figure",
                    &item.place,
                    format!("`{figure}` is no figure without its year"),
                    "write it like result, or cost(jeugd)",
                );
                return;
            }
        };
        let mut known: Vec<String> = self.lines.iter().map(|(id, _)| id.clone()).collect();
        for kind in ["domain", "index", "reserve", "indicator"] {
            known.extend(self.ordered(kind));
        }
        known.extend(super::overlay::DOMAINS.iter().map(|(id, _)| (*id).to_owned()));
        known.push("total".to_owned());
        let code = of.starts_with(|c: char| c.is_ascii_digit());
        if !code && !known.contains(&of) {
            self.unknown("unknown-line", "line or domain", &of, &item.place, known.iter().map(String::as_str));
        }
    }

    /// Addresses of assumptions that already hold the risk, in full.
    fn covered_by(&mut self, table: &Table) -> Vec<String> {
        let mut covered = Vec::new();
        for item in table.get("covered_by").and_then(Item::as_list).unwrap_or_default() {
            let Some(address) = item.as_text() else {
                continue;
            };
            let full = full_address(address);
            let lies_in =
                |a: &str| a == full || a.strip_prefix(full.as_str()).is_some_and(|rest| rest.starts_with('.'));
            let (mut known, mut uncertain) = (false, false);
            for (at, assumption) in self.assumptions.iter().enumerate().filter(|(_, a)| lies_in(&a.address)) {
                known = true;
                uncertain |= assumption.is_uncertain() || self.faulty.contains(&crate::model::AssumptionId(at));
            }
            if known && !uncertain {
                let message = format!("{full} has no uncertainty, so nothing holds this risk");
                self.warning(
                    "certain",
                    &item.place,
                    message,
                    "state its uncertainty, or leave it out of `covered_by`: a covered risk is not summed",
                );
            } else if !known && self.removed(&full) {
                continue;
            } else if !known {
                self.unknown_address(&full, item, false);
                continue;
            }
            covered.push(full);
        }
        covered
    }
}
