"""Prints the public API of the Swift package from its symbol graphs, one line a name.

Arguments: the symbol graphs of Privity, of what it adds to types of PrivityGenerated, and of PrivityGenerated.
Of the last only those types count to which Privity gives a name.
"""

import json
import sys


def symbols(path):
    with open(path, encoding="utf-8") as file:
        for symbol in json.load(file)["symbols"]:
            shown = "".join(part["spelling"] for part in symbol["declarationFragments"])
            yield symbol["pathComponents"], symbol["kind"]["identifier"], shown


own, added, generated = (list(symbols(path)) for path in sys.argv[1:])
ours = own + added
named = {path[0] for path, kind, _ in ours if kind == "swift.typealias" and len(path) == 1}
lines = {(path[0], ".".join(path[:-1]), shown) for path, kind, shown in ours}
lines |= {(path[0], ".".join(path[:-1]), shown) for path, kind, shown in generated if path[0] in named}
for _, inside, shown in sorted(lines):
    print(f"{inside}: {shown}" if inside else shown)
