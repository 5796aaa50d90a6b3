"""Collections: one for each kind of record, and what its features have."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from noroshi import kinds
from noroshi.channels import schema
from noroshi.channels.crs import CRS84, SUPPORTED
from noroshi.kinds import Kind
from noroshi.web.answers import GEOJSON, answer_html, answer_json, header_links, link
from noroshi.web.routing import Asked, operation

_REL = "http://www.opengis.net/def/rel/ogc/1.0"
_SCHEMA = "application/schema+json"
_TITLED = {"type": "object", "required": ["id", "links"]}
COLLECTIONS: dict[str, Any] = {
    "type": "object",
    "required": ["links", "collections"],
    "properties": {
        "links": {"type": "array", "items": {"type": "object"}},
        "collections": {"type": "array", "items": _TITLED},
    },
}


def kept_kinds(asked: Asked) -> list[Kind]:
    """Kinds of which the store has anything that the reader may see, in the order of layers."""
    names = asked.store.kinds(asked.reader)
    known = [one for one in kinds.all_kinds().values() if one.name in names]
    return sorted(known, key=lambda one: (kinds.LAYERS.index(one.layer), one.name))


def describe(kind: Kind, asked: Asked) -> dict[str, Any]:
    """A collection's description (Part 1 §7.14)."""
    here = f"{asked.base}/collections/{kind.name}"
    title, other = (kind.ja, kind.en) if asked.language == "ja" else (kind.en, kind.ja)
    return {
        "id": kind.name, "title": title, "title_ja": kind.ja, "title_en": kind.en,
        "description": f"{other} — {(kind.body.__doc__ or '').strip()}",
        "layer": kind.layer, "itemType": "feature",
        "extent": {"spatial": {"bbox": [[-180.0, -90.0, 180.0, 90.0]], "crs": CRS84},
                   "temporal": {"interval": [[None, None]]}},
        "crs": list(SUPPORTED), "storageCrs": CRS84,
        "links": [
            link(here, "self", "application/json"),
            link(f"{here}?f=html", "alternate", "text/html"),
            link(f"{here}/items", "items", GEOJSON, title),
            link(f"{here}/items?f=html", "items", "text/html", title),
            link(f"{here}/items?f=csv", "items", "text/csv", title),
            link(f"{here}/schema", f"{_REL}/schema", _SCHEMA),
            link(f"{here}/queryables", f"{_REL}/queryables", _SCHEMA),
            link(f"{here}/sortables", f"{_REL}/sortables", _SCHEMA),
            link(f"{here}/tiles", f"{_REL}/tilesets-vector", "application/json"),
        ],
    }  # fmt: skip


@operation(
    "/collections", en="Collections that hold something", ja="コレクションの一覧",
    tag="Features", produces={"application/json": COLLECTIONS, "text/html": {"type": "string"}},
    cached=True,
)  # fmt: skip
def collections(asked: Asked) -> Response:
    """Every kind of which the reader may see anything; a kind without records can still be asked
    for by its name."""
    form = asked.form("json", "html")
    found = [describe(one, asked) for one in kept_kinds(asked)]
    if form == "html":
        return answer_html(asked, "collections.html", collections=found)
    here = f"{asked.base}/collections"
    links = [link(here, "self", "application/json"),
             link(f"{here}?f=html", "alternate", "text/html")]  # fmt: skip
    return answer_json(
        {"links": links, "collections": found}, headers={"Link": header_links(links)}
    )


@operation(
    "/collections/{collection}", en="One collection", ja="コレクション",
    tag="Features", produces={"application/json": _TITLED, "text/html": {"type": "string"}},
    cached=True,
)  # fmt: skip
def collection(asked: Asked) -> Response:
    """What a collection is, and where its features, schema and tiles are."""
    form = asked.form("json", "html")
    found = describe(kinds.get(asked.path["collection"]), asked)
    if form == "html":
        fields = schema.properties(found["id"], asked.language)
        return answer_html(asked, "collection.html", collection=found, fields=fields)
    return answer_json(found)


def _schema_answer(asked: Asked, part: str, make: Any) -> Response:
    kind = kinds.get(asked.path["collection"]).name
    form = asked.form("json", "html")
    here = f"{asked.base}/collections/{kind}/{part}"
    found = make(kind, here, asked.language)
    if form == "html":
        shown = {
            name: {"title": name, "description": "", "type": "", "format": "", **schema.typed(one)}
            for name, one in found["properties"].items()
        }
        page = {"title": found["title"], "properties": shown}
        return answer_html(asked, "schema.html", schema=page, kind=kind, part=part)
    return answer_json(found, _SCHEMA)


@operation(
    "/collections/{collection}/schema", en="Schema of the features", ja="地物のスキーマ",
    tag="Features", produces={_SCHEMA: {"type": "object"}, "text/html": {"type": "string"}},
)  # fmt: skip
def schema_of(asked: Asked) -> Response:
    """JSON Schema of the properties, with titles in both languages and units (Part 5)."""
    return _schema_answer(asked, "schema", schema.schema)


@operation(
    "/collections/{collection}/queryables", en="What can be asked for in a filter",
    ja="条件に使える項目", tag="Features",
    produces={_SCHEMA: {"type": "object"}, "text/html": {"type": "string"}},
)  # fmt: skip
def queryables(asked: Asked) -> Response:
    """Queryables (Part 3)."""
    return _schema_answer(asked, "queryables", schema.queryables_schema)


@operation(
    "/collections/{collection}/sortables", en="What answers can be sorted by",
    ja="並べ替えに使える項目", tag="Features",
    produces={_SCHEMA: {"type": "object"}, "text/html": {"type": "string"}},
)  # fmt: skip
def sortables(asked: Asked) -> Response:
    """Sortables (Part 8, draft)."""
    return _schema_answer(asked, "sortables", schema.sortables)
