"""Tables of wastewater to records of `health.wastewater`: a series for each plant."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from noroshi.core import place
from noroshi.core.errors import UnreadableMessage
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import DAY, JST, parse, show
from noroshi.formats import Finding, Hints, Reading, function
from noroshi.formats.csv.edition import is_exercise
from noroshi.formats.csv.rows import Collection, restore_code
from noroshi.formats.csv.table import read_rows
from noroshi.formats.japanese import half_width, number, parse_time
from noroshi.formats.wastewater.columns import Column, Layout, find_layout, target_of
from noroshi.kinds import encode
from noroshi.kinds.wastewater import Wastewater

#: A sample says nothing of the present after so long.
STALE = 14 * DAY
_MOST = 1e18
_UNMEASURED = {"", "...", "…", "-", "--", "欠測", "未測定", "na", "n/a", "未実施", "検査中", "*"}
_ABSENT = {"nd", "n.d.", "n.d", "不検出", "未検出", "検出せず", "検出なし", "検出されず", "陰性",
           "検出下限未満", "検出下限値未満", "検出限界未満", "検出限界以下", "検出限界値未満",
           "検出下限以下", "<lod", "bdl", "notdetected", "negative", "false", "no"}  # fmt: skip
_TRACE = {"定量下限未満", "定量下限値未満", "定量限界未満", "<loq", "検出", "陽性", "+", "detected",
          "positive", "検出(定量下限未満)", "検出(定量下限値未満)", "true", "yes"}  # fmt: skip
_BELOW = re.compile(r"(?:<=|<|≦|≤)(.+)|(.+?)(?:未満|以下)")


class Measured(msgspec.Struct, frozen=True):
    """What a cell says: `detected` None where it was not measured; a `limit` that it names."""

    detected: bool | None = None
    value: float | None = None
    limit: float | None = None
    quantified: bool | None = None


def measured(cell: str, column: Column) -> Measured:
    """A concentration as written. Below a limit is not 0, and 0 is below one: no method sees
    nothing. Raises ValueError."""
    plain = "".join(half_width(cell).split()).lower()
    if plain in _UNMEASURED:
        return Measured()
    if plain in _ABSENT:
        return Measured(detected=False)
    if plain in _TRACE:
        return Measured(detected=True, quantified=False)
    below = _BELOW.fullmatch(plain)
    if below is not None:
        return Measured(detected=False, limit=_copies(below[1] or below[2], column))
    value = _copies(plain, column)
    return Measured(detected=False) if value == 0 else Measured(detected=True, value=value)


def _copies(text: str, column: Column) -> float:
    plain = text.removesuffix("コピー/l").removesuffix("copies/l").replace("×10^", "e")
    value = float(number(plain))
    if column.log:
        value = 10.0 ** min(value, 18.0)
    value *= column.factor
    if not 0 <= value <= _MOST:
        raise ValueError(f"no concentration: {text[:40]!r}")
    return float(f"{value:.6g}")


def read(data: bytes, hints: Hints) -> Reading:
    """The samples of one table: an edition for each plant, to which tables of later weeks add. A
    sample sent again, or corrected, takes the place of the one of that day and target.

    With a mapping file of the sender it is read by that. Raises UnreadableMessage for a table that
    is none of wastewater; a row or cell that cannot be read is a Finding.
    """
    if hints.mapping is not None:
        given: Reading = function("noroshi.formats.csv.reader:read")(data, hints)
        return given
    sheet = read_rows(data, hints.limits)
    layout = find_layout(sheet.rows)
    if layout is None:
        raise UnreadableMessage(
            "no day of sampling, plant and concentration", where="header",
            remedy="採水日, 処理場名, 対象, 濃度(コピー/L) (docs/formats.md)",
        )  # fmt: skip
    faults = list(sheet.faults)
    faults += [
        Finding("error", title, f"the column is left out: {column.unread!r} in its unit is unclear",
                "copies/L, ×10^3 copies/L or log10 copies/L")
        for column, title in zip(layout.columns, layout.titles, strict=True) if column.unread
    ]  # fmt: skip
    found: dict[str, list[tuple[str, Wastewater, dict[str, str]]]] = {}
    for line, cells in sheet.rows[layout.at + 1 :]:
        for body, row in _samples(layout, cells, f"line {line}", faults):
            found.setdefault(body.plant, []).append((f"line {line}", body, row))
    if not found:
        first = next((one for one in faults if one.severity == "error"), None)
        raise UnreadableMessage(first.what if first else "the table holds no sample",
                                where=first.where if first else "")  # fmt: skip
    titles = " ".join(" ".join(cells) for _, cells in sheet.rows[: layout.at])
    mode = Mode.EXERCISE if is_exercise(titles) else Mode.ACTUAL
    return Reading(
        [_edition(plant, rows, hints, mode, faults) for plant, rows in found.items()],
        faults, media_type="text/csv",
    )  # fmt: skip


def _samples(
    layout: Layout, cells: list[str], where: str, faults: list[Finding]
) -> list[tuple[Wastewater, dict[str, str]]]:
    row: dict[str, str] = {}
    values: list[tuple[Column, str, str]] = []
    extra: dict[str, Any] = {}
    limits: dict[str, float] = {}
    for column, title, cell in zip(layout.columns, layout.titles, cells, strict=False):
        text = cell.strip()
        if column.unread:
            if text:
                extra[title or "?"] = text
        elif column.field == "concentration":
            values.append((column, title, text))
        elif not column.field:
            if text:
                extra[title or "?"] = text
        elif text and column.field not in row:
            row[column.field] = text
            if column.field in ("detection_limit", "quantification_limit", "normaliser"):
                try:
                    limits[column.field] = _copies(half_width(text).lower(), column)
                except ValueError as error:
                    faults.append(Finding("warning", f"{where}, {title}", str(error)))
    if not any(text for _, _, text in values) and "detected" not in row:
        return []
    try:
        day = (show(parse_time(row.get("date", "")), JST) or "")[:10]
    except ValueError as error:
        faults.append(Finding("error", where, f"left out: no day of sampling: {error}",
                              "2024-01-09, 2024/1/9 or 令和6年1月9日"))  # fmt: skip
        return []
    fields = _fields(row, limits, extra, where, faults)
    found = []
    for column, title, text in values or [(Column("concentration"), "判定", row["detected"])]:
        one = _sample(layout, column, title, text, row, {**fields, "sampled": day}, where, faults)
        if one is not None:
            found.append((one, row))
    return found


def _fields(
    row: dict[str, str], limits: dict[str, float], extra: dict[str, Any], where: str,
    faults: list[Finding],
) -> dict[str, Any]:  # fmt: skip
    fields: dict[str, Any] = {
        "plant_code": row.get("code", ""), "extra": extra, **limits,
        **{one: row.get(one, "") for one in ("method", "sample", "municipality", "remarks")},
    }  # fmt: skip
    for name in ("flow", "population", "normalised"):
        if name in row:
            try:
                value = float(number(half_width(row[name])))
                if not 0 <= value < 1e15:
                    raise ValueError(f"out of range: {row[name][:40]!r}")
                fields[name] = round(value) if name == "population" else value
            except ValueError as error:
                faults.append(Finding("warning", f"{where}, {name}", f"{error}; left out"))
    return fields


def _sample(
    layout: Layout, column: Column, title: str, text: str, row: dict[str, str],
    fields: dict[str, Any], where: str, faults: list[Finding],
) -> Wastewater | None:  # fmt: skip
    plant = column.plant or row.get("plant", "")
    name = column.name or row.get("target", "") or layout.name
    target = column.target or target_of(name) or name or layout.target
    if not plant or not target:
        lacking = "処理場名 (plant)" if not plant else "対象 (target)"
        faults.append(Finding("error", where, f"left out: {lacking} is empty"))
        return None
    try:
        said = measured(text, column)
        if said.detected is None and row.get("detected"):
            said = measured(row["detected"], Column())
    except ValueError as error:
        faults.append(Finding("warning", f"{where}, {title}", f"{error}; left out",
                              "a number, <limit, 不検出, or empty"))  # fmt: skip
        return None
    if said.detected is None:
        return None
    limit = fields.get("detection_limit") if said.limit is None else said.limit
    value, detected, quantified = said.value, said.detected, said.quantified
    if value is not None and limit is not None and value < limit:
        faults.append(Finding("warning", f"{where}, {title}",
                              f"{value:g} is below the limit of detection {limit:g}: not detected",
                              "write <limit instead of a number put in its place"))  # fmt: skip
        fields = {**fields, "extra": {**fields["extra"], title: text}}
        value, detected = None, False
    least = fields.get("quantification_limit")
    if value is not None and least is not None and value < least:
        quantified = False
    fields = {**fields, "detection_limit": limit, "plant": plant, "target": target,
              "target_name": name}  # fmt: skip
    if value is not None:
        flow, people, marker = (fields.get(one) for one in ("flow", "population", "normaliser"))
        if flow and people:
            fields["per_person"] = float(f"{value * 1000 * flow / people:.6g}")
        if marker and "normalised" not in fields:
            fields["normalised"] = float(f"{value / marker:.6g}")
    return Wastewater(**fields, detected=detected, concentration=value, quantified=quantified)


def _edition(
    plant: str, rows: list[tuple[str, Wastewater, dict[str, str]]], hints: Hints, mode: Mode,
    faults: list[Finding],
) -> Edition:  # fmt: skip
    days: dict[str, list[str]] = {}
    for _, body, _ in rows:
        days.setdefault(body.target, []).append(body.sampled)
    collection = Collection(faults)
    for where, body, row in rows:
        start = parse(f"{body.sampled}T00:00:00+09:00")
        later = [one for one in days[body.target] if one > body.sampled]
        end = start + STALE
        if later:
            end = min(end, parse(f"{min(later)}T00:00:00+09:00"))
        at = _point(row, where, faults)
        key = f"{body.target.replace('/', '／')[:80]}/{body.sampled}"
        collection.add(
            Record("health.wastewater", key, encode(body), None if at is None else place.point(*at),
                   _area(row, at, hints), start, end),
            where,
        )  # fmt: skip
    name = plant.replace("/", "／")[:100]
    series = "/".join(filter(None, ("wastewater", hints.source, name)))
    return Edition(series, hints.received, collection.records, mode=mode, whole=False)


def _point(row: dict[str, str], where: str, faults: list[Finding]) -> tuple[float, float] | None:
    if "longitude" not in row or "latitude" not in row:
        return None
    try:
        longitude, latitude = (float(number(row[one])) for one in ("longitude", "latitude"))
        if -180 <= longitude <= 180 and -90 <= latitude <= 90:
            return longitude, latitude
        what = f"{longitude}, {latitude} is nowhere"
    except ValueError as error:
        what = str(error)
    faults.append(Finding("warning", where, f"no position: {what}", "decimal degrees"))
    return None


def _area(row: dict[str, str], at: tuple[float, float] | None, hints: Hints) -> str | None:
    if "area" in row:
        try:
            return place.city(restore_code(row["area"]))
        except ValueError:
            pass
    return hints.municipality(*at) if at is not None and hints.municipality is not None else None
