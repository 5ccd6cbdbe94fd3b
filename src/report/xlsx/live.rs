//! The deterministic projection as formulas: change a cell on the sheet with
//! assumptions and every later year follows.
//!
//! Mirrors the steps of `projection` row by row (index, price, volume,
//! intensity, unit cost, measures, amounts, totals). The value stored with
//! each formula is the engine's own, so that a reader without a calculating
//! program sees the engine's figures. What looks back beyond the base year in
//! a way that a sheet cannot hold stays a value, and the sheet says which.

use std::collections::BTreeMap;

use super::sheet::column_name;
use crate::model::{Ageing, AssumptionId, Income, Line, Model, RevenueLine};
use crate::projection::{self, Projection};

mod formula;
mod value;

/// First row of the assumptions on their sheet, counted from 1.
pub const ASSUMPTIONS_FROM: usize = 5;
/// Column of the base year on the sheet of assumptions, counted from 0.
pub const ASSUMPTIONS_YEAR: usize = 3;
/// First row of the calculation on its sheet, counted from 1.
pub const ROWS_FROM: usize = 5;
/// Column of the base year on the sheet of the calculation, counted from 0.
pub const ROWS_YEAR: usize = 3;
/// Name of the sheet of assumptions.
pub const ASSUMPTIONS: &str = "Uitgangspunten";
/// Name of the sheet with the calculation.
pub const CALCULATION: &str = "Berekening";

/// What a row computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// Percentage of an index before corrections.
    Provisional,
    /// Definitive percentage of an index.
    Definitive,
    /// Percentage of an index as used.
    Index,
    /// Rise of a line's price in a year.
    Rise,
    /// Price relative to the base year.
    Price,
    /// Growth by age from the population.
    Ageing,
    /// Share of the clients that leaves or moves.
    Leaving,
    /// Clients, or volume relative to the base year.
    Volume,
    /// Hours or days per client relative to the base year.
    Intensity,
    /// Euros per unit of volume in base prices.
    UnitCost,
    /// One measure.
    Measure,
    /// All measures of a line.
    Measures,
    /// Revenue without measures.
    Income,
    /// Cost or revenue.
    Amount,
    /// What budgets are multiplied by.
    Factor,
    /// Budget of a line in the money of the year.
    Budget,
    /// Cost of a group.
    GroupCost,
    /// Revenue of a group.
    GroupRevenue,
    /// Balance of a group.
    Balance,
    /// Balance with reserves.
    Result,
}

impl What {
    /// For the reader, and whether it is a percentage (`%`), an amount (`€`) or a number.
    pub fn in_dutch(self) -> (&'static str, char) {
        match self {
            Self::Provisional => ("index, voorlopig", '%'),
            Self::Definitive => ("index, definitief", '%'),
            Self::Index => ("index, zoals gebruikt", '%'),
            Self::Rise => ("prijsstijging", '%'),
            Self::Price => ("prijs (basisjaar = 1)", '1'),
            Self::Ageing => ("vergrijzing uit de bevolking", '%'),
            Self::Leaving => ("deel dat weggaat of overstapt", '%'),
            Self::Volume => ("hoeveelheid", '1'),
            Self::Intensity => ("zwaarte (basisjaar = 1)", '1'),
            Self::UnitCost => ("kosten per eenheid", '€'),
            Self::Measure => ("maatregel", '€'),
            Self::Measures => ("maatregelen samen", '€'),
            Self::Income => ("baten zonder maatregelen", '€'),
            Self::Amount => ("bedrag", '€'),
            Self::Factor => ("begroting naar geld van het jaar", '1'),
            Self::Budget => ("begroting in geld van het jaar", '€'),
            Self::GroupCost => ("lasten", '€'),
            Self::GroupRevenue => ("baten", '€'),
            Self::Balance => ("saldo", '€'),
            Self::Result => ("resultaat", '€'),
        }
    }
}

/// A cell: a value of the engine, and the formula that gives it where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveCell {
    /// Formula in English with commas, without `=`.
    pub formula: Option<String>,
    /// What the engine computed.
    pub value: f64,
}

/// A row of the calculation.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveRow {
    /// What it computes.
    pub what: What,
    /// Of which line, index, measure or group (its position).
    pub of: usize,
    /// Its label.
    pub label: String,
    /// One per year.
    pub cells: Vec<LiveCell>,
}

/// The whole calculation.
pub struct Live<'a> {
    model: &'a Model,
    projection: &'a Projection,
    rows: BTreeMap<(What, usize), usize>,
    order: Vec<(What, usize)>,
    /// Labels of lines that stay values.
    pub fixed: Vec<String>,
}

impl<'a> Live<'a> {
    /// Places every row.
    pub fn new(model: &'a Model, projection: &'a Projection) -> Self {
        let mut live = Self { model, projection, rows: BTreeMap::new(), order: Vec::new(), fixed: Vec::new() };
        for i in 0..model.indices.len() {
            live.place(&[What::Provisional, What::Definitive, What::Index], i);
        }
        for m in (0..model.measures.len()).filter(|m| model.measures[*m].amount.is_some()) {
            live.place(&[What::Measure], m);
        }
        for (l, line) in model.lines.all.iter().enumerate() {
            live.place(&[What::Rise, What::Price], l);
            match line {
                Line::Cost(cost) => {
                    if matches!(cost.ageing, Ageing::Population) {
                        live.place(&[What::Ageing], l);
                    }
                    if live.moves(l) {
                        live.place(&[What::Leaving], l);
                    }
                    live.place(&[What::Volume, What::Intensity, What::UnitCost, What::Measures, What::Amount], l);
                }
                Line::Revenue(revenue) => {
                    if !can_follow(revenue) {
                        live.fixed.push(super::words::clean(&revenue.label));
                    }
                    live.place(&[What::Income, What::Measures, What::Amount], l);
                }
            }
        }
        live.place(&[What::Factor], 0);
        for l in 0..model.lines.all.len() {
            if projection.lines[l].years.iter().any(|y| y.budget.is_some()) {
                live.place(&[What::Budget], l);
            }
        }
        for (g, group) in projection.groups.iter().enumerate() {
            live.place(&[What::GroupCost, What::GroupRevenue, What::Balance], g);
            if group.id == projection::GroupId::Total || group.id == projection::GroupId::TotalAndOutside {
                live.place(&[What::Result], g);
            }
        }
        live
    }

    fn place(&mut self, what: &[What], of: usize) {
        for w in what {
            self.rows.insert((*w, of), self.order.len());
            self.order.push((*w, of));
        }
    }

    fn moves(&self, l: usize) -> bool {
        let exits = self.model.lines.all[l].as_cost().is_some_and(|c| c.exit.is_some());
        exits || self.model.flows.iter().any(|f| f.from.0 == l)
    }

    /// A cell of the calculation as other sheets name it; none where there is no such row.
    pub fn outside(&self, what: What, of: usize, y: usize) -> Option<String> {
        self.rows.contains_key(&(what, of)).then(|| format!("{CALCULATION}!{}", self.at(what, of, y)))
    }

    fn at(&self, what: What, of: usize, y: usize) -> String {
        let row = self.rows.get(&(what, of)).copied().unwrap_or(0);
        format!("{}{}", column_name(ROWS_YEAR + y), ROWS_FROM + row)
    }

    fn given(id: AssumptionId, y: usize) -> String {
        format!("{ASSUMPTIONS}!{}{}", column_name(ASSUMPTIONS_YEAR + y), ASSUMPTIONS_FROM + id.0)
    }

    /// Every row, in order.
    pub fn rows(&self) -> Vec<LiveRow> {
        self.order
            .iter()
            .map(|(what, of)| LiveRow {
                what: *what,
                of: *of,
                label: self.label(*what, *of),
                cells: (0..self.projection.years.len())
                    .map(|y| LiveCell { formula: self.formula(*what, *of, y), value: self.value(*what, *of, y) })
                    .collect(),
            })
            .collect()
    }

    fn label(&self, what: What, of: usize) -> String {
        let words = match what {
            What::Provisional | What::Definitive | What::Index => &self.model.indices[of].label,
            What::Measure => &self.model.measures[of].label,
            What::Factor => "Vergoeding voor lonen en prijzen",
            What::GroupCost | What::GroupRevenue | What::Balance | What::Result => {
                return super::pages::group_label(self.model, &self.projection.groups[of].id);
            }
            _ => self.model.lines.all[of].label(),
        };
        super::words::clean(words)
    }
}

/// Whether the formula of a revenue line needs nothing from before the base year but costs of figures.csv.
fn can_follow(revenue: &RevenueLine) -> bool {
    match &revenue.income {
        Income::SafetyNet(_) => false,
        Income::Follows(f) => f.indexed_by.is_none() || f.lag <= 1,
        Income::Grows { .. } | Income::Contribution(_) => true,
    }
}
