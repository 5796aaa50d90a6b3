"""The conversation as a pure state machine: whatever is said in whatever order."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.channels.chat import menu, state
from noroshi.channels.chat.effects import FileReport
from noroshi.channels.chat.engine import step
from noroshi.channels.chat.language.understood import (
    INTENTS,
    Count,
    Depth,
    Mention,
    Named,
    Understood,
)
from noroshi.channels.chat.state import Option, State, Where, Wish
from noroshi.channels.chat.taking import QUESTIONS
from noroshi.channels.chat.turns import Said, Turn
from noroshi.core.time import MINUTE

AT = 1_800_000_000_000_000
TOWN = Where("city:1720200", "七尾市", "ななおし")


class Made:
    """A picture in which every question has an answer that names it."""

    def answer(self, wish: Wish, where: Where, state: State, at: int) -> Said:
        return Said(f"{wish.intent} {where.area}")

    def place_at(self, position: tuple[float, float]) -> Where:
        return TOWN if position[0] > 0 else Where()

    def town(self, area: str) -> Where:
        return TOWN if area == TOWN.area else Where(area, "府中市")

    def option(self, kind: str, named: Named) -> Option:
        area = named.area or ""
        return Option(area or named.name, named.name, within=named.within, area=area,
                      position=named.position)  # fmt: skip

    def default(self) -> Where | None:
        return None

    def titles(self, source: str) -> tuple[str, str]:
        return source, source


FACTS = Made()
NANAO = Mention("七尾市", 0, 3, (Named("七尾市", area=TOWN.area),), "area")
FUCHU = Mention("府中市", 0, 3, (
    Named("府中市", area="city:1320600", within="東京都"),
    Named("府中市", area="city:3420800", within="広島県"),
), "area")  # fmt: skip
ROAD = Mention("国道9号", 0, 4, (), "road")

understood = st.builds(
    Understood,
    language=st.sampled_from(["ja", "en"]),
    intents=st.lists(st.sampled_from(INTENTS), max_size=3, unique=True).map(tuple),
    danger=st.booleans(),
    places=st.lists(st.sampled_from([NANAO, FUCHU, ROAD]), max_size=2).map(tuple),
    depth=st.one_of(st.none(), st.just(Depth(0.5, "ひざ", 0, 2))),
    persons=st.one_of(st.none(), st.just(Count(2, "2人", 0, 2))),
    needs=st.sampled_from([(), ("older",)]),
)
choices = st.sampled_from([
    *(one.id for one in (*menu.menu(), *menu.tellings(), *menu.DEPTHS, *menu.PERSONS)),
    "yes", "no", "skip", "cancel", "lang:en", "place:city:1320600", "way:1.a", "depth:999999",
    "persons:x", "neighbour:k:yes", "place:nowhere", ":", "service:power", "tell", "ask:nothing",
])  # fmt: skip
turns = st.one_of(
    st.tuples(st.builds(Turn, text=st.text(max_size=20), at=st.just(AT)), understood),
    st.tuples(st.builds(Turn, choice=choices, at=st.just(AT)), st.just(Understood("ja"))),
    st.tuples(st.builds(Turn, position=st.sampled_from([(136.9, 37.0), (-1.0, 0.0)]),
                        at=st.just(AT)), st.just(Understood("ja"))),
    st.tuples(st.builds(Turn, picture=st.just(b"\xff\xd8"), at=st.just(AT)),
              st.just(Understood("ja"))),
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(turns, max_size=10))
def test_whatever_is_said_119_comes_first_nothing_is_lost_and_something_is_answered(
    talk: list[tuple[Turn, Understood]],
) -> None:
    now = State()
    for number, (turn, what) in enumerate(talk):
        turn = msgspec.structs.replace(turn, at=AT + number * MINUTE)
        before = now
        now, said, effects = step(before, turn, what, FACTS)
        assert (now, said, effects) == step(before, turn, what, FACTS)
        if what.danger:
            assert said[0].urgent
            assert "119" in said[0].text
        assert said or effects
        assert all(one.text.strip() for one in said)
        assert state.read(state.write(now), turn.at) == now
        filed = [one.draft for one in effects if isinstance(one, FileReport)]
        assert all(len(one.asked) <= QUESTIONS for one in filed)
        stopped = turn.choice == "cancel" or "cancel" in what.intents
        if before.draft is not None and now.draft is None and not stopped:
            assert before.draft.category in [one.category for one in filed]


def test_府中市_is_asked_back_and_kept_once_it_is_known() -> None:
    what = Understood("ja", intents=("ask_alerts",), places=(FUCHU,))
    now, said, _ = step(State(), Turn(text="府中市の警報", at=AT), what, FACTS)
    assert [one.ja for one in said[0].choices] == ["府中市（東京都）", "府中市（広島県）"]
    answer = Understood("ja")
    now, said, _ = step(now, Turn(text="広島県です", at=AT), answer, FACTS)
    assert said[0].text.endswith("ask_alerts city:3420800")
    again = Understood("ja", intents=("ask_shelter",))
    now, said, _ = step(now, Turn(text="避難所は", at=AT), again, FACTS)
    assert [one.text for one in said] == ["ask_shelter city:3420800"]
    moved = Understood("ja", intents=("ask_shelter",), places=(NANAO,))
    now, said, _ = step(now, Turn(text="七尾市の避難所は", at=AT), moved, FACTS)
    assert said[0].text.endswith("ask_shelter city:1720200")


def test_what_lives_hang_on_is_dealt_with_first() -> None:
    what = Understood("ja", intents=("ask_food", "ask_shelter", "report_fire", "report_trapped"))
    _, said, effects = step(State(where=TOWN), Turn(text="…", at=AT), what, FACTS)
    assert said[0].urgent
    answered = [one.text.split("\n")[-1].split(" ")[0] for one in said if "ask_" in one.text]
    assert answered == ["ask_shelter", "ask_food"]
    assert effects == []


def test_a_state_of_another_version_or_none_at_all_begins_anew() -> None:
    other: Any = msgspec.structs.replace(State(language="en"), version=99)
    assert state.read(state.write(other), AT) == State()
    assert state.read(b"\xc1nonsense", AT) == State()
