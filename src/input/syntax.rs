//! Syntax errors of a TOML file, in the words of somebody who fills it in.
//!
//! A parser's own wording helps programmers, and one forgotten bracket gives
//! it fifty errors. Here a line has at most one, an open bracket is told where
//! it was opened, and what it would swallow is still read.

use std::ops::Range;

use super::text::Lines;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// The tables of a file: from each header to the next.
pub(super) fn sections(text: &str) -> Vec<Range<usize>> {
    let mut borders = vec![0];
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if at > 0 && is_header(line) {
            borders.push(at);
        }
        at += line.len();
    }
    borders.push(text.len());
    borders.windows(2).map(|w| w[0]..w[1]).collect()
}

/// Whether a line begins a table: `[cost.jeugd]`, also where its bracket is
/// not closed. An element of a list that stands on a line of its own ends in a
/// comma or holds more than names.
fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or("").trim_end();
    let Some(inner) = line.strip_prefix('[') else {
        return false;
    };
    let inner = inner.trim_start_matches('[').trim_end_matches(']');
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '"' | '\'' | '*' | '?' | ' ');
    inner.starts_with(|c: char| c.is_alphabetic()) && inner.chars().all(name)
}

/// Reports the errors of a section: one a line, and none after an open bracket.
/// Says whether its header could be read.
pub(super) fn report(
    mut errors: Vec<(Range<usize>, &str)>,
    section: &Range<usize>,
    lines: &Lines<'_>,
    found: &mut Diagnostics,
) -> bool {
    errors.sort_by_key(|(span, _)| (span.start, span.end));
    let first = lines.place(section.start..section.start);
    let header = is_header(lines.line_of(section.clone()));
    let mut named = true;
    let mut last_line = 0;
    for (span, message) in errors {
        // Blank lines behind a section are not its own.
        let span = span.start.min(section.end)..span.end.min(section.end);
        if is_bracket(message)
            && let Some(open) = open_bracket(lines.slice(section.start..span.end))
        {
            let place = lines.place(section.start + open..section.start + open + 1);
            if place.line != last_line {
                let (message, help) = (
                    "this bracket is not closed, or holds what cannot stand in it",
                    "separate its parts with commas and close it, preferably on the same line",
                );
                found.push(Diagnostic::error("toml-syntax", &place, message).help(help));
            }
            return named;
        }
        let place = lines.place(span.clone());
        if place.line == last_line {
            continue;
        }
        last_line = place.line;
        named &= !(header && place.line == first.line);
        let (message, help) = plain_words(message, lines.line_of(span));
        found.push(Diagnostic::error("toml-syntax", &place, message).help(help));
    }
    named
}

/// A name that stands in two sections.
pub(super) fn twice(place: &Place, found: &mut Diagnostics) {
    let (message, help) = plain_words("duplicate key", "");
    found.push(Diagnostic::error("toml-syntax", place, message).help(help));
}

fn is_bracket(parser: &str) -> bool {
    parser.contains("inline table") || (parser.contains("array") && !parser.contains("array table"))
}

/// The last bracket in a text that is open at its end; texts in quotes and
/// comments do not count.
fn open_bracket(text: &str) -> Option<usize> {
    let mut open: Vec<(usize, char)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mut quote = None;
        for (i, c) in line.char_indices() {
            match (quote, c) {
                (Some(q), _) if q == c => quote = None,
                (Some(_), _) => {}
                (None, '"' | '\'') => quote = Some(c),
                (None, '#') => break,
                (None, '[' | '{') => open.push((at + i, c)),
                (None, ']' | '}') => drop(open.pop()),
                _ => {}
            }
        }
        at += line.len();
    }
    open.first().map(|(at, _)| *at)
}

/// A syntax error in the words of somebody who fills in a file; `line` is the
/// line on which the parser stumbled.
fn plain_words(parser: &str, line: &str) -> (&'static str, &'static str) {
    let starts = |words: &[&str]| words.iter().any(|w| parser.starts_with(w));
    let value = line.split_once('=').map_or("", |(_, value)| value.trim());
    let bare = |c: char| value.starts_with(|f: char| f.is_ascii_digit() || matches!(f, '-' | '+')) && value.contains(c);
    if bare('%') {
        ("a percentage must stand in quotes", "write it like \"2.5%\"")
    } else if value.starts_with('€') {
        ("an amount with its unit must stand in quotes", "write it like \"€ 1.506.000\"")
    } else if bare('.') && value.matches('.').count() > 1 {
        ("points group thousands only inside quotes", "write 1_506_000, or \"€ 1.506.000\" in quotes")
    } else if bare(',') && !value.contains(['{', '[', '"']) {
        ("a decimal mark is a point outside quotes", "write it like 38.50, or \"2,5%\" in quotes")
    } else if starts(&["duplicate key"]) {
        ("this name stands in the file twice", "keep one of the two, or give one another name")
    } else if starts(&["string values must be quoted"]) {
        ("a text must stand in quotes", "put double quotes around it, around a percentage too: \"2.5%\"")
    } else if !line.contains('=') && line.contains(':') {
        ("a colon does not give a value", "write name = value")
    } else if starts(&["invalid unquoted key", "unquoted keys cannot be empty", "keys cannot be"]) {
        ("this is no valid name", "a name holds letters, digits, hyphens and underscores; put others in quotes")
    } else if starts(&["missing opening quote", "missing escaped value", "too few unicode"])
        || parser.contains("quot")
        || parser.contains("string")
    {
        (
            "a text is not closed or holds a character that cannot stand there",
            "put the text between double quotes, and write \\\" for a quote inside it",
        )
    } else if starts(&["cannot recurse", "recursion limit"]) {
        ("tables are nested too deeply", "no value of these files lies deeper than ten levels")
    } else if starts(&[
        "unclosed inline table",
        "missing inline table",
        "invalid inline table",
        "extra comma in inline table",
        "missing key for inline",
    ]) {
        (
            "a table between braces is not well formed",
            "write it like { value = \"2.5%\", source = \"...\" }, with a comma between its parts",
        )
    } else if parser.contains("array") && !parser.contains("array table") {
        (
            "a list between square brackets is not well formed",
            "write it like [\"a\", \"b\"], with a comma between its parts",
        )
    } else if starts(&["unclosed table", "unclosed array table", "missing table open"]) {
        ("a table header is not closed", "write it like [cost.jeugd-ambulant] on a line of its own")
    } else if starts(&[
        "key with no value",
        "missing value",
        "missing assignment",
        "invalid key-value",
        "missing comma between key-value",
        "unexpected key or value",
    ]) {
        ("this is no `name = value`", "write one `name = value` per line, with one equals sign")
    } else if starts(&["extra `=`", "extra assignment"]) {
        ("there is one equals sign too many", "write one `name = value` per line, with one equals sign")
    } else if starts(&[
        "unexpected leading zero",
        "unexpected sign",
        "redundant",
        "radix",
        "integers with",
        "`_` may only",
    ]) {
        ("this number is not well formed", "write it like 1500, 1_500, -20 or 38.5; percentages stand in quotes")
    } else if starts(&["carriage return"]) {
        ("a line ends in half a line ending", "save the file with normal line endings")
    } else if starts(&["invalid comment"]) {
        ("a comment holds a character that cannot stand there", "remove the control character")
    } else if parser.contains("cannot extend") {
        (
            "a name that already has a value is used as a table",
            "give one of the two another name, or put all parts in one table",
        )
    } else if starts(&["invalid value"]) {
        ("this is no value", "write a number, true, false, a list, a table, or a text in quotes")
    } else {
        ("this is not valid TOML", "compare with the examples: `name = value`, [table], { a = 1 }, [\"a\", \"b\"]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_falls_apart_into_its_tables() {
        let text = "a = 1\n[cost.x]\nb = [\n[1, 2],\n[3],\n]\n[every.cost.\"*\"] # all\nc = 2\n[[x]]\n";
        let starts: Vec<&str> = sections(text).into_iter().map(|s| text[s].lines().next().unwrap_or("")).collect();
        assert_eq!(starts, ["a = 1", "[cost.x]", "[every.cost.\"*\"] # all", "[[x]]"]);
    }

    #[test]
    fn an_open_bracket_is_found_where_it_was_opened() {
        assert_eq!(open_bracket("a = { b = \"}\", c = [1, 2]\n"), Some(4));
        assert_eq!(open_bracket("a = { b = 1 } # {\n"), None);
    }
}
