//! Draws of events: which strike, and what they cost, block by block.
//!
//! Random numbers are addressed: those of an event in a year are a function of
//! (seed, `risk.ID.YEAR`, block). So another event in the register changes no
//! draw of this one, a structural event that struck in 2027 is the same one in
//! 2028, and threads change nothing. One uniform number tells both whether an
//! event strikes (below its chance) and, as a share of that chance, how much.
//! An event that a correlation names strikes when its score exceeds the
//! quantile of its chance.

use super::event::{Event, EventImpact, EventOrigin};
use super::loss::Frequency;
use super::table::Amount;
use crate::simulation::{BLOCK, Counts, StreamKey, normal_quantile};
use crate::units::Year;

/// A row of one number per draw of a block.
pub(super) type Row = [f64; BLOCK];

/// The events that can be in force in one year, ready to be drawn.
#[derive(Clone, Debug)]
pub(super) struct Striker {
    armed: Vec<Armed>,
}

#[derive(Clone, Debug)]
struct Armed {
    /// Position in the events.
    event: usize,
    how: How,
    cost: Cost,
    /// One per year in which a strike counts.
    strikes: Vec<StrikeYear>,
}

#[derive(Clone, Debug)]
struct StrikeYear {
    /// Whether it strikes.
    key: StreamKey,
    /// What it costs, where that takes numbers of its own.
    impact: StreamKey,
    /// Year counted from the base year.
    index: usize,
}

#[derive(Clone, Debug)]
enum How {
    Chance { p: f64 },
    Poisson { upto: Vec<f64> },
    LinkedChance { risk: usize, edge: f64 },
    LinkedPoisson { risk: usize, counts: Counts },
}

#[derive(Clone, Debug)]
enum Cost {
    Amount(Amount),
    /// A difference that a what-if makes: position in the differences, and a factor.
    Difference(usize, f64),
}

/// What events meet in a block beside random numbers of their own, per draw.
pub(super) trait Beside {
    /// Scores of a correlated risk in a year counted from the base year.
    fn scores(&self, risk: usize, year: usize) -> &[f32];

    /// What the what-if of a slot makes different in the year asked.
    fn difference(&self, slot: usize) -> &[f64];
}

/// Nothing: independent events with amounts of their own.
pub(super) struct Alone;

impl Beside for Alone {
    fn scores(&self, _: usize, _: usize) -> &[f32] {
        &[]
    }

    fn difference(&self, _: usize) -> &[f64] {
        &[]
    }
}

impl Striker {
    /// The events that count in `year`. `linked` says which of the register
    /// are correlated, `slots` where a what-if's differences will stand.
    pub(super) fn new(
        events: &[Event],
        year: Year,
        base_year: Year,
        structural_years: f64,
        seed: u64,
        linked: &dyn Fn(usize) -> bool,
        slots: &[Option<usize>],
    ) -> Self {
        let mut order: Vec<usize> = (0..events.len()).filter(|i| events[*i].counts()).collect();
        // The order of a sum is that of the addresses, not of the file.
        order.sort_by_key(|i| events[*i].address());
        let armed = order.into_iter().filter_map(|i| {
            let event = &events[i];
            let frequency = event.frequency?;
            let strikes = event.strikes_for(year);
            if strikes.is_empty() || frequency.mean() <= 0.0 {
                return None;
            }
            let factor = if event.structural { structural_years } else { 1.0 };
            let cost = match &event.impact {
                EventImpact::Amount(severity) => Cost::Amount(Amount::of(severity, factor)),
                EventImpact::WhatIf { .. } => Cost::Difference(slots.get(i).copied().flatten()?, factor),
                EventImpact::ProMemorie => return None,
            };
            let risk = match event.origin {
                EventOrigin::Register(risk) if linked(risk) => Some(risk),
                _ => None,
            };
            let how = match (frequency, risk) {
                (Frequency::Chance(p), None) => How::Chance { p },
                (Frequency::Poisson(rate), None) => How::Poisson { upto: cumulated(rate) },
                (Frequency::Chance(p), Some(risk)) => How::LinkedChance { risk, edge: edge(p) },
                (Frequency::Poisson(rate), Some(risk)) => How::LinkedPoisson { risk, counts: Counts::poisson(rate) },
            };
            let address = event.address();
            let strikes = strikes
                .into_iter()
                .map(|y| StrikeYear {
                    key: StreamKey::new(seed, &format!("{address}.{y}")),
                    impact: StreamKey::new(seed, &format!("{address}.{y}.impact")),
                    index: usize::try_from(y.0 - base_year.0).unwrap_or(0),
                })
                .collect();
            Some(Armed { event: i, how, cost, strikes })
        });
        Self { armed: armed.collect() }
    }

    /// Whether nothing can be in force.
    pub(super) fn is_empty(&self) -> bool {
        self.armed.is_empty()
    }

    /// Whether any event depends on a correlation.
    pub(super) fn any_linked(&self) -> bool {
        self.linked().next().is_some()
    }

    /// Whose scores are asked: risks of the register with the years from the base year.
    pub(super) fn linked(&self) -> impl Iterator<Item = (usize, usize)> {
        self.armed.iter().flat_map(|armed| {
            let risk = match &armed.how {
                How::LinkedChance { risk, .. } | How::LinkedPoisson { risk, .. } => Some(*risk),
                How::Chance { .. } | How::Poisson { .. } => None,
            };
            armed.strikes.iter().filter_map(move |s| Some((risk?, s.index)))
        })
    }

    /// Draws block `block` and hands each event's losses to `visit`, in the order of addresses.
    pub(super) fn block(&self, block: u64, beside: &dyn Beside, mut visit: impl FnMut(usize, &Row)) {
        let mut row = [0.0; BLOCK];
        for armed in &self.armed {
            armed.draw(block, beside, &mut row);
            visit(armed.event, &row);
        }
    }
}

impl Armed {
    fn draw(&self, block: u64, beside: &dyn Beside, row: &mut Row) {
        let mut u = [0.0; BLOCK];
        match (&self.how, &self.cost) {
            (How::Chance { p }, Cost::Amount(amount)) => {
                self.strikes[0].key.stream(block).uniforms(&mut u);
                strike(&u, *p, amount, row);
                for later in &self.strikes[1..] {
                    // A structural event strikes once; what struck first stays.
                    let mut next = [0.0; BLOCK];
                    later.key.stream(block).uniforms(&mut next);
                    let mut again = [0.0; BLOCK];
                    strike(&next, *p, amount, &mut again);
                    for k in 0..BLOCK {
                        if u[k] >= *p {
                            row[k] = again[k];
                            u[k] = next[k];
                        }
                    }
                }
            }
            _ => self.draw_rare(block, beside, row),
        }
    }

    /// All other combinations: how many times it struck, then what that costs.
    fn draw_rare(&self, block: u64, beside: &dyn Beside, row: &mut Row) {
        row.fill(0.0);
        let mut struck = [false; BLOCK];
        for strike in &self.strikes {
            let mut count = [0_u32; BLOCK];
            self.count(strike, block, beside, &mut count);
            if let How::Chance { .. } | How::LinkedChance { .. } = self.how {
                for (count, struck) in count.iter_mut().zip(&mut struck) {
                    *count *= u32::from(!*struck);
                    *struck |= *count > 0;
                }
            }
            let most = count.iter().copied().max().unwrap_or(0);
            match &self.cost {
                Cost::Difference(slot, factor) => {
                    for (k, difference) in beside.difference(*slot).iter().enumerate() {
                        row[k] += f64::from(count[k]) * difference * factor;
                    }
                }
                Cost::Amount(Amount::Point(amount)) => {
                    for k in 0..BLOCK {
                        row[k] += f64::from(count[k]) * amount;
                    }
                }
                Cost::Amount(amount) => {
                    let mut stream = strike.impact.stream(block);
                    for occurrence in 1..=most {
                        let mut u = [0.0; BLOCK];
                        stream.uniforms(&mut u);
                        for k in (0..BLOCK).filter(|k| count[*k] >= occurrence) {
                            row[k] += amount.at(u[k]);
                        }
                    }
                }
            }
        }
    }

    fn count(&self, strike: &StrikeYear, block: u64, beside: &dyn Beside, count: &mut [u32; BLOCK]) {
        let scores = |risk: usize| beside.scores(risk, strike.index);
        let mut u = [0.0; BLOCK];
        match &self.how {
            How::Chance { p } => {
                strike.key.stream(block).uniforms(&mut u);
                for k in 0..BLOCK {
                    count[k] = u32::from(u[k] < *p);
                }
            }
            How::Poisson { upto } => {
                strike.key.stream(block).uniforms(&mut u);
                for k in 0..BLOCK {
                    count[k] = u32::try_from(upto.partition_point(|c| *c <= u[k])).unwrap_or(u32::MAX);
                }
            }
            How::LinkedChance { risk, edge } => {
                for (count, score) in count.iter_mut().zip(scores(*risk)) {
                    *count = u32::from(f64::from(*score) > *edge);
                }
            }
            How::LinkedPoisson { risk, counts } => {
                for (count, score) in count.iter_mut().zip(scores(*risk)) {
                    *count = counts.value(f64::from(*score));
                }
            }
        }
    }
}

/// Loss per draw of an event that strikes below `p`.
fn strike(u: &Row, p: f64, amount: &Amount, row: &mut Row) {
    let per = 1.0 / p;
    match amount {
        Amount::Point(x) => {
            for k in 0..BLOCK {
                row[k] = if u[k] < p { *x } else { 0.0 };
            }
        }
        Amount::Uniform { min, width } => {
            for k in 0..BLOCK {
                row[k] = if u[k] < p { min + width * (u[k] * per) } else { 0.0 };
            }
        }
        Amount::Pert(table) => {
            row.fill(0.0);
            // The struck ones side by side first, so that nothing has to be guessed.
            let (mut place, mut share) = ([0_u8; BLOCK + 1], [0.0; BLOCK + 1]);
            let mut n = 0;
            for (k, u) in u.iter().enumerate() {
                place[n] = k as u8;
                share[n] = u * per;
                n += usize::from(*u < p);
            }
            for (k, share) in place[..n].iter().zip(&share[..n]) {
                row[usize::from(*k)] = table.at(*share);
            }
        }
    }
}

/// The score above which an event with chance `p` strikes.
fn edge(p: f64) -> f64 {
    if p >= 1.0 {
        f64::NEG_INFINITY
    } else if p <= 0.0 {
        f64::INFINITY
    } else {
        normal_quantile(1.0 - p)
    }
}

/// Chances of at most 0, 1, ... occurrences.
fn cumulated(rate: f64) -> Vec<f64> {
    let mut sum = 0.0;
    let (chances, _) = super::atoms::poisson(rate);
    chances
        .iter()
        .map(|p| {
            sum += p;
            sum
        })
        // Beyond what a uniform number of 33 bits can reach there is nothing to find.
        .take_while(|c| *c < 1.0 - 1e-12)
        .collect()
}
