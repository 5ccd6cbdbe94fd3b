//! Every number that the two shipped reports print, for every reader, can be
//! asked of `explain`: its tree ends in files, its leaves give the figure
//! again, and the figure rounded is what is printed.
//!
//! A number without an address must be of one of the kinds below, which are no
//! figures of the model. What is drawn is made again from what its tree ends
//! in: the reports come from one run, the trees from a second with the same
//! files, draws and seed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::shipped::{rules, sources};
use ravijn::analysis::explain::{Explanation, From};
use ravijn::dutch::Quantity;
use ravijn::input::Sources;
use ravijn::model::Expression;
use ravijn::report::{Audience, Block, Cell, Inline, Report, Table, Text, compose_for};
use ravijn::rule::RuleSource;
use ravijn::simulation::Settings;
use ravijn::study::{self, Explainer, Study};

/// Kinds of numbers that are no figures of the model. One more is a step back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// 2029, or a date.
    Year,
    /// How sure: the 80% of a band, the certainty that the council chose.
    Certainty,
    /// Words of the municipality's files and of the rules, in which somebody typed a number.
    Typed,
    /// How many risks, rules, assumptions there are; the number of a row, a source, a class.
    Count,
    /// With what the report was made: version, draws, seed, hashes, places in files.
    Receipt,
    /// A chart repeats in words what its own figures say.
    Alternative,
    /// The list of evidence repeats the text.
    Evidence,
}

/// A number as printed.
#[derive(Clone, Debug)]
struct Printed {
    /// With its marks: `24,2`.
    text: String,
    value: f64,
    /// Half of its last digit.
    half: f64,
    percent: bool,
    /// The words around it.
    before: String,
    after: String,
}

/// The numbers in a text, in order.
fn numbers(text: &str) -> Vec<Printed> {
    let chars: Vec<char> = text.chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < chars.len()
            && (chars[at].is_ascii_digit()
                || (matches!(chars[at], '.' | ',') && chars.get(at + 1).is_some_and(char::is_ascii_digit)))
        {
            at += 1;
        }
        let written: String = chars[start..at].iter().collect();
        let before: String = chars[..start].iter().collect();
        let after: String = chars[at..].iter().collect();
        let (whole, fraction) = written.split_once(',').map_or((written.as_str(), ""), |(w, f)| (w, f));
        let digits = whole.replace('.', "");
        let Ok(mut value) = format!("{digits}.{fraction}0").parse::<f64>() else { continue };
        let mut half = 0.5 / 10f64.powi(i32::try_from(fraction.len()).expect("few"));
        // An amount in a text is rounded: its last noughts are no digits.
        if before.ends_with("€ ") || before.ends_with("€ -") {
            let noughts = digits.len() - digits.trim_end_matches('0').len();
            half = half.max(0.5 * 10f64.powi(i32::try_from(noughts).expect("few")));
        }
        let minus = before.ends_with('-') && !before.trim_end_matches('-').ends_with(|c: char| c.is_alphanumeric());
        if minus {
            value = -value;
        }
        // Of a range in millions both bounds are.
        let millions = after.trim_start().starts_with("miljoen")
            || (before.trim_end().ends_with("tussen €") && after.contains("miljoen") && !after.contains("€ 1.000"));
        if millions {
            value *= 1e6;
            half *= 1e6;
        }
        let percent = after.starts_with('%') || after.starts_with(" procentpunt");
        if percent {
            value /= 100.0;
            half /= 100.0;
        }
        found.push(Printed { text: written, value, half, percent, before, after });
    }
    found
}

/// One place in a report where something is printed.
struct Place<'a> {
    text: &'a str,
    addresses: Vec<String>,
    /// Euros that one stands for, and how far fitting to a sum may move it.
    scale: f64,
    /// The table and the heading over it.
    table: Option<(&'a Table, usize)>,
    kind: Option<Kind>,
}

struct Walk<'a> {
    explainer: Explainer<'a>,
    scenario: String,
    typed: &'a str,
    known: BTreeMap<String, Result<Figure, String>>,
    explained: usize,
    kinds: BTreeMap<Kind, usize>,
    wrong: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Figure {
    value: f64,
    unit: Quantity,
    drawn: bool,
}

impl Walk<'_> {
    fn figure(&mut self, address: &str) -> Result<Figure, String> {
        if let Some(known) = self.known.get(address) {
            return known.clone();
        }
        let found = self.explain(address);
        self.known.insert(address.to_owned(), found.clone());
        found
    }

    fn explain(&self, address: &str) -> Result<Figure, String> {
        let expression: Expression = address.parse().map_err(|why| format!("{why}"))?;
        let tree = self.explainer.explain(&self.scenario, &expression).map_err(|why| why.to_string())?;
        ends_in_files(&tree)?;
        let root = tree.root();
        let again = tree.from_leaves();
        if (root.value - again).abs() > 1e-6 + 1e-9 * root.value.abs() {
            return Err(format!("{} is {}, its leaves give {again}", root.name, root.value));
        }
        let drawn = tree.steps.iter().any(|s| matches!(s.from, From::Draws { .. }));
        Ok(Figure { value: again, unit: root.unit, drawn })
    }

    fn look(&mut self, place: &Place<'_>) {
        let numbers = numbers(place.text);
        let mut figures = Vec::new();
        for address in &place.addresses {
            if matches!(address.parse::<Expression>(), Ok(Expression::Number(..))) {
                continue;
            }
            match self.figure(address) {
                Ok(figure) => figures.push((address, figure)),
                Err(why) => {
                    self.wrong.insert(format!("{address}: {why}"));
                }
            }
        }
        for (i, number) in numbers.iter().enumerate() {
            if let Some(kind) = place.kind.or_else(|| kind_of(number, place, self.typed)) {
                *self.kinds.entry(kind).or_default() += 1;
                continue;
            }
            if place.addresses.is_empty() {
                let table = place.table.map_or("", |(t, _)| t.id.as_str());
                let column = place.table.and_then(|(t, c)| t.columns.get(c)).map_or("", |c| c.header.as_str());
                self.wrong.insert(format!(
                    "no address: `{}` in `{}` [{table}/{column}]",
                    number.text,
                    shortened(place.text, number)
                ));
                continue;
            }
            let of_this = |f: &&(&String, Figure)| agrees(number, &f.1, place, f.0);
            // One address a number, or all of them in one series of words.
            let agreed = match (figures.len() == numbers.len(), figures.get(i)) {
                (true, Some(figure)) => of_this(&figure) || figures.iter().any(|f| of_this(&f)),
                _ => figures.iter().any(|f| of_this(&f)),
            };
            if agreed {
                self.explained += 1;
            } else if let Some(kind) = kind_of(number, &plain(place.text, None), self.typed) {
                // A series of words may name a line by a number: `taakveld 6.71`.
                *self.kinds.entry(kind).or_default() += 1;
            } else if figures.len() == place.addresses.len() {
                self.wrong.insert(format!(
                    "`{}` in `{}` is none of {figures:?}",
                    number.text,
                    shortened(place.text, number)
                ));
            }
        }
    }
}

fn shortened(text: &str, number: &Printed) -> String {
    if text.chars().count() > 90 {
        let before: String = number.before.chars().rev().take(35).collect::<Vec<char>>().into_iter().rev().collect();
        let after: String = number.after.chars().take(30).collect();
        return format!("…{before}{}{after}…", number.text);
    }
    text.to_owned()
}

fn ends_in_files(tree: &Explanation) -> Result<(), String> {
    let mut files = 0;
    for (_, leaf) in tree.leaves() {
        match &leaf.from {
            From::File(found) if found.place.line > 0 => files += 1,
            From::File(found) => return Err(format!("{} rests on {} without a line", leaf.name, found.place)),
            From::Given { why, place } if !why.is_empty() => {
                files += usize::from(place.as_ref().is_some_and(|p| p.line > 0));
            }
            other => return Err(format!("{} ends in {other:?}", leaf.name)),
        }
    }
    // Nothing at all may rest on no line: no measure, no reserve, no risk that counts.
    if files == 0 && tree.root().value != 0.0 {
        return Err("rests on no line of a file".to_owned());
    }
    Ok(())
}

/// Whether what is printed is the figure, rounded.
fn agrees(number: &Printed, figure: &Figure, place: &Place<'_>, address: &str) -> bool {
    let mut value = figure.value;
    let euro = (figure.unit == Quantity::Euro || place.text.contains('€')) && !number.percent;
    let scale = if euro && place.table.is_some() && !place.text.contains('€') { place.scale } else { 1.0 };
    if number.percent && figure.unit == Quantity::Number && value.abs() > 1.0 && address.starts_with("indicator(") {
        // An indicator that counts percentages.
        value /= 100.0;
    }
    let printed = number.value * scale;
    let mut off = number.half * scale * 1.001;
    // Printed parts add up: fitting to a sum moves a part by a unit or two.
    if place.table.is_some() && (euro || number.percent) {
        off += if euro { 2.0 * scale } else { 0.01 };
    }
    // Texts take their amounts from the tables, where parts were fitted to a sum.
    if place.table.is_none() && euro && number.half < 5_000.0 {
        off += 2_000.0;
    }
    // Counts of people are protected, and what is made of them.
    if ["clients(", "client.", "price(", "indicator(", "intake"].iter().any(|w| address.contains(w)) {
        off += match figure.unit {
            Quantity::Clients | Quantity::Number => 5.0,
            Quantity::Percent => 0.05,
            _ => 0.12 * value.abs() + 100.0,
        };
    }
    if place.text.contains("minder dan 1%") {
        return value < 0.01;
    }
    if place.text.contains("meer dan 99%") {
        return value > 0.99;
    }
    // A sign is told by a word, by N and V, or by a minus.
    let sign = match place.table {
        Some(_) if place.text.ends_with(" N") => value <= off,
        Some(_) if place.text.ends_with(" V") => value >= -off,
        _ => true,
    };
    sign && (printed.abs() - value.abs()).abs() <= off
}

/// What a number without an address is.
fn kind_of(number: &Printed, place: &Place<'_>, typed: &str) -> Option<Kind> {
    let year = number.text.len() == 4
        && !number.percent
        && number.text.chars().all(|c| c.is_ascii_digit())
        && ("1990".."2100").contains(&number.text.as_str())
        && !number.before.ends_with("€ ");
    if year {
        return Some(Kind::Year);
    }
    if number.percent && number.after.starts_with("% kans") {
        return Some(Kind::Certainty);
    }
    if place.addresses.iter().any(|a| matches!(a.parse::<Expression>(), Ok(Expression::Number(..)))) {
        return Some(Kind::Typed);
    }
    if !place.addresses.is_empty() {
        return None;
    }
    let (before, after) = (number.before.to_lowercase(), number.after.to_lowercase());
    let column = place.table.and_then(|(t, c)| t.columns.get(c)).map_or("", |c| c.header.as_str());
    if let Some((table, _)) = place.table {
        match (table.id.as_str(), column) {
            ("invoer" | "waarschuwingen" | "regels", _) => return Some(Kind::Receipt),
            ("bronnen" | "begrippen" | "niet-gemodelleerd" | "kanswoorden", _) => return Some(Kind::Typed),
            ("logboek", "Uitgangspunt") => return Some(Kind::Typed),
            (_, "Zekerheid") => return Some(Kind::Certainty),
            (_, "Nr" | "Nummer" | "Aantal" | "Wie zegt het?") => return Some(Kind::Count),
            (_, "Datum" | "Geldig tot en met") => return Some(Kind::Year),
            ("risicokaart-cijfers", _) => return Some(Kind::Alternative),
            _ => {}
        }
    }
    let certain = |word: &str| number.percent && (after.contains(word) || before.contains(word));
    if certain("% kans") || certain("zekerheid") || certain("bandbreedte") || before.ends_with("aandeel bij ") {
        return Some(Kind::Certainty);
    }
    if number.percent
        && (before.ends_with("aandeel boven ")
            || before.ends_with("uitvalt dan hoog is ")
            || after.starts_with("%, en ook de kans"))
    {
        return Some(Kind::Certainty);
    }
    let counted = [
        "risico",
        "uitgangspunt",
        "regel",
        "post",
        "lijn",
        "getal",
        "waarschuwing",
        "andere",
        "waarden",
        "plaatsen",
        "keer",
        "een eigen aanname",
        "wat-als",
        "jaren",
        "met een eigen bedrag",
    ];
    let next = after.trim_start();
    if !number.percent && counted.iter().any(|w| next.starts_with(w)) {
        return Some(Kind::Count);
    }
    if before.ends_with("noemen we er ")
        || before.ends_with("klasse ")
        || before.ends_with("bron ")
        || before.ends_with("aanname ")
        || before.ends_with("de lasten in prijzen van ")
    {
        return Some(Kind::Count);
    }
    if before.ends_with("versie ") || next.starts_with("mogelijke toekomsten") || before.ends_with("beginwaarde ") {
        return Some(Kind::Receipt);
    }
    if before.ends_with("€ ") && number.text == "1.000" {
        return Some(Kind::Receipt);
    }
    if before.ends_with("(sha-")
        || number.text == "0" && (before.contains("overschot telt als") || before.ends_with("telt daarin als "))
    {
        return Some(Kind::Receipt);
    }
    // Somebody typed it: it stands in a file with a word of its surroundings.
    let word = |text: &str, last: bool| {
        let mut words = text.split(|c: char| c.is_whitespace() || c == '‘' || c == '’');
        let found = if last { words.next_back() } else { words.next() };
        found.unwrap_or("").to_owned()
    };
    let around = [
        format!("{}{}{}", tail(&before, 12), number.text, head(&after, 12)),
        format!("{}{}", tail(&before, 14), number.text),
        format!("{}{}", number.text, head(&after, 14)),
        format!("{} {}", word(before.trim_end(), true), number.text),
    ];
    around.iter().any(|a| a.trim().len() > number.text.len() + 3 && typed.contains(a.trim())).then_some(Kind::Typed)
}

fn tail(text: &str, n: usize) -> String {
    text.chars().rev().take(n).collect::<Vec<char>>().into_iter().rev().collect()
}

fn head(text: &str, n: usize) -> String {
    text.chars().take(n).collect()
}

fn scale_of(table: &Table) -> f64 {
    if table.caption.contains("x € 1.000") {
        1_000.0
    } else if table.caption.contains("in € miljoen") {
        1e6
    } else {
        1.0
    }
}

fn plain(text: &str, kind: Option<Kind>) -> Place<'_> {
    Place { text, addresses: Vec::new(), scale: 1.0, table: None, kind }
}

fn walk(walk: &mut Walk<'_>, report: &Report) {
    let evidence: Vec<Vec<String>> = report.evidence.iter().map(|e| e.addresses()).collect();
    let text = |w: &mut Walk<'_>, text: &Text| {
        for inline in &text.0 {
            match inline {
                Inline::Figure { printed, evidence: at } => {
                    let addresses = evidence[*at].clone();
                    w.look(&Place { text: printed, addresses, scale: 1.0, table: None, kind: None });
                }
                Inline::Known { printed, addresses, .. } => {
                    let addresses = addresses.clone();
                    w.look(&Place { text: printed, addresses, scale: 1.0, table: None, kind: None });
                }
                Inline::Plain(words) | Inline::Strong(words) => {
                    w.look(&plain(words, None));
                }
            }
        }
    };
    fn table(w: &mut Walk<'_>, table: &Table) {
        if table.id == "alle-getallen" {
            let cells = table.rows.iter().flat_map(|r| &r.cells);
            cells.for_each(|c| w.look(&plain(&c.printed, Some(Kind::Evidence))));
            return;
        }
        w.look(&plain(&table.caption, None));
        table.columns.iter().for_each(|c| w.look(&plain(&c.header, None)));
        table.notes.iter().for_each(|n| w.look(&plain(n, None)));
        for row in &table.rows {
            for (c, cell) in row.cells.iter().enumerate() {
                let Cell { printed, addresses, .. } = cell;
                let scale = scale_of(table);
                let addresses = addresses.clone();
                w.look(&Place { text: printed, addresses, scale, table: Some((table, c)), kind: None });
            }
        }
    }
    for section in &report.sections {
        walk.look(&plain(&section.title, None));
        for block in &section.blocks {
            match block {
                Block::Paragraph(t) | Block::Label(t) => text(walk, t),
                Block::List(items) => items.iter().for_each(|t| text(walk, t)),
                Block::Table(t) => table(walk, t),
                Block::Chart(chart) => {
                    walk.look(&plain(&chart.title, None));
                    walk.look(&plain(&chart.alternative, Some(Kind::Alternative)));
                    table(walk, &chart.figures);
                }
            }
        }
    }
}

/// Everything that somebody typed: files of the municipality, rules, the glossary.
fn typed(sources: &Sources, rules: &[RuleSource]) -> String {
    let mut all = String::new();
    let files = sources.iter().map(|(_, bytes)| bytes).chain(rules.iter().map(|r| r.bytes.as_slice()));
    for bytes in files {
        all.push_str(&String::from_utf8_lossy(bytes).to_lowercase());
        all.push('\n');
    }
    let glossary = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/glossary.md");
    all.push_str(&std::fs::read_to_string(glossary).expect("shipped").to_lowercase());
    all
}

fn look_at(name: &str, scenarios: impl Fn(&Study) -> Vec<usize>) -> (usize, BTreeMap<Kind, usize>) {
    let (files, rules) = (sources(name), rules());
    let settings = Settings { draws: 400, ..Settings::default() };
    let run = || study::run(&files, None, &rules, &settings, &|_, _| {}).expect("in order");
    // What is printed, and what it is made of again.
    let (printed, again) = (run(), run());
    let typed = typed(&files, &rules);
    let mut totals = (0, BTreeMap::new());
    let mut wrong = BTreeSet::new();
    for s in scenarios(&printed) {
        let scenario = &printed.scenarios[s];
        let mut w = Walk {
            explainer: Explainer::new(&again, &settings),
            scenario: scenario.model.scenario.id.clone(),
            typed: &typed,
            known: BTreeMap::new(),
            explained: 0,
            kinds: BTreeMap::new(),
            wrong: BTreeSet::new(),
        };
        for audience in [Audience::Raad, Audience::College, Audience::Controller] {
            let report = compose_for(&printed, scenario, audience);
            walk(&mut w, &report);
            // Evidence names the files; a number that a rule states itself stands in the rule's.
            for e in &report.evidence {
                let told = e.rests_on.iter().any(|r| [".toml", ".csv", ".rhai", " = "].iter().any(|f| r.contains(f)));
                assert!(told, "{name}: {} rests on {:?}", e.address, e.rests_on);
            }
        }
        let drawn = w.known.values().filter(|f| f.as_ref().is_ok_and(|f| f.drawn)).count();
        println!(
            "{name}/{}: {} numbers explained by {} addresses ({drawn} drawn), and {:?}",
            w.scenario,
            w.explained,
            w.known.len(),
            w.kinds
        );
        totals.0 += w.explained;
        for (kind, n) in w.kinds {
            *totals.1.entry(kind).or_default() += n;
        }
        wrong.extend(w.wrong.into_iter().map(|x| format!("{}: {x}", w.scenario)));
    }
    let all: Vec<String> = wrong.into_iter().collect();
    assert!(all.is_empty(), "{name}: {} wrong\n{}", all.len(), all.join("\n"));
    totals
}

/// The base, and a what-if about money outside the programme; with
/// `EVERY_SCENARIO` set all of them, which takes a minute.
fn which(study: &Study) -> Vec<usize> {
    let all = 0..study.scenarios.len();
    if std::env::var_os("EVERY_SCENARIO").is_some() {
        return all.collect();
    }
    all.filter(|s| matches!(study.scenarios[*s].model.scenario.id.as_str(), "base" | "ravijn")).collect()
}

#[test]
fn every_number_of_harderwijk_is_explained() {
    let (explained, _) = look_at("harderwijk", which);
    assert!(explained > 6_000, "{explained}");
}

#[test]
fn every_number_of_heerde_is_explained() {
    let (explained, _) = look_at("heerde", which);
    assert!(explained > 4_000, "{explained}");
}
