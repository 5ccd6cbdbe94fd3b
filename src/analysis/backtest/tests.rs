//! What a backtest promises, on made-up countries and on cases small enough
//! to work out by hand.

use super::synthetic::{Country, Random, entries, portfolio};
use super::*;
use crate::units::Year;

const COUNTRY: Country = Country { municipalities: 80, level: 0.10, noise: 0.06, growth: 0.04, shock: 0.02 };

/// One municipality, one line; figures as (side, year, value).
fn alone(figures: &[(Side, i32, f64)]) -> Portfolio {
    let entries: Vec<Entry> = figures
        .iter()
        .map(|(side, year, value)| Entry {
            code: "GM0001".into(),
            line: "zorg".into(),
            measure: Measure::Cost,
            side: *side,
            year: Year(*year),
            value: *value,
        })
        .collect();
    portfolio(&entries)
}

fn forecast_of(run: &Backtest, code: &str, line: &str, year: i32) -> Forecast {
    run.forecasts
        .iter()
        .find(|f| f.municipality == code && f.line == line && f.year == Year(year))
        .cloned()
        .expect("a forecast")
}

#[test]
fn a_budget_that_always_comes_out_ten_percent_low_is_raised_by_ten_percent() {
    let mut figures = Vec::new();
    for year in 2017..=2021 {
        figures.extend([(Side::Budget, year, 100.0), (Side::Actual, year, 110.0)]);
    }
    let run = backtest(&alone(&figures), 2);
    for year in 2019..=2021 {
        let forecast = forecast_of(&run, "GM0001", "zorg", year);
        assert!((forecast.forecast - 110.0).abs() < 1e-9, "{forecast:?}");
        assert!(forecast.p10 < 110.0 && 110.0 < forecast.p90);
    }
    assert!(!run.forecasts.iter().any(|f| f.year < Year(2019)), "nothing was known before 2019");
}

// By hand. Known for 2020 with lag 2: actuals 100 and 110 (2017, 2018),
// budgets 100. g = ln 1.1. Level: (0.8 * 0 + 1 * g) / 1.8. Growth: half g
// (actuals) and half 0 (budgets), times 0.8 = 0.4 g. Trend: g + 2 * 0.4 g =
// 1.8 g. Together 0.75 * g / 1.8 + 0.25 * 1.8 g.
#[test]
fn level_and_trend_are_weighed_as_worked_out_by_hand() {
    let figures = [
        (Side::Actual, 2017, 100.0),
        (Side::Actual, 2018, 110.0),
        (Side::Budget, 2017, 100.0),
        (Side::Budget, 2018, 100.0),
        (Side::Budget, 2019, 100.0),
        (Side::Budget, 2020, 100.0),
    ];
    let run = backtest(&alone(&figures), 2);
    let expected = 100.0 * libm::exp(libm::log(1.1) * (0.75 / 1.8 + 0.45));
    let forecast = forecast_of(&run, "GM0001", "zorg", 2020);
    assert!((forecast.forecast - expected).abs() < 1e-9, "{} is not {expected}", forecast.forecast);
    assert_eq!((forecast.budget, forecast.actual), (Some(100.0), None));
}

// By hand. Budgets are all 100. Of three municipalities the third spent 120 in
// 2017 and 110 in 2018, the others 100: the median level is 0 in both years.
// For 2020 (lag 2) the last actual lies ln 1.1 above the median; a third of the
// way to the ln 1.2 of the year before is added, and that weighs 0.35, from
// which nothing was learned yet (no known year has an actual two years before).
#[test]
fn in_the_autumn_two_actuals_tell_what_sets_a_municipality_apart() {
    let mut all = Vec::new();
    for (code, spent) in [("GM0001", [100.0, 100.0]), ("GM0002", [100.0, 100.0]), ("GM0003", [120.0, 110.0])] {
        let mut put = |side, year, value| {
            all.push(Entry {
                code: code.into(),
                line: "zorg".into(),
                measure: Measure::Cost,
                side,
                year: Year(year),
                value,
            });
        };
        (2017..=2020).for_each(|year| put(Side::Budget, year, 100.0));
        put(Side::Actual, 2017, spent[0]);
        put(Side::Actual, 2018, spent[1]);
    }
    let run = backtest(&portfolio(&all), 2);
    let apart = libm::log(1.1) + (libm::log(1.2) - libm::log(1.1)) / 3.0;
    let expected = 100.0 * libm::exp(0.35 * apart);
    let forecast = forecast_of(&run, "GM0003", "zorg", 2020).forecast;
    assert!((forecast - expected).abs() < 1e-9, "{forecast} is not {expected}");
    assert!((forecast_of(&run, "GM0001", "zorg", 2020).forecast - 100.0).abs() < 1e-9);
}

// By hand. Three municipalities and two lines that cost the same, all alike:
// actuals and budgets of 2017-2019 are 100, so the level is 0. For 2020 (lag 2)
// the budget of one line rises by a fifth and the other stays: their last
// actuals lie -ln 1.2 and 0 above their budgets, the mean half of that, and a
// quarter of the distance to it counts. A doubled budget is a break: of its
// distance (ln 2) / 2 no more than 0.1 counts.
#[test]
fn a_line_whose_budgets_were_raised_more_than_those_of_others_is_raised_less() {
    for (raised, shift) in [(1.2, 0.25 * libm::log(1.2) / 2.0), (2.0, 0.25 * 0.1)] {
        let mut all = Vec::new();
        for (code, line) in ["GM0001", "GM0002", "GM0003"].iter().flat_map(|c| [(c, "zorg"), (c, "werk")]) {
            let mut put = |side, year, value| {
                let (line, measure) = (line.to_owned(), Measure::Cost);
                all.push(Entry { code: (*code).into(), line, measure, side, year: Year(year), value });
            };
            (2017..=2019).for_each(|year| put(Side::Budget, year, 100.0));
            (2017..=2018).for_each(|year| put(Side::Actual, year, 100.0));
            put(Side::Budget, 2020, if line == "zorg" { 100.0 * raised } else { 100.0 });
        }
        let run = backtest(&portfolio(&all), 2);
        for (line, expected) in [("zorg", 100.0 * raised * libm::exp(-shift)), ("werk", 100.0 * libm::exp(shift))] {
            let found = forecast_of(&run, "GM0002", line, 2020).forecast;
            assert!((found - expected).abs() < 1e-9, "{line}: {found} is not {expected}");
        }
    }
}

#[test]
fn without_a_budget_the_last_actual_grows() {
    // Known for 2020: actuals of 2017 and 2018, no budgets: growth 0.8 g a year.
    let run =
        backtest(&alone(&[(Side::Actual, 2017, 100.0), (Side::Actual, 2018, 110.0), (Side::Actual, 2020, 120.0)]), 2);
    let expected = 110.0 * libm::exp(2.0 * 0.8 * libm::log(1.1));
    assert!((forecast_of(&run, "GM0001", "zorg", 2020).forecast - expected).abs() < 1e-9);
}

#[test]
fn a_forecast_does_not_change_when_later_years_are_cut_from_the_file() {
    let all = entries(Country { municipalities: 25, ..COUNTRY }, 7);
    for lag in [1, 2] {
        let whole = backtest(&portfolio(&all), lag);
        for target in 2017..=2023 {
            let cut: Vec<Entry> = all
                .iter()
                .filter(|e| e.year.0 <= if e.side == Side::Actual { target - lag } else { target })
                .cloned()
                .collect();
            let run = backtest(&portfolio(&cut), lag);
            let at = |run: &Backtest| -> Vec<_> {
                run.forecasts
                    .iter()
                    .filter(|f| f.year == Year(target))
                    .map(|f| {
                        (f.municipality.clone(), f.line.clone(), f.forecast.to_bits(), f.p10.to_bits(), f.p90.to_bits())
                    })
                    .collect()
            };
            assert!(!at(&whole).is_empty());
            assert_eq!(at(&whole), at(&run), "lag {lag}, {target}");
        }
    }
}

#[test]
fn what_happens_later_does_change_later_forecasts() {
    // The counterpart of the test above: the figures do matter.
    let all = entries(COUNTRY, 7);
    let mut other = all.clone();
    for e in other.iter_mut().filter(|e| e.side == Side::Actual && e.year == Year(2020) && e.measure == Measure::Cost) {
        e.value *= 1.3;
    }
    let (a, b) = (backtest(&portfolio(&all), 2), backtest(&portfolio(&other), 2));
    assert_eq!(forecast_of(&a, "GM0003", "zorg", 2021), forecast_of(&b, "GM0003", "zorg", 2021));
    assert!(forecast_of(&b, "GM0003", "zorg", 2022).forecast > 1.02 * forecast_of(&a, "GM0003", "zorg", 2022).forecast);
}

#[test]
fn the_order_of_the_file_changes_no_bit() {
    let all = entries(COUNTRY, 11);
    let mut shuffled = all.clone();
    let mut random = Random::new(1);
    for i in (1..shuffled.len()).rev() {
        shuffled.swap(i, (random.uniform() * (i + 1) as f64) as usize);
    }
    assert_eq!(backtest(&portfolio(&all), 2), backtest(&portfolio(&shuffled), 2));
}

#[test]
fn where_budgets_run_behind_the_forecast_beats_the_budget_and_every_rival() {
    for seed in 1..=3 {
        let run = backtest(&portfolio(&entries(COUNTRY, seed)), 2);
        for line in &run.lines {
            let ratio = line.of_budget.expect("budgets");
            assert!(ratio < 0.65, "seed {seed}, {}: {ratio}", line.line);
            for rival in [line.rivals.last_actual, line.rivals.own_trend, line.rivals.national] {
                assert!(rival.model_mdape < rival.mdape, "seed {seed}, {}", line.line);
            }
        }
    }
}

#[test]
fn where_budgets_are_right_on_average_the_forecast_does_little_harm() {
    let ratios: Vec<f64> = (1..=4)
        .flat_map(|seed| backtest(&portfolio(&entries(Country { level: 0.0, ..COUNTRY }, seed)), 2).lines)
        .filter_map(|line| line.of_budget)
        .collect();
    let mean = robust::mean(&ratios).expect("budgets");
    assert!(mean < 1.12, "{ratios:?}");
}

#[test]
fn eight_of_ten_outcomes_fall_inside_the_band() {
    let mut inside = 0.0;
    let mut all = 0.0;
    for seed in 1..=8 {
        for line in
            backtest(&portfolio(&entries(Country { shock: 0.045, municipalities: 50, ..COUNTRY }, seed)), 2).lines
        {
            let n = line.measures.n as f64;
            inside += n * line.measures.coverage80.expect("outcomes");
            all += n;
        }
    }
    let coverage: f64 = inside / all;
    assert!((0.75..=0.88).contains(&coverage), "{coverage}");
}

#[test]
fn a_rebooked_line_moves_the_forecast_by_a_bounded_part_only() {
    let mut all = entries(COUNTRY, 3);
    let before = forecast_of(&backtest(&portfolio(&all), 2), "GM0005", "zorg", 2022);
    // Nine tenths of the cost of 2020 was booked elsewhere.
    for e in all
        .iter_mut()
        .filter(|e| e.code == "GM0005" && e.line == "zorg" && e.side == Side::Actual && e.year == Year(2020))
    {
        if e.measure == Measure::Cost {
            e.value *= 0.1;
        }
    }
    let after = forecast_of(&backtest(&portfolio(&all), 2), "GM0005", "zorg", 2022);
    let moved = libm::log(after.forecast / before.forecast);
    // At most the largest weight on the last actual (0.95) times the clip (0.3),
    // from wherever it stood: well below the ln 10 of the rebooking.
    assert!(moved < 0.0 && moved > -0.4, "{moved}");
}

#[test]
fn a_merger_doubles_residents_and_is_not_taken_for_growth() {
    let mut all = entries(COUNTRY, 4);
    let before = forecast_of(&backtest(&portfolio(&all), 2), "GM0008", "zorg", 2022);
    for e in all.iter_mut().filter(|e| e.code == "GM0008" && e.year >= Year(2021)) {
        e.value *= 2.0;
    }
    let after = forecast_of(&backtest(&portfolio(&all), 2), "GM0008", "zorg", 2022);
    let ratio = after.forecast / before.forecast;
    // Its peers in size are others now, hence not exactly 2.
    assert!((ratio / 2.0 - 1.0).abs() < 0.05, "{ratio}");
}

#[test]
fn weights_add_up_and_stay_in_bounds() {
    for line in backtest(&portfolio(&entries(COUNTRY, 6)), 1).lines {
        for year in line.years {
            let w = year.weights;
            assert!((w.budget + w.last_actual + w.peers - 1.0).abs() < 1e-12);
            assert!((0.0..=0.95).contains(&w.last_actual) && (0.0..=0.3).contains(&w.peers));
        }
    }
}

#[test]
fn zeros_gaps_and_empty_lines_do_no_harm() {
    let mut all = entries(Country { municipalities: 6, ..COUNTRY }, 9);
    for e in all.iter_mut().filter(|e| e.code == "GM0000") {
        e.value = 0.0;
    }
    all.retain(|e| !(e.code == "GM0001" && e.year == Year(2019)));
    all.push(Entry {
        code: "GM0002".into(),
        line: "leeg".into(),
        measure: Measure::Cost,
        side: Side::Actual,
        year: Year(2018),
        value: 0.0,
    });
    let run = backtest(&portfolio(&all), 2);
    assert!(run.forecasts.iter().all(|f| f.forecast.is_finite() && f.p10 <= f.forecast && f.forecast <= f.p90));
    assert!(run.forecasts.iter().all(|f| f.p10.is_finite() && f.p90.is_finite()));
    assert!(!run.forecasts.iter().any(|f| f.municipality == "GM0000" || f.line == "leeg"));
    assert_eq!(backtest(&Portfolio::default(), 2).forecasts, []);
}

#[test]
fn the_corrected_budget_is_raised_by_the_median_overrun_of_the_known_years() {
    // Known for 2019 in the autumn: 2017, in which actuals were 1.1, 1.2 and 1.3
    // times the budgets: 1.2. So 120 for each, beside 120, 150 and 100: errors
    // of 0, 0.2 and 0.2; and 2018, when they were three times as high, is not known.
    let entry = |side, municipality: &str, year, value| Entry {
        code: municipality.into(),
        line: "zorg".into(),
        measure: Measure::Cost,
        side,
        year: Year(year),
        value,
    };
    let mut all = Vec::new();
    for (name, first, last) in [("GM1", 110.0, 120.0), ("GM2", 120.0, 150.0), ("GM3", 130.0, 100.0)] {
        for year in 2017..=2019 {
            all.push(entry(Side::Budget, name, year, 100.0));
        }
        all.push(entry(Side::Actual, name, 2017, first));
        all.push(entry(Side::Actual, name, 2018, 300.0));
        all.push(entry(Side::Actual, name, 2019, last));
    }
    let found = backtest(&portfolio(&all), 2).lines[0].rivals.corrected_budget;
    assert_eq!(found.n, 3);
    assert!((found.mdape.expect("three") - 0.2).abs() < 1e-12, "{found:?}");
}
