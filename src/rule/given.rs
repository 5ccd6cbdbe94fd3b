//! Outcomes that a test states itself: `given(#{ "cost(jeugd, 2029)": euro(28_000) })`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::facts::{Draws, Facts, FigureValue, Missing, Names, Requirement, measure_kind, unit_of};
use super::figure::{Fault, Figure, unit_name};
use crate::diagnostic::{Place, nearest};
use crate::dutch::Quantity;
use crate::model::{FigureAddress, MeasureAmount, MeasureKind, RuleParameter};
use crate::units::Year;

/// A value that a test gives.
pub(super) enum Stated {
    Figure(Figure, Draws),
    Whole(i64),
    Text(String),
    List(Vec<String>),
    Truth(bool),
}

/// The outcome of a `given(...)`.
#[derive(Default)]
pub(super) struct GivenFacts {
    base_year: Option<Year>,
    horizon: Option<Year>,
    last_budget_year: Option<Year>,
    draws: Option<usize>,
    figures: BTreeMap<FigureAddress, FigureValue>,
    measures: BTreeMap<(MeasureKind, MeasureAmount, Year), FigureValue>,
    names: BTreeMap<Names, Vec<String>>,
    lines: BTreeMap<String, Vec<String>>,
    labels: BTreeMap<String, String>,
    drivers: BTreeMap<(String, Year), String>,
    excesses: BTreeMap<(String, Year), String>,
    parameters: BTreeMap<String, String>,
    has: BTreeMap<Requirement, bool>,
}

/// Keys without brackets.
const PLAIN: [&str; 9] =
    ["base_year", "horizon", "last_budget_year", "draws", "domains", "taakvelden", "indices", "indicators", "reserves"];

impl GivenFacts {
    /// Adds what one key says.
    pub fn state(&mut self, key: &str, value: Stated) -> Result<(), Fault> {
        match (key, &value) {
            ("base_year" | "horizon" | "last_budget_year", Stated::Whole(year)) => {
                let year = i32::try_from(*year).map(Year).ok().filter(|y| (1_900..=2_200).contains(&y.0));
                let year = Some(year.ok_or_else(|| Fault::new("given", format!("`{key}` is a year, like 2029")))?);
                match key {
                    "base_year" => self.base_year = year,
                    "horizon" => self.horizon = year,
                    _ => self.last_budget_year = year,
                }
                return Ok(());
            }
            ("draws", Stated::Whole(count)) => {
                self.draws = usize::try_from(*count).ok();
                return Ok(());
            }
            (_, Stated::List(names)) => {
                if let Some((_, which)) = Names::ALL.iter().find(|(n, _)| *n == key) {
                    self.names.insert(*which, names.clone());
                    return Ok(());
                }
            }
            _ => {}
        }
        let wrong = |needs: &str| Err(Fault::new("given", format!("`{key}` needs {needs}")));
        if PLAIN.contains(&key) {
            return wrong(if key.ends_with("year") || key == "horizon" || key == "draws" {
                "a whole number"
            } else {
                "a list of names"
            });
        }
        let Some((head, inside)) =
            key.split_once('(').and_then(|(h, r)| Some((h.trim(), r.trim_end().strip_suffix(')')?.trim())))
        else {
            let fault = Fault::new("given", format!("`{key}` is no address"));
            return Err(match nearest(key, PLAIN) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help("write it like \"cost(jeugd, 2029)\""),
            });
        };
        let name_and_year = || -> Result<(String, Year), Fault> {
            let (name, year) = inside.split_once(',').unwrap_or((inside, ""));
            let year = year.trim().parse().map_err(|_| Fault::new("given", format!("`{key}` lacks its year")))?;
            Ok((name.trim().to_owned(), Year(year)))
        };
        match (head, value) {
            ("lines", Stated::List(names)) => {
                self.lines.insert(inside.to_owned(), names);
                Ok(())
            }
            ("lines", _) => wrong("a list of names"),
            ("label", Stated::Text(text)) => {
                self.labels.insert(inside.to_owned(), text);
                Ok(())
            }
            ("largest_driver", Stated::Text(text)) => {
                self.drivers.insert(name_and_year()?, text);
                Ok(())
            }
            ("largest_excess", Stated::Text(text)) => {
                self.excesses.insert(name_and_year()?, text);
                Ok(())
            }
            ("label" | "largest_driver" | "largest_excess", _) => wrong("a text"),
            ("parameter", Stated::Text(text)) => {
                self.parameters.insert(inside.to_owned(), text);
                Ok(())
            }
            ("parameter", _) => wrong("a text as in base.toml, like \"€ 25.000\""),
            ("has", Stated::Truth(truth)) => {
                let requirement = inside.parse().map_err(|why: String| Fault::new("given", why))?;
                self.has.insert(requirement, truth);
                Ok(())
            }
            ("has", _) => wrong("true or false"),
            ("measures" | "measures_planned", Stated::Figure(figure, draws)) => {
                let (kind, year) = name_and_year()?;
                let kind = measure_kind(&kind).map_err(|why| Fault::new("given", why))?;
                let amount = if head == "measures" { MeasureAmount::Realised } else { MeasureAmount::Planned };
                let value = checked(key, &figure, draws, Quantity::Euro)?;
                self.measures.insert((kind, amount, year), value);
                Ok(())
            }
            (_, Stated::Figure(figure, draws)) => {
                let address: FigureAddress =
                    key.parse().map_err(|e: crate::model::AddressError| Fault::new("given", e.0))?;
                let value = checked(key, &figure, draws, unit_of(address.figure))?;
                self.figures.insert(address, value);
                Ok(())
            }
            _ => match key.parse::<FigureAddress>() {
                Ok(address) => wrong(match unit_of(address.figure) {
                    Quantity::Euro => "a figure in euros, like euro(28_000)",
                    Quantity::Clients => "a number of clients, like persons(573)",
                    Quantity::EuroPerClient => "a figure like euro_per_client(8_400)",
                    Quantity::Percent => "a percentage, like percent(2.5)",
                    Quantity::Number => "a number, like number(715)",
                }),
                Err(error) => Err(Fault::new("given", error.0)),
            },
        }
    }

    fn first_known(&self) -> Year {
        self.years().min().unwrap_or(Year(2_026))
    }

    fn last_known(&self) -> Year {
        self.years().max().unwrap_or(Year(2_029))
    }

    /// Every year that a key names.
    fn years(&self) -> impl Iterator<Item = Year> {
        let figures = self.figures.keys().map(|a| a.year);
        let measures = self.measures.keys().map(|(_, _, y)| *y);
        let stated = [self.base_year, self.horizon, self.last_budget_year].into_iter().flatten();
        figures.chain(measures).chain(stated)
    }

    fn not_given(address: impl std::fmt::Display) -> Missing {
        Missing::NoFigure(format!("this test does not give it; add \"{address}\" to given(...)"))
    }
}

fn checked(key: &str, figure: &Figure, draws: Draws, unit: Quantity) -> Result<FigureValue, Fault> {
    if figure.unit() != unit {
        return Err(Fault::new(
            "unit",
            format!("`{key}` is in {}, not in {}", unit_name(unit), unit_name(figure.unit())),
        ));
    }
    Ok(FigureValue { central: figure.central(), draws, table: None })
}

impl Facts for GivenFacts {
    fn base_year(&self) -> Year {
        // What a test leaves open lies around what it states.
        self.base_year.unwrap_or_else(|| Year(self.first_known().0 - 1))
    }

    fn horizon(&self) -> Year {
        self.horizon.unwrap_or_else(|| self.last_known())
    }

    fn last_budget_year(&self) -> Year {
        self.last_budget_year.unwrap_or_else(|| self.horizon())
    }

    fn draws(&self) -> usize {
        // Unsaid, it is as many as the uncertain figures have; a list of values is a list of draws.
        let of = |value: &FigureValue| match &value.draws {
            Draws::Same(_) => 0,
            Draws::Each(values) => values.len(),
        };
        let stated = || self.figures.values().chain(self.measures.values()).map(of).max().unwrap_or(0);
        self.draws.unwrap_or_else(stated)
    }

    fn figure(&self, address: &FigureAddress) -> Result<FigureValue, Missing> {
        self.figures.get(address).cloned().ok_or_else(|| Self::not_given(address))
    }

    fn measures(&self, kind: MeasureKind, amount: MeasureAmount, year: Year) -> Result<FigureValue, Missing> {
        self.measures.get(&(kind, amount, year)).cloned().ok_or_else(|| {
            let word = if amount == MeasureAmount::Realised { "measures" } else { "measures_planned" };
            Self::not_given(format!("{word}({}, {year})", kind.name()))
        })
    }

    fn names(&self, which: Names) -> Vec<String> {
        self.names.get(&which).cloned().unwrap_or_default()
    }

    fn lines_of(&self, name: &str) -> Result<Vec<String>, Missing> {
        self.lines.get(name).cloned().ok_or_else(|| Self::not_given(format!("lines({name})")))
    }

    fn label(&self, name: &str) -> Option<String> {
        self.labels.get(name).cloned()
    }

    fn largest_driver(&self, name: &str, year: Year) -> Result<String, Missing> {
        let known = self.drivers.get(&(name.to_owned(), year)).cloned();
        // A test about amounts need not think up words.
        Ok(known.unwrap_or_else(|| "een oorzaak".to_owned()))
    }

    fn largest_excess(&self, name: &str, year: Year) -> Result<String, Missing> {
        Ok(self.excesses.get(&(name.to_owned(), year)).cloned().unwrap_or_default())
    }

    fn parameter(&self, _rule: &str, name: &str) -> Option<RuleParameter> {
        let written = self.parameters.get(name)?.clone();
        Some(RuleParameter { written, place: Place::file(Arc::from("given(...)")) })
    }

    fn has(&self, requirement: &Requirement) -> bool {
        if let Some(stated) = self.has.get(requirement) {
            return *stated;
        }
        match requirement {
            Requirement::Figure { kind, name, year } => {
                self.figures.keys().any(|a| a.figure == *kind && a.name == *name && year.is_none_or(|y| a.year == y))
            }
            Requirement::Measures(kind) => self.measures.keys().any(|(k, _, _)| k == kind),
            Requirement::Domain(id) => self.names(Names::Domains).iter().any(|d| d == id),
            Requirement::Draws => self.draws() > 1,
        }
    }
}
