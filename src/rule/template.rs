//! What `ravijn new rule` writes: a rule that runs, with two tests that pass.

/// A commented rule to start from.
pub fn template(id: &str, domain: &str) -> String {
    // Only what can stand in a text between quotes.
    let clean = |text: &str| text.chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect::<String>();
    let domain = clean(domain);
    // Money and budget is a folder, not a domain of a municipality.
    let domain = if domain == "financien" { "algemeen".to_owned() } else { domain };
    let title = clean(id).replace(['-', '_'], " ");
    let title = {
        let mut letters = title.trim().chars();
        letters.next().map(|c| c.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    let title = if title.is_empty() { "Nieuwe regel".to_owned() } else { title };
    // A rule of no particular domain looks at everything.
    let name = if domain == "algemeen" { "total".to_owned() } else { domain.clone() };
    let called = if domain == "algemeen" { "het sociaal domein".to_owned() } else { domain.clone() };
    TEXT.replace("{title}", &title).replace("{domain}", &domain).replace("{name}", &name).replace("{called}", &called)
}

const TEXT: &str = r#"// Een regel kijkt naar de uitkomst van een scenario en zegt: hier is een risico,
// zo waarschijnlijk, zo groot, in deze woorden. Of hij zegt niets.
//
// Verander eerst de tekst en de drempel. Draai daarna `ravijn test` en
// `ravijn check`.

const RULE = #{
    // De titel staat als kop in het rapport.
    title:  "{title}",
    // Het domein: wmo, jeugd, participatie, of algemeen voor alles.
    domain: "{domain}",
    // "kort" is binnen een jaar, "lang" is later.
    term:   "lang",
    // Op welk document en welke paragraaf rust deze regel?
    source: "Vul in: document en paragraaf",
    // Zonder deze getallen zegt de regel niets: hij is dan niet van toepassing.
    requires: ["budget({name})"],
    // Eigen drempels. Een gemeente kan ze anders zetten in base.toml.
    parameters: #{
        threshold: #{ value: "€ 50.000", label: "kleinere verschillen noemen we niet" },
    },
};

fn risk(o) {
    let year = o.last_budget_year;
    let gap  = o.cost("{name}", year) - o.budget("{name}", year);

    // .mean is de verwachte waarde. Een onzeker getal vergelijkt u niet zomaar.
    if gap.mean <= o.parameter("threshold") { return; }

    // Wat hier staat, komt in het rapport. Typ geen cijfers: vul ze in met ${...}.
    #{
        chance:   chance(gap, "above", euro(0)),
        impact:   gap.above(euro(0)),
        text:     `In ${year} kost {called} naar verwachting ${gap} meer dan de begroting. ` +
                  `Dat komt vooral door ${o.largest_driver("{name}", year)}.`,
        response: "Vul in: wat doen we eraan?",
    }
}

// De naam van een test is een zin. De cijfers zijn verzonnen en klein.
fn test_cost_above_the_budget_is_a_risk() {
    let r = risk(given(#{
        last_budget_year: 2029,
        "cost({name}, 2029)": euro(280_000),
        "budget({name}, 2029)": euro(220_000),
    }));
    assert_eq(r.impact, euro(60_000));
    assert(r.text.contains("€ 60.000"));
}

fn test_cost_within_the_threshold_is_no_risk() {
    assert(risk(given(#{
        last_budget_year: 2029,
        "cost({name}, 2029)": euro(221_000),
        "budget({name}, 2029)": euro(220_000),
    })) == ());
}
"#;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{Known, RuleSet, RuleSource, lint, run_tests};

    #[test]
    fn the_template_is_a_rule_whose_tests_pass_and_that_says_what_is_left_to_fill_in() {
        for (id, domain) in
            [("wachtlijst", "jeugd"), ("a\"b", "al\"gemeen"), ("saldo", "algemeen"), ("saldo", "financien")]
        {
            let bytes = template(id, domain).into_bytes();
            let (set, broken) = RuleSet::parse(&[RuleSource { id: "r".into(), path: "r.rhai".into(), bytes }]);
            assert!(broken.is_empty(), "{broken:?}");
            let report = run_tests(&set, None);
            assert!(report.passed(), "{report:?}");
            assert_eq!(report.tests.len(), 2);
            // Only what it asks to fill in: the source above, the response in the risk.
            let warnings: Vec<(u32, &str)> = lint(&set, &Known::glossary())
                .iter()
                .map(|d| (d.place.as_ref().map_or(0, |p| p.line), d.code))
                .collect();
            let at = |text: &str| TEXT.lines().take_while(|l| !l.contains(text)).count() as u32 + 1;
            assert_eq!(warnings, [(at("source:"), "left-open"), (at("response:"), "left-open")]);
        }
    }
}
