"""Checks a controller's workbook with tools from outside: openpyxl opens it,
LibreOffice recalculates it, and both must agree with the engine to the cent.

Three questions. Does every cell that LibreOffice computes anew equal the value
that was stored? Does a workbook whose assumptions were changed by hand compute
what the engine computes from a what-if with the same changes? Is the workbook
what a reader expects: numbers as numbers, frozen headings, real charts?

    check_xlsx.py RAVIJN MUNICIPALITY_FOLDER OUT_FOLDER
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import openpyxl

CENT = 0.005
# Assumptions of which one year is changed.
ONE_YEAR = ("rate", "volume.growth", "volume.ageing", "volume", "growth", "budget.compensation")
FIRST = 5  # the first row below the headings of Uitgangspunten and Berekening
YEAR = 4  # the column of the base year there
SHEETS = ["Samenvatting", "Lijnen per jaar", "Uitgangspunten", "Grafieken", "Maatregelen", "Wat-als", "Verklaring", "Register", "Simulatie", "Bewijs"]
ERRORS = ("#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#N/A", "#NUM!", "Err:")


def recalculated(book: pathlib.Path, work: pathlib.Path):
    """The workbook computed from nothing but its formulas: openpyxl drops the
    stored values, so that LibreOffice cannot hand them back."""
    bare = work / ("bare-" + book.name)
    openpyxl.load_workbook(book).save(bare)
    made = work / "made"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{work}/profile", "--headless", "--convert-to",
         "xlsx:Calc MS Excel 2007 XML", "--outdir", str(made), str(bare)],
        check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120,
    )
    return openpyxl.load_workbook(made / bare.name, data_only=True)


def same_values(book: pathlib.Path, work: pathlib.Path, wrong: list) -> int:
    stored = openpyxl.load_workbook(book, data_only=True)
    formulas = openpyxl.load_workbook(book)
    computed = recalculated(book, work)
    count = 0
    for sheet in stored:
        for row in sheet.iter_rows():
            for cell in row:
                there = computed[sheet.title][cell.coordinate].value
                formula = formulas[sheet.title][cell.coordinate].value
                live = isinstance(formula, str) and formula.startswith("=")
                count += live
                if isinstance(there, str) and there.startswith(ERRORS):
                    wrong.append(f"{book}: {sheet.title}!{cell.coordinate} is {there}")
                elif isinstance(cell.value, (int, float)):
                    if not isinstance(there, (int, float)) or abs(cell.value - there) > CENT:
                        wrong.append(f"{book}: {sheet.title}!{cell.coordinate} {formula} stores {cell.value}, LibreOffice computes {there}")
                elif live:
                    wrong.append(f"{book}: {sheet.title}!{cell.coordinate} {formula} has no value stored")
    return count


def looks(book: pathlib.Path, exact: bool, wrong: list) -> None:
    """What a reader expects of a workbook."""
    opened = openpyxl.load_workbook(book)
    names = [n for n in opened.sheetnames if n != "Berekening"]
    if names != SHEETS:
        wrong.append(f"{book}: sheets are {names}")
    if exact != ("Berekening" in opened.sheetnames):
        wrong.append(f"{book}: formulas belong where exact counts may be, and nowhere else")
    for sheet in opened:
        if sheet.freeze_panes is None:
            wrong.append(f"{book}: {sheet.title} has no frozen heading")
        for row in sheet.iter_rows():
            for cell in row:
                live = isinstance(cell.value, str) and cell.value.startswith("=")
                if live and not exact:
                    wrong.append(f"{book}: {sheet.title}!{cell.coordinate} is a formula, and counts are not exact")
    if not any(sheet._charts for sheet in opened):
        wrong.append(f"{book}: it has no chart")


def changed(ravijn: str, folder: pathlib.Path, book: pathlib.Path, work: pathlib.Path, wrong: list) -> int:
    """Changes assumptions in the workbook and in a what-if, and compares."""
    opened = openpyxl.load_workbook(book)
    sheet = opened["Uitgangspunten"]
    years = [c.value for c in sheet[FIRST - 1] if str(c.value).isdigit()]
    overlay = ['extends = "base.toml"', 'title = "Toets"']
    count = 0
    kinds: dict = {}
    amount_unit = int(re.search(r"^amount_unit\s*=\s*([\d_]+)", (folder / "base.toml").read_text(), re.M).group(1))
    q = lambda share: f'"{share * 100:.6f}%"'  # noqa: E731
    for row in range(FIRST, sheet.max_row + 1):
        address, unit = sheet.cell(row, 2).value, sheet.cell(row, 3).value
        if not address:
            continue
        kind = ".".join(address.split(".")[2:]) or address
        cells = [sheet.cell(row, YEAR + at) for at in range(len(years))]
        small = 0.003 + 0.001 * (count % 4)
        if kind in ONE_YEAR:
            # One year, each assumption by its own step, so that no two can be mixed up.
            at = 1 + count % (len(years) - 1)
            cells[at].value = round(cells[at].value + small, 6)
            overlay.append(f'{address} = {{ {years[at]} = "{cells[at].value * 100:.6f}%" }}')
        elif kind == "level":
            # A start that is higher or lower has no years.
            for cell in cells:
                cell.value = round(cell.value + small, 6)
            overlay.append(f'{address} = "{cells[0].value * 100:.6f}%"')
        elif kind in ("unit_cost", "unit_cost.rate"):
            # A price of one year, that indices raise.
            for cell in cells:
                cell.value = round(cell.value * 1.1 + 0.01, 4)
            overlay.append(f"{address} = {cells[0].value}")
        elif unit == "%":
            # A share or what comes true: never above 100% or below 0.
            for cell in cells[1:]:
                cell.value = round(cell.value + (small if cell.value < 0.5 else -small), 6)
            overlay.append(f'{address} = {{ {", ".join(f"{y} = {q(c.value)}" for y, c in zip(years[1:], cells[1:]))} }}')
        else:
            # An amount, a tariff, hours: every year a tenth more and a little; an amount in the unit of the file.
            size = amount_unit if kind == "amount" else 1
            for cell in cells[1:]:
                cell.value = round(cell.value * 1.1 + 0.01 * size, 6)
            overlay.append(f'{address} = {{ {", ".join(f"{y} = {c.value / size:.8f}" for y, c in zip(years[1:], cells[1:]))} }}')
        kinds[kind] = kinds.get(kind, 0) + 1
        count += 1
    by_hand = work / ("changed-" + book.name)
    opened.save(by_hand)
    computed = recalculated(by_hand, work)["Berekening"]

    inputs = work / "inputs" / folder.name
    shutil.copytree(folder, inputs)
    (inputs / "toets.toml").write_text("\n".join(overlay) + "\n")
    made = subprocess.run(
        [ravijn, "run", str(inputs), "--scenario", "toets", "--draws", "0", "--format", "json"],
        capture_output=True, text=True, check=False,
    )
    if made.returncode != 0:
        wrong.append(f"{folder.name}: the what-if of the check does not run:\n{made.stderr[-2000:]}")
        return count
    scenario = next(s for s in json.loads(made.stdout)["scenarios"] if s["id"] == "toets")
    base = next(s for s in json.loads(made.stdout)["scenarios"] if s["id"] == "base")

    rows = {}
    for row in range(FIRST, computed.max_row + 1):
        what = computed.cell(row, 2).value
        values = [computed.cell(row, YEAR + at).value for at in range(len(years))]
        rows.setdefault(what, []).append((computed.cell(row, 1).value, values))
    expected = {"bedrag": [(line["id"], [y["amount"] for y in line["years"]]) for line in scenario["lines"]]}
    for what, key in (("lasten", "cost"), ("baten", "revenue"), ("saldo", "balance")):
        expected[what] = [(g["id"], [y[key] for y in g["years"]]) for g in scenario["groups"]]
    moved = 0
    for what, engine in expected.items():
        if len(engine) != len(rows.get(what, [])):
            wrong.append(f"{folder.name}: {len(rows.get(what, []))} rows of {what} for {len(engine)} of the engine")
            continue
        for (name, values), (label, cells) in zip(engine, rows[what]):
            for year, value, cell in zip(years, values, cells):
                if cell is None or abs(value - cell) > CENT:
                    wrong.append(f"{folder.name}: {what} of {name} ({label}) {year}: the engine says {value}, the changed workbook {cell}")
    for before, after in zip(base["lines"], scenario["lines"]):
        moved += any(abs(a["amount"] - b["amount"]) > 1 for a, b in zip(before["years"], after["years"]))
    if moved == 0:
        wrong.append(f"{folder.name}: the changes moved no line, so the check proves nothing")
    rows_with = sum(1 for row in range(FIRST, sheet.max_row + 1) if sheet.cell(row, 2).value)
    if count != rows_with:
        wrong.append(f"{folder.name}: {count} of {rows_with} assumptions were changed")
    print(f"{folder.name}: every kind changed: " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    print(f"{folder.name}: {count} assumptions changed, {moved} lines moved, all as the engine computes them" if not wrong else f"{folder.name}: see below")
    return count


def main() -> int:
    ravijn, folder, out = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    wrong: list = []
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        base = out / folder.name / "base"
        live, plain = base / "projectie-controller.xlsx", base / "projectie.xlsx"
        looks(live, True, wrong)
        looks(plain, False, wrong)
        count = same_values(live, work, wrong)
        if count < 100:
            wrong.append(f"{live}: {count} formulas is too few for a projection")
        same_values(plain, work, wrong)
        print(f"{folder.name}: {count} formulas recalculated by LibreOffice")
        changed(ravijn, folder, live, work, wrong)
    for line in wrong[:40]:
        print(line, file=sys.stderr)
    if len(wrong) > 40:
        print(f"... and {len(wrong) - 40} more", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
