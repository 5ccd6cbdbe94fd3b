//! Lines: what is projected on the cost side and the income beside it.

use std::collections::BTreeMap;

use super::{AssumptionId, IndexId, Provenance};
use crate::diagnostic::Place;
use crate::units::Year;

/// A domain such as `wmo`.
#[derive(Clone, Debug)]
pub struct Domain {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// Whether clients of its lines may be summed (nobody uses two).
    pub sum_clients: bool,
    /// Where it is declared or first named.
    pub place: Place,
}

/// Position of a line in [`Lines`], cost and revenue together, file order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineId(pub usize);

/// All lines, cost and revenue, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// In file order.
    pub all: Vec<Line>,
}

/// A line of either side.
#[derive(Clone, Debug)]
pub enum Line {
    /// Lasten.
    Cost(Box<CostLine>),
    /// Baten.
    Revenue(Box<RevenueLine>),
}

impl Lines {
    /// Cost lines in file order.
    pub fn costs(&self) -> impl Iterator<Item = &CostLine> {
        self.all.iter().filter_map(Line::as_cost)
    }

    /// Revenue lines in file order.
    pub fn revenues(&self) -> impl Iterator<Item = &RevenueLine> {
        self.all.iter().filter_map(Line::as_revenue)
    }

    /// Position of the line with this id.
    pub fn find(&self, id: &str) -> Option<LineId> {
        self.all.iter().position(|l| l.id() == id).map(LineId)
    }

    /// A line by position.
    pub fn get(&self, id: LineId) -> &Line {
        &self.all[id.0]
    }
}

impl Line {
    /// Name in the file.
    pub fn id(&self) -> &str {
        match self {
            Self::Cost(l) => &l.id,
            Self::Revenue(l) => &l.id,
        }
    }

    /// As shown to people.
    pub fn label(&self) -> &str {
        match self {
            Self::Cost(l) => &l.label,
            Self::Revenue(l) => &l.label,
        }
    }

    /// Iv3 task field code.
    pub fn taakveld(&self) -> &str {
        match self {
            Self::Cost(l) => &l.taakveld,
            Self::Revenue(l) => &l.taakveld,
        }
    }

    /// Domain and share, in the order of the file; shares sum to 1.
    pub fn domains(&self) -> &[(String, f64)] {
        match self {
            Self::Cost(l) => &l.domains,
            Self::Revenue(l) => &l.domains,
        }
    }

    /// Money of another programme: not in `total`.
    pub fn outside(&self) -> bool {
        match self {
            Self::Cost(l) => l.outside,
            Self::Revenue(l) => l.outside,
        }
    }

    /// Structural, or incidental as a whole.
    pub fn structural(&self) -> bool {
        match self {
            Self::Cost(l) => l.structural,
            Self::Revenue(l) => l.structural,
        }
    }

    /// Where it stands.
    pub fn place(&self) -> &Place {
        match self {
            Self::Cost(l) => &l.place,
            Self::Revenue(l) => &l.place,
        }
    }

    /// The cost line, if it is one.
    pub fn as_cost(&self) -> Option<&CostLine> {
        match self {
            Self::Cost(l) => Some(l),
            Self::Revenue(_) => None,
        }
    }

    /// The revenue line, if it is one.
    pub fn as_revenue(&self) -> Option<&RevenueLine> {
        match self {
            Self::Revenue(l) => Some(l),
            Self::Cost(_) => None,
        }
    }
}

/// How clients were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientsBasis {
    /// On a reference date (peildatum).
    Snapshot,
    /// Everybody seen in the year.
    Unique,
    /// Average over the year.
    Average,
}

/// How volume grows by age.
#[derive(Clone, Debug)]
pub enum Ageing {
    /// Not at all.
    None,
    /// By a rate.
    Rate(AssumptionId),
    /// From population and use rates.
    Population,
}

/// What moves a price: index weights (summing to at most 1) and own changes.
#[derive(Clone, Debug, Default)]
pub struct PriceTerms {
    /// Weights on indices, in the order of the file.
    pub index: Vec<(IndexId, f64)>,
    /// Own change by year.
    pub change: Option<AssumptionId>,
}

/// Euros per client per year in prices of the base year.
#[derive(Clone, Debug)]
pub enum UnitCost {
    /// Stated as such.
    PerClient(AssumptionId),
    /// Hours per week x rate x weeks; hours by year move the intensity.
    Hours {
        /// Hours per week, by year; position 0 of its values holds the base year's.
        hours_per_week: AssumptionId,
        /// Euros per hour in prices of the base year.
        rate: AssumptionId,
        /// Weeks per year.
        weeks: f64,
    },
}

/// A care provision or a plain budget line.
#[derive(Clone, Debug)]
pub struct CostLine {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// Iv3 task field code.
    pub taakveld: String,
    /// Domain and share; shares sum to 1.
    pub domains: Vec<(String, f64)>,
    /// Money of another programme.
    pub outside: bool,
    /// Structural, or incidental as a whole.
    pub structural: bool,
    /// Whether it counts clients.
    pub counts_clients: bool,
    /// How they were counted.
    pub clients_basis: Option<ClientsBasis>,
    /// Cost of the base year in euros (0 where figures.csv has none).
    pub base_cost: f64,
    /// Clients in the base year: 1 for a line that counts none, 0 where it starts later.
    pub base_volume: f64,
    /// Growth by age.
    pub ageing: Ageing,
    /// Other growth.
    pub growth: Option<AssumptionId>,
    /// Share that leaves altogether.
    pub exit: Option<AssumptionId>,
    /// Persons who come in.
    pub intake: Option<AssumptionId>,
    /// What moves its price.
    pub price: PriceTerms,
    /// Yearly change of hours, days or sessions per client.
    pub intensity: Option<AssumptionId>,
    /// How far realised cost lies above the base figure.
    pub level: Option<AssumptionId>,
    /// Euros per client, where stated.
    pub unit_cost: Option<UnitCost>,
    /// Coefficient of variation of the cost of one client, where luck counts.
    pub luck_cost_cv: Option<f64>,
    /// Who says so, for the line as a whole.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
}

/// A line of income.
#[derive(Clone, Debug)]
pub struct RevenueLine {
    /// Name in the file.
    pub id: String,
    /// As shown to people.
    pub label: String,
    /// Iv3 task field code.
    pub taakveld: String,
    /// Domain and share; shares sum to 1.
    pub domains: Vec<(String, f64)>,
    /// Money of another programme.
    pub outside: bool,
    /// Structural, or incidental as a whole.
    pub structural: bool,
    /// Revenue of the base year in figures.csv, euros; none where a computed line has none.
    pub base_revenue: Option<f64>,
    /// How it is computed.
    pub income: Income,
    /// What moves its price; also the k of an indexed measure.
    pub price: PriceTerms,
    /// After this year the whole line is 0.
    pub until: Option<Year>,
    /// Who says so, for the line as a whole.
    pub provenance: Provenance,
    /// Where it stands.
    pub place: Place,
}

/// How a revenue line is computed.
#[derive(Clone, Debug)]
pub enum Income {
    /// Last year's revenue, grown and indexed.
    Grows {
        /// Growth by year.
        growth: Option<AssumptionId>,
    },
    /// A share of a cost line.
    Follows(Follows),
    /// Own contribution of clients.
    Contribution(Contribution),
    /// BUIG safety net.
    SafetyNet(SafetyNet),
}

/// Revenue that follows a cost line.
#[derive(Clone, Debug)]
pub struct Follows {
    /// The cost line.
    pub line: LineId,
    /// Which share of it.
    pub share: AssumptionId,
    /// How many years later, 0 or more.
    pub lag: u32,
    /// Only the change since the base year comes on top of the base figure.
    pub from_base: bool,
    /// Index since the year followed.
    pub indexed_by: Option<IndexId>,
}

/// Who pays an own contribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payer {
    /// Each client.
    Client,
    /// Each household.
    Household,
}

/// Own contribution (eigen bijdrage).
#[derive(Clone, Debug)]
pub struct Contribution {
    /// Lines whose clients pay.
    pub lines: Vec<LineId>,
    /// Euros per month.
    pub per_month: AssumptionId,
    /// Share that pays; all where not stated.
    pub paying: Option<AssumptionId>,
    /// Who pays.
    pub per: Payer,
    /// Households per client; 1 where not stated or per client.
    pub households_per_client: Option<AssumptionId>,
}

/// Safety net on the bundled budget (vangnetuitkering).
#[derive(Clone, Debug)]
pub struct SafetyNet {
    /// Cost lines of the benefits.
    pub cost: Vec<LineId>,
    /// Revenue lines set against them.
    pub income: Vec<LineId>,
    /// Revenue lines of the bundled budget.
    pub budget: Vec<LineId>,
    /// Years after which it is paid.
    pub paid_after: u32,
    /// Rules by year: the latest not after y holds.
    pub rules: BTreeMap<Year, SafetyNetRule>,
}

/// The rule of a year, as fractions of the budget.
#[derive(Clone, Debug, PartialEq)]
pub struct SafetyNetRule {
    /// Nothing up to this deficit.
    pub entry: f64,
    /// Nothing unless the deficit of three years is above this share of this year's budget.
    pub cumulated: f64,
    /// Steps in ascending order.
    pub steps: Vec<SafetyNetStep>,
}

/// From which deficit on which share is paid, up to the next step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SafetyNetStep {
    /// Share of the budget from which it pays.
    pub from: f64,
    /// Share paid of what lies above.
    pub pays: f64,
}
