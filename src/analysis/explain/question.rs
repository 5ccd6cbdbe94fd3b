//! From a figure or an expression to its tree.

use std::fmt;

use super::group::Set;
use super::{Builder, Explanation, From, How, Made, Part, Step, Term};
use crate::analysis::question::{self, Draws, Scene};
use crate::diagnostic::{Diagnostic, Place};
use crate::dutch::Quantity;
use crate::model::{
    Call, Correlated, Expression, Figure, FigureAddress, FigureKind, Function, LineId, Model, Operator,
    Quantity as Recorded,
};
use crate::projection::{self, Central, Named, NoFigure};
use crate::simulation::simulate;

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
    /// Something else that is not there: a sentence.
    Unknown(String),
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFigure(address, why) => write!(f, "{address}: {why}"),
            Self::Unknown(why) => f.write_str(why),
            Self::NoDraws(found) => {
                let words: Vec<&str> = found.iter().map(|d| d.message.as_str()).collect();
                f.write_str(&words.join("; "))
            }
        }
    }
}

/// The tree of an expression about one model; draws are made where it asks for them.
///
/// # Errors
/// When a figure in it is not there, or the model cannot be drawn.
pub fn explain(model: &Model, asked: Asked<'_>) -> Result<Explanation, NoAnswer> {
    let projection = projection::project(model, &Central(model));
    let draws = if asked.expression.needs_draws() {
        let draws = Draws::new(model, asked.settings).map_err(NoAnswer::NoDraws)?;
        // Without draws there is nothing to sum up.
        Some(match asked.settings.draws {
            0 => draws,
            _ => draws.with(simulate(model, asked.settings).map_err(NoAnswer::NoDraws)?),
        })
    } else {
        None
    };
    let scene = Scene { model, projection: &projection, draws: draws.as_ref(), world: None };
    explain_in(scene, asked.settings.seed, asked.expression)
}

/// The tree of an expression in a scenario that has its draws already; `seed`
/// is what they started from.
///
/// # Errors
/// When a figure in it is not there.
pub fn explain_in(scene: Scene<'_>, seed: u64, expression: &Expression) -> Result<Explanation, NoAnswer> {
    let mut builder = Builder::new(scene, seed);
    let root = builder.expression(expression)?;
    // The figure asked is the last of the list, also where it was known before.
    if root + 1 != builder.steps.len() {
        let step = builder.steps[root].clone();
        builder.steps.push(step);
    }
    Ok(Explanation { steps: builder.steps })
}

/// What a figure with a name of its own is worth.
///
/// # Errors
/// When there is no such figure.
pub fn value_of(scene: &Scene<'_>, call: &Call) -> Result<f64, NoAnswer> {
    let mut builder = Builder::new(*scene, 0);
    let root = builder.expression(&Expression::Call(call.clone()))?;
    Ok(builder.steps[root].value)
}

impl Builder<'_> {
    pub(super) fn expression(&mut self, expression: &Expression) -> Result<usize, NoAnswer> {
        let unit = expression.unit().ok().flatten().unwrap_or(Quantity::Number);
        match expression {
            Expression::Number(x, _) => {
                Ok(self.given(expression.to_string(), unit, *x, "as written in the question", None))
            }
            Expression::Figure(address) => self.figure(address),
            Expression::Minus(x) => {
                let of = vec![self.expression(x)?];
                let unit = self.steps[of[0]].unit;
                Ok(self.step(expression.to_string(), unit, Term::less(Term::Number(0.0), Term::only()), of))
            }
            Expression::Joined(a, operator, b) => {
                let of = vec![self.expression(a)?, self.expression(b)?];
                let (x, y) = (Term::Step(0), Term::Step(1));
                let term = match operator {
                    Operator::Plus => Term::Sum(vec![x, y]),
                    Operator::Minus => Term::less(x, y),
                    Operator::Times => Term::Product(vec![x, y]),
                    Operator::By => Term::by(x, y),
                };
                Ok(self.step(expression.to_string(), unit, term, of))
            }
            Expression::Of(function, parts) => {
                let mut of = Vec::new();
                for part in parts {
                    of.push(self.expression(part)?);
                }
                let (x, y) = (Box::new(Term::Step(0)), Box::new(Term::Step(1)));
                let term = match function {
                    Function::Greatest => Term::Greatest(x, y),
                    Function::Least => Term::Least(x, y),
                    Function::Size => Term::Size(x),
                };
                Ok(self.step(expression.to_string(), unit, term, of))
            }
            _ if question::of_one_assumption(expression).is_some() => {
                let Some(asked) = question::of_one_assumption(expression) else { return self.expression(expression) };
                let (found, value) = asked.answer(self.model)?;
                let name = expression.to_string();
                Ok(match expression {
                    Expression::Chance(_) => self.off_distribution(name, Quantity::Percent, &found, value),
                    _ => self.bound(name, &found, value),
                })
            }
            Expression::Chance(condition) => {
                let of = vec![self.expression(&condition.left)?, self.expression(&condition.right)?];
                self.asked_of_draws(expression, unit, of)
            }
            Expression::Over(_, inside) => {
                let of = vec![self.inside(inside)?];
                self.asked_of_draws(expression, unit, of)
            }
            Expression::Given(..) => {
                let of = vec![self.inside(expression)?];
                self.asked_of_draws(expression, unit, of)
            }
            Expression::In(id, inside) => self.elsewhere(expression, id, inside),
            Expression::Call(call) => self.call(call),
            Expression::Assumption(address, year) => {
                let found = super::assumed(self.model, address, *year).map_err(NoAnswer::Unknown)?;
                Ok(self.assumption(found.id, found.at))
            }
        }
    }

    /// What is drawn, without the condition on which draws count.
    fn inside(&mut self, expression: &Expression) -> Result<usize, NoAnswer> {
        match expression {
            Expression::Given(x, _) => self.expression(x),
            other => self.expression(other),
        }
    }

    /// The tree of another scenario, with its name before every step.
    fn elsewhere(&mut self, whole: &Expression, id: &str, inside: &Expression) -> Result<usize, NoAnswer> {
        let scene = self.scene.other(id)?;
        if id == self.model.scenario.id {
            return self.expression(inside);
        }
        let name = whole.to_string();
        if let Some(known) = self.known.get(&name) {
            return Ok(*known);
        }
        let found = explain_in(scene, self.seed, inside)?;
        let from = self.steps.len();
        let shifted = |of: &[usize]| of.iter().map(|i| i + from).collect::<Vec<usize>>();
        let steps = found.steps.into_iter().map(|step| {
            let from = match step.from {
                From::Steps { term, of } => From::Steps { term, of: shifted(&of) },
                From::Draws { what, draws, seed, of } => From::Draws { what, draws, seed, of: shifted(&of) },
                leaf => leaf,
            };
            Step { name: format!("in({id}, {})", step.name), from, ..step }
        });
        self.steps.extend(steps);
        self.known.insert(name, self.steps.len() - 1);
        Ok(self.steps.len() - 1)
    }

    /// A figure with a name of its own: of this model, or of the world around it.
    fn call(&mut self, call: &Call) -> Result<usize, NoAnswer> {
        let name = call.to_string();
        if let Some(known) = self.known.get(&name) {
            return Ok(*known);
        }
        if let Some(found) = self.own_call(call)? {
            self.known.insert(name, found);
            return Ok(found);
        }
        let made = self.scene.world.and_then(|w| w.made(&self.model.scenario.id, call));
        let made = made.ok_or_else(|| NoAnswer::Unknown(format!("{name}: known only of a whole study")))?;
        let made = made.map_err(|why| NoAnswer::Unknown(format!("{name}: {why}")))?;
        let found = self.made(name.clone(), call, made)?;
        self.known.insert(name, found);
        Ok(found)
    }

    fn made(&mut self, name: String, call: &Call, made: Made) -> Result<usize, NoAnswer> {
        let unit = made.unit.or(call.unit()).unwrap_or(Quantity::Number);
        let mut of = Vec::new();
        for part in made.of {
            of.push(match part {
                Part::Expression(x) => self.expression(&x)?,
                Part::File { name, unit, value, place, source } => {
                    self.once(name, |b, name| b.leaf(name, unit, value, &place, source))
                }
                Part::Given { name, unit, value, why, place } => {
                    self.once(name, |b, name| b.given(name, unit, value, why, place.as_ref()))
                }
            });
        }
        Ok(match made.how {
            How::Term(term) => self.step(name, unit, term, of),
            How::Drawn { value, what } => self.what_draws_say(name, unit, value, what, of),
        })
    }

    /// What draws say, on the figure without uncertainty and the uncertain values under it.
    fn asked_of_draws(&mut self, expression: &Expression, unit: Quantity, of: Vec<usize>) -> Result<usize, NoAnswer> {
        let answer = self.scene.answer(expression)?;
        // A name of its own may know its unit better than the expression does.
        let unit = match expression {
            Expression::Chance(_) => Quantity::Percent,
            _ => of.first().map_or(unit, |i| self.steps[*i].unit),
        };
        let what = question::in_words(expression);
        Ok(self.what_draws_say(expression.to_string(), unit, answer.value, what, of))
    }

    fn what_draws_say(&mut self, name: String, unit: Quantity, value: f64, what: String, mut of: Vec<usize>) -> usize {
        let mut open = of.clone();
        let mut seen = std::collections::BTreeSet::new();
        while let Some(next) = open.pop() {
            if !seen.insert(next) {
                continue;
            }
            open.extend(self.steps[next].from.steps());
        }
        let uncertain = |i: &usize| matches!(&self.steps[*i].from, From::File(leaf) if leaf.spread.is_some());
        let uncertain: Vec<usize> = seen.iter().copied().filter(uncertain).filter(|i| !of.contains(i)).collect();
        let ids: Vec<_> = uncertain
            .iter()
            .filter_map(|i| match &self.steps[*i].from {
                From::File(leaf) => leaf.assumption.map(|(id, _)| id),
                _ => None,
            })
            .collect();
        of.extend(uncertain);
        of.extend(self.linked(&ids));
        of.extend(self.luck(&seen.iter().map(|i| self.steps[*i].name.clone()).collect::<Vec<_>>()));
        let draws = self.scene.draws.map_or(0, Draws::count);
        self.drawn(name, unit, value, (what, draws, of))
    }

    /// Correlations between the uncertain values that something rests on.
    fn linked(&mut self, ids: &[crate::model::AssumptionId]) -> Vec<usize> {
        let model = self.model;
        let meets = |c: &Correlated| matches!(c, Correlated::Assumption(id) if ids.contains(id));
        let found = model.correlations.iter().filter(|c| c.between.iter().any(meets));
        // One that links several assumptions stands in the model once for each pair.
        let mut of: Vec<usize> = Vec::new();
        for c in found {
            let rho = self.once(format!("correlation.{}.rho", c.id), |b, name| {
                b.leaf(name, Quantity::Number, c.rho, &c.place, None)
            });
            if !of.contains(&rho) {
                of.push(rho);
            }
        }
        of
    }

    /// Lines with few clients, whose cost chance decides as well.
    fn luck(&mut self, names: &[String]) -> Vec<usize> {
        let model = self.model;
        let under = |id: &str| names.iter().any(|n| n.starts_with(&format!("cost({id}, ")));
        let lines: Vec<(&str, f64, &Place)> = model
            .lines
            .costs()
            .filter_map(|l| l.luck_cost_cv.map(|cv| (l.id.as_str(), cv, &l.place)))
            .filter(|(id, ..)| under(id))
            .collect();
        let leaf = |(id, cv, place): (&str, f64, &Place)| {
            self.once(format!("cost.{id}.luck.cost_cv"), |b, name| b.leaf(name, Quantity::Number, cv, place, None))
        };
        lines.into_iter().map(leaf).collect()
    }

    /// The tree of one figure.
    fn figure(&mut self, address: &FigureAddress) -> Result<usize, NoAnswer> {
        let wrong = |why: NoFigure| NoAnswer::NoFigure(address.clone(), why);
        projection::figure(self.model, self.projection, address).map_err(wrong)?;
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
        let named = projection::named(self.model, self.projection, name).map_err(wrong)?;
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
