"""Official boundaries and codes into a node."""

from __future__ import annotations

from noroshi.core.time import now
from noroshi.formats import Finding, Limits
from noroshi.formats.boundaries import combine
from noroshi.formats.boundaries.reader import read_places
from noroshi.store import Store

#: The name under which a store keeps when places were imported last.
PLACES = "places"


def import_places(store: Store, data: bytes, limits: Limits) -> tuple[int, list[Finding]]:
    """Take a file of places in: how many areas it names, and what was left out.

    Areas of the same code are replaced; what this file does not say of them is kept. Raises
    UnreadableMessage.
    """
    prefectures = {one.name: one.area for one in store.places("pref")}
    found = read_places(data, limits, prefectures)
    named = {one.area for one in found.places}
    known = [one for one in store.places() if one.area in named]
    count = store.put_places(combine([*found.places, *known])) if named else 0
    if count:
        store.mark(PLACES, now())
    return count, found.faults
