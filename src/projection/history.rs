//! Figures of the years before the base year, for what looks back.
//!
//! What was realised is taken where it is known, then what the projection
//! starts from, then the budget as amended, the budget and the forecast.

use crate::model::{FigureKind, Line, LineId, Model, Quantity};
use crate::units::Year;

/// In which order kinds of figures are looked for, in a year before the base year.
fn kinds(model: &Model) -> [FigureKind; 5] {
    [FigureKind::Actual, model.municipality.base, FigureKind::Amended, FigureKind::Budget, FigureKind::Forecast]
}

/// Cost or revenue of a line in a year before the base year.
pub fn amount(model: &Model, line: LineId, year: Year) -> Option<f64> {
    kinds(model).into_iter().find_map(|kind| of_kind(model, line, kind, year))
}

/// Cost or revenue of a line in a kind of figures.
fn of_kind(model: &Model, line: LineId, kind: FigureKind, year: Year) -> Option<f64> {
    let line = model.lines.get(line);
    let quantity = match line {
        Line::Cost(_) => Quantity::Cost,
        Line::Revenue(_) => Quantity::Revenue,
    };
    model.figures.value(line.id(), quantity, kind, year)
}

/// Cost or revenue of all of these lines in a year up to the base year, all
/// from one kind of figures, so that like is compared with like.
pub(super) fn together(model: &Model, lines: &[usize], year: Year) -> Option<Vec<f64>> {
    let all = |kind| lines.iter().map(|&l| of_kind(model, LineId(l), kind, year)).collect();
    if year == model.base_year() {
        return all(model.municipality.base);
    }
    kinds(model).into_iter().find_map(all)
}

/// Additions to or withdrawals from a reserve in a year; 0 where none.
pub(super) fn movement(model: &Model, reserve: &str, quantity: Quantity, year: Year) -> f64 {
    let base = model.municipality.base;
    [base, FigureKind::Budget, FigureKind::Forecast, FigureKind::Amended, FigureKind::Actual]
        .into_iter()
        .find_map(|kind| model.figures.value(reserve, quantity, kind, year))
        .unwrap_or(0.0)
}
