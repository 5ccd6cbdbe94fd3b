//! Steps of a revenue line: grown, following, contributed or the safety net.

use super::{Builder, Term};
use crate::dutch::Quantity;
use crate::model::{Contribution, FigureKind, Follows, Income, Line, LineId, Payer, Quantity as Recorded, RevenueLine};
use crate::units::Year;

impl<'a> Builder<'a> {
    fn revenue_line(&self, line: LineId) -> Option<&'a RevenueLine> {
        self.model.lines.get(line).as_revenue()
    }

    pub(super) fn revenue(&mut self, line: LineId, y: usize) -> usize {
        let Some(revenue) = self.revenue_line(line) else {
            return self.given(format!("revenue({})", line.0), Quantity::Euro, 0.0, "cost is no revenue", None);
        };
        let year = self.year(y);
        self.once(format!("revenue({}, {year})", revenue.id), |b, name| {
            if y > 0 && revenue.until.is_some_and(|until| year > until) {
                let why = format!("ended after {}", revenue.until.map_or(0, |u| u.0));
                return b.given(name, Quantity::Euro, 0.0, why, Some(&revenue.place));
            }
            if y == 0 && revenue.base_revenue.is_some() {
                let of = vec![b.base_revenue(revenue)];
                return b.step(name, Quantity::Euro, Term::only(), of);
            }
            let mut of = vec![b.income(line, revenue, y)];
            of.extend(b.measures(line, y));
            let term = if of.len() == 1 { Term::only() } else { Term::sum_of(of.len()) };
            b.step(name, Quantity::Euro, term, of)
        })
    }

    fn base_revenue(&mut self, revenue: &RevenueLine) -> usize {
        let (kind, b) = (self.model.municipality.base, self.model.base_year());
        self.recorded_or_nothing(&revenue.id, Recorded::Revenue, &[kind], b)
    }

    /// Revenue without measures.
    fn income(&mut self, line: LineId, revenue: &'a RevenueLine, y: usize) -> usize {
        let year = self.year(y);
        self.once(format!("income({}, {year})", revenue.id), |b, name| {
            if y == 0 && revenue.base_revenue.is_some() {
                let mut of = vec![b.base_revenue(revenue)];
                of.extend(b.measures(line, 0));
                let term = super::cost::without_measures(&of, 1);
                return b.step(name, Quantity::Euro, term, of);
            }
            match &revenue.income {
                Income::Grows { .. } if y == 0 => {
                    let why = "figures.csv has no revenue in the base year";
                    b.given(name, Quantity::Euro, 0.0, why, Some(&revenue.place))
                }
                Income::Grows { growth } => {
                    let mut of = vec![b.income(line, revenue, y - 1)];
                    let mut rates = vec![Term::Number(1.0)];
                    if let Some(growth) = growth {
                        of.push(b.assumption(*growth, y));
                        rates.push(Term::Step(of.len() - 1));
                    }
                    let model = b.model;
                    let line: &'a Line = model.lines.get(line);
                    rates.extend(b.rates(line, y, &mut of));
                    let term = Term::Product(vec![Term::Step(0), Term::Sum(rates)]);
                    b.step(name, Quantity::Euro, term, of)
                }
                Income::Follows(follows) => b.follows(name, line, revenue, follows, y),
                Income::Contribution(contribution) => b.contribution(name, contribution, y),
                Income::SafetyNet(net) => b.safety_net(name, revenue, net, y),
            }
        })
    }

    fn follows(
        &mut self,
        name: String,
        line: LineId,
        revenue: &'a RevenueLine,
        follows: &'a Follows,
        y: usize,
    ) -> usize {
        let lag = i32::try_from(follows.lag).unwrap_or(0);
        let b = self.model.base_year();
        let year = self.year(y);
        let mut of = vec![self.assumption(follows.share, y)];
        let now = self.followed(&mut of, follows, year.plus(-lag), year);
        let mut difference = now;
        if follows.from_base {
            let base = self.followed_from_base(&mut of, follows, b.plus(-lag), (b, year));
            difference = Term::less(difference, base);
        }
        let followed = Term::Product(vec![Term::Step(0), difference]);
        if !follows.from_base || revenue.base_revenue.is_none() {
            return self.step(name, Quantity::Euro, followed, of);
        }
        of.push(self.base_revenue(revenue));
        let base = of.len() - 1;
        let held = self.measures(line, 0);
        let mut terms = vec![Term::Step(base)];
        if !held.is_empty() {
            let first = of.len();
            of.extend(held);
            let sum = Term::Sum((first..of.len()).map(Term::Step).collect());
            terms[0] = Term::less(Term::Step(base), sum);
        }
        terms.push(followed);
        self.step(name, Quantity::Euro, Term::Sum(terms), of)
    }

    /// The followed amount of a year, with the index since then.
    fn followed(&mut self, of: &mut Vec<usize>, follows: &'a Follows, from: Year, to: Year) -> Term {
        of.push(self.amount_of(follows.line, from));
        let amount = Term::Step(of.len() - 1);
        self.indexed(of, follows, amount, from, to)
    }

    /// The followed amount of the base, with the index over the same years as
    /// it counts for the year asked.
    fn followed_from_base(&mut self, of: &mut Vec<usize>, follows: &'a Follows, from: Year, to: (Year, Year)) -> Term {
        of.push(self.amount_of(follows.line, from));
        let amount = Term::Step(of.len() - 1);
        self.indexed(of, follows, amount, from, to.1)
    }

    fn indexed(&mut self, of: &mut Vec<usize>, follows: &Follows, amount: Term, from: Year, to: Year) -> Term {
        let Some(index) = follows.indexed_by.filter(|_| from < to) else { return amount };
        let mut factors = vec![amount];
        for year in from.plus(1).through(to) {
            of.push(self.index(index, year));
            factors.push(Term::Sum(vec![Term::Number(1.0), Term::Step(of.len() - 1)]));
        }
        Term::Product(factors)
    }

    /// Cost or revenue of a line in any year; before the base year from figures.csv.
    fn amount_of(&mut self, line: LineId, year: Year) -> usize {
        match self.position(year) {
            Some(y) => self.amount(line, y),
            None => {
                let model = self.model;
                let of = model.lines.get(line);
                let quantity = if of.as_cost().is_some() { Recorded::Cost } else { Recorded::Revenue };
                self.recorded_or_nothing(of.id(), quantity, &self.history_kinds(), year)
            }
        }
    }

    /// In which order kinds of figures are looked for before the base year.
    pub(super) fn history_kinds(&self) -> [FigureKind; 5] {
        let base = self.model.municipality.base;
        [FigureKind::Actual, base, FigureKind::Amended, FigureKind::Budget, FigureKind::Forecast]
    }

    fn contribution(&mut self, name: String, contribution: &'a Contribution, y: usize) -> usize {
        let mut lines = contribution.lines.clone();
        lines.sort_by(|a, b| self.model.lines.get(*a).id().cmp(self.model.lines.get(*b).id()));
        let mut of: Vec<usize> = lines.iter().map(|l| self.volume(*l, y)).collect();
        let mut factors = vec![Term::Number(12.0), Term::sum_of(of.len())];
        let households = contribution.households_per_client.filter(|_| contribution.per == Payer::Household);
        for factor in [Some(contribution.per_month), contribution.paying, households].into_iter().flatten() {
            of.push(self.assumption(factor, y));
            factors.push(Term::Step(of.len() - 1));
        }
        self.step(name, Quantity::Euro, Term::Product(factors), of)
    }
}
