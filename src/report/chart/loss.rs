//! The loss curve: how much is enough, by how sure the council wants to be.

use super::Amount;
use super::canvas::{Anchor, Canvas, Ink, Page, Voice, width};
use super::scale::Scale;
use crate::dutch;

const HEIGHT: f64 = 340.0;

/// Certainty upward, euros to the right.
pub fn curve(points: &[(f64, f64)], certainty: f64, printed: &str, needed: &Amount, page: Page) -> Canvas {
    let mut c = Canvas::new().tall(HEIGHT);
    let (left, right, top, bottom) = (52.0, page.width() - 22.0, 44.0, HEIGHT - 52.0);
    let x = Scale::around(
        points.iter().map(|p| p.1).chain([needed.value]),
        true,
        if page == Page::Wide { 8 } else { 4 },
        left,
        right,
    );
    let lowest = points.iter().map(|p| p.0).chain([certainty]).fold(1.0, f64::min);
    let floor = if lowest < 0.5 { 0.0 } else { 0.5 };
    let y = |level: f64| bottom - (level - floor) / (1.0 - floor) * (bottom - top);
    c.text((2.0, 14.0), Anchor::Start, Voice::Faint, "zekerheid dat het bedrag genoeg is");
    let mut level = floor;
    while level <= 1.0 + 1e-9 {
        c.line((left, y(level)), (right, y(level)), Ink::Grid, 1.0);
        c.text((left - 8.0, y(level) + 4.5), Anchor::End, Voice::Faint, &dutch::percent(level, 0));
        level += if floor == 0.0 { 0.25 } else { 0.1 };
    }
    for tick in &x.ticks {
        let at = x.at(*tick);
        c.line((at, bottom), (at, bottom + 5.0), Ink::Axis, 1.0);
        c.text((at, bottom + 20.0), Anchor::Middle, Voice::Faint, &x.print(*tick));
    }
    c.line((left, bottom), (right, bottom), Ink::Axis, 1.0);
    c.text((right, bottom + 40.0), Anchor::End, Voice::Faint, &format!("bedrag boven wat we verwachten, {}", x.unit()));
    let (px, py) = (x.at(needed.value), y(certainty));
    c.line((left, py), (px, py), Ink::Other, 1.6);
    c.line((px, py), (px, bottom), Ink::Other, 1.6);
    let line: Vec<(f64, f64)> = points.iter().map(|(level, euros)| (x.at(*euros), y(*level))).collect();
    c.path(&line, Ink::Main, 2.8);
    c.dot((px, py), 5.0, Ink::Other);
    // Under the curve at the right where it fits, else before the point.
    let words = [format!("{printed} zekerheid:"), format!("{} is genoeg", needed.printed)];
    let room = words.iter().map(|w| width(w)).fold(0.0, f64::max) * 1.08;
    let (at, anchor) = if px + 14.0 + room < right { (px + 14.0, Anchor::Start) } else { (px - 10.0, Anchor::End) };
    let down = y(floor + (1.0 - floor) * 0.35).max(py + 30.0).min(bottom - 30.0);
    c.text((at, down), anchor, Voice::Faint, &words[0]);
    c.text((at, down + 17.0), anchor, Voice::Strong, &words[1]);
    c
}
