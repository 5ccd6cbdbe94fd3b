//! The scenarios that registers meet, drawn once for all of them.
//!
//! A risk may be sized by a what-if: its impact is the base minus that what-if,
//! per year and draw, whichever scenario's register names it. So the what-ifs
//! are not drawn again for every scenario that is judged: one pass over the
//! blocks sees each scenario once, keeps the differences, the shortfall of
//! each scenario judged and the scores of risks that are correlated, and lets
//! every register add its events to them. The first [`SHOWN`] draws stay, to be
//! shown and to be looked at again; memory does not grow beyond them.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::draws::{Drawing, Stat};
use super::register::Impact;
use super::strike::Beside;
use super::what_if::{Probe, Scenarios};
use crate::diagnostic::Diagnostic;
use crate::model::Model;
use crate::simulation::{BLOCK, Block, Ensemble};

/// Draws that are kept whole.
pub(super) const SHOWN: usize = 10_000;

/// Scores of correlated risks by risk and year, per draw.
type Scores = BTreeMap<(usize, usize), Vec<f32>>;

/// Everything that is projected for a set of registers.
pub(super) struct Stage<'m> {
    ensemble: Ensemble<'m>,
    /// Positions of the scenarios in the ensemble's order: the base first, if it is there.
    members: Vec<usize>,
    probes: Vec<Probe>,
    /// By probe, how many years both its scenarios have.
    years: Vec<usize>,
}

/// What was seen of one block.
pub(super) struct Seen {
    /// By probe, by year from the base year, by draw.
    differences: Vec<Vec<Vec<f64>>>,
    /// By register; none where it meets no shortfall.
    shortfalls: Vec<Option<Vec<f64>>>,
    /// By register.
    scores: Vec<Scores>,
}

/// What a block of a register meets.
#[derive(Clone, Copy)]
pub(super) struct Meets<'a> {
    differences: &'a [Vec<Vec<f64>>],
    scores: &'a Scores,
    year: usize,
    /// Where the block starts in these, and how many draws it has.
    draws: (usize, usize),
}

/// What the what-ifs make different, over all draws.
pub(super) struct Differences {
    draws: u64,
    /// By probe, by year.
    stats: Vec<Vec<Stat>>,
    /// By probe, by year: the first draws.
    shown: Vec<Vec<Vec<f64>>>,
    /// By register: scores of the first draws.
    scores: Vec<Scores>,
    /// By probe, by year: what it comes to, where it varies from draw to draw.
    impacts: Vec<Vec<Option<Impact>>>,
}

/// What one block adds to the differences.
pub(super) struct Added {
    stats: Vec<Vec<Stat>>,
    /// The draws themselves, as long as they are kept.
    first: Option<(Vec<Vec<Vec<f64>>>, Vec<Scores>)>,
}

impl<'m> Stage<'m> {
    /// The judged scenarios, and what the probes need.
    ///
    /// # Errors
    /// Correlations that cannot be, as the simulation reports them.
    pub(super) fn new(
        scenarios: Scenarios<'m>,
        judged: impl Iterator<Item = usize>,
        probes: Vec<Probe>,
        seed: u64,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut members: Vec<usize> = judged.chain(probes.iter().flat_map(|p| [0, p.other])).collect();
        members.sort_unstable();
        members.dedup();
        let models: Vec<&Model> = members.iter().map(|m| scenarios.models[*m]).collect();
        let years = probes.iter().map(|p| p.years(scenarios)).collect();
        Ok(Self { ensemble: Ensemble::new(&models, seed)?, members, probes, years })
    }

    /// Whether every draw of a scenario is its deterministic projection.
    pub(super) fn is_certain(&self, scenario: usize) -> bool {
        self.members.iter().position(|m| *m == scenario).is_none_or(|m| self.ensemble.is_certain(m))
    }

    /// Slot of a probe.
    pub(super) fn slot(&self, probe: &Probe) -> Option<usize> {
        self.probes.iter().position(|p| p == probe)
    }

    /// Visits every block; `give` is called once for each, in any order, what
    /// it gives goes to `fold` in the order of blocks.
    pub(super) fn fold<S: Send>(
        &self,
        registers: &[Drawing],
        draws: u64,
        give: impl Fn(&Seen, u64, usize) -> S + Sync,
        fold: impl FnMut(S),
        progress: &dyn Fn(u64, u64),
    ) {
        let nothing = || Seen {
            differences: self.years.iter().map(|years| vec![Vec::new(); *years]).collect(),
            shortfalls: vec![None; registers.len()],
            scores: vec![Scores::new(); registers.len()],
        };
        let look = |seen: &mut Seen, position: usize, block: &Block<'_>| {
            self.look(seen, self.members[position], block, registers);
        };
        let give = |seen: &mut Seen, block: u64, len: usize| give(seen, block, len);
        self.ensemble.fold_in_turn(draws, nothing, look, give, fold, progress);
    }

    fn look(&self, seen: &mut Seen, scenario: usize, block: &Block<'_>, registers: &[Drawing]) {
        for (probe, by_year) in self.probes.iter().zip(&mut seen.differences) {
            for (year, lane) in by_year.iter_mut().enumerate() {
                if scenario == 0 {
                    probe.start(block, year, lane);
                }
                if scenario == probe.other {
                    probe.finish(block, year, lane);
                }
            }
        }
        for (i, register) in registers.iter().enumerate().filter(|(_, r)| r.scenario == scenario) {
            let lane = register.shortfall.and_then(|group| block.shortfall(0, group, register.year));
            seen.shortfalls[i] = lane.map(|lane| (0..block.len()).map(|k| lane.at(k)).collect());
            seen.scores[i] = register
                .striker
                .linked()
                .filter_map(|(risk, year)| Some(((risk, year), block.risk_scores(risk, year)?.to_vec())))
                .collect();
        }
    }
}

impl Seen {
    /// Shortfall of a register's scenario per draw.
    pub(super) fn shortfall(&self, register: usize) -> Option<&[f64]> {
        self.shortfalls[register].as_deref()
    }

    /// What a register meets, for the year asked, in a block of `len` draws.
    pub(super) fn meets(&self, register: usize, year: usize, len: usize) -> Meets<'_> {
        Meets { differences: &self.differences, scores: &self.scores[register], year, draws: (0, len) }
    }

    /// What the block adds to the differences.
    pub(super) fn added(&self, block: u64) -> Added {
        let of = |lanes: &Vec<Vec<f64>>| lanes.iter().map(|lane| Stat::of(lane.iter().copied())).collect();
        let kept = block < SHOWN.div_ceil(BLOCK) as u64;
        Added {
            stats: self.differences.iter().map(of).collect(),
            first: kept.then(|| (self.differences.clone(), self.scores.clone())),
        }
    }
}

impl Differences {
    /// Nothing seen yet.
    pub(super) fn new(stage: &Stage<'_>, registers: usize, draws: u64) -> Self {
        Self {
            draws,
            stats: stage.years.iter().map(|years| vec![Stat::NOTHING; *years]).collect(),
            shown: stage.years.iter().map(|years| vec![Vec::new(); *years]).collect(),
            scores: vec![Scores::new(); registers],
            impacts: Vec::new(),
        }
    }

    /// Adds the next block.
    pub(super) fn add(&mut self, block: Added) {
        for (stat, own) in self.stats.iter_mut().flatten().zip(block.stats.into_iter().flatten()) {
            stat.add(own);
        }
        let Some((differences, scores)) = block.first else { return };
        for (shown, lane) in self.shown.iter_mut().flatten().zip(differences.into_iter().flatten()) {
            shown.extend(lane.into_iter().take(SHOWN.saturating_sub(shown.len())));
        }
        for (shown, own) in self.scores.iter_mut().zip(scores) {
            for (of, lane) in own {
                let shown = shown.entry(of).or_default();
                shown.extend(lane.into_iter().take(SHOWN.saturating_sub(shown.len())));
            }
        }
    }

    /// Works out what each difference comes to, once for all registers.
    pub(super) fn size_up(&mut self) {
        let draws = self.draws as f64;
        let of = |(stat, shown): (&Stat, &Vec<f64>)| {
            (!stat.is_constant()).then(|| Impact::of_draws(stat.sum / draws, shown))
        };
        let by_year = |(stats, shown): (&Vec<Stat>, &Vec<Vec<f64>>)| stats.iter().zip(shown).map(of).collect();
        self.impacts = self.stats.par_iter().zip(&self.shown).map(by_year).collect();
    }

    /// What a difference comes to in a year; none where it is the same in
    /// every draw, or not there.
    pub(super) fn impact(&self, slot: usize, year: usize) -> Option<Impact> {
        *self.impacts.get(slot)?.get(year)?
    }

    /// Whether all draws were kept, so that none has to be made again.
    pub(super) fn are_whole(&self) -> bool {
        self.draws <= SHOWN as u64
    }

    /// What a register met in a block, where the draws [are whole](Self::are_whole).
    pub(super) fn meets(&self, register: usize, year: usize, block: u64, len: usize) -> Meets<'_> {
        let start = usize::try_from(block).unwrap_or(0) * BLOCK;
        Meets { differences: &self.shown, scores: &self.scores[register], year, draws: (start, len) }
    }
}

impl Meets<'_> {
    fn of<'b, T>(&self, row: Option<&'b Vec<T>>) -> &'b [T] {
        let (start, len) = self.draws;
        row.and_then(|row| row.get(start..start + len)).unwrap_or(&[])
    }
}

impl Beside for Meets<'_> {
    fn scores(&self, risk: usize, year: usize) -> &[f32] {
        self.of(self.scores.get(&(risk, year)))
    }

    fn difference(&self, slot: usize) -> &[f64] {
        self.of(self.differences.get(slot).and_then(|by_year| by_year.get(self.year)))
    }
}
