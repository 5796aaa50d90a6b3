"""The built page: `web/` made by Vite into `src/noroshi/web/page/`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.responses import Response

from noroshi.web.answers import etag
from noroshi.web.routing import Asked

FOLDER = Path(__file__).parent / "page"


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
