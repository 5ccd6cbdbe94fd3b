//! How hard a Dutch text is: sentences, syllables and the Flesch-Douma score.
//!
//! Council documents are written for B1. No formula decides whether a text is
//! B1, but long sentences and long words predict that it is not, and these can
//! be counted. The score is that of W.H. Douma (De leesbaarheid van
//! landbouwbladen, 1960), the Dutch reading of Flesch:
//! `206.84 - 0.77 x syllables per 100 words - 0.93 x words per sentence`.
//! Words that a writer cannot choose (a term of the glossary, a name, an
//! amount) count as one word of two syllables, so that nobody is blamed for
//! `Participatiewet`.

/// The longest sentence that B1 allows, in words.
pub const LONGEST_SENTENCE: usize = 25;
/// The longest mean sentence, in words.
pub const LONGEST_MEAN: f64 = 15.0;
/// The lowest Flesch-Douma score; 55 to 60 is the middle of ordinary text.
pub const LOWEST_SCORE: f64 = 55.0;

/// What was counted in a text.
#[derive(Clone, Debug, PartialEq)]
pub struct Readability {
    /// Its sentences, in order.
    pub sentences: Vec<Sentence>,
    /// Words in all of them.
    pub words: usize,
    /// Syllables in all of them.
    pub syllables: usize,
}

/// One sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// As written.
    pub text: String,
    /// How many words; an amount or a term counts once.
    pub words: usize,
    /// How many syllables.
    pub syllables: usize,
}

/// Why a text is harder than B1.
#[derive(Clone, Debug, PartialEq)]
pub enum Hard {
    /// A sentence of more than [`LONGEST_SENTENCE`] words.
    Sentence(Sentence),
    /// A mean sentence of more than [`LONGEST_MEAN`] words.
    Mean(f64),
    /// A Flesch-Douma score under [`LOWEST_SCORE`].
    Score(f64),
}

impl Readability {
    /// Words per sentence; 0 for an empty text.
    pub fn mean_sentence(&self) -> f64 {
        if self.sentences.is_empty() { 0.0 } else { self.words as f64 / self.sentences.len() as f64 }
    }

    /// The Flesch-Douma score; none for a text of fewer than three words, of
    /// which it says nothing.
    pub fn score(&self) -> Option<f64> {
        if self.words < 3 {
            return None;
        }
        let syllables = 100.0 * self.syllables as f64 / self.words as f64;
        Some(206.84 - 0.77 * syllables - 0.93 * self.mean_sentence())
    }

    /// What makes it harder than B1, the worst sentences first in their order.
    pub fn hard(&self) -> Vec<Hard> {
        let mut found: Vec<Hard> =
            self.sentences.iter().filter(|s| s.words > LONGEST_SENTENCE).cloned().map(Hard::Sentence).collect();
        if self.mean_sentence() > LONGEST_MEAN {
            found.push(Hard::Mean(self.mean_sentence()));
        }
        if let Some(score) = self.score().filter(|s| *s < LOWEST_SCORE) {
            found.push(Hard::Score(score));
        }
        found
    }
}

/// Reads a text. `known` are terms and names (in any case) that count as one
/// word of two syllables; they may hold several words (`algemene uitkering`).
///
/// Headings, list items and paragraphs end a sentence, as a full stop does.
pub fn read(text: &str, known: &[&str]) -> Readability {
    let terms: Vec<Vec<String>> = known
        .iter()
        .map(|t| t.split_whitespace().map(|w| bare(w).to_lowercase()).filter(|w| !w.is_empty()).collect())
        .filter(|t: &Vec<String>| !t.is_empty())
        .collect();
    let sentences: Vec<Sentence> =
        split_sentences(text).into_iter().map(|s| count(&s, &terms)).filter(|s| s.words > 0).collect();
    let words = sentences.iter().map(|s| s.words).sum();
    let syllables = sentences.iter().map(|s| s.syllables).sum();
    Readability { sentences, words, syllables }
}

/// Abbreviations after which a point ends no sentence.
const ABBREVIATIONS: [&str; 18] = [
    "art", "bijv", "bv", "ca", "dhr", "d.w.z", "enz", "e.d", "incl", "excl", "jl", "mevr", "nr", "o.a", "p.m", "resp",
    "t.o.v", "vgl",
];

/// Sentences end at `.`, `!`, `?` or `:` before a space, at an empty line and
/// at a list item; not inside a number and not after an abbreviation.
fn split_sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let next = chars.get(i + 1);
        if *c == '\n' && matches!(next, Some('\n' | '-' | '*' | '#' | '|')) {
            found.push(std::mem::take(&mut current));
            continue;
        }
        current.push(if c.is_whitespace() { ' ' } else { *c });
        let ends =
            matches!(c, '.' | '!' | '?' | '…' | ':' | ';') && next.is_none_or(|n| n.is_whitespace() || *n == '"');
        if !ends {
            continue;
        }
        let word =
            current.trim_end_matches(*c).rsplit(' ').next().unwrap_or("").trim_start_matches(['(', '"']).to_lowercase();
        if *c == '.' && ABBREVIATIONS.contains(&word.as_str()) {
            continue;
        }
        found.push(std::mem::take(&mut current));
    }
    found.push(current);
    found.into_iter().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

/// A word without the marks around it.
fn bare(word: &str) -> &str {
    word.trim_matches(|c: char| !(c.is_alphanumeric() || c == '€' || c == '%'))
}

fn count(sentence: &str, terms: &[Vec<String>]) -> Sentence {
    let words: Vec<&str> = sentence.split_whitespace().map(bare).filter(|w| !w.is_empty()).collect();
    let lower: Vec<String> = words.iter().map(|w| w.to_lowercase()).collect();
    let (mut count, mut syllables, mut at) = (0, 0, 0);
    while at < words.len() {
        count += 1;
        let term = terms.iter().filter(|t| lower[at..].starts_with(t)).map(Vec::len).max();
        if let Some(length) = term {
            syllables += 2;
            at += length;
            continue;
        }
        let amount = amount_length(&lower[at..]);
        if amount > 0 {
            syllables += 2;
            at += amount;
            continue;
        }
        // A capital inside a sentence is a name; several in a row are one.
        let name = |w: &str| w.chars().next().is_some_and(char::is_uppercase);
        if at > 0 && name(words[at]) {
            syllables += 2;
            at += words[at..].iter().take_while(|w| name(w)).count().max(1);
            continue;
        }
        syllables += syllables_of(&lower[at]);
        at += 1;
    }
    Sentence { text: sentence.to_owned(), words: count, syllables }
}

/// How many words an amount at the start takes: `€ 5,4 miljoen` is three.
fn amount_length(words: &[String]) -> usize {
    let is_number = |w: &str| {
        let digits = w.trim_start_matches(['€', '-']).trim_end_matches('%');
        digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.contains(char::is_alphabetic)
    };
    let start = usize::from(words.first().is_some_and(|w| w == "€"));
    if !words.get(start).is_some_and(|w| is_number(w)) {
        return start;
    }
    let mut length = start + 1;
    if words.get(length).is_some_and(|w| ["miljoen", "miljard", "duizend", "mln"].contains(&w.as_str())) {
        length += 1;
    }
    if words.get(length).is_some_and(|w| ["euro", "procent", "cliënten", "cliënt", "uur"].contains(&w.as_str())) {
        length += 1;
    }
    length
}

/// Two vowels that are one sound, longest first.
const SOUNDS: [&str; 24] = [
    "aai", "ooi", "oei", "eeu", "ieu", "eau", "aa", "ee", "oo", "uu", "ie", "oe", "eu", "ui", "ei", "ij", "ou", "au",
    "ai", "oi", "ay", "ey", "oy", "uw",
];

/// The syllables of one Dutch word, in lower case, counted by its vowel
/// sounds. A trema starts a new one (`cliënt` has two); a word has at least one.
pub fn syllables_of(word: &str) -> usize {
    let vowel = |c: char| "aeiouyáàâäéèêëíìîïóòôöúùûü".contains(c);
    let mut count = 0;
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let sound = SOUNDS.iter().find(|s| rest.starts_with(**s) && **s != "uw");
        if let Some(sound) = sound {
            count += 1;
            rest = &rest[sound.len()..];
        } else {
            count += usize::from(vowel(first));
            rest = &rest[first.len_utf8()..];
        }
    }
    count.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counted by hand, as a dictionary hyphenates them.
    #[test]
    fn syllables_are_counted_by_vowel_sounds() {
        for (word, expected) in [
            ("zorg", 1),
            ("gemeente", 3),
            ("begroting", 3),
            ("cliënt", 2),
            ("cliënten", 3),
            ("jeugd", 1),
            ("kosten", 2),
            ("mooie", 2),
            ("leeuw", 1),
            ("nieuw", 1),
            ("ij", 1),
            ("tekort", 2),
            ("verwachting", 3),
            ("n", 1),
            ("uitgaven", 3),
        ] {
            assert_eq!(syllables_of(word), expected, "{word}");
        }
    }

    #[test]
    fn sentences_end_at_points_but_not_in_numbers_or_abbreviations() {
        let r = read("De kosten zijn € 1.506.000. Dat is o.a. voor jeugd! Waarom?", &[]);
        assert_eq!(r.sentences.len(), 3);
        assert_eq!(r.sentences[0].words, 4);
    }

    #[test]
    fn list_items_and_paragraphs_end_a_sentence() {
        assert_eq!(read("Dit helpt\n- lichte hulp\n- minder pgb\n\nEn dit ook", &[]).sentences.len(), 4);
    }

    #[test]
    fn amounts_names_and_terms_count_as_one_word_of_two_syllables() {
        let r = read(
            "We krijgen de algemene uitkering van Harderwijk Noord met € 5,4 miljoen euro.",
            &["algemene uitkering"],
        );
        // we, krijgen, de, [algemene uitkering], van, [Harderwijk Noord], met, [€ 5,4 miljoen euro]
        assert_eq!(r.words, 8);
        assert_eq!(r.syllables, 1 + 2 + 1 + 2 + 1 + 2 + 1 + 2);
    }

    /// One sentence of four words and five syllables:
    /// 206.84 - 0.77 x 125 - 0.93 x 4 = 106.87.
    #[test]
    fn the_score_is_doumas() {
        let r = read("De zorg wordt duurder.", &[]);
        assert_eq!((r.words, r.syllables), (4, 5));
        let score = r.score().expect("there are words");
        assert!((score - 106.87).abs() < 1e-9, "{score}");
    }

    #[test]
    fn long_sentences_and_hard_words_are_named() {
        let long = "woord ".repeat(26);
        let hard = read(&format!("{long}. Kort."), &[]).hard();
        assert!(matches!(&hard[0], Hard::Sentence(s) if s.words == 26), "{hard:?}");
        let r = read("Beleidsverantwoordelijkheden intensiveren organisatieontwikkelingen.", &[]);
        assert!(r.hard().iter().any(|h| matches!(h, Hard::Score(_))), "{:?}", r.score());
        assert!(read("De zorg wordt duurder. Dat komt door de lonen.", &[]).hard().is_empty());
    }

    #[test]
    fn an_empty_text_is_not_hard() {
        let r = read("  \n ", &[]);
        assert!(r.hard().is_empty());
        assert_eq!(r.score(), None);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "[\\PC\\n]{0,200}", term in "\\PC{0,12}") {
            let r = read(&text, &[&term]);
            prop_assert!(r.syllables >= r.words || r.words == 0);
            r.hard();
        }
    }
}
