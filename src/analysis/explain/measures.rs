//! What measures come to: by kind, one by one as the ledger has them, and the
//! fall of the budget that they explain.

use super::group::Members;
use super::{Builder, NoAnswer, Term};
use crate::analysis::ledger;
use crate::dutch::Quantity;
use crate::model::{Call, FigureKind, Measure, MeasureKind, Quantity as Recorded};
use crate::units::Year;

impl<'a> Builder<'a> {
    pub(super) fn of_measures(&mut self, call: &Call) -> Result<Option<usize>, NoAnswer> {
        match call.name.split_once('.') {
            Some(("fall", part)) => self.fall(call, part),
            Some(("measure", part)) => self.of_measure(call, part),
            _ => self.by_kind(call),
        }
    }

    /// Measures of a kind on cost (or revenue), in the order of ids of lines and of measures.
    fn by_kind(&mut self, call: &Call) -> Result<Option<usize>, NoAnswer> {
        let Some(kind) = MeasureKind::ALL.into_iter().find(|k| k.name() == call.part(0)) else {
            let known: Vec<&str> = MeasureKind::ALL.iter().map(|k| k.name()).collect();
            return Err(NoAnswer::Unknown(format!("{call}: a kind is one of {}", known.join(", "))));
        };
        let y = self.at(call, 1)?;
        let model = self.model;
        let revenue = call.name == "measures.revenue";
        let everywhere = matches!(call.name.as_str(), "measures" | "measures_planned");
        let counts = |m: &&'a Measure| {
            let line = model.lines.get(m.line);
            m.kind == kind && line.as_cost().is_some() != revenue && (everywhere || !line.outside())
        };
        let measures: Vec<&'a Measure> = model.measures.iter().filter(counts).collect();
        let (mut of, mut terms) = (Vec::new(), Vec::new());
        for measure in measures {
            let Some(amount) = measure.amount else { continue };
            match call.name.as_str() {
                "measures" => {
                    let Some(amount) = self.measure(measure, y) else { continue };
                    of.push(amount);
                    terms.push(Term::Step(of.len() - 1));
                }
                _ => {
                    let first = of.len();
                    of.push(self.assumption(amount, y));
                    if call.name == "measures.counted_on" && y > 0 {
                        of.extend(measure.realisation.map(|r| self.assumption(r, y)));
                    }
                    if call.name == "measures_planned" && measure.indexed && y > 0 {
                        of.extend(self.price_index(measure.line, y));
                    }
                    terms.push(Term::Product((first..of.len()).map(Term::Step).collect()));
                }
            }
        }
        let name = call.to_string();
        Ok(Some(match terms.len() {
            0 => self.given(name, Quantity::Euro, 0.0, "there is no such measure", None),
            _ => self.step(name, Quantity::Euro, Term::Sum(terms), of),
        }))
    }

    /// One saving or target, as the ledger has it.
    fn of_measure(&mut self, call: &Call, part: &str) -> Result<Option<usize>, NoAnswer> {
        let model = self.model;
        let id = call.part(0);
        let none = |why: &str| NoAnswer::Unknown(format!("{call}: {why}"));
        let measure = model.measures.iter().find(|m| m.id == id);
        let measure = measure.ok_or_else(|| none(&format!("there is no measure `{id}`")))?;
        let amount = measure.amount.ok_or_else(|| none("it has no amount"))?;
        let y = self.at(call, 1)?;
        let year = self.year(y);
        let name = call.to_string();
        let planned = self.assumption(amount, y);
        Ok(Some(match part {
            "planned" => self.same(name, Quantity::Euro, planned),
            "filled" if ledger::is_filled(measure) => self.same(name, Quantity::Euro, planned),
            "filled" => self.given(name, Quantity::Euro, 0.0, "not filled in", Some(&measure.place)),
            "realised" => {
                let found = self.come_true(measure, y).ok_or_else(|| none("no figures tell what has come true"))?;
                self.same(name, Quantity::Euro, found)
            }
            "open" => match self.come_true(measure, y) {
                None => self.same(name, Quantity::Euro, planned),
                // More than planned is no more than all of it.
                Some(realised) => {
                    let (plan, done) = (Term::Step(0), Term::Step(1));
                    let zero = || Term::Number(0.0);
                    let greatest = |a: Term, b: Term| Term::Greatest(Box::new(a), Box::new(b));
                    let part = if self.steps[planned].value < 0.0 {
                        Term::least(greatest(done, plan), zero())
                    } else {
                        greatest(Term::least(done, plan), zero())
                    };
                    self.step(name, Quantity::Euro, Term::less(Term::Step(0), part), vec![planned, realised])
                }
            },
            "counted_on" => {
                let mut of = vec![planned];
                of.extend(measure.realisation.map(|r| self.assumption(r, y)));
                let term = Term::Product((0..of.len()).map(Term::Step).collect());
                self.step(name, Quantity::Euro, term, of)
            }
            "realisation" => match measure.realisation {
                Some(realisation) => self.assumption(realisation, y),
                None => self.given(name, Quantity::Percent, 1.0, "not stated: all of it", Some(&measure.place)),
            },
            "expected" => {
                let share = format!("measure.mean({id}, {year})");
                let share = self.read_off(measure, year, &share, ledger::mean_share(model, measure, y))?;
                let term = Term::Product(vec![Term::Step(0), Term::Step(1)]);
                self.step(name, Quantity::Euro, term, vec![planned, share])
            }
            "mean" => self.read_off(measure, year, &name, ledger::mean_share(model, measure, y))?,
            "chance" => self.read_off(measure, year, &name, ledger::chance_of_all(model, measure, y))?,
            _ => return Ok(None),
        }))
    }

    /// A number that follows from the spread of how much of a measure comes true:
    /// read off the distribution that stands there.
    fn read_off(&mut self, measure: &'a Measure, year: Year, name: &str, value: f64) -> Result<usize, NoAnswer> {
        let Some(realisation) = measure.realisation else {
            return Ok(self.given(
                name.to_owned(),
                Quantity::Percent,
                value,
                "no doubt is stated",
                Some(&measure.place),
            ));
        };
        let address = &self.model.assumption(realisation).address;
        let found = super::assumed(self.model, address, Some(year))
            .map_err(|why| NoAnswer::Unknown(format!("{name}: {why}")))?;
        Ok(self.bound(name.to_owned(), &found, value))
    }

    /// What figures tell of a measure: a row of its own, else the part that
    /// realised figures of the base year hold.
    fn come_true(&mut self, measure: &'a Measure, y: usize) -> Option<usize> {
        match ledger::come_true(self.model, measure, self.year(y))? {
            ledger::ComeTrue::Row(year) => self.recorded(&measure.id, Recorded::Measure, &[FigureKind::Actual], year),
            ledger::ComeTrue::InBase => measure.amount.map(|amount| self.assumption(amount, 0)),
        }
    }

    /// How far the budgeted cost falls, and what explains it.
    fn fall(&mut self, call: &Call, part: &str) -> Result<Option<usize>, NoAnswer> {
        let (from, to) = (self.year_of(call, 0)?, self.year_of(call, 1)?);
        let (first, last) = (self.at(call, 0)?, self.at(call, 1)?);
        let model = self.model;
        let none = || NoAnswer::Unknown(format!("{call}: not every line has a budget in both years"));
        let inside = |m: &&'a Measure| {
            let line = model.lines.get(m.line);
            !line.outside() && line.as_cost().is_some() && m.amount.is_some() && !model.scenario.added(&m.place)
        };
        let name = call.to_string();
        let euro = Quantity::Euro;
        match part {
            "planned" => {
                let costs: Members = (0..model.lines.all.len())
                    .map(crate::model::LineId)
                    .filter(|l| !model.lines.get(*l).outside() && model.lines.get(*l).as_cost().is_some())
                    .map(|l| (l, 1.0))
                    .collect();
                let mut of = Vec::new();
                for year in [from, to] {
                    let name = format!("budget.written(total, {year})");
                    let sum = self.sum(name, euro, "total", costs.clone(), |b, l| {
                        b.recorded(model.lines.get(l).id(), Recorded::Cost, &[FigureKind::Budget], year)
                    });
                    of.push(sum.ok_or_else(none)?);
                }
                Ok(Some(self.step(name, euro, Term::less(Term::Step(0), Term::Step(1)), of)))
            }
            "explained" | "counted_on" => {
                let technical = part == "counted_on";
                let counts = |m: &&'a Measure| inside(m) && (m.kind == MeasureKind::Technical) == technical;
                let measures: Vec<&'a Measure> = model.measures.iter().filter(counts).collect();
                let (mut of, mut terms) = (Vec::new(), Vec::new());
                for measure in measures {
                    let Some(amount) = measure.amount else { continue };
                    of.extend([self.assumption(amount, first), self.assumption(amount, last)]);
                    let before = Term::Step(of.len() - 2);
                    let mut then = Term::Step(of.len() - 1);
                    if let Some(realisation) = measure.realisation.filter(|_| technical) {
                        of.push(self.assumption(realisation, last));
                        then = Term::Product(vec![then, Term::Step(of.len() - 1)]);
                    }
                    terms.push(Term::less(before, then));
                }
                Ok(Some(match terms.len() {
                    0 => self.given(name, euro, 0.0, "there is no such measure", None),
                    _ => self.step(name, euro, Term::Sum(terms), of),
                }))
            }
            "unexplained" => {
                let mut of = Vec::new();
                for part in ["planned", "explained"] {
                    let call = Call { name: format!("fall.{part}"), of: call.of.clone() };
                    of.extend(self.fall(&call, part)?);
                }
                Ok(Some(self.step(name, euro, Term::less(Term::Step(0), Term::Step(1)), of)))
            }
            _ => Ok(None),
        }
    }
}
