"""Areas of weather telegrams: the offices, regions and divisions that tables are by.

Elements: jmx_mete.xsd `type.Area`; divisions are named in the type of a Warning, such as
気象警報・注意報（市町村等をまとめた地域等）.
"""

from __future__ import annotations

import re
from functools import lru_cache

from noroshi.formats.jma_xml.telegram import METE, Element, Telegram

MUNICIPALITIES = "市町村等"

_DIVISION = re.compile(r"[（(]([^）)]*)[）)]\s*$")
_NAME, _CODE, _AREA = METE + "Name", METE + "Code", METE + "Area"
_COVERS = METE + "SubCityList"


class Place:
    """An Area element: name, code, and the names of municipalities in it where listed."""

    __slots__ = ("code", "covers", "name")

    def __init__(self, element: Element) -> None:
        self.name = self.code = ""
        self.covers: list[str] = []
        for child in element:
            tag = child.tag
            if tag == _NAME:
                self.name = (child.text or "").strip()
            elif tag == _CODE:
                self.code = (child.text or "").strip()
            elif tag == _COVERS:
                self.covers = (child.text or "").split()


@lru_cache(maxsize=8192)
def area_of(division: str, code: str) -> str | None:
    """The area of `code`: a municipality has seven digits, a forecast region six.

    None for codes of another system (高潮予報区間), which the samples do not fill in.
    """
    if not (code.isascii() and code.isdigit()):
        return None
    if len(code) == 7:
        return "city:" + code
    return "jma.forecast:" + code if len(code) == 6 and "区間" not in division else None


@lru_cache(maxsize=256)
def division_of(type: str) -> str:
    """What kind of areas a Warning is by: what its type ends in, in brackets."""
    found = _DIVISION.search(type)
    return found[1].strip() if found else type


def office(telegram: Telegram) -> str:
    """The responsible weather office: of joint publishers (京都府 京都地方気象台) the last."""
    parts = telegram.office.split()
    return parts[-1] if parts else ""


def forecast_region(telegram: Telegram) -> str:
    """Name of the one forecast region (府県予報区) of the telegram; "" if it has several."""
    names = {
        (item.findtext(f"{_AREA}/{_NAME}") or "").strip()
        for warning in telegram.body.iterchildren(METE + "Warning")
        if "府県予報区" in (warning.get("type") or "")
        for item in warning
    }
    return names.pop() if len(names) == 1 else ""
