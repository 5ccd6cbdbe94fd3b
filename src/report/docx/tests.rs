use quick_xml::Reader;
use quick_xml::events::Event;

use super::super::document::{Align, Logo};
use super::super::held::held;
use super::super::sample::{self, Options};
use super::super::{Audience, compose, compose_for};
use super::*;

/// The published sequence of children (ECMA-376 part 1, 5th edition, annex A:
/// wml.xsd and dml-wordprocessingDrawing.xsd), as far as we write them.
const SEQUENCES: [(&str, &[&str]); 21] = [
    ("w:document", &["w:background", "w:body"]),
    (
        "w:pPr",
        &[
            "w:pStyle",
            "w:keepNext",
            "w:keepLines",
            "w:pageBreakBefore",
            "w:framePr",
            "w:widowControl",
            "w:numPr",
            "w:suppressLineNumbers",
            "w:pBdr",
            "w:shd",
            "w:tabs",
            "w:suppressAutoHyphens",
            "w:kinsoku",
            "w:wordWrap",
            "w:overflowPunct",
            "w:topLinePunct",
            "w:autoSpaceDE",
            "w:autoSpaceDN",
            "w:bidi",
            "w:adjustRightInd",
            "w:snapToGrid",
            "w:spacing",
            "w:ind",
            "w:contextualSpacing",
            "w:mirrorIndents",
            "w:suppressOverlap",
            "w:jc",
            "w:textDirection",
            "w:textAlignment",
            "w:textboxTightWrap",
            "w:outlineLvl",
            "w:divId",
            "w:cnfStyle",
            "w:rPr",
            "w:sectPr",
            "w:pPrChange",
        ],
    ),
    (
        "w:rPr",
        &[
            "w:rStyle",
            "w:rFonts",
            "w:b",
            "w:bCs",
            "w:i",
            "w:iCs",
            "w:caps",
            "w:smallCaps",
            "w:strike",
            "w:dstrike",
            "w:outline",
            "w:shadow",
            "w:emboss",
            "w:imprint",
            "w:noProof",
            "w:snapToGrid",
            "w:vanish",
            "w:webHidden",
            "w:color",
            "w:spacing",
            "w:w",
            "w:kern",
            "w:position",
            "w:sz",
            "w:szCs",
            "w:highlight",
            "w:u",
            "w:effect",
            "w:bdr",
            "w:shd",
            "w:fitText",
            "w:vertAlign",
            "w:rtl",
            "w:cs",
            "w:em",
            "w:lang",
            "w:eastAsianLayout",
            "w:specVanish",
            "w:oMath",
        ],
    ),
    ("w:tbl", &["w:bookmarkStart", "w:bookmarkEnd", "w:tblPr", "w:tblGrid", "w:tr"]),
    (
        "w:tblPr",
        &[
            "w:tblStyle",
            "w:tblpPr",
            "w:tblOverlap",
            "w:bidiVisual",
            "w:tblStyleRowBandSize",
            "w:tblStyleColBandSize",
            "w:tblW",
            "w:jc",
            "w:tblCellSpacing",
            "w:tblInd",
            "w:tblBorders",
            "w:shd",
            "w:tblLayout",
            "w:tblCellMar",
            "w:tblLook",
            "w:tblCaption",
            "w:tblDescription",
        ],
    ),
    ("w:tblBorders", &["w:top", "w:left", "w:start", "w:bottom", "w:right", "w:end", "w:insideH", "w:insideV"]),
    ("w:tblCellMar", &["w:top", "w:left", "w:start", "w:bottom", "w:right", "w:end"]),
    ("w:tr", &["w:tblPrEx", "w:trPr", "w:tc"]),
    ("w:tc", &["w:tcPr", "w:p"]),
    (
        "w:tcPr",
        &[
            "w:cnfStyle",
            "w:tcW",
            "w:gridSpan",
            "w:hMerge",
            "w:vMerge",
            "w:tcBorders",
            "w:shd",
            "w:noWrap",
            "w:tcMar",
            "w:textDirection",
            "w:tcFitText",
            "w:vAlign",
            "w:hideMark",
        ],
    ),
    (
        "w:sectPr",
        &[
            "w:headerReference",
            "w:footerReference",
            "w:footnotePr",
            "w:endnotePr",
            "w:type",
            "w:pgSz",
            "w:pgMar",
            "w:paperSrc",
            "w:pgBorders",
            "w:lnNumType",
            "w:pgNumType",
            "w:cols",
            "w:formProt",
            "w:vAlign",
            "w:noEndnote",
            "w:titlePg",
            "w:textDirection",
            "w:bidi",
            "w:rtlGutter",
            "w:docGrid",
        ],
    ),
    (
        "w:style",
        &[
            "w:name",
            "w:aliases",
            "w:basedOn",
            "w:next",
            "w:link",
            "w:autoRedefine",
            "w:hidden",
            "w:uiPriority",
            "w:semiHidden",
            "w:unhideWhenUsed",
            "w:qFormat",
            "w:locked",
            "w:personal",
            "w:rsid",
            "w:pPr",
            "w:rPr",
            "w:tblPr",
            "w:trPr",
            "w:tcPr",
            "w:tblStylePr",
        ],
    ),
    ("w:tblStylePr", &["w:pPr", "w:rPr", "w:tblPr", "w:trPr", "w:tcPr"]),
    ("w:styles", &["w:docDefaults", "w:latentStyles", "w:style"]),
    ("w:docDefaults", &["w:rPrDefault", "w:pPrDefault"]),
    ("w:numbering", &["w:numPicBullet", "w:abstractNum", "w:num", "w:numIdMacAtCleanup"]),
    (
        "w:lvl",
        &[
            "w:start",
            "w:numFmt",
            "w:lvlRestart",
            "w:pStyle",
            "w:isLgl",
            "w:suff",
            "w:lvlText",
            "w:lvlPicBulletId",
            "w:legacy",
            "w:lvlJc",
            "w:pPr",
            "w:rPr",
        ],
    ),
    (
        "w:settings",
        &[
            "w:zoom",
            "w:defaultTabStop",
            "w:autoHyphenation",
            "w:characterSpacingControl",
            "w:footnotePr",
            "w:endnotePr",
            "w:compat",
            "w:themeFontLang",
            "w:decimalSymbol",
            "w:listSeparator",
        ],
    ),
    ("w:sdt", &["w:sdtPr", "w:sdtEndPr", "w:sdtContent"]),
    ("wp:inline", &["wp:extent", "wp:effectExtent", "wp:docPr", "wp:cNvGraphicFramePr", "a:graphic"]),
    ("pic:pic", &["pic:nvPicPr", "pic:blipFill", "pic:spPr"]),
];

/// Every place where a child stands before one that should precede it, or is unknown there.
pub(super) fn disorder(part: &str) -> Vec<String> {
    let mut reader = Reader::from_str(part);
    let mut open: Vec<(String, usize)> = Vec::new();
    let mut wrong = Vec::new();
    loop {
        let event = reader.read_event().expect("well-formed");
        let (name, opens) = match &event {
            Event::Start(e) => (e.name().as_ref().to_owned(), true),
            Event::Empty(e) => (e.name().as_ref().to_owned(), false),
            Event::End(_) => {
                open.pop();
                continue;
            }
            Event::Eof => return wrong,
            _ => continue,
        };
        if let Some((parent, at)) = open.last_mut()
            && let Some((_, sequence)) = SEQUENCES.iter().find(|(p, _)| p == parent)
        {
            match sequence.iter().position(|c| *c == name) {
                Some(place) if place >= *at => *at = place,
                _ => wrong.push(format!("{name} in {parent}")),
            }
        }
        if opens {
            open.push((name, 0));
        }
    }
}

pub(super) fn opened(bytes: &[u8]) -> Package {
    Package::read(bytes).expect("a package")
}

pub(super) fn report() -> Report {
    let study = sample::study(Options::default());
    compose(&study, &study.scenarios[0])
}

pub(super) fn xml_parts(package: &Package) -> impl Iterator<Item = (&String, String)> {
    package
        .parts
        .iter()
        .filter(|(n, _)| n.ends_with(".xml"))
        .map(|(n, p)| (n, String::from_utf8(p.clone()).expect("text")))
}

#[test]
fn a_sequence_that_is_wrong_is_found() {
    assert_eq!(disorder("<w:pPr><w:jc/><w:ind/></w:pPr>"), ["w:ind in w:pPr"]);
    assert_eq!(disorder("<w:tc><w:tbl/></w:tc>"), ["w:tbl in w:tc"]);
    assert!(disorder("<w:pPr><w:ind/><w:jc/></w:pPr>").is_empty());
}

#[test]
fn every_part_keeps_the_published_order() {
    let mut report = report();
    report.mark = Some("intern".into());
    report.house.colour = Some("#004488".into());
    let package = opened(&docx(&report, None).expect("written"));
    let mut parts = 0;
    for (name, part) in xml_parts(&package) {
        assert_eq!(disorder(&part), Vec::<String>::new(), "{name}");
        parts += 1;
    }
    assert_eq!(parts, 8, "document, styles, numbering, settings, header, footer, footnotes, title");
}

#[test]
fn every_relation_leads_somewhere_and_every_part_has_a_type() {
    let package = opened(&docx(&report(), None).expect("written"));
    let main = package.text("word/document.xml");
    for relation in package.relations("word/document.xml") {
        assert!(package.parts.contains_key(&format!("word/{}", relation.target)), "{relation:?}");
    }
    for used in main.split("r:embed=\"").skip(1).filter_map(|p| p.split('"').next()) {
        assert!(package.relations("word/document.xml").iter().any(|r| r.id == used), "{used}");
    }
    for name in package.parts.keys() {
        let ending = name.rsplit('.').next().expect("an ending");
        assert!(package.by_name.contains_key(&format!("/{name}")) || package.by_ending.contains_key(ending), "{name}");
    }
}

#[test]
fn headings_tables_pictures_and_footnotes_are_those_of_the_report() {
    let report = report();
    let package = opened(&docx(&report, None).expect("written"));
    let main = package.text("word/document.xml");
    let blocks = || report.sections.iter().flat_map(|s| &s.blocks);
    let tables = blocks().filter(|b| matches!(b, super::super::Block::Table(_))).count();
    assert!(tables > 3 && report.charts().count() > 1);
    assert_eq!(main.matches("<w:tbl>").count(), tables);
    assert_eq!(main.matches("<w:tblHeader/>").count(), tables, "a head that repeats");
    assert_eq!(main.matches("<wp:docPr ").count(), report.charts().count());
    for (level, style) in [(1, "Heading1"), (2, "Heading2")] {
        let expected = report.sections.iter().filter(|s| s.level == level).count();
        assert_eq!(main.matches(&format!("<w:pStyle w:val=\"{style}\"/>")).count(), expected, "{style}");
    }
    // Each footnote once, each with its text; a second mention is a reference to the first.
    let references = main.matches("<w:footnoteReference ").count();
    let notes = package
        .text("word/ravijn-footnotes.xml")
        .replace("</w:t><w:noBreakHyphen/><w:t xml:space=\"preserve\">", "-")
        .replace("<w:noBreakHyphen/><w:t xml:space=\"preserve\">", "<w:t xml:space=\"preserve\">-");
    assert!(references > 3);
    assert_eq!(notes.matches("<w:footnote w:id=").count(), references);
    for e in &report.evidence {
        assert!(notes.contains(&escape(&held(&e.value))), "{}", e.value);
    }
    assert!(main.contains("TOC \\o &quot;1-2&quot;") || main.contains("TOC \\o \"1-2\""));
    assert!(package.text("word/styles.xml").contains("<w:lang w:val=\"nl-NL\""));
    let core = package.text("docProps/core.xml");
    assert!(core.contains(&format!("<dc:title>{}</dc:title>", escape(&report.title))) && !core.contains("dcterms"));
}

#[test]
fn a_picture_tells_its_figures_to_those_who_cannot_see_it() {
    let report = report();
    let main = opened(&docx(&report, None).expect("written")).text("word/document.xml");
    for chart in report.charts() {
        let words = body::described(chart);
        assert!(main.contains(&format!("descr=\"{}\"", escape(&words))), "{}", chart.id);
        for row in &chart.figures.rows {
            for cell in &row.cells {
                assert!(words.contains(&cell.printed), "{}: {}", chart.id, cell.printed);
            }
        }
    }
}

#[test]
fn the_same_report_is_the_same_file() {
    let report = report();
    assert!(docx(&report, None).expect("written") == docx(&report, None).expect("written"));
}

#[test]
fn widths_fill_the_page_and_numbers_fit() {
    for table in report().sections.iter().flat_map(|s| &s.blocks).filter_map(|b| match b {
        super::super::Block::Table(t) => Some(t),
        _ => None,
    }) {
        let widths = widths::widths(table, 9_638, 100);
        assert!(widths.iter().sum::<u32>() <= 9_638, "{}", table.id);
        for (i, column) in table.columns.iter().enumerate().filter(|(_, c)| c.align == Align::Right) {
            for row in &table.rows {
                let letters = row.cells.get(i).map_or(0, |c| c.printed.chars().count()) as u32;
                assert!(widths[i] >= letters * 80, "{}: {}", table.id, column.header);
            }
        }
    }
}

#[test]
fn a_minus_stays_with_its_number_and_a_hyphen_may_break() {
    let written = xml::run("", "80% kans op -8,5% tot 11,7% voor 75-plussers (-3)");
    assert_eq!(written.matches("<w:noBreakHyphen/>").count(), 2, "{written}");
    assert!(written.contains("tot 11,7% voor 75-plussers ("));
    assert!(xml::run("", "-2").starts_with("<w:r><w:noBreakHyphen/><w:t xml:space=\"preserve\">2"));
    assert!(!xml::run("", "2021-2022, a-1, - 3 en -").contains("noBreakHyphen"));
}

/// A table of words and amounts.
fn wide_table() -> super::super::Table {
    use super::super::document::{Cell, Column, Row};
    let row = |cells: [&str; 4]| Row::plain(cells.map(Cell::words).to_vec());
    super::super::Table {
        id: "breed".into(),
        caption: "Breed".into(),
        columns: vec![
            Column::numbers("Nr"),
            Column::words("Hele waarde"),
            Column::words("Adres"),
            Column::numbers("Samen"),
        ],
        rows: vec![
            row(["7", "€ -12.814.121,79 – € -10.234.605,87", "cost(total, 2029)", "nee"]),
            row([
                "228",
                "€ 33.253.648,83 – € 34.109.520,23",
                "given(cost(gesubsidieerde-instellingen-en-overige_posten, 2029) > 0)",
                "1.000",
            ]),
            row(["9", &"lange tekst ".repeat(60), &"woorden ".repeat(60), "ja (meer dan 99%)"]),
        ],
        notes: Vec::new(),
    }
}

#[test]
fn a_number_and_a_heading_fit_however_much_the_rest_says() {
    // In Arial a digit is 556 thousandths of the size wide: at 8.5 points 94.5 twentieths.
    let widths = widths::widths(&wide_table(), 9_638, 100);
    assert!(widths.iter().sum::<u32>() <= 9_638, "{widths:?}");
    // Three digits; `€ 34.109.520,23` is 10 digits, three marks, a euro and a space of 333.
    assert!(widths[0] > 3 * 94 + 140 && widths[0] < 1_000, "{widths:?}");
    assert!(widths[1] > 10 * 94 + 3 * 47 + 94 + 56 + 140, "{widths:?}");
    // The minus stays with the amount: 333 more.
    assert!(widths[1] > 10 * 94 + 3 * 47 + 94 + 56 + 56 + 140, "{widths:?}");
    // `ja (meer dan 99%)` on two lines at most: `ja (meer` and `dan 99%)` are half of 1.398.
    assert!(widths[3] > 700 + 140, "{widths:?}");
    // `Samen` in bold: 667 + 556 + 889 + 556 + 611 thousandths and more.
    assert!(widths[3] > 3_279 * 170 / 1_000 + 140, "{widths:?}");
    // What is long is wide.
    assert!(widths[1] + widths[2] > 7_000, "{widths:?}");
    // Wide letters get more.
    let wide = widths::widths(&wide_table(), 9_638, widths::letters_of("Verdana"));
    assert!(wide[0] > widths[0], "{wide:?}");
}

#[test]
fn a_table_stays_together_while_it_is_short_and_low() {
    use super::super::document::{Cell, Column, Row};
    let table = |rows: usize, words: &str| super::super::Table {
        id: "t".into(),
        caption: "T".into(),
        columns: vec![Column::words("Wat"), Column::numbers("Hoeveel")],
        rows: vec![Row::plain(vec![Cell::words(words), Cell::words("1")]); rows],
        notes: Vec::new(),
    };
    let together = |t: &super::super::Table| widths::stays_together(t, 10, &[2_000, 1_000], 100);
    assert!(together(&table(10, "kort")) && !together(&table(11, "kort")));
    // 100 letters of 556 thousandths at 8.5 points are 9.452 twentieths: six lines of 1.830, three rows are 18.
    assert!(together(&table(2, &"a".repeat(100))) && !together(&table(3, &"a".repeat(100))));
}

#[test]
fn an_address_may_break_at_its_marks_and_an_amount_may_not() {
    let long = "risk.impact(gesubsidieerde_instellingen, high)";
    assert_eq!(widths::breakable(long), "risk.\u{200b}impact(\u{200b}gesubsidieerde_\u{200b}instellingen, high)");
    assert_eq!(widths::breakable("€ 1.116.715,66 (2029)"), "€ 1.116.715,66 (2029)");
    assert!(widths::stays_whole(Align::Right, "- € 4,6 miljoen") && widths::stays_whole(Align::Right, "ja (66%)"));
    assert!(!widths::stays_whole(Align::Right, "ja (meer dan 99%)") && !widths::stays_whole(Align::Left, "1"));
}

#[test]
fn a_logo_stands_above_the_title() {
    let mut report = report();
    let svg =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"90\" height=\"30\"><rect width=\"90\" height=\"30\"/></svg>";
    report.house.logo = Some(Logo::new(svg.into()).expect("a logo"));
    let package = opened(&docx(&report, None).expect("written"));
    let main = package.text("word/document.xml");
    assert!(main.find("Logo van de gemeente") < main.find(&escape(&report.title)));
    assert!(package.parts["word/media/ravijn1.png"].starts_with(b"\x89PNG"));
}

#[test]
fn the_page_of_the_council_has_no_footnotes_but_is_whole() {
    let study = sample::study(Options::default());
    let report = compose_for(&study, &study.scenarios[0], Audience::Raad);
    let package = opened(&docx(&report, None).expect("written"));
    let main = package.text("word/document.xml");
    assert!(!main.contains("footnoteReference") && !main.contains("TOC \\o") && main.contains("w:val=\"Title\""));
    // Where it ends with a table, what Word wants after one takes a point.
    let mut bare = report;
    if let Some(super::super::Block::Table(table)) = bare.sections.last_mut().and_then(|s| s.blocks.last_mut()) {
        table.notes.clear();
    }
    let package = opened(&docx(&bare, None).expect("written"));
    let main = package.text("word/document.xml");
    let end = &main[main.rfind("</w:tbl>").expect("a table")..];
    assert!(end.contains("w:line=\"20\" w:lineRule=\"exact\"") && end.matches("<w:p>").count() == 1, "{end}");
}

#[test]
fn the_page_of_the_council_has_smaller_margins_than_the_paragraph() {
    let study = crate::report::sample::study(Default::default());
    let own = &study.scenarios[0];
    let top = |report: &crate::report::Report| {
        let bytes = docx(report, None).expect("written");
        let text = Package::read(&bytes).expect("a package").text("word/document.xml");
        text.split("w:pgMar w:top=\"").nth(1).and_then(|t| t.split('"').next()).map(str::to_owned)
    };
    let council = crate::report::compose_for(&study, own, crate::report::Audience::Raad);
    assert_eq!(top(&council).as_deref(), Some("850"));
    assert_eq!(top(&crate::report::compose(&study, own)).as_deref(), Some("1134"));
}
