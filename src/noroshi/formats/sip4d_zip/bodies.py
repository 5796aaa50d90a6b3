"""From a feature's properties to a body: shelters, roads, or a report in the sender's own words.

The fields of the typed models' attributes are in one table each, which writing uses as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from noroshi.formats.sip4d_zip.codes import ROADS, SHELTERS, Attribute, merges, model
from noroshi.formats.sip4d_zip.columns import (
    RESERVED,
    Column,
    Scalar,
    as_integer,
    as_stamp,
    as_text,
    as_time,
    decode,
    stamp_of,
)
from noroshi.formats.sip4d_zip.metadata import Metadata
from noroshi.kinds.report import Report
from noroshi.kinds.road import Road
from noroshi.kinds.shelter import Shelter

#: The column by which Noroshi carries a record's own key through a package.
KEY_COLUMN = "noroshi_key"
#: Columns that identify a feature for good, by name or connid; row numbers (fid, objectid) do not.
IDENTITIES = (KEY_COLUMN, "uuid", "guid", "id")


class Field(msgspec.Struct, frozen=True):
    """An attribute of a typed model: its connid, the body's field, and its Japanese name.

    `form` is text, word, integer or time. `labels` are other Japanese names that senders use.
    """

    connid: str
    field: str
    label: str
    form: str = "text"
    labels: tuple[str, ...] = ()


SHELTER_FIELDS = (
    Field("id", "code", "ID"),
    Field("eststts", "status", "避難所区分", "word"),
    Field("type", "category", "避難所種別"),
    Field("division", "designation", "避難所指定区分"),
    Field("name", "name", "施設名称"),
    Field("namekana", "kana", "施設名称（かな）"),
    Field("phoneno", "phone", "電話番号"),
    Field("cityname", "municipality", "市区町村名"),
    Field("address", "address", "番地"),
    Field("capacity", "capacity", "想定収容人数", "integer"),
    Field("reason", "reason", "開設理由"),
    Field("crowdstts", "crowding", "避難所状況", "word"),
    Field("evacueeno", "headcount", "避難者数", "integer"),
    Field("sevacueeno", "voluntary_headcount", "自主避難人数", "integer"),
    Field("houseno", "households", "避難世帯数", "integer"),
    Field("shouseno", "voluntary_households", "自主避難世帯数", "integer"),
    Field("starttime", "opened", "開設日時", "time"),
    Field("endtime", "closed", "閉鎖日時", "time"),
    Field("note", "remarks", "備考"),
)
ROAD_FIELDS = (
    Field("id", "code", "ID"),
    Field("roadtype", "category", "道路種別"),
    Field("roadno", "number", "路線番号"),
    Field("roadname", "name", "路線名", labels=("路線名称", "道路名", "道路名称", "区間名称")),
    Field("roadkana", "kana", "路線名（かな）"),
    Field("passstts", "status_text", "通行状況", labels=("道路状況", "規制状況", "通行規制状況")),
    Field("damage", "damage", "被害・障害種別"),
    Field("cityname", "municipality", "市区町村名"),
    Field("startpoint", "start", "規制区間の起点", labels=("起点",)),
    Field("endpoint", "end", "規制区間の終点", labels=("終点",)),
    Field("category", "reason", "規制理由"),
    Field("detail", "detail", "規制内容"),
    Field("starttime", "started", "規制開始日時", "time"),
    Field("endtime", "ended", "規制終了日時", "time"),
    Field("note", "remarks", "備考"),
)
#: Words of the typed model → ours, where they differ.
SHELTER_WORDS = {"notopen": "not_open", "close": "closed", "congestion": "congested"}
VAGUE = ("unknown", "other")
ROAD_WORDS = {
    "road_close": "closed",
    "close_road_large": "closed_to_large",
    "chain_regulation": "chains_required",
    "lane_regulation": "lane_restricted",
    "one_sided_alternating_traffic": "alternating",
    "face_to_face_traffic": "two_way",
    "other": "restricted",
}
#: What a free text says of a road, the first that is in it.
_ROAD_TEXTS = (
    ("open", ("復旧済", "解除", "通行可能", "規制なし")),
    ("closed_to_large", ("大型",)),
    ("chains_required", ("チェーン",)),
    ("alternating", ("交互通行",)),
    ("two_way", ("対面通行",)),
    ("lane_restricted", ("車線",)),
    ("restricted", ("制約", "規制あり", "規制中", "その他の規制", "徒歩")),
    ("closed", ("通行不能", "通行不可", "通行止", "閉鎖", "通行禁止")),
)


class Shape:
    """How the features of one layer become bodies: the kind, and which column fills what."""

    def __init__(self, metadata: Metadata, layer: str, columns: list[Column]) -> None:
        self.metadata, self.layer, self.columns = metadata, layer, columns
        self.identity = next(
            (c for i in IDENTITIES for c in columns if i in (c.name.lower(), c.connid.lower())),
            None,
        )
        connids = {column.connid for column in columns}
        self.kind = "disaster.report"
        table: tuple[Field, ...] = ()
        if not merges(metadata.code):
            if metadata.code == SHELTERS or {"eststts", "name"} <= connids:
                self.kind, table = "disaster.shelter", SHELTER_FIELDS
            elif metadata.code in ROADS or _find(ROAD_FIELDS, "passstts", columns):
                self.kind, table = "disaster.road", ROAD_FIELDS
        self.fields = {
            column.name: field
            for field in table
            if (column := _column_for(field, columns)) is not None
        }
        self.stamps = stamp_of(columns) if metadata.merges else {}
        skipped = {KEY_COLUMN} | set(self.stamps.values())
        if metadata.merges:
            skipped |= RESERVED | {name + "_update" for name in RESERVED}
            if self.identity is not None:
                skipped.add(self.identity.name)
        self.kept = [column for column in columns if column.name not in skipped]
        self._model = model(SHELTERS if self.kind == "disaster.shelter" else ROADS[0])

    def body(self, properties: Mapping[str, Any], issued: str | None) -> msgspec.Struct:
        """The body of a feature with these properties. `issued` (RFC 3339) is the stamp of
        attributes that have none in a layer of a merging code."""
        if self.kind == "disaster.report":
            return self._report(properties, issued)
        values: dict[str, Any] = {}
        extra: dict[str, Scalar] = {}
        for column in self.kept:
            value = decode(column, properties.get(column.name))
            if value is None or value == "":
                continue
            field = self.fields.get(column.name)
            if field is None or not self._fill(values, field, column, properties, value):
                extra[column.label] = value
        if self.kind == "disaster.shelter":
            return Shelter(**{"name": ""} | values, extra=extra, layer=self.layer)
        return Road(**values, extra=extra, layer=self.layer)

    def _fill(
        self,
        values: dict[str, Any],
        field: Field,
        column: Column,
        properties: Mapping[str, Any],
        value: Scalar,
    ) -> bool:
        """Set the body's field to what the column says. False if it cannot say it."""
        if field.form == "integer":
            number = as_integer(value)
            if number is None and field.field == "capacity":
                values["capacity_text"] = as_text(value)
            elif number is None:
                return False
            else:
                values[field.field] = number
        elif field.form == "time":
            time = as_time(value)
            if time is None:
                return False
            values[field.field] = time
        elif field.form == "word":
            word = self._word(field, column, properties, value)
            if word is None:
                return False
            if field.field != "status" or word != "unknown":
                values[field.field] = SHELTER_WORDS.get(word, word)
            # "Other" says less than the sender's own text: keep that as well.
            return word not in VAGUE or self._model[field.connid].word(as_text(value)) is not None
        else:
            text = values[field.field] = as_text(value)
            if field.connid == "passstts":
                word = self._model["passstts"].word(text)
                said = road_status(text) if word is None else "unknown"
                if said == "unknown":
                    word = word or self._word(field, column, properties, value)
                    said = ROAD_WORDS.get(word or "", said)
                if said != "unknown":
                    values["status"] = said
        return True

    def _word(
        self, field: Field, column: Column, properties: Mapping[str, Any], value: Scalar
    ) -> str | None:
        attribute: Attribute = self._model[field.connid]
        word = column.words.get(as_text(properties.get(column.name)))
        if word is not None and attribute.text(word) is not None:
            return attribute.word(attribute.text(word) or "")
        return attribute.word(as_text(value))

    def _report(self, properties: Mapping[str, Any], issued: str | None) -> Report:
        meta = self.metadata
        attributes = {
            column.label: decode(column, properties[column.name])
            for column in self.kept
            if column.name in properties
        }
        update: dict[str, str] = {}
        if meta.merges:
            named = [(column.name, column.label) for column in self.kept]
            for name, label in [*named, *((name, name) for name in sorted(RESERVED))]:
                stamp = (
                    as_stamp(properties.get(self.stamps[name])) if name in self.stamps else issued
                )
                if stamp is not None and (name in properties or name == "geometry"):
                    update[label] = stamp
        return Report(
            title=meta.title,
            category=meta.category,
            code=meta.code,
            attributes=attributes,
            layer="" if self.layer == meta.title else self.layer,
            update=update,
        )


def _column_for(field: Field, columns: Iterable[Column]) -> Column | None:
    by_id = next((column for column in columns if column.connid == field.connid), None)
    labels = (field.label, *field.labels)
    return by_id or next((column for column in columns if column.label in labels), None)


def _find(fields: tuple[Field, ...], connid: str, columns: list[Column]) -> Column | None:
    return next((_column_for(each, columns) for each in fields if each.connid == connid), None)


def road_status(text: str) -> str:
    """What a sender's own words say of a road; "unknown" where they do not say."""
    for status, marks in _ROAD_TEXTS:
        if any(mark in text for mark in marks):
            return status
    return "unknown"
