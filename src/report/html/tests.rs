use super::super::sample::{self, Options};
use super::super::{compose, document::House};
use super::*;

fn page() -> (Report, String) {
    let study = sample::study(Options::default());
    let report = compose(&study, &study.scenarios[0]);
    let page = html(&report);
    (report, page)
}

/// Opening and closing marks in order: every element that opens closes where it should.
fn unbalanced(page: &str) -> Option<String> {
    const VOID: [&str; 9] = ["meta", "line", "rect", "circle", "polyline", "polygon", "path", "br", "!DOCTYPE"];
    let mut open: Vec<String> = Vec::new();
    // What stands between <style> marks is no markup.
    for piece in page.split('<').skip(1) {
        let mark = piece.split('>').next().unwrap_or("");
        let name = mark.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or("").to_owned();
        if mark.starts_with('/') {
            if open.pop().as_deref() != Some(&name) {
                return Some(name);
            }
        } else if !VOID.contains(&name.as_str()) && !mark.ends_with('/') {
            open.push(name);
        }
    }
    open.pop()
}

#[test]
fn every_element_closes_and_every_id_is_one() {
    let (_, page) = page();
    assert_eq!(unbalanced(&page), None);
    let ids: Vec<&str> = page.split(" id=\"").skip(1).filter_map(|p| p.split('"').next()).collect();
    let distinct: BTreeSet<&&str> = ids.iter().collect();
    assert!(ids.len() > 50);
    assert_eq!(distinct.len(), ids.len(), "an id is given twice");
    // What is pointed at is there.
    for pointer in ["popovertarget=\"", "href=\"#", "aria-labelledby=\""] {
        for target in page.split(pointer).skip(1).filter_map(|p| p.split('"').next()) {
            for one in target.split(' ') {
                assert!(ids.contains(&one), "{pointer}{one}");
            }
        }
    }
}

#[test]
fn every_number_of_a_risk_text_opens_its_evidence() {
    let (report, page) = page();
    let mut numbers = 0;
    for section in report.sections.iter().filter(|s| s.id.starts_with("risico-")) {
        for block in &section.blocks {
            let Block::Paragraph(text) = block else { continue };
            for inline in &text.0 {
                if let Inline::Figure { printed, evidence } = inline {
                    numbers += 1;
                    let button = format!(
                        "popovertarget=\"bron-{}\" data-nr=\"{}\">{}</button>",
                        evidence + 1,
                        evidence + 1,
                        printed.replace(' ', "\u{a0}")
                    );
                    assert!(page.contains(&button), "{button}");
                }
            }
        }
    }
    assert!(numbers > 3);
    for (i, e) in report.evidence.iter().enumerate() {
        assert!(page.contains(&format!("id=\"bron-{}\" popover", i + 1)), "{}", e.printed);
    }
}

#[test]
fn the_page_needs_nothing_beside_it_and_runs_nothing() {
    let (_, page) = page();
    for outside in ["<script", "src=", "<link", "@import", "url(", "http://", "https://", "onclick"] {
        let found = page.matches(outside).count()
            - page.matches("xmlns=\"http://www.w3.org/2000/svg\"").count() * usize::from(outside == "http://");
        assert_eq!(found, 0, "{outside}");
    }
    assert!(page.contains("<html lang=\"nl\">"));
}

#[test]
fn words_of_people_stay_words() {
    let (mut report, _) = page();
    report.title = "<script>alert(1)</script> & co".into();
    report.sections[0].title = "a \"b\" <i>".into();
    report.house = House { colour: Some("</style><script>".into()), font: Some("</style>".into()), ..House::default() };
    let page = html(&report);
    assert!(!page.contains("<script") && !page.contains("<i>"));
    assert_eq!(page.matches("</style>").count(), 1);
    assert_eq!(unbalanced(&page), None);
}

#[test]
fn figures_of_a_chart_stand_in_a_table_that_can_be_read() {
    let (report, page) = page();
    assert!(report.charts().count() > 1);
    for chart in report.charts() {
        assert!(page.contains(&format!("id=\"{}\"", table_id(&chart.figures.id))), "{}", chart.id);
        assert!(!chart.alternative.is_empty() && !chart.figures.rows.is_empty(), "{}", chart.id);
    }
}

#[test]
fn the_logo_is_in_the_page_with_its_words() {
    // RFC 4648, section 10.
    for (words, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
        assert_eq!(base64(words.as_bytes()), coded);
    }
    let (mut report, _) = page();
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"30\"/>";
    report.house.logo = Some(super::super::document::Logo::new(svg.into()).expect("a logo"));
    let page = html(&report);
    assert!(page.contains("src=\"data:image/svg+xml;base64,") && page.contains("alt=\"Logo van de gemeente "));
}

#[test]
fn a_full_stop_stays_with_the_number_before_it() {
    let (report, _) = page();
    let writer = Writer { report: &report, taken: RefCell::default() };
    let figure = || Inline::Figure { printed: "€ 5".into(), evidence: 0 };
    let plain = |words: &str| Inline::Plain(words.into());
    let words = |pieces: Vec<Inline>| writer.text(&Text(pieces)).into_string();
    let button = words(vec![figure()]);
    assert!(button.starts_with("<button"));
    assert_eq!(
        words(vec![plain("Dat is "), figure(), plain("). Meer.")]),
        format!("Dat is <span class=\"vast\">{button}).</span> Meer.")
    );
    assert_eq!(words(vec![figure(), plain(" erbij")]), format!("{button} erbij"));
    assert_eq!(words(vec![figure(), figure(), plain(".")]), format!("{button}<span class=\"vast\">{button}.</span>"));
}

#[test]
fn years_need_no_room_for_a_name_and_one_word_does_not_break_from_its_number() {
    assert!(named("Inkomensregelingen") && !named("2024 *") && !named("Wmo"));
    assert!(spoken("ja (meer dan 99%)") && !spoken("- 54,4 procentpunt") && !spoken("+ € 1,2 miljoen"));
}
