//! figures.csv: realised and budgeted figures as recorded.
//!
//! Rows are read once; which of them a scenario can use depends on its lines,
//! so each scenario picks its own. A figure that no scenario knows the line of
//! is an error: a misspelt line would otherwise be missing from the sums in
//! silence.

use std::collections::{BTreeMap, BTreeSet};

use super::item::Table;
use super::rows::{Cell, Columns, Notation, Rows};
use super::sheet;
use crate::diagnostic::{Diagnostic, Diagnostics, Place, nearest};
use crate::model::{FigureKind, Figures, Quantity, Recorded};
use crate::units::Year;

/// The name of a row that gives a printed total to check against.
pub(super) const TOTAL: &str = "total";

const QUANTITIES: [Quantity; 7] = [
    Quantity::Cost,
    Quantity::Revenue,
    Quantity::Clients,
    Quantity::Addition,
    Quantity::Withdrawal,
    Quantity::Count,
    Quantity::Measure,
];
const KINDS: [FigureKind; 4] = [FigureKind::Actual, FigureKind::Budget, FigureKind::Amended, FigureKind::Forecast];

const COLUMNS: Columns = Columns { required: &["line", "quantity", "kind", "year", "value"], optional: &["source"] };

/// A kind of figure by its name.
pub(super) fn kind_named(name: &str) -> Option<FigureKind> {
    KINDS.into_iter().find(|k| k.name() == name)
}

/// One row.
pub(super) struct Row {
    pub(super) line: Cell,
    pub(super) quantity: Quantity,
    pub(super) kind: FigureKind,
    pub(super) year: Year,
    /// As written: `amount_unit` not applied.
    pub(super) value: f64,
    /// Decimals as written, for the rounding of totals.
    pub(super) decimals: u32,
    pub(super) place: Place,
    pub(super) source: Option<String>,
}

/// Reads the rows of figures.csv.
pub(super) fn read(file: &str, text: &str, found: &mut Diagnostics) -> Vec<Row> {
    Rows::read(file, text, &COLUMNS, found).map(|table| typed(&table, found)).unwrap_or_default()
}

/// Reads the rows of figures.xlsx or figures.ods.
pub(super) fn read_sheet(file: &str, bytes: &[u8], found: &mut Diagnostics) -> Vec<Row> {
    let cells = sheet::cells(file, bytes, found);
    let table = cells.and_then(|cells| Rows::from_cells(file, cells, Notation::Sheet, &COLUMNS, found));
    table.map(|table| typed(&table, found)).unwrap_or_default()
}

/// `10.500`: a point before exactly three digits, as a Dutchman writes thousands.
/// With `mark` a comma, as an Englishman does.
fn looks_like_thousands(text: &str, mark: char) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let text = text.trim().trim_start_matches('-');
    text.split_once(mark).is_some_and(|(whole, rest)| {
        digits(whole) && whole.len() <= 3 && !whole.starts_with('0') && digits(rest) && rest.len() == 3
    })
}

fn typed(table: &Rows, found: &mut Diagnostics) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut seen: BTreeMap<(String, Quantity, FigureKind, Year), Place> = BTreeMap::new();
    for cells in &table.rows {
        // All five are read before any is missed, so that one row tells all.
        let line = table.required(cells, "line", found);
        let quantity = table
            .required(cells, "quantity", found)
            .and_then(|c| word(c, "quantity", &QUANTITIES, Quantity::name, found));
        let kind = table.required(cells, "kind", found).and_then(|c| word(c, "kind", &KINDS, FigureKind::name, found));
        let year = table.required(cells, "year", found).and_then(|c| table.year(c, found));
        let value_cell = table.required(cells, "value", found);
        let value = value_cell.and_then(|c| table.number(c, found));
        let (Some(line), Some(quantity), Some(kind), Some(year), Some(value_cell), Some(value)) =
            (line, quantity, kind, year, value_cell, value)
        else {
            continue;
        };
        // What parts decimals here, and what parts the columns.
        let marks = match table.notation {
            Notation::Point => Some(('.', "point", ',')),
            Notation::Dutch => Some((',', "comma", ';')),
            Notation::Sheet => None,
        };
        if let Some((mark, called, columns)) = marks
            && quantity.is_money()
            && looks_like_thousands(&value_cell.text, mark)
        {
            let read = value.to_string().replace('.', &mark.to_string());
            let message = format!(
                "`{}` is read as {read}: with `{columns}` between columns the {called} is the decimal mark",
                value_cell.text
            );
            let help = format!("if thousands are meant, write {}", value_cell.text.replace(mark, ""));
            found.push(Diagnostic::warning("thousands", &value_cell.place, message).help(help));
        }
        if value < 0.0 && !quantity.is_money() {
            let message = format!("{} {} cannot be", value_cell.text, quantity.name());
            found.push(Diagnostic::error("negative", &value_cell.place, message).help("write 0 or more"));
            continue;
        }
        if quantity == Quantity::Measure && kind != FigureKind::Actual {
            let message = format!("a measure has come true or it has not: {} is no kind of that", kind.name());
            let help = "write actual; what is planned stands in base.toml, under [measure.NAME]";
            found.push(Diagnostic::error("measure-kind", &line.place, message).help(help));
            continue;
        }
        let year = Year(year);
        if let Some(first) = seen.insert((line.text.clone(), quantity, kind, year), line.place.clone()) {
            let message =
                format!("{} of `{}`, {} {year}, stands in the file twice", quantity.name(), line.text, kind.name());
            found.push(
                Diagnostic::error("duplicate-figure", &line.place, message)
                    .help(format!("the first one is on line {}; keep one", first.line)),
            );
            continue;
        }
        let source = table.cell(cells, "source").map(|c| c.text.clone());
        let mark = if value_cell.text.contains(',') { ',' } else { '.' };
        let grouped = mark == '.' && table.is_dutch();
        let decimals = value_cell.text.split_once(mark).filter(|_| !grouped).map_or(0, |(_, d)| d.len());
        let decimals = u32::try_from(decimals).unwrap_or(0).min(9);
        rows.push(Row {
            line: line.clone(),
            quantity,
            kind,
            year,
            value,
            decimals,
            place: value_cell.place.clone(),
            source,
        });
    }
    rows
}

fn word<T: Copy>(
    cell: &Cell,
    column: &str,
    all: &[T],
    name: fn(T) -> &'static str,
    found: &mut Diagnostics,
) -> Option<T> {
    let hit = all.iter().copied().find(|t| name(*t) == cell.text.to_ascii_lowercase());
    if hit.is_none() {
        let names: Vec<&str> = all.iter().map(|t| name(*t)).collect();
        let help = match nearest(&cell.text, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write one of {}", names.join(", ")),
        };
        let message = format!("unknown {column} `{}`", cell.text);
        found.push(Diagnostic::error("unknown-word", &cell.place, message).help(help));
    }
    hit
}

/// The names that rows may have, by what they are: of the base and of every
/// what-if, since a what-if may add lines.
#[derive(Default)]
pub(super) struct Names {
    cost: BTreeSet<String>,
    revenue: BTreeSet<String>,
    reserve: BTreeSet<String>,
    indicator: BTreeSet<String>,
    measure: BTreeSet<String>,
}

impl Names {
    /// Adds the names of a file.
    pub(super) fn add(&mut self, root: &Table) {
        for (set, key) in [
            (&mut self.cost, "cost"),
            (&mut self.revenue, "revenue"),
            (&mut self.reserve, "reserve"),
            (&mut self.indicator, "indicator"),
            (&mut self.measure, "measure"),
        ] {
            set.extend(root.items(key).map(|e| e.name.clone()));
        }
    }

    fn of(&self, quantity: Quantity) -> (&BTreeSet<String>, &'static str) {
        match quantity {
            Quantity::Cost | Quantity::Clients => (&self.cost, "cost line"),
            Quantity::Revenue => (&self.revenue, "revenue line"),
            Quantity::Addition | Quantity::Withdrawal => (&self.reserve, "reserve"),
            Quantity::Count => (&self.indicator, "indicator"),
            Quantity::Measure => (&self.measure, "measure"),
        }
    }

    fn what_is(&self, name: &str) -> Option<&'static str> {
        [
            (&self.cost, "a cost line"),
            (&self.revenue, "a revenue line"),
            (&self.reserve, "a reserve"),
            (&self.indicator, "an indicator"),
            (&self.measure, "a measure"),
        ]
        .into_iter()
        .find(|(set, _)| set.contains(name))
        .map(|(_, what)| what)
    }
}

/// Whether a row named `total` says something that can be checked.
fn has_total(quantity: Quantity) -> bool {
    quantity.is_money() && quantity != Quantity::Measure
}

/// Every row must name something of the right kind.
pub(super) fn check_names(rows: &[Row], names: &Names, found: &mut Diagnostics) {
    let mut reported: BTreeSet<(&str, &str)> = BTreeSet::new();
    for row in rows {
        let name = row.line.text.as_str();
        let (known, what) = names.of(row.quantity);
        if name == TOTAL && has_total(row.quantity) || known.contains(name) {
            continue;
        }
        // A misspelt line of twenty rows is one mistake; the first is shown.
        if !reported.insert((name, row.quantity.name())) {
            continue;
        }
        let quantity = row.quantity.name();
        if name == TOTAL && row.quantity == Quantity::Measure {
            let message = "measures have no total: each is its own".to_owned();
            found.push(Diagnostic::error("unknown-line", &row.line.place, message).help("give them per measure"));
        } else if name == TOTAL {
            let message = format!("{quantity} have no total: one person may be counted twice");
            found.push(Diagnostic::error("unknown-line", &row.line.place, message).help("give them per line"));
        } else if let Some(other) = names.what_is(name) {
            let message = format!("`{name}` is {other}, and {quantity} needs a {what}");
            found.push(
                Diagnostic::error("unknown-line", &row.line.place, message).help("correct the line or the quantity"),
            );
        } else {
            let help = match nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("correct the name, or declare the {what} in base.toml"),
            };
            found.push(
                Diagnostic::error("unknown-line", &row.line.place, format!("unknown {what} `{name}`")).help(help),
            );
        }
    }
}

/// The figures of one scenario, in euros. Totals are checks, not figures.
pub(super) fn figures(rows: &[Row], root: &Table, unit: f64, found: &mut Diagnostics) -> Figures {
    let mut names = Names::default();
    names.add(root);
    let mut figures = Figures::default();
    for row in rows {
        let name = row.line.text.as_str();
        if !names.of(row.quantity).0.contains(name) {
            continue;
        }
        let value = if row.quantity.is_money() { row.value * unit } else { row.value };
        if !value.is_finite() {
            found.push(
                Diagnostic::error("not-finite", &row.place, "this amount is too large")
                    .help("check the value and `amount_unit`"),
            );
            continue;
        }
        let recorded = Recorded { value, source: row.source.clone(), place: row.place.clone() };
        figures.insert(name, row.quantity, row.kind, row.year, recorded);
    }
    figures
}

/// Rows named `total` against the sum of their parts.
///
/// Each figure is rounded by at most half a unit. A difference within three
/// standard deviations of the rounding of n + 1 figures (uniform, so
/// sqrt((n + 1) / 12) of a unit), and never more than rounding can do, is none.
pub(super) fn check_totals(rows: &[Row], root: &Table, found: &mut Diagnostics) {
    for total in rows.iter().filter(|r| r.line.text == TOTAL && has_total(r.quantity)) {
        let (key, what) = match total.quantity {
            Quantity::Cost => ("cost", "cost lines"),
            Quantity::Revenue => ("revenue", "revenue lines"),
            _ => ("reserve", "reserves"),
        };
        let inside: Vec<&str> = root
            .items(key)
            .filter(|e| e.item.as_table().is_none_or(|t| t.flag("outside") != Some(true)))
            .map(|e| e.name.as_str())
            .collect();
        let same = |r: &&Row| (r.quantity, r.kind, r.year) == (total.quantity, total.kind, total.year);
        let parts: Vec<&Row> = rows.iter().filter(same).filter(|r| inside.contains(&r.line.text.as_str())).collect();
        if parts.is_empty() {
            continue;
        }
        let decimals = parts.iter().map(|r| r.decimals).chain([total.decimals]).min().unwrap_or(0);
        let resolution = (0..decimals).fold(1.0, |unit, _| unit / 10.0);
        #[allow(clippy::cast_precision_loss, reason = "a file has fewer than 2^52 rows")]
        let count = (parts.len() + 1) as f64;
        let rounding = resolution * (0.5 * count).min(3.0 * (count / 12.0).sqrt());
        let sum: f64 = parts.iter().map(|r| r.value).sum();
        let difference = total.value - sum;
        if difference.abs() <= rounding + 1e-9 * total.value.abs() {
            continue;
        }
        let show = |n: f64| format!("{}", (n * 1e6).round() / 1e6);
        let message = format!(
            "total {} of {}, {} is {}, and its {} parts sum to {}: a difference of {}",
            total.quantity.name(),
            total.year,
            total.kind.name(),
            show(total.value),
            parts.len(),
            show(sum),
            show(difference)
        );
        let absent: Vec<&str> = inside.iter().copied().filter(|n| !parts.iter().any(|r| r.line.text == *n)).collect();
        let help = if absent.is_empty() {
            "check the parts, or say in a note why they differ".to_owned()
        } else {
            format!("{what} without a row for it: {}", absent.join(", "))
        };
        found.push(Diagnostic::warning("total-differs", &total.place, message).help(help));
    }
}
