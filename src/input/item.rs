//! The files after their form was checked: typed values with their places.
//!
//! What was wrong is [`Content::Faulty`] and was reported; builders pass over
//! it in silence, so one mistake gives one message.

use super::series::Layer;
use super::shape::{Kind, TableShape};
use crate::diagnostic::Place;
use crate::model::Provenance;

/// A value of a file, or of several laid over each other.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) place: Place,
    /// As written, without quotes.
    pub(super) written: String,
    pub(super) provenance: Provenance,
    pub(super) content: Content,
}

/// What an item holds.
#[derive(Clone)]
pub(super) enum Content {
    /// Reported.
    Faulty,
    /// `remove = true`.
    Removed,
    Text(String),
    Flag(bool),
    /// Numbers, years, classes, and percentages as fractions.
    Number(f64),
    Money(Money),
    List(Vec<Item>),
    Table(Table),
    Series(Series),
}

/// An amount as written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Money {
    pub(super) amount: f64,
    /// The text named euros: `amount_unit` does not scale it.
    pub(super) euros: bool,
}

impl Money {
    pub(super) fn in_euros(self, unit: f64) -> f64 {
        if self.euros { self.amount } else { self.amount * unit }
    }
}

/// Where an entry stands: base first, then each overlay, in file order.
pub(super) type Order = (usize, u32, u32);

/// A table.
#[derive(Clone, Default)]
pub(super) struct Table {
    /// Its form; none for a map.
    pub(super) shape: Option<&'static TableShape>,
    pub(super) entries: Vec<Entry>,
}

/// A key with its value.
#[derive(Clone)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) place: Place,
    pub(super) order: Order,
    pub(super) item: Item,
}

/// An assumption as stated, by the base and by every overlay after it.
#[derive(Clone)]
pub(super) struct Series {
    pub(super) kind: &'static Kind,
    pub(super) layers: Vec<Layer>,
}

impl Item {
    /// Something that was reported.
    pub(super) fn faulty(place: &Place) -> Self {
        Self {
            place: place.clone(),
            written: String::new(),
            provenance: Provenance::default(),
            content: Content::Faulty,
        }
    }

    pub(super) fn is_faulty(&self) -> bool {
        matches!(self.content, Content::Faulty)
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_number(&self) -> Option<f64> {
        match self.content {
            Content::Number(number) => Some(number),
            _ => None,
        }
    }

    pub(super) fn as_money(&self) -> Option<Money> {
        match self.content {
            Content::Money(money) => Some(money),
            _ => None,
        }
    }

    pub(super) fn as_list(&self) -> Option<&[Item]> {
        match &self.content {
            Content::List(list) => Some(list),
            _ => None,
        }
    }

    pub(super) fn as_table(&self) -> Option<&Table> {
        match &self.content {
            Content::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn as_series(&self) -> Option<&Series> {
        match &self.content {
            Content::Series(series) => Some(series),
            _ => None,
        }
    }
}

impl Table {
    pub(super) fn entry(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.name == name)
    }

    pub(super) fn entry_mut(&mut self, name: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|e| e.name == name)
    }

    pub(super) fn get(&self, name: &str) -> Option<&Item> {
        self.entry(name).map(|e| &e.item)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name).and_then(Item::as_text)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.get(name)?.content {
            Content::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Item::as_number)
    }

    /// A whole number; 0 where the form let through none.
    pub(super) fn whole(&self, name: &str) -> Option<u32> {
        self.number(name).map(to_whole)
    }

    pub(super) fn year(&self, name: &str) -> Option<i32> {
        self.number(name).map(to_year)
    }

    pub(super) fn money(&self, name: &str, unit: f64) -> Option<f64> {
        self.get(name).and_then(Item::as_money).map(|m| m.in_euros(unit))
    }

    pub(super) fn table(&self, name: &str) -> Option<&Table> {
        self.get(name).and_then(Item::as_table)
    }

    /// The items of a collection such as `cost`; none where there is none.
    pub(super) fn items(&self, name: &str) -> impl Iterator<Item = &Entry> {
        self.table(name).into_iter().flat_map(|t| t.entries.iter())
    }

    /// A key that is written, but wrongly: reported already.
    pub(super) fn is_faulty(&self, name: &str) -> bool {
        self.get(name).is_some_and(Item::is_faulty)
    }
}

/// A number that the form let through as a whole number of at most 10^9.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the form lets through whole numbers of 0 to 10^9"
)]
pub(super) fn to_whole(number: f64) -> u32 {
    number as u32
}

/// A number that the form let through as a year.
#[allow(clippy::cast_possible_truncation, reason = "the form lets through whole numbers of 1900 to 2200")]
pub(super) fn to_year(number: f64) -> i32 {
    number as i32
}
