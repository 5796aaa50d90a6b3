"""Weekly counts as arrays: what the products of surveillance compute from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from noroshi.core import weeks
from noroshi.core.errors import InvalidRecord
from noroshi.core.record import Version
from noroshi.core.time import DAY
from noroshi.kinds import decode
from noroshi.kinds.notifications import AreaCount, Notifications

KIND = "health.notifications"
NATION = ""
"""The code of the whole country among the areas of a table."""
COUNTRY = "00"
"""Its code in what products say, beside those of prefectures (JIS X 0401)."""

#: What is said of a week ends so long after it: then newer tables should have come, and what
#: stands would be taken for the present.
HOLDS = 28 * DAY
#: The week from which other sentinel sites report than before (感染症法施行規則の改正, 2025-04-07:
#: 急性呼吸器感染症 became a sentinel disease, and clinics of influenza and of children are fewer).
REDEFINED = weeks.number("2025-W15")

Values = NDArray[np.float64]


class Weekly(msgspec.Struct, frozen=True):
    """One disease in one system of reports, as it was first published week by week.

    `first`: number of the first week (`noroshi.core.weeks`). `areas`: codes in order, "" (the
    country) before the prefectures. `counts`, `cumulative` and `per_sentinel` have a row for each
    week without a gap and a column for each area; NaN is not reported. `published`: for each week
    when its table was issued (µs), 0 where there is none. `rests`: for each week the id of the
    version it is from, 0 where there is none.
    """

    disease: str
    name: str
    system: str
    first: int
    areas: tuple[str, ...]
    counts: Values
    cumulative: Values
    per_sentinel: Values
    published: tuple[int, ...]
    rests: tuple[int, ...]

    @property
    def last(self) -> int:
        """Number of the last week."""
        return self.first + len(self.rests) - 1

    @property
    def basis(self) -> tuple[int, ...]:
        """Ids of all versions that it is from."""
        return tuple(sorted({one for one in self.rests if one}))


def weekly(
    versions: Sequence[Version], most_weeks: int = 0, *, comparable: bool = False
) -> dict[tuple[str, str], Weekly]:
    """Versions of `health.notifications`, with those that were replaced, by (system, disease);
    with `most_weeks` only so many, the newest. Of several tables of one week the last issued
    counts. `comparable`: counts of sentinel sites from before they were `REDEFINED` are left out
    where the newest week is after, for fewer sites count fewer cases.

    Raises InvalidRecord for a body that is not of the kind, or a week that is none.
    """
    said: dict[tuple[str, str], dict[int, tuple[Version, Notifications]]] = {}
    for version in versions:
        body: Notifications = decode(KIND, version.body)
        try:
            number = weeks.number(body.week)
        except ValueError as error:
            raise InvalidRecord(str(error), where=f"{version.series} {version.key}") from None
        of_week = said.setdefault((body.system, body.disease), {})
        other = of_week.get(number)
        if other is None or _later(version, other[0]):
            of_week[number] = version, body
    if comparable:
        for (system, _), of_series in said.items():
            if system == "sentinel" and max(of_series) >= REDEFINED:
                for number in [one for one in of_series if one < REDEFINED]:
                    del of_series[number]
    return {key: _arrays(key, found, most_weeks) for key, found in sorted(said.items())}


def newest_system(found: Mapping[tuple[str, str], Weekly]) -> dict[str, Weekly]:
    """Of each disease, in order of code, the system of reports that goes on the longest."""
    newest: dict[str, Weekly] = {}
    for (_, disease), one in sorted(found.items()):
        if disease not in newest or newest[disease].last < one.last:
            newest[disease] = one
    return dict(sorted(newest.items()))


def _later(one: Version, other: Version) -> bool:
    return (one.issued, one.action, one.serial, one.id) > (
        other.issued, other.action, other.serial, other.id,
    )  # fmt: skip


def _arrays(
    key: tuple[str, str], found: Mapping[int, tuple[Version, Notifications]], most_weeks: int
) -> Weekly:
    last = max(found)
    first = max(min(found), last - most_weeks + 1) if most_weeks else min(found)
    kept = {number: one for number, one in found.items() if number >= first}
    areas = (NATION, *sorted({area.code for _, body in kept.values() for area in body.areas}))
    column = {code: place for place, code in enumerate(areas)}
    values = np.full((3, last - first + 1, len(areas)), np.nan)
    published, rests = [0] * (last - first + 1), [0] * (last - first + 1)
    for number, (version, body) in kept.items():
        row = number - first
        published[row], rests[row] = version.issued, version.id
        said: list[tuple[str, Notifications | AreaCount]] = [(NATION, body)]
        said += [(area.code, area) for area in body.areas]
        for code, one in said:
            for place, value in enumerate((one.count, one.cumulative, one.per_sentinel)):
                if value is not None:
                    values[place, row, column[code]] = value
    return Weekly(
        disease=key[1], name=kept[last][1].name, system=key[0], first=first, areas=areas,
        counts=values[0], cumulative=values[1], per_sentinel=values[2],
        published=tuple(published), rests=tuple(rests),
    )  # fmt: skip
