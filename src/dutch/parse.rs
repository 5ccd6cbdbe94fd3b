//! Reading numbers and quantities as Dutchmen write them.

use super::Quantity;

/// A number as a Dutchman writes it: `1.506.000`, `5,4`, `-165`, also `2.5`
/// where the point cannot be a thousands separator. None for anything else.
pub fn parse_number(text: &str) -> Option<f64> {
    let text = text.trim();
    let (negative, digits) = match text.strip_prefix(['-', '−']) {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    if digits.is_empty() || digits.len() > 40 || !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let (whole, fraction) = match digits.split_once(',') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let groups: Vec<&str> = whole.split('.').collect();
    let plain = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !groups.iter().all(|g| plain(g)) || fraction.is_some_and(|f| !plain(f)) {
        return None;
    }
    let grouped = groups.len() == 1 || (groups[0].len() <= 3 && groups[1..].iter().all(|g| g.len() == 3));
    let machine = match (grouped, fraction) {
        (true, fraction) => format!("{}.{}", groups.concat(), fraction.unwrap_or("0")),
        // `2.5`: one point that is no thousands separator.
        (false, None) if groups.len() == 2 => format!("{}.{}", groups[0], groups[1]),
        (false, _) => return None,
    };
    let value: f64 = machine.parse().ok().filter(|v: &f64| v.is_finite())?;
    Some(if negative { -value } else { value })
}

/// A quantity with its unit as people write it: `€ 50.000`, `€ -165`,
/// `€ 5,4 miljoen`, `€ 1,5 mln`, `50.000 euro`, `€ 8.400 per cliënt`, `5%`,
/// `2,5 procent`, `573 cliënten`, `3`.
///
/// Percentages come out as fractions. None where the text is no such thing.
pub fn parse_quantity(text: &str) -> Option<(f64, Quantity)> {
    let mut rest = text.trim();
    let mut unit = Quantity::Number;
    if let Some(stripped) = rest.strip_suffix('%').or_else(|| rest.strip_suffix("procent")) {
        return parse_number(stripped).map(|v| (v / 100.0, Quantity::Percent));
    }
    if let Some(stripped) = ["per cliënt", "per persoon"].iter().find_map(|s| rest.strip_suffix(s)) {
        unit = Quantity::EuroPerClient;
        rest = stripped.trim_end();
    } else if let Some(stripped) =
        ["cliënten", "cliënt", "personen", "persoon"].iter().find_map(|s| rest.strip_suffix(s))
    {
        return parse_number(stripped).map(|v| (v, Quantity::Clients));
    }
    let euros = rest.strip_prefix('€').or_else(|| rest.strip_suffix("euro")).or_else(|| rest.strip_prefix("EUR"));
    if let Some(stripped) = euros {
        rest = stripped.trim();
        if unit == Quantity::Number {
            unit = Quantity::Euro;
        }
    }
    let sizes = [("miljoen", 1e6), ("mln", 1e6), ("miljard", 1e9), ("mld", 1e9), ("duizend", 1e3)];
    let size = sizes.iter().find_map(|(word, by)| rest.strip_suffix(word).map(|r| (r, *by)));
    let (rest, by) = size.unwrap_or((rest, 1.0));
    // `1,5 mln` without a sign is money too: nobody counts clients in millions.
    if by > 1.0 && unit == Quantity::Number {
        unit = Quantity::Euro;
    }
    if unit == Quantity::EuroPerClient && euros.is_none() {
        return None;
    }
    parse_number(rest).map(|v| (v * by, unit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_are_read_as_they_are_written() {
        assert_eq!(parse_quantity("€ 50.000"), Some((50_000.0, Quantity::Euro)));
        assert_eq!(parse_quantity("€ -165"), Some((-165.0, Quantity::Euro)));
        assert_eq!(parse_quantity("€ 1,5 mln"), Some((1_500_000.0, Quantity::Euro)));
        assert_eq!(parse_quantity("1,5 miljoen"), Some((1_500_000.0, Quantity::Euro)));
        assert_eq!(parse_quantity("€ 8.400 per cliënt"), Some((8_400.0, Quantity::EuroPerClient)));
        assert_eq!(parse_quantity("2,5%"), Some((0.025, Quantity::Percent)));
        assert_eq!(parse_quantity("2.5%"), Some((0.025, Quantity::Percent)));
        assert_eq!(parse_quantity("573 cliënten"), Some((573.0, Quantity::Clients)));
        assert_eq!(parse_quantity("3"), Some((3.0, Quantity::Number)));
        assert_eq!(parse_quantity("drie"), None);
        assert_eq!(parse_quantity("1.23.4"), None);
        assert_eq!(parse_quantity(""), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "\\PC{0,40}") {
            parse_quantity(&text);
            parse_number(&text);
            super::super::date_from_iso(&text);
        }
    }
}
