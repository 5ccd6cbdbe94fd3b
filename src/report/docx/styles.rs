//! The styles of the document, in the house style of the municipality.
//!
//! They carry the names that Word itself uses (`Title`, `heading 1`,
//! `caption`), so that a writer may restyle the whole at once and a template
//! may bring its own.

use super::super::document::House;
use super::super::xml::escape;
use super::xml::{HEAD, W};

/// A style: its name in every language of Word, the id we give it, and how it looks.
pub struct Style {
    /// Name as Word stores it, in lower case where Word does so.
    pub name: &'static str,
    /// Our id.
    pub id: &'static str,
    /// `paragraph`, `character` or `table`.
    kind: &'static str,
    /// What comes between the name and the properties.
    about: &'static str,
    /// `w:pPr`.
    paragraph: &'static str,
    /// `w:rPr`; `{kop}` is the colour of headings.
    letters: &'static str,
}

const fn style(
    name: &'static str,
    id: &'static str,
    about: &'static str,
    paragraph: &'static str,
    letters: &'static str,
) -> Style {
    Style { name, id, kind: "paragraph", about, paragraph, letters }
}

const BASED: &str = "<w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/><w:uiPriority w:val=\"9\"/><w:qFormat/>";
const PLAIN: &str = "<w:basedOn w:val=\"Normal\"/><w:uiPriority w:val=\"20\"/><w:qFormat/>";

/// Every style that the document uses, `Normal` and the table apart.
pub static STYLES: [Style; 17] = [
    style(
        "Title",
        "Title",
        BASED,
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"0\" w:after=\"80\" w:line=\"252\" w:lineRule=\"auto\"/>",
        "<w:b/><w:color w:val=\"{kop}\"/><w:sz w:val=\"40\"/><w:szCs w:val=\"40\"/>",
    ),
    style(
        "Subtitle",
        "Subtitle",
        BASED,
        "<w:keepLines/><w:pBdr><w:bottom w:val=\"single\" w:sz=\"18\" w:space=\"6\" w:color=\"{huis}\"/></w:pBdr><w:spacing w:after=\"160\"/>",
        "<w:color w:val=\"535C66\"/><w:sz w:val=\"22\"/><w:szCs w:val=\"22\"/>",
    ),
    style(
        "heading 1",
        "Heading1",
        BASED,
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"400\" w:after=\"120\"/><w:outlineLvl w:val=\"0\"/>",
        "<w:b/><w:color w:val=\"{kop}\"/><w:sz w:val=\"30\"/><w:szCs w:val=\"30\"/>",
    ),
    style(
        "heading 2",
        "Heading2",
        BASED,
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"300\" w:after=\"80\"/><w:outlineLvl w:val=\"1\"/>",
        "<w:b/><w:color w:val=\"{kop}\"/><w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>",
    ),
    style(
        "heading 3",
        "Heading3",
        BASED,
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"60\"/><w:outlineLvl w:val=\"2\"/>",
        "<w:b/><w:color w:val=\"{kop}\"/><w:sz w:val=\"21\"/><w:szCs w:val=\"21\"/>",
    ),
    style(
        "caption",
        "Caption",
        BASED,
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"200\" w:after=\"80\"/>",
        "<w:b/><w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>",
    ),
    style(
        "List Bullet",
        "ListBullet",
        PLAIN,
        "<w:numPr><w:numId w:val=\"{lijst}\"/></w:numPr><w:spacing w:after=\"60\"/><w:ind w:left=\"360\" w:hanging=\"360\"/><w:contextualSpacing/>",
        "",
    ),
    style(
        "TOC Heading",
        "TOCHeading",
        PLAIN,
        "<w:keepNext/><w:keepLines/><w:spacing w:before=\"240\" w:after=\"80\"/>",
        "<w:b/><w:color w:val=\"{kop}\"/><w:sz w:val=\"24\"/><w:szCs w:val=\"24\"/>",
    ),
    style(
        "toc 1",
        "TOC1",
        PLAIN,
        "<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"{breed}\"/></w:tabs><w:spacing w:after=\"40\"/>",
        "",
    ),
    style(
        "toc 2",
        "TOC2",
        PLAIN,
        "<w:tabs><w:tab w:val=\"right\" w:leader=\"dot\" w:pos=\"{breed}\"/></w:tabs><w:spacing w:after=\"20\"/><w:ind w:left=\"280\"/>",
        "",
    ),
    style(
        "footnote text",
        "FootnoteText",
        PLAIN,
        "<w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:sz w:val=\"15\"/><w:szCs w:val=\"15\"/>",
    ),
    style(
        "header",
        "Header",
        PLAIN,
        "<w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:color w:val=\"535C66\"/><w:sz w:val=\"16\"/><w:szCs w:val=\"16\"/>",
    ),
    style(
        "footer",
        "Footer",
        PLAIN,
        "<w:tabs><w:tab w:val=\"right\" w:pos=\"{breed}\"/></w:tabs><w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:color w:val=\"535C66\"/><w:sz w:val=\"16\"/><w:szCs w:val=\"16\"/>",
    ),
    style(
        "Risico kenmerk",
        "RisicoKenmerk",
        PLAIN,
        "<w:keepNext/><w:spacing w:after=\"100\"/>",
        "<w:i/><w:color w:val=\"535C66\"/><w:sz w:val=\"18\"/><w:szCs w:val=\"18\"/>",
    ),
    style(
        "Tabel tekst",
        "TabelTekst",
        PLAIN,
        "<w:spacing w:before=\"20\" w:after=\"20\" w:line=\"240\" w:lineRule=\"auto\"/>",
        "<w:sz w:val=\"17\"/><w:szCs w:val=\"17\"/>",
    ),
    style(
        "Tabel noot",
        "TabelNoot",
        PLAIN,
        "<w:spacing w:before=\"60\" w:after=\"120\"/>",
        "<w:color w:val=\"535C66\"/><w:sz w:val=\"17\"/><w:szCs w:val=\"17\"/>",
    ),
    Style {
        name: "footnote reference",
        id: "FootnoteReference",
        kind: "character",
        about: "<w:uiPriority w:val=\"99\"/>",
        paragraph: "",
        letters: "<w:vertAlign w:val=\"superscript\"/>",
    },
];

/// Name and id of the style of tables.
pub const TABLE: (&str, &str) = ("Tabel ravijn", "TabelRavijn");

/// What differs between municipalities and templates.
pub struct Look {
    /// Colour of lines, `RRGGBB`.
    pub house: String,
    /// Colour of headings, `RRGGBB`.
    pub headings: String,
    /// Font.
    pub font: String,
    /// Width of the text in twentieths of a point.
    pub width: u32,
    /// Number of the list of bullets.
    pub list: u32,
}

impl Look {
    /// As the municipality wants it.
    pub fn of(house: &House, width: u32, list: u32) -> Self {
        let hex = |c: &str| c.trim_start_matches('#').to_uppercase();
        Self {
            house: house.colour_of_lines().map_or_else(|| "0B5394".into(), hex),
            headings: house.colour_of_words().map_or_else(|| "0B3D6B".into(), hex),
            font: house.font_name().unwrap_or_else(|| "Arial".into()),
            width,
            list,
        }
    }

    fn fill(&self, text: &str) -> String {
        text.replace("{kop}", &self.headings)
            .replace("{huis}", &self.house)
            .replace("{breed}", &self.width.to_string())
            .replace("{lijst}", &self.list.to_string())
    }
}

/// One style as XML; `base` is the id of the style that everything rests on.
pub fn one(style: &Style, look: &Look, base: &str) -> String {
    let wrap = |tag: &str, inner: &str| match inner {
        "" => String::new(),
        inner => format!("<w:{tag}>{}</w:{tag}>", look.fill(inner)),
    };
    let own =
        if matches!(style.id, "RisicoKenmerk" | "TabelTekst" | "TabelNoot") { " w:customStyle=\"1\"" } else { "" };
    format!(
        "<w:style w:type=\"{}\"{own} w:styleId=\"{}\"><w:name w:val=\"{}\"/>{}{}{}</w:style>",
        style.kind,
        style.id,
        style.name,
        style.about.replace("\"Normal\"", &format!("\"{}\"", escape(base))),
        wrap("pPr", style.paragraph),
        wrap("rPr", style.letters)
    )
}

/// The style of tables: lines between rows, a head set apart.
pub fn table(look: &Look, base: Option<&str>) -> String {
    let (name, id) = TABLE;
    let based = base.map_or_else(String::new, |b| format!("<w:basedOn w:val=\"{}\"/>", escape(b)));
    look.fill(&format!(
        "<w:style w:type=\"table\" w:customStyle=\"1\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/>{based}<w:uiPriority w:val=\"59\"/>\
         <w:tblPr><w:tblBorders><w:top w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"{{huis}}\"/>\
         <w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"{{huis}}\"/>\
         <w:insideH w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"D0D7DE\"/></w:tblBorders>\
         <w:tblCellMar><w:left w:w=\"70\" w:type=\"dxa\"/><w:right w:w=\"70\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblStylePr w:type=\"firstRow\"><w:rPr><w:b/><w:color w:val=\"{{kop}}\"/></w:rPr>\
         <w:tcPr><w:tcBorders><w:bottom w:val=\"single\" w:sz=\"8\" w:space=\"0\" w:color=\"{{huis}}\"/></w:tcBorders>\
         <w:vAlign w:val=\"bottom\"/></w:tcPr></w:tblStylePr></w:style>"
    ))
}

/// The whole part for a document without template.
pub fn part(look: &Look) -> String {
    let font = escape(&look.font);
    let fonts = format!("<w:rFonts w:ascii=\"{font}\" w:hAnsi=\"{font}\" w:eastAsia=\"{font}\" w:cs=\"{font}\"/>");
    let mut out = format!(
        "{HEAD}<w:styles xmlns:w=\"{W}\"><w:docDefaults><w:rPrDefault><w:rPr>{fonts}<w:sz w:val=\"20\"/><w:szCs w:val=\"20\"/>\
         <w:lang w:val=\"nl-NL\" w:eastAsia=\"nl-NL\" w:bidi=\"ar-SA\"/></w:rPr></w:rPrDefault>\
         <w:pPrDefault><w:pPr><w:spacing w:after=\"120\" w:line=\"271\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults>\
         <w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/><w:qFormat/></w:style>\
         <w:style w:type=\"character\" w:default=\"1\" w:styleId=\"DefaultParagraphFont\"><w:name w:val=\"Default Paragraph Font\"/>\
         <w:uiPriority w:val=\"1\"/><w:semiHidden/><w:unhideWhenUsed/></w:style>\
         <w:style w:type=\"table\" w:default=\"1\" w:styleId=\"TableNormal\"><w:name w:val=\"Normal Table\"/><w:uiPriority w:val=\"99\"/>\
         <w:semiHidden/><w:unhideWhenUsed/><w:tblPr><w:tblInd w:w=\"0\" w:type=\"dxa\"/><w:tblCellMar><w:top w:w=\"0\" w:type=\"dxa\"/>\
         <w:left w:w=\"108\" w:type=\"dxa\"/><w:bottom w:w=\"0\" w:type=\"dxa\"/><w:right w:w=\"108\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr></w:style>\
         <w:style w:type=\"numbering\" w:default=\"1\" w:styleId=\"NoList\"><w:name w:val=\"No List\"/><w:uiPriority w:val=\"99\"/>\
         <w:semiHidden/><w:unhideWhenUsed/></w:style>"
    );
    STYLES.iter().for_each(|s| out.push_str(&one(s, look, "Normal")));
    out.push_str(&table(look, Some("TableNormal")));
    out.push_str("</w:styles>");
    out
}
