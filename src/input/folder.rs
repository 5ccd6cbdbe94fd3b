//! The files of a municipality, each read on its own.

use std::collections::{BTreeMap, BTreeSet};

use super::form::Form;
use super::item::Table;
use super::text::{self, Sources};
use super::{BASE, FIGURES, SHEETS, figures, keys, population, tree};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};

/// A toml file with what was found in it.
pub(super) struct File {
    pub(super) table: Table,
    pub(super) whole: bool,
    pub(super) found: Diagnostics,
}

/// The files of a folder, each read on its own.
pub(super) struct Folder {
    pub(super) base: Option<File>,
    /// What-ifs by id.
    pub(super) what_ifs: BTreeMap<String, File>,
    pub(super) ids: BTreeSet<String>,
    pub(super) rows: Vec<figures::Row>,
    /// Whether figures.csv is there and without errors.
    pub(super) figures_sound: bool,
    pub(super) demography: population::Demography,
    /// Whether population.csv and use_rates.csv, where they are, have no errors.
    pub(super) demography_sound: bool,
}

impl Folder {
    pub(super) fn read(sources: &Sources, found: &mut Diagnostics) -> Self {
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
            let Some(bytes) = sources.bytes(sheet) else {
                continue;
            };
            if figures_sound.is_some() {
                let message = format!("the figures stand in {sheet} and in another file");
                found.push(
                    Diagnostic::error("two-files", &Place::file(sheet), message)
                        .help("keep one of figures.csv, figures.xlsx and figures.ods"),
                );
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
            found.push(
                Diagnostic::error("missing-file", &Place::file(BASE), "there is no base.toml")
                    .help("a municipality is a folder with a base.toml"),
            );
        }
        let what_ifs: BTreeMap<String, File> = sources
            .iter()
            .filter(|(name, _)| *name != BASE && !name.contains(['/', '\\']))
            .filter_map(|(name, bytes)| {
                name.strip_suffix(".toml").map(|id| (id.to_owned(), Self::toml(name, bytes, true)))
            })
            .collect();
        let ids = what_ifs.keys().cloned().collect();
        Self { base, what_ifs, ids, rows, figures_sound, demography, demography_sound }
    }

    fn toml(name: &str, bytes: &[u8], what_if: bool) -> File {
        let mut found = Diagnostics::default();
        let Some(text) = text::decode(name, bytes, &mut found) else {
            return File { table: Table::default(), whole: false, found };
        };
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
    pub(super) fn wanted(&self, only: Option<&[String]>, found: &mut Diagnostics) -> Vec<String> {
        let Some(only) = only else {
            return self.ids.iter().cloned().collect();
        };
        let mut wanted = BTreeSet::new();
        for id in only.iter().filter(|id| *id != "base") {
            let stem = id.strip_suffix(".toml").unwrap_or(id);
            if self.ids.contains(stem) {
                wanted.insert(stem.to_owned());
                continue;
            }
            let help = match nearest(stem, self.ids.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None if self.ids.is_empty() => "this folder has no what-ifs".to_owned(),
                None => {
                    format!("the folder has {}", self.ids.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
                }
            };
            let diagnostic = Diagnostic::error(
                "unknown-what-if",
                &Place::file(format!("{stem}.toml")),
                format!("there is no what-if `{stem}`"),
            );
            found.push(diagnostic.help(help));
        }
        wanted.into_iter().collect()
    }
}

fn schema_version(table: &Table, found: &mut Diagnostics) {
    if let Some(item) = table.get("schema").filter(|i| i.as_number().is_some_and(|n| n != 1.0)) {
        let message = format!("this program reads schema 1, not {}", item.written);
        found.push(
            Diagnostic::error("schema", &item.place, message)
                .help("write schema = 1, or use the version of ravijn that the file is for"),
        );
    }
}
