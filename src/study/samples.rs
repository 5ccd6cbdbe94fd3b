//! The first draws, kept whole for the rules.
//!
//! Rules compute with figures draw by draw, so they need the draws themselves
//! and not their summary. At most `Settings::keep` of them are kept, and only
//! of what is uncertain; memory does not grow with the number of draws.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::diagnostic::Diagnostic;
use crate::model::{Figure, FigureAddress, IndexId, Line, LineId, MeasureAmount, MeasureKind, Model};
use crate::projection::{BudgetNow, Driver, Futures, Named, Projection, named};
use crate::simulation::{self, Block, Ensemble, Settings};

/// One series of draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Amount(usize, usize),
    Volume(usize, usize),
    LineBudget(usize, usize),
    Index(usize, usize),
    Cost(usize, usize),
    Revenue(usize, usize),
    Balance(usize, usize),
    Shortfall(usize, usize),
    CostBudget(usize, usize),
    RevenueBudget(usize, usize),
    Reserve(usize, usize),
    Measures(MeasureKind, MeasureAmount, usize),
}

/// The kept draws of one scenario; a figure that is certain has none.
pub(super) struct Samples {
    blocks: Vec<Kept>,
    /// First group with the same lines: its figures are those of the group.
    same_as: Vec<usize>,
    /// Series that were asked for, put together.
    whole: Mutex<BTreeMap<Key, Option<Arc<[f64]>>>>,
}

/// What one block has that is uncertain.
///
/// Rules ask a few of hundreds of series, so a block is copied once, as it
/// comes, and a series is put together from the blocks when it is asked.
#[derive(Default)]
struct Kept {
    keys: Vec<Key>,
    /// One after the other, in the order of the keys.
    lanes: Vec<f64>,
    len: usize,
    same_as: Vec<usize>,
}

impl Kept {
    fn keep(&mut self, key: Key, driver: Driver<'_>) {
        if let Driver::Each(lanes) = driver {
            self.keys.push(key);
            self.lanes.extend_from_slice(&lanes[..self.len]);
        }
    }

    /// A budget, where it is not the same in all draws of the block.
    fn keep_budget(&mut self, key: Key, budget: Option<BudgetNow<'_>>) {
        let Some(budget) = budget else { return };
        let lanes: Vec<f64> = (0..self.len).map(|lane| budget.at(lane)).collect();
        if lanes.windows(2).any(|w| w[0] != w[1]) {
            self.keep(key, Driver::Each(&lanes));
        }
    }

    /// The draws of a series; `at` is where it probably stands, and then does.
    fn get(&self, key: Key, at: &mut usize) -> Option<&[f64]> {
        if self.keys.get(*at) != Some(&key) {
            *at = self.keys.iter().position(|k| *k == key)?;
        }
        self.lanes.get(*at * self.len..(*at + 1) * self.len)
    }
}

impl Samples {
    /// Draws the first futures of a scenario once more and keeps them.
    ///
    /// # Errors
    /// Correlations that cannot be, as the simulation reports them.
    pub fn new(model: &Model, settings: &Settings) -> Result<Self, Vec<Diagnostic>> {
        let ensemble = Ensemble::new(&[model], settings.seed)?;
        let draws =
            if settings.precision.is_some() { settings.keep as u64 } else { settings.draws.min(settings.keep as u64) };
        let groups = ensemble.plan(0).groups().len();
        let mut blocks: Vec<Kept> = Vec::new();
        ensemble.fold(
            draws,
            || 0,
            |size, block| {
                let mut kept = Kept { lanes: Vec::with_capacity(*size), len: block.len(), ..Kept::default() };
                keep_all(&mut kept, model, groups, &block.futures(0));
                keep_measures(&mut kept, model, block);
                // The next block has as many.
                *size = kept.lanes.len();
                kept
            },
            |kept| blocks.push(kept),
            &|_, _| {},
        );
        let same_as = blocks.first_mut().map(|b| std::mem::take(&mut b.same_as)).unwrap_or_default();
        Ok(Self { blocks, same_as, whole: Mutex::new(BTreeMap::new()) })
    }

    fn get(&self, key: Key) -> Option<Arc<[f64]>> {
        let of = |g: usize| self.same_as.get(g).copied().unwrap_or(g);
        let key = match key {
            Key::Cost(g, y) => Key::Cost(of(g), y),
            Key::Revenue(g, y) => Key::Revenue(of(g), y),
            Key::Balance(g, y) => Key::Balance(of(g), y),
            Key::Shortfall(g, y) => Key::Shortfall(of(g), y),
            Key::CostBudget(g, y) => Key::CostBudget(of(g), y),
            Key::RevenueBudget(g, y) => Key::RevenueBudget(of(g), y),
            other => other,
        };
        // A thread that fell over leaves at most something missing.
        let mut whole = self.whole.lock().unwrap_or_else(PoisonError::into_inner);
        whole.entry(key).or_insert_with(|| self.put_together(key)).clone()
    }

    /// A series over all blocks; one that is the same in every draw of some
    /// block is certain, and varies elsewhere by chance only.
    fn put_together(&self, key: Key) -> Option<Arc<[f64]>> {
        let mut all = Vec::with_capacity(self.blocks.iter().map(|b| b.len).sum());
        let mut at = 0;
        for block in &self.blocks {
            all.extend_from_slice(block.get(key, &mut at)?);
        }
        (!all.is_empty()).then(|| Arc::from(all))
    }

    /// The draws of a figure; none where it is certain or unknown.
    pub fn figure(&self, model: &Model, projection: &Projection, address: &FigureAddress) -> Option<Arc<[f64]>> {
        let y = model.year_index(address.year)?;
        match address.figure {
            Figure::Index => return self.get(Key::Index(model.indices.iter().position(|i| i.id == address.name)?, y)),
            Figure::Reserve => {
                return self.get(Key::Reserve(model.reserves.iter().position(|r| r.id == address.name)?, y));
            }
            _ => {}
        }
        match named(model, projection, &address.name).ok()? {
            Named::Line(LineId(l)) => match address.figure {
                Figure::Cost | Figure::Revenue => self.get(Key::Amount(l, y)),
                Figure::Balance => {
                    let amount = self.get(Key::Amount(l, y))?;
                    let cost = model.lines.all[l].as_cost().is_some();
                    Some(amount.iter().map(|a| if cost { -a } else { *a }).collect())
                }
                Figure::Budget | Figure::BudgetRevenue => self.get(Key::LineBudget(l, y)),
                Figure::Clients => self.get(Key::Volume(l, y)),
                Figure::Price => {
                    let certain = projection.lines[l].years[y].terms.volume;
                    self.ratio(Key::Amount(l, y), Key::Volume(l, y), projection.lines[l].years[y].amount, certain)
                }
                Figure::Growth => {
                    let years = &projection.lines[l].years;
                    let before = y.checked_sub(1)?;
                    let ratio = self.ratio(
                        Key::Volume(l, y),
                        Key::Volume(l, before),
                        years[y].terms.volume,
                        years[before].terms.volume,
                    )?;
                    Some(ratio.iter().map(|r| r - 1.0).collect())
                }
                _ => None,
            },
            Named::Group(g) => match address.figure {
                Figure::Cost => self.get(Key::Cost(g, y)),
                Figure::Revenue => self.get(Key::Revenue(g, y)),
                Figure::Balance => self.get(Key::Balance(g, y)),
                Figure::Shortfall => self.get(Key::Shortfall(g, y)),
                Figure::Budget => self.get(Key::CostBudget(g, y)),
                Figure::BudgetRevenue => self.get(Key::RevenueBudget(g, y)),
                Figure::Result => {
                    let year = &projection.groups[g].years[y];
                    let moved = year.withdrawals - year.additions;
                    Some(self.get(Key::Balance(g, y))?.iter().map(|b| b + moved).collect())
                }
                Figure::Clients => self.clients(projection, model, g, y),
                Figure::Price => {
                    let clients = self.clients(projection, model, g, y)?;
                    let cost = self.get(Key::Cost(g, y))?;
                    Some(cost.iter().zip(clients.iter()).map(|(c, v)| c / v).collect())
                }
                _ => None,
            },
        }
    }

    /// The draws of the measures of a kind together; none where they are certain.
    pub fn measures(&self, kind: MeasureKind, amount: MeasureAmount, y: usize) -> Option<Arc<[f64]>> {
        self.get(Key::Measures(kind, amount, y))
    }

    /// `a / b` draw by draw; a side without draws is certain.
    fn ratio(&self, a: Key, b: Key, certain_a: f64, certain_b: f64) -> Option<Arc<[f64]>> {
        match (self.get(a), self.get(b)) {
            (None, None) => None,
            (Some(a), None) => Some(a.iter().map(|a| a / certain_b).collect()),
            (None, Some(b)) => Some(b.iter().map(|b| certain_a / b).collect()),
            (Some(a), Some(b)) => Some(a.iter().zip(b.iter()).map(|(a, b)| a / b).collect()),
        }
    }

    /// Clients of a group whose clients may be summed.
    fn clients(&self, projection: &Projection, model: &Model, group: usize, y: usize) -> Option<Arc<[f64]>> {
        projection.groups[group].years[y].clients?;
        let mut sum: Option<Vec<f64>> = None;
        let mut certain = 0.0;
        for (line, share) in &projection.groups[group].members {
            if !model.lines.get(*line).as_cost().is_some_and(|c| c.counts_clients) {
                continue;
            }
            match self.get(Key::Volume(line.0, y)) {
                Some(lanes) => {
                    let sum = sum.get_or_insert_with(|| vec![0.0; lanes.len()]);
                    for (s, v) in sum.iter_mut().zip(lanes.iter()) {
                        *s += share * v;
                    }
                }
                None => certain += share * projection.lines[line.0].years[y].terms.volume,
            }
        }
        sum.map(|s| s.into_iter().map(|v| v + certain).collect())
    }
}

/// Everything uncertain in a block that a rule may ask.
fn keep_all(kept: &mut Kept, model: &Model, groups: usize, futures: &Futures<'_>) {
    let years = model.year_count();
    let accounts: Vec<usize> = (0..groups).map(|g| futures.account_of(g)).collect();
    kept.same_as = accounts.iter().map(|a| accounts.iter().position(|b| a == b).unwrap_or(0)).collect();
    let own: Vec<usize> = (0..groups).filter(|g| kept.same_as[*g] == *g).collect();
    for y in 0..years {
        for (l, line) in model.lines.all.iter().enumerate() {
            kept.keep(Key::Amount(l, y), futures.amount(LineId(l), y));
            if matches!(line, Line::Cost(_)) {
                kept.keep(Key::Volume(l, y), futures.volume(LineId(l), y));
            }
        }
        for i in 0..model.indices.len() {
            kept.keep(Key::Index(i, y), futures.index_rate(IndexId(i), y));
        }
        for &g in &own {
            kept.keep(Key::Cost(g, y), futures.cost(g, y));
            kept.keep(Key::Revenue(g, y), futures.revenue(g, y));
            kept.keep(Key::Balance(g, y), futures.balance(g, y));
            if let Some(shortfall) = futures.shortfall(g, y) {
                kept.keep(Key::Shortfall(g, y), shortfall);
            }
        }
        for r in 0..model.reserves.len() {
            kept.keep(Key::Reserve(r, y), futures.reserve_balance(r, y));
        }
    }
    // A budget is uncertain only where its compensation is.
    if model.budget.compensation.is_none_or(|c| !model.assumption(c).is_uncertain()) {
        return;
    }
    for y in 0..years {
        for l in 0..model.lines.all.len() {
            kept.keep_budget(Key::LineBudget(l, y), futures.budget_now(LineId(l), y));
        }
        for &g in &own {
            kept.keep_budget(Key::CostBudget(g, y), futures.group_budget_cost(g, y));
            kept.keep_budget(Key::RevenueBudget(g, y), futures.group_budget_revenue(g, y));
        }
    }
}

/// What the measures of each kind do on cost lines together, in each draw.
fn keep_measures(kept: &mut Kept, model: &Model, block: &Block<'_>) {
    let kinds: BTreeSet<MeasureKind> = model.measures.iter().map(|m| m.kind).collect();
    for y in 1..model.year_count() {
        for &kind in &kinds {
            let of = simulation::measures(model, block, 0, kind, y);
            for (amount, lanes) in [(MeasureAmount::Planned, of.planned), (MeasureAmount::Realised, of.realised)] {
                if let Some(lanes) = lanes {
                    kept.keep(Key::Measures(kind, amount, y), Driver::Each(&lanes));
                }
            }
        }
    }
}
