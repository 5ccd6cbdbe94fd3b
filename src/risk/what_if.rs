//! What a what-if makes different: the impact of a risk that is sized by one.
//!
//! The difference is the base minus the what-if, per year and per draw, on the
//! same random numbers; so its spread is that of the difference alone.

use crate::model::{Figure, FigureAddress, Model};
use crate::projection::{Driver, GroupId, Named, NoFigure, Projection, figure, named};
use crate::simulation::Block;
use crate::units::Year;

/// The scenarios of one municipality, base first, each with its deterministic
/// projection.
#[derive(Clone, Copy, Debug)]
pub struct Scenarios<'a> {
    /// What is assumed in each.
    pub models: &'a [&'a Model],
    /// Every assumption at its value.
    pub projections: &'a [&'a Projection],
}

/// A figure in the base and in a what-if, ready to be read. Whichever scenario
/// asks, the difference is the same; so equal probes are drawn once.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Probe {
    /// Position of the what-if among the scenarios.
    pub other: usize,
    figure: Figure,
    name: String,
    /// In the base and in the what-if, each with the sign of its lane.
    found: [(Named, f64); 2],
}

impl Scenarios<'_> {
    /// Position of a scenario.
    pub(super) fn position(&self, id: &str) -> Option<usize> {
        self.models.iter().position(|m| m.scenario.id == id)
    }

    /// Position of `total`.
    pub(super) fn total(&self, scenario: usize) -> Option<usize> {
        self.projections[scenario].groups.iter().position(|g| g.id == GroupId::Total)
    }
}

/// `result`, `cost(jeugd)`: what is asked, without a year.
///
/// # Errors
/// A fragment that says why it cannot be read, or cannot size a risk.
pub fn figure_without_year(text: &str) -> Result<(Figure, String), String> {
    let text = text.trim();
    // The one grammar of addresses, with a year that does not matter.
    let with_year = match text.strip_suffix(')') {
        Some(open) => format!("{open}, 2000)"),
        None => format!("{text}(total, 2000)"),
    };
    let address: FigureAddress = with_year.parse().map_err(|_| {
        format!("`{text}` is no figure; write `result`, `balance(jeugd)` or `cost(jeugd)`, without a year")
    })?;
    match address.figure {
        Figure::Cost | Figure::Revenue | Figure::Balance | Figure::Result | Figure::Shortfall => {
            Ok((address.figure, address.name))
        }
        other => Err(format!("`{}` is no amount in euros that a what-if makes different", other.name())),
    }
}

impl Probe {
    /// Finds the figure in both scenarios, in the years that matter.
    ///
    /// # Errors
    /// A fragment that says what is missing.
    pub(super) fn new(
        scenarios: Scenarios<'_>,
        what_if: &str,
        text: &str,
        years: impl Iterator<Item = Year>,
    ) -> Result<Self, String> {
        let other = scenarios.position(what_if).ok_or_else(|| format!("there is no what-if `{what_if}`"))?;
        let (figure, name) = figure_without_year(text)?;
        let find = |s: usize| -> Result<(Named, f64), String> {
            let model = scenarios.models[s];
            let found = named(model, scenarios.projections[s], &name).map_err(|why: NoFigure| why.to_string())?;
            // The balance of a cost line is its cost, negative.
            let negative = match found {
                Named::Line(line) => figure == Figure::Balance && model.lines.get(line).as_cost().is_some(),
                Named::Group(_) => false,
            };
            Ok((found, if negative { -1.0 } else { 1.0 }))
        };
        let probe = Self { other, figure, found: [find(0)?, find(other)?], name };
        for year in years {
            probe.central(scenarios, year)?;
        }
        Ok(probe)
    }

    /// The difference with every assumption at its value.
    ///
    /// # Errors
    /// A fragment that says why there is none.
    pub(super) fn central(&self, scenarios: Scenarios<'_>, year: Year) -> Result<f64, String> {
        let of = |s: usize| {
            let address = FigureAddress { figure: self.figure, name: self.name.clone(), year };
            figure(scenarios.models[s], scenarios.projections[s], &address).map_err(|why| format!("{address}: {why}"))
        };
        Ok(of(0)? - of(self.other)?)
    }

    /// How many years, from the base year on, both scenarios have.
    pub(super) fn years(&self, scenarios: Scenarios<'_>) -> usize {
        scenarios.models[0].year_count().min(scenarios.models[self.other].year_count())
    }

    /// Puts the base's figure in every draw of a block, which holds the base
    /// alone, into `lane`; nothing where the base lacks it.
    pub(super) fn start(&self, block: &Block<'_>, year: usize, lane: &mut Vec<f64>) {
        lane.clear();
        if let Some((figure, sign)) = self.lane(block, self.found[0], year) {
            lane.extend((0..block.len()).map(|k| sign * figure.at(k)));
        }
    }

    /// Takes off the what-if's figure, in a block that holds the what-if
    /// alone: `lane` then is the difference, 0 where either lacks the figure.
    pub(super) fn finish(&self, block: &Block<'_>, year: usize, lane: &mut Vec<f64>) {
        let figure = self.lane(block, self.found[1], year).filter(|_| !lane.is_empty());
        let Some((figure, sign)) = figure else {
            lane.clear();
            lane.resize(block.len(), 0.0);
            return;
        };
        for (k, x) in lane.iter_mut().enumerate() {
            *x -= sign * figure.at(k);
        }
    }

    /// Reserve movements are recorded figures, the same in both: a difference
    /// of results is one of balances.
    fn lane<'b>(&self, block: &'b Block<'_>, found: (Named, f64), year: usize) -> Option<(Driver<'b>, f64)> {
        let (found, sign) = found;
        let lane = match (self.figure, found) {
            (_, Named::Line(line)) => block.amount(0, line, year),
            (Figure::Cost, Named::Group(g)) => block.cost(0, g, year),
            (Figure::Revenue, Named::Group(g)) => block.revenue(0, g, year),
            (Figure::Shortfall, Named::Group(g)) => block.shortfall(0, g, year)?,
            (_, Named::Group(g)) => block.balance(0, g, year),
        };
        Some((lane, sign))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_named_without_a_year() {
        assert_eq!(figure_without_year("result"), Ok((Figure::Result, "total".into())));
        assert_eq!(figure_without_year(" balance( jeugd )"), Ok((Figure::Balance, "jeugd".into())));
        assert!(figure_without_year("clients(jeugd)").unwrap_err().contains("no amount in euros"));
        assert!(figure_without_year("kosten").unwrap_err().contains("no figure"));
        assert!(figure_without_year("cost(jeugd, 2029)").is_err());
    }
}
