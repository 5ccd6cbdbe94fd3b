//! A comparison on a terminal: sentences and columns that fit its width.

/// Label, amount and mark in columns; long labels go over more lines.
pub(super) fn lay_out(title: &str, rows: &[(String, String, &str)], width: usize) -> String {
    let amounts = rows.iter().map(|(_, a, _)| a.chars().count()).max().unwrap_or(0);
    let longest = rows.iter().map(|(l, _, _)| l.chars().count()).max().unwrap_or(0);
    let labels = longest.min(width.saturating_sub(amounts + 4).max(12));
    let mut out = wrapped(title, width, 0);
    for (label, amount, mark) in rows {
        let indent = label.chars().take_while(|c| *c == ' ').count();
        let lines = wrapped(label, labels, indent + 2);
        let mut lines = lines.lines().peekable();
        while let Some(label) = lines.next() {
            // A name that fits on no line is cut, so that no column moves.
            let label = match label.char_indices().nth(labels.saturating_sub(1)) {
                Some((at, last)) if at + last.len_utf8() < label.len() => format!("{}…", &label[..at]),
                _ => label.to_owned(),
            };
            if lines.peek().is_some() {
                out.push_str(&label);
            } else {
                let line = format!("{label:<labels$}  {amount:>amounts$} {mark}");
                out.push_str(line.trim_end());
            }
            out.push('\n');
        }
    }
    out.push('\n');
    out
}

/// A text over lines no longer than `width`, those after the first with an
/// indent; an amount stays with its sign of the euro, and a word that is longer
/// than a line stays whole.
pub(super) fn wrapped(text: &str, width: usize, indent: usize) -> String {
    let mut out = String::new();
    let mut length = 0;
    let start = text.chars().take_while(|c| *c == ' ').count();
    let mut words: Vec<String> = Vec::new();
    for word in text.trim_start().split(' ') {
        match words.last_mut() {
            Some(sign) if sign.ends_with('€') => {
                sign.push(' ');
                sign.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    out.push_str(&" ".repeat(start));
    length += start;
    let mut fresh = true;
    for word in words {
        let count = word.chars().count();
        if !fresh && length + 1 + count > width {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            length = indent;
        } else if !fresh {
            out.push(' ');
            length += 1;
        }
        out.push_str(&word);
        length += count;
        fresh = false;
    }
    out.push('\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_stays_with_its_sign_of_the_euro() {
        // "van € 55,3 miljoen naar" is 23 wide, and "€ 56,2" would end at 30.
        let text = wrapped("van € 55,3 miljoen naar € 56,2 miljoen.", 26, 0);
        assert_eq!(text, "van € 55,3 miljoen naar\n€ 56,2 miljoen.\n");
    }

    #[test]
    fn names_that_differ_at_the_end_can_be_told_apart() {
        let rows = [
            ("  waarvan Ombuigingen, deel jeugd".to_owned(), "23.505".to_owned(), "V"),
            ("  waarvan Ombuigingen, deel Wmo".to_owned(), "21.939".to_owned(), "V"),
        ];
        let text = lay_out("Verklaring", &rows, 32);
        let expected = "Verklaring\n\
                        \x20 waarvan Ombuigingen,\n\
                        \x20   deel jeugd          23.505 V\n\
                        \x20 waarvan Ombuigingen,\n\
                        \x20   deel Wmo            21.939 V\n\n";
        assert_eq!(text, expected);
        assert!(text.lines().all(|l| l.chars().count() <= 32));
    }

    #[test]
    fn a_name_longer_than_its_column_moves_no_other() {
        let rows = [("cost.één-héél-lange-naam.volume.growth".to_owned(), "1".to_owned(), "N")];
        let text = lay_out("Per aanname", &rows, 24);
        assert_eq!(text, "Per aanname\ncost.één-héél-lang…  1 N\n\n");
    }
}
