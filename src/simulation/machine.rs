//! The widest vector instructions that this processor has.
//!
//! The loops over draws are plain Rust that the compiler turns into vector
//! instructions. Compiled for any x86-64 they would use a quarter of a modern
//! processor; so each loop is compiled three times and the widest version that
//! the processor knows is chosen when the program runs. All versions do the
//! same additions and multiplications in the same order. Where a product is added
//! in one rounding the source says so (`mul_add`), and every version rounds
//! once: one instruction where the processor has it, a slower function where
//! not. So all give the same bits.
#![allow(
    unsafe_code,
    reason = "calling a function compiled for wider instructions is unsafe unless the processor has them, which is asked first"
)]

/// How wide the vector instructions may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Width {
    /// What every processor of this kind has.
    Baseline,
    /// AVX2 with fused multiply-add: four `f64` at once.
    Avx2,
    /// AVX-512: eight `f64` at once.
    Avx512,
}

/// A loop to compile for every width. Implementations mark `run`, and all it
/// calls in its loop, `#[inline(always)]`: only what is inlined is compiled
/// for the wider instructions.
pub trait Kernel {
    /// What it gives back.
    type Output;
    /// The work.
    fn run(self) -> Self::Output;
}

impl Width {
    /// The widest that this processor has.
    pub fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        {
            if has_avx512() {
                return Self::Avx512;
            }
            if has_avx2() {
                return Self::Avx2;
            }
        }
        Self::Baseline
    }

    /// Runs a kernel no wider than this, and no wider than the processor can.
    pub fn run<K: Kernel>(self, kernel: K) -> K::Output {
        #[cfg(target_arch = "x86_64")]
        {
            if self >= Self::Avx512 && has_avx512() {
                // SAFETY: the processor was asked for exactly these features.
                return unsafe { with_avx512(kernel) };
            }
            if self >= Self::Avx2 && has_avx2() {
                // SAFETY: as above.
                return unsafe { with_avx2(kernel) };
            }
        }
        kernel.run()
    }
}

#[cfg(target_arch = "x86_64")]
fn has_avx2() -> bool {
    std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
}

#[cfg(target_arch = "x86_64")]
fn has_avx512() -> bool {
    std::arch::is_x86_feature_detected!("fma")
        && std::arch::is_x86_feature_detected!("avx512f")
        && std::arch::is_x86_feature_detected!("avx512dq")
        && std::arch::is_x86_feature_detected!("avx512vl")
        && std::arch::is_x86_feature_detected!("avx512bw")
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "fma,avx512f,avx512dq,avx512vl,avx512bw")]
fn with_avx512<K: Kernel>(kernel: K) -> K::Output {
    kernel.run()
}
