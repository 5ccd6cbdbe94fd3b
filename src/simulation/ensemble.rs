//! The loop over blocks: draw, project, hand over, in parallel.
//!
//! Scenarios of one municipality run side by side on the same random numbers
//! (streams are found by address), so a difference between them is a
//! difference of assumptions. A block is computed by whichever thread is free;
//! what it gives is folded in the order of blocks, so the number of threads
//! changes no bit. Memory is a workspace per thread, whatever the number of
//! draws.

use std::sync::Arc;

use rayon::prelude::*;

use super::machine::Width;
use super::random::{BLOCK, Stream, StreamKey};
use super::sampler::{Draw, Risks, Sampler, Source, Values};
use crate::diagnostic::Diagnostic;
use crate::model::{AssumptionId, LineId, Model};
use crate::projection::{Driver, Futures, Lanes, Plan};

/// Blocks that a thread works on between two folds.
const BLOCKS_PER_WAVE: u64 = 16;

/// Scenarios of one municipality, ready to be drawn: the base first.
#[derive(Debug)]
pub struct Ensemble<'m> {
    scenarios: Vec<Scenario<'m>>,
    seed: u64,
    width: Width,
}

#[derive(Clone, Debug)]
struct Scenario<'m> {
    model: &'m Model,
    ready: Arc<Ready>,
}

/// A model looked up.
#[derive(Debug)]
pub(crate) struct Ready {
    plan: Plan,
    sampler: Sampler,
}

impl Ready {
    pub(crate) fn new(model: &Model, seed: u64, risks: Risks, values: Values) -> Result<Self, Vec<Diagnostic>> {
        let plan = Plan::compile(model);
        let sampler = Sampler::new(model, &plan, seed, risks, values)?;
        Ok(Self { plan, sampler })
    }
}

/// What a thread needs for its blocks.
pub(crate) struct Workspace {
    scenarios: Vec<(Draw, Lanes)>,
}

impl<'m> Ensemble<'m> {
    /// Looks up the scenarios; the first is the base, whose register is drawn
    /// as well.
    ///
    /// # Errors
    /// Impossible correlations, and luck on a line that counts no clients.
    pub fn new(models: &[&'m Model], seed: u64) -> Result<Self, Vec<Diagnostic>> {
        Self::with(models, seed, Risks::All)
    }

    pub(crate) fn with(models: &[&'m Model], seed: u64, risks: Risks) -> Result<Self, Vec<Diagnostic>> {
        let mut scenarios = Vec::with_capacity(models.len());
        for (i, &model) in models.iter().enumerate() {
            let ready = Ready::new(model, seed, if i == 0 { risks } else { Risks::Linked }, Values::OfAllYears)?;
            scenarios.push(Scenario { model, ready: Arc::new(ready) });
        }
        Ok(Self { scenarios, seed, width: Width::widest() })
    }

    /// One scenario of which only futures are read: [`Block::drawn`] may not be asked.
    pub(crate) fn of_futures(model: &'m Model, seed: u64) -> Result<Self, Vec<Diagnostic>> {
        let ready = Ready::new(model, seed, Risks::Linked, Values::OfTheYear)?;
        Ok(Self { scenarios: vec![Scenario { model, ready: Arc::new(ready) }], seed, width: Width::widest() })
    }

    /// One scenario that was looked up before.
    pub(crate) fn of_ready(model: &'m Model, ready: &Arc<Ready>, seed: u64) -> Self {
        Self { scenarios: vec![Scenario { model, ready: Arc::clone(ready) }], seed, width: Width::widest() }
    }

    /// Runs no wider than this; results are the same.
    pub(crate) fn at_width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// How wide loops may run.
    pub(crate) fn width(&self) -> Width {
        self.width
    }

    /// The model of a scenario.
    pub fn model(&self, scenario: usize) -> &'m Model {
        self.scenarios[scenario].model
    }

    /// The plan of a scenario: its groups and reserve movements.
    pub fn plan(&self, scenario: usize) -> &Plan {
        &self.scenarios[scenario].ready.plan
    }

    /// Whether every draw of a scenario is its deterministic projection: no
    /// uncertain assumption and no luck.
    pub fn is_certain(&self, scenario: usize) -> bool {
        self.scenarios[scenario].ready.sampler.is_certain()
    }

    /// Whether a correlation of the base names this risk.
    pub fn risk_is_correlated(&self, risk: usize) -> bool {
        self.scenarios.first().is_some_and(|s| s.ready.sampler.risk_is_correlated(risk))
    }

    pub(crate) fn sources(&self, scenario: usize) -> Vec<Source> {
        self.scenarios[scenario].ready.sampler.sources().collect()
    }

    /// Visits every block of `draws` draws, on as many threads as rayon has
    /// here. `visit` is called once per block, in any order; what it gives
    /// goes to `fold` in the order of blocks. Each thread has a value of its
    /// own from `worker`, for scratch and for counters that add up exactly;
    /// they are given back. `progress` hears how many draws are done of how many.
    pub fn fold<W: Send, S: Send>(
        &self,
        draws: u64,
        worker: impl Fn() -> W + Sync,
        visit: impl Fn(&mut W, &Block<'_>) -> S + Sync,
        mut fold: impl FnMut(S),
        progress: &dyn Fn(u64, u64),
    ) -> Vec<W> {
        let mut run = Run::new(self, false, worker);
        run.through(draws, draws, &visit, &mut |_, s| fold(s), progress);
        run.into_workers()
    }

    /// As [`Self::fold`], with the scenarios one after the other in the same
    /// workspace: memory and cache hold one of them, however many there are.
    /// `look` sees each scenario of a block, by its position, in a [`Block`]
    /// that holds it alone at position 0, and keeps what it needs; then `give`
    /// says, with number and length of the block, what goes to `fold`.
    pub fn fold_in_turn<W: Send, S: Send>(
        &self,
        draws: u64,
        worker: impl Fn() -> W + Sync,
        look: impl Fn(&mut W, usize, &Block<'_>) + Sync,
        give: impl Fn(&mut W, u64, usize) -> S + Sync,
        mut fold: impl FnMut(S),
        progress: &dyn Fn(u64, u64),
    ) {
        let alone = |s: &Scenario<'m>| Self { scenarios: vec![s.clone()], seed: self.seed, width: self.width };
        let alone: Vec<Self> = self.scenarios.iter().map(alone).collect();
        let Some(first) = alone.first() else { return };
        let mut run = Run::new(first, false, worker);
        let work = |own: &mut W, workspace: &mut Workspace, block: u64, len: usize| {
            for (position, ensemble) in alone.iter().enumerate() {
                workspace.compute(ensemble, block, len);
                look(own, position, &Block { ensemble, workspace, block, len });
            }
            give(own, block, len)
        };
        run.through_with(draws, draws, &work, &mut |_, s| fold(s), progress);
    }
}

/// A run over blocks that can be taken further.
pub(crate) struct Run<'e, 'm, W, S> {
    ensemble: &'e Ensemble<'m>,
    workers: Vec<Worker<W, S>>,
    done: u64,
}

struct Worker<W, S> {
    own: W,
    workspace: Workspace,
    /// What the blocks of a wave gave, in order.
    given: Vec<S>,
}

impl<'e, 'm, W: Send, S: Send> Run<'e, 'm, W, S> {
    /// Nothing drawn yet. `keep` keeps the scores for [`Block::scores`].
    pub(crate) fn new(ensemble: &'e Ensemble<'m>, keep: bool, worker: impl Fn() -> W) -> Self {
        let scenarios = || {
            let both = ensemble.scenarios.iter().map(|s| (s.ready.sampler.workspace(keep), Lanes::new(&s.ready.plan)));
            Workspace { scenarios: both.collect() }
        };
        Self::within(ensemble, (0..rayon::current_num_threads().max(1)).map(|_| scenarios()).collect(), worker)
    }

    /// Nothing drawn yet, in workspaces of an earlier run.
    pub(crate) fn within(ensemble: &'e Ensemble<'m>, workspaces: Vec<Workspace>, worker: impl Fn() -> W) -> Self {
        let workers = workspaces.into_iter().map(|workspace| Worker { own: worker(), workspace, given: Vec::new() });
        Self { ensemble, workers: workers.collect(), done: 0 }
    }

    /// The workspaces, for another run of the same ensemble.
    pub(crate) fn into_workspaces(self) -> Vec<Workspace> {
        self.workers.into_iter().map(|w| w.workspace).collect()
    }

    /// Goes on until `draws` are done; earlier ones must be whole blocks.
    /// `fold` gets each block's worker beside what the block gave.
    pub(crate) fn through(
        &mut self,
        draws: u64,
        of: u64,
        visit: &(impl Fn(&mut W, &Block<'_>) -> S + Sync),
        fold: &mut impl FnMut(&mut W, S),
        progress: &dyn Fn(u64, u64),
    ) {
        let ensemble = self.ensemble;
        let work = |own: &mut W, workspace: &mut Workspace, block: u64, len: usize| {
            workspace.compute(ensemble, block, len);
            visit(own, &Block { ensemble, workspace, block, len })
        };
        self.through_with(draws, of, &work, fold, progress);
    }

    /// Hands every block, by number and length, to `one`, and what it gives to `fold`.
    fn through_with(
        &mut self,
        draws: u64,
        of: u64,
        one: &(impl Fn(&mut W, &mut Workspace, u64, usize) -> S + Sync),
        fold: &mut impl FnMut(&mut W, S),
        progress: &dyn Fn(u64, u64),
    ) {
        let size = BLOCK as u64;
        let last = draws.div_ceil(size);
        let mut next = self.done / size;
        while next < last {
            let left = last - next;
            // Too little work for all threads goes to fewer of them.
            let threads = (self.workers.len() as u64).min(left).max(1);
            let wave = left.min(threads * BLOCKS_PER_WAVE);
            let work = |(t, worker): (usize, &mut Worker<W, S>)| {
                let t = t as u64;
                for block in next + wave * t / threads..next + wave * (t + 1) / threads {
                    let len = usize::try_from(draws - block * size).map_or(BLOCK, |rest| rest.min(BLOCK));
                    let Worker { own, workspace, given } = worker;
                    given.push(one(own, workspace, block, len));
                }
            };
            let busy = usize::try_from(threads).unwrap_or(1);
            if busy == 1 {
                work((0, &mut self.workers[0]));
            } else {
                self.workers[..busy].par_iter_mut().enumerate().with_max_len(1).for_each(work);
            }
            for worker in &mut self.workers[..busy] {
                for s in worker.given.drain(..) {
                    fold(&mut worker.own, s);
                }
            }
            next += wave;
            self.done = (next * size).min(draws);
            progress(self.done, of.max(self.done));
        }
    }

    /// The workers' own values.
    pub(crate) fn into_workers(self) -> Vec<W> {
        self.workers.into_iter().map(|w| w.own).collect()
    }

    /// The workers' own values, to look at between two legs.
    pub(crate) fn workers(&mut self) -> impl Iterator<Item = &mut W> {
        self.workers.iter_mut().map(|w| &mut w.own)
    }
}

impl Workspace {
    fn futures<'a>(&'a self, ensemble: &'a Ensemble<'_>, scenario: usize) -> Futures<'a> {
        ensemble.scenarios[scenario].ready.plan.futures(&self.scenarios[scenario].1)
    }

    fn compute(&mut self, ensemble: &Ensemble<'_>, block: u64, len: usize) {
        for (scenario, (draw, lanes)) in ensemble.scenarios.iter().zip(&mut self.scenarios) {
            let Ready { plan, sampler } = &*scenario.ready;
            sampler.begin(block, len, draw);
            plan.begin(len, lanes);
            // A year is computed while what was drawn for it is still near the
            // processor.
            for y in 1..plan.years() {
                sampler.draw(y, draw, ensemble.width);
                let drawn = sampler.drivers(draw);
                // The base year goes with the first.
                for y in if y == 1 { 0..=1 } else { y..=y } {
                    plan.step(y, &drawn, Some(&drawn), lanes);
                }
            }
        }
    }
}

/// One block of draws, projected. Lanes are as long as the block has draws.
pub struct Block<'a> {
    ensemble: &'a Ensemble<'a>,
    workspace: &'a Workspace,
    block: u64,
    len: usize,
}

impl<'a> Block<'a> {
    /// Number of the block; its first draw is `index * BLOCK`.
    pub fn index(&self) -> u64 {
        self.block
    }

    /// How many draws it has: [`BLOCK`], or fewer in the last one.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Never: a block has draws.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All that was computed for a scenario.
    pub fn futures(&self, scenario: usize) -> Futures<'_> {
        self.workspace.futures(self.ensemble, scenario)
    }

    /// Cost or revenue of a line.
    pub fn amount(&self, scenario: usize, line: LineId, year: usize) -> Driver<'_> {
        self.workspace.futures(self.ensemble, scenario).amount(line, year)
    }

    /// Cost of a group, by its position in the projection.
    pub fn cost(&self, scenario: usize, group: usize, year: usize) -> Driver<'_> {
        self.workspace.futures(self.ensemble, scenario).cost(group, year)
    }

    /// Revenue of a group.
    pub fn revenue(&self, scenario: usize, group: usize, year: usize) -> Driver<'_> {
        self.workspace.futures(self.ensemble, scenario).revenue(group, year)
    }

    /// Revenue less cost of a group; `Plan::movements` stand between it and
    /// the result of a total.
    pub fn balance(&self, scenario: usize, group: usize, year: usize) -> Driver<'_> {
        self.workspace.futures(self.ensemble, scenario).balance(group, year)
    }

    /// Shortfall of a group; none without budgets.
    pub fn shortfall(&self, scenario: usize, group: usize, year: usize) -> Option<Driver<'_>> {
        self.workspace.futures(self.ensemble, scenario).shortfall(group, year)
    }

    /// How often a draw of a scenario was stopped at the edge of what can be.
    pub fn stopped(&self, scenario: usize) -> u64 {
        let (draw, _) = &self.workspace.scenarios[scenario];
        draw.stopped() + self.workspace.futures(self.ensemble, scenario).stopped()
    }

    /// Standard normal scores of a risk of the base's register in a year from
    /// 1 on, mixed with what it is correlated with. None for a risk without a
    /// chance and after the last year in which it can strike.
    pub fn risk_scores(&self, risk: usize, year: usize) -> Option<&[f32]> {
        let sampler = &self.ensemble.scenarios[0].ready.sampler;
        self.workspace.scenarios[0].0.risk_scores(sampler, risk, year)
    }

    /// Random numbers of an address in this block.
    pub fn stream(&self, address: &str) -> Stream {
        StreamKey::new(self.ensemble.seed, address).stream(self.block)
    }

    /// The value of an assumption in each draw.
    pub fn drawn(&self, scenario: usize, assumption: AssumptionId, year: usize) -> Driver<'_> {
        let (draw, _) = &self.workspace.scenarios[scenario];
        let sampler = &self.ensemble.scenarios[scenario].ready.sampler;
        debug_assert!(sampler.keeps_values(), "values of earlier years are gone");
        sampler.value(draw, assumption, year)
    }

    /// Independent scores of a source, where the run keeps them.
    pub(crate) fn scores(&self, scenario: usize, source: Source, year: usize) -> &[f32] {
        let (draw, _) = &self.workspace.scenarios[scenario];
        draw.scores(&self.ensemble.scenarios[scenario].ready.sampler, source, year)
    }
}
