//! Every figure can be explained down to the files, and made again from there.

use std::collections::BTreeSet;

use super::support::{figure, head, load, shipped};
use ravijn::analysis::explain::{Asked, Explanation, From, explain};
use ravijn::input::Loaded;
use ravijn::model::{Expression, Figure, FigureAddress, Line, Model};
use ravijn::projection::{self, Central, GroupId, Projection};
use ravijn::simulation::Settings;
use ravijn::units::Year;

const ALL: [Figure; 14] = [
    Figure::Cost,
    Figure::Revenue,
    Figure::Budget,
    Figure::BudgetRevenue,
    Figure::Actual,
    Figure::Clients,
    Figure::Price,
    Figure::Balance,
    Figure::Result,
    Figure::Shortfall,
    Figure::Index,
    Figure::Growth,
    Figure::Reserve,
    Figure::Indicator,
];

/// Every address that may be a figure, history included.
fn addresses(model: &Model, projection: &Projection) -> Vec<FigureAddress> {
    let groups = projection.groups.iter().map(|g| match &g.id {
        GroupId::Domain(id) | GroupId::Taakveld(id) => id.clone(),
        other => other.to_string(),
    });
    let mut names: BTreeSet<String> = groups.collect();
    names.extend(model.lines.all.iter().map(|l| l.id().to_owned()));
    names.extend(model.indices.iter().map(|i| i.id.clone()));
    names.extend(model.reserves.iter().map(|r| r.id.clone()));
    names.extend(model.indicators.iter().map(|i| i.id.clone()));
    let b = model.base_year();
    let years: Vec<Year> = b.plus(-4).through(model.horizon()).collect();
    let mut all = Vec::new();
    for figure in ALL {
        for name in &names {
            all.extend(years.iter().map(|year| FigureAddress { figure, name: name.clone(), year: *year }));
        }
    }
    all
}

fn explained(model: &Model, expression: &Expression) -> Explanation {
    let settings = Settings { draws: 0, ..Settings::default() };
    explain(model, Asked { expression, settings: &settings }).unwrap_or_else(|why| panic!("{expression}: {why}"))
}

fn close(a: f64, b: f64) -> bool {
    // A ten-thousandth of a cent: what is left of a difference of large sums.
    (a - b).abs() <= 1e-6 + 1e-9 * (a.abs() + b.abs())
}

/// Every figure of a model is explained, ends in files, and comes out of its leaves again.
fn check(model: &Model, every: usize) -> usize {
    let projection = projection::project(model, &Central(model));
    let mut count = 0;
    for address in addresses(model, &projection).into_iter().step_by(every) {
        let Ok(value) = projection::figure(model, &projection, &address) else { continue };
        let tree = explained(model, &Expression::Figure(address.clone()));
        assert!(close(tree.root().value, value), "{address}: explained {} projected {value}", tree.root().value);
        assert!(close(tree.from_leaves(), value), "{address}: leaves give {} not {value}", tree.from_leaves());
        for (_, leaf) in tree.leaves() {
            match &leaf.from {
                From::File(leaf) => {
                    let known =
                        ["base.toml", "figures.csv"].contains(&&*leaf.place.file) || leaf.place.file.ends_with(".toml");
                    assert!(known && leaf.place.line > 0, "{address}: {leaf:?}");
                }
                From::Given { why, .. } => assert!(!why.is_empty()),
                other => panic!("{address}: {other:?} is no leaf"),
            }
        }
        count += 1;
    }
    count
}

#[test]
fn every_figure_of_both_municipalities_ends_in_files_and_comes_out_of_its_leaves() {
    for name in ["harderwijk", "heerde"] {
        let Loaded { base, what_ifs, .. } = shipped(name);
        let count = check(&base, 1);
        assert!(count > 500, "{name}: {count}");
        for (n, what_if) in what_ifs.iter().enumerate() {
            // Others each a part of the figures, another part each time; no step
            // that divides the number of years, which would ask one year only.
            assert!(check(what_if, [7, 11, 13, 17][n % 4]) > 20);
        }
    }
}

/// Ageing by population and the rule of the safety net rest on files too:
/// each resident count and use rate on a row of its own.
/// What the shipped municipalities do not have: rounding without carry-over,
/// a mix of which a part does not know last year, and revenue that follows a
/// cost of before the base year with an index.
#[test]
fn corners_of_indices_are_explained_too() {
    let base = head("budget", 2026, 2028)
        + r#"
[index.grof]
rate = "1.236%"
rounding = "parts"

[index.ova]
rate = { 2026 = { provisional = "4%", definitive = "5%" }, later = "3%" }

[index.ppc]
rate = { 2027 = { provisional = "2%", definitive = "1%" }, later = "2%" }

[index.tarief]
mix = { ppc = 0.5, ova = 0.5 }
carry_over = "subtract"

[cost.a]
label = "A"
taakveld = "6.1"
domain = "wmo"
price = { index = { grof = 1.0 } }

[cost.b]
label = "B"
taakveld = "6.1"
domain = "wmo"
price = { index = { tarief = 1.0 } }

[revenue.r]
label = "R"
taakveld = "6.1"
domain = "wmo"
follows = { line = "b", share = "50%", lag = 2, indexed_by = "tarief" }
"#;
    let figures = "line,quantity,kind,year,value,source\na,cost,budget,2026,1000000,\nb,cost,budget,2026,1000000,\nb,cost,actual,2025,900000,\nr,revenue,budget,2026,450000,\n";
    let model = load(&base, figures).base;
    assert!(check(&model, 1) > 50);
    // 1.236 % is rounded to 1.24 %; half of 2 % and 3 %, and half of ova's one point too low in 2026.
    for (cost, expected) in [("cost(a, 2027)", 1_012_400.0), ("cost(b, 2027)", 1_030_000.0)] {
        assert!(close(figure(&model, cost), expected), "{cost}");
        assert!(close(explained(&model, &cost.parse().expect("well formed")).root().value, expected), "{cost}");
    }
}

#[test]
fn residents_and_use_rates_stand_on_their_own_lines() {
    let base = super::support::head("budget", 2026, 2027)
        + "[cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\nvolume = { ageing = \"population\" }\n";
    let mut files = ravijn::input::Sources::default();
    files.insert("base.toml", base);
    files.insert("figures.csv", "line,quantity,kind,year,value\nhulp,cost,budget,2026,1000\n");
    files.insert("population.csv", "year,band,persons\n2026,0-64,100\n2026,65+,50\n2027,0-64,100\n2027,65+,60\n");
    files.insert("use_rates.csv", "line,band,per_1000\nhulp,0-64,10\nhulp,65+,100\n");
    let model = ravijn::input::load(&files, None).expect("in order").base;
    let tree = explained(&model, &"cost(hulp, 2027)".parse().expect("well formed"));
    // Users by hand: 1.0 + 5.0 = 6 and 1.0 + 6.0 = 7: 1,000 x 7 / 6.
    assert!(close(tree.from_leaves(), 7_000.0 / 6.0), "{}", tree.from_leaves());
    let places: BTreeSet<(String, u32)> = tree
        .leaves()
        .filter_map(|(_, s)| match &s.from {
            From::File(leaf) => Some((leaf.place.file.to_string(), leaf.place.line)),
            _ => None,
        })
        .collect();
    for (file, line) in [("population.csv", 3), ("population.csv", 5), ("use_rates.csv", 2), ("use_rates.csv", 3)] {
        assert!(places.contains(&(file.to_owned(), line)), "{file}:{line} in {places:?}");
    }
}

#[test]
fn the_leaves_of_a_sum_over_lines_are_cells_and_values_with_their_source() {
    let model = shipped("harderwijk").base;
    let tree = explained(&model, &"cost(jeugd, 2029)".parse().expect("well formed"));
    let files: BTreeSet<&str> = tree
        .leaves()
        .filter_map(|(_, s)| match &s.from {
            From::File(leaf) => Some(&*leaf.place.file),
            _ => None,
        })
        .collect();
    assert!(files.contains("base.toml") && files.contains("figures.csv"), "{files:?}");
    let sourced = tree.leaves().filter(|(_, s)| matches!(&s.from, From::File(l) if l.source.is_some())).count();
    assert!(sourced > 3, "{sourced}");
    let text = tree.text(None, None);
    assert!(text.starts_with("cost(jeugd, 2029) = € "), "{text}");
    assert!(text.contains("[figures.csv:") && text.contains("[base.toml:"), "{text}");
}

#[test]
fn a_chance_rests_on_the_uncertain_values_under_it() {
    let model = shipped("heerde").base;
    let settings = Settings { draws: 400, ..Settings::default() };
    let expression: Expression = "chance(cost(total, 2027) > 14_600_000)".parse().expect("well formed");
    let tree = explain(&model, Asked { expression: &expression, settings: &settings }).expect("there");
    let From::Draws { draws, of, .. } = &tree.root().from else { panic!("{:?}", tree.root()) };
    assert_eq!(*draws, 400);
    let uncertain = of.iter().filter(|i| match &tree.steps[**i].from {
        From::File(l) => l.assumption.is_some_and(|(id, _)| model.assumption(id).is_uncertain()),
        _ => false,
    });
    assert!(uncertain.count() > 5);
    // The same number as counting draws by hand.
    let samples = ravijn::simulation::Samples::new(&model, &Settings { keep: 400, ..settings }).expect("sound");
    let cost = samples.figure(&"cost(total, 2027)".parse().expect("well formed")).expect("uncertain");
    let over = cost.iter().filter(|x| **x > 14_600_000.0).count();
    assert!(over > 0 && over < 400, "{over}");
    #[allow(clippy::cast_precision_loss)]
    let share = over as f64 / 400.0;
    assert!((tree.root().value - share).abs() < 1e-12, "{} {share}", tree.root().value);
}

#[test]
fn a_small_tree_reads_as_a_sum_on_paper() {
    let base = super::support::head("budget", 2026, 2027)
        + r#"
[index.ova]
label = "OVA"
rate = { value = "4%", source = "NZa" }

[cost.hulp]
label = "Hulp"
taakveld = "6.71"
domain = "wmo"
volume = { growth = "2,5%" }
price = { index = { ova = 0.5 } }

[measure.korting]
label = "Korting"
kind = "saving"
line = "hulp"
amount = { 2027 = -5000 }
"#;
    let figures = "line,quantity,kind,year,value,source\nhulp,cost,budget,2026,1000000,Begroting 2026\nhulp,clients,budget,2026,100,\n";
    let model = super::support::load(&base, figures).base;
    let tree = explained(&model, &"cost(hulp, 2027)".parse().expect("well formed"));
    // By hand: 1,000,000 / 100 x 102.5 x 1.02 - 5,000 = 1,040,500.
    assert!((tree.root().value - 1_040_500.0).abs() < 1e-6);
    insta::assert_snapshot!("explanation", tree.text(None, None));
    let Line::Cost(_) = &model.lines.all[0] else { panic!("cost") };
}
