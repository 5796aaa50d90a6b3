"""The basemap of the page: a PMTiles file of the operator, read by ranges."""

from __future__ import annotations

from starlette.responses import FileResponse, Response

from noroshi.web.routing import Asked, Problem, operation

_PMTILES = "application/vnd.pmtiles"


@operation(
    "/basemap.pmtiles",
    en="The operator's basemap (PMTiles), by ranges of bytes",
    ja="運用者の背景地図（PMTiles）。範囲指定で読む",
    tag="Page",
    produces={_PMTILES: {"type": "string", "format": "binary"}},
)
def basemap(asked: Asked) -> Response:
    """The file, or a part of it (RFC 9110 §14: Range, If-Range)."""
    path = asked.node.home / asked.node.settings.web.basemap
    try:
        stat = path.stat()
        with path.open("rb") as opened:
            magic = opened.read(7)
    except OSError:
        raise Problem(
            404, "there is no basemap",
            "put a PMTiles file at basemap.pmtiles in the node's home, or name one in "
            "settings.toml: [web] basemap",
        ) from None  # fmt: skip
    if magic != b"PMTiles":
        raise Problem(404, "the basemap is not a PMTiles file", "`pmtiles verify` checks one")
    return FileResponse(
        path, stat_result=stat, media_type=_PMTILES, headers={"Cache-Control": "no-cache"}
    )
