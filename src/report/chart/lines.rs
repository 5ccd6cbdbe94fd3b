//! Charts through the years: the fan and the ravijn.

use super::canvas::{Anchor, Canvas, Ink, Page, Voice};
use super::scale::{Scale, spread};
use super::{Amount, FanYear, RavijnYear};

/// Room around the drawing.
struct Frame {
    left: f64,
    right: f64,
    top: f64,
    bottom: f64,
}

const HEIGHT: f64 = 340.0;

impl Frame {
    fn of(page: Page) -> Self {
        let labels = if page == Page::Wide { 168.0 } else { 108.0 };
        Self { left: 44.0, right: page.width() - labels, top: 34.0, bottom: HEIGHT - 34.0 }
    }

    fn x(&self, i: usize, count: usize) -> f64 {
        let inner = (self.left + 14.0, self.right - 8.0);
        if count < 2 {
            return (inner.0 + inner.1) / 2.0;
        }
        inner.0 + (inner.1 - inner.0) * i as f64 / (count - 1) as f64
    }

    /// Grid, ticks, years and unit.
    fn draw(&self, c: &mut Canvas, y: &Scale, years: &[i32]) {
        c.text((2.0, 14.0), Anchor::Start, Voice::Faint, y.unit());
        for tick in &y.ticks {
            let at = y.at(*tick);
            c.line((self.left, at), (self.right, at), Ink::Grid, 1.0);
            c.text((self.left - 8.0, at + 4.5), Anchor::End, Voice::Faint, &y.print(*tick));
        }
        let every = years.len().div_ceil(if self.right > 400.0 { 10 } else { 5 }).max(1);
        for (i, year) in years.iter().enumerate() {
            // Counted from the end: the last year is always there.
            if (years.len() - 1 - i).is_multiple_of(every) {
                let x = self.x(i, years.len());
                c.line((x, self.bottom), (x, self.bottom + 5.0), Ink::Axis, 1.0);
                c.text((x, self.bottom + 20.0), Anchor::Middle, Voice::Faint, &year.to_string());
            }
        }
        c.line((self.left, self.bottom), (self.right, self.bottom), Ink::Axis, 1.0);
        if !y.has_zero() {
            c.text((self.right, 14.0), Anchor::End, Voice::Faint, "de as begint niet bij 0");
        }
    }
}

/// A name at the end of a line.
struct End<'a> {
    y: f64,
    name: &'a str,
    amount: &'a Amount,
    ink: Ink,
}

/// Names and amounts at the right, apart from each other.
fn ends(c: &mut Canvas, frame: &Frame, x: f64, ends: &[End<'_>]) {
    let wanted: Vec<f64> = ends.iter().map(|e| e.y).collect();
    let places = spread(&wanted, 34.0, frame.top + 6.0, frame.bottom - 4.0);
    for (end, place) in ends.iter().zip(places) {
        let start = frame.right + 14.0;
        c.path(&[(x + 6.0, end.y), (frame.right + 2.0, end.y), (start - 3.0, place)], Ink::Axis, 0.8);
        let voice = if end.ink == Ink::Main { Voice::Strong } else { Voice::Plain };
        c.text((start, place - 2.0), Anchor::Start, Voice::Faint, end.name);
        c.text((start, place + 13.0), Anchor::Start, voice, &end.amount.printed);
    }
}

/// A band through the years against a budget.
pub fn fan(years: &[FanYear], page: Page) -> Canvas {
    let frame = Frame::of(page);
    let mut c = Canvas::new().tall(HEIGHT);
    let values = years
        .iter()
        .flat_map(|y| [Some(y.p10.value), Some(y.middle.value), Some(y.p90.value), y.budget.as_ref().map(|b| b.value)]);
    let y = Scale::around(values.flatten(), false, 5, frame.bottom, frame.top);
    let numbers: Vec<i32> = years.iter().map(|y| y.year).collect();
    let x = |i: usize| frame.x(i, years.len());
    let line = |pick: &dyn Fn(&FanYear) -> f64| -> Vec<(f64, f64)> {
        years.iter().enumerate().map(|(i, v)| (x(i), y.at(pick(v)))).collect()
    };
    let (low, high, middle) = (line(&|v| v.p10.value), line(&|v| v.p90.value), line(&|v| v.middle.value));
    // The grid lies over the band, or it would seem to stop there.
    let around: Vec<(f64, f64)> = high.iter().copied().chain(low.iter().rev().copied()).collect();
    c.area(&around, Ink::Band);
    frame.draw(&mut c, &y, &numbers);
    c.path(&low, Ink::Main, 0.8);
    c.path(&high, Ink::Main, 0.8);
    c.path(&middle, Ink::Main, 2.8);
    for point in &middle {
        c.dot(*point, 4.0, Ink::Main);
    }
    // Over the estimate: where they are equal both are seen. A budget that stops is a line that stops.
    let budget: Vec<Option<(f64, f64)>> =
        years.iter().enumerate().map(|(i, v)| v.budget.as_ref().map(|b| (x(i), y.at(b.value)))).collect();
    for run in budget.split(Option::is_none) {
        let points: Vec<(f64, f64)> = run.iter().copied().flatten().collect();
        c.path(&points, Ink::Other, 2.2);
        for (px, py) in points {
            c.rect((px - 3.5, py - 3.5), (px + 3.5, py + 3.5), Ink::Other);
        }
    }
    let Some(last) = years.last() else { return c };
    let wide = page == Page::Wide;
    let mut names = vec![End { y: y.at(last.middle.value), name: "raming", amount: &last.middle, ink: Ink::Main }];
    if last.p90.value > last.p10.value {
        let (more, less) = if wide { ("10% kans op meer dan", "10% kans op minder dan") } else { ("hoog", "laag") };
        names.push(End { y: y.at(last.p90.value), name: more, amount: &last.p90, ink: Ink::Band });
        names.push(End { y: y.at(last.p10.value), name: less, amount: &last.p10, ink: Ink::Band });
    }
    let end = x(years.len().saturating_sub(1));
    let mut at_end = end;
    if let Some(b) = &last.budget {
        names.push(End { y: y.at(b.value), name: "begroting", amount: b, ink: Ink::Other });
    } else if let Some((i, (bx, by))) = budget.iter().enumerate().rev().find_map(|(i, b)| b.map(|b| (i, b))) {
        c.text((bx, by + 20.0), Anchor::Middle, Voice::Faint, &format!("begroting tot {}", numbers[i]));
        at_end = end;
    }
    ends(&mut c, &frame, at_end, &names);
    c
}

/// Cost above revenue, and the gap between them.
pub fn ravijn(years: &[RavijnYear], page: Page) -> Canvas {
    let frame = Frame::of(page);
    let mut c = Canvas::new().tall(HEIGHT);
    let y = Scale::around(years.iter().flat_map(|y| [y.cost.value, y.revenue.value]), true, 5, frame.bottom, frame.top);
    let numbers: Vec<i32> = years.iter().map(|y| y.year).collect();
    let x = |i: usize| frame.x(i, years.len());
    let cost: Vec<(f64, f64)> = years.iter().enumerate().map(|(i, v)| (x(i), y.at(v.cost.value))).collect();
    let revenue: Vec<(f64, f64)> = years.iter().enumerate().map(|(i, v)| (x(i), y.at(v.revenue.value))).collect();
    let around: Vec<(f64, f64)> = cost.iter().copied().chain(revenue.iter().rev().copied()).collect();
    c.area(&around, Ink::Gap);
    frame.draw(&mut c, &y, &numbers);
    // On a phone the years lie too near for the words at the first.
    let every = if page == Page::Wide { 1 } else { years.len().saturating_sub(1).max(1) };
    for (a, b) in cost.iter().zip(&revenue).step_by(every) {
        c.line(*a, *b, Ink::Axis, 1.0);
    }
    c.path(&cost, Ink::Main, 2.8);
    cost.iter().for_each(|p| c.dot(*p, 4.0, Ink::Main));
    c.path(&revenue, Ink::Other, 2.4);
    revenue.iter().for_each(|p| c.rect((p.0 - 3.5, p.1 - 3.5), (p.0 + 3.5, p.1 + 3.5), Ink::Other));
    let (Some(first), Some(last)) = (years.first(), years.last()) else { return c };
    let middle = |i: usize| (cost[i].1 + revenue[i].1) / 2.0;
    // The gap where it starts; where it ends stands at the right.
    if years.len() > 1 {
        c.text((x(0) + 8.0, middle(0) - 4.0), Anchor::Start, Voice::Faint, "saldo");
        c.text((x(0) + 8.0, middle(0) + 12.0), Anchor::Start, Voice::Plain, &first.gap.printed);
    }
    let end = years.len() - 1;
    ends(
        &mut c,
        &frame,
        x(end),
        &[
            End { y: cost[end].1, name: "lasten", amount: &last.cost, ink: Ink::Main },
            End { y: middle(end), name: "saldo", amount: &last.gap, ink: Ink::Main },
            End { y: revenue[end].1, name: "baten", amount: &last.revenue, ink: Ink::Other },
        ],
    );
    c
}
