"""What is wrong with a feature's properties: types, choices, required values, dates, counts."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from noroshi.formats import Finding
from noroshi.formats.sip4d_zip.codes import Attribute
from noroshi.formats.sip4d_zip.columns import Column

_NAME = re.compile(r"[a-z0-9_]+")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?Z?"
)  # what NIED's checker takes
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_CITY_CODE = re.compile(r"[0-9]{5}")
_CITYLIKE = ("citycode", "city_code")
#: Types whose values are not those of the typed model: a List brings its own keys.
_OWN_CHOICES = ("List", "Datetime")
#: Years that a disaster report can be about.
_YEARS = range(1900, 2200)
_PREFECTURES = range(1, 48)
#: Codes of prefectures that drills make up; nothing real may have them.
_FICTIONAL = range(51, 98)
_ALLOWED = {
    "String": (str,),
    "List": (str,),
    "Datetime": (str,),
    "Integer": (int,),
    "Double": (float,),
    "": (str, int, float),
}


class PropertyCheck(msgspec.Struct, frozen=True):
    """What one column asks of its property: its definition, its choices, the typed model's
    attribute it stands for, whether it must have a value, and whether it may name a prefecture
    that drills make up."""

    column: Column
    keys: frozenset[str] | None
    attribute: Attribute | None
    required: bool
    fictional: bool = False


def property_checks(
    columns: list[Column],
    raws: Mapping[str, dict[str, Any]],
    attributes: Mapping[str, Attribute],
    *,
    fictional: bool = False,
) -> list[PropertyCheck]:
    """The checks for columns, given their raw definitions by name and the typed model.
    `fictional`: the package is no statement about the real world."""
    found = []
    for column in columns:
        raw = raws.get(column.name, {})
        attribute = attributes.get(column.connid)
        keys: frozenset[str] | None = None
        if attribute is not None and attribute.choices and raw.get("type") not in _OWN_CHOICES:
            keys = frozenset(text for text, _ in attribute.choices)
        elif column.type == "List" and isinstance(raw.get("key_list"), list):
            keys = frozenset(each for each in raw["key_list"] if isinstance(each, str))
        required = bool(raw.get("necessary")) or (attribute is not None and attribute.value)
        found.append(PropertyCheck(column, keys, attribute, required, fictional))
    return found


def check_properties(
    properties: Any, checks: list[PropertyCheck], where: str, found: list[Finding]
) -> None:
    """Add to `found` everything wrong with a feature's properties."""
    if not isinstance(properties, dict):
        found.append(Finding("error", where, "no properties", "write them as an object"))
        return
    defined = {check.column.name for check in checks}
    for name in properties:
        if not _NAME.fullmatch(name):
            _add(found, where, name, "the name of the property is not allowed",
                 "small letters a–z, digits and _")  # fmt: skip
        if name not in defined:
            _add(found, where, name, "the property is not defined",
                 "add a column for it", "warning")  # fmt: skip
    times: dict[str, str] = {}
    for check in checks:
        value = properties.get(check.column.name)
        name = check.column.name
        if value is None or (isinstance(value, str) and not value.strip()):
            if check.required:
                state = (
                    "empty" if value is not None else "null" if name in properties else "missing"
                )
                _add(found, where, name, f"required, but {state}", "give its value")
            elif isinstance(value, str) and (str not in _ALLOWED[check.column.type] or value):
                _check_blank(check, value, where, found)
            continue
        if _check_value(check, value, where, found) and isinstance(value, str):
            times[check.column.connid] = value
    start, end = times.get("starttime"), times.get("endtime")
    local = [one for one in (start, end) if one and _TIME.fullmatch(one) and one[-1] != "Z"]
    if len(local) == 2 and local[1][:19] < local[0][:19]:
        what = f"ends ({end}) before it begins ({start})"
        _add(found, where, "endtime", what, "correct one of the two")


def _check_blank(check: PropertyCheck, value: str, where: str, found: list[Finding]) -> None:
    """An empty text is no value, but a number's place does not hold one, nor a blank a choice's."""
    form = check.attribute.form if check.attribute is not None else ""
    if check.keys is not None or form or check.column.type not in ("String", ""):
        _check_value(check, value, where, found)


def _check_value(check: PropertyCheck, value: Any, where: str, found: list[Finding]) -> bool:
    """Check one value that is there. True if it has the right type."""
    column, attribute, name = check.column, check.attribute, check.column.name
    if type(value) not in _ALLOWED[column.type]:
        hint = f"write a {column.type or 'text or number'}"
        if column.type == "Double" and type(value) is int:
            hint = f"write {value}.0: a Double has a decimal point"
        _add(found, where, name, f"{_brief(value)} is no {column.type or 'text or number'}", hint)
        return False
    if isinstance(value, float) and not math.isfinite(value):
        _add(found, where, name, "is not a number", "write null for what is not known")
    if check.keys is not None and not (isinstance(value, str) and value in check.keys):
        some = ", ".join(sorted(check.keys)[:8])
        _add(found, where, name, f"{_brief(value)} is none of the choices", f"one of {some}")
    elif column.type == "Datetime" and isinstance(value, str):
        _check_time(value, where, name, found)
    form = attribute.form if attribute is not None else ""
    if form == "date" and column.type != "Datetime" and isinstance(value, str):
        if not _DATE.fullmatch(value) or not _is_date(value):
            _add(found, where, name, f"{_brief(value)} is no date", "write it as 2026-05-20")
    elif isinstance(value, str) and (form == "citycode" or column.connid in _CITYLIKE):
        if form == "citycode" and not _CITY_CODE.fullmatch(value):
            _add(found, where, name, f"{_brief(value)} is no municipality code", "five digits")
        elif value[:2].isdigit() and not _is_prefecture(int(value[:2]), check.fictional):
            _add(found, where, name, f"no prefecture has the code {value[:2]}",
                 "a code begins with 01 to 47")  # fmt: skip
    if attribute is not None and attribute.type == "Integer" and type(value) is int and value < 0:
        _add(found, where, name, f"{value} of something that is counted", "0 or more")
    return True


def _is_prefecture(code: int, fictional: bool) -> bool:
    return code in _PREFECTURES or (fictional and code in _FICTIONAL)


def _check_time(text: str, where: str, name: str, found: list[Finding]) -> None:
    match = _TIME.fullmatch(text)
    if match is None:
        _add(found, where, name, f"{_brief(text)} is no time", "write it as 2026-05-20T10:05:02")
    elif not _is_date(match[1]):
        _add(found, where, name, f"there is no such time as {text}", "correct the date")


def _is_date(text: str) -> bool:
    """True for a date or time that the calendar has, in years one can report of."""
    try:
        return datetime.fromisoformat(text).year in _YEARS
    except ValueError:
        return False


def check_time(text: Any, where: str, found: list[Finding]) -> None:
    """Add a finding for a time of the right form that the calendar does not have."""
    if isinstance(text, str) and (match := _TIME.fullmatch(text)) and not _is_date(match[1]):
        found.append(
            Finding("error", where, f"there is no such time as {text}", "correct the date")
        )


def _add(
    found: list[Finding], where: str, name: str, what: str, remedy: str, severity: str = "error"
) -> None:
    found.append(Finding(severity, f"{where} {name}", what, remedy))


def _brief(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
