//! One lane of a run as a [`Projection`]: rows with their terms, groups with
//! their gaps, reserves, and what is suspicious about them.

use super::budget::{self, Deflated};
use super::driver::Drivers;
use super::futures::Futures;
use super::plan::Plan;
use super::result::{
    GroupId, GroupProjection, GroupYear, LineProjection, LineYear, Projection, ReserveProjection, ReserveYear,
};
use super::terms::Lane;
use super::warnings;
use crate::model::{IndexId, Line, LineId, Model};
use crate::units::Year;

impl Futures<'_> {
    /// One lane in full. `model` and `drivers` are those of the run.
    pub fn projection(&self, model: &Model, drivers: &dyn Drivers, lane: usize) -> Projection {
        let lane = Lane { model, futures: *self, drivers, lane };
        let lines: Vec<(LineProjection, Vec<Deflated>)> =
            (0..model.lines.all.len()).map(|l| lane.line(LineId(l))).collect();
        let (lines, deflated): (Vec<LineProjection>, Vec<Vec<Deflated>>) = lines.into_iter().unzip();
        let groups = (0..self.plan.groups.len()).map(|g| lane.group(g, &lines, &deflated)).collect();
        let mut projection = Projection {
            years: model.years().collect(),
            groups,
            reserves: (0..self.plan.reserves.len()).map(|r| lane.reserve(r)).collect(),
            index_rates: (0..model.indices.len())
                .map(|i| (0..self.plan.years).map(|y| self.index_rate(IndexId(i), y).at(lane.lane)).collect())
                .collect(),
            lines,
            warnings: self.plan.warnings.clone(),
        };
        warnings::of_outcome(model, &mut projection);
        projection
    }
}

impl Lane<'_> {
    fn plan(&self) -> &Plan {
        self.futures.plan
    }

    fn year(&self, y: usize) -> Year {
        self.plan().base_year.plus(i32::try_from(y).unwrap_or(i32::MAX))
    }

    /// A line through the years, and its cost in the prices of its budget.
    fn line(&self, line: LineId) -> (LineProjection, Vec<Deflated>) {
        let rows = (0..self.plan().years).map(|y| self.line_year(line, y));
        let (years, deflated) = rows.unzip();
        (LineProjection { id: self.model.lines.get(line).id().to_owned(), years }, deflated)
    }

    fn line_year(&self, line: LineId, y: usize) -> (LineYear, Deflated) {
        let f = self.futures;
        let budget = self.plan().budget.of(line.0, y);
        let mut row = LineYear {
            year: self.year(y),
            clients: None,
            volume_index: None,
            intensity_index: None,
            price_index: None,
            amount: f.amount(line, y).at(self.lane),
            measures: f.measures(line, y).at(self.lane),
            incidental: f.incidental(line, y).at(self.lane),
            budget,
            budget_now: f.budget_now(line, y).map(|b| b.at(self.lane)),
            gap: None,
            terms: super::Terms::default(),
        };
        let mut deflated = Deflated::default();
        if let (Some(cost), Line::Cost(of)) = (self.plan().cost(line), self.model.lines.get(line)) {
            row.terms = self.cost_terms(cost, y);
            let volume = row.terms.volume;
            let base = f.volume(line, 0).at(self.lane);
            row.clients = of.counts_clients.then_some(volume);
            row.volume_index = (base != 0.0).then(|| volume / base);
            row.intensity_index = Some(row.terms.intensity);
            row.price_index = Some(row.terms.price);
            deflated = budget::deflate(self.plan(), line.0, cost.class, y, f.ws, self.lane, &row.terms.measures);
            let factor = f.ws.budget_factor.get(y, 0).at(self.lane);
            row.gap = budget.map(|b| budget::gap(self.plan(), deflated, b, factor));
        } else if let Some(revenue) = self.plan().revenue(line) {
            row.terms = self.revenue_terms(revenue, y);
            row.price_index = revenue.priced.then_some(row.terms.price);
        }
        (row, deflated)
    }

    fn group(&self, g: usize, lines: &[LineProjection], deflated: &[Vec<Deflated>]) -> GroupProjection {
        let group = &self.plan().groups[g];
        let account = &self.plan().accounts[group.account];
        let mut members: Vec<(LineId, f64)> =
            account.costs.iter().chain(&account.revenues).map(|&(l, share)| (LineId(l), share)).collect();
        members.sort_by(|a, b| lines[a.0.0].id.cmp(&lines[b.0.0].id));
        let years = (0..self.plan().years).map(|y| self.group_year(g, &members, lines, deflated, y)).collect();
        GroupProjection { id: group.id.clone(), members, years }
    }

    fn group_year(
        &self,
        g: usize,
        members: &[(LineId, f64)],
        lines: &[LineProjection],
        deflated: &[Vec<Deflated>],
        y: usize,
    ) -> GroupYear {
        let (f, plan) = (self.futures, self.plan());
        let group = &plan.groups[g];
        let account = &plan.accounts[group.account];
        let balance = f.balance(g, y).at(self.lane);
        let whole = matches!(group.id, GroupId::Total | GroupId::TotalAndOutside);
        let (withdrawals, additions) = if whole { plan.movements(y) } else { (0.0, 0.0) };
        let counted = members.iter().filter_map(|(l, s)| lines[l.0].years[y].clients.map(|c| s * c));
        let clients = counted.fold(None, |sum: Option<f64>, c| Some(sum.unwrap_or(0.0) + c));
        let mut cost = Deflated::default();
        for &(l, share) in &account.costs {
            cost.cost += share * deflated[l][y].cost;
            cost.in_budget_prices += share * deflated[l][y].in_budget_prices;
        }
        let factor = f.ws.budget_factor.get(y, 0).at(self.lane);
        let lacks = |(l, _): &&(LineId, f64)| lines[l.0].years[y].budget.is_none();
        GroupYear {
            year: self.year(y),
            clients: clients.filter(|_| group.sum_clients),
            cost: f.cost(g, y).at(self.lane),
            revenue: f.revenue(g, y).at(self.lane),
            balance,
            result: balance + withdrawals - additions,
            structural_balance: f.structural_balance(g, y, self.lane),
            withdrawals,
            additions,
            budget_cost: f.group_budget_cost(g, y).map(|b| b.at(self.lane)),
            budget_revenue: f.group_budget_revenue(g, y).map(|b| b.at(self.lane)),
            gap: account.budget_cost[y].map(|b| budget::gap(plan, cost, b, factor)),
            shortfall: f.shortfall(g, y).map(|s| s.at(self.lane)),
            without_budget: members.iter().filter(lacks).map(|(l, _)| lines[l.0].id.clone()).collect(),
        }
    }

    fn reserve(&self, r: usize) -> ReserveProjection {
        let f = self.futures;
        let reserve = &self.plan().reserves[r];
        let years: Vec<ReserveYear> = (0..self.plan().years)
            .map(|y| ReserveYear {
                year: self.year(y),
                balance: f.reserve_balance(r, y).at(self.lane),
                additions: reserve.additions[y],
                withdrawals: reserve.withdrawals[y],
                covered: f.covered(r, y).at(self.lane),
                uncovered: f.uncovered(r, y).at(self.lane),
            })
            .collect();
        let runs_out = years.iter().find(|y| y.uncovered > 0.0).map(|y| y.year);
        ReserveProjection { id: self.model.reserves[r].id.clone(), years, runs_out }
    }
}
