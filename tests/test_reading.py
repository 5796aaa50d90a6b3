"""One message never costs the others: not by killing its reader, hanging it, or a defect."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import ROOT
from noroshi import formats
from noroshi.engine.reading import FEW, Readers, read_outcome
from noroshi.formats import Format, Hints, Reading
from noroshi.store import QUARANTINED, READ
from telegrams import telegram

GOOD = telegram(event="E1")


def _deadly(data: bytes, hints: Hints) -> Reading:
    if data == b"DEADLY die":
        os._exit(9)
    if data == b"DEADLY hang":
        time.sleep(600)
    if data == b"DEADLY eat":
        _ = b"x" * (64 * 2**30)
    raise ZeroDivisionError("a defect")


@pytest.fixture(autouse=True)
def deadly_format() -> Iterator[None]:
    known = dict(formats.all_formats())
    deadly = Format(
        name="deadly", en="Deadly", ja="致命的", media_type="text/plain",
        recognises=lambda data: data.startswith(b"DEADLY"), read="test_reading:_deadly",
        precedence=99,
    )  # fmt: skip
    formats.all_formats().clear()
    formats.all_formats().update({"deadly": deadly, **known})
    yield
    formats.all_formats.cache_clear()


@pytest.fixture
def readers() -> Iterator[Readers]:
    made = Readers(2, patience=5.0)
    yield made
    made.stop()


def job(data: bytes) -> tuple[bytes, Hints, None]:
    return data, Hints(), None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"DEADLY die", "the reading process died of this message"),
        (b"DEADLY hang", "reading took longer than 5 seconds"),
        (b"DEADLY eat", "too deep or too large to read"),
        (b"DEADLY defect", "the deadly reader failed: ZeroDivisionError: a defect"),
    ],
)
def test_it_goes_to_quarantine_and_the_others_are_read(
    data: bytes, reason: str, readers: Readers
) -> None:
    others = [readers.submit([job(GOOD)]), readers.submit([job(GOOD), job(data), job(GOOD)])]
    first, share = [collect() for collect in others]
    assert [one.state for one in first] == [READ]
    assert [one.state for one in share] == [READ, QUARANTINED, READ]
    assert reason in share[1].reason
    assert [one.state for one in readers.submit([job(GOOD)])()] == [READ]


def test_reading_elsewhere_gives_what_reading_here_gives(readers: Readers) -> None:
    (elsewhere,) = readers.submit([job(GOOD)])()
    here = read_outcome(*job(GOOD))
    assert list(elsewhere.editions) == list(here.editions)
    assert (elsewhere.state, elsewhere.format, elsewhere.stated) == (READ, "jma_xml", here.stated)


def test_a_failure_with_work_under_way_ends_and_does_not_hang(tmp_path: Path) -> None:
    script = f"""
import sys
sys.path.insert(0, {str(ROOT / "tests")!r})
from pathlib import Path
from noroshi.engine import ingest as module
from noroshi.engine.settings import Source
from noroshi.store import open_store
from telegrams import telegram
del module.uncollected  # a defect of our own, in the middle of it
offered = (
    module.Offered(str(n), telegram(event=str(n), headline="x" * 400_000)) for n in range(40)
)
module.ingest(open_store(Path({str(tmp_path)!r})), offered, Source())
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, timeout=60, check=False
    )
    assert b"NameError" in done.stderr


def test_a_hung_message_among_large_ones_leaves_nothing_hanging(readers: Readers) -> None:
    large = telegram(event="L", headline="x" * 1_500_000)
    shares = [[job(large)], [job(b"DEADLY hang")], [job(large)], [job(large)], [job(large)]]
    collected = [collect() for collect in [readers.submit(share) for share in shares]]
    states = [one.state for outcomes in collected for one in outcomes]
    assert states == [READ, QUARANTINED, READ, READ, READ]


def test_what_must_be_read_in_time_is_left_alone_a_few_messages_at_a_time() -> None:
    readers = Readers(1)
    try:
        jobs = [job(telegram(event=f"E{number}")) for number in range(100)]
        jobs[40] = job(b"DEADLY hang")
        found = readers.attempt(jobs, 1.0)
        late = [number for number, one in enumerate(found) if one is None]
        assert 40 in late
        assert len(late) <= FEW
        assert all(one is None or one.state == READ for one in found)
        # What comes after a hung one is in time again, though processes had to be started anew.
        assert all(one is not None for one in readers.attempt([job(GOOD)] * 40, 1.0))
    finally:
        readers.stop()


def test_a_process_that_starts_slowly_makes_nothing_too_late() -> None:
    readers = Readers(1, method="spawn")  # imports everything: longer than what reading may take
    try:
        [one] = readers.attempt([job(GOOD)], 0.2)
        assert one is not None
        assert one.state == READ
    finally:
        readers.stop()
