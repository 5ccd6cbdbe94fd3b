//! Words that make figures, read them out, write them, and compare them.

use std::sync::Arc;

use rhai::{Array, Dynamic, INT, NativeCallContext};

use super::{Answer, Book};
use crate::dutch::{Quantity, Style};
use crate::rule::failure::{raise, with_article};
use crate::rule::figure::{Fault, Figure};
use crate::rule::session::Session;

/// A plain number out of a value.
pub(super) fn plain(value: &Dynamic) -> Option<f64> {
    value.as_int().map(|n| n as f64).or_else(|_| value.as_float()).ok()
}

fn make(session: &Session, value: &Dynamic, unit: Quantity, by: f64) -> Answer<Figure> {
    if let Some(number) = plain(value) {
        return Figure::literal(number * by, unit).map_err(raise);
    }
    if let Ok(list) = value.as_array_ref() {
        let draws: Option<Vec<f64>> = list.iter().map(|v| plain(v).map(|n| n * by)).collect();
        if let Some(draws) = draws {
            return Figure::sample(draws, unit, session.meter()).map_err(raise);
        }
    }
    let given = with_article(value.type_name());
    Err(raise(
        Fault::new("type", format!("a figure is made of a number, not of {given}"))
            .help("write it like euro(50_000) or percent(2.5)"),
    ))
}

/// The side that a word names.
pub(super) fn is_above(side: &str) -> Answer<bool> {
    match side {
        "above" => Ok(true),
        "below" => Ok(false),
        other => Err(raise(Fault::new("side", format!("`{other}` is no side; write \"above\" or \"below\"")))),
    }
}

fn figure_of<'a>(value: &'a Dynamic, what: &str) -> Answer<rhai::DynamicReadLock<'a, Figure>> {
    let kind = with_article(value.type_name());
    value.read_lock::<Figure>().ok_or_else(|| {
        raise(
            Fault::new("type", format!("{what} needs a figure, not {kind}"))
                .help("a number becomes one with euro(), percent(), persons() or number()"),
        )
    })
}

pub(super) fn register(book: &mut Book<'_>) {
    book.chapter("Zelf een getal maken");
    let makers: [(&'static str, [&'static str; 4], Quantity, f64); 5] = [
        (
            "euro",
            [
                "euro(50_000)",
                "bedrag in euro",
                "Maakt een bedrag. Van een lijst maakt het een onzeker bedrag, handig in tests.",
                "assert_eq(euro(2) + euro(3), euro(5));\nassert_eq(euro([10, 20, 30]).mean, euro(20));",
            ],
            Quantity::Euro,
            1.0,
        ),
        (
            "percent",
            [
                "percent(2.5)",
                "percentage",
                "Maakt een percentage: percent(2.5) is 2,5%.",
                "assert_eq(euro(200) * percent(2.5), euro(5));",
            ],
            Quantity::Percent,
            0.01,
        ),
        (
            "persons",
            [
                "persons(12)",
                "aantal cliënten",
                "Maakt een aantal cliënten.",
                "assert_eq(euro(1_000) / persons(4), euro_per_client(250));",
            ],
            Quantity::Clients,
            1.0,
        ),
        (
            "euro_per_client",
            [
                "euro_per_client(8_400)",
                "bedrag per cliënt",
                "Maakt een bedrag per cliënt.",
                "assert_eq(euro_per_client(100) * persons(3), euro(300));",
            ],
            Quantity::EuroPerClient,
            1.0,
        ),
        (
            "number",
            [
                "number(3)",
                "getal",
                "Maakt een getal zonder eenheid, bijvoorbeeld om mee te vergelijken.",
                "assert(number(3) > number(2));",
            ],
            Quantity::Number,
            1.0,
        ),
    ];
    for (name, text, unit, by) in makers {
        let session = book.session.clone();
        book.word(name, text, move |value: Dynamic| make(&session, &value, unit, by));
    }

    book.chapter("Eén waarde uit een onzeker getal");
    type Read = fn(&Figure) -> Result<Figure, Fault>;
    let readers: [(&'static str, [&'static str; 3], Read); 6] = [
        (
            "mean",
            [
                "getal",
                "De verwachte waarde: het gemiddelde over alle toekomsten.",
                "assert_eq(euro([10, 20, 60]).mean, euro(30));",
            ],
            Figure::mean,
        ),
        (
            "expected",
            ["getal", "Hetzelfde als mean.", "assert_eq(euro([10, 20, 60]).expected, euro(30));"],
            Figure::mean,
        ),
        (
            "p10",
            [
                "getal",
                "De waarde waar 10% van de toekomsten onder of op ligt.",
                "assert_eq(euro([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).p10, euro(1));",
            ],
            Figure::p10,
        ),
        ("p50", ["getal", "De middelste waarde.", "assert_eq(euro([10, 20, 60]).p50, euro(20));"], Figure::p50),
        (
            "p90",
            [
                "getal",
                "De waarde waar 90% van de toekomsten onder of op ligt.",
                "assert_eq(euro([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]).p90, euro(9));",
            ],
            Figure::p90,
        ),
        (
            "central",
            ["getal", "De waarde als elke aanname precies uitkomt.", "assert_eq(euro(5).central, euro(5));"],
            Figure::at_assumptions,
        ),
    ];
    for (name, text, read) in readers {
        let session = book.session.clone();
        book.property(name, text, move |figure: &mut Figure| {
            session.meter().charge(figure.draw_count() as u64 / 100);
            read(figure).map_err(raise)
        });
    }

    book.chapter("Hoe een getal in de tekst staat");
    let styles: [(&'static str, [&'static str; 3], Style); 6] = [
        (
            "exact",
            [
                "getal",
                "Schrijft het getal helemaal uit: € 1.505.600 of 4,24%.",
                "assert_eq(`${euro(1_505_600).exact}`, \"€ 1.505.600\");",
            ],
            Style::Exact,
        ),
        (
            "thousand",
            [
                "getal",
                "Rondt af op duizend euro: € 1.506.000.",
                "assert_eq(`${euro(1_505_600).thousand}`, \"€ 1.506.000\");",
            ],
            Style::Thousand,
        ),
        (
            "million",
            [
                "getal",
                "Schrijft miljoenen: € 1,5 miljoen.",
                "assert_eq(`${euro(1_505_600).million}`, \"€ 1,5 miljoen\");",
            ],
            Style::Million,
        ),
        (
            "words",
            [
                "getal",
                "Schrijft zonder tekens: 1,5 miljoen euro, twaalf cliënten, 4,2 procent.",
                "assert_eq(`${persons(12).words}`, \"twaalf cliënten\");",
            ],
            Style::Words,
        ),
        (
            "range",
            [
                "getal",
                "Schrijft de band waar 80% van de toekomsten in ligt: tussen € 22,3 en € 26,1 miljoen.",
                "assert_eq(`${euro([1_000, 2_000]).range}`, \"tussen € 1.000 en € 2.000\");",
            ],
            Style::Range,
        ),
        (
            "points",
            [
                "getal",
                "Schrijft een verschil van percentages: 1,5 procentpunt.",
                "assert_eq(`${(percent(4) - percent(2.5)).points}`, \"1,5 procentpunt\");",
            ],
            Style::Points,
        ),
    ];
    for (name, text, style) in styles {
        book.property(name, text, move |figure: &mut Figure| Ok(figure.clone().styled(style)));
    }

    book.chapter("Rekenen en vergelijken");
    let session = book.session.clone();
    book.word(
        "chance",
        [
            "chance(getal, \"above\", grens)",
            "percentage",
            "De kans dat het getal boven (\"above\") of onder (\"below\") de grens ligt.",
            "assert_eq(chance(euro([1, 2, 3, 4]), \"above\", euro(3)), percent(25));",
        ],
        move |value: Dynamic, side: &str, bound: Dynamic| -> Answer<Figure> {
            let (figure, bound) = (figure_of(&value, "chance")?, figure_of(&bound, "chance")?);
            figure.chance(is_above(side)?, &bound, session.meter()).map_err(raise)
        },
    );
    for (name, above, text) in [
        (
            "above",
            true,
            [
                "getal.above(grens)",
                "getal",
                "Alleen de toekomsten waarin het getal boven de grens ligt: hoe groot is het als het gebeurt? Nul als het nooit gebeurt.",
                "assert_eq(euro([-5, 10, 30]).above(euro(0)).mean, euro(20));",
            ],
        ),
        (
            "below",
            false,
            [
                "getal.below(grens)",
                "getal",
                "Alleen de toekomsten waarin het getal onder de grens ligt.",
                "assert_eq(euro([-5, 10, 30]).below(euro(0)), euro(-5));",
            ],
        ),
    ] {
        let session = book.session.clone();
        book.word(name, text, move |figure: Figure, bound: Dynamic| -> Answer<Figure> {
            figure.only(above, &*figure_of(&bound, name)?, session.meter()).map_err(raise)
        });
    }
    let session = book.session.clone();
    book.word(
        "share_of",
        [
            "deel.share_of(geheel)",
            "percentage",
            "Welk deel van een ander getal dit is.",
            "assert_eq(euro(50).share_of(euro(200)), percent(25));",
        ],
        move |part: Figure, whole: Dynamic| -> Answer<Figure> {
            part.share_of(&*figure_of(&whole, "share_of")?, session.meter()).map_err(raise)
        },
    );
    let session = book.session.clone();
    book.word(
        "growth_from",
        [
            "nu.growth_from(eerder)",
            "percentage",
            "Hoeveel procent dit getal hoger is dan een eerder getal.",
            "assert_close(euro(110).growth_from(euro(100)), percent(10), percent(0.001));",
        ],
        move |now: Figure, earlier: Dynamic| -> Answer<Figure> {
            now.growth_from(&*figure_of(&earlier, "growth_from")?, session.meter()).map_err(raise)
        },
    );
    let session = book.session.clone();
    book.word(
        "abs",
        [
            "abs(getal)",
            "getal",
            "De grootte zonder minteken.",
            "assert_eq(abs(euro(-5)), euro(5));\nassert_eq(abs(-3), 3);",
        ],
        move |figure: Figure| figure.absolute(session.meter()).map_err(raise),
    );
    book.also("abs", |number: INT| -> Answer<INT> {
        number.checked_abs().ok_or_else(|| raise(Fault::new("not-finite", "the number is too large")))
    });
    for (name, larger, text) in [
        (
            "max",
            true,
            [
                "max(a, b) of max(lijst)",
                "getal",
                "Het grootste, in elke toekomst apart bekeken.",
                "assert_eq(max(euro(2), euro(5)), euro(5));\nassert_eq(max([euro(2), euro(5)]), euro(5));\nassert_eq(max(2027, 2029), 2029);",
            ],
        ),
        (
            "min",
            false,
            [
                "min(a, b) of min(lijst)",
                "getal",
                "Het kleinste, in elke toekomst apart bekeken.",
                "assert_eq(min(euro(2), euro(5)), euro(2));",
            ],
        ),
    ] {
        let session = book.session.clone();
        book.word(name, text, move |a: Dynamic, b: Dynamic| pick(&session, name, larger, &a, &b));
        let session = book.session.clone();
        book.also(name, move |list: Array| -> Answer<Dynamic> {
            let mut items = list.into_iter();
            let first =
                items.next().ok_or_else(|| raise(Fault::new("empty-list", format!("the list for {name} is empty"))))?;
            items.try_fold(first, |best, item| pick(&session, name, larger, &best, &item))
        });
    }
    let session = book.session.clone();
    book.word(
        "sum",
        [
            "sum(lijst)",
            "getal",
            "Telt de getallen van een lijst op. Een lege lijst heeft geen eenheid en kan dus niet.",
            "assert_eq(sum([euro(1), euro(2), euro(3)]), euro(6));",
        ],
        move |list: Array| -> Answer<Figure> {
            let mut total: Option<Figure> = None;
            for item in &list {
                let figure = figure_of(item, "sum")?;
                total = Some(match total {
                    None => figure.clone(),
                    Some(so_far) => {
                        so_far.combine(crate::rule::figure::Operation::Add, &figure, session.meter()).map_err(raise)?
                    }
                });
            }
            total.ok_or_else(|| {
                raise(
                    Fault::new("empty-list", "the sum of an empty list has no unit")
                        .help("test first: `if list.is_empty() { return; }`"),
                )
            })
        },
    );
    book.engine.register_type_with_name::<Figure>("figure");
    register_text(book);
}

fn pick(session: &Arc<Session>, name: &str, larger: bool, a: &Dynamic, b: &Dynamic) -> Answer<Dynamic> {
    if let (Ok(x), Ok(y)) = (a.as_int(), b.as_int()) {
        return Ok(Dynamic::from_int(if larger { x.max(y) } else { x.min(y) }));
    }
    if let (Some(x), Some(y)) = (plain(a), plain(b)) {
        return Ok(Dynamic::from_float(if larger { x.max(y) } else { x.min(y) }));
    }
    let (a, b) = (figure_of(a, name)?, figure_of(b, name)?);
    let picked = if larger { a.larger(&b, session.meter()) } else { a.smaller(&b, session.meter()) };
    picked.map(Dynamic::from).map_err(raise)
}

/// How values write themselves in a text.
fn register_text(book: &mut Book<'_>) {
    let session = book.session.clone();
    // Rhai swallows an error of this function, so it is reported aside.
    book.engine.register_fn("to_string", move |context: NativeCallContext<'_>, value: Dynamic| -> String {
        written(&session, &value).unwrap_or_else(|fault| {
            session.report(fault, context.call_position());
            String::new()
        })
    });
}

/// A value in a text.
pub(super) fn written(session: &Session, value: &Dynamic) -> Result<String, Fault> {
    if let Some(figure) = value.read_lock::<Figure>() {
        return Ok(session.mark(figure.clone()));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.to_string());
    }
    if let Ok(number) = value.as_int() {
        return Ok(number.to_string());
    }
    if let Ok(character) = value.as_char() {
        return Ok(character.to_string());
    }
    if value.is_float() {
        return Err(Fault::new("bare-number", "a plain number cannot stand in a text: nobody could trace it")
            .help("give it a unit: euro(x), percent(x), persons(x) or number(x)"));
    }
    if value.is_unit() {
        return Err(Fault::new("nothing-in-text", "there is nothing to write here"));
    }
    Err(Fault::new("type", format!("{} cannot stand in a text", with_article(value.type_name())))
        .help("write a figure, a name or a year; join(list) writes a list"))
}
