//! Steps of a volume: clients carried over, moved, grown, aged, and new ones.

use super::{Builder, Term};
use crate::dutch::Quantity;
use crate::model::{Ageing, CostLine, LineId};

impl<'a> Builder<'a> {
    /// Clients of a line, or the volume index of one that counts none.
    pub(super) fn volume(&mut self, line: LineId, y: usize) -> usize {
        let Some(cost) = self.cost_line(line) else {
            return self.given(format!("volume({})", line.0), Quantity::Number, 0.0, "revenue has no volume", None);
        };
        if y == 0 {
            return self.base_volume(cost);
        }
        let name = format!("volume({}, {})", cost.id, self.year(y));
        let unit = if cost.counts_clients { Quantity::Clients } else { Quantity::Number };
        self.once(name, |b, name| {
            let (mut of, carried) = b.carried(line, cost, y);
            let mut bracket = vec![Term::Number(1.0)];
            match &cost.ageing {
                Ageing::None => {}
                Ageing::Rate(rate) => {
                    of.push(b.assumption(*rate, y));
                    bracket.push(Term::Step(of.len() - 1));
                }
                Ageing::Population => {
                    of.push(b.ageing(cost, y));
                    bracket.push(Term::Step(of.len() - 1));
                }
            }
            if let Some(growth) = cost.growth {
                of.push(b.assumption(growth, y));
                bracket.push(Term::Step(of.len() - 1));
            }
            let mut measures: Vec<_> =
                b.model.measures.iter().filter(|m| m.line == line && m.volume.is_some()).collect();
            measures.sort_by(|x, y| x.id.cmp(&y.id));
            for measure in measures {
                let Some(volume) = measure.volume else { continue };
                of.push(b.assumption(volume, y));
                let effect = Term::Step(of.len() - 1);
                bracket.push(match measure.realisation {
                    None => effect,
                    Some(realisation) => {
                        of.push(b.assumption(realisation, y));
                        Term::Product(vec![Term::Step(of.len() - 1), effect])
                    }
                });
            }
            let grown = if bracket.len() == 1 {
                carried
            } else {
                let values: Vec<f64> = of.iter().map(|i| b.steps[*i].value).collect();
                let bracket = Term::Sum(bracket);
                let below = bracket.value(&values) < 0.0;
                Term::Product(vec![carried, if below { bracket.not_below_zero() } else { bracket }])
            };
            let term = match cost.intake {
                None => grown,
                Some(intake) => {
                    of.push(b.assumption(intake, y));
                    Term::Sum(vec![grown, Term::Step(of.len() - 1)])
                }
            };
            b.step(name, unit, term, of)
        })
    }

    /// Last year's clients who are still on the line or moved to it.
    pub(super) fn carried(&mut self, line: LineId, cost: &'a CostLine, y: usize) -> (Vec<usize>, Term) {
        let arrive: Vec<_> = self.model.flows.iter().filter(|f| f.to == line).collect();
        let moves = cost.exit.is_some() || !arrive.is_empty() || self.model.flows.iter().any(|f| f.from == line);
        let mut of = vec![self.volume(line, y - 1)];
        if !moves {
            return (of, Term::only());
        }
        of.push(self.stays(line, cost, y));
        let mut all = vec![Term::Product(vec![Term::Step(0), Term::Step(1)])];
        for flow in arrive {
            let Some(from) = self.cost_line(flow.from) else { continue };
            of.push(self.volume(flow.from, y - 1));
            of.push(self.assumption(flow.share, y));
            let (volume, share) = (Term::Step(of.len() - 2), Term::Step(of.len() - 1));
            let (leave, terms) = self.leaving(flow.from, from, y);
            let first = of.len();
            let values: Vec<f64> = leave.iter().map(|i| self.steps[*i].value).collect();
            all.push(if values.iter().sum::<f64>() > 1.0 {
                // More than all would leave: scaled down to all.
                of.extend(leave);
                let all_leaving = (0..terms).map(|i| Term::Step(first + i)).collect();
                Term::Product(vec![volume, Term::by(share, Term::Sum(all_leaving))])
            } else {
                Term::Product(vec![volume, share])
            });
        }
        (of, Term::Sum(all))
    }

    /// Shares of a line's clients that leave or move.
    fn leaving(&mut self, line: LineId, cost: &'a CostLine, y: usize) -> (Vec<usize>, usize) {
        let mut of: Vec<usize> = cost.exit.into_iter().map(|e| self.assumption(e, y)).collect();
        let shares: Vec<_> = self.model.flows.iter().filter(|f| f.from == line).map(|f| f.share).collect();
        for share in shares {
            of.push(self.assumption(share, y));
        }
        let count = of.len();
        (of, count)
    }

    /// The share that stays.
    fn stays(&mut self, line: LineId, cost: &'a CostLine, y: usize) -> usize {
        self.once(format!("stays({}, {})", cost.id, self.year(y)), |b, name| {
            let (of, count) = b.leaving(line, cost, y);
            if count == 0 {
                return b.given(name, Quantity::Percent, 1.0, "nobody leaves", Some(&cost.place));
            }
            let term = Term::less(Term::Number(1.0), Term::sum_of(count)).not_below_zero();
            b.step(name, Quantity::Percent, term, of)
        })
    }
}
