"""What is known of one week, for one reader: tables of diseases, and what products say of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from noroshi.core import weeks
from noroshi.core.errors import NotFound
from noroshi.core.label import Reader
from noroshi.core.record import Action, Mode, Version
from noroshi.core.time import DAY
from noroshi.domains.health.weekly import COUNTRY
from noroshi.engine.sharing import Sharings
from noroshi.kinds.diseases import named
from noroshi.store import Query, Store

#: Weekly tables; of a disease in both, the one that keeps nothing back.
TABLES = ("health.notifications", "health.notifications_disclosed")
#: What products say of a week, and the product that says it.
PRODUCTS = {
    "health.alarm": "health/alarms", "health.cluster": "health/clusters",
    "health.nowcast": "health/nowcast", "health.reproduction": "health/reproduction",
    "health.forecast": "health/forecast", "health.detection": "health/detection",
}  # fmt: skip
#: Weeks before that a count is compared with.
BEFORE = 4
#: A week's table is there so long after its end at the latest, where it comes at all.
_LATEST = 60 * DAY


class Said(NamedTuple):
    """A version and the fields of its body."""

    version: Version
    body: Mapping[str, Any]


class Cell(msgspec.Struct, frozen=True):
    """What a table says of a disease in one area. None: not reported; or, if its name is in
    `back`, kept back from this reader."""

    count: int | None
    per_sentinel: float | None
    back: tuple[str, ...] = ()


class Disease(NamedTuple):
    """One disease in a week, and in the weeks before it, by number of the week."""

    code: str
    ja: str
    en: str
    system: str
    table: Said
    before: Mapping[int, Said]


class Week(msgspec.Struct, frozen=True):
    """All that is known of a week. `at` is the moment whose picture it is."""

    number: int
    area: str
    mode: Mode
    at: int
    as_of: int
    diseases: list[Disease]
    products: Mapping[str, list[Said]]
    latest: int

    @property
    def name(self) -> str:
        """2024-W52."""
        return weeks.numbered(self.number)


def look(
    store: Store, reader: Reader, mode: Mode, at: int, as_of: int, week: str = "",
    area: str = COUNTRY,
) -> Week:  # fmt: skip
    """What is known of `week` (the newest at the moment where it is empty), as it stood when its
    last table had come, or at `at` if that is earlier. Raises NotFound where there is no table
    of it that the reader may see."""
    personal = Sharings(store).personal()

    def of(kind: str, since: int, until: int | None) -> list[Said]:
        query = Query(reader, since, as_of, kind, mode, until=until)
        found = [one for one in store.picture(query)
                 if one.label not in personal and one.action is not Action.CANCEL]  # fmt: skip
        return [Said(one, one.fields()) for one in
                sorted(found, key=lambda one: (one.valid_from, one.issued, one.id))]  # fmt: skip

    standing = [one for kind in TABLES for one in of(kind, at, None)]
    latest = max((_number(one.body) for one in standing), default=0)
    number = weeks.number(week) if week else latest
    if not number:
        raise NotFound("there is no weekly table of infectious diseases that may be seen")
    begins = weeks.begins(weeks.numbered(number))
    since, until = begins - BEFORE * 7 * DAY, min(at, begins + _LATEST)
    tables: dict[tuple[str, str], dict[int, Said]] = {}
    for kind in reversed(TABLES):  # the one that keeps nothing back comes last
        for one in of(kind, since, until) if until >= since else []:
            key = str(one.body.get("system", "")), str(one.body.get("disease", ""))
            tables.setdefault(key, {})[_number(one.body)] = one
    diseases = [
        _disease(code, system, found, number)
        for (system, code), found in sorted(tables.items())
        if number in found
    ]
    if not diseases:
        raise NotFound(f"there is no weekly table of {weeks.numbered(number)} that may be seen")
    moment = max(one.table.version.valid_from for one in diseases)
    products = {
        kind: [
            one
            for one in of(kind, min(at, moment), None)
            if _number(one.body) == number and one.version.series.startswith("product/")
        ]
        for kind in PRODUCTS
    }
    return Week(number, area, mode, min(at, moment), as_of, diseases, products, latest)


def _number(body: Mapping[str, Any]) -> int:
    try:
        return weeks.number(str(body.get("week", "")))
    except ValueError:
        return 0


def _disease(code: str, system: str, found: Mapping[int, Said], number: int) -> Disease:
    known, ja = named(code), str(found[number].body.get("name", code))
    before = {one: said for one, said in found.items() if number - BEFORE <= one < number}
    return Disease(code, ja, ja if known is None else known.en, system, found[number], before)


def cell(said: Said, area: str) -> Cell:
    """What a table says of an area; nothing where the area is not in it."""
    rows: Iterable[Mapping[str, Any]] = (
        [said.body] if area == COUNTRY
        else [one for one in said.body.get("areas", []) if one.get("code") == area]
    )  # fmt: skip
    for one in rows:
        return Cell(one.get("count"), one.get("per_sentinel"), tuple(one.get("suppressed", ())))
    return Cell(None, None)


def of_area(body: Mapping[str, Any], area: str) -> Mapping[str, Any]:
    """What a product says of an area; {} where it says nothing."""
    return next((one for one in body.get("areas", []) if one.get("code") == area), {})
