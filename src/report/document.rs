//! The report as data: sections, paragraphs, tables, charts and evidence.
//!
//! One [`Report`] feeds every format, so that text, table and chart can never
//! disagree. Figures arrive here computed and rounded once; writers only lay
//! them out.

use super::chart::Chart;
pub use super::house::{House, Logo};

/// A finished report about one scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Title on the first page.
    pub title: String,
    /// Line under it: municipality, scenario, date where one is set.
    pub subtitle: String,
    /// Name of the municipality.
    pub municipality: String,
    /// Scenario id.
    pub scenario: String,
    /// Lines that belong on a cover and in the foot: version, seed, draws, hash.
    pub imprint: Vec<String>,
    /// House style of the municipality.
    pub house: House,
    /// Mark on every page, such as that small counts are not hidden.
    pub mark: Option<String>,
    /// Sections in order.
    pub sections: Vec<Section>,
    /// Where the numbers in the texts come from, in order of first use.
    pub evidence: Vec<Evidence>,
}

impl Report {
    /// The charts in the order in which they are read.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.sections.iter().flat_map(|s| &s.blocks).filter_map(|b| match b {
            Block::Chart(chart) => Some(chart.as_ref()),
            _ => None,
        })
    }

    /// How deep the list of contents goes: it fills one page at most.
    pub fn depth_of_contents(&self) -> u8 {
        const LINES: usize = 44;
        if self.sections.iter().filter(|s| s.level <= 2).count() > LINES { 1 } else { 2 }
    }

    /// Whether a table stands in the report by itself; the figures of a chart may do so.
    pub fn has_table(&self, id: &str) -> bool {
        self.sections.iter().flat_map(|s| &s.blocks).any(|b| matches!(b, Block::Table(t) if t.id == id))
    }
}

/// A heading with what stands under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Stable name for links.
    pub id: String,
    /// Heading.
    pub title: String,
    /// 1 for a chapter, 2 and 3 below it.
    pub level: u8,
    /// What stands under it.
    pub blocks: Vec<Block>,
}

impl Section {
    /// Whether the block there is a remark that closes the text before it.
    pub fn closes(&self, block: usize) -> bool {
        block > 0 && matches!(self.blocks.get(block), Some(Block::Label(_)))
    }

    /// Whether the block there belongs on one page with the one after it: a
    /// paragraph that announces a list, is closed by a remark, is the question
    /// under a heading, or stands in two lines between a heading and its picture
    /// or table. A longer one fills the foot of its page without them: all
    /// together would leave half a page empty.
    pub fn leads(&self, block: usize) -> bool {
        const LINES: usize = 180;
        match self.blocks.get(block) {
            Some(Block::Paragraph(text)) => {
                self.closes(block + 1)
                    || (block == 0
                        && match self.blocks.get(1) {
                            Some(Block::Paragraph(_)) => text.words().trim_end().ends_with('?'),
                            Some(Block::Chart(_) | Block::Table(_)) => text.words().chars().count() <= LINES,
                            _ => false,
                        })
                    || (text.words().trim_end().ends_with(':')
                        && matches!(self.blocks.get(block + 1), Some(Block::List(_) | Block::Table(_))))
            }
            _ => false,
        }
    }
}

/// One block of a section.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A paragraph.
    Paragraph(Text),
    /// A short line set apart under a heading, such as term and basis of a risk.
    Label(Text),
    /// Bullets.
    List(Vec<Text>),
    /// A table.
    Table(Table),
    /// A chart, with its figures as a table for those who cannot see it.
    Chart(Box<Chart>),
}

/// Running text with places that carry evidence.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Inline>);

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Inline {
    /// Plain words.
    Plain(String),
    /// Words that matter.
    Strong(String),
    /// Words with numbers that `explain` knows, where no evidence stands beside them.
    Known {
        /// As printed.
        printed: String,
        /// What `explain` calls the numbers in it.
        addresses: Vec<String>,
        /// Whether they are words that matter.
        strong: bool,
    },
    /// A number with the position of its evidence in [`Report::evidence`].
    Figure {
        /// As printed.
        printed: String,
        /// Position in the list of evidence.
        evidence: usize,
    },
}

impl Text {
    /// Plain words only.
    pub fn plain(words: impl Into<String>) -> Self {
        Self(vec![Inline::Plain(words.into())])
    }

    /// Words that matter followed by plain words.
    pub fn led(lead: impl Into<String>, words: impl Into<String>) -> Self {
        Self(vec![Inline::Strong(lead.into()), Inline::Plain(format!(" {}", words.into()))])
    }

    /// Without marks, as read aloud.
    pub fn words(&self) -> String {
        self.0
            .iter()
            .map(|i| match i {
                Inline::Plain(s) | Inline::Strong(s) => s.as_str(),
                Inline::Figure { printed, .. } | Inline::Known { printed, .. } => printed.as_str(),
            })
            .collect()
    }
}

impl From<String> for Text {
    fn from(words: String) -> Self {
        Self::plain(words)
    }
}

impl From<&str> for Text {
    fn from(words: &str) -> Self {
        Self::plain(words)
    }
}

/// A table.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Stable name for links and files.
    pub id: String,
    /// What it shows, with the unit.
    pub caption: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<Row>,
    /// Remarks under it.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Heading.
    pub header: String,
    /// Numbers stand right.
    pub align: Align,
    /// Whether a narrow page may leave it out.
    pub optional: bool,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

impl Table {
    /// Whether a row leaves its first cell to the row above: the line that both are about.
    pub fn continues(&self, row: usize) -> bool {
        row > 0
            && self.columns.first().is_some_and(|c| c.align == Align::Left)
            && self.rows.get(row).is_some_and(|r| {
                r.kind == RowKind::Plain
                    && r.cells.first().is_none_or(|c| c.printed.is_empty())
                    && r.cells.iter().any(|c| !c.printed.is_empty())
            })
    }

    /// Without the columns in which no row says anything.
    #[must_use]
    pub fn without_empty_columns(mut self) -> Self {
        let says = |i: usize| self.rows.iter().any(|r| r.cells.get(i).is_some_and(|c| !c.printed.is_empty()));
        let kept: Vec<bool> = (0..self.columns.len()).map(says).collect();
        let keep = |i: usize| kept.get(i).copied().unwrap_or(true);
        let mut at = 0..;
        self.columns.retain(|_| at.next().is_some_and(keep));
        for row in &mut self.rows {
            let mut at = 0..;
            row.cells.retain(|_| at.next().is_some_and(keep));
        }
        self
    }
}

impl Column {
    /// A column of words.
    pub fn words(header: impl Into<String>) -> Self {
        Self { header: header.into(), align: Align::Left, optional: false }
    }

    /// A column of numbers.
    pub fn numbers(header: impl Into<String>) -> Self {
        Self { header: header.into(), align: Align::Right, optional: false }
    }

    /// A column that a narrow page may leave out.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One cell per column.
    pub cells: Vec<Cell>,
    /// Ordinary, or a total set apart.
    pub kind: RowKind,
}

impl Row {
    /// An ordinary row.
    pub fn plain(cells: Vec<Cell>) -> Self {
        Self { cells, kind: RowKind::Plain }
    }

    /// A total: the printed cells above it add up to it.
    pub fn total(cells: Vec<Cell>) -> Self {
        Self { cells, kind: RowKind::Total }
    }
}

/// What sort of row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    /// An ordinary row.
    Plain,
    /// A total or subtotal: the printed cells above it add up to it.
    Total,
}

/// A cell: what is printed, and the number behind it where there is one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// As printed; empty where there is nothing.
    pub printed: String,
    /// The figure behind it in its own unit (euros, fractions, persons), unrounded unless it is hidden.
    pub value: Option<f64>,
    /// How a spreadsheet shows it.
    pub unit: Unit,
    /// What `explain` calls the numbers in it, in the order in which they are printed.
    pub addresses: Vec<String>,
}

/// Unit of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Words.
    #[default]
    Words,
    /// Euros.
    Euro,
    /// A fraction shown as a percentage.
    Percent,
    /// Persons or counts.
    Count,
    /// A plain number.
    Number,
}

impl Cell {
    /// Words.
    pub fn words(words: impl Into<String>) -> Self {
        Self { printed: words.into(), value: None, unit: Unit::Words, addresses: Vec::new() }
    }

    /// A number as printed.
    pub fn number(printed: impl Into<String>, value: f64, unit: Unit) -> Self {
        Self { printed: printed.into(), value: Some(value), unit, addresses: Vec::new() }
    }

    /// With the address of its number; a cell without a number has none.
    #[must_use]
    pub fn at(self, address: impl Into<String>) -> Self {
        self.at_all([address.into()])
    }

    /// With the addresses of its numbers.
    #[must_use]
    pub fn at_all(mut self, addresses: impl IntoIterator<Item = String>) -> Self {
        if self.printed.contains(|c: char| c.is_ascii_digit()) {
            self.addresses = addresses.into_iter().collect();
        }
        self
    }
}

/// Where a number in a text comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// As printed in the text.
    pub printed: String,
    /// Address or expression: `cost(jeugd, 2029) - budget(jeugd, 2029)`.
    pub address: String,
    /// Unrounded value with its unit, as printed for a controller.
    pub value: String,
    /// How it is computed, in one line.
    pub formula: String,
    /// Files and sources it rests on.
    pub rests_on: Vec<String>,
}

impl Evidence {
    /// The addresses one by one: two where a range is printed.
    pub fn addresses(&self) -> Vec<String> {
        self.address.split("; ").map(str::to_owned).collect()
    }

    /// As a footnote: the value, how it is computed, and the first places it
    /// rests on. It is short, for a page may have a dozen: the web page, the
    /// workbook and the controller's list have all of it.
    pub fn in_a_note(&self) -> String {
        const PLACES: usize = 2;
        const ADDRESS: usize = 90;
        let address = match self.address.chars().count() {
            1..=ADDRESS => format!("{} is ", self.address),
            _ => String::new(),
        };
        // What goes in to a number of a rule has its own source, which its own number tells.
        let brief = |place: &str| match place.split_once(", uit ") {
            Some((value, _)) if value.contains(" = ") => value.to_owned(),
            _ => place.to_owned(),
        };
        let mut named: Vec<String> = self.rests_on.iter().take(PLACES).map(|p| brief(p)).collect();
        // A number that is itself the one that goes in.
        named.retain(|n| *n != format!("{} = {}", self.address, self.value));
        let rests = match (self.rests_on.len().saturating_sub(PLACES), named.join("; ")) {
            (_, named) if named.is_empty() => String::new(),
            (0, named) => format!(" Rust op: {named}."),
            (more, named) => format!(" Rust op: {named}; en {more} meer."),
        };
        format!("{}: {address}{}; {}.{rests}", self.printed, self.value, self.formula.trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_short_and_says_what_goes_in() {
        let mut e = Evidence {
            printed: "€ 5,4 miljoen".into(),
            address: "cost(jeugd, 2029) - budget(jeugd, 2029)".into(),
            value: "€ 5.387.584,43".into(),
            formula: "gemiddelde als het gebeurt".into(),
            rests_on: vec![
                "budget(jeugd, 2029) = € 21.459.407,60, uit Begroting 2026 (figures.csv:48:33); en 2 plaatsen meer"
                    .into(),
                "cost(jeugd, 2029) = € 24.672.097,03, uit Begroting 2026 (figures.csv:45:33)".into(),
                "base.toml:3:1".into(),
            ],
        };
        assert_eq!(
            e.in_a_note(),
            "€ 5,4 miljoen: cost(jeugd, 2029) - budget(jeugd, 2029) is € 5.387.584,43; gemiddelde als het gebeurt. \
             Rust op: budget(jeugd, 2029) = € 21.459.407,60; cost(jeugd, 2029) = € 24.672.097,03; en 1 meer."
        );
        // A very long address stands in the list of all numbers.
        e.address = "given(".repeat(40);
        e.rests_on = vec!["base.toml regel 20: aanname, uit de begroting".into()];
        assert_eq!(
            e.in_a_note(),
            "€ 5,4 miljoen: € 5.387.584,43; gemiddelde als het gebeurt. Rust op: base.toml regel 20: aanname, uit de begroting."
        );
        // A number that is what goes in is not told twice.
        e.address = "cost(jeugd, 2029)".into();
        e.rests_on = vec!["cost(jeugd, 2029) = € 5.387.584,43, uit Begroting 2026".into()];
        assert!(e.in_a_note().ends_with("gemiddelde als het gebeurt."));
    }

    #[test]
    fn a_row_without_a_name_goes_on_with_the_line_above_it() {
        let row = |cells: [&str; 2]| Row::plain(cells.map(Cell::words).to_vec());
        let mut table = Table {
            id: "t".into(),
            caption: String::new(),
            columns: vec![Column::words("Lijn"), Column::words("Wat")],
            rows: vec![row(["", "groei"]), row(["Wmo", "groei"]), row(["", "prijs"]), row(["", ""])],
            notes: Vec::new(),
        };
        table.rows.push(Row::total(vec![Cell::words(""), Cell::words("3")]));
        let goes_on = |t: &Table| (0..6).map(|r| t.continues(r)).collect::<Vec<bool>>();
        assert_eq!(goes_on(&table), [false, false, true, false, false, false]);
        table.columns[0] = Column::numbers("Nr");
        assert_eq!(goes_on(&table), [false; 6]);
    }

    #[test]
    fn what_announces_a_list_stays_with_it() {
        let section = Section {
            id: "s".into(),
            title: "S".into(),
            level: 2,
            blocks: vec![
                Block::Paragraph("Wat we anders aannemen:".into()),
                Block::List(vec!["a".into()]),
                Block::Paragraph("Daarna: niets:".into()),
                Block::Paragraph("Slot.".into()),
                Block::Label("Bron".into()),
            ],
        };
        assert_eq!((0..6).map(|b| section.leads(b)).collect::<Vec<bool>>(), [true, false, false, true, false, false]);
        // Two lines between a heading and its table stays with both; a long text may stand alone.
        let table = || Table {
            id: "t".into(),
            caption: String::new(),
            columns: Vec::new(),
            rows: Vec::new(),
            notes: Vec::new(),
        };
        let under = |words: String, before: usize, next: Block| {
            let mut blocks = vec![Block::Paragraph("Eerst dit.".into()); before];
            blocks.extend([Block::Paragraph(words.as_str().into()), next]);
            Section { id: "s".into(), title: "S".into(), level: 2, blocks }.leads(before)
        };
        let chart = super::super::chart::Chart {
            id: "g".into(),
            title: String::new(),
            alternative: String::new(),
            figures: table(),
            drawing: super::super::chart::Drawing::Fan { years: Vec::new() },
        };
        for next in [Block::Table(table()), Block::Chart(Box::new(chart))] {
            assert!(under("Bij elk woord staat het getal.".into(), 0, next.clone()));
            assert!(!under("woord ".repeat(40), 0, next.clone()) && !under("Kort.".into(), 1, next));
        }
    }
}
