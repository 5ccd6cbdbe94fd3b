//! population.csv and use_rates.csv: residents by age and sex, and how much
//! they use.
//!
//! Read whenever they are there; that every cell and year is there is asked
//! only where a line grows with `ageing = "population"`.

use std::collections::{BTreeMap, BTreeSet};

use super::rows::{Cell, Columns, Rows};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::model::{Cells, Population, UseRates};
use crate::units::Year;

pub(super) const POPULATION: &str = "population.csv";
pub(super) const USE_RATES: &str = "use_rates.csv";

const PEOPLE: Columns = Columns { required: &["year", "band", "persons"], optional: &["sex"] };
const RATES: Columns = Columns { required: &["line", "band", "per_1000"], optional: &["sex"] };

/// A band and sex as written.
type Band = (String, String);

/// What the two files say.
#[derive(Default)]
pub(super) struct Demography {
    /// Bands in the order of the file.
    bands: Vec<(Band, Place)>,
    persons: BTreeMap<i32, BTreeMap<Band, f64>>,
    person_places: BTreeMap<(i32, Band), Place>,
    rates: BTreeMap<String, Vec<(Band, f64, Place)>>,
    rate_lines: Vec<Cell>,
    /// Whether the files were there and could be read.
    pub(super) has_population: bool,
    pub(super) has_rates: bool,
}

impl Demography {
    /// Reads population.csv.
    pub(super) fn read_population(&mut self, text: &str, found: &mut Diagnostics) {
        let Some(table) = Rows::read(POPULATION, text, &PEOPLE, found) else {
            return;
        };
        self.has_population = true;
        let mut seen = BTreeMap::new();
        for cells in &table.rows {
            let year = table.required(cells, "year", found).and_then(|c| table.year(c, found));
            let band = band(&table, cells, found);
            let persons = table.required(cells, "persons", found).and_then(|c| count(&table, c, found));
            let (Some(year), Some((band, place)), Some(persons)) = (year, band, persons) else {
                continue;
            };
            if duplicate(
                &mut seen,
                (year.to_string(), band.clone()),
                &place,
                &format!("band {} of {year}", shown(&band)),
                found,
            ) {
                continue;
            }
            if !self.bands.iter().any(|(b, _)| *b == band) {
                self.bands.push((band.clone(), place.clone()));
            }
            self.person_places.insert((year, band.clone()), place);
            self.persons.entry(year).or_default().insert(band, persons);
        }
        overlaps(&self.bands, found);
    }

    /// Reads use_rates.csv.
    pub(super) fn read_rates(&mut self, text: &str, found: &mut Diagnostics) {
        let Some(table) = Rows::read(USE_RATES, text, &RATES, found) else {
            return;
        };
        self.has_rates = true;
        let mut seen = BTreeMap::new();
        for cells in &table.rows {
            let line = table.required(cells, "line", found);
            let band = band(&table, cells, found);
            let rate = table.required(cells, "per_1000", found).and_then(|c| count(&table, c, found));
            let (Some(line), Some((band, place)), Some(rate)) = (line, band, rate) else {
                continue;
            };
            let what = format!("band {} of `{}`", shown(&band), line.text);
            if duplicate(&mut seen, (line.text.clone(), band.clone()), &place, &what, found) {
                continue;
            }
            if !self.rates.contains_key(&line.text) {
                self.rate_lines.push(line.clone());
            }
            self.rates.entry(line.text.clone()).or_default().push((band, rate, place));
        }
    }

    /// Lines of use_rates.csv that are no cost line of any scenario, or that
    /// none of them ages by population.
    pub(super) fn check_lines(&self, cost: &BTreeSet<String>, ageing: &BTreeSet<String>, found: &mut Diagnostics) {
        for line in &self.rate_lines {
            let name = line.text.as_str();
            if !cost.contains(name) {
                let help = match nearest(name, cost.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "use rates belong to a cost line".to_owned(),
                };
                found.push(
                    Diagnostic::error("unknown-line", &line.place, format!("unknown cost line `{name}`")).help(help),
                );
            } else if !ageing.contains(name) {
                let message = format!("nothing uses the rates of `{name}`");
                found.push(
                    Diagnostic::warning("unused", &line.place, message)
                        .help(format!("cost.{name}.volume.ageing = \"population\" would")),
                );
            }
        }
        if self.has_population && ageing.is_empty() {
            found.push(
                Diagnostic::warning("unused", &Place::file(POPULATION), "nothing uses the population")
                    .help("a line with volume.ageing = \"population\" would"),
            );
        }
    }

    /// The population where a line of the model ages by it: every band in
    /// every year `base..=horizon`.
    pub(super) fn population(&self, base: i32, horizon: i32, wanted: &Place, found: &mut Diagnostics) -> Population {
        if !self.has_population {
            let message = "ageing = \"population\" needs population.csv";
            found.push(
                Diagnostic::error("missing-file", wanted, message)
                    .help("add the file (year,band,sex,persons), or state a percentage"),
            );
            return Population::default();
        }
        let mut population = Population::new(self.bands.iter().map(|(b, _)| b.clone()));
        for year in base..=horizon {
            let Some(of_year) = self.persons.get(&year) else {
                let message = format!("the year {year} is missing");
                let help = format!("every year from {base} to {horizon} is needed");
                found.push(Diagnostic::error("missing-year", &Place::file(POPULATION), message).help(help));
                continue;
            };
            for (band, _) in self.bands.iter().filter(|(b, _)| !of_year.contains_key(b)) {
                let message = format!("band {} of {year} is missing", shown(band));
                found.push(
                    Diagnostic::error("missing-band", &Place::file(POPULATION), message)
                        .help("every band is needed in every year"),
                );
            }
            let place = |b: &Band| self.person_places.get(&(year, b.clone())).cloned();
            let unknown = || Place::file(POPULATION);
            let places = self.bands.iter().map(|(b, _)| place(b).unwrap_or_else(unknown)).collect();
            population.places.insert(Year(year), places);
            let persons: Vec<f64> = self.bands.iter().map(|(b, _)| of_year.get(b).copied().unwrap_or(0.0)).collect();
            population.insert(Year(year), &persons);
        }
        population
    }

    /// The use rates of these lines, in the order of the population's bands.
    pub(super) fn use_rates(&self, lines: &[(String, Place)], found: &mut Diagnostics) -> UseRates {
        let cells: Cells = self.bands.iter().map(|(b, _)| b.clone()).collect();
        let mut use_rates = UseRates::default();
        for (line, place) in lines {
            if !self.has_rates {
                let message = "ageing = \"population\" needs use_rates.csv";
                found.push(
                    Diagnostic::error("missing-file", place, message)
                        .help("add the file (line,band,sex,per_1000), or state a percentage"),
                );
                continue;
            }
            let Some(rates) = self.rates.get(line) else {
                let message = format!("use_rates.csv has no rates for `{line}`");
                found.push(
                    Diagnostic::error("missing-rates", place, message)
                        .help("add a row for every band, or state a percentage"),
                );
                continue;
            };
            for (band, _, at) in
                rates.iter().filter(|(b, _, _)| self.has_population && !self.bands.iter().any(|(known, _)| known == b))
            {
                let message = format!("band {} is not in population.csv", shown(band));
                found.push(Diagnostic::error("unknown-band", at, message).help("both files have the same bands"));
            }
            for (band, _) in self.bands.iter().filter(|(b, _)| !rates.iter().any(|(r, _, _)| r == b)) {
                let message = format!("`{line}` has no rate for band {}", shown(band));
                found.push(
                    Diagnostic::error("missing-band", &Place::file(USE_RATES), message)
                        .help("both files have the same bands; write 0 for a band without use"),
                );
            }
            let rate = |band: &Band| rates.iter().find(|(b, _, _)| b == band).map_or(0.0, |(_, r, _)| *r);
            let at = |band: &Band| rates.iter().find(|(b, _, _)| b == band).map(|(_, _, at)| at.clone());
            let unknown = || Place::file(USE_RATES);
            let places = self.bands.iter().map(|(b, _)| at(b).unwrap_or_else(unknown)).collect();
            use_rates.places.insert(line.clone(), places);
            let rates: Vec<f64> = self.bands.iter().map(|(b, _)| rate(b)).collect();
            use_rates.insert(line, &cells, &rates);
        }
        use_rates
    }
}

fn shown((band, sex): &Band) -> String {
    if sex.is_empty() { band.clone() } else { format!("{band} {sex}") }
}

/// Ages of a band: `0-17`, `85+`, `7`.
fn ages(band: &str) -> Option<(u32, u32)> {
    let age = |s: &str| {
        (!s.is_empty() && s.len() <= 3 && s.bytes().all(|b| b.is_ascii_digit()))
            .then(|| s.parse::<u32>().ok())
            .flatten()
    };
    match (band.strip_suffix('+'), band.split_once('-')) {
        (Some(from), _) => age(from).map(|a| (a, u32::MAX)),
        (None, Some((from, to))) => age(from).zip(age(to)).filter(|(a, b)| a <= b),
        (None, None) => age(band).map(|a| (a, a)),
    }
}

fn band(table: &Rows, cells: &[Cell], found: &mut Diagnostics) -> Option<(Band, Place)> {
    let cell = table.required(cells, "band", found)?;
    let sex = table.cell(cells, "sex");
    let known = sex.is_none_or(|s| ["m", "v"].contains(&s.text.to_ascii_lowercase().as_str()));
    if let (false, Some(sex)) = (known, sex) {
        found.push(
            Diagnostic::error("unknown-word", &sex.place, format!("unknown sex `{}`", sex.text))
                .help("write m, v, or leave it empty"),
        );
    }
    // Spreadsheets turn a hyphen between numbers into a dash.
    let text: String = cell.text.replace(['\u{2013}', '\u{2014}'], "-").split_whitespace().collect();
    if ages(&text).is_none() {
        found.push(
            Diagnostic::error("bad-band", &cell.place, format!("`{}` is no age band", cell.text))
                .help("write it like 0-17, 65-74, 85+ or 7"),
        );
        return None;
    }
    known.then(|| ((text, sex.map(|s| s.text.to_ascii_lowercase()).unwrap_or_default()), cell.place.clone()))
}

fn count(table: &Rows, cell: &Cell, found: &mut Diagnostics) -> Option<f64> {
    let number = table.number(cell, found)?;
    if number < 0.0 {
        found.push(
            Diagnostic::error("negative", &cell.place, format!("{} cannot be below 0", cell.text))
                .help("write 0 or more"),
        );
        return None;
    }
    Some(number)
}

fn duplicate(
    seen: &mut BTreeMap<(String, Band), Place>,
    key: (String, Band),
    place: &Place,
    what: &str,
    found: &mut Diagnostics,
) -> bool {
    let Some(first) = seen.get(&key) else {
        seen.insert(key, place.clone());
        return false;
    };
    let message = format!("{what} stands in the file twice");
    found.push(
        Diagnostic::error("duplicate-row", place, message)
            .help(format!("the first one is on line {}; keep one", first.line)),
    );
    true
}

/// A person in two bands would be counted twice.
fn overlaps(bands: &[(Band, Place)], found: &mut Diagnostics) {
    for (at, ((band, sex), place)) in bands.iter().enumerate() {
        let Some((from, to)) = ages(band) else {
            continue;
        };
        let clash = bands[..at].iter().find(|((other, other_sex), _)| {
            let same = sex == other_sex || sex.is_empty() || other_sex.is_empty();
            same && ages(other).is_some_and(|(a, b)| from <= b && a <= to)
        });
        if let Some((other, _)) = clash {
            let message = format!("band {} overlaps band {}", shown(&(band.clone(), sex.clone())), shown(other));
            found.push(
                Diagnostic::error("overlapping-bands", place, message)
                    .help("each age belongs to one band, of both sexes or of m and v"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_read_as_people_write_them() {
        assert_eq!(ages("0-17"), Some((0, 17)));
        assert_eq!(ages("85+"), Some((85, u32::MAX)));
        assert_eq!(ages("7"), Some((7, 7)));
        for wrong in ["", "-", "+", "17-0", "a", "0-", "1-2-3", "9999"] {
            assert_eq!(ages(wrong), None, "{wrong}");
        }
    }
}
