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
        if kind.contains("macroEnabled") {
            return Err("it is a file for macros (.docm or .dotm): save it as a .docx".into());
        }
        if !kind.contains("wordprocessingml") {
            return Err("it is no Word file".into());
        }
        if std::str::from_utf8(&package.parts[&main]).is_err() {
            return Err("its text part is not in UTF-8: open it in Word and save it again".into());
        }
        let text = package.text(&main);
        if !text.contains(&format!("\"{W}\"")) {
            return Err("it is saved as ‘Strict Open XML’: save it as an ordinary .docx".into());
        }
        let found = body_section(&text).ok_or("its text part is broken")?;
        // What we write in must be sound, and so must what stands on every page.
        for relation in package.relations(&main).iter().filter(|r| !r.outside) {
            let kind = relation.kind.rsplit('/').next().unwrap_or_default();
            let told = match kind {
                "styles" => "the part with its styles",
                "numbering" => "the part with its lists",
                "settings" => "the part with its settings",
                "header" | "footer" => "its header or footer",
                _ => continue,
            };
            let name = beside(&main, &relation.target);
            let part = package.parts.get(&name).ok_or_else(|| format!("{told} is missing"))?;
            if !is_whole(part) {
                return Err(format!("{told} is broken: open it in Word and save it again"));
            }
            if kind == "settings" {
                for (name, part) in settings(&package, &name) {
                    package.parts.insert(name, part);
                }
            }
        }
        // What was written about its own text says nothing of ours.
        for gone in ["docProps/thumbnail.jpeg", "docProps/thumbnail.wmf", "docProps/thumbnail.emf"] {
            package.parts.remove(gone);
        }
        let kept: Vec<_> = package.relations("").into_iter().filter(|r| !r.kind.ends_with("/thumbnail")).collect();
        package.relate("", &kept);
        Ok(Opened { package, main, section: without(&found.0, &["sectPrChange"]), spaces: found.1 })
    }
}

/// The name of a part from where another stands.
pub fn beside(main: &str, target: &str) -> String {
    match (target.strip_prefix('/'), main.rsplit_once('/')) {
        (Some(whole), _) => whole.to_owned(),
        (None, Some((folder, _))) => format!("{folder}/{target}"),
        (None, None) => target.to_owned(),
    }
}

/// Whether a part is well-formed to its end.
fn is_whole(part: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(part) else { return false };
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut depth = 0_usize;
    let mut any = false;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_)) => (depth, any) = (depth + 1, true),
            Ok(Event::Empty(_)) => any = true,
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(Event::Eof) => return any && depth == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}

/// The settings without what binds a file to one office or one writer: protection, the
/// following of changes, a mailing, the template on somebody's disk, its own footnotes.
fn settings(package: &Package, name: &str) -> Vec<(String, Vec<u8>)> {
    const GONE: [&str; 9] = [
        "writeProtection",
        "attachedTemplate",
        "mailMerge",
        "revisionView",
        "trackRevisions",
        "documentProtection",
        "footnotePr",
        "endnotePr",
        "docVars",
    ];
    let mut out = vec![(name.to_owned(), without(&package.text(name), &GONE).into_bytes())];
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let relations = format!("{folder}/_rels/{file}.rels");
    if package.parts.contains_key(&relations) {
        let part = package.text(&relations);
        // Relations are elements without content; those of a mailing and a template lead outside.
        let kept: String = part
            .split_inclusive('>')
            .filter(|e| {
                !["/attachedTemplate\"", "/mailMergeSource\"", "/mailMergeHeaderSource\""].iter().any(|k| e.contains(k))
            })
            .collect();
        out.push((relations, kept.into_bytes()));
    }
    out
}

/// The same text without these elements of WordprocessingML and what is in them.
fn without(text: &str, names: &[&str]) -> String {
    let mut out = text.to_owned();
    for name in names {
        let (open, close) = (format!("<w:{name}"), format!("</w:{name}>"));
        let mut from = 0;
        while let Some(at) = out[from..].find(&open).map(|at| at + from) {
            let rest = &out[at + open.len()..];
            // `footnotePr` is not `footnotePrX`.
            if !rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '/' | '>')) {
                from = at + open.len();
                continue;
            }
            let Some(tag) = rest.find('>') else { break };
            let end = if rest[..tag].ends_with('/') {
                at + open.len() + tag + 1
            } else {
                match rest.find(&close) {
                    Some(end) => at + open.len() + end + close.len(),
                    None => break,
                }
            };
            out.replace_range(at..end, "");
            from = at;
        }
    }
    out
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
    let text = paper - margins - number("w:pgMar", "w:gutter").unwrap_or(0);
    // A page of two columns has room for half of it.
    let columns = number("w:cols", "w:num").unwrap_or(1).clamp(1, 10);
    let between = number("w:cols", "w:space").unwrap_or(708);
    let one = (text - between * (columns - 1)) / columns;
    u32::try_from(one.clamp(2_000, 30_000)).unwrap_or(9_638)
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

/// The same styles for a text in Dutch, whatever language the template was made in.
pub fn in_dutch(styles_part: &str) -> String {
    const DUTCH: &str = "<w:lang w:val=\"nl-NL\"/>";
    let all = "<w:rPrDefault>";
    let Some(start) = styles_part.find(all) else {
        // No defaults at all: they stand first.
        let root = styles_part.find("<w:styles").and_then(|at| styles_part[at..].find('>').map(|end| at + end + 1));
        return match root {
            Some(at) if !styles_part.contains("<w:docDefaults") && !styles_part[..at].ends_with("/>") => format!(
                "{}<w:docDefaults><w:rPrDefault><w:rPr>{DUTCH}</w:rPr></w:rPrDefault></w:docDefaults>{}",
                &styles_part[..at],
                &styles_part[at..]
            ),
            _ => styles_part.to_owned(),
        };
    };
    let end = styles_part[start..].find("</w:rPrDefault>").map_or(styles_part.len(), |end| start + end);
    let defaults = &styles_part[start..end];
    let language = defaults.find("<w:lang ").and_then(|at| {
        let words = &defaults[at..defaults[at..].find("/>").map_or(defaults.len(), |end| at + end)];
        let value = words.find("w:val=\"").map(|v| at + v + 7)?;
        Some((value, value + defaults[value..].find('"')?))
    });
    let changed = match language {
        Some((from, to)) if defaults[from..to].to_lowercase().starts_with("nl") => return styles_part.to_owned(),
        Some((from, to)) => format!("{}nl-NL{}", &defaults[..from], &defaults[to..]),
        // The language is the last of what Word writes there.
        None => defaults.replacen("</w:rPr>", &format!("{DUTCH}</w:rPr>"), 1),
    };
    format!("{}{changed}{}", &styles_part[..start], &styles_part[end..])
}

/// The font of the template's ordinary text, for the widths of tables.
pub fn font(styles_part: &str, theme: &str) -> Option<String> {
    let found = elements(styles_part.as_bytes())?;
    let (mut inside, mut of_theme, mut named) = (true, false, None);
    for (name, a) in &found {
        match name.as_str() {
            "w:style" => {
                inside = a.get("w:type").is_some_and(|t| t == "paragraph")
                    && a.get("w:default").is_some_and(|d| matches!(d.as_str(), "1" | "true" | "on"));
            }
            // The ordinary style goes before the defaults of the document, which stand first.
            "w:rFonts" if inside => {
                let own = a.get("w:ascii").or_else(|| a.get("w:hAnsi"));
                of_theme = a.contains_key("w:asciiTheme") || (of_theme && own.is_none());
                named = own.cloned().or(named);
            }
            _ => {}
        }
    }
    if of_theme {
        let found = elements(theme.as_bytes()).unwrap_or_default();
        let mut minor = false;
        for (name, a) in found {
            minor |= name == "a:minorFont";
            if minor && name == "a:latin" {
                return a.get("typeface").cloned();
            }
        }
    }
    named
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
