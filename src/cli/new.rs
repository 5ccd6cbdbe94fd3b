//! `ravijn new`: a commented starting point that runs as it is.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use anyhow::bail;
use clap::{Args, Subcommand};

use super::folder::Folder;
use super::write;
use crate::diagnostic::nearest;
use crate::input;

/// Arguments of `ravijn new`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn new municipality mijn-gemeente        makes scenarios/mijn-gemeente/
  ravijn new scenario scenarios/mijn-gemeente/ova-hoog
  ravijn new rule jeugd/wachtlijst             makes rules/jeugd/wachtlijst.rhai")]
pub struct NewArguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// A municipality's folder: base.toml and figures.csv with an example of each part
    Municipality {
        /// Name of the folder, or a path to it
        name: PathBuf,
    },
    /// A what-if beside a base.toml
    Scenario {
        /// Path of the file, with or without .toml
        name: PathBuf,
    },
    /// A risk rule with two tests
    Rule {
        /// Domain and name: jeugd/wachtlijst
        name: PathBuf,
        /// Folder of the rules
        #[arg(long, default_value = "rules")]
        rules: PathBuf,
    },
}

/// Writes the files; never over existing ones.
pub fn new(arguments: &NewArguments) -> anyhow::Result<u8> {
    let files = match &arguments.what {
        What::Municipality { name } => municipality(name)?,
        What::Scenario { name } => scenario(name)?,
        What::Rule { name, rules } => rule(name, rules)?,
    };
    for (path, _) in &files {
        if path.exists() {
            bail!("{} is already there; choose another name", path.display());
        }
    }
    write::all_or_nothing(&files)?;
    for (path, _) in &files {
        anstream::println!("made {}", path.display());
    }
    Ok(0)
}

/// The last part of a path as an id: lower case, words joined by hyphens.
fn id_of(path: &Path) -> anyhow::Result<String> {
    let stem = path.file_stem().map(|s| s.to_string_lossy().to_lowercase()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if stem.is_empty() || !stem.chars().all(plain) || stem.starts_with('-') || stem.ends_with('-') {
        let near = plain_name(&stem).unwrap_or_else(|| "mijn-gemeente".to_owned());
        bail!(super::Usage(format!(
            "`{stem}` is no name: use letters without accents, digits and hyphens, such as {near}"
        )));
    }
    Ok(stem)
}

/// What a name with spaces and accents comes to: `Súdwest Fryslân` is
/// `sudwest-fryslan`. None where nothing is left.
fn plain_name(text: &str) -> Option<String> {
    let plain = |c: char| match c {
        'a'..='z' | '0'..='9' => c,
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' => 'o',
        'ù'..='ü' => 'u',
        _ => '-',
    };
    let all: String = text.to_lowercase().chars().filter(|c| !matches!(c, '\'' | '’')).map(plain).collect();
    let parts: Vec<&str> = all.split('-').filter(|p| !p.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("-"))
}

/// `mijn-gemeente` as a person writes it: `Mijn Gemeente`.
fn title_of(id: &str) -> String {
    id.split('-')
        .map(|w| {
            let mut letters = w.chars();
            letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn municipality(name: &Path) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let id = id_of(name)?;
    // `..` leaves the folder where the work is: more often a slip than a wish.
    if name.components().any(|c| c == Component::ParentDir) {
        bail!(super::Usage(format!(
            "`{}` climbs out of this folder with `..`; give a name (mijn-gemeente) or a whole path (/home/.../{id})",
            name.display()
        )));
    }
    let parent = name
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .map_or_else(|| PathBuf::from("scenarios"), Path::to_path_buf);
    let folder = parent.join(&id);
    let base = include_str!("templates/base.toml")
        .replace("{name}", &title_of(&id))
        .replace("{folder}", &folder.display().to_string());
    let what_if = include_str!("templates/what-if.toml").replace("{name}", "OVA 1 procentpunt hoger");
    Ok(vec![
        (folder.join("base.toml"), base.into_bytes()),
        (folder.join("figures.csv"), include_bytes!("templates/figures.csv").to_vec()),
        (folder.join("ova-hoger.toml"), what_if.into_bytes()),
    ])
}

fn scenario(name: &Path) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let id = id_of(name)?;
    let folder = name.parent().unwrap_or_else(|| Path::new(""));
    if !folder.join("base.toml").is_file() {
        bail!("a what-if stands beside a base.toml: ravijn new scenario scenarios/GEMEENTE/{id}");
    }
    let text = include_str!("templates/what-if.toml").replace("{name}", &title_of(&id));
    Ok(vec![(folder.join(format!("{id}.toml")), text.into_bytes())])
}

/// Domains of which a rule may speak: those of every municipality, the folder
/// for money and budget, and those of the municipalities under `scenarios/`.
fn known_domains() -> BTreeSet<String> {
    let mut known: BTreeSet<String> =
        ["wmo", "jeugd", "participatie", "algemeen", "financien"].map(str::to_owned).into();
    let Ok(entries) = std::fs::read_dir("scenarios") else { return known };
    for path in entries.flatten().map(|e| e.path().join("base.toml")).filter(|p| p.is_file()) {
        // A municipality that is not in order has its own words for that, in `check`.
        let Ok(folder) = Folder::read(&path) else { continue };
        let Ok(loaded) = input::load(&folder.sources(), folder.only.as_deref()) else { continue };
        known.extend(loaded.base.domains.iter().map(|d| d.id.clone()));
    }
    known
}

fn rule(name: &Path, rules: &Path) -> anyhow::Result<Vec<(PathBuf, Vec<u8>)>> {
    let id = id_of(name)?;
    let Some(domain) = name.parent().and_then(|p| p.file_name()).map(|d| d.to_string_lossy().to_lowercase()) else {
        bail!(super::Usage(format!("name the domain too: ravijn new rule jeugd/{id}")));
    };
    let known = known_domains();
    if !known.contains(&domain) {
        let all = known.iter().cloned().collect::<Vec<_>>().join(", ");
        let near = nearest(&domain, known.iter().map(String::as_str));
        let near = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
        anstream::eprintln!(
            "warning: no municipality here has the domain `{domain}`, so the rule would apply to none\n  help: {near}there are: {all}"
        );
    }
    let text = crate::rule::template(&id, &domain);
    Ok(vec![(rules.join(&domain).join(format!("{id}.rhai")), text.into_bytes())])
}
