"""What a time bar needs: when each version is in the picture, and when records came."""

from __future__ import annotations

from starlette.responses import Response

from noroshi import kinds
from noroshi.channels.features import write_feature
from noroshi.core.time import DAY, FOREVER, NEVER, now, show
from noroshi.store import Lifetime, Query
from noroshi.web import params
from noroshi.web.answers import answer_json
from noroshi.web.routing import Asked, Param, Problem, operation, read_time

_TIME = {"type": "string"}
FROM = Param("from", "Start of the time that is asked for", "開始", _TIME)
TO = Param("to", "End of the time that is asked for", "終了", _TIME)
BINS = Param("bins", "Into how many parts", "区分の数",
             {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100})  # fmt: skip


def window(asked: Asked) -> tuple[int, int]:
    """The time from `from` to `to`; by default the last day. Raises Problem."""
    end = read_time("to", asked.params["to"]) if "to" in asked.params else now()
    start = read_time("from", asked.params["from"]) if "from" in asked.params else end - DAY
    if start >= end:
        raise Problem(400, "from is not before to")
    return start, end


@operation(
    "/collections/{collection}/timeline",
    en="Every version that is true at some time in a window, and when it is in the picture",
    ja="期間内の各版と、それが状況図に載る時間（時刻バー用）",
    tag="Features",
    params=(FROM, TO, params.MODE, params.BBOX, params.AREA, params.limit(5_000, 20_000)),
    cached=True,
)
def timeline(asked: Asked) -> Response:
    """Features with `pieces`: [valid from, valid to, known from, known to, superseded at,
    superseded known], ms since 1970 UTC, null for an open end. A version is in the picture at
    (at, as-of) where in any piece valid from <= at < valid to, known from <= as-of < known to,
    and not (superseded at <= at and superseded known <= as-of). `complete` is false where there
    are more than `limit`: then ask /items for each moment."""
    kind = kinds.get(asked.path["collection"]).name
    start, end = window(asked)
    limit = asked.number("limit", 5_000, 1, 20_000)
    present = now()
    query = Query(asked.reader, present, present, kind, asked.mode, asked.box, asked.areas)
    found = asked.store.timeline(query, start, end, limit + 1)
    body = b",\n".join(map(_write, found[:limit]))
    complete = b"true" if len(found) <= limit else b"false"
    return answer_json(b'{"complete":%s,"features":[\n%s\n]}' % (complete, body))


def _write(one: Lifetime) -> bytes:
    pieces = b",".join(
        b"[" + b",".join(map(_milliseconds, piece)) + b"]" for piece in one.pieces
    )  # fmt: skip
    return write_feature(one.version)[:-1] + b',"pieces":[' + pieces + b"]}"


def _milliseconds(time: int) -> bytes:
    return b"null" if time >= FOREVER or time <= NEVER else b"%.3f" % (time / 1000)


@operation(
    "/density",
    en="How many records came and were issued over time",
    ja="時間ごとの記録数（受信時刻と発表時刻）",
    tag="Features",
    params=(FROM, TO, BINS, params.MODE),
    cached=True,
)
def density(asked: Asked) -> Response:
    """`recorded` and `issued`: records in each of `bins` equal parts of the window."""
    start, end = window(asked)
    bins = asked.number("bins", 100, 1, 1000)
    recorded, issued = asked.store.density(asked.reader, start, end, bins, asked.mode)
    return answer_json({
        "from": show(start), "to": show(end), "bins": bins, "recorded": recorded, "issued": issued,
    })  # fmt: skip
