"""How much there is of each kind, and how new it is."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from noroshi import kinds
from noroshi.core.record import Mode
from noroshi.core.time import show
from noroshi.store import Query, Tally
from noroshi.web import params
from noroshi.web.answers import answer_json
from noroshi.web.collections import kept_kinds
from noroshi.web.routing import Asked, Moment, operation


@operation(
    "/summary",
    en="How many records each collection holds at a moment, and how new they are",
    ja="コレクションごとの件数と新しさ",
    tag="Node",
    params=(params.DATETIME, params.AS_OF, params.MODE),
    cached=True,
)
def summary(asked: Asked) -> Response:
    """Counts by collection; `other_modes` tells that an exercise or a test is running."""
    moment = asked.moment()
    found: list[dict[str, Any]] = []
    others = {mode: 0 for mode in Mode if mode is not asked.mode}
    for kind in kept_kinds(asked):
        tally = _tally(asked, moment, kind.name, asked.mode)
        found.append({
            "id": kind.name, "title": kind.ja, "title_en": kind.en, "layer": kind.layer,
            "count": tally.count, "newest_issued": show(tally.newest_issued),
            "newest_recorded": show(tally.newest_recorded), "located": tally.located,
        })  # fmt: skip
        for mode in others:
            others[mode] += _tally(asked, moment, kind.name, mode).count
    answer = {
        "at": show(moment.at), "as_of": show(moment.as_of), "mode": asked.mode.name.lower(),
        "recorded": show(asked.store.recorded(asked.reader)),
        "other_modes": {mode.name.lower(): count for mode, count in others.items()},
        "layers": list(kinds.LAYERS), "collections": found,
    }  # fmt: skip
    return answer_json(answer)


def _tally(asked: Asked, moment: Moment, kind: str, mode: Mode) -> Tally:
    if moment.now:
        return asked.node.present.get("tally", kind, mode, asked.reader, asked.store.tally)
    query = Query(asked.reader, moment.at, moment.as_of, kind, mode, until=moment.until)
    return asked.store.tally(query)
