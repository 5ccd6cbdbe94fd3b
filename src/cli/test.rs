//! `ravijn test`: the rules' own tests.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::folder::Folder;
use super::{report, rule_sources, rules_for};
use crate::diagnostic::Severity;
use crate::simulation::Settings;
use crate::{rule, study};

/// Arguments of `ravijn test`.
#[derive(Args)]
#[command(after_help = "Examples:\n  ravijn test\n  ravijn test rules --filter jeugd --coverage")]
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

/// Runs the tests; exit code 1 when one fails or a rule cannot be read.
pub fn test(arguments: &TestArguments) -> anyhow::Result<u8> {
    let files = rules_for(arguments.rules.as_ref(), Path::new("."))?;
    let (set, broken) = rule::RuleSet::parse(&rule_sources(&files));
    let source =
        |name: &str| files.iter().find(|r| r.path == name).map(|r| String::from_utf8_lossy(&r.bytes).into_owned());
    let results = rule::run_tests(&set, arguments.filter.as_deref());
    if let Some(filter) = arguments.filter.as_deref().filter(|_| results.tests.is_empty()) {
        anyhow::bail!("no test matches `{filter}`");
    }
    let unreadable = broken.iter().filter(|d| d.severity == Severity::Error).count();
    let failed = !results.passed() || unreadable > 0;
    if arguments.format == Form::Json {
        let mut document = results.to_json();
        if arguments.coverage {
            document["coverage"] = serde_json::to_value(coverage(&set, &arguments.scenarios)?)?;
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
    if arguments.coverage {
        print_coverage(&coverage(&set, &arguments.scenarios)?);
    }
    let passed = results.tests.len() - results.failures();
    anstream::println!("{passed} passed, {} failed", results.failures() + unreadable);
    Ok(u8::from(failed))
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
    let (mut branches, mut reached) = (0, 0);
    for rule in &coverage.rules {
        branches += rule.branches;
        reached += rule.reached;
        for missed in &rule.missed {
            anstream::println!("  {}:{}:{}: `{}` is never reached", rule.path, missed.line, missed.column, missed.what);
        }
        if rule.never_fires() {
            anstream::println!("  {}: no scenario makes it fire", rule.path);
        } else if rule.always_fires() {
            anstream::println!("  {}: fires in every scenario where it applies", rule.path);
        }
    }
    anstream::println!("{reached} of {branches} branches reached");
}
