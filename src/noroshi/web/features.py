"""Features: pages, single things and their editions (OGC API – Features Parts 1, 2, 3 and 5)."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from email.utils import formatdate
from typing import Any
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace
from starlette.responses import Response

from noroshi import kinds
from noroshi.channels import crs as reference
from noroshi.channels.features import edition, parse_thing_id, thing_id, write_feature
from noroshi.channels.schema import properties
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode, Version
from noroshi.core.time import show
from noroshi.web import params
from noroshi.web.answers import GEOJSON, answer_html, answer_json, etag, header_links, link
from noroshi.web.bulk import FORMS, SORTED, forms_of, stream
from noroshi.web.question import PageStart, Wanted, read_question
from noroshi.web.routing import Asked, Param, Problem, operation

LIMIT = params.limit(100, 10_000)
CURSOR = Param("cursor", "Where the last page ended, as its next link says", "前の頁の続き")
SORTBY = Param("sortby", "Properties to sort by, - for descending", "並べ替え",
               {"type": "string"}, "-issued,key")  # fmt: skip
PROPERTIES = Param("properties", "Only these properties", "必要な項目だけ", {"type": "string"})
LAPSED = Param("lapsed", "Also what has run out without anything in its place", "期限切れも",
               {"type": "boolean", "default": False})  # fmt: skip
_MOMENT = (params.DATETIME, params.AS_OF)
_QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
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
    personal=True,
)  # fmt: skip
async def items(asked: Asked) -> Response:
    """A page of features; without `datetime` the picture is that of now. Pages of one answer are
    of one picture, whatever is taken in meanwhile. Any queryable is a parameter as well."""
    bulk = forms_of(asked.path["collection"])
    form = asked.form("json", "html", *bulk)
    if form in bulk:
        asked.reader = asked.personal.without
        wanted = await asked.run(read_question, asked)
        return await stream(asked, form, wanted, asked.number("limit", 2**62, 1, 2**62))
    if form == "json" and asked.params.keys() <= _PLAIN and not asked.more:
        # Short enough for the loop itself: threads that take turns would take longer.
        wanted, limit = read_question(asked), asked.number("limit", 100, 1, 10_000)
        quick = _written(asked, wanted, limit) if limit <= _SHORT else None
        if quick is not None:
            ids, pieces, newest, following = quick
            headers = _headers(wanted, len(pieces), newest)
            return _page_json(asked, ids, pieces, following, headers)
    return await asked.run(_items, asked, form)


#: Parameters of a question that is answered on the loop, and at most how many features.
_PLAIN = {"limit", "cursor", "mode", "datetime", "as-of", "lang", "f"}
_SHORT = 250


def _items(asked: Asked, form: str) -> Response:
    wanted = read_question(asked)
    limit = asked.number("limit", 100, 1, 10_000)
    quick = _written(asked, wanted, limit) if form == "json" else None
    if quick is not None:
        ids, pieces, newest, following = quick
        found: list[Version] = []
    else:
        found, following = _read(asked, wanted, limit)
        ids, pieces = [one.id for one in found], [wanted.write(one) for one in found]
        newest = max((one.recorded for one in found), default=None)
    headers = _headers(wanted, len(pieces), newest)
    if form == "html":
        return _page_html(asked, wanted, found, following, headers)
    return _page_json(asked, ids, pieces, following, headers)


def _page_json(
    asked: Asked,
    ids: list[int],
    pieces: list[bytes],
    following: PageStart | None,
    headers: dict[str, str],
) -> Response:
    links = _links(asked, following)
    headers["Link"] = _link_header(asked, links)
    # A version never changes, so which there are, and in what form, is what is said.
    tag = etag(msgspec.json.encode((ids, following is None, *map(asked.params.get, _FORM))))
    body = b"".join((
        b'{"type":"FeatureCollection","numberReturned":%d,"features":[\n' % len(pieces),
        b",\n".join(pieces), b'\n],"links":', msgspec.json.encode(links), b"}",
    ))  # fmt: skip
    return answer_json(body, GEOJSON, {**headers, "ETag": tag})


def _link_header(asked: Asked, links: list[dict[str, str]]) -> str:
    # Once more without quotation marks, as RFC 5988 had it: `ogctests` compares the bare text.
    more = f"<{asked.base}/collections/{asked.path['collection']}/queryables>; rel={_QUERYABLES}"
    return f"{header_links(links)}, {more}"


#: Parameters that change how the same versions are written.
_FORM = ("crs", "properties", "datetime")


def _page_html(
    asked: Asked,
    wanted: Wanted,
    found: list[Version],
    following: PageStart | None,
    headers: dict[str, str],
) -> Response:
    from noroshi.channels.tables import grid

    headers["Link"] = _link_header(asked, _links(asked, following))
    kind = kinds.get(wanted.query.kind or "")
    titles, rows = grid(found, kind.name, asked.language, 8)
    return answer_html(
        asked, "items.html", headers, kind=kind, titles=titles,
        rows=[(thing_id(one), row) for one, row in zip(found, rows, strict=True)],
        mode=wanted.query.mode.name.lower(), at=wanted.query.at, as_of=wanted.query.as_of,
        json_url=_url(asked), csv_url=_url(asked, f="csv"), xlsx_url=_url(asked, f="xlsx"),
        next_url=_url(asked, f="html", cursor=following.text()) if following else None,
    )  # fmt: skip


def _written(
    asked: Asked, wanted: Wanted, limit: int
) -> tuple[list[int], list[bytes], int | None, PageStart | None] | None:
    """A page of a whole kind in the plainest form, from what was written before as far as it was;
    None for any other question."""
    page = wanted.page
    plain = wanted.keep is None and wanted.sort is None
    if not plain or wanted.names is not None or wanted.crs is not None:
        return None
    after = None if page.place is None else (page.place, page.id)
    part = asked.store.page_ids(wanted.query, limit, after)
    if part is None:
        return None
    ids, cursor = part
    known = asked.node.written.get(ids)
    absent = [id for id in ids if id not in known]
    if absent:
        versions = asked.store.versions(absent, asked.reader)
        made = {id: (wanted.write(one), one.recorded) for id, one in versions.items()}
        asked.node.written.put(made)
        known |= made
    following = None if cursor is None else replace(page, place=cursor[0], id=cursor[1])
    newest = max((known[id][1] for id in ids), default=None)
    return ids, [known[id][0] for id in ids], newest, following


def _read(asked: Asked, wanted: Wanted, limit: int) -> tuple[list[Version], PageStart | None]:
    """A page, and where the next one begins."""
    page = wanted.page
    if wanted.sort is not None:
        if page.offset + limit > SORTED:
            raise Problem(400, f"only the first {SORTED} can be sorted", "leave out sortby")
        every = _everything(asked, wanted)
        first = heapq.nsmallest(page.offset + limit + 1, every, key=wanted.sort)
        found = first[page.offset : page.offset + limit]
        more = len(first) > page.offset + limit
        following = replace(page, offset=page.offset + limit)
        return found, following if more else None
    after = None if page.place is None else (page.place, page.id)
    part = asked.store.page(wanted.query, limit, after, wanted.keep)
    if part.cursor is None:
        return part.versions, None
    place, id = part.cursor
    return part.versions, replace(page, place=place, id=id)


def _everything(asked: Asked, wanted: Wanted) -> Iterator[Version]:
    after = None
    while True:
        part = asked.store.page(wanted.query, 5_000, after, wanted.keep)
        yield from part.versions
        if part.cursor is None:
            return
        after = part.cursor


def _url(asked: Asked, **more: str) -> str:
    """The address of this page with other parameters."""
    given = {**asked.params, **asked.more}
    given.pop("f", None)
    query = urlencode({**given, **more})
    here = f"{asked.base}/collections/{asked.path['collection']}/items"
    return here + (f"?{query}" if query else "")


def _forms(asked: Asked) -> Iterable[tuple[str, tuple[str, str]]]:
    return forms_of(asked.path["collection"]).items()


def _links(asked: Asked, following: PageStart | None) -> list[dict[str, str]]:
    here = f"{asked.base}/collections/{asked.path['collection']}"
    mine = _url(asked)
    other = mine + ("&f=" if "?" in mine else "?f=")
    links = [link(mine, "self", GEOJSON), link(other + "html", "alternate", "text/html")]
    links += [link(other + form, "alternate", media) for form, (media, _) in _forms(asked)]
    if following is not None:
        links.append(link(_url(asked, cursor=following.text()), "next", GEOJSON))
    links.append(link(here, "collection", "application/json"))
    links.append(link(f"{here}/queryables", _QUERYABLES, "application/schema+json"))
    return links


def _headers(wanted: Wanted, count: int, newest: int | None) -> dict[str, str]:
    query = wanted.query
    headers = {
        "Noroshi-At": show(query.at) or "..", "Noroshi-As-Of": show(query.as_of) or "..",
        "Noroshi-Mode": query.mode.name.lower(), "OGC-NumberReturned": str(count),
        "Content-Crs": f"<{wanted.crs or reference.CRS84}>",
    }  # fmt: skip
    if newest is not None:
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
    personal=True,
)
def item(asked: Asked) -> Response:
    """The edition of a thing that is in the picture; `ID@VERSION` is one edition, whenever."""
    form = asked.form("json", "html")
    kind = kinds.get(asked.path["collection"])
    version, moment = find_thing(asked, kind.name), asked.moment()
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


def find_thing(asked: Asked, kind: str) -> Version:
    """The version that the path names, at the moment that is asked for. Raises NotFound."""
    series, key, number = parse_thing_id(asked.path["featureId"])
    moment = asked.moment()
    if moment.until is not None:
        raise Problem(400, "one feature is at one moment", "ask /items, or /history, for several")
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
    personal=True,
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
