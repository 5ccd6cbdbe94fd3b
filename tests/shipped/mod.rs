//! The shipped municipalities and rules, read as the command line reads them,
//! for every test that runs them through the library.

use std::path::Path;

use ravijn::input::Sources;
use ravijn::rule::RuleSource;

/// The files of a shipped municipality.
pub fn sources(name: &str) -> Sources {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let mut sources = Sources::default();
    for entry in std::fs::read_dir(folder).expect("shipped").flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.ends_with(".toml") || file.ends_with(".csv") {
            sources.insert(file, std::fs::read(entry.path()).expect("readable"));
        }
    }
    sources
}

/// The shipped rules, in order of their paths.
pub fn rules() -> Vec<RuleSource> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut found = Vec::new();
    for domain in std::fs::read_dir(root).expect("shipped").flatten().filter(|d| d.path().is_dir()) {
        for entry in std::fs::read_dir(domain.path()).expect("a folder").flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "rhai") {
                let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
                let shown = format!("rules/{}/{id}.rhai", domain.file_name().to_string_lossy());
                found.push(RuleSource { id, path: shown, bytes: std::fs::read(&path).expect("readable") });
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}
