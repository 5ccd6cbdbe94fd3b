//! What a rule may know: one scenario's outcome, seen through [`Facts`].
//!
//! The engine depends on this trait alone, so a rule runs in the same way on a
//! study, on `given(...)` in a test, and on whatever is computed next. An
//! implementation answers from what it holds; it computes nothing twice, since
//! the engine asks for every figure once per run.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use crate::diagnostic::nearest;
use crate::dutch::Quantity;
use crate::model::{Figure as Kind, FigureAddress, MeasureAmount, MeasureKind, RuleParameter};
use crate::units::Year;

/// A rule sees this many draws at most: the first ones.
pub const MAX_DRAWS: usize = 10_000;

/// The value of a figure in every future, in the figure's unit (euros, persons,
/// euros per client, a fraction, a count).
#[derive(Clone, Debug)]
pub enum Draws {
    /// The same in all of them; also what a run without draws gives.
    Same(f64),
    /// One per draw, in the order of the draws. All figures of one run have the
    /// same number; more than [`MAX_DRAWS`] are cut off.
    Each(Arc<[f64]>),
}

/// Mean and percentiles of a figure over all draws, as the tables print them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Table {
    /// Mean.
    pub mean: f64,
    /// 10th percentile.
    pub p10: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
}

/// A figure of the outcome.
#[derive(Clone, Debug)]
pub struct FigureValue {
    /// With every assumption at its value.
    pub central: f64,
    /// In every draw.
    pub draws: Draws,
    /// What the tables print, so that an unchanged figure reads the same in a
    /// text as in a table; none lets the engine work it out from the draws.
    pub table: Option<Table>,
}

impl FigureValue {
    /// A figure that is the same in every future.
    pub fn certain(value: f64) -> Self {
        Self { central: value, draws: Draws::Same(value), table: None }
    }
}

/// Why there is no figure; fragments that fit after the address and a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No line, domain, taakveld, index, indicator or reserve has this name.
    UnknownName {
        /// What was asked for.
        name: String,
        /// The nearest known name.
        near: Option<String>,
    },
    /// The year lies outside what is known.
    UnknownYear {
        /// The year asked.
        year: Year,
        /// First year known.
        first: Year,
        /// Last year known.
        last: Year,
    },
    /// The name and the year exist, the figure does not: `there is no budget in 2029`.
    NoFigure(String),
    /// The figure rests on one that the municipality did not give. No mistake
    /// of a rule: it does not apply there.
    NotGiven(NotGiven),
}

/// A figure that a municipality did not give, where a projection counts it as 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotGiven {
    /// Cost, revenue or clients.
    pub kind: Kind,
    /// Id of the line.
    pub line: String,
    /// What people call it.
    pub label: String,
    /// Of which year.
    pub year: Year,
}

impl NotGiven {
    /// In Dutch, as a reason: `de lasten van ‘Bijstand’ in 2024 zijn niet opgegeven`.
    pub fn dutch(&self) -> String {
        let what = match self.kind {
            Kind::Revenue => "de baten van",
            Kind::Clients => "het aantal cliënten van",
            _ => "de lasten van",
        };
        let verb = if self.kind == Kind::Clients { "is" } else { "zijn" };
        format!("{what} ‘{}’ in {} {verb} niet opgegeven", self.label, self.year)
    }
}

impl Missing {
    /// A name that is not known, with the nearest of those that are.
    pub fn name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        Self::UnknownName { name: name.to_owned(), near: nearest(name, known).map(str::to_owned) }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownName { name, near: Some(near) } => {
                write!(f, "`{name}` is unknown here; the nearest name is `{near}`")
            }
            Self::UnknownName { name, near: None } => write!(f, "`{name}` is unknown here"),
            Self::UnknownYear { year, first, last } => {
                write!(f, "{year} lies outside {first} to {last}")
            }
            Self::NoFigure(why) => f.write_str(why),
            Self::NotGiven(NotGiven { kind, line, year, .. }) => {
                write!(f, "it rests on the {} of `{line}` in {year}, which is not given", kind.name())
            }
        }
    }
}

/// A list of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Names {
    /// Cost and revenue lines, in file order.
    Lines,
    /// Domains, in file order.
    Domains,
    /// Taakvelden that occur, ascending.
    Taakvelden,
    /// Price indices.
    Indices,
    /// Indicators.
    Indicators,
    /// Reserves.
    Reserves,
}

impl Names {
    /// All of them with the word that rules use.
    pub const ALL: [(&'static str, Self); 6] = [
        ("lines", Self::Lines),
        ("domains", Self::Domains),
        ("taakvelden", Self::Taakvelden),
        ("indices", Self::Indices),
        ("indicators", Self::Indicators),
        ("reserves", Self::Reserves),
    ];
}

/// What a rule needs before it can say anything, as in `requires` and `o.has(...)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Requirement {
    /// A figure: `budget(jeugd)`, `budget(jeugd, 2029)`, `index.ova`, `index(ova)`.
    Figure {
        /// What is asked.
        kind: Kind,
        /// Of which line, domain, taakveld, index, reserve or indicator.
        name: String,
        /// In which year; without one, wherever a rule may ask ([`Facts::has`]).
        year: Option<Year>,
    },
    /// A measure of a kind: `measures(target)`.
    Measures(MeasureKind),
    /// A domain in which something is projected: `domain(opvang)`.
    Domain(String),
    /// More than one draw: `draws`.
    Draws,
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Figure { kind, name, year: Some(year) } => write!(f, "{}({name}, {year})", kind.name()),
            Self::Figure { kind, name, year: None } => write!(f, "{}({name})", kind.name()),
            Self::Measures(kind) => write!(f, "measures({})", kind.name()),
            Self::Domain(id) => write!(f, "domain({id})"),
            Self::Draws => f.write_str("draws"),
        }
    }
}

impl FromStr for Requirement {
    type Err = String;

    /// Reads a requirement; the error is a fragment with what to write.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "draws" {
            return Ok(Self::Draws);
        }
        let figure = |kind, name: &str| Self::Figure { kind, name: name.to_owned(), year: None };
        for (prefix, kind) in [("index.", Kind::Index), ("reserve.", Kind::Reserve), ("indicator.", Kind::Indicator)] {
            if let Some(id) = text.strip_prefix(prefix).filter(|id| !id.is_empty()) {
                return Ok(figure(kind, id));
            }
        }
        let wrong = || {
            format!(
                "`{text}` is no requirement; write it like \"budget(jeugd)\", \"index.ova\" or \"measures(target)\""
            )
        };
        let (head, rest) = text.split_once('(').ok_or_else(wrong)?;
        let inside = rest.strip_suffix(')').ok_or_else(wrong)?.trim();
        match head.trim() {
            "domain" if !inside.is_empty() => return Ok(Self::Domain(inside.to_owned())),
            "measures" => return measure_kind(inside).map(Self::Measures),
            _ => {}
        }
        let Some(kind) = Kind::from_name(head.trim()) else {
            return Err(wrong());
        };
        match inside.split_once(',') {
            Some((name, year)) => {
                let year = year.trim().parse().map_err(|_| wrong())?;
                Ok(Self::Figure { kind, name: name.trim().to_owned(), year: Some(Year(year)) })
            }
            None if inside.is_empty() => Ok(figure(kind, "total")),
            None => Ok(figure(kind, inside)),
        }
    }
}

/// A kind of measure by its name; the error is a fragment that names the kinds.
pub fn measure_kind(name: &str) -> Result<MeasureKind, String> {
    MeasureKind::ALL.into_iter().find(|k| k.name() == name).ok_or_else(|| {
        let known: Vec<&str> = MeasureKind::ALL.iter().map(|k| k.name()).collect();
        format!("`{name}` is no kind of measure; the kinds are {}", known.join(", "))
    })
}

/// One scenario's outcome, as rules see it.
///
/// Amounts are euros, rates fractions. Names are ids of lines, domains,
/// taakvelden (`6.75`) or `total`; `index`, `indicator` and `reserve` take
/// their own ids.
pub trait Facts: Send + Sync {
    /// The last year taken from figures.csv.
    fn base_year(&self) -> Year;
    /// The last projected year.
    fn horizon(&self) -> Year;
    /// The last year in which all cost lines have a budget; the base year where there is none.
    fn last_budget_year(&self) -> Year;
    /// How many draws were made; 0 for the deterministic projection alone.
    fn draws(&self) -> usize;

    /// A figure by its address.
    ///
    /// # Errors
    /// Why there is none: unknown name, unknown year, or no such figure there.
    fn figure(&self, address: &FigureAddress) -> Result<FigureValue, Missing>;

    /// The signed sum of all measures of a kind in a year (savings are negative); 0 where there are none.
    ///
    /// # Errors
    /// [`Missing::UnknownYear`] outside `b..=h`.
    fn measures(&self, kind: MeasureKind, amount: MeasureAmount, year: Year) -> Result<FigureValue, Missing>;

    /// The names there are, in the order of the file.
    fn names(&self, which: Names) -> Vec<String>;

    /// The ids of the cost lines of a domain, taakveld, line or `total`, in file order.
    ///
    /// # Errors
    /// [`Missing::UnknownName`].
    fn lines_of(&self, name: &str) -> Result<Vec<String>, Missing>;

    /// What people call a line, domain, taakveld, index, indicator or reserve.
    fn label(&self, name: &str) -> Option<String>;

    /// What moved the cost of a line, domain or `total` most between the base
    /// year and this one, in Dutch words that fit after "Dat komt vooral door".
    ///
    /// # Errors
    /// As [`Facts::figure`].
    fn largest_driver(&self, name: &str, year: Year) -> Result<String, Missing>;

    /// What raises the cost of a line, domain or `total` most above its budget
    /// in this year, in Dutch words that fit after "Dat komt vooral door"; empty
    /// where the projection does not exceed the budget.
    ///
    /// # Errors
    /// As [`Facts::figure`].
    fn largest_excess(&self, name: &str, year: Year) -> Result<String, Missing>;

    /// What this scenario sets a rule's parameter to, as written; none leaves the rule's own value.
    fn parameter(&self, rule: &str, name: &str) -> Option<RuleParameter>;

    /// Where a figure comes from, in one line, for the evidence list.
    fn source(&self, _address: &FigureAddress) -> Option<String> {
        None
    }

    /// Where the measures of a kind come from, likewise.
    fn measure_source(&self, _kind: MeasureKind) -> Option<String> {
        None
    }

    /// Whether a requirement is met.
    ///
    /// Without a year: a budget is there in the last budget year, an actual or
    /// an indicator in any year, every other figure in all projected years.
    fn has(&self, requirement: &Requirement) -> bool {
        let figure = |kind: Kind, name: &str, year: Year| {
            self.figure(&FigureAddress { figure: kind, name: name.to_owned(), year }).is_ok()
        };
        match requirement {
            Requirement::Figure { kind, name, year: Some(year) } => figure(*kind, name, *year),
            Requirement::Figure { kind, name, year: None } => match kind {
                Kind::Budget | Kind::BudgetRevenue => figure(*kind, name, self.last_budget_year()),
                Kind::Actual | Kind::Indicator => {
                    Year(self.base_year().0.saturating_sub(20)).through(self.horizon()).any(|y| figure(*kind, name, y))
                }
                _ => self.base_year().plus(1).through(self.horizon()).all(|y| figure(*kind, name, y)),
            },
            Requirement::Measures(kind) => self
                .base_year()
                .through(self.horizon())
                .any(|y| self.measures(*kind, MeasureAmount::Planned, y).is_ok_and(|v| v.central != 0.0)),
            Requirement::Domain(id) => self.names(Names::Domains).iter().any(|d| d == id),
            Requirement::Draws => self.draws() > 1,
        }
    }
}

/// The unit in which a figure of this kind is given.
pub fn unit_of(kind: Kind) -> Quantity {
    match kind {
        Kind::Clients => Quantity::Clients,
        Kind::Price => Quantity::EuroPerClient,
        Kind::Index | Kind::Growth => Quantity::Percent,
        Kind::Indicator => Quantity::Number,
        Kind::Cost
        | Kind::Revenue
        | Kind::Budget
        | Kind::BudgetRevenue
        | Kind::Actual
        | Kind::Balance
        | Kind::Result
        | Kind::Shortfall
        | Kind::Reserve => Quantity::Euro,
    }
}

/// Whether a figure of this kind is computed by the projection, so that a risk
/// of that size is in the shortfall already.
pub fn is_projected(kind: Kind) -> bool {
    !matches!(kind, Kind::Budget | Kind::BudgetRevenue | Kind::Actual | Kind::Indicator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_read_and_write_the_same() {
        for (text, written) in [
            ("budget(jeugd)", "budget(jeugd)"),
            ("budget(jeugd, 2029)", "budget(jeugd, 2029)"),
            ("index.ova", "index(ova)"),
            ("measures(target)", "measures(target)"),
            ("domain(opvang)", "domain(opvang)"),
            ("result()", "result(total)"),
            ("draws", "draws"),
        ] {
            assert_eq!(text.parse::<Requirement>().expect("well formed").to_string(), written);
        }
        assert!("jeugd".parse::<Requirement>().is_err());
        assert!("measures(cuts)".parse::<Requirement>().expect_err("no such kind").contains("new-policy"));
    }
}
