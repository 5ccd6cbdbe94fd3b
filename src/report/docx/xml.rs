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
    format!("<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escape(&held(words)))
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
