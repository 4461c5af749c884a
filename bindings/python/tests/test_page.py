"""The quick start in the page about Python is short and runs as it is written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs/bindings/python.md"


def quickstart() -> str:
    marked = PAGE.read_text(encoding="utf-8").split("quickstart:python -->")[1]
    return marked.split("```python\n")[1].split("```")[0]


def test_the_quick_start_runs(tmp_path: Path) -> None:
    code = quickstart()
    assert len(code.splitlines()) <= 20
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    said = ran.stdout.splitlines()
    assert said[0] == "b'Dear Sirs'" and said[-1] == "valid, unanchored"
    assert {path.name for path in tmp_path.iterdir()} == {
        "firm",
        "this-device",
        "root.bin",
        "next-root.bin",
    }
