//! The risk map: chance against impact, in the classes of the municipality.

use super::MapRisk;
use super::canvas::{Anchor, Canvas, Ink, Page, Voice, wrap};

const CELL: f64 = 50.0;
const LEFT: f64 = 64.0;
const TOP: f64 = 26.0;

/// Numbers on a grid, their titles under it.
pub fn map(chances: &[String], impacts: &[String], risks: &[MapRisk], page: Page) -> Canvas {
    let mut c = Canvas::new();
    let right = page.width() - 10.0;
    let wide = (right - LEFT) / impacts.len().max(1) as f64;
    let bottom = TOP + CELL * chances.len() as f64;
    c.text((2.0, 14.0), Anchor::Start, Voice::Faint, "kans");
    for (row, chance) in chances.iter().rev().enumerate() {
        let y = TOP + CELL * row as f64;
        c.text((LEFT - 8.0, y + CELL / 2.0 + 4.5), Anchor::End, Voice::Faint, chance);
        for column in 0..impacts.len() {
            let x = LEFT + wide * column as f64;
            // Heavier to the upper right; five steps of one colour, light to dark.
            let up = (chances.len() - row) * (column + 1);
            let heat = (up * 5 - 1) / (chances.len() * impacts.len()).max(1);
            c.rect((x + 1.0, y + 1.0), (x + wide - 1.0, y + CELL - 1.0), Ink::Heat(heat));
        }
    }
    for (column, impact) in impacts.iter().enumerate() {
        let x = LEFT + wide * (column as f64 + 0.5);
        for (i, line) in wrap(impact, wide - 6.0, 3).iter().enumerate() {
            c.text((x, bottom + 18.0 + 15.0 * i as f64), Anchor::Middle, Voice::Faint, line);
        }
    }
    let mut y = bottom + 70.0;
    c.text((right, y - 4.0), Anchor::End, Voice::Faint, "gevolg als het gebeurt");
    let across = ((wide - 6.0) / 26.0).floor().max(1.0);
    for (i, risk) in risks.iter().enumerate() {
        let before = risks[..i].iter().filter(|r| (r.chance, r.impact) == (risk.chance, risk.impact)).count() as f64;
        let (column, row) = (before % across, (before / across).floor());
        // A full cell stacks closer rather than over its neighbour.
        let x = LEFT + wide * risk.impact as f64 + 17.0 + 26.0 * column;
        let from_top = TOP + CELL * (chances.len().saturating_sub(1 + risk.chance)) as f64;
        let at = (x, from_top + (15.0 + 22.0 * row).min(CELL - 13.0));
        c.ring(at, 11.0, Ink::Axis);
        c.text((at.0, at.1 + 4.5), Anchor::Middle, Voice::Strong, &risk.number.to_string());
    }
    for risk in risks {
        y += 6.0;
        c.text((26.0, y + 14.0), Anchor::End, Voice::Strong, &risk.number.to_string());
        for line in wrap(&risk.title, right - 36.0, 2) {
            y += 15.0;
            c.text((34.0, y - 1.0), Anchor::Start, Voice::Plain, &line);
        }
    }
    c.tall(y + 12.0)
}
