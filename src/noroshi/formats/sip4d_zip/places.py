"""Whether features lie where they say: their municipality, or at least their prefecture."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from noroshi.core.place import city
from noroshi.core.prefectures import CODES, PREFECTURES
from noroshi.formats import Finding, Hints
from noroshi.formats.sip4d_zip.columns import Column
from noroshi.formats.sip4d_zip.geometry import centre

Lookup = Callable[[float, float], str | None]

#: How far a point may lie outside, in degrees: boundaries are drawn simply, and quays and bridges
#: lie on the water. About 550 m.
TOLERANCE = 0.005
_AROUND = [
    (x * TOLERANCE, y * TOLERANCE) for x in (-1, 0, 1) for y in (-1, 0, 1) if (x, y) != (0, 0)
]
_PREFECTURE = re.compile("|".join(CODES))
_CITY_IDS = ("citycode", "city_code")
_CITY_LABELS = ("市区町村名", "市町村名", "市区町村")
_PREFECTURE_IDS = ("prefname", "pref_name", "prefecture")
_TEXT_IDS = ("address",)
_TEXT_LABELS = ("住所", "番地", "所在地")


class Stated:
    """What a layer's columns say of a feature's municipality and prefecture."""

    def __init__(self, columns: list[Column]) -> None:
        def named(ids: tuple[str, ...], labels: tuple[str, ...] = ()) -> list[str]:
            return [one.name for one in columns if one.connid in ids or one.label in labels]

        self._codes = named(_CITY_IDS, ("市区町村コード", "地方公共団体コード"))
        self._cities = named(("cityname",), _CITY_LABELS)
        self._prefectures = named(_PREFECTURE_IDS, ("都道府県名", "都道府県"))
        self._addresses = named(_TEXT_IDS, _TEXT_LABELS)

    def code(self, properties: Mapping[str, Any]) -> str:
        """The municipality's five digits, or ""."""
        for name in self._codes:
            text = str(properties.get(name) or "").strip()
            if re.fullmatch(r"[0-9]{5,7}", text):
                try:
                    return city(text).removeprefix("city:")[:5]
                except ValueError:
                    continue
        return ""

    def city(self, properties: Mapping[str, Any]) -> str:
        """The municipality's name as written, or ""."""
        return next((text for n in self._cities if (text := _text(properties.get(n)))), "")

    def prefecture(self, properties: Mapping[str, Any]) -> str:
        """The prefecture's two digits, from its name or the beginning of an address, or ""."""
        for name in (*self._prefectures, *self._cities, *self._addresses):
            match = _PREFECTURE.match(_text(properties.get(name)))
            if match is not None:
                return CODES[match[0]]
        return ""


def _text(value: Any) -> str:
    return unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""


def check_place(
    wkb: bytes, properties: Mapping[str, Any], stated: Stated, hints: Hints, where: str
) -> Finding | None:
    """A finding if the feature lies outside the municipality or prefecture that it states.

    None where it states none, or no boundaries were imported. Where only a name is stated and names
    are not known, any municipality will do, but not open water. The middle of a feature's bounds
    stands for it.
    """
    if hints.municipality is None:
        return None
    code, name = stated.code(properties), stated.city(properties)
    prefecture = code[:2] or stated.prefecture(properties)
    if not (code or prefecture or name):
        return None
    longitude, latitude = centre(wkb)

    def agrees(area: str | None) -> bool:
        if area is None:
            return False
        found = area.removeprefix("city:")[:5]
        if code:
            return _same_city(found, code)
        if prefecture and found[:2] != prefecture:
            return False
        called = hints.place_name(area) if name and hints.place_name is not None else None
        return called is None or _same_name(called, name)

    there = hints.municipality(longitude, latitude)
    if agrees(there):
        return None
    for x, y in _AROUND:
        if agrees(hints.municipality(longitude + x, latitude + y)):
            return None
    said = name or code or PREFECTURES[prefecture]
    called = (hints.place_name(there) if there and hints.place_name else None) or there
    return Finding(
        "error",
        where,
        f"says {said}, but lies in {called or 'no municipality (open water or abroad)'}: "
        f"{longitude:.5f}, {latitude:.5f}",
        "correct the coordinates or the municipality",
    )


def _same_city(found: str, stated: str) -> bool:
    """True for one municipality, and for a ward and the designated city it is part of.

    Designated cities have codes from xx100 on and their wards the numbers that follow.
    """
    if found == stated or stated[2:] == "000":
        return found[:2] == stated[:2]
    city, ward = sorted((found, stated))
    return (
        city[:2] == ward[:2]
        and city.endswith("0")
        and "100" <= city[2:] < "200"
        and int(ward) - int(city) < 30
    )


def _same_name(known: str, stated: str) -> bool:
    """True if one name contains the other, whatever stands before it and however ヶ is written."""
    a, b = _plain(known), _plain(stated)
    return a in b or b in a


def _plain(name: str) -> str:
    name = _PREFECTURE.sub("", unicodedata.normalize("NFKC", name), count=1)
    return re.sub(r"\s", "", name).replace("ケ", "ヶ").replace("が", "ヶ")
