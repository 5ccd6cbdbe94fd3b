//! What a projection holds: per line, group, reserve and year, with the terms
//! that say why.

use crate::diagnostic::Diagnostic;
use crate::model::LineId;
use crate::units::Year;

/// One future of a municipality. Amounts in euros, rates as fractions.
#[derive(Clone, Debug)]
pub struct Projection {
    /// `b..=h`.
    pub years: Vec<Year>,
    /// Cost and revenue lines in the order of the file ([`LineId`] indexes it).
    pub lines: Vec<LineProjection>,
    /// Domains in file order, taakvelden ascending, `total`, `total+outside`.
    pub groups: Vec<GroupProjection>,
    /// Reserves in file order.
    pub reserves: Vec<ReserveProjection>,
    /// Yearly percentage of each index (carry-over included), by year; position 0 (base year) is 0 unless a ledger knows it.
    pub index_rates: Vec<Vec<f64>>,
    /// What is suspicious about the outcome: negative costs, missing budgets.
    pub warnings: Vec<Diagnostic>,
}

/// One line through the years.
#[derive(Clone, Debug, PartialEq)]
pub struct LineProjection {
    /// Name in the file.
    pub id: String,
    /// One per year of [`Projection::years`].
    pub years: Vec<LineYear>,
}

/// One line in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct LineYear {
    /// The year.
    pub year: Year,
    /// Clients; none for a line that counts none.
    pub clients: Option<f64>,
    /// Volume relative to the base year; none where that is 0 or the line is revenue.
    pub volume_index: Option<f64>,
    /// Intensity relative to the base year; none for revenue.
    pub intensity_index: Option<f64>,
    /// Price relative to the base year; none where revenue has no price.
    pub price_index: Option<f64>,
    /// Cost or revenue, measures included.
    pub amount: f64,
    /// Measures in it.
    pub measures: f64,
    /// Incidental part of it.
    pub incidental: f64,
    /// Budget as in figures.csv.
    pub budget: Option<f64>,
    /// Budget in the money of this year.
    pub budget_now: Option<f64>,
    /// Why a cost line differs from its budget.
    pub gap: Option<Gap>,
    /// Why the amount is what it is.
    pub terms: Terms,
}

/// Cost less budget in the money of the year, split; the parts sum to it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gap {
    /// Volume and intensity, in the budget's prices.
    pub volume: f64,
    /// Price above the compensation; none in constant prices without compensation.
    pub price: Option<f64>,
    /// What the compensation adds to the volume gap; none likewise.
    pub compensation: Option<f64>,
}

/// The factors of a line in a year and what moved them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Terms {
    /// Euros per unit of volume in base prices, level included (cost lines; 0 for revenue).
    pub unit_cost: f64,
    /// Clients, or the volume index of a line that counts none.
    pub volume: f64,
    /// Intensity index.
    pub intensity: f64,
    /// Price index.
    pub price: f64,
    /// What each cause adds to the volume this year (same unit as `volume`); sums to `V[y] - V[y-1]`.
    pub volume_parts: Vec<Part>,
    /// What the change of intensity adds to its index this year.
    pub intensity_part: f64,
    /// What each cause adds to the price index this year; sums to `T[y] - T[y-1]`.
    pub price_parts: Vec<Part>,
    /// For revenue: what each cause adds to the amount without measures this year; sums to its change.
    pub revenue_parts: Vec<Part>,
    /// Each measure's amount.
    pub measures: Vec<MeasureTerm>,
}

/// One cause and what it adds.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Why.
    pub cause: Cause,
    /// How much, in the unit of what it is part of.
    pub amount: f64,
}

/// Why a factor changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// Ageing.
    Ageing,
    /// Growth of volume or of revenue.
    Growth,
    /// A measure, by its id.
    Measure(String),
    /// Clients who come from or go to another line, by flow id.
    Flow(String),
    /// Clients who leave altogether.
    Exit,
    /// Clients who come in.
    Intake,
    /// A price index, by its id.
    Index(String),
    /// The line's own price change.
    Change,
    /// The line that a revenue follows, by its id.
    Followed(String),
    /// Contribution of clients: volume or tariff.
    Contribution,
    /// BUIG safety net.
    SafetyNet,
    /// Ended by `until`.
    Ended,
    /// Another figure of the base year, or a change of which the cause was not kept.
    Base,
}

/// As locks and saved runs keep it: `growth`, `index:ova`.
impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ageing => f.write_str("ageing"),
            Self::Growth => f.write_str("growth"),
            Self::Measure(id) => write!(f, "measure:{id}"),
            Self::Flow(id) => write!(f, "flow:{id}"),
            Self::Exit => f.write_str("exit"),
            Self::Intake => f.write_str("intake"),
            Self::Index(id) => write!(f, "index:{id}"),
            Self::Change => f.write_str("change"),
            Self::Followed(id) => write!(f, "followed:{id}"),
            Self::Contribution => f.write_str("contribution"),
            Self::SafetyNet => f.write_str("safety-net"),
            Self::Ended => f.write_str("ended"),
            Self::Base => f.write_str("base"),
        }
    }
}

impl std::str::FromStr for Cause {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Ok(match text.split_once(':') {
            Some(("measure", id)) => Self::Measure(id.to_owned()),
            Some(("flow", id)) => Self::Flow(id.to_owned()),
            Some(("index", id)) => Self::Index(id.to_owned()),
            Some(("followed", id)) => Self::Followed(id.to_owned()),
            Some(_) => return Err(()),
            None => match text {
                "ageing" => Self::Ageing,
                "growth" => Self::Growth,
                "exit" => Self::Exit,
                "intake" => Self::Intake,
                "change" => Self::Change,
                "contribution" => Self::Contribution,
                "safety-net" => Self::SafetyNet,
                "ended" => Self::Ended,
                "base" => Self::Base,
                _ => return Err(()),
            },
        })
    }
}

/// One measure in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct MeasureTerm {
    /// Its id.
    pub id: String,
    /// Amount as planned, in prices of the base year.
    pub planned: f64,
    /// Share realised (1 in the base year).
    pub realisation: f64,
    /// Price index applied (1 unless indexed).
    pub price: f64,
    /// Euros in the amount of the line.
    pub amount: f64,
    /// Structural or incidental.
    pub structural: bool,
}

/// A group of lines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupId {
    /// `domain:ID`
    Domain(String),
    /// `taakveld:CODE`
    Taakveld(String),
    /// `total`
    Total,
    /// `total+outside`
    TotalAndOutside,
}

impl std::fmt::Display for GroupId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Domain(id) => write!(f, "domain:{id}"),
            Self::Taakveld(code) => write!(f, "taakveld:{code}"),
            Self::Total => f.write_str("total"),
            Self::TotalAndOutside => f.write_str("total+outside"),
        }
    }
}

/// One group through the years.
#[derive(Clone, Debug)]
pub struct GroupProjection {
    /// Which group.
    pub id: GroupId,
    /// Its lines and the share of each that belongs to it, ordered by line id.
    pub members: Vec<(LineId, f64)>,
    /// One per year.
    pub years: Vec<GroupYear>,
}

/// One group in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupYear {
    /// The year.
    pub year: Year,
    /// Clients, where the group's lines count them and they may be summed.
    pub clients: Option<f64>,
    /// Cost.
    pub cost: f64,
    /// Revenue.
    pub revenue: f64,
    /// Revenue less cost.
    pub balance: f64,
    /// Balance + withdrawals - additions (only `total` and `total+outside` have these).
    pub result: f64,
    /// Structural revenue less structural cost.
    pub structural_balance: f64,
    /// Withdrawals from reserves.
    pub withdrawals: f64,
    /// Additions to reserves.
    pub additions: f64,
    /// Budget of the cost in the money of this year; none where a line lacks one.
    pub budget_cost: Option<f64>,
    /// Budget of the revenue in the money of this year; none where a line lacks one, 0 without revenue lines.
    pub budget_revenue: Option<f64>,
    /// Cost less its budget, split.
    pub gap: Option<Gap>,
    /// How much worse than the budget, never below 0; none without budgets.
    pub shortfall: Option<f64>,
    /// Ids of the lines that lack a budget.
    pub without_budget: Vec<String>,
}

/// One reserve through the years.
#[derive(Clone, Debug)]
pub struct ReserveProjection {
    /// Name in the file.
    pub id: String,
    /// One per year.
    pub years: Vec<ReserveYear>,
    /// First year in which something stays uncovered.
    pub runs_out: Option<Year>,
}

/// One reserve in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct ReserveYear {
    /// The year.
    pub year: Year,
    /// Euros at the end of the year, never below 0.
    pub balance: f64,
    /// Additions of the year.
    pub additions: f64,
    /// Withdrawals of the year.
    pub withdrawals: f64,
    /// Shortfall covered.
    pub covered: f64,
    /// Shortfall that the balance does not reach; 0 where there is no budget to fall short of.
    pub uncovered: f64,
}
