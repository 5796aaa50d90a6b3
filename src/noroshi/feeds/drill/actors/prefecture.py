"""The prefecture's disaster office: SIP4D-ZIP packages, as it sends them to the shared platform."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from noroshi.core import place
from noroshi.core.label import PUBLIC
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import FOREVER, JST, show
from noroshi.feeds.drill.actors.sending import RANKS, compact, minute, stem, towns
from noroshi.feeds.drill.actors.state import Damage, RoadState, ShelterState
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import Lonlat, World
from noroshi.formats.geojson.geometry import to_wkb
from noroshi.formats.sip4d_zip.write import write
from noroshi.kinds import encode
from noroshi.kinds.report import Layer, LayerEntry, Report
from noroshi.kinds.road import Road
from noroshi.kinds.shelter import Shelter

_CITY_LABEL = "市区町村コード"
_CITY: dict[str, Any] = {
    "name": "citycode", "jname": _CITY_LABEL, "connid": "citycode", "show": False,
    "type": "String",
}  # fmt: skip
_DIVISION = {(True, True): "指定緊急避難場所兼避難所", (True, False): "指定緊急避難場所",
             (False, True): "指定避難所", (False, False): "指定なし"}  # fmt: skip


def shelters(
    world: World, issued: int, states: Iterable[ShelterState], disaster: str = ""
) -> Message:
    """The shelter status layer (01-001-01) of the whole prefecture."""
    names = {code: one.name for code, one in towns(world).items()}
    rows = []
    for one in states:
        built = one.shelter
        body = Shelter(
            name=built.name, kana=built.kana, code=built.code, status=one.status,
            category="福祉避難所" if built.welfare else "避難所",
            designation=_DIVISION[built.emergency, built.stay],
            municipality=names[built.municipality], address=built.address,
            capacity=built.capacity, headcount=one.headcount, households=one.households,
            crowding=crowding(one), reason=one.reason,
            opened=_time(one.opened), closed=_time(one.closed),
            extra={_CITY_LABEL: built.municipality},
        )  # fmt: skip
        rows.append(("disaster.shelter", built.code, encode(body), place.point(*built.at)))
    return _package(
        world, issued, rows, source=f"{world.code}-pref-shelters", title="避難所開設状況",
        file="shelters", columns=[_CITY], disaster=disaster,
    )  # fmt: skip


def crowding(one: ShelterState) -> str:
    """How full an open shelter is, in the words of `disaster.shelter`; nothing where unknown."""
    if one.status != "open" or one.headcount is None or not one.shelter.capacity:
        return ""
    share = one.headcount / one.shelter.capacity
    return "full" if share >= 1 else "congested" if share >= 0.7 else "free"


def roads(world: World, issued: int, states: Iterable[RoadState], disaster: str = "") -> Message:
    """The road layer (01-005-02): every stretch that is closed or restricted now."""
    names = {code: one.name for code, one in towns(world).items()}
    rows = []
    told: set[bytes] = set()
    for one in states:
        body = Road(
            code=one.code, status=one.status, name=one.name, category=RANKS[one.rank],
            number=one.number, municipality=names[one.municipality], start=one.start,
            end=one.end, reason=one.cause, started=_time(one.since), ended=_time(one.until),
            extra={_CITY_LABEL: one.municipality},
        )  # fmt: skip
        shape = line(one.line)
        # Two edges of a network may run along one stretch: it is sent once.
        stretch = shape + encode(msgspec.structs.replace(body, code=""))
        if stretch not in told:
            told.add(stretch)
            rows.append(("disaster.road", one.code, encode(body), shape))
    return _package(
        world, issued, rows, source=f"{world.code}-pref-roads", title="道路規制情報",
        file="roads", columns=[_CITY], disaster=disaster,
    )  # fmt: skip


def damage(world: World, issued: int, states: Iterable[Damage], disaster: str = "") -> Message:
    """Damage by municipality (01-011-01), each at its office."""
    by_code = towns(world)
    rows = []
    for one in states:
        town = by_code[one.municipality]
        values: dict[str, str | int | float | bool | None] = {
            "ID": town.code, "市区町村コード": town.code, "市区町村名": town.name,
            "死者数": one.dead, "行方不明者数": one.missing, "重傷者数": one.severe,
            "軽傷者数": one.slight, "全壊": one.destroyed, "半壊": one.half,
            "一部破損": one.partial, "床上浸水": one.above_floor, "床下浸水": one.below_floor,
            "火災": one.fires,
        }  # fmt: skip
        body = Report(
            title="人的・建物被害", category="人的被害", code="01-011-01", attributes=values,
            layer="人的・建物被害",
        )  # fmt: skip
        rows.append(("disaster.report", town.code, encode(body), place.point(*town.at)))
    return _package(
        world, issued, rows, source=f"{world.code}-pref-damage", title="人的・建物被害",
        file="damage", columns=_DAMAGE, code="01-011-01", category="人的被害", disaster=disaster,
    )  # fmt: skip


_DAMAGE: list[dict[str, Any]] = [
    {"name": name, "jname": label, "connid": name, "show": True, "type": kind}
    for name, label, kind in (
        ("id", "ID", "String"), ("citycode", "市区町村コード", "String"),
        ("cityname", "市区町村名", "String"), ("deadno", "死者数", "Integer"),
        ("missingno", "行方不明者数", "Integer"), ("seriousno", "重傷者数", "Integer"),
        ("slightno", "軽傷者数", "Integer"), ("alldstno", "全壊", "Integer"),
        ("halfdstno", "半壊", "Integer"), ("partdstno", "一部破損", "Integer"),
        ("floorfno", "床上浸水", "Integer"), ("ufloorfno", "床下浸水", "Integer"),
        ("fireno", "火災", "Integer"),
    )
]  # fmt: skip


def line(points: Sequence[Lonlat]) -> bytes:
    """A line as well-known binary."""
    found = to_wkb({"type": "LineString", "coordinates": [list(one) for one in points]})
    assert found is not None
    return found


def _package(
    world: World,
    issued: int,
    rows: list[tuple[str, str, bytes, bytes]],
    *,
    source: str,
    title: str,
    file: str,
    columns: list[dict[str, Any]],
    code: str = "",
    category: str = "",
    disaster: str = "",
) -> Message:
    issued = minute(issued)
    # The same whatever the code: a layer that is empty for a while is the same layer.
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{world.code}/{world.seed}/{file}"))
    layer = Layer(
        title=title, code=code, author=world.name, category=category,
        metadata={"ttid": identity},
        entries=[LayerEntry(title, columns, geometry="LineString" if file == "roads" else "Point")],
    )  # fmt: skip
    versions = [
        _version(kind, key, issued, body, geometry) for kind, key, body, geometry in sorted(rows)
    ]
    versions.append(_version("disaster.layer", "layer", issued, encode(layer), None))
    data = write(
        versions, title=title, author=world.name, code=code or None,
        disaster=f"【訓練】{disaster or '総合防災訓練'}",
        note=f"【訓練】{stem(world)}県災害対策本部",
        tags=["訓練", title], lgcode=[f"{world.code}000"], license_id="cc-by",
        e_mail=f"bousai@pref{world.code}.example.jp",
    )  # fmt: skip
    return Message(issued, source, f"{file}_{world.code}_{compact(issued)}.zip", data)


def _version(kind: str, key: str, issued: int, body: bytes, geometry: bytes | None) -> Version:
    return Version(
        0, kind, key, "", Mode.EXERCISE, Action.ISSUE, issued, 0, issued, issued, FOREVER,
        FOREVER, FOREVER, PUBLIC, "", None, None, geometry, None, (), body,
    )  # fmt: skip


def _time(time: int | None) -> str | None:
    return None if time is None else show(minute(time), JST)
