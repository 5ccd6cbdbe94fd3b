//! From a uniform number to an amount, fast: the inverse of a PERT as a table.
//!
//! Computing an inverse beta takes thousands of instructions, a draw may take
//! ten. The cells are narrow where the inverse is steep: their width is a
//! sixteenth of the chance from the nearer end. In each a parabola runs through
//! three exact values. Error: at most [`TABLE_ERROR`] of the width of the
//! range, except in the outermost 2^-19 on either side, where it is below the
//! distance between two values.

use super::beta::{Beta, Walk};
use super::severity::{Pert, Severity};

/// Bound on the error of a table as a share of max - min. Held in the tests.
pub const TABLE_ERROR: f64 = 2e-6;

/// Mantissa bits that number the cells of one octave.
const BITS: u32 = 4;
/// What is added to a chance before its octave is taken, so that the octaves end.
const START: f64 = 1.0 / 32768.0;
/// Octaves from `START` up to 1/2 + `START`, and one more cell.
const CELLS: usize = (14 << BITS) + 1;

/// One piece: a parabola in the chance from the nearer end plus `START`.
type Piece = [f64; 3];

/// The inverse distribution function of a PERT.
#[derive(Clone, Debug)]
pub(super) struct Table {
    /// Lower half by cell of u, then upper half by cell of 1 - u.
    pieces: Box<[Piece; 2 * CELLS]>,
}

/// What one occurrence costs, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) enum Amount {
    Point(f64),
    Uniform { min: f64, width: f64 },
    Pert(Table),
}

impl Amount {
    /// A severity, every amount times `factor`.
    pub(super) fn of(severity: &Severity, factor: f64) -> Self {
        match severity.times(factor) {
            Severity::Point(x) => Self::Point(x),
            Severity::Uniform { min, max } => Self::Uniform { min, width: max - min },
            Severity::Pert(pert) => Self::Pert(Table::of(&pert)),
        }
    }

    /// The amount at a uniform number.
    #[inline(always)]
    pub(super) fn at(&self, u: f64) -> f64 {
        match self {
            Self::Point(x) => *x,
            Self::Uniform { min, width } => min + width * u,
            Self::Pert(table) => table.at(u),
        }
    }
}

impl Table {
    fn of(pert: &Pert) -> Self {
        let mut pieces = Box::new([[0.0; 3]; 2 * CELLS]);
        let (min, width) = pert.span();
        let half = |beta: &Beta, value: &dyn Fn(f64) -> f64, out: &mut [Piece]| {
            let (mut walk, mut left) = (Walk::new(beta), value(0.0));
            for (cell, piece) in out.iter_mut().enumerate() {
                let (from, to) = (edge(cell), edge(cell + 1));
                let middle = 0.5 * (from + to);
                let centre = value(walk.to(middle - START));
                let right = value(walk.to(to - START));
                let slope = (right - left) / (to - from);
                // Twice the bend over the middle; none in the first, which is too steep for a parabola.
                let bend =
                    if cell == 0 { 0.0 } else { 2.0 * (left + right - 2.0 * centre) / ((to - from) * (to - from)) };
                // left + slope (t - from) + bend (t - from) (t - to), by powers of t.
                *piece = [left - slope * from + bend * from * to, slope - bend * (from + to), bend];
                left = right;
            }
        };
        let (low, high) = pieces.split_at_mut(CELLS);
        half(&pert.beta, &|x| min + width * x, low);
        half(&pert.beta.mirrored(), &|x| min + width * (1.0 - x), high);
        Self { pieces }
    }

    /// The amount at a uniform number in 0..=1.
    #[inline(always)]
    pub(super) fn at(&self, u: f64) -> f64 {
        let other = 1.0 - u;
        let t = if u < other { u } else { other } + START;
        let cell = (t.to_bits() >> (52 - BITS)) - (START.to_bits() >> (52 - BITS));
        let place = cell as usize + usize::from(u > other) * CELLS;
        let [c0, c1, c2] = self.pieces[place.min(2 * CELLS - 1)];
        c0 + t * (c1 + t * c2)
    }
}

/// Where a cell begins, with `START` in it.
fn edge(cell: usize) -> f64 {
    f64::from_bits(((START.to_bits() >> (52 - BITS)) + cell as u64) << (52 - BITS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_holds_to_its_error() {
        for mode in [0.0, 1.0, 20.0, 50.0, 77.0, 100.0] {
            let severity = Severity::pert(0.0, mode, 100.0);
            let amount = Amount::of(&severity, 1.0);
            for i in 0..4000 {
                let u = (f64::from(i) + 0.37) / 4000.0;
                let miss = (amount.at(u) - severity.quantile(u)).abs() / 100.0;
                assert!(miss <= TABLE_ERROR, "mode {mode} u {u}: {miss}");
            }
            for u in [2e-5, 1e-4, 1.0 - 1e-4, 1.0 - 2e-5] {
                let miss = (amount.at(u) - severity.quantile(u)).abs() / 100.0;
                assert!(miss <= TABLE_ERROR, "mode {mode} u {u}: {miss}");
            }
            assert!((amount.at(0.0) - 0.0).abs() < 1e-9 && (amount.at(1.0) - 100.0).abs() < 1e-9);
        }
    }

    #[test]
    fn the_table_has_the_mean_of_the_pert() {
        let severity = Severity::pert(20.0, 50.0, 120.0);
        let amount = Amount::of(&severity, 2.0);
        let mean: f64 = (0..100_000).map(|i| amount.at((f64::from(i) + 0.5) / 100_000.0)).sum::<f64>() / 100_000.0;
        assert!((mean / (2.0 * severity.mean()) - 1.0).abs() < 2e-6, "{mean}");
    }
}
