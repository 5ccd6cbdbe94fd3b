//! The values of a figure in every draw: counted memory, read-outs made once.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering as Atomic};
use std::sync::{Arc, OnceLock};

use super::Fault;

/// Memory that the computed draws of one rule may take together.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// What the figures of one rule have cost so far.
#[derive(Debug, Default)]
pub struct Meter {
    operations: AtomicU64,
    /// Bytes that computed draws hold now.
    pub(super) bytes: AtomicUsize,
}

impl Meter {
    /// Operations charged since the last reset.
    pub fn operations(&self) -> u64 {
        self.operations.load(Atomic::Relaxed)
    }

    /// Charges operations.
    pub fn charge(&self, operations: u64) {
        self.operations.fetch_add(operations, Atomic::Relaxed);
    }

    /// Starts anew. Bytes are given back when their figures are dropped.
    pub fn reset(&self) {
        self.operations.store(0, Atomic::Relaxed);
    }
}

/// Draws with their read-outs, computed at most once.
#[derive(Debug)]
pub(super) struct Buffer {
    pub values: Arc<[f64]>,
    /// Given back to the meter on drop; none for draws that belong to the outcome.
    pub meter: Option<Arc<Meter>>,
    pub mean: OnceLock<f64>,
    pub sorted: OnceLock<[f64; 3]>,
}

impl Drop for Buffer {
    fn drop(&mut self) {
        if let Some(meter) = &self.meter {
            meter.bytes.fetch_sub(size_of_val(&*self.values), Atomic::Relaxed);
        }
    }
}

impl Buffer {
    pub fn mean(&self) -> f64 {
        *self.mean.get_or_init(|| mean(&self.values))
    }

    /// P10, P50 and P90: the smallest value at or below which that share lies.
    pub fn percentiles(&self) -> [f64; 3] {
        *self.sorted.get_or_init(|| {
            let mut values = self.values.to_vec();
            [0.1, 0.5, 0.9].map(|q| quantile(&mut values, q))
        })
    }
}

/// Sums blocks of fixed size in order, so that rounding stays small and the
/// same everywhere.
pub(super) fn mean(values: &[f64]) -> f64 {
    let total: f64 = values.chunks(256).map(|block| block.iter().sum::<f64>()).sum();
    total / values.len().max(1) as f64
}

fn quantile(values: &mut [f64], q: f64) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = (q * values.len() as f64 - 1e-9).ceil().max(1.0) as usize - 1;
    let rank = rank.min(values.len() - 1);
    *values.select_nth_unstable_by(rank, f64::total_cmp).1
}

/// The value of a figure in every draw.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Same(f64),
    Each(Arc<Buffer>),
}

/// Draws as values: one where they are all the same.
pub(super) fn buffer(values: Vec<f64>, meter: &Arc<Meter>) -> Result<Values, Fault> {
    if let Some(first) = values.first().copied().filter(|f| values.iter().all(|v| v == f)) {
        return Ok(Values::Same(first));
    }
    let bytes = size_of_val(values.as_slice());
    let before = meter.bytes.fetch_add(bytes, Atomic::Relaxed);
    let made =
        Buffer { values: values.into(), meter: Some(meter.clone()), mean: OnceLock::new(), sorted: OnceLock::new() };
    if before.saturating_add(bytes) > MAX_BYTES {
        return Err(Fault::new("limit-memory", "the figures of this rule take more than 64 MiB together")
            .help("keep fewer uncertain figures at the same time; read them out with .mean or .p90"));
    }
    Ok(Values::Each(Arc::new(made)))
}
