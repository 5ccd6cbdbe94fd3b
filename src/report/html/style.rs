//! The style sheet of the page, in the house style of the municipality.

use super::super::document::House;

/// The sheet with the colour and font of the house.
pub fn sheet(house: &House) -> String {
    let mut sheet = String::new();
    if let Some(colour) = house.colour.as_deref().filter(|c| is_colour(c)) {
        // A light colour makes a poor heading: it then only draws the line.
        let words = if contrast_on_white(colour) >= 4.5 { colour } else { "#0b3d6b" };
        sheet.push_str(&format!(":root{{--huis:{colour};--kop:{words}}}\n"));
    }
    if let Some(font) = house.font.as_deref() {
        let font: String = font.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-')).collect();
        if !font.trim().is_empty() {
            sheet.push_str(&format!(":root{{--letter:\"{}\"}}\n", font.trim()));
        }
    }
    format!("{}{sheet}", include_str!("page.css"))
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
    fn a_light_house_colour_draws_lines_but_no_words() {
        let sheet = |c: &str| super::sheet(&House { colour: Some(c.into()), font: None });
        assert!(sheet("#ffd700").contains("--huis:#ffd700;--kop:#0b3d6b"));
        assert!(sheet("#004488").contains("--huis:#004488;--kop:#004488"));
        // Black on white is 21 to 1; #767676 is the lightest grey that passes 4.5 (WCAG).
        assert!((contrast_on_white("#000000") - 21.0).abs() < 0.01);
        assert!((contrast_on_white("#767676") - 4.54).abs() < 0.15);
    }

    #[test]
    fn what_is_no_colour_or_font_name_reaches_no_style() {
        let house = House { colour: Some("#12}{x".into()), font: Some("A\";}body{display:none".into()) };
        let sheet = super::sheet(&house);
        assert!(!sheet.contains("#12}") && !sheet.contains("A\";}"));
    }
}
