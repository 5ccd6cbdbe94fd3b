//! BUIG safety net (vangnetuitkering): computed from the deficit on the
//! bundled budget, `G = cost - income - F`, by rules that are data of a year.
//!
//! The rules are those of the assessment committee (Toetsingscommissie vangnet
//! Participatiewet): nothing up to the entry, nothing unless three years
//! together are above a share of this year's budget, then shares by step.

use super::driver::Driver;
use super::history;
use super::lanes::Lanes;
use super::plan::Plan;
use crate::diagnostic::Diagnostic;
use crate::model::{LineId, Model, RevenueLine, SafetyNet, SafetyNetRule};
use crate::units::Year;

/// One safety net, looked up.
#[derive(Clone, Debug)]
pub(super) struct SafetyNetPlan {
    cost: Vec<usize>,
    income: Vec<usize>,
    budget: Vec<usize>,
    paid_after: usize,
    /// Row of the deficits in the workspace.
    slot: usize,
    /// Rule of the base year and of the years after it, by position.
    rules: Vec<Option<SafetyNetRule>>,
    /// What is paid in a year over a year up to the base year, by position of
    /// the year in which it is paid.
    settled: Vec<Option<f64>>,
    /// Deficit of the base year and of the year before it.
    past: [f64; 2],
}

/// Looks up one safety net; `slot` counts them.
pub(super) fn compile(
    model: &Model,
    line: &RevenueLine,
    net: &SafetyNet,
    slot: usize,
    warnings: &mut Vec<Diagnostic>,
) -> SafetyNetPlan {
    let sorted = |ids: &[LineId]| {
        let mut lines: Vec<usize> = ids.iter().map(|l| l.0).collect();
        lines.sort_by(|a, b| model.lines.all[*a].id().cmp(model.lines.all[*b].id()));
        lines
    };
    let (cost, income, budget) = (sorted(&net.cost), sorted(&net.income), sorted(&net.budget));
    let paid_after = net.paid_after as usize;
    let b = model.base_year();
    let mut missing: Vec<Year> = Vec::new();
    let mut deficit = |year: Year| -> (f64, f64) {
        let all: Vec<usize> = [&cost[..], &income[..], &budget[..]].concat();
        let Some(amounts) = history::together(model, &all, year) else {
            if !missing.contains(&year) {
                missing.push(year);
            }
            return (0.0, 0.0);
        };
        let (spent, rest) = amounts.split_at(cost.len());
        let (received, granted) = rest.split_at(income.len());
        let granted: f64 = granted.iter().sum();
        (spent.iter().sum::<f64>() - received.iter().sum::<f64>() - granted, granted)
    };
    let rule_of = |year: Year| net.rules.range(..=year).next_back().map(|(_, rule)| rule.clone());
    // Nothing looks back from a base year whose figure is given.
    let first = usize::from(line.base_revenue.is_some());
    let settled = (0..model.year_count())
        .map(|paid| {
            let back = paid_after.checked_sub(paid).filter(|_| paid >= first)?;
            let over = b.plus(-i32::try_from(back).ok()?);
            let Some(rule) = rule_of(over) else { return Some(0.0) };
            let (now, budget) = deficit(over);
            let (last, before) = (deficit(over.plus(-1)).0, deficit(over.plus(-2)).0);
            Some(pays(&rule, now, budget, before + last + now))
        })
        .collect();
    // The first two projected years look back too, if anything is paid over them.
    let reaches = |y: usize| y + paid_after < model.year_count();
    let past = [if reaches(1) { deficit(b).0 } else { 0.0 }, if reaches(1) { deficit(b.plus(-1)).0 } else { 0.0 }];
    if !missing.is_empty() {
        missing.sort();
        let years: Vec<String> = missing.iter().map(ToString::to_string).collect();
        warnings.push(
            Diagnostic::warning(
                "missing-history",
                &line.place,
                format!(
                    "`{}` needs the deficit of {}, which figures.csv does not give; it counts as 0",
                    line.id,
                    years.join(", ")
                ),
            )
            .help("add cost and revenue of its lines for these years, all of one kind"),
        );
    }
    let rules = model.years().map(rule_of).collect();
    SafetyNetPlan { cost, income, budget, paid_after, slot, rules, settled, past }
}

/// What is paid over a year with deficit `now` on `budget`, `cumulated` being
/// the deficit of three years together.
fn pays(rule: &SafetyNetRule, now: f64, budget: f64, cumulated: f64) -> f64 {
    if now <= rule.entry * budget || cumulated <= rule.cumulated * budget {
        return 0.0;
    }
    let mut sum = 0.0;
    for (i, step) in rule.steps.iter().enumerate() {
        let to = rule.steps.get(i + 1).map_or(f64::INFINITY, |next| next.from * budget);
        sum += step.pays * (now.min(to) - step.from * budget).max(0.0);
    }
    sum
}

/// Notes the deficit of a year, and computes into `ws.scratch` what is paid in it.
pub(super) fn step(plan: &Plan, net: &SafetyNetPlan, y: usize, ws: &mut Lanes) {
    debug_assert!(net.slot < plan.safety_nets);
    if y > 0 {
        let mut budget = ws.bundled.take(y, net.slot);
        budget.set(0.0);
        for &l in &net.budget {
            budget.add(ws.amount.get(y, l));
        }
        let mut deficit = ws.deficit.take(y, net.slot);
        deficit.set(0.0);
        for &l in &net.cost {
            deficit.add(ws.amount.get(y, l));
        }
        for &l in &net.income {
            deficit.sub(ws.amount.get(y, l));
        }
        deficit.sub(budget.get());
        ws.bundled.put(y, net.slot, budget);
        ws.deficit.put(y, net.slot, deficit);
    }
    if let Some(settled) = net.settled[y] {
        ws.scratch.set(settled);
        return;
    }
    // Without a settled amount the year paid over is a projected one; in a
    // base year with a figure of its own nothing is asked.
    let Some(over) = y.checked_sub(net.paid_after).filter(|over| *over > 0) else {
        ws.scratch.set(0.0);
        return;
    };
    let Some(rule) = &net.rules[over] else {
        ws.scratch.set(0.0);
        return;
    };
    let at = |back: usize| match over.checked_sub(back).filter(|t| *t > 0) {
        Some(t) => ws.deficit.get(t, net.slot),
        None => Driver::Same(net.past[back - over]),
    };
    let inputs = [at(0), ws.bundled.get(over, net.slot), at(1), at(2)];
    ws.scratch.set_map(inputs, |[now, budget, last, before]| pays(rule, now, budget, before + last + now));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SafetyNetStep;

    fn rule_2024() -> SafetyNetRule {
        let steps = vec![SafetyNetStep { from: 0.075, pays: 0.5 }, SafetyNetStep { from: 0.125, pays: 1.0 }];
        SafetyNetRule { entry: 0.075, cumulated: 0.075, steps }
    }

    /// The work sheet of the assessment committee over 2024, on 10 million.
    #[test]
    fn the_rule_of_2024_pays_what_its_work_sheet_says() {
        let published =
            [(5.0, 0.0), (7.5, 0.0), (10.0, 125_000.0), (12.5, 250_000.0), (15.0, 500_000.0), (20.0, 1_000_000.0)];
        for (percent, paid) in published {
            let deficit = percent * 100_000.0;
            let found = pays(&rule_2024(), deficit, 1e7, deficit);
            assert!((found - paid).abs() < 1e-6, "{percent} %: {found}");
        }
    }

    #[test]
    fn surpluses_of_earlier_years_can_keep_the_net_closed() {
        assert_eq!(pays(&rule_2024(), 1_000_000.0, 1e7, 750_000.0), 0.0);
        assert!(pays(&rule_2024(), 1_000_000.0, 1e7, 750_001.0) > 0.0);
    }
}
