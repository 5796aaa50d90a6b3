"""Situation reports 第N報 over HTTP: drafts for whoever asks, and those that were issued."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from starlette.responses import Response

from noroshi.channels.report import numbers
from noroshi.channels.report.make import FORMS
from noroshi.channels.report.numbers import Issue
from noroshi.channels.report.wanted import (
    File,
    Wanted,
    find_issue,
    is_ours,
    make_wanted,
    moment_of,
)
from noroshi.core.time import parse, show
from noroshi.engine.executions import WAITING
from noroshi.web import params
from noroshi.web.answers import answer_json, link
from noroshi.web.routing import MEDIA, Asked, Param, Problem, operation

_MEDIA = {form: media.partition(";")[0] for form, (_, media) in FORMS.items()}
MEDIA.update({form: (media,) for form, media in _MEDIA.items() if form not in MEDIA})
#: Forms that take seconds to make: for those who are known here.
SLOW = ("pdf", "pptx")
#: How many of those who wait for something to be computed may be nobody that is known.
_STRANGERS = 2
#: Moments that can be written in Japan's time on every sheet.
_FIRST, _LAST = parse("1900-01-01"), parse("2999-12-31")
_LONGEST = 200
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_LISTED: dict[str, Any] = {"type": "object", "required": ["reports"]}
_EVENT = Param("event", "What the report is about", "災害名",
               {"type": "string", "maxLength": _LONGEST})  # fmt: skip
_NUMBER = Param("number", "An issued report, made again (see /reports); without it a draft",
                "発行済みの第何報か（省略時は案）",
                {"type": "integer", "minimum": 1, "maximum": 100_000})  # fmt: skip
_LABEL = Param("label", "The label that it was issued under, where a number was issued for several",
               "共有範囲（同じ番号が複数あるとき）")  # fmt: skip


@operation(
    "/report", en="A situation report of what the caller may see", ja="状況報告書（第N報・案）",
    tag="Reports",
    params=(params.MODE, params.DATETIME, params.AS_OF, _EVENT, params.AREA, _NUMBER, _LABEL),
    produces={media: {"type": "string"} for media in _MEDIA.values()},
)  # fmt: skip
async def report(asked: Asked) -> Response:
    """A draft of what is true at a moment, as known then, with all that the caller may see; or,
    with `number`, one that was issued, as it was. Nothing is recorded (`noroshi report` issues
    one). `f` is html, txt, xlsx, pdf or pptx; the last two need a token, or to be signed in."""
    form = asked.form(*FORMS)
    known = asked.caller.source is not None
    if form in SLOW and not known:
        raise Problem(401, f"f={form} needs a token, or to be signed in",
                      "f=html, txt and xlsx do not",
                      headers={"WWW-Authenticate": "Bearer"})  # fmt: skip
    wanted = await asked.run(_wanted, asked, form)
    wire = await asked.node.executions.call(
        make_wanted, msgspec.msgpack.encode(wanted), most=WAITING if known else _STRANGERS,
        instead="ask for one area, or use `noroshi report` on the node itself",
    )  # fmt: skip
    made = msgspec.msgpack.decode(wire, type=File)
    shown = "inline" if form in ("html", "pdf", "txt") else "attachment"
    headers = {
        "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(made.name)}",
        "Noroshi-At": show(wanted.at) or "", "Noroshi-As-Of": show(wanted.as_of) or "",
        "Noroshi-Mode": wanted.mode.name.lower(),
        "Cache-Control": "no-store", "Vary": "Accept, Authorization",
    }  # fmt: skip
    if form == "html":
        headers["Content-Security-Policy"] = _policy(made.data)
    response = Response(made.data, headers=headers)
    response.headers["Content-Type"] = FORMS[form][1]
    return response


def _wanted(asked: Asked, form: str) -> Wanted:
    """What is asked for. Raises Problem, NotFound."""
    event = asked.params.get("event", "")
    if len(event) > _LONGEST or "/" in event or not event.isprintable():
        raise Problem(400, "event is not a name", f"at most {_LONGEST} characters, no slash")
    node, area = asked.node, asked.params.get("area", "") if asked.areas else ""
    number = asked.number("number", 0, 1, 100_000) if "number" in asked.params else 0
    identity = node.settings.node
    titles = {name: one.title_ja or one.title for name, one in node.settings.sources.items()
              if one.title_ja or one.title}  # fmt: skip
    common: dict[str, Any] = {
        "form": form, "labels": asked.reader.labels or frozenset(), "mode": asked.mode,
        "event": event, "area": area, "issuer": identity.name_ja or identity.name,
        "titles": titles,
    }  # fmt: skip
    if number:
        issue = _issue(asked, number, event, area)
        at, as_of = moment_of(issue)
        return Wanted(**common, at=at, as_of=as_of, number=number, audience=issue.version.label)
    if "label" in asked.params:
        raise Problem(400, "label is for issued reports", "a draft is for whoever asks for it")
    moment = asked.moment()
    if moment.until is not None:
        raise Problem(400, "a report is of one moment", "give datetime as an instant")
    if not (_FIRST <= moment.at <= _LAST and moment.as_of >= _FIRST):
        raise Problem(400, "no report is made of such a moment", "from the year 1900 to 2999")
    return Wanted(**common, at=moment.at, as_of=moment.as_of)


def _issue(asked: Asked, number: int, event: str, area: str) -> Issue:
    if asked.params.keys() & {"datetime", "as-of"}:
        raise Problem(400, "an issued report has its moment already", "leave out datetime, as-of")
    label = None
    if "label" in asked.params:
        try:
            label = asked.node.sharings.number(asked.params["label"])
        except ValueError:
            label = -1  # whether there is such a label is nothing to who may not see it
    try:
        return find_issue(asked.store, asked.reader, asked.mode, number, event, area, label)
    except ValueError as error:
        raise Problem(400, str(error), "say which by label") from None


def _policy(page: bytes) -> str:
    """The page has one style sheet, its own, and runs nothing."""
    sheets = [f"'sha256-{base64.b64encode(sha256(one).digest()).decode()}'"
              for one in _STYLE.findall(page)]  # fmt: skip
    return (
        f"default-src 'none'; style-src {' '.join(sheets)}; img-src data:; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


@operation("/reports", en="Situation reports that were issued", ja="発行した状況報告書の一覧",
           tag="Reports", params=(params.MODE,), produces={"application/json": _LISTED},
           cached=True)  # fmt: skip
def reports(asked: Asked) -> Response:
    """Those that the caller may see, by event, area and number, each with links that make it
    again as it was."""
    found = [_listed(asked, one) for one in numbers.issued(asked.store, asked.reader, asked.mode)]
    links = [link(f"{asked.base}/reports", "self", "application/json")]
    return answer_json({"reports": found, "links": links})


def _listed(asked: Asked, one: Issue) -> dict[str, Any]:
    body, mode = one.body, asked.mode.name.lower()
    code = numbers.area_of(one.version.series)
    again = {"number": body.number, "mode": mode, "event": body.event, "area": code,
             "label": body.audience}  # fmt: skip
    query = urlencode({name: value for name, value in again.items() if value != ""})
    return {
        "number": body.number, "title": f"第{body.number}報", "mode": mode, "event": body.event,
        "area": code, "area_name": body.area_name, "label": body.audience, "at": body.at,
        "as_of": body.as_of, "issued": show(one.version.recorded), "previous": body.previous,
        "figures": sum(len(each.values) for each in body.items),
        "links": [link(f"{asked.base}/report?{query}&f={form}", "alternate", media)
                  for form, (_, media) in FORMS.items()] if is_ours(one) else [],
    }  # fmt: skip
