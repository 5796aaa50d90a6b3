"""Places in a conversation: which one is meant, asked back where several bear the name, kept until
another is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from noroshi.channels.chat import menu
from noroshi.channels.chat.answers.asked import place_ref
from noroshi.channels.chat.language.understood import Mention
from noroshi.channels.chat.phrases import talk as say
from noroshi.channels.chat.state import Option, Question, Where, Wish
from noroshi.channels.chat.tell import Ref, Telling
from noroshi.channels.chat.turns import Choice, Said

if TYPE_CHECKING:
    from noroshi.channels.chat.engine import _Talk

#: So many places are offered at once.
_OFFERED = 10


def ask(talk: _Talk, then: tuple[Wish, ...]) -> None:
    """Ask where, to go on with `then`."""
    talk.keep(question=Question("place", talk.turn.at, (), then))
    talk.tell(say.WHERE, wants="position", choices=(menu.CANCEL,))


def settle(talk: _Talk, then: tuple[Wish, ...]) -> bool:
    """Take over the place that the text names. False where it was asked back which one is meant;
    then `then` waits for the answer."""
    goal = any(one.intent == "ask_route" for one in then)
    for mention in talk.understood.places:
        if mention.kind == "road" or (goal and mention.kind != "area"):
            continue
        options = _options(talk, mention)
        if len(options) > 1:
            which(talk, "place", mention.text, options, then)
            return False
        if options:
            take(talk, options[0])
    for mention in talk.understood.places if goal else ():
        if mention.kind in ("facility", "station", "district") and len(mention.candidates) > 1:
            which(talk, "goal", mention.text, _options(talk, mention), then)
            return False
    return True


def _options(talk: _Talk, mention: Mention) -> list[Option]:
    found = []
    for one in mention.candidates:
        if (one.area or "").startswith("pref:"):
            continue  # a prefecture is no place to answer about
        found.append(talk.facts.option(mention.kind, one))
    here = talk.state.where
    # Who is known to be in one of several towns of a name means that one.
    same = [one for one in found if here is not None and one.area and one.area == here.area]
    return same if len(same) == 1 else found


def which(
    talk: _Talk, about: str, name: str, options: list[Option], then: tuple[Wish, ...]
) -> None:
    options = options[:_OFFERED]
    talk.keep(question=Question(about, talk.turn.at, tuple(options), then))
    telling = talk.telling()
    telling.say(say.WHICH, name=telling.text(Ref("own", "", 0, ""), name))
    for one in options:
        of = _of(one)
        telling.say(say.ONE_OF, name=telling.name(of, one.name, one.kana),
                    within=telling.text(of, one.within or "－"))  # fmt: skip
    choices = tuple(
        Choice(f"place:{one.id}", f"{one.name}（{one.within}）", f"{one.name} ({one.within})")
        for one in options
    )
    talk.said.append(telling.said(choices=choices))


def _of(one: Option) -> Ref:
    if one.facility:
        kind, _, id = one.facility.partition("/")
        return Ref(kind, id, 0, "")
    return place_ref(one.area)


def take(talk: _Talk, one: Option) -> None:
    """This is the place from now on. The device's position is kept if it lies in it."""
    before = talk.state.where
    town = talk.facts.town(one.area)
    if one.facility or one.position is not None:
        where = msgspec.structs.replace(
            town, position=one.position, spot=one.name, facility=one.facility
        )
    elif before is not None and before.area == one.area and before.position is not None:
        where = before
    else:
        where = msgspec.structs.replace(town, name=one.name, kana=one.kana)
    talk.keep(where=msgspec.structs.replace(
        where, placed=where.placed or "name", at=talk.turn.at
    ))  # fmt: skip


def confirm(talk: _Talk) -> None:
    """Say which place is kept."""
    where = talk.state.where
    if where is None or not where.area:
        return
    telling = talk.telling()
    telling.say(say.PLACE_KEPT, name=town_name(telling, where))
    talk.keep(told=where.area)
    talk.said.append(telling.said(choices=menu.menu()))


def headed(talk: _Talk, said: Said, where: Where) -> Said:
    """An answer with the place that it is about, where that was not said yet."""
    if not where.area or talk.state.told == where.area:
        return said
    telling = talk.telling()
    default = talk.state.where is None
    telling.say(say.ABOUT_DEFAULT if default else say.ABOUT_PLACE, name=town_name(telling, where))
    talk.keep(told=where.area)
    return msgspec.structs.replace(
        said, text=f"{telling.said().text}\n{said.text}", facts=(*telling.facts, *said.facts)
    )


def town_name(telling: Telling, where: Where) -> str:
    """The municipality's name, cited."""
    return telling.name(place_ref(where.area), where.name, where.kana)


def answered(talk: _Talk) -> bool:
    """Take the text as the answer to "where?"; True if it was."""
    question = talk.state.question
    if question is None or question.about not in ("place", "goal"):
        return False
    if talk.state.draft is not None and not question.then:
        return False  # it is asked for the report
    places = [one for one in talk.understood.places if one.kind != "road"]
    if talk.turn.position is not None and question.about == "place":
        talk.keep(question=None)
        talk.resume(question.then)
        return not talk.turn.text
    named = _offered(talk, question) if talk.turn.text else None
    if named is not None:
        _go_on(talk, question, named)
        return True
    if not places or any(one.startswith(("ask_", "report_")) for one in talk.understood.intents):
        return False
    talk.keep(question=None)
    if settle(talk, question.then):
        if talk.state.where is None:
            talk.tell(say.UNKNOWN_PLACE)
            ask(talk, question.then)
        elif question.then:
            talk.resume(question.then)
        else:
            confirm(talk)
    return True


def _offered(talk: _Talk, question: Question) -> Option | None:
    """The one of the places offered that the text tells from the others."""
    text = talk.turn.text
    found = [one for one in question.options if one.within and one.within in text]
    return found[0] if len(found) == 1 else None


def chosen(talk: _Talk, verb: str, of: str) -> bool:
    """A place was chosen from those that were offered."""
    question = talk.state.question
    if verb != "place" or question is None or question.about not in ("place", "goal"):
        return False
    one = next((each for each in question.options if each.id == of), None)
    if one is None:
        return False
    _go_on(talk, question, one)
    return True


def _go_on(talk: _Talk, question: Question, one: Option) -> None:
    talk.keep(question=None)
    if question.about == "goal":
        talk.resume(tuple(
            msgspec.structs.replace(wish, goal=one) if wish.intent == "ask_route" else wish
            for wish in question.then
        ))  # fmt: skip
        return
    take(talk, one)
    if question.then:
        talk.resume(question.then)
    else:
        confirm(talk)
