//! Random numbers by address: a function of (seed, address, block of draws).
//!
//! An assumption or risk owns a stream per block of [`BLOCK`] draws. Its key
//! is made from the seed, the text of the address and the number of the block
//! and from nothing else, so the numbers do not depend on threads, on the
//! order of work, or on which other assumptions there are.
//!
//! A stream is sixteen xoshiro128++ generators (Blackman and Vigna, 2021) side
//! by side, one per lane, so that the processor steps them together; tests
//! hold them against the crate `rand_xoshiro`. Normals are made by Box-Muller
//! with own polynomials in `f32`: only additions, multiplications (fused where
//! the source says `mul_add`) and square roots, which every machine rounds the
//! same way. Whether single precision
//! suffices for a score is settled by the battery in `battery.rs`.

use super::machine::{Kernel, Width};

/// Draws per block. Fixed: another size would change every result.
pub const BLOCK: usize = 256;

/// Generators side by side in a stream.
const LANES: usize = 16;

/// Increment of SplitMix64: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// One step of SplitMix64 (Steele, Lea and Flood, 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(GOLDEN);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// FNV-1a over the bytes of an address: simple, and the same for ever.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01B3))
}

/// A seed and an address, ready to give the stream of any block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamKey(u64);

impl StreamKey {
    /// The key of an address such as `cost.jeugd-ambulant.volume.growth` or
    /// `risk.brand.impact`.
    pub fn new(seed: u64, address: &str) -> Self {
        let mut seed = seed;
        let mut state = split_mix(&mut seed) ^ fnv(address);
        Self(split_mix(&mut state))
    }

    /// The stream of a block of draws.
    pub fn stream(self, block: u64) -> Stream {
        let mut state = self.0 ^ block.wrapping_mul(GOLDEN);
        let mut state = split_mix(&mut state);
        let mut lanes = [[0; LANES]; 4];
        for k in 0..LANES {
            let (a, b) = (split_mix(&mut state), split_mix(&mut state));
            lanes[0][k] = low(a);
            lanes[1][k] = low(a >> 32);
            lanes[2][k] = low(b);
            lanes[3][k] = low(b >> 32);
        }
        Stream { lanes }
    }
}

/// The lower 32 bits.
#[allow(clippy::cast_possible_truncation, reason = "the lower half is what is asked")]
fn low(x: u64) -> u32 {
    x as u32
}

/// The random numbers of one address in one block; each call gives the next row.
#[derive(Clone, Debug)]
pub struct Stream {
    /// State words 0 to 3 of each generator.
    lanes: [[u32; LANES]; 4],
}

impl Stream {
    /// The stream of an address in a block; in loops use [`StreamKey`].
    pub fn new(seed: u64, address: &str, block: u64) -> Self {
        StreamKey::new(seed, address).stream(block)
    }

    /// The next row of standard normal scores, one per draw of the block.
    pub fn normals(&mut self, out: &mut [f32; BLOCK]) {
        Width::widest().run(Normals { stream: self, out });
    }

    /// The next row of numbers uniform on (0, 1), multiples of 2^-33.
    pub fn uniforms(&mut self, out: &mut [f64; BLOCK]) {
        Width::widest().run(Uniforms { stream: self, out });
    }

    /// [`Self::normals`] inside a kernel.
    #[inline(always)]
    pub(crate) fn fill_normals(&mut self, out: &mut [f32; BLOCK]) {
        for pair in 0..BLOCK / (2 * LANES) {
            let (a, b) = (self.step(), self.step());
            let at = pair * 2 * LANES;
            for k in 0..LANES {
                (out[at + k], out[at + LANES + k]) = box_muller(a[k], b[k]);
            }
        }
    }

    /// [`Self::uniforms`] inside a kernel.
    #[inline(always)]
    pub(crate) fn fill_uniforms(&mut self, out: &mut [f64; BLOCK]) {
        for row in out.chunks_exact_mut(LANES) {
            let a = self.step();
            for k in 0..LANES {
                row[k] = (f64::from(a[k]) + 0.5) * (1.0 / 4_294_967_296.0);
            }
        }
    }

    /// One step of xoshiro128++ in every lane.
    #[inline(always)]
    fn step(&mut self) -> [u32; LANES] {
        let [s0, s1, s2, s3] = &mut self.lanes;
        let mut out = [0; LANES];
        for k in 0..LANES {
            out[k] = s0[k].wrapping_add(s3[k]).rotate_left(7).wrapping_add(s0[k]);
            let t = s1[k] << 9;
            s2[k] ^= s0[k];
            s3[k] ^= s1[k];
            s1[k] ^= s2[k];
            s0[k] ^= s3[k];
            s2[k] ^= t;
            s3[k] = s3[k].rotate_left(11);
        }
        out
    }
}

struct Normals<'a> {
    stream: &'a mut Stream,
    out: &'a mut [f32; BLOCK],
}

impl Kernel for Normals<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.stream.fill_normals(self.out);
    }
}

struct Uniforms<'a> {
    stream: &'a mut Stream,
    out: &'a mut [f64; BLOCK],
}

impl Kernel for Uniforms<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        self.stream.fill_uniforms(self.out);
    }
}

/// Two independent standard normals from two random words.
///
/// The radius comes from 31 bits (reaching 6.66 standard deviations). The
/// angle is uniform on a quarter turn around 0 from 30 bits; the remaining two
/// swap the axes and turn one round, which makes the four quarters.
#[inline(always)]
#[allow(clippy::cast_possible_wrap, clippy::cast_precision_loss, reason = "bits become numbers here")]
fn box_muller(a: u32, b: u32) -> (f32, f32) {
    const TO_UNIT: f32 = 1.0 / 2_147_483_648.0;
    const TO_ANGLE: f32 = std::f32::consts::FRAC_PI_4 * TO_UNIT;
    let u = ((a >> 1) as i32 as f32).mul_add(TO_UNIT, 0.5 * TO_UNIT);
    let radius = (-2.0 * ln(u)).sqrt();
    let angle = ((b << 2) as i32) as f32 * TO_ANGLE;
    let (sin, cos) = (sin(angle), cos(angle));
    let turned = f32::from_bits(radius.to_bits() ^ ((b << 1) & 0x8000_0000));
    let (along, across) = (turned * cos, radius * sin);
    if b >> 31 == 0 { (along, across) } else { (across, along) }
}

/// Natural logarithm of a positive normal number; polynomial of Cephes
/// (`logf`, Moshier 1992), within 1 unit in the last place.
#[inline(always)]
#[allow(
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "bits become numbers here"
)]
fn ln(x: f32) -> f32 {
    // The bits of the root of a half: the mantissa is taken around 1.
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(0x3F35_04F3) as i32) >> 23;
    let m = f32::from_bits(bits.wrapping_sub((exponent as u32) << 23)) - 1.0;
    let e = exponent as f32;
    // Pairs of terms first, then pairs of those (Estrin): the polynomial takes
    // five steps after one another instead of nine.
    let z = m * m;
    let low = m.mul_add(-2.499_999_4e-1, 3.333_333e-1);
    let low = z.mul_add(m.mul_add(-1.666_805_8e-1, 2.000_071_5e-1), low);
    let high = m.mul_add(-1.242_014_1e-1, 1.424_932_3e-1);
    let high = z.mul_add(m.mul_add(-1.151_461e-1, 1.167_699_9e-1), high);
    let fourth = z * z;
    let p = fourth.mul_add(fourth.mul_add(7.037_683_6e-2, high), low);
    // ln 2 in two parts, so that the product with the exponent is exact.
    let small = p.mul_add(m * z, e.mul_add(-2.121_944_4e-4, -0.5 * z));
    e.mul_add(0.693_359_4, m) + small
}

/// Sine on an eighth of a turn either way (Cephes `sinf`).
#[inline(always)]
fn sin(x: f32) -> f32 {
    let z = x * x;
    let p = (-1.951_529_6e-4_f32).mul_add(z, 8.332_161e-3).mul_add(z, -1.666_665_5e-1);
    p.mul_add(z * x, x)
}

/// Cosine on an eighth of a turn either way (Cephes `cosf`).
#[inline(always)]
fn cos(x: f32) -> f32 {
    let z = x * x;
    let p = 2.443_315_7e-5_f32.mul_add(z, -1.388_731_6e-3).mul_add(z, 4.166_664_6e-2);
    p.mul_add(z * z, (-0.5_f32).mul_add(z, 1.0))
}

#[cfg(test)]
#[path = "battery.rs"]
mod battery;
