//! Expressions of figures and conditions on them:
//! `cost(jeugd, 2029) - budget(jeugd, 2029)`, `p90(cost(total, 2029))`,
//! `chance(result(2029) < 0) <= 10%`.
//!
//! The one grammar of questions: explain, solve and sensitivity all read it
//! here. Only the words are read; what a figure is worth is asked elsewhere,
//! so an expression can be put to a projection and to draws alike.

use std::fmt;

use super::{Figure, FigureAddress};
use crate::dutch::Quantity;
use crate::units::Year;

mod call;
mod read;

pub use call::{Call, NAMED, Named};

/// An expression of figures.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    /// A number with its unit; none where it is bare (`0`, `1000000`).
    Number(f64, Option<Quantity>),
    /// One figure.
    Figure(FigureAddress),
    /// The opposite of something.
    Minus(Box<Expression>),
    /// Two joined by an operator.
    Joined(Box<Expression>, Operator, Box<Expression>),
    /// The chance that a condition holds.
    Chance(Box<Condition>),
    /// What the draws say of something.
    Over(Statistic, Box<Expression>),
    /// Something in those draws alone in which a condition holds; by itself their mean.
    Given(Box<Expression>, Box<Condition>),
    /// Something in another scenario of the municipality, by its id.
    In(String, Box<Expression>),
    /// A figure by a name of its own.
    Call(Call),
    /// An assumption in a year; without one the value that it has in all of them.
    Assumption(String, Option<Year>),
    /// The greatest or least of two, or the size of one.
    Of(Function, Vec<Expression>),
}

/// A function of expressions, worked out draw by draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// `max(a, b)`
    Greatest,
    /// `min(a, b)`
    Least,
    /// `abs(a)`
    Size,
}

impl Function {
    /// As written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Greatest => "max",
            Self::Least => "min",
            Self::Size => "abs",
        }
    }

    /// The function applied; of nothing it is 0.
    pub fn of(self, values: &[f64]) -> f64 {
        match (self, values) {
            (Self::Greatest, [a, b, ..]) => a.max(*b),
            (Self::Least, [a, b, ..]) => a.min(*b),
            (Self::Size, [a, ..]) => a.abs(),
            (_, some) => some.first().copied().unwrap_or(0.0),
        }
    }
}

/// How two expressions are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    By,
}

/// What is asked of the draws of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statistic {
    /// Mean.
    Mean,
    /// Standard deviation.
    Sd,
    /// Percentile, 1..=99: `p90`.
    Percentile(u8),
}

/// How two sides of a condition are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `=`
    Equal,
}

/// Two expressions compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// What stands left.
    pub left: Expression,
    /// How they are compared.
    pub comparison: Comparison,
    /// What stands right.
    pub right: Expression,
}

/// Why a text is no expression, and where; the message fits into a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    /// What is wrong.
    pub message: String,
    /// Where, in characters from 0.
    pub at: usize,
    /// How many characters.
    pub length: usize,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ExpressionError {}

impl Comparison {
    /// Whether it holds. Equal means equal to the last bit: whoever searches
    /// for equality searches for a difference of 0.
    pub fn holds(self, left: f64, right: f64) -> bool {
        match self {
            Self::Below => left < right,
            Self::AtMost => left <= right,
            Self::Above => left > right,
            Self::AtLeast => left >= right,
            #[allow(clippy::float_cmp, reason = "what `=` says")]
            Self::Equal => left == right,
        }
    }

    /// The same with its sides exchanged.
    #[must_use]
    pub fn turned(self) -> Self {
        match self {
            Self::Below => Self::Above,
            Self::AtMost => Self::AtLeast,
            Self::Above => Self::Below,
            Self::AtLeast => Self::AtMost,
            Self::Equal => Self::Equal,
        }
    }

    fn sign(self) -> &'static str {
        match self {
            Self::Below => "<",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
        }
    }
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::By => "/",
        }
    }

    fn binds_tighter(self) -> bool {
        matches!(self, Self::Times | Self::By)
    }

    /// The operator applied.
    pub fn of(self, left: f64, right: f64) -> f64 {
        match self {
            Self::Plus => left + right,
            Self::Minus => left - right,
            Self::Times => left * right,
            Self::By => left / right,
        }
    }
}

impl Figure {
    /// The unit in which it is given.
    pub fn unit(self) -> Quantity {
        match self {
            Self::Clients => Quantity::Clients,
            Self::Price => Quantity::EuroPerClient,
            Self::Index | Self::Growth => Quantity::Percent,
            Self::Indicator => Quantity::Number,
            _ => Quantity::Euro,
        }
    }
}

impl Expression {
    /// Whether it asks for draws.
    pub fn needs_draws(&self) -> bool {
        match self {
            Self::Number(..) | Self::Figure(_) | Self::Call(_) | Self::Assumption(..) => false,
            Self::Minus(x) | Self::In(_, x) => x.needs_draws(),
            Self::Joined(a, _, b) => a.needs_draws() || b.needs_draws(),
            Self::Of(_, of) => of.iter().any(Self::needs_draws),
            Self::Chance(_) | Self::Over(..) | Self::Given(..) => true,
        }
    }

    /// Whether one model tells it: no other scenario, no register, no rule.
    pub fn is_of_one_model(&self) -> bool {
        self.all_calls(&Call::is_of_one_model)
    }

    /// Whether all names of its own meet something, and no other scenario is asked.
    fn all_calls(&self, meet: &dyn Fn(&Call) -> bool) -> bool {
        match self {
            Self::Number(..) | Self::Figure(_) | Self::Assumption(..) => true,
            Self::Minus(x) | Self::Over(_, x) => x.all_calls(meet),
            Self::Joined(a, _, b) => a.all_calls(meet) && b.all_calls(meet),
            Self::Of(_, of) => of.iter().all(|x| x.all_calls(meet)),
            Self::Chance(c) => c.left.all_calls(meet) && c.right.all_calls(meet),
            Self::Given(x, c) => x.all_calls(meet) && c.left.all_calls(meet) && c.right.all_calls(meet),
            Self::Call(call) => meet(call),
            Self::In(..) => false,
        }
    }

    /// Whether its unit is known only where it stands: of an assumption, of a parameter of a rule.
    fn is_open(&self) -> bool {
        match self {
            Self::Assumption(..) => true,
            Self::Call(call) => call.unit().is_none(),
            Self::Minus(x) | Self::Over(_, x) | Self::Given(x, _) | Self::In(_, x) => x.is_open(),
            Self::Joined(a, Operator::Times | Operator::By, b) => a.is_open() || b.is_open(),
            Self::Joined(a, _, b) => a.is_open() && b.is_open(),
            Self::Of(_, of) => of.iter().all(Self::is_open),
            Self::Number(..) | Self::Figure(_) | Self::Chance(_) => false,
        }
    }

    /// Whether it is the same in every draw.
    fn is_certain(&self) -> bool {
        match self {
            Self::Number(..) | Self::Chance(_) | Self::Over(..) | Self::Given(..) => true,
            Self::Minus(x) => x.is_certain(),
            Self::Joined(a, _, b) => a.is_certain() && b.is_certain(),
            Self::Of(_, of) => of.iter().all(Self::is_certain),
            Self::Figure(_) | Self::In(..) | Self::Call(_) | Self::Assumption(..) => false,
        }
    }

    /// Every figure in it, in the order of reading.
    pub fn figures(&self) -> Vec<&FigureAddress> {
        match self {
            Self::Number(..) | Self::Call(_) | Self::Assumption(..) => Vec::new(),
            Self::Figure(address) => vec![address],
            Self::Minus(x) | Self::Over(_, x) | Self::In(_, x) => x.figures(),
            Self::Joined(a, _, b) => [a.figures(), b.figures()].concat(),
            Self::Of(_, of) => of.iter().flat_map(Self::figures).collect(),
            Self::Given(x, c) => [x.figures(), c.left.figures(), c.right.figures()].concat(),
            Self::Chance(c) => [c.left.figures(), c.right.figures()].concat(),
        }
    }

    /// Its unit; none for a bare number.
    ///
    /// # Errors
    /// When units that do not belong together are added: a fragment that fits into a sentence.
    pub fn unit(&self) -> Result<Option<Quantity>, String> {
        match self {
            Self::Number(_, unit) => Ok(*unit),
            Self::Figure(address) => Ok(Some(address.figure.unit())),
            Self::Minus(x) | Self::Over(_, x) | Self::In(_, x) => x.unit(),
            Self::Call(call) => Ok(call.unit()),
            Self::Assumption(..) => Ok(None),
            Self::Of(_, of) => {
                let mut unit = None;
                for x in of {
                    unit = alike(unit, x.unit()?, "compared with")?;
                }
                Ok(unit)
            }
            Self::Given(x, c) => {
                c.check_units()?;
                x.unit()
            }
            Self::Chance(c) => {
                c.check_units()?;
                Ok(Some(Quantity::Percent))
            }
            Self::Joined(a, operator, b) => {
                let (x, y) = (a.unit()?, b.unit()?);
                match operator {
                    Operator::Plus | Operator::Minus => alike(x, y, "added to"),
                    // What nothing says of a part nothing says of the whole.
                    Operator::Times | Operator::By if a.is_open() || b.is_open() => Ok(None),
                    Operator::Times => Ok(times(x, y)),
                    Operator::By => Ok(by(x, y)),
                }
            }
        }
    }

    /// The value, each part asked for: `figure` for a figure, `draws` for what
    /// only draws can tell ([`Expression::Chance`] and its like) and for what
    /// stands outside the projection.
    ///
    /// # Errors
    /// The first that a part gives.
    pub fn value<E>(
        &self,
        figure: &mut dyn FnMut(&FigureAddress) -> Result<f64, E>,
        draws: &mut dyn FnMut(&Expression) -> Result<f64, E>,
    ) -> Result<f64, E> {
        match self {
            Self::Number(x, _) => Ok(*x),
            Self::Figure(address) => figure(address),
            Self::Minus(x) => Ok(-x.value(figure, draws)?),
            Self::Joined(a, operator, b) => {
                let left = a.value(figure, draws)?;
                Ok(operator.of(left, b.value(figure, draws)?))
            }
            Self::Of(function, of) => {
                let mut values = Vec::with_capacity(of.len());
                for x in of {
                    values.push(x.value(figure, draws)?);
                }
                Ok(function.of(&values))
            }
            Self::Chance(_)
            | Self::Over(..)
            | Self::Given(..)
            | Self::In(..)
            | Self::Call(_)
            | Self::Assumption(..) => draws(self),
        }
    }
}

impl Condition {
    /// Whether it asks for draws.
    pub fn needs_draws(&self) -> bool {
        self.left.needs_draws() || self.right.needs_draws()
    }

    fn check_units(&self) -> Result<(), String> {
        alike(self.left.unit()?, self.right.unit()?, "compared with").map(|_| ())
    }

    /// How far it is from the border, as an expression: what is compared less
    /// what it is compared with.
    pub fn difference(&self) -> Expression {
        Expression::Joined(Box::new(self.left.clone()), Operator::Minus, Box::new(self.right.clone()))
    }
}

fn called(unit: Quantity) -> &'static str {
    match unit {
        Quantity::Euro => "euros",
        Quantity::Clients => "clients",
        Quantity::EuroPerClient => "euros per client",
        Quantity::Percent => "a percentage",
        Quantity::Number => "a count",
    }
}

/// The unit of two things that are added or compared; a bare number takes that of the other.
fn alike(a: Option<Quantity>, b: Option<Quantity>, how: &str) -> Result<Option<Quantity>, String> {
    match (a, b) {
        // A quotient of two counts, and a percentage: `a / b - 100%`.
        (Some(Quantity::Number), Some(Quantity::Percent)) | (Some(Quantity::Percent), Some(Quantity::Number)) => {
            Ok(Some(Quantity::Percent))
        }
        (Some(a), Some(b)) if a != b => Err(format!("{} cannot be {how} {}", called(a), called(b))),
        (a, b) => Ok(a.or(b)),
    }
}

fn times(a: Option<Quantity>, b: Option<Quantity>) -> Option<Quantity> {
    use Quantity::{Clients, Euro, EuroPerClient, Number, Percent};
    match (a, b) {
        (None | Some(Percent), other) | (other, None | Some(Percent)) => other,
        (Some(EuroPerClient), Some(Clients)) | (Some(Clients), Some(EuroPerClient)) => Some(Euro),
        _ => Some(Number),
    }
}

fn by(a: Option<Quantity>, b: Option<Quantity>) -> Option<Quantity> {
    use Quantity::{Clients, Euro, EuroPerClient, Number};
    match (a, b) {
        (a, None) => a,
        (Some(x), Some(y)) if x == y => Some(Number),
        (Some(Euro), Some(Clients)) => Some(EuroPerClient),
        (Some(Euro), Some(EuroPerClient)) => Some(Clients),
        (a, Some(Quantity::Percent)) => a,
        _ => Some(Number),
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(x, Some(Quantity::Percent)) => write!(f, "{}%", plain(x * 100.0)),
            Self::Number(x, _) => f.write_str(&plain(*x)),
            Self::Figure(address) => address.fmt(f),
            Self::Minus(x) => match **x {
                Self::Joined(..) => write!(f, "-({x})"),
                _ => write!(f, "-{x}"),
            },
            Self::Joined(a, operator, b) => {
                let loose = |x: &Self| matches!(x, Self::Joined(_, o, _) if !o.binds_tighter());
                let bracket_left = operator.binds_tighter() && loose(a);
                let bracket_right = match operator {
                    Operator::Plus => matches!(**b, Self::Minus(_)),
                    Operator::Minus => loose(b) || matches!(**b, Self::Minus(_)),
                    Operator::Times | Operator::By => matches!(**b, Self::Joined(..) | Self::Minus(_)),
                };
                let side = |x: &Self, bracket: bool| if bracket { format!("({x})") } else { x.to_string() };
                write!(f, "{} {} {}", side(a, bracket_left), operator.sign(), side(b, bracket_right))
            }
            Self::Chance(c) => write!(f, "chance({c})"),
            Self::Over(Statistic::Mean, x) => write!(f, "mean({x})"),
            Self::Over(Statistic::Sd, x) => write!(f, "sd({x})"),
            Self::Over(Statistic::Percentile(p), x) => write!(f, "p{p}({x})"),
            Self::Given(x, c) => write!(f, "given({x} | {c})"),
            Self::In(id, x) => write!(f, "in({id}, {x})"),
            Self::Call(call) => call.fmt(f),
            Self::Assumption(address, None) => f.write_str(address),
            Self::Assumption(address, Some(year)) => write!(f, "{address}[{year}]"),
            Self::Of(function, of) => {
                let of: Vec<String> = of.iter().map(ToString::to_string).collect();
                write!(f, "{}({})", function.name(), of.join(", "))
            }
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.left, self.comparison.sign(), self.right)
    }
}

/// A number without what binary fractions add to it.
fn plain(x: f64) -> String {
    let rounded = libm::round(x * 1e9) / 1e9;
    format!("{}", if rounded == 0.0 && x != 0.0 { x } else { rounded })
}
