//! The language in which the form of the files is written down.
//!
//! [`super::keys`] holds the form itself. The reader ([`super::form`]), the
//! overlays ([`super::overlay`]) and the JSON Schema ([`super::schema`]) all
//! work from it, so a key is added in one place and cannot be known to one of
//! them and unknown to another.

use crate::model::Scale;

/// A key of a table.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// Whether the finished table must have it.
    pub(super) required: bool,
    /// What it is, for people who complete it in an editor.
    pub(super) about: &'static str,
}

/// A table with fixed keys.
pub(super) struct TableShape {
    pub(super) fields: &'static [Field],
    /// Groups of keys of which only one group can be stated: in one file that
    /// is an error, in a what-if the group that it states takes the place of
    /// the others.
    pub(super) variants: &'static [&'static [&'static str]],
}

impl TableShape {
    pub(super) fn field(&self, name: &str) -> Option<&'static Field> {
        self.fields.iter().find(|f| f.name == name)
    }
}

/// What the keys of a map are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Ids that the file declares.
    Id,
    /// Ids that it refers to.
    Reference,
    /// Calendar years.
    Year,
    /// Classes of a scale: 1, 2, 3.
    Class,
    /// Anything.
    Free,
}

/// What a value of a choice looks like.
#[derive(Clone, Copy)]
pub(super) enum Test {
    Number,
    Text,
    /// This very text.
    Exactly(&'static str),
    /// A table with one of these keys.
    With(&'static [&'static str]),
    Table,
    Any,
}

/// The form of a value.
pub(super) enum Shape {
    Text,
    Flag,
    /// A finite number.
    Number,
    /// A whole number, 0 or more.
    Whole,
    Year,
    /// `YYYY-MM-DD`, as a text or a TOML date.
    Date,
    /// `"2.5%"`.
    Percent,
    /// A bare fraction or a percentage.
    Weight,
    /// A bare number in `amount_unit`, or a text in euros.
    Money,
    /// A rule's parameter: a number, a flag or a text.
    Scalar,
    /// One of these texts.
    Word(&'static [&'static str]),
    List(&'static Shape),
    Table(&'static TableShape),
    Map {
        names: Names,
        of: &'static Shape,
        removable: bool,
    },
    /// The first whose test fits.
    Choice(&'static [(Test, Shape)]),
    /// An assumption: a value, a table of years, an uncertainty.
    Series(&'static Kind),
}

/// In which unit people write an assumption.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// `"2.5%"`.
    Rate,
    /// Bare number in `amount_unit`, or a text in euros.
    Money,
    /// Euros per client, hour or month.
    Price,
    /// Persons, hours.
    Count,
}

/// What a year that a series leaves open means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Open {
    /// It always applies: an open year is a mistake.
    Mistake,
    /// It happens in a year: an open year is neutral.
    Neutral,
}

/// What the base year of a series holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AtBase {
    /// Neutral unless the base year is named.
    Neutral,
    /// The value named for it, else the constant, else the first year's.
    Extended,
    /// One number for all years, the base year included.
    Single,
}

/// What sort of assumption it is.
pub(super) struct Kind {
    /// For messages: `a growth rate`.
    pub(super) what: &'static str,
    pub(super) scale: Scale,
    pub(super) unit: Unit,
    pub(super) open: Open,
    pub(super) at_base: AtBase,
    /// Value where nothing is stated.
    pub(super) neutral: f64,
    /// Persistence where none is stated.
    pub(super) persistence: f64,
    /// Years may have a provisional and a definitive percentage, and may lie
    /// before the base year.
    pub(super) ledger: bool,
    /// A word that stands for the whole series.
    pub(super) word: Option<&'static str>,
}

/// Keys that every table may have: who says so.
pub(super) const PROVENANCE: [(&str, &str); 5] = [
    ("source", "Where the value comes from"),
    ("note", "A remark, such as that it is an own assumption"),
    ("date", "Date of the value, YYYY-MM-DD"),
    ("valid_until", "Until when it may be used, YYYY-MM-DD"),
    ("owner", "Who keeps it"),
];

/// Whether a key says who says so.
pub(super) fn is_provenance(key: &str) -> bool {
    PROVENANCE.iter().any(|(k, _)| *k == key)
}
