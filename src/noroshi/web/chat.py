"""The conversation with residents: a page that works without scripts, and the same for programs.

What is sent is heard by the one dialogue engine of all channels (`noroshi.channels.chat`).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, TypeVar, cast

import msgspec
from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from noroshi.channels.chat.door import Heard, door
from noroshi.channels.chat.spoken import label_of, language_of, lines
from noroshi.channels.chat.turns import Said, Turn
from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.store import web_turns
from noroshi.web import conversation, page, params
from noroshi.web.answers import template
from noroshi.web.area import Words
from noroshi.web.conversation import CHANNEL, Shown, session_of
from noroshi.web.cookies import is_safe
from noroshi.web.message_body import TEXT, Message, received
from noroshi.web.plainly import answer_plainly, markup
from noroshi.web.routing import Asked, Moment, Param, Problem, operation
from noroshi.web.talkers import talkers

T = TypeVar("T")

#: Seconds after which a page asks again for what came by itself, at least; with many in
#: conversation less often, so that all together ask at most so many times a second.
AGAIN, ASKED_A_SECOND = 15, 100
_SPAN = {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[A-Za-z0-9_-]+$"}
_FORM = {
    "id": _SPAN, "text": {"type": "string", "maxLength": TEXT},
    "choice": {"type": "string", "maxLength": 200},
    "picture_place": {"type": "boolean"},
}  # fmt: skip
_JSON_TURN: dict[str, Any] = {
    "type": "object", "additionalProperties": False,
    "properties": {
        **_FORM,
        "position": {
            "type": "array", "items": {"type": "number", "minimum": -180, "maximum": 180},
            "minItems": 2, "maxItems": 2, "description": "longitude, latitude",
        },
    },
}  # fmt: skip
_MULTIPART_TURN: dict[str, Any] = {
    "type": "object",
    "properties": {
        **_FORM, "longitude": {"type": "number"}, "latitude": {"type": "number"},
        "picture": {"type": "string", "format": "binary", "description": "JPEG or PNG"},
    },
}  # fmt: skip
_TURNS: dict[str, Any] = {
    "type": "object", "required": ["turns", "again"],
    "properties": {
        "turns": {
            "type": "array",
            "items": {
                "type": "object", "required": ["number", "said", "html"],
                "properties": {
                    "number": {"type": "integer"}, "html": {"type": "string"},
                    "said": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
        "again": {"type": "integer", "description": "seconds after which to ask for more"},
    },
}  # fmt: skip
_AFTER = Param("after", "Only what came after the turn of this number", "この番号より後のやりとり",
               {"type": "integer", "minimum": 0})  # fmt: skip
_HTML = {"text/html": {"type": "string"}}


@operation(
    "/chat",
    en="Ask, and report what you see: the conversation of this browser",
    ja="住民向け：聞く、見たことを知らせる（会話）",
    tag="Residents", params=(params.MODE,), produces=_HTML, resident=True,
)  # fmt: skip
async def chat(asked: Asked) -> Response:
    """The conversation as a page; it begins with a greeting. HTML."""
    asked.form("html")
    session = session_of(asked)
    turns = await talkers(asked.node).run(conversation.since, asked, session, 0)
    response = await asked.run(_page, asked, session, turns)
    session.give(response, asked)
    return response


@operation(
    "/chat/form",
    method="POST",
    en="The same by a form, without scripts", ja="同じことをフォームで（スクリプトなし）",
    tag="Residents", params=(params.MODE,), produces=_HTML, private=True, resident=True,
)  # fmt: skip
async def chat_form(asked: Asked) -> Response:
    """303 to the page; where the message was not taken, the page with why, and what was written."""
    session = session_of(asked)
    try:
        message, picture = await received(asked)
        found = await _heard(asked, session, message, picture, lambda heard: heard)
    except Problem as error:
        if error.status not in (400, 413, 415, 503):
            raise
        turns = await talkers(asked.node).run(conversation.since, asked, session, 0)
        response = await asked.run(_page, asked, session, turns, (), "", error)
        response.status_code = error.status
    else:
        if isinstance(found, Heard):
            turns = await talkers(asked.node).run(conversation.since, asked, session, 0)
            response = await asked.run(
                _page, asked, session, turns, tuple(found.said), message.text
            )
            response.status_code = 429
            response.headers["Retry-After"] = str(found.wait)
        elif not found.number:
            response = await asked.run(_page, asked, session, [], found.said)
        else:
            query = asked.scope["query_string"].decode("ascii", "replace")
            root = asked.scope.get("root_path", "")
            where = f"{root}/chat{'?' if query else ''}{query}#turn-{found.number}"
            response = RedirectResponse(where, 303)
    session.give(response, asked)
    return response


@operation(
    "/chat/messages",
    method="POST",
    en="Say something; the answer is what is said to it",
    ja="メッセージを送り、返事を受け取る",
    tag="Residents", params=(params.MODE,),
    takes={"application/json": _JSON_TURN, "multipart/form-data": _MULTIPART_TURN},
    produces={"application/json": _TURNS}, resident=True, refuses=(408, 413, 415, 429),
)  # fmt: skip
async def say(asked: Asked) -> Response:
    """What is said to a text, a quick reply (`choice`), a position or a picture. With the same `id`
    again, the same answer, and nothing is done twice. 429 with what is said to that in `said`,
    where it was not taken; words of danger are answered with 119 even then."""
    session = session_of(asked)
    message, picture = await received(asked)

    def drawn(found: Shown | Heard) -> Response:
        if isinstance(found, Heard):
            return _not_taken(asked, found)
        return _turns(asked, session, [found])

    response = await _heard(asked, session, message, picture, drawn)
    session.give(response, asked)
    return response


def _not_taken(asked: Asked, held: Heard) -> Response:
    root: str = asked.scope.get("root_path", "")
    problem = {
        "type": "about:blank", "title": "Too Many Requests", "status": 429,
        "detail": f"too many messages; again after {held.wait} s",
        "said": [conversation.said_json(one, asked.mode, root) for one in held.said],
    }  # fmt: skip
    return Response(
        msgspec.json.encode(problem), 429, {"Retry-After": str(held.wait)},
        media_type="application/problem+json",
    )  # fmt: skip


@operation(
    "/chat/messages",
    en="What was said after a turn: also what came by itself",
    ja="その後のメッセージ（こちらから送ったものも）",
    tag="Residents", params=(_AFTER, params.MODE), produces={"application/json": _TURNS},
    resident=True,
)  # fmt: skip
async def messages(asked: Asked) -> Response:
    """Turns after `after`, oldest first; ask again after `again` seconds. Among them is what this
    node has to say by itself: what became of a report, a neighbour's question, an alert."""
    session = session_of(asked)
    after = asked.number("after", 0, 0, 2**53)
    if session.new:
        return _turns(asked, session, [])

    def later() -> Response:
        return _turns(asked, session, conversation.since(asked, session, after))

    return await talkers(asked.node).run(later)


async def _heard(
    asked: Asked, session: conversation.Session, message: Message, picture: bytes | None,
    drawn: Callable[[Shown | Heard], T],
) -> T:  # fmt: skip
    """What is said to a message, as it is `drawn`. Raises Problem for one that says nothing."""
    text = message.text.strip()
    if not (text or message.choice or message.position or picture):
        raise Problem(400, "the message is empty", "write something, or send a place or a picture")
    mode = asked.mode

    def run() -> T:
        turn = Turn(
            text=text, choice=message.choice, position=message.position, picture=picture,
            picture_place=bool(message.picture_place) if picture is not None else None,
            at=door(asked.node).moment(mode),
        )  # fmt: skip
        key = message.id or secrets.token_urlsafe(12)
        pressed = _pressed(asked, session, turn.choice)
        return drawn(conversation.hear(asked, session, turn, key, pressed))

    return await talkers(asked.node).run(run)


def _pressed(asked: Asked, session: conversation.Session, choice: str) -> str:
    """What the quick reply says that was pressed: one of the last turn's."""
    contact = asked.node.people.known(CHANNEL, session.address) if choice else None
    if contact is None:
        return ""
    turns = web_turns.since(asked.node.people, contact.id, asked.mode, 0, 3)
    said = [each for one in map(conversation.shown, turns) for each in one.said]
    return next(filter(None, (label_of(one, choice) for one in reversed(said))), "")


def _page(
    asked: Asked, session: conversation.Session, turns: list[Shown],
    refused: tuple[Said, ...] = (), text: str = "", error: Problem | None = None,
) -> Response:  # fmt: skip
    moment = asked.moment()
    return answer_plainly(
        asked, moment, "chat.html", ("mode",), words=Words(asked, moment), turns=turns,
        refused=refused, written=text, error=error, told=_told(error),
        id=secrets.token_urlsafe(12), safe=is_safe(asked.scope, asked.base.partition("://")[2]),
        script=page.built("src/chat/main.ts"), again=_again(asked, session), text_most=TEXT,
        subscribe=_has("/subscribe"), area=asked.node.settings.chat.area,
        **_drawing(asked.mode, asked.scope.get("root_path", "")),
    )  # fmt: skip


def _told(error: Problem | None) -> tuple[str, str]:
    """Why a form was not taken, for a resident: Japanese, English."""
    return ("", "") if error is None else _WHY.get(error.status, _WHY[400])


_WHY = {
    400: ("{送|おく}れませんでした。"
          "{文字|もじ}か {写真|しゃしん}を {入|い}れて、もう{一度|いちど} {送|おく}ってください。",
          "It was not sent. Write something or add a picture, and send it again."),
    413: ("{写真|しゃしん}が {大|おお}きすぎます。", "The picture is too large."),
    415: ("この {写真|しゃしん}は {送|おく}れません。JPEG か PNG に して ください。",
          "This picture cannot be sent. Use JPEG or PNG."),
    503: ("いま とても こんでいます。"
          "すこし {待|ま}って、もう{一度|いちど} {送|おく}ってください。",
          "Very many people are writing. Wait a moment and send it again."),
}  # fmt: skip


def _has(path: str) -> bool:
    from noroshi.web.routing import OPERATIONS

    return any(one.path == path for one in OPERATIONS)


def _drawing(mode: Mode, root: str) -> dict[str, Any]:
    return {
        "lines": lambda said: [markup(one) for one in lines(said, mode)],
        "tongue": language_of, "record_link": conversation.record_link,
        "address": lambda link: conversation.address(link, root), "read": markup,
    }  # fmt: skip


def _turns(asked: Asked, session: conversation.Session, turns: list[Shown]) -> Response:
    root: str = asked.scope.get("root_path", "")
    module = cast(Any, template("chat_turn.html").module)
    drawing = _drawing(asked.mode, root)
    ja = asked.language == "ja"

    def t(japanese: str, english: str) -> Markup | str:
        return markup(japanese) if ja else english

    at = now()
    words = Words(asked, Moment(at, at))
    found = [
        conversation.as_json(
            one, asked.mode, root, str(module.turn(one, True, t, words, root, **drawing)).strip()
        )
        for one in turns
    ]
    body = msgspec.json.encode({"turns": found, "again": _again(asked, session)})
    return Response(body, media_type="application/json")


def _again(asked: Asked, session: conversation.Session) -> int:
    """Seconds after which a page asks again: more where more pages ask."""
    return max(AGAIN, talkers(asked.node).present(session.address) // ASKED_A_SECOND)
