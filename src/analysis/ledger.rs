//! The measures' ledger: of every saving and target what was planned, what of
//! it is filled in, what has come true so far, what is still open, and the
//! chance that it is met in full; and the published explanation of the change
//! to the base year, with what the model knows of each item beside it.

use super::spread::above;
use crate::model::{FigureKind, Measure, MeasureKind, Model, PublishedBridge, PublishedItem, Quantity};
use crate::projection::{GroupId, Projection};
use crate::units::Year;

/// A saving or target in one year. Amounts in euros, signed as planned.
#[derive(Clone, Debug, PartialEq)]
pub struct LedgerRow {
    /// Position in [`Model::measures`].
    pub measure: usize,
    /// The year of the plan.
    pub year: Year,
    /// As planned, in prices of the base year.
    pub planned: f64,
    /// What of it has been filled in with concrete measures.
    pub filled: f64,
    /// What figures show to have come true so far: the latest row of the measure
    /// itself up to this year, else the part in the base year where that is
    /// realised figures. None where only plans are known.
    pub realised: Option<f64>,
    /// Of which year that is.
    pub realised_in: Option<Year>,
    /// Planned and not yet come true.
    pub open: f64,
    /// Chance that it is realised in full.
    pub chance: f64,
    /// What the projection counts on.
    pub counted_on: f64,
    /// What comes true on average, by the stated spread.
    pub expected: f64,
}

/// Every saving and target with an amount in a year.
pub fn ledger(model: &Model, year: Year) -> Vec<LedgerRow> {
    let Some(at) = model.year_index(year) else { return Vec::new() };
    let row = |(position, m): (usize, &Measure)| {
        let amount = &model.assumption(m.amount?).values;
        let planned = *amount.get(at)?;
        let held = amount.first().copied().unwrap_or(0.0);
        if !matches!(m.kind, MeasureKind::Saving | MeasureKind::Target) || (planned == 0.0 && held == 0.0) {
            return None;
        }
        let filled = if is_filled(m) { planned } else { 0.0 };
        let come_true = come_true(model, m, year);
        let realised = come_true.map(|found| match found {
            ComeTrue::Row(year) => realised_row(model, m, year).unwrap_or(0.0),
            ComeTrue::InBase => held,
        });
        let realised_in = come_true.map(|found| match found {
            ComeTrue::Row(year) => year,
            ComeTrue::InBase => model.base_year(),
        });
        // More than planned is no more than all of it.
        let counted = match realised {
            Some(r) if planned < 0.0 => r.max(planned).min(0.0),
            Some(r) => r.min(planned).max(0.0),
            None => 0.0,
        };
        let share = m.realisation.and_then(|r| model.assumption(r).values.get(at).copied()).unwrap_or(1.0);
        Some(LedgerRow {
            measure: position,
            year,
            planned,
            filled,
            realised,
            realised_in,
            open: planned - counted,
            chance: chance_of_all(model, m, at),
            counted_on: planned * share,
            expected: planned * mean_share(model, m, at),
        })
    };
    model.measures.iter().enumerate().filter_map(row).collect()
}

/// What tells how much of a measure has come true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComeTrue {
    /// A row of the measure itself in figures.csv, of this year.
    Row(Year),
    /// The figures of the base year are realised and hold its part.
    InBase,
}

/// What tells how much of a measure has come true up to a year; none where
/// nothing does. The latest row counts: it says what a year realised showed.
pub fn come_true(model: &Model, measure: &Measure, year: Year) -> Option<ComeTrue> {
    let rows = model.figures.of(&measure.id, Quantity::Measure);
    let latest = rows.filter(|(kind, y, _)| *kind == FigureKind::Actual && *y <= year).map(|(_, y, _)| y).max();
    latest.map(ComeTrue::Row).or((model.municipality.base == FigureKind::Actual).then_some(ComeTrue::InBase))
}

fn realised_row(model: &Model, measure: &Measure, year: Year) -> Option<f64> {
    model.figures.value(&measure.id, Quantity::Measure, FigureKind::Actual, year)
}

/// Whether a saving or target is filled in with concrete measures: a saving
/// unless stated otherwise, a target only where it is stated.
pub fn is_filled(measure: &Measure) -> bool {
    measure.filled.unwrap_or(measure.kind != MeasureKind::Target)
}

/// Chance that all of a measure is realised, from the stated spread of its
/// realisation; exact.
pub(super) fn chance_of_all(model: &Model, measure: &Measure, at: usize) -> f64 {
    let Some(realisation) = measure.realisation.map(|r| model.assumption(r)) else { return 1.0 };
    let value = realisation.values.get(at).copied().unwrap_or(1.0);
    match realisation.distributions.get(at).copied().flatten() {
        None => f64::from(u8::from(value >= 1.0)),
        Some(distribution) => above(distribution, 1.0),
    }
}

/// How much of a measure comes true on average; exact.
pub(super) fn mean_share(model: &Model, measure: &Measure, at: usize) -> f64 {
    let Some(realisation) = measure.realisation.map(|r| model.assumption(r)) else { return 1.0 };
    let value = realisation.values.get(at).copied().unwrap_or(1.0);
    realisation.distributions.get(at).copied().flatten().map_or(value, crate::model::Distribution::mean)
}

/// An item of the published explanation with ours beside it, euros; positive
/// is an advantage.
#[derive(Clone, Debug, PartialEq)]
pub struct Beside {
    /// What the model holds of it in the base year; none where the item names
    /// no measures.
    pub ours: Option<f64>,
}

/// Whether an item of the published explanation is about a measure.
pub fn is_named(item: &PublishedItem, measure: &Measure) -> bool {
    item.measures.iter().any(|n| *n == measure.id || n == measure.kind.name())
}

/// What the model knows of each item: the measures that it names, as they
/// stand in the base year.
pub fn beside(model: &Model, published: &PublishedBridge) -> Vec<Beside> {
    let of = |item: &PublishedItem| {
        if item.measures.is_empty() {
            return Beside { ours: None };
        }
        let sum = model.measures.iter().filter(|m| is_named(item, m)).filter_map(|m| {
            let held = model.assumption(m.amount?).values.first().copied()?;
            // More cost is a disadvantage, more revenue an advantage.
            Some(if model.lines.get(m.line).as_cost().is_some() { -held } else { held })
        });
        Beside { ours: Some(sum.sum::<f64>() + 0.0) }
    };
    published.items.iter().map(of).collect()
}

/// How the programme's result changed to the base year by figures.csv: the
/// year before, of which kind its figures are, and the change. None where the
/// year before is not known as a whole.
pub fn change_of_result(model: &Model, projection: &Projection) -> Option<(Year, FigureKind, f64)> {
    let base = model.base_year();
    let before = base.plus(-1);
    let now = projection.groups.iter().find(|g| g.id == GroupId::Total)?.years.first()?.result;
    let sum_of = |kind: FigureKind| -> Option<f64> {
        let mut sum = 0.0;
        for line in model.lines.all.iter().filter(|l| !l.outside()) {
            let (quantity, sign) =
                if line.as_cost().is_some() { (Quantity::Cost, -1.0) } else { (Quantity::Revenue, 1.0) };
            let of = |kind, year| model.figures.value(line.id(), quantity, kind, year);
            match of(kind, before) {
                Some(value) => sum += sign * value,
                // A line that is not there in the base year either is missed by nobody.
                None if of(model.municipality.base, base).unwrap_or(0.0) == 0.0 => {}
                None => return None,
            }
        }
        for reserve in &model.reserves {
            let of = |quantity| model.figures.value(&reserve.id, quantity, kind, before).unwrap_or(0.0);
            sum += of(Quantity::Withdrawal) - of(Quantity::Addition);
        }
        Some(sum)
    };
    [FigureKind::Amended, FigureKind::Budget, FigureKind::Forecast, FigureKind::Actual]
        .into_iter()
        .find_map(|kind| Some((before, kind, now - sum_of(kind)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{self, Sources};
    use crate::model::Distribution;

    fn near(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-6, "{a} is not {b}");
    }

    fn model(base: &str, measures: &str) -> Model {
        with_rows(base, measures, "")
    }

    fn with_rows(base: &str, measures: &str, rows: &str) -> Model {
        let mut files = Sources::default();
        let head = format!(
            "[municipality]\nname = \"V\"\ncode = \"GM0000\"\nbase_year = 2026\nbase = \"{base}\"\nhorizon = 2028\n\
             [cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n{measures}"
        );
        files.insert("base.toml", head);
        files.insert("figures.csv", format!("line,quantity,kind,year,value\nhulp,cost,{base},2026,1000\n{rows}"));
        input::load(&files, None).expect("in order").base
    }

    const TWO: &str = "
[measure.minder]
label = \"Minder\"
kind = \"saving\"
line = \"hulp\"
amount = { 2026 = -40, 2027 = -100, later = -100 }
realisation = { value = \"80%\", min = \"50%\", max = \"110%\" }
[measure.opgave]
label = \"Opgave\"
kind = \"target\"
line = \"hulp\"
filled = false
amount = { 2027 = -60, later = -60 }
";

    #[test]
    fn what_has_come_true_is_the_latest_row_of_the_measure_itself() {
        let rows = "minder,measure,actual,2027,-30\nminder,measure,actual,2028,-120\nopgave,measure,actual,2028,15\n";
        let model = with_rows("budget", TWO, rows);
        let of = |year| ledger(&model, Year(year));
        // 100 planned for 2027, 30 came true: 70 open.
        let (saving, target) = (&of(2027)[0], &of(2027)[1]);
        assert_eq!((saving.realised, saving.realised_in, saving.open), (Some(-30.0), Some(Year(2027)), -70.0));
        assert_eq!((target.realised, target.open), (None, -60.0));
        // More than planned is all of it; cost that rose instead is none of it.
        let (saving, target) = (&of(2028)[0], &of(2028)[1]);
        assert_eq!((saving.realised, saving.open), (Some(-120.0), 0.0));
        assert_eq!((target.realised, target.realised_in, target.open), (Some(15.0), Some(Year(2028)), -60.0));
        // A row of its own says more than the part that the base year holds.
        let own = with_rows("actual", TWO, "minder,measure,actual,2026,-25\n");
        assert_eq!(ledger(&own, Year(2027))[0].realised, Some(-25.0));
        // The projection does not change.
        let plain = crate::projection::project(&with_rows("budget", TWO, ""), &crate::projection::Central(&model));
        let told = crate::projection::project(&model, &crate::projection::Central(&model));
        assert_eq!(plain.lines[0].years[2].amount, told.lines[0].years[2].amount);
    }

    #[test]
    fn planned_filled_realised_and_open_of_a_saving_and_a_target() {
        let rows = ledger(&model("actual", TWO), Year(2027));
        assert_eq!(rows.len(), 2);
        let (saving, target) = (&rows[0], &rows[1]);
        assert_eq!((saving.planned, saving.filled, saving.realised, saving.open), (-100.0, -100.0, Some(-40.0), -60.0));
        near(saving.counted_on, -80.0);
        // PERT(0.5, 0.8, 1.1) is beta(3, 3) on (0.5, 1.1); 1.0 lies at 5/6.
        // P = 1 - I(5/6; 3, 3), I(x) = 10 x^3 - 15 x^4 + 6 x^5 = 0.964506: 0.035494.
        near(saving.chance, 0.035_493_827);
        // (0.5 + 4 x 0.8 + 1.1) / 6 = 0.8 of 100; the target is not in doubt.
        near(saving.expected, -80.0);
        near(target.expected, -60.0);
        assert_eq!((target.filled, target.open, target.chance), (0.0, -60.0, 1.0));
        // From a budget nothing is known to have come true.
        let planned = ledger(&model("budget", TWO), Year(2027));
        assert_eq!((planned[0].realised, planned[0].open), (None, -100.0));
        assert_eq!(ledger(&model("budget", TWO), Year(2031)), []);
    }

    #[test]
    fn the_change_of_the_result_needs_every_line_of_the_year_before() {
        let change = |figures: &str| {
            let mut files = Sources::default();
            files.insert(
                "base.toml",
                "[municipality]\nname = \"V\"\ncode = \"GM0000\"\nbase_year = 2026\nbase = \"budget\"\nhorizon = 2027\n\
                 [cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n\
                 [revenue.baten]\nlabel = \"Baten\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n",
            );
            let known = "hulp,cost,budget,2026,1000\nbaten,revenue,budget,2026,300\n";
            files.insert("figures.csv", format!("line,quantity,kind,year,value\n{known}{figures}"));
            let model = input::load(&files, None).expect("in order").base;
            let projection = crate::projection::project(&model, &crate::projection::Central(&model));
            change_of_result(&model, &projection)
        };
        // From 250 - 900 = -650 to 300 - 1,000 = -700.
        let found = change("hulp,cost,amended,2025,900\nbaten,revenue,amended,2025,250\n");
        assert_eq!(found, Some((Year(2025), FigureKind::Amended, -50.0)));
        assert_eq!(change("hulp,cost,amended,2025,900\n"), None);
    }

    #[test]
    fn a_saving_that_can_only_fall_short_comes_true_for_less_than_is_counted_on() {
        let one = TWO.replace("\"80%\", min = \"50%\", max = \"110%\"", "\"100%\", min = \"0%\", max = \"100%\"");
        let row = &ledger(&model("budget", &one), Year(2027))[0];
        // PERT(0, 1, 1): (0 + 4 + 1) / 6 of 100.
        near(row.expected, -100.0 * 5.0 / 6.0);
        assert_eq!((row.counted_on, row.chance), (-100.0, 0.0));
        // Metalog 0.5, 0.8, 0.9: 0.8 + (1.4 - 1.6) / (1.6 ln 9) = 0.743110.
        near(Distribution::Metalog { p10: 0.5, p50: 0.8, p90: 0.9 }.mean(), 0.743_110_033);
    }

    #[test]
    fn a_normal_and_a_metalog_spread_give_their_chance() {
        near(above(Distribution::Pert { min: 0.5, mode: 1.0, max: 1.0 }, 1.0), 0.0);
        near(above(Distribution::Pert { min: 1.0, mode: 1.0, max: 1.0 }, 1.0), 1.0);
        // The 90th percentile at 1: one in ten above it.
        near(above(Distribution::Metalog { p10: 0.6, p50: 0.8, p90: 1.0 }, 1.0), 0.1);
        near(above(Distribution::Metalog { p10: 0.6, p50: 0.8, p90: 1.0 }, 0.8), 0.5);
    }
}
