//! What would it take: which value of an assumption makes a condition true.
//!
//! The range is scanned first, since a condition need not be monotone in an
//! assumption, then the border nearest to the value of today is narrowed down
//! by halving. Under uncertainty every value is tried with the same random
//! numbers (draws are addressed), so the search follows the assumption and not
//! luck; what luck is left in the answer is reported as its error.

use crate::analysis::explain::NoAnswer;
use crate::analysis::question::{self, Answer, Draws};
use crate::model::{Assumption, AssumptionId, Comparison, Condition, Distribution, Model, Scale};
use crate::projection::{Central, project};
use crate::simulation::Settings;
use crate::units::Year;

/// Points at which the range is looked at before halving.
const SCAN: usize = 16;

/// What is sought.
#[derive(Clone, Debug)]
pub struct Goal<'a> {
    /// Which assumption may change.
    pub assumption: AssumptionId,
    /// In which years: positions from 1 on.
    pub years: Vec<usize>,
    /// What must become true.
    pub condition: &'a Condition,
    /// Lowest value tried.
    pub from: f64,
    /// Highest value tried.
    pub to: f64,
    /// How to draw, where the condition asks for draws.
    pub settings: &'a Settings,
}

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// How it ended.
    pub verdict: Verdict,
    /// The condition at the value of today.
    pub today: Sides,
    /// How many values were tried.
    pub tried: usize,
}

/// How a search ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The condition holds from this value on, and not at the value of today.
    Reached(Border),
    /// It holds already; with the nearest value at which it no longer does, if any.
    Already(Option<Border>),
    /// It holds nowhere between the bounds; the value that comes nearest.
    Nowhere {
        /// The value.
        value: f64,
        /// The condition there.
        sides: Sides,
    },
}

/// A value at the edge of where a condition holds, on the side where it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Border {
    /// The value.
    pub value: f64,
    /// The condition there.
    pub sides: Sides,
    /// How far the draws may have put it off (one standard error); 0 where
    /// nothing is drawn, none where the range is too narrow to tell.
    pub error: Option<f64>,
}

/// Both sides of a condition.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sides {
    /// Left.
    pub left: Answer,
    /// Right.
    pub right: Answer,
}

/// The assumption that an address names, and the years that may change:
/// `measure.x.amount`, or `measure.x.amount.2028` for one year. Without a year
/// all years in which it is stated to be something else than 0, or all years
/// where it is 0 throughout.
///
/// # Errors
/// Why there is none: a fragment that fits into a sentence.
pub fn target(model: &Model, address: &str) -> Result<(AssumptionId, Vec<usize>), String> {
    let find = |address: &str| {
        let full = model.full_address(address);
        model.assumptions.iter().position(|a| a.address == full).map(AssumptionId)
    };
    if let Some(id) = find(address) {
        let values = &model.assumption(id).values;
        let stated: Vec<usize> = (1..values.len()).filter(|y| values[*y] != 0.0).collect();
        return Ok((id, if stated.is_empty() { (1..values.len()).collect() } else { stated }));
    }
    if let Some((rest, year)) = address.rsplit_once('.')
        && let (Some(id), Ok(year)) = (find(rest), year.parse::<i32>())
    {
        return match model.year_index(Year(year)) {
            Some(y) if y > 0 => Ok((id, vec![y])),
            _ => Err(format!("{year} is no projected year")),
        };
    }
    let under = model.under(address);
    if !under.is_empty() {
        let all: Vec<&str> = under.iter().map(|id| model.assumption(*id).address.as_str()).collect();
        return Err(format!("`{address}` holds several assumptions: {}", all.join(", ")));
    }
    let near = crate::diagnostic::nearest(address, model.assumptions.iter().map(|a| a.address.as_str()));
    Err(match near {
        Some(near) => format!("there is no assumption `{address}`; did you mean `{near}`?"),
        None => format!("there is no assumption `{address}`{}", alike(model, address)),
    })
}

/// What there is of the same sort: the assumptions that end alike, else those
/// that begin alike.
fn alike(model: &Model, address: &str) -> String {
    const MOST: usize = 8;
    let first = address.split('.').next().unwrap_or(address);
    let last = address.rsplit('.').find(|p| p.parse::<i32>().is_err()).unwrap_or(address);
    let all = || model.assumptions.iter().map(|a| a.address.as_str());
    let begins = |a: &&str| a.split('.').next() == Some(first);
    let mut found: Vec<&str> = all().filter(begins).filter(|a| a.rsplit('.').next() == Some(last)).collect();
    if found.is_empty() {
        found = all().filter(begins).collect();
    }
    let sort = if found.is_empty() { String::new() } else { format!(" under `{first}`") };
    if found.is_empty() {
        found = all().collect();
    }
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    match (found.as_slice(), more) {
        ([], _) => String::new(),
        (some, 0) => format!("; there are{sort}: {}", some.join(", ")),
        (some, n) => format!("; there are{sort}: {}, and {n} more", some.join(", ")),
    }
}

/// Bounds where none were asked, by what kind of number it is.
pub fn bounds(model: &Model, id: AssumptionId, years: &[usize]) -> (f64, f64) {
    let assumption = model.assumption(id);
    let size = years.iter().fold(0.0f64, |m, y| m.max(assumption.values[*y].abs()));
    let whole = model.lines.costs().fold(0.0, |s, l| s + l.base_cost.abs());
    match assumption.scale {
        Scale::Rate | Scale::Level => (-0.5, 0.5),
        Scale::Share => (0.0, 1.0),
        Scale::Realisation => (0.0, 2.0),
        Scale::Amount => (-whole.max(size * 10.0), whole.max(size * 10.0)),
        Scale::Price => (0.0, (size * 10.0).max(1_000.0)),
        Scale::Count => (0.0, (size * 10.0).max(100.0)),
    }
}

/// The model with another value of an assumption; the spread travels with the value.
pub fn changed(model: &Model, id: AssumptionId, years: &[usize], value: f64) -> Model {
    let mut model = model.clone();
    let assumption = &mut model.assumptions[id.0];
    for y in years {
        let by = value - assumption.values[*y];
        assumption.values[*y] = value;
        if let Some(distribution) = &mut assumption.distributions[*y] {
            *distribution = moved(distribution, by);
        }
    }
    model
}

fn moved(distribution: &Distribution, by: f64) -> Distribution {
    match *distribution {
        Distribution::Normal { mean, sd } => Distribution::Normal { mean: mean + by, sd },
        Distribution::Pert { min, mode, max } => Distribution::Pert { min: min + by, mode: mode + by, max: max + by },
        Distribution::Metalog { p10, p50, p90 } => {
            Distribution::Metalog { p10: p10 + by, p50: p50 + by, p90: p90 + by }
        }
    }
}

/// Searches.
///
/// # Errors
/// When a figure of the condition is not there, or the model cannot be drawn.
pub fn solve(model: &Model, goal: &Goal<'_>) -> Result<Found, NoAnswer> {
    let mut search = Search { model, goal, tried: 0 };
    let today = search.sides(None)?;
    let values = &model.assumption(goal.assumption).values;
    let now = goal.years.first().map_or(0.0, |y| values[*y]).clamp(goal.from, goal.to);
    let holds_today = goal.condition.comparison.holds(today.left.value, today.right.value);
    // Points from the bounds, with the value of today among them.
    let mut points: Vec<f64> = (0..=SCAN).map(|i| goal.from + (goal.to - goal.from) * fraction(i)).collect();
    points.push(now);
    points.sort_by(f64::total_cmp);
    points.dedup();
    let mut margins = Vec::with_capacity(points.len());
    for x in &points {
        margins.push(search.margin(*x)?);
    }
    let verdict = search.verdict(&points, &margins, now, holds_today)?;
    Ok(Found { verdict, today, tried: search.tried })
}

#[allow(clippy::cast_precision_loss, reason = "a small count")]
fn fraction(i: usize) -> f64 {
    i as f64 / SCAN as f64
}

/// The smallest difference that people write: euros, hundredths of a percent,
/// persons, and hundredths of what is counted in parts, such as hours a week.
fn tidy_unit(assumption: &Assumption) -> f64 {
    let whole = |x: &f64| libm::floor(*x).to_bits() == x.to_bits();
    match assumption.scale {
        Scale::Count if !assumption.values.iter().all(whole) => 0.01,
        Scale::Amount | Scale::Count => 1.0,
        Scale::Price => 0.01,
        _ => 0.0001,
    }
}

struct Search<'a> {
    model: &'a Model,
    goal: &'a Goal<'a>,
    tried: usize,
}

impl Search<'_> {
    /// Both sides at a value; none is the model as it is.
    fn sides(&mut self, value: Option<f64>) -> Result<Sides, NoAnswer> {
        self.tried += 1;
        let changed = value.map(|v| changed(self.model, self.goal.assumption, &self.goal.years, v));
        let model = changed.as_ref().unwrap_or(self.model);
        let projection = project(model, &Central(model));
        let condition = self.goal.condition;
        let draws = match condition.needs_draws() {
            true => Some(Draws::new(model, self.goal.settings).map_err(NoAnswer::NoDraws)?),
            false => None,
        };
        let of = |x| question::answer(model, &projection, draws.as_ref(), x);
        Ok(Sides { left: of(&condition.left)?, right: of(&condition.right)? })
    }

    /// How far inside the condition a value is: not below 0 where it holds
    /// (above 0 where the comparison is strict). For equality the difference.
    fn margin(&mut self, value: f64) -> Result<f64, NoAnswer> {
        let sides = self.sides(Some(value))?;
        Ok(self.margin_of(&sides))
    }

    fn margin_of(&self, sides: &Sides) -> f64 {
        let difference = sides.left.value - sides.right.value;
        match self.goal.condition.comparison {
            Comparison::Below | Comparison::AtMost => -difference,
            Comparison::Above | Comparison::AtLeast | Comparison::Equal => difference,
        }
    }

    fn inside(&self, margin: f64) -> bool {
        match self.goal.condition.comparison {
            Comparison::Below | Comparison::Above => margin > 0.0,
            _ => margin >= 0.0,
        }
    }

    fn verdict(&mut self, points: &[f64], margins: &[f64], now: f64, holds: bool) -> Result<Verdict, NoAnswer> {
        let equal = self.goal.condition.comparison == Comparison::Equal;
        if equal && holds {
            return Ok(Verdict::Already(None));
        }
        // Neighbours of which one is inside: a border lies between.
        let mut nearest: Option<(f64, usize)> = None;
        for i in 1..points.len() {
            if self.inside(margins[i - 1]) == self.inside(margins[i]) || margins[i].is_nan() || margins[i - 1].is_nan()
            {
                continue;
            }
            let away = if now <= points[i - 1] {
                points[i - 1] - now
            } else if now >= points[i] {
                now - points[i]
            } else {
                0.0
            };
            if nearest.is_none_or(|(best, _)| away < best) {
                nearest = Some((away, i));
            }
        }
        let Some((_, at)) = nearest else {
            if holds {
                return Ok(Verdict::Already(None));
            }
            return self.nowhere(points, margins);
        };
        let border = self.border(points[at - 1], points[at], self.inside(margins[at - 1]))?;
        Ok(if holds { Verdict::Already(Some(border)) } else { Verdict::Reached(border) })
    }

    /// Narrows a border down, and how sure it is.
    fn border(&mut self, low: f64, high: f64, low_inside: bool) -> Result<Border, NoAnswer> {
        let value = self.halve((low, high), low_inside, 0.0)?;
        let value = self.tidy(value, low_inside)?;
        let sides = self.sides(Some(value))?;
        let error = match (sides.left.error, sides.right.error) {
            (Some(l), Some(r)) => Some(libm::sqrt(l * l + r * r)),
            _ => None,
        };
        let error = match error {
            Some(0.0) => Some(0.0),
            Some(se) => {
                // Where the border would lie, were the draws one standard error off.
                let span = (self.goal.to - self.goal.from).abs() / fraction_of(SCAN);
                let range = ((value - span).max(self.goal.from), (value + span).min(self.goal.to));
                let first = self.halve(range, low_inside, -se)?;
                let last = self.halve(range, low_inside, se)?;
                Some((last - first).abs() / 2.0)
            }
            None => None,
        };
        Ok(Border { value, sides, error })
    }

    /// The value on the inside of the border between two values, with the
    /// condition made easier (`shift` below 0) or harder.
    fn halve(&mut self, (mut low, mut high): (f64, f64), low_inside: bool, shift: f64) -> Result<f64, NoAnswer> {
        let steps = if self.goal.condition.needs_draws() { 24 } else { 80 };
        for _ in 0..steps {
            let middle = low + (high - low) / 2.0;
            if middle <= low || middle >= high {
                break;
            }
            let margin = self.margin(middle)? - shift;
            if self.inside(margin) == low_inside {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(if low_inside { low } else { high })
    }

    /// The nearest value with no more digits than people write at which the
    /// condition still holds; the value itself where there is none.
    fn tidy(&mut self, value: f64, low_inside: bool) -> Result<f64, NoAnswer> {
        if self.goal.condition.comparison == Comparison::Equal {
            return Ok(value);
        }
        let unit = tidy_unit(self.model.assumption(self.goal.assumption));
        let scaled = value / unit;
        let rounded = if low_inside { libm::floor(scaled) } else { libm::ceil(scaled) } * unit;
        if rounded < self.goal.from || rounded > self.goal.to {
            return Ok(value);
        }
        let margin = self.margin(rounded)?;
        Ok(if self.inside(margin) { rounded } else { value })
    }

    /// The value that comes nearest, narrowed down around the best point.
    fn nowhere(&mut self, points: &[f64], margins: &[f64]) -> Result<Verdict, NoAnswer> {
        let equal = self.goal.condition.comparison == Comparison::Equal;
        let miss = |margin: f64| if equal { margin.abs() } else { -margin };
        let best = (0..points.len())
            .filter(|i| !margins[*i].is_nan())
            .min_by(|a, b| miss(margins[*a]).total_cmp(&miss(margins[*b])))
            .unwrap_or(0);
        let (mut low, mut high) = (points[best.saturating_sub(1)], points[(best + 1).min(points.len() - 1)]);
        let (mut value, mut least) = (points[best], miss(margins[best]));
        for _ in 0..if self.goal.condition.needs_draws() { 8 } else { 40 } {
            let third = (high - low) / 3.0;
            let (a, b) = (low + third, high - third);
            let (of_a, of_b) = (miss(self.margin(a)?), miss(self.margin(b)?));
            for (x, y) in [(a, of_a), (b, of_b)] {
                if y < least {
                    (value, least) = (x, y);
                }
            }
            if of_a <= of_b { high = b } else { low = a }
        }
        let sides = self.sides(Some(value))?;
        if self.inside(self.margin_of(&sides)) && !equal {
            let border = Border { value, sides, error: None };
            return Ok(Verdict::Reached(border));
        }
        Ok(Verdict::Nowhere { value, sides })
    }
}

#[allow(clippy::cast_precision_loss, reason = "a small count")]
fn fraction_of(n: usize) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::fixture::saving;
    use crate::simulation::fixture::Sketch;

    /// A line of 1,000,000 that grows, with an amount beside it, against
    /// revenue of 1,100,000.
    fn sketch(sd: Option<f64>) -> Model {
        let mut s = Sketch::new(2026, 2028);
        let spread = sd.map(|sd| Distribution::Normal { mean: 0.05, sd });
        let growth = s.assumption("cost.a.volume.growth", Scale::Rate, 0.05, spread, 0.0);
        let line = s.cost("a", 1_000_000.0, None);
        s.line(line).growth = Some(growth);
        s.revenue("r", 1_100_000.0, None);
        s.model
    }

    fn goal<'a>(model: &Model, condition: &'a Condition, settings: &'a Settings, bounds: (f64, f64)) -> Goal<'a> {
        let (assumption, years) = target(model, "cost.a.volume.growth").expect("there");
        Goal { assumption, years, condition, from: bounds.0, to: bounds.1, settings }
    }

    fn read(text: &str) -> Condition {
        text.parse().expect("well formed")
    }

    #[test]
    fn equality_is_found_where_algebra_says() {
        // 1,000,000 (1+g)^2 = 1,100,000, so g = sqrt(1.1) - 1 = 4.880885 %.
        let (model, settings) = (sketch(None), Settings::default());
        let condition = read("result(2028) = 0");
        let found = solve(&model, &goal(&model, &condition, &settings, (-0.2, 0.2))).expect("asked well");
        let Verdict::Reached(border) = found.verdict else { panic!("{found:?}") };
        assert!((border.value - 0.048_808_848_170_151_5).abs() < 1e-9, "{}", border.value);
        assert_eq!(border.error, Some(0.0));
    }

    #[test]
    fn the_answer_stands_on_the_side_where_the_condition_holds() {
        let (model, settings) = (sketch(None), Settings::default());
        let condition = read("result(2028) >= 0");
        let found = solve(&model, &goal(&model, &condition, &settings, (-0.2, 0.2))).expect("asked well");
        let Verdict::Reached(border) = found.verdict else { panic!("{found:?}") };
        // 4.8808 % rounded down to a hundredth of a percent.
        assert!((border.value - 0.0488).abs() < 1e-12, "{}", border.value);
        assert!(border.sides.left.value >= 0.0);
        assert!(found.today.left.value < 0.0);
    }

    #[test]
    fn no_answer_says_how_near_one_gets() {
        let (model, settings) = (sketch(None), Settings::default());
        let condition = read("result(2028) >= 1000000");
        let found = solve(&model, &goal(&model, &condition, &settings, (-0.2, 0.2))).expect("asked well");
        let Verdict::Nowhere { value, sides } = found.verdict else { panic!("{found:?}") };
        assert!((value + 0.2).abs() < 1e-9);
        // 1,100,000 - 1,000,000 x 0.8 x 0.8
        assert!((sides.left.value - 460_000.0).abs() < 1e-6);
    }

    #[test]
    fn what_holds_already_tells_how_far_it_holds() {
        let (model, settings) = (sketch(None), Settings::default());
        let condition = read("result(2028) < 0");
        let found = solve(&model, &goal(&model, &condition, &settings, (-0.2, 0.2))).expect("asked well");
        let Verdict::Already(Some(border)) = found.verdict else { panic!("{found:?}") };
        assert!((border.value - 0.0489).abs() < 1e-12, "{}", border.value);
    }

    #[test]
    fn a_chance_is_sought_with_the_same_numbers_and_tells_its_error() {
        // One year: cost 1,000,000 (1+g), g normal around x with sd 2 %. The
        // chance of a loss is at most 10 % where 0.1 - x is 1.2816 sd: x = 7.437 %.
        let model = sketch(Some(0.02));
        let settings = Settings { draws: 4_000, ..Settings::default() };
        let condition = read("chance(result(2027) < 0) <= 10%");
        let found = solve(&model, &goal(&model, &condition, &settings, (0.05, 0.3))).expect("asked well");
        let Verdict::Already(Some(border)) = found.verdict else { panic!("{found:?}") };
        let exact = 0.1 - 0.02 * 1.281_551_565_5;
        let error = border.error.expect("drawn");
        // Standard error of the 90 % quantile: sqrt(0.1 x 0.9 / 4000) / density 0.1755 x sd.
        assert!((error - 0.02 * 0.004_743 / 0.175_5).abs() < 0.000_2, "{error}");
        assert!((border.value - exact).abs() < 3.0 * error + 1e-4, "{} {exact}", border.value);
    }

    #[test]
    fn a_chance_of_the_assumption_itself_moves_with_it() {
        // g is normal around x with sd 2 %: P(g > 4 %) is 10 % where x lies
        // 1.2816 sd below 4 %, at 1.437 %. Today, at 5 %, it is Phi(0.5).
        let model = sketch(Some(0.02));
        let settings = Settings { draws: 500, ..Settings::default() };
        let condition = read("chance(cost.a.volume.growth[2027] > 4%) <= 10%");
        let found = solve(&model, &goal(&model, &condition, &settings, (-0.2, 0.3))).expect("asked well");
        let Verdict::Reached(border) = found.verdict else { panic!("{found:?}") };
        assert!((found.today.left.value - 0.691_462).abs() < 1e-6, "{found:?}");
        assert!((border.value - 0.0143).abs() < 1e-9, "{}", border.value);
        assert_eq!(border.error, Some(0.0));
    }

    #[test]
    fn an_address_may_name_one_year() {
        let model = sketch(None);
        assert_eq!(target(&model, "cost.a.volume.growth.2028").expect("there").1, [2]);
        assert_eq!(target(&model, "cost.a.volume.growth").expect("there").1, [1, 2]);
        assert!(target(&model, "cost.a.volume.growht").expect_err("misspelt").contains("did you mean"));
        assert!(target(&model, "cost.a.volume.growth.2031").is_err());
        assert!(target(&model, "cost.a").expect_err("too much").contains("several"));
    }

    #[test]
    fn a_chance_of_what_measures_bring_is_drawn() {
        // What comes true is beta(5, 1): P(a X < 100,000) = (100,000 / a)^5 is
        // 10 % where a = 100,000 / 0.1^(1/5) = 158,489. Today a is 120,000: 40.2 %.
        let mut s = Sketch::new(2026, 2027);
        let line = s.cost("a", 1_000_000.0, None);
        let spread = Some(Distribution::Pert { min: 0.0, mode: 1.0, max: 1.0 });
        let realisation = s.assumption("measure.m.realisation", Scale::Realisation, 1.0, spread, 1.0);
        saving(&mut s, "m", line, -120_000.0).realisation = Some(realisation);
        let settings = Settings { draws: 4_000, ..Settings::default() };
        let condition = read("chance(measures(saving, 2027) > -100000) <= 10%");
        let (assumption, years) = target(&s.model, "measure.m.amount").expect("there");
        let goal = Goal { assumption, years, condition: &condition, from: -400_000.0, to: 0.0, settings: &settings };
        let found = solve(&s.model, &goal).expect("asked well");
        let Verdict::Reached(border) = found.verdict else { panic!("{found:?}") };
        assert!((found.today.left.value - 0.401_9).abs() < 0.03, "{found:?}");
        let error = border.error.expect("drawn");
        assert!(error > 0.0 && (border.value + 158_489.0).abs() < 4.0 * error, "{border:?}");
    }

    #[test]
    fn hours_are_sought_in_hundredths_and_persons_whole() {
        let hours = |value: f64| {
            let mut s = Sketch::new(2026, 2027);
            let id = s.assumption("cost.a.unit_cost.hours_per_week", Scale::Count, value, None, 1.0);
            tidy_unit(s.model.assumption(id))
        };
        assert_eq!((hours(1.5).to_bits(), hours(3.0).to_bits()), (0.01f64.to_bits(), 1f64.to_bits()));
    }
}
