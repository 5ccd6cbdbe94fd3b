//! Writing words into XML, and names of the namespaces.

use super::super::held::held;
use super::super::xml::escape;

/// Namespace of WordprocessingML (transitional).
pub const W: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// Head of every part.
pub const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Namespaces of a part with text and pictures.
pub const SPACES: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

/// A run of words with these properties.
pub fn run(properties: &str, words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    let properties = if properties.is_empty() { String::new() } else { format!("<w:rPr>{properties}</w:rPr>") };
    let words = held(words);
    let mut out = format!("<w:r>{properties}");
    for (i, piece) in at_minus(&words).enumerate() {
        // A word processor breaks a line after an ordinary hyphen, a minus or not.
        if i > 0 {
            out.push_str("<w:noBreakHyphen/>");
        }
        if !piece.is_empty() {
            out.push_str(&format!("<w:t xml:space=\"preserve\">{}</w:t>", escape(piece)));
        }
    }
    out.push_str("</w:r>");
    out
}

/// The words without the minus signs of numbers, which stood between them.
fn at_minus(words: &str) -> impl Iterator<Item = &str> {
    let minus = |at: usize| {
        let (before, after) = (&words[..at], &words[at + 1..]);
        after.starts_with(|c: char| c.is_ascii_digit())
            && before.chars().next_back().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '‘' | '['))
    };
    let cuts: Vec<usize> = words.match_indices('-').map(|(at, _)| at).filter(|at| minus(*at)).collect();
    let starts = std::iter::once(0).chain(cuts.clone().into_iter().map(|at| at + 1));
    let ends = cuts.into_iter().chain([words.len()]);
    starts.zip(ends).map(|(from, to)| &words[from..to])
}

/// A field whose result a word processor can renew.
pub fn field(instruction: &str, properties: &str, result: &str) -> String {
    let p = if properties.is_empty() { String::new() } else { format!("<w:rPr>{properties}</w:rPr>") };
    format!(
        "<w:r>{p}<w:fldChar w:fldCharType=\"begin\"/></w:r>\
         <w:r>{p}<w:instrText xml:space=\"preserve\"> {instruction} </w:instrText></w:r>\
         <w:r>{p}<w:fldChar w:fldCharType=\"separate\"/></w:r>{}\
         <w:r>{p}<w:fldChar w:fldCharType=\"end\"/></w:r>",
        run(properties, result)
    )
}

/// A paragraph in a style.
pub fn paragraph(style: &str, more: &str, content: &str) -> String {
    let style = if style.is_empty() { String::new() } else { format!("<w:pStyle w:val=\"{}\"/>", escape(style)) };
    let properties =
        if style.is_empty() && more.is_empty() { String::new() } else { format!("<w:pPr>{style}{more}</w:pPr>") };
    format!("<w:p>{properties}{content}</w:p>")
}
