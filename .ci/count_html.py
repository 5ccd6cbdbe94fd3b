"""What a page holds, as JSON: headings, tables, charts, numbers with evidence. Other formats of the same run must hold the same."""
import json
import re
import sys

page = open(sys.argv[1], encoding="utf-8").read()
main = page[page.index("<main"):page.index("</main>")]
# The figures of a chart stand in a table behind it where no other table has them; on paper they are its words.
tables = len(re.findall(r"<table", re.sub(r"<details>.*?</details>", "", main, flags=re.S)))
used = re.findall(r'popovertarget="bron-(\d+)" data-nr', main)
print(json.dumps({
    "headings": len(re.findall(r"<h[234][ >]", main)),
    "chapters": len(re.findall(r"<h2[ >]", main)),
    "tables": tables,
    "charts": len(re.findall(r"<figure", main)),
    "notes": len(set(used)),
}))
