//! `ravijn test`: the rules' own tests.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::folder::Folder;
use super::{report, rule_sources, rules_for};
use crate::diagnostic::{Diagnostic, Severity};
use crate::simulation::Settings;
use crate::{rule, study};

/// Arguments of `ravijn test`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn test
  ravijn test rules --filter jeugd
  ravijn test rules --coverage                 which branches and rules nothing ever reached
  ravijn test rules --require 100%             fail when a branch is never reached")]
pub struct TestArguments {
    /// Folder with the rules; default ./rules, else those built in
    #[arg(value_name = "RULES")]
    rules: Option<PathBuf>,
    /// Only tests whose rule or name holds this text
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Which rules and branches no test and no scenario reached
    #[arg(long)]
    coverage: bool,
    /// Fail when a smaller share of the branches is reached, such as 100%; implies --coverage
    #[arg(long, value_name = "PERCENT", value_parser = share)]
    require: Option<f64>,
    /// Municipality folders whose scenarios count for the coverage; default scenarios/*
    #[arg(long, value_name = "PATH")]
    scenarios: Vec<PathBuf>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    format: Form,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    /// Text for people
    Table,
    /// One JSON document
    Json,
}

/// `100%` or `99,5%` as a fraction.
fn share(text: &str) -> Result<f64, String> {
    let number = text.trim().strip_suffix('%').ok_or_else(|| "write it with a percent sign: 100%".to_owned())?;
    let value: f64 = number.trim().replace(',', ".").parse().map_err(|_| format!("`{text}` is no percentage"))?;
    if (0.0..=100.0).contains(&value) { Ok(value / 100.0) } else { Err("it lies between 0% and 100%".to_owned()) }
}

/// Runs the tests; exit code 1 when one fails or a rule cannot be read.
pub fn test(arguments: &TestArguments) -> anyhow::Result<u8> {
    let files = rules_for(arguments.rules.as_ref(), Path::new("."))?;
    let (set, broken) = rule::RuleSet::parse(&rule_sources(&files));
    let source =
        |name: &str| files.iter().find(|r| r.path == name).map(|r| String::from_utf8_lossy(&r.bytes).into_owned());
    let results = rule::run_tests(&set, arguments.filter.as_deref());
    // A rule that cannot be read has no tests to run: its failure stands for them.
    let broken: Vec<Diagnostic> = match arguments.filter.as_deref() {
        Some(filter) => broken.into_iter().filter(|d| concerns(d, filter, &source)).collect(),
        None => broken,
    };
    let unreadable = broken.iter().filter(|d| d.severity == Severity::Error).count();
    if let Some(filter) = arguments.filter.as_deref().filter(|_| results.tests.is_empty() && unreadable == 0) {
        anyhow::bail!("no test matches `{filter}`");
    }
    let mut failed = !results.passed() || unreadable > 0;
    let coverage = (arguments.coverage || arguments.require.is_some())
        .then(|| coverage(&set, &arguments.scenarios))
        .transpose()?;
    let short = match (&coverage, arguments.require) {
        (Some(reached), Some(required)) => reached.share() < required,
        _ => false,
    };
    failed |= short;
    if arguments.format == Form::Json {
        let mut document = results.to_json();
        document["unreadable"] = broken.iter().map(unreadable_json).collect();
        if let Some(coverage) = &coverage {
            document["coverage"] = coverage.to_json();
        }
        anstream::println!("{}", serde_json::to_string_pretty(&document)?);
        return Ok(u8::from(failed));
    }
    report(&broken, &source);
    for result in &results.tests {
        match &result.failure {
            None => anstream::println!("ok      {}: {}", result.rule, result.name),
            Some(failure) => {
                anstream::println!("FAILED  {}: {}", result.rule, result.name);
                report(std::slice::from_ref(failure), &source);
            }
        }
    }
    for rule in &results.untested {
        anstream::println!("untested {rule}");
    }
    if let Some(coverage) = &coverage {
        print_coverage(coverage);
        if short {
            anstream::eprintln!(
                "error: not every branch is reached that --require asks for: write a test for each of those above"
            );
        }
    }
    let passed = results.tests.len() - results.failures();
    anstream::println!("{passed} passed, {} failed", results.failures() + unreadable);
    Ok(u8::from(failed))
}

/// Whether a broken rule is what a filter asks for: by its path, or by a test
/// that its text holds.
fn concerns(broken: &Diagnostic, filter: &str, source: &dyn Fn(&str) -> Option<String>) -> bool {
    let Some(place) = &broken.place else { return true };
    let filter = filter.to_lowercase();
    let tests = source(&place.file).unwrap_or_default().to_lowercase();
    let named = |line: &str| {
        let name = line.trim_start().strip_prefix("fn test_")?;
        let name = name.split('(').next()?;
        Some(format!("test_{name} {}", name.replace('_', " ")).contains(&filter))
    };
    place.file.to_lowercase().contains(&filter) || tests.lines().filter_map(named).any(|holds| holds)
}

/// A rule that cannot be read, for programs.
fn unreadable_json(broken: &Diagnostic) -> serde_json::Value {
    serde_json::json!({
        "file": broken.place.as_ref().map(|p| p.file.to_string()),
        "line": broken.place.as_ref().map(|p| p.line),
        "column": broken.place.as_ref().map(|p| p.column),
        "code": broken.code,
        "message": broken.message,
        "help": broken.help,
    })
}

/// Shows the scenarios to the rules: those asked, else every folder under `scenarios/`.
fn coverage(set: &rule::RuleSet, asked: &[PathBuf]) -> anyhow::Result<rule::CoverageReport> {
    let mut folders = asked.to_vec();
    if folders.is_empty() {
        if let Ok(entries) = std::fs::read_dir("scenarios") {
            folders = entries.flatten().map(|e| e.path()).filter(|p| p.join("base.toml").is_file()).collect();
        }
        folders.sort();
    }
    let mut outcomes = Vec::new();
    for path in folders {
        let folder = Folder::read(&path)?;
        let sources = folder.sources();
        match study::outcomes(&sources, folder.only.as_deref(), &Settings::default()) {
            Ok(more) => outcomes.extend(more),
            Err(wrong) => {
                report(&wrong, &|name| sources.text(name));
                anyhow::bail!("{} is not in order", path.display());
            }
        }
    }
    Ok(rule::coverage::measure(set, &outcomes))
}

/// What no test and no scenario reached.
fn print_coverage(coverage: &rule::CoverageReport) {
    anstream::println!("\nreached by the tests and {} scenarios:", coverage.outcomes);
    for rule in &coverage.rules {
        anstream::println!(
            "  {}: {} of {} branches; fires in {} of the {} scenarios where it applies",
            rule.path,
            rule.reached,
            rule.branches,
            rule.fired,
            rule.applied
        );
        for missed in &rule.missed {
            anstream::println!(
                "    {}:{}:{}: `{}` is never reached",
                rule.path,
                missed.line,
                missed.column,
                missed.what
            );
        }
        for only in &rule.untested {
            anstream::println!(
                "    {}:{}:{}: `{}` is reached by a scenario and by no test",
                rule.path,
                only.line,
                only.column,
                only.what
            );
        }
        if !rule.missed_lines.is_empty() {
            let lines: Vec<String> = rule.missed_lines.iter().map(u32::to_string).collect();
            anstream::println!("    {}: lines never reached: {}", rule.path, lines.join(", "));
        }
    }
    let listed = |title: &str, which: fn(&rule::RuleCoverage) -> bool| {
        let ids: Vec<&str> = coverage.rules.iter().filter(|r| which(r)).map(|r| r.rule.as_str()).collect();
        if !ids.is_empty() {
            anstream::println!("{title}: {}", ids.join(", "));
        }
    };
    if coverage.outcomes > 0 {
        listed("no scenario makes these fire", rule::RuleCoverage::never_fires);
        listed("these fire in every scenario where they apply", rule::RuleCoverage::always_fires);
    }
    let (branches, reached) = coverage.branches();
    anstream::println!("{reached} of {branches} branches reached ({})", percent_down(coverage.share()));
}

/// A share in percent, rounded down: 100% only when nothing is missing.
fn percent_down(share: f64) -> String {
    format!("{}%", (share * 1000.0).floor() / 10.0)
}
