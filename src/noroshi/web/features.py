"""Features: pages, single things and their editions (OGC API – Features Parts 1, 2, 3 and 5)."""

from __future__ import annotations

import base64
import heapq
from collections.abc import Callable, Iterator
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from noroshi import kinds
from noroshi.channels import crs as reference
from noroshi.channels.features import edition, parse_thing_id, thing_id, write_feature
from noroshi.channels.filters import compile_filter, equal_to, sort_key
from noroshi.channels.schema import properties, queryables
from noroshi.core.errors import NotFound
from noroshi.core.place import Box
from noroshi.core.record import Mode, Version
from noroshi.core.time import show
from noroshi.store import Query
from noroshi.web import params
from noroshi.web.answers import GEOJSON, answer_html, answer_json, etag, header_links, link
from noroshi.web.bulk import FORMS, stream
from noroshi.web.routing import Asked, Moment, Param, Problem, operation, read_box

LIMIT = params.limit(100, 10_000)
CURSOR = Param("cursor", "Where the last page ended, as its next link says", "前の頁の続き")
SORTBY = Param("sortby", "Properties to sort by, - for descending", "並べ替え",
               {"type": "string"}, "-issued,key")  # fmt: skip
PROPERTIES = Param("properties", "Only these properties", "必要な項目だけ", {"type": "string"})
LAPSED = Param("lapsed", "Also what has run out without anything in its place", "期限切れも",
               {"type": "boolean", "default": False})  # fmt: skip
_MOMENT = (params.DATETIME, params.AS_OF)
_FORMATS = ("json", "html", *FORMS)
_FEATURES: dict[str, Any] = {
    "type": "object", "required": ["type", "features"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "features": {"type": "array", "items": {"type": "object"}},
        "numberReturned": {"type": "integer", "minimum": 0},
        "links": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
_FEATURE: dict[str, Any] = {"type": "object", "required": ["type", "geometry", "properties"]}


class _Page(msgspec.Struct, frozen=True):
    """Where a page begins, and the moment that all pages share."""

    at: int
    as_of: int
    until: int | None
    place: int | None = None
    id: int = 0
    offset: int = 0

    def text(self) -> str:
        return base64.urlsafe_b64encode(msgspec.json.encode(self)).decode().rstrip("=")


class _Wanted(msgspec.Struct, frozen=True):
    """What of which kind is asked for, and how it is to be written."""

    query: Query
    keep: Callable[[Version], bool] | None
    names: frozenset[str] | None
    crs: str | None
    sort: Callable[[Version], Any] | None
    page: _Page
    present: bool

    def write(self, version: Version) -> bytes:
        shape = None
        if self.crs is not None and version.geometry is not None:
            shape = reference.write_geometry(version.geometry, self.crs)
        id = thing_id(version)
        if self.query.until is not None:
            # Several editions of one thing may be true in an interval; each has an id of its own.
            id = f"{id}@{version.id}"
        return write_feature(version, id=id, shape=shape, names=self.names)


@operation(
    "/collections/{collection}/items",
    en="Features of the picture: true at a time, as known at a time",
    ja="地物の一覧（いつの事実か、いつ知っていたか）",
    tag="Features",
    params=(
        LIMIT, params.BBOX, *_MOMENT, params.AREA, params.MODE, params.FILTER, params.FILTER_LANG,
        params.FILTER_CRS, SORTBY, PROPERTIES, params.CRS, params.BBOX_CRS, LAPSED, CURSOR,
    ),
    produces={GEOJSON: _FEATURES, "text/html": {"type": "string"},
              **{media: {"type": "string"} for media, _ in FORMS.values()}},
    cached=True,
    open_params=True,
)  # fmt: skip
async def items(asked: Asked) -> Response:
    """A page of features; without `datetime` the picture is that of now. Pages of one answer are
    of one picture, whatever is taken in meanwhile. Any queryable is a parameter as well."""
    form = asked.form(*_FORMATS)
    if form in FORMS:
        wanted = await asked.run(_wanted, asked)
        return await stream(asked, form, wanted.query, wanted.keep, wanted.sort,
                            asked.number("limit", 2**62, 1, 2**62))  # fmt: skip
    return await asked.run(_items, asked, form)


def _items(asked: Asked, form: str) -> Response:
    wanted = _wanted(asked)
    limit = asked.number("limit", 100, 1, 10_000)
    found, following = _read(asked, wanted, limit)
    written = b",\n".join(map(wanted.write, found))
    headers = _headers(wanted, found)
    links = _links(asked, following)
    headers["Link"] = header_links(links)
    if form == "html":
        from noroshi.channels.tables import grid

        kind = kinds.get(wanted.query.kind or "")
        titles, rows = grid(found, kind.name, asked.language, 8)
        return answer_html(
            asked, "items.html", headers, kind=kind, titles=titles, following=following,
            rows=[(thing_id(one), row) for one, row in zip(found, rows, strict=True)],
            mode=wanted.query.mode.name.lower(), at=wanted.query.at, as_of=wanted.query.as_of,
            json_url=next(one["href"] for one in links if one["type"] == GEOJSON),
        )  # fmt: skip
    tag = etag(written + (b"+" if following else b"."))
    body = b"".join((
        b'{"type":"FeatureCollection","numberReturned":%d,"features":[\n' % len(found), written,
        b'\n],"links":', msgspec.json.encode(links), b"}",
    ))  # fmt: skip
    return answer_json(body, GEOJSON, {**headers, "ETag": tag})


def _read(asked: Asked, wanted: _Wanted, limit: int) -> tuple[list[Version], _Page | None]:
    """A page, and where the next one begins."""
    page = wanted.page
    if wanted.sort is not None:
        every = _everything(asked, wanted)
        first = heapq.nsmallest(page.offset + limit + 1, every, key=wanted.sort)
        found = first[page.offset : page.offset + limit]
        more = len(first) > page.offset + limit
        following = msgspec.structs.replace(page, offset=page.offset + limit)
        return found, following if more else None
    after = None if page.place is None else (page.place, page.id)
    part = asked.store.page(wanted.query, limit, after, wanted.keep)
    if part.cursor is None:
        return part.versions, None
    place, id = part.cursor
    return part.versions, msgspec.structs.replace(page, place=place, id=id)


def _everything(asked: Asked, wanted: _Wanted) -> Iterator[Version]:
    after = None
    while True:
        part = asked.store.page(wanted.query, 5_000, after, wanted.keep)
        yield from part.versions
        if part.cursor is None:
            return
        after = part.cursor


def _wanted(asked: Asked) -> _Wanted:
    """The question a request asks. Raises Problem or NoroshiError for one that cannot be."""
    kind = kinds.get(asked.path["collection"]).name
    given = asked.params
    moment = asked.moment()
    page = _Page(moment.at, moment.as_of, moment.until)
    if "cursor" in given:
        page = _cursor(given["cursor"])
        moment = Moment(page.at, page.as_of, page.until, now=False)
    crs = reference.read_crs(given["crs"]) if "crs" in given else None
    filter_crs = reference.read_crs(given["filter-crs"]) if "filter-crs" in given else None
    tests: list[Callable[[Version], bool]] = []
    if "filter" in given:
        lang = given.get("filter-lang", "cql2-text")
        tests.append(compile_filter(given["filter"], lang, filter_crs, kind).keep)
    equal = _equal(asked, kind)
    if equal:
        tests.append(equal_to(kind, equal))
    keep = None if not tests else tests[0] if len(tests) == 1 else _all(tests)
    query = Query(
        asked.reader, moment.at, moment.as_of, kind, asked.mode, _box(given), asked.areas,
        lapsed=_flag(given.get("lapsed", "false")), until=moment.until,
    )  # fmt: skip
    sort = sort_key(given["sortby"], kind) if "sortby" in given else None
    return _Wanted(query, keep, _names(given, kind), crs, sort, page, moment.now)


def _all(tests: list[Callable[[Version], bool]]) -> Callable[[Version], bool]:
    return lambda version: all(test(version) for test in tests)


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise Problem(400, f"lapsed={text!r} is neither true nor false")
    return text == "true"


def _equal(asked: Asked, kind: str) -> dict[str, str]:
    """Parameters that are queryables: properties that must have this value."""
    known = queryables(kind)
    for name in asked.more:
        if name not in known:
            raise Problem(400, f"unknown parameter {name!r}",
                          f"known here: {', '.join(asked.known)}, and the queryables")  # fmt: skip
    return asked.more


def _names(given: dict[str, str], kind: str) -> frozenset[str] | None:
    if "properties" not in given:
        return None
    names = frozenset(one.strip() for one in given["properties"].split(",") if one.strip())
    unknown = sorted(names - properties(kind).keys())
    if unknown:
        raise Problem(400, f"{kind} has no property {unknown[0]!r}", "see /schema")
    return names


def _box(given: dict[str, str]) -> Box | None:
    if "bbox" not in given:
        return None
    crs = reference.read_crs(given["bbox-crs"]) if "bbox-crs" in given else None
    if crs is None:
        return read_box(given["bbox"])
    try:
        numbers = [float(one) for one in given["bbox"].split(",")]
    except ValueError:
        numbers = []
    if len(numbers) == 6:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != 4 or numbers[0] > numbers[2] or numbers[1] > numbers[3]:
        raise Problem(400, f"bbox={given['bbox']} is not a box", "lower corner, upper corner")
    return reference.box_to_lonlat((numbers[0], numbers[1], numbers[2], numbers[3]), crs)


def _cursor(text: str) -> _Page:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        page = msgspec.json.decode(data, type=_Page)
        if max(abs(page.at), abs(page.as_of), abs(page.until or 0), abs(page.place or 0),
               abs(page.id)) >= 2**63 or not 0 <= page.offset < 10**7:  # fmt: skip
            raise ValueError
    except (ValueError, msgspec.DecodeError):
        raise Problem(400, "this cursor is not ours", "follow the next link as it is") from None
    return page


def _links(asked: Asked, following: _Page | None) -> list[dict[str, str]]:
    kind = asked.path["collection"]
    here = f"{asked.base}/collections/{kind}"
    given = {**asked.params, **asked.more}
    given.pop("f", None)

    def url(**more: str) -> str:
        query = urlencode({**given, **more})
        return f"{here}/items" + (f"?{query}" if query else "")

    links = [link(url(), "self", GEOJSON), link(url(f="html"), "alternate", "text/html")]
    links += [link(url(f=form), "alternate", media) for form, (media, _) in FORMS.items()]
    if following is not None:
        links.append(link(url(cursor=following.text()), "next", GEOJSON))
    links.append(link(here, "collection", "application/json"))
    links.append(link(f"{here}/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                      "application/schema+json"))  # fmt: skip
    return links


def _headers(wanted: _Wanted, found: list[Version]) -> dict[str, str]:
    query = wanted.query
    headers = {
        "Noroshi-At": show(query.at) or "..", "Noroshi-As-Of": show(query.as_of) or "..",
        "Noroshi-Mode": query.mode.name.lower(), "OGC-NumberReturned": str(len(found)),
        "Content-Crs": f"<{wanted.crs or reference.CRS84}>",
    }  # fmt: skip
    if found:
        newest = max(one.recorded for one in found)
        headers["Noroshi-Newest"] = show(newest) or ""
        headers["Last-Modified"] = formatdate(newest // 1_000_000, usegmt=True)
    return headers


_ID = {"featureId": {"type": "string"}}


@operation(
    "/collections/{collection}/items/{featureId}",
    en="One feature, true at a time, as known at a time",
    ja="一つの地物",
    tag="Features",
    params=(*_MOMENT, params.CRS),
    produces={GEOJSON: _FEATURE, "text/html": {"type": "string"}},
    path_params=_ID,
    cached=True,
)
def item(asked: Asked) -> Response:
    """The edition of a thing that is in the picture; `ID@VERSION` is one edition, whenever."""
    form = asked.form("json", "html")
    kind = kinds.get(asked.path["collection"])
    version, moment = _thing(asked, kind.name), asked.moment()
    crs = reference.read_crs(asked.params["crs"]) if "crs" in asked.params else None
    shape = None
    if crs is not None and version.geometry is not None:
        shape = reference.write_geometry(version.geometry, crs)
    body = write_feature(version, id=asked.path["featureId"], shape=shape)
    headers = {
        "Noroshi-At": show(moment.at) or "", "Noroshi-As-Of": show(moment.as_of) or "",
        "Noroshi-Newest": show(version.recorded) or "",
        "Last-Modified": formatdate(version.recorded // 1_000_000, usegmt=True),
        "Content-Crs": f"<{crs or reference.CRS84}>",
    }  # fmt: skip
    here = f"{asked.base}/collections/{kind.name}"
    mine = f"{here}/items/{asked.path['featureId']}"
    thing = f"{here}/items/{thing_id(version)}"
    links = [
        link(mine, "self", GEOJSON), link(f"{mine}?f=html", "alternate", "text/html"),
        link(here, "collection", "application/json"),
        link(f"{thing}/history", "version-history", "application/json"),
    ]  # fmt: skip
    if version.message:
        links.append(link(f"{asked.base}/messages/{version.message}", "via", "application/json"))
    if form == "html":
        feature = msgspec.json.decode(body)
        return answer_html(
            asked, "item.html", headers, kind=kind, feature=feature, links=links,
            titles=properties(kind.name, asked.language), mode=version.mode.name.lower(),
        )  # fmt: skip
    body = body[:-1] + b',"links":' + msgspec.json.encode(links) + b"}"
    return answer_json(body, GEOJSON, headers)


def _thing(asked: Asked, kind: str) -> Version:
    series, key, number = parse_thing_id(asked.path["featureId"])
    moment = asked.moment()
    if number is not None:
        version = asked.store.version(number, asked.reader)
        if (version.series_id, version.key, version.kind) != (series, key, kind):
            raise NotFound(f"no feature {asked.path['featureId']!r} of {kind}")
        if version.recorded > moment.as_of:
            raise NotFound(f"{asked.path['featureId']} was not known then")
        return version
    return asked.store.thing(kind, series, key, asked.reader, moment.at, moment.as_of)


@operation(
    "/collections/{collection}/items/{featureId}/history",
    en="Every edition of one thing, oldest first",
    ja="一つの地物のすべての版",
    tag="Features",
    params=(params.AS_OF,),
    produces={"application/json": {"type": "object", "required": ["editions"]}},
    path_params=_ID,
)
def history(asked: Asked) -> Response:
    """When each edition was true, since when it was known, and which message said it."""
    kind = kinds.get(asked.path["collection"]).name
    series, key, _ = parse_thing_id(asked.path["featureId"])
    moment = asked.moment()
    found = asked.store.editions(kind, series, key, asked.reader, moment.as_of)
    editions = [{"id": f"{thing_id(one)}@{one.id}", **edition(one)} for one in found]
    headers = {"Noroshi-Newest": show(max(one.recorded for one in found)) or ""}
    listed = {"kind": kind, "key": key, "mode": Mode(found[0].mode).name.lower(),
              "editions": editions}  # fmt: skip
    return answer_json(listed, headers=headers)
