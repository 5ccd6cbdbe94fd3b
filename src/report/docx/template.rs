//! A municipality's own Word file as the start: its styles, header and footer.
//!
//! The file is kept whole, with what its header needs (logo, fonts, theme);
//! only its text is replaced. Styles are found by the name that Word stores,
//! which is English in every language; what the template lacks is added.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::super::xml::escape;
use super::package::{Package, elements};
use super::styles::{self, Look, STYLES};
use super::xml::W;

/// A template that can be used.
#[derive(Clone, Debug)]
pub struct Template {
    bytes: Vec<u8>,
}

/// What a template gives.
pub struct Opened {
    /// Its parts.
    pub package: Package,
    /// Name of its main part: `word/document.xml`.
    pub main: String,
    /// Settings of its last section, as written: header, footer, paper, margins.
    pub section: String,
    /// Attributes of its root, so that the section keeps its prefixes.
    pub spaces: String,
}

impl Template {
    /// Checks a file and keeps it.
    ///
    /// # Errors
    /// Why it cannot be a template, and what to do.
    pub fn new(bytes: Vec<u8>) -> Result<Self, String> {
        let template = Self { bytes };
        template.open().map(|_| template)
    }

    /// Reads the parts.
    pub(super) fn open(&self) -> Result<Opened, String> {
        if self.bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
            return Err("it is an old .doc file or has a password: save it as an ordinary .docx".into());
        }
        let mut package = Package::read(&self.bytes)?;
        let main = package
            .relations("")
            .into_iter()
            .find(|r| r.kind.ends_with("/officeDocument"))
            .map(|r| r.target.trim_start_matches('/').to_owned())
            .filter(|main| package.parts.contains_key(main))
            .ok_or("it has no text part: is it a Word file?")?;
        if package.parts.keys().any(|name| name.ends_with("vbaProject.bin")) {
            return Err("it has macros: save it as a .docx without them".into());
        }
        let kind = package.by_name.get(&format!("/{main}")).cloned().unwrap_or_default();
        if !kind.contains("wordprocessingml") {
            return Err("it is no Word file".into());
        }
        let text = package.text(&main);
        if !text.contains(&format!("\"{W}\"")) {
            return Err("it is saved as ‘Strict Open XML’: save it as an ordinary .docx".into());
        }
        let found = body_section(&text).ok_or("its text part is broken")?;
        // What was written about its own text says nothing of ours.
        for gone in ["docProps/thumbnail.jpeg", "docProps/thumbnail.wmf", "docProps/thumbnail.emf"] {
            package.parts.remove(gone);
        }
        let kept: Vec<_> = package.relations("").into_iter().filter(|r| !r.kind.ends_with("/thumbnail")).collect();
        package.relate("", &kept);
        Ok(Opened { package, main, section: found.0, spaces: found.1 })
    }
}

/// The last section's settings and the attributes of the root; nothing where the XML is broken.
fn body_section(text: &str) -> Option<(String, String)> {
    let mut reader = Reader::from_str(text);
    let (mut depth, mut start, mut section, mut spaces) = (0_usize, 0_usize, String::new(), String::new());
    loop {
        let before = usize::try_from(reader.buffer_position()).ok()?;
        match reader.read_event().ok()? {
            Event::Start(e) => {
                if depth == 0 {
                    let all = text.get(before..usize::try_from(reader.buffer_position()).ok()?)?;
                    let root = all.trim_start_matches(|c| c != '<');
                    spaces = root
                        .trim_start_matches('<')
                        .trim_end_matches('>')
                        .split_once(char::is_whitespace)?
                        .1
                        .to_owned();
                }
                if depth == 2 && e.name().as_ref() == "w:sectPr" {
                    start = before;
                }
                depth += 1;
            }
            Event::Empty(e) if depth == 2 && e.name().as_ref() == "w:sectPr" => section.clear(),
            Event::End(e) => {
                depth = depth.checked_sub(1)?;
                if depth == 2 && e.name().as_ref() == "w:sectPr" {
                    section = text.get(start..usize::try_from(reader.buffer_position()).ok()?)?.to_owned();
                }
            }
            Event::Eof => return (depth == 0).then_some((section, spaces)),
            _ => {}
        }
    }
}

/// Width of the text in a section, in twentieths of a point; that of A4 where it is not said.
pub fn width(section: &str) -> u32 {
    let found = elements(section.as_bytes()).unwrap_or_default();
    let number = |element: &str, key: &str| -> Option<i64> {
        found.iter().find(|(name, _)| name == element)?.1.get(key)?.parse().ok()
    };
    let paper = number("w:pgSz", "w:w").unwrap_or(11_906);
    let margins = number("w:pgMar", "w:left").unwrap_or(1_134) + number("w:pgMar", "w:right").unwrap_or(1_134);
    u32::try_from((paper - margins).clamp(2_000, 30_000)).unwrap_or(9_638)
}

/// The ids of our styles in the template; what it lacks is added to its styles.
pub fn adopt(styles_part: &str, look: &Look) -> (String, BTreeMap<&'static str, String>, bool) {
    let mut ids: BTreeMap<&'static str, String> = BTreeMap::new();
    let found = elements(styles_part.as_bytes()).unwrap_or_default();
    let mut own: BTreeMap<String, (String, bool)> = BTreeMap::new();
    let (mut here, mut base, mut table_base) = (None::<(String, String)>, "Normal".to_owned(), None);
    for (name, a) in &found {
        match name.as_str() {
            "w:style" => {
                let get = |k: &str| a.get(k).cloned().unwrap_or_default();
                let default = matches!(get("w:default").as_str(), "1" | "true" | "on");
                if default && get("w:type") == "paragraph" {
                    base = get("w:styleId");
                } else if default && get("w:type") == "table" {
                    table_base = Some(get("w:styleId"));
                }
                here = Some((get("w:styleId"), get("w:type")));
            }
            "w:name" => {
                if let (Some((id, _)), Some(name)) = (&here, a.get("w:val")) {
                    own.entry(name.to_lowercase()).or_insert((id.clone(), false));
                }
            }
            "w:numPr" => {
                if let Some((id, _)) = &here {
                    own.values_mut().filter(|(i, _)| i == id).for_each(|(_, numbered)| *numbered = true);
                }
            }
            _ => {}
        }
    }
    let taken = |id: &str| own.values().any(|(i, _)| i == id);
    let mut added = String::new();
    let mut needs_list = false;
    for style in &STYLES {
        let theirs = own.get(&style.name.to_lowercase());
        // A style for bullets that has no bullets is none.
        match theirs.filter(|(_, numbered)| style.id != "ListBullet" || *numbered) {
            Some((id, _)) => drop(ids.insert(style.id, id.clone())),
            None => {
                let id = if theirs.is_some() || taken(style.id) {
                    format!("Ravijn{}", style.id)
                } else {
                    style.id.to_owned()
                };
                let text = styles::one(style, look, &base)
                    .replace(&format!("w:styleId=\"{}\"", style.id), &format!("w:styleId=\"{id}\""));
                let text = if theirs.is_some() {
                    text.replace(
                        &format!("<w:name w:val=\"{}\"", style.name),
                        &format!("<w:name w:val=\"{} ravijn\"", style.name),
                    )
                } else {
                    text
                };
                added.push_str(&text);
                needs_list |= style.id == "ListBullet";
                ids.insert(style.id, id);
            }
        }
    }
    let (name, id) = styles::TABLE;
    match own.get(&name.to_lowercase()) {
        Some((theirs, _)) => drop(ids.insert(id, theirs.clone())),
        None => {
            added.push_str(&styles::table(look, table_base.as_deref()));
            ids.insert(id, id.to_owned());
        }
    }
    (styles_part.replacen("</w:styles>", &format!("{added}</w:styles>"), 1), ids, needs_list)
}

/// The colour and font of what we add: those of the template's own headings where it says them.
pub fn heading_colour(styles_part: &str) -> Option<String> {
    let found = elements(styles_part.as_bytes())?;
    let mut inside = false;
    for (name, a) in &found {
        match name.as_str() {
            "w:style" => inside = false,
            "w:name" => inside = a.get("w:val").is_some_and(|v| v.eq_ignore_ascii_case("heading 1")),
            "w:color" if inside => {
                let colour = a.get("w:val")?;
                return (colour.len() == 6 && colour.bytes().all(|b| b.is_ascii_hexdigit())).then(|| escape(colour));
            }
            _ => {}
        }
    }
    None
}
