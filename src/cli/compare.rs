//! `ravijn compare`: what changed, and why.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};

use super::explain::{Form, pretty, scenario};
use super::folder::Folder;
use crate::analysis::compare::{End, Saved, accounts, attribute, differences, items, past, without_counts};
use crate::report::comparison::{By, Comparison};
use crate::units::Year;

/// Arguments of `ravijn compare`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn compare scenarios/harderwijk scenarios/harderwijk/ova-hoger.toml
  ravijn compare scenarios/harderwijk --years 2026 2029 --by domain
  ravijn compare scenarios/heerde --years 2023 2024 --by line
  ravijn compare out/heerde/base/run.json scenarios/heerde --year 2028")]
pub struct CompareArguments {
    /// A municipality's folder, a scenario file, or a saved run.json
    #[arg(value_name = "A")]
    a: PathBuf,
    /// What to compare it with; left out with --years
    #[arg(value_name = "B", required_unless_present = "years")]
    b: Option<PathBuf>,
    /// Two years of A instead of two scenarios; up to the base year those of figures.csv
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"], conflicts_with_all = ["b", "year"])]
    years: Vec<i32>,
    /// In which year; the last that both have by default
    #[arg(long, value_name = "YEAR")]
    year: Option<i32>,
    /// Tables to add to the explanation of the total
    #[arg(long, value_enum, value_delimiter = ',', default_value = "domain")]
    by: Vec<Per>,
    /// For people, or as data (all tables)
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
}

/// Tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Per {
    /// Lines that change
    Line,
    /// Domains
    Domain,
    /// Iv3 task fields
    Taakveld,
    /// The total alone
    Total,
}

/// Prints the comparison; exit code 1 when a file is wrong.
pub fn compare(arguments: &CompareArguments) -> anyhow::Result<u8> {
    let Some((a, name)) = end(&arguments.a, None)? else { return Ok(1) };
    let same = if let [from, to] = arguments.years[..] { Some((Year(from), Year(to))) } else { None };
    let (a, past) = of_the_past(a, same);
    let (b, name) = match &arguments.b {
        None => (a.clone(), name),
        Some(path) => {
            let Some((b, other)) = end(path, Some(&a))? else { return Ok(1) };
            (b, other.or(name))
        }
    };
    if let Some((first, second)) = a.strangers(&b) {
        bail!(super::Usage(format!(
            "{first} and {second} are two municipalities: `compare` explains a change within one, between two \
             scenarios, two years, or a saved run and now"
        )));
    }
    let (a, b) = alike(a, b);
    let years = match same {
        Some(years) => years,
        None => {
            let both = |y: &Year| a.projection.years.contains(y) && b.projection.years.contains(y);
            let last = a.projection.years.iter().rev().find(|y| both(y)).copied();
            let Some(last) = last else { bail!("the two have no year in common") };
            let year = arguments.year.map_or(last, Year);
            (year, year)
        }
    };
    for (end, year) in [(&a, years.0), (&b, years.1)] {
        if !end.projection.years.contains(&year) {
            let years = &end.projection.years;
            let span = years.first().zip(years.last());
            let span = span.map_or_else(String::new, |(first, last)| format!(", which has {first} to {last}"));
            bail!("{year} is not a year of {}{span}", end.title);
        }
    }
    let attribution = match (&a.model, &b.model) {
        (Some(x), Some(y)) if years.0 == years.1 => attribute(x, y, years.1),
        _ => None,
    };
    let items = match (&a.model, &b.model) {
        (Some(x), Some(y)) if years.0 == years.1 => items(x, y),
        _ => Vec::new(),
    };
    let comparison = Comparison {
        items,
        municipality: name.unwrap_or_else(|| "Vergelijking".to_owned()),
        differences: differences(&a, &b, years.1),
        accounts: accounts(&a, &b, years.0, years.1),
        attribution,
        a: &a,
        b: &b,
        years,
        past: past.is_some(),
        left_out: past.unwrap_or_default(),
    };
    let by: Vec<By> = arguments
        .by
        .iter()
        .filter_map(|per| match per {
            Per::Line => Some(By::Line),
            Per::Domain => Some(By::Domain),
            Per::Taakveld => Some(By::Taakveld),
            Per::Total => None,
        })
        .collect();
    super::put(&match arguments.format {
        Form::Table => comparison.text(&by, super::run::terminal_width()),
        Form::Json => pretty(&comparison.json()),
    })?;
    Ok(0)
}

/// Two years of which one lies before the base year are compared by what
/// figures.csv has of them: the lines that are left out; none where it is no
/// such question.
fn of_the_past(a: End, years: Option<(Year, Year)>) -> (End, Option<Vec<String>>) {
    let first = a.projection.years.first().copied();
    let before = |(from, to): &(Year, Year)| first.is_some_and(|first| *from < first || *to < first);
    let found = years.filter(before).zip(a.model.as_ref()).and_then(|(years, model)| past(model, years));
    match found {
        Some(found) => (found.end, Some(found.left_out)),
        None => (a, None),
    }
}

/// Both ends told alike: a run.json that was saved with disclosure control
/// holds no counts of clients, so the other end goes without them too.
fn alike(mut a: End, mut b: End) -> (End, End) {
    if !(a.guarded || b.guarded) {
        return (a, b);
    }
    let mut hidden: Vec<&str> = a.hidden().into_iter().chain(b.hidden()).collect();
    hidden.sort_unstable();
    hidden.dedup();
    let not = if hidden.is_empty() { String::new() } else { format!("; not compared: {}", hidden.join(", ")) };
    anstream::eprintln!(
        "note: run.json was saved with disclosure control: counts of clients are compared as ratios{not}\n\
         help: `ravijn run PATH --format json > exact.json` keeps exact counts, for internal use"
    );
    without_counts(&mut a, &mut b);
    (a, b)
}

/// One end, and the name of its municipality; none where files are wrong,
/// which has been printed. A saved run of several scenarios gives the one
/// that the other end is, else the first.
fn end(path: &Path, other: Option<&End>) -> anyhow::Result<Option<(End, Option<String>)>> {
    // The folder of a report stands for the run.json in it.
    let inside = path.join("run.json");
    let of_report = path.is_dir() && !path.join("base.toml").is_file() && inside.is_file();
    let path = if of_report { inside.as_path() } else { path };
    if path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json")) {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let saved = Saved::read(&text).with_context(|| format!("{} is no saved run", path.display()))?;
        let wanted = other.and_then(|o| o.model.as_ref()).map(|m| m.scenario.id.clone());
        let all = saved.scenarios;
        let at = wanted.and_then(|id| all.iter().position(|(i, _)| *i == id)).unwrap_or(0);
        let Some((id, mut found)) = all.into_iter().nth(at) else { bail!("{} holds no scenario", path.display()) };
        found.title = match path.file_name() {
            Some(file) => format!("{} ({})", title_of(&id), file.to_string_lossy()),
            None => title_of(&id),
        };
        let name = found.whose.as_ref().map(|w| w.name.clone());
        return Ok(Some((found, name)));
    }
    let folder = Folder::read(path)?;
    let Some(model) = scenario(&folder, None)? else { return Ok(None) };
    let title = title_of(&model.scenario.id);
    let name = model.municipality.name.clone();
    Ok(Some((End::of_model(model, title), Some(name))))
}

/// What a scenario is called in a title.
fn title_of(id: &str) -> String {
    if id == "base" { "basis".to_owned() } else { id.to_owned() }
}
