//! The logo and the font files of a municipality, read from its folder.

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};

use super::folder::Folder;
use super::format::Format;
use crate::report::{Logo, Report};
use crate::study::Study;

/// A logo or font larger than this is refused.
const LARGEST: u64 = 16 * 1024 * 1024;

/// What the folder holds of the house style.
#[derive(Default)]
pub struct Files {
    logo: Option<Logo>,
    fonts: Vec<Arc<Vec<u8>>>,
}

impl Files {
    /// Gives it to a report.
    pub fn dress(&self, report: &mut Report) {
        report.house.logo.clone_from(&self.logo);
        report.house.font_files.clone_from(&self.fonts);
    }
}

/// Reads what `[report]` names.
///
/// # Errors
/// When the logo is not there or is no picture.
pub fn files(study: &Study, folder: &Folder, formats: &[Format]) -> anyhow::Result<Files> {
    let mut found = Files::default();
    let Some(base) = study.scenarios.first() else { return Ok(found) };
    let base_file = folder.root.join("base.toml");
    if let Some(name) = &base.model.report.logo {
        let path = folder.root.join(name);
        let bytes = read(&path).with_context(|| {
            format!("{}: the logo {name} cannot be read; put the file beside base.toml", base_file.display())
        })?;
        match Logo::new(bytes) {
            Ok(logo) => found.logo = Some(logo),
            Err(why) => bail!("{}: the logo {name} cannot be used: {why}", base_file.display()),
        }
    }
    if base.model.report.font.is_some() && formats.contains(&Format::Pdf) {
        found.fonts = fonts(&folder.root)?;
    }
    Ok(found)
}

/// The font files of the folder, in the order of their names.
fn fonts(root: &Path) -> anyhow::Result<Vec<Arc<Vec<u8>>>> {
    let mut paths: Vec<_> = std::fs::read_dir(root)
        .with_context(|| format!("cannot read {}", root.display()))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|p| {
            p.is_file() && p.extension().is_some_and(|e| e.eq_ignore_ascii_case("ttf") || e.eq_ignore_ascii_case("otf"))
        })
        .collect();
    paths.sort();
    paths.iter().map(|p| read(p).map(Arc::new)).collect()
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let size = std::fs::metadata(path).with_context(|| format!("cannot open {}", path.display()))?.len();
    if size > LARGEST {
        bail!("{} is larger than 16 MiB", path.display());
    }
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}
