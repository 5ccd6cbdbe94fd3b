//! `ravijn lock`: puts the projection of a scenario on record beside it; and
//! `ravijn locks`: how the view of a year changed over a series of them.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;

use super::answer::PastedForm;
use super::columns::{columns, room};
use super::folder::Folder;
use super::{Usage, report, rule_sources, rules_for, tally, write};
use crate::analysis::lock::{self, Lock, Made, View};
use crate::dutch;
use crate::simulation::Settings;
use crate::study;
use crate::units::Year;

/// Arguments of `ravijn lock`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn lock scenarios/harderwijk                        begroting-2026.lock
  ravijn lock scenarios/harderwijk --name kadernota-2027 --date 2026-06-15
  ravijn lock scenarios/harderwijk/ova-hoger.toml         begroting-2026-ova-hoger.lock

`ravijn verify` makes it again and fails when it changed; `ravijn locks` shows a
series of them.")]
pub struct LockArguments {
    /// A municipality's folder (its base), or one of its scenario files
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Name of the lock; default its document and year, such as begroting-2026
    #[arg(long, value_parser = file_name)]
    name: Option<String>,
    /// Date of the document, YYYY-MM-DD; the order of a series follows it
    #[arg(long, value_parser = date)]
    date: Option<String>,
    /// Number of futures; 0 for the projection alone
    #[arg(long, default_value_t = 10_000, value_parser = super::draws::number, allow_negative_numbers = true)]
    draws: u64,
    /// Start of the random numbers
    #[arg(long, default_value_t = 1, value_parser = super::draws::seed, allow_negative_numbers = true)]
    seed: u64,
    /// Folder with the rules; default the nearest rules/ above PATH, else those built in
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Replace a lock of that name that says something else
    #[arg(long)]
    force: bool,
}

fn file_name(text: &str) -> Result<String, String> {
    let stem = text.strip_suffix(".lock").unwrap_or(text);
    let plain = stem.chars().all(|c| c.is_alphanumeric() || "-_. ".contains(c)) && !stem.starts_with('.');
    if plain && !stem.trim().is_empty() {
        Ok(stem.to_owned())
    } else {
        Err("use letters, digits and hyphens: it becomes the name of a file".to_owned())
    }
}

fn date(text: &str) -> Result<String, String> {
    if text.len() == 10 && dutch::date_from_iso(text).is_some() {
        Ok(text.to_owned())
    } else {
        Err("write it as YYYY-MM-DD".to_owned())
    }
}

/// Writes the lock; exit code 1 when a file is wrong.
pub fn lock(arguments: &LockArguments) -> anyhow::Result<u8> {
    let folder = Folder::read(&arguments.path)?;
    let id = folder.only.as_ref().and_then(|o| o.first()).map_or("base", String::as_str).to_owned();
    let settings = Settings { draws: arguments.draws, seed: arguments.seed, ..Settings::default() };
    let asked = Asked { name: arguments.name.clone(), date: arguments.date.clone(), settings };
    let Some(made) = make(&folder, &arguments.path, &id, arguments.rules.as_ref(), asked)? else { return Ok(1) };
    let path = home(&arguments.path).join(format!("{}.lock", made.name));
    let text = made.text();
    if let Ok(old) = std::fs::read_to_string(&path) {
        if old.replace("\r\n", "\n") == text {
            anstream::println!("{}: as it was, {} figures", path.display(), made.count());
            return Ok(0);
        }
        if !arguments.force {
            anstream::eprintln!(
                "{} says something else; see `ravijn verify {}`, then give this one another --name or replace it with --force",
                path.display(),
                path.display()
            );
            return Ok(1);
        }
    }
    write::all_or_nothing(&[(path.clone(), text.into_bytes())])?;
    anstream::println!("{}: {} figures on record", path.display(), made.count());
    Ok(0)
}

/// What a lock is to be made with.
pub struct Asked {
    /// Its name; none for the usual one.
    pub name: Option<String>,
    /// Its date.
    pub date: Option<String>,
    /// Draws and seed.
    pub settings: Settings,
}

/// The folder of a municipality, of whose files one may be named.
pub fn home(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_path_buf();
    }
    path.parent().filter(|p| !p.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The lock of a scenario as its files are now; none where they are wrong.
pub fn make(
    folder: &Folder,
    path: &Path,
    scenario: &str,
    rules: Option<&PathBuf>,
    asked: Asked,
) -> anyhow::Result<Option<Lock>> {
    let rule_files = rules_for(rules, path)?;
    let only: Vec<String> = if scenario == "base" { Vec::new() } else { vec![scenario.to_owned()] };
    let made = study::run(&folder.sources(), Some(&only), &rule_sources(&rule_files), &asked.settings, &|_, _| ());
    let study = match made {
        Ok(study) => study,
        Err(wrong) => {
            let text = |name: &str| {
                folder.text(name).or_else(|| {
                    rule_files.iter().find(|r| r.path == name).map(|r| String::from_utf8_lossy(&r.bytes).into_owned())
                })
            };
            report(&wrong, &text);
            anstream::eprintln!("{}: {}", path.display(), tally(&wrong));
            return Ok(None);
        }
    };
    let Some(s) = study.scenarios.iter().find(|s| s.model.scenario.id == scenario) else {
        bail!("{} has no scenario {scenario}", path.display());
    };
    let mut figures = Vec::new();
    if let Some(r) = &s.resilience {
        figures.extend(r.expected_deficit.map(|v| (format!("expected_deficit({})", r.year), v)));
        figures.extend(r.needed.map(|v| (format!("needed({})", r.year), v)));
    }
    let receipt = &study.receipt;
    let made = Made {
        version: receipt.version.clone(),
        seed: receipt.seed,
        draws: receipt.draws,
        inputs: receipt.inputs.iter().map(|i| (i.path.clone(), i.sha256.clone())).collect(),
    };
    let name = asked.name.unwrap_or_else(|| Lock::usual_name(&s.model));
    Ok(Some(Lock::new(&s.model, &s.projection, s.outcome.as_ref(), &name, asked.date, made, figures)))
}

/// Reads a lock file; none where it is none, which was said then.
pub fn read(path: &Path) -> anyhow::Result<Option<Lock>> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let name = path.display().to_string();
    match lock::read(&name, &text) {
        Ok(lock) => Ok(Some(lock)),
        Err(wrong) => {
            report(&[wrong], &|asked| (asked == name).then(|| text.clone()));
            Ok(None)
        }
    }
}

/// The lock files of a folder, by name.
pub fn in_folder(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read {}", folder.display()))?.path();
        if path.is_file() && path.extension().is_some_and(|e| e == "lock") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Arguments of `ravijn locks`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn locks scenarios/harderwijk --year 2027
  ravijn locks kadernota-2027.lock begroting-2027.lock berap-2027.lock --year 2027 --line jeugd-ambulant

The locks of a folder stand in the order of their dates, else in that of the
planning and control cycle: kadernota, begroting, berap, jaarrekening. Files
that are named stand in the order in which they are named.")]
pub struct LocksArguments {
    /// A municipality's folder, or lock files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The year looked at; default the first year that the last lock projects
    #[arg(long)]
    year: Option<i32>,
    /// One line instead of the programme's total
    #[arg(long, value_name = "ID")]
    line: Option<String>,
    /// Scenario whose locks are looked at
    #[arg(long, value_name = "ID", default_value = "base")]
    scenario: String,
    /// Form of the table
    #[arg(long, value_enum, default_value = "table")]
    format: PastedForm,
}

/// Prints how the view of a year changed; exit code 1 when a lock is wrong.
pub fn locks(arguments: &LocksArguments) -> anyhow::Result<u8> {
    let mut all = Vec::new();
    let mut code = 0;
    for path in &arguments.paths {
        let folder = path.is_dir();
        let files = if folder { in_folder(path)? } else { vec![path.clone()] };
        let mut found = Vec::new();
        for file in files {
            match read(&file)? {
                Some(lock) => found.push(lock),
                None => code = 1,
            }
        }
        if folder {
            lock::order(&mut found);
        }
        all.extend(found.into_iter().filter(|l| l.scenario.0 == arguments.scenario));
    }
    if code != 0 {
        return Ok(code);
    }
    if let Some(stranger) = all.iter().find(|l| l.municipality.0 != all[0].municipality.0) {
        bail!(Usage(format!(
            "{} is a lock of {} and {} of {}: a series is of one municipality",
            all[0].name, all[0].municipality.1, stranger.name, stranger.municipality.1
        )));
    }
    let Some(last) = all.last() else {
        bail!("there is no lock of scenario {} here; `ravijn lock PATH` makes one", arguments.scenario);
    };
    let year = arguments.year.map(Year).or(last.years.get(1).copied()).or(last.years.first().copied());
    let view = year.and_then(|y| lock::view(&all, y, arguments.line.as_deref()));
    let Some(view) = view else {
        let mut known: Vec<i32> = all.iter().flat_map(|l| l.years.iter().map(|y| y.0)).collect();
        known.sort_unstable();
        known.dedup();
        let years: Vec<String> = known.iter().map(ToString::to_string).collect();
        bail!(Usage(match &arguments.line {
            Some(line) => format!("no lock holds line {line} in that year"),
            None => format!("no lock holds that year; they hold {}", years.join(", ")),
        }));
    };
    let who = &last.municipality.1;
    super::put(&match arguments.format {
        PastedForm::Table => table(&view, who, arguments.line.as_deref()),
        PastedForm::Md => markdown(&view, who, arguments.line.as_deref()),
        PastedForm::Json => document(&view),
    })?;
    Ok(0)
}

fn question(view: &View, who: &str, line: Option<&str>) -> String {
    let of = line.map_or_else(String::new, |l| format!(", {l}"));
    format!("{who}{of}: hoe veranderde ons beeld van {}? (euro)", view.year)
}

/// Cells of a row as printed.
fn cells(row: &lock::Row) -> Vec<String> {
    row.amounts
        .iter()
        .map(|a| match a {
            None => String::new(),
            Some(v) if row.depth == 0 => dutch::whole(*v),
            Some(v) => signed(*v),
        })
        .collect()
}

/// A change with its sign.
pub fn signed(value: f64) -> String {
    let digits = if value.abs() < 1.0 && value != 0.0 { dutch::number(value, 2) } else { dutch::whole(value) };
    if value > 0.0 { format!("+{digits}") } else { digits }
}

fn table(view: &View, who: &str, line: Option<&str>) -> String {
    let mut rows = vec![std::iter::once(String::new()).chain(view.names.iter().cloned()).collect::<Vec<String>>()];
    rows.extend(view.rows.iter().map(|r| {
        let label = format!("{}{}", "  ".repeat(usize::from(r.depth)), r.label);
        std::iter::once(label).chain(cells(r)).collect()
    }));
    let title = question(view, who, line);
    let bold = super::colour(std::io::stdout().is_terminal());
    let title = if bold { format!("\u{1b}[1m{title}\u{1b}[0m") } else { title };
    format!("{title}\n\n{}", columns(&rows, room()))
}

fn markdown(view: &View, who: &str, line: Option<&str>) -> String {
    let plain = |t: &str| t.replace('|', "\\|");
    let names: Vec<String> = view.names.iter().map(|n| plain(n)).collect();
    let mut out =
        format!("{}\n\n| | {} |\n|---|{}\n", question(view, who, line), names.join(" | "), "---:|".repeat(names.len()));
    for row in &view.rows {
        let label = if row.depth == 0 { format!("**{}**", plain(&row.label)) } else { plain(&row.label) };
        out.push_str(&format!("| {label} | {} |\n", cells(row).join(" | ")));
    }
    out
}

fn document(view: &View) -> String {
    let rows: Vec<serde_json::Value> =
        view.rows.iter().map(|r| json!({"label": r.label, "depth": r.depth, "amounts": r.amounts})).collect();
    let mut text = serde_json::to_string_pretty(&json!({"year": view.year.0, "locks": view.names, "rows": rows}))
        .unwrap_or_default();
    text.push('\n');
    text
}
