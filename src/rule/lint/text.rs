//! What the texts of a rule say: a figure in each, no digit typed by hand, and
//! sentences that a council member reads with ease.

use rhai::{Expr, Position, Stmt};

use super::{Check, RiskMap, each_expression, own};
use crate::diagnostic::Place;
use crate::dutch::readability::{Hard, read};
use crate::rule::syntax::Function;

/// Keys whose values people read.
const READ: [&str; 3] = ["text", "response", "title"];

/// Stands for what is filled in: one word of two syllables, like any amount.
const FILLED: &str = "€ 1";

pub(super) fn check(check: &mut Check<'_>) {
    let rule = check.rule;
    for (text, name) in [(Some(rule.head.title.clone()), "title"), (rule.head.response.clone(), "response")] {
        if let Some(text) = text {
            let place = written_at(check, &text);
            digits(check, &text, &place, &format!("`{name}`"));
            left_open(check, &text, &place, name);
            if name == "response" {
                readable(check, &text, &place);
            }
        }
    }
    if let Some(source) = &rule.head.source {
        left_open(check, source, &written_at(check, source), "source");
    }
    for function in own(rule) {
        let mut values: Vec<(String, Position, Expr, bool)> = Vec::new();
        for statement in &function.body {
            each_expression(statement, &mut |expression| {
                if let Some(map) = RiskMap::of(expression) {
                    let pm = matches!(map.get("impact"), Some(Expr::StringConstant(text, _)) if text.as_str() == "pm");
                    for (key, position, value) in &map.entries {
                        if READ.contains(key) || *key == "source" {
                            let at = value.start_position();
                            let at = if at.is_none() { *position } else { at };
                            let at = if at.is_none() { map.position } else { at };
                            values.push(((*key).to_owned(), at, (*value).clone(), pm));
                        }
                    }
                }
            });
        }
        for (key, position, value, pm) in values {
            let mut pieces = Vec::new();
            collect(&value, function, &mut pieces, 0);
            let place = check.rule.source.place_or(position, &function.place);
            for piece in &pieces {
                if let Piece::Words(text, at) = piece {
                    left_open(check, text, &check.rule.source.place_or(*at, &place), &key);
                }
            }
            if key == "source" {
                continue;
            }
            let filled = pieces.iter().any(|p| matches!(p, Piece::Filled));
            if key == "text" && !filled && !pm {
                check.warn_at("text-without-figure", place.clone(), "the text holds no figure").help = Some(
                    "say how large it is: `... ${gap} ...`; a risk that no figure can carry says impact: \"pm\""
                        .to_owned(),
                );
            }
            let whole: String = pieces
                .iter()
                .map(|p| match p {
                    Piece::Words(text, _) => text.as_str(),
                    Piece::Filled | Piece::Typed(..) => FILLED,
                })
                .collect();
            for piece in &pieces {
                match piece {
                    Piece::Words(text, at) => {
                        let place = check.rule.source.place_or(*at, &place);
                        digits(check, text, &place, &format!("`{key}`"));
                    }
                    Piece::Typed(number, at) => {
                        let place = check.rule.source.place_or(*at, &place);
                        typed(check, number, place, &format!("`{key}`"));
                    }
                    Piece::Filled => {}
                }
            }
            if key != "title" {
                readable(check, &whole, &place);
            }
        }
    }
}

/// Where a text of `RULE` stands; the whole of it where it is written otherwise.
fn written_at(check: &Check<'_>, text: &str) -> Place {
    let source = &check.rule.source;
    let quoted = format!("\"{text}\"");
    let Some(at) = source.text.find(&quoted) else { return check.rule.head.place.clone() };
    let before = &source.text[..at];
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
    Place::new(
        source.path.clone(),
        small(before.matches('\n').count() + 1),
        small(column),
        small(quoted.chars().count()),
    )
}

/// A piece of a text as written.
enum Piece {
    Words(String, Position),
    /// A number that the rule fills in itself: `${12}`, `${euro(50_000)}`.
    Typed(String, Position),
    Filled,
}

/// A number in `${...}` that comes from no outcome; a year may be typed there too.
fn typed_in(part: &Expr) -> Option<Piece> {
    match part {
        Expr::IntegerConstant(number, at) if !is_year(&number.to_string()) => {
            Some(Piece::Typed(number.to_string(), *at))
        }
        Expr::FloatConstant(number, at) => Some(Piece::Typed(number.to_string(), *at)),
        Expr::FnCall(call, _) if MAKERS.contains(&call.name.as_str()) && call.args.len() == 1 => {
            match typed_in(&call.args[0])? {
                Piece::Typed(number, at) => Some(Piece::Typed(format!("{}({number})", call.name), at)),
                other => Some(other),
            }
        }
        // How it is written changes nothing of where it comes from.
        Expr::Dot(pair, ..) => typed_in(&pair.lhs),
        Expr::Stmt(block) => match block.statements() {
            [Stmt::Expr(only)] => typed_in(only),
            [Stmt::FnCall(call, at)] => typed_in(&Expr::FnCall(call.clone(), *at)),
            _ => None,
        },
        _ => None,
    }
}

/// Functions that make a figure of a plain number. Not `percent`: "each 10% that
/// fails" and "with a chance of 10%", beside a `.p90`, are true every year.
const MAKERS: [&str; 4] = ["euro", "persons", "euro_per_client", "number"];

/// What the template asks to fill in, and nobody did.
fn left_open(check: &mut Check<'_>, text: &str, place: &Place, what: &str) {
    if text.trim_start().to_lowercase().starts_with("vul in") {
        check
            .warn_at("left-open", place.clone(), format!("`{what}` still says what to fill in: \"{}\"", text.trim()))
            .help = Some(
            match what {
                "source" => "name the law or document that the rule rests on",
                _ => "write what people will read in the report",
            }
            .to_owned(),
        );
    }
}

/// The pieces of an expression that makes a text; variables are followed to the
/// `let` that made them.
fn collect(expression: &Expr, function: &Function, pieces: &mut Vec<Piece>, depth: usize) {
    match expression {
        Expr::StringConstant(text, position) => pieces.push(Piece::Words(text.to_string(), *position)),
        Expr::InterpolatedString(parts, _) => {
            for part in parts {
                match part {
                    Expr::StringConstant(text, position) => pieces.push(Piece::Words(text.to_string(), *position)),
                    _ => pieces.push(typed_in(part).unwrap_or(Piece::Filled)),
                }
            }
        }
        Expr::FnCall(call, _) if call.name.as_str() == "+" => {
            for argument in &call.args {
                collect(argument, function, pieces, depth);
            }
        }
        Expr::Variable(variable, ..) if depth < 4 => {
            let made = function.body.iter().find_map(|statement| match statement {
                Stmt::Var(parts, ..) if parts.0.name.as_str() == variable.1.as_str() => Some(&parts.1),
                _ => None,
            });
            match made {
                Some(made) if !matches!(made, Expr::Variable(..)) => collect(made, function, pieces, depth + 1),
                _ => pieces.push(Piece::Filled),
            }
        }
        _ => pieces.push(Piece::Filled),
    }
}

/// Digits that will be wrong next year.
fn digits(check: &mut Check<'_>, text: &str, place: &Place, what: &str) {
    for number in typed_numbers(text) {
        typed(check, &number, place.clone(), what);
    }
}

fn typed(check: &mut Check<'_>, number: &str, place: Place, what: &str) {
    check
        .warn_at("typed-number", place, format!("{what} has `{number}` typed by hand: it will be wrong next year"))
        .help = Some("fill it in from the outcome, `${...}`, or make it a parameter".to_owned());
}

/// The numbers in a text that are no year, law, article, age or taakveld.
pub(super) fn typed_numbers(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |w: &str| -> String { w.trim_matches(|c: char| "().,;:!?\"'`".contains(c)).to_lowercase() };
    let mut found = Vec::new();
    for (i, word) in words.iter().enumerate() {
        let number = bare(word);
        if !number.contains(|c: char| c.is_ascii_digit()) {
            continue;
        }
        let near = |steps: isize| {
            usize::try_from(i as isize + steps).ok().and_then(|at| words.get(at)).map(|w| bare(w)).unwrap_or_default()
        };
        let before = [near(-1), near(-2), near(-3)];
        let after = [near(1), near(2), near(3)];
        if !(is_year(&number)
            || is_name(&number)
            || is_law(&number, &before)
            || is_age(&number, &before, &after)
            || is_taakveld(&number, &before))
        {
            found.push(number);
        }
    }
    found
}

/// `digits2`, `b1`, `covid-19`: a name in which a digit stands, no amount.
fn is_name(word: &str) -> bool {
    let currency = ["eur", "€"].iter().any(|sign| word.contains(sign));
    word.starts_with(char::is_alphabetic) && !currency && !word.contains(['%', ',', '.'])
}

/// `2026`, `2026-2029`, `2026/2027`.
fn is_year(word: &str) -> bool {
    let parts: Vec<&str> = word.split(['-', '–', '/']).collect();
    parts.len() <= 2
        && parts.iter().all(|p| {
            p.len() == 4 && (p.starts_with("19") || p.starts_with("20")) && p.bytes().all(|b| b.is_ascii_digit())
        })
}

/// `Wmo 2015`, `artikel 69`, `art. 2.3.5`, `lid 2`, `Wet 36713`.
fn is_law(word: &str, before: &[String; 3]) -> bool {
    let law = |w: &str| {
        w.ends_with("wet")
            || ["wmo", "wet", "besluit", "verordening", "kamerstuk", "dossier", "stb", "stcrt"].contains(&w)
    };
    let article = ["artikel", "artikelen", "art", "lid", "leden", "hoofdstuk", "paragraaf", "onderdeel", "bijlage"];
    law(&before[0])
        || article.contains(&before[0].as_str())
        || (before[0] == "en" && article.contains(&before[2].as_str()) && word.len() < 8)
}

/// `65-plus`, `65+`, `0-17 jaar`, `18 tot 23 jaar`, `85 jaar`.
fn is_age(word: &str, before: &[String; 3], after: &[String; 3]) -> bool {
    let age = |w: &str| w.parse::<u32>().is_ok_and(|n| n <= 120);
    let digits = word.find(|c: char| !c.is_ascii_digit()).unwrap_or(word.len());
    if age(&word[..digits]) && ["+", "-plus", "plus"].iter().any(|s| word[digits..].starts_with(s)) {
        return true;
    }
    let range: Vec<&str> = word.split(['-', '–']).filter(|p| !p.is_empty()).collect();
    let is_range = !range.is_empty() && range.len() <= 2 && range.iter().all(|p| age(p));
    if !is_range {
        return false;
    }
    let years = |w: &str| ["jaar", "jarigen", "jarige"].contains(&w);
    if years(&after[0]) || word.ends_with("jarigen") {
        // "3 jaar later" is a number of years, "18 jaar" an age: ages stand with
        // people, or in a range.
        return range.len() == 2
            || before[0] == "tot"
            || before[0] == "vanaf"
            || before[0] == "boven"
            || before[0] == "onder"
            || before[0] == "dan"
            || before[0] == "van"
            || ["en", "of"].contains(&after[1].as_str()) && ["ouder", "jonger"].contains(&after[2].as_str());
    }
    ["tot", "en", "t/m"].contains(&after[0].as_str()) && after.iter().any(|w| years(w))
        || (range.len() == 2 && after[0] == "jarigen")
}

/// `6.75`, `taakveld 6.3`, `0.7`.
fn is_taakveld(word: &str, before: &[String; 3]) -> bool {
    let code = word.trim_start_matches("tv").trim_end_matches(|c: char| c.is_ascii_lowercase());
    let shaped = code.split_once('.').is_some_and(|(a, b)| {
        a.len() == 1 && (1..=3).contains(&b.len()) && a.bytes().chain(b.bytes()).all(|c| c.is_ascii_digit())
    });
    let named = ["taakveld", "taakvelden", "programma"].contains(&before[0].as_str());
    shaped && (code.starts_with("6.") || named) || (named && word.bytes().all(|b| b.is_ascii_digit()))
}

/// Harder than B1?
fn readable(check: &mut Check<'_>, text: &str, place: &Place) {
    let terms: Vec<&str> = check.known.terms.iter().map(String::as_str).collect();
    for hard in read(text, &terms).hard() {
        let place = place.clone();
        match hard {
            Hard::Sentence(sentence) => {
                let message =
                    format!("this sentence has {} words, B1 allows 25: \"{}\"", sentence.words, sentence.text);
                check.warn_at("b1", place, message).help = Some("cut it in two: one thought in each".to_owned());
            }
            Hard::Mean(mean) => {
                let message =
                    format!("the sentences have {} words on average, B1 allows 15", crate::dutch::short(mean, 1));
                check.warn_at("b1", place, message).help = Some("write shorter sentences".to_owned());
            }
            Hard::Score(score) => {
                let shown: String = text.chars().take(80).collect();
                let message = format!(
                    "the text scores {} on Flesch-Douma, B1 needs 55: \"{shown}\"",
                    crate::dutch::short(score, 0)
                );
                check.warn_at("b1", place, message).help = Some("use shorter words and sentences".to_owned());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::typed_numbers;

    #[test]
    fn years_laws_ages_and_taakvelden_may_be_typed() {
        for text in [
            "In 2026 en in de jaren 2027-2029.",
            "De Wmo 2015 vraagt dit (artikel 2.3.5).",
            "Jongeren van 18 tot 23 jaar en 65-plussers.",
            "Inwoners van 0-17 jaar, 65+ en 85-plus.",
            "Inwoners van 75 jaar en ouder.",
            "Taakveld 6.75 en 6.711, en taakveld 6.",
            "De Participatiewet artikel 69 regelt dit.",
            "De regel digits2, niveau B1 en covid-19.",
        ] {
            assert!(typed_numbers(text).is_empty(), "{text}: {:?}", typed_numbers(text));
        }
    }

    #[test]
    fn amounts_shares_and_counts_may_not() {
        for (text, number) in [
            ("Dat kost € 350.000.", "350.000"),
            ("Het groeit met 8% per jaar.", "8%"),
            ("Er zijn 742 klanten.", "742"),
            ("Over 3 jaar is het op.", "3"),
            ("De rente is 2,7 procent.", "2,7"),
            ("Dat kost EUR50.000 per jaar.", "eur50.000"),
            ("Dat kost €50 per uur.", "€50"),
        ] {
            assert_eq!(typed_numbers(text), [number], "{text}");
        }
    }
}
