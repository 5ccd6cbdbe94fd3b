"""The words of a tagged PDF beside those of the web page of the same run.

The page is guarded: small counts are hidden in it, and a test of the program
looks for them. The PDF is held to it word for word: each cell, heading and
paragraph must stand in the page too, and each number of a footnote in the
evidence that the page gives. What the PDF says more than the page is a leak,
what it says less is a loss.
"""
import re
from html.parser import HTMLParser

import pikepdf

PARTS = {"/P", "/H1", "/H2", "/H3", "/H4", "/TD", "/TH", "/LBody", "/Caption", "/Title", "/Note", "/Figure", "/TOCI", "/Lbl"}


def bare(words):
    """Without what a line break or a hyphen at its end may change."""
    return re.sub(r"[\s\u00a0\u202f\u200b\u00ad-]+", "", words)


def numbers(words):
    return set(re.findall(r"\d[\d.,]*\d|\d", words))


def letters_of(font):
    """From code to letters: the font's own ToUnicode map, two bytes a code."""
    table = {}
    text = font.ToUnicode.read_bytes().decode("latin-1")
    decode = lambda h: bytes.fromhex(h).decode("utf-16-be")
    for block in re.findall(r"beginbfchar(.*?)endbfchar", text, re.S):
        for code, to in re.findall(r"<(\w+)>\s*<(\w+)>", block):
            table[int(code, 16)] = decode(to)
    for block in re.findall(r"beginbfrange(.*?)endbfrange", text, re.S):
        for low, high, to in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            for code in range(int(low, 16), int(high, 16) + 1):
                first = decode(to)
                table[code] = first[:-1] + chr(ord(first[-1]) + code - int(low, 16))
        for low, _, several in re.findall(r"<(\w+)>\s*<(\w+)>\s*\[(.*?)\]", block, re.S):
            for step, to in enumerate(re.findall(r"<(\w+)>", several)):
                table[int(low, 16) + step] = decode(to)
    return table


def marked(page, fonts):
    """The words of a page by the number of their mark."""
    found, open_marks, font = {}, [], None
    resources = page.Resources
    for operands, operator in pikepdf.parse_content_stream(page):
        operator = str(operator)
        if operator == "BDC":
            about = operands[1]
            about = resources.Properties[about] if isinstance(about, pikepdf.Name) else about
            actual = str(about.ActualText) if "/ActualText" in about else None
            open_marks.append((int(about.MCID) if "/MCID" in about else None, actual))
            mark = next((m for m, _ in reversed(open_marks) if m is not None), None)
            if actual is not None and mark is not None:
                found.setdefault(mark, []).append(actual)
        elif operator == "BMC":
            open_marks.append((None, None))
        elif operator == "EMC":
            open_marks.pop()
        elif operator == "Tf":
            name = str(operands[0])
            dictionary = resources.Font[name]
            key = dictionary.objgen
            if key not in fonts:
                fonts[key] = letters_of(dictionary)
            font = fonts[key]
        elif operator in ("Tj", "TJ", "'", '"'):
            mark = next((m for m, _ in reversed(open_marks) if m is not None), None)
            if mark is None or any(actual is not None for _, actual in open_marks):
                continue
            strings = operands[0] if operator == "TJ" else [operands[-1]]
            for string in strings:
                if isinstance(string, pikepdf.String):
                    raw = bytes(string)
                    codes = [raw[i] << 8 | raw[i + 1] for i in range(0, len(raw) - 1, 2)]
                    found.setdefault(mark, []).append("".join(font.get(code, "\ufffd") for code in codes))
    return {mark: "".join(words) for mark, words in found.items()}


def elements(pdf):
    """(kind, words) of each part that has words, in the order of the tags; notes apart from the text."""
    fonts = {}
    pages = {page.obj.objgen: marked(page, fonts) for page in pdf.pages}
    roles = {str(k): str(v) for k, v in dict(pdf.Root.StructTreeRoot.get("/RoleMap", {})).items()}
    out = []

    def walk(node, page, into):
        if isinstance(node, pikepdf.Array):
            for one in node:
                walk(one, page, into)
        elif isinstance(node, int):
            into.append(pages.get(page, {}).get(node, ""))
        elif not isinstance(node, pikepdf.Dictionary):
            return
        elif str(node.get("/Type", "")) == "/MCR":
            into.append(pages.get(node.Pg.objgen if "/Pg" in node else page, {}).get(int(node.MCID), ""))
        elif str(node.get("/Type", "")) != "/OBJR":
            kind = roles.get(str(node.get("/S", "")), str(node.get("/S", "")))
            page = node.Pg.objgen if "/Pg" in node else page
            if kind in PARTS:
                own = []
                if "/K" in node:
                    walk(node.K, page, own)
                words = "".join(own)
                out.append((kind, words if kind != "/Figure" else str(node.get("/Alt", ""))))
                # A mark of a note is no part of the sentence; nor is a note of what it explains.
                if kind not in ("/Lbl", "/Note", "/Figure"):
                    into.append(words)
            elif "/K" in node:
                walk(node.K, page, into)

    walk(pdf.Root.StructTreeRoot.K, None, [])
    return out


class Page(HTMLParser):
    """Cells, sentences and evidence of the web page."""

    def __init__(self):
        super().__init__()
        self.cells, self.sentences, self.evidence, self.all = [], [], [], []
        self.open, self.details, self.proof = [], 0, 0

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "details":
            self.details += 1
        if tag == "div":
            self.proof = self.proof + 1 if self.proof or "popover" in attributes else 0
        if tag in ("td", "th", "p", "li", "h1", "h2", "h3", "h4", "caption", "figcaption", "dd"):
            self.open.append((tag, []))

    def handle_endtag(self, tag):
        if tag == "details":
            self.details -= 1
        if tag == "div" and self.proof:
            self.proof -= 1
        if self.open and self.open[-1][0] == tag:
            _, words = self.open.pop()
            words = "".join(words)
            if self.proof:
                self.evidence.append(words)
            elif tag in ("td", "th"):
                if not self.details:
                    self.cells.append(words)
            else:
                self.sentences.append(words)

    def handle_data(self, data):
        self.all.append(data)
        if self.open:
            self.open[-1][1].append(data)


def beside(pdf, html):
    """What the PDF says otherwise than the page."""
    page = Page()
    page.feed(open(html, encoding="utf-8").read())
    parts = elements(pdf)
    wrong = []
    # A cell that is left to the one above it is one cell with it.
    cells = lambda many: sorted(filter(None, map(bare, many)))
    ours, theirs = cells(w for k, w in parts if k in ("/TD", "/TH")), cells(page.cells)
    for cell in set(ours) | set(theirs):
        if ours.count(cell) != theirs.count(cell):
            wrong.append(f"the cell {cell!r} stands {ours.count(cell)} times in it, {theirs.count(cell)} times in the page")
    sentences = {bare(s) for s in page.sentences}
    for kind, words in parts:
        if kind in ("/P", "/H1", "/H2", "/H3", "/H4", "/LBody", "/Caption", "/Title") and bare(words) and bare(words) not in sentences:
            wrong.append(f"not in the page: {words!r}")
    known = numbers(" ".join(page.evidence))
    for kind, words in parts:
        # The number of the note itself stands apart, as its label.
        if kind == "/Note":
            more = numbers(words) - known
            if more:
                wrong.append(f"numbers that the evidence has not: {sorted(more)} in {words!r}")
    everything = numbers(" ".join(page.all))
    for kind, words in parts:
        if kind == "/Figure" and numbers(words) - everything:
            wrong.append(f"numbers that the page has not: {sorted(numbers(words) - everything)} in {words!r}")
    return wrong, len(ours)
