"""The past once more: messages that a node kept, or files of them, as an exercise with their times
moved to the present.

A message goes in the exercise envelope, byte for byte, and is read as its sender's always are.
Nobody sees of it what they do not see of the original: in the node's own home it keeps its label,
and elsewhere only what is public goes. Personal data, and what was recalled, is never replayed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from noroshi.core.errors import NoroshiError, NotFound
from noroshi.core.label import OPERATOR, PUBLIC
from noroshi.core.record import Edition, Mode
from noroshi.core.time import from_datetime, now, parse
from noroshi.engine.ingest import hints_of
from noroshi.engine.reading import read_outcome
from noroshi.engine.settings import DRILL, Settings
from noroshi.engine.sharing import Sharings
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.sinks.folder import MANIFEST, read_manifest
from noroshi.feeds.paths import find
from noroshi.formats import Hints, recognise
from noroshi.formats.exercise import envelope, recognises
from noroshi.kinds.resident_report import PERSONAL
from noroshi.store import QUARANTINED, RELAYED, WAITING, Arrival, Outcome, Store


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be replayed: what arrived from `start` until `end`, of these `sources` (none:
    all). `quarantined`: also what could not be read. `exercises`: also drills. `public`: only what
    everyone may see, because it leaves the node."""

    start: int | None = None
    end: int | None = None
    sources: Collection[str] = ()
    quarantined: bool = False
    exercises: bool = False
    public: bool = False


class Past(msgspec.Struct):
    """A message of the past: `time` is when it came. `data` is None while it is in the store."""

    time: int
    source: str
    name: str
    data: bytes | None = None
    arrival: Arrival | None = None


#: Why messages are left out, and how many.
Left = Counter[str]

_PERSONAL, _RECALLED = "personal data 個人情報", "recalled 取消済み"
_DRILL, _UNREAD = "exercises 訓練", "in quarantine 保留中"
_NARROW, _RELAYED = "not public 非公開", "other nodes' 他ノードの電文"
_BEFORE = "outside the time 期間外"


def kept(
    store: Store, settings: Settings, sharings: Sharings, wanted: Wanted, left: Left
) -> list[Past]:
    """What arrived at a node and is to be replayed, in the order in which it came. What is left
    out is counted in `left`."""
    recalled = {(sha, label) for sha, label, _, _ in store.recalls()}
    personal = {*sharings.personal(), *filter(None, (settings.personal,))}
    found = []
    for one in store.messages(OPERATOR):
        if not _within(one.received, wanted):
            continue
        if wanted.sources and one.source not in wanted.sources:
            continue
        if one.label in personal:
            left[_PERSONAL] += 1
        elif (one.id, one.label) in recalled:
            left[_RECALLED] += 1
        elif one.format == RELAYED:
            left[_RELAYED] += 1
        elif wanted.public and one.label != PUBLIC:
            left[_NARROW] += 1
        elif one.state in (QUARANTINED, WAITING) and not wanted.quarantined:
            left[_UNREAD] += 1
        elif one.source.partition("/")[0] == DRILL and not wanted.exercises:
            left[_DRILL] += 1
        else:
            found.append(Past(one.received, one.source, one.name, None, one))
    return sorted(found, key=lambda one: one.time)


def files(folder: Path, settings: Settings, source: str, wanted: Wanted, left: Left) -> list[Past]:
    """The messages of a folder, or archive: in the order of its manifest (`FolderSink` writes one),
    else of their own times, and of their names where they have none. They come from `source`, or
    from whom the manifest says. Raises NoroshiError where there is none."""
    listed = {folder / one.file: one for one in (folder.is_dir() and read_manifest(folder)) or []}
    found: list[Past] = []
    for one in find([folder], settings.limits):
        path, line = Path(one.name), listed.get(Path(one.name))
        if path.name == MANIFEST or path.name == "truth.jsonl" or one.fault:
            continue
        if line is not None:
            past = Past(parse(line.time), line.source, line.name, one.data)
        else:
            name = re.split(r"[/\\!]", one.name)[-1]
            outcome = read_outcome(one.data, _hints(name, source, settings))
            time = _own_time(outcome, name)
            if time is None:  # with the one before it by name
                time = found[-1].time if found else now()
            past = Past(time, source, name, one.data)
        if not _within(past.time, wanted):
            left[_BEFORE] += 1
        elif not wanted.sources or past.source in wanted.sources:
            found.append(past)
    if not found:
        raise NoroshiError("no messages in it", where=str(folder))
    return sorted(found, key=lambda one: one.time)


def _within(time: int, wanted: Wanted) -> bool:
    return (wanted.start is None or time >= wanted.start) and (
        wanted.end is None or time < wanted.end
    )


def _hints(name: str, source: str, settings: Settings) -> Hints:
    return Hints(name, 0, source, settings.source(source).mapping, limits=settings.limits)


def _own_time(outcome: Outcome, name: str) -> int | None:
    """When a message was issued, as it says; or else as its file's name does (UTC)."""
    issued = [one.issued for one in outcome.editions if one.issued > 0]
    if issued:
        return max(issued)
    found = re.search(r"(?<!\d)(20\d{6})[T_]?(\d{6})(?!\d)", name)
    if found:
        try:
            moment = datetime.strptime(found[1] + found[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            return from_datetime(moment)
        except ValueError:
            pass
    return None


def events(
    past: list[Past], settings: Settings, shift: int, wanted: Wanted, left: Left,
    store: Store | None = None,
) -> Iterator[Message]:  # fmt: skip
    """The messages as they are to be played, all times `shift` later (microseconds). What turns out
    to be an exercise, or to hold personal data, when it is opened, is left out."""
    for one in past:
        try:
            data = _data(one, store)
        except NotFound:
            left[_RECALLED] += 1  # meanwhile
            continue
        why, format = _why_not(one, data, settings, wanted)
        if why:
            left[why] += 1
            continue
        data = envelope(data, Mode.EXERCISE, shift, format)
        label = one.arrival.label if one.arrival is not None else None
        yield Message(one.time + shift, one.source.removeprefix(f"{DRILL}/"), one.name, data,
                      label=label)  # fmt: skip


def _data(one: Past, store: Store | None) -> bytes:
    if one.data is not None:
        return one.data
    assert store is not None
    assert one.arrival is not None
    return store.message(one.arrival.id, OPERATOR)


def _why_not(one: Past, data: bytes, settings: Settings, wanted: Wanted) -> tuple[str, str]:
    """Why a message is not replayed (empty: it is), and as which format it is to be read, where
    that cannot be told from it."""
    if not data:
        return _RECALLED, ""  # erased
    enclosed = recognises(data)
    if enclosed and not wanted.exercises:
        return _DRILL, ""
    format = ""
    hints = _hints(one.name, one.source, settings)
    if one.arrival is not None:
        source = settings.source(one.source)
        hints = hints_of(one.arrival, source, settings.limits)
        looks = recognise(data)
        if (
            one.arrival.format
            and not enclosed
            and (looks is None or looks.name != one.arrival.format)
        ):
            format = one.arrival.format
    outcome = read_outcome(data, hints, format or None)
    if any(_is_personal(each) for each in outcome.editions):
        return _PERSONAL, ""
    if outcome.state == QUARANTINED and not wanted.quarantined:
        return _UNREAD, ""
    modes = {each.mode for each in outcome.editions}
    if modes and Mode.ACTUAL not in modes and not wanted.exercises:
        return _DRILL, ""
    return "", format


def _is_personal(edition: Edition) -> bool:
    return any(record.kind in PERSONAL for record in edition.records)
