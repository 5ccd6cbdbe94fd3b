//! Bytes to text, and offsets to places.
//!
//! The rest of the room works on valid text without a byte order mark and
//! asks [`Lines`] where something stands; so encodings and columns are dealt
//! with once.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// The files of one municipality folder, by name relative to it.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: BTreeMap<String, Vec<u8>>,
}

impl Sources {
    /// From names and bytes: `base.toml`, `figures.csv`, `population.csv`,
    /// `use_rates.csv` and every what-if `*.toml`; other names are ignored.
    pub fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        Self { files }
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(name.into(), bytes.into());
    }

    /// Names and bytes in order of name, for hashes.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(n, b)| (n.as_str(), b.as_slice()))
    }

    /// The bytes of a file.
    pub fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.files.get(name).map(Vec::as_slice)
    }

    /// The text of a file as places count it: without byte order mark, bytes
    /// that are no UTF-8 replaced; none for a spreadsheet. For
    /// [`crate::diagnostic::render`].
    pub fn text(&self, name: &str) -> Option<String> {
        self.bytes(name)
            .filter(|_| !super::sheet::is_sheet(name))
            .map(|bytes| String::from_utf8_lossy(without_mark(bytes)).into_owned())
    }
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes)
}

/// Text of a file, with an error where it is not UTF-8. What follows is still
/// read (with replacement characters), so that other mistakes show as well;
/// none for UTF-16, which would only give nonsense.
pub(super) fn decode(name: &str, bytes: &[u8], found: &mut Diagnostics) -> Option<String> {
    const HELP: &str = "save the file as UTF-8 (in Excel: \"CSV UTF-8\")";
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        found.push(Diagnostic::error("not-utf8", &Place::file(name), "the file is UTF-16, not UTF-8").help(HELP));
        return None;
    }
    let bytes = without_mark(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text.to_owned()),
        Err(error) => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            let at = error.valid_up_to();
            let place = Lines::new(name, &text).place(at..at);
            found.push(Diagnostic::error("not-utf8", &place, "a character here is not UTF-8").help(HELP));
            Some(text)
        }
    }
}

/// Turns byte ranges of one file's text into places.
pub(super) struct Lines<'t> {
    file: Arc<str>,
    text: &'t str,
    /// Where each line starts, and whether it is ASCII: then a column is a
    /// subtraction, which keeps one very long line from taking very long.
    starts: Vec<(usize, bool)>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(file: &str, text: &'t str) -> Self {
        let mut starts = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            starts.push((at, line.is_ascii()));
            at += line.len();
        }
        if starts.is_empty() || text.ends_with('\n') {
            starts.push((at, true));
        }
        Self { file: file.into(), text, starts }
    }

    /// The place of a byte range; underlines up to the end of its first line.
    pub(super) fn place(&self, range: Range<usize>) -> Place {
        let start = self.border(range.start);
        let end = self.border(range.end).max(start);
        let line = self.starts.partition_point(|(at, _)| *at <= start).saturating_sub(1);
        let (line_start, ascii) = self.starts.get(line).copied().unwrap_or((0, false));
        let column = if ascii { start - line_start } else { self.text[line_start..start].chars().count() };
        let shown = self.text[start..end].lines().next().unwrap_or("");
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Place::new(self.file.clone(), number(line + 1), number(column + 1), number(shown.chars().count()))
    }

    /// The line on which a range begins.
    pub(super) fn line_of(&self, range: Range<usize>) -> &'t str {
        let at = self.border(range.start);
        let start = self.text[..at].rfind('\n').map_or(0, |i| i + 1);
        self.text[start..].lines().next().unwrap_or("")
    }

    /// The text of a range.
    pub(super) fn slice(&self, range: Range<usize>) -> &'t str {
        let start = self.border(range.start);
        let end = self.border(range.end).max(start);
        &self.text[start..end]
    }

    fn border(&self, at: usize) -> usize {
        let mut at = at.min(self.text.len());
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_general_rule() {
        let text = "a = 1\n\"é\" = 2\r\n\nlaatste";
        let lines = Lines::new("base.toml", text);
        let file: Arc<str> = "base.toml".into();
        for at in 0..=text.len() {
            assert_eq!(lines.place(at..at + 2), Place::of_range(&file, text, at..at + 2), "at byte {at}");
        }
    }

    #[test]
    fn a_wrong_byte_is_an_error_at_its_column_and_the_rest_is_still_read() {
        let mut found = Diagnostics::default();
        let text = decode("figures.csv", b"a,b\ncaf\xE9,1\n", &mut found);
        assert_eq!(text.as_deref(), Some("a,b\ncaf\u{FFFD},1\n"));
        let all = found.sorted();
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].place, Some(Place::new("figures.csv", 2, 4, 1)));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_text() {
        let mut found = Diagnostics::default();
        assert_eq!(decode("x", b"\xEF\xBB\xBFa", &mut found).as_deref(), Some("a"));
        assert!(found.is_empty());
    }
}
