//! Numbers, words and causes as a lock writes them.
//!
//! Amounts stand in whole cents. Factors keep thirteen significant digits:
//! enough for a bridge that sums to the cent, without the dust of the last
//! bits, so that a review shows changes and no noise.

use crate::model::{Assumption, Distribution};
use crate::projection::{LineProjection, LineYear, MeasureTerm, Part, Terms};

/// Thirteen significant digits.
pub fn tidy(value: f64) -> f64 {
    if !value.is_finite() {
        return value;
    }
    // Adding 0 takes the sign off a zero.
    format!("{value:.12e}").parse().unwrap_or(value) + 0.0
}

/// Whole cents.
pub fn cents(value: f64) -> f64 {
    if !value.is_finite() {
        return value;
    }
    format!("{value:.2}").parse().unwrap_or(value) + 0.0
}

fn tidy_parts(parts: &[Part]) -> Vec<Part> {
    parts.iter().map(|p| Part { cause: p.cause.clone(), amount: tidy(p.amount) }).filter(|p| p.amount != 0.0).collect()
}

/// A line as it comes back from the text of a lock.
pub fn tidy_line(line: &LineProjection) -> LineProjection {
    let year = |y: &LineYear| LineYear {
        year: y.year,
        clients: y.clients.map(tidy),
        volume_index: y.volume_index.map(tidy),
        intensity_index: y.intensity_index.map(tidy),
        price_index: y.price_index.map(tidy),
        amount: cents(y.amount),
        measures: cents(y.measures),
        incidental: cents(y.incidental),
        budget: y.budget.map(cents),
        budget_now: y.budget_now.map(cents),
        gap: None,
        terms: Terms {
            unit_cost: tidy(y.terms.unit_cost),
            volume: tidy(y.terms.volume),
            intensity: tidy(y.terms.intensity),
            price: tidy(y.terms.price),
            volume_parts: tidy_parts(&y.terms.volume_parts),
            intensity_part: tidy(y.terms.intensity_part),
            price_parts: tidy_parts(&y.terms.price_parts),
            revenue_parts: tidy_parts(&y.terms.revenue_parts),
            measures: y
                .terms
                .measures
                .iter()
                .map(|m| MeasureTerm {
                    id: m.id.clone(),
                    planned: cents(m.planned),
                    realisation: tidy(m.realisation),
                    price: tidy(m.price),
                    amount: cents(m.amount),
                    structural: m.structural,
                })
                .collect(),
        },
    };
    LineProjection { id: line.id.clone(), years: line.years.iter().map(year).collect() }
}

/// How sure an assumption is, in words that change when it does.
pub fn spread(a: &Assumption) -> String {
    let mut out: Vec<String> = Vec::new();
    for d in a.distributions.iter().flatten() {
        let text = match *d {
            Distribution::Normal { mean, sd } => format!("normal {} sd {}", tidy(mean), tidy(sd)),
            Distribution::Pert { min, mode, max } => format!("pert {} {} {}", tidy(min), tidy(mode), tidy(max)),
            Distribution::Metalog { p10, p50, p90 } => format!("p10 {} p50 {} p90 {}", tidy(p10), tidy(p50), tidy(p90)),
        };
        if out.last() != Some(&text) {
            out.push(text);
        }
    }
    if out.is_empty() { String::new() } else { format!("{}; persistence {}", out.join("; "), tidy(a.persistence)) }
}

/// A word as written: in quotes where it would not be one.
pub fn word(text: &str) -> String {
    let plain = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
    if plain { text.to_owned() } else { serde_json::Value::String(text.to_owned()).to_string() }
}

/// The words of a line; none where a quote is not closed.
pub fn words(line: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let end = if rest.starts_with('"') {
            let mut escaped = false;
            let close = rest.char_indices().skip(1).find(|(_, c)| {
                let ends = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                ends
            });
            let end = close?.0 + 1;
            out.push(serde_json::from_str(&rest[..end]).ok()?);
            end
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            out.push(rest[..end].to_owned());
            end
        };
        rest = rest[end..].trim_start();
    }
    Some(out)
}
