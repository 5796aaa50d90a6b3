"""GeoJSON to editions: features whose properties are known, mapped, or kept as reports."""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable
from typing import Any

import msgspec

from noroshi.core import place
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import parse
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.csv import shelters
from noroshi.formats.csv.edition import MODES, is_exercise, series_of
from noroshi.formats.csv.mapping import Columns, choose, names, read_mappings, text
from noroshi.formats.csv.rows import Collection, Plan, code_digits
from noroshi.formats.geojson.document import cell, check_count, decode_json, decode_loosely, scalar
from noroshi.formats.geojson.geometry import to_wkb
from noroshi.formats.japanese import header
from noroshi.kinds import Scalar, encode
from noroshi.kinds.report import Report

Identity = str | int | float | None

_REPORT_KEYS = ("id", "ID", "識別ID", "管理番号", "識別番号", "code")
_REPORT_TITLES = ("title", "name", "件名", "名称", "タイトル", "情報名", "施設名")
_SAMPLED = 50  # features whose properties tell what a collection is about
#: WGS 84, JGD2011, JGD2000 and their three-dimensional forms differ by less than a metre or, for
#: JGD2000 in the north-east after 2011, by a few: all are taken as longitude and latitude.
_SAME_CRS = {"4326", "4979", "6668", "6667", "6697", "4612", "4947", "crs84", "crs84h"}


class Feature(msgspec.Struct, gc=False):
    """A feature as it stands; its geometry is checked later, so that a fault has a place."""

    geometry: Any = None
    properties: dict[str, Any] | None = None
    id: Identity = None


class _Collection(msgspec.Struct, rename={"stamp": "timeStamp"}):
    type: str
    features: list[Feature] | None = None
    name: str | None = None
    title: str | None = None
    stamp: str | None = None
    crs: Any = None
    geometry: Any = None
    properties: dict[str, Any] | None = None
    id: Identity = None


def read(data: bytes, hints: Hints) -> Reading:
    """The edition of a feature collection (whole) or of one feature (its key only).

    Raises UnreadableMessage for what is no GeoJSON in longitude and latitude; a feature that
    cannot be read is a Finding with its position.
    """
    faults: list[Finding] = []
    try:
        found = decode_json(data, _Collection)
        numbered = list(enumerate(found.features or []))
    except msgspec.ValidationError:
        found, numbered = _one_by_one(data, faults)
    if found.type == "Feature":
        numbered = [(0, Feature(found.geometry, found.properties, found.id))]
    elif found.type != "FeatureCollection":
        raise UnreadableMessage(f"not GeoJSON: type {found.type!r}", where="type")
    check_count(len(numbered), hints.limits.records)
    check_crs(found.crs)
    title = found.name or found.title or ""
    sample = {
        header(name): name
        for _, feature in numbered[:_SAMPLED]
        for name in (feature.properties or ())
    }
    given = None if hints.mapping is None else choose(read_mappings(hints.mapping), [sample])
    known = shelters.recognise(sample) if given is None else None
    mapping = given or known
    collection = Collection(faults)
    time: int | None = None
    if mapping is not None:
        rows = _Rows(mapping, known is not None, numbered, hints, faults)
        time = rows.read(numbered, collection)
    else:
        _reports(numbered, title, hints, faults, collection)
    if time is None:
        time = _stamp(found.stamp, faults)
    issued = hints.received if time is None else time
    series = given.series if given is not None else ""
    if known is not None:
        written = [_row(feature, hints) for _, feature in numbered]
        series = shelters.series(sample, written, title or hints.source)
    mode = Mode.EXERCISE if is_exercise(title) else Mode.ACTUAL
    if given is not None and given.mode is not None:
        mode = MODES[given.mode]
    whole = found.type == "FeatureCollection" and (given is None or given.whole)
    edition = Edition(
        series or series_of("geojson", hints, title),
        issued,
        collection.records,
        mode=mode,
        effective=issued,
        whole=whole,
    )
    return Reading([edition], faults, media_type="application/geo+json")


def validate(data: bytes, hints: Hints) -> list[Finding]:
    """What is wrong with a GeoJSON text; nothing if every feature can be read."""
    try:
        return read(data, hints).faults
    except UnreadableMessage as error:
        return [Finding("error", error.where, error.what, error.remedy)]


def _one_by_one(
    data: bytes, faults: list[Finding]
) -> tuple[_Collection, list[tuple[int, Feature]]]:
    """The features that can be read, where one of them cannot."""
    raw = decode_loosely(data)
    features = raw.pop("features", None) or []
    if not isinstance(features, list):
        raise UnreadableMessage("not a list", where="features")
    try:
        head = msgspec.convert(raw, _Collection)
    except msgspec.ValidationError as error:
        what, _, path = str(error).partition(" - at `$.")
        raise UnreadableMessage(what, where=path.rstrip("`")) from None
    found = []
    for position, feature in enumerate(features):
        try:
            found.append((position, msgspec.convert(feature, Feature)))
        except msgspec.ValidationError as error:
            what, _, path = str(error).partition(" - at `$")
            where = f"features[{position}]{path.rstrip('`')}"
            what = f"the feature is left out: {what}"
            faults.append(Finding("error", where, what, "RFC 7946 §3.2 says what a feature is"))
    return head, found


def check_crs(crs: Any) -> None:
    """Refuse the `crs` member of the 2008 specification unless it means longitude, latitude."""
    if crs is None:
        return
    name = ""
    if isinstance(crs, dict) and isinstance(crs.get("properties"), dict):
        properties = crs["properties"]
        name = str(properties.get("name") or properties.get("code") or "")
    code = re.split(r"[:/#]", name.lower())[-1]
    if code not in _SAME_CRS:
        raise UnreadableMessage(
            f"coordinates in {name or 'an unnamed reference system'}, not longitude and latitude",
            where="crs",
            remedy="write it in WGS 84 or JGD2011: ogr2ogr -t_srs EPSG:6668 out.geojson in.geojson",
        )


def _stamp(written: str | None, faults: list[Finding]) -> int | None:
    """`timeStamp`, as OGC API – Features writes it (OGC 17-069r4 §7.15.5)."""
    if written is None:
        return None
    try:
        return parse(written)
    except (ValueError, OverflowError) as error:
        faults.append(Finding("warning", "timeStamp", str(error), "RFC 3339 with a zone"))
        return None


def _geometry(feature: Feature, where: str, faults: list[Finding]) -> bytes | bool | None:
    """The feature's geometry; False, with a Finding, where it cannot be."""
    try:
        return to_wkb(feature.geometry)
    except (ValueError, OverflowError, struct.error) as error:
        what = f"the feature is left out: {error}"
        faults.append(Finding("error", f"{where}.geometry", what, "RFC 7946 §3.1"))
        return False


def _position(wkb: bytes | None) -> tuple[float, float] | None:
    """Longitude and latitude of a point in well-known binary; None for anything else."""
    if wkb is None or len(wkb) not in (21, 29) or wkb[1:3] not in (b"\x01\0", b"\xe9\x03"):
        return None
    longitude, latitude = struct.unpack_from("<dd", wkb, 5)
    return longitude, latitude


def _digest(wkb: bytes | None, body: bytes) -> str:
    """The key of a thing without one: what it is. A change makes it another thing."""
    return hashlib.blake2b((wkb or b"") + b"\0" + body, digest_size=8).hexdigest()


def _row(feature: Feature, hints: Hints) -> dict[str, Scalar]:
    row: dict[str, Scalar] = {}
    for name, value in (feature.properties or {}).items():
        try:
            row[header(name)] = cell(value, hints.limits.depth)
        except ValueError:
            row[header(name)] = None
    return row


# --- reports -----------------------------------------------------------------------------------


def _reports(
    numbered: Iterable[tuple[int, Feature]],
    title: str,
    hints: Hints,
    faults: list[Finding],
    collection: Collection,
) -> None:
    """Features of no known kind: their attributes as the sender wrote them."""
    depth = hints.limits.depth
    own = _own_key([feature for _, feature in numbered])
    for position, feature in numbered:
        where = f"features[{position}]"
        wkb = _geometry(feature, where, faults)
        if isinstance(wkb, bool):
            continue
        attributes: dict[str, Scalar] = {}
        for name, value in (feature.properties or {}).items():
            try:
                attributes[name] = scalar(value, depth)
            except ValueError as error:
                at = f"{where}.properties.{name}"
                faults.append(Finding("warning", at, f"left out: {error}"))
        named = ""
        for name in _REPORT_TITLES:
            value = attributes.get(name)
            if value is not None and value != "":
                named = text(value)
                break
        body = encode(Report(title=named or title or "報告", attributes=attributes, layer=title))
        identity = feature.id if feature.id is not None else attributes.get(own) if own else None
        key = text(identity) if identity is not None else ""
        area = None
        if hints.municipality is not None and (spot := _position(wkb)) is not None:
            area = hints.municipality(*spot)
        record = Record("disaster.report", key or _digest(wkb, body), body, wkb, area)
        collection.add(record, where)


def _own_key(features: list[Feature]) -> str:
    """The property that identifies: filled in every feature, and never twice the same."""
    for name in _REPORT_KEYS:
        values = [(one.properties or {}).get(name) for one in features]
        if all(isinstance(value, str | int) and value != "" for value in values) and len(
            set(map(text, values))
        ) == len(values):
            return name
    return ""


# --- properties as columns ---------------------------------------------------------------------


class _Rows:
    """Features read by a mapping, their properties being the columns."""

    def __init__(
        self,
        mapping: Columns,
        known: bool,
        numbered: list[tuple[int, Feature]],
        hints: Hints,
        faults: list[Finding],
    ) -> None:
        self.hints = hints
        self.faults = faults
        self.refine = shelters.refine if known else None
        identified = bool(numbered) and all(one.id is not None for _, one in numbered)
        if known and identified and mapping.key not in shelters.KEYS:
            # A feature's own id says more than a running number or a name.
            mapping = msgspec.structs.replace(mapping, key="")
        self.mapping = mapping
        codes = (
            text((one.properties or {}).get(name))
            for _, one in numbered
            for name in names(mapping.area)
        )
        self.digits = code_digits(codes)
        self._plans: dict[tuple[str, ...], Plan] = {}

    def plan(self, feature: Feature) -> Plan:
        """The plan for this feature's properties; most features of a collection share one."""
        columns = tuple(feature.properties or ())
        plan = self._plans.get(columns)
        if plan is None:
            if len(self._plans) > 1000:
                self._plans.clear()
            plan = self._plans[columns] = Plan(
                self.mapping,
                {header(name): name for name in columns},
                refine=self.refine,
                municipality=self.hints.municipality,
                digits=self.digits,
            )
        return plan

    def read(self, numbered: list[tuple[int, Feature]], collection: Collection) -> int | None:
        """Add the features' records; the latest time that their time property says."""
        latest: int | None = None
        for position, feature in numbered:
            where = f"features[{position}]"
            plan, row = self.plan(feature), _row(feature, self.hints)
            wkb = _geometry(feature, where, self.faults)
            if isinstance(wkb, bool) or plan.skips(row):
                continue
            try:
                time = plan.times(row)
            except ValueError as error:
                at = f"{where}.properties.{', '.join(names(self.mapping.time))}"
                self.faults.append(Finding("warning", at, str(error), "2024-01-09T18:00:00+09:00"))
                time = None
            if time is not None:
                latest = time if latest is None else max(latest, time)
            record = self._record(plan, row, feature, wkb, where)
            if record is not None:
                collection.add(record, where)
        return latest

    def _record(
        self, plan: Plan, row: dict[str, Scalar], feature: Feature, wkb: bytes | None, where: str
    ) -> Record | None:
        body = plan.body_of(row, where, self.faults)
        if body is None:
            return None
        key = plan.identity(row) or (text(feature.id) if feature.id is not None else "")
        at = _position(wkb)
        if wkb is None:
            at = plan.point(row, where, self.faults)
            wkb = None if at is None else place.point(*at)
        return Record(
            self.mapping.kind,
            key or _digest(wkb, body),
            body,
            wkb,
            plan.area_of(row, at, where, self.faults),
            valid_to=plan.end_of(row, where, self.faults),
        )
