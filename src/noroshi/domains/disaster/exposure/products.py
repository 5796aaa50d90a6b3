"""Exposure of each hazard area: residents by age, households, facilities."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import msgspec
import shapely

from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs
from noroshi.core.place import municipality
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, HOUR
from noroshi.domains.disaster.exposure import built as facilities
from noroshi.domains.disaster.exposure.built import Built, Inside
from noroshi.domains.disaster.exposure.census import COLUMNS, MESH, Census, Count, census
from noroshi.domains.disaster.exposure.hazards import (
    INTENSITY,
    ORDER,
    SHELTER,
    Hazard,
    hazards,
    said,
)
from noroshi.kinds import encode, note
from noroshi.kinds.exposure import Exposure, Range

EXPOSURE = "disaster.exposure"
#: A record names at most so many squares and facilities that it rests on; beyond, those that it
#: lists and one of each label.
_NAMED = 200


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    listed: Annotated[
        int, msgspec.Meta(ge=0, le=50),
        note("列挙する施設の数", "how many facilities of a category are listed by name"),
    ] = 5  # fmt: skip
    secret_most: Annotated[
        int, msgspec.Meta(ge=0, le=1000),
        note(
            "秘匿人口の上限",
            "the most residents that a square may have whose very total is kept secret [persons]",
        ),
    ] = 9  # fmt: skip
    quake_hours: Annotated[
        float, msgspec.Meta(gt=0, le=8760),
        note(
            "震度の有効時間",
            "how long after it an intensity counts as a hazard that is there [h]",
        ),
    ] = 72.0  # fmt: skip


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition per hazard area of the part, with one record.

    Raises InvalidRecord for a body that is not of its kind, a geometry that is none, or inputs of
    mixed modes.
    """
    live = {kind: versions for kind, versions in inputs.items()
            if kind not in (MESH, facilities.FACILITY, facilities.LINK)}  # fmt: skip
    mode = mode_of(live)
    world = _World(inputs, params)
    found = hazards(inputs)
    modes = {mode} if any(live.values()) else set()
    modes |= {one for one in (world.census.mode, world.built.mode) if one is not None}
    if len(modes) > 1:
        raise InvalidRecord("inputs of several modes", remedy="build each mode on its own")
    return [_edition(one, world, params, mode) for one in found]


class _World:
    """Who lives and what stands where; and which municipality the part is."""

    def __init__(self, inputs: Inputs, params: Params) -> None:
        self.census: Census = census(inputs.get(MESH, ()), params.secret_most)
        self.built: Built = facilities.built(
            inputs.get(facilities.FACILITY, ()), inputs.get(facilities.LINK, ())
        )
        self.shelters: Built = facilities.sheltering(inputs.get(SHELTER, ()))
        areas = (municipality(one.area) for one in inputs.get(SHELTER, ()))
        self.city = next(filter(None, areas), "")
        self._cities: dict[str, str] = {}

    def city_of(self, hazard: Hazard) -> str:
        """The municipality of a hazard, empty where it is not one's. Orders do not say: it is that
        of the part's shelters, or of the squares in which most of their points are."""
        if hazard.city or hazard.kind != ORDER:
            return hazard.city
        if self.city:
            return self.city
        if hazard.series not in self._cities:
            points = _points(hazard)
            self._cities[hazard.series] = (
                self.census.city_at(shapely.get_parts(shapely.from_wkb(points))) if points else ""
            )
        return self._cities[hazard.series]


def _edition(hazard: Hazard, world: _World, params: Params, mode: Mode) -> Edition:
    body, rests = _expose(hazard, world, params)
    area = hazard.area or (world.city_of(hazard) or None)
    until = hazard.until
    if hazard.kind == INTENSITY:  # nobody says that shaking is over
        until = min(until, hazard.since + round(params.quake_hours * HOUR))
    record = Record(
        EXPOSURE,
        _key(hazard, area),
        encode(body),
        geometry=hazard.geometry or _points(hazard),
        area=area,
        valid_to=until if until < FOREVER else None,
        basis=tuple(sorted({one.id for one in rests})),
    )
    return Edition(
        series=hazard.series,
        issued=max(one.issued for one in rests),
        records=[record],
        mode=mode,
        effective=hazard.since,
    )


def _points(hazard: Hazard) -> bytes | None:
    """The points of an order's districts, of which no boundary is told."""
    found = [_shape(one) for one in hazard.versions if one.geometry is not None]
    if hazard.kind != ORDER or not found:
        return None
    points: bytes = shapely.to_wkb(shapely.multipoints([one.centroid for one in found]))
    return points


def _key(hazard: Hazard, area: str | None) -> str:
    """Names the hazard area among all exposures, whatever its part."""
    first = hazard.versions[0]
    return "/".join(filter(None, (hazard.series or first.key, area or "")))


def _expose(hazard: Hazard, world: _World, params: Params) -> tuple[Exposure, list[Version]]:
    """The body, and the versions that it rests on."""
    method, count, ranges, near, sheltered = _inside(hazard, world)
    some, ranked = world.built.counts(near, params.listed)
    shelters, open_ = world.shelters.counts(sheltered, params.listed)
    body = Exposure(
        hazard_kind=hazard.kind,
        hazard=hazard.hazard,
        name=hazard.name,
        severity=hazard.severity,
        level=hazard.level,
        area_name=hazard.area_name,
        meaning=hazard.meaning,
        method=method,
        facilities=[*shelters, *some],
        meshes=0 if count is None else len(count.versions),
        meshes_cut=0 if count is None else count.cut,
        meshes_secret=0 if count is None else count.secret,
        census_year=None if count is None else count.year,
        not_counted=_left_out(hazard, world, method, ranges),
        districts=list(hazard.districts),
        municipalities=list(hazard.cities),
        since=said(hazard.since),
        until=said(hazard.until),
        target=hazard.target,
        source=sorted({f"{one.series} {one.key}" for one in hazard.versions})[:_NAMED],
        **ranges,
    )
    listed = params.listed * len(some)
    return body, [
        *hazard.versions,
        *_named(ranked, listed),
        *_named(open_, 0, most=0),
        *_named([] if count is None else count.versions, 0),
    ]


Found = tuple[str, Count | None, dict[str, Range], Inside, Inside]
_NOBODY = Inside(set(), set(), set())


def _inside(hazard: Hazard, world: _World) -> Found:
    """How it was counted, residents by squares, ranges of them, facilities, shelters."""
    if hazard.geometry is not None:
        area = _shape(hazard.versions[0])
        if area.area > 0:
            if not area.is_valid:
                area = shapely.make_valid(area)
            count = world.census.inside(area)
            return ("geometry", count, _counted(count, world), world.built.inside(area),
                    world.shelters.inside(area))  # fmt: skip
    city = world.city_of(hazard)
    name = hazard.area_name.rpartition("：")[2]
    if hazard.kind == ORDER and (hazard.districts or hazard.persons):
        if hazard.districts:
            near = world.built.of_districts(city, name, tuple(hazard.districts))
            sheltered = world.shelters.of_districts(city, name, tuple(hazard.districts))
        else:
            near, sheltered = world.built.of_city(city, name), world.shelters.of_city(city, name)
        return "districts", None, _stated(hazard, city, world), near, sheltered
    if not city:
        return "none", None, {}, _NOBODY, _NOBODY
    count = world.census.of_city(city)
    ranges = _counted(count, world)
    near, sheltered = world.built.of_city(city, name), world.shelters.of_city(city, name)
    if hazard.districts:
        # Squares know no districts: nobody for certain, and no more than the municipality.
        ranges = {column: Range(0, None, one.high) for column, one in ranges.items()}
        near = world.built.of_districts(city, name, tuple(hazard.districts))
        sheltered = world.shelters.of_districts(city, name, tuple(hazard.districts))
    return "municipality", count, ranges, near, sheltered


def _counted(count: Count, world: _World) -> dict[str, Range]:
    return count.ranges if len(world.census.codes) else {}


def _stated(hazard: Hazard, city: str, world: _World) -> dict[str, Range]:
    """What the order says, and its ages as the municipality's residents are on the whole. Where
    some districts state no number, at most all of the municipality."""
    whole = world.census.of_city(city).ranges
    found: dict[str, Range] = {}
    number = hazard.persons or 0
    if hazard.unnumbered:
        most = max(number, whole["persons"].high)
        if not world.census.codes:
            return {}
        found["persons"] = Range(number, None, most)
        found |= {column: Range(0, None, one.high) for column, one in whole.items()
                  if column not in ("persons", "households")}  # fmt: skip
    else:
        found["persons"] = Range(number, number, number)
        for column, (low, mean, high) in world.census.shares(city).items():
            if column != "households":
                found[column] = Range(int(number * low), round(number * mean),
                                      -int(-number * high // 1))  # fmt: skip
    if hazard.households is not None and not hazard.unnumbered:
        found["households"] = Range(hazard.households, hazard.households, hazard.households)
    return {column: found[column] for column in COLUMNS if column in found}


def _left_out(hazard: Hazard, world: _World, method: str, ranges: dict[str, Range]) -> list[str]:
    city = world.city_of(hazard)
    found = {
        "area": method == "none",
        "population": method != "none" and not ranges,
        "shelters": method != "none" and not city,
        "facilities_without_place": method != "none" and world.built.unplaced > 0,
        "meshes_without_place": method != "none" and world.census.unplaced > 0,
        "districts_without_number": hazard.unnumbered > 0,
    }
    return [name for name, so in found.items() if so]


def _named(versions: Sequence[Version], listed: int, most: int = _NAMED) -> Iterable[Version]:
    """What a record names of what it was computed from: all, where they are few. Else those that
    it lists, and one of each label: a reader must be allowed to see all that it tells of."""
    if len(versions) <= most:
        return versions
    labels: dict[int, Version] = {}
    for one in versions:
        if one.label not in labels or one.id < labels[one.label].id:
            labels[one.label] = one
    return [*versions[:listed], *labels.values()]


def _shape(version: Version) -> Any:
    try:
        return shapely.from_wkb(version.geometry)
    except shapely.errors.ShapelyError as error:
        raise InvalidRecord(str(error), where=f"geometry of {version.series}") from None
