//! The municipality as checked data: no files, no arithmetic.
//!
//! `input` makes a [`Model`] from what people wrote; `projection` and
//! `simulation` compute with it. Everything that may vary or be uncertain is an
//! [`Assumption`] in one list, so that a what-if, a tornado, a goal seek and a
//! draw of the simulation all change the same thing in the same way.

mod address;
mod assumption;
mod expression;
mod figures;
mod index;
mod line;
mod measure;
mod population;
mod published;
mod reserve;
mod risk;
mod scenario;

pub use address::{AddressError, Figure, FigureAddress};
pub use assumption::{Assumption, AssumptionId, Distribution, Provenance, Scale};
pub use expression::{
    Call, Comparison, Condition, Expression, ExpressionError, Function, NAMED, Named, Operator, Statistic,
};
pub use figures::{FigureKind, Figures, Quantity, Recorded};
pub use index::{CarryOver, Index, IndexId, IndexSource, LedgerYear, Rounding};
pub use line::{
    Ageing, ClientsBasis, Contribution, CostLine, Domain, Follows, Income, Line, LineId, Lines, Payer, PriceTerms,
    RevenueLine, SafetyNet, SafetyNetRule, SafetyNetStep, UnitCost,
};
pub use measure::{Flow, Indicator, Measure, MeasureAmount, MeasureKind};
pub use population::{Cells, Population, UseRates};
pub use published::{PublishedBridge, PublishedItem};
pub use reserve::{Covers, Reserve};
pub use risk::{ChanceScale, ImpactScale, Resilience, Risk, RiskChance, RiskImpact, Scope, Term, Trend};
pub use scenario::{
    Budget, ChanceWords, Change, Municipality, NotModelled, Prices, ReportSettings, RuleParameter, Scenario,
};

use crate::units::Year;
use std::collections::BTreeMap;

/// One municipality in one scenario, checked: every reference exists, every
/// share is in range, every series covers the years it must.
#[derive(Clone, Debug)]
pub struct Model {
    /// Name, base year, horizon.
    pub municipality: Municipality,
    /// Which scenario this is.
    pub scenario: Scenario,
    /// In which prices the multi-year budget stands.
    pub budget: Budget,
    /// All assumptions; the others hold ids into this list.
    pub assumptions: Vec<Assumption>,
    /// Domains in order of first appearance in the file.
    pub domains: Vec<Domain>,
    /// Price indices.
    pub indices: Vec<Index>,
    /// Cost and revenue lines in the order of the file.
    pub lines: Lines,
    /// Clients who move from one line to another.
    pub flows: Vec<Flow>,
    /// New policy, savings, targets and technical corrections.
    pub measures: Vec<Measure>,
    /// Counts without euros.
    pub indicators: Vec<Indicator>,
    /// Reserves in the order in which they cover.
    pub reserves: Vec<Reserve>,
    /// The risk register.
    pub risks: Vec<Risk>,
    /// Scale of chances, where one is declared.
    pub chance_scale: Option<ChanceScale>,
    /// Scale of impacts, where one is declared.
    pub impact_scale: Option<ImpactScale>,
    /// What the council wants to know of its resilience; absent without `[resilience]`.
    pub resilience: Option<Resilience>,
    /// Pairs of assumptions (or risks) that move together.
    pub correlations: Vec<Correlation>,
    /// What the rules' parameters are set to here: rule id, parameter, value.
    pub rule_parameters: BTreeMap<String, BTreeMap<String, RuleParameter>>,
    /// House style, materiality, disclosure.
    pub report: ReportSettings,
    /// Realised and budgeted figures.
    pub figures: Figures,
    /// Residents per year, age band and sex; empty without population.csv.
    pub population: Population,
    /// Use per 1,000 residents; empty without use_rates.csv.
    pub use_rates: UseRates,
}

/// Two things that move together (Gaussian copula).
#[derive(Clone, Debug, PartialEq)]
pub struct Correlation {
    /// Name in the file.
    pub id: String,
    /// The two linked.
    pub between: [Correlated; 2],
    /// Correlation of their scores, -1..=1.
    pub rho: f64,
    /// Where it stands.
    pub place: crate::diagnostic::Place,
}

/// One end of a correlation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Correlated {
    /// An uncertain assumption.
    Assumption(AssumptionId),
    /// A risk of the register, by its position in [`Model::risks`].
    Risk(usize),
}

impl Model {
    /// The base year `b`.
    pub fn base_year(&self) -> Year {
        self.municipality.base_year
    }

    /// The last projected year `h`.
    pub fn horizon(&self) -> Year {
        self.municipality.horizon
    }

    /// `b..=h`.
    pub fn years(&self) -> impl DoubleEndedIterator<Item = Year> + Clone + use<> {
        self.base_year().through(self.horizon())
    }

    /// How many years `b..=h` are; at least 2.
    pub fn year_count(&self) -> usize {
        self.years().count()
    }

    /// Position of a year in every series: 0 is the base year.
    pub fn year_index(&self, year: Year) -> Option<usize> {
        (year >= self.base_year() && year <= self.horizon())
            .then(|| usize::try_from(year.0 - self.base_year().0).ok())
            .flatten()
    }

    /// An assumption by id.
    pub fn assumption(&self, id: AssumptionId) -> &Assumption {
        &self.assumptions[id.0]
    }

    /// The assumptions whose address is `address` or lies under it
    /// (`cost.jeugd.volume` means everything of it).
    pub fn under(&self, address: &str) -> Vec<AssumptionId> {
        let full = self.full_address(address);
        self.assumptions
            .iter()
            .enumerate()
            .filter(|(_, a)| {
                a.address == full || a.address.strip_prefix(full.as_str()).is_some_and(|rest| rest.starts_with('.'))
            })
            .map(|(i, _)| AssumptionId(i))
            .collect()
    }

    /// `index.ova` is short for `index.ova.rate`.
    pub fn full_address(&self, address: &str) -> String {
        match address.strip_prefix("index.") {
            Some(id) if !id.contains('.') => format!("index.{id}.rate"),
            _ => address.to_owned(),
        }
    }

    /// The last year in which all cost lines of `total` have a budget; the
    /// base year where there is none.
    pub fn last_budget_year(&self) -> Year {
        let has = |y: Year| {
            let mut inside = self.lines.costs().filter(|l| !l.outside).peekable();
            inside.peek().is_some()
                && inside.all(|l| self.figures.value(&l.id, Quantity::Cost, FigureKind::Budget, y).is_some())
        };
        self.years().rev().find(|y| has(*y)).unwrap_or(self.base_year())
    }
}
