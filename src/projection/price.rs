//! Price: `T[p,y] = T[p,y-1] * (1 + sum of weight * index + change)`, 1 in the
//! base year.
//!
//! Lines with the same terms share one price, a class: in a municipality most
//! do, and the price of a class is computed once a year.

use super::driver::{Driver, Drivers};
use super::index;
use super::lanes::Lanes;
use super::plan::Plan;
use crate::model::{AssumptionId, Model, PriceTerms};

/// What moves the price of a class of lines.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClassPlan {
    /// Weights on indices, in the order of their ids.
    pub(super) weights: Vec<(usize, f64)>,
    /// Own change.
    pub(super) change: Option<AssumptionId>,
}

/// The classes so far, while looking up.
#[derive(Default)]
pub(super) struct Classes<'m> {
    pub(super) all: Vec<ClassPlan>,
    /// Terms as they are written, and their class: most lines repeat them word
    /// for word, and then nothing needs to be put in order.
    written: Vec<(&'m PriceTerms, usize)>,
}

impl<'m> Classes<'m> {
    /// The class of some price terms, made where there is none yet.
    pub(super) fn of(&mut self, model: &Model, terms: &'m PriceTerms) -> usize {
        let same = |t: &PriceTerms| t.change == terms.change && t.index == terms.index;
        if let Some((_, class)) = self.written.iter().find(|(t, _)| same(t)) {
            return *class;
        }
        let class = ClassPlan { weights: index::by_id(model, &terms.index), change: terms.change };
        let at = self.all.iter().position(|c| *c == class).unwrap_or_else(|| {
            self.all.push(class);
            self.all.len() - 1
        });
        self.written.push((terms, at));
        at
    }
}

/// Computes the yearly rate and the price index of every class in one year.
pub(super) fn step(plan: &Plan, y: usize, drivers: &dyn Drivers, ws: &mut Lanes) {
    for (c, class) in plan.classes.iter().enumerate() {
        let rate = ws.class_rate.at_mut(y, c);
        rate.set(0.0);
        if y == 0 {
            ws.class_price.at_mut(0, c).set(1.0);
            continue;
        }
        for &(i, weight) in &class.weights {
            rate.add_product(Driver::Same(weight), ws.index_rate.get(y, i));
        }
        if let Some(change) = class.change {
            rate.add(drivers.value(change, y));
        }
        let (before, price) = ws.class_price.next(y, c);
        price.set_raised(before, ws.class_rate.get(y, c));
    }
}
