"""Validates every datapackage.json below a folder with Frictionless: the
dictionary itself, and that each table has its columns, types and keys.

    check_tables.py OUT_FOLDER
"""

import pathlib
import sys

from frictionless import Package, validate


def main() -> int:
    out = pathlib.Path(sys.argv[1])
    found = sorted(out.rglob("datapackage.json"))
    if not found:
        print(f"no datapackage.json below {out}", file=sys.stderr)
        return 1
    wrong = rows = 0
    for path in found:
        report = validate(str(path))
        for task in report.tasks:
            rows += task.stats.get("rows", 0)
            for error in task.errors:
                wrong += 1
                print(f"{path.relative_to(out)}: {task.name}: {error.message}", file=sys.stderr)
        for error in report.errors:
            wrong += 1
            print(f"{path.relative_to(out)}: {error.message}", file=sys.stderr)
        # Every column says what it holds.
        for resource in Package(str(path)).resources:
            for field in resource.schema.fields:
                if not field.description:
                    wrong += 1
                    print(f"{path.relative_to(out)}: {resource.name}.{field.name} has no description", file=sys.stderr)
    if rows == 0:
        wrong += 1
        print("the tables have no rows", file=sys.stderr)
    print(f"{len(found)} data packages, {rows} rows, {wrong} mistakes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
