//! How a Dutchman writes numbers, amounts, lists, dates and plurals.
//!
//! One place decides how a figure looks, so that a rule's text, a table, a
//! chart and a spreadsheet write the same amount in the same way. Nothing here
//! computes: rounding happens where a figure is shown, and only there.
//! Rounding is half away from zero on the decimal number that the binary one
//! stands for (2,5 becomes 3 and -2,5 becomes -3), as people expect of a table.
//! A value that is not finite is never written as a number: it reads `n.v.t.`.

pub mod glossary;
mod parse;
pub mod readability;
mod total;
mod words;

pub use parse::{parse_number, parse_quantity};
pub use total::round_to_sum;
pub use words::{MONTHS, count_in_words, counted, date, date_from_iso, list};

use std::cmp::Ordering;

/// What is written where there is no number to write.
pub const NOT_APPLICABLE: &str = "n.v.t.";

/// How an amount or count is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Style {
    /// Chosen by size: `€ 5,4 miljoen`, `€ 653.000`, `€ 8.400`.
    #[default]
    Auto,
    /// To the euro, the person, or a hundredth of a percent: `€ 1.506.000`, `4,24%`.
    Exact,
    /// To a thousand euros: `€ 1.506.000`.
    Thousand,
    /// In millions with one decimal: `€ 1,5 miljoen`.
    Million,
    /// Without signs: `1,5 miljoen euro`, `twaalf cliënten`, `4,2 procent`.
    Words,
    /// The middle 80 %: `tussen € 22,3 en € 26,1 miljoen`. Needs two bounds: see [`range`].
    Range,
    /// A difference between percentages: `1,5 procentpunt`.
    Points,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantity {
    /// Euros.
    Euro,
    /// Persons who use a provision.
    Clients,
    /// Euros for each of them.
    EuroPerClient,
    /// A rate as a fraction: 0.025 is 2,5%.
    Percent,
    /// A count or ratio.
    Number,
}

/// A number with thousands separated by points and a decimal comma.
///
/// Always exactly `decimals` decimals (at most 15): `number(1506.0, 1)` is
/// `1.506,0`. A number that rounds to zero has no sign.
pub fn number(value: f64, decimals: usize) -> String {
    if !value.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    let text = format!("{:.*}", decimals.min(15), round(value, decimals));
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) if rest.bytes().any(|b| b.is_ascii_digit() && b != b'0') => ("-", rest),
        Some(rest) => ("", rest),
        None => ("", text.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::with_capacity(text.len() + whole.len() / 3 + 1);
    out.push_str(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push('.');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(',');
        out.push_str(fraction);
    }
    out
}

/// A number with at most `decimals` decimals, without zeros at the end:
/// `4,2`, `80`.
pub fn short(value: f64, decimals: usize) -> String {
    let text = number(value, decimals);
    match text.split_once(',') {
        Some((whole, fraction)) => {
            let fraction = fraction.trim_end_matches('0');
            let whole = if whole == "-0" && fraction.is_empty() { "0" } else { whole };
            if fraction.is_empty() { whole.to_owned() } else { format!("{whole},{fraction}") }
        }
        None => text,
    }
}

/// A whole number: `1.506`.
pub fn whole(value: f64) -> String {
    number(value, 0)
}

/// Half away from zero at `decimals` decimals, on the shortest decimal number
/// that reads back as `value` (so 1.005 rounds to 1.01, as it does on paper).
pub fn round(value: f64, decimals: usize) -> f64 {
    if !value.is_finite() || value.abs() >= 1e15 {
        return value;
    }
    // Rust writes the shortest decimal that identifies the number; the digits
    // after the cut then decide, exactly.
    let text = format!("{}", value.abs());
    let Some((_, fraction)) = text.split_once('.') else {
        return value;
    };
    if fraction.len() <= decimals {
        return value;
    }
    let cut = text.len() - (fraction.len() - decimals);
    let up = text.as_bytes().get(cut).is_some_and(|digit| *digit >= b'5');
    let kept: String = text[..cut].chars().filter(char::is_ascii_digit).collect();
    // Below 1e15 with few decimals the digits fit; where they do not, the
    // binary number is as good as the decimal one.
    let Ok(digits) = kept.parse::<u128>() else {
        return value;
    };
    let digits = (digits + u128::from(up)).to_string();
    let padded = format!("{digits:0>width$}", width = decimals + 1);
    let (whole, rest) = padded.split_at(padded.len() - decimals);
    let rounded: f64 = format!("{whole}.{rest}0").parse().unwrap_or(value.abs());
    if value < 0.0 { -rounded } else { rounded }
}

/// To the nearest multiple of ten to the power `zeros`: 28.573 to hundreds is
/// 28.600.
fn round_to(value: f64, zeros: i32) -> f64 {
    let unit = 10f64.powi(zeros);
    round(value / unit, 0) * unit
}

/// An amount in whole euros: `€ 1.506.000`, `€ -165`.
pub fn euro(value: f64) -> String {
    if value.is_finite() { format!("€ {}", whole(value)) } else { NOT_APPLICABLE.to_owned() }
}

/// An amount in euros and cents: `€ 38,50`.
pub fn euro_cents(value: f64) -> String {
    if value.is_finite() { format!("€ {}", number(value, 2)) } else { NOT_APPLICABLE.to_owned() }
}

/// An amount in thousands for a column headed `x € 1.000`: `1.506`.
pub fn thousands(value: f64) -> String {
    whole(value / 1_000.0)
}

/// A size word and the amount of it.
struct Scaled {
    unit: f64,
    word: &'static str,
}

const THOUSANDS: Scaled = Scaled { unit: 1.0, word: "" };
const MILLIONS: Scaled = Scaled { unit: 1e6, word: " miljoen" };
const BILLIONS: Scaled = Scaled { unit: 1e9, word: " miljard" };

/// What an amount of this size is written in.
fn scale_of(value: f64) -> Scaled {
    match value.abs() {
        size if size >= 999.95e6 => BILLIONS,
        size if size >= 999_500.0 => MILLIONS,
        _ => THOUSANDS,
    }
}

/// Three digits below a million, one decimal above.
fn scaled(value: f64, scale: &Scaled) -> String {
    if scale.unit > 1.0 {
        return short(value / scale.unit, 1);
    }
    match value.abs() {
        size if size >= 99_950.0 => whole(round_to(value, 3)),
        size if size >= 9_995.0 => whole(round_to(value, 2)),
        _ => whole(value),
    }
}

/// An amount of money in a style.
///
/// `Auto` writes what a council member reads with ease: one decimal of a
/// million (`€ 5,4 miljoen`), three digits below (`€ 653.000`, `€ 28.600`),
/// whole euros under ten thousand (`€ 8.412`).
pub fn amount(value: f64, style: Style) -> String {
    if !value.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    match style {
        Style::Exact => euro(value),
        Style::Thousand => euro(round_to(value, 3)),
        Style::Million => format!("€ {} miljoen", short(value / 1e6, 1)),
        Style::Words => {
            let scale = scale_of(value);
            format!("{}{} euro", scaled(value, &scale), scale.word)
        }
        Style::Auto | Style::Range | Style::Points => {
            let scale = scale_of(value);
            format!("€ {}{}", scaled(value, &scale), scale.word)
        }
    }
}

/// A percentage from a fraction: `percent(0.0424, 1)` is `4,2%`.
///
/// Zeros at the end are left out (`80%`); what is not zero never reads `0%`
/// but gets the decimals it needs, four at most.
pub fn percent(fraction: f64, decimals: usize) -> String {
    if !fraction.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    format!("{}%", percent_number(fraction, decimals))
}

/// A chance that follows from draws, in whole percent. Draws never show that
/// something is certain: the ends read `minder dan 1%` and `meer dan 99%`.
pub fn simulated(chance: f64) -> String {
    if !(chance.is_finite() && (0.0..=1.0).contains(&chance)) {
        return NOT_APPLICABLE.to_owned();
    }
    match round(chance * 100.0, 0) {
        p if p < 1.0 => "minder dan 1%".to_owned(),
        p if p > 99.0 => "meer dan 99%".to_owned(),
        p => format!("{}%", whole(p)),
    }
}

fn percent_number(fraction: f64, decimals: usize) -> String {
    // 0.07 * 100 is 7.000000000000001: the product is cleaned before it is cut.
    let value = round(fraction * 100.0, 10);
    (decimals..=4.max(decimals))
        .map(|d| short(value, d))
        .find(|text| text != "0" || value == 0.0)
        .unwrap_or_else(|| "0".to_owned())
}

/// A number of clients: `573 cliënten`, `1 cliënt`.
pub fn clients(value: f64) -> String {
    if !value.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    let text = whole(value);
    format!("{text} {}", if text == "1" { "cliënt" } else { "cliënten" })
}

/// Hours: `2,11 uur`.
pub fn hours(value: f64) -> String {
    if value.is_finite() { format!("{} uur", short(value, 2)) } else { NOT_APPLICABLE.to_owned() }
}

/// A quantity in its unit and a style.
pub fn quantity(value: f64, unit: Quantity, style: Style) -> String {
    if !value.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    match (unit, style) {
        (Quantity::Euro, style) => amount(value, style),
        (Quantity::EuroPerClient, Style::Words) => format!("{} euro per cliënt", whole(value)),
        (Quantity::EuroPerClient, _) => format!("{} per cliënt", euro(value)),
        (Quantity::Clients, Style::Words) => {
            let noun = if whole(value) == "1" { "cliënt" } else { "cliënten" };
            format!("{} {noun}", count_in_words(value))
        }
        (Quantity::Clients, _) => clients(value),
        (Quantity::Percent, Style::Exact) => percent(value, 2),
        (Quantity::Percent, Style::Words) => format!("{} procent", percent_number(value, 1)),
        (Quantity::Percent, Style::Points) => {
            let text = percent_number(value, 1);
            format!("{text} procentpunt")
        }
        (Quantity::Percent, _) => percent(value, 1),
        (Quantity::Number, Style::Words) => count_in_words(value),
        (Quantity::Number, Style::Exact) => short(value, 6),
        (Quantity::Number, _) => short(value, if value.abs() < 100.0 { 2 } else { 0 }),
    }
}

/// Two bounds as one phrase, lowest first: `tussen € 22,3 en € 26,1 miljoen`.
///
/// Bounds that read the same are written once.
pub fn range(low: f64, high: f64, unit: Quantity) -> String {
    if !low.is_finite() || !high.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    let (low, high) = if low <= high { (low, high) } else { (high, low) };
    let one = |value| quantity(value, unit, Style::Auto);
    if one(low) == one(high) {
        return one(low);
    }
    match unit {
        Quantity::Euro => {
            // Both in the size word of the larger, so that it is said once.
            let scale = scale_of(if high.abs() >= low.abs() { high } else { low });
            if scale.unit > 1.0 && low.abs() >= scale.unit / 20.0 {
                let (low, high) = alike(scaled(low, &scale), scaled(high, &scale));
                format!("tussen € {low} en € {high}{}", scale.word)
            } else {
                format!("tussen {} en {}", one(low), one(high))
            }
        }
        Quantity::EuroPerClient => format!("tussen {} en {} per cliënt", euro(low), euro(high)),
        Quantity::Clients => format!("tussen {} en {}", whole(low), clients(high)),
        Quantity::Percent | Quantity::Number => format!("tussen {} en {}", one(low), one(high)),
    }
}

/// Two bounds with a decimal each where one has it: `14,2` and `17,0`.
fn alike(low: String, high: String) -> (String, String) {
    match (low.contains(','), high.contains(',')) {
        (true, false) => (low, format!("{high},0")),
        (false, true) => (format!("{low},0"), high),
        _ => (low, high),
    }
}

/// Advantage (voordeel) or disadvantage (nadeel): `V` for more than nothing, `N` for less, nothing for
/// what rounds to zero at `decimals` decimals.
pub fn sign(advantage: f64, decimals: usize) -> &'static str {
    match round(advantage, decimals).partial_cmp(&0.0) {
        Some(Ordering::Greater) => "V",
        Some(Ordering::Less) => "N",
        _ => "",
    }
}

/// A deviation as reports print it, the size with its mark: `1,7 N`, `0,4 V`,
/// `0,0`. Positive is an advantage.
pub fn marked(advantage: f64, decimals: usize) -> String {
    if !advantage.is_finite() {
        return NOT_APPLICABLE.to_owned();
    }
    let size = number(advantage.abs(), decimals);
    match sign(advantage, decimals) {
        "" => size,
        mark => format!("{size} {mark}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_have_points_between_thousands_and_a_decimal_comma() {
        assert_eq!(number(1_506_000.0, 0), "1.506.000");
        assert_eq!(number(-165.0, 0), "-165");
        assert_eq!(number(999.0, 0), "999");
        assert_eq!(number(1_000.5, 1), "1.000,5");
        assert_eq!(number(4.2, 2), "4,20");
    }

    #[test]
    fn what_rounds_to_zero_has_no_sign() {
        assert_eq!(number(-0.4, 0), "0");
        assert_eq!(number(-0.04, 1), "0,0");
        assert_eq!(short(-0.04, 1), "0");
        assert_eq!(number(-0.0, 0), "0");
    }

    #[test]
    fn halves_round_away_from_zero_as_on_paper() {
        assert_eq!(whole(2.5), "3");
        assert_eq!(whole(-2.5), "-3");
        assert_eq!(number(1.005, 2), "1,01");
        assert_eq!(number(0.25, 1), "0,3");
        assert_eq!(number(99.95, 1), "100,0");
    }

    #[test]
    fn amounts_choose_their_size_word() {
        assert_eq!(amount(5_432_100.0, Style::Auto), "€ 5,4 miljoen");
        assert_eq!(amount(6_000.0, Style::Auto), "€ 6.000");
        assert_eq!(amount(50_000.0, Style::Auto), "€ 50.000");
        assert_eq!(amount(653_421.0, Style::Auto), "€ 653.000");
        assert_eq!(amount(28_573.0, Style::Auto), "€ 28.600");
        assert_eq!(amount(-1_506_000.0, Style::Auto), "€ -1,5 miljoen");
        assert_eq!(amount(999_700.0, Style::Auto), "€ 1 miljoen");
        assert_eq!(amount(1_234_000_000.0, Style::Auto), "€ 1,2 miljard");
        assert_eq!(amount(0.0, Style::Auto), "€ 0");
    }

    #[test]
    fn amounts_follow_the_style_asked_for() {
        assert_eq!(amount(1_505_600.0, Style::Exact), "€ 1.505.600");
        assert_eq!(amount(1_505_600.0, Style::Thousand), "€ 1.506.000");
        assert_eq!(amount(505_600.0, Style::Million), "€ 0,5 miljoen");
        assert_eq!(amount(1_505_600.0, Style::Words), "1,5 miljoen euro");
    }

    #[test]
    fn percentages_come_from_fractions_and_never_lie_about_zero() {
        assert_eq!(percent(0.0424, 2), "4,24%");
        assert_eq!(percent(0.0424, 1), "4,2%");
        assert_eq!(percent(0.8, 1), "80%");
        assert_eq!(percent(0.07, 0), "7%");
        assert_eq!(percent(0.0004, 1), "0,04%");
        assert_eq!(percent(0.0, 1), "0%");
        assert_eq!(percent(-0.021, 1), "-2,1%");
    }

    #[test]
    fn clients_agree_with_their_count() {
        assert_eq!(clients(573.0), "573 cliënten");
        assert_eq!(clients(1.0), "1 cliënt");
        assert_eq!(clients(1.2), "1 cliënt");
        assert_eq!(clients(0.0), "0 cliënten");
        assert_eq!(quantity(12.0, Quantity::Clients, Style::Words), "twaalf cliënten");
        assert_eq!(quantity(1.0, Quantity::Clients, Style::Words), "één cliënt");
    }

    #[test]
    fn a_range_says_its_size_word_once() {
        assert_eq!(range(22_300_000.0, 26_100_000.0, Quantity::Euro), "tussen € 22,3 en € 26,1 miljoen");
        assert_eq!(range(14_200_000.0, 17_000_000.0, Quantity::Euro), "tussen € 14,2 en € 17,0 miljoen");
        assert_eq!(range(4_000_000.0, 5_100_000.0, Quantity::Euro), "tussen € 4,0 en € 5,1 miljoen");
        assert_eq!(range(4_000_000.0, 5_000_000.0, Quantity::Euro), "tussen € 4 en € 5 miljoen");
        assert_eq!(range(653_000.0, 812_000.0, Quantity::Euro), "tussen € 653.000 en € 812.000");
        assert_eq!(range(20_000.0, 1_200_000.0, Quantity::Euro), "tussen € 20.000 en € 1,2 miljoen");
        assert_eq!(range(540.0, 573.0, Quantity::Clients), "tussen 540 en 573 cliënten");
        assert_eq!(range(0.021, 0.05, Quantity::Percent), "tussen 2,1% en 5%");
        assert_eq!(range(5.0, 5.0, Quantity::Euro), "€ 5");
    }

    #[test]
    fn deviations_carry_v_or_n() {
        assert_eq!(marked(-1.7, 1), "1,7 N");
        assert_eq!(marked(0.4, 1), "0,4 V");
        assert_eq!(marked(-0.04, 1), "0,0");
    }

    #[test]
    fn what_is_no_number_is_never_written_as_one() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(euro(value), NOT_APPLICABLE);
            assert_eq!(percent(value, 1), NOT_APPLICABLE);
            assert_eq!(clients(value), NOT_APPLICABLE);
            assert_eq!(quantity(value, Quantity::Number, Style::Auto), NOT_APPLICABLE);
            assert_eq!(marked(value, 1), NOT_APPLICABLE);
        }
    }

    proptest! {
        #[test]
        fn a_written_number_reads_back_as_the_rounded_one(value in -1e9f64..1e9, decimals in 0usize..5) {
            let text = number(value, decimals);
            let back = parse_number(&text).expect("we wrote it");
            prop_assert!((back - value).abs() <= 0.5000001 * 10f64.powi(-(decimals as i32)), "{} {}", text, value);
        }

        #[test]
        fn nothing_panics_on_any_number(bits in any::<u64>(), decimals in 0usize..20) {
            let value = f64::from_bits(bits);
            for unit in [Quantity::Euro, Quantity::Clients, Quantity::EuroPerClient, Quantity::Percent, Quantity::Number] {
                for style in [Style::Auto, Style::Exact, Style::Thousand, Style::Million, Style::Words, Style::Range, Style::Points] {
                    prop_assert!(!quantity(value, unit, style).contains("NaN"));
                }
                range(value, -value, unit);
            }
            number(value, decimals);
            marked(value, decimals);
            round_to_sum(&[value, 1.0, -value], 1.0);
        }

    }
}
