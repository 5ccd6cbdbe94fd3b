//! Independent scores made into correlated ones: the product with a Cholesky
//! factor, a few rows and draws at a time so that sums stay in registers.

use super::random::BLOCK;
use super::sampler::Row;

/// Rows that are mixed together, and draws.
const TOGETHER: usize = 4;
const ACROSS: usize = 16;

/// Neighbouring rows of a lower triangle.
#[derive(Clone, Debug)]
pub(super) struct Band {
    first: usize,
    /// How many rows: fewer than [`TOGETHER`] only in the topmost.
    size: usize,
    /// Weights by source up to the last of the rows, then by row; 0 above the
    /// diagonal and where there is no row.
    weights: Vec<[f32; TOGETHER]>,
}

/// Cuts a lower triangle into bands, the last rows first.
#[allow(clippy::cast_possible_truncation, reason = "scores are f32")]
pub(super) fn bands(factor: &[Vec<f64>]) -> Vec<Band> {
    let mut out = Vec::new();
    let mut end = factor.len();
    while end > 0 {
        let first = end.saturating_sub(TOGETHER);
        let weight = |row: usize, column: usize| {
            let row = factor.get(first + row).filter(|_| first + row < end && column <= first + row);
            row.and_then(|r| r.get(column)).map_or(0.0, |&l| l as f32)
        };
        let weights = (0..end).map(|column| std::array::from_fn(|row| weight(row, column))).collect();
        out.push(Band { first, size: end - first, weights });
        end = first;
    }
    out
}

/// z = L e in place, from the last rows up: row i needs the e's up to i only.
/// Four rows by sixteen draws at a time keep their sums in registers; each sum
/// runs over the e's in order.
#[inline(always)]
pub(super) fn mix_rows(bands: &[Band], rows: &mut [Row<f32>]) {
    for at in 0..BLOCK / ACROSS {
        for band in bands {
            let mut sums = [[0.0_f32; ACROSS]; TOGETHER];
            for (e, l) in rows.iter().zip(&band.weights) {
                let e = &e.as_chunks::<ACROSS>().0[at];
                for row in 0..TOGETHER {
                    for k in 0..ACROSS {
                        sums[row][k] = l[row].mul_add(e[k], sums[row][k]);
                    }
                }
            }
            // Laid down in memory first: else the compiler reads the loop from
            // this end and shuffles numbers one by one.
            let sums = std::hint::black_box(sums);
            for (out, sum) in rows[band.first..].iter_mut().zip(&sums).take(band.size) {
                out.as_chunks_mut::<ACROSS>().0[at] = *sum;
            }
        }
    }
}
