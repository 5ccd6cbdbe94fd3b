//! The register: the ten largest, the rest as one line, and what they add up to.

use super::super::disclosure::{HIDDEN, HIDDEN_NOTE};
use super::super::document::{Block, Cell, Column, Row, Section, Table};
use super::super::draft::Draft;
use super::super::rounding::{Units, apportion, whole};
use super::super::{addresses, chance, tables, words};
use super::pictures;
use crate::dutch;
use crate::model::RiskChance;
use crate::study::derive;
use crate::study::{Basis, RiskEntry};

/// How many stand by name.
const TOP: usize = 10;

/// The section.
pub fn write(d: &Draft<'_>) -> Section {
    let mut summed: Vec<&RiskEntry> = d.here.risks.iter().filter(|r| r.summed).collect();
    // Largest loss first, advantages last; equal ones in the order of the register.
    summed.sort_by(|a, b| b.expected.total_cmp(&a.expected));
    let mut blocks = Vec::new();
    blocks.push(Block::Paragraph(d.text(intro(d, summed.len()))));
    if !summed.is_empty() {
        blocks.extend(pictures::risk_map(d, &summed).map(|c| Block::Chart(Box::new(c))));
        blocks.push(Block::Table(table(d, &summed)));
        blocks.push(Block::Paragraph(d.text(sums(d))));
    }
    let title = if summed.len() > TOP { "Risicoregister: de tien grootste" } else { "Risicoregister" };
    Section { id: "register".into(), title: title.into(), level: 1, blocks }
}

fn intro(d: &Draft<'_>, summed: usize) -> String {
    let risks = &d.here.risks;
    if risks.is_empty() {
        return "Er zijn geen risico's opgegeven of gevonden.".to_owned();
    }
    let pm = risks.iter().filter(|r| r.basis == Basis::ProMemorie).count();
    let covered = risks.iter().filter(|r| r.basis != Basis::ProMemorie && !r.covered_by.is_empty()).count();
    let in_figures = risks.len() - summed - pm - covered;
    let mut out = match summed {
        0 => "Geen enkel risico komt met een eigen bedrag bovenop de raming.".to_owned(),
        1 => "Eén risico komt met een eigen bedrag bovenop de raming.".to_owned(),
        n => format!(
            "{} risico's komen met een eigen bedrag bovenop de raming.",
            words::capital(&dutch::count_in_words(n as f64))
        ),
    };
    let mut rest = Vec::new();
    let said = |n: usize, one: &str, many: &str| {
        format!("{} {}", dutch::count_in_words(n as f64), if n == 1 { one } else { many })
    };
    if covered > 0 {
        rest.push(match d.outcome() {
            Some(_) => {
                said(covered, "zit al in de raming of haar bandbreedte", "zitten al in de raming of haar bandbreedte")
            }
            None => said(
                covered,
                "hoort bij de onzekerheid van de raming (zonder simulatie niet berekend)",
                "horen bij de onzekerheid van de raming (zonder simulatie niet berekend)",
            ),
        });
    }
    if in_figures > 0 {
        rest.push(said(in_figures, "volgt uit de raming zelf", "volgen uit de raming zelf"));
    }
    if pm > 0 {
        rest.push(said(pm, "is niet in geld uit te drukken (p.m.)", "zijn niet in geld uit te drukken (p.m.)"));
    }
    if !rest.is_empty() {
        out.push_str(&format!(" Van de andere risico's geldt: {}. Die tellen hier niet mee.", dutch::list(&rest)));
    }
    out
}

fn odds(d: &Draft<'_>, risk: &RiskEntry) -> Cell {
    match (d.disclosure.chance(d.model(), risk), risk.written_chance) {
        (Some(p), Some(RiskChance::PerYear(n))) => {
            // What is printed is how often, not the chance of at least once.
            Cell::number(format!("{} keer per jaar", dutch::short(n, 2)), p, super::super::document::Unit::Percent)
                .at(format!("risk.chance_in({}, {})", risk.id, risk.years.first().map_or(0, |y| y.0)))
        }
        (Some(p), _) => {
            let each = if risk.years.len() > 1 { " per jaar" } else { "" };
            let printed = format!("{}{each}", chance::stated(&d.model().report.chance_words, p));
            Cell::number(printed, p, super::super::document::Unit::Percent).at(format!("risk.chance({})", risk.id))
        }
        _ => tables::nothing(),
    }
}

fn table(d: &Draft<'_>, summed: &[&RiskEntry]) -> Table {
    let total = derive::expected_total(d.here);
    let target = d.book.round(total);
    let (shown, rest) = summed.split_at(summed.len().min(TOP));
    let mut values: Vec<f64> = shown.iter().map(|r| r.expected).collect();
    let mut shares: Vec<f64> = shown.iter().map(|r| r.share_of_expected * 100.0).collect();
    if !rest.is_empty() {
        values.push(rest.iter().map(|r| r.expected).sum());
        shares.push(rest.iter().map(|r| r.share_of_expected * 100.0).sum());
    }
    let units = d.book.split(&values, target);
    let share_sum: f64 = shares.iter().sum();
    let share_units = apportion(&shares, 1.0, whole(share_sum));
    let expected = |u: Units, v: f64| tables::deviation(&d.book, -u, -v);
    let year = addresses::register_year(d);
    let of = |r: &RiskEntry, part: &str| match part {
        "expected" => format!("risk.expected({}, {year})", r.id),
        _ => format!("risk.{part}({})", r.id),
    };
    let all =
        |risks: &[&RiskEntry], part: &str| addresses::sum(&risks.iter().map(|r| of(r, part)).collect::<Vec<String>>());
    let percent = |u: Units, v: f64| Cell::number(format!("{u}%"), v / 100.0, super::super::document::Unit::Percent);
    let certainty = d.here.resilience.as_ref().filter(|r| r.needed.is_some()).map(|r| r.certainty);
    let at_certainty: Vec<f64> = shown
        .iter()
        .map(|r| r.share_at_certainty * 100.0)
        .chain((!rest.is_empty()).then(|| rest.iter().map(|r| r.share_at_certainty * 100.0).sum()))
        .collect();
    let certain_sum: f64 = at_certainty.iter().sum();
    let certain_units = apportion(&at_certainty, 1.0, whole(certain_sum));
    let mut columns = vec![
        Column::numbers("Nr").optional(),
        Column::words("Risico"),
        Column::words("Kans"),
        Column::numbers("Gevolg als het gebeurt"),
        Column::words("S/I").optional(),
        Column::numbers("Kans maal gevolg"),
        Column::numbers("Invloed"),
    ];
    if let Some(c) = certainty {
        columns.push(Column::numbers(format!("Aandeel bij {}", words::percent(c))).optional());
    }
    let mut rows: Vec<Row> = shown
        .iter()
        .enumerate()
        .map(|(i, r)| {
            let impact = d.disclosure.impact(d.model(), r).map(|x| x.mean);
            let mut cells = vec![
                Cell::words((i + 1).to_string()),
                Cell::words(words::clean(&r.title)),
                odds(d, r),
                tables::deviation_or(&d.book, impact.map(|v| -d.book.round(v)), impact.map(|v| -v))
                    .at(format!("-risk.impact({})", r.id)),
                Cell::words(words::structural(r.structural).1),
                expected(units[i], r.expected).at(format!("-{}", of(r, "expected"))),
                percent(share_units[i], shares[i]).at(of(r, "share")),
            ];
            if certainty.is_some() {
                cells.push(percent(certain_units[i], at_certainty[i]).at(of(r, "share_at_certainty")));
            }
            // Chance times impact and its share say the impact.
            if !d.disclosure.shows_amount(d.model(), r) {
                for at in [3, 5, 6, 7] {
                    if let Some(cell) = cells.get_mut(at) {
                        *cell = Cell::words(HIDDEN);
                    }
                }
            }
            Row::plain(cells)
        })
        .collect();
    if !rest.is_empty() {
        let at = shown.len();
        let mut cells = vec![
            Cell::words(""),
            Cell::words(format!("Overige {}", dutch::counted(rest.len(), "risico", "risico's"))),
            tables::nothing(),
            tables::nothing(),
            Cell::words(""),
            expected(units[at], values[at]).at(format!("-({})", all(rest, "expected"))),
            percent(share_units[at], shares[at]).at(all(rest, "share")),
        ];
        if certainty.is_some() {
            cells.push(percent(certain_units[at], at_certainty[at]).at(all(rest, "share_at_certainty")));
        }
        rows.push(Row::plain(cells));
    }
    let mut cells = vec![
        Cell::words(""),
        Cell::words("Totaal"),
        tables::nothing(),
        tables::nothing(),
        Cell::words(""),
        expected(target, total).at(format!("-register.expected({year})")),
        percent(whole(share_sum), share_sum).at(all(summed, "share")),
    ];
    if certainty.is_some() {
        cells.push(percent(whole(certain_sum), certain_sum).at(all(summed, "share_at_certainty")));
    }
    rows.push(Row::total(cells));
    let mut notes =
        vec!["Invloed is het aandeel in het totaal van kans maal gevolg. N is een nadeel, V een voordeel.".to_owned()];
    if shown.iter().any(|r| !d.disclosure.shows_amount(d.model(), r)) {
        notes.push(HIDDEN_NOTE.to_owned());
    }
    if let Some(c) = certainty.filter(|_| certain_sum < 99.5 && d.outcome().is_some()) {
        notes.push(format!(
            "Aandeel bij {}: het deel van het benodigde bedrag. De rest komt uit de bandbreedte van de raming.",
            words::percent(c)
        ));
    }
    for risk in shown {
        let title = words::clean(&risk.title);
        if let Some(first) = risk.years.first().filter(|first| **first > year) {
            notes.push(format!("‘{title}’ kan pas vanaf {first} optreden; daarom is kans maal gevolg in {year} nul."));
        } else if !risk.structural && !risk.years.is_empty() && !risk.years.contains(&year) {
            notes.push(format!(
                "‘{title}’ is incidenteel en kan alleen {} optreden; daarom is kans maal gevolg in {year} nul.",
                words::in_years(&risk.years)
            ));
        }
    }
    let year = format!(" in {year}");
    Table {
        id: "register".into(),
        caption: format!("Grootste risico's naar kans maal gevolg{year} ({})", d.book.caption()),
        columns,
        rows,
        notes,
    }
}

/// The three ways in which municipalities add risks up.
fn sums(d: &Draft<'_>) -> String {
    let in_year = addresses::register_year(d);
    let total = derive::expected_total(d.here);
    let year = format!(" in {in_year}");
    if d.here.risks.iter().filter(|r| r.summed).all(|r| r.expected == 0.0) {
        return format!("Kans maal gevolg is samen nul{year}: dan telt geen van deze risico's mee.");
    }
    let gain = d.book.round(total) < 0;
    let mut out = format!(
        "Kans maal gevolg is samen {}{}{year}. Dat is een gemiddelde: in een echt jaar is het meer of minder.",
        if gain { "een voordeel van " } else { "" },
        d.euros(total, &format!("register.expected({in_year})"), "som van kans maal gemiddeld gevolg")
    );
    if let Some((low, high)) = derive::expected_range(d.here) {
        let (a, b) = (d.book.round(low), d.book.round(high));
        if a != b {
            out.push_str(&format!(
                " Met bij elk risico een laag en een hoog gevolg ligt {} {}.",
                if a < 0 && b <= 0 { "dat voordeel" } else { "die som" },
                d.cite(
                    &words::either_side(&d.book, low, high),
                    &format!("register.low({in_year}); register.high({in_year})"),
                    format!("{} – {}", dutch::euro_cents(low), dutch::euro_cents(high)),
                    "minimum-maximum"
                )
            ));
        }
    }
    if let Some(r) = d.here.resilience.as_ref().filter(|r| r.sum_of_maxima > 0.0) {
        out.push_str(&format!(
            " Gebeurt alles tegelijk, en elk met een hoog gevolg, dan kost dat {}.{}",
            d.euros(r.sum_of_maxima, &format!("register.maximum({in_year})"), "som van de hoge gevolgen: opgegeven hoogste bedrag, of P90 bij een simulatie"),
            // A simulated impact has no largest: its P90 stands in the sum.
            if d.outcome().is_some() {
                " Bij een opgegeven bedrag is dat het hoogste bedrag; bij een gevolg uit de simulatie is er 10% kans op nog meer."
            } else {
                ""
            }
        ));
    }
    out
}
