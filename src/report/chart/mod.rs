//! Charts as data, and as SVG.
//!
//! A chart holds every amount twice: the number that places a mark, and the
//! words printed beside it, which come from the same book of rounded figures
//! as the tables. So a drawing computes positions only, never money, and text,
//! table and chart cannot disagree. Any format may draw from the data itself
//! (a workbook makes its own charts); [`svg`] is the drawing that the others
//! share.

mod bars;
mod canvas;
mod lines;
mod loss;
mod map;
mod scale;

use super::document::Table;

pub use bars::edges;
pub use canvas::Page;

/// A chart as data.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Stable name for links and files.
    pub id: String,
    /// What it shows, as a sentence.
    pub title: String,
    /// The same in words, for those who cannot see it.
    pub alternative: String,
    /// Its figures.
    pub figures: Table,
    /// What is drawn.
    pub drawing: Drawing,
}

impl Chart {
    /// Name of its picture: the id without what a file name cannot hold.
    pub fn file(&self) -> String {
        format!("grafieken/{}.svg", canvas::name(&self.id))
    }
}

/// An amount: where it is drawn, and what is printed beside it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Amount {
    /// Euros.
    pub value: f64,
    /// As printed, with its unit: `€ 2,7 miljoen`.
    pub printed: String,
}

impl Amount {
    /// An amount.
    pub fn new(value: f64, printed: impl Into<String>) -> Self {
        Self { value, printed: printed.into() }
    }
}

/// What a chart draws. Euros unless said otherwise; years ascending.
#[derive(Clone, Debug, PartialEq)]
pub enum Drawing {
    /// A band (P10 to P90) through the years against a budget.
    Fan {
        /// One per year.
        years: Vec<FanYear>,
    },
    /// Cost and revenue through the years and the gap between them.
    Ravijn {
        /// One per year.
        years: Vec<RavijnYear>,
    },
    /// From one amount to another, by cause; the steps add up.
    Waterfall {
        /// Where it starts.
        from: Bar,
        /// What is added, negative where it lowers.
        steps: Vec<Bar>,
        /// Where it ends.
        to: Bar,
    },
    /// What one assumption alone can do to a figure.
    Tornado {
        /// What is on the axis: `Saldo in 2029`.
        axis: String,
        /// The figure with every assumption at its value.
        centre: Amount,
        /// The largest first.
        bars: Vec<Swing>,
    },
    /// Risks by class of chance and of impact.
    RiskMap {
        /// Classes of chance, the lowest first, as printed: `10%`.
        chances: Vec<String>,
        /// Classes of impact, the lowest first, as printed: `€ 50.000 – 100.000`.
        impacts: Vec<String>,
        /// Risks with their number and their place, the largest first.
        risks: Vec<MapRisk>,
    },
    /// With which certainty which amount is enough.
    Loss {
        /// Certainty (0..1) and the amount that is then enough, ascending.
        points: Vec<(f64, f64)>,
        /// The council's certainty, 0..1.
        certainty: f64,
        /// The same as printed: `90%`.
        printed: String,
        /// The amount that belongs to it.
        needed: Amount,
    },
    /// Scenarios side by side: a dot with its band.
    Dots {
        /// What is on the axis: `Saldo in 2029`.
        axis: String,
        /// The base first.
        rows: Vec<Dot>,
    },
}

impl Drawing {
    /// A word for the kind, as in file names and classes.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Fan { .. } => "waaier",
            Self::Ravijn { .. } => "ravijn",
            Self::Waterfall { .. } => "waterval",
            Self::Tornado { .. } => "tornado",
            Self::RiskMap { .. } => "risicokaart",
            Self::Loss { .. } => "verlieskromme",
            Self::Dots { .. } => "wat-als",
        }
    }
}

/// One year of a fan chart.
#[derive(Clone, Debug, PartialEq)]
pub struct FanYear {
    /// The year.
    pub year: i32,
    /// 10th percentile.
    pub p10: Amount,
    /// With every assumption at its value.
    pub middle: Amount,
    /// 90th percentile.
    pub p90: Amount,
    /// Budget in the money of that year.
    pub budget: Option<Amount>,
}

/// One year of cost, revenue and the gap between them.
#[derive(Clone, Debug, PartialEq)]
pub struct RavijnYear {
    /// The year.
    pub year: i32,
    /// Cost.
    pub cost: Amount,
    /// Revenue.
    pub revenue: Amount,
    /// Revenue less cost.
    pub gap: Amount,
}

/// A bar with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// What it is.
    pub label: String,
    /// How much.
    pub amount: Amount,
}

/// One assumption alone at its P10 and at its P90.
#[derive(Clone, Debug, PartialEq)]
pub struct Swing {
    /// What the assumption is, in words.
    pub label: String,
    /// The figure with the assumption low.
    pub low: Amount,
    /// The figure with the assumption high.
    pub high: Amount,
}

/// A risk on the map.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRisk {
    /// Its number, as on the map and in the list.
    pub number: usize,
    /// Its title.
    pub title: String,
    /// Position in the classes of chance.
    pub chance: usize,
    /// Position in the classes of impact.
    pub impact: usize,
}

/// A scenario with its figure and band.
#[derive(Clone, Debug, PartialEq)]
pub struct Dot {
    /// Title of the scenario.
    pub label: String,
    /// The figure with every assumption at its value.
    pub value: Amount,
    /// P10 and P90, where there are draws.
    pub band: Option<(Amount, Amount)>,
}

/// The round values around these amounts between which an axis runs, for a
/// format that draws for itself.
pub fn bounds(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let scale = scale::Scale::around(values, false, 5, 0.0, 1.0);
    (scale.ticks.first().copied().unwrap_or(0.0), scale.ticks.last().copied().unwrap_or(1.0))
}

/// The chart as one SVG document, in the light style: colours stand as
/// attributes, so that a page may restyle the classes and a picture maker need
/// know no style sheet.
pub fn svg(chart: &Chart, page: Page) -> String {
    let drawn = match &chart.drawing {
        Drawing::Fan { years } => lines::fan(years, page),
        Drawing::Ravijn { years } => lines::ravijn(years, page),
        Drawing::Waterfall { from, steps, to } => bars::waterfall(from, steps, to, page),
        Drawing::Tornado { axis, centre, bars } => bars::tornado(axis, centre, bars, page),
        Drawing::RiskMap { chances, impacts, risks } => map::map(chances, impacts, risks, page),
        Drawing::Loss { points, certainty, printed, needed } => loss::curve(points, *certainty, printed, needed, page),
        Drawing::Dots { axis, rows } => bars::dots(axis, rows, page),
    };
    drawn.document(chart, page)
}
