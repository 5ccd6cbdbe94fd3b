//! Processor seconds of the work that others do in NumPy, on one thread, in
//! turn with those NumPy programs where they are at hand.
//!
//!     RAVIJN_PEERS=... cargo bench --bench side_by_side [w1 w2 w3]
//!
//! `docs/performance.md` tells how to get there and what came out.

use std::hint::black_box;

use ravijn::simulation::{Settings, Watch, simulate};
use ravijn::{diagnostic, model, units};

#[path = "support/clock.rs"]
mod clock;
#[path = "../src/simulation/fixture.rs"]
mod fixture;
#[path = "support/peer.rs"]
mod peer;
mod support;

use peer::Peer;
use support::w1::Growth;
use support::{w1, w2, w3};

/// Rounds of which the median counts: ours, theirs, ours, theirs and so on, so
/// that a busy neighbour hinders both.
const ROUNDS: usize = 5;

fn main() {
    // One thread: this one, so that its processor time is all there is.
    rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global().expect("nothing used rayon yet");
    let asked: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let wanted = |name: &str| asked.is_empty() || asked.iter().any(|a| a == name);
    println!("inputs: {}", support::inputs::folder().map_or_else(|| "own".to_owned(), |f| f.display().to_string()));
    let peer = Peer::find();
    let peer = peer.as_ref();
    println!("peers: {}", peer.map_or_else(|| "none".to_owned(), |p| p.folder().display().to_string()));
    if wanted("w1") {
        simulation(peer);
    }
    if wanted("w2") {
        register(peer);
    }
    if wanted("w3") {
        municipalities(peer);
    }
}

/// Medians of a race; theirs where there is a peer.
struct Race {
    own: f64,
    theirs: Option<f64>,
}

/// Runs both in turn. A round of ours takes at least `least` seconds.
fn race(name: &str, rounds: usize, least: f64, peer: Option<(&Peer, &str)>, mut own: impl FnMut() -> String) -> Race {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let (mut result, mut said) = (String::new(), String::new());
    for _ in 0..rounds {
        ours.push(clock::seconds(least, || result = own()));
        if let Some((peer, program)) = peer {
            let found = peer.run(program);
            theirs.push(found.seconds);
            said = found.results;
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        times.get(times.len() / 2).copied()
    };
    let race = Race { own: median(&mut ours).unwrap_or(f64::NAN), theirs: median(&mut theirs) };
    match race.theirs {
        Some(theirs) => {
            println!("{name}: {:.4} s, NumPy {theirs:.4} s: {:.1} times as fast", race.own, theirs / race.own);
        }
        None => println!("{name}: {:.4} s", race.own),
    }
    println!("   ours:   {result}");
    if !said.is_empty() {
        println!("   theirs: {said}");
    }
    race
}

fn simulation(peer: Option<&Peer>) {
    let inputs = w1::inputs();
    for growth in [Growth::OfIntensity, Growth::OfVolume] {
        let model = w1::model(&inputs, growth);
        for (draws, rounds, program) in
            [(100_000, ROUNDS, "w1_numpy.py 100000 3 sort"), (1_000_000, 3, "w1_numpy.py 1000000 1 sort")]
        {
            let peer = peer.map(|p| (p, program));
            race(&format!("W1 {growth:?}, {draws} draws"), rounds, 0.0, peer, || w1_run(&model, draws));
            tell_memory();
        }
    }
    let model = w1::model(&inputs, Growth::OfIntensity);
    race("W1 OfIntensity, 10000000 draws", 1, 0.0, None, || w1_run(&model, 10_000_000));
    tell_memory();
}

fn w1_run(model: &model::Model, draws: u64) -> String {
    let settings = Settings { draws, watch: Watch::LinesAndTotal, ..Settings::default() };
    let outcome = simulate(black_box(model), &settings).expect("sound inputs");
    let last = outcome.groups[0].cost.last().expect("has years");
    let chances: Vec<f64> = outcome.groups[0].cost.iter().filter_map(|c| c.chance_above_budget).collect();
    format!(
        "mean {:.0} [{:.0} {:.0} {:.0} {:.0} {:.0} {:.0} {:.0}] above {chances:.4?}",
        last.mean, last.p5, last.p10, last.p25, last.p50, last.p75, last.p90, last.p95
    )
}

fn tell_memory() {
    if let Some(most) = clock::peak_memory() {
        println!("   memory so far: {most:.1} MiB at most");
    }
}

fn register(peer: Option<&Peer>) {
    let model = w2::model();
    let simulated =
        race("W2 simulated, 1000000 draws", ROUNDS, 0.3, peer.map(|p| (p, "w2_numpy.py numpy 1000000 1")), || {
            let found = w2::simulated(black_box(&model), 1_000_000, 1);
            let values: Vec<f64> = found.quantiles.iter().map(|q| q.value.round()).collect();
            format!("mean {:.0} {values:?}", found.mean)
        });
    let exact = race("W2 exact", ROUNDS, 0.3, peer.map(|p| (p, "w2_numpy.py fft 1 7")), || {
        let (mean, values) = w2::exact(black_box(&model));
        format!("mean {mean:.0} {:?}", values.iter().map(|v| v.round()).collect::<Vec<_>>())
    });
    println!("   exact takes 1/{:.1} of simulated", simulated.own / exact.own);
    if let Some(theirs) = simulated.theirs {
        println!("   exact is {:.0} times as fast as NumPy simulates", theirs / exact.own);
    }
}

fn municipalities(peer: Option<&Peer>) {
    for growth in [Growth::OfIntensity, Growth::OfVolume] {
        let work = w3::work(growth);
        let peer = peer.map(|p| (p, "w3_numpy.py numpy 342 50 5"));
        race(&format!("W3 {growth:?}"), ROUNDS, 0.3, peer, || {
            let (sum, negative) = w3::run(black_box(&work));
            format!("sum {sum:.6e}, negative {negative}")
        });
    }
}
