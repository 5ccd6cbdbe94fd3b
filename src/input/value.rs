//! How people write numbers: `2,5%`, `+1pp`, `€ 1.506.000`, `1,5 mln`.
//!
//! Percent becomes fraction here and nowhere else in the room. A number that
//! can be read in two ways is refused with the question which was meant: a
//! wrong guess would be a wrong budget.

use crate::units::Rate;

/// A number with at most one decimal mark, point or comma, and no grouping.
fn decimal(text: &str) -> Option<f64> {
    let (sign, digits) = signed(text);
    let plain = digits.replace(',', ".");
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, "0"));
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    plain.parse::<f64>().ok().map(|n| sign * n)
}

/// Sign and the rest; the typographic minus of Word and Excel counts as minus.
fn signed(text: &str) -> (f64, &str) {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix('-').or_else(|| text.strip_prefix('\u{2212}')) {
        (-1.0, rest.trim_start())
    } else {
        (1.0, text.strip_prefix('+').map_or(text, str::trim_start))
    }
}

/// A number as a Dutchman writes it: `1.234,5`, groups of three or none.
pub(super) fn dutch(text: &str) -> Option<f64> {
    let (sign, digits) = signed(text);
    let (whole, fraction) = match digits.split_once(',') {
        Some((w, f)) => (w, Some(f)),
        None => (digits, None),
    };
    let ok = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    let mut groups = whole.split('.');
    let first = groups.next().unwrap_or("");
    let rest: Vec<&str> = groups.collect();
    let grouped = rest.is_empty() || (first.len() <= 3 && rest.iter().all(|g| g.len() == 3 && ok(g)));
    if !ok(first) || !grouped || fraction.is_some_and(|f| !ok(f)) {
        return None;
    }
    let plain = format!("{first}{}.{}", rest.concat(), fraction.unwrap_or("0"));
    plain.parse::<f64>().ok().map(|n| sign * n)
}

/// A number with point decimals, as in a comma-separated file; an exponent as
/// spreadsheets write it (`1.2E+05`) is read too.
pub(super) fn point(text: &str) -> Option<f64> {
    let (sign, digits) = signed(text);
    let (mantissa, exponent) = match digits.split_once(['e', 'E']) {
        Some((m, e)) => (m, Some(e)),
        None => (digits, None),
    };
    let exponent = match exponent {
        Some(e) => {
            let (minus, digits) = signed(e);
            let size = digits.parse::<u16>().ok().filter(|_| digits.bytes().all(|b| b.is_ascii_digit()))?;
            format!("e{}{size}", if minus < 0.0 { "-" } else { "" })
        }
        None => String::new(),
    };
    if mantissa.contains(',') {
        return None;
    }
    decimal(mantissa).filter(|n| n.is_sign_positive())?;
    format!("{mantissa}{exponent}").parse::<f64>().ok().map(|n| sign * n)
}

/// Why a text is no number of its kind: a fragment that fits into a sentence,
/// and what to do.
#[derive(Debug, PartialEq)]
pub(super) struct Unread {
    pub(super) why: String,
    pub(super) help: String,
}

impl Unread {
    fn new(why: impl Into<String>, help: impl Into<String>) -> Self {
        Self { why: why.into(), help: help.into() }
    }
}

/// Beyond this an amount is a slip of the keyboard; products of two such
/// numbers are still finite.
pub(super) const LARGEST: f64 = 1e15;

/// The same for a percentage: a million percent.
const LARGEST_RATE: f64 = 1e4;

/// A percentage as a fraction: `"2.5%"` and `"2,5%"` are 0.025.
pub(super) fn rate(text: &str) -> Result<f64, Unread> {
    let Some(number) = text.trim().strip_suffix('%') else {
        return Err(match decimal(text) {
            Some(_) => {
                let n = text.trim();
                Unread::new(format!("`{n}` lacks its percent sign"), format!("write \"{n}%\" if {n} percent is meant"))
            }
            None if points_text(text).is_some() => Unread::new(
                format!("`{}` is a number of percentage points, not a percentage", text.trim()),
                "write the percentage itself, such as \"2.5%\"; points go with `shift`",
            ),
            None => Unread::new(
                format!("`{}` is no percentage", text.trim()),
                "write a percentage in quotes, such as \"2.5%\" or \"2,5%\"",
            ),
        });
    };
    decimal(number).map(|n| Rate::percent(n).fraction()).filter(|n| n.abs() <= LARGEST_RATE).ok_or_else(|| {
        Unread::new(
            format!("`{}` is no percentage", text.trim()),
            "write it like \"2.5%\" or \"2,5%\": one decimal mark, no grouping",
        )
    })
}

/// What to ask of a bare number where a percentage belongs.
pub(super) fn bare_rate(number: f64) -> Unread {
    // Twelve decimals: 0.07 * 100 is 7.000000000000001 and would be printed so.
    let times = (number * 1e14).round() / 1e12;
    Unread::new(
        format!("a bare `{number}` can mean {number}% or {times}%"),
        format!("write \"{number}%\" if {number} percent is meant, or \"{times}%\""),
    )
}

fn points_text(text: &str) -> Option<&str> {
    let text = text.trim();
    ["pp", "procentpunten", "procentpunt", "%-punt"].into_iter().find_map(|unit| text.strip_suffix(unit))
}

/// Percentage points as a fraction: `"+1pp"` is 0.01.
pub(super) fn points(text: &str) -> Result<f64, Unread> {
    const HELP: &str = "write percentage points in quotes, such as \"+1pp\" or \"-0,5pp\"";
    if let Some(number) = points_text(text) {
        return decimal(number)
            .map(|n| Rate::percent(n).fraction())
            .filter(|n| n.abs() <= LARGEST_RATE)
            .ok_or_else(|| Unread::new(format!("`{}` is no number of percentage points", text.trim()), HELP));
    }
    Err(match text.trim().strip_suffix('%') {
        Some(n) => Unread::new(
            format!("`{}` can mean percentage points or a percentage of the rate", text.trim()),
            format!("write \"{}pp\" to add percentage points", n.trim()),
        ),
        None => Unread::new(format!("`{}` is no number of percentage points", text.trim()), HELP),
    })
}

/// Euros in words: `"€ 1.506.000"`, `"1,5 mln"`, `"€ 250 duizend"`.
pub(super) fn euros(text: &str) -> Result<f64, Unread> {
    const HELP: &str = "write an amount as a bare number, or in quotes with its unit: \"€ 1.506.000\" or \"1,5 mln\"";
    const SIZES: [(&str, f64); 9] = [
        ("mln.", 1e6),
        ("mln", 1e6),
        ("miljoen", 1e6),
        ("mld.", 1e9),
        ("mld", 1e9),
        ("miljard", 1e9),
        ("mrd", 1e9),
        ("duizend", 1e3),
        ("euro", 1.0),
    ];
    let shown = text.trim();
    // The sign may stand before or after the euro sign.
    let (outer, rest) = signed(shown);
    let marked = ["€", "EUR", "eur"].into_iter().find_map(|mark| rest.strip_prefix(mark));
    let has_mark = marked.is_some();
    let rest = marked.unwrap_or(rest).trim();
    let sized = SIZES.into_iter().find_map(|(word, size)| rest.strip_suffix(word).map(|n| (n.trim(), size)));
    let (number, size) = sized.unwrap_or((rest, 1.0));
    if !has_mark && sized.is_none() {
        return Err(match dutch(number) {
            Some(_) => Unread::new(format!("`{shown}` does not say of what"), HELP),
            None => Unread::new(format!("`{shown}` is no amount"), HELP),
        });
    }
    let value = dutch(number).filter(|_| outer > 0.0 || !number.starts_with(['-', '+', '\u{2212}']));
    match value.map(|n| outer * n * size).filter(|n| n.abs() <= LARGEST) {
        Some(n) => Ok(n),
        None if decimal(number).is_some() => Err(Unread::new(
            format!("`{shown}` is not written the Dutch way"),
            "in a text with its unit a point groups thousands and a comma is the decimal mark: \"€ 1.506.000\", \"1,5 mln\"",
        )),
        None => Err(Unread::new(format!("`{shown}` is no amount"), HELP)),
    }
}

/// Whether a text is a day of the calendar, `YYYY-MM-DD`.
pub(super) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else {
        return false;
    };
    let digits = |s: &str, n: usize| {
        (s.len() == n && s.bytes().all(|b| b.is_ascii_digit())).then(|| s.parse::<u32>().ok()).flatten()
    };
    let (Some(year), Some(month), Some(day)) = (digits(year, 4), digits(month, 2), digits(day, 2)) else {
        return false;
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=days).contains(&day)
}

/// Whether a number can be a year that somebody budgets for; keeps a typing
/// error such as 20226 from asking for eighteen thousand years.
pub(super) fn is_year(number: f64) -> bool {
    number.fract() == 0.0 && (1900.0..=2200.0).contains(&number)
}

/// A key of a year table.
pub(super) fn year_key(key: &str) -> Option<i32> {
    (key.len() == 4 && key.bytes().all(|b| b.is_ascii_digit())).then(|| key.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_reads_with_point_and_comma() {
        assert_eq!(rate("2.5%"), Ok(0.025));
        assert_eq!(rate(" 2,5 % "), Ok(0.025));
        assert_eq!(rate("-2%"), Ok(-0.02));
        assert_eq!(rate("\u{2212}2%"), Ok(-0.02));
        for wrong in ["", "%", "2.5", "1.234,5%", "2..5%", "a%", "--2%", "nan%", "inf%", "+1pp"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bare_rate_is_asked_about_in_both_readings() {
        assert_eq!(bare_rate(0.025).why, "a bare `0.025` can mean 0.025% or 2.5%");
        assert_eq!(bare_rate(0.07).help, "write \"0.07%\" if 0.07 percent is meant, or \"7%\"");
    }

    #[test]
    fn points_are_not_percentages() {
        assert_eq!(points("+1pp"), Ok(0.01));
        assert_eq!(points("-0,5 pp"), Ok(-0.005));
        assert!(points("+1%").expect_err("two readings").help.contains("\"+1pp\""));
        assert!(points("1").is_err());
    }

    #[test]
    fn amounts_in_words_read_dutch() {
        assert_eq!(euros("€ 1.506.000"), Ok(1_506_000.0));
        assert_eq!(euros("1,5 mln"), Ok(1_500_000.0));
        assert_eq!(euros("€ -25.000,50"), Ok(-25_000.5));
        assert_eq!(euros("-€ 25.000"), Ok(-25_000.0));
        assert_eq!(euros("€ 250 duizend"), Ok(250_000.0));
        for wrong in ["", "€", "1500", "€ 1.5", "€ 1.50.000", "1.5 mln", "-€ -5", "mln", "€ 1,2,3"] {
            assert!(euros(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_two_notations_of_a_csv_do_not_mix() {
        assert_eq!(dutch("1.234,5"), Some(1234.5));
        assert_eq!(dutch("1234,5"), Some(1234.5));
        assert_eq!(dutch("-1.234"), Some(-1234.0));
        assert_eq!(dutch("1.5"), None);
        assert_eq!(dutch("1234.567"), None);
        assert_eq!(point("1234.5"), Some(1234.5));
        assert_eq!(point("-1e3"), Some(-1000.0));
        assert_eq!(point("1,234.5"), None);
        for wrong in ["", "-", "nan", "inf", "NaN", "1_000", "0x10", "1e", "e5", ".", "1.", "--1", "1e1e1"] {
            assert_eq!(point(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_date_is_a_day_that_exists() {
        assert!(is_date("2024-02-29"));
        for wrong in ["2023-02-29", "2024-13-01", "2024-1-1", "", "2024-00-10", "20240101", "2024-01-32"] {
            assert!(!is_date(wrong), "{wrong}");
        }
    }
}
