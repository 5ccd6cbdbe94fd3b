//! What a municipality did not give is no figure to a rule, also where the
//! projection follows it over years; and what measures do, draw by draw.
//!
//! Each town is written as its files; the expected values are worked out beside
//! them.

use std::sync::Arc;

use ravijn::input::Sources;
use ravijn::model::{Figure, MeasureKind};
use ravijn::rule::{Draws, Facts, FigureValue, MeasureAmount, Missing, NotGiven};
use ravijn::simulation::Settings;
use ravijn::study;
use ravijn::units::Year;

const TOP: &str = "schema = 1\n[municipality]\nname = \"Klein\"\ncode = \"GM0000\"\nbase_year = 2026\nbase = \"budget\"\nhorizon = 2029\namount_unit = 1\n";

/// A town as rules see it, from its lines and the rows of figures.csv.
fn town(lines: &str, rows: &str, draws: u64) -> Arc<dyn Facts> {
    let mut sources = Sources::default();
    sources.insert("base.toml", format!("{TOP}{lines}").into_bytes());
    sources.insert("figures.csv", format!("line;quantity;kind;year;value;source\n{rows}").into_bytes());
    let settings = Settings { draws, ..Settings::default() };
    let mut all = study::outcomes(&sources, None, &settings).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
    all.remove(0)
}

fn line(kind: &str, id: &str, more: &str) -> String {
    format!("[{kind}.{id}]\nlabel = \"{id}\"\ntaakveld = \"6.3\"\ndomain = \"participatie\"\n{more}\n")
}

fn value(facts: &Arc<dyn Facts>, address: &str) -> f64 {
    facts.figure(&address.parse().expect("an address")).unwrap_or_else(|m| panic!("{address}: {m:?}")).central
}

/// Which figure lacks: its kind, line and year.
fn lacks(facts: &Arc<dyn Facts>, address: &str) -> (Figure, String, i32) {
    match facts.figure(&address.parse().expect("an address")) {
        Err(Missing::NotGiven(NotGiven { kind, line, year, .. })) => (kind, line, year.0),
        other => panic!("{address}: {other:?}"),
    }
}

#[test]
fn revenue_that_follows_last_year_rests_on_last_year() {
    let lines = [
        line("cost", "opvang", ""),
        line("revenue", "rijk", "follows = { line = \"opvang\", share = \"50%\", lag = 1 }"),
    ]
    .concat();
    let facts = town(&lines, "opvang;cost;budget;2026;200;s\n", 0);
    // 2026 follows 2025, which no row gives; 2027 follows the 200 of 2026.
    assert_eq!(lacks(&facts, "revenue(rijk, 2026)"), (Figure::Cost, "opvang".into(), 2025));
    assert_eq!(lacks(&facts, "balance(total, 2026)"), (Figure::Cost, "opvang".into(), 2025));
    assert_eq!(value(&facts, "revenue(rijk, 2027)"), 100.0);
    let known = town(&lines, "opvang;cost;budget;2026;200;s\nopvang;cost;actual;2025;80;s\n", 0);
    assert_eq!(value(&known, "revenue(rijk, 2026)"), 40.0);
}

#[test]
fn a_stated_cost_of_one_client_gives_later_years_and_not_the_base_year() {
    let lines = line("cost", "hulp", "clients_basis = \"snapshot\"\nunit_cost = \"€ 25\"");
    let facts = town(&lines, "hulp;clients;budget;2026;10;s\n", 0);
    // Nobody gave the cost of 2026; 2027 has 10 clients of 25 euro.
    assert_eq!(lacks(&facts, "cost(hulp, 2026)"), (Figure::Cost, "hulp".into(), 2026));
    assert_eq!(value(&facts, "clients(hulp, 2026)"), 10.0);
    assert_eq!(value(&facts, "cost(hulp, 2027)"), 250.0);
    // Without clients there is nothing to multiply in any year.
    let none = town(&lines, "hulp;cost;budget;2025;100;s\n", 0);
    for address in ["cost(hulp, 2027)", "clients(hulp, 2027)", "price(hulp, 2028)"] {
        assert_eq!(lacks(&none, address), (Figure::Clients, "hulp".into(), 2026), "{address}");
    }
}

#[test]
fn a_safety_net_rests_on_the_year_it_pays_for_and_the_two_before() {
    let net = "safety_net = { cost = [\"bijstand\"], budget = [\"buig\"], paid_after = 2, rules = { 2024 = { entry = \"7.5%\", cumulated = \"7.5%\", steps = [{ from = \"7.5%\", pays = \"50%\" }, { from = \"12.5%\", pays = \"100%\" }] } }, source = \"s\" }";
    let lines =
        [line("cost", "bijstand", ""), line("revenue", "buig", "growth = \"0%\""), line("revenue", "vangnet", net)]
            .concat();
    let row = |year: i32, kind: &str, cost: f64, buig: f64| {
        format!("bijstand;cost;{kind};{year};{cost};s\nbuig;revenue;{kind};{year};{buig};s\n")
    };
    let base = row(2026, "budget", 120.0, 100.0);
    // 2028 pays for 2026, and looks at 2025 and 2024 too.
    let facts = town(&lines, &base, 0);
    assert_eq!(lacks(&facts, "revenue(vangnet, 2028)"), (Figure::Cost, "bijstand".into(), 2025));
    // 2029 pays for 2027, which the projection knows, but 2025 counts still.
    assert_eq!(lacks(&facts, "revenue(vangnet, 2029)"), (Figure::Cost, "bijstand".into(), 2025));
    let half = town(&lines, &[base.clone(), row(2025, "actual", 120.0, 100.0)].concat(), 0);
    assert_eq!(lacks(&half, "revenue(vangnet, 2028)"), (Figure::Cost, "bijstand".into(), 2024));
    assert!(value(&half, "revenue(vangnet, 2029)") > 0.0, "2027, 2026 and 2025 are known");
    // A deficit of 20% of 100: half of 5 and all of 7.5, so 2.5 + 7.5 = 10.
    let whole = [base, row(2025, "actual", 120.0, 100.0), row(2024, "actual", 120.0, 100.0)].concat();
    assert_eq!(value(&town(&lines, &whole, 0), "revenue(vangnet, 2028)"), 10.0);
}

fn draws(value: &FigureValue) -> &[f64] {
    match &value.draws {
        Draws::Each(draws) => draws,
        Draws::Same(same) => panic!("certain: {same}"),
    }
}

#[test]
fn what_measures_do_is_the_same_in_a_draw_as_what_they_do_to_the_cost() {
    let index = "[index.ova]\nlabel = \"OVA\"\nrate = { value = \"3%\", sd = \"1%\", note = \"a\" }\n";
    let measures = "[measure.licht]\nlabel = \"Licht\"\nkind = \"saving\"\nline = \"hulp\"\nindexed = false\namount = { 2027 = -100, later = -100 }\nrealisation = { value = \"100%\", min = \"50%\", max = \"100%\" }\n\
           [measure.beter]\nlabel = \"Beter\"\nkind = \"target\"\nline = \"zorg\"\nindexed = true\namount = { 2027 = -200, later = -200 }\n";
    let zorg = line("cost", "zorg", "price = { index = { ova = 1.0 } }");
    let lines = [index.to_owned(), line("cost", "hulp", ""), zorg, measures.to_owned()].concat();
    let facts = town(&lines, "hulp;cost;budget;2026;1000;s\nzorg;cost;budget;2026;1000;s\n", 300);
    let measures = |kind, amount| facts.measures(kind, amount, Year(2027)).expect("there are measures");
    // Without an index the plan is certain: 100. What comes true lies between half and all of it.
    let planned = measures(MeasureKind::Saving, MeasureAmount::Planned);
    assert!(matches!(planned.draws, Draws::Same(same) if same == -100.0), "{planned:?}");
    let realised = measures(MeasureKind::Saving, MeasureAmount::Realised);
    let cost = facts.figure(&"cost(hulp, 2027)".parse().expect("an address")).expect("known");
    let (saved, cost) = (draws(&realised), draws(&cost));
    assert_eq!((saved.len(), cost.len()), (300, 300));
    assert!(saved.iter().all(|s| (-100.0..=-50.0).contains(s)) && saved.windows(2).any(|w| w[0] != w[1]));
    for (saved, cost) in saved.iter().zip(cost) {
        assert!((1000.0 + saved - cost).abs() < 1e-9, "{saved} {cost}");
    }
    // An indexed plan moves with the index of the same draw: 200 x (1 + ova).
    let plan = measures(MeasureKind::Target, MeasureAmount::Planned);
    let ova = facts.figure(&"index(ova, 2027)".parse().expect("an address")).expect("known");
    for (plan, ova) in draws(&plan).iter().zip(draws(&ova)) {
        assert!((plan + 200.0 * (1.0 + ova)).abs() < 1e-9, "{plan} {ova}");
    }
    assert_eq!(draws(&plan), draws(&measures(MeasureKind::Target, MeasureAmount::Realised)), "all of it comes true");
}
