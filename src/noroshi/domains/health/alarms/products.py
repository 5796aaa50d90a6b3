"""Alarms that stand among all diseases and areas together."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np

from noroshi.core import weeks
from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs
from noroshi.core.record import Edition, Record, Version
from noroshi.domains.health.alarms.model import q_values
from noroshi.domains.health.weekly import COUNTRY, HOLDS
from noroshi.kinds import decode, encode, note
from noroshi.kinds.detection import AreaDetection, Detection
from noroshi.kinds.outbreak_alarm import OutbreakAlarm

DETECTION = "health.detection"


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    false_share: Annotated[
        float,
        msgspec.Meta(gt=0, le=0.5),
        note("偽発見率の上限", "share of false alarms among all alarms that is accepted"),
    ] = 0.05
    adaptive: Annotated[
        bool,
        note("Storey法", "estimate the share of series without an outbreak (Storey) as well"),
    ] = False
    least_cases: Annotated[
        int,
        msgspec.Meta(ge=1, le=100),
        note("最小報告数", "a week with fewer cases is tested but gives no alarm"),
    ] = 2


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition with an alarm for each area and disease that stands.

    A series whose past gives no p-value has no part in the test; it gives an alarm without a
    q-value where the ensemble alarms. A disease whose newest week is older than that of others
    of its system says nothing. Raises InvalidRecord for a body that is not of its kind, or inputs
    of mixed modes.
    """
    mode = mode_of(inputs)
    said = [(version, _read(version)) for version in inputs[DETECTION]]
    newest: dict[str, int] = {}
    for _, (number, body) in said:
        newest[body.system] = max(newest.get(body.system, number), number)
    current = sorted(
        ((version, body) for version, (number, body) in said if number == newest[body.system]),
        key=lambda one: (one[1].system, one[1].disease, one[0].id),
    )
    series = [
        (version, body, area) for version, body in current for area in body.areas
        if area.counts and area.counts[-1] is not None
    ]  # fmt: skip
    tested = [place for place, (_, _, area) in enumerate(series) if area.p_value is not None]
    found = q_values(np.array([series[one][2].p_value for one in tested], float), params.adaptive)
    q_value = dict(zip(tested, found.tolist(), strict=True))
    all_tested = {series[one][0].id for one in tested}
    records = []
    for place, (version, body, area) in enumerate(series):
        q = q_value.get(place)
        stands = q <= params.false_share if q is not None else bool(area.alarms[-1:] == [True])
        if not stands or (area.counts[-1] or 0) < params.least_cases:
            continue
        rests = all_tested | {version.id} if q is not None else {version.id}
        records.append(
            Record(
                "health.alarm",
                f"{body.disease}/{area.code}",
                encode(_alarm(body, area, q, len(tested))),
                area=None if area.code == COUNTRY else f"pref:{area.code}",
                valid_to=weeks.ends(body.week) + HOLDS,
                basis=tuple(sorted(rests)),
            )
        )
    if not records:
        return []
    issued = max(version.issued for version, _ in current)
    return [Edition("", issued, records, mode=mode, effective=issued)]


def _read(version: Version) -> tuple[int, Detection]:
    body: Detection = decode(DETECTION, version.body)
    try:
        return weeks.number(body.week), body
    except ValueError as error:
        raise InvalidRecord(str(error), where=f"{version.series} {version.key}") from None


def _alarm(body: Detection, area: AreaDetection, q: float | None, tested: int) -> OutbreakAlarm:
    return OutbreakAlarm(
        disease=body.disease,
        name=body.name,
        system=body.system,
        area_code=area.code,
        week=body.week,
        count=area.counts[-1] or 0,
        expected=area.expected[-1] if area.expected else None,
        upper=area.upper[-1] if area.upper else None,
        p_value=area.p_value,
        q_value=None if q is None else float(f"{q:.4g}"),
        score=area.score,
        methods=area.methods,
        since=_since(body, area),
        tested=tested if q is not None else 0,
    )


def _since(body: Detection, area: AreaDetection) -> str:
    """First week of the run of the ensemble's alarms that reaches the newest; else the newest."""
    since = body.week
    for week, alarm in zip(reversed(body.weeks), reversed(area.alarms), strict=False):
        if not alarm:
            break
        since = week
    return since
