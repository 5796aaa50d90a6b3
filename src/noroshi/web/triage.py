"""The officers' page of what residents report: the queue of incidents, the reports of one, and what
is decided of them. It works without scripts."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response

from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.reports import queue, triage
from noroshi.channels.reports.asking import ask
from noroshi.channels.reports.neighbours import ASKED_ABOUT
from noroshi.channels.reports.queue import OPEN, Entry
from noroshi.channels.reports.telling import STATE_TOLD
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.record import Mode
from noroshi.core.time import FOREVER
from noroshi.kinds import decode
from noroshi.kinds.reported_incident import STATES
from noroshi.kinds.resident_report import CATEGORIES, WORDS, ResidentWords
from noroshi.web import params
from noroshi.web.account import demand_person
from noroshi.web.login import form_page, led
from noroshi.web.places import boundaries_of
from noroshi.web.routing import Asked, Param, Problem, operation
from noroshi.web.triage_views import ACT, CATEGORY, STATE, report_row, row

#: Incidents, and reports of one, on a page.
_ROWS, _REPORTS = 50, 20
_HTML = {"text/html": {"type": "string"}}
_KEY: dict[str, Any] = {"type": "string", "maxLength": 64}
_CHOSEN = ("open", "all", "aside", *STATES)
_TOWN = Param("town", "Municipality", "市町村", {"type": "string", "maxLength": 20})
_CATEGORY = Param("category", "Category", "分類", {"type": "string", "enum": ["", *CATEGORIES]})
_STATE = Param("state", "State", "対応状況", {"type": "string", "enum": ["", *_CHOSEN]})
_PAGE = Param("page", "Page", "ページ", {"type": "integer", "minimum": 1})
_INCIDENT = Param("incident", "An incident, or a report of it", "事案または通報", _KEY)
_WORDS = Param("words", "Show what people wrote (every access is kept)",
               "文面を見る（閲覧は記録される）", {"type": "string", "enum": ["1"]})  # fmt: skip
_DONE = Param("done", "What was done", "行ったこと",
              {"type": "string", "enum": ["aside", "ask", "none", *STATES]})  # fmt: skip
_TOLD = Param("told", "How many people hear of it", "知らせた人数",
              {"type": "integer", "minimum": 0})  # fmt: skip
_REPORT = Param("report", "A report", "通報", _KEY)
_FIELDS = {"do", "incident", "report", "state", "answer", "answer_en", "note", "seen", "known"}
_COMMON: dict[str, Any] = {"tag": "Account", "private": True, "same_origin": True}


@operation(
    "/triage", en="What residents report: the queue, for officers",
    ja="住民からの通報の仕分け（職員用）", personal=True, produces=_HTML,
    params=(params.MODE, _TOWN, _CATEGORY, _STATE, _PAGE, _INCIDENT, _WORDS, _DONE, _TOLD),
    **_COMMON,
)  # fmt: skip
def look(asked: Asked) -> Response:
    """The queue, or one incident; to sign in first, for those who are not known."""
    if asked.caller.session is None:
        query = asked.scope["query_string"].decode("latin-1")
        return led(asked, "/login", next=asked.scope["path"] + (f"?{query}" if query else ""))
    return _page(asked, note=_done(asked))


@operation(
    "/triage", method="POST", en="Decide on what residents report, and answer them",
    ja="通報への対応を決め、通報者に答える", params=(params.MODE,), produces=_HTML,
    refuses=(403, 404, 409), personal=True, **_COMMON,
)  # fmt: skip
async def act(asked: Asked) -> Response:
    """Back to the incident once it is decided; or the page as it was, with what is wrong."""
    demand_person(asked)
    return await asked.run(_act, asked)


@operation(
    "/triage/picture", en="A resident's picture, for who holds the purpose (every access is kept)",
    ja="通報の写真（取扱い目的を持つ人のみ。閲覧は記録される）", personal=True,
    params=(params.MODE, _REPORT), produces={"image/jpeg": {}}, refuses=(404,), **_COMMON,
)  # fmt: skip
def picture(asked: Asked) -> Response:
    """The picture as it is kept: without metadata."""
    demand_person(asked)
    words = _words(asked, asked.params.get("report", ""))
    if words is None or not words.picture:
        raise NotFound("no such picture, or none that you may see")
    data = base64.b64decode(words.picture)
    return Response(data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _act(asked: Asked) -> Response:
    given = asked.form_fields
    if not given.keys() <= _FIELDS or not {"do", "incident"} <= given.keys():
        raise Problem(400, "the form has fields that are not known, or too few")
    try:
        query = _decide(asked, given)
    except triage.Overtaken as error:
        ja = "見ているあいだに、だれかが対応を決めたか、新しい通報がありました。見直してください。"
        return _page(asked, note=_say(asked, ja, str(error)), bad=True, status=409, given=given)
    except NotFound:
        raise
    except NoroshiError as error:
        status = 403 if isinstance(error, NotPermitted) else 400
        return _page(asked, note=str(error), bad=True, status=status, given=given)
    return led(asked, "/triage", **query, **_mode(asked))


def _decide(asked: Asked, given: Mapping[str, str]) -> dict[str, str]:
    incident, report, state = given["incident"], given.get("report", ""), given.get("state", "")
    known = given.get("known", "0")
    if given["do"] not in ("decide", "ask") or not (known.isascii() and known.isdigit()):
        raise Problem(400, "the form has values that are not known")
    if given["do"] == "ask":
        asked_ = ask(asked.node, asked.caller.actor, incident, asked.mode, asked.personal.without)
        return {"incident": incident, "done": "ask", "told": str(asked_)}
    decided = triage.decide(
        asked.node, asked.caller.actor,
        triage.Decision(
            incident=incident, report=report, state=state, answer=given.get("answer", ""),
            answer_en=given.get("answer_en", ""), note=given.get("note", ""),
            seen=given.get("seen", ""), known=int(known[:9]),
        ),
        asked.mode, asked.personal.without,
    )  # fmt: skip
    query = {"incident": incident, "told": str(decided.told)}
    query["done"] = "aside" if report and state == "dismissed" else state
    if not decided.reports and not decided.told:
        query["done"] = "none"
    return query


def _done(asked: Asked) -> str:
    done = asked.params.get("done", "")
    if not done:
        return ""
    told = asked.number("told", 0, 0, 10**9)
    if done == "none":
        return _say(asked, "すでに同じ対応になっています。", "It stands so already.")
    if done == "ask":
        return _say(asked, f"近くの{told}人に、見えるかを尋ねます。",
                    f"Asked nearby whether they see it: {told}.")  # fmt: skip
    what = {
        "aside": ("この通報を外しました。", "The report is put aside."),
    }.get(done) or (f"「{STATE[done].ja}」にしました。", f"Now: {STATE[done].en.lower()}.")
    heard = (
        f"通報者{told}人に知らせます。",
        f"{told} {'person' if told == 1 else 'people'} who reported it will hear of it.",
    )
    return _say(asked, what[0] + heard[0], f"{what[1]} {heard[1]}")


def _say(asked: Asked, ja: str, en: str) -> str:
    return ja if asked.language == "ja" else en


def _mode(asked: Asked) -> dict[str, str]:
    return {} if asked.mode is Mode.ACTUAL else {"mode": asked.mode.name.lower()}


def _page(
    asked: Asked, *, note: str = "", bad: bool = False, status: int = 200,
    given: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    """The queue, or the incident that is asked for."""
    at = triage.present(asked.node, asked.mode)
    found = queue.entries(asked.node, asked.mode, asked.personal.without, at)
    wanted = (given or {}).get("incident") or asked.params.get("incident", "")
    names = _names(asked, found)
    common: dict[str, Any] = {
        "mode": asked.mode.name.lower(), "note": note, "bad": bad, "now": at,
        "action": "/triage" + (f"?{urlencode(kept)}" if (kept := _kept(asked)) else ""),
        "may": triage.may_decide(asked.node, asked.caller.actor), "query": urlencode(kept),
    }  # fmt: skip
    one = queue.find(found, wanted) if wanted else None
    if one is not None:
        return _incident(asked, one, names, status, given or {}, common)
    if wanted and not note:
        common |= {"bad": True, "note": _say(
            asked, "この事案は一覧にありません。終わったか、別の事案にまとまりました。",
            "This incident is not in the queue: it has ended, or goes on under another.",
        )}  # fmt: skip
    return _queue(asked, found, names, status, common)


def _kept(asked: Asked) -> dict[str, str]:
    """What a page passes on to the next: mode and language."""
    return _mode(asked) | ({"lang": asked.params["lang"]} if "lang" in asked.params else {})


def _names(asked: Asked, found: Sequence[Entry]) -> dict[str, str]:
    """Municipalities of incidents by area."""
    places = boundaries_of(asked.node).areas.places
    return {area: places[area].name if area in places else area[5:10]
            for area in {one.town for one in found if one.town}}  # fmt: skip


def _queue(
    asked: Asked, found: Sequence[Entry], names: Mapping[str, str], status: int,
    common: Mapping[str, Any],
) -> Response:  # fmt: skip
    town, category = asked.params.get("town", ""), asked.params.get("category", "")
    state = asked.params.get("state", "") or "open"
    ja, reader = asked.language == "ja", asked.personal.without
    aside, wanted = list[str](), list[Entry]()
    if state == "aside":
        aside = queue.aside(asked.node, asked.mode, reader, common["now"])
    else:
        states = {"open": OPEN, "all": STATES}.get(state, (state,))
        wanted = [one for one in found if one.body.state in states
                  and town in ("", one.town) and category in ("", one.body.category)]  # fmt: skip
    total = len(aside) + len(wanted)
    pages = max(1, -(-total // _ROWS))
    page = min(asked.number("page", 1, 1, 10**6), pages)
    shown = slice((page - 1) * _ROWS, page * _ROWS)
    filters = {name: asked.params[name] for name in ("town", "category", "state")
               if asked.params.get(name)} | _kept(asked)  # fmt: skip
    open_ = [one for one in found if one.body.state in OPEN]
    put_aside = queue.reports(asked.node, aside[shown], asked.mode, reader)
    return form_page(
        asked, "triage.html", status, total=total, page=page,
        rows=[row(one, common["now"], ja, names) for one in wanted[shown]],
        aside=[report_row(one, common["now"], ja) for one in put_aside],
        pages=pages, town=town, category=category, state=state, towns=sorted(names.items()),
        categories=CATEGORY, states=STATE, filters=urlencode(filters), kept=_kept(asked),
        count={"open": len(open_), "danger": sum(one.body.danger for one in open_),
               "new": sum(one.body.state == "new" for one in open_)},
        **common,
    )  # fmt: skip


def _incident(
    asked: Asked, one: Entry, names: Mapping[str, str], status: int, given: Mapping[str, str],
    common: Mapping[str, Any],
) -> Response:  # fmt: skip
    ja, keys = asked.language == "ja", one.body.keys
    pages = max(1, -(-len(keys) // _REPORTS))
    page = min(asked.number("page", 1, 1, 10**6) if "page" in asked.params else 1, pages)
    shown = keys[(page - 1) * _REPORTS : page * _REPORTS]
    told = queue.reports(asked.node, shown, asked.mode, asked.personal.without)
    reports = [report_row(each, common["now"], ja) for each in told]
    holds = asked.node.settings.personal in asked.personal.held
    with_words = holds and asked.params.get("words") == "1"
    if with_words:
        for each in reports:
            each["words"] = _words(asked, each["key"])
    here = {"incident": one.key} | _kept(asked)
    return form_page(
        asked, "triage_incident.html", status, one=row(one, common["now"], ja, names),
        reports=reports, unseen=len(shown) - len(told), page=page, pages=pages, given=given,
        acts=[(state, said[not ja], drop_readings(STATE_TOLD[state][not ja]))
              for state, said in ACT.items() if state != one.body.state],
        most=triage.LONGEST, holds=holds, with_words=with_words, here=urlencode(here),
        asks=asked.node.settings.chat.neighbours and one.body.category in ASKED_ABOUT
        and one.position is not None,
        keeps=asked.node.settings.personal is not None, map=_map(asked, one), **common,
    )  # fmt: skip


def _map(asked: Asked, one: Entry) -> str:
    """Where the map shows it; empty where it has no place."""
    if one.position is None:
        return ""
    longitude, latitude = one.position
    where = f"/#view=16/{latitude:.5f}/{longitude:.5f}"
    return where + "".join(f"&{name}={value}" for name, value in _kept(asked).items())


def _words(asked: Asked, key: str) -> ResidentWords | None:
    """What somebody wrote with a report, where the reader may see it: the access is noted."""
    found = asked.store.history(WORDS, key, asked.reader, FOREVER, asked.mode)
    last = max(found, key=lambda one: (one.issued, one.id), default=None)
    return None if last is None else decode(WORDS, last.body)
