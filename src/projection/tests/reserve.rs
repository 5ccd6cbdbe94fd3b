//! Reserves that cover, run out, and never cover a euro twice.

use super::close;
use crate::model::{Covers, FigureKind, Quantity};
use crate::projection::testing::Town;
use crate::units::Year;

/// Two lines of 1000 with a budget of 1000 each, and what they cost more.
fn town(jeugd: &[(i32, f64)], wmo: &[(i32, f64)]) -> Town {
    let mut town = Town::new(2026, 2029);
    for (id, more) in [("jeugd-zorg", jeugd), ("wmo-zorg", wmo)] {
        let line = town.cost(id, 1000.0);
        town.measure(&format!("meer-{id}"), line, more);
        let years: Vec<(i32, f64)> = (2026..=2029).map(|y| (y, 1000.0)).collect();
        town.budget(line, &years);
    }
    let jeugd = town.model.lines.find("jeugd-zorg").expect("it was made");
    town.domain("jeugd");
    town.cost_mut(jeugd).domains = vec![("jeugd".into(), 1.0)];
    town
}

fn through(town: &Town, reserve: usize) -> Vec<(f64, f64, f64)> {
    let p = town.project();
    p.reserves[reserve].years.iter().skip(1).map(|y| (y.balance, y.covered, y.uncovered)).collect()
}

#[test]
fn a_reserve_covers_until_it_runs_out() {
    let mut town = town(&[(2027, 300.0), (2028, 300.0), (2029, 300.0)], &[]);
    town.reserve("sociaal", 500.0, Covers::Total);
    assert_eq!(through(&town, 0), [(200.0, 300.0, 0.0), (0.0, 200.0, 100.0), (0.0, 0.0, 300.0)]);
    assert_eq!(town.project().reserves[0].runs_out, Some(Year(2028)));
}

#[test]
fn additions_and_withdrawals_come_before_covering() {
    let mut town = town(&[(2027, 300.0), (2028, 300.0)], &[]);
    town.reserve("sociaal", 250.0, Covers::Total);
    town.figure("sociaal", Quantity::Addition, FigureKind::Budget, 2027, 100.0);
    town.figure("sociaal", Quantity::Withdrawal, FigureKind::Budget, 2028, 80.0);
    // 250 + 100 - 300 = 50; 50 - 80 is 30 short, and then nothing is left to cover.
    assert_eq!(through(&town, 0)[..2], [(50.0, 300.0, 0.0), (0.0, 0.0, 330.0)]);
    assert!(town.project().warnings.iter().any(|w| w.code == "reserve-overdrawn"));
}

#[test]
fn a_second_reserve_covers_only_what_the_first_left() {
    let mut town = town(&[(2027, 300.0)], &[(2027, 100.0)]);
    town.reserve("jeugd", 200.0, Covers::Domain("jeugd".into()));
    town.reserve("algemeen", 1000.0, Covers::Total);
    assert_eq!(through(&town, 0)[0], (0.0, 200.0, 100.0));
    assert_eq!(through(&town, 1)[0], (800.0, 200.0, 0.0));
}

#[test]
fn reserves_of_different_lines_do_not_meet() {
    let mut town = town(&[(2027, 300.0)], &[(2027, 100.0)]);
    let wmo = town.model.lines.find("wmo-zorg").expect("it was made");
    town.reserve("jeugd", 1000.0, Covers::Domain("jeugd".into()));
    town.reserve("wmo", 1000.0, Covers::Lines(vec![wmo]));
    assert_eq!(through(&town, 0)[0], (700.0, 300.0, 0.0));
    assert_eq!(through(&town, 1)[0], (900.0, 100.0, 0.0));
}

#[test]
fn without_a_budget_there_is_nothing_to_cover() {
    let mut town = Town::new(2026, 2027);
    let line = town.cost("zorg", 1000.0);
    town.measure("meer", line, &[(2027, 500.0)]);
    town.reserve("sociaal", 100.0, Covers::Total);
    assert_eq!(through(&town, 0), [(100.0, 0.0, 0.0)]);
    close(town.project().lines[0].years[1].amount, 1500.0);
}
