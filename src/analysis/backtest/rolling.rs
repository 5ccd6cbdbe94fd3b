//! Rolling the origin: every forecast, its rivals and the scores.

use serde::Serialize;

use super::band::{self, Centres};
use super::method;
use super::portfolio::{Known, Portfolio, Side};
use super::robust;
use super::score::{self, Measures, Outcome, RivalMeasures};
use crate::units::Year;

/// A forecast of one line of one municipality for one year, in the unit of
/// the file.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// CBS code.
    pub municipality: String,
    /// Cost line.
    pub line: String,
    /// The year forecast.
    pub year: Year,
    /// As likely too high as too low.
    pub forecast: f64,
    /// 10 % of outcomes should lie below it.
    pub p10: f64,
    /// 10 % of outcomes should lie above it.
    pub p90: f64,
    /// The municipality's own budget, if it has one.
    pub budget: Option<f64>,
    /// What happened, if that is known by now.
    pub actual: Option<f64>,
    /// The budget, raised as far as actuals came out above budgets in the known years.
    corrected_budget: Option<f64>,
    /// The last actual that was known when the forecast was made.
    last_actual: Option<f64>,
    /// That, with the municipality's own trend.
    own_trend: Option<f64>,
    /// That, with the national growth of the known years.
    national: Option<f64>,
}

impl Forecast {
    /// Beside what happened; none where that is unknown or not above 0, since
    /// an error is a share of it.
    pub fn outcome(&self) -> Option<Outcome> {
        let actual = self.actual.filter(|a| *a > 0.0)?;
        Some(Outcome { forecast: self.forecast, p10: self.p10, p90: self.p90, actual })
    }
}

/// The rivals of a set of forecasts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct RivalTable {
    /// The municipality's own budget.
    pub budget: RivalMeasures,
    /// That, times the median ratio of actual to budget over all municipalities
    /// and known years: the simplest correction there is.
    pub corrected_budget: RivalMeasures,
    /// The last known actual.
    pub last_actual: RivalMeasures,
    /// The last known actual with its own growth of at most three years.
    pub own_trend: RivalMeasures,
    /// The last known actual with the median growth of all municipalities.
    pub national: RivalMeasures,
}

/// Weights of the three anchors.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Weights {
    /// The municipality's budget.
    pub budget: f64,
    /// Its last actual.
    pub last_actual: f64,
    /// Peers of its size.
    pub peers: f64,
}

/// One line in one year.
#[derive(Clone, Debug, PartialEq)]
pub struct YearScore {
    /// The year forecast.
    pub year: Year,
    /// The measures; `n` is 0 where the actuals are not there yet.
    pub measures: Measures,
    /// Our median error over that of the budgets of the same cases.
    pub of_budget: Option<f64>,
    /// What the forecasts weighed.
    pub weights: Weights,
    /// Realised above budgeted in the known years, pooled (a fraction).
    pub level: Option<f64>,
    /// Growth a year per resident, damped (a fraction).
    pub growth: f64,
    /// What of the next is there because budgets of this line were raised
    /// otherwise than those of other lines (a fraction).
    pub beside_other_lines: f64,
    /// How far the country was expected to come out above its budgets (a fraction).
    pub national: f64,
    /// Standard deviation of that.
    pub national_sd: f64,
}

/// One line over all years.
#[derive(Clone, Debug, PartialEq)]
pub struct LineScore {
    /// Cost line.
    pub line: String,
    /// Known lag in years.
    pub lag: i32,
    /// The measures over all years with actuals.
    pub measures: Measures,
    /// Our median error over that of the budgets of the same cases.
    pub of_budget: Option<f64>,
    /// The rivals.
    pub rivals: RivalTable,
    /// By year.
    pub years: Vec<YearScore>,
}

/// A whole backtest. Lines are in order of name, forecasts in order of line,
/// year and municipality code.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// By line.
    pub lines: Vec<LineScore>,
    /// Every single forecast, also of years whose actuals are not there yet.
    pub forecasts: Vec<Forecast>,
}

/// Forecasts every municipality, line and year of which enough was known.
///
/// `lag` is 1 or 2 (larger works too: further ahead with the weights of 2).
pub fn backtest(portfolio: &Portfolio, lag: i32) -> Backtest {
    let lag = lag.max(1);
    let mut centres = Centres::new();
    let mut lines: Vec<LineScore> = portfolio
        .lines
        .iter()
        .map(|line| LineScore {
            line: line.clone(),
            lag,
            measures: Measures::default(),
            of_budget: None,
            rivals: RivalTable::default(),
            years: Vec::new(),
        })
        .collect();
    let mut forecasts: Vec<Vec<Forecast>> = vec![Vec::new(); lines.len()];
    // Year by year over all lines: a band rests on the earlier errors of all.
    for year in portfolio.years() {
        let known = Known::before(portfolio, year, lag);
        let made: Vec<_> = (0..lines.len()).map(|line| method::forecast(&known, line, year, lag)).collect();
        for (line, centre) in made.into_iter().enumerate() {
            let Some(centre) = centre else { continue };
            let half = band::half_widths(&known, line, year, lag, &centres);
            let sd = band::national_sd(&known, line, year, &centres);
            let rows = rows(portfolio, &known, line, year, lag, &centre, &half);
            let (measures, rivals) = scores(&rows);
            let fraction = |x: f64| libm::exp(x) - 1.0;
            lines[line].years.push(YearScore {
                year,
                measures,
                of_budget: of_budget(&rivals),
                weights: Weights {
                    budget: centre.fit.weight_budget(),
                    last_actual: centre.fit.weight_actual,
                    peers: centre.fit.weight_peers,
                },
                level: centre.fit.level.map(fraction),
                growth: fraction(centre.fit.growth),
                beside_other_lines: fraction(centre.fit.beside_other_lines),
                national: fraction(centre.fit.national),
                national_sd: sd,
            });
            forecasts[line].extend(rows);
            centres.insert((line, year), centre);
        }
    }
    for (score, rows) in lines.iter_mut().zip(&forecasts) {
        let (measures, rivals) = scores(rows);
        score.measures = measures;
        score.of_budget = of_budget(&rivals);
        score.rivals = rivals;
    }
    Backtest { lines, forecasts: forecasts.into_iter().flatten().collect() }
}

fn of_budget(rivals: &RivalTable) -> Option<f64> {
    let ours = rivals.budget.model_mdape?;
    rivals.budget.mdape.filter(|b| *b > 0.0).map(|b| ours / b)
}

fn scores(rows: &[Forecast]) -> (Measures, RivalTable) {
    let outcomes: Vec<Outcome> = rows.iter().filter_map(Forecast::outcome).collect();
    let rival = |of: fn(&Forecast) -> Option<f64>| {
        let cases: Vec<(f64, Outcome)> =
            rows.iter().filter_map(|f| Some((of(f).filter(|v| *v > 0.0)?, f.outcome()?))).collect();
        score::measure_rival(&cases)
    };
    let table = RivalTable {
        budget: rival(|f| f.budget),
        corrected_budget: rival(|f| f.corrected_budget),
        last_actual: rival(|f| f.last_actual),
        own_trend: rival(|f| f.own_trend),
        national: rival(|f| f.national),
    };
    (score::measure(&outcomes), table)
}

fn rows(
    portfolio: &Portfolio,
    known: &Known<'_>,
    line: usize,
    year: Year,
    lag: i32,
    centre: &method::Centre,
    half: &[f64],
) -> Vec<Forecast> {
    let last = year.plus(-lag);
    let national = national_growth(known, line);
    let overrun = median_overrun(known, line);
    portfolio
        .members
        .iter()
        .enumerate()
        .filter_map(|(m, member)| {
            let middle = centre.forecast[m]?;
            let last_actual = known.actual(line, last, m);
            let grown = |rate: Option<f64>| Some(libm::exp(last_actual? + f64::from(lag) * rate?));
            Some(Forecast {
                municipality: member.code.clone(),
                line: portfolio.lines[line].clone(),
                year,
                forecast: libm::exp(middle),
                p10: libm::exp(middle - half[m]),
                p90: libm::exp(middle + half[m]),
                budget: portfolio.cost(Side::Budget, line, year, m),
                corrected_budget: known.budget(line, year, m).and_then(|b| Some(libm::exp(b + overrun?))),
                actual: portfolio.cost(Side::Actual, line, year, m),
                last_actual: last_actual.map(libm::exp),
                own_trend: grown(own_growth(known, line, last, m)),
                national: grown(national),
            })
        })
        .collect()
}

/// Median over all municipalities and known years of how far actuals came out
/// above budgets, as a logarithm.
fn median_overrun(known: &Known<'_>, line: usize) -> Option<f64> {
    robust::median(known.actual_years().flat_map(|y| {
        (0..known.members()).filter_map(move |m| Some(known.actual(line, y, m)? - known.budget(line, y, m)?))
    }))
}

/// A municipality's own growth a year over at most three known years.
fn own_growth(known: &Known<'_>, line: usize, last: Year, member: usize) -> Option<f64> {
    let now = known.actual(line, last, member)?;
    (1..=3).rev().find_map(|back| Some((now - known.actual(line, last.plus(-back), member)?) / f64::from(back)))
}

/// Mean over the known years of the median growth of all municipalities.
fn national_growth(known: &Known<'_>, line: usize) -> Option<f64> {
    let years: Vec<f64> = known
        .actual_years()
        .filter_map(|y| {
            robust::median(
                (0..known.members())
                    .filter_map(|m| Some(known.actual(line, y, m)? - known.actual(line, y.plus(-1), m)?)),
            )
        })
        .collect();
    robust::mean(&years)
}
