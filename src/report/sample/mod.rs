//! A small municipality for the tests of this room, built by hand.
//!
//! The figures are simple on purpose: cost grows 6 % a year, the budget is
//! constant with 2 % compensation, a band is 10 % wide on either side.

mod computed;
mod model;

use crate::analysis::trust::Trust;
use crate::diagnostic::Place;
use crate::model::{FigureKind, Scenario, Scope};
use crate::study::{InputHash, Receipt, RuleNote, ScenarioStudy, Study};

/// What the sample has; all of it by default.
#[derive(Clone, Copy)]
pub struct Options {
    pub draws: bool,
    pub budgets: bool,
    pub compensation: bool,
    pub resilience: Option<Scope>,
    pub risks: bool,
    pub what_ifs: bool,
    pub one_line: bool,
    /// A line with clients in the base year, but without a cost there.
    pub unknown_base: bool,
    pub base: FigureKind,
    pub scale: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            draws: true,
            budgets: true,
            compensation: true,
            resilience: Some(Scope::Programme),
            risks: true,
            what_ifs: true,
            one_line: false,
            unknown_base: false,
            base: FigureKind::Budget,
            scale: 1.0,
        }
    }
}

pub fn place() -> Place {
    Place::new("base.toml", 1, 1, 1)
}

fn scenario(o: Options, id: &str) -> ScenarioStudy {
    let mut model = model::model(o);
    let mut growth = 0.06;
    if id != "base" {
        growth = 0.08;
        model.scenario = Scenario {
            id: id.into(),
            title: "Jeugdhulp groeit harder".into(),
            question: Some("Wat als jeugdhulp groeit zoals landelijk?".into()),
            extends: vec!["base".into()],
            changes: Vec::new(),
        };
        if let Some(a) = model.assumptions.iter_mut().find(|a| a.address == "cost.jeugd.volume.growth") {
            a.values = vec![0.0, 0.042, 0.042, 0.042];
        }
    }
    let projection = computed::projection(&model, o, growth);
    ScenarioStudy {
        outcome: o.draws.then(|| computed::outcome(&projection)),
        risks: computed::entries(o),
        resilience: computed::resilience(o),
        not_applicable: vec![RuleNote {
            id: "buig-tekort".into(),
            title: "Tekort op de BUIG".into(),
            remark: "er is geen lijn met taakveld 6.3".into(),
        }],
        replaced: Vec::new(),
        silent: vec![RuleNote { id: "vergrijzing".into(), title: "Vergrijzing".into(), remark: String::new() }],
        failed: Vec::new(),
        signals: Vec::new(),
        model,
        projection,
    }
}

pub fn study(o: Options) -> Study {
    let mut scenarios = vec![scenario(o, "base")];
    if o.what_ifs {
        scenarios.push(scenario(o, "jeugd-8-procent"));
    }
    Study {
        scenarios,
        weights: None,
        receipt: Receipt {
            version: "0.1.0".into(),
            seed: 1,
            draws: if o.draws { 10_000 } else { 0 },
            inputs: vec![InputHash { path: "base.toml".into(), sha256: "ab".repeat(32) }],
        },
        warnings: Vec::new(),
        trust: Trust::default(),
        others: Vec::new(),
        published: None,
        rules: Vec::new(),
    }
}
