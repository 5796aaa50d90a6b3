"""JMA's area codes as CSV: municipality → matome → primary → region.

Tables of 気象庁防災情報XML「個別コード表 地域コード」(AreaInformationCity-AreaForecastLocalM) as
tmiyachi/jma-gis splits them: jmacode.csv has all four levels in each row, the others one each.
"""

from __future__ import annotations

import csv
import io

from noroshi.core.errors import UnreadableMessage
from noroshi.core.place import city
from noroshi.formats import Finding, Limits
from noroshi.formats.boundaries import Place, Places, combine
from noroshi.formats.japanese import decode

#: Columns begin with these; each level lies in those after it.
_LEVELS = {
    "city": "municipality",
    "matomearea": "matome",
    "firstarea": "primary",
    "pref": "region",
}
#: Where one code names two levels (016010 石狩地方 is both), the place is the wider.
_WIDER = {level: number for number, level in enumerate(_LEVELS.values())}


def is_area_codes(data: bytes) -> bool:
    """True for a table whose first line names one of the code columns."""
    head = data[:400].removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    names = {name.strip() for name in head.decode("ascii", "replace").split(",")}
    return any({f"{level}code", f"{level}name"} <= names for level in _LEVELS)


def read_area_codes(data: bytes, limits: Limits) -> Places:
    """The places of a table of JMA area codes, each once, without geometry.

    Municipalities that JMA divides (釧路市釧路) lie in the whole one by their first five digits.
    Raises UnreadableMessage; a row that is wrong is a Finding with its line.
    """
    text, _ = decode(data)
    faults: list[Finding] = []
    found: list[Place] = []
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        columns = set(reader.fieldnames or ())
        levels = [one for one in _LEVELS if {f"{one}code", f"{one}name"} <= columns]
        if not levels:
            raise UnreadableMessage(
                "no column citycode, matomeareacode, firstareacode or prefcode",
                where="line 1",
                remedy="the table must be JMA's area codes",
            )
        for row in reader:
            where = f"line {reader.line_num}"
            try:
                found += _row(row, levels)
            except ValueError as error:
                faults.append(Finding("error", where, f"the row is left out: {error}"))
            if reader.line_num > limits.records:
                raise UnreadableMessage(f"more than {limits.records} rows", where=where)
    except csv.Error as error:
        raise UnreadableMessage(str(error), where=f"line {reader.line_num}") from None
    return Places(combine(sorted(found, key=_order)), faults)


def _order(one: Place) -> int:
    return -_WIDER.get(one.level, -1)


def _row(row: dict[str, str | None], levels: list[str]) -> list[Place]:
    """The places of a row, each lying in those after it."""
    found: list[Place] = []
    above: tuple[str, ...] = ()
    for level in reversed(levels):
        code = (row.get(f"{level}code") or "").strip()
        name = (row.get(f"{level}name") or "").strip()
        if not name or not (code.isascii() and code.isdigit()):
            raise ValueError(f"{level}code {code!r}, {level}name {name!r}")
        kana = (row.get(f"{level}name_kn") or "").strip()
        if level != "city":
            if len(code) != 6:
                raise ValueError(f"{level}code {code!r} has not six digits")
            area, kind = f"jma.forecast:{code}", _LEVELS[level]
            parents = tuple(one for one in above if one != area)
        else:
            area, kind = city(code), "municipality"
            parents = (*above, f"pref:{code[:2]}")
            if not area.endswith("00"):
                kind, parents = "part", (f"{area[:-2]}00", *parents)
        found.append(Place(area, name, kind, kana, parents))
        if area not in above:
            above = (area, *above)
    return found
