//! Ageing from population and use rates:
//! `A[p,y] = sum over age bands of persons[y][band] * use_rate[p][band]`.
//!
//! The sum is made once and shared by every what-if that leaves population
//! and use rates alone. Sexes of one band are added first, then bands in the
//! order of their names. What-ifs that multiply the population by age are
//! computed many at once; with all multipliers 1 they give the very bits of
//! the plain sum.

use std::sync::OnceLock;

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
    /// Where each band starts among the ordered cells, and the end.
    starts: Vec<usize>,
    /// `persons[year][cell]`, cells in order; 0 where a year is not recorded.
    persons: Vec<f64>,
    /// Use per 1,000: `rates[block][cell][row]`, cells in order.
    rates: Vec<f64>,
    /// `users[year][block][row]`, summed when first asked.
    users: OnceLock<Vec<f64>>,
    /// `growth[year][line]`, likewise.
    growth: OnceLock<Vec<f64>>,
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
        let order = in_order(model);
        let cells = &model.population.cells;
        let mut starts: Vec<usize> = Vec::with_capacity(order.len() + 1);
        for (at, &cell) in order.iter().enumerate() {
            if at == 0 || cells[cell].0 != cells[order[at - 1]].0 {
                starts.push(at);
            }
        }
        starts.push(order.len());
        // Read in the order of the file: the figures of many municipalities
        // lie far from the processor, what is written here lies near.
        let mut places = vec![0; order.len()];
        order.iter().enumerate().for_each(|(at, &cell)| places[cell] = at);
        let mut persons = vec![0.0; model.year_count() * order.len()];
        for (year, persons) in model.years().zip(persons.chunks_exact_mut(order.len().max(1))) {
            let recorded = model.population.persons.get(&year).map_or(&[][..], Vec::as_slice);
            for (&at, &recorded) in places.iter().zip(recorded) {
                persons[at] = recorded;
            }
        }
        let rates = use_rates(model, &lines, &places);
        Self { lines, starts, persons, rates, users: OnceLock::new(), growth: OnceLock::new() }
    }

    /// The age bands of a model in the order in which [`Multipliers`] want them.
    pub fn bands(model: &Model) -> Vec<String> {
        let cells = &model.population.cells;
        let mut bands: Vec<String> = in_order(model).into_iter().map(|cell| cells[cell].0.clone()).collect();
        bands.dedup();
        bands
    }

    fn bands_count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    fn cells(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    /// How many years and blocks of lines there are.
    fn rows(&self) -> usize {
        if self.cells() == 0 { 0 } else { self.persons.len() / self.cells() * self.blocks() }
    }

    /// Weight of every band for a block of lines in a year, and their sum: the users.
    fn weigh(&self, y: usize, block: usize, weights: &mut [f64]) -> [f64; WIDE] {
        let cells = self.cells();
        let rates = &self.rates[block * cells * WIDE..][..cells * WIDE];
        simd::fold_bands(&self.persons[y * cells..][..cells], rates, &self.starts, weights)
    }

    fn all_users(&self) -> &[f64] {
        self.users.get_or_init(|| {
            let mut weights = vec![0.0; self.bands_count() * WIDE];
            let blocks = self.blocks();
            (0..self.rows()).flat_map(|row| self.weigh(row / blocks, row % blocks, &mut weights)).collect()
        })
    }

    fn blocks(&self) -> usize {
        self.lines.len().div_ceil(WIDE)
    }

    /// Users of a line in a year; 0 for a line that ages otherwise.
    pub fn users(&self, line: LineId, year_index: usize) -> f64 {
        self.in_thousandths(line, year_index) / 1000.0
    }

    fn in_thousandths(&self, line: LineId, year_index: usize) -> f64 {
        let Ok(row) = self.lines.binary_search(&line) else { return 0.0 };
        self.all_users().get(year_index * self.blocks() * WIDE + row).copied().unwrap_or(0.0)
    }

    /// Ageing of a line in a projected year; 0 where there was nobody the year before.
    pub(super) fn rate(&self, line: LineId, year_index: usize) -> f64 {
        let width = self.lines.last().map_or(0, |l| l.0 + 1);
        let growth = self.growth.get_or_init(|| {
            let years = self.rows() / self.blocks().max(1);
            let cells = (0..years).flat_map(|y| (0..width).map(move |l| (LineId(l), y)));
            cells.map(|(line, y)| if y == 0 { 0.0 } else { self.growth_in(line, y) }).collect()
        });
        if line.0 < width { growth.get(year_index * width + line.0).copied().unwrap_or(0.0) } else { 0.0 }
    }

    fn growth_in(&self, line: LineId, year_index: usize) -> f64 {
        let before = self.in_thousandths(line, year_index - 1);
        if before == 0.0 { 0.0 } else { self.in_thousandths(line, year_index) / before - 1.0 }
    }

    /// Users in every lane when the population of the projected years is
    /// multiplied by age band; the base year stays as it is. `out` is reused.
    ///
    /// # Panics
    /// When the multipliers are of other bands: a mistake of ours.
    pub fn multiplied(&self, multipliers: &Multipliers, out: &mut UsersByLane) {
        assert_eq!(multipliers.bands, self.bands_count(), "multipliers are made for these bands");
        let (blocks, per_block) = (self.blocks(), self.bands_count() * WIDE);
        let lanes = multipliers.lanes;
        let highest = self.lines.last().map_or(0, |l| l.0 + 1);
        out.rows.clear();
        out.rows.resize(highest, None);
        for (row, line) in self.lines.iter().enumerate() {
            out.rows[line.0] = Some(row);
        }
        out.width = blocks * WIDE;
        out.lanes = lanes;
        out.values.resize(self.rows() * WIDE * lanes, 0.0);
        out.weights.resize(per_block, 0.0);
        out.base.clear();
        for block in 0..blocks {
            let users = self.weigh(0, block, &mut out.weights);
            out.base.extend(users);
        }
        for block in blocks..self.rows() {
            self.weigh(block / blocks, block % blocks, &mut out.weights);
            let rows = &mut out.values[block * WIDE * lanes..][..WIDE * lanes];
            for (chunk, panel) in multipliers.panels.chunks_exact(per_block.max(1)).enumerate() {
                multiply(&out.weights, panel, chunk * WIDE, lanes, rows);
            }
        }
    }
}

/// Eight rows of users in up to eight lanes from `first` on.
fn multiply(weights: &[f64], panel: &[f64], first: usize, lanes: usize, rows: &mut [f64]) {
    let count = WIDE.min(lanes - first);
    if count <= WIDE / 2 {
        let mut tile = [[0.0; WIDE]; WIDE / 2];
        simd::narrow_tile(weights, panel, &mut tile);
        for (row, out) in rows.chunks_exact_mut(lanes).enumerate() {
            for (out, lane) in out[first..].iter_mut().zip(&tile) {
                *out = lane[row];
            }
        }
    } else {
        let mut tile = [[0.0; WIDE]; WIDE];
        simd::tile(weights, panel, &mut tile);
        for (out, row) in rows.chunks_exact_mut(lanes).zip(&tile) {
            // A whole row is one move, not a call.
            match out[first..].first_chunk_mut::<WIDE>() {
                Some(out) => *out = *row,
                None => out[first..].copy_from_slice(&row[..count]),
            }
        }
    }
}

/// Cells of the population in the order of their names.
fn in_order(model: &Model) -> Vec<usize> {
    let cells = &model.population.cells;
    let short = |(at, (band, sex)): (usize, &(String, String))| Some((as_number(band)?, as_number(sex)?, at));
    match cells.iter().enumerate().map(short).collect::<Option<Vec<_>>>() {
        Some(mut numbers) => {
            numbers.sort_unstable();
            numbers.into_iter().map(|(.., at)| at).collect()
        }
        None => {
            let mut order: Vec<usize> = (0..cells.len()).collect();
            order.sort_by(|a, b| cells[*a].cmp(&cells[*b]));
            order
        }
    }
}

/// A name of at most seven bytes as a number with the same order, which is
/// compared much sooner: its bytes, then its length.
fn as_number(name: &str) -> Option<u64> {
    let mut bytes = [0; 8];
    bytes[7] = u8::try_from(name.len()).ok().filter(|n| *n < 8)?;
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    Some(u64::from_be_bytes(bytes))
}

/// Use per 1,000, `[block][cell][row]`, cells in order.
fn use_rates(model: &Model, lines: &[LineId], places: &[usize]) -> Vec<f64> {
    let mut rates = vec![0.0; lines.len().div_ceil(WIDE) * places.len() * WIDE];
    for (block, rates) in lines.chunks(WIDE).zip(rates.chunks_exact_mut((places.len() * WIDE).max(1))) {
        let mut rows: [&[f64]; WIDE] = [&[]; WIDE];
        for (row, line) in rows.iter_mut().zip(block) {
            let of_line = model.use_rates.per_1000.get(model.lines.get(*line).id());
            *row = of_line.map_or(&[], Vec::as_slice);
        }
        for (cell, &at) in places.iter().enumerate() {
            rates.as_chunks_mut::<WIDE>().0[at] = rows.map(|row| row.get(cell).copied().unwrap_or(0.0));
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
    /// Row by line.
    rows: Vec<Option<usize>>,
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
        let row = self.rows.get(line.0).copied().flatten()?;
        if year_index == 0 {
            return Some(Driver::Same(self.base[row]));
        }
        let at = (year_index * self.width + row) * self.lanes;
        Some(Driver::Each(&self.values[at..at + self.lanes]))
    }
}
