//! What this text is, which figures it starts from, and in which prices.

use super::super::document::{Block, Section, Text};
use super::super::draft::{Draft, has_band, strong};
use super::super::{addresses, words};
use crate::dutch;
use crate::model::{FigureKind, MeasureKind, Prices};
use crate::projection::GroupId;
use crate::simulation::Outcome;
use crate::study::derive::{self, InBase};
use crate::units::Year;

/// The section.
pub fn write(d: &Draft<'_>) -> Section {
    let mut blocks = Vec::new();
    if !d.is_base() {
        blocks.push(what_if(d));
    }
    blocks.push(Block::Paragraph(d.text(purpose(d))));
    blocks.push(Block::Paragraph(d.text(format!("{} {}", strong(super::BASE), base(d)))));
    blocks.push(Block::Paragraph(d.text(format!("{} {}", strong("In welke prijzen staat dit?"), prices(d)))));
    if let Some(words) = without_budget(d) {
        blocks.push(Block::Paragraph(d.text(format!("{} {words}", strong("Waarmee vergelijken we?")))));
    }
    blocks.push(Block::Paragraph(d.text(format!("{} {}", strong("Hoe leest u de cijfers?"), reading(d)))));
    let remarks: Vec<Text> = d.model().report.remarks.iter().map(|r| Text::plain(words::sentence(r))).collect();
    if !remarks.is_empty() {
        blocks.push(Block::Paragraph(Text::led("Verder van belang:", "")));
        blocks.push(Block::List(remarks));
    }
    Section { id: super::INTRODUCTION.into(), title: "Waar gaat dit over?".into(), level: 1, blocks }
}

fn what_if(d: &Draft<'_>) -> Block {
    let scenario = &d.model().scenario;
    let question = scenario.question.as_deref().map(words::sentence).unwrap_or_default();
    Block::Paragraph(d.text(format!(
        "{} De titel is: ‘{}’. {question} Alle cijfers hieronder gelden als dit gebeurt. \
         Wat er dan verandert, staat onder ‘Wat als het anders loopt?’.",
        strong("Dit is een wat-als, niet de basisraming."),
        words::clean(&scenario.title),
    )))
}

fn purpose(d: &Draft<'_>) -> String {
    let what = d.model().municipality.title.as_deref().map(|t| format!(" ({})", words::clean(t))).unwrap_or_default();
    format!(
        "Deze tekst is de bijdrage van het sociaal domein aan de paragraaf weerstandsvermogen en risicobeheersing. \
         Die paragraaf gaat over de hele gemeente en is verplicht. Deze bijdrage gaat alleen over het sociaal domein van de gemeente {}{what}. \
         U leest hoe de lasten en baten zich ontwikkelen en hoe zeker dat is. Daarna volgen de risico's.",
        words::clean(&d.model().municipality.name)
    )
}

fn base(d: &Draft<'_>) -> String {
    let m = &d.model().municipality;
    let (b, h) = (m.base_year, m.horizon);
    let mut out = format!(
        "Het basisjaar is {b}. We gaan uit van de {} van dat jaar en ramen tot en met {h}.",
        words::kind(m.base)
    );
    match m.base {
        FigureKind::Budget | FigureKind::Amended => {
            out.push_str(" Een begroting is geen rekening: is zij te laag, dan is deze raming dat ook.");
        }
        FigureKind::Forecast => {
            out.push_str(" Een prognose is geen rekening: de echte cijfers kunnen nog anders zijn.")
        }
        FigureKind::Actual => {}
    }
    out.push_str(&held(d, b));
    let unknown = d.unknown(&GroupId::Total);
    if !unknown.is_empty() {
        out.push_str(&format!(
            " Van {} zijn de lasten in {b} niet gegeven. Lees daarom geen stijging van {b} naar {} in de cijfers.",
            words::some_of(&unknown, 4),
            b.plus(1)
        ));
    }
    out
}

/// Which savings and plans the base figures already hold.
fn held(d: &Draft<'_>, b: Year) -> String {
    let held = derive::in_base(d.model());
    let budgeted = matches!(d.model().municipality.base, FigureKind::Budget | FigureKind::Amended);
    let name = words::kind(d.model().municipality.base);
    let amount = |i: &InBase| {
        let formula = format!("som van {} in {b}, zoals opgegeven", words::measure_kind(i.kind, 2));
        d.euros(i.cost, &format!("measures.stated({}, {b})", i.kind.name()), &formula)
    };
    let savings: Vec<String> = held
        .iter()
        .filter(|i| matches!(i.kind, MeasureKind::Saving | MeasureKind::Target) && i.cost < 0.0)
        .map(|i| format!("{} aan {}", amount(i), words::measure_kind(i.kind, 2)))
        .collect();
    let mut out = String::new();
    if !savings.is_empty() {
        let list = crate::dutch::list(&savings);
        out.push_str(&if budgeted {
            format!(" De {name} {b} rekent al op {list}. Lukt dat niet, dan vallen de lasten hoger uit.")
        } else {
            format!(" In de cijfers van {b} zit al {list}.")
        });
    }
    if let Some(policy) = held.iter().find(|i| i.kind == MeasureKind::NewPolicy && i.cost > 0.0) {
        out.push_str(&if savings.is_empty() {
            format!(" Het nieuwe beleid van {b}, {}, zit al in de cijfers.", amount(policy))
        } else {
            format!(" Ook {} aan nieuw beleid zit er al in.", amount(policy))
        });
    }
    out
}

fn prices(d: &Draft<'_>) -> String {
    let model = d.model();
    // Which prices a budget stands in is no question where there is no budget of later years.
    let budgets = d.projection().lines.iter().any(|l| l.years.iter().skip(1).any(|y| y.budget.is_some()));
    let rises = if d.projection().index_rates.iter().flatten().any(|r| *r > 0.0) {
        " Lonen en prijzen stijgen dus mee."
    } else {
        ""
    };
    if !budgets {
        return format!(
            "De raming staat in het geld van elk jaar zelf.{rises} Staat een bedrag in andere prijzen, dan zeggen we dat erbij."
        );
    }
    match (model.budget.prices, model.budget.compensation) {
        (Prices::Constant(year), Some(id)) => {
            let a = model.assumption(id);
            let rate = words::series(&a.values, a.scale, d.base_year());
            let addresses = addresses::values(model, a).join("; ");
            let rate = d.cite(&rate, &addresses, rate.clone(), "zoals opgegeven");
            // Who assumes it must not say that it is so.
            let stands = if words::is_own(&a.provenance) {
                format!(
                    "We nemen aan dat de meerjarenbegroting in prijzen van {year} staat. We nemen ook aan dat er een vergoeding is voor hogere lonen en prijzen."
                )
            } else {
                format!(
                    "De meerjarenbegroting staat in prijzen van {year}. Voor hogere lonen en prijzen is er een vergoeding."
                )
            };
            let mut out = format!(
                "{stands} We rekenen daarvoor met {rate}. Dat geld staat niet in de budgetten van dit overzicht, maar centraal in de gemeentebegroting. \
                 Zo vergelijken we de lasten met een begroting in het geld van elk jaar."
            );
            out.push_str(&without_compensation(d));
            if !a.provenance.is_empty() {
                out.push_str(&format!(" {}", words::capital(&words::stopped(&words::provenance(&a.provenance)))));
            }
            out
        }
        (Prices::Constant(year), None) => format!(
            "De meerjarenbegroting staat in prijzen van {year}. Een vergoeding voor hogere lonen en prijzen is niet opgegeven. \
             Daarom vergelijken we alleen de hoeveelheid hulp met de begroting. Een tekort en een kans op overschrijding zijn zo niet te berekenen."
        ),
        (Prices::Nominal, _) => format!(
            "De meerjarenbegroting staat in het geld van elk jaar zelf: wat zij voor hogere lonen en prijzen rekent, zit er al in. \
             Ook de raming staat in het geld van elk jaar.{rises} Staat een bedrag in andere prijzen, dan zeggen we dat erbij."
        ),
    }
}

/// What hangs on the compensation in the last budget year.
fn without_compensation(d: &Draft<'_>) -> String {
    let id = GroupId::Total;
    let said = || {
        let at = d.last_budget_year(&id)?;
        let year = d.years_of(&id).get(at)?;
        let written = derive::budget_as_written(d.model(), d.projection(), derive::total(d.projection())?, at)?;
        let less = derive::less(year.budget_cost?, written);
        let y = year.year;
        let amount = d.euros(
            less,
            &format!("budget(total, {y}) - budget.written(total, {y})"),
            "begroting in het geld van het jaar min de begroting zoals zij er staat",
        );
        (d.book.round(less) > 0).then(|| {
            format!(" Zonder die vergoeding is er voor de lasten van {y} {amount} minder begroot; ook de begrote baten zijn dan lager.")
        })
    };
    said().unwrap_or_default()
}

/// Years that cannot be compared with a budget, and why.
fn without_budget(d: &Draft<'_>) -> Option<String> {
    let total = d.years_of(&GroupId::Total);
    let all: Vec<Year> = total.iter().skip(1).map(|y| y.year).collect();
    let lacking: Vec<Year> = total.iter().skip(1).filter(|y| !y.without_budget.is_empty()).map(|y| y.year).collect();
    if lacking.is_empty() {
        return None;
    }
    let lines = &d.projection().lines;
    let any = lines.iter().any(|l| l.years.iter().skip(1).any(|y| y.budget.is_some()));
    if !any && lacking == all {
        return Some(format!(
            "Voor {} is er geen begroting om mee te vergelijken. We laten zien hoe de lasten zich ontwikkelen. \
             Of het geld genoeg is, kunnen we niet zeggen.",
            words::years(&all)
        ));
    }
    // Years in which no line has a budget lack all of it, not a part.
    let (empty, partly): (Vec<Year>, Vec<Year>) = lacking
        .into_iter()
        .partition(|year| lines.iter().all(|l| l.years.iter().all(|y| y.year != *year || y.budget.is_none())));
    let mut out = String::new();
    if !empty.is_empty() {
        out = format!(
            "Voor {} is er geen begroting om mee te vergelijken. We laten dan alleen zien hoe de lasten zich ontwikkelen.",
            words::years(&empty)
        );
    }
    if partly.is_empty() {
        return Some(out);
    }
    let mut names: Vec<String> = Vec::new();
    for id in total.iter().skip(1).filter(|y| partly.contains(&y.year)).flat_map(|y| &y.without_budget) {
        let label =
            d.model().lines.find(id).map_or_else(|| id.clone(), |l| words::clean(d.model().lines.get(l).label()));
        if !names.contains(&label) {
            names.push(label);
        }
    }
    let space = if out.is_empty() { "" } else { " " };
    out.push_str(&format!(
        "{space}Voor {} ontbreekt een deel van de begroting. Het gaat om {}. In die jaren vergelijken we het totaal niet met de begroting. \
         Waar een domein wel een hele begroting heeft, doen we dat daar.",
        words::years(&partly),
        words::some_of(&names, 6)
    ));
    Some(out)
}

fn reading(d: &Draft<'_>) -> String {
    let mut out = "N is een nadeel voor de gemeente en V een voordeel. S is structureel: elk jaar opnieuw. \
                   I is incidenteel: eenmalig of tijdelijk."
        .to_owned();
    let bands = |o: &Outcome| o.groups.iter().any(|g| g.cost.iter().chain(&g.balance).any(has_band));
    if d.outcome().is_some_and(|o| !bands(o)) {
        out.push_str(" In deze raming is geen enkel uitgangspunt onzeker. Er zijn daarom geen bandbreedtes.");
    } else if d.outcome().is_some() {
        out.push_str(
            " Bij veel bedragen staat een bandbreedte. De kans is 80% dat een bedrag daarbinnen valt. \
             Dat geldt als de uitgangspunten kloppen. De raming zelf rekent met de uitgangspunten zoals ze er staan. \
             Bij de risico's staat soms het gemiddelde van alle doorrekeningen. Dat kan iets anders zijn dan de raming.",
        );
    } else {
        out.push_str(" Deze raming is gemaakt zonder simulatie. Er zijn daarom geen bandbreedtes en geen kansen op overschrijding.");
        if d.here.risks.iter().any(|r| r.written_chance.is_some()) {
            out.push_str(" De kansen bij de risico's uit het register zijn opgegeven en niet berekend.");
        }
    }
    let step = d.book.euros(1);
    if step > 1.0 {
        out.push_str(&format!(
            " Tabellen zijn zo afgerond dat de bedragen optellen. In de tekst kan een bedrag of een som daardoor iets anders zijn: {}, of bij miljoenen het cijfer achter de komma.",
            dutch::euro(step)
        ));
    }
    out
}
