//! The NumPy programs that do the same work, run in turn with ours.
//!
//! They lie in the folder that `RAVIJN_PEERS` names. Python is the one of
//! `RAVIJN_PYTHON`, else of a virtual environment `venv` in that folder, else
//! `python3`. Without NumPy there the benchmark shows its own seconds alone.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::inputs;

/// Programs and a Python that can run them.
pub struct Peer {
    folder: PathBuf,
    python: PathBuf,
}

/// What a program said.
pub struct Said {
    /// Processor seconds of one call: its median.
    pub seconds: f64,
    /// Its results, as it prints them.
    pub results: String,
}

impl Peer {
    /// The peers, if they are there and can run.
    pub fn find() -> Option<Self> {
        let data = inputs::folder()?;
        let folder = [data.parent(), Some(&*data)].into_iter().flatten().find(|f| f.join("w1_numpy.py").exists())?;
        let named = std::env::var_os("RAVIJN_PYTHON").map(PathBuf::from);
        let own = Some(folder.join("venv/bin/python")).filter(|p| p.exists());
        let python = named.or(own).unwrap_or_else(|| "python3".into());
        let peer = Self { folder: folder.to_owned(), python };
        let works = peer.command(&["-c", "import numpy, scipy"]).stderr(Stdio::null()).status();
        if works.is_ok_and(|s| s.success()) {
            return Some(peer);
        }
        println!("{} cannot import numpy and scipy: no peers today", peer.python.display());
        None
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.python);
        // One thread, and the fastest kernels that OpenBLAS finds by itself.
        command.args(arguments).current_dir(&self.folder).env("OPENBLAS_NUM_THREADS", "1");
        command.env_remove("OPENBLAS_CORETYPE").env_remove("OPENBLAS_L2_SIZE");
        command
    }

    /// Runs one program, say `w1_numpy.py 100000 3 sort`.
    pub fn run(&self, arguments: &str) -> Said {
        let words: Vec<&str> = arguments.split_whitespace().collect();
        let out = self.command(&words).output().unwrap_or_else(|e| panic!("{}: {e}", self.python.display()));
        let text = String::from_utf8_lossy(&out.stdout).into_owned();
        let told = || format!("{arguments}: {}", String::from_utf8_lossy(&out.stderr));
        let (_, rest) = text.split_once("cpu med ").unwrap_or_else(|| panic!("{}", told()));
        let seconds =
            rest.split_whitespace().next().and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("{}", told()));
        let results = text.lines().skip(1).map(str::trim).collect::<Vec<_>>().join(" ");
        Said { seconds, results }
    }

    /// Where they lie.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}
