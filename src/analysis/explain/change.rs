//! What a cause adds to cost between two years, by the logarithmic mean
//! Divisia index: the same split as the bridge, in formulas over the leaves.

use super::{Builder, NoAnswer, Term};
use crate::dutch::Quantity;
use crate::model::{Ageing, Call, LineId, Measure, MeasureKind};
use crate::projection::Why;

/// Something that may not be: none where the split cannot be told in a formula.
type Found = Option<usize>;

impl<'a> Builder<'a> {
    pub(super) fn change(&mut self, call: &Call) -> Result<Option<usize>, NoAnswer> {
        let wrong = |why: String| NoAnswer::Unknown(format!("{call}: {why}"));
        let Some(cause) = Why::ALL.iter().find(|why| why.name() == call.part(0)) else {
            let known: Vec<&str> = Why::ALL.iter().map(|why| why.name()).collect();
            return Err(wrong(format!("a cause is one of {}", known.join(", "))));
        };
        let (set, from, to) = (self.set(call, 1)?, self.at(call, 2)?, self.at(call, 3)?);
        if from >= to {
            return Err(wrong("the first year must come before the last".to_owned()));
        }
        let found = self.sum_of_costs(call.to_string(), &set, |b, l| b.line_change(*cause, l, from, to));
        found.map(Some).ok_or_else(|| wrong("this change cannot be told in one formula".to_owned()))
    }

    fn nothing(&mut self, name: String) -> usize {
        self.given(name, Quantity::Euro, 0.0, "nothing changes by this", None)
    }

    fn line_change(&mut self, cause: Why, line: LineId, from: usize, to: usize) -> Found {
        let id = self.model.lines.get(line).id().to_owned();
        let name = format!("change({}, {id}, {}, {})", cause.name(), self.year(from), self.year(to));
        if let Some(known) = self.known.get(&name) {
            return Some(*known);
        }
        let of = vec![self.without_measures(line, to), self.without_measures(line, from)];
        let (after, before) = (self.steps[of[0]].value, self.steps[of[1]].value);
        let volumes = [self.volume(line, to), self.volume(line, from)];
        // A line that starts, ends or changes sign: no logarithm splits it.
        let whole = before == 0.0
            || after == 0.0
            || (before > 0.0) != (after > 0.0)
            || volumes.iter().any(|v| self.steps[*v].value <= 0.0);
        let made = match cause {
            Why::Other if whole => {
                self.step(name.clone(), Quantity::Euro, Term::less(Term::Step(0), Term::Step(1)), of)
            }
            Why::Measures(kind) => self.by_measures(name.clone(), line, kind, (from, to), &of, &volumes, whole)?,
            Why::Other => self.nothing(name.clone()),
            _ if whole => self.nothing(name.clone()),
            Why::Price => self.by_factor(name.clone(), &of, |b, y| b.price_index(line, y), (from, to)),
            Why::Intensity => {
                let cost = self.cost_line(line)?;
                self.by_factor(name.clone(), &of, |b, y| b.intensity(cost, y), (from, to))
            }
            Why::Growth | Why::Ageing => self.by_volume(name.clone(), line, cause, (from, to), &of, &volumes)?,
            Why::Movement => self.by_movement(name.clone(), line, (from, to), &of, &volumes)?,
        };
        self.known.insert(name, made);
        Some(made)
    }

    /// By a factor that has an index of its own: `L(P1, P0) x ln(x1 / x0)`.
    fn by_factor(
        &mut self,
        name: String,
        amounts: &[usize],
        factor: impl Fn(&mut Self, usize) -> Option<usize>,
        (from, to): (usize, usize),
    ) -> usize {
        let Some((now, then)) = factor(self, to).zip(factor(self, from)) else { return self.nothing(name) };
        let of = vec![amounts[0], amounts[1], now, then];
        let weight = Term::LogMean(Box::new(Term::Step(0)), Box::new(Term::Step(1)));
        let moved = Term::LogRatio(Box::new(Term::Step(2)), Box::new(Term::Step(3)));
        self.step(name, Quantity::Euro, Term::Product(vec![weight, moved]), of)
    }

    /// What one euro of volume weighs: `L(P1, P0) / L(V1, V0)`.
    fn per_volume() -> Term {
        let mean = |a: usize, b: usize| Term::LogMean(Box::new(Term::Step(a)), Box::new(Term::Step(b)));
        Term::by(mean(0, 1), mean(2, 3))
    }

    /// Clients of last year that are still there, in a year.
    fn carried_clients(&mut self, line: LineId, y: usize) -> Found {
        let cost = self.cost_line(line)?;
        let name = format!("carried({}, {})", cost.id, self.year(y));
        Some(self.once(name, |b, name| {
            let (of, term) = b.carried(line, cost, y);
            b.step(name, Quantity::Clients, term, of)
        }))
    }

    /// What growth or ageing adds to the volume over the years.
    fn by_volume(
        &mut self,
        name: String,
        line: LineId,
        cause: Why,
        (from, to): (usize, usize),
        amounts: &[usize],
        volumes: &[usize],
    ) -> Found {
        let cost = self.cost_line(line)?;
        let mut of = vec![amounts[0], amounts[1], volumes[0], volumes[1]];
        let mut parts = Vec::new();
        for y in from + 1..=to {
            let rate = match (cause, &cost.ageing, cost.growth) {
                (Why::Growth, _, Some(growth)) => Some(self.assumption(growth, y)),
                (Why::Ageing, Ageing::Rate(rate), _) => Some(self.assumption(*rate, y)),
                (Why::Ageing, Ageing::Population, _) => Some(self.ageing(cost, y)),
                _ => None,
            };
            let Some(rate) = rate else { continue };
            of.extend([self.carried_clients(line, y)?, rate]);
            parts.push(Term::Product(vec![Term::Step(of.len() - 2), Term::Step(of.len() - 1)]));
        }
        if parts.is_empty() {
            return Some(self.nothing(name));
        }
        Some(self.step(name, Quantity::Euro, Term::Product(vec![Self::per_volume(), Term::Sum(parts)]), of))
    }

    /// Measures of a kind on a line, in the order of ids.
    fn of_kind(&self, line: LineId, kind: MeasureKind) -> Vec<&'a Measure> {
        let mut found: Vec<&'a Measure> =
            self.model.measures.iter().filter(|m| m.line == line && m.kind == kind).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    /// What measures add to the volume over the years, as terms over `of`.
    fn volume_of(
        &mut self,
        measures: &[&'a Measure],
        line: LineId,
        (from, to): (usize, usize),
        of: &mut Vec<usize>,
    ) -> Option<Vec<Term>> {
        let mut parts = Vec::new();
        for measure in measures {
            let Some(volume) = measure.volume else { continue };
            for y in from + 1..=to {
                of.extend([self.carried_clients(line, y)?, self.assumption(volume, y)]);
                let mut part = vec![Term::Step(of.len() - 2), Term::Step(of.len() - 1)];
                if let Some(realisation) = measure.realisation {
                    of.push(self.assumption(realisation, y));
                    part.push(Term::Step(of.len() - 1));
                }
                parts.push(Term::Product(part));
            }
        }
        Some(parts)
    }

    /// By measures of a kind: their amounts, and what they do to the volume.
    #[allow(clippy::too_many_arguments, reason = "what every cause is told")]
    fn by_measures(
        &mut self,
        name: String,
        line: LineId,
        kind: MeasureKind,
        (from, to): (usize, usize),
        amounts: &[usize],
        volumes: &[usize],
        whole: bool,
    ) -> Found {
        let measures = self.of_kind(line, kind);
        let mut of = vec![amounts[0], amounts[1], volumes[0], volumes[1]];
        let mut terms = Vec::new();
        for measure in &measures {
            for (y, sign) in [(to, 1.0), (from, -1.0)] {
                let Some(amount) = self.measure(measure, y) else { continue };
                of.push(amount);
                let amount = Term::Step(of.len() - 1);
                terms.push(if sign > 0.0 { amount } else { Term::less(Term::Number(0.0), amount) });
            }
        }
        if !whole {
            let parts = self.volume_of(&measures, line, (from, to), &mut of)?;
            if !parts.is_empty() {
                terms.push(Term::Product(vec![Self::per_volume(), Term::Sum(parts)]));
            }
        }
        if terms.is_empty() {
            return Some(self.nothing(name));
        }
        Some(self.step(name, Quantity::Euro, Term::Sum(terms), of))
    }

    /// What is left of the change in volume: clients who come, move or leave.
    fn by_movement(
        &mut self,
        name: String,
        line: LineId,
        years: (usize, usize),
        amounts: &[usize],
        volumes: &[usize],
    ) -> Found {
        let cost = self.cost_line(line)?;
        let moves = cost.exit.is_some()
            || cost.intake.is_some()
            || self.model.flows.iter().any(|f| f.from == line || f.to == line);
        if !moves {
            return Some(self.nothing(name));
        }
        let mut of = vec![amounts[0], amounts[1], volumes[0], volumes[1]];
        let mut rest = Term::less(Term::Step(2), Term::Step(3));
        let (from, to) = years;
        for y in from + 1..=to {
            let mut rates = Vec::new();
            if let Some(growth) = cost.growth {
                rates.push(self.assumption(growth, y));
            }
            match &cost.ageing {
                Ageing::None => {}
                Ageing::Rate(rate) => rates.push(self.assumption(*rate, y)),
                Ageing::Population => rates.push(self.ageing(cost, y)),
            }
            for rate in rates {
                of.extend([self.carried_clients(line, y)?, rate]);
                let part = Term::Product(vec![Term::Step(of.len() - 2), Term::Step(of.len() - 1)]);
                rest = Term::less(rest, part);
            }
        }
        let measures: Vec<&'a Measure> = self.model.measures.iter().filter(|m| m.line == line).collect();
        for part in self.volume_of(&measures, line, years, &mut of)? {
            rest = Term::less(rest, part);
        }
        Some(self.step(name, Quantity::Euro, Term::Product(vec![Self::per_volume(), rest]), of))
    }
}
