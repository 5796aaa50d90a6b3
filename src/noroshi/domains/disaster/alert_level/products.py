"""The alert level of each municipality, from the warnings of all products in force there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec

from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.core.time import FOREVER, JST, NEVER, show
from noroshi.domains.disaster.alert_level.model import (
    PRINTED,
    flood_level,
    landslide_level,
    level_of,
)
from noroshi.kinds import decode, encode, note
from noroshi.kinds.alert_level import AlertLevel, HazardLevel
from noroshi.kinds.river import FloodMunicipality, FloodWarning
from noroshi.kinds.weather import CATEGORIES, AreaWarnings, WarningKind

WARNING = "disaster.weather_warning"
LANDSLIDE = "disaster.landslide_alert"
FLOOD_TOWN = "disaster.flood_municipality"
FLOOD = "disaster.flood_warning"
FLOOD_PRODUCT = "指定河川洪水予報"

_SERIOUS = {category: -rank for rank, category in enumerate(CATEGORIES.values())}


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    inundation_warning_level: Annotated[
        int,
        msgspec.Meta(ge=2, le=3),
        note(
            "大雨警報（浸水害）のレベル",
            "level of an old 大雨警報 for inundation alone, which the published table leaves out",
        ),
    ] = 3


class Said(NamedTuple):
    """One warning of one input, with the level it stands for. Of a flood forecast `versions` are
    the municipality it names and the forecast itself."""

    versions: tuple[Version, ...]
    said: AreaWarnings
    warning: WarningKind
    level: int | None
    basis: str


def scope(version: Version, towns: Towns) -> list[str]:
    """The municipality that an input is about."""
    area = towns.of(version)
    if not area and version.kind == FLOOD_TOWN:
        said: FloodMunicipality = decode(version.kind, version.body)
        area = towns.named(said.prefecture + said.city)
    return [area] if area else []


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition per municipality in which any warning is in force.

    Warnings for a part of a municipality count for the whole, and say for which part. Raises
    InvalidRecord for a body that is not of its kind, a weather warning that is not about a
    municipality, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    municipalities: dict[str, list[Said]] = {}
    for kind in (WARNING, LANDSLIDE):
        for version in inputs[kind]:
            said: AreaWarnings = decode(kind, version.body)
            area = municipality(version)
            for warning in said.kinds:
                level: int | None
                if kind == LANDSLIDE:
                    level, basis = landslide_level(warning)
                else:
                    level, basis = level_of(warning, params.inundation_warning_level)
                one = Said((version,), said, warning, level, basis)
                municipalities.setdefault(area, []).append(one)
    for area, one in _floods(inputs):
        municipalities.setdefault(area, []).append(one)
    return [_edition(area, mode, found) for area, found in sorted(municipalities.items())]


def _floods(inputs: Inputs) -> Iterable[tuple[str, Said]]:
    """Flood forecasts in force for the municipalities that they name, each river once."""
    rivers: Mapping[str, tuple[Version, FloodWarning]] = {
        said.code: (version, said)
        for version in inputs.get(FLOOD, ())
        if not (said := decode(FLOOD, version.body)).lifted
    }
    seen: set[tuple[str, str]] = set()
    for version in inputs.get(FLOOD_TOWN, ()):
        town: FloodMunicipality = decode(FLOOD_TOWN, version.body)
        if town.area_code not in rivers or not version.area:
            continue  # it is over, or the telegram gives no code of a municipality
        area = municipality(version)
        if (area, town.area_code) in seen:
            continue
        seen.add((area, town.area_code))
        forecast, said = rivers[town.area_code]
        level, category, basis = flood_level(said)
        warning = WarningKind(name=f"{said.kind}（{said.name}）", hazard="氾濫", category=category)
        about = AreaWarnings(area_name=town.city, product=FLOOD_PRODUCT, office=said.office)
        yield area, Said((version, forecast), about, warning, level, basis)


def municipality(version: Version) -> str:
    """The area of the whole municipality that `version` is about: JMA's codes of its parts share
    the first five digits. Raises InvalidRecord where it is not about a municipality."""
    scheme, _, code = (version.area or "").partition(":")
    if scheme != "city" or len(code) != 7:
        raise InvalidRecord(
            f"{version.kind} {version.key} is about {version.area!r}, not about a municipality",
            where=version.series,
        )
    return f"city:{code[:5]}00"


def _edition(area: str, mode: Mode, found: Sequence[Said]) -> Edition:
    versions = {version.id: version for one in found for version in one.versions}
    body = _body(area, found)
    ends = [one.valid_to for one in versions.values()]
    record = Record(
        "disaster.alert_level",
        area,
        encode(body),
        area=area,
        # Once one warning has ended by its own statement, what is said here is no longer so.
        valid_to=min(ends) if min(ends) < FOREVER else None,
        basis=tuple(sorted(versions)),
    )
    return Edition(
        series="",
        issued=max(one.issued for one in versions.values()),
        records=[record],
        mode=mode,
        effective=max(_since(one) for one in versions.values()),
    )


def _body(area: str, found: Sequence[Said]) -> AlertLevel:
    levels = [one.level for one in found if one.level is not None]
    highest = max(levels, default=None)
    givers = [] if highest is None else [one for one in found if one.level == highest]
    categories = {one.warning.category for one in givers} & _SERIOUS.keys()
    hazards = _hazards(area, found)
    return AlertLevel(
        area_name=_name(area, found),
        level=highest,
        basis=PRINTED
        if any(one.basis == PRINTED for one in givers)
        else (givers[0].basis if givers else ""),
        category=max(categories, key=_SERIOUS.__getitem__, default=""),
        names=_distinct(one.name for one in hazards if highest and one.level == highest),
        hazards=hazards,
        products=sorted({one.said.product for one in found}),
        offices=sorted({one.said.office for one in found}),
        since=_text(min(map(_begun, givers), default=FOREVER)),
        until=_text(max(map(_ends, givers), default=FOREVER)),
    )


def _hazards(area: str, found: Sequence[Said]) -> list[HazardLevel]:
    """Each warning once, though several products of an office say it; highest level first."""
    alike: dict[tuple[str, ...], list[Said]] = {}
    for one in found:
        part = "" if one.versions[0].area == area else one.said.area_name
        key = (_hazard(one), _title(one), one.said.office, part, str(one.level), one.basis)
        alike.setdefault(key, []).append(one)
    hazards = [
        HazardLevel(
            hazard=hazard,
            name=name,
            office=office,
            products=sorted({one.said.product for one in group}),
            since=_text(min(map(_begun, group))) or "",
            level=group[0].level,
            basis=basis,
            category=group[0].warning.category,
            until=_text(max(map(_ends, group))),
            part=part,
        )
        for (hazard, name, office, part, _, basis), group in alike.items()
    ]
    return sorted(
        hazards,
        key=lambda one: (-(one.level or 0), one.hazard, one.name, one.office, one.part, one.basis),
    )


def _hazard(one: Said) -> str:
    return "土砂災害" if one.versions[0].kind == LANDSLIDE else one.warning.hazard


def _title(one: Said) -> str:
    """The warning's name, with what a 大雨 warning is about where the name does not say."""
    name, condition = one.warning.name, one.warning.condition
    return f"{name}（{condition}）" if condition and one.versions[0].kind == WARNING else name


def _name(area: str, found: Sequence[Said]) -> str:
    """The municipality's name; where only its parts are named, these."""
    whole = {one.said.area_name for one in found if one.versions[0].area == area}
    return "・".join(sorted(whole or {one.said.area_name for one in found}))


def _begun(one: Said) -> int:
    return max(map(_since, one.versions))


def _ends(one: Said) -> int:
    """The end that is stated. A flood forecast states none: how long its record stands without a
    newer one is the reader's choice."""
    return one.versions[0].valid_to if len(one.versions) == 1 else FOREVER


def _since(version: Version) -> int:
    return version.issued if version.valid_from <= NEVER else version.valid_from


def _text(time: int) -> str | None:
    return show(time, JST)


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
