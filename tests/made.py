"""Capabilities made for tests of the engine, found like those of another package.

`counting` adds up who is in the shelters of each municipality (one part each), `together` adds up
what `counting` says, `fragile` refuses what is called 壊, `slow` waits while a file is there, and
`silent` says that nothing was heard when an hour has passed.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from noroshi.core.label import PUBLIC
from noroshi.core.record import Edition, Mode, Record
from noroshi.kinds import encode
from noroshi.kinds.shelter import Shelter
from noroshi.store import Incoming, Outcome, Store

_DECLARED = """
from noroshi.core.capability import Capability
CAPABILITY = Capability(
    title="Made for a test", title_ja="試験用", sentence="Made for a test.", sentence_ja="試験用。",
    consumes=({consumes!r},), produces=({produces!r},),
    build=f"{{__name__}}.products:build", params=f"{{__name__}}.products:Params", {more}
)
"""
_HEAD = """
import time
from pathlib import Path
from typing import Annotated
import msgspec
from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import HOUR
from noroshi.kinds import decode, encode, note
from noroshi.kinds.indicator import Indicator
from noroshi.kinds.shelter import Shelter
CALLS = []

class Params(msgspec.Struct, frozen=True):
    least: Annotated[int, note("最小", "leave out shelters with fewer people")] = 0

def scope(version, towns):
    return [found] if (found := towns.of(version)) else []

def edition(inputs, value, subject="", **more):
    versions = [one for some in inputs.values() for one in some]
    issued = max(one.issued for one in versions)
    body = Indicator(name="x", name_ja="数", subject=subject, value=value)
    record = Record("report.indicator", subject or "all", encode(body),
                    basis=tuple(sorted(one.id for one in versions)), **more)
    return Edition("", issued, [record], mode=mode_of(inputs), effective=issued)

def people(version, params):
    count = decode(version.kind, version.body).headcount or 0
    return count if count >= params.least else 0
"""
_SHELTER, _INDICATOR = "disaster.shelter", "report.indicator"
_MADE = {
    "counting": (_SHELTER, _INDICATOR, "scope=f'{__name__}.products:scope'", '''
def build(inputs, params):
    found = inputs["disaster.shelter"]
    if not found: return []
    CALLS.append(found[0].area)
    return [edition(inputs, sum(people(one, params) for one in found), found[0].area)]
'''),
    "fragile": (_SHELTER, "disaster.report", "scope=f'{__name__}.products:scope'", '''
from noroshi.kinds.report import Report
def build(inputs, params):
    found = inputs["disaster.shelter"]
    if not found: return []
    names = [decode(one.kind, one.body).name for one in found]
    if "壊" in names: raise InvalidRecord("it is broken", where=found[0].area)
    if "誤" in names: return [edition(inputs, 1.0)]  # of a kind that is not declared
    if "割" in names: 1 / 0
    issued = max(one.issued for one in found)
    record = Record("disaster.report", "r", encode(Report(title="、".join(names))),
                    basis=tuple(sorted(one.id for one in found)))
    return [Edition("", issued, [record], mode=mode_of(inputs), effective=issued)]
'''),
    "slow": (_SHELTER, "disaster.bulletin", "", '''
from noroshi.kinds.bulletin import Bulletin
def build(inputs, params):
    while Path({wait!r}).exists(): time.sleep(0.02)
    return []
'''),
    "silent": (_SHELTER, "disaster.layer", "scope=f'{__name__}.products:scope', clock=True", '''
from noroshi.kinds.report import Layer
def build(inputs, params, at):
    found = inputs["disaster.shelter"]
    if not found: return []
    heard = max(one.issued for one in found)
    silent = at >= heard + HOUR
    begun = heard + HOUR if silent else heard
    record = Record("disaster.layer", "s", encode(Layer(title="途絶" if silent else "受信",
                    code="", author="")), basis=tuple(sorted(one.id for one in found)),
                    valid_to=None if silent else heard + HOUR)
    return [Edition("", begun, [record], mode=mode_of(inputs), effective=begun)]
'''),
    "together": (_INDICATOR, "cyber.incident", "", '''
from noroshi.kinds.incident import Incident
def build(inputs, params):
    found = inputs["report.indicator"]
    if not found: return []
    CALLS.append(len(found))
    total = sum(decode(one.kind, one.body).value for one in found)
    issued = max(one.issued for one in found)
    record = Record("cyber.incident", "t", encode(Incident(title=f"{total:.0f}")),
                    basis=tuple(sorted(one.id for one in found)))
    return [Edition("", issued, [record], mode=mode_of(inputs), effective=issued)]
'''),
}  # fmt: skip


def write(root: Path, *names: str, wait: Path = Path("/nowhere")) -> None:
    """Write the folders of the capabilities called `technology/NAME` under `root`."""
    for name in names:
        consumes, produces, more, code = _MADE[name]
        (root / name).mkdir(parents=True)
        declared = _DECLARED.format(consumes=consumes, produces=produces, more=more)
        (root / name / "__init__.py").write_text(declared)
        text = _HEAD + code.replace("{wait!r}", repr(str(wait)))
        (root / name / "products.py").write_text(text)


@contextmanager
def made(root: Path, *names: str, wait: Path = Path("/nowhere")) -> Iterator[None]:
    """These capabilities, beside those of the house, while it lasts."""
    write(root, *names, wait=wait)
    paths = importlib.import_module("noroshi.domains.technology").__path__
    paths.append(str(root))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        paths.remove(str(root))
        for module in [one for one in sys.modules if one.startswith(_PREFIX)]:
            if module.removeprefix(_PREFIX).split(".")[0] in names:
                del sys.modules[module]


_PREFIX = "noroshi.domains.technology."


def calls(name: str) -> list[object]:
    """What a capability noted of its calls since this was asked last."""
    noted: list[object] = importlib.import_module(f"{_PREFIX}{name}.products").CALLS
    found = noted[:]
    noted.clear()
    return found


def outside(root: Path, *names: str, wait: Path = Path("/nowhere")) -> None:
    """Write these capabilities as a package that other processes find on their path `root`."""
    write(root / "made_package", *names, wait=wait)
    (root / "made_package" / "__init__.py").write_text("")
    information = root / "made-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: made\nVersion: 1.0\n")
    entries = "".join(f"technology/{name} = made_package.{name}\n" for name in names)
    (information / "entry_points.txt").write_text(f"[noroshi.capabilities]\n{entries}")


def shelters(
    store: Store,
    city: str,
    people: Sequence[tuple[str, int]],
    issued: int,
    mode: Mode = Mode.ACTUAL,
    label: int = PUBLIC,
) -> None:
    """Commit what a municipality says of its shelters: names and people."""
    from hashlib import sha256

    records = [
        Record(_SHELTER, name, encode(Shelter(name=name, headcount=count)), area=f"city:{city}00")
        for name, count in people
    ]
    edition = Edition(f"test/{city}", issued, records, mode=mode, effective=issued)
    data = repr((city, people, issued, mode, label)).encode()
    incoming = Incoming(data, sha256(data).digest(), "test", label=label)
    store.commit([(incoming, Outcome(editions=[edition], stated=len(records)))])
