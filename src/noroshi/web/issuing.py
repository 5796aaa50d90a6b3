"""The officers' page of alerts that the node's organisation issues: what waits for them, what is in
force, what was; a draft as it will appear, and what is done to it. It works without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakKeyDictionary

from starlette.responses import Response

from noroshi.channels.issuing import drafts as drafting
from noroshi.channels.issuing import feed, lifecycle, typed
from noroshi.channels.issuing.office import Office, of_node
from noroshi.channels.issuing.said_wrong import in_japanese
from noroshi.core.errors import NoroshiError, NotFound, NotPermitted
from noroshi.core.record import Mode
from noroshi.engine.node import Node
from noroshi.formats.cap import MEDIA_TYPE
from noroshi.web import params
from noroshi.web.account import demand_person
from noroshi.web.answers import etag
from noroshi.web.issuing_views import draft_view, list_view, standing_view
from noroshi.web.login import form_page, led
from noroshi.web.routing import Asked, Param, Problem, operation

_HTML = {"text/html": {"type": "string"}}
_ID: dict[str, Any] = {"type": "string", "maxLength": 64}
_DRAFT = Param("draft", "A draft", "下書き", _ID)
_ALERT = Param("alert", "An alert in force", "発令中の緊急情報", _ID)
_NEW = Param("new", "A new draft", "新しい下書き", {"type": "string", "enum": ["1"]})
_DONE = Param("done", "What was done", "行ったこと", _ID)
_DID = {
    "draft": ("下書きを作りました。まだ発信していません。", "Drafted. Nothing is issued yet."),
    "edit": ("下書きを直しました。これまでの承認は無効になりました。",
             "The draft is changed. Approvals so far are void."),
    "approve": ("承認しました。", "Approved."),
    "reject": ("却下しました。", "Rejected."),
    "issue": ("発信しました。", "Issued."),
}  # fmt: skip
#: What is done to a draft, and what follows an alert in force.
_STEPS = ("approve", "reject", "issue", "edit")
_FOLLOWING = ("update", "extend", "correct", "cancel")
_FIELDS = {*typed.FIELDS, "do", "draft", "alert", "seen", "why", "needed"}

_offices: WeakKeyDictionary[Node, Office] = WeakKeyDictionary()


def office_of(node: Node) -> Office:
    """The office of a node, whose places stay in memory."""
    found = _offices.get(node)
    if found is None:
        found = _offices[node] = of_node(node)
    return found


@operation(
    "/alerts", en="Alerts that are issued: drafts, approval, what is in force, for officers",
    ja="緊急情報の発信（下書き・承認・発令中）", tag="Account", private=True, same_origin=True,
    params=(params.MODE, _DRAFT, _ALERT, _NEW, _DONE), produces=_HTML,
)  # fmt: skip
def look(asked: Asked) -> Response:
    """The lists, or one draft, or one alert; to sign in first, for those who are not known."""
    if asked.caller.session is None:
        query = asked.scope["query_string"].decode("latin-1")
        return led(asked, "/login", next=asked.scope["path"] + (f"?{query}" if query else ""))
    office = demand(asked)
    note = _DID.get(asked.params.get("done", ""))
    return page(asked, office, note=(note and note[asked.language != "ja"]) or "")


@operation(
    "/alerts", method="POST", en="Draft, approve, issue, extend, correct or cancel an alert",
    ja="緊急情報の下書き・承認・発信・継続・訂正・解除", tag="Account", private=True,
    same_origin=True, params=(params.MODE,), produces=_HTML, refuses=(403,),
)  # fmt: skip
async def act(asked: Asked) -> Response:
    """Back to the draft or the lists once it is done; or the page as it was, with what is wrong."""
    demand_person(asked)
    return await asked.run(_act, asked)


def _act(asked: Asked) -> Response:
    office, given = demand(asked), asked.form_fields
    unknown = {one for one in given if one not in _FIELDS and not one.startswith("reason-")}
    if unknown or "do" not in given:
        raise Problem(400, "the form has fields that are not known")
    do = given["do"]
    steps: dict[str, Callable[[Asked, Office, str], dict[str, str]]] = {
        **dict.fromkeys(_STEPS, _step), **dict.fromkeys(_FOLLOWING, _follow), "draft": _draft,
    }  # fmt: skip
    if do not in steps:
        raise Problem(400, f"do={do!r} is not known")
    try:
        query = steps[do](asked, office, do)
    except NotFound:
        raise
    except NoroshiError as error:
        status = 403 if isinstance(error, NotPermitted) else 400
        note = in_japanese(error) if asked.language == "ja" else str(error)
        return page(asked, office, note=note, bad=True, status=status, given=given)
    if asked.mode is not Mode.ACTUAL:
        query["mode"] = asked.mode.name.lower()
    return led(asked, "/alerts", **query)


def _draft(asked: Asked, office: Office, do: str) -> dict[str, str]:
    given = asked.form_fields
    needed = given.get("needed", "1")
    if needed not in ("1", "2"):
        raise NoroshiError("approvals: 1 or 2", where="needed")
    new = drafting.Proposal(
        kind="issue", mode=asked.mode, content=typed.read(office, asked.mode, _content(given)),
        needed=int(needed),
    )  # fmt: skip
    made = drafting.propose(office, asked.caller.actor, new)
    return {"draft": made.id, "done": do}


def _step(asked: Asked, office: Office, do: str) -> dict[str, str]:
    given, actor = asked.form_fields, asked.caller.actor
    draft, seen = _of_mode(asked, office, given.get("draft", "")), given.get("seen", "")
    if do == "approve":
        drafting.approve(office, actor, draft.id, seen)
    elif do == "reject":
        drafting.reject(office, actor, draft.id, seen, given.get("why", ""))
    elif do == "edit":
        said = typed.read(office, asked.mode, _content(given), draft.said)
        drafting.edit(office, actor, draft.id, said, seen)
    else:
        drafting.open_draft(office, draft.id, seen)
        version = lifecycle.issue(office, actor, draft.id)
        ended = draft.kind == "cancel"
        return {"done": do} if ended else {"alert": version.key, "done": do}
    return {"draft": draft.id, "done": do}


def _follow(asked: Asked, office: Office, do: str) -> dict[str, str]:
    given, mode = asked.form_fields, asked.mode
    alert = given.get("alert", "")
    last = lifecycle.current(office, alert, mode)
    before = lifecycle.content_of(office, last)
    said = typed.read(office, mode, _content(given), before)
    wanted = {"extend": ("expires",), "correct": ("reasons", "districts", "places"),
              "cancel": ()}.get(do, before.__struct_fields__)  # fmt: skip
    changes = {name: getattr(said, name) for name in wanted
               if getattr(said, name) != getattr(before, name) or name == "alarm"}  # fmt: skip
    if do == "update":
        changes["alarm"] = given.get("alarm") == "yes"
    made = lifecycle.follow(office, asked.caller.actor, alert, mode, do, **changes)
    return {"draft": made.id, "done": "draft"}


def _content(given: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in given.items()
            if name in typed.FIELDS or name.startswith("reason-")}  # fmt: skip


def _of_mode(asked: Asked, office: Office, id: str) -> drafting.Draft:
    """A draft of the mode of the page. Raises NotFound: of another mode there is none here."""
    found = drafting.find(office, id)
    if Mode(found.mode) is not asked.mode:
        raise NotFound(f"there is no draft {id!r} in mode {asked.mode.name.lower()}")
    return found


def demand(asked: Asked) -> Office:
    """The office, for who may issue. Raises NotPermitted, audited."""
    office = office_of(asked.node)
    office.permit(asked.caller.actor, "alert.look", "alerts")
    return office


def page(
    asked: Asked, office: Office, *, note: str = "", bad: bool = False, status: int = 200,
    given: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    """The page that the parameters (or the form that was sent) ask for."""
    chosen = {**asked.params, **(given or {})}
    mode, ja = asked.mode, asked.language == "ja"
    view: dict[str, Any]
    template = "alerts.html"
    if chosen.get("draft"):
        template = "alerts_draft.html"
        view = draft_view(office, _of_mode(asked, office, chosen["draft"]), ja=ja)
    elif chosen.get("alert"):
        template = "alerts_standing.html"
        view = standing_view(office, lifecycle.current(office, chosen["alert"], mode), ja=ja)
    else:
        view = list_view(office, mode, ja=ja)
        view["open_new"] = "new" in asked.params or bool(given)
    if given:
        view["fields"] = {**view.get("fields", {}), **_content(given)}
    return form_page(
        asked, template, status, note=note, bad=bad, mode=mode.name.lower(), **view,
        query="" if mode is Mode.ACTUAL else f"&mode={mode.name.lower()}",
        action="/alerts" + ("" if mode is Mode.ACTUAL else f"?mode={mode.name.lower()}"),
        me=asked.caller.actor.name,
    )  # fmt: skip


_ATOM, _RSS = "application/atom+xml", "application/rss+xml"
_TEXT = {"type": "string"}


@operation(
    "/alerts.atom", en="Alerts in force as an Atom feed of CAP 1.2 documents",
    ja="発令中の緊急情報（Atom・CAP 1.2）", tag="Alerts", params=(params.MODE,),
    produces={_ATOM: _TEXT}, cached=True,
)  # fmt: skip
def atom(asked: Asked) -> Response:
    """Public, of one mode; also the cancellations of the last day."""
    office = office_of(asked.node)
    return _xml(feed.atom_feed(office, asked.mode, asked.base, asked.reader), _ATOM)


@operation(
    "/alerts.rss", en="Alerts in force as RSS", ja="発令中の緊急情報（RSS）", tag="Alerts",
    params=(params.MODE,), produces={_RSS: _TEXT}, cached=True,
)  # fmt: skip
def rss(asked: Asked) -> Response:
    """As the Atom feed, with the Japanese text."""
    office = office_of(asked.node)
    return _xml(feed.rss_feed(office, asked.mode, asked.base, asked.reader), _RSS)


@operation(
    "/alerts/{id}.xml", en="An edition of an issued alert as CAP 1.2",
    ja="発信した緊急情報の一つの版（CAP 1.2）", tag="Alerts", produces={MEDIA_TYPE: _TEXT},
    path_params={"id": {"type": "string", "example": "0123456789abcdef.1"}}, cached=True,
)  # fmt: skip
def document(asked: Asked) -> Response:
    """The document of any edition that this reader may see, also of one that is over."""
    data = feed.document(office_of(asked.node), asked.path["id"], asked.reader)
    if data is None:
        raise NotFound(f"no alert {asked.path['id']!r}", remedy="/alerts.atom lists them")
    return _xml(data, MEDIA_TYPE)


def _xml(data: bytes, media: str) -> Response:
    response = Response(data, headers={"ETag": etag(data), "Cache-Control": "no-cache",
                                       "Vary": "Authorization"})  # fmt: skip
    response.headers["Content-Type"] = f"{media}; charset=utf-8"
    return response
