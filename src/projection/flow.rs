//! Clients who move between lines or leave: one matrix per year.
//!
//! `F[y][p,q]` is the share of p's clients of last year that moves to q, and
//! `F[y][p,p] = 1 - exit - the shares that move`. The matrix is a nalgebra
//! matrix whose entries are numbers in every lane; it is applied entry by
//! entry in the order of ids, so that neither the order of the file nor the
//! number of lanes changes a bit. A row that adds up to more than all clients
//! (only a draw or a changed value can) is scaled down in that lane.

use nalgebra::DMatrix;

use super::driver::Drivers;
use super::lanes::Lanes;
use super::plan::Plan;
use super::result::{Cause, Part};
use super::value::Value;
use crate::model::{AssumptionId, Model};

/// Lines whose clients move, leave or arrive from another line.
#[derive(Clone, Debug, Default)]
pub(super) struct FlowPlan {
    /// Their positions, in the order of ids: rows and columns of the matrix.
    pub(super) lines: Vec<usize>,
    rows: Vec<Row>,
    /// For each column the rows that can reach it, itself included.
    sources: Vec<Vec<usize>>,
}

/// Where the clients of one line go.
#[derive(Clone, Debug, Default)]
struct Row {
    exit: Option<AssumptionId>,
    moves: Vec<Move>,
}

#[derive(Clone, Debug)]
struct Move {
    column: usize,
    share: AssumptionId,
    flow: String,
}

/// Looks up who moves where. `cost_order` holds the cost lines in the order of ids.
pub(super) fn compile(model: &Model, cost_order: &[usize]) -> FlowPlan {
    let exit_of = |line: usize| model.lines.all[line].as_cost().and_then(|c| c.exit);
    let lines: Vec<usize> = cost_order
        .iter()
        .copied()
        .filter(|&l| exit_of(l).is_some() || model.flows.iter().any(|f| f.from.0 == l || f.to.0 == l))
        .collect();
    let column = |line: usize| lines.iter().position(|&l| l == line);
    let rows: Vec<Row> = lines
        .iter()
        .map(|&l| {
            let mut moves: Vec<Move> = model
                .flows
                .iter()
                .filter(|f| f.from.0 == l)
                .filter_map(|f| column(f.to.0).map(|column| Move { column, share: f.share, flow: f.id.clone() }))
                .collect();
            moves.sort_by(|a, b| (a.column, &a.flow).cmp(&(b.column, &b.flow)));
            Row { exit: exit_of(l), moves }
        })
        .collect();
    let sources = (0..lines.len())
        .map(|q| (0..lines.len()).filter(|&p| p == q || rows[p].moves.iter().any(|m| m.column == q)).collect())
        .collect();
    FlowPlan { lines, rows, sources }
}

impl FlowPlan {
    /// Row and column of a line, where it has one.
    pub(super) fn column(&self, line: usize) -> Option<usize> {
        self.lines.iter().position(|&l| l == line)
    }
}

/// Fills the matrix of a year and carries last year's clients over into
/// `ws.carried`, by column.
pub(super) fn carry(plan: &Plan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    let flow = &plan.flow;
    for (p, row) in flow.rows.iter().enumerate() {
        fill_row(row, p, y, drivers, ws);
    }
    for (q, sources) in flow.sources.iter().enumerate() {
        let out = &mut ws.carried[q];
        out.set(0.0);
        for &p in sources {
            out.add_product(ws.matrix[(p, q)].get(), ws.volume.get(y - 1, flow.lines[p]));
        }
    }
}

/// One row of the matrix.
fn fill_row(row: &Row, p: usize, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    let mut total = std::mem::take(&mut ws.scratch);
    total.set(0.0);
    if let Some(exit) = row.exit {
        total.add(drivers.value(exit, y));
    }
    for m in &row.moves {
        ws.matrix[(p, m.column)].set(0.0);
    }
    for m in &row.moves {
        let share = drivers.value(m.share, y);
        total.add(share);
        ws.matrix[(p, m.column)].add(share);
    }
    let over = (0..ws.lanes).filter(|&lane| total.at(lane) > 1.0 + TOLERANCE).count();
    ws.stopped += over as u64;
    let mut factor = std::mem::take(&mut ws.scratch2);
    factor.set_map([total.get()], |[t]| scale_of(t));
    let mut last = usize::MAX;
    for m in &row.moves {
        // Flows between the same two lines share one entry.
        if m.column != last {
            ws.matrix[(p, m.column)].mul(factor.get());
        }
        last = m.column;
    }
    ws.matrix[(p, p)].set_map([total.get()], stay_of);
    ws.scratch = total;
    ws.scratch2 = factor;
}

/// Shares that add up to this much above 1 are rounding, not a fault.
const TOLERANCE: f64 = 1e-9;

/// What a row of shares is multiplied by.
fn scale_of(total: f64) -> f64 {
    if total > 1.0 { 1.0 / total } else { 1.0 }
}

/// The share that stays.
fn stay_of([total]: [f64; 1]) -> f64 {
    if total > 1.0 { 0.0 } else { 1.0 - total }
}

/// An empty matrix for the lines of a plan.
pub(super) fn matrix(plan: &FlowPlan) -> DMatrix<Value> {
    DMatrix::from_element(plan.lines.len(), plan.lines.len(), Value::default())
}

/// What flows and exit add to a line's clients in one lane, by cause.
pub(super) fn parts(plan: &Plan, line: usize, y: usize, drivers: &dyn Drivers, ws: &Lanes, lane: usize) -> Vec<Part> {
    let flow = &plan.flow;
    let Some(q) = flow.column(line) else { return Vec::new() };
    let mut parts = Vec::new();
    for (p, row) in flow.rows.iter().enumerate() {
        let exit = row.exit.map(|e| drivers.value(e, y).at(lane));
        let total = row.moves.iter().fold(exit.unwrap_or(0.0), |sum, m| sum + drivers.value(m.share, y).at(lane));
        let before = ws.volume.get(y - 1, flow.lines[p]).at(lane) * scale_of(total);
        for m in row.moves.iter().filter(|m| p == q || m.column == q) {
            let amount = drivers.value(m.share, y).at(lane) * before;
            let amount = if p == q { -amount } else { amount };
            parts.push(Part { cause: Cause::Flow(m.flow.clone()), amount });
        }
        if let Some(exit) = exit.filter(|_| p == q) {
            parts.push(Part { cause: Cause::Exit, amount: -exit * before });
        }
    }
    parts
}
