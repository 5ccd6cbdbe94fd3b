//! A saved `run.json` as one end of a comparison: the futures are read back
//! from what was written, with the causes and assumptions where it kept them.

use std::fmt;

use serde_json::{Map, Value, json};

use super::{End, Stated, Whose};
use crate::model::{LineId, Model, Scale};
use crate::projection::{
    Cause, GroupId, GroupProjection, GroupYear, LineProjection, LineYear, MeasureTerm, Part, Projection, Terms,
};
use crate::units::Year;

/// A run as saved.
#[derive(Clone, Debug)]
pub struct Saved {
    /// Its scenarios by id, in the order of the file.
    pub scenarios: Vec<(String, End)>,
}

/// Why a text is no saved run; a fragment that fits into a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedError(pub String);

impl fmt::Display for SavedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SavedError {}

const SCALES: [(&str, Scale); 7] = [
    ("rate", Scale::Rate),
    ("share", Scale::Share),
    ("realisation", Scale::Realisation),
    ("level", Scale::Level),
    ("amount", Scale::Amount),
    ("price", Scale::Price),
    ("count", Scale::Count),
];

/// The assumptions of a model as `run.json` keeps them; those that may not be
/// shown without their values.
pub fn assumptions_of(model: &Model, shown: &dyn Fn(&crate::model::Assumption) -> bool) -> Value {
    let of = |a: &crate::model::Assumption| {
        let scale = SCALES.iter().find(|(_, s)| *s == a.scale).map_or("rate", |(n, _)| n);
        json!({"address": a.address, "scale": scale, "values": shown(a).then_some(&a.values)})
    };
    model.assumptions.iter().map(of).collect()
}

/// Why a line's amount is what it is, as `run.json` keeps it.
pub fn causes_of(terms: &Terms) -> Value {
    let parts = |parts: &[Part]| -> Value {
        parts.iter().map(|p| json!({"cause": p.cause.to_string(), "amount": p.amount})).collect()
    };
    json!({
        "unit_cost": terms.unit_cost,
        "volume": terms.volume,
        "intensity": terms.intensity,
        "price": terms.price,
        "volume_parts": parts(&terms.volume_parts),
        "price_parts": parts(&terms.price_parts),
        "revenue_parts": parts(&terms.revenue_parts),
        "measures": terms.measures.iter().map(|m| json!({
            "id": m.id, "planned": m.planned, "realisation": m.realisation, "price": m.price,
            "amount": m.amount, "structural": m.structural,
        })).collect::<Vec<_>>(),
    })
}

impl Saved {
    /// Reads the text of a `run.json`, or of `run --format json`.
    ///
    /// # Errors
    /// When it is no such document.
    pub fn read(text: &str) -> Result<Self, SavedError> {
        let document: Value =
            serde_json::from_str(text).map_err(|why| SavedError(format!("it is no JSON document: {why}")))?;
        let scenarios = document["scenarios"]
            .as_array()
            .filter(|s| !s.is_empty())
            .ok_or_else(|| SavedError("it has no scenarios: a run.json of `ravijn run` is meant".to_owned()))?;
        let guarded = document["disclosure"].as_str().is_some_and(|d| d.starts_with("on"));
        let of = |key: &str| document["municipality"][key].as_str().map(str::to_owned);
        let whose = of("code").zip(of("name")).map(|(code, name)| Whose { code, name });
        let read = |s: &Value| {
            let id = s["id"].as_str().ok_or_else(|| SavedError("a scenario has no id".to_owned()))?;
            let mut end = end(s, id)?;
            end.guarded = guarded;
            end.whose.clone_from(&whose);
            Ok((id.to_owned(), end))
        };
        Ok(Self { scenarios: scenarios.iter().map(read).collect::<Result<_, SavedError>>()? })
    }
}

fn end(scenario: &Value, id: &str) -> Result<End, SavedError> {
    let wrong = |what: &str| SavedError(format!("scenario `{id}` has no {what}"));
    let saved_lines = scenario["lines"].as_array().ok_or_else(|| wrong("lines"))?;
    let mut lines = Vec::new();
    for l in saved_lines {
        let id = l["id"].as_str().ok_or_else(|| wrong("name of a line"))?.to_owned();
        let cost = l["kind"] == "cost";
        let years = l["years"].as_array().ok_or_else(|| wrong("years of a line"))?;
        let years = years.iter().map(|y| line_year(y, cost).ok_or_else(|| wrong("figures of a year")));
        lines.push(LineProjection { id, years: years.collect::<Result<_, _>>()? });
    }
    let years: Vec<Year> = lines.first().map(|l| l.years.iter().map(|y| y.year).collect()).unwrap_or_default();
    let mut groups = Vec::new();
    for g in scenario["groups"].as_array().ok_or_else(|| wrong("groups"))? {
        let Some(group) = g["id"].as_str().and_then(group_id) else { continue };
        let members = members(&group, saved_lines);
        let rows = g["years"].as_array().map(Vec::as_slice).unwrap_or_default();
        let years = rows.iter().filter_map(group_year).collect();
        groups.push(GroupProjection { id: group, members, years });
    }
    let base = years.first().copied().unwrap_or(Year(0));
    let assumptions =
        scenario["assumptions"].as_array().map(|all| all.iter().filter_map(|a| stated(a, base)).collect());
    let projection =
        Projection { years, lines, groups, reserves: Vec::new(), index_rates: Vec::new(), warnings: Vec::new() };
    let title = scenario["title"].as_str().unwrap_or(id).to_owned();
    Ok(End { title, projection, model: None, assumptions, guarded: false, whose: None })
}

fn stated(a: &Value, base: Year) -> Option<(String, Stated)> {
    let scale = SCALES.iter().find(|(n, _)| a["scale"] == *n)?.1;
    // Hidden ones keep their name, so that nobody takes them for new.
    let values = a["values"].as_array().into_iter().flatten().filter_map(Value::as_f64);
    let values = base.through(Year(i32::MAX)).zip(values).collect();
    Some((a["address"].as_str()?.to_owned(), Stated { scale, values }))
}

fn year_of(y: &Value) -> Option<Year> {
    y["year"].as_i64().and_then(|y| i32::try_from(y).ok()).map(Year)
}

fn line_year(y: &Value, cost: bool) -> Option<LineYear> {
    let amount = y["amount"].as_f64()?;
    let measures = y["measures"].as_f64().unwrap_or(0.0);
    let index = |key: &str| y[key].as_f64();
    let clients = index("clients");
    let terms = match y["why"].as_object() {
        Some(why) => terms(why),
        None if cost => {
            // Without the terms: volume, intensity and price as far as indices tell.
            let volume = clients.or(index("volume_index")).unwrap_or(1.0);
            let (intensity, price) = (index("intensity_index").unwrap_or(1.0), index("price_index").unwrap_or(1.0));
            let units = volume * intensity * price;
            let unit_cost = if units == 0.0 { 0.0 } else { (amount - measures) / units };
            Terms { unit_cost, volume, intensity, price, measures: lump(measures), ..Terms::default() }
        }
        None => Terms { measures: lump(measures), ..Terms::default() },
    };
    Some(LineYear {
        year: year_of(y)?,
        clients,
        volume_index: index("volume_index"),
        intensity_index: index("intensity_index").or(cost.then_some(1.0)),
        price_index: index("price_index"),
        amount,
        measures,
        incidental: y["incidental"].as_f64().unwrap_or(0.0),
        budget: index("budget"),
        budget_now: index("budget_now"),
        gap: None,
        terms,
    })
}

/// Measures of which only the sum was kept.
fn lump(amount: f64) -> Vec<MeasureTerm> {
    let one = MeasureTerm {
        id: "measures".to_owned(),
        planned: amount,
        realisation: 1.0,
        price: 1.0,
        amount,
        structural: true,
    };
    if amount == 0.0 { Vec::new() } else { vec![one] }
}

fn terms(why: &Map<String, Value>) -> Terms {
    let number = |key: &str| why.get(key).and_then(Value::as_f64).unwrap_or(0.0);
    let list = |key: &str| why.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let parts = |key: &str| -> Vec<Part> {
        let part = |p: &Value| {
            // A cause of a later version is one that is not known here.
            let cause = p["cause"].as_str()?.parse().unwrap_or(Cause::Base);
            Some(Part { cause, amount: p["amount"].as_f64()? })
        };
        list(key).iter().filter_map(part).collect()
    };
    let measure = |m: &Value| {
        Some(MeasureTerm {
            id: m["id"].as_str()?.to_owned(),
            planned: m["planned"].as_f64()?,
            realisation: m["realisation"].as_f64()?,
            price: m["price"].as_f64()?,
            amount: m["amount"].as_f64()?,
            structural: m["structural"].as_bool()?,
        })
    };
    Terms {
        unit_cost: number("unit_cost"),
        volume: number("volume"),
        intensity: number("intensity"),
        price: number("price"),
        volume_parts: parts("volume_parts"),
        price_parts: parts("price_parts"),
        revenue_parts: parts("revenue_parts"),
        measures: list("measures").iter().filter_map(measure).collect(),
        ..Terms::default()
    }
}

fn group_id(text: &str) -> Option<GroupId> {
    match text.split_once(':') {
        Some(("domain", id)) => Some(GroupId::Domain(id.to_owned())),
        Some(("taakveld", code)) => Some(GroupId::Taakveld(code.to_owned())),
        _ if text == "total" => Some(GroupId::Total),
        _ if text == "total+outside" => Some(GroupId::TotalAndOutside),
        _ => None,
    }
}

/// Which saved lines belong to a group, and for which share.
fn members(group: &GroupId, lines: &[Value]) -> Vec<(LineId, f64)> {
    let share = |l: &Value| match group {
        GroupId::Domain(id) => l["domains"][id.as_str()].as_f64().unwrap_or(0.0),
        GroupId::Taakveld(code) => f64::from(u8::from(l["taakveld"] == code.as_str())),
        GroupId::Total => f64::from(u8::from(l["outside"] != true)),
        GroupId::TotalAndOutside => 1.0,
    };
    let all = lines.iter().enumerate().map(|(i, l)| (LineId(i), share(l)));
    let mut members: Vec<(LineId, f64)> = all.filter(|(_, s)| *s != 0.0).collect();
    members.sort_by_key(|(l, _)| lines[l.0]["id"].as_str().map(str::to_owned));
    members
}

fn group_year(y: &Value) -> Option<GroupYear> {
    let number = |key: &str| y[key].as_f64();
    let (balance, result) = (number("balance")?, number("result")?);
    // Only the sum of what reserves do is kept: above 0 is a withdrawal.
    let moved = result - balance;
    Some(GroupYear {
        year: year_of(y)?,
        clients: number("clients"),
        cost: number("cost")?,
        revenue: number("revenue")?,
        balance,
        result,
        structural_balance: number("structural_balance").unwrap_or(0.0),
        withdrawals: moved.max(0.0),
        additions: (-moved).max(0.0),
        budget_cost: y["budget_now"]["cost"].as_f64(),
        budget_revenue: y["budget_now"]["revenue"].as_f64(),
        gap: None,
        shortfall: number("shortfall"),
        without_budget: Vec::new(),
    })
}
