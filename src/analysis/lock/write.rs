//! A lock as text: one fact a line, so that a review shows what changed.

use std::fmt::Write as _;

use super::encode::word;
use super::{Lock, LockedAssumption, LockedLine};
use crate::projection::{LineYear, Part};
use crate::units::Year;

/// First line of every lock; the number is that of its form.
pub const FIRST: &str = "ravijn lock 1";

impl Lock {
    /// The lock as its file holds it.
    pub fn text(&self) -> String {
        let mut out = format!("{FIRST}\n");
        out.push_str("# What this scenario projects. `ravijn verify` makes it again and says what changed, and why.\n");
        let mut fact = |key: &str, rest: &[String]| {
            let _ = writeln!(out, "{key} {}", rest.join(" "));
        };
        fact("name", &[word(&self.name)]);
        if let Some(date) = &self.date {
            fact("date", &[word(date)]);
        }
        fact("municipality", &[word(&self.municipality.0), word(&self.municipality.1)]);
        fact("scenario", &[word(&self.scenario.0), word(&self.scenario.1)]);
        fact("base", &[self.base.name().to_owned()]);
        fact("years", &self.years.iter().map(ToString::to_string).collect::<Vec<_>>());
        let made = &self.made;
        fact(
            "made",
            &[word(&made.version), "seed".into(), made.seed.to_string(), "draws".into(), made.draws.to_string()],
        );
        for (path, hash) in &made.inputs {
            fact("input", &[word(path), hash.clone()]);
        }
        out.push_str("\n# euros\n");
        for (id, years) in &self.groups {
            let _ = writeln!(out, "group {}", word(id));
            for y in years {
                let (c, r, b, e) = (y.cost, y.revenue, y.balance, y.result);
                let _ = writeln!(out, "  {} cost {c:.2} revenue {r:.2} balance {b:.2} result {e:.2}", y.year);
            }
        }
        for (address, value) in &self.figures {
            let _ = writeln!(out, "figure {} {value:.2}", word(address));
        }
        out.push_str("\n# euros, and the factors of each amount\n");
        for line in &self.lines {
            self.line(&mut out, line);
        }
        out.push_str("\n# rates are fractions\n");
        for a in &self.assumptions {
            let _ = writeln!(out, "assumption {}", assumption(a, &self.years));
        }
        out
    }

    fn line(&self, out: &mut String, line: &LockedLine) {
        let kind = if line.is_cost { "cost" } else { "revenue" };
        let outside = if line.outside { " outside" } else { "" };
        let _ = writeln!(out, "{kind} {} {}{outside}", word(&line.projection.id), word(&line.label));
        for year in &line.projection.years {
            year_of(out, year);
        }
    }
}

/// One year of a line and what moved its factors.
fn year_of(out: &mut String, y: &LineYear) {
    let _ = write!(out, "  {} amount {:.2}", y.year, y.amount);
    let mut more = |key: &str, value: Option<f64>| {
        if let Some(value) = value {
            let _ = write!(out, " {key} {value}");
        }
    };
    let t = &y.terms;
    let some = |value: f64| (value != 0.0).then_some(value);
    more("unit_cost", some(t.unit_cost));
    more("volume", some(t.volume));
    more("intensity", some(t.intensity));
    more("price", some(t.price));
    more("clients", y.clients);
    more("volume_index", y.volume_index);
    more("intensity_index", y.intensity_index);
    more("price_index", y.price_index);
    more("measures", some(y.measures));
    more("incidental", some(y.incidental));
    more("budget", y.budget);
    more("budget_now", y.budget_now);
    more("intensity_part", some(t.intensity_part));
    out.push('\n');
    let mut parts = |key: &str, parts: &[Part]| {
        for part in parts {
            let _ = writeln!(out, "    {key} {} {}", word(&part.cause.to_string()), part.amount);
        }
    };
    parts("volume", &t.volume_parts);
    parts("price", &t.price_parts);
    parts("revenue", &t.revenue_parts);
    for m in &t.measures {
        let lasting = if m.structural { "structural" } else { "incidental" };
        let _ = writeln!(
            out,
            "    measure {} {:.2} planned {:.2} realisation {} price {} {lasting}",
            word(&m.id),
            m.amount,
            m.planned,
            m.realisation,
            m.price
        );
    }
}

/// Values by year, equal ones of successive years together.
fn assumption(a: &LockedAssumption, years: &[Year]) -> String {
    let mut out = word(&a.address);
    let mut at = 0;
    while at < a.values.len().min(years.len()) {
        let value = a.values[at];
        let mut last = at;
        while last + 1 < a.values.len().min(years.len()) && a.values[last + 1].to_bits() == value.to_bits() {
            last += 1;
        }
        let span = if last == at { years[at].to_string() } else { format!("{}..{}", years[at], years[last]) };
        let _ = write!(out, " {span} {value}");
        at = last + 1;
    }
    if !a.spread.is_empty() {
        let _ = write!(out, " spread {}", word(&a.spread));
    }
    out
}
