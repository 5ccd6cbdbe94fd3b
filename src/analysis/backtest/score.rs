//! How well forecasts came out: error measures, and the rivals.
//!
//! All errors are shares of the actual, so that a village counts like a city:
//! `e = forecast / actual - 1`. Below 0 the forecast was too low.

use serde::Serialize;

use super::robust;

/// A forecast beside what happened, in the unit of the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// The forecast: as likely too high as too low.
    pub forecast: f64,
    /// 10 % of outcomes should lie below it.
    pub p10: f64,
    /// 10 % of outcomes should lie above it.
    pub p90: f64,
    /// What happened; above 0.
    pub actual: f64,
}

/// The measures of a set of forecasts; null where the set is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measures {
    /// How many forecasts.
    pub n: usize,
    /// Median of the size of the error.
    pub mdape: Option<f64>,
    /// Mean of the size of the error.
    pub mape: Option<f64>,
    /// Mean error: below 0 is too low.
    pub bias: Option<f64>,
    /// Share of outcomes from P10 to P90.
    pub coverage80: Option<f64>,
    /// Mean of `(p90 - p10) / forecast`.
    pub width80: Option<f64>,
    /// Mean pinball loss of P10, forecast (as P50) and P90, as a share of the actual.
    pub pinball: Option<f64>,
}

/// The measures of a rival, over the forecasts that it could make.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RivalMeasures {
    /// How many forecasts it could make.
    pub n: usize,
    /// Median of the size of the error.
    pub mdape: Option<f64>,
    /// Mean of the size of the error.
    pub mape: Option<f64>,
    /// Mean error: below 0 is too low.
    pub bias: Option<f64>,
    /// Width, as a share of its forecast, of the band that would have held as
    /// many of these outcomes as ours did, had its errors been known beforehand.
    pub width80: Option<f64>,
    /// The median error of our forecasts of the same cases.
    pub model_mdape: Option<f64>,
    /// The mean width of our band in the same cases.
    pub model_width80: Option<f64>,
}

/// Pinball (quantile) loss of `forecast` as the `q` quantile.
pub fn pinball(q: f64, forecast: f64, actual: f64) -> f64 {
    if actual >= forecast { q * (actual - forecast) } else { (1.0 - q) * (forecast - actual) }
}

/// Error as a share of the actual.
fn error(forecast: f64, actual: f64) -> f64 {
    forecast / actual - 1.0
}

/// The measures of forecasts.
pub fn measure(outcomes: &[Outcome]) -> Measures {
    let of = |f: fn(&Outcome) -> f64| outcomes.iter().map(f).collect::<Vec<f64>>();
    let errors = of(|o| error(o.forecast, o.actual));
    let sizes: Vec<f64> = errors.iter().map(|e| e.abs()).collect();
    Measures {
        n: outcomes.len(),
        mdape: robust::median(sizes.iter().copied()),
        mape: robust::mean(&sizes),
        bias: robust::mean(&errors),
        coverage80: robust::mean(&of(|o| if o.p10 <= o.actual && o.actual <= o.p90 { 1.0 } else { 0.0 })),
        width80: robust::mean(&of(|o| (o.p90 - o.p10) / o.forecast)),
        pinball: robust::mean(&of(|o| {
            (pinball(0.1, o.p10, o.actual) + pinball(0.5, o.forecast, o.actual) + pinball(0.9, o.p90, o.actual))
                / 3.0
                / o.actual
        })),
    }
}

/// The measures of a rival: its forecasts beside ours of the same cases.
pub fn measure_rival(cases: &[(f64, Outcome)]) -> RivalMeasures {
    let ours: Vec<Outcome> = cases.iter().map(|c| c.1).collect();
    let model = measure(&ours);
    let errors: Vec<f64> = cases.iter().map(|(f, o)| error(*f, o.actual)).collect();
    let sizes: Vec<f64> = errors.iter().map(|e| e.abs()).collect();
    let ratios = robust::sorted(cases.iter().map(|(f, o)| o.actual / f));
    let width80 = model.coverage80.and_then(|share| {
        let high = robust::quantile(&ratios, 0.5 + share / 2.0)?;
        let low = robust::quantile(&ratios, 0.5 - share / 2.0)?;
        Some(high - low)
    });
    RivalMeasures {
        n: cases.len(),
        mdape: robust::median(sizes.iter().copied()),
        mape: robust::mean(&sizes),
        bias: robust::mean(&errors),
        width80,
        model_mdape: model.mdape,
        model_width80: model.width80,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: Option<f64>, b: f64) {
        assert!((a.expect("a number") - b).abs() < 1e-12, "{a:?} is not {b}");
    }

    // Worked out by hand. Errors: 110/100-1 = 0.10, 80/100-1 = -0.20, 150/200-1 = -0.25.
    fn three() -> Vec<Outcome> {
        vec![
            Outcome { forecast: 110.0, p10: 99.0, p90: 121.0, actual: 100.0 },
            Outcome { forecast: 80.0, p10: 70.0, p90: 90.0, actual: 100.0 },
            Outcome { forecast: 150.0, p10: 120.0, p90: 210.0, actual: 200.0 },
        ]
    }

    #[test]
    fn errors_are_shares_of_the_actual() {
        let m = measure(&three());
        assert_eq!(m.n, 3);
        near(m.mdape, 0.20);
        near(m.mape, 0.55 / 3.0);
        near(m.bias, -0.35 / 3.0);
    }

    #[test]
    fn coverage_counts_the_bounds_and_width_is_a_share_of_the_forecast() {
        let m = measure(&three());
        near(m.coverage80, 2.0 / 3.0);
        // 22/110 = 0.2, 20/80 = 0.25, 90/150 = 0.6.
        near(m.width80, 1.05 / 3.0);
        let edge = measure(&[Outcome { forecast: 1.0, p10: 1.0, p90: 1.0, actual: 1.0 }]);
        near(edge.coverage80, 1.0);
    }

    #[test]
    fn pinball_loss_charges_the_side_that_was_missed() {
        assert!((pinball(0.1, 99.0, 100.0) - 0.1).abs() < 1e-12);
        assert!((pinball(0.9, 121.0, 100.0) - 2.1).abs() < 1e-12);
        assert!((pinball(0.5, 110.0, 100.0) - 5.0).abs() < 1e-12);
        // First case: (0.1 + 5 + 2.1) / 3 / 100 = 0.024.
        near(measure(&three()[..1]).pinball, 0.024);
        // Second: 0.1 * 30 = 3, 0.5 * 20 = 10, 0.9 * 10 = 9: 22 / 3 / 100.
        near(measure(&three()[1..2]).pinball, 22.0 / 300.0);
    }

    #[test]
    fn a_rival_is_measured_on_its_own_cases_beside_ours() {
        let three = three();
        let m = measure_rival(&[(50.0, three[0]), (100.0, three[1])]);
        assert_eq!(m.n, 2);
        near(m.mdape, 0.25);
        near(m.bias, -0.25);
        near(m.model_mdape, 0.15);
        // Ours held one of two; actual over rival is 2 and 1: quantiles 0.25
        // and 0.75 of (1, 2) are 1.25 and 1.75.
        near(m.width80, 0.5);
    }

    #[test]
    fn nothing_to_measure_gives_null_and_not_zero() {
        assert_eq!(measure(&[]), Measures::default());
        assert_eq!(measure_rival(&[]).mdape, None);
    }
}
