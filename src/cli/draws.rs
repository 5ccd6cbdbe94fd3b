//! `--draws` and `--seed` as people type them: what is no number is told in
//! words, and a number of draws too small for chances is warned of.

/// The most draws one run takes.
const MOST: u64 = 1_000_000_000;

/// Below this a chance moves in steps of more than one percent.
const FEW: u64 = 100;

/// Reads `--draws`.
pub fn number(text: &str) -> Result<u64, String> {
    match text.trim().parse::<u64>() {
        Ok(n) if n <= MOST => Ok(n),
        _ => Err("write a whole number from 0 (the projection alone) to 1000000000, such as 10000".to_owned()),
    }
}

/// Reads `--seed`.
pub fn seed(text: &str) -> Result<u64, String> {
    text.trim().parse().map_err(|_| "write a whole number of 0 or more, such as 1".to_owned())
}

/// Says on stderr that so few draws make chances and percentiles coarse.
pub fn warn_if_few(draws: u64) {
    if let Some(text) = few(draws) {
        anstream::eprintln!("warning: {text}");
    }
}

fn few(draws: u64) -> Option<String> {
    let step = match draws {
        0 | FEW.. => return None,
        n => 100.0 / n as f64,
    };
    let (noun, verb) = if draws == 1 { ("draw", "is") } else { ("draws", "are") };
    Some(format!(
        "{draws} {noun} {verb} few: chances move in steps of {step:.0}%, and bands are rough; 1000 or more say more"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_told_in_words() {
        assert_eq!((number("0"), number("10000"), seed("7")), (Ok(0), Ok(10_000), Ok(7)));
        for wrong in ["-1", "x", "1.5", "1000000001"] {
            assert!(number(wrong).is_err_and(|e| e.contains("from 0")), "{wrong}");
        }
        assert!(seed("x").is_err_and(|e| e.contains("whole number")));
    }

    #[test]
    fn few_draws_are_warned_of() {
        // 1 / 20 is 5%.
        assert!(few(20).is_some_and(|t| t.starts_with("20 draws are few: chances move in steps of 5%")));
        assert!(few(1).is_some_and(|t| t.starts_with("1 draw is few")));
        assert_eq!((few(0), few(100)), (None, None));
    }
}
