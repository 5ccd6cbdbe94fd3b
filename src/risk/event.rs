//! What can strike: the neutral form in which the register and the findings of
//! rules are summed.
//!
//! Rules and risks do not know each other. Whoever knows both (`study`) makes
//! an [`Event`] of each; from there on it does not matter who named it.

use super::loss::Frequency;
use super::severity::Severity;
use crate::model::{Model, Risk, RiskChance, RiskImpact};
use crate::units::Year;

/// Where an event comes from; decides the address of its random numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventOrigin {
    /// The register, by position in `Model::risks`.
    Register(usize),
    /// A rule, with an amount of its own.
    Rule,
}

/// What an event costs when it strikes; positive is a loss.
#[derive(Clone, Debug)]
pub enum EventImpact {
    /// An amount, certain or not, in euros.
    Amount(Severity),
    /// The base minus a what-if, per year and draw.
    WhatIf {
        /// The what-if's id.
        what_if: String,
        /// Which figure, without year: `result`, `cost(jeugd)`.
        figure: String,
    },
    /// Not quantifiable: shown, counted, never summed.
    ProMemorie,
}

/// Something that may happen and what it then costs.
#[derive(Clone, Debug)]
pub struct Event {
    /// Id of the register entry or of the rule's finding.
    pub id: String,
    /// Where it comes from.
    pub origin: EventOrigin,
    /// How often in one of its years; none only where it is not quantified.
    pub frequency: Option<Frequency>,
    /// What it costs.
    pub impact: EventImpact,
    /// Years in which it can strike, ascending.
    pub years: Vec<Year>,
    /// Stays for the rest of the horizon once it struck.
    pub structural: bool,
    /// Held by the projection already: shown, adds nothing to any sum.
    pub covered: bool,
}

impl Event {
    /// The register of a model as events, in the order of the file.
    pub fn register(model: &Model) -> Vec<Self> {
        model.risks.iter().enumerate().map(|(i, risk)| Self::of(i, risk, model.base_year())).collect()
    }

    /// One entry of the register. What strikes in the base year is in no
    /// projection, so only later years count.
    pub fn of(position: usize, risk: &Risk, base_year: Year) -> Self {
        Self {
            id: risk.id.clone(),
            origin: EventOrigin::Register(position),
            frequency: risk.chance.map(Frequency::of),
            impact: match &risk.impact {
                RiskImpact::Full(amount) => EventImpact::Amount(Severity::Point(*amount)),
                RiskImpact::Range { min, max } | RiskImpact::Class { min, max, .. } => {
                    EventImpact::Amount(Severity::uniform(*min, *max))
                }
                RiskImpact::Pert { min, mode, max } => EventImpact::Amount(Severity::pert(*min, *mode, *max)),
                RiskImpact::WhatIf { what_if, figure } => {
                    EventImpact::WhatIf { what_if: what_if.clone(), figure: figure.clone() }
                }
                RiskImpact::ProMemorie => EventImpact::ProMemorie,
            },
            years: risk.years.iter().copied().filter(|y| *y > base_year).collect(),
            structural: risk.structural,
            covered: !risk.covered_by.is_empty(),
        }
    }

    /// Whether it has a chance and an impact.
    pub fn is_quantified(&self) -> bool {
        self.frequency.is_some() && !matches!(self.impact, EventImpact::ProMemorie)
    }

    /// Whether it adds to sums: quantified, and not held by the projection.
    pub fn counts(&self) -> bool {
        self.is_quantified() && !self.covered
    }

    /// How often it is in force in a year; none where it cannot be.
    ///
    /// An incidental event only in its own years. A structural one in every
    /// year from its first on: with `n` of its years up to this one the chance
    /// is `1 - (1-p)^n`; of a Poisson number the occurrences add up.
    pub fn in_force(&self, year: Year) -> Option<Frequency> {
        let frequency = self.frequency?;
        if !self.structural {
            return self.years.contains(&year).then_some(frequency);
        }
        match (self.years.iter().filter(|y| **y <= year).count(), frequency) {
            (0, _) => None,
            (1, once) => Some(once),
            (n, Frequency::Chance(p)) => Some(Frequency::Chance(1.0 - (0..n).fold(1.0, |rest, _| rest * (1.0 - p)))),
            (n, Frequency::Poisson(rate)) => Some(Frequency::Poisson(rate * n as f64)),
        }
    }

    /// The years up to and including `year` in which a strike puts it in force then.
    pub(super) fn strikes_for(&self, year: Year) -> Vec<Year> {
        let puts = |y: &&Year| if self.structural { **y <= year } else { **y == year };
        self.years.iter().filter(puts).copied().collect()
    }

    /// Where its random numbers stand.
    pub(super) fn address(&self) -> String {
        match self.origin {
            EventOrigin::Register(_) => format!("risk.{}", self.id),
            EventOrigin::Rule => format!("rule.{}", self.id),
        }
    }
}

impl Frequency {
    /// As written in the register.
    pub fn of(chance: RiskChance) -> Self {
        match chance {
            RiskChance::Chance(p) | RiskChance::Class(_, p) => Self::Chance(p),
            RiskChance::PerYear(rate) => Self::Poisson(rate),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An incidental event of one year.
    pub(crate) fn event(id: &str, frequency: Frequency, severity: Severity) -> Event {
        Event {
            id: id.to_owned(),
            origin: EventOrigin::Rule,
            frequency: Some(frequency),
            impact: EventImpact::Amount(severity),
            years: vec![Year(2027)],
            structural: false,
            covered: false,
        }
    }

    #[test]
    fn an_incidental_event_is_in_force_only_in_its_own_years() {
        let mut e = event("brand", Frequency::Chance(0.3), Severity::Point(100.0));
        e.years = vec![Year(2027), Year(2029)];
        assert_eq!(e.in_force(Year(2027)), Some(Frequency::Chance(0.3)));
        assert_eq!(e.in_force(Year(2028)), None);
        assert_eq!(e.in_force(Year(2029)), Some(Frequency::Chance(0.3)));
    }

    #[test]
    fn a_structural_event_stays() {
        let mut e = event("wet", Frequency::Chance(0.5), Severity::Point(100.0));
        e.structural = true;
        e.years = vec![Year(2027), Year(2028)];
        assert_eq!(e.in_force(Year(2026)), None);
        assert_eq!(e.in_force(Year(2027)), Some(Frequency::Chance(0.5)));
        // 1 - 0.5^2, also after its last year.
        assert_eq!(e.in_force(Year(2028)), Some(Frequency::Chance(0.75)));
        assert_eq!(e.in_force(Year(2035)), Some(Frequency::Chance(0.75)));
        e.frequency = Some(Frequency::Poisson(0.2));
        assert_eq!(e.in_force(Year(2029)), Some(Frequency::Poisson(0.4)));
    }

    #[test]
    fn what_is_covered_or_pro_memorie_does_not_count() {
        let mut e = event("x", Frequency::Chance(0.5), Severity::Point(1.0));
        assert!(e.counts());
        e.covered = true;
        assert!(!e.counts() && e.is_quantified());
        e.covered = false;
        e.impact = EventImpact::ProMemorie;
        assert!(!e.is_quantified());
    }
}
