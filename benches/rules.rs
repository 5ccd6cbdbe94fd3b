//! How fast the rules run: W4, sixty rules.
//!
//! First, sixty rules on one shipped scenario with 10,000 draws: every figure is
//! a random variable, every operation goes through all draws. The goal is
//! 200 ms. Then sixty rules on 10,000 sets of plain numbers, as a JSON rules
//! engine has them: the same facts and the same conditions stand in
//! `benches/json_rules/`, which runs json-rules-engine beside it. Both print
//! how often a rule fired, and must print the same.
//!
//!     cargo bench --bench rules
//!     cd benches/json_rules && npm install && node run.mjs

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use ravijn::input::Sources;
use ravijn::model::{Figure, FigureAddress, MeasureKind, RuleParameter};
use ravijn::rule::{Draws, Facts, FigureValue, MeasureAmount, Missing, Names, RuleSet, RuleSource};
use ravijn::simulation::Settings;
use ravijn::study;
use ravijn::units::Year;

const RULES: usize = 60;
const SETS: usize = 10_000;
const LINES: usize = 20;
const YEAR: Year = Year(2029);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The shipped rules, once more under other names until there are sixty.
fn shipped() -> RuleSet {
    let mut files: Vec<RuleSource> = Vec::new();
    for domain in std::fs::read_dir(root().join("rules")).expect("shipped").flatten() {
        for entry in std::fs::read_dir(domain.path()).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|e| e == "rhai") {
                let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
                files.push(RuleSource { path: format!("{id}.rhai"), bytes: std::fs::read(&path).expect("read"), id });
            }
        }
    }
    files.sort_by(|a, b| a.id.cmp(&b.id));
    let sources: Vec<RuleSource> = files
        .iter()
        .cycle()
        .take(RULES)
        .enumerate()
        .map(|(i, f)| RuleSource { id: format!("r{i:02}-{}", f.id), ..f.clone() })
        .collect();
    read(&sources)
}

fn read(sources: &[RuleSource]) -> RuleSet {
    let (set, broken) = RuleSet::parse(sources);
    assert!(broken.is_empty(), "{broken:#?}");
    set
}

fn scenario(name: &str) -> Arc<dyn Facts> {
    let mut sources = Sources::default();
    for entry in std::fs::read_dir(root().join("scenarios").join(name)).expect("shipped").flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        if file.ends_with(".toml") || file.ends_with(".csv") {
            sources.insert(file, std::fs::read(entry.path()).expect("readable"));
        }
    }
    let settings = Settings { draws: 10_000, ..Settings::default() };
    let outcomes =
        study::outcomes(&sources, Some(&["base".to_owned()]), &settings).unwrap_or_else(|wrong| panic!("{wrong:#?}"));
    outcomes.into_iter().next().expect("the base")
}

/// Seconds of the fastest and the middle of several runs.
fn timed<T>(times: usize, mut work: impl FnMut() -> T) -> (f64, f64) {
    let mut seconds: Vec<f64> = (0..times)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(work());
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    (seconds[0], seconds[times / 2])
}

/// Plain numbers: cost, budget and clients of twenty lines, from Lehmer's
/// generator, which JavaScript's numbers can follow exactly.
struct Plain {
    values: Vec<[f64; 3]>,
}

fn sets() -> Vec<Arc<dyn Facts>> {
    let mut state: u64 = 20_261_121;
    let mut next = |below: u64| {
        state = state * 16_807 % 2_147_483_647;
        (state % below) as f64
    };
    (0..SETS)
        .map(|_| {
            let values = (0..LINES).map(|_| [1e6 + next(200_000), 1e6 + next(200_000), next(100)]).collect();
            Arc::new(Plain { values }) as Arc<dyn Facts>
        })
        .collect()
}

impl Facts for Plain {
    fn base_year(&self) -> Year {
        Year(2026)
    }
    fn horizon(&self) -> Year {
        YEAR
    }
    fn last_budget_year(&self) -> Year {
        YEAR
    }
    fn draws(&self) -> usize {
        0
    }
    fn figure(&self, address: &FigureAddress) -> Result<FigureValue, Missing> {
        let line: Option<usize> = address.name.strip_prefix('l').and_then(|n| n.parse().ok());
        let of = match address.figure {
            Figure::Cost => 0,
            Figure::Budget => 1,
            _ => 2,
        };
        match line.and_then(|l| self.values.get(l)) {
            Some(values) => Ok(FigureValue { central: values[of], draws: Draws::Same(values[of]), table: None }),
            None => Err(Missing::name(&address.name, [])),
        }
    }
    fn measures(&self, _: MeasureKind, _: MeasureAmount, _: Year) -> Result<FigureValue, Missing> {
        Ok(FigureValue::certain(0.0))
    }
    fn names(&self, _: Names) -> Vec<String> {
        Vec::new()
    }
    fn lines_of(&self, _: &str) -> Result<Vec<String>, Missing> {
        Ok(Vec::new())
    }
    fn label(&self, _: &str) -> Option<String> {
        None
    }
    fn largest_driver(&self, _: &str, _: Year) -> Result<String, Missing> {
        Ok(String::new())
    }

    fn largest_excess(&self, _: &str, _: Year) -> Result<String, Missing> {
        Ok(String::new())
    }
    fn parameter(&self, _: &str, _: &str) -> Option<RuleParameter> {
        None
    }
}

/// Rule i looks at line i mod 20: a gap above i thousand euros, and at least 40 clients.
fn plain_rules() -> RuleSet {
    let sources: Vec<RuleSource> = (0..RULES)
        .map(|i| {
            let (line, limit) = (i % LINES, 1_000 * i);
            let text = format!(
                "const RULE = #{{ title: \"Regel {i}\", domain: \"algemeen\", term: \"kort\" }};\n\
                 fn risk(o) {{\n\
                 \x20   let gap = o.cost(\"l{line}\", 2029) - o.budget(\"l{line}\", 2029);\n\
                 \x20   if gap <= euro({limit}) || o.clients(\"l{line}\", 2029) < persons(40) {{ return; }}\n\
                 \x20   #{{ chance: percent(50), impact: gap, text: `Het kost ${{gap}} meer.` }}\n\
                 }}\n"
            );
            RuleSource { id: format!("r{i:02}"), path: format!("r{i:02}.rhai"), bytes: text.into_bytes() }
        })
        .collect();
    read(&sources)
}

fn main() {
    // `cargo test --benches` only asks whether it starts.
    let quick = std::env::args().any(|a| a == "--test");
    let times = if quick { 1 } else { 7 };
    let rules = shipped();
    for name in ["harderwijk", "heerde"] {
        let facts = scenario(name);
        let (best, middle) = timed(times, || rules.evaluate(facts.clone()));
        println!("60 rules, {name}, 10,000 draws:                  {:7.1} ms (median {:.1})", best * 1e3, middle * 1e3);
        let (best, middle) = timed(times, || rules.evaluate_with_signals(&facts));
        println!("the same and every year apart (early warning):  {:7.1} ms (median {:.1})", best * 1e3, middle * 1e3);
    }
    let (rules, facts) = (plain_rules(), sets());
    let facts = if quick { &facts[..10] } else { &facts[..] };
    let mut fired: BTreeMap<String, usize> = BTreeMap::new();
    let (best, middle) = timed(if quick { 1 } else { 3 }, || {
        fired.clear();
        for evaluation in rules.evaluate_many(facts) {
            for finding in evaluation.findings {
                *fired.entry(finding.rule).or_default() += 1;
            }
        }
    });
    println!("60 rules, {} sets of plain numbers:          {best:7.3} s  (median {middle:.3})", facts.len());
    println!("fired: {}", fired.values().sum::<usize>());
}
