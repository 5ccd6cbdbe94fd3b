//! House style of a municipality: colour, font and logo, checked once for
//! every format.

use std::sync::Arc;

/// House style of a municipality; each format keeps to it as far as it can.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct House {
    /// Colour of headings, `#rrggbb`.
    pub colour: Option<String>,
    /// Font of texts.
    pub font: Option<String>,
    /// Logo above the title.
    pub logo: Option<Logo>,
    /// Files of the font, for a format that carries its letters with it.
    pub font_files: Vec<Arc<Vec<u8>>>,
}

/// A picture of the municipality.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo {
    /// What sort of file it is.
    pub kind: LogoKind,
    /// The file.
    pub bytes: Arc<Vec<u8>>,
    /// Width over height, times a thousand.
    ratio: u32,
}

/// Pictures that every format can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogoKind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// SVG.
    Svg,
}

impl LogoKind {
    /// Content type.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Svg => "image/svg+xml",
        }
    }

    /// Ending of a file name.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Svg => "svg",
        }
    }
}

impl Logo {
    /// A logo from a file, by what is in it rather than by its name.
    ///
    /// # Errors
    /// When it is none of the three kinds or has no size.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let wrong = "it is no PNG, JPEG or SVG that can be read".to_owned();
        let (kind, size) = if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            (LogoKind::Png, png_size(&bytes))
        } else if bytes.starts_with(&[0xff, 0xd8, 0xff]) {
            (LogoKind::Jpeg, jpeg_size(&bytes))
        } else {
            let text = std::str::from_utf8(&bytes).map_err(|_| wrong.clone())?;
            (LogoKind::Svg, super::picture::svg_size(text))
        };
        let (width, height) = size.filter(|(w, h)| *w >= 1.0 && *h >= 1.0).ok_or(wrong)?;
        let ratio = libm::round(width / height * 1_000.0).clamp(50.0, 20_000.0) as u32;
        Ok(Self { kind, bytes: Arc::new(bytes), ratio })
    }

    /// Width over height.
    pub fn ratio(&self) -> f64 {
        f64::from(self.ratio) / 1_000.0
    }
}

fn png_size(bytes: &[u8]) -> Option<(f64, f64)> {
    let number = |at: usize| Some(f64::from(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?)));
    Some((number(16)?, number(20)?))
}

/// Walks the segments to the one that starts a frame.
fn jpeg_size(bytes: &[u8]) -> Option<(f64, f64)> {
    let mut at = 2;
    loop {
        let (marker, long) = (*bytes.get(at + 1)?, u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?]));
        if *bytes.get(at)? != 0xff {
            return None;
        }
        if matches!(marker, 0xc0..=0xcf) && !matches!(marker, 0xc4 | 0xc8 | 0xcc) {
            let pair = |i: usize| Some(f64::from(u16::from_be_bytes([*bytes.get(i)?, *bytes.get(i + 1)?])));
            return Some((pair(at + 7)?, pair(at + 5)?));
        }
        at += 2 + usize::from(long.max(2));
    }
}

impl House {
    /// The colour for lines; none where it is no colour.
    pub fn colour_of_lines(&self) -> Option<&str> {
        self.colour.as_deref().filter(|c| is_colour(c))
    }

    /// The colour for words; a light colour makes a poor heading and then only draws lines.
    pub fn colour_of_words(&self) -> Option<&str> {
        self.colour_of_lines().filter(|c| contrast_on_white(c) >= 4.5)
    }

    /// The name of the font, without what has no place in a name.
    pub fn font_name(&self) -> Option<String> {
        let font: String =
            self.font.as_deref()?.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-')).collect();
        let font = font.trim();
        (!font.is_empty()).then(|| font.to_owned())
    }
}

fn is_colour(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
}

/// Contrast ratio of a colour on white (WCAG 2.2, relative luminance). The
/// curve of a channel is taken as a power of 2.2, which is close enough to choose.
fn contrast_on_white(colour: &str) -> f64 {
    let channel = |at: usize| {
        let v = colour.get(at..at + 2).and_then(|h| u8::from_str_radix(h, 16).ok()).map_or(0.0, f64::from) / 255.0;
        libm::pow(v, 2.2)
    };
    let luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
    1.05 / (luminance + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_colour_is_for_lines_only() {
        // Black on white is 21 to 1; #767676 is the lightest grey that passes 4.5 (WCAG).
        assert!((contrast_on_white("#000000") - 21.0).abs() < 0.01);
        assert!((contrast_on_white("#767676") - 4.54).abs() < 0.15);
        let house = |c: &str| House { colour: Some(c.into()), ..House::default() };
        assert_eq!(house("#ffd700").colour_of_lines(), Some("#ffd700"));
        assert_eq!(house("#ffd700").colour_of_words(), None);
        assert_eq!(house("#004488").colour_of_words(), Some("#004488"));
        assert_eq!(house("#12}{x0").colour_of_lines(), None);
    }

    #[test]
    fn a_logo_is_known_by_what_is_in_it() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"100\"/>";
        let logo = Logo::new(svg.into()).expect("a logo");
        assert_eq!((logo.kind, logo.ratio()), (LogoKind::Svg, 3.0));
        // The head of a PNG of 16 by 8 pixels: PNG specification, 11.2.2.
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x10\0\0\0\x08\x08\x02\0\0\0".to_vec();
        let logo = Logo::new(png).expect("a logo");
        assert_eq!((logo.kind, logo.ratio()), (LogoKind::Png, 2.0));
        // A JPEG with a comment before its frame of 40 by 10: T.81, B.2.2.
        let jpeg = [0xff, 0xd8, 0xff, 0xfe, 0, 3, 1, 0xff, 0xc0, 0, 11, 8, 0, 10, 0, 40, 1, 1, 0x11, 0];
        let logo = Logo::new(jpeg.to_vec()).expect("a logo");
        assert_eq!((logo.kind, logo.ratio()), (LogoKind::Jpeg, 4.0));
        for wrong in [&b"GIF89a"[..], b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0", b"<svg"] {
            assert!(Logo::new(wrong.to_vec()).is_err());
        }
    }
}
