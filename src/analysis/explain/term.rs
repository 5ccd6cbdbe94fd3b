//! How a step follows from the steps under it: a small term that can be
//! worked out again and written down, in words and in numbers.

use crate::dutch::{self, Quantity};
use crate::projection::logarithmic_mean;

/// A term over the steps under a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// The step under it at this position.
    Step(usize),
    /// A number that belongs to the formula itself: `1`, `12`.
    Number(f64),
    /// Added together.
    Sum(Vec<Term>),
    /// One less the other.
    Less(Box<Term>, Box<Term>),
    /// Multiplied.
    Product(Vec<Term>),
    /// One divided by the other.
    Quotient(Box<Term>, Box<Term>),
    /// Never below 0.
    NotBelowZero(Box<Term>),
    /// The lesser of two.
    Least(Box<Term>, Box<Term>),
    /// The greater of two.
    Greatest(Box<Term>, Box<Term>),
    /// Its size, without sign.
    Size(Box<Term>),
    /// Chance of at least one, of a number of times: `1 - e^-x`.
    AtLeastOnce(Box<Term>),
    /// Natural logarithm of the first divided by the second.
    LogRatio(Box<Term>, Box<Term>),
    /// Logarithmic mean of two: `(a - b) / ln(a / b)`.
    LogMean(Box<Term>, Box<Term>),
    /// Rounded to 0.01 percentage point, halves away from zero.
    Rounded(Box<Term>),
    /// `then` where `left` is above `right`, else 0.
    IfAbove {
        /// What must be above.
        left: Box<Term>,
        /// What it must be above.
        right: Box<Term>,
        /// What it is then.
        then: Box<Term>,
    },
}

/// A step as a term asks of it.
pub(super) struct Named<'a> {
    pub(super) name: &'a str,
    pub(super) value: f64,
    pub(super) unit: Quantity,
}

impl Term {
    /// The same step once more, unchanged.
    pub fn only() -> Self {
        Self::Step(0)
    }

    /// The first `count` steps added together.
    pub fn sum_of(count: usize) -> Self {
        Self::Sum((0..count).map(Self::Step).collect())
    }

    /// One less another.
    pub fn less(a: Self, b: Self) -> Self {
        Self::Less(Box::new(a), Box::new(b))
    }

    /// One divided by another.
    pub fn by(a: Self, b: Self) -> Self {
        Self::Quotient(Box::new(a), Box::new(b))
    }

    pub(super) fn least(a: Self, b: Self) -> Self {
        Self::Least(Box::new(a), Box::new(b))
    }

    /// Never below 0.
    #[must_use]
    pub fn not_below_zero(self) -> Self {
        Self::NotBelowZero(Box::new(self))
    }

    /// Its value, the steps under it having these.
    pub fn value(&self, steps: &[f64]) -> f64 {
        match self {
            Self::Step(i) => steps[*i],
            Self::Number(x) => *x,
            Self::Sum(terms) => terms.iter().fold(0.0, |sum, t| sum + t.value(steps)),
            Self::Less(a, b) => a.value(steps) - b.value(steps),
            Self::Product(terms) => terms.iter().fold(1.0, |product, t| product * t.value(steps)),
            Self::Quotient(a, b) => a.value(steps) / b.value(steps),
            Self::NotBelowZero(a) => a.value(steps).max(0.0),
            Self::Least(a, b) => a.value(steps).min(b.value(steps)),
            Self::Greatest(a, b) => a.value(steps).max(b.value(steps)),
            Self::Size(a) => a.value(steps).abs(),
            Self::AtLeastOnce(a) => 1.0 - libm::exp(-a.value(steps)),
            Self::LogRatio(a, b) => libm::log(a.value(steps) / b.value(steps)),
            Self::LogMean(a, b) => logarithmic_mean(a.value(steps), b.value(steps)),
            Self::Rounded(a) => rounded(a.value(steps)),
            Self::IfAbove { left, right, then } => {
                if left.value(steps) > right.value(steps) {
                    then.value(steps)
                } else {
                    0.0
                }
            }
        }
    }

    /// In the names of the steps.
    pub(super) fn in_words(&self, steps: &[Named<'_>]) -> String {
        self.write(&|i| steps[i].name.to_owned(), 0)
    }

    /// In numbers. Euros that are only added are written so that their cents
    /// add up to the cents of the sum.
    pub(super) fn in_numbers(&self, steps: &[Named<'_>]) -> String {
        let euros = |i: usize| steps[i].unit == Quantity::Euro && steps[i].value.abs() < 1e12;
        if let Self::Sum(terms) = self
            && let Some(at) = terms
                .iter()
                .map(|t| if let Self::Step(i) = t { Some(*i) } else { None })
                .collect::<Option<Vec<usize>>>()
            && at.iter().all(|i| euros(*i))
        {
            let values: Vec<f64> = at.iter().map(|i| steps[*i].value).collect();
            #[allow(clippy::cast_precision_loss, reason = "cents of amounts below 10^12")]
            let cents: Vec<f64> = dutch::round_to_sum(&values, 0.01).iter().map(|c| *c as f64 / 100.0).collect();
            let order = |i: usize| at.iter().position(|a| *a == i).unwrap_or(0);
            return self.write(&|i| bracketed(cents[order(i)], dutch::euro_cents(cents[order(i)])), 0);
        }
        self.write(&|i| bracketed(steps[i].value, written(steps[i].value, steps[i].unit)), 0)
    }

    /// `level` is how tightly what stands around it binds: 0 nothing, 1 a sum, 2 a product.
    fn write(&self, step: &dyn Fn(usize) -> String, level: u8) -> String {
        let joined = |terms: &[Self], sign: &str, own: u8| {
            let text = terms.iter().map(|t| t.write(step, own)).collect::<Vec<_>>().join(sign);
            if level >= own && terms.len() > 1 && !(level == own && own == 1 && sign == " + ") {
                format!("({text})")
            } else {
                text
            }
        };
        match self {
            Self::Step(i) => step(*i),
            Self::Number(x) => dutch::short(*x, 6),
            Self::Sum(terms) => joined(terms, " + ", 1),
            Self::Product(terms) => {
                let text = terms.iter().map(|t| t.write(step, 2)).collect::<Vec<_>>().join(" × ");
                if level > 2 { format!("({text})") } else { text }
            }
            Self::Less(a, b) => {
                let text = format!("{} - {}", a.write(step, 0), b.write(step, 2));
                if level > 0 { format!("({text})") } else { text }
            }
            Self::Quotient(a, b) => {
                let text = format!("{} / {}", a.write(step, 2), b.write(step, 3));
                if level > 2 { format!("({text})") } else { text }
            }
            Self::NotBelowZero(a) => format!("max(0; {})", a.write(step, 0)),
            Self::Least(a, b) => format!("min({}; {})", a.write(step, 0), b.write(step, 0)),
            Self::Greatest(a, b) => format!("max({}; {})", a.write(step, 0), b.write(step, 0)),
            Self::Size(a) => format!("abs({})", a.write(step, 0)),
            Self::AtLeastOnce(a) => format!("1 - exp(-{})", a.write(step, 3)),
            Self::LogRatio(a, b) => format!("ln({} / {})", a.write(step, 2), b.write(step, 3)),
            Self::LogMean(a, b) => format!("logmean({}; {})", a.write(step, 0), b.write(step, 0)),
            Self::Rounded(a) => format!("round({})", a.write(step, 0)),
            Self::IfAbove { left, right, then } => {
                format!("if({} > {}; {}; 0)", left.write(step, 0), right.write(step, 0), then.write(step, 0))
            }
        }
    }
}

/// Negative numbers inside a formula stand in brackets.
fn bracketed(value: f64, text: String) -> String {
    if value < 0.0 { format!("({text})") } else { text }
}

/// A value as a formula shows it: cents, and enough decimals of factors.
pub(super) fn written(value: f64, unit: Quantity) -> String {
    match unit {
        Quantity::Euro => dutch::euro_cents(value),
        Quantity::EuroPerClient => format!("€ {}", dutch::short(value, 6)),
        Quantity::Clients => dutch::short(value, 4),
        Quantity::Percent => format!("{}%", dutch::short(value * 100.0, 4)),
        Quantity::Number => dutch::short(value, 8),
    }
}

/// To 0.01 percentage point; the first rounding takes away what binary fractions add.
fn rounded(rate: f64) -> f64 {
    libm::round(libm::round(rate * 1e10) / 1e6) / 1e4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_worked_out_and_written() {
        let term = Term::Sum(vec![
            Term::Product(vec![Term::Step(0), Term::Sum(vec![Term::Number(1.0), Term::Step(1)])]),
            Term::Step(2),
        ]);
        // 100 x 1.05 - 5
        assert!((term.value(&[100.0, 0.05, -5.0]) - 100.0).abs() < 1e-12);
        let steps = [
            Named { name: "cost", value: 100.0, unit: Quantity::Euro },
            Named { name: "growth", value: 0.05, unit: Quantity::Percent },
            Named { name: "saving", value: -5.0, unit: Quantity::Euro },
        ];
        assert_eq!(term.in_words(&steps), "cost × (1 + growth) + saving");
        assert_eq!(term.in_numbers(&steps), "€ 100,00 × (1 + 5%) + (€ -5,00)");
    }

    #[test]
    fn cents_of_a_sum_add_up() {
        let third = 100.0 / 3.0;
        let steps: Vec<Named<'_>> = (0..3).map(|_| Named { name: "x", value: third, unit: Quantity::Euro }).collect();
        // 33.33 + 33.33 + 33.33 would be 99.99.
        assert_eq!(Term::sum_of(3).in_numbers(&steps).matches("33,34").count(), 1);
    }

    #[test]
    fn differences_and_quotients_keep_their_brackets() {
        let steps: Vec<Named<'_>> =
            ["a", "b", "c"].iter().map(|name| Named { name, value: 1.0, unit: Quantity::Number }).collect();
        let (a, b, c) = (|| Term::Step(0), || Term::Step(1), || Term::Step(2));
        assert_eq!(Term::less(a(), Term::less(b(), c())).in_words(&steps), "a - (b - c)");
        assert_eq!(Term::by(Term::less(a(), b()), c()).in_words(&steps), "(a - b) / c");
        assert_eq!(Term::less(Term::by(a(), b()), Term::Number(1.0)).in_words(&steps), "a / b - 1");
        assert_eq!(Term::by(a(), Term::Product(vec![b(), c()])).in_words(&steps), "a / (b × c)");
    }
}
