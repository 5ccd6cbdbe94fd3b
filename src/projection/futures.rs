//! What a run computed, read by line, group, reserve and year.

use super::budget::BudgetNow;
use super::driver::Driver;
use super::lanes::Lanes;
use super::plan::Plan;
use crate::model::{IndexId, LineId};

/// The futures that a run computed: one per lane. Years are counted from the
/// base year, groups as in [`Plan::groups`], reserves in the order of the file.
#[derive(Clone, Copy, Debug)]
pub struct Futures<'a> {
    pub(super) plan: &'a Plan,
    pub(super) ws: &'a Lanes,
}

impl<'a> Futures<'a> {
    pub(super) fn new(plan: &'a Plan, ws: &'a Lanes) -> Self {
        Self { plan, ws }
    }

    /// How many.
    pub fn lanes(&self) -> usize {
        self.ws.lanes
    }

    /// How often something was stopped: a volume bracket below 0, a row of
    /// flow shares above 1. Counted per lane, line and year.
    pub fn stopped(&self) -> u64 {
        self.ws.stopped
    }

    /// Cost or revenue of a line in euros, measures included.
    pub fn amount(&self, line: LineId, year_index: usize) -> Driver<'a> {
        self.ws.amount.get(year_index, line.0)
    }

    /// Measures in that amount.
    pub fn measures(&self, line: LineId, year_index: usize) -> Driver<'a> {
        self.ws.measures(self.plan, year_index, line.0)
    }

    /// Incidental part of that amount.
    pub fn incidental(&self, line: LineId, year_index: usize) -> Driver<'a> {
        self.ws.incidental(self.plan, year_index, line.0)
    }

    /// Clients of a cost line, or the volume index of one that counts none.
    pub fn volume(&self, line: LineId, year_index: usize) -> Driver<'a> {
        self.ws.volume.get(year_index, line.0)
    }

    /// Intensity index of a cost line.
    pub fn intensity(&self, line: LineId, year_index: usize) -> Driver<'a> {
        self.ws.intensity(self.plan, year_index, line.0)
    }

    /// Price index of a line.
    pub fn price(&self, line: LineId, year_index: usize) -> Driver<'a> {
        self.ws.class_price.get(year_index, self.plan.class_of[line.0])
    }

    /// Euros per unit of volume of a cost line in base prices, level included.
    pub fn unit_cost(&self, line: LineId) -> Driver<'a> {
        self.ws.unit_cost[line.0].get()
    }

    /// Percentage of an index, carry-over included, as a fraction.
    pub fn index_rate(&self, index: IndexId, year_index: usize) -> Driver<'a> {
        self.ws.index_rate.get(year_index, index.0)
    }

    /// Budget of a line in the money of the year; none where figures.csv has
    /// none, or where constant prices have no compensation.
    pub fn budget_now(&self, line: LineId, year_index: usize) -> Option<BudgetNow<'a>> {
        self.in_money_of(self.plan.budget.of(line.0, year_index), year_index)
    }

    /// Budget of a group's cost in the money of the year; none where a line lacks one.
    pub fn group_budget_cost(&self, group: usize, year_index: usize) -> Option<BudgetNow<'a>> {
        self.in_money_of(self.account(group).budget_cost[year_index], year_index)
    }

    /// Budget of a group's revenue in the money of the year; none where a line lacks one.
    pub fn group_budget_revenue(&self, group: usize, year_index: usize) -> Option<BudgetNow<'a>> {
        self.in_money_of(self.account(group).budget_revenue[year_index], year_index)
    }

    fn in_money_of(&self, budget: Option<f64>, year_index: usize) -> Option<BudgetNow<'a>> {
        let budget = budget.filter(|_| self.plan.budget.comparable())?;
        Some(BudgetNow { budget, factor: self.ws.budget_factor.get(year_index, 0) })
    }

    fn account(&self, group: usize) -> &'a super::groups::AccountPlan {
        &self.plan.accounts[self.plan.groups[group].account]
    }

    /// Cost of a group.
    pub fn cost(&self, group: usize, year_index: usize) -> Driver<'a> {
        self.ws.cost.get(year_index, self.plan.groups[group].account)
    }

    /// Revenue of a group.
    pub fn revenue(&self, group: usize, year_index: usize) -> Driver<'a> {
        self.ws.revenue.get(year_index, self.plan.groups[group].account)
    }

    /// Revenue less cost of a group; with [`Plan::movements`] the result of a total.
    pub fn balance(&self, group: usize, year_index: usize) -> Driver<'a> {
        self.ws.balance.get(year_index, self.plan.groups[group].account)
    }

    /// Shortfall of a group; none where a line lacks a budget.
    pub fn shortfall(&self, group: usize, year_index: usize) -> Option<Driver<'a>> {
        self.plan.shortfall(self.plan.groups[group].account, year_index, self.ws)
    }

    /// Structural revenue less structural cost of a group in one lane.
    pub fn structural_balance(&self, group: usize, year_index: usize, lane: usize) -> f64 {
        let structural = |members: &[(usize, f64)]| {
            members.iter().fold(0.0, |sum, &(l, share)| {
                let incidental = self.ws.incidental(self.plan, year_index, l).at(lane);
                sum + share * (self.ws.amount.get(year_index, l).at(lane) - incidental)
            })
        };
        let account = self.account(group);
        structural(&account.revenues) - structural(&account.costs)
    }

    /// Number that two groups share when they have the same lines: their
    /// figures are the same and need to be summarised only once.
    pub fn account_of(&self, group: usize) -> usize {
        self.plan.groups[group].account
    }

    /// Balance of a reserve at the end of the year.
    pub fn reserve_balance(&self, reserve: usize, year_index: usize) -> Driver<'a> {
        self.ws.reserve_balance.get(year_index, reserve)
    }

    /// Shortfall that a reserve covers.
    pub fn covered(&self, reserve: usize, year_index: usize) -> Driver<'a> {
        self.ws.covered.get(year_index, reserve)
    }

    /// Shortfall that a reserve does not reach.
    pub fn uncovered(&self, reserve: usize, year_index: usize) -> Driver<'a> {
        self.ws.uncovered.get(year_index, reserve)
    }
}
