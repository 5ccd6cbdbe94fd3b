//! Registers as municipalities write them, from the text of the files to the
//! needed capacity: full amounts, ranges, no risks at all and five hundred.

use ravijn::input::Sources;
use ravijn::simulation::Settings;
use ravijn::study::{self, ResilienceOutcome, ScenarioStudy};

use super::support::{close, head};

/// A municipality with one line, this register and no rules.
fn judged(register: &str, draws: u64) -> ScenarioStudy {
    let base = format!(
        "{}\n[cost.zorg]\nlabel = \"Zorg\"\ntaakveld = \"6.711\"\ndomain = \"wmo\"\n\n[resilience]\nscope = \"municipality\"\nyear = 2027\navailable = {{ incidental = 500_000 }}\n{register}",
        head("budget", 2026, 2028)
    );
    let mut sources = Sources::default();
    sources.insert("base.toml", base.into_bytes());
    let figures = "line,quantity,kind,year,value\nzorg,cost,budget,2026,1000000\nzorg,cost,budget,2027,1000000\nzorg,cost,budget,2028,1000000\n";
    sources.insert("figures.csv", figures.as_bytes().to_vec());
    let settings = Settings { draws, ..Settings::default() };
    let study = study::run(&sources, None, &[], &settings, &|_, _| {});
    study.unwrap_or_else(|wrong| panic!("the files are in order: {wrong:#?}")).scenarios.remove(0)
}

fn resilience(study: &ScenarioStudy) -> &ResilienceOutcome {
    study.resilience.as_ref().expect("asked")
}

/// A risk that costs this, with this chance, in 2027.
fn risk(id: &str, chance: &str, impact: &str) -> String {
    format!(
        "\n[risk.{id}]\ntitle = \"{id}\"\ndomain = \"wmo\"\nterm = \"kort\"\nchance = {chance}\nimpact = {impact}\nyears = [2027]\nstructural = false\n"
    )
}

#[test]
fn no_risks_need_nothing() {
    let study = judged("", 100);
    let r = resilience(&study);
    assert_eq!((r.expected, r.needed, r.ratio, r.class), (0.0, Some(0.0), None, Some('A')));
    assert!(r.exact && r.quantiles.values().all(|q| *q == 0.0));
}

/// One full amount: nothing below the chance that it stays away, all above it.
#[test]
fn one_full_amount_is_needed_or_not() {
    let study = judged(&risk("een", "\"30%\"", "80_000"), 0);
    let r = resilience(&study);
    assert_eq!(r.expected, 24_000.0);
    assert_eq!((r.quantiles[&70], r.quantiles[&75], r.needed), (0.0, 80_000.0, Some(80_000.0)));
    // 500,000 / 80,000
    assert_eq!((r.ratio, r.class), (Some(6.25), Some('A')));
    assert_eq!(study.risks[0].share_of_expected, 1.0);
}

/// Binomial(500, 0.5), worked out with whole numbers: P70 256, P75 258, P80
/// 259, P85 262, P90 264, P95 268, P99 276.
#[test]
fn five_hundred_full_amounts_are_binomial() {
    let register: String = (0..500).map(|i| risk(&format!("r{i:03}"), "\"50%\"", "1_000")).collect();
    let study = judged(&register, 0);
    let r = resilience(&study);
    close(r.expected, 250_000.0, 1e-6);
    for (level, count) in [(70, 256.0), (75, 258.0), (80, 259.0), (85, 262.0), (90, 264.0), (95, 268.0), (99, 276.0)] {
        close(r.quantiles[&level], count * 1_000.0, r.error.max(1e-6));
    }
    assert!(r.exact && r.error < 1_000.0, "{}", r.error);
    close(study.risks.iter().map(|e| e.share_of_expected).sum::<f64>(), 1.0, 1e-9);
}

#[test]
fn certain_impossible_and_zero_width_are_exact() {
    let register = [
        risk("zeker", "\"100%\"", "{ min = 40_000, max = 40_000 }"),
        risk("nooit", "\"0%\"", "900_000"),
        risk("smal", "\"100%\"", "{ min = 2_500, mode = 2_500, max = 2_500 }"),
        risk("kans", "\"100%\"", "-1_500"),
    ];
    for draws in [0, 1_000] {
        let study = judged(&register.concat(), draws);
        let r = resilience(&study);
        assert_eq!((r.expected, r.needed), (41_000.0, Some(41_000.0)));
        assert!(r.quantiles.values().all(|q| *q == 41_000.0), "{:?}", r.quantiles);
        // Highest impacts as shown, of what can strike; a gain is no loss.
        assert_eq!(r.sum_of_maxima, 42_500.0);
    }
}

/// Classes are uniform within their bounds: the sum of 50 % x (100..250) and
/// 100 % x (0..50) thousand.
#[test]
fn a_register_of_classes_has_its_mean_and_extremes() {
    let scales =
        "chance_scale = { 3 = \"50%\", 5 = \"100%\" }\nimpact_scale = { 1 = [0, 50_000], 3 = [100_000, 250_000] }\n";
    let study =
        judged(&format!("{scales}{}{}", risk("een", "3", "{ class = 3 }"), risk("twee", "5", "{ class = 1 }")), 0);
    let r = resilience(&study);
    close(r.expected, 0.5 * 175_000.0 + 25_000.0, 1e-6);
    assert_eq!(r.sum_of_maxima, 300_000.0);
    // P99: with U and V uniform, F(x) = 1 - 0.5 (300 - x)^2 / (2 x 150 x 50) near the top = 0.99.
    close(r.quantiles[&99], 300_000.0 - 1_000.0 * (0.01f64 * 2.0 * 2.0 * 7_500.0).sqrt(), r.error + 1.0);
}
