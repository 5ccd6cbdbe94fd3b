//! Budgets in the money of the year, and why cost differs from them.

use super::close;
use crate::model::{PriceTerms, Prices};
use crate::projection::testing::{Town, group, row};
use crate::projection::{Gap, GroupId};
use crate::units::Year;

/// Cost 1000 growing 5 % by volume and 4 % by price, budget 1000 in prices of 2026.
fn town(prices: Prices, compensation: Option<f64>) -> (Town, crate::model::LineId) {
    let mut town = Town::new(2026, 2028);
    let ova = town.index("ova", 0.04);
    let line = town.cost("jeugd", 1000.0);
    let growth = town.rate("cost.jeugd.volume.growth", 0.05);
    town.cost_mut(line).growth = Some(growth);
    town.cost_mut(line).price = PriceTerms { index: vec![(ova, 1.0)], change: None };
    town.model.budget.prices = prices;
    town.model.budget.compensation = compensation.map(|c| town.rate("budget.compensation", c));
    town.budget(line, &[(2026, 1000.0), (2027, 1010.0), (2028, 1020.0)]);
    (town, line)
}

fn sum(gap: Gap) -> f64 {
    gap.volume + gap.price.unwrap_or(0.0) + gap.compensation.unwrap_or(0.0)
}

#[test]
fn a_budget_in_constant_prices_is_compensated_and_its_gap_split_in_three() {
    let (town, line) = town(Prices::Constant(Year(2026)), Some(0.027));
    let p = town.project();
    let last = row(&p, line, 2028);
    let factor = 1.027 * 1.027;
    close(last.budget_now.expect("it is comparable"), 1020.0 * factor);
    let gap = last.gap.expect("it has a budget");
    // In prices of 2026 the cost is 1102.5: 82.5 more volume than budgeted.
    close(gap.volume, 82.5);
    close(gap.compensation.expect("known"), 82.5 * (factor - 1.0));
    close(gap.price.expect("known"), 1102.5 * 1.0816 - 1102.5 * factor);
    close(sum(gap), last.amount - last.budget_now.expect("as above"));
    let base = row(&p, line, 2026);
    assert_eq!((base.budget_now, base.gap.map(sum)), (Some(1000.0), Some(0.0)));
    close(group(&p, &GroupId::Total, 2028).shortfall.expect("budgets are known"), last.amount - 1020.0 * factor);
}

#[test]
fn constant_prices_without_compensation_give_the_volume_gap_alone() {
    let (town, line) = town(Prices::Constant(Year(2026)), None);
    let p = town.project();
    let last = row(&p, line, 2028);
    assert_eq!((last.budget, last.budget_now), (Some(1020.0), None));
    let gap = last.gap.expect("volume can be compared");
    close(gap.volume, 82.5);
    assert_eq!((gap.price, gap.compensation), (None, None));
    let total = group(&p, &GroupId::Total, 2028);
    assert_eq!((total.shortfall, total.budget_cost), (None, None));
    close(total.gap.expect("volume can be compared").volume, 82.5);
}

#[test]
fn a_nominal_budget_is_compared_as_it_stands() {
    let (town, line) = town(Prices::Nominal, None);
    let p = town.project();
    let last = row(&p, line, 2028);
    assert_eq!(last.budget_now, Some(1020.0));
    close(sum(last.gap.expect("it has a budget")), 1102.5 * 1.0816 - 1020.0);
}

#[test]
fn prices_of_a_later_year_start_to_rise_after_it() {
    let (town, line) = town(Prices::Constant(Year(2027)), Some(0.03));
    let p = town.project();
    assert_eq!(row(&p, line, 2027).budget_now, Some(1010.0));
    close(row(&p, line, 2028).budget_now.expect("known"), 1020.0 * 1.03);
    // Cost in prices of 2027: 1102.5 * 1.04.
    close(row(&p, line, 2028).gap.expect("known").volume, 1102.5 * 1.04 - 1020.0);
}

#[test]
fn measures_stand_in_the_gap_at_budget_prices() {
    let (mut town, line) = town(Prices::Constant(Year(2026)), Some(0.0));
    town.measure("vast", line, &[(2027, 100.0)]);
    town.measure("mee", line, &[(2027, 50.0)]).indexed = true;
    let p = town.project();
    let gap = row(&p, line, 2027).gap.expect("known");
    // 1050 + 100 as it is + 50 before it rises, less 1010.
    close(gap.volume, 190.0);
    close(gap.price.expect("known"), 1050.0 * 0.04 + 50.0 * 0.04);
}

#[test]
fn a_line_without_a_budget_has_no_gap_and_its_groups_name_it() {
    let (mut town, line) = town(Prices::Nominal, None);
    let other = town.cost("nieuw", 10.0);
    town.budget(other, &[(2026, 10.0)]);
    let p = town.project();
    assert_eq!((row(&p, other, 2027).gap, row(&p, other, 2027).budget_now), (None, None));
    let total = group(&p, &GroupId::Total, 2027);
    assert_eq!(total.without_budget, ["nieuw"]);
    assert_eq!((total.shortfall, total.budget_cost, total.gap), (None, None, None));
    assert_eq!(total.budget_revenue, Some(0.0));
    assert!(group(&p, &GroupId::Total, 2026).shortfall.is_some());
    assert!(row(&p, line, 2027).gap.is_some());
    assert!(p.warnings.iter().any(|w| w.code == "no-budget" && w.message.contains("2027 and 2028")));
}
