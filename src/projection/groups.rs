//! Groups: sums of lines, by share where a line has several domains.
//!
//! Groups with the same lines share one account, which is summed once. Sums
//! run in the order of ids, so the order in a file changes no bit.

use super::budget::BudgetPlan;
use super::driver::Driver;
use super::lanes::Lanes;
use super::plan::Plan;
use super::result::GroupId;
use super::value::{Grid, Value};
use crate::model::{LineId, Model};

/// Lines of either side with the share of each that counts.
pub(super) type Members = Vec<(usize, f64)>;

/// A set of lines that is summed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct AccountPlan {
    pub(super) costs: Members,
    pub(super) revenues: Members,
    /// Budget of the cost by year; none where a line lacks one.
    pub(super) budget_cost: Vec<Option<f64>>,
    /// Budget of the revenue by year; none where a line lacks one.
    pub(super) budget_revenue: Vec<Option<f64>>,
}

/// A group that is reported.
#[derive(Clone, Debug)]
pub(super) struct GroupPlan {
    pub(super) id: GroupId,
    pub(super) account: usize,
    /// Whether clients of its lines may be summed.
    pub(super) sum_clients: bool,
}

/// Looks up accounts; the order of ids is that of the members given.
pub(super) struct Accounts<'a> {
    /// Lines in the order of ids.
    order: &'a [usize],
    model: &'a Model,
    budgets: &'a BudgetPlan,
    pub(super) all: Vec<AccountPlan>,
}

impl<'a> Accounts<'a> {
    pub(super) fn new(model: &'a Model, order: &'a [usize], budgets: &'a BudgetPlan) -> Self {
        Self { order, model, budgets, all: Vec::new() }
    }

    /// The account of the lines to which `share` gives more than nothing,
    /// made where there is none yet.
    pub(super) fn of(&mut self, share: impl Fn(LineId) -> f64) -> usize {
        let (mut costs, mut revenues) = (Members::with_capacity(self.order.len()), Members::new());
        for (l, share) in self.order.iter().map(|&l| (l, share(LineId(l)))).filter(|(_, s)| *s != 0.0) {
            let side = if self.model.lines.all[l].as_cost().is_some() { &mut costs } else { &mut revenues };
            side.push((l, share));
        }
        if let Some(known) = self.all.iter().position(|a| a.costs == costs && a.revenues == revenues) {
            return known;
        }
        let budget = |members: &Members| {
            let of_year = |y: usize| {
                members
                    .iter()
                    .try_fold(0.0, |sum, &(l, share)| self.budgets.of(l, y).map(|budget| sum + share * budget))
            };
            (0..self.model.year_count()).map(of_year).collect::<Vec<Option<f64>>>()
        };
        let (budget_cost, budget_revenue) = (budget(&costs), budget(&revenues));
        self.all.push(AccountPlan { costs, revenues, budget_cost, budget_revenue });
        self.all.len() - 1
    }

    /// The share of a line that belongs to a domain.
    pub(super) fn domain_share(&self, line: LineId, domain: &str) -> f64 {
        let domains = self.model.lines.get(line).domains();
        domains.iter().filter(|(id, _)| id == domain).map(|(_, share)| share).sum()
    }
}

/// Looks up the groups: domains in the order of the file, taakvelden
/// ascending, total, and total with what is outside.
pub(super) fn compile(model: &Model, accounts: &mut Accounts) -> Vec<GroupPlan> {
    let mut groups = Vec::new();
    for domain in &model.domains {
        let shares: Vec<f64> =
            (0..model.lines.all.len()).map(|l| accounts.domain_share(LineId(l), &domain.id)).collect();
        let account = accounts.of(|l| shares[l.0]);
        groups.push(GroupPlan { id: GroupId::Domain(domain.id.clone()), account, sum_clients: domain.sum_clients });
    }
    let mut codes: Vec<&str> = model.lines.all.iter().map(|l| l.taakveld()).collect();
    // Lines of one taakveld often stand together.
    codes.dedup();
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let account = accounts.of(|l| if model.lines.get(l).taakveld() == code { 1.0 } else { 0.0 });
        groups.push(GroupPlan { id: GroupId::Taakveld(code.to_owned()), account, sum_clients: false });
    }
    let account = accounts.of(|l| if model.lines.get(l).outside() { 0.0 } else { 1.0 });
    groups.push(GroupPlan { id: GroupId::Total, account, sum_clients: false });
    let account = accounts.of(|_| 1.0);
    groups.push(GroupPlan { id: GroupId::TotalAndOutside, account, sum_clients: false });
    groups
}

/// Sums every account in one year.
pub(super) fn step(plan: &Plan, y: usize, ws: &mut Lanes) {
    for (a, account) in plan.accounts.iter().enumerate() {
        sum(&ws.amount, y, &account.costs, ws.cost.at_mut(y, a));
        sum(&ws.amount, y, &account.revenues, ws.revenue.at_mut(y, a));
        let balance = ws.balance.at_mut(y, a);
        balance.copy(ws.revenue.get(y, a));
        balance.sub(ws.cost.get(y, a));
        let (Some(cost), Some(revenue)) = (account.budget_cost[y], account.budget_revenue[y]) else { continue };
        if !plan.budget.comparable() {
            continue;
        }
        // (cost - its budget) - (revenue - its budget)
        let factor = ws.budget_factor.get(y, 0);
        let short = ws.shortfall.at_mut(y, a);
        short.copy(ws.cost.get(y, a));
        subtract(short, cost, factor);
        if !account.revenues.is_empty() {
            let better = &mut ws.scratch;
            better.copy(ws.revenue.get(y, a));
            subtract(better, revenue, factor);
            short.sub(better.get());
        }
        short.floor_zero();
    }
}

/// `out -= budget * factor`
fn subtract(out: &mut Value, budget: f64, factor: Driver) {
    match factor {
        Driver::Same(factor) => out.sub(Driver::Same(budget * factor)),
        // Minus changes no bit but the sign.
        Driver::Each(_) => out.add_product(Driver::Same(-budget), factor),
    }
}

/// `out` = sum of share * amount over the members, in their order.
fn sum(amounts: &Grid, y: usize, members: &Members, out: &mut Value) {
    out.set(0.0);
    let mut rest = &members[..];
    while let Some(&(line, share)) = rest.first() {
        let whole = |i: usize| rest.get(i).filter(|(_, s)| *s == 1.0).map(|(l, _)| amounts.get(y, *l));
        if let (Some(Driver::Each(a)), Some(Driver::Each(b)), Some(Driver::Each(c)), Some(Driver::Each(d))) =
            (whole(0), whole(1), whole(2), whole(3))
        {
            out.add_four(a, b, c, d);
            rest = &rest[4..];
        } else {
            out.add_product(Driver::Same(share), amounts.get(y, line));
            rest = &rest[1..];
        }
    }
}
