//! Tidy long tables for Power BI and scripts, with a data dictionary beside
//! them (`datapackage.json`, Frictionless Data Package 1).
//!
//! One row is one number: what it is stands in the columns before it. Comma
//! and decimal point, UTF-8, so that every program reads them alike.

use serde_json::{Value, json};

use super::disclosure::{Disclosure, Shown};
use super::document::{Block, Evidence, Inline, Report, Text};
use super::words;
use super::xlsx::{Counts, group_label};
use crate::model::{Line, Scale};
use crate::simulation::Summary;
use crate::study::{Origin, ScenarioStudy, Study};

/// A table being written.
struct Rows {
    out: String,
}

impl Rows {
    fn new(headers: &[&str]) -> Self {
        let mut rows = Self { out: String::new() };
        rows.push(&headers.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>());
        rows
    }

    fn push(&mut self, cells: &[String]) {
        let quoted: Vec<String> = cells.iter().map(|c| quote(c)).collect();
        self.out.push_str(&quoted.join(","));
        self.out.push('\n');
    }
}

/// A cell; quoted where it must be, and never one that a spreadsheet runs as a formula.
fn quote(cell: &str) -> String {
    let number = cell.parse::<f64>().is_ok();
    let safe =
        if !number && cell.starts_with(['=', '+', '-', '@', '\t']) { format!("'{cell}") } else { cell.to_owned() };
    if safe.contains([',', '"', '\n', '\r']) { format!("\"{}\"", safe.replace('"', "\"\"")) } else { safe }
}

/// A number as scripts read it; nothing where it is none.
fn plain(value: f64) -> String {
    if !value.is_finite() {
        return String::new();
    }
    let value = if value == 0.0 { 0.0 } else { value };
    value.to_string()
}

const FIGURES: [&str; 9] = ["scenario", "level", "id", "label", "year", "quantity", "statistic", "unit", "value"];
const ASSUMPTIONS: [&str; 8] = ["scenario", "address", "label", "year", "unit", "value", "uncertainty", "source"];
const RISKS: [&str; 12] = [
    "scenario",
    "id",
    "origin",
    "title",
    "domain",
    "term",
    "basis",
    "chance",
    "impact_mean",
    "impact_p10",
    "impact_p90",
    "share_of_expected",
];

const PRINTED: [&str; 7] = ["scenario", "section", "table", "row", "column", "printed", "explain"];

/// The files of one scenario: name and text. `report` is what is printed of it.
pub fn csv(study: &Study, scenario: &ScenarioStudy, report: &Report, counts: Counts) -> Vec<(String, String)> {
    let disclosure = counts.disclosure(study);
    vec![
        ("projectie.csv".to_owned(), figures(scenario, &disclosure)),
        ("uitgangspunten.csv".to_owned(), assumptions(scenario, &disclosure)),
        ("risicos.csv".to_owned(), risks(scenario, &disclosure)),
        ("getallen.csv".to_owned(), printed(report)),
        ("datapackage.json".to_owned(), package(study, scenario, &disclosure)),
    ]
}

/// Everything projected and simulated, by line and group.
fn figures(s: &ScenarioStudy, disclosure: &Disclosure) -> String {
    let counted = if disclosure.is_on() { "rounded" } else { "projected" };
    let mut rows = Rows::new(&FIGURES);
    let id = &s.model.scenario.id;
    let mut put = |who: [&str; 3], year: i32, quantity: &str, statistic: &str, unit: &str, value: Option<f64>| {
        let [level, name, label] = who;
        let Some(value) = value else { return };
        rows.push(
            &[id, level, name, label, &year.to_string(), quantity, statistic, unit, &plain(value)].map(str::to_owned),
        );
    };
    for (l, (line, own)) in s.model.lines.all.iter().zip(&s.projection.lines).enumerate() {
        let label = words::clean(line.label());
        let who = ["line", line.id(), label.as_str()];
        let quantity = if matches!(line, Line::Cost(_)) { "cost" } else { "revenue" };
        for (y, year) in own.years.iter().enumerate() {
            let at = year.year.0;
            put(who, at, quantity, "projected", "euro", Some(year.amount));
            put(who, at, "measures", "projected", "euro", Some(year.measures));
            put(who, at, "budget", "stated", "euro", year.budget);
            put(who, at, "budget_now", "stated", "euro", year.budget_now);
            let clients = disclosure.clients(line.id(), year.clients);
            put(who, at, "clients", counted, "persons", clients.value());
            let hidden = clients == Shown::Hidden;
            put(who, at, "volume_index", "projected", "number", year.volume_index.filter(|_| !hidden));
            put(who, at, "intensity_index", "projected", "number", year.intensity_index);
            put(who, at, "price_index", "projected", "number", year.price_index);
            if let Some(x) = s.outcome.as_ref().and_then(|o| o.lines.get(l)).and_then(|o| o.get(y)) {
                band(&mut put, who, at, quantity, x);
            }
        }
    }
    for group in &s.projection.groups {
        let name = group.id.to_string();
        let (level, bare) = name.split_once(':').unwrap_or(("total", name.as_str()));
        let label = group_label(&s.model, &group.id);
        let who = [level, bare, label.as_str()];
        let drawn = s.outcome.as_ref().and_then(|o| o.groups.iter().find(|g| g.id == group.id));
        for (y, year) in group.years.iter().enumerate() {
            let at = year.year.0;
            for (quantity, value) in [
                ("cost", Some(year.cost)),
                ("revenue", Some(year.revenue)),
                ("balance", Some(year.balance)),
                ("result", (level == "total").then_some(year.result)),
                ("structural_balance", Some(year.structural_balance)),
                ("budget_cost", year.budget_cost),
                ("budget_revenue", year.budget_revenue),
                ("shortfall", year.shortfall),
            ] {
                put(who, at, quantity, "projected", "euro", value);
            }
            let clients = disclosure.clients_of(&group.id, year.clients);
            put(who, at, "clients", counted, "persons", clients.value());
            if let Some(g) = drawn {
                for (quantity, all) in [("cost", &g.cost), ("revenue", &g.revenue), ("balance", &g.balance)] {
                    if let Some(x) = all.get(y) {
                        band(&mut put, who, at, quantity, x);
                    }
                }
                if let Some(x) = g.shortfall.get(y).and_then(Option::as_ref) {
                    band(&mut put, who, at, "shortfall", x);
                }
            }
        }
    }
    for reserve in &s.projection.reserves {
        let label = s.model.reserves.iter().find(|r| r.id == reserve.id).map_or("", |r| r.label.as_str());
        let label = words::clean(label);
        for year in &reserve.years {
            for (quantity, value) in
                [("balance", year.balance), ("covered", year.covered), ("uncovered", year.uncovered)]
            {
                put(["reserve", &reserve.id, &label], year.year.0, quantity, "projected", "euro", Some(value));
            }
        }
    }
    rows.out
}

/// The distribution of one figure.
fn band(
    put: &mut impl FnMut([&str; 3], i32, &str, &str, &str, Option<f64>),
    who: [&str; 3],
    year: i32,
    quantity: &str,
    x: &Summary,
) {
    for (statistic, value) in [
        ("mean", x.mean),
        ("sd", x.sd),
        ("p5", x.p5),
        ("p10", x.p10),
        ("p25", x.p25),
        ("p50", x.p50),
        ("p75", x.p75),
        ("p90", x.p90),
        ("p95", x.p95),
    ] {
        put(who, year, quantity, statistic, "euro", Some(value).filter(|v| v.is_finite()));
    }
    put(who, year, quantity, "chance_above_budget", "fraction", x.chance_above_budget);
}

fn assumptions(s: &ScenarioStudy, disclosure: &Disclosure) -> String {
    let mut rows = Rows::new(&ASSUMPTIONS);
    let model = &s.model;
    for a in &model.assumptions {
        let Some(values) = disclosure.values(model, a) else { continue };
        let unit = match a.scale {
            Scale::Amount | Scale::Price => "euro",
            Scale::Count => "number",
            Scale::Rate | Scale::Share | Scale::Realisation | Scale::Level => "fraction",
        };
        for (year, value) in s.projection.years.iter().zip(values) {
            rows.push(&[
                model.scenario.id.clone(),
                a.address.clone(),
                words::of_address(model, &a.address),
                year.to_string(),
                unit.to_owned(),
                plain(value),
                disclosure.uncertainty(model, a),
                words::provenance(&a.provenance),
            ]);
        }
    }
    rows.out
}

fn risks(s: &ScenarioStudy, disclosure: &Disclosure) -> String {
    let mut rows = Rows::new(&RISKS);
    for r in &s.risks {
        let impact = disclosure.impact(&s.model, r);
        let maybe = |v: Option<f64>| v.map(plain).unwrap_or_default();
        rows.push(&[
            s.model.scenario.id.clone(),
            r.id.clone(),
            if r.origin == Origin::Register { "register" } else { "rule" }.to_owned(),
            words::clean(&r.title),
            r.domain.clone(),
            if r.term == crate::model::Term::Short { "kort" } else { "lang" }.to_owned(),
            super::sections::risks::basis(r.basis).to_owned(),
            maybe(disclosure.chance(&s.model, r)),
            maybe(impact.map(|i| i.mean)),
            maybe(impact.map(|i| i.p10)),
            maybe(impact.map(|i| i.p90)),
            maybe(disclosure.shows_amount(&s.model, r).then_some(r.share_of_expected)),
        ]);
    }
    rows.out
}

/// Every printed number with the address by which `ravijn explain` knows it.
fn printed(report: &Report) -> String {
    let mut rows = Rows::new(&PRINTED);
    let mut put = |at: [&str; 4], printed: &str, addresses: &[String]| {
        for address in addresses {
            // A cell that starts with a minus would be taken for a formula.
            let address = if address.starts_with('-') { format!("({address})") } else { address.clone() };
            let [section, table, row, column] = at;
            rows.push(&[&report.scenario, section, table, row, column, printed, &address].map(ToString::to_string));
        }
    };
    for section in &report.sections {
        let id = section.id.as_str();
        for block in &section.blocks {
            let texts: Vec<&Text> = match block {
                Block::Paragraph(text) | Block::Label(text) => vec![text],
                Block::List(items) => items.iter().collect(),
                Block::Table(_) | Block::Chart(_) => Vec::new(),
            };
            for inline in texts.into_iter().flat_map(|t| &t.0) {
                match inline {
                    Inline::Figure { printed, evidence } => {
                        let addresses = report.evidence.get(*evidence).map(Evidence::addresses).unwrap_or_default();
                        put([id, "", "", ""], printed, &addresses);
                    }
                    Inline::Known { printed, addresses, .. } => put([id, "", "", ""], printed, addresses),
                    Inline::Plain(_) | Inline::Strong(_) => {}
                }
            }
            let table = match block {
                Block::Table(table) => table,
                Block::Chart(chart) if !report.has_table(&chart.figures.id) => &chart.figures,
                _ => continue,
            };
            for row in &table.rows {
                let name = row.cells.first().map_or("", |c| c.printed.as_str());
                for (cell, column) in row.cells.iter().zip(&table.columns) {
                    put([id, &table.id, name, &column.header], &cell.printed, &cell.addresses);
                }
            }
        }
    }
    rows.out
}

/// What each column holds, in the form that Frictionless tools check.
fn package(study: &Study, s: &ScenarioStudy, disclosure: &Disclosure) -> String {
    let field = |name: &str| -> Value {
        let kind = match name {
            "year" => "integer",
            "value" | "chance" | "impact_mean" | "impact_p10" | "impact_p90" | "share_of_expected" => "number",
            _ => "string",
        };
        json!({"name": name, "type": kind, "title": in_dutch(name), "description": description(name)})
    };
    let resource = |name: &str, title: &str, columns: &[&str], key: &[&str]| -> Value {
        let mut schema = json!({
            "fields": columns.iter().map(|c| field(c)).collect::<Vec<_>>(),
            "missingValues": [""],
        });
        if !key.is_empty() {
            schema["primaryKey"] = json!(key);
        }
        json!({
            "name": name,
            "path": format!("{name}.csv"),
            "title": title,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "dialect": {"delimiter": ",", "header": true},
            "schema": schema,
        })
    };
    let code = s.model.municipality.code.to_lowercase();
    let package = json!({
        "profile": "tabular-data-package",
        "name": format!("ravijn-{code}-{}", s.model.scenario.id.to_lowercase()),
        "title": format!("{}: {}", words::clean(&s.model.municipality.name), words::clean(&s.model.scenario.title)),
        "description": if disclosure.is_on() {
            "Counts of clients are rounded to 5; those below 10 and what is computed from them are left out. Amounts of lines are exact, so a price known from elsewhere can give a count away."
        } else {
            "For internal use: small counts of clients are not hidden."
        },
        "version": study.receipt.version,
        "resources": [
            resource("projectie", "Projected and simulated figures", &FIGURES, &["level", "id", "year", "quantity", "statistic"]),
            resource("uitgangspunten", "Assumptions by year", &ASSUMPTIONS, &["address", "year"]),
            resource("risicos", "Risks of the register and the rules", &RISKS, &["id"]),
            resource("getallen", "Every printed number with its address", &PRINTED, &[]),
        ],
    });
    let mut text = serde_json::to_string_pretty(&package).unwrap_or_else(|_| "null".to_owned());
    text.push('\n');
    text
}

/// What a column holds, for the reader of the report.
fn in_dutch(column: &str) -> &'static str {
    match column {
        "scenario" => "Wat-als, of base: de basisraming",
        "level" => "Waarvan: lijn, domein, taakveld, totaal of reserve",
        "id" => "Korte naam in de bestanden",
        "label" => "Naam zoals in het rapport",
        "year" => "Begrotingsjaar",
        "quantity" => "Wat: lasten, baten, saldo, begroting, cliënten, indexen (kort, in het Engels)",
        "statistic" => "Hoe: geraamd, opgegeven, afgerond, of een maat van de simulatie",
        "unit" => "Eenheid: euro, personen, deel (0,025 is 2,5%) of getal",
        "value" => "Het getal, met een punt voor de decimalen",
        "address" => "Adres van het uitgangspunt in base.toml",
        "uncertainty" => "Hoe zeker het is, in woorden",
        "source" => "Bron en toelichting",
        "origin" => "Uit het register, of van een regel",
        "title" => "Titel van het risico",
        "domain" => "Domein",
        "term" => "Kort: binnen een jaar; lang: later",
        "basis" => "Cijfers (berekend), schatting of pm (geen bedrag)",
        "chance" => "Kans dat het in een jaar gebeurt, als deel van 1",
        "impact_mean" => "Gemiddeld gevolg als het gebeurt, in euro; min is een voordeel",
        "impact_p10" => "10% kans op een lager gevolg",
        "impact_p90" => "10% kans op een hoger gevolg",
        "share_of_expected" => "Aandeel in kans maal gevolg van het register, als deel van 1",
        "section" => "Hoofdstuk van het rapport",
        "table" => "Tabel; leeg bij een getal in de tekst",
        "row" => "Eerste cel van de rij",
        "column" => "Kop van de kolom",
        "printed" => "Zoals gedrukt; een cel met twee getallen heeft twee rijen",
        "explain" => "Adres van het getal: `ravijn explain` vertelt hoe het tot stand kwam",
        _ => "",
    }
}

fn description(column: &str) -> &'static str {
    match column {
        "scenario" => "Scenario id: base, or the stem of the what-if's file",
        "level" => {
            "What the figure is of: line, domain, taakveld, total (total+outside holds money of other programmes too) or reserve"
        }
        "id" => "Id of the line, domain, taakveld, reserve or risk",
        "label" => "Its name as in the report (Dutch)",
        "year" => "Budget year",
        "quantity" => {
            "cost, revenue, balance, result (balance with reserves), structural_balance, budget (as in figures.csv), budget_now, budget_cost and budget_revenue (in the money of the year), shortfall (how much worse than the budget, never below 0), measures, clients, volume_index, intensity_index, price_index (1 in the base year); of a reserve balance, covered, uncovered"
        }
        "statistic" => {
            "projected: every assumption at its value; stated: as in the files; rounded: rounded to 5; mean, sd, p5 to p95 and chance_above_budget: over the draws"
        }
        "unit" => "euro, persons, fraction (0.025 is 2.5 %) or number",
        "value" => "The figure, unrounded unless statistic says so",
        "address" => "Path of the assumption in base.toml",
        "uncertainty" => "How sure it is, in words (Dutch)",
        "source" => "Source and note as in the files",
        "origin" => "register, or rule",
        "title" => "Title of the risk (Dutch)",
        "domain" => "Domain id",
        "term" => "kort: within a year; lang: later",
        "basis" => "cijfers (computed), schatting (estimate in the register) or pm (no amount)",
        "chance" => "Chance that it strikes in a year, as a fraction",
        "impact_mean" => "Mean loss when it strikes, euros; negative is a gain",
        "impact_p10" => "10th percentile of that loss",
        "impact_p90" => "90th percentile of that loss",
        "share_of_expected" => "Share of the expected loss of the register, as a fraction",
        "section" => "Section of the report",
        "table" => "Table in it; empty for a number in running text",
        "row" => "First cell of its row",
        "column" => "Heading of its column",
        "printed" => "As printed (Dutch); a cell with two numbers has two rows",
        "explain" => "Address of the number: `ravijn explain PATH \"ADDRESS\"` tells how it came about",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{Options, study};

    #[test]
    fn every_row_has_as_many_cells_as_the_dictionary_has_columns() {
        let study = study(Options::default());
        let report = crate::report::compose(&study, &study.scenarios[0]);
        let files = csv(&study, &study.scenarios[0], &report, Counts::Guarded);
        let package: Value = serde_json::from_str(&files[4].1).expect("json");
        for (at, (name, text)) in files.iter().take(4).enumerate() {
            assert_eq!(package["resources"][at]["path"], name.as_str());
            let fields: Vec<&str> = package["resources"][at]["schema"]["fields"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|f| f["name"].as_str().expect("a name"))
                .collect();
            for field in package["resources"][at]["schema"]["fields"].as_array().expect("a list") {
                for language in ["title", "description"] {
                    assert!(
                        field[language].as_str().is_some_and(|words| !words.is_empty()),
                        "{field} has no {language}"
                    );
                }
            }
            let mut reader = ::csv::Reader::from_reader(text.as_bytes());
            assert_eq!(reader.headers().expect("headers").iter().collect::<Vec<_>>(), fields);
            let rows = reader.records().filter_map(Result::ok).count();
            assert_eq!(rows + 1, text.lines().count(), "{name}: every row has the columns of the header");
            assert!(rows > 0, "{name}");
        }
    }

    #[test]
    fn a_cell_cannot_be_run_as_a_formula() {
        assert_eq!(quote("=1+1"), "'=1+1");
        assert_eq!(quote("-5"), "-5");
        assert_eq!(quote("a,\"b\""), "\"a,\"\"b\"\"\"");
    }
}
