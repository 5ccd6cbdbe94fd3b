//! Whole registers, judged: against closed forms, published figures, and the
//! two ways of summing against each other.

use super::*;
use crate::diagnostic::Place;
use crate::model::{
    Correlated, Correlation, Distribution, Model, Prices, Provenance, Resilience, Risk, RiskChance, RiskImpact, Scope,
    Term as When,
};
use crate::projection::testing::Town;
use crate::projection::{Central, project};
use crate::simulation::normal_cdf;
use crate::units::Year;
use proptest::prelude::*;

fn quiet(_: u64, _: u64) {}

fn risk(id: &str, chance: RiskChance, impact: RiskImpact) -> Risk {
    Risk {
        id: id.into(),
        title: id.into(),
        domain: "wmo".into(),
        term: When::Short,
        chance: Some(chance),
        impact,
        years: vec![Year(2027)],
        structural: false,
        covered_by: vec![],
        replaces: Vec::new(),
        indicator: None,
        cause: None,
        consequence: None,
        response: None,
        owner: None,
        portfolio_holder: None,
        trend: None,
        provenance: Provenance::default(),
        place: Place::file("base.toml"),
    }
}

fn full(id: &str, p: f64, amount: f64) -> Risk {
    risk(id, RiskChance::Chance(p), RiskImpact::Full(amount))
}

/// One line of 1,000,000 in 2026 that does not grow, with that budget to 2029.
fn town(risks: Vec<Risk>) -> Town {
    let mut town = Town::new(2026, 2029);
    let line = town.cost("zorg", 1_000_000.0);
    town.budget(line, &[(2026, 1_000_000.0), (2027, 1_000_000.0), (2028, 1_000_000.0), (2029, 1_000_000.0)]);
    town.model.resilience = Some(Resilience {
        scope: Scope::Municipality,
        year: Year(2027),
        certainty: 0.9,
        norm: Some(1.0),
        available_incidental: Some(60_000.0),
        available_structural: Some(20_000.0),
        structural_years: 1.0,
        provenance: Provenance::default(),
        place: Place::file("base.toml"),
    });
    town.model.risks = risks;
    town
}

/// Growth with a normal distribution on the line.
fn with_growth(town: &mut Town, mean: f64, sd: f64) {
    let id = town.rate("cost.zorg.volume.growth", mean);
    town.model.assumptions[id.0].distributions = vec![Some(Distribution::Normal { mean, sd }); 4];
    let line = town.model.lines.find("zorg").unwrap();
    town.cost_mut(line).growth = Some(id);
}

fn judge_all(models: &[&Model], scenario: usize, draws: u64, seed: u64) -> Assessment {
    let projections: Vec<_> = models.iter().map(|m| project(m, &Central(m))).collect();
    let projections: Vec<_> = projections.iter().collect();
    let events = Event::register(models[scenario]);
    let scenarios = Scenarios { models, projections: &projections };
    let registers = [Register { scenario, events: &events, draws }];
    assess(&Request { scenarios, registers: &registers, seed, progress: &quiet }).unwrap().remove(0)
}

/// All scenarios of a municipality at once, each with its own number of draws.
fn judge_together(models: &[&Model], draws: &[u64], keep: u64) -> Vec<Assessment> {
    let projections: Vec<_> = models.iter().map(|m| project(m, &Central(m))).collect();
    let projections: Vec<_> = projections.iter().collect();
    let events: Vec<Vec<Event>> = models.iter().map(|m| Event::register(m)).collect();
    let registers: Vec<Register<'_>> = events
        .iter()
        .zip(draws)
        .enumerate()
        .map(|(scenario, (events, draws))| Register { scenario, events, draws: *draws })
        .collect();
    let scenarios = Scenarios { models, projections: &projections };
    resilience::assess_keeping(&Request { scenarios, registers: &registers, seed: 4, progress: &quiet }, keep).unwrap()
}

fn judged(town: &Town, draws: u64, seed: u64) -> Assessment {
    judge_all(&[&town.model], 0, draws, seed)
}

fn capacity(town: &Town, draws: u64, seed: u64) -> Capacity {
    judged(town, draws, seed).capacity.unwrap()
}

#[test]
fn independent_events_are_exact_whatever_the_number_of_draws() {
    let town = town(vec![full("brand", 0.3, 80_000.0)]);
    for draws in [0, 100, 10_000] {
        let c = capacity(&town, draws, 1);
        assert_eq!(c.method, Method::Exact);
        assert_eq!(c.needed, Some(Quantile { value: 80_000.0, error: 0.0 }));
        let table: Vec<f64> = c.table.values().map(|q| q.value).collect();
        assert_eq!(table, [0.0, 80_000.0, 80_000.0, 80_000.0, 80_000.0, 80_000.0, 80_000.0]);
        assert_eq!((c.expected, c.expected_deficit), (24_000.0, Some(0.0)));
        // 60,000 + 20,000 available against 80,000.
        assert_eq!((c.ratio, c.class, c.meets_norm), (Some(1.0), Some('C'), Some(true)));
    }
}

#[test]
fn an_empty_register_needs_nothing_and_is_class_a() {
    let c = capacity(&town(vec![]), 1000, 1);
    assert_eq!((c.needed.unwrap().value, c.ratio, c.class, c.meets_norm), (0.0, None, Some('A'), Some(true)));
}

#[test]
fn a_programme_has_no_ratio_and_no_class_but_a_share() {
    let mut town = town(vec![full("brand", 0.3, 40_000.0)]);
    town.model.resilience.as_mut().unwrap().scope = Scope::Programme;
    let c = capacity(&town, 0, 1);
    assert_eq!((c.ratio, c.class, c.meets_norm, c.share_of_available), (None, None, None, Some(0.5)));
}

#[test]
fn without_available_capacity_there_is_no_judgement() {
    let mut town = town(vec![full("brand", 0.3, 40_000.0)]);
    let asked = town.model.resilience.as_mut().unwrap();
    (asked.available_incidental, asked.available_structural) = (None, None);
    let c = capacity(&town, 0, 1);
    assert_eq!((c.available, c.ratio, c.class), (None, None, None));
}

#[test]
fn covered_and_pro_memorie_risks_add_nothing() {
    let mut covered = full("ova", 0.9, 1e6);
    covered.covered_by = vec!["cost.zorg.volume".into()];
    let mut pm = risk("asiel", RiskChance::Chance(0.5), RiskImpact::ProMemorie);
    pm.chance = None;
    let town = town(vec![covered, pm, full("brand", 0.3, 80_000.0)]);
    let a = judged(&town, 0, 1);
    let c = a.capacity.unwrap();
    assert_eq!((c.expected, c.needed.unwrap().value), (24_000.0, 80_000.0));
    let shares: Vec<f64> = a.events.iter().map(|e| e.share_of_expected).collect();
    assert_eq!(shares, [0.0, 0.0, 1.0]);
    assert_eq!(a.events[0].impact.unwrap().mean, 1e6);
    assert_eq!((a.events[1].impact, a.events[1].counts), (None, false));
}

#[test]
fn constant_prices_without_compensation_leave_needed_capacity_open() {
    let mut town = town(vec![full("brand", 0.3, 80_000.0)]);
    town.model.budget.prices = Prices::Constant(Year(2026));
    for draws in [0, 500] {
        let c = capacity(&town, draws, 1);
        assert_eq!((c.needed, c.ratio, c.class, c.expected_deficit), (None, None, None, None));
        assert!(c.table.is_empty());
        assert_eq!(c.missing, Some(Missing::Compensation));
        assert_eq!(c.expected, 24_000.0);
    }
}

#[test]
fn without_a_budget_the_events_stand_alone() {
    let mut town = town(vec![full("brand", 0.3, 80_000.0)]);
    let line = town.cost("zonder", 5_000.0);
    town.budget(line, &[(2026, 5_000.0)]);
    let c = capacity(&town, 500, 1);
    assert_eq!((c.needed.unwrap().value, c.expected_deficit), (80_000.0, None));
    assert_eq!(c.missing, Some(Missing::Budget { lines: vec!["zonder".into()] }));
    assert!(c.missing.unwrap().in_dutch(Year(2027)).contains("zonder"));
}

/// Shortfall of a normal cost: mean and quantiles in closed form (Bachelier 1900).
#[test]
fn the_expected_deficit_and_needed_capacity_of_a_normal_cost_are_known() {
    let mut town = town(vec![]);
    with_growth(&mut town, 0.02, 0.05);
    let (mean, sd) = (20_000.0, 50_000.0);
    let d: f64 = mean / sd;
    let density = libm::exp(-0.5 * d * d) / (2.0 * std::f64::consts::PI).sqrt();
    let deficit = sd * (density + d * normal_cdf(d));
    // P90 of max(0, N): 20,000 + 1.2816 x 50,000.
    let needed = mean + 1.281_551_565_544_600_5 * sd - deficit;
    let mut inside = 0;
    for seed in 0..40 {
        let c = capacity(&town, 4_000, seed);
        assert_eq!(c.method, Method::Simulated { draws: 4_000 });
        // sd of the shortfall is below that of the cost: 0.8 x 50,000 / sqrt(4000) at most.
        assert!((c.expected_deficit.unwrap() - deficit).abs() < 4.0 * 800.0, "{:?} {deficit}", c.expected_deficit);
        let q = c.needed.unwrap();
        inside += u32::from((q.value - needed).abs() < 1.645 * q.error);
    }
    // 90 % expected; binomial(40, 0.9) is below 29 once in ten thousand.
    assert!(inside >= 29, "{inside} of 40");
}

#[test]
fn events_on_top_of_a_shortfall_share_the_loss() {
    let mut town = town(vec![full("brand", 0.5, 100_000.0), full("storm", 0.2, 30_000.0)]);
    with_growth(&mut town, 0.0, 0.02);
    let a = judged(&town, 20_000, 3);
    let c = a.capacity.as_ref().unwrap();
    let events: f64 = a.events.iter().filter_map(|e| e.share_at_certainty).sum();
    assert!((events + c.share_of_projection.unwrap() - 1.0).abs() < 1e-9);
    assert!(a.events[0].share_at_certainty.unwrap() > 0.7, "{:?}", a.events[0]);
    assert_eq!(c.expected, 56_000.0);
}

#[test]
fn a_negative_quantile_needs_nothing() {
    let mut town = town(vec![full("brand", 0.01, 100_000.0)]);
    with_growth(&mut town, 0.0, 0.02);
    town.model.resilience.as_mut().unwrap().certainty = 0.3;
    let a = judged(&town, 2_000, 3);
    let c = a.capacity.unwrap();
    assert_eq!((c.needed.unwrap().value, c.class), (0.0, Some('A')));
    assert!(a.events.iter().all(|e| e.share_at_certainty.is_none()));
}

#[test]
fn risks_with_full_correlation_strike_together() {
    let mut town = town(vec![full("a", 0.28, 1_000.0), full("b", 0.28, 10_000.0)]);
    let link = |rho| Correlation {
        id: "samen".into(),
        between: [Correlated::Risk(0), Correlated::Risk(1)],
        rho,
        place: Place::file("base.toml"),
    };
    town.model.correlations = vec![link(1.0)];
    let c = capacity(&town, 20_000, 1);
    assert_eq!(c.method, Method::Simulated { draws: 20_000 });
    assert_eq!((c.table[&70].value, c.table[&75].value, c.table[&99].value), (0.0, 11_000.0, 11_000.0));
    // Against one another they never strike together: 28 % lose 10,000, 28 % 1,000.
    town.model.correlations = vec![link(-1.0)];
    let c = capacity(&town, 20_000, 1);
    assert_eq!((c.table[&70].value, c.table[&75].value, c.table[&99].value), (1_000.0, 10_000.0, 10_000.0));
    // Without draws they are taken as independent, and the outcome says so.
    assert_eq!(capacity(&town, 0, 1).method, Method::WithoutDraws);
}

/// At 50 % each, both strike with chance 1/4 + asin(rho) / 2 pi (Sheppard 1899).
#[test]
fn correlated_risks_have_the_joint_chance_of_the_normal() {
    let mut town = town(vec![full("a", 0.5, 1_000.0), full("b", 0.5, 1_000.0)]);
    town.model.correlations = vec![Correlation {
        id: "samen".into(),
        between: [Correlated::Risk(0), Correlated::Risk(1)],
        rho: 0.6,
        place: Place::file("base.toml"),
    }];
    // asin(0.6) = 0.643501: both with chance 0.352416, so 2,000 from P64.76 on.
    let asked = town.model.resilience.as_mut().unwrap();
    asked.certainty = 0.655;
    assert_eq!(capacity(&town, 40_000, 5).needed.unwrap().value, 2_000.0);
    town.model.resilience.as_mut().unwrap().certainty = 0.64;
    assert_eq!(capacity(&town, 40_000, 5).needed.unwrap().value, 1_000.0);
}

#[test]
fn a_structural_loss_counts_its_years_and_stays() {
    let mut wet = full("wet", 0.5, 10_000.0);
    wet.structural = true;
    wet.years = vec![Year(2027), Year(2028)];
    let mut town = town(vec![wet]);
    let asked = town.model.resilience.as_mut().unwrap();
    asked.structural_years = 2.5;
    asked.year = Year(2029);
    asked.certainty = 0.8;
    let a = judged(&town, 0, 1);
    let c = a.capacity.unwrap();
    // In force with chance 0.75, each year 10,000, counted two and a half times.
    assert_eq!((c.expected, c.needed.unwrap().value, c.table[&75].value), (7_500.0, 25_000.0, 25_000.0));
    assert_eq!(a.events[0].in_force, 0.75);
    let by_year: Vec<(f64, f64)> = a.by_year.iter().map(|y| (y.structural, y.incidental)).collect();
    assert_eq!(by_year, [(5_000.0, 0.0), (7_500.0, 0.0), (7_500.0, 0.0)]);
}

/// A what-if in which the line grows 3 % a year more.
fn dearer(base: &Town) -> Town {
    let mut other = base.clone();
    other.model.scenario.id = "duur".into();
    let id = other.model.assumptions.iter().position(|a| a.address == "cost.zorg.volume.growth").unwrap();
    for x in other.model.assumptions[id].values.iter_mut().skip(1) {
        *x += 0.03;
    }
    for d in other.model.assumptions[id].distributions.iter_mut().flatten() {
        if let Distribution::Normal { mean, .. } = d {
            *mean += 0.03;
        }
    }
    other
}

fn sized(figure: &str) -> Risk {
    let impact = RiskImpact::WhatIf { what_if: "duur".into(), figure: figure.into() };
    Risk { structural: true, ..risk("duur", RiskChance::Chance(0.4), impact) }
}

#[test]
fn a_what_if_sizes_a_risk_by_its_difference() {
    let mut base = town(vec![sized("result")]);
    let id = base.rate("cost.zorg.volume.growth", 0.0);
    let line = base.model.lines.find("zorg").unwrap();
    base.cost_mut(line).growth = Some(id);
    let other = dearer(&base);
    let a = judge_all(&[&base.model, &other.model], 0, 100, 1);
    // Balance of the base minus that of the what-if: -1,000,000 + 1,030,000; a year later 60,900.
    assert!((a.events[0].impact.unwrap().mean - 30_000.0).abs() < 1e-6);
    assert!((a.by_year[1].structural - 0.4 * 60_900.0).abs() < 1e-6);
    let c = a.capacity.unwrap();
    assert_eq!(c.method, Method::Exact);
    assert!((c.needed.unwrap().value - 30_000.0).abs() < 1e-6);
    // The what-if itself judges the same risk by the same difference.
    let b = judge_all(&[&base.model, &other.model], 1, 100, 1);
    assert!((b.events[0].impact.unwrap().mean - 30_000.0).abs() < 1e-6);
}

#[test]
fn a_what_if_on_uncertain_ground_differs_from_draw_to_draw() {
    let mut base = town(vec![sized("balance(zorg)")]);
    with_growth(&mut base, 0.0, 0.02);
    let other = dearer(&base);
    let mut asked = base.model.resilience.clone().unwrap();
    asked.year = Year(2028);
    base.model.resilience = Some(asked);
    let a = judge_all(&[&base.model, &other.model], 0, 20_000, 1);
    // In 2028: 1e6 x ((1.03+g)(1.03+h) - (1+g)(1+h)), mean 60,900, sd 30,000 x 0.02 x sqrt 2.
    let expected = a.capacity.as_ref().unwrap().expected;
    assert!((expected - 0.4 * 60_900.0).abs() < 4.0 * 0.4 * 849.0 / 141.0, "{expected}");
    // Shown in its first year, where both grow by the same draw plus 3 points.
    let impact = a.events[0].impact.unwrap();
    assert!((impact.mean - 30_000.0).abs() < 1e-6 && (impact.p90 - impact.p10).abs() < 1e-6);
    assert!(matches!(a.capacity.unwrap().method, Method::Simulated { .. }));
}

#[test]
fn a_risk_that_cannot_be_sized_says_why_and_adds_nothing() {
    let a = judged(&town(vec![sized("result"), full("brand", 0.3, 80_000.0)]), 0, 1);
    assert!(a.events[0].problem.as_ref().unwrap().contains("no what-if"));
    assert!(!a.events[0].counts);
    assert_eq!(a.capacity.unwrap().expected, 24_000.0);
}

/// Langedijk, programmabegroting 2018: risks of 270, 250 and 150 thousand have
/// an *invloed* of 14.27, 13.18 and 7.97 %; the total follows as 1.89 million.
#[test]
fn the_share_of_the_expected_loss_is_the_invloed_of_langedijk() {
    let rows = [("a", 270_000.0), ("b", 250_000.0), ("c", 150_000.0), ("rest", 1_220_000.0)];
    let a = judged(&town(rows.iter().map(|(id, x)| full(id, 0.5, 2.0 * x)).collect()), 0, 1);
    for (event, published) in a.events.iter().zip([14.27, 13.18, 7.97]) {
        // The amounts are printed in tens of thousands: half of one is 0.26 points.
        assert!((100.0 * event.share_of_expected - published).abs() < 0.26, "{event:?}");
    }
}

#[test]
fn the_top_ten_and_the_rest_are_all_of_it() {
    let a = judged(&town((0..15).map(|i| full(&format!("r{i:02}"), 0.5, 1000.0 * f64::from(i + 1))).collect()), 0, 1);
    let top = top(&a.events, 10);
    assert_eq!(top.events, (5..15).rev().collect::<Vec<_>>());
    assert_eq!((top.rest, top.rest_expected), (5, 7_500.0));
    let shares: f64 = top.events.iter().map(|i| a.events[*i].share_of_expected).sum();
    assert!((shares + top.rest_share_of_expected - 1.0).abs() < 1e-12);
    let at: f64 = top.events.iter().filter_map(|i| a.events[*i].share_at_certainty).sum();
    assert!((at + top.rest_share_at_certainty.unwrap() - 1.0).abs() < 1e-9, "{at} {top:?}");
}

#[test]
fn threads_change_no_bit() {
    let mut town = town(vec![
        full("a", 0.3, 1_000.0),
        risk("b", RiskChance::PerYear(0.8), RiskImpact::Pert { min: 10.0, mode: 500.0, max: 9_000.0 }),
    ]);
    with_growth(&mut town, 0.0, 0.02);
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| format!("{:?}", judged(&town, 3_000, 9)))
    };
    let one = run(1);
    assert_eq!(one, run(2));
    assert_eq!(one, run(5));
}

fn mixed_register() -> Vec<Event> {
    let mut town = town(vec![
        full("vol", 0.3, 80_000.0),
        full("kans", 0.4, -25_000.0),
        risk("bereik", RiskChance::Chance(0.5), RiskImpact::Range { min: 10_000.0, max: 50_000.0 }),
        risk("pert", RiskChance::Chance(0.7), RiskImpact::Pert { min: 5_000.0, mode: 9_000.0, max: 90_000.0 }),
        risk("rand", RiskChance::Chance(0.2), RiskImpact::Pert { min: 20_000.0, mode: 20_000.0, max: 60_000.0 }),
        risk("vaak", RiskChance::PerYear(1.5), RiskImpact::Range { min: 1_000.0, max: 12_000.0 }),
        risk("soms", RiskChance::PerYear(0.1), RiskImpact::Full(40_000.0)),
        risk("blijft", RiskChance::Chance(0.25), RiskImpact::Pert { min: 1_000.0, mode: 20_000.0, max: 30_000.0 }),
        risk("stapelt", RiskChance::PerYear(0.3), RiskImpact::Full(15_000.0)),
    ]);
    for structural in [7, 8] {
        town.model.risks[structural].structural = true;
        town.model.risks[structural].years = vec![Year(2027), Year(2028), Year(2029)];
    }
    for other in 0..7 {
        town.model.risks[other].years = vec![Year(2028)];
    }
    Event::register(&town.model)
}

/// Both ways of summing agree: over many seeds nine out of ten simulated
/// quantiles lie within 1.645 standard errors of the exact ones.
#[test]
fn drawn_and_exact_distributions_agree_over_many_seeds() {
    let events = mixed_register();
    let terms: Vec<Term> = events
        .iter()
        .map(|e| {
            let EventImpact::Amount(severity) = &e.impact else { panic!("all have amounts") };
            let factor = if e.structural { 2.0 } else { 1.0 };
            Term { frequency: e.in_force(Year(2028)).unwrap(), severity: severity.times(factor) }
        })
        .collect();
    let loss = Loss::of(&terms);
    let levels = [0.1, 0.3, 0.5, 0.7, 0.9, 0.99];
    let exact: Vec<Quantile> = levels.iter().map(|l| loss.quantile(*l)).collect();
    let (seeds, draws) = (300, 2_000);
    let mut inside = [0_u32; 6];
    let (mut mean, mut se) = (0.0, 0.0);
    for seed in 0..seeds {
        let drawn = simulate_events(&events, Year(2026), Year(2028), 2.0, draws, seed, &levels);
        for ((count, q), truth) in inside.iter_mut().zip(&drawn.quantiles).zip(&exact) {
            *count += u32::from((q.value - truth.value).abs() <= 1.645 * q.error + truth.error);
        }
        mean += drawn.mean / seeds as f64;
        se += drawn.se_mean / seeds as f64;
    }
    for (level, count) in levels.iter().zip(inside) {
        // Binomial(300, 0.9): 270, standard deviation 5.2. The error itself is estimated, worst in the tail.
        assert!((245..=293).contains(&count), "P{level}: {count} of {seeds}; {inside:?}");
    }
    assert!((mean - loss.mean()).abs() < 3.5 * se / (seeds as f64).sqrt(), "{mean} {}", loss.mean());
    assert!((se * (draws as f64).sqrt() / loss.sd() - 1.0).abs() < 0.02);
}

#[test]
fn shares_at_the_certainty_agree_both_ways() {
    let mut town = town(vec![]);
    town.model.risks = vec![
        full("vol", 0.3, 80_000.0),
        full("klein", 0.5, 20_000.0),
        risk("bereik", RiskChance::Chance(0.5), RiskImpact::Range { min: 10_000.0, max: 50_000.0 }),
        risk("pert", RiskChance::Chance(0.7), RiskImpact::Pert { min: 5_000.0, mode: 9_000.0, max: 90_000.0 }),
        risk("vaak", RiskChance::PerYear(1.5), RiskImpact::Range { min: 1_000.0, max: 12_000.0 }),
    ];
    let exact = judged(&town, 0, 1);
    // A correlation of 0 changes nothing but makes the register drawn.
    town.model.correlations = vec![Correlation {
        id: "geen".into(),
        between: [Correlated::Risk(0), Correlated::Risk(1)],
        rho: 0.0,
        place: Place::file("base.toml"),
    }];
    let drawn = judged(&town, 200_000, 1);
    assert!(matches!(drawn.capacity.as_ref().unwrap().method, Method::Simulated { .. }));
    for (a, b) in exact.events.iter().zip(&drawn.events) {
        let (x, y) = (a.share_at_certainty.unwrap(), b.share_at_certainty.unwrap());
        // 4,000 draws in the window: a share has a standard error of at most 0.5 / 63.
        assert!((x - y).abs() < 0.02, "{} {x} {y}", a.id);
    }
}

#[test]
fn another_risk_changes_no_draw_of_this_one() {
    let events = mixed_register();
    let mut more = events.clone();
    let mut none = full("aaa", 0.5, 0.0);
    none.years = vec![Year(2028)];
    more.insert(0, Event::of(99, &none, Year(2026)));
    let run = |events: &[Event]| simulate_events(events, Year(2026), Year(2028), 1.0, 1_000, 4, &[0.5, 0.9]).quantiles;
    assert_eq!(run(&events), run(&more));
    more.reverse();
    assert_eq!(run(&events), run(&more));
}

#[test]
fn what_strikes_in_the_base_year_is_in_no_projection() {
    let mut early = full("vroeg", 0.5, 1_000.0);
    early.structural = true;
    early.years = vec![Year(2026)];
    assert_eq!(capacity(&town(vec![early]), 0, 1).expected, 0.0);
}

#[test]
fn a_what_if_that_moves_a_band_counts_twice() {
    let mut base = town(vec![sized("result"), sized("cost(zorg)")]);
    with_growth(&mut base, 0.0, 0.02);
    let other = dearer(&base);
    let codes = |models: &[&Model]| check(models).into_iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(codes(&[&base.model, &other.model]), ["counted-twice", "gain-or-loss", "counted-twice"]);
    for risk in &mut base.model.risks {
        risk.covered_by = vec!["cost.zorg.volume.growth".into()];
    }
    assert_eq!(codes(&[&base.model, &other.model]), ["gain-or-loss"]);
    base.model.risks = vec![sized("clients(zorg)")];
    assert_eq!(codes(&[&base.model]), ["unfit-figure"]);
}

fn any_term() -> impl Strategy<Value = Term> {
    let severity = prop_oneof![
        (-1e5..1e6_f64).prop_map(|x| Severity::Point(x.round())),
        (-1e5..1e5_f64, 0.0..1e6_f64).prop_map(|(min, width)| Severity::uniform(min, min + width)),
        (0.0..1e5_f64, 0.0..1e5_f64, 0.0..1e6_f64).prop_map(|(min, a, b)| Severity::pert(min, min + a, min + a + b)),
    ];
    let frequency = prop_oneof![
        (0.0..=1.0_f64).prop_map(Frequency::Chance),
        Just(Frequency::Chance(0.0)),
        Just(Frequency::Chance(1.0)),
        (0.0..3.0_f64).prop_map(Frequency::Poisson),
    ];
    (frequency, severity).prop_map(|(frequency, severity)| Term { frequency, severity })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn quantiles_rise_scale_and_lie_between_the_extremes(terms in prop::collection::vec(any_term(), 0..9)) {
        let loss = Loss::of(&terms);
        let levels = [0.01, 0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 0.99];
        let found: Vec<Quantile> = levels.iter().map(|l| loss.quantile(*l)).collect();
        for pair in found.windows(2) {
            prop_assert!(pair[0].value <= pair[1].value + 1e-6);
        }
        for (level, q) in levels.iter().zip(&found) {
            prop_assert!(q.value.is_finite() && q.error.is_finite() && q.error >= 0.0);
            prop_assert!(loss.cdf(q.value + 1e-5) >= level - 1e-8, "{level} {q:?} {}", loss.cdf(q.value));
        }
        // Twice the amounts: twice the quantiles.
        let twice: Vec<Term> = terms.iter().map(|t| Term { frequency: t.frequency, severity: t.severity.times(2.0) }).collect();
        let doubled = Loss::of(&twice);
        prop_assert!((doubled.mean() - 2.0 * loss.mean()).abs() <= 1e-9 * loss.mean().abs());
        for (level, q) in levels.iter().zip(&found) {
            prop_assert!((doubled.quantile(*level).value - 2.0 * q.value).abs() <= 1e-6 * (1.0 + q.value.abs()) + 2.0 * q.error);
        }
        // What cannot strike changes nothing.
        let mut more = terms.clone();
        more.push(Term { frequency: Frequency::Chance(0.0), severity: Severity::Point(1e9) });
        let more = Loss::of(&more);
        for (level, q) in levels.iter().zip(&found) {
            prop_assert_eq!(more.quantile(*level), *q);
        }
    }

    #[test]
    fn a_certain_amount_moves_every_quantile(terms in prop::collection::vec(any_term(), 0..6), amount in 1.0..1e5_f64) {
        let amount = amount.round();
        let loss = Loss::of(&terms);
        let mut more = terms.clone();
        more.push(Term { frequency: Frequency::Chance(1.0), severity: Severity::Point(amount) });
        let moved = Loss::of(&more);
        for level in [0.2, 0.5, 0.9] {
            let (a, b) = (loss.quantile(level), moved.quantile(level));
            prop_assert!((a.value + amount - b.value).abs() <= 1e-3 + a.error, "{level}: {a:?} {b:?}");
        }
    }
}

/// A base, a dearer what-if that sizes a risk, and one with a register of its own.
fn three_scenarios() -> Vec<Town> {
    let mut base = town(vec![sized("result"), full("brand", 0.3, 80_000.0)]);
    with_growth(&mut base, 0.0, 0.02);
    let other = dearer(&base);
    let mut third = base.clone();
    third.model.scenario.id = "zonder-brand".into();
    third.model.risks.truncate(1);
    third.model.resilience.as_mut().unwrap().year = Year(2029);
    vec![base, other, third]
}

#[test]
fn scenarios_that_are_judged_together_come_out_as_each_alone() {
    let towns = three_scenarios();
    let models: Vec<&Model> = towns.iter().map(|t| &t.model).collect();
    // As many draws for all, and a number for each as `--precision` gives; more than are kept too.
    for draws in [[3_000, 3_000, 3_000], [512, 3_000, 1_111], [0, 700, 0], [12_345, 12_345, 12_345]] {
        let together = judge_together(&models, &draws, u64::MAX);
        assert_eq!(together.len(), 3);
        for (scenario, one) in together.iter().enumerate() {
            let alone = judge_all(&models, scenario, draws[scenario], 4);
            assert_eq!(format!("{one:?}"), format!("{alone:?}"), "{scenario} of {draws:?}");
        }
    }
}

#[test]
fn losses_that_are_counted_have_the_shares_of_losses_that_are_kept() {
    let towns = three_scenarios();
    let models: Vec<&Model> = towns.iter().map(|t| &t.model).collect();
    // Few enough that all differences are kept, and too many for that.
    for draws in [8_000, 20_000] {
        let kept = judge_together(&models, &[draws; 3], u64::MAX);
        let counted = judge_together(&models, &[draws; 3], 1_000);
        for (a, b) in kept.iter().zip(&counted) {
            let (x, y) = (a.capacity.as_ref().unwrap(), b.capacity.as_ref().unwrap());
            assert_eq!(x.expected_deficit, y.expected_deficit);
            // Bins of a four-thousandth of the distance from P5 to P95, which is below 300,000 here.
            let (x, y) = (x.needed.unwrap().value, y.needed.unwrap().value);
            assert!((x - y).abs() < 300.0, "{x} {y}");
            for (x, y) in a.events.iter().zip(&b.events) {
                let (Some(x), Some(y)) = (x.share_at_certainty, y.share_at_certainty) else {
                    panic!("no share: {a:?} {b:?}");
                };
                // Where many draws are the same, kept ones count in part and counted ones whole.
                assert!((x - y).abs() < 0.05, "{x} {y}");
            }
        }
    }
}

/// The what-if has a year that the base lacks: nothing can be compared there.
#[test]
fn a_what_if_with_a_longer_horizon_is_compared_in_the_years_of_both() {
    let mut base = town(vec![sized("balance(zorg)")]);
    with_growth(&mut base, 0.0, 0.02);
    let mut longer = Town::new(2026, 2031);
    let line = longer.cost("zorg", 1_000_000.0);
    longer.budget(line, &[(2026, 1_000_000.0), (2027, 1_000_000.0)]);
    longer.model.resilience = base.model.resilience.clone();
    longer.model.risks = base.model.risks.clone();
    longer.model.scenario.id = "duur".into();
    let id = longer.rate("cost.zorg.volume.growth", 0.03);
    longer.model.assumptions[id.0].distributions = vec![Some(Distribution::Normal { mean: 0.03, sd: 0.02 }); 6];
    longer.cost_mut(line).growth = Some(id);
    let both = judge_together(&[&base.model, &longer.model], &[500, 500], u64::MAX);
    assert!((both[0].events[0].impact.unwrap().mean - 30_000.0).abs() < 1e-6, "{:?}", both[0].events[0]);
    // In its own register the risk would stay until 2031.
    assert!(both[1].events[0].problem.is_some() && !both[1].events[0].counts);
}
