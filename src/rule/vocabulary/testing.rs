//! Words for tests: an outcome that the test states, and what must hold.

use std::sync::Arc;

use rhai::{Dynamic, EvalAltResult, Map, NativeCallContext};

use super::figures::plain;
use super::operators::equal;
use super::outcome::Outcome;
use super::{Answer, Book};
use crate::rule::failure::{fault_of, raise, with_article};
use crate::rule::figure::{Fault, Figure};
use crate::rule::given::{GivenFacts, Stated};
use crate::rule::session::Session;

pub(super) fn register(book: &mut Book<'_>) {
    book.chapter("Testen");
    let session = book.session.clone();
    book.word(
        "given",
        ["given(#{ \"cost(jeugd, 2029)\": euro(28_000) })", "uitkomst", "Een uitkomst die de test zelf verzint. De sleutels zijn adressen zoals \"cost(jeugd, 2029)\"; ook base_year, horizon, last_budget_year, draws, domains, lines(...), label(...), largest_driver(...), largest_excess(...), parameter(...) en has(...).", "let o = given(#{ last_budget_year: 2029, \"cost(jeugd, 2029)\": euro(28_000) });\nassert_eq(o.cost(\"jeugd\", o.last_budget_year), euro(28_000));"],
        move |map: Map| given(&session, &map),
    );
    book.word(
        "assert",
        ["assert(voorwaarde)", "niets", "De test slaagt alleen als de voorwaarde klopt.", "assert(euro(2) > euro(1));"],
        |holds: bool| -> Answer<()> {
            if holds { Ok(()) } else { Err(raise(Fault::new("test-failed", "this does not hold"))) }
        },
    );
    let session = book.session.clone();
    book.word(
        "assert_eq",
        [
            "assert_eq(is, moet)",
            "niets",
            "De twee waarden moeten gelijk zijn.",
            "assert_eq(euro(2) + euro(3), euro(5));",
        ],
        move |left: Dynamic, right: Dynamic| -> Answer<()> {
            if equal(&session, &left, &right)? {
                return Ok(());
            }
            let (left, right) = (shown(&session, &left), shown(&session, &right));
            Err(raise(Fault::new("test-failed", format!("it is {left}, and should be {right}"))))
        },
    );
    let session = book.session.clone();
    book.word(
        "assert_close",
        [
            "assert_close(is, moet, marge)",
            "niets",
            "De twee waarden mogen hoogstens de marge verschillen. Van een onzeker getal telt de verwachte waarde.",
            "assert_close(euro(100.4), euro(100), euro(1));\nassert_close(0.33, 0.333, 0.01);",
        ],
        move |left: Dynamic, right: Dynamic, margin: Dynamic| -> Answer<()> {
            let values = [number_of(&left)?, number_of(&right)?, number_of(&margin)?];
            if (values[0] - values[1]).abs() <= values[2].abs() {
                return Ok(());
            }
            let (left, right, margin) = (shown(&session, &left), shown(&session, &right), shown(&session, &margin));
            Err(raise(Fault::new("test-failed", format!("it is {left}, and should be {right}, give or take {margin}"))))
        },
    );
    let session = book.session.clone();
    book.word(
        "assert_error",
        [
            "assert_error(given(...), \"stuk van de melding\")",
            "niets",
            "De regel moet op deze uitkomst met een fout stoppen, met deze woorden in de melding.",
            "",
        ],
        move |context: NativeCallContext<'_>, outcome: Outcome, part: &str| -> Answer<()> {
            let result: Result<Dynamic, Box<EvalAltResult>> = context.call_fn("risk", (outcome,));
            let (fault, _) = match (result, session.take_fault()) {
                (_, Some(reported)) => reported,
                (Err(error), None) => fault_of(&error, &super::Words::default()),
                (Ok(_), None) => {
                    return Err(raise(Fault::new(
                        "test-failed",
                        format!("the rule should fail with `{part}`, and does not fail"),
                    )));
                }
            };
            if fault.code.starts_with("limit") {
                return Err(raise(fault));
            }
            if fault.message.contains(part) || fault.help.as_ref().is_some_and(|h| h.contains(part)) {
                return Ok(());
            }
            Err(raise(Fault::new(
                "test-failed",
                format!("the rule fails with `{}`, and should with `{part}`", fault.message),
            )))
        },
    );
}

fn number_of(value: &Dynamic) -> Answer<f64> {
    if let Some(figure) = value.read_lock::<Figure>() {
        return Ok(figure.mean_value());
    }
    plain(value).ok_or_else(|| {
        raise(Fault::new("type", format!("assert_close needs numbers, not {}", with_article(value.type_name()))))
    })
}

/// A value as a failing test shows it.
fn shown(session: &Session, value: &Dynamic) -> String {
    if let Some(figure) = value.read_lock::<Figure>() {
        use crate::dutch::Style;
        let text = figure.clone().styled(Style::Exact).printed();
        return if figure.is_uncertain() { format!("uncertain, {text} on average") } else { text };
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        let text: String = session.render(&text).chars().take(200).collect();
        return format!("\"{text}\"");
    }
    if value.is_unit() {
        return "nothing".to_owned();
    }
    if let Ok(list) = value.as_array_ref() {
        let items: Vec<String> = list.iter().take(10).map(|v| shown(session, v)).collect();
        return format!("[{}]", items.join(", "));
    }
    if value.is_map() {
        return "a map".to_owned();
    }
    value.to_string()
}

fn given(session: &Arc<Session>, map: &Map) -> Answer<Outcome> {
    let mut facts = GivenFacts::default();
    for (key, value) in map {
        let stated = stated(session, value).ok_or_else(|| {
            raise(Fault::new("given", format!("`{key}` cannot be {}", with_article(value.type_name()))))
        })?;
        facts.state(key, stated).map_err(raise)?;
    }
    Ok(Outcome { facts: Arc::new(facts), head: session.head(), focus: None, remembered: false })
}

fn stated(session: &Session, value: &Dynamic) -> Option<Stated> {
    if let Some(figure) = value.read_lock::<Figure>() {
        return Some(Stated::Figure(figure.clone(), figure.draws()));
    }
    if let Ok(number) = value.as_int() {
        return Some(Stated::Whole(number));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Some(Stated::Text(session.render(&text)));
    }
    if let Ok(truth) = value.as_bool() {
        return Some(Stated::Truth(truth));
    }
    let list = value.as_array_ref().ok()?;
    let names: Option<Vec<String>> =
        list.iter().map(|v| v.as_immutable_string_ref().ok().map(|t| t.to_string())).collect();
    names.map(Stated::List)
}
