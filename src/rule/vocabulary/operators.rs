//! What `+ - * / %` and comparisons mean, for every pair of values.
//!
//! Rhai's own operators truncate whole numbers and call a figure and a number
//! simply unequal. So each operator is one function for all values, which does
//! what means something and says what does not.

use std::cmp::Ordering;
use std::sync::Arc;

use rhai::{Dynamic, NativeCallContext};

use super::figures::{plain, written};
use super::series::Series;
use super::{Answer, Book};
use crate::dutch::Quantity;
use crate::rule::failure::{raise, with_article};
use crate::rule::figure::{Fault, Figure, Operation, near};
use crate::rule::session::{Comparison, Session};

pub(super) fn register(book: &mut Book<'_>) {
    for (symbol, assign, operation) in [
        ("+", "+=", Operation::Add),
        ("-", "-=", Operation::Subtract),
        ("*", "*=", Operation::Multiply),
        ("/", "/=", Operation::Divide),
    ] {
        let session = book.session.clone();
        book.engine.register_fn(symbol, move |a: Dynamic, b: Dynamic| arithmetic(&session, operation, &a, &b));
        let session = book.session.clone();
        book.engine.register_fn(assign, move |a: &mut Dynamic, b: Dynamic| -> Answer<()> {
            *a = arithmetic(&session, operation, &a.clone(), &b)?;
            Ok(())
        });
    }
    book.engine.register_fn("%", |a: Dynamic, b: Dynamic| remainder(&a, &b));
    book.engine.register_fn("%=", |a: &mut Dynamic, b: Dynamic| -> Answer<()> {
        *a = remainder(a, &b)?;
        Ok(())
    });
    let session = book.session.clone();
    book.engine.register_fn("-", move |a: Dynamic| negated(&session, &a));
    book.engine.register_fn("+", |a: Dynamic| a);
    book.engine.register_fn("!", |a: bool| !a);
    type Holds = fn(Ordering) -> bool;
    let comparisons: [(&str, Holds); 4] =
        [("<", Ordering::is_lt), ("<=", Ordering::is_le), (">", Ordering::is_gt), (">=", Ordering::is_ge)];
    for (symbol, holds) in comparisons {
        let session = book.session.clone();
        book.engine.register_fn(
            symbol,
            move |context: NativeCallContext<'_>, a: Dynamic, b: Dynamic| -> Answer<bool> {
                order(&session, &context, &a, &b).map(holds)
            },
        );
    }
    for (symbol, wanted) in [("==", true), ("!=", false)] {
        let session = book.session.clone();
        book.engine.register_fn(
            symbol,
            move |context: NativeCallContext<'_>, a: Dynamic, b: Dynamic| -> Answer<bool> {
                if a.is::<Figure>() && b.is::<Figure>() {
                    return Ok((order(&session, &context, &a, &b)? == Ordering::Equal) == wanted);
                }
                equal(&session, &a, &b).map(|same| same == wanted)
            },
        );
    }
}

/// How a plain number would be written as a figure of a unit.
fn as_figure(value: &Dynamic, unit: Quantity) -> String {
    let number = value.as_int().map(|n| n.to_string()).unwrap_or_else(|_| value.as_float().unwrap_or(0.0).to_string());
    // Thousands are set apart, as people write them in rules.
    let number = match number.parse::<i64>() {
        Ok(n) if n.abs() >= 10_000 => crate::dutch::whole(n as f64).replace('.', "_"),
        _ => number,
    };
    let maker = match unit {
        Quantity::Euro => "euro",
        Quantity::Clients => "persons",
        Quantity::EuroPerClient => "euro_per_client",
        Quantity::Percent => "percent",
        Quantity::Number => "number",
    };
    format!("{maker}({number})")
}

fn arithmetic(session: &Arc<Session>, operation: Operation, a: &Dynamic, b: &Dynamic) -> Answer<Dynamic> {
    let meter = session.meter();
    if let (Some(x), Some(y)) = (a.read_lock::<Figure>(), b.read_lock::<Figure>()) {
        return x.combine(operation, &y, meter).map(Dynamic::from).map_err(raise);
    }
    if a.is::<Series>() || b.is::<Series>() {
        return super::series::arithmetic(session, operation, a, b).map(Dynamic::from);
    }
    if let (Some(x), Some(y)) = (plain(a), plain(b)) {
        return numbers(operation, (a, x), (b, y)).map_err(raise);
    }
    if operation == Operation::Add && (a.is_string() || b.is_string()) {
        let joined = written(session, a).and_then(|left| Ok(left + written(session, b)?.as_str()));
        return joined.map(Dynamic::from).map_err(raise);
    }
    if operation == Operation::Add && a.is_array() && b.is_array() {
        let mut joined = a.clone().into_array().unwrap_or_default();
        joined.extend(b.clone().into_array().unwrap_or_default());
        return Ok(joined.into());
    }
    // A figure and a plain number.
    let mixed = match (a.read_lock::<Figure>(), plain(a), b.read_lock::<Figure>(), plain(b)) {
        (Some(figure), _, _, Some(number)) => Some((figure.clone(), number, true)),
        (_, Some(number), Some(figure), _) => Some((figure.clone(), number, false)),
        _ => None,
    };
    if let Some((figure, number, figure_first)) = mixed {
        let scales = matches!(operation, Operation::Multiply | Operation::Divide);
        if !scales && figure.unit() != Quantity::Number {
            let value = if figure_first { b } else { a };
            return Err(raise(
                Fault::new("unit", format!("a plain number has no unit, and {} has one", figure.formula()))
                    .help(format!("write {}", as_figure(value, figure.unit()))),
            ));
        }
        let number = Figure::literal(number, Quantity::Number).map_err(raise)?;
        let result = if figure_first {
            figure.combine(operation, &number, meter)
        } else {
            number.combine(operation, &figure, meter)
        };
        return result.map(Dynamic::from).map_err(raise);
    }
    let verb = match operation {
        Operation::Add => "add",
        Operation::Subtract => "subtract",
        Operation::Multiply => "multiply",
        Operation::Divide => "divide",
    };
    Err(raise(Fault::new(
        "type",
        format!("cannot {verb} {} and {}", with_article(a.type_name()), with_article(b.type_name())),
    )))
}

fn numbers(operation: Operation, (a, x): (&Dynamic, f64), (b, y): (&Dynamic, f64)) -> Result<Dynamic, Fault> {
    let large = || Fault::new("not-finite", "the number is too large");
    if let (Ok(x), Ok(y)) = (a.as_int(), b.as_int()) {
        let whole = match operation {
            Operation::Add => x.checked_add(y),
            Operation::Subtract => x.checked_sub(y),
            Operation::Multiply => x.checked_mul(y),
            Operation::Divide if y == 0 => return Err(zero()),
            // 1/2 is 0.5: a division is never cut off.
            Operation::Divide => return Ok(Dynamic::from_float(x as f64 / y as f64)),
        };
        return whole.map(Dynamic::from_int).ok_or_else(large);
    }
    let result = match operation {
        Operation::Add => x + y,
        Operation::Subtract => x - y,
        Operation::Multiply => x * y,
        Operation::Divide if y == 0.0 => return Err(zero()),
        Operation::Divide => x / y,
    };
    if result.is_finite() { Ok(Dynamic::from_float(result)) } else { Err(large()) }
}

fn zero() -> Fault {
    Fault::new("division-by-zero", "dividing by zero has no answer")
}

fn remainder(a: &Dynamic, b: &Dynamic) -> Answer<Dynamic> {
    match (a.as_int(), b.as_int()) {
        (Ok(_), Ok(0)) => Err(raise(zero())),
        (Ok(x), Ok(y)) => Ok(Dynamic::from_int(x.checked_rem(y).unwrap_or(0))),
        _ => Err(raise(Fault::new("type", "`%` gives the remainder of whole numbers only"))),
    }
}

fn negated(session: &Session, value: &Dynamic) -> Answer<Dynamic> {
    if let Some(figure) = value.read_lock::<Figure>() {
        return figure.negated(session.meter()).map(Dynamic::from).map_err(raise);
    }
    if let Ok(number) = value.as_int() {
        return number
            .checked_neg()
            .map(Dynamic::from_int)
            .ok_or_else(|| raise(Fault::new("not-finite", "the number is too large")));
    }
    match value.as_float() {
        Ok(number) => Ok(Dynamic::from_float(-number)),
        Err(_) => Err(raise(Fault::new("type", format!("{} has no minus", with_article(value.type_name()))))),
    }
}

/// Which of two is larger; comparisons of figures are remembered, because the
/// early-warning table says how far they are from tipping.
fn order(session: &Session, context: &NativeCallContext<'_>, a: &Dynamic, b: &Dynamic) -> Answer<Ordering> {
    if let (Some(x), Some(y)) = (a.read_lock::<Figure>(), b.read_lock::<Figure>()) {
        let order = x.compare(&y).map_err(raise)?;
        session.compared(Comparison::of(context.call_position(), &x, &y));
        return Ok(order);
    }
    if let (Ok(x), Ok(y)) = (a.as_int(), b.as_int()) {
        return Ok(x.cmp(&y));
    }
    if let (Some(x), Some(y)) = (plain(a), plain(b)) {
        return x.partial_cmp(&y).ok_or_else(|| raise(Fault::new("not-finite", "this is not a number")));
    }
    Err(raise(unlike(a, b)))
}

fn unlike(a: &Dynamic, b: &Dynamic) -> Fault {
    for (figure, other) in [(a, b), (b, a)] {
        if let (Some(figure), true) = (figure.read_lock::<Figure>(), plain(other).is_some()) {
            return Fault::new(
                "comparison",
                format!("a figure compares only with a figure: {} has a unit, the number has none", figure.formula()),
            )
            .help(format!("write {}", as_figure(other, figure.unit())));
        }
    }
    Fault::new(
        "comparison",
        format!("cannot compare {} with {}", with_article(a.type_name()), with_article(b.type_name())),
    )
}

/// Whether two values are the same; nothing compares with everything.
pub(super) fn equal(session: &Session, a: &Dynamic, b: &Dynamic) -> Answer<bool> {
    if a.is_unit() || b.is_unit() {
        return Ok(a.is_unit() && b.is_unit());
    }
    if let (Some(x), Some(y)) = (a.read_lock::<Figure>(), b.read_lock::<Figure>()) {
        return Ok(x.same_as(&y));
    }
    if let (Ok(x), Ok(y)) = (a.as_int(), b.as_int()) {
        return Ok(x == y);
    }
    if let (Some(x), Some(y)) = (plain(a), plain(b)) {
        return Ok(near(x, y));
    }
    if let (Ok(x), Ok(y)) = (a.as_immutable_string_ref(), b.as_immutable_string_ref()) {
        return Ok(session.render(&x) == session.render(&y));
    }
    if let (Ok(x), Ok(y)) = (a.as_bool(), b.as_bool()) {
        return Ok(x == y);
    }
    if let (Ok(x), Ok(y)) = (a.as_char(), b.as_char()) {
        return Ok(x == y);
    }
    if let (Ok(x), Ok(y)) = (a.as_array_ref(), b.as_array_ref()) {
        if x.len() != y.len() {
            return Ok(false);
        }
        return x.iter().zip(y.iter()).try_fold(true, |same, (x, y)| Ok(same && equal(session, x, y)?));
    }
    if let (Ok(x), Ok(y)) = (a.as_map_ref(), b.as_map_ref()) {
        if !x.keys().eq(y.keys()) {
            return Ok(false);
        }
        return x.values().zip(y.values()).try_fold(true, |same, (x, y)| Ok(same && equal(session, x, y)?));
    }
    Err(raise(unlike(a, b)))
}
