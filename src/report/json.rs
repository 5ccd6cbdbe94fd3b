//! `run --format json`: everything computed, as data.
//!
//! Key names and their order are a promise to people's scripts: rows may be
//! added, none is renamed. Amounts in euros, rates as fractions, unrounded.
//! What is not a number is `null`.

use serde_json::{Map, Value, json};

use super::disclosure::{Disclosure, Shown};
use crate::analysis::compare::relative;
use crate::model::{Model, Quantity, Scope, Term};
use crate::projection::{GroupYear, LineYear, Terms};
use crate::rule::{Signal, SignalYear, State};
use crate::simulation::{GroupOutcome, Summary};
use crate::study::{Basis, Origin, Piece, ResilienceOutcome, RiskEntry, ScenarioStudy, Study};

/// The document on stdout, with an end of line: exact counts, for internal use,
/// which it says.
pub fn json(study: &Study) -> String {
    written(&value(study, &study.scenarios.iter().collect::<Vec<_>>(), &Disclosure::exact()))
}

/// `run.json` beside a report: the same document with this scenario alone, so
/// that any figure of the report can be made again and compared. It lies among
/// the files that are handed out, so it shows no more than they do.
pub fn receipt(study: &Study, of: &ScenarioStudy) -> String {
    written(&value(study, &[of], &Disclosure::of(study)))
}

/// [`receipt`] with exact counts: one scenario of what [`json()`] prints, for
/// comparing with a document that was kept from there.
pub fn internal(study: &Study, of: &ScenarioStudy) -> String {
    written(&value(study, &[of], &Disclosure::exact()))
}

fn written(document: &Value) -> String {
    let mut text = serde_json::to_string_pretty(document).unwrap_or_else(|_| "null".to_owned());
    text.push('\n');
    text
}

/// What a document says of itself.
const EXACT: &str = "off: exact counts of clients, for internal use";
const ROUNDED: &str = "on: counts of clients rounded to 5; those below 10 and what is computed from them are null; \
                       volumes are relative; amounts of lines are exact, so a price known from elsewhere can give a count away";

fn value(study: &Study, scenarios: &[&ScenarioStudy], disclosure: &Disclosure) -> Value {
    let municipality = study.scenarios.first().map(|s| &s.model.municipality);
    json!({
        "ravijn": study.receipt.version,
        "disclosure": if disclosure.is_on() { ROUNDED } else { EXACT },
        "municipality": {
            "name": municipality.map(|m| m.name.as_str()),
            "code": municipality.map(|m| m.code.as_str()),
        },
        "receipt": {
            "seed": study.receipt.seed,
            "draws": study.scenarios.first().map_or(study.receipt.draws, |s| draws(study, s)),
            "inputs": study.receipt.inputs.iter().map(|i| json!({"path": i.path, "sha256": i.sha256})).collect::<Vec<_>>(),
        },
        "scenarios": scenarios.iter().map(|s| scenario(s, disclosure)).collect::<Vec<_>>(),
    })
}

/// How many draws were made: with `--precision` as many as it took.
fn draws(study: &Study, s: &ScenarioStudy) -> u64 {
    s.outcome.as_ref().map_or(study.receipt.draws, |o| o.draws)
}

fn scenario(s: &ScenarioStudy, disclosure: &Disclosure) -> Value {
    let mut map = Map::new();
    map.insert("id".into(), json!(s.model.scenario.id));
    map.insert("title".into(), json!(s.model.scenario.title));
    map.insert("lines".into(), lines(s, disclosure));
    map.insert("groups".into(), groups(s, disclosure));
    map.insert("indicators".into(), indicators(&s.model, disclosure));
    map.insert("reserves".into(), reserves(s));
    let drawn = s.outcome.is_some();
    map.insert("risks".into(), s.risks.iter().map(|r| risk(&s.model, r, drawn, disclosure)).collect());
    map.insert("signals".into(), s.signals.iter().map(|x| signal(&s.model, x, drawn, disclosure)).collect());
    if let Some(r) = &s.resilience {
        map.insert("resilience".into(), resilience(r));
    }
    map.insert("assumptions".into(), assumptions(&s.model, disclosure));
    Value::Object(map)
}

/// A finite number, else null; zero has no sign.
fn num(value: f64) -> Value {
    let value = if value == 0.0 { 0.0 } else { value };
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

fn maybe(value: Option<f64>) -> Value {
    value.map_or(Value::Null, num)
}

/// Assumptions by year; one that would give a small count away is null.
fn assumptions(model: &Model, disclosure: &Disclosure) -> Value {
    crate::analysis::compare::assumptions_of(model, &|a| {
        disclosure.values(model, a).is_some_and(|shown| shown == a.values)
    })
}

fn lines(s: &ScenarioStudy, disclosure: &Disclosure) -> Value {
    let of = |(i, (line, projection)): (usize, (&crate::model::Line, &crate::projection::LineProjection))| {
        let domains: Map<String, Value> = line.domains().iter().map(|(id, share)| (id.clone(), num(*share))).collect();
        let draws = s.outcome.as_ref().and_then(|o| o.lines.get(i));
        let years: Vec<Value> = projection
            .years
            .iter()
            .enumerate()
            .map(|(y, year)| {
                let why = if disclosure.is_on() { relative(projection, &year.terms) } else { year.terms.clone() };
                let clients = disclosure.clients(line.id(), year.clients);
                line_year(year, clients, &why, draws.and_then(|d| d.get(y)))
            })
            .collect();
        json!({
            "id": line.id(),
            "kind": if line.as_cost().is_some() { "cost" } else { "revenue" },
            "label": line.label(),
            "taakveld": line.taakveld(),
            "domains": domains,
            "outside": line.outside(),
            "years": years,
        })
    };
    s.model.lines.all.iter().zip(&s.projection.lines).enumerate().map(of).collect()
}

fn line_year(y: &LineYear, clients: Shown, why: &Terms, draws: Option<&Summary>) -> Value {
    let mut map = Map::new();
    map.insert("year".into(), json!(y.year.0));
    map.insert("clients".into(), maybe(clients.value()));
    let volume_index = y.volume_index.filter(|_| clients != Shown::Hidden);
    map.insert("volume_index".into(), maybe(volume_index));
    map.insert("intensity_index".into(), maybe(y.intensity_index));
    map.insert("price_index".into(), maybe(y.price_index));
    map.insert("amount".into(), num(y.amount));
    map.insert("measures".into(), num(y.measures));
    map.insert("incidental".into(), num(y.incidental));
    map.insert("budget".into(), maybe(y.budget));
    map.insert("budget_now".into(), maybe(y.budget_now));
    if let Some(summary) = draws {
        map.insert("distribution".into(), summary_of(summary));
    }
    map.insert("why".into(), crate::analysis::compare::causes_of(why));
    Value::Object(map)
}

fn summary_of(s: &Summary) -> Value {
    json!({
        "mean": num(s.mean),
        "sd": num(s.sd),
        "p5": num(s.p5),
        "p10": num(s.p10),
        "p25": num(s.p25),
        "p50": num(s.p50),
        "p75": num(s.p75),
        "p90": num(s.p90),
        "p95": num(s.p95),
        "se_mean": num(s.se_mean),
        "chance_above_budget": maybe(s.chance_above_budget),
        "expected_excess": maybe(s.expected_excess),
        "se_p90": num(s.se_p90),
    })
}

fn groups(s: &ScenarioStudy, disclosure: &Disclosure) -> Value {
    s.projection
        .groups
        .iter()
        .map(|g| {
            let draws = s.outcome.as_ref().and_then(|o| o.groups.iter().find(|x| x.id == g.id));
            let years: Vec<Value> = g
                .years
                .iter()
                .enumerate()
                .map(|(i, y)| group_year(y, disclosure.clients_of(&g.id, y.clients), draws, i))
                .collect();
            json!({"id": g.id.to_string(), "years": years})
        })
        .collect()
}

fn group_year(y: &GroupYear, clients: Shown, draws: Option<&GroupOutcome>, at: usize) -> Value {
    let mut map = Map::new();
    map.insert("year".into(), json!(y.year.0));
    map.insert("cost".into(), num(y.cost));
    map.insert("revenue".into(), num(y.revenue));
    map.insert("balance".into(), num(y.balance));
    map.insert("result".into(), num(y.result));
    map.insert("structural_balance".into(), num(y.structural_balance));
    map.insert("budget_now".into(), json!({"cost": maybe(y.budget_cost), "revenue": maybe(y.budget_revenue)}));
    map.insert(
        "gap".into(),
        y.gap.map_or(
            Value::Null,
            |g| json!({"volume": num(g.volume), "price": maybe(g.price), "compensation": maybe(g.compensation)}),
        ),
    );
    map.insert("shortfall".into(), maybe(y.shortfall));
    if let Some(d) = draws {
        let of = |all: &[Summary]| all.get(at).map_or(Value::Null, summary_of);
        map.insert(
            "distribution".into(),
            json!({
                "cost": of(&d.cost),
                "revenue": of(&d.revenue),
                "balance": of(&d.balance),
                "shortfall": d.shortfall.get(at).and_then(Option::as_ref).map_or(Value::Null, summary_of),
            }),
        );
    }
    map.insert("clients".into(), maybe(clients.value()));
    Value::Object(map)
}

fn indicators(model: &Model, disclosure: &Disclosure) -> Value {
    model
        .indicators
        .iter()
        .map(|i| {
            let mut counts: Vec<_> = model.figures.of(&i.id, Quantity::Count).collect();
            counts.sort_by_key(|(kind, year, _)| (*year, *kind));
            let years: Vec<Value> = counts
                .into_iter()
                .map(|(kind, year, r)| json!({"year": year.0, "kind": kind.name(), "count": maybe(disclosure.indicator(i, r.value).value())}))
                .collect();
            json!({"id": i.id, "years": years})
        })
        .collect()
}

fn reserves(s: &ScenarioStudy) -> Value {
    s.projection
        .reserves
        .iter()
        .map(|r| {
            let years: Vec<Value> = r
                .years
                .iter()
                .map(|y| json!({"year": y.year.0, "balance": num(y.balance), "covered": num(y.covered), "uncovered": num(y.uncovered)}))
                .collect();
            json!({"id": r.id, "years": years})
        })
        .collect()
}

/// A risk. Without draws a chance or a quantile that follows from the
/// projection is unknown: one future says on which side an amount lies, not
/// how likely that is. What the register states stays.
fn risk(model: &Model, r: &RiskEntry, drawn: bool, disclosure: &Disclosure) -> Value {
    let computed = r.origin == Origin::Rule && r.basis == Basis::Figures;
    let spread = |x: f64| if drawn || !(computed || r.what_if.is_some()) { num(x) } else { Value::Null };
    let impact = disclosure.impact(model, r).map_or(
        Value::Null,
        |i| json!({"mean": num(i.mean), "p10": spread(i.p10), "p50": spread(i.p50), "p90": spread(i.p90)}),
    );
    let shown = |share: f64| disclosure.shows_amount(model, r).then_some(share);
    json!({
        "id": r.id,
        "origin": match r.origin { Origin::Register => "register", Origin::Rule => "rule" },
        "title": r.title,
        "domain": r.domain,
        "term": match r.term { Term::Short => "kort", Term::Long => "lang" },
        "basis": super::sections::risks::basis(r.basis),
        "chance": maybe(disclosure.chance(model, r).filter(|_| drawn || !computed)),
        "impact": impact,
        "structural": r.structural,
        "covered_by": r.covered_by,
        "text": text(model, r, disclosure),
        "response": response(model, r, disclosure),
        "share_of_expected": maybe(shown(r.share_of_expected)),
        "share_at_certainty": maybe(shown(r.share_at_certainty)),
    })
}

/// What a rule says year by year; `state` is `fires`, `quiet` or `unknown`. The
/// chance needs draws, as that of a [`risk`].
fn signal(model: &Model, s: &Signal, drawn: bool, disclosure: &Disclosure) -> Value {
    let year = |y: &SignalYear| {
        let (state, chance, reason) = match &y.state {
            State::Fires(chance) => ("fires", chance.filter(|_| drawn), None),
            State::Quiet => ("quiet", None, None),
            State::Unknown(why) => ("unknown", None, Some(why)),
        };
        let margin = y.margin.as_ref().and_then(|m| disclosure.margin(model, m));
        let chance = chance.filter(|_| y.margin.is_none() || margin.is_some());
        let margin = margin.map_or(Value::Null, |m| {
            json!({"left": m.left, "right": m.right, "distance": num(m.distance), "border": num(m.border), "unit": crate::rule::figure::unit_name(m.unit)})
        });
        json!({"year": y.year.0, "state": state, "chance": maybe(chance), "reason": reason, "margin": margin})
    };
    json!({
        "rule": s.rule,
        "title": s.title,
        "domain": s.domain,
        "by_year": s.by_year,
        "first_year": s.first_year.map(|y| y.0),
        "years": s.years.iter().map(year).collect::<Vec<_>>(),
    })
}

/// The text of a rule as printed; of the register, cause and consequence.
pub fn text(model: &Model, r: &RiskEntry, disclosure: &Disclosure) -> String {
    if r.text.is_empty() {
        return [&r.cause, &r.consequence]
            .into_iter()
            .flatten()
            .map(|t| super::words::sentence(t))
            .collect::<Vec<_>>()
            .join(" ");
    }
    said(model, &r.text, disclosure)
}

/// What is done about it, as printed.
pub fn response(model: &Model, r: &RiskEntry, disclosure: &Disclosure) -> Option<String> {
    if r.response_pieces.is_empty() { r.response.clone() } else { Some(said(model, &r.response_pieces, disclosure)) }
}

fn said(model: &Model, pieces: &[Piece], disclosure: &Disclosure) -> String {
    pieces
        .iter()
        .map(|p| match disclosure.piece(model, p) {
            Piece::Plain(words) => words,
            Piece::Figure { printed, .. } => printed,
        })
        .collect()
}

/// Percentiles that are always given, null where there is nothing to take them of.
const PERCENTILES: [u32; 7] = [70, 75, 80, 85, 90, 95, 99];

fn resilience(r: &ResilienceOutcome) -> Value {
    let quantiles: Map<String, Value> =
        PERCENTILES.iter().map(|p| (p.to_string(), maybe(r.quantiles.get(p).copied()))).collect();
    json!({
        "year": r.year.0,
        "scope": match r.scope { Scope::Programme => "programme", Scope::Municipality => "municipality" },
        "certainty": num(r.certainty),
        "expected_deficit": maybe(r.expected_deficit),
        "expected": num(r.expected),
        "needed": maybe(r.needed),
        "available": maybe(r.available),
        "ratio": maybe(r.ratio),
        "class": r.class.map(String::from),
        "quantiles": quantiles,
        "reason": r.reason,
    })
}
