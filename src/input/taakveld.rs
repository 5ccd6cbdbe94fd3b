//! Iv3 task fields (taakvelden) by period.
//!
//! A list. The codes of the social domain changed in 2023 (letters behind 6.71
//! to 6.82) and in 2025 (three digits); those of the other programmes did not.
//! A family such as 6.75 is known wherever one of its members is. Sources: Iv3
//! informatievoorschrift of CBS for 2023, and for 2025 the list as
//! Neder-Betuwe prints it in its bestuursrapportage 2025-2.

/// Codes outside programme 6, the same in every period.
const OTHERS: [&str; 46] = [
    "0.1", "0.2", "0.3", "0.4", "0.5", "0.61", "0.62", "0.63", "0.64", "0.7", "0.8", "0.9", "0.10", "0.11", "1.1",
    "1.2", "2.1", "2.2", "2.3", "2.4", "2.5", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2", "4.3", "5.1", "5.2", "5.3",
    "5.4", "5.5", "5.6", "5.7", "7.1", "7.2", "7.3", "7.4", "7.5", "8.1", "8.2", "8.3", "6.3", "6.5", "6.1",
];

/// The social domain until 2022.
const UNTIL_2022: [&str; 7] = ["6.2", "6.4", "6.6", "6.71", "6.72", "6.81", "6.82"];

/// The social domain in 2023 and 2024.
const UNTIL_2024: [&str; 21] = [
    "6.2", "6.4", "6.6", "6.71a", "6.71b", "6.71c", "6.71d", "6.72a", "6.72b", "6.72c", "6.72d", "6.73a", "6.73b",
    "6.73c", "6.74a", "6.74b", "6.74c", "6.81a", "6.81b", "6.82a", "6.82b",
];

/// The social domain from 2025.
const FROM_2025: [&str; 23] = [
    "6.21", "6.22", "6.23", "6.4", "6.60", "6.711", "6.712", "6.713", "6.714", "6.751", "6.752", "6.753", "6.761",
    "6.762", "6.763", "6.791", "6.792", "6.811", "6.812", "6.821", "6.822", "6.91", "6.92",
];

const PERIODS: [(i32, i32, &[&str], &str); 3] = [
    (2017, 2022, &UNTIL_2022, "until 2022"),
    (2023, 2024, &UNTIL_2024, "in 2023 and 2024"),
    (2025, i32::MAX, &FROM_2025, "from 2025"),
];

/// Whether a code, or the family that it names, is in a list.
fn listed(code: &str, list: &[&str]) -> bool {
    let family = code.split_once('.').is_some_and(|(_, rest)| !rest.is_empty());
    family && list.iter().any(|known| *known == code || (code.starts_with("6.") && known.starts_with(code)))
}

/// Whether a code is known in any year of a projection.
pub(super) fn is_known(code: &str, base: i32, horizon: i32) -> bool {
    // Taakvelden began in 2017; earlier years are judged by the first list.
    let (base, horizon) = (base.max(2017), horizon.max(2017));
    listed(code, &OTHERS)
        || PERIODS.iter().any(|(from, to, list, _)| *from <= horizon && base <= *to && listed(code, list))
}

/// When a code of the social domain was used.
pub(super) fn periods(code: &str) -> Option<String> {
    let when: Vec<&str> = PERIODS.iter().filter(|(_, _, list, _)| listed(code, list)).map(|(.., when)| *when).collect();
    (!when.is_empty()).then(|| when.join(" and "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_belongs_to_its_period() {
        assert!(is_known("6.711", 2026, 2029) && is_known("6.75", 2026, 2029) && is_known("6.9", 2026, 2029));
        assert!(is_known("6.711", 2024, 2028), "the projected years know it");
        assert!(is_known("0.7", 2026, 2029) && is_known("0.10", 2020, 2021) && is_known("6.3", 2030, 2034));
        assert!(!is_known("6.72", 2026, 2029) && is_known("6.72", 2024, 2028) && is_known("6.72b", 2023, 2024));
        assert_eq!(periods("6.72").as_deref(), Some("until 2022 and in 2023 and 2024"));
        for wrong in ["", "6", "6.", "6.99", "9.1", "zes", "6.7110", "0.1.1"] {
            assert!(!is_known(wrong, 2026, 2029), "{wrong}");
        }
    }
}
