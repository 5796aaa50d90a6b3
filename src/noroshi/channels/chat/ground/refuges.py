"""Shelters as all lists together know them, what is wrong with them, and which are near."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
import numpy as np

from noroshi.channels.chat.pictures import Look, Pictures, position_of
from noroshi.channels.chat.tell import Ref, ref, told_time
from noroshi.core.record import Version
from noroshi.kinds import decode
from noroshi.kinds.shelter_risk import Reason

MERGED, RISK, SHELTER = "disaster.shelter_merged", "disaster.shelter_risk", "disaster.shelter"
KINDS = (MERGED, RISK, SHELTER)

_EARTH, _DEGREE = 6_371_008.8, 111_195.0

#: Hazards of shelters (指定緊急避難場所の指定, 災害対策基本法施行規則 第一条の四) by subject of the
#: advice: a shelter that names hazards and none of these is not for it.
SERVES = {
    "water": ("洪水", "内水", "氾濫"), "landslide": ("土砂", "崖崩れ", "土石流", "地滑り"),
    "surge": ("高潮",), "tsunami": ("津波",), "tsunami_grave": ("津波",), "quake": ("地震",),
    "fire": ("火事", "火災"), "volcano": ("火山",), "volcano_grave": ("火山",),
    "volcano_early": ("火山",),
}  # fmt: skip


class Shelter(msgspec.Struct, frozen=True, kw_only=True):
    """One shelter. `ref` is the record that says all of it but its dangers, which `risk` says;
    `reported` is when its state was told [µs], None where nobody did, `by` the source that did;
    `town` its municipality."""

    ref: Ref
    name: str
    kana: str
    status: str
    address: str
    phone: str
    hazards: tuple[str, ...]
    roles: tuple[str, ...]
    headcount: int | None
    capacity: int | None
    crowding: str
    reported: int | None
    position: tuple[float, float] | None
    town: str
    by: str
    codes: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    risk: Ref | None = None

    @property
    def open(self) -> bool:
        """True if it is told to take people in."""
        return self.status in ("open", "permanent")

    @property
    def full(self) -> bool:
        """True if it is told to be full, or holds no more than it has."""
        if self.crowding == "full":
            return True
        return bool(self.capacity) and (self.headcount or 0) >= (self.capacity or 0)

    @property
    def danger(self) -> Reason | None:
        """The gravest danger it is in, or None. A hazard for which it is designated is none."""
        return self._hazard("danger")

    @property
    def doubt(self) -> Reason | None:
        """A hazard it stands in, of which nobody says whether it is meant for it, or None."""
        return self._hazard("warning")

    def _hazard(self, grade: str) -> Reason | None:
        return next((one for one in self.reasons if one.grade == grade
                     and one.reason in ("in_hazard", "not_designated")), None)  # fmt: skip

    def serves(self, subjects: Iterable[str]) -> bool | None:
        """Whether it is designated for these hazards; None where nobody says for which."""
        if any(one.reason == "not_designated" for one in self.reasons):
            return False
        wanted = [SERVES[one] for one in subjects if one in SERVES]
        if not wanted:
            return True
        if not self.hazards:
            return None
        said = "・".join(self.hazards)
        return all(any(word in said for word in words) for words in wanted)


class Shelters:
    """All shelters of a picture, found by place. Immutable."""

    def __init__(self, shelters: list[Shelter]) -> None:
        self.all = shelters
        self.by_town: dict[str, list[Shelter]] = {}
        self._placed = [one for one in shelters if one.position is not None]
        for one in shelters:
            self.by_town.setdefault(one.town, []).append(one)
        self._at = np.array([one.position for one in self._placed], float).reshape(-1, 2)
        self._tree: Any = None
        if self._placed:
            import shapely

            self._tree = shapely.STRtree(shapely.points(self._at))

    def near(
        self, position: tuple[float, float], most: float, count: int
    ) -> list[tuple[float, Shelter]]:
        """The nearest in a straight line [m] within `most` metres, nearest first."""
        if self._tree is None:
            return []
        import shapely

        squeeze = max(math.cos(math.radians(position[1])), 0.1)
        reach, point = 2_000.0, shapely.Point(position)
        while True:
            reach = min(reach, most)
            found = self._tree.query(point, predicate="dwithin", distance=reach / _DEGREE / squeeze)
            metres = _distances(position, self._at[found])
            order = np.argsort(metres, kind="stable")
            near = [(float(metres[one]), self._placed[found[one]]) for one in order
                    if metres[one] <= reach]  # fmt: skip
            if len(near) >= count or reach >= most:
                return near[:count]
            reach *= 2


def _distances(one: tuple[float, float], others: Any) -> Any:
    """Metres on a sphere (haversine), as `advice.refuge.distance`."""
    (x, y), away = np.radians(one), np.radians(others)
    chord = np.sin((away[:, 1] - y) / 2) ** 2
    chord += math.cos(y) * np.cos(away[:, 1]) * np.sin((away[:, 0] - x) / 2) ** 2
    return 2 * _EARTH * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))


def shelters(pictures: Pictures, at: int) -> Shelters:
    """The shelters that the chat may tell of."""
    return pictures.kept("shelters", KINDS, at, lambda look: _shelters(look, pictures))


def _shelters(look: Look, pictures: Pictures) -> Shelters:
    found = [_merged(version, pictures) for version in look.picture(MERGED)]
    if not found:
        found = _unmerged(look.picture(SHELTER), pictures)
    risks: dict[str, tuple[Ref, tuple[Reason, ...]]] = {}
    for version in look.picture(RISK):
        body = decode(RISK, version.body)
        for code in (version.key, *body.codes):
            risks[code] = ref(version), tuple(body.reasons)
    told = []
    for one in found:
        risk = next((risks[code] for code in one.codes if code in risks), None)
        told.append(one if risk is None else
                    msgspec.structs.replace(one, risk=risk[0], reasons=risk[1]))  # fmt: skip
    return Shelters(told)


def _merged(version: Version, pictures: Pictures) -> Shelter:
    said = decode(MERGED, version.body)
    return Shelter(
        ref=ref(version), name=said.name, kana=said.kana, status=said.status,
        address=said.address, phone=said.phone, hazards=tuple(said.hazards),
        roles=tuple(said.roles), headcount=said.headcount, capacity=said.capacity,
        crowding=said.crowding, reported=told_time(said.reported), position=position_of(version),
        town=pictures.borders.of(version), by=_teller(said), codes=(version.key, *said.codes),
    )  # fmt: skip


def _teller(said: Any) -> str:
    """The source of the row that was stated when the shelter's state was reported last; of the
    newest row where none says."""
    members = [one for one in said.members if one.source]
    reported = told_time(said.reported)
    told = [one for one in members if reported is not None and told_time(one.issued) == reported]
    return max(told or members, key=lambda one: one.issued or "").source if members else ""


class _Row(NamedTuple):
    version: Version
    said: Any


def _unmerged(versions: Iterable[Version], pictures: Pictures) -> list[Shelter]:
    """Shelters where no product merged the lists: rows of one code are one shelter, whose state is
    what was reported last; a list that knows no state adds what the report leaves out."""
    rows: dict[str, list[_Row]] = {}
    for version in versions:
        row = _Row(version, decode(SHELTER, version.body))
        rows.setdefault(row.said.code or f"{version.series}/{version.key}", []).append(row)
    return [_of_rows(code, group, pictures) for code, group in rows.items()]


def _of_rows(code: str, rows: list[_Row], pictures: Pictures) -> Shelter:
    stated = [one for one in rows if one.said.status not in ("unknown", "other")]
    best = max(stated or rows, key=lambda one: (one.version.issued, one.version.id))
    said = best.said
    listed = [one.said for one in rows]
    position = position_of(best.version) or next(
        (found for one in rows if (found := position_of(one.version))), None
    )
    roles = {one.facility for one in listed if one.facility}
    roles |= {"welfare" for one in listed if "福祉" in one.category + one.designation}
    return Shelter(
        ref=ref(best.version), name=said.name, kana=said.kana, status=said.status,
        address=said.address, phone=said.phone,
        hazards=tuple(said.hazards) or next(
            (tuple(one.hazards) for one in listed if one.hazards), ()
        ),
        roles=tuple(sorted(roles)), headcount=said.headcount, capacity=said.capacity,
        crowding="" if said.crowding == "unknown" else said.crowding,
        reported=best.version.issued if stated else None, position=position,
        town=pictures.borders.of(best.version), by=best.version.source, codes=(code,),
    )  # fmt: skip
