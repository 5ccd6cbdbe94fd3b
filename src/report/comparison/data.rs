//! What the parts of a change are called in data.

use crate::projection::{BridgeDriver, Cause};

/// The factor of an item of a bridge.
pub(super) fn factor(driver: &BridgeDriver) -> &'static str {
    match driver {
        BridgeDriver::UnitCost => "unit_cost",
        BridgeDriver::Volume(_) => "volume",
        BridgeDriver::Mix => "mix",
        BridgeDriver::Intensity => "intensity",
        BridgeDriver::Price(_) => "price",
        BridgeDriver::Measure(_) => "measure",
        BridgeDriver::Revenue(_) => "revenue",
        BridgeDriver::New => "new",
        BridgeDriver::Ended => "ended",
        BridgeDriver::Other => "other",
    }
}

/// What moved it; none where the factor says all.
pub(super) fn cause(driver: &BridgeDriver) -> Option<String> {
    match driver {
        BridgeDriver::Measure(id) => Some(format!("measure.{id}")),
        BridgeDriver::Volume(c) | BridgeDriver::Price(c) | BridgeDriver::Revenue(c) => Some(match c {
            Cause::Ageing => "ageing".to_owned(),
            Cause::Growth => "growth".to_owned(),
            Cause::Measure(id) => format!("measure.{id}"),
            Cause::Flow(id) => format!("flow.{id}"),
            Cause::Exit => "exit".to_owned(),
            Cause::Intake => "intake".to_owned(),
            Cause::Index(id) => format!("index.{id}"),
            Cause::Change => "change".to_owned(),
            Cause::Followed(id) => format!("followed.{id}"),
            Cause::Contribution => "contribution".to_owned(),
            Cause::SafetyNet => "safety_net".to_owned(),
            Cause::Ended => "until".to_owned(),
            Cause::Base => "base".to_owned(),
        }),
        _ => None,
    }
}
