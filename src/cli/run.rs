//! `ravijn run`: the main job.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use rayon::prelude::*;

use super::folder::Folder;
use super::format::{self, Format, Reader, Written};
use super::{house, report as print, rule_sources, rules_for, tally, write};
use crate::diagnostic::Severity;
use crate::report::{self, Audience, Report, Template};
use crate::simulation::Settings;
use crate::study::{self, ScenarioStudy, Study};

/// Arguments of `ravijn run`.
#[derive(Args, Clone)]
#[command(after_help = "\
Examples:
  ravijn run scenarios/harderwijk
  ravijn run scenarios/harderwijk --scenario ova-hoger --draws 100000
  ravijn run scenarios/heerde --format all
  ravijn run scenarios/heerde --format json > heerde.json")]
pub struct RunArguments {
    /// Municipality folders, or scenario files (that one runs beside its base)
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Run only this what-if beside the base (may be repeated)
    #[arg(long, value_name = "ID")]
    scenario: Vec<String>,
    /// Number of futures; 0 for the projection alone
    #[arg(long, default_value_t = 10_000, value_parser = super::draws::number, allow_negative_numbers = true)]
    draws: u64,
    /// Start of the random numbers: the same seed gives the same report
    #[arg(long, default_value_t = 1, value_parser = super::draws::seed, allow_negative_numbers = true)]
    seed: u64,
    /// Draw until mean and P90 of the total cost are known this well, such as 0.5%
    #[arg(long, value_name = "PERCENT", value_parser = percentage)]
    precision: Option<f64>,
    /// Threads to use; the outcome does not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Folder with the rules; default the nearest rules/ above PATH, else those built in
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Folder for the reports: DIR/MUNICIPALITY/SCENARIO/
    #[arg(long, value_name = "DIR", default_value = "out")]
    out: PathBuf,
    /// What to make: table and json go to stdout (one of them), the others are files; all is every file
    #[arg(long, value_enum, value_delimiter = ',', default_value = "table,md")]
    format: Vec<Format>,
    /// For whom the report is
    #[arg(long, value_enum, default_value = "college")]
    audience: Reader,
    /// Word file whose styles, header and footer the docx takes
    #[arg(long, value_name = "FILE.docx")]
    template: Option<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

/// `0.5%` or `0,5%` as a fraction.
fn percentage(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').ok_or_else(|| "write it with a percent sign: 0.5%".to_owned())?;
    let value: f64 = number.trim().replace(',', ".").parse().map_err(|_| format!("`{text}` is no percentage"))?;
    if value > 0.0 && value < 100.0 { Ok(value / 100.0) } else { Err("it lies between 0% and 100%".to_owned()) }
}

/// Runs every municipality; exit code 1 when a file is wrong or a rule failed.
pub fn run(asked: &RunArguments) -> anyhow::Result<u8> {
    let arguments = &RunArguments { format: Format::meant(&asked.format), ..asked.clone() };
    if arguments.format.contains(&Format::Table) && arguments.format.contains(&Format::Json) {
        bail!(super::Usage("table and json both go to stdout: choose one of them".to_owned()));
    }
    if arguments.precision.is_none() {
        super::draws::warn_if_few(arguments.draws);
    }
    if let Some(why) = arguments.format.iter().find_map(|f| format::missing(*f)) {
        bail!(super::Usage(why.to_owned()));
    }
    start_threads(arguments.threads)?;
    let template = template(arguments)?;
    let mut code = 0;
    let mut documents = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let writes = arguments.format.iter().any(|f| f.is_file());
    for path in &arguments.paths {
        let folder = Folder::read(path)?;
        if seen.contains(&folder.name) && writes {
            bail!(super::Usage(format!(
                "two folders are called {}; their reports would overwrite each other",
                folder.name
            )));
        }
        seen.push(folder.name.clone());
        match municipality(arguments, path, &folder, template.as_ref())? {
            Some(done) => {
                documents.extend(done.document);
                code = code.max(u8::from(done.failed));
            }
            None => code = 1,
        }
    }
    // One document; several municipalities are a list of them.
    match documents.as_slice() {
        [] => {}
        [only] => super::put(only)?,
        many => super::put(&format!("[\n{}]\n", many.join(",\n")))?,
    }
    Ok(code)
}

/// As many threads as asked; by default as many as the machine has.
pub(super) fn start_threads(asked: Option<u16>) -> anyhow::Result<()> {
    let Some(threads) = asked else { return Ok(()) };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads));
    pool.build_global().context("cannot start the threads")
}

/// A municipality that ran.
struct Done {
    /// Its JSON document, where asked.
    document: Option<String>,
    /// Whether a rule failed.
    failed: bool,
}

/// The Word file to start from, where one is named.
fn template(arguments: &RunArguments) -> anyhow::Result<Option<Template>> {
    let Some(path) = &arguments.template else { return Ok(None) };
    if !arguments.format.contains(&Format::Docx) {
        bail!(super::Usage("--template is for Word documents: add docx to --format".to_owned()));
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read the template {}", path.display()))?;
    match Template::new(bytes) {
        Ok(template) => Ok(Some(template)),
        Err(why) => bail!("{} cannot be the template: {why}", path.display()),
    }
}

/// What comes beside a study when its files are made.
struct Beside<'a> {
    formats: &'a [Format],
    audience: Audience,
    template: Option<&'a Template>,
    house: house::Files,
}

/// One municipality; none where its files are wrong.
fn municipality(
    arguments: &RunArguments,
    path: &Path,
    folder: &Folder,
    template: Option<&Template>,
) -> anyhow::Result<Option<Done>> {
    let rule_files = rules_for(arguments.rules.as_ref(), path)?;
    let sources = folder.sources();
    let rules = rule_sources(&rule_files);
    let text = |name: &str| {
        sources.text(name).or_else(|| {
            rule_files.iter().find(|r| r.path == name).map(|r| String::from_utf8_lossy(&r.bytes).into_owned())
        })
    };
    let mut only = folder.only.clone();
    if !arguments.scenario.is_empty() {
        only.get_or_insert_default().extend(arguments.scenario.iter().cloned());
    }
    let settings = Settings {
        draws: arguments.draws,
        seed: arguments.seed,
        precision: arguments.precision,
        ..Settings::default()
    };
    let bar = progress_bar();
    let study = study::run(&sources, only.as_deref(), &rules, &settings, &|done, total| {
        if let Some(bar) = &bar {
            bar.set_length(total);
            bar.set_position(done);
        }
    });
    if let Some(bar) = &bar {
        bar.finish_and_clear();
    }
    let study = match study {
        Ok(study) => study,
        Err(wrong) => {
            print(&wrong, &text);
            anstream::eprintln!("{}: {}; nothing was written", path.display(), tally(&wrong));
            return Ok(None);
        }
    };
    if let Some(words) = arguments.precision.and_then(|p| drawn(&study, p)) {
        anstream::eprintln!("{}: {words}", path.display());
    }
    let mut shown = study.warnings.clone();
    let failures: Vec<_> = study.scenarios.iter().flat_map(|s| s.failed.iter().cloned()).collect();
    for failure in &failures {
        if !shown.contains(failure) {
            shown.push(failure.clone());
        }
    }
    print(&shown, &text);
    if arguments.strict && shown.iter().any(|d| d.severity == Severity::Warning) {
        anstream::eprintln!("{}: {} and --strict was asked; nothing was written", path.display(), tally(&shown));
        return Ok(None);
    }
    let writes = arguments.format.iter().any(|f| f.is_file());
    if writes {
        let beside = Beside {
            formats: &arguments.format,
            audience: arguments.audience.audience(),
            template,
            house: house::files(&study, folder, &arguments.format)?,
        };
        write::all_or_nothing(&files(&study, &beside, &arguments.out.join(&folder.name))?)?;
    }
    if arguments.format.contains(&Format::Table) {
        super::put(&report::text(&study, terminal_width(), super::colour(std::io::stdout().is_terminal())))?;
        if writes {
            super::put(&format!("Rapporten: {}\n", arguments.out.join(&folder.name).display()))?;
        }
    }
    let document = arguments.format.contains(&Format::Json).then(|| report::json(&study));
    Ok(Some(Done { document, failed: !failures.is_empty() }))
}

/// How many draws the precision took: the fewest and the most of all scenarios.
fn drawn(study: &Study, precision: f64) -> Option<String> {
    let draws = || study.scenarios.iter().filter_map(|s| Some(s.outcome.as_ref()?.draws));
    let (fewest, most) = draws().min().zip(draws().max())?;
    let count = if fewest == most { most.to_string() } else { format!("{fewest} to {most}, by scenario,") };
    Some(format!("{count} draws for mean and P90 of the total cost to {}%", precision * 100.0))
}

/// Files below the folder of a municipality, with their bytes.
type Files = Vec<(PathBuf, Vec<u8>)>;

/// The files of a study: for each scenario a receipt and a report in each format asked.
fn files(study: &Study, beside: &Beside<'_>, out: &Path) -> anyhow::Result<Files> {
    let (audience, template) = (beside.audience, beside.template);
    let reports: Vec<(&ScenarioStudy, Report)> = study
        .scenarios
        .par_iter()
        .map(|scenario| {
            let mut report = report::compose_for(study, scenario, audience);
            beside.house.dress(&mut report);
            (scenario, report)
        })
        .collect();
    let receipt = |scenario: &ScenarioStudy| ("run.json".to_owned(), report::receipt(study, scenario).into_bytes());
    let receipts = reports.iter().map(|(scenario, _)| (*scenario, Work::Receipt));
    let formats = reports.iter().flat_map(|(scenario, report)| {
        beside.formats.iter().filter(|f| f.is_file()).map(move |f| (*scenario, Work::Report(*f, report)))
    });
    let work: Vec<(&ScenarioStudy, Work<'_>)> = receipts.chain(formats).collect();
    let made = longest_first(
        &work,
        |(_, work)| work.takes(),
        |(scenario, work)| {
            let folder = out.join(&scenario.model.scenario.id);
            let files = match work {
                Work::Receipt => vec![receipt(scenario)],
                Work::Report(format, report) => {
                    format::files(*format, &Written { study, scenario, report, audience, template })?
                }
            };
            Ok(files.into_iter().map(|(name, bytes)| (folder.join(name), bytes)).collect())
        },
    );
    made.into_iter().try_fold(Vec::new(), |mut all, files: anyhow::Result<Files>| {
        all.extend(files?);
        Ok(all)
    })
}

/// A piece of work that ends in files.
enum Work<'a> {
    Receipt,
    Report(Format, &'a Report),
}

impl Work<'_> {
    /// How long it takes beside the others.
    fn takes(&self) -> u8 {
        match self {
            Self::Report(Format::Pdf, _) => 2,
            Self::Report(Format::Docx, _) => 1,
            _ => 0,
        }
    }
}

/// Does all of it on all threads, what takes longest first, so that no thread starts
/// on something long when the others are done; the outcome is in the order of the work.
fn longest_first<W: Sync, T: Send>(work: &[W], takes: impl Fn(&W) -> u8, make: impl Fn(&W) -> T + Sync) -> Vec<T> {
    let mut made: Vec<Option<T>> = work.iter().map(|_| None).collect();
    let mut pieces: Vec<(&W, &mut Option<T>)> = work.iter().zip(&mut made).collect();
    pieces.sort_by_key(|(work, _)| std::cmp::Reverse(takes(work)));
    rayon::in_place_scope_fifo(|scope| {
        for (work, made) in pieces {
            let make = &make;
            scope.spawn_fifo(move |_| *made = Some(make(work)));
        }
    });
    made.into_iter().flatten().collect()
}

/// Columns of the terminal; 100 where stdout is none.
pub(super) fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(100, |(w, _)| usize::from(w.0)).clamp(40, 160)
}

/// A bar on a terminal; none where stderr is none.
fn progress_bar() -> Option<indicatif::ProgressBar> {
    std::io::stderr().is_terminal().then(|| {
        let bar = indicatif::ProgressBar::new(1);
        if let Ok(style) = indicatif::ProgressStyle::with_template("{bar:30} {percent}% {msg}") {
            bar.set_style(style);
        }
        bar
    })
}

#[cfg(test)]
mod tests {
    use super::longest_first;
    use std::sync::Mutex;

    #[test]
    fn what_takes_longest_starts_first_and_the_outcome_keeps_its_order() -> Result<(), Box<dyn std::error::Error>> {
        let started = Mutex::new(Vec::new());
        let one_thread = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
        let made = one_thread.install(|| {
            longest_first(
                &[1u8, 3, 2, 3],
                |takes| *takes,
                |takes| started.lock().map(|mut s| s.push(*takes)).is_ok().then(|| takes * 10),
            )
        });
        assert_eq!(made, [Some(10), Some(30), Some(20), Some(30)]);
        assert_eq!(started.into_inner()?, [3, 3, 2, 1]);
        Ok(())
    }
}
