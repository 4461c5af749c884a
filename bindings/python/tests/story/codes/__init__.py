"""For every code that the registry calls reachable, the calls that bring it about: a translation of
``bindings/ffi/tests/codes``."""

from __future__ import annotations

import tempfile
from pathlib import Path

from privity import error_codes

from story.codes import chain, envelope, sharing, store, vault
from story.codes.seen import Seen
from story.common import must


def play() -> tuple[int, int, int]:
    """How many codes turned up, of how many there are; how many are out of reach."""
    seen = Seen()
    for steps in (envelope.steps, chain.steps, vault.steps, store.steps, sharing.steps):
        with tempfile.TemporaryDirectory() as folder:
            steps(seen, Path(folder))
    registry = error_codes()
    for one in registry:
        must(one.reachable == (one.code in seen.codes), one.code)
    return len(seen.codes), len(registry), sum(not one.reachable for one in registry)
