"""The catalogue: what may be had here, from whom, how fresh and how good; for people and DCAT."""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.responses import Response

from noroshi.channels.catalogue import Offer, matching, offers
from noroshi.channels.dcat import DISTRIBUTIONS, dataset_url, items_url, json_ld, turtle
from noroshi.core.freshness import STATES, duration, duration_ja
from noroshi.core.time import SECOND, show
from noroshi.web.answers import answer_html, answer_json, etag
from noroshi.web.routing import Asked, Param, Problem, operation

#: Characters of a search.
LONGEST = 200
_SEARCH = Param("q", "Words that a dataset has in its title, source, area or labels",
                "検索語（名称・情報源・地域・公開範囲）",
                {"type": "string", "maxLength": LONGEST}, "避難所")  # fmt: skip


@operation(
    "/catalogue", en="Who offers what: cadence, coverage, quality, contact",
    ja="カタログ（提供元・頻度・範囲・品質・連絡先）", tag="Node", cached=True, params=(_SEARCH,),
    produces={"application/json": {"type": "object", "required": ["datasets"]},
              "application/ld+json": {"type": "object"}, "text/turtle": {"type": "string"},
              "text/html": {"type": "string"}},
)  # fmt: skip
def catalogue(asked: Asked) -> Response:
    """One dataset for each source and collection of which the reader may see anything; as JSON,
    a page, or DCAT-AP 3.0 (f=jsonld, f=turtle)."""
    form = asked.form("json", "html", "jsonld", "turtle")
    words = asked.params.get("q", "")
    if len(words) > LONGEST:
        raise Problem(400, f"q is longer than {LONGEST} characters", "use fewer words")
    every = offers(asked.store, asked.node.settings, asked.reader)
    found = matching(every, words)
    if form in ("jsonld", "turtle"):
        told = json_ld(found, asked.base, asked.node.settings.web.title)
        if form == "jsonld":
            return answer_json(told, "application/ld+json")
        # Its blank nodes are called otherwise each time; what it says is what the other form does.
        tag = {"ETag": etag(msgspec.json.encode(told) + b"turtle")}
        return answer_json(turtle(told), "text/turtle; charset=utf-8", tag)
    shown = [_shown(one, asked) for one in found]
    if form == "html":
        sources = len({one.source for one in found})
        return answer_html(
            asked, "catalogue.html", datasets=shown, words=words, total=len(every), sources=sources
        )
    return answer_json({"total": len(every), "datasets": shown})


def _shown(one: Offer, asked: Asked) -> dict[str, Any]:
    """A dataset as JSON, and as the page tells it."""
    fresh, quality = one.fresh, one.quality
    cadence = None if fresh is None else fresh.cadence
    lateness = None if fresh is None else fresh.lateness
    state = "unknown" if fresh is None else fresh.state
    return {
        "id": dataset_url(one, asked.base), "source": one.source, "collection": one.collection,
        "title": one.title, "title_ja": one.title_ja, "description": one.description,
        "contact": one.contact, "licence": one.licence, "layer": one.layer,
        "count": one.count, "newest": show(one.newest), "earliest": show(one.earliest),
        "bbox": one.box, "areas": one.areas, "labels": one.labels, "tlp": one.tlp,
        "state": state, "state_ja": STATES[state],
        "reason": "" if fresh is None else fresh.reason,
        "reason_ja": "" if fresh is None else fresh.reason_ja,
        "cadence_s": None if cadence is None else cadence / SECOND,
        "cadence": "" if cadence is None else duration(cadence),
        "cadence_ja": "" if cadence is None else duration_ja(cadence),
        "cadence_from": None if fresh is None else fresh.cadence_from,
        "lateness_s": None if lateness is None else lateness / SECOND,
        "quality": quality,
        "formats": {form: items_url(one, asked.base, form) for form in DISTRIBUTIONS},
    }  # fmt: skip
