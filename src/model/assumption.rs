//! What somebody assumes: a value per year, how sure it is, and who says so.

use crate::diagnostic::Place;
use crate::units::Year;

/// Position of an assumption in [`super::Model::assumptions`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AssumptionId(pub usize);

/// What kind of number an assumption is; decides unit, where a draw stops and
/// how draws hang together over the years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// A yearly rate (index, growth, ageing, intensity, price change,
    /// compensation, a measure's volume) as a fraction; a draw stops at -100 %.
    Rate,
    /// A share of clients (flow, exit, paying) or of cost that revenue follows; 0..=1.
    Share,
    /// How much of a measure is realised; a draw stops at 0.
    Realisation,
    /// How far realised cost lies above the base figure; a draw stops at -100 %.
    Level,
    /// Euros, signed.
    Amount,
    /// Euros per client, hour or month; a draw stops at 0.
    Price,
    /// Persons or hours; a draw stops at 0.
    Count,
}

impl Scale {
    /// Whether people write it with a percent sign.
    pub fn is_rate(self) -> bool {
        matches!(self, Self::Rate | Self::Share | Self::Realisation | Self::Level)
    }

    /// The lowest and highest value that a draw may take.
    pub fn bounds(self) -> (f64, f64) {
        match self {
            Self::Rate | Self::Level => (-1.0, f64::INFINITY),
            Self::Share => (0.0, 1.0),
            Self::Realisation | Self::Price | Self::Count => (0.0, f64::INFINITY),
            Self::Amount => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }
}

/// How an uncertain value of one year is distributed, in the value's own unit
/// (fractions, euros, persons).
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Distribution {
    /// Normal.
    Normal {
        /// Mean: the value.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// PERT with lambda 4.
    Pert {
        /// Lowest.
        min: f64,
        /// The value.
        mode: f64,
        /// Highest.
        max: f64,
    },
    /// Three-term metalog.
    Metalog {
        /// 10th percentile.
        p10: f64,
        /// The value: the median.
        p50: f64,
        /// 90th percentile.
        p90: f64,
    },
}

impl Distribution {
    /// Its mean, before any bound of a draw: of PERT (min + 4 mode + max) / 6; of
    /// the metalog the integral of its quantile function, in which
    /// `(u - 1/2) ln(u / (1 - u))` comes to 1/2 (Keelin 2016).
    pub fn mean(self) -> f64 {
        match self {
            Self::Normal { mean, .. } => mean,
            Self::Pert { min, mode, max } => (min + 4.0 * mode + max) / 6.0,
            Self::Metalog { p10, p50, p90 } => p50 + (p10 + p90 - 2.0 * p50) / (1.6 * libm::log(9.0)),
        }
    }
}

/// Who says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Where the value comes from.
    pub source: Option<String>,
    /// A remark, such as that it is an own assumption.
    pub note: Option<String>,
    /// Date of the value, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Until when it may be used, `YYYY-MM-DD`.
    pub valid_until: Option<String>,
    /// Who keeps it.
    pub owner: Option<String>,
}

impl Provenance {
    /// Neither source nor note: the report lists it as unsourced.
    pub fn is_empty(&self) -> bool {
        self.source.is_none() && self.note.is_none()
    }
}

/// One assumption, resolved to a value for every year.
#[derive(Clone, Debug)]
pub struct Assumption {
    /// Its path in the file: `cost.jeugd-ambulant.volume.growth`.
    pub address: String,
    /// What kind of number it is.
    pub scale: Scale,
    /// Values for `b..=h`: position 0 is the base year (0 or the stated value
    /// where the base year is named, otherwise the neutral value).
    pub values: Vec<f64>,
    /// Distributions for `b..=h`, none where the value is certain. Position 0
    /// counts only for [`Scale::Level`].
    pub distributions: Vec<Option<Distribution>>,
    /// How years hang together, 0..=1; 1 is one draw for all years.
    pub persistence: f64,
    /// Who says so.
    pub provenance: Provenance,
    /// Provenance stated for single years in a year table.
    pub provenance_by_year: Vec<(Year, Provenance)>,
    /// Where the value stands.
    pub place: Place,
    /// Where the values of single years stand, where a year table gives them.
    pub places_by_year: Vec<(Year, Place)>,
}

impl Assumption {
    /// Whether any year is uncertain.
    pub fn is_uncertain(&self) -> bool {
        self.distributions.iter().any(Option::is_some)
    }

    /// Where the value of the year at `index` stands.
    pub fn place_of(&self, year: Year) -> &Place {
        self.places_by_year.iter().find(|(y, _)| *y == year).map_or(&self.place, |(_, p)| p)
    }
}
