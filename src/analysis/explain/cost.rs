//! Steps of a cost line: unit cost x volume x intensity x price, and measures.

use super::builder::said;
use super::{Builder, Term};
use crate::dutch::Quantity;
use crate::model::{CostLine, FigureKind, LineId, Measure, Quantity as Recorded, UnitCost};

impl<'a> Builder<'a> {
    pub(super) fn cost_line(&self, line: LineId) -> Option<&'a CostLine> {
        self.model.lines.get(line).as_cost()
    }

    /// Cost or revenue of a line in a projected or the base year.
    pub(super) fn amount(&mut self, line: LineId, y: usize) -> usize {
        match self.cost_line(line) {
            Some(cost) => self.cost(line, cost, y),
            None => self.revenue(line, y),
        }
    }

    fn cost(&mut self, line: LineId, cost: &'a CostLine, y: usize) -> usize {
        let name = format!("cost({}, {})", cost.id, self.year(y));
        self.once(name, |b, name| {
            if y == 0 {
                return b.base_cost(name, line, cost);
            }
            let mut of = vec![b.unit_cost(line, cost), b.volume(line, y)];
            of.extend(b.intensity(cost, y));
            of.extend(b.price_index(line, y));
            let factors = of.len();
            of.extend(b.measures(line, y));
            let product = Term::Product((0..factors).map(Term::Step).collect());
            let measures = (factors..of.len()).map(Term::Step);
            b.step(name, Quantity::Euro, Term::Sum(std::iter::once(product).chain(measures).collect()), of)
        })
    }

    /// The figure of the base year, raised by the level.
    fn base_cost(&mut self, name: String, line: LineId, cost: &CostLine) -> usize {
        let figure = self.base_figure(cost);
        let Some(level) = cost.level else {
            return self.step(name, Quantity::Euro, Term::only(), vec![figure]);
        };
        let mut of = vec![figure, self.assumption(level, 1)];
        of.extend(self.measures(line, 0));
        let without = without_measures(&of, 2);
        let raised = Term::Product(vec![Term::Step(1), without]);
        self.step(name, Quantity::Euro, Term::Sum(vec![Term::Step(0), raised]), of)
    }

    fn base_figure(&mut self, cost: &CostLine) -> usize {
        let (kind, b) = (self.model.municipality.base, self.model.base_year());
        self.recorded_or_nothing(&cost.id, Recorded::Cost, &[kind], b)
    }

    /// Clients in the base year; 1 for a line that counts none.
    pub(super) fn base_volume(&mut self, cost: &CostLine) -> usize {
        let b = self.model.base_year();
        let kinds = [self.model.municipality.base, FigureKind::Actual];
        if cost.counts_clients {
            return self.recorded_or_nothing(&cost.id, Recorded::Clients, &kinds, b);
        }
        let name = format!("volume({}, {b})", cost.id);
        self.once(name, |me, name| {
            let why = "counts no clients: its volume is an index that starts at 1";
            me.given(name, Quantity::Number, 1.0, why, Some(&cost.place))
        })
    }

    /// Euros per unit of volume in prices of the base year, level included.
    fn unit_cost(&mut self, line: LineId, cost: &'a CostLine) -> usize {
        self.once(format!("unit_cost({})", cost.id), |b, name| {
            let from_figures = cost.base_volume != 0.0 && cost.base_cost != 0.0;
            let (mut of, term) = match &cost.unit_cost {
                Some(UnitCost::PerClient(a)) if !from_figures => (vec![b.assumption(*a, 1)], Term::only()),
                Some(UnitCost::Hours { hours_per_week, rate, weeks }) if !from_figures => {
                    let of = vec![b.assumption(*hours_per_week, 0), b.assumption(*rate, 1)];
                    (of, Term::Product(vec![Term::Step(0), Term::Step(1), Term::Number(*weeks)]))
                }
                _ if cost.base_volume == 0.0 => {
                    let why = "no clients in the base year and no unit_cost";
                    return b.given(name, Quantity::EuroPerClient, 0.0, why, Some(&cost.place));
                }
                _ => {
                    let mut of = vec![b.base_figure(cost)];
                    of.extend(b.measures(line, 0));
                    let without = without_measures(&of, 1);
                    if cost.counts_clients {
                        of.push(b.base_volume(cost));
                        let volume = Term::Step(of.len() - 1);
                        (of, Term::by(without, volume))
                    } else {
                        (of, without)
                    }
                }
            };
            let term = match cost.level {
                None => term,
                Some(level) => {
                    of.push(b.assumption(level, 1));
                    let raised = Term::Sum(vec![Term::Number(1.0), Term::Step(of.len() - 1)]);
                    Term::Product(vec![term, raised])
                }
            };
            let unit = if cost.counts_clients { Quantity::EuroPerClient } else { Quantity::Euro };
            b.step(name, unit, term, of)
        })
    }

    /// Hours, days or sessions per client, relative to the base year; none where they never change.
    pub(super) fn intensity(&mut self, cost: &'a CostLine, y: usize) -> Option<usize> {
        let hours = match &cost.unit_cost {
            Some(UnitCost::Hours { hours_per_week, .. }) => Some(*hours_per_week),
            _ => None,
        };
        if hours.is_none() && cost.intensity.is_none() {
            return None;
        }
        let name = format!("intensity({}, {})", cost.id, self.year(y));
        Some(self.once(name, |b, name| match (hours, cost.intensity) {
            (Some(hours), _) if y > 0 && b.model.assumption(hours).values[0] != 0.0 => {
                let of = vec![b.assumption(hours, y), b.assumption(hours, 0)];
                b.step(name, Quantity::Number, Term::by(Term::Step(0), Term::Step(1)), of)
            }
            (None, Some(rate)) if y > 0 => {
                let before = b.intensity(cost, y - 1);
                let of = before.into_iter().chain([b.assumption(rate, y)]).collect();
                let raised = Term::Sum(vec![Term::Number(1.0), Term::Step(1)]);
                b.step(name, Quantity::Number, Term::Product(vec![Term::Step(0), raised]), of)
            }
            _ => b.given(name, Quantity::Number, 1.0, "1 in the base year", None),
        }))
    }

    /// Measures of a line that have an amount, in the order of ids.
    pub(super) fn measures(&mut self, line: LineId, y: usize) -> Vec<usize> {
        let mut measures: Vec<&'a Measure> =
            self.model.measures.iter().filter(|m| m.line == line && m.amount.is_some()).collect();
        measures.sort_by(|a, b| a.id.cmp(&b.id));
        measures.into_iter().filter_map(|m| self.measure(m, y)).collect()
    }

    /// The amount of a measure; none in a base year that holds nothing of it.
    pub(super) fn measure(&mut self, measure: &'a Measure, y: usize) -> Option<usize> {
        let amount = measure.amount?;
        if y == 0 {
            return (self.model.assumption(amount).values[0] != 0.0).then(|| self.assumption(amount, 0));
        }
        let name = format!("measure({}, {})", measure.id, self.year(y));
        Some(self.once(name, |b, name| {
            let mut of = vec![b.assumption(amount, y)];
            of.extend(measure.realisation.map(|r| b.assumption(r, y)));
            if measure.indexed {
                of.extend(b.price_index(measure.line, y));
            }
            let term = Term::Product((0..of.len()).map(Term::Step).collect());
            b.step(name, Quantity::Euro, term, of)
        }))
    }

    /// Price of a line relative to the base year; none where nothing moves it.
    pub(super) fn price_index(&mut self, line: LineId, y: usize) -> Option<usize> {
        let model = self.model;
        let line = model.lines.get(line);
        let terms = match line {
            crate::model::Line::Cost(l) => &l.price,
            crate::model::Line::Revenue(l) => &l.price,
        };
        if terms.index.is_empty() && terms.change.is_none() {
            return None;
        }
        let name = format!("price_index({}, {})", line.id(), self.year(y));
        Some(self.once(name, |b, name| {
            if y == 0 {
                return b.given(name, Quantity::Number, 1.0, "1 in the base year", None);
            }
            let before = b.known.get(&format!("price_index({}, {})", line.id(), b.year(y - 1))).copied();
            let before = match before {
                Some(before) => before,
                None => {
                    let id = model.lines.find(line.id()).unwrap_or(LineId(0));
                    b.price_index(id, y - 1).unwrap_or(0)
                }
            };
            let mut of = vec![before];
            let rates = b.rates(line, y, &mut of);
            let raised = Term::Sum(std::iter::once(Term::Number(1.0)).chain(rates).collect());
            b.step(name, Quantity::Number, Term::Product(vec![Term::Step(0), raised]), of)
        }))
    }

    /// What a line's price rises by in a year: indices by weight, and the own change.
    pub(super) fn rates(&mut self, line: &'a crate::model::Line, y: usize, of: &mut Vec<usize>) -> Vec<Term> {
        let terms = match line {
            crate::model::Line::Cost(l) => &l.price,
            crate::model::Line::Revenue(l) => &l.price,
        };
        let mut weights = terms.index.clone();
        weights.sort_by(|a, b| self.model.indices[a.0.0].id.cmp(&self.model.indices[b.0.0].id));
        let mut rates = Vec::new();
        for (index, weight) in weights {
            of.push(self.index(index, self.year(y)));
            let rate = Term::Step(of.len() - 1);
            if (weight - 1.0).abs() < f64::EPSILON {
                rates.push(rate);
                continue;
            }
            let id = &self.model.indices[index.0].id;
            let name = format!("weight({}, {id})", line.id());
            let source = line.as_cost().and_then(|c| said(&c.provenance));
            of.push(self.once(name, |b, name| b.leaf(name, Quantity::Percent, weight, line.place(), source)));
            rates.push(Term::Product(vec![Term::Step(of.len() - 1), rate]));
        }
        if let Some(change) = terms.change {
            of.push(self.assumption(change, y));
            rates.push(Term::Step(of.len() - 1));
        }
        rates
    }
}

/// The first step less the measures from position `from` on.
pub(super) fn without_measures(of: &[usize], from: usize) -> Term {
    match of.len() - from {
        0 => Term::only(),
        _ => Term::less(Term::only(), Term::Sum((from..of.len()).map(Term::Step).collect())),
    }
}
