//! Small municipalities for tests, here and in the rooms that build on this
//! one: every line of a test that matters stands in the test.

use std::collections::BTreeMap;

use super::{Central, GroupId, GroupYear, LineYear, Projection, project};
use crate::diagnostic::Place;
use crate::model::{
    Ageing, Assumption, AssumptionId, Budget, CarryOver, CostLine, Domain, FigureKind, Figures, Flow, Income, Index,
    IndexId, IndexSource, LedgerYear, Line, LineId, Lines, Measure, MeasureKind, Model, Municipality, Population,
    PriceTerms, Prices, Provenance, Quantity, Recorded, ReportSettings, Reserve, RevenueLine, Rounding, Scale,
    Scenario, UseRates,
};
use crate::units::Year;

/// A municipality under construction.
#[derive(Clone, Debug)]
pub(crate) struct Town {
    /// What was built so far; tests may change it directly.
    pub(crate) model: Model,
}

/// A place in a file that does not matter.
pub(crate) fn place() -> Place {
    Place::file("base.toml")
}

impl Town {
    /// Nothing but years; figures of the base year are `actual`.
    pub(crate) fn new(base_year: i32, horizon: i32) -> Self {
        let municipality = Municipality {
            name: "Toetsdam".into(),
            code: "GM0000".into(),
            title: None,
            residents: None,
            base_year: Year(base_year),
            base: FigureKind::Actual,
            horizon: Year(horizon),
            amount_unit: 1.0,
        };
        let scenario =
            Scenario { id: "base".into(), title: String::new(), question: None, extends: vec![], changes: vec![] };
        let model = Model {
            municipality,
            scenario,
            budget: Budget { prices: Prices::Nominal, compensation: None },
            assumptions: vec![],
            domains: vec![],
            indices: vec![],
            lines: Lines::default(),
            flows: vec![],
            measures: vec![],
            indicators: vec![],
            reserves: vec![],
            risks: vec![],
            chance_scale: None,
            impact_scale: None,
            resilience: None,
            correlations: vec![],
            rule_parameters: BTreeMap::new(),
            report: ReportSettings::default(),
            figures: Figures::default(),
            population: Population::default(),
            use_rates: UseRates::default(),
        };
        Self { model }
    }

    /// An assumption with `value` in every year after the base year, and in it
    /// too where it is one number for all years or goes back to the base year
    /// (as `input` has it).
    pub(crate) fn constant(&mut self, address: &str, scale: Scale, value: f64) -> AssumptionId {
        let mut values = vec![value; self.model.year_count()];
        if matches!(scale, Scale::Rate | Scale::Amount | Scale::Realisation) {
            values[0] = 0.0;
        }
        self.assume(address, scale, values, &[])
    }

    /// An assumption with a value for some years, 0 in the others.
    pub(crate) fn by_year(&mut self, address: &str, scale: Scale, named: &[(i32, f64)]) -> AssumptionId {
        let value = |y: Year| named.iter().find(|(n, _)| *n == y.0).map_or(0.0, |(_, x)| *x);
        let values = self.model.years().map(value).collect();
        self.assume(address, scale, values, named)
    }

    fn assume(&mut self, address: &str, scale: Scale, values: Vec<f64>, named: &[(i32, f64)]) -> AssumptionId {
        self.model.assumptions.push(Assumption {
            address: address.into(),
            scale,
            distributions: vec![None; values.len()],
            values,
            persistence: 0.0,
            provenance: Provenance::default(),
            provenance_by_year: vec![],
            place: place(),
            places_by_year: named.iter().map(|(y, _)| (Year(*y), place())).collect(),
        });
        AssumptionId(self.model.assumptions.len() - 1)
    }

    /// A yearly rate that holds in every projected year.
    pub(crate) fn rate(&mut self, address: &str, value: f64) -> AssumptionId {
        self.constant(address, Scale::Rate, value)
    }

    /// An index with the same percentage in every projected year.
    pub(crate) fn index(&mut self, id: &str, rate: f64) -> IndexId {
        let rate = self.rate(&format!("index.{id}.rate"), rate);
        self.add_index(id, IndexSource::Rate { rate, ledger: BTreeMap::new() })
    }

    /// An index with provisional and definitive percentages by year.
    pub(crate) fn ledger(&mut self, id: &str, years: &[(i32, f64, f64)]) -> IndexId {
        let provisional: Vec<(i32, f64)> = years.iter().map(|(y, p, _)| (*y, *p)).collect();
        let rate = self.by_year(&format!("index.{id}.rate"), Scale::Rate, &provisional);
        let of = |p: f64, d: f64| LedgerYear { provisional: p, definitive: d };
        let ledger = years.iter().map(|(y, p, d)| (Year(*y), of(*p, *d))).collect();
        self.add_index(id, IndexSource::Rate { rate, ledger })
    }

    /// An index mixed from others.
    pub(crate) fn mix(
        &mut self,
        id: &str,
        parts: &[(IndexId, f64)],
        carry_over: CarryOver,
        rounding: Rounding,
    ) -> IndexId {
        let id = self.add_index(id, IndexSource::Mix(parts.to_vec()));
        self.model.indices[id.0].carry_over = carry_over;
        self.model.indices[id.0].rounding = rounding;
        id
    }

    fn add_index(&mut self, id: &str, source: IndexSource) -> IndexId {
        self.model.indices.push(Index {
            id: id.into(),
            label: id.into(),
            source,
            carry_over: CarryOver::None,
            rounding: Rounding::None,
            place: place(),
        });
        IndexId(self.model.indices.len() - 1)
    }

    /// A domain; lines declare theirs by themselves.
    pub(crate) fn domain(&mut self, id: &str) -> &mut Domain {
        if let Some(at) = self.model.domains.iter().position(|d| d.id == id) {
            return &mut self.model.domains[at];
        }
        self.model.domains.push(Domain { id: id.into(), label: id.into(), sum_clients: false, place: place() });
        self.model.domains.last_mut().expect("it was just pushed")
    }

    /// A cost line that counts no clients, in domain `wmo` and taakveld 6.71.
    pub(crate) fn cost(&mut self, id: &str, base_cost: f64) -> LineId {
        self.domain("wmo");
        let b = self.model.base_year();
        self.figure(id, Quantity::Cost, FigureKind::Actual, b.0, base_cost);
        self.model.lines.all.push(Line::Cost(Box::new(CostLine {
            id: id.into(),
            label: id.into(),
            taakveld: "6.71".into(),
            domains: vec![("wmo".into(), 1.0)],
            outside: false,
            structural: true,
            counts_clients: false,
            clients_basis: None,
            base_cost,
            base_volume: 1.0,
            ageing: Ageing::None,
            growth: None,
            exit: None,
            intake: None,
            price: PriceTerms::default(),
            intensity: None,
            level: None,
            unit_cost: None,
            luck_cost_cv: None,
            provenance: Provenance::default(),
            place: place(),
        })));
        LineId(self.model.lines.all.len() - 1)
    }

    /// A cost line with clients in the base year.
    pub(crate) fn care(&mut self, id: &str, base_cost: f64, clients: f64) -> LineId {
        let line = self.cost(id, base_cost);
        let cost = self.cost_mut(line);
        cost.counts_clients = true;
        cost.base_volume = clients;
        line
    }

    /// A cost line to change.
    pub(crate) fn cost_mut(&mut self, line: LineId) -> &mut CostLine {
        match &mut self.model.lines.all[line.0] {
            Line::Cost(cost) => cost,
            Line::Revenue(_) => panic!("the test names a revenue line"),
        }
    }

    /// A revenue line in domain `wmo` and taakveld 6.71.
    pub(crate) fn revenue(&mut self, id: &str, base_revenue: Option<f64>, income: Income) -> LineId {
        self.domain("wmo");
        let b = self.model.base_year();
        if let Some(base) = base_revenue {
            self.figure(id, Quantity::Revenue, FigureKind::Actual, b.0, base);
        }
        self.model.lines.all.push(Line::Revenue(Box::new(RevenueLine {
            id: id.into(),
            label: id.into(),
            taakveld: "6.71".into(),
            domains: vec![("wmo".into(), 1.0)],
            outside: false,
            structural: true,
            base_revenue,
            income,
            price: PriceTerms::default(),
            until: None,
            provenance: Provenance::default(),
            place: place(),
        })));
        LineId(self.model.lines.all.len() - 1)
    }

    /// A revenue line to change.
    pub(crate) fn revenue_mut(&mut self, line: LineId) -> &mut RevenueLine {
        match &mut self.model.lines.all[line.0] {
            Line::Revenue(revenue) => revenue,
            Line::Cost(_) => panic!("the test names a cost line"),
        }
    }

    /// A structural measure with an amount by year.
    pub(crate) fn measure(&mut self, id: &str, line: LineId, amounts: &[(i32, f64)]) -> &mut Measure {
        let amount = self.by_year(&format!("measure.{id}.amount"), Scale::Amount, amounts);
        self.model.measures.push(Measure {
            id: id.into(),
            label: id.into(),
            kind: MeasureKind::Technical,
            line,
            amount: (!amounts.is_empty()).then_some(amount),
            volume: None,
            realisation: None,
            indexed: false,
            structural: true,
            filled: None,
            provenance: Provenance::default(),
            place: place(),
        });
        self.model.measures.last_mut().expect("it was just pushed")
    }

    /// A flow with a share by year.
    pub(crate) fn flow(&mut self, id: &str, from: LineId, to: LineId, shares: &[(i32, f64)]) {
        let share = self.by_year(&format!("flow.{id}.share"), Scale::Share, shares);
        self.model.flows.push(Flow { id: id.into(), label: id.into(), from, to, share, place: place() });
    }

    /// A reserve with additions and withdrawals by year.
    pub(crate) fn reserve(&mut self, id: &str, balance: f64, covers: crate::model::Covers) {
        self.model.reserves.push(Reserve {
            id: id.into(),
            label: id.into(),
            balance,
            covers,
            provenance: Provenance::default(),
            place: place(),
        });
    }

    /// A row of figures.csv.
    pub(crate) fn figure(&mut self, line: &str, quantity: Quantity, kind: FigureKind, year: i32, value: f64) {
        let recorded = Recorded { value, source: None, place: place() };
        self.model.figures.insert(line, quantity, kind, Year(year), recorded);
    }

    /// The budget of a line in some years.
    pub(crate) fn budget(&mut self, line: LineId, years: &[(i32, f64)]) {
        let of = self.model.lines.get(line);
        let quantity = if of.as_cost().is_some() { Quantity::Cost } else { Quantity::Revenue };
        let id = of.id().to_owned();
        for (year, value) in years {
            self.figure(&id, quantity, FigureKind::Budget, *year, *value);
        }
    }

    /// One future with every assumption at its value.
    pub(crate) fn project(&self) -> Projection {
        project(&self.model, &Central(&self.model))
    }
}

/// A row of a projection.
pub(crate) fn row(projection: &Projection, line: LineId, year: i32) -> &LineYear {
    projection.lines[line.0]
        .years
        .iter()
        .find(|r| r.year == Year(year))
        .expect("the test names a year of the projection")
}

/// A row of a group.
pub(crate) fn group<'a>(projection: &'a Projection, id: &GroupId, year: i32) -> &'a GroupYear {
    let group = projection.groups.iter().find(|g| g.id == *id).expect("the test names a group of the projection");
    group.years.iter().find(|r| r.year == Year(year)).expect("the test names a year of the projection")
}
