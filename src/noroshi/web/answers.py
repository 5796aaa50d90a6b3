"""What answers have in common: JSON with an ETag, links, pages in HTML."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from starlette.responses import Response

from noroshi.core.time import JST, show
from noroshi.web.routing import Asked

GEOJSON = "application/geo+json"
_VARY = "Accept, Accept-Language, Authorization"
_encode = msgspec.json.Encoder().encode


def etag(data: bytes) -> str:
    """A weak entity tag: the same where the same is said."""
    return f'W/"{blake2b(data, digest_size=12).hexdigest()}"'


def answer_json(
    found: Any, media: str = "application/json", headers: Mapping[str, str] | None = None
) -> Response:
    """An object as JSON, with an ETag."""
    body = found if isinstance(found, bytes) else _encode(found)
    given = {"Vary": _VARY, "Cache-Control": "no-cache", **(headers or {})}
    if "ETag" not in given:
        given["ETag"] = etag(body)
    return _plain(body, media, given)


def _plain(body: bytes, media: str, headers: Mapping[str, str]) -> Response:
    response = Response(body, headers=dict(headers))
    # Not `media_type`: it would add a charset, which JSON does not have.
    response.headers["Content-Type"] = media
    return response


def link(href: str, rel: str, media: str, title: str = "") -> dict[str, str]:
    """A link of an OGC API."""
    found = {"href": href, "rel": rel, "type": media}
    return {**found, "title": title} if title else found


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters["jst"] = jst
    return environment


def template(name: str) -> jinja2.Template:
    """A template, for what it defines."""
    return _templates().get_template(name)


def jst(time: Any) -> str:
    """A time (µs, or RFC 3339 text) as people in Japan read it: 2024-01-13 06:00 JST."""
    from noroshi.core.time import parse

    if time is None:
        return "—"
    text = show(parse(time) if isinstance(time, str) else time, JST)
    return "—" if text is None else text[:16].replace("T", " ") + " JST"


def answer_html(
    asked: Asked, template: str, headers: Mapping[str, str] | None = None, **values: Any
) -> Response:
    """A page made from a template; every value is escaped."""
    ja = asked.language == "ja"
    page = _templates().get_template(template).render(
        language=asked.language, ja=ja, base=asked.base, root=asked.scope.get("root_path", ""),
        say=lambda japanese, english: japanese if ja else english,
        title_of_node=asked.node.settings.web.title, **values,
    )  # fmt: skip
    body = page.encode()
    given = {"ETag": etag(body), "Vary": _VARY, "Cache-Control": "no-cache", **(headers or {})}
    return _plain(body, "text/html; charset=utf-8", given)


def header_links(links: Sequence[Mapping[str, str]]) -> str:
    """Links as a Link header (RFC 8288)."""
    return ", ".join(f'<{one["href"]}>; rel="{one["rel"]}"; type="{one["type"]}"' for one in links)
