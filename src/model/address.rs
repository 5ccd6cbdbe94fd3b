//! Addresses of figures: `cost(jeugd, 2029)`.
//!
//! One small grammar serves rules, tests of rules, explain, solve and
//! sensitivity, so that a figure has one name everywhere.

use std::fmt;

use crate::units::Year;

/// What is asked of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Lasten of a line, domain, taakveld or total, euros.
    Cost,
    /// Baten, euros.
    Revenue,
    /// Budget of the cost in the money of that year, euros.
    Budget,
    /// Budget of the revenue in the money of that year, euros.
    BudgetRevenue,
    /// Realised cost or revenue from figures.csv, euros.
    Actual,
    /// Clients of a line, or of a group whose clients may be summed.
    Clients,
    /// Euros per client of a line.
    Price,
    /// Revenue less cost, euros.
    Balance,
    /// Balance with reserve movements, euros.
    Result,
    /// How much worse than the budget, euros, never below 0.
    Shortfall,
    /// Percentage of an index.
    Index,
    /// Growth of a line's volume as a percentage.
    Growth,
    /// Balance of a reserve, euros.
    Reserve,
    /// Count of an indicator.
    Indicator,
}

/// Names as written in addresses.
const NAMES: [(&str, Figure); 14] = [
    ("cost", Figure::Cost),
    ("revenue", Figure::Revenue),
    ("budget", Figure::Budget),
    ("budget_revenue", Figure::BudgetRevenue),
    ("actual", Figure::Actual),
    ("clients", Figure::Clients),
    ("price", Figure::Price),
    ("balance", Figure::Balance),
    ("result", Figure::Result),
    ("shortfall", Figure::Shortfall),
    ("index", Figure::Index),
    ("growth", Figure::Growth),
    ("reserve", Figure::Reserve),
    ("indicator", Figure::Indicator),
];

impl Figure {
    /// As written in addresses.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(_, f)| *f == self).map_or("", |(n, _)| n)
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, f)| *f)
    }

    /// All names, for messages.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(n, _)| *n)
    }
}

/// The address of one figure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FigureAddress {
    /// What is asked.
    pub figure: Figure,
    /// Of which line, domain, taakveld, index, reserve or indicator; `total` where left out.
    pub name: String,
    /// Of which year.
    pub year: Year,
}

impl fmt::Display for FigureAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({}, {})", self.figure.name(), self.name, self.year)
    }
}

/// Why a text is no address; a fragment that fits into a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressError(pub String);

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AddressError {}

impl std::str::FromStr for FigureAddress {
    type Err = AddressError;

    /// Reads `cost(jeugd, 2029)`; `result(2028)` is short for `result(total, 2028)`.
    fn from_str(text: &str) -> Result<Self, AddressError> {
        let wrong = |why: String| AddressError(why);
        let text = text.trim();
        let (name, rest) = text
            .split_once('(')
            .ok_or_else(|| wrong(format!("`{text}` is no address of a figure; write it like cost(jeugd, 2029)")))?;
        let inside =
            rest.trim_end().strip_suffix(')').ok_or_else(|| wrong(format!("`{text}` lacks its closing bracket")))?;
        let name = name.trim();
        let figure = Figure::from_name(name).ok_or_else(|| {
            let near = crate::diagnostic::nearest(name, Figure::names());
            wrong(match near {
                Some(near) => format!("`{name}` is no figure; did you mean `{near}`?"),
                None => format!("`{name}` is no figure; known are {}", Figure::names().collect::<Vec<_>>().join(", ")),
            })
        })?;
        let (of, year) = match inside.split_once(',') {
            Some((of, year)) => (of.trim().trim_matches('"').to_owned(), year.trim()),
            None => ("total".to_owned(), inside.trim()),
        };
        let year: i32 = year
            .parse()
            .map_err(|_| wrong(format!("`{year}` in `{text}` is no year; write it like cost(jeugd, 2029)")))?;
        if of.is_empty() {
            return Err(wrong(format!("`{text}` names no line, domain or taakveld")));
        }
        Ok(Self { figure, name: of, year: Year(year) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_reads_and_writes_the_same() {
        let a: FigureAddress = "cost( jeugd ,2029 )".parse().expect("well formed");
        assert_eq!(a.to_string(), "cost(jeugd, 2029)");
        let t: FigureAddress = "result(2028)".parse().expect("well formed");
        assert_eq!(t.to_string(), "result(total, 2028)");
        let code: FigureAddress = "cost(6.75, 2029)".parse().expect("well formed");
        assert_eq!(code.name, "6.75");
    }

    #[test]
    fn a_misspelt_figure_names_its_neighbour() {
        let e = "costs(jeugd, 2029)".parse::<FigureAddress>().expect_err("no such figure");
        assert!(e.0.contains("did you mean `cost`"), "{e}");
    }
}
