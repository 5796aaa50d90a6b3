"""Tick sheets to records of `health.shelter_syndrome`: one for each day, place and team.

Three layouts: a row for each day and place; the line list of the MDS tools (a row for each
consultation, which is only counted); the paper form turned into a table (a row for each item, with
a column for each day, place, age or person).
"""

from __future__ import annotations

import contextlib
from typing import Any

from noroshi.core import place
from noroshi.core.errors import UnreadableMessage
from noroshi.core.label import OWN, PUBLIC
from noroshi.core.record import Edition, Mode, Record
from noroshi.core.time import DAY, HOUR, JST, parse, show
from noroshi.formats import Finding, Hints, Reading, function
from noroshi.formats.csv.edition import is_exercise
from noroshi.formats.csv.rows import restore_code
from noroshi.formats.csv.table import Line, read_rows
from noroshi.formats.emt_mds import FORM_TITLE
from noroshi.formats.emt_mds.items import PROTECTED, TRAUMA, heading_of
from noroshi.formats.emt_mds.sheet import find_layout
from noroshi.formats.emt_mds.tally import PLAIN, Day, read_across, read_down
from noroshi.formats.japanese import find_time, number, parse_time
from noroshi.kinds import encode
from noroshi.kinds.syndrome import ShelterSyndrome

#: A day begins so early nowhere, and a sheet of tomorrow is a slip of the pen.
_AHEAD = DAY + 12 * HOUR


def read(data: bytes, hints: Hints) -> Reading:
    """The tick sheets of one table. A sheet sent again, or corrected, takes the place of the one of
    the same day, place and team.

    With a mapping file of the sender it is read by that. A message about single persons, or about
    persons to be protected, asks to stay inside the organisation. Raises UnreadableMessage where
    there are no items, and for what no day or place can be found; a row or cell that cannot be
    read is a Finding.
    """
    if hints.mapping is not None and not data.startswith(FORM_TITLE.encode()):
        found: Reading = function("noroshi.formats.csv.reader:read")(data, hints)
        return found
    sheet = read_rows(data, hints.limits)
    layout = find_layout(sheet.rows)
    if layout is None:
        raise UnreadableMessage(
            "no items of a tick sheet", where="header",
            remedy="name them MDS1 … MDS50, or as on the form (docs/formats.md)",
        )  # fmt: skip
    faults = list(sheet.faults)
    above = _above(sheet.rows[: layout.at])
    days, personal = (
        read_down(sheet.rows, layout, above, faults) if layout.down
        else read_across(sheet.rows, layout, above, faults)
    )  # fmt: skip
    stated: dict[str, list[tuple[str, Record]]] = {}
    for where, day in days:
        record = _record(day, where, hints, faults)
        if record is not None:
            stated.setdefault(record.key, []).append((where, record))
    records = [found[0][1] for found in stated.values() if len(found) == 1]
    doubtful = [found for found in stated.values() if len(found) > 1]
    faults += map(_doubted, doubtful)
    if not records:
        first = next((one for one in faults if one.severity == "error"), None)
        raise UnreadableMessage(
            first.what if first else "the sheet holds no day", where=first.where if first else "",
            remedy="each sheet needs 日付 (date) and 避難所名 (facility)",
        )  # fmt: skip
    titles = " ".join(" ".join(cells) for _, cells in sheet.rows[: layout.at])
    mode = Mode.EXERCISE if is_exercise(titles) else Mode.ACTUAL
    guarded = any(day.counts.get(one) for _, day in days for one in PROTECTED)
    edition = Edition(
        f"syndromes/{hints.source}".rstrip("/"), _issued([day for _, day in days], hints),
        records, mode=mode, whole=False,
    )  # fmt: skip
    floor = OWN if personal or guarded or doubtful else PUBLIC
    return Reading([edition], faults, media_type="text/csv", floor=floor)


def _doubted(found: list[tuple[str, Record]]) -> Finding:
    """What is said of several rows under one key. One of them alone would be too few if each is of
    a patient or of half a day, and all of them too many if one corrects another."""
    places = ", ".join(where for where, _ in found[:10]) + (" …" if len(found) > 10 else "")
    return Finding(
        "error", places,
        f"left out: {len(found)} rows of one day, place and team ({found[0][1].key})",
        "one row for each; a list of patients needs 患者ID, 年齢 or 性別 as a column",
    )  # fmt: skip


# --- what stands above --------------------------------------------------------------------------


def _above(rows: list[Line]) -> dict[str, str]:
    """Team, day and place as they stand above the items: 「チーム名,…」 or 「チーム名：…」."""
    found: dict[str, str] = {}
    for _, cells in rows:
        filled = [cell.strip() for cell in cells if cell.strip()]
        for at, cell in enumerate(filled):
            label, colon, value = cell.replace("：", ":").partition(":")
            meta = heading_of(label).meta if len(label.strip()) > 1 else ""
            if meta and colon and value.strip():
                found.setdefault(meta, value.strip())
            elif meta and at + 1 < len(filled) and not heading_of(filled[at + 1]).meta:
                found.setdefault(meta, filled[at + 1])
    if "date" not in found:
        dates = {one[1] for _, cells in rows if (one := find_time(" ".join(cells)))}
        if len(dates) == 1:
            found["date"] = show(dates.pop(), JST) or ""
    return found


def _issued(days: list[Day], hints: Hints) -> int:
    """When the newest of them was made up, where a column says so (and not that it is yet to
    come), else when they arrived: a sheet that was held up is not newer than its correction."""
    times = []
    for text in {day.meta["time"] for day in days if "time" in day.meta}:
        with contextlib.suppress(ValueError, OverflowError):
            # To the microsecond, where it is written so: two corrections may share a second.
            times.append(parse(text) if "T" in text else parse_time(text))
    newest = max(times, default=hints.received)
    return min(newest, hints.received) if hints.received else newest


# --- records ------------------------------------------------------------------------------------


def _record(day: Day, where: str, hints: Hints, faults: list[Finding]) -> Record | None:
    meta = day.meta
    date = _date(meta.get("date", ""), where, hints, faults)
    name = meta.get("name", "") or meta.get("code", "")
    if date is None or not name:
        if date is not None:
            faults.append(Finding("error", where, "no place: 避難所名 (facility) is empty",
                                  "say where the team saw them"))  # fmt: skip
        return None
    if not any(day.counts.values()) and not day.counts:
        faults.append(Finding("warning", where, "left out: nothing was counted"))
        return None
    counts = dict(day.counts)
    if "injury" not in counts and any(one in counts for one in TRAUMA):
        counts["injury"] = sum(counts.get(one, 0) for one in TRAUMA)
    extra = dict(day.extra)
    if organisation := meta.get("organisation"):
        extra["派遣元"] = organisation
    at = _point(meta, where, faults)
    fields: dict[str, Any] = {one: meta.get(one, "") for one in PLAIN} | counts
    # The code alone, where the sheet has no name.
    fields |= {"name": name, "date": date, "extra": extra}
    fields["under_five"] = {one: value for one, value in day.under.items() if value}
    body = ShelterSyndrome(**fields)
    parts = (date, meta.get("code", "") or name, meta.get("team", ""))
    key = "/".join(one.replace("/", "／")[:60] for one in parts if one)
    return Record(
        "health.shelter_syndrome", key, encode(body),
        geometry=None if at is None else place.point(*at), area=_area(meta, at, hints, faults),
        valid_from=parse(f"{date}T00:00:00+09:00"),
    )  # fmt: skip


def _date(text: str, where: str, hints: Hints, faults: list[Finding]) -> str | None:
    try:
        time = parse_time(text)
        if hints.received and time > hints.received + _AHEAD:
            raise ValueError(f"{text[:40]!r} is yet to come")
        return (show(time, JST) or "")[:10]
    except ValueError as error:
        what = "no day: 日付 (date) is empty" if not text else f"no day: {error}"
        remedy = "2024-01-09, 2024/1/9 or 令和6年1月9日"
        faults.append(Finding("error", where, f"left out: {what}", remedy))
        return None


def _point(meta: dict[str, str], where: str, faults: list[Finding]) -> tuple[float, float] | None:
    east, north = meta.get("longitude", ""), meta.get("latitude", "")
    if not east and not north and (tag := meta.get("geotag", "")):
        north, _, east = tag.replace("、", ",").partition(",")
    if not east and not north:
        return None
    try:
        longitude, latitude = float(number(east.strip())), float(number(north.strip()))
        if -180 <= longitude <= 180 and -90 <= latitude <= 90:
            return longitude, latitude
        what = f"{longitude}, {latitude} is nowhere"
    except ValueError as error:
        what = str(error)
    faults.append(Finding("warning", where, f"no position: {what}", "decimal degrees"))
    return None


def _area(
    meta: dict[str, str], at: tuple[float, float] | None, hints: Hints, faults: list[Finding]
) -> str | None:
    if code := meta.get("area"):
        try:
            return place.city(restore_code(code))
        except ValueError as error:
            faults.append(Finding("warning", "市区町村コード", str(error), "JIS X 0402"))
    if at is not None and hints.municipality is not None:
        return hints.municipality(*at)
    return None
