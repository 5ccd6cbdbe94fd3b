//! A figure by year: `o.cost("jeugd")` without a year.
//!
//! It lets a rule ask in which year something begins, without a loop.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Array, Dynamic, INT, NativeCallContext};

use super::figures::{is_above, plain};
use super::{Answer, Book};
use crate::dutch::Quantity;
use crate::rule::failure::{raise, with_article};
use crate::rule::figure::{Fault, Figure, Operation};
use crate::rule::session::{Comparison, Session};
use crate::units::Year;

/// Figures of one unit by year.
#[derive(Clone, Debug)]
pub(super) struct Series(pub BTreeMap<Year, Figure>);

impl Series {
    fn at(&self, year: INT) -> Answer<Figure> {
        let found = i32::try_from(year).ok().and_then(|y| self.0.get(&Year(y)));
        found.cloned().ok_or_else(|| {
            let years: Vec<String> = self.0.keys().map(ToString::to_string).collect();
            raise(Fault::new("unknown-year", format!("the series has no {year}; its years are {}", years.join(", "))))
        })
    }
}

pub(super) fn register(book: &mut Book<'_>) {
    book.engine.register_type_with_name::<Series>("series");
    book.chapter("Alle jaren tegelijk");
    book.word(
        "at",
        ["reeks.at(2029)", "getal", "Het getal van één jaar uit een reeks. Een reeks krijgt u door het jaar weg te laten: o.cost(\"jeugd\").", "let o = given(#{ base_year: 2026, horizon: 2028, \"cost(jeugd, 2027)\": euro(5), \"cost(jeugd, 2028)\": euro(7) });\nassert_eq(o.cost(\"jeugd\").at(2028), euro(7));"],
        |series: Series, year: INT| series.at(year),
    );
    let session = book.session.clone();
    book.word(
        "first_year",
        ["first_year(reeks, \"above\", grens)", "jaar, of niets", "Het eerste jaar waarin de verwachte waarde boven of onder de grens ligt; () als dat nooit zo is.", "let o = given(#{ base_year: 2026, horizon: 2028, \"cost(jeugd, 2027)\": euro(5), \"cost(jeugd, 2028)\": euro(7) });\nassert_eq(first_year(o.cost(\"jeugd\"), \"above\", euro(6)), 2028);\nassert(first_year(o.cost(\"jeugd\"), \"above\", euro(9)) == ());"],
        move |context: NativeCallContext<'_>, series: Series, side: &str, bound: Dynamic| -> Answer<Dynamic> {
            let above = is_above(side)?;
            let bound = bound.read_lock::<Figure>().ok_or_else(|| raise(Fault::new("type", "the bound of first_year is a figure")))?;
            let bound = bound.mean().map_err(raise)?;
            for (year, figure) in &series.0 {
                let mean = figure.mean().map_err(raise)?;
                let order = mean.compare(&bound).map_err(raise)?;
                session.compared(Comparison::of(context.call_position(), &mean, &bound));
                if if above { order.is_gt() } else { order.is_lt() } {
                    return Ok(Dynamic::from_int(INT::from(year.0)));
                }
            }
            Ok(Dynamic::UNIT)
        },
    );
    book.property(
        "years",
        [
            "lijst van jaren",
            "De jaren van een reeks, of de geraamde jaren van de uitkomst (o.years).",
            "let o = given(#{ base_year: 2026, horizon: 2028 });\nassert_eq(o.years, [2027, 2028]);",
        ],
        |series: &mut Series| -> Answer<Array> {
            Ok(series.0.keys().map(|y| Dynamic::from_int(INT::from(y.0))).collect())
        },
    );
    book.property(
        "values",
        ["lijst van getallen", "De getallen van een reeks, in de volgorde van de jaren.", "let o = given(#{ base_year: 2026, horizon: 2028, \"cost(jeugd, 2027)\": euro(5), \"cost(jeugd, 2028)\": euro(7) });\nassert_eq(sum(o.cost(\"jeugd\").values), euro(12));"],
        |series: &mut Series| -> Answer<Array> { Ok(series.0.values().cloned().map(Dynamic::from).collect()) },
    );
    let session = book.session.clone();
    book.property(
        "growth",
        ["percentage", "Hoeveel procent het laatste jaar van een reeks hoger is dan het eerste.", "let o = given(#{ base_year: 2026, horizon: 2028, \"cost(jeugd, 2027)\": euro(100), \"cost(jeugd, 2028)\": euro(150) });\nassert_eq(o.cost(\"jeugd\").growth, percent(50));"],
        move |series: &mut Series| -> Answer<Figure> {
            match (series.0.values().next(), series.0.values().next_back()) {
                (Some(first), Some(last)) => last.growth_from(first, session.meter()).map_err(raise),
                _ => Err(raise(Fault::new("empty-list", "the series has no years"))),
            }
        },
    );
}

/// Arithmetic year by year, in the years that both have.
pub(super) fn arithmetic(session: &Arc<Session>, operation: Operation, a: &Dynamic, b: &Dynamic) -> Answer<Series> {
    let meter = session.meter();
    let one = |value: &Dynamic| -> Answer<Figure> {
        if let Some(figure) = value.read_lock::<Figure>() {
            return Ok(figure.clone());
        }
        match plain(value) {
            Some(number) => Figure::literal(number, Quantity::Number).map_err(raise),
            None => Err(raise(Fault::new(
                "type",
                format!("a series does not compute with {}", with_article(value.type_name())),
            ))),
        }
    };
    let years = match (a.read_lock::<Series>(), b.read_lock::<Series>()) {
        (Some(x), Some(y)) => {
            x.0.iter()
                .filter_map(|(year, left)| Some((*year, left.combine(operation, y.0.get(year)?, meter))))
                .collect::<Vec<_>>()
        }
        (Some(x), None) => {
            let right = one(b)?;
            x.0.iter().map(|(year, left)| (*year, left.combine(operation, &right, meter))).collect()
        }
        (None, Some(y)) => {
            let left = one(a)?;
            y.0.iter().map(|(year, right)| (*year, left.combine(operation, right, meter))).collect()
        }
        (None, None) => Vec::new(),
    };
    years.into_iter().map(|(year, figure)| Ok((year, figure.map_err(raise)?))).collect::<Answer<_>>().map(Series)
}
