//! Savings, plans and falls: what the base holds, what is planned, and on how
//! much of it the projection counts.

use super::super::document::{Align, Block, Cell, Column, Row, Section, Table};
use super::super::draft::{Draft, strong};
use super::super::{addresses, tables, words};
use super::assumptions::Sources;
use super::ledger;
use crate::dutch;
use crate::model::{Measure, MeasureKind, Model, Provenance};
use crate::study::derive;

/// Savings, plans and falls: what the projection counts on.
pub fn write(d: &Draft<'_>, sources: &mut Sources) -> Option<Section> {
    let by_kind = derive::measures_by_kind(d.model(), d.projection());
    let on_volume = super::accountability::on_volume(d);
    if by_kind.is_empty() && on_volume.is_none() {
        return None;
    }
    let (b, h) = (d.base_year(), d.horizon());
    let mut blocks = vec![Block::Paragraph(d.text(format!(
        "Plus betekent hogere lasten, min betekent lagere lasten. Wat in {b} al in de cijfers zit, komt er niet nog eens bij. \
         De laatste kolom is het deel waarop deze raming rekent."
    )))];
    let of = |what: &str, kind: MeasureKind, y| format!("measures.{what}({}, {y})", kind.name());
    let rows = by_kind
        .iter()
        .map(|k| {
            Row::plain(vec![
                Cell::words(words::capital(words::measure_kind(k.kind, k.count))),
                Cell::words(k.count.to_string()),
                tables::amount(&d.book, d.book.round(k.base), k.base).at(of("stated", k.kind, b)),
                tables::amount(&d.book, d.book.round(k.planned), k.planned).at(of("stated", k.kind, h)),
                tables::amount(&d.book, d.book.round(k.counted_on), k.counted_on).at(of("counted_on", k.kind, h)),
            ])
        })
        .collect();
    // Which causes they change is in the table of causes, with what they save.
    let on_volume =
        on_volume.map(|text| format!("{text} Wat zij schelen, staat bij de oorzaken waardoor de lasten veranderen."));
    if by_kind.is_empty() {
        blocks = on_volume.iter().map(|text| Block::Paragraph(d.text(text.clone()))).collect();
    }
    let table = Block::Table(Table {
        id: "maatregelen".into(),
        caption: format!("Maatregelen op de lasten in prijzen van {b} ({})", d.book.caption()),
        columns: vec![
            Column::words("Soort"),
            Column::numbers("Aantal"),
            Column::numbers(format!("Al in {b}")),
            Column::numbers(format!("Gepland in {h}")),
            Column::numbers(format!("Waarop we rekenen in {h}")),
        ],
        rows,
        notes: on_volume.into_iter().collect(),
    });
    blocks.extend((!by_kind.is_empty()).then_some(table));
    blocks.extend(fall(d));
    blocks.extend(doubtful(d, sources).map(Block::Table));
    blocks.extend(ledger::savings(d));
    blocks.extend(ledger::published(d));
    Some(Section { id: "maatregelen".into(), title: "Ombuigingen, nieuw beleid en dalingen".into(), level: 2, blocks })
}

/// Which part of the planned fall no measure explains.
fn fall(d: &Draft<'_>) -> Vec<Block> {
    let Some(f) = derive::fall(d.here) else { return Vec::new() };
    let (from, to) = (f.from, f.to);
    let amount = |value: f64, what: &str| {
        d.euros(
            value,
            &format!("fall.{what}({from}, {to})"),
            match what {
                "planned" => "begrote lasten van het eerste jaar min die van het laatste",
                "explained" => "nieuw beleid, ombuigingen en taakstellingen: eerste jaar min laatste",
                _ => "de daling min wat maatregelen verklaren",
            },
        )
    };
    let mut out = format!(
        "{} De begrote lasten dalen van {from} tot {to} met {}.",
        strong("Welke daling verwacht de begroting?"),
        amount(f.fall, "planned")
    );
    let all = d.book.round(f.explained) > d.book.round(f.fall);
    out.push_str(&match d.book.round(f.explained).signum() {
        1 if all => format!(
            " Nieuw beleid en besparingen verlagen de lasten met {}: dat is meer dan de hele daling.",
            amount(f.explained, "explained")
        ),
        1 => format!(" Nieuw beleid en besparingen verklaren daarvan {}.", amount(f.explained, "explained")),
        -1 => {
            format!(" Nieuw beleid en besparingen verhogen de lasten juist met {}.", amount(f.explained, "explained"))
        }
        _ => String::new(),
    });
    match d.book.round(f.unexplained) {
        n if n > 0 => {
            out.push_str(&format!(" Voor {} noemt de begroting geen maatregel.", amount(f.unexplained, "unexplained")))
        }
        _ if all => {}
        _ => out.push_str(" De daling is daarmee verklaard."),
    }
    if d.book.round(f.unexplained) > 0 {
        let counted = d.euros(
            f.counted_on,
            &format!("fall.counted_on({from}, {to})"),
            "daling zonder maatregel maal het deel waarop we rekenen",
        );
        out.push_str(&match d.book.round(f.counted_on) {
            0 => " Op die daling rekenen we niet.".to_owned(),
            n if n >= d.book.round(f.unexplained) => " We rekenen er wel op dat die daling lukt.".to_owned(),
            _ => format!(" We rekenen erop dat daarvan {counted} lukt."),
        });
    }
    vec![Block::Paragraph(d.text(out))]
}

/// Who says what is counted on: the realisation, else the measure or what it does.
fn said_by<'a>(model: &'a Model, measure: &'a Measure) -> &'a Provenance {
    if let Some(own) = measure.realisation {
        return &model.assumption(own).provenance;
    }
    [measure.amount, measure.volume]
        .into_iter()
        .flatten()
        .map(|id| &model.assumption(id).provenance)
        .chain([&measure.provenance])
        .find(|p| !p.is_empty())
        .unwrap_or(&measure.provenance)
}

/// Measures that are not certain: falls without a measure, and what may be realised in part.
fn doubtful(d: &Draft<'_>, sources: &mut Sources) -> Option<Table> {
    let (model, h) = (d.model(), d.horizon());
    let last = d.last();
    let mut rows = Vec::new();
    let (mut any_revenue, mut any_rise) = (false, false);
    for measure in &model.measures {
        let realisation = measure.realisation.map(|r| model.assumption(r));
        let partly = realisation.is_some_and(|a| a.is_uncertain() || a.values.iter().skip(1).any(|v| *v != 1.0));
        if measure.kind != MeasureKind::Technical && !partly {
            continue;
        }
        // One that changes how fast help grows has no amount of its own.
        let amount = measure.amount.map(|a| model.assumption(a));
        let planned = amount.map_or(0.0, |a| a.values.get(last).copied().unwrap_or(0.0));
        // What has ended asks nothing of anybody.
        if amount.is_some_and(|a| a.values.iter().skip(1).all(|v| *v == 0.0)) {
            continue;
        }
        let revenue = model.lines.get(measure.line).as_cost().is_none();
        any_revenue |= revenue;
        any_rise |= measure.kind == MeasureKind::Technical && d.book.round(planned) > 0;
        rows.push(Row::plain(vec![
            Cell::words(format!("{}{}", words::clean(&measure.label), if revenue { " *" } else { "" })),
            Cell::words(words::structural(measure.structural).1),
            amount.map_or_else(tables::nothing, |a| {
                tables::amount(&d.book, d.book.round(planned), planned).at(format!("{}[{h}]", a.address))
            }),
            Cell::words(
                realisation.map_or_else(|| "100%".to_owned(), |a| words::series(&a.values, a.scale, d.base_year())),
            )
            .at_all(match realisation {
                Some(a) => addresses::values(model, a),
                None => vec![format!("measure.realisation({}, {h})", measure.id)],
            }),
            Cell::words(realisation.and_then(words::uncertainty).unwrap_or_else(|| "vast".into()))
                .at_all(realisation.map(|a| addresses::bounds(model, a)).unwrap_or_default()),
            Cell::words(sources.cite(said_by(model, measure))),
        ]));
    }
    let filled: Vec<String> = model
        .measures
        .iter()
        .filter(|m| m.kind == MeasureKind::Target && m.filled == Some(false))
        .map(|m| words::clean(&m.label))
        .collect();
    let mut notes = Vec::new();
    if any_revenue {
        notes.push("* Dit gaat over baten: min betekent minder baten.".to_owned());
    }
    if rows.iter().any(|r| r.cells[2].printed == "–") {
        notes
            .push("Een streepje: deze maatregel verandert de groei van de hulp en heeft geen eigen bedrag.".to_owned());
    }
    if !filled.is_empty() {
        notes.push(format!("Nog niet ingevuld: {}.", dutch::list(&filled)));
    }
    // A fall without a measure may stand beside a rise without one.
    let (changes, change) = if any_rise {
        ("Dalingen en stijgingen", "Maatregel, daling of stijging")
    } else {
        ("Dalingen", "Maatregel of daling")
    };
    let table = Table {
        id: "realisatie".into(),
        caption: format!("Lukt het? {changes} zonder maatregel en onzekere maatregelen ({})", d.book.caption()),
        columns: vec![
            Column::words(change),
            Column::words("S/I").optional(),
            Column::numbers(format!("Gepland in {h}")),
            Column::numbers("Deel waarop we rekenen"),
            Column::words(tables::UNCERTAINTY).optional(),
            Column { header: "Wie zegt het?".into(), align: Align::Left, optional: false },
        ],
        rows,
        notes,
    };
    (!table.rows.is_empty()).then(|| tables::as_used(d, table))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{Options, study};

    #[test]
    fn a_measure_counted_on_whole_is_said_by_who_gave_its_amount() {
        let mut model = study(Options::default()).scenarios.remove(0).model;
        let at = model.measures.iter().position(|m| m.amount.is_some()).expect("a measure with an amount");
        let note = |words: &str| Provenance { note: Some(words.into()), ..Provenance::default() };
        let amount = model.measures[at].amount.expect("an amount");
        model.measures[at].realisation = None;
        model.measures[at].provenance = note("uit de begroting");
        model.assumptions[amount.0].provenance = note("aanname: het bedrag");
        assert_eq!(said_by(&model, &model.measures[at]), &note("aanname: het bedrag"));
        model.assumptions[amount.0].provenance = Provenance::default();
        assert_eq!(said_by(&model, &model.measures[at]), &note("uit de begroting"));
        // A realisation says so itself, and says nothing where it says nothing.
        model.measures[at].realisation = Some(amount);
        assert_eq!(said_by(&model, &model.measures[at]), &Provenance::default());
    }
}
