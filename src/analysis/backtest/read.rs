//! Reading a portfolio: `municipality,name,line,measure,kind,year,value`.
//!
//! Same dialects as figures.csv: with `,` between the columns a decimal mark
//! is a point, with `;` numbers are Dutch (`1.234,5`). Every mistake is found
//! at once, with its row and cell; rows about other things than cost and
//! residents, and other kinds than actual and budget, are counted and left out.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::portfolio::{Entry, Measure, Portfolio, Side};
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::units::Year;

const COLUMNS: [&str; 7] = ["municipality", "name", "line", "measure", "kind", "year", "value"];
/// What belongs in each of them.
const WANTED: [&str; 7] = [
    "the municipality's CBS code, such as `GM0243`",
    "its name",
    "the line, such as `jeugd` (for residents any word, such as `inwoners`)",
    "`cost` or `residents`",
    "`actual` or `budget`",
    "a year such as 2024",
    "the number: euros of cost, or how many residents",
];
const MEASURES: [&str; 2] = ["cost", "residents"];
const KINDS: [&str; 2] = ["actual", "budget"];
/// Known words of figures.csv that a backtest has no use for.
const OTHER_MEASURES: [&str; 5] = ["revenue", "clients", "addition", "withdrawal", "count"];
const OTHER_KINDS: [&str; 2] = ["amended", "forecast"];
/// More mistakes than this mean another kind of file; the rest is not listed.
const MOST: usize = 50;

/// Whether a text looks like a portfolio rather than like figures.csv.
pub fn is_portfolio(text: &str) -> bool {
    let first =
        text.trim_start_matches('\u{feff}').lines().find(|l| !l.trim().to_ascii_lowercase().starts_with("sep="));
    first.is_some_and(|l| l.to_ascii_lowercase().contains("municipality") && l.to_ascii_lowercase().contains("measure"))
}

struct Reader<'t> {
    file: Arc<str>,
    text: &'t str,
    delimiter: char,
    found: Diagnostics,
    errors: usize,
}

impl Reader<'_> {
    /// The place of a cell, worked out only where it is needed.
    fn place(&self, record: &csv::StringRecord, column: usize) -> Place {
        let start = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(0));
        let mut at = start;
        let mut column_at = 0;
        let mut quoted = false;
        let tail = self.text.get(start..).unwrap_or("");
        // The csv reader counts the line break before a record to it.
        let skipped = tail.len() - tail.trim_start_matches(['\r', '\n']).len();
        at += skipped;
        for c in tail[skipped..].chars() {
            if column_at == column || (c == '\n' && !quoted) {
                break;
            }
            if c == '"' {
                quoted = !quoted;
            } else if c == self.delimiter && !quoted {
                column_at += 1;
            }
            at += c.len_utf8();
        }
        let length = record.get(column).map_or(1, str::len);
        Place::of_range(&self.file, self.text, at..at + length)
    }

    fn error(&mut self, code: &'static str, place: &Place, message: String, help: &str) {
        self.errors += 1;
        if self.errors <= MOST {
            self.found.push(Diagnostic::error(code, place, message).help(help));
        }
    }

    fn number(&self, text: &str) -> Option<f64> {
        let text = text.trim();
        let plain = if self.delimiter == ';' { dutch(text)? } else { point(text)? };
        plain.parse::<f64>().ok().filter(|n| n.is_finite())
    }
}

/// `1.234,5` as `1234.5`: groups of three or none.
fn dutch(text: &str) -> Option<String> {
    let (sign, digits) = signed(text);
    let (whole, fraction) = digits.split_once(',').map_or((digits, "0"), |(w, f)| (w, f));
    let groups: Vec<&str> = whole.split('.').collect();
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    let numeric = groups.iter().chain([&fraction]).all(|g| is_digits(g));
    (grouped && numeric).then(|| format!("{sign}{}.{fraction}", groups.concat()))
}

/// A number with a point as its decimal mark, checked for signs of Dutch ones.
fn point(text: &str) -> Option<String> {
    let (sign, digits) = signed(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, "0"), |(w, f)| (w, f));
    (is_digits(whole) && is_digits(fraction)).then(|| format!("{sign}{whole}.{fraction}"))
}

fn signed(text: &str) -> (&str, &str) {
    text.strip_prefix('-').map_or(("", text.strip_prefix('+').unwrap_or(text)), |rest| ("-", rest))
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// Reads a portfolio. `file` is the name shown in messages.
///
/// # Errors
/// Everything that is wrong with the file, with places; warnings are given
/// back beside the portfolio.
pub fn read(file: &str, text: &str) -> Result<(Portfolio, Vec<Diagnostic>), Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or("");
    let declared = first.trim().trim_matches('"').to_ascii_lowercase();
    let declared = declared.strip_prefix("sep=").and_then(|s| s.chars().next());
    // A `sep=` line is blanked, so that every other line keeps its number.
    let blanked = declared.map(|_| text.replacen(first, &" ".repeat(first.len()), 1));
    let source = blanked.as_deref().unwrap_or(text);
    let header = source.lines().find(|l| !l.trim().is_empty()).unwrap_or("");
    let delimiter = declared.unwrap_or(if header.contains(';') { ';' } else { ',' });
    let mut reader = Reader { file: file.into(), text: source, delimiter, found: Diagnostics::default(), errors: 0 };
    let (names, entries) = rows(&mut reader);
    let more = reader.errors.saturating_sub(MOST);
    let failed = reader.found.has_errors();
    let mut found = reader.found.sorted();
    // Said last: it is about what does not stand above it.
    if more > 0 {
        let message = if more == 1 { "and 1 more mistake".to_owned() } else { format!("and {more} more mistakes") };
        found.push(
            Diagnostic::error("more-errors", &Place::file(file), message).help("mend the first ones and look again"),
        );
    }
    if failed { Err(found) } else { Ok((Portfolio::new(&names, &entries), found)) }
}

type Cells = BTreeMap<(String, String, Measure, Side, Year), Place>;

fn rows(reader: &mut Reader<'_>) -> (BTreeMap<String, String>, Vec<Entry>) {
    let mut names = BTreeMap::new();
    let mut entries: Vec<Entry> = Vec::new();
    let whole = Place::file(reader.file.clone());
    let text = reader.text;
    let mut table = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(reader.delimiter).unwrap_or(b','))
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = table.records().filter(|r| r.as_ref().map_or(true, |r| r.iter().any(|c| !c.trim().is_empty())));
    let Some(Ok(header)) = records.next() else {
        reader.error(
            "empty-file",
            &Place::new(reader.file.clone(), 1, 1, 1),
            "the portfolio is empty".into(),
            "its first line is municipality,name,line,measure,kind,year,value",
        );
        return (names, entries);
    };
    let at: Vec<Option<usize>> =
        COLUMNS.iter().map(|column| header.iter().position(|h| h.trim().eq_ignore_ascii_case(column))).collect();
    let missing: Vec<&str> =
        COLUMNS.iter().zip(&at).filter(|(c, i)| i.is_none() && **c != "name").map(|(c, _)| *c).collect();
    if !missing.is_empty() {
        let place = reader.place(&header, 0);
        let message =
            format!("the header lacks {}", missing.iter().map(|m| format!("`{m}`")).collect::<Vec<_>>().join(", "));
        reader.error(
            "missing-column",
            &place,
            message,
            "the first line is municipality,name,line,measure,kind,year,value",
        );
        return (names, entries);
    }
    let mut seen = Cells::new();
    let mut left_out = 0_usize;
    for record in records {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                reader.error("bad-row", &whole, format!("a row cannot be read: {error}"), "save the file as UTF-8");
                continue;
            }
        };
        match row(reader, &record, &at) {
            Row::Read(entry, name, column) => {
                let key = (entry.code.clone(), entry.line.clone(), entry.measure, entry.side, entry.year);
                if let Some(first) = seen.get(&key) {
                    let help = format!("the first one is on line {}; keep one", first.line);
                    let place = reader.place(&record, column);
                    let message = format!("this figure of {} stands in the file twice", entry.code);
                    reader.error("duplicate-figure", &place, message, &help);
                    continue;
                }
                // A full place takes a walk through the text: the line is enough here.
                let line = record.position().map_or(0, |p| u32::try_from(p.line()).unwrap_or(0));
                seen.insert(key, Place::new(reader.file.clone(), line, 1, 1));
                names.insert(entry.code.clone(), name);
                entries.push(entry);
            }
            Row::LeftOut => left_out += 1,
            Row::Wrong => {}
        }
    }
    if left_out > 0 {
        let message = format!("{left_out} rows are not used: neither cost nor residents, actual nor budget");
        reader.found.push(Diagnostic::warning("unused-rows", &whole, message));
    }
    if entries.is_empty() && reader.errors == 0 {
        let place = reader.place(&header, 0);
        let message =
            if left_out == 0 { "the portfolio has a header and no rows" } else { "the portfolio holds no figures" };
        reader.error(
            "empty-file",
            &place,
            message.into(),
            "rows below the header have measure cost or residents and kind actual or budget",
        );
    }
    (names, entries)
}

enum Row {
    Read(Entry, String, usize),
    LeftOut,
    Wrong,
}

fn row(reader: &mut Reader<'_>, record: &csv::StringRecord, at: &[Option<usize>]) -> Row {
    let cell = |i: usize| at[i].and_then(|c| record.get(c)).map_or("", str::trim);
    let column = |i: usize| at[i].unwrap_or(0);
    let [code, name, line, measure, kind, year, value] =
        [cell(0), cell(1), cell(2), cell(3), cell(4), cell(5), cell(6)];
    let before = reader.errors;
    for (i, text) in [(0, code), (2, line), (3, measure), (4, kind), (5, year), (6, value)] {
        if text.is_empty() {
            let place = reader.place(record, column(i));
            reader.error(
                "empty-cell",
                &place,
                format!("the cell of `{}` is empty", COLUMNS[i]),
                &format!("write {}, or remove the row", WANTED[i]),
            );
        }
    }
    if reader.errors > before {
        return Row::Wrong;
    }
    let wanted = word(reader, record, column(3), measure, &MEASURES, &OTHER_MEASURES);
    let side = word(reader, record, column(4), kind, &KINDS, &OTHER_KINDS);
    let number = reader.number(value);
    if number.is_none() {
        let place = reader.place(record, column(6));
        let help = if reader.delimiter == ';' {
            "with semicolons numbers are written like 1.234,5"
        } else {
            "with commas numbers are written like 1234.5"
        };
        reader.error("not-a-number", &place, format!("`{value}` is not a number"), help);
    }
    let when = year.parse::<i32>().ok().filter(|y| (1900..=2200).contains(y));
    if when.is_none() {
        let place = reader.place(record, column(5));
        reader.error("not-a-year", &place, format!("`{year}` is no year"), "write a year such as 2024");
    }
    let (Some(measure), Some(side), Some(value), Some(year)) = (wanted, side, number, when) else {
        return if reader.errors > before { Row::Wrong } else { Row::LeftOut };
    };
    let measure = if measure == 0 { Measure::Cost } else { Measure::Residents };
    let side = if side == 0 { Side::Actual } else { Side::Budget };
    let name = if name.is_empty() { code } else { name };
    Row::Read(
        Entry { code: code.into(), line: line.into(), measure, side, year: Year(year), value },
        name.into(),
        column(6),
    )
}

/// Position of a word; none for a known word without use here, and for an
/// unknown one, which is an error.
fn word(
    reader: &mut Reader<'_>,
    record: &csv::StringRecord,
    column: usize,
    text: &str,
    used: &[&str],
    unused: &[&str],
) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let hit = used.iter().position(|w| *w == lower);
    if hit.is_none() && !unused.contains(&lower.as_str()) {
        let place = reader.place(record, column);
        let help = match nearest(&lower, used.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", used.join(", ")),
        };
        reader.error("unknown-word", &place, format!("unknown word `{text}`"), &help);
    }
    hit
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "municipality,name,line,measure,kind,year,value\n";

    #[test]
    fn commas_and_semicolons_give_the_same_portfolio() {
        let point = format!("{HEADER}GM1,Aa,zorg,cost,actual,2020,1234.5\nGM1,Aa,inwoners,residents,budget,2021,900\n");
        let dutch = "sep=;\nmunicipality;name;line;measure;kind;year;value\nGM1;Aa;zorg;cost;actual;2020;1.234,5\nGM1;Aa;inwoners;residents;budget;2021;900\n";
        for text in [point.as_str(), dutch] {
            let (portfolio, warnings) = read("p.csv", text).expect("a good file");
            assert!(warnings.is_empty());
            assert_eq!(portfolio.lines, ["zorg"]);
            assert_eq!(portfolio.members[0].name, "Aa");
            assert_eq!(portfolio.cost(Side::Actual, 0, Year(2020), 0), Some(1234.5));
            assert_eq!(portfolio.residents(Side::Budget, Year(2021), 0), Some(900.0));
        }
    }

    #[test]
    fn an_empty_cell_says_what_belongs_there() {
        let errors = read("p.csv", &format!("{HEADER}GM1,Aa,,residents,actual,2020,\n")).expect_err("two empty cells");
        let help: Vec<&str> = errors.iter().filter_map(|e| e.help.as_deref()).collect();
        assert!(help[0].contains("for residents any word, such as `inwoners`"), "{help:?}");
        assert!(help[1].contains("how many residents"), "{help:?}");
    }

    #[test]
    fn how_many_more_mistakes_there_are_is_said_last() {
        let rows = |n: usize| format!("{HEADER}{}", "GM1,Aa,zorg,cots,actual,2020,1\n".repeat(n));
        let errors = read("p.csv", &rows(60)).expect_err("sixty wrong rows");
        assert_eq!((errors.len(), errors[50].message.as_str()), (51, "and 10 more mistakes"));
        assert_eq!(read("p.csv", &rows(51)).expect_err("one too many")[50].message, "and 1 more mistake");
        assert_eq!(read("p.csv", &rows(50)).expect_err("all named").len(), 50);
    }

    #[test]
    fn every_mistake_is_found_at_its_cell() {
        let text = format!(
            "{HEADER}GM1,\"A, b\",zorg,cots,actual,2020,1\nGM1,Aa,zorg,cost,actual,2020x,\"1,5\"\nGM1,Aa,,cost,actual,2021,1\n"
        );
        let errors = read("p.csv", &text).expect_err("three wrong rows");
        let seen: Vec<(&str, String)> =
            errors.iter().map(|e| (e.code, e.place.as_ref().map_or(String::new(), ToString::to_string))).collect();
        assert_eq!(
            seen,
            [
                ("unknown-word", "p.csv:2:17".to_owned()),
                ("not-a-year", "p.csv:3:25".to_owned()),
                ("not-a-number", "p.csv:3:31".to_owned()),
                ("empty-cell", "p.csv:4:8".to_owned()),
            ]
        );
        assert_eq!(errors[0].help.as_deref(), Some("did you mean `cost`?"));
    }

    #[test]
    fn a_figure_that_stands_twice_is_an_error_and_other_kinds_are_counted() {
        let text = format!("{HEADER}GM1,Aa,zorg,cost,actual,2020,1\nGM1,Aa,zorg,cost,actual,2020,2\n");
        assert_eq!(read("p.csv", &text).expect_err("twice")[0].code, "duplicate-figure");
        let text = format!(
            "{HEADER}GM1,Aa,zorg,cost,actual,2020,1\nGM1,Aa,zorg,revenue,actual,2020,2\nGM1,Aa,zorg,cost,amended,2020,2\n"
        );
        let (_, warnings) = read("p.csv", &text).expect("a good file");
        assert!(warnings[0].message.starts_with("2 rows"), "{warnings:?}");
    }

    #[test]
    fn an_empty_file_and_a_wrong_header_say_what_the_header_is() {
        for (text, place) in
            [("", "p.csv:1:1"), ("\n\n", "p.csv:1:1"), (HEADER, "p.csv:1:1"), ("\n\n\u{20}\n", "p.csv:1:1")]
        {
            let errors = read("p.csv", text).expect_err("empty");
            assert_eq!(errors[0].code, "empty-file");
            assert_eq!(errors[0].place.as_ref().map(ToString::to_string).as_deref(), Some(place), "{text:?}");
        }
        assert_eq!(read("p.csv", "a,b\n1,2\n").expect_err("header")[0].code, "missing-column");
        assert!(is_portfolio("municipality,name,line,measure,kind,year,value"));
        assert!(!is_portfolio("line,quantity,kind,year,value,source"));
    }
}
