"""PDF read back with pikepdf: tags, language, title, bookmarks, heads of tables, words for pictures;
and its words beside those of the web page of the same run.

usage: check_pdf.py REPORT.pdf REPORT.json REPORT.html (the second: what the page holds, counted from it)
"""
import json
import sys

import pikepdf

from pdf_text import beside


def main(path, expected, page):
    wrong = []

    def must(holds, words):
        if not holds:
            wrong.append(words)

    pdf = pikepdf.open(path)
    root = pdf.Root
    must(str(root.get("/Lang", "")).startswith("nl"), f"language: {root.get('/Lang')}")
    must(bool(root.MarkInfo.get("/Marked", False)), "not marked as tagged")
    with pdf.open_metadata() as meta:
        must(meta.get("dc:title"), "no title")
        must(str(meta.get("pdfuaid:part")) == "1", "it does not say PDF/UA-1")
        must(not meta.get("xmp:CreateDate"), "a time stamp")
    must(bool(root.ViewerPreferences.get("/DisplayDocTitle", False)), "the window shows no title")
    with pdf.open_outline() as outline:
        must(len(outline.root) == expected["chapters"] or expected["chapters"] < 3, f"{len(outline.root)} bookmarks, {expected['chapters']} chapters")
    roles = {str(k): str(v) for k, v in dict(root.StructTreeRoot.get("/RoleMap", {})).items()}
    found, figures, seen = {}, [], set()
    waiting = [root.StructTreeRoot]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(node)
            continue
        if not isinstance(node, pikepdf.Dictionary) or (node.is_indirect and node.objgen in seen):
            continue
        if node.is_indirect:
            seen.add(node.objgen)
        kind = str(node.get("/S", ""))
        kind = roles.get(kind, kind)
        if kind:
            found[kind] = found.get(kind, 0) + 1
            # A logo is no picture of the report.
            if kind == "/Figure" and not str(node.get("/Alt", "")).startswith("Logo van"):
                figures.append(str(node.get("/Alt", "")))
        if "/K" in node:
            waiting.append(node.K)
    heads = sum(n for kind, n in found.items() if kind in ("/H1", "/H2", "/H3", "/H4", "/H5"))
    must(heads >= expected["headings"], f"{heads} headings, the page has {expected['headings']}")
    must(found.get("/Table", 0) == expected["tables"], f"{found.get('/Table', 0)} tables, the page has {expected['tables']}")
    must(found.get("/TH", 0) >= 2 * found.get("/Table", 0), "tables without heads")
    must(found.get("/Note", 0) == expected["notes"], f"{found.get('/Note', 0)} footnotes, not {expected['notes']}")
    must(len(figures) == expected["charts"], f"{len(figures)} pictures, the page has {expected['charts']}")
    must(all(len(alt) > 40 for alt in figures), "a picture without words")
    otherwise, cells = beside(pdf, page)
    must(cells > 5, "no words are found in its tables")
    wrong += otherwise
    for words in wrong:
        print(f"{path}: {words}")
    if not wrong:
        print(f"{path}: PDF/UA-1, {len(pdf.pages)} pages, {heads} headings, {found['/Table']} tables, {len(figures)} pictures with words, {cells} cells as in the page")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], json.load(open(sys.argv[2])), sys.argv[3]))
