"""The state of each sensor and gauge: of its reports, and of the time in which there were none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from noroshi.core.capability import mode_of, newest
from noroshi.core.errors import InvalidRecord
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Record, Version
from noroshi.core.time import DAY, FOREVER, HOUR, JST, MINUTE, NEVER, SECOND, parse, show
from noroshi.domains.disaster.flood_watch import model
from noroshi.domains.disaster.flood_watch.model import Report
from noroshi.kinds import decode, encode, note
from noroshi.kinds.facility import Facility
from noroshi.kinds.flood_state import FloodState
from noroshi.kinds.gauge import FloodSensor
from noroshi.kinds.river import RiverLevel

FACILITY = "infrastructure.facility"
Of = Literal["sensor", "river", "rain"]
OF: Mapping[str, Of] = {
    "disaster.flood_sensor": "sensor",
    "disaster.river_level": "river",
    "disaster.rain_gauge": "rain",
}
CATEGORIES: Mapping[str, Of] = {
    "flood_sensor": "sensor",
    "water_gauge": "river",
    "rain_gauge": "rain",
}
#: A river that moves less in an hour is steady [m].
STEADY = 0.05


class Params(msgspec.Struct, frozen=True):
    """What the reader of the product may choose."""

    hold_minutes: Annotated[
        float,
        msgspec.Meta(ge=0, le=360),
        note("保持時間", "dry, or a lower step, counts after it was said for so long [min]"),
    ] = 30.0
    silent_factor: Annotated[
        float,
        msgspec.Meta(ge=1, le=20),
        note("途絶の倍率", "silent after so many times the usual time between its reports"),
    ] = 1.5
    silent_least_minutes: Annotated[
        float,
        msgspec.Meta(ge=1, le=1440),
        note("途絶の最短", "never silent before so long without a report [min]"),
    ] = 60.0
    silent_most_hours: Annotated[
        float,
        msgspec.Meta(ge=1, le=168),
        note("途絶の最長", "silent after so long at the latest, and where no rhythm is known [h]"),
    ] = 36.0


class Said(msgspec.Struct, frozen=True):
    """One report with the version and body it is of. `dated`: it tells when it was observed."""

    report: Report
    version: Version
    body: Any
    dated: bool


def scope(version: Version, towns: Towns) -> list[str]:
    """The sensor or gauge that an input is of, by its kind and code."""
    said: Any = decode(version.kind, version.body)
    of = CATEGORIES.get(said.category) if version.kind == FACILITY else OF[version.kind]
    code = str(said.code or version.key)
    return [f"{of}:{code.replace('/', '_')}"] if of else []


def build(inputs: Inputs, params: Params, moment: int) -> list[Edition]:
    """One edition, of one sensor or gauge.

    `inputs` are of one sensor or gauge, with what it said before. Raises InvalidRecord for a body
    that is not of its kind, for a time that cannot be read, or for mixed modes.
    """
    mode = mode_of(inputs)
    now = max(moment, newest(inputs))
    listed = [(one, decode(FACILITY, one.body)) for one in inputs[FACILITY]]
    register = next(((v, body) for v, body in listed if body.category in CATEGORIES), None)
    found = next((kind for kind in OF if inputs.get(kind)), None)
    if found is None:
        if register is None or register[1].category != "flood_sensor":
            return []
        return [_never_heard(register, mode)]
    of = OF[found]
    bodies = [(one, decode(found, one.body)) for one in inputs[found]]
    limits = _limits(bodies, register) if of == "river" else []
    said = sorted(
        (_said(of, version, body, limits) for version, body in bodies),
        key=lambda one: (one.report.time, one.report.heard, one.version.series),
    )
    state, due = _state(of, said, limits, params, now)
    last = said[-1]
    state = msgspec.structs.replace(
        state,
        code=str(last.body.code or last.version.key),
        name=last.body.name or (register[1].name if register else ""),
        thresholds=limits,
        river=_river(said, register) if of == "river" else "",
        elevation=register[1].elevation if register else None,
        owner=getattr(last.body, "owner", "") or (register[1].operator if register else ""),
        municipality=getattr(last.body, "municipality", "")
        or (register[1].municipality if register else ""),
    )
    base = [one.version for one in _resting(said, state)] + ([register[0]] if register else [])
    geometry = next((v.geometry for v in (last.version, *reversed(base)) if v.geometry), None)
    area = next((v.area for v in (last.version, *reversed(base)) if _city(v)), None)
    passed = [one for one in (*due, *(one.report.time for one in said)) if one <= now]
    issued = max([newest(inputs), *(one for one in due if one <= now)])
    ends = min((one for one in due if one > now), default=FOREVER)
    record = Record(
        "disaster.flood_state",
        f"{of}:{state.code}",
        encode(state),
        geometry=geometry,
        area=area,
        valid_to=ends if ends < FOREVER else None,
        basis=tuple(sorted({one.id for one in base})),
    )
    effective = max(passed, default=issued)
    return [Edition(series="", issued=issued, records=[record], mode=mode, effective=effective)]


def _river(said: Sequence[Said], register: tuple[Version, Facility] | None) -> str:
    """The river, as the register calls it; else the area of its forecast."""
    names = [one.body.area_name for one in said if one.body.area_name]
    return (register[1].route if register else "") or next(reversed(names), "")


def _city(version: Version) -> bool:
    return (version.area or "").startswith("city:")


def _never_heard(register: tuple[Version, Facility], mode: Any) -> Edition:
    version, body = register
    state = FloodState(
        code=body.code or version.key, of="sensor", name=body.name, state="unknown",
        elevation=body.elevation, why="never_heard", owner=body.operator,
        municipality=body.municipality,
    )  # fmt: skip
    record = Record(
        "disaster.flood_state", f"sensor:{state.code}", encode(state), geometry=version.geometry,
        area=version.area if _city(version) else None, basis=(version.id,),
    )  # fmt: skip
    return Edition(
        series="", issued=version.issued, records=[record], mode=mode, effective=version.issued
    )


# --- what was said ------------------------------------------------------------------------------


def _said(of: Of, version: Version, body: Any, limits: Sequence[Any]) -> Said:
    text = (body.observed.time if body.observed else None) if of == "river" else body.observed
    heard = version.issued
    try:
        time = parse(text) if text else version.valid_from
    except ValueError as error:
        raise InvalidRecord(str(error), where=f"{version.series} {version.key}") from None
    if time <= NEVER:
        time = heard
    if of == "sensor":
        step, value = _of_sensor(body)
    elif of == "river":
        step, value = _of_river(body, limits)
    else:
        value = body.rain_hour
        step = None if value is None else sum(value >= one for one in model.RAIN)
    # What is told of a time yet to come is heard now.
    return Said(Report(min(time, heard), heard, step, value), version, body, bool(text))


def _of_sensor(body: FloodSensor) -> tuple[int | None, float | None]:
    """Its step and depth; no step where it does not know."""
    if body.state == "unknown" and body.step is None and body.depth is None:
        return None, None
    if body.step is not None:
        step = body.step
    elif body.depth is not None:
        limits = model.heights(body.steps)
        step = sum(body.depth >= one for one in limits) if limits else int(body.depth > 0)
    else:
        step = 0
    # Whatever its numbers are, what is called wet is not dry.
    return max(step, 1) if body.state == "wet" else step, body.depth


def _of_river(body: RiverLevel, limits: Sequence[Any]) -> tuple[int | None, float | None]:
    if body.observed is None or body.observed.level is None:
        return None, None
    level = body.observed.level
    if not limits and body.observed.rank is not None:
        return max(0, body.observed.rank - 1), level
    return model.passed(level, limits), level


def _limits(
    bodies: Sequence[tuple[Version, RiverLevel]], register: tuple[Version, Facility] | None
) -> list[Any]:
    printed = max(
        (one for one in bodies if one[1].thresholds), key=lambda one: one[0].issued, default=None
    )
    extra = register[1].extra if register else {}
    return model.thresholds(printed[1].thresholds if printed else [], extra)


# --- what follows -------------------------------------------------------------------------------


def _state(
    of: Of, said: Sequence[Said], limits: Sequence[Any], params: Params, now: int
) -> tuple[FloodState, list[int]]:
    """The state, and the moments, past and to come, at which it is another without any news."""
    reports = [one.report for one in said]
    last = said[-1]
    heard = max(one.heard for one in reports)
    pace = model.rhythm([one.heard for one in reports], weighted=of == "sensor")
    most = round(params.silent_most_hours * HOUR)
    wait = most if pace is None else min(most, round(pace * params.silent_factor))
    wait = max(wait, round(params.silent_least_minutes * MINUTE))
    silent_from = heard + wait if last.dated else FOREVER
    # Rain of the last hour is a moving sum already.
    patience = 0 if of == "rain" else round(params.hold_minutes * MINUTE)
    silent = now >= silent_from
    known = model.hold(reports, patience, min(now, silent_from))
    due = [silent_from] if silent_from < FOREVER else []
    if known is not None:
        due += [one for one in (known.changed, known.until) if one < silent_from]
    state = FloodState(
        code="", of=of, state="unknown", heard=show(heard, JST),
        observed=show(last.report.time, JST),
        silent_from=show(silent_from, JST), rhythm=None if pace is None else pace / SECOND,
        why="reported" if last.dated else "undated",
        battery=last.body.battery if of == "sensor" else None,
        **_measured(of, said, limits),
    )  # fmt: skip
    was = _word(of, known.step) if known else ""
    if silent or (of == "sensor" and last.body.silent):
        return msgspec.structs.replace(
            state, state="silent", last_state=was, trend="",
            why="no_report" if silent else "said_silent",
            since=show(silent_from if silent else last.report.time, JST),
        ), due  # fmt: skip
    if last.report.step is None or known is None:
        return msgspec.structs.replace(
            state, state="unknown", last_state=was, trend="", why="no_value"
        ), due
    newest_step = last.report.step
    lowering = newest_step < known.step
    return msgspec.structs.replace(
        state, state=was, step=known.step, reported_step=newest_step,
        since=_since(of, known, last), why="held" if lowering else state.why,
        trend="falling" if lowering and of != "river" else state.trend,
        **_depth(of, known.step, last, limits),
    ), due  # fmt: skip


def _word(of: Of, step: int) -> Literal["dry", "wet", "below", "above"]:
    if of == "river":
        return "above" if step else "below"
    return "wet" if step else "dry"


def _since(of: Of, known: model.Held, last: Said) -> str | None:
    """Since when the step counts; a sensor may know better, where it has not changed since."""
    told = getattr(last.body, "since", None) if of == "sensor" else None
    if known.since is not None:
        return show(known.since, JST)
    try:
        return show(parse(told), JST) if told else None
    except ValueError:
        return None


def _measured(of: Of, said: Sequence[Said], limits: Sequence[Any]) -> dict[str, Any]:
    """Levels and rain as last told."""
    last = said[-1]
    if of == "rain":
        return {"rain_hour": last.body.rain_hour, "rain_3h": last.body.rain_3h}
    if of == "sensor":
        return {}
    reports = [one.report for one in said]
    levels = [one for one in reports if one.value is not None and one.time > last.report.time - DAY]
    top = max(levels, key=lambda one: (one.value or 0.0, -one.time), default=None)
    return {
        "level": last.report.value,
        "trend": model.trend(reports, HOUR, STEADY) if last.report.value is not None else "",
        "highest": top.value if top else None,
        "highest_at": show(top.time, JST) if top else None,
    }


def _depth(of: Of, step: int, last: Said, limits: Sequence[Any]) -> dict[str, Any]:
    """What a step tells: bounds of the depth, or the name of what was passed."""
    if of == "rain":
        return {"step_name": model.RAIN_NAMES[step - 1] if 0 < step <= len(model.RAIN) else ""}
    if of == "river":
        name = next((one.name for one in limits if model.rank_of(one.name) == step), "")
        return {"step_name": name}
    heights = model.heights(last.body.steps)
    least = heights[step - 1] if 0 < step <= len(heights) else None
    if step and least is None:
        least = last.body.depth or None
    return {
        "depth_at_least": least if step else 0.0,
        "depth_below": heights[step] if step < len(heights) else None,
    }


def _resting(said: Sequence[Said], state: FloodState) -> list[Said]:
    """The reports that the state rests on: the newest, and those since the state began."""
    since = parse(state.since) if state.since else said[-1].report.time
    found = [one for one in said if one.report.time >= since][-20:]
    tops = [one for one in said if state.highest is not None and one.report.value == state.highest]
    return [*found, *tops[:1], said[-1]]
