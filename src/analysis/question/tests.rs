//! What is asked of assumptions: exact where one stands alone, from its own
//! draws among other figures.

use super::*;
use crate::analysis::fixture::saving;
use crate::model::{Distribution, Scale};
use crate::projection::{Central, project};
use crate::simulation::fixture::Sketch;

const DRAWS: u64 = 20_000;

/// A line of 1,000,000 priced by an index of 3.6 % with sd 1 %, a level of 5 %
/// with sd 2 %, and a measure of -100,000 that may come true from nothing to whole.
fn model() -> Model {
    let mut s = Sketch::new(2026, 2028);
    let line = s.cost("a", 1_000_000.0, None);
    let rate = s.normal("index.ova.rate", 0.036, 0.01);
    let ova = s.index("ova", rate);
    s.line(line).price.index = vec![(ova, 1.0)];
    let spread = Some(Distribution::Normal { mean: 0.05, sd: 0.02 });
    let level = s.assumption("cost.a.level", Scale::Level, 0.05, spread, 1.0);
    s.line(line).level = Some(level);
    let spread = Some(Distribution::Pert { min: 0.0, mode: 1.0, max: 1.0 });
    let realisation = s.assumption("measure.m.realisation", Scale::Realisation, 1.0, spread, 1.0);
    saving(&mut s, "m", line, -100_000.0).realisation = Some(realisation);
    s.model
}

fn ask(model: &Model, text: &str) -> Result<Answer, NoAnswer> {
    let draws = Draws::new(model, &Settings { draws: DRAWS, ..Settings::default() }).expect("sound");
    let expression: Expression = text.parse().expect("well formed");
    answer(model, &project(model, &Central(model)), Some(&draws), &expression)
}

fn value(text: &str) -> f64 {
    ask(&model(), text).expect("known").value
}

fn near(a: f64, b: f64, by: f64) {
    assert!((a - b).abs() < by, "{a} is not {b}");
}

#[test]
fn one_assumption_alone_is_exact() {
    near(value("chance(index.ova.rate[2027] > 3.6%)"), 0.5, 1e-12);
    // One standard deviation below: 1 - Phi(-1) = 0.841345.
    near(value("chance(index.ova.rate[2027] >= 2.6%)"), 0.841_344_746, 1e-9);
    near(value("chance(2.6% > index.ova.rate[2027])"), 0.158_655_254, 1e-9);
    near(value("mean(index.ova.rate[2028])"), 0.036, 1e-15);
    near(value("sd(cost.a.level)"), 0.02, 1e-15);
    // PERT(0, 1, 1) is beta(5, 1): mean 5/6, P(X <= 1/2) = 1/32.
    near(value("mean(measure.m.realisation)"), 5.0 / 6.0, 1e-12);
    near(value("chance(measure.m.realisation <= 50%)"), 1.0 / 32.0, 1e-9);
    // In the base year nothing is drawn.
    near(value("sd(index.ova.rate[2026])"), 0.0, 1e-15);
    assert_eq!(ask(&model(), "chance(index.ova.rate[2027] > 3.6%)").expect("known").error, Some(0.0));
}

#[test]
fn among_other_figures_it_is_what_was_drawn() {
    // The index of a year is the rate that was drawn for it: the same in every draw.
    near(value("chance(index.ova.rate[2027] = index(ova, 2027))"), 1.0, 1e-15);
    near(value("sd(index.ova.rate[2027] - index(ova, 2027))"), 0.0, 1e-15);
    near(value("sd(index.ova.rate[2028] - index(ova, 2028))"), 0.0, 1e-15);
    // Cost of a year is that of the year before x (1 + rate), and of the first
    // 1,000,000 x (1 + level): 0 in every draw, up to rounding.
    let without = |year: i32| format!("(cost(a, {year}) - measures(saving, {year}))");
    let grown = format!("p99(abs({} - {} * (100% + index.ova.rate[2028])))", without(2028), without(2027));
    near(value(&grown), 0.0, 1e-6);
    near(value("p99(abs(cost(a, 2026) - 1000000 * (1 + cost.a.level)))"), 0.0, 1e-6);
    // Two independent years: their difference has sd sqrt(2) x 1 %.
    near(value("sd(index.ova.rate[2028] - index.ova.rate[2027])"), 0.014_142, 3e-4);
    near(value("chance(index.ova.rate[2028] > index.ova.rate[2027])"), 0.5, 0.02);
    near(value("mean(index.ova.rate[2027] * 2)"), 0.072, 5e-4);
}

#[test]
fn a_condition_on_an_assumption_chooses_draws() {
    // Mean of a normal above its mean: sd x sqrt(2 / pi) = 0.797885 sd above it.
    near(value("given(index.ova.rate[2027] | index.ova.rate[2027] > 3.6%)"), 0.036 + 0.007_978_85, 3e-4);
    near(value("p50(given(index.ova.rate[2027] | index.ova.rate[2027] > 3.6%))"), 0.036 + 0.006_744_9, 3e-4);
    // Rates and levels have nothing to do with each other.
    near(value("given(cost.a.level | index.ova.rate[2027] > 3.6%)"), 0.05, 6e-4);
}

#[test]
fn without_a_year_its_spread_must_be_one() {
    let mut model = model();
    let at = model.assumptions.iter().position(|a| a.address == "index.ova.rate").expect("there");
    model.assumptions[at].distributions[2] = Some(Distribution::Normal { mean: 0.036, sd: 0.03 });
    let why = ask(&model, "sd(index.ova.rate)").expect_err("two answers").to_string();
    assert!(why.contains("write index.ova.rate[2027]"), "{why}");
    let why = ask(&model, "mean(index.ova.rate * 2)").expect_err("two answers").to_string();
    assert!(why.contains("write index.ova.rate[2027]"), "{why}");
    near(ask(&model, "sd(index.ova.rate[2028])").expect("known").value, 0.03, 1e-15);
    // The value itself is one.
    near(ask(&model, "index.ova.rate").expect("known").value, 0.036, 1e-15);
}

#[test]
fn a_draw_stops_where_it_must_and_the_answer_with_it() {
    // Realised cannot be below nothing: of a normal around 0 half lies on 0.
    let mut s = Sketch::new(2026, 2027);
    s.cost("a", 1.0, None);
    let spread = Some(Distribution::Normal { mean: 0.0, sd: 0.5 });
    s.assumption("measure.m.realisation", Scale::Realisation, 0.0, spread, 0.0);
    let of = |text: &str| ask(&s.model, text).expect("known").value;
    near(of("chance(measure.m.realisation[2027] > 0)"), 0.5, 1e-12);
    // 0.5 / sqrt(2 pi); the same from the draws.
    near(of("mean(measure.m.realisation[2027])"), 0.199_471, 1e-5);
    near(of("mean(measure.m.realisation[2027] * 1)"), 0.199_471, 8e-3);
}

#[test]
fn measures_are_drawn_without_a_world_around_the_model() {
    // What comes true is beta(5, 1), so P(X < 1/2) = 1/32 and the mean 5/6.
    near(value("chance(measures(saving, 2027) > -50000)"), 1.0 / 32.0, 4e-3);
    near(value("mean(measures(saving, 2028))"), -100_000.0 * 5.0 / 6.0, 400.0);
    // The same draws as those of the assumption, and as those of the cost.
    near(value("p99(abs(measures(saving, 2027) + 100000 * measure.m.realisation[2027]))"), 0.0, 1e-6);
    // As planned they are certain; of another kind there are none.
    near(value("sd(measures_planned(saving, 2027))"), 0.0, 1e-15);
    near(value("chance(measures(target, 2027) = 0)"), 1.0, 1e-15);
    // The error is that of a share of draws.
    let error = ask(&model(), "chance(measures(saving, 2027) > -50000)").expect("known").error.expect("drawn");
    near(error, libm::sqrt(0.031_25 * 0.968_75 / DRAWS as f64), 1e-4);
}
