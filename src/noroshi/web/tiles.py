"""OGC API – Tiles: vector tiles of every collection, at any moment, for its reader."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

import msgspec
from starlette.responses import Response

from noroshi import kinds
from noroshi.channels.tiling import grid
from noroshi.channels.tiling.fields import ADDED, COUNTED, GREATEST, fields_of
from noroshi.channels.tiling.tiles import Drawn, Tiles
from noroshi.core.time import show
from noroshi.engine.node import Node
from noroshi.web.answers import answer_json, link
from noroshi.web.params import AS_OF, DATETIME, MODE
from noroshi.web.routing import Asked, Problem, operation

MVT = "application/vnd.mapbox-vector-tile"
_JSON = "application/json"
#: What this module conforms to (OGC 20-057).
CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{one}"
    for one in ("core", "tileset", "tilesets-list", "geodata-tilesets", "mvt", "oas30")
)
_MOMENT = (DATETIME, AS_OF, MODE)
#: Relation of a resource to its tilesets (OGC 20-057 §8).
TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
_SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
#: The zoom to which clients ask for tiles; deeper ones are given too.
DEEPEST = 16

Z_Y_X: dict[str, dict[str, Any]] = {
    "z": {"type": "integer", "minimum": 0, "maximum": grid.DEEPEST},
    "y": {"type": "integer", "minimum": 0},
    "x": {"type": "integer", "minimum": 0},
}
_tiles: WeakKeyDictionary[Node, Tiles] = WeakKeyDictionary()


def tiles_of(node: Node) -> Tiles:
    """The tiles of a node, with all that they keep."""
    found = _tiles.get(node)
    return _tiles.setdefault(node, Tiles(node.store)) if found is None else found


def read_address(asked: Asked) -> tuple[int, int, int]:
    """Zoom, column and row of the tile that a path names. Raises Problem for no such tile."""
    texts = [asked.path[name] for name in ("z", "x", "y")]
    if all(one.isascii() and one.isdigit() and len(one) <= 8 for one in texts):
        z, x, y = map(int, texts)
        if z <= grid.DEEPEST and x < 1 << z and y < 1 << z:
            return z, x, y
    raise Problem(
        404, f"no tile {'/'.join(asked.path[name] for name in ('z', 'y', 'x'))}",
        f"the path ends in zoom (0 to {grid.DEEPEST}), row and column of WebMercatorQuad",
    )  # fmt: skip


def answer_tile(asked: Asked, drawn: Drawn, headers: dict[str, str]) -> Response:
    """A tile, compressed for those who take it. One without anything in it has no bytes."""
    accepted = (asked.header("accept-encoding") or "").lower()
    zipped = bool(drawn.zipped) and any(
        one.partition(";")[0].strip() == "gzip" and one.partition("q=")[2] not in ("0", "0.0")
        for one in accepted.split(",")
    )
    sent = {
        "Content-Type": MVT,
        # Weak: the same content, compressed or not.
        "ETag": f'W/"{drawn.tag}"',
        "Vary": "Accept-Encoding, Authorization",
        "Cache-Control": "no-cache",
        **headers,
    }
    if zipped:
        sent["Content-Encoding"] = "gzip"
    return Response(drawn.zipped if zipped else drawn.tile.data, headers=sent)


@operation(
    "/collections/{collection}/tiles/WebMercatorQuad/{z}/{y}/{x}",
    en="A vector tile of a collection: single features, and clusters where there are many",
    ja="コレクションのベクトルタイル（多い所は集約し件数を示す）",
    tag="Tiles",
    params=_MOMENT,
    produces={MVT: {"type": "string", "format": "binary"}},
    path_params=Z_Y_X,
)
def tile(asked: Asked) -> Response:
    """The picture of `/items` at the same moment, drawn."""
    kind = kinds.get(asked.path["collection"]).name
    z, x, y = read_address(asked)
    asked.form("mvt")
    moment = asked.moment()
    tiles = tiles_of(asked.node)
    if moment.now:
        drawn = tiles.present(kind, asked.mode, asked.reader, z, x, y)
    else:
        when = moment.at, moment.as_of, moment.until
        drawn = tiles.past(kind, asked.mode, asked.reader, when, z, x, y)
    headers = {
        "Noroshi-At": show(moment.at) or "..",
        "Noroshi-As-Of": show(moment.as_of) or "..",
        "Noroshi-Tile": (
            f"features={drawn.tile.singles}, clusters={drawn.tile.clusters}, "
            f"clustered={drawn.tile.clustered}, reduced={drawn.tile.thinned}"
        ),
    }
    newest = show(drawn.newest) if drawn.newest else None
    if newest is not None:
        headers["Noroshi-Newest"] = newest
    return answer_tile(asked, drawn, headers)


@operation(
    "/tileMatrixSets",
    en="Tile grids", ja="タイルの格子", tag="Tiles",
    produces={_JSON: {"type": "object", "required": ["tileMatrixSets"]}},
)  # fmt: skip
def tile_matrix_sets(asked: Asked) -> Response:
    """The one grid there is."""
    asked.form("json")
    found = grid.tile_matrix_set()
    one = {name: found[name] for name in ("id", "title", "uri", "crs")}
    here = f"{asked.base}/tileMatrixSets"
    links = [link(f"{here}/WebMercatorQuad", "self", _JSON)]
    return answer_json({
        "links": [link(here, "self", _JSON)],
        "tileMatrixSets": [{**one, "links": links}],
    })  # fmt: skip


@operation(
    "/tileMatrixSets/WebMercatorQuad",
    en="The tile grid WebMercatorQuad", ja="タイルの格子 WebMercatorQuad", tag="Tiles",
    produces={_JSON: {"type": "object", "required": ["tileMatrices"]}},
)  # fmt: skip
def tile_matrix_set(asked: Asked) -> Response:
    """Its definition (OGC 17-083r4)."""
    asked.form("json")
    return answer_json(grid.tile_matrix_set())


@operation(
    "/collections/{collection}/tiles",
    en="Tilesets of a collection", ja="コレクションのタイルセット一覧", tag="Tiles",
    params=_MOMENT,
    produces={_JSON: {"type": "object", "required": ["tilesets"]}},
)  # fmt: skip
def tilesets(asked: Asked) -> Response:
    """The list of tilesets: one, in WebMercatorQuad."""
    kind = kinds.get(asked.path["collection"])
    asked.form("json")
    here = f"{asked.base}/collections/{kind.name}/tiles"
    found = describe_tileset(asked, here, _title(asked, kind), _moment(asked))
    return answer_json({"links": [link(here, "self", _JSON)], "tilesets": [found]})


@operation(
    "/collections/{collection}/tiles/WebMercatorQuad",
    en="Tileset of a collection: metadata, or TileJSON (f=tilejson)",
    ja="コレクションのタイルセットの情報（f=tilejson で TileJSON）", tag="Tiles",
    params=_MOMENT,
    produces={_JSON: {"type": "object"}},
)  # fmt: skip
def tileset(asked: Asked) -> Response:
    """Where the tiles are and what they carry. The moment asked for is that of the tiles."""
    kind = kinds.get(asked.path["collection"])
    here = f"{asked.base}/collections/{kind.name}/tiles"
    title = _title(asked, kind)
    schema = _schema(kind)
    if asked.params.get("f") == "tilejson":
        fields = {name: _type(one) for name, one in schema.items()}
        return answer_tilejson(asked, here, title, kind.name, fields, _moment(asked))
    asked.form("json")
    found = describe_tileset(asked, here, title, _moment(asked))
    found["layers"] = [
        {
            "id": kind.name, "title": title, "dataType": "vector",
            "propertiesSchema": {"type": "object", "properties": schema},
        }
    ]  # fmt: skip
    return answer_json(found)


def describe_tileset(asked: Asked, here: str, title: str, query: str) -> dict[str, Any]:
    """Metadata of the tileset in WebMercatorQuad below `here` (OGC 17-083r4 §9)."""
    template = f"{here}/WebMercatorQuad/{{tileMatrix}}/{{tileRow}}/{{tileCol}}{query}"
    return {
        "title": title,
        "dataType": "vector",
        "crs": grid.CRS,
        "tileMatrixSetURI": grid.URI,
        "links": [
            link(f"{here}/WebMercatorQuad{query}", "self", _JSON),
            link(f"{asked.base}/tileMatrixSets/WebMercatorQuad", _SCHEME, _JSON),
            {**link(template, "item", MVT), "templated": True},
        ],
    }


def answer_tilejson(
    asked: Asked, here: str, title: str, layer: str, fields: dict[str, str], query: str
) -> Response:
    """TileJSON 3.0 of the tileset below `here`."""
    found = {
        "tilejson": "3.0.0",
        "name": title,
        "scheme": "xyz",
        "tiles": [f"{here}/WebMercatorQuad/{{z}}/{{y}}/{{x}}{query}"],
        "minzoom": 0,
        "maxzoom": DEEPEST,
        "bounds": [-180, -grid.EDGE, 180, grid.EDGE],
        "vector_layers": [{"id": layer, "fields": fields, "minzoom": 0, "maxzoom": DEEPEST}],
    }
    return answer_json(found)


def _title(asked: Asked, kind: kinds.Kind) -> str:
    return kind.ja if asked.language == "ja" else kind.en


def _moment(asked: Asked) -> str:
    """The moment and mode that were asked for, as a query."""
    asked.moment()
    chosen = {one.name: asked.params[one.name] for one in _MOMENT if one.name in asked.params}
    return f"?{urlencode(chosen)}" if chosen else ""


def _schema(kind: kinds.Kind) -> dict[str, dict[str, Any]]:
    """What features of the tiles say, and what clusters do."""
    _, definitions = msgspec.json.schema_components([kind.body])
    declared = definitions[kind.body.__name__]["properties"]
    fields = fields_of(kind.name)
    names = (*fields.texts, *fields.codes)
    found: dict[str, dict[str, Any]] = {
        "id": {"type": "string", "description": "id of the feature in /items"},
        "area": {"type": "string", "description": "official area, scheme:code"},
        **{name: declared[name] for name in names},
        "cluster": {"type": "boolean", "description": "true: stands for several features"},
        "point_count": {"type": "integer", "description": "of a cluster: how many features"},
    }
    for name in names:
        if name in GREATEST:
            found[f"max_{name}"] = {**declared[name], "description": "of a cluster: the gravest"}
        if name in ADDED:
            text = "of a cluster: the sum of those that are known"
            found[f"sum_{name}"] = {"type": "number", "description": text}
        if name in COUNTED:
            text = "of a cluster: how many features have this value"
            found[f"{name}:*"] = {"type": "integer", "description": text}
    return found


def _type(schema: dict[str, Any]) -> str:
    text = schema.get("type") or next(
        (one["type"] for one in schema.get("anyOf", ()) if one.get("type") != "null"), "string"
    )
    return {"integer": "Number", "number": "Number", "boolean": "Boolean"}.get(text, "String")
