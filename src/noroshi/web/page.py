"""The built page: `web/` made by Vite into `src/noroshi/web/page/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from starlette.responses import Response

from noroshi.web.answers import etag
from noroshi.web.routing import Asked

FOLDER = Path(__file__).parent / "page"


def built(source: str) -> str | None:
    """The path under the node's root of what a file of `web/` was built into, or None where the
    page was not built."""
    try:
        stamp = (FOLDER / "manifest.json").stat().st_mtime_ns
    except FileNotFoundError:
        return None
    found = _manifest(stamp).get(source)
    return None if found is None else f"/page/{found['file']}"


@cache
def _manifest(stamp: int) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = msgspec.json.decode((FOLDER / "manifest.json").read_bytes())
    return found


@cache
def _index(stamp: int) -> bytes:
    return (FOLDER / "index.html").read_bytes()


def index(asked: Asked) -> Response | None:
    """The page, or None where it was not built (`make page`)."""
    try:
        body = _index((FOLDER / "index.html").stat().st_mtime_ns)
    except FileNotFoundError:
        return None
    headers = {"ETag": etag(body), "Vary": "Accept", "Cache-Control": "no-cache"}
    return Response(body, headers=headers, media_type="text/html")
