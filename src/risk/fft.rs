//! A small fast Fourier transform with the same bits on every machine.
//!
//! Radix 4 over radix 2, decimation in frequency forwards and in time
//! backwards, so that neither needs the reordering pass: spectra stand in
//! bit-reversed order, products of spectra do not care. Twiddles come from
//! libm; no planner, no fused multiply-add. Source: Cooley and Tukey 1965;
//! Gentleman and Sande 1966.

/// Twiddles of one length.
#[derive(Clone, Debug)]
pub(super) struct Fft {
    n: usize,
    /// exp(-2 pi i k / n), k < n.
    cos: Vec<f64>,
    sin: Vec<f64>,
    /// Contiguous powers per radix-4 stage (from the longest blocks down): w, w^2, w^3 by j.
    stages: Vec<Stage>,
}

#[derive(Clone, Debug)]
struct Stage {
    /// A quarter of the block length.
    quarter: usize,
    w: [(Vec<f64>, Vec<f64>); 3],
}

impl Fft {
    /// For lengths that are a power of two, at least 4.
    pub(super) fn new(n: usize) -> Self {
        debug_assert!(n.is_power_of_two() && n >= 4);
        let mut cos = Vec::with_capacity(n);
        let mut sin = Vec::with_capacity(n);
        for k in 0..n {
            // The angle folded to an eighth of the circle, so that mirrored twiddles mirror exactly.
            let (c, s) = unit(k, n);
            cos.push(c);
            sin.push(-s);
        }
        let mut stages = Vec::new();
        let mut block = if n.trailing_zeros() % 2 == 1 { n / 2 } else { n };
        while block >= 4 {
            let quarter = block / 4;
            let step = n / block;
            let power = |m: usize| -> (Vec<f64>, Vec<f64>) {
                (0..quarter).map(|j| (cos[j * step * m], sin[j * step * m])).unzip()
            };
            stages.push(Stage { quarter, w: [power(1), power(2), power(3)] });
            block = quarter;
        }
        Self { n, cos, sin, stages }
    }

    /// The length.
    pub(super) fn len(&self) -> usize {
        self.n
    }

    /// Spectrum in bit-reversed order, in place. Only the first `support`
    /// entries are looked at; the rest must be zero.
    pub(super) fn forward(&self, re: &mut [f64], im: &mut [f64], support: usize) {
        let n = self.n;
        let (re, im) = (&mut re[..n], &mut im[..n]);
        let mut support = support.clamp(1, n);
        if n.trailing_zeros() % 2 == 1 {
            let half = n / 2;
            let (ra, rb) = re.split_at_mut(half);
            let (ia, ib) = im.split_at_mut(half);
            if support <= half {
                for j in 0..support {
                    rb[j] = ra[j] * self.cos[j] - ia[j] * self.sin[j];
                    ib[j] = ra[j] * self.sin[j] + ia[j] * self.cos[j];
                }
            } else {
                for j in 0..half {
                    let (xr, xi) = (ra[j] - rb[j], ia[j] - ib[j]);
                    ra[j] += rb[j];
                    ia[j] += ib[j];
                    rb[j] = xr * self.cos[j] - xi * self.sin[j];
                    ib[j] = xr * self.sin[j] + xi * self.cos[j];
                }
                support = half;
            }
        }
        for stage in &self.stages {
            let q = stage.quarter;
            for (re, im) in re.chunks_exact_mut(4 * q).zip(im.chunks_exact_mut(4 * q)) {
                if support <= q {
                    stage.spread(re, im, support);
                } else {
                    stage.forward(re, im);
                }
            }
            support = support.min(q);
        }
    }

    /// From the bit-reversed spectrum back to `n` times the sequence, in place.
    pub(super) fn inverse(&self, re: &mut [f64], im: &mut [f64]) {
        let n = self.n;
        let (re, im) = (&mut re[..n], &mut im[..n]);
        for stage in self.stages.iter().rev() {
            let q = stage.quarter;
            for (re, im) in re.chunks_exact_mut(4 * q).zip(im.chunks_exact_mut(4 * q)) {
                stage.inverse(re, im);
            }
        }
        if n.trailing_zeros() % 2 == 1 {
            let half = n / 2;
            let (ra, rb) = re.split_at_mut(half);
            let (ia, ib) = im.split_at_mut(half);
            for j in 0..half {
                let (c, s) = (self.cos[j], -self.sin[j]);
                let (xr, xi) = (rb[j] * c - ib[j] * s, rb[j] * s + ib[j] * c);
                rb[j] = ra[j] - xr;
                ib[j] = ia[j] - xi;
                ra[j] += xr;
                ia[j] += xi;
            }
        }
    }
}

/// The four quarters of a block, each of the same length.
fn quarters(x: &mut [f64], q: usize) -> [&mut [f64]; 4] {
    let (ab, cd) = x.split_at_mut(2 * q);
    let (a, b) = ab.split_at_mut(q);
    let (c, d) = cd.split_at_mut(q);
    [a, b, &mut c[..q], &mut d[..q]]
}

impl Stage {
    fn forward(&self, re: &mut [f64], im: &mut [f64]) {
        let q = self.quarter;
        let [r0, r1, r2, r3] = quarters(re, q);
        let [i0, i1, i2, i3] = quarters(im, q);
        let [(c1, s1), (c2, s2), (c3, s3)] = &self.w;
        let (c1, s1, c2, s2, c3, s3) = (&c1[..q], &s1[..q], &c2[..q], &s2[..q], &c3[..q], &s3[..q]);
        for j in 0..q {
            let (ar, ai) = (r0[j] + r2[j], i0[j] + i2[j]);
            let (br, bi) = (r0[j] - r2[j], i0[j] - i2[j]);
            let (cr, ci) = (r1[j] + r3[j], i1[j] + i3[j]);
            // (x1 - x3) times -i.
            let (dr, di) = (i1[j] - i3[j], r3[j] - r1[j]);
            r0[j] = ar + cr;
            i0[j] = ai + ci;
            let (xr, xi) = (ar - cr, ai - ci);
            r1[j] = xr * c2[j] - xi * s2[j];
            i1[j] = xr * s2[j] + xi * c2[j];
            let (xr, xi) = (br + dr, bi + di);
            r2[j] = xr * c1[j] - xi * s1[j];
            i2[j] = xr * s1[j] + xi * c1[j];
            let (xr, xi) = (br - dr, bi - di);
            r3[j] = xr * c3[j] - xi * s3[j];
            i3[j] = xr * s3[j] + xi * c3[j];
        }
    }

    /// As [`Stage::forward`] where only the first `support` entries are not zero.
    fn spread(&self, re: &mut [f64], im: &mut [f64], support: usize) {
        let q = self.quarter;
        let [r0, r1, r2, r3] = quarters(re, q);
        let [i0, i1, i2, i3] = quarters(im, q);
        let [(c1, s1), (c2, s2), (c3, s3)] = &self.w;
        for j in 0..support {
            let (xr, xi) = (r0[j], i0[j]);
            r1[j] = xr * c2[j] - xi * s2[j];
            i1[j] = xr * s2[j] + xi * c2[j];
            r2[j] = xr * c1[j] - xi * s1[j];
            i2[j] = xr * s1[j] + xi * c1[j];
            r3[j] = xr * c3[j] - xi * s3[j];
            i3[j] = xr * s3[j] + xi * c3[j];
        }
    }

    fn inverse(&self, re: &mut [f64], im: &mut [f64]) {
        let q = self.quarter;
        let [r0, r1, r2, r3] = quarters(re, q);
        let [i0, i1, i2, i3] = quarters(im, q);
        let [(c1, s1), (c2, s2), (c3, s3)] = &self.w;
        let (c1, s1, c2, s2, c3, s3) = (&c1[..q], &s1[..q], &c2[..q], &s2[..q], &c3[..q], &s3[..q]);
        for j in 0..q {
            // Conjugated twiddles.
            let (x1r, x1i) = (r1[j] * c2[j] + i1[j] * s2[j], i1[j] * c2[j] - r1[j] * s2[j]);
            let (x2r, x2i) = (r2[j] * c1[j] + i2[j] * s1[j], i2[j] * c1[j] - r2[j] * s1[j]);
            let (x3r, x3i) = (r3[j] * c3[j] + i3[j] * s3[j], i3[j] * c3[j] - r3[j] * s3[j]);
            let (ar, ai) = (r0[j] + x1r, i0[j] + x1i);
            let (cr, ci) = (r0[j] - x1r, i0[j] - x1i);
            let (br, bi) = (x2r + x3r, x2i + x3i);
            // (x2 - x3) times i.
            let (dr, di) = (x3i - x2i, x2r - x3r);
            r0[j] = ar + br;
            i0[j] = ai + bi;
            r2[j] = ar - br;
            i2[j] = ai - bi;
            r1[j] = cr + dr;
            i1[j] = ci + di;
            r3[j] = cr - dr;
            i3[j] = ci - di;
        }
    }
}

/// cos and sin of 2 pi k / n through the first eighth of the circle.
fn unit(k: usize, n: usize) -> (f64, f64) {
    let angle = |k: usize| 2.0 * std::f64::consts::PI * (k as f64) / (n as f64);
    let quarter = n / 4;
    let (turn, rest) = (k / quarter, k % quarter);
    let (c, s) = if rest * 8 <= n {
        (libm::cos(angle(rest)), libm::sin(angle(rest)))
    } else {
        (libm::sin(angle(quarter - rest)), libm::cos(angle(quarter - rest)))
    };
    match turn {
        0 => (c, s),
        1 => (-s, c),
        2 => (-c, -s),
        _ => (s, -c),
    }
}

/// Where the mirrored frequency n - k of the one at `j` stands in bit-reversed order.
pub(super) fn mirror(j: usize) -> usize {
    if j == 0 {
        return 0;
    }
    let block = 1_usize << j.ilog2();
    3 * block - 1 - j
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reversed(j: usize, n: usize) -> usize {
        j.reverse_bits() >> (usize::BITS - n.trailing_zeros())
    }

    #[test]
    fn the_spectrum_is_that_of_the_definition() {
        for n in [4, 8, 16, 32, 128] {
            let x: Vec<(f64, f64)> = (0..n).map(|k| ((k * k % 7) as f64 - 2.0, (k % 5) as f64)).collect();
            let fft = Fft::new(n);
            let (mut re, mut im): (Vec<f64>, Vec<f64>) = x.iter().copied().unzip();
            fft.forward(&mut re, &mut im, n);
            for j in 0..n {
                let f = reversed(j, n);
                let (mut sr, mut si) = (0.0, 0.0);
                for (k, (xr, xi)) in x.iter().enumerate() {
                    let (c, s) = unit(k * f % n, n);
                    sr += xr * c + xi * s;
                    si += xi * c - xr * s;
                }
                assert!((re[j] - sr).abs() < 1e-11 && (im[j] - si).abs() < 1e-11, "n={n} j={j}");
            }
            fft.inverse(&mut re, &mut im);
            for (k, (xr, xi)) in x.iter().enumerate() {
                assert!((re[k] / n as f64 - xr).abs() < 1e-12 && (im[k] / n as f64 - xi).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn leaving_out_zeros_changes_no_bit() {
        for n in [64, 128] {
            for support in [1, 3, 4, 9, 16, 33, 64] {
                let fft = Fft::new(n);
                let x: Vec<f64> = (0..n).map(|k| if k < support { 1.0 / (k + 1) as f64 } else { 0.0 }).collect();
                let (mut r1, mut i1) = (x.clone(), vec![0.0; n]);
                let (mut r2, mut i2) = (x, vec![0.0; n]);
                fft.forward(&mut r1, &mut i1, n);
                fft.forward(&mut r2, &mut i2, support);
                assert!(r1.iter().zip(&r2).chain(i1.iter().zip(&i2)).all(|(a, b)| a == b), "n={n} support={support}");
            }
        }
    }

    #[test]
    fn a_mirrored_place_holds_the_mirrored_frequency() {
        for n in [8, 64] {
            for j in 0..n {
                assert_eq!(reversed(mirror(j), n), (n - reversed(j, n)) % n);
            }
        }
    }
}
