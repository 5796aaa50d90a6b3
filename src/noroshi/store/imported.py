"""Official areas, imported into the embedded store."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from noroshi.core import place as places
from noroshi.formats.boundaries import Place
from noroshi.store import sql


def keep_places(db: sqlite3.Connection, found: Sequence[Place], at: int) -> None:
    """Keep areas, in the transaction at hand; those of the same code are replaced."""
    rows = []
    for one in found:
        box = (None,) * 4 if one.geometry is None else places.bounds(one.geometry)
        token = places.area_token(one.area)
        parents = " ".join(one.parents)
        rows.append((token, one.area, one.name, one.level, one.kana, parents, *box, one.geometry))
    db.executemany(sql.PUT_PLACE, rows)
    db.execute(sql.PUT_META, ("places", at))
