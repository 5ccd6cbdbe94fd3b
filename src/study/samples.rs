//! The first draws, kept whole for the rules.
//!
//! Rules compute with figures draw by draw, so they need the draws themselves
//! and not their summary. At most `Settings::keep` of them are kept, and only
//! of what is uncertain; memory does not grow with the number of draws.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::model::{Figure, FigureAddress, IndexId, Line, LineId, Model};
use crate::projection::{Driver, Named, Projection, named};
use crate::simulation::{Ensemble, Settings};

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
}

/// The kept draws of one scenario; a figure that is certain has none.
pub(super) struct Samples {
    series: BTreeMap<Key, Arc<[f64]>>,
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
        let years = model.year_count();
        let lines = model.lines.all.len();
        let groups = ensemble.plan(0).groups().len();
        let mut kept: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
        ensemble.fold(
            draws,
            || (),
            |(), block| {
                let futures = block.futures(0);
                let len = block.len();
                let mut found: Vec<(Key, Vec<f64>)> = Vec::new();
                let mut keep = |key: Key, driver: Driver<'_>| {
                    if let Driver::Each(lanes) = driver {
                        found.push((key, lanes[..len].to_vec()));
                    }
                };
                for y in 0..years {
                    for l in 0..lines {
                        keep(Key::Amount(l, y), futures.amount(LineId(l), y));
                        if matches!(&model.lines.all[l], Line::Cost(_)) {
                            keep(Key::Volume(l, y), futures.volume(LineId(l), y));
                        }
                    }
                    for i in 0..model.indices.len() {
                        keep(Key::Index(i, y), futures.index_rate(IndexId(i), y));
                    }
                    for g in 0..groups {
                        keep(Key::Cost(g, y), futures.cost(g, y));
                        keep(Key::Revenue(g, y), futures.revenue(g, y));
                        keep(Key::Balance(g, y), futures.balance(g, y));
                        if let Some(shortfall) = futures.shortfall(g, y) {
                            keep(Key::Shortfall(g, y), shortfall);
                        }
                    }
                    for r in 0..model.reserves.len() {
                        keep(Key::Reserve(r, y), futures.reserve_balance(r, y));
                    }
                }
                // A budget is uncertain only where its compensation is.
                for y in 0..years {
                    let mut budget = |key: Key, at: &dyn Fn(usize) -> Option<f64>| {
                        let lanes: Option<Vec<f64>> = (0..len).map(at).collect();
                        if let Some(lanes) = lanes.filter(|l| l.windows(2).any(|w| w[0] != w[1])) {
                            found.push((key, lanes));
                        }
                    };
                    if model.budget.compensation.is_none_or(|c| !model.assumption(c).is_uncertain()) {
                        break;
                    }
                    for l in 0..lines {
                        budget(Key::LineBudget(l, y), &|i| futures.budget_now(LineId(l), y).map(|b| b.at(i)));
                    }
                    for g in 0..groups {
                        budget(Key::CostBudget(g, y), &|i| futures.group_budget_cost(g, y).map(|b| b.at(i)));
                        budget(Key::RevenueBudget(g, y), &|i| futures.group_budget_revenue(g, y).map(|b| b.at(i)));
                    }
                }
                found
            },
            |found| {
                for (key, lanes) in found {
                    kept.entry(key).or_default().extend_from_slice(&lanes);
                }
            },
            &|_, _| {},
        );
        let draws = usize::try_from(draws).unwrap_or(usize::MAX);
        // A series that was the same in some block is told by its length; it is certain there by chance only.
        let series =
            kept.into_iter().filter(|(_, lanes)| lanes.len() == draws).map(|(k, v)| (k, Arc::from(v))).collect();
        Ok(Self { series })
    }

    fn get(&self, key: Key) -> Option<Arc<[f64]>> {
        self.series.get(&key).cloned()
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
