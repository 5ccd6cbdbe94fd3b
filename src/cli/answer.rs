//! The forms of an answer on stdout, for commands that write no files:
//! [`super::format`] has those of a run.

use clap::ValueEnum;

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AnswerForm {
    /// A table on the terminal
    Table,
    /// One JSON document
    Json,
}

/// The same, and for documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PastedForm {
    /// A table on the terminal
    Table,
    /// The tables in Markdown, to paste
    Md,
    /// One JSON document
    Json,
}
