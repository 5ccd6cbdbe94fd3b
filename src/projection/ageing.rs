//! Ageing from population and use rates:
//! `A[p,y] = sum over age bands of persons[y][band] * use_rate[p][band]`.
//!
//! The sum is made once and shared by every what-if that leaves population
//! and use rates alone. Sexes of one band are added first, then bands in the
//! order of their names. What-ifs that multiply the population by age are
//! computed many at once; with all multipliers 1 they give the very bits of
//! the plain sum.

use super::driver::Driver;
use super::simd;
use crate::model::{Ageing, LineId, Model};

/// Rows of eight lines are worked on together.
const WIDE: usize = 8;

/// Users that population and use rates give, by line and year; counted in
/// thousandths, since only their growth matters.
#[derive(Clone, Debug, Default)]
pub struct AgeingTable {
    /// Lines whose ageing comes from population and use rates.
    lines: Vec<LineId>,
    bands: Vec<String>,
    /// Where each band starts among the ordered cells, and the end.
    starts: Vec<usize>,
    /// `persons[year][cell]`, cells in order; 0 where a year is not recorded.
    persons: Vec<f64>,
    /// Use per 1,000: `rates[block][cell][row]`, cells in order.
    rates: Vec<f64>,
    /// `users[year][block][row]`
    users: Vec<f64>,
}

impl AgeingTable {
    /// The users of every line whose ageing comes from population and use
    /// rates. A year or a line without figures has no users.
    pub fn of(model: &Model) -> Self {
        let ages = |c: &crate::model::CostLine| matches!(c.ageing, Ageing::Population);
        let lines: Vec<LineId> = (0..model.lines.all.len())
            .map(LineId)
            .filter(|l| model.lines.get(*l).as_cost().is_some_and(ages))
            .collect();
        if lines.is_empty() {
            return Self::default();
        }
        let cells = &model.population.cells;
        let mut order: Vec<usize> = (0..cells.len()).collect();
        if !cells.is_sorted() {
            order.sort_by(|a, b| cells[*a].cmp(&cells[*b]));
        }
        let mut bands: Vec<String> = Vec::new();
        let mut starts = Vec::new();
        for (at, &cell) in order.iter().enumerate() {
            if bands.last() != Some(&cells[cell].0) {
                bands.push(cells[cell].0.clone());
                starts.push(at);
            }
        }
        starts.push(order.len());
        let mut persons = Vec::with_capacity(model.year_count() * order.len());
        for year in model.years() {
            let recorded = model.population.persons.get(&year);
            let of_cell = |&cell: &usize| recorded.and_then(|r| r.get(cell)).copied().unwrap_or(0.0);
            persons.extend(order.iter().map(of_cell));
        }
        let rates = use_rates(model, &lines, &order);
        let mut table = Self { lines, bands, starts, persons, rates, users: Vec::new() };
        let mut weights = vec![0.0; table.bands.len() * WIDE];
        for y in 0..model.year_count() {
            for block in 0..table.blocks() {
                let users = table.weigh(y, block, &mut weights);
                table.users.extend(users);
            }
        }
        table
    }

    /// Weight of every band for a block of lines in a year, and their sum.
    fn weigh(&self, y: usize, block: usize, weights: &mut [f64]) -> [f64; WIDE] {
        let cells = self.starts.last().copied().unwrap_or(0);
        let rates = &self.rates[block * cells * WIDE..][..cells * WIDE];
        simd::fold_bands(&self.persons[y * cells..][..cells], rates, &self.starts, weights)
    }

    /// The age bands in the order of their names, as [`Multipliers`] want them.
    pub fn bands(&self) -> &[String] {
        &self.bands
    }

    fn blocks(&self) -> usize {
        self.lines.len().div_ceil(WIDE)
    }

    /// Position among the users of one year.
    fn row(&self, line: LineId) -> Option<usize> {
        self.lines.binary_search(&line).ok()
    }

    /// Users of a line in a year; 0 for a line that ages otherwise.
    pub fn users(&self, line: LineId, year_index: usize) -> f64 {
        self.row(line).map_or(0.0, |row| self.users[year_index * self.blocks() * WIDE + row] / 1000.0)
    }

    /// Ageing of a line in every year: 0 in the base year, and 0 where there
    /// was nobody the year before.
    pub(super) fn rates(&self, line: LineId, years: usize) -> Vec<f64> {
        let Some(row) = self.row(line) else { return vec![0.0; years] };
        let users = |y: usize| self.users.get(y * self.blocks() * WIDE + row).copied().unwrap_or(0.0);
        (0..years)
            .map(|y| if y == 0 || users(y - 1) == 0.0 { 0.0 } else { users(y) / users(y - 1) - 1.0 })
            .collect()
    }

    /// Users in every lane when the population of the projected years is
    /// multiplied by age band; the base year stays as it is. `out` is reused.
    ///
    /// # Panics
    /// When the multipliers are of other bands: a mistake of ours.
    pub fn multiplied(&self, multipliers: &Multipliers, out: &mut UsersByLane) {
        assert_eq!(multipliers.bands, self.bands.len(), "multipliers are made for these bands");
        let (blocks, per_block) = (self.blocks(), self.bands.len() * WIDE);
        let rows = self.users.len();
        let lanes = multipliers.lanes;
        out.lines.clone_from(&self.lines);
        out.width = blocks * WIDE;
        out.lanes = lanes;
        out.base.clear();
        out.base.extend_from_slice(&self.users[..out.width]);
        out.values.resize(rows * lanes, 0.0);
        out.weights.resize(per_block, 0.0);
        let mut tile = [[0.0; WIDE]; WIDE];
        // The base year, the first `blocks` of all, is not multiplied.
        for block in blocks..rows / WIDE {
            self.weigh(block / blocks, block % blocks, &mut out.weights);
            for (chunk, panel) in multipliers.panels.chunks_exact(per_block.max(1)).enumerate() {
                simd::tile(&out.weights, panel, &mut tile);
                let first = chunk * WIDE;
                let count = WIDE.min(lanes - first);
                for (row, values) in tile.iter().enumerate() {
                    let at = (block * WIDE + row) * lanes + first;
                    out.values[at..at + count].copy_from_slice(&values[..count]);
                }
            }
        }
    }
}

/// Use per 1,000, `[block][cell][row]`, cells in order.
fn use_rates(model: &Model, lines: &[LineId], order: &[usize]) -> Vec<f64> {
    let mut rates = vec![0.0; lines.len().div_ceil(WIDE) * order.len() * WIDE];
    for (i, line) in lines.iter().enumerate() {
        let Some(per_1000) = model.use_rates.per_1000.get(model.lines.get(*line).id()) else { continue };
        let (block, row) = (i / WIDE, i % WIDE);
        for (at, &cell) in order.iter().enumerate() {
            rates[(block * order.len() + at) * WIDE + row] = per_1000.get(cell).copied().unwrap_or(0.0);
        }
    }
    rates
}

/// What the population of the projected years is multiplied by, per age band
/// and lane (one lane per what-if).
#[derive(Clone, Debug)]
pub struct Multipliers {
    bands: usize,
    lanes: usize,
    /// `panels[(chunk * bands + band) * 8 + lane]`
    panels: Vec<f64>,
}

impl Multipliers {
    /// From `multiplier(band, lane)`, bands counted as in [`AgeingTable::bands`].
    pub fn new(bands: usize, lanes: usize, multiplier: impl Fn(usize, usize) -> f64) -> Self {
        let chunks = lanes.div_ceil(WIDE);
        let mut panels = vec![0.0; chunks * bands * WIDE];
        for lane in 0..lanes {
            for band in 0..bands {
                panels[((lane / WIDE) * bands + band) * WIDE + lane % WIDE] = multiplier(band, lane);
            }
        }
        Self { bands, lanes, panels }
    }
}

/// Users by line, year and lane: what a [`super::Drivers`] gives where what-ifs
/// change the population.
#[derive(Clone, Debug, Default)]
pub struct UsersByLane {
    lines: Vec<LineId>,
    width: usize,
    lanes: usize,
    base: Vec<f64>,
    values: Vec<f64>,
    /// Weights of one block, while working.
    weights: Vec<f64>,
}

impl UsersByLane {
    /// For [`super::Drivers::users`].
    pub fn get(&self, line: LineId, year_index: usize) -> Option<Driver<'_>> {
        let row = self.lines.binary_search(&line).ok()?;
        if year_index == 0 {
            return Some(Driver::Same(self.base[row]));
        }
        let at = (year_index * self.width + row) * self.lanes;
        Some(Driver::Each(&self.values[at..at + self.lanes]))
    }
}
