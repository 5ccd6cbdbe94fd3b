//! `ravijn calibrate`: growth, level, spread and persistence from history, as
//! TOML to paste into base.toml.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use super::backtest::read_portfolio;
use super::folder::Folder;
use super::report;
use crate::analysis::backtest::{Portfolio, Side};
use crate::analysis::calibrate::{self, Deflator};
use crate::input;
use crate::model::{IndexSource, Model};
use crate::units::Rate;

/// Arguments of `ravijn calibrate`.
#[derive(Args)]
#[command(after_help = "\
Examples:
  ravijn calibrate scenarios/harderwijk --peers portfolio.csv
  ravijn calibrate scenarios/harderwijk --peers portfolio.csv --like jeugd-ambulant=jeugd
  ravijn calibrate scenarios/heerde --what-if > scenarios/heerde/gekalibreerd.toml
  ravijn calibrate portfolio.csv --municipality GM0243

A line is compared with the peers' line of the same name, else with the one named
after its domain; --like says otherwise.")]
pub struct CalibrateArguments {
    /// A municipality's folder, or a portfolio csv
    #[arg(value_name = "PATH")]
    path: PathBuf,
    /// Portfolio csv with the figures of peers
    #[arg(long, value_name = "FILE.csv")]
    peers: Option<PathBuf>,
    /// CBS code of the municipality in a portfolio
    #[arg(long, value_name = "CODE")]
    municipality: Option<String>,
    /// Compare a line with this line of the peers (may be repeated)
    #[arg(long, value_name = "LINE=PEER-LINE", value_parser = pair)]
    like: Vec<(String, String)>,
    /// Write a whole what-if, to save beside base.toml, instead of keys to paste
    #[arg(long)]
    what_if: bool,
    /// Take the rises of this index of base.toml (years with a definitive percentage) out of growth
    #[arg(long, value_name = "ID")]
    index: Option<String>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((a, b)) if !a.trim().is_empty() && !b.trim().is_empty() => Ok((a.trim().to_owned(), b.trim().to_owned())),
        _ => Err("write it as LINE=PEER-LINE".to_owned()),
    }
}

/// Prints the TOML; exit code 1 when a file is wrong.
pub fn calibrate(arguments: &CalibrateArguments) -> anyhow::Result<u8> {
    let peers = match &arguments.peers {
        Some(path) => match read_portfolio(path)? {
            Some(portfolio) => Some(portfolio),
            None => return Ok(1),
        },
        None => None,
    };
    if arguments.path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")) {
        let Some(portfolio) = read_portfolio(&arguments.path)? else {
            return Ok(1);
        };
        return of_portfolio(arguments, &portfolio, peers.as_ref());
    }
    let folder = Folder::read(&arguments.path)?;
    match input::load(&folder.sources(), Some(&[])) {
        Ok(loaded) => of_model(arguments, &loaded.base, peers.as_ref()),
        Err(found) => {
            report(&found, &|name| folder.text(name));
            Ok(1)
        }
    }
}

fn of_portfolio(
    arguments: &CalibrateArguments,
    portfolio: &Portfolio,
    peers: Option<&Portfolio>,
) -> anyhow::Result<u8> {
    if arguments.index.is_some() {
        bail!(super::Usage("--index names an index of a base.toml; a portfolio has none".to_owned()));
    }
    let Some(code) = &arguments.municipality else {
        bail!(super::Usage("name one of the municipalities: --municipality CODE".to_owned()))
    };
    let Some(member) = portfolio.members.iter().position(|m| m.code == *code || m.name == *code) else {
        bail!("{} has no municipality {code}", arguments.path.display())
    };
    let pooled = peers.unwrap_or(portfolio);
    known_likes(&arguments.like, &portfolio.lines, pooled)?;
    let residents = portfolio.years().rev().find_map(|y| portfolio.residents(Side::Actual, y, member));
    let like = |line: &str| Some(named(&arguments.like, line).unwrap_or_else(|| line.to_owned()));
    let found = calibrate::calibrate_all(portfolio, member, residents, Some(pooled), &like, &Deflator::new());
    // Only this municipality's lines, and what the file is called.
    let origin =
        arguments.path.file_name().map_or_else(|| "portfolio".to_owned(), |n| n.to_string_lossy().into_owned());
    print(&found, &origin, arguments.what_if)
}

/// The TOML; nothing to calibrate on is an error, so that no script takes an
/// empty answer for one.
fn print(found: &[calibrate::Calibration], origin: &str, what_if: bool) -> anyhow::Result<u8> {
    if found.is_empty() {
        bail!("no line has two years of actuals, or an actual beside a budget: nothing to calibrate on");
    }
    let head = if what_if {
        "extends = \"base.toml\"\ntitle = \"Gekalibreerd op het verleden\"\n\n"
    } else {
        "# Put each key under its line in base.toml, in place of what stands there; or let --what-if\n\
         # write a file that stands beside it.\n\n"
    };
    super::put(&format!("{head}{}", calibrate::toml(found, origin)))?;
    Ok(0)
}

fn of_model(arguments: &CalibrateArguments, model: &Model, peers: Option<&Portfolio>) -> anyhow::Result<u8> {
    let own = Portfolio::of_model(model);
    if own.members.is_empty() {
        bail!("figures.csv holds no realised or budgeted cost");
    }
    match peers {
        Some(peers) => {
            let lines: Vec<String> = model.lines.costs().map(|l| l.id.clone()).collect();
            known_likes(&arguments.like, &lines, peers)?;
        }
        None if arguments.like.is_empty() => {}
        None => bail!(super::Usage("--like compares with peers: name their file with --peers FILE.csv".to_owned())),
    }
    let deflator = match &arguments.index {
        Some(id) => deflator(model, id)?,
        None => Deflator::new(),
    };
    let like = |line: &str| {
        let known = |name: &str| peers.is_some_and(|p| p.lines.iter().any(|l| l == name));
        let mut domains: Vec<&(String, f64)> =
            model.lines.costs().find(|l| l.id == line).map(|l| l.domains.iter().collect()).unwrap_or_default();
        // The domain with the largest share first.
        domains.sort_by(|a, b| b.1.total_cmp(&a.1));
        let by_name =
            std::iter::once(line).chain(domains.into_iter().map(|(d, _)| d.as_str())).find(|name| known(name));
        named(&arguments.like, line).or_else(|| by_name.map(str::to_owned))
    };
    let found = calibrate::calibrate_all(&own, 0, model.municipality.residents, peers, &like, &deflator);
    print(&found, input::FIGURES, arguments.what_if)
}

/// Both names of every `--like` are there.
fn known_likes(likes: &[(String, String)], own: &[String], peers: &Portfolio) -> anyhow::Result<()> {
    for (line, peer) in likes {
        for (name, among, whose) in [(line, own, "here"), (peer, &peers.lines, "among the peers")] {
            if among.contains(name) {
                continue;
            }
            let near = crate::diagnostic::nearest(name, among.iter().map(String::as_str));
            let near = near.map_or_else(String::new, |n| format!("; did you mean `{n}`?"));
            bail!("--like {line}={peer}: there is no line `{name}` {whose}{near}");
        }
    }
    Ok(())
}

fn named(like: &[(String, String)], line: &str) -> Option<String> {
    like.iter().find(|(own, _)| own == line).map(|(_, peer)| peer.clone())
}

fn deflator(model: &Model, id: &str) -> anyhow::Result<Deflator> {
    let Some(index) = model.indices.iter().find(|i| i.id == id) else { bail!("base.toml has no index `{id}`") };
    match &index.source {
        IndexSource::Rate { ledger, .. } if !ledger.is_empty() => {
            Ok(ledger.iter().map(|(y, l)| (*y, Rate(l.definitive))).collect())
        }
        _ => bail!(
            "index `{id}` states no percentages of past years: write its rate as a ledger with definitive percentages"
        ),
    }
}
