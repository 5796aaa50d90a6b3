"""Official areas as a whole: found by name, their boundaries, and which others they consist of."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import msgspec

from noroshi.core.errors import NotFound
from noroshi.core.place import city
from noroshi.formats.boundaries import Place


class Made(msgspec.Struct, frozen=True):
    """How a boundary came about: `own` (as imported), `union` of municipalities or `none`;
    `missing` are areas that belong to it and whose boundary is not known."""

    how: str
    of: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


class Areas:
    """All imported places. Immutable."""

    def __init__(self, places: Sequence[Place]) -> None:
        self.places = {one.area: one for one in places}
        self._below: dict[str, list[Place]] = {}
        for one in places:
            for parent in one.parents:
                self._below.setdefault(parent, []).append(one)
        #: Municipalities and wards that tile the country: none lies in another.
        self.leaves = [
            one for one in places
            if one.area.startswith("city:") and one.geometry is not None
            and not any(
                below.geometry is not None for below in self._below.get(one.area, ())
            )
        ]  # fmt: skip
        self._leaf_names = {one.area for one in self.leaves}
        self._read = [(one, _reading(one.name), _reading(one.kana)) for one in places]
        self._made: dict[str, Made] = {}

    def __len__(self) -> int:
        return len(self.places)

    def find(
        self, scheme: str | None, parent: str | None, text: str, limit: int
    ) -> tuple[list[Place], int]:
        """At most `limit` places of a scheme, inside a parent, whose name or reading has `text`
        in it, best first; and how many there are in all.

        Widths and the two kanas are alike (NFKC, hiragana); an official code is found as well.
        """
        wanted = _reading(text)
        found: list[tuple[int, int, str, Place]] = []
        for place, name, kana in self._read:
            if scheme is not None and not place.area.startswith(scheme + ":"):
                continue
            if parent is not None and parent not in place.parents:
                continue
            rank = 0
            if wanted:
                code = place.area.partition(":")[2]
                ranks = [
                    0 if wanted in (name, kana, place.area) else 1 if one.startswith(wanted) else 2
                    for one in (name, kana, code) if wanted in one or wanted == place.area
                ]  # fmt: skip
                if not ranks:
                    continue
                rank = min(ranks)
            found.append((rank, len(name) if wanted else 0, place.area, place))
        found.sort(key=lambda one: one[:3])
        return [place for *_, place in found[:limit]], len(found)

    def place(self, area: str) -> Place:
        """A place by its area (`scheme:code`, or a bare code of a prefecture or municipality);
        also one that others name as theirs and that was not imported itself. Raises NotFound."""
        if ":" not in area:
            try:
                area = f"pref:{area}" if len(area) == 2 and area.isdecimal() else city(area)
            except ValueError:
                raise NotFound(f"no area {area!r}", remedy="write it as scheme:code") from None
        found = self.places.get(area)
        if found is not None:
            return found
        if area not in self._below:
            remedy = "`/places?q=` finds areas by name" if self.places else HINT
            raise NotFound(f"the area {area} is not known", remedy=remedy)
        level = {"pref": "prefecture", "city": "municipality"}.get(area.partition(":")[0], "region")
        return Place(area, "", level)

    def made(self, place: Place) -> Made:
        """Of what the boundary of a place consists."""
        found = self._made.get(place.area)
        if found is None:
            found = self._made[place.area] = self._make(place)
        return found

    def _make(self, place: Place) -> Made:
        if place.geometry is not None:
            return Made("own")
        below = self._below.get(place.area, ())
        held: dict[str, None] = {}
        missing: list[str] = []
        for one in below:
            if not one.area.startswith("city:"):
                continue
            if one.area in self._leaf_names:
                held[one.area] = None
            elif one.geometry is None and not self._divided(one, place.area, held):
                missing.append(one.area)
        if not held:
            return Made("none", (), tuple(missing))
        return Made("union", tuple(sorted(held)), tuple(missing))

    def _divided(self, part: Place, area: str, held: dict[str, None]) -> bool:
        """Whether a part of a municipality (without a boundary) is covered because all of the
        municipality lies in `area`; then the municipality is."""
        for parent in part.parents:
            parts = [one for one in self._below.get(parent, ()) if one.level == "part"]
            if parent in self._leaf_names and part in parts:
                if all(area in one.parents for one in parts):
                    held[parent] = None
                    return True
                return False
        # A designated city without a boundary of its own is covered by its wards.
        return any(one.area in self._leaf_names for one in self._below.get(part.area, ()))

    def boundary(self, place: Place) -> Any:
        """The boundary as a geometry in degrees, or None."""
        import shapely

        made = self.made(place)
        if made.how == "own":
            return shapely.from_wkb(place.geometry)
        if made.how == "none":
            return None
        return unite(shapely.from_wkb([self.places[one].geometry for one in made.of]))

    def of_scheme(self, scheme: str) -> list[Place]:
        """The places of a scheme, with those that are only named by their parts."""
        prefix = scheme + ":"
        own = [one for area, one in self.places.items() if area.startswith(prefix)]
        named = [
            self.place(area) for area in self._below
            if area.startswith(prefix) and area not in self.places
        ]  # fmt: skip
        return own + named


#: What to do where nothing was imported.
HINT = "import official boundaries with `noroshi places import FILE` (docs/tiles.md)"


def unite(shapes: Any) -> Any:
    """Neighbours as one shape."""
    import shapely

    if len(shapes) == 1:
        return shapes[0]
    if shapely.coverage_is_valid(shapes):
        return shapely.coverage_union_all(shapes)
    return shapely.union_all(shapely.make_valid(shapes))


def _reading(text: str) -> str:
    """Text as it is compared: NFKC, small letters, hiragana."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    return "".join(chr(ord(one) - 0x60) if "ァ" <= one <= "ヶ" else one for one in plain)
