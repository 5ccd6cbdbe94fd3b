//! How sure an assumption is, as one file states it: `sd`, `min` with `max`,
//! `p10` with `p90`, and `persistence`.

use super::form::{Form, join, shown};
use super::item::Money;
use super::series::{Layer, Spread, number};
use super::shape::{Kind, Unit};
use super::tree::{Key, Node, Value};
use super::value;

/// The uncertainty: one of `sd`, `min` with `max`, `p10` with `p90`.
pub(super) fn spread(form: &mut Form<'_>, entries: &[(Key, Node)], kind: &'static Kind, path: &str, layer: &mut Layer) {
    let find = |name: &str| entries.iter().find(|(k, _)| k.name == name);
    let groups: [&[&str]; 3] = [&["sd"], &["min", "max"], &["p10", "p90"]];
    let present: Vec<&[&str]> = groups.into_iter().filter(|g| g.iter().any(|k| find(k).is_some())).collect();
    let Some(group) = present.first() else { return };
    let Some((first_key, first_node)) = group.iter().find_map(|k| find(k)) else {
        return;
    };
    if let Some((other, _)) = present.get(1).and_then(|g| g.iter().find_map(|k| find(k))) {
        layer.faulty = true;
        let message = format!("`{}` and `{}` both state the uncertainty of {path}", first_key.name, other.name);
        form.error("one-of", &other.place, message, "keep one: `sd`, `min` with `max`, or `p10` with `p90`");
        return;
    }
    if group.len() == 1 {
        match sd(form, first_node, kind, path) {
            Some(spread) => layer.spread = Some((spread, first_node.place.clone())),
            None => layer.faulty = true,
        }
        return;
    }
    let (Some((_, low)), Some((_, high))) = (find(group[0]), find(group[1])) else {
        let missing = if find(group[0]).is_some() { group[1] } else { group[0] };
        layer.faulty = true;
        let message = format!("`{}` of {path} stands without `{missing}`", first_key.name);
        form.error("missing-key", &first_key.place, message, format!("state `{missing}` as well"));
        return;
    };
    let bounds = (number(form, low, kind, path), number(form, high, kind, path));
    match bounds {
        (Some(low), Some(high)) if group[0] == "min" => {
            layer.spread = Some((Spread::Range(low, high), first_node.place.clone()))
        }
        (Some(low), Some(high)) => layer.spread = Some((Spread::Percentiles(low, high), first_node.place.clone())),
        _ => layer.faulty = true,
    }
}

/// On a rate in percentage points (`"1%"` or `"1pp"`); on an amount a number
/// in its unit, or a percentage of its size.
fn sd(form: &mut Form<'_>, node: &Node, kind: &'static Kind, path: &str) -> Option<Spread> {
    let read = match (&node.value, kind.unit) {
        (Value::Text(text), Unit::Rate) => match value::points(text).or_else(|_| value::rate(text)) {
            Ok(amount) => Some(Spread::Sd(Money { amount, euros: false })),
            Err(wrong) => {
                form.error("not-a-rate", &node.place, wrong.why, wrong.help);
                None
            }
        },
        (Value::Text(text), _) if text.trim_end().ends_with('%') => match value::rate(text) {
            Ok(fraction) => Some(Spread::Relative(fraction)),
            Err(wrong) => {
                form.error("not-a-rate", &node.place, wrong.why, wrong.help);
                None
            }
        },
        _ => number(form, node, kind, &join(path, "sd")).map(Spread::Sd),
    }?;
    let size = match read {
        Spread::Sd(money) => money.amount,
        Spread::Relative(fraction) => fraction,
        Spread::Range(..) | Spread::Percentiles(..) => 0.0,
    };
    if size < 0.0 {
        form.error(
            "negative",
            &node.place,
            format!("a standard deviation of {} cannot be", shown(node)),
            "write 0 or more",
        );
        return None;
    }
    Some(read)
}

/// How the years of an assumption hang together.
pub(super) fn persistence(form: &mut Form<'_>, node: &Node, faulty: &mut bool) -> Option<f64> {
    match node.value {
        Value::Number(n, _) if (0.0..=1.0).contains(&n) => Some(n),
        _ => {
            *faulty = true;
            let message = format!("`{}` is no persistence", shown(node));
            form.error(
                "persistence",
                &node.place,
                message,
                "write a number from 0 (each year on its own) to 1 (one draw for all years)",
            );
            None
        }
    }
}
