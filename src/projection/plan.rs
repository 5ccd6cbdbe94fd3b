//! A model looked up once: names become positions, lines with the same price
//! share one, orders are fixed. What varies is left to the drivers.

use std::sync::Arc;

use super::ageing::AgeingTable;
use super::budget::{self, BudgetPlan};
use super::cost::{self, CostPlan};
use super::driver::{Driver, Drivers, Luck};
use super::flow::{self, FlowPlan};
use super::futures::Futures;
use super::groups::{self, AccountPlan, Accounts, GroupPlan};
use super::index::{self, IndexPlans};
use super::lanes::Lanes;
use super::measure::{self, MeasurePlan};
use super::price::{self, ClassPlan, Classes};
use super::reserve::{self, ReservePlan};
use super::result::GroupId;
use super::revenue::{self, RevenuePlan};
use crate::diagnostic::Diagnostic;
use crate::model::{AssumptionId, Income, Line, LineId, Model};
use crate::units::Year;

/// A model made ready to run. It holds no reference to the model, and may be
/// shared between threads.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(super) base_year: Year,
    /// How many years, the base year included.
    pub(super) years: usize,
    /// How many lines, cost and revenue.
    pub(super) line_count: usize,
    pub(super) ageing: Arc<AgeingTable>,
    pub(super) indices: IndexPlans,
    pub(super) classes: Vec<ClassPlan>,
    /// Cost lines in the order of ids.
    pub(super) costs: Vec<CostPlan>,
    pub(super) flow: FlowPlan,
    /// Revenue lines in the order of ids, safety nets last: they need the others.
    pub(super) revenues: Vec<RevenuePlan>,
    pub(super) safety_nets: usize,
    /// Measures by line, in the order of ids.
    pub(super) measures: Vec<Vec<MeasurePlan>>,
    /// What of a line is kept year by year; the rest needs no memory.
    pub(super) keeps: Vec<Keeps>,
    /// Class of price by line.
    pub(super) class_of: Vec<usize>,
    pub(super) budget: BudgetPlan,
    pub(super) accounts: Vec<AccountPlan>,
    /// As in [`super::Projection::groups`].
    pub(super) groups: Vec<GroupPlan>,
    /// In the order of the file.
    pub(super) reserves: Vec<ReservePlan>,
    /// What looking up found suspicious.
    pub(super) warnings: Vec<Diagnostic>,
}

/// What a run keeps of a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keeps {
    /// It has measures with an amount.
    pub(super) measures: bool,
    pub(super) incidental: Incidental,
    /// Its intensity can differ from the base year's.
    pub(super) intensity: bool,
}

/// What of a line is incidental.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Incidental {
    Nothing,
    /// Some of its measures.
    Measures,
    /// The line as a whole.
    Whole,
}

impl Plan {
    /// Looks up a model.
    pub fn compile(model: &Model) -> Self {
        Self::compile_with(model, Arc::new(AgeingTable::of(model)))
    }

    /// Looks up a model whose ageing is known: a what-if that leaves
    /// population, use rates and lines alone shares it with its base.
    pub fn compile_with(model: &Model, ageing: Arc<AgeingTable>) -> Self {
        let lines = &model.lines.all;
        let order = in_order(lines);
        let mut warnings = Vec::new();
        let mut classes = Classes::default();
        let measures = measure::compile(model);

        let mut costs: Vec<CostPlan> = Vec::with_capacity(lines.len());
        for &l in &order {
            if let Line::Cost(cost) = &lines[l] {
                costs.push(cost::compile(model, l, cost, &mut classes));
            }
        }
        let cost_order: Vec<usize> = costs.iter().map(|c| c.line).collect();
        let flow = flow::compile(model, &cost_order);
        for cost in &mut costs {
            cost.volume.flow = flow.column(cost.line);
        }

        let mut nets = 0;
        let mut revenues: Vec<RevenuePlan> = Vec::new();
        for safety_net in [false, true] {
            for &l in &order {
                if let Line::Revenue(line) = &lines[l]
                    && matches!(line.income, Income::SafetyNet(_)) == safety_net
                {
                    revenues.push(revenue::compile(model, l, line, &mut classes, &mut nets, &mut warnings));
                }
            }
        }

        let budget = budget::compile(model, &order);
        let mut accounts = Accounts::new(model, &order, &budget);
        let groups = groups::compile(model, &mut accounts);
        let reserves = reserve::compile(model, &mut accounts);
        let accounts = accounts.all;

        let mut class_of = vec![0; lines.len()];
        costs.iter().for_each(|c| class_of[c.line] = c.class);
        revenues.iter().for_each(|r| class_of[r.line] = r.class);
        let mut varies = vec![false; lines.len()];
        costs.iter().for_each(|c| varies[c.line] = c.varies_in_intensity());
        let keeps = lines
            .iter()
            .enumerate()
            .map(|(l, line)| Keeps {
                measures: measures[l].iter().any(MeasurePlan::has_amount),
                incidental: match line.structural() {
                    false => Incidental::Whole,
                    true if measures[l].iter().any(|m| m.has_amount() && !m.structural) => Incidental::Measures,
                    true => Incidental::Nothing,
                },
                intensity: varies[l],
            })
            .collect();
        let back = model.lines.revenues().filter_map(lag).max().unwrap_or(0);
        Self {
            base_year: model.base_year(),
            years: model.year_count(),
            line_count: lines.len(),
            ageing,
            indices: index::compile(model, back),
            classes: classes.all,
            costs,
            flow,
            revenues,
            safety_nets: nets,
            measures,
            keeps,
            class_of,
            budget,
            accounts,
            groups,
            reserves,
            warnings,
        }
    }

    /// Computes all years in `lanes` futures at once. `luck` multiplies the
    /// cost without measures. The workspace keeps the result, which is read
    /// through what this gives back.
    pub fn run<'a>(
        &'a self,
        drivers: &dyn Drivers,
        luck: Option<&dyn Luck>,
        lanes: usize,
        ws: &'a mut Lanes,
    ) -> Futures<'a> {
        self.begin(lanes, ws);
        for y in 0..self.years {
            self.step(y, drivers, luck, ws);
        }
        Futures::new(self, ws)
    }

    /// Makes the workspace ready for [`Self::step`].
    pub fn begin(&self, lanes: usize, ws: &mut Lanes) {
        ws.fit(self, lanes);
    }

    /// Computes one year, as [`Self::run`] does for all: the base year (0)
    /// first, then one after the other. The drivers are asked for values of
    /// this year alone, and in the base year for those of year 1.
    pub fn step(&self, y: usize, drivers: &dyn Drivers, luck: Option<&dyn Luck>, ws: &mut Lanes) {
        index::step(self, y, drivers, ws);
        price::step(self, y, drivers, ws);
        cost::step(self, y, drivers, luck, ws);
        revenue::step(self, y, drivers, ws);
        budget::step(self, y, drivers, ws);
        groups::step(self, y, ws);
        reserve::step(self, y, ws);
    }

    /// Reads a workspace that this plan ran in last.
    pub fn futures<'a>(&'a self, ws: &'a Lanes) -> Futures<'a> {
        Futures::new(self, ws)
    }

    /// How many years a run has, the base year included.
    pub fn years(&self) -> usize {
        self.years
    }

    /// How many lines, cost and revenue together.
    pub fn lines(&self) -> usize {
        self.line_count
    }

    /// The groups, in the order of [`super::Projection::groups`].
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &GroupId> {
        self.groups.iter().map(|g| &g.id)
    }

    /// Position of a group.
    pub fn group(&self, id: &GroupId) -> Option<usize> {
        self.groups.iter().position(|g| g.id == *id)
    }

    /// How many reserves.
    pub fn reserves(&self) -> usize {
        self.reserves.len()
    }

    /// Withdrawals from and additions to all reserves in a year: what stands
    /// between balance and result of `total` and `total+outside`.
    pub fn movements(&self, year_index: usize) -> (f64, f64) {
        let sum = |f: fn(&ReservePlan) -> &Vec<f64>| self.reserves.iter().fold(0.0, |s, r| s + f(r)[year_index]);
        (sum(|r| &r.withdrawals), sum(|r| &r.additions))
    }

    /// Whether the account has budgets in the money of the year.
    fn has_shortfall(&self, account: usize, y: usize) -> bool {
        let account = &self.accounts[account];
        self.budget.comparable() && account.budget_cost[y].is_some() && account.budget_revenue[y].is_some()
    }

    /// Shortfall of an account, where it has budgets.
    pub(super) fn shortfall<'a>(&self, account: usize, y: usize, ws: &'a Lanes) -> Option<Driver<'a>> {
        self.has_shortfall(account, y).then(|| ws.shortfall.get(y, account))
    }

    /// The cost line at a position among all lines.
    pub(super) fn cost(&self, line: LineId) -> Option<&CostPlan> {
        self.costs.iter().find(|c| c.line == line.0)
    }

    /// The revenue line at a position among all lines.
    pub(super) fn revenue(&self, line: LineId) -> Option<&RevenuePlan> {
        self.revenues.iter().find(|r| r.line == line.0)
    }
}

/// Lines in the order of ids. Their first bytes are read one after the other
/// and compared as numbers: the names of many municipalities lie far away.
fn in_order(lines: &[Line]) -> Vec<usize> {
    let start = |id: &str| {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(id.bytes()).for_each(|(to, from)| *to = from);
        u64::from_be_bytes(bytes)
    };
    let mut keys: Vec<(u64, usize)> = lines.iter().enumerate().map(|(l, line)| (start(line.id()), l)).collect();
    keys.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| lines[a.1].id().cmp(lines[b.1].id())));
    keys.into_iter().map(|(_, l)| l).collect()
}

/// How many years before the base year a line asks of an index.
fn lag(line: &crate::model::RevenueLine) -> Option<usize> {
    match &line.income {
        Income::Follows(f) => Some(f.lag as usize),
        _ => None,
    }
}

/// What an assumption says of the base year: data, never drawn.
pub(super) fn base_value(model: &Model, assumption: AssumptionId) -> f64 {
    model.assumption(assumption).values[0]
}
