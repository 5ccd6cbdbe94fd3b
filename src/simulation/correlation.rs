//! What moves together: from `[correlation]` to factors that mix scores.
//!
//! Linked assumptions and risks form components. Within one, taken in the
//! order of first mention, the Cholesky factor L of the correlation matrix
//! turns independent scores into correlated ones: z = L e. The first mentioned
//! keeps its own score, so a further correlation changes only what it names.
//! A correlation of 1 or -1 gives a zero pivot, which is allowed; a matrix
//! that no set of quantities can have is an error that says which of them
//! contradict each other and what would be possible.

use nalgebra::{Cholesky, DMatrix};

use crate::diagnostic::Diagnostic;
use crate::model::{Correlated, Correlation, Model};

/// Below this a pivot counts as 0: rounding of numbers of size 1.
const ZERO: f64 = 1e-9;

/// Above this many sets of one size, the smallest offending one is found by
/// leaving out one at a time instead.
const SETS: usize = 200_000;

/// A set of linked scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// Members in the order of first mention.
    pub members: Vec<Correlated>,
    /// Lower triangle of the factor, by row: row i has i + 1 entries.
    pub factor: Vec<Vec<f64>>,
}

/// The components of a model, in the order of first mention.
///
/// # Errors
/// Everything that [`check`] finds.
pub fn components(model: &Model) -> Result<Vec<Component>, Vec<Diagnostic>> {
    let found = check(model);
    if !found.is_empty() {
        return Err(found);
    }
    let links: Vec<&Correlation> = model.correlations.iter().collect();
    Ok(linked(&links)
        .into_iter()
        .map(|members| {
            let matrix = matrix(&members, &links);
            // `check` has found every matrix semidefinite.
            let factor = factor(&matrix).unwrap_or_default();
            Component { members, factor }
        })
        .collect())
}

/// Checks the correlations: each end uncertain, no pair stated twice, |rho|
/// at most 1, and every matrix one that can be. All errors at once; `ravijn
/// check` and the simulation both call it.
pub fn check(model: &Model) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut sound: Vec<&Correlation> = Vec::new();
    for link in &model.correlations {
        let [a, b] = link.between;
        let mut wrong = |message: String, help: &str| {
            found.push(Diagnostic::error("correlation", &link.place, message).help(help));
        };
        if a == b {
            wrong(format!("`{}` is correlated with itself", name(model, a)), "name two different assumptions or risks");
            continue;
        }
        if !(-1.0..=1.0).contains(&link.rho) {
            wrong(format!("a correlation of {} cannot be", link.rho), "rho lies between -1 and 1");
            continue;
        }
        if let Some(certain) = link.between.into_iter().find(|end| !is_uncertain(model, *end)) {
            let help = match certain {
                Correlated::Assumption(_) => {
                    "state its sd, its min and max, or its p10 and p90; or leave the correlation out"
                }
                Correlated::Risk(_) => "a risk without a chance cannot be correlated",
            };
            wrong(format!("`{}` is not uncertain, so nothing can move with it", name(model, certain)), help);
            continue;
        }
        if let Some(earlier) = sound.iter().find(|s| s.between == [a, b] || s.between == [b, a]) {
            let message = format!(
                "`{}` and `{}` are correlated twice, first in `{}`",
                name(model, a),
                name(model, b),
                earlier.id
            );
            wrong(message, "keep one of the two");
            continue;
        }
        sound.push(link);
    }
    for members in linked(&sound) {
        let matrix = matrix(&members, &sound);
        if factor(&matrix).is_none() {
            found.push(contradiction(model, &members, &matrix, &sound));
        }
    }
    found
}

fn is_uncertain(model: &Model, end: Correlated) -> bool {
    match end {
        Correlated::Assumption(id) => model.assumptions.get(id.0).is_some_and(crate::model::Assumption::is_uncertain),
        Correlated::Risk(i) => model.risks.get(i).is_some_and(|r| r.chance.is_some()),
    }
}

/// As written in the file.
pub(crate) fn name(model: &Model, end: Correlated) -> String {
    match end {
        Correlated::Assumption(id) => model.assumptions.get(id.0).map_or_else(String::new, |a| a.address.clone()),
        Correlated::Risk(i) => model.risks.get(i).map_or_else(String::new, |r| format!("risk.{}", r.id)),
    }
}

/// Sets of what hangs together, members and sets in the order of first mention.
fn linked(links: &[&Correlation]) -> Vec<Vec<Correlated>> {
    let mut order: Vec<Correlated> = Vec::new();
    for end in links.iter().flat_map(|l| l.between) {
        if !order.contains(&end) {
            order.push(end);
        }
    }
    let mut set_of: Vec<usize> = (0..order.len()).collect();
    let at = |end: Correlated| order.iter().position(|o| *o == end);
    for link in links {
        if let (Some(a), Some(b)) = (at(link.between[0]), at(link.between[1])) {
            let (keep, drop) = (set_of[a].min(set_of[b]), set_of[a].max(set_of[b]));
            set_of.iter_mut().filter(|s| **s == drop).for_each(|s| *s = keep);
        }
    }
    let mut sets: Vec<(usize, Vec<Correlated>)> = Vec::new();
    for (end, set) in order.into_iter().zip(set_of) {
        match sets.iter_mut().find(|(s, _)| *s == set) {
            Some((_, members)) => members.push(end),
            None => sets.push((set, vec![end])),
        }
    }
    sets.into_iter().map(|(_, members)| members).collect()
}

/// The correlation matrix of some members; pairs that nobody linked are 0.
fn matrix(members: &[Correlated], links: &[&Correlation]) -> DMatrix<f64> {
    let mut matrix = DMatrix::identity(members.len(), members.len());
    for link in links {
        let at = |end| members.iter().position(|m| *m == end);
        if let (Some(i), Some(j)) = (at(link.between[0]), at(link.between[1])) {
            matrix[(i, j)] = link.rho;
            matrix[(j, i)] = link.rho;
        }
    }
    matrix
}

/// The Cholesky factor by row, or none for a matrix that is not semidefinite.
fn factor(matrix: &DMatrix<f64>) -> Option<Vec<Vec<f64>>> {
    let n = matrix.nrows();
    if let Some(c) = Cholesky::new(matrix.clone()) {
        let l = c.l();
        // A pivot of rounding size is none: the rows below would be noise.
        if (0..n).all(|i| l[(i, i)] * l[(i, i)] > ZERO) {
            return Some((0..n).map(|i| (0..=i).map(|j| l[(i, j)]).collect()).collect());
        }
    }
    // nalgebra refuses a zero pivot; a correlation of 1 has one. There the
    // member is a combination of those before it and adds nothing below.
    let mut l: Vec<Vec<f64>> = Vec::with_capacity(n);
    for i in 0..n {
        let mut row = Vec::with_capacity(i + 1);
        for j in 0..=i {
            let of: &[f64] = if i == j { &row } else { &l[j] };
            let rest = matrix[(i, j)] - row.iter().zip(of).take(j).map(|(a, b)| a * b).sum::<f64>();
            if i == j {
                if rest < -ZERO {
                    return None;
                }
                row.push(if rest > ZERO { rest.sqrt() } else { 0.0 });
            } else if l[j][j] == 0.0 {
                if rest.abs() > ZERO.sqrt() {
                    return None;
                }
                row.push(0.0);
            } else {
                row.push(rest / l[j][j]);
            }
        }
        l.push(row);
    }
    Some(l)
}

fn sub_matrix(matrix: &DMatrix<f64>, rows: &[usize]) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), rows.len(), |i, j| matrix[(rows[i], rows[j])])
}

fn possible(matrix: &DMatrix<f64>, rows: &[usize]) -> bool {
    factor(&sub_matrix(matrix, rows)).is_some()
}

/// The smallest set of members whose correlations contradict each other.
fn smallest_offending(matrix: &DMatrix<f64>) -> Vec<usize> {
    let n = matrix.nrows();
    for size in 2..n {
        let sets = (0..size).fold(1_usize, |c, i| c.saturating_mul(n - i) / (i + 1));
        if sets > SETS {
            break;
        }
        let mut rows: Vec<usize> = (0..size).collect();
        loop {
            if !possible(matrix, &rows) {
                return rows;
            }
            // The next set of this size, in order.
            let Some(i) = (0..size).rev().find(|&i| rows[i] < n - size + i) else { break };
            rows[i] += 1;
            for k in i + 1..size {
                rows[k] = rows[k - 1] + 1;
            }
        }
    }
    // Too many sets to try: leave out what is not needed for the contradiction.
    let mut rows: Vec<usize> = (0..n).collect();
    let mut i = 0;
    while i < rows.len() {
        let mut fewer = rows.clone();
        fewer.remove(i);
        if possible(matrix, &fewer) { i += 1 } else { rows = fewer }
    }
    rows
}

/// The value nearest to the stated one that the pairs of one block in a set can
/// have, all moved together, while the others stay; none where no value can.
/// A block of n equal correlations can be no lower than -1/(n-1).
fn nearest_possible(matrix: &DMatrix<f64>, rows: &[usize], pairs: &[(usize, usize)]) -> Option<f64> {
    let mut small = sub_matrix(matrix, rows);
    let stated = small[*pairs.first()?];
    let mut fits = |rho: f64| {
        for &(i, j) in pairs {
            small[(i, j)] = rho;
            small[(j, i)] = rho;
        }
        factor(&small).is_some()
    };
    // The possible values form an interval: find one, then walk to its near
    // end. Where others are 1 or -1 it can be a single value, one of theirs.
    let others = sub_matrix(matrix, rows);
    let inside = (0..=2000)
        .map(|i| f64::from(i) / 1000.0 - 1.0)
        .chain(others.iter().flat_map(|r| [*r, -r]))
        .filter(|r| fits(*r))
        .min_by(|a, b| (a - stated).abs().total_cmp(&(b - stated).abs()))?;
    let (mut good, mut bad) = (inside, stated);
    for _ in 0..60 {
        let middle = 0.5 * (good + bad);
        if fits(middle) { good = middle } else { bad = middle }
    }
    // Three decimals, rounded to the side that can be.
    let scaled = good * 1000.0;
    let rounded = if good < stated { scaled.floor() } else { scaled.ceil() } / 1000.0;
    Some(if fits(rounded) { rounded } else { inside })
}

fn contradiction(model: &Model, members: &[Correlated], matrix: &DMatrix<f64>, links: &[&Correlation]) -> Diagnostic {
    let rows = smallest_offending(matrix);
    let named: Vec<String> = rows.iter().map(|&r| format!("`{}`", name(model, members[r]))).collect();
    let listed = match named.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => named.join(""),
    };
    // Of the correlations stated within the set, the one that needs to move least.
    let mut best: Option<(f64, &Correlation, f64)> = None;
    let mut last_stated = None;
    for link in links {
        // A block that reaches beyond the set must be possible as a whole.
        let within = |l: &Correlation, rows: &[usize]| l.between.iter().all(|e| rows.iter().any(|&r| members[r] == *e));
        let beyond = links.iter().any(|l| l.id == link.id && !within(l, &rows));
        let seen: Vec<usize> = if beyond { (0..members.len()).collect() } else { rows.clone() };
        if !within(link, &rows) {
            continue;
        }
        let pair_of = |l: &Correlation| {
            let at = |end| seen.iter().position(|&r| members[r] == end);
            Some((at(l.between[0])?, at(l.between[1])?))
        };
        last_stated = Some(*link);
        // One `rho` in the file holds for every pair of its block.
        let block: Vec<_> = links.iter().filter(|l| l.id == link.id).filter_map(|l| pair_of(l)).collect();
        if let Some(rho) = nearest_possible(matrix, &seen, &block) {
            let change = (rho - link.rho).abs();
            if best.is_none_or(|(least, ..)| change < least - 1e-9) {
                best = Some((change, link, rho));
            }
        }
    }
    let place = best.map(|(_, link, _)| link).or(last_stated).or(links.first().copied()).map(|l| l.place.clone());
    let unstated = (0..rows.len()).any(|i| (0..i).any(|j| matrix[(rows[i], rows[j])] == 0.0));
    let remark = if unstated { "; pairs that are not stated count as 0" } else { "" };
    let help = match best {
        Some((_, link, rho)) => {
            format!("nearest that can be, the others as they are: rho = {rho} in `correlation.{}`{remark}", link.id)
        }
        None => format!("no single correlation of these can mend it: bring more of them nearer to 0{remark}"),
    };
    let message = format!("the correlations between {listed} contradict each other: no such quantities can exist");
    match place {
        Some(place) => Diagnostic::error("correlation", &place, message).help(help),
        // There is a link, or there would be no matrix.
        None => Diagnostic {
            severity: crate::diagnostic::Severity::Error,
            code: "correlation",
            message,
            place: None,
            help: Some(help),
        },
    }
}

#[cfg(test)]
#[path = "correlation_tests.rs"]
mod tests;
