//! A municipality's own Word file: what of it stays, what goes, what is refused.

use super::tests::{disorder, opened, report, xml_parts};
use super::*;

/// A template as Dutch Word makes it: `Kop1` is called `heading 1`, a logo in the header.
fn template(section: &str, styles: &str) -> Vec<u8> {
    let mut package = Package::default();
    package.by_ending.insert("rels".into(), "application/vnd.openxmlformats-package.relationships+xml".into());
    package.by_ending.insert("jpeg".into(), "image/jpeg".into());
    let relation = |id: &str, kind: &str, target: &str| Relation {
        id: id.into(),
        kind: format!("{OFFICE}/{kind}"),
        target: target.into(),
        outside: false,
    };
    package.add(
        "word/document.xml",
        MAIN,
        format!("{HEAD}<w:document {SPACES}><w:body><w:p><w:r><w:t>Weg hiermee</w:t></w:r></w:p>{section}</w:body></w:document>"),
    );
    package.add(
        "word/styles.xml",
        &format!("{KIND}.styles+xml"),
        format!("{HEAD}<w:styles xmlns:w=\"{W}\">{styles}</w:styles>"),
    );
    package.add(
        "word/header7.xml",
        &format!("{KIND}.header+xml"),
        format!("{HEAD}<w:hdr {SPACES}><w:p><w:r><w:t>Gemeente Ons Dorp</w:t></w:r></w:p></w:hdr>"),
    );
    package.parts.insert("word/media/logo.jpeg".into(), vec![0xff, 0xd8, 0xff]);
    package.relate("word/header7.xml", &[relation("rId1", "image", "media/logo.jpeg")]);
    package.relate(
        "word/document.xml",
        &[relation("rId1", "styles", "styles.xml"), relation("rId9", "header", "header7.xml")],
    );
    package.relate("", &[relation("rId1", "officeDocument", "word/document.xml")]);
    package.write().expect("packed")
}

const THEIRS: &str = "<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Standaard\"><w:name w:val=\"Normal\"/></w:style>\
<w:style w:type=\"paragraph\" w:styleId=\"Kop1\"><w:name w:val=\"heading 1\"/><w:basedOn w:val=\"Standaard\"/><w:rPr><w:color w:val=\"AA2200\"/></w:rPr></w:style>\
<w:style w:type=\"paragraph\" w:styleId=\"Lijst\"><w:name w:val=\"List Bullet\"/></w:style>";
const THEIR_SECTION: &str = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId9\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:left=\"1700\" w:right=\"1700\"/><w:titlePg/></w:sectPr>";

#[test]
fn a_template_gives_its_styles_header_and_paper_and_loses_its_text() {
    let template = Template::new(template(THEIR_SECTION, THEIRS)).expect("a template");
    let mut report = report();
    report.mark = Some("Voor intern gebruik".into());
    let package = opened(&docx(&report, Some(&template)).expect("written"));
    let main = package.text("word/document.xml");
    assert!(
        !main.contains("Weg hiermee") && main.contains("<w:pStyle w:val=\"Kop1\"/>") && !main.contains("\"Heading1\"")
    );
    assert!(main.contains("<w:pgMar w:left=\"1700\" w:right=\"1700\"/>"));
    assert!(package.text("word/header7.xml").contains("Gemeente Ons Dorp"));
    assert!(package.parts.contains_key("word/media/logo.jpeg"));
    // The mark stands above their pages and above a first page that had no header.
    assert!(package.text("word/header7.xml").contains("Voor intern gebruik"));
    assert!(package.text("word/ravijn-merk-first.xml").contains("Voor intern gebruik"));
    let styles = package.text("word/styles.xml");
    assert_eq!(styles.matches("w:val=\"heading 1\"").count(), 1);
    assert!(styles.contains("w:val=\"heading 2\"") && styles.contains("<w:color w:val=\"AA2200\"/>"));
    // Their list style has no bullets: ours stands beside it under another name.
    assert!(main.contains("<w:pStyle w:val=\"RavijnListBullet\"/>"));
    assert!(styles.contains("w:val=\"List Bullet ravijn\""));
    for (name, part) in xml_parts(&package) {
        assert_eq!(disorder(&part), Vec::<String>::new(), "{name}");
    }
    for relation in package.relations("word/document.xml") {
        assert!(package.parts.contains_key(&format!("word/{}", relation.target)), "{relation:?}");
    }
    assert_eq!(template::width(THEIR_SECTION), 8_506, "11906 - 2 x 1700");
}

#[test]
fn a_template_that_says_nothing_is_filled_with_ours() {
    let template = Template::new(template("", "")).expect("a template");
    let package = opened(&docx(&report(), Some(&template)).expect("written"));
    let styles = package.text("word/styles.xml");
    for name in ["Title", "heading 1", "heading 2", "heading 3", "caption", "List Bullet", "footnote text"] {
        assert!(styles.contains(&format!("<w:name w:val=\"{name}\"/>")), "{name}");
    }
    assert!(package.text("word/ravijn-numbering.xml").contains("w:val=\"•\""));
}

#[test]
fn what_is_no_word_file_says_why() {
    for (bytes, words) in [
        (b"geen zip".to_vec(), "no .docx"),
        (vec![0xd0, 0xcf, 0x11, 0xe0, 1], "old .doc"),
        (Package::default().write().expect("packed"), "no text part"),
    ] {
        let why = Template::new(bytes).expect_err("no template");
        assert!(why.contains(words), "{why}");
    }
}

/// The same file with parts put in or changed.
fn with(template: &[u8], change: impl FnOnce(&mut Package)) -> Vec<u8> {
    let mut package = opened(template);
    change(&mut package);
    package.write().expect("packed")
}

#[test]
fn a_template_that_would_make_a_broken_file_is_refused() {
    let good = template(THEIR_SECTION, THEIRS);
    let half = |part: &str| {
        let part = part.to_owned();
        with(&good, move |p| {
            let bytes = p.parts[&part].clone();
            p.parts.insert(part, bytes[..bytes.len() - 12].to_vec());
        })
    };
    let macros = "application/vnd.ms-word.document.macroEnabled.main+xml";
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain("<w:document/>".encode_utf16().flat_map(u16::to_le_bytes)).collect();
    for (bytes, words) in [
        (half("word/styles.xml"), "styles is broken"),
        (half("word/header7.xml"), "header or footer is broken"),
        (half("word/document.xml"), "text part is broken"),
        (with(&good, |p| drop(p.parts.remove("word/header7.xml"))), "header or footer is missing"),
        (with(&good, |p| drop(p.by_name.insert("/word/document.xml".into(), macros.into()))), ".docm"),
        (with(&good, |p| drop(p.parts.insert("word/vbaProject.bin".into(), vec![1]))), "macros"),
        (with(&good, |p| drop(p.parts.insert("word/document.xml".into(), wide.clone()))), "UTF-8"),
    ] {
        let why = Template::new(bytes).expect_err("no template");
        assert!(why.contains(words), "{why}");
    }
    Template::new(good).expect("a template");
}

#[test]
fn protection_changes_and_a_mailing_of_the_template_do_not_go_along() {
    let section = "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId9\"/><w:pgSz w:w=\"11906\" w:h=\"16838\"/>\
<w:sectPrChange w:id=\"9\" w:author=\"Jan\"><w:sectPr><w:pgSz w:w=\"1\" w:h=\"1\"/></w:sectPr></w:sectPrChange></w:sectPr>";
    let settings = format!(
        "{HEAD}<w:settings xmlns:w=\"{W}\"><w:writeProtection w:recommended=\"1\"/><w:zoom w:percent=\"90\"/>\
<w:attachedTemplate r:id=\"rId1\"/><w:mailMerge><w:query w:val=\"x\"/></w:mailMerge><w:trackRevisions/>\
<w:documentProtection w:edit=\"readOnly\"/><w:footnotePr><w:footnote w:id=\"0\"/><w:footnote w:id=\"1\"/></w:footnotePr>\
<w:decimalSymbol w:val=\",\"/></w:settings>"
    );
    let bytes = with(&template(section, THEIRS), |p| {
        p.add("word/settings.xml", &format!("{KIND}.settings+xml"), settings);
        let mut relations = p.relations("word/document.xml");
        relations.push(Relation {
            id: "rId3".into(),
            kind: format!("{OFFICE}/settings"),
            target: "settings.xml".into(),
            outside: false,
        });
        p.relate("word/document.xml", &relations);
        p.relate(
            "word/settings.xml",
            &[Relation {
                id: "rId1".into(),
                kind: format!("{OFFICE}/attachedTemplate"),
                target: "file:///G:/sjablonen/huis.dotx".into(),
                outside: true,
            }],
        );
    });
    let package = opened(&docx(&report(), Some(&Template::new(bytes).expect("a template"))).expect("written"));
    let settings = package.text("word/settings.xml");
    assert!(settings.contains("w:zoom w:percent=\"90\"") && settings.contains("decimalSymbol"), "{settings}");
    for gone in ["Protection", "mailMerge", "trackRevisions", "attachedTemplate", "footnotePr", "w:id=\"1\""] {
        assert!(!settings.contains(gone), "{gone}: {settings}");
    }
    assert!(!package.text("word/document.xml").contains("sectPrChange"));
    assert!(package.relations("word/settings.xml").is_empty());
    for (name, part) in xml_parts(&package) {
        assert!(!part.contains("sjablonen"), "{name} tells of somebody's disk");
    }
}

#[test]
fn the_language_is_dutch_and_the_columns_follow_the_font_of_the_template() {
    let defaults =
        |rpr: &str| format!("<w:docDefaults><w:rPrDefault><w:rPr>{rpr}</w:rPr></w:rPrDefault></w:docDefaults>");
    for (theirs, dutch) in [
        (defaults("<w:lang w:val=\"en-US\" w:bidi=\"ar-SA\"/>"), "<w:lang w:val=\"nl-NL\" w:bidi=\"ar-SA\"/>"),
        (defaults("<w:lang w:eastAsia=\"en-US\" w:val=\"nl-BE\"/>"), "w:val=\"nl-BE\""),
        (defaults("<w:sz w:val=\"20\"/>"), "<w:sz w:val=\"20\"/><w:lang w:val=\"nl-NL\"/></w:rPr>"),
        (String::new(), "<w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val=\"nl-NL\"/>"),
    ] {
        let bytes = template(THEIR_SECTION, &format!("{theirs}{THEIRS}"));
        let package = opened(&docx(&report(), Some(&Template::new(bytes).expect("a template"))).expect("written"));
        let styles = package.text("word/styles.xml");
        assert!(styles.contains(dutch), "{styles}");
        assert_eq!(disorder(&styles), Vec::<String>::new());
    }
    let fonts = |rfonts: &str| format!("<w:styles>{}</w:styles>", defaults(rfonts));
    let theme = "<a:theme><a:majorFont><a:latin typeface=\"Georgia\"/></a:majorFont><a:minorFont><a:latin typeface=\"Verdana\"/></a:minorFont></a:theme>";
    assert_eq!(template::font(&fonts("<w:rFonts w:ascii=\"Tahoma\"/>"), theme).as_deref(), Some("Tahoma"));
    assert_eq!(template::font(&fonts("<w:rFonts w:asciiTheme=\"minorHAnsi\"/>"), theme).as_deref(), Some("Verdana"));
    let own = format!(
        "<w:styles>{}<w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Standaard\"><w:name w:val=\"Normal\"/>\
<w:rPr><w:rFonts w:ascii=\"Courier New\"/></w:rPr></w:style><w:style w:type=\"paragraph\" w:styleId=\"Kop1\"><w:name w:val=\"heading 1\"/>\
<w:rPr><w:rFonts w:ascii=\"Impact\"/></w:rPr></w:style></w:styles>",
        defaults("<w:rFonts w:ascii=\"Tahoma\"/>")
    );
    assert_eq!(template::font(&own, "").as_deref(), Some("Courier New"));
    // Two columns with 1 cm between them on A4 with 3 cm and 1 cm for binding: (11906 - 3400 - 566 - 566) / 2.
    let two = "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:left=\"1700\" w:right=\"1700\" w:gutter=\"566\"/><w:cols w:num=\"2\" w:space=\"566\"/></w:sectPr>";
    assert_eq!(template::width(two), 3_687);
}
