//! Scenarios in the order in which they build on each other.
//!
//! What a what-if says anew is told once: what was already said of what it
//! extends is left out, and what it causes in a line of the base names it.

use std::collections::{BTreeMap, BTreeSet};

use super::base::{Builder, Built, Material};
use super::folder::{File, Folder};
use super::item;
use super::overlay::{self, Merged};
use super::{BASE, Loaded, figures};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::model::{Ageing, RiskImpact, Scenario};

/// A scenario built, with all that was found of it.
pub(super) struct Ready {
    merged: Merged,
    /// None where a file of its chain could not be read.
    built: Option<Built>,
    raw: Vec<Diagnostic>,
    /// Ids that it extends, nearest first.
    chain: Vec<String>,
}

/// Builds the scenarios of a folder.
pub(super) struct Loader<'f> {
    pub(super) folder: &'f Folder,
    pub(super) built: BTreeMap<String, Ready>,
    pub(super) failed: BTreeSet<String>,
    pub(super) found: Diagnostics,
}

impl Loader<'_> {
    /// Builds the base, the what-ifs wanted, and those that size a risk.
    pub(super) fn scenarios(&mut self, wanted: &[String]) {
        self.base();
        let mut open: Vec<String> = wanted.to_vec();
        open.reverse();
        while let Some(id) = open.pop() {
            self.what_if(&id, &mut Vec::new());
            let referred: BTreeSet<String> =
                self.referred().filter(|r| !self.built.contains_key(r) && !self.failed.contains(r)).collect();
            open.extend(referred.into_iter().filter(|r| !wanted.contains(r)));
        }
        let referred: Vec<String> = self.referred().collect();
        for id in referred {
            self.what_if(&id, &mut Vec::new());
        }
    }

    /// What-ifs that size a risk of a scenario built so far.
    fn referred(&self) -> impl Iterator<Item = String> + use<> {
        let models = self.built.values().filter_map(|r| r.built.as_ref()).flat_map(|b| b.model.risks.iter());
        let ids: BTreeSet<String> = models
            .filter_map(|r| match &r.impact {
                RiskImpact::WhatIf { what_if, .. } if self.folder.ids.contains(what_if) => Some(what_if.clone()),
                _ => None,
            })
            .collect();
        ids.into_iter()
    }

    fn material(&self) -> Material<'_> {
        Material {
            rows: &self.folder.rows,
            demography: &self.folder.demography,
            what_ifs: &self.folder.ids,
            figures_sound: self.folder.figures_sound,
            demography_sound: self.folder.demography_sound,
        }
    }

    fn base(&mut self) {
        let Some(file) = &self.folder.base else {
            return;
        };
        self.found.extend(file.found.iter().cloned());
        let merged = Merged { root: file.table.clone(), ..Merged::default() };
        let title = {
            let head = merged.root.table("municipality");
            head.and_then(|h| h.owned("title").or_else(|| h.owned("name"))).unwrap_or_else(|| "base".to_owned())
        };
        let scenario = Scenario { id: "base".into(), title, question: None, extends: Vec::new(), changes: Vec::new() };
        self.build("base", merged, scenario, Vec::new(), file.whole);
    }

    /// Builds a scenario and keeps what is new in what it says.
    fn build(&mut self, id: &str, merged: Merged, scenario: Scenario, chain: Vec<String>, whole: bool) {
        let mut raw = Diagnostics::default();
        // In a file with a syntax error anything may be missing; its values
        // were checked, what hangs together waits until it can be read.
        let built = whole.then(|| Builder::build(&merged, scenario, &self.material(), &mut raw));
        let raw = raw.sorted();
        let known: Vec<&Diagnostic> =
            chain.iter().filter_map(|c| self.built.get(c)).flat_map(|r| r.raw.iter()).collect();
        let fresh: Vec<Diagnostic> = raw.iter().filter(|d| !known.contains(d)).cloned().collect();
        let own = format!("{id}.toml");
        for mut diagnostic in fresh {
            // What is said of a line of the base because of a what-if says so.
            let elsewhere = diagnostic.place.as_ref().is_some_and(|p| *p.file != *own);
            if id != "base" && elsewhere {
                diagnostic.message = format!("in what-if `{id}`: {}", diagnostic.message);
            }
            self.found.push(diagnostic);
        }
        self.built.insert(id.to_owned(), Ready { merged, built, raw, chain });
    }

    /// Builds a what-if after what it extends.
    fn what_if(&mut self, id: &str, below: &mut Vec<String>) {
        if self.built.contains_key(id) || self.failed.contains(id) {
            return;
        }
        let folder = self.folder;
        let Some(file) = folder.what_ifs.get(id) else {
            return;
        };
        self.found.extend(file.found.iter().cloned());
        below.push(id.to_owned());
        let parent = self.parent(id, file, below);
        below.pop();
        let parent = parent.filter(|p| self.built.contains_key(p));
        let Some(ready) = parent.as_ref().and_then(|p| self.built.get(p)) else {
            self.failed.insert(id.to_owned());
            return;
        };
        let chain: Vec<String> = parent.iter().cloned().chain(ready.chain.iter().cloned()).collect();
        let whole = file.whole && ready.built.is_some();
        let mut laid = Diagnostics::default();
        let mut patch = file.table.clone();
        // The order of what a later overlay adds follows that of an earlier one.
        for entry in patch.entries.iter_mut() {
            deepen(entry, ready.merged.depth + 1);
        }
        let merged = if whole { overlay::lay(&ready.merged, &patch, &mut laid) } else { ready.merged.clone() };
        self.found.extend(laid.sorted());
        let scenario = Scenario {
            id: id.to_owned(),
            title: file.table.owned("title").unwrap_or_else(|| id.to_owned()),
            question: file.table.owned("question"),
            extends: chain.clone(),
            changes: merged.changes.clone(),
        };
        self.build(id, merged, scenario, chain, whole);
    }

    /// What a what-if extends, built; none where that is not there.
    fn parent(&mut self, id: &str, file: &File, below: &mut Vec<String>) -> Option<String> {
        let own = Place::file(format!("{id}.toml"));
        let Some(item) = file.table.get("extends") else {
            if file.whole {
                self.found.push(
                    Diagnostic::error("missing-key", &own, "this what-if does not say what it changes")
                        .help("begin with extends = \"base.toml\""),
                );
            }
            return None;
        };
        let name = item.as_text()?;
        let stem = name.strip_prefix("./").unwrap_or(name);
        let stem = stem.strip_suffix(".toml").unwrap_or(stem);
        if stem == "base" {
            return Some("base".to_owned());
        }
        if below.iter().any(|b| b == stem) {
            let circle = below.iter().skip_while(|b| *b != stem).map(String::as_str).collect::<Vec<_>>().join(" -> ");
            let message = format!("`extends` goes round: {circle} -> {stem}");
            self.found
                .push(Diagnostic::error("cycle", &item.place, message).help("let one of them extend \"base.toml\""));
            return None;
        }
        if !self.folder.what_ifs.contains_key(stem) {
            let files: Vec<String> = self
                .folder
                .ids
                .iter()
                .filter(|i| *i != id)
                .map(|i| format!("{i}.toml"))
                .chain([BASE.to_owned()])
                .collect();
            let help = match nearest(name, files.iter().map(String::as_str)) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "name \"base.toml\" or another what-if of this folder".to_owned(),
            };
            self.found.push(
                Diagnostic::error(
                    "unknown-what-if",
                    &item.place,
                    format!("there is no file \"{name}\" in this folder"),
                )
                .help(help),
            );
            return None;
        }
        self.what_if(stem, below);
        Some(stem.to_owned())
    }

    /// Names in the csv files, and names that nothing uses: judged over all
    /// scenarios, since a what-if may add lines and uses.
    pub(super) fn names(&mut self) {
        let readable = self.folder.base.as_ref().is_some_and(|f| f.whole);
        if !readable {
            return;
        }
        let mut names = figures::Names::default();
        let mut cost = BTreeSet::new();
        let files = self.folder.base.iter().chain(self.folder.what_ifs.values());
        for file in files {
            names.add(&file.table);
            cost.extend(file.table.items("cost").map(|e| e.name.clone()));
        }
        figures::check_names(&self.folder.rows, &names, &mut self.found);
        let models = || self.built.values().filter_map(|r| r.built.as_ref());
        let ageing: BTreeSet<String> = models()
            .flat_map(|b| b.model.lines.costs())
            .filter(|l| matches!(l.ageing, Ageing::Population))
            .map(|l| l.id.clone())
            .collect();
        self.folder.demography.check_lines(&cost, &ageing, &mut self.found);
        // Whatever is unused may be what a mistake was meant to use.
        if self.found.has_errors() {
            return;
        }
        let used: BTreeSet<String> = models().flat_map(|b| b.used.iter().cloned()).collect();
        let mut unused = Vec::new();
        for ready in self.built.values() {
            for kind in ["index", "domain", "indicator"] {
                for entry in ready.merged.root.items(kind).filter(|e| !used.contains(&format!("{kind}.{}", e.name))) {
                    let help = match kind {
                        "index" => "a line names it in price.index, another index in mix, or a revenue in indexed_by"
                            .to_owned(),
                        "domain" => "a line, an indicator or a risk belongs to it".to_owned(),
                        _ => format!("figures.csv gives its counts: {},count,actual,YEAR,VALUE", entry.name),
                    };
                    let message = format!("nothing uses {kind} `{}`", entry.name);
                    unused.push(Diagnostic::warning("unused", &entry.place, message).help(help));
                }
            }
        }
        self.found.extend(unused);
    }

    pub(super) fn finish(mut self, wanted: &[String]) -> Result<Loaded, Vec<Diagnostic>> {
        if self.found.has_errors() {
            return Err(self.found.sorted());
        }
        let referred: BTreeSet<String> = self.referred().collect();
        let mut take = |id: &str| self.built.remove(id).and_then(|r| r.built).map(|b| b.model);
        let base = take("base");
        let what_ifs = wanted.iter().filter_map(|id| take(id)).collect();
        let referred = referred.iter().filter_map(|id| take(id)).collect();
        match base {
            Some(base) => Ok(Loaded { base, what_ifs, referred, diagnostics: self.found.sorted() }),
            // Without a base there is an error; kept for the type.
            None => Err(self.found.sorted()),
        }
    }
}

/// Marks what an overlay adds as coming after what lies below it.
fn deepen(entry: &mut item::Entry, layer: usize) {
    entry.order.0 = layer;
    if let item::Content::Table(table) = &mut entry.item.content {
        for inner in &mut table.entries {
            deepen(inner, layer);
        }
    }
}
