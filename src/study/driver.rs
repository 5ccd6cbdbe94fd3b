//! What moved a cost most, in Dutch words that fit after "Dat komt vooral door".

use std::collections::BTreeMap;

use crate::model::Model;
use crate::projection::{self, BridgeDriver, Cause, Named, Projection};
use crate::units::Year;

/// The largest mover of the cost of a line or group between the base year and
/// `year`, in the direction of the change; none for a year outside the projection.
pub(super) fn largest(model: &Model, projection: &Projection, named: Named, year: Year) -> Option<String> {
    let from = model.base_year();
    let bridge = match named {
        Named::Line(id) => projection::line_between_years(&projection.lines[id.0], from, year)?,
        Named::Group(g) => projection::group_between_years(projection, &projection.groups[g].id, true, from, year)?,
    };
    let sign = if bridge.to >= bridge.from { 1.0 } else { -1.0 };
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for item in &bridge.items {
        *sums.entry(words(model, &item.driver, item.amount >= 0.0)).or_default() += item.amount * sign;
    }
    let largest = sums.into_iter().max_by(|a, b| a.1.total_cmp(&b.1).then_with(|| b.0.cmp(&a.0)));
    Some(largest.filter(|(_, amount)| *amount > 0.0).map_or_else(|| "niets in het bijzonder".to_owned(), |(w, _)| w))
}

/// A mover in words.
fn words(model: &Model, driver: &BridgeDriver, up: bool) -> String {
    let pick = |more: &str, less: &str| if up { more.to_owned() } else { less.to_owned() };
    match driver {
        BridgeDriver::UnitCost => pick("hogere kosten per eenheid", "lagere kosten per eenheid"),
        BridgeDriver::Intensity => pick("zwaardere hulp per cliënt", "lichtere hulp per cliënt"),
        BridgeDriver::Mix => pick("een verschuiving naar duurdere hulp", "een verschuiving naar goedkopere hulp"),
        BridgeDriver::Price(Cause::Index(_) | Cause::Change) => {
            pick("hogere tarieven en prijzen", "lagere tarieven en prijzen")
        }
        BridgeDriver::Volume(Cause::Ageing) => pick("de vergrijzing", "de ontwikkeling van de bevolking"),
        BridgeDriver::Volume(Cause::Intake) => "nieuwe cliënten".to_owned(),
        BridgeDriver::Volume(Cause::Exit) => "cliënten die stoppen".to_owned(),
        BridgeDriver::Volume(Cause::Flow(id)) => model
            .flows
            .iter()
            .find(|f| f.id == *id)
            .map_or_else(|| "cliënten die overgaan".to_owned(), |f| format!("cliënten die overgaan ({})", f.label)),
        BridgeDriver::Volume(Cause::Measure(id)) | BridgeDriver::Measure(id) => model
            .measures
            .iter()
            .find(|m| m.id == *id)
            .map_or_else(|| "een maatregel".to_owned(), |m| format!("de maatregel \u{201c}{}\u{201d}", m.label)),
        BridgeDriver::Volume(_) => pick("meer gebruik", "minder gebruik"),
        BridgeDriver::New => "voorzieningen die beginnen".to_owned(),
        BridgeDriver::Ended => "voorzieningen die stoppen".to_owned(),
        BridgeDriver::Price(_) | BridgeDriver::Revenue(_) | BridgeDriver::Other => "overige oorzaken".to_owned(),
    }
}
