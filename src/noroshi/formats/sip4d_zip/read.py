"""A package to editions: its records, and one record of what holds for the whole layer."""

from __future__ import annotations

import base64
import posixpath
import re
from typing import Any

import msgspec

from noroshi.core import place
from noroshi.core.errors import LimitExceeded, UnreadableMessage
from noroshi.core.label import PUBLIC, from_openflg
from noroshi.core.record import Edition, Record
from noroshi.core.time import show
from noroshi.formats import Finding, Hints, Reading
from noroshi.formats.sip4d_zip import META_NAME
from noroshi.formats.sip4d_zip.bodies import Shape
from noroshi.formats.sip4d_zip.codes import UNIVERSAL
from noroshi.formats.sip4d_zip.columns import Column, as_time, read_columns
from noroshi.formats.sip4d_zip.geometry import BadGeometry, to_wkb
from noroshi.formats.sip4d_zip.identity import assign_keys, written
from noroshi.formats.sip4d_zip.metadata import Entry, Metadata, read_metadata, read_time
from noroshi.formats.sip4d_zip.package import Package, as_utf8, decode_json
from noroshi.kinds import encode
from noroshi.kinds.report import Layer, LayerEntry

#: The key of the record that describes the layer.
LAYER_KEY = "layer"
#: Metadata that belong to one sending and not to the layer.
_SENDING = frozenset({"updated", "information_date", "entry", "entry_num"})
#: Images of a legend larger than this are left out of the layer's description.
_ICON_BYTES = 256 * 2**10
_CITY_CODE = re.compile(r"\d{5,7}")


class Feature(msgspec.Struct):
    """One feature on its way to a record: what its sender calls it, its body, the record."""

    identifier: str
    body: msgspec.Struct
    record: Record
    layer: str


class LayerContent(msgspec.Struct):
    """One entry's features and definitions, as read."""

    entry: Entry
    features: list[Feature]
    definition: LayerEntry


def read(data: bytes, hints: Hints) -> Reading:
    """The editions of a package: one for the whole, or, for merging codes, one of its features.

    A feature that cannot be stored is left out and named in `faults` as an error; warnings there
    are of what was read all the same. Raises UnreadableMessage
    where nothing can be read, or it cannot be told whether it is real.
    """
    package = Package(data, hints.limits)
    faults = [_noted(one) if one.where in package.members else one for one in package.problems]
    value, problems = package.json(package.root + META_NAME)
    faults += map(_noted, problems)
    metadata = read_metadata(value, faults)
    reader = _Reader(package, metadata, hints, faults)
    contents = [found for each in metadata.entries if (found := reader.entry(each)) is not None]
    if not contents or (reader.stated and not any(content.features for content in contents)):
        first = next((fault for fault in reversed(faults) if fault.severity == "error"), None)
        raise UnreadableMessage(
            f"none of {reader.stated} features can be read" if contents else "no layer can be read",
            where=first.where if first else META_NAME,
            remedy=first.what if first else "",
        )
    whole = len(contents) == len(metadata.entries)
    editions = _editions(
        metadata, contents, _layer(package, metadata, contents, faults), hints, whole
    )
    floor = from_openflg(metadata.openflg) if metadata.openflg else PUBLIC
    return Reading(editions, _once(faults), media_type="application/zip", floor=floor)


class _Reader:
    """Reads the entries of one package and counts the features they state."""

    def __init__(
        self, package: Package, metadata: Metadata, hints: Hints, faults: list[Finding]
    ) -> None:
        self.package, self.metadata, self.hints, self.faults = package, metadata, hints, faults
        self.stated = 0
        issued = _first(metadata.updated, metadata.information, hints.received)
        self.issued = show(issued)

    def entry(self, entry: Entry) -> LayerContent | None:
        """The content of one entry, or None, with a fault, where its file cannot be read."""
        member = self.package.find(entry.file)
        if member is None:
            self._fault(entry.file, "the file that the entry names is not in the archive",
                        "add it, or correct the name")  # fmt: skip
            return None
        try:
            features, problems = read_features(self.package.read(member), member, self.hints)
        except LimitExceeded:
            raise
        except UnreadableMessage as error:
            self._fault(error.where or member, error.what, error.remedy)
            return None
        self.faults += map(_noted, problems)
        names: dict[str, None] = {}
        for feature in features:
            properties = feature.get("properties") if isinstance(feature, dict) else None
            if isinstance(properties, dict):
                names.update(dict.fromkeys(properties))
        definition = self._side(entry, "_columns.json", needed=True)
        style = self._side(entry, "_style.json", needed=False)
        columns = read_columns(definition, list(names))
        shape = Shape(self.metadata, entry.title or self.metadata.title, columns)
        self.stated += len(features)
        if self.stated > self.hints.limits.records:
            raise LimitExceeded(
                f"more than {self.hints.limits.records} features",
                where=member,
                remedy="raise `records` in the limits if you trust the sender",
            )
        found = [
            made
            for at, feature in enumerate(features)
            if (made := self._feature(feature, f"{member} features[{at}]", shape)) is not None
        ]
        raws = definition.get("columns") if isinstance(definition, dict) else None
        kept = [raw for raw in raws if isinstance(raw, dict)] if isinstance(raws, list) else []
        types = {f["geometry"]["type"] for f in features if _typed(f)}
        described = LayerEntry(
            title=entry.title or self.metadata.title,
            columns=kept,
            style=style if isinstance(style, dict) else None,
            geometry=types.pop() if len(types) == 1 else "",
        )
        return LayerContent(entry, found, described)

    def _side(self, entry: Entry, ending: str, *, needed: bool) -> Any:
        """The JSON beside an entry's file, or None, with a fault where it is needed."""
        name = posixpath.splitext(entry.file)[0] + ending
        member = self.package.find(name)
        if member is None:
            if needed and self.metadata.code == UNIVERSAL:
                # Without it roads cannot be told from anything else, and a layer that is read as
                # something else would end what the one before it said.
                raise UnreadableMessage(
                    "there is no attribute definition", where=name, remedy="add it to the package"
                )
            if needed:
                what = "no attribute definition: the properties are read as they are"
                self._fault(name, what, "add it to the package", "warning")
            return None
        try:
            value, problems = self.package.json(member)
        except LimitExceeded:
            raise
        except UnreadableMessage as error:
            self._fault(error.where or member, error.what, error.remedy, "warning")
            return None
        self.faults += map(_noted, problems)
        return value

    def _feature(self, feature: Any, where: str, shape: Shape) -> Feature | None:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            self._fault(where, "not a GeoJSON feature", "write an object of type Feature")
            return None
        properties = feature.get("properties")
        if not isinstance(properties, dict):
            if properties is not None or not feature.get("geometry"):
                self._fault(where, "has no properties", "write them as an object")
                return None
            properties = {}
        identity = shape.identity
        identifier = written(properties.get(identity.name)) if identity is not None else ""
        geometry: bytes | None = None
        if feature.get("geometry") is None:
            self._fault(where, "has no position", "give its geometry", "warning")
        else:
            try:
                geometry, mended = to_wkb(feature["geometry"])
            except BadGeometry as error:
                self._fault(f"{where} {identifier}".rstrip(), error.what, error.remedy)
                return None
            for what in dict.fromkeys(mended):
                self._fault(where, what, "it was closed; close it at the source", "warning")
        body = shape.body(properties, self.issued)
        record = Record(
            kind=shape.kind,
            key="",
            body=encode(body),
            geometry=geometry,
            area=_area(properties, shape.columns),
            valid_to=_deleted(properties) if self.metadata.merges else None,
        )
        return Feature(identifier, body, record, shape.layer)

    def _fault(self, where: str, what: str, remedy: str, severity: str = "error") -> None:
        self.faults.append(Finding(severity, where, what, remedy))


def _noted(problem: Finding) -> Finding:
    """A problem of form that kept nothing from being read."""
    return msgspec.structs.replace(problem, severity="warning")


class _Collection(msgspec.Struct):
    type: str
    features: list[msgspec.Raw]


def read_features(content: bytes, where: str, hints: Hints) -> tuple[list[Any], list[Finding]]:
    """The features of a GeoJSON file, not yet looked at, and what is wrong with the file.

    A feature nested too deeply becomes None. Raises UnreadableMessage.
    """
    text, faults = as_utf8(content, where)
    depth = hints.limits.depth
    try:
        collection = msgspec.json.decode(text, type=_Collection)
        features: list[Any] = [_decode(raw) for raw in collection.features]
        kind: Any = collection.type
    except (msgspec.DecodeError, RecursionError):
        value = decode_json(text, where, faults, depth)
        if not isinstance(value, dict) or not isinstance(value.get("features"), list):
            raise UnreadableMessage(
                "no list of features", where=where, remedy="write a GeoJSON FeatureCollection"
            ) from None
        features, kind = value["features"], value.get("type")
    if kind != "FeatureCollection":
        faults.append(Finding("error", where, f"type is {kind!r}", "write type FeatureCollection"))
    return features, faults


_decode = msgspec.json.Decoder().decode


def _typed(feature: Any) -> bool:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    return isinstance(geometry, dict) and isinstance(geometry.get("type"), str)


def _first(*times: int | None) -> int:
    return next((time for time in times if time is not None), 0)


def _area(properties: dict[str, Any], columns: list[Column]) -> str | None:
    """The municipality that the feature's code names, as an area."""
    for column in columns:
        if column.connid in ("citycode", "city_code"):
            code = properties.get(column.name)
            code = f"{code:05d}" if type(code) is int and code >= 0 else code
            if isinstance(code, str) and _CITY_CODE.fullmatch(code.strip()):
                try:
                    return place.city(code.strip())
                except ValueError:
                    return None
    return None


def _deleted(properties: dict[str, Any]) -> int | None:
    """When the feature was deleted (`time_to`), microseconds UTC; None while it stands."""
    text = as_time(properties.get("time_to"))
    return None if text is None else read_time(text)


def _layer(
    package: Package, metadata: Metadata, contents: list[LayerContent], faults: list[Finding]
) -> Record:
    icons: dict[str, str] = {}
    for content in contents:
        classes = (content.definition.style or {}).get("classes")
        for raw in classes if isinstance(classes, list) else []:
            name = raw.get("icon") if isinstance(raw, dict) else None
            member = package.find(name) if isinstance(name, str) else None
            if member is None or not isinstance(name, str) or name in icons:
                continue
            try:
                image = package.read(member)
            except UnreadableMessage as error:
                faults.append(Finding("warning", error.where, error.what, error.remedy))
                continue
            if len(image) > _ICON_BYTES:
                what = f"an icon of {len(image)} bytes is left out"
                faults.append(Finding("warning", member, what, "draw it smaller"))
                continue
            icons[name] = base64.b64encode(image).decode()
    body = Layer(
        title=metadata.title,
        code=metadata.code,
        author=metadata.author,
        category=metadata.category,
        metadata={key: value for key, value in metadata.raw.items() if key not in _SENDING},
        entries=[content.definition for content in contents],
        icons=icons,
    )
    return Record("disaster.layer", LAYER_KEY, encode(body))


def _editions(
    metadata: Metadata,
    contents: list[LayerContent],
    layer: Record,
    hints: Hints,
    whole: bool,
) -> list[Edition]:
    issued = _first(metadata.updated, metadata.information, hints.received)
    # What is reported was true before it was reported, whatever a mistyped date says.
    effective = min(issued, _first(metadata.information, issued))
    features = [feature for content in contents for feature in content.features]

    def edition(records: list[Record], at: int, *, whole: bool, merge: bool = False) -> Edition:
        return Edition(
            series=metadata.series,
            issued=issued,
            records=records,
            mode=metadata.mode,
            serial=metadata.report,
            effective=at,
            whole=whole,
            merge=merge,
        )

    if not metadata.merges:
        records = [*_keyed(contents, features), layer]
        return [edition(records, effective, whole=whole)]
    editions = [edition([layer], effective, whole=False)]
    # One key twice is two statements about one feature: each needs an edition of its own. What
    # was deleted earlier than it was reported is gone from then on.
    groups: dict[tuple[int, int], list[Record]] = {}
    seen: dict[str, int] = {}
    keys = [
        feature.identifier or assign_keys([("", feature.body, feature.record)])[0]
        for feature in features
    ]
    for key, feature in sorted(
        zip(keys, features, strict=True), key=lambda pair: pair[1].record.body
    ):
        turn = seen[key] = seen.get(key, -1) + 1
        end = feature.record.valid_to
        at = effective if end is None else min(effective, end)
        groups.setdefault((turn, at), []).append(msgspec.structs.replace(feature.record, key=key))
    for (_, at), records in sorted(groups.items(), key=lambda item: item[0]):
        editions.append(edition(records, at, whole=False, merge=True))
    return editions


def _keyed(contents: list[LayerContent], features: list[Feature]) -> list[Record]:
    """The records with their keys. In a package of several layers a key begins with its layer's
    title, because identifiers are a layer's own."""
    keys = assign_keys([(one.identifier, one.body, one.record) for one in features])
    if len({content.definition.title for content in contents}) > 1:
        by_layer: dict[str, list[int]] = {}
        for at, feature in enumerate(features):
            by_layer.setdefault(feature.layer, []).append(at)
        for title, members in by_layer.items():
            triples = [
                (features[i].identifier, features[i].body, features[i].record) for i in members
            ]
            for at, key in zip(members, assign_keys(triples), strict=True):
                keys[at] = f"{title}/{key}"
    return [
        msgspec.structs.replace(feature.record, key=LAYER_KEY + "#" if key == LAYER_KEY else key)
        for feature, key in zip(features, keys, strict=True)
    ]


def _once(faults: list[Finding]) -> list[Finding]:
    """The faults, each once, in order."""
    return list({(one.where, one.what): one for one in faults}.values())
