//! From a figure or an expression to its tree.

use std::fmt;

use super::group::Set;
use super::{Builder, Explanation, From, Term};
use crate::analysis::question::{self, Draws};
use crate::diagnostic::Diagnostic;
use crate::dutch::Quantity;
use crate::model::{Expression, Figure, FigureAddress, FigureKind, LineId, Model, Operator, Quantity as Recorded};
use crate::projection::{self, Named, NoFigure};

/// What is asked, with the means to answer it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// The expression.
    pub expression: &'a Expression,
    /// How to draw, where the expression asks for draws.
    pub settings: &'a crate::simulation::Settings,
}

/// Why there is no explanation.
#[derive(Clone, Debug)]
pub enum NoAnswer {
    /// A figure that is not there.
    NoFigure(FigureAddress, NoFigure),
    /// A model that cannot be drawn.
    NoDraws(Vec<Diagnostic>),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFigure(address, why) => write!(f, "{address}: {why}"),
            Self::NoDraws(found) => {
                let words: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
                f.write_str(&words.join("; "))
            }
        }
    }
}

/// The tree of an expression.
///
/// # Errors
/// When a figure in it is not there, or the model cannot be drawn.
pub fn explain(model: &Model, asked: Asked<'_>) -> Result<Explanation, NoAnswer> {
    let mut builder = Builder::new(model);
    let root = builder.expression(asked.expression, asked.settings)?;
    // The figure asked is the last of the list, also where it was known before.
    if root + 1 != builder.steps.len() {
        let step = builder.steps[root].clone();
        builder.steps.push(step);
    }
    Ok(Explanation { steps: builder.steps })
}

impl Builder<'_> {
    fn expression(
        &mut self,
        expression: &Expression,
        settings: &crate::simulation::Settings,
    ) -> Result<usize, NoAnswer> {
        let unit = expression.unit().ok().flatten().unwrap_or(Quantity::Number);
        match expression {
            Expression::Number(x, _) => {
                Ok(self.given(expression.to_string(), unit, *x, "as written in the question", None))
            }
            Expression::Figure(address) => self.figure(address),
            Expression::Minus(x) => {
                let of = vec![self.expression(x, settings)?];
                Ok(self.step(expression.to_string(), unit, Term::less(Term::Number(0.0), Term::only()), of))
            }
            Expression::Joined(a, operator, b) => {
                let of = vec![self.expression(a, settings)?, self.expression(b, settings)?];
                let (x, y) = (Term::Step(0), Term::Step(1));
                let term = match operator {
                    Operator::Plus => Term::Sum(vec![x, y]),
                    Operator::Minus => Term::less(x, y),
                    Operator::Times => Term::Product(vec![x, y]),
                    Operator::By => Term::by(x, y),
                };
                Ok(self.step(expression.to_string(), unit, term, of))
            }
            Expression::Chance(condition) => {
                let of =
                    vec![self.expression(&condition.left, settings)?, self.expression(&condition.right, settings)?];
                self.asked_of_draws(expression, unit, of, settings)
            }
            Expression::Over(_, inside) => {
                let of = vec![self.expression(inside, settings)?];
                self.asked_of_draws(expression, unit, of, settings)
            }
        }
    }

    /// What draws say, on the figure without uncertainty and the uncertain values under it.
    fn asked_of_draws(
        &mut self,
        expression: &Expression,
        unit: Quantity,
        mut of: Vec<usize>,
        settings: &crate::simulation::Settings,
    ) -> Result<usize, NoAnswer> {
        let draws = Draws::new(self.model, settings).map_err(NoAnswer::NoDraws)?;
        let answer = question::answer(self.model, &self.projection, Some(&draws), expression)?;
        let mut open = of.clone();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(next) = open.pop() {
            if !seen.insert(next) {
                continue;
            }
            open.extend(self.steps[next].from.steps());
        }
        let uncertain = seen.into_iter().filter(|i| match &self.steps[*i].from {
            From::File(leaf) => leaf.assumption.is_some_and(|(id, _)| self.model.assumption(id).is_uncertain()),
            _ => false,
        });
        let uncertain: Vec<usize> = uncertain.filter(|i| !of.contains(i)).collect();
        of.extend(uncertain);
        let what = question::in_words(expression);
        Ok(self.drawn(expression.to_string(), unit, answer.value, (what, draws.count(), of)))
    }

    /// The tree of one figure.
    fn figure(&mut self, address: &FigureAddress) -> Result<usize, NoAnswer> {
        let wrong = |why: NoFigure| NoAnswer::NoFigure(address.clone(), why);
        projection::figure(self.model, &self.projection, address).map_err(wrong)?;
        let FigureAddress { figure, name, year } = address;
        let absent = || NoAnswer::NoFigure(address.clone(), NoFigure::Absent("it cannot be explained".to_owned()));
        match figure {
            Figure::Index => {
                let index = self.model.indices.iter().position(|i| i.id == *name).ok_or_else(absent)?;
                return Ok(self.index(crate::model::IndexId(index), *year));
            }
            Figure::Reserve => {
                let reserve = self.model.reserves.iter().position(|r| r.id == *name).ok_or_else(absent)?;
                let y = self.position(*year).ok_or_else(absent)?;
                return Ok(self.reserve(reserve, y));
            }
            Figure::Indicator => {
                let kinds = [FigureKind::Actual, FigureKind::Forecast, FigureKind::Amended, FigureKind::Budget];
                return self.recorded(name, Recorded::Count, &kinds, *year).ok_or_else(absent);
            }
            _ => {}
        }
        let named = projection::named(self.model, &self.projection, name).map_err(wrong)?;
        if *figure == Figure::Actual {
            return self.actual(named, address).ok_or_else(absent);
        }
        let y = self.position(*year).ok_or_else(absent)?;
        match named {
            Named::Line(line) => self.of_line(line, address, y),
            Named::Group(group) => {
                let set = self.set_of_group(group);
                self.of_set(&set, *figure, y)
            }
        }
        .ok_or_else(absent)
    }

    fn of_line(&mut self, line: LineId, address: &FigureAddress, y: usize) -> Option<usize> {
        let name = address.to_string();
        let cost = self.cost_line(line).is_some();
        Some(match address.figure {
            Figure::Cost | Figure::Revenue => self.amount(line, y),
            Figure::Budget | Figure::BudgetRevenue => self.budget_line(line, y)?,
            Figure::Balance => {
                let of = vec![self.amount(line, y)];
                let term = if cost { Term::less(Term::Number(0.0), Term::only()) } else { Term::only() };
                self.step(name, Quantity::Euro, term, of)
            }
            Figure::Clients => {
                let of = vec![self.volume(line, y)];
                self.step(name, Quantity::Clients, Term::only(), of)
            }
            Figure::Price => {
                let of = vec![self.amount(line, y), self.volume(line, y)];
                self.step(name, Quantity::EuroPerClient, Term::by(Term::Step(0), Term::Step(1)), of)
            }
            Figure::Growth => {
                let of = vec![self.volume(line, y), self.volume(line, y.checked_sub(1)?)];
                let term = Term::less(Term::by(Term::Step(0), Term::Step(1)), Term::Number(1.0));
                self.step(name, Quantity::Percent, term, of)
            }
            _ => return None,
        })
    }

    fn of_set(&mut self, set: &Set, figure: Figure, y: usize) -> Option<usize> {
        Some(match figure {
            Figure::Cost => self.group_cost(set, y),
            Figure::Revenue => self.group_revenue(set, y),
            Figure::Balance => self.balance(set, y),
            Figure::Result => self.result(set, y),
            Figure::Budget => self.group_budget(set, true, y)?,
            Figure::BudgetRevenue => self.group_budget(set, false, y)?,
            Figure::Shortfall => self.shortfall(set, y)?,
            Figure::Clients => self.group_clients(set, y)?,
            Figure::Price => {
                let of = vec![self.group_cost(set, y), self.group_clients(set, y)?];
                let name = format!("price({}, {})", set.name, self.year(y));
                self.step(name, Quantity::EuroPerClient, Term::by(Term::Step(0), Term::Step(1)), of)
            }
            _ => return None,
        })
    }

    /// Realised cost, or revenue of a revenue line.
    fn actual(&mut self, named: Named, address: &FigureAddress) -> Option<usize> {
        let kinds = [FigureKind::Actual];
        let model = self.model;
        match named {
            Named::Line(line) => {
                let of = model.lines.get(line);
                let quantity = if of.as_cost().is_some() { Recorded::Cost } else { Recorded::Revenue };
                self.recorded(of.id(), quantity, &kinds, address.year)
            }
            Named::Group(group) => {
                let set = self.set_of_group(group);
                self.sum_of_costs(address.to_string(), &set, |b, l| {
                    b.recorded(model.lines.get(l).id(), Recorded::Cost, &kinds, address.year)
                })
            }
        }
    }
}
