//! JSON Schema (draft 07) of base.toml and of a what-if, for completion and
//! checks in an editor.
//!
//! Made from the same table of keys that the reader uses ([`super::keys`]), so
//! the two cannot drift. A schema knows the form only: references, sums and
//! years are for `ravijn check`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::keys;
use super::shape::{Field, Kind, Names, PROVENANCE, Shape, TableShape, Test, Unit};

const PERCENT: &str = r"^\s*[-+−]?\s*[0-9]+([.,][0-9]+)?\s*%\s*$";
const POINTS: &str = r"^\s*[-+−]?\s*[0-9]+([.,][0-9]+)?\s*(pp|procentpunten|procentpunt|%-punt)\s*$";
const ID: &str = "^[A-Za-z][A-Za-z0-9_-]*$";
const YEAR: &str = "^(19|20|21)[0-9]{2}$|^2200$";

/// The schema of base.toml, as text.
pub fn schema_base() -> String {
    document("base.toml", "A municipality: lines, assumptions, measures, risks", &keys::BASE, false)
}

/// The schema of a what-if, as text.
pub fn schema_what_if() -> String {
    document("what-if", "What differs from what it extends, under the same keys as base.toml", &keys::WHAT_IF, true)
}

fn document(title: &str, about: &str, shape: &TableShape, what_if: bool) -> String {
    let mut root = Map::new();
    root.insert("$schema".into(), json!("http://json-schema.org/draft-07/schema#"));
    root.insert("title".into(), json!(format!("ravijn: {title}")));
    root.insert("description".into(), json!(about));
    // A what-if states what differs, so only its own keys are required.
    let writer = Writer { what_if, definitions: RefCell::default() };
    root.extend(writer.table(shape, what_if, false));
    root.insert("definitions".into(), json!(writer.definitions.into_inner()));
    let mut text = format!("{:#}", Value::Object(root));
    text.push('\n');
    text
}

struct Writer {
    what_if: bool,
    /// What is used in many places, by name: the document would otherwise be
    /// ten times as long.
    definitions: RefCell<BTreeMap<String, Value>>,
}

impl Writer {
    /// A reference to a definition, which is made when it is first needed.
    fn define(&self, name: &str, make: impl FnOnce() -> Value) -> Value {
        if !self.definitions.borrow().contains_key(name) {
            let value = make();
            self.definitions.borrow_mut().insert(name.to_owned(), value);
        }
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    fn provenance(&self, properties: &mut Map<String, Value>) {
        for (name, about) in PROVENANCE {
            if !properties.contains_key(name) {
                let about = || json!({ "type": "string", "description": about });
                properties.insert(name.into(), self.define(&format!("said-{name}"), about));
            }
        }
    }

    fn table(&self, shape: &TableShape, require: bool, sourced: bool) -> Map<String, Value> {
        let mut properties = Map::new();
        for field in shape.fields {
            properties.insert(field.name.into(), self.field(field));
        }
        if sourced {
            self.provenance(&mut properties);
        }
        let mut object = object(properties);
        let required: Vec<&str> = shape.fields.iter().filter(|f| f.required).map(|f| f.name).collect();
        if (require || !self.what_if) && !required.is_empty() {
            object.insert("required".into(), json!(required));
        }
        object
    }

    fn field(&self, field: &Field) -> Value {
        described(self.named(&field.shape, field.name), field.about)
    }

    /// A collection of items, each of one form; other values as they are.
    fn named(&self, shape: &Shape, name: &str) -> Value {
        match shape {
            Shape::Map { names, of: of @ Shape::Table(_), removable } if matches!(names, Names::Id | Names::Free) => {
                let item = self.define(name, || self.shape(of));
                self.map(*names, item, *removable)
            }
            _ => self.shape(shape),
        }
    }

    /// A value, or the value in a table that says who says so.
    fn leaf(&self, plain: Value) -> Value {
        let mut properties = Map::new();
        properties.insert("value".into(), plain.clone());
        self.provenance(&mut properties);
        let mut table = object(properties);
        table.insert("required".into(), json!(["value"]));
        json!({ "anyOf": [plain, Value::Object(table)] })
    }

    fn shape(&self, shape: &Shape) -> Value {
        match shape {
            Shape::Table(table) => Value::Object(self.table(table, false, true)),
            Shape::Map { names, of, removable } => self.map(*names, self.shape(of), *removable),
            Shape::Series(kind) => {
                let unit = match kind.unit {
                    Unit::Rate => "rate",
                    Unit::Money => "amount",
                    Unit::Price => "price",
                    Unit::Count => "count",
                };
                let more = kind.word.or(kind.ledger.then_some("ledger")).map_or(String::new(), |w| format!("-or-{w}"));
                self.define(&format!("{unit}{more}"), || self.series(kind))
            }
            Shape::Choice(options) => {
                let any: Vec<Value> = options.iter().map(|(test, shape)| self.option(*test, shape)).collect();
                json!({ "anyOf": any })
            }
            Shape::List(_) | Shape::Word(_) => self.leaf(self.plain(shape)),
            _ => {
                let plain = self.plain(shape);
                let name = match shape {
                    Shape::Text => "text",
                    Shape::Flag => "flag",
                    Shape::Number => "number",
                    Shape::Whole => "whole",
                    Shape::Year => "year",
                    Shape::Date => "date",
                    Shape::Percent => "percent",
                    Shape::Weight => "weight",
                    Shape::Money => "money",
                    _ => "scalar",
                };
                self.define(&format!("plain-{name}"), || self.leaf(plain))
            }
        }
    }

    fn option(&self, test: Test, shape: &Shape) -> Value {
        match test {
            Test::Exactly(word) => json!({ "const": word }),
            _ => self.shape(shape),
        }
    }

    fn plain(&self, shape: &Shape) -> Value {
        match shape {
            Shape::Text => json!({ "type": "string", "minLength": 1 }),
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::Number => json!({ "type": "number" }),
            Shape::Whole => json!({ "type": "integer", "minimum": 0 }),
            Shape::Year => json!({ "type": "integer", "minimum": 1900, "maximum": 2200 }),
            Shape::Date => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
            Shape::Percent => json!({ "type": "string", "pattern": PERCENT }),
            Shape::Weight => {
                json!({ "anyOf": [{ "type": "number", "minimum": 0, "maximum": 1 }, { "type": "string", "pattern": PERCENT }] })
            }
            Shape::Money => json!({ "type": ["number", "string"] }),
            Shape::Scalar => json!({ "type": ["number", "string", "boolean"] }),
            Shape::Word(words) => json!({ "enum": words }),
            Shape::List(of) => json!({ "type": "array", "items": self.shape(of) }),
            // These have forms of their own.
            Shape::Table(_) | Shape::Map { .. } | Shape::Choice(_) | Shape::Series(_) => self.shape(shape),
        }
    }

    fn map(&self, names: Names, mut value: Value, removable: bool) -> Value {
        if removable && self.what_if {
            let remove = json!({
                "type": "object",
                "properties": { "remove": { "const": true, "description": "Takes it out" } },
                "required": ["remove"]
            });
            value = json!({ "anyOf": [remove, value] });
        }
        let mut properties = Map::new();
        let pattern = match names {
            Names::Id => ID,
            Names::Year => YEAR,
            Names::Class => "^[1-9][0-9]?$",
            Names::Free => return json!({ "type": "object", "additionalProperties": value }),
            Names::Reference => {
                self.provenance(&mut properties);
                return json!({ "type": "object", "properties": properties, "additionalProperties": value });
            }
        };
        if names != Names::Id {
            self.provenance(&mut properties);
        }
        json!({ "type": "object", "properties": properties, "patternProperties": { pattern: value }, "additionalProperties": false })
    }

    /// An assumption: a value, or a table of years with its uncertainty.
    fn series(&self, kind: &Kind) -> Value {
        let value = match kind.unit {
            Unit::Rate => json!({ "type": "string", "pattern": PERCENT }),
            Unit::Money | Unit::Price => json!({ "type": ["number", "string"] }),
            Unit::Count => json!({ "type": "number" }),
        };
        let value = match kind.word {
            Some(word) => json!({ "anyOf": [value, { "const": word }] }),
            None => value,
        };
        let sd = match kind.unit {
            Unit::Rate => {
                json!({ "anyOf": [{ "type": "string", "pattern": PERCENT }, { "type": "string", "pattern": POINTS }] })
            }
            _ => json!({ "type": ["number", "string"] }),
        };
        let mut of_year = Map::new();
        of_year.insert("value".into(), value.clone());
        if kind.ledger {
            of_year.insert("provisional".into(), value.clone());
            of_year.insert("definitive".into(), value.clone());
        }
        self.provenance(&mut of_year);
        let year = json!({ "anyOf": [value, Value::Object(object(of_year))] });
        let mut properties = Map::new();
        properties.insert("value".into(), described(value.clone(), "The value; beside years the same as later"));
        properties.insert("later".into(), described(year.clone(), "Every year after the last one named"));
        if self.what_if && kind.unit == Unit::Rate {
            let shift = json!({ "type": "string", "pattern": POINTS });
            properties.insert("shift".into(), described(shift, "Percentage points on every year, such as \"+1pp\""));
        }
        if self.what_if && kind.unit != Unit::Rate {
            let scale = json!({ "type": "string", "pattern": PERCENT });
            properties.insert("scale".into(), described(scale, "Factor on every year, such as \"110%\""));
        }
        properties.insert("sd".into(), described(sd, "Standard deviation: normal around the value"));
        for (name, about) in [
            ("min", "Lowest: PERT with the value as the most likely one"),
            ("max", "Highest"),
            ("p10", "10th percentile: metalog with the value as the median"),
            ("p90", "90th percentile"),
        ] {
            properties.insert(name.into(), described(value.clone(), about));
        }
        let persistence = json!({ "type": "number", "minimum": 0, "maximum": 1 });
        properties.insert(
            "persistence".into(),
            described(persistence, "How years hang together: 0 each on its own, 1 one draw for all"),
        );
        self.provenance(&mut properties);
        let mut table = object(properties);
        table.insert("patternProperties".into(), json!({ YEAR: year }));
        json!({ "anyOf": [value, Value::Object(table)] })
    }
}

/// Beside a reference draft 07 reads nothing: then the description stands
/// around it.
fn described(value: Value, about: &str) -> Value {
    match value {
        Value::Object(mut object) if !object.contains_key("$ref") => {
            object.insert("description".into(), json!(about));
            Value::Object(object)
        }
        value => json!({ "allOf": [value], "description": about }),
    }
}

fn object(properties: Map<String, Value>) -> Map<String, Value> {
    let mut object = Map::new();
    object.insert("type".into(), json!("object"));
    object.insert("properties".into(), Value::Object(properties));
    object.insert("additionalProperties".into(), json!(false));
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).expect("a schema is JSON")
    }

    #[test]
    fn the_schema_knows_every_key_of_the_reader() {
        let base = parsed(&schema_base());
        for field in keys::BASE.fields {
            assert!(base["properties"].get(field.name).is_some(), "{}", field.name);
        }
        let cost = &base["definitions"]["cost"];
        assert_eq!(cost["required"], json!(["label", "taakveld", "domain"]));
        let growth = &cost["properties"]["volume"]["properties"]["growth"];
        assert_eq!(growth["allOf"], json!([{ "$ref": "#/definitions/rate" }]));
        assert!(base["definitions"]["rate"]["anyOf"].is_array());
    }

    #[test]
    fn only_a_what_if_can_shift_and_remove_and_it_requires_only_what_it_extends() {
        let (base, what_if) = (schema_base(), schema_what_if());
        assert!(!base.contains("\"shift\"") && !base.contains("\"remove\""));
        assert!(what_if.contains("\"shift\"") && what_if.contains("\"remove\""));
        assert_eq!(parsed(&what_if)["required"], json!(["extends"]));
        assert!(parsed(&what_if)["definitions"]["cost"].get("required").is_none());
    }
}
