//! A change explained in a published document: its items and their total.

use crate::diagnostic::Place;

/// The items of a published bridge, `verklaring.csv`.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedBridge {
    /// In the order of the document.
    pub items: Vec<PublishedItem>,
    /// The total that the document prints, euros; positive is an advantage.
    pub total: Option<f64>,
    /// The file, or the row of the total.
    pub place: Place,
}

/// One item of a published bridge.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishedItem {
    /// As the document names it.
    pub label: String,
    /// Euros; positive is an advantage.
    pub amount: f64,
    /// Measures of the model that it is about: ids, or kinds such as `saving`.
    pub measures: Vec<String>,
    /// A remark.
    pub note: Option<String>,
    /// Where it stands.
    pub place: Place,
}

impl PublishedBridge {
    /// Sum of the items.
    pub fn sum(&self) -> f64 {
        self.items.iter().map(|i| i.amount).sum()
    }

    /// How far the items miss the printed total; none without a total.
    pub fn off(&self) -> Option<f64> {
        self.total.map(|t| self.sum() - t)
    }
}
