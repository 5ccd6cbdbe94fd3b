//! The parts of the band on cases small enough to work out by hand.

use super::super::portfolio::{Entry, Measure, Portfolio, Side};
use super::*;

/// Figures of 2018 on, all 100 but for `scale` by line, of `members`.
fn flat(members: usize, lines: &[(&str, f64)]) -> Portfolio {
    let mut entries = Vec::new();
    for (m, (line, scale)) in (0..members).flat_map(|m| lines.iter().map(move |l| (m, *l))) {
        for (side, year) in (2018..=2020).flat_map(|y| [(Side::Budget, y), (Side::Actual, y)]) {
            entries.push(Entry {
                code: format!("GM{m:02}"),
                line: line.into(),
                measure: Measure::Cost,
                side,
                year: Year(year),
                value: 100.0 * scale,
            });
        }
    }
    Portfolio::new(&BTreeMap::new(), &entries)
}

// Two halves of a total: squares of the shares 1/2 + 1/2 of one half =
// 0.5, and 0.5 + 0.25 * 0.5 = 0.625 of the variance 0.06^2.
#[test]
fn a_total_is_steadier_than_its_parts() {
    let portfolio = flat(9, &[("een", 1.0), ("geheel", 2.0), ("twee", 1.0)]);
    let known = Known::before(&portfolio, Year(2020), 2);
    let sd = |line| national_sd(&known, line, Year(2020), &Centres::new());
    assert!((sd(0) - 0.06).abs() < 1e-12 && (sd(2) - 0.06).abs() < 1e-12);
    assert!((sd(1) - 0.06 * libm::sqrt(0.625)).abs() < 1e-12, "{}", sd(1));
    // 100, 300 and 100: no line is the sum of the others.
    let portfolio = flat(9, &[("een", 1.0), ("geheel", 3.0), ("twee", 1.0)]);
    assert_eq!(total(&Known::before(&portfolio, Year(2020), 2), Year(2020)), None);
    // Of two equal lines neither is the total of the other.
    let portfolio = flat(9, &[("een", 1.0), ("twee", 1.0)]);
    assert_eq!(total(&Known::before(&portfolio, Year(2020), 2), Year(2020)), None);
}

// Nothing was forecast before: two degrees of freedom, t = 1.886 (printed
// tables). Nothing deviates: the squares of two assumed municipalities of
// 20 % among nine, twice 0.04 over 11.
#[test]
fn country_and_municipality_add_in_squares() {
    let portfolio = flat(9, &[("een", 1.0), ("twee", 1.0)]);
    let known = Known::before(&portfolio, Year(2020), 2);
    let half = half_widths(&known, 0, Year(2020), 2, &Centres::new());
    let expected = libm::sqrt(0.08 / 11.0 + (1.886 * 0.06) * (1.886 * 0.06));
    assert!(half.iter().all(|h| (h - expected).abs() < 0.0005), "{half:?} is not {expected}");
}

// Deviations 0.1, 0.1 and 0.4; the usual one is their 80 % quantile 0.1 +
// 0.6 * 0.3 = 0.28. Over the usual: 0.357, 0.357 and 1.429, mean 0.714;
// over the mean 0.5, 0.5 and 2. With three usual years beside the one seen:
// 3.5 / 4 and 5 / 4. Half: sqrt((3 * 0.28^2 + 2 * 0.04) / 5) = 0.25108.
#[test]
fn who_moved_more_gets_a_wider_band() {
    let portfolio = flat(3, &[("een", 1.0)]);
    let known = Known::before(&portfolio, Year(2020), 2);
    let year = Spread {
        deviation: vec![Some(0.1), Some(0.1), Some(0.4)],
        by_size: Vec::new(),
        all: 0.28,
        count: 3.0,
        weight: 1.0,
    };
    let half = own_halves(&known, Year(2020), 0.04, &[year]);
    let usual = libm::sqrt((3.0 * 0.28 * 0.28 + 2.0 * 0.04) / 5.0);
    assert!((usual - 0.251_08).abs() < 1e-5);
    assert!((half[0] - usual * 0.875).abs() < 1e-12 && (half[2] - usual * 1.25).abs() < 1e-12, "{half:?}");
}

// Forty nearest to 50 among 0 to 99: 30 to 69 (the lower one of equals),
// whose 80 % quantile is 30 + 0.8 * 39 = 61.2.
#[test]
fn the_nearest_in_size_are_a_window() {
    let by_size: Vec<(f64, f64)> = (0..100).map(|i| (f64::from(i), f64::from(i))).collect();
    assert!((nearest(&by_size, 50.0).expect("many") - 61.2).abs() < 1e-9);
    // At the ends the window stays whole: 0 to 39 and 60 to 99.
    assert!((nearest(&by_size, -5.0).expect("many") - 31.2).abs() < 1e-9);
    assert!((nearest(&by_size, 500.0).expect("many") - 91.2).abs() < 1e-9);
    assert_eq!(nearest(&[], 1.0), None);
}

// One municipality, whose only other known line grew by half in a year:
// steps ln 1.5 and 0 have the 80 % quantile 0.8 ln 1.5. Over two years:
// (2 * 2 * 0.1052 + 2 * 0.04) / 4.
#[test]
fn alone_the_other_lines_tell_how_restless_the_books_are() {
    let put = |line: &str, year, value| Entry {
        code: "GM01".into(),
        line: line.into(),
        measure: Measure::Cost,
        side: Side::Actual,
        year: Year(year),
        value,
    };
    let portfolio = Portfolio::new(
        &BTreeMap::new(),
        &[put("een", 2018, 100.0), put("een", 2019, 150.0), put("twee", 2018, 9.0), put("twee", 2019, 9.0)],
    );
    let wide = 0.8 * libm::log(1.5);
    let expected = (2.0 * 2.0 * wide * wide + 2.0 * 0.04) / 4.0;
    let found = few_squared(&portfolio.known(Year(2019), Year(2021)), 2);
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
    // Before the second year was known, what is assumed.
    assert!((few_squared(&portfolio.known(Year(2018), Year(2021)), 2) - 0.04).abs() < 1e-12);
}
