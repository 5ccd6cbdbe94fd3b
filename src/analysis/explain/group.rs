//! Steps of groups: sums of lines, results, budgets, shortfalls and reserves.

use super::{Builder, Term};
use crate::dutch::Quantity;
use crate::model::{Covers, FigureKind, LineId, Prices, Quantity as Recorded};
use crate::projection::GroupId;

/// Lines of a set with the share of each.
pub(super) type Members = Vec<(LineId, f64)>;

/// A set of lines that is summed, and what it is called.
#[derive(Clone)]
pub(super) struct Set {
    pub(super) name: String,
    pub(super) members: Members,
}

impl Builder<'_> {
    /// The lines of a group of the projection.
    pub(super) fn set_of_group(&self, group: usize) -> Set {
        let group = &self.projection.groups[group];
        let name = match &group.id {
            GroupId::Domain(id) | GroupId::Taakveld(id) => id.clone(),
            other => other.to_string(),
        };
        Set { name, members: group.members.clone() }
    }

    pub(super) fn of_side(&self, set: &Set, cost: bool) -> Members {
        set.members.iter().copied().filter(|(l, _)| self.cost_line(*l).is_some() == cost).collect()
    }

    /// A sum over lines by their shares. A line that lacks its part makes it none.
    pub(super) fn sum(
        &mut self,
        name: String,
        unit: Quantity,
        set: &str,
        members: Members,
        part: impl Fn(&mut Self, LineId) -> Option<usize>,
    ) -> Option<usize> {
        if let Some(known) = self.known.get(&name) {
            return Some(*known);
        }
        let mut of = Vec::new();
        let mut terms = Vec::new();
        for (line, share) in members {
            of.push(part(self, line)?);
            let whole = Term::Step(of.len() - 1);
            if (share - 1.0).abs() < f64::EPSILON {
                terms.push(whole);
                continue;
            }
            let model = self.model;
            let line = model.lines.get(line);
            let name = format!("share({}, {set})", line.id());
            of.push(self.once(name, |b, name| b.leaf(name, Quantity::Percent, share, line.place(), None)));
            terms.push(Term::Product(vec![Term::Step(of.len() - 1), whole]));
        }
        Some(self.once(name, |b, name| match terms.len() {
            0 => b.given(name, unit, 0.0, "no lines", None),
            _ => b.step(name, unit, Term::Sum(terms), of),
        }))
    }

    /// A sum over the cost lines of a set.
    pub(super) fn sum_of_costs(
        &mut self,
        name: String,
        set: &Set,
        part: impl Fn(&mut Self, LineId) -> Option<usize>,
    ) -> Option<usize> {
        let members = self.of_side(set, true);
        self.sum(name, Quantity::Euro, &set.name, members, part)
    }

    pub(super) fn group_cost(&mut self, set: &Set, y: usize) -> usize {
        let name = format!("cost({}, {})", set.name, self.year(y));
        let members = self.of_side(set, true);
        self.sum(name, Quantity::Euro, &set.name, members, |b, l| Some(b.amount(l, y))).unwrap_or(0)
    }

    pub(super) fn group_revenue(&mut self, set: &Set, y: usize) -> usize {
        let name = format!("revenue({}, {})", set.name, self.year(y));
        let members = self.of_side(set, false);
        self.sum(name, Quantity::Euro, &set.name, members, |b, l| Some(b.amount(l, y))).unwrap_or(0)
    }

    pub(super) fn balance(&mut self, set: &Set, y: usize) -> usize {
        let of = vec![self.group_revenue(set, y), self.group_cost(set, y)];
        let name = format!("balance({}, {})", set.name, self.year(y));
        let term = Term::less(Term::Step(0), Term::Step(1));
        self.once(name, |b, name| b.step(name, Quantity::Euro, term, of))
    }

    /// Balance with the movements of all reserves; of other groups than the totals the balance.
    pub(super) fn result(&mut self, set: &Set, y: usize) -> usize {
        let whole = set.name == "total" || set.name == "total+outside";
        let mut of = vec![self.balance(set, y)];
        let (mut added, mut taken) = (Vec::new(), Vec::new());
        if whole {
            for reserve in &self.model.reserves {
                for (quantity, list) in [(Recorded::Withdrawal, &mut added), (Recorded::Addition, &mut taken)] {
                    if let Some(moved) = self.movement(&reserve.id, quantity, y) {
                        of.push(moved);
                        list.push(Term::Step(of.len() - 1));
                    }
                }
            }
        }
        let mut term = Term::Sum(std::iter::once(Term::only()).chain(added).collect());
        for addition in taken {
            term = Term::less(term, addition);
        }
        let name = format!("result({}, {})", set.name, self.year(y));
        self.once(name, |b, name| b.step(name, Quantity::Euro, term, of))
    }

    /// An addition to or withdrawal from a reserve; none where there is none.
    pub(super) fn movement(&mut self, reserve: &str, quantity: Recorded, y: usize) -> Option<usize> {
        let kinds = [
            self.model.municipality.base,
            FigureKind::Budget,
            FigureKind::Forecast,
            FigureKind::Amended,
            FigureKind::Actual,
        ];
        self.recorded(reserve, quantity, &kinds, self.year(y))
    }

    /// What budgets of a year are multiplied by; none where they are in the money of the year already.
    pub(super) fn compensation(&mut self, y: usize) -> Option<usize> {
        let (Prices::Constant(price_year), Some(compensation)) =
            (self.model.budget.prices, self.model.budget.compensation)
        else {
            return None;
        };
        let price_year = price_year.0 - self.model.base_year().0;
        let counts = if y == 0 { price_year < 0 } else { i32::try_from(y).is_ok_and(|y| y > price_year) };
        if !counts {
            return None;
        }
        let name = format!("compensation_since({}, {})", self.model.base_year().plus(price_year), self.year(y));
        Some(self.once(name, |b, name| {
            let before = if y == 0 { None } else { b.compensation(y - 1) };
            let mut of: Vec<usize> = before.into_iter().collect();
            of.push(b.assumption(compensation, y));
            let raised = Term::Sum(vec![Term::Number(1.0), Term::Step(of.len() - 1)]);
            let term = if of.len() == 1 { raised } else { Term::Product(vec![Term::Step(0), raised]) };
            b.step(name, Quantity::Number, term, of)
        }))
    }

    /// Budget of a line in the money of the year; none without a budget.
    pub(super) fn budget_line(&mut self, line: LineId, y: usize) -> Option<usize> {
        let model = self.model;
        let of_line = model.lines.get(line);
        let cost = of_line.as_cost().is_some();
        let quantity = if cost { Recorded::Cost } else { Recorded::Revenue };
        let budget = self.recorded(of_line.id(), quantity, &[FigureKind::Budget], self.year(y))?;
        let word = if cost { "budget" } else { "budget_revenue" };
        let name = format!("{word}({}, {})", of_line.id(), self.year(y));
        Some(self.once(name, |b, name| {
            let mut of = vec![budget];
            of.extend(b.compensation(y));
            let term = Term::Product((0..of.len()).map(Term::Step).collect());
            b.step(name, Quantity::Euro, term, of)
        }))
    }

    pub(super) fn group_budget(&mut self, set: &Set, cost: bool, y: usize) -> Option<usize> {
        let word = if cost { "budget" } else { "budget_revenue" };
        let name = format!("{word}({}, {})", set.name, self.year(y));
        let members = self.of_side(set, cost);
        self.sum(name, Quantity::Euro, &set.name, members, |b, l| b.budget_line(l, y))
    }

    pub(super) fn shortfall(&mut self, set: &Set, y: usize) -> Option<usize> {
        let of = vec![
            self.group_cost(set, y),
            self.group_budget(set, true, y)?,
            self.group_revenue(set, y),
            self.group_budget(set, false, y)?,
        ];
        let above = |a: usize, b: usize| Term::less(Term::Step(a), Term::Step(b));
        let term = Term::less(above(0, 1), above(2, 3)).not_below_zero();
        let name = format!("shortfall({}, {})", set.name, self.year(y));
        Some(self.once(name, |b, name| b.step(name, Quantity::Euro, term, of)))
    }

    /// Clients of a group whose lines may be summed.
    pub(super) fn group_clients(&mut self, set: &Set, y: usize) -> Option<usize> {
        let counts = |l: &LineId| self.cost_line(*l).is_some_and(|c| c.counts_clients);
        let members: Members = set.members.iter().copied().filter(|(l, _)| counts(l)).collect();
        let name = format!("clients({}, {})", set.name, self.year(y));
        self.sum(name, Quantity::Clients, &set.name, members, |b, l| Some(b.volume(l, y)))
    }

    /// What a reserve covers.
    pub(super) fn covers(&self, reserve: usize) -> Option<Set> {
        let reserve = &self.model.reserves[reserve];
        let of_name = |name: &str, wanted: &GroupId| {
            let group = self.projection.groups.iter().find(|g| g.id == *wanted)?;
            Some(Set { name: name.to_owned(), members: group.members.clone() })
        };
        match &reserve.covers {
            Covers::Nothing => None,
            Covers::Total => of_name("total", &GroupId::Total),
            Covers::Domain(id) => of_name(id, &GroupId::Domain(id.clone())),
            Covers::Lines(lines) => {
                let mut members: Members = lines.iter().map(|l| (*l, 1.0)).collect();
                members.sort_by(|a, b| self.model.lines.get(a.0).id().cmp(self.model.lines.get(b.0).id()));
                Some(Set { name: format!("covered by {}", reserve.id), members })
            }
        }
    }

    /// Balance of a reserve at the end of a year.
    pub(super) fn reserve(&mut self, reserve: usize, y: usize) -> usize {
        let model = self.model;
        let of_reserve = &model.reserves[reserve];
        let name = format!("reserve({}, {})", of_reserve.id, self.year(y));
        self.once(name, |b, name| {
            if y == 0 {
                let source = super::builder::said(&of_reserve.provenance);
                return b.leaf(name, Quantity::Euro, of_reserve.balance, &of_reserve.place, source);
            }
            let of = vec![b.available(reserve, y), b.covered(reserve, y)];
            b.step(name, Quantity::Euro, Term::less(Term::Step(0), Term::Step(1)), of)
        })
    }

    /// Balance before the shortfall is covered.
    fn available(&mut self, reserve: usize, y: usize) -> usize {
        let model = self.model;
        let id = &model.reserves[reserve].id;
        self.once(format!("available({id}, {})", self.year(y)), |b, name| {
            let mut of = vec![b.reserve(reserve, y - 1)];
            let mut term = Term::only();
            if let Some(addition) = b.movement(id, Recorded::Addition, y) {
                of.push(addition);
                term = Term::Sum(vec![term, Term::Step(of.len() - 1)]);
            }
            if let Some(withdrawal) = b.movement(id, Recorded::Withdrawal, y) {
                of.push(withdrawal);
                term = Term::less(term, Term::Step(of.len() - 1));
            }
            b.step(name, Quantity::Euro, term.not_below_zero(), of)
        })
    }

    /// Shortfall that a reserve covers, after what earlier ones covered of the same lines.
    pub(super) fn covered(&mut self, reserve: usize, y: usize) -> usize {
        let model = self.model;
        let id = &model.reserves[reserve].id;
        self.once(format!("covered({id}, {})", self.year(y)), |b, name| {
            let place = &model.reserves[reserve].place;
            let set = b.covers(reserve);
            let Some((set, short)) = set.and_then(|set| b.shortfall(&set, y).map(|short| (set, short))) else {
                return b.given(name, Quantity::Euro, 0.0, "no shortfall that it covers", Some(place));
            };
            let mut of = vec![short, b.available(reserve, y)];
            let mut need = Term::Step(0);
            for earlier in 0..reserve {
                let Some(other) = b.covers(earlier) else { continue };
                if set.members.iter().any(|(l, _)| other.members.iter().any(|(o, _)| o == l)) {
                    of.push(b.covered(earlier, y));
                    need = Term::less(need, Term::Step(of.len() - 1));
                }
            }
            let need = if of.len() > 2 { need.not_below_zero() } else { need };
            b.step(name, Quantity::Euro, Term::least(need, Term::Step(1)), of)
        })
    }
}
