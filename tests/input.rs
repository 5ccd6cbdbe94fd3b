//! What files mean: values of every year, what-ifs, uncertainty, notations.
//!
//! Expected values are worked out by hand from the rules in `docs/model.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ravijn::diagnostic::{Diagnostic, render};
use ravijn::input::{Loaded, Sources, load};
use ravijn::model::{
    Ageing, Assumption, Distribution, FigureKind, Income, IndexSource, LedgerYear, Model, Quantity, RiskImpact,
    UnitCost,
};
use ravijn::units::Year;

const HEAD: &str = r#"
[municipality]
name = "Voorbeeld"
code = "GM9999"
base_year = 2026
base = "budget"
horizon = 2029
amount_unit = 1000

[cost.hulp]
label = "Hulp"
taakveld = "6.711"
domain = "wmo"
"#;

const FIGURES: &str =
    "line,quantity,kind,year,value,source\nhulp,cost,budget,2026,500,x\nhulp,clients,budget,2026,250,x\n";

fn sources(base: &str, what_ifs: &[(&str, &str)]) -> Sources {
    let mut sources = Sources::default();
    sources.insert("base.toml", base.as_bytes());
    sources.insert("figures.csv", FIGURES.as_bytes());
    for (name, text) in what_ifs {
        sources.insert(*name, text.as_bytes());
    }
    sources
}

fn shown(sources: &Sources, found: &[Diagnostic]) -> String {
    render(found, &|file| sources.text(file), false)
}

fn loaded(base: &str, what_ifs: &[(&str, &str)]) -> Loaded {
    let sources = sources(base, what_ifs);
    load(&sources, None).unwrap_or_else(|found| panic!("{}", shown(&sources, &found)))
}

/// The head with lines added to `[cost.hulp]` and tables behind it.
fn hulp(text: &str) -> String {
    format!("{HEAD}{text}")
}

fn errors(base: &str, what_ifs: &[(&str, &str)]) -> Vec<&'static str> {
    let found = load(&sources(base, what_ifs), None).expect_err("a mistake");
    found.iter().map(|d| d.code).collect()
}

fn assumption<'m>(model: &'m Model, address: &str) -> &'m Assumption {
    let all: Vec<&str> = model.assumptions.iter().map(|a| a.address.as_str()).collect();
    model.assumptions.iter().find(|a| a.address == address).unwrap_or_else(|| panic!("no {address} in {all:?}"))
}

fn values(model: &Model, address: &str) -> Vec<f64> {
    // Sums of decimal fractions differ from the fraction in the last bit.
    assumption(model, address).values.iter().map(|v| (v * 1e12).round() / 1e12).collect()
}

#[test]
fn a_constant_stands_for_every_year_after_the_base_year() {
    let model = loaded(&hulp("volume = { growth = \"2,5%\" }\n"), &[]).base;
    assert_eq!(values(&model, "cost.hulp.volume.growth"), [0.0, 0.025, 0.025, 0.025]);
}

#[test]
fn later_stands_for_the_years_after_the_last_one_named_and_value_beside_years_means_later() {
    let text = "volume = { growth = { 2027 = \"1%\", later = \"3%\" }, ageing = { 2027 = \"1%\", 2028 = \"2%\", value = \"3%\" } }\n";
    let model = loaded(&hulp(text), &[]).base;
    assert_eq!(values(&model, "cost.hulp.volume.growth"), [0.0, 0.01, 0.03, 0.03]);
    assert_eq!(values(&model, "cost.hulp.volume.ageing"), [0.0, 0.01, 0.02, 0.03]);
}

#[test]
fn an_open_year_is_a_mistake_for_growth_and_nothing_for_what_happens_in_a_year() {
    assert_eq!(errors(&hulp("volume = { growth = { 2028 = \"1%\" } }\n"), &[]), ["open-year"]);
    let text = "price = { change = { 2028 = \"3%\" } }\n[measure.m]\nline = \"hulp\"\namount = { 2026 = -5, 2028 = -7 }\nrealisation = { 2028 = \"50%\" }\n";
    let model = loaded(&hulp(text), &[]).base;
    assert_eq!(values(&model, "cost.hulp.price.change"), [0.0, 0.0, 0.03, 0.0]);
    assert_eq!(values(&model, "measure.m.amount"), [-5000.0, 0.0, -7000.0, 0.0]);
    assert_eq!(values(&model, "measure.m.realisation"), [1.0, 1.0, 0.5, 1.0]);
}

#[test]
fn a_constant_amount_is_not_in_the_base_figure() {
    let model = loaded(&hulp("[measure.m]\nline = \"hulp\"\namount = -5\n"), &[]).base;
    assert_eq!(values(&model, "measure.m.amount"), [0.0, -5000.0, -5000.0, -5000.0]);
}

#[test]
fn amount_unit_scales_bare_amounts_and_leaves_euros_and_prices_alone() {
    let text = "unit_cost = { hours_per_week = 2, rate = 19.23 }\n[measure.m]\nline = \"hulp\"\namount = { 2027 = \"€ -25.000\", 2028 = \"-1,5 mln\", later = -5 }\n[reserve.r]\nbalance = 2.5\n[report]\nmateriality = 50\n";
    let model = loaded(&hulp(text), &[]).base;
    assert_eq!(values(&model, "measure.m.amount"), [0.0, -25_000.0, -1_500_000.0, -5000.0]);
    assert_eq!(values(&model, "cost.hulp.unit_cost.rate"), [19.23; 4]);
    assert_eq!((model.reserves[0].balance, model.report.materiality), (2500.0, Some(50_000.0)));
    let line = model.lines.costs().next().expect("one line");
    assert_eq!((line.base_cost, line.base_volume), (500_000.0, 250.0));
    assert_eq!(model.figures.value("hulp", Quantity::Clients, FigureKind::Budget, Year(2026)), Some(250.0));
}

#[test]
fn hours_of_the_base_year_are_those_named_else_the_constant_else_the_first_years() {
    for (hours, expected) in [
        ("{ 2026 = 2.11, later = 1.5 }", [2.11, 1.5, 1.5, 1.5]),
        ("2.0", [2.0, 2.0, 2.0, 2.0]),
        ("{ 2027 = 2.0, later = 1.5 }", [2.0, 2.0, 1.5, 1.5]),
    ] {
        let model = loaded(&hulp(&format!("unit_cost = {{ hours_per_week = {hours}, rate = 19 }}\n")), &[]).base;
        assert_eq!(values(&model, "cost.hulp.unit_cost.hours_per_week"), expected, "{hours}");
        let line = model.lines.costs().next().expect("one line");
        assert!(matches!(line.unit_cost, Some(UnitCost::Hours { weeks, .. }) if weeks == 52.0));
    }
}

#[test]
fn a_ledger_keeps_what_was_stated_of_past_years() {
    let text = "price = { index = { ova = 1 } }\n[index.ova]\nrate = { 2024 = { provisional = \"4.94%\", definitive = \"6%\" }, 2025 = \"4,18%\", 2026 = \"4.24%\", later = { provisional = \"3%\", definitive = \"3.5%\" } }\ncarry_over = \"ratio\"\n";
    let model = loaded(&hulp(text), &[]).base;
    assert_eq!(values(&model, "index.ova.rate"), [0.0424, 0.03, 0.03, 0.03]);
    let IndexSource::Rate { ledger, .. } = &model.indices[0].source else { panic!("a rate") };
    let year = |p: f64, d: f64| LedgerYear { provisional: p / 100.0, definitive: d / 100.0 };
    assert_eq!(ledger.get(&Year(2024)), Some(&year(4.94, 6.0)));
    assert_eq!(ledger.get(&Year(2025)), Some(&year(4.18, 4.18)));
    assert_eq!(ledger.get(&Year(2028)), Some(&year(3.0, 3.5)));
    let plain = loaded(&hulp("price = { index = { ova = 1 } }\n[index.ova]\nrate = \"3%\"\n"), &[]).base;
    assert!(matches!(&plain.indices[0].source, IndexSource::Rate { ledger, .. } if ledger.is_empty()));
}

#[test]
fn uncertainty_reads_in_its_unit_and_by_year() {
    let text = r#"level = { value = "1%", sd = "5%" }
volume = { growth = { 2027 = "2%", later = "3%", min = "0%", max = "6%" } }
price = { change = { 2028 = "3%", sd = "1pp" } }
[measure.m]
line = "hulp"
amount = { 2026 = -10, 2027 = -20, later = -40, sd = "10%" }
[measure.n]
line = "hulp"
amount = { value = -40, sd = 4 }
"#;
    let model = loaded(&hulp(text), &[]).base;
    let of = |address: &str| assumption(&model, address).distributions.clone();
    let normal = |mean: f64, sd: f64| Some(Distribution::Normal { mean, sd });
    let pert = |mode: f64| Some(Distribution::Pert { min: 0.0, mode, max: 0.06 });
    assert_eq!(of("cost.hulp.volume.growth"), [None, pert(0.02), pert(0.03), pert(0.03)]);
    // What happens in one year is uncertain in that year only.
    assert_eq!(of("cost.hulp.price.change"), [None, None, normal(0.03, 0.01), None]);
    // The base year's own figure is what `level` is about.
    assert_eq!(of("cost.hulp.level"), vec![normal(0.01, 0.05); 4]);
    assert_eq!(
        of("measure.m.amount"),
        [None, normal(-20_000.0, 2000.0), normal(-40_000.0, 4000.0), normal(-40_000.0, 4000.0)]
    );
    assert_eq!(of("measure.n.amount")[1], normal(-40_000.0, 4000.0));
    assert_eq!(assumption(&model, "cost.hulp.volume.growth").persistence, 0.0);
    assert_eq!(assumption(&model, "measure.n.amount").persistence, 1.0);
}

#[test]
fn percentiles_are_feasible_only_well_around_the_value() {
    // 0.1666 * (10 - 2) + 2 = 3.3328: just inside, and just outside.
    let with = |value: &str| {
        hulp(&format!("volume = {{ growth = {{ value = \"{value}\", p10 = \"2%\", p90 = \"10%\" }} }}\n"))
    };
    assert!(load(&sources(&with("3.34%"), &[]), None).is_ok());
    assert_eq!(errors(&with("3.32%"), &[]), ["percentiles-infeasible"]);
}

#[test]
fn a_bare_value_of_a_what_if_replaces_all_years_and_its_uncertainty_travels_along() {
    let base = hulp(
        "volume = { growth = { 2027 = \"2%\", later = \"3%\", p10 = \"0%\", p90 = \"5%\" } }\n[measure.m]\nline = \"hulp\"\namount = { 2026 = -5, later = -5 }\n",
    );
    let model = &loaded(
        &base,
        &[("a.toml", "extends = \"base.toml\"\n[cost.hulp]\nvolume.growth = \"4%\"\n[measure.m]\namount = -7\n")],
    )
    .what_ifs[0];
    assert_eq!(values(model, "cost.hulp.volume.growth"), [0.0, 0.04, 0.04, 0.04]);
    // 2 % with 0 and 5 % becomes 4 % with 2 and 7 %; 3 % becomes 4 % with 1 and 6 %.
    let round = |d: &Option<Distribution>| match d {
        Some(Distribution::Metalog { p10, p50, p90 }) => [p10, p50, p90].map(|v| (v * 1e12).round() / 1e12),
        other => panic!("{other:?}"),
    };
    let distributions = &assumption(model, "cost.hulp.volume.growth").distributions;
    assert_eq!(round(&distributions[1]), [0.02, 0.04, 0.07]);
    assert_eq!(round(&distributions[2]), [0.01, 0.04, 0.06]);
    // What the base figure holds is a fact, not an assumption of the what-if.
    assert_eq!(values(model, "measure.m.amount"), [-5000.0, -7000.0, -7000.0, -7000.0]);
}

#[test]
fn naming_years_replaces_those_only_and_later_what_follows() {
    let base = hulp("volume = { growth = { value = \"2%\", source = \"Begroting\" } }\n");
    let model = &loaded(
        &base,
        &[(
            "a.toml",
            "extends = \"base.toml\"\n[cost.hulp]\nvolume = { growth = { 2028 = \"5%\", source = \"VNG\" } }\n",
        )],
    )
    .what_ifs[0];
    assert_eq!(values(model, "cost.hulp.volume.growth"), [0.0, 0.02, 0.05, 0.02]);
    let growth = assumption(model, "cost.hulp.volume.growth");
    assert_eq!(growth.provenance.source.as_deref(), Some("Begroting"));
    assert_eq!(growth.provenance_by_year[0].1.source.as_deref(), Some("VNG"));
    let later = &loaded(
        &base,
        &[(
            "a.toml",
            "extends = \"base.toml\"\n[cost.hulp]\nvolume = { growth = { 2027 = \"5%\", later = \"6%\" } }\n",
        )],
    )
    .what_ifs[0];
    assert_eq!(values(later, "cost.hulp.volume.growth"), [0.0, 0.05, 0.06, 0.06]);
}

#[test]
fn shift_and_scale_change_what_is_there() {
    let base = hulp(
        "volume = { growth = { value = \"2%\", sd = \"1%\" } }\nprice = { change = { 2028 = \"3%\" } }\nunit_cost = { hours_per_week = { value = 2, min = 1, max = 4 }, rate = 19.23 }\n[measure.m]\nline = \"hulp\"\namount = { 2026 = -10, later = -10, sd = 2 }\n",
    );
    let what_if = "extends = \"base.toml\"\n[cost.hulp]\nvolume = { growth = { shift = \"+1pp\" }, ageing = { shift = \"-0,5pp\" } }\nprice = { change = { shift = \"+2pp\" } }\nunit_cost = { hours_per_week = { scale = \"50%\" } }\n[measure.m]\namount = { scale = \"50%\" }\nrealisation = { shift = \"-20pp\" }\n";
    let model = &loaded(&base, &[("a.toml", what_if)]).what_ifs[0];
    assert_eq!(values(model, "cost.hulp.volume.growth"), [0.0, 0.03, 0.03, 0.03]);
    // What is absent is 0 % (or, for realisation, 100 %), and that is shifted.
    assert_eq!(values(model, "cost.hulp.volume.ageing"), [0.0, -0.005, -0.005, -0.005]);
    assert_eq!(values(model, "measure.m.realisation"), [1.0, 0.8, 0.8, 0.8]);
    // A change that happens in one year is shifted in that year.
    assert_eq!(values(model, "cost.hulp.price.change"), [0.0, 0.0, 0.05, 0.0]);
    assert_eq!(values(model, "measure.m.amount"), [-10_000.0, -5000.0, -5000.0, -5000.0]);
    assert_eq!(
        assumption(model, "measure.m.amount").distributions[1],
        Some(Distribution::Normal { mean: -5000.0, sd: 1000.0 })
    );
    assert_eq!(values(model, "cost.hulp.unit_cost.hours_per_week"), [2.0, 1.0, 1.0, 1.0]);
    let hours = assumption(model, "cost.hulp.unit_cost.hours_per_week").distributions[1];
    assert_eq!(hours, Some(Distribution::Pert { min: 0.5, mode: 1.0, max: 2.0 }));
}

#[test]
fn every_works_before_what_names_one_line_whatever_their_order_in_the_file() {
    let base = hulp(
        "volume = { growth = \"2%\" }\n[cost.hulpmiddelen]\nlabel = \"Hulpmiddelen\"\ntaakveld = \"6.60\"\ndomain = \"wmo\"\nvolume = { growth = \"1%\" }\n",
    );
    let what_if = "extends = \"base.toml\"\n[cost.hulp]\nvolume = { growth = \"5%\" }\n[every.cost.\"hulp*\"]\nvolume = { growth = { shift = \"+1pp\" } }\n";
    let model = &loaded(&base, &[("a.toml", what_if)]).what_ifs[0];
    assert_eq!(values(model, "cost.hulp.volume.growth")[1], 0.05);
    assert_eq!(values(model, "cost.hulpmiddelen.volume.growth")[1], 0.02);
    let addresses: Vec<&str> = model.scenario.changes.iter().map(|c| c.address.as_str()).collect();
    assert_eq!(addresses, ["cost.hulp.volume.growth", "cost.hulpmiddelen.volume.growth", "cost.hulp.volume.growth"]);
}

#[test]
fn overlays_apply_one_after_another() {
    let base = hulp(
        "volume = { growth = \"2%\" }\n[measure.m]\nline = \"hulp\"\namount = -5\n[risk.r]\ntitle = \"R\"\ndomain = \"wmo\"\nterm = \"kort\"\nimpact = \"pm\"\n",
    );
    let what_ifs = [
        (
            "z-eerst.toml",
            "extends = \"base.toml\"\n[cost.hulp]\nvolume = { growth = { shift = \"+1pp\" } }\n[measure.m]\nremove = true\n",
        ),
        (
            "a-daarna.toml",
            "extends = \"z-eerst.toml\"\ntitle = \"Daarna\"\nquestion = \"Wat dan?\"\n[cost.hulp]\nvolume = { growth = { shift = \"+1pp\" } }\n[risk.r]\nremove = true\n[measure.nieuw]\nline = \"hulp\"\namount = 9\n",
        ),
    ];
    let all = loaded(&base, &what_ifs);
    let ids: Vec<&str> = all.what_ifs.iter().map(|m| m.scenario.id.as_str()).collect();
    assert_eq!(ids, ["a-daarna", "z-eerst"]);
    let last = &all.what_ifs[0];
    assert_eq!(last.scenario.extends, ["z-eerst", "base"]);
    assert_eq!((last.scenario.title.as_str(), last.scenario.question.as_deref()), ("Daarna", Some("Wat dan?")));
    assert_eq!(values(last, "cost.hulp.volume.growth")[1], 0.04);
    assert_eq!(last.measures.iter().map(|m| m.id.as_str()).collect::<Vec<_>>(), ["nieuw"]);
    assert!(last.risks.is_empty() && all.what_ifs[1].risks.len() == 1 && all.base.measures.len() == 1);
    let stated: Vec<(&str, &str)> =
        last.scenario.changes.iter().map(|c| (c.address.as_str(), c.written.as_str())).collect();
    assert_eq!(stated, [("cost.hulp.volume.growth", "+1pp"), ("risk.r", "remove"), ("measure.nieuw", "new")]);
}

#[test]
fn what_is_taken_out_takes_along_what_refers_to_it() {
    let base = hulp(
        "volume = { growth = { value = \"2%\", sd = \"1%\" } }\n[measure.m]\nline = \"hulp\"\namount = { value = -5, sd = 1 }\n[correlation.c]\nbetween = [\"measure.m.amount\", \"cost.hulp.volume.growth\"]\nrho = 0.5\n",
    );
    let all = loaded(&base, &[("a.toml", "extends = \"base.toml\"\n[measure.m]\nremove = true\n")]);
    assert_eq!((all.base.correlations.len(), all.what_ifs[0].correlations.len()), (1, 0));
}

#[test]
fn another_way_of_stating_takes_the_place_of_the_first() {
    let base = hulp(
        "price = { index = { ova = 1 } }\nunit_cost = { hours_per_week = 2, rate = 19.23 }\nvolume = { ageing = \"1%\" }\n[index.ova]\nlabel = \"OVA\"\nrate = \"3%\"\n[index.ppc]\nrate = \"2%\"\n[revenue.r]\nlabel = \"R\"\ntaakveld = \"6.711\"\ndomain = \"wmo\"\nfollows = { line = \"hulp\", share = \"10%\" }\n[risk.r]\ntitle = \"R\"\ndomain = \"wmo\"\nterm = \"kort\"\nchance = \"10%\"\nimpact = { min = 1, max = 2 }\nyears = [2027]\n",
    );
    let what_if = "extends = \"base.toml\"\n[index.ova]\nmix = { ppc = 1 }\n[cost.hulp]\nunit_cost = 2000\n[revenue.r]\ncontribution = { lines = [\"hulp\"], per_month = 21 }\n[risk.r]\nimpact = \"€ 5.000\"\n";
    let model = &loaded(&base, &[("a.toml", what_if)]).what_ifs[0];
    assert!(matches!(&model.indices[0].source, IndexSource::Mix(parts) if parts.len() == 1));
    assert!(matches!(model.lines.costs().next().expect("one").unit_cost, Some(UnitCost::PerClient(_))));
    assert!(matches!(model.lines.revenues().next().expect("one").income, Income::Contribution(_)));
    assert_eq!(model.risks[0].impact, RiskImpact::Full(5000.0));
}

#[test]
fn a_what_if_may_move_the_horizon_and_plain_keys() {
    let base = hulp(
        "volume = { growth = \"2%\" }\n[rule.drempel]\nthreshold = \"€ 50.000\"\n[resilience]\ncertainty = \"90%\"\n",
    );
    let what_if = "extends = \"base.toml\"\n[municipality]\nhorizon = 2031\n[cost.hulp]\nstructural = false\n[rule.drempel]\nthreshold = \"€ 25.000\"\n[resilience]\ncertainty = \"95%\"\n";
    let model = &loaded(&base, &[("a.toml", what_if)]).what_ifs[0];
    assert_eq!(values(model, "cost.hulp.volume.growth").len(), 6);
    assert_eq!(model.rule_parameters["drempel"]["threshold"].written, "€ 25.000");
    assert_eq!(model.resilience.as_ref().map(|r| r.certainty), Some(0.95));
    assert!(!model.lines.costs().next().expect("one").structural);
}

#[test]
fn only_what_is_asked_is_read_with_what_it_needs() {
    let base = hulp(
        "[risk.r]\ntitle = \"R\"\ndomain = \"wmo\"\nterm = \"kort\"\nchance = \"10%\"\nimpact = { what_if = \"maat\" }\nyears = [2027]\n",
    );
    let what_ifs = [
        ("kapot.toml", "extends = \"base.toml\"\nfout = 1\n"),
        ("maat.toml", "extends = \"base.toml\"\n"),
        ("vraag.toml", "extends = \"tussen.toml\"\n"),
        ("tussen.toml", "extends = \"base.toml\"\n"),
    ];
    let sources = sources(&base, &what_ifs);
    let asked =
        load(&sources, Some(&["vraag".to_owned()])).unwrap_or_else(|found| panic!("{}", shown(&sources, &found)));
    let ids = |models: &[Model]| models.iter().map(|m| m.scenario.id.clone()).collect::<Vec<_>>();
    assert_eq!((ids(&asked.what_ifs), ids(&asked.referred)), (vec!["vraag".to_owned()], vec!["maat".to_owned()]));
    assert_eq!(load(&sources, None).expect_err("all are asked")[0].code, "unknown-key");
    let unknown = load(&sources, Some(&["vrag".to_owned()])).expect_err("no such what-if");
    assert_eq!((unknown[0].code, unknown[0].help.as_deref()), ("unknown-what-if", Some("did you mean `vraag`?")));
}

#[test]
fn a_what_ifs_fault_is_told_once_and_by_its_own_file() {
    let base = hulp("volume = { growth = \"2%\" }\n");
    let what_ifs = [
        ("a.toml", "extends = \"base.toml\"\n[measure.m]\nlabel = \"M\"\nline = \"hulp\"\nvolume = \"-110%\"\n"),
        ("b.toml", "extends = \"a.toml\"\n"),
    ];
    let found = load(&sources(&base, &what_ifs), None).expect_err("a mistake");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place.as_ref().map(|p| p.to_string()).as_deref(), Some("a.toml:5:10"));
}

#[test]
fn dutch_and_point_notation_give_the_same_figures() {
    let with = |figures: &[u8]| {
        let mut sources = sources(HEAD, &[]);
        sources.insert("figures.csv", figures);
        let model = load(&sources, None).unwrap_or_else(|found| panic!("{}", shown(&sources, &found))).base;
        model
            .figures
            .iter()
            .map(|(line, q, k, y, r)| (line.to_owned(), q, k, y, r.value, r.source.clone()))
            .collect::<Vec<_>>()
    };
    let point = with(
        b"line,quantity,kind,year,value,source\nhulp,cost,budget,2026,1234.5,\"a, b\"\nhulp,clients,budget,2026,250,\n",
    );
    let dutch = with(b"\xEF\xBB\xBFsep=;\r\nLine;quantity;kind;year;value;source\r\nhulp;cost;budget;2026;1.234,5;a, b\r\nhulp;clients;budget;2026;250;\r\n;;;;;\r\n");
    assert_eq!(point, dutch);
    assert_eq!(point[0].4, 1_234_500.0);
}

#[test]
fn a_spreadsheet_gives_the_same_figures_as_csv() {
    let csv =
        "line,quantity,kind,year,value,source\nhulp,cost,budget,2026,1234.5,\"a, b\"\nhulp,clients,budget,2026,250,\n";
    let figures = |name: &str, bytes: &[u8]| {
        let mut sources = Sources::default();
        sources.insert("base.toml", HEAD);
        sources.insert(name, bytes);
        let model = load(&sources, None).unwrap_or_else(|found| panic!("{}", shown(&sources, &found))).base;
        let place = model.figures.iter().next().map(|(.., r)| r.place.clone());
        assert_eq!(place.map(|p| (p.file.to_string(), p.line)), Some((name.to_owned(), 2)));
        model
            .figures
            .iter()
            .map(|(line, q, k, y, r)| (line.to_owned(), q, k, y, r.value, r.source.clone()))
            .collect::<Vec<_>>()
    };
    let folder = folder("tests/fixtures/sheets");
    let expected = figures("figures.csv", csv.as_bytes());
    assert_eq!(expected.len(), 2);
    for name in ["figures.xlsx", "figures.ods"] {
        assert_eq!(figures(name, folder.bytes(name).expect("it is there")), expected, "{name}");
    }
}

#[test]
fn a_mistake_in_a_spreadsheet_is_placed_by_sheet_and_cell() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet().set_name("Cijfers 2026").expect("a name");
    for (row, cells) in
        [["line", "quantity", "kind", "year", "value", "source"], ["hulp", "cost", "budget", "2026", "veel", ""]]
            .iter()
            .enumerate()
    {
        for (column, text) in cells.iter().enumerate() {
            // From the third row on, to see that the sheet's own count is used.
            let at = (u32::try_from(row + 2).expect("small"), u16::try_from(column).expect("small"));
            sheet.write_string(at.0, at.1, *text).expect("a cell");
        }
    }
    let mut sources = Sources::default();
    sources.insert("base.toml", hulp("").as_bytes());
    sources.insert("figures.xlsx", book.save_to_buffer().expect("a workbook"));
    let found = load(&sources, None).expect_err("a mistake");
    let place = found[0].place.as_ref().map(ToString::to_string);
    assert_eq!(place.as_deref(), Some("figures.xlsx:Cijfers 2026!E4"), "{}", shown(&sources, &found));
}

/// A workbook of one municipality with a line `hulp`: sheets by name, rows from the first.
fn workbook(sheets: &[(&str, &[&dyn Fn(&mut rust_xlsxwriter::Worksheet, u32)])]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, rows) in sheets {
        let sheet = book.add_worksheet().set_name(*name).expect("a name");
        for (at, row) in (0u32..).zip(*rows) {
            row(sheet, at);
        }
    }
    book.save_to_buffer().expect("a workbook")
}

#[test]
fn a_cell_that_only_looks_like_a_number_is_an_error_at_that_cell() {
    use rust_xlsxwriter::{ExcelDateTime, Format, Worksheet};
    let header = |s: &mut Worksheet, at: u32| {
        s.write_row(at, 0, ["line", "quantity", "kind", "year", "value"]).expect("cells");
    };
    let start = |s: &mut Worksheet, at: u32| {
        s.write_row(at, 0, ["hulp", "cost", "budget"]).expect("cells");
        s.write(at, 3, 2026).expect("a year");
    };
    // A thousand in words, which would be 1,234 as a number; a date, which a workbook keeps as days.
    let words = |s: &mut Worksheet, at: u32| {
        start(s, at);
        s.write(at, 4, "1.234").expect("words");
    };
    let date = |s: &mut Worksheet, at: u32| {
        start(s, at);
        let format = Format::new().set_num_format("dd-mm-yyyy");
        s.write_with_format(at, 4, ExcelDateTime::from_ymd(2026, 1, 1).expect("a date"), &format).expect("a date");
    };
    let error = |s: &mut Worksheet, at: u32| {
        start(s, at);
        s.write(at, 4, "#N/A").expect("an error");
    };
    let number = |s: &mut Worksheet, at: u32| {
        start(s, at);
        s.write(at, 4, 1234.5).expect("a number");
    };
    let notes = |s: &mut Worksheet, at: u32| {
        s.write(at, 0, "Toelichting bij de cijfers").expect("words");
    };
    let read = |book: Vec<u8>| {
        let mut sources = Sources::default();
        sources.insert("base.toml", hulp("").as_bytes());
        sources.insert("figures.xlsx", book);
        let found = load(&sources, None).map_or_else(|found| found, |loaded| loaded.diagnostics);
        let told = |d: &&Diagnostic| ["not-a-number", "other-sheet", "missing-column"].contains(&d.code);
        let place = |d: &Diagnostic| d.place.as_ref().map(ToString::to_string).unwrap_or_default();
        found.iter().filter(told).map(|d| format!("{} {}", d.code, place(d))).collect::<Vec<_>>()
    };
    for wrong in [&words as &dyn Fn(&mut Worksheet, u32), &date, &error] {
        assert_eq!(read(workbook(&[("Blad1", &[&header, wrong])])), ["not-a-number figures.xlsx:Blad1!E2"]);
    }
    assert!(read(workbook(&[("Blad1", &[&header, &number])])).is_empty());
    // Notes may stand before the figures; a second sheet of figures is pointed at.
    assert!(read(workbook(&[("Uitleg", &[&notes]), ("Cijfers", &[&header, &number])])).is_empty());
    let two = read(workbook(&[("Cijfers", &[&header, &number]), ("Oud", &[&header, &number])]));
    assert_eq!(two, ["other-sheet figures.xlsx:Oud!A1"]);
}

#[test]
fn a_damaged_spreadsheet_or_a_second_file_of_figures_is_a_message() {
    let folder = folder("tests/fixtures/sheets");
    let bytes = folder.bytes("figures.xlsx").expect("it is there");
    let mut sources = Sources::default();
    sources.insert("base.toml", HEAD);
    sources.insert("figures.xlsx", &bytes[..bytes.len() / 2]);
    let codes =
        |sources: &Sources| load(sources, None).expect_err("a mistake").iter().map(|d| d.code).collect::<Vec<_>>();
    assert_eq!(codes(&sources), ["not-a-sheet"]);
    sources.insert("figures.xlsx", bytes);
    sources.insert("figures.csv", FIGURES);
    assert_eq!(codes(&sources), ["two-files"]);
}

#[test]
fn a_total_within_rounding_is_silent() {
    let mut sources = sources(
        &hulp(
            "[cost.extra]\nlabel = \"Extra\"\ntaakveld = \"6.1\"\ndomain = \"wmo\"\n[cost.buiten]\nlabel = \"Buiten\"\ntaakveld = \"0.7\"\ndomain = \"wmo\"\noutside = true\n",
        ),
        &[],
    );
    let figures = |total: &str| {
        format!("{FIGURES}extra,cost,budget,2026,100,\nbuiten,cost,budget,2026,7,\ntotal,cost,budget,2026,{total},\n")
    };
    // Two parts and their total, rounded to a unit: at most 1.5.
    for (total, warnings) in [("600", 0), ("601", 0), ("598", 1), ("607", 1)] {
        sources.insert("figures.csv", figures(total).as_bytes());
        let loaded = load(&sources, None).unwrap_or_else(|found| panic!("{}", shown(&sources, &found)));
        assert_eq!(loaded.diagnostics.iter().filter(|d| d.code == "total-differs").count(), warnings, "{total}");
    }
}

#[test]
fn realised_clients_serve_where_none_were_budgeted_and_this_is_said() {
    let mut sources = sources(HEAD, &[]);
    sources.insert(
        "figures.csv",
        "line,quantity,kind,year,value\nhulp,cost,budget,2026,500\nhulp,clients,actual,2026,240\n",
    );
    let loaded = load(&sources, None).expect("a warning only");
    assert_eq!(loaded.base.lines.costs().next().map(|l| l.base_volume), Some(240.0));
    assert_eq!(loaded.diagnostics.iter().map(|d| d.code).collect::<Vec<_>>(), ["clients-of-other-kind"]);
}

#[test]
fn domains_stand_in_the_order_in_which_the_file_names_them() {
    let base = hulp(
        "[revenue.r]\nlabel = \"R\"\ntaakveld = \"6.3\"\ndomain = { participatie = \"50%\", opvang = \"50%\" }\n[domain.opvang]\nlabel = \"Opvang\"\nsum_clients = true\n[domain.jeugd]\nlabel = \"Jeugdhulp\"\n",
    );
    let model = loaded(&base, &[]).base;
    let domains: Vec<(&str, &str, bool)> =
        model.domains.iter().map(|d| (d.id.as_str(), d.label.as_str(), d.sum_clients)).collect();
    assert_eq!(
        domains,
        [
            ("wmo", "Wmo", false),
            ("participatie", "Participatie", false),
            ("opvang", "Opvang", true),
            ("jeugd", "Jeugdhulp", false)
        ]
    );
}

fn folder(path: &str) -> Sources {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let entries = fs::read_dir(path).expect("the folder is there");
    let files: BTreeMap<String, Vec<u8>> = entries
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a readable file"))
        })
        .collect();
    Sources::new(files)
}

#[test]
fn every_key_is_read_without_a_word() {
    let sources = folder("tests/fixtures/complete");
    let all = load(&sources, None).unwrap_or_else(|found| panic!("{}", shown(&sources, &found)));
    assert!(all.diagnostics.is_empty(), "{}", shown(&sources, &all.diagnostics));
    let pgb = all.base.lines.costs().find(|l| l.id == "pgb").expect("it stands there");
    assert!(matches!(pgb.ageing, Ageing::Population));
    let population = &all.base.population;
    let persons: Vec<f64> = population.persons(Year(2027)).expect("2027").collect();
    assert_eq!(persons, [5010.0, 4890.0, 30_300.0]);
    let rates: Vec<f64> = all.base.use_rates.per_1000("pgb", population.cells()).expect("pgb").collect();
    assert_eq!(rates, [12.5, 11.0, 20.0]);
    assert_eq!(all.base.risks.len(), 6);
}

#[test]
fn the_shipped_municipalities_are_right() {
    for name in ["harderwijk", "heerde"] {
        let sources = folder(&format!("scenarios/{name}"));
        let all = load(&sources, None).unwrap_or_else(|found| panic!("{name}\n{}", shown(&sources, &found)));
        assert!(all.what_ifs.len() >= 6, "{name}");
    }
}
