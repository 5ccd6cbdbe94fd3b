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
    /// Weights of what comes before the first row: by source, then by row.
    before: Vec<[f32; TOGETHER]>,
    /// Weights of the rows themselves; 0 above the diagonal.
    own: [[f32; TOGETHER]; TOGETHER],
}

/// Cuts a lower triangle into bands, the last rows first.
#[allow(clippy::cast_possible_truncation, reason = "scores are f32")]
pub(super) fn bands(factor: &[Vec<f64>]) -> Vec<Band> {
    let mut out = Vec::new();
    let mut end = factor.len();
    while end > 0 {
        let first = end.saturating_sub(TOGETHER);
        let weight =
            |row: usize, column: usize| factor.get(first + row).and_then(|r| r.get(column)).map_or(0.0, |&l| l as f32);
        out.push(Band {
            first,
            size: end - first,
            before: (0..first).map(|column| std::array::from_fn(|row| weight(row, column))).collect(),
            own: std::array::from_fn(|row| std::array::from_fn(|column| weight(row, first + column))),
        });
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
            let (before, own) = rows.split_at_mut(band.first);
            for (e, l) in before.iter().zip(&band.before) {
                let e = &e.as_chunks::<ACROSS>().0[at];
                for row in 0..TOGETHER {
                    for k in 0..ACROSS {
                        sums[row][k] += l[row] * e[k];
                    }
                }
            }
            let mut mine = [[0.0_f32; ACROSS]; TOGETHER];
            for (e, row) in mine.iter_mut().zip(own.iter()) {
                *e = row.as_chunks::<ACROSS>().0[at];
            }
            for (row, out) in own.iter_mut().enumerate().take(band.size) {
                for column in 0..=row {
                    let l = band.own[row][column];
                    for k in 0..ACROSS {
                        sums[row][k] += l * mine[column][k];
                    }
                }
                out.as_chunks_mut::<ACROSS>().0[at] = sums[row];
            }
        }
    }
}
