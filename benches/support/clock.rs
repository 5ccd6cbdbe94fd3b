//! Seconds of processor time that this thread used.
//!
//! Time on the wall says more about the neighbours than about the program.
//! Linux keeps the time that a thread really ran; elsewhere the wall serves.

use std::time::Instant;

/// Processor seconds of this thread so far; none where the system does not say.
fn of_thread() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds / 1e9)
}

/// Processor seconds of one call: the mean of as many as take at least `least`
/// seconds together (the system counts in steps of some milliseconds).
pub fn seconds(least: f64, mut call: impl FnMut()) -> f64 {
    let now = Instant::now();
    let at = || of_thread().unwrap_or_else(|| now.elapsed().as_secs_f64());
    let (start, mut calls) = (at(), 0.0);
    loop {
        call();
        calls += 1.0;
        let spent = at() - start;
        if spent >= least {
            return spent / calls;
        }
    }
}

/// Most memory that the program ever held, in MiB; none where the system does
/// not say.
pub fn peak_memory() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|l| l.starts_with("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024.0)
}
