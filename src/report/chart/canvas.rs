//! Where charts are drawn: a page of marks in one style.
//!
//! Every mark has a class and the colours of the light style as attributes.
//! Attributes weigh less than any style sheet, so a web page recolours the
//! classes for the dark, and a picture maker draws what it reads. The colours
//! differ in lightness too: in grey print and to a colour-blind eye they stay
//! apart, and every mark carries its words.

use super::super::xml::escape;
use super::Chart;

/// How wide the chart is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Page {
    /// For paper and screens.
    Wide,
    /// For a phone: the same marks, the names above them.
    Narrow,
}

impl Page {
    /// Width in pixels.
    pub fn width(self) -> f64 {
        match self {
            Self::Wide => 720.0,
            Self::Narrow => 350.0,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Wide => "",
            Self::Narrow => "-smal",
        }
    }
}

/// Size of letters in pixels.
pub const SIZE: f64 = 13.0;

/// How a mark looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Faint lines behind everything.
    Grid,
    /// The axis and lines that lead to a label.
    Axis,
    /// A band.
    Band,
    /// What it is about.
    Main,
    /// What it is compared with: dashed.
    Other,
    /// Worse.
    Adverse,
    /// Better.
    Favourable,
    /// A gap to the disadvantage.
    Gap,
    /// A start or an end.
    Total,
    /// A cell of the risk map, 0 to 4.
    Heat(usize),
}

impl Ink {
    fn class(self) -> String {
        match self {
            Self::Grid => "g-raster".into(),
            Self::Axis => "g-as".into(),
            Self::Band => "g-band".into(),
            Self::Main => "g-hoofd".into(),
            Self::Other => "g-ander".into(),
            Self::Adverse => "g-nadeel".into(),
            Self::Favourable => "g-voordeel".into(),
            Self::Gap => "g-kloof".into(),
            Self::Total => "g-totaal".into(),
            Self::Heat(n) => format!("g-hitte{}", n.min(4)),
        }
    }

    fn colour(self) -> &'static str {
        match self {
            Self::Grid => "#d8dee4",
            Self::Axis => "#57606a",
            Self::Band => "#cfe1f2",
            Self::Main => "#0b5394",
            Self::Other => "#a63d00",
            Self::Adverse => "#8f3500",
            Self::Favourable => "#5599d0",
            Self::Gap => "#f8e0cf",
            Self::Total => "#57606a",
            Self::Heat(n) => ["#fff8ef", "#fdeacb", "#fbd5a0", "#f6b878", "#ee9a59"][n.min(4)],
        }
    }
}

/// Where text begins, centres or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// At x.
    Start,
    /// Around x.
    Middle,
    /// Before x.
    End,
}

/// Words on a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voice {
    /// Ordinary.
    Plain,
    /// Behind the rest.
    Faint,
    /// What it is about.
    Strong,
}

/// A page of marks.
#[derive(Default)]
pub struct Canvas {
    body: String,
    height: f64,
}

impl Canvas {
    /// An empty page; it grows with [`Canvas::tall`].
    pub fn new() -> Self {
        Self::default()
    }

    /// Height in pixels.
    pub fn tall(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// A straight line.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: Ink, width: f64) {
        let dash = if ink == Ink::Other { " stroke-dasharray=\"7 4\"" } else { "" };
        self.body.push_str(&format!(
            "<line class=\"{} g-lijn\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{}\" stroke-width=\"{}\"{dash}/>\n",
            ink.class(),
            n(from.0),
            n(from.1),
            n(to.0),
            n(to.1),
            ink.colour(),
            n(width)
        ));
    }

    /// A line through points.
    pub fn path(&mut self, points: &[(f64, f64)], ink: Ink, width: f64) {
        if points.len() < 2 {
            return;
        }
        let dash = if ink == Ink::Other { " stroke-dasharray=\"7 4\"" } else { "" };
        self.body.push_str(&format!(
            "<polyline class=\"{} g-lijn\" points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linejoin=\"round\"{dash}/>\n",
            ink.class(),
            list(points),
            ink.colour(),
            n(width)
        ));
    }

    /// A filled area.
    pub fn area(&mut self, points: &[(f64, f64)], ink: Ink) {
        self.body.push_str(&format!(
            "<polygon class=\"{} g-vlak\" points=\"{}\" fill=\"{}\"/>\n",
            ink.class(),
            list(points),
            ink.colour()
        ));
    }

    /// A filled rectangle between two corners.
    pub fn rect(&mut self, a: (f64, f64), b: (f64, f64), ink: Ink) {
        self.body.push_str(&format!(
            "<rect class=\"{} g-vlak\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n",
            ink.class(),
            n(a.0.min(b.0)),
            n(a.1.min(b.1)),
            n((a.0 - b.0).abs()),
            n((a.1 - b.1).abs()),
            ink.colour()
        ));
    }

    /// A filled dot.
    pub fn dot(&mut self, at: (f64, f64), radius: f64, ink: Ink) {
        self.body.push_str(&format!(
            "<circle class=\"{} g-vlak\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{}\"/>\n",
            ink.class(),
            n(at.0),
            n(at.1),
            n(radius),
            ink.colour()
        ));
    }

    /// A ring with paper inside.
    pub fn ring(&mut self, at: (f64, f64), radius: f64, ink: Ink) {
        self.body.push_str(&format!(
            "<circle class=\"{} g-ring\" cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"#ffffff\" stroke=\"{}\" stroke-width=\"1.5\"/>\n",
            ink.class(),
            n(at.0),
            n(at.1),
            n(radius),
            ink.colour()
        ));
    }

    /// Words with their baseline at y.
    pub fn text(&mut self, at: (f64, f64), anchor: Anchor, voice: Voice, words: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (class, fill, weight) = match voice {
            Voice::Plain => ("g-tekst", "#1b1f24", ""),
            Voice::Faint => ("g-zacht", "#57606a", ""),
            Voice::Strong => ("g-tekst", "#1b1f24", " font-weight=\"700\""),
        };
        self.body.push_str(&format!(
            "<text class=\"{class}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\" fill=\"{fill}\"{weight}>{}</text>\n",
            n(at.0),
            n(at.1),
            escape(words)
        ));
    }

    /// Where the words that hold these stand, and their anchor.
    #[cfg(test)]
    pub fn text_at(&self, words: &str) -> Option<((f64, f64), String)> {
        let line = self.body.lines().find(|l| l.starts_with("<text") && l.contains(words))?;
        let of = |name: &str| line.split_once(&format!(" {name}=\""))?.1.split('"').next();
        Some(((of("x")?.parse().ok()?, of("y")?.parse().ok()?), of("text-anchor")?.to_owned()))
    }

    /// The page as a document with its name and its words.
    pub fn document(self, chart: &Chart, page: Page) -> String {
        let id = format!("{}{}", name(&chart.id), page.suffix());
        let (w, h) = (n(page.width()), n(self.height));
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" lang=\"nl\" aria-labelledby=\"{id}-titel {id}-tekst\" \
             class=\"grafiek {}\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" \
             font-family=\"'Liberation Sans', Arial, Helvetica, sans-serif\" font-size=\"{}\">\n\
             <title id=\"{id}-titel\">{}</title>\n<desc id=\"{id}-tekst\">{}</desc>\n\
             <rect class=\"g-blad\" width=\"{w}\" height=\"{h}\" fill=\"#ffffff\"/>\n{}</svg>\n",
            chart.drawing.kind(),
            n(SIZE),
            escape(&chart.title),
            escape(&chart.alternative),
            self.body
        )
    }
}

/// A number with at most one decimal: a tenth of a pixel is nothing.
fn n(value: f64) -> String {
    let text = format!("{value:.1}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

fn list(points: &[(f64, f64)]) -> String {
    points.iter().map(|(x, y)| format!("{},{}", n(*x), n(*y))).collect::<Vec<_>>().join(" ")
}

/// An id without what an attribute or a file name cannot hold.
pub fn name(id: &str) -> String {
    id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect()
}

/// Width of words in pixels, by the shape of the letters of a common sans.
pub fn width(words: &str) -> f64 {
    let ems: f64 = words
        .chars()
        .map(|c| match c {
            'i' | 'j' | 'l' | '\'' | '|' | '‘' | '’' => 0.24,
            ' ' | '.' | ',' | ':' | ';' | 'f' | 't' | 'I' | '/' | '!' | '\u{a0}' => 0.29,
            'r' | '-' | '(' | ')' => 0.35,
            'm' | 'w' | 'M' | 'W' | '%' => 0.86,
            c if c.is_uppercase() => 0.70,
            _ => 0.56,
        })
        .sum();
    ems * SIZE
}

/// Words over lines that fit, `most` at most; what is left out ends in an ellipsis.
pub fn wrap(words: &str, room: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    // An amount stays whole.
    let words = super::super::held::held(words);
    for word in words.split(' ').filter(|w| !w.is_empty()) {
        match lines.last_mut() {
            Some(line) if width(line) + width(" ") + width(word) <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    let cut = lines.len() > most;
    lines.truncate(most);
    for (i, line) in lines.iter_mut().enumerate() {
        let last = cut && i + 1 == most;
        if last {
            line.push('…');
        }
        while width(line) > room && line.chars().count() > 2 {
            line.pop();
            line.pop();
            line.push('…');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_broken_where_they_fit_and_cut_where_they_do_not() {
        assert_eq!(wrap("hogere lonen en prijzen", 90.0, 2), ["hogere lonen", "en prijzen"]);
        let cut = wrap("een heel lange naam die nergens past", 60.0, 2);
        assert_eq!(cut.len(), 2);
        assert!(cut[1].ends_with('…') && cut.iter().all(|l| width(l) <= 60.0), "{cut:?}");
        assert!(wrap("", 60.0, 2).is_empty());
    }

    #[test]
    fn words_of_people_stay_words() {
        assert_eq!(escape("a<b & \"c\"\u{1}"), "a&lt;b &amp; &quot;c&quot;");
        assert_eq!(name("wat \"als\"/1"), "wat--als--1");
    }

    #[test]
    fn coordinates_are_short() {
        assert_eq!([n(1.0), n(1.25), n(-0.01), n(10.06)], ["1", "1.2", "0", "10.1"]);
    }
}
