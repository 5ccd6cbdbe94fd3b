//! The BUIG safety net against the published work sheet of 2024.
//!
//! Source: Toetsingscommissie vangnet Participatiewet, "Berekening en
//! uitbetaling 2024": nothing up to 7.5 % of the budget, half of what lies
//! between 7.5 and 12.5 %, all above. The amounts are that rule on a budget of
//! 10 million by hand.

use super::support::{close, figure, head, load};

/// What is paid for a deficit in the base year, as a share of a budget of 10 million.
fn paid(deficit: f64) -> f64 {
    let base = head("actual", 2024, 2026)
        + r#"
[cost.bijstand]
label = "Bijstand"
taakveld = "6.3"
domain = "participatie"

[revenue.buig]
label = "BUIG"
taakveld = "6.3"
domain = "participatie"

[revenue.vangnet]
label = "Vangnetuitkering"
taakveld = "6.3"
domain = "participatie"
safety_net = { cost = ["bijstand"], income = [], budget = ["buig"], paid_after = 2, rules = { 2024 = { entry = "7.5%", cumulated = "7.5%", steps = [{ from = "7.5%", pays = "50%" }, { from = "12.5%", pays = "100%" }] } } }
"#;
    let cost = 10_000_000.0 * (1.0 + deficit);
    let figures = format!(
        "line,quantity,kind,year,value,source\n\
         bijstand,cost,actual,2022,10000000,\nbijstand,cost,actual,2023,10000000,\nbijstand,cost,actual,2024,{cost},\n\
         buig,revenue,actual,2022,10000000,\nbuig,revenue,actual,2023,10000000,\nbuig,revenue,actual,2024,10000000,\n"
    );
    figure(&load(&base, &figures).base, "revenue(vangnet, 2026)")
}

#[test]
fn the_safety_net_pays_what_the_work_sheet_of_2024_gives() {
    for (deficit, amount) in
        [(0.05, 0.0), (0.075, 0.0), (0.10, 125_000.0), (0.125, 250_000.0), (0.15, 500_000.0), (0.20, 1_000_000.0)]
    {
        close(paid(deficit), amount, 1e-6);
    }
}
