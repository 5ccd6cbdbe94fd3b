//! Resilience (weerstandsvermogen): what can come on top of what is expected.
//!
//! What is expected belongs in the budget; only what can come on top is risk.
//! So the loss of the year asked is that of the events plus the shortfall of
//! the projection less its mean, and that mean is reported apart as the
//! expected deficit. Needed capacity is the quantile of the loss at the
//! council's certainty. Where nothing but independent events is uncertain the
//! distribution is exact whatever the number of draws; otherwise it is drawn.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::assessment::{Assessment, Capacity, EventOutcome, Method, Missing, Register, Request, TABLE};
use super::capacity;
use super::draws::{Drawing, KEPT, Tally, tally};
use super::event::{Event, EventImpact, EventOrigin};
use super::level::{self, Asked, Parts};
use super::loss::{Loss, Quantile, Term};
use super::register::{Impact, YearLoss, expected};
use super::severity::Severity;
use super::share::WINDOW;
use super::stage::{Differences, Stage};
use super::strike::Striker;
use super::what_if::{Probe, Scenarios};
use crate::diagnostic::Diagnostic;
use crate::model::{Assumption, Correlated, Model, Prices, Resilience, Scope};
use crate::projection::GroupYear;
use crate::units::Year;

/// Judges registers, each in its scenario; those with as many draws share them.
///
/// # Errors
/// Correlations that cannot be, as the simulation reports them.
pub fn assess(request: &Request<'_>) -> Result<Vec<Assessment>, Vec<Diagnostic>> {
    assess_keeping(request, KEPT)
}

/// As [`assess`]; losses of more draws than `keep` are counted, not kept.
pub(super) fn assess_keeping(request: &Request<'_>, keep: u64) -> Result<Vec<Assessment>, Vec<Diagnostic>> {
    let work: Vec<Work<'_>> = request.registers.iter().map(|register| Work::new(request, register)).collect();
    let mut judged: Vec<Option<Assessment>> = vec![None; work.len()];
    let counts: BTreeSet<u64> = request.registers.iter().map(|r| r.draws).collect();
    for draws in counts {
        let together: Vec<&Work<'_>> = work.iter().filter(|w| w.register.draws == draws).collect();
        let outcomes = judge(request, &together, draws, keep)?;
        let places = judged.iter_mut().zip(request.registers).filter(|(_, r)| r.draws == draws);
        places.zip(outcomes).for_each(|((place, _), outcome)| *place = Some(outcome));
    }
    Ok(judged.into_iter().flatten().collect())
}

/// Judges registers with the same number of draws.
fn judge(request: &Request<'_>, work: &[&Work<'_>], draws: u64, keep: u64) -> Result<Vec<Assessment>, Vec<Diagnostic>> {
    let Some(drawn) = draw(request, work, draws, keep)? else {
        return Ok(work.par_iter().map(|w| w.conclude(None, &w.sizes(None))).collect());
    };
    let sizes: Vec<Sizes> = work.par_iter().map(|w| w.sizes(Some((&drawn.stage, &drawn.differences)))).collect();
    let of = |w: usize| drawn.position[w].map(|p| (&drawn.registers[p], &drawn.tallies[p]));
    // Drawn only where the draws differ in more than which independent events strike.
    let matters = |w: usize| of(w).filter(|(register, tally)| work[w].matters(register, tally, &sizes[w]));
    let asked: Vec<Option<Asked>> = (0..work.len())
        .filter(|w| drawn.position[*w].is_some())
        .map(|w| {
            let certainty = work[w].asked().map(|a| a.certainty).filter(|_| matters(w).is_some());
            certainty.map(|level| Asked { level, half: WINDOW, events: work[w].register.events.len() })
        })
        .collect();
    let parts = level::parts(&drawn.stage, &drawn.registers, &drawn.tallies, &drawn.differences, &asked);
    let conclude = |(w, sizes): (usize, &Sizes)| {
        let found = matters(w).zip(drawn.position[w]);
        let found = found.map(|((_, tally), p)| Found { tally, parts: parts[p].as_ref() });
        work[w].conclude(found.as_ref(), sizes)
    };
    Ok(sizes.par_iter().enumerate().map(conclude).collect())
}

/// Draws, where there is anything to draw.
fn draw<'a>(
    request: &Request<'a>,
    work: &[&Work<'a>],
    draws: u64,
    keep: u64,
) -> Result<Option<Drawn<'a>>, Vec<Diagnostic>> {
    if draws == 0 {
        return Ok(None);
    }
    let mut probes: Vec<Probe> = Vec::new();
    for (_, probe) in work.iter().flat_map(|w| &w.probes) {
        if !probes.contains(probe) {
            probes.push(probe.clone());
        }
    }
    let judged = work.iter().map(|w| w.register.scenario);
    let stage = Stage::new(request.scenarios, judged, probes, request.seed)?;
    let (mut registers, mut position) = (Vec::new(), Vec::new());
    for w in work {
        let drawing = w.drawing(&stage);
        position.push(drawing.is_some().then_some(registers.len()));
        registers.extend(drawing);
    }
    if registers.is_empty() {
        return Ok(None);
    }
    let (tallies, differences) = tally(&stage, &registers, draws, keep, request.progress);
    Ok(Some(Drawn { stage, registers, position, tallies, differences }))
}

/// One register, and what is known of it on the way.
struct Work<'a> {
    scenarios: Scenarios<'a>,
    register: &'a Register<'a>,
    seed: u64,
    model: &'a Model,
    year: Year,
    index: usize,
    /// Events sized by a what-if.
    probes: Vec<(usize, Probe)>,
    problems: Vec<Option<String>>,
}

/// What was drawn for some registers.
struct Drawn<'a> {
    stage: Stage<'a>,
    /// Those for which there was something to draw.
    registers: Vec<Drawing>,
    /// For each register asked, its position among these.
    position: Vec<Option<usize>>,
    tallies: Vec<Tally>,
    differences: Differences,
}

/// What was drawn for one register.
struct Found<'a> {
    tally: &'a Tally,
    parts: Option<&'a Parts>,
}

/// Impact of each event in each projected year (from the base year), and the one that is shown.
struct Sizes {
    by_year: Vec<Vec<Option<Impact>>>,
    shown: Vec<Option<Impact>>,
    /// What-ifs whose difference in the year asked varies from draw to draw.
    varies: bool,
}

impl<'a> Work<'a> {
    fn new(request: &Request<'a>, register: &'a Register<'a>) -> Self {
        let model = request.scenarios.models[register.scenario];
        let year = model.resilience.as_ref().map_or(model.base_year().plus(1), |r| r.year);
        let mut work = Self {
            scenarios: request.scenarios,
            register,
            seed: request.seed,
            model,
            year,
            index: model.year_index(year).unwrap_or(1),
            probes: Vec::new(),
            problems: vec![None; register.events.len()],
        };
        work.find_what_ifs();
        work
    }

    fn find_what_ifs(&mut self) {
        let last = self.model.horizon();
        for (i, event) in self.register.events.iter().enumerate() {
            let EventImpact::WhatIf { what_if, figure } = &event.impact else { continue };
            let Some(first) = event.years.first() else { continue };
            let in_force =
                first.through(last).filter(|y| event.in_force(*y).is_some() && self.model.year_index(*y).is_some());
            match Probe::new(self.scenarios, what_if, figure, in_force) {
                Ok(probe) => self.probes.push((i, probe)),
                Err(why) => self.problems[i] = Some(why),
            }
        }
    }

    fn asked(&self) -> Option<&'a Resilience> {
        self.model.resilience.as_ref()
    }

    fn total(&self) -> Option<&'a GroupYear> {
        let projection = self.scenarios.projections[self.register.scenario];
        let group = self.scenarios.total(self.register.scenario)?;
        projection.groups[group].years.get(self.index)
    }

    fn missing(&self) -> Option<Missing> {
        if matches!(self.model.budget.prices, Prices::Constant(_)) && self.model.budget.compensation.is_none() {
            return Some(Missing::Compensation);
        }
        match self.total() {
            Some(total) if total.shortfall.is_some() => None,
            total => Some(Missing::Budget { lines: total.map(|t| t.without_budget.clone()).unwrap_or_default() }),
        }
    }

    fn is_linked(&self, risk: usize) -> bool {
        self.model.correlations.iter().any(|c| c.between.contains(&Correlated::Risk(risk)))
    }

    /// Whether draws would differ in more than which independent events strike.
    fn is_uncertain(&self) -> bool {
        let linked = |e: &Event| matches!(e.origin, EventOrigin::Register(risk) if e.counts() && self.is_linked(risk));
        self.model.assumptions.iter().any(Assumption::is_uncertain)
            || self.model.lines.costs().any(|l| l.luck_cost_cv.is_some())
            || self.register.events.iter().any(linked)
    }

    /// What is drawn of the register; none where there is nothing to draw.
    fn drawing(&self, stage: &Stage<'_>) -> Option<Drawing> {
        let linked = |risk: usize| self.is_linked(risk);
        let mut slots = vec![None; self.register.events.len()];
        for (event, probe) in &self.probes {
            slots[*event] = stage.slot(probe);
        }
        let years = self.asked().map_or(1.0, |r| r.structural_years);
        let (events, base_year) = (self.register.events, self.model.base_year());
        let striker = Striker::new(events, self.year, base_year, years, self.seed, &linked, &slots);
        let scenario = self.register.scenario;
        let shortfall = if self.missing().is_none() { self.scenarios.total(scenario) } else { None };
        let moves = shortfall.is_some() && !stage.is_certain(scenario);
        let meets = self.asked().is_some() && (moves || striker.any_linked());
        let others = self.probes.iter().flat_map(|(_, p)| [0, p.other]);
        let sized = !self.probes.is_empty() && others.chain([scenario]).any(|s| !stage.is_certain(s));
        (meets || sized).then_some(Drawing { striker, scenario, shortfall, year: self.index })
    }

    /// Whether draws of the year differ in more than which independent events strike.
    fn matters(&self, register: &Drawing, tally: &Tally, sizes: &Sizes) -> bool {
        let moves = tally.shortfall.min.is_finite() && !tally.shortfall.is_constant();
        self.missing() != Some(Missing::Compensation) && (moves || register.striker.any_linked() || sizes.varies)
    }

    /// The year whose impact is shown: the first in which the event can strike.
    fn shown_year(&self, event: &Event) -> Year {
        event.years.first().copied().unwrap_or(self.year)
    }

    fn sizes(&self, drawn: Option<(&Stage<'_>, &Differences)>) -> Sizes {
        let events = self.register.events;
        let own: Vec<Option<Impact>> =
            events.iter().map(|e| if e.is_quantified() { Impact::of(&e.impact) } else { None }).collect();
        let mut sizes = Sizes { by_year: vec![own.clone(); self.model.year_count()], shown: own, varies: false };
        for (event, probe) in &self.probes {
            let slot = drawn.and_then(|(stage, differences)| Some((stage.slot(probe)?, differences)));
            for (i, year) in self.model.years().enumerate() {
                let varies = slot.and_then(|(slot, differences)| differences.impact(slot, i));
                sizes.by_year[i][*event] =
                    varies.or_else(|| probe.central(self.scenarios, year).ok().map(Impact::certain));
                let now = i == self.index && events[*event].counts() && events[*event].in_force(year).is_some();
                sizes.varies |= now && varies.is_some();
            }
            let shown = self.model.year_index(self.shown_year(&events[*event])).unwrap_or(self.index);
            sizes.shown[*event] = sizes.by_year[shown][*event];
        }
        sizes
    }

    fn conclude(&self, found: Option<&Found<'_>>, sizes: &Sizes) -> Assessment {
        let events = self.register.events;
        let by_year: Vec<YearLoss> = self
            .model
            .years()
            .enumerate()
            .skip(1)
            .map(|(i, year)| YearLoss::of(year, events, &sizes.by_year[i]))
            .collect();
        let now = &sizes.by_year[self.index];
        let total = YearLoss::of(self.year, events, now).expected();
        let mut outcomes: Vec<EventOutcome> = events
            .iter()
            .enumerate()
            .map(|(i, event)| {
                let in_force = event.in_force(self.year);
                let expected = match (in_force, &now[i]) {
                    (Some(frequency), Some(impact)) if event.counts() => expected(frequency, impact),
                    _ => 0.0,
                };
                EventOutcome {
                    id: event.id.clone(),
                    counts: event.counts() && self.problems[i].is_none(),
                    chance: event.frequency.map(super::Frequency::chance),
                    in_force: in_force.map_or(0.0, super::Frequency::chance),
                    impact: sizes.shown[i],
                    expected,
                    share_of_expected: if total == 0.0 { 0.0 } else { expected / total },
                    share_at_certainty: None,
                    problem: self.problems[i].clone(),
                }
            })
            .collect();
        let capacity = self.asked().map(|asked| self.capacity(asked, found, sizes, total, &mut outcomes));
        Assessment { year: self.year, events: outcomes, by_year, capacity }
    }

    fn capacity(
        &self,
        asked: &Resilience,
        found: Option<&Found<'_>>,
        sizes: &Sizes,
        expected: f64,
        outcomes: &mut [EventOutcome],
    ) -> Capacity {
        let missing = self.missing();
        let certain = self.total().and_then(|t| t.shortfall).filter(|_| missing.is_none());
        let available = match (asked.available_incidental, asked.available_structural) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0.0) + b.unwrap_or(0.0)),
        };
        let mut capacity = Capacity {
            year: self.year,
            scope: asked.scope,
            certainty: asked.certainty,
            expected_deficit: certain,
            expected,
            needed: None,
            table: BTreeMap::new(),
            curve: Vec::new(),
            method: Method::Exact,
            missing,
            available,
            ratio: None,
            class: None,
            norm: asked.norm,
            meets_norm: None,
            share_of_available: None,
            share_of_projection: None,
        };
        let levels: Vec<f64> = std::iter::once(asked.certainty)
            .chain(TABLE.iter().map(|p| f64::from(*p) / 100.0))
            .chain(curve_levels())
            .collect();
        let shares: Option<Vec<f64>>;
        let quantiles: Vec<Quantile>;
        if capacity.missing == Some(Missing::Compensation) {
            return capacity;
        } else if let Some(Found { tally, parts }) = found {
            capacity.method = Method::Simulated { draws: tally.draws };
            if tally.shortfall.min.is_finite() {
                capacity.expected_deficit = Some(tally.shortfall_mean());
            }
            quantiles = tally.quantiles(&levels);
            let parts = parts.filter(|p| p.total > 0.0);
            shares = parts.map(|p| p.events.iter().map(|x| x / p.total).collect());
            capacity.share_of_projection = shares.as_ref().map(|s| 1.0 - s.iter().sum::<f64>());
        } else {
            if self.register.draws == 0 && self.is_uncertain() {
                capacity.method = Method::WithoutDraws;
            }
            let (loss, terms) = self.exact(asked, sizes);
            let reported = 1 + TABLE.len();
            quantiles = levels
                .iter()
                .enumerate()
                .map(|(i, level)| {
                    if i < reported {
                        loss.quantile(*level)
                    } else {
                        Quantile { value: loss.value_at(*level), error: 0.0 }
                    }
                })
                .collect();
            shares = loss.shares_around(asked.certainty).map(|by_term| {
                let mut by_event = vec![0.0; outcomes.len()];
                for (event, share) in terms.iter().zip(by_term) {
                    by_event[*event] = share;
                }
                by_event
            });
        }
        let needed = Quantile { value: quantiles[0].value.max(0.0), error: quantiles[0].error };
        capacity.needed = Some(needed);
        capacity.table = TABLE.iter().copied().zip(quantiles[1..].iter().copied()).collect();
        capacity.curve = curve_levels().zip(quantiles[1 + TABLE.len()..].iter().map(|q| q.value)).collect();
        if needed.value > 0.0 {
            for (outcome, share) in outcomes.iter_mut().zip(shares.unwrap_or_default()) {
                outcome.share_at_certainty = Some(if outcome.counts { share } else { 0.0 });
            }
        } else {
            capacity.share_of_projection = None;
        }
        match (asked.scope, available) {
            (Scope::Municipality, Some(available)) => {
                let (ratio, class) = capacity::judge(available, needed.value);
                capacity.ratio = ratio;
                capacity.class = Some(class);
                capacity.meets_norm = asked.norm.map(|norm| ratio.is_none_or(|r| r >= norm));
            }
            (Scope::Programme, Some(available)) if available > 0.0 => {
                capacity.share_of_available = Some(needed.value / available);
            }
            _ => {}
        }
        capacity
    }

    /// The exact distribution of the events in force, and whose term is whose.
    fn exact(&self, asked: &Resilience, sizes: &Sizes) -> (Loss, Vec<usize>) {
        let (mut terms, mut whose) = (Vec::new(), Vec::new());
        for (i, event) in self.register.events.iter().enumerate().filter(|(_, e)| e.counts()) {
            let Some(frequency) = event.in_force(self.year) else { continue };
            let severity = match (&event.impact, &sizes.by_year[self.index][i]) {
                (EventImpact::Amount(severity), _) => severity.clone(),
                (EventImpact::WhatIf { .. }, Some(impact)) => Severity::Point(impact.mean),
                _ => continue,
            };
            let factor = if event.structural { asked.structural_years } else { 1.0 };
            terms.push(Term { frequency, severity: severity.times(factor) });
            whose.push(i);
        }
        (Loss::of(&terms), whose)
    }
}

fn curve_levels() -> impl Iterator<Item = f64> {
    (50..100).map(|p| f64::from(p) / 100.0).chain(std::iter::once(0.995))
}
