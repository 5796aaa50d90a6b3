"""What of each disease's weekly counts may be told, given all that was told before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import numpy as np

from noroshi.core import weeks
from noroshi.core.capability import mode_of
from noroshi.core.errors import InvalidRecord
from noroshi.core.label import PUBLIC
from noroshi.core.parts import Inputs, Towns
from noroshi.core.record import Edition, Mode, Record, Version
from noroshi.domains.health.disclosure.model import NONE, Table, Told, disclose
from noroshi.kinds import decode, encode, note
from noroshi.kinds.notifications import AreaCount, Notifications
from noroshi.kinds.notifications_disclosed import AreaDisclosed, NotificationsDisclosed

KIND = "health.notifications"


class Params(msgspec.Struct, frozen=True):
    """How small is small. To be changed at the beginning of a year: what was told before was
    weighed by the old value."""

    threshold: Annotated[
        int,
        msgspec.Meta(ge=2, le=1000),
        note("秘匿の基準", "cases; counts from 1 to below this are kept back"),
    ] = 10
    cumulative: Annotated[
        bool,
        note("累積も出す", "whether cumulative counts are told where they give nothing away"),
    ] = True


def scope(version: Version, towns: Towns) -> list[str]:
    """The disease that it is about. What is public already is nobody's to protect: it is left as
    it is, and has no disclosed form."""
    return [] if version.label == PUBLIC else [f"disease:{version.key}"]


def build(inputs: Inputs, params: Params) -> list[Edition]:
    """One edition for each disease and system, of the newest table.

    Raises InvalidRecord for a body that is not of its kind, a week that is none, a count below 0,
    or inputs of mixed modes.
    """
    mode = mode_of(inputs)
    said: dict[tuple[str, str], list[tuple[Version, Notifications]]] = {}
    for version in inputs[KIND]:
        body: Notifications = decode(KIND, version.body)
        _check(version, body)
        said.setdefault((body.system, body.disease), []).append((version, body))
    return [_edition(mode, found, params) for _, found in sorted(said.items())]


def _check(version: Version, body: Notifications) -> None:
    where = f"{version.series} {version.key}"
    try:
        weeks.number(body.week)
    except ValueError as error:
        raise InvalidRecord(str(error), where=where) from None
    rows: list[Notifications | AreaCount] = [body, *body.areas]
    for one in rows:
        if min(one.count or 0, one.cumulative or 0, one.per_sentinel or 0) < 0:
            raise InvalidRecord("a count is below 0", where=where, remedy="ask the publisher")
    if len({one.code for one in body.areas}) < len(body.areas):
        raise InvalidRecord("an area is there twice", where=where, remedy="ask the publisher")


def _edition(mode: Mode, said: list[tuple[Version, Notifications]], params: Params) -> Edition:
    said = sorted(said, key=lambda one: (one[0].issued, one[0].action, one[0].serial, one[0].id))
    newest, body = said[-1]
    # What is cumulative begins anew with each year.
    of_year = [one for one in said if one[1].week[:4] == body.week[:4]]
    told = disclose(tables_of([one for _, one in of_year]), params.threshold, params.cumulative)[-1]
    record = Record(
        "health.notifications_disclosed",
        body.disease,
        encode(disclosed(body, codes_of([one for _, one in of_year]), told, params.threshold)),
        # What is told rests on what was told before as well.
        basis=tuple(sorted({version.id for version, _ in of_year})),
    )
    return Edition(
        series=body.system, issued=newest.issued, records=[record], mode=mode,
        effective=newest.valid_from,
    )  # fmt: skip


def codes_of(bodies: Sequence[Notifications]) -> list[str]:
    """The prefectures of tables, in order."""
    return sorted({one.code for body in bodies for one in body.areas})


def tables_of(bodies: Sequence[Notifications]) -> list[Table]:
    """Tables of one disease as arrays: the country, then `codes_of` them."""
    codes = codes_of(bodies)
    tables = []
    for body in bodies:
        areas: dict[str, Notifications | AreaCount] = {one.code: one for one in body.areas}
        rows = [body, *(areas.get(code, AreaCount(code=code)) for code in codes)]
        tables.append(Table(
            weeks.number(body.week),
            np.array([NONE if one.count is None else one.count for one in rows]),
            np.array([NONE if one.cumulative is None else one.cumulative for one in rows]),
        ))  # fmt: skip
    return tables


def disclosed(
    body: Notifications, codes: Sequence[str], told: Told, threshold: int
) -> NotificationsDisclosed:
    """`body` without what is kept back; `codes` are the areas that `told` is about, after the
    country."""
    place = {code: number for number, code in enumerate(codes, start=1)}
    return NotificationsDisclosed(
        disease=body.disease, name=body.name, system=body.system, week=body.week,
        threshold=threshold, published=body.published, **_values(body, told, 0),
        areas=[
            AreaDisclosed(code=one.code, **_values(one, told, place[one.code]))
            for one in sorted(body.areas, key=lambda one: one.code)
        ],
    )  # fmt: skip


def _values(one: Notifications | AreaCount, told: Told, place: int) -> dict[str, Any]:
    """The values of an area that are told. A rate is a count by another name: the number of sites
    is no secret. Where its count is not known, nobody knows what it stands for."""
    count, cumulative = bool(told.counts[place]), bool(told.cumulative[place])
    rate = one.per_sentinel is not None and (count or (one.count is None and one.per_sentinel > 0))
    back = {"count": count, "cumulative": cumulative, "per_sentinel": rate}
    values = {name: None if kept else getattr(one, name) for name, kept in back.items()}
    return {**values, "suppressed": [name for name, kept in back.items() if kept]}
