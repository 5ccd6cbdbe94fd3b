//! What changed and why, in Dutch: sentences, tables and data.

use serde_json::{Value, json};

mod data;
mod layout;

use self::data::{cause, factor};
use self::layout::{lay_out, wrapped};
use super::words;
use crate::analysis::compare::{
    Account, AccountId, Attribution, Difference, Differs, End, Item, Part, StepKind, waterfall,
};
use crate::dutch;
use crate::model::{Model, Scale};
use crate::projection::{Bridge, BridgeDriver, Cause, GroupId};
use crate::units::Year;

/// How many causes of one part the explanation of the total names.
const MOST_DETAILS: usize = 6;

/// A comparison, ready to be laid out.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// Name of the municipality.
    pub municipality: String,
    /// The first end.
    pub a: &'a End,
    /// The second end.
    pub b: &'a End,
    /// Years compared; the same where two scenarios are compared in one year.
    pub years: (Year, Year),
    /// Whether both are years of figures, without a projection.
    pub past: bool,
    /// Lines that such years leave out, for they have a figure in one of them alone.
    pub left_out: Vec<String>,
    /// Assumptions that differ; none where a saved run kept none.
    pub differences: Option<Vec<Difference>>,
    /// Measures, flows, lines and ends that differ.
    pub items: Vec<Item>,
    /// Which assumption did it.
    pub attribution: Option<Attribution>,
    /// The bridges.
    pub accounts: Vec<Account>,
}

/// Which accounts a table shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Lines.
    Line,
    /// Domains.
    Domain,
    /// Taakvelden.
    Taakveld,
}

impl By {
    fn shows(self, id: &AccountId) -> bool {
        matches!(
            (self, id),
            (Self::Line, AccountId::Line(_))
                | (Self::Domain, AccountId::Group(GroupId::Domain(_)))
                | (Self::Taakveld, AccountId::Group(GroupId::Taakveld(_)))
        )
    }

    fn header(self) -> &'static str {
        match self {
            Self::Line => "Per regel",
            Self::Domain => "Per domein",
            Self::Taakveld => "Per taakveld",
        }
    }
}

fn item(item: &Item) -> Value {
    let year = |y: Option<Year>| y.map(|y| y.0);
    match item.differs {
        Differs::New => json!({"name": item.name, "label": item.label, "differs": "new"}),
        Differs::Gone => json!({"name": item.name, "label": item.label, "differs": "gone"}),
        Differs::Ends(from, to) => {
            json!({"name": item.name, "label": item.label, "differs": "until", "from": year(from), "to": year(to)})
        }
    }
}

impl Comparison<'_> {
    /// What one of the models calls something; the second is asked first, and
    /// what it has not any more has its name from the first.
    fn called<'m>(&'m self, of: impl Fn(&'m Model) -> Option<&'m str>) -> Option<String> {
        [self.b, self.a].into_iter().filter_map(|end| end.model.as_ref()).find_map(of).map(str::to_owned)
    }

    fn title(&self) -> String {
        let (from, to) = self.years;
        if from == to {
            format!("{}: {} tegenover {}, {to}", self.municipality, self.b.title, self.a.title)
        } else {
            format!("{}: van {from} naar {to} ({})", self.municipality, self.b.title)
        }
    }

    fn total(&self) -> Option<&Account> {
        self.accounts.iter().find(|a| a.id == AccountId::Group(GroupId::Total))
    }

    /// As people call a line or group.
    fn label(&self, id: &AccountId) -> String {
        match id {
            AccountId::Line(id) => {
                let line = self.called(|m| m.lines.find(id).map(|l| m.lines.get(l).label()));
                line.unwrap_or_else(|| id.clone())
            }
            AccountId::Group(GroupId::Domain(id)) => {
                let domain = self.called(|m| m.domains.iter().find(|d| d.id == *id).map(|d| d.label.as_str()));
                domain.unwrap_or_else(|| id.clone())
            }
            AccountId::Group(GroupId::Taakveld(code)) => code.clone(),
            AccountId::Group(GroupId::Total) => "totaal".to_owned(),
            AccountId::Group(GroupId::TotalAndOutside) => "totaal met andere programma's".to_owned(),
        }
    }

    /// What a part is called here. Without a projection there is no cost of the
    /// base year: what does not split is the cost of lines that count no clients.
    fn name(&self, part: Part) -> &'static str {
        match part {
            Part::UnitCost if self.past => "lasten zonder aantal cliënten",
            Part::Growth if self.past => "aantal cliënten",
            Part::Price if self.past => "lasten per cliënt",
            part => name(part),
        }
    }

    fn because(&self, part: Part, rises: bool) -> &'static str {
        match (part, rises) {
            (Part::UnitCost, true) if self.past => "hogere lasten van regels zonder aantal cliënten",
            (Part::UnitCost, false) if self.past => "lagere lasten van regels zonder aantal cliënten",
            (Part::Growth, true) if self.past => "meer cliënten",
            (Part::Growth, false) if self.past => "minder cliënten",
            (Part::Price, true) if self.past => "hogere lasten per cliënt",
            (Part::Price, false) if self.past => "lagere lasten per cliënt",
            (part, rises) => because(part, rises),
        }
    }

    /// The page for a terminal of this width.
    pub fn text(&self, by: &[By], width: usize) -> String {
        let mut out = format!("{}\n", wrapped(&self.title(), width, 0));
        out.push_str(&self.differing(width));
        if !self.left_out.is_empty() {
            let names: Vec<String> = self.left_out.iter().map(|id| self.label(&AccountId::Line(id.clone()))).collect();
            let note = format!(
                "Alleen regels met een cijfer in beide jaren tellen mee. Het resultaat hieronder is dus niet dat van alle \
                 regels: in één van beide jaren ontbreekt {}.",
                dutch::list(&names)
            );
            out.push_str(&format!("{}\n", wrapped(&note, width, 0)));
        }
        if let Some(total) = self.total() {
            if total.is_unchanged() {
                let (from, to) = self.years;
                let differs = self.differences.as_ref().is_some_and(|d| !d.is_empty()) || !self.items.is_empty();
                let elsewhere = from == to && differs;
                // Another year may well change.
                out.push_str(&if elsewhere {
                    format!("In {to} verandert er niets.\n")
                } else {
                    "Er verandert niets.\n".to_owned()
                });
                return out;
            }
            for sentence in self.sentences(total) {
                out.push_str(&wrapped(&sentence, width, 0));
            }
            out.push('\n');
            out.push_str(&self.bridge(total, width));
        }
        if let Some(attribution) = &self.attribution {
            out.push_str(&self.shared(attribution, width));
        }
        for by in by {
            out.push_str(&self.table(*by, width));
        }
        out
    }

    fn differing(&self, width: usize) -> String {
        if self.years.0 != self.years.1 {
            return String::new();
        }
        let Some(differences) = &self.differences else {
            return "De aannames van de bewaarde run zijn niet bewaard.\n\n".to_owned();
        };
        if differences.is_empty() && self.items.is_empty() {
            return "Geen enkele aanname verschilt.\n\n".to_owned();
        }
        let differ = |n: usize, one: &str, many: &str| {
            let verb = if n == 1 { "verschilt" } else { "verschillen" };
            if n == 0 { String::new() } else { format!("{} {verb}:\n", dutch::counted(n, one, many)) }
        };
        let mut out = differ(self.items.len(), "onderdeel", "onderdelen");
        for item in &self.items {
            let ends = |until: Option<Year>| until.map_or("eindigt niet".to_owned(), |y| format!("eindigt na {y}"));
            let how = match item.differs {
                Differs::New => "nieuw".to_owned(),
                Differs::Gone => "vervallen".to_owned(),
                Differs::Ends(from, to) => format!("{} -> {}", ends(from), ends(to)),
            };
            out.push_str(&wrapped(&format!("  {}  {how} ({})", item.name, item.label), width, 4));
        }
        out.push_str(&differ(differences.len(), "aanname", "aannames"));
        for d in differences {
            out.push_str(&wrapped(&format!("  {}  {}", d.address, by_year(d)), width, 4));
        }
        out.push('\n');
        out
    }

    /// The result before, what changed it, and the result after.
    fn bridge(&self, account: &Account, width: usize) -> String {
        let (from, to) = self.years;
        let (before, after) = if from == to {
            (format!("Resultaat {to}, {}", self.a.title), format!("Resultaat {to}, {}", self.b.title))
        } else {
            (format!("Resultaat {from}"), format!("Resultaat {to}"))
        };
        let mut rows = Vec::new();
        let told = |amount: f64| dutch::round(amount, 0) != 0.0;
        for step in waterfall(account) {
            // A part of less than half a euro, such as what is left of rounded counts, is no cause.
            if matches!(step.kind, StepKind::Part(_)) && !told(step.amount) && !has_details(account, step.kind) {
                continue;
            }
            let (label, mark) = match step.kind {
                StepKind::Before => (before.clone(), ""),
                StepKind::After => (after.clone(), ""),
                StepKind::Part(part) => (format!("  {}", self.name(part)), dutch::sign(step.amount, 0)),
            };
            rows.push((label, dutch::number(step.amount, 0), mark));
            let StepKind::Part(part) = step.kind else { continue };
            let details = account.details(part);
            if details.len() > 1 {
                // One more is named by itself: a row for the rest is no shorter.
                let named = if details.len() > MOST_DETAILS + 1 { MOST_DETAILS } else { details.len() };
                let (named, rest) = details.split_at(named);
                for (driver, amount) in named {
                    let label = format!("    waarvan {}", self.of_driver(driver));
                    rows.push((label, dutch::number(*amount, 0), dutch::sign(*amount, 0)));
                }
                if !rest.is_empty() {
                    let amount = rest.iter().fold(0.0, |s, (_, x)| s + x);
                    let label = format!("    waarvan de andere {}", rest.len());
                    rows.push((label, dutch::number(amount, 0), dutch::sign(amount, 0)));
                }
            }
        }
        let (structural, incidental) = (account.structural(), account.incidental());
        rows.push(("waarvan structureel".to_owned(), dutch::number(structural, 0), dutch::sign(structural, 0)));
        rows.push(("waarvan incidenteel".to_owned(), dutch::number(incidental, 0), dutch::sign(incidental, 0)));
        lay_out("Verklaring van het resultaat (euro)", &rows, width)
    }

    /// What a driver is called: an index, a measure or a line by its label.
    fn of_driver(&self, driver: &BridgeDriver) -> String {
        let measure = |id: &str| {
            let found = self.called(|m| m.measures.iter().find(|x| x.id == id).map(|x| x.label.as_str()));
            found.unwrap_or_else(|| id.to_owned())
        };
        match driver {
            BridgeDriver::Measure(id) => measure(id),
            BridgeDriver::Volume(c) | BridgeDriver::Price(c) | BridgeDriver::Revenue(c) => match c {
                Cause::Index(id) => {
                    let found = self.called(|m| m.indices.iter().find(|x| x.id == *id).map(|x| x.label.as_str()));
                    found.unwrap_or_else(|| id.clone())
                }
                Cause::Measure(id) => measure(id),
                Cause::Flow(id) => {
                    let found = self.called(|m| m.flows.iter().find(|x| x.id == *id).map(|x| x.label.as_str()));
                    found.unwrap_or_else(|| id.clone())
                }
                Cause::Followed(id) => format!("volgt {}", self.label(&AccountId::Line(id.clone()))),
                Cause::Ageing => "vergrijzing".to_owned(),
                Cause::Growth => "groei".to_owned(),
                Cause::Exit => "uitstroom".to_owned(),
                Cause::Intake => "instroom".to_owned(),
                Cause::Change => "eigen prijsverandering".to_owned(),
                Cause::Contribution => "eigen bijdrage".to_owned(),
                Cause::SafetyNet => "vangnet".to_owned(),
                Cause::Ended => "geëindigd".to_owned(),
                Cause::Base => "andere cijfers in het basisjaar".to_owned(),
            },
            BridgeDriver::UnitCost => "kosten per eenheid".to_owned(),
            BridgeDriver::Mix => "verschuiving".to_owned(),
            BridgeDriver::Intensity => "zwaarte".to_owned(),
            BridgeDriver::New => "nieuwe regels".to_owned(),
            BridgeDriver::Ended => "vervallen regels".to_owned(),
            BridgeDriver::Other => "overig".to_owned(),
        }
    }

    fn shared(&self, attribution: &Attribution, width: usize) -> String {
        let rows: Vec<(String, String, &str)> = attribution
            .players
            .iter()
            .map(|p| {
                let name = match p.name.as_str() {
                    "structure" => "andere cijfers, regels of gewichten".to_owned(),
                    "rest" if p.items.is_empty() => format!("de andere {} aannames samen", p.addresses.len()),
                    "rest" => format!("de andere {} aannames en onderdelen samen", p.addresses.len() + p.items.len()),
                    name => name.to_owned(),
                };
                (name, dutch::number(p.result, 0), dutch::sign(p.result, 0))
            })
            .collect();
        let both = !self.items.is_empty();
        let together = if attribution.by_line {
            format!(
                "{} {} verschillen: te veel om elke volgorde na te gaan, dus samengenomen per regel.",
                attribution.differing,
                if both { "aannames en onderdelen" } else { "aannames" }
            )
        } else {
            String::new()
        };
        let (each, change) =
            if both { ("aanname of onderdeel", "aannames en onderdelen") } else { ("aanname", "aannames") };
        let method =
            format!("Verdeeld volgens Shapley: het gemiddelde over elke volgorde waarin de {change} veranderen.");
        let table = lay_out(&format!("Per {each}, gevolg voor het resultaat (euro)"), &rows, width);
        let notes: String = [together, method].iter().filter(|n| !n.is_empty()).map(|n| wrapped(n, width, 0)).collect();
        format!("{}\n{notes}\n", table.trim_end())
    }

    fn table(&self, by: By, width: usize) -> String {
        let mut out = String::new();
        let shown = self.accounts.iter().filter(|a| by.shows(&a.id) && !a.is_unchanged());
        for account in shown {
            if out.is_empty() {
                out.push_str(&format!("{}\n\n", by.header()));
            }
            let change = account.result.change();
            let parts = account.parts().into_iter().filter(|(_, amount)| dutch::round(*amount, 0) != 0.0);
            let mut rows: Vec<(String, String, &str)> = parts
                .map(|(part, amount)| {
                    (format!("  {}", self.name(part)), dutch::number(amount, 0), dutch::sign(amount, 0))
                })
                .collect();
            rows.push(("  samen".to_owned(), dutch::number(change, 0), dutch::sign(change, 0)));
            out.push_str(&lay_out(&words::capital(&self.label(&account.id)), &rows, width));
        }
        out
    }

    /// The change in sentences.
    pub fn sentences(&self, account: &Account) -> Vec<String> {
        let mut all = Vec::new();
        for cost in [true, false] {
            let bridge = if cost { &account.cost } else { &account.revenue };
            let change = if cost { account.cost_change() } else { account.revenue_change() };
            let (Some(bridge), what) = (bridge, if cost { "lasten" } else { "baten" }) else { continue };
            let parts = account.side(cost);
            if parts.is_empty() {
                continue;
            }
            let euro = |x: f64| dutch::amount(x.abs(), dutch::Style::Auto);
            let both = |x: f64| dutch::amount(x, dutch::Style::Auto);
            let rises = change >= 0.0;
            let verb = if rises { "stijgen" } else { "dalen" };
            all.push(if dutch::round(change, 0) == 0.0 {
                format!("De {what} blijven per saldo gelijk: {}.", both(bridge.to))
            } else {
                format!("De {what} {verb} met {}, van {} naar {}.", euro(change), both(bridge.from), both(bridge.to))
            });
            let named = |with: bool| -> Vec<String> {
                let of = parts.iter().filter(|(_, x)| (*x >= 0.0) == (rises == with) && dutch::round(*x, 0) != 0.0);
                of.take(4).map(|(part, x)| format!("{} door {}", euro(*x), self.because(*part, *x >= 0.0))).collect()
            };
            // Revenue that has one cause has been told.
            if parts.len() == 1 && !cost {
                continue;
            }
            let (with, against) = (named(true), named(false));
            if !with.is_empty() {
                all.push(format!("Daarvan komt {}.", dutch::list(&with)));
            }
            if !against.is_empty() {
                all.push(format!("Daar staat tegenover: {}.", dutch::list(&against)));
            }
        }
        let moved = account.reserves.change();
        if dutch::round(moved, 0) != 0.0 {
            let word = if moved > 0.0 { "meer" } else { "minder" };
            all.push(format!("Uit reserves komt per saldo {} {word}.", dutch::amount(moved.abs(), dutch::Style::Auto)));
        }
        let change = account.result.change();
        if dutch::round(change, 0) == 0.0 {
            all.push("Het resultaat blijft per saldo gelijk.".to_owned());
            return all;
        }
        let (verb, mark) = if change >= 0.0 { ("verbetert", "voordeel, V") } else { ("verslechtert", "nadeel, N") };
        all.push(format!("Het resultaat {verb} met {} ({mark}).", dutch::amount(change.abs(), dutch::Style::Auto)));
        all
    }

    /// Everything, as data.
    pub fn json(&self) -> Value {
        let (from, to) = self.years;
        let differences = self.differences.as_ref().map(|all| {
            all.iter()
                .map(|d| {
                    let years: Vec<Value> = d
                        .years
                        .iter()
                        .map(|(y, a, b)| json!({"year": y.0, "from": a.map(number), "to": b.map(number)}))
                        .collect();
                    json!({"address": d.address, "years": years})
                })
                .collect::<Vec<_>>()
        });
        let attribution = self.attribution.as_ref().map(|a| {
            let players: Vec<Value> = a
                .players
                .iter()
                .map(|p| {
                    let lines: serde_json::Map<String, Value> =
                        p.lines.iter().map(|(id, x)| (id.clone(), number(*x))).collect();
                    json!({"name": p.name, "assumptions": p.addresses, "items": p.items, "cost": number(p.cost),
                           "revenue": number(p.revenue), "result": number(p.result), "lines": lines})
                })
                .collect();
            json!({"method": "shapley", "differing": a.differing, "grouped_by_line": a.by_line, "players": players})
        });
        json!({
            "municipality": self.municipality,
            "from": {"title": self.a.title, "year": from.0},
            "to": {"title": self.b.title, "year": to.0},
            "assumptions": differences,
            "left_out": self.left_out,
            "items": self.items.iter().map(item).collect::<Vec<_>>(),
            "attribution": attribution,
            "sentences": self.total().map(|t| self.sentences(t)).unwrap_or_default(),
            "accounts": self.accounts.iter().map(|a| self.account(a)).collect::<Vec<_>>(),
        })
    }

    fn account(&self, account: &Account) -> Value {
        let bridge = |b: &Option<Bridge>, cost: bool| {
            b.as_ref().map(|b| {
                let items: Vec<Value> = b
                    .items
                    .iter()
                    .map(|i| {
                        json!({"factor": factor(&i.driver), "cause": cause(&i.driver),
                               "part": self.name(Part::of(&i.driver, cost)), "amount": number(i.amount),
                               "incidental": i.incidental})
                    })
                    .collect();
                json!({"from": number(b.from), "to": number(b.to), "items": items})
            })
        };
        let steps: Vec<Value> = waterfall(account)
            .iter()
            .map(|s| {
                let (kind, label) = match s.kind {
                    StepKind::Before => ("before", "voor"),
                    StepKind::After => ("after", "na"),
                    StepKind::Part(part) => ("part", self.name(part)),
                };
                json!({"kind": kind, "label": label, "amount": number(s.amount), "from": number(s.span.from),
                       "to": number(s.span.to), "sign": match s.kind { StepKind::Part(_) => dutch::sign(s.amount, 0), _ => "" }})
            })
            .collect();
        json!({
            "id": account.id.to_string(),
            "label": self.label(&account.id),
            "cost": bridge(&account.cost, true),
            "revenue": bridge(&account.revenue, false),
            "reserves": {"from": number(account.reserves.from), "to": number(account.reserves.to)},
            "result": {"from": number(account.result.from), "to": number(account.result.to),
                       "structural": number(account.structural()), "incidental": number(account.incidental())},
            "waterfall": steps,
        })
    }
}

fn number(value: f64) -> Value {
    let value = if value == 0.0 { 0.0 } else { value };
    serde_json::Number::from_f64(value).map_or(Value::Null, Value::Number)
}

/// A value of an assumption as people write it.
fn value(x: f64, scale: Scale) -> String {
    if scale.is_rate() { dutch::percent(x, 2) } else { words::value(x, scale) }
}

/// What a part is called in a table.
pub fn name(part: Part) -> &'static str {
    match part {
        Part::Ageing => "vergrijzing",
        Part::Growth => "groei van het volume",
        Part::Flow => "doorstroom en uitstroom",
        Part::Intake => "instroom",
        Part::MeasuresOnVolume => "maatregelen op het volume",
        Part::BaseVolume => "ander volume in het basisjaar",
        Part::Mix => "verschuiving tussen voorzieningen",
        Part::Intensity => "zwaarte",
        Part::Price => "tarieven en prijzen",
        Part::UnitCost => "kosten per eenheid in het basisjaar",
        Part::Measures => "maatregelen",
        Part::Other => "nieuwe en vervallen regels",
        Part::Revenue => "baten",
        Part::MeasuresOnRevenue => "maatregelen op baten",
        Part::Reserve => "reserves",
    }
}

/// Whether a part is made of amounts that can be seen, though they may come to nothing together.
fn has_details(account: &Account, kind: StepKind) -> bool {
    let StepKind::Part(part) = kind else { return false };
    account.details(part).iter().any(|(_, amount)| dutch::round(*amount, 0) != 0.0)
}

/// Why an amount rises (or falls) by a part, after "komt door".
fn because(part: Part, rises: bool) -> &'static str {
    match (part, rises) {
        (Part::Ageing, _) => "vergrijzing",
        (Part::Growth, true) => "een groter volume",
        (Part::Growth, false) => "een kleiner volume",
        (Part::Flow, _) => "doorstroom en uitstroom",
        (Part::Intake, _) => "nieuwe cliënten",
        (Part::MeasuresOnVolume, _) => "maatregelen op het volume",
        (Part::BaseVolume, _) => "een ander volume in het basisjaar",
        (Part::Mix, _) => "een verschuiving tussen voorzieningen",
        (Part::Intensity, true) => "zwaardere hulp",
        (Part::Intensity, false) => "lichtere hulp",
        (Part::Price, true) => "hogere tarieven",
        (Part::Price, false) => "lagere tarieven",
        (Part::UnitCost, true) => "hogere kosten per eenheid in het basisjaar",
        (Part::UnitCost, false) => "lagere kosten per eenheid in het basisjaar",
        (Part::Measures | Part::MeasuresOnRevenue, _) => "maatregelen",
        (Part::Other, true) => "nieuwe regels",
        (Part::Other, false) => "regels die vervallen",
        (Part::Revenue, true) => "hogere inkomsten",
        (Part::Revenue, false) => "lagere inkomsten",
        (Part::Reserve, _) => "reserves",
    }
}

/// The values of an assumption at both ends, years with the same ones together:
/// `2027-2029: 3,6% -> 4,6%`.
fn by_year(difference: &Difference) -> String {
    let of = |x: Option<f64>| x.map_or("niet".to_owned(), |x| value(x, difference.scale));
    let mut spans: Vec<(Year, Year, String)> = Vec::new();
    for (year, x, y) in &difference.years {
        let told = format!("{} -> {}", of(*x), of(*y));
        match spans.last_mut() {
            Some((_, last, before)) if *before == told && last.plus(1) == *year => *last = *year,
            _ => spans.push((*year, *year, told)),
        }
    }
    let each =
        spans.iter().map(
            |(first, last, told)| {
                if first == last { format!("{first}: {told}") } else { format!("{first}-{last}: {told}") }
            },
        );
    each.collect::<Vec<_>>().join("; ")
}
