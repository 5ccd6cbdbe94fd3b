//! Clients: growth, ageing, measures, flows, exit, intake.

use super::close;
use crate::model::{Ageing, Population, Scale};
use crate::projection::Cause;
use crate::projection::testing::{Town, row};
use crate::units::Year;

#[test]
fn eight_percent_ageing_less_two_by_a_measure_is_six_percent() {
    // Heerde, AVSLH 2024.
    let mut town = Town::new(2023, 2024);
    let line = town.care("avslh", 1_000_000.0, 700.0);
    let ageing = town.rate("cost.avslh.volume.ageing", 0.08);
    town.cost_mut(line).ageing = Ageing::Rate(ageing);
    let effect = town.rate("measure.huishoudcoach.volume", -0.02);
    town.measure("huishoudcoach", line, &[]).volume = Some(effect);
    let p = town.project();
    close(row(&p, line, 2024).clients.expect("it counts clients"), 742.0);
    close(row(&p, line, 2024).volume_index.expect("there were clients"), 1.06);
    let parts = &row(&p, line, 2024).terms.volume_parts;
    close(parts.iter().find(|p| p.cause == Cause::Ageing).expect("ageing").amount, 56.0);
    close(parts.iter().find(|p| p.cause == Cause::Measure("huishoudcoach".into())).expect("measure").amount, -14.0);
}

#[test]
fn realisation_halves_the_effect_on_volume() {
    let mut town = Town::new(2023, 2024);
    let line = town.care("avslh", 1000.0, 100.0);
    let effect = town.rate("measure.coach.volume", -0.10);
    let half = town.constant("measure.coach.realisation", Scale::Realisation, 0.5);
    let measure = town.measure("coach", line, &[]);
    measure.volume = Some(effect);
    measure.realisation = Some(half);
    close(row(&town.project(), line, 2024).clients.expect("it counts clients"), 95.0);
}

/// Heerde: 405 of 742 clients move, 54.6 %; the receiving line starts empty.
#[test]
fn a_flow_moves_546_percent_of_742_clients() {
    let mut town = Town::new(2024, 2025);
    let from = town.care("avslh", 742.0 * 4000.0, 742.0);
    let to = town.care("mvho", 0.0, 0.0);
    town.flow("herindicatie", from, to, &[(2025, 0.546)]);
    let p = town.project();
    close(row(&p, to, 2025).clients.expect("clients"), 405.132);
    close(row(&p, from, 2025).clients.expect("clients"), 336.868);
    assert_eq!(row(&p, to, 2025).volume_index, None, "there was nothing in the base year");
    assert_eq!(row(&p, to, 2025).amount, 0.0, "nothing says what a client would cost");
    let parts = &row(&p, from, 2025).terms.volume_parts;
    assert_eq!(parts.len(), 1);
    close(parts[0].amount, -405.132);
}

#[test]
fn exit_flow_growth_and_intake_work_in_that_order() {
    let mut town = Town::new(2024, 2025);
    let a = town.care("a", 100.0, 100.0);
    let b = town.care("b", 50.0, 50.0);
    town.flow("f1", a, b, &[(2025, 0.10)]);
    town.flow("f2", a, b, &[(2025, 0.05)]);
    let exit = town.constant("cost.a.volume.exit", Scale::Share, 0.20);
    town.cost_mut(a).exit = Some(exit);
    let growth = town.rate("cost.b.volume.growth", 0.10);
    let intake = town.constant("cost.b.volume.intake", Scale::Count, 7.0);
    town.cost_mut(b).growth = Some(growth);
    town.cost_mut(b).intake = Some(intake);
    let p = town.project();
    // a: 100 - 20 - 15; b: (50 + 15) * 1.1 + 7.
    close(row(&p, a, 2025).clients.expect("clients"), 65.0);
    close(row(&p, b, 2025).clients.expect("clients"), 78.5);
    let causes: Vec<(&Cause, f64)> = row(&p, b, 2025).terms.volume_parts.iter().map(|p| (&p.cause, p.amount)).collect();
    let flow = |id: &str| Cause::Flow(id.into());
    let expected = [(flow("f1"), 10.0), (flow("f2"), 5.0), (Cause::Growth, 6.5), (Cause::Intake, 7.0)];
    assert_eq!(causes.len(), 4);
    for ((cause, amount), (found, found_amount)) in expected.iter().zip(causes) {
        assert_eq!(cause, found);
        close(found_amount, *amount);
    }
}

#[test]
fn shares_that_add_up_to_more_than_all_clients_are_scaled_down() {
    let mut town = Town::new(2024, 2025);
    let a = town.care("a", 100.0, 100.0);
    let b = town.care("b", 0.0, 0.0);
    town.flow("f", a, b, &[(2025, 0.9)]);
    let exit = town.constant("cost.a.volume.exit", Scale::Share, 0.3);
    town.cost_mut(a).exit = Some(exit);
    let p = town.project();
    // 0.9 / 1.2 = 75 % moves, 25 % leaves, none stay.
    close(row(&p, a, 2025).clients.expect("clients"), 0.0);
    close(row(&p, b, 2025).clients.expect("clients"), 75.0);
    let parts: f64 = row(&p, a, 2025).terms.volume_parts.iter().map(|p| p.amount).sum();
    close(parts, -100.0);
}

#[test]
fn volume_does_not_fall_below_nothing() {
    let mut town = Town::new(2024, 2026);
    let line = town.care("a", 100.0, 100.0);
    let growth = town.by_year("cost.a.volume.growth", Scale::Rate, &[(2025, -1.5), (2026, 0.5)]);
    town.cost_mut(line).growth = Some(growth);
    let p = town.project();
    assert_eq!(row(&p, line, 2025).clients, Some(0.0));
    assert_eq!(row(&p, line, 2026).clients, Some(0.0));
    close(row(&p, line, 2025).terms.volume_parts[0].amount, -100.0);
    assert!(p.warnings.iter().any(|w| w.code == "volume-floored"));
}

#[test]
fn ageing_follows_population_and_use_rates() {
    let mut town = Town::new(2024, 2026);
    let line = town.care("hulp", 300.0, 30.0);
    town.cost_mut(line).ageing = Ageing::Population;
    let cells = [("65-74", ""), ("75+", "v"), ("75+", "m")];
    let mut population = Population::new(cells.map(|(band, sex)| (band.to_owned(), sex.to_owned())));
    population.insert(Year(2024), &[1000.0, 300.0, 200.0]);
    population.insert(Year(2025), &[1000.0, 400.0, 200.0]);
    population.insert(Year(2026), &[900.0, 400.0, 300.0]);
    town.model.use_rates.insert("hulp", population.cells(), &[10.0, 40.0, 30.0]);
    town.model.population = population;
    let p = town.project();
    // A = 10 + 12 + 6 = 28; 10 + 16 + 6 = 32; 9 + 16 + 9 = 34.
    close(row(&p, line, 2025).clients.expect("clients"), 30.0 * 32.0 / 28.0);
    close(row(&p, line, 2026).clients.expect("clients"), 30.0 * 34.0 / 28.0);
    let ageing = row(&p, line, 2025).terms.volume_parts[0].amount;
    close(ageing, 30.0 * (32.0 / 28.0 - 1.0));
}

#[test]
fn a_line_that_counts_no_clients_has_an_index_and_no_clients() {
    let mut town = Town::new(2024, 2025);
    let line = town.cost("jeugd", 1000.0);
    let growth = town.rate("cost.jeugd.volume.growth", 0.025);
    town.cost_mut(line).growth = Some(growth);
    let p = town.project();
    assert_eq!(row(&p, line, 2025).clients, None);
    close(row(&p, line, 2025).volume_index.expect("an index"), 1.025);
    close(row(&p, line, 2025).amount, 1025.0);
}
