//! What `ravijn check` says of a rule without running it.

use super::{EXAMPLE, rules};

/// The codes and places of what `ravijn check` says of a rule.
fn warnings(text: &str) -> Vec<String> {
    use ravijn::rule::{Known, lint};
    let (set, broken) = rules(&[("r", text)]);
    assert!(broken.is_empty(), "{broken:?}");
    let known = Known { names: ["jeugd", "wmo", "ova"].map(str::to_owned).into(), terms: Vec::new() };
    lint(&set, &known)
        .iter()
        .map(|d| {
            format!(
                "{}:{} {}",
                d.place.as_ref().map_or(0, |p| p.line),
                d.place.as_ref().map_or(0, |p| p.column),
                d.code
            )
        })
        .collect()
}

/// A rule that has nothing to warn about, with another body.
fn checked(body: &str) -> Vec<String> {
    warnings(&format!(
        "const RULE = #{{ title: \"Een titel\", domain: \"jeugd\", term: \"lang\", source: \"Begroting 2026\", response: \"We sturen bij.\", requires: [\"budget(jeugd)\"] }};\nfn risk(o) {{\n{body}\n}}\n"
    ))
}

#[test]
fn a_good_rule_has_nothing_to_warn_about() {
    assert_eq!(warnings(EXAMPLE), Vec::<String>::new());
}

#[test]
fn the_checks_see_what_is_wrong_without_running() {
    let good = r#"#{ text: `Het kost ${o.cost("jeugd", 2029)}.`, chance: percent(5), impact: euro(5) }"#;
    for (body, expected) in [
        (good.to_owned(), &[][..]),
        (format!("return;\n{good}"), &["4:1 unreachable"][..]),
        (format!("if true {{ return; }}\n{good}"), &["3:1 unreachable"]),
        (format!("{good};\nlet x = 1;"), &["2:4 never-returned", "3:1 never-returned"]),
        ("let x = 1;".to_owned(), &["2:4 never-returned"]),
        (
            r#"#{ text: "Het wordt duurder.", chance: percent(5), impact: euro(5) }"#.to_owned(),
            &["3:10 text-without-figure"],
        ),
        (r#"#{ text: "Het wordt duurder.", impact: "pm" }"#.to_owned(), &[]),
        (
            r#"#{ text: `Er zijn 742 klanten, ${o.cost("jeugd", 2029)}.`, impact: "pm" }"#.to_owned(),
            &["3:10 typed-number"],
        ),
        (
            r#"let t = `Er zijn 742 klanten, ${o.cost("jeugd", 2029)}.`; #{ text: t, impact: "pm" }"#.to_owned(),
            &["3:9 typed-number"],
        ),
        // Typed inside the brackets is typed all the same; a year may be.
        (r#"#{ text: `Er zijn ${12} klanten.`, impact: "pm" }"#.to_owned(), &["3:21 typed-number"]),
        (r#"#{ text: `Het kost ${euro(5).exact} per jaar.`, impact: "pm" }"#.to_owned(), &["3:27 typed-number"]),
        (r#"#{ text: `In ${2029} kost het ${o.cost("jeugd", 2029)}.`, impact: "pm" }"#.to_owned(), &[]),
        (r#"#{ text: `De regel digits2 ziet ${o.cost("jeugd", 2029)}.`, impact: "pm" }"#.to_owned(), &[]),
        (
            r#"#{ text: `Het kost ${o.cost("jeugd", 2029)}.`, impact: "pm", response: "Vul in: wat doen we eraan?" }"#
                .to_owned(),
            &["3:72 left-open"],
        ),
        (r#"if o.cost("wmo", 2029).mean > euro(1) { return; } "#.to_owned() + good, &["3:6 not-required"]),
        (r#"if o.index("ova", 2029).mean > percent(1) { return; } "#.to_owned() + good, &["3:6 not-required"]),
        (r#"if o.has("index.ova") && o.index("ova", 2029).mean > percent(1) { return; } "#.to_owned() + good, &[]),
        (
            r#"if o.cost("jeugt", 2029).mean > euro(1) { return; } "#.to_owned() + good,
            &["3:6 not-required", "3:6 unknown-name"],
        ),
        (r#"let x = o.cost("jeugd", 2029) + persons(1); "#.to_owned() + good, &["3:31 unit"]),
        (
            r#"let g = o.cost("jeugd", 2029); if g > euro(5) { return; } "#.to_owned() + good,
            &["3:37 uncertain-comparison"],
        ),
        (r#"let g = o.cost("jeugd", 2029); if g.mean > 5 { return; } "#.to_owned() + good, &["3:42 comparison"]),
        (r#"let g = o.budget("jeugd", 2029); if g > euro(5) { return; } "#.to_owned() + good, &[]),
        (r#"let g = euro(5).meen; "#.to_owned() + good, &["3:17 unknown-property"]),
        (r#"let g = o.parameter("x"); "#.to_owned() + good, &["3:11 unknown-parameter"]),
        (
            r#"#{ text: `${o.cost("jeugd", 2029)}`, chance: percent(5), impact: euro(5), respons: "x" }"#.to_owned(),
            &["3:75 unknown-key"],
        ),
        (
            format!(
                r#"#{{ text: `Dit is een zin die {} door en door gaat en nooit meer ophoudt met ${{o.cost("jeugd", 2029)}}.`, impact: "pm" }}"#,
                "maar ".repeat(20)
            ),
            &["3:10 b1", "3:10 b1"],
        ),
    ] {
        assert_eq!(checked(&body), expected, "{body}");
    }
}

/// A rule for a municipality with these names, and what is said of it.
fn said(head: &str, body: &str, names: &[&str]) -> Vec<String> {
    use ravijn::rule::{Known, lint};
    let text = format!(
        "const RULE = #{{ title: \"t\", {head}, term: \"kort\", source: \"s\", response: \"We sturen bij.\" }};\nfn risk(o) {{\n{body}\n}}\n"
    );
    let (set, broken) = rules(&[("r", &text)]);
    assert!(broken.is_empty(), "{broken:?}");
    let known = Known { names: names.iter().map(|n| (*n).to_owned()).collect(), ..Known::glossary() };
    lint(&set, &known).into_iter().map(|d| format!("{} {}", d.code, d.help.unwrap_or_default())).collect()
}

#[test]
fn a_name_that_is_absent_here_is_no_mistake_where_the_rule_requires_it_unless_it_looks_like_a_slip() {
    let reads = |name: &str| format!(r#"#{{ text: `Het kost ${{o.cost("{name}", 2029)}}.`, impact: "pm" }}"#);
    let known = ["jeugd", "jeugd-ambulant", "6.75", "ova"];
    let requires = |name: &str| format!(r#"domain: "jeugd", requires: ["cost({name})"]"#);
    // Heard of nowhere, but required: the rule does not apply here, and the report says so.
    assert_eq!(said(&requires("6.76"), &reads("6.76"), &known), Vec::<String>::new());
    assert_eq!(said(&requires("pgb"), &reads("pgb"), &known), Vec::<String>::new());
    assert_eq!(
        said(&requires("jeugd-ambulent"), &reads("jeugd-ambulent"), &known),
        ["unknown-name did you mean `jeugd-ambulant`?"]
    );
    assert_eq!(
        said(r#"domain: "jeugdd""#, r#"#{ text: "Er is iets.", impact: "pm" }"#, &known),
        ["unknown-name did you mean `jeugd`?"]
    );
    // Where its own domain is absent a rule does not apply, whatever it reads of it.
    assert_eq!(said(r#"domain: "opvang""#, &reads("opvang"), &known), Vec::<String>::new());
    // `opvang` is another domain, not a misspelt `ova`.
    assert_eq!(said(r#"domain: "opvang""#, r#"#{ text: "Er is iets.", impact: "pm" }"#, &known), Vec::<String>::new());
}

#[test]
fn a_text_is_harder_than_b1_by_its_mean_or_its_words_and_terms_are_nobodys_fault() {
    let text = |words: &str| format!(r#"#{{ text: "{words}", impact: "pm" }}"#);
    let body = |words: &str| said(r#"domain: "jeugd""#, &text(words), &[]);
    // Twice 16 words: none is above 25, the mean is above 15.
    let sixteen = "De kat zit op de mat en de hond zit op de bank bij de deur.";
    assert_eq!(body(&format!("{sixteen} {sixteen}")), ["b1 write shorter sentences"]);
    // Three words of six and more syllables: Flesch-Douma is far under 55.
    assert_eq!(
        body("Verantwoordelijkheidsbesef veronderstelt organisatieontwikkeling."),
        ["b1 use shorter words and sentences"]
    );
    // Terms of the glossary count as two syllables each.
    assert_eq!(
        body("De vangnetuitkering en het weerstandsvermogen dalen. De taakstelling lukt."),
        Vec::<String>::new()
    );
}

#[test]
fn missing_sources_responses_and_idle_parameters_are_named() {
    let text = r#"const RULE = #{ title: "t", domain: "algemeen", term: "kort", parameters: #{ x: "€ 5" } };
fn risk(o) { #{ text: `a ${o.cost("total", o.horizon)}`, chance: percent(5), impact: euro(5) } }"#;
    assert_eq!(warnings(text), ["1:14 no-response", "1:14 no-source", "1:81 unused-parameter"]);
}
