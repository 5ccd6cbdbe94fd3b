//! What is asked about a register, and what comes back.

use std::collections::BTreeMap;

use super::event::Event;
use super::loss::Quantile;
use super::register::{Impact, YearLoss};
use super::what_if::Scenarios;
use crate::model::Scope;
use crate::units::Year;

/// Certainties that are always reported, in percent.
pub const TABLE: [u32; 7] = [70, 75, 80, 85, 90, 95, 99];

/// What is asked.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// All scenarios of the municipality, base first.
    pub scenarios: Scenarios<'a>,
    /// What is judged.
    pub registers: &'a [Register<'a>],
    /// Seed of every random number.
    pub seed: u64,
    /// Hears how many draws are done of how many, from the calling thread.
    pub progress: &'a dyn Fn(u64, u64),
}

/// The events of one scenario.
#[derive(Clone, Copy, Debug)]
pub struct Register<'a> {
    /// Position of the scenario.
    pub scenario: usize,
    /// Its register and the findings of its rules.
    pub events: &'a [Event],
    /// How many draws; 0 draws nothing: events from their exact distribution,
    /// the shortfall of the deterministic projection.
    pub draws: u64,
}

/// What the events come to.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// The year asked; the first projected year without `[resilience]`.
    pub year: Year,
    /// As the events given.
    pub events: Vec<EventOutcome>,
    /// Expected losses of every projected year.
    pub by_year: Vec<YearLoss>,
    /// Needed capacity; none without `[resilience]`.
    pub capacity: Option<Capacity>,
}

/// One event, computed. Euros; shares as fractions.
#[derive(Clone, Debug)]
pub struct EventOutcome {
    /// As in the event.
    pub id: String,
    /// Whether it adds to the sums.
    pub counts: bool,
    /// Chance that it strikes in one of its years (of a frequency: at least once).
    pub chance: Option<f64>,
    /// Chance that it is in force in the year asked; 0 where it cannot be.
    pub in_force: f64,
    /// Loss given that it strikes; of a what-if that of the first year in which it can strike.
    pub impact: Option<Impact>,
    /// Chance in force times mean impact in the year asked; 0 where it does not count.
    pub expected: f64,
    /// Share of the expected loss of all events (*invloed*); 0 where it does not count.
    pub share_of_expected: f64,
    /// Share of the loss at the council's certainty; none where nothing is needed there or nobody asked.
    pub share_at_certainty: Option<f64>,
    /// Why it could not be sized, in one fragment.
    pub problem: Option<String>,
}

/// How the quantiles were found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// From the exact distribution; errors are bounds.
    Exact,
    /// No draws were asked: the events as if independent, exactly, and the
    /// projection at its values, though something in them is uncertain.
    WithoutDraws,
    /// Drawn; errors are standard errors.
    Simulated {
        /// So many times.
        draws: u64,
    },
}

/// Why a figure is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// Budgets in constant prices without a compensation: no shortfall, so no needed capacity.
    Compensation,
    /// Lines without a budget in the year: no shortfall; needed capacity is that of the events alone.
    Budget {
        /// Their ids.
        lines: Vec<String>,
    },
}

impl Missing {
    /// The reason as the report prints it.
    pub fn in_dutch(&self, year: Year) -> String {
        match self {
            Self::Compensation => {
                "De begroting staat in vaste prijzen en er is geen compensatie voor prijsstijging opgegeven. \
                 Daarom kunnen we het tekort en de benodigde capaciteit niet berekenen."
                    .to_owned()
            }
            Self::Budget { lines } if lines.is_empty() => format!(
                "Voor {year} is er geen begroting om mee te vergelijken. De benodigde capaciteit telt daarom alleen de gebeurtenissen."
            ),
            Self::Budget { lines } => format!(
                "Voor {year} ontbreekt de begroting van {}. De benodigde capaciteit telt daarom alleen de gebeurtenissen.",
                lines.join(", ")
            ),
        }
    }
}

/// Needed and available capacity in the year asked. Euros.
#[derive(Clone, Debug)]
pub struct Capacity {
    /// The year asked.
    pub year: Year,
    /// Of whom it is asked.
    pub scope: Scope,
    /// The council's certainty.
    pub certainty: f64,
    /// Mean shortfall: belongs in the budget, apart from the risk.
    pub expected_deficit: Option<f64>,
    /// Expected event loss: chance in force times mean impact, summed.
    pub expected: f64,
    /// Needed capacity, not below 0, with the error of the quantile.
    pub needed: Option<Quantile>,
    /// Quantile of the loss at each certainty of [`TABLE`]; empty where nothing can be said.
    pub table: BTreeMap<u32, Quantile>,
    /// Quantiles at 50 % to 99 % and 99.5 %, for a curve; empty likewise.
    pub curve: Vec<(f64, f64)>,
    /// Exact or drawn.
    pub method: Method,
    /// What could not be computed, and why.
    pub missing: Option<Missing>,
    /// Available capacity, incidental and structural together.
    pub available: Option<f64>,
    /// Available over needed; only for a whole municipality.
    pub ratio: Option<f64>,
    /// A to F; only for a whole municipality.
    pub class: Option<char>,
    /// The council's norm for the ratio.
    pub norm: Option<f64>,
    /// Whether the norm is met; none without norm or judgement.
    pub meets_norm: Option<bool>,
    /// Needed over available: the claim that this programme makes.
    pub share_of_available: Option<f64>,
    /// What the projection's own uncertainty has in the loss at the certainty, where it was drawn.
    pub share_of_projection: Option<f64>,
}

/// The largest events by their share of the expected loss, and the rest as one
/// line.
#[derive(Clone, Debug, PartialEq)]
pub struct Top {
    /// Positions in the events, the largest first.
    pub events: Vec<usize>,
    /// How many others count.
    pub rest: usize,
    /// Their expected loss together.
    pub rest_expected: f64,
    /// Their share of the expected loss.
    pub rest_share_of_expected: f64,
    /// Their share at the certainty; none where there are no such shares.
    pub rest_share_at_certainty: Option<f64>,
}

/// The `count` largest of the events that count, by expected loss whatever its
/// sign; equal ones by id.
pub fn top(outcomes: &[EventOutcome], count: usize) -> Top {
    let mut order: Vec<usize> = (0..outcomes.len()).filter(|i| outcomes[*i].counts).collect();
    order.sort_by(|a, b| {
        let (x, y) = (&outcomes[*a], &outcomes[*b]);
        y.expected.abs().total_cmp(&x.expected.abs()).then_with(|| x.id.cmp(&y.id))
    });
    let rest = order.split_off(count.min(order.len()));
    let at_certainty: Vec<f64> = rest.iter().filter_map(|i| outcomes[*i].share_at_certainty).collect();
    Top {
        events: order,
        rest: rest.len(),
        rest_expected: rest.iter().map(|i| outcomes[*i].expected).sum(),
        rest_share_of_expected: rest.iter().map(|i| outcomes[*i].share_of_expected).sum(),
        rest_share_at_certainty: (at_certainty.len() == rest.len()).then(|| at_certainty.iter().sum()),
    }
}
