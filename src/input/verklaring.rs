//! `verklaring.csv`: the published explanation of a change, checked to its total.

use super::rows::{Columns, Rows};
use super::text::{self, Sources};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::model::{MeasureKind, Model, PublishedBridge, PublishedItem};

/// Its name.
pub const EXPLANATION: &str = "verklaring.csv";

const COLUMNS: Columns = Columns { required: &["item", "label", "amount"], optional: &["measures", "note", "source"] };

/// Reads the published explanation of a municipality, if there is one. A row
/// with the item `total` is the total that the document prints. Amounts are in
/// the unit of the model.
pub fn published(sources: &Sources, model: &Model) -> (Option<PublishedBridge>, Vec<Diagnostic>) {
    let mut found = Diagnostics::default();
    let made = sources.bytes(EXPLANATION).and_then(|bytes| {
        let text = text::decode(EXPLANATION, bytes, &mut found)?;
        let rows = Rows::read(EXPLANATION, &text, &COLUMNS, &mut found)?;
        Some(bridge(&rows, model, &mut found))
    });
    if let Some(bridge) = &made
        && let Some(off) = bridge.off()
        // A document rounds each item to its unit.
        && off.abs() > 0.5 * model.municipality.amount_unit
    {
        let unit = model.municipality.amount_unit;
        let message = format!(
            "the items sum to {} and the printed total is {}",
            bridge.sum() / unit,
            bridge.total.unwrap_or(0.0) / unit
        );
        found.push(
            Diagnostic::warning("total-differs", &bridge.place, message)
                .help("check the items against the document, signs first"),
        );
    }
    (made, found.sorted())
}

fn bridge(rows: &Rows, model: &Model, found: &mut Diagnostics) -> PublishedBridge {
    let mut out = PublishedBridge { items: Vec::new(), total: None, place: Place::file(EXPLANATION) };
    for row in &rows.rows {
        let item = rows.required(row, "item", found);
        let amount = rows.required(row, "amount", found);
        let value = amount.and_then(|c| rows.number(c, found)).map(|v| v * model.municipality.amount_unit);
        let (Some(item), Some(amount), Some(value)) = (item, amount, value) else { continue };
        if item.text.eq_ignore_ascii_case("total") || item.text.eq_ignore_ascii_case("totaal") {
            out.total = Some(value);
            out.place = amount.place.clone();
            continue;
        }
        let text = |column: &str| rows.cell(row, column).map(|c| c.text.clone());
        let measures: Vec<String> = text("measures")
            .map(|t| t.split([' ', ';', ',']).filter(|m| !m.is_empty()).map(str::to_owned).collect())
            .unwrap_or_default();
        if let Some(cell) = rows.cell(row, "measures") {
            for name in measures.iter().filter(|m| !is_known(model, m)) {
                found.push(
                    Diagnostic::warning("unknown-measure", &cell.place, format!("there is no measure `{name}`"))
                        .help("name measures of base.toml, or a kind: new-policy, saving, target, technical"),
                );
            }
        }
        out.items.push(PublishedItem {
            label: text("label").unwrap_or_else(|| item.text.clone()),
            amount: value,
            measures,
            note: text("note"),
            place: amount.place.clone(),
        });
    }
    out
}

fn is_known(model: &Model, name: &str) -> bool {
    let kinds = [MeasureKind::NewPolicy, MeasureKind::Saving, MeasureKind::Target, MeasureKind::Technical];
    kinds.iter().any(|k| k.name() == name) || model.measures.iter().any(|m| m.id == name)
}
