//! One run from files to findings.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::facts::Computed;
use super::samples::Samples;
use super::{InputHash, Receipt, RuleFile, RuleNote, ScenarioStudy, Study, Weights, risks};
use crate::analysis::backtest::{self, Portfolio};
use crate::analysis::{sensitivity, trust};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::input::{self, Loaded, Sources};
use crate::model::{Model, PublishedBridge};
use crate::projection::{self, Central, Projection};
use crate::risk;
use crate::rule::rule_path;
use crate::rule::{self, Evaluation, Facts, NotApplicable, RuleSet, RuleSource};
use crate::simulation::{self, Settings};

/// Everything that can be wrong before a run: files, references, correlation
/// matrices, rules and their texts, and rules that fail on these figures.
/// Sorted by place.
pub fn check(sources: &Sources, only: Option<&[String]>, rules: &[RuleSource]) -> Vec<Diagnostic> {
    let mut found = Diagnostics::default();
    let (set, broken) = RuleSet::parse(rules);
    found.extend(broken);
    match input::load(sources, only) {
        Err(wrong) => {
            found.extend(rule::lint(&set, &rule::Known::glossary()));
            found.extend(wrong);
        }
        Ok(loaded) => {
            found.extend(rule::lint(&set, &known(&loaded)));
            found.extend(loaded.diagnostics.iter().cloned());
            found.extend(beyond_files(&loaded, &set));
            found.extend(Besides::read(sources, &loaded.base).diagnostics);
            if !found.has_errors() {
                return with_failing(found.sorted(), failing(loaded, &set));
            }
        }
    }
    found.sorted()
}

/// Futures with which `check` tries the rules: enough for a figure to be uncertain.
const TRIED: u64 = 128;

/// What stops a rule on these very figures, which no reading of it shows: each
/// scenario once, on few futures. A mistake in all of them is said once.
fn failing(loaded: Loaded, rules: &RuleSet) -> Vec<Diagnostic> {
    let settings = Settings { draws: TRIED, ..Settings::default() };
    let models: Vec<Model> = std::iter::once(loaded.base).chain(loaded.what_ifs).collect();
    let tried: Vec<Vec<Diagnostic>> = models
        .into_par_iter()
        .map(|model| match compute(model, &settings) {
            Ok(one) => rules.evaluate(Arc::new(one)).diagnostics(),
            Err(wrong) => wrong,
        })
        .collect();
    let mut found: Vec<Diagnostic> = Vec::new();
    for wrong in tried.into_iter().flatten() {
        // The words may hold a scenario's own amounts.
        if !found.iter().any(|f| f.code == wrong.code && f.place == wrong.place) {
            found.push(wrong);
        }
    }
    found
}

/// What a reading of the rules warns of and a run fails on is an error, said once.
fn with_failing(read: Vec<Diagnostic>, failing: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut found = Diagnostics::default();
    found.extend(read.into_iter().filter(|r| !failing.iter().any(|f| f.code == r.code && f.place == r.place)));
    found.extend(failing);
    found.sorted()
}

/// What the texts and readings of rules may take as known: the glossary, and
/// the names that the municipality and its what-ifs use.
fn known(loaded: &Loaded) -> rule::Known {
    let mut known = rule::Known::glossary();
    for model in std::iter::once(&loaded.base).chain(&loaded.what_ifs) {
        known.terms.push(model.municipality.name.clone());
        known.names.extend(model.lines.all.iter().flat_map(|l| [l.id().to_owned(), l.taakveld().to_owned()]));
        known.names.extend(model.domains.iter().map(|d| d.id.clone()));
        known.names.extend(model.indices.iter().map(|i| i.id.clone()));
        known.names.extend(model.indicators.iter().map(|i| i.id.clone()));
        known.names.extend(model.reserves.iter().map(|r| r.id.clone()));
    }
    known
}

/// What needs more than the files to be seen: matrices, projected warnings,
/// parameters of rules, money counted twice.
fn beyond_files(loaded: &Loaded, rules: &RuleSet) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for model in std::iter::once(&loaded.base).chain(&loaded.what_ifs) {
        found.extend(simulation::check_correlations(model));
        found.extend(rules.check_parameters(&model.rule_parameters));
        let named = model.risks.iter().flat_map(|r| r.replaces.iter().map(|id| (id.as_str(), &r.place)));
        found.extend(rules.check_names(named));
    }
    let models: Vec<&Model> = std::iter::once(&loaded.base).chain(&loaded.what_ifs).chain(&loaded.referred).collect();
    found.extend(risk::check(&models));
    for warning in std::iter::once(&loaded.base).chain(&loaded.what_ifs).flat_map(trust::expired) {
        // A what-if that leaves a value as it is says nothing new.
        if !found.contains(&warning) {
            found.push(warning);
        }
    }
    found.extend(projection::project(&loaded.base, &Central(&loaded.base)).warnings);
    found
}

/// Files that no projection needs, and that a report is the better for.
#[derive(Default)]
struct Besides {
    /// The published explanation of the change to the base year.
    published: Option<PublishedBridge>,
    /// Figures of other municipalities.
    peers: Option<Portfolio>,
    diagnostics: Vec<Diagnostic>,
}

impl Besides {
    fn read(sources: &Sources, base: &Model) -> Self {
        let (published, diagnostics) = input::published(sources, base);
        let mut made = Self { published, peers: None, diagnostics };
        let Some(bytes) = sources.bytes(trust::PEERS) else { return made };
        let Ok(text) = std::str::from_utf8(bytes) else {
            let wrong = Diagnostic::error("not-utf8", &Place::file(trust::PEERS), "the file is not UTF-8");
            made.diagnostics.push(wrong.help("save the file as UTF-8 (in Excel: \"CSV UTF-8\")"));
            return made;
        };
        match backtest::read(trust::PEERS, text) {
            Ok((portfolio, warnings)) => {
                made.peers = Some(portfolio);
                made.diagnostics.extend(warnings);
            }
            Err(wrong) => made.diagnostics.extend(wrong),
        }
        made
    }
}

/// Runs a municipality: base first, then its what-ifs by id.
///
/// # Errors
/// All mistakes of all files, sorted by place; nothing was computed then. A
/// rule that fails is no error: [`ScenarioStudy::failed`] names it.
pub fn run(
    sources: &Sources,
    only: Option<&[String]>,
    rules: &[RuleSource],
    settings: &Settings,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> Result<Study, Vec<Diagnostic>> {
    let loaded = input::load(sources, only)?;
    let (set, _) = RuleSet::parse(rules);
    let mut warnings = Diagnostics::default();
    warnings.extend(loaded.diagnostics.iter().cloned());
    warnings.extend(beyond_files(&loaded, &set));
    let besides = Besides::read(sources, &loaded.base);
    warnings.extend(besides.diagnostics);
    if warnings.has_errors() {
        return Err(warnings.sorted());
    }
    let receipt = Receipt {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        seed: settings.seed,
        draws: settings.draws,
        inputs: hashes(sources, rules),
    };

    let models: Vec<Model> = std::iter::once(loaded.base).chain(loaded.what_ifs).collect();
    let total = models.len() as u64;
    let done = AtomicU64::new(0);
    progress(0, 2 * total);
    // Scenarios side by side: each is computed alone and they are kept in order, so threads change no bit.
    let results: Vec<Result<(Computed, Evaluation, Vec<rule::Signal>), Vec<Diagnostic>>> = models
        .into_par_iter()
        .map(|model| {
            let one = Arc::new(compute(model, settings)?);
            let facts = Arc::clone(&one) as Arc<dyn Facts>;
            let (mut evaluation, signals) = set.evaluate_with_signals(&facts);
            drop(facts);
            leave_to_register(&one.model, &mut evaluation);
            progress(done.fetch_add(1, Ordering::Relaxed) + 1, 2 * total);
            // The kept draws are needed by the rules alone.
            let computed = match Arc::try_unwrap(one) {
                Ok(own) => Computed { samples: None, ..own },
                Err(shared) => Computed {
                    model: shared.model.clone(),
                    projection: shared.projection.clone(),
                    outcome: shared.outcome.clone(),
                    samples: None,
                },
            };
            Ok((computed, evaluation, signals))
        })
        .collect();
    let mut computed: Vec<Computed> = Vec::new();
    let mut evaluations: Vec<Evaluation> = Vec::new();
    let mut signals: Vec<Vec<rule::Signal>> = Vec::new();
    for result in results {
        let (one, evaluation, in_time) = result?;
        computed.push(one);
        evaluations.push(evaluation);
        signals.push(in_time);
    }

    // What-ifs that were not asked for size risks all the same.
    let referred: Vec<_> = loaded.referred.iter().map(|m| projection::project(m, &Central(m))).collect();
    let scenarios_for_risks = risk::Scenarios {
        models: &computed.iter().map(|c| &c.model).chain(&loaded.referred).collect::<Vec<_>>(),
        projections: &computed.iter().map(|c| &c.projection).chain(&referred).collect::<Vec<_>>(),
    };
    // All registers together: they share what is drawn.
    let drawn = |done: u64, of: u64| progress(total + total * done / of.max(1), 2 * total);
    let judged = risks::assess(scenarios_for_risks, &computed, &evaluations, settings.seed, &drawn)?;
    let mut scenarios = Vec::new();
    let mut not_sized = Vec::new();
    for (((own, evaluation), signals), judged) in computed.iter().zip(evaluations).zip(signals).zip(judged) {
        let risks::Judged { risks, resilience, warnings: unsized_risks } = judged;
        // What is wrong in the base is wrong in every what-if; once is enough.
        for warning in unsized_risks {
            if !not_sized.contains(&warning.place) {
                not_sized.push(warning.place.clone());
                warnings.push(warning);
            }
        }
        scenarios.push(ScenarioStudy {
            model: own.model.clone(),
            projection: own.projection.clone(),
            outcome: own.outcome.clone(),
            risks,
            resilience,
            not_applicable: noted(&evaluation.not_applicable),
            replaced: noted(&evaluation.replaced),
            silent: evaluation
                .silent
                .iter()
                .map(|s| RuleNote { id: s.rule.clone(), title: s.title.clone(), remark: String::new() })
                .collect(),
            failed: evaluation.diagnostics(),
            signals,
        });
    }
    let weights = scenarios.first().filter(|s| s.outcome.is_some()).and_then(|s| weights(&s.model, settings));
    let trust = scenarios.first().map(|base| trust::trust(&base.model, besides.peers.as_ref())).unwrap_or_default();
    let others = only.map(|_| unasked(sources, &scenarios)).unwrap_or_default();
    let published = besides.published;
    let rules = set.rules().map(rule_file).collect();
    Ok(Study { scenarios, weights, receipt, warnings: warnings.sorted(), trust, others, published, rules })
}

/// Where a rule and its parameters stand, under the path that the receipt gives it.
fn rule_file(head: &rule::Head) -> RuleFile {
    let at = |place: &Place| Place { file: rule_path(&head.path).into(), ..place.clone() };
    let parameters = head.parameters.iter().map(|p| rule::Parameter { place: at(&p.place), ..p.clone() });
    RuleFile { id: head.id.clone(), place: at(&head.place), parameters: parameters.collect() }
}

/// What-ifs of the folder that were not asked for; none where one of them is
/// wrong, which is said when it is asked for.
fn unasked(sources: &Sources, asked: &[ScenarioStudy]) -> Vec<(Model, Projection)> {
    let Ok(all) = input::load(sources, None) else { return Vec::new() };
    let new = |m: &Model| asked.iter().all(|s| s.model.scenario.id != m.scenario.id);
    let project = |m: Model| {
        let projection = projection::project(&m, &Central(&m));
        (m, projection)
    };
    all.what_ifs.into_iter().filter(new).map(project).collect()
}

/// What matters most for the result of the base.
fn weights(model: &Model, settings: &Settings) -> Option<Weights> {
    let (year, of) = sensitivity::usual_figure(model);
    let tornado = sensitivity::tornado(model, &of).ok()?;
    // Shares need no more draws than rules do.
    let draws = settings.draws.clamp(1, settings.keep.max(1) as u64);
    let shares = sensitivity::shares(model, &Settings { draws, ..settings.clone() }, &of).ok()?;
    (!tornado.swings.is_empty()).then_some(Weights { year, tornado, shares })
}

/// Every scenario of a municipality as rules see it, base first.
///
/// # Errors
/// As [`run`].
pub fn outcomes(
    sources: &Sources,
    only: Option<&[String]>,
    settings: &Settings,
) -> Result<Vec<Arc<dyn Facts>>, Vec<Diagnostic>> {
    let loaded = input::load(sources, only)?;
    std::iter::once(loaded.base)
        .chain(loaded.what_ifs)
        .map(|model| compute(model, settings).map(|c| Arc::new(c) as Arc<dyn Facts>))
        .collect()
}

/// Projection, outcome and kept draws of one scenario.
fn compute(model: Model, settings: &Settings) -> Result<Computed, Vec<Diagnostic>> {
    let projection = projection::project(&model, &Central(&model));
    if settings.draws == 0 && settings.precision.is_none() {
        return Ok(Computed { model, projection, outcome: None, samples: None });
    }
    let outcome = simulation::simulate(&model, settings)?;
    let samples = Samples::new(&model, settings)?;
    Ok(Computed { model, projection, outcome: Some(outcome), samples: Some(samples) })
}

/// Takes out what rules found on a subject of which the register tells in its
/// own words; the list of rules says where.
fn leave_to_register(model: &Model, evaluation: &mut Evaluation) {
    let told = |rule: &str| model.risks.iter().find(|r| r.replaces.iter().any(|id| id == rule));
    let mut left: Vec<NotApplicable> = Vec::new();
    evaluation.findings.retain(|finding| {
        let Some(risk) = told(&finding.rule) else { return true };
        if left.iter().all(|n| n.rule != finding.rule) {
            let reason = format!("vervangen door het risico ‘{}’ uit het register", risk.title);
            left.push(NotApplicable { rule: finding.rule.clone(), title: finding.title.clone(), reason });
        }
        false
    });
    left.sort_by(|a, b| a.rule.cmp(&b.rule));
    evaluation.replaced = left;
}

/// Rules with the reason why nothing of them is shown.
fn noted(rules: &[NotApplicable]) -> Vec<RuleNote> {
    rules.iter().map(|n| RuleNote { id: n.rule.clone(), title: n.title.clone(), remark: n.reason.clone() }).collect()
}

/// Every file that went in, with its hash, by path.
fn hashes(sources: &Sources, rules: &[RuleSource]) -> Vec<InputHash> {
    let own = sources.iter().map(|(name, bytes)| (name.to_owned(), bytes));
    let rules = rules.iter().map(|r| (rule_path(&r.path), r.bytes.as_slice()));
    let mut hashes: Vec<InputHash> = own
        .chain(rules)
        .map(|(path, bytes)| InputHash {
            path,
            sha256: Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect(),
        })
        .collect();
    hashes.sort_by(|a, b| a.path.cmp(&b.path));
    hashes
}
