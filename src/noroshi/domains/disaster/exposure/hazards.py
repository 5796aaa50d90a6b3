"""Hazard areas: which records tell one, how severe it is, and what its area is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from noroshi.core.parts import Inputs, Towns
from noroshi.core.place import municipality
from noroshi.core.record import Version
from noroshi.core.time import FOREVER, JST, NEVER, show
from noroshi.kinds import decode
from noroshi.kinds.alert import Alert
from noroshi.kinds.earthquake import Intensity
from noroshi.kinds.evacuation import EvacuationOrder
from noroshi.kinds.river import FloodMunicipality, FloodWarning
from noroshi.kinds.tsunami import TsunamiWarning
from noroshi.kinds.typhoon import TyphoonArea
from noroshi.kinds.weather import CATEGORIES, AreaWarnings, WarningKind

WEATHER, LANDSLIDE = "disaster.weather_warning", "disaster.landslide_alert"
FLOOD, FLOODED = "disaster.flood_warning", "disaster.flood_municipality"
TSUNAMI, INTENSITY = "disaster.tsunami_warning", "disaster.intensity"
TYPHOON, ALERT, ORDER = "disaster.typhoon_area", "disaster.alert", "disaster.evacuation_order"
SHELTER = "disaster.shelter_merged"

#: Intensities at which people are hurt and things fall (気象庁震度階級関連解説表).
STRONG = {"5-": "５弱", "5+": "５強", "6-": "６弱", "6+": "６強", "7": "７"}
#: Words of the categories of warnings, most serious first.
_WORDS = {en: ja for ja, en in CATEGORIES.items()}
_SERIOUS = tuple(CATEGORIES.values())[:3]
#: 津波予報（若干の海面変動） and 津波なし are no warning: codes of JMA's table of kinds.
_TSUNAMI = ("大津波警報", "津波警報", "津波注意報")
_ROLES = {"storm": "storm", "probability_circle": "probability_circle",
          "storm_warning": "storm_warning"}  # fmt: skip


class Hazard(msgspec.Struct, frozen=True, kw_only=True):
    """One hazard area. `series` within its part; `city` the municipality (`city:…00`) that the area
    is or lies in, `geometry` its boundary (well-known binary), if it has one."""

    series: str
    kind: str
    hazard: str
    name: str
    versions: tuple[Version, ...]
    severity: str = ""
    level: int | None = None
    area_name: str = ""
    meaning: str = "in_force"
    city: str = ""
    area: str | None = None
    geometry: bytes | None = None
    cities: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    persons: int | None = None
    households: int | None = None
    unnumbered: int = 0
    target: str | None = None

    @property
    def since(self) -> int:
        """When all of it had begun to be so."""
        return max(_since(one) for one in self.versions)

    @property
    def until(self) -> int:
        """When the first of what tells it ends; FOREVER if nothing says."""
        return min(one.valid_to for one in self.versions)


def scope(version: Version, towns: Towns) -> Sequence[str]:
    """The municipality (`city:…00`) where a hazard is one municipality's; else a river, coast,
    typhoon or alert of its own. None for what is no hazard here: an advisory, intensity 4."""
    read = _SCOPES.get(version.kind)
    return read(version, towns) if read else ()


def _in_city(version: Version, towns: Towns) -> list[str]:
    city = municipality(towns.of(version) or version.area)
    return [city] if city else []


def _of_warning(version: Version, towns: Towns) -> list[str]:
    body: AreaWarnings = decode(version.kind, version.body)
    return _in_city(version, towns) if any(map(_grave(version.kind), body.kinds)) else []


def _of_intensity(version: Version, towns: Towns) -> list[str]:
    body: Intensity = decode(INTENSITY, version.body)
    if body.intensity not in STRONG:
        return []
    if body.level == "city":
        return _in_city(version, towns)
    return [f"seismic {_plain(body.code)}"] if _flash(body) else []


def _of_order(version: Version, towns: Towns) -> list[str]:
    body: EvacuationOrder = decode(ORDER, version.body)
    city = municipality(towns.of(version)) or municipality(towns.named(body.municipality))
    return [city] if city and not body.lifted else []


def _of_alert(version: Version, towns: Towns) -> list[str]:
    body: Alert = decode(ALERT, version.body)
    if version.geometry is None or body.message_type not in ("", "Alert", "Update"):
        return []
    cities = _alert_cities(body) or {municipality(version.area)} - {""}
    if len(cities) == 1:
        return sorted(cities)
    return ["alert " + blake2b(version.series.encode(), digest_size=8).hexdigest()]


def _alert_cities(body: Alert) -> set[str]:
    codes = [one.partition(":") for one in body.codes]
    found = {municipality(f"city:{code.strip()[:5]}00") for scheme, _, code in codes
             if scheme == "JIS X 0402" and len(code.strip()) >= 5}  # fmt: skip
    return found - {""}


def _of_flood(version: Version, towns: Towns) -> list[str]:
    body: FloodWarning = decode(FLOOD, version.body)
    return [] if body.lifted else [f"river {_plain(body.code)}"]


def _of_flooded(version: Version, towns: Towns) -> list[str]:
    body: FloodMunicipality = decode(FLOODED, version.body)
    return [f"river {_plain(body.area_code)}"]


def _of_tsunami(version: Version, towns: Towns) -> list[str]:
    body: TsunamiWarning = decode(TSUNAMI, version.body)
    return [f"coast {_plain(body.code)}"] if _warns(body) else []


def _of_typhoon(version: Version, towns: Towns) -> list[str]:
    body: TyphoonArea = decode(TYPHOON, version.body)
    return [f"typhoon {_plain(body.event)}"] if body.role in _ROLES else []


_SCOPES: dict[str, Callable[[Version, Towns], Sequence[str]]] = {
    WEATHER: _of_warning, LANDSLIDE: _of_warning, INTENSITY: _of_intensity, ORDER: _of_order,
    ALERT: _of_alert, FLOOD: _of_flood, FLOODED: _of_flooded, TSUNAMI: _of_tsunami,
    TYPHOON: _of_typhoon, SHELTER: _in_city,
}  # fmt: skip


def hazards(inputs: Inputs) -> list[Hazard]:
    """The hazard areas of a part, in order of their series; a series of one hazard appears once.

    Raises InvalidRecord for a body that is not of its kind.
    """
    found = [
        *_warnings(inputs), *_floods(inputs), *_orders(inputs), *_intensities(inputs),
        *_tsunamis(inputs), *_typhoons(inputs), *_alerts(inputs),
    ]  # fmt: skip
    once = {one.series: one for one in found}
    return [once[series] for series in sorted(once)]


def _bodies(inputs: Inputs, kind: str) -> list[tuple[Version, Any]]:
    return [(one, decode(kind, one.body)) for one in inputs.get(kind, ())]


def _grave(kind: str) -> Callable[[WarningKind], bool]:
    """Whether a warning counts: a warning or more, or level 3 or more; every landslide alert."""

    def counts(one: WarningKind) -> bool:
        return kind == LANDSLIDE or one.category in _SERIOUS or (one.level or 0) >= 3

    return counts


def _warnings(inputs: Inputs) -> list[Hazard]:
    """One for each hazard of a municipality, whichever products say it. Landslide alerts are of
    the hazard that 大雨 warnings for 土砂災害 are of since 2026."""
    alike: dict[tuple[str, str], list[tuple[Version, AreaWarnings, WarningKind]]] = {}
    for kind in (WEATHER, LANDSLIDE):
        for version, body in _bodies(inputs, kind):
            for warning in filter(_grave(kind), body.kinds):
                hazard = "土砂災害" if kind == LANDSLIDE else warning.hazard or warning.name
                key = municipality(version.area), hazard
                alike.setdefault(key, []).append((version, body, warning))
    found = []
    for (city, hazard), group in alike.items():
        top = max(group, key=lambda one: (one[2].level or 0, -_rank(one[2]), one[2].name))
        whole = {body.area_name for version, body, _ in group if version.area == city}
        names = whole or {body.area_name for _, body, _ in group}
        found.append(Hazard(
            series=f"warning/{hazard}", kind=top[0].kind, hazard=hazard, name=top[2].name,
            severity=_WORDS.get(top[2].category, top[2].name), level=top[2].level,
            area_name="・".join(sorted(names)), meaning="in_force" if whole else "part",
            city=city, area=city or None, versions=_unique(one[0] for one in group),
        ))  # fmt: skip
    return found


def _rank(warning: WarningKind) -> int:
    return _SERIOUS.index(warning.category) if warning.category in _SERIOUS else len(_SERIOUS)


def _floods(inputs: Inputs) -> list[Hazard]:
    """One for each municipality that a river's forecast names, of level 3 or more."""
    found = []
    warned = [(one, body) for one, body in _bodies(inputs, FLOOD) if not body.lifted]
    for version, body in warned:
        if not _flood_counts(body):
            continue
        named: dict[str, list[tuple[Version, FloodMunicipality]]] = {}
        for one, said in _bodies(inputs, FLOODED):
            if said.area_code == body.code:
                named.setdefault(municipality(one.area) or said.city, []).append((one, said))
        common: dict[str, Any] = {
            "kind": FLOOD, "hazard": "洪水", "name": body.kind, "severity": body.kind,
            "level": body.level,
        }  # fmt: skip
        for city, group in named.items():
            districts = sorted({one for _, said in group for one in said.districts})
            found.append(Hazard(
                series=f"flood/{_plain(body.code)}/{city}",
                area_name=f"{body.name}：{group[0][1].city}", meaning="part",
                city=city if city.startswith("city:") else "", area=group[0][0].area,
                districts=tuple(districts),
                versions=_unique([version, *(one for one, _ in group)]), **common,
            ))  # fmt: skip
        if not named:
            found.append(Hazard(series=f"flood/{_plain(body.code)}", area_name=body.name,
                                area=version.area, versions=(version,), **common))  # fmt: skip
    return found


def _flood_counts(body: FloodWarning) -> bool:
    return (body.level or 0) >= 3 or (
        body.level is None and any(one in body.kind for one in ("警戒", "危険", "発生"))
    )


def _orders(inputs: Inputs) -> list[Hazard]:
    """One for each kind of order of a municipality, and hazard: its districts together."""
    alike: dict[tuple[str, str], list[tuple[Version, EvacuationOrder]]] = {}
    for version, body in _bodies(inputs, ORDER):
        if not body.lifted:
            alike.setdefault((body.kind, body.hazard), []).append((version, body))
    found = []
    for (kind, hazard), group in alike.items():
        said: dict[str, tuple[Version, EvacuationOrder]] = {}
        for version, body in group:  # two senders may pass on one and the same order
            key = "、".join(body.district_codes or body.districts)
            if key not in said or version.issued > said[key][0].issued:
                said[key] = (version, body)
        persons = [body.persons for _, body in said.values()]
        homes = [body.households for _, body in said.values()]
        whole = any(not body.districts for _, body in said.values())
        names = (
            () if whole else tuple(sorted({one for _, b in said.values() for one in b.districts}))
        )
        found.append(Hazard(
            series=f"order/{kind}/{hazard}", kind=ORDER, hazard=hazard, name=kind, severity=kind,
            level=group[0][1].level, area_name=group[0][1].municipality, districts=names,
            persons=sum(one or 0 for one in persons),
            households=sum(one or 0 for one in homes) if None not in homes else None,
            unnumbered=sum(one is None for one in persons),
            versions=_unique(version for version, _ in said.values()),
        ))  # fmt: skip
    return found


def _flash(body: Intensity) -> bool:
    """A region of the flash report: until municipalities are told there is nothing finer."""
    return body.level == "area" and body.flash


def _intensities(inputs: Inputs) -> list[Hazard]:
    found = []
    for version, body in _bodies(inputs, INTENSITY):
        if body.intensity not in STRONG or not (body.level == "city" or _flash(body)):
            continue
        city = municipality(version.area)
        found.append(Hazard(
            series=f"intensity/{body.event}/{body.level}", kind=INTENSITY, hazard="地震",
            name=f"震度{STRONG[body.intensity]}", severity=f"震度{STRONG[body.intensity]}",
            area_name=body.name, city=city, area=version.area, versions=(version,),
        ))  # fmt: skip
    return found


def _warns(body: TsunamiWarning) -> bool:
    return not body.lifted and body.kind.startswith(_TSUNAMI)


def _tsunamis(inputs: Inputs) -> list[Hazard]:
    return [
        Hazard(series="", kind=TSUNAMI, hazard="津波", name=body.kind, severity=body.kind,
               area_name=body.name, area=version.area, geometry=version.geometry,
               versions=(version,))
        for version, body in _bodies(inputs, TSUNAMI) if _warns(body)
    ]  # fmt: skip


def _typhoons(inputs: Inputs) -> list[Hazard]:
    """Each circle of each step; of several products that give one, the newest."""
    found: dict[str, Hazard] = {}
    ordered = sorted(_bodies(inputs, TYPHOON), key=lambda one: (one[0].issued, one[1].product))
    for version, body in ordered:
        if body.role not in _ROLES or version.geometry is None:
            continue
        series = f"{body.step}/{body.time}/{body.role}"
        found[series] = Hazard(
            series=series, kind=TYPHOON, hazard="台風", name=body.role_ja,
            severity=body.role_ja, meaning=_ROLES[body.role], target=body.time,
            area_name=f"台風{body.number or body.event}" + (f" {body.name_kana}".rstrip()),
            geometry=version.geometry, versions=(version,),
        )  # fmt: skip
    return list(found.values())


def _alerts(inputs: Inputs) -> list[Hazard]:
    """One for each alert: it may be there in several languages, of which Japanese is taken."""
    found: dict[str, tuple[bool, Hazard]] = {}
    for version, body in _bodies(inputs, ALERT):
        if version.geometry is None:
            continue
        cities = _alert_cities(body)
        japanese = body.language.startswith("ja")
        # The series of a CAP message is named after the first of those that refer to one another.
        cap, _, first = version.series.rpartition("/")
        first = first if cap.startswith("cap/") else body.identifier
        series = f"alert/{body.sender}/{first}"
        if series in found and (found[series][0] or not japanese):
            continue
        area = None if len(cities) > 1 else version.area or min(cities, default=None)
        found[series] = japanese, Hazard(
            series=series, kind=ALERT, hazard=body.event, name=body.headline or body.event,
            severity=body.severity, area=area, city=municipality(area),
            area_name="、".join(dict.fromkeys(one.name for one in body.areas)),
            geometry=version.geometry, versions=(version,),
            cities=tuple(sorted(cities)) if len(cities) > 1 else (),
        )  # fmt: skip
    return [one for _, one in found.values()]


def _unique(versions: Any) -> tuple[Version, ...]:
    return tuple({one.id: one for one in versions}.values())


def _plain(code: str) -> str:
    """A code as it may stand in a part's name."""
    return code.replace("/", "-").strip() or "-"


def _since(version: Version) -> int:
    return version.issued if version.valid_from <= NEVER else version.valid_from


def said(time: int) -> str | None:
    """A time for a body; None where it is open."""
    return show(time, JST) if NEVER < time < FOREVER else None
