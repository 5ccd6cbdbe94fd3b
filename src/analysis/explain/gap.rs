//! Why cost lies above its budget: volume, price, and the compensation over
//! the gap in volume; and what the budget counts on that the projection leaves out.

use super::{Builder, NoAnswer, Term};
use crate::dutch::Quantity;
use crate::model::{Call, FigureKind, LineId, Measure, Prices, Quantity as Recorded};

/// Which part of a gap.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    Volume,
    Price,
    Compensation,
}

impl<'a> Builder<'a> {
    pub(super) fn gap(&mut self, call: &Call) -> Result<Option<usize>, NoAnswer> {
        let (set, y) = (self.set(call, 0)?, self.at(call, 1)?);
        let none = || NoAnswer::Unknown(format!("{call}: there is no budget to compare with"));
        let name = call.to_string();
        if self.of_side(&set, true).is_empty() {
            return Err(NoAnswer::Unknown(format!("{call}: it has no cost")));
        }
        let part = match call.name.as_str() {
            "gap.volume" => Part::Volume,
            "gap.price" => Part::Price,
            "gap.compensation" => Part::Compensation,
            "gap.not_realised" => {
                return self.sum_of_costs(name, &set, |b, l| Some(b.not_realised(l, y))).map(Some).ok_or_else(none);
            }
            "gap.level" => {
                return self.sum_of_costs(name, &set, |b, l| Some(b.raised(l, y))).map(Some).ok_or_else(none);
            }
            _ => return Ok(None),
        };
        let comparable =
            !matches!(self.model.budget.prices, Prices::Constant(_)) || self.model.budget.compensation.is_some();
        if part != Part::Volume && !comparable {
            return Err(NoAnswer::Unknown(format!("{call}: the budget states no compensation")));
        }
        self.sum_of_costs(name, &set, |b, l| b.line_gap(l, y, part)).map(Some).ok_or_else(none)
    }

    /// What a price of a line has become since the year in whose money the budget stands.
    fn since_budget(&mut self, line: LineId, y: usize) -> Option<(usize, Option<usize>)> {
        let Prices::Constant(year) = self.model.budget.prices else { return None };
        let of = usize::try_from(year.0 - self.model.base_year().0).unwrap_or(0).min(self.model.year_count() - 1);
        let now = self.price_index(line, y)?;
        if of == y {
            return None;
        }
        let then = if of == 0 { None } else { self.price_index(line, of) };
        Some((now, then))
    }

    /// Cost of a line in the prices of its budget.
    fn in_budget_prices(&mut self, line: LineId, y: usize) -> usize {
        let name = format!("cost_in_budget_prices({}, {})", self.model.lines.get(line).id(), self.year(y));
        self.once(name, |b, name| {
            let mut of = vec![b.without_measures(line, y)];
            let ratio = b.since_budget(line, y).map(|(now, then)| {
                of.push(now);
                let now = Term::Step(of.len() - 1);
                match then {
                    None => now,
                    Some(then) => {
                        of.push(then);
                        Term::by(now, Term::Step(of.len() - 1))
                    }
                }
            });
            let back = |amount: Term| match &ratio {
                None => amount,
                Some(ratio) => Term::by(amount, ratio.clone()),
            };
            let mut terms = vec![back(Term::only())];
            let mut measures: Vec<&'a Measure> =
                b.model.measures.iter().filter(|m| m.line == line && m.amount.is_some()).collect();
            measures.sort_by(|x, y| x.id.cmp(&y.id));
            for measure in measures {
                let Some(amount) = b.measure(measure, y) else { continue };
                of.push(amount);
                let amount = Term::Step(of.len() - 1);
                terms.push(if measure.indexed { back(amount) } else { amount });
            }
            b.step(name, Quantity::Euro, Term::Sum(terms), of)
        })
    }

    fn line_gap(&mut self, line: LineId, y: usize, part: Part) -> Option<usize> {
        let id = self.model.lines.get(line).id().to_owned();
        let year = self.year(y);
        let volume = {
            let budget = self.recorded(&id, Recorded::Cost, &[FigureKind::Budget], year)?;
            let of = vec![self.in_budget_prices(line, y), budget];
            self.once(format!("gap.volume({id}, {year})"), |b, name| {
                b.step(name, Quantity::Euro, Term::less(Term::Step(0), Term::Step(1)), of)
            })
        };
        if part == Part::Volume {
            return Some(volume);
        }
        let factor = self.compensation(y);
        if part == Part::Price {
            let mut of = vec![self.amount(line, y), self.in_budget_prices(line, y)];
            of.extend(factor);
            let then = Term::Product((1..of.len()).map(Term::Step).collect());
            let term = Term::less(Term::Step(0), then);
            return Some(
                self.once(format!("gap.price({id}, {year})"), |b, name| b.step(name, Quantity::Euro, term, of)),
            );
        }
        let name = format!("gap.compensation({id}, {year})");
        Some(match factor {
            None => self.once(name, |b, name| {
                b.given(name, Quantity::Euro, 0.0, "the budget stands in the money of the year", None)
            }),
            Some(factor) => {
                let added = Term::less(Term::Step(1), Term::Number(1.0));
                let term = Term::Product(vec![Term::Step(0), added]);
                self.once(name, |b, name| b.step(name, Quantity::Euro, term, vec![volume, factor]))
            }
        })
    }

    /// Planned amounts on a line that the projection does not count on.
    fn not_realised(&mut self, line: LineId, y: usize) -> usize {
        let id = self.model.lines.get(line).id();
        self.once(format!("not_realised({id}, {})", self.year(y)), |b, name| {
            let mut measures: Vec<&'a Measure> = b.model.measures.iter().filter(|m| m.line == line).collect();
            measures.sort_by(|x, y| x.id.cmp(&y.id));
            let (mut of, mut terms) = (Vec::new(), Vec::new());
            for measure in measures {
                let (Some(amount), Some(realisation)) = (measure.amount, measure.realisation) else { continue };
                of.extend([b.assumption(amount, y), b.assumption(realisation, y)]);
                let short = Term::less(Term::Step(of.len() - 1), Term::Number(1.0));
                terms.push(Term::Product(vec![Term::Step(of.len() - 2), short]));
            }
            match terms.len() {
                0 => b.given(name, Quantity::Euro, 0.0, "no measure that may fall short", None),
                _ => b.step(name, Quantity::Euro, Term::Sum(terms), of),
            }
        })
    }

    /// What the level of a line adds to its cost, in the prices of its budget.
    fn raised(&mut self, line: LineId, y: usize) -> usize {
        let id = self.model.lines.get(line).id();
        self.once(format!("level({id}, {})", self.year(y)), |b, name| {
            let level = b.model.lines.get(line).as_cost().and_then(|c| c.level);
            let Some(level) = level.filter(|a| b.model.assumption(*a).values.get(1).is_some_and(|v| *v > -1.0)) else {
                return b.given(name, Quantity::Euro, 0.0, "starts at its figure of the base year", None);
            };
            let mut of = vec![b.without_measures(line, y), b.assumption(level, 1)];
            let part = Term::by(Term::Step(1), Term::Sum(vec![Term::Number(1.0), Term::Step(1)]));
            let mut cost = Term::only();
            if let Some((now, then)) = b.since_budget(line, y) {
                of.push(now);
                cost = Term::by(cost, Term::Step(of.len() - 1));
                if let Some(then) = then {
                    of.push(then);
                    cost = Term::Product(vec![cost, Term::Step(of.len() - 1)]);
                }
            }
            b.step(name, Quantity::Euro, Term::Product(vec![cost, part]), of)
        })
    }
}
