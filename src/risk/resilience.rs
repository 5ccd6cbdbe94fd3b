//! Resilience (weerstandsvermogen): what can come on top of what is expected.
//!
//! What is expected belongs in the budget; only what can come on top is risk.
//! So the loss of the year asked is that of the events plus the shortfall of
//! the projection less its mean, and that mean is reported apart as the
//! expected deficit. Needed capacity is the quantile of the loss at the
//! council's certainty. Where nothing but independent events is uncertain the
//! distribution is exact whatever the number of draws; otherwise it is drawn.

use std::collections::BTreeMap;

use super::assessment::{Assessment, Capacity, EventOutcome, Method, Missing, Request, TABLE};
use super::capacity::judge;
use super::draws::{Drawing, KEPT, Scene, Sized, Tally};
use super::event::{Event, EventImpact, EventOrigin};
use super::loss::{Loss, Quantile, Term};
use super::register::{Impact, YearLoss, expected};
use super::severity::Severity;
use super::share::WINDOW;
use super::strike::Striker;
use super::what_if::Probe;
use crate::diagnostic::Diagnostic;
use crate::model::{Assumption, Correlated, Model, Prices, Resilience as Asked, Scope};
use crate::projection::GroupYear;
use crate::simulation::Ensemble;
use crate::units::Year;

/// Judges the events of one scenario.
///
/// # Errors
/// Correlations that cannot be, as the simulation reports them.
pub fn assess(request: &Request<'_>) -> Result<Assessment, Vec<Diagnostic>> {
    let model = request.scenarios.models[request.scenario];
    let year = model.resilience.as_ref().map_or(model.base_year().plus(1), |r| r.year);
    let index = model.year_index(year).unwrap_or(1);
    let mut work = Work { request, model, year, index, probes: Vec::new(), problems: vec![None; request.events.len()] };
    work.find_what_ifs();
    let drawn = work.draw()?;
    let sized = work.sizes(drawn.as_ref().map(|(_, tally)| tally));
    Ok(work.conclude(drawn.as_ref(), &sized))
}

/// What is known on the way.
struct Work<'a> {
    request: &'a Request<'a>,
    model: &'a Model,
    year: Year,
    index: usize,
    /// Events sized by a what-if.
    probes: Vec<(usize, Probe)>,
    problems: Vec<Option<String>>,
}

/// Impact of each event in each projected year (from the base year), and the one that is shown.
struct Sizes {
    by_year: Vec<Vec<Option<Impact>>>,
    shown: Vec<Option<Impact>>,
    /// What-ifs whose difference in the year asked varies from draw to draw.
    varies: bool,
}

type Drawn<'a> = (Drawing<'a>, Tally);

impl<'a> Work<'a> {
    fn find_what_ifs(&mut self) {
        let last = self.model.horizon();
        for (i, event) in self.request.events.iter().enumerate() {
            let EventImpact::WhatIf { what_if, figure } = &event.impact else { continue };
            let Some(first) = event.years.first() else { continue };
            let in_force =
                first.through(last).filter(|y| event.in_force(*y).is_some() && self.model.year_index(*y).is_some());
            match Probe::new(self.request.scenarios, what_if, figure, in_force) {
                Ok(probe) => self.probes.push((i, probe)),
                Err(why) => self.problems[i] = Some(why),
            }
        }
    }

    fn asked(&self) -> Option<&'a Asked> {
        self.model.resilience.as_ref()
    }

    fn total(&self) -> Option<&'a GroupYear> {
        let projection = self.request.scenarios.projections[self.request.scenario];
        let group = self.request.scenarios.total(self.request.scenario)?;
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
            || self.request.events.iter().any(linked)
    }

    /// Draws, where there is anything to draw.
    fn draw(&self) -> Result<Option<Drawn<'a>>, Vec<Diagnostic>> {
        let Request { scenarios, scenario, events, draws, seed, progress } = *self.request;
        if draws == 0 {
            return Ok(None);
        }
        // The scenario itself first: its register, its correlations. Then the base and the what-ifs that size a risk.
        let mut members = vec![scenario];
        for wanted in self.probes.iter().flat_map(|(_, p)| [0, p.other]) {
            if !members.contains(&wanted) {
                members.push(wanted);
            }
        }
        let models: Vec<&Model> = members.iter().map(|m| scenarios.models[*m]).collect();
        let ensemble = Ensemble::new(&models, seed)?;
        let linked = |risk: usize| self.is_linked(risk);
        let mut slots = vec![None; events.len()];
        for (slot, (event, _)) in self.probes.iter().enumerate() {
            slots[*event] = Some(slot);
        }
        let years = if self.asked().is_some() { self.asked().map_or(1.0, |r| r.structural_years) } else { 1.0 };
        let striker = Striker::new(events, self.year, self.model.base_year(), years, seed, &linked, &slots);
        let shortfall = if self.missing().is_none() { scenarios.total(scenario) } else { None };
        let uncertain = (0..members.len()).any(|m| !ensemble.is_certain(m));
        let meets =
            self.asked().is_some() && ((shortfall.is_some() && !ensemble.is_certain(0)) || striker.any_linked());
        if !meets && (self.probes.is_empty() || !uncertain) {
            return Ok(None);
        }
        let position = |wanted: usize| members.iter().position(|m| *m == wanted).unwrap_or(0);
        let what_ifs =
            self.probes.iter().map(|(_, probe)| Sized { probe: probe.clone(), other: position(probe.other) }).collect();
        let scene = Scene { ensemble, shortfall, base: position(0), what_ifs, years: self.model.year_count() };
        let drawing = Drawing { striker, scene: Some(scene), year: self.index, draws, keep: KEPT };
        let tally = drawing.tally(progress);
        Ok(Some((drawing, tally)))
    }

    /// The year whose impact is shown: the first in which the event can strike.
    fn shown_year(&self, event: &Event) -> Year {
        event.years.first().copied().unwrap_or(self.year)
    }

    fn sizes(&self, tally: Option<&Tally>) -> Sizes {
        let events = self.request.events;
        let own: Vec<Option<Impact>> =
            events.iter().map(|e| if e.is_quantified() { Impact::of(&e.impact) } else { None }).collect();
        let mut sizes = Sizes { by_year: vec![own.clone(); self.model.year_count()], shown: own, varies: false };
        for (slot, (event, probe)) in self.probes.iter().enumerate() {
            for (i, year) in self.model.years().enumerate() {
                let varies = tally.filter(|t| !t.differences[slot][i].is_constant());
                sizes.by_year[i][*event] = match varies {
                    Some(tally) => Some(Impact::of_draws(tally.difference_mean(slot, i), &tally.shown[slot][i])),
                    None => probe.central(self.request.scenarios, year).ok().map(Impact::certain),
                };
                let now = i == self.index && events[*event].counts() && events[*event].in_force(year).is_some();
                sizes.varies |= now && varies.is_some();
            }
            let shown = self.model.year_index(self.shown_year(&events[*event])).unwrap_or(self.index);
            sizes.shown[*event] = sizes.by_year[shown][*event];
        }
        sizes
    }

    fn conclude(&self, drawn: Option<&Drawn<'_>>, sizes: &Sizes) -> Assessment {
        let events = self.request.events;
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
        let capacity = self.asked().map(|asked| self.capacity(asked, drawn, sizes, total, &mut outcomes));
        Assessment { year: self.year, events: outcomes, by_year, capacity }
    }

    fn capacity(
        &self,
        asked: &Asked,
        drawn: Option<&Drawn<'_>>,
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
        // Drawn only where the draws differ in more than which independent events strike.
        let drawn = drawn.filter(|(drawing, tally)| {
            let moves = tally.shortfall.min.is_finite() && !tally.shortfall.is_constant();
            moves || drawing.striker.any_linked() || sizes.varies
        });
        let shares: Option<Vec<f64>>;
        let quantiles: Vec<Quantile>;
        if capacity.missing == Some(Missing::Compensation) {
            return capacity;
        } else if let Some((drawing, tally)) = drawn {
            capacity.method = Method::Simulated { draws: drawing.draws };
            if tally.shortfall.min.is_finite() {
                capacity.expected_deficit = Some(tally.shortfall_mean());
            }
            quantiles = tally.quantiles(&levels);
            let (parts, total) = drawing.parts_around(tally, asked.certainty, WINDOW, outcomes.len());
            shares = (total > 0.0).then(|| parts.iter().map(|p| p / total).collect());
            capacity.share_of_projection = shares.as_ref().map(|s| 1.0 - s.iter().sum::<f64>());
        } else {
            if self.request.draws == 0 && self.is_uncertain() {
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
                let (ratio, class) = judge(available, needed.value);
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
    fn exact(&self, asked: &Asked, sizes: &Sizes) -> (Loss, Vec<usize>) {
        let (mut terms, mut whose) = (Vec::new(), Vec::new());
        for (i, event) in self.request.events.iter().enumerate().filter(|(_, e)| e.counts()) {
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
