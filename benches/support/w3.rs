//! W3: 342 municipalities by fifty what-ifs, deterministic, ageing from a
//! hundred ages and two sexes. A what-if multiplies the population by age and
//! has its own growth per line and its own indices; the what-ifs of a
//! municipality are the lanes of one run.

use std::sync::Arc;

use ravijn::projection::{AgeingTable, Driver, Drivers, GroupId, Lanes, Multipliers, Plan, UsersByLane};

use crate::fixture::Sketch;
use crate::model::{Ageing, AssumptionId, LineId, Model, Population};
use crate::support::inputs::{self, Made, numbers, rows};
use crate::support::w1::{Growth, cells};

const BASE: i32 = 2026;

/// Municipalities and what-ifs.
pub struct Work {
    /// One per municipality.
    pub models: Vec<Model>,
    /// By band, by what-if.
    pub multipliers: Multipliers,
    /// By assumption and year: one value per what-if. The same assumptions in
    /// every municipality.
    values: Vec<Vec<Option<Vec<f64>>>>,
    what_ifs: usize,
}

/// The inputs as numbers.
struct Raw {
    lines: usize,
    years: usize,
    ages: usize,
    what_ifs: usize,
    /// Per municipality.
    population: Vec<Vec<f64>>,
    use_rates: Vec<Vec<f64>>,
    factor: Vec<Vec<f64>>,
    by_age: Vec<Vec<f64>>,
    growth: Vec<Vec<f64>>,
    ova: Vec<Vec<f64>>,
    cpi: Vec<Vec<f64>>,
    price: Vec<f64>,
    revenue: Vec<Vec<f64>>,
}

fn raw() -> Raw {
    let Some(folder) = inputs::folder() else { return made() };
    let w = inputs::read(&folder, "w3.json");
    let path = folder.join("w3_pop.f64");
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    let persons: Vec<f64> = bytes.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b)).collect();
    let count = |key: &str| w[key].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    let (years, ages) = (count("Y"), count("A"));
    Raw {
        lines: count("P"),
        years,
        ages,
        what_ifs: count("S"),
        population: persons.chunks((years + 1) * ages * 2).map(<[f64]>::to_vec).collect(),
        use_rates: rows(&w["prev"]),
        factor: rows(&w["f"]),
        by_age: rows(&w["popmul"]),
        growth: rows(&w["vg"]),
        ova: rows(&w["ova"]),
        cpi: rows(&w["cpi"]),
        price: numbers(&w["price0"]),
        revenue: rows(&w["revenue"]),
    }
}

fn made() -> Raw {
    let (municipalities, lines, years, ages, what_ifs) = (342, 24, 10, 100, 50);
    let mut m = Made::new("w3");
    let population = (0..municipalities)
        .map(|_| {
            let scale = m.between(5_000.0, 200_000.0);
            inputs::population(&mut m, scale, years, ages)
        })
        .collect();
    let table = |m: &mut Made, n: usize, width: usize, lo: f64, hi: f64| -> Vec<Vec<f64>> {
        (0..n).map(|_| m.row(width, lo, hi)).collect()
    };
    Raw {
        lines,
        years,
        ages,
        what_ifs,
        population,
        use_rates: (0..lines).map(|_| inputs::use_rates(&mut m, ages)).collect(),
        factor: table(&mut m, municipalities, lines, 0.7, 1.4),
        by_age: table(&mut m, what_ifs, ages, 0.94, 1.06),
        growth: table(&mut m, what_ifs, lines, -0.02, 0.06),
        ova: table(&mut m, what_ifs, years, 0.02, 0.06),
        cpi: table(&mut m, what_ifs, years, 0.01, 0.04),
        price: m.row(lines, 800.0, 45_000.0),
        revenue: table(&mut m, municipalities, years, 1e8, 2e9),
    }
}

/// Loads the inputs.
pub fn work(growth: Growth) -> Work {
    let raw = raw();
    let models: Vec<Model> = (0..raw.population.len()).map(|m| municipality(&raw, m, growth)).collect();
    let bands = AgeingTable::bands(&models[0]);
    let band_of: Vec<usize> = bands.iter().map(|b| b.parse().unwrap_or(0)).collect();
    let multipliers = Multipliers::new(bands.len(), raw.what_ifs, |band, lane| raw.by_age[lane][band_of[band]]);
    // In the order of `municipality`: both indices, then growth by line.
    let lanes = |of: &dyn Fn(usize) -> f64| Some((0..raw.what_ifs).map(of).collect::<Vec<f64>>());
    let mut values: Vec<Vec<Option<Vec<f64>>>> = Vec::new();
    for index in [&raw.ova, &raw.cpi] {
        values.push((0..=raw.years).map(|y| if y == 0 { None } else { lanes(&|s| index[s][y - 1]) }).collect());
    }
    for p in 0..raw.lines {
        values.push((0..=raw.years).map(|_| lanes(&|s| raw.growth[s][p])).collect());
    }
    Work { models, multipliers, values, what_ifs: raw.what_ifs }
}

fn municipality(raw: &Raw, m: usize, growth: Growth) -> Model {
    let mut s = Sketch::new(BASE, BASE + i32::try_from(raw.years).unwrap_or(10));
    let ova = s.normal("index.ova.rate", 0.04, 0.0);
    let cpi = s.normal("index.cpi.rate", 0.025, 0.0);
    let (ova, cpi) = (s.index("ova", ova), s.index("cpi", cpi));
    s.model.population = Population::new(cells(raw.ages));
    for (year, residents) in s.model.years().zip(raw.population[m].chunks(raw.ages * 2)) {
        s.model.population.insert(year, residents);
    }
    for p in 0..raw.lines {
        let id = format!("p{p:02}");
        let rates: Vec<f64> = raw.use_rates[p].iter().map(|r| r * raw.factor[m][p]).collect();
        let clients: f64 = rates.iter().zip(&raw.population[m]).map(|(r, n)| r * n).sum();
        let per_1000: Vec<f64> = rates.iter().map(|r| r * 1000.0).collect();
        s.model.use_rates.insert(&id, s.model.population.cells(), &per_1000);
        let g = s.normal(&format!("cost.{id}.volume.growth"), 0.0, 0.0);
        let line = s.cost(&id, clients * raw.price[p], Some(clients));
        let line = s.line(line);
        line.ageing = Ageing::Population;
        match growth {
            Growth::OfVolume => line.growth = Some(g),
            Growth::OfIntensity => line.intensity = Some(g),
        }
        line.price.index = vec![(ova, 0.9), (cpi, 0.1)];
    }
    // Income by year, as growth on the first year's.
    let income = &raw.revenue[m];
    let g = s.normal("revenue.income.growth", 0.0, 0.0);
    let before = [&[income[0]], &income[..]].concat();
    for (y, (now, before)) in income.iter().zip(&before).enumerate() {
        s.model.assumptions[g.0].values[y + 1] = now / before - 1.0;
    }
    s.revenue("income", income[0], Some(g));
    s.model
}

/// The what-ifs of one municipality as lanes.
struct WhatIfs<'a> {
    work: &'a Work,
    model: &'a Model,
    users: &'a UsersByLane,
}

impl Drivers for WhatIfs<'_> {
    fn value(&self, assumption: AssumptionId, year_index: usize) -> Driver<'_> {
        match self.work.values.get(assumption.0).and_then(|years| years[year_index].as_ref()) {
            Some(lanes) => Driver::Each(lanes),
            None => Driver::Same(self.model.assumption(assumption).values[year_index]),
        }
    }

    fn users(&self, line: LineId, year_index: usize) -> Option<Driver<'_>> {
        self.users.get(line, year_index)
    }
}

/// Runs everything: the sum of all totals, and how many results are negative.
pub fn run(work: &Work) -> (f64, u64) {
    let mut lanes: Option<Lanes> = None;
    let mut users = UsersByLane::default();
    let (mut sum, mut negative) = (0.0, 0);
    let mut room = [vec![0.0; work.what_ifs], vec![0.0; work.what_ifs]];
    for model in &work.models {
        let ageing = AgeingTable::of(model);
        ageing.multiplied(&work.multipliers, &mut users);
        let plan = Plan::compile_with(model, Arc::new(ageing));
        let lanes = lanes.get_or_insert_with(|| Lanes::new(&plan));
        let drivers = WhatIfs { work, model, users: &users };
        let futures = plan.run(&drivers, None, work.what_ifs, lanes);
        let total = plan.group(&GroupId::Total).expect("every model has a total");
        for y in 1..plan.years() {
            let [costs, balances] = &mut room;
            let costs = futures.cost(total, y).slice(work.what_ifs, costs);
            let balances = futures.balance(total, y).slice(work.what_ifs, balances);
            sum = costs.iter().fold(sum, |sum, cost| sum + cost);
            negative += balances.iter().map(|balance| u64::from(*balance < 0.0)).sum::<u64>();
        }
    }
    (sum, negative)
}
