//! Many futures at once are the same as each alone, to the last bit.

use std::sync::Arc;

use proptest::prelude::*;

use super::properties::{Shape, town};
use crate::model::{Ageing, AssumptionId, Line, LineId, Model};
use crate::projection::{AgeingTable, Central, Driver, Drivers, Futures, Lanes, Luck, Multipliers, Plan, UsersByLane};

/// Values that differ by lane for some assumptions, the central one for others.
struct Drawn<'a> {
    model: &'a Model,
    /// By assumption and year; empty where it is certain.
    values: Vec<Vec<Vec<f64>>>,
    users: Option<UsersByLane>,
}

/// A number between -1 and 1 that looks random and is not.
fn wobble(seed: u64) -> f64 {
    let mixed = (seed.wrapping_add(0x9e37_79b9_7f4a_7c15)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((mixed >> 11) as f64) / ((1u64 << 52) as f64) - 1.0
}

impl<'a> Drawn<'a> {
    fn new(model: &'a Model, lanes: std::ops::Range<usize>, which: u64) -> Self {
        let values = model.assumptions.iter().enumerate().map(|(a, assumption)| {
            if wobble(which ^ (a as u64) << 7) < 0.0 {
                return Vec::new();
            }
            let (low, high) = assumption.scale.bounds();
            let year = |(y, x): (usize, &f64)| {
                let draw =
                    |lane| x + 0.4 * wobble(which + (a * 1_000_003 + y * 7919 + lane) as u64) * x.abs().max(0.05);
                lanes.clone().map(|lane| draw(lane).clamp(low, high)).collect::<Vec<f64>>()
            };
            assumption.values.iter().enumerate().map(year).collect()
        });
        Self { model, values: values.collect(), users: None }
    }
}

impl Drivers for Drawn<'_> {
    fn value(&self, assumption: AssumptionId, year_index: usize) -> Driver<'_> {
        assert!(year_index > 0, "the base year is data");
        match self.values[assumption.0].get(year_index) {
            Some(lanes) => Driver::Each(lanes),
            None => Driver::Same(self.model.assumption(assumption).values[year_index]),
        }
    }

    fn users(&self, line: LineId, year_index: usize) -> Option<Driver<'_>> {
        self.users.as_ref()?.get(line, year_index)
    }
}

/// Luck on every other line.
struct Dice(Vec<Vec<f64>>);

impl Dice {
    fn new(plan: &Plan, lanes: std::ops::Range<usize>) -> Self {
        let row = |y: usize| lanes.clone().map(|l| 1.0 + 0.5 * wobble((y * 31 + l) as u64)).collect();
        Self((0..plan.years()).map(row).collect())
    }
}

impl Luck for Dice {
    fn multipliers(&self, line: LineId, year_index: usize) -> Option<&[f64]> {
        assert!(year_index > 0, "the base year has no luck");
        line.0.is_multiple_of(2).then(|| &self.0[year_index][..])
    }
}

/// Every number of a lane, as bits.
fn bits(f: &Futures, plan: &Plan, reserves: usize, lane: usize) -> Vec<u64> {
    let mut all = Vec::new();
    for y in 0..plan.years() {
        for line in (0..plan.lines()).map(LineId) {
            let of_line =
                [f.amount(line, y), f.measures(line, y), f.incidental(line, y), f.price(line, y), f.volume(line, y)];
            all.extend(of_line.map(|d| d.at(lane)));
            all.extend(f.budget_now(line, y).map(|b| b.at(lane)));
        }
        for g in 0..plan.groups().len() {
            all.extend([f.cost(g, y), f.revenue(g, y), f.balance(g, y)].map(|d| d.at(lane)));
            all.extend(f.shortfall(g, y).map(|d| d.at(lane)));
            all.push(f.structural_balance(g, y, lane));
        }
        for r in 0..reserves {
            all.extend([f.reserve_balance(r, y), f.covered(r, y), f.uncovered(r, y)].map(|d| d.at(lane)));
        }
    }
    all.iter().map(|x| x.to_bits()).collect()
}

proptest! {
    #[test]
    fn a_lane_is_a_run_of_its_own(shape in Shape::any(), which in any::<u64>(), lanes in 1usize..20) {
        let town = town(&shape);
        let plan = Plan::compile(&town.model);
        let (mut ws, mut one) = (Lanes::new(&plan), Lanes::new(&plan));
        let drawn = Drawn::new(&town.model, 0..lanes, which);
        let dice = Dice::new(&plan, 0..lanes);
        let together = plan.run(&drawn, Some(&dice), lanes, &mut ws);
        let mut stopped = 0;
        for lane in 0..lanes {
            let drawn = Drawn::new(&town.model, lane..lane + 1, which);
            let dice = Dice::new(&plan, lane..lane + 1);
            let alone = plan.run(&drawn, Some(&dice), 1, &mut one);
            stopped += alone.stopped();
            let reserves = town.model.reserves.len();
            prop_assert_eq!(bits(&together, &plan, reserves, lane), bits(&alone, &plan, reserves, 0));
        }
        prop_assert_eq!(together.stopped(), stopped);
    }

    #[test]
    fn drawing_every_assumption_at_its_value_changes_no_bit(shape in Shape::any(), lanes in 1usize..20) {
        let town = town(&shape);
        let plan = Plan::compile(&town.model);
        let mut drawn = Drawn::new(&town.model, 0..lanes, 0);
        for (a, values) in drawn.values.iter_mut().enumerate() {
            *values = town.model.assumptions[a].values.iter().map(|x| vec![*x; lanes]).collect();
        }
        let (mut ws, mut one) = (Lanes::new(&plan), Lanes::new(&plan));
        let drawn = plan.run(&drawn, None, lanes, &mut ws);
        let central = plan.run(&Central(&town.model), None, 1, &mut one);
        let reserves = town.model.reserves.len();
        prop_assert_eq!(bits(&drawn, &plan, reserves, lanes - 1), bits(&central, &plan, reserves, 0));
    }

    #[test]
    fn a_used_workspace_gives_the_same(first in Shape::any(), second in Shape::any(), which in any::<u64>()) {
        let (before, after) = (town(&first), town(&second));
        let (old, new) = (Plan::compile(&before.model), Plan::compile(&after.model));
        let mut ws = Lanes::new(&old);
        old.run(&Drawn::new(&before.model, 0..7, which), None, 7, &mut ws);
        let mut fresh = Lanes::new(&new);
        let drawn = Drawn::new(&after.model, 0..5, which);
        let used = new.run(&drawn, None, 5, &mut ws);
        let unused = new.run(&drawn, None, 5, &mut fresh);
        let reserves = after.model.reserves.len();
        prop_assert_eq!(bits(&used, &new, reserves, 4), bits(&unused, &new, reserves, 4));
    }

    #[test]
    fn population_times_one_changes_no_bit_and_a_lane_is_its_own_population(shape in Shape::any(), lanes in 1usize..20) {
        let town = town(&shape);
        let table = Arc::new(AgeingTable::of(&town.model));
        let plan = Plan::compile_with(&town.model, table.clone());
        let factor = |band: usize, lane: usize| if lane == 0 { 1.0 } else { 1.0 + 0.1 * wobble((band * 97 + lane) as u64) };
        // Where no line ages by population no band counts.
        let ages = |l: &Line| l.as_cost().is_some_and(|c| matches!(c.ageing, Ageing::Population));
        let bands = if town.model.lines.all.iter().any(ages) { AgeingTable::bands(&town.model) } else { Vec::new() };
        let mut users = UsersByLane::default();
        table.multiplied(&Multipliers::new(bands.len(), lanes, factor), &mut users);
        let mut drivers = Drawn::new(&town.model, 0..lanes, 0);
        drivers.values.iter_mut().for_each(Vec::clear);
        drivers.users = Some(users);
        let (mut ws, mut one) = (Lanes::new(&plan), Lanes::new(&plan));
        let many = plan.run(&drivers, None, lanes, &mut ws);
        let reserves = town.model.reserves.len();
        let plain = Plan::compile(&town.model);
        let base = plain.run(&Central(&town.model), None, 1, &mut one);
        prop_assert_eq!(bits(&many, &plan, reserves, 0), bits(&base, &plan, reserves, 0));
        // A lane against a model whose population was multiplied by hand.
        let lane = lanes - 1;
        let mut other = town.clone();
        let population = &town.model.population;
        for year in town.model.years().skip(1) {
            let cells = population.persons(year).into_iter().flatten().zip(population.cells().iter());
            let of_lane = cells.map(|(persons, (band, _))| {
                let at = bands.iter().position(|b| b == band);
                persons * at.map_or(1.0, |at| factor(at, lane))
            });
            other.model.population.insert(year, &of_lane.collect::<Vec<f64>>());
        }
        let alone = Plan::compile(&other.model);
        let mut ws2 = Lanes::new(&alone);
        let expected = alone.run(&Central(&other.model), None, 1, &mut ws2);
        for line in (0..plan.lines()).map(LineId) {
            for y in 0..plan.years() {
                let (found, expected) = (many.amount(line, y).at(lane), expected.amount(line, y).at(0));
                prop_assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{} {}", found, expected);
            }
        }
    }
}
