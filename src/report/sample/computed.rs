//! What is computed in the sample, by simple growth instead of the engine.

use std::collections::BTreeMap;

use super::Options;
use super::model::register;
use crate::model::*;
use crate::projection::*;
use crate::simulation::{GroupOutcome, Outcome, Summary};
use crate::study::*;
use crate::units::Year;

pub fn entries(o: Options) -> Vec<RiskEntry> {
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
        response_pieces: Vec::new(),
        chance_origin: None,
        impact_origin: None,
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
            formula: "cost(jeugd, 2029) - budget(jeugd, 2029)".into(),
            inputs: vec![
                PieceInput {
                    address: "cost(jeugd, 2029)".into(),
                    unit: "euro".into(),
                    value: 21_892_345.0,
                    source: Some("Begroting 2026 (figures.csv:2:1)".into()),
                },
                PieceInput {
                    address: "budget(jeugd, 2029)".into(),
                    unit: "euro".into(),
                    value: 20_000_000.0,
                    source: None,
                },
            ],
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

pub fn outcome(p: &Projection) -> Outcome {
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

pub fn resilience(o: Options) -> Option<ResilienceOutcome> {
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
        curve: if known {
            [0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.995]
                .into_iter()
                .zip([0.0, 0.5e6, 1.1e6, 2.0e6, 3_209e3, 4.0e6, 6.0e6, 7.0e6])
                .collect()
        } else {
            Vec::new()
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
