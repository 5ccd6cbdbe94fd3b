//! The `ravijn` command: parse, dispatch, print what went wrong, exit.
//!
//! Exit codes: 0 all went well; 1 something in the files is wrong or a check
//! failed; 2 wrong usage.

use std::process::ExitCode;

use clap::Parser;
use ravijn::cli::{self, Cli};

// Setting a PDF asks for many small pieces of memory on all threads at once.
#[cfg(feature = "pdf")]
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(arguments) => match cli::dispatch(&arguments) {
            Ok(code) => ExitCode::from(code),
            Err(error) => {
                cli::complain(&error);
                ExitCode::from(cli::exit_code(&error))
            }
        },
        Err(usage) => {
            // clap prints help and version to stdout with success, mistakes to stderr.
            let failed = usage.use_stderr();
            let _ = usage.print();
            ExitCode::from(if failed { 2 } else { 0 })
        }
    }
}
