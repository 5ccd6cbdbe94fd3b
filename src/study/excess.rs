//! Why cost differs from its budget: the gap of a group in parts, each with
//! its words for a table and for a sentence.
//!
//! What moved the cost since the base year is another question: cost may rise
//! most by prices that the compensation pays for, and exceed the budget by
//! something else. A text about an excess has to name the second.
//!
//! A budget in the money of each year does not tell what it counts for prices
//! and what for help. Then there are no parts, and no cause is named.

use super::derive;
use crate::model::{Model, Prices};
use crate::projection::{Gap, Named, Projection};

/// One part of the difference between cost and budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// What it is.
    pub cause: Cause,
    /// Euros in the money of the year; above 0 where it raises cost above the budget.
    pub amount: f64,
}

/// Why cost differs from its budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Amount and kind of help, with measures the budget has not.
    Volume,
    /// A base year that is taken higher or lower than its figures.
    Level,
    /// Savings and falls that the budget counts on and the projection does not.
    NotCountedOn,
    /// Prices that rise otherwise than the compensation.
    Price,
    /// Compensation over the difference in volume.
    Compensation,
}

/// What else is known of a gap in volume: parts of it that are no help.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Known {
    /// What the budget counts on and the projection does not, see [`derive::not_realised`].
    pub counted_on: Option<f64>,
    /// What levels add to the cost, see [`derive::raised`].
    pub raised: Option<f64>,
}

/// The parts of a gap in the order of a table; they sum to cost less budget.
/// None where the two cannot be compared, or the budget does not say in which prices it stands.
pub fn parts(prices: Prices, gap: Gap, known: Known) -> Option<Vec<Part>> {
    let (price, compensation) = (gap.price?, gap.compensation?);
    if prices == Prices::Nominal {
        return None;
    }
    let (counted, raised) = (known.counted_on.unwrap_or(0.0), known.raised.unwrap_or(0.0));
    let part = |cause, amount| Part { cause, amount };
    Some(vec![
        part(Cause::Volume, gap.volume - counted - raised),
        part(Cause::Level, raised),
        part(Cause::NotCountedOn, counted),
        part(Cause::Price, price),
        part(Cause::Compensation, compensation),
    ])
}

/// The largest part that raises the cost of a line or group above its budget,
/// in words that fit after "Dat komt vooral door"; empty where cost does not
/// exceed the budget or has no parts, none where the two cannot be compared.
pub(super) fn largest(model: &Model, projection: &Projection, named: Named, year: usize) -> Option<String> {
    let line;
    let (gap, members) = match named {
        Named::Line(id) => {
            line = [(id, 1.0)];
            (projection.lines[id.0].years.get(year)?.gap?, line.as_slice())
        }
        Named::Group(g) => {
            let group = &projection.groups[g];
            (group.years.get(year)?.gap?, group.members.as_slice())
        }
    };
    if model.budget.prices == Prices::Nominal {
        return Some(String::new());
    }
    let known = Known {
        counted_on: derive::not_realised(model, projection, members, year),
        raised: derive::raised(model, projection, members, year),
    };
    let parts = parts(model.budget.prices, gap, known)?;
    if parts.iter().map(|p| p.amount).sum::<f64>() <= 0.0 {
        return Some(String::new());
    }
    let largest = parts.iter().max_by(|a, b| a.amount.total_cmp(&b.amount))?;
    Some(largest.cause.in_a_sentence().to_owned())
}

impl Cause {
    /// As a row of a table; `amount` decides between more and less.
    pub fn in_a_table(self, amount: f64) -> &'static str {
        let more = amount >= 0.0;
        match self {
            Self::Volume if more => "meer of zwaardere hulp, en andere maatregelen dan begroot",
            Self::Volume => "minder of lichtere hulp, en andere maatregelen dan begroot",
            Self::Level if more => "een hoger startniveau dan de cijfers van het basisjaar",
            Self::Level => "een lager startniveau dan de cijfers van het basisjaar",
            Self::NotCountedOn => "besparingen en dalingen waar de begroting op rekent en wij niet",
            Self::Price if more => "prijzen stijgen harder dan de vergoeding",
            Self::Price => "prijzen stijgen minder dan de vergoeding",
            Self::Compensation => "de vergoeding over dit verschil in hoeveelheid",
        }
    }

    /// After "Dat komt vooral door", for a part that raises cost.
    fn in_a_sentence(self) -> &'static str {
        match self {
            Self::Volume => "meer of zwaardere hulp dan begroot",
            Self::Level => "lasten die al in het basisjaar hoger zijn dan begroot",
            Self::NotCountedOn => "besparingen waar de begroting op rekent en wij niet",
            Self::Price => "prijzen die harder stijgen dan de vergoeding",
            Self::Compensation => "het verschil in hoeveelheid",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAUSES: [Cause; 5] = [Cause::Volume, Cause::Level, Cause::NotCountedOn, Cause::Price, Cause::Compensation];

    #[test]
    fn the_parts_sum_to_the_gap_and_what_is_no_help_is_told_apart_from_it() {
        let prices = Prices::Constant(crate::units::Year(2026));
        let gap = Gap { volume: 300.0, price: Some(50.0), compensation: Some(8.0) };
        let known = Known { counted_on: Some(120.0), raised: Some(70.0) };
        let parts = parts(prices, gap, known).expect("comparable");
        // 300 of volume holds 120 of a saving that nobody counts on and 70 of a higher start; 300 + 50 + 8 in all.
        let of = |cause| parts.iter().find(|p| p.cause == cause).map(|p| p.amount);
        assert_eq!(of(Cause::Volume), Some(110.0));
        assert_eq!((of(Cause::NotCountedOn), of(Cause::Level)), (Some(120.0), Some(70.0)));
        assert_eq!(parts.iter().map(|p| p.amount).sum::<f64>(), 358.0);
        // Without compensation the money of the two years cannot be compared.
        assert_eq!(super::parts(prices, Gap { price: None, compensation: None, ..gap }, known), None);
    }

    #[test]
    fn a_budget_in_the_money_of_each_year_does_not_tell_help_from_prices() {
        let gap = Gap { volume: 300.0, price: Some(0.0), compensation: Some(0.0) };
        assert_eq!(parts(Prices::Nominal, gap, Known::default()), None);
    }

    #[test]
    fn every_cause_has_words_that_fit_both_places() {
        for cause in CAUSES {
            for amount in [-1.0, 1.0] {
                assert!(!cause.in_a_table(amount).ends_with('.'));
            }
            assert!(!cause.in_a_sentence().is_empty() && !cause.in_a_sentence().contains(','));
        }
    }
}
