//! The loops over lanes: each one operation on whole slices, nothing else.
//!
//! Compiled three times (baseline, AVX2, AVX-512) and chosen when the program
//! runs. Every element is computed by the same IEEE operations in the same
//! order whatever the width; a product that is added in one rounding says so
//! (`mul_add`), so the bits are the same on every machine. This is the only file of the room that needs `unsafe`: a
//! function compiled for a wider processor may be called only where that
//! processor was found.

/// `out = f(out)`
#[inline(always)]
fn alone(out: &mut [f64], mut f: impl FnMut(f64) -> f64) {
    for o in out {
        *o = f(*o);
    }
}

/// `out = f(out, x)`
#[inline(always)]
fn with_one(out: &mut [f64], x: &[f64], mut f: impl FnMut(f64, f64) -> f64) {
    for (o, x) in out.iter_mut().zip(x) {
        *o = f(*o, *x);
    }
}

/// `out = f(out, x, y)`
#[inline(always)]
fn with_two(out: &mut [f64], x: &[f64], y: &[f64], mut f: impl FnMut(f64, f64, f64) -> f64) {
    for ((o, x), y) in out.iter_mut().zip(x).zip(y) {
        *o = f(*o, *x, *y);
    }
}

/// Not below 0.
#[inline(always)]
fn floored(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// `start + (now / before - 1)`, `start` where there was nothing before.
#[inline(always)]
fn grown(start: f64, now: f64, before: f64) -> f64 {
    let growth = now / before - 1.0;
    start + (if before == 0.0 { 0.0 } else { growth })
}

/// Defines a loop over lanes in the widest form that the processor has.
macro_rules! lane_loops {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),*) $(-> $out:ty)? $body:block)*) => {$(
        $(#[$doc])*
        #[allow(unsafe_code)]
        pub(super) fn $name($($arg: $ty),*) $(-> $out)? {
            #[inline(always)]
            fn plain($($arg: $ty),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($arg: $ty),*) $(-> $out)? { plain($($arg),*) }
                #[target_feature(enable = "fma,avx512f,avx512vl")]
                fn avx512($($arg: $ty),*) $(-> $out)? { plain($($arg),*) }
                if std::arch::is_x86_feature_detected!("fma") {
                    if std::arch::is_x86_feature_detected!("avx512vl") {
                        // SAFETY: the processor has what the function is compiled for.
                        return unsafe { avx512($($arg),*) };
                    }
                    if std::arch::is_x86_feature_detected!("avx2") {
                        // SAFETY: as above.
                        return unsafe { avx2($($arg),*) };
                    }
                }
            }
            plain($($arg),*)
        }
    )*};
}

lane_loops! {
    /// `out = scalar + x`
    fn set_sum(out: &mut [f64], scalar: f64, x: &[f64]) {
        with_one(out, x, |_, x| scalar + x);
    }

    /// `out += scalar`
    fn add_scalar(out: &mut [f64], scalar: f64) {
        alone(out, |o| o + scalar);
    }

    /// `out += x`
    fn add(out: &mut [f64], x: &[f64]) {
        with_one(out, x, |o, x| o + x);
    }

    /// `out = scalar - x`
    fn set_difference(out: &mut [f64], scalar: f64, x: &[f64]) {
        with_one(out, x, |_, x| scalar - x);
    }

    /// `out -= x`
    fn sub(out: &mut [f64], x: &[f64]) {
        with_one(out, x, |o, x| o - x);
    }

    /// `out = scalar * x`
    fn set_scaled(out: &mut [f64], scalar: f64, x: &[f64]) {
        with_one(out, x, |_, x| scalar * x);
    }

    /// `out *= scalar`
    fn scale(out: &mut [f64], scalar: f64) {
        alone(out, |o| o * scalar);
    }

    /// `out *= x`
    fn mul(out: &mut [f64], x: &[f64]) {
        with_one(out, x, |o, x| o * x);
    }

    /// `out = (scalar * x) * y`
    fn set_scaled_product(out: &mut [f64], scalar: f64, x: &[f64], y: &[f64]) {
        with_two(out, x, y, |_, x, y| (scalar * x) * y);
    }

    /// `out = ((scalar * x) * y) * z`
    fn set_scaled_product_of_three(out: &mut [f64], scalar: f64, x: &[f64], y: &[f64], z: &[f64]) {
        for (((o, x), y), z) in out.iter_mut().zip(x).zip(y).zip(z) {
            *o = ((scalar * x) * y) * z;
        }
    }

    /// `out = base + scalar * x`
    fn set_base_plus_scaled(out: &mut [f64], base: f64, scalar: f64, x: &[f64]) {
        with_one(out, x, |_, x| base + scalar * x);
    }

    /// `out += scalar * x`
    fn add_scaled(out: &mut [f64], scalar: f64, x: &[f64]) {
        with_one(out, x, |o, x| o + scalar * x);
    }

    /// `out += x * y`
    fn add_product(out: &mut [f64], x: &[f64], y: &[f64]) {
        with_two(out, x, y, |o, x, y| o + x * y);
    }

    /// `out = (((out + a) + b) + c) + d`: four at once keep the sum in a register.
    fn add_four(out: &mut [f64], a: &[f64], b: &[f64], c: &[f64], d: &[f64]) {
        for ((((o, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *o = (((*o + a) + b) + c) + d;
        }
    }

    /// `out = (((start + a) + b) + c) + d`
    fn set_four(out: &mut [f64], start: f64, a: &[f64], b: &[f64], c: &[f64], d: &[f64]) {
        for ((((o, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *o = (((start + a) + b) + c) + d;
        }
    }

    /// `out *= 1 + rate`
    fn raise(out: &mut [f64], rate: &[f64]) {
        with_one(out, rate, |o, r| o * (1.0 + r));
    }

    /// `out = x * (1 + rate)`
    fn set_raised(out: &mut [f64], x: &[f64], rate: &[f64]) {
        with_two(out, x, rate, |_, x, r| x * (1.0 + r));
    }

    /// `out = start + (now / before - 1)`, `start` where there was nothing before.
    fn set_grown(out: &mut [f64], start: f64, now: &[f64], before: &[f64]) {
        with_two(out, now, before, |_, n, b| grown(start, n, b));
    }

    /// `out = x * max(bracket + last, 0)`; how many brackets were below 0.
    fn set_floored_sum_product(out: &mut [f64], x: &[f64], bracket: &[f64], last: &[f64]) -> u64 {
        let mut below = 0;
        for (((o, x), f), l) in out.iter_mut().zip(x).zip(bracket).zip(last) {
            let f = f + l;
            below += u64::from(f < 0.0);
            *o = x * floored(f);
        }
        below
    }

    /// `out = x * max(bracket + last, 0)`; how many brackets were below 0.
    fn set_floored_scalar_product(out: &mut [f64], x: &[f64], bracket: f64, last: &[f64]) -> u64 {
        let mut below = 0;
        with_two(out, x, last, |_, x, l| {
            let f = bracket + l;
            below += u64::from(f < 0.0);
            x * floored(f)
        });
        below
    }

    /// `out = x * max(bracket + (now / before - 1), 0)`, the bracket alone where
    /// there was nothing before; how many were below 0.
    fn set_floored_grown(out: &mut [f64], x: &[f64], bracket: f64, now: &[f64], before: &[f64]) -> u64 {
        let mut below = 0;
        for (((o, x), n), b) in out.iter_mut().zip(x).zip(now).zip(before) {
            let f = grown(bracket, *n, *b);
            below += u64::from(f < 0.0);
            *o = x * floored(f);
        }
        below
    }

    /// `out = x * max(bracket + (now / before - 1) + last, 0)`, likewise.
    fn set_floored_grown_sum(out: &mut [f64], x: &[f64], bracket: f64, now: &[f64], before: &[f64], last: &[f64]) -> u64 {
        let mut below = 0;
        for ((((o, x), n), b), l) in out.iter_mut().zip(x).zip(now).zip(before).zip(last) {
            let f = grown(bracket, *n, *b) + l;
            below += u64::from(f < 0.0);
            *o = x * floored(f);
        }
        below
    }

    /// `out = x * max(bracket, 0)`; how many brackets were below 0.
    fn set_floored_product(out: &mut [f64], x: &[f64], bracket: &[f64]) -> u64 {
        let mut below = 0;
        with_two(out, x, bracket, |_, x, f| {
            below += u64::from(f < 0.0);
            x * floored(f)
        });
        below
    }

    /// `out = scalar * max(bracket, 0)`; how many brackets were below 0.
    fn set_floored_scaled(out: &mut [f64], scalar: f64, bracket: &[f64]) -> u64 {
        let mut below = 0;
        with_one(out, bracket, |_, f| {
            below += u64::from(f < 0.0);
            scalar * floored(f)
        });
        below
    }

    /// `out = max(out, 0)`
    fn floor_zero(out: &mut [f64]) {
        alone(out, floored);
    }

    /// As [`fold_bands`], with two cells in every band.
    fn fold_pairs(persons: &[f64], rates: &[f64], out: &mut [f64]) -> [f64; 8] {
        let mut total = [0.0; 8];
        let pairs = persons.as_chunks::<2>().0.iter().zip(rates.as_chunks::<16>().0);
        for (out, (persons, rates)) in out.as_chunks_mut::<8>().0.iter_mut().zip(pairs) {
            for row in 0..8 {
                out[row] = persons[0] * rates[row] + persons[1] * rates[8 + row];
            }
            for row in 0..8 {
                total[row] += out[row];
            }
        }
        total
    }

    /// Weight of every band for eight lines: `out[band][row]` is the sum of
    /// `persons[cell] * rates[cell][row]` over the cells of the band. Gives the
    /// sum over the bands in order (which also keeps the compiler from working
    /// on eight bands at a time, which is slower).
    fn fold_bands(persons: &[f64], rates: &[f64], starts: &[usize], out: &mut [f64]) -> [f64; 8] {
        let mut total = [0.0; 8];
        let out = out.as_chunks_mut::<8>().0;
        let rates = rates.as_chunks::<8>().0;
        for (band, out) in starts.windows(2).zip(out) {
            let cells = band[0]..band[1];
            let mut sum = [0.0; 8];
            for (persons, rates) in persons[cells.clone()].iter().zip(&rates[cells]) {
                for row in 0..8 {
                    sum[row] += persons * rates[row];
                }
            }
            *out = sum;
            for row in 0..8 {
                total[row] += sum[row];
            }
        }
        total
    }

    /// Eight rows of a product of matrices, summed over the bands in order:
    /// `weights[band][row]` by `panels` of eight lanes (`[band][lane]`, one
    /// panel after the other, the last of four where that is enough).
    fn multiply(weights: &[f64], panels: &[f64], lanes: usize, out: &mut [f64]) {
        let weights = weights.as_chunks::<8>().0;
        let (mut first, mut panels) = (0, panels);
        while first < lanes {
            let width = (lanes - first).next_multiple_of(4).min(8);
            let (panel, rest) = panels.split_at(weights.len() * width);
            let place = Place { first, lanes };
            match width {
                4 => narrow(weights, panel.as_chunks().0, place, out),
                _ => tile(weights, panel.as_chunks().0, place, out),
            }
            (first, panels) = (first + width, rest);
        }
    }
}

/// Where a part of a product goes: rows of `lanes`, from `first` on.
#[derive(Clone, Copy)]
struct Place {
    first: usize,
    lanes: usize,
}

/// One panel of a product, four rows at a time, so that the sums fit the
/// registers of AVX2.
#[inline(always)]
fn tile(weights: &[[f64; 8]], panel: &[[f64; 8]], place: Place, out: &mut [f64]) {
    let halves = out.chunks_exact_mut(4 * place.lanes).take(2);
    for (half, rows) in halves.enumerate() {
        let mut sums = [[0.0; 8]; 4];
        for (w, m) in weights.iter().zip(panel) {
            for row in 0..4 {
                for lane in 0..8 {
                    sums[row][lane] = w[4 * half + row].mul_add(m[lane], sums[row][lane]);
                }
            }
        }
        for (row, sums) in rows.chunks_exact_mut(place.lanes).zip(&sums) {
            let row = &mut row[place.first..];
            // A whole row is some moves, not a call.
            match row.first_chunk_mut::<8>() {
                Some(row) => *row = *sums,
                None => row.copy_from_slice(&sums[..row.len()]),
            }
        }
    }
}

/// A panel of at most four lanes: the rows lie side by side instead.
#[inline(always)]
fn narrow(weights: &[[f64; 8]], panel: &[[f64; 4]], place: Place, out: &mut [f64]) {
    let mut sums = [[0.0; 8]; 4];
    for (w, m) in weights.iter().zip(panel) {
        for lane in 0..4 {
            for row in 0..8 {
                sums[lane][row] = w[row].mul_add(m[lane], sums[lane][row]);
            }
        }
    }
    for (row, out) in out.chunks_exact_mut(place.lanes).enumerate() {
        for (out, lane) in out[place.first..].iter_mut().zip(&sums) {
            *out = lane[row];
        }
    }
}
