//! The report as a Word document: real styles, tables, footnotes and pictures.
//!
//! An own writer, because what it needs (a head that repeats, a field for the
//! contents, alternative texts, a language, a municipality's template) is more
//! than writers of Word files give. The order of the elements is that of
//! ECMA-376; a test holds every part to it. Nothing of the clock is in it.

mod body;
mod package;
mod styles;
mod table;
mod template;
#[cfg(test)]
mod template_tests;
#[cfg(test)]
mod tests;
mod widths;
mod xml;

use std::collections::BTreeMap;

use super::document::Report;
use super::xml::escape;
use body::Body;
#[cfg(feature = "pdf")]
pub(super) use body::described;
use package::{OFFICE, Package, Relation};
use styles::{Look, STYLES, TABLE};
pub use template::Template;
#[cfg(feature = "pdf")]
pub(super) use widths::{breakable, letters_of, stays_together, stays_whole, widths};
use xml::{HEAD, SPACES, W, field, paragraph, run};

const MAIN: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";
const KIND: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";

/// A4 with margins of 20 mm and more room below.
const SECTION: &str = "<w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1134\" w:right=\"1134\" w:bottom=\"1247\" \
w:left=\"1134\" w:header=\"567\" w:footer=\"567\" w:gutter=\"0\"/>";

/// The same with more room: the page for the council is one page, also that of a what-if.
fn section(report: &Report) -> String {
    let chapters = report.sections.iter().filter(|s| s.level <= 1).count();
    if chapters > 2 {
        return SECTION.to_owned();
    }
    SECTION.replace("w:top=\"1134\"", "w:top=\"850\"").replace("w:bottom=\"1247\"", "w:bottom=\"907\"")
}

/// The whole file; with a template its styles, header and footer.
///
/// # Errors
/// In words, where the template cannot be used.
pub fn docx(report: &Report, template: Option<&Template>) -> Result<Vec<u8>, String> {
    let package = match template {
        Some(template) => from_template(report, template)?,
        None => plain(report),
    };
    package.write().map_err(|e| format!("the Word document cannot be packed: {e}"))
}

fn plain(report: &Report) -> Package {
    let mut package = Package::default();
    package.by_ending.insert("rels".into(), "application/vnd.openxmlformats-package.relationships+xml".into());
    package.by_ending.insert("xml".into(), "application/xml".into());
    let look = Look::of(&report.house, template::width(SECTION), 1);
    let mut ids: BTreeMap<&'static str, String> = STYLES.iter().map(|s| (s.id, s.id.to_owned())).collect();
    ids.insert(TABLE.1, TABLE.1.into());
    let mut body = Body::new(report, &ids, &look, true);
    let text = body.write();
    let section = format!(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rIdKop\"/><w:footerReference w:type=\"default\" r:id=\"rIdVoet\"/>{}</w:sectPr>",
        section(report)
    );
    let document = format!("{HEAD}<w:document {SPACES}><w:body>{text}{section}</w:body></w:document>");
    package.add("word/document.xml", MAIN, document);
    package.add("word/styles.xml", &format!("{KIND}.styles+xml"), styles::part(&look));
    package.add("word/numbering.xml", &format!("{KIND}.numbering+xml"), numbering());
    package.add("word/settings.xml", &format!("{KIND}.settings+xml"), settings());
    let header = report.mark.as_deref().map_or_else(
        || paragraph("Header", "", &run("", &format!("Gemeente {}", report.municipality))),
        |mark| marked("Header", mark),
    );
    package.add("word/header1.xml", &format!("{KIND}.header+xml"), format!("{HEAD}<w:hdr {SPACES}>{header}</w:hdr>"));
    let page = format!(
        "{}<w:r><w:tab/></w:r>{}{}{}{}",
        run("", &report.title),
        run("", "pagina "),
        field("PAGE", "", "1"),
        run("", " van "),
        field("NUMPAGES", "", "1")
    );
    let footer = format!("{HEAD}<w:ftr {SPACES}>{}</w:ftr>", paragraph("Footer", "", &page));
    package.add("word/footer1.xml", &format!("{KIND}.footer+xml"), footer);
    let relation = |id: &str, kind: &str, target: &str| Relation {
        id: id.into(),
        kind: format!("{OFFICE}/{kind}"),
        target: target.into(),
        outside: false,
    };
    let mut relations = vec![
        relation("rIdStijlen", "styles", "styles.xml"),
        relation("rIdLijsten", "numbering", "numbering.xml"),
        relation("rIdInstellingen", "settings", "settings.xml"),
        relation("rIdKop", "header", "header1.xml"),
        relation("rIdVoet", "footer", "footer1.xml"),
    ];
    finish(&mut package, "word/document.xml", &mut relations, &body);
    package.relate("", &[relation("rId1", "officeDocument", "word/document.xml")]);
    properties(&mut package, report);
    package
}

/// Footnotes, pictures and the relations of the text.
fn finish(package: &mut Package, main: &str, relations: &mut Vec<Relation>, body: &Body<'_>) {
    let folder = main.rsplit_once('/').map_or("", |(folder, _)| folder);
    let below = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let mut relate = |id: &str, kind: &str, target: &str| {
        relations.push(Relation {
            id: id.into(),
            kind: format!("{OFFICE}/{kind}"),
            target: target.into(),
            outside: false,
        });
    };
    let notes = format!("{HEAD}<w:footnotes {SPACES}>{}</w:footnotes>", body.footnotes());
    package.add(&below("ravijn-footnotes.xml"), &format!("{KIND}.footnotes+xml"), notes);
    relate("rIdRavijnNoten", "footnotes", "ravijn-footnotes.xml");
    for shown in &body.pictures {
        package.parts.insert(below(&shown.name), shown.bytes.clone());
        relate(&shown.id, "image", &shown.name);
    }
    package.by_ending.insert("png".into(), "image/png".into());
    if body.pictures.iter().any(|p| p.name.ends_with(".jpg")) {
        package.by_ending.insert("jpg".into(), "image/jpeg".into());
    }
    package.relate(main, relations);
}

/// Title and language of the file; no time, no person.
fn properties(package: &mut Package, report: &Report) {
    let core = format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:subject>{}</dc:subject>\
         <dc:creator>Gemeente {}</dc:creator><dc:language>nl-NL</dc:language></cp:coreProperties>",
        escape(&report.title),
        escape(&report.subtitle),
        escape(&report.municipality)
    );
    let name = "docProps/core.xml";
    package.add(name, "application/vnd.openxmlformats-package.core-properties+xml", core);
    let kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
    let mut relations: Vec<Relation> =
        package.relations("").into_iter().filter(|r| !r.kind.ends_with("/core-properties")).collect();
    relations.push(Relation { id: "rIdRavijnTitel".into(), kind: kind.into(), target: name.into(), outside: false });
    package.relate("", &relations);
}

/// A mark that stands on every page.
fn marked(style: &str, mark: &str) -> String {
    paragraph(style, "", &run("<w:b/><w:color w:val=\"A63D00\"/>", mark))
}

/// A list of bullets: how it looks, and the list itself.
fn list(shape: u32, number: u32) -> (String, String) {
    let shape_xml = format!(
        "<w:abstractNum w:abstractNumId=\"{shape}\"><w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/>\
         <w:numFmt w:val=\"bullet\"/><w:lvlText w:val=\"•\"/><w:lvlJc w:val=\"left\"/>\
         <w:pPr><w:ind w:left=\"360\" w:hanging=\"360\"/></w:pPr></w:lvl></w:abstractNum>"
    );
    (shape_xml, format!("<w:num w:numId=\"{number}\"><w:abstractNumId w:val=\"{shape}\"/></w:num>"))
}

fn numbering() -> String {
    let (shape, list) = list(1, 1);
    format!("{HEAD}<w:numbering xmlns:w=\"{W}\">{shape}{list}</w:numbering>")
}

fn settings() -> String {
    format!(
        "{HEAD}<w:settings xmlns:w=\"{W}\"><w:zoom w:percent=\"100\"/><w:defaultTabStop w:val=\"709\"/><w:autoHyphenation w:val=\"0\"/>\
         <w:characterSpacingControl w:val=\"doNotCompress\"/>\
         <w:footnotePr><w:footnote w:id=\"-1\"/><w:footnote w:id=\"0\"/></w:footnotePr>\
         <w:compat><w:compatSetting w:name=\"compatibilityMode\" w:uri=\"http://schemas.microsoft.com/office/word\" w:val=\"15\"/></w:compat>\
         <w:themeFontLang w:val=\"nl-NL\"/><w:decimalSymbol w:val=\",\"/><w:listSeparator w:val=\";\"/></w:settings>"
    )
}

/// The template with our text in it.
fn from_template(report: &Report, template: &Template) -> Result<Package, String> {
    let opened = template.open()?;
    let (mut package, main) = (opened.package, opened.main);
    let folder = main.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
    let mut relations = package.relations(&main);
    let path = |relations: &[Relation], kind: &str| {
        relations.iter().find(|r| r.kind == format!("{OFFICE}/{kind}")).map(|r| template::beside(&main, &r.target))
    };
    let section = if opened.section.is_empty() { format!("<w:sectPr>{SECTION}</w:sectPr>") } else { opened.section };
    let styles_name = path(&relations, "styles");
    let theirs = styles_name.as_ref().map(|name| template::in_dutch(&package.text(name))).unwrap_or_default();
    // A number of a list that the template does not use.
    let numbering_name = path(&relations, "numbering");
    let lists = numbering_name.as_ref().map(|name| package.text(name)).unwrap_or_default();
    let highest = package::elements(lists.as_bytes())
        .unwrap_or_default()
        .iter()
        .flat_map(|(_, a)| [a.get("w:numId"), a.get("w:abstractNumId")])
        .flatten()
        .filter_map(|n| n.parse::<u32>().ok())
        .max()
        .unwrap_or(0)
        .saturating_add(1);
    let mut look = Look::of(&report.house, template::width(&section), highest);
    if let Some(colour) = template::heading_colour(&theirs) {
        look.headings.clone_from(&colour);
        look.house = colour;
    }
    let theme = path(&relations, "theme").map(|name| package.text(&name)).unwrap_or_default();
    if let Some(font) = template::font(&theirs, &theme) {
        look.font = font;
    }
    let (styles, ids, needs_list) = match &styles_name {
        Some(_) => template::adopt(&theirs, &look),
        None => {
            let mut ids: BTreeMap<&'static str, String> = STYLES.iter().map(|s| (s.id, s.id.to_owned())).collect();
            ids.insert(TABLE.1, TABLE.1.into());
            (styles::part(&look), ids, true)
        }
    };
    let mut add = |package: &mut Package, name: &Option<String>, kind: &str, part: String| {
        let whole = name.clone().unwrap_or_else(|| format!("{folder}ravijn-{kind}.xml"));
        if name.is_none() {
            relations.push(Relation {
                id: format!("rIdRavijn-{kind}"),
                kind: format!("{OFFICE}/{kind}"),
                target: format!("ravijn-{kind}.xml"),
                outside: false,
            });
        }
        package.add(&whole, &format!("{KIND}.{kind}+xml"), part);
    };
    add(&mut package, &styles_name, "styles", styles);
    if needs_list {
        let (shape, number) = list(highest, highest);
        let part = match lists.find("</w:numbering>") {
            // Shapes stand before lists.
            Some(end) => {
                let first =
                    ["<w:num ", "<w:numIdMacAtCleanup"].iter().filter_map(|m| lists.find(m)).min().unwrap_or(end);
                let tail = lists.find("<w:numIdMacAtCleanup").unwrap_or(end);
                format!("{}{shape}{}{number}{}", &lists[..first], &lists[first..tail], &lists[tail..])
            }
            None => format!("{HEAD}<w:numbering xmlns:w=\"{W}\">{shape}{number}</w:numbering>"),
        };
        add(&mut package, &numbering_name, "numbering", part);
    }
    // A template's own header has its logo.
    let has_header = section.contains("headerReference");
    let mut body = Body::new(report, &ids, &look, !has_header);
    let text = body.write();
    let section = on_every_page(&mut package, report, &mut relations, &folder, section, &ids);
    // Its prefixes first, ours where it has not the same.
    let mut spaces = opened.spaces;
    for ours in SPACES.split_whitespace() {
        let prefix = ours.split('=').next().unwrap_or(ours);
        if !spaces.contains(&format!("{prefix}=")) {
            spaces.push(' ');
            spaces.push_str(ours);
        }
    }
    let document = format!("{HEAD}<w:document {spaces}><w:body>{text}{section}</w:body></w:document>");
    package.add(&main, MAIN, document);
    relations.retain(|r| {
        !["footnotes", "comments", "commentsExtended", "image"].iter().any(|k| r.kind.ends_with(&format!("/{k}")))
    });
    finish(&mut package, &main, &mut relations, &body);
    properties(&mut package, report);
    Ok(package)
}

/// A mark also stands above a template's own header, on every kind of page.
fn on_every_page(
    package: &mut Package,
    report: &Report,
    relations: &mut Vec<Relation>,
    folder: &str,
    section: String,
    ids: &BTreeMap<&'static str, String>,
) -> String {
    let Some(mark) = report.mark.as_deref() else { return section };
    let style = ids.get("Header").map_or("Header", String::as_str);
    let words = marked(style, mark);
    let mut section = section;
    for (name, a) in package::elements(section.as_bytes()).unwrap_or_default() {
        let Some(target) =
            a.get("r:id").and_then(|id| relations.iter().find(|r| r.id == *id)).map(|r| r.target.clone())
        else {
            continue;
        };
        if name == "w:headerReference" {
            let part = format!("{folder}{target}");
            let text = package.text(&part).replacen("</w:hdr>", &format!("{words}</w:hdr>"), 1);
            package.parts.insert(part, text.into_bytes());
        }
    }
    // Kinds of pages that have no header of their own get one.
    let kinds: &[&str] = if section.contains("<w:titlePg") { &["default", "first"] } else { &["default"] };
    for kind in kinds {
        let there = package::elements(section.as_bytes())
            .unwrap_or_default()
            .iter()
            .any(|(name, a)| name == "w:headerReference" && a.get("w:type").map_or("default", String::as_str) == *kind);
        if !there {
            let (id, name) = (format!("rIdRavijnMerk-{kind}"), format!("ravijn-merk-{kind}.xml"));
            let part = format!("{HEAD}<w:hdr {SPACES}>{words}</w:hdr>");
            package.add(&format!("{folder}{name}"), &format!("{KIND}.header+xml"), part);
            relations.push(Relation { id: id.clone(), kind: format!("{OFFICE}/header"), target: name, outside: false });
            if let Some(end) = section.find('>') {
                let at = end + 1;
                section.insert_str(at, &format!("<w:headerReference w:type=\"{kind}\" r:id=\"{id}\"/>"));
            }
        }
    }
    section
}
