"""One step of a conversation: a pure function of what is kept of it, what was said and what is
known. The same on every channel; nothing here reads a clock, a file or the network.

In this order, always: 119 where a life may be in danger; what the person chose; the answer to what
they were asked; what they report, gravest first; what they ask.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import msgspec

from noroshi.channels.chat import menu, placing, taking
from noroshi.channels.chat.effects import (
    AskStatus,
    Effect,
    Erase,
    FileReport,
    NeighbourAnswer,
    Subscribe,
    Unsubscribe,
)
from noroshi.channels.chat.language.understood import Named, Understood
from noroshi.channels.chat.phrases import in_language
from noroshi.channels.chat.phrases import report as told
from noroshi.channels.chat.phrases import talk as say
from noroshi.channels.chat.state import SHOWN, Option, Question, State, Where, Wish
from noroshi.channels.chat.tell import Ref, Telling
from noroshi.channels.chat.turns import Choice, Said, Turn

#: What is dealt with first, of several things in one message: what lives hang on.
ORDER = (
    "report_trapped", "report_injury", "report_fire", "report_flood", "report_landslide",
    "ask_evacuate", "ask_alerts", "ask_route", "ask_shelter", "ask_medical", "report_road",
    "report_outage", "report_water", "report_shelter", "report_supply", "report_other",
    "report_rumour", "report_safe", "ask_road", "ask_water", "ask_food", "ask_toilet",
    "ask_outage", "ask_charging", "ask_train", "ask_safety", "ask_prepare", "ask_report_status",
    "ask_source",
)  # fmt: skip
#: Reports before which 119 is named whatever else is known.
_GRAVE = frozenset({"trapped", "injury", "fire"})
#: From this depth [m] people cannot walk (0.5: knee; 国土交通省, 浸水深と避難行動).
_DEEP = 0.5
_PLACELESS = frozenset({"ask_train", "ask_prepare", "ask_safety", "ask_source"})
#: A question about something is often taken for a report of it too, and the other way round; no
#: life hangs on these, and only the likelier of the two is taken.
_EITHER = (
    ({"ask_shelter", "ask_route"}, {"report_shelter"}), ({"ask_outage"}, {"report_outage"}),
    ({"ask_road", "ask_route"}, {"report_road"}), ({"ask_safety"}, {"report_safe"}),
    ({"ask_water"}, {"report_water", "report_supply"}),
    ({"ask_food", "ask_charging", "ask_toilet"}, {"report_supply", "report_shelter"}),
)  # fmt: skip
_CRIME = re.compile(r"事件|泥棒|どろぼう|窃盗|強盗|盗まれ|暴力|殴|刺され|痴漢|不審者|"
                    r"\b(?:robber|stolen|thief|assault|stabbed|attacked)")  # fmt: skip
_SEA = re.compile(r"海に(?:落|おち|流|なが)|沖に|沖で|(?:船|ボート)が?(?:転覆|沈|流)|"
                  r"海で(?:溺|おぼ)|\b(?:at sea|capsized|fell into the sea)\b")  # fmt: skip
_ANYTHING = re.compile(r"\w")


class Facts(Protocol):
    """What a step may look at: the picture of the present."""

    def answer(self, wish: Wish, where: Where, state: State, at: int) -> Said:
        """The answer to a question (`ask_…`)."""
        ...

    def place_at(self, position: tuple[float, float]) -> Where:
        """The municipality at a position; its `area` is empty where none is known."""
        ...

    def town(self, area: str) -> Where:
        """The municipality of an area, with its names."""
        ...

    def option(self, kind: str, named: Named) -> Option:
        """A named place, with the municipality that it is in."""
        ...

    def default(self) -> Where | None:
        """Where somebody is who says no place, by the settings."""
        ...

    def titles(self, source: str) -> tuple[str, str]:
        """A source's name, in Japanese and English."""
        ...


Stepped = tuple[State, list[Said], list[Effect]]


def step(state: State, turn: Turn, understood: Understood, facts: Facts) -> Stepped:
    """What is said after `turn`, what is kept, and what is to be done. `understood` is of its
    text (empty where there is none)."""
    talk = _Talk(state, turn, understood, facts)
    talk.hear()
    taking.proceed(talk)
    if not talk.said and not talk.effects:
        talk.stay()
    talk.state = msgspec.structs.replace(talk.state, last=turn.at)
    shown = tuple(fact for said in talk.said for fact in said.facts)
    asked_source = "ask_source" in understood.intents or turn.choice == "ask:ask_source"
    if shown and not asked_source:
        talk.state = msgspec.structs.replace(talk.state, shown=shown[:SHOWN])
    return talk.state, talk.said, talk.effects


class _Talk:
    """One step while it is taken."""

    def __init__(self, state: State, turn: Turn, understood: Understood, facts: Facts) -> None:
        self.state, self.turn, self.understood, self.facts = state, turn, understood, facts
        self.said: list[Said] = []
        self.effects: list[Effect] = []

    # --- what is said -------------------------------------------------------------------------

    @property
    def language(self) -> str:
        return self.state.language

    def telling(self) -> Telling:
        return Telling(self.language, self.turn.at, self.facts.titles)

    def tell(self, *sentences: object, choices: tuple[Choice, ...] = (), wants: str = "",
             urgent: bool = False) -> None:  # fmt: skip
        text = "\n".join(in_language(one, self.language) for one in sentences)  # type: ignore[arg-type]
        self.said.append(Said(text, (), choices, wants, "", urgent))

    def keep(self, **changes: object) -> None:
        self.state = msgspec.structs.replace(self.state, **changes)

    # --- the step -----------------------------------------------------------------------------

    def hear(self) -> None:
        self._speak()
        intents = sorted(_likelier(self.understood.intents), key=_gravity)
        needs = dict.fromkeys([*self.state.needs, *self.understood.needs])
        self.keep(needs=tuple(needs))
        self._danger(intents)
        if self.turn.position is not None:
            self._stand(self.turn.position)
        if self.turn.choice and self._chosen(self.turn.choice):
            return
        if self.turn.picture is not None and not intents and self._pictured():
            return
        if "cancel" in intents:
            self._cancel()
            return
        if placing.answered(self) or taking.answered(self, intents):
            return
        if "erase" in _about(self.state.question) and ("yes" in intents or "no" in intents):
            self._erase("yes" in intents)
            return
        self._intents(intents)

    def _speak(self) -> None:
        """Answer in the language that is written, until one is chosen."""
        text = self.turn.text
        if text and not self.state.chosen and _ANYTHING.search(text):
            self.keep(language=self.understood.language)

    def _danger(self, intents: list[str]) -> None:
        """119 first, before any question."""
        categories = [one.partition("_")[2] for one in intents if one.startswith("report_")]
        depth = self.understood.depth
        deep = "flood" in categories and depth is not None and depth.metres >= _DEEP
        if not (self.understood.danger or deep or _GRAVE & set(categories)):
            return
        lines = [say.CALL_FIRST, say.NO_CALL]
        if _CRIME.search(self.turn.text):
            lines.append(say.CALL_POLICE)
        if _SEA.search(self.turn.text):
            lines.append(say.CALL_COAST)
        by = {"flood": say.KEEP_HIGH, "fire": say.AWAY_FROM_FIRE, "trapped": say.MAKE_NOISE,
              "landslide": say.AWAY_FROM_SLOPE, "injury": say.HELP_HURT}  # fmt: skip
        lines += [by[one] for one in categories if one in by]
        self.tell(*lines, urgent=True)

    def _stand(self, position: tuple[float, float]) -> None:
        """The device says where it is."""
        where = self.facts.place_at(position)
        self.keep(where=msgspec.structs.replace(
            where, position=position, placed="position", at=self.turn.at
        ))  # fmt: skip
        alone = not (self.turn.text or self.turn.choice or self.turn.picture)
        waits = self.state.question is not None or self.state.draft is not None
        if not where.area:
            self.tell(say.OUTSIDE)
        elif alone and not waits:
            placing.confirm(self)

    # --- quick replies ------------------------------------------------------------------------

    def _chosen(self, id: str) -> bool:
        """Do what a quick reply says; True if that is all of this step."""
        verb, _, of = id.partition(":")
        if verb == "ask" and of in menu.LABELS:
            self._intents([of])
        elif verb == "lang" and of in ("ja", "en"):
            self.keep(language=of, chosen=True)
            self.tell(say.LANGUAGE_SET, choices=menu.menu())
        elif verb == "tell":
            self.tell(say.CHOOSE, choices=menu.tellings())
        elif verb == "way":
            self._ask(Wish("ask_route", of))
        elif verb == "cancel":
            self._cancel()
        elif verb == "neighbour":
            key, _, sees = of.rpartition(":")
            self._sees(key, sees == "yes")
        elif id in ("yes", "no") and self.state.question is None:
            self._sees("", id == "yes")
        elif id in ("yes", "no") and _about(self.state.question) == "erase":
            self._erase(id == "yes")
        elif not (placing.chosen(self, verb, of) or taking.chosen(self, verb, of)):
            self.tell(say.NOT_UNDERSTOOD, say.CHOOSE, choices=menu.menu())
        return True

    def _cancel(self) -> None:
        had = self.state.question or self.state.draft
        self.keep(question=None, draft=None, waiting=(), picture=None)
        self.tell(say.CANCELLED if had else say.NOTHING_TO_CANCEL, choices=menu.menu())

    def _erase(self, sure: bool) -> None:
        self.keep(question=None)
        if sure:
            self.effects.append(Erase())
        else:
            self.tell(say.CANCELLED)

    # --- intents ------------------------------------------------------------------------------

    def _pictured(self) -> bool:
        """A picture without words: of the report that is taken, else what does it show?"""
        if self.state.draft is not None:
            return False
        self.keep(picture=self.turn.picture, question=Question("what", self.turn.at))
        self.tell(told.ASK_WHAT, choices=menu.tellings())
        return True

    def _intents(self, intents: list[str]) -> None:
        if not intents:
            self._unclear()
            return
        reports = [one for one in intents if one.startswith("report_")]
        if reports:
            taking.begin(self, [one.partition("_")[2] for one in reports])
        asks = [one for one in intents if one.startswith("ask_")]
        if "ask_route" in asks:  # the way to a shelter names it
            asks = [one for one in asks if one != "ask_shelter"]
        wishes = [self._wish(one) for one in asks if one != "ask_report_status"]
        if wishes and not placing.settle(self, tuple(wishes)):
            return
        for wish in wishes:
            self._ask(wish)
        if "ask_report_status" in asks:
            self.effects.append(AskStatus())
        if not reports and not asks:
            self._talk(intents[0])
        elif asks and not reports:
            taking.remind(self)

    def _wish(self, intent: str) -> Wish:
        """The question with what it is of: a road, or where a way is to lead."""
        for one in self.understood.places:
            if intent == "ask_road" and one.kind == "road":
                name = one.candidates[0].name if len(one.candidates) == 1 else one.text
                return Wish(intent, name)
            goal = one.kind in ("facility", "station", "district") and len(one.candidates) == 1
            if intent == "ask_route" and goal:
                return Wish(intent, "", self.facts.option(one.kind, one.candidates[0]))
        return Wish(intent)

    def _ask(self, wish: Wish) -> None:
        """Answer a question, or ask back where."""
        where = self.state.where or self.facts.default() or Where()
        if not where.area and where.position is None and wish.intent not in _PLACELESS:
            placing.ask(self, (wish,))
            return
        said = self.facts.answer(wish, where, self.state, self.turn.at)
        if wish.intent not in _PLACELESS:
            said = placing.headed(self, said, where)
        if said.wants and wish.intent == "ask_route":
            self.keep(question=Question("place", self.turn.at, (), (wish,)))
        self.said.append(said)

    def _talk(self, intent: str) -> None:
        if intent in ("greet", "help"):
            self.keep(greeted=True)
            self.tell(say.GREETING, say.CAN_ASK, say.CAN_TELL, say.ONLY_RECORDS,
                      choices=menu.menu())  # fmt: skip
        elif intent == "thanks":
            self.tell(say.THANKS)
        elif intent == "hostile":
            self.tell(say.HOSTILE, choices=menu.menu())
        elif intent == "out_of_scope":
            self.tell(say.OUT_OF_SCOPE, say.CAN_ASK, choices=menu.menu())
        elif intent == "officer":
            self.tell(say.NO_OFFICER, say.OFFICER)
        elif intent == "language":
            self.tell(say.CHOOSE, choices=menu.LANGUAGES)
        elif intent == "erase_me":
            self.keep(question=Question("erase", self.turn.at))
            self.tell(say.ERASE_SURE, choices=(menu.YES, menu.NO))
        elif intent == "unsubscribe":
            self.effects.append(Unsubscribe())
        elif intent == "subscribe":
            self._subscribe()
        elif intent in ("yes", "no"):
            self._sees("", intent == "yes")
        else:
            self._unclear()

    def _sees(self, key: str, sees: bool) -> None:
        """What a neighbour was asked is answered, from where their device said that they are."""
        where = self.state.where
        here = where is not None and taking.stands(where, self.turn.at)
        position = where.position if here and where is not None else None
        self.effects.append(NeighbourAnswer(key, sees, position))

    def _subscribe(self) -> None:
        if not placing.settle(self, (Wish("subscribe"),)):
            return
        where = self.state.where
        if where is None or not where.area:
            placing.ask(self, (Wish("subscribe"),))
        else:
            self.effects.append(Subscribe(where, self.state.needs, self.language))

    def resume(self, wishes: tuple[Wish, ...]) -> None:
        """Go on with what was wanted before the place was known."""
        for wish in wishes:
            if wish.intent == "subscribe":
                self._subscribe()
            else:
                self._ask(wish)

    def stay(self) -> None:
        """Nothing was to be said to a turn: the place is confirmed, or what is open is told."""
        if _about(self.state.question) == "what":
            self.tell(told.ASK_WHAT, choices=menu.tellings())
        elif self.turn.position is not None and self.state.where is not None:
            placing.confirm(self)
        if not self.said:
            self.tell(say.NOT_UNDERSTOOD, say.CHOOSE, choices=menu.menu())

    def _unclear(self) -> None:
        """Nothing was understood: a place alone is kept, else it says so and offers choices."""
        if self.understood.danger:
            taking.begin(self, ["other"])
            return
        if self.understood.places and placing.settle(self, ()):
            if self.state.where is not None:
                placing.confirm(self)
            return
        if self.said or (self.turn.position is not None and not self.turn.text):
            return
        guesses = [one.intent for one in self.understood.guesses[:3] if one.confidence >= 0.1]
        self.tell(say.NOT_UNDERSTOOD, say.CHOOSE, choices=menu.menu(guesses))


def _gravity(intent: str) -> int:
    return ORDER.index(intent) if intent in ORDER else len(ORDER)


def _likelier(intents: Sequence[str]) -> list[str]:
    """What was understood, best first, without what is more likely the other of a pair."""
    kept: list[str] = []
    for one in intents:
        rivals = [other for pair in _EITHER for other in (pair, pair[::-1]) if one in other[1]]
        if not any(set(kept) & better for better, _ in rivals):
            kept.append(one)
    return kept


def _about(question: Question | None) -> str:
    return "" if question is None else question.about


def filed(state: State, effect: FileReport, key: str, facts: Facts, at: int) -> Said:
    """What a reporter is told once their report is kept under `key`."""
    telling = Telling(state.language, at, facts.titles)
    telling.say(told.FILED, key=telling.cite(Ref("disaster.resident_report", key, at, "chat"), key))
    telling.say(told.FILED_NEXT)
    if effect.draft.category == "rumour":
        telling.say(told.NOT_CONFIRMED)
    if effect.draft.danger or effect.draft.category in _GRAVE:
        telling.say(told.NO_RESCUE)
    if effect.draft.category == "safe":
        telling.say(told.SAFE_ELSEWHERE)
    return telling.said(choices=(menu.choice("ask_report_status"), menu.choice("ask_shelter")))
