//! Every amount of a report, rounded once.
//!
//! Tables add up as printed: the total is rounded, its parts follow by the
//! largest remainder, from the programme down to the line. Texts take their
//! amounts from the same book, so the same figure reads the same everywhere.

use crate::dutch::{self, Style};
use crate::model::Model;
use crate::projection::{GroupId, Projection};
use crate::study::derive::{self, Slice};

/// A rounded amount, in units of [`Book::size`].
pub type Units = i64;

/// How amounts are shown, and the rounded figures of every group and year.
pub struct Book {
    /// Euros per unit: 1, 1.000 or 100.000 (a tenth of a million).
    size: f64,
    style: Style,
    groups: Vec<Page>,
}

/// The rounded figures of one group.
pub struct Page {
    /// Which group.
    pub id: GroupId,
    /// One per year, `b..=h`.
    pub years: Vec<Entry>,
    /// Its lines in file order, by year.
    pub slices: Vec<(Slice, Vec<SliceEntry>)>,
}

/// One group in one year; what has no budget has none.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Entry {
    /// Cost.
    pub cost: Units,
    /// Revenue.
    pub revenue: Units,
    /// Budget of the cost in the money of the year.
    pub budget_cost: Option<Units>,
    /// Budget of the revenue.
    pub budget_revenue: Option<Units>,
}

impl Entry {
    /// Revenue less cost, as printed.
    pub fn balance(&self) -> Units {
        self.revenue - self.cost
    }

    /// Cost above its budget, as printed.
    pub fn cost_above(&self) -> Option<Units> {
        self.budget_cost.map(|b| self.cost - b)
    }

    /// Revenue above its budget, as printed.
    pub fn revenue_above(&self) -> Option<Units> {
        self.budget_revenue.map(|b| self.revenue - b)
    }

    /// Balance better (positive) or worse than budgeted, as printed.
    pub fn balance_above(&self) -> Option<Units> {
        Some(self.revenue_above()? - self.cost_above()?)
    }
}

/// One line of a group in one year.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SliceEntry {
    /// Amount.
    pub amount: Units,
    /// Budget in the money of the year.
    pub budget: Option<Units>,
}

impl Book {
    /// Rounds a projection.
    pub fn new(model: &Model, projection: &Projection) -> Self {
        let largest = derive::total(projection)
            .into_iter()
            .flat_map(|g| g.years.iter().map(|y| y.cost.abs().max(y.revenue.abs())))
            .fold(0.0, f64::max);
        let (size, style) = match model.report.unit.as_deref() {
            Some("million") => (100_000.0, Style::Million),
            Some("thousand") => (1_000.0, Style::Thousand),
            _ if largest < 1e6 => (1.0, Style::Auto),
            _ => (1_000.0, Style::Auto),
        };
        let mut book = Self { size, style, groups: Vec::new() };
        book.fill(model, projection);
        book
    }

    fn fill(&mut self, model: &Model, projection: &Projection) {
        let count = projection.years.len();
        let domains: Vec<usize> =
            (0..projection.groups.len()).filter(|g| matches!(projection.groups[*g].id, GroupId::Domain(_))).collect();
        let total = projection.groups.iter().position(|g| g.id == GroupId::Total);
        let mut entries = vec![vec![Entry::default(); count]; projection.groups.len()];
        for year in 0..count {
            // Each group by itself first; domains are then fitted to the programme.
            for (group, entry) in projection.groups.iter().zip(&mut entries) {
                let y = &group.years[year];
                entry[year] = Entry {
                    cost: self.round(y.cost),
                    revenue: self.round(y.revenue),
                    budget_cost: y.budget_cost.map(|b| self.round(b)),
                    budget_revenue: y.budget_revenue.map(|b| self.round(b)),
                };
            }
            let Some(total) = total else { continue };
            let of = |g: usize| &projection.groups[g].years[year];
            let whole = entries[total][year];
            let fit = |values: Vec<f64>, sum: f64, target: Units| self.fit(values, sum, target);
            let costs = fit(domains.iter().map(|g| of(*g).cost).collect(), of(total).cost, whole.cost);
            let revenues = fit(domains.iter().map(|g| of(*g).revenue).collect(), of(total).revenue, whole.revenue);
            let all = |values: Vec<Option<f64>>| -> Option<Vec<f64>> { values.into_iter().collect() };
            let budgets = all(domains.iter().map(|g| of(*g).budget_cost).collect())
                .zip(of(total).budget_cost.zip(whole.budget_cost))
                .map(|(values, (sum, target))| fit(values, sum, target));
            let budgeted = all(domains.iter().map(|g| of(*g).budget_revenue).collect())
                .zip(of(total).budget_revenue.zip(whole.budget_revenue))
                .map(|(values, (sum, target))| fit(values, sum, target));
            for (i, g) in domains.iter().enumerate() {
                let entry = &mut entries[*g][year];
                entry.cost = costs[i];
                entry.revenue = revenues[i];
                if let Some(fitted) = &budgets {
                    entry.budget_cost = Some(fitted[i]);
                }
                if let Some(fitted) = &budgeted {
                    entry.budget_revenue = Some(fitted[i]);
                }
            }
        }
        for (group, years) in projection.groups.iter().zip(entries) {
            let slices = derive::slices(model, projection, group);
            let rounded = self.round_slices(&slices, &years);
            self.groups.push(Page { id: group.id.clone(), years, slices: slices.into_iter().zip(rounded).collect() });
        }
    }

    /// Rounds the lines of a group so that they add up to the group.
    fn round_slices(&self, slices: &[Slice], years: &[Entry]) -> Vec<Vec<SliceEntry>> {
        let mut rounded = vec![vec![SliceEntry::default(); years.len()]; slices.len()];
        for (year, entry) in years.iter().enumerate() {
            for (is_cost, amount, budget) in
                [(true, entry.cost, entry.budget_cost), (false, entry.revenue, entry.budget_revenue)]
            {
                let which: Vec<usize> = (0..slices.len()).filter(|i| slices[*i].is_cost == is_cost).collect();
                let values: Vec<f64> = which.iter().map(|i| slices[*i].amount[year]).collect();
                for (i, units) in which.iter().zip(apportion(&values, self.size, amount)) {
                    rounded[*i][year].amount = units;
                }
                let budgets: Option<Vec<f64>> = which.iter().map(|i| slices[*i].budget_now[year]).collect();
                match (budgets, budget) {
                    (Some(values), Some(target)) => {
                        for (i, units) in which.iter().zip(apportion(&values, self.size, target)) {
                            rounded[*i][year].budget = Some(units);
                        }
                    }
                    _ => {
                        for i in &which {
                            rounded[*i][year].budget = slices[*i].budget_now[year].map(|b| self.round(b));
                        }
                    }
                }
            }
        }
        rounded
    }

    /// Fits parts to a rounded total; what the parts lack of the total (money
    /// of another programme in a domain) takes part as one more value.
    fn fit(&self, mut values: Vec<f64>, sum: f64, target: Units) -> Vec<Units> {
        let parts = values.len();
        let rest = sum - values.iter().sum::<f64>();
        // Below a thousandth of a unit it is an error of the summing, not an amount.
        if rest.abs() > self.size * 1e-3 {
            values.push(rest);
        }
        let mut fitted = apportion(&values, self.size, target);
        fitted.truncate(parts);
        fitted
    }

    /// The page of a group.
    pub fn page(&self, id: &GroupId) -> Option<&Page> {
        self.groups.iter().find(|p| p.id == *id)
    }

    /// Rounds an amount that belongs to no sum.
    pub fn round(&self, euros: f64) -> Units {
        to_units(dutch::round(euros / self.size, 0))
    }

    /// Splits a rounded total over its parts.
    pub fn split(&self, values: &[f64], target: Units) -> Vec<Units> {
        apportion(values, self.size, target)
    }

    /// As in a table: `24.201` under a heading that names the unit, `24,2` in millions.
    pub fn cell(&self, units: Units) -> String {
        let value = units as f64;
        if self.size == 100_000.0 { dutch::number(value / 10.0, 1) } else { dutch::whole(value) }
    }

    /// What stands in a caption: `bedragen x € 1.000`.
    pub fn caption(&self) -> &'static str {
        if self.size == 100_000.0 {
            Self::CAPTIONS[0]
        } else if self.size == 1_000.0 {
            Self::CAPTIONS[1]
        } else {
            Self::WHOLE
        }
    }

    /// What tables say of amounts in millions and in thousands.
    pub const CAPTIONS: [&'static str; 2] = ["bedragen in € miljoen", "bedragen x € 1.000"];

    /// What tables say of whole amounts.
    pub const WHOLE: &'static str = "bedragen in euro's";

    /// As in a text, without its sign: `€ 2,7 miljoen`.
    pub fn words(&self, units: Units) -> String {
        dutch::amount(units.unsigned_abs() as f64 * self.size, self.style)
    }

    /// The same where the exact amount is known. Millions are rounded once, from
    /// that amount, as the rules do: 1.949.641 by way of 1.950 thousand would read
    /// `€ 2 miljoen` here and `€ 1,9 miljoen` there. Below a million the table's
    /// own figure stands, so that text and table agree.
    pub fn prose(&self, units: Units, exact: f64) -> String {
        let table = units.unsigned_abs() as f64 * self.size;
        let exact = exact.abs();
        // Less than a tenth of a million is not `€ 0 miljoen`.
        if self.vanishes(exact) && units.unsigned_abs() <= 1 {
            return dutch::amount(exact, Style::Auto);
        }
        // Fitting to a sum moves a figure a few units at most; further off, it is another amount.
        let same = (table - exact).abs() <= 5.0 * self.size;
        if self.size == 1_000.0 && same && table >= 1e6 && exact >= 999_500.0 {
            return dutch::amount(exact, self.style);
        }
        self.words(units)
    }

    /// Two bounds as in a text, each rounded once: `tussen € 22,3 en € 26,1 miljoen`.
    pub fn range(&self, low: f64, high: f64) -> String {
        if self.vanishes(low) || self.vanishes(high) {
            return dutch::range(low, high, dutch::Quantity::Euro);
        }
        if !matches!(self.style, Style::Auto) {
            return self.chosen_range(self.round(low), self.round(high));
        }
        let millions = self.size == 1_000.0 && low.abs().max(high.abs()) >= 999_500.0;
        // As `prose`: hundred thousands and more from the exact amount, the rest as in the tables.
        let one = |x: f64| {
            if millions && x.abs() >= 50_000.0 { x } else { self.euros(self.round(x)) }
        };
        dutch::range(one(low), one(high), dutch::Quantity::Euro)
    }

    /// Whether an amount is something, and nothing in millions with one decimal.
    fn vanishes(&self, exact: f64) -> bool {
        self.size == 100_000.0 && exact != 0.0 && self.round(exact) == 0
    }

    /// The same in the unit that the municipality chose.
    fn chosen_range(&self, low: Units, high: Units) -> String {
        let one = |units: Units| dutch::amount(self.euros(units), self.style);
        match (one(low.min(high)), one(low.max(high))) {
            (low, high) if low == high => low,
            // In millions the word stands once: `tussen € 0,7 en € 5,1 miljoen`.
            (low, high) => format!("tussen {} en {high}", low.strip_suffix(" miljoen").unwrap_or(&low)),
        }
    }

    /// Euros that a number of units stands for.
    pub fn euros(&self, units: Units) -> f64 {
        units as f64 * self.size
    }
}

/// Rounds values to units so that they add up to `target`, which lies near
/// their sum: each to the nearest, then the ones that lose least give way.
pub fn apportion(values: &[f64], size: f64, target: Units) -> Vec<Units> {
    let exact: Vec<f64> = values.iter().map(|v| if v.is_finite() { v / size } else { 0.0 }).collect();
    let mut units: Vec<Units> = exact.iter().map(|v| to_units(dutch::round(*v, 0))).collect();
    if units.is_empty() {
        return units;
    }
    let mut missing = target - units.iter().sum::<Units>();
    // More than one unit each cannot come from rounding: the target belongs to
    // another sum, and bending the parts to it would print wrong figures.
    if missing.unsigned_abs() > units.len() as u64 {
        return units;
    }
    let step = missing.signum();
    let mut order: Vec<usize> = (0..units.len()).collect();
    order.sort_by(|a, b| {
        let room = |i: usize| (exact[i] - units[i] as f64) * step as f64;
        // Of equals the earlier one is served first and gives way last.
        room(*b).total_cmp(&room(*a)).then(if step > 0 { a.cmp(b) } else { b.cmp(a) })
    });
    // A part that is exactly nothing stays nothing: 0 clients do not cost € 1.000.
    let (nothing, something): (Vec<usize>, Vec<usize>) = order.into_iter().partition(|i| exact[*i] == 0.0);
    for i in something.into_iter().chain(nothing) {
        if missing == 0 {
            break;
        }
        units[i] += step;
        missing -= step;
    }
    units
}

/// A count in whole ones.
pub fn whole(value: f64) -> Units {
    to_units(dutch::round(value, 0))
}

#[allow(clippy::cast_possible_truncation)]
fn to_units(value: f64) -> Units {
    // Saturates; amounts beyond 9e18 do not occur in a municipality.
    value as Units
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 1.712 + 381 + 640 thousand make 2,7 million: 1,7 + 0,4 + 0,6.
    #[test]
    fn parts_follow_the_rounded_total() {
        assert_eq!(apportion(&[1_712_000.0, 381_000.0, 640_000.0], 100_000.0, 27), [17, 4, 6]);
        assert_eq!(apportion(&[1_500.0, 1_500.0], 1_000.0, 3), [2, 1]);
    }

    /// With thousands or millions by choice a range is in them too, as the amounts beside it.
    #[test]
    fn a_range_is_in_the_unit_that_is_chosen() {
        let book = |size, style| Book { size, style, groups: Vec::new() };
        let (low, high) = (120_123_456.0, 139_512_499.0);
        let thousand = book(1_000.0, Style::Thousand);
        assert_eq!(thousand.range(low, high), "tussen € 120.123.000 en € 139.512.000");
        assert_eq!(thousand.range(high, low), "tussen € 120.123.000 en € 139.512.000");
        let million = book(100_000.0, Style::Million);
        assert_eq!(million.range(low, high), "tussen € 120,1 en € 139,5 miljoen");
        assert_eq!(million.range(553_146.0, 810_679.0), "tussen € 0,6 en € 0,8 miljoen");
        assert_eq!(million.range(553_146.0, 610_679.0), "€ 0,6 miljoen");
        // What would be nothing in millions is written out.
        assert_eq!(million.range(22_330.0, 116_834.0), "tussen € 22.300 en € 117.000");
        assert_eq!(million.prose(0, 31_500.0), "€ 31.500");
        assert_eq!(million.prose(0, 0.0), "€ 0 miljoen");
        assert_eq!(million.prose(7, 682_007.5), "€ 0,7 miljoen");
        assert_eq!(book(1_000.0, Style::Auto).range(low, high), "tussen € 120,1 en € 139,5 miljoen");
        assert_eq!(book(1_000.0, Style::Auto).range(553_146.0, 810_679.0), "tussen € 553.000 en € 811.000");
    }

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(apportion(&[0.0, 400.0, 400.0], 1_000.0, 1), [0, 1, 0]);
    }

    #[test]
    fn a_target_of_another_sum_bends_no_part() {
        assert_eq!(apportion(&[1_000.0, 2_000.0], 1_000.0, 30), [1, 2]);
    }

    proptest! {
        #[test]
        fn parts_add_up_to_their_total(values in prop::collection::vec(-1e7f64..1e7, 1..30)) {
            let sum: f64 = values.iter().sum();
            let target = to_units(dutch::round(sum / 1_000.0, 0));
            let parts = apportion(&values, 1_000.0, target);
            prop_assert_eq!(parts.iter().sum::<i64>(), target);
            for (part, value) in parts.iter().zip(&values) {
                prop_assert!((*part as f64 - value / 1_000.0).abs() <= 1.5 + 1e-9);
            }
        }
    }
}
