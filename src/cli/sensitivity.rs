//! `ravijn sensitivity`: what matters most for a figure.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::answer::AnswerForm;
use super::columns::columns;
use super::folder::Folder;
use super::run::{start_threads, terminal_width};
use super::{report as print, tally};
use crate::analysis::sensitivity::{self, NoTornado, Swing, Tornado, VarianceShares};
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::dutch::{self, Quantity};
use crate::input;
use crate::model::{Expression, ExpressionError, Figure, FigureAddress, Model};
use crate::simulation::{self, Settings};

/// Arguments of `ravijn sensitivity`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn sensitivity scenarios/harderwijk --figure \"cost(jeugd, 2029)\"
  ravijn sensitivity scenarios/harderwijk --scenario ova-hoger --figure \"result(2029)\" --top 10
  ravijn sensitivity scenarios/heerde --figure \"cost(avslh, 2027) / clients(avslh, 2027)\" --format json

Swing: the figure when one assumption alone goes from its P10 to its P90, in all years
at once. Share: how much of the variance of the figure comes from it; assumptions that
are correlated share one. Figures are cost, revenue, budget, clients, price, balance,
result, shortfall of a line, domain, taakveld or total in a year, index(ID, YEAR) and
reserve(ID, YEAR); + - * / combine them.")]
pub struct SensitivityArguments {
    /// A municipality's folder, or one of its scenario files
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Which figure, such as "cost(jeugd, 2029)"; default the result of the last year with budgets
    #[arg(long, value_name = "FIGURE")]
    figure: Option<String>,
    /// In this what-if instead of the base
    #[arg(long, value_name = "ID")]
    scenario: Option<String>,
    /// How many assumptions to show; the rest is one line
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..))]
    top: u16,
    /// Number of futures for the shares; 0 for the swings alone
    #[arg(long, default_value_t = 10_000, value_parser = super::draws::number, allow_negative_numbers = true)]
    draws: u64,
    /// Start of the random numbers
    #[arg(long, default_value_t = 1, value_parser = super::draws::seed, allow_negative_numbers = true)]
    seed: u64,
    /// Threads to use; the outcome does not depend on it
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// A table, or one JSON document
    #[arg(long, value_enum, default_value = "table")]
    format: AnswerForm,
}

/// Prints the answer; exit code 1 when a file or the figure is wrong.
pub fn sensitivity(arguments: &SensitivityArguments) -> anyhow::Result<u8> {
    start_threads(arguments.threads)?;
    super::draws::warn_if_few(arguments.draws);
    let folder = Folder::read(&arguments.path)?;
    let sources = folder.sources();
    let Some(model) = model(arguments, &folder)? else { return Ok(1) };
    let asked = arguments.figure.clone().unwrap_or_else(|| sensitivity::usual_figure(&model).1.to_string());
    let of: Expression = match asked.parse() {
        Ok(of) => of,
        Err(ExpressionError { message, at, length }) => {
            complain(&asked, (at, length), &message, None);
            return Ok(2);
        }
    };
    let tornado = match sensitivity::tornado(&model, &of) {
        Ok(tornado) => tornado,
        Err(why) => {
            no_tornado(&asked, &of, &why);
            return Ok(1);
        }
    };
    let settings = Settings { draws: arguments.draws, seed: arguments.seed, ..Settings::default() };
    let shares = match arguments.draws {
        0 => None,
        _ => match sensitivity::shares(&model, &settings, &of) {
            Ok(shares) => shares,
            Err(found) => {
                print(&found, &|name| sources.text(name));
                return Ok(1);
            }
        },
    };
    let answer = Answer { model: &model, of: &of, tornado: &tornado, shares: shares.as_ref(), arguments };
    super::put(&match arguments.format {
        AnswerForm::Table => answer.table(),
        AnswerForm::Json => answer.json(),
    })?;
    Ok(0)
}

fn no_tornado(text: &str, of: &Expression, why: &NoTornado) {
    let whole = (0, text.chars().count());
    match why {
        NoTornado::NoFigure(address, why) => {
            complain(
                text,
                place_of(text, of, address).unwrap_or(whole),
                &format!("there is no {address}: {why}"),
                None,
            );
        }
        NoTornado::OfDraws => {
            let message = "a chance, mean or percentile is one number for all draws: it has no swings";
            complain(text, whole, message, Some("ask it of what stands inside the brackets"));
        }
        NoTornado::NoNumber(None) => complain(text, whole, "this divides by zero", None),
        NoTornado::NoNumber(Some(address)) => {
            complain(text, whole, &format!("this divides by zero when {address} is at its P10 or P90"), None);
        }
    }
}

/// Prints what is wrong with the figure, with a caret under it.
fn complain(text: &str, (at, length): (usize, usize), message: &str, help: Option<&str>) {
    let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let found = Diagnostic::error("no-figure", &Place::new("--figure", 1, small(at + 1), small(length)), message);
    print(&[help.into_iter().fold(found, Diagnostic::help)], &|_| Some(text.to_owned()));
}

/// Where an address stands in the text of its expression, in characters.
fn place_of(text: &str, of: &Expression, address: &FigureAddress) -> Option<(usize, usize)> {
    let which = of.figures().iter().position(|a| *a == address)?;
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    for open in (0..chars.len()).filter(|i| chars[*i] == '(') {
        let name_end = chars[..open].iter().rposition(|c| !c.is_whitespace()).map_or(0, |i| i + 1);
        let word = |c: &char| !(c.is_alphanumeric() || *c == '_');
        let start = chars[..name_end].iter().rposition(word).map_or(0, |i| i + 1);
        let name: String = chars[start..name_end].iter().collect();
        if Figure::from_name(&name).is_some() {
            let close = chars[open..].iter().position(|c| *c == ')')?;
            found.push((start, open + close + 1 - start));
        }
    }
    found.get(which).copied()
}

/// The scenario asked for; none where the files are wrong.
fn model(arguments: &SensitivityArguments, folder: &Folder) -> anyhow::Result<Option<Model>> {
    let sources = folder.sources();
    let only: Vec<String> = folder.only.iter().flatten().chain(&arguments.scenario).cloned().collect();
    let asked: Vec<&String> = only.iter().filter(|id| *id != "base").collect();
    if asked.len() > 1 {
        bail!(super::Usage("PATH and --scenario name two scenarios; one is asked".to_owned()));
    }
    let asked = asked.first().map(|id| (*id).clone());
    let found = match input::load(&sources, Some(&only)) {
        Ok(loaded) => {
            let errors = loaded.diagnostics.iter().filter(|d| d.severity == Severity::Error);
            let mut found: Vec<_> = errors.cloned().collect();
            let model = match &asked {
                None => Some(loaded.base),
                Some(id) => loaded.what_ifs.into_iter().find(|m| m.scenario.id == *id),
            };
            if let Some(model) = model {
                found.extend(simulation::check_correlations(&model));
                if found.is_empty() {
                    return Ok(Some(model));
                }
            }
            found
        }
        Err(found) => found,
    };
    print(&found, &|name| sources.text(name));
    anstream::eprintln!("{}: {}", arguments.path.display(), tally(&found));
    Ok(None)
}

/// Everything that is printed.
struct Answer<'a> {
    model: &'a Model,
    of: &'a Expression,
    tornado: &'a Tornado,
    shares: Option<&'a VarianceShares>,
    arguments: &'a SensitivityArguments,
}

impl Answer<'_> {
    fn unit(&self) -> Quantity {
        self.of.unit().ok().flatten().unwrap_or(Quantity::Number)
    }

    fn share(&self, address: &str) -> Option<(f64, bool)> {
        let found = self.shares?.shares.iter().find(|s| s.addresses.iter().any(|a| a == address))?;
        Some((found.share, found.addresses.len() > 1))
    }

    fn table(&self) -> String {
        let unit = self.unit();
        let (model, tornado) = (self.model, self.tornado);
        let mut out = format!(
            "{}, scenario {}: {} = {}{}\n",
            model.municipality.name,
            model.scenario.id,
            self.of,
            written(tornado.central, unit),
            unit_note(unit)
        );
        if tornado.swings.is_empty() {
            out.push_str("\nNo assumption is uncertain: give some an sd, p10 and p90, or min and max.\n");
            return out;
        }
        let top = usize::from(self.arguments.top);
        let shown: Vec<&Swing> = tornado.swings.iter().filter(|s| s.size() > 0.0).take(top).collect();
        let moves = tornado.swings.iter().filter(|s| s.size() > 0.0).count();
        if shown.is_empty() {
            out.push_str("\nNo uncertain assumption moves this figure.\n");
            return out;
        }
        out.push_str("\nWhat one assumption alone does, from its P10 to its P90 in all years\n\n");
        let reach = shown.iter().flat_map(|s| [s.low, s.high]).map(|x| (x - tornado.central).abs()).fold(0.0, f64::max);
        let mut rows = vec![["assumption", "P10", "P90", "at P10", "at P90", "swing", ""].map(str::to_owned).to_vec()];
        for swing in &shown {
            let scale = model.assumption(swing.assumption).scale;
            let own =
                |x: f64| if scale.is_rate() { written(x, Quantity::Percent) } else { written(x, Quantity::Number) };
            rows.push(vec![
                swing.address.clone(),
                own(swing.from),
                own(swing.to),
                written(swing.low, unit),
                written(swing.high, unit),
                written(swing.size(), unit),
                bar(swing, tornado.central, reach),
            ]);
        }
        out.push_str(&fitting(rows, terminal_width()));
        if moves > shown.len() {
            let _ = writeln!(out, "and {} smaller ones (--top {moves} shows them)", moves - shown.len());
        }
        match self.shares {
            None if self.arguments.draws == 0 => {}
            None => out.push_str("\nThe figure is the same in every draw: there is no variance to share.\n"),
            Some(shares) => self.shares_table(shares, top, &mut out),
        }
        out
    }

    fn shares_table(&self, shares: &VarianceShares, top: usize, out: &mut String) {
        let _ = writeln!(out, "\nWhere the width of the band comes from ({} draws)\n", shares.draws);
        let seen: Vec<_> = shares.shares.iter().filter(|s| s.share >= 0.0005).collect();
        // Correlated ones share a number; each of them on a line of its own.
        for share in seen.iter().take(top) {
            for (i, address) in share.addresses.iter().enumerate() {
                let number = if i == 0 { percent(share.share) } else { String::new() };
                let sign = if i == 0 { "" } else { "and " };
                let _ = writeln!(out, "{number:>6}  {sign}{address}");
            }
        }
        let small: f64 =
            shares.shares.iter().map(|s| s.share).sum::<f64>() - seen.iter().take(top).map(|s| s.share).sum::<f64>();
        if small >= 0.0005 {
            let _ = writeln!(out, "{:>6}  other sources", percent(small));
        }
        let _ = writeln!(out, "{:>6}  working together (samenspel)", percent(shares.rest));
        let sources = shares.shares.iter().map(|s| s.share);
        if sources.chain([shares.rest]).any(is_off) {
            let _ = writeln!(
                out,
                "\nShares are estimates from {} draws. Some came out below 0% or above 100%, which cannot be:\n\
                 they stand at the bound and the column need not add up. More draws (--draws) settle them.",
                shares.draws
            );
        }
        if seen.iter().take(top).any(|s| s.addresses.len() > 1) {
            out.push_str("\nAssumptions joined by `and` are correlated and have one share together.\n");
        }
    }

    fn json(&self) -> String {
        let (model, tornado) = (self.model, self.tornado);
        let unit = match self.unit() {
            Quantity::Euro => "euro",
            Quantity::Clients => "clients",
            Quantity::EuroPerClient => "euro_per_client",
            Quantity::Percent => "fraction",
            Quantity::Number => "number",
        };
        let swings: Vec<Value> = tornado
            .swings
            .iter()
            .map(|s| {
                json!({
                    "assumption": s.address, "p10": s.from, "p90": s.to, "low": s.low, "high": s.high,
                    "swing": s.size(), "share": self.share(&s.address).filter(|(_, group)| !group).map(|(x, _)| x),
                })
            })
            .collect();
        let shares = self.shares.map(|s| {
            let each: Vec<Value> =
                s.shares.iter().map(|s| json!({"assumptions": s.addresses, "share": s.share})).collect();
            json!({"sources": each, "rest": s.rest})
        });
        let document = json!({
            "ravijn": env!("CARGO_PKG_VERSION"),
            "municipality": {"name": model.municipality.name, "code": model.municipality.code},
            "scenario": model.scenario.id,
            "figure": self.of.to_string(),
            "unit": unit,
            "value": tornado.central,
            "swings": swings,
            "variance": shares,
            "receipt": {"seed": self.arguments.seed, "draws": self.arguments.draws},
        });
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_else(|_| "null".to_owned());
        text.push('\n');
        text
    }
}

/// The table without the columns that a narrow terminal has no room for: the
/// drawing first, then the assumption's own percentiles.
fn fitting(mut rows: Vec<Vec<String>>, width: usize) -> String {
    let wide = |rows: &[Vec<String>]| columns(rows, usize::MAX).lines().map(|l| l.chars().count()).max().unwrap_or(0);
    for (at, count) in [(6, 1), (1, 2), (1, 2)] {
        if wide(&rows) <= width {
            break;
        }
        for row in &mut rows {
            row.drain(at..at + count);
        }
    }
    columns(&rows, usize::MAX)
}

fn unit_note(unit: Quantity) -> &'static str {
    match unit {
        Quantity::Euro => " euro",
        Quantity::Clients => " clients",
        Quantity::EuroPerClient => " euro per client",
        Quantity::Percent | Quantity::Number => "",
    }
}

/// A share as printed, within its bounds: an estimate from few draws may lie outside.
fn percent(share: f64) -> String {
    // Adding zero makes -0 a plain 0.
    format!("{}%", dutch::number(share.clamp(0.0, 1.0) * 100.0 + 0.0, 1))
}

/// Whether a share lies outside 0 to 100% as printed.
fn is_off(share: f64) -> bool {
    !(-0.0005..=1.0005).contains(&share)
}

/// A number as every table of ravijn writes it: enough digits to tell swings apart, no more.
fn written(x: f64, unit: Quantity) -> String {
    if unit == Quantity::Percent {
        let text = dutch::number(x * 100.0, 2);
        return if text == "-0,00" { "0,00%".to_owned() } else { format!("{text}%") };
    }
    let decimals = match x.abs() {
        a if a >= 1_000.0 || a == 0.0 => 0,
        a if a >= 10.0 => 1,
        a if a >= 0.1 => 3,
        _ => 5,
    };
    dutch::number(x, decimals)
}

/// The swing drawn around the figure: `░` where P10 leads, `█` where P90 leads.
fn bar(swing: &Swing, central: f64, reach: f64) -> String {
    const HALF: usize = 10;
    if reach <= 0.0 {
        return String::new();
    }
    let mut cells = vec![' '; 2 * HALF + 1];
    cells[HALF] = '|';
    for (end, mark) in [(swing.low, '░'), (swing.high, '█')] {
        let part = (end - central) / reach;
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "at most HALF"
        )]
        let length = (part.abs() * HALF as f64).round() as usize;
        for step in 1..=length.min(HALF) {
            cells[if part < 0.0 { HALF - step } else { HALF + step }] = mark;
        }
    }
    cells.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_found_in_its_text() {
        let text = "2 * ( cost (a, 2029) * chance(cost(b,2029) > 0))";
        let of: Expression = text.parse().expect("well formed");
        let found = |address: &str| place_of(text, &of, &address.parse().expect("an address"));
        assert_eq!(found("cost(a, 2029)"), Some((6, 14)));
        assert_eq!(found("cost(b, 2029)"), Some((30, 12)));
        assert_eq!(found("cost(c, 2029)"), None);
    }

    #[test]
    fn a_narrow_terminal_loses_the_drawing_first() {
        let row =
            ["cost.a.volume", "1,00%", "2,00%", "1.000", "2.000", "1.000", "####|####"].map(str::to_owned).to_vec();
        assert!(fitting(vec![row.clone()], 80).contains('#'));
        assert_eq!(fitting(vec![row.clone()], 55), "cost.a.volume  1,00%  2,00%  1.000  2.000  1.000\n");
        assert_eq!(fitting(vec![row.clone()], 40), "cost.a.volume  1.000  2.000  1.000\n");
        assert_eq!(fitting(vec![row], 10), "cost.a.volume  1.000\n");
    }

    #[test]
    fn numbers_keep_what_tells_them_apart() {
        let euro = |x: f64| written(x, Quantity::Euro);
        assert_eq!(euro(-1_234_567.4), "-1.234.567");
        assert_eq!(euro(999.96), "1.000,0");
        assert_eq!(euro(0.0), "0");
        assert_eq!(written(0.0257, Quantity::Percent), "2,57%");
        assert_eq!(written(-0.0, Quantity::Percent), "0,00%");
        assert_eq!(written(-0.000_01, Quantity::Percent), "0,00%");
    }

    #[test]
    fn a_share_outside_its_bounds_is_cut_and_told() {
        assert_eq!([percent(1.07), percent(-0.03), percent(-0.0)], ["100,0%", "0,0%", "0,0%"]);
        assert_eq!([is_off(1.07), is_off(-0.03), is_off(-0.0), is_off(0.5)], [true, true, false, false]);
    }
}
