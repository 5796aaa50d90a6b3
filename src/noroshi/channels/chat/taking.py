"""Taking a report: what is missing is asked, with at most three questions, and then it is filed as
it is. What is said is never lost: a report that is left half told goes after a while
(`state.SETTLES`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noroshi.channels.chat import menu, placing
from noroshi.channels.chat.answers.asked import place_ref
from noroshi.channels.chat.effects import FileReport
from noroshi.channels.chat.phrases import report as say
from noroshi.channels.chat.state import Draft, Option, Question, Where
from noroshi.channels.chat.turns import Choice
from noroshi.core.time import HOUR

if TYPE_CHECKING:
    from noroshi.channels.chat.engine import _Talk

#: At most so many questions are put for one report.
QUESTIONS = 3
#: What is asked of each category after the place. Where a life may be in danger no picture is
#: asked for: the report is to go at once.
_ASKS: dict[str, tuple[str, ...]] = {
    "trapped": ("persons",), "injury": ("persons",), "fire": ("persons",),
    "flood": ("depth", "picture"), "landslide": ("persons", "picture"), "road": ("picture",),
    "outage": ("service",), "water": (), "supply": (), "shelter": ("picture",), "other": (),
}  # fmt: skip
#: What needs no place: somebody is safe, something is said.
_ANYWHERE = frozenset({"safe", "rumour"})
#: For how long (µs) the position that a device sent counts as where the person is.
_STANDS = HOUR
_LONGEST = 2_000
#: What a report says beyond its category, in fixed words (`ResidentReport.detail`).
_DETAILS = (
    ("トイレ", "toilet"), ("寒", "cold"), ("暑", "hot"), ("満員", "full"), ("いっぱい", "full"),
    ("薬", "medicine"), ("ミルク", "milk"), ("おむつ", "nappies"), ("毛布", "blankets"),
    ("食べ物", "food"), ("食料", "food"), ("水が", "water"), ("電気", "power"),
    ("倒木", "tree"), ("木が倒", "tree"), ("陥没", "sinkhole"), ("toilet", "toilet"),
    ("cold", "cold"), ("full", "full"), ("medicine", "medicine"), ("blanket", "blankets"),
)  # fmt: skip
_SERVICES = (
    ("停電", "power"), ("電気", "power"), ("power", "power"), ("断水", "water"), ("水道", "water"),
    ("ガス", "gas"), ("gas", "gas"), ("携帯", "telecom"), ("電話", "telecom"),
    ("ネット", "telecom"), ("圏外", "telecom"), ("phone", "telecom"), ("internet", "telecom"),
)  # fmt: skip


def begin(talk: _Talk, categories: list[str]) -> None:
    """Begin a report of the first category; the others of the same message wait for its place.

    What is being taken of another category goes as it is; of the same one, it goes on.
    """
    held = talk.state.draft
    if held is not None and held.category not in categories:
        _file(talk, held)
        held = None
    drafts = [_draft(talk, one) for one in dict.fromkeys(categories)]
    if held is not None:
        drafts = [_filled(talk, held) if one.category == held.category else one
                  for one in drafts]  # fmt: skip
    elif drafts:
        talk.tell(say.TAKEN[drafts[0].category])
    talk.keep(draft=drafts[0], waiting=tuple(drafts[1:]), question=None, picture=None)
    if drafts[0].place is None and _ambiguous(talk):
        return
    _go_on(talk)


def _draft(talk: _Talk, category: str) -> Draft:
    understood, turn = talk.understood, talk.turn
    text = turn.text[:_LONGEST]
    moment = understood.moment
    return _filled(talk, Draft(
        category, turn.at, danger=understood.danger,
        seen=None if moment is None else min(moment.time, turn.at), text="",
        service=_word(text, _SERVICES) if category == "outage" else "",
        detail=_word(text, _DETAILS) if category in ("supply", "shelter", "road", "water") else "",
        picture=talk.state.picture,
    ))  # fmt: skip


def _word(text: str, words: tuple[tuple[str, str], ...]) -> str:
    return next((meant for word, meant in words if word in text), "")


def _filled(talk: _Talk, draft: Draft) -> Draft:
    """The draft with what this turn says beside it."""
    understood, turn = talk.understood, talk.turn
    depth, persons = understood.depth, understood.persons
    text = "\n".join(one for one in (draft.text, turn.text) if one)[:_LONGEST]
    return msgspec.structs.replace(
        draft, danger=draft.danger or understood.danger, text=text,
        depth=draft.depth if depth is None else depth.metres,
        persons=draft.persons if persons is None else persons.number,
        picture=draft.picture if turn.picture is None else turn.picture,
        picture_place=draft.picture_place if turn.picture is None else turn.picture_place,
        service=draft.service or (_word(turn.text, _SERVICES)
                                  if draft.category == "outage" else ""),
        place=_place(talk) or draft.place,
    )  # fmt: skip


def _place(talk: _Talk) -> Where | None:
    """Where it is, by this turn: the device's position, else what the text names."""
    turn = talk.turn
    where = talk.state.where
    if turn.position is not None:
        return where
    for mention in talk.understood.places:
        found = [talk.facts.option(mention.kind, one) for one in mention.candidates
                 if not (one.area or "").startswith("pref:")]  # fmt: skip
        if len(found) == 1:
            return _where(talk, found[0])
        if not mention.candidates:
            return msgspec.structs.replace(
                where or Where(), position=None, spot=mention.text, placed="name"
            )
    return where if where is not None and stands(where, turn.at) else None


def stands(where: Where, at: int) -> bool:
    """True while what the device said last counts as where the person is."""
    return where.placed == "position" and at - where.at <= _STANDS


def _where(talk: _Talk, one: Option) -> Where:
    town = talk.facts.town(one.area) if one.area else Where()
    spot = one.name if one.facility or one.position is not None or one.name != town.name else ""
    return msgspec.structs.replace(
        town, position=one.position, spot=spot, facility=one.facility, placed="name",
        at=talk.turn.at,
    )  # fmt: skip


_CONTROL = frozenset({
    "erase_me", "help", "officer", "hostile", "language", "subscribe", "unsubscribe",
})  # fmt: skip


def answered(talk: _Talk, intents: list[str]) -> bool:
    """Take the turn as the answer to a question about the report; True if it was. Any answer moves
    on: what is not understood is kept as words."""
    draft, question = talk.state.draft, talk.state.question
    if draft is None or question is None:
        return False
    own = f"report_{draft.category}"
    other = [one for one in intents if one.startswith(("ask_", "report_")) and one != own]
    if _CONTROL & set(intents) or (other and not _fits(talk, question)):
        return False
    talk.keep(question=None)
    if question.about == "picture" and "yes" in intents and talk.turn.picture is None:
        _put(talk, draft, "picture")
        return True
    filled = _filled(talk, draft)
    if question.about in ("place", "spot") and filled.place == draft.place and talk.turn.text:
        filled = _worded(talk, filled)
    talk.keep(draft=filled)
    if question.about in ("place", "spot") and _ambiguous(talk):
        return True
    _go_on(talk)
    return True


def _fits(talk: _Talk, question: Question) -> bool:
    """The turn holds what was asked for, whatever else it may be taken for."""
    understood, turn = talk.understood, talk.turn
    held = {
        "place": bool(understood.places) or turn.position is not None,
        "spot": bool(understood.places) or turn.position is not None,
        "depth": understood.depth is not None, "persons": understood.persons is not None,
        "picture": turn.picture is not None,
        "service": bool(_word(turn.text, _SERVICES)),
    }  # fmt: skip
    return held.get(question.about, False)


def _worded(talk: _Talk, draft: Draft) -> Draft:
    """A place that no list knows, in the person's words, unless they do not know."""
    words = " ".join(talk.turn.text.split())
    if "no" in talk.understood.intents or len(words) > 60:
        return draft
    where = draft.place or talk.state.where or Where()
    return msgspec.structs.replace(
        draft, place=msgspec.structs.replace(where, spot=words, facility="", placed="name")
    )


def _ambiguous(talk: _Talk) -> bool:
    """Ask back which place is meant; does not count as a question of its own."""
    for mention in talk.understood.places:
        if mention.kind != "road" and len(mention.candidates) > 1:
            options = [talk.facts.option(mention.kind, one) for one in mention.candidates]
            placing.which(talk, "spot", mention.text, options, ())
            return True
    return False


def chosen(talk: _Talk, verb: str, of: str) -> bool:
    """Take a quick reply as the answer to a question about the report."""
    draft, question = talk.state.draft, talk.state.question
    if draft is None or question is None:
        return False
    changes: dict[str, object] = {}
    if verb == "depth" and question.about == "depth":
        changes = {"depth": _number(of, 20.0)}
    elif verb == "persons" and question.about == "persons":
        count = _number(of, 10_000)
        changes = {"persons": None if count is None else int(count)}
    elif verb == "service" and of in ("power", "water", "gas", "telecom"):
        changes = {"service": of}
    elif verb == "place":
        one = next((each for each in question.options if each.id == of), None)
        if one is None:
            return False
        changes = {"place": _where(talk, one)}
    elif verb == "yes" and question.about == "picture":
        _put(talk, draft, "picture")
        return True
    elif verb not in ("skip", "no"):
        return False
    talk.keep(question=None, draft=msgspec.structs.replace(draft, **changes))
    _go_on(talk)
    return True


def _number(text: str, most: float) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 <= found <= most else None


def _missing(draft: Draft) -> list[str]:
    found = []
    place = draft.place
    if draft.category not in _ANYWHERE:
        if place is None or not (place.area or place.position or place.spot):
            found.append("place")
        elif place.position is None and not place.spot and draft.category != "outage":
            found.append("spot")
    wanted = _ASKS.get(draft.category, ())
    found += [one for one in wanted if getattr(draft, one) in (None, "")
              and not (one == "picture" and draft.danger)]  # fmt: skip
    return [one for one in found if one not in draft.asked
            and not (one == "spot" and "place" in draft.asked)]  # fmt: skip


def _go_on(talk: _Talk) -> None:
    """Ask the next thing that is missing, or file."""
    draft = talk.state.draft
    assert draft is not None
    missing = _missing(draft)
    if missing and len(draft.asked) < QUESTIONS:
        draft = msgspec.structs.replace(draft, asked=(*draft.asked, missing[0]))
        talk.keep(draft=draft)
        _put(talk, draft, missing[0])
        return
    waiting = talk.state.waiting
    talk.keep(draft=None, waiting=(), question=None)
    _file(talk, draft)
    for one in waiting:
        _file(talk, msgspec.structs.replace(one, place=one.place or draft.place))


def _file(talk: _Talk, draft: Draft) -> None:
    talk.effects.append(FileReport(draft, talk.language))


def _put(talk: _Talk, draft: Draft, about: str) -> None:
    """Put one question."""
    talk.keep(question=Question(about, talk.turn.at))
    choices: tuple[Choice, ...] = (menu.SKIP, menu.CANCEL)
    if about == "spot" and draft.place is not None and draft.place.name:
        telling = talk.telling()
        of = place_ref(draft.place.area)
        telling.say(say.ASK_SPOT, name=telling.name(of, draft.place.name, draft.place.kana))
        talk.said.append(telling.said(choices=choices, wants="position"))
        return
    if about in ("place", "spot"):
        talk.tell(say.ASK_PLACE, choices=choices, wants="position")
    elif about == "depth":
        talk.tell(say.ASK_DEPTH, choices=(*menu.DEPTHS, *choices))
    elif about == "persons":
        talk.tell(say.ASK_PERSONS, choices=(*menu.PERSONS, *choices))
    elif about == "service":
        talk.tell(say.ASK_SERVICE, choices=(*menu.SERVICES, *choices))
    else:
        talk.tell(say.ASK_PICTURE, choices=choices, wants="picture")


def remind(talk: _Talk) -> None:
    """Put the question that is open once more, after something else was answered."""
    draft, question = talk.state.draft, talk.state.question
    if draft is not None and question is not None:
        _put(talk, draft, question.about)


def proceed(talk: _Talk) -> None:
    """Go on with a report whose question something else came between."""
    if talk.state.draft is not None and talk.state.question is None:
        _go_on(talk)


def settle(draft: Draft, waiting: tuple[Draft, ...], language: str) -> list[FileReport]:
    """What is filed of a report that was left half told."""
    later = [msgspec.structs.replace(one, place=one.place or draft.place) for one in waiting]
    return [FileReport(one, language) for one in (draft, *later)]
