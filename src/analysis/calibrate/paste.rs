//! A calibration as TOML: the assumptions with their source, and as comments
//! what they rest on, so that the weight is never out of sight.

use std::fmt::Write as _;

use super::{Calibration, Estimate};
use crate::units::Year;

/// TOML to paste into base.toml, with the weight and the breaks as comments.
/// `origin` names the figures: `figures.csv`.
pub fn toml(calibrations: &[Calibration], origin: &str) -> String {
    let mut out = String::new();
    for c in calibrations {
        if !out.is_empty() {
            out.push('\n');
        }
        for b in &c.breaks {
            let whose = if b.municipality.is_some() { "left out" } else { "whole country, kept" };
            let _ = writeln!(out, "# break: {b}; {whose}");
        }
        for (what, estimate) in [("growth", &c.growth), ("level", &c.level)] {
            if let Some(e) = estimate {
                let _ = writeln!(out, "# {what}: {}", explained(e));
                if says_nothing(e) {
                    out.push_str(
                        "#   weight 0%: between peers the means differ no more than luck makes them, so an own mean shows no lasting difference\n",
                    );
                }
            }
        }
        if c.growth.is_some() && !c.real {
            out.push_str(
                "# growth holds price rises too: leave the price index of this line out, or calibrate with an index\n",
            );
        }
        let _ = writeln!(out, "[cost.{}]", key(&c.line));
        if let Some(e) = &c.growth {
            let _ = writeln!(out, "volume = {{ growth = {} }}", written(e, origin, true));
        }
        if let Some(e) = &c.level {
            let _ = writeln!(out, "level = {}", written(e, origin, false));
        }
    }
    out
}

/// Years of its own that count for nothing, which nobody would expect.
fn says_nothing(e: &Estimate) -> bool {
    e.own.is_some() && e.pooled.is_some() && e.weight < 0.005
}

fn explained(e: &Estimate) -> String {
    let mut text = match e.own {
        Some(own) => format!("own {} over {} ({})", percent(own), counted(e.years.len()), span(&e.years)),
        None => "no years of its own".to_owned(),
    };
    if let (Some(peers), Some((municipalities, observations))) = (e.peers, e.pooled) {
        let _ = write!(
            text,
            ", weight {:.0}%; peers {} ({municipalities} municipalities, {observations} years), weight {:.0}%",
            100.0 * e.weight,
            percent(peers),
            100.0 * (1.0 - e.weight)
        );
    } else {
        text.push_str(", weight 100%; no peers");
    }
    if e.sd.is_none() {
        text.push_str("; too short for a spread");
    }
    text
}

fn written(e: &Estimate, origin: &str, persistence: bool) -> String {
    let mut text = format!("{{ value = \"{}\"", percent(e.value));
    if let Some(sd) = e.sd {
        let _ = write!(text, ", sd = \"{}\"", percent(sd));
        if persistence && e.persistence >= 0.05 {
            let _ = write!(text, ", persistence = {:.1}", e.persistence);
        }
    }
    let own = if e.years.is_empty() {
        String::new()
    } else {
        format!("{origin} {}, own weight {:.0}%", span(&e.years), 100.0 * e.weight)
    };
    let peers = e.pooled.map_or(String::new(), |(municipalities, _)| format!("{municipalities} peer municipalities"));
    let both = [own, peers].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("; ");
    let _ = write!(text, ", source = \"calibrated on {}\" }}", both.replace('\\', "/").replace('"', "'"));
    text
}

fn percent(fraction: f64) -> String {
    // "-0.0%" would be a strange thing to read.
    let rounded = libm::round(1000.0 * fraction) / 10.0 + 0.0;
    format!("{rounded:.1}%")
}

fn counted(years: usize) -> String {
    format!("{years} year{}", if years == 1 { "" } else { "s" })
}

fn span(years: &[Year]) -> String {
    match (years.first(), years.last()) {
        (Some(a), Some(b)) if a != b => format!("{a}-{b}"),
        (Some(a), _) => a.to_string(),
        _ => String::new(),
    }
}

/// A line's name as a TOML key.
fn key(line: &str) -> String {
    let bare = !line.is_empty() && line.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if bare { line.to_owned() } else { format!("\"{}\"", line.replace('\\', "\\\\").replace('"', "\\\"")) }
}
