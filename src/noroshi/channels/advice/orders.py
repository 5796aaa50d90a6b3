"""What a town's mayor and other authorities tell its people to do: evacuation orders and alerts
that are in force. A warning by the weather agency is neither."""

from __future__ import annotations

import msgspec

from noroshi.channels.advice.notices import OLD, STALE, Sought
from noroshi.channels.advice.towns import Ranges
from noroshi.channels.features import thing_id
from noroshi.core.place import area_token
from noroshi.core.record import Version
from noroshi.kinds import decode
from noroshi.kinds.evacuation import EvacuationOrder
from noroshi.kinds.issued_alert import ISSUED, IssuedAlert, Text

ORDER = "disaster.evacuation_order"
#: Levels by the words of the law (災害対策基本法 第五十六条・第六十条), where an order states none.
LEVELS = {"緊急安全確保": 5, "避難指示": 4, "高齢者等避難": 3}


class Ordered(msgspec.Struct, frozen=True, kw_only=True):
    """An evacuation order in force: as its mayor's office says. `record` leads to the feature."""

    kind: str
    level: int
    hazard: str
    districts: tuple[str, ...]
    issued: int
    source: str
    record: tuple[str, str]
    old: bool = False


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """An alert in force, in the words of one language."""

    text: Text
    level: int | None
    action: str
    issued: int
    expires: int
    issuer: str
    source: str
    record: tuple[str, str]


def orders_in(sought: Sought) -> list[Ordered]:
    """Evacuation orders in force in a town, the highest level first; those of one kind, hazard and
    sender together."""
    groups: dict[tuple[str, int, str, str], list[tuple[Version, EvacuationOrder]]] = {}
    for version in sought.picture(ORDER, areas=()):
        body: EvacuationOrder = decode(ORDER, version.body)
        if body.lifted or sought.at - version.issued > STALE:
            continue
        if not _ordered_here(version, body, sought):
            continue
        level = body.level or LEVELS.get(body.kind, 3)
        groups.setdefault((body.kind, level, body.hazard, version.source), []).append(
            (version, body)
        )
    found = []
    for (kind, level, hazard, source), some in groups.items():
        newest = max((version for version, _ in some), key=lambda one: one.issued)
        names = dict.fromkeys(name for _, body in some for name in body.districts)
        whole = any(not body.districts for _, body in some)
        found.append(Ordered(
            kind=kind, level=level, hazard=hazard, districts=() if whole else tuple(names),
            issued=newest.issued, source=source, record=(ORDER, thing_id(newest)),
            old=sought.at - newest.issued > OLD,
        ))  # fmt: skip
    return sorted(found, key=lambda one: (-one.level, -one.issued, one.hazard))


def issued_in(sought: Sought, language: str) -> list[Issued]:
    """Alerts in force for a town, the gravest first, in `language` (`easy`, `en` …), or else in
    Japanese."""
    found = []
    for version in sought.picture(ISSUED, areas=()):
        body: IssuedAlert = decode(ISSUED, version.body)
        if body.kind in ("cancel", "expire") or not _concerns(body, sought):
            continue
        texts = {one.language: one for one in body.texts}
        text = texts.get(language) or texts.get("ja") or next(iter(body.texts), None)
        if text is not None:
            found.append(Issued(
                text=text, level=body.level, action=body.action, issued=version.issued,
                expires=version.valid_to, issuer=body.issuer or version.source,
                source=version.source,
                record=(ISSUED, thing_id(version)),
            ))  # fmt: skip
    return sorted(found, key=lambda one: (-(one.level or 0), -one.issued, one.record))


def _ordered_here(version: Version, body: EvacuationOrder, sought: Sought) -> bool:
    """True for an order of the town: by its area, its district's codes, or its municipality's name,
    as offices send one or the other."""
    town = sought.town
    if version.area is not None:
        return _within(version.area, town.ranges)
    if any(one.startswith(town.code) for one in body.district_codes):
        return True
    names = (town.name, f"{town.prefecture_name}{town.name}")
    return bool(town.name) and not body.district_codes and body.municipality in names


def _concerns(body: IssuedAlert, sought: Sought) -> bool:
    """True for an alert of the town, of what is around or in it, of its forecast area, or of its
    prefecture."""
    town = sought.town
    ranges = (*town.ranges, *town.forecast, *town.prefecture_ranges)
    return any(_within(area, ranges) for area in body.areas)


def _within(area: str, ranges: Ranges) -> bool:
    token = area_token(area)
    return any(low <= token <= high for low, high in ranges)
