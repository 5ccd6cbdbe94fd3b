//! The keys of base.toml and of a what-if: the form of the files, as data.
//!
//! A list, and therefore longer than other files. Whoever adds a key adds it
//! here, and reads it in the builder of its room.

use super::shape::{AtBase, Field, Kind, Names, Open, Shape, TableShape, Test, Unit};
use crate::model::Scale;

const fn field(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: false, about }
}

const fn required(name: &'static str, shape: Shape, about: &'static str) -> Field {
    Field { name, shape, required: true, about }
}

const fn rate(what: &'static str) -> Kind {
    Kind {
        what,
        scale: Scale::Rate,
        unit: Unit::Rate,
        open: Open::Mistake,
        at_base: AtBase::Neutral,
        neutral: 0.0,
        persistence: 0.0,
        ledger: false,
        word: None,
    }
}

pub(super) static INDEX_RATE: Kind = Kind { ledger: true, ..rate("an index rate") };
pub(super) static GROWTH: Kind = rate("a growth rate");
pub(super) static AGEING: Kind = Kind { word: Some("population"), ..rate("an ageing rate") };
pub(super) static INTENSITY: Kind = rate("an intensity rate");
pub(super) static COMPENSATION: Kind = Kind { persistence: 1.0, ..rate("a compensation rate") };
pub(super) static CHANGE: Kind = Kind { open: Open::Neutral, ..rate("a price change") };
pub(super) static MEASURE_VOLUME: Kind =
    Kind { open: Open::Neutral, persistence: 1.0, ..rate("a measure's effect on growth") };
pub(super) static EXIT: Kind = Kind { scale: Scale::Share, open: Open::Neutral, ..rate("a share that leaves") };
pub(super) static FLOW_SHARE: Kind = Kind { scale: Scale::Share, open: Open::Neutral, ..rate("a share that moves") };
pub(super) static FOLLOWS_SHARE: Kind =
    Kind { scale: Scale::Share, at_base: AtBase::Extended, ..rate("a share of cost") };
pub(super) static PAYING: Kind =
    Kind { scale: Scale::Share, at_base: AtBase::Extended, persistence: 1.0, ..rate("a share that pays") };
pub(super) static REALISATION: Kind =
    Kind { scale: Scale::Realisation, open: Open::Neutral, neutral: 1.0, persistence: 1.0, ..rate("a realisation") };
pub(super) static LEVEL: Kind =
    Kind { scale: Scale::Level, at_base: AtBase::Single, persistence: 1.0, ..rate("a level") };
pub(super) static INTAKE: Kind =
    Kind { scale: Scale::Count, unit: Unit::Count, open: Open::Neutral, ..rate("an intake") };
pub(super) static AMOUNT: Kind =
    Kind { scale: Scale::Amount, unit: Unit::Money, open: Open::Neutral, persistence: 1.0, ..rate("an amount") };
pub(super) static UNIT_COST: Kind = Kind {
    scale: Scale::Price,
    unit: Unit::Price,
    at_base: AtBase::Single,
    persistence: 1.0,
    ..rate("a cost per client")
};
pub(super) static HOUR_RATE: Kind = Kind {
    scale: Scale::Price,
    unit: Unit::Price,
    at_base: AtBase::Single,
    persistence: 1.0,
    ..rate("a rate per hour")
};
pub(super) static HOURS: Kind = Kind {
    scale: Scale::Count,
    unit: Unit::Count,
    at_base: AtBase::Extended,
    persistence: 1.0,
    ..rate("a number of hours")
};
pub(super) static PER_MONTH: Kind = Kind {
    scale: Scale::Price,
    unit: Unit::Price,
    at_base: AtBase::Extended,
    persistence: 1.0,
    ..rate("a contribution per month")
};
pub(super) static HOUSEHOLDS: Kind = Kind {
    scale: Scale::Count,
    unit: Unit::Count,
    at_base: AtBase::Extended,
    persistence: 1.0,
    ..rate("a number of households per client")
};

const fn table(fields: &'static [Field]) -> TableShape {
    TableShape { fields, variants: &[] }
}

const IDS: Shape = Shape::List(&Shape::Text);

const WEIGHTS: Shape = Shape::Map { names: Names::Reference, of: &Shape::Weight, removable: false };

static MUNICIPALITY: TableShape = table(&[
    required("name", Shape::Text, "Name as in the report"),
    required("code", Shape::Text, "CBS code: GM and four digits"),
    field("title", Shape::Text, "What is projected, such as a programme"),
    field("residents", Shape::Number, "Number of residents"),
    required("base_year", Shape::Year, "The last year taken from figures.csv"),
    required(
        "base",
        Shape::Word(&["actual", "budget", "amended", "forecast"]),
        "Figures of which kind the projection starts from",
    ),
    required("horizon", Shape::Year, "The last projected year"),
    field("amount_unit", Shape::Number, "Euros per unit in figures.csv and in amounts of this file; 1 where left out"),
]);

static BUDGET: TableShape = table(&[
    field("prices", Shape::Text, "\"nominal\", or \"constant YEAR\""),
    field(
        "compensation",
        Shape::Series(&COMPENSATION),
        "The rate that the central wage and price provision adds each year",
    ),
]);

static DOMAIN: TableShape = table(&[
    field("label", Shape::Text, "As shown to people"),
    field("sum_clients", Shape::Flag, "Whether clients of its lines may be summed"),
]);

static INDEX: TableShape = TableShape {
    fields: &[
        field("label", Shape::Text, "As shown to people"),
        field("rate", Shape::Series(&INDEX_RATE), "Yearly percentage; years may have { provisional, definitive }"),
        field("mix", WEIGHTS, "Weights on other indices, together at most 1"),
        field(
            "carry_over",
            Shape::Word(&["none", "subtract", "ratio", "compound"]),
            "How last year's forecast error enters",
        ),
        field("rounding", Shape::Word(&["none", "parts", "result"]), "What is rounded to 0.01 percentage point"),
    ],
    variants: &[&["rate"], &["mix"]],
};

static PRICE: TableShape = table(&[
    field("index", WEIGHTS, "Weights on indices, together at most 1"),
    field("change", Shape::Series(&CHANGE), "Own price change by year"),
]);

static VOLUME: TableShape = table(&[
    field("growth", Shape::Series(&GROWTH), "Growth of clients or production"),
    field("ageing", Shape::Series(&AGEING), "Growth by age: a rate, or \"population\""),
    field("exit", Shape::Series(&EXIT), "Share of clients that leaves altogether"),
    field("intake", Shape::Series(&INTAKE), "Clients who come in each year"),
]);

pub(super) static HOURS_TABLE: TableShape = table(&[
    required("hours_per_week", Shape::Series(&HOURS), "Hours per client per week, by year"),
    required("rate", Shape::Series(&HOUR_RATE), "Euros per hour in prices of the base year"),
    field("weeks", Shape::Number, "Weeks per year; 52 where left out"),
]);

static LUCK: TableShape =
    table(&[required("cost_cv", Shape::Number, "Coefficient of variation of the cost of one client")]);

const DOMAINS: Shape = Shape::Choice(&[
    (Test::Text, Shape::Text),
    (Test::Any, Shape::Map { names: Names::Reference, of: &Shape::Percent, removable: false }),
]);

static COST: TableShape = table(&[
    required("label", Shape::Text, "As shown to people"),
    required("taakveld", Shape::Text, "Iv3 task field code, such as \"6.75\""),
    required("domain", DOMAINS, "A domain, or shares of several"),
    field("outside", Shape::Flag, "Money of another programme: not in the total"),
    field("structural", Shape::Flag, "Structural (default), or incidental as a whole"),
    field("clients_basis", Shape::Word(&["snapshot", "unique", "average"]), "How clients were counted"),
    field("volume", Shape::Table(&VOLUME), "How many clients, how much production"),
    field("price", Shape::Table(&PRICE), "What moves its price"),
    field("intensity", Shape::Series(&INTENSITY), "Yearly change of hours, days or sessions per client"),
    field("level", Shape::Series(&LEVEL), "How far realised cost lies above the base figure"),
    field(
        "unit_cost",
        Shape::Choice(&[
            (Test::With(&["hours_per_week", "rate", "weeks"]), Shape::Table(&HOURS_TABLE)),
            (Test::Any, Shape::Series(&UNIT_COST)),
        ]),
        "Euros per client per year in prices of the base year, or hours per week and a rate",
    ),
    field("luck", Shape::Table(&LUCK), "Chance with few clients"),
]);

static FOLLOWS: TableShape = table(&[
    required("line", Shape::Text, "The cost line that it follows"),
    required("share", Shape::Series(&FOLLOWS_SHARE), "Which share of that cost"),
    field("lag", Shape::Whole, "How many years later"),
    field("from_base", Shape::Flag, "Only the change since the base year comes on top of the base figure"),
    field("indexed_by", Shape::Text, "Index since the year followed"),
]);

static CONTRIBUTION: TableShape = table(&[
    required("lines", IDS, "Cost lines whose clients pay"),
    required("per_month", Shape::Series(&PER_MONTH), "Euros per month"),
    field("paying", Shape::Series(&PAYING), "Share that pays; all where left out"),
    field("per", Shape::Word(&["client", "household"]), "Who pays"),
    field("households_per_client", Shape::Series(&HOUSEHOLDS), "Households per client; 1 where left out"),
]);

static STEP: TableShape = table(&[
    required("from", Shape::Percent, "Share of the budget from which it pays"),
    required("pays", Shape::Percent, "Share paid of what lies above"),
]);

static NET_RULE: TableShape = table(&[
    required("entry", Shape::Percent, "Nothing up to this deficit"),
    required("cumulated", Shape::Percent, "Nothing unless the deficit of three years is above this"),
    required("steps", Shape::List(&Shape::Table(&STEP)), "From which deficit on which share is paid"),
]);

static SAFETY_NET: TableShape = table(&[
    required("cost", IDS, "Cost lines of the benefits"),
    field("income", IDS, "Revenue lines set against them"),
    required("budget", IDS, "Revenue lines of the bundled budget"),
    field("paid_after", Shape::Whole, "Years after which it is paid; 2 where left out"),
    required(
        "rules",
        Shape::Map { names: Names::Year, of: &Shape::Table(&NET_RULE), removable: false },
        "The rule by year; the latest not after a year holds",
    ),
]);

static REVENUE: TableShape = TableShape {
    fields: &[
        required("label", Shape::Text, "As shown to people"),
        required("taakveld", Shape::Text, "Iv3 task field code, such as \"6.3\""),
        required("domain", DOMAINS, "A domain, or shares of several"),
        field("outside", Shape::Flag, "Money of another programme: not in the total"),
        field("structural", Shape::Flag, "Structural (default), or incidental as a whole"),
        field("growth", Shape::Series(&GROWTH), "Growth by year"),
        field("price", Shape::Table(&PRICE), "What moves its price"),
        field("follows", Shape::Table(&FOLLOWS), "A share of a cost line"),
        field("contribution", Shape::Table(&CONTRIBUTION), "Own contribution of clients"),
        field("safety_net", Shape::Table(&SAFETY_NET), "BUIG safety net"),
        field("until", Shape::Year, "After this year the whole line is 0"),
    ],
    variants: &[&["growth"], &["follows"], &["contribution"], &["safety_net"]],
};

static FLOW: TableShape = table(&[
    field("label", Shape::Text, "As shown to people"),
    required("from", Shape::Text, "The cost line that clients leave"),
    required("to", Shape::Text, "The cost line that they move to"),
    required("share", Shape::Series(&FLOW_SHARE), "Share of last year's clients that moves"),
]);

static MEASURE: TableShape = table(&[
    field("label", Shape::Text, "As shown to people"),
    field("kind", Shape::Word(&["new-policy", "saving", "target", "technical"]), "What sort; technical where left out"),
    required("line", Shape::Text, "The line that it works on"),
    field("amount", Shape::Series(&AMOUNT), "Signed amount by year"),
    field("volume", Shape::Series(&MEASURE_VOLUME), "Percentage points on the line's growth"),
    field("realisation", Shape::Series(&REALISATION), "How much of it comes true after the base year"),
    field("indexed", Shape::Flag, "Whether the amount rises with the line's price"),
    field("structural", Shape::Flag, "Structural (default) or incidental"),
    field("filled", Shape::Flag, "Whether a target is filled in"),
]);

static INDICATOR: TableShape = table(&[
    field("label", Shape::Text, "As shown to people"),
    field("unit", Shape::Text, "What is counted"),
    field("domain", Shape::Text, "The domain that it belongs to"),
]);

static RESERVE: TableShape = table(&[
    field("label", Shape::Text, "As shown to people"),
    field("balance", Shape::Money, "At the end of the base year"),
    field(
        "covers",
        Shape::Choice(&[(Test::Text, Shape::Text), (Test::Any, IDS)]),
        "\"total\", a domain, a line, or a list of lines",
    ),
]);

static AVAILABLE: TableShape = table(&[
    field("incidental", Shape::Money, "Available incidental capacity"),
    field("structural", Shape::Money, "Available structural capacity, a year"),
]);

static RESILIENCE: TableShape = table(&[
    field("scope", Shape::Word(&["programme", "municipality"]), "Programme (no ratio, no class) or municipality"),
    field("year", Shape::Year, "The year asked; the first projected year where left out"),
    field("certainty", Shape::Percent, "Certainty of the needed capacity; 90% where left out"),
    field("norm", Shape::Number, "The council's norm for the ratio"),
    field("available", Shape::Table(&AVAILABLE), "Available capacity"),
    field("structural_years", Shape::Number, "How many years a structural loss counts; 1 where left out"),
    field("chance_scale", Shape::Map { names: Names::Class, of: &Shape::Percent, removable: false }, "Chance by class"),
    field(
        "impact_scale",
        Shape::Map { names: Names::Class, of: &Shape::List(&Shape::Money), removable: false },
        "Lowest and highest amount by class",
    ),
]);

static PER_YEAR: TableShape = table(&[required("per_year", Shape::Number, "Occurrences per year")]);

static IMPACT: TableShape = TableShape {
    fields: &[
        field("min", Shape::Money, "Lowest"),
        field("mode", Shape::Money, "Most likely"),
        field("max", Shape::Money, "Highest"),
        field("class", Shape::Whole, "Class of impact_scale"),
        field("what_if", Shape::Text, "Id of the what-if that sizes it"),
        field("figure", Shape::Text, "Which figure; \"result\" where left out"),
    ],
    variants: &[&["min", "mode", "max"], &["class"], &["what_if", "figure"]],
};

static RISK: TableShape = table(&[
    required("title", Shape::Text, "What can happen, in one line"),
    required("domain", Shape::Text, "The domain that it belongs to"),
    required("term", Shape::Word(&["kort", "lang"]), "\"kort\" (within a year) or \"lang\" (later)"),
    field(
        "chance",
        Shape::Choice(&[
            (Test::Number, Shape::Whole),
            (Test::Text, Shape::Percent),
            (Test::Any, Shape::Table(&PER_YEAR)),
        ]),
        "A class of the scale, \"50%\", or { per_year = 0.2 }",
    ),
    field(
        "impact",
        Shape::Choice(&[
            (Test::Exactly("pm"), Shape::Word(&["pm"])),
            (Test::Table, Shape::Table(&IMPACT)),
            (Test::Any, Shape::Money),
        ]),
        "An amount, { min, max }, { min, mode, max }, { class }, { what_if, figure } or \"pm\"",
    ),
    field("years", Shape::List(&Shape::Year), "Years in which it can strike"),
    field("structural", Shape::Flag, "Stays for the rest of the horizon once it struck (default)"),
    field("covered_by", IDS, "Addresses of uncertain assumptions that already hold it"),
    field("replaces", IDS, "Rules that tell of the same subject: what they find is not shown beside this risk"),
    field("indicator", Shape::Text, "Indicator that shows whether it grows"),
    field("cause", Shape::Text, "Why it can happen"),
    field("consequence", Shape::Text, "What it leads to"),
    field("response", Shape::Text, "What is done about it"),
    field("owner", Shape::Text, "Who keeps it"),
    field("portfolio_holder", Shape::Text, "Member of the executive"),
    field("trend", Shape::Word(&["new", "up", "equal", "down", "closed"]), "Since the last report"),
]);

static CORRELATION: TableShape = table(&[
    required("between", IDS, "Addresses of uncertain assumptions, or risk.ID; each with each"),
    required("rho", Shape::Number, "Correlation, -1 to 1"),
]);

static NOT_MODELLED: TableShape =
    table(&[required("what", Shape::Text, "What it is"), required("why", Shape::Text, "Why it is left out")]);

static REPORT: TableShape = table(&[
    field("materiality", Shape::Money, "Lines with a smaller change are grouped"),
    field("disclosure", Shape::Word(&["on", "off"]), "Whether small counts are hidden"),
    field("colour", Shape::Text, "Colour of headings and charts, #rrggbb"),
    field("logo", Shape::Text, "Logo file beside base.toml"),
    field("font", Shape::Text, "Font of documents"),
    field("date", Shape::Date, "Date shown on the report"),
    field("unit", Shape::Word(&["thousand", "million"]), "Thousands or millions in texts"),
    field(
        "not_modelled",
        Shape::List(&Shape::Table(&NOT_MODELLED)),
        "What the documents name and the model leaves out",
    ),
    field("remarks", IDS, "Remarks for the introduction"),
    field(
        "chance_words",
        Shape::Map { names: Names::Free, of: &Shape::Percent, removable: false },
        "Words for chances: each with the percentage below which it is used, the last with 100%",
    ),
]);

/// A collection of items under their ids.
const fn items(name: &'static str, of: &'static Shape, removable: bool, about: &'static str) -> Field {
    field(name, Shape::Map { names: Names::Id, of, removable }, about)
}

/// A rule's own parameters: which there are, only the rule knows.
static PARAMETERS: Shape = Shape::Map { names: Names::Free, of: &Shape::Scalar, removable: false };

/// The keys that both files share.
macro_rules! with_common {
    ($($own:expr),* $(,)?) => {
        &[
            $($own,)*
            field("municipality", Shape::Table(&MUNICIPALITY), "Who it is about and which years"),
            field("budget", Shape::Table(&BUDGET), "In which prices the multi-year budget stands"),
            items("domain", &Shape::Table(&DOMAIN), false, "Domains beside wmo, jeugd, participatie and algemeen, or their labels"),
            items("index", &Shape::Table(&INDEX), false, "Price indices"),
            items("cost", &Shape::Table(&COST), false, "Cost lines"),
            items("revenue", &Shape::Table(&REVENUE), false, "Revenue lines"),
            items("flow", &Shape::Table(&FLOW), true, "Clients who move from one line to another"),
            items("measure", &Shape::Table(&MEASURE), true, "New policy, savings, targets and technical corrections"),
            items("indicator", &Shape::Table(&INDICATOR), false, "Counts without euros"),
            items("reserve", &Shape::Table(&RESERVE), false, "Reserves in the order in which they cover"),
            field("resilience", Shape::Table(&RESILIENCE), "What the council wants to know of its resilience"),
            items("risk", &Shape::Table(&RISK), true, "The risk register"),
            items("correlation", &Shape::Table(&CORRELATION), false, "Assumptions that move together"),
            items("rule", &PARAMETERS, false, "Parameters of rules"),
            field("report", Shape::Table(&REPORT), "How reports look and what they hide"),
        ]
    };
}

const SCHEMA: Field = field("schema", Shape::Whole, "Version of this form: 1");

/// base.toml.
pub(super) static BASE: TableShape = table(with_common![SCHEMA]);

/// One change on all items that match a pattern, by kind of item.
static EVERY: TableShape = table(&[
    field("domain", Shape::Map { names: Names::Free, of: &Shape::Table(&DOMAIN), removable: false }, "Domains"),
    field("index", Shape::Map { names: Names::Free, of: &Shape::Table(&INDEX), removable: false }, "Indices"),
    field("cost", Shape::Map { names: Names::Free, of: &Shape::Table(&COST), removable: false }, "Cost lines"),
    field("revenue", Shape::Map { names: Names::Free, of: &Shape::Table(&REVENUE), removable: false }, "Revenue lines"),
    field("flow", Shape::Map { names: Names::Free, of: &Shape::Table(&FLOW), removable: true }, "Flows"),
    field("measure", Shape::Map { names: Names::Free, of: &Shape::Table(&MEASURE), removable: true }, "Measures"),
    field(
        "indicator",
        Shape::Map { names: Names::Free, of: &Shape::Table(&INDICATOR), removable: false },
        "Indicators",
    ),
    field("reserve", Shape::Map { names: Names::Free, of: &Shape::Table(&RESERVE), removable: false }, "Reserves"),
    field("risk", Shape::Map { names: Names::Free, of: &Shape::Table(&RISK), removable: true }, "Risks"),
    field(
        "correlation",
        Shape::Map { names: Names::Free, of: &Shape::Table(&CORRELATION), removable: false },
        "Correlations",
    ),
]);

/// A what-if.
pub(super) static WHAT_IF: TableShape = table(with_common![
    SCHEMA,
    required("extends", Shape::Text, "The file that it changes: \"base.toml\" or another what-if"),
    field("title", Shape::Text, "Title, as shown to people"),
    field("question", Shape::Text, "The question that it answers"),
    field("every", Shape::Table(&EVERY), "One change on all items that match a pattern"),
]);
