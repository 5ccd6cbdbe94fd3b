//! Published explanations of a change, and hand-worked splits.

use super::support::{close, head, load, project};
use ravijn::model::FigureAddress;
use ravijn::units::Year;

/// The ten items of "Het resultaat van programma 6 is als volgt te verklaren"
/// (Harderwijk, Begroting 2026, programma 6), x 1,000 euros.
#[test]
fn the_published_bridge_of_harderwijk_sums_to_its_total() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios/harderwijk/verklaring.csv"))
        .expect("shipped");
    let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
    let headers = reader.headers().expect("a header").clone();
    let amount = headers.iter().position(|h| h == "amount").expect("a column of amounts");
    let rows: Vec<(String, f64)> = reader
        .records()
        .map(|r| r.expect("well formed"))
        .map(|r| (r[0].to_owned(), r[amount].parse().expect("a number")))
        .collect();
    let items: Vec<f64> = rows.iter().filter(|r| r.0 != "total").map(|r| r.1).collect();
    assert_eq!(items.len(), 10);
    assert_eq!(items.iter().sum::<f64>(), -2_603.0);
    assert_eq!(rows.last(), Some(&("total".to_owned(), -2_603.0)));
}

/// "Zorgkosten sociaal domein" in the same document, whole euros.
#[test]
fn the_published_care_costs_sum_to_their_totals() {
    let rows = [-1_506_000.0, -1_370_000.0, -1_712_000.0, 1_700_000.0];
    let total: f64 = rows.iter().sum();
    assert_eq!(total, -2_888_000.0);
    assert_eq!(total + 252_000.0, -2_636_000.0);
}

/// Heerde, Raadsmonitor 2024, figuur 39: 540 clients at 7,697 euros become 573
/// at 8,400; the document prints +15.8 %.
#[test]
fn volume_times_price_gives_the_published_growth_of_heerde() {
    let base = head("actual", 2023, 2024)
        + r#"
[cost.jeugdhulp]
label = "Jeugdhulp"
taakveld = "6.72"
domain = "jeugd"
clients_basis = "unique"
volume = { growth = "6.1111111111%" }
price = { change = { 2024 = "9.1253%" } }
"#;
    let figures = "line,quantity,kind,year,value,source\njeugdhulp,cost,actual,2023,4156634,\njeugdhulp,clients,actual,2023,540,\n";
    let model = load(&base, figures).base;
    let projection = project(&model);
    let address: FigureAddress = "cost(jeugdhulp, 2024)".parse().expect("well formed");
    let cost = ravijn::projection::figure(&model, &projection, &address).expect("projected");
    // Printed: 15.8 %; unrounded 4,813,135 / 4,156,634 - 1 = 15.794 %.
    close(cost / 4_156_634.0 - 1.0, 0.157_94, 5e-5);
    let bridge =
        ravijn::projection::line_between_years(&projection.lines[0], Year(2023), Year(2024)).expect("both years");
    let sum: f64 = bridge.items.iter().map(|i| i.amount).sum();
    close(sum, cost - 4_156_634.0, 0.005);
    // By hand, LMDI on the document's figures: volume 265,552; price 390,949.
    let mean = 656_501.0 / libm::log(4_813_135.0 / 4_156_634.0);
    close(bridge.items[0].amount, mean * libm::log(573.0 / 540.0), 60.0);
}

/// A base year without cost of its own (the cost of a client is stated) still
/// takes out what a measure held: 1 % of 4,000 euros is no unit cost times
/// clients, so no logarithm splits it and one item tells it all.
#[test]
fn a_base_year_that_its_factors_do_not_make_leaves_no_residual() {
    let base = head("budget", 2026, 2027)
        + r#"
[cost.hulp]
label = "Hulp"
taakveld = "6.711"
domain = "wmo"
volume = { growth = "10%" }
level = "1%"
unit_cost = 1000

[measure.afspraak]
kind = "saving"
line = "hulp"
amount = { 2026 = -4000, later = -5000 }
"#;
    let figures = "line,quantity,kind,year,value,source\nhulp,clients,budget,2026,20,\n";
    let projection = project(&load(&base, figures).base);
    let bridge =
        ravijn::projection::line_between_years(&projection.lines[0], Year(2026), Year(2027)).expect("both years");
    // 0 + 1 % of (0 + 4,000); 1,010 x 22 - 5,000.
    close(bridge.from, 40.0, 1e-9);
    close(bridge.to, 17_220.0, 1e-6);
    // The measure takes 1,000 more away; all else, 22,220 less 4,040, is one item.
    let amounts: Vec<f64> = bridge.items.iter().map(|i| i.amount).collect();
    assert_eq!(amounts.len(), 2);
    close(amounts[0], -1_000.0, 1e-9);
    close(amounts[1], 18_180.0, 1e-6);
}
