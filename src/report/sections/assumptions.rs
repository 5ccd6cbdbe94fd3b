//! What the projection rests on, with who says so.
//!
//! Every assumption is shown with its value, how sure it is and its source.
//! Sources are numbered, because one source often serves many lines; own
//! assumptions carry the word, and what has neither source nor note is named.

use super::super::document::{Block, Cell, Column, Row, Section, Table, Text};
use super::super::draft::Draft;
use super::super::{addresses, tables, words};
use super::{log, measures};
use crate::dutch;
use crate::model::{Assumption, CarryOver, IndexSource, Line, LineId, Model, Provenance};

/// The sections: a chapter and what stands below it.
pub fn write(d: &Draft<'_>) -> Vec<Section> {
    let mut sources = Sources::default();
    let mut chapter = Section {
        id: "uitgangspunten".into(),
        title: "Uitgangspunten".into(),
        level: 1,
        blocks: vec![Block::Paragraph(d.text(
            "Hier staat waarmee we rekenen. De laatste kolom noemt de bron. Onderaan staan de bronnen voluit. \
             Bij een aanname kiezen wij zelf de waarde; waar die op rust, staat erbij.",
        ))],
    };
    if d.outcome().is_none() && d.model().assumptions.iter().any(Assumption::is_uncertain) {
        chapter.blocks.push(Block::Paragraph(d.text(
            "Een deel van de uitgangspunten is onzeker. Zonder simulatie rekenen we alleen met de waarde zelf. \
             Hoe onzeker een waarde is, staat er daarom niet bij.",
        )));
    }
    chapter.blocks.extend(prices(d, &mut sources).map(Block::Table));
    let mut growth =
        Section { id: "groei".into(), title: "Groei, prijs en start per domein".into(), level: 2, blocks: Vec::new() };
    for domain in &d.model().domains {
        if let Some(table) = lines(d, &domain.id, &words::clean(&domain.label), &mut sources) {
            growth.blocks.push(Block::Table(table));
        }
    }
    let measures = measures::write(d, &mut sources);
    let mut sections = vec![chapter];
    if !growth.blocks.is_empty() {
        sections.push(growth);
    }
    sections.extend(measures);
    let log = log::write(d, &mut sources);
    sections.push(who_says_so(d, &sources));
    sections.push(log);
    sections
}

/// Sources and notes, numbered in the order in which they are first used.
#[derive(Default)]
pub struct Sources(Vec<(String, bool)>);

impl Sources {
    /// `bron 1`, `aanname 2`, `zonder bron`.
    pub fn cite(&mut self, provenance: &Provenance) -> String {
        if provenance.is_empty() {
            return "zonder bron".to_owned();
        }
        let (text, own) = (words::provenance(provenance), words::is_own(provenance));
        let number = self.0.iter().position(|(t, _)| *t == text).unwrap_or_else(|| {
            self.0.push((text, own));
            self.0.len() - 1
        });
        format!("{} {}", if own { "aanname" } else { "bron" }, number + 1)
    }
}

fn prices(d: &Draft<'_>, sources: &mut Sources) -> Option<Table> {
    let model = d.model();
    let mut rows = Vec::new();
    for (i, index) in model.indices.iter().enumerate() {
        let rates = d.projection().index_rates.get(i).map(Vec::as_slice).unwrap_or_default();
        let yearly = words::series(rates, crate::model::Scale::Rate, d.base_year());
        let (value, sure, who, bounds) = match &index.source {
            IndexSource::Rate { rate, .. } => {
                let a = model.assumption(*rate);
                let sure = words::uncertainty(a).unwrap_or_else(|| "vast".into());
                (yearly, sure, sources.cite(&a.provenance), addresses::bounds(model, a))
            }
            IndexSource::Mix(parts) => {
                let parts: Vec<String> = parts
                    .iter()
                    .map(|(id, w)| format!("{} {}", dutch::percent(*w, 0), words::clean(&model.indices[id.0].label)))
                    .collect();
                (yearly, "volgt uit de delen".into(), dutch::list(&parts), Vec::new())
            }
        };
        let correction = if index.carry_over == CarryOver::None { "" } else { ", met correctie over het jaar ervoor" };
        rows.push(Row::plain(vec![
            Cell::words(words::clean(&index.label)),
            Cell::words(format!("{value}{correction}")).at_all(of_years(d, &index.id)),
            Cell::words(sure).at_all(bounds),
            Cell::words(who).at_all(mixed(model, index)),
        ]));
    }
    if let Some(id) = model.budget.compensation {
        let a = model.assumption(id);
        rows.push(Row::plain(vec![
            Cell::words("Vergoeding voor lonen en prijzen (centraal)"),
            Cell::words(d.disclosure.series(d.model(), a)).at_all(addresses::values(model, a)),
            Cell::words(words::uncertainty(a).unwrap_or_else(|| "vast".into())).at_all(addresses::bounds(model, a)),
            Cell::words(sources.cite(&a.provenance)),
        ]));
    }
    let table = Table {
        id: "prijzen".into(),
        caption: "Stijging van lonen en prijzen".into(),
        columns: four("Index"),
        rows,
        notes: Vec::new(),
    };
    (!table.rows.is_empty()).then(|| tables::as_used(d, table))
}

/// The percentages of an index in the projected years.
fn of_years(d: &Draft<'_>, id: &str) -> Vec<String> {
    d.model().years().skip(1).map(|y| format!("index({id}, {y})")).collect()
}

/// The weights of a mix.
fn mixed(model: &Model, index: &crate::model::Index) -> Vec<String> {
    match &index.source {
        IndexSource::Rate { .. } => Vec::new(),
        IndexSource::Mix(parts) => {
            parts.iter().map(|(id, _)| format!("mix({}, {})", index.id, model.indices[id.0].id)).collect()
        }
    }
}

fn four(first: &str) -> Vec<Column> {
    vec![
        Column::words(first),
        Column::words("Waarde"),
        Column::words(tables::UNCERTAINTY).optional(),
        Column::words("Wie zegt het?"),
    ]
}

/// What is assumed about one line, in the order of its address.
fn of_line<'a>(model: &'a Model, line: &Line) -> Vec<&'a Assumption> {
    let side = if line.as_cost().is_some() { "cost" } else { "revenue" };
    model.under(&format!("{side}.{}", line.id())).into_iter().map(|id| model.assumption(id)).collect()
}

fn lines(d: &Draft<'_>, domain: &str, label: &str, sources: &mut Sources) -> Option<Table> {
    let model = d.model();
    let mut rows = Vec::new();
    for line in model.lines.all.iter().filter(|l| l.domains().first().is_some_and(|(id, _)| id == domain)) {
        let mut name = words::clean(line.label());
        let mut push = |what: String, value: Cell, sure: Cell, who: String| {
            rows.push(Row::plain(vec![
                Cell::words(std::mem::take(&mut name)),
                Cell::words(what),
                value,
                sure,
                Cell::words(who),
            ]));
        };
        let nothing = || Cell::words("");
        let terms = line.as_cost().map(|l| &l.price).or(line.as_revenue().map(|l| &l.price));
        let mut said = false;
        for a in of_line(model, line) {
            let what = short_part(&a.address, line.id());
            let sure = Cell::words(d.disclosure.uncertainty(model, a)).at_all(addresses::bounds(model, a));
            let value = Cell::words(d.disclosure.series(model, a)).at_all(addresses::values(model, a));
            push(what.to_owned(), value, sure, sources.cite(&a.provenance));
            said = true;
        }
        let index = terms.map(|t| &t.index).filter(|i| !i.is_empty());
        if let Some(index) = index {
            let followed = words::indices(model, index);
            let weights = index.iter().filter(|(_, w)| *w != 1.0);
            let weights: Vec<String> =
                weights.map(|(id, _)| format!("mix({}, {})", line.id(), model.indices[id.0].id)).collect();
            let value = Cell::words(format!("volgt {followed}")).at_all(weights);
            push("prijs".into(), value, nothing(), String::new());
            said = true;
        }
        if let Some(follows) = line.as_revenue().and_then(|r| match &r.income {
            crate::model::Income::Follows(f) => Some(f),
            _ => None,
        }) {
            let of = words::clean(model.lines.get(follows.line).label());
            let late = match follows.lag {
                0 => String::new(),
                1 => ", een jaar later".to_owned(),
                n => format!(", {} jaar later", dutch::count_in_words(f64::from(n))),
            };
            let change = if follows.from_base { "de verandering van " } else { "" };
            push("volgt".into(), Cell::words(format!("{change}{of}{late}")), nothing(), String::new());
            said = true;
        }
        if !said {
            let who = sources.cite(own_provenance(line));
            push("bedrag".into(), Cell::words("blijft gelijk"), Cell::words("vast"), who);
        }
    }
    let table = Table {
        id: format!("uitgangspunten-{domain}"),
        caption: label.to_owned(),
        columns: vec![
            Column::words("Lijn"),
            Column::words("Wat"),
            Column::words("Waarde"),
            Column::words(tables::UNCERTAINTY).optional(),
            Column::words("Wie zegt het?"),
        ],
        rows,
        notes: Vec::new(),
    };
    (!table.rows.is_empty()).then(|| tables::as_used(d, table))
}

pub fn own_provenance(line: &Line) -> &Provenance {
    match line {
        Line::Cost(l) => &l.provenance,
        Line::Revenue(l) => &l.provenance,
    }
}

/// Which part of a line an address is about, in one or two words.
fn short_part(address: &str, id: &str) -> &'static str {
    let rest: Vec<&str> =
        address.split_once(&format!(".{id}.")).map(|(_, r)| r.split('.').collect()).unwrap_or_default();
    match rest.as_slice() {
        ["volume", "growth"] | ["growth"] => "groei",
        ["volume", "ageing"] => "vergrijzing",
        ["volume", "exit"] => "uitstroom",
        ["volume", "intake"] => "instroom (cliënten)",
        ["level"] => "start hoger of lager",
        ["intensity"] => "zwaarte",
        ["price", "change"] if address.starts_with("revenue.") => "eigen stijging of daling",
        ["price", "change"] => "eigen prijsstijging",
        ["unit_cost", "hours_per_week"] => "uren per week",
        ["unit_cost", "rate"] => "uurtarief",
        ["unit_cost", ..] => "kosten per cliënt",
        ["follows", ..] => "deel dat wordt vergoed",
        ["contribution", "per_month"] => "bijdrage per maand",
        ["contribution", "paying"] => "deel dat betaalt",
        ["contribution", "households_per_client"] => "huishoudens per cliënt",
        _ => "overig",
    }
}

/// Own assumptions, values carried forward, values without a source, and the list of sources.
fn who_says_so(d: &Draft<'_>, sources: &Sources) -> Section {
    let model = d.model();
    let mut blocks = Vec::new();
    let own = model.assumptions.iter().filter(|a| words::is_own(&a.provenance)).count();
    let unsourced: Vec<&Assumption> = model.assumptions.iter().filter(|a| lacks_source(model, a)).collect();
    if model.assumptions.is_empty() {
        blocks.push(Block::Paragraph(d.text("Voor deze raming zijn geen uitgangspunten opgegeven.")));
    } else {
        blocks.push(Block::Paragraph(d.text(format!(
            "Deze raming heeft {}. {} een eigen aanname. {}",
            dutch::counted(model.assumptions.len(), "uitgangspunt", "uitgangspunten"),
            match own {
                0 => "Geen daarvan noemen we".to_owned(),
                1 => "Daarvan noemen we er één".to_owned(),
                n => format!("Daarvan noemen we er {n}"),
            },
            match unsourced.len() {
                0 => "Bij elk uitgangspunt staat een bron, of dat het een aanname is.".to_owned(),
                1 => "Eén uitgangspunt heeft geen bron en geen toelichting.".to_owned(),
                n => format!("Bij {n} uitgangspunten staat geen bron en geen toelichting."),
            }
        ))));
    }
    let carried: Vec<Text> = model
        .assumptions
        .iter()
        .filter(|a| is_carried_forward(a, d.horizon().0))
        .map(|a| Text::plain(words::capital(&words::of_address(model, &a.address))))
        .collect();
    if !carried.is_empty() {
        blocks.push(Block::Paragraph(d.text(format!(
            "Deze waarden zijn voor één jaar gemaakt. Wij trekken ze door tot en met {}; dat is een eigen aanname.",
            d.horizon()
        ))));
        blocks.push(Block::List(carried));
    }
    if !unsourced.is_empty() {
        blocks.push(Block::Paragraph(d.text("Zonder bron of toelichting:")));
        blocks.push(Block::List(
            unsourced.iter().map(|a| Text::plain(words::capital(&words::of_address(model, &a.address)))).collect(),
        ));
    }
    if !sources.0.is_empty() {
        blocks.push(Block::Table(Table {
            id: "bronnen".into(),
            caption: "Bronnen en aannames voluit".into(),
            columns: vec![Column::words("Nummer"), Column::words("Bron of aanname")],
            rows: sources
                .0
                .iter()
                .enumerate()
                .map(|(i, (text, own))| {
                    let word = if *own { "aanname" } else { "bron" };
                    // The first column says the word already.
                    let text = text.strip_prefix("aanname:").map_or_else(|| text.clone(), |t| words::capital(t.trim()));
                    Row::plain(vec![Cell::words(format!("{word} {}", i + 1)), Cell::words(text)])
                })
                .collect(),
            notes: Vec::new(),
        }));
    }
    Section { id: "bronnen".into(), title: "Wie zegt het?".into(), level: 2, blocks }
}

/// Neither the value itself, nor its years, nor the item it belongs to says who said so.
fn lacks_source(model: &Model, a: &Assumption) -> bool {
    if !a.provenance.is_empty() || a.provenance_by_year.iter().any(|(_, p)| !p.is_empty()) {
        return false;
    }
    let mut parts = a.address.split('.');
    let (room, id) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let item = match room {
        "cost" | "revenue" => model.lines.find(id).map(|l: LineId| own_provenance(model.lines.get(l))),
        "measure" => model.measures.iter().find(|m| m.id == id).map(|m| &m.provenance),
        _ => None,
    };
    item.is_none_or(Provenance::is_empty)
}

/// Made for one year and used for more: its date of expiry passes, or its own words say so.
fn is_carried_forward(a: &Assumption, horizon: i32) -> bool {
    let all = || std::iter::once(&a.provenance).chain(a.provenance_by_year.iter().map(|(_, p)| p));
    let expires = |p: &Provenance| {
        p.valid_until
            .as_deref()
            .and_then(|t| t.get(..4))
            .and_then(|y| y.parse::<i32>().ok())
            .is_some_and(|y| y < horizon)
    };
    let says = |p: &Provenance| {
        [&p.note, &p.source].into_iter().flatten().any(|t| {
            let t = t.to_lowercase();
            [
                "doortrek",
                "doorgetrok",
                "doorgezet",
                "trekken hem door",
                "trekken het door",
                "trekken ze door",
                "loopt door tot",
            ]
            .iter()
            .any(|w| t.contains(w))
                || (t.contains("trekken") && t.contains(" door"))
        })
    };
    all().any(|p| expires(p) || says(p))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Place;
    use crate::model::Scale;

    fn assumption(note: &str, valid_until: Option<&str>) -> Assumption {
        Assumption {
            address: "cost.jeugd.volume.growth".into(),
            scale: Scale::Rate,
            values: vec![0.0, 0.025],
            distributions: vec![None, None],
            persistence: 0.0,
            provenance: Provenance {
                note: Some(note.to_owned()),
                valid_until: valid_until.map(str::to_owned),
                ..Provenance::default()
            },
            provenance_by_year: Vec::new(),
            place: Place::file("base.toml"),
            places_by_year: Vec::new(),
        }
    }

    #[test]
    fn a_value_made_for_one_year_is_found_by_its_words_or_its_date() {
        assert!(is_carried_forward(&assumption("doortrekken na 2026 is een aanname", None), 2029));
        assert!(is_carried_forward(&assumption("de 8% is voor 2024; wij trekken hem door", None), 2029));
        assert!(is_carried_forward(&assumption("meerjarig", Some("2026-12-31")), 2029));
        assert!(!is_carried_forward(&assumption("meerjarig", Some("2031-12-31")), 2029));
    }

    #[test]
    fn the_same_source_gets_one_number() {
        let mut sources = Sources::default();
        let p = |note: &str| Provenance { note: Some(note.into()), ..Provenance::default() };
        assert_eq!(sources.cite(&p("aanname: gemiddelde")), "aanname 1");
        assert_eq!(sources.cite(&p("uit de monitor")), "bron 2");
        assert_eq!(sources.cite(&p("aanname: gemiddelde")), "aanname 1");
        assert_eq!(sources.cite(&Provenance::default()), "zonder bron");
    }
}
