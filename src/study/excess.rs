//! Why cost differs from its budget: the gap of a group in parts, each with
//! its words for a table and for a sentence.
//!
//! What moved the cost since the base year is another question: cost may rise
//! most by prices that the compensation pays for, and exceed the budget by
//! something else. A text about an excess has to name the second.

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
    /// Amount and kind of help beside a budget in the money of its own year.
    NominalVolume,
    /// Savings and falls that the budget counts on and the projection does not.
    NotCountedOn,
    /// Prices that rise otherwise than the compensation.
    Price,
    /// Prices since the base year, beside a budget in the money of its own year.
    NominalPrice,
    /// Compensation over the difference in volume.
    Compensation,
}

/// The parts of a gap in the order of a table; they sum to cost less budget.
/// None where the two cannot be compared.
///
/// `counted_on` is what the budget counts on and the projection does not, see
/// [`derive::not_realised`].
pub fn parts(prices: Prices, gap: Gap, counted_on: Option<f64>) -> Option<Vec<Part>> {
    let (price, compensation) = (gap.price?, gap.compensation?);
    let nominal = prices == Prices::Nominal;
    let counted = counted_on.unwrap_or(0.0);
    let part = |cause, amount| Part { cause, amount };
    Some(if nominal {
        vec![part(Cause::NominalVolume, gap.volume), part(Cause::NominalPrice, price)]
    } else {
        vec![
            part(Cause::Volume, gap.volume - counted),
            part(Cause::NotCountedOn, counted),
            part(Cause::Price, price),
            part(Cause::Compensation, compensation),
        ]
    })
}

/// The largest part that raises the cost of a line or group above its budget,
/// in words that fit after "Dat komt vooral door"; empty where cost does not
/// exceed the budget, none where the two cannot be compared.
pub(super) fn largest(model: &Model, projection: &Projection, named: Named, year: usize) -> Option<String> {
    let (gap, counted) = match named {
        Named::Line(id) => (
            projection.lines[id.0].years.get(year)?.gap?,
            derive::not_realised_on(model, projection, &[(id, 1.0)], year),
        ),
        Named::Group(g) => {
            let group = &projection.groups[g];
            (group.years.get(year)?.gap?, derive::not_realised(model, projection, group, year))
        }
    };
    let parts = parts(model.budget.prices, gap, counted)?;
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
            Self::NominalVolume => "hoeveelheid en zwaarte van de hulp, in prijzen van het basisjaar",
            Self::NotCountedOn => "besparingen en dalingen waar de begroting op rekent en wij niet",
            Self::Price if more => "prijzen stijgen harder dan de vergoeding",
            Self::Price => "prijzen stijgen minder dan de vergoeding",
            Self::NominalPrice => "prijzen sinds het basisjaar",
            Self::Compensation => "de vergoeding over dit verschil in hoeveelheid",
        }
    }

    /// After "Dat komt vooral door", for a part that raises cost.
    fn in_a_sentence(self) -> &'static str {
        match self {
            Self::Volume => "meer of zwaardere hulp dan begroot",
            Self::NominalVolume => "meer of zwaardere hulp",
            Self::NotCountedOn => "besparingen waar de begroting op rekent en wij niet",
            Self::Price => "prijzen die harder stijgen dan de vergoeding",
            Self::NominalPrice => "hogere prijzen",
            Self::Compensation => "het verschil in hoeveelheid",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAUSES: [Cause; 6] = [
        Cause::Volume,
        Cause::NominalVolume,
        Cause::NotCountedOn,
        Cause::Price,
        Cause::NominalPrice,
        Cause::Compensation,
    ];

    #[test]
    fn the_parts_sum_to_the_gap_and_the_saving_is_told_apart_from_the_volume() {
        let prices = Prices::Constant(crate::units::Year(2026));
        let gap = Gap { volume: 300.0, price: Some(50.0), compensation: Some(8.0) };
        let parts = parts(prices, gap, Some(120.0)).expect("comparable");
        // 300 of volume holds 120 of a saving that nobody counts on; 300 + 50 + 8 in all.
        let of = |cause| parts.iter().find(|p| p.cause == cause).map(|p| p.amount);
        assert_eq!(of(Cause::Volume), Some(180.0));
        assert_eq!(of(Cause::NotCountedOn), Some(120.0));
        assert_eq!(parts.iter().map(|p| p.amount).sum::<f64>(), 358.0);
        // Without compensation the money of the two years cannot be compared.
        assert_eq!(super::parts(prices, Gap { price: None, compensation: None, ..gap }, None), None);
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
