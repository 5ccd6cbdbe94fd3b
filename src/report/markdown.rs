//! The report as Markdown: GitHub tables, evidence as footnotes.
//!
//! A chart is a link to its picture; the table with the same figures stands
//! beside it, so nothing is lost where pictures are not shown.

use super::document::{Align, Block, Evidence, Inline, Report, RowKind, Table, Text};

/// The whole file, ending in a newline.
pub fn markdown(report: &Report) -> String {
    let mut out = format!("# {}\n\n*{}*\n", escape(&report.title), escape(&report.subtitle));
    if let Some(mark) = &report.mark {
        out.push_str(&format!("\n**{}**\n", escape(mark)));
    }
    for section in &report.sections {
        let level = usize::from(section.level.clamp(1, 5)) + 1;
        out.push_str(&format!("\n{} {}\n", "#".repeat(level), escape(&section.title)));
        for block in &section.blocks {
            match block {
                Block::Paragraph(text) => out.push_str(&format!("\n{}\n", guarded(&inline(text)))),
                Block::Label(text) => out.push_str(&format!("\n*{}*\n", inline(text).trim())),
                Block::List(items) => {
                    out.push('\n');
                    for item in items {
                        out.push_str(&format!("- {}\n", guarded(&inline(item))));
                    }
                }
                Block::Table(t) => out.push_str(&table(t)),
                Block::Chart(chart) => {
                    // The picture has its title in it; its figures stand in a table beside it or below.
                    let words = escape(&format!("{}. {}", chart.title, chart.alternative));
                    out.push_str(&format!("\n![{words}]({})\n", chart.file()));
                    if !report.has_table(&chart.figures.id) {
                        out.push_str(&table(&chart.figures));
                    }
                }
            }
        }
    }
    if !report.evidence.is_empty() {
        out.push_str("\n## Herkomst van de getallen\n\n");
        out.push_str(
            "Bij elk getal in de tekst hoort een noot. Die geeft het adres, de hele waarde en de berekening.\n\n",
        );
        for (i, e) in report.evidence.iter().enumerate() {
            out.push_str(&note(i, e));
        }
    }
    if !report.imprint.is_empty() {
        out.push_str(&format!("\n---\n\n*{}*\n", escape(&report.imprint.join(" · "))));
    }
    out
}

fn note(i: usize, e: &Evidence) -> String {
    let rests =
        if e.rests_on.is_empty() { String::new() } else { format!(" Rust op: {}.", escape(&e.rests_on.join("; "))) };
    format!(
        "[^{}]: {}: {} is {}; {}.{rests}\n",
        i + 1,
        escape(&e.printed),
        code(&e.address),
        escape(&e.value),
        escape(e.formula.trim_end_matches('.'))
    )
}

fn inline(text: &Text) -> String {
    text.0
        .iter()
        .map(|i| match i {
            Inline::Plain(words) | Inline::Known { printed: words, strong: false, .. } => escape(words),
            Inline::Strong(words) | Inline::Known { printed: words, .. } => format!("**{}**", escape(words.trim())),
            Inline::Figure { printed, evidence } => format!("{}[^{}]", escape(printed), evidence + 1),
        })
        .collect::<String>()
        .trim()
        .to_owned()
}

fn table(table: &Table) -> String {
    let mut out = format!("\n**{}**\n\n|", escape(&table.caption));
    for column in &table.columns {
        out.push_str(&format!(" {} |", cell(&column.header)));
    }
    out.push_str("\n|");
    for column in &table.columns {
        out.push_str(match column.align {
            Align::Left => " :--- |",
            Align::Right => " ---: |",
        });
    }
    out.push('\n');
    for row in &table.rows {
        out.push('|');
        for c in &row.cells {
            let words = cell(&c.printed);
            if row.kind == RowKind::Total && !words.is_empty() {
                out.push_str(&format!(" **{words}** |"));
            } else {
                out.push_str(&format!(" {words} |"));
            }
        }
        out.push('\n');
    }
    if !table.notes.is_empty() {
        out.push('\n');
        for note in &table.notes {
            out.push_str(&format!("*{}*\n", escape(note)));
        }
    }
    out
}

/// Words that must not be read as marks.
fn escape(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let chars: Vec<char> = words.chars().collect();
    for (i, c) in chars.iter().enumerate() {
        let outer = |at: Option<usize>| at.and_then(|i| chars.get(i)).is_none_or(|c| !c.is_alphanumeric());
        match c {
            // An underscore inside a word marks nothing.
            '_' if !outer(i.checked_sub(1)) && !outer(Some(i + 1)) => out.push('_'),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '|' | '~' => {
                out.push('\\');
                out.push(*c);
            }
            '\n' | '\r' => out.push(' '),
            c => out.push(*c),
        }
    }
    out
}

fn cell(words: &str) -> String {
    escape(words).trim().to_owned()
}

/// An address between backticks; ones inside it would end the span.
fn code(address: &str) -> String {
    format!("`{}`", address.replace('`', "'"))
}

/// A paragraph that begins like a list, a heading or a quotation, kept a paragraph.
fn guarded(text: &str) -> String {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let rest = &text[digits..];
    if digits > 0 && rest.starts_with(['.', ')']) {
        format!("{}\\{rest}", &text[..digits])
    } else if text.starts_with(['#', '>', '-', '+', '=']) {
        format!("\\{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::document::{Cell, Column, Row, Section, Unit};

    #[test]
    fn marks_in_words_stay_words() {
        assert_eq!(escape("a|b *c* _d_ e_f [g] <h>"), r"a\|b \*c\* \_d\_ e_f \[g\] \<h>");
        assert_eq!(guarded("2. Wmo"), r"2\. Wmo");
        assert_eq!(guarded("2,5% groei"), "2,5% groei");
        assert_eq!(guarded("- nee"), r"\- nee");
    }

    #[test]
    fn a_table_is_a_github_table_with_its_total_set_apart() {
        let t = Table {
            id: "t".into(),
            caption: "Lasten".into(),
            columns: vec![Column::words("Lijn"), Column::numbers("2027")],
            rows: vec![
                Row::plain(vec![Cell::words("Wmo"), Cell::number("5", 5.0, Unit::Euro)]),
                Row::total(vec![Cell::words("Totaal"), Cell::number("5", 5.0, Unit::Euro)]),
            ],
            notes: vec!["N = nadeel".into()],
        };
        assert_eq!(
            table(&t),
            "\n**Lasten**\n\n| Lijn | 2027 |\n| :--- | ---: |\n| Wmo | 5 |\n| **Totaal** | **5** |\n\n*N = nadeel*\n"
        );
    }

    #[test]
    fn a_figure_gets_a_footnote_that_tells_where_it_comes_from() {
        let report = Report {
            title: "T".into(),
            subtitle: "S".into(),
            municipality: "M".into(),
            scenario: "base".into(),
            imprint: vec!["v1".into()],
            house: Default::default(),
            mark: None,
            sections: vec![Section {
                id: "a".into(),
                title: "Kop".into(),
                level: 1,
                blocks: vec![Block::Paragraph(Text(vec![
                    Inline::Plain("Dat is ".into()),
                    Inline::Figure { printed: "€ 5".into(), evidence: 0 },
                    Inline::Plain(".".into()),
                ]))],
            }],
            evidence: vec![Evidence {
                printed: "€ 5".into(),
                address: "cost(wmo, 2027)".into(),
                value: "€ 5,00".into(),
                formula: "som van de lijnen".into(),
                rests_on: vec!["base.toml:3:1".into()],
            }],
        };
        let text = markdown(&report);
        assert!(text.contains("## Kop\n\nDat is € 5[^1].\n"), "{text}");
        assert!(
            text.contains("[^1]: € 5: `cost(wmo, 2027)` is € 5,00; som van de lijnen. Rust op: base.toml:3:1.\n"),
            "{text}"
        );
    }
}
