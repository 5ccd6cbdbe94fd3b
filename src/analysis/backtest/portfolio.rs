//! The figures of many municipalities, and what of them was known when.
//!
//! A [`Portfolio`] holds realised and budgeted cost per line and the residents
//! per year. Nothing forecasts from it directly: every method looks through
//! [`Known`], which does not show a figure that had not been made yet. So "no
//! look-ahead" is a property of the type and not of good intentions.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FigureKind, Model, Quantity};
use crate::units::Year;

/// A municipality of a portfolio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// CBS code, `GM0243`.
    pub code: String,
    /// Name as in the file.
    pub name: String,
}

/// Which figure: cost of a line, or residents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// Cost (lasten) of a line, in the unit of the file.
    Cost,
    /// Residents of the municipality.
    Residents,
}

/// Realised or budgeted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Realisatie.
    Actual,
    /// Primitieve begroting.
    Budget,
}

/// One figure on its way into a portfolio.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// CBS code.
    pub code: String,
    /// Line; ignored for residents.
    pub line: String,
    /// What it counts.
    pub measure: Measure,
    /// Realised or budgeted.
    pub side: Side,
    /// Its year.
    pub year: Year,
    /// In the unit of the file; persons for residents.
    pub value: f64,
}

/// A table of one quantity: by year, then municipality.
#[derive(Clone, Debug, Default)]
struct Table(Vec<Vec<Option<f64>>>);

/// Cost and residents of municipalities. Municipalities are in order of code
/// and lines in order of name, so the order of the file changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Portfolio {
    /// In order of code.
    pub members: Vec<Member>,
    /// Names of the cost lines, in order of name.
    pub lines: Vec<String>,
    /// First year of any figure.
    pub first: Option<Year>,
    /// Last year of any figure, also of a budget.
    pub last: Option<Year>,
    cost: BTreeMap<Side, Vec<Table>>,
    residents: BTreeMap<Side, Table>,
}

impl Portfolio {
    /// From figures and the names of the municipalities by code. Of two
    /// figures for the same cell the last one stays.
    pub fn new(names: &BTreeMap<String, String>, entries: &[Entry]) -> Self {
        let codes: BTreeSet<&str> = entries.iter().map(|e| e.code.as_str()).collect();
        let members: Vec<Member> = codes
            .iter()
            .map(|c| Member { code: (*c).to_owned(), name: names.get(*c).cloned().unwrap_or_else(|| (*c).to_owned()) })
            .collect();
        let lines: BTreeSet<&str> =
            entries.iter().filter(|e| e.measure == Measure::Cost).map(|e| e.line.as_str()).collect();
        let lines: Vec<String> = lines.into_iter().map(str::to_owned).collect();
        let first = entries.iter().map(|e| e.year).min();
        let last = entries.iter().map(|e| e.year).max();
        let years = match (first, last) {
            (Some(a), Some(b)) => usize::try_from(b.0 - a.0 + 1).unwrap_or(0),
            _ => 0,
        };
        let blank = Table(vec![vec![None; members.len()]; years]);
        let sides = [Side::Actual, Side::Budget];
        let mut made = Self {
            members,
            first,
            last,
            cost: sides.iter().map(|s| (*s, vec![blank.clone(); lines.len()])).collect(),
            residents: sides.iter().map(|s| (*s, blank.clone())).collect(),
            lines,
        };
        for entry in entries {
            made.put(entry);
        }
        made
    }

    fn put(&mut self, entry: &Entry) {
        let Ok(member) = self.members.binary_search_by(|m| m.code.as_str().cmp(&entry.code)) else {
            return;
        };
        let Some(year) = self.slot(entry.year) else {
            return;
        };
        let table = match entry.measure {
            Measure::Residents => self.residents.get_mut(&entry.side),
            Measure::Cost => self
                .lines
                .binary_search(&entry.line)
                .ok()
                .and_then(|line| self.cost.get_mut(&entry.side).and_then(|t| t.get_mut(line))),
        };
        if let Some(cell) = table.and_then(|t| t.0.get_mut(year)).and_then(|y| y.get_mut(member)) {
            *cell = Some(entry.value);
        }
    }

    /// One municipality's own figures: its cost lines and their domains stay
    /// apart, and the peers are absent. Amounts in euros.
    pub fn of_model(model: &Model) -> Self {
        let code = model.municipality.code.clone();
        let mut entries = Vec::new();
        for line in model.lines.costs() {
            for (kind, year, figure) in model.figures.of(&line.id, Quantity::Cost) {
                let side = match kind {
                    FigureKind::Actual => Side::Actual,
                    FigureKind::Budget => Side::Budget,
                    FigureKind::Amended | FigureKind::Forecast => continue,
                };
                entries.push(Entry {
                    code: code.clone(),
                    line: line.id.clone(),
                    measure: Measure::Cost,
                    side,
                    year,
                    value: figure.value,
                });
            }
        }
        Self::new(&BTreeMap::from([(code, model.municipality.name.clone())]), &entries)
    }

    fn slot(&self, year: Year) -> Option<usize> {
        self.first.and_then(|f| usize::try_from(year.0 - f.0).ok())
    }

    /// Cost as recorded; none where there is no figure.
    pub fn cost(&self, side: Side, line: usize, year: Year, member: usize) -> Option<f64> {
        *self.cost.get(&side)?.get(line)?.0.get(self.slot(year)?)?.get(member)?
    }

    /// Residents as recorded.
    pub fn residents(&self, side: Side, year: Year, member: usize) -> Option<f64> {
        *self.residents.get(&side)?.0.get(self.slot(year)?)?.get(member)?
    }

    /// All years with figures.
    pub fn years(&self) -> impl DoubleEndedIterator<Item = Year> + Clone {
        let (first, last) = (self.first.unwrap_or(Year(1)), self.last.unwrap_or(Year(0)));
        first.through(last)
    }

    /// What was known once the actuals up to `actual` and the budgets up to
    /// `budget` had been made.
    pub fn known(&self, actual: Year, budget: Year) -> Known<'_> {
        Known { portfolio: self, actual, budget }
    }
}

/// A portfolio as it was known at one moment. Amounts are natural logarithms,
/// since the method multiplies: level and growth are ratios. A cost of zero
/// or less has no logarithm and counts as unknown.
#[derive(Clone, Copy, Debug)]
pub struct Known<'p> {
    portfolio: &'p Portfolio,
    actual: Year,
    budget: Year,
}

fn ln(value: Option<f64>) -> Option<f64> {
    value.filter(|v| v.is_finite() && *v > 0.0).map(libm::log)
}

impl<'p> Known<'p> {
    /// The moment at which year `target` is forecast with actuals known up to
    /// `lag` years before it, and its own budget.
    pub fn before(portfolio: &'p Portfolio, target: Year, lag: i32) -> Self {
        portfolio.known(target.plus(-lag), target)
    }

    /// What had been known before an earlier year; never more than is known
    /// now.
    pub fn earlier(&self, target: Year, lag: i32) -> Self {
        Known { portfolio: self.portfolio, actual: self.actual.min(target.plus(-lag)), budget: self.budget.min(target) }
    }

    /// How many municipalities.
    pub fn members(&self) -> usize {
        self.portfolio.members.len()
    }

    /// How many lines.
    pub fn lines(&self) -> usize {
        self.portfolio.lines.len()
    }

    /// Last year whose actuals are known.
    pub fn last_actual(&self) -> Year {
        self.actual
    }

    /// Years whose actuals are known.
    pub fn actual_years(&self) -> impl DoubleEndedIterator<Item = Year> + Clone {
        let last = self.actual;
        self.portfolio.years().filter(move |y| *y <= last)
    }

    /// Years whose budgets are known.
    pub fn budget_years(&self) -> impl DoubleEndedIterator<Item = Year> + Clone {
        let last = self.budget;
        self.portfolio.years().filter(move |y| *y <= last)
    }

    /// Logarithm of realised cost.
    pub fn actual(&self, line: usize, year: Year, member: usize) -> Option<f64> {
        if year > self.actual {
            return None;
        }
        ln(self.portfolio.cost(Side::Actual, line, year, member))
    }

    /// Logarithm of budgeted cost.
    pub fn budget(&self, line: usize, year: Year, member: usize) -> Option<f64> {
        if year > self.budget {
            return None;
        }
        ln(self.portfolio.cost(Side::Budget, line, year, member))
    }

    /// Logarithm of the residents as the accounts of a year have them, or
    /// else its budget.
    pub fn residents(&self, year: Year, member: usize) -> Option<f64> {
        let counted = if year > self.actual { None } else { ln(self.portfolio.residents(Side::Actual, year, member)) };
        counted.or_else(|| self.budgeted_residents(year, member))
    }

    /// Logarithm of the residents that the budget of a year counts with.
    pub fn budgeted_residents(&self, year: Year, member: usize) -> Option<f64> {
        if year > self.budget {
            return None;
        }
        ln(self.portfolio.residents(Side::Budget, year, member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(side: Side, year: i32, value: f64) -> Entry {
        Entry { code: "GM0001".into(), line: "zorg".into(), measure: Measure::Cost, side, year: Year(year), value }
    }

    #[test]
    fn what_was_not_made_yet_is_not_shown() {
        let portfolio = Portfolio::new(
            &BTreeMap::new(),
            &[
                entry(Side::Actual, 2020, 1.0),
                entry(Side::Actual, 2021, 2.0),
                entry(Side::Budget, 2022, 3.0),
                entry(Side::Budget, 2023, 4.0),
            ],
        );
        let known = Known::before(&portfolio, Year(2022), 2);
        assert_eq!(known.actual(0, Year(2020), 0), Some(0.0));
        assert_eq!(known.actual(0, Year(2021), 0), None);
        assert!(known.budget(0, Year(2022), 0).is_some());
        assert_eq!(known.budget(0, Year(2023), 0), None);
        assert_eq!(known.actual_years().collect::<Vec<_>>(), [Year(2020)]);
    }

    #[test]
    fn a_cost_of_zero_has_no_logarithm_and_counts_as_unknown() {
        let portfolio = Portfolio::new(&BTreeMap::new(), &[entry(Side::Actual, 2020, 0.0)]);
        assert_eq!(portfolio.cost(Side::Actual, 0, Year(2020), 0), Some(0.0));
        assert_eq!(portfolio.known(Year(2020), Year(2020)).actual(0, Year(2020), 0), None);
    }
}
