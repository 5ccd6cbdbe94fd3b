//! Which assumption did it: the change between two scenarios shared out over
//! the assumptions that differ, so that their order does not matter.
//!
//! The share of an assumption is its Shapley value: what it adds, on average
//! over every order in which the assumptions could be changed one by one.
//! Shares sum to the change exactly. L.S. Shapley, "A value for n-person
//! games" (1953). With n assumptions 2^n futures are computed, so above
//! [`MOST`] they are taken together, first by line, then all but the largest,
//! and the attribution says so.

use std::collections::BTreeMap;

use super::items::{self, Item, completed, items, put};
use super::take_over;
use crate::model::{AssumptionId, Model};
use crate::projection::{Central, Projection, project};
use crate::units::Year;

/// Most players of which every combination is computed.
pub const MOST: usize = 12;

/// How a change is shared out.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribution {
    /// Those who share, in the order of their addresses; what differs
    /// otherwise (figures, lines, weights) is the last.
    pub players: Vec<Player>,
    /// How many assumptions and items differ.
    pub differing: usize,
    /// Whether assumptions were taken together by line because there are more than can be counted one by one.
    pub by_line: bool,
}

/// Assumptions that share in a change.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    /// The assumption, or what several are taken together as: `cost.jeugd`;
    /// `structure` for what is no assumption; `rest` for the small ones together.
    pub name: String,
    /// Addresses in it.
    pub addresses: Vec<String>,
    /// Names of measures, flows, lines and ends in it.
    pub items: Vec<String>,
    /// Change of each line's amount, by id.
    pub lines: BTreeMap<String, f64>,
    /// Change of the cost, revenue and result of `total`.
    pub cost: f64,
    /// Revenue.
    pub revenue: f64,
    /// Result: negative is a disadvantage.
    pub result: f64,
}

/// A group of differing assumptions, as ids in both models.
#[derive(Clone, Debug)]
struct Team {
    name: String,
    addresses: Vec<String>,
    ids: Vec<(AssumptionId, AssumptionId)>,
    items: Vec<Item>,
}

impl Team {
    /// Makes what is in it as it is in the other model: of ids the first is
    /// that in `model`, unless it is the second's turn.
    fn change(&self, model: &mut Model, from: &Model, second: bool) {
        self.items.iter().for_each(|item| put(model, item, from));
        for (i, j) in &self.ids {
            let (own, there) = if second { (*j, *i) } else { (*i, *j) };
            take_over(model, own, from, there);
        }
    }
}

/// What is shared out: amounts of lines, then cost, revenue and result of `total`.
#[derive(Clone, Debug)]
struct Outcome(Vec<f64>);

/// Shares out the difference of a year between two models. None where a year
/// is not in both, or where nothing differs.
pub fn attribute(a: &Model, b: &Model, year: Year) -> Option<Attribution> {
    a.year_index(year)?;
    b.year_index(year)?;
    let (a, b) = (&completed(a, b), &completed(b, a));
    let mut teams: Vec<Team> = Vec::new();
    for (i, x) in a.assumptions.iter().enumerate() {
        let Some(j) = b.assumptions.iter().position(|y| y.address == x.address) else { continue };
        let differs = a.years().enumerate().any(|(at, year)| {
            b.year_index(year).is_some_and(|there| {
                #[allow(clippy::float_cmp, reason = "whether somebody changed it")]
                let other = x.values[at] != b.assumptions[j].values[there];
                other
            })
        });
        if differs {
            let ids = vec![(AssumptionId(i), AssumptionId(j))];
            teams.push(Team { name: x.address.clone(), addresses: vec![x.address.clone()], ids, items: Vec::new() });
        }
    }
    for item in items(a, b) {
        teams.push(Team { name: item.name.clone(), addresses: Vec::new(), ids: Vec::new(), items: vec![item] });
    }
    teams.sort_by(|x, y| x.name.cmp(&y.name));
    let differing = teams.len();
    let mut names: Vec<String> = a.lines.all.iter().chain(&b.lines.all).map(|l| l.id().to_owned()).collect();
    names.sort();
    names.dedup();
    let ask = |model: &Model| outcome(&project(model, &Central(model)), model, &names, year);
    let (start, end) = (ask(a), ask(b));
    // Whether that is all, looked at from both sides, so that both say the same.
    let (mut there, mut back) = (a.clone(), b.clone());
    teams.iter().for_each(|team| team.change(&mut there, b, false));
    teams.iter().for_each(|team| team.change(&mut back, a, true));
    let structure = !near(&ask(&there), &end) || !near(&ask(&back), &start);
    if teams.is_empty() && !structure {
        return None;
    }
    let room = MOST - usize::from(structure);
    let by_line = teams.len() > room;
    if by_line {
        teams = grouped(a, b, teams);
    }
    if teams.len() > room {
        teams = largest_apart(a, b, teams, room, (&start, &end), &ask);
    }
    let count = teams.len() + usize::from(structure);
    // The future of every combination: bit p says whether player p has changed.
    let values: Vec<Outcome> = (0..1usize << count)
        .map(|set| {
            let changed = |p: usize| set >> p & 1 == 1;
            let structural = structure && changed(teams.len());
            let mut model = if structural { b.clone() } else { a.clone() };
            for (_, team) in teams.iter().enumerate().filter(|(p, _)| changed(*p) != structural) {
                team.change(&mut model, if structural { a } else { b }, structural);
            }
            ask(&model)
        })
        .collect();
    let weights = weights(count);
    let mut players = Vec::with_capacity(count);
    for p in 0..count {
        let mut sum = vec![0.0; start.0.len()];
        for (set, without) in values.iter().enumerate().filter(|(set, _)| set >> p & 1 == 0) {
            let weight = weights[set.count_ones() as usize];
            let with = &values[set | 1 << p];
            for (s, (x, y)) in sum.iter_mut().zip(with.0.iter().zip(&without.0)) {
                *s += weight * (x - y);
            }
        }
        let (name, addresses, items) = match teams.get(p) {
            Some(team) => {
                let items = team.items.iter().map(|i| i.name.clone()).collect();
                (team.name.clone(), team.addresses.clone(), items)
            }
            None => ("structure".to_owned(), Vec::new(), Vec::new()),
        };
        let n = names.len();
        let lines = names.iter().cloned().zip(sum[..n].iter().copied()).filter(|(_, x)| *x != 0.0).collect();
        players.push(Player { name, addresses, items, lines, cost: sum[n], revenue: sum[n + 1], result: sum[n + 2] });
    }
    Some(Attribution { players, differing, by_line })
}

/// How much a combination of `s` others counts: `s! (n-1-s)! / n!`.
fn weights(n: usize) -> Vec<f64> {
    #[allow(clippy::cast_precision_loss, reason = "at most 12")]
    let choose = |k: usize| (0..k).fold(1.0, |c, i| c * (n - 1 - i) as f64 / (i + 1) as f64);
    #[allow(clippy::cast_precision_loss, reason = "at most 12")]
    (0..n).map(|s| 1.0 / (n as f64 * choose(s))).collect()
}

fn outcome(projection: &Projection, model: &Model, names: &[String], year: Year) -> Outcome {
    let at = model.year_index(year).unwrap_or(0);
    let amount = |name: &String| model.lines.find(name).map_or(0.0, |l| projection.lines[l.0].years[at].amount);
    let mut all: Vec<f64> = names.iter().map(amount).collect();
    let total = projection.groups.iter().find(|g| g.id == crate::projection::GroupId::Total);
    all.extend(total.map_or([0.0; 3], |g| [g.years[at].cost, g.years[at].revenue, g.years[at].result]));
    Outcome(all)
}

fn near(a: &Outcome, b: &Outcome) -> bool {
    a.0.iter().zip(&b.0).all(|(x, y)| (x - y).abs() <= 1e-9 * (1.0 + x.abs() + y.abs()))
}

/// Assumptions taken together by the line they are about; an index by itself.
fn grouped(a: &Model, b: &Model, teams: Vec<Team>) -> Vec<Team> {
    let mut by_name: BTreeMap<String, Team> = BTreeMap::new();
    for team in teams {
        let name = match team.items.first() {
            Some(item) => items::line_of(item, a, b),
            // Where the two put it under different lines: under the same, whichever is the first.
            None => line_of(a, &team.name).min(line_of(b, &team.name)),
        };
        let empty = || Team { name: name.clone(), addresses: Vec::new(), ids: Vec::new(), items: Vec::new() };
        let entry = by_name.entry(name.clone()).or_insert_with(empty);
        entry.items.extend(team.items);
        entry.addresses.extend(team.addresses);
        entry.ids.extend(team.ids);
    }
    by_name.into_values().collect()
}

fn line_of(model: &Model, address: &str) -> String {
    let mut parts = address.split('.');
    let (kind, id) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let side = |line: crate::model::LineId| {
        let line = model.lines.get(line);
        format!("{}.{}", items::side(line), line.id())
    };
    let found = match kind {
        "measure" => model.measures.iter().find(|m| m.id == id).map(|m| side(m.line)),
        "flow" => model.flows.iter().find(|f| f.id == id).map(|f| side(f.from)),
        _ => None,
    };
    found.unwrap_or_else(|| if id.is_empty() { kind.to_owned() } else { format!("{kind}.{id}") })
}

/// The teams that do most by themselves stay apart, the others become one.
fn largest_apart(
    a: &Model,
    b: &Model,
    teams: Vec<Team>,
    room: usize,
    (start, end): (&Outcome, &Outcome),
    ask: &impl Fn(&Model) -> Outcome,
) -> Vec<Team> {
    let mut sized: Vec<(f64, Team)> = teams
        .into_iter()
        .map(|team| {
            // From both sides, so that the same stay apart whichever comes first.
            let (mut there, mut back) = (a.clone(), b.clone());
            team.change(&mut there, b, false);
            team.change(&mut back, a, true);
            let far = |model: &Model, from: &Outcome| {
                ask(model).0.iter().zip(&from.0).fold(0.0, |s, (x, y)| s + (x - y).abs())
            };
            let moved = far(&there, start) + far(&back, end);
            (moved, team)
        })
        .collect();
    sized.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| x.1.name.cmp(&y.1.name)));
    let small = sized.split_off(room - 1);
    let mut kept: Vec<Team> = sized.into_iter().map(|(_, t)| t).collect();
    kept.sort_by(|x, y| x.name.cmp(&y.name));
    let mut rest = Team { name: "rest".to_owned(), addresses: Vec::new(), ids: Vec::new(), items: Vec::new() };
    for (_, team) in small {
        rest.items.extend(team.items);
        rest.addresses.extend(team.addresses);
        rest.ids.extend(team.ids);
    }
    kept.push(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_weigh_as_orders_do() {
        // Of three players: alone first 1/3, after one other 1/6, last 1/3.
        let three = weights(3);
        assert!((three[0] - 1.0 / 3.0).abs() < 1e-15 && (three[1] - 1.0 / 6.0).abs() < 1e-15);
        assert!((three[2] - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(weights(1), [1.0]);
    }
}
