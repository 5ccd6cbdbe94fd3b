//! Indices with their ledgers and mixes, and the price of lines.

use super::close;
use crate::model::{CarryOver, PriceTerms, Rounding, Scale};
use crate::projection::Cause;
use crate::projection::testing::{Town, row};

/// OVA and PPC, provisional and definitive: the figures behind the advice of
/// the association of municipalities (VNG) on tariffs of 2024 and 2025.
fn tariff(base_year: i32, carry_over: CarryOver, rounding: Rounding) -> f64 {
    let mut town = Town::new(base_year, base_year + 1);
    let ova = town.ledger("ova", &[(2023, 0.0474, 0.0636), (2024, 0.0494, 0.06), (2025, 0.0418, 0.0418)]);
    let ppc = town.ledger("ppc", &[(2023, 0.0487, 0.0702), (2024, 0.0251, 0.031), (2025, 0.0182, 0.0182)]);
    let tariff = town.mix("tarief", &[(ova, 0.9), (ppc, 0.1)], carry_over, rounding);
    town.cost("begeleiding", 100.0);
    town.project().index_rates[tariff.0][1]
}

#[test]
fn the_tariff_advice_of_2024_is_630_by_ratio_and_parts() {
    close(tariff(2023, CarryOver::Ratio, Rounding::Parts), 0.0630);
}

#[test]
fn the_tariff_advice_of_2025_is_491_by_ratio_and_parts_and_496_by_subtraction() {
    close(tariff(2024, CarryOver::Ratio, Rounding::Parts), 0.0491);
    close(tariff(2024, CarryOver::Subtract, Rounding::Result), 0.0496);
}

#[test]
fn the_four_ways_to_carry_over_differ_as_their_formulas_do() {
    // p = 3.944 %, last year p 4.697 %, d 5.71 %.
    close(tariff(2024, CarryOver::None, Rounding::None), 0.03944);
    close(tariff(2024, CarryOver::Subtract, Rounding::None), 0.03944 + 0.0571 - 0.04697);
    close(tariff(2024, CarryOver::Ratio, Rounding::None), 0.03944 + 1.0571 / 1.04697 - 1.0);
    close(tariff(2024, CarryOver::Compound, Rounding::None), 1.03944 * 1.0571 / 1.04697 - 1.0);
}

/// Hospitals and dentists, 2023: 0.53 % and 4.74 % compound to 5.29 % (KNMT,
/// which cuts off 5.295).
#[test]
fn compounding_gives_the_published_529() {
    let mut town = Town::new(2022, 2023);
    let index = town.ledger("loon", &[(2022, 0.0, 0.0053), (2023, 0.0474, 0.0474)]);
    town.model.indices[index.0].carry_over = CarryOver::Compound;
    town.cost("zorg", 1.0);
    let rate = town.project().index_rates[index.0][1];
    close(rate, 1.0053 * 1.0474 - 1.0);
    assert_eq!((rate * 1e4).floor(), 529.0);
}

#[test]
fn a_ledger_without_last_year_carries_nothing_over() {
    let mut town = Town::new(2023, 2024);
    let index = town.ledger("ova", &[(2024, 0.0494, 0.06)]);
    town.model.indices[index.0].carry_over = CarryOver::Subtract;
    town.cost("zorg", 1.0);
    let rates = &town.project().index_rates[index.0];
    assert_eq!(rates[0], 0.0);
    assert_eq!(rates[1], 0.0494);
}

#[test]
fn a_part_of_a_mix_without_last_year_leaves_the_others_theirs() {
    let mut town = Town::new(2023, 2024);
    let known = town.ledger("ova", &[(2023, 0.04, 0.05), (2024, 0.03, 0.03)]);
    let unknown = town.ledger("ppc", &[(2024, 0.02, 0.02)]);
    let mixed = town.mix("tarief", &[(unknown, 0.5), (known, 0.5)], CarryOver::Subtract, Rounding::None);
    town.cost("zorg", 1.0);
    let rates = &town.project().index_rates[mixed.0];
    // 2.5 %, and half of the one point that the known part was too low in 2023.
    close(rates[1], 0.025 + 0.5 * 0.01);
    assert_eq!(rates[0], 0.0, "the percentage of 2023 itself is not known");
}

#[test]
fn a_value_that_moves_takes_its_definitive_along() {
    // Stated p 4 % and d 6 % of 2024; the value is now 5 %. The error of two
    // points stays, so 2025 is 3 % + 2 %.
    let mut town = Town::new(2023, 2025);
    let index = town.ledger("ova", &[(2024, 0.04, 0.06), (2025, 0.03, 0.03)]);
    town.model.indices[index.0].carry_over = CarryOver::Subtract;
    town.model.assumptions[0].values[1] = 0.05;
    town.cost("zorg", 1.0);
    let rates = &town.project().index_rates[index.0];
    close(rates[1], 0.05);
    close(rates[2], 0.05);
}

#[test]
fn the_base_year_of_a_ledger_carries_over_too() {
    let mut town = Town::new(2024, 2025);
    let index = town.ledger("ova", &[(2023, 0.0474, 0.0636), (2024, 0.0494, 0.06), (2025, 0.04, 0.04)]);
    town.model.indices[index.0].carry_over = CarryOver::Subtract;
    town.cost("zorg", 1.0);
    // 4.94 + 6.36 - 4.74
    close(town.project().index_rates[index.0][0], 0.0656);
}

#[test]
fn halves_round_away_from_zero_as_people_write_them() {
    let mut town = Town::new(2023, 2024);
    let index = town.ledger("ova", &[(2024, 0.04695, 0.04695)]);
    town.model.indices[index.0].rounding = Rounding::Result;
    town.cost("zorg", 1.0);
    close(town.project().index_rates[index.0][1], 0.047);
}

#[test]
fn a_price_follows_weighted_indices_and_its_own_change() {
    let mut town = Town::new(2026, 2028);
    let ova = town.index("ova", 0.04);
    let ppc = town.index("ppc", 0.02);
    let change = town.by_year("cost.jeugd.price.change", Scale::Rate, &[(2028, 0.03)]);
    let line = town.cost("jeugd", 1000.0);
    town.cost_mut(line).price = PriceTerms { index: vec![(ova, 0.8), (ppc, 0.1)], change: Some(change) };
    let p = town.project();
    // 0.8 * 4 % + 0.1 * 2 % = 3.4 %, in 2028 3 % more.
    close(row(&p, line, 2027).amount, 1034.0);
    close(row(&p, line, 2028).amount, 1034.0 * 1.064);
    close(row(&p, line, 2028).price_index.expect("cost has a price"), 1.034 * 1.064);
    let parts = &row(&p, line, 2028).terms.price_parts;
    let of = |cause: Cause| parts.iter().find(|p| p.cause == cause).expect("it moved the price").amount;
    close(of(Cause::Index("ova".into())), 1.034 * 0.032);
    close(of(Cause::Index("ppc".into())), 1.034 * 0.002);
    close(of(Cause::Change), 1.034 * 0.03);
}
