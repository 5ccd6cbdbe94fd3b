//! What every report must be, whatever the municipality has or lacks.

use proptest::prelude::*;

use super::document::{Block, Report, RowKind, Table};
use super::sample::{Options, study};
use super::{compose, json, markdown, text};
use crate::dutch::readability;
use crate::model::{FigureKind, Scope};
use crate::study::Study;

#[test]
fn a_picture_of_many_what_ifs_follows_its_table() {
    // Of a few it comes first; one of nine is most of a page, and the table fills the page before it.
    let mut study = study(Options::default());
    let first_is_a_picture = |study: &Study| {
        let report = compose(study, &study.scenarios[0]);
        let chapter = report.sections.iter().find(|s| s.id == "wat-als").expect("there are what-ifs");
        let kinds: Vec<bool> = chapter
            .blocks
            .iter()
            .filter(|b| !matches!(b, Block::Paragraph(_)))
            .map(|b| matches!(b, Block::Chart(_)))
            .collect();
        assert_eq!(kinds.len(), 2);
        kinds[0]
    };
    assert!(first_is_a_picture(&study));
    while study.scenarios.len() < 10 {
        study.scenarios.push(super::sample::study(Options::default()).scenarios.remove(1));
    }
    assert!(!first_is_a_picture(&study));
}

/// Everything that a municipality may have or lack.
fn kinds() -> Vec<(&'static str, Options)> {
    let d = Options::default();
    vec![
        ("all", d),
        ("no draws", Options { draws: false, ..d }),
        ("no budgets", Options { budgets: false, ..d }),
        ("no compensation", Options { compensation: false, ..d }),
        ("no draws, no budgets", Options { draws: false, budgets: false, ..d }),
        ("no resilience", Options { resilience: None, ..d }),
        ("municipality", Options { resilience: Some(Scope::Municipality), ..d }),
        ("no risks", Options { risks: false, ..d }),
        ("no what-ifs", Options { what_ifs: false, ..d }),
        ("one line", Options { one_line: true, ..d }),
        ("actual", Options { base: FigureKind::Actual, ..d }),
        ("forecast", Options { base: FigureKind::Forecast, ..d }),
        ("unknown base", Options { unknown_base: true, base: FigureKind::Actual, ..d }),
        ("small", Options { scale: 0.001, ..d }),
        (
            "nothing",
            Options {
                draws: false,
                budgets: false,
                resilience: None,
                risks: false,
                what_ifs: false,
                one_line: true,
                ..d
            },
        ),
    ]
}

fn reports(study: &Study) -> Vec<Report> {
    study.scenarios.iter().map(|s| compose(study, s)).collect()
}

fn all_reports() -> Vec<(String, Report)> {
    kinds()
        .into_iter()
        .flat_map(|(name, o)| {
            let study = study(o);
            reports(&study).into_iter().map(move |r| (format!("{name}/{}", r.scenario), r)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_risk_that_a_what_if_sizes_says_where_that_what_if_stands() {
    let mut study = study(Options::default());
    let id = study.scenarios[1].model.scenario.id.clone();
    let mut said = |sized_by: &str, here: usize| {
        for s in &mut study.scenarios {
            s.risks[0].what_if = Some(sized_by.to_owned());
        }
        prose(&compose(&study, &study.scenarios[here]))
    };
    assert!(said(&id, 0).contains("Zie de wat-als ‘"));
    let own = said(&id, 1);
    assert!(
        own.contains(
            "De raming in dit verslag rekent er al mee. Bij de risico's telt het nog eens mee, met zijn kans."
        )
    );
    assert!(!own.contains("Zie de wat-als"));
    // The report of a what-if has no other what-ifs.
    assert!(said("loonstijging", 1).contains("De wat-als ‘loonstijging’ staat in het verslag van de basisraming."));
}

/// Sentences of our own: paragraphs and lists, without tables and labels.
fn prose(report: &Report) -> String {
    let mut out = String::new();
    for section in &report.sections {
        for block in &section.blocks {
            match block {
                Block::Paragraph(t) => out.push_str(&format!("{}\n\n", t.words())),
                Block::List(items) => items.iter().for_each(|t| out.push_str(&format!("- {}\n\n", t.words()))),
                Block::Label(_) | Block::Table(_) | Block::Chart(_) => {}
            }
        }
    }
    out
}

fn tables(report: &Report) -> impl Iterator<Item = &Table> {
    report.sections.iter().flat_map(|s| &s.blocks).filter_map(|b| match b {
        Block::Table(t) => Some(t),
        _ => None,
    })
}

/// A printed amount: `2.701 N` is -2701, `24,5` is 245 tenths, `41%` is 41; none for words and bands.
fn printed(cell: &str) -> Option<i64> {
    let (number, sign) = match cell.strip_suffix(" N").or_else(|| cell.strip_suffix('%')) {
        Some(n) if cell.ends_with('N') => (n, -1),
        Some(n) => (n, 1),
        None => (cell.strip_suffix(" V").unwrap_or(cell), 1),
    };
    let digits: String = number.chars().filter(|c| *c != '.' && *c != ',').collect();
    digits.parse::<i64>().ok().map(|n| n * sign)
}

/// Columns whose cells are sums: amounts and shares, not chances, bands or counts per client.
fn unsound_columns(report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    for t in tables(report) {
        let Some(total) = t.rows.iter().find(|r| r.kind == RowKind::Total) else { continue };
        for (i, column) in t.columns.iter().enumerate() {
            if column.header.contains("Kans op")
                || column.header.contains("Gevolg")
                || column.header.contains("Aandeel")
            {
                continue;
            }
            let Some(sum) = total.cells.get(i).and_then(|c| printed(&c.printed)) else { continue };
            let parts: Option<Vec<i64>> =
                t.rows.iter().filter(|r| r.kind != RowKind::Total).map(|r| printed(&r.cells[i].printed)).collect();
            match parts {
                Some(parts) if parts.iter().sum::<i64>() == sum => {}
                other => wrong.push(format!("{} / {}: {other:?} is not {sum}", t.id, column.header)),
            }
        }
    }
    wrong
}

#[test]
fn every_report_reads_as_b1() {
    let known = [
        "weerstandsvermogen",
        "risicobeheersing",
        "sociaal domein",
        "Jeugdhulp ambulant",
        "Rijksmiddelen beschermd wonen",
        "Dekking uit de circulaires",
        "De nieuwe aanbesteding valt duurder uit",
        "uitgangspunt",
        "uitgangspunten",
        "begroting",
        "meerjarenbegroting",
        "structureel",
        "incidenteel",
        "realisatie",
        "basisraming",
        "bandbreedte",
        "even waarschijnlijk als niet",
    ];
    for (name, report) in all_reports() {
        let read = readability::read(&prose(&report), &known);
        let hard: Vec<_> = read.hard();
        assert!(hard.is_empty(), "{name}: {hard:#?}");
    }
}

#[test]
fn every_printed_column_adds_up_to_its_printed_total() {
    for (name, report) in all_reports() {
        assert_eq!(unsound_columns(&report), Vec::<String>::new(), "{name}");
        assert!(
            tables(&report).all(|t| t.rows.iter().all(|r| r.cells.len() == t.columns.len())),
            "{name}: ragged table"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn columns_add_up_at_any_size(scale in 0.0001f64..50.0, draws in any::<bool>(), one_line in any::<bool>()) {
        let study = study(Options { scale, draws, one_line, ..Options::default() });
        for report in reports(&study) {
            prop_assert_eq!(unsound_columns(&report), Vec::<String>::new());
        }
    }
}

#[test]
fn the_difference_with_the_budget_is_that_of_the_printed_amounts() {
    for (name, report) in all_reports() {
        for t in tables(&report).filter(|t| t.id.starts_with("jaren-")) {
            let at = |h: &str| t.columns.iter().position(|c| c.header.starts_with(h));
            let (Some(cost), Some(budget), Some(gap)) = (at("Lasten"), at("Begroting"), at("Verschil")) else {
                continue;
            };
            for row in &t.rows {
                let n = |i: usize| printed(&row.cells[i].printed);
                let (Some(cost), Some(budget)) = (n(cost), n(budget)) else { continue };
                assert_eq!(Some(budget - cost), n(gap), "{name} {}", t.id);
            }
        }
    }
}

#[test]
fn the_headings_are_those_that_people_look_for() {
    for (name, report) in all_reports() {
        let text = markdown(&report);
        for heading in [
            "\n## Risico's op korte termijn\n",
            "\n## Risico's op lange termijn\n",
            "\n## Niet gemodelleerd\n",
            "\n## Verantwoording\n",
        ] {
            assert!(text.contains(heading), "{name}: {heading}");
        }
    }
}

#[test]
fn the_message_has_four_points_and_what_the_bands_leave_out() {
    for (name, report) in all_reports() {
        let section = report.sections.iter().find(|s| s.id == "boodschap").expect("there is always a message");
        // A what-if first says that it is one, and what it makes different.
        let (before, rest) = section.blocks.split_at(usize::from(!name.ends_with("/base")));
        for block in before {
            let Block::Paragraph(text) = block else { panic!("{name}: no sentence") };
            let words = text.words();
            assert!(words.starts_with("Dit is een wat-als. Het "), "{name}: {words}");
            assert!(words.contains("in de basisraming") || words.contains("verandert niet"), "{name}: {words}");
        }
        let Some(Block::List(items)) = rest.first() else { panic!("{name}: no list") };
        assert!((4..=5).contains(&items.len()), "{name}");
        for item in items {
            let words = item.words();
            assert!(words.ends_with('.'), "{name}: {words}");
        }
        // Where risks come on top of the bands, the message says so.
        let register = report.sections.iter().find(|s| s.id == "register").map(|s| s.blocks.len()).unwrap_or(0);
        assert_eq!(items.len() == 5, register > 1, "{name}");
        if register > 1 {
            assert!(items[4].words().contains("niet in de raming"), "{name}");
        }
    }
}

#[test]
fn without_a_band_nothing_is_said_to_be_expected_or_likely() {
    let study = study(Options { draws: false, risks: false, ..Options::default() });
    for report in reports(&study) {
        let text = prose(&report).to_lowercase();
        for word in ["naar verwachting", "bandbreedte van", "waarschijnlijk", "80% kans"] {
            assert!(!text.contains(word), "{word}: {text}");
        }
    }
}

/// Not in prose, not in tables, not on the terminal: what was not computed is
/// not there, and what the files say of spreads is not shown as if it were used.
#[test]
fn without_draws_no_band_and_no_computed_chance_stands_anywhere() {
    let bands =
        ["80% kans", "80%", "in de bandbreedte", "Bandbreedte 80%", "| Onzekerheid |", "Kans op overschrijding"];
    let with = study(Options::default());
    let shown = markdown(&reports(&with)[0]);
    for word in bands {
        assert!(shown.contains(word), "{word} is no longer a word to look for");
    }
    let without = study(Options { draws: false, resilience: None, ..Options::default() });
    for report in reports(&without) {
        // What a probability word means is no statement about this projection.
        let page = markdown(&Report {
            sections: report.sections.iter().filter(|s| s.id != "kanswoorden").cloned().collect(),
            ..report.clone()
        });
        let terminal = text(&without, 100, false);
        for word in bands {
            assert!(!page.contains(word), "{}: {word}\n{page}", report.scenario);
            assert!(!terminal.contains(word), "{word}\n{terminal}");
        }
    }
    let page = markdown(&reports(&without)[0]);
    for sentence in [
        "Hoe onzeker een waarde is, staat er daarom niet bij.",
        "De kansen bij de risico's uit het register zijn opgegeven en niet berekend.",
        "Zonder simulatie is die niet berekend. Het bedrag zit dus nergens in.",
    ] {
        assert!(page.contains(sentence), "{sentence}\n{page}");
    }
}

#[test]
fn without_draws_the_needed_capacity_says_what_is_not_in_it() {
    let text = prose(&compose_base(Options { draws: false, ..Options::default() }));
    assert!(text.contains("De onzekerheid van de lasten en baten zelf zit er dus niet in."), "{text}");
    assert!(text.contains("Voor de risico's met een eigen bedrag is in 2027"), "{text}");
    assert!(!text.contains("verwachte tekort in"), "{text}");
}

#[test]
fn a_computed_chance_needs_draws() {
    let study = study(Options { draws: false, ..Options::default() });
    let text = markdown(&reports(&study)[0]);
    assert!(text.contains("Zonder simulatie is die niet te berekenen."), "{text}");
    assert!(!text.contains("83%"));
}

#[test]
fn what_must_be_said_is_said_whenever_it_is_true() {
    let text = prose(&compose_base(Options::default()));
    for sentence in [
        "dat de meerjarenbegroting in prijzen van 2026 staat.",
        "centraal in de gemeentebegroting",
        "Een begroting is geen rekening: is zij te laag, dan is deze raming dat ook.",
        "rekent al op € 500.000 aan ombuigingen",
        "noemt de begroting geen maatregel",
        "Wat we al verwachten hoort in de begroting en niet bij de risico's.",
        "Is er geld buiten dit programma? Ja: ‘Dekking uit de circulaires’.",
        "Met dat geld erbij is het saldo",
        "Deze kolommen zijn daarom niet zomaar te vergelijken.",
        "Voor 2024 ontbreken cijfers van Jeugdhulp ambulant.",
        "Alleen Wmo en Opvang hebben dan alle cijfers; ook dan kan iets anders zijn geboekt.",
        "De telling is: iedereen die in het jaar hulp kreeg.",
        "Beschermd wonen en opvang doet de gemeente voor de regio",
        "Wij trekken ze door tot en met 2029; dat is een eigen aanname.",
        "Hiermee rekenen we al in de raming of haar bandbreedte, bij de groei van Jeugdhulp ambulant en de index ‘OVA’. Het telt niet nog eens mee.",
    ] {
        assert!(text.contains(sentence), "{sentence}\n{text}");
    }
}

#[test]
fn what_is_not_true_is_not_said() {
    let actual = prose(&compose_base(Options { base: FigureKind::Actual, ..Options::default() }));
    assert!(!actual.contains("een begroting en geen rekening"), "{actual}");
    let one = prose(&compose_base(Options { one_line: true, ..Options::default() }));
    for absent in ["geld buiten dit programma", "voor de regio", "ontbreken cijfers van Wmo"] {
        assert!(!one.contains(absent), "{absent}: {one}");
    }
    let bare = prose(&compose_base(Options { budgets: false, ..Options::default() }));
    assert!(bare.contains("is er geen begroting om mee te vergelijken"), "{bare}");
    assert!(!bare.contains("dan begroot is"), "{bare}");
}

/// A line with clients but without a cost in the base year shows 0 there; a rise
/// from that year would be an artefact.
#[test]
fn no_rise_is_read_from_a_base_year_that_is_not_known_in_full() {
    let report = compose_base(Options { unknown_base: true, base: FigureKind::Actual, ..Options::default() });
    let text = prose(&report);
    assert!(text.contains("Van Uitkeringen zijn de lasten in 2026 niet gegeven."), "{text}");
    assert!(text.contains("De lasten stijgen van") && text.contains("in 2027 naar ongeveer"), "{text}");
    assert!(!text.contains("in 2026 naar"), "{text}");
    let key = tables(&report).find(|t| t.id == "kerncijfers").expect("always there");
    assert_eq!(key.rows[0].cells[0].printed, "2026 *");
    assert!(key.notes.iter().any(|n| n == "* In 2026 ontbreken de lasten van Uitkeringen."));
    let clients = tables(&report).find(|t| t.id == "clienten-wmo").expect("a line counts clients");
    let at = clients.columns.iter().position(|c| c.header == "Euro per cliënt 2026");
    assert!(at.is_none_or(|at| clients.rows.iter().all(|r| r.cells[at].printed != "0")), "{clients:?}");
}

fn compose_base(o: Options) -> Report {
    let study = study(o);
    compose(&study, &study.scenarios[0])
}

#[test]
fn a_whole_municipality_gets_a_class_and_a_programme_does_not() {
    let whole = prose(&compose_base(Options { resilience: Some(Scope::Municipality), ..Options::default() }));
    // 15,268 / 3,209 = 4.76: class A.
    assert!(whole.contains("De ratio is 4,76. Dat is klasse A: uitstekend."), "{whole}");
    let programme = prose(&compose_base(Options::default()));
    assert!(!programme.contains("klasse A") && programme.contains("Waarom geen ratio en geen klasse?"));
}

#[test]
fn every_number_with_a_note_has_its_note_in_order() {
    for (name, report) in all_reports() {
        let text = markdown(&report);
        let (body, notes) = text.split_once("## Herkomst van de getallen").unwrap_or((&text, ""));
        let mut highest = 0;
        for part in body.split("[^").skip(1) {
            let n: usize = part.split(']').next().and_then(|n| n.parse().ok()).expect("a number");
            assert!(n <= highest + 1, "{name}: {n} after {highest}");
            highest = highest.max(n);
            assert!(notes.contains(&format!("\n[^{n}]: ")), "{name}: note {n}");
        }
        assert_eq!(report.evidence.len(), highest, "{name}");
        assert!(!text.chars().any(|c| ('\u{e000}'..='\u{f8ff}').contains(&c)), "{name}: a marker is left");
        assert!(!text.contains("NaN") && !text.contains("inf%") && !text.contains("€ -0"), "{name}");
    }
}

#[test]
fn the_terminal_fits_at_eighty_and_at_sixty_columns() {
    for (name, o) in kinds() {
        let study = study(o);
        for width in [60, 80] {
            let page = text(&study, width, false);
            let longest = page.lines().map(|l| l.chars().count()).max().unwrap_or(0);
            assert!(longest <= width, "{name} at {width}: {longest}\n{page}");
            assert!(!page.contains('\u{1b}'), "{name}: colour without asking");
        }
    }
}

#[test]
fn equal_studies_give_equal_reports() {
    let (a, b) = (study(Options::default()), study(Options::default()));
    assert_eq!(markdown(&reports(&a)[0]), markdown(&reports(&b)[0]));
    assert_eq!(json(&a), json(&b));
}

mod data {
    use serde_json::Value;

    use super::*;

    fn value(o: Options) -> Value {
        serde_json::from_str(&json(&study(o))).expect("what we write is JSON")
    }

    fn keys(v: &Value) -> Vec<&str> {
        v.as_object().expect("an object").keys().map(String::as_str).collect()
    }

    /// The keys of interface.md ("run --format json"), in its order.
    #[test]
    fn the_keys_stand_as_promised() {
        let v = value(Options::default());
        assert_eq!(keys(&v), ["ravijn", "disclosure", "municipality", "receipt", "scenarios"]);
        assert_eq!(keys(&v["receipt"]), ["seed", "draws", "inputs"]);
        let s = &v["scenarios"][0];
        assert_eq!(
            keys(s),
            [
                "id",
                "title",
                "lines",
                "groups",
                "indicators",
                "reserves",
                "risks",
                "signals",
                "resilience",
                "assumptions"
            ]
        );
        assert_eq!(keys(&s["lines"][0]), ["id", "kind", "label", "taakveld", "domains", "outside", "years"]);
        assert_eq!(
            keys(&s["lines"][0]["years"][0]),
            [
                "year",
                "clients",
                "volume_index",
                "intensity_index",
                "price_index",
                "amount",
                "measures",
                "incidental",
                "budget",
                "budget_now",
                "distribution",
                "why"
            ]
        );
        let summary = [
            "mean",
            "sd",
            "p5",
            "p10",
            "p25",
            "p50",
            "p75",
            "p90",
            "p95",
            "se_mean",
            "chance_above_budget",
            "expected_excess",
            "se_p90",
        ];
        assert_eq!(keys(&s["lines"][0]["years"][0]["distribution"]), summary);
        let g = &s["groups"][0];
        assert_eq!(g["id"], "domain:jeugd");
        assert_eq!(
            keys(&g["years"][0]),
            [
                "year",
                "cost",
                "revenue",
                "balance",
                "result",
                "structural_balance",
                "budget_now",
                "gap",
                "shortfall",
                "distribution",
                "clients"
            ]
        );
        assert_eq!(keys(&g["years"][0]["gap"]), ["volume", "price", "compensation"]);
        assert_eq!(keys(&g["years"][0]["distribution"]), ["cost", "revenue", "balance", "shortfall"]);
        assert_eq!(
            keys(&s["risks"][0]),
            [
                "id",
                "origin",
                "title",
                "domain",
                "term",
                "basis",
                "chance",
                "impact",
                "structural",
                "covered_by",
                "text",
                "response",
                "share_of_expected",
                "share_at_certainty"
            ]
        );
        assert_eq!(
            keys(&s["resilience"])[..11],
            [
                "year",
                "scope",
                "certainty",
                "expected_deficit",
                "expected",
                "needed",
                "available",
                "ratio",
                "class",
                "quantiles",
                "reason"
            ]
        );
        assert_eq!(keys(&s["resilience"]["quantiles"]), ["70", "75", "80", "85", "90", "95", "99"]);
        assert_eq!(s["indicators"][0]["years"][1], serde_json::json!({"year": 2024, "kind": "actual", "count": 715.0}));
        assert_eq!(keys(&s["reserves"][0]["years"][0]), ["year", "balance", "covered", "uncovered"]);
    }

    #[test]
    fn without_draws_there_is_no_distribution_and_without_a_question_no_resilience() {
        let v = value(Options { draws: false, resilience: None, ..Options::default() });
        let s = &v["scenarios"][0];
        assert!(s.get("resilience").is_none());
        assert!(s["lines"][0]["years"][0].get("distribution").is_none());
        assert!(s["groups"][0]["years"][0].get("distribution").is_none());
        assert_eq!(v["receipt"]["draws"], 0);
    }

    #[test]
    fn without_draws_a_computed_risk_has_a_mean_and_no_chance() {
        for drawn in [true, false] {
            let v = value(Options { draws: drawn, ..Options::default() });
            let risks = v["scenarios"][0]["risks"].as_array().expect("a list");
            let rule = risks.iter().find(|r| r["origin"] == "rule" && r["basis"] == "cijfers").expect("a finding");
            assert_eq!(rule["chance"].is_number(), drawn);
            assert!(rule["impact"]["mean"].is_number());
            for percentile in ["p10", "p50", "p90"] {
                assert_eq!(rule["impact"][percentile].is_number(), drawn, "{rule}");
            }
            // What the register states is known without draws.
            let stated =
                risks.iter().find(|r| r["origin"] == "register" && r["basis"] == "schatting").expect("an entry");
            assert!(stated["chance"].is_number() && stated["impact"]["p90"].is_number(), "{stated}");
        }
    }

    #[test]
    fn what_does_not_apply_is_null() {
        let v = value(Options { budgets: false, ..Options::default() });
        let s = &v["scenarios"][0];
        assert_eq!(s["lines"][1]["years"][0]["clients"], Value::Null);
        let opvang =
            s["groups"].as_array().expect("a list").iter().find(|g| g["id"] == "domain:opvang").expect("a domain");
        assert_eq!(opvang["years"][1]["budget_now"], serde_json::json!({"cost": null, "revenue": null}));
        assert_eq!(s["groups"][0]["years"][1]["gap"], Value::Null);
        assert_eq!(s["resilience"]["needed"], Value::Null);
        let pm = s["risks"].as_array().expect("a list").iter().find(|r| r["basis"] == "pm").expect("one is pm");
        assert_eq!((&pm["chance"], &pm["impact"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn what_is_not_finite_is_null() {
        let mut s = study(Options { draws: false, ..Options::default() });
        s.scenarios[0].projection.lines[0].years[1].amount = f64::NAN;
        let v: Value = serde_json::from_str(&json(&s)).expect("still JSON");
        assert_eq!(v["scenarios"][0]["lines"][0]["years"][1]["amount"], Value::Null);
    }
}
