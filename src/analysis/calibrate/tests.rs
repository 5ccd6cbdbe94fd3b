//! Calibration on cases worked out by hand.

use super::*;
use crate::analysis::backtest::{Entry, Measure};

fn series(values: &[(i32, f64)]) -> BTreeMap<Year, f64> {
    values.iter().map(|(y, v)| (Year(*y), *v)).collect()
}

fn near(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-9, "{a} is not {b}");
}

// By hand. Six municipalities, two years; the median is 0.05 in 2020 and
// 0.07 in 2021; deviations are constant per municipality (within 0), so
// all spread is between: -0.03 -0.02 -0.01 0.01 0.02 0.03, squares sum
// to 0.0028, over 5.
#[test]
fn lasting_differences_are_between_and_not_within() {
    let values: Vec<_> =
        [-0.03, -0.02, -0.01, 0.01, 0.02, 0.03].iter().map(|d| series(&[(2020, 0.05 + d), (2021, 0.07 + d)])).collect();
    let m = moments(&values).expect("twelve values");
    near(m.mean, 0.06);
    near(m.within, 0.0);
    near(m.between, libm::sqrt(0.0028 / 5.0));
    near(m.national_sd, libm::sqrt(0.0002));
    assert_eq!((m.municipalities, m.observations), (6, 12));
    near(m.persistence, MOST_PERSISTENT);
}

// By hand: each municipality +-d around the median in turn: means are 0,
// so nothing is between; within = sum of 2 d^2 over 6 degrees of freedom.
#[test]
fn differences_that_turn_are_within_and_do_not_last() {
    let values: Vec<_> =
        [-0.03, -0.02, -0.01, 0.01, 0.02, 0.03].iter().map(|d| series(&[(2020, 0.05 + d), (2021, 0.05 - d)])).collect();
    let m = moments(&values).expect("twelve values");
    near(m.between, 0.0);
    near(m.within, libm::sqrt(2.0 * 0.0028 / 6.0));
    near(m.persistence, 0.0);
}

fn peers(between: f64, within: f64) -> Moments {
    Moments {
        usual: series(&[(2020, 0.04), (2021, 0.06)]),
        mean: 0.05,
        national_sd: 0.0,
        between,
        within,
        persistence: 0.2,
        municipalities: 40,
        observations: 80,
    }
}

// By hand: between 0.02, within 0.04, two years: w = 0.0004 / (0.0004 +
// 0.0016 / 2) = 1/3. Own 0.07 and 0.09, each 0.03 above the usual:
// 0.05 + 0.03 / 3 = 0.06.
#[test]
fn the_own_mean_weighs_as_much_as_its_years_can_bear() {
    let e = estimate(&series(&[(2020, 0.07), (2021, 0.09)]), Some(&peers(0.02, 0.04))).expect("values");
    near(e.weight, 1.0 / 3.0);
    near(e.value, libm::exp(0.06) - 1.0);
    // Own deviations do not vary: (1 * 0 + 10 * 0.0016) / 11, and two
    // thirds of 0.0004.
    near(e.sd.expect("a spread"), libm::exp(0.06) * libm::sqrt(0.016 / 11.0 + 0.0008 / 3.0));
    let more: BTreeMap<Year, f64> = (2010..2030).map(|y| (Year(y), 0.08)).collect();
    assert!(estimate(&more, Some(&peers(0.02, 0.04))).expect("values").weight > 0.8);
}

#[test]
fn without_own_years_the_peers_speak_and_without_peers_the_own_years() {
    let e = estimate(&series(&[]), Some(&peers(0.02, 0.04))).expect("peers");
    near(e.weight, 0.0);
    near(e.value, libm::exp(0.05) - 1.0);
    let e = estimate(&series(&[(2020, 0.03), (2021, 0.05)]), None).expect("own");
    near(e.weight, 1.0);
    near(e.value, libm::exp(0.04) - 1.0);
    assert_eq!(e.sd, None);
    assert_eq!(estimate(&series(&[]), None), None);
}

fn history(actual: &[f64], budget: &[f64]) -> Portfolio {
    let mut entries = Vec::new();
    for (side, values) in [(Side::Actual, actual), (Side::Budget, budget)] {
        for (year, value) in (2018..).zip(values) {
            let line = "jeugd".to_owned();
            entries.push(Entry {
                code: "GM0001".into(),
                line,
                measure: Measure::Cost,
                side,
                year: Year(year),
                value: *value,
            });
        }
    }
    Portfolio::new(&BTreeMap::new(), &entries)
}

#[test]
fn a_one_off_year_is_no_growth_and_is_named() {
    // 3 % a year, and one year half as much again.
    let clean = [100.0, 103.0, 106.09, 109.2727, 112.550_881, 115.927_407_43];
    let mut odd = clean;
    odd[3] *= 1.5;
    let portfolio = history(&odd, &[]);
    let all = calibrate_all(&portfolio, 0, None, None, &|_| None, &Deflator::new());
    let growth = all[0].growth.as_ref().expect("growth");
    near(growth.value, 0.03);
    assert_eq!(growth.years, [Year(2019), Year(2020), Year(2023)]);
    let text = toml(&all, "figures.csv");
    assert!(text.contains("# break: jeugd 2021: +50%, and back the year after (one-off); left out"), "{text}");
}

#[test]
fn prices_are_taken_out_and_years_without_a_price_left_out() {
    let portfolio = history(&[100.0, 110.0, 121.0, 140.0], &[]);
    let deflator = Deflator::from([(Year(2019), Rate(0.04)), (Year(2020), Rate(0.04))]);
    let all = calibrate_all(&portfolio, 0, None, None, &|_| None, &deflator);
    let growth = all[0].growth.as_ref().expect("growth");
    near(growth.value, 1.1 / 1.04 - 1.0);
    assert_eq!(growth.years, [Year(2019), Year(2020)]);
}

#[test]
fn the_result_is_toml_to_paste() {
    let all = calibrate_all(
        &history(&[108.0, 108.0, 108.0], &[100.0, 100.0, 100.0]),
        0,
        None,
        None,
        &|_| None,
        &Deflator::new(),
    );
    let expected = "\
# growth: own 0.0% over 2 years (2019-2020), weight 100%; no peers; too short for a spread
# level: own 8.0% over 3 years (2018-2020), weight 100%; no peers
# growth holds price rises too: leave the price index of this line out, or calibrate with an index
[cost.jeugd]
volume = { growth = { value = \"0.0%\", source = \"calibrated on figures.csv 2019-2020, own weight 100%\" } }
level = { value = \"8.0%\", sd = \"0.0%\", source = \"calibrated on figures.csv 2018-2020, own weight 100%\" }
";
    assert_eq!(toml(&all, "figures.csv"), expected);
}

#[test]
fn own_years_that_count_for_nothing_say_why() {
    let mut all = calibrate_all(&history(&[100.0, 103.0, 108.0], &[]), 0, None, None, &|_| None, &Deflator::new());
    let own = series(&[(2019, 0.07), (2020, 0.09)]);
    for (between, said) in [(0.0, true), (0.02, false)] {
        all[0].growth = estimate(&own, Some(&peers(between, 0.04)));
        assert_eq!(toml(&all, "figures.csv").contains("#   weight 0%: between peers"), said);
    }
}

#[test]
fn few_peers_are_no_peers() {
    assert_eq!(moments(&[series(&[(2020, 0.1), (2021, 0.2)])]), None);
}
