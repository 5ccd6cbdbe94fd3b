//! The loss by simulation: events on top of the projection's own draws.
//!
//! Where events share a cause, are sized by a what-if, or meet an uncertain
//! shortfall, their sum has no closed form; it is drawn, on the same addressed
//! numbers as the projection. Blocks are folded in order, so threads change
//! nothing. Up to [`KEPT`] draws are kept, so that quantiles are draws
//! themselves; beyond that they are counted in narrow bins and memory stays
//! as it is.

use rayon::prelude::*;

use super::event::Event;
use super::loss::Quantile;
use super::order::{self, Window};
use super::stage::{Added, Differences, Seen, Stage};
use super::strike::{Alone, Beside, Striker};
use crate::simulation::{BLOCK, Histogram};
use crate::units::Year;

/// Draws of which the losses are kept whole, by register.
pub(super) const KEPT: u64 = 1 << 18;
/// Bins over the distance from P5 to P95, and draws that say where that is.
const RESOLUTION: f64 = 4_000.0;
const PILOT: u64 = 64 * BLOCK as u64;

/// Sum, lowest and highest of a figure over the draws.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stat {
    pub sum: f64,
    pub min: f64,
    pub max: f64,
}

impl Stat {
    pub(super) const NOTHING: Self = Self { sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY };

    pub(super) fn of(values: impl Iterator<Item = f64>) -> Self {
        values.fold(Self::NOTHING, |s, x| Self { sum: s.sum + x, min: s.min.min(x), max: s.max.max(x) })
    }

    pub(super) fn add(&mut self, other: Self) {
        *self = Self { sum: self.sum + other.sum, min: self.min.min(other.min), max: self.max.max(other.max) };
    }

    /// Whether all draws gave the same.
    pub(super) fn is_constant(&self) -> bool {
        self.min >= self.max
    }
}

/// Independent events of one year by simulation, whatever their distribution
/// is exactly. Euros.
#[derive(Clone, Debug)]
pub struct SimulatedLoss {
    /// How many draws.
    pub draws: u64,
    /// Mean.
    pub mean: f64,
    /// Its standard error.
    pub se_mean: f64,
    /// At the levels asked, each with one standard error.
    pub quantiles: Vec<Quantile>,
}

/// Draws the events that count, and nothing else: the other way to what
/// [`super::Loss`] gives exactly. Events sized by a what-if need a projection
/// ([`super::assess`]) and are left out.
pub fn simulate_events(
    events: &[Event],
    base_year: Year,
    year: Year,
    structural_years: f64,
    draws: u64,
    seed: u64,
    levels: &[f64],
) -> SimulatedLoss {
    let striker = Striker::new(events, year, base_year, structural_years, seed, &|_| false, &[]);
    let tally = alone(&striker, draws.max(1), KEPT);
    SimulatedLoss {
        draws: tally.draws,
        mean: tally.mean(),
        se_mean: tally.se_mean(),
        quantiles: tally.quantiles(levels),
    }
}

/// Events that meet nothing.
fn alone(striker: &Striker, draws: u64, keep: u64) -> Tally {
    let mut tally = Tally::new(draws);
    let losses = |block: u64, len: usize| Part::of(striker, block, len, None, &Alone);
    if draws > keep {
        let mut pilot = Vec::new();
        over(PILOT, losses, |part| pilot.extend(part.totals));
        tally.count(&mut pilot);
    }
    over(draws, losses, |part| tally.add(part));
    tally
}

/// A register in a scenario, ready to be drawn for one year.
pub(super) struct Drawing {
    pub striker: Striker,
    /// Position of the scenario.
    pub scenario: usize,
    /// Position of `total` in the scenario, where it has a shortfall.
    pub shortfall: Option<usize>,
    /// The year asked, from the base year.
    pub year: usize,
}

/// The losses of one register.
pub(super) struct Tally {
    totals: Totals,
    /// Shortfall of the year.
    pub shortfall: Stat,
    sum: f64,
    /// Squares of the distances from the first block's mean.
    squares: f64,
    centre: Option<f64>,
    pub draws: u64,
}

enum Totals {
    Whole(Vec<f64>),
    Counted(Histogram),
}

/// What one block of a register gives.
pub(super) struct Part {
    pub totals: Vec<f64>,
    shortfall: Stat,
}

/// Draws registers in the scenarios they belong to, all in one pass. Losses of
/// more than `keep` draws are counted, not kept.
pub(super) fn tally(
    stage: &Stage<'_>,
    registers: &[Drawing],
    draws: u64,
    keep: u64,
    progress: &dyn Fn(u64, u64),
) -> (Vec<Tally>, Differences) {
    let mut tallies: Vec<Tally> = registers.iter().map(|_| Tally::new(draws)).collect();
    let parts = |seen: &Seen, block: u64, len: usize| -> Vec<Part> {
        registers.iter().enumerate().map(|(i, r)| r.part(i, seen, block, len)).collect()
    };
    if draws > keep {
        let mut pilots = vec![Vec::new(); registers.len()];
        let fold = |parts: Vec<Part>| {
            pilots.iter_mut().zip(parts).for_each(|(pilot, part)| pilot.extend(part.totals));
        };
        stage.fold(registers, PILOT, parts, fold, &|_, _| {});
        tallies.iter_mut().zip(&mut pilots).for_each(|(tally, pilot)| tally.count(pilot));
    }
    let mut differences = Differences::new(stage, registers.len(), draws);
    let all = |seen: &Seen, block: u64, len: usize| (parts(seen, block, len), seen.added(block));
    let fold = |(parts, added): (Vec<Part>, Added)| {
        tallies.iter_mut().zip(parts).for_each(|(tally, part)| tally.add(part));
        differences.add(added);
    };
    stage.fold(registers, draws, all, fold, progress);
    differences.size_up();
    (tallies, differences)
}

impl Drawing {
    /// Losses of a block of the register at a position among those drawn.
    pub(super) fn part(&self, register: usize, seen: &Seen, block: u64, len: usize) -> Part {
        let shortfall = seen.shortfall(register);
        Part::of(&self.striker, block, len, shortfall, &seen.meets(register, self.year, len))
    }
}

impl Part {
    /// Losses of one block, shortfall included.
    fn of(striker: &Striker, block: u64, len: usize, shortfall: Option<&[f64]>, beside: &dyn Beside) -> Self {
        let mut totals = [0.0; BLOCK];
        let mut stat = Stat::NOTHING;
        if let Some(lane) = shortfall {
            totals[..len].copy_from_slice(lane);
            stat = Stat::of(lane.iter().copied());
        }
        striker.block(block, beside, |_, row| {
            for (total, x) in totals.iter_mut().zip(row) {
                *total += x;
            }
        });
        Self { totals: totals[..len].to_vec(), shortfall: stat }
    }
}

/// Visits all blocks, on all threads; folds what they give in their order.
pub(super) fn over<S: Send>(draws: u64, visit: impl Fn(u64, usize) -> S + Sync, mut fold: impl FnMut(S)) {
    let size = BLOCK as u64;
    let (blocks, wave) = (draws.div_ceil(size), 256);
    let mut next = 0;
    while next < blocks {
        let last = blocks.min(next + wave);
        let len = |block: u64| usize::try_from(draws - block * size).map_or(BLOCK, |rest| rest.min(BLOCK));
        let numbers: Vec<u64> = (next..last).collect();
        let given: Vec<S> = numbers.par_iter().map(|&block| visit(block, len(block))).collect();
        given.into_iter().for_each(&mut fold);
        next = last;
    }
}

impl Tally {
    fn new(draws: u64) -> Self {
        let totals = Totals::Whole(Vec::new());
        Self { totals, shortfall: Stat::NOTHING, sum: 0.0, squares: 0.0, centre: None, draws }
    }

    /// Counts losses from here on, in bins that the pilot's draws give.
    fn count(&mut self, pilot: &mut [f64]) {
        self.totals = Totals::Counted(Histogram::for_pilot(pilot, RESOLUTION));
    }

    fn add(&mut self, part: Part) {
        let sum: f64 = part.totals.iter().sum();
        self.sum += sum;
        let centre = *self.centre.get_or_insert(sum / part.totals.len().max(1) as f64);
        self.squares += part.totals.iter().map(|x| (x - centre) * (x - centre)).sum::<f64>();
        match &mut self.totals {
            Totals::Whole(values) => values.extend(part.totals),
            Totals::Counted(counts) => counts.add(&part.totals),
        }
        self.shortfall.add(part.shortfall);
    }

    /// Whether losses were counted and not kept.
    pub(super) fn is_counted(&self) -> bool {
        matches!(self.totals, Totals::Counted(_))
    }

    /// The kept losses of a block.
    pub(super) fn kept(&self, block: u64, len: usize) -> Option<&[f64]> {
        let start = usize::try_from(block).ok()?.checked_mul(BLOCK)?;
        match &self.totals {
            Totals::Whole(values) => values.get(start..start + len),
            Totals::Counted(_) => None,
        }
    }

    /// The losses that lie `half` to each side of a level.
    pub(super) fn window(&self, level: f64, half: f64) -> Window {
        match &self.totals {
            Totals::Whole(values) => Window::of(values, level, half),
            Totals::Counted(counts) => {
                // Whole bins: where many draws are the same, none of them falls outside.
                let at = |q: f64| counts.quantile(q.clamp(1e-9, 1.0));
                Window::from_parts((at(level - half).lo, at(level + half).hi), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
            }
        }
    }

    /// Mean shortfall; 0 where there is none.
    pub(super) fn shortfall_mean(&self) -> f64 {
        if self.shortfall.min.is_finite() { self.shortfall.sum / self.draws as f64 } else { 0.0 }
    }

    /// Mean loss, the mean shortfall taken off.
    pub(super) fn mean(&self) -> f64 {
        self.sum / self.draws as f64 - self.shortfall_mean()
    }

    /// Standard error of the mean.
    fn se_mean(&self) -> f64 {
        let n = self.draws as f64;
        let off = self.sum / n - self.centre.unwrap_or(0.0);
        ((self.squares / n - off * off).max(0.0) / n).sqrt()
    }

    /// Quantiles of the loss (the mean shortfall taken off) with one standard error each.
    pub(super) fn quantiles(&self, levels: &[f64]) -> Vec<Quantile> {
        let mean = self.shortfall_mean();
        let mut found = match &self.totals {
            Totals::Whole(values) => order::quantiles(values, levels),
            Totals::Counted(counts) => levels
                .iter()
                .map(|level| {
                    let off = (level * (1.0 - level) / self.draws as f64).sqrt();
                    let at = |q: f64| counts.quantile(q.clamp(1e-9, 1.0)).value;
                    Quantile { value: at(*level), error: 0.5 * (at(level + off) - at(level - off)) }
                })
                .collect(),
        };
        for q in &mut found {
            q.value -= mean;
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::event::tests::event;
    use crate::risk::{Frequency, Severity};

    #[test]
    fn counting_draws_gives_what_keeping_them_gives() {
        let events = [
            event("a", Frequency::Chance(0.4), Severity::pert(10.0, 30.0, 400.0)),
            event("b", Frequency::Poisson(2.0), Severity::uniform(5.0, 90.0)),
        ];
        let striker = Striker::new(&events, Year(2027), Year(2026), 1.0, 7, &|_| false, &[]);
        let (a, b) = (alone(&striker, 40_000, KEPT), alone(&striker, 40_000, 1_000));
        let levels = [0.05, 0.5, 0.9, 0.99];
        let (x, y) = (a.quantiles(&levels), b.quantiles(&levels));
        let spread = a.quantiles(&[0.95])[0].value - x[0].value;
        for (x, y) in x.iter().zip(&y) {
            // The stated resolution: a thousandth of the distance from P5 to P95.
            assert!((x.value - y.value).abs() <= 1e-3 * spread, "{x:?} {y:?}");
        }
        assert_eq!(a.mean().to_bits(), b.mean().to_bits());
        // Where a window of 1 % to each side of P90 lies.
        let ((a, b), (c, d)) = (a.window(0.9, 0.01).ends(), b.window(0.9, 0.01).ends());
        assert!((a - c).abs() <= 1e-3 * spread && (b - d).abs() <= 1e-3 * spread, "{a} {c} {b} {d}");
    }
}
