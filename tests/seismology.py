"""Helpers of the JMA seismology tests: what the XML itself says, and what a store then shows."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import shapely

from data import JMA_SAMPLES, jma_files
from noroshi import formats
from noroshi.core.label import OPERATOR
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import HOUR, now, parse
from noroshi.formats import Hints
from noroshi.kinds import decode
from noroshi.store import Incoming, Outcome, Query, open_store

S = "{http://xml.kishou.go.jp/jmaxml1/body/seismology1/}"
E = "{http://xml.kishou.go.jp/jmaxml1/elementBasis1/}"
TYPES = (
    "VXSE43", "VXSE44", "VXSE45", "VXSE51", "VXSE52", "VXSE53", "VXSE56", "VXSE60", "VXSE61",
    "VXSE62", "VTSE41", "VTSE51", "VTSE52", "VYSE50", "VYSE51", "VYSE60",
)  # fmt: skip
KINDS = (
    "disaster.earthquake", "disaster.intensity", "disaster.long_period_motion",
    "disaster.earthquake_count", "disaster.seismic_information", "disaster.eew",
    "disaster.eew_area", "disaster.tsunami_warning", "disaster.tsunami_arrival",
    "disaster.tsunami_observation", "disaster.tsunami_estimate", "disaster.tsunami_source",
)  # fmt: skip


def files(*types: str) -> list[Path]:
    return [path for one in types for path in jma_files(f"*{one}*")]


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
    """Decoded, and thereby checked against the kind, by key; a key twice would be a mistake."""
    found = records(editions, kind)
    assert len({one.key for one in found}) == len(found)
    return {one.key: decode(kind, one.body) for one in found}


def tree(path: Path) -> ET.Element:
    return ET.fromstring(path.read_bytes())


def said(element: ET.Element, path: str) -> str:
    return (element.findtext("/".join(S + part for part in path.split("/"))) or "").strip()


def cancelled(root: ET.Element) -> bool:
    return any(one.text == "取消" for one in root.iter() if one.tag.endswith("}InfoType"))


def picture(
    tmp: Path, telegrams: list[bytes], at: str, kind: str = "", mode: Mode = Mode.ACTUAL
) -> dict[tuple[str, str], dict[str, Any]]:
    """What a store that took these telegrams in, in this order, shows at a time: of one kind, or
    of all kinds but bulletins."""
    store = open_store(tmp)
    for data in telegrams:
        editions = formats.read(data, Hints()).editions
        incoming = Incoming(data, hashlib.sha256(data).digest(), "test")
        store.commit([(incoming, Outcome(editions=editions))])
    shown = {}
    for one in [kind] if kind else KINDS:
        query = Query(OPERATOR, at=parse(at), as_of=now() + HOUR, kind=one, mode=mode)
        found = list(store.picture(query))
        shown.update({(one, version.key): version.fields() for version in found})
        assert len(found) == sum(1 for known, _ in shown if known == one)
    assert store.check() == []
    store.close()
    return shown


def real(*names: str) -> list[bytes]:
    return [(JMA_SAMPLES / name).read_bytes() for name in names]


HEAD = """<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Control><Title>{title}</Title>
<DateTime>{reported}</DateTime><Status>通常</Status><EditorialOffice>気象庁本庁</EditorialOffice>
<PublishingOffice>気象庁</PublishingOffice></Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/"><Title>{title}</Title>
<ReportDateTime>{reported}</ReportDateTime><TargetDateTime>{reported}</TargetDateTime>
<EventID>{event}</EventID><InfoType>発表</InfoType><Serial>1</Serial><InfoKind>{kind}</InfoKind>
<Headline><Text/></Headline></Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/"
 xmlns:jmx_eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/">{body}</Body></Report>"""


def in_words(description: str) -> tuple[tuple[float, float], float | None]:
    """Position in degrees and depth in metres from the words beside a coordinate."""
    words = unicodedata.normalize("NFKC", description).replace(" ", "")
    values = []
    for side, positive in (("[北南]緯", "北"), ("[東西]経", "東")):
        found = re.search(rf"({side})([\d.]+)度(?:([\d.]+)分)?", words)
        assert found, words
        value = float(found[2]) + float(found[3] or 0) / 60
        values.append(value if found[1][0] == positive else -value)
    if "ごく浅い" in words:
        return (values[1], values[0]), 0.0
    deep = re.search(r"深さ(\d+)km", words)
    return (values[1], values[0]), float(deep[1]) * 1000 if deep else None


def check_source(record: Record, body: Any, element: ET.Element, finest: int = -1) -> None:
    """Against the words in the telegram, which the reader does not use for its numbers."""
    coordinate = element.findall(f".//{E}Coordinate")[finest]
    (longitude, latitude), depth = in_words(coordinate.get("description", ""))
    assert record.geometry is not None
    where = shapely.from_wkb(record.geometry)
    assert (where.x, where.y) == pytest.approx((longitude, latitude), abs=1e-6)
    assert body.depth == depth
    assert where.has_z == (depth is not None)
    if depth is not None:
        assert where.z == -depth
    magnitude = element.find(f"{E}Magnitude")
    assert magnitude is not None
    words = unicodedata.normalize("NFKC", magnitude.get("description", ""))
    number = re.fullmatch(r"M([\d.]+)", words)
    assert body.magnitude == (float(number[1]) if number else None)
    assert body.magnitude_text == magnitude.get("description")
    area = element.find(f"{S}Hypocenter/{S}Area")
    assert area is not None
    assert (body.name, body.code) == (said(area, "Name"), said(area, "Code"))
    assert record.area == "jma.epicentre:" + said(area, "Code")
    assert parse(body.origin) == parse(said(element, "OriginTime"))


def sent_at(data: bytes, second: int) -> bytes:
    """The telegram as if sent at another second of its minute."""
    changed = re.sub(rb"(<DateTime>[^<]*:)\d\d(Z</DateTime>)", rb"\g<1>%02d\2" % second, data)
    assert changed.count(b":%02dZ</DateTime>" % second) == 1
    return changed


def waves(element: ET.Element) -> dict[str, Any]:
    """What the XML says of the waves at a coast or gauge, for comparison."""
    height = element.find(f"{S}MaxHeight/{E}TsunamiHeight")
    value = None if height is None else float(height.text or "nan")
    return {
        "arrival": said(element, "FirstHeight/ArrivalTime") or None,
        "arrival_condition": said(element, "FirstHeight/Condition"),
        "initial": said(element, "FirstHeight/Initial"),
        "height": value if value == value else None,
        "height_text": "" if height is None else height.get("description"),
        "height_state": "" if height is None else height.get("condition", ""),
        "height_condition": said(element, "MaxHeight/Condition"),
        "height_time": said(element, "MaxHeight/DateTime") or None,
        "height_revised": said(element, "MaxHeight/Revise"),
    }


def same_waves(body: Any, element: ET.Element) -> None:
    expected = waves(element)
    assert {name: getattr(body, name) for name in expected} == expected
