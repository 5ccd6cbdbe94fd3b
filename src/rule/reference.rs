//! The reference of the vocabulary, for policy writers: generated from what is
//! registered, so that it cannot say anything else than the engine does. Its
//! examples run as tests.

use super::RuleSet;
use super::engine::{Runner, with_stack};
use super::vocabulary::Word;

/// Every word of the vocabulary, in the order of the reference.
pub fn words() -> Vec<Word> {
    with_stack(|| {
        let empty = RuleSet::default();
        Runner::new(&empty).words.all().to_vec()
    })
    .unwrap_or_default()
}

/// What stands before the words.
const INTRODUCTION: &str = "\
# De woorden van een regel

Deze lijst komt uit het programma zelf: wat hier staat, werkt, en meer is er niet.
De voorbeelden worden bij elke controle uitgevoerd.

Een regel is één bestand in `rules/<domein>/`. De naam van het bestand is de naam van de regel.
Begin met `ravijn new rule jeugd/naam`, verander de tekst, en draai `ravijn test` en `ravijn check`.

Een **getal** weet zijn eenheid (euro, cliënten, euro per cliënt, procent of getal) en waar het vandaan komt.
Het is onzeker: het heeft in elke doorgerekende toekomst een eigen waarde.

- Rekenen gaat met `+ - * /`, in elke toekomst apart. Euro's en cliënten tellen niet op: dat is een fout op die regel.
- Vergelijken gaat met `< <= > >= == !=`, en alleen met een ander getal: `gap.mean > euro(50_000)`. Een onzeker getal vergelijkt u pas nadat u één waarde kiest, zoals `.mean`.
- `if voorwaarde { ... } else { ... }` kiest, `for naam in lijst { ... }` herhaalt, `return;` zegt niets en stopt. `&&` is en, `||` is of, `!` is niet.
- In een tekst tussen `` ` `` schrijft u een getal als `${gap}`. Het staat er dan op zijn Nederlands, met de herkomst in de bewijslijst. Een los cijfer zonder eenheid mag daar niet staan.
";

/// What somebody must know who writes a rule from this page alone.
const HOW: &str = "
## Welke namen er zijn

Een naam tussen aanhalingstekens is een van deze:

| naam | voorbeeld | waar die vandaan komt |
|---|---|---|
| domein | `\"jeugd\"`, `\"wmo\"`, `\"participatie\"` | de lijst `domains` in base.toml |
| taakveld | `\"6.3\"` | de vaste indeling van gemeenten; alle lijnen met dat taakveld samen |
| lijn | `\"jeugd-ambulant\"` | `[cost.jeugd-ambulant]` of `[revenue.jeugd-ambulant]` in base.toml |
| het geheel | `\"total\"` | alles binnen het programma |
| met geld van buiten | `\"total+outside\"` | ook lijnen met `outside = true`, zoals de algemene uitkering |
| index, reserve, indicator | `\"ova\"` | `[index.ova]`, `[reserve.NAAM]`, `[indicator.NAAM]` in base.toml |

Een regel voor elke gemeente gebruikt een domein of een taakveld: lijnen heten overal anders.
Veel gebruikte taakvelden: `6.3` bijstand en andere inkomensregelingen (de lasten zijn uitkeringen, de baten de rijksbijdrage BUIG), `6.4` beschut werk,
`6.5` arbeidsparticipatie, `6.60` en `6.71` hulp uit de Wmo, `6.75` jeugdhulp thuis, `6.76` jeugdhulp met verblijf, `6.81` beschermd wonen en opvang, `6.82` jeugdbescherming.
Een kortere code neemt de langere mee: `6.75` is ook `6.751`. Alleen een code die een gemeente zelf noemt, werkt; zet hem daarom in `requires`.
Wilt u alle lijnen langs, schrijf dan `for line in o.lines(\"jeugd\") { ... }`.

## Welk jaar u neemt

Een jaar is een gewoon getal: `o.base_year`, `o.year`, `o.horizon`, `o.last_budget_year`. Rekenen mag: `o.base_year + 1`.
`o.year` is het laatste jaar met een begroting, en in de tabel met vroege signalen het jaar van de kolom. Zonder begroting is het het basisjaar.
Een regel die zonder begroting ook iets kan zeggen, begint zo:

```rhai
let o = given(#{ base_year: 2026, last_budget_year: 2026, horizon: 2029 });
let year = if o.year > o.base_year { o.year } else { o.horizon };
assert_eq(year, 2029);
```

## Veel gebruikte stukjes

Stijgt iets sinds het basisjaar, en hoeveel?

```rhai
let o = given(#{ \"cost(6.3, 2026)\": euro(200), \"cost(6.3, 2029)\": euro(210) });
let more   = o.cost(\"6.3\", 2029) - o.cost(\"6.3\", 2026);
let growth = o.cost(\"6.3\", 2029).growth_from(o.cost(\"6.3\", 2026));
assert(more.mean > euro(0));
assert_close(growth, percent(5), percent(0.001));
```

Hoe groot is de kans dat twee dingen samen gebeuren, in dezelfde toekomst? Neem het kleinste van de twee: dat is alleen meer dan nul als ze het allebei zijn.

```rhai
let more_cost    = euro([5, 5, -1, 5]);
let less_revenue = euro([2, -2, 2, 2]);
assert_eq(chance(min(more_cost, less_revenue), \"above\", euro(0)), percent(50));
```

Ontbreekt een getal soms? Vraag het eerst, ook met een naam uit een lijst:

```rhai
let o = given(#{ \"lines(jeugd)\": [\"hulp\"], \"clients(hulp, 2029)\": persons(12) });
let total = persons(0);
for line in o.lines(\"jeugd\") {
    if o.has(`clients(${line}, 2029)`) { total += o.clients(line, 2029); }
}
assert_eq(total, persons(12));
```

## Drempels en hun eenheid

In `parameters` staat een drempel als tekst met zijn eenheid: `\"€ 50.000\"`, `\"2,5%\"`, `\"20 cliënten\"`, `\"€ 300 per cliënt\"` of een los getal zoals `\"3\"`.
Met een label erbij: `#{ value: \"€ 50.000\", label: \"kleinere verschillen noemen we niet\" }`.
Een gemeente zet hem anders in base.toml, een wat-als in zijn eigen bestand: `[rule.NAAM-VAN-DE-REGEL]` en daaronder `threshold = \"€ 25.000\"`.
In een test: `given(#{ \"parameter(threshold)\": euro(25_000) })`.

## Proberen

    ravijn test --filter naam-van-de-regel     # de tests van deze regel
    ravijn test --coverage                     # welke stukken geen enkele test raakt
    ravijn check scenarios/GEMEENTE            # woorden die niet bestaan, getypte cijfers, moeilijke zinnen
    ravijn run scenarios/GEMEENTE              # het rapport, met de vroege signalen en de herkomst van elk getal

Voor elke regel zijn er drie tests: een die een risico geeft, een die niets geeft, en een precies op de grens.
";

/// The reference as Markdown, in Dutch.
pub fn reference() -> String {
    let mut out = INTRODUCTION.to_owned();
    out.push_str("\n## Een hele regel\n\n```rhai\n");
    out.push_str(&super::template("kosten-boven-begroting", "jeugd"));
    out.push_str("```\n");
    table(&mut out, "Wat in RULE staat", &super::head::KEYS);
    table(&mut out, "Wat `risk` teruggeeft", &super::results::KEYS);
    out.push_str("\nEen regel geeft één zo'n map terug, een lijst van mappen, of niets.\n");
    out.push_str(HOW);
    let mut chapter = "";
    for word in words() {
        if word.chapter != chapter {
            chapter = word.chapter;
            out.push_str(&format!("\n## {chapter}\n"));
        }
        let point = if word.name == word.signature { "." } else { "" };
        out.push_str(&format!("\n### `{point}{}`\n\nGeeft: {}. {}\n", word.signature, word.gives, word.summary));
        if !word.example.is_empty() {
            out.push_str(&format!("\n```rhai\n{}\n```\n", word.example));
        }
    }
    out
}

fn table(out: &mut String, title: &str, rows: &[(&str, &str)]) {
    out.push_str(&format!("\n## {title}\n\n| sleutel | wat het is |\n|---|---|\n"));
    for (key, what) in rows {
        out.push_str(&format!("| `{key}` | {what} |\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{RuleSource, run_tests};

    /// Runs statements as the test of a rule.
    fn runs(name: &str, statements: &str) {
        let text = format!(
            "const RULE = #{{ title: \"t\", domain: \"algemeen\", term: \"kort\" }};\nfn risk(o) {{ return; }}\nfn test_it() {{\n{statements}\n}}\n"
        );
        let source = RuleSource { id: "r".to_owned(), path: "r.rhai".to_owned(), bytes: text.into_bytes() };
        let (set, broken) = RuleSet::parse(&[source]);
        assert!(broken.is_empty(), "{name}: {broken:?}");
        let report = run_tests(&set, None);
        assert!(report.passed(), "{name}: {:?}", report.tests[0].failure);
    }

    #[test]
    fn every_example_of_the_reference_runs() {
        for word in words().iter().filter(|w| !w.example.is_empty()) {
            runs(word.signature, word.example);
        }
        let pieces: Vec<&str> = HOW.split("```rhai\n").skip(1).filter_map(|p| p.split("\n```").next()).collect();
        assert_eq!(pieces.len(), 4);
        for piece in pieces {
            runs("a piece of the page", piece);
        }
    }

    #[test]
    fn every_word_says_what_it_gives_and_most_show_it() {
        let words = words();
        assert!(words.len() > 60, "{}", words.len());
        for word in &words {
            assert!(word.signature.contains(word.name), "{}", word.name);
            assert!(!word.gives.is_empty() && word.summary.ends_with(['.', '"']), "{}: {}", word.name, word.summary);
        }
        let shown = words.iter().filter(|w| !w.example.is_empty()).count();
        assert!(words.len() - shown < 10);
        assert!(reference().contains("### `chance(getal, \"above\", grens)`"));
    }
}
