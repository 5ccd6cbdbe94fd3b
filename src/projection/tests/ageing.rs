//! Users from population and use rates, however the files are laid out.

use super::close;
use crate::model::{Ageing, LineId, Model, Population, UseRates};
use crate::projection::testing::Town;
use crate::projection::{AgeingTable, Driver, Multipliers, UsersByLane};
use crate::units::Year;

const LAST: i32 = 2028;

/// A municipality of `lines` lines that age by population. `figure` gives
/// persons (by year) or use per 1,000 (by line) of a cell.
fn town(
    lines: usize,
    cells: &[(&str, &str)],
    order_of_rates: impl Iterator<Item = usize>,
    figure: impl Fn(usize, &str, &str) -> f64,
) -> Model {
    let mut town = Town::new(2026, LAST);
    for l in 0..lines {
        let line = town.care(&format!("l{l}"), 100.0, 10.0);
        town.cost_mut(line).ageing = Ageing::Population;
    }
    let mut population = Population::new(cells.iter().map(|(band, sex)| ((*band).to_owned(), (*sex).to_owned())));
    let row = |of: usize| cells.iter().map(|(band, sex)| figure(of, band, sex)).collect::<Vec<f64>>();
    for (year, of) in town.model.years().zip(2026..) {
        population.insert(year, &row(of));
    }
    for l in order_of_rates {
        town.model.use_rates.insert(&format!("l{l}"), population.cells(), &row(l));
    }
    town.model.population = population;
    town.model
}

/// Some number that differs by what it is of.
fn any_figure(of: usize, band: &str, sex: &str) -> f64 {
    let text = format!("{of} {band} {sex}");
    text.bytes().fold(7_u32, |sum, b| sum.wrapping_mul(31).wrapping_add(u32::from(b))) as f64 / 1e7
}

/// Users by line, year and lane, as bits.
fn users(model: &Model, lanes: usize, room: &mut UsersByLane) -> Vec<u64> {
    let table = AgeingTable::of(model);
    let bands = AgeingTable::bands(model);
    let by_band = |band: usize, lane: usize| 1.0 + any_figure(lane, &bands[band], "") / 1e3;
    table.multiplied(&Multipliers::new(bands.len(), lanes, by_band), room);
    let mut all = Vec::new();
    for line in (0..model.lines.all.len()).map(LineId) {
        for y in 0..model.year_count() {
            all.push(table.users(line, y));
            let of_lanes = room.get(line, y).unwrap_or(Driver::Same(-1.0));
            all.extend((0..lanes).map(|lane| of_lanes.at(lane)));
        }
    }
    all.iter().map(|x| x.to_bits()).collect()
}

const SEXES: [(&str, &str); 8] =
    [("9", "m"), ("9", "v"), ("10", "m"), ("10", "v"), ("85+", "m"), ("85+", "v"), ("11-84", "m"), ("11-84", "v")];

/// Neither the order of the rows of population.csv nor that of the lines of
/// use_rates.csv changes a bit; ten lines are more than lie side by side.
#[test]
fn the_order_in_the_files_changes_no_bit() {
    let expected = users(&town(10, &SEXES, 0..10, any_figure), 11, &mut UsersByLane::default());
    let mut cells = SEXES;
    for turn in 1..SEXES.len() {
        cells.rotate_left(turn);
        cells.swap(0, 3);
        let model = town(10, &cells, (0..10).rev(), any_figure);
        assert_eq!(users(&model, 11, &mut UsersByLane::default()), expected, "{cells:?}");
    }
}

/// One band has both sexes, one is not told apart, one has a single sex.
/// Users of l1: (10 x 1 + 20 x 2) + 30 x 3 + 40 x 4 = 300 thousandths, and
/// with the band 18+ halved 300 - 45 = 255.
#[test]
fn bands_may_have_one_sex_or_none() {
    let cells = [("0-17", "m"), ("0-17", "v"), ("18+", ""), ("x", "v")];
    let figure = |of: usize, band: &str, sex: &str| {
        let at = cells.iter().position(|c| *c == (band, sex)).expect("a cell") as f64 + 1.0;
        if of < 2026 { at } else { 10.0 * at }
    };
    let model = town(2, &cells, 0..2, figure);
    let table = AgeingTable::of(&model);
    close(table.users(LineId(1), 0), 0.3);
    assert_eq!(AgeingTable::bands(&model), ["0-17", "18+", "x"]);
    let mut room = UsersByLane::default();
    let half = |band: usize, lane: usize| if (band, lane) == (1, 4) { 0.5 } else { 1.0 };
    table.multiplied(&Multipliers::new(3, 5, half), &mut room);
    let users = room.get(LineId(1), 2).expect("it ages");
    close(users.at(3), 300.0);
    close(users.at(4), 255.0);
    // The base year is what it is.
    assert_eq!(room.get(LineId(1), 0).and_then(Driver::same), Some(table.users(LineId(1), 0) * 1000.0));
}

/// A line without rates and a year without persons have no users, and nothing
/// grows from there; the others are not moved by it.
#[test]
fn what_is_not_recorded_has_no_users() {
    let whole = town(3, &SEXES, 0..3, any_figure);
    let mut gaps = town(3, &SEXES, [0, 2].into_iter(), any_figure);
    let mut population = Population::new(gaps.population.cells().iter().cloned());
    for year in [2028, 2026].map(Year) {
        let persons: Vec<f64> = gaps.population.persons(year).expect("recorded").collect();
        population.insert(year, &persons);
    }
    gaps.population = population;
    let (whole, gaps) = (AgeingTable::of(&whole), AgeingTable::of(&gaps));
    for y in 0..3 {
        assert_eq!(gaps.users(LineId(1), y), 0.0);
        for line in [0, 2].map(LineId) {
            let expected = if y == 1 { 0.0 } else { whole.users(line, y) };
            assert_eq!(gaps.users(line, y), expected, "line {} year {y}", line.0);
        }
    }
    assert_eq!(gaps.rate(LineId(0), 1), -1.0);
    assert_eq!(gaps.rate(LineId(0), 2), 0.0);
    assert_eq!(gaps.rate(LineId(1), 2), 0.0);
}

/// One workspace for municipalities with other bands, lines and lanes.
#[test]
fn other_bands_in_the_same_process_are_their_own() {
    let one = town(10, &SEXES, 0..10, any_figure);
    let other = town(3, &[("0-64", ""), ("65+", "")], 0..3, |of, band, sex| 2.0 * any_figure(of, band, sex));
    let alone = |model: &Model, lanes| users(model, lanes, &mut UsersByLane::default());
    let mut room = UsersByLane::default();
    for (model, lanes) in [(&one, 9), (&other, 20), (&one, 16), (&other, 1), (&one, 4)] {
        assert_eq!(users(model, lanes, &mut room), alone(model, lanes), "{lanes} lanes");
    }
    // A scenario shares the figures of its base until it changes them.
    let mut scenario = one.clone();
    assert!(std::sync::Arc::ptr_eq(scenario.population.all(), one.population.all()));
    scenario.population.insert(Year(LAST), &[0.0; 8]);
    scenario.use_rates = UseRates::default();
    scenario.use_rates.insert("l0", scenario.population.cells(), &[1.0; 8]);
    assert_eq!(AgeingTable::of(&scenario).users(LineId(0), 2), 0.0);
    assert_eq!(users(&one, 9, &mut room), alone(&one, 9));
}
