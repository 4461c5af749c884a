from __future__ import annotations

import sys
from pathlib import Path

from story import read, write

if len(sys.argv) != 3 or sys.argv[1] not in ("write", "read"):
    sys.exit("usage: scenario write|read FOLDER")
# The names of documents are the same bytes wherever they are printed.
if hasattr(sys.stdout, "reconfigure"):
    sys.stdout.reconfigure(encoding="utf-8")
{"write": write.play, "read": read.play}[sys.argv[1]](Path(sys.argv[2]))
