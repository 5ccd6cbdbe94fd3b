//! From checked form to the model: the order of building, and what builders
//! share.
//!
//! Base and what-ifs pass through here alike. Builders report what is wrong
//! with references and values and go on with something neutral; a model with
//! reported errors is never handed out.

use std::collections::BTreeSet;

use super::figures;
use super::form::join;
use super::item::{Content, Entry, Item, Table};
use super::overlay::Merged;
use super::population::Demography;
use super::resolve::{self, Frame};
use super::shape::Kind;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{Ageing, Assumption, AssumptionId, FigureKind, Figures, Model, Scenario};

/// What a scenario is built from, beside its own keys.
pub(super) struct Material<'a> {
    pub(super) rows: &'a [figures::Row],
    pub(super) demography: &'a Demography,
    /// Ids of all what-ifs of the folder.
    pub(super) what_ifs: &'a BTreeSet<String>,
    /// Whether all rows of figures.csv could be read: what a scenario lacks is
    /// otherwise no news.
    pub(super) figures_sound: bool,
    /// The same of population.csv and use_rates.csv, where they are.
    pub(super) demography_sound: bool,
}

/// A scenario as built, with what its checks need.
pub(super) struct Built {
    pub(super) model: Model,
    /// Assumptions in which something was reported.
    pub(super) faulty: BTreeSet<AssumptionId>,
    /// Things that something refers to: `index.ova`, `domain.wmo`.
    pub(super) used: BTreeSet<String>,
}

pub(super) struct Builder<'a> {
    pub(super) root: &'a Table,
    pub(super) merged: &'a Merged,
    pub(super) material: &'a Material<'a>,
    pub(super) frame: Frame,
    /// Kind of figures that the projection starts from.
    pub(super) base: FigureKind,
    pub(super) figures: Figures,
    pub(super) found: &'a mut Diagnostics,
    pub(super) assumptions: Vec<Assumption>,
    pub(super) faulty: BTreeSet<AssumptionId>,
    pub(super) used: BTreeSet<String>,
    /// Lines by id, in file order, with whether they are cost lines.
    pub(super) lines: Vec<(String, bool)>,
    pub(super) indices: Vec<String>,
}

/// Base year and horizon, with a stand-in where they are missing; the flag
/// says whether they are what the file says.
pub(super) fn frame(root: &Table, found: &mut Diagnostics) -> (Frame, bool) {
    let head = root.table("municipality");
    let base = head.and_then(|h| h.year("base_year"));
    let horizon = head.and_then(|h| h.year("horizon"));
    let unit = head.and_then(|h| h.number("amount_unit"));
    if let (Some(unit), Some(item)) = (unit, head.and_then(|h| h.get("amount_unit")))
        && (unit <= 0.0 || unit > 1e9)
    {
        let message = format!("`amount_unit` is {unit}");
        found.push(
            Diagnostic::error("amount-unit", &item.place, message).help("write how many euros one unit is: 1, or 1000"),
        );
    }
    let mut sound = base.is_some() && horizon.is_some();
    if let (Some(base), Some(horizon), Some(item)) = (base, horizon, head.and_then(|h| h.get("horizon")))
        && horizon <= base
    {
        sound = false;
        let message = format!("`horizon` {horizon} does not lie after `base_year` {base}");
        found.push(
            Diagnostic::error("horizon", &item.place, message)
                .help("the horizon is the last projected year; the first is the year after the base year"),
        );
    }
    let base = base.unwrap_or(horizon.map_or(2025, |h| h - 4));
    let horizon = horizon.filter(|h| *h > base).unwrap_or(base + 4);
    (Frame { base, horizon, unit: unit.filter(|u| *u > 0.0).unwrap_or(1.0) }, sound)
}

/// Required keys that are not there, in the whole of a table.
pub(super) fn missing(root: &Table, found: &mut Diagnostics) {
    for name in ["municipality"] {
        if root.get(name).is_none() {
            let message = format!("the table [{name}] is missing");
            found.push(
                Diagnostic::error("missing-key", &Place::file("base.toml"), message)
                    .help("it states name, code, base_year, base and horizon"),
            );
        }
    }
    for entry in &root.entries {
        missing_in(&entry.item, &entry.place, &entry.name, found);
    }
}

fn missing_in(item: &Item, place: &Place, path: &str, found: &mut Diagnostics) {
    match &item.content {
        Content::Table(table) => {
            for field in table.shape.into_iter().flat_map(|s| s.fields) {
                if field.required && table.get(field.name).is_none() {
                    let message = format!("`{path}` lacks `{}`", field.name);
                    let help = format!("add `{}`: {}", field.name, in_sentence(field.about));
                    found.push(Diagnostic::error("missing-key", place, message).help(help));
                }
            }
            for entry in &table.entries {
                missing_in(&entry.item, &entry.place, &join(path, &entry.name), found);
            }
        }
        Content::List(list) => {
            for item in list {
                missing_in(item, &item.place, path, found);
            }
        }
        _ => {}
    }
}

/// A description in the middle of a sentence: its capital goes, an acronym stays.
fn in_sentence(about: &str) -> String {
    let mut chars = about.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            format!("{}{}", first.to_lowercase(), chars.as_str())
        }
        _ => about.to_owned(),
    }
}

impl<'a> Builder<'a> {
    /// Builds a scenario's model.
    pub(super) fn build(
        merged: &'a Merged,
        scenario: Scenario,
        material: &'a Material<'a>,
        found: &'a mut Diagnostics,
    ) -> Built {
        let root = &merged.root;
        let (frame, sound) = frame(root, found);
        missing(root, found);
        let base = root
            .table("municipality")
            .and_then(|h| h.text("base"))
            .and_then(figures::kind_named)
            .unwrap_or(FigureKind::Budget);
        let figures = figures::figures(material.rows, root, frame.unit, found);
        figures::check_totals(material.rows, root, found);
        let mut own = Diagnostics::default();
        let builder = Builder {
            root,
            merged,
            material,
            frame,
            base,
            figures,
            found: &mut own,
            assumptions: Vec::new(),
            faulty: BTreeSet::new(),
            used: BTreeSet::new(),
            lines: Vec::new(),
            indices: Vec::new(),
        };
        let built = builder.model(scenario);
        super::check::check(&built, &mut own);
        // Without base year or horizon, what is said of years would be noise;
        // without all figures, what is said of a figure's absence.
        let known: Vec<Diagnostic> = own
            .sorted()
            .into_iter()
            .filter(|d| sound || !OF_YEARS.contains(&d.code))
            .filter(|d| sound && material.figures_sound || !OF_FIGURES.contains(&d.code))
            .collect();
        found.extend(known);
        built
    }

    fn model(mut self, scenario: Scenario) -> Built {
        self.namespace();
        self.lines = self.ordered_lines();
        let mut index_entries: Vec<&Entry> = self.root.items("index").collect();
        index_entries.sort_by_key(|e| e.order);
        self.indices = index_entries.iter().map(|e| e.name.clone()).collect();
        let municipality = self.municipality();
        let budget = self.budget();
        let indices: Vec<_> = index_entries.iter().map(|e| self.index(e)).collect();
        self.mix_cycles(&indices, &index_entries);
        let lines = self.all_lines();
        let domains = self.domains();
        let flows = self.flows();
        let measures = self.measures();
        let indicators = self.indicators();
        let reserves = self.reserves();
        let (chance_scale, impact_scale) = self.scales();
        let resilience = self.resilience();
        let risks = self.risks();
        let correlations = self.correlations();
        let rule_parameters = self.rule_parameters();
        let report = self.report();
        let ageing: Vec<(String, Place)> = lines
            .costs()
            .filter(|l| matches!(l.ageing, Ageing::Population))
            .map(|l| (l.id.clone(), self.ageing_place(&l.id).unwrap_or_else(|| l.place.clone())))
            .collect();
        let (mut population, mut use_rates) = (Default::default(), Default::default());
        if let (Some((_, place)), true) = (ageing.first(), self.material.demography_sound) {
            let Frame { base, horizon, .. } = self.frame;
            population = self.material.demography.population(base, horizon, place, self.found);
            use_rates = self.material.demography.use_rates(&ageing, self.found);
        }
        for (line, _) in &ageing {
            self.used.insert(format!("ageing.{line}"));
        }
        let model = Model {
            municipality,
            scenario,
            budget,
            assumptions: self.assumptions,
            domains,
            indices,
            lines,
            flows,
            measures,
            indicators,
            reserves,
            risks,
            chance_scale,
            impact_scale,
            resilience,
            correlations,
            rule_parameters,
            report,
            figures: self.figures,
            population,
            use_rates,
        };
        Built { model, faulty: self.faulty, used: self.used }
    }

    fn ageing_place(&self, line: &str) -> Option<Place> {
        let volume = self.root.table("cost")?.get(line)?.as_table()?.table("volume")?;
        volume.get("ageing").and_then(Item::as_series).and_then(|s| s.layers.last()).map(|l| l.place.clone())
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic::error(code, place, message).help(help));
    }

    pub(super) fn warning(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic::warning(code, place, message).help(help));
    }

    /// An assumption of a table, if it is stated.
    pub(super) fn assumption(&mut self, table: &Table, key: &str, address: &str) -> Option<AssumptionId> {
        self.resolved(table, key, address, self.frame.base + 1).map(|(id, _)| id)
    }

    /// The same, with the first year that must have a value, and with what a
    /// ledger states.
    pub(super) fn resolved(
        &mut self,
        table: &Table,
        key: &str,
        address: &str,
        from: i32,
    ) -> Option<(AssumptionId, resolve::Ledger)> {
        let series = table.get(key)?.as_series()?;
        let resolved = resolve::resolve(series, address, self.frame, from, self.found);
        let id = self.add(resolved.assumption);
        if resolved.faulty {
            self.faulty.insert(id);
        }
        Some((id, resolved.ledger))
    }

    /// Ageing: a rate, or from the population.
    pub(super) fn ageing(&mut self, table: &Table, address: &str) -> Ageing {
        let Some(series) = table.get("ageing").and_then(Item::as_series) else {
            return Ageing::None;
        };
        let resolved = resolve::resolve(series, address, self.frame, self.frame.base + 1, self.found);
        if resolved.word {
            return Ageing::Population;
        }
        let id = self.add(resolved.assumption);
        if resolved.faulty {
            self.faulty.insert(id);
        }
        Ageing::Rate(id)
    }

    pub(super) fn add(&mut self, assumption: Assumption) -> AssumptionId {
        self.assumptions.push(assumption);
        AssumptionId(self.assumptions.len() - 1)
    }

    /// An assumption that must be there; where it is missing that was reported
    /// and a neutral one stands in.
    pub(super) fn needed(
        &mut self,
        table: &Table,
        key: &str,
        address: &str,
        kind: &'static Kind,
        place: &Place,
    ) -> AssumptionId {
        if let Some(id) = self.assumption(table, key, address) {
            return id;
        }
        let id = self.add(resolve::neutral(kind, address, self.frame, place));
        self.faulty.insert(id);
        id
    }
}

/// What cannot be judged without base year and horizon.
const OF_YEARS: [&str; 7] =
    ["year-outside", "open-year", "unused-year", "missing-year", "unknown-taakveld", "below-minus-100", "shares"];

/// What cannot be judged without the figures of the base year.
const OF_FIGURES: [&str; 6] = [
    "no-base-figure",
    "no-base-clients",
    "no-clients",
    "clients-of-other-kind",
    "missing-history",
    "unit-cost-differs",
];
