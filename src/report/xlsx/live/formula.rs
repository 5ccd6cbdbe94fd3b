//! The formula of every cell of the calculation, as the projection computes it.

use super::{Live, What, can_follow};
use crate::model::{
    Ageing, CarryOver, Contribution, CostLine, Follows, Income, IndexSource, Line, LineId, Payer, Prices, RevenueLine,
    Rounding, UnitCost,
};
use crate::projection;

impl Live<'_> {
    /// The formula of a cell; none where it is a figure that goes in.
    pub(super) fn formula(&self, what: What, of: usize, y: usize) -> Option<String> {
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

    pub(super) fn provisional(&self, i: usize, y: usize) -> String {
        match &self.model.indices[i].source {
            IndexSource::Rate { rate, .. } => Self::given(*rate, y),
            IndexSource::Mix(parts) => {
                sum(parts.iter().map(|(p, w)| format!("{}*{}", number(*w), self.at(What::Provisional, p.0, y))))
            }
        }
    }

    pub(super) fn definitive(&self, i: usize, y: usize) -> String {
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
    pub(super) fn index(&self, i: usize, y: usize) -> String {
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

    pub(super) fn rise_formula(&self, l: usize, y: usize) -> String {
        let (terms, _) = self.price_terms(l);
        let rates = terms.index.iter().map(|(i, w)| format!("{}*{}", number(*w), self.at(What::Index, i.0, y)));
        sum(rates.chain(terms.change.map(|c| Self::given(c, y))))
    }

    pub(super) fn volume(&self, l: usize, y: usize) -> String {
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

    pub(super) fn intensity(&self, l: usize, y: usize) -> Option<String> {
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
    pub(super) fn unit_cost(&self, l: usize) -> Option<String> {
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
    pub(super) fn held(&self, l: usize) -> String {
        self.at(What::Measures, l, 0)
    }

    pub(super) fn measure(&self, m: usize, y: usize) -> Option<String> {
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

    pub(super) fn measures(&self, l: usize, y: usize) -> String {
        if self.ended(l, y) {
            return "0".to_owned();
        }
        let own = |(_, m): &(usize, &crate::model::Measure)| m.line.0 == l && m.amount.is_some();
        sum(self.model.measures.iter().enumerate().filter(own).map(|(m, _)| self.at(What::Measure, m, y)))
    }

    pub(super) fn ended(&self, l: usize, y: usize) -> bool {
        let until = self.model.lines.all[l].as_revenue().and_then(|r| r.until);
        y > 0 && until.is_some_and(|u| self.projection.years[y] > u)
    }

    pub(super) fn income(&self, l: usize, y: usize) -> Option<String> {
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
    pub(super) fn followed(&self, f: &Follows, y: usize) -> String {
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

    pub(super) fn follows(&self, revenue: &RevenueLine, l: usize, f: &Follows, y: usize) -> String {
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

    pub(super) fn contribution(&self, c: &Contribution, y: usize) -> String {
        let clients = sum(c.lines.iter().map(|l: &LineId| self.at(What::Volume, l.0, y)));
        let households = c.households_per_client.filter(|_| c.per == Payer::Household);
        let factors: String = [Some(c.per_month), c.paying, households]
            .into_iter()
            .flatten()
            .map(|a| format!("*{}", Self::given(a, y)))
            .collect();
        format!("12*({clients}){factors}")
    }

    pub(super) fn amount(&self, l: usize, y: usize) -> Option<String> {
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

    pub(super) fn base_amount(&self, cost: &CostLine, l: usize) -> String {
        let base = number(cost.base_cost);
        match cost.level {
            Some(level) => format!("{base}+{}*({base}-{})", Self::given(level, 1), self.held(l)),
            None => base,
        }
    }

    pub(super) fn factor(&self, y: usize) -> Option<String> {
        let Prices::Constant(price_year) = self.model.budget.prices else { return None };
        let c = self.model.budget.compensation?;
        if y == 0 {
            return (price_year < self.model.base_year()).then(|| format!("1+{}", Self::given(c, 0)));
        }
        let before = self.at(What::Factor, 0, y - 1);
        Some(if self.projection.years[y] > price_year { format!("{before}*(1+{})", Self::given(c, y)) } else { before })
    }

    pub(super) fn group(&self, is_cost: bool, g: usize, y: usize) -> String {
        sum(self.projection.groups[g].members.iter().filter_map(|(l, share)| {
            if self.model.lines.get(*l).as_cost().is_some() != is_cost {
                return None;
            }
            let amount = self.at(What::Amount, l.0, y);
            Some(if *share == 1.0 { amount } else { format!("{}*{amount}", number(*share)) })
        }))
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
