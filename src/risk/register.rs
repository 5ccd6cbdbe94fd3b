//! The two plain ways of summing a register: expected value, and the range
//! from lowest to highest.
//!
//! Most small municipalities add up chance times amount (Borger-Odoorn,
//! Gilze-Rijen); some give it as a range from the bounds of their classes
//! (Noordenveld). Both are exact and need no distribution.

use super::event::{Event, EventImpact};
use super::loss::Frequency;
use super::order;
use crate::units::Year;

/// What an impact comes to given that it strikes, in euros; positive is a loss.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Impact {
    /// Mean.
    pub mean: f64,
    /// 10th percentile.
    pub p10: f64,
    /// Median.
    pub p50: f64,
    /// 90th percentile.
    pub p90: f64,
    /// Lowest (of a what-if: 1st percentile of its draws).
    pub min: f64,
    /// Highest (of a what-if: 99th percentile of its draws).
    pub max: f64,
}

impl Impact {
    /// Of the draws of a what-if's difference, with their mean.
    pub(super) fn of_draws(mean: f64, draws: &[f64]) -> Self {
        if draws.is_empty() {
            return Self::certain(mean);
        }
        let ranks = [0.01, 0.1, 0.5, 0.9, 0.99].map(|q| order::rank(q, draws.len()));
        let q = order::at_ranks(draws, &ranks);
        Self { mean, min: q[0], p10: q[1], p50: q[2], p90: q[3], max: q[4] }
    }

    /// One amount.
    pub fn certain(amount: f64) -> Self {
        Self { mean: amount, p10: amount, p50: amount, p90: amount, min: amount, max: amount }
    }

    /// Of an event with an amount of its own; none for others.
    pub(super) fn of(impact: &EventImpact) -> Option<Self> {
        let EventImpact::Amount(severity) = impact else { return None };
        let (min, max) = severity.bounds();
        let [p10, p50, p90] = [0.1, 0.5, 0.9].map(|u| severity.quantile(u));
        Some(Self { mean: severity.mean(), p10, p50, p90, min, max })
    }
}

/// Expected event losses of one year, euros.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YearLoss {
    /// The year.
    pub year: Year,
    /// Expected loss of incidental events.
    pub incidental: f64,
    /// Expected loss of structural events in force, per year.
    pub structural: f64,
    /// The losses among these: events that cost.
    pub losses: f64,
    /// The gains among these (kansen), negative.
    pub gains: f64,
    /// Chance times lowest impact, summed.
    pub minimum: f64,
    /// Chance times highest impact, summed.
    pub maximum: f64,
    /// Highest impacts of what can be in force, summed whatever the chance.
    pub sum_of_maxima: f64,
}

impl YearLoss {
    /// Incidental and structural together.
    pub fn expected(&self) -> f64 {
        self.incidental + self.structural
    }

    /// Sums the events that count; `impacts` by event, for this year.
    pub(super) fn of(year: Year, events: &[Event], impacts: &[Option<Impact>]) -> Self {
        let mut sum = Self {
            year,
            incidental: 0.0,
            structural: 0.0,
            losses: 0.0,
            gains: 0.0,
            minimum: 0.0,
            maximum: 0.0,
            sum_of_maxima: 0.0,
        };
        let mut order: Vec<usize> = (0..events.len()).filter(|i| events[*i].counts()).collect();
        order.sort_by_key(|i| events[*i].address());
        for i in order {
            let (Some(frequency), Some(impact)) = (events[i].in_force(year), impacts[i]) else { continue };
            let expected = expected(frequency, &impact);
            if events[i].structural {
                sum.structural += expected;
            } else {
                sum.incidental += expected;
            }
            if impact.mean < 0.0 {
                sum.gains += expected;
            } else {
                sum.losses += expected;
            }
            sum.minimum += frequency.mean() * impact.min;
            sum.maximum += frequency.mean() * impact.max;
            if frequency.mean() > 0.0 {
                sum.sum_of_maxima += impact.max;
            }
        }
        sum
    }
}

/// Mean number of occurrences times mean impact.
pub(super) fn expected(frequency: Frequency, impact: &Impact) -> f64 {
    frequency.mean() * impact.mean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::risk::event::tests::event;
    use crate::risk::severity::Severity;

    fn sum(events: &[Event]) -> YearLoss {
        let impacts: Vec<Option<Impact>> = events.iter().map(|e| Impact::of(&e.impact)).collect();
        YearLoss::of(Year(2027), events, &impacts)
    }

    /// Jaarverslag 2019 of Borger-Odoorn, paragraph on resilience
    /// (<https://borger-odoorn.jaarverslag-2019.nl/p2003/risicos>): 15 risks, total
    /// amount 9,865,000, total risk amount 4,762,500.
    #[test]
    fn the_register_of_borger_odoorn_sums_to_4_762_500() {
        let rows = [
            ("gronden", 2_600_000.0, 50.0),
            ("vastgoed", 1_850_000.0, 50.0),
            ("3d", 1_500_000.0, 50.0),
            ("gemeenschappelijke-regelingen", 925_000.0, 50.0),
            ("accres", 880_000.0, 50.0),
            ("grondexploitatie", 410_000.0, 50.0),
            ("verlofstuwmeer", 350_000.0, 50.0),
            ("krimp", 250_000.0, 50.0),
            ("btw", 200_000.0, 50.0),
            ("verzekeringen", 200_000.0, 30.0),
            ("procedures", 200_000.0, 50.0),
            ("garanties", 150_000.0, 10.0),
            ("rente", 150_000.0, 30.0),
            ("bodem", 100_000.0, 30.0),
            ("planschade", 100_000.0, 30.0),
        ];
        let events: Vec<Event> = rows
            .iter()
            .map(|(id, amount, percent)| event(id, Frequency::Chance(percent / 100.0), Severity::Point(*amount)))
            .collect();
        let sum = sum(&events);
        assert!((sum.expected() - 4_762_500.0).abs() < 1e-6, "{}", sum.expected());
        assert_eq!(sum.sum_of_maxima, 9_865_000.0);
    }

    #[test]
    fn a_range_from_classes_has_its_lowest_and_highest_sum() {
        // Worked out: 0.3 x (25 to 50 thousand) + 0.5 x (100 to 250 thousand).
        let events = [
            event("a", Frequency::Chance(0.3), Severity::uniform(25_000.0, 50_000.0)),
            event("b", Frequency::Chance(0.5), Severity::uniform(100_000.0, 250_000.0)),
        ];
        let sum = sum(&events);
        assert!((sum.minimum - 57_500.0).abs() < 1e-9 && (sum.maximum - 140_000.0).abs() < 1e-9);
        assert!((sum.expected() - 98_750.0).abs() < 1e-9);
    }

    #[test]
    fn structural_and_incidental_gains_and_losses_stand_apart() {
        let mut wage = event("cao", Frequency::Chance(0.4), Severity::Point(1_000.0));
        wage.structural = true;
        let gain = event("subsidie", Frequency::Chance(0.5), Severity::Point(-600.0));
        let often = event("storing", Frequency::Poisson(2.0), Severity::Point(100.0));
        let mut covered = event("ova", Frequency::Chance(0.9), Severity::Point(1e6));
        covered.covered = true;
        let sum = sum(&[wage, gain, often, covered]);
        assert_eq!((sum.structural, sum.incidental), (400.0, -300.0 + 200.0));
        assert_eq!((sum.losses, sum.gains), (600.0, -300.0));
    }
}
