//! Charts of the report as charts of the workbook, each drawn from the cells
//! beside it. Their amounts are those of the report's own charts.

use rust_xlsxwriter::{
    Chart as Drawn, ChartAxisLabelPosition, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType,
    ChartMarker, ChartMarkerType, ChartSolidFill, ChartType, Workbook, XlsxError,
};

use super::pages::{Written, sheet};
use super::places;
use super::sheet::{Look, Sheet};
use crate::report::chart::{Amount, Chart, Drawing, bounds, edges};
use crate::study::derive;

/// The sheet.
pub const NAME: &str = "Grafieken";
/// Rows that a drawing covers.
pub const TALL: u32 = 19;
/// The same where long names stand beside or under the axis.
pub const TALLER: u32 = 36;
/// The colours of the drawings in the texts: first, other, band.
pub const MAIN: &str = "#0B5394";
const OTHER: &str = "#A63D00";
pub const FAINT: &str = "#57606A";
/// Of bars: apart in grey print too.
const WORSE: &str = "#8F3500";
const BETTER: &str = "#5599D0";
/// Width of a drawing in pixels.
pub const WIDE: u32 = 640;
/// Width of the first column, in characters.
const NAMES: f64 = 32.0;
/// Lines of 15 points on a printed page at the scale of this sheet.
pub const PAGE: u32 = 49;

/// How a series is drawn.
#[derive(Clone, Copy)]
enum Style {
    /// A line with round marks.
    Main,
    /// A broken line with square marks.
    Other,
    /// A thin line without marks.
    Edge,
    /// A line without marks.
    Curve,
    /// A bar in this colour.
    Bar(&'static str),
    /// Nothing: it carries the bar above it.
    Unseen,
}

/// What stands in the cells and how it is drawn.
struct Block {
    kind: ChartType,
    /// Head of the first column, then of each series with its style.
    names: String,
    series: Vec<(String, Style)>,
    /// A label and one number per series.
    rows: Vec<(String, Vec<Option<f64>>)>,
}

/// The sheet with every chart.
///
/// # Errors
/// When something does not fit into the sheet.
pub fn charts(book: &mut Workbook, w: &Written<'_>) -> Result<(), XlsxError> {
    let all: Vec<&Chart> = w.report.charts().collect();
    if all.is_empty() {
        return Ok(());
    }
    let mut s = sheet(book, w, NAME, "Grafieken met hun cijfers")?;
    s.widths(&[NAMES, 13.0, 13.0, 13.0, 13.0, 4.0])?;
    s.freeze(0)?;
    // A program that fits a sheet to a page ignores breaks, so this one has a scale of its own:
    // figures and drawing beside each other fill the width of a lying A4.
    s.out.set_print_scale(56);
    let (mut breaks, mut filled) = (Vec::new(), s.row);
    for chart in all {
        let high = height(chart);
        if filled + high > PAGE && filled > s.row.min(3) {
            breaks.push(s.row);
            filled = 1;
        }
        filled += high;
        match &chart.drawing {
            Drawing::RiskMap { chances, impacts, risks } => places::map(&mut s, chart, chances, impacts, risks)?,
            Drawing::Dots { rows, .. } => places::dots(&mut s, chart, rows)?,
            _ => {
                if let Some(block) = block(chart) {
                    put(&mut s, chart, &block)?;
                }
            }
        }
    }
    s.out.set_page_breaks(&breaks)?;
    Ok(())
}

/// Lines that a chart and its figures take on paper.
fn height(chart: &Chart) -> u32 {
    let lines = |words: &str| {
        let letters = words.chars().count() as f64;
        if letters <= NAMES { 1 } else { (letters / (NAMES * 0.92)).ceil() as u32 }
    };
    let (names, tall): (Vec<&str>, u32) = match &chart.drawing {
        Drawing::Fan { years } => (vec![""; years.len()], TALL),
        Drawing::Ravijn { years } => (vec![""; years.len()], TALL),
        Drawing::Waterfall { steps, .. } => (steps.iter().map(|b| b.label.as_str()).chain(["", ""]).collect(), TALL),
        Drawing::Tornado { bars, .. } => (bars.iter().map(|b| b.label.as_str()).collect(), TALLER),
        Drawing::RiskMap { risks, .. } => (risks.iter().map(|r| r.title.as_str()).collect(), TALLER),
        Drawing::Loss { points, .. } => (vec![""; points.len()], TALL),
        Drawing::Dots { rows, .. } => (rows.iter().map(|r| r.label.as_str()).collect(), TALLER),
    };
    // A title and two lines of heads above the figures, and a free line below.
    (names.iter().map(|n| lines(n)).sum::<u32>() + 3).max(tall) + 1
}

fn block(chart: &Chart) -> Option<Block> {
    let value = |a: &Amount| Some(a.value);
    let named = |names: &str, series: &[(&str, Style)], kind, rows| {
        let series = series.iter().map(|(n, s)| ((*n).to_owned(), *s)).collect();
        Some(Block { kind, names: names.to_owned(), series, rows })
    };
    match &chart.drawing {
        Drawing::Fan { years } => named(
            "Jaar",
            &[
                ("raming", Style::Main),
                ("begroting", Style::Other),
                ("10% kans op meer dan", Style::Edge),
                ("10% kans op minder dan", Style::Edge),
            ],
            ChartType::Line,
            years
                .iter()
                .map(|y| {
                    let budget = y.budget.as_ref().map(|b| b.value);
                    (y.year.to_string(), vec![value(&y.middle), budget, value(&y.p90), value(&y.p10)])
                })
                .collect(),
        ),
        Drawing::Ravijn { years } => named(
            "Jaar",
            &[("lasten", Style::Main), ("baten", Style::Other), ("saldo", Style::Edge)],
            ChartType::Line,
            years
                .iter()
                .map(|y| (y.year.to_string(), vec![value(&y.cost), value(&y.revenue), value(&y.gap)]))
                .collect(),
        ),
        Drawing::Waterfall { from, steps, to } => {
            let ends = edges(from, steps);
            let total = |b: &crate::report::Bar| (b.label.clone(), vec![None, None, None, value(&b.amount)]);
            let mut rows = vec![total(from)];
            rows.extend(steps.iter().zip(ends).map(|(b, (a, z))| {
                let size = Some(b.amount.value.abs());
                let (up, down) = if z >= a { (size, None) } else { (None, size) };
                (b.label.clone(), vec![Some(a.min(z)), up, down, None])
            }));
            rows.push(total(to));
            let series = [
                ("begint bij", Style::Unseen),
                ("stijging", Style::Bar(WORSE)),
                ("daling", Style::Bar(BETTER)),
                ("totaal", Style::Bar(FAINT)),
            ];
            named("Oorzaak", &series, ChartType::ColumnStacked, rows)
        }
        // Bars that lie: the names of assumptions are too long to stand under an axis.
        Drawing::Tornado { centre, bars, .. } => {
            let moved = |a: &Amount| Some(derive::less(a.value, centre.value));
            named(
                "Uitgangspunt",
                &[("verschil bij laag", Style::Bar(BETTER)), ("verschil bij hoog", Style::Bar(WORSE))],
                ChartType::Bar,
                bars.iter().map(|b| (b.label.clone(), vec![moved(&b.low), moved(&b.high)])).collect(),
            )
        }
        Drawing::Loss { points, .. } => named(
            "Zekerheid",
            &[("genoeg is", Style::Curve)],
            ChartType::Line,
            points.iter().map(|(level, v)| (crate::dutch::percent(*level, 1), vec![Some(*v)])).collect(),
        ),
        // Marks by place: [`places`] draws them.
        Drawing::RiskMap { .. } | Drawing::Dots { .. } => None,
    }
}

/// How an axis prints amounts, and what it then counts.
pub fn amounts_as(amounts: impl IntoIterator<Item = f64>) -> (&'static str, &'static str) {
    if amounts.into_iter().any(|v| v.abs() >= 2_000_000.0) {
        ("#,##0.0,,", "€ miljoen")
    } else {
        ("#,##0,", "€ duizend")
    }
}

fn put(s: &mut Sheet<'_>, chart: &Chart, block: &Block) -> Result<(), XlsxError> {
    let start = s.row;
    s.line(&chart.title, true)?;
    let mut heads = vec![block.names.clone()];
    heads.extend(block.series.iter().map(|(name, _)| name.clone()));
    s.headings(&heads, 1..)?;
    let first = s.row;
    for (label, values) in &block.rows {
        s.words(0, label, false)?;
        for (c, v) in (1u16..).zip(values) {
            if let Some(v) = v {
                s.number(c, *v, Look::Euro, false, false)?;
            }
        }
        s.next();
    }
    let last = s.row.saturating_sub(1);
    let mut drawn = Drawn::new(block.kind);
    for (c, (_, style)) in (1u16..).zip(&block.series) {
        if block.rows.iter().all(|(_, values)| values.get(usize::from(c) - 1).copied().flatten().is_none()) {
            continue;
        }
        let series = drawn
            .add_series()
            .set_name((NAME, first - 1, c))
            .set_categories((NAME, first, 0, last, 0))
            .set_values((NAME, first, c, last, c));
        let mut line = ChartLine::new();
        let mut marker = ChartMarker::new();
        match style {
            Style::Main => {
                line.set_color(MAIN).set_width(2.25);
                marker.set_type(ChartMarkerType::Circle).set_size(5);
            }
            Style::Other => {
                line.set_color(OTHER).set_width(2.0).set_dash_type(ChartLineDashType::Dash);
                marker.set_type(ChartMarkerType::Square).set_size(5);
            }
            Style::Edge => {
                line.set_color(FAINT).set_width(0.75);
                marker.set_none();
            }
            Style::Curve => {
                line.set_color(MAIN).set_width(2.25);
                marker.set_none();
            }
            Style::Unseen => {
                series.set_format(ChartFormat::new().set_no_fill()).set_gap(60);
                continue;
            }
            Style::Bar(colour) => {
                let fill = ChartSolidFill::new().set_color(*colour).clone();
                series.set_format(ChartFormat::new().set_solid_fill(&fill)).set_gap(60).set_overlap(100);
                continue;
            }
        }
        series.set_format(ChartFormat::new().set_line(&line)).set_marker(&marker);
    }
    match &chart.drawing {
        Drawing::Waterfall { .. } => {
            drawn.legend().set_hidden();
        }
        // From 0 the band would be a stripe; the texts draw it between the same values.
        Drawing::Fan { .. } => {
            let (low, high) = bounds(block.rows.iter().flat_map(|(_, v)| v.iter().flatten().copied()));
            drawn.y_axis().set_min(low).set_max(high);
        }
        Drawing::Tornado { .. } => {
            // The largest first, from above. Of bars that lie, the names stand on the upright axis.
            drawn.y_axis().set_reverse().set_font(rust_xlsxwriter::ChartFont::new().set_size(8));
        }
        Drawing::Loss { .. } => {
            drawn.legend().set_hidden();
            // One certainty in ten has its name.
            drawn.x_axis().set_label_interval(10).set_tick_interval(10).set_name("zekerheid dat het bedrag genoeg is");
        }
        _ => {}
    }
    let lying = matches!(chart.drawing, Drawing::Tornado { .. });
    let names = if lying { drawn.y_axis() } else { drawn.x_axis() };
    names.set_label_position(ChartAxisLabelPosition::Low);
    drawn.title().set_name(&chart.title).set_font(rust_xlsxwriter::ChartFont::new().set_size(12));
    drawn.legend().set_position(ChartLegendPosition::Bottom);
    let (format, unit) = amounts_as(block.rows.iter().flat_map(|(_, v)| v.iter().flatten().copied()));
    let amounts = if lying { drawn.x_axis() } else { drawn.y_axis() };
    amounts.set_num_format(format).set_name(unit);
    drawn.set_alt_text(format!("{}. {} De cijfers staan in de cellen ernaast.", chart.title, chart.alternative));
    let tall = if matches!(chart.drawing, Drawing::Tornado { .. }) { TALLER } else { TALL };
    drawn.set_width(WIDE).set_height(20 * (tall - 1));
    s.out.insert_chart_with_offset(start, 6, &drawn, 0, 4)?;
    s.row = s.row.max(start + tall) + 1;
    Ok(())
}
