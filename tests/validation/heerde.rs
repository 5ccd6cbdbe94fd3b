//! Heerde, Raadsmonitor sociaal domein 2024.

use super::support::{close, figure, shipped};
use ravijn::model::{FigureKind, Quantity};
use ravijn::units::Year;

#[test]
fn the_reassessment_moves_405_of_742_clients() {
    // "337 klanten (45%) ... 405 klanten (55%)": 54.6 % of 742 is 405.1 before growth.
    let model = shipped("heerde").base;
    let share = model.assumptions.iter().find(|a| a.address == "flow.herindicatie.share").expect("the flow is there");
    close(share.values[1] * 742.0, 405.0, 0.5);
    let before = model.lines.costs().find(|l| l.id == "avslh").expect("the line is there").base_volume;
    assert_eq!(before, 742.0);
}

#[test]
fn the_hours_before_average_2_11() {
    // 571 clients with 2 hours and 153 with 2.5.
    close((571.0 * 2.0 + 153.0 * 2.5) / 724.0, 2.11, 0.005);
    let model = shipped("heerde").base;
    let hours = model.assumptions.iter().find(|a| a.address == "cost.avslh.unit_cost.hours_per_week").expect("stated");
    assert_eq!(hours.values[0], 2.11);
    assert_eq!(hours.values[1], 1.5);
}

#[test]
fn the_material_provisions_are_those_of_figure_9() {
    let model = shipped("heerde").base;
    for (year, total) in [(2021, 707_021.0), (2022, 623_750.0), (2023, 706_645.0), (2024, 757_792.0)] {
        let sum: f64 = model
            .lines
            .costs()
            .filter(|l| l.taakveld == "6.6")
            .filter_map(|l| model.figures.value(&l.id, Quantity::Cost, FigureKind::Actual, Year(year)))
            .sum();
        assert_eq!(sum, total, "{year}");
    }
}

#[test]
fn youth_rose_15_8_percent_in_2024() {
    let model = shipped("heerde").base;
    let actual = |year: i32| figure(&model, &format!("actual(jeugd, {year})"));
    close(actual(2024) / actual(2023) - 1.0, 0.158, 0.0005);
    close(actual(2024), 4_813_135.0, 0.0);
}

#[test]
fn special_assistance_closes_on_the_printed_subtotal() {
    // Figuur 26: subtotaal 337.882 in 2024, with "Overig" at -12.911; with energietoeslag and noodfonds 374.779.
    let model = shipped("heerde").base;
    let of = |id: &str| {
        model
            .figures
            .value(id, Quantity::Cost, FigureKind::Actual, Year(2024))
            .unwrap_or_else(|| panic!("{id} has a figure"))
    };
    let subtotal: f64 = model.lines.costs().filter(|l| l.id.starts_with("bb-")).map(|l| of(&l.id)).sum();
    assert_eq!(subtotal, 337_882.0);
    assert_eq!(of("bb-overig"), -12_911.0);
    assert_eq!(subtotal + of("energietoeslag") + of("noodfonds-energie"), 374_779.0);
}
