//! Reserves: what they cover if the council decides so, and when they run out.
//!
//! `B[y] = B[y-1] + additions - withdrawals - covered`. Reserves cover in the
//! order of the file. What an earlier one covered of lines that a later one
//! covers too is taken off first, so no euro is covered twice; a balance never
//! goes below 0, the rest is uncovered.

use super::driver::Driver;
use super::groups::{AccountPlan, Accounts};
use super::history;
use super::lanes::Lanes;
use super::plan::Plan;
use crate::model::{Covers, LineId, Model, Quantity};

/// One reserve, looked up.
#[derive(Clone, Debug)]
pub(super) struct ReservePlan {
    balance: f64,
    /// What it covers.
    account: Option<usize>,
    /// Earlier reserves that cover some of the same lines.
    overlaps: Vec<usize>,
    /// By year, as in figures.csv.
    pub(super) additions: Vec<f64>,
    pub(super) withdrawals: Vec<f64>,
}

/// Looks up the reserves, in the order of the file.
pub(super) fn compile(model: &Model, accounts: &mut Accounts) -> Vec<ReservePlan> {
    let mut plans: Vec<ReservePlan> = Vec::new();
    for reserve in &model.reserves {
        let account = match &reserve.covers {
            Covers::Nothing => None,
            Covers::Total => Some(accounts.of(|l| if model.lines.get(l).outside() { 0.0 } else { 1.0 })),
            Covers::Domain(id) => {
                let shares: Vec<f64> =
                    (0..model.lines.all.len()).map(|l| accounts.domain_share(LineId(l), id)).collect();
                Some(accounts.of(|l| shares[l.0]))
            }
            Covers::Lines(lines) => Some(accounts.of(|l| if lines.contains(&l) { 1.0 } else { 0.0 })),
        };
        let meets = |earlier: &ReservePlan| match (earlier.account, account) {
            (Some(a), Some(b)) => overlap(&accounts.all[a], &accounts.all[b]),
            _ => false,
        };
        let overlaps = plans.iter().enumerate().filter(|(_, r)| meets(r)).map(|(i, _)| i).collect();
        let moves = |quantity| model.years().map(|y| history::movement(model, &reserve.id, quantity, y)).collect();
        plans.push(ReservePlan {
            balance: reserve.balance,
            account,
            overlaps,
            additions: moves(Quantity::Addition),
            withdrawals: moves(Quantity::Withdrawal),
        });
    }
    plans
}

/// Whether two accounts have a line in common.
fn overlap(a: &AccountPlan, b: &AccountPlan) -> bool {
    let lines = |x: &AccountPlan| -> Vec<usize> { x.costs.iter().chain(&x.revenues).map(|(l, _)| *l).collect() };
    let of_b = lines(b);
    lines(a).iter().any(|l| of_b.contains(l))
}

/// Computes every reserve in one year.
pub(super) fn step(plan: &Plan, y: usize, ws: &mut Lanes) {
    for (r, reserve) in plan.reserves.iter().enumerate() {
        if y == 0 {
            ws.reserve_balance.at_mut(0, r).set(reserve.balance);
            ws.covered.at_mut(0, r).set(0.0);
            ws.uncovered.at_mut(0, r).set(0.0);
            continue;
        }
        let mut need = std::mem::take(&mut ws.scratch);
        need.set(0.0);
        if let Some(short) = reserve.account.and_then(|a| plan.shortfall(a, y, ws)) {
            need.copy(short);
            for &earlier in &reserve.overlaps {
                need.sub(ws.covered.get(y, earlier));
            }
            need.floor_zero();
        }
        let moved = Driver::Same(reserve.additions[y] - reserve.withdrawals[y]);
        let mut covered = ws.covered.take(y, r);
        let mut uncovered = ws.uncovered.take(y, r);
        let mut balance = ws.reserve_balance.take(y, r);
        let from = [ws.reserve_balance.get(y - 1, r), moved, need.get()];
        covered.set_map(from, |[before, moved, need]| need.min((before + moved).max(0.0)));
        // A withdrawal that the balance does not reach is uncovered as well.
        uncovered.set_map(from, |[before, moved, need]| {
            let there = before + moved;
            (need - need.min(there.max(0.0))) + (-there).max(0.0)
        });
        balance.set_map(from, |[before, moved, need]| {
            let there = (before + moved).max(0.0);
            there - need.min(there)
        });
        ws.covered.put(y, r, covered);
        ws.uncovered.put(y, r, uncovered);
        ws.reserve_balance.put(y, r, balance);
        ws.scratch = need;
    }
}
