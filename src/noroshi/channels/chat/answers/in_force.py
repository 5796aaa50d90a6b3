"""What is in force here, and what to do: orders of the mayor, warnings, advice by level."""

from __future__ import annotations

from noroshi.channels.advice.actions import LEVELS, SUBJECTS
from noroshi.channels.advice.notices import Notice, Sought
from noroshi.channels.advice.orders import Issued, issued_in
from noroshi.channels.advice.plain import say_warning
from noroshi.channels.advice.reports import evacuation_reports
from noroshi.channels.chat.answers.asked import OLD_NOTICE, Asked, map_link
from noroshi.channels.chat.ground.orders import InForce, Order
from noroshi.channels.chat.phrases import picture as say
from noroshi.channels.chat.tell import Ref, Telling
from noroshi.channels.chat.turns import Choice, Said
from noroshi.kinds.issued_alert import ISSUED

#: So much is told at once; the page has the rest.
_ORDERS, _DISTRICTS, _NOTICES, _STEPS = 3, 8, 5, 3
#: Who is to leave at level 3 already (避難情報に関するガイドライン, 2021: 高齢者等).
_SLOW = frozenset({
    "older", "wheelchair", "infant", "pregnant", "sight", "hearing", "medical", "care",
})  # fmt: skip

TO_SHELTER = Choice("ask:ask_shelter", "避難所を聞く", "Shelters")
TO_ALERTS = Choice("ask:ask_alerts", "警報を聞く", "Warnings")


def answer(asked: Asked) -> Said:
    """Orders and warnings, then what to do."""
    return _answer(asked, evacuate=False)


def answer_evacuate(asked: Asked) -> Said:
    """Whether to leave: orders first, what to do, and that nobody has to wait for an order."""
    return _answer(asked, evacuate=True)


def _answer(asked: Asked, *, evacuate: bool) -> Said:
    telling, found = asked.telling(), asked.in_force
    if evacuate:
        _advise(telling, asked, found)
    issued = _issued(asked)
    _alerts(telling, issued)
    _orders(telling, asked, found)
    if found.notices:
        telling.say(say.WARNINGS)
        for notice in found.notices[:_NOTICES]:
            _notice(telling, notice)
        newest = max(found.notices[:_NOTICES], key=lambda one: one.issued)
        telling.source(of_notice(newest), name=newest.office, old=OLD_NOTICE)
    elif not found.orders and not issued:
        telling.say(say.NONE_IN_FORCE)
    grave = max([found.level, *(one.level or 0 for one in issued)])
    if not grave:
        telling.say(say.NOT_SAFE)
    if not evacuate:
        _advise(telling, asked, found)
    telling.say(say.FEEL_DANGER)
    return telling.said(
        choices=(TO_SHELTER,), urgent=grave >= 4, link=map_link(asked, asked.position)
    )


def _issued(asked: Asked) -> list[Issued]:
    """Alerts that authorities issued to the people here."""
    town = asked.town
    if town is None:
        return []
    language = "en" if asked.language == "en" else "easy"
    return asked.pictures.kept(
        ("issued", town.area, language), (ISSUED,), asked.at,
        lambda look: issued_in(
            Sought(look.store, look.reader, town, look.at, look.as_of, look.mode), language
        ),
    )  # fmt: skip


def _alerts(telling: Telling, issued: list[Issued]) -> None:
    """What they say, in their words and order: headline, action, place, time, reason."""
    if not issued:
        return
    telling.say(say.ISSUED)
    for one in issued[:_ORDERS]:
        of = Ref(*one.record, one.issued, one.source)
        said = one.text
        for words in (said.headline, said.action, said.place, said.time, said.reason):
            if words:
                telling.say(say.ISSUED_LINE, text=telling.cite(of, " ".join(words.split())))
        telling.source(of, name=one.issuer, old=OLD_NOTICE)


def of_notice(notice: Notice) -> Ref:
    """The record of a notice."""
    return Ref(*notice.record, notice.issued, notice.source)


def _orders(telling: Telling, asked: Asked, found: InForce) -> None:
    if not found.orders:
        if reports := _reported(asked):
            for of, text in reports:
                telling.say(say.REPORTED, text=telling.text(of, text))
                telling.source(of, old=OLD_NOTICE)
        elif found.notices:
            telling.say(say.NO_ORDER)
        return
    telling.say(say.ORDERS)
    alike: dict[tuple[str, int, str], list[Order]] = {}
    for one in found.orders:
        alike.setdefault((one.said.kind, one.level, one.said.hazard), []).append(one)
    for (_, level, hazard), group in list(alike.items())[:_ORDERS]:
        first = group[0]
        name = telling.printed(first.ref, first.said.kind)
        if telling.language == "en":
            name = telling.cite(first.ref, ENGLISH.get(first.said.kind, first.said.kind))
        if hazard:
            telling.say(say.ORDER, name=name, hazard=_hazard(telling, first))
        else:
            telling.say(say.ORDER_PLAIN, name=name)
        telling.say(say.ORDER_LEVEL, level=_level(telling, first.ref, level))
        _districts(telling, group)
        newest = max(group, key=lambda one: one.ref.issued)
        telling.source(newest.ref, name=newest.said.municipality, old=OLD_NOTICE)


ENGLISH = {
    "緊急安全確保": "Emergency: save your life", "避難指示": "Evacuation order",
    "高齢者等避難": "Evacuation of older people and those who need time",
}  # fmt: skip


def _hazard(telling: Telling, order: Order) -> str:
    return telling.printed(order.ref, order.said.hazard)


def _level(telling: Telling, of: Ref, level: int) -> str:
    return telling.cite(of, f"level {level}" if telling.language == "en" else f"レベル{level}")


def _districts(telling: Telling, group: list[Order]) -> None:
    if any(not one.said.districts for one in group):
        telling.say(say.ORDER_ALL)
        return
    named = [(one.ref, name) for one in group for name in one.said.districts]
    words = [telling.text(of, name) for of, name in named[:_DISTRICTS]]
    telling.say(
        say.ORDER_PLACES, districts=("、" if telling.language == "ja" else ", ").join(words)
    )
    if len(named) > _DISTRICTS:
        telling.say(say.ORDER_MORE)


def _notice(telling: Telling, notice: Notice) -> None:
    of = of_notice(notice)
    if telling.language == "en":
        name = telling.cite(of, say_warning(notice.name, notice.hazard, notice.category))
    else:
        name = telling.printed(of, notice.name)
    if notice.where:
        telling.say(say.NOTICE_WHERE, name=name, where=telling.text(of, notice.where))
    else:
        telling.say(say.NOTICE, name=name)


def _advise(telling: Telling, asked: Asked, found: InForce) -> None:
    level = found.level
    subjects = [one for one in found.subjects if one in SUBJECTS]
    subjects += [one.subject for one in found.notices if one.subject in SUBJECTS]
    if level in LEVELS:
        advice = LEVELS[level]
        telling.say(advice.word)
        for step in advice.steps[:_STEPS]:
            telling.say(step)
        if level == 3 and _SLOW & set(asked.needs):
            telling.say(say.SEEN_FIRST)
    for subject in list(dict.fromkeys(subjects))[: 1 if level else 2]:
        for step in SUBJECTS[subject].steps:
            telling.say(step)


def _reported(asked: Asked) -> list[tuple[Ref, str]]:
    """Reports that name an order, where no order is there as such."""
    town = asked.town
    if town is None:
        return []
    found = asked.pictures.kept(
        ("evacuation reports", town.area), ("disaster.report",), asked.at,
        lambda look: evacuation_reports(
            Sought(look.store, look.reader, town, look.at, look.as_of, look.mode), 2
        ),
    )  # fmt: skip
    return [(Ref(*one.record, one.issued, one.source), one.text) for one in found]
