//! The statistical battery that the random numbers must pass.
//!
//! Scores are made in single precision. That is allowed because of what is
//! measured here: moments, distance to the normal distribution over its whole
//! range and in the tails, independence within a stream and between streams,
//! and the error of every number against double precision. Each limit is set
//! from the sampling error of its statistic, over several seeds, so that a
//! generator with a defect of that size fails and a sound one does not.

// References may use the platform's mathematics: they only check.
#![allow(clippy::disallowed_methods)]

use rand_xoshiro::Xoshiro128PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::*;
use crate::simulation::special::normal_cdf;

const SEEDS: u64 = 8;

/// `blocks` rows of one address, each from its own block.
fn sample(seed: u64, address: &str, blocks: u64) -> Vec<f64> {
    let key = StreamKey::new(seed, address);
    let mut row = [0.0; BLOCK];
    let mut all = Vec::new();
    for block in 0..blocks {
        key.stream(block).normals(&mut row);
        all.extend(row.iter().map(|&z| f64::from(z)));
    }
    all
}

/// `rows` rows of one stream.
fn one_stream(seed: u64, address: &str, rows: usize) -> Vec<f64> {
    let mut stream = Stream::new(seed, address, 3);
    let mut row = [0.0; BLOCK];
    let mut all = Vec::new();
    for _ in 0..rows {
        stream.normals(&mut row);
        all.extend(row.iter().map(|&z| f64::from(z)));
    }
    all
}

fn mean(xs: impl Iterator<Item = f64>) -> f64 {
    let (sum, n) = xs.fold((0.0, 0.0), |(s, n), x| (s + x, n + 1.0));
    sum / n
}

#[test]
fn every_lane_is_the_published_generator() {
    let mut stream = Stream::new(7, "index.ova.rate", 12);
    let seeds: Vec<[u8; 16]> = (0..LANES)
        .map(|k| {
            let mut seed = [0; 16];
            for (word, bytes) in stream.lanes.iter().zip(seed.chunks_exact_mut(4)) {
                bytes.copy_from_slice(&word[k].to_le_bytes());
            }
            seed
        })
        .collect();
    let mut references: Vec<_> = seeds.into_iter().map(Xoshiro128PlusPlus::from_seed).collect();
    for _ in 0..1000 {
        for (ours, reference) in stream.step().into_iter().zip(&mut references) {
            assert_eq!(ours, reference.next_u32());
        }
    }
}

#[test]
fn moments_are_those_of_the_normal_distribution() {
    for seed in 0..SEEDS {
        let z = sample(seed, "moments", 16_384);
        let n = f64::from(16_384 * 256_u32).sqrt();
        // Standard errors of the first six moments: sqrt(mu_2k - mu_k^2) / sqrt(n).
        for (power, expected, se) in [
            (1, 0.0, 1.0),
            (2, 1.0, 2f64.sqrt()),
            (3, 0.0, 15f64.sqrt()),
            (4, 3.0, 96f64.sqrt()),
            (6, 15.0, 10_170f64.sqrt()),
        ] {
            let moment = mean(z.iter().map(|z| z.powi(power)));
            assert!((moment - expected).abs() < 4.5 * se / n, "seed {seed} moment {power}: {moment}");
        }
    }
}

#[test]
fn the_whole_range_passes_kolmogorov_and_anderson() {
    let mut anderson = Vec::new();
    for seed in 0..SEEDS {
        let mut z = sample(seed, "range", 4096);
        z.sort_by(f64::total_cmp);
        let n = z.len();
        let count = n as f64;
        let mut distance: f64 = 0.0;
        let mut sum = 0.0;
        for (i, x) in z.iter().enumerate() {
            let share = normal_cdf(*x);
            let i = i as f64;
            distance = distance.max((share - i / count).abs()).max((share - (i + 1.0) / count).abs());
            let upper = normal_cdf(-z[n - 1 - i as usize]);
            sum += (2.0 * i + 1.0) * (share.ln() + upper.ln());
        }
        // 1.95 / sqrt(n) is the 0.1 % point of Kolmogorov's statistic.
        assert!(distance * count.sqrt() < 1.95, "seed {seed}: {}", distance * count.sqrt());
        anderson.push(-count - sum / count);
    }
    // 6.0 is the 0.1 % point of Anderson and Darling's statistic, 0.28 its 5 % point from below.
    assert!(anderson.iter().all(|a| *a < 6.0 && *a > 0.1), "{anderson:?}");
    // Its mean over seeds is 1 with standard deviation 0.76.
    let average = anderson.iter().sum::<f64>() / anderson.len() as f64;
    assert!((average - 1.0).abs() < 4.0 * 0.76 / (SEEDS as f64).sqrt(), "{average}");
}

#[test]
fn tails_hold_as_many_draws_as_they_should() {
    let mut counts = [0u64; 5];
    let mut total = 0u64;
    for seed in 0..SEEDS {
        for z in sample(seed, "tails", 16_384) {
            for (edge, count) in counts.iter_mut().enumerate() {
                // Beyond 1, 2, 3, 4 and 5 standard deviations, either way.
                *count += u64::from(z.abs() > edge as f64 + 1.0);
            }
            total += 1;
        }
    }
    for (edge, count) in counts.into_iter().enumerate() {
        let chance = 2.0 * normal_cdf(-(edge as f64) - 1.0);
        let expected = chance * total as f64;
        let z = (count as f64 - expected) / (expected * (1.0 - chance)).sqrt();
        assert!(z.abs() < 4.0, "beyond {}: {count} where {expected} belong", edge + 1);
    }
}

#[test]
fn numbers_of_a_stream_are_independent() {
    for seed in 0..SEEDS {
        let z = one_stream(seed, "lags", 2048);
        let n = z.len() as f64;
        // Neighbours, both halves of a pair, both rows of a step, rows and years.
        for lag in [1, 2, 15, 16, 17, 32, 64, 128, 255, 256, 257, 512] {
            for power in [1, 2] {
                let centre = if power == 1 { 0.0 } else { 1.0 };
                let scale = if power == 1 { 1.0 } else { 2.0 };
                let products =
                    z.iter().zip(&z[lag..]).map(|(a, b)| (a.powi(power) - centre) * (b.powi(power) - centre));
                let correlation = mean(products) / scale;
                assert!(correlation.abs() * n.sqrt() < 5.0, "seed {seed} lag {lag} power {power}: {correlation}");
            }
        }
    }
}

#[test]
fn streams_of_other_addresses_blocks_and_seeds_are_independent() {
    let mut rows = Vec::new();
    for (seed, address) in [(1, "a"), (1, "b"), (2, "a"), (1, "cost.x.volume.growth"), (1, "cost.y.volume.growth")] {
        rows.push(sample(seed, address, 4096));
    }
    // The same address one block on.
    rows.push(rows[0][BLOCK..].to_vec());
    let mut worst: f64 = 0.0;
    for i in 0..rows.len() {
        for j in 0..i {
            let n = rows[i].len().min(rows[j].len()) as f64;
            let plain = mean(rows[i].iter().zip(&rows[j]).map(|(a, b)| a * b));
            let squared = mean(rows[i].iter().zip(&rows[j]).map(|(a, b)| (a * a - 1.0) * (b * b - 1.0) / 2.0));
            worst = worst.max(plain.abs() * n.sqrt()).max(squared.abs() * n.sqrt());
        }
    }
    assert!(worst < 4.5, "{worst} standard errors");
    // Over many addresses the correlations must themselves be standard normal.
    let streams: Vec<Vec<f64>> = (0..60).map(|i| one_stream(1, &format!("risk.r{i}"), 16)).collect();
    let n = streams[0].len() as f64;
    let mut squares = Vec::new();
    for i in 0..streams.len() {
        for j in 0..i {
            squares.push(n * mean(streams[i].iter().zip(&streams[j]).map(|(a, b)| a * b)).powi(2));
        }
    }
    let average = mean(squares.iter().copied());
    assert!((average - 1.0).abs() < 4.0 * (2.0 / squares.len() as f64).sqrt(), "{average}");
}

#[test]
fn the_two_of_a_pair_lie_evenly_around_the_circle() {
    // Sixteen sectors and eight rings of equal chance: chi-square with 127
    // degrees of freedom, mean 127 and standard deviation sqrt(254).
    for seed in 0..SEEDS {
        let z = one_stream(seed, "circle", 4096);
        let mut cells = [[0f64; 8]; 16];
        for pair in z.chunks_exact(2 * LANES) {
            for k in 0..LANES {
                let (x, y) = (pair[k], pair[k + LANES]);
                let sector = ((y.atan2(x) / std::f64::consts::TAU + 0.5) * 16.0) as usize;
                let ring = ((-0.5 * (x * x + y * y)).exp() * 8.0) as usize;
                cells[sector.min(15)][ring.min(7)] += 1.0;
            }
        }
        let expected = z.len() as f64 / 2.0 / 128.0;
        let chi: f64 = cells.iter().flatten().map(|c| (c - expected) * (c - expected) / expected).sum();
        assert!((chi - 127.0).abs() < 4.5 * 254f64.sqrt(), "seed {seed}: {chi}");
    }
}

#[test]
fn single_precision_stays_near_double_precision() {
    let mut worst: f64 = 0.0;
    let mut stream = Stream::new(5, "precision", 0);
    for _ in 0..20_000 {
        let (a, b) = (stream.step(), stream.step());
        for (a, b) in a.into_iter().zip(b) {
            let (x, y) = box_muller(a, b);
            let u = (f64::from(a >> 1) + 0.5) / 2f64.powi(31);
            let radius = (-2.0 * u.ln()).sqrt();
            let angle = f64::from((b << 2) as i32) / 2f64.powi(31) * std::f64::consts::FRAC_PI_4;
            let turned = if (b >> 30) & 1 == 1 { -radius } else { radius };
            let (mut along, mut across) = (turned * angle.cos(), radius * angle.sin());
            if b >> 31 == 1 {
                std::mem::swap(&mut along, &mut across);
            }
            // Rounding u near 1 moves small radii by up to 2^-12.5 of nothing:
            // those lie around the centre, where the density is flat.
            let error = (f64::from(x) - along).abs().max((f64::from(y) - across).abs());
            if radius > 0.05 {
                worst = worst.max(error);
            }
        }
    }
    assert!(worst < 2e-6, "{worst}");
}

#[test]
fn uniforms_fill_their_range_evenly() {
    let mut stream = Stream::new(11, "uniform", 0);
    let mut row = [0.0; BLOCK];
    let mut cells = [0f64; 1000];
    for _ in 0..8192 {
        stream.uniforms(&mut row);
        for u in row {
            assert!(u > 0.0 && u < 1.0);
            cells[(u * 1000.0) as usize] += 1.0;
        }
    }
    let expected = 8192.0 * BLOCK as f64 / 1000.0;
    let chi: f64 = cells.iter().map(|c| (c - expected) * (c - expected) / expected).sum();
    assert!((chi - 999.0).abs() < 4.0 * (2.0 * 999f64).sqrt(), "{chi}");
}

#[test]
fn every_width_gives_the_same_bits() {
    let stream = Stream::new(3, "width", 9);
    let rows: Vec<Vec<u32>> = [Width::Baseline, Width::Avx2, Width::Avx512]
        .into_iter()
        .map(|width| {
            let mut stream = stream.clone();
            let mut bits = Vec::new();
            let mut row = [0.0; BLOCK];
            for _ in 0..500 {
                width.run(Normals { stream: &mut stream, out: &mut row });
                bits.extend(row.iter().map(|z| z.to_bits()));
            }
            bits
        })
        .collect();
    assert_eq!(rows[0], rows[1]);
    assert_eq!(rows[0], rows[2]);
}

#[test]
fn a_stream_is_a_function_of_its_address_alone() {
    // Pinned on purpose: these numbers may never change, or every result of
    // every municipality changes with them. SplitMix64 and FNV-1a are checked
    // against their published test values.
    let mut state = 1_234_567;
    assert_eq!(split_mix(&mut state), 6_457_827_717_110_365_317);
    assert_eq!(split_mix(&mut state), 3_203_168_211_198_807_973);
    assert_eq!(fnv(""), 0xCBF2_9CE4_8422_2325);
    assert_eq!(fnv("foobar"), 0x8594_4171_F739_67E8);
    let (mut a, mut b) = ([0.0; BLOCK], [0.0; BLOCK]);
    Stream::new(1, "x", 5).normals(&mut a);
    StreamKey::new(1, "x").stream(5).normals(&mut b);
    assert_eq!(a, b);
}
