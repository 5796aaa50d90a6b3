"""Who asks what: the place, the moment, needs and language; and how the ages of records count.

Thresholds of age, after which an answer says that it is old. Warnings and orders: those of the
residents' page (a day; not told at all after a week). Shelters, supplies: 3 hours, for a shelter
fills or closes between two hourly reports, and three missed reports are no accident. Roads: 3
hours, since prefectures publish restrictions hourly. Outages: 3 hours, as operators renew their
tables at least every 30 minutes while something is out. Hospitals: 6 hours, the interval of EMIS
in the acute phase. Water levels on a road: 1 hour, in which streets fill and empty.
"""

from __future__ import annotations

from typing import NamedTuple

from noroshi.channels.advice.notices import OLD
from noroshi.channels.advice.plain import say_distance
from noroshi.channels.advice.towns import Town
from noroshi.channels.chat.ground.orders import InForce, in_force, town_of
from noroshi.channels.chat.pictures import Pictures
from noroshi.channels.chat.state import Where, Wish
from noroshi.channels.chat.tell import Ref, Telling, Titles
from noroshi.channels.chat.turns import Fact
from noroshi.core.errors import NotFound
from noroshi.core.record import Mode
from noroshi.core.time import HOUR

OLD_NOTICE = OLD
OLD_SHELTER, OLD_SUPPLY, OLD_ROAD, OLD_OUTAGE = 3 * HOUR, 3 * HOUR, 3 * HOUR, 3 * HOUR
OLD_HOSPITAL, OLD_SENSOR = 6 * HOUR, HOUR

Position = tuple[float, float]


class Asked(NamedTuple):
    """A question. `where.area` may be empty for questions that need no place; `shown` are the
    facts of the answers before."""

    pictures: Pictures
    wish: Wish
    where: Where
    at: int
    language: str
    needs: tuple[str, ...]
    titles: Titles
    shown: tuple[Fact, ...] = ()

    def telling(self) -> Telling:
        """An empty answer."""
        return Telling(self.language, self.at, self.titles)

    @property
    def town(self) -> Town | None:
        """The town asked about, or None where none is known."""
        if not self.where.area:
            return None
        try:
            return town_of(self.pictures, self.where.area)
        except NotFound:
            return None

    @property
    def in_force(self) -> InForce:
        """What is in force there."""
        town = self.town
        return InForce((), (), None) if town is None else in_force(self.pictures, town, self.at)

    @property
    def position(self) -> Position | None:
        """Where the person is, if more is known than the municipality."""
        return self.where.position


def place_ref(area: str) -> Ref:
    """The imported place of an area, as what a name rests on."""
    return Ref("place", area, 0, "places")


def way_ref(start: Position, end: Position) -> Ref:
    """What is computed of a way between two positions over the road network."""
    return Ref("way", f"{start[0]:.6f},{start[1]:.6f}>{end[0]:.6f},{end[1]:.6f}", 0, "roads")


def line_ref(start: Position, end: Position) -> Ref:
    """What is measured between two positions in a straight line."""
    return Ref("line", way_ref(start, end).id, 0, "")


def say_metres(metres: float, language: str) -> str:
    """A distance as people use it, not from anywhere."""
    return say_distance(metres, "en").removesuffix(" from you")


def map_link(asked: Asked, position: Position | None, open_: Ref | None = None) -> str:
    """The page's map at a position, in the language and mode of the conversation."""
    parts = [f"lang={asked.language}"] if asked.language == "en" else []
    if asked.pictures.mode is not Mode.ACTUAL:
        parts.append(f"mode={asked.pictures.mode.name.lower()}")
    if open_ is not None:
        parts.append(f"open={open_.kind}/{open_.id.partition('@')[0]}")
    if position is not None:
        parts.append(f"view=15.00/{position[1]:.4f}/{position[0]:.4f}")
    return "/#" + "&".join(parts)
