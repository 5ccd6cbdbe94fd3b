//! Single draws, for whoever asks more of a figure than its summary: rules,
//! and questions such as the share of variance.
//!
//! Nothing is kept until it is asked for. The first question about a kind of
//! figure makes the first draws once more (addressed draws come out the same)
//! and keeps that figure of every name and year; draws in between are not kept
//! at all. So memory follows what rules use, not how much was simulated.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::ensemble::{Block, Ensemble, Ready};
use super::measures::measures;
use super::outcome::Settings;
use super::sampler::{Risks, Values};
use crate::diagnostic::Diagnostic;
use crate::model::{AssumptionId, Figure, FigureAddress, IndexId, Line, LineId, MeasureAmount, MeasureKind, Model};
use crate::projection::{self, Central, Driver, Futures, GroupId, Named, Projection};

/// The first draws of a scenario.
#[derive(Debug)]
pub struct Samples {
    reader: Reader,
    ready: Arc<Ready>,
    seed: u64,
    draws: u64,
    kept: Mutex<BTreeMap<Figure, Kept>>,
    /// Values of assumptions that were asked for; none where it is the same in every draw.
    assumed: Mutex<BTreeMap<(AssumptionId, usize), Option<Arc<[f64]>>>>,
    /// Likewise of measures by kind.
    measures: Mutex<BTreeMap<OfMeasures, Option<Arc<[f64]>>>>,
}

/// Measures of a kind, as planned or realised, in a year by its position.
type OfMeasures = (MeasureKind, MeasureAmount, usize);

/// What was kept of one kind of figure; what is the same in every draw is not.
type Kept = BTreeMap<Cell, Arc<[f64]>>;

/// Of what, and of which year, a figure is.
pub(crate) type Cell = (Target, usize);

/// Reads figures by address from a block.
#[derive(Debug)]
pub(crate) struct Reader {
    model: Model,
    central: Projection,
}

/// Of what a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Target {
    Line(usize),
    Group(usize),
    Index(usize),
    Reserve(usize),
}

impl Samples {
    /// Of the first `settings.keep` draws (or of all, if there are fewer).
    ///
    /// # Errors
    /// As [`super::simulate`].
    pub fn new(model: &Model, settings: &Settings) -> Result<Self, Vec<Diagnostic>> {
        let ready = Ready::new(model, settings.seed, Risks::Linked, Values::OfTheYear)?;
        Ok(Self {
            reader: Reader::new(model),
            ready: Arc::new(ready),
            seed: settings.seed,
            draws: settings.draws.min(settings.keep as u64),
            kept: Mutex::new(BTreeMap::new()),
            assumed: Mutex::new(BTreeMap::new()),
            measures: Mutex::new(BTreeMap::new()),
        })
    }

    /// How many draws each figure has.
    pub fn draws(&self) -> usize {
        usize::try_from(self.draws).unwrap_or(usize::MAX)
    }

    /// A figure in every draw, in the order of draws and in the unit in which
    /// [`projection::figure`] gives it. None where it is the same in every
    /// draw, and where there is no such figure.
    pub fn figure(&self, address: &FigureAddress) -> Option<Arc<[f64]>> {
        let cell = self.reader.cell(address)?;
        if let Some(kept) = self.kept().get(&address.figure) {
            return kept.get(&cell).cloned();
        }
        // Drawn without holding the lock: the threads that help may ask too.
        let drawn = self.draw(address.figure);
        self.kept().entry(address.figure).or_insert(drawn).get(&cell).cloned()
    }

    /// The value of an assumption in every draw, by its position and that of the
    /// year. None where it is the same in every draw.
    pub fn assumption(&self, id: AssumptionId, year: usize) -> Option<Arc<[f64]>> {
        let asked = || self.assumed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = asked().get(&(id, year)) {
            return known.clone();
        }
        let drawn = self.draw_assumption(id, year);
        asked().entry((id, year)).or_insert(drawn).clone()
    }

    /// The measures of a kind on cost lines in every draw, by the position of
    /// the year. None where they are the same in every draw.
    pub fn measures(&self, kind: MeasureKind, amount: MeasureAmount, year: usize) -> Option<Arc<[f64]>> {
        if year == 0 {
            return None;
        }
        let key = (kind, amount, year);
        let asked = || self.measures.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = asked().get(&key) {
            return known.clone();
        }
        let drawn = self.draw_values(|block| {
            let of = measures(&self.reader.model, block, 0, kind, year);
            match amount {
                MeasureAmount::Planned => of.planned,
                MeasureAmount::Realised => of.realised,
            }
        });
        asked().entry(key).or_insert(drawn).clone()
    }

    /// Draws one assumption.
    fn draw_assumption(&self, id: AssumptionId, year: usize) -> Option<Arc<[f64]>> {
        self.draw_values(|block| match block.drawn(0, id, year) {
            Driver::Each(values) => Some(values.to_vec()),
            Driver::Same(_) => None,
        })
    }

    /// Draws what is made of values of assumptions: the very scores that the
    /// figures were made with, with the values of every year kept.
    fn draw_values(&self, of: impl Fn(&Block<'_>) -> Option<Vec<f64>> + Sync) -> Option<Arc<[f64]>> {
        let model = &self.reader.model;
        // What could be drawn before can be drawn again.
        let ready = Arc::new(Ready::new(model, self.seed, Risks::Linked, Values::OfAllYears).ok()?);
        let mut all = Vec::new();
        Ensemble::of_ready(model, &ready, self.seed).fold(
            self.draws,
            || (),
            |(), block| of(block).unwrap_or_default(),
            |given| all.extend(given),
            &|_, _| {},
        );
        (!all.is_empty()).then(|| all.into())
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<Figure, Kept>> {
        // A thread that fell over leaves at most something missing.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the draws for one kind of figure.
    fn draw(&self, figure: Figure) -> Kept {
        let ensemble = Ensemble::of_ready(&self.reader.model, &self.ready, self.seed);
        let cells = self.reader.cells(figure);
        let mut rows: Vec<Vec<f64>> = vec![Vec::new(); cells.len()];
        ensemble.fold(
            self.draws,
            || (),
            |(), block| {
                let f = block.futures(0);
                cells.iter().map(|&cell| self.reader.row(figure, cell, &f)).collect::<Vec<Option<Vec<f64>>>>()
            },
            |given| {
                for (row, next) in rows.iter_mut().zip(given) {
                    row.extend(next.into_iter().flatten());
                }
            },
            &|_, _| {},
        );
        let whole = |row: &Vec<f64>| row.len() == self.draws();
        cells
            .into_iter()
            .zip(rows)
            .filter(|(_, row)| !row.is_empty() && whole(row))
            .map(|(c, row)| (c, row.into()))
            .collect()
    }
}

impl Reader {
    pub(crate) fn new(model: &Model) -> Self {
        Self { model: model.clone(), central: projection::project(model, &Central(model)) }
    }

    /// With every assumption at its value.
    pub(crate) fn central(&self) -> &Projection {
        &self.central
    }

    /// What an address stands for; none where nothing has that name, and for
    /// figures that are records.
    pub(crate) fn cell(&self, address: &FigureAddress) -> Option<Cell> {
        let year = self.model.year_index(address.year)?;
        let target = match address.figure {
            Figure::Index => Target::Index(self.model.indices.iter().position(|i| i.id == address.name)?),
            Figure::Reserve => Target::Reserve(self.model.reserves.iter().position(|r| r.id == address.name)?),
            Figure::Actual | Figure::Indicator => return None,
            _ => match projection::named(&self.model, &self.central, &address.name).ok()? {
                Named::Line(LineId(line)) => Target::Line(line),
                Named::Group(group) => Target::Group(group),
            },
        };
        Some((target, year))
    }

    /// Everything that has a kind of figure, or might.
    fn cells(&self, figure: Figure) -> Vec<Cell> {
        let names: Vec<Target> = match figure {
            Figure::Index => (0..self.model.indices.len()).map(Target::Index).collect(),
            Figure::Reserve => (0..self.model.reserves.len()).map(Target::Reserve).collect(),
            _ => {
                let lines = (0..self.model.lines.all.len()).map(Target::Line);
                lines.chain((0..self.central.groups.len()).map(Target::Group)).collect()
            }
        };
        names.into_iter().flat_map(|t| (0..self.model.year_count()).map(move |y| (t, y))).collect()
    }

    /// One figure in every lane; none where it is the same in all of them, or
    /// is not there.
    pub(crate) fn row(&self, figure: Figure, (target, y): Cell, f: &Futures<'_>) -> Option<Vec<f64>> {
        match target {
            Target::Index(i) => lanes(f, [f.index_rate(IndexId(i), y)], |[x]| x),
            Target::Reserve(r) => lanes(f, [f.reserve_balance(r, y)], |[x]| x),
            Target::Line(l) => self.of_line(figure, LineId(l), y, f),
            Target::Group(g) => self.of_group(figure, g, y, f),
        }
    }

    fn of_line(&self, figure: Figure, line: LineId, y: usize, f: &Futures<'_>) -> Option<Vec<f64>> {
        let amount = f.amount(line, y);
        let cost = match self.model.lines.get(line) {
            Line::Cost(cost) => Some(cost),
            Line::Revenue(_) => None,
        };
        let counts = cost.is_some_and(|c| c.counts_clients);
        match (figure, cost.is_some()) {
            (Figure::Cost, true) | (Figure::Revenue | Figure::Balance, false) => lanes(f, [amount], |[x]| x),
            (Figure::Balance, true) => lanes(f, [amount], |[x]| -x),
            (Figure::Budget, true) | (Figure::BudgetRevenue, false) => {
                let budget = f.budget_now(line, y)?;
                lanes(f, [budget.factor], |[factor]| budget.budget * factor)
            }
            (Figure::Clients, true) if counts => lanes(f, [f.volume(line, y)], |[x]| x),
            (Figure::Price, true) if counts => {
                lanes(
                    f,
                    [amount, f.volume(line, y)],
                    |[cost, clients]| if clients > 0.0 { cost / clients } else { 0.0 },
                )
            }
            (Figure::Growth, true) if y > 0 => {
                let pair = [f.volume(line, y), f.volume(line, y - 1)];
                lanes(f, pair, |[now, before]| if before > 0.0 { now / before - 1.0 } else { 0.0 })
            }
            _ => None,
        }
    }

    fn of_group(&self, figure: Figure, g: usize, y: usize, f: &Futures<'_>) -> Option<Vec<f64>> {
        let group = &self.central.groups[g];
        let year = &group.years[y];
        let budget = |b: Option<projection::BudgetNow<'_>>| {
            let b = b?;
            lanes(f, [b.factor], |[factor]| b.budget * factor)
        };
        match figure {
            Figure::Cost => lanes(f, [f.cost(g, y)], |[x]| x),
            Figure::Revenue => lanes(f, [f.revenue(g, y)], |[x]| x),
            Figure::Balance => lanes(f, [f.balance(g, y)], |[x]| x),
            Figure::Result => {
                let whole = matches!(group.id, GroupId::Total | GroupId::TotalAndOutside);
                let (withdrawals, additions) = if whole { (year.withdrawals, year.additions) } else { (0.0, 0.0) };
                lanes(f, [f.balance(g, y)], |[x]| x + withdrawals - additions)
            }
            Figure::Shortfall => lanes(f, [f.shortfall(g, y)?], |[x]| x),
            Figure::Budget => budget(f.group_budget_cost(g, y)),
            Figure::BudgetRevenue => budget(f.group_budget_revenue(g, y)),
            Figure::Clients | Figure::Price => {
                year.clients?;
                let members = group
                    .members
                    .iter()
                    .filter(|(l, _)| self.model.lines.get(*l).as_cost().is_some_and(|c| c.counts_clients));
                let mut clients = vec![0.0; f.lanes()];
                let mut varies = false;
                for (line, share) in members {
                    let volume = f.volume(*line, y);
                    varies |= volume.same().is_none();
                    clients.iter_mut().enumerate().for_each(|(lane, sum)| *sum += share * volume.at(lane));
                }
                if figure == Figure::Clients {
                    return varies.then_some(clients);
                }
                let cost = f.cost(g, y);
                let price = |(lane, n): (usize, &f64)| if *n > 0.0 { cost.at(lane) / n } else { 0.0 };
                (varies || cost.same().is_none()).then(|| clients.iter().enumerate().map(price).collect())
            }
            _ => None,
        }
    }
}

/// A function of some numbers in every lane, unless all of them are the same.
fn lanes<const N: usize>(f: &Futures<'_>, of: [Driver<'_>; N], value: impl Fn([f64; N]) -> f64) -> Option<Vec<f64>> {
    let varies = of.iter().any(|d| d.same().is_none());
    varies.then(|| (0..f.lanes()).map(|lane| value(of.map(|d| d.at(lane)))).collect())
}
