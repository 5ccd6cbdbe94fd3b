//! W1: 24 provisions, ten years, growth per provision and year correlated
//! 24 x 24, two price indices correlated, quantiles per line and year and of
//! the total.

use serde_json::json;

use crate::fixture::Sketch;
use crate::model::{Ageing, AssumptionId, Correlated, Model, Population, Quantity};
use crate::support::inputs::{self, Made, flat, numbers, rows};

/// What the yearly growth of a provision works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Growth {
    /// Clients: added to ageing, as the model does.
    OfVolume,
    /// Use per client: multiplied with ageing, which is the formula of the
    /// NumPy program to the letter, to compare results with.
    OfIntensity,
}

/// The inputs, from the peers or made.
pub fn inputs() -> serde_json::Value {
    inputs::folder().map_or_else(made, |folder| inputs::read(&folder, "w1.json"))
}

fn made() -> serde_json::Value {
    let (lines, years, ages) = (24, 10, 100);
    let mut m = Made::new("w1");
    let pop: Vec<Vec<f64>> =
        inputs::population(&mut m, 60_000.0, years, ages).chunks(ages * 2).map(<[f64]>::to_vec).collect();
    let prev: Vec<Vec<f64>> = (0..lines).map(|_| inputs::use_rates(&mut m, ages)).collect();
    // Four common causes and a part of one's own make a matrix that can be.
    let causes: Vec<Vec<f64>> = (0..lines).map(|_| m.row(4, -1.0, 1.0)).collect();
    let length = |a: &Vec<f64>| (a.iter().map(|x| x * x).sum::<f64>() + 1.0).sqrt();
    let rho = |a: &Vec<f64>, b: &Vec<f64>| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>() / length(a) / length(b);
    let corr: Vec<Vec<f64>> = (0..lines)
        .map(|i| (0..lines).map(|j| if i == j { 1.0 } else { rho(&causes[i], &causes[j]) }).collect())
        .collect();
    let price0 = m.row(lines, 800.0, 45_000.0);
    let clients = |year: usize, p: usize| pop[year].iter().zip(&prev[p]).map(|(n, r)| n * r).sum::<f64>();
    let revenue: Vec<f64> = (1..=years)
        .map(|y| {
            (0..lines).map(|p| clients(y, p) * price0[p]).sum::<f64>() * 1.06f64.powi(i32::try_from(y).unwrap_or(0))
        })
        .collect();
    json!({
        "pop": pop, "prev": prev, "corr": corr, "mu": m.row(lines, -0.01, 0.05), "sd": m.row(lines, 0.01, 0.06),
        "price0": price0, "revenue": revenue, "ova": [0.04, 0.01], "cpi": [0.025, 0.008], "rho": 0.5
    })
}

/// The model of the inputs: provisions are cost lines whose clients age with
/// the population, priced 0.9 OVA + 0.1 CPI; the revenue is their budget.
pub fn model(w: &serde_json::Value, growth: Growth) -> Model {
    let base = 2026;
    let revenue = numbers(&w["revenue"]);
    let mut s = Sketch::new(base, base + i32::try_from(revenue.len()).unwrap_or(10));
    let [ova, cpi] = ["ova", "cpi"].map(|id| {
        let at = numbers(&w[id]);
        let rate = s.normal(&format!("index.{id}.rate"), at[0], at[1]);
        (rate, s.index(id, rate))
    });
    s.correlate(Correlated::Assumption(ova.0), Correlated::Assumption(cpi.0), w["rho"].as_f64().unwrap_or(0.5));
    let years: Vec<_> = s.model.years().collect();
    let residents = rows(&w["pop"]);
    s.model.population = Population::new(cells(residents[0].len() / 2));
    for (year, residents) in years.iter().zip(&residents) {
        s.model.population.insert(*year, residents);
    }
    let (mu, sd, price) = (numbers(&w["mu"]), numbers(&w["sd"]), numbers(&w["price0"]));
    let mut drawn: Vec<AssumptionId> = Vec::new();
    for (p, rates) in w["prev"].as_array().into_iter().flatten().enumerate() {
        let id = format!("p{p:02}");
        let rates = flat(rates);
        let clients: f64 = rates.iter().zip(&residents[0]).map(|(r, n)| r * n).sum();
        let per_1000: Vec<f64> = rates.iter().map(|r| r * 1000.0).collect();
        s.model.use_rates.insert(&id, s.model.population.cells(), &per_1000);
        let g = s.normal(&format!("cost.{id}.volume.growth"), mu[p], sd[p]);
        let line = s.cost(&id, clients * price[p], Some(clients));
        let line = s.line(line);
        line.ageing = Ageing::Population;
        match growth {
            Growth::OfVolume => line.growth = Some(g),
            Growth::OfIntensity => line.intensity = Some(g),
        }
        line.price.index = vec![(ova.1, 0.9), (cpi.1, 0.1)];
        drawn.push(g);
        for (total, year) in revenue.iter().zip(base + 1..) {
            s.budget(&id, Quantity::Cost, year, total / price.len() as f64);
        }
    }
    for (i, row) in w["corr"].as_array().into_iter().flatten().enumerate() {
        for (j, rho) in numbers(row).into_iter().enumerate().take(i) {
            s.correlate(Correlated::Assumption(drawn[j]), Correlated::Assumption(drawn[i]), rho);
        }
    }
    s.model
}

/// Ages by sex, in the order of the inputs.
pub fn cells(ages: usize) -> Vec<(String, String)> {
    (0..ages).flat_map(|a| ["m", "v"].map(|sex| (a.to_string(), sex.to_owned()))).collect()
}
