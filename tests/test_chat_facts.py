"""The check of answers: it finds what no record says, and made pictures yield nothing it finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chat_world import AT, MODE, TOWN, body, crossing, made_node, publish
from noroshi.channels.advice.notices import Sought
from noroshi.channels.advice.orders import issued_in, orders_in
from noroshi.channels.advice.plain import drop_readings
from noroshi.channels.advice.towns import find_town
from noroshi.channels.chat.answers import answer
from noroshi.channels.chat.answers.asked import Asked
from noroshi.channels.chat.facts import Truth, check
from noroshi.channels.chat.ground.roads import passable
from noroshi.channels.chat.pictures import Pictures
from noroshi.channels.chat.state import Where, Wish
from noroshi.channels.chat.turns import Said
from noroshi.channels.tiling.areas import Areas
from noroshi.core.label import ANONYMOUS
from noroshi.core.time import DAY, HOUR, MINUTE, show
from noroshi.engine.node import Node

HERE = crossing(0, 0)
ASKS = ("ask_alerts", "ask_evacuate", "ask_shelter", "ask_route", "ask_road", "ask_water",
        "ask_medical", "ask_outage")  # fmt: skip


def titles(source: str) -> tuple[str, str]:
    return source, source


def ask(pictures: Pictures, intent: str, language: str = "ja") -> Said:
    where = Where(TOWN, "汐見市", "しおみし", HERE, placed="position")
    return answer(intent, Asked(pictures, Wish(intent), where, AT, language, (), titles))


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    made = made_node(tmp_path_factory.mktemp("facts") / "home")
    yield made
    made.people.close()
    made.store.close()


@pytest.fixture(scope="module")
def pictures(node: Node) -> Pictures:
    return Pictures(node, MODE)


@pytest.fixture(scope="module")
def truth(node: Node, pictures: Pictures) -> Truth:
    return Truth(node.store, AT, mode=MODE, passable=passable(pictures, AT))


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("intent", ASKS)
def test_an_answer_is_sound_and_a_changed_one_is_not(
    pictures: Pictures, truth: Truth, intent: str, language: str
) -> None:
    said = ask(pictures, intent, language)
    assert check(said, truth) == []
    digits = [place for place, one in enumerate(said.text) if one.isdecimal()]
    caught = 0
    for place in digits:
        other = str((int(said.text[place]) + 3) % 10)
        lie = msgspec.structs.replace(said, text=said.text[:place] + other + said.text[place + 1 :])
        caught += bool(check(lie, truth))
    assert caught == len(digits)


def test_what_authorities_issued_is_told_in_their_words_where_it_is_for(
    pictures: Pictures,
) -> None:
    easy, english = ask(pictures, "ask_alerts"), ask(pictures, "ask_alerts", "en")
    assert "{警戒|けいかい}レベル4 {川|かわ}から にげてください。" in easy.text
    assert "Level 4: leave the river" in english.text
    assert "よその" not in easy.text
    assert easy.urgent


def test_orders_and_alerts_of_a_town_are_those_that_are_for_it(node: Node) -> None:
    areas = Areas(list(node.store.places()))
    moment = node.store.recorded()

    def sought(code: str) -> Sought:
        return Sought(node.store, ANONYMOUS, find_town(areas, code), AT, moment, MODE)

    [order] = orders_in(sought("51901"))
    assert (order.kind, order.level, order.districts) == ("避難指示", 4, ("川辺", "港町"))
    assert [one.text.headline for one in issued_in(sought("51901"), "en")] == [
        "Level 4: leave the river"
    ]
    assert orders_in(sought("51902")) == []
    assert [one.level for one in issued_in(sought("51902"), "en")] == [5]
    # A town of the same name elsewhere is another town.
    assert orders_in(sought("52901")) == []
    assert issued_in(sought("52901"), "easy") == []


def test_a_fact_that_its_record_does_not_say_is_found(pictures: Pictures, truth: Truth) -> None:
    said = ask(pictures, "ask_shelter")
    first = next(one for one in said.facts if one.kind == "disaster.shelter_merged")
    for changed in (
        msgspec.structs.replace(first, values=(*first.values, "東小学校")),
        msgspec.structs.replace(first, values=(*first.values, "21人")),
        msgspec.structs.replace(first, issued=first.issued + HOUR),
        msgspec.structs.replace(first, source="somebody"),
        msgspec.structs.replace(first, id="1.none@999999"),
    ):
        lie = msgspec.structs.replace(said, facts=(changed,))
        assert check(lie, truth)
    assert check(Said("北小学校は 安全です。", said.facts), truth)
    assert check(Said("- 北小学校: closed", said.facts), truth)


def test_a_wrong_turn_or_direction_is_found(pictures: Pictures, truth: Truth) -> None:
    said = ask(pictures, "ask_route")
    words = ("東へ", "北へ", "右へ", "左へ")
    told = [one for one in words if one in drop_readings(said.text)]
    assert told
    for word in told:
        for other in words:
            if other == word or (word in words[:2]) != (other in words[:2]):
                continue
            lie = Said(
                drop_readings(said.text).replace(word, other),
                tuple(
                    msgspec.structs.replace(one, values=tuple(
                        value.replace(word[:-1], other[:-1]) for value in one.values
                    )) if one.kind == "way" else one
                    for one in said.facts
                ),
            )  # fmt: skip
            assert check(lie, truth), (word, other)


text_ = st.text("北南町小学校アぱA1２0 {}|<>&・：\n", min_size=1, max_size=9).filter(
    lambda one: one.strip() != ""
)


@st.composite
def shelters(draw: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = draw(st.lists(st.fixed_dictionaries({
        "name": text_, "kana": st.one_of(st.just(""), text_),
        "address": st.one_of(st.just(""), text_),
        "status": st.sampled_from(["open", "closed", "not_open", "unknown"]),
        "capacity": st.one_of(st.none(), st.integers(0, 5000)),
        "headcount": st.one_of(st.none(), st.integers(0, 5000)),
        "crowding": st.sampled_from(["", "free", "congested", "full"]),
        "reported": st.one_of(st.none(), st.integers(0, 40 * DAY)),
        "roles": st.sampled_from([[], ["welfare"]]),
        "hazards": st.sampled_from([[], ["洪水"], ["地震"]]),
        "place": st.tuples(st.floats(143.99, 144.03), st.floats(26.99, 27.03)),
    }), min_size=1, max_size=6))  # fmt: skip
    return made


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(shelters(), st.sampled_from(["ja", "en"]), st.lists(st.integers(0, 39), max_size=12))
def test_whatever_the_picture_holds_nothing_is_said_that_it_does_not(
    node: Node, made: list[dict[str, Any]], language: str, closed: list[int]
) -> None:
    records = []
    for number, one in enumerate(made):
        place = one.pop("place")
        reported = one.pop("reported")
        record = body("disaster.shelter_merged", **one,
                      reported=None if reported is None else show(AT - reported))  # fmt: skip
        records.append((f"H{number}", record, shapely.Point(place), TOWN))
    publish(node, "disaster.shelter_merged", records, series="hypothesis", source="h",
            issued=AT - 5 * MINUTE)  # fmt: skip
    codes = [f"L{n % 4}{n // 4 % 5}{'hv'[n // 20]}" for n in closed]
    publish(node, "disaster.road_state", [
        (code, body("disaster.road_state", status="closed", code=code), None, None)
        for code in dict.fromkeys(codes)
    ], series="hypothesis roads", source="h", issued=AT - 5 * MINUTE)  # fmt: skip
    pictures = Pictures(node, MODE)
    truth = Truth(node.store, AT, mode=MODE, passable=passable(pictures, AT))
    try:
        for intent in ("ask_shelter", "ask_route"):
            said = ask(pictures, intent, language)
            assert check(said, truth) == []
            assert "\n\n" not in said.text
    finally:
        for kind, series in (("disaster.shelter_merged", "hypothesis"),
                             ("disaster.road_state", "hypothesis roads")):  # fmt: skip
            publish(node, kind, [], series=series, source="h", issued=AT - 5 * MINUTE)
