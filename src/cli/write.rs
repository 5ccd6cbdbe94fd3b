//! Writing files so that they appear whole or not at all.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use rayon::prelude::*;
use tempfile::NamedTempFile;

/// Writes a set of files: all are written aside first and only then take their
/// names, so that a full disk or a read-only folder leaves the old ones.
///
/// # Errors
/// When a folder cannot be made or a file cannot be written or replaced.
pub fn all_or_nothing(files: &[(PathBuf, Vec<u8>)]) -> anyhow::Result<()> {
    // Side by side: a disk takes longer to say that it has a file than to take it.
    let written: Vec<anyhow::Result<NamedTempFile>> =
        files.par_iter().map(|(path, bytes)| aside(path, bytes)).collect();
    // All of them before the first takes its name; of several failures the first is told.
    let ready = written.into_iter().collect::<anyhow::Result<Vec<NamedTempFile>>>()?;
    for (aside, (path, _)) in ready.into_iter().zip(files) {
        aside.persist(path).with_context(|| {
            format!("cannot replace {}: is it open in another program? The old file is as it was", path.display())
        })?;
    }
    Ok(())
}

/// One file, written beside where it belongs.
fn aside(path: &Path, bytes: &[u8]) -> anyhow::Result<NamedTempFile> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}; the old files are as they were", folder.display()))?;
    let mut aside = NamedTempFile::new_in(folder)
        .with_context(|| format!("cannot write in {}; the old files are as they were", folder.display()))?;
    aside
        .write_all(bytes)
        .and_then(|()| aside.as_file().sync_data())
        .with_context(|| format!("cannot write {}; the old file is as it was", path.display()))?;
    readable(&aside)?;
    Ok(aside)
}

/// Temporary files are private; a report is meant to be read by colleagues.
#[cfg(unix)]
fn readable(file: &NamedTempFile) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file()
        .set_permissions(std::fs::Permissions::from_mode(0o644))
        .context("cannot set the rights of a new file")
}

#[cfg(not(unix))]
fn readable(_: &NamedTempFile) -> anyhow::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_others_alone() {
        let dir = tempfile::tempdir().expect("a temporary folder");
        let good = dir.path().join("a.md");
        std::fs::write(&good, "old").expect("writable");
        let blocked = dir.path().join("file");
        std::fs::write(&blocked, "not a folder").expect("writable");
        let result = all_or_nothing(&[(good.clone(), b"new".to_vec()), (blocked.join("b.md"), b"x".to_vec())]);
        assert!(result.is_err());
        assert_eq!(std::fs::read_to_string(&good).expect("still there"), "old");
        assert_eq!(std::fs::read_dir(dir.path()).expect("readable").count(), 2, "no temporary file stays behind");
    }
}
