"""Official areas: names, boundaries, and tiles of boundaries."""

from __future__ import annotations

import threading
from hashlib import blake2b
from typing import Any
from weakref import WeakKeyDictionary

import msgspec
from starlette.responses import Response

from noroshi.channels.tiling.areas import HINT, Areas
from noroshi.channels.tiling.boundaries import LAYER, Boundaries
from noroshi.core.place import SCHEMES
from noroshi.core.time import SECOND, now
from noroshi.engine.node import Node
from noroshi.formats.boundaries import LEVELS, Place
from noroshi.store import Store
from noroshi.web.answers import GEOJSON, answer_json, link
from noroshi.web.params import limit
from noroshi.web.routing import Asked, Param, Problem, operation
from noroshi.web.tiles import (
    MVT,
    TILESETS,
    Z_Y_X,
    answer_tile,
    answer_tilejson,
    describe_tileset,
    read_address,
)

_JSON = "application/json"
_SCHEMES: dict[str, Any] = {"type": "string", "enum": list(SCHEMES)}
_SCHEME = Param("scheme", "Code system: city, pref, jma.forecast …", "コード体系", _SCHEMES, "city")
_DRAWN = Param("scheme", "Code system of the areas that are drawn", "描く区域のコード体系",
               {**_SCHEMES, "default": "city"})  # fmt: skip
_LEVEL = Param("level", "Only areas of this level", "区域の階層を限る",
               {"type": "string", "enum": list(LEVELS)})  # fmt: skip
_PARENT = Param("parent", "Only areas that lie in this one", "この区域に含まれるもの",
                {"type": "string"}, "pref:17")  # fmt: skip
_Q = Param("q", "Part of a name or its reading, or a code", "名称・よみ・コードの一部",
           {"type": "string", "maxLength": 100}, "ななお")  # fmt: skip
_FIELDS = {"area": "String", "name": "String", "level": "String", "partial": "Boolean"}

#: How long (µs) places are taken to be as they were, at least.
_CHECK = 2 * SECOND


class _Held:
    """The places of one node, read again when they changed."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._seen = self._looked = -1
        self._digest = b""
        self._boundaries = Boundaries(Areas([]))

    def boundaries(self, generation: int) -> Boundaries:
        if self._seen == generation or (self._looked >= 0 and now() - self._looked < _CHECK):
            return self._boundaries
        with self._lock:
            if self._seen == generation:
                return self._boundaries
            places = list(self._store.places())
            digest = blake2b(digest_size=16)
            for one in places:
                digest.update(msgspec.msgpack.encode(one))
            if digest.digest() != self._digest:
                self._boundaries = Boundaries(Areas(places))
                self._digest = digest.digest()
            self._seen, self._looked = generation, now()
            return self._boundaries


_held: WeakKeyDictionary[Node, _Held] = WeakKeyDictionary()


def boundaries_of(node: Node) -> Boundaries:
    """The official areas of a node, as imported at most two seconds ago."""
    held = _held.get(node)
    if held is None:
        held = _held.setdefault(node, _Held(node.store))
    return held.boundaries(node.live.generation)


@operation(
    "/places",
    en="Official areas by name, reading or code", ja="行政区域・予報区等を名称・よみ・コードで探す",
    tag="Places", params=(_SCHEME, _PARENT, _Q, limit(100, 5_000)),
    produces={_JSON: {"type": "object", "required": ["places"]}},
)  # fmt: skip
def places(asked: Asked) -> Response:
    """Names of areas, best match first."""
    asked.form("json")
    areas = boundaries_of(asked.node).areas
    text = asked.params.get("q", "")
    if len(text) > 100:
        raise Problem(400, "q is longer than 100 characters")
    found, matched = areas.find(
        asked.params.get("scheme"), asked.params.get("parent"), text,
        asked.number("limit", 100, 1, 5_000),
    )  # fmt: skip
    here = f"{asked.base}/places"
    answer: dict[str, Any] = {
        "places": [_say(areas, one) for one in found],
        "numberMatched": matched,
        "numberReturned": len(found),
        "links": [link(here, "self", _JSON), link(f"{here}/tiles", TILESETS, _JSON)],
    }
    if not len(areas):
        answer["hint"] = HINT
    return answer_json(answer)


def _say(areas: Areas, place: Place) -> dict[str, Any]:
    return {
        "area": place.area, "name": place.name, "kana": place.kana, "level": place.level,
        "parents": list(place.parents), "boundary": areas.made(place).how != "none",
    }  # fmt: skip


@operation(
    "/places/{area}",
    en="An official area and its boundary", ja="区域の名称と境界", tag="Places",
    produces={GEOJSON: {"type": "object", "required": ["type", "geometry", "properties"]}},
)  # fmt: skip
def place(asked: Asked) -> Response:
    """The area as a GeoJSON feature. `made` says how its boundary came about."""
    import shapely

    asked.form("json")
    areas = boundaries_of(asked.node).areas
    found = areas.place(asked.path["area"])
    made = areas.made(found)
    shape = areas.boundary(found)
    words = {
        "own": ("as imported", "取り込んだ境界"),
        "union": (f"put together from {len(made.of)} areas", f"{len(made.of)}区域を合わせたもの"),
        "none": ("no boundary is known", "境界は取り込まれていない"),
    }
    feature: dict[str, Any] = {
        "type": "Feature",
        "id": found.area,
        "geometry": None if shape is None else msgspec.Raw(shapely.to_geojson(shape).encode()),
        "properties": {
            **_say(areas, found),
            "made": made.how, "made_text": words[made.how][asked.language == "ja"],
            "made_of": list(made.of), "missing": list(made.missing),
        },
        "links": [
            link(f"{asked.base}/places/{found.area}", "self", GEOJSON),
            link(f"{asked.base}/places?parent={found.area}", "items", _JSON),
        ],
    }  # fmt: skip
    if shape is not None:
        feature["bbox"] = [float(one) for one in shapely.bounds(shape)]
    return answer_json(feature, GEOJSON)


@operation(
    "/places/tiles",
    en="Tilesets of boundaries", ja="境界のタイルセット一覧", tag="Places",
    params=(_DRAWN, _LEVEL),
    produces={_JSON: {"type": "object", "required": ["tilesets"]}},
)  # fmt: skip
def place_tilesets(asked: Asked) -> Response:
    """The one tileset, and how many areas of which schemes have boundaries."""
    asked.form("json")
    areas = boundaries_of(asked.node).areas
    here = f"{asked.base}/places/tiles"
    found: dict[str, Any] = {
        "links": [link(here, "self", _JSON)],
        "tilesets": [describe_tileset(asked, here, _title(asked), _query(asked))],
        "schemes": {
            scheme: number for scheme in SCHEMES
            if (number := sum(areas.made(one).how != "none" for one in areas.of_scheme(scheme)))
        },
    }  # fmt: skip
    if not len(areas):
        found["hint"] = HINT
    return answer_json(found)


@operation(
    "/places/tiles/WebMercatorQuad",
    en="Tileset of boundaries: metadata, or TileJSON (f=tilejson)",
    ja="境界のタイルセットの情報（f=tilejson で TileJSON）", tag="Places",
    params=(_DRAWN, _LEVEL),
    produces={_JSON: {"type": "object"}},
)  # fmt: skip
def place_tileset(asked: Asked) -> Response:
    """Where the tiles are and what they carry."""
    here = f"{asked.base}/places/tiles"
    if asked.params.get("f") == "tilejson":
        return answer_tilejson(asked, here, _title(asked), LAYER, _FIELDS, _query(asked))
    asked.form("json")
    found = describe_tileset(asked, here, _title(asked), _query(asked))
    schema = {name: {"type": one.lower()} for name, one in _FIELDS.items()}
    found["layers"] = [
        {
            "id": LAYER, "title": _title(asked), "dataType": "vector", "geometryDimension": 2,
            "propertiesSchema": {"type": "object", "properties": schema},
        }
    ]  # fmt: skip
    return answer_json(found)


@operation(
    "/places/tiles/WebMercatorQuad/{z}/{y}/{x}",
    en="A vector tile of boundaries (layer `places`)", ja="境界のベクトルタイル（レイヤ places）",
    tag="Places", params=(_DRAWN, _LEVEL),
    produces={MVT: {"type": "string", "format": "binary"}},
    path_params=Z_Y_X,
)  # fmt: skip
def place_tile(asked: Asked) -> Response:
    """Polygons of the areas of one scheme, simplified for the zoom."""
    z, x, y = read_address(asked)
    asked.form("mvt")
    boundaries = boundaries_of(asked.node)
    if not len(boundaries.areas):
        raise Problem(404, "no boundaries were imported", HINT)
    scheme = asked.params.get("scheme", "city")
    drawn = boundaries.tile(scheme, asked.params.get("level"), z, x, y)
    return answer_tile(asked, drawn, {})


def _title(asked: Asked) -> str:
    return "行政区域・予報区等の境界" if asked.language == "ja" else "Boundaries of official areas"


def _query(asked: Asked) -> str:
    chosen = [
        f"{name}={asked.params[name]}" for name in ("scheme", "level") if name in asked.params
    ]
    return f"?{'&'.join(chosen)}" if chosen else ""
