//! How much of the variance of a figure each source of uncertainty explains.
//!
//! The share of a source is the squared correlation of the figure with its
//! scores, summed over the years. Its own independent scores e are meant: they
//! are uncorrelated over years and between sources, so shares add up to at
//! most the whole whatever persists or is correlated. Sources that are
//! correlated are one group; luck is a source of its own.

use super::ensemble::{Block, Ensemble, Run};
use super::outcome::Settings;
use super::sampler::{Risks, SourceKind};
use super::samples::{Cell, Reader};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{AssumptionId, Expression, FigureAddress, LineId, Model};
use crate::projection;

/// What a share belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShareOf {
    /// Assumptions; more than one where they are correlated.
    Assumptions(Vec<AssumptionId>),
    /// Chance in small numbers on a line.
    Luck(LineId),
}

/// Shares of the variance of one figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Shares {
    /// Each source or group of correlated ones with its share, 0..=1, in the
    /// order of the file.
    pub shares: Vec<(ShareOf, f64)>,
    /// What none of them explains alone: sources working together
    /// (*samenspel*), and chance in the estimate.
    pub rest: f64,
    /// Draws they were estimated from.
    pub draws: u64,
}

/// One figure of the expression.
struct Part<'a> {
    address: &'a FigureAddress,
    central: f64,
    /// None for records, which no draw changes.
    cell: Option<Cell>,
}

/// The expression with each part as `figure` gives it; not finite where it has
/// no value.
fn value(of: &Expression, parts: &[Part<'_>], figure: impl Fn(usize) -> f64) -> f64 {
    let mut known = |address: &FigureAddress| parts.iter().position(|p| p.address == address).map(&figure).ok_or(());
    // A chance or percentile is the same in all draws and has no shares.
    of.value(&mut known, &mut |_| Err(())).unwrap_or(f64::NAN)
}

/// Sums over draws for one correlation.
#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    e: f64,
    ee: f64,
    xe: f64,
}

/// Sums over draws of a block.
#[derive(Clone, Debug, Default)]
struct BlockSums {
    x: f64,
    xx: f64,
    by_score: Vec<Moments>,
}

/// Shares of the variance of an expression of figures; none where it is the
/// same in every draw, and where a figure in it is not there.
///
/// # Errors
/// As [`super::simulate`]; an expression that in some draw is no number, such
/// as one that divides by zero.
pub fn variance_shares(model: &Model, settings: &Settings, of: &Expression) -> Result<Option<Shares>, Vec<Diagnostic>> {
    let ensemble = Ensemble::with(&[model], settings.seed, Risks::Linked)?;
    let reader = Reader::new(model);
    let mut parts: Vec<Part<'_>> = Vec::new();
    for address in of.figures() {
        let Ok(central) = projection::figure(model, reader.central(), address) else { return Ok(None) };
        if parts.iter().all(|p| p.address != address) {
            parts.push(Part { address, central, cell: reader.cell(address) });
        }
    }
    let sources = ensemble.sources(0);
    let years = model.year_count() - 1;
    let central = value(of, &parts, |p| parts[p].central);
    let shift = if central.is_finite() { central } else { 0.0 };
    let visit = |(): &mut (), block: &Block<'_>| {
        let futures = block.futures(0);
        let drawn = |part: &Part<'_>| reader.row(part.address.figure, part.cell?, &futures);
        let drawn: Vec<Option<Vec<f64>>> = parts.iter().map(drawn).collect();
        if drawn.iter().all(Option::is_none) {
            return None;
        }
        let row: Vec<f64> = (0..block.len())
            .map(|lane| value(of, &parts, |p| drawn[p].as_ref().map_or(parts[p].central, |row| row[lane])))
            .collect();
        let mut sums = BlockSums::default();
        for x in &row {
            sums.x += x - shift;
            sums.xx += (x - shift) * (x - shift);
        }
        for source in &sources {
            for y in 1..=years {
                let mut m = Moments::default();
                for (x, e) in row.iter().zip(block.scores(0, *source, y)) {
                    let e = f64::from(*e);
                    m.e += e;
                    m.ee += e * e;
                    m.xe += (x - shift) * e;
                }
                sums.by_score.push(m);
            }
        }
        Some(sums)
    };
    let mut all = BlockSums { by_score: vec![Moments::default(); sources.len() * years], ..BlockSums::default() };
    let mut varies = true;
    let mut fold = |(): &mut (), given: Option<BlockSums>| match given {
        None => varies = false,
        Some(block) => {
            all.x += block.x;
            all.xx += block.xx;
            for (a, b) in all.by_score.iter_mut().zip(&block.by_score) {
                a.e += b.e;
                a.ee += b.ee;
                a.xe += b.xe;
            }
        }
    };
    Run::new(&ensemble, true, || ()).through(settings.draws, settings.draws, &visit, &mut fold, &|_, _| {});
    #[allow(clippy::cast_precision_loss, reason = "a count of draws")]
    let n = settings.draws as f64;
    if varies && !(all.x.is_finite() && all.xx.is_finite()) {
        return Err(vec![Diagnostic {
            severity: Severity::Error,
            code: "no-number",
            message: format!("{of} is no number in some futures: it divides by zero there"),
            place: None,
            help: None,
        }]);
    }
    let spread = n * all.xx - all.x * all.x;
    if !varies || spread <= 0.0 {
        return Ok(None);
    }
    let squared = |m: &Moments| {
        let cross = n * m.xe - all.x * m.e;
        let own = n * m.ee - m.e * m.e;
        if own > 0.0 { cross * cross / (spread * own) } else { 0.0 }
    };
    let mut shares: Vec<(Vec<AssumptionId>, Option<LineId>, Option<usize>, f64)> = Vec::new();
    for (source, scores) in sources.iter().zip(all.by_score.chunks(years.max(1))) {
        let share: f64 = scores.iter().map(squared).sum();
        let known = shares.iter().position(|(_, _, c, _)| c.is_some() && *c == source.component);
        let at = known.unwrap_or_else(|| {
            shares.push((Vec::new(), None, source.component, 0.0));
            shares.len() - 1
        });
        let (ids, luck, _, sum) = &mut shares[at];
        *sum += share;
        match source.what {
            SourceKind::Assumption(id) => ids.push(id),
            SourceKind::Luck(line) => *luck = Some(line),
            SourceKind::Risk => {}
        }
    }
    let mut shares: Vec<(ShareOf, f64)> = shares
        .into_iter()
        .filter_map(|(mut ids, luck, _, share)| {
            ids.sort();
            match luck {
                Some(line) => Some((ShareOf::Luck(line), share)),
                None => (!ids.is_empty()).then_some((ShareOf::Assumptions(ids), share)),
            }
        })
        .collect();
    shares.sort_by_key(|(of, _)| match of {
        ShareOf::Assumptions(ids) => (0, ids.first().map_or(0, |i| i.0)),
        ShareOf::Luck(line) => (1, line.0),
    });
    let rest = (1.0 - shares.iter().map(|(_, s)| s).sum::<f64>()).max(0.0);
    Ok(Some(Shares { shares, rest, draws: settings.draws }))
}
