"""Answers in plain words: what the pages for residents have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.responses import Response

from noroshi.channels.advice import plain
from noroshi.web.answers import answer_html
from noroshi.web.routing import Asked, Moment

#: What a link of these pages keeps of the question.
KEPT = ("mode", "datetime", "as-of")


def markup(text: str) -> Markup:
    """A text with readings (`{警報|けいほう}`) as HTML."""
    # Everything but the readings' own elements is escaped there.
    return Markup(plain.show_readings(text))  # noqa: S704


def answer_plainly(
    asked: Asked, moment: Moment, template: str, kept: Sequence[str] = KEPT, *,
    searched: Sequence[str] = (), **values: Any,
) -> Response:  # fmt: skip
    """A page in やさしい日本語 or English. Links keep the parameters named in `kept`; those to the
    other language and to the present also those in `searched`."""
    keeps = {name: asked.params[name] for name in kept if name in asked.params}
    asks = {name: asked.params[name] for name in searched if asked.params.get(name)}
    other = "en" if asked.language == "ja" else "ja"
    root: str = asked.scope.get("root_path", "")
    spoken = {"lang": asked.language} if "lang" in asked.params else {}

    def link(path: str, **more: str) -> str:
        query = urlencode({key: one for key, one in (keeps | spoken | more).items() if one})
        return root + path + (f"?{query}" if query else "")

    def origin(record: tuple[str, str]) -> str:
        times = {name: keeps[name] for name in ("datetime", "as-of") if name in keeps}
        query = urlencode({"f": "html", "lang": asked.language} | times)
        return f"{root}/collections/{record[0]}/items/{record[1]}?{query}"

    here = asked.scope["path"].removeprefix(root)
    return answer_html(
        asked, template, mode=asked.mode.name.lower(), moment=moment, link=link, origin=origin,
        present=link(here, datetime="", **{"as-of": ""}, **asks), kept=keeps | spoken,
        t=lambda ja, en: markup(ja) if asked.language == "ja" else en,
        both=lambda one: markup(one.ja) if asked.language == "ja" else one.en,
        other=link(here, **asks, lang=other),
        called=lambda name, kana: markup(plain.with_kana(name, kana)), **values,
    )  # fmt: skip
