//! Whatever bytes the files hold, reading them ends in a model or in located
//! messages; nothing panics.

use std::fs;
use std::path::Path;

use proptest::prelude::*;
use ravijn::diagnostic::{Diagnostic, render};
use ravijn::input::{Sources, load};

/// The fixture that has every key.
fn complete() -> Vec<(String, Vec<u8>)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/complete");
    let mut all: Vec<(String, Vec<u8>)> = fs::read_dir(path)
        .expect("the fixture is there")
        .map(|entry| entry.expect("a readable folder"))
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a readable file"))
        })
        .collect();
    all.sort();
    all
}

/// Pieces that mean something in these files, and some that never should.
const PIECES: &[&str] = &[
    "=",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    ",",
    ";",
    "\n",
    "\r",
    "\0",
    "%",
    "pp",
    "-",
    "€",
    "é",
    "\u{FEFF}",
    "\u{2212}",
    "1e999",
    "-1e999",
    "inf",
    "nan",
    "99999999999999999999",
    "0x",
    "1.7976931348623157e308",
    "-100%",
    "101%",
    "1e-320%",
    "2026",
    "2027",
    "9999",
    "later",
    "value",
    "sd = \"1%\"",
    "min = 0, max = 0",
    "p10 = \"0%\"",
    "p90 = \"0%\"",
    "persistence = 2",
    "remove = true",
    "shift = \"-200pp\"",
    "scale = \"0%\"",
    "extends = \"base.toml\"",
    "extends = \"nog-erger.toml\"",
    "horizon = 2200",
    "base_year = 1900",
    "base_year = 2028",
    "amount_unit = 1e300",
    "amount_unit = 1e-300",
    "lag = 1000000000",
    "paid_after = 1000000000",
    "mix = { ova = 1 }",
    "[index.ova]",
    "[cost.avslh]",
    "[every.cost.\"*\"]",
    "total",
    "\"population\"",
    "covers = []",
    "sep=;\n",
    "avslh,clients,budget,2026,0,\n",
    "jeugd-ambulant,cost,budget,2026,1e308,\n",
    "{}",
    "[]",
    "[[",
    "]]",
    ".",
    "a.b.c.d.e.f.g = 1",
];

#[derive(Clone, Debug)]
enum Damage {
    Remove(prop::sample::Index, usize),
    Insert(prop::sample::Index, usize),
    Byte(prop::sample::Index, u8),
    DoubleLine(prop::sample::Index),
    Cut(prop::sample::Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        (any::<prop::sample::Index>(), 1..40usize).prop_map(|(at, n)| Damage::Remove(at, n)),
        (any::<prop::sample::Index>(), 0..PIECES.len()).prop_map(|(at, piece)| Damage::Insert(at, piece)),
        (any::<prop::sample::Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        any::<prop::sample::Index>().prop_map(Damage::DoubleLine),
        any::<prop::sample::Index>().prop_map(Damage::Cut),
    ]
}

fn apply(bytes: &mut Vec<u8>, damage: &Damage) {
    if bytes.is_empty() {
        return;
    }
    match damage {
        Damage::Remove(at, n) => {
            let at = at.index(bytes.len());
            bytes.drain(at..(at + n).min(bytes.len()));
        }
        Damage::Insert(at, piece) => {
            let at = at.index(bytes.len());
            bytes.splice(at..at, PIECES[*piece].bytes());
        }
        Damage::Byte(at, byte) => {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        Damage::DoubleLine(at) => {
            let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
            let at = at.index(lines.len());
            *bytes = [&lines[..=at], &lines[at..]].concat().concat();
        }
        Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
    }
}

/// Loads, renders what is said, and checks that each message points into its file.
fn survives(sources: &Sources) -> Result<(), TestCaseError> {
    let found: Vec<Diagnostic> = match load(sources, None) {
        Ok(loaded) => {
            for model in std::iter::once(&loaded.base).chain(&loaded.what_ifs) {
                let finite = model
                    .assumptions
                    .iter()
                    .all(|a| a.values.iter().all(|v| v.is_finite()) && a.values.len() == model.year_count());
                prop_assert!(finite, "values of every year are finite");
            }
            loaded.diagnostics
        }
        Err(found) => {
            prop_assert!(!found.is_empty());
            found
        }
    };
    for diagnostic in &found {
        prop_assert!(diagnostic.help.is_some(), "{}", diagnostic.message);
        let Some(place) = &diagnostic.place else {
            return Err(TestCaseError::fail(diagnostic.message.clone()));
        };
        let lines = sources.text(&place.file).map_or(0, |t| t.split('\n').count());
        let sheet = place.file.starts_with("figures.") && lines == 0;
        prop_assert!(sheet || place.line as usize <= lines.max(1), "{place} of {lines} lines: {}", diagnostic.message);
    }
    render(&found, &|file| sources.text(file), true);
    Ok(())
}

/// Few by default, since each case reads a whole municipality; more with
/// `PROPTEST_CASES`.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(base in prop::collection::vec(any::<u8>(), 0..300), figures in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut sources = Sources::default();
        sources.insert("base.toml", base.clone());
        sources.insert("figures.csv", figures.clone());
        sources.insert("population.csv", base);
        sources.insert("what-if.toml", figures);
        survives(&sources)?;
    }

    #[test]
    fn damaged_files_never_panic(damages in prop::collection::vec((any::<prop::sample::Index>(), damage()), 1..6)) {
        let mut files = complete();
        for (which, damage) in &damages {
            // Half of the damage goes to base.toml, where most can go wrong.
            let count = files.len();
            let which = which.index(count * 2);
            let base = files.iter().position(|(name, _)| name == "base.toml").unwrap_or(0);
            apply(&mut files[if which < count { which } else { base }].1, damage);
        }
        survives(&Sources::new(files.into_iter().collect()))?;
    }

    #[test]
    fn damaged_spreadsheets_never_panic(which in 0..2usize, damages in prop::collection::vec(damage(), 1..4)) {
        let name = ["figures.xlsx", "figures.ods"][which];
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/sheets").join(name);
        let mut bytes = fs::read(path).expect("the fixture is there");
        damages.iter().for_each(|d| apply(&mut bytes, d));
        let mut sources = Sources::default();
        for (other, bytes) in complete().into_iter().filter(|(other, _)| other != "figures.csv") {
            sources.insert(other, bytes);
        }
        sources.insert(name, bytes);
        survives(&sources)?;
    }

    #[test]
    fn pieces_in_any_order_never_panic(pieces in prop::collection::vec(0..PIECES.len(), 0..40)) {
        let text: String = pieces.iter().map(|p| PIECES[*p]).collect();
        let mut sources = Sources::default();
        for (name, bytes) in complete() {
            sources.insert(name, bytes);
        }
        sources.insert("stukken.toml", format!("extends = \"base.toml\"\n{text}"));
        sources.insert("figures.csv", format!("line,quantity,kind,year,value\n{text}"));
        survives(&sources)?;
    }
}
