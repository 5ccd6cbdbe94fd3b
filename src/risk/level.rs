//! What registers lose at the council's certainty: which event has which part
//! in the draws around that quantile.
//!
//! The draws are looked at once more, for all registers in one pass. Where all
//! of them were kept nothing has to be projected again.

use super::draws::{Drawing, Tally, over};
use super::order::Window;
use super::stage::{Differences, Seen, Stage};

/// Losses around a level, as sums of weighted draws.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parts {
    /// By event.
    pub events: Vec<f64>,
    /// Of the whole, the mean shortfall taken off.
    pub total: f64,
}

/// What is asked of a register.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    /// The level.
    pub level: f64,
    /// How far the window reaches to each side of it.
    pub half: f64,
    /// How many events the register has.
    pub events: usize,
}

/// A register at its level.
struct At<'a> {
    /// Position among the registers.
    position: usize,
    register: &'a Drawing,
    tally: &'a Tally,
    window: Window,
    mean: f64,
    events: usize,
}

/// The parts of the registers that are asked, in their order.
pub(super) fn parts(
    stage: &Stage<'_>,
    registers: &[Drawing],
    tallies: &[Tally],
    differences: &Differences,
    asked: &[Option<Asked>],
) -> Vec<Option<Parts>> {
    let mut sums: Vec<Option<Parts>> =
        asked.iter().map(|a| a.map(|a| Parts { events: vec![0.0; a.events], total: 0.0 })).collect();
    let mut at = Vec::new();
    for (position, (register, tally)) in registers.iter().zip(tallies).enumerate() {
        let Some(asked) = asked[position] else { continue };
        if register.striker.is_empty() {
            // Nothing strikes: the projection has all of it.
            sums[position] = Some(Parts { events: vec![0.0; asked.events], total: 1.0 });
            continue;
        }
        let window = tally.window(asked.level, asked.half);
        at.push(At { position, register, tally, window, mean: tally.shortfall_mean(), events: asked.events });
    }
    let Some(draws) = at.first().map(|one| one.tally.draws) else { return sums };
    let fold = |given: Vec<Option<Parts>>| {
        for (one, own) in at.iter().zip(given) {
            let (Some(sum), Some(own)) = (&mut sums[one.position], own) else { continue };
            sum.events.iter_mut().zip(own.events).for_each(|(part, x)| *part += x);
            sum.total += own.total;
        }
    };
    let all = |seen: Option<&Seen>, block: u64, len: usize| -> Vec<Option<Parts>> {
        at.iter().map(|one| one.parts(seen, differences, block, len)).collect()
    };
    if differences.are_whole() && !tallies.iter().any(Tally::is_counted) {
        over(draws, |block, len| all(None, block, len), fold);
    } else {
        stage.fold(registers, draws, |seen, block, len| all(Some(seen), block, len), fold, &|_, _| {});
    }
    sums
}

impl At<'_> {
    /// In one block; none where it has no draw in the window.
    fn parts(&self, seen: Option<&Seen>, differences: &Differences, block: u64, len: usize) -> Option<Parts> {
        let year = self.register.year;
        let totals = match (self.tally.kept(block, len), seen) {
            (Some(kept), _) => kept.to_vec(),
            (None, seen) => self.register.part(self.position, seen?, block, len).totals,
        };
        let weights: Vec<f64> = totals.iter().map(|x| self.window.weight(*x, 0.0)).collect();
        if weights.iter().all(|w| *w == 0.0) {
            return None;
        }
        let meets = match seen {
            Some(seen) => seen.meets(self.position, year, len),
            None => differences.meets(self.position, year, block, len),
        };
        let mut events = vec![0.0; self.events];
        self.register.striker.block(block, &meets, |event, row| {
            events[event] += weights.iter().zip(row).map(|(w, x)| w * x).sum::<f64>();
        });
        Some(Parts { events, total: weights.iter().zip(&totals).map(|(w, x)| w * (x - self.mean)).sum::<f64>() })
    }
}
