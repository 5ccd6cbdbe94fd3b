//! `ravijn check`: everything that can be wrong, before a run.

use std::path::PathBuf;

use clap::Args;

use super::folder::Folder;
use super::{report, rules_for, tally};
use crate::diagnostic::{Diagnostic, Severity};
use crate::study;

/// Arguments of `ravijn check`.
#[derive(Args)]
#[command(after_help = "Example:\n  ravijn check scenarios/harderwijk scenarios/heerde")]
pub struct CheckArguments {
    /// Municipality folders, or scenario files
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Folder with the rules; default the nearest rules/ above PATH, else those built in
    #[arg(long, value_name = "DIR")]
    rules: Option<PathBuf>,
    /// Treat warnings as errors
    #[arg(long)]
    strict: bool,
}

/// Checks every path; exit code 1 when one has an error.
pub fn check(arguments: &CheckArguments) -> anyhow::Result<u8> {
    let mut wrong = false;
    for path in &arguments.paths {
        let folder = Folder::read(path)?;
        let rule_files = rules_for(arguments.rules.as_ref(), path)?;
        let found = study::check(&folder.sources(), folder.only.as_deref(), &super::rule_sources(&rule_files));
        let source = |name: &str| {
            folder.text(name).or_else(|| {
                rule_files.iter().find(|r| r.path == name).map(|r| String::from_utf8_lossy(&r.bytes).into_owned())
            })
        };
        report(&found, &source);
        let failed = found.iter().any(|d: &Diagnostic| d.severity == Severity::Error || arguments.strict);
        wrong |= failed;
        let verdict = if found.is_empty() { "in order".to_owned() } else { tally(&found) };
        anstream::println!("{}: {verdict}", path.display());
    }
    Ok(u8::from(wrong))
}
