//! Which counts are hidden: small ones, and what would give them away.
//!
//! A second line beside a total, whoever exchanges clients with a hidden line,
//! and a second amount beside a hidden one. The hidden set is that of all
//! scenarios together, so it is worked out until nothing changes.

use super::judge::counts_people;
use super::{Disclosure, FLOOR, Why, is_small};
use crate::model::{Model, Quantity};
use crate::projection::Projection;
use crate::study::{RiskEntry, ScenarioStudy, Study};

impl Disclosure {
    /// Control on, whatever the municipality asked.
    pub fn on(study: &Study) -> Self {
        let mut found = Self { on: true, ..Self::default() };
        let run = study.scenarios.iter().map(|s| (&s.model, &s.projection));
        let all: Vec<(&Model, &Projection)> = run.chain(study.others.iter().map(|(m, p)| (m, p))).collect();
        for (model, projection) in &all {
            found.small_lines(model, projection);
            found.small_indicators(model);
        }
        // A second line is hidden per scenario and year; one that is hidden in
        // one scenario can give away another, so until nothing changes.
        loop {
            let before = (found.lines.len(), found.groups.len());
            for (model, projection) in &all {
                found.neighbours(model);
                found.complement(projection);
            }
            if before == (found.lines.len(), found.groups.len()) {
                break;
            }
        }
        for scenario in &study.scenarios {
            found.lone_risk(scenario);
        }
        found
    }

    /// One hidden amount beside a total is the total less the others: then a
    /// second goes with it, the smallest, and one that no what-if shows if there is one.
    fn lone_risk(&mut self, scenario: &ScenarioStudy) {
        let summed: Vec<&RiskEntry> = scenario.risks.iter().filter(|r| r.summed && r.expected != 0.0).collect();
        let hidden = summed.iter().filter(|r| !self.shows_amount(&scenario.model, r)).count();
        if hidden != 1 {
            return;
        }
        let next = summed.iter().filter(|r| self.shows_amount(&scenario.model, r)).min_by(|a, b| {
            let told = |r: &RiskEntry| r.what_if.is_some();
            told(a).cmp(&told(b)).then(a.expected.abs().total_cmp(&b.expected.abs())).then(a.id.cmp(&b.id))
        });
        if let Some(next) = next {
            self.risks.insert(next.id.clone());
        }
    }

    fn small_lines(&mut self, model: &Model, projection: &Projection) {
        for line in model.lines.costs().filter(|l| l.counts_clients) {
            self.counts = true;
            let projected = projection.lines.iter().find(|l| l.id == line.id);
            let shown = projected.into_iter().flat_map(|l| &l.years).filter_map(|y| y.clients);
            let stated = model.figures.of(&line.id, Quantity::Clients).map(|(_, _, r)| r.value);
            let counts: Vec<f64> = shown.chain(stated).filter(|c| *c > 0.0).collect();
            // How many come in shows in how fast the cost grows, so a small intake counts as a small count.
            let comes_in = line.intake.into_iter().flat_map(|a| model.assumption(a).values.iter().copied());
            if counts.iter().copied().chain(comes_in).any(is_small) {
                self.lines.insert(line.id.clone(), Why::Small);
            }
            self.at_least(&line.id, counts);
        }
        for group in &projection.groups {
            let counts = group.years.iter().filter_map(|y| y.clients).filter(|c| *c > 0.0).collect();
            let name = group.id.to_string();
            self.at_least(name.split_once(':').map_or(name.as_str(), |(_, bare)| bare), counts);
        }
    }

    fn at_least(&mut self, name: &str, counts: Vec<f64>) {
        for count in counts {
            let least = self.least.entry(name.to_owned()).or_insert(count);
            *least = least.min(count);
        }
    }

    /// Lines that exchange clients with a hidden one.
    fn neighbours(&mut self, model: &Model) {
        loop {
            let before = self.lines.len();
            for flow in &model.flows {
                let ends = [flow.from, flow.to].map(|l| model.lines.get(l).id());
                if ends.iter().any(|id| self.lines.contains_key(*id)) {
                    for id in ends {
                        self.lines.entry(id.to_owned()).or_insert(Why::Follows);
                    }
                }
            }
            if before == self.lines.len() {
                return;
            }
        }
    }

    fn small_indicators(&mut self, model: &Model) {
        for indicator in model.indicators.iter().filter(|i| counts_people(i)) {
            self.counts = true;
            // Each count stands alone, no growth ties its years: only the small ones are hidden.
            if model.figures.of(&indicator.id, Quantity::Count).any(|(_, _, r)| is_small(r.value)) {
                self.indicators.insert(indicator.id.clone(), Why::Small);
            }
        }
    }

    /// Where a total stands beside the lines: at least two hidden, together at least ten.
    fn complement(&mut self, projection: &Projection) {
        for group in &projection.groups {
            for (at, year) in group.years.iter().enumerate() {
                let Some(total) = year.clients else { continue };
                let members: Vec<(&str, f64)> = group
                    .members
                    .iter()
                    .filter_map(|(line, share)| {
                        let line = projection.lines.get(line.0)?;
                        Some((line.id.as_str(), line.years.get(at)?.clients? * share))
                    })
                    .filter(|(_, count)| *count > 0.0)
                    .collect();
                let hidden = |d: &Self| -> Vec<f64> {
                    members.iter().filter(|m| d.lines.contains_key(m.0)).map(|m| m.1).collect()
                };
                while let own = hidden(self)
                    && !own.is_empty()
                    && (own.len() < 2 || own.iter().sum::<f64>() < FLOOR)
                {
                    let next = members
                        .iter()
                        .filter(|m| !self.lines.contains_key(m.0))
                        .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(b.0)));
                    let Some(next) = next else {
                        // Nothing left to hide behind: then the total goes.
                        self.groups.insert(group.id.to_string(), Why::Follows);
                        break;
                    };
                    self.lines.insert(next.0.to_owned(), Why::Follows);
                }
                if is_small(total) {
                    self.groups.insert(group.id.to_string(), Why::Small);
                }
            }
        }
    }
}
