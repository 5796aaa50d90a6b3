"""The land as files: people by grid square, elevation tiles, rivers, roads, bridges and tunnels."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from noroshi.feeds.drill.files.paper import (
    AS_OF_JA,
    EXERCISE,
    Column,
    File,
    Made,
    Towns,
    features,
    line,
    six,
    source,
    table,
)  # fmt: skip
from noroshi.feeds.drill.world.model import Mesh, Plane, Road, World

#: Codes of 国土数値情報.
_RIVER_GRADE = {"一級": "1", "二級": "3", "準用": "5"}
_RANK = {"expressway": "1", "national": "3", "prefectural": "4", "municipal": "6", "lane": "7"}
_STRUCTURE = {"road": "", "bridge": "橋梁", "tunnel": "トンネル"}
#: Zooms of the elevation tiles: as text, and as pictures of finer mesh.
TEXT_ZOOM, PICTURE_ZOOM = 10, 11


def write(world: World) -> Iterator[Made]:
    """Files that need the land only."""
    towns = Towns(world)
    yield _meshes(world)
    yield _rivers(world)
    yield _roads(world, towns)
    yield _structures(world, towns)


def _meshes(world: World) -> Made:
    """500 m meshes as e-Stat gives them: a line of codes, and one of what they mean."""
    columns: list[Column[Mesh]] = [
        ("KEY_CODE", lambda one: one.code),
        ("HTKSYORI", lambda one: 0),
        ("HTKSAKI", lambda one: ""),
        ("GASSAN", lambda one: ""),
        ("T001141001", lambda one: one.people.total),
        ("T001141004", lambda one: one.people.under15),
        ("T001141010", lambda one: one.people.working),
        ("T001141019", lambda one: one.people.over65),
        ("T001141022", lambda one: one.people.over75),
        ("T001141034", lambda one: one.people.households),
        ("P0001", lambda one: one.people.care),
        ("P0002", lambda one: six(one.municipality)),
        ("P0003", lambda one: one.at[1]),
        ("P0004", lambda one: one.at[0]),
    ]
    labels = [
        "", "", "", "", "人口（総数）", "０～１４歳人口　総数", "１５～６４歳人口　総数",
        "６５～７４歳人口　総数", "７５歳以上人口　総数", "世帯総数",
        "要介護認定者（要介護３以上）",
        "市区町村コード", "中心緯度", "中心経度",
    ]  # fmt: skip
    above = [
        f"{EXERCISE}{world.name} 令和7年国勢調査 ４次メッシュ（500mメッシュ） 令和7年10月1日現在"
    ]
    title = "Census by 500 m grid square (e-Stat)", "地域メッシュ統計（e-Stat 形式、500 m）"
    file = File(
        f"national/tblT001141H{world.code}.csv", *title, "総務省統計局", source(world, "census"),
        "mappings/census.toml", "infrastructure.population_mesh", len(world.meshes),
    )  # fmt: skip
    return file, table(world.meshes, columns, above=above, between=[labels])


def _rivers(world: World) -> Made:
    names = {one.code: one.name for one in world.rivers}
    rows = []
    for one in world.rivers:
        rows.append((line(one.line), {
            "W05_001": f"{world.code}{_system(world, one.code)[-4:]}", "W05_002": one.code,
            "W05_003": _RIVER_GRADE.get(one.grade, "6"), "W05_004": one.name, "W05_005": "1",
            "W05_006": 1, "W05_011": round(one.length), "W05_012": round(one.basin / 1e6, 2),
            "W05_013": names.get(one.joins, ""),
        }))  # fmt: skip
    file = File(
        f"national/W05-26_{world.code}_Stream.geojson", "Rivers (MLIT W05)",
        "河川（国土数値情報 W05 形式）", "国土交通省", source(world, "rivers"),
        "mappings/rivers.toml", "infrastructure.facility", len(world.rivers),
    )  # fmt: skip
    return file, features(f"{world.name} 河川", rows)


def _system(world: World, code: str) -> str:
    """The river that a river's water reaches the sea by (水系)."""
    joins = {one.code: one.joins for one in world.rivers}
    for _ in range(40):
        if not joins.get(code):
            break
        code = joins[code]
    return code


def _roads(world: World, towns: Towns) -> Made:
    routes = {one.code: one for one in world.routes}
    rows = []
    for one in world.roads:
        route = routes.get(one.route)
        order = {"expressway": 1, "national": 1}.get(one.rank)
        if order is None and one.rank == "prefectural" and one.width >= 7.0:
            order = 2
        rows.append((line(one.line), {
            "LINK_ID": one.code, "NODE_S": f"N{world.code}{one.start:06}",
            "NODE_E": f"N{world.code}{one.end:06}", "N01_001": _RANK.get(one.rank, "9"),
            "N01_002": route.name if route else "", "N01_003": one.route, "N01_004": one.name,
            "延長_m": round(one.length, 1), "幅員_m": one.width, "車線数": one.lanes,
            "構造": _STRUCTURE.get(one.structure, ""),
            "管理者": route.manager if route else towns.name(one.municipality),
            "緊急輸送": order, "市区町村": six(one.municipality),
        }))  # fmt: skip
    file = File(
        f"national/N01-26_{world.code}_Link.geojson", "Road links (MLIT N01, with a network)",
        "道路リンク（国土数値情報 N01 に準ずる）", "国土交通省・県土木部", source(world, "roads"),
        "mappings/roads.toml", "infrastructure.road_link", len(world.roads),
    )  # fmt: skip
    return file, features(f"{world.name} 道路リンク", rows)


def _structures(world: World, towns: Towns) -> Made:
    """Bridges and tunnels as a road bureau's inspection list has them."""
    routes = {one.code: one for one in world.routes}
    rivers = {one.code: one.name for one in world.rivers}
    built = [one for one in world.roads if one.structure in ("bridge", "tunnel")]

    def route(one: Road) -> str:
        found = routes.get(one.route)
        return found.name if found else ""

    def middle(one: Road) -> tuple[float, float]:
        return one.line[len(one.line) // 2] if len(one.line) > 2 else (
            round((one.line[0][0] + one.line[-1][0]) / 2, 6),
            round((one.line[0][1] + one.line[-1][1]) / 2, 6),
        )  # fmt: skip

    columns: list[Column[Road]] = [
        ("施設番号", lambda one: one.code),
        ("構造物\n区分", lambda one: _STRUCTURE[one.structure]),
        ("名　称", lambda one: one.name or f"第{int(one.code[-5:])}号{_STRUCTURE[one.structure]}"),
        ("路線名", route),
        ("橋長・延長（ｍ）", lambda one: round(one.length, 1)),
        ("全幅員（ｍ）", lambda one: one.width),
        ("交差河川", lambda one: rivers.get(one.river, "")),
        ("所在市町村ｺｰﾄﾞ", lambda one: six(one.municipality)),
        ("所在市町村", lambda one: towns.name(one.municipality)),
        ("架設\n年度", lambda one: 1958 + _dice(one.code, 62)),
        ("判定\n区分", lambda one: "ⅠⅠⅠⅡⅡⅡⅡⅢ"[_dice(one.code[::-1], 8)]),
        ("緯度", lambda one: middle(one)[1]),
        ("経度", lambda one: middle(one)[0]),
    ]  # fmt: skip
    above = [f"{EXERCISE}{world.name} 橋梁・トンネル点検一覧", f"{AS_OF_JA}　　県土木部道路保全課"]
    file = File(
        "prefecture/橋梁トンネル一覧.csv", "Bridges and tunnels with their last inspection",
        "橋梁・トンネル点検一覧", f"{world.name}土木部", source(world, "structures"),
        "mappings/structures.toml", "infrastructure.facility", len(built),
    )  # fmt: skip
    return file, table(built, columns, above=above, wide=("全幅員（ｍ）",))


def _dice(code: str, sides: int) -> int:
    """A number below `sides` that a code always throws."""
    return zlib.crc32(code.encode()) % sides


# --- elevation tiles --------------------------------------------------------------------------


def write_elevation(world: World) -> Iterator[Made]:
    """Elevation as 国土地理院 serves it: 256 x 256 heights [m], text with `e` where there is none,
    and PNG with x = 2^16 R + 2^8 G + B in units of 0.01 m (標高タイルの詳細仕様)."""
    elevation = np.where(world.land.municipality > 0, world.land.elevation, np.nan)
    owner = ("国土地理院", "", "", "", 0, "reference")
    for z, x, y in tiles(world.plane, TEXT_ZOOM):
        heights = _sampled(world.plane, elevation, z, x, y)
        if not np.isnan(heights).all():
            name = f"reference/dem/{z}/{x}/{y}.txt"
            yield File(name, "Elevation", "標高タイル（テキスト）", *owner), _as_text(heights)
    for z, x, y in tiles(world.plane, PICTURE_ZOOM):
        heights = _sampled(world.plane, elevation, z, x, y)
        if not np.isnan(heights).all():
            name = f"reference/dem_png/{z}/{x}/{y}.png"
            yield File(name, "Elevation", "標高タイル（PNG）", *owner), _as_png(heights)


def tiles(plane: Plane, z: int) -> list[tuple[int, int, int]]:
    """The tiles of a zoom that touch the grid."""
    west, north = plane.centre_of(-0.5, -0.5)
    east, south = plane.centre_of(plane.rows - 0.5, plane.columns - 0.5)
    side = 1 << z

    def row(latitude: float) -> int:
        y = 0.5 - np.arcsinh(np.tan(np.radians(latitude))) / (2 * np.pi)
        return int(y * side)

    columns = range(int((west + 180) / 360 * side), int((east + 180) / 360 * side) + 1)
    return [(z, x, y) for x in columns for y in range(row(north), row(south) + 1)]


def _sampled(
    plane: Plane, field: npt.NDArray[np.floating], z: int, x: int, y: int
) -> npt.NDArray[np.float64]:
    """A grid at the middles of a tile's pixels, between its cells; NaN beyond."""
    side, part = 1 << z, (np.arange(256) + 0.5) / 256
    longitude = (x + part) / side * 360 - 180
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + part) / side))))
    spots = [plane.xy(float(one), plane.latitude)[0] for one in longitude]
    column = (np.array(spots) + plane.columns * plane.cell / 2) / plane.cell - 0.5
    heights = [plane.xy(plane.longitude, float(one))[1] for one in latitude]
    row = (plane.rows * plane.cell / 2 - np.array(heights)) / plane.cell - 0.5
    inside = ((row >= 0) & (row < plane.rows - 1))[:, None] & (
        (column >= 0) & (column < plane.columns - 1)
    )
    low_row = np.clip(row.astype(int), 0, plane.rows - 2)
    low_column = np.clip(column.astype(int), 0, plane.columns - 2)
    down, across = (row - low_row)[:, None], column - low_column
    corner = field[np.ix_(low_row, low_column)], field[np.ix_(low_row, low_column + 1)]
    below = field[np.ix_(low_row + 1, low_column)], field[np.ix_(low_row + 1, low_column + 1)]
    upper = corner[0] * (1 - across) + corner[1] * across
    lower = below[0] * (1 - across) + below[1] * across
    found: npt.NDArray[np.float64] = np.where(
        inside, upper * (1 - down) + lower * down, np.nan
    ).astype(np.float64)
    return found


def _as_text(heights: npt.NDArray[np.float64]) -> bytes:
    hidden = np.isnan(heights)
    return b"".join(
        b",".join(
            b"e" if gone else b"%.2f" % height for height, gone in zip(row, none, strict=True)
        ) + b"\n"
        for row, none in zip(heights.tolist(), hidden.tolist(), strict=True)
    )  # fmt: skip


def _as_png(heights: npt.NDArray[np.float64]) -> bytes:
    hidden = np.isnan(heights)
    value = np.where(hidden, 2**23, np.round(np.nan_to_num(heights) * 100)).astype(np.int64)
    value = np.where(value < 0, value + 2**24, value)
    pixels = np.stack([value >> 16 & 255, value >> 8 & 255, value & 255], axis=2).astype(np.uint8)
    return png(pixels)


def png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """A PNG of rows of red, green, blue (ISO/IEC 15948), each row filtered by the one above."""
    height, width, _ = pixels.shape
    rows = pixels.reshape(height, width * 3)
    above = np.vstack([np.zeros((1, width * 3), np.uint8), rows[:-1]])
    raw = np.hstack([np.full((height, 1), 2, np.uint8), rows - above]).tobytes()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(
            ">I", zlib.crc32(name + data)
        )  # fmt: skip

    parts = chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(raw, 6)), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
