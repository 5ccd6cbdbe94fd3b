//! The outcome `o`: what a rule may ask about a municipality.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Array, Dynamic, INT};

use super::series::Series;
use super::{Answer, Book};
use crate::dutch::{self, Quantity};
use crate::model::{Figure as Kind, FigureAddress, MeasureAmount};
use crate::rule::facts::{Facts, Missing, Names, Requirement, is_projected, measure_kind, unit_of};
use crate::rule::failure::raise;
use crate::rule::figure::{Fault, Figure, unit_name};
use crate::rule::head::Head;
use crate::rule::session::Session;
use crate::units::Year;

/// The outcome of a scenario, as a value of Rhai.
#[derive(Clone)]
pub(in crate::rule) struct Outcome {
    pub facts: Arc<dyn Facts>,
    /// The rule that asks, for its parameters.
    pub head: Option<Arc<Head>>,
    /// The year in focus; the last budget year where none is set.
    pub focus: Option<Year>,
    /// `given` outcomes are not remembered: each is another.
    pub remembered: bool,
}

impl Outcome {
    fn year(&self) -> Year {
        self.focus.unwrap_or_else(|| self.facts.last_budget_year())
    }

    /// The last year in which a line or group has a budget; the base year without.
    fn last_budget_year_of(&self, name: &str) -> Year {
        let has = |year: &Year| {
            let address = FigureAddress { figure: Kind::Budget, name: name.to_owned(), year: *year };
            self.facts.figure(&address).is_ok()
        };
        let (first, last) = (self.facts.base_year(), self.facts.horizon());
        first.through(last).rev().take(200).find(has).unwrap_or(first)
    }

    fn figure(&self, session: &Session, address: &FigureAddress) -> Answer<Figure> {
        let written = address.to_string();
        let unit = unit_of(address.figure);
        self.read(session, &written, unit, is_projected(address.figure), || self.facts.figure(address))
    }

    fn read(
        &self,
        session: &Session,
        address: &str,
        unit: Quantity,
        projected: bool,
        ask: impl FnOnce() -> Result<crate::rule::facts::FigureValue, Missing>,
    ) -> Answer<Figure> {
        if let Some(known) = self.remembered.then(|| session.known(address)).flatten() {
            return Ok(known);
        }
        let value = ask().map_err(|why| lacking(session, address, &why))?;
        let figure = Figure::from_outcome(address, unit, projected, &value).map_err(raise)?;
        session.meter().charge(figure.draw_count() as u64 / 100);
        if self.remembered {
            session.know(address, &figure);
        }
        Ok(figure)
    }

    /// A figure in every projected year in which it exists.
    fn series(&self, session: &Session, kind: Kind, name: &str) -> Answer<Series> {
        let mut found = BTreeMap::new();
        let mut why = None;
        for year in self.facts.base_year().plus(1).through(self.facts.horizon()) {
            let address = FigureAddress { figure: kind, name: name.to_owned(), year };
            match self.facts.figure(&address) {
                Ok(_) => {
                    found.insert(year, self.figure(session, &address)?);
                }
                Err(missing) => why = Some((address, missing)),
            }
        }
        match why {
            Some((address, why)) if found.is_empty() => Err(lacking(session, &address.to_string(), &why)),
            // Without the years that are not known a series is another one.
            Some((address, why @ Missing::NotGiven(_))) => Err(lacking(session, &address.to_string(), &why)),
            _ => Ok(Series(found)),
        }
    }

    fn parameter(&self, name: &str) -> Answer<Figure> {
        let Some(head) = &self.head else {
            return Err(raise(Fault::new("unknown-parameter", "there are no parameters here")));
        };
        let Some(own) = head.parameter(name) else {
            let known: Vec<&str> = head.parameters.iter().map(|p| p.name.as_str()).collect();
            let fault = Fault::new("unknown-parameter", format!("`RULE.parameters` has no `{name}`"));
            return Err(raise(match crate::diagnostic::nearest(name, known.iter().copied()) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help(format!("add it: parameters: #{{ {name}: \"€ 50.000\" }}")),
            }));
        };
        let (value, unit) = match self.facts.parameter(&head.id, name) {
            None => (own.value, own.unit),
            Some(set) => match dutch::parse_quantity(&set.written) {
                Some((value, unit)) if unit == own.unit => (value, unit),
                Some((_, unit)) => {
                    return Err(raise(Fault::new(
                        "rule-parameter",
                        format!(
                            "`{name}` is set to `{}` at {}: that is {}, and the rule's is {}",
                            set.written,
                            set.place,
                            unit_name(unit),
                            unit_name(own.unit)
                        ),
                    )));
                }
                None => {
                    return Err(raise(Fault::new(
                        "rule-parameter",
                        format!(
                            "`{name}` is set to `{}` at {}, which is no number with a unit",
                            set.written, set.place
                        ),
                    )));
                }
            },
        };
        Figure::parameter(name, value, unit).map_err(raise)
    }
}

/// The code of a fault that is none of the rule: the municipality gave no figure.
pub(in crate::rule) const NOT_GIVEN: &str = "not-given";

/// Stops a rule that asks what is not there. Where the municipality did not
/// give it, the session keeps the reason: the rule does not apply then.
fn lacking(session: &Session, address: &str, why: &Missing) -> Box<rhai::EvalAltResult> {
    if let Missing::NotGiven(what) = why {
        session.note_not_given(what.dutch());
    }
    raise(missing(address, why))
}

/// Why a figure cannot be read.
fn missing(address: &str, why: &Missing) -> Fault {
    let code = if matches!(why, Missing::NotGiven(_)) { NOT_GIVEN } else { "missing-figure" };
    let fault = Fault::new(code, format!("{address}: {why}"));
    match why {
        Missing::NotGiven(_) => {
            fault.help("without it the rule does not apply; a rule that can do without asks first: o.has(...)")
        }
        Missing::UnknownName { near: Some(near), .. } => fault.help(format!("did you mean `{near}`?")),
        Missing::UnknownName { .. } | Missing::NoFigure(_) => {
            let requirement =
                address.rsplit_once(',').map_or_else(|| address.to_owned(), |(start, _)| format!("{start})"));
            fault.help(format!("a rule that needs it says so: requires: [\"{requirement}\"], or asks first: if o.has(\"{requirement}\")"))
        }
        Missing::UnknownYear { .. } => fault.help("take the year from o.last_budget_year, o.base_year or o.horizon"),
    }
}

/// A year of Rhai as a year.
pub(super) fn year_of(year: INT) -> Answer<Year> {
    i32::try_from(year).map(Year).map_err(|_| raise(Fault::new("unknown-year", format!("{year} is no year"))))
}

/// How a kind is asked: its word, what it gives, what it says.
const KINDS: [(Kind, &str, [&str; 4]); 14] = [
    (
        Kind::Cost,
        "cost",
        [
            "o.cost(\"jeugd\", 2029)",
            "bedrag in euro",
            "De lasten van een regel, domein, taakveld of \"total\" in een jaar. Zonder jaar: een reeks over alle geraamde jaren. Een naam die de gemeente niet kent, is een fout: vraag het eerst met o.has, of zet hem in requires. Kent zij de naam en heeft zij het getal niet opgegeven, dan is de regel niet van toepassing: een ontbrekend getal telt nooit als nul.",
            "let o = given(#{ \"cost(jeugd, 2029)\": euro(24_000) });\nassert_eq(o.cost(\"jeugd\", 2029), euro(24_000));",
        ],
    ),
    (
        Kind::Revenue,
        "revenue",
        [
            "o.revenue(\"participatie\", 2029)",
            "bedrag in euro",
            "De baten.",
            "let o = given(#{ \"revenue(participatie, 2029)\": euro(9_000) });\nassert_eq(o.revenue(\"participatie\", 2029), euro(9_000));",
        ],
    ),
    (
        Kind::Budget,
        "budget",
        [
            "o.budget(\"jeugd\", 2029)",
            "bedrag in euro",
            "De begrote lasten, in geld van dat jaar. Is er geen begroting, dan stopt de regel met een fout; zet daarom \"budget(jeugd)\" in requires, of vraag het eerst met o.has.",
            "let o = given(#{ \"budget(jeugd, 2029)\": euro(20_000) });\nassert_eq(o.budget(\"jeugd\", 2029), euro(20_000));",
        ],
    ),
    (
        Kind::BudgetRevenue,
        "budget_revenue",
        [
            "o.budget_revenue(\"participatie\", 2029)",
            "bedrag in euro",
            "De begrote baten, in geld van dat jaar.",
            "let o = given(#{ \"budget_revenue(participatie, 2029)\": euro(8_000) });\nassert_eq(o.budget_revenue(\"participatie\", 2029), euro(8_000));",
        ],
    ),
    (
        Kind::Actual,
        "actual",
        [
            "o.actual(\"jeugd\", 2024)",
            "bedrag in euro",
            "Wat er in een afgelopen jaar echt is uitgegeven of ontvangen.",
            "let o = given(#{ \"actual(jeugd, 2024)\": euro(18_000) });\nassert_eq(o.actual(\"jeugd\", 2024), euro(18_000));",
        ],
    ),
    (
        Kind::Balance,
        "balance",
        [
            "o.balance(\"total\", 2029) of o.balance(2029)",
            "bedrag in euro",
            "Baten min lasten.",
            "let o = given(#{ \"balance(total, 2029)\": euro(-500) });\nassert_eq(o.balance(2029), euro(-500));",
        ],
    ),
    (
        Kind::Result,
        "result",
        [
            "o.result(\"total\", 2029) of o.result(2029)",
            "bedrag in euro",
            "Het saldo met onttrekkingen en stortingen.",
            "let o = given(#{ \"result(2029)\": euro(-400) });\nassert_eq(o.result(2029), euro(-400));",
        ],
    ),
    (
        Kind::Shortfall,
        "shortfall",
        [
            "o.shortfall(\"jeugd\", 2029) of o.shortfall(2029)",
            "bedrag in euro",
            "Hoeveel slechter dan de begroting; nooit onder nul.",
            "let o = given(#{ \"shortfall(jeugd, 2029)\": euro(2_700) });\nassert_eq(o.shortfall(\"jeugd\", 2029), euro(2_700));",
        ],
    ),
    (
        Kind::Clients,
        "clients",
        [
            "o.clients(\"avslh\", 2029)",
            "aantal cliënten",
            "Het aantal cliënten van een regel, of van een domein waarvan de cliënten mogen worden opgeteld.",
            "let o = given(#{ \"clients(avslh, 2029)\": persons(573) });\nassert_eq(o.clients(\"avslh\", 2029), persons(573));",
        ],
    ),
    (
        Kind::Price,
        "price",
        [
            "o.price(\"avslh\", 2029)",
            "bedrag per cliënt",
            "De lasten per cliënt van een regel.",
            "let o = given(#{ \"price(avslh, 2029)\": euro_per_client(8_400) });\nassert_eq(o.price(\"avslh\", 2029) * persons(2), euro(16_800));",
        ],
    ),
    (
        Kind::Growth,
        "growth",
        [
            "o.growth(\"jeugd-ambulant\", 2029)",
            "percentage",
            "De groei van het volume van een regel in een jaar.",
            "let o = given(#{ \"growth(jeugd-ambulant, 2029)\": percent(2.5) });\nassert(o.growth(\"jeugd-ambulant\", 2029) > percent(2));",
        ],
    ),
    (
        Kind::Index,
        "index",
        [
            "o.index(\"ova\", 2029)",
            "percentage",
            "De stijging van een prijsindex in een jaar.",
            "let o = given(#{ \"index(ova, 2029)\": percent(3.6) });\nassert_eq(o.index(\"ova\", 2029), percent(3.6));",
        ],
    ),
    (
        Kind::Indicator,
        "indicator",
        [
            "o.indicator(\"vroegsignalering\", 2024)",
            "getal",
            "De stand van een indicator.",
            "let o = given(#{ \"indicator(vroegsignalering, 2024)\": number(715) });\nassert_eq(o.indicator(\"vroegsignalering\", 2024), number(715));",
        ],
    ),
    (
        Kind::Reserve,
        "reserve",
        [
            "o.reserve(\"sociaal-domein\", 2029)",
            "bedrag in euro",
            "De stand van een reserve aan het eind van een jaar.",
            "let o = given(#{ \"reserve(sociaal-domein, 2029)\": euro(2_000) });\nassert_eq(o.reserve(\"sociaal-domein\", 2029), euro(2_000));",
        ],
    ),
];

pub(super) fn register(book: &mut Book<'_>) {
    book.engine.register_type_with_name::<Outcome>("outcome");
    book.chapter("Vragen aan de uitkomst");
    let session = book.session.clone();
    book.word(
        "not_applicable",
        [
            "not_applicable(\"van geen reserve is de stand bekend\")",
            "niets",
            "Zegt waarom de regel hier niets kan zeggen. Vindt de regel daarna geen risico, dan zet het verslag hem bij ‘niet van toepassing’, met deze reden. Zonder dit woord staat er dat hij niets vond: dat is iets anders.",
            "assert(not_applicable(\"van geen reserve is de stand bekend\") == ());",
        ],
        move |reason: &str| session.note_not_given(clean(reason.to_owned())),
    );
    for (kind, name, text) in KINDS {
        let session = book.session.clone();
        book.word(name, text, move |o: Outcome, of: &str, year: INT| -> Answer<Figure> {
            o.figure(&session, &FigureAddress { figure: kind, name: of.to_owned(), year: year_of(year)? })
        });
        let session = book.session.clone();
        book.also(name, move |o: Outcome, of: &str| o.series(&session, kind, of));
        if matches!(kind, Kind::Balance | Kind::Result | Kind::Shortfall) {
            let session = book.session.clone();
            book.also(name, move |o: Outcome, year: INT| -> Answer<Figure> {
                o.figure(&session, &FigureAddress { figure: kind, name: "total".to_owned(), year: year_of(year)? })
            });
        }
    }
    for (name, amount, text) in [
        (
            "measures",
            MeasureAmount::Realised,
            [
                "o.measures(\"saving\", 2029)",
                "bedrag in euro",
                "Wat maatregelen van een soort samen doen, voor zover ze uitkomen. Soorten: new-policy, saving, target, technical. Een besparing is negatief.",
                "let o = given(#{ \"measures(saving, 2029)\": euro(-900) });\nassert_eq(o.measures(\"saving\", 2029), euro(-900));",
            ],
        ),
        (
            "measures_planned",
            MeasureAmount::Planned,
            [
                "o.measures_planned(\"saving\", 2029)",
                "bedrag in euro",
                "Wat maatregelen van een soort samen zouden doen als alles uitkomt.",
                "let o = given(#{ \"measures_planned(saving, 2029)\": euro(-1_833) });\nassert_eq(o.measures_planned(\"saving\", 2029), euro(-1_833));",
            ],
        ),
    ] {
        let session = book.session.clone();
        book.word(name, text, move |o: Outcome, kind: &str, year: INT| -> Answer<Figure> {
            let kind = measure_kind(kind).map_err(|why| raise(Fault::new("measure-kind", why)))?;
            let year = year_of(year)?;
            let address = format!("{name}({}, {year})", kind.name());
            let projected = amount == MeasureAmount::Realised;
            o.read(&session, &address, Quantity::Euro, projected, || o.facts.measures(kind, amount, year))
        });
    }
    let session = book.session.clone();
    book.word(
        "largest_driver",
        ["o.largest_driver(\"jeugd\", 2029)", "tekst", "Wat de lasten sinds het basisjaar het meest veranderde, in woorden die passen na \"Dat komt vooral door\".", "let o = given(#{ \"largest_driver(jeugd, 2029)\": \"hogere tarieven\" });\nassert_eq(o.largest_driver(\"jeugd\", 2029), \"hogere tarieven\");"],
        move |o: Outcome, name: &str, year: INT| -> Answer<String> {
            let year = year_of(year)?;
            let address = format!("largest_driver({name}, {year})");
            o.facts.largest_driver(name, year).map(clean).map_err(|why| lacking(&session, &address, &why))
        },
    );
    let session = book.session.clone();
    book.word(
        "largest_excess",
        ["o.largest_excess(\"jeugd\", 2029)", "tekst", "Waardoor de lasten het meest boven de begroting liggen, in woorden die passen na \"Dat komt vooral door\". Leeg (\"\") als de raming niet boven de begroting ligt, en als de begroting in het geld van elk jaar staat: dan is het niet te zeggen.", "let o = given(#{ \"largest_excess(jeugd, 2029)\": \"meer of zwaardere hulp dan begroot\" });\nassert_eq(o.largest_excess(\"jeugd\", 2029), \"meer of zwaardere hulp dan begroot\");"],
        move |o: Outcome, name: &str, year: INT| -> Answer<String> {
            let year = year_of(year)?;
            let address = format!("largest_excess({name}, {year})");
            o.facts.largest_excess(name, year).map(clean).map_err(|why| lacking(&session, &address, &why))
        },
    );
    book.word(
        "label",
        [
            "o.label(\"jeugd-ambulant\")",
            "tekst",
            "Hoe mensen een regel, domein of index noemen.",
            "let o = given(#{ \"label(jeugd)\": \"Jeugdhulp\" });\nassert_eq(o.label(\"jeugd\"), \"Jeugdhulp\");",
        ],
        |o: Outcome, name: &str| -> String { clean(o.facts.label(name).unwrap_or_else(|| name.to_owned())) },
    );
    book.word(
        "parameter",
        [
            "o.parameter(\"threshold\")",
            "getal",
            "Een eigen drempel uit RULE.parameters. Een gemeente kan hem anders zetten in base.toml.",
            "",
        ],
        |o: Outcome, name: &str| o.parameter(name),
    );
    book.word(
        "has",
        ["o.has(\"budget(jeugd)\")", "ja of nee", "Of een getal er is. Ook met een jaar: o.has(\"budget(jeugd, 2029)\"), en met \"index.ova\", \"measures(target)\", \"domain(opvang)\" of \"draws\".", "let o = given(#{ \"budget(jeugd, 2029)\": euro(1), last_budget_year: 2029 });\nassert(o.has(\"budget(jeugd)\"));\nassert(!o.has(\"budget(wmo)\"));"],
        |o: Outcome, requirement: &str| -> Answer<bool> {
            let requirement: Requirement = requirement.parse().map_err(|why: String| raise(Fault::new("requirement", why)))?;
            Ok(o.facts.has(&requirement))
        },
    );
    book.word(
        "lines",
        ["o.lines(\"jeugd\") of o.lines()", "lijst van teksten", "De namen van de lastenregels van een domein of taakveld; zonder naam alle regels.", "let o = given(#{ \"lines(jeugd)\": [\"jeugd-ambulant\", \"jeugd-verblijf\"] });\nfor line in o.lines(\"jeugd\") { assert(line.starts_with(\"jeugd\")); }"],
        |o: Outcome, of: &str| -> Answer<Array> {
            o.facts.lines_of(of).map(texts).map_err(|why| raise(missing(&format!("lines({of})"), &why)))
        },
    );
    for (name, which) in Names::ALL {
        if name == "lines" {
            book.also(name, move |o: Outcome| texts(o.facts.names(which)));
        } else {
            let text = match which {
                Names::Domains => [
                    "o.domains()",
                    "lijst van teksten",
                    "De domeinen van deze gemeente.",
                    "let o = given(#{ domains: [\"wmo\", \"jeugd\"] });\nassert_eq(o.domains().len(), 2);",
                ],
                Names::Taakvelden => ["o.taakvelden()", "lijst van teksten", "De taakvelden die voorkomen.", ""],
                Names::Indices => ["o.indices()", "lijst van teksten", "De prijsindexen.", ""],
                Names::Indicators => ["o.indicators()", "lijst van teksten", "De indicatoren.", ""],
                _ => ["o.reserves()", "lijst van teksten", "De reserves.", ""],
            };
            book.word(name, text, move |o: Outcome| texts(o.facts.names(which)));
        }
    }
    register_years(book);
}

fn register_years(book: &mut Book<'_>) {
    book.chapter("Jaren");
    let number = |year: Year| INT::from(year.0);
    book.property(
        "base_year",
        ["jaar", "Het laatste jaar uit figures.csv.", "assert_eq(given(#{ base_year: 2026 }).base_year, 2026);"],
        move |o: &mut Outcome| Ok(number(o.facts.base_year())),
    );
    book.property(
        "horizon",
        ["jaar", "Het laatste geraamde jaar.", "assert_eq(given(#{ horizon: 2029 }).horizon, 2029);"],
        move |o: &mut Outcome| Ok(number(o.facts.horizon())),
    );
    let session = book.session.clone();
    book.property(
        "last_budget_year",
        ["jaar", "Het laatste jaar waarin alle lasten een begroting hebben; zonder begroting het basisjaar. In de tabel met signalen is het steeds het jaar van de kolom.", "assert_eq(given(#{ last_budget_year: 2029 }).last_budget_year, 2029);"],
        move |o: &mut Outcome| {
            session.note_year();
            Ok(number(o.year()))
        },
    );
    let session = book.session.clone();
    book.word(
        "last_budget_year",
        [
            "o.last_budget_year(\"jeugd\")",
            "jaar",
            "Het laatste jaar waarin dit domein of deze regel een begroting heeft, ook als andere lasten er geen hebben; zonder begroting het basisjaar.",
            "let o = given(#{ base_year: 2026, horizon: 2029, \"budget(jeugd, 2028)\": euro(1) });\nassert_eq(o.last_budget_year(\"jeugd\"), 2028);",
        ],
        move |o: Outcome, name: &str| -> INT {
            session.note_year();
            number(o.focus.unwrap_or_else(|| o.last_budget_year_of(name)))
        },
    );
    let session = book.session.clone();
    book.property(
        "year",
        ["jaar", "Het jaar waarover de regel gaat: hetzelfde als last_budget_year, en in de tabel met signalen het jaar van de kolom.", "assert_eq(given(#{ last_budget_year: 2029 }).year, 2029);"],
        move |o: &mut Outcome| {
            session.note_year();
            Ok(number(o.year()))
        },
    );
    book.also_property("years", move |o: &mut Outcome| -> Answer<Array> {
        let years = o.facts.base_year().plus(1).through(o.facts.horizon());
        Ok(years.take(1_000).map(|y| Dynamic::from_int(number(y))).collect())
    });
    book.property(
        "draws",
        [
            "geheel getal",
            "Hoeveel toekomsten er zijn doorgerekend; 0 zonder onzekerheid.",
            "assert_eq(given(#{ draws: 0 }).draws, 0);",
        ],
        |o: &mut Outcome| Ok(INT::try_from(o.facts.draws()).unwrap_or(INT::MAX)),
    );
}

/// Names of a municipality as texts; marks of figures cannot be smuggled in.
fn clean(text: String) -> String {
    use crate::rule::session::{CLOSE, OPEN};
    if text.contains([OPEN, CLOSE]) { text.replace([OPEN, CLOSE], "") } else { text }
}

fn texts(names: Vec<String>) -> Array {
    names.into_iter().take(1_000).map(|name| Dynamic::from(clean(name))).collect()
}
