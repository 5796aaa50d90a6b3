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

from noroshi.channels import exports
from noroshi.channels.hub import write_hub
from noroshi.channels.tables import write_csv, write_geoparquet, write_xlsx
from noroshi.core.record import Version
from noroshi.core.time import JST, show
from noroshi.store import Query
from noroshi.web.question import Wanted
from noroshi.web.routing import MEDIA, Asked, Problem

#: Forms of a whole answer: media type and the end of the file's name.
FORMS = {
    "csv": ("text/csv", "csv"),
    "xlsx": (MEDIA["xlsx"][0], "xlsx"),
    "geoparquet": (MEDIA["geoparquet"][0], "parquet"),
    # Lines alone; application/geo+json-seq (RFC 8142) would have a control character before each.
    "jsonl": (MEDIA["jsonl"][1], "geojsonl"),
}
#: Forms that only one kind has.
OF_ONE_KIND = {kind: {form: ("text/csv", "csv")} for form, kind in exports.OF_ONE_KIND.items()}
#: How many versions are read from the store at once.
_SHARE = 2_000
#: How many are sorted in memory at most.
SORTED = 100_000

Keep = Callable[[Version], bool] | None


def forms_of(collection: str) -> dict[str, tuple[str, str]]:
    """Forms in which a collection may be had whole: media type and the end of a file's name."""
    return {**FORMS, **OF_ONE_KIND.get(collection, {})}


async def stream(asked: Asked, form: str, wanted: Wanted, limit: int) -> Response:
    """Everything that is `wanted`, as a file; memory holds a share of it.

    Raises Problem for what a file of this form cannot have, and where there is more than can be
    sorted: rather than a file that is silently in another reference system, or ends early.
    """
    for name in ("cursor",) if form == "jsonl" else ("cursor", "crs", "properties"):
        if name in asked.params:
            raise Problem(400, f"{name} is not for f={form}", "leave it out, or take f=json")
    query = wanted.query
    media, ending = forms_of(query.kind or "")[form]
    stamp = (show(query.at, JST) or "")[:16].replace(":", "").replace("-", "")
    mode = "" if query.mode == 0 else f"-{query.mode.name}"
    headers = {
        "Content-Disposition": f'attachment; filename="{query.kind}{mode}-{stamp}.{ending}"',
        "Noroshi-At": show(query.at) or "..", "Noroshi-As-Of": show(query.as_of) or "..",
        "Noroshi-Mode": query.mode.name.lower(), "Vary": "Accept, Authorization",
        "Cache-Control": "no-store",
    }  # fmt: skip
    versions = _versions(asked, query, wanted.keep)
    if wanted.sort is not None:
        versions = iter(await asked.run(_sort, versions, wanted.sort, limit))
    limited = islice(versions, limit)
    kind = query.kind or ""
    if form in ("xlsx", "geoparquet"):
        path = await asked.run(_to_file, form, limited, kind, query, asked.language)
        remove = BackgroundTask(path.unlink, missing_ok=True)
        return FileResponse(path, headers=headers, media_type=media, background=remove)
    if form == "hub":
        data = (await asked.run(write_hub, limited, query.mode)).data
        return Response(data, headers={**headers, "Content-Type": "text/csv; charset=utf-8"})
    pieces = write_csv(limited, kind) if form == "csv" else _lines(limited, wanted)
    response = StreamingResponse(_in_threads(asked, pieces), headers=headers)
    response.headers["Content-Type"] = media + ("; charset=utf-8" if form == "csv" else "")
    return response


def _lines(versions: Iterator[Version], wanted: Wanted) -> Iterator[bytes]:
    for version in versions:
        yield wanted.write(version) + b"\n"


def _sort(versions: Iterator[Version], sort: Callable[[Version], Any], limit: int) -> list[Version]:
    found = heapq.nsmallest(min(limit, SORTED) + 1, versions, key=sort)
    if limit > SORTED and len(found) > SORTED:
        raise Problem(400, f"more than {SORTED} cannot be sorted", "give limit, or no sortby")
    return found


def _versions(asked: Asked, query: Query, keep: Keep) -> Iterator[Version]:
    """Share by share, so that no reading of the store stays open while a client is slow."""
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
