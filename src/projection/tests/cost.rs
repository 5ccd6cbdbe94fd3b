//! Cost: unit cost, level, intensity, measures in and out of the base figure.

use super::close;
use crate::model::{PriceTerms, Scale, UnitCost};
use crate::projection::testing::{Town, row};

/// Harderwijk, jeugd: OVA 4.24 % and 2.5 % volume are 6.846 % together.
#[test]
fn price_and_volume_multiply() {
    let mut town = Town::new(2025, 2026);
    let ova = town.index("ova", 0.0424);
    let line = town.cost("jeugd", 22_000_000.0);
    let growth = town.rate("cost.jeugd.volume.growth", 0.025);
    town.cost_mut(line).growth = Some(growth);
    town.cost_mut(line).price = PriceTerms { index: vec![(ova, 1.0)], change: None };
    // 22 000 000 * 1.0424 * 1.025 = 22 000 000 * 1.06846
    close(row(&town.project(), line, 2026).amount, 23_506_120.0);
}

#[test]
fn the_base_figure_gives_up_its_measures_before_it_grows() {
    // 1000 holds 240 of new policy: 760 grows by 10 % to 836, and 195 comes back.
    let mut town = Town::new(2026, 2028);
    let line = town.cost("samenkracht", 1000.0);
    let growth = town.rate("cost.samenkracht.volume.growth", 0.10);
    town.cost_mut(line).growth = Some(growth);
    town.measure("aanbod", line, &[(2026, 240.0), (2027, 195.0)]).structural = false;
    let p = town.project();
    let base = row(&p, line, 2026);
    assert_eq!((base.amount, base.measures, base.incidental), (1000.0, 240.0, 240.0));
    close(base.terms.unit_cost, 760.0);
    close(row(&p, line, 2027).amount, 836.0 + 195.0);
    close(row(&p, line, 2027).incidental, 195.0);
    close(row(&p, line, 2028).amount, 919.6);
    assert_eq!(row(&p, line, 2028).measures, 0.0);
}

#[test]
fn a_measure_outside_the_base_comes_on_top_as_far_as_it_is_realised() {
    let mut town = Town::new(2026, 2027);
    let line = town.cost("jeugd", 1000.0);
    let half = town.constant("measure.taakstelling.realisation", Scale::Realisation, 0.5);
    town.measure("taakstelling", line, &[(2027, -300.0)]).realisation = Some(half);
    let p = town.project();
    assert_eq!(row(&p, line, 2026).amount, 1000.0);
    close(row(&p, line, 2027).amount, 850.0);
    let term = &row(&p, line, 2027).terms.measures[0];
    assert_eq!((term.planned, term.realisation, term.price, term.amount), (-300.0, 0.5, 1.0, -150.0));
}

#[test]
fn realisation_does_not_touch_the_base_year() {
    // -955 stands in the base figure of 12 530; if half of it comes true, 2027 is dearer.
    let mut town = Town::new(2026, 2027);
    let line = town.cost("jeugd", 12_530.0);
    let half = town.constant("measure.taakstelling.realisation", Scale::Realisation, 0.5);
    town.measure("taakstelling", line, &[(2026, -955.0), (2027, -955.0)]).realisation = Some(half);
    let p = town.project();
    assert_eq!(row(&p, line, 2026).amount, 12_530.0);
    close(row(&p, line, 2027).amount, 13_485.0 - 477.5);
}

#[test]
fn an_indexed_measure_rises_with_the_price_of_its_line() {
    let mut town = Town::new(2026, 2027);
    let ova = town.index("ova", 0.04);
    let line = town.cost("jeugd", 1000.0);
    town.cost_mut(line).price = PriceTerms { index: vec![(ova, 1.0)], change: None };
    town.measure("vast", line, &[(2027, 100.0)]);
    town.measure("mee", line, &[(2027, 100.0)]).indexed = true;
    close(row(&town.project(), line, 2027).amount, 1040.0 + 100.0 + 104.0);
}

#[test]
fn a_level_raises_all_years_but_not_the_measures() {
    // 1000 of which 200 by a measure, known to come out 8 % low:
    // base 1000 + 8 % of 800; after that 864 and the 200 as it is.
    let mut town = Town::new(2026, 2027);
    let line = town.cost("jeugd", 1000.0);
    let level = town.constant("cost.jeugd.level", Scale::Level, 0.08);
    town.cost_mut(line).level = Some(level);
    town.measure("beleid", line, &[(2026, 200.0), (2027, 200.0)]);
    let p = town.project();
    close(row(&p, line, 2026).amount, 1064.0);
    close(row(&p, line, 2027).amount, 1064.0);
    close(row(&p, line, 2027).terms.unit_cost, 864.0);
}

#[test]
fn intensity_multiplies_year_on_year() {
    let mut town = Town::new(2026, 2028);
    let line = town.cost("begeleiding", 1000.0);
    let intensity = town.rate("cost.begeleiding.intensity", -0.10);
    town.cost_mut(line).intensity = Some(intensity);
    let p = town.project();
    close(row(&p, line, 2028).amount, 810.0);
    close(row(&p, line, 2028).terms.intensity_part, -0.09);
}

/// Heerde: 2.11 hours a week before, 1.5 after; 38.50 an hour is an assumption.
#[test]
fn hours_by_year_move_the_intensity() {
    let mut town = Town::new(2024, 2026);
    let line = town.care("avslh", 742.0 * 2.11 * 38.5 * 52.0, 742.0);
    let hours =
        town.by_year("cost.avslh.unit_cost.hours_per_week", Scale::Count, &[(2024, 2.11), (2025, 1.5), (2026, 1.5)]);
    let rate = town.constant("cost.avslh.unit_cost.rate", Scale::Price, 38.5);
    town.cost_mut(line).unit_cost = Some(UnitCost::Hours { hours_per_week: hours, rate, weeks: 52.0 });
    let p = town.project();
    close(row(&p, line, 2025).amount, 742.0 * 1.5 * 38.5 * 52.0);
    close(row(&p, line, 2026).intensity_index.expect("cost has one"), 1.5 / 2.11);
    assert!(p.warnings.is_empty(), "both say the same: {:?}", p.warnings);
}

#[test]
fn a_line_that_starts_later_costs_what_a_client_costs() {
    let mut town = Town::new(2024, 2025);
    let from = town.care("avslh", 742_000.0, 742.0);
    let to = town.care("mvho", 0.0, 0.0);
    town.flow("herindicatie", from, to, &[(2025, 0.5)]);
    let hours = town.constant("cost.mvho.unit_cost.hours_per_week", Scale::Count, 2.0);
    let rate = town.constant("cost.mvho.unit_cost.rate", Scale::Price, 38.5);
    town.cost_mut(to).unit_cost = Some(UnitCost::Hours { hours_per_week: hours, rate, weeks: 52.0 });
    let p = town.project();
    close(row(&p, to, 2025).amount, 371.0 * 2.0 * 38.5 * 52.0);
    assert_eq!(row(&p, to, 2024).amount, 0.0);
}

#[test]
fn figures_win_over_a_stated_unit_cost() {
    let mut town = Town::new(2024, 2025);
    let line = town.care("hulp", 100_000.0, 100.0);
    let stated = town.constant("cost.hulp.unit_cost", Scale::Price, 1011.0);
    town.cost_mut(line).unit_cost = Some(UnitCost::PerClient(stated));
    let p = town.project();
    close(row(&p, line, 2025).terms.unit_cost, 1000.0);
}

#[test]
fn a_cost_below_nothing_is_told_and_not_changed() {
    let mut town = Town::new(2024, 2025);
    let line = town.cost("hulp", 100.0);
    town.measure("te-groot", line, &[(2025, -150.0)]);
    let p = town.project();
    close(row(&p, line, 2025).amount, -50.0);
    assert!(p.warnings.iter().any(|w| w.code == "negative-cost" && w.message.contains("2025")));
}
