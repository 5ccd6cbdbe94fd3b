//! The report as an accessible PDF, set by typst as a library.
//!
//! Tagged, in Dutch, and checked against PDF/UA-1 by typst itself: what does
//! not conform is no file. Letters come from the program or from the
//! municipality's folder, never from the machine; nothing of the clock is in it.

mod source;

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use super::document::{House, Report};
use super::picture::FONTS;

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));
static LETTERS: LazyLock<Vec<Font>> =
    LazyLock::new(|| FONTS.iter().flat_map(|font| Font::iter(Bytes::new(*font))).collect());

/// The report as a text for typst. It is evaluated as a string, so that everything in it has
/// one place in one file: a cell that an earlier report had too is then laid out already,
/// wherever it stood in that. Most of what a what-if says, its base says as well.
const TEXT: &str = "report.typ";

/// The whole file.
///
/// # Errors
/// In words, where typst cannot make a PDF that conforms.
pub fn pdf(report: &Report) -> Result<Vec<u8>, String> {
    let fonts = fonts(&report.house);
    let can = |c: char| fonts.iter().any(|f| f.info().coverage.contains(u32::from(c)));
    let written = source::source(report, &can);
    let main = id("main.typ")?;
    let mut files = vec![(id(TEXT)?, Bytes::from_string(written.text))];
    for (name, bytes) in written.files {
        files.push((id(&name)?, Bytes::new(bytes)));
    }
    let world = Paper {
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        main: Source::new(main, format!("#eval(read(\"{TEXT}\"), mode: \"markup\")")),
        files,
    };
    let document = typst::compile::<PagedDocument>(&world).output.map_err(|wrong| told(&wrong))?;
    let standards = PdfStandards::new(&[PdfStandard::Ua_1]).map_err(|e| e.message().to_string())?;
    let options = PdfOptions {
        // Equal reports are equal files.
        ident: Smart::Custom(format!("{} {} {}", report.municipality, report.scenario, report.imprint.join(" "))),
        creator: Smart::Custom(Some(concat!("ravijn ", env!("CARGO_PKG_VERSION")).to_owned())),
        timestamp: None,
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    let bytes = typst_pdf::pdf(&document, &options).map_err(|wrong| told(&wrong))?;
    // What typst remembers of this report is of no use to the next.
    typst::comemo::evict(2);
    Ok(bytes)
}

/// Ours, and those of the municipality.
fn fonts(house: &House) -> Vec<Font> {
    let mut fonts = LETTERS.clone();
    for file in &house.font_files {
        fonts.extend(Font::iter(Bytes::new(file.to_vec())));
    }
    fonts
}

fn id(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|_| format!("{name} is no name for a file"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn told(wrong: &[SourceDiagnostic]) -> String {
    let words: Vec<String> = wrong
        .iter()
        .map(|d| {
            let hints: Vec<&str> = d.hints.iter().map(|h| h.v.as_str()).collect();
            if hints.is_empty() { d.message.to_string() } else { format!("{} ({})", d.message, hints.join("; ")) }
        })
        .collect();
    format!("the PDF cannot be made: {}", words.join("; "))
}

/// All that typst may see.
struct Paper {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    files: Vec<(FileId, Bytes)>,
}

impl World for Paper {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.iter().find(|(i, _)| *i == id).map(|(_, bytes)| bytes.clone()).ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
