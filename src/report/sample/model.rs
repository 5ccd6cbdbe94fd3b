//! What is assumed in the sample.

use std::collections::BTreeMap;

use super::{Options, place};
use crate::model::*;
use crate::units::Year;

pub const BASE: Year = Year(2026);
pub const YEARS: usize = 4;

fn said(source: Option<&str>, note: Option<&str>) -> Provenance {
    Provenance { source: source.map(Into::into), note: note.map(Into::into), ..Provenance::default() }
}

struct Maker {
    assumptions: Vec<Assumption>,
}

impl Maker {
    fn assume(
        &mut self,
        address: &str,
        scale: Scale,
        values: [f64; YEARS],
        d: Option<Distribution>,
        p: Provenance,
    ) -> AssumptionId {
        self.assumptions.push(Assumption {
            address: address.into(),
            scale,
            values: values.to_vec(),
            distributions: (0..YEARS).map(|i| d.filter(|_| i > 0)).collect(),
            persistence: 0.0,
            provenance: p,
            provenance_by_year: Vec::new(),
            place: place(),
            places_by_year: Vec::new(),
        });
        AssumptionId(self.assumptions.len() - 1)
    }
}

fn cost(id: &str, label: &str, taakveld: &str, domain: &str, base: f64) -> CostLine {
    CostLine {
        id: id.into(),
        label: label.into(),
        taakveld: taakveld.into(),
        domains: vec![(domain.into(), 1.0)],
        outside: false,
        structural: true,
        counts_clients: false,
        clients_basis: None,
        base_cost: base,
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
        provenance: said(Some("Begroting 2026"), None),
        place: place(),
    }
}

fn revenue(id: &str, label: &str, taakveld: &str, domain: &str, base: f64, income: Income) -> RevenueLine {
    RevenueLine {
        id: id.into(),
        label: label.into(),
        taakveld: taakveld.into(),
        domains: vec![(domain.into(), 1.0)],
        outside: false,
        structural: true,
        base_revenue: Some(base),
        income,
        price: PriceTerms::default(),
        until: None,
        provenance: said(None, None),
        place: place(),
    }
}

pub fn model(o: Options) -> Model {
    let mut m = Maker { assumptions: Vec::new() };
    let ova = m.assume(
        "index.ova.rate",
        Scale::Rate,
        [0.0, 0.036, 0.036, 0.036],
        Some(Distribution::Normal { mean: 0.036, sd: 0.01 }),
        said(None, Some("aanname: gemiddelde van tien jaar")),
    );
    let growth = m.assume(
        "cost.jeugd.volume.growth",
        Scale::Rate,
        [0.0, 0.025, 0.025, 0.025],
        Some(Distribution::Metalog { p10: 0.0, p50: 0.025, p90: 0.05 }),
        said(Some("Begroting 2026"), Some("doortrekken na 2026 is een aanname")),
    );
    let compensation = o.compensation.then(|| {
        m.assume(
            "budget.compensation",
            Scale::Rate,
            [0.02; YEARS],
            None,
            said(None, Some("aanname: stelpost in programma 0")),
        )
    });
    let saving = m.assume(
        "measure.ombuiging.amount",
        Scale::Amount,
        [-500e3, -500e3, -500e3, -500e3].map(|v| v * o.scale),
        None,
        said(Some("Begroting 2026"), None),
    );
    let half = m.assume(
        "measure.ombuiging.realisation",
        Scale::Realisation,
        [1.0; YEARS],
        Some(Distribution::Pert { min: 0.5, mode: 1.0, max: 1.0 }),
        said(None, Some("aanname: ondergrens de helft")),
    );
    let fall = m.assume(
        "measure.daling.amount",
        Scale::Amount,
        [0.0, -200e3, -300e3, -300e3].map(|v| v * o.scale),
        None,
        said(Some("Begroting 2026, berekend"), None),
    );
    let none = m.assume(
        "measure.daling.realisation",
        Scale::Realisation,
        [1.0, 0.0, 0.0, 0.0],
        None,
        said(None, Some("aanname: zonder maatregel rekenen we er niet op")),
    );
    let policy = m.assume(
        "measure.plan.amount",
        Scale::Amount,
        [240e3, 195e3, 0.0, 0.0].map(|v| v * o.scale),
        None,
        said(Some("Begroting 2026"), None),
    );
    let share = m.assume(
        "revenue.bw-baten.follows.share",
        Scale::Share,
        [1.0; YEARS],
        None,
        said(Some("Begroting 2026"), None),
    );

    let mut jeugd = cost("jeugd", "Jeugdhulp ambulant", "6.75", "jeugd", 12_530_400.0 * o.scale);
    jeugd.counts_clients = true;
    jeugd.clients_basis = Some(ClientsBasis::Unique);
    jeugd.base_volume = 573.0;
    jeugd.growth = Some(growth);
    jeugd.price.index = vec![(IndexId(0), 1.0)];
    jeugd.luck_cost_cv = Some(2.1);
    let mut lines = vec![Line::Cost(Box::new(jeugd))];
    let mut domains = vec![("jeugd", "Jeugdhulp")];
    if !o.one_line {
        lines.push(Line::Cost(Box::new(cost("wmo", "Wmo-maatwerk", "6.71", "wmo", 13_050_300.0 * o.scale))));
        lines.push(Line::Cost(Box::new(cost("klein", "Hulpmiddelen", "6.6", "wmo", 40_300.0 * o.scale))));
        lines.push(Line::Cost(Box::new(cost("klein-2", "Vervoer", "6.6", "wmo", 30_300.0 * o.scale))));
        lines.push(Line::Cost(Box::new(cost("bw", "Beschermd wonen", "6.81", "opvang", 30_071_000.0 * o.scale))));
        lines.push(Line::Revenue(Box::new(revenue(
            "bw-baten",
            "Rijksmiddelen beschermd wonen",
            "6.81",
            "opvang",
            30_949_000.0 * o.scale,
            Income::Follows(Follows { line: LineId(4), share, lag: 0, from_base: true, indexed_by: None }),
        ))));
        let mut outside = revenue(
            "circulaire",
            "Dekking uit de circulaires",
            "0.7",
            "algemeen",
            252_000.0 * o.scale,
            Income::Grows { growth: None },
        );
        outside.outside = true;
        lines.push(Line::Revenue(Box::new(outside)));
        domains.extend([("wmo", "Wmo"), ("opvang", "Opvang"), ("algemeen", "Algemeen")]);
        if o.unknown_base {
            let price = m.assume(
                "cost.uitkering.unit_cost",
                Scale::Price,
                [18_500.0; YEARS],
                None,
                said(None, Some("aanname")),
            );
            let mut line = cost("uitkering", "Uitkeringen", "6.3", "wmo", 0.0);
            line.counts_clients = true;
            line.clients_basis = Some(ClientsBasis::Snapshot);
            line.base_volume = 100.0;
            line.unit_cost = Some(UnitCost::PerClient(price));
            lines.push(Line::Cost(Box::new(line)));
        }
    }
    let measure = |id: &str, label: &str, kind, line, amount, realisation, structural| Measure {
        id: id.into(),
        label: label.into(),
        kind,
        line: LineId(line),
        amount: Some(amount),
        volume: None,
        realisation,
        indexed: true,
        structural,
        filled: None,
        provenance: Provenance::default(),
        place: place(),
    };
    let last = usize::from(!o.one_line);
    let measures = vec![
        measure("ombuiging", "Ombuiging lichtere hulp", MeasureKind::Saving, 0, saving, Some(half), true),
        measure("daling", "Daling zonder maatregel", MeasureKind::Technical, last, fall, Some(none), true),
        measure("plan", "Respijtzorg", MeasureKind::NewPolicy, last, policy, None, false),
    ];
    let mut figures = Figures::default();
    let mut record = |line: &str, q, kind, year: i32, value: f64| {
        figures.insert(line, q, kind, Year(year), Recorded { value, source: None, place: place() });
    };
    for line in &lines {
        let (q, base) = match line {
            Line::Cost(l) => (Quantity::Cost, l.base_cost),
            Line::Revenue(l) => (Quantity::Revenue, l.base_revenue.unwrap_or(0.0)),
        };
        if line.id() == "uitkering" {
            continue;
        }
        record(line.id(), q, o.base, 2026, base);
        record(line.id(), q, FigureKind::Amended, 2025, base * 0.97);
        if line.id() != "jeugd" {
            record(line.id(), q, FigureKind::Actual, 2024, base * 0.9);
        }
        if o.budgets {
            for y in 0..YEARS {
                record(
                    line.id(),
                    q,
                    FigureKind::Budget,
                    2026 + i32::try_from(y).unwrap_or(0),
                    base * [1.0, 0.99, 0.98, 0.98][y],
                );
            }
        }
    }
    record("signalen", Quantity::Count, FigureKind::Actual, 2023, 600.0);
    record("signalen", Quantity::Count, FigureKind::Actual, 2024, 715.0);

    let risks = if o.risks { register() } else { Vec::new() };
    Model {
        municipality: Municipality {
            name: "Voorbeeld".into(),
            code: "GM9999".into(),
            title: Some("Programma 6 Sociaal domein".into()),
            residents: None,
            base_year: BASE,
            base: o.base,
            horizon: Year(2029),
            amount_unit: 1000.0,
        },
        scenario: Scenario {
            id: "base".into(),
            title: "Basis".into(),
            question: None,
            extends: Vec::new(),
            changes: Vec::new(),
        },
        budget: Budget {
            prices: if o.budgets { Prices::Constant(BASE) } else { Prices::Nominal },
            compensation: compensation.filter(|_| o.budgets),
        },
        assumptions: m.assumptions,
        domains: domains
            .into_iter()
            .map(|(id, label)| Domain { id: id.into(), label: label.into(), sum_clients: false, place: place() })
            .collect(),
        indices: vec![Index {
            id: "ova".into(),
            label: "OVA".into(),
            source: IndexSource::Rate { rate: ova, ledger: BTreeMap::new() },
            carry_over: CarryOver::None,
            rounding: Rounding::None,
            place: place(),
        }],
        lines: Lines { all: lines },
        flows: Vec::new(),
        measures,
        indicators: vec![Indicator {
            id: "signalen".into(),
            label: "Signalen vroegsignalering".into(),
            unit: "signalen".into(),
            domain: None,
            provenance: Provenance::default(),
            place: place(),
        }],
        reserves: vec![Reserve {
            id: "reserve".into(),
            label: "Reserve sociaal domein".into(),
            balance: 2_500e3 * o.scale,
            covers: Covers::Total,
            provenance: Provenance::default(),
            place: place(),
        }],
        risks,
        chance_scale: None,
        impact_scale: None,
        resilience: None,
        correlations: Vec::new(),
        rule_parameters: BTreeMap::new(),
        report: ReportSettings {
            materiality: Some(50_000.0),
            not_modelled: vec![NotModelled {
                what: "Leerlingenvervoer".into(),
                why: "staat in een ander programma".into(),
            }],
            remarks: vec!["De cijfers van 2024 zijn anders geboekt".into()],
            ..ReportSettings::default()
        },
        figures,
        population: Population::default(),
        use_rates: UseRates::default(),
    }
}

pub fn register() -> Vec<Risk> {
    let risk = |id: &str, title: &str, term, chance, impact| Risk {
        id: id.into(),
        title: title.into(),
        domain: "jeugd".into(),
        term,
        chance,
        impact,
        years: vec![Year(2027), Year(2028)],
        structural: true,
        covered_by: Vec::new(),
        replaces: Vec::new(),
        indicator: None,
        cause: Some("De lonen stijgen".into()),
        consequence: Some("De tarieven gaan omhoog".into()),
        response: Some("We kopen samen in".into()),
        owner: None,
        portfolio_holder: None,
        trend: Some(Trend::New),
        provenance: Provenance::default(),
        place: place(),
    };
    vec![
        risk(
            "aanbesteding",
            "De nieuwe aanbesteding valt duurder uit",
            Term::Short,
            Some(RiskChance::Class(3, 0.5)),
            RiskImpact::Pert { min: 200e3, mode: 500e3, max: 1_200e3 },
        ),
        risk("lonen", "De lonen stijgen harder", Term::Long, Some(RiskChance::Chance(0.3)), RiskImpact::Full(650e3)),
        risk("nieuwkomers", "Meer nieuwkomers hebben hulp nodig", Term::Long, None, RiskImpact::ProMemorie),
    ]
}
