"""Municipalities: lists of open shelters, each in the dialect of its own office."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from noroshi.feeds.drill.actors.prefecture import crowding
from noroshi.feeds.drill.actors.sending import compact, era, iso, minute, slashes, towns, wide
from noroshi.feeds.drill.actors.state import ShelterState
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import Municipality, World

#: The dialects in the order in which municipalities take them; a mapping `shelters_<name>.toml`
#: goes with each.
DIALECTS = ("standard", "wide", "marks", "changes", "geojson")

Writer = Callable[[Municipality, int, Sequence[ShelterState]], bytes]


def dialect(world: World, municipality: str) -> str:
    """How an office writes its lists of shelters."""
    codes = [one.code for one in world.municipalities]
    return DIALECTS[codes.index(municipality) % len(DIALECTS)]


def tells_changes(world: World, municipality: str) -> bool:
    """True for an office that sends only the shelters of which something changed."""
    return dialect(world, municipality) == "changes"


def shelters(
    world: World, municipality: str, issued: int, states: Iterable[ShelterState]
) -> Message:
    """The list of a municipality's shelters. `states` are all that are or were open in this
    disaster, or, for an office that `tells_changes`, those that changed."""
    town = towns(world)[municipality]
    name = dialect(world, municipality)
    issued = minute(issued)
    mine = sorted(
        (one for one in states if one.shelter.municipality == municipality),
        key=lambda one: one.shelter.code,
    )
    end = {"geojson": "geojson", "changes": "tsv"}.get(name, "csv")
    return Message(
        issued, f"{municipality}-shelters", f"hinanjo_{municipality}_{compact(issued)}.{end}",
        _WRITERS[name](town, issued, mine),
    )  # fmt: skip


_STATUS = {"open": "開設", "closed": "閉鎖", "not_open": "未開設"}
_CROWDING = {"free": "空いています", "congested": "混雑", "full": "満員", "": ""}


def _title(town: Municipality) -> str:
    return f"【訓練】{town.name}避難所開設状況"


def _standard(town: Municipality, issued: int, states: Sequence[ShelterState]) -> bytes:
    """UTF-8 with a byte-order mark; the time is in the title."""
    header = ["施設ID", "避難所名", "住所", "経度", "緯度", "開設状況", "避難者数", "避難世帯数",
              "想定収容人数", "混雑状況", "開設日時", "閉鎖日時", "市区町村コード"]  # fmt: skip
    rows = [
        [one.shelter.code, one.shelter.name, one.shelter.address, *one.shelter.at,
         _STATUS.get(one.status, "不明"), one.headcount, one.households, one.shelter.capacity,
         _CROWDING[crowding(one)], iso(one.opened), iso(one.closed), town.code]
        for one in states
    ]  # fmt: skip
    title = f"{_title(town)}（{era(issued)}現在）"
    return write(header, rows, titles=[title], encoding="utf-8-sig")


def _wide(town: Municipality, issued: int, states: Sequence[ShelterState]) -> bytes:
    """CP932, full-width digits, the time in a column's name: typed by hand in a spreadsheet."""
    counted = f"避難者数（{era(issued).translate(_DIGITS)}時点）"
    header = ["Ｎｏ", "施設番号", "避　難　所　名", counted, "うち世帯数", "収容可能人数", "状況",
              "開設時刻", "東経", "北緯", "備　考"]  # fmt: skip
    rows: list[list[Cell]] = [
        [wide(at), wide(one.shelter.code), one.shelter.name,
         "" if one.headcount is None else f"{wide(one.headcount)}人", wide(one.households),
         wide(one.shelter.capacity), _STATUS.get(one.status, "不明"), wide(slashes(one.opened)),
         *(wide(part) for part in one.shelter.at), _needs(one)]
        for at, one in enumerate(states, 1)
    ]  # fmt: skip
    return write(header, rows, titles=[_title(town), f"{town.name}災害対策本部"], encoding="cp932")


def _marks(town: Municipality, issued: int, states: Sequence[ShelterState]) -> bytes:
    """CP932, circles and crosses, the time in a column of each row."""
    header = ["管理番号", "施設名称", "開設", "開設時刻", "人数", "世帯", "定員", "X座標", "Y座標",
              "電気", "水道", "時点", "担当"]  # fmt: skip
    sign = {"open": "○", "closed": "×", "not_open": "－"}
    rows: list[list[Cell]] = [
        [one.shelter.code, one.shelter.name, sign.get(one.status, "？"), slashes(one.opened),
         one.headcount, one.households, one.shelter.capacity, one.shelter.at[0], one.shelter.at[1],
         "可" if one.power else "停電", "可" if one.water else "断水", slashes(issued), "総務課"]
        for one in states
    ]  # fmt: skip
    return write(header, rows, titles=[_title(town)], encoding="cp932")


def _changes(town: Municipality, issued: int, states: Sequence[ShelterState]) -> bytes:
    """UTF-8 with tabs: only what changed, with date and time in two columns."""
    header = ["更新日", "更新時刻", "避難所コード", "名称", "状態", "開設時刻", "現在人数",
              "世帯数", "収容人数", "lon", "lat"]  # fmt: skip
    date, _, clock = slashes(issued).partition(" ")
    word = {"open": "開設中", "closed": "閉所", "not_open": "準備中"}
    rows: list[list[Cell]] = [
        [date, clock, one.shelter.code, one.shelter.name, word.get(one.status, "不明"),
         slashes(one.opened), one.headcount, one.households, one.shelter.capacity, *one.shelter.at]
        for one in states
    ]  # fmt: skip
    return write(header, rows, titles=[f"{_title(town)}（変更分）"], delimiter="\t", pad=False)


def _geojson(town: Municipality, issued: int, states: Sequence[ShelterState]) -> bytes:
    """A FeatureCollection of the municipality's web map."""
    features = [
        {
            "type": "Feature",
            "id": one.shelter.code,
            "geometry": {"type": "Point", "coordinates": list(one.shelter.at)},
            "properties": {
                "避難所名": one.shelter.name, "開設状況": _STATUS.get(one.status, "不明"),
                "避難者数": one.headcount, "世帯数": one.households,
                "収容人数": one.shelter.capacity, "混雑状況": _CROWDING[crowding(one)],
                "更新日時": iso(issued), "開設日時": iso(one.opened),
            },
        }
        for one in states
    ]  # fmt: skip
    collection = {"type": "FeatureCollection", "name": _title(town), "timeStamp": iso(issued),
                  "features": features}  # fmt: skip
    return msgspec.json.encode(collection)


_WRITERS: dict[str, Writer] = {
    "standard": _standard, "wide": _wide, "marks": _marks, "changes": _changes,
    "geojson": _geojson,
}  # fmt: skip
_DIGITS = str.maketrans("0123456789", "０１２３４５６７８９")


def _needs(one: ShelterState) -> str:
    lacks = [word for word, has in (("停電", one.power), ("断水", one.water)) if not has]
    return "・".join(lacks)
