//! One figure of a projection by its address.
//!
//! Rules, questions and reports all ask here, so that `cost(jeugd, 2029)` is
//! the same figure everywhere.

use std::fmt;

use super::{GroupId, GroupProjection, LineYear, Projection};
use crate::diagnostic::nearest;
use crate::model::{Figure, FigureAddress, FigureKind, Line, LineId, Model, Quantity};
use crate::units::Year;

/// Why there is no figure; fragments that fit after the address and a colon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoFigure {
    /// Nothing has this name.
    UnknownName {
        /// What was asked for.
        name: String,
        /// The nearest known name.
        near: Option<String>,
    },
    /// The year lies outside what is known.
    UnknownYear {
        /// The year asked.
        year: Year,
    },
    /// Name and year exist, the figure does not.
    Absent(String),
}

impl fmt::Display for NoFigure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownName { name, near: Some(near) } => {
                write!(f, "`{name}` is unknown here; did you mean `{near}`?")
            }
            Self::UnknownName { name, near: None } => write!(f, "`{name}` is unknown here"),
            Self::UnknownYear { year } => write!(f, "{year} lies outside the projection"),
            Self::Absent(why) => f.write_str(why),
        }
    }
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named {
    /// A line, by position.
    Line(LineId),
    /// A group, by position in [`Projection::groups`].
    Group(usize),
}

/// Finds a line, domain, taakveld, `total` or `total+outside` by name.
///
/// # Errors
/// [`NoFigure::UnknownName`] with the nearest known name.
pub fn named(model: &Model, projection: &Projection, name: &str) -> Result<Named, NoFigure> {
    if let Some(id) = model.lines.find(name) {
        return Ok(Named::Line(id));
    }
    let group = projection.groups.iter().position(|g| match &g.id {
        GroupId::Domain(id) | GroupId::Taakveld(id) => id == name,
        other => other.to_string() == name,
    });
    group.map(Named::Group).ok_or_else(|| {
        let lines = model.lines.all.iter().map(Line::id);
        let groups = projection.groups.iter().map(|g| match &g.id {
            GroupId::Domain(id) | GroupId::Taakveld(id) => id.as_str(),
            GroupId::Total => "total",
            GroupId::TotalAndOutside => "total+outside",
        });
        NoFigure::UnknownName { name: name.to_owned(), near: nearest(name, lines.chain(groups)).map(str::to_owned) }
    })
}

/// The figure at an address, in its unit: euros, clients, euros per client, a fraction or a count.
///
/// # Errors
/// Why there is none.
pub fn figure(model: &Model, projection: &Projection, address: &FigureAddress) -> Result<f64, NoFigure> {
    let FigureAddress { figure, name, year } = address;
    match figure {
        Figure::Index => return index(model, projection, name, *year),
        Figure::Reserve => return reserve(projection, name, *year),
        Figure::Indicator => return indicator(model, name, *year),
        _ => {}
    }
    let named = named(model, projection, name)?;
    if *figure == Figure::Actual {
        return actual(model, projection, named, *year);
    }
    let at = model.year_index(*year).ok_or(NoFigure::UnknownYear { year: *year })?;
    match named {
        Named::Line(id) => of_line(model.lines.get(id), &projection.lines[id.0].years, at, *figure),
        Named::Group(g) => of_group(&projection.groups[g], at, *figure),
    }
}

fn absent(why: impl Into<String>) -> NoFigure {
    NoFigure::Absent(why.into())
}

fn of_line(line: &Line, years: &[LineYear], at: usize, figure: Figure) -> Result<f64, NoFigure> {
    let year = &years[at];
    let is_cost = line.as_cost().is_some();
    let id = line.id();
    match (figure, is_cost) {
        (Figure::Cost, true) | (Figure::Revenue, false) => Ok(year.amount),
        (Figure::Cost, false) => Err(absent(format!("`{id}` is revenue, not cost"))),
        (Figure::Revenue, true) => Err(absent(format!("`{id}` is cost, not revenue"))),
        (Figure::Budget, true) | (Figure::BudgetRevenue, false) => {
            year.budget_now.ok_or_else(|| absent(format!("`{id}` has no budget to compare with in {}", year.year)))
        }
        (Figure::Clients, true) => year.clients.ok_or_else(|| absent(format!("`{id}` counts no clients"))),
        (Figure::Price, true) => match year.clients {
            Some(clients) if clients > 0.0 => Ok(year.amount / clients),
            Some(_) => Err(absent(format!("`{id}` has no clients in {}", year.year))),
            None => Err(absent(format!("`{id}` counts no clients"))),
        },
        (Figure::Growth, true) => {
            let before = at.checked_sub(1).map(|a| years[a].terms.volume);
            match before {
                Some(before) if before > 0.0 => Ok(year.terms.volume / before - 1.0),
                _ => Err(absent(format!("`{id}` has no volume before {}", year.year))),
            }
        }
        (Figure::Balance, true) => Ok(-year.amount),
        (Figure::Balance, false) => Ok(year.amount),
        _ => Err(absent(format!("a line such as `{id}` has no {}", figure.name()))),
    }
}

fn of_group(group: &GroupProjection, at: usize, figure: Figure) -> Result<f64, NoFigure> {
    let year = &group.years[at];
    let id = &group.id;
    let lacking = || absent(format!("{id} has no budget to compare with in {}", year.year));
    match figure {
        Figure::Cost => Ok(year.cost),
        Figure::Revenue => Ok(year.revenue),
        Figure::Balance => Ok(year.balance),
        Figure::Result => Ok(year.result),
        Figure::Budget => year.budget_cost.ok_or_else(lacking),
        Figure::BudgetRevenue => year.budget_revenue.ok_or_else(lacking),
        Figure::Shortfall => year.shortfall.ok_or_else(lacking),
        Figure::Clients => {
            year.clients.ok_or_else(|| absent(format!("clients of {id} may not be summed, or are not counted")))
        }
        Figure::Price => match year.clients {
            Some(clients) if clients > 0.0 => Ok(year.cost / clients),
            _ => Err(absent(format!("clients of {id} may not be summed, or are not counted"))),
        },
        _ => Err(absent(format!("{id} has no {}", figure.name()))),
    }
}

fn index(model: &Model, projection: &Projection, name: &str, year: Year) -> Result<f64, NoFigure> {
    let position = model.indices.iter().position(|i| i.id == name).ok_or_else(|| NoFigure::UnknownName {
        name: name.to_owned(),
        near: nearest(name, model.indices.iter().map(|i| i.id.as_str())).map(str::to_owned),
    })?;
    match model.year_index(year) {
        Some(0) => Err(absent(format!("`{name}` has percentages of the years after {year}, the base year"))),
        Some(at) => Ok(projection.index_rates[position][at]),
        None => Err(NoFigure::UnknownYear { year }),
    }
}

fn reserve(projection: &Projection, name: &str, year: Year) -> Result<f64, NoFigure> {
    let found = projection.reserves.iter().find(|r| r.id == name).ok_or_else(|| NoFigure::UnknownName {
        name: name.to_owned(),
        near: nearest(name, projection.reserves.iter().map(|r| r.id.as_str())).map(str::to_owned),
    })?;
    found.years.iter().find(|y| y.year == year).map(|y| y.balance).ok_or(NoFigure::UnknownYear { year })
}

fn indicator(model: &Model, name: &str, year: Year) -> Result<f64, NoFigure> {
    if !model.indicators.iter().any(|i| i.id == name) {
        let near = nearest(name, model.indicators.iter().map(|i| i.id.as_str())).map(str::to_owned);
        return Err(NoFigure::UnknownName { name: name.to_owned(), near });
    }
    [FigureKind::Actual, FigureKind::Forecast, FigureKind::Amended, FigureKind::Budget]
        .into_iter()
        .find_map(|kind| model.figures.value(name, Quantity::Count, kind, year))
        .ok_or_else(|| absent(format!("indicator `{name}` has no count in {year}")))
}

/// Realised cost (of a line of revenue: revenue) in figures.csv; of a group the
/// sum of its cost lines, where all of them have one.
fn actual(model: &Model, projection: &Projection, named: Named, year: Year) -> Result<f64, NoFigure> {
    let of = |line: &Line| {
        let quantity = if line.as_cost().is_some() { Quantity::Cost } else { Quantity::Revenue };
        model.figures.value(line.id(), quantity, FigureKind::Actual, year)
    };
    match named {
        Named::Line(id) => {
            let line = model.lines.get(id);
            of(line).ok_or_else(|| absent(format!("`{}` has no realised figure of {year}", line.id())))
        }
        Named::Group(g) => {
            let group = &projection.groups[g];
            let mut sum = 0.0;
            let mut any = false;
            for (id, share) in &group.members {
                let line = model.lines.get(*id);
                if line.as_cost().is_some() {
                    any = true;
                    sum += share
                        * of(line)
                            .ok_or_else(|| absent(format!("`{}` has no realised figure of {year}", line.id())))?;
                }
            }
            if any { Ok(sum) } else { Err(absent(format!("{} has no cost lines", group.id))) }
        }
    }
}
