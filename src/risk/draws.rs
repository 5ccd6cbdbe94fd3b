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
use super::strike::{Beside, Row, Striker};
use super::what_if::Probe;
use crate::simulation::{BLOCK, Block, Ensemble, Histogram};
use crate::units::Year;

/// Draws that are kept whole.
pub(super) const KEPT: u64 = 1 << 22;
/// Draws whose what-if differences are kept to be shown.
const SHOWN: usize = 10_000;
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
    const NOTHING: Self = Self { sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY };

    fn of(values: impl Iterator<Item = f64>) -> Self {
        values.fold(Self::NOTHING, |s, x| Self { sum: s.sum + x, min: s.min.min(x), max: s.max.max(x) })
    }

    fn add(&mut self, other: Self) {
        *self = Self { sum: self.sum + other.sum, min: self.min.min(other.min), max: self.max.max(other.max) };
    }

    /// Whether all draws gave the same.
    pub(super) fn is_constant(&self) -> bool {
        self.min >= self.max
    }
}

/// A what-if that sizes an event.
#[derive(Clone, Debug)]
pub(super) struct Sized {
    pub probe: Probe,
    /// Position of the what-if in the ensemble.
    pub other: usize,
}

/// The projection that the events meet.
pub(super) struct Scene<'m> {
    pub ensemble: Ensemble<'m>,
    /// Position of `total` in the scenario, where it has a shortfall.
    pub shortfall: Option<usize>,
    /// Position of the base in the ensemble.
    pub base: usize,
    pub what_ifs: Vec<Sized>,
    /// Years from the base year to the horizon.
    pub years: usize,
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
    let drawing = Drawing { striker, scene: None, year: 0, draws: draws.max(1), keep: KEPT };
    let tally = drawing.tally(&quiet);
    SimulatedLoss {
        draws: drawing.draws,
        mean: tally.mean(),
        se_mean: tally.se_mean(),
        quantiles: tally.quantiles(levels),
    }
}

/// Everything that is drawn for one year.
pub(super) struct Drawing<'m> {
    pub striker: Striker,
    pub scene: Option<Scene<'m>>,
    /// The year asked, from the base year.
    pub year: usize,
    pub draws: u64,
    /// Draws that are kept whole: [`KEPT`].
    pub keep: u64,
}

/// What the first pass gives.
pub(super) struct Tally {
    totals: Totals,
    /// Shortfall of the year.
    pub shortfall: Stat,
    /// By what-if, by year from the base year.
    pub differences: Vec<Vec<Stat>>,
    /// By what-if, by year: the first draws.
    pub shown: Vec<Vec<Vec<f64>>>,
    sum: f64,
    /// Squares of the distances from the first block's mean.
    squares: f64,
    centre: Option<f64>,
    draws: u64,
}

enum Totals {
    Whole(Vec<f64>),
    Counted(Histogram),
}

/// What one block gives.
struct Part {
    totals: Vec<f64>,
    shortfall: Stat,
    /// By what-if, by year, by draw.
    differences: Vec<Vec<Vec<f64>>>,
}

/// Hears nothing.
fn quiet(_: u64, _: u64) {}

impl Drawing<'_> {
    /// Draws everything once.
    pub(super) fn tally(&self, progress: &dyn Fn(u64, u64)) -> Tally {
        let mut tally = Tally {
            totals: Totals::Whole(Vec::new()),
            shortfall: Stat::NOTHING,
            differences: self
                .scene
                .iter()
                .flat_map(|s| &s.what_ifs)
                .map(|_| vec![Stat::NOTHING; self.years()])
                .collect(),
            shown: self.scene.iter().flat_map(|s| &s.what_ifs).map(|_| vec![Vec::new(); self.years()]).collect(),
            sum: 0.0,
            squares: 0.0,
            centre: None,
            draws: self.draws,
        };
        if self.draws > self.keep {
            let mut pilot = Vec::new();
            self.over(
                PILOT,
                |block, len, beside| self.part(block, len, beside).totals,
                |part| pilot.extend(part),
                &quiet,
            );
            tally.totals = Totals::Counted(Histogram::for_pilot(&mut pilot, RESOLUTION));
        }
        self.over(self.draws, |block, len, beside| self.part(block, len, beside), |part| tally.add(part), progress);
        tally
    }

    /// Mean over the window of each event's loss and of the total, as sums of
    /// weighted draws. The total has the mean shortfall taken off.
    pub(super) fn parts_around(&self, tally: &Tally, level: f64, half: f64, events: usize) -> (Vec<f64>, f64) {
        if self.striker.is_empty() {
            // Nothing strikes: the projection has all of it.
            return (vec![0.0; events], 1.0);
        }
        let mean = tally.shortfall_mean();
        let window = match &tally.totals {
            Totals::Whole(values) => Window::of(values, level, half),
            Totals::Counted(counts) => {
                let at = |q: f64| counts.quantile(q.clamp(1e-9, 1.0)).value;
                Window::from_parts((at(level - half), at(level + half)), (0.0, 1.0), (0.0, 1.0), (0.0, 1.0))
            }
        };
        let (mut parts, mut total) = (vec![0.0; events], 0.0);
        let visit = |block: u64, len: usize, beside: Option<&Block<'_>>| {
            let mut own = vec![0.0; events];
            let kept = match &tally.totals {
                Totals::Whole(values) => {
                    let start = usize::try_from(block).unwrap_or(0) * BLOCK;
                    values[start..start + len].to_vec()
                }
                Totals::Counted(_) => self.part(block, len, beside).totals,
            };
            let weights: Vec<f64> = kept.iter().map(|x| window.weight(*x, 0.0)).collect();
            if weights.iter().all(|w| *w == 0.0) {
                return (own, 0.0);
            }
            self.strike(block, beside, |event, row| {
                own[event] += weights.iter().zip(row).map(|(w, x)| w * x).sum::<f64>();
            });
            (own, weights.iter().zip(&kept).map(|(w, x)| w * (x - mean)).sum::<f64>())
        };
        self.over(
            self.draws,
            visit,
            |(own, sum)| {
                for (part, x) in parts.iter_mut().zip(own) {
                    *part += x;
                }
                total += sum;
            },
            &quiet,
        );
        (parts, total)
    }

    fn years(&self) -> usize {
        self.scene.as_ref().map_or(0, |s| s.years)
    }

    /// Losses of one block, shortfall included, and what else is asked of it.
    fn part(&self, block: u64, len: usize, beside: Option<&Block<'_>>) -> Part {
        let mut totals = [0.0; BLOCK];
        let mut part = Part { totals: Vec::new(), shortfall: Stat::NOTHING, differences: Vec::new() };
        if let (Some(scene), Some(b)) = (&self.scene, beside) {
            if let Some(lane) = scene.shortfall.and_then(|group| b.shortfall(0, group, self.year)) {
                for (k, total) in totals[..len].iter_mut().enumerate() {
                    *total = lane.at(k);
                }
                part.shortfall = Stat::of(totals[..len].iter().copied());
            }
            for sized in &scene.what_ifs {
                let by_year = (0..scene.years).map(|year| {
                    let mut lane = Vec::new();
                    sized.probe.differences(b, scene.base, sized.other, year, &mut lane);
                    lane
                });
                part.differences.push(by_year.collect());
            }
        }
        self.strike(block, beside, |_, row| {
            for (total, x) in totals.iter_mut().zip(row) {
                *total += x;
            }
        });
        part.totals = totals[..len].to_vec();
        part
    }

    fn strike(&self, block: u64, beside: Option<&Block<'_>>, visit: impl FnMut(usize, &Row)) {
        let mut differences = Vec::new();
        if let (Some(scene), Some(b)) = (&self.scene, beside) {
            for sized in &scene.what_ifs {
                let mut lane = Vec::new();
                sized.probe.differences(b, scene.base, sized.other, self.year, &mut lane);
                differences.push(lane);
            }
        }
        self.striker.block(block, Beside { block: beside, differences: &differences }, visit);
    }

    /// Visits all blocks, on all threads; folds what they give in their order.
    fn over<S: Send>(
        &self,
        draws: u64,
        visit: impl Fn(u64, usize, Option<&Block<'_>>) -> S + Sync,
        mut fold: impl FnMut(S),
        progress: &dyn Fn(u64, u64),
    ) {
        if let Some(scene) = &self.scene {
            scene.ensemble.fold(draws, || (), |(), b| visit(b.index(), b.len(), Some(b)), fold, progress);
            return;
        }
        let size = BLOCK as u64;
        let (blocks, wave) = (draws.div_ceil(size), 256);
        let mut next = 0;
        while next < blocks {
            let last = blocks.min(next + wave);
            let numbers: Vec<u64> = (next..last).collect();
            let given: Vec<S> = numbers
                .par_iter()
                .map(|&block| {
                    visit(block, usize::try_from(draws - block * size).map_or(BLOCK, |rest| rest.min(BLOCK)), None)
                })
                .collect();
            given.into_iter().for_each(&mut fold);
            next = last;
            progress((next * size).min(draws), draws);
        }
    }
}

impl Tally {
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
        let what_ifs = self.differences.iter_mut().zip(&mut self.shown).zip(part.differences);
        for ((stats, shown), lanes) in what_ifs {
            for ((stat, shown), lane) in stats.iter_mut().zip(shown).zip(lanes) {
                stat.add(Stat::of(lane.iter().copied()));
                shown.extend(lane.into_iter().take(SHOWN.saturating_sub(shown.len())));
            }
        }
    }

    /// Mean shortfall; 0 where there is none.
    pub(super) fn shortfall_mean(&self) -> f64 {
        if self.shortfall.min.is_finite() { self.shortfall.sum / self.draws as f64 } else { 0.0 }
    }

    /// Mean difference of a what-if in a year.
    pub(super) fn difference_mean(&self, what_if: usize, year: usize) -> f64 {
        self.differences[what_if][year].sum / self.draws as f64
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
        let year = Year(2027);
        let drawing = |keep: u64| {
            let striker = Striker::new(&events, year, Year(2026), 1.0, 7, &|_| false, &[]);
            Drawing { striker, scene: None, year: 1, draws: 40_000, keep }
        };
        let (kept, counted) = (drawing(KEPT), drawing(1_000));
        let (a, b) = (kept.tally(&quiet), counted.tally(&quiet));
        let levels = [0.05, 0.5, 0.9, 0.99];
        let (x, y) = (a.quantiles(&levels), b.quantiles(&levels));
        let spread = a.quantiles(&[0.95])[0].value - x[0].value;
        for (x, y) in x.iter().zip(&y) {
            // The stated resolution: a thousandth of the distance from P5 to P95.
            assert!((x.value - y.value).abs() <= 1e-3 * spread, "{x:?} {y:?}");
        }
        assert_eq!(a.mean().to_bits(), b.mean().to_bits());
        let (parts, total) = kept.parts_around(&a, 0.9, 0.01, 2);
        let (other, sum) = counted.parts_around(&b, 0.9, 0.01, 2);
        assert!((parts[0] / total - other[0] / sum).abs() < 0.01, "{parts:?} {other:?}");
    }
}
