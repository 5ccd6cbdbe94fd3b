//! From what `fn risk` returns to findings: one map, a list of maps, or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use rhai::{ASTNode, Dynamic, Expr, Map};

use super::facts::{Facts, Names, measure_kind};
use super::failure::{self, with_article};
use super::figure::{Fault, Figure};
use super::finding::{Evidence, EvidenceInput, Finding, Impact, RichText};
use super::head;
use super::rule_path;
use super::session::Session;
use super::syntax::Compiled;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::dutch::{self, Quantity};
use crate::model::FigureAddress;
use crate::units::Year;

/// What a returned map may hold, with what it is, for the reference.
pub(super) const KEYS: [(&str, &str); 14] = [
    ("text", "Wat er aan de hand is, in korte zinnen. Verplicht. Getallen vult u in met ${...}."),
    ("chance", "De kans dat het gebeurt: chance(...), percent(50) of \"50%\". Verplicht, behalve bij impact: \"pm\"."),
    ("impact", "Wat het kost als het gebeurt, in euro. Of \"pm\" als geen getal het kan dragen. Verplicht."),
    ("response", "Wat we eraan doen."),
    ("title", "Een andere kop dan die in RULE."),
    ("domain", "Een ander domein dan dat in RULE."),
    ("term", "\"kort\" of \"lang\", anders dan in RULE."),
    ("owner", "Wie dit risico beheert."),
    ("portfolio_holder", "De verantwoordelijke wethouder."),
    ("source", "Op welk document dit risico rust."),
    ("structural", "true of false, anders dan in RULE."),
    ("covered_by", "Adressen van onzekere aannames waar dit risico al in zit."),
    ("years", "De jaren waarin het kan gebeuren: [2027, 2028]. Zonder dit: de jaren van de getallen in de impact."),
    (
        "from_projection",
        "true: het bedrag zit al in het tekort van de raming en wordt niet nog eens opgeteld. false: het komt er bovenop. Zonder dit beslist waar het bedrag vandaan komt.",
    ),
];

/// Their names.
pub(super) fn keys() -> impl Iterator<Item = &'static str> + Clone {
    KEYS.iter().map(|(key, _)| *key)
}

/// Most risks of one rule.
const MAX_FINDINGS: usize = 100;

/// Reads what a rule returned.
pub(super) fn findings(
    session: &Session,
    rule: &Compiled,
    facts: &Arc<dyn Facts>,
    value: &Dynamic,
) -> Result<Vec<Finding>, Vec<Diagnostic>> {
    let place = rule.place_of("risk");
    let wrong = |value: &Dynamic| {
        vec![
            Diagnostic::error("rule-result", &place, format!("`risk` returns {}", with_article(value.type_name())))
                .help("it returns one map #{ text: ..., chance: ..., impact: ... }, a list of maps, or nothing"),
        ]
    };
    if value.is_unit() {
        return Ok(Vec::new());
    }
    let mut maps: Vec<Map> = Vec::new();
    if let Ok(map) = value.as_map_ref() {
        maps.push(map.clone());
    } else if let Ok(list) = value.as_array_ref() {
        for item in list.iter() {
            maps.push(item.as_map_ref().map_err(|_| wrong(item))?.clone());
        }
    } else {
        return Err(wrong(value));
    }
    if maps.len() > MAX_FINDINGS {
        return Err(vec![Diagnostic::error(
            "rule-result",
            &place,
            format!("`risk` returns more than {MAX_FINDINGS} risks"),
        )]);
    }
    let mut found = Vec::new();
    let mut diagnostics = Vec::new();
    for (i, map) in maps.iter().enumerate() {
        let id = if i == 0 { rule.head.id.clone() } else { format!("{}-{}", rule.head.id, i + 1) };
        let mut reader = Reader { session, rule, facts, map, evidence: Vec::new(), diagnostics: Vec::new() };
        let finding = reader.finding(id);
        diagnostics.append(&mut reader.diagnostics);
        found.extend(finding);
    }
    diagnostics.dedup();
    if diagnostics.is_empty() { Ok(found) } else { Err(diagnostics) }
}

struct Reader<'a> {
    session: &'a Session,
    rule: &'a Compiled,
    facts: &'a Arc<dyn Facts>,
    map: &'a Map,
    evidence: Vec<Evidence>,
    diagnostics: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn finding(&mut self, id: String) -> Option<Finding> {
        for key in self.map.keys() {
            if !keys().any(|k| k == key.as_str()) {
                let fault = Fault::new("unknown-key", format!("a risk knows no `{key}`"));
                let fault = match nearest(key, keys()) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help(format!("known are {}", keys().collect::<Vec<_>>().join(", "))),
                };
                self.wrong(key, &fault);
            }
        }
        let head = self.rule.head.clone();
        let text = self.rich("text");
        if text.is_none() && self.map.get("text").is_none() {
            self.wrong("text", &Fault::new("missing-key", "a risk needs a `text`"));
        }
        let unknown =
            self.map.get("impact").is_some_and(|v| v.as_immutable_string_ref().is_ok_and(|t| t.as_str() == "pm"));
        let chance = self.chance();
        let impact = if unknown { None } else { self.impact() };
        if !unknown {
            for (key, there) in
                [("chance", self.map.contains_key("chance")), ("impact", self.map.contains_key("impact"))]
            {
                if !there {
                    self.wrong(
                        key,
                        &Fault::new("missing-key", format!("a risk needs its `{key}`"))
                            .help("a risk that no figure can carry says impact: \"pm\" and needs no chance"),
                    );
                }
            }
        }
        let projected = impact.as_ref().is_some_and(|(_, figure)| figure.is_projected());
        let from_projection = self.truth("from_projection").unwrap_or(projected);
        let years = self.years(impact.as_ref().map(|(_, f)| f));
        let term = match self.plain("term").as_deref().map(head::term) {
            Some(None) => {
                self.wrong(
                    "term",
                    &Fault::new("rule-result", "a term is \"kort\" (within a year) or \"lang\" (later)"),
                );
                None
            }
            other => other.flatten(),
        };
        let response = match self.map.get("response") {
            Some(_) => self.rich("response"),
            None => head.response.clone().map(|text| RichText { segments: vec![super::finding::Segment::Plain(text)] }),
        };
        let finding = Finding {
            id,
            rule: head.id.clone(),
            place: self.rule.place_of("risk"),
            title: self.plain("title").unwrap_or_else(|| head.title.clone()),
            domain: self.plain("domain").unwrap_or_else(|| head.domain.clone()),
            term: term.unwrap_or(head.term),
            source: self.plain("source").or_else(|| head.source.clone()),
            owner: self.plain("owner").or_else(|| head.owner.clone()),
            portfolio_holder: self.plain("portfolio_holder").or_else(|| head.portfolio_holder.clone()),
            chance: chance.map(|(value, _)| value),
            chance_evidence: chance.and_then(|(_, evidence)| evidence),
            impact: impact.map(|(impact, _)| impact),
            from_projection,
            structural: self.truth("structural").unwrap_or(head.structural),
            covered_by: self.covered_by(),
            text: text.unwrap_or_default(),
            response,
            years,
            evidence: std::mem::take(&mut self.evidence),
        };
        self.diagnostics.is_empty().then_some(finding)
    }

    fn wrong(&mut self, key: &str, fault: &Fault) {
        let place = place_of_key(self.rule, key).unwrap_or_else(|| self.rule.place_of("risk"));
        self.diagnostics.push(failure::diagnostic(fault, &place));
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let value = self.map.get(key)?;
        match value.as_immutable_string_ref() {
            Ok(text) if !text.trim().is_empty() => Some(text.to_string()),
            Ok(_) => {
                self.wrong(key, &Fault::new("rule-result", format!("`{key}` is empty")));
                None
            }
            Err(kind) => {
                self.wrong(key, &Fault::new("rule-result", format!("`{key}` is a text, not {}", with_article(kind))));
                None
            }
        }
    }

    /// A text without figures: its numbers could not be traced.
    fn plain(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        if self.session.render(&text) != text {
            self.wrong(
                key,
                &Fault::new("rule-result", format!("`{key}` holds a figure; figures stand in `text` and `response`")),
            );
            return None;
        }
        Some(text)
    }

    fn rich(&mut self, key: &str) -> Option<RichText> {
        let text = self.text(key)?;
        let mut figures = Vec::new();
        let before = self.evidence.len();
        let rich = self.session.rich(&text, |figure| {
            figures.push(figure.clone());
            before + figures.len() - 1
        });
        match rich {
            Ok(mut rich) => {
                // The same number twice is one line of evidence.
                let places: Vec<usize> = figures.iter().map(|f| self.add(f)).collect();
                for segment in &mut rich.segments {
                    if let super::finding::Segment::Figure { evidence, .. } = segment {
                        *evidence = places.get(evidence.wrapping_sub(before)).copied().unwrap_or(0);
                    }
                }
                Some(rich)
            }
            Err(fault) => {
                self.wrong(key, &fault);
                None
            }
        }
    }

    /// Files a figure as evidence.
    fn add(&mut self, figure: &Figure) -> usize {
        let inputs = figure
            .inputs()
            .iter()
            .map(|(address, input)| EvidenceInput {
                address: address.to_string(),
                unit: input.unit,
                value: input.value,
                source: self.source(address),
            })
            .collect();
        let evidence = Evidence {
            printed: figure.printed(),
            formula: figure.formula().to_owned(),
            unit: figure.unit(),
            value: figure.printed_value(),
            central: figure.central(),
            inputs,
        };
        match self.evidence.iter().position(|e| *e == evidence) {
            Some(there) => there,
            None => {
                self.evidence.push(evidence);
                self.evidence.len() - 1
            }
        }
    }

    fn source(&self, address: &str) -> Option<String> {
        if let Some(name) = address.strip_prefix("parameter(").and_then(|r| r.strip_suffix(')')) {
            let head = &self.rule.head;
            return Some(match self.facts.parameter(&head.id, name) {
                Some(set) => set.place.to_string(),
                None => rule_path(&head.parameter(name).map_or_else(|| head.path.clone(), |p| p.place.to_string())),
            });
        }
        if let Some(inside) = address.strip_prefix("measures").and_then(|r| r.split_once('(')).map(|(_, inside)| inside)
        {
            let kind = inside.split([',', ')']).next().unwrap_or("").trim();
            return measure_kind(kind).ok().and_then(|kind| self.facts.measure_source(kind));
        }
        self.facts.source(&address.parse::<FigureAddress>().ok()?)
    }

    fn chance(&mut self) -> Option<(f64, Option<usize>)> {
        let value = self.map.get("chance")?.clone();
        let fault = |message: String| {
            Fault::new("rule-result", message).help("write chance(x, \"above\", y), percent(50) or \"50%\"")
        };
        let number = if let Some(figure) = value.read_lock::<Figure>() {
            if figure.unit() != Quantity::Percent {
                self.wrong(
                    "chance",
                    &fault(format!("a chance is a percentage, not {}", super::figure::unit_name(figure.unit()))),
                );
                return None;
            }
            if figure.is_uncertain() {
                self.wrong("chance", &fault(format!("the chance {} is itself uncertain", figure.formula())));
                return None;
            }
            (figure.mean_value(), Some(self.add(&figure)))
        } else if let Ok(text) = value.as_immutable_string_ref() {
            match dutch::parse_quantity(&text) {
                Some((number, Quantity::Percent)) => (number, None),
                _ => {
                    self.wrong("chance", &fault(format!("`{}` is no chance", text.as_str())));
                    return None;
                }
            }
        } else if let Ok(number) = value.as_float() {
            (number, None)
        } else {
            self.wrong("chance", &fault(format!("a chance is a percentage, not {}", with_article(value.type_name()))));
            return None;
        };
        if !(0.0..=1.0).contains(&number.0) {
            self.wrong(
                "chance",
                &fault(format!("a chance lies between 0% and 100%, not at {}", dutch::percent(number.0, 2))),
            );
            return None;
        }
        Some(number)
    }

    fn impact(&mut self) -> Option<(Impact, Figure)> {
        let value = self.map.get("impact")?.clone();
        let fault = |message: String| Fault::new("rule-result", message).help("write an amount in euros, or \"pm\"");
        let Some(figure) = value.read_lock::<Figure>() else {
            self.wrong(
                "impact",
                &fault(format!("an impact is a figure in euros, not {}", with_article(value.type_name()))),
            );
            return None;
        };
        if figure.unit() != Quantity::Euro {
            self.wrong(
                "impact",
                &fault(format!("an impact is in euros, not in {}", super::figure::unit_name(figure.unit()))),
            );
            return None;
        }
        let table = figure.summary();
        let evidence = self.add(&figure);
        let impact = Impact { mean: table.mean, p10: table.p10, p50: table.p50, p90: table.p90, evidence };
        Some((impact, figure.clone()))
    }

    fn truth(&mut self, key: &str) -> Option<bool> {
        let value = self.map.get(key)?.clone();
        match value.as_bool() {
            Ok(truth) => Some(truth),
            Err(_) => {
                self.wrong(key, &Fault::new("rule-result", format!("`{key}` is true or false")));
                None
            }
        }
    }

    fn covered_by(&mut self) -> Vec<String> {
        let Some(value) = self.map.get("covered_by") else {
            return self.rule.head.covered_by.clone();
        };
        let list: Option<Vec<String>> = value
            .as_array_ref()
            .ok()
            .and_then(|l| l.iter().map(|v| v.as_immutable_string_ref().ok().map(|t| t.to_string())).collect());
        let Some(list) = list else {
            self.wrong("covered_by", &Fault::new("rule-result", "`covered_by` is a list of addresses of assumptions"));
            return Vec::new();
        };
        // A covered risk is not summed: a slip here would take its amount away unseen.
        for address in &list {
            let mut parts = address.split('.');
            let names = match parts.next() {
                Some("cost" | "revenue") => Some(self.facts.names(Names::Lines)),
                Some("index") => Some(self.facts.names(Names::Indices)),
                Some("measure" | "flow" | "risk" | "budget" | "reserve") => None,
                _ => {
                    let fault = Fault::new("rule-result", format!("`{address}` is no address of an assumption"));
                    self.wrong("covered_by", &fault.help("write it as `cost.LINE.level` or `index.ova.rate`"));
                    continue;
                }
            };
            let name = parts.next().unwrap_or_default();
            if let Some(names) = names.filter(|n| !n.iter().any(|n| n == name)) {
                let fault = Fault::new("unknown-name", format!("`{address}`: `{name}` is unknown here"));
                let fault = match nearest(name, names.iter().map(String::as_str)) {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault,
                };
                self.wrong("covered_by", &fault);
            }
        }
        list
    }

    /// As stated; else the years of the figures that went into the impact; else
    /// every projected year.
    fn years(&mut self, impact: Option<&Figure>) -> Vec<Year> {
        let first = self.facts.base_year().plus(1);
        let last = self.facts.horizon();
        if let Some(value) = self.map.get("years").cloned() {
            let list: Option<BTreeSet<i32>> = value
                .as_array_ref()
                .ok()
                .and_then(|l| l.iter().map(|v| v.as_int().ok().and_then(|y| i32::try_from(y).ok())).collect());
            return match list {
                Some(years) if years.iter().all(|y| (first.0..=last.0).contains(y)) => {
                    years.into_iter().map(Year).collect()
                }
                _ => {
                    self.wrong(
                        "years",
                        &Fault::new("rule-result", format!("`years` is a list of years from {first} to {last}")),
                    );
                    Vec::new()
                }
            };
        }
        let read: BTreeSet<Year> = impact
            .map(|f| f.inputs().keys().filter_map(|a| a.parse::<FigureAddress>().ok()).map(|a| a.year).collect())
            .unwrap_or_default();
        let read: Vec<Year> = read.into_iter().filter(|y| (first..=last).contains(y)).collect();
        if read.is_empty() { first.through(last).collect() } else { read }
    }
}

/// Where a key of a returned map is written.
fn place_of_key(rule: &Compiled, key: &str) -> Option<Place> {
    let mut found = None;
    for function in rule.functions.iter().filter(|f| !f.is_test()) {
        for statement in &function.body {
            statement.walk(&mut Vec::new(), &mut |path: &[ASTNode<'_>]| {
                if let Some(ASTNode::Expr(Expr::Map(map, _))) = path.last() {
                    let ident = map.0.iter().find(|(k, _)| k.name.as_str() == key).map(|(k, _)| k.pos);
                    if let Some(position) = ident.filter(|p| !p.is_none()) {
                        found.get_or_insert_with(|| rule.source.place(position));
                    }
                }
                found.is_none()
            });
        }
    }
    found
}
