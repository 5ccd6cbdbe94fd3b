"""Word documents opened with python-docx and beside their own conversion by LibreOffice.

usage: check_docx.py REPORT.docx CONVERTED.docx REPORT.json
The last is what the report holds: headings, tables, charts (counted from the HTML of the same run).
"""
import json
import sys
import zipfile

import docx


def count(path):
    document = docx.Document(path)
    headings = [p.text.strip() for p in document.paragraphs if p.style.name.lower().startswith("heading ")]
    tables = [[cell.text for cell in row.cells] for t in document.tables for row in t.rows]
    return document, headings, len(document.tables), tables


def main(path, converted, expected):
    document, headings, tables, cells = count(path)
    _, headings_after, tables_after, cells_after = count(converted)
    wrong = []

    def must(holds, words):
        if not holds:
            wrong.append(words)

    must(document.core_properties.title, "no title")
    must(document.core_properties.language == "nl-NL", "the language is not nl-NL")
    styles = {p.style.name for p in document.paragraphs}
    must("Title" in styles and "Heading 1" in styles and "Caption" in styles, f"styles: {sorted(styles)}")
    must(headings == headings_after, f"LibreOffice has {len(headings_after)} headings of {len(headings)}")
    must(tables == tables_after, f"LibreOffice has {tables_after} tables of {tables}")
    must(cells == cells_after, "LibreOffice changed words in tables")
    must(len(headings) == expected["headings"], f"{len(headings)} headings, the page has {expected['headings']}")
    must(tables == expected["tables"], f"{tables} tables, the page has {expected['tables']}")
    shapes = document.inline_shapes
    must(len(shapes) == expected["charts"], f"{len(shapes)} pictures, the page has {expected['charts']}")
    for shape in shapes:
        must(len(shape._inline.docPr.get("descr", "")) > 40, "a picture without words")
    for table in document.tables:
        must(table.rows[0]._tr.xpath("./w:trPr/w:tblHeader"), "a table without a head that repeats")
    with zipfile.ZipFile(path) as package:
        must(all(i.date_time == (1980, 1, 1, 0, 0, 0) for i in package.infolist()), "a time stamp")
        body = package.read("word/document.xml").decode()
    must(body.count("<w:footnoteReference ") == expected["notes"], f"footnotes: not {expected['notes']}")
    for words in wrong:
        print(f"{path}: {words}")
    if not wrong:
        print(f"{path}: {len(headings)} headings, {tables} tables, {len(shapes)} pictures, {expected['notes']} footnotes")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], json.load(open(sys.argv[3]))))
