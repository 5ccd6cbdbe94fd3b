//! Two years that figures.csv knows, up to the base year: what their change
//! consists of, without a projection. A line that counts clients splits into
//! volume and cost per client; one that does not stays whole.

use super::{End, Whose};
use crate::model::{FigureKind, Line, LineId, Model, Quantity};
use crate::projection::{
    Cause, Central, GroupId, GroupProjection, GroupYear, LineProjection, LineYear, Part, Projection, Terms, project,
};
use crate::units::Year;

/// Figures of which kind the two years are, the earlier first.
type Kinds = (FigureKind, FigureKind);

/// Two years of figures as one end of a comparison.
#[derive(Clone, Debug)]
pub struct Past {
    /// The figures, as a projection of two years.
    pub end: End,
    /// Lines that lack a figure in one of the years: they are left out.
    pub left_out: Vec<String>,
}

/// The two years from figures of one kind, the realised ones first, so that
/// like is compared with like. A base year that has no kind in common with the
/// other is what the projection starts from: a budget beside the amended budget
/// of the year before. None where figures do not know both years, and where one
/// of them lies after the base year.
pub fn past(model: &Model, years: (Year, Year)) -> Option<Past> {
    let (early, late) = (years.0.min(years.1), years.0.max(years.1));
    if late > model.base_year() || early == late {
        return None;
    }
    let one = |kind, line: &Line, year| model.figures.value(line.id(), quantity(line), kind, year);
    let both = |(k, l), line: &Line| one(k, line, early).zip(one(l, line, late));
    let alike = [FigureKind::Actual, FigureKind::Budget, FigureKind::Amended, FigureKind::Forecast].map(|k| (k, k));
    let other = [FigureKind::Amended, FigureKind::Budget, FigureKind::Forecast, FigureKind::Actual]
        .map(|k| (k, model.municipality.base));
    // Further back codes of lines have changed, and a budget says nothing of accounts.
    let other = other.into_iter().filter(|_| late == model.base_year() && early.plus(1) == late);
    let kinds = alike.into_iter().chain(other).find(|k| model.lines.all.iter().any(|l| both(*k, l).is_some()))?;
    let mut left_out = Vec::new();
    let mut lines = Vec::new();
    for line in &model.lines.all {
        let amounts = both(kinds, line);
        let either = one(kinds.0, line, early).or(one(kinds.1, line, late));
        if amounts.is_none() && either.is_some_and(|x| x != 0.0) {
            left_out.push(line.id().to_owned());
        }
        lines.push(of_line(model, line, kinds, (early, late), amounts.unwrap_or((0.0, 0.0))));
    }
    let groups = groups(model, kinds, (early, late), &lines);
    let projection = Projection {
        years: vec![early, late],
        lines,
        groups,
        reserves: Vec::new(),
        index_rates: Vec::new(),
        warnings: Vec::new(),
    };
    let whose = Whose { code: model.municipality.code.clone(), name: model.municipality.name.clone() };
    let title = if kinds.0 == kinds.1 {
        named(kinds.0).to_owned()
    } else {
        format!("{} {early} en {} {late}", named(kinds.0), named(kinds.1))
    };
    let end =
        End { title, projection, model: Some(model.clone()), assumptions: None, guarded: false, whose: Some(whose) };
    Some(Past { end, left_out })
}

/// What people call figures of a kind.
fn named(kind: FigureKind) -> &'static str {
    match kind {
        FigureKind::Actual => "rekening",
        FigureKind::Budget => "begroting",
        FigureKind::Amended => "begroting na wijziging",
        FigureKind::Forecast => "prognose",
    }
}

fn quantity(line: &Line) -> Quantity {
    if line.as_cost().is_some() { Quantity::Cost } else { Quantity::Revenue }
}

/// A line in both years. With clients its cost per client is a price that moves
/// from 1; without them, all of the change is in the cost of its one unit.
fn of_line(model: &Model, line: &Line, kinds: Kinds, years: (Year, Year), amounts: (f64, f64)) -> LineProjection {
    let clients = |kind, year| {
        let counted = model.figures.value(line.id(), Quantity::Clients, kind, year).filter(|n| *n > 0.0);
        counted.filter(|_| line.as_cost().is_some())
    };
    let counted =
        clients(kinds.0, years.0).zip(clients(kinds.1, years.1)).filter(|_| amounts.0 != 0.0 && amounts.1 != 0.0);
    let cost = line.as_cost().is_some();
    let part = |cause, amount| vec![Part { cause, amount }];
    let (mut first, mut second) = (Terms::default(), Terms::default());
    for terms in [&mut first, &mut second] {
        (terms.volume, terms.intensity, terms.price) = (1.0, 1.0, 1.0);
    }
    match counted {
        Some((before, after)) => {
            let unit = amounts.0 / before;
            let price = amounts.1 / after / unit;
            (first.unit_cost, second.unit_cost) = (unit, unit);
            (first.volume, second.volume) = (before, after);
            second.price = price;
            second.volume_parts = part(Cause::Growth, after - before);
            second.price_parts = part(Cause::Change, price - 1.0);
        }
        None if cost => (first.unit_cost, second.unit_cost) = amounts,
        None => second.revenue_parts = part(Cause::Growth, amounts.1 - amounts.0),
    }
    let year = |year, amount: f64, clients, terms| LineYear {
        year,
        clients,
        volume_index: None,
        intensity_index: cost.then_some(1.0),
        price_index: None,
        amount,
        measures: 0.0,
        incidental: if line.structural() { 0.0 } else { amount },
        budget: None,
        budget_now: None,
        gap: None,
        terms,
    };
    let (before, after) = counted.unzip();
    LineProjection {
        id: line.id().to_owned(),
        years: vec![year(years.0, amounts.0, before, first), year(years.1, amounts.1, after, second)],
    }
}

/// The groups of the model, summed over what the figures hold.
fn groups(model: &Model, kinds: Kinds, years: (Year, Year), lines: &[LineProjection]) -> Vec<GroupProjection> {
    let projected = project(model, &Central(model));
    let sums =
        |id: &GroupId| matches!(id, GroupId::Domain(d) if model.domains.iter().any(|x| x.id == *d && x.sum_clients));
    let moved = |quantity, kind, year| -> f64 {
        model.reserves.iter().filter_map(|r| model.figures.value(&r.id, quantity, kind, year)).sum()
    };
    let of = |group: &GroupProjection, at: usize, year| {
        let side = |cost: bool| -> f64 {
            let own = group.members.iter().filter(|(LineId(l), _)| model.lines.all[*l].as_cost().is_some() == cost);
            own.map(|(LineId(l), share)| share * lines[*l].years[at].amount).sum()
        };
        let (cost, revenue) = (side(true), side(false));
        let balance = revenue - cost;
        let whole = matches!(group.id, GroupId::Total | GroupId::TotalAndOutside);
        let kind = if at == 0 { kinds.0 } else { kinds.1 };
        let of_total = |quantity| if whole { moved(quantity, kind, year) } else { 0.0 };
        let (withdrawals, additions) = (of_total(Quantity::Withdrawal), of_total(Quantity::Addition));
        GroupYear {
            year,
            clients: sums(&group.id).then_some(0.0),
            cost,
            revenue,
            balance,
            result: balance + withdrawals - additions,
            structural_balance: balance,
            withdrawals,
            additions,
            budget_cost: None,
            budget_revenue: None,
            gap: None,
            shortfall: None,
            without_budget: Vec::new(),
        }
    };
    let both = |g: &GroupProjection| GroupProjection {
        id: g.id.clone(),
        members: g.members.clone(),
        years: vec![of(g, 0, years.0), of(g, 1, years.1)],
    };
    projected.groups.iter().map(both).collect()
}
