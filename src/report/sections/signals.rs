//! The early warning: in which year does a rule begin to speak, how likely is
//! what it says, and how far is it from tipping?
//!
//! A rule that is silent today with little room left is what a council wants
//! to know before it becomes a risk; so the silent ones stand here too.

use super::super::document::{Block, Cell, Column, Row, Section, Table, Unit};
use super::super::draft::Draft;
use super::super::{chance, tables, words};
use crate::dutch::{self, Quantity, Style};
use crate::rule::{Margin, Signal, SignalYear, State};
use crate::units::Year;

/// The section; none where no rule applies.
pub fn write(d: &Draft<'_>) -> Option<Section> {
    let shown = guarded(d);
    let signals = in_order(&shown);
    let years: Vec<Year> = signals.first()?.years.iter().map(|y| y.year).collect();
    if years.is_empty() {
        return None;
    }
    // A rule about the whole projection has no distance of its own in a year,
    // and a row of dashes tells nothing.
    let near: Vec<&Signal> =
        signals.iter().copied().filter(|s| s.by_year && s.years.iter().any(|y| y.margin.is_some())).collect();
    let speaking = signals.iter().filter(|s| s.years.iter().any(speaks)).count();
    let intro = format!(
        "Een regel die naar één jaar kijkt, is voor elk jaar apart bekeken. {} \
         De eerste tabel zegt vanaf welk jaar{}.{}{}",
        match speaking {
            0 => "Geen enkele regel ziet in een van die jaren een risico.".to_owned(),
            1 => "Eén regel ziet in een of meer jaren een risico.".to_owned(),
            n => format!(
                "{} regels zien in een of meer jaren een risico.",
                words::capital(&dutch::count_in_words(n as f64))
            ),
        },
        if d.outcome().is_some() { ", en met welke kans" } else { "" },
        if near.is_empty() { "" } else { " De tweede zegt hoe ver het getal dat de regel toetst van zijn grens ligt." },
        match d.here.replaced.len() {
            0 => String::new(),
            1 => " Eén andere regel staat er niet in: voor dat risico heeft het register een eigen tekst.".to_owned(),
            n => format!(
                " {} andere regels staan er niet in: voor die risico's heeft het register een eigen tekst.",
                words::capital(&dutch::count_in_words(n as f64))
            ),
        }
    );
    let mut blocks = vec![
        Block::Paragraph(d.text(intro)),
        Block::Table(table(
            "vroege-signalen",
            if d.outcome().is_some() {
                "Vanaf wanneer een regel een risico ziet, en met welke kans"
            } else {
                "Vanaf wanneer een regel een risico ziet"
            },
            &years,
            signals.iter().map(|s| row(s, Cell::words(first_year(s)), |y| state(y, d.outcome().is_some()))).collect(),
            notes(&signals),
        )),
    ];
    if !near.is_empty() {
        blocks.push(Block::Table(table(
            "afstand-tot-de-grens",
            "Hoe ver een regel van zijn grens ligt",
            &years,
            near.iter().map(|s| row(s, border(s), distance)).collect(),
            distance_notes(&near, signals.len(), d.outcome().is_some()),
        )));
    }
    Some(Section { id: "vroege-signalen".into(), title: "Vroege signalen".into(), level: 1, blocks })
}

/// The signals without the distances that would give away a small number of people.
fn guarded(d: &Draft<'_>) -> Vec<Signal> {
    let mut signals = d.here.signals.clone();
    // The register tells of these in its own words, with its own chance.
    signals.retain(|s| !d.here.replaced.iter().any(|r| r.id == s.rule));
    for year in signals.iter_mut().flat_map(|s| &mut s.years) {
        let known = year.margin.is_some();
        year.margin = year.margin.as_ref().and_then(|m| d.disclosure.margin(d.model(), m));
        // How often draws pass a border says as much as how far it is.
        if let (true, None, State::Fires(chance)) = (known, &year.margin, &mut year.state) {
            *chance = None;
        }
    }
    signals
}

/// Those that speak first, by their first year; then the silent ones.
fn in_order(signals: &[Signal]) -> Vec<&Signal> {
    let mut ordered: Vec<&Signal> = signals.iter().collect();
    let key = |s: &Signal| match s.years.iter().find(|y| speaks(y)) {
        Some(first) => (0, first.year),
        None => (1, Year(0)),
    };
    ordered.sort_by_key(|s| key(s));
    ordered
}

fn speaks(year: &SignalYear) -> bool {
    matches!(year.state, State::Fires(_))
}

fn table(id: &str, caption: &str, years: &[Year], rows: Vec<Row>, notes: Vec<String>) -> Table {
    let second = if id == "vroege-signalen" { "Eerste jaar" } else { "Grens" };
    let mut columns = vec![Column::words("Regel"), Column::words(second).optional()];
    columns.extend(years.iter().map(|y| Column::numbers(y.to_string())));
    Table { id: id.into(), caption: caption.into(), columns, rows, notes }
}

fn row(signal: &Signal, second: Cell, cell: impl Fn(&SignalYear) -> Cell) -> Row {
    let mut cells = vec![Cell::words(words::clean(&signal.title)), second];
    cells.extend(signal.years.iter().map(cell));
    Row::plain(cells)
}

fn first_year(signal: &Signal) -> String {
    match (signal.first_year, signal.by_year) {
        (Some(year), _) => year.to_string(),
        (None, false) if signal.years.iter().any(speaks) => "elk jaar".to_owned(),
        _ => "–".to_owned(),
    }
}

/// `ja (62%)`, `ja`, `nee`, or a dash where the rule cannot say.
fn state(year: &SignalYear, drawn: bool) -> Cell {
    match &year.state {
        // One draw says on which side the figure lies, not how likely that is.
        State::Fires(Some(p)) if drawn => {
            Cell::number(format!("ja ({})", chance::simulated_number(*p)), *p, Unit::Percent)
                .at_all(year.chance_formula.clone())
        }
        State::Fires(_) => Cell::words("ja"),
        State::Quiet => Cell::words("nee"),
        State::Unknown(_) => tables::nothing(),
    }
}

/// The distance of the comparison that decides: over the border with a plus,
/// the room that is left with a minus.
fn distance(year: &SignalYear) -> Cell {
    let Some(margin) = &year.margin else { return tables::nothing() };
    let size = margin.distance.abs();
    if on_the_border(margin) {
        return Cell::number("op de grens", 0.0, unit(margin));
    }
    let style = if margin.unit == Quantity::Percent { Style::Points } else { Style::Auto };
    let printed = dutch::quantity(size, margin.unit, style);
    let sign = if speaks(year) { '+' } else { '-' };
    let value = if speaks(year) { size } else { -size };
    let (left, right) = (&margin.left, &margin.right);
    // Left less right, with the sign of what is printed.
    let same = (margin.distance >= 0.0) == (value >= 0.0);
    let address = if same { format!("{left} - ({right})") } else { format!("{right} - ({left})") };
    Cell::number(format!("{sign} {printed}"), value, unit(margin)).at(address)
}

fn unit(margin: &Margin) -> Unit {
    match margin.unit {
        Quantity::Euro | Quantity::EuroPerClient => Unit::Euro,
        Quantity::Percent => Unit::Percent,
        Quantity::Clients => Unit::Count,
        _ => Unit::Number,
    }
}

/// Whether the distance is too small to print: "- € 0" says nothing.
fn on_the_border(margin: &Margin) -> bool {
    let style = if margin.unit == Quantity::Percent { Style::Points } else { Style::Auto };
    !dutch::quantity(margin.distance.abs(), margin.unit, style).contains(|c: char| ('1'..='9').contains(&c))
}

/// The border that decides in the last year in which one does.
fn border(signal: &Signal) -> Cell {
    let margin = signal.years.iter().rev().find_map(|y| y.margin.as_ref());
    margin.map_or_else(tables::nothing, |m| {
        let printed = dutch::quantity(m.border, m.unit, Style::Auto);
        // A share of futures reads like any other percentage; say which it is.
        let words = if m.left.starts_with("chance(") || m.right.starts_with("chance(") {
            format!("een kans van {printed}")
        } else {
            printed
        };
        Cell::words(words).at(m.border_formula.clone())
    })
}

fn distance_notes(signals: &[&Signal], all: usize, drawn: bool) -> Vec<String> {
    let mut notes = vec![
        "Een plus: de regel ziet een risico, en het getal ligt zo ver voorbij de grens. Een min: zo ver ligt het er nog voor."
            .to_owned(),
    ];
    if drawn {
        notes.push(
            "Het getal is een gemiddelde van alle doorrekeningen. Het kan anders zijn dan het bedrag in de tekst bij het risico."
                .to_owned(),
        );
    }
    if signals.iter().flat_map(|s| &s.years).any(|y| y.margin.is_none()) {
        notes.push(
            "Een streep: over dat jaar kan de regel niets zeggen, of zij heeft er niet één grens voor.".to_owned(),
        );
    }
    if signals.len() < all {
        notes.push("Regels zonder één grens per jaar staan er niet in.".to_owned());
    }
    let mut margins = signals.iter().flat_map(|s| &s.years).filter_map(|y| y.margin.as_ref());
    if margins.any(on_the_border) {
        notes.push("Op de grens: een heel kleine verandering is al genoeg.".to_owned());
    }
    notes
}

fn notes(signals: &[&Signal]) -> Vec<String> {
    let mut notes = Vec::new();
    if signals.iter().any(|s| !s.by_year) {
        notes.push(
            "Elk jaar: deze regel kijkt naar de hele raming en niet naar één jaar; elke kolom zegt daarom hetzelfde."
                .to_owned(),
        );
    }
    if signals.iter().flat_map(|s| &s.years).any(|y| matches!(y.state, State::Unknown(_))) {
        notes.push(
            "Een streep: over dat jaar kan de regel niets zeggen, bijvoorbeeld omdat er een cijfer ontbreekt."
                .to_owned(),
        );
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn year(year: i32, state: State, distance: Option<(f64, Quantity)>) -> SignalYear {
        let margin = distance.map(|(distance, unit)| Margin {
            left: "mean(gap)".into(),
            right: "parameter(threshold)".into(),
            distance,
            border: 50_000.0,
            border_formula: "parameter(threshold)".into(),
            unit,
        });
        SignalYear { year: Year(year), state, margin, chance_formula: None }
    }

    fn signal(years: Vec<SignalYear>, first: Option<i32>) -> Signal {
        Signal {
            rule: "r".into(),
            title: "Een regel".into(),
            domain: "jeugd".into(),
            by_year: true,
            years,
            first_year: first.map(Year),
        }
    }

    #[test]
    fn a_cell_says_whether_it_speaks_how_likely_and_how_far() {
        let fires = year(2029, State::Fires(Some(0.62)), Some((1_400_000.0, Quantity::Euro)));
        assert_eq!(state(&fires, true).printed, "ja (62%)");
        assert_eq!(state(&fires, false).printed, "ja");
        assert_eq!(distance(&fires).printed, "+ € 1,4 miljoen");
        let quiet = year(2027, State::Quiet, Some((-0.012, Quantity::Percent)));
        assert_eq!(state(&quiet, true).printed, "nee");
        assert_eq!(distance(&quiet).printed, "- 1,2 procentpunt");
        // Nothing that would print as 0 has a sign; 0.4 euro is as good as none.
        for (left, unit) in [(0.0, Quantity::Percent), (-0.4, Quantity::Euro), (0.0, Quantity::Clients)] {
            assert_eq!(distance(&year(2027, State::Quiet, Some((left, unit)))).printed, "op de grens");
        }
        let unknown = year(2028, State::Unknown("there is no budget in 2028".into()), None);
        assert_eq!((state(&unknown, true).printed.as_str(), distance(&unknown).printed.as_str()), ("–", "–"));
    }

    #[test]
    fn what_speaks_first_stands_first_and_the_border_is_named() {
        let late = signal(
            vec![year(2027, State::Quiet, None), year(2028, State::Fires(None), Some((5.0, Quantity::Euro)))],
            Some(2028),
        );
        let early = signal(vec![year(2027, State::Fires(None), None), year(2028, State::Quiet, None)], Some(2027));
        let silent = signal(vec![year(2027, State::Quiet, None)], None);
        let all = [silent.clone(), late.clone(), early.clone()];
        assert_eq!(in_order(&all), [&early, &late, &silent]);
        assert_eq!((border(&late).printed.as_str(), border(&silent).printed.as_str()), ("€ 50.000", "–"));
        let mut likely = late.clone();
        for margin in likely.years.iter_mut().filter_map(|y| y.margin.as_mut()) {
            *margin =
                Margin { left: "chance(gap, above, 0)".into(), border: 0.1, unit: Quantity::Percent, ..margin.clone() };
        }
        assert_eq!(border(&likely).printed, "een kans van 10%");
        assert_eq!((first_year(&late).as_str(), first_year(&silent).as_str()), ("2028", "–"));
    }
}
