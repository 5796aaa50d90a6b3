"""The safety check on a page: tell one's group how one is, and see how they are.

No account and no script: the browser that founded or joined a group is remembered. What others may
learn is `noroshi.channels.safety`'s to say; whoever is not in a group gets the same page for one
that is there and one that is not.
"""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from noroshi.channels.advice.actions import Both
from noroshi.channels.safety import answers, groups, words
from noroshi.channels.subscribers.limits import TooOften
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.engine.roles import What
from noroshi.store.people import Contact
from noroshi.web import params
from noroshi.web.answers import answer_json
from noroshi.web.login import led
from noroshi.web.residents import (
    count,
    keep_safety,
    known,
    newcomer,
    people,
    present,
    remember,
    resident,
    resident_page,
    sender,
)
from noroshi.web.routing import Asked, Param, operation

_HTML = {"text/html": {"type": "string"}}
_GROUP = {"group": {"type": "string", "maxLength": 40}}
_CODE = {"code": {"type": "string", "maxLength": 40}}
_NOTE = Param("note", "What to say", "表示する文", {"type": "string", "maxLength": 20})
_COMMON: dict[str, Any] = {
    "tag": "Residents", "private": True, "same_origin": True, "produces": _HTML,
}  # fmt: skip
NOTES = {
    "told": Both("グループに つたえました。", "Your group is told."),
    "nobody": words.NOBODY,
    "joined": Both("グループに {入|はい}りました。", "You have joined."),
    "made": Both("グループを {作|つく}りました。", "The group is made."),
    "left": Both("グループを {出|で}ました。", "You have left."),
    "changed": Both("かえました。", "It is changed."),
    "anew": Both("もう いちど ききます。みんな まだ こたえて いません。",
                 "A new round: nobody has answered yet."),
    "code": Both("その {番号|ばんごう}の グループは ありません。", "No group has this code."),
    "often": Both("{何回|なんかい}も ためしました。あとで ためしてください。",
                  "Tried too often. Try again later."),
    "wrong": Both("{書|か}いた ものを たしかめてください。", "Check what you wrote."),
    "none": Both("その グループには {入|はい}って いません。", "You are in no such group."),
}  # fmt: skip


@operation(
    "/safety", en="Safety check: tell your group that you are safe", ja="住民向け：安否を伝える",
    params=(_NOTE, params.MODE), **_COMMON,
)  # fmt: skip
def safety(asked: Asked) -> Response:
    """One tap to tell all one's groups; the groups; making and joining one."""
    return _page(asked, asked.params.get("note", ""))


@operation(
    "/safety", method="POST", en="Make a group", ja="グループを作る", params=(params.MODE,),
    refuses=(403, 429), **_COMMON,
)  # fmt: skip
def make(asked: Asked) -> Response:
    """A new group, and this browser its owner."""
    count(asked)
    given = asked.form_fields
    contact = newcomer(asked)
    try:
        made = groups.found(
            people(asked), contact, given.get("name", ""), given.get("called", ""),
            given.get("sort", "household"), seen_by=given.get("seen_by", "members"),
            counted=bool(given.get("counted")), lasting=bool(given.get("lasting")),
            mode=asked.mode, keep=keep_safety(asked),
        )  # fmt: skip
    except NoroshiError:
        return _page(asked, "wrong", status=400)
    return remember(asked, led(asked, f"/safety/{made.id}", note="made", **_mode(asked)), contact)


@operation(
    "/safety/join/{code}", en="Join a group by its link", ja="リンクでグループに入る",
    params=(params.MODE,), path_params=_CODE, **_COMMON,
)  # fmt: skip
def invitation(asked: Asked) -> Response:
    """The form with the code; whether it is good is not said before a name is given."""
    return resident_page(asked, "safety_join.html", code=asked.path["code"], note=None)


@operation(
    "/safety/join", method="POST", en="Join a group", ja="グループに入る", params=(params.MODE,),
    refuses=(403, 429), **_COMMON,
)  # fmt: skip
def join(asked: Asked) -> Response:
    """To the group; or the form with why not: the same for a code that never was."""
    count(asked)
    code, contact = asked.form_fields.get("code", ""), newcomer(asked)
    try:
        entered = groups.join(people(asked), contact, code, asked.form_fields.get("called", ""),
                              asked.mode, sender=sender(asked))  # fmt: skip
    except NotFound:
        note, status = "code", 400
    except TooOften:
        note, status = "often", 429
    except NoroshiError:
        note, status = "wrong", 400
    else:
        to = led(asked, f"/safety/{entered.id}", note="joined", **_mode(asked))
        return remember(asked, to, contact)
    page = resident_page(asked, "safety_join.html", status, code=code[:40], note=NOTES[note])
    # Who tries codes is counted as one, and not as many newcomers.
    return remember(asked, page, contact)


@operation(
    "/safety/answer", method="POST", en="Tell how you are", ja="無事を伝える",
    params=(params.MODE,), refuses=(403, 429), **_COMMON,
)  # fmt: skip
def answer(asked: Asked) -> Response:
    """One tap: to the group, or to all of them."""
    count(asked)
    given, contact = asked.form_fields, known(asked)
    one = given.get("group", "")
    try:
        told = answers.report_safe(
            people(asked), contact, given.get("state", ""), place=given.get("place", ""),
            note=given.get("note", ""), groups=(one,) if one else None, mode=asked.mode,
            at=present(asked),
        )  # fmt: skip
    except NoroshiError:
        return _page(asked, "wrong", status=400)
    note = "told" if told else "nobody"
    return led(asked, f"/safety/{one}" if one and told else "/safety", note=note, **_mode(asked))


@operation(
    "/safety/{group}", en="How your group is", ja="グループの安否", params=(_NOTE, params.MODE),
    path_params=_GROUP, **_COMMON,
)  # fmt: skip
def one_group(asked: Asked) -> Response:
    """Who answered what and when, and who has not."""
    contact = resident(asked)
    if contact is None:
        return _page(asked, "none", status=404)
    try:
        found = answers.summary(people(asked), contact, asked.path["group"], asked.mode)
    except NotFound:
        return _page(asked, "none", status=404)
    base = asked.node.settings.web.url.rstrip("/") or asked.base
    at = present(asked)
    return resident_page(
        asked, "safety_group.html", note=NOTES.get(asked.params.get("note", "")), found=found,
        group=found.group, states=words.STATES, marks=words.MARKS, at=at, old=answers.OLD,
        invite=f"{base}/safety/join/{found.group.code}" if found.group.code else "",
        danger=words.DANGER,
    )  # fmt: skip


@operation(
    "/safety/change", method="POST", en="Change, leave or end a group", ja="グループを変える・出る",
    params=(params.MODE,), refuses=(403, 404, 429), **_COMMON,
)  # fmt: skip
def change(asked: Asked) -> Response:
    """`act`: leave; and for the owner anew, code, show, hide, count, uncount, remove (`member`),
    dissolve."""
    count(asked)
    given, contact = asked.form_fields, known(asked)
    id, act = given.get("group", ""), given.get("act", "")
    try:
        note = _change(asked, contact, id, act, given.get("member", ""))
    except NotFound:
        return _page(asked, "none", status=404)
    except NotPermitted:
        return _page(asked, "wrong", status=403)
    if note == "left":
        return led(asked, "/safety", note=note, **_mode(asked))
    return led(asked, f"/safety/{id}", note=note, **_mode(asked))


def _change(asked: Asked, contact: Contact, id: str, act: str, member: str) -> str:
    held, mode = people(asked), asked.mode
    if act == "leave":
        groups.leave(held, contact, id, mode)
        return "left"
    if act == "dissolve":
        groups.dissolve(held, contact, id, mode)
        return "left"
    if act == "anew":
        groups.ask_anew(held, contact, id, mode)
        return "anew"
    if act == "remove":
        groups.remove(held, contact, id, member, mode)
    elif act == "code":
        groups.change(held, contact, id, mode, new_code=True)
    elif act in ("show", "hide"):
        groups.change(held, contact, id, mode, seen_by="members" if act == "show" else "owner")
    elif act in ("count", "uncount"):
        groups.change(held, contact, id, mode, counted=act == "count")
    else:
        raise NotFound("there is no such change")
    return "changed"


@operation(
    "/safety-counts", en="Numbers of the safety check, of groups that agreed to be counted",
    ja="安否の集計（同意したグループのみ）", tag="Residents", private=True, params=(params.MODE,),
)  # fmt: skip
def counts(asked: Asked) -> Response:
    """For officers (editors and above of this node's own organisation). JSON."""
    own = asked.node.directory.own
    if not (asked.caller.may(What.SEND) and asked.caller.organisation in ("", own)):
        raise NotPermitted("this is for the node's officers", remedy="sign in")
    return answer_json(answers.count_all(people(asked), asked.mode))


def _page(asked: Asked, note: str, *, status: int = 200) -> Response:
    contact = resident(asked)
    mine = groups.groups_of(people(asked), contact, asked.mode) if contact else []
    return resident_page(
        asked, "safety.html", status, note=NOTES.get(note), bad=status >= 400, groups=mine,
        states=words.STATES, marks=words.MARKS, sorts=words.SORTS, danger=words.DANGER,
        elsewhere=words.ELSEWHERE, days=keep_safety(asked) // 86_400_000_000,
    )  # fmt: skip


def _mode(asked: Asked) -> dict[str, str]:
    return {"mode": asked.params["mode"]} if "mode" in asked.params else {}
