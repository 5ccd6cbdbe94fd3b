//! The simulation proper: which series are counted, and how they become an
//! [`Outcome`].
//!
//! Some blocks are looked at first: block 0 shows which figures vary at all,
//! the first four give every histogram its range. Figures that follow from another (a balance when
//! revenue is certain, a shortfall when the budget is) are read from that
//! other's counts. Should a quantile fall outside its histogram, or lie in a
//! bin that is too wide, the draws are made once more for that series with
//! narrower bins: addressed draws come out the same.

use std::sync::{Mutex, PoisonError};

use super::ensemble::{Block, Ensemble, Run, Workspace};
use super::histogram::Histogram;
use super::machine::Width;
use super::outcome::{GroupOutcome, Outcome, Settings, Summary, Watch};
use super::random::BLOCK;
use super::summary::{Count, RESOLUTION, Series, Sums, THRESHOLDS, Total};
use crate::diagnostic::Diagnostic;
use crate::model::{LineId, Model};
use crate::projection::{BudgetNow, Central, Driver, Futures, GroupId, Lanes};

/// Draws before the precision is looked at first, and how many blocks more
/// each time: half as many again.
const FIRST_LOOK: u64 = 1_024;

/// More draws than this are not made, whatever the precision asked: counts
/// are `u32`.
const MOST: u64 = 4_000_000_000;

/// How often the draws may be made again for histograms that are too coarse.
const LOOKS: usize = 6;

/// Simulates a model.
///
/// # Errors
/// Impossible correlations, and luck on a line that counts no clients.
pub fn simulate(model: &Model, settings: &Settings) -> Result<Outcome, Vec<Diagnostic>> {
    simulate_with(model, settings, &|_, _| {})
}

/// Simulates a model and tells how far it is: draws done, of how many.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_with(
    model: &Model,
    settings: &Settings,
    progress: &dyn Fn(u64, u64),
) -> Result<Outcome, Vec<Diagnostic>> {
    simulate_at(model, settings, progress, Width::widest())
}

/// Simulates with vector instructions no wider than `width`: the same bits.
///
/// # Errors
/// As [`simulate`].
pub fn simulate_at(
    model: &Model,
    settings: &Settings,
    progress: &dyn Fn(u64, u64),
    width: Width,
) -> Result<Outcome, Vec<Diagnostic>> {
    let ensemble = Ensemble::of_futures(model, settings.seed)?.at_width(width);
    let draws = settings.draws.min(MOST);
    if draws == 0 {
        // Without draws every figure is that of the deterministic projection.
        let mut ws = Lanes::new(ensemble.plan(0));
        let mut counts = Counts::default();
        counts.look(&ensemble, &ensemble.plan(0).run(&Central(model), None, 1, &mut ws), settings.watch);
        return Ok(counts.outcome(settings, &Tally { sums: Vec::new(), histograms: Vec::new(), stopped: 0 }, 0));
    }
    let (counts, workspaces) = Counts::of(&ensemble, settings.watch);
    let (mut tally, draws) = counts.count(&ensemble, workspaces, draws, settings.precision, progress);
    counts.sharpen(&ensemble, &mut tally, draws);
    Ok(counts.outcome(settings, &tally, draws))
}

/// A row of numbers that is counted.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Row {
    Line(LineId, usize),
    /// A line less its budget, where the budget itself is uncertain.
    LineOverBudget(LineId, usize),
    Cost(usize, usize),
    CostOverBudget(usize, usize),
    Revenue(usize, usize),
    RevenueOverBudget(usize, usize),
    /// Cost less revenue.
    Deficit(usize, usize),
    Shortfall(usize, usize),
}

/// How a summary is read from a counted series.
#[derive(Clone, Copy, Debug, PartialEq)]
enum View {
    /// The same in every draw, against a budget.
    Certain(f64, Option<f64>),
    /// As counted.
    Series(usize),
    /// As counted, and compared with its budget by another series.
    Compared(usize, usize),
    /// A constant less the series.
    Subtracted(f64, usize),
    /// How far the series lies above its threshold of this number.
    Excess(usize, usize),
}

/// Everything that is counted, and what is made of it.
#[derive(Default)]
struct Counts {
    rows: Vec<Row>,
    thresholds: Vec<[f64; THRESHOLDS]>,
    series: Vec<Series>,
    /// Series of which an excess is a figure of its own.
    shortfalls: Vec<usize>,
    /// By line and year.
    lines: Vec<Vec<View>>,
    groups: Vec<GroupViews>,
    /// Series of the total cost, for the precision.
    total: Vec<usize>,
}

struct GroupViews {
    id: GroupId,
    cost: Vec<View>,
    revenue: Vec<View>,
    balance: Vec<View>,
    shortfall: Vec<Option<View>>,
}

/// Blocks of which the bins are kept before they are counted.
const KEPT: usize = 8;

/// Blocks that give the histograms their range.
const PILOT: usize = 4;

/// What a thread counts.
struct Worker {
    histograms: Vec<Histogram>,
    /// Bins of the draws that are not yet counted, by series.
    bins: Vec<u16>,
    /// How many draws those are.
    waiting: usize,
    /// Sums by block and series, of the blocks of a wave.
    sums: Vec<Sums>,
    /// How many blocks of those are folded.
    folded: usize,
    stopped: u64,
    scratch: Box<[[f64; BLOCK]; 2]>,
}

/// All draws together.
struct Tally {
    sums: Vec<Sums>,
    histograms: Vec<Histogram>,
    stopped: u64,
}

/// All rows of a block, one after the other.
fn pilot_rows(rows: &[Row], f: &Futures<'_>) -> Vec<f64> {
    let (mut scratch, mut buffer) = ([0.0; BLOCK], [0.0; BLOCK]);
    let mut out = Vec::with_capacity(rows.len() * BLOCK);
    for row in rows {
        out.extend_from_slice(numbers(*row, f, &mut scratch).slice(f.lanes(), &mut buffer));
    }
    out
}

/// The numbers of a row; `scratch` is used where they must be worked out.
fn numbers<'a>(row: Row, f: &Futures<'a>, scratch: &'a mut [f64; BLOCK]) -> Driver<'a> {
    let over = |x: Driver<'a>, budget: Option<BudgetNow<'a>>, out: &'a mut [f64; BLOCK]| {
        let lanes = f.lanes();
        for (lane, out) in out.iter_mut().enumerate().take(lanes) {
            *out = x.at(lane) - budget.map_or(0.0, |b| b.at(lane));
        }
        Driver::Each(&out[..lanes])
    };
    match row {
        Row::Line(line, y) => f.amount(line, y),
        Row::LineOverBudget(line, y) => over(f.amount(line, y), f.budget_now(line, y), scratch),
        Row::Cost(g, y) => f.cost(g, y),
        Row::CostOverBudget(g, y) => over(f.cost(g, y), f.group_budget_cost(g, y), scratch),
        Row::Revenue(g, y) => f.revenue(g, y),
        Row::RevenueOverBudget(g, y) => over(f.revenue(g, y), f.group_budget_revenue(g, y), scratch),
        Row::Deficit(g, y) => {
            let (cost, revenue) = (f.cost(g, y), f.revenue(g, y));
            for (lane, out) in scratch.iter_mut().enumerate().take(f.lanes()) {
                *out = cost.at(lane) - revenue.at(lane);
            }
            Driver::Each(&scratch[..f.lanes()])
        }
        Row::Shortfall(g, y) => f.shortfall(g, y).unwrap_or(Driver::Same(0.0)),
    }
}

impl Counts {
    /// Looks at the first blocks; gives the workspaces back for the rest.
    fn of(ensemble: &Ensemble<'_>, watch: Watch) -> (Self, Vec<Workspace>) {
        let block = BLOCK as u64;
        let mut run = Run::new(ensemble, false, || ());
        let found = Mutex::new(Self::default());
        let lock = || found.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pilot: Vec<f64> = Vec::new();
        let mut fold = |(): &mut (), given: Vec<f64>| pilot.extend(given);
        let first = |(): &mut (), block: &Block<'_>| {
            let mut counts = lock();
            counts.look(ensemble, &block.futures(0), watch);
            pilot_rows(&counts.rows, &block.futures(0))
        };
        run.through(block, block, &first, &mut fold, &|_, _| {});
        let rows = lock().rows.clone();
        let draws = PILOT as u64 * block;
        let rest = |(): &mut (), block: &Block<'_>| pilot_rows(&rows, &block.futures(0));
        run.through(draws, draws, &rest, &mut fold, &|_, _| {});
        let mut counts = found.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut values = Vec::with_capacity(PILOT * BLOCK);
        for (i, thresholds) in counts.thresholds.iter().enumerate() {
            values.clear();
            for block in pilot.chunks_exact(rows.len() * BLOCK) {
                values.extend_from_slice(&block[i * BLOCK..(i + 1) * BLOCK]);
            }
            counts.series.push(Series::for_pilot(&mut values, *thresholds, counts.shortfalls.contains(&i)));
        }
        (counts, run.into_workspaces())
    }

    fn look(&mut self, ensemble: &Ensemble<'_>, f: &Futures<'_>, watch: Watch) {
        let plan = ensemble.plan(0);
        for l in (0..plan.lines()).map(LineId) {
            let views = (0..plan.years()).map(|y| {
                let rows = (Row::Line(l, y), Row::LineOverBudget(l, y));
                self.compared(rows, f.amount(l, y), f.budget_now(l, y), f64::INFINITY)
            });
            let views = views.collect();
            self.lines.push(views);
        }
        // Groups with the same lines are counted once.
        let mut seen: Vec<(usize, usize)> = Vec::new();
        for (g, id) in plan.groups().enumerate() {
            if watch == Watch::LinesAndTotal && *id != GroupId::Total {
                continue;
            }
            let account = f.account_of(g);
            let views = match seen.iter().find(|(a, _)| *a == account) {
                Some(&(_, at)) => self.groups[at].with_id(id.clone()),
                None => {
                    seen.push((account, self.groups.len()));
                    self.look_at_group(f, g, id.clone(), plan.years())
                }
            };
            if *id == GroupId::Total {
                let series = views.cost.iter().filter_map(|v| match v {
                    View::Series(s) | View::Compared(s, _) => Some(*s),
                    _ => None,
                });
                self.total = series.collect();
            }
            self.groups.push(views);
        }
    }

    fn look_at_group(&mut self, f: &Futures<'_>, g: usize, id: GroupId, years: usize) -> GroupViews {
        let mut out =
            GroupViews { id, cost: Vec::new(), revenue: Vec::new(), balance: Vec::new(), shortfall: Vec::new() };
        for y in 0..years {
            let (cost, revenue) = (f.cost(g, y), f.revenue(g, y));
            let (budget_cost, budget_revenue) = (f.group_budget_cost(g, y), f.group_budget_revenue(g, y));
            let shortfall = f.shortfall(g, y);
            // Where revenue and budgets are certain, cost alone decides: from
            // this cost on there is a shortfall.
            let certain_budget = |b: Option<BudgetNow<'_>>| b.and_then(|b| b.factor.same().map(|_| b.at(0)));
            let budgets = certain_budget(budget_cost).zip(certain_budget(budget_revenue));
            let from = match (shortfall, revenue, budgets) {
                (Some(_), Driver::Same(revenue), Some((bc, br))) => bc + (revenue - br),
                _ => f64::INFINITY,
            };
            let cost_view = self.compared((Row::Cost(g, y), Row::CostOverBudget(g, y)), cost, budget_cost, from);
            out.cost.push(cost_view);
            let rows = (Row::Revenue(g, y), Row::RevenueOverBudget(g, y));
            let revenue_view = self.compared(rows, revenue, budget_revenue, f64::INFINITY);
            out.revenue.push(revenue_view);
            let counted = match cost_view {
                View::Series(s) | View::Compared(s, _) => Some(s),
                _ => None,
            };
            let (balance, short) = match (cost, revenue, counted) {
                (Driver::Same(cost), Driver::Same(revenue), _) => (View::Certain(revenue - cost, None), None),
                (_, Driver::Same(revenue), Some(s)) => {
                    let short = from.is_finite().then(|| View::Excess(s, usize::from(self.thresholds[s][0] != from)));
                    self.shortfalls.push(s);
                    (View::Subtracted(revenue, s), short)
                }
                _ => {
                    let from = budgets.filter(|_| shortfall.is_some()).map_or(f64::INFINITY, |(bc, br)| bc - br);
                    let s = self.push(Row::Deficit(g, y), [from, f64::INFINITY]);
                    self.shortfalls.push(s);
                    (View::Subtracted(0.0, s), from.is_finite().then_some(View::Excess(s, 0)))
                }
            };
            out.balance.push(balance);
            out.shortfall.push(match shortfall {
                None => None,
                Some(Driver::Same(x)) => Some(View::Certain(x, Some(0.0))),
                Some(Driver::Each(_)) => {
                    Some(short.unwrap_or_else(|| View::Series(self.push(Row::Shortfall(g, y), [0.0, f64::INFINITY]))))
                }
            });
        }
        out
    }

    /// A figure with a budget, and perhaps a second threshold.
    fn compared(&mut self, rows: (Row, Row), x: Driver<'_>, budget: Option<BudgetNow<'_>>, from: f64) -> View {
        let certain = budget.and_then(|b| b.factor.same().map(|_| b.at(0)));
        match (x, budget, certain) {
            (Driver::Same(x), None, _) => View::Certain(x, None),
            (Driver::Same(x), Some(_), Some(budget)) => View::Certain(x, Some(budget)),
            (Driver::Each(_), Some(_), None) | (Driver::Same(_), Some(_), None) => {
                let series = self.push(rows.0, [from, f64::INFINITY]);
                View::Compared(series, self.push(rows.1, [0.0, f64::INFINITY]))
            }
            (Driver::Each(_), ..) => {
                let budget = certain.unwrap_or(f64::INFINITY);
                let second = if from == budget { f64::INFINITY } else { from };
                View::Series(self.push(rows.0, [budget, second]))
            }
        }
    }

    /// Counts a row from here on.
    fn push(&mut self, row: Row, thresholds: [f64; THRESHOLDS]) -> usize {
        self.rows.push(row);
        self.thresholds.push(thresholds);
        self.rows.len() - 1
    }

    /// Makes the draws: as many as asked, or until the precision is met.
    fn count(
        &self,
        ensemble: &Ensemble<'_>,
        workspaces: Vec<Workspace>,
        draws: u64,
        precision: Option<f64>,
        progress: &dyn Fn(u64, u64),
    ) -> (Tally, u64) {
        let size = BLOCK as u64;
        let mut run =
            Run::within(ensemble, workspaces, || Worker::new(self.series.iter().map(|s| s.bins.emptied()).collect()));
        let mut sums = vec![Sums::default(); self.series.len()];
        let visit = |worker: &mut Worker, block: &Block<'_>| {
            worker.stopped += block.stopped(0);
            worker.count(ensemble.width(), &block.futures(0), self.rows.iter().copied().zip(&self.series));
        };
        let mut target = match precision {
            // Nothing varies: the number of draws is a formality.
            Some(_) if self.total.is_empty() => draws.min(size),
            Some(_) => FIRST_LOOK,
            None => draws,
        };
        loop {
            let mut fold = |worker: &mut Worker, ()| worker.fold(&mut sums);
            run.through(target, target, &visit, &mut fold, progress);
            run.workers().for_each(Worker::finish);
            let met =
                precision.is_none_or(|p| self.total.iter().all(|&s| self.is_precise(s, &mut run, &sums, target, p)));
            if met || target >= MOST {
                break;
            }
            target = (target + target / 2).div_ceil(size) * size;
        }
        let mut workers = run.into_workers().into_iter();
        // There is always one worker.
        let mut tally = Tally { sums, histograms: Vec::new(), stopped: 0 };
        if let Some(first) = workers.next() {
            (tally.histograms, tally.stopped) = (first.histograms, first.stopped);
        }
        for worker in workers {
            tally.stopped += worker.stopped;
            for (all, own) in tally.histograms.iter_mut().zip(&worker.histograms) {
                all.merge(own);
            }
        }
        (tally, target)
    }

    /// Whether the errors of mean and P90 are at most a share of them.
    fn is_precise(
        &self,
        series: usize,
        run: &mut Run<'_, '_, Worker, ()>,
        sums: &[Sums],
        draws: u64,
        precision: f64,
    ) -> bool {
        let mut histogram = self.series[series].bins.emptied();
        run.workers().for_each(|w| histogram.merge(&w.histograms[series]));
        let s = Total::new(&self.series[series], sums[series], &histogram, draws).summary();
        s.se_mean <= precision * s.mean.abs() && s.se_p90 <= precision * s.p90.abs()
    }

    /// Counts once more what came out too coarse.
    fn sharpen(&self, ensemble: &Ensemble<'_>, tally: &mut Tally, draws: u64) {
        for _ in 0..LOOKS {
            let coarse: Vec<usize> =
                (0..self.series.len()).filter(|&s| !self.total(s, tally, draws).is_sharp()).collect();
            if coarse.is_empty() {
                return;
            }
            let finer: Vec<Histogram> =
                coarse.iter().map(|&s| tally.histograms[s].refined(0.05, 0.95, RESOLUTION)).collect();
            let visit = |worker: &mut Worker, block: &Block<'_>| {
                worker.count(
                    ensemble.width(),
                    &block.futures(0),
                    coarse.iter().map(|&s| (self.rows[s], &self.series[s])),
                );
            };
            let mut run = Run::new(ensemble, false, || Worker::new(finer.clone()));
            let mut unused = vec![Sums::default(); finer.len()];
            run.through(draws, draws, &visit, &mut |w: &mut Worker, ()| w.fold(&mut unused), &|_, _| {});
            run.workers().for_each(Worker::finish);
            let mut merged = finer.clone();
            for worker in run.into_workers() {
                merged.iter_mut().zip(&worker.histograms).for_each(|(all, own)| all.merge(own));
            }
            for (s, histogram) in coarse.into_iter().zip(merged) {
                tally.histograms[s] = histogram;
            }
        }
    }

    fn total<'a>(&'a self, series: usize, tally: &'a Tally, draws: u64) -> Total<'a> {
        Total::new(&self.series[series], tally.sums[series], &tally.histograms[series], draws)
    }

    fn outcome(&self, settings: &Settings, tally: &Tally, draws: u64) -> Outcome {
        let read = |view: &View| match *view {
            View::Certain(x, budget) => Summary::certain(x, budget),
            View::Series(s) => self.total(s, tally, draws).summary(),
            View::Compared(s, over) => {
                let over = self.total(over, tally, draws).summary();
                Summary {
                    chance_above_budget: over.chance_above_budget,
                    expected_excess: over.expected_excess,
                    ..self.total(s, tally, draws).summary()
                }
            }
            View::Subtracted(constant, s) => self.total(s, tally, draws).subtracted_from(constant),
            View::Excess(s, threshold) => self.total(s, tally, draws).excess(threshold),
        };
        let all = |views: &[View]| views.iter().map(read).collect::<Vec<_>>();
        Outcome {
            draws,
            seed: settings.seed,
            lines: self.lines.iter().map(|views| all(views)).collect(),
            groups: self
                .groups
                .iter()
                .map(|g| GroupOutcome {
                    id: g.id.clone(),
                    cost: all(&g.cost),
                    revenue: all(&g.revenue),
                    balance: all(&g.balance),
                    shortfall: g.shortfall.iter().map(|v| v.as_ref().map(read)).collect(),
                })
                .collect(),
            stopped: tally.stopped,
        }
    }
}

impl GroupViews {
    fn with_id(&self, id: GroupId) -> Self {
        Self {
            id,
            cost: self.cost.clone(),
            revenue: self.revenue.clone(),
            balance: self.balance.clone(),
            shortfall: self.shortfall.clone(),
        }
    }
}

impl Worker {
    fn new(histograms: Vec<Histogram>) -> Self {
        let bins = vec![0; histograms.len() * KEPT * BLOCK];
        Self {
            histograms,
            bins,
            waiting: 0,
            sums: Vec::new(),
            folded: 0,
            stopped: 0,
            scratch: Box::new([[0.0; BLOCK]; 2]),
        }
    }

    /// Takes in one block.
    fn count<'s>(&mut self, width: Width, f: &Futures<'_>, rows: impl Iterator<Item = (Row, &'s Series)>) {
        let lanes = f.lanes();
        if self.waiting + lanes > KEPT * BLOCK {
            self.flush();
        }
        let kept = self.bins.chunks_exact_mut(KEPT * BLOCK);
        for (((row, series), histogram), bins) in rows.zip(&mut self.histograms).zip(kept) {
            let [scratch, buffer] = &mut *self.scratch;
            let values = numbers(row, f, scratch).slice(lanes, buffer);
            let bins = &mut bins[self.waiting..self.waiting + lanes];
            self.sums.push(width.run(Count { series, values, histogram, bins }));
        }
        self.waiting += lanes;
    }

    /// Counts the bins that are kept.
    fn flush(&mut self) {
        for (histogram, bins) in self.histograms.iter_mut().zip(self.bins.chunks_exact(KEPT * BLOCK)) {
            histogram.tally(&bins[..self.waiting]);
        }
        self.waiting = 0;
    }

    /// Counts all that waits.
    fn finish(&mut self) {
        self.flush();
        self.histograms.iter_mut().for_each(Histogram::settle);
    }

    /// Adds the next block of the wave to the sums of all.
    fn fold(&mut self, sums: &mut [Sums]) {
        let from = self.folded * sums.len();
        for (all, block) in sums.iter_mut().zip(&self.sums[from..]) {
            all.add(block);
        }
        self.folded += 1;
        if self.folded * sums.len() >= self.sums.len() {
            self.sums.clear();
            self.folded = 0;
        }
    }
}
