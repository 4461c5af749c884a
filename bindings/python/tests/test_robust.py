"""What a program may do to the package by mistake or in a hurry."""

from __future__ import annotations

import mmap
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Callable, Iterator

import pytest

from privity import (
    Approval,
    CancelledError,
    DocumentReader,
    EnrolmentRequest,
    Flow,
    Guard,
    Matter,
    MisuseError,
    NewDocument,
    PrivityError,
    RefusedError,
    Storage,
    Vault,
    audit,
    envelope,
    keys,
    new_document_id,
    new_firm_id,
    verify_export,
)
from privity.envelope import Header
from story.common import code, counted

Stored = Callable[..., Storage]


# --- many threads ----------------------------------------------------------------------------------


def test_many_threads_seal_read_and_verify_at_once(vault: Vault, matter: Matter) -> None:
    content = counted(2_000_000)
    shared = matter.seal_bytes(NewDocument(name="shared"), content)
    with matter.reader(shared.id) as reader, matter.writer(NewDocument(name="joint")) as writer:

        def work(n: int) -> str:
            at = n * 120_000
            assert reader.read_at(at, 100_000) == content[at : at + 100_000]
            writer.write(bytes(1_000))
            info = matter.seal_bytes(NewDocument(name=f"{n}"), content[:n])
            assert matter.open_bytes(info.id) == content[:n]
            if n % 5 == 0:
                assert vault.verify().is_clean
            return info.id

        with ThreadPoolExecutor(16) as threads:
            ids = list(threads.map(work, range(16)))
    assert writer.info is not None and writer.info.length == 16_000
    assert len(set(ids)) == 16 and matter.documents_count() == 18
    assert vault.verify().is_clean


def test_a_lock_among_running_calls_gives_the_right_bytes_or_an_error(
    vault: Vault, matter: Matter
) -> None:
    content = counted(3_000_000)
    info = matter.seal_bytes(NewDocument(name="x"), content)
    ready = threading.Barrier(9)

    def work(n: int) -> str:
        ready.wait()
        try:
            for _ in range(20):
                if n % 2:
                    matter.seal_bytes(NewDocument(name=f"{n}"), content[:1000])
                else:
                    assert matter.open_bytes(info.id) == content
        except PrivityError as error:
            return error.code
        return "fine"

    with ThreadPoolExecutor(8) as threads:
        results = threads.map(work, range(8))
        ready.wait()
        vault.lock()
        assert set(results) <= {"locked", "fine"}
    assert code(lambda: matter.open_bytes(info.id)) == "locked"


# --- after the end ---------------------------------------------------------------------------------


def test_what_was_ended_or_locked_says_so_whatever_is_called(vault: Vault, matter: Matter) -> None:
    info = matter.seal_bytes(NewDocument(name="x"), b"content")
    ended, open_reader = matter.reader(info.id), matter.reader(info.id)
    writer = matter.writer(NewDocument(name="y"))
    ended.release()
    ended.release()
    calls: tuple[Callable[[], object], ...]
    calls = (lambda: len(ended), lambda: ended.read_at(0, 1), ended.read, ended.open)
    assert {code(call) for call in calls} == {"handle-ended"}
    vault.lock()
    vault.lock()
    calls = (
        lambda: matter.name,
        lambda: matter.epoch,
        lambda: list(matter.documents()),
        lambda: matter.document(info.id),
        lambda: matter.seal_bytes(NewDocument(name="z"), b""),
        lambda: matter.reader(info.id),
        lambda: matter.rotate(),
        lambda: vault.matters(),
        lambda: vault.users(),
        lambda: vault.verify(),
        lambda: vault.export(),
        lambda: writer.finish(),
    )
    assert {code(call) for call in calls} == {"locked"}
    # A reader has its document's key until it is ended.
    assert open_reader.read() == b"content"
    open_reader.release()
    assert code(open_reader.read) == "handle-ended"


def test_a_handle_ended_among_its_reads_gives_the_right_bytes_or_an_error(matter: Matter) -> None:
    content = counted(4_000_000)
    info = matter.seal_bytes(NewDocument(name="x"), content)
    reader: DocumentReader = matter.reader(info.id)
    started = threading.Event()

    def work(n: int) -> str:
        started.set()
        try:
            while True:
                assert reader.read_at(n * 1000, 200_000) == content[n * 1000 : n * 1000 + 200_000]
        except PrivityError as error:
            return error.code

    with ThreadPoolExecutor(6) as threads:
        results = threads.map(work, range(6))
        started.wait()
        reader.release()
        assert set(results) == {"handle-ended"}


# --- callbacks -------------------------------------------------------------------------------------


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "big"
    path.write_bytes(counted(3_000_000))
    return path


@pytest.mark.parametrize("error", [ValueError("of the host"), KeyboardInterrupt(), SystemExit(3)])
def test_what_a_watcher_raises_ends_the_call_and_is_not_lost(
    matter: Matter, big: Path, error: BaseException
) -> None:
    def fail(done: int, total: int | None) -> None:
        raise error

    # What asks the program to end comes out as it is; all else is the cause of our own.
    ours = isinstance(error, Exception)
    with pytest.raises(CancelledError if ours else type(error)) as caught:
        matter.seal_file(NewDocument(name="x"), big, watcher=fail)
    if ours:
        assert isinstance(caught.value, CancelledError) and caught.value.code == "watcher-failed"
        assert caught.value.__cause__ is error and "of the host" not in str(caught.value)
    else:
        assert caught.value is error
    assert matter.documents_count() == 0


def test_a_watcher_may_block_and_call_back_in_while_others_work(
    vault: Vault, matter: Matter, big: Path
) -> None:
    blocked, others_worked = threading.Event(), threading.Event()
    inside: list[str] = []

    def watch(done: int, total: int | None) -> None:
        if not blocked.is_set():
            blocked.set()
            assert others_worked.wait(60), "others could not work meanwhile"
            # Into the same vault, from within one of its calls.
            info = matter.seal_bytes(NewDocument(name="from within"), b"within")
            assert matter.open_bytes(info.id) == b"within"
            assert vault.verify(watcher=lambda done, total: None).is_clean
            inside.append(info.id)

    with ThreadPoolExecutor(1) as threads:
        sealing = threads.submit(matter.seal_file, NewDocument(name="big"), big, watcher=watch)
        assert blocked.wait(60)
        other = matter.seal_bytes(NewDocument(name="meanwhile"), b"meanwhile")
        assert matter.open_bytes(other.id) == b"meanwhile"
        others_worked.set()
        info = sealing.result()
    assert len(inside) == 1 and info.length == 3_000_000
    assert matter.documents_count() == 3


def test_a_watcher_that_locks_the_vault_ends_the_call(vault: Vault, matter: Matter, big: Path) -> None:
    def watch(done: int, total: int | None) -> Flow:
        vault.lock()
        return Flow.CONTINUE

    with pytest.raises(PrivityError, match="locked"):
        matter.seal_file(NewDocument(name="x"), big, watcher=watch)


class KeyStore:
    """Keeps what it wraps; does ``meanwhile`` at every unwrapping."""

    id = "com.example.store"

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self.meanwhile = meanwhile
        self.kept = b""

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        self.kept = secret
        return b"kept"

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        self.meanwhile()
        return self.kept


def test_a_protector_may_call_back_in_and_block_others_not(storage: Stored, vault: Vault) -> None:
    entered, others_worked = threading.Event(), threading.Event()

    def meanwhile() -> None:
        identity = keys.Identity.generate()
        assert keys.Identity.unlock(identity.protect(Guard("x")), Guard("x"))
        assert vault.verify().is_clean
        entered.set()
        assert others_worked.wait(60), "others could not work meanwhile"

    guard = Guard.of_protector(KeyStore(meanwhile))
    protected = keys.Identity.generate().protect(guard)
    with ThreadPoolExecutor(1) as threads:
        unlocking = threads.submit(keys.Identity.unlock, protected, guard)
        assert entered.wait(60)
        assert vault.verify().is_clean
        others_worked.set()
        assert unlocking.result()


@pytest.mark.parametrize("answer", [b"", bytes(31), bytes(33), bytes(5_000), "text", None])
def test_a_protector_that_answers_nonsense_has_failed(answer: object) -> None:
    class Nonsense(KeyStore):
        def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
            return answer  # type: ignore[return-value]

    guard = Guard.of_protector(Nonsense(lambda: None))
    protected = keys.Identity.generate().protect(guard)
    with pytest.raises(RefusedError, match="protector-failed"):
        keys.Identity.unlock(protected, guard)


# --- more bytes than a call takes ------------------------------------------------------------------

TOO_LONG = [2**31, 2**32 + 3]


@pytest.fixture(params=TOO_LONG, ids=["2 GiB", "4 GiB + 3"])
def too_long(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[mmap.mmap]:
    """As many bytes, of which none is in memory."""
    sparse = tmp_path / "sparse"
    sparse.touch()
    os.truncate(sparse, request.param)
    with sparse.open("rb") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            yield data


def test_every_call_that_takes_bytes_refuses_too_many(
    vault: Vault, matter: Matter, too_long: mmap.mmap
) -> None:
    header = Header(firm=new_firm_id(), document=new_document_id(), version=1)
    made = envelope.seal(header, b"x")
    key, expected = made.key.opening_key, envelope.expected_of(made.summary)
    identity = keys.Identity.generate()
    context = keys.wrap_context(header, vault.user.replace("usr_", "prn_"))
    commitment = made.summary.content_commitment
    writer, sealer = matter.writer(NewDocument(name="x")), envelope.Sealer(header)
    roots = audit.TrustRoots(origin="log.example", genesis="00" * 32)
    note = audit.Appender.begin("log.example", keys.ChainKeys.generate()).appender.checkpoint()
    verifier, log = audit.Verifier(roots, [note]), audit.Log.standalone("log.example", [])
    calls: list[Callable[[], object]] = [
        lambda: matter.seal_bytes(NewDocument(name="x"), too_long),
        lambda: matter.seal_stream(NewDocument(name="x"), [too_long]),
        lambda: writer.write(too_long),
        lambda: envelope.seal(header, too_long),
        lambda: envelope.open_bytes(key, expected, too_long),
        lambda: envelope.Opener.of_bytes(key, expected, too_long),
        lambda: sealer.write(too_long),
        lambda: envelope.metadata_open(key, header, too_long),
        lambda: envelope.metadata_hash(too_long),
        lambda: envelope.verify_content(commitment, too_long, "00" * 32),
        lambda: keys.PublicKey.from_bytes(too_long),
        lambda: keys.Identity.unlock(too_long, Guard("x")),
        lambda: keys.ChainKeys.unlock(too_long, Guard("x")),
        lambda: keys.OpeningKey.unwrap(identity, too_long, context),
        lambda: key.verify_wrap(identity.public, context, too_long),
        lambda: Guard(too_long),
        lambda: EnrolmentRequest.from_bytes(too_long),
        lambda: Approval.from_bytes(too_long),
        lambda: verify_export(too_long, vault.trust),
        lambda: verifier.push(too_long),
        lambda: verifier.push_all([too_long]),
        lambda: log.verify_record("", too_long),
        lambda: audit.host_draft(2_000, too_long),
        lambda: audit.record_hash(too_long),
    ]
    for call in calls:
        with pytest.raises(MisuseError, match="bytes-too-long"):
            call()
    # What refused goes on as if nothing had been.
    writer.write(b"right")
    assert matter.open_bytes(writer.finish().id) == b"right"


@pytest.mark.parametrize("length", TOO_LONG)
def test_bytes_themselves_are_checked_too(matter: Matter, length: int) -> None:
    # Of zeros: the system gives them when they are first touched, and nobody does.
    with pytest.raises(MisuseError, match="bytes-too-long"):
        matter.seal_bytes(NewDocument(name="x"), bytes(length))


def test_a_document_of_more_than_two_gib_goes_by_path_and_in_ranges(
    matter: Matter, tmp_path: Path
) -> None:
    source, length = tmp_path / "sparse", 2**31 + 5
    with source.open("wb") as file:
        file.seek(length - 4)
        file.write(b"tail")
    info = matter.seal_file(NewDocument(name="sparse"), source)
    assert info.length == length
    with pytest.raises(MisuseError, match="bytes-too-long"):
        matter.open_bytes(info.id)
    with matter.reader(info.id) as reader:
        assert len(reader) == length
        assert reader.read_at(length - 6, 1000) == b"\0\0tail"
        with pytest.raises(MisuseError, match="bytes-too-long"):
            reader.read()
        with pytest.raises(MisuseError, match="bytes-too-long"):
            reader.read_at(0, 2**32 - 1)
        with reader.open() as file:
            assert file.seek(-4, os.SEEK_END) == length - 4
            assert file.read() == b"tail"


@pytest.mark.parametrize("at, length", [(-1, 1), (2**64, 1), (0, -1), (0, 2**32)])
def test_numbers_that_no_call_takes_are_refused_before_it(
    matter: Matter, at: int, length: int
) -> None:
    info = matter.seal_bytes(NewDocument(name="x"), b"content")
    with matter.reader(info.id) as reader, pytest.raises((ValueError, OverflowError)):
        reader.read_at(at, length)
