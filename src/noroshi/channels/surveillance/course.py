"""What is known of a disease week by week, as one reader may see it at a moment."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from noroshi.core import weeks
from noroshi.core.capability import series_of
from noroshi.core.errors import NotFound
from noroshi.core.label import Reader
from noroshi.core.prefectures import PREFECTURES
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY
from noroshi.domains.health.weekly import COUNTRY, KIND, NATION, Weekly, weekly
from noroshi.kinds import decode, encode
from noroshi.kinds.notifications import Notifications
from noroshi.kinds.notifications_disclosed import NotificationsDisclosed
from noroshi.store import Query, Store

DISCLOSED = "health.notifications_disclosed"

#: How many weeks a course goes back; twice a year's, so that a season has one to stand beside it.
WEEKS = 104
Series = list[float | None]


class Asking(msgspec.Struct, frozen=True):
    """Who asks, and of which moment."""

    store: Store
    reader: Reader
    at: int
    as_of: int
    mode: Mode = Mode.ACTUAL

    def picture(
        self, kind: str, series: str | None = None, since: int | None = None
    ) -> Iterator[Version]:
        """What is in the picture of a kind, or of one of its series; with `since`, all that was
        since then."""
        at, until = (self.at, None) if since is None else (since, self.at)
        query = Query(self.reader, at, self.as_of, kind, self.mode, series=series, until=until)
        return (one for one in self.store.picture(query) if one.action is not Action.CANCEL)

    def product(
        self, name: str, kind: str, disease: str, series: str = ""
    ) -> tuple[Version, Any] | None:
        """What a capability of health says of a disease, None where it says nothing."""
        series = series_of(f"health/{name}", f"disease:{disease}", series)
        found = max(self.picture(kind, series), key=_when, default=None)
        return None if found is None else (found, decode(kind, found.body))


def _when(version: Version) -> tuple[int, int, int]:
    return version.issued, version.serial, version.id


class Area(msgspec.Struct):
    """One area's course: lists have a value for each week of the disease's course, None where
    nothing is known. `values` are cases, or for each sentinel site (`Course.unit`). `kept_back`:
    the newest week's count is known and not told, being small (or protecting one that is)."""

    code: str
    counts: Series
    values: Series
    cumulative: Series
    upper: Series
    alarms: list[bool | None]
    kept_back: bool = False

    @property
    def alarm(self) -> bool | None:
        """Whether the newest week is more than usual: by detection of this area alone, or by the
        alarms that stand among all areas and diseases. None where neither could tell."""
        return self.alarms[-1] if self.alarms else None


class Course(msgspec.Struct):
    """A disease over the weeks in the country and every prefecture that reported it, and what
    products say of it (bodies of their kinds, None where they say nothing). `detected`: whether
    detection looked at the newest week. `disclosed`: small counts were kept back."""

    disease: str
    name: str
    system: str
    weeks: list[str]
    published: int
    source: str
    record: Version
    areas: dict[str, Area]
    detected: bool = False
    disclosed: bool = False
    nowcast: Any = None
    reproduction: Any = None
    forecast: Any = None
    clusters: list[Any] = []
    alarms: dict[str, Any] = {}

    @property
    def unit(self) -> str:
        """`rate`: cases for each sentinel site; `cases`."""
        return "rate" if self.system == "sentinel" else "cases"

    @property
    def week(self) -> str:
        """The newest week."""
        return self.weeks[-1]


def area_name(code: str) -> str:
    """What an area of a course is called."""
    return "全国" if code == COUNTRY else PREFECTURES.get(code, code)


def newest(asking: Asking) -> dict[str, tuple[Version, Any]]:
    """The newest table of each disease, by its code; of one that comes in two systems, the one
    that was published last. Of a disease of which a reader may not see the tables themselves, the
    form that is disclosed."""
    found: dict[str, tuple[Version, Any]] = {}
    for kind in (DISCLOSED, KIND):
        of_kind: dict[str, tuple[Version, Any]] = {}
        for version, body in _tables(asking, kind):
            other = of_kind.get(version.key)
            if other is None or _when(version) > _when(other[0]):
                of_kind[version.key] = version, body
        found |= of_kind
    return found


def _tables(
    asking: Asking, kind: str, disease: str | None = None, series: str | None = None,
    since: int | None = None,
) -> Iterator[tuple[Version, Any]]:  # fmt: skip
    """Tables of a kind, of one disease or all, that are of a week; others (sent as records, not as
    reports) are of none and stand in no course."""
    for version in asking.picture(kind, series, since):
        if disease is not None and version.key != disease:
            continue
        body = decode(kind, version.body)
        try:
            weeks.ends(body.week)
        except ValueError:
            continue
        yield version, body


def course_of(asking: Asking, disease: str, most: int = WEEKS) -> Course:
    """The course of a disease. Raises NotFound where none of its tables may be seen."""
    for kind in (KIND, DISCLOSED):
        tables = [one for one, _ in _tables(asking, kind, disease)]
        if tables:
            break
    newest_table = max(tables, key=_when, default=None)
    if newest_table is None:
        raise NotFound(f"no weekly table of {disease!r}", remedy="/diseases shows what there is")
    since = newest_table.issued - (most + 2) * 7 * DAY
    history = [
        one for series in sorted({table.series for table in tables})
        for one, _ in _tables(asking, kind, disease, series, since)
    ]  # fmt: skip
    kept_back: set[str] = set()
    if kind == DISCLOSED:
        kept_back = _kept_back(newest_table)
        history = [_as_table(one) for one in history]
    found = weekly(history, most)
    latest = max(found.values(), key=lambda one: (one.last, one.published[-1]))
    course = Course(
        disease=disease, name=latest.name, system=latest.system,
        weeks=[weeks.numbered(latest.first + place) for place in range(len(latest.rests))],
        published=latest.published[-1], source=newest_table.source, record=newest_table,
        disclosed=kind == DISCLOSED,
        areas={code or COUNTRY: _area(latest, place) for place, code in enumerate(latest.areas)},
    )  # fmt: skip
    for code in kept_back & course.areas.keys():
        course.areas[code].kept_back = True
    _add_products(course, asking)
    return course


def _as_table(version: Version) -> Version:
    """A disclosed table as one whose suppressed values are not known."""
    said = msgspec.to_builtins(decode(DISCLOSED, version.body))
    table = msgspec.convert(said, Notifications)  # what it does not name is left out
    return msgspec.structs.replace(version, kind=KIND, body=encode(table))


def _kept_back(version: Version) -> set[str]:
    """The areas whose count a disclosed table does not tell."""
    said: NotificationsDisclosed = decode(DISCLOSED, version.body)
    areas = {one.code for one in said.areas if "count" in one.suppressed}
    return areas | {COUNTRY} if "count" in said.suppressed else areas


def _area(table: Weekly, place: int) -> Area:
    code = table.areas[place]
    counts = _listed(table.counts[:, place])
    values = _listed(table.per_sentinel[:, place]) if table.system == "sentinel" else counts
    absent: Series = [None] * len(counts)
    return Area(
        code=COUNTRY if code == NATION else code, counts=counts, values=values,
        cumulative=_listed(table.cumulative[:, place]), upper=list(absent),
        alarms=[None] * len(counts),
    )  # fmt: skip


def _listed(column: Any) -> Series:
    return [None if one != one else float(one) for one in column]  # NaN is not itself


def _add_products(course: Course, asking: Asking) -> None:
    """What products say of the newest week. One that is not as far as the tables says nothing
    here: its numbers would be taken for this week's."""
    series = f"{course.system}/{course.disease}"
    found = asking.product("detection", "health.detection", course.disease, series)
    if found is not None:
        _add_detection(course, found[1])
    for name in ("nowcast", "reproduction", "forecast"):
        found = asking.product(name, f"health.{name}", course.disease)
        if found is not None and (name == "forecast" or found[1].week == course.week):
            setattr(course, name, found[1])
    for version in asking.picture("health.cluster"):
        if version.key.partition("/")[0] == course.disease:
            cluster = decode(version.kind, version.body)
            if cluster.last == course.week:
                course.clusters.append(cluster)
    for version in asking.picture("health.alarm"):
        disease, _, code = version.key.partition("/")
        if disease == course.disease:
            alarm = decode(version.kind, version.body)
            if alarm.week == course.week and alarm.system == course.system:
                course.alarms[code] = alarm
                if code in course.areas:
                    course.areas[code].alarms[-1] = True


def _add_detection(course: Course, said: Any) -> None:
    """Bounds by week. Where the values are rates, so are these: by each week's own cases."""
    place = {week: number for number, week in enumerate(course.weeks)}
    course.detected = said.week == course.week
    for one in said.areas:
        area = course.areas.get(one.code)
        if area is None:
            continue
        share = 1.0 if course.unit == "cases" else math.nan
        for number, week in enumerate(said.weeks):
            at = place.get(week)
            if at is None:
                continue
            area.alarms[at] = one.alarms[number]
            count, value = area.counts[at], area.values[at]
            if course.unit == "rate" and count and value:
                share = value / count  # how many sites there are is only known where cases are
            if one.upper[number] is not None and share == share:
                area.upper[at] = one.upper[number] * share
        if course.detected and area.alarms[-1] is None and one.p_value is not None:
            area.alarms[-1] = False  # tested among all: an alarm that stands is told below


def more_than_usual(asking: Asking, code: str) -> dict[str, bool | None]:
    """By disease, whether the newest week that detection looked at is more than usual in an area,
    as `Area.alarm`."""
    found: dict[str, bool | None] = {}
    for version in asking.picture("health.detection"):
        said = decode(version.kind, version.body)
        area = next((one for one in said.areas if one.code == code), None)
        if area is not None:
            alarm = area.alarms[-1] if area.alarms else None
            found[version.key] = False if alarm is None and area.p_value is not None else alarm
    for version in asking.picture("health.alarm"):
        disease, _, where = version.key.partition("/")
        if where == code:
            found[disease] = True
    return found
