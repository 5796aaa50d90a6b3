"""One report read: of which municipality it gives totals, who gives them, and as of when."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from noroshi.core.place import city
from noroshi.core.record import Version
from noroshi.core.time import parse
from noroshi.domains.disaster.damage_totals.words import (
    CASES,
    CODES,
    IDENTITY,
    ITEM_OF,
    NAMES,
    PREFECTURE_NAMES,
    REPORTERS,
    TIMES,
    TOTALS,
    UNKNOWN,
    plain,
)
from noroshi.formats.japanese import half_width, header, number, parse_time
from noroshi.kinds import Scalar, decode
from noroshi.kinds.damage_total import ITEMS, Number, Unread
from noroshi.kinds.report import Report

TOTAL = "total"
_NAME = re.compile(r"[^\s\d。、]{1,12}[市区町村]")
_PREFECTURE = re.compile(r"^(?:北海道|東京都|京都府|大阪府|.{2,3}県)(?=.)")
#: Only towns and villages are in counties; 郡山市 and 小郡市 are none.
_COUNTY = re.compile(r"^.+?郡(?=.+[町村]$)")
_VALUE = re.compile(
    r"(?P<about>約|およそ|少なくとも)?(?P<number>[\d,.]+|[〇一二三四五六七八九十百千万]+)"
    r"(?:人|名|棟|戸|軒|世帯|件|箇所|か所|ヶ所|ケ所|ha|隻|回線)?(?P<more>以上|程度|余り?)?"
)


class Said(NamedTuple):
    """One item as one source gives it. `value` None: it says that it does not know."""

    value: Number | None
    text: str
    column: str
    time: int


class Told(NamedTuple):
    """What one report tells. `place` is `city:…`, `name:…` where only a name is given, or TOTAL
    for a sum over municipalities; `prefecture` its two digits where it says them."""

    version: Version
    place: str
    name: str
    prefecture: str
    prefecture_name: str
    source: str
    role: str
    values: Mapping[str, Said]
    unread: tuple[Unread, ...]


def told(version: Version) -> Told | None:
    """A report of totals; None for one that is about anything else. Raises InvalidRecord for a
    body that is not a report."""
    report: Report = decode("disaster.report", version.body)
    columns = {header(name): value for name, value in report.attributes.items()}
    items = {name: item for name in report.attributes if (item := ITEM_OF.get(plain(name)))}
    if not items:
        return None
    place, name = _place(version, report, columns, len(set(items.values())))
    if not place:
        return None
    reporter = _first(columns, REPORTERS)
    prefecture = _prefecture(version, place, columns)
    source = reporter or _author(version)
    stated = _moment(_first(columns, TIMES)) or version.issued
    values: dict[str, Said] = {}
    for column, item in items.items():
        time = _moment(report.update.get(column, "")) or min(stated, version.issued)
        said = _said(report.attributes[column], column, item, time)
        known = values.get(item)
        if known is None or (known.value is None and said.value is not None):
            values[item] = said
    unread = [
        Unread(column, _short(value), source)
        for column, value in report.attributes.items()
        if column not in items and not _is_about(header(column)) and value not in (None, "")
    ]
    role = _role(version, report, reporter, place, name, prefecture)
    own = _first(columns, PREFECTURE_NAMES)
    return Told(version, place, name, prefecture, own, source, role, values, tuple(unread))


def _place(
    version: Version, report: Report, columns: Mapping[str, Scalar], items: int
) -> tuple[str, str]:
    """Of what a report gives totals, and its name; nothing for a report of a single case."""
    name = short_name(_first(columns, NAMES))
    title = short_name(unicodedata.normalize("NFKC", report.title))
    if TOTALS & {header(name), header(title), header(version.key)}:
        return TOTAL, ""
    if (version.area or "").startswith("pref:"):
        return TOTAL, ""
    code = _code(_first(columns, CODES)) or _code((version.area or "").removeprefix("city:"))
    keyed = _code(version.key)
    if code and keyed != code:
        keyed = ""  # a number of a row that looks like a code
    if keyed.endswith("000") or code.endswith("000"):
        return TOTAL, ""
    named = name or (title if _NAME.fullmatch(title) else "")
    whole = (
        bool(keyed)
        or (bool(_NAME.fullmatch(title)) and (not name or name == title))
        or (bool(_NAME.fullmatch(version.key)))
        or (items >= 2 and bool(code or name))
    )
    if not whole or not CASES.isdisjoint(columns):
        return "", ""
    code = code or keyed
    if code:
        return f"city:{code}00", named
    named = named or (version.key if _NAME.fullmatch(version.key) else "")
    return (f"name:{named}", named) if named else ("", "")


def short_name(name: str) -> str:
    """A municipality's name without its prefecture and its county (郡), for comparing."""
    return _COUNTY.sub("", _PREFECTURE.sub("", name.strip()))


@lru_cache(maxsize=4096)
def _code(text: str) -> str:
    """The five digits of a municipality or prefecture code, or nothing."""
    text = half_width(text).strip()
    try:
        return city(text).removeprefix("city:")[:5] if len(text) in (5, 6, 7) else ""
    except ValueError:
        return ""


def _prefecture(version: Version, place: str, columns: Mapping[str, Scalar]) -> str:
    for text in (place.removeprefix("city:"), (version.area or "").partition(":")[2],
                 _first(columns, CODES), version.key if _code(version.key) else ""):  # fmt: skip
        if text[:2].isdigit() and text != TOTAL:
            return text[:2]
    return ""


def _first(columns: Mapping[str, Scalar], wanted: frozenset[str]) -> str:
    found = (str(columns[one]).strip() for one in sorted(wanted) if columns.get(one) is not None)
    return next((unicodedata.normalize("NFKC", one) for one in found if one), "")


def _is_about(column: str) -> bool:
    return any(
        column in some for some in (CODES, NAMES, PREFECTURE_NAMES, REPORTERS, TIMES, IDENTITY)
    )


def _author(version: Version) -> str:
    """Who sent it: the author of a SIP4D-ZIP package, else the source as this node calls it."""
    parts = version.series.split("/")
    return parts[1] if parts[0] == "sip4d" and len(parts) > 2 and parts[1] else version.source


def _role(
    version: Version, report: Report, reporter: str, place: str, name: str, prefecture: str
) -> str:
    """Which kind of office says so, by the name it gives; else by the names under which its
    messages come."""
    if reporter:
        return _role_of(reporter, place, name, prefecture)
    texts = (_author(version), version.source, version.series, report.layer)
    roles = (_role_of(one, place, name, prefecture) for one in texts)
    return next((one for one in roles if one != "other"), "other")


def _role_of(text: str, place: str, name: str, prefecture: str) -> str:
    low = unicodedata.normalize("NFKC", text).lower()
    code = place.removeprefix("city:")[:5]
    if "警察" in low or "police" in low:
        return "police"
    if "消防" in low or "fire" in low:
        return "fire"
    if (name and name in low) or (code.isdigit() and re.search(rf"(?<!\d){code}(?!\d)", low)):
        return "municipality"
    if re.search(r"[都道府県](?:$|庁|災害対策|危機管理|防災|知事|本部)|pref", low):
        return "prefecture"
    if prefecture and re.search(rf"(?<!\d){prefecture}(?!\d)", low):
        return "prefecture"
    return "other"


def _said(value: Scalar, column: str, item: str, time: int) -> Said:
    """A number as it is written. What is not known, or is no number of this item, has no value."""
    if isinstance(value, bool) or value is None:
        return Said(None, "" if value is None else str(value), column, time)
    text = "" if isinstance(value, int | float) else unicodedata.normalize("NFKC", value).strip()
    whole = ITEMS[item][1] != "ha"
    read: Number | None
    if isinstance(value, int | float):
        read, told = value, ""
    elif text in UNKNOWN:
        return Said(None, text, column, time)
    else:
        found = _VALUE.fullmatch(text.replace(" ", ""))
        try:
            read = number(found["number"]) if found else number(text)
        except ValueError:
            return Said(None, text[:200], column, time)
        told = text if found is None or found["about"] or found["more"] else ""
    if not math.isfinite(read) or read < 0 or (whole and read != int(read)) or read > 1e9:
        return Said(None, str(value)[:200], column, time)
    return Said(int(read) if whole else float(read), told[:200], column, time)


def _moment(text: str) -> int:
    for reads in (parse, parse_time):
        try:
            return reads(text)
        except (ValueError, OverflowError):
            continue
    return 0


def _short(value: Scalar) -> Scalar:
    return value[:200] if isinstance(value, str) else value
