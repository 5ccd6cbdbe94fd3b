//! Which units go together, and why not.

use crate::dutch::Quantity;

/// Why something cannot be done with figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// A short stable name.
    pub code: &'static str,
    /// One sentence in lower case.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Fault {
    /// A fault without advice.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The unit as error messages name it.
pub fn unit_name(unit: Quantity) -> &'static str {
    match unit {
        Quantity::Euro => "euro",
        Quantity::Clients => "clients",
        Quantity::EuroPerClient => "euro per client",
        Quantity::Percent => "percent",
        Quantity::Number => "number",
    }
}

/// What arithmetic is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
}

impl Operation {
    pub(super) fn symbol(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
        }
    }
}

/// Two figures must have one unit.
pub fn same_unit(a: Quantity, b: Quantity, verb: &str) -> Result<(), Fault> {
    if a == b {
        return Ok(());
    }
    Err(Fault::new("unit", format!("cannot {verb} {} and {}: they have different units", unit_name(a), unit_name(b))))
}

/// The unit of a result, or why there is none.
///
/// # Errors
/// Units that do not go together.
pub fn unit_after(operation: Operation, a: Quantity, b: Quantity) -> Result<Quantity, Fault> {
    use Quantity::{Clients, Euro, EuroPerClient, Number, Percent};
    let wrong = |verb: &str| {
        Err(Fault::new(
            "unit",
            format!("cannot {verb} {} and {}: they have different units", unit_name(a), unit_name(b)),
        ))
    };
    match operation {
        Operation::Add if a == b => Ok(a),
        Operation::Subtract if a == b => Ok(a),
        Operation::Add => wrong("add"),
        Operation::Subtract => wrong("subtract"),
        Operation::Multiply => match (a, b) {
            (Number, unit) | (unit, Number | Percent) => Ok(unit),
            (Percent, unit) => Ok(unit),
            (EuroPerClient, Clients) | (Clients, EuroPerClient) => Ok(Euro),
            _ => wrong("multiply"),
        },
        Operation::Divide => match (a, b) {
            _ if a == b => Ok(Number),
            (unit, Number | Percent) => Ok(unit),
            (Euro, Clients) => Ok(EuroPerClient),
            (Euro, EuroPerClient) => Ok(Clients),
            _ => Err(Fault::new("unit", format!("cannot divide {} by {}", unit_name(a), unit_name(b)))),
        },
    }
}
