//! The rules built into the program.

use super::folder::RuleFile;

/// Name and bytes of each, by path; written by `build.rs`.
static BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));

/// The shipped rules, for a folder that has none of its own.
pub fn built_in() -> Vec<RuleFile> {
    BUILT_IN
        .iter()
        .map(|(path, bytes)| RuleFile {
            id: path.rsplit('/').next().unwrap_or(path).trim_end_matches(".rhai").to_owned(),
            path: (*path).to_owned(),
            bytes: bytes.to_vec(),
        })
        .collect()
}
