"""Which fields of a kind its tiles carry: what people read and colour by, scalars only."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from noroshi import kinds
from noroshi.kinds.weather import CATEGORIES

#: Fields by which a thing is called.
TEXTS = ("name", "area_name", "title", "name_ja")
#: Fields that are coloured by or counted.
CODES = (
    "level", "status", "category", "kind", "facility", "crowding", "lifted", "intensity",
    "max_intensity", "intensity_from", "intensity_to", "long_period_class", "magnitude", "depth",
    "height", "height_text", "headcount", "households", "capacity", "highest", "forecast",
    "offshore", "role", "step", "number", "pressure", "wind", "direction", "thickness", "rank",
    "value", "unit", "count", "flash", "sighted", "full", "layer", "condition", "service",
    "state", "operation", "power", "severity", "structure", "persons", "customers_out",
    "rain_hour", "storage_ratio", "silent", "danger",
)  # fmt: skip

#: Fields of which a cluster says how many of its members have which value, as `field:value`.
COUNTED = (
    "status", "facility", "category", "crowding", "kind", "lifted", "condition", "service", "state",
    "operation", "severity", "danger",
)  # fmt: skip
#: A field with more values than this is not counted.
COUNTED_VALUES = 12
#: Fields of which a cluster says the greatest of its members, as `max_field`.
GREATEST = (
    "level", "highest", "category", "intensity", "max_intensity", "intensity_to",
    "long_period_class", "magnitude", "height", "rain_hour",
)  # fmt: skip
#: Fields that a cluster adds up over the members of which they are known, as `sum_field`.
ADDED = ("headcount", "households", "voluntary_headcount", "customers_out", "persons")

#: Values that are not numbers, mildest first: JMA's seismic intensities and classes, warnings.
ORDERS: dict[str, tuple[str, ...]] = {
    "intensity": ("0", "1", "2", "3", "4", "5-", "5+", "6-", "6+", "7"),
    "category": tuple(reversed(CATEGORIES.values())),
    "long_period_class": ("0", "1", "2", "3", "4"),
}
ORDERS |= dict.fromkeys(("max_intensity", "intensity_from", "intensity_to"), ORDERS["intensity"])

Scalar = str | int | float | bool


class Fields(msgspec.Struct, frozen=True):
    """The fields that tiles of one kind carry, and how they are read from a body."""

    texts: tuple[str, ...]
    codes: tuple[str, ...]
    decoder: msgspec.json.Decoder[Any]


@cache
def fields_of(kind: str) -> Fields:
    """What tiles of `kind` carry. Raises NotFound for a kind that is not declared."""
    declared = {
        one.encode_name: one.default for one in msgspec.structs.fields(kinds.get(kind).body)
    }
    texts = tuple(name for name in TEXTS if name in declared)
    codes = tuple(name for name in CODES if name in declared)
    # A body leaves out what is at its default; a status that says "unknown" is worth showing.
    drawn = msgspec.defstruct(
        "Drawn",
        [(name, Any, default if isinstance(default := declared[name], str) else None)
         for name in (*texts, *codes)],
        gc=False,
    )  # fmt: skip
    return Fields(texts, codes, msgspec.json.Decoder(drawn))


def severity(field: str, value: Scalar | None) -> float | None:
    """A value's place among the values of its field: the greater, the graver. None: it has none,
    as for a level that is a word."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        return float(value)
    order = ORDERS.get(field, ())
    return float(order.index(value)) if value in order else None
