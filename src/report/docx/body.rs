//! The text of the document: blocks to paragraphs, tables and pictures.

use std::collections::BTreeMap;

use super::super::chart::Chart;
use super::super::document::{Block, Inline, Report, Section, Text};
use super::super::picture;
use super::super::xml::escape;
use super::styles::Look;
use super::table;
use super::widths::letters_of;
use super::xml::{field, paragraph, run};

/// English Metric Units in a millimetre (ECMA-376 part 1, 20.1.2.1).
const EMU: f64 = 36_000.0;
/// Millimetres in a twentieth of a point.
const TWIP: f64 = 25.4 / 1_440.0;

/// A picture that the document shows.
pub struct Shown {
    /// Its relation.
    pub id: String,
    /// Name below `word/`.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Writes the body and gathers what it needs beside it.
pub struct Body<'a> {
    /// What is written.
    pub report: &'a Report,
    /// The ids of styles in this document.
    pub ids: &'a BTreeMap<&'static str, String>,
    /// Width of the text in twentieths of a point.
    pub room: u32,
    /// How wide the letters are, in percent of those of Arial.
    pub letters: u32,
    /// Whether the text starts with the logo; a template has it in its header.
    pub logo: bool,
    /// Positions of evidence in the order of the footnotes.
    pub notes: Vec<usize>,
    /// Pictures in order.
    pub pictures: Vec<Shown>,
    bookmarks: usize,
}

impl<'a> Body<'a> {
    /// Nothing written yet.
    pub fn new(report: &'a Report, ids: &'a BTreeMap<&'static str, String>, look: &Look, logo: bool) -> Self {
        let (room, letters) = (look.width, letters_of(&look.font));
        Self { report, ids, room, letters, logo, notes: Vec::new(), pictures: Vec::new(), bookmarks: 0 }
    }

    fn id(&self, style: &str) -> String {
        self.ids.get(style).cloned().unwrap_or_else(|| style.to_owned())
    }

    /// Everything between the marks of the body, the last section's settings apart.
    pub fn write(&mut self) -> String {
        let report = self.report;
        let mut out = String::new();
        if let Some(logo) = report.house.logo.as_ref().filter(|_| self.logo) {
            let bytes = match logo.kind {
                super::super::house::LogoKind::Svg => {
                    std::str::from_utf8(&logo.bytes).ok().and_then(|s| picture::from_svg(s, 3.0)).map(|p| p.png)
                }
                _ => Some(logo.bytes.to_vec()),
            };
            if let Some(bytes) = bytes {
                let ending = if bytes.starts_with(b"\x89PNG") { "png" } else { "jpg" };
                // As high as two lines of the title, unless it is very wide.
                let high = (16.0_f64).min(90.0 / logo.ratio());
                let words = format!("Logo van de gemeente {}", report.municipality);
                let drawing = self.picture(bytes, ending, (high * logo.ratio(), high), "Logo", &words);
                out.push_str(&paragraph("", "", &drawing));
            }
        }
        out.push_str(&paragraph(&self.id("Title"), "", &run("", &report.title)));
        out.push_str(&paragraph(&self.id("Subtitle"), "", &run("", &report.subtitle)));
        if !report.imprint.is_empty() {
            out.push_str(&paragraph(&self.id("TabelNoot"), "", &run("", &report.imprint.join(" · "))));
        }
        if let Some(mark) = &report.mark {
            out.push_str(&paragraph("", "", &run("<w:b/>", mark)));
        }
        if report.sections.iter().filter(|s| s.level <= 1).count() > 2 {
            out.push_str(&self.contents());
        }
        for (number, section) in report.sections.iter().enumerate() {
            out.push_str(&self.section(number, section));
        }
        // What follows a table at the end is as good as no line, or it may be a page of its own.
        let empty = paragraph(&self.id("TabelNoot"), "", "");
        if out.ends_with(&empty) {
            out.truncate(out.len() - empty.len());
            let low = "<w:spacing w:before=\"0\" w:after=\"0\" w:line=\"20\" w:lineRule=\"exact\"/>";
            out.push_str(&paragraph(&self.id("TabelNoot"), low, ""));
        }
        out
    }

    /// A table of contents that a word processor can renew; until then its lines are links.
    fn contents(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        let depth = self.report.depth_of_contents();
        let shown = self.report.sections.iter().enumerate().filter(|(_, s)| s.level <= depth);
        for (number, section) in shown {
            let style = self.id(if section.level <= 1 { "TOC1" } else { "TOC2" });
            let link = format!(
                "<w:hyperlink w:anchor=\"{}\" w:history=\"1\">{}</w:hyperlink>",
                heading_mark(number),
                run("", &section.title)
            );
            lines.push(format!("{style}\u{1}{link}"));
        }
        let begin = format!(
            "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r>\
             <w:r><w:instrText xml:space=\"preserve\"> TOC \\o \"1-{depth}\" \\h \\z \\u </w:instrText></w:r>\
             <w:r><w:fldChar w:fldCharType=\"separate\"/></w:r>"
        );
        let end = "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>";
        let last = lines.len().saturating_sub(1);
        let body: String = lines
            .iter()
            .enumerate()
            .filter_map(|(i, line)| {
                let (style, link) = line.split_once('\u{1}')?;
                let (a, b) = (if i == 0 { begin.as_str() } else { "" }, if i == last { end } else { "" });
                Some(paragraph(style, "", &format!("{a}{link}{b}")))
            })
            .collect();
        format!(
            "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val=\"Table of Contents\"/><w:docPartUnique/></w:docPartObj></w:sdtPr>\
             <w:sdtContent>{}{body}</w:sdtContent></w:sdt>",
            paragraph(&self.id("TOCHeading"), "", &run("", "Inhoud"))
        )
    }

    fn section(&mut self, number: usize, section: &Section) -> String {
        let style = match section.level {
            0 | 1 => "Heading1",
            2 => "Heading2",
            _ => "Heading3",
        };
        let mark = self.bookmark(&heading_mark(number), &run("", &section.title));
        // A template may have left this out of its styles.
        let mut out = paragraph(&self.id(style), "<w:keepNext/>", &mark);
        for (i, block) in section.blocks.iter().enumerate() {
            match block {
                Block::Paragraph(text) => {
                    let keep = if section.leads(i) { "<w:keepNext/>" } else { "" };
                    out.push_str(&paragraph("", keep, &self.text(text)));
                }
                Block::Label(text) => {
                    let keep = if section.closes(i) { "<w:keepNext w:val=\"0\"/>" } else { "" };
                    out.push_str(&paragraph(&self.id("RisicoKenmerk"), keep, &self.text(text)));
                }
                Block::List(items) => {
                    // One sentence that closes a list does not stand alone on the next page.
                    let closed = i + 2 == section.blocks.len() && matches!(section.blocks[i + 1], Block::Paragraph(_));
                    for (at, item) in items.iter().enumerate() {
                        let keep = if closed && at + 1 == items.len() { "<w:keepNext/>" } else { "" };
                        out.push_str(&paragraph(&self.id("ListBullet"), keep, &self.text(item)));
                    }
                }
                Block::Table(t) => out.push_str(&table::table(t, &|s| self.id(s), self.room, self.letters)),
                Block::Chart(chart) => out.push_str(&self.chart(chart)),
            }
        }
        out
    }

    fn bookmark(&mut self, name: &str, content: &str) -> String {
        let id = self.bookmarks;
        self.bookmarks += 1;
        format!("<w:bookmarkStart w:id=\"{id}\" w:name=\"{name}\"/>{content}<w:bookmarkEnd w:id=\"{id}\"/>")
    }

    /// Running text; a number carries a footnote with its evidence.
    fn text(&mut self, text: &Text) -> String {
        let mut out = String::new();
        for inline in &text.0 {
            match inline {
                Inline::Plain(words) | Inline::Known { printed: words, strong: false, .. } => {
                    out.push_str(&run("", words))
                }
                Inline::Strong(words) | Inline::Known { printed: words, .. } => out.push_str(&run("<w:b/>", words)),
                Inline::Figure { printed, evidence } => {
                    out.push_str(&run("", &printed.replace(' ', "\u{a0}")));
                    if self.report.evidence.get(*evidence).is_some() {
                        out.push_str(&self.reference(*evidence));
                    }
                }
            }
        }
        out
    }

    /// The first mention has the footnote, a later one points at it.
    fn reference(&mut self, evidence: usize) -> String {
        let style = format!("<w:rStyle w:val=\"{}\"/>", escape(&self.id("FootnoteReference")));
        let name = format!("_RefBron{}", evidence + 1);
        if let Some(at) = self.notes.iter().position(|n| *n == evidence) {
            return field(&format!("NOTEREF {name} \\f \\h"), &style, &(at + 1).to_string());
        }
        self.notes.push(evidence);
        let note = format!("<w:r><w:rPr>{style}</w:rPr><w:footnoteReference w:id=\"{}\"/></w:r>", self.notes.len());
        self.bookmark(&name, &note)
    }

    fn chart(&mut self, chart: &Chart) -> String {
        let Some(drawn) = picture::png(chart) else { return String::new() };
        let wide = (f64::from(self.room) * TWIP).min(160.0);
        let words = described(chart);
        let title = paragraph(&self.id("Caption"), "<w:keepNext/>", &run("", &chart.title));
        let drawing = self.picture(drawn.png, "png", (wide, wide / drawn.ratio), &chart.title, &words);
        format!("{title}{}", paragraph("", "<w:keepLines/>", &drawing))
    }

    /// A picture in the line of the text, as large as said in millimetres.
    fn picture(&mut self, bytes: Vec<u8>, ending: &str, size: (f64, f64), title: &str, words: &str) -> String {
        let number = self.pictures.len() + 1;
        let id = format!("rIdRavijnBeeld{number}");
        let name = format!("media/ravijn{number}.{ending}");
        self.pictures.push(Shown { id: id.clone(), name, bytes });
        let (wide, high) = (libm::round(size.0 * EMU) as i64, libm::round(size.1 * EMU) as i64);
        let (title, words) = (escape(title), escape(words));
        // Numbers far from those that a template's header may use.
        let unique = 1_000 + number;
        format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{wide}\" cy=\"{high}\"/>\
             <wp:docPr id=\"{unique}\" name=\"Afbeelding {number}\" descr=\"{words}\" title=\"{title}\"/>\
             <wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect=\"1\"/></wp:cNvGraphicFramePr>\
             <a:graphic><a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic>\
             <pic:nvPicPr><pic:cNvPr id=\"{unique}\" name=\"Afbeelding {number}\" descr=\"{words}\"/><pic:cNvPicPr/></pic:nvPicPr>\
             <pic:blipFill><a:blip r:embed=\"{id}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>\
             <pic:spPr><a:xfrm><a:off x=\"0\" y=\"0\"/><a:ext cx=\"{wide}\" cy=\"{high}\"/></a:xfrm>\
             <a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        )
    }

    /// The footnotes that were met.
    pub fn footnotes(&self) -> String {
        let (style, mark) = (self.id("FootnoteText"), escape(&self.id("FootnoteReference")));
        let mut out = String::from(
            "<w:footnote w:type=\"separator\" w:id=\"-1\"><w:p><w:pPr><w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/></w:pPr><w:r><w:separator/></w:r></w:p></w:footnote>\
             <w:footnote w:type=\"continuationSeparator\" w:id=\"0\"><w:p><w:pPr><w:spacing w:after=\"0\" w:line=\"240\" w:lineRule=\"auto\"/></w:pPr><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>",
        );
        for (i, e) in self.notes.iter().enumerate().filter_map(|(i, n)| Some((i, self.report.evidence.get(*n)?))) {
            let words = format!(" {}", e.in_a_note());
            let number = format!("<w:r><w:rPr><w:rStyle w:val=\"{mark}\"/></w:rPr><w:footnoteRef/></w:r>");
            out.push_str(&format!(
                "<w:footnote w:id=\"{}\">{}</w:footnote>",
                i + 1,
                paragraph(&style, "", &format!("{number}{}", run("", &words)))
            ));
        }
        out
    }
}

/// What a chart shows, with its figures, for those who cannot see it.
pub fn described(chart: &Chart) -> String {
    let mut out = format!("{}. {}", chart.title.trim_end_matches('.'), chart.alternative);
    let heads = &chart.figures.columns;
    for row in &chart.figures.rows {
        let mut cells = row.cells.iter().zip(heads).filter(|(c, _)| !c.printed.is_empty());
        if let Some((first, _)) = cells.next() {
            out.push_str(&format!(" {}:", first.printed));
            let rest: Vec<String> = cells.map(|(c, h)| format!(" {} {}", h.header.to_lowercase(), c.printed)).collect();
            out.push_str(&format!("{}.", rest.join(",")));
        }
    }
    out
}

fn heading_mark(number: usize) -> String {
    format!("_Toc{:08}", number + 1)
}
