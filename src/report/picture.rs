//! Charts as PNG, for formats that cannot show SVG everywhere.
//!
//! The letters come from the font that is compiled in, never from the machine:
//! on a bare server text would vanish, and elsewhere the bytes would differ.

use std::sync::{Arc, LazyLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::chart::{self, Chart, Page};

/// Arimo in the three styles that reports use: Latin, Greek, Cyrillic and signs.
pub(super) const FONTS: [&[u8]; 3] = [
    include_bytes!("fonts/Arimo-Regular.ttf"),
    include_bytes!("fonts/Arimo-Bold.ttf"),
    include_bytes!("fonts/Arimo-Italic.ttf"),
];

/// Pixels of the picture per pixel of the drawing: about 230 dots per inch in print.
const SHARPNESS: f32 = 2.0;

static LETTERS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut letters = fontdb::Database::new();
    FONTS.iter().for_each(|font| letters.load_font_data(font.to_vec()));
    letters.set_sans_serif_family("Arimo");
    letters.set_serif_family("Arimo");
    letters.set_monospace_family("Arimo");
    Arc::new(letters)
});

/// A picture with its size in pixels of the drawing.
pub(super) struct Picture {
    /// The PNG file.
    pub png: Vec<u8>,
    /// Width over height.
    pub ratio: f64,
}

/// A chart for paper; none where it cannot be drawn.
pub(super) fn png(chart: &Chart) -> Option<Picture> {
    from_svg(&chart::svg(chart, Page::Wide), SHARPNESS)
}

/// Any SVG as PNG, so many times as large.
pub(super) fn from_svg(svg: &str, times: f32) -> Option<Picture> {
    let options = Options { fontdb: Arc::clone(&LETTERS), font_family: "Arimo".into(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).ok()?;
    let size = tree.size();
    let scaled = |length: f32| (length * times).ceil().clamp(1.0, 8_000.0) as u32;
    let mut pixels = Pixmap::new(scaled(size.width()), scaled(size.height()))?;
    pixels.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, Transform::from_scale(times, times), &mut pixels.as_mut());
    Some(Picture { png: pixels.encode_png().ok()?, ratio: f64::from(size.width()) / f64::from(size.height()) })
}

/// The size of a drawing in pixels; none where it is no SVG.
pub(super) fn svg_size(svg: &str) -> Option<(f64, f64)> {
    let size = Tree::from_str(svg, &Options::default()).ok()?.size();
    Some((f64::from(size.width()), f64::from(size.height())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_drawn_without_a_font_of_the_machine() {
        let with = |text: &str| {
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"60\" height=\"20\"><text x=\"2\" y=\"15\" \
                 font-family=\"system-ui, sans-serif\" font-size=\"13\">{text}</text></svg>"
            );
            from_svg(&svg, 1.0).expect("drawn").png
        };
        assert_ne!(with("€ 5"), with(""));
        assert_eq!(with("€ 5"), with("€ 5"));
        assert!(with("").starts_with(b"\x89PNG"));
    }
}
