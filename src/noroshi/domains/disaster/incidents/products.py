"""Incidents of a municipality, from what its residents report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Annotated

import msgspec

from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs, Towns
from noroshi.core.place import bounds, municipality, point
from noroshi.core.record import Edition, Record, Version
from noroshi.core.time import HOUR, JST, show
from noroshi.domains.disaster.incidents.model import (
    DISTRESS,
    REACH,
    Group,
    Reliability,
    Seen,
    certainty,
    put_together,
)
from noroshi.kinds import decode, encode, note
from noroshi.kinds.reported_incident import INCIDENT, STATES, TRIAGE, ReportedIncident, Triage
from noroshi.kinds.resident_report import REPORT, ResidentReport

#: The part of reports of which nobody knows in which municipality they are.
UNPLACED = "unplaced"
#: An incident of which nothing is heard any more ends so long after its last report [h].
LAPSE: Mapping[str, float] = {
    "trapped": 24, "injury": 12, "fire": 12, "landslide": 48, "flood": 12, "road": 48,
    "outage": 24, "water": 48, "supply": 24, "shelter": 12, "rumour": 24, "other": 12,
}  # fmt: skip
NAMES: Mapping[str, str] = {
    "trapped": "閉じ込め・取り残し", "injury": "けが人", "fire": "火災", "landslide": "土砂崩れ",
    "flood": "浸水", "road": "道路の異常", "outage": "停電・通信障害", "water": "断水・漏水",
    "supply": "物資不足", "shelter": "避難所の状況", "rumour": "未確認のうわさ",
    "other": "その他の通報",
}  # fmt: skip
#: Metres in a degree of latitude, and of longitude at the equator (GRS80).
_LATITUDE, _LONGITUDE = 110_940.0, 111_319.5
_CLOSING = ("resolved", "dismissed")
#: A rumour is not more probable for being repeated.
_RUMOUR = 0.1

Ratio = Annotated[float, msgspec.Meta(ge=1, le=1_000)]


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    reach: Annotated[
        float, msgspec.Meta(ge=0.1, le=10),
        note("距離の倍率", "multiplies the distances within which reports are of the same thing"),
    ] = 1.0  # fmt: skip
    prior: Annotated[
        float, msgspec.Meta(gt=0, lt=1),
        note("事前確率", "probability that it is so before the first report counts"),
    ] = 0.3  # fmt: skip
    ratio_named: Annotated[
        Ratio, note("地名による通報の尤度比", "likelihood ratio of a report that names its place")
    ] = 3.0
    ratio_placed: Annotated[
        Ratio, note("位置付き通報の尤度比", "likelihood ratio of a report with a position")
    ] = 5.0
    ratio_picture: Annotated[
        Ratio, note("写真の尤度比", "by which a picture multiplies that of its report")
    ] = 2.0
    ratio_denial: Annotated[
        Ratio, note("否定の尤度比", "by which a neighbour who sees nothing divides the odds")
    ] = 4.0


def scope(version: Version, towns: Towns) -> list[str]:
    """The municipality of a report, and of what an officer made of it."""
    area = municipality(towns.of(version) or version.area)
    return [area or UNPLACED]


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition: the incidents of a municipality.

    Raises InvalidRecord for a body that is not of its kind, or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    versions = inputs.get(REPORT, ())
    decided = _decided(inputs.get(TRIAGE, ()))
    if not versions:
        return []
    reports = {one.key: (one, _report(one)) for one in versions}
    across = _LONGITUDE * math.cos(math.radians(_middle(versions)))
    seen = [
        _seen(version, body, across) for version, body in reports.values()
        if body.category in REACH and not _dismissed(decided, version.key)
    ]  # fmt: skip
    closed = {
        key: version.issued for key, (version, said) in decided.items() if said.state in _CLOSING
    }
    groups = put_together(seen, closed, params.reach)
    records = [_record(one, reports, decided, across, params) for one in groups]
    newest = [*versions, *(version for version, _ in decided.values())]
    issued = max(one.issued for one in newest)
    records.sort(key=lambda one: one.key)
    return [Edition("", issued, records, mode=mode, effective=issued)]


def _report(version: Version) -> ResidentReport:
    body: ResidentReport = decode(REPORT, version.body)
    if body.category not in {*REACH, "safe"}:
        raise InvalidRecord(f"{body.category!r} is no category", where=version.key)
    return body


def _decided(versions: Sequence[Version]) -> dict[str, tuple[Version, Triage]]:
    """What officers made of each report, newest last."""
    found: dict[str, tuple[Version, Triage]] = {}
    for one in sorted(versions, key=lambda one: (one.issued, one.id)):
        body: Triage = decode(TRIAGE, one.body)
        if body.state not in STATES:
            raise InvalidRecord(f"{body.state!r} is no state", where=one.key)
        found[one.key] = one, body
    return found


def _dismissed(decided: Mapping[str, tuple[Version, Triage]], key: str) -> bool:
    """A report that was put aside by itself; one of an incident that was, stays in it."""
    return key in decided and decided[key][1].state == "dismissed" and not decided[key][1].of


def _middle(versions: Sequence[Version]) -> float:
    """A latitude for the plane: that of the first report with a position."""
    placed = (one.geometry for one in versions if one.geometry is not None)
    geometry = next(placed, None)
    return 35.0 if geometry is None else bounds(geometry)[1]


def _seen(version: Version, body: ResidentReport, across: float) -> Seen:
    x = y = None
    if version.geometry is not None:
        west, south, east, north = bounds(version.geometry)
        x, y = (west + east) / 2 * across, (south + north) / 2 * _LATITUDE
    return Seen(
        key=version.key, time=version.issued, category=body.category,
        # Who has no mark is a voice of their own.
        reporter=body.reporter or version.key, x=x, y=y, placed=body.placed, place=body.place,
        facility=body.facility, danger=body.danger, picture=body.picture,
        denies=body.about if body.sees is False else "", joins=body.about if body.sees else "",
    )  # fmt: skip


def _record(
    group: Group, reports: Mapping[str, tuple[Version, ResidentReport]],
    decided: Mapping[str, tuple[Version, Triage]], across: float, params: Params,
) -> Record:  # fmt: skip
    mine = [reports[one.key] for one in group.reports]
    decisions = sorted(
        (decided[one.key] for one in group.reports if one.key in decided),
        key=lambda one: (one[0].issued, one[0].id),
    )
    state = decisions[-1][1].state if decisions else "new"
    category = group.category
    place = _most([body.place for _, body in mine])
    depths = [body.depth for _, body in mine if body.depth is not None]
    persons = [body.persons for _, body in mine if body.persons is not None]
    said = certainty(group, Reliability(
        params.prior / (1 - params.prior), params.ratio_named, params.ratio_placed,
        params.ratio_picture, params.ratio_denial,
    ))  # fmt: skip
    if category == "rumour":
        said = _RUMOUR
    sure = {"confirmed": 1.0, "dispatched": 1.0, "resolved": 1.0, "dismissed": 0.0}.get(state, said)
    body = ReportedIncident(
        category=category, title=_title(category, place, group),
        reports=len(mine), reporters=len({one.reporter for one in group.reports}),
        danger=any(one.danger for one in group.reports), certainty=round(sure, 2),
        depth=round(median(depths), 2) if depths else None, persons=max(persons, default=None),
        radius=float(round(group.radius())), place=place,
        first=show(group.reports[0].time, JST), last=show(group.last, JST),
        denied=len({one.reporter for one in group.denials}), state=state,
        keys=[one.key for one in sorted(group.reports, key=lambda one: (-one.time, one.key))],
    )  # fmt: skip
    rests = [version for version, _ in mine] + [reports[one.key][0] for one in group.denials]
    rests += [version for version, _ in decisions]
    geometry = None
    if group.x is not None and group.y is not None:
        geometry = point(round(group.x / across, 5), round(group.y / _LATITUDE, 5))
    return Record(
        INCIDENT, group.key, encode(body), geometry,
        next((version.area for version, _ in mine if version.area is not None), None),
        valid_to=max(group.last, *(one.issued for one in rests)) + round(LAPSE[category] * HOUR),
        basis=tuple(one.id for one in rests),
    )  # fmt: skip


def _title(category: str, place: str, group: Group) -> str:
    """What and where in one line, those in distress always named."""
    name = NAMES[category]
    others = dict.fromkeys(
        one.category for one in group.reports
        if one.category in DISTRESS and one.category != category
    )  # fmt: skip
    if others:
        name += f"（{'、'.join(NAMES[one] for one in others)}の通報あり）"
    return f"{place}：{name}" if place else name


def _most(names: Sequence[str]) -> str:
    """The name that most say; of several, the first."""
    counted = Counter(one for one in names if one)
    return max(counted, key=lambda name: counted[name]) if counted else ""
