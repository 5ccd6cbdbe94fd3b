//! Ageing from population and use rates:
//! `A[p,y] = sum over age bands of persons[y][band] * use_rate[p][band]`.
//!
//! The sum is made once and shared by every what-if that leaves population
//! and use rates alone. Sexes of one band are added first, then bands in the
//! order of their names. What-ifs that multiply the population by age are
//! computed many at once; with all multipliers 1 they give the very bits of
//! the plain sum.

use std::sync::{Arc, OnceLock};

use super::driver::Driver;
use super::simd;
use crate::model::{Ageing, Cells, LineId, Model, UseRates};

/// Rows of eight lines are worked on together.
const WIDE: usize = UseRates::WIDE;

/// Users that population and use rates give, by line and year; counted in
/// thousandths, since only their growth matters.
#[derive(Clone, Debug, Default)]
pub struct AgeingTable {
    /// Row of use rates by line; none for a line that ages otherwise.
    rows: Vec<Option<usize>>,
    cells: Cells,
    /// Two sexes in every band, as most files have it.
    paired: bool,
    /// Row of persons by year; none where a year is not recorded.
    years: Vec<Option<usize>>,
    /// `persons[row][cell]`, cells in order, as the model has it.
    persons: Arc<Vec<f64>>,
    /// Use per 1,000: `rates[block][cell][row]`, likewise.
    rates: Arc<Vec<f64>>,
    /// `users[year][block][row]`, summed when first asked.
    users: OnceLock<Vec<f64>>,
    /// `growth[year][line]`, likewise.
    growth: OnceLock<Vec<f64>>,
}

impl AgeingTable {
    /// The users of every line whose ageing comes from population and use
    /// rates. A year or a line without figures has no users.
    pub fn of(model: &Model) -> Self {
        let (population, use_rates) = (&model.population, &model.use_rates);
        let (mut ages, mut near) = (false, 0);
        let row_of = |line: &crate::model::Line| {
            let cost = line.as_cost().filter(|c| matches!(c.ageing, Ageing::Population))?;
            ages = true;
            let row = use_rates.row(&cost.id, near)?;
            near = row + 1;
            Some(row)
        };
        let rows: Vec<Option<usize>> = model.lines.all.iter().map(row_of).collect();
        if !ages {
            return Self::default();
        }
        let cells = population.cells().clone();
        let paired = cells.starts().windows(2).all(|band| band[1] - band[0] == 2);
        Self {
            rows,
            cells,
            paired,
            years: model.years().map(|year| population.row(year)).collect(),
            persons: population.all().clone(),
            rates: use_rates.all().clone(),
            users: OnceLock::new(),
            growth: OnceLock::new(),
        }
    }

    /// The age bands of a model in the order in which [`Multipliers`] want them.
    pub fn bands(model: &Model) -> Vec<String> {
        model.population.cells().bands().into_iter().map(str::to_owned).collect()
    }

    fn bands_count(&self) -> usize {
        self.cells.starts().len().saturating_sub(1)
    }

    /// How many blocks of eight lines there are.
    fn blocks(&self) -> usize {
        self.rates.len() / (self.cells.len() * WIDE).max(1)
    }

    /// Weight of every band for a block of lines in a year, and their sum: the users.
    fn weigh(&self, y: usize, block: usize, weights: &mut [f64]) -> [f64; WIDE] {
        let cells = self.cells.len();
        let Some(row) = self.years[y] else {
            weights.fill(0.0);
            return [0.0; WIDE];
        };
        let rates = &self.rates[block * cells * WIDE..][..cells * WIDE];
        let persons = &self.persons[row * cells..][..cells];
        if self.paired {
            simd::fold_pairs(persons, rates, weights)
        } else {
            simd::fold_bands(persons, rates, self.cells.starts(), weights)
        }
    }

    fn all_users(&self) -> &[f64] {
        self.users.get_or_init(|| {
            let mut weights = vec![0.0; self.bands_count() * WIDE];
            let rows = (0..self.years.len()).flat_map(|y| (0..self.blocks()).map(move |block| (y, block)));
            rows.flat_map(|(y, block)| self.weigh(y, block, &mut weights)).collect()
        })
    }

    /// Users of a line in a year; 0 for a line that ages otherwise.
    pub fn users(&self, line: LineId, year_index: usize) -> f64 {
        self.in_thousandths(line, year_index) / 1000.0
    }

    fn in_thousandths(&self, line: LineId, year_index: usize) -> f64 {
        let Some(row) = self.rows.get(line.0).copied().flatten() else { return 0.0 };
        self.all_users().get(year_index * self.blocks() * WIDE + row).copied().unwrap_or(0.0)
    }

    /// Ageing of a line in a projected year; 0 where there was nobody the year before.
    pub(super) fn rate(&self, line: LineId, year_index: usize) -> f64 {
        let width = self.rows.len();
        let growth = self.growth.get_or_init(|| {
            let cells = (0..self.years.len()).flat_map(|y| (0..width).map(move |l| (LineId(l), y)));
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
        out.rows.clone_from(&self.rows);
        out.width = blocks * WIDE;
        out.lanes = lanes;
        out.values.resize(self.years.len() * out.width * lanes, 0.0);
        out.weights.resize(per_block, 0.0);
        out.base.clear();
        // All years of a block, one after the other: its use rates stay near.
        for block in 0..blocks {
            for y in 0..self.years.len() {
                let users = self.weigh(y, block, &mut out.weights);
                if y == 0 {
                    out.base.extend(users);
                    continue;
                }
                let rows = &mut out.values[(y * blocks + block) * WIDE * lanes..][..WIDE * lanes];
                simd::multiply(&out.weights, &multipliers.panels, lanes, rows);
            }
        }
    }
}

/// What the population of the projected years is multiplied by, per age band
/// and lane (one lane per what-if).
#[derive(Clone, Debug)]
pub struct Multipliers {
    bands: usize,
    lanes: usize,
    /// `panels[(chunk * bands + band) * 8 + lane]`; the last chunk holds only
    /// four lanes where that is enough.
    panels: Vec<f64>,
}

impl Multipliers {
    /// From `multiplier(band, lane)`, bands counted as in [`AgeingTable::bands`].
    pub fn new(bands: usize, lanes: usize, multiplier: impl Fn(usize, usize) -> f64) -> Self {
        let mut panels = Vec::with_capacity(bands * lanes.next_multiple_of(4));
        for first in (0..lanes).step_by(WIDE) {
            let width = (lanes - first).next_multiple_of(4).min(WIDE);
            for band in 0..bands {
                let lane_of = |lane| if lane < lanes { multiplier(band, lane) } else { 0.0 };
                panels.extend((first..first + width).map(lane_of));
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
