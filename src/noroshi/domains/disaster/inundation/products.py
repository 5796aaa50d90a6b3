"""Streets and sites of one municipality, and how probable it is that water stands there."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, NamedTuple

import msgspec
import numpy as np
import shapely
from msgspec.structs import replace

from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs, Towns, remembered
from noroshi.core.record import Edition, Record, Version
from noroshi.core.time import FOREVER, HOUR, NEVER, parse
from noroshi.domains.disaster.inundation import model
from noroshi.domains.disaster.inundation.model import Places, River, Site
from noroshi.kinds import decode, encode, note
from noroshi.kinds.flood_state import FloodState
from noroshi.kinds.inundation import Inundation
from noroshi.kinds.river import Threshold

STATE, FORECAST = "disaster.flood_state", "disaster.flood_municipality"
LINK, FACILITY = "infrastructure.road_link", "infrastructure.facility"
#: How far [m] what is said at one place counts: in the municipalities around, too.
REACH = {"river": 4_000.0, "rain": 8_000.0, "sensor": 1_500.0}
#: Categories whose elevation is not that of the ground: a gauge's zero, the crest of a dam.
NOT_GROUND = {"water_gauge", "dam", "flood_sensor"}
OVERFLOWED = "氾濫発生情報"
#: What a sensor's word is worth: wet, wet while dry is said but not yet for long, dry.
WET, HELD, DRY = 0.98, 0.25, 0.01
_METRES = 111_195.0  # of a degree of latitude


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    least: Annotated[
        float,
        msgspec.Meta(ge=0.01, le=0.9),
        note("表示する最小の確率", "places less probable than this are left out"),
    ] = 0.05
    street_reach: Annotated[
        float,
        msgspec.Meta(ge=10, le=2000),
        note("センサの代表距離", "how far along streets a sensor's water is expected [m]"),
    ] = 150.0


class Stated(NamedTuple):
    """A state and the version it is of, with its place in metres."""

    version: Version
    said: FloodState
    x: float
    y: float


class Ground(NamedTuple):
    """The streets of a municipality as arrays, in the order of their versions."""

    longitude: float
    latitude: float
    places: Places
    codes: tuple[str, ...]
    names: tuple[str, ...]
    lengths: tuple[float, ...]


def scope(version: Version, towns: Towns) -> list[str]:
    """The municipality of a street; for sensors and gauges also those around that they tell of."""
    own = towns.of(version)
    found = {own} if own else set()
    if version.kind == STATE:
        said: FloodState = decode(STATE, version.body)
        found |= _around(version, towns, REACH[said.of])
    elif version.kind == FACILITY:
        body = decode(FACILITY, version.body)
        if body.elevation is None or body.category in NOT_GROUND:
            return []
        found |= _around(version, towns, REACH["sensor"])
    return sorted(found)


def _around(version: Version, towns: Towns, reach: float) -> set[str]:
    """The municipalities within `reach` metres, by looking in eight directions."""
    if version.geometry is None:
        return set()
    ways = _ring(version.geometry, reach)
    return {towns.of(replace(version, area=None, geometry=one)) for one in ways} - {""}


@lru_cache(20_000)
def _ring(geometry: bytes, reach: float) -> tuple[bytes, ...]:
    """Points (WKB) `reach` metres from a place, in eight directions."""
    at = shapely.from_wkb(geometry).representative_point()
    way = np.arange(8) * math.pi / 4
    wide = reach / _METRES / max(0.01, math.cos(math.radians(at.y)))
    around = shapely.points(at.x + np.cos(way) * wide, at.y + np.sin(way) * reach / _METRES)
    return tuple(shapely.to_wkb(around))


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition, of one municipality: streets and sites where water may stand, and for each
    river gauge how much of the streets is expected to.

    Raises InvalidRecord for a body that is not of its kind, a geometry or time that cannot be read,
    or mixed modes.
    """
    mode = mode_of(inputs)
    ground = prepared(inputs[LINK], inputs[FACILITY])
    stated = [_stated(one, ground) for one in inputs[STATE] if one.geometry]
    forecasts = [(one, decode(FORECAST, one.body)) for one in inputs[FORECAST]]
    confirmed = {said.area_name: one for one, said in forecasts if OVERFLOWED in said.kind}
    sensors = [one for one in stated if one.said.of == "sensor"]
    gauges = [one for one in stated if one.said.of == "river" and _share(one.said) is not None]
    found = [_site(one, stated) for one in sensors]
    rivers = [_river(one, one.said.river in confirmed) for one in gauges]
    water = model.rivers(ground.places, rivers)
    wet = _wet(found, rivers)
    records = _sensors(sensors, found, wet, stated, params)
    records += _streets(inputs[LINK], ground, gauges, water, sensors, found, wet, confirmed, params)
    records += _summaries(ground, gauges, water, confirmed, params)
    if not records:
        return []
    used = {one for record in records for one in record.basis}
    versions = [one for some in inputs.values() for one in some if one.id in used]
    ends = [one.valid_to for one in versions if one.kind == STATE]
    until = min(ends, default=FOREVER)
    if until < FOREVER:
        records = [_until(one, until) for one in records]
    begun = [one.valid_from for one in versions if one.valid_from > NEVER]
    issued = max(one.issued for one in versions)
    return [
        Edition(
            series="", issued=issued, records=sorted(records, key=lambda one: one.key), mode=mode,
            effective=max(begun, default=issued),
        )
    ]  # fmt: skip


def _until(record: Record, until: int) -> Record:
    return Record(
        record.kind, record.key, record.body, record.geometry, record.area, valid_to=until,
        confidence=record.confidence, basis=record.basis,
    )  # fmt: skip


# --- ground -------------------------------------------------------------------------------------


@remembered(most=64)
def prepared(links: Sequence[Version], facilities: Sequence[Version]) -> Ground:
    """Streets with their elevations, from the facilities of known elevation around."""
    bodies = [decode(LINK, one.body) for one in links]
    known = []
    for one in facilities:
        body = decode(FACILITY, one.body)
        if body.elevation is not None and body.category not in NOT_GROUND and one.geometry:
            at = _geometry(one).representative_point()
            known.append((at.x, at.y, body.elevation))
    lines = [_geometry(one) for one in links]
    middles = [_middle(one) for one in lines]
    points = middles or [(one[0], one[1]) for one in known] or [(0.0, 0.0)]
    longitude, latitude = (float(one) for one in np.mean(np.array(points), axis=0))
    xy = np.array([_metres(one, longitude, latitude) for one in middles]).reshape(-1, 2)
    heights = np.array(
        [(*_metres((x, y), longitude, latitude), z) for x, y, z in known]
    ).reshape(-1, 3)  # fmt: skip
    z, near = model.interpolated(xy[:, 0], xy[:, 1], heights)
    lengths = tuple(one.length or _length(line) for one, line in zip(bodies, lines, strict=True))
    return Ground(
        longitude, latitude, Places(xy[:, 0], xy[:, 1], z, near),
        tuple(one.code for one in bodies), tuple(one.name for one in bodies), lengths,
    )  # fmt: skip


def _geometry(version: Version) -> Any:
    try:
        found = shapely.from_wkb(version.geometry) if version.geometry else None
    except shapely.errors.ShapelyError as error:
        raise InvalidRecord(str(error), where=f"{version.series} {version.key}") from None
    if found is None or found.is_empty:
        raise InvalidRecord(
            "no place is given", where=f"{version.series} {version.key}",
            remedy="give the street a line",
        )  # fmt: skip
    return found


def _middle(line: Any) -> tuple[float, float]:
    whole = line if line.geom_type == "LineString" else None
    at = whole.interpolate(0.5, normalized=True) if whole is not None else line.centroid
    return float(at.x), float(at.y)


def _metres(at: tuple[float, float], longitude: float, latitude: float) -> tuple[float, float]:
    east = (at[0] - longitude) * math.cos(math.radians(latitude))
    return east * _METRES, (at[1] - latitude) * _METRES


def _length(line: Any) -> float:
    at = line.centroid
    steps = np.array([_metres((x, y), at.x, at.y) for x, y in shapely.get_coordinates(line)])
    return float(np.hypot(*np.diff(steps, axis=0).T).sum()) if len(steps) > 1 else 0.0


# --- what is said -------------------------------------------------------------------------------


def _stated(version: Version, ground: Ground) -> Stated:
    at = _geometry(version).representative_point()
    x, y = _metres((at.x, at.y), ground.longitude, ground.latitude)
    return Stated(version, decode(STATE, version.body), x, y)


def _share(said: FloodState) -> float | None:
    """How far the highest level reached from the danger level (0) to the crest (1)."""
    if said.highest is None:
        return None
    danger, crest = _threshold(said.thresholds, "氾濫危険"), _threshold(said.thresholds, "堤防")
    if danger is None:
        return None
    room = crest - danger if crest is not None and crest > danger else 1.5
    return (said.highest - danger) / room


def _threshold(found: Iterable[Threshold], word: str) -> float | None:
    return next((one.value for one in found if word in one.name), None)


def _river(one: Stated, confirmed: bool) -> River:
    said = one.said
    hours = 0.0
    if said.observed and said.highest_at:
        try:
            hours = (parse(said.observed) - parse(said.highest_at)) / HOUR
        except ValueError as error:
            raise InvalidRecord(str(error), where=f"{STATE} {one.version.key}") from None
    zero = math.nan if said.elevation is None else said.elevation
    return River(one.x, one.y, zero + (said.highest or 0.0), _share(said) or 0.0, hours, confirmed)


def _site(one: Stated, stated: Sequence[Stated]) -> Site:
    said = one.said
    wet = None
    if said.state in ("wet", "dry"):
        wet = WET if said.state == "wet" else DRY
        if said.state == "wet" and said.reported_step == 0:
            wet = HELD
    z = math.nan if said.elevation is None else said.elevation
    return Site(one.x, one.y, z, wet, said.depth_at_least or 0.0, _rain(one, stated))


def _wet(found: Sequence[Site], rivers: Sequence[River]) -> list[float]:
    """The probability of water at each sensor: where it is silent, also of a river's."""
    at = Places(
        np.array([one.x for one in found]), np.array([one.y for one in found]),
        np.array([one.z for one in found]), np.zeros(len(found)),
    )  # fmt: skip
    dry = np.ones(len(found))
    for some in model.rivers(at, rivers):
        dry = dry * (1.0 - some)
    return [
        p if site.wet is not None else float(1.0 - (1.0 - p) * left)
        for site, p, left in zip(found, model.sites(found), dry, strict=True)
    ]


def _rain(one: Stated, stated: Sequence[Stated]) -> tuple[float, float] | None:
    """Rain at a site, from the three nearest gauges that tell it."""
    told = [
        (math.hypot(other.x - one.x, other.y - one.y), other.said.rain_hour, other.said)
        for other in stated
        if other.said.of == "rain" and other.said.rain_hour is not None
        and other.said.state in ("wet", "dry")
    ]  # fmt: skip
    told.sort(key=lambda one: (one[0], one[2].code))
    if not told:
        return None
    weights = [1.0 / (away + 500.0) ** 2 for away, _, _ in told[:3]]
    hour = sum(w * (rain or 0.0) for w, (_, rain, _) in zip(weights, told, strict=False))
    three = sum(
        w * (said.rain_3h if said.rain_3h is not None else rain or 0.0)
        for w, (_, rain, said) in zip(weights, told, strict=False)
    )
    return hour / sum(weights), three / sum(weights)


# --- what follows -------------------------------------------------------------------------------


def _rounded(value: float) -> float:
    """In steps of 0.05: more would only seem exact, and would be another at every report. Never 1:
    a sensor may be wrong."""
    return min(0.95, round(value * 20) / 20)


def _record(
    body: Inundation, key: str, version: Version, basis: Iterable[int], area: str | None = None
) -> Record:
    return Record(
        "disaster.inundation", key, encode(body), geometry=version.geometry,
        area=area, confidence=body.probability, basis=tuple(sorted(set(basis))),
    )  # fmt: skip


def _sensors(
    sensors: Sequence[Stated], found: Sequence[Site], wet: Sequence[float],
    stated: Sequence[Stated], params: Params,
) -> list[Record]:  # fmt: skip
    """Sites of sensors, those that are silent by what is known around."""
    rain = [one.version.id for one in stated if one.said.of == "rain"]
    others = [one.version.id for one in sensors]
    records = []
    for one, site, p in zip(sensors, found, wet, strict=True):
        if p < params.least:
            continue
        observed = site.wet is not None
        body = Inundation(
            place="sensor", code=one.said.code, name=one.said.name, probability=_rounded(p),
            cause="sensor" if observed else "rain", observed=observed,
            elevation=one.said.elevation, sensors=[one.said.code] if observed else [],
        )  # fmt: skip
        basis = [one.version.id] if observed else [one.version.id, *rain, *others]
        area = one.version.area if (one.version.area or "").startswith("city:") else None
        records.append(_record(body, f"sensor/{one.said.code}", one.version, basis, area))
    return records


def _streets(
    links: Sequence[Version], ground: Ground, gauges: Sequence[Stated], water: Sequence[Any],
    sensors: Sequence[Stated], found: Sequence[Site], wet: Sequence[float],
    confirmed: Mapping[str, Version], params: Params,
) -> list[Record]:  # fmt: skip
    """Streets that a river or the water at a sensor may have reached."""
    count = len(ground.codes)
    dry, by_site, left = np.ones(count), np.zeros(count), np.ones(count)
    for some in water:
        dry = dry * (1.0 - some)
    told: dict[int, list[Stated]] = {}
    for one, site, p in zip(sensors, found, wet, strict=True):
        near, there, other = model.around(ground.places, site, p, params.street_reach)
        by_site[near] = np.maximum(by_site[near], there)
        says = there > 0.01
        if site.wet is not None:  # silence does not speak against water
            left[near] *= other
            says |= other < 0.99
        for at in near[says].tolist():
            told.setdefault(at, []).append(one)
    by_river = (1.0 - dry) * left
    probable = 1.0 - (1.0 - by_river) * (1.0 - by_site)
    records = []
    for at in map(int, np.flatnonzero(probable >= params.least)):
        mine = told.get(at, [])
        beside = [one for one, some in zip(gauges, water, strict=True) if some[at] > 0.01]
        z = float(ground.places.z[at])
        known = not math.isnan(z)
        said = {one.said.river for one in beside} & confirmed.keys()
        body = Inundation(
            place="road", code=ground.codes[at] or links[at].key, name=ground.names[at],
            probability=_rounded(float(probable[at])),
            cause="river" if by_river[at] >= by_site[at] else "sensor",
            elevation=round(z, 1) if known else None,
            elevation_from=round(float(ground.places.near[at]), -1) if known else None,
            gauges=[one.said.code for one in beside], sensors=[one.said.code for one in mine],
            confirmed=bool(said),
        )  # fmt: skip
        basis = [links[at].id, *(one.version.id for one in (*beside, *mine))]
        basis += [confirmed[one].id for one in said]
        records.append(_record(body, f"road/{body.code}", links[at], basis, links[at].area))
    return records


def _summaries(
    ground: Ground, gauges: Sequence[Stated], water: Sequence[Any],
    confirmed: Mapping[str, Version], params: Params,
) -> list[Record]:  # fmt: skip
    """For each gauge, how much of the municipality's streets its river is expected to have
    reached."""
    lengths = np.array(ground.lengths)
    records = []
    for one, some in zip(gauges, water, strict=True):
        if not some.size or float(some.max()) < params.least:
            continue
        forecast = confirmed.get(one.said.river)
        body = Inundation(
            place="river", code=one.said.code, name=one.said.name,
            probability=_rounded(float(some.max())), cause="river", gauges=[one.said.code],
            links=int((some >= params.least).sum()),
            length=float(round(float((some * lengths).sum()), -1)), confirmed=forecast is not None,
        )  # fmt: skip
        basis = [one.version.id, *([forecast.id] if forecast else [])]
        records.append(_record(body, f"river/{one.said.code}", one.version, basis))
    return records
