//! May the projection be trusted: how forecasts of this kind came out for this
//! municipality and its peers, and which of its assumptions have expired.

use super::backtest::{self, Backtest, Portfolio, Side, robust};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::{Model, Provenance};

/// The file with the figures of peers, beside base.toml.
pub const PEERS: &str = "peers.csv";
/// How many municipalities nearest in residents are peers.
const NEAREST: usize = 40;
/// Fewer forecasts than this say nothing about a municipality.
const FEWEST: usize = 3;

/// How forecasts came out for one line.
#[derive(Clone, Debug, PartialEq)]
pub struct TrustRow {
    /// Id of the line in figures.csv or in the file of peers.
    pub line: String,
    /// Own years with both a budget and an actual.
    pub years: usize,
    /// Of these, how many ended above the budget.
    pub above: usize,
    /// Mean size of the error of forecasts for this municipality, and how many.
    pub model: Option<f64>,
    /// How many forecasts that rests on.
    pub forecasts: usize,
    /// Mean size of the error of its own budgets of the same years.
    pub budget: Option<f64>,
    /// The same of its peers: model and budget, medians over their forecasts.
    pub peers: Option<(f64, f64)>,
}

/// How forecasts of this kind came out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trust {
    /// How many peers were looked at; 0 without a file of peers.
    pub peers: usize,
    /// Lines with something to say, the file of peers first.
    pub rows: Vec<TrustRow>,
}

/// Rolls the origin over the municipality's own figures, and over those of its
/// peers where there are any.
pub fn trust(model: &Model, peers: Option<&Portfolio>) -> Trust {
    let mut out = Trust::default();
    if let Some(portfolio) = peers {
        let own = portfolio.members.iter().position(|m| m.code == model.municipality.code);
        let near = nearest(portfolio, model.municipality.residents, own);
        out.peers = near.len();
        let run = backtest::backtest(portfolio, 2);
        out.rows.extend((0..portfolio.lines.len()).map(|line| row(portfolio, &run, line, own, &near)));
    }
    let own = Portfolio::of_model(model);
    let run = backtest::backtest(&own, 2);
    let mut rows: Vec<TrustRow> = (0..own.lines.len()).map(|line| row(&own, &run, line, Some(0), &[])).collect();
    for row in &mut rows {
        beside_peers(model, row, &mut out.rows);
    }
    out.rows.extend(rows);
    out.rows.retain(|r| r.years > 0 || r.model.is_some() || r.peers.is_some());
    out
}

/// Sets a line of the municipality beside the peers' line of the same name, else
/// the one named after its domain where it is the only line of that: one row
/// then says both. A peers' line that has the municipality itself stays apart,
/// since it may count what the own line does not.
fn beside_peers(model: &Model, row: &mut TrustRow, of_peers: &mut Vec<TrustRow>) {
    if row.years == 0 && row.model.is_none() {
        return;
    }
    let domain = |id: &str| {
        let line = model.lines.costs().find(|l| l.id == id)?;
        let [(domain, _)] = line.domains.as_slice() else { return None };
        let others = model.lines.costs().filter(|l| l.domains.iter().any(|(d, _)| d == domain)).count();
        (others == 1).then(|| domain.clone())
    };
    let names = [Some(row.line.clone()), domain(&row.line)];
    let free = |r: &TrustRow, name: &str| r.line == name && r.years == 0 && r.model.is_none();
    let found = names.into_iter().flatten().find_map(|name| of_peers.iter().position(|r| free(r, &name)));
    if let Some(at) = found {
        row.peers = of_peers.remove(at).peers;
    }
}

/// The municipalities nearest in residents, without the municipality itself.
fn nearest(portfolio: &Portfolio, residents: Option<f64>, own: Option<usize>) -> Vec<usize> {
    let size = |m: usize| {
        portfolio
            .years()
            .rev()
            .find_map(|y| portfolio.residents(Side::Actual, y, m).or_else(|| portfolio.residents(Side::Budget, y, m)))
    };
    let mine = residents.or_else(|| own.and_then(size));
    let mut by_distance: Vec<(f64, usize)> = (0..portfolio.members.len())
        .filter(|m| Some(*m) != own)
        .map(|m| {
            let distance = mine.zip(size(m)).map_or(0.0, |(a, b)| libm::log(a.max(1.0) / b.max(1.0)).abs());
            (distance, m)
        })
        .collect();
    by_distance.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    if mine.is_some() {
        by_distance.truncate(NEAREST);
    }
    by_distance.into_iter().map(|d| d.1).collect()
}

fn row(portfolio: &Portfolio, run: &Backtest, line: usize, own: Option<usize>, near: &[usize]) -> TrustRow {
    let name = &portfolio.lines[line];
    let (mut years, mut above) = (0, 0);
    for year in portfolio.years() {
        let of = |side| own.and_then(|m| portfolio.cost(side, line, year, m)).filter(|v| *v > 0.0);
        if let (Some(budget), Some(actual)) = (of(Side::Budget), of(Side::Actual)) {
            years += 1;
            above += usize::from(actual > budget);
        }
    }
    // Sizes of the errors of forecast and budget, of the same cases.
    let errors = |wanted: &dyn Fn(&str) -> bool| -> Vec<(f64, Option<f64>)> {
        run.forecasts
            .iter()
            .filter(|f| f.line == *name && wanted(&f.municipality))
            .filter_map(|f| {
                let actual = f.outcome()?.actual;
                let size = |x: f64| (x / actual - 1.0).abs();
                Some((size(f.forecast), f.budget.map(size)))
            })
            .collect()
    };
    let code = own.map(|m| portfolio.members[m].code.as_str());
    let mine = errors(&|m| Some(m) == code);
    let ours: Vec<f64> = mine.iter().map(|e| e.0).collect();
    let budgets: Vec<f64> = mine.iter().filter_map(|e| e.1).collect();
    let codes: std::collections::BTreeSet<&str> = near.iter().map(|m| portfolio.members[*m].code.as_str()).collect();
    let theirs = errors(&|m| codes.contains(m));
    let peers = robust::median(theirs.iter().map(|e| e.0)).zip(robust::median(theirs.iter().filter_map(|e| e.1)));
    TrustRow {
        line: name.clone(),
        years,
        above,
        model: robust::mean(&ours).filter(|_| ours.len() >= FEWEST),
        forecasts: ours.len(),
        budget: robust::mean(&budgets).filter(|_| budgets.len() >= FEWEST),
        peers,
    }
}

/// The day on which a model is judged: the date of its report, else the first
/// day of its base year. Results have no clock.
pub fn judged_on(model: &Model) -> String {
    model.report.date.clone().filter(|d| is_date(d)).unwrap_or_else(|| format!("{}-01-01", model.base_year()))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && crate::dutch::date_from_iso(text).is_some()
}

/// Whether a value may no longer be used on a day (`YYYY-MM-DD`).
pub fn has_expired(provenance: &Provenance, on: &str) -> bool {
    provenance.valid_until.as_deref().is_some_and(|until| is_date(until) && until < on)
}

/// A warning for every value that has expired on the day of the report.
pub fn expired(model: &Model) -> Vec<Diagnostic> {
    let on = judged_on(model);
    let mut found = Vec::new();
    let mut say = |address: &str, provenance: &Provenance, place: &Place| {
        if has_expired(provenance, &on) {
            let until = provenance.valid_until.as_deref().unwrap_or_default();
            let message = format!("`{address}` was valid until {until}, before the day of this report ({on})");
            found.push(
                Diagnostic::warning("expired", place, message)
                    .help("look whether it still holds, and set a later valid_until or another value"),
            );
        }
    };
    for a in &model.assumptions {
        say(&a.address, &a.provenance, &a.place);
        for (year, provenance) in &a.provenance_by_year {
            if *provenance != a.provenance {
                say(&a.address, provenance, a.place_of(*year));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{self, Sources};

    fn model(extra: &str, figures: &str) -> Model {
        let mut files = Sources::default();
        let head = format!(
            "[municipality]\nname = \"V\"\ncode = \"GM1\"\nbase_year = 2022\nbase = \"actual\"\nhorizon = 2024\n\
             [cost.hulp]\nlabel = \"Hulp\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n{extra}"
        );
        files.insert("base.toml", head);
        files.insert("figures.csv", format!("line,quantity,kind,year,value\n{figures}"));
        input::load(&files, None).expect("in order").base
    }

    #[test]
    fn own_years_above_the_budget_are_counted_and_forecasts_measured() {
        let figures: String = (2017..=2022)
            .map(|y| format!("hulp,cost,budget,{y},100\nhulp,cost,actual,{y},{}\n", if y == 2018 { 90 } else { 110 }))
            .collect();
        let found = trust(&model("", &figures), None);
        assert_eq!(found.peers, 0);
        let row = &found.rows[0];
        assert_eq!((row.years, row.above, row.forecasts), (6, 5, 4));
        // The budgets of 2019-2022 were 1 - 100/110 too low.
        assert!((row.budget.expect("four") - (1.0 - 100.0 / 110.0)).abs() < 1e-12);
        assert!(row.model.expect("four") < 0.2);
        // One year of accounts is no history.
        let short = trust(&model("", "hulp,cost,actual,2022,100\n"), None);
        assert_eq!(short.rows, []);
    }

    #[test]
    fn peers_are_measured_apart_from_the_municipality_itself() {
        let mut text = "municipality,name,line,measure,kind,year,value\n".to_owned();
        for m in 1..=9 {
            for y in 2017..=2022 {
                text.push_str(&format!("GM{m},M{m},wmo,cost,budget,{y},100\nGM{m},M{m},wmo,cost,actual,{y},120\n"));
            }
        }
        let (portfolio, _) = backtest::read("peers.csv", &text).expect("a good file");
        let found = trust(&model("", "hulp,cost,actual,2022,100\n"), Some(&portfolio));
        assert_eq!(found.peers, 8);
        let row = &found.rows[0];
        assert_eq!((row.line.as_str(), row.years, row.above), ("wmo", 6, 6));
        let (model, budget) = row.peers.expect("eight peers");
        assert!(model < 0.001 && (budget - 1.0 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn a_line_stands_beside_the_peers_line_of_its_domain() {
        let mut text = "municipality,name,line,measure,kind,year,value\n".to_owned();
        for m in 2..=9 {
            for y in 2017..=2022 {
                for line in ["wmo", "jeugd"] {
                    text.push_str(&format!(
                        "GM{m},M{m},{line},cost,budget,{y},100\nGM{m},M{m},{line},cost,actual,{y},120\n"
                    ));
                }
            }
        }
        let (portfolio, _) = backtest::read("peers.csv", &text).expect("a good file");
        let figures: String =
            (2017..=2022).map(|y| format!("hulp,cost,budget,{y},100\nhulp,cost,actual,{y},110\n")).collect();
        let lines = |t: &Trust| t.rows.iter().map(|r| r.line.clone()).collect::<Vec<_>>();
        // `hulp` is the only line of domain wmo: one row has both, and jeugd stands alone.
        let found = trust(&model("", &figures), Some(&portfolio));
        assert_eq!(lines(&found), ["jeugd", "hulp"]);
        let row = &found.rows[1];
        assert_eq!((row.years, row.above), (6, 6));
        assert!((row.peers.expect("eight peers").1 - 1.0 / 6.0).abs() < 1e-12);
        // With a second line of the domain neither is what the peers count.
        let second = "[cost.zorg]\nlabel = \"Zorg\"\ntaakveld = \"6.71\"\ndomain = \"wmo\"\n";
        let apart = trust(&model(second, &figures), Some(&portfolio));
        assert_eq!(lines(&apart), ["jeugd", "wmo", "hulp"]);
        assert_eq!(apart.rows[2].peers, None);
    }

    #[test]
    fn what_has_expired_on_the_day_of_the_report_is_named() {
        let growth = |until: &str| format!("volume = {{ growth = {{ value = \"2%\", valid_until = \"{until}\" }} }}\n");
        let figures = "hulp,cost,actual,2022,100\n";
        let found = expired(&model(&growth("2021-12-31"), figures));
        assert_eq!(found.len(), 1);
        assert!(found[0].message.contains("cost.hulp.volume.growth"), "{}", found[0].message);
        assert_eq!(expired(&model(&growth("2022-01-01"), figures)), []);
        let dated = growth("2022-06-30") + "[report]\ndate = \"2022-07-01\"\n";
        assert_eq!(expired(&model(&dated, figures)).len(), 1);
    }
}
