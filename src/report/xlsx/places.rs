//! Charts of the workbook whose marks stand at a place of their own: the
//! what-ifs as dots with their bands, and the risk map. A workbook draws both
//! as points in a plane, from cells beside them. At the points stand numbers:
//! a program breaks long names over each other.

use rust_xlsxwriter::{
    Chart as Drawn, ChartAxisLabelPosition, ChartDataLabel, ChartDataLabelPosition, ChartFont, ChartFormat, ChartLine,
    ChartMarker, ChartMarkerType, ChartSolidFill, ChartType, XlsxError,
};

use super::charts::{FAINT, MAIN, NAME, TALLER, WIDE, amounts_as};
use super::sheet::{Look, Sheet};
use crate::report::chart::{Chart, Dot, MapRisk, bounds};

fn label(words: &str) -> ChartDataLabel {
    ChartDataLabel::new().set_value(words).clone()
}

fn mark(size: u8, colour: &str) -> ChartMarker {
    let fill = ChartSolidFill::new().set_color(colour).clone();
    ChartMarker::new()
        .set_type(ChartMarkerType::Circle)
        .set_size(size)
        .set_format(ChartFormat::new().set_solid_fill(&fill))
        .clone()
}

fn unseen() -> ChartFormat {
    ChartFormat::new().set_line(ChartLine::new().set_hidden(true)).clone()
}

fn finish(s: &mut Sheet<'_>, mut drawn: Drawn, chart: &Chart, start: u32) -> Result<(), XlsxError> {
    drawn.title().set_name(&chart.title).set_font(ChartFont::new().set_size(12));
    drawn.legend().set_hidden();
    drawn.set_alt_text(format!("{}. {} De cijfers staan in de cellen ernaast.", chart.title, chart.alternative));
    drawn.set_width(WIDE).set_height(20 * (TALLER - 1));
    s.out.insert_chart_with_offset(start, 6, &drawn, 0, 4)?;
    s.row = s.row.max(start + TALLER) + 1;
    Ok(())
}

/// Scenarios under each other: a dot, its band, and its number before it.
///
/// # Errors
/// When something does not fit into the sheet.
pub fn dots(s: &mut Sheet<'_>, chart: &Chart, rows: &[Dot]) -> Result<(), XlsxError> {
    let start = s.row;
    s.line(&chart.title, true)?;
    s.headings(
        &["Wat als", "saldo", "laag (10% kans op lager)", "hoog (10% kans op hoger)", "plaats in de grafiek"],
        1..,
    )?;
    let first = s.row;
    let count = rows.len();
    for (i, row) in rows.iter().enumerate() {
        s.words(0, &format!("{}. {}", i + 1, row.label), false)?;
        s.number(1, row.value.value, Look::Euro, false, false)?;
        if let Some((low, high)) = &row.band {
            s.number(2, low.value, Look::Euro, false, false)?;
            s.number(3, high.value, Look::Euro, false, false)?;
        }
        // The first on top. Twice, for both ends of the band.
        for column in [4, 5] {
            s.number(column, (count - i) as f64, Look::Count, false, false)?;
        }
        s.next();
    }
    let last = s.row.saturating_sub(1);
    let values: Vec<f64> =
        rows.iter().flat_map(|r| r.band.iter().flat_map(|(a, b)| [a.value, b.value]).chain([r.value.value])).collect();
    let (low, high) = bounds(values.iter().copied());
    let mut drawn = Drawn::new(ChartType::ScatterStraightWithMarkers);
    for ((at, row), number) in (first..).zip(rows).zip(1usize..) {
        let mut names = ChartDataLabel::new();
        names.show_value().set_position(ChartDataLabelPosition::Left).set_font(ChartFont::new().set_bold().set_size(9));
        if row.band.is_some() {
            drawn
                .add_series()
                .set_name((NAME, at, 0))
                .set_categories((NAME, at, 2, at, 3))
                .set_values((NAME, at, 4, at, 5))
                .set_format(ChartFormat::new().set_line(ChartLine::new().set_color("#9DC3E6").set_width(3.0)))
                .set_marker(ChartMarker::new().set_none())
                .set_data_label(&names)
                .set_custom_data_labels(&[label(&number.to_string()), ChartDataLabel::new().set_hidden().clone()]);
        } else {
            drawn
                .add_series()
                .set_name((NAME, at, 0))
                .set_categories((NAME, at, 1, at, 1))
                .set_values((NAME, at, 4, at, 4))
                .set_format(&mut unseen())
                .set_marker(&mark(10, MAIN))
                .set_data_label(&names)
                .set_custom_data_labels(&[label(&number.to_string())]);
        }
    }
    drawn
        .add_series()
        .set_name((NAME, first - 1, 1))
        .set_categories((NAME, first, 1, last, 1))
        .set_values((NAME, first, 4, last, 4))
        .set_format(&mut unseen())
        .set_marker(&mark(10, MAIN));
    let (format, unit) = amounts_as(values);
    drawn.x_axis().set_min(low).set_max(high).set_num_format(format).set_name(unit);
    drawn.x_axis().set_label_position(ChartAxisLabelPosition::Low);
    drawn.y_axis().set_min(0.0).set_max(count as f64 + 1.0).set_label_position(ChartAxisLabelPosition::None);
    drawn.y_axis().set_major_gridlines(false);
    finish(s, drawn, chart, start)
}

/// Chance against impact in the classes of the municipality: numbers in a grid.
///
/// # Errors
/// When something does not fit into the sheet.
pub fn map(
    s: &mut Sheet<'_>,
    chart: &Chart,
    chances: &[String],
    impacts: &[String],
    risks: &[MapRisk],
) -> Result<(), XlsxError> {
    let start = s.row;
    s.line(&chart.title, true)?;
    s.headings(&["Risico", "kans", "gevolg", "kans, plaats in de grafiek", "gevolg, plaats in de grafiek"], 1..)?;
    let first = s.row;
    for (i, risk) in risks.iter().enumerate() {
        let before = risks[..i].iter().filter(|r| (r.chance, r.impact) == (risk.chance, risk.impact)).count();
        let (across, down) = beside(before);
        s.words(0, &format!("{}. {}", risk.number, risk.title), false)?;
        s.words(1, chances.get(risk.chance).map_or("", String::as_str), false)?;
        s.words(2, impacts.get(risk.impact).map_or("", String::as_str), false)?;
        s.number(3, risk.chance as f64 + 1.0 + down, Look::Number, false, false)?;
        s.number(4, risk.impact as f64 + 1.0 + across, Look::Number, false, false)?;
        s.next();
    }
    let last = s.row.saturating_sub(1);
    let mut drawn = Drawn::new(ChartType::Scatter);
    let numbers: Vec<ChartDataLabel> = risks.iter().map(|r| label(&r.number.to_string())).collect();
    let mut centred = ChartDataLabel::new();
    centred.show_value().set_position(ChartDataLabelPosition::Center);
    centred.set_font(ChartFont::new().set_bold().set_size(9).set_color("#FFFFFF"));
    drawn
        .add_series()
        .set_name((NAME, start, 0))
        .set_categories((NAME, first, 4, last, 4))
        .set_values((NAME, first, 3, last, 3))
        .set_format(&mut unseen())
        .set_marker(&mark(18, MAIN))
        .set_data_label(&centred)
        .set_custom_data_labels(&numbers);
    let grid = ChartLine::new().set_color(FAINT).set_width(0.5).clone();
    let across = format!("gevolg als het gebeurt, van links naar rechts: {}", impacts.join(" | "));
    let up = format!("kans, van onder naar boven: {}", chances.join(" | "));
    for (axis, classes, name) in [(true, impacts.len(), across), (false, chances.len(), up)] {
        let axis = if axis { drawn.x_axis() } else { drawn.y_axis() };
        axis.set_min(0.5).set_max(classes as f64 + 0.5).set_major_unit(1.0);
        axis.set_label_position(ChartAxisLabelPosition::None)
            .set_name(name.as_str())
            .set_name_font(ChartFont::new().set_size(9));
        axis.set_major_gridlines(true).set_major_gridlines_line(&grid);
    }
    finish(s, drawn, chart, start)
}

/// Where the next risk of a class stands, from the middle of its field: rows of four.
fn beside(before: usize) -> (f64, f64) {
    let (column, row) = (before % 4, before / 4 % 4);
    (-0.36 + 0.24 * column as f64, 0.36 - 0.24 * row as f64)
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn risks_of_one_class_stand_beside_each_other_within_its_field() {
        let all: Vec<(f64, f64)> = (0..15).map(beside).collect();
        assert!(all.iter().all(|(x, y)| x.abs() < 0.5 && y.abs() < 0.5), "{all:?}");
        for (i, a) in all.iter().enumerate() {
            assert!(all[..i].iter().all(|b| (a.0 - b.0).abs() + (a.1 - b.1).abs() > 0.2), "{a:?}");
        }
    }
}
