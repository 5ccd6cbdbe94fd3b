//! The simulation against closed forms, and against itself: threads, widths,
//! neighbours, single draws.
//!
//! What is random is tested over many seeds: the share of seeds whose result
//! lies within two standard errors must itself be near 95.4 %.

// References may use the platform's mathematics: they only check.
#![allow(clippy::disallowed_methods)]

use super::ensemble::{Block, Ensemble, Run};
use super::fixture::Sketch;
use super::machine::Width;
use super::sampler::Risks;
use super::*;
use crate::model::Expression;
use crate::model::{
    AssumptionId, Correlated, Distribution, Figure, FigureAddress, LineId, Model, Quantity, RiskChance, RiskImpact,
    Scale,
};
use crate::projection::{Central, Driver, GroupId, Overridden, project};
use crate::units::Year;

const SEEDS: u64 = 200;

fn settings(draws: u64, seed: u64) -> Settings {
    Settings { draws, seed, ..Settings::default() }
}

fn run(model: &Model, draws: u64, seed: u64) -> Outcome {
    simulate(model, &settings(draws, seed)).expect("a sound model")
}

fn total(outcome: &Outcome) -> &GroupOutcome {
    outcome.groups.iter().find(|g| g.id == GroupId::Total).expect("always there")
}

/// Of `SEEDS` seeds nearly 95.4 % lie within two standard errors: at least
/// three binomial standard deviations (of 1.5 %) less, and not all of them.
fn assert_covered(within: u64, what: &str) {
    let share = within as f64 / SEEDS as f64;
    assert!((0.905..0.999).contains(&share), "{what}: {share} of the seeds within two standard errors");
}

/// Two lines whose growth is correlated, one price index, a budget.
fn sketch() -> (Sketch, [AssumptionId; 3]) {
    let mut s = Sketch::new(2026, 2029);
    let a = s.normal("cost.a.volume.growth", 0.03, 0.02);
    let b = s.normal("cost.b.volume.growth", -0.01, 0.05);
    let ova = s.normal("index.ova.rate", 0.036, 0.01);
    let index = s.index("ova", ova);
    let la = s.cost("a", 1_000_000.0, Some(200.0));
    let lb = s.cost("b", 2_000_000.0, None);
    s.line(la).growth = Some(a);
    s.line(lb).growth = Some(b);
    s.line(la).price.index = vec![(index, 1.0)];
    for year in 2026..=2029 {
        s.budget("a", Quantity::Cost, year, 1_060_000.0);
        s.budget("b", Quantity::Cost, year, 1_990_000.0);
    }
    s.correlate(Correlated::Assumption(a), Correlated::Assumption(b), 0.6);
    (s, [a, b, ova])
}

/// Like [`sketch`] with everything in it: revenue, level, luck, persistence,
/// PERT, metalog, a linked risk.
fn rich() -> Sketch {
    let (mut s, [a, _, ova]) = sketch();
    s.model.assumptions[ova.0].persistence = 0.5;
    let level = Distribution::Pert { min: -0.05, mode: 0.01, max: 0.12 };
    let level = s.assumption("cost.a.level", Scale::Level, 0.01, Some(level), 1.0);
    let growth = Distribution::Metalog { p10: -0.01, p50: 0.02, p90: 0.06 };
    let growth = s.assumption("revenue.r.growth", Scale::Rate, 0.02, Some(growth), 0.0);
    s.line(LineId(0)).level = Some(level);
    s.line(LineId(0)).luck_cost_cv = Some(1.8);
    s.revenue("r", 400_000.0, Some(growth));
    for year in 2026..=2029 {
        s.budget("r", Quantity::Revenue, year, 410_000.0);
    }
    let risk = s.risk("brand", RiskChance::Chance(0.2), RiskImpact::Full(50_000.0), &[2027, 2028]);
    s.correlate(Correlated::Assumption(a), Correlated::Risk(risk), 0.3);
    s
}

/// Values that an assumption takes in a block.
fn drawn(model: &Model, seed: u64, block: u64, assumption: AssumptionId, year: usize) -> Vec<f64> {
    let ensemble = Ensemble::with(&[model], seed, Risks::All).expect("a sound model");
    let found = std::sync::Mutex::new(Vec::new());
    let visit = |(): &mut (), b: &Block<'_>| {
        if b.index() == block {
            let values = (0..b.len()).map(|lane| b.drawn(0, assumption, year).at(lane)).collect();
            *found.lock().expect("one thread at a time") = values;
        }
    };
    let draws = (block + 1) * BLOCK as u64;
    Run::new(&ensemble, false, || ()).through(draws, draws, &visit, &mut |_, ()| {}, &|_, _| {});
    found.into_inner().expect("no thread fell over")
}

#[test]
fn without_spread_every_figure_is_the_projection_to_the_bit() {
    let mut s = rich();
    for a in &mut s.model.assumptions {
        for (d, x) in a.distributions.iter_mut().zip(&a.values) {
            *d = Some(Distribution::Normal { mean: *x, sd: 0.0 });
        }
    }
    s.line(LineId(0)).luck_cost_cv = None;
    let outcome = run(&s.model, 700, 3);
    let projection = project(&s.model, &Central(&s.model));
    for (line, summaries) in projection.lines.iter().zip(&outcome.lines) {
        for (year, summary) in line.years.iter().zip(summaries) {
            assert_eq!(
                [summary.mean, summary.p5, summary.p50, summary.p95].map(f64::to_bits),
                [year.amount.to_bits(); 4]
            );
            assert_eq!((summary.sd, summary.se_mean, summary.se_p90), (0.0, 0.0, 0.0));
            let above = year.budget_now.map(|b| f64::from(u8::from(year.amount > b)));
            assert_eq!(summary.chance_above_budget, above);
        }
    }
    for (group, found) in projection.groups.iter().zip(&outcome.groups) {
        for (y, year) in group.years.iter().enumerate() {
            assert_eq!(found.cost[y].mean.to_bits(), year.cost.to_bits());
            assert_eq!(found.balance[y].p90.to_bits(), year.balance.to_bits());
            assert_eq!(found.shortfall[y].map(|s| s.mean.to_bits()), year.shortfall.map(f64::to_bits));
        }
    }
}

#[test]
fn no_draws_give_the_projection_alone() {
    let model = rich().model;
    let outcome = run(&model, 0, 1);
    let projection = project(&model, &Central(&model));
    assert_eq!(outcome.draws, 0);
    assert_eq!(outcome.lines[0][2].mean.to_bits(), projection.lines[0].years[2].amount.to_bits());
}

#[test]
fn a_single_draw_is_the_projection_with_its_values() {
    let mut s = rich();
    s.line(LineId(0)).luck_cost_cv = None;
    let model = s.model;
    let ensemble = Ensemble::with(&[&model], 9, Risks::Linked).expect("a sound model");
    let visit = |(): &mut (), block: &Block<'_>| {
        for lane in [0, 17, 100] {
            let mut drivers = Overridden::new(&model);
            for a in 0..model.assumptions.len() {
                let id = AssumptionId(a);
                let values = (0..model.year_count()).map(|y| block.drawn(0, id, y).at(lane)).collect();
                drivers.values.insert(id, values);
            }
            let one = project(&model, &drivers);
            for (l, line) in one.lines.iter().enumerate() {
                for (y, year) in line.years.iter().enumerate() {
                    assert_eq!(block.amount(0, LineId(l), y).at(lane).to_bits(), year.amount.to_bits());
                }
            }
            for (g, group) in one.groups.iter().enumerate() {
                for (y, year) in group.years.iter().enumerate() {
                    assert_eq!(block.cost(0, g, y).at(lane).to_bits(), year.cost.to_bits());
                    assert_eq!(
                        block.shortfall(0, g, y).map(|s| s.at(lane).to_bits()),
                        year.shortfall.map(f64::to_bits)
                    );
                }
            }
        }
    };
    // The last block is a short one.
    Run::new(&ensemble, false, || ()).through(620, 620, &visit, &mut |_, ()| {}, &|_, _| {});
}

#[test]
fn threads_and_widths_change_no_bit() {
    let model = rich().model;
    let at = |threads: usize, width: Width| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        let outcome =
            pool.install(|| simulate_at(&model, &settings(20_011, 5), &|_, _| {}, width)).expect("a sound model");
        // Debug output of numbers is exact: equal texts are equal bits.
        format!("{outcome:?}")
    };
    let one = at(1, Width::Baseline);
    for (threads, width) in [(2, Width::widest()), (8, Width::widest()), (1, Width::Avx2), (3, Width::Baseline)] {
        assert!(at(threads, width) == one, "{threads} threads at {width:?}");
    }
}

#[test]
fn a_further_assumption_or_risk_changes_no_other_number() {
    let (s, [a, b, ova]) = sketch();
    let before = s.model;
    let (mut s, _) = sketch();
    // Put in front, so that every position shifts as well.
    let extra = s.normal("cost.c.volume.growth", 0.1, 0.3);
    let line = s.cost("c", 5_000.0, None);
    s.line(line).growth = Some(extra);
    s.risk("storm", RiskChance::PerYear(0.4), RiskImpact::Full(1.0), &[2027]);
    for (id, year) in [(a, 1), (b, 2), (ova, 3)] {
        assert_eq!(drawn(&before, 4, 3, id, year), drawn(&s.model, 4, 3, id, year));
    }
    let (old, new) = (run(&before, 3_000, 4), run(&s.model, 3_000, 4));
    assert_eq!(old.lines[..2], new.lines[..2]);
    // A correlation changes only what it names after what it names first.
    s.correlate(Correlated::Assumption(ova), Correlated::Assumption(extra), 0.5);
    assert_eq!(drawn(&before, 4, 3, ova, 2), drawn(&s.model, 4, 3, ova, 2));
    assert_ne!(drawn(&before, 4, 3, a, 2), drawn(&before, 5, 3, a, 2));
}

#[test]
fn a_what_if_meets_the_same_numbers() {
    let (s, [_, _, ova]) = sketch();
    let (mut w, _) = sketch();
    // One point more on the index, in the value and in the mean.
    for (x, d) in w.model.assumptions[ova.0].values.iter_mut().zip(0..) {
        *x += if d > 0 { 0.01 } else { 0.0 };
    }
    w.model.assumptions[ova.0].distributions.fill(Some(Distribution::Normal { mean: 0.046, sd: 0.01 }));
    let ensemble = Ensemble::new(&[&s.model, &w.model], 6).expect("sound models");
    ensemble.fold(
        2_000,
        || (),
        |(), block| {
            for lane in 0..block.len() {
                // a rises by its volume times one point; b not at all.
                let (base, high) = (block.futures(0), block.futures(1));
                let volume = base.volume(LineId(0), 1).at(lane) / 200.0 * 1_000_000.0;
                let more = high.amount(LineId(0), 1).at(lane) - base.amount(LineId(0), 1).at(lane);
                assert!((more - 0.01 * volume).abs() < 1e-6);
                assert_eq!(high.amount(LineId(1), 3).at(lane), base.amount(LineId(1), 3).at(lane));
            }
        },
        |()| {},
        &|_, _| {},
    );
}

#[test]
fn a_correlated_sum_has_its_mean_spread_quantiles_and_chance() {
    // In 2027 a costs 1e6 (1 + g)(1 + i), b costs 2e6 (1 + h). Without the
    // index the total is normal: mean 1.03e6 + 1.98e6, variance
    // (2e4)^2 + (1e5)^2 + 2 * 0.6 * 2e4 * 1e5.
    let (mut s, _) = sketch();
    s.line(LineId(0)).price.index.clear();
    let mean = 3_010_000.0;
    let sd = (4e8_f64 + 1e10 + 2.4e9).sqrt();
    let budget = 3_050_000.0;
    let d = (budget - mean) / sd;
    let chance = normal_cdf(-d);
    let density = (-0.5 * d * d).exp() / std::f64::consts::TAU.sqrt();
    let excess = sd * density / chance - (budget - mean);
    let p90 = mean + normal_quantile(0.9) * sd;
    let draws = 2_560;
    let mut within = [0; 5];
    for seed in 0..SEEDS {
        let outcome = run(&s.model, draws, seed);
        let cost = &total(&outcome).cost[1];
        let n = draws as f64;
        let found = cost.chance_above_budget.expect("there is a budget");
        let short = total(&outcome).shortfall[1].as_ref().expect("there are budgets");
        let mean_short = chance * excess;
        within[0] += u64::from((cost.mean - mean).abs() < 2.0 * cost.se_mean);
        within[1] += u64::from((cost.p90 - p90).abs() < 2.0 * cost.se_p90);
        within[2] += u64::from((cost.sd - sd).abs() < 2.0 * sd / (2.0 * n).sqrt());
        within[3] += u64::from((found - chance).abs() < 2.0 * (chance * (1.0 - chance) / n).sqrt());
        within[4] += u64::from((short.mean - mean_short).abs() < 2.0 * short.se_mean);
        assert_eq!(short.chance_above_budget, Some(found));
        assert!((short.mean - found * cost.expected_excess.expect("exceeded")).abs() < 1e-6 * mean_short);
        let balance = &total(&outcome).balance[1];
        // The mirrored rank is at most one draw further on.
        assert!((balance.mean + cost.mean).abs() < 1e-6 && (balance.p10 + cost.p90).abs() < 0.03 * sd);
    }
    for (within, what) in within.into_iter().zip(["mean", "P90", "sd", "chance", "mean shortfall"]) {
        assert_covered(within, what);
    }
}

#[test]
fn quantiles_of_every_distribution_cover_their_exact_values() {
    // The level of a line is the distribution itself, in the base year.
    let pert = statrs::distribution::Beta::new(1.0 + 4.0 * 0.06 / 0.17, 1.0 + 4.0 * 0.11 / 0.17).expect("valid");
    let metalog = |u: f64| {
        let (p10, p50, p90, ln9) = (-0.04, 0.01, 0.1, 9f64.ln());
        let (a2, a3) = ((p90 - p10) / (2.0 * ln9), (p10 + p90 - 2.0 * p50) / (0.8 * ln9));
        p50 + (a2 + a3 * (u - 0.5)) * (u / (1.0 - u)).ln()
    };
    use statrs::distribution::ContinuousCDF;
    type Case<'a> = (Distribution, Box<dyn Fn(f64) -> f64 + 'a>, f64);
    let cases: [Case<'_>; 3] = [
        (Distribution::Normal { mean: 0.01, sd: 0.05 }, Box::new(|u| 0.01 + 0.05 * normal_quantile(u)), 0.01),
        (
            Distribution::Pert { min: -0.05, mode: 0.01, max: 0.12 },
            Box::new(|u| -0.05 + 0.17 * pert.inverse_cdf(u)),
            (-0.05 + 0.04 + 0.12) / 6.0,
        ),
        // Mean m + a3 / 2: 0.01 + 0.04 / (1.6 ln 9).
        (Distribution::Metalog { p10: -0.04, p50: 0.01, p90: 0.1 }, Box::new(metalog), 0.01 + 0.04 / (1.6 * 9f64.ln())),
    ];
    for (distribution, exact, mean) in cases {
        let mut s = Sketch::new(2026, 2027);
        let level = s.assumption("cost.a.level", Scale::Level, 0.01, Some(distribution), 1.0);
        let line = s.cost("a", 1.0, None);
        s.line(line).level = Some(level);
        let draws = 2_560;
        let mut within = [0; 4];
        for seed in 0..SEEDS {
            let found = run(&s.model, draws, seed).lines[0][0];
            within[0] += u64::from((found.mean - 1.0 - mean).abs() < 2.0 * found.se_mean);
            // A quantile lies within two standard errors when the shares of
            // the draws below its exact value do.
            for (i, (x, q)) in [(found.p10, 0.1), (found.p50, 0.5), (found.p90, 0.9)].into_iter().enumerate() {
                let step = 2.0 * (q * (1.0 - q) / draws as f64).sqrt();
                within[i + 1] += u64::from(x > 1.0 + exact(q - step) && x < 1.0 + exact(q + step));
            }
        }
        for (within, what) in within.into_iter().zip(["mean", "P10", "P50", "P90"]) {
            assert_covered(within, &format!("{what} of {distribution:?}"));
        }
    }
}

#[test]
fn scores_persist_as_they_should() {
    // Rates of an index with r = 0.7: correlation r^k over k years, and the
    // mean over three years has variance sd^2 (3 + 4r + 2r^2) / 9.
    let (mut s, [_, _, ova]) = sketch();
    s.model.assumptions[ova.0].persistence = 0.7;
    let draws = 5_120;
    let rate = |samples: &Samples, year: i32| {
        let address = FigureAddress { figure: Figure::Index, name: "ova".into(), year: Year(year) };
        samples.figure(&address).expect("uncertain")
    };
    let n = f64::from(5_120);
    let variance = 1e-4 * (3.0 + 4.0 * 0.7 + 2.0 * 0.49) / 9.0;
    let mut within = [0; 3];
    for seed in 0..SEEDS {
        let samples = Samples::new(&s.model, &settings(draws, seed)).expect("a sound model");
        let rows = [2027, 2028, 2029].map(|y| rate(&samples, y));
        let cross = |i: usize, j: usize| {
            rows[i].iter().zip(rows[j].iter()).map(|(a, b)| (a - 0.036) * (b - 0.036)).sum::<f64>() / n / 1e-4
        };
        // Variance of a product of normals with correlation c: 1 + c^2.
        within[0] += u64::from((cross(0, 1) - 0.7).abs() < 2.0 * (1.49 / n).sqrt());
        within[1] += u64::from((cross(0, 2) - 0.49).abs() < 2.0 * ((1.0 + 0.49 * 0.49) / n).sqrt());
        let spread =
            (0..draws as usize).map(|k| ((rows[0][k] + rows[1][k] + rows[2][k]) / 3.0 - 0.036).powi(2)).sum::<f64>()
                / n;
        within[2] += u64::from((spread / variance - 1.0).abs() < 2.0 * (2.0 / n).sqrt());
    }
    for (within, what) in within.into_iter().zip(["lag 1", "lag 2", "mean of three years"]) {
        assert_covered(within, what);
    }
}

#[test]
fn full_persistence_is_one_draw_for_all_years() {
    let (mut s, [a, _, ova]) = sketch();
    s.model.assumptions[ova.0].persistence = 1.0;
    let first = drawn(&s.model, 2, 1, ova, 1);
    assert_eq!(first, drawn(&s.model, 2, 1, ova, 3));
    assert_ne!(drawn(&s.model, 2, 1, a, 1), drawn(&s.model, 2, 1, a, 2));
}

#[test]
fn correlated_scores_have_their_correlation_and_risks_strike_as_often_as_stated() {
    let mut s = rich();
    // Opposite to the index without fail.
    let mirror = s.normal("cost.b.price.change", 0.0, 0.02);
    s.correlate(Correlated::Assumption(AssumptionId(2)), Correlated::Assumption(mirror), -1.0);
    s.model.assumptions[2].persistence = 0.0;
    let ensemble = Ensemble::new(&[&s.model], 8).expect("a sound model");
    assert!(ensemble.risk_is_correlated(0));
    let sums = std::sync::Mutex::new([0.0; 3]);
    let draws = 51_200;
    ensemble.fold(
        draws,
        || (),
        |(), block| {
            let mut sum = [0.0; 3];
            let scores = block.risk_scores(0, 1).expect("it has a chance");
            for (lane, score) in scores.iter().enumerate() {
                let growth = (block.drawn(0, AssumptionId(0), 1).at(lane) - 0.03) / 0.02;
                sum[0] += growth * f64::from(*score);
                sum[1] += f64::from(u8::from(f64::from(*score) > normal_quantile(0.8)));
                let (rate, change) = (block.drawn(0, AssumptionId(2), 1).at(lane), block.drawn(0, mirror, 1).at(lane));
                assert!(((rate - 0.036) / 0.01 + change / 0.02).abs() < 1e-5);
            }
            sum
        },
        |sum| {
            let mut all = sums.lock().expect("one thread folds");
            all.iter_mut().zip(sum).for_each(|(a, b)| *a += b);
        },
        &|_, _| {},
    );
    let n = draws as f64;
    let [product, strikes, _] = sums.into_inner().expect("no thread fell over").map(|s| s / n);
    assert!((product - 0.3).abs() < 4.0 * (1.09 / n).sqrt(), "{product}");
    assert!((strikes - 0.2).abs() < 4.0 * (0.16 / n).sqrt(), "{strikes}");
}

#[test]
fn luck_has_the_variance_of_few_clients() {
    // 50 clients, cost_cv 2: variance (1 + 4) / 50, mean 1.
    let mut s = Sketch::new(2026, 2027);
    let line = s.cost("a", 500_000.0, Some(50.0));
    s.line(line).luck_cost_cv = Some(2.0);
    let sd = 500_000.0 * 0.1f64.sqrt();
    let mut within = [0; 2];
    for seed in 0..SEEDS {
        let found = run(&s.model, 2_560, seed).lines[0][1];
        within[0] += u64::from((found.mean - 500_000.0).abs() < 2.0 * found.se_mean);
        // Kurtosis of a gamma with variance v is 3 + 6 v: the variance of a
        // variance is (2 + 6 v) / n of its square.
        within[1] += u64::from((found.sd.powi(2) / sd.powi(2) - 1.0).abs() < 2.0 * (2.6 / 2_560f64).sqrt());
    }
    assert_covered(within[0], "mean");
    assert_covered(within[1], "variance");
    let without = run(&s.model, 2_560, 1).lines[0][0];
    assert_eq!(without.sd, 0.0);
}

#[test]
fn luck_without_clients_is_an_error_with_a_place() {
    let mut s = Sketch::new(2026, 2027);
    let line = s.cost("a", 500_000.0, None);
    s.line(line).luck_cost_cv = Some(2.0);
    let found = simulate(&s.model, &Settings::default()).expect_err("no clients to be lucky with");
    assert_eq!((found.len(), found[0].code), (1, "luck-without-clients"));
    assert!(found[0].place.is_some() && found[0].help.is_some());
}

#[test]
fn draws_stop_at_the_edge_and_are_counted() {
    let (mut s, [a, ..]) = sketch();
    // Half of the draws lie below -100 %.
    s.model.assumptions[a.0].distributions.fill(Some(Distribution::Normal { mean: -1.0, sd: 0.1 }));
    s.model.correlations.clear();
    let outcome = run(&s.model, 10_000, 1);
    let expected = 3.0 * 5_000.0;
    assert!((outcome.stopped as f64 - expected).abs() < 4.0 * (3.0 * 2_500f64).sqrt(), "{}", outcome.stopped);
    assert!(drawn(&s.model, 1, 0, a, 1).iter().all(|x| *x >= -1.0));
    let (calm, _) = sketch();
    assert_eq!(run(&calm.model, 10_000, 1).stopped, 0);
}

#[test]
fn a_precision_is_met_and_the_draws_it_took_are_told() {
    let (s, _) = sketch();
    let precise = |p: f64| {
        let wanted = Settings { precision: Some(p), ..settings(10_000, 2) };
        simulate(&s.model, &wanted).expect("a sound model")
    };
    let (rough, fine) = (precise(0.002), precise(0.0005));
    assert!(rough.draws < fine.draws, "{} {}", rough.draws, fine.draws);
    for (outcome, p) in [(&rough, 0.002), (&fine, 0.0005)] {
        for cost in &total(outcome).cost {
            assert!(cost.se_mean <= p * cost.mean && cost.se_p90 <= p * cost.p90);
        }
        // The very draws that a plain run of that number makes.
        assert_eq!(format!("{:?}", outcome.lines), format!("{:?}", run(&s.model, outcome.draws, 2).lines));
    }
}

#[test]
fn progress_runs_to_the_end() {
    let (s, _) = sketch();
    let heard = std::cell::RefCell::new(Vec::new());
    simulate_with(&s.model, &settings(30_000, 1), &|done, of| heard.borrow_mut().push((done, of)))
        .expect("a sound model");
    let heard = heard.into_inner();
    assert!(heard.len() > 2 && heard.windows(2).all(|w| w[0].0 < w[1].0));
    assert_eq!(heard.last(), Some(&(30_000, 30_000)));
}

#[test]
fn uncertain_compensation_moves_the_budget_of_each_draw() {
    // Constant prices of 2026: the budget of 2027 is 3.05e6 (1 + c), c normal
    // around 2 % with 1 %; the cost as in the correlated sum. The difference
    // is normal.
    let (mut s, _) = sketch();
    s.line(LineId(0)).price.index.clear();
    let c = s.normal("budget.compensation", 0.02, 0.01);
    s.model.budget.compensation = Some(c);
    s.model.budget.prices = crate::model::Prices::Constant(Year(2026));
    let mean = 3_010_000.0 - 3_050_000.0 * 1.02;
    let sd = (1.28e10_f64 + 30_500.0_f64.powi(2)).sqrt();
    let chance = normal_cdf(mean / sd);
    let n = 40_000;
    let outcome = run(&s.model, n, 5);
    let found = total(&outcome).cost[1].chance_above_budget.expect("there is a budget");
    assert!((found - chance).abs() < 4.0 * (chance * (1.0 - chance) / n as f64).sqrt(), "{found} {chance}");
    let short = total(&outcome).shortfall[1].as_ref().expect("there are budgets");
    assert!((short.chance_above_budget.expect("always") - found).abs() < 1e-12);
}

#[test]
fn samples_are_the_first_draws_of_the_simulation() {
    let model = rich().model;
    let outcome = run(&model, 4_000, 7);
    let samples = Samples::new(&model, &settings(4_000, 7)).expect("a sound model");
    let fewer = Samples::new(&model, &Settings { keep: 300, ..settings(4_000, 7) }).expect("a sound model");
    assert_eq!((samples.draws(), fewer.draws()), (4_000, 300));
    let at = |figure, name: &str, year| FigureAddress { figure, name: name.into(), year: Year(year) };
    let mean = |row: &[f64]| row.iter().sum::<f64>() / row.len() as f64;
    for (address, summary) in [
        (at(Figure::Cost, "a", 2028), outcome.lines[0][2]),
        (at(Figure::Revenue, "r", 2029), outcome.lines[2][3]),
        (at(Figure::Balance, "total", 2027), total(&outcome).balance[1]),
        (at(Figure::Shortfall, "total", 2029), total(&outcome).shortfall[3].expect("there are budgets")),
    ] {
        let row = samples.figure(&address).expect("uncertain");
        assert_eq!(row.len(), 4_000);
        assert!((mean(&row) - summary.mean).abs() < 1e-6 * summary.mean.abs().max(1.0), "{address}");
        assert_eq!(fewer.figure(&address).expect("uncertain")[..], row[..300]);
    }
    // What is the same in every draw, a record, and nothing at all.
    assert!(samples.figure(&at(Figure::Budget, "a", 2027)).is_none());
    assert!(samples.figure(&at(Figure::Actual, "a", 2027)).is_none());
    assert!(samples.figure(&at(Figure::Cost, "x", 2027)).is_none());
    let clients = samples.figure(&at(Figure::Clients, "a", 2027)).expect("uncertain");
    let price = samples.figure(&at(Figure::Price, "a", 2027)).expect("uncertain");
    let cost = samples.figure(&at(Figure::Cost, "a", 2027)).expect("uncertain");
    assert!((clients[5] * price[5] - cost[5]).abs() < 1e-6);
    let growth = samples.figure(&at(Figure::Growth, "a", 2027)).expect("uncertain");
    assert!((200.0 * (1.0 + growth[9]) - clients[9]).abs() < 1e-9);
}

#[test]
fn shares_of_variance_are_those_of_a_linear_sum() {
    // In 2027, without the index: a is sd 2e4, b is sd 1e5, uncorrelated.
    let (mut s, [a, b, _]) = sketch();
    s.line(LineId(0)).price.index.clear();
    let figure = |text: &str| text.parse::<Expression>().expect("well formed");
    let address = figure("cost(total, 2027)");
    let correlated = variance_shares(&s.model, &settings(20_000, 1), &address).expect("sound").expect("uncertain");
    assert_eq!(correlated.shares[0].0, ShareOf::Assumptions(vec![a, b]));
    // Squared correlations add up but for what the scores happen to share.
    assert!((correlated.shares[0].1 - 1.0).abs() < 0.02 && correlated.rest < 0.02);
    s.model.correlations.clear();
    let alone = variance_shares(&s.model, &settings(20_000, 1), &address).expect("sound").expect("uncertain");
    // 4e8 / 1.04e10; four standard errors of a squared correlation of 0.2.
    let share =
        |id: AssumptionId| alone.shares.iter().find(|(of, _)| *of == ShareOf::Assumptions(vec![id])).expect("there").1;
    assert!((share(a) - 0.038_46).abs() < 0.011, "{}", share(a));
    assert!((share(b) - 0.961_54).abs() < 0.011, "{}", share(b));
    assert!(alone.shares.windows(2).all(|w| format!("{:?}", w[0].0) < format!("{:?}", w[1].0)));
    // One draw for all years counts once.
    s.model.assumptions[b.0].persistence = 1.0;
    let later = figure("cost(total, 2029)");
    let once = variance_shares(&s.model, &settings(20_000, 1), &later).expect("sound").expect("uncertain");
    assert!(once.shares.iter().map(|(_, s)| s).sum::<f64>() <= 1.01);
    let certain = figure("budget(total, 2027)");
    assert_eq!(variance_shares(&s.model, &settings(1_000, 1), &certain).expect("sound"), None);
    // In millions, beside what does not vary, it is the same question.
    let scaled = figure("(cost(total, 2027) - budget(total, 2027)) / 1_000_000");
    s.model.assumptions[b.0].persistence = 0.0;
    let again = variance_shares(&s.model, &settings(20_000, 1), &scaled).expect("sound").expect("uncertain");
    for ((of, x), (_, y)) in again.shares.iter().zip(&alone.shares) {
        assert!((x - y).abs() < 1e-9, "{of:?}");
    }
    // What only the other line has explains nothing of this one.
    let own = variance_shares(&s.model, &settings(20_000, 1), &figure("cost(total, 2027) - cost(b, 2027)"));
    let own = own.expect("sound").expect("uncertain");
    assert!(own.shares.iter().all(|(of, x)| *of != ShareOf::Assumptions(vec![b]) || *x < 0.002));
    let broken =
        variance_shares(&s.model, &settings(1_000, 1), &figure("cost(a, 2027) / (cost(b, 2027) - cost(b, 2027))"));
    assert!(broken.is_err());
}

#[test]
fn watching_less_gives_the_same_figures() {
    let model = rich().model;
    let all = run(&model, 2_000, 1);
    let few = simulate(&model, &Settings { watch: Watch::LinesAndTotal, ..settings(2_000, 1) }).expect("a sound model");
    assert_eq!(all.lines, few.lines);
    assert_eq!(few.groups.len(), 1);
    assert_eq!(few.groups[0].cost, total(&all).cost);
}

#[test]
fn a_figure_that_is_mostly_one_value_keeps_it() {
    // A shortfall in about 1 % of the draws: nothing up to P95, exactly.
    let (mut s, _) = sketch();
    s.line(LineId(0)).price.index.clear();
    for line in ["a", "b"] {
        s.budget(line, Quantity::Cost, 2027, 1_635_000.0);
    }
    let outcome = run(&s.model, 30_000, 1);
    let short = total(&outcome).shortfall[1].as_ref().expect("there are budgets");
    assert_eq!((short.p5, short.p50, short.p95), (0.0, 0.0, 0.0));
    assert!(short.mean > 0.0 && short.chance_above_budget.expect("always") < 0.02);
    // A price that stops at 0 in most draws.
    let mut s = Sketch::new(2026, 2027);
    let cost = Distribution::Normal { mean: -10.0, sd: 8.0 };
    let unit = s.assumption("cost.a.unit_cost", Scale::Price, 0.0, Some(cost), 1.0);
    let line = s.cost("a", 0.0, Some(10.0));
    s.line(line).unit_cost = Some(crate::model::UnitCost::PerClient(unit));
    let found = run(&s.model, 50_000, 3).lines[0][1];
    assert_eq!((found.p5, found.p50, found.p75), (0.0, 0.0, 0.0));
    // P90 and P95: ten times the 90th and 95th percentile of the price.
    for (x, q) in [(found.p90, 0.9), (found.p95, 0.95)] {
        let exact = (10.0 * (-10.0 + 8.0 * normal_quantile(q))).max(0.0);
        assert!((x - exact).abs() < 1.5, "{x} {exact}");
    }
}

#[test]
fn quantiles_agree_with_sorting_all_draws() {
    let model = rich().model;
    let outcome = run(&model, 10_000, 11);
    let samples = Samples::new(&model, &settings(10_000, 11)).expect("a sound model");
    for (group, summaries) in outcome.groups.iter().map(|g| (g, &g.balance)) {
        for (y, summary) in summaries.iter().enumerate() {
            let name = match &group.id {
                GroupId::Domain(n) | GroupId::Taakveld(n) => n.clone(),
                other => other.to_string(),
            };
            let address =
                FigureAddress { figure: Figure::Balance, name, year: Year(2026 + i32::try_from(y).expect("small")) };
            let Some(row) = samples.figure(&address) else { continue };
            let mut row = row.to_vec();
            row.sort_by(f64::total_cmp);
            let exact = |q: f64| row[(q * 10_000.0 - 1e-9).ceil() as usize - 1];
            let spread = exact(0.95) - exact(0.05);
            for (x, q) in [
                (summary.p5, 0.05),
                (summary.p10, 0.1),
                (summary.p25, 0.25),
                (summary.p50, 0.5),
                (summary.p75, 0.75),
                (summary.p90, 0.9),
                (summary.p95, 0.95),
            ] {
                assert!((x - exact(q)).abs() <= 0.001 * spread, "{address} at {q}: {}", (x - exact(q)) / spread);
            }
        }
    }
}

#[test]
fn a_certain_figure_stays_one_number_for_all_draws() {
    let (s, _) = sketch();
    let ensemble = Ensemble::new(&[&s.model], 1).expect("a sound model");
    assert!(!ensemble.is_certain(0));
    ensemble.fold(
        256,
        || (),
        |(), block| assert!(matches!(block.amount(0, LineId(0), 0), Driver::Same(_))),
        |()| {},
        &|_, _| {},
    );
    let mut certain = s.model;
    certain.assumptions.iter_mut().for_each(|a| a.distributions.fill(None));
    certain.correlations.clear();
    assert!(Ensemble::new(&[&certain], 1).expect("a sound model").is_certain(0));
}
