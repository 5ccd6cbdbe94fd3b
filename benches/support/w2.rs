//! W2: a register of forty risks with PERT impacts, by simulation and exactly.

use ravijn::risk::{Event, Loss, SimulatedLoss, Term, simulate_events};
use serde_json::json;

use crate::fixture::Sketch;
use crate::model::{Model, RiskChance, RiskImpact};
use crate::support::inputs::{self, Made, numbers};
use crate::units::Year;

/// Shares of which the quantile is asked.
pub const LEVELS: [f64; 7] = [0.05, 0.5, 0.75, 0.8, 0.9, 0.95, 0.99];

const YEAR: i32 = 2027;

/// The register of the inputs.
pub fn model() -> Model {
    let w = inputs::folder().map_or_else(made, |folder| inputs::read(&folder, "w2.json"));
    let [p, min, mode, max] = ["p", "min", "mode", "max"].map(|key| numbers(&w[key]));
    let mut s = Sketch::new(YEAR - 1, YEAR);
    for (i, chance) in p.into_iter().enumerate() {
        let impact = RiskImpact::Pert { min: min[i], mode: mode[i], max: max[i] };
        s.risk(&format!("r{i:02}"), RiskChance::Chance(chance), impact, &[YEAR]);
    }
    s.model
}

fn made() -> serde_json::Value {
    let mut m = Made::new("w2");
    let min = m.row(40, 1e4, 3e5);
    let mode: Vec<f64> = min.iter().map(|x| x * m.between(1.2, 3.0)).collect();
    let max: Vec<f64> = mode.iter().map(|x| x * m.between(1.3, 6.0)).collect();
    json!({ "p": m.row(40, 0.02, 0.6), "min": min, "mode": mode, "max": max })
}

/// By simulation.
pub fn simulated(model: &Model, draws: u64, seed: u64) -> SimulatedLoss {
    simulate_events(&Event::register(model), model.base_year(), Year(YEAR), 1.0, draws, seed, &LEVELS)
}

/// Exactly: the mean and the quantiles.
pub fn exact(model: &Model) -> (f64, Vec<f64>) {
    let terms: Vec<Term> = Event::register(model)
        .iter()
        .filter_map(|event| {
            let frequency = event.in_force(Year(YEAR))?;
            match &event.impact {
                ravijn::risk::EventImpact::Amount(severity) => Some(Term { frequency, severity: severity.clone() }),
                _ => None,
            }
        })
        .collect();
    let loss = Loss::of(&terms);
    (loss.mean(), LEVELS.iter().map(|q| loss.quantile(*q).value).collect())
}
