//! The command line: one file per command, nothing computed here.
//!
//! Tables and JSON go to stdout, everything else to stderr.

mod accuracy;
mod answer;
mod backtest;
mod calibrate;
mod check;
mod columns;
mod compare;
mod draws;
mod explain;
mod folder;
mod format;
mod house;
mod lock;
mod measures;
mod new;
mod rules;
mod run;
mod schema;
mod sensitivity;
mod solve;
mod test;
mod verify;
mod write;

use std::io::IsTerminal;
use std::path::PathBuf;

use anyhow::Context;
use clap::{Parser, Subcommand};

use crate::diagnostic::{self, Diagnostic};
use crate::rule::RuleSource;

/// What will the social domain cost, how sure is that, and what does the council need to know?
#[derive(Parser)]
#[command(
    name = "ravijn",
    version,
    propagate_version = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  ravijn run scenarios/harderwijk              tables here, reports in out/harderwijk/
  ravijn check scenarios/harderwijk            everything that can be wrong, without running
  ravijn new municipality mijn-gemeente        a folder to start from"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Project, simulate, apply the rules and write the report
    Run(run::RunArguments),
    /// Everything that can be wrong, without running
    Check(check::CheckArguments),
    /// How a figure came about, down to file and line
    Explain(explain::ExplainArguments),
    /// What differs between two scenarios, two years, or a saved run and now, and why
    Compare(compare::CompareArguments),
    /// Which value of an assumption makes a condition true
    Solve(solve::SolveArguments),
    /// Run the tests of the rules
    Test(test::TestArguments),
    /// A commented starting point
    New(new::NewArguments),
    /// Growth, level and spread from history, as TOML to paste
    Calibrate(calibrate::CalibrateArguments),
    /// Does it forecast well: roll the origin over known years
    Backtest(backtest::BacktestArguments),
    /// What matters most for a figure: swings of assumptions and shares of variance
    Sensitivity(sensitivity::SensitivityArguments),
    /// The ledger of savings and targets: planned, filled in, come true, still open
    Measures(measures::MeasuresArguments),
    /// Put the projection of a scenario on record in a text file beside it
    Lock(lock::LockArguments),
    /// Make a lock or a published run again and say what changed, and why
    Verify(verify::VerifyArguments),
    /// A series of locks: how did our view of a year change, and why
    Locks(lock::LocksArguments),
    /// JSON Schema of the files, for completion and checks in an editor
    Schema(schema::SchemaArguments),
}

/// Carries out a command; the number is the exit code.
///
/// # Errors
/// What could not be read or written; mistakes in files are printed here and
/// give exit code 1.
pub fn dispatch(cli: &Cli) -> anyhow::Result<u8> {
    match &cli.command {
        Command::Run(arguments) => run::run(arguments),
        Command::Check(arguments) => check::check(arguments),
        Command::Explain(arguments) => explain::explain_figure(arguments),
        Command::Compare(arguments) => compare::compare(arguments),
        Command::Solve(arguments) => solve::solve_for(arguments),
        Command::Test(arguments) => test::test(arguments),
        Command::New(arguments) => new::new(arguments),
        Command::Calibrate(arguments) => calibrate::calibrate(arguments),
        Command::Backtest(arguments) => backtest::backtest(arguments),
        Command::Sensitivity(arguments) => sensitivity::sensitivity(arguments),
        Command::Measures(arguments) => measures::measures(arguments),
        Command::Lock(arguments) => lock::lock(arguments),
        Command::Verify(arguments) => verify::verify(arguments),
        Command::Locks(arguments) => lock::locks(arguments),
        Command::Schema(arguments) => schema::schema(arguments),
    }
}

/// A mistake on the command line that clap cannot see; exit code 2.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// The exit code of what stopped the program: 2 for wrong usage, else 1.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    if error.downcast_ref::<Usage>().is_some() { 2 } else { 1 }
}

/// Whether to colour what goes to a terminal.
fn colour(is_terminal: bool) -> bool {
    is_terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty())
}

/// Prints on stdout; a full disk is an error, a reader that stopped listening is none.
fn put(text: &str) -> anyhow::Result<()> {
    use std::io::Write;
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(error).context("cannot write to the terminal or pipe")
        }
        _ => Ok(()),
    }
}

/// The rules as the rule room wants them.
fn rule_sources(files: &[folder::RuleFile]) -> Vec<RuleSource> {
    files.iter().map(|f| RuleSource { id: f.id.clone(), path: f.path.clone(), bytes: f.bytes.clone() }).collect()
}

/// Prints what stopped the program.
pub fn complain(error: &anyhow::Error) {
    let mut message = format!("error: {error}");
    for cause in error.chain().skip(1) {
        message.push_str(&format!("\n  because: {cause}"));
    }
    anstream::eprintln!("{message}");
}

/// Prints diagnostics on stderr with their source lines.
fn report(diagnostics: &[Diagnostic], source: &dyn Fn(&str) -> Option<String>) {
    anstream::eprint!("{}", diagnostic::render(diagnostics, source, colour(std::io::stderr().is_terminal())));
}

/// `2 errors and 1 warning`.
fn tally(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|d| d.severity == diagnostic::Severity::Error).count();
    let warnings = diagnostics.len() - errors;
    let plural = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    match (errors, warnings) {
        (0, w) => plural(w, "warning"),
        (e, 0) => plural(e, "error"),
        (e, w) => format!("{} and {}", plural(e, "error"), plural(w, "warning")),
    }
}

/// Where the rules come from: what was asked, the nearest `rules/`, or those built in.
fn rules_for(asked: Option<&PathBuf>, near: &std::path::Path) -> anyhow::Result<Vec<folder::RuleFile>> {
    match asked.cloned().or_else(|| folder::nearest_rules(near)) {
        Some(folder) => folder::read_rules(&folder),
        None => Ok(rules::built_in()),
    }
}
