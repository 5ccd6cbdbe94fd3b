//! Amounts that stay whole: no line breaks between a euro sign and its number,
//! or between a number and what it counts.

use std::borrow::Cow;

/// Words that belong to the number before them.
const UNITS: [&str; 7] = ["miljoen", "miljard", "procentpunt", "procent", "cliënten", "inwoners", "uur"];

/// Words that belong to the number after them.
const NAMES: [&str; 3] = ["aanname", "bron", "taakveld"];

/// The same words with spaces that do not break inside amounts.
pub(super) fn held(words: &str) -> Cow<'_, str> {
    let belongs = |at: usize| {
        let (before, after) = (&words[..at], &words[at + 1..]);
        before.ends_with('€')
            || (before.ends_with(" x") && after.starts_with('€'))
            // What parts two pieces ends the line of the first.
            || after.starts_with("· ")
            || ((before == "+" || before == "-") && after.starts_with(|c: char| c == '€' || c.is_ascii_digit()))
            || (after.starts_with("– ") && before.ends_with(|c: char| c.is_ascii_digit()))
            || after == "*"
            || (after.starts_with(|c: char| c.is_ascii_digit()) && NAMES.iter().any(|n| before.ends_with(n)))
            || (before.ends_with(|c: char| c.is_ascii_digit())
                && UNITS
                    .iter()
                    .any(|u| after.strip_prefix(u).is_some_and(|rest| !rest.starts_with(char::is_alphabetic))))
    };
    if !words.match_indices(' ').any(|(at, _)| belongs(at)) {
        return Cow::Borrowed(words);
    }
    let held = words.char_indices().map(|(at, c)| if c == ' ' && belongs(at) { '\u{a0}' } else { c });
    Cow::Owned(held.collect())
}

#[cfg(test)]
mod tests {
    use super::held;

    #[test]
    fn an_amount_stays_on_one_line_and_other_words_do_not() {
        assert_eq!(
            held("tussen € -3,1 en € 5,4 miljoen in 2029"),
            "tussen €\u{a0}-3,1 en €\u{a0}5,4\u{a0}miljoen in 2029"
        );
        assert_eq!(held("- 54,3 procentpunt"), "-\u{a0}54,3\u{a0}procentpunt");
        // The stroke of a range stays with the number before it, one between words does not.
        assert_eq!(held("€ 1,00 – € 2,00"), "€\u{a0}1,00\u{a0}– €\u{a0}2,00");
        assert_eq!(held("lasten – baten"), "lasten – baten");
        assert_eq!(held("2024 *"), "2024\u{a0}*");
        assert_eq!(held("één punt minder *"), "één punt minder\u{a0}*");
        assert_eq!(held("structureel · nadeel"), "structureel\u{a0}· nadeel");
        assert_eq!(held("bedragen x € 1.000"), "bedragen x\u{a0}€\u{a0}1.000");
        assert_eq!(held("houdt 2,5 uur"), "houdt 2,5\u{a0}uur");
        assert_eq!(held("zie aanname 13: 12 a"), "zie aanname\u{a0}13: 12 a");
        assert_eq!(held("ruim 2 miljoenen, € "), "ruim 2 miljoenen, €\u{a0}");
        assert!(matches!(held("in 2029 kost het meer"), std::borrow::Cow::Borrowed(_)));
    }
}
