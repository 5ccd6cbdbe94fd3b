//! Residents and how much they use, by age band and sex.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use crate::diagnostic::Place;
use crate::units::Year;

/// Age band as written (`65-74`, `85+`, `7`) and sex (`m`, `v`, empty).
pub type Cell = (String, String);

/// The cells of a population, in the order of the file, and the order in which
/// they are summed: by band, then by sex, both as text. That order is found
/// once, here, so that whoever sums needs no names; scenarios of the same
/// municipality share it.
#[derive(Clone, Debug, Default)]
pub struct Cells(Arc<Ordered>);

#[derive(Debug, Default)]
struct Ordered {
    names: Vec<Cell>,
    places: Vec<usize>,
    starts: Vec<usize>,
}

impl Cells {
    /// Where each cell stands in the order in which they are summed.
    pub fn places(&self) -> &[usize] {
        &self.0.places
    }

    /// Where each band starts in that order, and the end; empty without cells.
    pub fn starts(&self) -> &[usize] {
        &self.0.starts
    }

    /// The bands in that order.
    pub fn bands(&self) -> Vec<&str> {
        let mut bands: Vec<&str> = self.iter().map(|(band, _)| band.as_str()).collect();
        bands.sort_unstable();
        bands.dedup();
        bands
    }
}

impl FromIterator<Cell> for Cells {
    fn from_iter<I: IntoIterator<Item = Cell>>(cells: I) -> Self {
        let names: Vec<Cell> = cells.into_iter().collect();
        let mut order: Vec<usize> = (0..names.len()).collect();
        order.sort_by(|a, b| names[*a].cmp(&names[*b]));
        let mut places = vec![0; names.len()];
        let mut starts = Vec::new();
        for (at, &cell) in order.iter().enumerate() {
            places[cell] = at;
            if at == 0 || names[cell].0 != names[order[at - 1]].0 {
                starts.push(at);
            }
        }
        if !names.is_empty() {
            starts.push(names.len());
        }
        Self(Arc::new(Ordered { names, places, starts }))
    }
}

impl From<Vec<Cell>> for Cells {
    fn from(cells: Vec<Cell>) -> Self {
        cells.into_iter().collect()
    }
}

impl Deref for Cells {
    type Target = [Cell];

    fn deref(&self) -> &[Cell] {
        &self.0.names
    }
}

/// Residents by year and cell. They lie one year after the other in the order
/// in which they are summed, so that summing reads straight on.
#[derive(Clone, Debug, Default)]
pub struct Population {
    cells: Cells,
    /// Which row holds a year.
    years: BTreeMap<Year, usize>,
    /// `persons[row][cell]`, shared by scenarios and by what sums them.
    persons: Arc<Vec<f64>>,
    /// Where each of them stands, in the order of the file; empty where they
    /// come from no file.
    pub places: BTreeMap<Year, Vec<Place>>,
}

impl Population {
    /// Nobody yet, in any of these cells (in the order of the file).
    pub fn new(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { cells: cells.into_iter().collect(), ..Self::default() }
    }

    /// The cells, in the order of the file.
    pub fn cells(&self) -> &Cells {
        &self.cells
    }

    /// Sets the persons of a year, one number per cell in the order of the file.
    pub fn insert(&mut self, year: Year, persons: &[f64]) {
        let (next, cells) = (self.years.len(), self.cells.len());
        let row = *self.years.entry(year).or_insert(next);
        let all = Arc::make_mut(&mut self.persons);
        all.resize(self.years.len() * cells, 0.0);
        for (&at, &persons) in self.cells.places().iter().zip(persons) {
            all[row * cells + at] = persons;
        }
    }

    /// Persons of a year, in the order of the file; every year of `b..=h` is
    /// there where the population is used.
    pub fn persons(&self, year: Year) -> Option<impl Iterator<Item = f64>> {
        let row = &self.all()[self.row(year)? * self.cells.len()..][..self.cells.len()];
        Some(self.cells.places().iter().map(|&at| row[at]))
    }

    /// The row of a year in [`Self::all`].
    pub fn row(&self, year: Year) -> Option<usize> {
        self.years.get(&year).copied()
    }

    /// `[row][cell]`, the cells in the order in which they are summed.
    pub fn all(&self) -> &Arc<Vec<f64>> {
        &self.persons
    }
}

/// Use of lines per 1,000 residents, by cell of the [`Population`]. Eight lines
/// lie side by side, cell after cell in the order in which they are summed: so
/// they are summed eight at once and read straight on.
#[derive(Clone, Debug, Default)]
pub struct UseRates {
    /// The lines, by row.
    lines: Vec<String>,
    /// `rates[row / 8][cell][row % 8]`, shared by scenarios and by what sums them.
    rates: Arc<Vec<f64>>,
    /// Where each of them stands, by line and in the order of the file; empty
    /// where they come from no file.
    pub places: BTreeMap<String, Vec<Place>>,
}

impl UseRates {
    /// How many lines lie side by side.
    pub const WIDE: usize = 8;

    /// Sets the rates of a line, one number per cell in the order of the file.
    /// The cells are the same for all lines.
    pub fn insert(&mut self, line: &str, cells: &Cells, rates: &[f64]) {
        let row = self.row(line, 0).unwrap_or_else(|| {
            self.lines.push(line.to_owned());
            self.lines.len() - 1
        });
        let all = Arc::make_mut(&mut self.rates);
        all.resize(self.lines.len().div_ceil(Self::WIDE) * cells.len() * Self::WIDE, 0.0);
        let block = &mut all[row / Self::WIDE * cells.len() * Self::WIDE..];
        for (&at, &rate) in cells.places().iter().zip(rates) {
            block[at * Self::WIDE + row % Self::WIDE] = rate;
        }
    }

    /// Rates of a line, in the order of the file.
    pub fn per_1000<'a>(&'a self, line: &str, cells: &'a Cells) -> Option<impl Iterator<Item = f64> + 'a> {
        let row = self.row(line, 0)?;
        let block = &self.rates[row / Self::WIDE * cells.len() * Self::WIDE..];
        Some(cells.places().iter().map(move |&at| block[at * Self::WIDE + row % Self::WIDE]))
    }

    /// The row of a line in [`Self::all`]. It is looked for from `near` on: who
    /// asks for all lines mostly does so in the order in which they were set.
    pub fn row(&self, line: &str, near: usize) -> Option<usize> {
        let (before, after) = self.lines.split_at(near.min(self.lines.len()));
        let found = after.iter().position(|l| l == line).map(|at| near + at);
        found.or_else(|| before.iter().position(|l| l == line))
    }

    /// `[row / 8][cell][row % 8]`, the cells in the order in which they are summed.
    pub fn all(&self) -> &Arc<Vec<f64>> {
        &self.rates
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As text `10` comes before `9`, and the sexes of a band stand together.
    #[test]
    fn cells_keep_the_order_of_the_file_and_know_that_of_their_names() {
        let cell = |band: &str, sex: &str| (band.to_owned(), sex.to_owned());
        let cells = Cells::from(vec![cell("9", "v"), cell("10", "v"), cell("9", "m"), cell("85+", "")]);
        assert_eq!(cells[1], cell("10", "v"));
        // In order: 10 v, 85+, 9 m, 9 v.
        assert_eq!(cells.places(), [3, 0, 2, 1]);
        assert_eq!(cells.starts(), [0, 1, 2, 4]);
        assert_eq!(cells.bands(), ["10", "85+", "9"]);
        assert!(Cells::default().starts().is_empty());
        assert!(Cells::from(Vec::new()).starts().is_empty());
    }

    /// What goes in comes out in the order of the file, however it lies.
    #[test]
    fn residents_and_rates_are_read_as_they_were_set() {
        let bands = ["9", "10", "85+"].map(|b| (b.to_owned(), String::new()));
        let mut population = Population::new(bands);
        population.insert(Year(2027), &[4.0, 5.0, 6.0]);
        population.insert(Year(2026), &[1.0, 2.0, 3.0]);
        let persons = |p: &Population, year| p.persons(Year(year)).map(Iterator::collect::<Vec<f64>>);
        assert_eq!(persons(&population, 2026), Some(vec![1.0, 2.0, 3.0]));
        assert_eq!(persons(&population, 2028), None);
        // 2027 came first; in order 10, 85+, 9.
        assert_eq!(**population.all(), [5.0, 6.0, 4.0, 2.0, 3.0, 1.0]);
        // A scenario that changes its own leaves the other's alone.
        let mut other = population.clone();
        other.insert(Year(2027), &[7.0, 8.0, 9.0]);
        assert_eq!(persons(&other, 2027), Some(vec![7.0, 8.0, 9.0]));
        assert_eq!(persons(&population, 2027), Some(vec![4.0, 5.0, 6.0]));

        let cells = population.cells();
        let mut rates = UseRates::default();
        for line in 0..9 {
            let of = f64::from(line);
            rates.insert(&format!("l{line}"), cells, &[of, 10.0 + of, 20.0 + of]);
        }
        rates.insert("l3", cells, &[0.5, 0.25, 0.125]);
        let per_1000 = |line: &str| rates.per_1000(line, cells).map(Iterator::collect::<Vec<f64>>);
        assert_eq!(per_1000("l8"), Some(vec![8.0, 18.0, 28.0]));
        assert_eq!(per_1000("l3"), Some(vec![0.5, 0.25, 0.125]));
        assert_eq!(per_1000("l9"), None);
        // Two blocks of eight lines by three cells; the second holds one line.
        assert_eq!(rates.all().len(), 48);
        assert_eq!(rates.all()[24..32], [18.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]);
    }
}
