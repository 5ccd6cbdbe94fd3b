//! `ravijn verify`: makes a lock or a published run again and says whether it
//! is what it was.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Value, json};

use super::answer::AnswerForm;
use super::folder::Folder;
use super::lock::{Asked, home, in_folder, make, read, signed};
use super::{report, rule_sources, rules_for, tally};
use crate::analysis::lock::{self, Difference, InputChange, Lock};
use crate::dutch;
use crate::report as documents;
use crate::simulation::Settings;
use crate::study;

/// Rows of a list that are printed unless all were asked.
const SHOWN: usize = 25;

/// Arguments of `ravijn verify`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn verify scenarios/harderwijk                      its newest lock of each scenario
  ravijn verify scenarios/harderwijk/begroting-2026.lock
  ravijn verify out/harderwijk/base/run.json              a published run, made again

Exit code 0 when all is as it was, 1 when something differs.")]
pub struct VerifyArguments {
    /// Folders with locks, lock files, or the run.json of a published run (or its folder)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folder with the inputs of a run.json; default scenarios/NAME near it
    #[arg(long, value_name = "DIR")]
    inputs: Option<PathBuf>,
    /// Folder with the rules; default the nearest rules/ above the inputs, else those built in
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Print every difference
    #[arg(long)]
    all: bool,
    /// Form of the outcome
    #[arg(long, value_enum, default_value = "table")]
    format: AnswerForm,
}

/// What became of one lock or run.
struct Verdict {
    same: bool,
    text: String,
    document: Value,
}

/// Verifies every path; exit code 1 when something differs.
pub fn verify(arguments: &VerifyArguments) -> anyhow::Result<u8> {
    let mut code = 0;
    let mut documents = Vec::new();
    for path in &arguments.paths {
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
        let made = match extension.as_str() {
            _ if path.is_dir() && in_folder(path)?.is_empty() && path.join("run.json").is_file() => {
                run(arguments, &path.join("run.json"))?.map(|v| vec![v])
            }
            _ if path.is_dir() => {
                let (verdicts, whole) = folder(arguments, path)?;
                code = code.max(u8::from(!whole));
                Some(verdicts)
            }
            "json" => run(arguments, path)?.map(|v| vec![v]),
            "lock" => match read(path)? {
                Some(old) => locked(arguments, path, &old)?.map(|v| vec![v]),
                None => None,
            },
            _ => bail!("{} is no lock, no run.json and no folder with locks", path.display()),
        };
        let Some(verdicts) = made else {
            code = 1;
            continue;
        };
        for verdict in verdicts {
            code = code.max(u8::from(!verdict.same));
            if arguments.format == AnswerForm::Table {
                super::put(&verdict.text)?;
            }
            documents.push(verdict.document);
        }
    }
    if arguments.format == AnswerForm::Json {
        let mut text = serde_json::to_string_pretty(&json!({"verified": documents})).unwrap_or_default();
        text.push('\n');
        super::put(&text)?;
    }
    Ok(code)
}

/// The newest lock of each scenario of a folder (older ones are history), and
/// whether every lock could be made again: one that cannot leaves the others.
fn folder(arguments: &VerifyArguments, path: &Path) -> anyhow::Result<(Vec<Verdict>, bool)> {
    let files = in_folder(path)?;
    if files.is_empty() {
        bail!("{} holds no lock; `ravijn lock {}` makes one", path.display(), path.display());
    }
    let mut locks: Vec<Lock> = Vec::new();
    let mut whole = true;
    for file in &files {
        match read(file)? {
            Some(mut lock) => {
                // A lock goes by the name of its file; what it calls itself may be older.
                lock.name = file.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
                locks.push(lock);
            }
            None => whole = false,
        }
    }
    lock::order(&mut locks);
    let mut newest: Vec<&Lock> = Vec::new();
    for lock in locks.iter().rev() {
        if !newest.iter().any(|n| n.scenario.0 == lock.scenario.0) {
            newest.push(lock);
        }
    }
    newest.sort_by(|a, b| a.name.cmp(&b.name));
    let mut out = Vec::new();
    for lock in newest {
        match locked(arguments, &path.join(format!("{}.lock", lock.name)), lock)? {
            Some(verdict) => out.push(verdict),
            None => whole = false,
        }
    }
    Ok((out, whole))
}

/// Refuses to hold what is of one municipality against the files of another.
fn same_municipality(path: &str, of: (&str, &str), at: &Path, now: (&str, &str)) -> anyhow::Result<()> {
    if of.0 != now.0 {
        bail!(super::Usage(format!(
            "{path} is of {} ({}) and {} of {} ({}): name the folder of its inputs",
            of.1,
            of.0,
            at.display(),
            now.1,
            now.0
        )));
    }
    Ok(())
}

/// Makes a lock again; none where the files are wrong now.
fn locked(arguments: &VerifyArguments, path: &Path, old: &Lock) -> anyhow::Result<Option<Verdict>> {
    let at = arguments.inputs.clone().unwrap_or_else(|| home(path));
    let folder = Folder::read(&at)?;
    let settings = Settings { draws: old.made.draws, seed: old.made.seed, ..Settings::default() };
    let asked = Asked { name: Some(old.name.clone()), date: old.date.clone(), settings };
    let Some(new) = make(&folder, &at, &old.scenario.0, arguments.rules.as_ref(), asked)? else { return Ok(None) };
    let path = path.display().to_string();
    let of = |lock: &Lock| lock.municipality.clone();
    let (then, now) = (of(old), of(&new));
    same_municipality(&path, (&then.0, &then.1), &at, (&now.0, &now.1))?;
    let found = lock::difference(old, &new);
    let count = old.count().max(new.count());
    let text = if found.is_same() {
        agreed(&path, old, &found)
    } else {
        differs(&path, (&old.name, count), &found, arguments.all)
    };
    let document = document(&path, &found);
    Ok(Some(Verdict { same: found.is_same(), text, document }))
}

fn agreed(path: &str, old: &Lock, found: &Difference) -> String {
    let mut out = format!("{path}: {} figures as on record\n", old.count());
    if !found.inputs.is_empty() {
        let _ = writeln!(out, "  other files, the same figures: {}", files(&found.inputs));
    }
    out
}

fn files(changes: &[InputChange]) -> String {
    let each = changes.iter().map(|c| match c {
        InputChange::Changed(path) => format!("{path} changed"),
        InputChange::Added(path) => format!("{path} is new"),
        InputChange::Removed(path) => format!("{path} is gone"),
    });
    each.collect::<Vec<_>>().join(", ")
}

fn differs(path: &str, (name, count): (&str, usize), found: &Difference, all: bool) -> String {
    let count = count.max(found.figures.len());
    let mut out = format!("{path}: {} of {count} figures differ\n", found.figures.len());
    if let Some((before, after)) = &found.version {
        let _ = writeln!(out, "  made with ravijn {before}, now {after}");
    }
    if found.inputs.is_empty() {
        let _ = writeln!(out, "  no input file changed");
    } else {
        let _ = writeln!(out, "  files: {}", files(&found.inputs));
    }
    let mut list = |title: &str, rows: Vec<String>| {
        if rows.is_empty() {
            return;
        }
        let _ = writeln!(out, "\n  {title}");
        let shown = if all { rows.len() } else { SHOWN };
        for row in rows.iter().take(shown) {
            let _ = writeln!(out, "    {row}");
        }
        if rows.len() > shown {
            let _ = writeln!(out, "    ... and {} more (--all prints them)", rows.len() - shown);
        }
    };
    let assumptions = found.assumptions.iter().flat_map(|a| match a.present {
        (false, _) => vec![format!("{}: new", a.address)],
        (_, false) => vec![format!("{}: gone", a.address)],
        _ => {
            let mut rows: Vec<String> =
                a.years.iter().map(|(y, x, z)| format!("{} {y}: {x} -> {z}", a.address)).collect();
            let certain = |s: &str| if s.is_empty() { "certain".to_owned() } else { s.to_owned() };
            rows.extend(
                a.spread.iter().map(|(x, z)| format!("{} spread: {} -> {}", a.address, certain(x), certain(z))),
            );
            rows
        }
    });
    list("assumptions", assumptions.collect());
    let money = |v: Option<f64>| v.map_or_else(|| "none".to_owned(), dutch::whole);
    let figures = found.figures.iter().map(|f| {
        let change = f.change().map(|c| format!("  {}", signed(c))).unwrap_or_default();
        format!("{}: {} -> {}{change}", f.address, money(f.before), money(f.after))
    });
    list("figures (euros)", figures.collect());
    for bridge in &found.bridges {
        let what = if bridge.is_cost { "cost" } else { "revenue" };
        let rows = bridge.items.iter().map(|i| {
            let lasting = if i.incidental { " (incidenteel)" } else { "" };
            format!("{:>14}  {}{lasting}", signed(i.amount), i.reason)
        });
        list(&format!("why {what}(total, {}) changed by {}", bridge.year, signed(bridge.change())), rows.collect());
    }
    let _ = writeln!(out, "\n  if this is meant: ravijn lock --name {name} --force, or a new name for a new document");
    out
}

fn document(path: &str, found: &Difference) -> Value {
    let inputs: Vec<Value> = found
        .inputs
        .iter()
        .map(|c| match c {
            InputChange::Changed(p) => json!({"path": p, "change": "changed"}),
            InputChange::Added(p) => json!({"path": p, "change": "added"}),
            InputChange::Removed(p) => json!({"path": p, "change": "removed"}),
        })
        .collect();
    let assumptions: Vec<Value> = found
        .assumptions
        .iter()
        .map(|a| {
            let years: Vec<Value> =
                a.years.iter().map(|(y, x, z)| json!({"year": y.0, "before": x, "after": z})).collect();
            json!({"address": a.address, "years": years, "before": a.present.0, "after": a.present.1})
        })
        .collect();
    let figures: Vec<Value> =
        found.figures.iter().map(|f| json!({"address": f.address, "before": f.before, "after": f.after})).collect();
    let bridges: Vec<Value> = found
        .bridges
        .iter()
        .map(|b| {
            let items: Vec<Value> = b
                .items
                .iter()
                .map(|i| json!({"reason": i.reason, "amount": i.amount, "incidental": i.incidental}))
                .collect();
            let what = if b.is_cost { "cost" } else { "revenue" };
            json!({"figure": what, "year": b.year.0, "before": b.before, "after": b.after, "items": items})
        })
        .collect();
    json!({
        "path": path, "same": found.is_same(), "inputs": inputs, "assumptions": assumptions,
        "figures": figures, "bridges": bridges,
    })
}

/// Makes a published run again; none where its inputs are wrong now.
fn run(arguments: &VerifyArguments, path: &Path) -> anyhow::Result<Option<Verdict>> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let old: Value = serde_json::from_str(&text).with_context(|| format!("{shown} is no run.json"))?;
    let id = old["scenarios"][0]["id"].as_str().map(str::to_owned);
    let numbers = (old["receipt"]["seed"].as_u64(), old["receipt"]["draws"].as_u64());
    let (Some(id), (Some(seed), Some(draws))) = (id, numbers) else {
        bail!("{shown} is no run.json: it lacks its scenario, seed or draws");
    };
    if old["scenarios"].as_array().map_or(0, Vec::len) != 1 {
        bail!("{shown} holds several scenarios; the run.json beside each report holds one");
    }
    let at = match &arguments.inputs {
        Some(folder) => folder.clone(),
        None => inputs_near(path)?,
    };
    let folder = Folder::read(&at)?;
    let rule_files = rules_for(arguments.rules.as_ref(), &at)?;
    let only: Vec<String> = if id == "base" { Vec::new() } else { vec![id.clone()] };
    let settings = Settings { draws, seed, ..Settings::default() };
    let study = match study::run(&folder.sources(), Some(&only), &rule_sources(&rule_files), &settings, &|_, _| ()) {
        Ok(study) => study,
        Err(wrong) => {
            report(&wrong, &|name| folder.text(name));
            anstream::eprintln!("{}: {}", at.display(), tally(&wrong));
            return Ok(None);
        }
    };
    let of = |key: &str| old["municipality"][key].as_str();
    if let (Some(code), Some(base)) = (of("code"), study.scenarios.first()) {
        let now = &base.model.municipality;
        same_municipality(&shown, (code, of("name").unwrap_or_default()), &at, (&now.code, &now.name))?;
    }
    let Some(scenario) = study.scenarios.iter().find(|s| s.model.scenario.id == id) else {
        bail!("{} has no scenario {id}", at.display());
    };
    // What was kept from stdout has exact counts and says so.
    let exact = old["disclosure"].as_str().is_some_and(|said| said.starts_with("off"));
    let made = if exact { documents::internal(&study, scenario) } else { documents::receipt(&study, scenario) };
    let new: Value = serde_json::from_str(&made).context("the run made again is no JSON")?;
    let hashes = |document: &Value| -> Vec<(String, String)> {
        let list = document["receipt"]["inputs"].as_array().cloned().unwrap_or_default();
        let of = |v: &Value, key: &str| v[key].as_str().unwrap_or_default().to_owned();
        list.iter().map(|v| (of(v, "path"), of(v, "sha256"))).collect()
    };
    let changed = lock::inputs(&hashes(&old), &hashes(&new));
    let mut differences = Vec::new();
    for key in ["municipality", "scenarios"] {
        walk(key, &old[key], &new[key], &mut differences);
    }
    let same = differences.is_empty() && changed.is_empty() && text.trim_end() == made.trim_end();
    let version = |v: &Value| v["ravijn"].as_str().unwrap_or("?").to_owned();
    let mut out = match (same, differences.is_empty()) {
        (true, _) => format!("{shown}: identical\n"),
        (_, true) => format!("{shown}: the same figures, but not identical\n"),
        (_, false) => format!("{shown}: {} values differ\n", differences.len()),
    };
    if version(&old) != version(&new) {
        let _ = writeln!(out, "  made with ravijn {}, now {}", version(&old), version(&new));
    }
    if !changed.is_empty() {
        let _ = writeln!(out, "  inputs in {}: {}", at.display(), files(&changed));
    } else if !same {
        let _ = writeln!(out, "  every input in {} is what it was", at.display());
    }
    let shown_rows = if arguments.all { differences.len() } else { SHOWN };
    for (place, before, after) in differences.iter().take(shown_rows) {
        let _ = writeln!(out, "    {place}: {before} -> {after}");
    }
    if differences.len() > shown_rows {
        let _ = writeln!(out, "    ... and {} more (--all prints them)", differences.len() - shown_rows);
    }
    let rows: Vec<Value> = differences.iter().map(|(p, a, b)| json!({"figure": p, "before": a, "after": b})).collect();
    let changes: Vec<String> = changed.iter().map(|c| files(std::slice::from_ref(c))).collect();
    let document = json!({"path": shown, "same": same, "inputs": changes, "figures": rows});
    Ok(Some(Verdict { same, text: out, document }))
}

/// Where two documents differ: place, before, after.
fn walk(place: &str, old: &Value, new: &Value, found: &mut Vec<(String, String, String)>) {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            for key in a.keys().chain(b.keys().filter(|k| !a.contains_key(*k))) {
                walk(&format!("{place}.{key}"), &old[key], &new[key], found);
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            for i in 0..a.len().max(b.len()) {
                let either = a.get(i).or(b.get(i)).unwrap_or(&Value::Null);
                // A row goes by its own name where it has one.
                let name = match (&either["id"], &either["year"]) {
                    (Value::String(id), _) => id.clone(),
                    (_, Value::Number(year)) => year.to_string(),
                    _ => i.to_string(),
                };
                walk(
                    &format!("{place}[{name}]"),
                    a.get(i).unwrap_or(&Value::Null),
                    b.get(i).unwrap_or(&Value::Null),
                    found,
                );
            }
        }
        _ if old != new => {
            let brief = |v: &Value| v.to_string().chars().take(60).collect::<String>();
            found.push((place.to_owned(), brief(old), brief(new)));
        }
        _ => {}
    }
}

/// The municipality whose reports stand in `.../NAME/SCENARIO/run.json`:
/// `scenarios/NAME` or `NAME` in a folder around the run or around here.
fn inputs_near(path: &Path) -> anyhow::Result<PathBuf> {
    let full = path.canonicalize().with_context(|| format!("cannot find {}", path.display()))?;
    let name = full.parent().and_then(Path::parent).and_then(Path::file_name);
    let here = std::env::current_dir().context("cannot tell the current folder")?;
    if let Some(name) = name {
        for around in here.ancestors().chain(full.ancestors()) {
            for folder in [around.join("scenarios").join(name), around.join(name)] {
                if folder.join("base.toml").is_file() {
                    return Ok(folder.strip_prefix(&here).map(Path::to_path_buf).unwrap_or(folder));
                }
            }
        }
    }
    bail!("cannot find the inputs of {}; name their folder: --inputs scenarios/NAME", path.display())
}
