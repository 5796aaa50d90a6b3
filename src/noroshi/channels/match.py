"""Which changes somebody follows: by kind, mode, label, box, area and a CQL2 filter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from noroshi.core import place
from noroshi.core.errors import NoroshiError
from noroshi.core.label import Reader
from noroshi.core.place import Box
from noroshi.core.record import Mode, Version
from noroshi.store import Change, Store

Keep = Callable[[Version], bool]


class Match:
    """True for a change that `reader` may see and that concerns what is followed: the thing as it
    is now, or as it was before, so that what moves away or stops to match is heard of as well."""

    def __init__(
        self,
        store: Store,
        reader: Reader,
        *,
        kinds: Iterable[str] | None = None,
        mode: Mode = Mode.ACTUAL,
        box: Box | None = None,
        areas: tuple[tuple[int, int], ...] | None = None,
        keep: Keep | None = None,
    ) -> None:
        self.reader, self.mode, self.keep = reader, mode, keep
        self.kinds = None if kinds is None else frozenset(kinds)
        self._box, self._areas = box, areas
        self._tokens: frozenset[int] = frozenset()
        self._boundary: Any = None
        if box is not None or areas is not None:
            self._look_up(store)

    def _look_up(self, store: Store) -> None:
        """What imported boundaries tell of the box and the areas."""
        import shapely

        tokens, shapes = set(), []
        frames = [] if self._box is None else _frames(self._box)
        for one in store.places():
            if one.geometry is None:
                continue
            token = place.area_token(one.area)
            if self._areas is not None and self._has(token):
                shapes.append(shapely.from_wkb(one.geometry))
            if frames and any(place.touches(frame, place.bounds(one.geometry)) for frame in frames):
                shape = shapely.from_wkb(one.geometry)
                if any(shape.intersects(shapely.box(*frame)) for frame in frames):
                    tokens.add(token)
        self._tokens = frozenset(tokens)
        if shapes:
            self._boundary = shapely.union_all(shapes)
            shapely.prepare(self._boundary)

    def __call__(self, change: Change) -> bool:
        version, previous = change.version, change.previous
        if version.mode is not self.mode or not self.reader.sees(version.label):
            return False
        if self.kinds is not None and version.kind not in self.kinds:
            return False
        if self._box is None and self._areas is None and self.keep is None:
            return True
        # What says that a thing has ended may say nothing else of it. Of what was recalled nothing
        # is told, not even by whom it is heard of: everyone who follows its kind is.
        ended = change.operation == "delete"
        if ended and previous is None:
            return True
        states = [previous] if ended else [version, previous]
        return any(one is not None and self._holds(one) for one in states)

    def _holds(self, version: Version) -> bool:
        if self._box is not None and not self._in_box(version, self._box):
            return False
        if self._areas is not None and not self._in_areas(version):
            return False
        return self.keep is None or self.keep(version)

    def _in_box(self, version: Version, box: Box) -> bool:
        if version.geometry is not None:
            return place.touches(box, place.bounds(version.geometry))
        return version.area is not None and place.area_token(version.area) in self._tokens

    def _in_areas(self, version: Version) -> bool:
        if version.area is not None:
            return self._has(place.area_token(version.area))
        if version.geometry is None or self._boundary is None:
            return False
        import shapely

        return bool(self._boundary.intersects(shapely.from_wkb(version.geometry)))

    def _has(self, token: int) -> bool:
        return any(low <= token <= high for low, high in self._areas or ())


def _frames(box: Box) -> list[Box]:
    west, south, east, north = box
    if west <= east:
        return [box]
    return [(west, south, 180.0, north), (-180.0, south, east, north)]


def keep_by_filter(text: str, lang: str, crs: str | None, names: Iterable[str]) -> Keep:
    """What a CQL2 filter keeps of records of the kinds `names`.

    A kind that does not have what the filter asks for has nothing that fits. Raises NoroshiError
    where the filter cannot be read, or fits no kind.
    """
    from noroshi.channels.filters import compile_filter

    filters: dict[str, Keep] = {}
    fault: NoroshiError | None = None
    for name in names:
        try:
            filters[name] = compile_filter(text, lang, crs, name).keep
        except NoroshiError as error:
            fault = error
    if not filters and fault is not None:
        raise fault

    def keep(version: Version) -> bool:
        one = filters.get(version.kind)
        return one is not None and one(version)

    return keep
