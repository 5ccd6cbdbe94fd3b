//! Charts of the report as charts of the workbook, each drawn from the cells
//! beside it. Their amounts are those of the report's own charts.

use rust_xlsxwriter::{
    Chart as Drawn, ChartAxisLabelPosition, ChartFormat, ChartLegendPosition, ChartLine, ChartLineDashType,
    ChartMarker, ChartMarkerType, ChartSolidFill, ChartType, Workbook, XlsxError,
};

use super::pages::{Written, sheet};
use super::sheet::{Look, Sheet};
use crate::report::chart::{Amount, Chart, Drawing, edges};
use crate::study::derive;

const NAME: &str = "Grafieken";
/// Rows that a drawing covers.
const TALL: u32 = 19;
/// The same where long names stand beside or under the axis.
const TALLER: u32 = 36;
/// The colours of the drawings in the texts: first, other, band.
const MAIN: &str = "#0B5394";
const OTHER: &str = "#A63D00";
const FAINT: &str = "#57606A";

/// How a series is drawn.
#[derive(Clone, Copy)]
enum Style {
    /// A line with round marks.
    Main,
    /// A broken line with square marks.
    Other,
    /// A thin line without marks.
    Edge,
    /// Marks alone.
    Dot,
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
    s.widths(&[38.0, 16.0, 16.0, 16.0, 16.0, 3.0])?;
    s.freeze(0)?;
    for chart in all {
        if let Some(block) = block(chart) {
            put(&mut s, chart, &block)?;
        }
    }
    Ok(())
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
                ("stijging", Style::Bar(OTHER)),
                ("daling", Style::Bar(MAIN)),
                ("totaal", Style::Bar(FAINT)),
            ];
            named("Oorzaak", &series, ChartType::ColumnStacked, rows)
        }
        // Bars that lie: the names of assumptions are too long to stand under an axis.
        Drawing::Tornado { centre, bars, .. } => {
            let moved = |a: &Amount| Some(derive::less(a.value, centre.value));
            named(
                "Uitgangspunt",
                &[("verschil bij laag", Style::Bar(MAIN)), ("verschil bij hoog", Style::Bar(OTHER))],
                ChartType::Bar,
                bars.iter().map(|b| (b.label.clone(), vec![moved(&b.low), moved(&b.high)])).collect(),
            )
        }
        Drawing::Dots { rows, .. } => named(
            "Wat als",
            &[
                ("saldo", Style::Dot),
                ("laag (10% kans op lager)", Style::Edge),
                ("hoog (10% kans op hoger)", Style::Edge),
            ],
            ChartType::Line,
            rows.iter()
                .map(|r| {
                    let band = r.band.as_ref();
                    (r.label.clone(), vec![value(&r.value), band.map(|b| b.0.value), band.map(|b| b.1.value)])
                })
                .collect(),
        ),
        Drawing::Loss { points, .. } => named(
            "Zekerheid",
            &[("genoeg is", Style::Main)],
            ChartType::Line,
            points.iter().map(|(level, v)| (crate::dutch::percent(*level, 1), vec![Some(*v)])).collect(),
        ),
        // A workbook has no chart of classes; the map stands in the texts and its places on the sheet with tables.
        Drawing::RiskMap { .. } => None,
    }
}

fn put(s: &mut Sheet<'_>, chart: &Chart, block: &Block) -> Result<(), XlsxError> {
    let start = s.row;
    s.line(&chart.title, true)?;
    let mut heads = vec![block.names.clone()];
    heads.extend(block.series.iter().map(|(name, _)| name.clone()));
    s.headings(&heads)?;
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
            Style::Dot => {
                line.set_hidden(true);
                marker.set_type(ChartMarkerType::Circle).set_size(8);
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
        Drawing::Dots { .. } => {
            drawn.set_high_low_lines(true);
            // Titles of what-ifs are long: upright, they leave the lines their room.
            drawn.x_axis().set_font(rust_xlsxwriter::ChartFont::new().set_rotation(-90).set_size(8));
            // From 0 the what-ifs would all look alike.
            let all: Vec<f64> = block.rows.iter().flat_map(|(_, v)| v.iter().flatten().copied()).collect();
            let (low, high) =
                (all.iter().copied().fold(f64::MAX, f64::min), all.iter().copied().fold(f64::MIN, f64::max));
            if high > low {
                let room = (high - low) / 10.0;
                drawn.y_axis().set_min(low - room).set_max(high + room);
            }
        }
        Drawing::Tornado { .. } => {
            // The largest first, from above. Of bars that lie, the names stand on the upright axis.
            drawn.y_axis().set_reverse().set_font(rust_xlsxwriter::ChartFont::new().set_size(8));
        }
        Drawing::Loss { .. } => {
            drawn.legend().set_hidden();
        }
        _ => {}
    }
    let lying = matches!(chart.drawing, Drawing::Tornado { .. });
    let names = if lying { drawn.y_axis() } else { drawn.x_axis() };
    names.set_label_position(ChartAxisLabelPosition::Low);
    drawn.title().set_name(&chart.title).set_font(rust_xlsxwriter::ChartFont::new().set_size(12));
    drawn.legend().set_position(ChartLegendPosition::Bottom);
    let large = block.rows.iter().flat_map(|(_, v)| v.iter().flatten()).any(|v| v.abs() >= 2_000_000.0);
    let (format, unit) = if large { ("#,##0.0,,", "€ miljoen") } else { ("#,##0,", "€ duizend") };
    let amounts = if lying { drawn.x_axis() } else { drawn.y_axis() };
    amounts.set_num_format(format).set_name(unit);
    drawn.set_alt_text(format!("{}. {} De cijfers staan in de cellen ernaast.", chart.title, chart.alternative));
    let tall = if matches!(chart.drawing, Drawing::Dots { .. } | Drawing::Tornado { .. }) { TALLER } else { TALL };
    drawn.set_width(760).set_height(20 * (tall - 1));
    s.out.insert_chart(start, 6, &drawn)?;
    s.row = s.row.max(start + tall) + 1;
    Ok(())
}
