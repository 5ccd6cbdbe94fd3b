//! Words for lists, maps and texts. Nothing that could cut a figure out of a
//! text is here.

use std::ops::{Range, RangeInclusive};

use rhai::{Array, Dynamic, INT, ImmutableString, Map};

use super::operators::equal;
use super::{Answer, Book};
use crate::dutch;
use crate::rule::failure::{raise, with_article};
use crate::rule::figure::{Fault, Figure};

/// Longest list, as everywhere.
const MAX_ELEMENTS: usize = 1_000;

pub(super) fn register(book: &mut Book<'_>) {
    book.engine.register_iterator::<Array>();
    book.engine.register_iterator::<Range<INT>>();
    book.engine.register_iterator::<RangeInclusive<INT>>();

    book.chapter("Lijsten en teksten");
    for (name, largest, text) in [
        (
            "max_by",
            true,
            [
                "max_by(lijst, \"sleutel\")",
                "het onderdeel",
                "Het onderdeel van een lijst waarvan de verwachte waarde bij de sleutel het grootst is; bij gelijke stand het eerste.",
                "let rows = [#{ name: \"pgb\", cost: euro(5) }, #{ name: \"wmo\", cost: euro(9) }];\nassert_eq(max_by(rows, \"cost\").name, \"wmo\");",
            ],
        ),
        (
            "min_by",
            false,
            [
                "min_by(lijst, \"sleutel\")",
                "het onderdeel",
                "Het onderdeel met de kleinste verwachte waarde bij de sleutel.",
                "let rows = [#{ name: \"pgb\", cost: euro(5) }, #{ name: \"wmo\", cost: euro(9) }];\nassert_eq(min_by(rows, \"cost\").name, \"pgb\");",
            ],
        ),
    ] {
        book.word(name, text, move |list: Array, key: &str| best(name, largest, &list, key));
    }
    book.word(
        "join",
        [
            "join(lijst)",
            "tekst",
            "Schrijft een lijst van namen als opsomming.",
            "assert_eq(join([\"jeugd\", \"wmo\", \"participatie\"]), \"jeugd, wmo en participatie\");",
        ],
        |list: Array| -> Answer<String> {
            let names: Option<Vec<String>> =
                list.iter().map(|v| v.as_immutable_string_ref().ok().map(|t| t.to_string())).collect();
            names.map(|n| dutch::list(&n)).ok_or_else(|| raise(Fault::new("type", "join writes a list of texts")))
        },
    );
    let session = book.session.clone();
    book.word(
        "contains",
        ["lijst.contains(waarde) of tekst.contains(deel)", "ja of nee", "Of een lijst een waarde bevat, of een tekst een stuk tekst. Getallen in een tekst tellen zoals ze er staan.", "assert([1, 2].contains(2));\nassert(`Het kost ${euro(6_000)}.`.contains(\"€ 6.000\"));\nassert(\"b\" in [\"a\", \"b\"]);"],
        move |list: Array, value: Dynamic| -> Answer<bool> {
            for item in &list {
                if item.type_id() == value.type_id() && equal(&session, item, &value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        },
    );
    let session = book.session.clone();
    book.also("contains", move |text: ImmutableString, part: ImmutableString| {
        session.render(&text).contains(&session.render(&part))
    });
    book.also("contains", |map: Map, key: ImmutableString| map.contains_key(key.as_str()));
    book.also("contains", |range: Range<INT>, year: INT| range.contains(&year));
    book.also("contains", |range: RangeInclusive<INT>, year: INT| range.contains(&year));
    for (name, end, text) in [
        (
            "starts_with",
            false,
            [
                "tekst.starts_with(begin)",
                "ja of nee",
                "Of een tekst zo begint.",
                "assert(\"jeugd-ambulant\".starts_with(\"jeugd\"));",
            ],
        ),
        (
            "ends_with",
            true,
            [
                "tekst.ends_with(einde)",
                "ja of nee",
                "Of een tekst zo eindigt.",
                "assert(\"jeugd-ambulant\".ends_with(\"ambulant\"));",
            ],
        ),
    ] {
        let session = book.session.clone();
        book.word(name, text, move |text: ImmutableString, part: ImmutableString| {
            let (text, part) = (session.render(&text), session.render(&part));
            if end { text.ends_with(&part) } else { text.starts_with(&part) }
        });
    }
    book.word(
        "capital",
        [
            "capital(tekst)",
            "tekst",
            "De tekst met een hoofdletter, voor het begin van een zin.",
            "assert_eq(capital(\"jeugdhulp\"), \"Jeugdhulp\");",
        ],
        |text: ImmutableString| -> String {
            let mut letters = text.chars();
            letters.next().map(|c| c.to_uppercase().chain(letters).collect()).unwrap_or_default()
        },
    );
    book.word(
        "len",
        [
            "lijst.len()",
            "geheel getal",
            "Hoeveel onderdelen een lijst heeft, of tekens een tekst.",
            "assert_eq([1, 2, 3].len(), 3);",
        ],
        |list: Array| list.len() as INT,
    );
    book.also("len", |map: Map| map.len() as INT);
    let session = book.session.clone();
    book.also("len", move |text: ImmutableString| session.render(&text).chars().count() as INT);
    book.word(
        "is_empty",
        ["lijst.is_empty()", "ja of nee", "Of een lijst of tekst leeg is.", "assert([].is_empty());"],
        |list: Array| list.is_empty(),
    );
    book.also("is_empty", |map: Map| map.is_empty());
    book.also("is_empty", |text: ImmutableString| text.is_empty());
    book.word(
        "push",
        [
            "lijst.push(waarde)",
            "niets",
            "Voegt iets toe aan een lijst.",
            "let list = [];\nlist.push(euro(5));\nassert_eq(list.len(), 1);",
        ],
        |list: &mut Array, value: Dynamic| -> Answer<()> {
            if list.len() >= MAX_ELEMENTS {
                return Err(raise(Fault::new("limit-list", "a list or map has more than 1,000 elements")));
            }
            list.push(value);
            Ok(())
        },
    );
    book.word(
        "keys",
        [
            "map.keys()",
            "lijst van teksten",
            "De sleutels van een map, op alfabet.",
            "assert_eq(#{ b: 1, a: 2 }.keys(), [\"a\", \"b\"]);",
        ],
        |map: Map| -> Array { map.keys().map(|k| Dynamic::from(k.to_string())).collect() },
    );
}

fn best(name: &str, largest: bool, list: &Array, key: &str) -> Answer<Dynamic> {
    let mut best: Option<(&Dynamic, Figure)> = None;
    for item in list {
        let map = item.as_map_ref().map_err(|kind| {
            raise(Fault::new("type", format!("{name} needs a list of maps, not of {}", with_article(kind))))
        })?;
        let value = map
            .get(key)
            .ok_or_else(|| raise(Fault::new("unknown-key", format!("a map of the list has no key `{key}`"))))?;
        let figure = value.read_lock::<Figure>().ok_or_else(|| {
            raise(Fault::new("type", format!("`{key}` is no figure but {}", with_article(value.type_name()))))
        })?;
        let mean = figure.mean().map_err(raise)?;
        let better = match &best {
            None => true,
            Some((_, so_far)) => {
                let order = mean.compare(so_far).map_err(raise)?;
                if largest { order.is_gt() } else { order.is_lt() }
            }
        };
        if better {
            best = Some((item, mean));
        }
    }
    best.map(|(item, _)| item.clone())
        .ok_or_else(|| raise(Fault::new("empty-list", format!("the list for {name} is empty"))))
}
