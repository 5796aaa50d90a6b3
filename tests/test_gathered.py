"""What a product is given of the past: as far back as it asks, from its newest input."""

from __future__ import annotations

from pathlib import Path

from made import shelters
from noroshi.core.capability import Capability
from noroshi.core.label import OPERATOR
from noroshi.core.parts import DECLARED
from noroshi.core.record import Mode
from noroshi.core.time import DAY, now
from noroshi.engine.clocks import WallClock
from noroshi.engine.gathered import Gathered, Part, Series
from noroshi.store import open_store

KIND, TOWN = "disaster.shelter", "99201"
LOOKING_BACK = Capability(
    title="x", title_ja="x", sentence="x", sentence_ja="x", consumes=(KIND,), produces=(),
    build="", params="", history={KIND: 30 * DAY},
)  # fmt: skip


def test_the_past_of_old_inputs_is_counted_from_the_newest_of_them(tmp_path: Path) -> None:
    """What is imported of two years ago has the same past as it had then."""
    store = open_store(tmp_path)
    then = now() - 700 * DAY
    for days, people in ((0, 1), (15, 2), (40, 3)):
        shelters(store, TOWN, [("甲", people)], then + days * DAY)
    held = Gathered(store, LOOKING_BACK, DECLARED, OPERATOR, now(), WallClock())

    def given() -> list[int]:
        said = held.inputs(Part(Mode.ACTUAL, ""))[KIND]
        return sorted((one.issued - then) // DAY for one in said)

    assert given() == [0, 15, 40]  # the first was true until the 15th, 25 days before the newest
    shelters(store, TOWN, [("甲", 4)], then + 60 * DAY)
    held.refresh([(Series(KIND, Mode.ACTUAL, f"test/{TOWN}"), then)], now())
    assert given()[-3:] == [15, 40, 60]  # at least; what is longer ago may still be held
    held = Gathered(store, LOOKING_BACK, DECLARED, OPERATOR, now(), WallClock())
    assert given() == [15, 40, 60]
    store.close()


def test_the_first_that_come_of_long_ago_have_their_past_at_once(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    held = Gathered(store, LOOKING_BACK, DECLARED, OPERATOR, now(), WallClock())
    then = now() - 700 * DAY
    towns = (TOWN, "99202")
    for town in towns:
        for days, people in ((0, 1), (15, 2), (40, 3)):
            shelters(store, town, [("甲", people)], then + days * DAY)
    came = [(Series(KIND, Mode.ACTUAL, f"test/{town}"), then) for town in towns]
    held.refresh(came, now())
    said = held.inputs(Part(Mode.ACTUAL, ""))[KIND]
    assert sorted((one.issued - then) // DAY for one in said) == [0, 0, 15, 15, 40, 40]
    store.close()
