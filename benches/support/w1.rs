//! W1: 24 provisions, ten years, growth correlated 24 x 24, two price indices
//! correlated 0.5, quantiles per line and year and of the total.

use std::path::Path;

use serde_json::Value;

use crate::fixture::Sketch;
use crate::model::{Ageing, Correlated, Model, Quantity};

/// The model of the inputs in a folder.
pub fn model(folder: &Path) -> Result<Model, Box<dyn std::error::Error>> {
    Ok(build(&serde_json::from_str(&std::fs::read_to_string(folder.join("w1.json"))?)?))
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().into_iter().flatten().map(|x| x.as_f64().unwrap_or(f64::NAN)).collect()
}

/// The provisions as cost lines: clients by ageing of the population and a
/// growth drawn per provision and year, price 0.9 OVA + 0.1 CPI.
fn build(w: &Value) -> Model {
    let base = 2026;
    let revenue = numbers(&w["revenue"]);
    let years = i32::try_from(revenue.len()).unwrap_or(10);
    let mut s = Sketch::new(base, base + years);
    let [ova, cpi] = ["ova", "cpi"].map(|id| {
        let at = numbers(&w[id]);
        let rate = s.normal(&format!("index.{id}.rate"), at[0], at[1]);
        (rate, s.index(id, rate))
    });
    s.correlate(Correlated::Assumption(ova.0), Correlated::Assumption(cpi.0), w["rho"].as_f64().unwrap_or(0.5));
    population(&mut s, w);
    let (mu, sd, price) = (numbers(&w["mu"]), numbers(&w["sd"]), numbers(&w["price0"]));
    let mut growth = Vec::new();
    for (p, rates) in w["prev"].as_array().into_iter().flatten().enumerate() {
        let id = format!("p{p:02}");
        let rates: Vec<f64> = rates.as_array().into_iter().flatten().flat_map(numbers).collect();
        let clients: f64 = rates.iter().zip(&s.model.population.persons[&s.model.base_year()]).map(|(r, n)| r * n).sum();
        s.model.use_rates.per_1000.insert(id.clone(), rates.iter().map(|r| r * 1000.0).collect());
        let g = s.normal(&format!("cost.{id}.volume.growth"), mu[p], sd[p]);
        let line = s.cost(&id, clients * price[p], Some(clients));
        let line = s.line(line);
        line.ageing = Ageing::Population;
        line.growth = Some(g);
        line.price.index = vec![(ova.1, 0.9), (cpi.1, 0.1)];
        growth.push(g);
        for (y, total) in revenue.iter().enumerate() {
            let year = base + 1 + i32::try_from(y).unwrap_or(0);
            s.budget(&id, Quantity::Cost, year, total / price.len() as f64);
        }
    }
    for (i, row) in w["corr"].as_array().into_iter().flatten().enumerate() {
        for (j, rho) in numbers(row).into_iter().enumerate().take(i) {
            s.correlate(Correlated::Assumption(growth[j]), Correlated::Assumption(growth[i]), rho);
        }
    }
    s.model
}

fn population(s: &mut Sketch, w: &Value) {
    let years: Vec<_> = s.model.years().collect();
    for (year, ages) in years.into_iter().zip(w["pop"].as_array().into_iter().flatten()) {
        let persons = ages.as_array().into_iter().flatten().flat_map(numbers).collect();
        s.model.population.persons.insert(year, persons);
    }
    let ages = w["pop"][0].as_array().map_or(0, Vec::len);
    s.model.population.cells =
        (0..ages).flat_map(|a| ["m", "v"].map(|sex| (a.to_string(), sex.to_owned()))).collect();
}
