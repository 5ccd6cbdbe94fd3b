//! Tariff indexation against the VNG's published advice.
//!
//! Source: VNG, "Indexatie bij inkoop jeugdhulp en Wmo-ondersteuning" 2024
//! (6.30 %) and 2025 (4.91 % in the first version, 4.96 % as corrected on 2
//! October 2024): 90 % OVA and 10 % PPC, with the forecast error of the year before.

use super::support::{close, figure, head, load};

fn advice(base_year: i32, carry_over: &str, rounding: &str) -> f64 {
    let base = head("actual", base_year, 2025)
        + format!(
            r#"
[index.ova]
label = "OVA"
rate = {{ 2023 = {{ provisional = "4.74%", definitive = "6.36%" }}, 2024 = {{ provisional = "4.94%", definitive = "6.00%" }}, 2025 = {{ provisional = "4.18%" }} }}

[index.ppc]
label = "PPC"
rate = {{ 2023 = {{ provisional = "4.87%", definitive = "7.02%" }}, 2024 = {{ provisional = "2.51%", definitive = "3.10%" }}, 2025 = {{ provisional = "1.82%" }} }}

[index.tarief]
label = "Tarief"
mix = {{ ova = 0.9, ppc = 0.1 }}
carry_over = "{carry_over}"
rounding = "{rounding}"

[cost.hulp]
label = "Hulp"
taakveld = "6.71"
domain = "wmo"
price = {{ index = {{ tarief = 1.0 }} }}
"#
        )
        .as_str();
    let figures = format!("line,quantity,kind,year,value,source\nhulp,cost,actual,{base_year},1000000,\n");
    figure(&load(&base, &figures).base, &format!("index(tarief, {})", base_year + 1))
}

#[test]
fn the_vng_advice_of_2024_is_6_30_percent() {
    close(advice(2023, "ratio", "parts"), 0.0630, 1e-12);
}

#[test]
fn the_vng_advice_of_2025_is_4_91_percent_by_ratio_and_4_96_by_subtraction() {
    close(advice(2024, "ratio", "parts"), 0.0491, 1e-12);
    close(advice(2024, "subtract", "result"), 0.0496, 1e-12);
}

#[test]
fn hospitals_compound_instead() {
    // KNMT: 1.0053 x 1.0474 gives 5.29 % for 2023 from p 4.74 % and an error of 0.53 %.
    let base = head("actual", 2022, 2023)
        + r#"
[index.ova]
label = "OVA"
rate = { 2022 = { provisional = "0%", definitive = "0.53%" }, 2023 = "4.74%" }
carry_over = "compound"

[cost.hulp]
label = "Hulp"
taakveld = "6.71"
domain = "wmo"
price = { index = { ova = 1.0 } }
"#;
    let figures = "line,quantity,kind,year,value,source\nhulp,cost,actual,2022,100,\n";
    close(figure(&load(&base, figures).base, "index(ova, 2023)"), 0.0529, 1e-4);
}

#[test]
fn ageing_and_intake_restriction_are_added_not_compounded() {
    // Raadsmonitor Heerde 2024, AVSLH: +8 % ageing, -2 % by the huishoudcoach, expected +6 %.
    let base = head("actual", 2023, 2024)
        + r#"
[cost.avslh]
label = "AVSLH"
taakveld = "6.71"
domain = "wmo"
volume = { ageing = "8%" }

[measure.huishoudcoach]
label = "Huishoudcoach"
kind = "saving"
line = "avslh"
volume = { 2024 = "-2%" }
"#;
    let figures =
        "line,quantity,kind,year,value,source\navslh,cost,actual,2023,1000000,\navslh,clients,actual,2023,700,\n";
    let model = load(&base, figures).base;
    close(figure(&model, "growth(avslh, 2024)"), 0.06, 1e-12);
    close(figure(&model, "clients(avslh, 2024)"), 742.0, 1e-9);
}
