"""Whole answers for other tools: CSV, Excel, GeoParquet and lines of GeoJSON, streamed."""

from __future__ import annotations

import heapq
import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response, StreamingResponse

from noroshi.channels.features import write_feature
from noroshi.channels.tables import write_csv, write_geoparquet, write_xlsx
from noroshi.core.record import Version
from noroshi.core.time import JST, show
from noroshi.store import Query
from noroshi.web.routing import MEDIA, Asked

#: Forms of a whole answer: media type and the end of the file's name.
FORMS = {
    "csv": ("text/csv", "csv"),
    "xlsx": (MEDIA["xlsx"][0], "xlsx"),
    "geoparquet": (MEDIA["geoparquet"][0], "parquet"),
    "jsonl": (MEDIA["jsonl"][0], "geojsonl"),
}
#: How many versions are read from the store at once.
_SHARE = 2_000

Keep = Callable[[Version], bool] | None
Sort = Callable[[Version], Any] | None


async def stream(
    asked: Asked, form: str, query: Query, keep: Keep, sort: Sort, limit: int
) -> Response:
    """Everything that `query` asks for, as a file; memory holds a share of it."""
    media, ending = FORMS[form]
    stamp = (show(query.at, JST) or "")[:16].replace(":", "").replace("-", "")
    mode = "" if query.mode == 0 else f"-{query.mode.name}"
    headers = {
        "Content-Disposition": f'attachment; filename="{query.kind}{mode}-{stamp}.{ending}"',
        "Noroshi-At": show(query.at) or "..", "Noroshi-As-Of": show(query.as_of) or "..",
        "Noroshi-Mode": query.mode.name.lower(), "Vary": "Accept, Authorization",
        "Cache-Control": "no-store",
    }  # fmt: skip
    versions = _versions(asked, query, keep, sort)
    limited = islice(versions, limit)
    kind = query.kind or ""
    if form in ("xlsx", "geoparquet"):
        path = await asked.run(_to_file, form, limited, kind, query, asked.language)
        remove = BackgroundTask(path.unlink, missing_ok=True)
        return FileResponse(path, headers=headers, media_type=media, background=remove)
    pieces = write_csv(limited, kind) if form == "csv" else _lines(limited)
    response = StreamingResponse(_in_threads(asked, pieces), headers=headers)
    response.headers["Content-Type"] = media + ("; charset=utf-8" if form == "csv" else "")
    return response


def _lines(versions: Iterator[Version]) -> Iterator[bytes]:
    for version in versions:
        yield write_feature(version) + b"\n"


def _versions(asked: Asked, query: Query, keep: Keep, sort: Sort) -> Iterator[Version]:
    """Share by share, so that no reading of the store stays open while a client is slow."""
    if sort is not None:
        yield from heapq.nsmallest(1_048_575, _versions(asked, query, keep, None), key=sort)
        return
    after = None
    while True:
        page = asked.store.page(query, _SHARE, after, keep)
        yield from page.versions
        if page.cursor is None:
            return
        after = page.cursor


async def _in_threads(asked: Asked, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    while True:
        some: list[bytes] = await asked.run(partial(list, islice(pieces, _SHARE)))
        if not some:
            return
        yield b"".join(some)


def _to_file(
    form: str, versions: Iterator[Version], kind: str, query: Query, language: str
) -> Path:
    handle, name = tempfile.mkstemp(suffix="." + FORMS[form][1])
    path = Path(name)
    with os.fdopen(handle, "wb") as out:
        try:
            if form == "xlsx":
                write_xlsx(versions, kind, language, out, at=query.at, as_of=query.as_of,
                           mode=query.mode)  # fmt: skip
            else:
                write_geoparquet(versions, kind, out)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path
