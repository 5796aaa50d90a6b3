"""Residents of a drill in conversation with the node: what they write is said to it, what they are
asked they answer, and what they were told is kept for the score."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from noroshi.core.errors import NotFound
from noroshi.core.label import OPERATOR
from noroshi.core.record import Mode, Version

if TYPE_CHECKING:
    from noroshi.channels.chat.desk import Desk
    from noroshi.channels.chat.turns import Choice, Fact, Said
    from noroshi.engine.node import Node
    from noroshi.feeds.drill.answered import Answer, Answered, Incident
    from noroshi.feeds.drill.scene import Fact as True_
    from noroshi.feeds.drill.scene import Utterance
    from noroshi.feeds.drill.statements import Statement
    from noroshi.feeds.drill.truth import Heading

CHANNEL = "drill"
#: The file beside the truth with what residents were told, an answer a line.
ANSWERS = "answers.jsonl"
#: A person answers so many questions, and then has had enough.
_PATIENCE = 5
_SHELTERS = ("disaster.shelter_merged", "disaster.shelter", "disaster.shelter_risk")
_ROADS = ("disaster.road_state", "disaster.road")
_REPORT = "disaster.resident_report"


class Talk:
    """Says what residents write to the conversation of a node in exercise mode. `checks`: each
    answer is also taken apart, and what no record says of it is counted."""

    def __init__(self, node: Node, desk: Desk, *, checks: bool = False) -> None:
        self._node, self._desk, self._checks = node, desk, checks
        self.answers: list[Answer] = []

    def hear(self, said: Utterance) -> Answer:
        """What somebody was told, once nothing more is asked of them."""
        from noroshi.channels.chat.turns import Turn
        from noroshi.feeds.drill.answered import Answer

        began = perf_counter()
        turn = Turn(text=said.text, position=said.at if said.sends_position else None, at=said.time)
        told = self._desk.hear(CHANNEL, said.person, turn)
        seconds, every = perf_counter() - began, list(told)
        for _ in range(_PATIENCE):
            answer = _reply(said, told)
            if answer is None:
                break
            told = self._desk.hear(CHANNEL, said.person, answer)
            every += told
        found = self._records(every)
        filed = next((one for kind, one in found if kind == _REPORT), None)
        # Who is asked where they are is answered again, better.
        newest = [some for one in every if (some := self._records([one]))
                  and any(kind in _SHELTERS for kind, _ in some)][-1:]  # fmt: skip
        answer_ = Answer(
            utterance=said, text="\n".join(one.text for one in every),
            shelters=_first(newest[0] if newest else []),
            closed=tuple(_codes(found, _ROADS, status="closed")),
            facts=sum(fact.kind not in ("own", "place", "line", "way") for one in every
                      for fact in one.facts),
            wrong=tuple(self._faults(said, every)) if self._checks else (),
            filed="" if filed is None else filed.key,
            category="" if filed is None else str(filed.fields().get("category", "")),
            seconds=seconds,
        )  # fmt: skip
        self.answers.append(answer_)
        return answer_

    def _records(self, every: Iterable[Said]) -> list[tuple[str, Version]]:
        """The records that were cited, in that order."""
        found = []
        for one in every:
            for fact in one.facts:
                version = self._record(fact)
                if version is not None:
                    found.append((fact.kind, version))
        return found

    def _record(self, fact: Fact) -> Version | None:
        from noroshi.channels.features import parse_thing_id

        store = self._node.store
        if fact.kind == _REPORT:
            editions = store.history(_REPORT, fact.id, OPERATOR, store.recorded(), Mode.EXERCISE)
            return editions[-1] if editions else None
        if "." not in fact.kind:
            return None
        try:
            series, key, number = parse_thing_id(fact.id)
            if number is not None:
                return store.versions([number], OPERATOR).get(number)
            return store.thing(fact.kind, series, key, OPERATOR, fact.issued, store.recorded())
        except NotFound:
            return None

    def _faults(self, said: Utterance, every: Iterable[Said]) -> Iterator[str]:
        from noroshi.channels.chat.facts import Truth, check
        from noroshi.channels.chat.ground.roads import passable

        pictures = self._desk.pictures
        moment = pictures.moment(said.time)
        truth = Truth(
            self._node.store, moment, mode=Mode.EXERCISE, reader=pictures.reader, own=[said.text],
            titles=self._titles, passable=passable(pictures, moment),
        )  # fmt: skip
        for one in every:
            # The key of one's own report is told to nobody else, so it is in no picture.
            mine = [fact for fact in one.facts if fact.kind == _REPORT]
            known = {f"no record {fact.kind} {fact.id}" for fact in mine}
            yield from (fault for fault in check(one, truth) if fault not in known)

    @property
    def _titles(self) -> dict[str, str]:
        sources = self._node.settings.sources
        return {name: one.title_ja or one.title for name, one in sources.items() if one.title}


def _reply(said: Utterance, told: Iterable[Said]) -> Any:
    """What a person answers to the last of what they were told, if anything is asked."""
    from noroshi.channels.chat.turns import Turn

    last = list(told)[-1:]
    if not last:
        return None
    (asked,) = last
    if asked.wants == "position":
        return Turn(position=said.at, at=said.time)
    chosen = _choose(said, asked.choices)
    return None if chosen is None else Turn(choice=chosen, at=said.time)


def _choose(said: Utterance, choices: Iterable[Choice]) -> str | None:
    ids = [one.id for one in choices]
    depths = [one for one in ids if one.startswith("depth:")]
    if depths and said.depth is not None:
        deep = said.depth
        return min(depths, key=lambda one: abs(float(one.partition(":")[2]) - deep))
    for wanted in ("service:power", "persons:1", "skip"):
        if wanted in ids:
            return wanted
    return None


def _first(found: Iterable[tuple[str, Version]]) -> tuple[str, ...]:
    """All codes of the shelter that was named first: each list has its own."""
    for kind, version in found:
        if kind in _SHELTERS:
            return tuple(_codes([(kind, version)], _SHELTERS))
    return ()


def _codes(
    found: Iterable[tuple[str, Version]], kinds: tuple[str, ...], **where: str
) -> Iterator[str]:
    told: dict[str, None] = {}
    for kind, version in found:
        body = version.fields()
        if kind in kinds and all(body.get(name) == value for name, value in where.items()):
            codes = body.get("codes") or [body.get("code") or version.key]
            told.update(dict.fromkeys(str(one) for one in codes))
    yield from told


@contextmanager
def listening(home: Path) -> Iterator[tuple[Node, Desk]]:
    """The node in `home` and its conversation in exercises, for as long as people speak. It takes
    reports in; all else is for a node that serves the home, or for whoever plays the drill. What is
    left half told at the end is filed."""
    from noroshi.channels.chat.desk import Desk
    from noroshi.core.time import FOREVER
    from noroshi.engine.node import Node

    node = Node(home)
    node.intake.start()
    try:
        desk = Desk(node, Mode.EXERCISE)
        yield node, desk
        while desk.settle(FOREVER - 1):
            pass
    finally:
        node.intake.stop()
        node.people.close()
        node.directory.close()
        node.store.close()


@contextmanager
def talking(home: Path | None, path: Path) -> Iterator[Callable[[Utterance], None]]:
    """What says utterances to the node in `home`, whose answers go to the file at `path`; None:
    nobody speaks."""
    if home is None:
        yield lambda said: None
        return
    with listening(home) as (node, desk), path.open("wb") as file:
        talk = Talk(node, desk, checks=True)
        yield lambda said: _keep(file, talk.hear(said))


def _keep(file: Any, answer: Answer) -> None:
    file.write(msgspec.json.encode(answer) + b"\n")


def score_talk(
    home: Path, path: Path, heading: Heading, facts: list[True_], stated: Iterable[Statement]
) -> Answered | None:
    """How the residents of a drill were answered, None where nobody spoke."""
    from noroshi.feeds.drill.answered import Answer, score_answers
    from noroshi.feeds.drill.worlds import world_of

    if not path.exists() or not heading.world:
        return None
    lines = path.read_bytes().splitlines()
    answers = [msgspec.json.decode(one, type=Answer) for one in lines if one.endswith(b"}")]
    if not answers:
        return None
    world = world_of(home, heading.seed, int(heading.world[0]) - _FIRST)
    routes = {one.code: one.route for one in world.roads}
    return score_answers(answers, list(_incidents(stated)), facts, routes)


#: The code of prefecture number 0.
_FIRST = 51


def _incidents(stated: Iterable[Statement]) -> Iterator[Incident]:
    """Incidents as they were last, known since they were first stated."""
    from noroshi.feeds.drill.answered import Incident
    from noroshi.kinds.reported_incident import INCIDENT

    editions: dict[str, list[Statement]] = defaultdict(list)
    for one in stated:
        if one.kind == INCIDENT and not one.ended:
            editions[one.key].append(one)
    for key, some in editions.items():
        last = max(some, key=lambda one: one.order)
        yield Incident(key, min(one.issued for one in some), tuple(last.body["keys"]))
