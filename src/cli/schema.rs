//! `ravijn schema`: the JSON Schema of the TOML files.

use clap::{Args, ValueEnum};

/// Which file the schema describes.
#[derive(Clone, Copy, ValueEnum)]
enum Which {
    /// base.toml
    Base,
    /// A what-if
    WhatIf,
}

/// Arguments of `ravijn schema`.
#[derive(Args)]
#[command(after_help = "Example:\n  ravijn schema base > docs/schema/base.schema.json")]
pub struct SchemaArguments {
    /// Which file: base.toml or a what-if
    #[arg(value_enum, default_value = "base")]
    which: Which,
}

/// Prints the schema.
pub fn schema(arguments: &SchemaArguments) -> anyhow::Result<u8> {
    let text = match arguments.which {
        Which::Base => crate::input::schema_base(),
        Which::WhatIf => crate::input::schema_what_if(),
    };
    anstream::println!("{text}");
    Ok(0)
}
