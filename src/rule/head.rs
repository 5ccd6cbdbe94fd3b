//! What a rule says about itself: the literals of `const RULE`, read without
//! running anything, so that lists, documentation and web pages come from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::{Dynamic, Expr, Position};

use super::facts::Requirement;
use super::syntax::Source;
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::dutch::{self, Quantity};
use crate::model::Term;

/// The metadata of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// The file's name without `.rhai`.
    pub id: String,
    /// The file.
    pub path: String,
    /// Title, as a sentence.
    pub title: String,
    /// Domain id, or `algemeen`.
    pub domain: String,
    /// Short or long term.
    pub term: Term,
    /// On which document it rests.
    pub source: Option<String>,
    /// Who keeps the risk.
    pub owner: Option<String>,
    /// Member of the executive.
    pub portfolio_holder: Option<String>,
    /// What is done about it, where a finding says nothing else.
    pub response: Option<String>,
    /// Structural or incidental; structural where not stated.
    pub structural: bool,
    /// What it needs before it can say anything.
    pub requires: Vec<Requirement>,
    /// Addresses of assumptions that already hold the risk.
    pub covered_by: Vec<String>,
    /// Its own thresholds, in the order of the file.
    pub parameters: Vec<Parameter>,
    /// Where `RULE` stands.
    pub place: Place,
}

/// A number that a municipality may set for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// As in `o.parameter("threshold")`.
    pub name: String,
    /// What it is, for people; its name where not stated.
    pub label: String,
    /// As written: `€ 50.000`.
    pub written: String,
    /// Its value, percentages as fractions.
    pub value: f64,
    /// Its unit.
    pub unit: Quantity,
    /// Where it stands.
    pub place: Place,
}

impl Head {
    /// A parameter by name.
    pub fn parameter(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|p| p.name == name)
    }
}

/// A literal of the file with its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Literal {
    Text(String),
    Number(f64),
    Bool(bool),
    List(Vec<(Literal, Position)>),
    Map(BTreeMap<String, (Literal, Position)>),
}

impl Literal {
    /// Reads an expression of literals; the position of what is none otherwise.
    pub fn read(expression: &Expr) -> Result<Self, Position> {
        let position = expression.start_position();
        match expression {
            Expr::StringConstant(text, _) => Ok(Self::Text(text.to_string())),
            Expr::IntegerConstant(number, _) => Ok(Self::Number(*number as f64)),
            Expr::FloatConstant(number, _) => Ok(Self::Number(**number)),
            Expr::BoolConstant(value, _) => Ok(Self::Bool(*value)),
            Expr::DynamicConstant(value, _) => Self::of_value(value).ok_or(position),
            Expr::Array(items, _) => items
                .iter()
                .map(|item| Ok((Self::read(item)?, item.start_position())))
                .collect::<Result<_, _>>()
                .map(Self::List),
            Expr::Map(map, _) => map
                .0
                .iter()
                .map(|(key, value)| Ok((key.name.to_string(), (Self::read(value)?, value.start_position()))))
                .collect::<Result<_, _>>()
                .map(Self::Map),
            _ => Err(position),
        }
    }

    fn of_value(value: &Dynamic) -> Option<Self> {
        if let Ok(text) = value.as_immutable_string_ref() {
            return Some(Self::Text(text.to_string()));
        }
        if let Ok(number) = value.as_int() {
            return Some(Self::Number(number as f64));
        }
        if let Ok(number) = value.as_float() {
            return Some(Self::Number(number));
        }
        if let Ok(truth) = value.as_bool() {
            return Some(Self::Bool(truth));
        }
        if let Ok(list) = value.as_array_ref() {
            let items: Option<Vec<_>> = list.iter().map(|v| Some((Self::of_value(v)?, Position::NONE))).collect();
            return items.map(Self::List);
        }
        let map = value.as_map_ref().ok()?;
        let items: Option<BTreeMap<_, _>> =
            map.iter().map(|(k, v)| Some((k.to_string(), (Self::of_value(v)?, Position::NONE)))).collect();
        items.map(Self::Map)
    }
}

/// What `RULE` may hold, with what it is, for the reference.
pub(super) const KEYS: [(&str, &str); 11] = [
    ("title", "De kop in het rapport. Verplicht."),
    (
        "domain",
        "Het domein: wmo, jeugd, participatie, een eigen domein, of algemeen. Verplicht. Raamt een gemeente niets in dit domein, dan is de regel niet van toepassing.",
    ),
    ("term", "\"kort\" (binnen een jaar) of \"lang\" (later). Verplicht."),
    ("source", "Op welk document en welke paragraaf de regel rust."),
    ("owner", "Wie het risico beheert."),
    ("portfolio_holder", "De verantwoordelijke wethouder."),
    ("response", "Wat we eraan doen, als het risico zelf dat niet zegt."),
    ("structural", "true (structureel, de standaard) of false (incidenteel)."),
    (
        "requires",
        "Wat er moet zijn voordat de regel iets kan zeggen: [\"budget(jeugd)\", \"index.ova\", \"measures(target)\"]. Ontbreekt er iets, dan is de regel niet van toepassing.",
    ),
    ("covered_by", "Adressen van onzekere aannames waar dit risico al in zit. Het telt dan niet nog eens mee."),
    (
        "parameters",
        "Eigen drempels met hun eenheid: #{ threshold: \"€ 50.000\" }. Een gemeente zet ze anders in base.toml onder [rule.NAAM].",
    ),
];

/// Their names.
fn keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().map(|(key, _)| *key)
}

/// The terms, as rules and registers name them.
pub(super) fn term(text: &str) -> Option<Term> {
    match text {
        "kort" => Some(Term::Short),
        "lang" => Some(Term::Long),
        _ => None,
    }
}

/// Reads `RULE`, with every mistake in it.
pub(super) fn read(source: &Source, expression: &Expr, found: &mut Vec<Diagnostic>) -> Option<Arc<Head>> {
    let place = source.place(expression.start_position());
    let map = match Literal::read(expression) {
        Ok(Literal::Map(map)) => map,
        Ok(_) => {
            found.push(
                Diagnostic::error("rule-form", &place, "`RULE` is no map")
                    .help("write `const RULE = #{ title: \"...\", ... };`"),
            );
            return None;
        }
        Err(position) => {
            let place = source.place(if position.is_none() { expression.start_position() } else { position });
            found.push(
                Diagnostic::error("rule-form", &place, "`RULE` holds something that is no literal")
                    .help("only texts, numbers, true, false, lists and maps; it is read without running the rule"),
            );
            return None;
        }
    };
    let before = found.len();
    let mut reader = Reader { source, place: place.clone(), map, found };
    for key in reader.map.keys() {
        if !keys().any(|k| k == key) {
            let help = match nearest(key, keys()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known are {}", keys().collect::<Vec<_>>().join(", ")),
            };
            let at = reader.map.get(key).map_or_else(|| place.clone(), |(_, p)| source.place_or(*p, &place));
            reader.found.push(Diagnostic::error("unknown-key", &at, format!("`RULE` knows no `{key}`")).help(help));
        }
    }
    let title = reader.required("title");
    let domain = reader.required("domain");
    let written_term = reader.required("term");
    let term = match written_term.as_deref().map(term) {
        Some(None) => {
            let place = reader.place_of("term");
            reader.found.push(Diagnostic::error(
                "rule-form",
                &place,
                "a term is \"kort\" (within a year) or \"lang\" (later)",
            ));
            None
        }
        other => other.flatten(),
    };
    let head = Head {
        id: source.id.clone(),
        path: source.path.to_string(),
        title: title.unwrap_or_default(),
        domain: domain.unwrap_or_default(),
        term: term.unwrap_or(Term::Long),
        source: reader.text("source"),
        owner: reader.text("owner"),
        portfolio_holder: reader.text("portfolio_holder"),
        response: reader.text("response"),
        structural: reader.truth("structural").unwrap_or(true),
        requires: reader.requirements(),
        covered_by: reader.texts("covered_by").into_iter().map(|(text, _)| text).collect(),
        parameters: reader.parameters(),
        place,
    };
    (found.len() == before).then(|| Arc::new(head))
}

struct Reader<'a> {
    source: &'a Source,
    place: Place,
    map: BTreeMap<String, (Literal, Position)>,
    found: &'a mut Vec<Diagnostic>,
}

impl Reader<'_> {
    fn place_of(&self, key: &str) -> Place {
        self.map.get(key).map_or_else(|| self.place.clone(), |(_, p)| self.source.place_or(*p, &self.place))
    }

    fn wrong(&mut self, key: &str, message: String) {
        let place = self.place_of(key);
        self.found.push(Diagnostic::error("rule-form", &place, message));
    }

    fn required(&mut self, key: &str) -> Option<String> {
        if !self.map.contains_key(key) {
            let place = self.place.clone();
            self.found.push(
                Diagnostic::error("missing-key", &place, format!("`RULE` lacks `{key}`"))
                    .help(format!("add `{key}: \"...\"`")),
            );
            return None;
        }
        self.text(key)
    }

    fn text(&mut self, key: &str) -> Option<String> {
        match self.map.get(key).map(|(literal, _)| literal) {
            None => None,
            Some(Literal::Text(text)) if !text.trim().is_empty() => Some(text.clone()),
            Some(_) => {
                self.wrong(key, format!("`{key}` is a text between quotes"));
                None
            }
        }
    }

    fn truth(&mut self, key: &str) -> Option<bool> {
        match self.map.get(key).map(|(literal, _)| literal) {
            None => None,
            Some(Literal::Bool(value)) => Some(*value),
            Some(_) => {
                self.wrong(key, format!("`{key}` is true or false"));
                None
            }
        }
    }

    fn texts(&mut self, key: &str) -> Vec<(String, Place)> {
        let mut texts = Vec::new();
        match self.map.get(key).map(|(literal, _)| literal.clone()) {
            None => {}
            Some(Literal::List(items)) => {
                for (item, position) in items {
                    match item {
                        Literal::Text(text) => texts.push((text, self.source.place_or(position, &self.place))),
                        _ => self.wrong(key, format!("`{key}` is a list of texts")),
                    }
                }
            }
            Some(_) => self.wrong(key, format!("`{key}` is a list of texts: [\"...\"]")),
        }
        texts
    }

    fn requirements(&mut self) -> Vec<Requirement> {
        let mut requirements = Vec::new();
        for (text, place) in self.texts("requires") {
            match text.parse() {
                Ok(requirement) => requirements.push(requirement),
                Err(why) => self.found.push(Diagnostic::error("rule-form", &place, why)),
            }
        }
        requirements
    }

    fn parameters(&mut self) -> Vec<Parameter> {
        let map = match self.map.get("parameters").map(|(literal, _)| literal.clone()) {
            None => return Vec::new(),
            Some(Literal::Map(map)) => map,
            Some(_) => {
                self.wrong("parameters", "`parameters` is a map: #{ threshold: \"€ 50.000\" }".to_owned());
                return Vec::new();
            }
        };
        let mut parameters: Vec<Parameter> = Vec::new();
        for (name, (literal, position)) in map {
            let place = self.source.place_or(position, &self.place);
            match parameter(&name, &literal, place.clone()) {
                Ok(parameter) => parameters.push(parameter),
                Err(why) => self.found.push(
                    Diagnostic::error("rule-parameter", &place, why)
                        .help("write a number with its unit: \"€ 50.000\", \"5%\", \"3 cliënten\", or #{ value: \"€ 50.000\", label: \"drempel\" }"),
                ),
            }
        }
        parameters.sort_by(|a, b| a.place.cmp(&b.place));
        parameters
    }
}

fn parameter(name: &str, literal: &Literal, place: Place) -> Result<Parameter, String> {
    let (value, label) = match literal {
        Literal::Map(map) => {
            if let Some(key) = map.keys().find(|k| !["value", "label"].contains(&k.as_str())) {
                return Err(format!("a parameter knows no `{key}`, only value and label"));
            }
            let label = match map.get("label").map(|(l, _)| l) {
                Some(Literal::Text(text)) => text.clone(),
                None => name.to_owned(),
                Some(_) => return Err("a label is a text".to_owned()),
            };
            let Some((value, _)) = map.get("value") else {
                return Err(format!("parameter `{name}` lacks its value"));
            };
            (value, label)
        }
        other => (other, name.to_owned()),
    };
    let (written, quantity) = match value {
        Literal::Text(text) => (text.clone(), dutch::parse_quantity(text)),
        Literal::Number(number) => (dutch::short(*number, 6), Some((*number, Quantity::Number))),
        _ => (String::new(), None),
    };
    let Some((value, unit)) = quantity.filter(|(v, _)| v.is_finite()) else {
        return Err(format!("`{written}` is no number with a unit"));
    };
    Ok(Parameter { name: name.to_owned(), label, written, value, unit, place })
}
