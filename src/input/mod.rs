//! Files as written become a [`Model`], with the place of every value.
//!
//! Takes text and names and never touches the file system. The way of a file:
//!
//! - `text`: bytes to text, offsets to places;
//! - `tree`: TOML to nodes with places, all syntax errors (`syntax`);
//! - `form` checks a tree against `keys` (in the language of `shape`) and
//!   types it: `item`, with every assumption a stack of layers (`series`);
//! - `overlay` lays a what-if over what it extends;
//! - `base` builds the model with `prices`, `lines`, `measures`, `risks`,
//!   `around` and `names`, `resolve` turns
//!   layers into a value for every year, `check` looks at combinations;
//! - `rows`, `figures`, `population` read the csv files, `sheet` spreadsheets.
//!
//! Every step reports all it finds and goes on, so that a person sees all
//! mistakes of all files at once; only [`load`] decides that there is no model.

mod around;
mod base;
mod check;
mod figures;
mod form;
mod item;
mod keys;
mod lines;
mod measures;
mod names;
mod overlay;
mod population;
mod prices;
mod resolve;
mod risks;
mod rows;
mod schema;
mod series;
mod shape;
mod sheet;
mod syntax;
mod taakveld;
mod text;
mod tree;
mod value;

pub use schema::{schema_base, schema_what_if};
pub use text::Sources;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Diagnostic, Diagnostics, Place, Severity, nearest};
use crate::model::{Ageing, Model, RiskImpact, Scenario};
use base::{Builder, Built, Material};
use form::Form;
use item::Table;
use overlay::Merged;

/// The file of the base.
pub const BASE: &str = "base.toml";
/// The file of the figures.
pub const FIGURES: &str = "figures.csv";
/// The figures as a spreadsheet, instead of [`FIGURES`].
pub const SHEETS: [&str; 2] = ["figures.xlsx", "figures.ods"];

/// A municipality as read: the base and its what-ifs.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The base scenario, id `base`.
    pub base: Model,
    /// The what-ifs asked for, by id.
    pub what_ifs: Vec<Model>,
    /// What-ifs not asked for, whose result sizes a risk, by id.
    pub referred: Vec<Model>,
    /// Warnings, in the order of their places.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads all files of a municipality.
///
/// `only` names the what-ifs wanted by id, the stem of their file; without it
/// all are read. A what-if that is neither wanted, nor extended by one that is,
/// nor needed to size a risk, is not checked.
///
/// # Errors
///
/// All mistakes of all files, with the warnings, sorted by place.
pub fn load(sources: &Sources, only: Option<&[String]>) -> Result<Loaded, Vec<Diagnostic>> {
    let mut found = Diagnostics::default();
    let folder = Folder::read(sources, &mut found);
    let wanted = folder.wanted(only, &mut found);
    let mut loader = Loader { folder: &folder, built: BTreeMap::new(), failed: BTreeSet::new(), found };
    loader.scenarios(&wanted);
    loader.names();
    loader.finish(only.is_none(), &wanted)
}

/// A toml file with what was found in it.
struct File {
    table: Table,
    whole: bool,
    found: Diagnostics,
}

/// The files of a folder, each read on its own.
struct Folder {
    base: Option<File>,
    /// What-ifs by id.
    what_ifs: BTreeMap<String, File>,
    ids: BTreeSet<String>,
    rows: Vec<figures::Row>,
    /// Whether figures.csv is there and without errors.
    figures_sound: bool,
    demography: population::Demography,
    /// Whether population.csv and use_rates.csv, where they are, have no errors.
    demography_sound: bool,
}

impl Folder {
    fn read(sources: &Sources, found: &mut Diagnostics) -> Self {
        // Says whether the file is there and without errors of its own.
        let mut csv = |name: &str, read: &mut dyn FnMut(&str, &mut Diagnostics)| {
            let mut own = Diagnostics::default();
            let bytes = sources.bytes(name);
            if let Some(text) = bytes.and_then(|bytes| text::decode(name, bytes, &mut own)) {
                read(&text, &mut own);
            }
            let errors = own.has_errors();
            found.extend(own.sorted());
            bytes.map(|_| !errors)
        };
        let mut rows = Vec::new();
        let mut figures_sound = csv(FIGURES, &mut |text, found| rows = figures::read(FIGURES, text, found));
        let mut demography = population::Demography::default();
        let population = csv(population::POPULATION, &mut |text, found| demography.read_population(text, found));
        let use_rates = csv(population::USE_RATES, &mut |text, found| demography.read_rates(text, found));
        let demography_sound = population != Some(false) && use_rates != Some(false);
        for sheet in SHEETS {
            let Some(bytes) = sources.bytes(sheet) else { continue };
            if figures_sound.is_some() {
                let message = format!("the figures stand in {sheet} and in another file");
                found.push(Diagnostic::error("two-files", &Place::file(sheet), message).help("keep one of figures.csv, figures.xlsx and figures.ods"));
                continue;
            }
            let mut own = Diagnostics::default();
            rows = figures::read_sheet(sheet, bytes, &mut own);
            figures_sound = Some(!own.has_errors());
            found.extend(own.sorted());
        }
        if figures_sound.is_none() {
            let message = "there is no figures.csv";
            let help = "add it, or figures.xlsx or figures.ods; its first line is line,quantity,kind,year,value,source";
            found.push(Diagnostic::error("missing-file", &Place::file(FIGURES), message).help(help));
        }
        let figures_sound = figures_sound == Some(true);
        let base = sources.bytes(BASE).map(|bytes| Self::toml(BASE, bytes, false));
        if base.is_none() {
            found.push(Diagnostic::error("missing-file", &Place::file(BASE), "there is no base.toml").help("a municipality is a folder with a base.toml"));
        }
        let what_ifs: BTreeMap<String, File> = sources
            .iter()
            .filter(|(name, _)| *name != BASE && !name.contains(['/', '\\']))
            .filter_map(|(name, bytes)| name.strip_suffix(".toml").map(|id| (id.to_owned(), Self::toml(name, bytes, true))))
            .collect();
        let ids = what_ifs.keys().cloned().collect();
        Self { base, what_ifs, ids, rows, figures_sound, demography, demography_sound }
    }

    fn toml(name: &str, bytes: &[u8], what_if: bool) -> File {
        let mut found = Diagnostics::default();
        let Some(text) = text::decode(name, bytes, &mut found) else { return File { table: Table::default(), whole: false, found } };
        let (root, whole) = tree::parse(name, &text, &mut found);
        let layer = usize::from(what_if);
        let mut of_form = Diagnostics::default();
        let mut form = Form { found: &mut of_form, what_if, layer };
        let table = form.file(&root, if what_if { &keys::WHAT_IF } else { &keys::BASE });
        schema_version(&table, &mut of_form);
        // What stands on a line that could not be read is not what was meant.
        let broken: Vec<u32> = found.iter().filter_map(|d| d.place.as_ref()).map(|p| p.line).collect();
        let on_sound_line = |d: &Diagnostic| d.place.as_ref().is_none_or(|p| p.line == 0 || !broken.contains(&p.line));
        found.extend(of_form.sorted().into_iter().filter(on_sound_line));
        File { table, whole, found }
    }

    /// Ids of the what-ifs wanted.
    fn wanted(&self, only: Option<&[String]>, found: &mut Diagnostics) -> Vec<String> {
        let Some(only) = only else { return self.ids.iter().cloned().collect() };
        let mut wanted = BTreeSet::new();
        for id in only.iter().filter(|id| *id != "base") {
            let stem = id.strip_suffix(".toml").unwrap_or(id);
            if self.ids.contains(stem) {
                wanted.insert(stem.to_owned());
                continue;
            }
            let help = match nearest(stem, self.ids.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the folder has {}", self.ids.iter().map(String::as_str).collect::<Vec<_>>().join(", ")),
            };
            let diagnostic = Diagnostic::error("unknown-what-if", &Place::file(format!("{stem}.toml")), format!("there is no what-if `{stem}`"));
            found.push(diagnostic.help(help));
        }
        wanted.into_iter().collect()
    }
}

fn schema_version(table: &Table, found: &mut Diagnostics) {
    if let Some(item) = table.get("schema").filter(|i| i.as_number().is_some_and(|n| n != 1.0)) {
        let message = format!("this program reads schema 1, not {}", item.written);
        found.push(Diagnostic::error("schema", &item.place, message).help("write schema = 1, or use the version of ravijn that the file is for"));
    }
}

/// A scenario built, with all that was found of it.
struct Ready {
    merged: Merged,
    /// None where a file of its chain could not be read.
    built: Option<Built>,
    raw: Vec<Diagnostic>,
    /// Ids that it extends, nearest first.
    chain: Vec<String>,
}

struct Loader<'f> {
    folder: &'f Folder,
    built: BTreeMap<String, Ready>,
    failed: BTreeSet<String>,
    found: Diagnostics,
}

impl Loader<'_> {
    /// Builds the base, the what-ifs wanted, and those that size a risk.
    fn scenarios(&mut self, wanted: &[String]) {
        self.base();
        let mut open: Vec<String> = wanted.to_vec();
        open.reverse();
        while let Some(id) = open.pop() {
            self.what_if(&id, &mut Vec::new());
            let referred: BTreeSet<String> = self.referred().filter(|r| !self.built.contains_key(r) && !self.failed.contains(r)).collect();
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
        let Some(file) = &self.folder.base else { return };
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
        let known: Vec<&Diagnostic> = chain.iter().filter_map(|c| self.built.get(c)).flat_map(|r| r.raw.iter()).collect();
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
        let Some(file) = folder.what_ifs.get(id) else { return };
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
                    Diagnostic::error("missing-key", &own, "this what-if does not say what it changes").help("begin with extends = \"base.toml\""),
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
            self.found.push(Diagnostic::error("cycle", &item.place, message).help("let one of them extend \"base.toml\""));
            return None;
        }
        if !self.folder.what_ifs.contains_key(stem) {
            let files: Vec<String> = self.folder.ids.iter().filter(|i| *i != id).map(|i| format!("{i}.toml")).chain([BASE.to_owned()]).collect();
            let help = match nearest(name, files.iter().map(String::as_str)) {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "name \"base.toml\" or another what-if of this folder".to_owned(),
            };
            self.found.push(Diagnostic::error("unknown-what-if", &item.place, format!("there is no file \"{name}\" in this folder")).help(help));
            return None;
        }
        self.what_if(stem, below);
        Some(stem.to_owned())
    }

    /// Names in the csv files, and names that nothing uses: judged over all
    /// scenarios, since a what-if may add lines and uses.
    fn names(&mut self) {
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
                        "index" => "a line names it in price.index, another index in mix, or a revenue in indexed_by".to_owned(),
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

    fn finish(mut self, all: bool, wanted: &[String]) -> Result<Loaded, Vec<Diagnostic>> {
        let needed = |id: &str| all || self.built.contains_key(id);
        debug_assert!(wanted.iter().all(|id| needed(id) || self.failed.contains(id)));
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

/// Whether any of these stops a run.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|d| d.severity == Severity::Error)
}
