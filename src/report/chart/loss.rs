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
    let (words, at, anchor, down) = placed(&line, (px, py), (left, right, bottom), printed, &needed.printed);
    for (i, words) in words.iter().enumerate() {
        let voice = if i == 0 { Voice::Faint } else { Voice::Strong };
        c.text((at, down + 17.0 * i as f64), anchor, voice, words);
    }
    c
}

/// Where the words fit: at the right of the point and under the curve, else at
/// the left and above it, on two lines or on three; else at the right edge.
fn placed(
    line: &[(f64, f64)],
    (px, py): (f64, f64),
    (left, right, bottom): (f64, f64, f64),
    certainty: &str,
    needed: &str,
) -> (Vec<String>, f64, Anchor, f64) {
    let two = vec![format!("{certainty} zekerheid:"), format!("{needed} is genoeg")];
    let three = vec![format!("{certainty} zekerheid:"), needed.to_owned(), "is genoeg".to_owned()];
    let room = |words: &[String]| words.iter().map(|w| width(w)).fold(0.0, f64::max) * 1.08;
    let high = |words: &[String]| 17.0 * (words.len() as f64 - 1.0);
    // Low in the drawing, and lower where the point is low.
    let under = |words: &[String]| (bottom - 85.0).max(py + 30.0).min(bottom - 13.0 - high(words));
    let above = |words: &[String]| (py + 20.0).min(bottom - 5.0 - high(words));
    for words in [two, three.clone()] {
        if px + 14.0 + room(&words) < right {
            let down = under(&words);
            return (words, px + 14.0, Anchor::Start, down);
        }
        let down = above(&words);
        let end = across(line, down + high(&words) + 5.0) - 12.0;
        if end - room(&words) > left {
            return (words, end, Anchor::End, down);
        }
    }
    let down = under(&three);
    (three, right, Anchor::End, down)
}

/// Where a line that rises to the right is at a height.
fn across(line: &[(f64, f64)], y: f64) -> f64 {
    let start = line.first().map_or(0.0, |p| p.0);
    line.windows(2).find(|w| w[0].1 >= y && y >= w[1].1).map_or(start, |w| {
        let part = if w[0].1 > w[1].1 { (w[0].1 - y) / (w[0].1 - w[1].1) } else { 0.0 };
        w[0].0 + part * (w[1].0 - w[0].0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_stand_beside_the_curve_and_not_on_it() {
        // Up 50 points over 10,000 euros at the far right: at the right of 900 there is no room for words.
        let points: Vec<(f64, f64)> =
            (0..=50).map(|i| (0.5 + f64::from(i) / 100.0, 90_000.0 + 200.0 * f64::from(i))).collect();
        let needed = Amount::new(98_000.0, "€ 98.000");
        let drawn = curve(&points, 0.9, "90%", &needed, Page::Wide).text_at("is genoeg");
        let ((x, y), anchor) = drawn.expect("the words are there");
        assert_eq!(anchor, "end");
        // Halfway the drawing, at 15 pixels a letter at most, the curve is right of the last letter.
        let scale = Scale::around(points.iter().map(|p| p.1).chain([98_000.0]), true, 8, 52.0, 698.0);
        let level = 1.0 - (y + 5.0 - 44.0) / (340.0 - 52.0 - 44.0) * 0.5;
        let curve_there = scale.at(90_000.0 + (level - 0.5) * 20_000.0);
        assert!(x < curve_there, "{x} {curve_there}");
        assert!(y > 44.0 && x > 52.0 + width("€ 98.000 is genoeg"));
    }

    #[test]
    fn the_words_stand_inside_the_drawing_wherever_the_point_is() {
        // From 50 % at 0 to 100 % at 14 million in a straight line; the point at each tenth of it.
        for page in [Page::Wide, Page::Narrow] {
            for tenth in 0..=10 {
                let (share, million) = (f64::from(tenth) / 10.0, f64::from(tenth) * 1.4);
                let points: Vec<(f64, f64)> =
                    (0..=50).map(|i| (0.5 + f64::from(i) / 100.0, 280_000.0 * f64::from(i))).collect();
                let needed = Amount::new(million * 1e6, format!("€ {} miljoen", crate::dutch::number(million, 1)));
                let drawn = curve(&points, 0.5 + share / 2.0, "90%", &needed, page);
                for words in ["90% zekerheid:", needed.printed.as_str(), "is genoeg"] {
                    let ((x, y), anchor) = drawn.text_at(words).expect("the words are there");
                    let wide = width(words);
                    let (from, to) = if anchor == "end" { (x - wide, x) } else { (x, x + wide) };
                    assert!(from > 52.0 && to < page.width() - 20.0, "{page:?} {tenth}: {words} {from}-{to}");
                    assert!(y > 44.0 && y < 340.0 - 52.0, "{page:?} {tenth}: {words} {y}");
                }
            }
        }
    }

    #[test]
    fn a_place_on_a_line_is_between_its_points() {
        assert_eq!(across(&[(0.0, 100.0), (10.0, 50.0), (20.0, 0.0)], 75.0), 5.0);
        assert_eq!(across(&[(3.0, 100.0), (10.0, 50.0)], 300.0), 3.0);
        assert_eq!(across(&[], 1.0), 0.0);
    }
}
