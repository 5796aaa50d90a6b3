"""Road managers: what is closed now, as a table (prefecture, expressways) or GeoJSON (nation)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from noroshi.feeds.drill.actors.sending import (
    RANKS,
    compact,
    era,
    iso,
    minute,
    slashes,
    stem,
    towns,
)
from noroshi.feeds.drill.actors.state import RoadState
from noroshi.feeds.drill.actors.tables import Cell, write
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.world.model import World

#: Who says what passes on roads of a rank: the end of the source's id.
DESKS = {
    "expressway": "expressway", "national": "national-roads", "prefectural": "roads",
    "municipal": "roads", "lane": "roads",
}  # fmt: skip
_RESTRICTION = {
    "closed": "全面通行止", "alternating": "片側交互通行", "closed_to_large": "大型車通行止",
    "lane_restricted": "車線規制", "restricted": "その他規制", "open": "規制解除",
    "chains_required": "チェーン規制", "two_way": "対面通行", "unknown": "確認中",
}  # fmt: skip


def closures(world: World, desk: str, issued: int, states: Iterable[RoadState]) -> Message:
    """The list of restrictions of a desk (`roads`, `expressway`, `national-roads`) now: those of
    `states` on roads it manages. A restriction that is not in the next list has ended."""
    issued = minute(issued)
    mine = sorted((one for one in states if DESKS[one.rank] == desk), key=lambda one: one.code)
    names = {code: one.name for code, one in towns(world).items()}
    source = f"{world.code}-{desk}"
    if desk == "national-roads":
        name = f"kisei_{world.code}_{compact(issued)}.geojson"
        return Message(issued, source, name, _geojson(world, issued, mine, names))
    header = ["規制番号", "路線名", "道路種別", "路線番号", "規制区間（自）", "規制区間（至）",
              "市町村", "規制内容", "規制原因", "規制開始日時", "解除予定", "緯度",
              "経度"]  # fmt: skip
    rows: list[list[Cell]] = [
        [one.code, one.name, RANKS[one.rank], one.number, one.start, one.end,
         names.get(one.municipality, ""), _RESTRICTION[one.status], one.cause,
         slashes(one.since), slashes(one.until), one.at[1], one.at[0]]
        for one in mine
    ]  # fmt: skip
    who = f"{world.name}道路管理課" if desk == "roads" else f"{stem(world)}自動車道管制センター"
    titles = [f"【訓練】道路通行規制一覧　{era(issued)}現在", who]
    data = write(header, rows, titles=titles, encoding="cp932" if desk == "roads" else "utf-8-sig")
    return Message(issued, source, f"kisei_{desk}_{world.code}_{compact(issued)}.csv", data)


def _geojson(world: World, issued: int, states: list[RoadState], names: dict[str, str]) -> bytes:
    features = [
        {
            "type": "Feature",
            "id": one.code,
            "geometry": {"type": "LineString", "coordinates": [list(at) for at in one.line]},
            "properties": {
                "route": one.name, "route_no": one.number, "class": RANKS[one.rank],
                "restriction": _RESTRICTION[one.status], "cause": one.cause,
                "from": one.start, "to": one.end, "city": names.get(one.municipality, ""),
                "started": iso(one.since), "expected": iso(one.until),
            },
        }
        for one in states
    ]  # fmt: skip
    title = f"【訓練】直轄国道の規制情報（{stem(world)}国道事務所）"
    collection = {"type": "FeatureCollection", "name": title, "timeStamp": iso(issued),
                  "features": features}  # fmt: skip
    return msgspec.json.encode(collection)
