//! Locks of small municipalities: what is written comes back, what changes is
//! found, and every reason sums to the change.

use super::*;
use crate::input::{self, Sources};
use crate::projection::{self, Central};

const HEAD: &str = r#"
[municipality]
name = "Voorbeeld"
code = "GM0000"
base_year = BASE
base = "budget"
horizon = 2028
[index.ova]
label = "OVA"
rate = "RATE"
[cost.hulp]
label = "Hulp \"thuis\""
taakveld = "6.71"
domain = "wmo"
volume = { growth = "2%" }
price = { index = { ova = 1.0 } }
[cost.buiten]
label = "Buiten het programma"
taakveld = "0.7"
domain = "wmo"
outside = true
[revenue.bijdrage]
label = "Bijdrage"
taakveld = "6.71"
domain = "wmo"
growth = "1%"
[measure.korting]
label = "Korting"
kind = "saving"
line = "hulp"
structural = false
amount = { 2027 = -1000, later = -2000 }
"#;

fn lock(base: i32, rate: &str, more: &str, figures: &str, name: &str) -> Lock {
    let mut files = Sources::default();
    files.insert("base.toml", HEAD.replace("BASE", &base.to_string()).replace("RATE", rate) + more);
    files.insert("figures.csv", format!("line,quantity,kind,year,value\n{figures}"));
    let model = input::load(&files, None).expect("the files are in order").base;
    let projection = projection::project(&model, &Central(&model));
    let made = Made { version: "1".into(), seed: 1, draws: 0, inputs: vec![("base.toml".into(), rate.into())] };
    Lock::new(&model, &projection, None, name, None, made, vec![("needed(2027)".into(), 1234.567)])
}

const FIGURES: &str =
    "hulp,cost,budget,2026,100000\nbuiten,cost,budget,2026,5000\nbijdrage,revenue,budget,2026,10000\n";

fn plain(rate: &str) -> Lock {
    lock(2026, rate, "", FIGURES, "begroting-2026")
}

fn sum(bridge: &YearBridge) -> f64 {
    bridge.items.iter().map(|i| i.amount).sum()
}

#[test]
fn a_lock_comes_back_from_its_text_as_it_was() {
    let made = plain("4%");
    let back = read("a.lock", &made.text()).expect("as written");
    assert_eq!(back, made);
    assert_eq!(back.text(), made.text());
    // 2026: 100,000; 2027: 100,000 x 1.02 x 1.04 - 1,000 = 105,080.
    assert!(made.text().contains("  2027 amount 105080.00 "), "{}", made.text());
    assert!(difference(&made, &back).is_same());
    // Version control on another system may end lines otherwise.
    assert_eq!(read("a.lock", &made.text().replace('\n', "\r\n")).expect("as written"), made);
}

#[test]
fn what_is_no_lock_is_refused_at_its_line() {
    assert!(read("a.lock", "").is_err());
    let text = plain("4%").text();
    for (from, to) in [("amount 105080.00", "amount veel"), ("  2027 cost", "  later cost"), ("figure ", "figuur ")] {
        let broken = text.replace(from, to);
        assert_ne!(broken, text);
        let wrong = read("a.lock", &broken).expect_err(from);
        let line = broken.lines().position(|l| !text.lines().any(|t| t == l)).expect("one line differs") + 1;
        assert_eq!(wrong.place.map(|p| p.line as usize), Some(line));
    }
    // Cut off anywhere: an error or a shorter lock, never a panic.
    for end in (0..text.len()).step_by(7).filter(|e| text.is_char_boundary(*e)) {
        let _ = read("a.lock", &text[..end]);
    }
}

#[test]
fn another_rate_is_named_and_explains_the_change() {
    let found = difference(&plain("4%"), &plain("5%"));
    assert_eq!(found.inputs, [InputChange::Changed("base.toml".into())]);
    assert_eq!(found.assumptions.len(), 1);
    assert_eq!(found.assumptions[0].address, "index.ova.rate");
    assert_eq!(found.assumptions[0].years, [(Year(2027), 0.04, 0.05), (Year(2028), 0.04, 0.05)]);
    let first = found.figures.iter().find(|f| f.address == "cost(hulp, 2027)").expect("it differs");
    // 100,000 x 1.02 x (1.05 - 1.04)
    assert!((first.change().expect("both") - 1_020.0).abs() < 0.011);
    assert_eq!(found.bridges.len(), 2, "cost of 2027 and 2028; revenue is as it was");
    for bridge in &found.bridges {
        assert!((sum(bridge) - bridge.change()).abs() < 0.01, "{bridge:?}");
        assert_eq!(bridge.items.len(), 1);
        assert_eq!(bridge.items[0].reason, "prijs: index ova");
    }
    let back = difference(&plain("5%"), &plain("4%"));
    for (there, back) in found.bridges.iter().zip(&back.bridges) {
        assert!((there.change() + back.change()).abs() < 1e-9);
        assert!((there.items[0].amount + back.items[0].amount).abs() < 1e-6);
    }
}

#[test]
fn a_new_line_another_measure_and_other_figures_sum_to_the_change() {
    let more = "[cost.nieuw]\nlabel = \"Nieuw\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n";
    let figures = FIGURES.replace("100000", "90000") + "nieuw,cost,budget,2026,700\n";
    let after = lock(2026, "4%", more, &figures, "b");
    let found = difference(&plain("4%"), &after);
    for bridge in &found.bridges {
        assert!((sum(bridge) - bridge.change()).abs() < 0.01, "{bridge:?}");
        assert!(bridge.items.iter().any(|i| i.reason == "nieuwe lijn Nieuw" && (i.amount - 700.0).abs() < 0.01));
        assert!(bridge.items.iter().any(|i| i.reason.starts_with("beginstand")));
    }
    assert!(found.figures.iter().any(|f| f.address == "cost(nieuw, 2027)" && f.before.is_none()));
    let back = difference(&after, &plain("4%"));
    assert!(back.figures.iter().any(|f| f.address == "cost(nieuw, 2027)" && f.after.is_none()));
}

#[test]
fn clients_that_were_counted_otherwise_leave_no_residual() {
    let clients = |n: i32| format!("{FIGURES}hulp,clients,budget,2026,{n}\n");
    let (a, b) = (lock(2026, "4%", "", &clients(50), "a"), lock(2026, "4%", "", &clients(60), "b"));
    let bridge = compare::bridge(&a, &b, true, Year(2028), &|l| !l.outside);
    assert!((sum(&bridge) - bridge.change()).abs() < 0.01, "{bridge:?}");
}

#[test]
fn what_stands_outside_the_programme_is_in_no_reason() {
    let figures = FIGURES.replace("5000", "9000");
    let found = difference(&plain("4%"), &lock(2026, "4%", "", &figures, "b"));
    assert!(!found.is_same());
    assert_eq!(found.bridges, []);
}

#[test]
fn the_cycle_runs_from_kadernota_to_jaarrekening() {
    let name = |n: &str, date: Option<&str>| Lock { name: n.into(), date: date.map(str::to_owned), ..plain("4%") };
    let mut locks = vec![
        name("jaarrekening-2026", None),
        name("berap-1-2026", None),
        name("begroting-2026", None),
        name("kadernota-2026", None),
        name("berap-2-2026", None),
        name("tussenstand", Some("2026-02-01")),
    ];
    order(&mut locks);
    let names: Vec<&str> = locks.iter().map(|l| l.name.as_str()).collect();
    assert_eq!(
        names,
        ["kadernota-2026", "begroting-2026", "tussenstand", "berap-1-2026", "berap-2-2026", "jaarrekening-2026"]
    );
}

#[test]
fn a_series_tells_how_the_view_of_a_year_changed() {
    // The last one starts a year later, from a figure of 104,000.
    let later = "hulp,cost,budget,2027,104000\nbuiten,cost,budget,2027,5000\nbijdrage,revenue,budget,2027,10000\n";
    let locks = [plain("4%"), plain("5%"), lock(2027, "5%", "", later, "begroting-2027")];
    let view = view(&locks, Year(2028), None).expect("the year is there");
    let row = |label: &str, nth: usize| view.rows.iter().filter(|r| r.label == label).nth(nth).expect(label);
    let cost = &row("lasten", 0).amounts;
    // 100,000 x 1.02^2 x 1.04^2 - 2,000 = 110,529.66
    assert!((cost[0].expect("known") - 110_529.66).abs() < 0.011, "{cost:?}");
    let change = &row("verandering", 0).amounts;
    assert_eq!(change[0], None);
    for lock in 1..3 {
        let reasons: f64 = view.rows.iter().skip(2).take_while(|r| r.depth == 2).filter_map(|r| r.amounts[lock]).sum();
        assert!((reasons - change[lock].expect("known")).abs() < 0.01, "lock {lock}");
    }
    let balance = &row("saldo", 0).amounts;
    assert!((balance[0].expect("known") - (10_201.0 - 110_529.66)).abs() < 0.02);
    assert!(super::view(&locks, Year(2031), None).is_none());
    assert!(super::view(&locks, Year(2028), Some("bestaat-niet")).is_none());
    assert!(super::view(&locks, Year(2028), Some("buiten")).is_some());
}
