//! Cost and revenue lines: from checked form to the model.

use std::collections::BTreeMap;

use super::base::Builder;
use super::item::{Content, Entry, Item, Table};
use super::keys;
use super::taakveld;
use crate::diagnostic::Place;
use crate::model::{
    AssumptionId, ClientsBasis, Contribution, CostLine, FigureKind, Follows, Income, IndexId, Line, LineId, Lines, Payer, PriceTerms, Quantity,
    RevenueLine, SafetyNet, SafetyNetRule, SafetyNetStep, UnitCost,
};
use crate::units::Year;

/// What lines of both sides have.
struct Head {
    label: String,
    taakveld: String,
    domains: Vec<(String, f64)>,
    outside: bool,
    structural: bool,
}

impl Builder<'_> {
    /// Ids of all lines in file order, with whether they are cost lines.
    pub(super) fn ordered_lines(&self) -> Vec<(String, bool)> {
        self.line_entries().into_iter().map(|(e, cost)| (e.name.clone(), cost)).collect()
    }

    fn line_entries(&self) -> Vec<(&Entry, bool)> {
        let mut all: Vec<(&Entry, bool)> = self.root.items("cost").map(|e| (e, true)).collect();
        all.extend(self.root.items("revenue").map(|e| (e, false)));
        // A name on both sides is an error of its own; the cost line comes first.
        all.sort_by_key(|(e, cost)| (e.order, !cost));
        all
    }

    pub(super) fn all_lines(&mut self) -> Lines {
        let root = self.root;
        let mut entries: Vec<(&Entry, bool)> = root.items("cost").map(|e| (e, true)).collect();
        entries.extend(root.items("revenue").map(|e| (e, false)));
        entries.sort_by_key(|(e, cost)| (e.order, !cost));
        if entries.is_empty() {
            let place = Place::file("base.toml");
            self.error("no-lines", &place, "the file has no cost line and no revenue line", "add at least one [cost.NAME] or [revenue.NAME]");
        }
        let empty = Table::default();
        let all = entries
            .into_iter()
            .map(|(entry, cost)| {
                let table = entry.item.as_table().unwrap_or(&empty);
                if cost { Line::Cost(Box::new(self.cost(entry, table))) } else { Line::Revenue(Box::new(self.revenue(entry, table))) }
            })
            .collect();
        Lines { all }
    }

    fn head(&mut self, table: &Table, entry: &Entry) -> Head {
        let taakveld = table.owned("taakveld").unwrap_or_default();
        if let Some(item) = table.get("taakveld").filter(|i| i.as_text().is_some()) {
            self.taakveld(&taakveld, &item.place);
        }
        Head {
            label: table.owned("label").unwrap_or_else(|| entry.name.clone()),
            taakveld,
            domains: self.shares_of_domains(table, &entry.name),
            outside: table.flag("outside").unwrap_or(false),
            structural: table.flag("structural").unwrap_or(true),
        }
    }

    fn taakveld(&mut self, code: &str, place: &Place) {
        if taakveld::is_known(code, self.frame.base, self.frame.horizon) {
            return;
        }
        let period = format!("{} to {}", self.frame.base, self.frame.horizon);
        let help = match taakveld::periods(code) {
            Some(when) => format!("the code was used {when}; codes of 2025 and later have three digits in the social domain, such as 6.711"),
            None => "it is a code of the Iv3 list, such as 6.75 or 6.711".to_owned(),
        };
        self.warning("unknown-taakveld", place, format!("taakveld `{code}` is not known in {period}"), help);
    }

    /// One domain, or shares that sum to 1.
    fn shares_of_domains(&mut self, table: &Table, line: &str) -> Vec<(String, f64)> {
        let Some(item) = table.get("domain") else { return Vec::new() };
        match &item.content {
            Content::Text(name) => {
                self.domain(name, &item.place);
                vec![(name.clone(), 1.0)]
            }
            Content::Table(shares) => {
                let mut all = Vec::new();
                for entry in &shares.entries {
                    self.domain(&entry.name, &entry.place);
                    let Some(share) = entry.item.as_number() else { return Vec::new() };
                    if share < 0.0 {
                        self.error("negative", &entry.item.place, format!("the share of `{}` is {}", entry.name, entry.item.written), "a share lies between 0% and 100%");
                    }
                    all.push((entry.name.clone(), share));
                }
                let sum: f64 = all.iter().map(|(_, s)| s).sum();
                if (sum - 1.0).abs() > 1e-9 {
                    let message = format!("the domains of `{line}` sum to {}%", (sum * 1e9).round() / 1e7);
                    self.error("weights", &item.place, message, "the shares of a line's domains sum to 100%");
                }
                all
            }
            _ => Vec::new(),
        }
    }

    fn price(&mut self, table: &Table, address: &str) -> PriceTerms {
        let Some(price) = table.table("price") else { return PriceTerms::default() };
        let index = price.get("index").map(|item| self.weights(item, &format!("{address}.price.index"))).unwrap_or_default();
        PriceTerms { index, change: self.assumption(price, "change", &format!("{address}.price.change")) }
    }

    fn cost(&mut self, entry: &Entry, table: &Table) -> CostLine {
        let id = entry.name.as_str();
        let address = format!("cost.{id}");
        let head = self.head(table, entry);
        let empty = Table::default();
        let volume = table.table("volume").unwrap_or(&empty);
        let ageing = self.ageing(volume, &format!("{address}.volume.ageing"));
        let growth = self.assumption(volume, "growth", &format!("{address}.volume.growth"));
        let exit = self.assumption(volume, "exit", &format!("{address}.volume.exit"));
        let intake = self.assumption(volume, "intake", &format!("{address}.volume.intake"));
        let price = self.price(table, &address);
        let intensity = self.assumption(table, "intensity", &format!("{address}.intensity"));
        let level = self.assumption(table, "level", &format!("{address}.level"));
        let unit_cost = self.unit_cost(table, &address, entry);
        if let (Some(UnitCost::Hours { .. }), Some(item)) = (&unit_cost, table.get("intensity")) {
            self.error(
                "one-of",
                &item.place,
                format!("{address} states `intensity` and hours per week"),
                "intensity follows from the hours: leave it out",
            );
        }
        let clients_rows = self.figures.of(id, Quantity::Clients).next().is_some();
        let counts_clients = clients_rows || table.get("unit_cost").is_some() || table.get("clients_basis").is_some();
        let base_volume = if counts_clients { self.base_clients(id) } else { 1.0 };
        for (key, stated) in [("exit", exit.is_some()), ("intake", intake.is_some())] {
            if let (true, false, Some(item)) = (stated, counts_clients, volume.get(key)) {
                self.without_clients(id, &item.place, &format!("`{key}`"));
            }
        }
        let base_year = Year(self.frame.base);
        let base_cost = self.figures.value(id, Quantity::Cost, self.base, base_year);
        if base_cost.is_none() && unit_cost.is_none() && !entry.item.is_faulty() && !self.has_base_measures(id) {
            let message = format!("figures.csv has no {} cost of `{id}` for {base_year}: the line starts at 0", self.base.name());
            self.warning("no-base-figure", &entry.place, message, "add the row, or state `unit_cost` for a line that starts later");
        }
        if let Some(item) = table.table("luck").and_then(|l| l.get("cost_cv")) {
            if item.as_number().is_some_and(|n| n < 0.0) {
                self.error("negative", &item.place, format!("`cost_cv` is {}", item.written), "a coefficient of variation is 0 or more");
            }
        }
        CostLine {
            id: id.to_owned(),
            label: head.label,
            taakveld: head.taakveld,
            domains: head.domains,
            outside: head.outside,
            structural: head.structural,
            counts_clients,
            clients_basis: match table.text("clients_basis") {
                Some("snapshot") => Some(ClientsBasis::Snapshot),
                Some("unique") => Some(ClientsBasis::Unique),
                Some("average") => Some(ClientsBasis::Average),
                _ => None,
            },
            base_cost: base_cost.unwrap_or(0.0),
            base_volume,
            ageing,
            growth,
            exit,
            intake,
            price,
            intensity,
            level,
            unit_cost,
            luck_cost_cv: table.table("luck").and_then(|l| l.number("cost_cv")),
            provenance: entry.item.provenance.clone(),
            place: entry.place.clone(),
        }
    }

    /// A line without a base figure that a measure fills is a line of policy
    /// to come, not a forgotten row.
    fn has_base_measures(&self, line: &str) -> bool {
        self.root.items("measure").any(|m| m.item.as_table().is_some_and(|t| t.text("line") == Some(line)))
    }

    /// Clients in the base year; 0 where there is no row.
    fn base_clients(&mut self, id: &str) -> f64 {
        let year = Year(self.frame.base);
        if let Some(clients) = self.figures.value(id, Quantity::Clients, self.base, year) {
            return clients;
        }
        let actual = self.figures.get(id, Quantity::Clients, FigureKind::Actual, year).filter(|_| self.base == FigureKind::Budget).cloned();
        let Some(actual) = actual else { return 0.0 };
        let message = format!("`{id}` has no budgeted clients in {year}: the {} realised are taken", actual.value);
        self.warning("clients-of-other-kind", &actual.place, message, "add a clients row of kind budget if another number was budgeted");
        actual.value
    }

    fn unit_cost(&mut self, table: &Table, address: &str, entry: &Entry) -> Option<UnitCost> {
        let item = table.get("unit_cost")?;
        match &item.content {
            Content::Series(_) => self.assumption(table, "unit_cost", &format!("{address}.unit_cost")).map(UnitCost::PerClient),
            Content::Table(parts) => {
                let at = format!("{address}.unit_cost");
                let hours_per_week = self.needed(parts, "hours_per_week", &format!("{at}.hours_per_week"), &keys::HOURS, &entry.place);
                let rate = self.needed(parts, "rate", &format!("{at}.rate"), &keys::HOUR_RATE, &entry.place);
                let weeks = parts.number("weeks").unwrap_or(52.0);
                if let Some(item) = parts.get("weeks").filter(|_| weeks <= 0.0 || weeks > 53.0) {
                    self.error("out-of-range", &item.place, format!("`weeks` is {weeks}"), "a year has 52 weeks");
                }
                Some(UnitCost::Hours { hours_per_week, rate, weeks })
            }
            _ => None,
        }
    }

    pub(super) fn without_clients(&mut self, line: &str, place: &Place, what: &str) {
        let message = format!("{what} needs clients, and `{line}` counts none");
        let help = format!("add clients of `{line}` to figures.csv, or state its `unit_cost` or `clients_basis`");
        self.error("no-clients", place, message, help);
    }

    fn revenue(&mut self, entry: &Entry, table: &Table) -> RevenueLine {
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
            let message = format!("figures.csv has no {} revenue of `{id}` for {}: the line stays 0", self.base.name(), self.frame.base);
            self.warning("no-base-figure", &entry.place, message, "add the row");
        }
        let until = table.year("until").map(Year);
        if let (Some(until), Some(item)) = (until, table.get("until")) {
            if until.0 < self.frame.base {
                let message = format!("`until` {until} lies before the base year {}", self.frame.base);
                self.error("year-outside", &item.place, message, "leave the line out, or name its last year");
            } else if until.0 >= self.frame.horizon {
                let message = format!("`until` {until} does not lie before the horizon {}: it does nothing", self.frame.horizon);
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
            self.error("out-of-range", &item.place, format!("a lag of {lag} years"), "write how many years later the revenue comes");
        }
        if let (Some(line), true) = (line, lag_fits && lag > 0 && from_base) {
            self.history(line, lag, item);
        }
        let indexed_by = table.get("indexed_by").and_then(|i| self.index_named(i));
        if let (true, false, Some(item)) = (from_base, has_base, table.get("from_base")) {
            let message = format!("{address} follows from its base figure, and figures.csv has none");
            self.error("no-base-figure", &item.place, message, format!("add its {} revenue of {}", self.base.name(), self.frame.base));
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
            let message = format!("`from_base` with a lag of {lag} needs the cost of `{name}` in {year}, which figures.csv lacks");
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
        let households_per_client: Option<AssumptionId> = self.assumption(table, "households_per_client", &at("households_per_client"));
        let per = match table.text("per") {
            Some("household") => Payer::Household,
            Some("client") => Payer::Client,
            // Whoever states households means them.
            _ if households_per_client.is_some() => Payer::Household,
            _ => Payer::Client,
        };
        if let (Payer::Client, Some(_), Some(item)) = (per, households_per_client, table.get("households_per_client")) {
            let place = item.place.clone();
            self.warning("unused", &place, "`households_per_client` does nothing where each client pays", "write per = \"household\", or leave it out");
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
            self.error("out-of-range", &item.place, format!("`paid_after` is {paid_after}"), "write after how many years it is paid");
        }
        let mut rules = BTreeMap::new();
        for entry in table.items("rules") {
            let Some(rule) = entry.item.as_table() else { continue };
            let Some(year) = super::value::year_key(&entry.name) else { continue };
            let rule = SafetyNetRule {
                entry: self.fraction(rule, "entry"),
                cumulated: self.fraction(rule, "cumulated"),
                steps: self.steps(rule),
            };
            rules.insert(Year(year), rule);
        }
        if let Some(item) = table.get("rules").filter(|i| i.as_table().is_some_and(|t| t.entries.is_empty())) {
            self.error("empty-list", &item.place, "`rules` names no year", "state the rule of a year: { 2024 = { entry = \"7.5%\", ... } }");
        }
        Income::SafetyNet(SafetyNet { cost, income, budget, paid_after: paid_after.min(10), rules })
    }

    fn fraction(&mut self, table: &Table, key: &str) -> f64 {
        let value = table.number(key).unwrap_or(0.0);
        if let Some(item) = table.get(key).filter(|_| !(0.0..=1.0).contains(&value)) {
            self.error("out-of-range", &item.place, format!("`{key}` is {}", item.written), "it lies between 0% and 100%");
        }
        value
    }

    fn steps(&mut self, rule: &Table) -> Vec<SafetyNetStep> {
        let Some(item) = rule.get("steps") else { return Vec::new() };
        let Some(list) = item.as_list() else { return Vec::new() };
        if list.is_empty() {
            self.error("empty-list", &item.place, "`steps` names no step", "write [{ from = \"7.5%\", pays = \"50%\" }]");
        }
        let mut steps: Vec<SafetyNetStep> = Vec::new();
        for item in list {
            let Some(table) = item.as_table() else { continue };
            let step = SafetyNetStep { from: self.fraction(table, "from"), pays: self.fraction(table, "pays") };
            if steps.last().is_some_and(|last| last.from >= step.from) && !table.is_faulty("from") {
                self.error("step-order", &item.place, "this step does not begin above the one before it", "put the steps in ascending order of `from`");
            }
            steps.push(step);
        }
        steps
    }
}
