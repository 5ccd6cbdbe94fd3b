//! Municipalities that are not the shipped ones: what a report says of a
//! surplus, a gain, a budget that is not there, a line that ends. The
//! sentences are written by hand from the figures beside them.

use ravijn::input::Sources;
use ravijn::rule::RuleSource;
use ravijn::simulation::Settings;
use ravijn::study::{self, Study};
use ravijn::{dutch, report};

use super::shipped;

/// A municipality that starts from its budget of 2026, amounts in thousands.
const HEAD: &str = r#"schema = 1
[municipality]
name = "Testdam"
code = "GM9999"
base_year = 2026
base = "budget"
horizon = 2029
amount_unit = 1000
"#;

const NOMINAL: &str = "[budget]\nprices = \"nominal\"\n";

/// Cost of 9 million a year that grows by 2 %, give or take.
const YOUTH: &str = r#"
[cost.jh]
label = "Jeugdhulp"
taakveld = "6.75"
domain = "jeugd"
volume = { growth = { value = "2%", sd = "3%" } }
"#;

/// The same without growth and without doubt.
const STILL: &str = r#"
[cost.jh]
label = "Jeugdhulp"
taakveld = "6.75"
domain = "jeugd"
"#;

const RESILIENCE: &str = r#"
[resilience]
scope = "programme"
certainty = "90%"
chance_scale = { 1 = "10%", 2 = "30%", 3 = "50%", 4 = "70%", 5 = "90%" }
"#;

/// Rows of figures.csv: a line, a quantity and its amounts from 2026 on.
fn rows(line: &str, quantity: &str, kind: &str, amounts: &[i64]) -> String {
    let row = |(i, amount): (usize, &i64)| format!("{line},{quantity},{kind},{},{amount},Begroting\n", 2026 + i);
    amounts.iter().enumerate().map(row).collect()
}

fn budget(line: &str, amounts: &[i64]) -> String {
    rows(line, "cost", "budget", amounts)
}

struct Town {
    base: String,
    figures: String,
    others: Vec<(&'static str, String)>,
    rules: Vec<RuleSource>,
    draws: u64,
}

impl Town {
    fn new(parts: &[&str], figures: String) -> Self {
        Self { base: format!("{HEAD}{}", parts.concat()), figures, others: Vec::new(), rules: Vec::new(), draws: 200 }
    }

    fn study(&self) -> Study {
        let mut sources = Sources::default();
        sources.insert("base.toml", self.base.clone().into_bytes());
        let figures = format!("line,quantity,kind,year,value,source\n{}", self.figures);
        sources.insert("figures.csv", figures.into_bytes());
        for (name, text) in &self.others {
            sources.insert(*name, text.clone().into_bytes());
        }
        let settings = Settings { draws: self.draws, ..Settings::default() };
        study::run(&sources, None, &self.rules, &settings, &|_, _| {}).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
    }

    /// The paragraph without the numbers of its notes and without bold.
    fn report(&self) -> String {
        let study = self.study();
        plain(&report::markdown(&report::compose(&study, &study.scenarios[0])))
    }

    fn council(&self) -> String {
        let study = self.study();
        plain(&report::markdown(&report::compose_for(&study, &study.scenarios[0], report::Audience::Raad)))
    }
}

fn plain(markdown: &str) -> String {
    let mut out = String::new();
    let mut rest = markdown;
    while let Some(at) = rest.find("[^") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find(']').map_or("", |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    out.replace("**", "").replace('\u{a0}', " ")
}

fn says(text: &str, sentences: &[&str]) {
    for sentence in sentences {
        assert!(text.contains(sentence), "not said: {sentence}\n{text}");
    }
}

fn is_silent(text: &str, words: &[&str]) {
    for word in words {
        assert!(!text.contains(word), "said: {word}\n{text}");
    }
}

fn risk(id: &str, body: &str) -> String {
    format!("\n[risk.{id}]\ntitle = \"Risico {id}\"\ndomain = \"jeugd\"\nterm = \"lang\"\n{body}\n")
}

#[test]
fn a_gain_is_no_cost_in_any_sentence() {
    // 50 % of 100 thousand.
    let gain = risk("a", "chance = \"50%\"\nimpact = -100\nyears = [2027]");
    let text = Town::new(&[NOMINAL, YOUTH, RESILIENCE, &gain], budget("jh", &[9000, 9200, 9400, 9600])).report();
    says(
        &text,
        &[
            "We zien 1 risico; in 2027 komt daarvan geen nadeel bovenop de raming.",
            "Het ene risico met een eigen bedrag zit niet in de raming, de bandbreedte en de kans op een slechter saldo. Gemiddeld levert dat € 50.000 op in 2027 (kans maal gevolg).",
            "Gebeurt het, dan levert dat ongeveer € 100.000 op.",
            "Kans maal gevolg is samen een voordeel van € 50.000 in 2027.",
            "Gemiddeld leveren de risico's in het register € 50.000 op. Dat is kans maal gevolg, en het zit hierin.",
        ],
    );
    is_silent(&text, &["zit al in de raming", "kosten de risico's in het register"]);
}

#[test]
fn what_may_be_a_gain_or_a_loss_says_which_end_is_which() {
    // The mean of a PERT is (min + 4 mode + max) / 6: (-100 + 0 + 400) / 6 = 50.
    let both = risk("a", "chance = \"50%\"\nimpact = { min = -100, mode = 0, max = 400 }\nyears = [2027]");
    let text = Town::new(&[NOMINAL, YOUTH, RESILIENCE, &both], budget("jh", &[9000, 9200, 9400, 9600])).report();
    says(
        &text,
        &[
            "Gebeurt het, dan kost dat ongeveer € 50.000. Het bedrag ligt tussen een voordeel van € 100.000 en een nadeel van € 400.000.",
            "Met bij elk risico een laag en een hoog gevolg ligt die som tussen een voordeel van € 50.000 en een nadeel van € 200.000.",
        ],
    );
}

#[test]
fn a_range_of_gains_is_a_range_of_gains() {
    // Half of 50 and half of 250, and half of their mean (50 + 4 x 100 + 250) / 6.
    let gain = risk("a", "chance = \"50%\"\nimpact = { min = -250, mode = -100, max = -50 }\nyears = [2027]");
    let text = Town::new(&[NOMINAL, YOUTH, RESILIENCE, &gain], budget("jh", &[9000, 9200, 9400, 9600])).report();
    says(
        &text,
        &[
            "Kans maal gevolg is samen een voordeel van € 58.000 in 2027.",
            "ligt dat voordeel tussen € 25.000 en € 125.000.",
        ],
    );
}

#[test]
fn a_surplus_needs_nothing_and_rests_on_no_stated_chances() {
    let text = Town::new(&[NOMINAL, YOUTH, RESILIENCE], budget("jh", &[9000, 12_000, 12_000, 12_000])).report();
    says(
        &text,
        &[
            "Voor tegenvallers boven op wat we verwachten is in 2027 niets nodig, om met 90% zekerheid genoeg te hebben. Dat geldt als de uitgangspunten kloppen.",
            "Met 90% zekerheid is er in 2027 niets extra nodig, als de uitgangspunten kloppen. Risico's met een eigen bedrag zijn er niet.",
        ],
    );
    is_silent(&text, &["€ 0 genoeg", "€ 0 nodig", "kosten de risico's in het register", "Benodigd in 2027"]);
}

#[test]
fn without_risks_and_without_a_deficit_nothing_is_said_to_be_enough() {
    let text = Town::new(&[NOMINAL, YOUTH, RESILIENCE], budget("jh", &[9000])).report();
    let why = "er zijn geen risico's met een eigen bedrag, en een tekort op de begroting is niet te berekenen.";
    says(
        &text,
        &[
            &format!("Hoeveel geld er nodig is om tegenvallers op te vangen, is niet te zeggen: {why}"),
            &format!("Dat is niet te zeggen: {why}"),
        ],
    );
    is_silent(&text, &["genoeg in 2027"]);
}

#[test]
fn a_chance_of_higher_cost_is_not_called_a_chance_of_a_worse_balance() {
    let revenue = "\n[revenue.r]\nlabel = \"Bijdrage\"\ntaakveld = \"6.75\"\ndomain = \"jeugd\"\ngrowth = \"0%\"\n";
    let figures = [budget("jh", &[9000; 4]), rows("r", "revenue", "budget", &[1000])].concat();
    let more = "extends = \"base.toml\"\ntitle = \"Meer hulp\"\n[cost.jh]\nvolume = { growth = \"4%\" }\n";
    let town =
        Town { others: vec![("meer.toml", more.into())], ..Town::new(&[NOMINAL, YOUTH, RESILIENCE, revenue], figures) };
    let text = town.report();
    says(
        &text,
        &[
            "In 2029 zijn de lasten naar verwachting € 551.000 hoger dan begroot; de kans op hogere lasten dan begroot is",
            "| Kans: lasten hoger dan begroot |",
            "De kans op hogere lasten dan begroot in 2029 gaat van",
        ],
    );
    is_silent(&text, &["slechter saldo dan begroot is ", "Kans: slechter", "op een slechter saldo dan begroot in"]);
}

#[test]
fn the_prices_of_a_budget_are_told_where_there_is_one_and_rise_where_they_do() {
    let index = "\n[index.ova]\nlabel = \"OVA\"\nrate = \"3%\"\n";
    let nominal = Town::new(&[NOMINAL, index, STILL, "price = { index = { ova = 1.0 } }\n"], budget("jh", &[9000; 4]));
    says(
        &nominal.report(),
        &["De meerjarenbegroting staat in het geld van elk jaar zelf", "Lonen en prijzen stijgen dus mee."],
    );
    let bare = Town::new(&[NOMINAL, STILL], budget("jh", &[9000; 4])).report();
    is_silent(&bare, &["Lonen en prijzen stijgen"]);
    let constant = "[budget]\nprices = \"constant 2026\"\n";
    let none = Town::new(&[constant, STILL], budget("jh", &[9000])).report();
    says(&none, &["De raming staat in het geld van elk jaar zelf."]);
    is_silent(&none, &["De meerjarenbegroting staat"]);
}

#[test]
fn draws_of_nothing_uncertain_make_no_bands() {
    let text = Town::new(&[NOMINAL, STILL], budget("jh", &[9000; 4])).report();
    says(
        &text,
        &[
            "In deze raming is geen enkel uitgangspunt onzeker. Er zijn daarom geen bandbreedtes.",
            "De lasten zijn in 2029 in deze raming even hoog als in 2026: € 9 miljoen.",
            "Voor deze raming zijn geen uitgangspunten opgegeven.",
        ],
    );
    is_silent(&text, &["Bij veel bedragen staat een bandbreedte", "blijven gelijk: zij gaan"]);
}

#[test]
fn years_without_any_budget_do_not_lack_a_part_of_it() {
    let long = HEAD.replace("2029", "2031");
    let town = Town { base: format!("{long}{NOMINAL}{YOUTH}"), ..Town::new(&[], budget("jh", &[9000; 4])) };
    let text = town.report();
    says(&text, &["Waarmee vergelijken we? Voor 2030 en 2031 is er geen begroting om mee te vergelijken."]);
    is_silent(&text, &["ontbreekt een deel van de begroting"]);
}

#[test]
fn a_line_that_ends_and_one_that_begins_have_no_cost_of_zero_euros() {
    let lines = r#"
[cost.oud]
label = "Project"
taakveld = "6.1"
domain = "algemeen"
[cost.nieuw]
label = "Nieuwe taak"
taakveld = "6.81"
domain = "opvang"
[domain.opvang]
label = "Opvang"
[measure.einde]
label = "Project stopt"
kind = "technical"
line = "oud"
amount = { 2026 = 800, 2027 = 800, later = 0 }
[measure.begin]
label = "Taak begint"
kind = "new-policy"
line = "nieuw"
amount = { 2026 = 0, 2027 = 0, later = 700 }
"#;
    let figures =
        [budget("jh", &[9000; 4]), budget("oud", &[800, 800, 0, 0]), budget("nieuw", &[0, 0, 700, 700])].concat();
    let text = Town::new(&[NOMINAL, YOUTH, lines], figures).report();
    says(
        &text,
        &[
            "In 2026 begroten we € 800.000 voor Algemeen. Met deze uitgangspunten zijn er in 2029 geen lasten meer.",
            "Volgens deze raming wel: in 2029 zijn er geen lasten begroot, en in de raming zijn ze er ook niet.",
            "In 2026 zijn er nog geen lasten voor Opvang. Met deze uitgangspunten zijn zij in 2029 ongeveer € 700.000.",
        ],
    );
    // None of these amounts follows a price.
    is_silent(&text, &["verandert mee met de prijzen"]);
}

#[test]
fn a_fall_that_measures_more_than_explain_is_said_so() {
    // The budget falls by 50, the saving takes 600 off.
    let saving = "\n[measure.s]\nlabel = \"Besparing\"\nkind = \"saving\"\nline = \"jh\"\namount = { 2027 = -600, later = -600 }\n";
    let text = Town::new(&[NOMINAL, YOUTH, saving], budget("jh", &[9000, 8950, 8950, 8950])).report();
    says(
        &text,
        &[
            "De begrote lasten dalen van 2026 tot 2029 met € 50.000. Nieuw beleid en besparingen verlagen de lasten met € 600.000: dat is meer dan de hele daling.",
        ],
    );
    is_silent(&text, &["verklaren daarvan"]);
}

#[test]
fn a_reserve_that_need_not_cover_is_not_called_large_enough() {
    let reserve = "\n[reserve.r]\nlabel = \"Reserve\"\nbalance = 300\ncovers = \"total\"\n";
    let rich = Town::new(&[NOMINAL, STILL, reserve], budget("jh", &[9000, 9500, 9500, 9500])).report();
    says(&rich, &["In deze raming is er geen tekort dat zij moet dekken."]);
    let unknown = Town::new(&[NOMINAL, STILL, reserve], budget("jh", &[9000])).report();
    says(&unknown, &["Of er een tekort is, weten we niet: daarvoor ontbreekt een begroting."]);
    // 100 a year for three years is just covered.
    let covers = Town::new(&[NOMINAL, STILL, reserve], budget("jh", &[9000, 8900, 8900, 8900])).report();
    says(&covers, &["In deze raming is zij dan groot genoeg."]);
    is_silent(&rich, &["groot genoeg"]);
}

#[test]
fn a_what_if_that_comes_and_goes_between_the_ends_is_told() {
    let once = "extends = \"base.toml\"\ntitle = \"Eenmalig\"\n[measure.m]\nlabel = \"Eenmalig\"\nkind = \"technical\"\nline = \"jh\"\namount = { 2027 = 0, 2028 = 500, later = 0 }\n";
    let town =
        Town { others: vec![("eenmalig.toml", once.into())], ..Town::new(&[NOMINAL, YOUTH], budget("jh", &[9000; 4])) };
    says(
        &town.report(),
        &["Het saldo is dan in 2028 € 500.000 slechter (in 2029 is er geen verschil) dan in de basisraming."],
    );
}

#[test]
fn a_population_that_shrinks_is_not_ageing() {
    let line = STILL.to_owned() + "volume = { ageing = \"population\", growth = \"1%\" }\n";
    let bands = |year: i32, young: i32| format!("{year},0-17,,{young}\n{year},18+,,9000\n");
    let population: String = (0..4).map(|i| bands(2026 + i, 5000 - 150 * i)).collect();
    let town = Town {
        others: vec![
            ("population.csv", format!("year,band,sex,persons\n{population}")),
            ("use_rates.csv", "line,band,sex,per_1000\njh,0-17,,100\njh,18+,,0\n".into()),
        ],
        ..Town::new(&[NOMINAL, &line], budget("jh", &[9000; 4]))
    };
    let text = town.report();
    says(&text, &["| ontwikkeling van de bevolking |"]);
    is_silent(&text, &["| vergrijzing |"]);
}

#[test]
fn revenue_that_equals_cost_and_money_outside_that_ends_have_no_side() {
    let revenue = "\n[revenue.r]\nlabel = \"Bijdrage\"\ntaakveld = \"6.75\"\ndomain = \"jeugd\"\n\n[revenue.o]\nlabel = \"Tijdelijk geld\"\ntaakveld = \"0.7\"\ndomain = \"jeugd\"\noutside = true\nuntil = 2027\n";
    let figures = [
        budget("jh", &[9000; 4]),
        rows("r", "revenue", "budget", &[9000; 4]),
        rows("o", "revenue", "budget", &[200, 200, 0, 0]),
    ]
    .concat();
    let text = Town::new(&[NOMINAL, STILL, revenue], figures).report();
    says(
        &text,
        &[
            "In 2029 is het in deze raming € 0: baten en lasten zijn dan, afgerond, even hoog.",
            "In 2029 is het per saldo € 0: het saldo verandert er dan niet door.",
        ],
    );
    is_silent(&text, &["€ 0 positief", "voordeel van € 0", "Een negatief saldo is nog geen tekort"]);
}

#[test]
fn a_ratio_below_the_norm_is_what_is_too_low() {
    let municipality = RESILIENCE.replace("programme", "municipality")
        + "norm = 1.0\navailable = { incidental = 100, structural = 0 }\n";
    let loss = risk("a", "chance = \"100%\"\nimpact = 400\nyears = [2027]");
    let town = Town::new(&[NOMINAL, STILL, &municipality, &loss], budget("jh", &[9000; 4]));
    // 100 available for 400 needed.
    says(
        &town.report(),
        &[
            "De ratio is 0,25. Dat is klasse F: ruim onvoldoende. Dat is te laag: de raad vraagt een ratio van ten minste 1,00.",
        ],
    );
    let programme = RESILIENCE.to_owned() + "available = { incidental = 100, structural = 0 }\n";
    let town = Town::new(&[NOMINAL, STILL, &programme, &loss], budget("jh", &[9000; 4]));
    says(&town.report(), &["De gemeente heeft € 100.000 beschikbaar. Dit programma vraagt meer dan dat: 400%."]);
}

#[test]
fn an_incidental_risk_outside_the_year_says_why_it_counts_for_nothing() {
    let later = RESILIENCE.to_owned() + "year = 2029\n";
    let once = risk("a", "chance = \"50%\"\nimpact = 100\nyears = [2027, 2028]\nstructural = false");
    let text = Town::new(&[NOMINAL, YOUTH, &later, &once], budget("jh", &[9000; 4])).report();
    says(
        &text,
        &[
            "‘Risico a’ is incidenteel en kan alleen in 2027 en 2028 optreden; daarom is kans maal gevolg in 2029 nul.",
            "Kans maal gevolg is samen nul in 2029: dan telt geen van deze risico's mee.",
            "We zien 1 risico; in 2029 komt daarvan geen nadeel bovenop de raming.",
        ],
    );
}

#[test]
fn without_draws_what_the_bands_would_hold_is_nowhere() {
    let held = risk("a", "chance = \"50%\"\nimpact = 100\nyears = [2027]\ncovered_by = [\"cost.jh.volume.growth\"]");
    let town = Town::new(&[NOMINAL, YOUTH, RESILIENCE, &held], budget("jh", &[9000; 4]));
    says(&town.report(), &["We zien 1 risico; wat er in geld van bekend is, zit al in de raming."]);
    let without = Town { draws: 0, ..town };
    let text = without.report();
    says(&text, &["We zien 1 risico; geen daarvan komt met een eigen bedrag bovenop de raming."]);
    is_silent(&text, &["zit al in de raming."]);
}

#[test]
fn one_risk_is_spoken_of_as_one() {
    let open = risk("a", "impact = \"pm\"");
    let text = Town::new(&[NOMINAL, YOUTH, &open], budget("jh", &[9000; 4])).report();
    says(&text, &["We zien 1 risico, dat niet in geld is uit te drukken."]);
    let loss = risk("a", "chance = \"50%\"\nimpact = 100\nyears = [2027]");
    let town = Town::new(&[NOMINAL, YOUTH, RESILIENCE, &loss], budget("jh", &[9000; 4]));
    says(
        &town.council(),
        &["## Het grootste risico dat bovenop de raming komt", "Gemiddeld kost dat € 50.000 in 2027"],
    );
}

#[test]
fn no_rule_fails_and_no_figure_is_missing_in_any_of_these() {
    let town = Town {
        rules: shipped::rules(),
        ..Town::new(&[NOMINAL, STILL, RESILIENCE], budget("jh", &[9000, 9000, 9000, 9000]))
    };
    let study = town.study();
    assert!(study.scenarios[0].failed.is_empty(), "{:#?}", study.scenarios[0].failed);
    let text = town.report();
    says(&text, &["Geen enkele regel ziet in een van die jaren een risico."]);
    assert!(!text.contains("NaN"), "{text}");
    assert_eq!(dutch::euro(9_000_000.0), "€ 9.000.000");
}

#[test]
fn an_amount_of_the_worst_year_is_not_put_in_the_first() {
    // The shortfall is 180 in 2027 and grows to 551 in 2029: the rule gives the amount of 2029 and the years of all.
    let town = Town { rules: shipped::rules(), draws: 0, ..Town::new(&[NOMINAL, YOUTH], budget("jh", &[9000; 4])) };
    let council = town.council();
    says(&council, &["| Er kan elk jaar een tekort op de begroting zijn", "€ 551.000 nadeel |"]);
    is_silent(&council, &["nadeel in 2027"]);
}

#[test]
fn a_budget_for_the_base_year_alone_is_compared_with_nothing() {
    let town = Town::new(&[NOMINAL, YOUTH], budget("jh", &[9000]));
    is_silent(&town.council(), &["Saldo tegenover begroting", "De vergelijking is met de begroting"]);
    is_silent(&town.report(), &["Saldo tegenover begroting"]);
}
