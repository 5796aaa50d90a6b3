"""The town a resident asks about: its official areas, and where these stand in the store."""

from __future__ import annotations

import msgspec

from noroshi.channels.tiling.areas import Areas
from noroshi.core.errors import NotFound
from noroshi.core.place import area_ranges, area_token, city
from noroshi.core.prefectures import PREFECTURES, READINGS
from noroshi.formats.boundaries import Place

Ranges = tuple[tuple[int, int], ...]

#: Prefectures without a coast.
_INLAND = {"09", "10", "11", "19", "20", "21", "25", "29"}


class Town(msgspec.Struct, frozen=True):
    """A municipality or a ward of a designated city.

    `code` has five digits. `ranges` are tokens of its areas, and of the city around a ward and the
    wards in a city, by which warnings may be filed; `forecast` of the forecast areas it lies in.
    `around` is the name of the city around a ward; `boundary` is well-known binary, if imported.
    """

    code: str
    name: str
    kana: str
    area: str
    prefecture: str
    ranges: Ranges
    parents: frozenset[str] = frozenset()
    forecast: Ranges = ()
    around: str = ""
    boundary: bytes | None = None
    prefecture_name: str = ""
    prefecture_kana: str = ""

    @property
    def prefecture_ranges(self) -> Ranges:
        """Token of the prefecture as a whole."""
        token = area_token(f"pref:{self.prefecture}")
        return ((token, token),)

    @property
    def coastal(self) -> bool:
        """True if its prefecture has a coast."""
        return self.prefecture not in _INLAND


def prefectures(areas: Areas) -> dict[str, tuple[str, str]]:
    """Names and readings of prefectures by code: Japan's, and others that were imported (those that
    drills make up)."""
    found = {code: (name, READINGS[code]) for code, name in PREFECTURES.items()}
    for area, place in areas.places.items():
        scheme, _, code = area.partition(":")
        if scheme == "pref" and code not in found:
            found[code] = place.name, place.kana
    return found


def find_town(areas: Areas, code: str) -> Town:
    """The town of a code: five digits, six with check digit, or JMA's seven.

    Where no places were imported every well-formed code is a town without a name. Raises NotFound.
    """
    try:
        whole = city(code)[5:10]
    except ValueError as error:
        raise NotFound(str(error)) from None
    area = f"city:{whole}00"
    place = areas.places.get(area)
    known = prefectures(areas)
    if whole[:2] not in known or (place is None and len(areas)):
        raise NotFound(f"no municipality {code!r}")
    if place is None:
        place = Place(area, "", "municipality")
    around = [one for one in place.parents if one.startswith("city:")]
    inside, _ = areas.find("city", area, "", 10_000)
    wards = [one for one in inside if one.level == "ward"]
    kin = [areas.places[one] for one in around if one in areas.places]
    # JMA's parts of a municipality lie in forecast areas that the whole does not name.
    parts = [*inside, *(part for one in around for part in areas.find("city", one, "", 10_000)[0]
                        if part.level == "part")]  # fmt: skip
    parents = {parent for one in (place, *kin, *parts) for parent in one.parents}
    names = [area, *(one.area for one in wards), *around]
    forecast = sorted(area_token(one) for one in parents if one.startswith("jma.forecast:"))
    return Town(
        whole, place.name, place.kana, area, whole[:2],
        tuple(one for name in names for one in area_ranges(name.partition(":")[2])),
        frozenset(parents), tuple((one, one) for one in forecast),
        kin[0].name if kin else "", place.geometry, *known[whole[:2]],
    )  # fmt: skip


def towns_of(areas: Areas, prefecture: str) -> list[Place]:
    """Municipalities of a prefecture, and wards of its designated cities, by code."""
    found, _ = areas.find("city", f"pref:{prefecture}", "", 10_000)
    return [one for one in found if one.level != "part"]
