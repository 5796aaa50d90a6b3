"""Helpers of the weather tests: what the XML itself says, read another way than the readers do."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from data import JMA_SAMPLES, jma_files
from noroshi import formats
from noroshi.core.label import OPERATOR
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import HOUR, now
from noroshi.formats import Hints
from noroshi.kinds import decode
from noroshi.store import Incoming, Outcome, Query, open_store

M = "{http://xml.kishou.go.jp/jmaxml1/body/meteorology1/}"
E = "{http://xml.kishou.go.jp/jmaxml1/elementBasis1/}"
I = "{http://xml.kishou.go.jp/jmaxml1/informationBasis1/}"  # noqa: E741

OLD = ("VPWW50", "VPWW53", "VPWW54")
LEVELLED = ("VPWW55", "VPWW56", "VPWW57", "VPWW58", "VPWW59", "VPWW60", "VPWW61")
TABLES = (*OLD, *LEVELLED, "VXWW50", "VPHW50", "VPHW51")
TYPES = (
    *(*TABLES, "VPNO50", "VPOA50", "VPWP50", "VPBS50"),
    *("VPFJ51", "VPZJ51", "VPCJ51", "VMCJ55"),
)
KIND_OF = {"VXWW": "disaster.landslide_alert", "VPHW": "disaster.tornado_watch"}
WARNING = "disaster.weather_warning"
REGION = "disaster.weather_warning_region"
OUTLOOK = "disaster.weather_outlook"
MUNICIPAL = (WARNING, *KIND_OF.values())
NOTHING = ("解除", "なし", "発表警報・注意報はなし")


def files(*types: str) -> list[Path]:
    return [path for one in types for path in jma_files(f"*{one}*")]


def kind_of(path: Path) -> str:
    """The kind of a municipality's record from the telegram type in a file's name."""
    return next((kind for type, kind in KIND_OF.items() if type in path.name), WARNING)


@cache
def read(path: Path) -> list[Edition]:
    reading = formats.read(path.read_bytes(), Hints())
    assert reading.faults == []
    return reading.editions


def sample(name: str) -> list[Edition]:
    return read(JMA_SAMPLES / name)


def typed(editions: list[Edition]) -> list[Edition]:
    return [one for one in editions if not one.series.startswith("jma/bulletin/")]


def records(editions: list[Edition], kind: str) -> list[Record]:
    return [one for edition in editions for one in edition.records if one.kind == kind]


def bodies(editions: list[Edition], kind: str) -> dict[str, Any]:
    """Bodies, decoded and so checked, by the last part of the key (mostly the area's code)."""
    found = records(editions, kind)
    bodies = {one.key.rpartition("/")[2]: decode(kind, one.body) for one in found}
    assert len({one.key for one in found}) == len(found)
    return bodies


def tree(path: Path) -> ET.Element:
    return ET.fromstring(path.read_bytes())


def said(element: ET.Element, path: str) -> str:
    return (element.findtext("/".join(M + part for part in path.split("/"))) or "").strip()


def head(root: ET.Element, name: str) -> str:
    """Text of the first element called `name`, of whatever namespace, in document order."""
    return next((one.text or "" for one in root.iter() if one.tag.endswith("}" + name)), "")


def items(root: ET.Element, local: bool) -> Iterator[tuple[str, ET.Element]]:
    """Warning type and Item of municipalities (`local`) or of all other divisions."""
    for warning in root.iter(M + "Warning"):
        type = warning.get("type", "")
        municipal = type.endswith("（市町村等）") or type == "土砂災害警戒情報"
        for item in warning.findall(M + "Item"):
            if municipal == local:
                yield type, item


def in_force(item: ET.Element) -> list[ET.Element]:
    return [one for one in item.findall(M + "Kind") if said(one, "Status") not in NOTHING]


def summary(kind: ET.Element) -> dict[str, Any]:
    """What a Kind says outside its Property, as plain data."""
    last = kind.find(M + "LastKind")
    notes = {
        name: [(one.text or "").strip() for one in kind.findall(f"{M}{name}/{M}Note")]
        for name in ("Attention", "Addition")
    }
    return {
        "name": said(kind, "Name"),
        "code": said(kind, "Code"),
        "status": said(kind, "Status"),
        "condition": said(kind, "Condition"),
        "last": None if last is None else (said(last, "Name"), said(last, "Code")),
        "next": len(kind.findall(f"{M}NextKinds/{M}NextKind"))
        + len(kind.findall(M + "WarningNotice")),
        "attention": notes["Attention"],
        "addition": notes["Addition"],
    }


def own_summary(kind: Any) -> dict[str, Any]:
    """The same of one of our warnings."""
    return {
        "name": kind.name,
        "code": kind.code,
        "status": kind.status,
        "condition": kind.condition,
        "last": kind.last and (kind.last.name, kind.last.code),
        "next": len(kind.next),
        "attention": kind.attention,
        "addition": kind.addition,
    }


def printed_level(name: str) -> int | None:
    found = re.match(r"レベル(\d)", unicodedata.normalize("NFKC", name))
    return int(found[1]) if found else None


def tables(paths: Iterable[Path]) -> dict[tuple[str, ...], set[str]]:
    """Municipalities in force in the latest telegram of each product, office and region: office
    alone is the first part of the key, so that both ways of keying can be compared."""
    latest: dict[tuple[str, ...], tuple[str, set[str]]] = {}
    for path in paths:
        root = tree(path)
        title = head(root.find(I + "Head") or root, "Title")
        key = (head(root, "PublishingOffice").split()[-1], head(root, "Title"), title[:2])
        time = head(root, "ReportDateTime")
        found = {said(item, "Area/Code") for _, item in items(root, True) if in_force(item)}
        if key not in latest or time > latest[key][0]:
            latest[key] = (time, found)
    return {key: found for key, (_, found) in latest.items()}


@cache
def _editions(data: bytes) -> list[Edition]:
    return formats.read(data, Hints()).editions


def picture(
    tmp: Path,
    telegrams: Iterable[bytes],
    kinds: Iterable[str],
    at: int | None = None,
    mode: Mode = Mode.ACTUAL,
    lapsed: bool = True,
) -> dict[tuple[str, str], Record | Any]:
    """What a store shows that took these telegrams in, in this order; also what has run out by
    `at` (now, unless told) without anything in its place, where `lapsed`."""
    store = open_store(tmp)
    for data in telegrams:
        editions = _editions(data)
        incoming = Incoming(data, hashlib.sha256(data).digest(), "test")
        store.commit([(incoming, Outcome(editions=editions))])
    shown = {}
    for kind in kinds:
        query = Query(
            OPERATOR,
            at=now() if at is None else at,
            as_of=now() + HOUR,
            kind=kind,
            mode=mode,
            lapsed=lapsed,
        )
        found = list(store.picture(query))
        shown.update({(one.series, one.key): one for one in found})
        assert len({(one.series, one.key) for one in found}) == len(found)
    assert store.check() == []
    store.close()
    return shown


def real(*names: str) -> list[bytes]:
    return [(JMA_SAMPLES / name).read_bytes() for name in names]
