//! How wide the columns of a table are on paper, from what stands in them.
//!
//! Every column is wide enough for its longest word and its amounts; the room
//! that is left goes, bit by bit, to the column that makes the table shorter.

use std::borrow::Cow;

use super::super::document::{Align, RowKind, Table};
use super::super::held::held;

/// Room beside the words of a cell in twentieths of a point, with some to spare.
const MARGIN: u32 = 170;
/// Fewer characters do not break over lines where that can be.
const SHORT: usize = 13;
/// A word of more characters may break at its marks.
const LONG: usize = 24;
/// A table with more lines than this may go on at the next page: what it would
/// leave empty is a quarter of a page.
const HIGH: f64 = 13.0;
/// Where a line may break in a long word without a hyphen.
const BREAK: char = '\u{200b}';
/// Letters of tables are 8.5 points high, in twentieths.
const SIZE: u32 = 170;

/// Widths of the characters from space to tilde in Arial, in thousandths of
/// the size of the letter, plain and bold. Arimo and Liberation Sans have the same.
#[rustfmt::skip]
const ARIAL: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556,
    1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556,
    333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556,
    556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
#[rustfmt::skip]
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278,
    556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611,
    975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778,
    667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556,
    333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611,
    611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

/// How wide the letters of a font are, in percent of those of Arial. A font that
/// is not known may be wide, or be replaced by a wide one where it is not there.
pub fn letters_of(font: &str) -> u32 {
    const LIKE_ARIAL: [&str; 8] =
        ["arial", "arimo", "helvetica", "liberation sans", "calibri", "carlito", "times", "narrow"];
    const WIDER: [&str; 9] =
        ["tahoma", "segoe", "georgia", "trebuchet", "open sans", "roboto", "aptos", "cambria", "noto sans"];
    let font = font.to_lowercase();
    let named = |names: &[&str]| names.iter().any(|n| font.contains(n));
    match () {
        () if named(&LIKE_ARIAL) => 100,
        () if named(&WIDER) => 112,
        () => 125,
    }
}

/// The width of words in a table, in twentieths of a point.
fn width(words: &str, bold: bool, letters: u32) -> u32 {
    let of = |c: char| match c {
        ' '..='~' => u32::from(if bold { BOLD } else { ARIAL }[c as usize - ' ' as usize]),
        '\u{a0}' | '·' => 333,
        '‘' | '’' if !bold => 222,
        '‘' | '’' => 278,
        BREAK => 0,
        '…' => 1_000,
        c if c.is_uppercase() => 722,
        _ if bold => 611,
        _ => 556,
    };
    words.chars().map(of).sum::<u32>() * SIZE / 1_000 * letters / 100
}

/// Whether the words of a cell stay on one line: an amount does, a sentence does not.
pub fn stays_whole(align: Align, words: &str) -> bool {
    align == Align::Right && (!words.starts_with(char::is_alphabetic) || words.chars().count() < SHORT)
}

/// The same words, with places where a very long one (an address, a path) may break.
pub fn breakable(words: &str) -> Cow<'_, str> {
    let long = |word: &str| pieces(word).any(|p| p.chars().count() > LONG);
    if !words.split_whitespace().any(long) {
        return Cow::Borrowed(words);
    }
    let mut out = String::new();
    for word in words.split_inclusive(char::is_whitespace) {
        let marked = long(word) && word.contains(['.', '_', '(']);
        for c in word.chars() {
            out.push(c);
            if marked && matches!(c, '.' | '_' | '(') {
                out.push(BREAK);
            }
        }
    }
    Cow::Owned(out)
}

/// What stays together: a line breaks after a space that is not held, a hyphen or a stroke.
fn pieces(words: &str) -> impl Iterator<Item = &str> {
    // The hyphen before a number is a minus.
    let hyphens = |piece: &str| {
        let bytes = piece.as_bytes();
        let word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
        !piece.match_indices('-').any(|(at, _)| at > 0 && word(at - 1) && word(at + 1))
    };
    words.split([' ', '/', BREAK]).flat_map(move |p| p.split_inclusive(if hyphens(p) { '\0' } else { '-' }))
}

/// One cell as it matters to a width.
struct Said {
    whole: u32,
    longest: u32,
}

/// Widths that add up to `room` at most; `letters` as [`letters_of`] gives it.
pub fn widths(table: &Table, room: u32, letters: u32) -> Vec<u32> {
    let count = table.columns.len().max(1);
    let mut rows: Vec<Vec<Said>> = Vec::with_capacity(table.rows.len() + 1);
    let said = |words: &str, bold: bool, stays: bool| {
        let whole = width(words, bold, letters);
        let longest = pieces(&held(&breakable(words))).map(|p| width(p, bold, letters)).max().unwrap_or(0);
        Said { whole, longest: if stays { whole } else { longest } }
    };
    rows.push(table.columns.iter().map(|c| said(&c.header, true, false)).collect());
    let (mut least, mut short) = (vec![400_u32; count], vec![400_u32; count]);
    for row in &table.rows {
        let cells = table.columns.iter().enumerate().map(|(i, column)| {
            let words = row.cells.get(i).map_or("", |c| c.printed.as_str());
            let cell = said(words, row.kind == RowKind::Total, stays_whole(column.align, words));
            // A few characters stay on one line where there is room, a few words on two.
            match words.chars().count() {
                0..SHORT => short[i] = short[i].max(cell.whole + MARGIN),
                SHORT..=LONG => short[i] = short[i].max(cell.whole * 6 / 10 + MARGIN),
                _ => {}
            }
            cell
        });
        rows.push(cells.collect());
    }
    for row in &rows {
        for (i, cell) in row.iter().enumerate() {
            least[i] = least[i].max((cell.longest + MARGIN).min(room / 3 * 2));
        }
    }
    let floor: u32 = least.iter().sum();
    if floor >= room {
        // All give up something, the widest most.
        return least.iter().map(|w| (u64::from(*w) * u64::from(room) / u64::from(floor)) as u32).collect();
    }
    let generous: Vec<u32> = least.iter().zip(&short).map(|(l, s)| *l.max(s)).collect();
    let mut out = if generous.iter().sum::<u32>() <= room { generous } else { least };
    share(&rows, &mut out, room);
    // Many columns spread over the page; few stand together, so that a number is not far from its name.
    let sum: u32 = out.iter().sum();
    if sum > room / 10 * 9 || (count > 3 && sum > room / 2) {
        let names = table.columns.iter().position(|c| c.align == Align::Left).unwrap_or(0);
        out[names] += room.saturating_sub(sum);
    }
    out
}

/// Gives what is left, in steps, to the column that most shortens the table.
fn share(rows: &[Vec<Said>], out: &mut [u32], room: u32) {
    let step = (room / 100).max(1);
    let height = |row: &[Said], widths: &[u32]| {
        let all = row.iter().zip(widths).map(|(c, w)| lines_of(c.whole, *w));
        // The tallest cell makes the row; one word on each line is ugly even where another cell is taller.
        let (most, ugly) = all.fold((1.0_f64, 0.0), |(most, ugly), l| (most.max(l), ugly + (l - 1.0) * (l - 1.0)));
        most + ugly / 30.0
    };
    let total = |widths: &[u32]| rows.iter().map(|r| height(r, widths)).sum::<f64>();
    let mut now = total(out);
    while out.iter().sum::<u32>() + step <= room {
        let mut best: Option<(usize, f64)> = None;
        for i in 0..out.len() {
            out[i] += step;
            let then = total(out);
            out[i] -= step;
            if then < best.map_or(now - 1e-9, |(_, b)| b) {
                best = Some((i, then));
            }
        }
        let Some((i, then)) = best else { return };
        out[i] += step;
        now = then;
    }
}

/// Lines of a cell; a line is never filled to its end.
fn lines_of(whole: u32, width: u32) -> f64 {
    let fits = width.saturating_sub(MARGIN).max(1);
    if whole <= fits { 1.0 } else { 1.1 * f64::from(whole) / f64::from(fits) }
}

/// Whether a table stays on one page: it has few rows, and they are not high.
pub fn stays_together(table: &Table, rows: usize, widths: &[u32], letters: u32) -> bool {
    let high = |row: &super::super::document::Row| {
        let bold = row.kind == RowKind::Total;
        let cells = row.cells.iter().zip(widths);
        cells.map(|(c, w)| libm::ceil(lines_of(width(&c.printed, bold, letters), *w))).fold(1.0, f64::max)
    };
    table.rows.len() <= rows && table.rows.iter().map(high).sum::<f64>() <= HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bold_word_is_as_wide_as_its_bold_letters() {
        // Arial Bold in thousandths: o 611, v 556, e 556, r 389, s 556, c 556, h 611, r 389,
        // i 278, j 278, d 611, i 278, n 611, g 611; 6.891 times 8.5 points in twentieths.
        assert_eq!(width("overschrijding", true, 100), 6_891 * 170 / 1_000);
        // Plain: 556, 500, 556, 333, 500, 500, 556, 333, 222, 222, 556, 222, 556, 556.
        assert_eq!(width("overschrijding", false, 100), 6_168 * 170 / 1_000);
        assert_eq!(width("ë‘", true, 100), (611 + 278) * 170 / 1_000);
    }
}
