"""GSI lists of 指定緊急避難場所 and 指定避難所 to editions, one per municipality and list.

Source: 国土地理院「指定緊急避難場所・指定避難所データ」, GeoJSON; as files per municipality from
motohasystem/jp-shelter-api, which names a file by the municipality's six-digit code and answers
`"type": "unavailable"` for a municipality without a published list.

The lists carry no date: an edition is issued when it was received. NO, a running number of the
national file, is left out, since one new site would change every record after it.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

import msgspec
from msgspec import UNSET, UnsetType

from noroshi.core import place
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Edition, Record
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv.rows import Collection
from noroshi.formats.csv.shelters import DESIGNATIONS, HAZARDS
from noroshi.formats.geojson.document import check_count, decode_json, decode_loosely
from noroshi.kinds import encode
from noroshi.kinds.shelter import Shelter

KIND = "disaster.shelter"
_LISTS = {"emergency": "emergency_site", "evacuation": "shelter"}
_REMEDY = "report it to the municipality, which registers its sites with 国土地理院"

Flag = str | int | float | None | UnsetType
_RENAME = dict(
    zip((f"hazard{number}" for number in range(len(HAZARDS))), HAZARDS, strict=True),
    id="共通ID",
    name="施設・場所名",
    address="住所",
    municipality="都道府県名及び市町村名",
    same_shelter="指定避難所との住所同一",
    same_site="指定緊急避難場所との住所同一",
    other="その他市町村長が必要と認める事項",
    accepted="受入対象者",
    remarks="備考",
)


class _Properties(msgspec.Struct, rename=_RENAME, gc=False):
    id: str
    name: str
    address: str | None = None
    municipality: str | None = None
    hazard0: Flag = UNSET
    hazard1: Flag = None
    hazard2: Flag = None
    hazard3: Flag = None
    hazard4: Flag = None
    hazard5: Flag = None
    hazard6: Flag = None
    hazard7: Flag = None
    same_shelter: Flag = None
    same_site: Flag = None
    other: str | None = None
    accepted: str | None = None
    remarks: str | None = None


class _Point(msgspec.Struct, gc=False):
    type: str
    coordinates: list[float]


class _Feature(msgspec.Struct, gc=False):
    geometry: _Point | None
    properties: _Properties


class _List(msgspec.Struct, rename={"which": "dataType"}):
    type: str
    name: str = ""
    code: str = ""
    which: str = ""
    features: list[_Feature] = []


def read(data: bytes, hints: Hints) -> Reading:
    """The editions of one file: every site and shelter with its hazards, keyed by 共通ID.

    A municipality that withdrew its list gets an empty whole edition: it has nothing now.
    Raises UnreadableMessage; a feature that cannot be read is a Finding with its position.
    """
    faults: list[Finding] = []
    places: list[tuple[int, _Feature]]
    try:
        found = decode_json(data, _List)
        places = list(enumerate(found.features))
    except msgspec.ValidationError:
        found, places = _one_by_one(data, faults)
    check_count(len(places), hints.limits.records)
    if found.type == "unavailable":
        if found.which not in _LISTS:
            raise UnreadableMessage(f"unknown list {found.which!r}", where="dataType")
        series = f"gsi_shelter/{found.which}/{_code(found.code)}"
        return _reading([Edition(series, hints.received, [], effective=hints.received)], faults)
    groups = _groups(found.name, places, faults)
    editions = []
    for (which, code), features in groups.items():
        records = _records(which, features, faults)
        series = f"gsi_shelter/{which}/{code}"
        editions.append(
            Edition(series, hints.received, records, effective=hints.received, whole=True)
        )
    if not editions:
        raise UnreadableMessage("no feature could be read", where="features")
    return _reading(editions, faults)


def _reading(editions: list[Edition], faults: list[Finding]) -> Reading:
    return Reading(editions, faults, media_type="application/geo+json")


def _code(text: str) -> str:
    try:
        area = place.city(text)
    except ValueError as error:
        raise UnreadableMessage(str(error), where="code") from None
    return _six_digits(area[5:10])


def _six_digits(code: str) -> str:
    return f"{code}{place.check_digit(code)}"


def _one_by_one(data: bytes, faults: list[Finding]) -> tuple[_List, list[tuple[int, _Feature]]]:
    """The features that can be read, where one of them cannot."""
    raw = decode_loosely(data)
    features = raw.pop("features", [])
    if not isinstance(features, list):
        raise UnreadableMessage("not a list", where="features")
    try:
        head = msgspec.convert(raw, _List)
    except msgspec.ValidationError as error:
        raise UnreadableMessage(str(error)) from None
    found: list[tuple[int, _Feature]] = []
    for position, feature in enumerate(features):
        try:
            found.append((position, msgspec.convert(feature, _Feature)))
        except msgspec.ValidationError as error:
            what = f"the feature is left out: {error}"
            faults.append(Finding("error", f"features[{position}]", what, _REMEDY))
    return head, found


Group = list[tuple[int, _Feature]]


def _groups(name: str, places: Group, faults: list[Finding]) -> dict[tuple[str, str], Group]:
    """Features by list and by municipality: the file's, or in a national file each by its ID."""
    try:
        own = _code(name) if len(name) == 6 else ""
    except UnreadableMessage:
        own = ""
    groups: dict[tuple[str, str], Group] = {}
    strangers: Counter[str] = Counter()
    for one in places:
        properties = one[1].properties
        which = "evacuation" if properties.hazard0 is UNSET else "emergency"
        code = properties.id[1:6]
        if not (len(properties.id) == 14 and code.isascii() and code.isdigit()):
            what = f"the feature is left out: 共通ID {properties.id!r} is not E and 13 digits"
            faults.append(Finding("error", f"features[{one[0]}].共通ID", what, _REMEDY))
            continue
        if own and code != own[:5]:
            strangers[code] += 1
        groups.setdefault((which, own or _six_digits(code)), []).append(one)
    for code, count in strangers.items():
        # Real: the file of 泊村 on Kunashiri (016969) holds the sites of 泊村 in 古宇郡 (01403).
        what = f"{count} of {len(places)} features belong to municipality {code} by their 共通ID"
        remedy = "their area is taken from the 共通ID"
        faults.append(Finding("warning", f"name {name}", what, remedy))
    return groups


def _records(which: str, features: Group, faults: list[Finding]) -> list[Record]:
    facility = _LISTS[which]
    area_of: dict[str, str] = {}
    collection = Collection(faults)
    for position, feature in features:
        own = feature.properties
        at = feature.geometry
        geometry = None
        wrong = "" if own.name.strip() else "施設・場所名 is empty"
        if at is not None:
            if at.type != "Point" or not 2 <= len(at.coordinates) <= 3:
                wrong = f"a {at.type} of {len(at.coordinates)} numbers is not a site's position"
            else:
                longitude, latitude = at.coordinates[0], at.coordinates[1]
                if -180 <= longitude <= 180 and -90 <= latitude <= 90:
                    geometry = place.point(longitude, latitude)
                else:
                    wrong = f"longitude {longitude}, latitude {latitude} is nowhere"
        where = f"features[{position}]"
        if wrong:
            faults.append(Finding("error", where, f"the feature is left out: {wrong}", _REMEDY))
            continue
        prefix = own.id[1:6]
        area = area_of.get(prefix)
        if area is None:
            area = area_of[prefix] = place.city(prefix)
        body = encode(_shelter(own, facility))
        collection.add(Record(KIND, own.id, body, geometry, area), where)
    return collection.records


def _shelter(own: _Properties, facility: str) -> Shelter:
    flags = (
        own.hazard0,
        own.hazard1,
        own.hazard2,
        own.hazard3,
        own.hazard4,
        own.hazard5,
        own.hazard6,
        own.hazard7,
    )
    extra: dict[str, str | int | float | bool | None] = {}
    if own.same_shelter:
        extra["指定避難所との住所同一"] = True
    if own.same_site:
        extra["指定緊急避難場所との住所同一"] = True
    if own.other:
        extra["その他市町村長が必要と認める事項"] = own.other
    if own.accepted:
        extra["受入対象者"] = own.accepted
    return Shelter(
        name=own.name,
        designation=DESIGNATIONS[facility],
        facility=facility,
        hazards=_hazards(flags),
        address=own.address or "",
        municipality=own.municipality or "",
        code=own.id,
        remarks=own.remarks or "",
        extra=extra,
    )


@lru_cache(maxsize=512)
def _hazards(flags: tuple[Flag, ...]) -> list[str]:
    marks = zip(HAZARDS, flags, strict=True)
    return [hazard for hazard, flag in marks if flag not in (None, UNSET, "", "0", 0)]
