//! The paragraph: *bijdrage sociaal domein aan de paragraaf weerstandsvermogen
//! en risicobeheersing*, one scenario of a study laid out as a [`Report`].
//!
//! The order is that of a council member's questions: what is this, what is
//! the message, what does it rest on, what happens, what can go wrong, what
//! if, how much is needed, what is not in it, and how was it made.

use super::disclosure::Disclosure;
use super::document::{House, Report, Section};
use super::draft::Draft;
use super::sections::{
    accountability, assumptions, balance, development, history, introduction, message, not_modelled, register,
    resilience, risks, signals, terms, trust, weights, what_ifs,
};
use super::words;
use crate::dutch;
use crate::model::Term;
use crate::study::{ScenarioStudy, Study};

/// Writes the report about one scenario of a study (the base is the first).
pub fn compose(study: &Study, scenario: &ScenarioStudy) -> Report {
    laid_out(Draft::new(study, scenario))
}

/// The same with exact counts of clients whatever disclosure control says, for
/// internal use; every page says so.
pub fn compose_exact(study: &Study, scenario: &ScenarioStudy) -> Report {
    laid_out(Draft::showing(study, scenario, Disclosure::exact()))
}

fn laid_out(d: Draft<'_>) -> Report {
    let scenario = d.here;
    let mut sections: Vec<Section> = vec![introduction::write(&d), message::write(&d)];
    sections.extend(assumptions::write(&d));
    sections.extend(development::write(&d));
    sections.extend(history::write(&d));
    sections.push(balance::write(&d));
    sections.extend(weights::write(&d));
    sections.extend(risks::write(&d, Term::Short));
    sections.extend(risks::write(&d, Term::Long));
    sections.extend(signals::write(&d));
    sections.extend(what_ifs::write(&d));
    sections.push(register::write(&d));
    sections.push(resilience::write(&d));
    sections.push(trust::write(&d));
    sections.push(not_modelled::write(&d));
    sections.extend(accountability::write(&d));
    sections.extend(terms::write(&sections));
    let municipality = words::clean(&scenario.model.municipality.name);
    let subtitle = subtitle(&d, &municipality);
    let imprint = imprint(&d);
    let mark = d.disclosure.mark();
    let (sections, evidence) = d.finish(sections);
    Report {
        title: "Bijdrage sociaal domein aan de paragraaf weerstandsvermogen en risicobeheersing".into(),
        subtitle,
        municipality,
        scenario: scenario.model.scenario.id.clone(),
        imprint,
        house: House {
            colour: scenario.model.report.colour.clone(),
            font: scenario.model.report.font.clone(),
            ..House::default()
        },
        mark,
        sections,
        evidence,
    }
}

fn subtitle(d: &Draft<'_>, municipality: &str) -> String {
    let model = d.model();
    let mut parts = vec![format!("Gemeente {municipality}")];
    parts.extend(model.municipality.title.as_deref().map(words::clean));
    parts.push(if d.is_base() {
        "basisraming".to_owned()
    } else {
        format!("wat-als: {}", words::clean(&model.scenario.title))
    });
    // A date is an input; reports have no clock.
    parts.extend(model.report.date.as_deref().map(|t| dutch::date_from_iso(t).unwrap_or_else(|| words::clean(t))));
    parts.join(" · ")
}

fn imprint(d: &Draft<'_>) -> Vec<String> {
    let receipt = &d.study.receipt;
    let mut lines = vec![format!("ravijn {}", words::clean(&receipt.version))];
    match d.outcome() {
        Some(o) => lines.push(format!("{} trekkingen, beginwaarde {}", dutch::whole(o.draws as f64), o.seed)),
        None => lines.push("zonder simulatie".to_owned()),
    }
    if let Some(base) = receipt.inputs.iter().find(|i| i.path.ends_with("base.toml")) {
        lines.push(format!("base.toml {}", base.sha256.get(..12).unwrap_or(&base.sha256)));
    }
    lines
}
