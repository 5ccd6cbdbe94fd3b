//! Why a cost changed, in the terms of a council: the causes of a bridge
//! brought together under the names that addresses use.

use crate::model::MeasureKind;

/// Why a cost changed, in the terms of a council.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Wages and prices.
    Price,
    /// Growth of the volume.
    Growth,
    /// Growth by age.
    Ageing,
    /// Clients who come in, move or leave.
    Movement,
    /// Hours, days or sessions per client.
    Intensity,
    /// Measures of a kind.
    Measures(MeasureKind),
    /// What none of these explains: a line that starts or ends, another cost per unit.
    Other,
}

impl Why {
    /// Every one, once.
    pub const ALL: [Self; 10] = [
        Self::Price,
        Self::Growth,
        Self::Ageing,
        Self::Movement,
        Self::Intensity,
        Self::Measures(MeasureKind::NewPolicy),
        Self::Measures(MeasureKind::Saving),
        Self::Measures(MeasureKind::Target),
        Self::Measures(MeasureKind::Technical),
        Self::Other,
    ];

    /// As an address names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Growth => "growth",
            Self::Ageing => "ageing",
            Self::Movement => "movement",
            Self::Intensity => "intensity",
            Self::Measures(kind) => kind.name(),
            Self::Other => "other",
        }
    }
}
