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
use crate::model::{
    Ageing, AssumptionId, CarryOver, Contribution, CostLine, Follows, Income, IndexSource, Line, LineId, Model, Payer,
    Prices, RevenueLine, Rounding, UnitCost,
};
use crate::projection::{self, Cause, LineYear, Projection};

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

    fn year(&self, l: usize, y: usize) -> &LineYear {
        &self.projection.lines[l].years[y]
    }

    /// What the engine computed.
    fn value(&self, what: What, of: usize, y: usize) -> f64 {
        let group = || &self.projection.groups[of].years[y];
        match what {
            What::Provisional => self.percentages(of, y).0,
            What::Definitive => self.percentages(of, y).1,
            What::Index => self.projection.index_rates[of][y],
            What::Rise if y == 0 => 0.0,
            What::Rise => self.rise(of, y),
            What::Price => self.year(of, y).terms.price,
            What::Ageing => self.ageing(of, y),
            What::Leaving => self.leaving(of).iter().map(|a| self.model.assumption(*a).values[y]).sum(),
            What::Volume => self.year(of, y).terms.volume,
            What::Intensity => self.year(of, y).terms.intensity,
            What::UnitCost => self.year(of, y).terms.unit_cost,
            What::Measure => {
                let m = &self.model.measures[of];
                self.year(m.line.0, y).terms.measures.iter().find(|t| t.id == m.id).map_or(0.0, |t| t.amount)
            }
            What::Measures => self.year(of, y).measures,
            What::Income => crate::study::derive::less(self.year(of, y).amount, self.year(of, y).measures),
            What::Amount => self.year(of, y).amount,
            What::Factor => self.factor_value(y),
            What::Budget => self.year(of, y).budget_now.unwrap_or(0.0),
            What::GroupCost => group().cost,
            What::GroupRevenue => group().revenue,
            What::Balance => group().balance,
            What::Result => group().result,
        }
    }

    /// Provisional and definitive percentage of an index.
    fn percentages(&self, i: usize, y: usize) -> (f64, f64) {
        match &self.model.indices[i].source {
            IndexSource::Rate { rate, ledger } => {
                let x = self.model.assumption(*rate).values[y];
                let year = self.projection.years[y];
                match (y, ledger.get(&year)) {
                    (0, Some(l)) => (l.provisional, l.definitive),
                    (_, Some(l)) => (x, l.definitive + (x - l.provisional)),
                    _ => (x, x),
                }
            }
            IndexSource::Mix(parts) => parts.iter().fold((0.0, 0.0), |(p, d), (part, weight)| {
                let (p1, d1) = self.percentages(part.0, y);
                (p + weight * p1, d + weight * d1)
            }),
        }
    }

    /// Whether an index has percentages of the base year to correct from.
    fn knows_base(&self, i: usize) -> bool {
        match &self.model.indices[i].source {
            IndexSource::Rate { ledger, .. } => ledger.is_empty() || ledger.contains_key(&self.model.base_year()),
            IndexSource::Mix(parts) => parts.iter().all(|(part, _)| self.knows_base(part.0)),
        }
    }

    fn rise(&self, l: usize, y: usize) -> f64 {
        let (terms, _) = self.price_terms(l);
        let rates = terms.index.iter().map(|(i, w)| w * self.projection.index_rates[i.0][y]).sum::<f64>();
        rates + terms.change.map_or(0.0, |c| self.model.assumption(c).values[y])
    }

    fn price_terms(&self, l: usize) -> (&crate::model::PriceTerms, bool) {
        match &self.model.lines.all[l] {
            Line::Cost(c) => (&c.price, true),
            Line::Revenue(r) => (&r.price, false),
        }
    }

    fn ageing(&self, l: usize, y: usize) -> f64 {
        if y == 0 {
            return 0.0;
        }
        let parts = &self.year(l, y).terms.volume_parts;
        let moved: f64 =
            parts.iter().filter(|p| matches!(p.cause, Cause::Flow(_) | Cause::Exit)).map(|p| p.amount).sum();
        let carried = self.year(l, y - 1).terms.volume + moved;
        let aged: f64 = parts.iter().filter(|p| p.cause == Cause::Ageing).map(|p| p.amount).sum();
        if carried == 0.0 { 0.0 } else { aged / carried }
    }

    fn leaving(&self, l: usize) -> Vec<AssumptionId> {
        let exit = self.model.lines.all[l].as_cost().and_then(|c| c.exit);
        exit.into_iter().chain(self.model.flows.iter().filter(|f| f.from.0 == l).map(|f| f.share)).collect()
    }

    fn factor_value(&self, y: usize) -> f64 {
        let Prices::Constant(price_year) = self.model.budget.prices else { return 1.0 };
        let Some(c) = self.model.budget.compensation else { return 1.0 };
        let values = &self.model.assumption(c).values;
        let first = if price_year < self.model.base_year() { 1.0 + values[0] } else { 1.0 };
        (1..=y).filter(|s| self.projection.years[*s] > price_year).fold(first, |f, s| f * (1.0 + values[s]))
    }

    /// The formula of a cell; none where it is a figure that goes in.
    fn formula(&self, what: What, of: usize, y: usize) -> Option<String> {
        match what {
            What::Provisional if y > 0 => Some(self.provisional(of, y)),
            What::Definitive if y > 0 => Some(self.definitive(of, y)),
            What::Index if y > 0 => Some(self.index(of, y)),
            What::Provisional | What::Definitive | What::Index | What::Ageing => None,
            What::Rise if y > 0 => Some(self.rise_formula(of, y)),
            What::Rise => None,
            What::Price if y > 0 => {
                Some(format!("{}*(1+{})", self.at(What::Price, of, y - 1), self.at(What::Rise, of, y)))
            }
            What::Price => None,
            What::Leaving => (y > 0).then(|| sum(self.leaving(of).into_iter().map(|a| Self::given(a, y)))),
            What::Volume => (y > 0).then(|| self.volume(of, y)),
            What::Intensity => self.intensity(of, y),
            What::UnitCost => self.unit_cost(of),
            What::Measure => self.measure(of, y),
            What::Measures => Some(self.measures(of, y)),
            What::Income => self.income(of, y),
            What::Amount => self.amount(of, y),
            What::Factor => self.factor(y),
            What::Budget => {
                let budget = self.year(of, y).budget?;
                self.year(of, y).budget_now?;
                Some(format!("{}*{}", number(budget), self.at(What::Factor, 0, y)))
            }
            What::GroupCost | What::GroupRevenue => Some(self.group(what == What::GroupCost, of, y)),
            What::Balance => {
                Some(format!("{}-{}", self.at(What::GroupRevenue, of, y), self.at(What::GroupCost, of, y)))
            }
            What::Result => {
                let group = &self.projection.groups[of].years[y];
                Some(format!(
                    "{}+{}-{}",
                    self.at(What::Balance, of, y),
                    number(group.withdrawals),
                    number(group.additions)
                ))
            }
        }
    }

    fn provisional(&self, i: usize, y: usize) -> String {
        match &self.model.indices[i].source {
            IndexSource::Rate { rate, .. } => Self::given(*rate, y),
            IndexSource::Mix(parts) => {
                sum(parts.iter().map(|(p, w)| format!("{}*{}", number(*w), self.at(What::Provisional, p.0, y))))
            }
        }
    }

    fn definitive(&self, i: usize, y: usize) -> String {
        match &self.model.indices[i].source {
            IndexSource::Rate { ledger, .. } => {
                let p = self.at(What::Provisional, i, y);
                match ledger.get(&self.projection.years[y]) {
                    Some(l) => format!("{}+({p}-{})", number(l.definitive), number(l.provisional)),
                    None => p,
                }
            }
            IndexSource::Mix(parts) => {
                sum(parts.iter().map(|(p, w)| format!("{}*{}", number(*w), self.at(What::Definitive, p.0, y))))
            }
        }
    }

    /// The percentage with last year's forecast error, rounded as the index says.
    fn index(&self, i: usize, y: usize) -> String {
        let index = &self.model.indices[i];
        let points = |x: String| format!("ROUND(ROUND(({x})*10000000000,0)/1000000,0)/10000");
        let mut p = self.at(What::Provisional, i, y);
        let (p1, d1) = (self.at(What::Provisional, i, y - 1), self.at(What::Definitive, i, y - 1));
        let known = y > 1 || self.knows_base(i);
        let mut carried = match index.carry_over {
            CarryOver::None => None,
            _ if !known => None,
            CarryOver::Subtract => Some(format!("({d1}-{p1})")),
            CarryOver::Ratio | CarryOver::Compound => Some(format!("IF({p1}<=-1,0,(1+{d1})/(1+{p1})-1)")),
        };
        if index.rounding == Rounding::Parts {
            p = points(p);
            carried = carried.map(points);
        }
        let whole = match (carried, index.carry_over) {
            (None, _) => p,
            (Some(c), CarryOver::Compound) => format!("(1+{p})*(1+{c})-1"),
            (Some(c), _) => format!("{p}+{c}"),
        };
        if index.rounding == Rounding::Result { points(whole) } else { whole }
    }

    fn rise_formula(&self, l: usize, y: usize) -> String {
        let (terms, _) = self.price_terms(l);
        let rates = terms.index.iter().map(|(i, w)| format!("{}*{}", number(*w), self.at(What::Index, i.0, y)));
        sum(rates.chain(terms.change.map(|c| Self::given(c, y))))
    }

    fn volume(&self, l: usize, y: usize) -> String {
        let Some(cost) = self.model.lines.all[l].as_cost() else { return "0".to_owned() };
        let before = self.at(What::Volume, l, y - 1);
        let mut carried = if self.moves(l) {
            let leaving = self.at(What::Leaving, l, y);
            format!("{before}*IF({leaving}>1,0,1-{leaving})")
        } else {
            before
        };
        for flow in self.model.flows.iter().filter(|f| f.to.0 == l) {
            let leaving = self.at(What::Leaving, flow.from.0, y);
            carried.push_str(&format!(
                "+{}*{}*IF({leaving}>1,1/{leaving},1)",
                self.at(What::Volume, flow.from.0, y - 1),
                Self::given(flow.share, y)
            ));
        }
        let mut rates: Vec<String> = Vec::new();
        match cost.ageing {
            Ageing::None => {}
            Ageing::Rate(a) => rates.push(Self::given(a, y)),
            Ageing::Population => rates.push(self.at(What::Ageing, l, y)),
        }
        rates.extend(cost.growth.map(|a| Self::given(a, y)));
        for m in self.model.measures.iter().filter(|m| m.line.0 == l) {
            let Some(volume) = m.volume else { continue };
            let realised = m.realisation.map_or_else(|| "1".to_owned(), |r| Self::given(r, y));
            rates.push(format!("{realised}*{}", Self::given(volume, y)));
        }
        let intake = cost.intake.map(|a| format!("+{}", Self::given(a, y))).unwrap_or_default();
        if rates.is_empty() {
            return format!("({carried}){intake}");
        }
        format!("({carried})*MAX(0,1+{}){intake}", rates.join("+"))
    }

    fn intensity(&self, l: usize, y: usize) -> Option<String> {
        let cost = self.model.lines.all[l].as_cost()?;
        if y == 0 {
            return None;
        }
        match (&cost.unit_cost, cost.intensity) {
            (Some(UnitCost::Hours { hours_per_week, .. }), _) => {
                let (now, base) = (Self::given(*hours_per_week, y), Self::given(*hours_per_week, 0));
                Some(format!("IF({base}=0,1,{now}/{base})"))
            }
            (_, Some(rate)) => Some(format!("{}*(1+{})", self.at(What::Intensity, l, y - 1), Self::given(rate, y))),
            _ => None,
        }
    }

    /// The same in every year: euros per unit of volume, level included.
    fn unit_cost(&self, l: usize) -> Option<String> {
        let cost = self.model.lines.all[l].as_cost()?;
        let from_figures = cost.base_volume != 0.0 && cost.base_cost != 0.0;
        let unit = match cost.unit_cost.as_ref().filter(|_| !from_figures) {
            Some(UnitCost::PerClient(a)) => Self::given(*a, 1),
            Some(UnitCost::Hours { hours_per_week, rate, weeks }) => {
                format!("{}*{}*{}", Self::given(*hours_per_week, 0), Self::given(*rate, 1), number(*weeks))
            }
            None if cost.base_volume == 0.0 => "0".to_owned(),
            None => format!("({}-{})/{}", number(cost.base_cost), self.held(l), self.at(What::Volume, l, 0)),
        };
        Some(match cost.level {
            Some(level) => format!("({unit})*(1+{})", Self::given(level, 1)),
            None => unit,
        })
    }

    /// What the base figure of a line holds of its measures.
    fn held(&self, l: usize) -> String {
        self.at(What::Measures, l, 0)
    }

    fn measure(&self, m: usize, y: usize) -> Option<String> {
        let measure = &self.model.measures[m];
        let amount = Self::given(measure.amount?, y);
        if y == 0 {
            return Some(amount);
        }
        if self.ended(measure.line.0, y) {
            return Some("0".to_owned());
        }
        let realised = measure.realisation.map_or_else(|| "1".to_owned(), |r| Self::given(r, y));
        let price =
            if measure.indexed { format!("*{}", self.at(What::Price, measure.line.0, y)) } else { String::new() };
        Some(format!("{realised}*{amount}{price}"))
    }

    fn measures(&self, l: usize, y: usize) -> String {
        if self.ended(l, y) {
            return "0".to_owned();
        }
        let own = |(_, m): &(usize, &crate::model::Measure)| m.line.0 == l && m.amount.is_some();
        sum(self.model.measures.iter().enumerate().filter(own).map(|(m, _)| self.at(What::Measure, m, y)))
    }

    fn ended(&self, l: usize, y: usize) -> bool {
        let until = self.model.lines.all[l].as_revenue().and_then(|r| r.until);
        y > 0 && until.is_some_and(|u| self.projection.years[y] > u)
    }

    fn income(&self, l: usize, y: usize) -> Option<String> {
        let revenue = self.model.lines.all[l].as_revenue()?;
        if self.ended(l, y) {
            return Some("0".to_owned());
        }
        let base = || Some(format!("{}-{}", number(revenue.base_revenue.unwrap_or(0.0)), self.held(l)));
        if y == 0 && (revenue.base_revenue.is_some() || matches!(revenue.income, Income::Grows { .. })) {
            return base();
        }
        if !can_follow(revenue) {
            return None;
        }
        match &revenue.income {
            Income::Grows { growth } => {
                let growth = growth.map(|g| format!("+{}", Self::given(g, y))).unwrap_or_default();
                let (before, rise) = (self.at(What::Income, l, y - 1), self.at(What::Rise, l, y));
                Some(format!("{before}*(1{growth}+{rise})"))
            }
            Income::Follows(f) => Some(self.follows(revenue, l, f, y)),
            Income::Contribution(c) => Some(self.contribution(c, y)),
            Income::SafetyNet(_) => None,
        }
    }

    /// Cost of the line followed, `lag` years before year `y`.
    fn followed(&self, f: &Follows, y: usize) -> String {
        let lag = f.lag as usize;
        match y.checked_sub(lag) {
            Some(t) => self.at(What::Amount, f.line.0, t),
            None => {
                let back = i32::try_from(lag - y).unwrap_or(i32::MAX);
                let year = self.model.base_year().plus(-back);
                number(projection::past_amount(self.model, f.line, year).unwrap_or(0.0))
            }
        }
    }

    fn follows(&self, revenue: &RevenueLine, l: usize, f: &Follows, y: usize) -> String {
        let lag = f.lag as usize;
        // The index from the year `lag` years before `from`, up to `y`.
        let since = |index: usize, from: usize| -> String {
            let past = (0..lag.saturating_sub(from)).map(|_| format!("*(1+{})", self.at(What::Index, index, 0)));
            let first = (from + 1).saturating_sub(lag).max(1);
            let own = (first..=y).map(|s| format!("*(1+{})", self.at(What::Index, index, s)));
            format!("1{}", past.chain(own).collect::<String>())
        };
        let cost = self.followed(f, y);
        let base_cost = self.followed(f, 0);
        let (mut now, mut then) = (cost, base_cost);
        if let Some(index) = f.indexed_by {
            now = format!("{now}*{}", since(index.0, y));
            then = format!("{then}*{}", since(index.0, 0));
        }
        let share = Self::given(f.share, y);
        if f.from_base {
            let base =
                revenue.base_revenue.map_or_else(|| "0".to_owned(), |b| format!("{}-{}", number(b), self.held(l)));
            format!("{base}+{share}*({now}-{then})")
        } else {
            format!("{share}*{now}")
        }
    }

    fn contribution(&self, c: &Contribution, y: usize) -> String {
        let clients = sum(c.lines.iter().map(|l: &LineId| self.at(What::Volume, l.0, y)));
        let households = c.households_per_client.filter(|_| c.per == Payer::Household);
        let factors: String = [Some(c.per_month), c.paying, households]
            .into_iter()
            .flatten()
            .map(|a| format!("*{}", Self::given(a, y)))
            .collect();
        format!("12*({clients}){factors}")
    }

    fn amount(&self, l: usize, y: usize) -> Option<String> {
        if self.ended(l, y) {
            return Some("0".to_owned());
        }
        let measures = self.at(What::Measures, l, y);
        match &self.model.lines.all[l] {
            Line::Cost(cost) if y == 0 => Some(self.base_amount(cost, l)),
            Line::Cost(_) => Some(format!(
                "{}*{}*{}*{}+{measures}",
                self.at(What::UnitCost, l, y),
                self.at(What::Volume, l, y),
                self.at(What::Intensity, l, y),
                self.at(What::Price, l, y)
            )),
            Line::Revenue(_) => Some(format!("{}+{measures}", self.at(What::Income, l, y))),
        }
    }

    fn base_amount(&self, cost: &CostLine, l: usize) -> String {
        let base = number(cost.base_cost);
        match cost.level {
            Some(level) => format!("{base}+{}*({base}-{})", Self::given(level, 1), self.held(l)),
            None => base,
        }
    }

    fn factor(&self, y: usize) -> Option<String> {
        let Prices::Constant(price_year) = self.model.budget.prices else { return None };
        let c = self.model.budget.compensation?;
        if y == 0 {
            return (price_year < self.model.base_year()).then(|| format!("1+{}", Self::given(c, 0)));
        }
        let before = self.at(What::Factor, 0, y - 1);
        Some(if self.projection.years[y] > price_year { format!("{before}*(1+{})", Self::given(c, y)) } else { before })
    }

    fn group(&self, is_cost: bool, g: usize, y: usize) -> String {
        sum(self.projection.groups[g].members.iter().filter_map(|(l, share)| {
            if self.model.lines.get(*l).as_cost().is_some() != is_cost {
                return None;
            }
            let amount = self.at(What::Amount, l.0, y);
            Some(if *share == 1.0 { amount } else { format!("{}*{amount}", number(*share)) })
        }))
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

fn sum(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "0".to_owned() } else { parts.join("+") }
}

/// A number as a formula holds it; negative ones in brackets.
fn number(value: f64) -> String {
    let value = if value == 0.0 { 0.0 } else { value };
    if value < 0.0 { format!("({value})") } else { format!("{value}") }
}
