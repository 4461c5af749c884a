"""The packages' measurements in Python: one line a measure, name and seconds, the median of five.

``python speed.py FOLDER`` needs 512 MiB there. Compare with ``bindings/ffi/examples/speed.rs``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Callable

from privity import audit, envelope, keys, new_document_id, new_firm_id
from privity.envelope import Header, Opener, SealedFile

MIB = 1 << 20
CALLS = 10_000


def measured(name: str, measure: Callable[[], float]) -> None:
    print(f"{name} {median(measure() for _ in range(5)):.9f}", flush=True)


def main(folder: Path) -> None:
    plain, sealed = folder / "plain", folder / "sealed"
    header = Header(firm=new_firm_id(), document=new_document_id(), version=1)
    content = (bytes(range(251)) * (16 * MIB // 251 + 1))[: 16 * MIB]
    plain.write_bytes(content * 16)
    made: list[SealedFile] = []

    def file_seal() -> float:
        sealed.unlink(missing_ok=True)
        begin = perf_counter()
        made.append(envelope.seal_file(header, plain, sealed))
        return perf_counter() - begin

    def bytes_seal() -> float:
        begin = perf_counter()
        one = envelope.seal(header, content)
        opened = envelope.open_bytes(one.key.opening_key, envelope.expected_of(one.summary), one.sealed)
        took = perf_counter() - begin
        if opened != content:
            raise SystemExit("other bytes")
        return took

    measured("file-seal", file_seal)
    measured("bytes-seal", bytes_seal)
    expected = envelope.expected_of(made[-1].summary)
    with Opener.of_file(made[-1].key.opening_key, expected, sealed) as opener:

        def ranges() -> float:
            begin = perf_counter()
            for n in range(64):
                # Odd steps: neither in order nor on borders of chunks.
                if len(opener.read_at(n * 37 % 64 * 4 * MIB + 12_345, MIB)) != MIB:
                    raise SystemExit("too few bytes")
            return perf_counter() - begin

        def tiny() -> float:
            begin = perf_counter()
            for _ in range(CALLS):
                len(opener)
            return (perf_counter() - begin) / CALLS

        measured("ranges", ranges)
        measured("tiny", tiny)

    def records() -> float:
        appender, _ = audit.Appender.begin("log.example/speed", keys.ChainKeys.generate())
        drafts = [audit.host_draft(2_000, b"\xa1\x01\x07")] * 1_000
        begin = perf_counter()
        appender.append_all(drafts)
        return perf_counter() - begin

    measured("records", records)


main(Path(sys.argv[1]))
