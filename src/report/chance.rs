//! Chances in words. The scale is fixed, and a word never stands without its
//! number: people read "waarschijnlijk" as anything from 50% to 95%.

use crate::dutch;

/// Upper bound in percent (not included) and the word for it.
pub const SCALE: [(f64, &str); 8] = [
    (1.0, "vrijwel uitgesloten"),
    (10.0, "zeer onwaarschijnlijk"),
    (20.0, "onwaarschijnlijk"),
    (40.0, "minder waarschijnlijk"),
    (60.0, "even waarschijnlijk als niet"),
    (80.0, "waarschijnlijk"),
    (99.0, "zeer waarschijnlijk"),
    (f64::INFINITY, "vrijwel zeker"),
];

/// A chance that follows from draws: `81% (zeer waarschijnlijk)`. Draws never
/// show that something is certain, so the ends read `minder dan 1%` and `meer dan 99%`.
pub fn simulated(chance: f64) -> String {
    format!("{} ({})", simulated_number(chance), word(chance))
}

/// The number of a chance that follows from draws, without its word.
pub fn simulated_number(chance: f64) -> String {
    match percent(chance) {
        Some(p) if p < 1.0 => "minder dan 1%".to_owned(),
        Some(p) if p > 99.0 => "meer dan 99%".to_owned(),
        Some(p) => format!("{}%", dutch::whole(p)),
        None => dutch::NOT_APPLICABLE.to_owned(),
    }
}

/// A chance that somebody states: `30% (minder waarschijnlijk)`.
pub fn stated(chance: f64) -> String {
    if percent(chance).is_none() {
        return dutch::NOT_APPLICABLE.to_owned();
    }
    format!("{} ({})", dutch::percent(chance, 0), word(chance))
}

/// The word that goes with a chance; by the percentage as printed, so that
/// number and word agree.
pub fn word(chance: f64) -> &'static str {
    let Some(printed) = percent(chance) else { return dutch::NOT_APPLICABLE };
    SCALE.iter().find(|(below, _)| printed < *below).map_or("vrijwel zeker", |(_, word)| word)
}

/// The chance in whole percent; none where it is no chance.
fn percent(chance: f64) -> Option<f64> {
    (chance.is_finite() && (0.0..=1.0).contains(&chance)).then(|| dutch::round(chance * 100.0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_usual_classes_each_have_their_own_word() {
        let words: Vec<&str> = [0.1, 0.3, 0.5, 0.7, 0.9].map(word).into();
        assert_eq!(
            words,
            [
                "onwaarschijnlijk",
                "minder waarschijnlijk",
                "even waarschijnlijk als niet",
                "waarschijnlijk",
                "zeer waarschijnlijk"
            ]
        );
    }

    #[test]
    fn number_and_word_agree_at_a_bound() {
        assert_eq!(simulated(0.396), "40% (even waarschijnlijk als niet)");
        assert_eq!(simulated(0.394), "39% (minder waarschijnlijk)");
    }

    #[test]
    fn draws_prove_no_certainty() {
        assert_eq!(simulated(1.0), "meer dan 99% (vrijwel zeker)");
        assert_eq!(simulated(0.0), "minder dan 1% (vrijwel uitgesloten)");
        assert_eq!(stated(1.0), "100% (vrijwel zeker)");
    }

    #[test]
    fn what_is_no_chance_gets_no_word() {
        assert_eq!(stated(f64::NAN), "n.v.t.");
        assert_eq!(simulated(1.5), "n.v.t. (n.v.t.)");
    }
}
