"""A fictional prefecture in a node: taken in once, as an exercise, and its settings with it."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import prefecture
from data import cases
from noroshi.core.errors import NoroshiError
from noroshi.core.label import OPERATOR, PUBLIC, RESPONDERS
from noroshi.core.record import Mode
from noroshi.engine.settings import load_settings
from noroshi.feeds.drill.clock import Clock
from noroshi.feeds.drill.faults import Faults, inject
from noroshi.feeds.drill.install import install, write_toml
from noroshi.feeds.drill.play import play
from noroshi.feeds.drill.scenarios import SCENARIOS, get
from noroshi.feeds.drill.scene import Message
from noroshi.feeds.drill.sinks.home import HomeSink
from noroshi.feeds.drill.world.model import World
from noroshi.feeds.drill.worlds import mappings_of
from noroshi.store import Query, open_store

START = 1_787_842_800_000_000  # 2026-08-28T00:00+09:00


@pytest.fixture(scope="module")
def world() -> World:
    return prefecture.world()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("files") / "world"
    shutil.copytree(prefecture.folder(), made)
    (made / "basemap.pmtiles").write_bytes(b"PMTiles")
    return made


#: When the node heard of what, which is another matter where messages come late.
HEARD = frozenset({"node.intake", "node.source_health"})


def contents(home: Path, mode: Mode, but: frozenset[str] = frozenset()) -> dict[Any, bytes]:
    """Everything that a home shows now, but for when it was computed and by which methods: these
    are the node's own, and neither real nor a drill."""
    store = open_store(home)
    moment = store.recorded() + 10**13
    found = {
        (kind, one.series, one.key): one.body
        for kind in store.kinds(OPERATOR)
        for one in store.picture(Query(OPERATOR, moment, moment, kind, mode, lapsed=True))
        if kind not in {"exercise.session", "node.method", *but}
    }
    assert store.check() == []
    store.close()
    return found


def test_it_is_taken_in_once_and_as_an_exercise(world: World, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        '[node]\nname = "ours"\n\n[sources."drill/51-power"]\nlabel = "responders"\n'
    )
    store = open_store(tmp_path)
    first = install(world, folder, tmp_path, store, "public")
    written = (tmp_path / "settings.toml").read_text()
    again = install(world, folder, tmp_path, store, "public")
    labels = {one.label for one in store.messages(OPERATOR)}
    store.close()
    assert first.files.quarantined == 0
    assert (again.files.duplicate, again.files.records) == (first.files.read, 0)
    assert first.places >= len(world.municipalities)
    assert (first.basemap, again.basemap) == (True, False)
    assert labels == {PUBLIC}
    assert contents(tmp_path, Mode.ACTUAL) == {}
    assert len(contents(tmp_path, Mode.EXERCISE)) > 10_000
    assert (tmp_path / "settings.toml").read_text() == written, "its part is replaced, not added"
    found = load_settings(tmp_path)
    assert found.node.name == "ours"
    assert found.source("drill").label == PUBLIC
    assert found.source("drill/51-power").label == RESPONDERS, "what the operator wrote counts"
    for source, mapping in mappings_of([world]).items():
        one = found.source(f"drill/{source}")
        assert one.mode is Mode.EXERCISE
        if source != "51-power":
            assert one.mapping == mapping
    with pytest.raises(NoroshiError, match="unknown label"):
        install(world, folder, tmp_path, store, "nobody")


_texts = st.text(st.characters(codec="utf-8"), max_size=8)
_values = st.recursive(
    st.booleans() | st.integers(-(2**40), 2**40) | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(_texts, _values, max_size=5))
@settings(max_examples=cases(200), deadline=None)
def test_a_mapping_is_written_as_toml_that_says_the_same(values: dict[str, Any]) -> None:
    assert tomllib.loads(write_toml(values)) == values


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_message_of_a_scenario_is_read_but_those_made_wrong_and_none_is_real(
    name: str, world: World, tmp_path: Path
) -> None:
    wrong: set[str] = set()

    def watched() -> Any:
        for event in get(name).play(world, START, 1):
            if isinstance(event, Message) and event.wrong:
                wrong.add(event.name)
            yield event

    sink = HomeSink(tmp_path, mappings=mappings_of([world]))
    played = play(watched(), Clock.begin(START, 0), sink)
    sink.close()
    assert sink.tally.taken == played.messages >= 1_000
    assert sink.tally.refused == sink.tally.waiting == 0
    store = open_store(tmp_path)
    bad = {one.name: one.reason for one in store.messages(OPERATOR, state="quarantined")}
    assert {one: why for one, why in bad.items() if one not in wrong} == {}
    store.close()
    assert contents(tmp_path, Mode.ACTUAL) == {}
    assert sink.failures == []


def test_faults_that_lose_nothing_leave_the_final_picture_of_a_typhoon(
    world: World, tmp_path: Path
) -> None:
    def some() -> Any:
        """The hours in which most happens."""
        for event in get("typhoon").play(world, START, 1):
            if START + 21 * 3_600_000_000 <= event.time < START + 26 * 3_600_000_000:
                yield event

    for home, faults in (("plain", Faults()), ("faulty", Faults(0.3, 0.3, 0.2))):
        sink = HomeSink(tmp_path / home, mappings=mappings_of([world]))
        played = play(inject(some(), faults, 7), Clock.begin(START, 0), sink)
        sink.close()
        assert played.messages >= 300
    plain = contents(tmp_path / "plain", Mode.EXERCISE, HEARD)
    assert len(plain) > 200
    assert contents(tmp_path / "faulty", Mode.EXERCISE, HEARD) == plain
