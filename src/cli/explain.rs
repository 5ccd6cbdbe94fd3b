//! `ravijn explain`: how a figure came about, down to file and line.

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::bail;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::folder::Folder;
use super::report;
use crate::analysis::explain::{Asked, Explanation, From, NoAnswer, Step, explain};
use crate::diagnostic::{Diagnostic, Place};
use crate::dutch;
use crate::input::{self, Loaded};
use crate::model::{Expression, ExpressionError, Figure, FigureKind, Model, NAMED, Quantity};
use crate::projection::NoFigure;
use crate::simulation::Settings;
use crate::study::{self, Explainer, Study};

/// How answers are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// For people
    Table,
    /// One JSON document
    Json,
}

/// Arguments of `ravijn explain`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn explain scenarios/harderwijk \"cost(jeugd, 2029)\"
  ravijn explain scenarios/harderwijk \"cost(jeugd, 2029) - budget(jeugd, 2029)\" --depth 2
  ravijn explain scenarios/harderwijk/ova-hoger.toml \"result(2029)\"
  ravijn explain scenarios/heerde \"p90(cost(total, 2027))\" --format json
  ravijn explain scenarios/harderwijk \"risk.expected(wmo-kostprijs, 2027)\"

A figure is cost, revenue, budget, actual, clients, price, balance, result, shortfall, growth
of a line, domain, taakveld or total; index, reserve or indicator; an expression of them with
+ - * /; or chance(EXPR < x), mean(EXPR), sd(EXPR), p90(EXPR), given(EXPR | EXPR > x).
Every address that a report prints can be asked: in(SCENARIO, EXPR) for another scenario, an
assumption such as index.ova.rate[2027], and names such as risk.expected, resilience.needed,
measures.stated or gap.price. --names lists them.")]
pub struct ExplainArguments {
    /// A municipality's folder, or one of its scenario files
    #[arg(value_name = "PATH", required_unless_present = "names", default_value = ".", hide_default_value = true)]
    path: PathBuf,
    /// What to explain, such as "cost(jeugd, 2029)"; several with ; between
    #[arg(value_name = "FIGURE", required_unless_present = "names")]
    figure: Option<String>,
    /// List the figures with a name of their own
    #[arg(long)]
    names: bool,
    /// Folder with the rules; default the nearest rules/ above PATH, else those built in
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// In this what-if instead of the base
    #[arg(long, value_name = "ID")]
    scenario: Option<String>,
    /// How many levels below the figure to show; all by default
    #[arg(long, value_name = "N")]
    depth: Option<usize>,
    /// Number of futures, where the question asks for them
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(0..=10_000_000))]
    draws: u64,
    /// Start of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For people, or as data
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
}

/// Prints the tree; exit code 1 when a file is wrong or there is no such figure.
pub fn explain_figure(arguments: &ExplainArguments) -> anyhow::Result<u8> {
    if arguments.names {
        super::put(&names())?;
        return Ok(0);
    }
    // A report prints both ends of a band as two addresses.
    let mut asked = Vec::new();
    for part in arguments.figure.as_deref().unwrap_or_default().split(';') {
        let Some(expression) = read::<Expression>(part, "FIGURE") else { return Ok(2) };
        asked.push(expression);
    }
    let folder = Folder::read(&arguments.path)?;
    let Some(model) = scenario(&folder, arguments.scenario.as_deref())? else { return Ok(1) };
    let settings = Settings { draws: arguments.draws, seed: arguments.seed, ..Settings::default() };
    let study = if asked.iter().all(Expression::is_of_one_model) {
        None
    } else {
        let Some(study) = whole(&folder, arguments, &settings)? else { return Ok(1) };
        Some(study)
    };
    let explainer = study.as_ref().map(|study| Explainer::new(study, &settings));
    let mut found = Vec::new();
    for expression in &asked {
        let tree = match &explainer {
            None => explain(&model, Asked { expression, settings: &settings }),
            Some(explainer) => explainer.explain(&model.scenario.id, expression),
        };
        match tree {
            Ok(tree) => found.push(tree),
            Err(why) => bail!("{why}{}", before_the_projection(&model, &why)),
        }
    }
    // In a pipe a step is one line, to search in.
    let width = std::io::stdout().is_terminal().then(super::run::terminal_width);
    let text = match arguments.format {
        Form::Table => found.iter().map(|tree| tree.text(arguments.depth, width)).collect::<Vec<String>>().join("\n"),
        Form::Json => {
            let of = |(expression, tree): (&Expression, &Explanation)| document(&model, expression, tree);
            let mut documents: Vec<Value> = asked.iter().zip(&found).map(of).collect();
            pretty(&if documents.len() == 1 { documents.remove(0) } else { Value::Array(documents) })
        }
    };
    super::put(&text)?;
    Ok(0)
}

/// How a figure of a year before the base year is asked, as the end of a sentence.
fn before_the_projection(model: &Model, why: &NoAnswer) -> String {
    let NoAnswer::NoFigure(address, NoFigure::UnknownYear { year }) = why else { return String::new() };
    let span = format!(", which has {} to {}", model.base_year(), model.horizon());
    let name = &address.name;
    let known = |quantity| model.figures.value(name, quantity, FigureKind::Actual, *year).is_some();
    let instead = match address.figure {
        Figure::Cost if known(Quantity::Cost) => format!("actual({name}, {year})"),
        Figure::Revenue if known(Quantity::Revenue) => format!("figures({name}, revenue, actual, {year})"),
        Figure::Clients if known(Quantity::Clients) => format!("recorded.clients({name}, {year})"),
        _ => return span,
    };
    format!("{span}; what was realised is {instead}")
}

/// The figures with a name of their own, one a line.
fn names() -> String {
    let width = NAMED.iter().map(|n| n.usage().len()).max().unwrap_or(0);
    NAMED.iter().map(|n| format!("{:width$}  {}\n", n.usage(), n.what)).collect()
}

/// The whole study, for what one model does not tell; none where the files are
/// wrong, which has been printed.
fn whole(folder: &Folder, arguments: &ExplainArguments, settings: &Settings) -> anyhow::Result<Option<Study>> {
    let rules = super::rule_sources(&super::rules_for(arguments.rules.as_ref(), &arguments.path)?);
    match study::run(&folder.sources(), None, &rules, settings, &|_, _| {}) {
        Ok(study) => Ok(Some(study)),
        Err(wrong) => {
            report(&wrong, &|name| folder.text(name));
            Ok(None)
        }
    }
}

/// Reads a question; a mistake is shown with a caret under it.
pub(super) fn read<T: std::str::FromStr<Err = ExpressionError>>(text: &str, what: &'static str) -> Option<T> {
    match text.parse() {
        Ok(found) => Some(found),
        Err(wrong) => {
            let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let place = Place::new(what, 1, small(wrong.at + 1), small(wrong.length));
            report(&[Diagnostic::error("no-question", &place, wrong.message)], &|_| Some(text.to_owned()));
            None
        }
    }
}

/// One scenario of a folder: asked by id, or by the path of its file, else the
/// base. None where the files are wrong, which has been printed.
pub(super) fn scenario(folder: &Folder, asked: Option<&str>) -> anyhow::Result<Option<Model>> {
    let stem = folder.only.as_ref().and_then(|only| only.first()).map(String::as_str);
    let wanted = asked.or(stem).filter(|id| *id != "base");
    let only: Vec<String> = wanted.into_iter().map(str::to_owned).collect();
    match input::load(&folder.sources(), Some(&only)) {
        Ok(loaded) => pick(loaded, wanted).map(Some),
        Err(found) => {
            report(&found, &|name| folder.text(name));
            Ok(None)
        }
    }
}

fn pick(loaded: Loaded, wanted: Option<&str>) -> anyhow::Result<Model> {
    match wanted {
        None => Ok(loaded.base),
        Some(id) => match loaded.what_ifs.into_iter().find(|m| m.scenario.id == id) {
            Some(found) => Ok(found),
            None => bail!("there is no scenario `{id}` in this folder"),
        },
    }
}

/// A document with an end of line.
pub(super) fn pretty(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_else(|_| "null".to_owned());
    text.push('\n');
    text
}

/// A finite number, else null.
pub(super) fn number(value: f64) -> Value {
    let value = if value == 0.0 { 0.0 } else { value };
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// Name of a unit in JSON.
pub(super) fn unit(unit: dutch::Quantity) -> &'static str {
    match unit {
        dutch::Quantity::Euro => "euro",
        dutch::Quantity::EuroPerClient => "euro_per_client",
        dutch::Quantity::Clients => "clients",
        dutch::Quantity::Percent => "fraction",
        dutch::Quantity::Number => "number",
    }
}

fn document(model: &Model, expression: &Expression, found: &Explanation) -> Value {
    let steps: Vec<Value> = found.steps.iter().enumerate().map(|(i, s)| step(found, i, s)).collect();
    json!({
        "municipality": {"name": model.municipality.name, "code": model.municipality.code},
        "scenario": model.scenario.id,
        "figure": expression.to_string(),
        "value": number(found.root().value),
        "unit": unit(found.root().unit),
        "root": found.steps.len() - 1,
        "steps": steps,
    })
}

fn step(found: &Explanation, id: usize, step: &Step) -> Value {
    let mut of = json!({"id": id, "name": step.name, "value": number(step.value), "unit": unit(step.unit)});
    match &step.from {
        From::File(leaf) => {
            of["from"] = json!("file");
            of["place"] = json!(leaf.place.to_string());
            of["source"] = json!(leaf.source);
            if let Some(spread) = &leaf.spread {
                of["spread"] = json!(spread);
            }
        }
        From::Given { why, place } => {
            of["from"] = json!("given");
            of["why"] = json!(why);
            of["place"] = json!(place.as_ref().map(ToString::to_string));
        }
        From::Steps { of: under, .. } => {
            let (words, numbers) = found.formula(step).unwrap_or_default();
            of["from"] = json!("steps");
            of["formula"] = json!(words);
            of["numbers"] = json!(numbers);
            of["of"] = json!(under);
        }
        From::Draws { what, draws, seed, of: under } => {
            of["from"] = json!("draws");
            of["formula"] = json!(what);
            of["draws"] = json!(draws);
            of["seed"] = json!(seed);
            of["of"] = json!(under);
        }
    }
    of
}
