//! Steps of ageing by population: residents by age times how much they use.

use super::{Builder, Term};
use crate::diagnostic::Place;
use crate::dutch::Quantity;
use crate::model::CostLine;

impl Builder<'_> {
    /// Growth of the users that population and use rates give.
    pub(super) fn ageing(&mut self, cost: &CostLine, y: usize) -> usize {
        self.once(format!("ageing({}, {})", cost.id, self.year(y)), |b, name| {
            let of = vec![b.users(cost, y), b.users(cost, y - 1)];
            if b.steps[of[1]].value == 0.0 {
                return b.given(name, Quantity::Percent, 0.0, "there were no users the year before", None);
            }
            let term = Term::less(Term::by(Term::Step(0), Term::Step(1)), Term::Number(1.0));
            b.step(name, Quantity::Percent, term, of)
        })
    }

    /// Users: the sum over age bands of residents times use per 1,000, counted in thousandths.
    fn users(&mut self, cost: &CostLine, y: usize) -> usize {
        let year = self.year(y);
        self.once(format!("users_per_1000({}, {year})", cost.id), |b, name| {
            let model = b.model;
            let (population, use_rates) = (&model.population, &model.use_rates);
            let both = use_rates.per_1000(&cost.id, population.cells()).zip(population.persons(year));
            let both = both.into_iter().flat_map(|(rates, persons)| rates.zip(persons));
            let mut of = Vec::new();
            let mut terms = Vec::new();
            for (i, ((band, sex), (rate, count))) in population.cells().iter().zip(both).enumerate() {
                let cell = if sex.is_empty() { band.clone() } else { format!("{band} {sex}") };
                let place = |of: Option<&Vec<Place>>, file: &str| {
                    of.and_then(|p| p.get(i)).cloned().unwrap_or_else(|| Place::file(file))
                };
                let use_file = place(use_rates.places.get(&cost.id), "use_rates.csv");
                let people_file = place(population.places.get(&year), "population.csv");
                of.push(b.once(format!("persons({cell}, {year})"), |b, name| {
                    b.leaf(name, Quantity::Clients, count, &people_file, None)
                }));
                of.push(b.once(format!("use_per_1000({}, {cell})", cost.id), |b, name| {
                    b.leaf(name, Quantity::Number, rate, &use_file, None)
                }));
                terms.push(Term::Product(vec![Term::Step(of.len() - 2), Term::Step(of.len() - 1)]));
            }
            if terms.is_empty() {
                return b.given(name, Quantity::Number, 0.0, "population.csv or use_rates.csv is silent", None);
            }
            b.step(name, Quantity::Number, Term::Sum(terms), of)
        })
    }
}
