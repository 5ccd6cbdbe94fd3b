//! Realised and budgeted figures, as recorded.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::units::Year;

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantity {
    /// Lasten, euros.
    Cost,
    /// Baten, euros.
    Revenue,
    /// Clients of a cost line.
    Clients,
    /// Storting in a reserve, euros.
    Addition,
    /// Onttrekking from a reserve, euros.
    Withdrawal,
    /// Count of an indicator.
    Count,
    /// What a measure has come to, euros, signed as the measure.
    Measure,
}

/// What sort of figure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FigureKind {
    /// Realisatie.
    Actual,
    /// Primitieve begroting.
    Budget,
    /// Begroting na wijziging.
    Amended,
    /// Prognose.
    Forecast,
}

impl FigureKind {
    /// As written in files and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Actual => "actual",
            Self::Budget => "budget",
            Self::Amended => "amended",
            Self::Forecast => "forecast",
        }
    }
}

impl Quantity {
    /// As written in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cost => "cost",
            Self::Revenue => "revenue",
            Self::Clients => "clients",
            Self::Addition => "addition",
            Self::Withdrawal => "withdrawal",
            Self::Count => "count",
            Self::Measure => "measure",
        }
    }

    /// Whether `amount_unit` scales it.
    pub fn is_money(self) -> bool {
        !matches!(self, Self::Clients | Self::Count)
    }
}

/// One figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Euros (`amount_unit` applied), clients or counts.
    pub value: f64,
    /// Where the municipality has it from.
    pub source: Option<String>,
    /// Its cell.
    pub place: Place,
}

/// All figures, by line, quantity, kind and year.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    by_key: BTreeMap<(String, Quantity, FigureKind, Year), Recorded>,
}

impl Figures {
    /// Records a figure; gives back the one that already stood there, if any.
    pub fn insert(
        &mut self,
        line: &str,
        quantity: Quantity,
        kind: FigureKind,
        year: Year,
        figure: Recorded,
    ) -> Option<Recorded> {
        self.by_key.insert((line.to_owned(), quantity, kind, year), figure)
    }

    /// A figure with its source.
    pub fn get(&self, line: &str, quantity: Quantity, kind: FigureKind, year: Year) -> Option<&Recorded> {
        self.by_key.get(&(line.to_owned(), quantity, kind, year))
    }

    /// Its value.
    pub fn value(&self, line: &str, quantity: Quantity, kind: FigureKind, year: Year) -> Option<f64> {
        self.get(line, quantity, kind, year).map(|r| r.value)
    }

    /// All figures, ordered by line, quantity, kind, year.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Quantity, FigureKind, Year, &Recorded)> {
        self.by_key.iter().map(|((l, q, k, y), r)| (l.as_str(), *q, *k, *y, r))
    }

    /// The figures of one line and quantity, ordered by kind and year.
    pub fn of<'a>(
        &'a self,
        line: &'a str,
        quantity: Quantity,
    ) -> impl Iterator<Item = (FigureKind, Year, &'a Recorded)> + 'a {
        self.by_key
            .iter()
            .filter(move |((l, q, _, _), _)| l == line && *q == quantity)
            .map(|((_, _, k, y), r)| (*k, *y, r))
    }
}
