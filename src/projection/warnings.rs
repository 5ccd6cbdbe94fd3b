//! What is suspicious about an outcome. Never an error: the figures are
//! computed as stated, and people are told.

use std::collections::BTreeMap;

use super::result::{Projection, ReserveYear};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{FigureKind, Line, Model};
use crate::units::Year;

/// Adds the warnings that the outcome itself gives.
pub(super) fn of_outcome(model: &Model, projection: &mut Projection) {
    let mut found = Vec::new();
    let mut without_budget: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let any_budget = model.figures.iter().any(|(_, _, kind, _, _)| kind == FigureKind::Budget);
    for (line, of) in projection.lines.iter().zip(&model.lines.all) {
        let rows = |wanted: &dyn Fn(&super::LineYear) -> bool| -> Vec<Year> {
            line.years.iter().filter(|row| wanted(row)).map(|row| row.year).collect()
        };
        if matches!(of, Line::Cost(_)) {
            let below = rows(&|row| row.amount < 0.0);
            if let Some(years) = listed(&below) {
                found.push(
                    Diagnostic::warning(
                        "negative-cost",
                        of.place(),
                        format!("the cost of `{}` falls below 0 in {years}", line.id),
                    )
                    .help("check the measures on this line and what the base figure holds of them"),
                );
            }
            let floored = rows(&emptied);
            if let Some(years) = listed(&floored) {
                let message = format!("growth, ageing and measures take away all clients of `{}` in {years}", line.id);
                found.push(Diagnostic::warning("volume-floored", of.place(), message));
            }
        }
        if let Line::Cost(cost) = of
            && cost.base_cost == 0.0
            && cost.base_volume > 0.0
            && cost.unit_cost.is_some()
        {
            let message = format!(
                "figures.csv gives no cost of `{}` in {}: that year shows 0, later years follow from unit_cost",
                line.id,
                model.base_year()
            );
            found.push(
                Diagnostic::warning("no-base-cost", of.place(), message)
                    .help("do not read a rise from that year to the next"),
            );
        }
        // Where nobody gives a budget at all, there is nothing to miss.
        let lacking = rows(&|row| row.budget.is_none());
        if let Some(years) = listed(&lacking).filter(|_| any_budget) {
            without_budget.entry(years).or_default().push(&line.id);
        }
    }
    // One remark for all lines that lack the same years: fifty would not be read.
    for (years, lines) in without_budget {
        let message = match lines.as_slice() {
            [only] => format!("`{only}` has no budget in {years}, so no gap either"),
            many => format!("{} lines have no budget in {years}, so no gap either: {}", many.len(), many.join(", ")),
        };
        found.push(
            Diagnostic::warning("no-budget", &Place::file("figures.csv"), message)
                .help("add rows of kind `budget` to figures.csv, 0 where nothing was budgeted"),
        );
    }
    for (reserve, of) in projection.reserves.iter().zip(&model.reserves) {
        let mut before = of.balance;
        let mut overdrawn: Vec<Year> = Vec::new();
        for row in reserve.years.iter().skip(1) {
            if withdraws_too_much(before, row) {
                overdrawn.push(row.year);
            }
            before = row.balance;
        }
        if let Some(years) = listed(&overdrawn) {
            let message = format!("the withdrawals from `{}` in {years} are more than it holds", reserve.id);
            found.push(Diagnostic::warning("reserve-overdrawn", &of.place, message));
        }
    }
    projection.warnings.extend(found);
}

/// Whether the planned movements alone empty a reserve and more.
fn withdraws_too_much(before: f64, row: &ReserveYear) -> bool {
    before + row.additions - row.withdrawals < 0.0
}

/// Whether rates took away every client who was carried over.
fn emptied(row: &super::LineYear) -> bool {
    use super::Cause::{Ageing, Growth, Intake, Measure};
    let parts = &row.terms.volume_parts;
    let sum =
        |wanted: fn(&super::Cause) -> bool| parts.iter().filter(|p| wanted(&p.cause)).map(|p| p.amount).sum::<f64>();
    let taken = -sum(|c| matches!(c, Ageing | Growth | Measure(_)));
    let left = row.terms.volume - sum(|c| matches!(c, Intake));
    taken > 0.0 && left <= taken * 1e-12
}

/// `2027, 2028 and 2029`; none for no year.
fn listed(years: &[Year]) -> Option<String> {
    let (last, rest) = years.split_last()?;
    if rest.is_empty() {
        return Some(last.to_string());
    }
    let rest: Vec<String> = rest.iter().map(ToString::to_string).collect();
    Some(format!("{} and {last}", rest.join(", ")))
}
