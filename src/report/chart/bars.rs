//! Charts of rows with a name each: the waterfall, the tornado, and the dots.
//!
//! On a wide page the names stand before the rows; on a phone above them.

use super::canvas::{Anchor, Canvas, Ink, Page, Voice, width, wrap};
use super::scale::Scale;
use super::{Amount, Bar, Dot, Swing};

/// Rows under each other with room for their names.
struct Rows {
    page: Page,
    /// Where the names before the rows end.
    names_end: f64,
    left: f64,
    right: f64,
    /// Where each row begins, and where the last one ends.
    edges: Vec<f64>,
    /// The name of each, over as many lines as it takes.
    names: Vec<Vec<String>>,
}

/// More rows than this stand closer.
const MANY: usize = 12;

/// Height of a line of a name.
const LINE: f64 = 15.0;

impl Rows {
    /// `before` and `after` are the widths of words beside the outermost marks.
    /// A row is as high as its name: a name that is cut says too little.
    fn new<'a>(page: Page, names: impl IntoIterator<Item = &'a str>, top: f64, before: f64, after: f64) -> Self {
        let wide = page == Page::Wide;
        let names: Vec<&str> = names.into_iter().collect();
        // Many rows stand closer, with more room for their names: else they fill a page.
        let many = names.len() > MANY;
        let (room, least) = if many { (290.0, 27.0) } else { (216.0, 38.0) };
        let names: Vec<Vec<String>> =
            names.into_iter().map(|n| if wide { wrap(n, room, 5) } else { wrap(n, page.width() - 8.0, 3) }).collect();
        let mut edges = vec![top];
        let mut at = top;
        for lines in &names {
            let more = LINE * lines.len().saturating_sub(1) as f64;
            at += if wide { (more + LINE + 8.0).max(least) } else { 50.0 + more };
            edges.push(at);
        }
        let left = if wide { room + 16.0 } else { 6.0 };
        Self { page, names_end: room + 6.0, left: left + before, right: page.width() - 10.0 - after, edges, names }
    }

    /// Middle of the mark of a row.
    fn y(&self, row: usize) -> f64 {
        let (from, to) = (self.edges[row], self.edges[row + 1]);
        if self.page == Page::Wide { (from + to) / 2.0 } else { to - 17.0 }
    }

    fn top(&self) -> f64 {
        self.edges.first().copied().unwrap_or(0.0)
    }

    fn bottom(&self) -> f64 {
        self.edges.last().copied().unwrap_or(0.0)
    }

    fn label(&self, c: &mut Canvas, row: usize, voice: Voice) {
        let lines = &self.names[row];
        let wide = self.page == Page::Wide;
        let first = if wide {
            self.y(row) + 4.5 - LINE / 2.0 * lines.len().saturating_sub(1) as f64
        } else {
            self.edges[row] + LINE
        };
        for (i, line) in lines.iter().enumerate() {
            let y = first + LINE * i as f64;
            if wide {
                c.text((self.names_end, y), Anchor::End, voice, line);
            } else {
                c.text((2.0, y), Anchor::Start, voice, line);
            }
        }
    }

    /// Grid, ticks and unit under the rows.
    fn axis(&self, c: &mut Canvas, x: &Scale, name: &str) {
        for tick in &x.ticks {
            let at = x.at(*tick);
            self.upright(c, at, self.top(), Ink::Grid, 1.0);
            c.text((at, self.bottom() + 18.0), Anchor::Middle, Voice::Faint, &x.print(*tick));
        }
        c.line((self.left, self.bottom()), (self.right, self.bottom()), Ink::Axis, 1.0);
        let zero = if x.has_zero() { "" } else { "; de as begint niet bij 0" };
        let unit = format!("{name}, {}{zero}", x.unit());
        c.text((self.page.width() - 10.0, self.bottom() + 38.0), Anchor::End, Voice::Faint, &unit);
    }

    /// A line from `from` to the axis; on a phone it leaves the names alone.
    fn upright(&self, c: &mut Canvas, x: f64, from: f64, ink: Ink, width: f64) {
        if self.page == Page::Wide {
            return c.line((x, from), (x, self.bottom()), ink, width);
        }
        for row in 0..self.names.len() {
            c.line((x, self.y(row) - 15.0), (x, self.y(row) + 15.0), ink, width);
        }
    }

    /// From the mark of the row before to this one, but not through the name between them.
    fn step(&self, c: &mut Canvas, row: usize, x: f64, to: f64) {
        let named = self.names[row].iter().map(|line| width(line)).fold(0.0, f64::max) * 1.1 + 8.0;
        if self.page == Page::Wide || x > named {
            c.line((x, self.y(row - 1) + 11.0), (x, to), Ink::Axis, 0.8);
        }
    }

    fn height(&self) -> f64 {
        self.bottom() + 48.0
    }

    fn ticks(&self) -> usize {
        if self.page == Page::Wide { 5 } else { 3 }
    }
}

/// Where each step of a waterfall starts and ends on the axis.
pub fn edges(from: &Bar, steps: &[Bar]) -> Vec<(f64, f64)> {
    let mut at = from.amount.value;
    steps
        .iter()
        .map(|step| {
            let start = at;
            at += step.amount.value;
            (start, at)
        })
        .collect()
}

/// From one amount to another, by cause.
pub fn waterfall(from: &Bar, steps: &[Bar], to: &Bar, page: Page) -> Canvas {
    let widest = steps.iter().chain([from, to]).map(|b| width(&b.amount.printed)).fold(0.0, f64::max) * 1.1 + 10.0;
    let names = std::iter::once(from).chain(steps).chain([to]).map(|b| b.label.as_str());
    let rows = Rows::new(page, names, 8.0, 8.0, widest);
    let mut c = Canvas::new().tall(rows.height());
    let edges = edges(from, steps);
    let values = edges.iter().flat_map(|(a, b)| [*a, *b]).chain([from.amount.value, to.amount.value]);
    let x = Scale::around(values, false, rows.ticks(), rows.left, rows.right);
    rows.axis(&mut c, &x, "Lasten");
    let total = |c: &mut Canvas, row: usize, bar: &Bar| {
        // A mark, not a bar: the axis need not start at nought.
        let (px, y) = (x.at(bar.amount.value), rows.y(row));
        c.rect((px - 3.0, y - 13.0), (px + 3.0, y + 13.0), Ink::Total);
        c.text((px + 10.0, y + 4.5), Anchor::Start, Voice::Strong, &bar.amount.printed);
        rows.label(c, row, Voice::Strong);
    };
    total(&mut c, 0, from);
    for (i, (step, (a, b))) in steps.iter().zip(&edges).enumerate() {
        let (row, y) = (i + 1, rows.y(i + 1));
        let (pa, pb) = (x.at(*a), x.at(*b));
        rows.step(&mut c, row, pa, y - 11.0);
        let ink = if b >= a { Ink::Adverse } else { Ink::Favourable };
        let middle = (pa + pb) / 2.0;
        // A small step stays visible.
        let half = ((pa - pb).abs() / 2.0).max(1.0);
        c.rect((middle - half, y - 11.0), (middle + half, y + 11.0), ink);
        c.text((pa.max(pb) + 7.0, y + 4.5), Anchor::Start, Voice::Plain, &step.amount.printed);
        rows.label(&mut c, row, Voice::Plain);
    }
    if let Some((_, end)) = edges.last() {
        let (px, row) = (x.at(*end), steps.len() + 1);
        rows.step(&mut c, row, px, rows.y(row) - 13.0);
    }
    total(&mut c, steps.len() + 1, to);
    c
}

/// What one assumption alone can do.
pub fn tornado(axis: &str, centre: &Amount, bars: &[Swing], page: Page) -> Canvas {
    let widest = bars.iter().flat_map(|b| [&b.low, &b.high]).map(|a| width(&a.printed)).fold(0.0, f64::max) * 1.1 + 8.0;
    let rows = Rows::new(page, bars.iter().map(|b| b.label.as_str()), 52.0, widest, widest);
    let mut c = Canvas::new().tall(rows.height());
    let values = bars.iter().flat_map(|b| [b.low.value, b.high.value]).chain([centre.value]);
    let x = Scale::around(values, false, if page == Page::Wide { 4 } else { 2 }, rows.left, rows.right);
    rows.axis(&mut c, &x, axis);
    let middle = x.at(centre.value);
    // Which side is which stands above the sides: no legend to look up.
    c.text((middle - 10.0, 40.0), Anchor::End, Voice::Faint, "← slechter");
    c.text((middle + 10.0, 40.0), Anchor::Start, Voice::Faint, "beter →");
    let words = format!("raming {}", centre.printed);
    let half = width(&words) * 0.55;
    let at = middle.clamp(half + 2.0, page.width() - half - 2.0);
    c.text((at, 18.0), Anchor::Middle, Voice::Strong, &words);
    for (row, bar) in bars.iter().enumerate() {
        let y = rows.y(row);
        for end in [&bar.low, &bar.high] {
            let px = x.at(end.value);
            let ink = if end.value < centre.value { Ink::Adverse } else { Ink::Favourable };
            if (px - middle).abs() >= 0.05 {
                c.rect((middle, y - 10.0), (px, y + 10.0), ink);
            }
        }
        // The lower figure at the left, the higher at the right, whichever assumption gave it.
        let (low, high) = if bar.low.value <= bar.high.value { (&bar.low, &bar.high) } else { (&bar.high, &bar.low) };
        c.text((x.at(low.value).min(middle) - 5.0, y + 4.5), Anchor::End, Voice::Plain, &low.printed);
        c.text((x.at(high.value).max(middle) + 5.0, y + 4.5), Anchor::Start, Voice::Plain, &high.printed);
        rows.label(&mut c, row, Voice::Plain);
    }
    c.line((middle, 25.0), (middle, rows.top()), Ink::Axis, 1.4);
    rows.upright(&mut c, middle, rows.top(), Ink::Axis, 1.4);
    c
}

/// A dot and its band for each scenario.
pub fn dots(axis: &str, dots: &[Dot], page: Page) -> Canvas {
    let widest = dots.iter().map(|d| width(&d.value.printed)).fold(0.0, f64::max) * 1.1 + 12.0;
    let rows = Rows::new(page, dots.iter().map(|d| d.label.as_str()), 30.0, 8.0, widest);
    let mut c = Canvas::new().tall(rows.height());
    // What the marks are: a picture is also seen without the page around it.
    let band = if dots.iter().any(|d| d.band.is_some()) { " · balk: 80% kans" } else { "" };
    let marks = format!("stip: raming{band} · streep: basisraming");
    c.text((page.width() - 10.0, 16.0), Anchor::End, Voice::Faint, &marks);
    let values = dots.iter().flat_map(|d| d.band.iter().flat_map(|(a, b)| [a.value, b.value]).chain([d.value.value]));
    let x = Scale::around(values, false, rows.ticks(), rows.left, rows.right);
    rows.axis(&mut c, &x, axis);
    for (row, dot) in dots.iter().enumerate() {
        let (y, px) = (rows.y(row), x.at(dot.value.value));
        let mut end = px + 6.0;
        if let Some((low, high)) = &dot.band {
            let (a, b) = (x.at(low.value), x.at(high.value));
            c.rect((a, y - 7.0), (b, y + 7.0), Ink::Band);
            for edge in [a, b] {
                c.line((edge, y - 7.0), (edge, y + 7.0), Ink::Main, 1.2);
            }
            end = end.max(b);
        }
        let voice = if row == 0 { Voice::Strong } else { Voice::Plain };
        rows.label(&mut c, row, voice);
        c.text((end + 6.0, y + 4.5), Anchor::Start, voice, &dot.value.printed);
    }
    // The base runs through all rows, under the dots.
    if let Some(base) = dots.first() {
        let px = x.at(base.value.value);
        rows.upright(&mut c, px, rows.top(), Ink::Other, 1.2);
    }
    for (row, dot) in dots.iter().enumerate() {
        c.dot((x.at(dot.value.value), rows.y(row)), 5.5, Ink::Main);
    }
    c
}
