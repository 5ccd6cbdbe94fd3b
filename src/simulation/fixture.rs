//! Small municipalities for tests and benchmarks, built in code: what is left
//! unsaid is as it is in a file.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::model::{
    Ageing, Assumption, AssumptionId, Budget, CarryOver, Correlated, Correlation, CostLine, Distribution, Domain,
    FigureKind, Figures, Income, Index, IndexId, IndexSource, Line, LineId, Lines, Model, Municipality, Population,
    PriceTerms, Prices, Provenance, Quantity, Recorded, ReportSettings, RevenueLine, Risk, RiskChance, RiskImpact,
    Rounding, Scale, Scenario, Term, UseRates,
};
use crate::units::Year;

/// A model that is being built.
pub struct Sketch {
    /// The model so far.
    pub model: Model,
}

fn place() -> Place {
    Place::new("base.toml", 1, 1, 1)
}

impl Sketch {
    /// A municipality without lines.
    pub fn new(base: i32, horizon: i32) -> Self {
        Self {
            model: Model {
                municipality: Municipality {
                    name: "Voorbeeldstad".into(),
                    code: "GM0000".into(),
                    title: None,
                    residents: None,
                    base_year: Year(base),
                    base: FigureKind::Budget,
                    horizon: Year(horizon),
                    amount_unit: 1.0,
                },
                scenario: Scenario {
                    id: "base".into(),
                    title: "Voorbeeldstad".into(),
                    question: None,
                    extends: Vec::new(),
                    changes: Vec::new(),
                },
                budget: Budget { prices: Prices::Nominal, compensation: None },
                assumptions: Vec::new(),
                domains: vec![Domain { id: "wmo".into(), label: "Wmo".into(), sum_clients: false, place: place() }],
                indices: Vec::new(),
                lines: Lines::default(),
                flows: Vec::new(),
                measures: Vec::new(),
                indicators: Vec::new(),
                reserves: Vec::new(),
                risks: Vec::new(),
                chance_scale: None,
                impact_scale: None,
                resilience: None,
                correlations: Vec::new(),
                rule_parameters: BTreeMap::new(),
                report: ReportSettings::default(),
                figures: Figures::default(),
                population: Population::default(),
                use_rates: UseRates::default(),
            },
        }
    }

    /// An assumption with one value and one distribution for every year.
    pub fn assumption(
        &mut self,
        address: &str,
        scale: Scale,
        value: f64,
        distribution: Option<Distribution>,
        persistence: f64,
    ) -> AssumptionId {
        let years = self.model.year_count();
        self.model.assumptions.push(Assumption {
            address: address.into(),
            scale,
            values: vec![value; years],
            distributions: vec![distribution; years],
            persistence,
            provenance: Provenance::default(),
            provenance_by_year: Vec::new(),
            place: place(),
            places_by_year: Vec::new(),
        });
        AssumptionId(self.model.assumptions.len() - 1)
    }

    /// A rate that is normal around its value, drawn anew each year.
    pub fn normal(&mut self, address: &str, value: f64, sd: f64) -> AssumptionId {
        self.assumption(address, Scale::Rate, value, Some(Distribution::Normal { mean: value, sd }), 0.0)
    }

    /// A price index.
    pub fn index(&mut self, id: &str, rate: AssumptionId) -> IndexId {
        self.model.indices.push(Index {
            id: id.into(),
            label: id.into(),
            source: IndexSource::Rate { rate, ledger: BTreeMap::new() },
            carry_over: CarryOver::None,
            rounding: Rounding::None,
            place: place(),
        });
        IndexId(self.model.indices.len() - 1)
    }

    /// A cost line; with clients it counts them.
    pub fn cost(&mut self, id: &str, cost: f64, clients: Option<f64>) -> LineId {
        self.model.lines.all.push(Line::Cost(Box::new(CostLine {
            id: id.into(),
            label: id.into(),
            taakveld: "6.71".into(),
            domains: vec![("wmo".into(), 1.0)],
            outside: false,
            structural: true,
            counts_clients: clients.is_some(),
            clients_basis: None,
            base_cost: cost,
            base_volume: clients.unwrap_or(1.0),
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

    /// A cost line to work on.
    pub fn line(&mut self, line: LineId) -> &mut CostLine {
        match &mut self.model.lines.all[line.0] {
            Line::Cost(cost) => cost,
            Line::Revenue(r) => panic!("`{}` is a line of revenue", r.id),
        }
    }

    /// A revenue line that grows.
    pub fn revenue(&mut self, id: &str, amount: f64, growth: Option<AssumptionId>) -> LineId {
        self.model.lines.all.push(Line::Revenue(Box::new(RevenueLine {
            id: id.into(),
            label: id.into(),
            taakveld: "6.71".into(),
            domains: vec![("wmo".into(), 1.0)],
            outside: false,
            structural: true,
            base_revenue: Some(amount),
            income: Income::Grows { growth },
            price: PriceTerms::default(),
            until: None,
            provenance: Provenance::default(),
            place: place(),
        })));
        LineId(self.model.lines.all.len() - 1)
    }

    /// A budget.
    pub fn budget(&mut self, id: &str, quantity: Quantity, year: i32, value: f64) {
        let recorded = Recorded { value, source: None, place: place() };
        self.model.figures.insert(id, quantity, FigureKind::Budget, Year(year), recorded);
    }

    /// Two assumptions or risks that move together.
    pub fn correlate(&mut self, a: Correlated, b: Correlated, rho: f64) {
        let id = format!("c{}", self.model.correlations.len());
        self.model.correlations.push(Correlation { id, between: [a, b], rho, place: place() });
    }

    /// A risk of the register.
    pub fn risk(&mut self, id: &str, chance: RiskChance, impact: RiskImpact, years: &[i32]) -> usize {
        self.model.risks.push(Risk {
            id: id.into(),
            title: id.into(),
            domain: "wmo".into(),
            term: Term::Short,
            chance: Some(chance),
            impact,
            years: years.iter().map(|y| Year(*y)).collect(),
            structural: false,
            covered_by: Vec::new(),
            replaces: Vec::new(),
            indicator: None,
            cause: None,
            consequence: None,
            response: None,
            owner: None,
            portfolio_holder: None,
            trend: None,
            provenance: Provenance::default(),
            place: place(),
        });
        self.model.risks.len() - 1
    }
}
