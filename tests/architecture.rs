//! The house has few doors: a room may use what stands left of it in
//! docs/architecture.md, never the other way. Read from the `use crate::` and
//! `crate::` paths of the source itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Rooms from left to right; those on one level do not know each other.
const LEVELS: &[&[&str]] = &[
    &["units", "dutch", "diagnostic"],
    &["model"],
    &["input", "projection"],
    &["simulation"],
    &["rule", "risk"],
    &["analysis"],
    &["study"],
    &["report"],
    &["cli", "web"],
];

/// `rule` looks at outcomes through a trait of its own; `input` knows files, not arithmetic.
const NEVER: &[(&str, &str)] = &[("input", "projection"), ("projection", "input"), ("rule", "risk"), ("risk", "rule")];

fn level(room: &str) -> Option<usize> {
    LEVELS.iter().position(|rooms| rooms.contains(&room))
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the source is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Room of a file: first folder or file name under `src`.
fn room_of(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("below src");
    let first = below.components().next().expect("a file").as_os_str().to_string_lossy().into_owned();
    first.trim_end_matches(".rs").to_owned()
}

/// Names of rooms that a text refers to as `crate::ROOM`, comments left out.
fn rooms_used(text: &str) -> Vec<(usize, String)> {
    let mut used = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let code = line.split("//").next().unwrap_or("");
        for (at, _) in code.match_indices("crate::") {
            let rest = &code[at + "crate::".len()..];
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            if !name.is_empty() {
                used.push((number + 1, name));
            } else if let Some(list) = rest.strip_prefix('{') {
                for part in list.split(',') {
                    let name: String = part.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if !name.is_empty() {
                        used.push((number + 1, name));
                    }
                }
            }
        }
    }
    used
}

/// Everything but tests, which may look into any room.
fn without_tests(text: &str) -> String {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text).to_owned()
}

#[test]
fn every_arrow_points_to_the_left() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    assert!(files.len() > 20, "the source was read");
    let mut wrong = Vec::new();
    let mut arrows: BTreeMap<(String, String), usize> = BTreeMap::new();
    for path in files {
        let room = room_of(&path);
        if room == "lib" || room == "main" || path.ends_with("testing.rs") && room == "model" {
            continue;
        }
        let here = level(&room)
            .unwrap_or_else(|| panic!("{} is in a room that the architecture does not know", path.display()));
        let text = without_tests(&std::fs::read_to_string(&path).expect("readable"));
        for (line, used) in rooms_used(&text) {
            let Some(there) = level(&used) else { continue };
            *arrows.entry((room.clone(), used.clone())).or_default() += 1;
            let forbidden = used != room && (there >= here || NEVER.contains(&(room.as_str(), used.as_str())));
            if forbidden {
                wrong.push(format!("{}:{line}: {room} uses {used}", path.display()));
            }
        }
    }
    assert!(arrows.contains_key(&("projection".into(), "model".into())), "arrows are seen at all");
    assert!(wrong.is_empty(), "arrows that the architecture does not allow:\n{}", wrong.join("\n"));
}

#[test]
fn foreign_types_stay_behind_their_door() {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let only = [
        ("rhai::", vec!["rule"]),
        ("toml::", vec!["input"]),
        ("std::fs", vec!["cli", "web"]),
        ("std::env::", vec!["cli", "web", "main"]),
        ("std::net", vec!["cli", "web"]),
        ("SystemTime", vec!["cli", "web"]),
        ("anyhow", vec!["cli", "main", "web"]),
    ];
    let mut wrong = Vec::new();
    for path in files {
        let room = room_of(&path);
        let text = without_tests(&std::fs::read_to_string(&path).expect("readable"));
        for (number, line) in text.lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for (name, rooms) in &only {
                if code.contains(name) && !rooms.contains(&room.as_str()) {
                    wrong.push(format!("{}:{}: {name} in {room}", path.display(), number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "types of libraries and the outside world away from their door:\n{}", wrong.join("\n"));
}
