//! Tables on a terminal: columns as wide as their cells, in blocks below each
//! other where the terminal is too narrow for all of them.

use std::io::IsTerminal;

/// Between two columns.
const GAP: usize = 2;

/// How wide a table may be: the terminal, or anything in a pipe or file.
pub(super) fn room() -> usize {
    if std::io::stdout().is_terminal() { super::run::terminal_width() } else { usize::MAX }
}

/// Rows with every column as wide as its widest cell, the first to the left and
/// the others to the right. What does not fit in `room` follows in a next
/// block, with the first column again.
pub(super) fn columns(rows: &[Vec<String>], room: usize) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width: Vec<usize> = (0..count)
        .map(|c| rows.iter().filter_map(|r| r.get(c)).map(|t| t.chars().count()).max().unwrap_or(0))
        .collect();
    let first = width.first().copied().unwrap_or(0);
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut used = 0;
    for (c, w) in width.iter().enumerate().skip(1) {
        match blocks.last_mut() {
            Some(block) if used + GAP + w <= room => block.push(c),
            _ => {
                blocks.push(vec![c]);
                used = first;
            }
        }
        used += GAP + w;
    }
    if blocks.is_empty() {
        blocks.push(Vec::new());
    }
    let block = |of: &Vec<usize>| {
        let mut out = String::new();
        for row in rows {
            let cell = |c: usize| row.get(c).map_or("", String::as_str);
            let mut line = format!("{:<first$}", cell(0));
            for c in of {
                line.push_str(&format!("{:GAP$}{:>w$}", "", cell(*c), w = width[*c]));
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    };
    blocks.iter().map(block).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &[&str]) -> Vec<Vec<String>> {
        text.iter().map(|r| r.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn columns_line_up() {
        assert_eq!(columns(&rows(&["a,1", "lang,22"]), usize::MAX), "a      1\nlang  22\n");
        assert_eq!(columns(&[], 40), "");
    }

    #[test]
    fn what_does_not_fit_follows_below_with_the_names_again() {
        let table = rows(&["year,planned,filled,open", "2027,-753,-753,0", "2028,-1.000,,"]);
        // 4 + 2 + 7 + 2 + 6 = 21.
        assert_eq!(
            columns(&table, 21),
            "year  planned  filled\n\
             2027     -753    -753\n\
             2028   -1.000\n\
             \n\
             year  open\n\
             2027     0\n\
             2028\n"
        );
        // One more character and less: three blocks of one column each.
        assert_eq!(columns(&table, 20).matches("year").count(), 2);
        assert_eq!(columns(&table, 10).matches("year").count(), 3);
    }
}
