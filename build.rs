//! Builds the shipped rules into the program, so that `ravijn run` works in a
//! folder that has no `rules/` of its own. The folder is the list: a new rule
//! needs no registration.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

fn main() {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("rules");
    println!("cargo:rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    collect(&root, &mut files);
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file.strip_prefix(&root).expect("found below the root");
        let name = name.to_string_lossy().replace('\\', "/");
        writeln!(
            list,
            "    ({:?}, include_bytes!({:?}) as &[u8]),",
            format!("rules/{name}"),
            file.display().to_string()
        )
        .expect("writing to a string cannot fail");
    }
    list.push(']');
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it")).join("builtin_rules.rs");
    std::fs::write(out, list).expect("cargo's output folder is writable");
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|e| e.path()) {
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|e| e == "rhai") {
            println!("cargo:rerun-if-changed={}", path.display());
            files.push(path);
        }
    }
}
