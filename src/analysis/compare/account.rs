//! The bridge of every line and group: cost, revenue and reserves, and how
//! much better or worse the result becomes.

use std::collections::BTreeMap;

use super::End;

use crate::projection::{
    Bridge, BridgeDriver, BridgeItem, Cause, GroupId, GroupProjection, LineProjection, LineYear, Projection,
    line_between_scenarios, line_between_years, logarithmic_mean,
};
use crate::units::Year;

/// What an account is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccountId {
    /// A line, by id.
    Line(String),
    /// A group.
    Group(GroupId),
}

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(id) => write!(f, "line:{id}"),
            Self::Group(id) => id.fmt(f),
        }
    }
}

/// The change of a line or group.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    /// Of what.
    pub id: AccountId,
    /// Its cost; none for a line of revenue.
    pub cost: Option<Bridge>,
    /// Its revenue; none for a line of cost.
    pub revenue: Option<Bridge>,
    /// Withdrawals less additions of reserves, before and after (totals only).
    pub reserves: Movement,
    /// Revenue less cost with reserves, before and after.
    pub result: Movement,
}

/// Before and after.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Movement {
    /// Before.
    pub from: f64,
    /// After.
    pub to: f64,
}

impl Movement {
    /// After less before.
    pub fn change(self) -> f64 {
        self.to - self.from
    }
}

/// The kinds of parts that a council hears of, in the order in which they are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Growth by age.
    Ageing,
    /// Other growth of volume.
    Growth,
    /// Clients who move or leave.
    Flow,
    /// Clients who come in.
    Intake,
    /// What measures do to the volume.
    MeasuresOnVolume,
    /// Other volume in the base year.
    BaseVolume,
    /// Shift between lines.
    Mix,
    /// Hours, days or sessions per client.
    Intensity,
    /// Price, by indices and own changes.
    Price,
    /// Another cost per unit in the base year, level included.
    UnitCost,
    /// Amounts of measures on cost.
    Measures,
    /// Lines that start, end or change sign.
    Other,
    /// Revenue, without its measures.
    Revenue,
    /// Measures on revenue.
    MeasuresOnRevenue,
    /// Reserves.
    Reserve,
}

impl Part {
    /// The part of a bridge's item, of cost or of revenue.
    pub fn of(driver: &BridgeDriver, cost: bool) -> Self {
        match driver {
            BridgeDriver::Measure(_) if cost => Self::Measures,
            BridgeDriver::Measure(_) => Self::MeasuresOnRevenue,
            _ if !cost => Self::Revenue,
            BridgeDriver::Volume(Cause::Ageing) => Self::Ageing,
            BridgeDriver::Volume(Cause::Growth) => Self::Growth,
            BridgeDriver::Volume(Cause::Flow(_) | Cause::Exit) => Self::Flow,
            BridgeDriver::Volume(Cause::Intake) => Self::Intake,
            BridgeDriver::Volume(Cause::Measure(_)) => Self::MeasuresOnVolume,
            BridgeDriver::Volume(_) => Self::BaseVolume,
            BridgeDriver::Mix => Self::Mix,
            BridgeDriver::Intensity => Self::Intensity,
            BridgeDriver::Price(_) => Self::Price,
            BridgeDriver::UnitCost => Self::UnitCost,
            BridgeDriver::Revenue(_) => Self::Revenue,
            BridgeDriver::New | BridgeDriver::Ended | BridgeDriver::Other => Self::Other,
        }
    }
}

impl Account {
    /// Euros by part, signed as they change the result: more cost is negative.
    pub fn parts(&self) -> Vec<(Part, f64)> {
        let mut sums: BTreeMap<Part, f64> = BTreeMap::new();
        for (bridge, cost) in [(&self.cost, true), (&self.revenue, false)] {
            for item in bridge.iter().flat_map(|b| &b.items) {
                let sign = if cost { -1.0 } else { 1.0 };
                *sums.entry(Part::of(&item.driver, cost)).or_default() += sign * item.amount;
            }
        }
        if self.reserves.change() != 0.0 {
            sums.insert(Part::Reserve, self.reserves.change());
        }
        sums.into_iter().collect()
    }

    /// The incidental part of the change of the result; the rest is structural.
    pub fn incidental(&self) -> f64 {
        let of = |bridge: &Option<Bridge>| {
            bridge.iter().flat_map(|b| &b.items).filter(|i| i.incidental).fold(0.0, |s, i| s + i.amount)
        };
        of(&self.revenue) - of(&self.cost)
    }

    /// Change of its cost.
    pub fn cost_change(&self) -> f64 {
        self.cost.as_ref().map_or(0.0, |b| b.to - b.from)
    }

    /// Change of its revenue.
    pub fn revenue_change(&self) -> f64 {
        self.revenue.as_ref().map_or(0.0, |b| b.to - b.from)
    }

    /// The structural part of the change of the result.
    pub fn structural(&self) -> f64 {
        self.result.change() - self.incidental()
    }

    /// Euros of cost (or of revenue) by part, as they change that amount; the largest first.
    pub fn side(&self, cost: bool) -> Vec<(Part, f64)> {
        let bridge = if cost { &self.cost } else { &self.revenue };
        let mut sums: BTreeMap<Part, f64> = BTreeMap::new();
        for item in bridge.iter().flat_map(|b| &b.items) {
            *sums.entry(Part::of(&item.driver, cost)).or_default() += item.amount;
        }
        let mut all: Vec<(Part, f64)> = sums.into_iter().collect();
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then(a.0.cmp(&b.0)));
        all
    }

    /// What a part of [`Account::parts`] is made of, signed likewise: price by
    /// index, measures one by one. The largest first.
    pub fn details(&self, part: Part) -> Vec<(&BridgeDriver, f64)> {
        let mut sums: BTreeMap<&BridgeDriver, f64> = BTreeMap::new();
        for (bridge, cost) in [(&self.cost, true), (&self.revenue, false)] {
            for item in bridge.iter().flat_map(|b| &b.items).filter(|i| Part::of(&i.driver, cost) == part) {
                *sums.entry(&item.driver).or_default() += if cost { -item.amount } else { item.amount };
            }
        }
        let mut all: Vec<(&BridgeDriver, f64)> = sums.into_iter().collect();
        all.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()).then_with(|| a.0.cmp(b.0)));
        all
    }

    /// Whether nothing changes.
    pub fn is_unchanged(&self) -> bool {
        let still = |b: &Option<Bridge>| b.as_ref().is_none_or(|b| b.items.is_empty());
        still(&self.cost) && still(&self.revenue) && self.reserves.change() == 0.0
    }
}

/// One bar of a waterfall.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What sort of bar.
    pub kind: StepKind,
    /// Height: an amount at both ends, a change between.
    pub amount: f64,
    /// Where the bar starts and ends.
    pub span: Movement,
}

/// What a bar of a waterfall shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// The result before.
    Before,
    /// A part of the change.
    Part(Part),
    /// The result after.
    After,
}

/// The change of an account's result as the bars of a waterfall.
pub fn waterfall(account: &Account) -> Vec<Step> {
    let mut at = account.result.from;
    let mut steps = vec![Step { kind: StepKind::Before, amount: at, span: Movement { from: 0.0, to: at } }];
    for (part, amount) in account.parts() {
        let to = at + amount;
        steps.push(Step { kind: StepKind::Part(part), amount, span: Movement { from: at, to } });
        at = to;
    }
    let to = account.result.to;
    steps.push(Step { kind: StepKind::After, amount: to, span: Movement { from: 0.0, to } });
    steps
}

/// A line at both ends, with its bridge.
struct Bridged<'a> {
    is_cost: bool,
    bridge: Bridge,
    before: &'a LineYear,
    after: &'a LineYear,
    /// What each cause adds to the volume.
    volume: BTreeMap<Cause, f64>,
    /// Incidental as a whole.
    incidental: bool,
}

impl Bridged<'_> {
    /// Whether the change is split into factors, so that volume can be shared with other lines.
    fn is_split(&self) -> bool {
        let single = |d: &BridgeDriver| matches!(d, BridgeDriver::New | BridgeDriver::Ended | BridgeDriver::Other);
        let cost = |y: &LineYear| y.amount - y.measures;
        !self.bridge.items.iter().any(|i| single(&i.driver))
            && [self.before, self.after].iter().all(|y| cost(y) != 0.0 && y.terms.volume > 0.0)
    }
}

fn is_cost(line: &LineProjection) -> bool {
    line.years.iter().any(|y| y.intensity_index.is_some())
}

fn at(line: &LineProjection, year: Year) -> Option<&LineYear> {
    line.years.iter().find(|y| y.year == year)
}

/// The account of every line and group that either end has. Years in which an
/// end has no figures give none. Two ends with the same projection and other
/// years are a change through the years, else a difference in one year.
pub fn accounts(a: &End, b: &End, from: Year, to: Year) -> Vec<Account> {
    let ids = in_order(&a.projection, &b.projection, |p| p.lines.iter().map(|l| l.id.clone()).collect());
    let mut lines: BTreeMap<String, Bridged<'_>> = BTreeMap::new();
    let nothing = (empty_like(&b.projection, &a.projection), empty_like(&a.projection, &b.projection));
    for id in &ids {
        let find = |p: &'_ Projection| p.lines.iter().position(|l| l.id == *id);
        let first = find(&a.projection).map(|i| &a.projection.lines[i]);
        let second = find(&b.projection).map(|i| &b.projection.lines[i]);
        let (Some(x), Some(y)) = (
            first.or_else(|| nothing.0.iter().find(|l| l.id == *id)),
            second.or_else(|| nothing.1.iter().find(|l| l.id == *id)),
        ) else {
            continue;
        };
        let bridge = if from == to { line_between_scenarios(x, y, to) } else { line_between_years(y, from, to) };
        let start = if from == to { x } else { y };
        let (Some(mut bridge), Some(before), Some(after)) = (bridge, at(start, from), at(y, to)) else { continue };
        // A line that is incidental as a whole makes all of its change incidental.
        let whole = |y: &LineYear| y.amount != 0.0 && y.incidental == y.amount;
        let quiet = |y: &LineYear| y.amount == 0.0;
        let incidental =
            (whole(before) || quiet(before)) && (whole(after) || quiet(after)) && (whole(before) || whole(after));
        if incidental {
            bridge.items.iter_mut().for_each(|i| i.incidental = true);
        }
        let volume = volume_causes(start, y, from, to);
        lines.insert(
            id.clone(),
            Bridged { is_cost: is_cost(x) || is_cost(y), bridge, before, after, volume, incidental },
        );
    }
    let mut all: Vec<Account> = ids.iter().filter_map(|id| lines.get(id).map(|l| of_line(id, l))).collect();
    let groups = in_order(&a.projection, &b.projection, |p| p.groups.iter().map(|g| g.id.clone()).collect());
    for id in groups {
        all.extend(of_group(&id, a, b, (from, to), &lines));
    }
    all
}

/// Names of both ends, those of the second that the first lacks behind.
fn in_order<T: PartialEq>(a: &Projection, b: &Projection, names: impl Fn(&Projection) -> Vec<T>) -> Vec<T> {
    let mut all = names(a);
    for name in names(b) {
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// Lines of `other` that `own` lacks, with nothing in every year.
fn empty_like(other: &Projection, own: &Projection) -> Vec<LineProjection> {
    let missing = other.lines.iter().filter(|l| !own.lines.iter().any(|o| o.id == l.id));
    missing
        .map(|line| {
            let mut line = line.clone();
            for year in &mut line.years {
                year.amount = 0.0;
                year.measures = 0.0;
                year.incidental = 0.0;
                year.terms = crate::projection::Terms::default();
            }
            line
        })
        .collect()
}

fn volume_causes(a: &LineProjection, b: &LineProjection, from: Year, to: Year) -> BTreeMap<Cause, f64> {
    let of = |line: &LineProjection, after: Option<Year>, until: Year| {
        let mut sums: BTreeMap<Cause, f64> = BTreeMap::new();
        for year in line.years.iter().filter(|y| after.is_none_or(|a| y.year > a) && y.year <= until) {
            for part in &year.terms.volume_parts {
                *sums.entry(part.cause.clone()).or_default() += part.amount;
            }
        }
        sums
    };
    // Each side by itself, so that two sides that are the same differ by exactly nothing.
    let (mut sums, less) = match from.cmp(&to) {
        std::cmp::Ordering::Equal => (of(b, None, to), of(a, None, to)),
        std::cmp::Ordering::Less => (of(b, Some(from), to), BTreeMap::new()),
        std::cmp::Ordering::Greater => (BTreeMap::new(), of(b, Some(to), from)),
    };
    for (cause, amount) in less {
        *sums.entry(cause).or_default() -= amount;
    }
    sums
}

fn of_line(id: &str, line: &Bridged<'_>) -> Account {
    let sign = if line.is_cost { -1.0 } else { 1.0 };
    let result = Movement { from: sign * line.bridge.from, to: sign * line.bridge.to };
    let bridge = Some(line.bridge.clone());
    let (cost, revenue) = if line.is_cost { (bridge, None) } else { (None, bridge) };
    Account { id: AccountId::Line(id.to_owned()), cost, revenue, reserves: Movement::default(), result }
}

fn group_of<'a>(end: &'a End, id: &GroupId) -> Option<&'a GroupProjection> {
    end.projection.groups.iter().find(|g| g.id == *id)
}

/// Shares of the lines of a group, by id.
fn shares(end: &End, id: &GroupId) -> BTreeMap<String, f64> {
    let Some(group) = group_of(end, id) else { return BTreeMap::new() };
    group.members.iter().map(|(l, share)| (end.projection.lines[l.0].id.clone(), *share)).collect()
}

fn of_group(
    id: &GroupId,
    a: &End,
    b: &End,
    (from, to): (Year, Year),
    lines: &BTreeMap<String, Bridged<'_>>,
) -> Option<Account> {
    let (before, after) = (shares(if from == to { a } else { b }, id), shares(b, id));
    let mut members: Vec<&String> = before.keys().chain(after.keys()).collect();
    members.sort();
    members.dedup();
    let year_of =
        |end: &End, year: Year| group_of(end, id).and_then(|g| g.years.iter().find(|y| y.year == year).cloned());
    let (start, end) = (year_of(if from == to { a } else { b }, from), year_of(b, to));
    let sums_clients = start.as_ref().or(end.as_ref()).is_some_and(|y| y.clients.is_some());
    let mut sides: [(Sums, f64, f64); 2] = Default::default();
    let mut mixed: Vec<(f64, &Bridged<'_>)> = Vec::new();
    for member in members {
        let Some(line) = lines.get(member) else { continue };
        let (x, y) = (before.get(member).copied(), after.get(member).copied());
        // A line that one end lacks altogether has no other share there: it is
        // new, or has ended, for the share that it has.
        let has = |end: &End| end.projection.lines.iter().any(|l| l.id == *member);
        let x = x.or(y.filter(|_| !has(if from == to { a } else { b }))).unwrap_or(0.0);
        let y = y.or(Some(x).filter(|_| !has(b))).unwrap_or(0.0);
        let side = &mut sides[usize::from(!line.is_cost)];
        side.1 += x * line.bridge.from;
        side.2 += y * line.bridge.to;
        if (x - y).abs() > f64::EPSILON {
            // A line that belongs to the group by another share: one item.
            let change = y * line.bridge.to - x * line.bridge.from;
            add(&mut side.0, &BridgeDriver::Other, false, change);
            continue;
        }
        if sums_clients && line.is_cost && line.before.clients.is_some() && line.is_split() {
            mixed.push((x, line));
            let rest = line.bridge.items.iter().filter(|i| !matches!(i.driver, BridgeDriver::Volume(_)));
            rest.for_each(|i| add(&mut side.0, &i.driver, i.incidental, x * i.amount));
        } else {
            line.bridge.items.iter().for_each(|i| add(&mut side.0, &i.driver, i.incidental, x * i.amount));
        }
    }
    mix(&mut sides[0].0, &mixed);
    let moved = |y: Option<&crate::projection::GroupYear>| y.map_or(0.0, |y| y.withdrawals - y.additions);
    let reserves = Movement { from: moved(start.as_ref()), to: moved(end.as_ref()) };
    let [cost, revenue] = sides;
    let result = Movement { from: revenue.1 - cost.1 + reserves.from, to: revenue.2 - cost.2 + reserves.to };
    let bridge = |(sums, from, to): (Sums, f64, f64)| Bridge { from, to, items: items(sums) };
    Some(Account {
        id: AccountId::Group(id.clone()),
        cost: Some(bridge(cost)),
        revenue: Some(bridge(revenue)),
        reserves,
        result,
    })
}

type Sums = BTreeMap<(BridgeDriver, bool), f64>;

fn add(sums: &mut Sums, driver: &BridgeDriver, incidental: bool, amount: f64) {
    if amount != 0.0 {
        *sums.entry((driver.clone(), incidental)).or_default() += amount;
    }
}

fn items(sums: Sums) -> Vec<BridgeItem> {
    let moved = sums.into_iter().filter(|(_, amount)| *amount != 0.0);
    moved.map(|((driver, incidental), amount)| BridgeItem { driver, amount, incidental }).collect()
}

/// Volume of lines whose clients may be summed: what the number of clients
/// together does, by cause, and the shift between the lines (mix).
///
/// With s the share of a line in the clients V, its volume effect
/// `L ln(v1/v0)` is `L ln(V1/V0) + L ln(s1/s0)`: the first is volume, the
/// second mix. Clients who move between two lines of the group are mix.
fn mix(sums: &mut Sums, lines: &[(f64, &Bridged<'_>)]) {
    let before = lines.iter().fold(0.0, |s, (w, l)| s + w * l.before.terms.volume);
    let after = lines.iter().fold(0.0, |s, (w, l)| s + w * l.after.terms.volume);
    if lines.len() < 2 || before <= 0.0 || after <= 0.0 {
        for (share, line) in lines {
            let volume = line.bridge.items.iter().filter(|i| matches!(i.driver, BridgeDriver::Volume(_)));
            volume.for_each(|i| add(sums, &i.driver, i.incidental, share * i.amount));
        }
        return;
    }
    // Incidental lines stand apart as a whole, so the sum runs over each kind.
    for incidental in [false, true] {
        let mut weight = 0.0;
        let mut effects = 0.0;
        let mut causes: BTreeMap<&Cause, f64> = BTreeMap::new();
        let mut rest = after - before;
        for (share, line) in lines {
            for (cause, amount) in &line.volume {
                *causes.entry(cause).or_default() += share * amount;
                rest -= share * amount;
            }
            if line.incidental != incidental {
                continue;
            }
            let volume = line.bridge.items.iter().filter(|i| matches!(i.driver, BridgeDriver::Volume(_)));
            effects += volume.fold(0.0, |s, i| s + share * i.amount);
            let cost = |y: &LineYear| y.amount - y.measures;
            weight += share * logarithmic_mean(cost(line.after), cost(line.before));
        }
        if weight == 0.0 {
            continue;
        }
        let per_client = weight / logarithmic_mean(after, before);
        let mut volume = 0.0;
        for (cause, amount) in causes {
            volume += per_client * amount;
            add(sums, &BridgeDriver::Volume(cause.clone()), incidental, per_client * amount);
        }
        if rest.abs() > 1e-9 * (before + after) {
            volume += per_client * rest;
            add(sums, &BridgeDriver::Volume(Cause::Base), incidental, per_client * rest);
        }
        add(sums, &BridgeDriver::Mix, incidental, effects - volume);
    }
}
