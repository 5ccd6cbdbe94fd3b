//! What risks come to, and how much is enough: chance and impact as the
//! register states them or as a rule computed them, their product, and the
//! quantile that the draws give.

use super::Explainer;
use super::made::{Answer, part};
use crate::analysis::explain::{How, Made, Part, Term};
use crate::diagnostic::Place;
use crate::dutch::Quantity;
use crate::model::{Call, Expression, Figure, FigureAddress, Model, Risk, RiskChance, RiskImpact, Statistic};
use crate::risk::{Severity, figure_without_year};
use crate::study::{Origin, ResilienceOutcome, RiskEntry, ScenarioStudy};
use crate::units::Year;

/// Which of an impact is asked.
#[derive(Clone, Copy, PartialEq)]
enum Which {
    Mean,
    Percentile(u8),
    Low,
    High,
}

impl Which {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "" | "mean" => Self::Mean,
            "p10" => Self::Percentile(10),
            "p50" => Self::Percentile(50),
            "p90" => Self::Percentile(90),
            "low" => Self::Low,
            "high" => Self::High,
            _ => return None,
        })
    }
}

/// Nothing, with the reason, at the risk that it is said of.
fn nothing(name: String, unit: Quantity, why: &str, place: Option<Place>) -> Made {
    let part = Part::Given { name, unit, value: 0.0, why: why.to_owned(), place };
    Made { unit: Some(unit), how: How::Term(Term::only()), of: vec![part] }
}

/// A value on the lines of a risk in the file.
fn stated(risk: &Risk, what: &str, unit: Quantity, value: f64) -> Part {
    let name = format!("risk.{}.{what}", risk.id);
    Part::File { name, unit, value, place: risk.place.clone(), source: risk.provenance.source.clone() }
}

fn year(text: &str) -> Result<Year, String> {
    text.parse().map(Year).map_err(|_| format!("`{text}` is no year"))
}

/// What a rule computed, as an expression; a mean of what is drawn.
fn of_rule(formula: &str, which: Which) -> Result<Part, String> {
    let inside: Expression = formula.parse().map_err(|why| format!("`{formula}`: {why}"))?;
    let statistic = match which {
        Which::Mean => Statistic::Mean,
        Which::Percentile(p) => Statistic::Percentile(p),
        Which::Low => Statistic::Percentile(10),
        Which::High => Statistic::Percentile(90),
    };
    Ok(Part::Expression(Expression::Over(statistic, Box::new(inside))))
}

fn only(part: Part) -> Made {
    Made { unit: None, how: How::Term(Term::only()), of: vec![part] }
}

impl Explainer<'_> {
    pub(super) fn risk(&self, of: &ScenarioStudy, call: &Call) -> Answer {
        let id = call.part(0);
        let entry = of.risks.iter().find(|r| r.id == id).ok_or_else(|| format!("there is no risk `{id}`"))?;
        match call.name.as_str() {
            "risk.chance" => self.chance(of, entry),
            "risk.chance_in" => in_force(of, entry, asked_year(of, call)?),
            "risk.impact" => {
                let which = Which::read(call.part(1)).ok_or("write mean, p10, p50, p90, low or high")?;
                let first = entry.years.iter().find(|y| **y > of.model.base_year()).copied();
                self.impact(of, entry, which, first.unwrap_or(of.model.base_year()))
            }
            "risk.expected" => self.expected(of, entry, year(call.part(1))?),
            "risk.share" => {
                let year = asked(of)?.year;
                let parts =
                    vec![part(&format!("risk.expected({id}, {year})"))?, part(&format!("register.expected({year})"))?];
                Ok(Made::term(Term::by(Term::Step(0), Term::Step(1)), parts))
            }
            "risk.share_at_certainty" => {
                let what = "its mean in the draws around the needed capacity, as a part of that".to_owned();
                let of_needed = part("resilience.needed()")?;
                Ok(Made {
                    unit: None,
                    how: How::Drawn { value: entry.share_at_certainty, what },
                    of: vec![part(&format!("risk.expected({id}, {})", asked(of)?.year))?, of_needed],
                })
            }
            other => Err(format!("`{other}` is not known")),
        }
    }

    fn chance(&self, of: &ScenarioStudy, entry: &RiskEntry) -> Answer {
        if entry.origin == Origin::Rule {
            if let Some(origin) = &entry.chance_origin {
                let chance: Expression =
                    origin.formula.parse().map_err(|why| format!("`{}`: {why}", origin.formula))?;
                return Ok(only(Part::Expression(chance)));
            }
            let p = entry.chance.ok_or("the rule states no chance")?;
            return Ok(Made::file(Quantity::Percent, p, "chance".to_owned(), self.place_of(entry), None));
        }
        let risk = written(of, entry)?;
        let chance = risk.chance.ok_or("the register states no chance")?;
        Ok(match chance {
            RiskChance::Chance(p) | RiskChance::Class(_, p) => only(stated(risk, "chance", Quantity::Percent, p)),
            RiskChance::PerYear(n) => {
                let of = vec![stated(risk, "chance.per_year", Quantity::Number, n)];
                Made::term(Term::AtLeastOnce(Box::new(Term::only())), of)
            }
        })
    }

    /// Where a rule's finding comes from.
    fn place_of(&self, entry: &RiskEntry) -> Place {
        let of = |id: &str| self.study.rules.iter().find(|r| r.id == id);
        let stem = entry.id.rsplit_once('-').map_or(entry.id.as_str(), |(stem, _)| stem);
        let found = of(&entry.id).or_else(|| of(stem));
        found.map_or_else(|| Place::file("rules"), |r| r.place.clone())
    }

    fn impact(&self, of: &ScenarioStudy, entry: &RiskEntry, which: Which, in_year: Year) -> Answer {
        if entry.origin == Origin::Rule {
            let origin = entry.impact_origin.as_ref().ok_or("the rule states no amount")?;
            return Ok(only(of_rule(&origin.formula, which)?));
        }
        let risk = written(of, entry)?;
        let euro = |what: &str, value: f64| stated(risk, what, Quantity::Euro, value);
        Ok(match &risk.impact {
            RiskImpact::ProMemorie => return Err("it is not put in money (pm)".to_owned()),
            RiskImpact::Full(amount) => only(euro("impact", *amount)),
            RiskImpact::Range { min, max } | RiskImpact::Class { min, max, .. } => {
                let of = vec![euro("impact.min", *min), euro("impact.max", *max)];
                let between = |q: f64| {
                    let rest = Term::Product(vec![Term::Number(q), Term::less(Term::Step(1), Term::Step(0))]);
                    Term::Sum(vec![Term::Step(0), rest])
                };
                Made::term(
                    match which {
                        Which::Mean => between(0.5),
                        Which::Percentile(p) => between(f64::from(p) / 100.0),
                        Which::Low => Term::Step(0),
                        Which::High => Term::Step(1),
                    },
                    of,
                )
            }
            RiskImpact::Pert { min, mode, max } => {
                let of = vec![euro("impact.min", *min), euro("impact.mode", *mode), euro("impact.max", *max)];
                match which {
                    Which::Low => Made::term(Term::Step(0), of),
                    Which::High => Made::term(Term::Step(2), of),
                    Which::Mean => {
                        let four = Term::Product(vec![Term::Number(4.0), Term::Step(1)]);
                        let sum = Term::Sum(vec![Term::Step(0), four, Term::Step(2)]);
                        Made::term(Term::by(sum, Term::Number(6.0)), of)
                    }
                    // Read off the distribution that the three numbers state.
                    Which::Percentile(p) => {
                        let value = Severity::pert(*min, *mode, *max).quantile(f64::from(p) / 100.0);
                        only(euro(&format!("impact.p{p}"), value))
                    }
                }
            }
            RiskImpact::WhatIf { what_if, figure } => {
                let (figure, name) = figure_without_year(figure)?;
                only(Part::Expression(difference(self.base(), what_if, figure, &name, in_year, which)))
            }
        })
    }

    fn base(&self) -> &str {
        self.study.scenarios.first().map_or("base", |s| s.model.scenario.id.as_str())
    }

    fn expected(&self, of: &ScenarioStudy, entry: &RiskEntry, in_year: Year) -> Answer {
        let place = Some(written(of, entry).map_or_else(|_| self.place_of(entry), |r| r.place.clone()));
        if !entry.summed {
            return Ok(nothing(format!("nothing of {}", entry.id), Quantity::Euro, "it adds nothing to sums", place));
        }
        let chance = in_force(of, entry, in_year)?;
        if matches!((&chance.how, chance.of.as_slice()), (_, [Part::Given { value, .. }]) if *value == 0.0) {
            let why = "it is not in force in that year";
            return Ok(nothing(format!("nothing of {}", entry.id), Quantity::Euro, why, place));
        }
        let id = &entry.id;
        let impact = match written(of, entry).map(|r| &r.impact) {
            Ok(RiskImpact::WhatIf { what_if, figure }) => {
                let (figure, name) = figure_without_year(figure)?;
                Part::Expression(difference(self.base(), what_if, figure, &name, in_year, Which::Mean))
            }
            _ => part(&format!("risk.impact({id})"))?,
        };
        let parts = vec![part(&format!("risk.chance_in({id}, {in_year})"))?, impact];
        Ok(Made::term(Term::Product(vec![Term::Step(0), Term::Step(1)]), parts))
    }

    pub(super) fn register(&self, of: &ScenarioStudy, call: &Call) -> Answer {
        let in_year = year(call.part(0))?;
        let what = call.name.trim_start_matches("register.");
        let counts = |r: &&RiskEntry| {
            r.summed
                && match what {
                    "incidental" => !r.structural,
                    "structural" => r.structural,
                    _ => true,
                }
        };
        let (mut parts, mut terms) = (Vec::new(), Vec::new());
        for entry in of.risks.iter().filter(counts) {
            let id = &entry.id;
            let force = in_force(of, entry, in_year)?;
            let idle = matches!(force.of.as_slice(), [Part::Given { value, .. }] if *value == 0.0);
            match what {
                "expected" | "incidental" | "structural" => {
                    parts.push(part(&format!("risk.expected({id}, {in_year})"))?);
                    terms.push(Term::Step(parts.len() - 1));
                }
                _ if idle || entry.impact.is_none_or(|i| i.mean == 0.0) => {}
                "low" | "high" => {
                    parts.push(part(&format!("risk.chance_in({id}, {in_year})"))?);
                    parts.push(part(&format!("risk.impact({id}, {what})"))?);
                    terms.push(Term::Product(vec![Term::Step(parts.len() - 2), Term::Step(parts.len() - 1)]));
                }
                "maximum" => {
                    parts.push(part(&format!("risk.impact({id}, high)"))?);
                    terms.push(Term::Step(parts.len() - 1).not_below_zero());
                }
                other => return Err(format!("`register.{other}` is not known")),
            }
        }
        if terms.is_empty() {
            return Ok(nothing("nothing".to_owned(), Quantity::Euro, "no risk counts", None));
        }
        Ok(Made::term(Term::Sum(terms), parts))
    }

    pub(super) fn resilience(&self, of: &ScenarioStudy, call: &Call) -> Answer {
        let r = asked(of)?;
        let model = &of.model;
        match call.name.as_str() {
            "resilience.deficit" => Ok(only(part(&format!("mean(shortfall(total, {}))", r.year))?)),
            "resilience.needed" | "resilience.error" => {
                let level = match call.part(0) {
                    "" => r.certainty,
                    text => percent(text).ok_or_else(|| format!("`{text}` is no certainty; write 90%"))?,
                };
                let value = if call.name == "resilience.error" {
                    r.error
                } else if (level - r.certainty).abs() < 1e-9 {
                    r.needed.ok_or("it cannot be computed")?
                } else {
                    let curve = r.curve.iter().find(|(l, _)| (l - level).abs() < 1e-9).map(|(_, v)| *v);
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..100")]
                    let whole = (level * 100.0).round() as u32;
                    let known = (f64::from(whole) / 100.0 - level).abs() < 1e-9;
                    let table = r.quantiles.get(&whole).copied().filter(|_| known);
                    table.or(curve).ok_or("this certainty was not computed")?
                };
                self.quantile(of, r, level, value, call.name == "resilience.error")
            }
            "resilience.available" => {
                let file = |what: &str, value: Option<f64>| {
                    value.map(|value| Part::File {
                        name: format!("resilience.available.{what}"),
                        unit: Quantity::Euro,
                        value,
                        place: model.resilience.as_ref().map_or_else(|| Place::file("base.toml"), |r| r.place.clone()),
                        source: model.resilience.as_ref().and_then(|r| r.provenance.source.clone()),
                    })
                };
                let both = [
                    file("incidental", r.available_incidental).filter(|_| call.part(0) != "structural"),
                    file("structural", r.available_structural).filter(|_| call.part(0) != "incidental"),
                ];
                let parts: Vec<Part> = both.into_iter().flatten().collect();
                if parts.is_empty() {
                    return Err("the municipality states none".to_owned());
                }
                Ok(Made::term(Term::sum_of(parts.len()), parts))
            }
            "resilience.ratio" => {
                let parts = vec![part("resilience.available()")?, part("resilience.needed()")?];
                Ok(Made::term(Term::by(Term::Step(0), Term::Step(1)), parts))
            }
            other => Err(format!("`{other}` is not known")),
        }
    }

    /// The quantile of all losses together, above the mean shortfall.
    fn quantile(&self, of: &ScenarioStudy, r: &ResilienceOutcome, level: f64, value: f64, error: bool) -> Answer {
        let year = r.year;
        let mut parts = Vec::new();
        if r.expected_deficit.is_some() {
            parts.push(part(&format!("shortfall(total, {year})"))?);
            parts.push(part("resilience.deficit()")?);
        }
        for entry in of.risks.iter().filter(|e| e.summed) {
            parts.push(part(&format!("risk.expected({}, {year})", entry.id))?);
        }
        let of_what = if r.expected_deficit.is_some() { "events plus shortfall less its mean" } else { "events" };
        let how = if r.exact { "exact distribution" } else { "draws" };
        let quantile = format!("the value that {} of what {of_what} cost does not exceed, by {how}", shown(level));
        let what = if error { format!("how far the draws may have put off {quantile}") } else { quantile };
        Ok(Made { unit: Some(Quantity::Euro), how: How::Drawn { value, what }, of: parts })
    }
}

fn shown(level: f64) -> String {
    crate::dutch::percent(level, 2)
}

fn percent(text: &str) -> Option<f64> {
    text.strip_suffix('%')?.trim().replace(',', ".").parse::<f64>().ok().map(|p| p / 100.0)
}

fn asked(of: &ScenarioStudy) -> Result<&ResilienceOutcome, String> {
    of.resilience.as_ref().ok_or_else(|| "no `[resilience]` is asked".to_owned())
}

fn asked_year(of: &ScenarioStudy, call: &Call) -> Result<Year, String> {
    match call.part(1) {
        "" => Ok(asked(of)?.year),
        text => year(text),
    }
}

fn written<'m>(of: &'m ScenarioStudy, entry: &RiskEntry) -> Result<&'m Risk, String> {
    let model: &Model = &of.model;
    let found = model.risks.iter().find(|r| r.id == entry.id && entry.origin == Origin::Register);
    found.ok_or_else(|| format!("`{}` does not stand in the register", entry.id))
}

/// How likely, or how often, a risk is in force in a year.
fn in_force(of: &ScenarioStudy, entry: &RiskEntry, in_year: Year) -> Answer {
    let base = of.model.base_year();
    let years = entry.years.iter().filter(|y| **y > base);
    let times = if entry.structural {
        years.filter(|y| **y <= in_year).count()
    } else {
        usize::from(years.into_iter().any(|y| *y == in_year))
    };
    if times == 0 {
        let place = written(of, entry).ok().map(|r| r.place.clone());
        let name = format!("not in force: {}", entry.id);
        return Ok(nothing(name, Quantity::Percent, "it cannot strike by that year", place));
    }
    let risk = written(of, entry).ok();
    if let Some((risk, RiskChance::PerYear(n))) = risk.and_then(|r| Some((r, r.chance?))) {
        let often = stated(risk, "chance.per_year", Quantity::Number, n);
        let term = Term::Product(std::iter::once(Term::only()).chain(many(times)).collect());
        return Ok(Made { unit: Some(Quantity::Number), how: How::Term(term), of: vec![often] });
    }
    let chance = part(&format!("risk.chance({})", entry.id))?;
    let term = match times {
        1 => Term::only(),
        // Not in any of the years in which it could strike.
        n => {
            let not = || Term::less(Term::Number(1.0), Term::only());
            Term::less(Term::Number(1.0), Term::Product((0..n).map(|_| not()).collect()))
        }
    };
    Ok(Made::term(term, vec![chance]))
}

#[allow(clippy::cast_precision_loss, reason = "a count of years")]
fn many(times: usize) -> Option<Term> {
    (times > 1).then_some(Term::Number(times as f64))
}

/// What a what-if makes different: the base less the what-if, draw by draw.
fn difference(base: &str, what_if: &str, figure: Figure, name: &str, year: Year, which: Which) -> Expression {
    let of = |id: &str| {
        let address = FigureAddress { figure, name: name.to_owned(), year };
        Box::new(Expression::In(id.to_owned(), Box::new(Expression::Figure(address))))
    };
    let apart = Expression::Joined(of(base), crate::model::Operator::Minus, of(what_if));
    let statistic = match which {
        Which::Mean => Statistic::Mean,
        Which::Percentile(p) => Statistic::Percentile(p),
        Which::Low => Statistic::Percentile(10),
        Which::High => Statistic::Percentile(90),
    };
    Expression::Over(statistic, Box::new(apart))
}
