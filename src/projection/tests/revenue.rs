//! Revenue in its four forms, and when it ends.

use super::close;
use crate::model::{
    Contribution, FigureKind, Follows, Income, LineId, Payer, PriceTerms, Quantity, SafetyNet, SafetyNetRule,
    SafetyNetStep, Scale,
};
use crate::projection::testing::{Town, row};
use crate::projection::{Cause, Projection};
use crate::units::Year;

fn parts_sum_to_the_change(p: &Projection, line: LineId) {
    for pair in p.lines[line.0].years.windows(2) {
        let without = |i: usize| pair[i].amount - pair[i].measures;
        let parts: f64 = pair[1].terms.revenue_parts.iter().map(|p| p.amount).sum();
        close(parts, without(1) - without(0));
    }
}

#[test]
fn a_grant_grows_with_its_index_and_measures_stay_beside_it() {
    let mut town = Town::new(2026, 2028);
    let norm = town.index("bijstandsnorm", 0.04);
    let growth = town.rate("revenue.buig.growth", 0.01);
    let buig = town.revenue("buig", Some(1000.0), Income::Grows { growth: Some(growth) });
    town.revenue_mut(buig).price = PriceTerms { index: vec![(norm, 1.0)], change: None };
    town.measure("korting", buig, &[(2026, -100.0), (2027, -100.0)]);
    town.measure("mee", buig, &[(2028, 10.0)]).indexed = true;
    let p = town.project();
    // 1100 without the measure, times 1.05 each year.
    close(row(&p, buig, 2027).amount, 1155.0 - 100.0);
    close(row(&p, buig, 2028).amount, 1212.75 + 10.0 * 1.0816);
    assert_eq!(row(&p, buig, 2026).amount, 1000.0);
    close(row(&p, buig, 2028).price_index.expect("it has a price"), 1.0816);
    parts_sum_to_the_change(&p, buig);
    let growth = &row(&p, buig, 2027).terms.revenue_parts[0];
    assert_eq!(growth.cause, Cause::Growth);
    close(growth.amount, 11.0);
}

/// A cost line of 1000 in 2026 that grows by 100 a year as a measure would.
fn followed(town: &mut Town) -> LineId {
    let cost = town.cost("bw", 1000.0);
    town.measure("groei", cost, &[(2027, 100.0), (2028, 200.0), (2029, 300.0)]);
    town.figure("bw", Quantity::Cost, FigureKind::Actual, 2025, 900.0);
    town.figure("bw", Quantity::Cost, FigureKind::Actual, 2024, 850.0);
    cost
}

fn follows(town: &mut Town, line: LineId, share: f64, lag: u32, from_base: bool) -> Income {
    let share = town.constant("revenue.rijk.follows.share", Scale::Share, share);
    Income::Follows(Follows { line, share, lag, from_base, indexed_by: None })
}

#[test]
fn revenue_follows_a_share_of_cost_with_a_lag() {
    let mut town = Town::new(2026, 2029);
    let cost = followed(&mut town);
    let income = follows(&mut town, cost, 0.8, 2, false);
    let rijk = town.revenue("rijk", None, income);
    let p = town.project();
    // 80 % of 2024 (850), 2025 (900), 2026 (1000) and 2027 (1100).
    let found: Vec<f64> = p.lines[rijk.0].years.iter().map(|r| r.amount).collect();
    for (found, expected) in found.iter().zip([680.0, 720.0, 800.0, 880.0]) {
        close(*found, expected);
    }
    parts_sum_to_the_change(&p, rijk);
    assert!(p.warnings.is_empty(), "{:?}", p.warnings);
}

#[test]
fn from_base_only_the_change_of_cost_is_followed() {
    let mut town = Town::new(2026, 2029);
    let cost = followed(&mut town);
    let income = follows(&mut town, cost, 0.5, 1, true);
    let rijk = town.revenue("rijk", Some(5000.0), income);
    let p = town.project();
    // 5000 + half of (C[y-1] - 900): 1000, 1100, 1200.
    close(row(&p, rijk, 2027).amount, 5050.0);
    close(row(&p, rijk, 2028).amount, 5100.0);
    close(row(&p, rijk, 2029).amount, 5150.0);
    assert_eq!(row(&p, rijk, 2026).amount, 5000.0);
    parts_sum_to_the_change(&p, rijk);
}

#[test]
fn an_index_lifts_what_is_followed_from_its_own_year() {
    let mut town = Town::new(2026, 2028);
    let index = town.ledger("bbp", &[(2025, 0.01, 0.01), (2026, 0.02, 0.02), (2027, 0.03, 0.03), (2028, 0.04, 0.04)]);
    let cost = town.cost("bw", 1000.0);
    town.figure("bw", Quantity::Cost, FigureKind::Actual, 2025, 900.0);
    town.figure("bw", Quantity::Cost, FigureKind::Actual, 2024, 800.0);
    let share = town.constant("share", Scale::Share, 1.0);
    let of = |from_base| Income::Follows(Follows { line: cost, share, lag: 2, from_base, indexed_by: Some(index) });
    let plain = town.revenue("a", Some(0.0), of(false));
    let based = town.revenue("b", Some(100.0), of(true));
    let p = town.project();
    // 2027 follows 2025: 900 * 1.02 * 1.03; 2028 follows 2026: 1000 * 1.03 * 1.04.
    close(row(&p, plain, 2027).amount, 900.0 * 1.02 * 1.03);
    close(row(&p, plain, 2028).amount, 1000.0 * 1.03 * 1.04);
    // From base each cost is lifted from its own year: 2024's over 2025 to 2028.
    close(row(&p, based, 2028).amount, 100.0 + 1000.0 * 1.03 * 1.04 - 800.0 * 1.01 * 1.02 * 1.03 * 1.04);
    parts_sum_to_the_change(&p, plain);
    parts_sum_to_the_change(&p, based);
    let causes: Vec<&Cause> = row(&p, plain, 2028).terms.revenue_parts.iter().map(|p| &p.cause).collect();
    assert_eq!(causes, [&Cause::Followed("bw".into()), &Cause::Index("bbp".into())]);
    close(row(&p, plain, 2028).terms.revenue_parts[0].amount, 100.0);
}

#[test]
fn a_followed_year_without_a_figure_counts_nothing_and_says_so() {
    let mut town = Town::new(2026, 2028);
    let cost = town.cost("bw", 1000.0);
    let income = follows(&mut town, cost, 1.0, 2, false);
    let rijk = town.revenue("rijk", Some(700.0), income);
    let p = town.project();
    assert_eq!(row(&p, rijk, 2027).amount, 0.0);
    let missing: Vec<&str> =
        p.warnings.iter().filter(|w| w.code == "missing-history").map(|w| w.message.as_str()).collect();
    assert_eq!(missing.len(), 1);
    assert!(missing[0].contains("2025") && !missing[0].contains("2024"), "{}", missing[0]);
}

#[test]
fn clients_pay_by_month_by_household_and_by_share() {
    let mut town = Town::new(2024, 2025);
    let a = town.care("avslh", 1.0, 700.0);
    let b = town.care("mvho", 1.0, 300.0);
    let growth = town.rate("cost.mvho.volume.growth", 0.10);
    town.cost_mut(b).growth = Some(growth);
    let month = town.by_year("per_month", Scale::Price, &[(2024, 21.0), (2025, 21.6)]);
    let paying = town.constant("paying", Scale::Share, 0.85);
    let households = town.constant("households", Scale::Count, 0.95);
    let contribution = |per| {
        let (paying, households) = (Some(paying), Some(households));
        Income::Contribution(Contribution {
            lines: vec![a, b],
            per_month: month,
            paying,
            per,
            households_per_client: households,
        })
    };
    let by_household = town.revenue("eigen-bijdrage", None, contribution(Payer::Household));
    let by_client = town.revenue("per-client", None, contribution(Payer::Client));
    let p = town.project();
    close(row(&p, by_household, 2024).amount, 21.0 * 12.0 * 1000.0 * 0.85 * 0.95);
    close(row(&p, by_household, 2025).amount, 21.6 * 12.0 * 1030.0 * 0.85 * 0.95);
    close(row(&p, by_client, 2025).amount, 21.6 * 12.0 * 1030.0 * 0.85);
    parts_sum_to_the_change(&p, by_household);
}

#[test]
fn after_until_the_whole_line_is_nothing() {
    let mut town = Town::new(2026, 2028);
    let spuk = town.revenue("spuk", Some(500.0), Income::Grows { growth: None });
    town.revenue_mut(spuk).until = Some(Year(2027));
    town.measure("extra", spuk, &[(2027, 50.0), (2028, 50.0)]).structural = false;
    let p = town.project();
    close(row(&p, spuk, 2027).amount, 550.0);
    let ended = row(&p, spuk, 2028);
    assert_eq!((ended.amount, ended.measures, ended.incidental), (0.0, 0.0, 0.0));
    assert!(ended.terms.measures.is_empty());
    parts_sum_to_the_change(&p, spuk);
    assert_eq!(ended.terms.revenue_parts[0].cause, Cause::Ended);
}

/// Benefits that cost the bundled budget of 10 million and what is recovered,
/// and a deficit more in some years.
fn vangnet(deficits: &[(i32, f64)], past: &[(i32, f64)]) -> (Projection, LineId) {
    let mut town = Town::new(2024, 2029);
    let cost = town.cost("bijstand", 10_500_000.0);
    town.measure("tekort", cost, deficits);
    let income = town.revenue("terugvordering", Some(500_000.0), Income::Grows { growth: None });
    let budget = town.revenue("buig", Some(10_000_000.0), Income::Grows { growth: None });
    for (year, deficit) in past {
        town.figure("bijstand", Quantity::Cost, FigureKind::Actual, *year, 10_500_000.0 + deficit);
        town.figure("terugvordering", Quantity::Revenue, FigureKind::Actual, *year, 500_000.0);
        town.figure("buig", Quantity::Revenue, FigureKind::Actual, *year, 10_000_000.0);
    }
    let steps = vec![SafetyNetStep { from: 0.075, pays: 0.5 }, SafetyNetStep { from: 0.125, pays: 1.0 }];
    let rule = SafetyNetRule { entry: 0.075, cumulated: 0.075, steps };
    let net = SafetyNet {
        cost: vec![cost],
        income: vec![income],
        budget: vec![budget],
        paid_after: 2,
        rules: [(Year(2024), rule)].into_iter().collect(),
    };
    let net = town.revenue("vangnet", Some(0.0), Income::SafetyNet(net));
    (town.project(), net)
}

/// The work sheet of the assessment committee over 2024, on 10 million; paid
/// two years later. The years between have no deficit of their own.
#[test]
fn the_safety_net_pays_two_years_later_by_the_published_steps() {
    let published =
        [(5.0, 0.0), (7.5, 0.0), (10.0, 125_000.0), (12.5, 250_000.0), (15.0, 500_000.0), (20.0, 1_000_000.0)];
    for (percent, paid) in published {
        let deficit = percent * 100_000.0;
        let (p, net) = vangnet(&[(2025, 0.0), (2026, deficit)], &[(2022, 0.0), (2023, 0.0)]);
        close(row(&p, net, 2028).amount, paid);
        assert_eq!(row(&p, net, 2027).amount, 0.0);
        assert!(p.warnings.is_empty(), "{:?}", p.warnings);
        parts_sum_to_the_change(&p, net);
    }
}

#[test]
fn years_up_to_the_base_year_come_from_the_figures() {
    // 2024 has no deficit. 2025 has 10 %; surpluses of 2023 close the net.
    let (p, net) = vangnet(&[(2025, 1_000_000.0)], &[(2022, 0.0), (2023, 0.0)]);
    close(row(&p, net, 2027).amount, 125_000.0);
    let (p, net) = vangnet(&[(2025, 1_000_000.0)], &[(2022, 0.0), (2023, -300_000.0)]);
    assert_eq!(row(&p, net, 2027).amount, 0.0);
}

#[test]
fn a_missing_year_counts_nothing_and_is_named() {
    let (p, net) = vangnet(&[(2025, 1_000_000.0)], &[(2022, 0.0)]);
    close(row(&p, net, 2027).amount, 125_000.0);
    let missing: Vec<&str> =
        p.warnings.iter().filter(|w| w.code == "missing-history").map(|w| w.message.as_str()).collect();
    assert_eq!(missing.len(), 1);
    assert!(missing[0].contains("2023") && !missing[0].contains("2022"), "{}", missing[0]);
}
