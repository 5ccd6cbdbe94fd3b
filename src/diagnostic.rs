//! What is wrong in a file, where, and what to do about it.
//!
//! A mistake in a file is never a panic and never the first of many: rooms
//! collect [`Diagnostic`]s and hand over all of them at once. A diagnostic
//! holds plain places, no library type, so the renderer can be changed.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// Where something stands in a file: opaque to the model, written by `input`
/// and `rule`, read by whoever points a person at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file as named on the command line or relative to the municipality.
    pub file: Arc<str>,
    /// The sheet, in a spreadsheet.
    pub sheet: Option<Arc<str>>,
    /// Line, counted from 1; 0 means the file as a whole.
    pub line: u32,
    /// Column in characters, counted from 1.
    pub column: u32,
    /// How many characters to underline, at least 1.
    pub length: u32,
}

impl Place {
    /// A place in a file.
    pub fn new(file: impl Into<Arc<str>>, line: u32, column: u32, length: u32) -> Self {
        Self { file: file.into(), sheet: None, line, column, length: length.max(1) }
    }

    /// A cell of a spreadsheet, by row and column counted from 1.
    pub fn cell(file: impl Into<Arc<str>>, sheet: impl Into<Arc<str>>, row: u32, column: u32) -> Self {
        Self { sheet: Some(sheet.into()), ..Self::new(file, row, column, 1) }
    }

    /// A file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), sheet: None, line: 0, column: 0, length: 1 }
    }

    /// The place of a byte range in `text`, whose file is `file`.
    pub fn of_range(file: &Arc<str>, text: &str, range: std::ops::Range<usize>) -> Self {
        let start = floor(text, range.start);
        let end = floor(text, range.end.max(range.start));
        let before = &text[..start];
        let line_start = before.rfind('\n').map_or(0, |i| i + 1);
        let line = before.matches('\n').count() + 1;
        let column = text[line_start..start].chars().count() + 1;
        let length = text[start..end].lines().next().map_or(1, |l| l.chars().count());
        Self::new(file.clone(), small(line), small(column), small(length))
    }
}

/// The character border at or before `at`.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn small(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// A column as a spreadsheet names it: A to Z, then AA.
fn letters(column: u32) -> String {
    let mut left = column.max(1);
    let mut out = Vec::new();
    while left > 0 {
        let digit = u8::try_from((left - 1) % 26).unwrap_or(0);
        out.push(char::from(b'A' + digit));
        left = (left - 1) / 26;
    }
    out.iter().rev().collect()
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}", self.file)
        } else if let Some(sheet) = &self.sheet {
            write!(f, "{}:{sheet}!{}{}", self.file, letters(self.column), self.line)
        } else {
            write!(f, "{}:{}:{}", self.file, self.line, self.column)
        }
    }
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The files cannot be used: exit 1, no output.
    Error,
    /// Suspicious or worth knowing; never stops a run.
    Warning,
}

/// One finding about a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A short stable name, such as `unknown-line`.
    pub code: &'static str,
    /// One sentence in lower case that says what is wrong.
    pub message: String,
    /// Where; none for what belongs to no file.
    pub place: Option<Place>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Error, code, message: message.into(), place: Some(place.clone()), help: None }
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, place: &Place, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, place, message) }
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// All findings about a set of files, in the order in which they were made
/// and read out in the order of their places.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    /// What was said where: a file with a hundred thousand bad rows must not
    /// be searched for each of them.
    said: BTreeSet<(Option<Place>, &'static str, String)>,
}

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        // One mistake reported twice at the same place helps nobody.
        if self.said.insert((diagnostic.place.clone(), diagnostic.code, diagnostic.message.clone())) {
            self.found.push(diagnostic);
        }
    }

    /// Adds those of another set.
    pub fn extend(&mut self, others: impl IntoIterator<Item = Diagnostic>) {
        for other in others {
            self.push(other);
        }
    }

    /// Whether any of them is an error.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|d| d.severity == Severity::Error)
    }

    /// None at all.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// As found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.found.iter()
    }

    /// Sorted by file, line and column; what has no place comes last.
    pub fn sorted(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| match (&a.place, &b.place) {
            (Some(x), Some(y)) => x.cmp(y),
            (x, y) => x.is_none().cmp(&y.is_none()),
        });
        self.found
    }
}

/// The nearest known name to a misspelt one, if any is near enough to help.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(&name.to_lowercase(), &k.to_lowercase()), k))
        .filter(|(distance, k)| *distance <= 1 + name.chars().count().max(k.chars().count()) / 3)
        .min_by_key(|(distance, k)| (*distance, k.to_string()))
        .map(|(_, k)| k)
}

/// Renders diagnostics with their source lines. `source` gives the text of a
/// file by the name in its places; `colour` switches ANSI colours.
///
/// The first line of each is `FILE:LINE:COL: error: message`, so that editors
/// and people can jump to it.
pub fn render(diagnostics: &[Diagnostic], source: &dyn Fn(&str) -> Option<String>, colour: bool) -> String {
    let paint =
        |code: &str, text: &str| if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() };
    let mut out = String::new();
    for d in diagnostics {
        let severity = match d.severity {
            Severity::Error => paint("1;31", "error"),
            Severity::Warning => paint("1;33", "warning"),
        };
        if let Some(place) = &d.place {
            out.push_str(&format!("{}: ", paint("1", &place.to_string())));
        }
        out.push_str(&format!("{severity}[{}]: {}\n", d.code, d.message));
        if let Some(place) = d.place.as_ref().filter(|p| p.line > 0) {
            let text = source(&place.file);
            let line = text.as_deref().and_then(|t| t.lines().nth(place.line as usize - 1));
            if let Some(line) = line {
                out.push_str(&excerpt(line.trim_end_matches('\r'), place, &paint));
            }
        }
        if let Some(help) = &d.help {
            out.push_str(&format!("  {} {help}\n", paint("1;36", "help:")));
        }
    }
    out
}

/// The source line with a caret under the place; long lines are cut around it
/// so that the caret stays in sight.
fn excerpt(line: &str, place: &Place, paint: &dyn Fn(&str, &str) -> String) -> String {
    const WIDTH: usize = 100;
    let chars: Vec<char> = line.chars().map(|c| if c == '\t' || c.is_control() { ' ' } else { c }).collect();
    let column = (place.column as usize).saturating_sub(1).min(chars.len());
    let start = if column > WIDTH - 20 { column - 40 } else { 0 };
    let end = chars.len().min(start + WIDTH);
    let shown: String = chars[start.min(end)..end].iter().collect();
    let carets = (place.length as usize).min(end.saturating_sub(column)).max(1);
    let number = place.line.to_string();
    let gutter = " ".repeat(number.len());
    format!(
        "  {number} | {shown}\n  {gutter} | {}{}\n",
        " ".repeat(column - start.min(column)),
        paint("1;31", &"^".repeat(carets))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_as_the_spreadsheet_names_it() {
        let of = |row, column| Place::cell("figures.xlsx", "Blad1", row, column).to_string();
        assert_eq!(of(7, 3), "figures.xlsx:Blad1!C7");
        assert_eq!([of(1, 26), of(1, 27), of(2, 64)].map(|p| p[19..].to_owned()), ["Z1", "AA1", "BL2"]);
    }

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let file: Arc<str> = "base.toml".into();
        let text = "naam = \"é\"\nx = 1\n";
        let at = text.find("x =").expect("it stands there");
        assert_eq!(Place::of_range(&file, text, at..at + 1), Place::new("base.toml", 2, 1, 1));
        let quote = text.find("\"é\"").expect("it stands there");
        assert_eq!(Place::of_range(&file, text, quote..quote + 4).length, 3);
    }

    #[test]
    fn a_misspelt_name_finds_its_neighbour() {
        assert_eq!(nearest("growht", ["growth", "ageing", "intake"]), Some("growth"));
        assert_eq!(nearest("xyz", ["growth", "ageing"]), None);
    }

    #[test]
    fn rendering_shows_the_line_and_a_caret() {
        let place = Place::new("base.toml", 2, 5, 3);
        let d = Diagnostic::error("bad-number", &place, "this is no number").help("write 12.5");
        let text = render(&[d], &|_| Some("a = 1\nb = foo\n".into()), false);
        assert_eq!(
            text,
            "base.toml:2:5: error[bad-number]: this is no number\n  2 | b = foo\n    |     ^^^\n  help: write 12.5\n"
        );
    }
}
