//! Figures with a name of their own that one model tells: rows of
//! figures.csv, budgets as written, reserves, the incidental part of a balance.

use super::group::{Members, Set};
use super::{Builder, NoAnswer, Term};
use crate::dutch::Quantity;
use crate::model::{Call, FigureKind, IndexSource, LineId, Quantity as Recorded};
use crate::projection::{self, Named};
use crate::units::Year;

/// Why there is no such figure.
type Made = Result<Option<usize>, NoAnswer>;

fn unknown(call: &Call, why: &str) -> NoAnswer {
    NoAnswer::Unknown(format!("{call}: {why}"))
}

impl Builder<'_> {
    /// A figure of this model with a name of its own; none where the name is
    /// not one of this model alone.
    pub(super) fn own_call(&mut self, call: &Call) -> Made {
        let absent = |found: Option<usize>| found.map(Some).ok_or_else(|| unknown(call, "there is no such figure"));
        match call.name.as_str() {
            "figures" => absent(self.figures(call)?),
            "recorded.clients" => {
                let year = self.year_of(call, 1)?;
                let kinds = [FigureKind::Actual, FigureKind::Amended, FigureKind::Forecast, FigureKind::Budget];
                absent(self.recorded(call.part(0), Recorded::Clients, &kinds, year))
            }
            "budget.written" => {
                let (set, year) = (self.set(call, 0)?, self.year_of(call, 1)?);
                absent(self.written_budget(&set, year))
            }
            "balance.structural" | "balance.incidental" => {
                let (set, y) = (self.set(call, 0)?, self.at(call, 1)?);
                Ok(Some(self.part_of_balance(&set, y, call.name == "balance.structural")))
            }
            "reserves.withdrawn" | "reserves.added" => {
                let y = self.at(call, 0)?;
                let quantity = if call.name == "reserves.added" { Recorded::Addition } else { Recorded::Withdrawal };
                Ok(Some(self.movements(call.to_string(), quantity, y)))
            }
            "reserve.addition" | "reserve.withdrawal" | "reserve.covered" | "reserve.uncovered" => {
                let id = call.part(0);
                let reserve = self.model.reserves.iter().position(|r| r.id == id);
                let reserve = reserve.ok_or_else(|| unknown(call, &format!("there is no reserve `{id}`")))?;
                let y = self.at(call, 1)?;
                Ok(Some(match call.name.as_str() {
                    "reserve.covered" if y > 0 => {
                        let of = self.covered(reserve, y);
                        self.same(call.to_string(), Quantity::Euro, of)
                    }
                    "reserve.uncovered" if y > 0 => self.uncovered(call.to_string(), reserve, y),
                    "reserve.addition" => self.moved(call, reserve, Recorded::Addition, y),
                    "reserve.withdrawal" => self.moved(call, reserve, Recorded::Withdrawal, y),
                    _ => self.given(call.to_string(), Quantity::Euro, 0.0, "nothing in the base year", None),
                }))
            }
            "result.change" => absent(self.change_of_result(call)),
            "lowest" | "highest" | "spread" => {
                let found = super::assumed(self.model, call.part(0), Some(self.year_of(call, 1)?));
                let found = found.map_err(|why| unknown(call, &why))?;
                let value = match call.name.as_str() {
                    "lowest" => found.bounds().0,
                    "highest" => found.bounds().1,
                    _ => found.bounds().1 - found.value,
                };
                Ok(Some(self.bound(call.to_string(), &found, value)))
            }
            "mix" => absent(self.weight(call)),
            name if name.starts_with("gap.") => self.gap(call),
            "change" => self.change(call),
            name if name.starts_with("measure") || name.starts_with("fall.") => self.of_measures(call),
            "client.cost" | "client.dear" => {
                let line = self.line(call, 0)?;
                absent(self.client(call, line))
            }
            _ => Ok(None),
        }
    }

    /// A year between the brackets.
    pub(super) fn year_of(&self, call: &Call, part: usize) -> Result<Year, NoAnswer> {
        let text = call.part(part);
        text.parse().map(Year).map_err(|_| unknown(call, &format!("`{text}` is no year")))
    }

    /// Position of a year between the brackets.
    pub(super) fn at(&self, call: &Call, part: usize) -> Result<usize, NoAnswer> {
        let year = self.year_of(call, part)?;
        self.model.year_index(year).ok_or_else(|| unknown(call, &format!("{year} lies outside the projection")))
    }

    /// A line between the brackets.
    pub(super) fn line(&self, call: &Call, part: usize) -> Result<LineId, NoAnswer> {
        let name = call.part(part);
        self.model.lines.find(name).ok_or_else(|| unknown(call, &format!("there is no line `{name}`")))
    }

    /// A group between the brackets, or a line as a set of one.
    pub(super) fn set(&self, call: &Call, part: usize) -> Result<Set, NoAnswer> {
        let name = call.part(part);
        match projection::named(self.model, self.projection, name) {
            Ok(Named::Line(line)) => Ok(Set { name: name.to_owned(), members: vec![(line, 1.0)] }),
            Ok(Named::Group(group)) => Ok(self.set_of_group(group)),
            Err(why) => Err(unknown(call, &why.to_string())),
        }
    }

    fn figures(&mut self, call: &Call) -> Result<Option<usize>, NoAnswer> {
        let quantities = [Recorded::Cost, Recorded::Revenue, Recorded::Clients];
        let kinds = [FigureKind::Actual, FigureKind::Budget, FigureKind::Amended, FigureKind::Forecast];
        let quantity = quantities.into_iter().find(|q| q.name() == call.part(1));
        let kind = kinds.into_iter().find(|k| k.name() == call.part(2));
        let (Some(quantity), Some(kind)) = (quantity, kind) else {
            return Err(unknown(call, "write it like figures(jeugd, cost, actual, 2024)"));
        };
        let year = self.year_of(call, 3)?;
        if self.model.lines.find(call.part(0)).is_some() {
            return Ok(self.recorded(call.part(0), quantity, &[kind], year));
        }
        let set = self.set(call, 0)?;
        let members: Members = self.of_side(&set, quantity != Recorded::Revenue);
        let unit = if quantity == Recorded::Clients { Quantity::Clients } else { Quantity::Euro };
        let model = self.model;
        Ok(self.sum(call.to_string(), unit, &set.name, members, |b, l| {
            b.recorded(model.lines.get(l).id(), quantity, &[kind], year)
        }))
    }

    fn written_budget(&mut self, set: &Set, year: Year) -> Option<usize> {
        let model = self.model;
        self.sum_of_costs(format!("budget.written({}, {year})", set.name), set, |b, l| {
            b.recorded(model.lines.get(l).id(), Recorded::Cost, &[FigureKind::Budget], year)
        })
    }

    /// What of a line is incidental: all of it, or measures that are.
    fn incidental(&mut self, line: LineId, y: usize) -> usize {
        let of_line = self.model.lines.get(line);
        let name = format!("incidental({}, {})", of_line.id(), self.year(y));
        self.once(name, |b, name| {
            let of_line = b.model.lines.get(line);
            if !of_line.structural() {
                let of = b.amount(line, y);
                return b.same(name, Quantity::Euro, of);
            }
            let year = b.year(y);
            let ended = of_line.as_revenue().is_some_and(|r| y > 0 && r.until.is_some_and(|until| year > until));
            let mut measures: Vec<_> = b.model.measures.iter().filter(|m| m.line == line && !m.structural).collect();
            measures.sort_by(|x, y| x.id.cmp(&y.id));
            let of: Vec<usize> =
                if ended { Vec::new() } else { measures.into_iter().filter_map(|m| b.measure(m, y)).collect() };
            match of.len() {
                0 => b.given(name, Quantity::Euro, 0.0, "nothing of it is incidental", Some(of_line.place())),
                n => b.step(name, Quantity::Euro, Term::sum_of(n), of),
            }
        })
    }

    fn part_of_balance(&mut self, set: &Set, y: usize, structural: bool) -> usize {
        let year = self.year(y);
        let mut sides = Vec::new();
        for cost in [false, true] {
            let members = self.of_side(set, cost);
            let side = if cost { "cost" } else { "revenue" };
            let name = format!("incidental_{side}({}, {year})", set.name);
            sides
                .push(self.sum(name, Quantity::Euro, &set.name, members, |b, l| Some(b.incidental(l, y))).unwrap_or(0));
        }
        let incidental = self.once(format!("balance.incidental({}, {year})", set.name), |b, name| {
            b.step(name, Quantity::Euro, Term::less(Term::Step(0), Term::Step(1)), sides)
        });
        if !structural {
            return incidental;
        }
        let of = vec![self.balance(set, y), incidental];
        self.once(format!("balance.structural({}, {year})", set.name), |b, name| {
            b.step(name, Quantity::Euro, Term::less(Term::Step(0), Term::Step(1)), of)
        })
    }

    fn movements(&mut self, name: String, quantity: Recorded, y: usize) -> usize {
        let model = self.model;
        let of: Vec<usize> = model.reserves.iter().filter_map(|r| self.movement(&r.id, quantity, y)).collect();
        self.once(name, |b, name| match of.len() {
            0 => b.given(name, Quantity::Euro, 0.0, "figures.csv has no such row", None),
            n => b.step(name, Quantity::Euro, Term::sum_of(n), of),
        })
    }

    fn moved(&mut self, call: &Call, reserve: usize, quantity: Recorded, y: usize) -> usize {
        let model = self.model;
        let of_reserve = &model.reserves[reserve];
        match self.movement(&of_reserve.id, quantity, y) {
            Some(of) => self.same(call.to_string(), Quantity::Euro, of),
            None => {
                let why = "figures.csv has no such row";
                self.given(call.to_string(), Quantity::Euro, 0.0, why, Some(&of_reserve.place))
            }
        }
    }

    /// What a reserve does not cover: the rest of the shortfall, and what was
    /// taken out that was not in it.
    fn uncovered(&mut self, name: String, reserve: usize, y: usize) -> usize {
        let model = self.model;
        let of_reserve = &model.reserves[reserve];
        let mut of = vec![self.reserve(reserve, y - 1)];
        let mut there = Term::only();
        for (quantity, taken) in [(Recorded::Addition, false), (Recorded::Withdrawal, true)] {
            if let Some(moved) = self.movement(&of_reserve.id, quantity, y) {
                of.push(moved);
                let moved = Term::Step(of.len() - 1);
                there = if taken { Term::less(there, moved) } else { Term::Sum(vec![there, moved]) };
            }
        }
        let mut term = Term::less(Term::Number(0.0), there).not_below_zero();
        let short = self.covers(reserve).and_then(|set| self.shortfall(&set, y));
        if let Some(short) = short {
            of.extend([short, self.covered(reserve, y)]);
            let (short, covered) = (Term::Step(of.len() - 2), Term::Step(of.len() - 1));
            let mut need = short;
            let own = self.covers(reserve).map(|s| s.members).unwrap_or_default();
            for earlier in 0..reserve {
                let Some(other) = self.covers(earlier) else { continue };
                if own.iter().any(|(l, _)| other.members.iter().any(|(o, _)| o == l)) {
                    of.push(self.covered(earlier, y));
                    need = Term::less(need, Term::Step(of.len() - 1));
                }
            }
            term = Term::Sum(vec![Term::less(need.not_below_zero(), covered), term]);
        }
        self.step(name, Quantity::Euro, term, of)
    }

    /// How the result of the programme changed to the base year, by figures.csv.
    fn change_of_result(&mut self, call: &Call) -> Option<usize> {
        let model = self.model;
        let (year, kind, _) = crate::analysis::ledger::change_of_result(model, self.projection)?;
        let total = self.projection.groups.iter().position(|g| g.id == projection::GroupId::Total)?;
        let set = self.set_of_group(total);
        let mut of = vec![self.result(&set, 0)];
        let mut before = Vec::new();
        for line in model.lines.all.iter().filter(|l| !l.outside()) {
            let cost = line.as_cost().is_some();
            let quantity = if cost { Recorded::Cost } else { Recorded::Revenue };
            if let Some(row) = self.recorded(line.id(), quantity, &[kind], year) {
                of.push(row);
                let row = Term::Step(of.len() - 1);
                before.push(if cost { Term::less(Term::Number(0.0), row) } else { row });
            }
        }
        for reserve in &model.reserves {
            for (quantity, taken) in [(Recorded::Withdrawal, true), (Recorded::Addition, false)] {
                if let Some(row) = self.recorded(&reserve.id, quantity, &[kind], year) {
                    of.push(row);
                    let row = Term::Step(of.len() - 1);
                    before.push(if taken { row } else { Term::less(Term::Number(0.0), row) });
                }
            }
        }
        Some(self.step(call.to_string(), Quantity::Euro, Term::less(Term::only(), Term::Sum(before)), of))
    }

    /// The weight of an index in a mix or in the price of a line.
    fn weight(&mut self, call: &Call) -> Option<usize> {
        let model = self.model;
        let part = model.indices.iter().position(|i| i.id == call.part(1))?;
        let of = |weights: &[(crate::model::IndexId, f64)]| weights.iter().find(|(i, _)| i.0 == part).map(|(_, w)| *w);
        let mixed = model.indices.iter().find(|i| i.id == call.part(0)).and_then(|i| match &i.source {
            IndexSource::Mix(parts) => Some((of(parts)?, &i.place)),
            IndexSource::Rate { .. } => None,
        });
        let line = || {
            let line = model.lines.get(model.lines.find(call.part(0))?);
            let price = line.as_cost().map(|l| &l.price).or(line.as_revenue().map(|l| &l.price))?;
            Some((of(&price.index)?, line.place()))
        };
        let (weight, place) = mixed.or_else(line)?;
        Some(self.leaf(call.to_string(), Quantity::Percent, weight, place, None))
    }

    /// What one client costs without measures, or a dear one.
    fn client(&mut self, call: &Call, line: LineId) -> Option<usize> {
        let y = self.position(self.year_of(call, 1).ok()?)?;
        let model = self.model;
        let cost = model.lines.get(line).as_cost().filter(|l| l.counts_clients)?;
        let volume = self.volume(line, y);
        if self.steps[volume].value == 0.0 {
            return None;
        }
        let of = vec![self.without_measures(line, y), volume];
        let name = format!("client.cost({}, {})", cost.id, self.year(y));
        let one = self
            .once(name, |b, name| b.step(name, Quantity::EuroPerClient, Term::by(Term::Step(0), Term::Step(1)), of));
        if call.name == "client.cost" {
            return Some(one);
        }
        let cv = cost.luck_cost_cv?;
        let spread = self.once(format!("cost.{}.luck.cost_cv", cost.id), |b, name| {
            b.leaf(name, Quantity::Number, cv, &cost.place, None)
        });
        let raised = Term::Sum(vec![Term::Number(1.0), Term::Step(1)]);
        let term = Term::Product(vec![Term::only(), raised]);
        Some(self.step(call.to_string(), Quantity::EuroPerClient, term, vec![one, spread]))
    }

    /// Cost or revenue of a line without its measures.
    pub(super) fn without_measures(&mut self, line: LineId, y: usize) -> usize {
        let name = format!("without_measures({}, {})", self.model.lines.get(line).id(), self.year(y));
        self.once(name, |b, name| {
            let mut of = vec![b.amount(line, y)];
            of.extend(b.measures(line, y));
            let term = super::cost::without_measures(&of, 1);
            b.step(name, Quantity::Euro, term, of)
        })
    }
}
