//! Revenue: grows by itself, follows a cost line, is paid by clients, or is
//! the safety net; with measures on top that do not enter the next year.
//!
//! The base year is the figure in figures.csv; only a computed line without
//! one uses its formula. After `until` the whole line is 0.

use super::driver::{Driver, Drivers};
use super::history;
use super::lanes::Lanes;
use super::measure;
use super::plan::{Plan, base_value};
use super::price::Classes;
use super::safety_net::{self, SafetyNetPlan};
use super::value::Value;
use crate::diagnostic::Diagnostic;
use crate::model::{AssumptionId, Contribution, Follows, Income, Model, Payer, RevenueLine};

/// One revenue line, looked up.
#[derive(Clone, Debug)]
pub(super) struct RevenuePlan {
    /// Its position among all lines.
    pub(super) line: usize,
    /// Figure of the base year; none where the formula gives it.
    base: Option<f64>,
    pub(super) income: IncomePlan,
    /// Class of its price.
    pub(super) class: usize,
    /// Whether it has a price at all.
    pub(super) priced: bool,
    /// Position of the last year in which there is any; none without end.
    until: Option<usize>,
}

/// How it is computed.
#[derive(Clone, Debug)]
pub(super) enum IncomePlan {
    Grows(Option<AssumptionId>),
    Follows(FollowsPlan),
    Contribution(ContributionPlan),
    SafetyNet(SafetyNetPlan),
}

/// Revenue that follows a cost line.
#[derive(Clone, Debug)]
pub(super) struct FollowsPlan {
    pub(super) line: usize,
    pub(super) followed: String,
    pub(super) share: AssumptionId,
    base_share: f64,
    lag: usize,
    from_base: bool,
    pub(super) index: Option<usize>,
    /// Cost of the years before the base year, latest first.
    past: Vec<f64>,
}

/// Own contribution of clients.
#[derive(Clone, Debug)]
pub(super) struct ContributionPlan {
    lines: Vec<usize>,
    /// Factors by year (per month, paying, households), and in the base year.
    factors: Vec<(AssumptionId, f64)>,
}

/// Looks up one revenue line.
pub(super) fn compile<'m>(
    model: &'m Model,
    line: usize,
    revenue: &'m RevenueLine,
    classes: &mut Classes<'m>,
    nets: &mut usize,
    warnings: &mut Vec<Diagnostic>,
) -> RevenuePlan {
    let income = match &revenue.income {
        Income::Grows { growth } => IncomePlan::Grows(*growth),
        Income::Follows(f) => IncomePlan::Follows(follows(model, revenue, f, warnings)),
        Income::Contribution(c) => IncomePlan::Contribution(contribution(model, c)),
        Income::SafetyNet(net) => {
            *nets += 1;
            IncomePlan::SafetyNet(safety_net::compile(model, revenue, net, *nets - 1, warnings))
        }
    };
    RevenuePlan {
        line,
        // A line that only grows and has no figure starts from nothing.
        base: revenue.base_revenue.or(matches!(income, IncomePlan::Grows(_)).then_some(0.0)),
        income,
        class: classes.of(model, &revenue.price),
        priced: !revenue.price.index.is_empty() || revenue.price.change.is_some(),
        until: revenue.until.map(|u| usize::try_from(u.0 - model.base_year().0).unwrap_or(0)),
    }
}

fn follows(model: &Model, revenue: &RevenueLine, f: &Follows, warnings: &mut Vec<Diagnostic>) -> FollowsPlan {
    let lag = f.lag as usize;
    let b = model.base_year();
    let needs_all = f.from_base || revenue.base_revenue.is_none();
    let mut missing = Vec::new();
    let past = (1..=f.lag)
        .map(|back| {
            let year = b.plus(-i32::try_from(back).unwrap_or(i32::MAX));
            history::amount(model, f.line, year).unwrap_or_else(|| {
                // The first year of all is asked only as a base.
                if back < f.lag || needs_all {
                    missing.push(year.to_string());
                }
                0.0
            })
        })
        .collect();
    let followed = model.lines.get(f.line).id().to_owned();
    if !missing.is_empty() {
        missing.reverse();
        let years = missing.join(", ");
        let message = format!(
            "`{}` follows `{followed}` of {years}, which figures.csv does not give; it counts as 0",
            revenue.id
        );
        warnings.push(
            Diagnostic::warning("missing-history", &revenue.place, message)
                .help(format!("add the cost of `{followed}` in these years to figures.csv")),
        );
    }
    FollowsPlan {
        line: f.line.0,
        followed,
        share: f.share,
        base_share: base_value(model, f.share),
        lag,
        from_base: f.from_base,
        index: f.indexed_by.map(|i| i.0),
        past,
    }
}

fn contribution(model: &Model, c: &Contribution) -> ContributionPlan {
    let mut lines: Vec<usize> = c.lines.iter().map(|l| l.0).collect();
    lines.sort_by(|a, b| model.lines.all[*a].id().cmp(model.lines.all[*b].id()));
    let households = c.households_per_client.filter(|_| c.per == Payer::Household);
    let factors = [Some(c.per_month), c.paying, households];
    ContributionPlan { lines, factors: factors.into_iter().flatten().map(|a| (a, base_value(model, a))).collect() }
}

/// Computes every revenue line in one year.
pub(super) fn step(plan: &Plan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    for revenue in &plan.revenues {
        let line = revenue.line;
        let mut out = ws.income.take(y, line);
        if ended(revenue, y) {
            if let IncomePlan::SafetyNet(net) = &revenue.income {
                safety_net::step(plan, net, y, ws);
            }
            out.set(0.0);
            ws.income.put(y, line, out);
            ws.amount.at_mut(y, line).set(0.0);
            measure::clear(plan, line, y, ws);
            continue;
        }
        measure::step(plan, line, revenue.class, y, drivers, ws);
        let held = measure::in_base(&plan.measures[line]);
        match (&revenue.income, revenue.base) {
            (IncomePlan::SafetyNet(net), base) => {
                safety_net::step(plan, net, y, ws);
                match base {
                    Some(base) if y == 0 => out.set(base - held),
                    _ => out.copy(ws.scratch.get()),
                }
            }
            (_, Some(base)) if y == 0 => out.set(base - held),
            (IncomePlan::Grows(growth), _) => {
                let factor = &mut ws.scratch;
                factor.set(1.0);
                if let Some(growth) = growth {
                    factor.add(drivers.value(*growth, y));
                }
                factor.add(ws.class_rate.get(y, revenue.class));
                out.copy(ws.income.get(y - 1, line));
                out.mul(factor.get());
            }
            (IncomePlan::Follows(f), base) => {
                f.parts(plan, y, drivers, ws);
                out.set(if f.from_base { base.map_or(0.0, |base| base - held) } else { 0.0 });
                out.add(ws.scratch.get());
                if f.index.is_some() {
                    out.add(ws.scratch2.get());
                }
            }
            (IncomePlan::Contribution(c), _) => c.income(y, drivers, ws, &mut out),
        }
        let mut amount = ws.amount.take(y, line);
        amount.copy(out.get());
        if plan.keeps[line].measures {
            amount.add(ws.measures(plan, y, line));
        }
        if y == 0
            && let Some(base) = revenue.base
        {
            // The figure itself, not what taking out and putting back leaves of it.
            amount.set(base);
        }
        ws.amount.put(y, line, amount);
        ws.income.put(y, line, out);
    }
}

impl FollowsPlan {
    /// Cost of the line `lag` years before the year at position `y`.
    fn cost<'a>(&'a self, y: usize, ws: &'a Lanes) -> Driver<'a> {
        match y.checked_sub(self.lag) {
            Some(t) => ws.amount.get(t, self.line),
            None => Driver::Same(self.past[self.lag - y - 1]),
        }
    }

    /// `out` = the index from the year `lag` years before `from`, up to `y`.
    fn since(&self, out: &mut Value, plan: &Plan, index: usize, from: usize, y: usize, ws: &Lanes) {
        out.set(1.0);
        // Years up to the base year, then the projected ones.
        for back in (0..self.lag.saturating_sub(from)).rev() {
            out.raise(Driver::Same(plan.indices.all[index].past(back)));
        }
        for s in (from + 1).saturating_sub(self.lag).max(1)..=y {
            out.raise(ws.index_rate.get(s, index));
        }
    }

    /// What follows the cost, and what the index adds to it, into the first
    /// and second scratch of the workspace.
    fn parts(&self, plan: &Plan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
        let mut followed = std::mem::take(&mut ws.scratch);
        let mut indexed = std::mem::take(&mut ws.scratch2);
        let share = if y == 0 { Driver::Same(self.base_share) } else { drivers.value(self.share, y) };
        followed.copy(self.cost(y, ws));
        indexed.set(0.0);
        if let Some(index) = self.index {
            let mut factor = std::mem::take(&mut ws.scratch3);
            self.since(&mut factor, plan, index, y, y, ws);
            factor.sub(Driver::Same(1.0));
            indexed.add_product(self.cost(y, ws), factor.get());
            if self.from_base {
                self.since(&mut factor, plan, index, 0, y, ws);
                factor.sub(Driver::Same(1.0));
                factor.mul(self.cost(0, ws));
                indexed.sub(factor.get());
            }
            indexed.mul(share);
            ws.scratch3 = factor;
        }
        if self.from_base {
            followed.sub(self.cost(0, ws));
        }
        followed.mul(share);
        (ws.scratch, ws.scratch2) = (followed, indexed);
    }

    /// Both parts in one lane, for the terms.
    pub(super) fn parts_at(&self, plan: &Plan, y: usize, drivers: &dyn Drivers, ws: &Lanes, lane: usize) -> (f64, f64) {
        let share = if y == 0 { self.base_share } else { drivers.value(self.share, y).at(lane) };
        let base = if self.from_base { self.cost(0, ws).at(lane) } else { 0.0 };
        let cost = self.cost(y, ws).at(lane);
        let Some(index) = self.index else { return (share * (cost - base), 0.0) };
        let mut factor = Value::default();
        let mut added = |from: usize| {
            self.since(&mut factor, plan, index, from, y, ws);
            factor.at(lane) - 1.0
        };
        let indexed = cost * added(y) - base * added(0);
        (share * (cost - base), share * indexed)
    }
}

impl ContributionPlan {
    /// Euros per month * 12 * clients * paying share * households per client.
    fn income(&self, y: usize, drivers: &dyn Drivers, ws: &mut Lanes, out: &mut Value) {
        let clients = &mut ws.scratch;
        clients.set(0.0);
        for &l in &self.lines {
            clients.add(ws.volume.get(y, l));
        }
        out.set(12.0);
        out.mul(clients.get());
        for &(a, base) in &self.factors {
            out.mul(if y == 0 { Driver::Same(base) } else { drivers.value(a, y) });
        }
    }
}

/// Whether the line has ended by `until`.
pub(super) fn ended(revenue: &RevenuePlan, y: usize) -> bool {
    y > 0 && revenue.until.is_some_and(|until| y > until)
}
