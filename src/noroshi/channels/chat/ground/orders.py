"""What is in force in a town: warnings as the residents' page has them, and the mayor's orders."""

from __future__ import annotations

from typing import NamedTuple

from noroshi.channels.advice.notices import STALE, Notice, Sought, gather, last_told
from noroshi.channels.advice.orders import LEVELS, ORDER
from noroshi.channels.advice.towns import Town, find_town
from noroshi.channels.chat.pictures import Look, Pictures
from noroshi.channels.chat.tell import Ref, ref
from noroshi.core.place import municipality
from noroshi.kinds import decode
from noroshi.kinds.evacuation import EvacuationOrder

NOTICES = (
    "disaster.weather_warning", "disaster.landslide_alert", "disaster.tornado_watch",
    "disaster.alert_level", "disaster.weather_warning_region", "disaster.flood_municipality",
    "disaster.flood_warning", "disaster.record_rain", "disaster.rainband",
    "disaster.tsunami_arrival", "disaster.tsunami_warning", "disaster.volcanic_warning_area",
    "disaster.eruption_flash_area", "disaster.ashfall_municipality", "disaster.intensity",
    "disaster.earthquake",
)  # fmt: skip
#: Subjects of the advice by words in an order's hazard.
_SUBJECTS = (
    ("津波", "tsunami_grave"), ("土砂", "landslide"), ("高潮", "surge"), ("洪水", "water"),
    ("氾濫", "water"), ("浸水", "water"), ("大雨", "water"), ("火山", "volcano"),
    ("噴火", "volcano"), ("地震", "quake"), ("火", "fire"),
)  # fmt: skip


class Order(NamedTuple):
    """An order in force, and the record that says so."""

    ref: Ref
    said: EvacuationOrder

    @property
    def level(self) -> int:
        """Its alert level; 3 where neither it nor its name says."""
        return self.said.level or LEVELS.get(self.said.kind, 3)

    @property
    def subject(self) -> str:
        """What it is about, as in the advice; empty where it does not say."""
        return next((subject for word, subject in _SUBJECTS if word in self.said.hazard), "")


class InForce(NamedTuple):
    """What is in force in a town, gravest first. `told`: when anything was last said of it."""

    orders: tuple[Order, ...]
    notices: tuple[Notice, ...]
    told: int | None

    @property
    def level(self) -> int:
        """The highest level; 0 where nothing has one."""
        levels = [one.level for one in self.orders]
        return max([*levels, *(one.level or 0 for one in self.notices)], default=0)

    @property
    def subjects(self) -> list[str]:
        """What is threatening, gravest first: orders, and notices from warnings up."""
        found = [one.subject for one in self.orders]
        found += [one.subject for one in self.notices if one.urgency >= 3]
        return list(dict.fromkeys(one for one in found if one))


def town_of(pictures: Pictures, area: str) -> Town:
    """The town of an area (`city:1720200`). Raises NotFound."""
    areas = pictures.areas
    code = area.partition(":")[2][:5]
    return pictures.kept(
        ("town", area, id(areas)), (), 0, lambda look: find_town(areas, code)
    )  # fmt: skip


def in_force(pictures: Pictures, town: Town, at: int) -> InForce:
    """What is in force in a town at `at`. Stale notices are left out."""
    return pictures.kept(
        ("in force", town.area), (*NOTICES, ORDER), at, lambda look: _in_force(look, pictures, town)
    )


def _in_force(look: Look, pictures: Pictures, town: Town) -> InForce:
    sought = Sought(look.store, look.reader, town, look.at, look.as_of, look.mode)
    notices = tuple(one for one in gather(sought) if not one.stale)
    known = pictures.kept("orders", (ORDER,), look.at, lambda here: _orders(here, pictures))
    orders = known.get(municipality(town.area), [])
    return InForce(
        tuple(sorted(orders, key=lambda one: (-one.level, -one.ref.issued, one.ref.id))),
        notices, last_told(sought),
    )  # fmt: skip


def _orders(look: Look, pictures: Pictures) -> dict[str, list[Order]]:
    found: dict[str, list[Order]] = {}
    for version in look.picture(ORDER):
        said = decode(ORDER, version.body)
        if said.lifted or look.at - version.issued > STALE:
            continue
        area = pictures.borders.of(version) or pictures.borders.named(said.municipality)
        code = next((one[:5] for one in said.district_codes if one[:5].isdigit()), "")
        area = area or (f"city:{code}00" if code else "")
        found.setdefault(municipality(area), []).append(Order(ref(version), said))
    return found
