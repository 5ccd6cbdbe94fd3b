//! The tables of docs/accuracy.md, from one backtest.

use std::fmt::Write as _;

use crate::analysis::backtest::score::RivalMeasures;
use crate::analysis::backtest::{Backtest, LineScore, RivalTable};

fn percent(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{:.decimals$} %", 100.0 * v))
}

fn ratio(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| format!("{v:.2}"))
}

/// The median error of the corrected budget over that of the budget.
fn corrected(r: &RivalTable) -> Option<f64> {
    Some(r.corrected_budget.mdape? / r.budget.mdape.filter(|b| *b > 0.0)?)
}

/// Three tables in Markdown: per line, the widths of bands that held as many
/// outcomes of the same cases, and per line and year.
pub fn markdown(run: &Backtest) -> String {
    let measured: Vec<&LineScore> = run.lines.iter().filter(|l| l.measures.n > 0).collect();
    let mut out = String::from(
        "| line | n | median error | budget's own | ours / budget | corrected / budget | mean error | budget's | in the 80 % band | width |\n\
         |---|---|---|---|---|---|---|---|---|---|\n",
    );
    for l in &measured {
        let (m, r) = (&l.measures, &l.rivals);
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            l.line.replace('|', "\\|"),
            m.n,
            percent(m.mdape, 1),
            percent(r.budget.mdape, 1),
            ratio(l.of_budget),
            ratio(corrected(r)),
            percent(m.bias, 1),
            percent(r.budget.bias, 1),
            percent(m.coverage80, 1),
            percent(m.width80, 1)
        );
    }
    out.push_str(
        "\n| line: our width / that of a rival | budget | corrected budget | last actual | own trend | national growth |\n\
         |---|---|---|---|---|---|\n",
    );
    for l in &measured {
        let cell = |r: &RivalMeasures| format!("{} / {}", percent(r.model_width80, 1), percent(r.width80, 1));
        let r = &l.rivals;
        let cells =
            [cell(&r.budget), cell(&r.corrected_budget), cell(&r.last_actual), cell(&r.own_trend), cell(&r.national)];
        let _ = writeln!(out, "| {} | {} |", l.line.replace('|', "\\|"), cells.join(" | "));
    }
    let mut years: Vec<_> =
        measured.iter().flat_map(|l| l.years.iter().filter(|y| y.measures.n > 0).map(|y| y.year)).collect();
    years.sort();
    years.dedup();
    let heads = |what: &str| -> String { years.iter().map(|y| format!(" {what}{y} |")).collect() };
    let _ = write!(out, "\n| line |{}{}\n|---|{}\n", heads(""), heads("band "), "---|".repeat(2 * years.len()));
    for l in &measured {
        let of = |pick: &dyn Fn(&crate::analysis::backtest::YearScore) -> String| -> String {
            let cell =
                |y| l.years.iter().find(|s| s.year == y && s.measures.n > 0).map_or_else(|| "–".to_owned(), pick);
            years.iter().map(|y| format!(" {} |", cell(*y))).collect()
        };
        let _ = writeln!(
            out,
            "| {} |{}{}",
            l.line.replace('|', "\\|"),
            of(&|y| ratio(y.of_budget)),
            of(&|y| percent(y.measures.coverage80, 0))
        );
    }
    out
}
