//! Chances in words. The scale is fixed unless the municipality states its own
//! (`[report] chance_words`), and a word never stands without its number:
//! people read "waarschijnlijk" as anything from 50% to 95%.

use crate::dutch;
use crate::model::ChanceWords;

/// A chance that follows from draws: `81% (zeer waarschijnlijk)`. Draws never
/// show that something is certain, so the ends read `minder dan 1%` and `meer dan 99%`.
pub fn simulated(words: &ChanceWords, chance: f64) -> String {
    format!("{} ({})", simulated_number(chance), word(words, chance))
}

/// The number of a chance that follows from draws, without its word.
pub fn simulated_number(chance: f64) -> String {
    dutch::simulated(chance)
}

/// A chance that somebody states: `30% (minder waarschijnlijk)`. One that is
/// put at nothing or at certainty is a choice and no likelihood, so it gets no word.
pub fn stated(words: &ChanceWords, chance: f64) -> String {
    if percent(chance).is_none() {
        return dutch::NOT_APPLICABLE.to_owned();
    }
    if is_set(chance) {
        return format!("{} (zo opgegeven)", dutch::percent(chance, 0));
    }
    // 99,6% is not 100%: it gets the decimals that it needs.
    let number = (0..=4).map(|decimals| dutch::percent(chance, decimals)).find(|text| text != "100%");
    format!("{} ({})", number.unwrap_or_else(|| "meer dan 99%".to_owned()), word(words, chance))
}

/// Whether a stated chance says `never` or `always`.
fn is_set(chance: f64) -> bool {
    chance <= 0.0 || chance >= 1.0
}

/// The verb before a stated chance: `De kans is 30%`, `De kans staat op 100%`.
pub fn verb(chance: f64) -> &'static str {
    if is_set(chance) { "staat op" } else { "is" }
}

/// The word that goes with a chance; by the percentage as printed, so that
/// number and word agree.
pub fn word(words: &ChanceWords, chance: f64) -> &str {
    let Some(printed) = percent(chance) else { return dutch::NOT_APPLICABLE };
    words.0.iter().find(|(below, _)| printed < *below).map_or(dutch::NOT_APPLICABLE, |(_, word)| word)
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
        let usual = ChanceWords::default();
        let words: Vec<&str> = [0.1, 0.3, 0.5, 0.7, 0.9].map(|p| word(&usual, p)).into();
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
        assert_eq!(simulated(&ChanceWords::default(), 0.396), "40% (even waarschijnlijk als niet)");
        assert_eq!(simulated(&ChanceWords::default(), 0.394), "39% (minder waarschijnlijk)");
    }

    #[test]
    fn draws_prove_no_certainty() {
        assert_eq!(simulated(&ChanceWords::default(), 1.0), "meer dan 99% (vrijwel zeker)");
        assert_eq!(simulated(&ChanceWords::default(), 0.0), "minder dan 1% (vrijwel uitgesloten)");
    }

    #[test]
    fn a_stated_chance_of_nothing_or_everything_is_a_choice() {
        let usual = ChanceWords::default();
        assert_eq!(stated(&usual, 1.0), "100% (zo opgegeven)");
        assert_eq!(stated(&usual, 0.0), "0% (zo opgegeven)");
        assert_eq!((verb(1.0), verb(0.0), verb(0.3)), ("staat op", "staat op", "is"));
        assert_eq!(stated(&usual, 0.996), "99,6% (vrijwel zeker)");
        assert_eq!(stated(&usual, 0.004), "0,4% (vrijwel uitgesloten)");
    }

    #[test]
    fn what_is_no_chance_gets_no_word() {
        assert_eq!(stated(&ChanceWords::default(), f64::NAN), "n.v.t.");
        assert_eq!(simulated(&ChanceWords::default(), 1.5), "n.v.t. (n.v.t.)");
    }

    #[test]
    fn a_municipality_may_have_its_own_words() {
        let own = ChanceWords(vec![(50.0, "kleine kans".to_owned()), (f64::INFINITY, "grote kans".to_owned())]);
        assert_eq!(stated(&own, 0.3), "30% (kleine kans)");
        // 49,6% reads 50%, and 50% is no longer below 50%.
        assert_eq!(simulated(&own, 0.496), "50% (grote kans)");
    }
}
