//! Lines, and cost lines in full: from checked form to the model. Revenue lines
//! stand in [`super::revenue`].

use super::base::Builder;
use super::item::{Content, Entry, Table};
use super::keys;
use super::taakveld;
use crate::diagnostic::Place;
use crate::model::{ClientsBasis, CostLine, FigureKind, Line, Lines, PriceTerms, Quantity, UnitCost};
use crate::units::Year;

/// What lines of both sides have.
pub(super) struct Head {
    pub(super) label: String,
    pub(super) taakveld: String,
    pub(super) domains: Vec<(String, f64)>,
    pub(super) outside: bool,
    pub(super) structural: bool,
}

/// A coefficient of variation above this is more likely a slip of the pen
/// (`80` for `0.80`) than meant.
const WIDEST_CV: f64 = 5.0;

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
            self.error(
                "no-lines",
                &place,
                "the file has no cost line and no revenue line",
                "add at least one [cost.NAME] or [revenue.NAME]",
            );
        }
        let empty = Table::default();
        let all = entries
            .into_iter()
            .map(|(entry, cost)| {
                let table = entry.item.as_table().unwrap_or(&empty);
                if cost {
                    Line::Cost(Box::new(self.cost(entry, table)))
                } else {
                    Line::Revenue(Box::new(self.revenue(entry, table)))
                }
            })
            .collect();
        Lines { all }
    }

    pub(super) fn head(&mut self, table: &Table, entry: &Entry) -> Head {
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
            Some(when) => format!(
                "the code was used {when}; codes of 2025 and later have three digits in the social domain, such as 6.711"
            ),
            None => "it is a code of the Iv3 list, such as 6.75 or 6.711".to_owned(),
        };
        self.warning("unknown-taakveld", place, format!("taakveld `{code}` is not known in {period}"), help);
    }

    /// One domain, or shares that sum to 1.
    fn shares_of_domains(&mut self, table: &Table, line: &str) -> Vec<(String, f64)> {
        let Some(item) = table.get("domain") else {
            return Vec::new();
        };
        match &item.content {
            Content::Text(name) => {
                self.domain(name, &item.place);
                vec![(name.clone(), 1.0)]
            }
            Content::Table(shares) => {
                let mut all = Vec::new();
                for entry in &shares.entries {
                    self.domain(&entry.name, &entry.place);
                    let Some(share) = entry.item.as_number() else {
                        return Vec::new();
                    };
                    if share < 0.0 {
                        self.error(
                            "negative",
                            &entry.item.place,
                            format!("the share of `{}` is {}", entry.name, entry.item.written),
                            "a share lies between 0% and 100%",
                        );
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

    pub(super) fn price(&mut self, table: &Table, address: &str) -> PriceTerms {
        let Some(price) = table.table("price") else {
            return PriceTerms::default();
        };
        let index =
            price.get("index").map(|item| self.weights(item, &format!("{address}.price.index"))).unwrap_or_default();
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
        let unknown = base_cost.is_none() && unit_cost.is_none() && !entry.item.is_faulty();
        if unknown && counts_clients && base_volume != 0.0 {
            let kind = self.base.name();
            let message =
                format!("`{id}` has clients in {base_year} and no {kind} cost, so its cost per client is not known");
            self.error("no-base-figure", &entry.place, message, "add the row to figures.csv, or state `unit_cost`");
        } else if unknown && !self.has_base_measures(id) {
            let message =
                format!("figures.csv has no {} cost of `{id}` for {base_year}: the line starts at 0", self.base.name());
            self.warning(
                "no-base-figure",
                &entry.place,
                message,
                "add the row, or state `unit_cost` for a line that starts later",
            );
        }
        if let Some(item) = table.table("luck").and_then(|l| l.get("cost_cv"))
            && item.as_number().is_some_and(|n| n < 0.0)
        {
            self.error(
                "negative",
                &item.place,
                format!("`cost_cv` is {}", item.written),
                "a coefficient of variation is 0 or more",
            );
        }
        if let Some(item) = table.table("luck").and_then(|l| l.get("cost_cv"))
            && item.as_number().is_some_and(|n| n > WIDEST_CV)
        {
            self.warning(
                "wide-spread",
                &item.place,
                format!(
                    "`cost_cv` of {} says that one client costs many times the mean or nearly nothing",
                    item.written
                ),
                "is the decimal mark in its place? care of one client usually lies between 0.5 and 3",
            );
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
    pub(super) fn has_base_measures(&self, line: &str) -> bool {
        self.root.items("measure").any(|m| m.item.as_table().is_some_and(|t| t.text("line") == Some(line)))
    }

    /// Clients in the base year; 0 where there is no row.
    fn base_clients(&mut self, id: &str) -> f64 {
        let year = Year(self.frame.base);
        if let Some(clients) = self.figures.value(id, Quantity::Clients, self.base, year) {
            return clients;
        }
        let actual = self
            .figures
            .get(id, Quantity::Clients, FigureKind::Actual, year)
            .filter(|_| self.base == FigureKind::Budget)
            .cloned();
        let Some(actual) = actual else { return 0.0 };
        let message = format!("`{id}` has no budgeted clients in {year}: the {} realised are taken", actual.value);
        self.warning(
            "clients-of-other-kind",
            &actual.place,
            message,
            "add a clients row of kind budget if another number was budgeted",
        );
        actual.value
    }

    fn unit_cost(&mut self, table: &Table, address: &str, entry: &Entry) -> Option<UnitCost> {
        let item = table.get("unit_cost")?;
        match &item.content {
            Content::Series(_) => {
                self.assumption(table, "unit_cost", &format!("{address}.unit_cost")).map(UnitCost::PerClient)
            }
            Content::Table(parts) => {
                let at = format!("{address}.unit_cost");
                let hours_per_week =
                    self.needed(parts, "hours_per_week", &format!("{at}.hours_per_week"), &keys::HOURS, &entry.place);
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
}
