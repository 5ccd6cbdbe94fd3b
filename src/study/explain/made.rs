//! What figures with a name of their own are made of, other than risks:
//! parameters of rules, swings, the published explanation, the backtest.

use super::{Explainer, moved_id};
use crate::analysis::explain::{How, Made, Part, Term};
use crate::analysis::{ledger, sensitivity, trust};
use crate::diagnostic::Place;
use crate::dutch::{self, Quantity};
use crate::model::{Call, Expression, Line};
use crate::study::ScenarioStudy;

/// What is made, or why not.
pub(super) type Answer = Result<Made, String>;

/// An expression that is written here, so that it is well formed.
pub(super) fn part(text: &str) -> Result<Part, String> {
    text.parse().map(Part::Expression).map_err(|why: crate::model::ExpressionError| format!("`{text}`: {why}"))
}

impl Explainer<'_> {
    /// What a figure is made of; none where the name is not known here.
    pub(super) fn make(&self, of: &ScenarioStudy, call: &Call) -> Option<Answer> {
        Some(match call.name.as_str() {
            "parameter" => self.parameter(of, call),
            "swing.low" | "swing.high" => self.swing(call),
            "variance.share" => self.share(call),
            "published" | "published.ours" => self.published(of, call),
            "backtest" => self.backtest(of, call),
            name if name.starts_with("risk.") => self.risk(of, call),
            name if name.starts_with("register.") => self.register(of, call),
            name if name.starts_with("resilience.") => self.resilience(of, call),
            _ => return None,
        })
    }

    /// What the municipality sets a parameter of a rule to, else what the rule itself does.
    fn parameter(&self, of: &ScenarioStudy, call: &Call) -> Answer {
        let (rule, name) = (call.part(0), call.part(1));
        let called = format!("rule.{rule}.{name}");
        if let Some(set) = of.model.rule_parameters.get(rule).and_then(|r| r.get(name)) {
            let (value, unit) =
                dutch::parse_quantity(&set.written).ok_or_else(|| format!("`{}` is no number", set.written))?;
            return Ok(Made::file(unit, value, called, set.place.clone(), None));
        }
        let found = self.study.rules.iter().find(|r| r.id == rule);
        let found = found.ok_or_else(|| format!("there is no rule `{rule}`"))?;
        let own = found.parameters.iter().find(|p| p.name == name);
        let own = own.ok_or_else(|| format!("rule `{rule}` has no parameter `{name}`"))?;
        Ok(Made::file(own.unit, own.value, called, own.place.clone(), None))
    }

    /// The result with one assumption at its P10 or P90 in all years.
    fn swing(&self, call: &Call) -> Answer {
        let base = self.study.scenarios.first().ok_or("there is no base")?;
        let q = if call.name == "swing.low" { 0.1 } else { 0.9 };
        let (_, figure) = sensitivity::usual_figure(&base.model);
        let address = base.model.full_address(call.part(0));
        let swings = self.study.weights.as_ref().map_or(&[][..], |w| &w.tornado.swings);
        if swings.iter().all(|s| s.address != address) {
            return Err(format!("there is no uncertain assumption `{address}`, or nothing was drawn"));
        }
        let moved = Expression::In(moved_id(&address, q), Box::new(figure));
        Ok(Made { unit: Some(Quantity::Euro), how: How::Term(Term::only()), of: vec![Part::Expression(moved)] })
    }

    /// Its part of the variance of the result, over the draws.
    fn share(&self, call: &Call) -> Answer {
        let weights = self.study.weights.as_ref().ok_or("nothing is uncertain")?;
        let shares = weights.shares.as_ref().ok_or("nothing is drawn")?;
        let base = self.study.scenarios.first().ok_or("there is no base")?;
        let address = base.model.full_address(call.part(0));
        let found = shares.shares.iter().find(|s| s.addresses.contains(&address));
        let found = found.ok_or_else(|| format!("`{address}` moves nothing"))?;
        let (_, figure) = sensitivity::usual_figure(&base.model);
        let together = if found.addresses.len() > 1 { ", with what it is correlated to" } else { "" };
        let what = format!("the share of the variance of {figure} that comes from it{together}");
        let figure = Expression::In(base.model.scenario.id.clone(), Box::new(figure));
        Ok(Made {
            unit: Some(Quantity::Percent),
            how: How::Drawn { value: found.share, what },
            of: vec![Part::Expression(figure)],
        })
    }

    /// An item of the published explanation, or what the model holds of it.
    fn published(&self, of: &ScenarioStudy, call: &Call) -> Answer {
        let published = self.study.published.as_ref().ok_or("there is no published explanation")?;
        let file =
            |name: String, value: f64, place: &Place| Ok(Made::file(Quantity::Euro, value, name, place.clone(), None));
        if call.part(0) == "total" && call.name == "published" {
            return match published.total {
                Some(total) => file("printed total".to_owned(), total, &published.place),
                None => {
                    let items: Result<Vec<Part>, String> =
                        (1..=published.items.len()).map(|n| part(&format!("published({n})"))).collect();
                    Ok(Made::term(Term::sum_of(published.items.len()), items?))
                }
            };
        }
        let number: usize = call.part(0).parse().map_err(|_| "an item is named by its number".to_owned())?;
        let item = number.checked_sub(1).and_then(|n| published.items.get(n));
        let item = item.ok_or_else(|| format!("there is no item {number}"))?;
        if call.name == "published" {
            return file(format!("item {number}"), item.amount, &item.place);
        }
        if item.measures.is_empty() {
            return Err("the item names no measures".to_owned());
        }
        let (mut parts, mut terms) = (Vec::new(), Vec::new());
        let base = of.model.base_year();
        for measure in of.model.measures.iter().filter(|m| ledger::is_named(item, m)) {
            let Some(amount) = measure.amount else { continue };
            let address = &of.model.assumption(amount).address;
            parts.push(part(&format!("{address}[{base}]"))?);
            let step = Term::Step(parts.len() - 1);
            // More cost is a disadvantage, more revenue an advantage.
            let cost = of.model.lines.get(measure.line).as_cost().is_some();
            terms.push(if cost { Term::less(Term::Number(0.0), step) } else { step });
        }
        if terms.is_empty() {
            terms.push(Term::only());
            let why = "the model has no such measure".to_owned();
            parts.push(Part::Given {
                name: "none".to_owned(),
                unit: Quantity::Euro,
                value: 0.0,
                why,
                place: Some(item.place.clone()),
            });
        }
        Ok(Made::term(Term::Sum(terms), parts))
    }

    /// The size of the error in the backtest, with the figures it was tested on.
    fn backtest(&self, of: &ScenarioStudy, call: &Call) -> Answer {
        let row = self.study.trust.rows.iter().find(|r| r.line == call.part(1));
        let row = row.ok_or_else(|| format!("`{}` was not tested", call.part(1)))?;
        let (value, peers) = match call.part(0) {
            "model" => (row.model, false),
            "budget" => (row.budget, false),
            "peers-model" => (row.peers.map(|p| p.0), true),
            "peers-budget" => (row.peers.map(|p| p.1), true),
            other => return Err(format!("`{other}` is none of model, budget, peers-model, peers-budget")),
        };
        let value = value.ok_or("there are too few years")?;
        let own = of.model.lines.find(&row.line).map(|l| of.model.lines.get(l));
        let file = if peers || own.is_none() { trust::PEERS } else { "figures.csv" };
        let of_own = own.filter(|_| !peers).map(|line| figures_of(of, line)).unwrap_or_default();
        let first = of_own.into_iter().next().unwrap_or_else(|| Place::file(file));
        Ok(Made::file(Quantity::Percent, value, format!("backtest of {}", row.line), first, None))
    }
}

/// Rows of a line in figures.csv.
fn figures_of(of: &ScenarioStudy, line: &Line) -> Vec<Place> {
    let quantity =
        if line.as_cost().is_some() { crate::model::Quantity::Cost } else { crate::model::Quantity::Revenue };
    of.model.figures.of(line.id(), quantity).map(|(_, _, row)| row.place.clone()).collect()
}
