"""Whom an alert concerns, by the places they subscribed to.

Found by tokens of areas and cells, then opened and looked at one batch after another: memory stays
that of a batch, and points are compared with the alert's shape by one call for all of a batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from noroshi.channels.subscribers.needs import told_from
from noroshi.channels.subscribers.places import (
    DEGREE,
    Place,
    alert_tokens,
    areas_of,
    coarser,
    lies_in,
    same_district,
)
from noroshi.core.errors import NoroshiError
from noroshi.core.record import Mode
from noroshi.core.time import now
from noroshi.core.typed import decoder
from noroshi.kinds.issued_alert import IssuedAlert
from noroshi.store import subscribers as store
from noroshi.store.people import PeopleFile

#: Subscriptions that are looked at together.
_BATCH = 2_000
#: Up to so many are counted exactly, one by one, where an alert concerns parts of its areas.
_COUNTED = 20_000
#: Areas of which it is remembered whether an alert concerns them.
_KNOWN = 10_000
#: Above any level.
_EVERY = 9


class Body(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What of a subscription is sealed. `level` is the one that the person chose."""

    places: tuple[Place, ...]
    needs: frozenset[str] = frozenset()
    level: int = 3


class Recipient(msgspec.Struct, frozen=True):
    """Somebody whom an alert concerns: their contact's id, and `place`, what they call the place
    that is concerned."""

    contact: str
    channel: str
    language: str
    needs: frozenset[str]
    place: str


class Audience(msgspec.Struct, frozen=True):
    """How many an alert would reach, by channel; with `at_most`, these and no more."""

    channels: dict[str, int]
    at_most: bool = False


def match(
    people: PeopleFile, alert: IssuedAlert, geometry: bytes | None, mode: Mode, *,
    needs: Iterable[str] = (), at: int | None = None,
) -> Iterator[Recipient]:  # fmt: skip
    """Whom an alert concerns, each contact once, always in the same order. `geometry`: where it
    holds (well-known binary, degrees); where it is a surface it decides for those who gave a point;
    the others are told of their municipality, or of their district where the alert names some. With
    `needs`, only those who have one of them. An alert that ends another is for all whom its places
    concern.

    Raises NoroshiError for an alert without areas: who gave no point would never hear it.
    """
    ground = _Ground(people, alert, geometry)
    ids = store.matched(people, int(mode), _level(alert), ground.tokens)
    wanted, time = frozenset(needs), now() if at is None else at
    for first in range(0, len(ids), _BATCH):
        yield from ground.among(store.subscriptions(people, ids[first : first + _BATCH], time),
                                wanted)  # fmt: skip


def audience(
    people: PeopleFile, alert: IssuedAlert, geometry: bytes | None = None,
    mode: Mode = Mode.ACTUAL,
) -> dict[str, int]:  # fmt: skip
    """How many an alert would reach, by channel, quickly; see `count_audience` for whether this
    is exact."""
    return count_audience(people, alert, geometry, mode).channels


def count_audience(
    people: PeopleFile, alert: IssuedAlert, geometry: bytes | None = None,
    mode: Mode = Mode.ACTUAL,
) -> Audience:  # fmt: skip
    """As `audience`. Exact, but for alerts that concern parts of their areas (a shape, districts)
    and may reach more than 20,000: their figure is the most that it can be."""
    ground, time = _Ground(people, alert, geometry), now()
    level = _level(alert)
    if geometry is None and not alert.districts:
        assert ground.tokens is not None
        return Audience(store.reached(people, int(mode), level, time, ground.tokens))
    ids = store.matched(people, int(mode), level, ground.tokens)
    if len(ids) <= _COUNTED:
        found: dict[str, int] = {}
        for one in match(people, alert, geometry, mode, at=time):
            found[one.channel] = found.get(one.channel, 0) + 1
        return Audience(found)
    tokens = ground.tokens
    if tokens is None:
        tokens = alert_tokens(people.vault, ground.areas, None) or set()
    return Audience(store.reached(people, int(mode), level, time, tokens), at_most=True)


def _level(alert: IssuedAlert) -> int:
    """The level by which it is decided who is told: all, where it ends an alert, or has none and
    does not say what to do."""
    if alert.kind in ("cancel", "expire") or alert.action == "all_clear":
        return _EVERY
    return told_from(alert) or _EVERY


class _Ground:
    """The ground of an alert."""

    def __init__(self, people: PeopleFile, alert: IssuedAlert, geometry: bytes | None) -> None:
        self.areas = areas_of(alert.areas)
        if not self.areas:
            raise NoroshiError(
                "the alert names no area", where="areas",
                remedy="name the municipalities it touches, for those who gave no point",
            )  # fmt: skip
        self._wider = frozenset(one for area in self.areas for one in coarser(area))
        self._districts = tuple(alert.districts)
        self._people = people
        #: Whether the alert's areas concern an area: many live in the same.
        self._known: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._shape: Any = None
        self._scale = 1.0
        shape = None
        if geometry is not None:
            shape = _shape(geometry)
        if shape is not None:
            self._flatten(shape)
        self.tokens = alert_tokens(people.vault, self.areas, shape)

    def _flatten(self, shape: Any) -> None:
        """The shape in metres around its middle latitude: exact for who is inside; distances from
        its border are a few in a thousand wrong a degree of latitude away."""
        import shapely

        _, south, _, north = shape.bounds
        self._scale = math.cos(math.radians((south + north) / 2))
        self._shape = shapely.transform(shape, self._metres)
        shapely.prepare(self._shape)

    def _metres(self, degrees: Any) -> Any:
        return degrees * (DEGREE * self._scale, DEGREE)

    def among(
        self, rows: list[tuple[int, str, str, str, int, bytes]], needs: frozenset[str]
    ) -> Iterator[Recipient]:
        """Those of a batch that are concerned."""
        read, open = decoder(Body).decode, self._people.vault.open
        bodies: list[Body] = [read(open(row[5], f"subscriptions/{row[0]}")) for row in rows]
        near = self._near(bodies)
        for number, (row, body) in enumerate(zip(rows, bodies, strict=True)):
            if needs and not needs & body.needs:
                continue
            for which, place in enumerate(body.places):
                if (number, which) in near or self._holds(place):
                    yield Recipient(row[1], row[2], row[3], body.needs, place.label or place.name)
                    break

    def _near(self, bodies: list[Body]) -> set[tuple[int, int]]:
        """Which places of which bodies have a point that the shape reaches."""
        if self._shape is None:
            return set()
        import numpy
        import shapely

        held = [((number, which), place.point, place.radius)
                for number, body in enumerate(bodies) for which, place in enumerate(body.places)
                if place.point is not None]  # fmt: skip
        if not held:
            return set()
        points = shapely.points(self._metres(numpy.array([one[1] for one in held])))
        inside = shapely.dwithin(self._shape, points, numpy.array([one[2] for one in held]))
        return {one[0] for one, yes in zip(held, inside, strict=True) if yes}

    def _holds(self, place: Place) -> bool:
        """Whether the alert concerns a place by its area and district."""
        if place.point is not None and self._shape is not None:
            return False
        key = (place.area, place.within)
        within = self._known.get(key)
        if within is None:
            within = place.area in self._wider or not self.areas.isdisjoint(lies_in(place))
            if len(self._known) < _KNOWN:
                self._known[key] = within
        if not within:
            return False
        return not (place.district and self._districts) or any(
            same_district(place.district, one) for one in self._districts
        )


def _shape(geometry: bytes) -> Any:
    import shapely

    try:
        shape = shapely.from_wkb(geometry)
    except shapely.GEOSException as error:
        raise NoroshiError(
            f"the alert's geometry cannot be read: {error}", where="geometry"
        ) from None
    if shape is None or shape.is_empty:
        raise NoroshiError("the alert's geometry is empty", where="geometry")
    # A spot or a line says where something is, not how far it reaches: areas decide then.
    if shapely.get_dimensions(shape) < 2:
        return None
    return shape if shape.is_valid else shapely.make_valid(shape)
