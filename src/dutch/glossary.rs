//! The terms of the field, from `docs/glossary.md`: the one place where a term
//! is explained. The report lists those that it uses; the reading level of a
//! text does not blame its writer for them.

static GLOSSARY: &str = include_str!("../../docs/glossary.md");

/// Dutch terms with their Dutch explanation, in the order of the glossary.
pub fn terms() -> impl Iterator<Item = (&'static str, &'static str)> {
    GLOSSARY.lines().filter_map(|line| {
        let mut cells = line.trim().strip_prefix('|')?.split('|').map(str::trim);
        let term = cells.next()?;
        let meaning = cells.nth(1)?;
        let (_, dutch) = meaning.split_once('·')?;
        (!term.is_empty() && !term.starts_with("---") && term != "Dutch term").then_some((term, dutch.trim()))
    })
}

/// The forms of a term that may stand in a text, in lower case: `gebundelde
/// uitkering (BUIG)` also reads `BUIG`; `nadeel (N), voordeel (V)` is two.
pub fn forms(term: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in term.split(',') {
        let bare: String = part.split('(').next().unwrap_or("").trim().to_lowercase();
        if bare.chars().count() > 2 {
            found.push(bare);
        }
        if let Some(short) = part.split_once('(').and_then(|(_, r)| r.split_once(')')).map(|(s, _)| s.trim()) {
            // One letter is a mark of a table, explained at the start.
            if short.chars().count() > 1 {
                found.push(short.to_lowercase());
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_glossary_gives_terms_with_a_dutch_explanation() {
        let found: Vec<_> = terms().collect();
        assert!(found.len() > 30, "{}", found.len());
        let (_, meaning) = found.iter().find(|(t, _)| *t == "OVA").expect("OVA is in the glossary");
        assert_eq!(*meaning, "index voor de lonen in de zorg");
    }

    #[test]
    fn a_term_has_its_short_form_too() {
        assert_eq!(forms("gebundelde uitkering (BUIG)"), ["gebundelde uitkering", "buig"]);
        assert_eq!(forms("nadeel (N), voordeel (V)"), ["nadeel", "voordeel"]);
    }
}
