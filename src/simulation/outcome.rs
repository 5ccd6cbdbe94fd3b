//! What a simulation reports.

use crate::model::Figure;
use crate::projection::{GroupId, Named};

/// How to simulate.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How many draws; 0 means no simulation.
    pub draws: u64,
    /// Seed of every stream.
    pub seed: u64,
    /// Draw until the standard errors of the mean and of P90 of the total cost
    /// are at most this share of them in every year; `draws` then no longer matters.
    pub precision: Option<f64>,
    /// How many of the first draws are kept whole for rules and questions.
    pub keep: usize,
    /// Which figures are summarised.
    pub watch: Watch,
}

/// Which figures a simulation summarises.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Watch {
    /// All lines and groups.
    #[default]
    Everything,
    /// All lines, and of the groups only `total`.
    LinesAndTotal,
}

impl Default for Settings {
    fn default() -> Self {
        Self { draws: 10_000, seed: 1, precision: None, keep: 10_000, watch: Watch::Everything }
    }
}

/// The distribution of one figure over the draws, in the figure's unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Mean.
    pub mean: f64,
    /// Standard deviation.
    pub sd: f64,
    /// 5th percentile.
    pub p5: f64,
    /// 10th percentile.
    pub p10: f64,
    /// 25th percentile.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// 75th percentile.
    pub p75: f64,
    /// 90th percentile.
    pub p90: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Monte Carlo standard error of the mean.
    pub se_mean: f64,
    /// Monte Carlo standard error of P90.
    pub se_p90: f64,
    /// Chance of exceeding `budget_now`; none without a budget. Of a shortfall:
    /// the chance that there is one. Of a balance: none.
    pub chance_above_budget: Option<f64>,
    /// Expected excess above it given that it is exceeded; none without a budget or where it never is.
    pub expected_excess: Option<f64>,
}

/// One group over the draws, by year (position 0 is the base year).
#[derive(Clone, Debug)]
pub struct GroupOutcome {
    /// Which group.
    pub id: GroupId,
    /// Cost.
    pub cost: Vec<Summary>,
    /// Revenue.
    pub revenue: Vec<Summary>,
    /// Balance.
    pub balance: Vec<Summary>,
    /// Shortfall; none in years without budgets.
    pub shortfall: Vec<Option<Summary>>,
}

/// What the draws say.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How many draws were made (more than asked never, fewer never; with a precision, how many it took).
    pub draws: u64,
    /// The seed.
    pub seed: u64,
    /// By line in file order, by year.
    pub lines: Vec<Vec<Summary>>,
    /// By group in the projection's order; with [`Watch::LinesAndTotal`] only `total`.
    pub groups: Vec<GroupOutcome>,
    /// How many draws stopped at the edge of what can be: values of an
    /// assumption, volumes below 0, shares of clients above 1.
    pub stopped: u64,
}

impl Outcome {
    /// What reports print of a figure in the year at a position; none of a
    /// figure that no table sums up.
    pub fn summary(&self, named: Named, figure: Figure, at: usize) -> Option<&Summary> {
        match named {
            Named::Line(id) if matches!(figure, Figure::Cost | Figure::Revenue) => self.lines.get(id.0)?.get(at),
            Named::Line(_) => None,
            Named::Group(group) => {
                let group = self.groups.get(group)?;
                match figure {
                    Figure::Cost => group.cost.get(at),
                    Figure::Revenue => group.revenue.get(at),
                    Figure::Balance => group.balance.get(at),
                    Figure::Shortfall => group.shortfall.get(at)?.as_ref(),
                    _ => None,
                }
            }
        }
    }
}
