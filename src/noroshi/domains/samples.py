"""A capability's samples: real messages in, and what must come out.

`samples/<case>/` holds messages in the format in which they arrive, and `expected.json`. A message
that does not say when it was issued is taken to have arrived at the time in its file's name
(`2031-07-02T1800_name.json`, Japanese time). A file `at` holds the moment (RFC 3339) for a
capability with a clock; without it that is when the newest input was issued. A file `label` holds
the name of the built-in label that the messages come under; without it they are public. To see what
a case gives (and, once checked by hand, to keep it):

    python -m noroshi.domains.samples disaster/alert_level CASE
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from noroshi.core import label
from noroshi.core.capability import run
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs
from noroshi.core.record import Action, Edition, Record, Version, order
from noroshi.core.time import FOREVER, NEVER, parse, show
from noroshi.domains import folder, get
from noroshi.formats import Hints, read

EXPECTED, AT, LABEL = "expected.json", "at", "label"
_TIMED = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)_")


def cases(capability_folder: Path) -> list[Path]:
    """The folders of a capability's sample cases, in order of name."""
    samples = capability_folder / "samples"
    return sorted(one for one in samples.glob("*") if one.is_dir()) if samples.is_dir() else []


def read_case(case: Path) -> list[Edition]:
    """The editions of a case's messages.

    Raises UnreadableMessage, or InvalidRecord where a record had to be left out: a sample is whole.
    """
    editions: list[Edition] = []
    for path in sorted(case.iterdir()):
        if path.name in (EXPECTED, AT, LABEL) or not path.is_file():
            continue
        reading = read(path.read_bytes(), Hints(name=path.name, received=_received(path)))
        for fault in reading.faults:
            raise InvalidRecord(fault.what, where=f"{path.name} {fault.where}", remedy=fault.remedy)
        editions += reading.editions
    return editions


def _received(path: Path) -> int:
    found = _TIMED.match(path.name)
    return parse("{}T{}:{}:00+09:00".format(*found.groups())) if found else 0


def inputs_of(name: str, case: Path) -> dict[str, list[Version]]:
    """What the capability `name` is given after all messages of a case: the picture, and of kinds
    whose history it needs also what was replaced or has ended."""
    editions = read_case(case)
    moment = moment_of(case)
    if moment is None:
        moment = max((one.issued for one in editions), default=NEVER)
    found = by_kind(picture(editions, moment))
    for place, (kind, span) in enumerate(get(name).history.items(), start=1):
        known = _history(editions, kind, moment - span)
        found[kind] = [msgspec.structs.replace(one, id=place * 1_000_000 + number)
                       for number, one in enumerate(known)]  # fmt: skip
    named = case / LABEL
    if named.exists():
        under = label.NAMES[named.read_text(encoding="utf-8").strip()]
        found = {kind: [msgspec.structs.replace(one, label=under) for one in versions]
                 for kind, versions in found.items()}  # fmt: skip
    return found


def _history(editions: Sequence[Edition], kind: str, since: int) -> list[Version]:
    """What was true of a kind at some time since then, each with when it was replaced."""
    said: dict[tuple[str, str, int, int], Version] = {}
    held: dict[tuple[str, str], tuple[str, str, int, int]] = {}
    for moment in sorted({one.issued for one in editions}):
        now: dict[tuple[str, str], tuple[str, str, int, int]] = {}
        for one in picture([one for one in editions if one.issued <= moment], moment):
            if one.kind == kind:
                key = one.series, one.key, one.issued, one.serial
                said.setdefault(key, one)
                now[one.series, one.key] = key
        for thing, key in held.items():
            if now.get(thing) != key:
                said[key] = msgspec.structs.replace(said[key], ended_at=moment)
        held = now
    return [one for one in said.values() if min(one.ended_at, one.valid_to) > since]


def moment_of(case: Path) -> int | None:
    """The moment at which a case is looked at, None: when the newest input was issued."""
    path = case / AT
    return parse(path.read_text(encoding="utf-8").strip()) if path.exists() else None


def picture(editions: Sequence[Edition], at: int | None = None) -> list[Version]:
    """What is in force at `at` (the newest issue where None) after all of `editions`, in any order.

    This is the supersession of `core.record` in its plainest form, for samples: no history, no
    labels, no merging of attributes. Ids depend on content alone.
    """
    if any(one.merge for one in editions):
        raise InvalidRecord("samples with merged attributes are not supported")
    moment = max((one.issued for one in editions), default=NEVER) if at is None else at
    series: dict[tuple[str, int], dict[tuple[str, str], tuple[Edition, Record]]] = {}
    for edition in sorted(editions, key=_order):
        keys = series.setdefault((edition.series, edition.mode), {})
        if edition.whole:
            keys.clear()
        for record in edition.records:
            if edition.action is Action.CANCEL:
                keys.pop((record.kind, record.key), None)
            else:
                keys[record.kind, record.key] = (edition, record)
    found = (
        (name, mode, key, *said)
        for (name, mode), keys in sorted(series.items())
        for key, said in sorted(keys.items())
    )
    versions = [
        _version(number, edition, record)
        for number, (*_, edition, record) in enumerate(found, start=1)
    ]
    return [one for one in versions if one.valid_from <= moment < one.valid_to]


def by_kind(versions: Iterable[Version]) -> dict[str, list[Version]]:
    """Versions grouped by kind, as `build` takes them."""
    found: dict[str, list[Version]] = {}
    for version in versions:
        found.setdefault(version.kind, []).append(version)
    return found


def outcome(name: str, inputs: Inputs, at: int | None = None) -> list[dict[str, Any]]:
    """What the capability `name` makes of `inputs` at a moment, readable: times as text, basis as
    series and key of the records, in order of mode and series."""
    known = {one.id: f"{one.series} {one.key}" for versions in inputs.values() for one in versions}
    return [
        {
            "series": edition.series,
            "mode": edition.mode.name,
            "issued": show(edition.issued),
            "effective": show(edition.effective),
            "records": [
                {
                    "kind": record.kind,
                    "key": record.key,
                    "area": record.area,
                    "valid_from": show(record.valid_from),
                    "valid_to": show(record.valid_to),
                    "basis": sorted(known[one] for one in record.basis),
                    "body": msgspec.json.decode(record.body),
                }
                for record in edition.records
            ],
        }
        for edition in sorted(
            run(name, get(name), inputs, at=at), key=lambda one: (one.mode, one.series)
        )
    ]


def _order(edition: Edition) -> bytes:
    digest = sha256(msgspec.msgpack.encode(edition.records)).digest()
    return order(edition.issued, edition.action, edition.serial, digest)


def _version(number: int, edition: Edition, record: Record) -> Version:
    start = edition.effective if record.valid_from is None else record.valid_from
    return Version(
        id=number,
        kind=record.kind,
        key=record.key,
        series=edition.series,
        mode=edition.mode,
        action=edition.action,
        issued=edition.issued,
        serial=edition.serial,
        recorded=edition.issued,
        valid_from=NEVER if start is None else start,
        valid_to=FOREVER if record.valid_to is None else record.valid_to,
        ended_at=FOREVER,
        ended_recorded=FOREVER,
        label=label.PUBLIC,
        source="sample",
        message=None,
        area=record.area,
        geometry=record.geometry,
        confidence=record.confidence,
        basis=record.basis,
        body=record.body,
    )


def main(arguments: Sequence[str]) -> None:
    """Print what one case of a capability gives."""
    name, case = arguments
    path = folder(name) / "samples" / case
    found = outcome(name, inputs_of(name, path), moment_of(path))
    text = msgspec.json.format(msgspec.json.encode(found), indent=1)
    sys.stdout.write(text.decode() + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
