//! Why a cost changed: the additive logarithmic mean Divisia index (LMDI-I).
//!
//! A change between two years, or between two scenarios in one year, is split
//! into unit cost, volume, intensity and price, and these into what moved them.
//! The split has no residual: the items sum to the change. Source of the
//! method: B.W. Ang, "The LMDI approach to decomposition analysis: a practical
//! guide", Energy Policy 33 (2005), 867-871.

use std::collections::BTreeMap;

use super::result::Terms;
use super::{Cause, GroupId, LineProjection, LineYear, Part, Projection};
use crate::units::Year;

/// What an item of a bridge is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Driver {
    /// Euros per unit of volume, level included.
    UnitCost,
    /// Volume, by cause.
    Volume(Cause),
    /// Shift between lines of a group whose clients may be summed.
    Mix,
    /// Hours, days or sessions per client.
    Intensity,
    /// Price, by cause.
    Price(Cause),
    /// Amount of a measure, by its id.
    Measure(String),
    /// Revenue, by cause.
    Revenue(Cause),
    /// A line that cost nothing before.
    New,
    /// A line that costs nothing any more.
    Ended,
    /// A change of sign, which no logarithm splits.
    Other,
}

/// One item of a bridge.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Why.
    pub driver: Driver,
    /// Euros; positive adds to the amount.
    pub amount: f64,
    /// Whether it is incidental (only amounts of measures can be).
    pub incidental: bool,
}

/// The change of one line or group.
#[derive(Clone, Debug, PartialEq)]
pub struct Bridge {
    /// Amount before.
    pub from: f64,
    /// Amount after.
    pub to: f64,
    /// Items in the order of [`Driver`]; they sum to `to - from`.
    pub items: Vec<Item>,
}

/// Logarithmic mean of two positive numbers: `(a-b)/ln(a/b)`, and `a` where they are equal.
pub fn logarithmic_mean(a: f64, b: f64) -> f64 {
    let ratio = a / b;
    let d = ratio - 1.0;
    if d.abs() < 1e-4 {
        // (a-b)/ln(a/b) by its series: the quotient itself loses its digits here.
        b * (1.0 + d / 2.0 - d * d / 12.0 + d * d * d / 24.0)
    } else {
        (a - b) / libm::log(ratio)
    }
}

/// Amounts by driver, with the incidental ones apart.
type Sums = BTreeMap<(Driver, bool), f64>;

fn add(sums: &mut Sums, driver: Driver, incidental: bool, amount: f64) {
    if amount != 0.0 {
        *sums.entry((driver, incidental)).or_default() += amount;
    }
}

/// What each cause added to a factor over the years `(after, until]` of a line.
fn parts<'a>(
    line: &'a LineProjection,
    after: Option<Year>,
    until: Year,
    pick: impl Fn(&'a LineYear) -> &'a [Part],
) -> BTreeMap<Cause, f64> {
    let mut sums = BTreeMap::new();
    for year in &line.years {
        if after.is_none_or(|a| year.year > a) && year.year <= until {
            for part in pick(year) {
                *sums.entry(part.cause.clone()).or_default() += part.amount;
            }
        }
    }
    sums
}

fn at(line: &LineProjection, year: Year) -> Option<&LineYear> {
    line.years.iter().find(|y| y.year == year)
}

/// The two ends of a comparison of one line.
struct Ends<'a> {
    before: &'a LineYear,
    after: &'a LineYear,
    volume: BTreeMap<Cause, f64>,
    price: BTreeMap<Cause, f64>,
    revenue: BTreeMap<Cause, f64>,
    cost: bool,
}

/// `a - b` by cause.
fn less(mut a: BTreeMap<Cause, f64>, b: BTreeMap<Cause, f64>) -> BTreeMap<Cause, f64> {
    for (cause, amount) in b {
        *a.entry(cause).or_default() -= amount;
    }
    a
}

fn split(ends: &Ends<'_>) -> Sums {
    let mut sums = Sums::new();
    let (a, b) = (&ends.before.terms, &ends.after.terms);
    for (terms, sign) in [(a, -1.0), (b, 1.0)] {
        for m in &terms.measures {
            add(&mut sums, Driver::Measure(m.id.clone()), !m.structural, sign * m.amount);
        }
    }
    let before = ends.before.amount - ends.before.measures;
    let after = ends.after.amount - ends.after.measures;
    if !ends.cost {
        // Ended at both ends: what it grew by before is gone as well.
        if before == 0.0 && after == 0.0 {
            return sums;
        }
        let mut rest = after - before;
        for (cause, amount) in &ends.revenue {
            add(&mut sums, Driver::Revenue(cause.clone()), false, *amount);
            rest -= amount;
        }
        // Base figures of two scenarios may differ without a cause in the years.
        if rest.abs() > 1e-9 * (before.abs() + after.abs()) {
            add(&mut sums, Driver::Other, false, rest);
        }
        return sums;
    }
    if before == 0.0 || after == 0.0 {
        let driver = if before == 0.0 { Driver::New } else { Driver::Ended };
        add(&mut sums, driver, false, after - before);
        return sums;
    }
    let factors_positive =
        [a.unit_cost / b.unit_cost, a.volume / b.volume, a.intensity / b.intensity, a.price / b.price]
            .iter()
            .all(|r| r.is_finite() && *r > 0.0);
    // A base year without cost of its own holds measures and nothing that its factors multiply to.
    let multiplies =
        |amount: f64, t: &Terms| (t.unit_cost * t.volume * t.intensity * t.price - amount).abs() <= 1e-6 * amount.abs();
    let told = multiplies(before, a) && multiplies(after, b);
    if (before > 0.0) != (after > 0.0) || !factors_positive || !told {
        add(&mut sums, Driver::Other, false, after - before);
        return sums;
    }
    let mean = logarithmic_mean(after, before);
    add(&mut sums, Driver::UnitCost, false, mean * libm::log(b.unit_cost / a.unit_cost));
    add(&mut sums, Driver::Intensity, false, mean * libm::log(b.intensity / a.intensity));
    for (kind, from, to, causes) in [(true, a.volume, b.volume, &ends.volume), (false, a.price, b.price, &ends.price)] {
        let weight = mean / logarithmic_mean(to, from);
        let driver = |cause: &Cause| if kind { Driver::Volume(cause.clone()) } else { Driver::Price(cause.clone()) };
        let mut rest = to - from;
        for (cause, amount) in causes {
            add(&mut sums, driver(cause), false, weight * amount);
            rest -= amount;
        }
        // Two base years with other figures, or a saved run that kept no causes.
        if rest.abs() > 1e-9 * (from.abs() + to.abs()) {
            add(&mut sums, driver(&Cause::Base), false, weight * rest);
        }
    }
    sums
}

fn items(sums: Sums) -> Vec<Item> {
    let moved = sums.into_iter().filter(|(_, amount)| *amount != 0.0);
    moved.map(|((driver, incidental), amount)| Item { driver, amount, incidental }).collect()
}

fn bridge_of(ends: &Ends<'_>) -> Bridge {
    Bridge { from: ends.before.amount, to: ends.after.amount, items: items(split(ends)) }
}

fn is_cost(line: &LineProjection) -> bool {
    line.years.iter().any(|y| y.intensity_index.is_some())
}

/// The change of one line between two years of a projection; none for a year outside it.
pub fn line_between_years(line: &LineProjection, from: Year, to: Year) -> Option<Bridge> {
    let (before, after) = (at(line, from)?, at(line, to)?);
    let (early, late, sign) = if from <= to { (from, to, 1.0) } else { (to, from, -1.0) };
    let signed = |sums: BTreeMap<Cause, f64>| sums.into_iter().map(|(c, a)| (c, sign * a)).collect();
    Some(bridge_of(&Ends {
        before,
        after,
        volume: signed(parts(line, Some(early), late, |y| &y.terms.volume_parts)),
        price: signed(parts(line, Some(early), late, |y| &y.terms.price_parts)),
        revenue: signed(parts(line, Some(early), late, |y| &y.terms.revenue_parts)),
        cost: is_cost(line),
    }))
}

/// The difference of one line between two scenarios in a year.
pub fn line_between_scenarios(a: &LineProjection, b: &LineProjection, year: Year) -> Option<Bridge> {
    let (before, after) = (at(a, year)?, at(b, year)?);
    let change =
        |pick: for<'x> fn(&'x LineYear) -> &'x [Part]| less(parts(b, None, year, pick), parts(a, None, year, pick));
    Some(bridge_of(&Ends {
        before,
        after,
        volume: change(|y| &y.terms.volume_parts),
        price: change(|y| &y.terms.price_parts),
        revenue: change(|y| &y.terms.revenue_parts),
        cost: is_cost(b),
    }))
}

/// Sums bridges of lines, each by its share of the group.
fn sum<'a>(bridges: impl Iterator<Item = (f64, &'a Bridge)>) -> Bridge {
    let mut sums = Sums::new();
    let (mut from, mut to) = (0.0, 0.0);
    for (share, bridge) in bridges {
        from += share * bridge.from;
        to += share * bridge.to;
        for item in &bridge.items {
            add(&mut sums, item.driver.clone(), item.incidental, share * item.amount);
        }
    }
    Bridge { from, to, items: items(sums) }
}

/// The change of a group's cost (or revenue) between two years, its lines by their shares.
pub fn group_between_years(
    projection: &Projection,
    group: &GroupId,
    cost: bool,
    from: Year,
    to: Year,
) -> Option<Bridge> {
    let group = projection.groups.iter().find(|g| g.id == *group)?;
    let lines: Option<Vec<(f64, Bridge)>> = group
        .members
        .iter()
        .map(|(line, share)| (&projection.lines[line.0], *share))
        .filter(|(line, _)| is_cost(line) == cost)
        .map(|(line, share)| line_between_years(line, from, to).map(|b| (share, b)))
        .collect();
    Some(sum(lines?.iter().map(|(s, b)| (*s, b))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::projection::Terms;

    fn year(y: i32, unit: f64, volume: f64, intensity: f64, price: f64, grown: f64, indexed: f64) -> LineYear {
        LineYear {
            year: Year(y),
            clients: Some(volume),
            volume_index: Some(1.0),
            intensity_index: Some(intensity),
            price_index: Some(price),
            amount: unit * volume * intensity * price,
            measures: 0.0,
            incidental: 0.0,
            budget: None,
            budget_now: None,
            gap: None,
            terms: Terms {
                unit_cost: unit,
                volume,
                intensity,
                price,
                volume_parts: vec![Part { cause: Cause::Growth, amount: grown }],
                price_parts: vec![Part { cause: Cause::Index("ova".into()), amount: indexed }],
                ..Terms::default()
            },
        }
    }

    fn total(bridge: &Bridge) -> f64 {
        bridge.items.iter().map(|i| i.amount).sum()
    }

    #[test]
    fn heerde_youth_2023_to_2024_splits_into_volume_and_price() {
        // Raadsmonitor Heerde 2024, figuur 39: 540 clients and 4,156,634 euros; 573 and 4,813,135.
        // By hand: L = 656501 / ln(4813135/4156634) = 4,476,865; volume = L ln(573/540) = 265,552; price = L ln(8399.887/7697.470) = 390,949.
        let (p0, p1) = (4_156_634.0 / 540.0, 4_813_135.0 / 573.0);
        let line = LineProjection {
            id: "jeugd".into(),
            years: vec![
                year(2023, p0, 540.0, 1.0, 1.0, 0.0, 0.0),
                year(2024, p0, 573.0, 1.0, p1 / p0, 33.0, p1 / p0 - 1.0),
            ],
        };
        let bridge = line_between_years(&line, Year(2023), Year(2024)).expect("both years are there");
        assert!((total(&bridge) - 656_501.0).abs() < 1e-6, "the parts sum to the change: {}", total(&bridge));
        let of = |d: &Driver| bridge.items.iter().find(|i| i.driver == *d).map_or(0.0, |i| i.amount);
        let mean = 656_501.0 / libm::log(4_813_135.0 / 4_156_634.0);
        assert!((of(&Driver::Volume(Cause::Growth)) - mean * libm::log(573.0 / 540.0)).abs() < 1e-6);
        assert!((of(&Driver::Price(Cause::Index("ova".into()))) - mean * libm::log(p1 / p0)).abs() < 1e-6);
    }

    #[test]
    fn a_bridge_back_is_minus_the_bridge_there() {
        let line = LineProjection {
            id: "x".into(),
            years: vec![year(2026, 10.0, 5.0, 1.0, 1.0, 0.0, 0.0), year(2027, 10.0, 6.0, 1.1, 1.04, 1.0, 0.04)],
        };
        let there = line_between_years(&line, Year(2026), Year(2027)).expect("both years");
        let back = line_between_years(&line, Year(2027), Year(2026)).expect("both years");
        for (a, b) in there.items.iter().zip(&back.items) {
            assert_eq!(a.driver, b.driver);
            assert!((a.amount + b.amount).abs() < 1e-9);
        }
    }

    #[test]
    fn a_line_that_starts_is_one_item() {
        let mut early = year(2026, 10.0, 0.0, 1.0, 1.0, 0.0, 0.0);
        early.amount = 0.0;
        let line = LineProjection { id: "x".into(), years: vec![early, year(2027, 10.0, 6.0, 1.0, 1.0, 6.0, 0.0)] };
        let bridge = line_between_years(&line, Year(2026), Year(2027)).expect("both years");
        assert_eq!(bridge.items.len(), 1);
        assert_eq!(bridge.items[0].driver, Driver::New);
        assert!((total(&bridge) - 60.0).abs() < 1e-12);
    }

    #[test]
    fn the_logarithmic_mean_has_no_hole_where_its_ends_meet() {
        assert!((logarithmic_mean(2.0, 2.0) - 2.0).abs() < 1e-15);
        let near = logarithmic_mean(1.000_05, 1.0);
        assert!((near - 1.000_025).abs() < 1e-9, "{near}");
        // L(e, 1) = (e - 1) / 1
        assert!((logarithmic_mean(std::f64::consts::E, 1.0) - (std::f64::consts::E - 1.0)).abs() < 1e-14);
    }
}
