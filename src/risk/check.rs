//! What is suspicious about a register, found without running anything.
//!
//! The same money must not count twice: once in the band of the projection and
//! once as a risk. Where a what-if that sizes a risk changes an assumption that
//! is itself uncertain, it clearly would.

use super::what_if::figure_without_year;
use crate::diagnostic::Diagnostic;
use crate::model::{Assumption, Figure, Model, RiskImpact};

/// Looks at the registers of `models`, base first; what-ifs that size a risk
/// are among them. Gives errors for figures that cannot size a risk, and
/// warnings for what counts twice.
pub fn check(models: &[&Model]) -> Vec<Diagnostic> {
    let Some(base) = models.first() else { return Vec::new() };
    let mut found = Vec::new();
    for risk in &base.risks {
        let RiskImpact::WhatIf { what_if, figure } = &risk.impact else { continue };
        match figure_without_year(figure) {
            Err(why) => found.push(
                Diagnostic::error("unfit-figure", &risk.place, format!("risk `{}` cannot be sized: {why}", risk.id))
                    .help("name an amount that the what-if changes: `result`, or `balance(jeugd)`"),
            ),
            Ok((Figure::Cost | Figure::Shortfall, name)) => {
                let message = format!(
                    "risk `{}` takes `{figure}` of the base minus that of `{what_if}`, so a dearer what-if counts as a gain",
                    risk.id
                );
                let help = format!("name `balance({name})` or `result`: those fall when something becomes dearer");
                found.push(Diagnostic::warning("gain-or-loss", &risk.place, message).help(help));
            }
            Ok(_) => {}
        }
        if !risk.covered_by.is_empty() {
            continue;
        }
        let Some(other) = models.iter().find(|m| m.scenario.id == *what_if) else { continue };
        let twice: Vec<&str> = base
            .assumptions
            .iter()
            .filter(|a| a.is_uncertain() && changed(a, other))
            .map(|a| a.address.as_str())
            .collect();
        if !twice.is_empty() {
            let message = format!(
                "risk `{}` is sized by `{what_if}`, which changes what is uncertain already ({}): the same money counts twice",
                risk.id,
                twice.join(", ")
            );
            let quoted: Vec<String> = twice.iter().map(|a| format!("\"{a}\"")).collect();
            let help = format!(
                "write covered_by = [{}] if the band holds this risk; otherwise narrow the band to what the risk leaves out",
                quoted.join(", ")
            );
            found.push(Diagnostic::warning("counted-twice", &risk.place, message).help(help));
        }
    }
    found
}

/// Whether a what-if gives an assumption other values after the base year.
fn changed(assumption: &Assumption, other: &Model) -> bool {
    let same = |x: &f64, y: &f64| (x - y).abs() <= 1e-12 * x.abs().max(y.abs());
    other
        .assumptions
        .iter()
        .find(|a| a.address == assumption.address)
        .is_some_and(|a| assumption.values.iter().zip(&a.values).skip(1).any(|(x, y)| !same(x, y)))
}
