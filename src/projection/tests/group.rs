//! Groups: shares, outside lines, structural and incidental, clients.

use super::close;
use crate::model::{FigureKind, Income, Quantity};
use crate::projection::GroupId;
use crate::projection::testing::{Town, group};

fn domain(id: &str) -> GroupId {
    GroupId::Domain(id.into())
}

#[test]
fn a_line_of_two_domains_counts_by_share() {
    let mut town = Town::new(2026, 2027);
    let pgb = town.cost("pgb", 1000.0);
    town.domain("jeugd");
    town.cost_mut(pgb).domains = vec![("wmo".into(), 0.45), ("jeugd".into(), 0.55)];
    town.budget(pgb, &[(2027, 900.0)]);
    let p = town.project();
    close(group(&p, &domain("wmo"), 2027).cost, 450.0);
    close(group(&p, &domain("jeugd"), 2027).cost, 550.0);
    close(group(&p, &domain("jeugd"), 2027).shortfall.expect("it has a budget"), 55.0);
    close(group(&p, &GroupId::Total, 2027).cost, 1000.0);
    let ids: Vec<String> = p.groups.iter().map(|g| g.id.to_string()).collect();
    assert_eq!(ids, ["domain:wmo", "domain:jeugd", "taakveld:6.71", "total", "total+outside"]);
}

#[test]
fn money_of_another_programme_is_only_in_the_wide_total() {
    let mut town = Town::new(2026, 2027);
    town.cost("zorg", 1000.0);
    let outside = town.revenue("circulaire", Some(252.0), Income::Grows { growth: None });
    town.revenue_mut(outside).outside = true;
    town.revenue_mut(outside).taakveld = "0.7".into();
    let p = town.project();
    assert_eq!(group(&p, &GroupId::Total, 2027).balance, -1000.0);
    assert_eq!(group(&p, &GroupId::TotalAndOutside, 2027).balance, -748.0);
    assert_eq!(group(&p, &GroupId::Taakveld("0.7".into()), 2027).revenue, 252.0);
}

#[test]
fn structural_and_incidental_are_kept_apart() {
    let mut town = Town::new(2026, 2027);
    let zorg = town.cost("zorg", 1000.0);
    town.measure("eenmalig", zorg, &[(2027, 100.0)]).structural = false;
    town.measure("blijvend", zorg, &[(2027, 10.0)]);
    let opvang = town.cost("opvang", 50.0);
    town.cost_mut(opvang).structural = false;
    let rijk = town.revenue("rijk", Some(400.0), Income::Grows { growth: None });
    let spuk = town.revenue("spuk", Some(60.0), Income::Grows { growth: None });
    town.revenue_mut(spuk).structural = false;
    let total = group(&town.project(), &GroupId::Total, 2027).clone();
    close(total.balance, 460.0 - 1160.0);
    close(total.structural_balance, 400.0 - 1010.0);
    assert_eq!(town.project().lines[rijk.0].years[1].incidental, 0.0);
}

#[test]
fn shortfall_is_being_worse_than_the_budget_not_a_negative_balance() {
    let mut town = Town::new(2026, 2027);
    let zorg = town.cost("zorg", 1000.0);
    let buig = town.revenue("buig", Some(400.0), Income::Grows { growth: None });
    town.budget(zorg, &[(2026, 1000.0), (2027, 970.0)]);
    town.budget(buig, &[(2026, 400.0), (2027, 380.0)]);
    let p = town.project();
    // 30 more cost, 20 more revenue.
    close(group(&p, &GroupId::Total, 2027).shortfall.expect("budgets are known"), 10.0);
    assert_eq!(group(&p, &GroupId::Total, 2026).shortfall, Some(0.0));
}

#[test]
fn clients_are_summed_only_where_the_domain_says_so() {
    let mut town = Town::new(2026, 2027);
    town.care("a", 10.0, 30.0);
    town.care("b", 10.0, 12.0);
    town.cost("c", 10.0);
    assert_eq!(group(&town.project(), &domain("wmo"), 2027).clients, None);
    town.domain("wmo").sum_clients = true;
    let p = town.project();
    assert_eq!(group(&p, &domain("wmo"), 2027).clients, Some(42.0));
    assert_eq!(group(&p, &GroupId::Total, 2027).clients, None);
}

#[test]
fn reserve_movements_stand_between_balance_and_result() {
    let mut town = Town::new(2026, 2027);
    town.cost("zorg", 1000.0);
    town.reserve("sociaal", 500.0, crate::model::Covers::Nothing);
    town.figure("sociaal", Quantity::Withdrawal, FigureKind::Budget, 2027, 120.0);
    town.figure("sociaal", Quantity::Addition, FigureKind::Budget, 2027, 20.0);
    let p = town.project();
    assert_eq!(group(&p, &GroupId::Total, 2027).result, -900.0);
    assert_eq!(group(&p, &domain("wmo"), 2027).result, -1000.0);
    assert_eq!(p.reserves[0].years[1].balance, 400.0);
}
