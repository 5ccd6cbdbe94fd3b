//! What may be said of numbers of rules: an amount, chance or count is judged
//! by the figures that it was made of.

use super::{Disclosure, is_small, to_five, to_five_percent};
use crate::dutch;
use crate::model::{Indicator, Model, Quantity};
use crate::rule::Margin;
use crate::rule::figure::unit_name;
use crate::study::{Basis, ImpactSummary, Piece, PieceInput, RiskEntry};

/// What is said of a number of a rule.
enum Judged {
    Exact,
    Rounded(f64),
    /// A percentage of counts: to be made of the rounded ones.
    Share,
    Hidden,
}

impl Disclosure {
    /// A piece of a rule's text as it may be shown.
    pub fn piece(&self, model: &Model, piece: &Piece) -> Piece {
        let Piece::Figure { printed, address, unit, value, formula, inputs } = piece else { return piece.clone() };
        let inputs = self.inputs(model, inputs);
        let (printed, value) = match self.judge(model, &[address, formula], unit, *value) {
            Judged::Exact => (printed.clone(), *value),
            Judged::Hidden => {
                let words = match unit.as_str() {
                    "clients" => "een niet getoond aantal cliënten",
                    "euro" | "euro per client" => "een niet getoond bedrag",
                    "percent" => "een niet getoond percentage",
                    _ => "een niet getoond aantal",
                };
                return Piece::Plain(words.to_owned());
            }
            Judged::Rounded(value) => {
                let printed = match unit.as_str() {
                    "euro" => dutch::euro(value),
                    "euro per client" if printed.contains("cliënt") => format!("{} per cliënt", dutch::euro(value)),
                    "euro per client" => dutch::euro(value),
                    "clients" if printed.contains("cliënt") => dutch::clients(value),
                    _ => dutch::whole(value),
                };
                (printed, value)
            }
            Judged::Share => {
                let value = share_of_shown(address, &inputs).unwrap_or_else(|| to_five_percent(*value));
                (dutch::percent(value, 1), value)
            }
        };
        Piece::Figure { printed, address: address.clone(), unit: unit.clone(), value, formula: formula.clone(), inputs }
    }

    /// The impact of a risk as it may be shown; none where its amount would
    /// give a hidden count away.
    pub fn impact(&self, model: &Model, risk: &RiskEntry) -> Option<ImpactSummary> {
        let impact = risk.impact.filter(|_| risk.basis != Basis::ProMemorie)?;
        if self.risks.contains(&risk.id) {
            return None;
        }
        let Some(origin) = &risk.impact_origin else { return Some(impact) };
        let shown = |value: f64| match self.judge(model, &[&origin.formula], "euro", value) {
            Judged::Exact | Judged::Share => Some(value),
            Judged::Rounded(value) => Some(value),
            Judged::Hidden => None,
        };
        Some(ImpactSummary {
            mean: shown(impact.mean)?,
            p10: shown(impact.p10)?,
            p50: shown(impact.p50)?,
            p90: shown(impact.p90)?,
        })
    }

    /// Whether what a risk costs may be shown: its impact, its part of a total.
    pub fn shows_amount(&self, model: &Model, risk: &RiskEntry) -> bool {
        risk.impact.is_none() || risk.basis == Basis::ProMemorie || self.impact(model, risk).is_some()
    }

    /// Whether an amount is hidden for the sake of another.
    pub fn follows(&self, risk: &RiskEntry) -> bool {
        self.risks.contains(&risk.id)
    }

    /// The chance of a risk as it may be shown. The share of draws beyond so
    /// many euros per client says how much a client costs, and so how many there are.
    pub fn chance(&self, model: &Model, risk: &RiskEntry) -> Option<f64> {
        risk.chance.filter(|_| !self.hides_chance(model, risk))
    }

    /// Whether there is a chance that may not be shown.
    pub fn hides_chance(&self, model: &Model, risk: &RiskEntry) -> bool {
        let (Some(p), Some(origin)) = (risk.chance, &risk.chance_origin) else { return false };
        matches!(self.judge(model, &[&origin.formula], "percent", p), Judged::Hidden)
    }

    /// The figures behind a number of a rule, without those that are hidden.
    pub fn inputs(&self, model: &Model, inputs: &[PieceInput]) -> Vec<PieceInput> {
        let shown = |i: &PieceInput| match self.judge(model, &[&i.address], &i.unit, i.value) {
            Judged::Exact => Some(i.clone()),
            Judged::Rounded(value) => Some(PieceInput { value, ..i.clone() }),
            Judged::Share => Some(PieceInput { value: to_five_percent(i.value), ..i.clone() }),
            Judged::Hidden => None,
        };
        inputs.iter().filter_map(shown).collect()
    }

    /// How far a rule is from its border, as it may be shown.
    pub fn margin(&self, model: &Model, margin: &Margin) -> Option<Margin> {
        let unit = unit_name(margin.unit);
        let number = |value: f64| match self.judge(model, &[&margin.left, &margin.right], unit, value) {
            Judged::Exact => Some(value),
            Judged::Rounded(value) => Some(value),
            Judged::Share => Some(to_five_percent(value)),
            Judged::Hidden => None,
        };
        Some(Margin { distance: number(margin.distance)?, border: number(margin.border)?, ..margin.clone() })
    }

    /// Whether a number that rests on these addresses may be shown.
    fn judge(&self, model: &Model, texts: &[&str], unit: &str, value: f64) -> Judged {
        if !self.on {
            return Judged::Exact;
        }
        let of = |word: &'static str| texts.iter().flat_map(move |t| named(t, word));
        let mut people = of("clients").chain(of("price")).peekable();
        let counted: Vec<&Indicator> = of("indicator")
            .filter_map(|id| model.indicators.iter().find(|i| i.id == id))
            .filter(|i| counts_people(i))
            .collect();
        if people.peek().is_none() && counted.is_empty() {
            return Judged::Exact;
        }
        let group = |name: &str| {
            self.groups.contains_key(&format!("domain:{name}"))
                || self.groups.contains_key(&format!("taakveld:{name}"))
                || self.groups.contains_key(name)
        };
        let counts = unit == "clients" || (unit == "number" && !counted.is_empty());
        let hidden = people.any(|n| self.hides_line(n) || group(n))
            || counted.iter().any(|i| texts.iter().any(|t| asks_small(model, i, t)))
            || (counts && is_small(value.abs()));
        if hidden {
            return Judged::Hidden;
        }
        // An amount made of a count is as unsure as the count that is shown.
        if unit == "euro per client" || (unit == "euro" && texts.iter().any(|t| asks_people(t))) {
            let names = texts.iter().flat_map(|t| ["clients", "price"].into_iter().flat_map(|w| named(t, w)));
            return Judged::Rounded(names.fold(value, |v, name| self.average(name, v)));
        }
        let share = unit == "percent" && !texts.iter().any(|t| t.contains("chance("));
        match (counts, share) {
            (true, _) => Judged::Rounded(to_five(value)),
            // An exact percentage beside two rounded counts gives both away.
            (false, true) => Judged::Share,
            (false, false) => Judged::Exact,
        }
    }
}

/// A share or a growth of two counts that are shown, made of what is shown.
fn share_of_shown(address: &str, inputs: &[PieceInput]) -> Option<f64> {
    let (ratio, less) = match address.strip_suffix(" - 100%") {
        Some(ratio) => (ratio, 1.0),
        None => (address, 0.0),
    };
    let (part, whole) = ratio.split_once(" / ")?;
    let shown = |of: &str| inputs.iter().find(|i| i.address == of).map(|i| i.value);
    let (part, whole) = (shown(part)?, shown(whole)?);
    (whole > 0.0).then(|| part / whole - less)
}

/// Units of indicators that are people, households, or what one person has.
const PEOPLE: [&str; 26] = [
    "aanmelding",
    "aanvra",
    "beschikking",
    "bewoner",
    "bezoeker",
    "casus",
    "client",
    "cliënt",
    "deelnemer",
    "gebruiker",
    "gezin",
    "huishouden",
    "indicatie",
    "inwoner",
    "jeugdige",
    "jongere",
    "kind",
    "klant",
    "leerling",
    "melding",
    "mens",
    "ouder",
    "person",
    "persoon",
    "signa",
    "uitkering",
];

/// Whether an indicator counts people, so that a small count may point at somebody.
pub fn counts_people(indicator: &Indicator) -> bool {
    let unit = indicator.unit.to_lowercase();
    PEOPLE.iter().any(|p| unit.contains(p))
        || ["statushouder", "vluchteling", "mantelzorger", "traject", "vrijwilliger"].iter().any(|p| unit.contains(p))
}

/// Whether a text asks for clients or for cost per client.
fn asks_people(text: &str) -> bool {
    named(text, "clients").chain(named(text, "price")).next().is_some()
}

/// Whether a text asks for a small count of an indicator: `indicator(crisis, 2025)`.
fn asks_small(model: &Model, indicator: &Indicator, text: &str) -> bool {
    model
        .figures
        .of(&indicator.id, Quantity::Count)
        .any(|(_, year, r)| is_small(r.value) && text.contains(&format!("indicator({}, {year})", indicator.id)))
}

/// The names that a word is asked of: `clients(avslh, 2025)` names `avslh`.
fn named<'a>(text: &'a str, word: &'static str) -> impl Iterator<Item = &'a str> {
    text.match_indices(word).filter_map(move |(at, _)| {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            return None;
        }
        let inside = text[at + word.len()..].strip_prefix('(')?;
        let end = inside.find([',', ')'])?;
        Some(inside[..end].trim().trim_matches('"'))
    })
}
