//! `ravijn measures`: of every saving and target what was planned, filled in,
//! has come true so far and is still open, with the chance that all is met.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::columns::{columns, room};
use super::explain::{Form, number, pretty, scenario};
use super::folder::Folder;
use crate::analysis::ledger::{LedgerRow, ledger};
use crate::dutch;
use crate::model::{MeasureKind, Model};
use crate::units::Year;

/// Arguments of `ravijn measures`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn measures scenarios/harderwijk
  ravijn measures scenarios/harderwijk/taakstelling-half.toml --year 2027
  ravijn measures scenarios/heerde --format json

Amounts are in prices of the base year, signed as planned: a saving is below 0. What has come
true so far is the latest row of the measure itself in figures.csv up to that year
(`taakstelling-pgb,measure,actual,2027,-200`: what the accounts of 2027 show), else what the base
year's accounts hold of it; from a budget it is not known, and all is still open. The chance
follows from the uncertainty stated with the realisation.")]
pub struct MeasuresArguments {
    /// A municipality's folder, or one of its scenario files
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// One year; all projected years by default
    #[arg(long, value_name = "YEAR")]
    year: Option<i32>,
    /// In this what-if instead of the base
    #[arg(long, value_name = "ID")]
    scenario: Option<String>,
    /// For people, or as data
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
}

/// Prints the ledger; exit code 1 when a file is wrong or the year is not projected.
pub fn measures(arguments: &MeasuresArguments) -> anyhow::Result<u8> {
    let folder = Folder::read(&arguments.path)?;
    let Some(model) = scenario(&folder, arguments.scenario.as_deref())? else { return Ok(1) };
    let years: Vec<Year> = match arguments.year {
        None => model.base_year().plus(1).through(model.horizon()).collect(),
        Some(year) if model.year_index(Year(year)).is_some_and(|y| y > 0) => vec![Year(year)],
        Some(year) => {
            anyhow::bail!("{year} is no projected year; there are {} to {}", model.base_year().plus(1), model.horizon())
        }
    };
    let rows: Vec<LedgerRow> = years.into_iter().flat_map(|year| ledger(&model, year)).collect();
    let text = match arguments.format {
        Form::Json => pretty(&document(&model, &rows)),
        Form::Table if rows.is_empty() => nothing(&model),
        Form::Table => table(&model, &rows, room()),
    };
    super::put(&text)?;
    Ok(0)
}

/// What is said where the ledger is empty: savings may work through volume alone.
fn nothing(model: &Model) -> String {
    let on_volume = model.measures.iter().filter(|m| {
        matches!(m.kind, MeasureKind::Saving | MeasureKind::Target) && m.amount.is_none() && m.volume.is_some()
    });
    let names: Vec<&str> = on_volume.map(|m| m.id.as_str()).collect();
    match names.as_slice() {
        [] => "no saving or target has an amount\n".to_owned(),
        names => format!("no saving or target has an amount; on the volume of a line work {}\n", names.join(", ")),
    }
}

fn table(model: &Model, rows: &[LedgerRow], room: usize) -> String {
    // Year and name are one column, so that every block of a narrow table names its rows.
    let name = rows.iter().map(|r| model.measures[r.measure].id.chars().count()).max().unwrap_or(0).max(7);
    let heads = ["planned", "filled", "realised", "in", "open", "counted on", "mean", "chance"];
    let mut lines =
        vec![std::iter::once(format!("year  {:<name$}", "measure")).chain(heads.map(str::to_owned)).collect()];
    for r in rows {
        lines.push(vec![
            format!("{}  {:<name$}", r.year, model.measures[r.measure].id),
            dutch::whole(r.planned),
            dutch::whole(r.filled),
            r.realised.map_or_else(|| "-".to_owned(), dutch::whole),
            r.realised_in.map_or_else(|| "-".to_owned(), |y| y.to_string()),
            dutch::whole(r.open),
            dutch::whole(r.counted_on),
            dutch::whole(r.expected),
            chance(r.chance),
        ]);
    }
    columns(&lines, room)
}

/// A chance as the report rounds it, for a narrow column: `<1%` and `>99%` at the ends.
fn chance(chance: f64) -> String {
    dutch::simulated(chance).replace("minder dan ", "<").replace("meer dan ", ">")
}

fn document(model: &Model, rows: &[LedgerRow]) -> Value {
    let of = |r: &LedgerRow| {
        let m = &model.measures[r.measure];
        json!({
            "id": m.id, "label": m.label, "kind": m.kind.name(), "line": model.lines.get(m.line).id(),
            "year": r.year.0, "planned": number(r.planned), "filled": number(r.filled),
            "realised": r.realised.map(number), "realised_in": r.realised_in.map(|y| y.0), "open": number(r.open),
            "counted_on": number(r.counted_on), "expected": number(r.expected), "chance": number(r.chance), "place": m.place.to_string(),
        })
    };
    json!({
        "municipality": {"name": model.municipality.name, "code": model.municipality.code},
        "scenario": model.scenario.id,
        "measures": rows.iter().map(of).collect::<Vec<_>>(),
    })
}
