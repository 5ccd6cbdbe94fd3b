//! Measures and flows: from checked form to the model.

use super::base::Builder;
use super::item::{Entry, Table};
use super::keys;
use crate::model::{AssumptionId, Flow, LineId, Measure, MeasureKind, Quantity};

impl Builder<'_> {
    pub(super) fn flows(&mut self) -> Vec<Flow> {
        let root = self.root;
        let mut entries: Vec<&Entry> = root.items("flow").collect();
        entries.sort_by_key(|e| e.order);
        entries.into_iter().filter_map(|e| e.item.as_table().and_then(|t| self.flow(e, t))).collect()
    }

    fn flow(&mut self, entry: &Entry, table: &Table) -> Option<Flow> {
        let from = table.get("from").and_then(|i| self.line(i, Some(true)));
        let to = table.get("to").and_then(|i| self.line(i, Some(true)));
        let address = format!("flow.{}.share", entry.name);
        let share = self.needed(table, "share", &address, &keys::FLOW_SHARE, &entry.place);
        if let (Some(one), Some(other), Some(item)) = (from, to, table.get("to"))
            && one == other
        {
            let message = format!("flow `{}` goes from `{}` to itself", entry.name, item.written);
            self.error("flow-to-itself", &item.place, message, "name another line; who stays needs no flow");
        }
        for (key, end) in [("from", from), ("to", to)] {
            if let (Some(line), Some(item)) = (end, table.get(key)) {
                let name = self.lines[line.0].0.clone();
                if !self.counts_clients(&name) {
                    self.without_clients(&name, &item.place, "a flow");
                }
            }
        }
        let (from, to) = (from?, to?);
        Some(Flow {
            id: entry.name.clone(),
            label: table.owned("label").unwrap_or_else(|| entry.name.clone()),
            from,
            to,
            share,
            place: entry.place.clone(),
        })
    }

    /// Whether a cost line counts clients.
    pub(super) fn counts_clients(&self, line: &str) -> bool {
        let table = self.root.table("cost").and_then(|t| t.table(line));
        let stated = table.is_some_and(|t| t.get("unit_cost").is_some() || t.get("clients_basis").is_some());
        stated || self.figures.of(line, Quantity::Clients).next().is_some()
    }

    pub(super) fn measures(&mut self) -> Vec<Measure> {
        let root = self.root;
        let mut entries: Vec<&Entry> = root.items("measure").collect();
        entries.sort_by_key(|e| e.order);
        entries.into_iter().filter_map(|e| e.item.as_table().and_then(|t| self.measure(e, t))).collect()
    }

    fn measure(&mut self, entry: &Entry, table: &Table) -> Option<Measure> {
        let id = entry.name.as_str();
        let line = table.get("line").and_then(|i| self.line(i, None));
        let amount = self.assumption(table, "amount", &format!("measure.{id}.amount"));
        let volume = self.assumption(table, "volume", &format!("measure.{id}.volume"));
        let realisation = self.assumption(table, "realisation", &format!("measure.{id}.realisation"));
        let kind = match table.text("kind") {
            Some("new-policy") => MeasureKind::NewPolicy,
            Some("saving") => MeasureKind::Saving,
            Some("target") => MeasureKind::Target,
            _ => MeasureKind::Technical,
        };
        let stated = |key: &str| table.get(key).is_some();
        if !stated("amount") && !stated("volume") {
            self.warning(
                "unused",
                &entry.place,
                format!("measure `{id}` has no amount and no volume: it does nothing"),
                "state `amount`, `volume` or both",
            );
        }
        let on_cost = line.is_none_or(|l| self.lines[l.0].1);
        if let (false, Some(item)) = (on_cost, table.get("volume")) {
            let message = format!("measure `{id}` changes the volume of a revenue line");
            self.error("volume-of-revenue", &item.place, message, "only cost lines have a volume: state an `amount`");
        }
        if let (Some(_), Some(item)) =
            (table.flag("filled"), table.get("filled").filter(|_| kind != MeasureKind::Target))
        {
            let place = item.place.clone();
            self.warning(
                "unused",
                &place,
                "`filled` says something of targets only",
                "leave it out, or write kind = \"target\"",
            );
        }
        self.sign(entry, kind, on_cost, amount, volume);
        let line: LineId = line?;
        Some(Measure {
            id: id.to_owned(),
            label: table.owned("label").unwrap_or_else(|| id.to_owned()),
            kind,
            line,
            amount,
            volume,
            realisation,
            indexed: table.flag("indexed").unwrap_or(false),
            structural: table.flag("structural").unwrap_or(true),
            filled: table.flag("filled"),
            provenance: entry.item.provenance.clone(),
            place: entry.place.clone(),
        })
    }

    /// New policy adds cost; savings and targets take it away, or add revenue.
    fn sign(
        &mut self,
        entry: &Entry,
        kind: MeasureKind,
        on_cost: bool,
        amount: Option<AssumptionId>,
        volume: Option<AssumptionId>,
    ) {
        let expected = match (kind, on_cost) {
            (MeasureKind::NewPolicy, true) | (MeasureKind::Saving | MeasureKind::Target, false) => 1.0,
            (MeasureKind::Saving | MeasureKind::Target, true) => -1.0,
            // New policy can bring or cost revenue; a correction goes either way.
            (MeasureKind::NewPolicy, false) | (MeasureKind::Technical, _) => return,
        };
        let wrong = [amount, volume].into_iter().flatten().find_map(|id| {
            let assumption = &self.assumptions[id.0];
            let at = assumption.values.iter().position(|v| v * expected < 0.0)?;
            let year = self.frame.base + i32::try_from(at).unwrap_or(0);
            let place = assumption.place_of(crate::units::Year(year)).clone();
            Some((year, place))
        });
        if let Some((year, place)) = wrong {
            let (sign, verb) = if expected > 0.0 { ("negative", "adds") } else { ("positive", "takes away") };
            let side = if on_cost { "cost" } else { "revenue" };
            let message = format!("measure `{}` is {} and {sign} in {year}", entry.name, kind.name());
            let verb = if on_cost { verb } else { "adds" };
            self.warning(
                "measure-sign",
                &place,
                message,
                format!("{} {verb} {side}; check the sign or the kind", kind.name()),
            );
        }
    }
}
