//! What a what-if assumes differently, in plain words.
//!
//! Compares the two models, not the files: so `shift`, `scale`, `every` and a
//! chain of what-ifs all read as what they come down to, such as *de groei van
//! Jeugdhulp: 4,25% per jaar in plaats van 2,5% per jaar*.

use std::collections::BTreeMap;

use super::addresses;
use super::disclosure::Disclosure;
use super::words;
use crate::dutch;
use crate::model::{Assumption, Income, Line, Model};

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// As a sentence without its full stop.
    pub words: String,
    /// Who says so.
    pub who: Option<String>,
    /// What `explain` calls the numbers in the words.
    pub addresses: Vec<String>,
}

/// What is said, of which names.
struct Said {
    what: String,
    names: Vec<String>,
    who: Option<String>,
    addresses: Vec<String>,
}

/// All differences, in the order of the what-if's model; equal changes of several items are one.
pub fn between(base: &Model, other: &Model, disclosure: &Disclosure) -> Vec<Difference> {
    // What is said of it -> the names it is said of.
    let mut said: Vec<Said> = Vec::new();
    let mut say = |name: String, what: String, who: Option<String>, addresses: Vec<String>| match said
        .iter_mut()
        .find(|s| s.what == what && s.who == who)
    {
        Some(known) => {
            if !known.names.contains(&name) {
                known.names.push(name);
            }
            known.addresses.extend(addresses);
        }
        None => said.push(Said { what, names: vec![name], who, addresses }),
    };
    let here = |model: &Model, a: &Assumption| -> Vec<String> {
        let id = &model.scenario.id;
        let all = addresses::values(model, a).into_iter().chain(addresses::bounds(model, a));
        all.map(|address| format!("in({id}, {address})")).collect()
    };
    let known: BTreeMap<&str, &Assumption> = base.assumptions.iter().map(|a| (a.address.as_str(), a)).collect();
    let year = base.base_year();
    let new_measures: Vec<&str> =
        other.measures.iter().filter(|m| !base.measures.iter().any(|b| b.id == m.id)).map(|m| m.id.as_str()).collect();
    for a in &other.assumptions {
        if new_measures.iter().any(|id| a.address.starts_with(&format!("measure.{id}."))) {
            continue;
        }
        let now = disclosure.series(other, a);
        match known.get(a.address.as_str()) {
            None if a.values.iter().skip(1).all(|v| *v == neutral(a)) => {}
            None => say(words::of_address(other, &a.address), now, who(a), here(other, a)),
            Some(b) if differs(&a.values, &b.values) => {
                say(
                    words::of_address(other, &a.address),
                    format!("{now} in plaats van {}", disclosure.series(base, b)),
                    who(a),
                    [here(other, a), here(base, b)].concat(),
                );
            }
            Some(b) if a.distributions != b.distributions => {
                let sure = disclosure.uncertainty(other, a);
                say(
                    words::of_address(other, &a.address),
                    format!("andere onzekerheid: {sure}"),
                    who(a),
                    here(other, a),
                );
            }
            Some(_) => {}
        }
    }
    for b in &base.assumptions {
        let gone = !other.assumptions.iter().any(|a| a.address == b.address);
        let removed = b.address.split('.').nth(1).is_some_and(|id| {
            b.address.starts_with("measure.") && !other.measures.iter().any(|m| m.id == id)
                || b.address.starts_with("flow.") && !other.flows.iter().any(|f| f.id == id)
        });
        if gone && !removed && differs(&b.values, &vec![neutral(b); b.values.len()]) {
            say(words::of_address(base, &b.address), "vervalt".to_owned(), None, Vec::new());
        }
    }
    for m in other.measures.iter().filter(|m| new_measures.contains(&m.id.as_str())) {
        let parts: Vec<String> = [m.amount, m.volume]
            .into_iter()
            .flatten()
            .map(|id| words::series(&other.assumption(id).values, other.assumption(id).scale, year))
            .collect();
        let on = words::clean(other.lines.get(m.line).label());
        let provenance = m.amount.or(m.volume).and_then(|id| who(other.assumption(id)));
        let amounts = [m.amount, m.volume].into_iter().flatten().flat_map(|id| here(other, other.assumption(id)));
        let what = format!("{} op {on}", dutch::list(&parts));
        say(format!("nieuw: {}", words::clean(&m.label)), what, provenance, amounts.collect());
    }
    for m in base.measures.iter().filter(|m| !other.measures.iter().any(|o| o.id == m.id)) {
        say(format!("‘{}’", words::clean(&m.label)), "vervalt".to_owned(), None, Vec::new());
    }
    for f in base.flows.iter().filter(|f| !other.flows.iter().any(|o| o.id == f.id)) {
        say(format!("de doorstroom ‘{}’", words::clean(&f.label)), "vervalt".to_owned(), None, Vec::new());
    }
    for line in &other.lines.all {
        let Some(before) = base.lines.find(line.id()).map(|l| base.lines.get(l)) else { continue };
        for (name, what) in structure(base, before, other, line) {
            say(name, what, None, Vec::new());
        }
    }
    for m in &other.measures {
        let Some(before) = base.measures.iter().find(|b| b.id == m.id) else { continue };
        if before.indexed != m.indexed {
            let what = if m.indexed { "stijgt mee met de prijs" } else { "stijgt niet mee met de prijs" };
            say(format!("‘{}’", words::clean(&m.label)), what.to_owned(), None, Vec::new());
        }
    }
    // What the comparison did not find, as written: better raw than silent.
    let written = |c: &crate::model::Change| {
        let hidden = disclosure.hides_address(other, &c.address)
            || other.under(&c.address).into_iter().any(|id| disclosure.hides(other, other.assumption(id)));
        if hidden { "niet getoond".to_owned() } else { words::clean(&c.written) }
    };
    let rest: Vec<(String, String, Option<String>)> = other
        .scenario
        .changes
        .iter()
        .filter(|c| said.is_empty() && !c.written.is_empty())
        .map(|c| (words::of_address(other, &c.address), written(c), c.source.as_deref().map(words::clean)))
        .collect();
    let rest = rest.into_iter().map(|(name, what, who)| Said { what, names: vec![name], who, addresses: Vec::new() });
    said.extend(rest);
    said.into_iter()
        .map(|s| Difference {
            words: format!("{}: {}", words::capital(&words::some_of(&words::together(&s.names), 6)), s.what),
            who: s.who,
            addresses: s.addresses,
        })
        .collect()
}

/// What a line is built of and no assumption holds.
fn structure(base: &Model, before: &Line, other: &Model, now: &Line) -> Vec<(String, String)> {
    let label = words::clean(now.label());
    let mut found = Vec::new();
    let terms = |l: &Line| {
        l.as_cost().map(|c| c.price.index.clone()).or(l.as_revenue().map(|r| r.price.index.clone())).unwrap_or_default()
    };
    let (a, b) = (terms(before), terms(now));
    let (was, is) = (words::indices(base, &a), words::indices(other, &b));
    if was != is {
        found.push((format!("de prijs van {label}"), format!("volgt {is} in plaats van {was}")));
    }
    let until = |l: &Line| l.as_revenue().and_then(|r| r.until);
    if until(before) != until(now) {
        let what = until(now).map_or_else(|| "stopt niet".to_owned(), |y| format!("stopt na {y}"));
        found.push((label.clone(), what));
    }
    let lag = |l: &Line| {
        l.as_revenue().and_then(|r| match &r.income {
            Income::Follows(f) => Some(f.lag),
            _ => None,
        })
    };
    if let (Some(x), Some(y)) = (lag(before), lag(now))
        && x != y
    {
        found.push((label, format!("volgt {y} jaar later in plaats van {x} jaar later")));
    }
    found
}

/// What an absent assumption counts as.
fn neutral(a: &Assumption) -> f64 {
    match a.scale {
        crate::model::Scale::Realisation => 1.0,
        _ => 0.0,
    }
}

fn differs(a: &[f64], b: &[f64]) -> bool {
    a.len() != b.len() || a.iter().zip(b).any(|(x, y)| (x - y).abs() > 1e-12 * x.abs().max(y.abs()).max(1e-3))
}

fn who(a: &Assumption) -> Option<String> {
    let by_year = a.provenance_by_year.iter().map(|(_, p)| p).find(|p| !p.is_empty());
    let provenance = by_year.unwrap_or(&a.provenance);
    (!provenance.is_empty()).then(|| words::provenance(provenance))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_start_alike_are_said_once() {
        let names = ["de groei van Jeugd".to_owned(), "de groei van Wmo".to_owned()];
        assert_eq!(dutch::list(&words::together(&names)), "de groei van Jeugd en Wmo");
        let mixed = ["de groei van Jeugd".to_owned(), "de index OVA".to_owned()];
        assert_eq!(words::together(&mixed), mixed);
    }
}
