//! `ravijn solve`: what would it take.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::explain::{Form, number, pretty, read, scenario};
use super::folder::Folder;
use crate::analysis::goal::{Border, Found, Goal, Sides, Verdict, bounds, solve, target};
use crate::dutch::{self, Quantity};
use crate::input;
use crate::model::{Condition, Expression, Model, Scale};
use crate::simulation::Settings;

/// Arguments of `ravijn solve`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn solve scenarios/harderwijk --change measure.ombuiging-b-jeugd-ambulant.amount --until \"chance(cost(jeugd, 2027) > budget(jeugd, 2027)) <= 25%\"
  ravijn solve scenarios/harderwijk --change cost.jeugd-ambulant.volume.growth --until \"cost(jeugd, 2029) <= budget(jeugd, 2029)\"
  ravijn solve scenarios/harderwijk --change index.ova --until \"shortfall(2029) <= 1000000\" --from 0% --to 10%

ADDRESS.2028 changes one year; without a year the value holds for all years in which the
assumption is not 0. Under uncertainty the spread travels with the value, and every value is
tried with the same random numbers.")]
pub struct SolveArguments {
    /// A municipality's folder, or one of its scenario files
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// The assumption that may change, by its address
    #[arg(long, value_name = "ASSUMPTION")]
    change: String,
    /// What must become true
    #[arg(long, value_name = "CONDITION")]
    until: String,
    /// Lowest value to try, such as -500000 or 1%
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    from: Option<String>,
    /// Highest value to try
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    to: Option<String>,
    /// In this what-if instead of the base
    #[arg(long, value_name = "ID")]
    scenario: Option<String>,
    /// Number of futures, where the condition asks for them
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    draws: u64,
    /// Start of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// For people, or as data
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
}

/// Prints the answer; exit code 1 when there is none or a file is wrong.
pub fn solve_for(arguments: &SolveArguments) -> anyhow::Result<u8> {
    let Some(condition) = read::<Condition>(&arguments.until, "--until") else { return Ok(2) };
    if !(condition.left.is_of_one_model() && condition.right.is_of_one_model()) {
        bail!(super::Usage(
            "solve tries values in one scenario: name it with --scenario instead of in(...), and ask figures of its \
             projection, not of the register, the rules or the needed capacity"
                .to_owned()
        ));
    }
    let folder = Folder::read(&arguments.path)?;
    let Some(model) = scenario(&folder, arguments.scenario.as_deref())? else { return Ok(1) };
    let (assumption, years) = match target(&model, &arguments.change) {
        Ok(found) => found,
        Err(why) => bail!("{why}{}", elsewhere(&folder, &model, &arguments.change)),
    };
    let scale = model.assumption(assumption).scale;
    let (mut from, mut to) = bounds(&model, assumption, &years);
    for (given, bound, what) in [(&arguments.from, &mut from, "--from"), (&arguments.to, &mut to, "--to")] {
        if let Some(text) = given {
            let Some(value) = constant(text, what, scale) else { return Ok(2) };
            *bound = value;
        }
    }
    let (low, high) = scale.bounds();
    if from >= to || from < low || to > high {
        bail!(super::Usage(format!(
            "the bounds {} and {} leave nothing to search in",
            shown(from, scale),
            shown(to, scale)
        )));
    }
    let settings = Settings { draws: arguments.draws, seed: arguments.seed, ..Settings::default() };
    let goal = Goal { assumption, years, condition: &condition, from, to, settings: &settings };
    let found = match solve(&model, &goal) {
        Ok(found) => found,
        Err(why) => bail!("{why}"),
    };
    super::put(&match arguments.format {
        Form::Table => text(&model, &goal, &found),
        Form::Json => pretty(&document(&model, &goal, &found)),
    })?;
    Ok(u8::from(matches!(found.verdict, Verdict::Nowhere { .. })))
}

/// Which other scenarios of the folder have an assumption, as the end of a sentence.
fn elsewhere(folder: &Folder, model: &Model, address: &str) -> String {
    let Ok(loaded) = input::load(&folder.sources(), None) else { return String::new() };
    let all = std::iter::once(&loaded.base).chain(&loaded.what_ifs);
    let has = all.filter(|m| m.scenario.id != model.scenario.id && target(m, address).is_ok());
    let ids: Vec<String> = has.map(|m| format!("--scenario {}", m.scenario.id)).collect();
    if ids.is_empty() { String::new() } else { format!("; it is there with {}", ids.join(" or ")) }
}

/// A bound as written: a number, or a percentage for a rate.
fn constant(text: &str, what: &'static str, scale: Scale) -> Option<f64> {
    let expression = read::<Expression>(text, what)?;
    let Expression::Number(value, unit) = expression else {
        anstream::eprintln!("error: {what} is a number such as -500000 or 1%");
        return None;
    };
    if scale.is_rate() && unit != Some(Quantity::Percent) && value != 0.0 {
        anstream::eprintln!("error: {what} of this assumption is a percentage: write it with a percent sign");
        return None;
    }
    Some(value)
}

fn shown(value: f64, scale: Scale) -> String {
    match scale {
        Scale::Amount => dutch::euro(value),
        Scale::Price => dutch::euro_cents(value),
        Scale::Count => dutch::short(value, 2),
        _ => format!("{}%", dutch::short(value * 100.0, 4)),
    }
}

fn side(value: f64, unit: Quantity) -> String {
    match unit {
        Quantity::Percent => format!("{}%", dutch::short(value * 100.0, 2)),
        Quantity::Euro => dutch::euro(value),
        Quantity::EuroPerClient => dutch::euro_cents(value),
        _ => dutch::short(value, 2),
    }
}

fn unit_of(condition: &Condition) -> Quantity {
    let of = |x: &Expression| x.unit().ok().flatten();
    of(&condition.left).or_else(|| of(&condition.right)).unwrap_or(Quantity::Number)
}

fn text(model: &Model, goal: &Goal<'_>, found: &Found) -> String {
    let assumption = model.assumption(goal.assumption);
    let unit = unit_of(goal.condition);
    let both = |s: &Sides| format!("{} against {}", side(s.left.value, unit), side(s.right.value, unit));
    let years: Vec<String> =
        goal.years.iter().map(|y| format!("{}", model.base_year().0 + i32::try_from(*y).unwrap_or(0))).collect();
    let today: Vec<String> = goal.years.iter().map(|y| shown(assumption.values[*y], assumption.scale)).collect();
    let mut distinct = today.clone();
    distinct.dedup();
    let now = if let [one] = distinct.as_slice() { one.clone() } else { today.join(", ") };
    let mut out = format!(
        "{} is {now} in {} [{}]\nuntil {}; today {}\n",
        assumption.address,
        years.join(", "),
        assumption.place,
        goal.condition,
        both(&found.today)
    );
    let range = format!("{} and {}", shown(goal.from, assumption.scale), shown(goal.to, assumption.scale));
    let border = |b: &Border| {
        let error = match b.error {
            Some(e) if e > 0.0 => {
                format!(" ± {} (one standard error of {} draws)", shown(e, assumption.scale), goal.settings.draws)
            }
            _ => String::new(),
        };
        format!("{}{error}", shown(b.value, assumption.scale))
    };
    out.push_str(&match &found.verdict {
        Verdict::Reached(b) => format!("it holds at {}\nthere: {}\n", border(b), both(&b.sides)),
        Verdict::Already(Some(b)) => {
            format!("it holds today, and up to {}\nthere: {}\n", border(b), both(&b.sides))
        }
        Verdict::Already(None) => format!("it holds today, and nowhere between {range} does it stop to hold\n"),
        Verdict::Nowhere { value, sides } => format!(
            "no value between {range} makes it hold; nearest comes {}\nthere: {}\n",
            shown(*value, assumption.scale),
            both(sides)
        ),
    });
    out
}

fn document(model: &Model, goal: &Goal<'_>, found: &Found) -> Value {
    let assumption = model.assumption(goal.assumption);
    let sides = |s: &Sides| {
        json!({"left": number(s.left.value), "right": number(s.right.value),
               "left_error": s.left.error.map(number), "right_error": s.right.error.map(number)})
    };
    let (verdict, value, error, at) = match &found.verdict {
        Verdict::Reached(b) => ("reached", Some(b.value), b.error, Some(&b.sides)),
        Verdict::Already(Some(b)) => ("already", Some(b.value), b.error, Some(&b.sides)),
        Verdict::Already(None) => ("already", None, None, None),
        Verdict::Nowhere { value, sides } => ("nowhere", Some(*value), None, Some(sides)),
    };
    let years: Vec<Value> = goal
        .years
        .iter()
        .map(|y| json!({"year": model.base_year().0 + i32::try_from(*y).unwrap_or(0), "value": number(assumption.values[*y])}))
        .collect();
    json!({
        "municipality": {"name": model.municipality.name, "code": model.municipality.code},
        "scenario": model.scenario.id,
        "change": assumption.address,
        "until": goal.condition.to_string(),
        "today": {"years": years, "condition": sides(&found.today)},
        "from": number(goal.from),
        "to": number(goal.to),
        "verdict": verdict,
        "value": value.map(number),
        "error": error.map(number),
        "condition": at.map(sides),
        "draws": if goal.condition.needs_draws() { goal.settings.draws } else { 0 },
        "tried": found.tried,
    })
}
