//! Register and findings of the rules, side by side and summed once.
//!
//! The only place that knows both `rule` and `risk`: it makes a neutral event
//! of each, has them summed, and puts the result beside the words.

use super::facts::Computed;
use super::{Basis, ImpactSummary, NumberOrigin, Origin, Piece, PieceInput, ResilienceOutcome, RiskEntry, YearLoss};
use crate::diagnostic::Diagnostic;
use crate::dutch::Quantity;
use crate::model::{Model, Risk, RiskChance, RiskImpact};
use crate::risk::{
    self, Assessment, Capacity, Event, EventImpact, EventOrigin, EventOutcome, Frequency, Method, Register, Request,
    Scenarios, Severity,
};
use crate::rule::{Evaluation, Evidence, Finding, RichText, Segment, of_rule};

/// What came of the register of a scenario.
pub(super) struct Judged {
    pub risks: Vec<RiskEntry>,
    /// None without `[resilience]`.
    pub resilience: Option<ResilienceOutcome>,
    /// Risks that could not be sized.
    pub warnings: Vec<Diagnostic>,
}

/// The risks of every scenario, and its resilience where that is asked; in
/// their order. `scenarios` starts with these and may hold more, that size a risk.
///
/// # Errors
/// Correlations that cannot be, as the simulation reports them.
pub(super) fn assess(
    scenarios: Scenarios<'_>,
    computed: &[Computed],
    evaluations: &[Evaluation],
    seed: u64,
    progress: &dyn Fn(u64, u64),
) -> Result<Vec<Judged>, Vec<Diagnostic>> {
    let events: Vec<Vec<Event>> = computed
        .iter()
        .zip(evaluations)
        .map(|(own, evaluation)| {
            let mut events = Event::register(&own.model);
            events.extend(evaluation.findings.iter().map(event_of));
            events
        })
        .collect();
    let registers: Vec<Register<'_>> = computed
        .iter()
        .zip(&events)
        .enumerate()
        .map(|(scenario, (own, events))| Register {
            scenario,
            events,
            draws: own.outcome.as_ref().map_or(0, |o| o.draws),
        })
        .collect();
    let assessments = risk::assess(&Request { scenarios, registers: &registers, seed, progress })?;
    let judged = computed.iter().zip(evaluations).zip(&assessments);
    Ok(judged.map(|((own, evaluation), assessment)| shown(own, evaluation, assessment)).collect())
}

/// The risks of one scenario as shown.
fn shown(own: &Computed, evaluation: &Evaluation, assessment: &Assessment) -> Judged {
    let mut entries: Vec<RiskEntry> =
        own.model.risks.iter().map(from_register).chain(evaluation.findings.iter().map(from_finding)).collect();
    for (entry, outcome) in entries.iter_mut().zip(&assessment.events) {
        entry.summed = outcome.counts;
        if entry.origin == Origin::Register {
            entry.chance = outcome.chance;
            entry.impact =
                outcome.impact.as_ref().map(|i| ImpactSummary { mean: i.mean, p10: i.p10, p50: i.p50, p90: i.p90 });
        }
        entry.expected = outcome.expected;
        entry.share_of_expected = outcome.share_of_expected;
        entry.share_at_certainty = outcome.share_at_certainty.unwrap_or(0.0);
    }
    let mut resilience = assessment.capacity.as_ref().map(|c| resilience(&own.model, assessment, c));
    if let Some(resilience) = &mut resilience {
        resilience.sum_of_maxima = sum_of_highest(&own.model, &entries);
    }
    Judged { risks: entries, resilience, warnings: not_sized(&own.model, assessment) }
}

/// Risks of the register that add nothing because nothing is known of their amount.
fn not_sized(model: &Model, assessment: &Assessment) -> Vec<Diagnostic> {
    let place = |what: String| {
        if model.scenario.extends.is_empty() { what } else { format!("in what-if `{}`: {what}", model.scenario.id) }
    };
    let of =
        |(risk, event): (&Risk, &EventOutcome)| {
            let why = event.problem.as_ref()?;
            let message = place(format!("risk `{}` cannot be sized and adds nothing to the sums: {why}", risk.id));
            Some(Diagnostic::warning("risk-not-sized", &risk.place, message).help(
                "the figure must exist in the base and in the what-if, in every year in which the risk is in force",
            ))
        };
    model.risks.iter().zip(&assessment.events).filter_map(of).collect()
}

/// A rule's finding as an event: only one with an amount of its own is summed.
fn event_of(finding: &Finding) -> Event {
    Event {
        id: finding.id.clone(),
        origin: EventOrigin::Rule,
        frequency: finding.chance.map(Frequency::Chance),
        impact: finding
            .impact
            .as_ref()
            .map_or(EventImpact::ProMemorie, |i| EventImpact::Amount(Severity::Point(i.mean))),
        years: finding.years.clone(),
        structural: finding.structural,
        covered: finding.from_projection || !finding.covered_by.is_empty(),
    }
}

/// What all losses that can strike in the year cost together, each at the
/// highest impact that is shown of it.
fn sum_of_highest(model: &Model, entries: &[RiskEntry]) -> f64 {
    let in_force = entries.iter().filter(|e| e.summed && e.expected != 0.0);
    in_force
        .filter_map(|e| super::derive::impact_range(model, e))
        .map(|(_, high)| high.max(0.0))
        .fold(0.0, |s, x| s + x)
}

/// Needed capacity as shown.
fn resilience(model: &Model, assessment: &Assessment, capacity: &Capacity) -> ResilienceOutcome {
    let asked = model.resilience.as_ref();
    ResilienceOutcome {
        year: capacity.year,
        scope: capacity.scope,
        certainty: capacity.certainty,
        expected_deficit: capacity.expected_deficit,
        expected: capacity.expected,
        needed: capacity.needed.as_ref().map(|q| q.value),
        reason: capacity.missing.as_ref().map(|m| m.in_dutch(capacity.year)),
        available: capacity.available,
        available_incidental: asked.and_then(|r| r.available_incidental),
        available_structural: asked.and_then(|r| r.available_structural),
        ratio: capacity.ratio,
        class: capacity.class,
        norm: capacity.norm,
        curve: capacity.curve.clone(),
        quantiles: capacity.table.iter().map(|(level, q)| (*level, q.value)).collect(),
        exact: capacity.method == Method::Exact,
        error: capacity.needed.as_ref().map_or(0.0, |q| q.error),
        sum_of_maxima: 0.0,
        by_year: assessment
            .by_year
            .iter()
            .map(|y| YearLoss { year: y.year, incidental: y.incidental, structural: y.structural })
            .collect(),
    }
}

/// A register entry as shown; sums are filled in by whoever summed.
fn from_register(risk: &Risk) -> RiskEntry {
    let basis = match &risk.impact {
        RiskImpact::ProMemorie => Basis::ProMemorie,
        _ => Basis::Estimate,
    };
    RiskEntry {
        id: risk.id.clone(),
        origin: Origin::Register,
        title: risk.title.clone(),
        domain: risk.domain.clone(),
        term: risk.term,
        basis,
        chance: risk.chance.map(chance_of),
        written_chance: risk.chance,
        impact: None,
        what_if: match &risk.impact {
            RiskImpact::WhatIf { what_if, .. } => Some(what_if.clone()),
            _ => None,
        },
        structural: risk.structural,
        years: risk.years.clone(),
        covered_by: risk.covered_by.clone(),
        summed: basis != Basis::ProMemorie && risk.chance.is_some() && risk.covered_by.is_empty(),
        text: Vec::new(),
        cause: risk.cause.clone(),
        consequence: risk.consequence.clone(),
        response: risk.response.clone(),
        response_pieces: Vec::new(),
        chance_origin: None,
        impact_origin: None,
        owner: risk.owner.clone(),
        portfolio_holder: risk.portfolio_holder.clone(),
        trend: risk.trend,
        indicator: risk.indicator.clone(),
        source: risk.provenance.source.clone().or_else(|| risk.provenance.note.clone()),
        expected: 0.0,
        share_of_expected: 0.0,
        share_at_certainty: 0.0,
    }
}

/// Chance that it strikes at least once in a year.
fn chance_of(chance: RiskChance) -> f64 {
    match chance {
        RiskChance::Chance(p) | RiskChance::Class(_, p) => p,
        RiskChance::PerYear(rate) => 1.0 - libm::exp(-rate),
    }
}

/// A rule's finding as shown.
fn from_finding(finding: &Finding) -> RiskEntry {
    RiskEntry {
        id: finding.id.clone(),
        origin: Origin::Rule,
        title: finding.title.clone(),
        domain: finding.domain.clone(),
        term: finding.term,
        basis: match &finding.impact {
            None => Basis::ProMemorie,
            Some(_) => Basis::Figures,
        },
        chance: finding.chance,
        written_chance: None,
        impact: finding.impact.as_ref().map(|i| ImpactSummary { mean: i.mean, p10: i.p10, p50: i.p50, p90: i.p90 }),
        what_if: None,
        structural: finding.structural,
        years: finding.years.clone(),
        covered_by: finding.covered_by.clone(),
        summed: finding.impact.is_some()
            && finding.chance.is_some()
            && !finding.from_projection
            && finding.covered_by.is_empty(),
        text: pieces(finding, &finding.text),
        cause: None,
        consequence: None,
        response: finding.response.as_ref().map(RichText::plain),
        response_pieces: finding
            .response
            .as_ref()
            .filter(|r| r.has_figures())
            .map_or_else(Vec::new, |r| pieces(finding, r)),
        chance_origin: finding.chance_evidence.and_then(|at| origin(finding, at)),
        impact_origin: finding.impact.as_ref().and_then(|i| origin(finding, i.evidence)),
        owner: finding.owner.clone(),
        portfolio_holder: finding.portfolio_holder.clone(),
        trend: None,
        indicator: None,
        source: finding.source.clone(),
        expected: 0.0,
        share_of_expected: 0.0,
        share_at_certainty: 0.0,
    }
}

/// How a number of a finding was computed.
fn origin(finding: &Finding, at: usize) -> Option<NumberOrigin> {
    let of = |e: &Evidence| NumberOrigin { formula: of_rule(&finding.rule, &e.formula), inputs: inputs(finding, e) };
    finding.evidence.get(at).map(of)
}

/// The figures behind a number.
fn inputs(finding: &Finding, evidence: &Evidence) -> Vec<PieceInput> {
    let of = |i: &crate::rule::EvidenceInput| PieceInput {
        address: of_rule(&finding.rule, &i.address),
        unit: unit_name(i.unit).to_owned(),
        value: i.value,
        source: i.source.clone(),
    };
    evidence.inputs.iter().map(of).collect()
}

/// A text with the evidence of each number beside it.
fn pieces(finding: &Finding, text: &RichText) -> Vec<Piece> {
    text.segments
        .iter()
        .map(|segment| match segment {
            Segment::Plain(words) => Piece::Plain(words.clone()),
            Segment::Figure { printed, evidence } => match finding.evidence.get(*evidence) {
                Some(e) => Piece::Figure {
                    printed: printed.clone(),
                    address: e.inputs.iter().map(|i| i.address.clone()).collect::<Vec<_>>().join("; "),
                    unit: unit_name(e.unit).to_owned(),
                    value: e.value,
                    formula: of_rule(&finding.rule, &e.formula),
                    inputs: inputs(finding, e),
                },
                None => Piece::Plain(printed.clone()),
            },
        })
        .collect()
}

/// A unit as the report's evidence names it.
fn unit_name(unit: Quantity) -> &'static str {
    match unit {
        Quantity::Euro => "euro",
        Quantity::Clients => "clients",
        Quantity::EuroPerClient => "euro per client",
        Quantity::Percent => "percent",
        _ => "number",
    }
}
