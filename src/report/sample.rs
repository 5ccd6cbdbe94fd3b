//! A small municipality for the tests of this room, built by hand.
//!
//! The figures are simple on purpose: cost grows 6 % a year, the budget is
//! constant with 2 % compensation, a band is 10 % wide on either side.

use std::collections::BTreeMap;

use crate::diagnostic::Place;
use crate::model::*;
use crate::projection::*;
use crate::simulation::{GroupOutcome, Outcome, Summary};
use crate::study::*;
use crate::units::Year;

/// What the sample has; all of it by default.
#[derive(Clone, Copy)]
pub struct Options {
    pub draws: bool,
    pub budgets: bool,
    pub compensation: bool,
    pub resilience: Option<Scope>,
    pub risks: bool,
    pub what_ifs: bool,
    pub one_line: bool,
    /// A line with clients in the base year, but without a cost there.
    pub unknown_base: bool,
    pub base: FigureKind,
    pub scale: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            draws: true,
            budgets: true,
            compensation: true,
            resilience: Some(Scope::Programme),
            risks: true,
            what_ifs: true,
            one_line: false,
            unknown_base: false,
            base: FigureKind::Budget,
            scale: 1.0,
        }
    }
}

pub fn place() -> Place {
    Place::new("base.toml", 1, 1, 1)
}

const BASE: Year = Year(2026);
const YEARS: usize = 4;

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

fn register() -> Vec<Risk> {
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

fn entries(o: Options) -> Vec<RiskEntry> {
    if !o.risks {
        return Vec::new();
    }
    let of = |r: &Risk| RiskEntry {
        id: r.id.clone(),
        origin: Origin::Register,
        title: r.title.clone(),
        domain: r.domain.clone(),
        term: r.term,
        basis: if r.impact == RiskImpact::ProMemorie { Basis::ProMemorie } else { Basis::Estimate },
        chance: r.chance.map(|c| match c {
            RiskChance::Chance(p) | RiskChance::Class(_, p) => p,
            RiskChance::PerYear(n) => n,
        }),
        written_chance: r.chance,
        impact: match &r.impact {
            RiskImpact::Full(v) => Some(ImpactSummary { mean: *v, p10: *v, p50: *v, p90: *v }),
            // (200 + 4 x 500 + 1200) / 6 thousand, rounded.
            RiskImpact::Pert { .. } => Some(ImpactSummary { mean: 566_667.0, p10: 350e3, p50: 550e3, p90: 810e3 }),
            _ => None,
        },
        what_if: None,
        structural: r.structural,
        years: r.years.clone(),
        covered_by: r.covered_by.clone(),
        summed: r.impact != RiskImpact::ProMemorie,
        text: Vec::new(),
        cause: r.cause.clone(),
        consequence: r.consequence.clone(),
        response: r.response.clone(),
        owner: None,
        portfolio_holder: None,
        trend: r.trend,
        indicator: (r.id == "nieuwkomers").then(|| "signalen".into()),
        source: None,
        expected: 0.0,
        share_of_expected: 0.0,
        share_at_certainty: 0.0,
    };
    let mut all: Vec<RiskEntry> = register().iter().map(of).collect();
    // 0.5 x 566,667 and 0.3 x 650,000: shares 59.2 % and 40.8 %.
    for (i, (expected, share)) in [(283_333.5, 0.592), (195_000.0, 0.408)].into_iter().enumerate() {
        all[i].expected = expected;
        all[i].share_of_expected = share;
        all[i].share_at_certainty = share;
    }
    let mut rule = all[1].clone();
    rule.id = "kosten-boven-begroting".into();
    rule.origin = Origin::Rule;
    rule.title = "Jeugdhulp kost meer dan er in de begroting staat".into();
    rule.basis = Basis::Figures;
    rule.chance = Some(0.83);
    rule.summed = false;
    rule.expected = 0.0;
    rule.share_of_expected = 0.0;
    rule.share_at_certainty = 0.0;
    rule.covered_by = vec!["cost.jeugd.volume.growth".into(), "index.ova.rate".into()];
    rule.text = vec![
        Piece::Plain("Jeugdhulp komt in 2029 naar verwachting ".into()),
        Piece::Figure {
            printed: "€ 1,9 miljoen".into(),
            address: "cost(jeugd, 2029) - budget(jeugd, 2029)".into(),
            unit: "euro".into(),
            value: 1_892_345.0,
            formula: "lasten min begroting".into(),
        },
        Piece::Plain(" boven de begroting uit.".into()),
    ];
    rule.cause = None;
    rule.consequence = None;
    all.push(rule);
    all
}

fn gap(cost: f64, budget: Option<f64>, compensation: bool, price: f64) -> Option<Gap> {
    let budget = budget?;
    let difference = cost - budget;
    Some(if compensation {
        Gap {
            volume: difference * 0.5,
            price: Some(difference * price),
            compensation: Some(difference - difference * 0.5 - difference * price),
        }
    } else {
        Gap { volume: difference * 0.5, price: None, compensation: None }
    })
}

pub fn projection(model: &Model, o: Options, growth: f64) -> Projection {
    let years: Vec<Year> = model.years().collect();
    let lines: Vec<LineProjection> = model
        .lines
        .all
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let (q, base) = match line {
                Line::Cost(l) => (Quantity::Cost, l.base_cost),
                Line::Revenue(l) => (Quantity::Revenue, l.base_revenue.unwrap_or(0.0)),
            };
            let grows = if line.outside() { 0.0 } else { growth };
            LineProjection {
                id: line.id().into(),
                years: years
                    .iter()
                    .enumerate()
                    .map(|(i, year)| {
                        let n = i32::try_from(i).unwrap_or(0);
                        // 100 clients at 18,500 euros, from the first projected year.
                        let base = if line.id() == "uitkering" && i > 0 { 1_850_000.0 * o.scale } else { base };
                        let amount = base * (1.0 + grows).powi(n);
                        let budget = model.figures.value(line.id(), q, FigureKind::Budget, *year);
                        let now = budget.filter(|_| o.compensation).map(|b| b * 1.02f64.powi(n));
                        let measures: Vec<MeasureTerm> = model
                            .measures
                            .iter()
                            .filter(|m| m.line.0 == at)
                            .map(|m| {
                                let planned = m.amount.map_or(0.0, |a| model.assumption(a).values[i]);
                                let realisation = m.realisation.map_or(1.0, |r| model.assumption(r).values[i]);
                                MeasureTerm {
                                    id: m.id.clone(),
                                    planned,
                                    realisation,
                                    price: 1.0,
                                    amount: planned * realisation,
                                    structural: m.structural,
                                }
                            })
                            .collect();
                        LineYear {
                            year: *year,
                            clients: line
                                .as_cost()
                                .filter(|l| l.counts_clients)
                                .map(|l| l.base_volume * 1.025f64.powi(n)),
                            volume_index: line.as_cost().map(|_| 1.025f64.powi(n)),
                            intensity_index: line.as_cost().map(|_| 1.0),
                            price_index: Some(1.036f64.powi(n)),
                            amount,
                            measures: measures.iter().map(|m| m.amount).sum(),
                            incidental: measures.iter().filter(|m| !m.structural).map(|m| m.amount).sum(),
                            budget,
                            budget_now: now,
                            gap: None,
                            terms: Terms { measures, ..Terms::default() },
                        }
                    })
                    .collect(),
            }
        })
        .collect();
    let mut groups = Vec::new();
    let mut group = |id: GroupId, members: Vec<(LineId, f64)>| {
        let years = years
            .iter()
            .enumerate()
            .map(|(i, year)| {
                let sum = |cost: bool, pick: &dyn Fn(&LineYear) -> f64| -> f64 {
                    members
                        .iter()
                        .filter(|(l, _)| model.lines.get(*l).as_cost().is_some() == cost)
                        .map(|(l, s)| pick(&lines[l.0].years[i]) * s)
                        .sum()
                };
                let budget = |cost: bool| -> Option<f64> {
                    members
                        .iter()
                        .filter(|(l, _)| model.lines.get(*l).as_cost().is_some() == cost)
                        .map(|(l, s)| lines[l.0].years[i].budget_now.map(|b| b * s))
                        .sum()
                };
                let (c, r) = (sum(true, &|y| y.amount), sum(false, &|y| y.amount));
                let (budget_cost, budget_revenue) = (budget(true), budget(false));
                let shown = budget_cost.or_else(|| o.budgets.then_some(c * 0.9));
                GroupYear {
                    year: *year,
                    clients: None,
                    cost: c,
                    revenue: r,
                    balance: r - c,
                    result: r - c,
                    structural_balance: r - c + sum(true, &|y| y.incidental),
                    withdrawals: 0.0,
                    additions: 0.0,
                    budget_cost,
                    budget_revenue,
                    gap: gap(c, shown, o.compensation, 0.3),
                    shortfall: budget_cost.zip(budget_revenue).map(|(bc, br)| ((c - bc) - (r - br)).max(0.0)),
                    without_budget: if o.budgets { Vec::new() } else { lines.iter().map(|l| l.id.clone()).collect() },
                }
            })
            .collect();
        groups.push(GroupProjection { id, members, years });
    };
    let all: Vec<LineId> = (0..model.lines.all.len()).map(LineId).collect();
    let inside = |keep: &dyn Fn(&Line) -> bool| {
        all.iter().copied().filter(|l| keep(model.lines.get(*l))).map(|l| (l, 1.0)).collect::<Vec<_>>()
    };
    for domain in &model.domains {
        group(GroupId::Domain(domain.id.clone()), inside(&|l| l.domains()[0].0 == domain.id));
    }
    group(GroupId::Total, inside(&|l| !l.outside()));
    group(GroupId::TotalAndOutside, inside(&|_| true));
    Projection {
        years: years.clone(),
        lines,
        groups,
        reserves: vec![ReserveProjection {
            id: "reserve".into(),
            years: years
                .iter()
                .enumerate()
                .map(|(i, year)| ReserveYear {
                    year: *year,
                    balance: if i == 0 { 2_500e3 * o.scale } else { 0.0 },
                    additions: 0.0,
                    withdrawals: 0.0,
                    covered: if i == 1 { 2_500e3 * o.scale } else { 0.0 },
                    uncovered: if i > 1 { 1_000e3 * o.scale } else { 0.0 },
                })
                .collect(),
            runs_out: Some(Year(2028)),
        }],
        index_rates: vec![vec![0.0, 0.036, 0.036, 0.036]],
        warnings: Vec::new(),
    }
}

/// Ten percent either way.
pub fn summary(value: f64, chance: Option<f64>) -> Summary {
    let w = value.abs() * 0.1;
    Summary {
        mean: value,
        sd: w / 1.2816,
        p5: value - 1.28 * w,
        p10: value - w,
        p25: value - w / 2.0,
        p50: value,
        p75: value + w / 2.0,
        p90: value + w,
        p95: value + 1.28 * w,
        se_mean: w / 128.0,
        se_p90: w / 75.0,
        chance_above_budget: chance,
        expected_excess: chance.map(|_| w),
    }
}

fn outcome(p: &Projection) -> Outcome {
    let p_of = |cost: f64, budget: Option<f64>| budget.map(|b| if cost > b { 0.83 } else { 0.45 });
    Outcome {
        draws: 10_000,
        seed: 1,
        lines: p
            .lines
            .iter()
            .map(|l| l.years.iter().map(|y| summary(y.amount, p_of(y.amount, y.budget_now))).collect())
            .collect(),
        groups: p
            .groups
            .iter()
            .map(|g| GroupOutcome {
                id: g.id.clone(),
                cost: g.years.iter().map(|y| summary(y.cost, p_of(y.cost, y.budget_cost))).collect(),
                revenue: g.years.iter().map(|y| summary(y.revenue, None)).collect(),
                balance: g.years.iter().map(|y| summary(y.balance, None)).collect(),
                shortfall: g.years.iter().map(|y| y.shortfall.map(|s| summary(s, Some(0.71)))).collect(),
            })
            .collect(),
        stopped: 0,
    }
}

fn resilience(o: Options) -> Option<ResilienceOutcome> {
    let scope = o.resilience?;
    let known = o.budgets && o.compensation;
    let whole = scope == Scope::Municipality;
    Some(ResilienceOutcome {
        year: Year(2027),
        scope,
        certainty: 0.9,
        expected_deficit: known.then_some(1_200e3),
        expected: 478_333.5,
        needed: known.then_some(3_209e3),
        reason: (!known).then(|| "Er is geen begroting om mee te vergelijken".into()),
        available: whole.then_some(15_268e3),
        available_incidental: whole.then_some(15_000e3),
        available_structural: whole.then_some(268e3),
        // 15,268 / 3,209 = 4.76: class A.
        ratio: (whole && known).then_some(15_268.0 / 3_209.0),
        class: (whole && known).then_some('A'),
        norm: whole.then_some(1.0),
        quantiles: if known {
            [70, 75, 80, 85, 90, 95, 99].into_iter().zip([1.1e6, 1.5e6, 2.0e6, 2.5e6, 3_209e3, 4.0e6, 6.0e6]).collect()
        } else {
            BTreeMap::new()
        },
        exact: false,
        error: 20e3,
        sum_of_maxima: 1_850e3,
        by_year: vec![
            YearLoss { year: Year(2027), incidental: 0.0, structural: 478_333.5 },
            YearLoss { year: Year(2028), incidental: 100e3, structural: 800e3 },
        ],
    })
}

fn scenario(o: Options, id: &str) -> ScenarioStudy {
    let mut model = model(o);
    let mut growth = 0.06;
    if id != "base" {
        growth = 0.08;
        model.scenario = Scenario {
            id: id.into(),
            title: "Jeugdhulp groeit harder".into(),
            question: Some("Wat als jeugdhulp groeit zoals landelijk?".into()),
            extends: vec!["base".into()],
            changes: Vec::new(),
        };
        if let Some(a) = model.assumptions.iter_mut().find(|a| a.address == "cost.jeugd.volume.growth") {
            a.values = vec![0.0, 0.042, 0.042, 0.042];
        }
    }
    let projection = projection(&model, o, growth);
    ScenarioStudy {
        outcome: o.draws.then(|| outcome(&projection)),
        risks: entries(o),
        resilience: resilience(o),
        not_applicable: vec![RuleNote {
            id: "buig-tekort".into(),
            title: "Tekort op de BUIG".into(),
            remark: "er is geen lijn met taakveld 6.3".into(),
        }],
        silent: vec![RuleNote { id: "vergrijzing".into(), title: "Vergrijzing".into(), remark: String::new() }],
        failed: Vec::new(),
        model,
        projection,
    }
}

pub fn study(o: Options) -> Study {
    let mut scenarios = vec![scenario(o, "base")];
    if o.what_ifs {
        scenarios.push(scenario(o, "jeugd-8-procent"));
    }
    Study {
        scenarios,
        receipt: Receipt {
            version: "0.1.0".into(),
            seed: 1,
            draws: if o.draws { 10_000 } else { 0 },
            inputs: vec![InputHash { path: "base.toml".into(), sha256: "ab".repeat(32) }],
        },
        warnings: Vec::new(),
    }
}
