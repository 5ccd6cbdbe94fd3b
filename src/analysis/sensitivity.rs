//! What matters most for a figure: the tornado and the shares of variance.
//!
//! The tornado asks what happens when one assumption alone is as low or as
//! high as it can reasonably be (its P10 and P90) in all years at once. The
//! shares ask which uncertainties the width of the band comes from. They
//! answer different questions: an assumption can swing a figure far when it is
//! low every year, and explain little of a band in which years even out.

use crate::diagnostic::Diagnostic;
use crate::model::{Assumption, AssumptionId, Distribution, Expression, Figure, FigureAddress, Model, Scale};
use crate::projection::{self, Central, NoFigure, Overridden, Projection, project};
use crate::simulation::{Inverse, Settings, ShareOf, normal_quantile, variance_shares};
use crate::units::Year;

/// Why a figure has no tornado.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoTornado {
    /// A figure in it is not there.
    NoFigure(FigureAddress, NoFigure),
    /// It is a chance, a mean or a percentile: the draws have one of it, not many.
    OfDraws,
    /// It divides by zero when an assumption (none: no assumption at all) is at an end.
    NoNumber(Option<String>),
}

/// What one assumption alone can do to a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Swing {
    /// Which assumption.
    pub assumption: AssumptionId,
    /// Its address.
    pub address: String,
    /// The assumption at its P10, in the first year in which it is uncertain.
    pub from: f64,
    /// Likewise at its P90.
    pub to: f64,
    /// The figure with the assumption at its P10 in all years.
    pub low: f64,
    /// The figure with the assumption at its P90 in all years.
    pub high: f64,
}

impl Swing {
    /// How far the two are apart, never below 0.
    pub fn size(&self) -> f64 {
        (self.high - self.low).abs()
    }
}

/// All swings of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Tornado {
    /// The figure with every assumption at its value.
    pub central: f64,
    /// One per uncertain assumption, the largest first; equal ones in the
    /// order of the file.
    pub swings: Vec<Swing>,
}

/// What people ask first: the result of the last year that can be compared
/// with a budget, else of the last year.
pub fn usual_figure(model: &Model) -> (Year, Expression) {
    let last = model.last_budget_year();
    let year = if last > model.base_year() { last } else { model.horizon() };
    (year, Expression::Figure(FigureAddress { figure: Figure::Result, name: "total".to_owned(), year }))
}

/// The tornado of an expression of figures.
///
/// # Errors
/// Why it has none.
pub fn tornado(model: &Model, of: &Expression) -> Result<Tornado, NoTornado> {
    let value = |projection: &Projection, moved: Option<&Assumption>| {
        let mut figure = |address: &FigureAddress| {
            projection::figure(model, projection, address).map_err(|why| NoTornado::NoFigure(address.clone(), why))
        };
        let found = of.value(&mut figure, &mut |_| Err(NoTornado::OfDraws))?;
        if found.is_finite() { Ok(found) } else { Err(NoTornado::NoNumber(moved.map(|a| a.address.clone()))) }
    };
    let central = value(&project(model, &Central(model)), None)?;
    let mut swings = Vec::new();
    for (i, assumption) in model.assumptions.iter().enumerate().filter(|(_, a)| a.is_uncertain()) {
        let id = AssumptionId(i);
        let first = (0..model.year_count()).find(|y| quantile(assumption, *y, 0.5).is_some()).unwrap_or(0);
        let own = |q: f64| quantile(assumption, first, q).unwrap_or(assumption.values[first]);
        let at = |q: f64| {
            let moved = Overridden::new(model).with(id, |y, x| quantile(assumption, y, q).unwrap_or(x));
            value(&project(model, &moved), Some(assumption))
        };
        swings.push(Swing {
            assumption: id,
            address: assumption.address.clone(),
            from: own(0.1),
            to: own(0.9),
            low: at(0.1)?,
            high: at(0.9)?,
        });
    }
    swings.sort_by(|a, b| b.size().total_cmp(&a.size()));
    Ok(Tornado { central, swings })
}

/// The quantile of an assumption in a year, stopped where a draw would be;
/// none where the year is certain.
pub fn quantile(assumption: &Assumption, year_index: usize, q: f64) -> Option<f64> {
    // A level is one number, whichever year it is stated for.
    let stated = |y: usize| assumption.distributions.get(y).copied().flatten();
    let distribution: Distribution =
        if assumption.scale == Scale::Level { stated(year_index).or_else(|| stated(1))? } else { stated(year_index)? };
    let (lo, hi) = assumption.scale.bounds();
    Some(Inverse::of(&distribution).value(normal_quantile(q)).clamp(lo, hi))
}

/// One line of the shares.
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceShare {
    /// Addresses that belong together: one assumption, a set of correlated
    /// ones, or `cost.ID.luck`.
    pub addresses: Vec<String>,
    /// Share of the variance, 0..=1.
    pub share: f64,
}

/// Shares of the variance of a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct VarianceShares {
    /// The largest first; equal ones in the order of the file.
    pub shares: Vec<VarianceShare>,
    /// What no source explains alone (*samenspel*).
    pub rest: f64,
    /// Draws they were estimated from; a share that is truly 0 comes out as
    /// about the number of its years divided by this.
    pub draws: u64,
}

/// Shares of variance of an expression of figures; none where it is certain.
///
/// # Errors
/// As [`variance_shares`].
pub fn shares(model: &Model, settings: &Settings, of: &Expression) -> Result<Option<VarianceShares>, Vec<Diagnostic>> {
    let Some(found) = variance_shares(model, settings, of)? else { return Ok(None) };
    let named = |of: &ShareOf| match of {
        ShareOf::Assumptions(ids) => ids.iter().map(|id| model.assumption(*id).address.clone()).collect(),
        ShareOf::Luck(line) => vec![format!("cost.{}.luck", model.lines.get(*line).id())],
    };
    let mut shares: Vec<VarianceShare> =
        found.shares.iter().map(|(of, share)| VarianceShare { addresses: named(of), share: *share }).collect();
    shares.sort_by(|a, b| b.share.total_cmp(&a.share));
    Ok(Some(VarianceShares { shares, rest: found.rest, draws: found.draws }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Distribution, LineId};
    use crate::simulation::fixture::Sketch;

    /// One line whose growth is normal around 2 % (sd 1 %) and whose index is
    /// PERT between 0 and 6 % around 3 %.
    fn sketch() -> Model {
        let mut s = Sketch::new(2026, 2028);
        let growth = s.normal("cost.a.volume.growth", 0.02, 0.01);
        let pert = Distribution::Pert { min: 0.0, mode: 0.03, max: 0.06 };
        let rate = s.assumption("index.ova.rate", Scale::Rate, 0.03, Some(pert), 0.0);
        let index = s.index("ova", rate);
        let line = s.cost("a", 1_000_000.0, None);
        s.line(line).growth = Some(growth);
        s.line(line).price.index = vec![(index, 1.0)];
        s.model
    }

    fn address(text: &str) -> Expression {
        text.parse().expect("well formed")
    }

    #[test]
    fn a_swing_moves_one_assumption_in_all_years_at_once() {
        let tornado = tornado(&sketch(), &address("cost(total, 2028)")).expect("there is a total");
        let price = 1.03 * 1.03;
        assert!((tornado.central - 1e6 * 1.02 * 1.02 * price).abs() < 1e-6);
        // P10 and P90 of a normal: 1.2816 standard deviations away.
        let growth = tornado.swings.iter().find(|s| s.address == "cost.a.volume.growth").expect("uncertain");
        let at = |z: f64| 1e6 * (1.02 + 0.01 * z) * (1.02 + 0.01 * z) * price;
        assert!((growth.low - at(-1.281_551_565_5)).abs() < 0.01);
        assert!((growth.high - at(1.281_551_565_5)).abs() < 0.01);
        // A PERT with both ends as far from the mode is a beta(3, 3): its P90
        // is where 6x^5 - 15x^4 + 10x^3 = 0.9, at x = 0.75336.
        let index = tornado.swings.iter().find(|s| s.address == "index.ova.rate").expect("uncertain");
        let high = 1.0 + 0.06 * 0.753_36;
        assert!((index.high - 1e6 * 1.02 * 1.02 * high * high).abs() < 20.0);
        assert_eq!(tornado.swings[0].address, "index.ova.rate");
    }

    #[test]
    fn what_has_no_tornado_says_why() {
        let of = |text: &str| tornado(&sketch(), &address(text)).expect_err("none");
        assert!(matches!(of("2 * cost(b, 2028)"), NoTornado::NoFigure(a, _) if a.name == "b"));
        assert_eq!(of("p90(cost(a, 2028))"), NoTornado::OfDraws);
        assert_eq!(of("1 / (cost(a, 2028) - cost(total, 2028))"), NoTornado::NoNumber(None));
    }

    #[test]
    fn an_expression_swings_with_what_moves_it() {
        // Growth alone moves volume; the price per euro of growth is untouched.
        let of = address("cost(a, 2028) / cost(a, 2027)");
        let tornado = tornado(&sketch(), &of).expect("a number");
        assert!((tornado.central - 1.02 * 1.03).abs() < 1e-12);
        let growth = tornado.swings.iter().find(|s| s.address == "cost.a.volume.growth").expect("uncertain");
        let end = 0.01 * 1.281_551_565_5;
        assert!((growth.from - (0.02 - end)).abs() < 1e-9 && (growth.to - (0.02 + end)).abs() < 1e-9);
        assert!((growth.high - (1.02 + end) * 1.03).abs() < 1e-9);
        // 0 up to numbers of the machine.
        let nothing = address("cost(a, 2028) - cost(total, 2028)");
        assert!(super::tornado(&sketch(), &nothing).expect("zero").swings.iter().all(|s| s.size() == 0.0));
    }

    #[test]
    fn a_quantile_stops_where_a_draw_would() {
        let mut model = sketch();
        model.assumptions[0].distributions.fill(Some(Distribution::Normal { mean: -0.9, sd: 1.0 }));
        assert_eq!(quantile(&model.assumptions[0], 1, 0.1), Some(-1.0));
        assert_eq!(quantile(&model.assumptions[0], 1, 0.5), Some(-0.9));
    }

    #[test]
    fn shares_are_named_and_add_up() {
        let model = sketch();
        let settings = Settings { draws: 20_000, ..Settings::default() };
        let found = shares(&model, &settings, &address("cost(a, 2028)")).expect("sound").expect("uncertain");
        let all: f64 = found.shares.iter().map(|s| s.share).sum::<f64>() + found.rest;
        assert!((all - 1.0).abs() < 0.02, "{all}");
        // Relative spreads: growth 1 / 1.02, index 0.06 / sqrt(28) / 1.03,
        // both in two independent years.
        let (g, i) = ((0.01f64 / 1.02).powi(2), (0.06 / 28f64.sqrt() / 1.03).powi(2));
        let index = found.shares.iter().find(|s| s.addresses == ["index.ova.rate"]).expect("there").share;
        assert!((index - i / (g + i)).abs() < 0.02, "{index}");
        let certain = shares(&model, &settings, &address("cost(a, 2026)")).expect("sound");
        assert_eq!(certain, None);
    }

    #[test]
    fn luck_is_a_source_of_its_own() {
        let mut s = Sketch::new(2026, 2028);
        let line = s.cost("a", 1_000_000.0, Some(20.0));
        s.line(LineId(line.0)).luck_cost_cv = Some(1.5);
        let found =
            shares(&s.model, &Settings::default(), &address("cost(a, 2027)")).expect("sound").expect("uncertain");
        assert_eq!(found.shares[0].addresses, ["cost.a.luck"]);
        // A gamma is not quite linear in its score.
        assert!(found.shares[0].share > 0.9);
    }
}
