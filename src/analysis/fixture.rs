//! What the tests of this room put into a sketched municipality.

use crate::diagnostic::Place;
use crate::model::{LineId, Measure, MeasureKind, Provenance, Scale};
use crate::simulation::fixture::Sketch;

/// A structural saving (negative) after the base year; it comes true whole.
pub fn saving<'a>(s: &'a mut Sketch, id: &str, line: LineId, amount: f64) -> &'a mut Measure {
    let amount = s.assumption(&format!("measure.{id}.amount"), Scale::Amount, amount, None, 1.0);
    s.model.assumptions[amount.0].values[0] = 0.0;
    s.model.measures.push(Measure {
        id: id.into(),
        label: id.into(),
        kind: MeasureKind::Saving,
        line,
        amount: Some(amount),
        volume: None,
        realisation: None,
        indexed: false,
        structural: true,
        filled: None,
        provenance: Provenance::default(),
        place: Place::new("base.toml", 1, 1, 1),
    });
    s.model.measures.last_mut().expect("it was just pushed")
}
