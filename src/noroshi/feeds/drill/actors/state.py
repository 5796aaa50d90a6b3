"""What is so at a moment, as far as organisations report it. Times are microseconds UTC."""

from __future__ import annotations

import msgspec

from noroshi.feeds.drill.world.model import Facility, Feeder, Line, Lonlat, Settlement, Shelter
from noroshi.feeds.drill.world.model import WaterZone as Zone


class ShelterState(msgspec.Struct, frozen=True):
    """A shelter. `status` in the words of `disaster.shelter`; `headcount` persons, None where
    nobody counted."""

    shelter: Shelter
    status: str = "open"
    headcount: int | None = None
    households: int | None = None
    opened: int | None = None
    closed: int | None = None
    power: bool = True
    water: bool = True
    reason: str = ""


class RoadState(msgspec.Struct, frozen=True):
    """A stretch of road that is not as usual. `code` is that of the edge of the network; `rank`
    and `number` its route's; `status` in the words of `disaster.road`; `cause` in Japanese
    (土砂崩れ, 冠水, 橋梁損傷 …)."""

    code: str
    name: str
    rank: str
    number: str
    municipality: str
    line: Line
    status: str = "closed"
    cause: str = ""
    since: int = 0
    until: int | None = None
    start: str = ""
    end: str = ""

    @property
    def at(self) -> Lonlat:
        """The middle of its line."""
        return self.line[len(self.line) // 2]


class OutageState(msgspec.Struct, frozen=True):
    """Supply of one feeder or zone. `out` of its `customers` have none; `since` it began (None:
    never out); `expected` when all should have it again."""

    thing: Feeder | Zone
    at: Lonlat
    municipality: str
    out: int = 0
    since: int | None = None
    expected: int | None = None
    cause: str = ""


class StationState(msgspec.Struct, frozen=True):
    """A mobile base station. `power` mains, battery, generator or none; `hours` that are left
    of the battery; `working`: it serves (`served` users depend on it)."""

    station: Facility
    working: bool = True
    power: str = "mains"
    hours: float | None = None
    since: int | None = None
    cause: str = ""


class HospitalState(msgspec.Struct, frozen=True):
    """A hospital. `power` mains, generator or none; `water` mains, tank or none; `gas` ok;
    `hours` that fuel lasts; `building` whether the building stands unharmed (ok, damaged, unsafe);
    `accepts` normal, limited or none; counts are persons; `systems`: its records can be used."""

    hospital: Facility
    building: str = "ok"
    power: str = "mains"
    hours: float | None = None
    water: str = "mains"
    gas: bool = True
    systems: bool = True
    accepts: str = "normal"
    inpatients: int | None = None
    severe: int | None = None
    moderate: int | None = None
    staff: bool = True
    remarks: str = ""


class CutOff(msgspec.Struct, frozen=True):
    """A settlement without an open road. `telephone`: it can be reached by voice."""

    settlement: Settlement
    people: int
    households: int
    since: int
    telephone: bool = False
    cause: str = ""


class Damage(msgspec.Struct, frozen=True, kw_only=True):
    """Totals of a municipality, by the items of 第４号様式: persons, and buildings."""

    municipality: str
    dead: int = 0
    missing: int = 0
    severe: int = 0
    slight: int = 0
    destroyed: int = 0  # 全壊
    half: int = 0  # 半壊
    partial: int = 0  # 一部破損
    above_floor: int = 0  # 床上浸水
    below_floor: int = 0  # 床下浸水
    fires: int = 0


class Incident(msgspec.Struct, frozen=True):
    """One thing that happened at a place, as called in: a collapse, a fire, a landslide."""

    code: str
    category: str
    title: str
    at: Lonlat
    municipality: str
    found: int
    text: str = ""
    buildings: int = 0
    injured: int = 0
    status: str = "確認中"


class Order(msgspec.Struct, frozen=True):
    """An evacuation order for a district. `level` 3 高齢者等避難, 4 避難指示, 5 緊急安全確保;
    0 for none any more."""

    municipality: str
    district: str  # code
    name: str
    level: int
    since: int
    hazard: str
    people: int
    households: int


class ShelterHealth(msgspec.Struct, frozen=True):
    """What a team saw in a shelter since its last sheet: persons by age and by what they had
    (`symptoms`: fields of `health.shelter_syndrome`)."""

    shelter: Shelter
    headcount: int
    seen: int
    symptoms: dict[str, int] = {}
    children: int = 0
    elderly: int = 0
    team: str = ""


class CyberIncident(msgspec.Struct, frozen=True, kw_only=True):
    """An attack on a facility's systems, in the words of `cyber.incident`."""

    code: str
    title: str
    facility: Facility
    category: str
    status: str
    started: int
    impact: str = ""
    systems: tuple[str, ...] = ()
    expected: int | None = None
    advice: str = ""
