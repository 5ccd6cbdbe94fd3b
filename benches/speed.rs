//! The same work in small, for people who change the engine: criterion says
//! whether a change made it faster or slower.
//!
//!     cargo bench --bench speed

use criterion::{Criterion, criterion_group, criterion_main};
use ravijn::projection::{Central, project};
use ravijn::simulation::{BLOCK, Settings, Stream, Watch, simulate};
use ravijn::{diagnostic, model, units};
use std::hint::black_box;

#[path = "../src/simulation/fixture.rs"]
mod fixture;
mod support;

use support::w1::Growth;
use support::{w1, w2, w3};

fn numbers(c: &mut Criterion) {
    let mut stream = Stream::new(1, "bench", 0);
    let mut row = [0.0; BLOCK];
    c.bench_function("a block of normals", |b| b.iter(|| stream.normals(black_box(&mut row))));
}

fn simulation(c: &mut Criterion) {
    let model = w1::model(&w1::inputs(), Growth::OfVolume);
    let settings = |watch| Settings { draws: 10_000, watch, ..Settings::default() };
    let few = settings(Watch::LinesAndTotal);
    c.bench_function("W1, 10,000 draws", |b| b.iter(|| simulate(black_box(&model), &few).expect("sound inputs")));
    let all = settings(Watch::Everything);
    c.bench_function("W1, 10,000 draws, all groups", |b| {
        b.iter(|| simulate(black_box(&model), &all).expect("sound inputs"))
    });
    c.bench_function("W1, one projection with its reasons", |b| {
        b.iter(|| project(black_box(&model), &Central(&model)))
    });
}

fn register(c: &mut Criterion) {
    let model = w2::model();
    c.bench_function("W2, 100,000 draws", |b| b.iter(|| w2::simulated(black_box(&model), 100_000, 1)));
    c.bench_function("W2, exact", |b| b.iter(|| w2::exact(black_box(&model))));
}

fn municipalities(c: &mut Criterion) {
    let work = w3::work(Growth::OfIntensity);
    c.bench_function("W3", |b| b.iter(|| w3::run(black_box(&work))));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = numbers, simulation, register, municipalities
}
criterion_main!(benches);
