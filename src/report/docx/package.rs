//! The zip file around the parts: content types, relations, and the writing.
//!
//! Every entry has the same date and the order of the names, so that equal
//! reports are equal files.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::super::xml::escape;
use super::xml::HEAD;

const TYPES: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
/// Where the kinds of relations live.
pub const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// No part of a template is larger than this; a zip bomb would be.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Nor are all its parts together.
const LARGEST_SUM: u64 = 256 * 1024 * 1024;

/// Parts by name, types and relations apart.
#[derive(Default)]
pub struct Package {
    /// Bytes by name: `word/document.xml`.
    pub parts: BTreeMap<String, Vec<u8>>,
    /// Content type by ending.
    pub by_ending: BTreeMap<String, String>,
    /// Content type by name with a slash before it.
    pub by_name: BTreeMap<String, String>,
}

/// A relation from one part to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relation {
    /// `rId1`.
    pub id: String,
    /// Its kind, a whole address.
    pub kind: String,
    /// Name of the other part, from where this one stands.
    pub target: String,
    /// Whether it leads outside the file.
    pub outside: bool,
}

/// The attributes of an element by name.
pub fn attributes(element: &BytesStart<'_>) -> BTreeMap<String, String> {
    element
        .attributes()
        .flatten()
        .map(|a| {
            let raw = a.value.into_owned();
            let value = quick_xml::escape::unescape(&raw).map_or_else(|_| raw.clone(), |v| v.into_owned());
            (a.key.as_ref().to_owned(), value)
        })
        .collect()
}

/// Every element of a part with its attributes, in order; none where it is no XML.
pub fn elements(part: &[u8]) -> Option<Vec<(String, BTreeMap<String, String>)>> {
    let mut reader = Reader::from_str(std::str::from_utf8(part).ok()?.trim_start_matches('\u{feff}'));
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(e) | Event::Empty(e)) => {
                found.push((e.name().as_ref().to_owned(), attributes(&e)));
            }
            Ok(Event::Eof) => return Some(found),
            Err(_) => return None,
            Ok(_) => {}
        }
    }
}

impl Package {
    /// Reads a zip file.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let broken = |_| "it is no .docx file (nor another zip file)".to_owned();
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        let mut package = Self::default();
        let mut sum = 0_u64;
        for i in 0..archive.len() {
            let entry = archive.by_index(i).map_err(|e| format!("it cannot be read: {e}"))?;
            let name = entry
                .name()
                .map_err(|e| format!("it cannot be read: {e}"))?
                .replace('\\', "/")
                .trim_start_matches('/')
                .to_owned();
            if entry.is_dir() {
                continue;
            }
            let mut part = Vec::new();
            entry.take(LARGEST + 1).read_to_end(&mut part).map_err(|e| format!("{name} in it cannot be read: {e}"))?;
            if part.len() as u64 > LARGEST {
                return Err(format!("{name} in it is larger than 64 MiB"));
            }
            sum += part.len() as u64;
            if sum > LARGEST_SUM {
                return Err("what is in it is larger than 256 MiB: a template holds a logo, no photographs".into());
            }
            package.parts.insert(name, part);
        }
        let types = package.parts.remove("[Content_Types].xml").ok_or("it is no .docx file")?;
        for (name, a) in elements(&types).ok_or("its list of content types is broken")? {
            let get = |key: &str| a.get(key).cloned().unwrap_or_default();
            match name.as_str() {
                "Default" => drop(package.by_ending.insert(get("Extension").to_lowercase(), get("ContentType"))),
                "Override" => drop(package.by_name.insert(get("PartName"), get("ContentType"))),
                _ => {}
            }
        }
        Ok(package)
    }

    /// Adds a part with its type.
    pub fn add(&mut self, name: &str, kind: &str, part: impl Into<Vec<u8>>) {
        self.by_name.insert(format!("/{name}"), kind.to_owned());
        self.parts.insert(name.to_owned(), part.into());
    }

    /// The part as text; empty where there is none.
    pub fn text(&self, name: &str) -> String {
        self.parts.get(name).map_or_else(String::new, |p| String::from_utf8_lossy(p).into_owned())
    }

    /// The relations of a part; `""` for those of the whole file.
    pub fn relations(&self, part: &str) -> Vec<Relation> {
        let found = self.parts.get(&relations_of(part)).and_then(|p| elements(p)).unwrap_or_default();
        found
            .into_iter()
            .filter(|(name, _)| name == "Relationship")
            .map(|(_, a)| {
                let get = |key: &str| a.get(key).cloned().unwrap_or_default();
                Relation {
                    id: get("Id"),
                    kind: get("Type"),
                    target: get("Target"),
                    outside: get("TargetMode") == "External",
                }
            })
            .collect()
    }

    /// Writes the relations of a part.
    pub fn relate(&mut self, part: &str, relations: &[Relation]) {
        let mut out = format!("{HEAD}<Relationships xmlns=\"{RELATIONS}\">");
        for r in relations {
            let mode = if r.outside { " TargetMode=\"External\"" } else { "" };
            out.push_str(&format!(
                "<Relationship Id=\"{}\" Type=\"{}\" Target=\"{}\"{mode}/>",
                escape(&r.id),
                escape(&r.kind),
                escape(&r.target)
            ));
        }
        out.push_str("</Relationships>");
        self.parts.insert(relations_of(part), out.into_bytes());
    }

    /// The whole file.
    ///
    /// # Errors
    /// Where a part cannot be packed.
    pub fn write(&self) -> zip::result::ZipResult<Vec<u8>> {
        let mut types = format!("{HEAD}<Types xmlns=\"{TYPES}\">");
        for (ending, kind) in &self.by_ending {
            types.push_str(&format!("<Default Extension=\"{}\" ContentType=\"{}\"/>", escape(ending), escape(kind)));
        }
        for (name, kind) in &self.by_name {
            types.push_str(&format!("<Override PartName=\"{}\" ContentType=\"{}\"/>", escape(name), escape(kind)));
        }
        types.push_str("</Types>");
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        // A fixed date: the first that a zip file can hold.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644);
        zip.start_file("[Content_Types].xml", options)?;
        zip.write_all(types.as_bytes())?;
        for (name, part) in &self.parts {
            // A picture is packed already.
            let packed = name.ends_with(".png") || name.ends_with(".jpg") || name.ends_with(".jpeg");
            let method = if packed { CompressionMethod::Stored } else { CompressionMethod::Deflated };
            zip.start_file(name.as_str(), options.compression_method(method))?;
            zip.write_all(part)?;
        }
        Ok(zip.finish()?.into_inner())
    }
}

/// Where the relations of a part stand.
fn relations_of(part: &str) -> String {
    match part.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/_rels/{name}.rels"),
        None => format!("_rels/{part}.rels"),
    }
}
