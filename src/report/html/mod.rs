//! The report as one web page that needs nothing beside it.
//!
//! Readable on a screen, a phone and paper, light and dark, with a keyboard
//! and a screen reader (WCAG 2.2 AA). There is no script in it: a number opens
//! its evidence by the popover that browsers have themselves, and on paper the
//! same evidence stands numbered at the end.

mod style;

use std::cell::RefCell;
use std::collections::BTreeSet;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::chart::{self, Chart, Page};
use super::document::{Align, Block, Cell, Column, Evidence, Inline, Report, Row, RowKind, Section, Table, Text};
use super::held::held;

/// The whole page.
pub fn html(report: &Report) -> String {
    let writer = Writer { report, taken: RefCell::default() };
    let chapters = chapters(&report.sections);
    let ids: Vec<String> = chapters.iter().map(|c| writer.id(&c[0].id)).collect();
    let page = html! {
        (DOCTYPE)
        html lang="nl" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="generator" content={ "ravijn " (env!("CARGO_PKG_VERSION")) };
                title { (report.title) " – " (report.municipality) }
                style { (PreEscaped(style::sheet(&report.house))) }
            }
            body {
                a .naar-tekst href="#tekst" { "Naar de tekst" }
                header {
                    (logo(report))
                    h1 { (report.title) }
                    p .onder { (held(&report.subtitle)) }
                    @if let Some(mark) = &report.mark { p .merk { (mark) } }
                }
                @if chapters.len() > 2 {
                    nav aria-label="Inhoud" {
                        p .kop { "Inhoud" }
                        ol {
                            @for (chapter, id) in chapters.iter().zip(&ids) {
                                li { a href={ "#" (id) } { (chapter[0].title) } }
                            }
                        }
                    }
                }
                main #tekst tabindex="-1" {
                    @for (chapter, id) in chapters.iter().zip(&ids) {
                        section #(id) {
                            @for (i, section) in chapter.iter().enumerate() { (writer.section(section, i > 0)) }
                        }
                    }
                    (writer.evidence())
                }
                @if !report.imprint.is_empty() { footer { p { (held(&report.imprint.join(" · "))) } } }
            }
        }
    };
    let mut text = page.into_string();
    text.push('\n');
    text
}

/// A chapter with the sections below it.
fn chapters(sections: &[Section]) -> Vec<&[Section]> {
    let mut starts: Vec<usize> = (0..sections.len()).filter(|i| *i == 0 || sections[*i].level <= 1).collect();
    starts.push(sections.len());
    starts.windows(2).map(|w| &sections[w[0]..w[1]]).filter(|c| !c.is_empty()).collect()
}

struct Writer<'a> {
    report: &'a Report,
    /// Ids given out: two things never share one.
    taken: RefCell<BTreeSet<String>>,
}

impl Writer<'_> {
    fn id(&self, wanted: &str) -> String {
        let stem: String =
            wanted.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect();
        let mut taken = self.taken.borrow_mut();
        let mut id = stem.clone();
        let mut number = 2;
        while !taken.insert(id.clone()) {
            id = format!("{stem}-{number}");
            number += 1;
        }
        id
    }

    fn section(&self, section: &Section, own_id: bool) -> Markup {
        let id = own_id.then(|| self.id(&section.id));
        html! {
            @match section.level {
                0 | 1 => h2 id=[id] { (held(&section.title)) },
                2 => h3 id=[id] { (held(&section.title)) },
                _ => h4 id=[id] { (held(&section.title)) },
            }
            @for (i, block) in section.blocks.iter().enumerate() {
                @match block {
                    Block::Paragraph(text) => p { (self.text(text)) },
                    Block::Label(text) => p .label .slot[section.closes(i)] { (self.text(text)) },
                    Block::List(items) => ul { @for item in items { li { (self.text(item)) } } },
                    Block::Table(table) => (self.table(table)),
                    Block::Chart(chart) => (self.chart(chart)),
                }
            }
        }
    }

    fn text(&self, text: &Text) -> Markup {
        html! {
            @for (inline, end, rest) in ends(&text.0) {
                @match inline {
                    Inline::Figure { printed, evidence } if !end.is_empty() => span .vast { (self.figure(printed, *evidence)) (end) },
                    Inline::Plain(_) => (held(rest)),
                    Inline::Known { printed: words, strong: false, .. } => (held(words)),
                    Inline::Strong(words) | Inline::Known { printed: words, .. } => strong { (held(words)) },
                    Inline::Figure { printed, evidence } => (self.figure(printed, *evidence)),
                }
            }
        }
    }

    /// A number that opens its evidence.
    fn figure(&self, printed: &str, evidence: usize) -> Markup {
        if self.report.evidence.get(evidence).is_none() {
            return html! { (printed) };
        }
        let number = evidence + 1;
        // Only spaces that cannot break, or half an amount would stand on the next line.
        html! {
            button .getal type="button" popovertarget={ "bron-" (number) } data-nr=(number) { (printed.replace(' ', "\u{a0}")) }
        }
    }

    /// What the numbers open; on paper a list.
    fn evidence(&self) -> Markup {
        let evidence = &self.report.evidence;
        html! {
            @if !evidence.is_empty() {
                div .bronnen {
                    p .kop.alleen-papier { "Herkomst van de getallen" }
                    @for (i, e) in evidence.iter().enumerate() { (proof(i + 1, e)) }
                }
            }
        }
    }

    fn table(&self, table: &Table) -> Markup {
        let id = self.id(&format!("tabel-{}", table.id));
        html! {
            div .tabel.kort[table.rows.len() <= SHORT] role="group" tabindex="0" aria-labelledby={ (id) "-naam" } {
                table #(id) .veel[table.columns.len() >= MANY] {
                    caption id={ (id) "-naam" } { span { (held(&table.caption)) } }
                    (rows(table))
                }
            }
            @for note in &table.notes { p .noot { (note) } }
        }
    }

    fn chart(&self, chart: &Chart) -> Markup {
        let beside = self.report.has_table(&chart.figures.id);
        html! {
            figure #(self.id(&chart.id)) {
                figcaption { (held(&chart.title)) }
                (PreEscaped(chart::svg(chart, Page::Wide).replacen("class=\"grafiek", "class=\"grafiek breed", 1)))
                (PreEscaped(chart::svg(chart, Page::Narrow).replacen("class=\"grafiek", "class=\"grafiek smal", 1)))
                @if beside {
                    p .noot { "De cijfers staan in de tabel " a href={ "#" (table_id(&chart.figures.id)) } { (held(&chart.figures.caption)) } "." }
                } @else {
                    details {
                        summary { "De cijfers van deze grafiek" }
                        (self.table(&chart.figures))
                    }
                }
            }
        }
    }
}

/// Each piece of a text with what of the next must stay on its line, and its own
/// words without what the piece before it took: a button may end a line, and a
/// full stop alone would begin the next.
fn ends(pieces: &[Inline]) -> impl Iterator<Item = (&Inline, &str, &str)> {
    let closing = |at: usize| match (pieces.get(at), pieces.get(at + 1)) {
        (Some(Inline::Figure { .. }), Some(Inline::Plain(next))) => {
            &next[..next.len() - next.trim_start_matches(['.', ',', ';', ':', ')', '?', '’']).len()]
        }
        _ => "",
    };
    pieces.iter().enumerate().map(move |(i, piece)| {
        let taken = i.checked_sub(1).map_or("", closing).len();
        let rest = match piece {
            Inline::Plain(words) => &words[taken..],
            _ => "",
        };
        (piece, closing(i), rest)
    })
}

/// The logo, in the page itself.
fn logo(report: &Report) -> Markup {
    html! {
        @if let Some(logo) = &report.house.logo {
            img .logo src={ "data:" (logo.kind.mime()) ";base64," (base64(&logo.bytes)) }
                alt={ "Logo van de gemeente " (report.municipality) };
        }
    }
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let all = three.iter().fold(0_u32, |all, b| all << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let letter = if i > three.len() { '=' } else { char::from(LETTERS[(all >> (18 - 6 * i) & 63) as usize]) };
            out.push(letter);
        }
    }
    out
}

/// The id that [`Writer::table`] gives to a table that is the only one of its name.
fn table_id(id: &str) -> String {
    let stem: String =
        id.chars().map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect();
    format!("tabel-{stem}")
}

fn proof(number: usize, e: &Evidence) -> Markup {
    html! {
        div .bron #{ "bron-" (number) } popover role="dialog" aria-label={ "Herkomst van " (e.printed) } {
            p .bron-kop { span .alleen-papier { (number) ". " } strong { (e.printed) } }
            dl {
                dt { "Hele waarde" } dd { (e.value) }
                dt { "Berekening" } dd { (e.formula) }
                @if !e.address.is_empty() { dt { "Adres" } dd { code { (e.address) } } }
                @if !e.rests_on.is_empty() { dt { "Rust op" } dd { (e.rests_on.join("; ")) } }
            }
            button type="button" popovertarget={ "bron-" (number) } popovertargetaction="hide" { "Sluiten" }
        }
    }
}

fn rows(table: &Table) -> Markup {
    let first_names = table.columns.first().is_some_and(|c| c.align == Align::Left);
    html! {
        thead { tr { @for column in &table.columns { (heading(column)) } } }
        tbody {
            @for row in &table.rows {
                tr .totaal[row.kind == RowKind::Total] {
                    @for (i, column) in table.columns.iter().enumerate() {
                        (cell(row, i, column, i == 0 && first_names))
                    }
                }
            }
        }
    }
}

fn heading(column: &Column) -> Markup {
    html! {
        @if column.header.is_empty() { td {} }
        @else { th scope="col" .n[column.align == Align::Right] { (column.header) } }
    }
}

fn cell(row: &Row, i: usize, column: &Column, names: bool) -> Markup {
    let empty = Cell::default();
    let cell = row.cells.get(i).unwrap_or(&empty);
    html! {
        @if names && !cell.printed.is_empty() { th scope="row" .lang[long(&cell.printed)] .naam[named(&cell.printed)] { (held(&cell.printed)) } }
        @else if column.align == Align::Right { td .n .w[spoken(&cell.printed)] { (held(&cell.printed)) } }
        @else { td .heel[unbroken(&cell.printed)] .lang[long(&cell.printed)] { (held(&cell.printed)) } }
    }
}

/// Rows of a table that paper keeps on one page.
const SHORT: usize = 8;
/// Columns from which a table is set smaller.
const MANY: usize = 7;

/// A name of several words, which must not be pressed into a column of one.
fn long(words: &str) -> bool {
    words.chars().count() > 18
}

/// A name, not a year or a number.
fn named(words: &str) -> bool {
    words.chars().filter(|c| c.is_alphabetic()).count() > 6
}

/// Words among the numbers of a column: they may break, numbers may not.
fn spoken(words: &str) -> bool {
    words.split([' ', '\u{a0}']).filter(|w| w.chars().any(char::is_alphabetic)).count() > 1
}

/// A word as long as a check sum, which has to break somewhere.
fn unbroken(words: &str) -> bool {
    words.split(' ').any(|w| w.chars().count() > 40)
}

#[cfg(test)]
mod tests;
