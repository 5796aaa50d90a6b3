"""Where everything begins: the landing page, what is conformed to, and the API's description."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from noroshi.web import page
from noroshi.web.answers import answer_html, answer_json, header_links, link
from noroshi.web.collections import kept_kinds
from noroshi.web.openapi import MEDIA, document
from noroshi.web.routing import Asked, operation

_FEATURES = "http://www.opengis.net/spec/ogcapi-features"
#: Only what tests hold.
CONFORMANCE = (
    f"{_FEATURES}-1/1.0/conf/core",
    f"{_FEATURES}-1/1.0/conf/oas30",
    f"{_FEATURES}-1/1.0/conf/html",
    f"{_FEATURES}-1/1.0/conf/geojson",
    f"{_FEATURES}-2/1.0/conf/crs",
    f"{_FEATURES}-3/1.0/conf/queryables",
    f"{_FEATURES}-3/1.0/conf/queryables-query-parameters",
    f"{_FEATURES}-3/1.0/conf/filter",
    f"{_FEATURES}-3/1.0/conf/features-filter",
    f"{_FEATURES}-4/1.0/conf/create-replace-delete",
    f"{_FEATURES}-5/1.0/conf/schemas",
    f"{_FEATURES}-5/1.0/conf/queryables",
    f"{_FEATURES}-5/1.0/conf/core-roles-features",
    *(f"http://www.opengis.net/spec/cql2/1.0/conf/{one}" for one in (
        "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
        "case-insensitive-comparison", "accent-insensitive-comparison",
        "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
        "temporal-functions", "array-functions", "property-property", "arithmetic",
    )),
    *(f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{one}" for one in (
        "core", "tileset", "tilesets-list", "geodata-tilesets", "mvt",
    )),
    *(f"http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf/{one}" for one in (
        "core", "ogc-process-description", "json", "oas30",
    )),
)  # fmt: skip
_LANDING: dict[str, Any] = {"type": "object", "required": ["links"]}
_REL = "http://www.opengis.net/def/rel/ogc/1.0"


@operation(
    "/", en="The page; as JSON the landing page of the API", ja="画面（JSONではAPIの入口）",
    tag="Node", produces={"application/json": _LANDING, "text/html": {"type": "string"}},
)  # fmt: skip
def landing(asked: Asked) -> Response:
    """A browser gets the page, a client of OGC APIs the landing page."""
    form = asked.form("json", "html")
    base, title = asked.base, asked.node.settings.web.title
    links = [
        link(f"{base}/", "self", "application/json"),
        link(f"{base}/?f=html", "alternate", "text/html"),
        link(f"{base}/api", "service-desc", MEDIA),
        link(f"{base}/api?f=html", "service-doc", "text/html"),
        link(f"{base}/conformance", "conformance", "application/json"),
        link(f"{base}/conformance", f"{_REL}/conformance", "application/json"),
        link(f"{base}/collections", "data", "application/json"),
        link(f"{base}/collections", f"{_REL}/data", "application/json"),
        link(
            f"{base}/catalogue",
            "http://www.w3.org/ns/dcat#catalog",
            "application/ld+json",
            "カタログ / catalogue",
        ),
        link(f"{base}/processes", f"{_REL}/processes", "application/json", "プロダクト / products"),
        link(f"{base}/events", "hub", "text/event-stream", "変更の配信 / live events"),
        link(f"{base}/sources", "status", "application/json", "情報源の状態 / sources"),
    ]
    if form == "html":
        return page.index(asked) or answer_html(asked, "landing.html", links=links)
    say = "災害・感染症・サイバーなどの情報を集め、時刻のそろった一つの状況図にする"
    described = say if asked.language == "ja" else "One timed, sourced picture from many senders"
    return answer_json(
        {"title": title, "description": described, "links": links},
        headers={"Link": header_links(links)},
    )


@operation(
    "/conformance", en="What is conformed to", ja="適合クラス", tag="Node",
    produces={"application/json": {"type": "object", "required": ["conformsTo"]},
              "text/html": {"type": "string"}},
)  # fmt: skip
def conformance(asked: Asked) -> Response:
    """Conformance classes of OGC standards."""
    if asked.form("json", "html") == "html":
        return answer_html(asked, "conformance.html", classes=CONFORMANCE)
    return answer_json({"conformsTo": CONFORMANCE})


@operation(
    "/api", en="This API (OpenAPI 3.0)", ja="APIの定義（OpenAPI 3.0）", tag="Node",
    produces={MEDIA: {"type": "object"}, "text/html": {"type": "string"}},
)  # fmt: skip
def api(asked: Asked) -> Response:
    """Every operation with its parameters and answers."""
    form = asked.form("json", "html")
    names = [one.name for one in kept_kinds(asked)]
    title = asked.node.settings.web.title
    if form == "html":
        found = document(asked.base, title, asked.language, [])
        return answer_html(asked, "api.html", api=found)
    return answer_json(document(asked.base, title, asked.language, names), MEDIA)
