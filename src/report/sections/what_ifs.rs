//! What-ifs side by side: only what they assume differently, and what that
//! does to the result and to the chance of an overrun.

use super::super::differences;
use super::super::document::{Block, Cell, Column, Inline, Row, Section, Table, Text};
use super::super::draft::{Draft, chance_is_of_cost, chance_of_worse, worse_than_budgeted};
use super::super::{addresses, chance, tables, words};
use super::pictures;
use crate::projection::GroupId;
use crate::study::ScenarioStudy;
use crate::study::derive;

/// A picture of more what-ifs is higher than half a page.
const MANY: usize = 8;

/// The chapter and one section per what-if; in the report of a what-if only that one.
pub fn write(d: &Draft<'_>) -> Vec<Section> {
    let base = d.base();
    let others: Vec<&ScenarioStudy> =
        d.study.scenarios.iter().skip(1).filter(|s| d.is_base() || std::ptr::eq(*s, d.here)).collect();
    let mut chapter =
        Section { id: "wat-als".into(), title: "Wat als het anders loopt?".into(), level: 1, blocks: Vec::new() };
    if others.is_empty() {
        // Risks may take their amounts from what-ifs that this report leaves out.
        let words = match d.study.others.is_empty() {
            true => "Er zijn geen wat-als-vragen doorgerekend.",
            false => "De wat-als-vragen staan niet in dit verslag: het gaat over één scenario.",
        };
        chapter.blocks.push(Block::Paragraph(Text::plain(words)));
        return vec![chapter];
    }
    let result = d.result_word();
    chapter.blocks.push(Block::Paragraph(d.text(format!(
        "Elke wat-als verandert alleen de uitgangspunten die erbij staan. De rest blijft gelijk aan de basisraming. \
         Het bedrag is het verschil met het {result} van de basis, met alle andere uitgangspunten zoals ze er staan. In het echt kan het meer of minder zijn. Tel de wat-als-vragen niet bij elkaar op: ze kunnen elkaar versterken.",
    ))));
    let picture = pictures::what_ifs(d, base, &others).map(|c| Block::Chart(Box::new(c)));
    let table = Block::Table(table(d, base, &others));
    // A picture of many is most of a page: the table before it fills the page that it leaves.
    let high = others.len() > MANY;
    chapter.blocks.extend(if high { [Some(table), picture] } else { [picture, Some(table)] }.into_iter().flatten());
    let mut sections = vec![chapter];
    sections.extend(others.into_iter().map(|s| one(d, base, s)));
    sections
}

/// Effects by year; money outside the programme has a row of its own.
fn table(d: &Draft<'_>, base: &ScenarioStudy, others: &[&ScenarioStudy]) -> Table {
    let years: Vec<crate::units::Year> = shown_years(d);
    let mut columns = vec![Column::words("Wat als")];
    columns.extend(years.iter().map(|y| Column::numbers(y.to_string())));
    let last = d.last_budget_year(&GroupId::Total);
    if let Some(y) = last {
        let worse = if chance_is_of_cost(base, &GroupId::Total, y) { "lasten hoger" } else { "slechter" };
        columns.push(Column::numbers(format!("Kans: {} {worse} dan begroot", d.projection().years[y])).optional());
    }
    let mut rows = Vec::new();
    let mut outside_seen = false;
    if let Some(y) = last {
        let p = chance_cell(d, base, y);
        if p.value.is_some() {
            let mut cells = vec![Cell::words("Basisraming")];
            cells.extend(years.iter().map(|_| tables::nothing()));
            cells.push(p);
            rows.push(Row::plain(cells));
        }
    }
    for s in others {
        let effects = derive::effects(&base.projection, &s.projection);
        let of = |pick: &dyn Fn(&derive::Effect) -> f64, name: &str| -> Vec<Cell> {
            years
                .iter()
                .map(|y| match effects.iter().find(|e| e.year == *y) {
                    Some(e) => {
                        let figure = format!("result({name}, {y})");
                        tables::deviation(&d.book, d.book.round(pick(e)), pick(e)).at(apart(d, base, s, &figure))
                    }
                    None => tables::nothing(),
                })
                .collect()
        };
        let title = words::clean(&s.model.scenario.title);
        let inside = effects.iter().any(|e| d.book.round(e.result) != 0);
        let outside = effects.iter().any(|e| d.book.round(derive::less(e.result_with_outside, e.result)) != 0);
        let mut push = |label: String, mut cells: Vec<Cell>, p: Cell| {
            let mut all = vec![Cell::words(label)];
            all.append(&mut cells);
            if last.is_some() {
                all.push(p);
            }
            rows.push(Row::plain(all));
        };
        let p = last.map_or_else(tables::nothing, |y| chance_cell(d, s, y));
        if inside || !outside {
            push(title.clone(), of(&|e| e.result, "total"), p.clone());
        }
        if outside {
            outside_seen = true;
            let label = if inside { format!("{title}, met geld buiten het programma *") } else { format!("{title} *") };
            push(label, of(&|e| e.result_with_outside, "total+outside"), p);
        }
    }
    let mut notes = Vec::new();
    if outside_seen {
        notes.push("* Dit geld staat buiten het programma en telt niet mee in het saldo.".to_owned());
    }
    tables::without_empty_columns(Table {
        id: "wat-als".into(),
        caption: format!("Verschil met het {} van de basisraming ({})", d.result_word(), d.book.caption()),
        columns,
        rows,
        notes,
    })
}

/// All projected years, or the first, a middle one and the last where there are many.
fn shown_years(d: &Draft<'_>) -> Vec<crate::units::Year> {
    let all: Vec<_> = d.projection().years.iter().skip(1).copied().collect();
    if all.len() <= 5 { all } else { vec![all[0], all[all.len() / 2], all[all.len() - 1]] }
}

fn chance_cell(d: &Draft<'_>, s: &ScenarioStudy, year: usize) -> Cell {
    let address = addresses::chance_of_worse(s, &GroupId::Total, year);
    tables::odds(chance_of_worse(s, &GroupId::Total, year)).at(addresses::within(d, s, &address))
}

/// What a scenario makes different from the base.
fn apart(d: &Draft<'_>, base: &ScenarioStudy, s: &ScenarioStudy, figure: &str) -> String {
    format!("{} - {}", addresses::within(d, s, figure), addresses::within(d, base, figure))
}

fn one(d: &Draft<'_>, base: &ScenarioStudy, s: &ScenarioStudy) -> Section {
    let scenario = &s.model.scenario;
    let mut blocks = Vec::new();
    if let Some(question) = &scenario.question {
        blocks.push(Block::Paragraph(Text::plain(words::sentence(question))));
    }
    let differences = differences::between(&base.model, &s.model, &d.disclosure);
    if differences.is_empty() {
        blocks
            .push(Block::Paragraph(Text::plain("Deze wat-als rekent met dezelfde uitgangspunten als de basisraming.")));
    } else {
        blocks.push(Block::Paragraph(Text::plain("Wat we anders aannemen:")));
        blocks.push(Block::List(
            differences
                .iter()
                .map(|x| {
                    let (printed, addresses) = (x.words.clone(), x.addresses.clone());
                    let known = Inline::Known { printed, addresses, strong: false };
                    let rest = match &x.who {
                        Some(who) => format!(" ({}).", who.trim_end_matches('.')),
                        None => ".".to_owned(),
                    };
                    Text(vec![known, Inline::Plain(rest)])
                })
                .collect(),
        ));
    }
    blocks.push(Block::Paragraph(d.text(effect(d, base, s))));
    Section { id: format!("wat-als-{}", scenario.id), title: words::clean(&scenario.title), level: 2, blocks }
}

/// What it does to the result and to the chance.
fn effect(d: &Draft<'_>, base: &ScenarioStudy, s: &ScenarioStudy) -> String {
    let mut out = on_result(d, base, s);
    let year = d.last_budget_year(&GroupId::Total);
    let p = |s: &ScenarioStudy| chance_of_worse(s, &GroupId::Total, year?);
    if let (Some(a), Some(b), Some(y)) = (p(base), p(s), year) {
        let of = |s: &ScenarioStudy| addresses::within(d, s, &addresses::chance_of_worse(s, &GroupId::Total, y));
        let before = d.chance_alone(a, &of(base));
        let worse = worse_than_budgeted(base, &GroupId::Total, y);
        let y = d.projection().years[y];
        if chance::simulated_number(a) == chance::simulated_number(b) {
            out.push_str(&format!(" De kans op {worse} in {y} blijft {}.", d.likely(b, &of(s))));
        } else {
            out.push_str(&format!(" De kans op {worse} in {y} gaat van {before} naar {}.", d.likely(b, &of(s))));
        }
    }
    out
}

/// What it does to the result, in its first and its last year.
pub(super) fn on_result(d: &Draft<'_>, base: &ScenarioStudy, s: &ScenarioStudy) -> String {
    let effects = derive::effects(&base.projection, &s.projection);
    let (Some(first), Some(last)) = (effects.first(), effects.last()) else {
        return "Er zijn geen jaren om te vergelijken.".to_owned();
    };
    let inside = effects.iter().any(|e| d.book.round(e.result) != 0);
    let outside = effects.iter().any(|e| d.book.round(derive::less(e.result_with_outside, e.result)) != 0);
    let say = |e: &derive::Effect, value: f64, name: &str| {
        let units = d.book.round(value);
        let amount =
            d.euros(value, &apart(d, base, s, &format!("result({name}, {})", e.year)), "verschil van twee projecties");
        match units.signum() {
            1 => format!("{amount} beter"),
            -1 => format!("{amount} slechter"),
            _ => "gelijk".to_owned(),
        }
    };
    let result = d.result_word();
    let mut out = if inside {
        let mut text = format!("Het {result} is dan in {} {}", first.year, say(first, first.result, "total"));
        let still = |e: &derive::Effect| d.book.round(e.result) == 0;
        let most = effects.iter().fold(first, |m, e| if e.result.abs() > m.result.abs() { e } else { m });
        if still(first) && still(last) && !still(most) {
            // What comes and goes between the ends would be told of as nothing.
            let most_of = say(most, most.result, "total");
            text = format!("Het {result} is dan in {} {most_of} (in {} is er geen verschil)", most.year, last.year);
        } else if last.year != first.year && d.book.round(first.result) == d.book.round(last.result) {
            text = format!(
                "Het {result} is dan in {} en in {} {}",
                first.year,
                last.year,
                say(last, last.result, "total")
            );
        } else if d.book.round(first.result) == 0 {
            text = format!("Het {result} is dan in {} {}", last.year, say(last, last.result, "total"));
        } else if last.year != first.year {
            text.push_str(&format!(" en in {} {}", last.year, say(last, last.result, "total")));
        }
        text.push_str(" dan in de basisraming.");
        text.replace("gelijk dan in de basisraming", "gelijk aan de basisraming")
    } else {
        format!("Het {result} van het programma verandert niet.")
    };
    if outside {
        out.push_str(&format!(
            " Met geld buiten het programma erbij is het {result} in {} {}.",
            last.year,
            say(last, last.result_with_outside, "total+outside")
        ));
    }
    out
}
