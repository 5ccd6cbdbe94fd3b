//! Breaks in a history: years that say something about bookkeeping or about
//! one event, and nothing about growth.
//!
//! Four kinds. A **merger**: residents change by a tenth or more in a year. A
//! **rebooking**: one line falls and another rises by about as much (changed
//! Iv3 codes). A **one-off** year: up and back again. A **jump**: the rest,
//! which stays. A change counts as large against what is usual for the line:
//! more than three robust standard deviations around the median municipality
//! of that year, and never less than a fifth. With few municipalities the
//! line's own median year takes the place of the median municipality.

use std::collections::BTreeMap;
use std::fmt;

use super::backtest::robust;
use super::backtest::{Known, Portfolio, Side};
use crate::units::Year;

/// Smallest change that can be a break, as a logarithm: 20 %.
const SMALLEST: f64 = 0.182_321_556_793_954_6;
/// Standard deviations that make a change unusual.
const UNUSUAL: f64 = 3.0;
/// Likewise for the whole country, whose few years include the odd one.
const UNUSUAL_COUNTRY: f64 = 1.5;
/// Change of residents that makes a merger, as a logarithm: 10 %.
const MERGER: f64 = 0.095_310_179_804_324_9;
/// The two sides of a rebooking differ by at most this share.
const MISMATCH: f64 = 0.35;
/// What comes back in a one-off year, at least.
const RETURN: f64 = 0.5;
/// From this many municipalities on their median says what was usual.
const ENOUGH: usize = 8;

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakKind {
    /// Residents changed by a tenth or more.
    Merger,
    /// Booked on the other line from this year on (or the other way around).
    Rebooking {
        /// The other line.
        with: String,
    },
    /// Up (or down) and back the year after.
    OneOff,
    /// A change that stays, for no reason seen in the figures.
    Jump,
}

impl BreakKind {
    /// As written in JSON and tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Merger => "merger",
            Self::Rebooking { .. } => "rebooking",
            Self::OneOff => "one-off",
            Self::Jump => "jump",
        }
    }
}

/// A break in the actuals of a line.
#[derive(Clone, Debug, PartialEq)]
pub struct Break {
    /// CBS code; none where the whole country breaks.
    pub municipality: Option<String>,
    /// The line.
    pub line: String,
    /// The first year after the break.
    pub year: Year,
    /// What happened.
    pub kind: BreakKind,
    /// Change against what was usual, as a fraction.
    pub change: f64,
}

impl fmt::Display for Break {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent = 100.0 * self.change;
        match &self.kind {
            BreakKind::Merger => write!(f, "{} {}: residents changed by {percent:+.0}% (merger)", self.line, self.year),
            BreakKind::Rebooking { with } => {
                write!(f, "{} {}: {percent:+.0}%, rebooked with {with}", self.line, self.year)
            }
            BreakKind::OneOff => {
                write!(f, "{} {}: {percent:+.0}%, and back the year after (one-off)", self.line, self.year)
            }
            BreakKind::Jump => write!(f, "{} {}: {percent:+.0}%, and it stayed (jump)", self.line, self.year),
        }
    }
}

/// Growth of each municipality's line in each year, with what was usual taken
/// out. Logarithms.
struct Unusual {
    /// By (year, member).
    own: BTreeMap<(Year, usize), f64>,
    /// Usual growth by year.
    usual: BTreeMap<Year, f64>,
    threshold: f64,
}

/// All breaks in the actuals of a portfolio, in order of line, year and
/// municipality; those of the whole country first within a year.
pub fn breaks(portfolio: &Portfolio) -> Vec<Break> {
    let (Some(_), Some(last)) = (portfolio.first, portfolio.last) else {
        return Vec::new();
    };
    let known = portfolio.known(last, last);
    let lines: Vec<Unusual> = (0..known.lines()).map(|l| unusual(&known, l)).collect();
    let mut found = Vec::new();
    for (l, line) in lines.iter().enumerate() {
        let name = &portfolio.lines[l];
        if known.members() >= ENOUGH {
            found.extend(of_country(line, name));
        }
        for ((year, m), change) in &line.own {
            let code = Some(portfolio.members[*m].code.clone());
            let residents = known
                .residents(*year, *m)
                .zip(known.residents(year.plus(-1), *m))
                .map_or(0.0, |(now, then)| now - then);
            // A merger explains what else changed in that year.
            let (kind, size) = if residents.abs() >= MERGER {
                (BreakKind::Merger, residents)
            } else if change.abs() < line.threshold {
                continue;
            } else if let Some(with) = rebooked_with(portfolio, &lines, l, *year, *m) {
                (BreakKind::Rebooking { with }, *change)
            } else if comes_back(line, *year, *m, *change) {
                (BreakKind::OneOff, *change)
            } else if returns_from_one_off(line, *year, *m, *change) {
                continue;
            } else {
                (BreakKind::Jump, *change)
            };
            found.push(Break {
                municipality: code,
                line: name.clone(),
                year: *year,
                kind,
                change: libm::exp(size) - 1.0,
            });
        }
    }
    found.sort_by(|a, b| (&a.line, a.year, &a.municipality).cmp(&(&b.line, b.year, &b.municipality)));
    found
}

fn unusual(known: &Known<'_>, line: usize) -> Unusual {
    let mut growth: BTreeMap<(Year, usize), f64> = BTreeMap::new();
    for year in known.actual_years() {
        for m in 0..known.members() {
            if let (Some(now), Some(before)) = (known.actual(line, year, m), known.actual(line, year.plus(-1), m)) {
                growth.insert((year, m), now - before);
            }
        }
    }
    let overall = robust::median(growth.values().copied()).unwrap_or(0.0);
    let mut by_year: BTreeMap<Year, Vec<f64>> = BTreeMap::new();
    for ((year, _), g) in &growth {
        by_year.entry(*year).or_default().push(*g);
    }
    let usual: BTreeMap<Year, f64> = by_year
        .iter()
        .map(|(year, v)| {
            (*year, if v.len() >= ENOUGH { robust::median(v.iter().copied()).unwrap_or(overall) } else { overall })
        })
        .collect();
    let own: BTreeMap<(Year, usize), f64> =
        growth.iter().map(|(key, g)| (*key, g - usual.get(&key.0).copied().unwrap_or(overall))).collect();
    let spread = robust::robust_sd(&own.values().copied().collect::<Vec<_>>()).unwrap_or(0.0);
    Unusual { own, usual, threshold: (UNUSUAL * spread).max(SMALLEST) }
}

/// Years in which the median municipality itself broke with its usual growth.
fn of_country(line: &Unusual, name: &str) -> Vec<Break> {
    let usual: Vec<f64> = line.usual.values().copied().collect();
    let (Some(middle), Some(spread)) = (robust::median(usual.iter().copied()), robust::robust_sd(&usual)) else {
        return Vec::new();
    };
    // Half the smallest change: a tenth for the whole country is a lot.
    let threshold = (UNUSUAL_COUNTRY * spread).max(SMALLEST / 2.0);
    let deviation = |year: Year| line.usual.get(&year).map(|g| g - middle);
    let back = |year: Year, change: f64| deviation(year.plus(1)).is_some_and(|next| -next / change >= RETURN);
    line.usual
        .keys()
        .filter_map(|year| {
            let change = deviation(*year).filter(|c| c.abs() >= threshold)?;
            let before = deviation(year.plus(-1)).filter(|c| c.abs() >= threshold);
            let is_return = before.is_some_and(|b| -change / b >= RETURN);
            let kind = if back(*year, change) {
                BreakKind::OneOff
            } else if is_return {
                return None;
            } else {
                BreakKind::Jump
            };
            Some(Break {
                municipality: None,
                line: name.to_owned(),
                year: *year,
                kind,
                change: libm::exp(change) - 1.0,
            })
        })
        .collect()
}

/// Euros by which a line moved more than was usual.
fn moved(portfolio: &Portfolio, lines: &[Unusual], line: usize, year: Year, member: usize) -> Option<f64> {
    let now = portfolio.cost(Side::Actual, line, year, member)?;
    let before = portfolio.cost(Side::Actual, line, year.plus(-1), member)?;
    Some(now - before * libm::exp(lines[line].usual.get(&year).copied().unwrap_or(0.0)))
}

/// The other line that moved about as far the other way, if any.
fn rebooked_with(portfolio: &Portfolio, lines: &[Unusual], line: usize, year: Year, member: usize) -> Option<String> {
    let here = moved(portfolio, lines, line, year, member)?;
    (0..lines.len())
        .filter(|other| *other != line)
        .filter_map(|other| {
            let there = moved(portfolio, lines, other, year, member)?;
            let mismatch = (here + there).abs() / here.abs().max(there.abs());
            (here * there < 0.0 && mismatch <= MISMATCH).then_some((mismatch, other))
        })
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|(_, other)| portfolio.lines[other].clone())
}

fn comes_back(line: &Unusual, year: Year, member: usize, change: f64) -> bool {
    line.own
        .get(&(year.plus(1), member))
        .is_some_and(|next| -next / change >= RETURN && next.abs() >= RETURN * line.threshold)
}

/// The way back from a one-off year is no break of its own.
fn returns_from_one_off(line: &Unusual, year: Year, member: usize, change: f64) -> bool {
    line.own
        .get(&(year.plus(-1), member))
        .is_some_and(|before| before.abs() >= line.threshold && -change / before >= RETURN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::backtest::{Entry, Measure};

    /// One municipality with lines `zorg` and `hulp`, from 2017 on.
    fn figures(zorg: &[f64], hulp: &[f64], residents: &[f64]) -> Portfolio {
        let mut entries = Vec::new();
        for (name, measure, values) in
            [("zorg", Measure::Cost, zorg), ("hulp", Measure::Cost, hulp), ("inwoners", Measure::Residents, residents)]
        {
            for (year, value) in (2017..).zip(values) {
                entries.push(Entry {
                    code: "GM0001".into(),
                    line: name.into(),
                    measure,
                    side: Side::Actual,
                    year: Year(year),
                    value: *value,
                });
            }
        }
        Portfolio::new(&BTreeMap::new(), &entries)
    }

    fn named(portfolio: &Portfolio) -> Vec<String> {
        breaks(portfolio).iter().map(ToString::to_string).collect()
    }

    const STEADY: [f64; 6] = [200.0, 210.0, 220.5, 231.5, 243.1, 255.3];

    #[test]
    fn a_steady_line_has_no_breaks() {
        assert_eq!(named(&figures(&[100.0, 103.0, 104.0, 109.0, 112.0, 115.0], &STEADY, &[])), Vec::<String>::new());
    }

    #[test]
    fn what_left_one_line_for_another_is_a_rebooking_on_both() {
        // In 2019 about 50 moves from hulp to zorg.
        let found = named(&figures(
            &[100.0, 100.0, 150.0, 150.0, 150.0, 150.0],
            &[200.0, 200.0, 150.0, 150.0, 150.0, 150.0],
            &[],
        ));
        assert_eq!(found, ["hulp 2019: -25%, rebooked with zorg", "zorg 2019: +50%, rebooked with hulp"]);
    }

    #[test]
    fn up_and_back_is_a_one_off_year_and_up_to_stay_a_jump() {
        let one_off = named(&figures(&[100.0, 100.0, 150.0, 100.0, 100.0, 100.0], &STEADY, &[]));
        assert_eq!(one_off, ["zorg 2019: +50%, and back the year after (one-off)"]);
        let jump = named(&figures(&[100.0, 100.0, 150.0, 150.0, 150.0, 150.0], &STEADY, &[]));
        assert_eq!(jump, ["zorg 2019: +50%, and it stayed (jump)"]);
    }

    #[test]
    fn a_merger_explains_what_else_changed_in_its_year() {
        let found = named(&figures(
            &[100.0, 100.0, 180.0, 180.0, 180.0, 180.0],
            &STEADY,
            &[50.0, 50.0, 90.0, 90.0, 90.0, 90.0],
        ));
        assert_eq!(
            found,
            ["hulp 2019: residents changed by +80% (merger)", "zorg 2019: residents changed by +80% (merger)"]
        );
    }

    #[test]
    fn a_year_that_is_odd_everywhere_is_the_countrys_and_not_each_municipalitys() {
        let mut entries = Vec::new();
        for m in 0..10 {
            for (year, value) in (2017..).zip([100.0, 102.0, 104.0, 130.0, 105.0, 107.0]) {
                let value = value * (1.0 + 0.01 * f64::from(m));
                let code = format!("GM{m:04}");
                entries.push(Entry {
                    code,
                    line: "uitkering".into(),
                    measure: Measure::Cost,
                    side: Side::Actual,
                    year: Year(year),
                    value,
                });
            }
        }
        let found = breaks(&Portfolio::new(&BTreeMap::new(), &entries));
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(
            (found[0].municipality.as_deref(), found[0].year, &found[0].kind),
            (None, Year(2020), &BreakKind::OneOff)
        );
    }
}
