//! Figures that have a name of their own beside `cost`, `budget` and the like:
//! what measures come to, what a risk costs, how much is enough.
//!
//! This is the list of them. What each is made of is known where it is worked
//! out: those of one model in `analysis::explain`, those of register, rules
//! and resilience in `study`.

use std::fmt;

use crate::dutch::Quantity;

/// A figure by its own name: `measures(saving, 2026)`, `risk.expected(krapte, 2027)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Call {
    /// Its name.
    pub name: String,
    /// What stands between the brackets, in order.
    pub of: Vec<String>,
}

/// One name: how it is written, in which unit it is, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// The name.
    pub name: &'static str,
    /// What goes between the brackets.
    pub of: &'static [&'static str],
    /// How many of these may be left out, from the end.
    pub may_lack: usize,
    /// In which unit it is.
    pub unit: Quantity,
    /// What it is, in a few words.
    pub what: &'static str,
}

const fn named(name: &'static str, of: &'static [&'static str], unit: Quantity, what: &'static str) -> Named {
    Named { name, of, may_lack: 0, unit, what }
}

const fn short(name: &'static str, of: &'static [&'static str], unit: Quantity, what: &'static str) -> Named {
    Named { name, of, may_lack: 1, unit, what }
}

use Quantity::{Clients, Euro, EuroPerClient, Number, Percent};

/// Every name there is, as help lists them.
pub const NAMED: &[Named] = &[
    named("figures", &["NAME", "QUANTITY", "KIND", "YEAR"], Euro, "rows of figures.csv, added by share"),
    named("recorded.clients", &["LINE", "YEAR"], Clients, "a row of clients in figures.csv"),
    named("budget.written", &["NAME", "YEAR"], Euro, "budget of the cost as written, in its own prices"),
    named("balance.structural", &["NAME", "YEAR"], Euro, "balance without what is incidental"),
    named("balance.incidental", &["NAME", "YEAR"], Euro, "the incidental part of the balance"),
    named("reserves.withdrawn", &["YEAR"], Euro, "taken from all reserves"),
    named("reserves.added", &["YEAR"], Euro, "added to all reserves"),
    named("reserve.addition", &["ID", "YEAR"], Euro, "added to a reserve"),
    named("reserve.withdrawal", &["ID", "YEAR"], Euro, "taken from a reserve"),
    named("reserve.covered", &["ID", "YEAR"], Euro, "shortfall that a reserve covers"),
    named("reserve.uncovered", &["ID", "YEAR"], Euro, "shortfall that a reserve does not cover"),
    named("gap.volume", &["NAME", "YEAR"], Euro, "cost above budget by volume and intensity"),
    named("gap.level", &["NAME", "YEAR"], Euro, "what levels add to the cost, in prices of the budget"),
    named("gap.price", &["NAME", "YEAR"], Euro, "cost above budget by price above compensation"),
    named("gap.compensation", &["NAME", "YEAR"], Euro, "compensation over the gap in volume"),
    named("gap.not_realised", &["NAME", "YEAR"], Euro, "savings in the budget that the projection leaves out"),
    named("change", &["CAUSE", "NAME", "FROM", "TO"], Euro, "what a cause adds to cost between two years"),
    named("measures", &["KIND", "YEAR"], Euro, "measures of a kind on cost, as realised"),
    named("measures_planned", &["KIND", "YEAR"], Euro, "the same as planned, in the money of the year"),
    named("measures.stated", &["KIND", "YEAR"], Euro, "the same as stated, on cost of the programme"),
    named("measures.counted_on", &["KIND", "YEAR"], Euro, "what the projection counts on of that"),
    named("measures.revenue", &["KIND", "YEAR"], Euro, "as stated, on revenue of the programme"),
    named("measure.planned", &["ID", "YEAR"], Euro, "a saving or target as planned"),
    named("measure.filled", &["ID", "YEAR"], Euro, "what of it is filled in"),
    named("measure.realised", &["ID", "YEAR"], Euro, "what of it has come true"),
    named("measure.open", &["ID", "YEAR"], Euro, "what of it is still open"),
    named("measure.realisation", &["ID", "YEAR"], Percent, "how much of it is counted on"),
    named("measure.counted_on", &["ID", "YEAR"], Euro, "what the projection counts on"),
    named("measure.expected", &["ID", "YEAR"], Euro, "what comes true on average, by its spread"),
    named("measure.mean", &["ID", "YEAR"], Percent, "how much comes true on average, by its spread"),
    named("measure.chance", &["ID", "YEAR"], Percent, "the chance that all of it comes true"),
    named("fall.planned", &["FROM", "TO"], Euro, "how far the budgeted cost falls"),
    named("fall.explained", &["FROM", "TO"], Euro, "what measures explain of it"),
    named("fall.unexplained", &["FROM", "TO"], Euro, "what they do not"),
    named("fall.counted_on", &["FROM", "TO"], Euro, "what the projection counts on of the rest"),
    named("client.cost", &["LINE", "YEAR"], EuroPerClient, "cost per client without measures"),
    named("client.dear", &["LINE", "YEAR"], EuroPerClient, "what a dear client costs"),
    named("lowest", &["ASSUMPTION", "YEAR"], Number, "the lowest value that is assumed possible"),
    named("highest", &["ASSUMPTION", "YEAR"], Number, "the highest"),
    named("spread", &["ASSUMPTION", "YEAR"], Number, "how far P90 lies from the value"),
    named("mix", &["INDEX", "INDEX"], Percent, "the weight of an index in another"),
    named("result.change", &[], Euro, "how the result changed to the base year"),
    named("published", &["ITEM"], Euro, "an item of the published explanation, or `total`"),
    named("published.ours", &["ITEM"], Euro, "what the model holds of it"),
    named("risk.chance", &["ID"], Percent, "the chance that a risk strikes in a year"),
    short("risk.chance_in", &["ID", "YEAR"], Percent, "the chance that it is in force in a year"),
    short("risk.impact", &["ID", "WHICH"], Euro, "what it costs when it strikes: mean, p10, p50, p90, low, high"),
    named("risk.expected", &["ID", "YEAR"], Euro, "chance in force times mean impact"),
    named("risk.share", &["ID"], Percent, "its part of the expected loss"),
    named("risk.share_at_certainty", &["ID"], Percent, "its part of the needed capacity"),
    named("register.expected", &["YEAR"], Euro, "chance times impact of all risks that count"),
    named("register.incidental", &["YEAR"], Euro, "the incidental part"),
    named("register.structural", &["YEAR"], Euro, "the structural part"),
    named("register.low", &["YEAR"], Euro, "chance times lowest impact"),
    named("register.high", &["YEAR"], Euro, "chance times highest impact"),
    named("register.maximum", &["YEAR"], Euro, "all highest impacts together"),
    named("resilience.deficit", &[], Euro, "the expected deficit: belongs in the budget"),
    short("resilience.needed", &["LEVEL"], Euro, "needed capacity at a certainty"),
    named("resilience.error", &[], Euro, "how far the draws may have put it off"),
    short("resilience.available", &["PART"], Euro, "available capacity: whole, incidental, structural"),
    named("resilience.ratio", &[], Number, "available divided by needed"),
    named("parameter", &["RULE", "NAME"], Number, "a parameter of a rule"),
    named("swing.low", &["ASSUMPTION"], Euro, "the result with one assumption at its P10"),
    named("swing.high", &["ASSUMPTION"], Euro, "the result with one assumption at its P90"),
    named("variance.share", &["ASSUMPTION"], Percent, "its part of the variance of the result"),
    named("backtest", &["WHOSE", "LINE"], Percent, "size of the error: model, budget, peers-model, peers-budget"),
];

impl Call {
    /// What is known of the name.
    pub fn known(&self) -> Option<&'static Named> {
        NAMED.iter().find(|n| n.name == self.name)
    }

    /// Whether one model tells it, without register, rules or draws of a study.
    pub fn is_of_one_model(&self) -> bool {
        let first = self.name.split('.').next().unwrap_or_default();
        let of_study = ["risk", "register", "resilience", "parameter", "swing", "variance", "published", "backtest"];
        !of_study.contains(&first)
    }

    /// Whether it can stand among draws: because it is the same in all of them,
    /// or because a study has it in each. Of the others only the value with
    /// every assumption at its own is known, and a band of that would be none.
    pub fn can_be_drawn(&self) -> bool {
        let (first, last) = self.name.split_once('.').unwrap_or((&self.name, ""));
        match first {
            "parameter" | "figures" | "recorded" | "published" | "lowest" | "highest" | "spread" | "mix"
            | "measures_planned" => true,
            "measures" => matches!(last, "" | "stated" | "revenue"),
            "measure" => matches!(last, "planned" | "filled" | "realised"),
            "budget" => last == "written",
            "fall" => last != "counted_on",
            _ => false,
        }
    }

    /// In which unit it is. A bound of an assumption has that of the assumption.
    pub fn unit(&self) -> Option<Quantity> {
        match self.name.as_str() {
            "lowest" | "highest" | "spread" | "parameter" => None,
            "figures" if self.of.get(1).is_some_and(|q| q == "clients") => Some(Clients),
            _ => self.known().map(|n| n.unit),
        }
    }

    /// One of the parts between the brackets; empty where it was left out.
    pub fn part(&self, at: usize) -> &str {
        self.of.get(at).map_or("", String::as_str)
    }
}

impl Named {
    /// `risk.expected(ID, YEAR)`.
    pub fn usage(&self) -> String {
        format!("{}({})", self.name, self.of.join(", "))
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({})", self.name, self.of.join(", "))
    }
}
