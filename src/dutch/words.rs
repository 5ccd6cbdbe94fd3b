//! Counts in words, lists, plurals and dates.

use super::{NOT_APPLICABLE, round, whole};

/// The months, January first.
pub const MONTHS: [&str; 12] = [
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
];

const SMALL: [&str; 21] = [
    "nul",
    "één",
    "twee",
    "drie",
    "vier",
    "vijf",
    "zes",
    "zeven",
    "acht",
    "negen",
    "tien",
    "elf",
    "twaalf",
    "dertien",
    "veertien",
    "vijftien",
    "zestien",
    "zeventien",
    "achttien",
    "negentien",
    "twintig",
];

/// A count up to twenty in words, larger ones and fractions in digits.
pub fn count_in_words(value: f64) -> String {
    if !value.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    let rounded = round(value, 0);
    SMALL
        .iter()
        .enumerate()
        .find(|(i, _)| (rounded - *i as f64).abs() < 0.5)
        .map_or_else(|| whole(value), |(_, word)| (*word).to_owned())
}

/// `a`, `a en b`, `a, b en c`.
pub fn list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} en {}", first.join(", "), last.as_ref())
        }
    }
}

/// A count with the noun that fits it: `1 risico`, `2 risico's`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{} {}", whole(count as f64), if count == 1 { one } else { many })
}

/// A date: `1 september 2026`. A month outside 1..=12 gives the number.
pub fn date(year: i32, month: u32, day: u32) -> String {
    let name = usize::try_from(month).ok().and_then(|m| MONTHS.get(m.wrapping_sub(1)));
    match name {
        Some(name) => format!("{day} {name} {year}"),
        None => format!("{day}-{month}-{year}"),
    }
}

/// `2026-09-01` as `1 september 2026`; none for what is no such date.
pub fn date_from_iso(text: &str) -> Option<String> {
    let mut parts = text.trim().splitn(3, '-');
    let year: i32 = parts.next()?.parse().ok()?;
    let month: u32 = parts.next()?.parse().ok()?;
    let day: u32 = parts.next()?.parse().ok()?;
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| date(year, month, day))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_dates_and_plurals_are_dutch() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["jeugd"]), "jeugd");
        assert_eq!(list(&["jeugd", "wmo"]), "jeugd en wmo");
        assert_eq!(list(&["jeugd", "wmo", "participatie"]), "jeugd, wmo en participatie");
        assert_eq!(date_from_iso("2026-09-01").as_deref(), Some("1 september 2026"));
        assert_eq!(date_from_iso("2026-13-01"), None);
        assert_eq!(counted(1, "risico", "risico's"), "1 risico");
        assert_eq!(counted(2, "risico", "risico's"), "2 risico's");
    }
}
