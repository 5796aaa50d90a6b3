"""The road network as built: edges between nodes. What passes them now is `disaster.road`."""

from __future__ import annotations

from typing import Annotated

import msgspec

from noroshi.kinds import LayerTitle, Scalar, kind, note


@kind("infrastructure.road_link", en="Road link", ja="道路リンク", layer="facilities")
class RoadLink(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One edge of a road network. Its line is the record's geometry, from start to end."""

    code: Annotated[str, note("リンクコード", "the owner's identifier of the edge")]
    start: Annotated[str, note("始点ノード", "code of the node at its start")] = ""
    end: Annotated[str, note("終点ノード", "code of the node at its end")] = ""
    # Kinds of road (道路法 第三条), the greatest first; a lane is 農道, 林道 or a narrow street.
    rank: Annotated[
        str, note("道路種別", "expressway, national, prefectural, municipal, lane or other")
    ] = "other"
    structure: Annotated[str, note("構造", "road, bridge, tunnel or other")] = "road"
    route: Annotated[str, note("路線コード", "number or code of the route")] = ""
    name: Annotated[str, note("路線名", "name of the route, bridge or tunnel")] = ""
    length: Annotated[float | None, note("延長", "length [m]")] = None
    width: Annotated[float | None, note("幅員", "width of the carriageway [m]")] = None
    lanes: Annotated[int | None, note("車線数", "lanes, both ways together")] = None
    manager: Annotated[str, note("道路管理者", "who manages and closes it")] = ""
    municipality: Annotated[str, note("市区町村名", "name of the municipality as written")] = ""
    emergency_route: Annotated[
        int | None, note("緊急輸送道路", "emergency transport road of 1st, 2nd or 3rd order")
    ] = None
    river: Annotated[str, note("河川", "river that a bridge crosses")] = ""
    extra: Annotated[
        dict[str, Scalar], note("その他の項目", "the owner's columns that have no field here")
    ] = {}
    layer: LayerTitle = ""
