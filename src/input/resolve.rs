//! From what the files state to a value for every year.
//!
//! Layers are applied one after another: the base's first, then those of each
//! overlay. A value replaces the years after the base year, named years
//! replace those only, a shift or scale changes what is there. The uncertainty
//! travels with the value: a standard deviation stays, the distances of the
//! bounds to the value stay (and scale with `scale`).

use std::collections::BTreeMap;

use super::item::{Money, Series};
use super::series::{Layer, Point};
use super::shape::{AtBase, Kind, Open, Unit};
use super::spread::{Bound, distribution};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{Assumption, LedgerYear, Provenance, Scale};
use crate::units::Year;

/// What a series is resolved for.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) base: i32,
    pub(super) horizon: i32,
    /// Euros per unit of an amount.
    pub(super) unit: f64,
}

/// What an index states by year, where it is a ledger.
pub(super) type Ledger = BTreeMap<Year, LedgerYear>;

/// A resolved series.
pub(super) struct Resolved {
    pub(super) assumption: Assumption,
    /// Years of an index with what was stated for them, if it is a ledger.
    pub(super) ledger: Ledger,
    /// Its word stands for it: `"population"`.
    pub(super) word: bool,
    /// Something in it was reported; what is computed from it says nothing.
    pub(super) faulty: bool,
}

#[derive(Clone)]
pub(super) struct Cell {
    pub(super) value: f64,
    pub(super) definitive: Option<f64>,
    pub(super) place: Place,
    /// Stated in a table of years.
    pub(super) dated: bool,
    pub(super) provenance: Option<Provenance>,
    pub(super) spread: Option<Bound>,
}

pub(super) struct Work<'a> {
    pub(super) kind: &'static Kind,
    pub(super) address: &'a str,
    pub(super) frame: Frame,
    pub(super) cells: BTreeMap<i32, Cell>,
    /// The last year that a layer so far named by itself.
    pub(super) last_named: Option<i32>,
    pub(super) found: &'a mut Diagnostics,
    pub(super) faulty: bool,
}

/// Resolves a series at an address.
///
/// `needed_from` is the first year that must have a value where its kind says
/// that an open year is a mistake.
pub(super) fn resolve(
    series: &Series,
    address: &str,
    frame: Frame,
    needed_from: i32,
    found: &mut Diagnostics,
) -> Resolved {
    let faulty = series.layers.iter().any(|l| l.faulty);
    let mut work = Work { kind: series.kind, address, frame, cells: BTreeMap::new(), last_named: None, found, faulty };
    // A word is overruled by a value above it, and overrules what is below it.
    let word_at = series.layers.iter().rposition(|l| l.word);
    let valued_at =
        series.layers.iter().rposition(|l| l.constant.is_some() || l.later.is_some() || !l.years.is_empty());
    let word = word_at.is_some() && word_at >= valued_at;
    let first = if word { series.layers.len() } else { word_at.map_or(0, |at| at + 1) };
    if word {
        let changed = series.layers.iter().skip(word_at.unwrap_or(0)).find(|l| l.is_relative() || l.spread.is_some());
        if let Some(layer) = changed {
            let message =
                format!("{address} is \"{}\", which has no percentage to change", series.kind.word.unwrap_or_default());
            work.error(
                "no-value",
                &layer.place,
                message,
                "state a percentage, or change population.csv and use_rates.csv",
            );
        }
    }
    let mut persistence = series.kind.persistence;
    let mut provenance = Provenance::default();
    let mut place = None;
    for (number, layer) in series.layers.iter().enumerate() {
        if number >= first {
            work.layer(layer, number > first);
        }
        persistence = layer.persistence.unwrap_or(persistence);
        let replaces = layer.constant.is_some() || layer.word || number == 0;
        if replaces || !layer.provenance.is_empty() && layer.years.is_empty() {
            provenance = layer.provenance.clone();
        }
        if replaces || layer.is_relative() {
            place = Some(layer.place.clone());
        }
    }
    if !word {
        work.complete(series, needed_from);
    }
    let place = place.unwrap_or_else(|| Place::file("base.toml"));
    work.finish(persistence, provenance, place, word)
}

impl Work<'_> {
    pub(super) fn warning(&mut self, code: &'static str, place: &Place, message: String, help: &str) {
        self.found.push(Diagnostic::warning(code, place, message).help(help));
    }

    pub(super) fn error(
        &mut self,
        code: &'static str,
        place: &Place,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.found.push(Diagnostic::error(code, place, message).help(help));
        self.faulty = true;
    }

    /// What can follow from a fault that was reported, such as a missing value,
    /// is not said a second time.
    fn consequence(&mut self, code: &'static str, place: &Place, message: impl Into<String>, help: impl Into<String>) {
        if !self.faulty {
            self.error(code, place, message, help);
        }
    }

    pub(super) fn single(&self) -> bool {
        self.kind.at_base == AtBase::Single
    }

    pub(super) fn in_unit(&self, money: Money) -> f64 {
        if self.kind.unit == Unit::Money { money.in_euros(self.frame.unit) } else { money.amount }
    }

    fn layer(&mut self, layer: &Layer, above: bool) {
        let Frame { base, horizon, .. } = self.frame;
        if let Some(point) = &layer.constant {
            let from = if self.single() { base } else { base + 1 };
            for year in from..=horizon {
                self.set(year, point, false, None);
            }
            if self.kind.at_base == AtBase::Extended && !self.cells.contains_key(&base) {
                self.set(base, point, false, None);
            }
        }
        if self.single() && (!layer.years.is_empty() || layer.later.is_some()) {
            let place = layer.years.first().map_or(&layer.place, |(_, p)| &p.place).clone();
            let message = format!("{} is one number for all years", self.address);
            self.consequence("year-table", &place, message, "write the value alone, without years");
            return;
        }
        let own = above.then_some(&layer.provenance);
        for (year, point) in &layer.years {
            self.named_year(*year, point, own);
        }
        if let Some(point) = &layer.later {
            // Alone in an overlay it starts after the last year that is named below it.
            let named = layer.years.iter().map(|(y, _)| *y).max();
            let last = named.or(self.last_named).unwrap_or(base).max(base);
            for year in last + 1..=horizon {
                self.set(year, point, true, own);
            }
        }
        if layer.constant.is_some() {
            self.last_named = None;
        }
        self.last_named = self.last_named.max(layer.years.iter().map(|(y, _)| *y).max());
        if self.kind.at_base == AtBase::Extended
            && !self.cells.contains_key(&base)
            && let Some(first) = self.cells.values().next().cloned()
        {
            self.cells.insert(base, Cell { dated: false, ..first });
        }
        if layer.is_relative() {
            self.change(layer);
        }
        if let Some((spread, place)) = &layer.spread {
            self.spread(*spread, place);
        }
    }

    fn named_year(&mut self, year: i32, point: &Point, own: Option<&Provenance>) {
        let Frame { base, horizon, .. } = self.frame;
        if year > horizon || (year < base && !self.kind.ledger) {
            let side = if year > horizon {
                format!("lies after the horizon {horizon}")
            } else {
                format!("lies before the base year {base}")
            };
            let help = if year > horizon {
                format!("name years up to {horizon}, or raise `horizon`")
            } else {
                format!("name years from {base} on: {base} is the last year taken from figures.csv")
            };
            self.error("year-outside", &point.place, format!("{year} in {} {side}", self.address), help);
            return;
        }
        let dead =
            year == base && self.kind.at_base == AtBase::Neutral && self.kind.unit != Unit::Money && !self.kind.ledger;
        if dead {
            self.found.push(
                Diagnostic::warning(
                    "unused-year",
                    &point.place,
                    format!("{year} in {} is the base year, where it does nothing", self.address),
                )
                .help(format!("the base year's figures already hold it; the first year that counts is {}", base + 1)),
            );
        }
        self.set(year, point, true, own);
    }

    /// Sets a year; the uncertainty of that year, or of the nearest one before
    /// it (else after it), stays.
    fn set(&mut self, year: i32, point: &Point, dated: bool, own: Option<&Provenance>) {
        let before = self.cells.range(..=year).next_back();
        let near = before.or_else(|| self.cells.range(year..).next()).and_then(|(_, c)| c.spread);
        // The base year's own cell never carries uncertainty to later ones.
        let spread = near.or_else(|| self.cells.values().find_map(|c| c.spread));
        let cell = Cell {
            value: self.in_unit(point.value),
            definitive: point.definitive,
            place: point.place.clone(),
            dated,
            provenance: point.provenance.clone().or_else(|| own.cloned()),
            spread,
        };
        self.cells.insert(year, cell);
    }

    fn change(&mut self, layer: &Layer) {
        let Frame { base, horizon, .. } = self.frame;
        let from = if self.single() { base } else { base + 1 };
        let absent = self.cells.range(from..).next().is_none();
        // Realisation is 100 % where nothing is said, so that is what shifts;
        // what happens in a year and is not stated does not.
        if absent || self.kind.neutral != 0.0 {
            if absent && layer.scale.is_some() && self.kind.neutral == 0.0 {
                let message = format!("{} has no value to scale", self.address);
                self.consequence("no-value", &layer.place, message, "state the value itself");
                return;
            }
            for year in from..=horizon {
                let neutral = Cell {
                    value: self.kind.neutral,
                    definitive: None,
                    place: layer.place.clone(),
                    dated: false,
                    provenance: None,
                    spread: None,
                };
                self.cells.entry(year).or_insert(neutral);
            }
        }
        for cell in self.cells.range_mut(from..).map(|(_, c)| c) {
            if let Some(points) = layer.shift {
                cell.value += points;
                cell.definitive = cell.definitive.map(|d| d + points);
            }
            if let Some(factor) = layer.scale {
                cell.value *= factor;
                cell.spread = cell.spread.map(|s| s.scaled(factor));
            }
            cell.place = layer.place.clone();
            if !layer.provenance.is_empty() {
                cell.provenance = cell.provenance.as_ref().map(|_| layer.provenance.clone());
            }
        }
    }

    /// What must hold of the whole: a value, no open years, sizes.
    fn complete(&mut self, series: &Series, needed_from: i32) {
        let Some(place) = series.layers.last().map(|l| l.place.clone()) else {
            return;
        };
        if self.cells.is_empty() {
            let message = format!("{} states no value", self.address);
            self.consequence("no-value", &place, message, "state the value as well, or leave the whole key out");
            return;
        }
        if self.kind.open == Open::Mistake {
            let open: Vec<String> = (needed_from.max(self.frame.base + 1)..=self.frame.horizon)
                .filter(|y| !self.cells.contains_key(y))
                .map(|y| y.to_string())
                .collect();
            if !open.is_empty() {
                let message = format!("{} leaves {} open", self.address, open.join(", "));
                self.consequence(
                    "open-year",
                    &place,
                    message,
                    "name every year, or add `later` for the years after the last one named",
                );
            }
        }
        let wrong =
            self.cells.iter().find_map(|(year, cell)| self.outside(cell.value).map(|why| (*year, cell.clone(), why)));
        if let Some((year, Cell { place, dated, .. }, (why, help))) = wrong {
            let of_year = if dated { format!(" in {year}") } else { String::new() };
            let message = format!("{} {why}{of_year}", self.address);
            self.error("out-of-range", &place, message, help);
        }
    }

    fn outside(&self, value: f64) -> Option<(String, &'static str)> {
        let show = shown(value, self.kind.unit, self.frame.unit);
        if !value.is_finite() {
            return Some(("is too large a number".into(), "write an ordinary number"));
        }
        match self.kind.scale {
            Scale::Share if !(-1e-9..=1.0 + 1e-9).contains(&value) => {
                Some((format!("is {show}"), "a share lies between 0% and 100%"))
            }
            Scale::Realisation | Scale::Price | Scale::Count if value < 0.0 => {
                Some((format!("is {show}"), "it cannot be below 0"))
            }
            Scale::Level if value < -1.0 => Some((format!("is {show}"), "a level below -100% makes cost negative")),
            _ => None,
        }
    }

    fn finish(self, persistence: f64, provenance: Provenance, place: Place, word: bool) -> Resolved {
        let Frame { base, horizon, .. } = self.frame;
        let faulty = self.faulty;
        let neutral = self.kind.neutral;
        let mut values = Vec::new();
        let mut distributions = Vec::new();
        for year in base..=horizon {
            let cell = self.cells.get(&year).filter(|_| !faulty);
            let value = cell.map_or(neutral, |c| c.value);
            values.push(if self.kind.scale == Scale::Share { value.clamp(0.0, 1.0) } else { value });
            let counts = year > base || self.kind.scale == Scale::Level;
            distributions.push(cell.filter(|_| counts).and_then(|c| distribution(c.value, c.spread)));
        }
        let dated = self.cells.iter().filter(|(_, c)| c.dated);
        let places_by_year = dated.map(|(y, c)| (Year(*y), c.place.clone())).collect();
        let with_source = self.cells.iter().filter_map(|(y, c)| c.provenance.clone().map(|p| (Year(*y), p)));
        let provenance_by_year = with_source.collect();
        // A plain series needs no ledger: its definitive is its provisional.
        // What is stated for years up to the base year is history all the same.
        let stated = self.cells.iter().filter(|(y, c)| self.kind.ledger && (**y <= base || c.definitive.is_some()));
        let ledger = stated
            .map(|(y, c)| (Year(*y), LedgerYear { provisional: c.value, definitive: c.definitive.unwrap_or(c.value) }))
            .collect();
        let assumption = Assumption {
            address: self.address.to_owned(),
            scale: self.kind.scale,
            values,
            distributions,
            persistence: if self.kind.at_base == AtBase::Single { 1.0 } else { persistence },
            provenance,
            provenance_by_year,
            place,
            places_by_year,
        };
        Resolved { assumption, ledger, word, faulty }
    }
}

/// A value as its writer would write it, for messages.
pub(super) fn shown(value: f64, unit: Unit, amount_unit: f64) -> String {
    let tidy = |n: f64| format!("{}", (n * 1e8).round() / 1e8);
    match unit {
        Unit::Rate => format!("{}%", tidy(value * 100.0)),
        Unit::Money => tidy(value / amount_unit),
        Unit::Price | Unit::Count => tidy(value),
    }
}

/// A series that nobody stated, at its neutral value: for what must have one.
pub(super) fn neutral(kind: &'static Kind, address: &str, frame: Frame, place: &Place) -> Assumption {
    let years = usize::try_from(frame.horizon - frame.base + 1).unwrap_or(1);
    Assumption {
        address: address.to_owned(),
        scale: kind.scale,
        values: vec![kind.neutral; years],
        distributions: vec![None; years],
        persistence: kind.persistence,
        provenance: Provenance::default(),
        provenance_by_year: Vec::new(),
        place: place.clone(),
        places_by_year: Vec::new(),
    }
}
