//! How any number of a report came about: what one model does not tell by
//! itself, such as another scenario, a risk of the register, the needed
//! capacity, a parameter of a rule.
//!
//! [`Explainer`] is the world around the models of a study. It makes each
//! figure of formulas over other figures and over lines of files; the tree
//! itself grows in [`crate::analysis::explain`]. What is drawn ends in what it
//! was drawn from: the uncertain values, the number of draws and the seed.

mod made;
mod register;

use std::sync::OnceLock;

use super::{ScenarioStudy, Study};
use crate::analysis::explain::{Explanation, Kept, Leaf, Made, NoAnswer, explain_in, leaves_in};
use crate::analysis::question::{Draws, Scene, World};
use crate::analysis::sensitivity;
use crate::model::{AssumptionId, Call, Expression, Model};
use crate::projection::{self, Central, Projection};
use crate::simulation::Settings;

/// Explains the numbers of a study.
pub struct Explainer<'a> {
    study: &'a Study,
    settings: Settings,
    rooms: Vec<Room>,
    moved: OnceLock<Vec<Moved>>,
}

/// What is drawn once for a scenario, when it is first asked.
#[derive(Default)]
struct Room {
    draws: OnceLock<Option<Draws>>,
}

/// The base with one assumption at its P10 or P90 in all years.
struct Moved {
    id: String,
    model: Model,
    projection: Projection,
}

impl<'a> Explainer<'a> {
    /// For a study that was made with these settings.
    pub fn new(study: &'a Study, settings: &Settings) -> Self {
        let rooms = study.scenarios.iter().map(|_| Room::default()).collect();
        Self { study, settings: settings.clone(), rooms, moved: OnceLock::new() }
    }

    /// How a figure of a scenario came about.
    ///
    /// # Errors
    /// When there is no such figure.
    pub fn explain(&self, scenario: &str, expression: &Expression) -> Result<Explanation, NoAnswer> {
        let scene = self.scenario(scenario);
        let scene = scene.ok_or_else(|| NoAnswer::Unknown(format!("there is no scenario `{scenario}`")))?;
        explain_in(scene, self.settings.seed, expression)
    }

    /// The values in files that a figure of a scenario rests on; `kept` belongs
    /// to that scenario alone.
    ///
    /// # Errors
    /// When there is no such figure.
    pub fn leaves(&self, scenario: &str, kept: &mut Kept, expression: &Expression) -> Result<Vec<Leaf>, NoAnswer> {
        let scene = self.scenario(scenario);
        let scene = scene.ok_or_else(|| NoAnswer::Unknown(format!("there is no scenario `{scenario}`")))?;
        leaves_in(scene, kept, expression)
    }

    fn position(&self, id: &str) -> Option<usize> {
        self.study.scenarios.iter().position(|s| s.model.scenario.id == id)
    }

    fn of(&self, id: &str) -> Option<&'a ScenarioStudy> {
        self.study.scenarios.iter().find(|s| s.model.scenario.id == id)
    }

    /// The base with one assumption moved, for every one that the report tells of.
    fn moved(&self) -> &[Moved] {
        self.moved.get_or_init(|| {
            let (Some(base), Some(weights)) = (self.study.scenarios.first(), &self.study.weights) else {
                return Vec::new();
            };
            let ends = weights.tornado.swings.iter().flat_map(|s| [(s.assumption, 0.1), (s.assumption, 0.9)]);
            ends.map(|(id, q)| moved(&base.model, id, q)).collect()
        })
    }

    fn draws(&self, position: usize) -> Option<&Draws> {
        let (room, of) = (self.rooms.get(position)?, self.study.scenarios.get(position)?);
        if self.settings.draws == 0 {
            return None;
        }
        let made = || {
            let draws = Draws::new(&of.model, &self.settings).ok()?;
            Some(match &of.outcome {
                Some(outcome) => draws.with(outcome.clone()),
                None => draws,
            })
        };
        room.draws.get_or_init(made).as_ref()
    }
}

/// The name of such a scenario: no file may be called so.
fn moved_id(address: &str, q: f64) -> String {
    format!("{address} at P{}", (q * 100.0).round())
}

fn moved(base: &Model, id: AssumptionId, q: f64) -> Moved {
    let mut model = base.clone();
    let address = base.assumption(id).address.clone();
    for y in 0..base.year_count() {
        let value = sensitivity::quantile(base.assumption(id), y, q);
        if let (Some(value), Some(slot)) = (value, model.assumptions[id.0].values.get_mut(y)) {
            *slot = value;
        }
    }
    model.scenario.id = moved_id(&address, q);
    let projection = projection::project(&model, &Central(&model));
    Moved { id: model.scenario.id.clone(), model, projection }
}

impl World for Explainer<'_> {
    fn scenario(&self, id: &str) -> Option<Scene<'_>> {
        let world: Option<&dyn World> = Some(self);
        if let Some(position) = self.position(id) {
            let of = &self.study.scenarios[position];
            let draws = self.draws(position);
            return Some(Scene { model: &of.model, projection: &of.projection, draws, world });
        }
        if let Some((model, projection)) = self.study.others.iter().find(|(m, _)| m.scenario.id == id) {
            return Some(Scene { model, projection, draws: None, world });
        }
        let moved = self.moved().iter().find(|m| m.id == id)?;
        Some(Scene { model: &moved.model, projection: &moved.projection, draws: None, world })
    }

    fn made(&self, scenario: &str, call: &Call) -> Option<Result<Made, String>> {
        self.make(self.of(scenario)?, call)
    }
}
