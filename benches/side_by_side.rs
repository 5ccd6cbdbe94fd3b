//! Processor seconds of the work that others do in NumPy, on one thread.
//!
//!     RAVIJN_PEERS=... cargo bench --bench side_by_side
//!
//! prints seconds and results, to lay beside those of the NumPy programs run
//! at the same time. `docs/performance.md` tells how and what came out.

use std::hint::black_box;

use ravijn::simulation::{Settings, Watch, simulate};
use ravijn::{diagnostic, model, units};

#[path = "../src/simulation/fixture.rs"]
mod fixture;
mod support;

use support::w1::Growth;
use support::{clock, w1, w2, w3};

fn main() {
    // One thread: this one, so that its processor time is all there is.
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("nothing used rayon yet");
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    println!("inputs: {}", support::inputs::folder().map_or_else(|| "own".to_owned(), |f| f.display().to_string()));
    if wanted("w1") {
        for growth in [Growth::OfVolume, Growth::OfIntensity] {
            simulation(growth);
        }
    }
    if wanted("w2") {
        register();
    }
    if wanted("w3") {
        municipalities();
    }
}

fn simulation(growth: Growth) {
    let model = w1::model(&w1::inputs(), growth);
    for (draws, rounds) in [(100_000, 5), (1_000_000, 3), (10_000_000, 1)] {
        let settings = Settings { draws, watch: Watch::LinesAndTotal, ..Settings::default() };
        let mut outcome = None;
        let spent = clock::seconds(rounds, 0.0, || {
            outcome = Some(simulate(black_box(&model), &settings).expect("sound inputs"))
        });
        let outcome = outcome.expect("ran");
        let last = outcome.groups[0].cost.last().expect("has years");
        let chances: Vec<f64> = outcome.groups[0].cost.iter().filter_map(|c| c.chance_above_budget).collect();
        let memory = clock::peak_memory().map_or_else(String::new, |m| format!(", {m:.0} MiB at most"));
        println!("W1 {growth:?} {draws} draws: {spent:.4} s{memory}");
        println!(
            "   last year: mean {:.0} P5 {:.0} P50 {:.0} P95 {:.0}; chances {chances:.4?}",
            last.mean, last.p5, last.p50, last.p95
        );
        if growth == Growth::OfIntensity && draws >= 1_000_000 {
            break;
        }
    }
}

fn register() {
    let model = w2::model();
    let mut simulated = None;
    let spent = clock::seconds(5, 0.3, || simulated = Some(w2::simulated(black_box(&model), 1_000_000, 1)));
    let simulated = simulated.expect("ran");
    println!("W2 simulated, 1,000,000 draws: {spent:.4} s");
    let values: Vec<f64> = simulated.quantiles.iter().map(|q| q.value.round()).collect();
    println!("   mean {:.0} {values:?}", simulated.mean);
    let mut exact = None;
    let spent = clock::seconds(5, 0.3, || exact = Some(w2::exact(black_box(&model))));
    let (mean, values) = exact.expect("ran");
    println!("W2 exact: {spent:.4} s");
    println!("   mean {mean:.0} {:?}", values.iter().map(|v| v.round()).collect::<Vec<_>>());
}

fn municipalities() {
    for growth in [Growth::OfVolume, Growth::OfIntensity] {
        let work = w3::work(growth);
        let mut found = (0.0, 0);
        let spent = clock::seconds(9, 0.3, || found = w3::run(black_box(&work)));
        println!("W3 {growth:?}: {spent:.4} s");
        println!("   sum {:.6e}, negative {}", found.0, found.1);
    }
}
