//! The reference of the vocabulary, for policy writers: generated from what is
//! registered, so that it cannot say anything else than the engine does. Its
//! examples run as tests.

use super::RuleSet;
use super::engine::{Runner, with_stack};
use super::vocabulary::Word;

/// Every word of the vocabulary, in the order of the reference.
pub fn words() -> Vec<Word> {
    with_stack(|| {
        let empty = RuleSet::default();
        Runner::new(&empty).words.all().to_vec()
    })
    .unwrap_or_default()
}

/// What stands before the words.
const INTRODUCTION: &str = "\
# De woorden van een regel

Deze lijst komt uit het programma zelf: wat hier staat, werkt, en meer is er niet.
De voorbeelden worden bij elke controle uitgevoerd.

Een regel is één bestand in `rules/<domein>/`. De naam van het bestand is de naam van de regel.
Begin met `ravijn new rule jeugd/naam`, verander de tekst, en draai `ravijn test` en `ravijn check`.

Een **getal** weet zijn eenheid (euro, cliënten, euro per cliënt, procent of getal) en waar het vandaan komt.
Het is onzeker: het heeft in elke doorgerekende toekomst een eigen waarde.

- Rekenen gaat met `+ - * /`, in elke toekomst apart. Euro's en cliënten tellen niet op: dat is een fout op die regel.
- Vergelijken gaat met `< <= > >= == !=`, en alleen met een ander getal: `gap.mean > euro(50_000)`. Een onzeker getal vergelijkt u pas nadat u één waarde kiest, zoals `.mean`.
- `if voorwaarde { ... } else { ... }` kiest, `for naam in lijst { ... }` herhaalt, `return;` zegt niets en stopt. `&&` is en, `||` is of, `!` is niet.
- In een tekst tussen `` ` `` schrijft u een getal als `${gap}`. Het staat er dan op zijn Nederlands, met de herkomst in de bewijslijst. Een los cijfer zonder eenheid mag daar niet staan.
";

/// The reference as Markdown, in Dutch.
pub fn reference() -> String {
    let mut out = INTRODUCTION.to_owned();
    out.push_str("\n## Een hele regel\n\n```rhai\n");
    out.push_str(&super::template("kosten-boven-begroting", "jeugd"));
    out.push_str("```\n");
    table(&mut out, "Wat in RULE staat", &super::head::KEYS);
    table(&mut out, "Wat `risk` teruggeeft", &super::results::KEYS);
    out.push_str("\nEen regel geeft één zo'n map terug, een lijst van mappen, of niets.\n");
    let mut chapter = "";
    for word in words() {
        if word.chapter != chapter {
            chapter = word.chapter;
            out.push_str(&format!("\n## {chapter}\n"));
        }
        let point = if word.name == word.signature { "." } else { "" };
        out.push_str(&format!("\n### `{point}{}`\n\nGeeft: {}. {}\n", word.signature, word.gives, word.summary));
        if !word.example.is_empty() {
            out.push_str(&format!("\n```rhai\n{}\n```\n", word.example));
        }
    }
    out
}

fn table(out: &mut String, title: &str, rows: &[(&str, &str)]) {
    out.push_str(&format!("\n## {title}\n\n| sleutel | wat het is |\n|---|---|\n"));
    for (key, what) in rows {
        out.push_str(&format!("| `{key}` | {what} |\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{RuleSource, run_tests};

    #[test]
    fn every_example_of_the_reference_runs() {
        for word in words().iter().filter(|w| !w.example.is_empty()) {
            let text = format!(
                "const RULE = #{{ title: \"t\", domain: \"algemeen\", term: \"kort\" }};\nfn risk(o) {{ return; }}\nfn test_it() {{\n{}\n}}\n",
                word.example
            );
            let source =
                RuleSource { id: word.name.to_owned(), path: format!("{}.rhai", word.name), bytes: text.into_bytes() };
            let (set, broken) = RuleSet::parse(&[source]);
            assert!(broken.is_empty(), "{}: {broken:?}", word.signature);
            let report = run_tests(&set, None);
            assert!(report.passed(), "{}: {:?}", word.signature, report.tests[0].failure);
        }
    }

    #[test]
    fn every_word_says_what_it_gives_and_most_show_it() {
        let words = words();
        assert!(words.len() > 60, "{}", words.len());
        for word in &words {
            assert!(word.signature.contains(word.name), "{}", word.name);
            assert!(!word.gives.is_empty() && word.summary.ends_with(['.', '"']), "{}: {}", word.name, word.summary);
        }
        let shown = words.iter().filter(|w| !w.example.is_empty()).count();
        assert!(words.len() - shown < 10);
        assert!(reference().contains("### `chance(getal, \"above\", grens)`"));
    }
}
