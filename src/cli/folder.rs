//! Reading municipality folders and rule folders from disk.
//!
//! The only door through which files come in: rooms below take text and a name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::input::Sources;

/// A municipality's folder as read: name of the folder and its files.
pub struct Folder {
    /// Last part of the path; the reports' folder takes this name.
    pub name: String,
    /// Where it lies.
    pub root: PathBuf,
    /// Bytes of every file that matters, by file name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// The scenarios asked for by name of a file; none means all.
    pub only: Option<Vec<String>>,
}

/// A file of the folder larger than this is refused before it is read.
const LARGEST: u64 = 64 * 1024 * 1024;

impl Folder {
    /// Reads a folder, or the folder around one scenario file.
    ///
    /// # Errors
    /// When the path does not exist, holds no `base.toml` or cannot be read.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let meta = std::fs::metadata(path).with_context(|| {
            format!("cannot open {}: name a municipality's folder such as scenarios/harderwijk", path.display())
        })?;
        let (folder, only) = if meta.is_dir() {
            (path.to_path_buf(), None)
        } else {
            if path.extension().is_none_or(|e| e != "toml") {
                bail!("{} is not a scenario: name a folder, its base.toml or one of its what-if files", path.display());
            }
            let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            let parent = path
                .parent()
                .filter(|p| !p.as_os_str().is_empty())
                .map_or_else(|| PathBuf::from("."), Path::to_path_buf);
            (parent, Some(vec![stem]))
        };
        if !folder.join("base.toml").is_file() {
            bail!(
                "{} holds no base.toml; `ravijn new municipality NAME` makes a folder to start from",
                folder.display()
            );
        }
        let mut files = BTreeMap::new();
        let entries = std::fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry.with_context(|| format!("cannot read {}", folder.display()))?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let wanted = !name.starts_with('.')
                && !name.starts_with('~')
                && Path::new(&name).extension().is_some_and(|e| {
                    e.eq_ignore_ascii_case("toml")
                        || e.eq_ignore_ascii_case("csv")
                        || e.eq_ignore_ascii_case("xlsx")
                        || e.eq_ignore_ascii_case("ods")
                });
            if !wanted || !entry.path().is_file() {
                continue;
            }
            let size = entry.metadata().map(|m| m.len()).unwrap_or(0);
            if size > LARGEST {
                bail!("{}: larger than 64 MiB; figures of one municipality are far smaller", entry.path().display());
            }
            let bytes =
                std::fs::read(entry.path()).with_context(|| format!("cannot read {}", entry.path().display()))?;
            files.insert(name, bytes);
        }
        let absolute = folder.canonicalize().unwrap_or_else(|_| folder.clone());
        let name = absolute.file_name().map_or_else(|| "gemeente".to_owned(), |n| n.to_string_lossy().into_owned());
        Ok(Self { name, root: folder, files, only })
    }

    /// The files as the readers below want them.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::default();
        for (name, bytes) in &self.files {
            sources.insert(name, bytes.clone());
        }
        sources
    }

    /// Text of a file by name, for rendering diagnostics.
    pub fn text(&self, name: &str) -> Option<String> {
        self.files.get(name).map(|b| String::from_utf8_lossy(b).trim_start_matches('\u{feff}').to_owned())
    }
}

/// A rule file as read.
pub struct RuleFile {
    /// Id: the file's stem.
    pub id: String,
    /// Path as shown in messages.
    pub path: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Reads every `*.rhai` under a folder, sorted by path so that order never
/// depends on the file system.
///
/// # Errors
/// When the folder or a file cannot be read.
pub fn read_rules(folder: &Path) -> anyhow::Result<Vec<RuleFile>> {
    let mut found = Vec::new();
    collect(folder, &mut found, 0)?;
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let bytes = read_start(&path).with_context(|| format!("cannot read {}", path.display()))?;
            let id = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
            Ok(RuleFile { id, path: path.display().to_string(), bytes })
        })
        .collect()
}

/// The bytes of a rule; of one that is too large only as many as it takes to
/// see that, so that the rule is refused by name and the others still run.
fn read_start(path: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(crate::rule::MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>, depth: u8) -> anyhow::Result<()> {
    // A rules folder is two deep; a loop of links must not hang.
    if depth > 8 {
        return Ok(());
    }
    let entries =
        std::fs::read_dir(folder).with_context(|| format!("cannot read the rules in {}", folder.display()))?;
    for entry in entries {
        let path = entry.with_context(|| format!("cannot read the rules in {}", folder.display()))?.path();
        if path.is_dir() {
            collect(&path, found, depth + 1)?;
        } else if path.extension().is_some_and(|e| e == "rhai") {
            found.push(path);
        }
    }
    Ok(())
}

/// The nearest `rules/` folder above a path, else `./rules`.
pub fn nearest_rules(path: &Path) -> Option<PathBuf> {
    let start = path.canonicalize().ok()?;
    let here = Path::new("rules");
    start
        .ancestors()
        .map(|a| a.join("rules"))
        .find(|r| r.is_dir())
        // As people see it from where they stand.
        .map(|r| match std::env::current_dir().and_then(|d| d.canonicalize()) {
            Ok(here) => r.strip_prefix(here).map_or_else(|_| r.clone(), Path::to_path_buf),
            Err(_) => r,
        })
        .or_else(|| here.is_dir().then(|| here.to_path_buf()))
}
