"""Doing what a step wants done: filing reports, subscriptions, erasing; and what is said of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from noroshi.channels import personal
from noroshi.channels.chat import menu
from noroshi.channels.chat.effects import (
    AskStatus,
    Effect,
    Erase,
    FileReport,
    NeighbourAnswer,
    Subscribe,
    Unsubscribe,
)
from noroshi.channels.chat.engine import filed
from noroshi.channels.chat.known import Known
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import report as told
from noroshi.channels.chat.phrases import talk as say
from noroshi.channels.chat.placing import town_name
from noroshi.channels.chat.state import Draft, State, Where
from noroshi.channels.chat.tell import Ref, Telling, told_time
from noroshi.channels.chat.turns import Choice, Said
from noroshi.channels.chat.words import TRIAGE
from noroshi.channels.reports import neighbours
from noroshi.channels.safety.answers import report_safe
from noroshi.channels.subscribers import subscribing
from noroshi.channels.subscribers.needs import NEEDS
from noroshi.channels.subscribers.places import Place
from noroshi.core.errors import NoroshiError, NotFound, UnreadableMessage
from noroshi.core.record import Mode
from noroshi.engine.node import Node
from noroshi.store.people import Contact

log = logging.getLogger("noroshi")

#: Channels by which somebody can be reached later.
_REACHABLE = frozenset({"line", "email", "push", "drill"})
_TOLD = 5


class Filing(Protocol):
    """How reports are kept (`noroshi.channels.reports.filing`)."""

    @property
    def Observation(self) -> Callable[..., Any]:
        """Makes what is filed."""
        ...

    def file_report(
        self, node: Node, contact: Contact, said: Any, mode: Mode, at: int | None = None
    ) -> str:
        """Keep a report; its key once it is durable."""
        ...

    def of_contact(self, node: Node, contact: Contact, mode: Mode) -> list[Any]:
        """A person's reports: (key, report, triage or None, incident key)."""
        ...


def code_in(text: str) -> str:
    """The code of a subscription that a message is, or nothing."""
    return subscribing.code_in(text)


#: Needs that a subscription names otherwise than a conversation.
_AS_KEPT = {"medical": "power", "language": "foreign"}


class Doing:
    """Effects of one turn of `contact`, spoken in a conversation of `state`."""

    def __init__(
        self, node: Node, mode: Mode, known: Known, filing: Filing | None, contact: Contact,
        state: State, at: int,
    ) -> None:  # fmt: skip
        self._node, self._mode, self._known, self._filing = node, mode, known, filing
        self._contact, self._at = contact, at
        #: The conversation after the effects; None where it was erased.
        self.state: State | None = state
        self._language = state.language

    def do(self, effect: Effect) -> list[Said]:
        """Do one effect. What fails is said, and nothing that was told is lost."""
        match effect:
            case FileReport():
                return [self._file(effect)]
            case AskStatus():
                return [self._status()]
            case Subscribe():
                return [self._subscribe(effect)]
            case Unsubscribe():
                return [self._unsubscribe()]
            case NeighbourAnswer():
                return [self._neighbour(effect)]
            case Erase():
                personal.erase(self._node, self._contact)
                self.state = None
                return [self._plain(say.ERASED)]

    def _plain(self, *sentences: Any, choices: tuple[Choice, ...] = ()) -> Said:
        return Said("\n".join(in_language(one, self._language) for one in sentences), (), choices)

    def _file(self, effect: FileReport) -> Said:
        if self._filing is None:
            return self._plain(told.CANNOT_FILE)
        assert self.state is not None
        try:
            try:
                key = self._keep(effect.draft, effect.language)
            except UnreadableMessage:
                if effect.draft.picture is None:
                    raise
                # A picture that cannot be read must not keep the words back.
                key = self._keep(msgspec.structs.replace(effect.draft, picture=None),
                                 effect.language)  # fmt: skip
        except NoroshiError as error:
            log.error("a resident's report could not be kept: %s", error)
            held = msgspec.structs.replace(effect.draft, begun=self._at)
            state = self.state  # never over one that is being told, or was held before
            if state.draft is None:
                self.state = msgspec.structs.replace(state, draft=held)
            else:
                waiting = (*state.waiting, held)
                self.state = msgspec.structs.replace(state, waiting=waiting)
            return self._plain(told.NOT_KEPT)
        said = filed(self.state, effect, key, self._known, self._at)
        return self._safe(said) if effect.draft.category == "safe" else said

    def _safe(self, said: Said) -> Said:
        """Who is safe tells their groups, and is told where nobody will see it."""
        told_to = report_safe(
            self._node.people, self._contact, "safe", mode=self._mode, at=self._at
        )
        more = self._plain(told.SAFE_GROUPS if told_to else told.SAFE_NOBODY).text
        return msgspec.structs.replace(said, text=f"{said.text}\n{more}")

    def confirm(self, code: str) -> Said:
        """Subscribe to what was asked for with a code on the page, by who says it here."""
        if self._contact.channel not in _REACHABLE:
            return self._plain(say.CANNOT_SUBSCRIBE)
        try:
            found = subscribing.confirm_code(self._node.people, self._contact, code)
        except NoroshiError:
            return self._plain(say.BAD_CODE)
        telling = Telling(self._language, self._at, self._known.titles)
        for place in found.places:
            if place.area.startswith("city:") and (town := self._known.town(place.area)).area:
                telling.say(say.SUBSCRIBED, name=town_name(telling, town))
            else:
                telling.say(say.SUBSCRIBED_SPOT)
        return telling.said(choices=(menu.choice("unsubscribe"),))

    def _keep(self, draft: Draft, language: str) -> str:
        assert self._filing is not None
        said = self._filing.Observation(**observed(draft, language, self._contact.channel))
        return self._filing.file_report(self._node, self._contact, said, self._mode, self._at)

    def _status(self) -> Said:
        found = [] if self._filing is None else self._filing.of_contact(
            self._node, self._contact, self._mode
        )  # fmt: skip
        if not found:
            return self._plain(told.NO_REPORTS)
        telling = Telling(self._language, self._at, self._known.titles)
        for key, report, triage, _ in found[:_TOLD]:
            of = Ref("disaster.resident_report", key, 0, "residents")
            by = of if triage is None else Ref("disaster.triage", key, 0, "officers")
            state = "new" if triage is None else triage.state
            word = in_language(TRIAGE.get(state, TRIAGE["new"]), self._language)
            telling.say(told.STATUS_LINE, key=telling.cite(of, key), state=telling.cite(by, word))
            seen = told_time(report.seen)
            if seen is not None:
                telling.say(told.STATUS_TIME, **telling.moment(of, seen))
            answer = "" if triage is None else (
                triage.answer_en or triage.answer if self._language == "en" else triage.answer
            )  # fmt: skip
            if answer:
                telling.say(told.STATUS_ANSWER, answer=telling.text(by, answer))
        return telling.said()

    def _subscribe(self, effect: Subscribe) -> Said:
        if self._contact.channel not in _REACHABLE:
            return self._plain(say.CANNOT_SUBSCRIBE)
        where = effect.where
        wanted = subscribing.Wanted(
            places=(Place(area=where.area, name=where.name),),
            needs=frozenset(_AS_KEPT.get(one, one) for one in effect.needs) & frozenset(NEEDS),
            language=effect.language,
        )  # fmt: skip
        try:
            subscribing.subscribe(self._node.people, self._contact, wanted, self._mode)
        except NoroshiError as error:
            log.warning("a subscription was refused: %s", error)
            return self._plain(say.CANNOT_SUBSCRIBE)
        telling = Telling(self._language, self._at, self._known.titles)
        telling.say(say.SUBSCRIBED, name=town_name(telling, where))
        return telling.said(choices=(menu.choice("unsubscribe"),))

    def _unsubscribe(self) -> Said:
        ended = subscribing.unsubscribe(self._node.people, self._contact, self._mode)
        return self._plain(say.UNSUBSCRIBED if ended else say.NO_SUBSCRIPTION)

    def _neighbour(self, effect: NeighbourAnswer) -> Said:
        node, contact, at = self._node, self._contact, self._at
        key = effect.key
        if not key:
            asked = neighbours.question_for(node, contact, self._mode, at)
            key = "" if asked is None else asked.key
        if not key:
            return self._plain(say.NOT_UNDERSTOOD, say.CHOOSE, choices=menu.menu())
        try:
            neighbours.answer_neighbour(
                node, contact, key, effect.sees, self._mode, at, position=effect.position
            )
        except NotFound:
            return self._plain(say.NEIGHBOUR_OVER)
        except NoroshiError as error:
            log.error("a neighbour's answer could not be kept: %s", error)
            return self._plain(told.NOT_KEPT)
        return self._plain(say.NEIGHBOUR_THANKS)


def observed(draft: Draft, language: str, channel: str) -> dict[str, Any]:
    """The fields of `Observation` for a draft."""
    place = draft.place or Where()
    return {
        "category": draft.category, "danger": draft.danger, "depth": draft.depth,
        "persons": draft.persons, "seen": draft.seen, "place": place.spot or place.name,
        "placed": _placed(place), "position": place.position, "area": place.area or None,
        "facility": place.facility.rpartition("/")[2].partition("@")[0], "detail": draft.detail,
        "service": draft.service, "language": language, "text": draft.text,
        "picture": draft.picture, "picture_place": bool(draft.picture_place), "channel": channel,
    }  # fmt: skip


def _placed(place: Where) -> str:
    if place.position is not None:
        return "position" if place.placed == "position" else "name"
    return "name" if place.spot else "area"
