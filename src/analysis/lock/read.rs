//! The text of a lock back to what it holds.

use std::sync::Arc;

use super::encode::words;
use super::write::FIRST;
use super::{Lock, LockedAssumption, LockedGroupYear, LockedLine, Made};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::FigureKind;
use crate::projection::{LineProjection, LineYear, MeasureTerm, Part, Terms};
use crate::units::Year;

/// What the indented lines that follow belong to.
enum Under {
    Nothing,
    Group,
    Line,
}

/// Reads the text of a lock; `file` is its name in messages.
///
/// # Errors
/// The first line that is not as a lock writes it.
pub fn read(file: &str, text: &str) -> Result<Lock, Diagnostic> {
    let name: Arc<str> = Arc::from(file);
    let wrong = |line: usize, length: usize, message: String| {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Diagnostic::error("lock", &Place::new(name.clone(), small(line), 1, small(length)), message)
            .help("a lock is written by `ravijn lock` and not by hand; make it again, or take it from version control")
    };
    // Version control may have changed the ends of lines.
    let text = text.trim_start_matches('\u{feff}');
    let mut lines = text.lines().enumerate().map(|(i, l)| (i + 1, l.trim_end()));
    if lines.next().is_none_or(|(_, first)| first != FIRST) {
        return Err(wrong(1, 1, format!("this is no lock: its first line is not `{FIRST}`")));
    }
    let mut lock = empty();
    let mut under = Under::Nothing;
    for (number, line) in lines {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let found = words(line)
            .ok_or_else(|| "a quote is not closed".to_owned())
            .and_then(|w| fact(&mut lock, &mut under, line.len() - line.trim_start().len(), &w));
        found.map_err(|why| wrong(number, line.chars().count(), why))?;
    }
    if lock.years.is_empty() || lock.name.is_empty() {
        return Err(wrong(1, 1, "the lock lacks its name or its years: it was cut short".to_owned()));
    }
    Ok(lock)
}

fn empty() -> Lock {
    Lock {
        name: String::new(),
        date: None,
        made: Made::default(),
        municipality: (String::new(), String::new()),
        scenario: (String::new(), String::new()),
        base: FigureKind::Budget,
        years: Vec::new(),
        assumptions: Vec::new(),
        lines: Vec::new(),
        groups: Vec::new(),
        figures: Vec::new(),
    }
}

fn number(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(format!("`{text}` is not a number")),
    }
}

fn year(text: &str) -> Result<Year, String> {
    text.parse().map(Year).map_err(|_| format!("`{text}` is not a year"))
}

fn fact(lock: &mut Lock, under: &mut Under, indent: usize, w: &[String]) -> Result<(), String> {
    let at = |i: usize| w.get(i).map(String::as_str).ok_or_else(|| "the line was cut short".to_owned());
    if indent >= 4 {
        let last = match under {
            Under::Line => lock.lines.last_mut().and_then(|l| l.projection.years.last_mut()),
            _ => None,
        };
        return part(last.ok_or("this belongs to no year of a line")?, w);
    }
    if indent > 0 {
        return match under {
            Under::Group => {
                let value = |key: &str| pair(w, key)?.ok_or_else(|| format!("`{key}` is missing"));
                let made = LockedGroupYear {
                    year: year(at(0)?)?,
                    cost: value("cost")?,
                    revenue: value("revenue")?,
                    balance: value("balance")?,
                    result: value("result")?,
                };
                lock.groups.last_mut().ok_or("this belongs to no group")?.1.push(made);
                Ok(())
            }
            Under::Line => {
                let made = line_year(w)?;
                lock.lines.last_mut().ok_or("this belongs to no line")?.projection.years.push(made);
                Ok(())
            }
            Under::Nothing => Err("this belongs to no line and no group".to_owned()),
        };
    }
    *under = Under::Nothing;
    match at(0)? {
        "name" => lock.name = at(1)?.to_owned(),
        "date" => lock.date = Some(at(1)?.to_owned()),
        "municipality" => lock.municipality = (at(1)?.to_owned(), at(2)?.to_owned()),
        "scenario" => lock.scenario = (at(1)?.to_owned(), at(2)?.to_owned()),
        "base" => {
            lock.base = [FigureKind::Actual, FigureKind::Budget, FigureKind::Amended, FigureKind::Forecast]
                .into_iter()
                .find(|k| Ok(k.name()) == at(1))
                .ok_or("the base is actual, budget, amended or forecast")?;
        }
        "years" => lock.years = w[1..].iter().map(|y| year(y)).collect::<Result<_, _>>()?,
        "made" => {
            let whole = |i: usize| at(i)?.parse::<u64>().map_err(|_| "seed and draws are whole numbers".to_owned());
            (lock.made.version, lock.made.seed, lock.made.draws) = (at(1)?.to_owned(), whole(3)?, whole(5)?);
        }
        "input" => lock.made.inputs.push((at(1)?.to_owned(), at(2)?.to_owned())),
        "group" => {
            lock.groups.push((at(1)?.to_owned(), Vec::new()));
            *under = Under::Group;
        }
        "figure" => lock.figures.push((at(1)?.to_owned(), number(at(2)?)?)),
        kind @ ("cost" | "revenue") => {
            lock.lines.push(LockedLine {
                label: at(2)?.to_owned(),
                is_cost: kind == "cost",
                outside: w.get(3).is_some_and(|x| x == "outside"),
                projection: LineProjection { id: at(1)?.to_owned(), years: Vec::new() },
            });
            *under = Under::Line;
        }
        "assumption" => lock.assumptions.push(assumption(w)?),
        other => return Err(format!("`{other}` is not known; the lock may be of a later version")),
    }
    Ok(())
}

/// The number after a key in `key value key value`, from the second word on.
fn pair(w: &[String], key: &str) -> Result<Option<f64>, String> {
    match w.iter().skip(1).step_by(2).position(|k| k == key) {
        Some(at) => w.get(2 * at + 2).ok_or_else(|| format!("`{key}` has no value")).and_then(|v| number(v)).map(Some),
        None => Ok(None),
    }
}

fn line_year(w: &[String]) -> Result<LineYear, String> {
    let of = |key: &str| pair(w, key);
    let or_zero = |key: &str| pair(w, key).map(|v| v.unwrap_or(0.0));
    Ok(LineYear {
        year: year(w.first().ok_or("the line was cut short")?)?,
        clients: of("clients")?,
        volume_index: of("volume_index")?,
        intensity_index: of("intensity_index")?,
        price_index: of("price_index")?,
        amount: of("amount")?.ok_or("`amount` is missing")?,
        measures: or_zero("measures")?,
        incidental: or_zero("incidental")?,
        budget: of("budget")?,
        budget_now: of("budget_now")?,
        gap: None,
        terms: Terms {
            unit_cost: or_zero("unit_cost")?,
            volume: or_zero("volume")?,
            intensity: or_zero("intensity")?,
            price: or_zero("price")?,
            intensity_part: or_zero("intensity_part")?,
            ..Terms::default()
        },
    })
}

fn part(year: &mut LineYear, w: &[String]) -> Result<(), String> {
    let at = |i: usize| w.get(i).map(String::as_str).ok_or_else(|| "the line was cut short".to_owned());
    let terms = &mut year.terms;
    let list = match at(0)? {
        "measure" => {
            terms.measures.push(MeasureTerm {
                id: at(1)?.to_owned(),
                amount: number(at(2)?)?,
                planned: of_after(w, "planned")?,
                realisation: of_after(w, "realisation")?,
                price: of_after(w, "price")?,
                structural: at(9)? == "structural",
            });
            return Ok(());
        }
        "volume" => &mut terms.volume_parts,
        "price" => &mut terms.price_parts,
        "revenue" => &mut terms.revenue_parts,
        other => return Err(format!("`{other}` is not known; the lock may be of a later version")),
    };
    let cause = at(1)?.parse().map_err(|()| format!("`{}` is no cause", w[1]))?;
    list.push(Part { cause, amount: number(at(2)?)? });
    Ok(())
}

/// The number after a word.
fn of_after(w: &[String], key: &str) -> Result<f64, String> {
    let at = w.iter().skip(3).position(|k| k == key).ok_or_else(|| format!("`{key}` is missing"))?;
    number(w.get(at + 4).ok_or_else(|| format!("`{key}` has no value"))?)
}

fn assumption(w: &[String]) -> Result<LockedAssumption, String> {
    let address = w.get(1).ok_or("the line was cut short")?.clone();
    let mut values = Vec::new();
    let mut spread = String::new();
    let mut rest = w[2..].chunks(2);
    while let Some([key, value]) = rest.next() {
        if key == "spread" {
            spread.clone_from(value);
            continue;
        }
        let (from, to) = key.split_once("..").unwrap_or((key, key));
        let (from, to) = (year(from)?, year(to)?);
        let value = number(value)?;
        if to.0 < from.0 || to.0 - from.0 > 10_000 {
            return Err(format!("`{key}` is no span of years"));
        }
        values.extend(from.through(to).map(|_| value));
    }
    Ok(LockedAssumption { address, values, spread })
}
