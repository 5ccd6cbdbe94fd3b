//! A scenario's outcome as rules see it.

use std::collections::BTreeMap;

use super::samples::Samples;
use super::{driver, excess};
use crate::model::{Figure, FigureAddress, Line, MeasureAmount, MeasureKind, Model, Quantity, RuleParameter};
use crate::projection::{self, GroupId, Named, NoFigure, Projection};
use crate::rule::{Draws, Facts, FigureValue, Missing, Names, NotGiven, Table};
use crate::simulation::Outcome;
use crate::units::Year;

/// What a scenario computed, shared with the rules.
pub(super) struct Computed {
    pub model: Model,
    pub projection: Projection,
    pub outcome: Option<Outcome>,
    pub samples: Option<Samples>,
}

impl Computed {
    fn missing(&self, no: NoFigure) -> Missing {
        match no {
            NoFigure::UnknownName { name, near } => Missing::UnknownName { name, near },
            NoFigure::UnknownYear { year } => {
                Missing::UnknownYear { year, first: self.model.base_year(), last: self.model.horizon() }
            }
            NoFigure::Absent(why) => Missing::NoFigure(why),
        }
    }

    /// What a figure rests on that the municipality did not give: the 0 that
    /// the projection counts for it is no figure.
    fn not_given(&self, address: &FigureAddress) -> Option<Missing> {
        let lacks = projection::not_given(&self.model, &self.projection, address)?;
        let line = self.model.lines.get(lacks.line);
        let kind = match lacks.what {
            Quantity::Revenue => Figure::Revenue,
            Quantity::Clients => Figure::Clients,
            _ => Figure::Cost,
        };
        let (line, label) = (line.id().to_owned(), line.label().to_owned());
        Some(Missing::NotGiven(NotGiven { kind, line, label, year: lacks.year }))
    }

    /// What the tables print of an unchanged figure.
    fn table(&self, address: &FigureAddress) -> Option<Table> {
        let outcome = self.outcome.as_ref()?;
        let at = self.model.year_index(address.year)?;
        let named = projection::named(&self.model, &self.projection, &address.name).ok()?;
        let summary = outcome.summary(named, address.figure, at)?;
        Some(Table { mean: summary.mean, p10: summary.p10, p50: summary.p50, p90: summary.p90 })
    }

    pub(super) fn lines_by_name(&self, name: &str) -> Result<Vec<&Line>, Missing> {
        let named = projection::named(&self.model, &self.projection, name).map_err(|n| self.missing(n))?;
        Ok(match named {
            Named::Line(id) => vec![self.model.lines.get(id)],
            Named::Group(g) => {
                let members = &self.projection.groups[g].members;
                self.model
                    .lines
                    .all
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| members.iter().any(|(id, _)| id.0 == *i))
                    .map(|(_, l)| l)
                    .collect()
            }
        })
    }
}

impl Facts for Computed {
    fn base_year(&self) -> Year {
        self.model.base_year()
    }

    fn horizon(&self) -> Year {
        self.model.horizon()
    }

    fn last_budget_year(&self) -> Year {
        self.model.last_budget_year()
    }

    fn draws(&self) -> usize {
        self.outcome.as_ref().map_or(0, |o| usize::try_from(o.draws).unwrap_or(usize::MAX))
    }

    fn figure(&self, address: &FigureAddress) -> Result<FigureValue, Missing> {
        if let Some(missing) = self.not_given(address) {
            return Err(missing);
        }
        let central = projection::figure(&self.model, &self.projection, address).map_err(|n| self.missing(n))?;
        let draws = match &self.samples {
            Some(samples) => {
                samples.figure(&self.model, &self.projection, address).map_or(Draws::Same(central), Draws::Each)
            }
            None => Draws::Same(central),
        };
        Ok(FigureValue { central, draws, table: self.table(address) })
    }

    fn measures(&self, kind: MeasureKind, amount: MeasureAmount, year: Year) -> Result<FigureValue, Missing> {
        let at = self.model.year_index(year).ok_or(Missing::UnknownYear {
            year,
            first: self.model.base_year(),
            last: self.model.horizon(),
        })?;
        let kinds: BTreeMap<&str, MeasureKind> = self.model.measures.iter().map(|m| (m.id.as_str(), m.kind)).collect();
        let mut central = 0.0;
        // Of cost alone: a measure on revenue has the opposite meaning.
        // The draws are summed in the same way (samples).
        let costs = self.projection.lines.iter().zip(&self.model.lines.all).filter(|(_, l)| l.as_cost().is_some());
        for (line, _) in costs {
            for term in &line.years[at].terms.measures {
                if kinds.get(term.id.as_str()) == Some(&kind) {
                    central += match amount {
                        // In the money of the year, as the realised amount is.
                        MeasureAmount::Planned => term.planned * term.price,
                        MeasureAmount::Realised => term.amount,
                    };
                }
            }
        }
        let each = self.samples.as_ref().and_then(|s| s.measures(kind, amount, at));
        Ok(FigureValue { central, draws: each.map_or(Draws::Same(central), Draws::Each), table: None })
    }

    fn names(&self, which: Names) -> Vec<String> {
        match which {
            Names::Lines => self.model.lines.all.iter().map(|l| l.id().to_owned()).collect(),
            Names::Domains => self.model.domains.iter().map(|d| d.id.clone()).collect(),
            Names::Taakvelden => self
                .projection
                .groups
                .iter()
                .filter_map(|g| match &g.id {
                    GroupId::Taakveld(code) => Some(code.clone()),
                    _ => None,
                })
                .collect(),
            Names::Indices => self.model.indices.iter().map(|i| i.id.clone()).collect(),
            Names::Indicators => self.model.indicators.iter().map(|i| i.id.clone()).collect(),
            Names::Reserves => self.model.reserves.iter().map(|r| r.id.clone()).collect(),
        }
    }

    fn lines_of(&self, name: &str) -> Result<Vec<String>, Missing> {
        Ok(self.lines_by_name(name)?.into_iter().filter(|l| l.as_cost().is_some()).map(|l| l.id().to_owned()).collect())
    }

    fn label(&self, name: &str) -> Option<String> {
        let model = &self.model;
        model
            .lines
            .all
            .iter()
            .find(|l| l.id() == name)
            .map(|l| l.label().to_owned())
            .or_else(|| model.domains.iter().find(|d| d.id == name).map(|d| d.label.clone()))
            .or_else(|| model.indices.iter().find(|i| i.id == name).map(|i| i.label.clone()))
            .or_else(|| model.indicators.iter().find(|i| i.id == name).map(|i| i.label.clone()))
            .or_else(|| model.reserves.iter().find(|r| r.id == name).map(|r| r.label.clone()))
            .or_else(|| {
                let lines: Vec<&Line> = model.lines.all.iter().filter(|l| l.taakveld() == name).collect();
                match lines.as_slice() {
                    [] => None,
                    [only] => Some(only.label().to_owned()),
                    _ => Some(format!("taakveld {name}")),
                }
            })
            .or_else(|| (name == "total").then(|| "het totaal".to_owned()))
    }

    fn largest_driver(&self, name: &str, year: Year) -> Result<String, Missing> {
        let named = projection::named(&self.model, &self.projection, name).map_err(|n| self.missing(n))?;
        for year in [self.model.base_year(), year] {
            let address = FigureAddress { figure: Figure::Cost, name: name.to_owned(), year };
            if let Some(missing) = self.not_given(&address) {
                return Err(missing);
            }
        }
        driver::largest(&self.model, &self.projection, named, year).ok_or(Missing::UnknownYear {
            year,
            first: self.model.base_year(),
            last: self.model.horizon(),
        })
    }

    fn largest_excess(&self, name: &str, year: Year) -> Result<String, Missing> {
        let named = projection::named(&self.model, &self.projection, name).map_err(|n| self.missing(n))?;
        for figure in [Figure::Cost, Figure::Budget] {
            // As the rule's own `o.budget(...)` would: with the same reason where there is none.
            self.figure(&FigureAddress { figure, name: name.to_owned(), year })?;
        }
        let at = self.model.year_index(year);
        Ok(at.and_then(|at| excess::largest(&self.model, &self.projection, named, at)).unwrap_or_default())
    }

    fn parameter(&self, rule: &str, name: &str) -> Option<RuleParameter> {
        self.model.rule_parameters.get(rule)?.get(name).cloned()
    }

    fn source(&self, address: &FigureAddress) -> Option<String> {
        self.origin(address)
    }

    fn measure_source(&self, kind: MeasureKind) -> Option<String> {
        self.origin_of_measures(kind)
    }
}
