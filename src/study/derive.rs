//! Figures that a report shows beside those of a projection: differences,
//! shares and sums of what was computed.
//!
//! They stand here and not in `report`, because a report lays out and does not
//! compute; every writer takes them from one place. Amounts in euros; a
//! positive difference of cost is more cost, a positive difference of a
//! balance is an advantage.

use std::collections::BTreeMap;

use super::{Basis, RiskEntry, ScenarioStudy, YearLoss};
use crate::model::{FigureKind, LineId, MeasureKind, Model, Prices, Quantity, RiskImpact};
use crate::projection::{
    BridgeDriver, Cause, GroupId, GroupProjection, GroupYear, LineYear, Projection, Why, group_between_years,
};
use crate::units::Year;

/// Cost above its budget in the money of the year; none without a budget.
pub fn cost_above_budget(year: &GroupYear) -> Option<f64> {
    year.budget_cost.map(|budget| year.cost - budget)
}

/// Revenue above its budget; none without a budget.
pub fn revenue_above_budget(year: &GroupYear) -> Option<f64> {
    year.budget_revenue.map(|budget| year.revenue - budget)
}

/// Budgeted balance in the money of the year; none where either side lacks a budget.
pub fn budget_balance(year: &GroupYear) -> Option<f64> {
    Some(year.budget_revenue? - year.budget_cost?)
}

/// Balance better than budgeted (positive) or worse; none without budgets.
pub fn balance_above_budget(year: &GroupYear) -> Option<f64> {
    budget_balance(year).map(|budget| year.balance - budget)
}

/// The part of the balance that is incidental.
pub fn incidental_balance(year: &GroupYear) -> f64 {
    year.balance - year.structural_balance
}

/// Cost of one client without measures, euros; none where none are counted or
/// where clients stand beside no cost at all, which is a figure that is missing.
pub fn cost_per_client(year: &LineYear) -> Option<f64> {
    let cost = year.amount - year.measures;
    year.clients.filter(|c| *c > 0.0 && cost != 0.0).map(|clients| cost / clients)
}

/// Cost lines of a group that have clients in the base year but no cost there:
/// that year shows 0 and later years follow from a stated unit cost, so nobody
/// may read a rise from the base year to the next.
pub fn unknown_in_base(model: &Model, group: &GroupProjection) -> Vec<LineId> {
    group
        .members
        .iter()
        .map(|(line, _)| *line)
        .filter(|line| {
            model
                .lines
                .get(*line)
                .as_cost()
                .is_some_and(|c| c.base_cost == 0.0 && c.base_volume > 0.0 && c.unit_cost.is_some() && c.counts_clients)
        })
        .collect()
}

/// What a dear client costs: the mean and once the spread between clients (`cv` times the mean).
pub fn dear_client(mean: f64, cv: f64) -> f64 {
    mean * (1.0 + cv)
}

/// Two amounts together.
pub fn sum(a: f64, b: f64) -> f64 {
    a + b
}

/// One amount less another.
pub fn less(a: f64, b: f64) -> f64 {
    a - b
}

/// Which part of `whole` an amount is; `whole` is not 0.
pub fn part(amount: f64, whole: f64) -> f64 {
    amount / whole
}

/// Incidental and structural expected losses of a year together.
pub fn both(year: &YearLoss) -> f64 {
    year.incidental + year.structural
}

/// The group `total` of a projection.
pub fn total(projection: &Projection) -> Option<&GroupProjection> {
    projection.groups.iter().find(|g| g.id == GroupId::Total)
}

/// The group `total+outside` of a projection.
pub fn total_and_outside(projection: &Projection) -> Option<&GroupProjection> {
    projection.groups.iter().find(|g| g.id == GroupId::TotalAndOutside)
}

/// What belongs to a group of one line: its figures times the group's share.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// The line.
    pub line: LineId,
    /// Share of it in the group.
    pub share: f64,
    /// Whether it is cost (revenue otherwise).
    pub is_cost: bool,
    /// Amount by year, `b..=h`.
    pub amount: Vec<f64>,
    /// Budget in the money of the year, by year.
    pub budget_now: Vec<Option<f64>>,
    /// Amount above that budget, by year.
    pub above_budget: Vec<Option<f64>>,
}

/// The lines of a group with their figures, in the order of the file.
pub fn slices(model: &Model, projection: &Projection, group: &GroupProjection) -> Vec<Slice> {
    let mut found: Vec<Slice> = group
        .members
        .iter()
        .map(|(line, share)| {
            let years = &projection.lines[line.0].years;
            Slice {
                line: *line,
                share: *share,
                is_cost: model.lines.get(*line).as_cost().is_some(),
                amount: years.iter().map(|y| y.amount * share).collect(),
                budget_now: years.iter().map(|y| y.budget_now.map(|b| b * share)).collect(),
                above_budget: years.iter().map(|y| y.budget_now.map(|b| (y.amount - b) * share)).collect(),
            }
        })
        .collect();
    found.sort_by_key(|s| s.line);
    found
}

/// Savings and plans of one kind that the base figures already hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InBase {
    /// Which kind.
    pub kind: MeasureKind,
    /// How many measures.
    pub count: usize,
    /// Their effect on cost in the base year (negative saves).
    pub cost: f64,
    /// Their effect on revenue in the base year.
    pub revenue: f64,
}

/// What the base figures already hold, by kind of measure; kinds with nothing in it are left out.
pub fn in_base(model: &Model) -> Vec<InBase> {
    let mut by_kind: BTreeMap<MeasureKind, InBase> = BTreeMap::new();
    for measure in &model.measures {
        let line = model.lines.get(measure.line);
        let amount = measure.amount.and_then(|a| model.assumption(a).values.first().copied()).unwrap_or(0.0);
        if amount == 0.0 || line.outside() {
            continue;
        }
        let entry =
            by_kind.entry(measure.kind).or_insert(InBase { kind: measure.kind, count: 0, cost: 0.0, revenue: 0.0 });
        entry.count += 1;
        if line.as_cost().is_some() {
            entry.cost += amount;
        } else {
            entry.revenue += amount;
        }
    }
    by_kind.into_values().collect()
}

/// A planned fall of the budgeted cost of the programme.
#[derive(Clone, Debug, PartialEq)]
pub struct Fall {
    /// The base year.
    pub from: Year,
    /// The last year with a budget.
    pub to: Year,
    /// How much lower the budget of the last year is, in its own prices; always above 0.
    pub fall: f64,
    /// What new policy, savings and targets take off (negative where they add).
    pub explained: f64,
    /// The rest.
    pub unexplained: f64,
    /// What the technical measures of the budget take off, as planned; what a what-if adds is
    /// no part of the budget.
    pub recorded: f64,
    /// How much of those the projection counts on.
    pub counted_on: f64,
}

/// The planned fall of cost between the base year and the last budget year and what
/// explains it; none where the budget does not fall or is not known.
pub fn fall(scenario: &ScenarioStudy) -> Option<Fall> {
    let model = &scenario.model;
    let (from, to) = (model.base_year(), model.last_budget_year());
    let index = model.year_index(to).filter(|i| *i > 0)?;
    let (mut first, mut last) = (0.0, 0.0);
    for line in scenario.projection.lines.iter().zip(&model.lines.all).filter(|(_, l)| !l.outside()) {
        if line.1.as_cost().is_none() {
            continue;
        }
        first += line.0.years.first()?.budget?;
        last += line.0.years.get(index)?.budget?;
    }
    let fall = first - last;
    if fall <= 0.0 {
        return None;
    }
    let (mut explained, mut recorded, mut counted_on) = (0.0, 0.0, 0.0);
    for measure in &model.measures {
        let line = model.lines.get(measure.line);
        if line.outside() || line.as_cost().is_none() || model.scenario.added(&measure.place) {
            continue;
        }
        let Some(amount) = measure.amount.map(|a| &model.assumption(a).values) else { continue };
        let (Some(base), Some(then)) = (amount.first(), amount.get(index)) else { continue };
        let off = base - then;
        if measure.kind == MeasureKind::Technical {
            let realised =
                measure.realisation.and_then(|r| model.assumption(r).values.get(index).copied()).unwrap_or(1.0);
            recorded += off;
            counted_on += base - then * realised;
        } else {
            explained += off;
        }
    }
    Some(Fall { from, to, fall, explained, unexplained: fall - explained, recorded, counted_on })
}

/// What the budget counts on and the projection does not: planned savings and
/// falls on cost lines that are not realised, in prices of the base year.
///
/// Part of the volume gap of the lines, each with its share (of a group its
/// members); none where the budget is not in prices of the base year, because
/// the two cannot be compared then.
pub fn not_realised(model: &Model, projection: &Projection, members: &[(LineId, f64)], year: usize) -> Option<f64> {
    if model.budget.prices != Prices::Constant(model.base_year()) {
        return None;
    }
    let mut sum = 0.0;
    for (line, share) in members {
        if model.lines.get(*line).as_cost().is_none() {
            continue;
        }
        let terms = &projection.lines[line.0].years.get(year)?.terms;
        for measure in &terms.measures {
            sum += share * measure.planned * (measure.realisation - 1.0);
        }
    }
    Some(sum)
}

/// What levels add to the cost of lines, each with its share, in the prices of
/// the budget: `volume * unit cost * intensity * price * level / (1 + level)`.
///
/// Part of the volume gap likewise; none where the budget is in the money of each year.
pub fn raised(model: &Model, projection: &Projection, members: &[(LineId, f64)], year: usize) -> Option<f64> {
    let Prices::Constant(prices) = model.budget.prices else { return None };
    let at = model.year_index(prices).unwrap_or(if prices < model.base_year() { 0 } else { model.year_count() - 1 });
    let mut sum = 0.0;
    for (line, share) in members {
        let Some(level) = model.lines.get(*line).as_cost().and_then(|c| c.level) else { continue };
        let level = model.assumption(level).values.get(1).copied().unwrap_or(0.0);
        // What starts at nothing has no start to be above.
        if level <= -1.0 {
            continue;
        }
        let years = &projection.lines[line.0].years;
        let (terms, price) = (&years.get(year)?.terms, years.get(at)?.terms.price);
        sum += share * terms.volume * terms.unit_cost * terms.intensity * price * level / (1.0 + level);
    }
    Some(sum)
}

/// Planned amounts of one kind of measure on the cost of the programme, euros.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KindOfMeasure {
    /// Which kind.
    pub kind: MeasureKind,
    /// How many measures.
    pub count: usize,
    /// Planned in the base year (already in its figures).
    pub base: f64,
    /// Planned in the last year, in prices of the base year.
    pub planned: f64,
    /// What the projection counts on of that.
    pub counted_on: f64,
}

/// Amounts of the measures on cost lines of the programme by kind, in the base year and the last.
pub fn measures_by_kind(model: &Model, projection: &Projection) -> Vec<KindOfMeasure> {
    let mut by_kind: BTreeMap<MeasureKind, KindOfMeasure> = BTreeMap::new();
    for measure in &model.measures {
        let line = model.lines.get(measure.line);
        if line.outside() || line.as_cost().is_none() || measure.amount.is_none() {
            continue;
        }
        let of = |year: Option<&LineYear>| {
            let found = year.and_then(|y| y.terms.measures.iter().find(|m| m.id == measure.id));
            found.map_or((0.0, 0.0), |m| (m.planned, m.planned * m.realisation))
        };
        let years = &projection.lines[measure.line.0].years;
        let (base, _) = of(years.first());
        let (planned, counted_on) = of(years.last());
        let entry = by_kind.entry(measure.kind).or_insert(KindOfMeasure {
            kind: measure.kind,
            count: 0,
            base: 0.0,
            planned: 0.0,
            counted_on: 0.0,
        });
        entry.count += 1;
        entry.base += base;
        entry.planned += planned;
        entry.counted_on += counted_on;
    }
    by_kind.into_values().collect()
}

/// Budget of the cost of a group in its own prices; none where a line lacks one.
pub fn budget_as_written(model: &Model, projection: &Projection, group: &GroupProjection, year: usize) -> Option<f64> {
    let mut sum = 0.0;
    for (line, share) in &group.members {
        if model.lines.get(*line).as_cost().is_some() {
            sum += projection.lines[line.0].years.get(year)?.budget? * share;
        }
    }
    Some(sum)
}

/// The chance that what may happen each year has happened by the last of
/// `years`, years apart from each other.
pub fn by_last(each: f64, years: usize) -> f64 {
    1.0 - (0..years).fold(1.0, |none, _| none * (1.0 - each))
}

/// Sum of the expected losses of the risks that count, euros.
pub fn expected_total(scenario: &ScenarioStudy) -> f64 {
    scenario.risks.iter().filter(|r| r.summed).map(|r| r.expected).sum()
}

/// Why the cost of a group changes between two years, euros by reason; the
/// parts sum to the change ([`group_between_years`]).
pub fn changes(model: &Model, projection: &Projection, group: &GroupId, from: Year, to: Year) -> Vec<(Why, f64)> {
    let Some(bridge) = group_between_years(projection, group, true, from, to) else { return Vec::new() };
    let kind = |id: &str| model.measures.iter().find(|m| m.id == id).map_or(Why::Other, |m| Why::Measures(m.kind));
    let mut sums: BTreeMap<Why, f64> = BTreeMap::new();
    for item in &bridge.items {
        let why = match &item.driver {
            BridgeDriver::Price(_) => Why::Price,
            BridgeDriver::Volume(Cause::Growth) => Why::Growth,
            BridgeDriver::Volume(Cause::Ageing) => Why::Ageing,
            BridgeDriver::Volume(Cause::Measure(id)) | BridgeDriver::Measure(id) => kind(id),
            BridgeDriver::Volume(_) | BridgeDriver::Mix => Why::Movement,
            BridgeDriver::Intensity => Why::Intensity,
            _ => Why::Other,
        };
        *sums.entry(why).or_default() += item.amount;
    }
    sums.into_iter().collect()
}

/// What a scenario changes in one year, against the base.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// The year.
    pub year: Year,
    /// Change of cost of the programme.
    pub cost: f64,
    /// Change of its revenue.
    pub revenue: f64,
    /// Change of its result: negative is a disadvantage.
    pub result: f64,
    /// The same with money of other programmes.
    pub result_with_outside: f64,
}

/// What a scenario changes against the base, per projected year (`b+1..=h`).
pub fn effects(base: &Projection, other: &Projection) -> Vec<Effect> {
    let (Some(a), Some(b)) = (total(base), total(other)) else { return Vec::new() };
    let (Some(c), Some(d)) = (total_and_outside(base), total_and_outside(other)) else { return Vec::new() };
    a.years
        .iter()
        .zip(&b.years)
        .zip(c.years.iter().zip(&d.years))
        .skip(1)
        .map(|((a, b), (c, d))| Effect {
            year: a.year,
            cost: b.cost - a.cost,
            revenue: b.revenue - a.revenue,
            result: b.result - a.result,
            result_with_outside: d.result - c.result,
        })
        .collect()
}

/// Lowest and highest expected value of the register (chance x lowest or
/// highest impact), as municipalities with classes report it; none without
/// summed risks of the register.
pub fn expected_range(scenario: &ScenarioStudy) -> Option<(f64, f64)> {
    let mut range: Option<(f64, f64)> = None;
    for risk in scenario.risks.iter().filter(|r| r.summed) {
        let Some((low, high)) = impact_range(&scenario.model, risk) else { continue };
        let mean = risk.impact.map_or(0.0, |i| i.mean);
        // What the mean was multiplied with: the chance in force in the year asked.
        let weight = if mean == 0.0 { 0.0 } else { risk.expected / mean };
        let (a, b) = range.unwrap_or((0.0, 0.0));
        range = Some((a + weight * low, b + weight * high));
    }
    range
}

/// Lowest and highest impact of a risk, euros: as written in the register, or
/// the middle 80 % where a what-if sizes it; none without an amount.
pub fn impact_range(model: &Model, risk: &RiskEntry) -> Option<(f64, f64)> {
    let impact = risk.impact.filter(|_| risk.basis != Basis::ProMemorie)?;
    let written = model.risks.iter().find(|r| r.id == risk.id).map(|r| &r.impact);
    Some(match written {
        Some(RiskImpact::Full(amount)) => (*amount, *amount),
        Some(
            RiskImpact::Range { min, max } | RiskImpact::Pert { min, max, .. } | RiskImpact::Class { min, max, .. },
        ) => (*min, *max),
        _ => (impact.p10, impact.p90),
    })
}

/// Figures of a year before the projection, by line of a group.
#[derive(Clone, Debug, PartialEq)]
pub struct PastYear {
    /// The year.
    pub year: Year,
    /// Realised, amended, forecast or budgeted.
    pub kind: FigureKind,
    /// Amount of each cost line of the group times its share, in the order asked; none where figures.csv has none.
    pub amounts: Vec<Option<f64>>,
}

impl PastYear {
    /// Whether every line has a figure, so that the sum can be compared.
    pub fn is_complete(&self) -> bool {
        self.amounts.iter().all(Option::is_some)
    }

    /// The sum; none where a line has no figure.
    pub fn total(&self) -> Option<f64> {
        self.amounts.iter().copied().sum()
    }
}

/// Cost of the lines in the years up to the base year, one kind per year: realised where
/// known, else amended, else forecast, else budgeted; the base year in the kind it starts from.
pub fn history(model: &Model, lines: &[(LineId, f64)]) -> Vec<PastYear> {
    let base = model.base_year();
    let mut years: Vec<Year> = lines
        .iter()
        .flat_map(|(line, _)| model.figures.of(model.lines.get(*line).id(), Quantity::Cost).map(|(_, y, _)| y))
        .filter(|y| *y < base)
        .collect();
    years.sort_unstable();
    years.dedup();
    years.push(base);
    let order = [FigureKind::Actual, FigureKind::Amended, FigureKind::Forecast, FigureKind::Budget];
    years
        .into_iter()
        .filter_map(|year| {
            let of = |kind: FigureKind| -> Vec<Option<f64>> {
                lines
                    .iter()
                    .map(|(line, share)| {
                        model.figures.value(model.lines.get(*line).id(), Quantity::Cost, kind, year).map(|v| v * share)
                    })
                    .collect()
            };
            let kind = if year == base {
                model.municipality.base
            } else {
                order.into_iter().find(|k| of(*k).iter().any(Option::is_some))?
            };
            let amounts = of(kind);
            amounts.iter().any(Option::is_some).then_some(PastYear { year, kind, amounts })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(cost: f64, revenue: f64, budget_cost: Option<f64>, budget_revenue: Option<f64>) -> GroupYear {
        GroupYear {
            year: Year(2027),
            clients: None,
            cost,
            revenue,
            balance: revenue - cost,
            result: revenue - cost,
            structural_balance: revenue - cost,
            withdrawals: 0.0,
            additions: 0.0,
            budget_cost,
            budget_revenue,
            gap: None,
            shortfall: None,
            without_budget: Vec::new(),
        }
    }

    #[test]
    fn what_a_level_adds_is_what_the_gap_in_volume_would_lack_without_it() {
        use crate::model::{PriceTerms, Scale};
        use crate::projection::testing::{Town, row};
        let mut town = Town::new(2026, 2028);
        let tariff = town.index("tarief", 0.04);
        let line = town.cost("jeugd", 1_000.0);
        town.cost_mut(line).growth = Some(town.rate("cost.jeugd.volume.growth", 0.05));
        town.cost_mut(line).price = PriceTerms { index: vec![(tariff, 1.0)], change: None };
        town.cost_mut(line).level = Some(town.constant("cost.jeugd.level", Scale::Level, 0.10));
        town.measure("saving", line, &[(2026, -100.0), (2027, -100.0), (2028, -100.0)]);
        town.budget(line, &[(2026, 1_000.0), (2027, 1_000.0), (2028, 1_000.0)]);
        town.model.budget.compensation = Some(town.rate("budget.compensation", 0.02));
        let raised = |town: &Town, year: usize| raised(&town.model, &town.project(), &[(line, 1.0)], year);
        assert_eq!(raised(&town, 2), None, "a budget in the money of each year tells no prices");
        let close = |found: f64, wanted: f64| assert!((found - wanted).abs() < 1e-9, "{found} for {wanted}");
        // Without the saving the base is 1,100; 10 % of it, grown twice by 5 %, in prices of 2026.
        town.model.budget.prices = Prices::Constant(Year(2026));
        close(raised(&town, 2).expect("comparable"), 110.0 * 1.1025);
        // In prices of 2027 one rise of 4 % belongs to it.
        town.model.budget.prices = Prices::Constant(Year(2027));
        close(raised(&town, 2).expect("comparable"), 110.0 * 1.1025 * 1.04);
        let with = row(&town.project(), line, 2028).gap.expect("a budget").volume;
        let half = super::raised(&town.model, &town.project(), &[(line, 0.5)], 2).expect("comparable");
        close(half * 2.0, 110.0 * 1.1025 * 1.04);
        town.cost_mut(line).level = None;
        let without = row(&town.project(), line, 2028).gap.expect("a budget").volume;
        close(with - without, 110.0 * 1.1025 * 1.04);
        close(raised(&town, 2).expect("comparable"), 0.0);
    }

    #[test]
    fn more_revenue_than_budgeted_softens_an_overrun() {
        // Cost 110 against 100 is 10 worse; revenue 44 against 40 is 4 better: 6 worse together.
        let y = year(110.0, 44.0, Some(100.0), Some(40.0));
        assert_eq!(cost_above_budget(&y), Some(10.0));
        assert_eq!(revenue_above_budget(&y), Some(4.0));
        assert_eq!(balance_above_budget(&y), Some(-6.0));
    }

    #[test]
    fn without_a_budget_there_is_no_difference() {
        let y = year(110.0, 44.0, None, Some(40.0));
        assert_eq!(cost_above_budget(&y), None);
        assert_eq!(balance_above_budget(&y), None);
    }

    #[test]
    fn a_sum_with_a_missing_line_is_no_sum() {
        let past = PastYear { year: Year(2024), kind: FigureKind::Actual, amounts: vec![Some(5.0), None] };
        assert!(!past.is_complete());
        assert_eq!(past.total(), None);
    }
}
