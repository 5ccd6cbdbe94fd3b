//! `ravijn backtest`: does it forecast well?

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::{Value, json};

use super::answer::PastedForm;
use super::columns::{columns, room};
use super::folder::Folder;
use super::{report, write};
use crate::analysis::backtest::{self, Backtest, LineScore, Portfolio, score::Measures, score::RivalMeasures};
use crate::analysis::breaks::{self, Break};
use crate::diagnostic::Diagnostic;
use crate::input;

/// Arguments of `ravijn backtest`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn backtest portfolio.csv
  ravijn backtest portfolio.csv --known-lag 1 --forecasts forecasts.csv
  ravijn backtest scenarios/heerde

A portfolio has the columns municipality,name,line,measure,kind,year,value with
measure cost or residents and kind actual or budget. All errors are shares of the
actual; \"of budget\" is our median error over that of the municipalities' own budgets.")]
pub struct BacktestArguments {
    /// A municipality's folder, or a portfolio csv of many
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Years between the last known actuals and the year forecast: 2 is the autumn in which a budget is made, 1 the spring after
    #[arg(long, value_name = "YEARS", default_value_t = 2, value_parser = clap::value_parser!(i32).range(1..=2))]
    known_lag: i32,
    /// Write every single forecast to this csv
    #[arg(long, value_name = "FILE.csv")]
    forecasts: Option<PathBuf>,
    /// Form on stdout
    #[arg(long, value_enum, default_value = "table")]
    format: PastedForm,
}

/// Runs the backtest; exit code 1 when the file is wrong or holds nothing to compare.
pub fn backtest(arguments: &BacktestArguments) -> anyhow::Result<u8> {
    let Some(portfolio) = read(&arguments.path)? else {
        return Ok(1);
    };
    let run = backtest::backtest(&portfolio, arguments.known_lag);
    if run.lines.iter().all(|l| l.measures.n == 0) {
        let lag = arguments.known_lag;
        let years = if lag == 1 { "1 year" } else { "2 years" };
        let why = format!(
            "nothing to compare: a year needs its own actual, and an actual or a budget with its actual at least {years} before it"
        );
        // A forecast of a year that is not over is worth writing down.
        if arguments.forecasts.is_none() || run.forecasts.is_empty() {
            anyhow::bail!("{why}");
        }
        anstream::eprintln!("note: {why}");
    }
    if let Some(path) = &arguments.forecasts {
        write::all_or_nothing(&[(path.clone(), csv(&run).into_bytes())])?;
        anstream::eprintln!("wrote {}", path.display());
    }
    let found = breaks::breaks(&portfolio);
    match arguments.format {
        PastedForm::Json => anstream::println!("{:#}", document(&run, &portfolio, &found)),
        PastedForm::Md => super::put(&super::accuracy::markdown(&run))?,
        PastedForm::Table => anstream::print!("{}", table(&run, &portfolio, &found, room())),
    }
    Ok(0)
}

/// A portfolio csv or a municipality's folder; none when it is wrong, which
/// has been said on stderr by then.
pub(super) fn read(path: &Path) -> anyhow::Result<Option<Portfolio>> {
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        return read_portfolio(path);
    }
    let folder = Folder::read(path)?;
    match input::load(&folder.sources(), Some(&[])) {
        Ok(loaded) => Ok(Some(Portfolio::of_model(&loaded.base))),
        Err(found) => {
            report(&found, &|name| folder.text(name));
            Ok(None)
        }
    }
}

/// A portfolio csv; none when it is wrong.
pub(super) fn read_portfolio(path: &Path) -> anyhow::Result<Option<Portfolio>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let name = path.display().to_string();
    let (portfolio, found): (Option<Portfolio>, Vec<Diagnostic>) = match backtest::read(&name, &text) {
        Ok((portfolio, warnings)) => (Some(portfolio), warnings),
        Err(errors) => (None, errors),
    };
    report(&found, &|_| Some(text.trim_start_matches('\u{feff}').to_owned()));
    Ok(portfolio)
}

/// Every forecast, in the unit of the file; a figure that is not there is empty.
fn csv(run: &Backtest) -> String {
    let mut out = "municipality,line,year,forecast,p10,p90,budget,actual\n".to_owned();
    let optional = |v: Option<f64>| v.map_or(String::new(), |v| v.to_string());
    for f in &run.forecasts {
        let line = if f.line.contains([',', '"', '\n']) {
            format!("\"{}\"", f.line.replace('"', "\"\""))
        } else {
            f.line.clone()
        };
        let _ = writeln!(
            out,
            "{},{line},{},{:.4},{:.4},{:.4},{},{}",
            f.municipality,
            f.year,
            f.forecast,
            f.p10,
            f.p90,
            optional(f.budget),
            optional(f.actual)
        );
    }
    out
}

fn measures(m: &Measures) -> serde_json::Map<String, Value> {
    let value = json!({
        "n": m.n, "mdape": m.mdape, "mape": m.mape, "bias": m.bias,
        "coverage80": m.coverage80, "width80": m.width80, "pinball": m.pinball,
    });
    value.as_object().cloned().unwrap_or_default()
}

fn rival(m: &RivalMeasures) -> Value {
    json!({
        "n": m.n, "mdape": m.mdape, "mape": m.mape, "bias": m.bias, "width80": m.width80,
        "model_mdape": m.model_mdape, "model_width80": m.model_width80,
    })
}

fn line_object(line: &LineScore) -> Value {
    let mut object = serde_json::Map::new();
    object.insert("line".into(), json!(line.line));
    object.insert("lag".into(), json!(line.lag));
    object.extend(measures(&line.measures));
    object.insert("of_budget".into(), json!(line.of_budget));
    let rivals = json!({
        "budget": rival(&line.rivals.budget), "corrected_budget": rival(&line.rivals.corrected_budget), "last_actual": rival(&line.rivals.last_actual),
        "own_trend": rival(&line.rivals.own_trend), "national": rival(&line.rivals.national),
    });
    object.insert("rivals".into(), rivals);
    let years: Vec<Value> = line
        .years
        .iter()
        .map(|y| {
            let mut year = serde_json::Map::new();
            year.insert("year".into(), json!(y.year));
            year.extend(measures(&y.measures));
            year.insert("of_budget".into(), json!(y.of_budget));
            year.insert(
                "weights".into(),
                json!({"budget": y.weights.budget, "last_actual": y.weights.last_actual, "peers": y.weights.peers}),
            );
            year.insert("level".into(), json!(y.level));
            year.insert("growth".into(), json!(y.growth));
            year.insert("beside_other_lines".into(), json!(y.beside_other_lines));
            year.insert("national".into(), json!(y.national));
            year.insert("national_sd".into(), json!(y.national_sd));
            Value::Object(year)
        })
        .collect();
    object.insert("years".into(), Value::Array(years));
    Value::Object(object)
}

fn document(run: &Backtest, portfolio: &Portfolio, found: &[Break]) -> Value {
    let breaks: Vec<Value> = found
        .iter()
        .map(|b| json!({"municipality": b.municipality, "line": b.line, "year": b.year, "kind": b.kind.name(), "change": b.change}))
        .collect();
    json!({
        "lines": run.lines.iter().map(line_object).collect::<Vec<_>>(),
        "municipalities": portfolio.members.len(),
        "breaks": breaks,
    })
}

/// A fraction as a percentage with one decimal; nothing where there is none.
fn percent(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{:.1}%", 100.0 * v))
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "-".to_owned(), |v| format!("{v:.2}"))
}

fn table(run: &Backtest, portfolio: &Portfolio, found: &[Break], room: usize) -> String {
    let lag = run.lines.first().map_or(2, |l| l.lag);
    let mut out = format!(
        "Backtest of {} {}, actuals known up to {lag} {} before the year forecast\n\n",
        portfolio.members.len(),
        if portfolio.members.len() == 1 { "municipality" } else { "municipalities" },
        if lag == 1 { "year" } else { "years" }
    );
    let words = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<String>>();
    let mut rows = vec![words(&[
        "line",
        "n",
        "median",
        "mean",
        "bias",
        "in band",
        "width",
        "of budget",
        "budget",
        "corrected",
        "last",
        "trend",
        "national",
    ])];
    let (measured, not): (Vec<&LineScore>, Vec<&LineScore>) = run.lines.iter().partition(|l| l.measures.n > 0);
    for l in &measured {
        let m = &l.measures;
        rows.push(vec![
            l.line.clone(),
            m.n.to_string(),
            percent(m.mdape),
            percent(m.mape),
            percent(m.bias),
            percent(m.coverage80),
            percent(m.width80),
            ratio(l.of_budget),
            percent(l.rivals.budget.mdape),
            percent(l.rivals.corrected_budget.mdape),
            percent(l.rivals.last_actual.mdape),
            percent(l.rivals.own_trend.mdape),
            percent(l.rivals.national.mdape),
        ]);
    }
    out.push_str(&columns(&rows, room));
    if !not.is_empty() {
        let names: Vec<&str> = not.iter().map(|l| l.line.as_str()).collect();
        let _ = writeln!(out, "nothing to compare: {}", names.join(", "));
    }
    out.push('\n');
    let mut rows = vec![words(&[
        "line and year",
        "n",
        "median",
        "bias",
        "in band",
        "of budget",
        "w budget",
        "w actual",
        "w peers",
        "level",
        "growth",
    ])];
    for (l, y) in measured.iter().flat_map(|l| l.years.iter().map(move |y| (l, y))) {
        rows.push(vec![
            format!("{} {}", l.line, y.year),
            y.measures.n.to_string(),
            percent(y.measures.mdape),
            percent(y.measures.bias),
            percent(y.measures.coverage80),
            ratio(y.of_budget),
            percent(Some(y.weights.budget)),
            percent(Some(y.weights.last_actual)),
            percent(Some(y.weights.peers)),
            percent(y.level),
            percent(Some(y.growth)),
        ]);
    }
    out.push_str(&columns(&rows, room));
    let own = found.iter().filter(|b| b.municipality.is_some());
    let mut kinds = std::collections::BTreeMap::new();
    for b in own {
        *kinds.entry(b.kind.name()).or_insert(0_usize) += 1;
    }
    let listed = kinds.iter().map(|(k, n)| format!("{k} {n}")).collect::<Vec<_>>().join(", ");
    let _ = writeln!(out, "\nbreaks found: {}", if listed.is_empty() { "none" } else { &listed });
    for b in found.iter().filter(|b| b.municipality.is_none() || portfolio.members.len() == 1) {
        let _ = writeln!(out, "  {}{b}", if b.municipality.is_none() { "whole country: " } else { "" });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Portfolio {
        let mut text = "municipality,name,line,measure,kind,year,value\n".to_owned();
        for year in 2017..=2021 {
            let _ = writeln!(
                text,
                "GM1,Aa,\"zorg, nieuw\",cost,budget,{year},100\nGM1,Aa,\"zorg, nieuw\",cost,actual,{year},110"
            );
        }
        backtest::read("p.csv", &text).expect("a good file").0
    }

    #[test]
    fn every_forecast_is_a_row_of_eight_cells() {
        let text = csv(&backtest::backtest(&small(), 2));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "municipality,line,year,forecast,p10,p90,budget,actual");
        assert_eq!(lines.len(), 4);
        assert!(lines[1].starts_with("GM1,\"zorg, nieuw\",2019,110.0000,"), "{}", lines[1]);
        assert!(lines[1].ends_with(",100,110"), "{}", lines[1]);
    }

    #[test]
    fn the_document_has_the_agreed_names_and_null_where_nothing_was_measured() {
        let portfolio = small();
        let document = document(&backtest::backtest(&portfolio, 2), &portfolio, &[]);
        let line = &document["lines"][0];
        for name in ["line", "lag", "n", "mdape", "mape", "bias", "coverage80", "width80", "pinball", "rivals"] {
            assert!(line.get(name).is_some(), "{name}");
        }
        for name in ["budget", "corrected_budget", "last_actual", "own_trend", "national"] {
            assert!(
                line["rivals"][name].get("mdape").is_some() && line["rivals"][name].get("bias").is_some(),
                "{name}"
            );
        }
        assert_eq!(line["n"], 3);
        assert_eq!(line["coverage80"], 1.0);
        assert!((line["rivals"]["budget"]["mdape"].as_f64().expect("a number") - (1.0 - 100.0 / 110.0)).abs() < 1e-12);
        let none = super::document(&backtest::backtest(&Portfolio::default(), 1), &portfolio, &[]);
        assert_eq!(none["lines"].as_array().map(Vec::len), Some(0));
    }

    #[test]
    fn a_year_that_is_not_over_is_forecast_as_it_was_when_it_is() {
        // Cut off what came to be known after the autumn of 2020: actuals after
        // 2019 and budgets after 2021.
        let whole = backtest::backtest(&small(), 2);
        let mut text = "municipality,name,line,measure,kind,year,value\n".to_owned();
        for year in 2017..=2021 {
            let _ = writeln!(text, "GM1,Aa,\"zorg, nieuw\",cost,budget,{year},100");
            if year <= 2019 {
                let _ = writeln!(text, "GM1,Aa,\"zorg, nieuw\",cost,actual,{year},110");
            }
        }
        let cut = backtest::backtest(&backtest::read("p.csv", &text).expect("a good file").0, 2);
        let of = |run: &Backtest| {
            run.forecasts.iter().find(|f| f.year == crate::units::Year(2021)).cloned().expect("forecast")
        };
        let (before, after) = (of(&cut), of(&whole));
        assert_eq!((before.forecast, before.p10, before.p90), (after.forecast, after.p10, after.p90));
        assert_eq!((before.actual, after.actual), (None, Some(110.0)));
    }
}
