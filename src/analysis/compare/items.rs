//! What one of two models has and the other lacks: a measure, a flow, a line,
//! a year in which a line ends. Each can be switched on and off in either
//! model, so that it gets its share of a change as an assumption does.
//!
//! A series of its own (a change of price, an intake) that only one of them
//! states is no such item: in the other it is an assumption that changes
//! nothing, and [`completed`] writes it down as that.

use crate::model::{
    Ageing, Assumption, AssumptionId, CostLine, Flow, Income, Index, IndexId, IndexSource, Line, LineId, Measure,
    Model, PriceTerms, RevenueLine, UnitCost,
};
use crate::units::Year;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Item {
    /// `measure.ID`, `flow.ID`, `cost.ID`, `revenue.ID` or `revenue.ID.until`.
    pub name: String,
    /// As shown to people.
    pub label: String,
    /// How it differs.
    pub differs: Differs,
    what: What,
    id: String,
}

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Differs {
    /// Only the second has it.
    New,
    /// Only the first has it.
    Gone,
    /// It ends after another year; none where it does not end.
    Ends(Option<Year>, Option<Year>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    Line,
    Until,
    Flow,
    Measure,
}

/// What differs between two models beside their assumptions, in the order in
/// which it is put in; nothing where they are about other years, for then
/// nothing of one fits into the other.
pub fn items(a: &Model, b: &Model) -> Vec<Item> {
    if !a.years().eq(b.years()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (own, other, differs) in [(a, b, Differs::Gone), (b, a, Differs::New)] {
        let mut add = |what: What, kind: &str, id: &str, label: &str| {
            let (name, label, id) = (format!("{kind}.{id}"), label.to_owned(), id.to_owned());
            found.push(Item { name, label, differs, what, id });
        };
        for line in own.lines.all.iter().filter(|l| other.lines.find(l.id()).is_none()) {
            add(What::Line, side(line), line.id(), line.label());
        }
        for flow in own.flows.iter().filter(|f| other.flows.iter().all(|o| o.id != f.id)) {
            add(What::Flow, "flow", &flow.id, &flow.label);
        }
        for measure in own.measures.iter().filter(|m| other.measures.iter().all(|o| o.id != m.id)) {
            add(What::Measure, "measure", &measure.id, &measure.label);
        }
    }
    for line in a.lines.revenues() {
        let there = b.lines.revenues().find(|l| l.id == line.id);
        if let Some(there) = there.filter(|l| l.until != line.until) {
            found.push(Item {
                name: format!("revenue.{}.until", line.id),
                label: line.label.clone(),
                differs: Differs::Ends(line.until, there.until),
                what: What::Until,
                id: line.id.clone(),
            });
        }
    }
    found.sort_by(|x, y| (x.what, &x.name).cmp(&(y.what, &y.name)));
    found
}

/// `cost` or `revenue`.
pub(super) fn side(line: &Line) -> &'static str {
    if line.as_cost().is_some() { "cost" } else { "revenue" }
}

/// The line that an item is about, as `cost.ID`.
pub(super) fn line_of(item: &Item, a: &Model, b: &Model) -> String {
    let on = |model: &Model, line: LineId| {
        let line = model.lines.get(line);
        format!("{}.{}", side(line), line.id())
    };
    let measure = |m: &Model| m.measures.iter().find(|x| x.id == item.id).map(|x| on(m, x.line));
    let flow = |m: &Model| m.flows.iter().find(|x| x.id == item.id).map(|x| on(m, x.from));
    let found = match item.what {
        What::Measure => measure(a).or_else(|| measure(b)),
        What::Flow => flow(a).or_else(|| flow(b)),
        What::Until => Some(format!("revenue.{}", item.id)),
        What::Line => None,
    };
    found.unwrap_or_else(|| item.name.clone())
}

/// Makes an item in a model as it is in another: there, gone, or ending when it does.
pub(super) fn put(into: &mut Model, item: &Item, from: &Model) {
    match item.what {
        What::Line => {
            let there = from.lines.find(&item.id);
            match (there, into.lines.find(&item.id)) {
                (Some(line), _) => {
                    let at = line_there(into, from, line);
                    let line = carried_line(into, from, from.lines.get(line));
                    into.lines.all[at.0] = line;
                }
                (None, Some(at)) => into.lines.all[at.0] = emptied(into.lines.get(at)),
                (None, None) => {}
            }
        }
        What::Until => {
            let until = from.lines.revenues().find(|l| l.id == item.id).and_then(|l| l.until);
            for line in &mut into.lines.all {
                match line {
                    Line::Revenue(line) if line.id == item.id => line.until = until,
                    _ => {}
                }
            }
        }
        What::Flow => {
            into.flows.retain(|f| f.id != item.id);
            if let Some(flow) = from.flows.iter().find(|f| f.id == item.id) {
                let flow = Flow {
                    from: line_there(into, from, flow.from),
                    to: line_there(into, from, flow.to),
                    share: carried(into, from, flow.share),
                    ..flow.clone()
                };
                into.flows.push(flow);
            }
        }
        What::Measure => {
            into.measures.retain(|m| m.id != item.id);
            if let Some(measure) = from.measures.iter().find(|m| m.id == item.id) {
                let mut series = |id: Option<AssumptionId>| id.map(|id| carried(into, from, id));
                let (amount, volume) = (series(measure.amount), series(measure.volume));
                let realisation = series(measure.realisation);
                let line = line_there(into, from, measure.line);
                into.measures.push(Measure { line, amount, volume, realisation, ..measure.clone() });
            }
        }
    }
}

/// An assumption of another model, by its address; with its values there where it is new.
fn carried(into: &mut Model, from: &Model, id: AssumptionId) -> AssumptionId {
    let assumption = from.assumption(id);
    let known = into.assumptions.iter().position(|a| a.address == assumption.address);
    AssumptionId(known.unwrap_or_else(|| {
        into.assumptions.push(assumption.clone());
        into.assumptions.len() - 1
    }))
}

/// An index of another model, by its id.
fn carried_index(into: &mut Model, from: &Model, id: IndexId) -> IndexId {
    let index = &from.indices[id.0];
    if let Some(known) = into.indices.iter().position(|i| i.id == index.id) {
        return IndexId(known);
    }
    let source = match &index.source {
        IndexSource::Rate { rate, ledger } => {
            IndexSource::Rate { rate: carried(into, from, *rate), ledger: ledger.clone() }
        }
        IndexSource::Mix(of) => {
            IndexSource::Mix(of.iter().map(|(i, weight)| (carried_index(into, from, *i), *weight)).collect())
        }
    };
    into.indices.push(Index { source, ..index.clone() });
    IndexId(into.indices.len() - 1)
}

/// The line of the same id; where there is none, one with nothing in it.
fn line_there(into: &mut Model, from: &Model, line: LineId) -> LineId {
    let line = from.lines.get(line);
    if let Some(known) = into.lines.find(line.id()) {
        return known;
    }
    for (domain, _) in line.domains() {
        let missing = into.domains.iter().all(|d| d.id != *domain);
        into.domains.extend(from.domains.iter().find(|d| missing && d.id == *domain).cloned());
    }
    into.lines.all.push(emptied(line));
    LineId(into.lines.all.len() - 1)
}

/// A line without money or people.
fn emptied(line: &Line) -> Line {
    match line {
        Line::Cost(line) => Line::Cost(Box::new(CostLine {
            base_cost: 0.0,
            base_volume: 0.0,
            ageing: Ageing::None,
            growth: None,
            exit: None,
            intake: None,
            price: PriceTerms::default(),
            intensity: None,
            level: None,
            unit_cost: None,
            luck_cost_cv: None,
            ..(**line).clone()
        })),
        Line::Revenue(line) => Line::Revenue(Box::new(RevenueLine {
            base_revenue: Some(0.0),
            income: Income::Grows { growth: None },
            price: PriceTerms::default(),
            until: None,
            ..(**line).clone()
        })),
    }
}

/// A line of another model with everything that it names.
fn carried_line(into: &mut Model, from: &Model, line: &Line) -> Line {
    let mut line = line.clone();
    let price = |into: &mut Model, price: &mut PriceTerms| {
        price.index.iter_mut().for_each(|(i, _)| *i = carried_index(into, from, *i));
        price.change = price.change.map(|id| carried(into, from, id));
    };
    match &mut line {
        Line::Cost(line) => {
            price(into, &mut line.price);
            let CostLine { growth, exit, intake, intensity, level, .. } = &mut **line;
            for slot in [growth, exit, intake, intensity, level] {
                *slot = slot.map(|id| carried(into, from, id));
            }
            if let Ageing::Rate(id) = &mut line.ageing {
                *id = carried(into, from, *id);
            }
            match &mut line.unit_cost {
                Some(UnitCost::PerClient(id)) => *id = carried(into, from, *id),
                Some(UnitCost::Hours { hours_per_week, rate, .. }) => {
                    *hours_per_week = carried(into, from, *hours_per_week);
                    *rate = carried(into, from, *rate);
                }
                None => {}
            }
        }
        Line::Revenue(line) => {
            price(into, &mut line.price);
            match &mut line.income {
                Income::Grows { growth } => *growth = growth.map(|id| carried(into, from, id)),
                Income::Follows(f) => {
                    f.line = line_there(into, from, f.line);
                    f.share = carried(into, from, f.share);
                    f.indexed_by = f.indexed_by.map(|i| carried_index(into, from, i));
                }
                Income::Contribution(c) => {
                    c.lines.iter_mut().for_each(|l| *l = line_there(into, from, *l));
                    c.per_month = carried(into, from, c.per_month);
                    c.paying = c.paying.map(|id| carried(into, from, id));
                    c.households_per_client = c.households_per_client.map(|id| carried(into, from, id));
                }
                Income::SafetyNet(net) => {
                    for lines in [&mut net.cost, &mut net.income, &mut net.budget] {
                        lines.iter_mut().for_each(|l| *l = line_there(into, from, *l));
                    }
                }
            }
        }
    }
    line
}

/// A model with every series that the same line or measure has in the other,
/// at the value that changes nothing.
pub(super) fn completed(model: &Model, other: &Model) -> Model {
    let mut new = model.clone();
    if !model.years().eq(other.years()) {
        return new;
    }
    let Model { assumptions, lines, measures, .. } = &mut new;
    let mut fill = |slot: &mut Option<AssumptionId>, theirs: Option<AssumptionId>, value: f64| {
        if let (None, Some(id)) = (&*slot, theirs) {
            *slot = Some(neutral(assumptions, other.assumption(id), value));
        }
    };
    for line in &mut lines.all {
        let there = other.lines.find(line.id()).map(|l| other.lines.get(l));
        match (line, there) {
            (Line::Cost(own), Some(Line::Cost(there))) => {
                fill(&mut own.growth, there.growth, 0.0);
                fill(&mut own.exit, there.exit, 0.0);
                fill(&mut own.intake, there.intake, 0.0);
                fill(&mut own.price.change, there.price.change, 0.0);
                fill(&mut own.intensity, there.intensity, 0.0);
                fill(&mut own.level, there.level, 0.0);
                if let (Ageing::None, Ageing::Rate(id)) = (&own.ageing, &there.ageing) {
                    let mut rate = None;
                    fill(&mut rate, Some(*id), 0.0);
                    own.ageing = rate.map_or(Ageing::None, Ageing::Rate);
                }
            }
            (Line::Revenue(own), Some(Line::Revenue(there))) => {
                fill(&mut own.price.change, there.price.change, 0.0);
                match (&mut own.income, &there.income) {
                    (Income::Grows { growth }, Income::Grows { growth: theirs }) => fill(growth, *theirs, 0.0),
                    (Income::Contribution(own), Income::Contribution(there)) => {
                        fill(&mut own.paying, there.paying, 1.0);
                        fill(&mut own.households_per_client, there.households_per_client, 1.0);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    for own in measures {
        let Some(there) = other.measures.iter().find(|m| m.id == own.id) else { continue };
        fill(&mut own.amount, there.amount, 0.0);
        fill(&mut own.volume, there.volume, 0.0);
        fill(&mut own.realisation, there.realisation, 1.0);
    }
    new
}

/// An assumption that changes nothing, under the address that it has elsewhere.
fn neutral(assumptions: &mut Vec<Assumption>, like: &Assumption, value: f64) -> AssumptionId {
    let mut own = like.clone();
    own.values.fill(value);
    own.distributions.fill(None);
    assumptions.push(own);
    AssumptionId(assumptions.len() - 1)
}
