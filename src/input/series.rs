//! An assumption as one file states it: a value, a table of years, a shift, an
//! uncertainty.
//!
//! A file gives one [`Layer`]; a what-if lays its own over that of the base.
//! What the layers come to together is computed in [`super::resolve`], when
//! base year and horizon are known.

use super::form::{Form, fits_in, join, last, shown};
use super::item::{Content, Item, Money, Series};
use super::shape::{Kind, PROVENANCE, Unit, is_provenance};
use super::tree::{Key, Node, Value};
use super::uncertain::{persistence, spread};
use super::value;
use crate::diagnostic::{Diagnostic, Place};
use crate::model::Provenance;

/// What one file says about one assumption.
#[derive(Clone)]
pub(super) struct Layer {
    pub(super) place: Place,
    /// In short, for a list of changes: `+1pp`, `2027: 5%, later: 3%`.
    pub(super) written: String,
    pub(super) provenance: Provenance,
    /// Part of it was wrong and reported.
    pub(super) faulty: bool,
    /// The word of its kind stands for the whole: `"population"`.
    pub(super) word: bool,
    /// A bare value, or `value` without years.
    pub(super) constant: Option<Point>,
    pub(super) years: Vec<(i32, Point)>,
    /// `later`, or `value` beside years.
    pub(super) later: Option<Point>,
    /// Percentage points to add, as a fraction.
    pub(super) shift: Option<f64>,
    /// Factor.
    pub(super) scale: Option<f64>,
    pub(super) spread: Option<(Spread, Place)>,
    pub(super) persistence: Option<f64>,
}

/// The value of a year, or of several.
#[derive(Clone)]
pub(super) struct Point {
    pub(super) value: Money,
    pub(super) definitive: Option<f64>,
    pub(super) place: Place,
    /// Where a year of its own says so.
    pub(super) provenance: Option<Provenance>,
}

/// Uncertainty as stated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spread {
    /// Standard deviation in the unit of the value.
    Sd(Money),
    /// Standard deviation as a fraction of the size of the value.
    Relative(f64),
    /// Lowest and highest.
    Range(Money, Money),
    /// 10th and 90th percentile.
    Percentiles(Money, Money),
}

const KEYS: [&str; 8] = ["value", "later", "sd", "min", "max", "p10", "p90", "persistence"];

impl Layer {
    fn empty(place: &Place, provenance: Provenance) -> Self {
        Self {
            place: place.clone(),
            written: String::new(),
            provenance,
            faulty: false,
            word: false,
            constant: None,
            years: Vec::new(),
            later: None,
            shift: None,
            scale: None,
            spread: None,
            persistence: None,
        }
    }

    /// Whether it changes what stands below it instead of replacing it.
    pub(super) fn is_relative(&self) -> bool {
        self.shift.is_some() || self.scale.is_some()
    }
}

/// Reads an assumption.
pub(super) fn read(form: &mut Form<'_>, node: &Node, kind: &'static Kind, path: &str, inherited: &Provenance) -> Item {
    let mut layer = Layer::empty(&node.place, inherited.clone());
    match &node.value {
        Value::Text(text) if kind.word == Some(text.as_str()) => layer.word = true,
        Value::Table(entries) => table(form, entries, kind, path, &mut layer, inherited),
        Value::Broken => layer.faulty = true,
        _ => layer.constant = point(form, node, kind, path, &mut layer.faulty),
    }
    layer.written = if let Value::Table(entries) = &node.value { in_short(entries) } else { shown(node) };
    Item {
        place: node.place.clone(),
        written: layer.written.clone(),
        provenance: layer.provenance.clone(),
        content: Content::Series(Series { kind, layers: vec![layer] }),
    }
}

fn table(
    form: &mut Form<'_>,
    entries: &[(Key, Node)],
    kind: &'static Kind,
    path: &str,
    layer: &mut Layer,
    inherited: &Provenance,
) {
    layer.provenance = form.provenance(entries, path, inherited);
    let mut stated: Option<(&Key, Point)> = None;
    let mut later_key: Option<&Key> = None;
    for (key, node) in entries {
        let at = join(path, &key.name);
        match key.name.as_str() {
            "value" if matches!(&node.value, Value::Text(text) if kind.word == Some(text.as_str())) => {
                layer.word = true
            }
            "value" => stated = point(form, node, kind, &at, &mut layer.faulty).map(|p| (key, p)),
            "later" => {
                later_key = Some(key);
                layer.later = year_point(form, node, kind, &at, layer);
            }
            "shift" | "scale" if form.what_if => relative(form, node, key, kind, &at, layer),
            "persistence" => layer.persistence = persistence(form, node, &mut layer.faulty),
            "sd" | "min" | "max" | "p10" | "p90" => {}
            name if is_provenance(name) => {}
            name => match value::year_key(name).filter(|y| value::is_year(f64::from(*y))) {
                Some(year) => {
                    if let Some(mut point) = year_point(form, node, kind, &at, layer) {
                        point.place = key.place.clone();
                        layer.years.push((year, point));
                    }
                }
                None => {
                    layer.faulty = true;
                    unknown_key(form, key, kind, path);
                }
            },
        }
    }
    spread(form, entries, kind, path, layer);
    if let Some((key, point)) = stated {
        if layer.years.is_empty() && later_key.is_none() {
            layer.constant = Some(point);
        } else if let Some(later) = later_key {
            let (place, help) = (
                if later.place > key.place { &later.place } else { &key.place },
                "`value` beside years means `later`: keep one of the two",
            );
            form.error("one-of", place, "`value` and `later` exclude each other", help);
        } else {
            layer.later = Some(point);
        }
    }
    if let (Some(key), true, false) = (later_key, layer.years.is_empty(), layer.faulty) {
        form.found.push(
            Diagnostic::warning(
                "later-without-year",
                &key.place,
                format!("`later` in `{path}` comes after no named year"),
            )
            .help("name the years before it, or write the value alone; it is taken for every year after the base year"),
        );
    }
    let values = layer.constant.is_some() || layer.later.is_some() || !layer.years.is_empty() || layer.word;
    if layer.is_relative() && values {
        layer.faulty = true;
        form.error(
            "one-of",
            &layer.place.clone(),
            format!("`{}` states a value and a change of it", last(path)),
            "keep the value, or the `shift` or `scale`",
        );
    }
}

/// The value of a year: a value, a table with `value`, or in an index a table
/// with `provisional` and `definitive`.
fn year_point(form: &mut Form<'_>, node: &Node, kind: &'static Kind, path: &str, layer: &mut Layer) -> Option<Point> {
    let Value::Table(entries) = &node.value else {
        return point(form, node, kind, path, &mut layer.faulty);
    };
    let own = form.provenance(entries, path, &Provenance::default());
    let known: &[&str] = if kind.ledger { &["value", "provisional", "definitive"] } else { &["value"] };
    for (key, _) in entries {
        let name = key.name.as_str();
        if !known.contains(&name) && !is_provenance(name) {
            layer.faulty = true;
            if KEYS.contains(&name) {
                form.error(
                    "unknown-key",
                    &key.place,
                    format!("`{name}` cannot be said of one year"),
                    format!(
                        "put `{name}` in `{}`: it holds for every year",
                        path.rsplit_once('.').map_or(path, |(p, _)| p)
                    ),
                );
            } else {
                form.unknown_key(key, path, known.iter().copied().chain(PROVENANCE.iter().map(|(k, _)| *k)));
            }
        }
    }
    let mut read = |name: &str| node.get(name).and_then(|n| point(form, n, kind, &join(path, name), &mut layer.faulty));
    let value = read("value");
    let (provisional, definitive) = if kind.ledger { (read("provisional"), read("definitive")) } else { (None, None) };
    let ledger = provisional.is_some() || definitive.is_some();
    if value.is_some() && ledger {
        form.error(
            "one-of",
            &node.place,
            "`value` stands beside `provisional` or `definitive`",
            "keep `value`, or the other two",
        );
    }
    let second = definitive.as_ref().map(|p| p.value.amount);
    let first = value.or(provisional).or(definitive);
    if first.is_none() && !layer.faulty {
        layer.faulty = true;
        let help = if kind.ledger { "state `value`, or `provisional` and `definitive`" } else { "state `value`" };
        form.error("no-value", &node.place, format!("`{path}` states no value"), help);
    }
    first.map(|p| Point {
        definitive: second.or(p.definitive),
        provenance: Some(own).filter(|o| *o != Provenance::default()),
        ..p
    })
}

/// One value in the unit of its kind.
fn point(form: &mut Form<'_>, node: &Node, kind: &'static Kind, path: &str, faulty: &mut bool) -> Option<Point> {
    let value = number(form, node, kind, path);
    *faulty |= value.is_none();
    value.map(|value| Point { value, definitive: None, place: node.place.clone(), provenance: None })
}

pub(super) fn number(form: &mut Form<'_>, node: &Node, kind: &'static Kind, path: &str) -> Option<Money> {
    let bare = |amount| Some(Money { amount, euros: false });
    let name = last(path);
    let wrong = match (kind.unit, &node.value) {
        (_, Value::Broken) => return None,
        (_, Value::Number(n, _)) if !fits_in(*n) => {
            form.not_finite(node);
            return None;
        }
        (Unit::Rate, Value::Text(text)) => match value::rate(text) {
            Ok(rate) => return bare(rate),
            Err(wrong) => ("not-a-rate", wrong.why, wrong.help),
        },
        (Unit::Rate, Value::Number(n, _)) => {
            let wrong = value::bare_rate(*n);
            ("bare-rate", wrong.why, wrong.help)
        }
        (Unit::Money | Unit::Price | Unit::Count, Value::Number(n, _)) => return bare(*n),
        (Unit::Money | Unit::Price, Value::Text(text)) => match value::euros(text) {
            Ok(amount) => {
                return Some(Money { amount, euros: true });
            }
            Err(wrong) => ("not-an-amount", wrong.why, wrong.help),
        },
        (Unit::Count, Value::Text(text)) => {
            ("wrong-type", format!("`{}` is no bare number", text.trim()), "write a number without quotes".to_owned())
        }
        _ => {
            let example = match kind.unit {
                Unit::Rate => "\"2.5%\"",
                Unit::Money => "240 or \"€ 240.000\"",
                Unit::Price => "38.50",
                Unit::Count => "40",
            };
            (
                "wrong-type",
                format!("`{name}` takes {}, not {}", kind.what, node.kind()),
                format!("write it like {example}"),
            )
        }
    };
    form.error(wrong.0, &node.place, wrong.1, wrong.2);
    None
}

/// `shift` adds percentage points to a rate, `scale` multiplies an amount.
fn relative(form: &mut Form<'_>, node: &Node, key: &Key, kind: &'static Kind, path: &str, layer: &mut Layer) {
    let shifts = key.name == "shift";
    if shifts != (kind.unit == Unit::Rate) {
        layer.faulty = true;
        let (message, help) = if shifts {
            (format!("`shift` adds percentage points, and this is {}", kind.what), "use scale = \"110%\"")
        } else {
            (format!("`scale` multiplies, and this is {}", kind.what), "use shift = \"+1pp\"")
        };
        form.error("unknown-key", &key.place, message, help);
        return;
    }
    let read = match (&node.value, shifts) {
        (Value::Text(text), true) => value::points(text),
        (Value::Text(text), false) => value::rate(text),
        (Value::Number(n, _), false) if fits_in(*n) => Err(value::bare_rate(*n)),
        (_, true) => Err(value::Unread {
            why: format!("`{}` is no number of percentage points", shown(node)),
            help: "write it in quotes, such as \"+1pp\"".into(),
        }),
        (_, false) => Err(value::Unread {
            why: format!("`{}` is no percentage", shown(node)),
            help: "write it in quotes, such as \"110%\"".into(),
        }),
    };
    match read {
        Ok(points) if shifts => layer.shift = Some(points),
        Ok(factor) if factor >= 0.0 => layer.scale = Some(factor),
        Ok(_) => {
            layer.faulty = true;
            let of = path.strip_suffix(".scale").unwrap_or(path);
            form.error(
                "negative",
                &node.place,
                format!("`{}` would turn the sign of {of}", shown(node)),
                "scale by 0% or more, or state the values",
            );
        }
        Err(wrong) => {
            layer.faulty = true;
            form.error("not-a-rate", &node.place, wrong.why, wrong.help);
        }
    }
}

fn unknown_key(form: &mut Form<'_>, key: &Key, kind: &Kind, path: &str) {
    let name = key.name.as_str();
    if name == "shift" || name == "scale" {
        form.error(
            "unknown-key",
            &key.place,
            format!("`{name}` in `{path}` has nothing below it to change"),
            "only a what-if can say this; state the value",
        );
    } else if kind.ledger && (name == "provisional" || name == "definitive") {
        let help = format!("put it under its year: {{ 2026 = {{ {name} = \"4.24%\" }} }}");
        form.error("unknown-key", &key.place, format!("`{name}` in `{path}` names no year"), help);
    } else if !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit()) {
        form.error("not-a-year", &key.place, format!("`{name}` in `{path}` is no year"), "write a year such as 2027");
    } else {
        let relative: &[&str] = match (form.what_if, kind.unit) {
            (false, _) => &[],
            (true, Unit::Rate) => &["shift"],
            (true, _) => &["scale"],
        };
        form.unknown_key(key, path, KEYS.iter().chain(relative).copied().chain(PROVENANCE.iter().map(|(k, _)| *k)));
    }
}

/// What a table says, in short: the value alone where there is one.
fn in_short(entries: &[(Key, Node)]) -> String {
    let mut parts = Vec::new();
    for (key, node) in entries {
        let text = node.get("value").or_else(|| node.get("provisional")).map_or_else(|| shown(node), shown);
        match key.name.as_str() {
            "value" if entries.iter().any(|(k, _)| value::year_key(&k.name).is_some()) => {
                parts.push(format!("later: {text}"))
            }
            "value" | "shift" => parts.push(text),
            "scale" => parts.push(format!("x {text}")),
            name if is_provenance(name) => {}
            name => parts.push(format!("{name}: {text}")),
        }
    }
    parts.join(", ")
}
