//! The report as a text for typst. Every word of people is a string in it,
//! never markup.

use std::collections::BTreeSet;

use super::super::chart::{self, Chart, Page};
use super::super::document::{Align, Block, Inline, Report, Row, RowKind, Section, Table, Text};
use super::super::docx::{breakable, described, letters_of, stays_together, stays_whole, widths};
use super::super::held::held;

/// Width of the text in twentieths of a point: A4 less 20 mm on each side.
const ROOM: u32 = 9_638;
/// A table of so many rows stays on one page.
const WHOLE: usize = 12;
/// A row with a cell of more characters may go on at the next page: in a narrow
/// column that is a sixth of a page.
const TALL: usize = 400;

/// Text for typst, and the files that it names.
pub struct Source {
    /// The main file.
    pub text: String,
    /// Files by name.
    pub files: Vec<(String, Vec<u8>)>,
}

/// Writes it; `can` says whether a letter can be printed.
pub fn source(report: &Report, can: &dyn Fn(char) -> bool) -> Source {
    let mut writer = Writer { report, can, files: Vec::new(), noted: BTreeSet::new() };
    let text = writer.write();
    Source { text, files: writer.files }
}

struct Writer<'a> {
    report: &'a Report,
    can: &'a dyn Fn(char) -> bool,
    files: Vec<(String, Vec<u8>)>,
    noted: BTreeSet<usize>,
}

impl Writer<'_> {
    /// Words as a string of typst; a letter that no font has would break the standard.
    fn quote(&self, words: &str) -> String {
        let mut out = String::from("\"");
        for c in held(words).chars() {
            match c {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\u{200b}' => out.push('\u{200b}'),
                c if c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' => out.push(' '),
                c if c.is_control() => {}
                c if (self.can)(c) => out.push(c),
                _ => out.push('?'),
            }
        }
        out.push('"');
        out
    }

    fn words(&self, words: &str) -> String {
        format!("text({})", self.quote(words))
    }

    fn write(&mut self) -> String {
        let report = self.report;
        let house = &report.house;
        let lines = house.colour_of_lines().unwrap_or("#0b5394");
        let words = house.colour_of_words().unwrap_or("#0b3d6b");
        let letters = match house.font_name() {
            Some(font) => format!("({}, \"Arimo\")", self.quote(&font)),
            None => "(\"Arimo\",)".to_owned(),
        };
        let mark = report.mark.as_deref().map_or_else(|| "none".to_owned(), |m| self.quote(m));
        let mut out = format!(
            "#let house = rgb(\"{lines}\")\n#let words = rgb(\"{words}\")\n#let letters = {letters}\n#let mark = {mark}\n#let foot = {}\n",
            self.quote(&report.title),
        );
        out.push_str(include_str!("page.typ"));
        let chapters = report.sections.iter().filter(|s| s.level <= 1).count();
        if chapters <= 2 {
            // The page for the council is one page, whatever a what-if adds to it.
            out.push_str("#set page(margin: (x: 20mm, top: 15mm, bottom: 17mm))\n#set par(leading: 0.6em)\n");
        }
        if let Some(logo) = &house.logo {
            let name = format!("logo.{}", logo.kind.ending());
            let high = 16.0_f64.min(90.0 / logo.ratio());
            let alt = self.quote(&format!("Logo van de gemeente {}", report.municipality));
            out.push_str(&format!("#block(below: 6mm, image(\"{name}\", height: {high:.2}mm, alt: {alt}))\n"));
            self.files.push((name, logo.bytes.to_vec()));
        }
        // Around the title alone: what it says would be in the style of every cell, and no
        // cell of another report would be the same.
        out.push_str(&format!(
            "#[#set document(title: {}, author: {}, description: {}, date: none)\n#titel()]\n#block(below: 0.8em, text(size: 11pt, fill: rgb(\"#535c66\"), {}))\n",
            self.quote(&report.title),
            self.quote(&format!("Gemeente {}", report.municipality)),
            self.quote(&report.subtitle),
            self.quote(&report.subtitle)
        ));
        out.push_str("#line(length: 100%, stroke: 2pt + house)\n");
        if !report.imprint.is_empty() {
            out.push_str(&format!("#remark(false, {})\n", self.words(&report.imprint.join(" · "))));
        }
        if chapters > 2 {
            let depth = report.depth_of_contents();
            // Alone on the first page: where the text starts does not hang on how long it is,
            // so that typst lays the rest out once.
            out.push_str(&format!("#inhoud({depth})\n#pagebreak()\n"));
        }
        for section in &report.sections {
            let section = self.section(section);
            out.push_str(&section);
        }
        out
    }

    fn section(&mut self, section: &Section) -> String {
        let mut out = format!("#kop({}, {})\n", section.level.clamp(1, 3), self.quote(&section.title));
        for (i, block) in section.blocks.iter().enumerate() {
            let written = match block {
                Block::Paragraph(text) if section.leads(i) => format!("#led({})\n", self.text(text)),
                // Under a heading in a block: the heading follows it to the next page with its footnotes.
                Block::Paragraph(text) if i == 0 => format!("#eerst({})\n", self.text(text)),
                Block::Paragraph(text) => format!("#par({})\n", self.text(text)),
                Block::Label(text) => format!("#label({}, {})\n", !section.closes(i), self.text(text)),
                Block::List(items) => {
                    let items: Vec<String> = items.iter().map(|i| self.text(i)).collect();
                    format!("#list({})\n", items.join(", "))
                }
                Block::Table(table) => self.table(table),
                Block::Chart(chart) => self.chart(chart),
            };
            out.push_str(&written);
        }
        out
    }

    fn text(&mut self, text: &Text) -> String {
        let mut out = String::from("{ ");
        for inline in &text.0 {
            match inline {
                Inline::Plain(words) | Inline::Known { printed: words, strong: false, .. } => {
                    out.push_str(&self.words(words));
                }
                Inline::Strong(words) | Inline::Known { printed: words, .. } => {
                    out.push_str(&format!("strong({})", self.words(words)))
                }
                Inline::Figure { printed, evidence } => {
                    out.push_str(&self.words(&printed.replace(' ', "\u{a0}")));
                    out.push_str("; ");
                    out.push_str(&self.note(*evidence));
                }
            }
            out.push_str("; ");
        }
        out.push('}');
        out
    }

    /// The first mention has the footnote, a later one points at it.
    fn note(&mut self, evidence: usize) -> String {
        let Some(e) = self.report.evidence.get(evidence) else { return "none".into() };
        let label = format!("<bron-{}>", evidence + 1);
        if !self.noted.insert(evidence) {
            return format!("footnote({label})");
        }
        // A label sticks to what stands before it in markup.
        format!("[#footnote({}){label}]", self.words(&e.in_a_note()))
    }

    fn table(&self, table: &Table) -> String {
        if table.columns.is_empty() {
            return String::new();
        }
        let letters = letters_of(self.report.house.font_name().as_deref().unwrap_or("Arimo"));
        let widths = widths(table, ROOM, letters);
        let columns: Vec<String> = widths.iter().map(|w| format!("{:.1}pt", f64::from(*w) / 20.0)).collect();
        let align: Vec<&str> = table
            .columns
            .iter()
            .map(|c| match c.align {
                Align::Left => "left",
                Align::Right => "right",
            })
            .collect();
        let head: Vec<String> = table.columns.iter().map(|c| self.quote(&c.header)).collect();
        let tall = |row: &Row| row.cells.iter().any(|c| c.printed.chars().count() > TALL);
        let long = table.rows.iter().any(tall) || !stays_together(table, WHOLE, &widths, letters);
        let mut out = format!(
            "#tabel({}, {}, {}, ({},), ({},), ({},)",
            long,
            // What sticks moves whole, and a long table would leave its page empty.
            !long && !table.notes.is_empty(),
            self.quote(&table.caption),
            columns.join(", "),
            align.join(", "),
            head.join(", ")
        );
        for (number, row) in table.rows.iter().enumerate() {
            let tall = tall(row);
            for (i, column) in table.columns.iter().enumerate() {
                if i == 0 && table.continues(number) {
                    continue;
                }
                let printed = row.cells.get(i).map_or("", |c| c.printed.as_str());
                let whole = stays_whole(column.align, printed);
                let words = if whole { printed.replace(' ', "\u{a0}").into() } else { breakable(printed) };
                let words = self.quote(&words);
                let strong = row.kind == RowKind::Total && !printed.is_empty();
                let words = if strong { format!("strong({words})") } else { words };
                // A line with several rows is one cell, and its rows stay together.
                let more = if i == 0 { (number + 1..).take_while(|n| table.continues(*n)).count() } else { 0 };
                out.push_str(&match more {
                    0 if tall => format!(", table.cell(breakable: true, {words})"),
                    0 => format!(", {words}"),
                    more => format!(", table.cell(rowspan: {}, breakable: false, {words})", more + 1),
                });
            }
        }
        out.push_str(")\n");
        for (i, note) in table.notes.iter().enumerate() {
            out.push_str(&format!("#remark({}, {})\n", i + 1 < table.notes.len(), self.words(note)));
        }
        out
    }

    fn chart(&mut self, chart: &Chart) -> String {
        let name = format!("grafiek-{}.svg", self.files.len() + 1);
        self.files.push((name.clone(), chart::svg(chart, Page::Wide).into_bytes()));
        format!(
            "#beeld({}, image(\"{name}\", width: 160mm, alt: {}))\n",
            self.quote(&chart.title),
            self.quote(&described(chart))
        )
    }
}
