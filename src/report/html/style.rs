//! The style sheet of the page, in the house style of the municipality.

use super::super::document::House;

/// The sheet with the colour and font of the house.
pub fn sheet(house: &House) -> String {
    let mut sheet = String::new();
    if let Some(colour) = house.colour_of_lines() {
        let words = house.colour_of_words().unwrap_or("#0b3d6b");
        sheet.push_str(&format!(":root{{--huis:{colour};--kop:{words}}}\n"));
    }
    if let Some(font) = house.font_name() {
        sheet.push_str(&format!(":root{{--letter:\"{font}\"}}\n"));
    }
    format!("{}{sheet}", include_str!("page.css"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_house_colour_draws_lines_but_no_words() {
        let sheet = |c: &str| super::sheet(&House { colour: Some(c.into()), ..House::default() });
        assert!(sheet("#ffd700").contains("--huis:#ffd700;--kop:#0b3d6b"));
        assert!(sheet("#004488").contains("--huis:#004488;--kop:#004488"));
    }

    #[test]
    fn what_is_no_colour_or_font_name_reaches_no_style() {
        let house =
            House { colour: Some("#12}{x".into()), font: Some("A\";}body{display:none".into()), ..House::default() };
        let sheet = super::sheet(&house);
        assert!(!sheet.contains("#12}") && !sheet.contains("A\";}"));
    }
}
