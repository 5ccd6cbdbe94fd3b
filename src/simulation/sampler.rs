//! From random numbers to the values of one block: scores by assumption and
//! year, mixed where they are correlated, carried over years where they
//! persist, and turned into values by the inverse distribution functions.
//!
//! A model is looked up once ([`Sampler`]); a block then costs no allocation
//! ([`Draw`]). An assumption without any spread is left out, so it stays the
//! same number in every lane and a model without uncertainty gives the very
//! bits of its projection.

use super::correlation::{self, Component};
use super::distribution::Inverse;
use super::machine::{Kernel, Width};
use super::mix::{Band, bands, mix_rows};
use super::random::{BLOCK, Stream, StreamKey};
use crate::diagnostic::Diagnostic;
use crate::model::{AssumptionId, Correlated, LineId, Model, RiskChance, Scale};
use crate::projection::{Central, Driver, Drivers, Lanes, Luck, Plan};

/// Standard deviations beyond which no score lies. A score is at most 6.66
/// itself, and a sum of such scores with variance 1 passes 12 with a chance
/// below 10^-32. Values whose bounds lie further away are not held against them.
const FARTHEST: f64 = 12.0;

/// One value per draw of a block.
pub(crate) type Row<T> = [T; BLOCK];

/// A source of scores: one per year, from its own stream.
#[derive(Clone, Debug)]
struct Node {
    what: Correlated,
    key: StreamKey,
    /// In which years it is drawn: the first `rows` after the base year.
    rows: usize,
    /// Weight of last year's score and of this year's own.
    carried: Option<(f64, f64)>,
}

/// Neighbouring nodes that are correlated.
#[derive(Clone, Debug)]
struct Mix {
    from: usize,
    size: usize,
    /// The lower triangle, from the last rows up.
    bands: Vec<Band>,
    /// In which years: the first so many after the base year.
    rows: usize,
}

/// A value to make: of an assumption in a year, in a row of its own.
#[derive(Clone, Debug)]
struct Target {
    node: usize,
    inverse: usize,
    row: usize,
    /// Where a draw stops, if it can get there.
    bounds: Option<(f64, f64)>,
}

/// Luck of one line in one year.
#[derive(Clone, Debug)]
struct LuckTarget {
    key: usize,
    inverse: Inverse,
    row: usize,
}

/// What is uncertain in a model, looked up.
#[derive(Clone, Debug)]
pub(crate) struct Sampler {
    years: usize,
    nodes: Vec<Node>,
    mixes: Vec<Mix>,
    inverses: Vec<Inverse>,
    /// By the year in which the score is drawn.
    targets: Vec<Vec<Target>>,
    luck_keys: Vec<StreamKey>,
    luck: Vec<Vec<LuckTarget>>,
    /// Values where nothing is drawn, by assumption and year.
    central: Vec<Vec<f64>>,
    /// Row of an assumption in a year.
    row_of: Vec<Vec<Option<usize>>>,
    rows: usize,
    /// Row of a line's luck in a year.
    luck_row_of: Vec<Vec<Option<usize>>>,
    luck_rows: usize,
    /// Nodes of the risks, where they are drawn here.
    risk_node: Vec<Option<usize>>,
    correlated_risk: Vec<bool>,
    luck_lines: Vec<LineId>,
    kept: Values,
}

/// Which values of a block can be asked when it has been drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Values {
    /// All.
    OfAllYears,
    /// Those of the year drawn last: each year takes the place of the one
    /// before, which keeps them near the processor.
    OfTheYear,
}

/// Which risks of the register are drawn as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Risks {
    /// Only those that are correlated: they move what they are linked to.
    Linked,
    /// All that have a chance.
    All,
}

impl Sampler {
    /// Looks up a model.
    pub(crate) fn new(
        model: &Model,
        plan: &Plan,
        seed: u64,
        risks: Risks,
        kept: Values,
    ) -> Result<Self, Vec<Diagnostic>> {
        let components = correlation::components(model)?;
        let mut sampler = Self {
            years: model.year_count(),
            nodes: Vec::new(),
            mixes: Vec::new(),
            inverses: Vec::new(),
            targets: vec![Vec::new(); model.year_count()],
            luck_keys: Vec::new(),
            luck: vec![Vec::new(); model.year_count()],
            central: model.assumptions.iter().map(|a| a.values.clone()).collect(),
            row_of: model.assumptions.iter().map(|a| vec![None; a.values.len()]).collect(),
            rows: 0,
            luck_row_of: vec![vec![None; model.year_count()]; model.lines.all.len()],
            luck_rows: 0,
            risk_node: vec![None; model.risks.len()],
            correlated_risk: vec![false; model.risks.len()],
            luck_lines: Vec::new(),
            kept,
        };
        sampler.add_nodes(model, seed, risks, &components);
        sampler.add_targets(model);
        sampler.add_luck(model, plan, seed)?;
        Ok(sampler)
    }

    /// Correlated ones first, next to one another, then what stands alone.
    fn add_nodes(&mut self, model: &Model, seed: u64, risks: Risks, components: &[Component]) {
        let last = self.years - 1;
        let node = |what: Correlated| {
            let (key, rows, carried) = match what {
                Correlated::Assumption(id) => {
                    let a = model.assumption(id);
                    let r = if a.scale == Scale::Level { 1.0 } else { a.persistence.clamp(0.0, 1.0) };
                    let carried = (r > 0.0 && r < 1.0).then(|| (r, (1.0 - r * r).sqrt()));
                    (StreamKey::new(seed, &a.address), if r == 1.0 { 1 } else { last }, carried)
                }
                Correlated::Risk(i) => {
                    let risk = &model.risks[i];
                    let rows = risk.years.iter().filter_map(|y| model.year_index(*y)).max().unwrap_or(0);
                    (StreamKey::new(seed, &format!("risk.{}", risk.id)), rows, None)
                }
            };
            Node { what, key, rows, carried }
        };
        for component in components {
            let from = self.nodes.len();
            let members: Vec<Node> = component.members.iter().map(|m| node(*m)).collect();
            let rows = members.iter().map(|n| n.rows).max().unwrap_or(0);
            // All of a component are drawn in every year in which one of them
            // counts: the e's of that year are what is correlated.
            self.nodes.extend(members.into_iter().map(|n| Node { rows, ..n }));
            self.mixes.push(Mix { from, size: component.members.len(), bands: bands(&component.factor), rows });
        }
        let linked: Vec<Correlated> = self.nodes.iter().map(|n| n.what).collect();
        for (i, a) in model.assumptions.iter().enumerate() {
            let what = Correlated::Assumption(AssumptionId(i));
            let spread = a.distributions.iter().flatten().any(|d| !Inverse::of(d).is_constant());
            if spread && !linked.contains(&what) {
                self.nodes.push(node(what));
            }
        }
        for (i, risk) in model.risks.iter().enumerate() {
            let what = Correlated::Risk(i);
            let uncertain =
                matches!(risk.chance, Some(RiskChance::Chance(_) | RiskChance::Class(..) | RiskChance::PerYear(_)));
            if risks == Risks::All && uncertain && !linked.contains(&what) {
                self.nodes.push(node(what));
            }
        }
        for (n, node) in self.nodes.iter().enumerate() {
            if let Correlated::Risk(i) = node.what {
                self.risk_node[i] = Some(n);
                self.correlated_risk[i] = linked.contains(&node.what);
            }
        }
    }

    fn add_targets(&mut self, model: &Model) {
        for (n, node) in self.nodes.iter().enumerate() {
            let Correlated::Assumption(id) = node.what else { continue };
            let a = model.assumption(id);
            let level = a.scale == Scale::Level;
            let once = level || a.persistence >= 1.0;
            let (mut last, mut inverse) = (None, Inverse::constant(0.0));
            let mut shared = None;
            for (y, distribution) in a.distributions.iter().enumerate().skip(usize::from(!level)) {
                let Some(distribution) = distribution else { continue };
                // The same distribution every year needs one table.
                if last != Some(distribution) {
                    inverse = Inverse::of(distribution);
                    last = Some(distribution);
                    if !inverse.is_constant() {
                        self.inverses.push(inverse.clone());
                    }
                }
                if inverse.is_constant() {
                    self.central[id.0][y] = inverse.value(0.0);
                    continue;
                }
                let (lowest, highest) = inverse.extremes(FARTHEST);
                let (lo, hi) = a.scale.bounds();
                let bounds = (lowest < lo || highest > hi).then_some((lo, hi));
                let row = shared.unwrap_or(self.rows);
                self.rows += usize::from(row == self.rows);
                if self.kept == Values::OfTheYear && !once {
                    shared = Some(row);
                }
                let target = Target { node: n, inverse: self.inverses.len() - 1, row, bounds };
                self.targets[if once { 1 } else { y }].push(target);
                self.row_of[id.0][y] = Some(row);
            }
        }
    }

    fn add_luck(&mut self, model: &Model, plan: &Plan, seed: u64) -> Result<(), Vec<Diagnostic>> {
        let lucky = |l: usize| model.lines.all[l].as_cost().and_then(|c| c.luck_cost_cv.map(|cv| (c, cv)));
        let mut wrong = Vec::new();
        let mut ws = Lanes::new(plan);
        let central = Central(model);
        let futures = plan.run(&central, None, 1, &mut ws);
        for l in 0..model.lines.all.len() {
            let Some((cost, cv)) = lucky(l) else { continue };
            if !cost.counts_clients {
                let message = format!("`{}` has luck but counts no clients", cost.id);
                wrong.push(
                    Diagnostic::error("luck-without-clients", &cost.place, message)
                        .help("add its clients to figures.csv, or leave luck out: chance depends on how few they are"),
                );
                continue;
            }
            self.luck_lines.push(LineId(l));
            self.luck_keys.push(StreamKey::new(seed, &format!("cost.{}.luck", cost.id)));
            for y in 1..self.years {
                let clients = futures.volume(LineId(l), y).at(0);
                let variance = if clients > 0.0 { (1.0 + cv * cv) / clients } else { 0.0 };
                let inverse = Inverse::gamma(variance);
                self.luck_row_of[l][y] = Some(self.luck_rows);
                self.luck[y].push(LuckTarget { key: self.luck_keys.len() - 1, inverse, row: self.luck_rows });
                self.luck_rows += 1;
            }
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Whether every draw is the deterministic projection.
    pub(crate) fn is_certain(&self) -> bool {
        self.rows == 0 && self.luck_rows == 0
    }

    pub(crate) fn risk_is_correlated(&self, risk: usize) -> bool {
        self.correlated_risk.get(risk).copied().unwrap_or(false)
    }

    /// A workspace for a thread. `keep` says whether the independent scores of
    /// every year are kept for [`Draw::scores`].
    pub(crate) fn workspace(&self, keep: bool) -> Draw {
        let risks = self.risk_node.iter().flatten().count();
        Draw {
            len: BLOCK,
            streams: Vec::with_capacity(self.nodes.len()),
            luck_streams: Vec::with_capacity(self.luck_keys.len()),
            now: vec![[0.0; BLOCK]; self.nodes.len()],
            carried: vec![[0.0; BLOCK]; self.nodes.iter().filter(|n| n.carried.is_some()).count()],
            values: vec![[0.0; BLOCK]; self.rows],
            luck: vec![[0.0; BLOCK]; self.luck_rows],
            risks: vec![[0.0; BLOCK]; risks * (self.years - 1)],
            scores: vec![
                [0.0; BLOCK];
                if keep { (self.nodes.len() + self.luck_keys.len()) * (self.years - 1) } else { 0 }
            ],
            stopped: 0,
        }
    }

    /// Begins a block; of its draws only the first `len` count.
    pub(crate) fn begin(&self, block: u64, len: usize, draw: &mut Draw) {
        draw.fit(self);
        draw.len = len;
        draw.stopped = 0;
        draw.streams.clear();
        draw.streams.extend(self.nodes.iter().map(|n| n.key.stream(block)));
        draw.luck_streams.clear();
        draw.luck_streams.extend(self.luck_keys.iter().map(|k| k.stream(block)));
    }

    /// Draws a year of the block: the first after the base year (1), then one
    /// after the other.
    pub(crate) fn draw(&self, y: usize, draw: &mut Draw, width: Width) {
        width.run(DrawKernel { sampler: self, draw, y });
    }

    /// Whether values of all years can be asked afterwards.
    pub(crate) fn keeps_values(&self) -> bool {
        self.kept == Values::OfAllYears
    }

    /// The value of an assumption in a drawn block.
    pub(crate) fn value<'a>(&'a self, draw: &'a Draw, assumption: AssumptionId, year: usize) -> Driver<'a> {
        match self.row_of[assumption.0][year] {
            Some(row) => Driver::Each(&draw.values[row][..draw.len]),
            None => Driver::Same(self.central[assumption.0][year]),
        }
    }

    /// What drives the projection of a drawn block.
    pub(crate) fn drivers<'a>(&'a self, draw: &'a Draw) -> Drawn<'a> {
        Drawn { sampler: self, draw }
    }

    /// Uncertain assumptions, risks that are drawn and lines with luck: what
    /// [`Draw::scores`] knows.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Source> {
        let nodes = self.nodes.iter().enumerate().map(|(n, node)| {
            let component = self.mixes.iter().position(|m| (m.from..m.from + m.size).contains(&n));
            let what = match node.what {
                Correlated::Assumption(id) => SourceKind::Assumption(id),
                Correlated::Risk(_) => SourceKind::Risk,
            };
            Source { what, component, slot: n }
        });
        let lucky = self.luck_lines.iter().enumerate().map(|(i, line)| Source {
            what: SourceKind::Luck(*line),
            component: None,
            slot: self.nodes.len() + i,
        });
        nodes.chain(lucky)
    }
}

/// A source of uncertainty whose scores can be asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Source {
    pub(crate) what: SourceKind,
    /// Which set of correlated ones it belongs to.
    pub(crate) component: Option<usize>,
    slot: usize,
}

/// What is uncertain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceKind {
    Assumption(AssumptionId),
    Luck(LineId),
    /// A risk that assumptions are correlated with: part of their group.
    Risk,
}

/// One block of draws; made once per thread.
#[derive(Clone, Debug)]
pub(crate) struct Draw {
    len: usize,
    streams: Vec<Stream>,
    luck_streams: Vec<Stream>,
    /// Scores of the year at hand.
    now: Vec<Row<f32>>,
    /// Scores that persist, as of last year.
    carried: Vec<Row<f64>>,
    values: Vec<Row<f64>>,
    luck: Vec<Row<f64>>,
    risks: Vec<Row<f32>>,
    scores: Vec<Row<f32>>,
    stopped: u64,
}

impl Draw {
    /// Makes room for another model's draws; what was there is overwritten.
    fn fit(&mut self, sampler: &Sampler) {
        fn grow<T: Copy + Default>(rows: &mut Vec<Row<T>>, to: usize) {
            if rows.len() < to {
                rows.resize(to, [T::default(); BLOCK]);
            }
        }
        grow(&mut self.now, sampler.nodes.len());
        grow(&mut self.carried, sampler.nodes.iter().filter(|n| n.carried.is_some()).count());
        grow(&mut self.values, sampler.rows);
        grow(&mut self.luck, sampler.luck_rows);
        grow(&mut self.risks, sampler.risk_node.iter().flatten().count() * (sampler.years - 1));
    }

    /// How often a draw stopped at the edge of what can be.
    pub(crate) fn stopped(&self) -> u64 {
        self.stopped
    }

    /// Independent scores e of a source in a year from the first after the
    /// base year on; only where the workspace keeps them.
    pub(crate) fn scores(&self, sampler: &Sampler, source: Source, year: usize) -> &[f32] {
        let width = sampler.years - 1;
        &self.scores[source.slot * width + year - 1][..self.len]
    }

    /// Scores of a risk in a year.
    pub(crate) fn risk_scores(&self, sampler: &Sampler, risk: usize, year: usize) -> Option<&[f32]> {
        let nth = sampler.risk_node.iter().take(risk).flatten().count();
        let node = sampler.risk_node.get(risk).copied().flatten()?;
        let drawn = year >= 1 && year <= sampler.nodes[node].rows;
        drawn.then(|| &self.risks[nth * (sampler.years - 1) + year - 1][..self.len])
    }
}

struct DrawKernel<'a> {
    sampler: &'a Sampler,
    draw: &'a mut Draw,
    y: usize,
}

impl Kernel for DrawKernel<'_> {
    type Output = ();
    #[inline(always)]
    fn run(self) {
        let Self { sampler, draw, y } = self;
        for ((node, stream), row) in sampler.nodes.iter().zip(&mut draw.streams).zip(&mut draw.now) {
            if y <= node.rows {
                stream.fill_normals(row);
            }
        }
        if !draw.scores.is_empty() {
            keep(sampler, &draw.now, y, &mut draw.scores);
        }
        for mix in sampler.mixes.iter().filter(|m| y <= m.rows) {
            mix_rows(&mix.bands, &mut draw.now[mix.from..mix.from + mix.size]);
        }
        carry(sampler, draw, y);
        let mut nth = 0;
        for node in sampler.risk_node.iter().flatten() {
            if y <= sampler.nodes[*node].rows {
                draw.risks[nth * (sampler.years - 1) + y - 1] = draw.now[*node];
            }
            nth += 1;
        }
        values(sampler, draw, y);
        let first_luck = sampler.nodes.len() * (sampler.years - 1);
        let mut row = [0.0; BLOCK];
        for target in &sampler.luck[y] {
            draw.luck_streams[target.key].fill_normals(&mut row);
            target.inverse.fill(&row, &mut draw.luck[target.row]);
            if let Some(kept) = draw.scores.get_mut(first_luck + target.key * (sampler.years - 1) + y - 1) {
                *kept = row;
            }
        }
    }
}

/// Notes the independent scores of a year; 0 where none is drawn.
#[inline(always)]
fn keep(sampler: &Sampler, now: &[Row<f32>], y: usize, scores: &mut [Row<f32>]) {
    for (n, (node, row)) in sampler.nodes.iter().zip(now).enumerate() {
        scores[n * (sampler.years - 1) + y - 1] = if y <= node.rows { *row } else { [0.0; BLOCK] };
    }
}

/// Scores that persist: z[y] = r z[y-1] + sqrt(1 - r²) e[y].
#[inline(always)]
fn carry(sampler: &Sampler, draw: &mut Draw, y: usize) {
    let mut nth = 0;
    for (node, row) in sampler.nodes.iter().zip(&draw.now) {
        let Some((old, new)) = node.carried else { continue };
        let state = &mut draw.carried[nth];
        nth += 1;
        let (old, new) = if y == 1 { (0.0, 1.0) } else { (old, new) };
        for k in 0..BLOCK {
            state[k] = old * state[k] + new * f64::from(row[k]);
        }
    }
}

/// Values from scores.
#[inline(always)]
fn values(sampler: &Sampler, draw: &mut Draw, y: usize) {
    for target in &sampler.targets[y] {
        let out = &mut draw.values[target.row];
        let inverse = &sampler.inverses[target.inverse];
        if sampler.nodes[target.node].carried.is_some() {
            let nth = sampler.nodes[..target.node].iter().filter(|n| n.carried.is_some()).count();
            inverse.fill(&draw.carried[nth], out);
        } else {
            inverse.fill(&draw.now[target.node], out);
        }
        if let Some((lo, hi)) = target.bounds {
            let mut stopped = 0;
            for x in out[..draw.len].iter_mut() {
                let kept = if *x < lo {
                    lo
                } else if *x > hi {
                    hi
                } else {
                    *x
                };
                stopped += u64::from(kept != *x);
                *x = kept;
            }
            draw.stopped += stopped;
        }
    }
}

/// A drawn block as drivers of the projection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Drawn<'a> {
    sampler: &'a Sampler,
    draw: &'a Draw,
}

impl Drivers for Drawn<'_> {
    #[inline]
    fn value(&self, assumption: AssumptionId, year_index: usize) -> Driver<'_> {
        self.sampler.value(self.draw, assumption, year_index)
    }
}

impl Luck for Drawn<'_> {
    fn multipliers(&self, line: LineId, year_index: usize) -> Option<&[f64]> {
        let row = self.sampler.luck_row_of[line.0][year_index]?;
        Some(&self.draw.luck[row][..self.draw.len])
    }
}
